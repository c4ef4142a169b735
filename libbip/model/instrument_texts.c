#include "model/instrument.h"
#include "model/json.h"
#include "model/national_id.h"

#include <string.h>

/* Versions are often a day and a time, of which many make a number whose check digit holds. */
static bool is_version(const bip__json_path *path)
{
    return path != NULL && path->up == NULL &&
           (strcmp(path->key, "version") == 0 || strcmp(path->key, "continues") == 0);
}

/* As deep as the parser lets a document be: 64 levels. */
static bip_status check_texts(const cJSON *item, const bip__json_path *path, bip_error *err)
{
    const char *text = cJSON_GetStringValue(item);
    size_t begin, end, index = 0;
    bip_status st = BIP_OK;

    if (text != NULL && !is_version(path) && bip__national_id_find(text, strlen(text), false, 0, &begin, &end))
        return bip__json_fail(err, path, "holds a national identity number");
    for (const cJSON *child = item->child; child != NULL && st == BIP_OK; child = child->next)
        st = check_texts(child, &(bip__json_path){path, child->string, index++}, err);
    return st;
}

bip_status bip__instrument_check_texts(const bip__instrument *i, bip_error *err)
{
    cJSON *json = NULL;
    bip_status st = bip__json_parse(i->json, i->json_n, &json, err);

    if (st == BIP_OK)
        st = check_texts(json, NULL, err);
    cJSON_Delete(json);
    return st;
}
