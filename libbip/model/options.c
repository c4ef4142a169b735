#include "model/options.h"

#include "base/alloc.h"
#include "model/json.h"

#include <string.h>

struct bip__options {
    cJSON *tree;
};

static const bip__option *find_known(const bip__option *known, size_t n, const char *key)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(known[i].key, key) == 0)
            return &known[i];
    return NULL;
}

static bool is_list_of_texts(const cJSON *item)
{
    if (!cJSON_IsArray(item))
        return false;
    for (const cJSON *child = item->child; child; child = child->next)
        if (!cJSON_IsString(child))
            return false;
    return true;
}

static const char *kind_fault(bip__option_kind kind, const cJSON *item)
{
    switch (kind) {
    case BIP__OPTION_TEXT:
        return cJSON_IsString(item) ? NULL : "must be a text";
    case BIP__OPTION_FLAG:
        return cJSON_IsBool(item) ? NULL : "must be true or false";
    default:
        return is_list_of_texts(item) ? NULL : "must be a list of texts";
    }
}

static bip_status check(const cJSON *tree, const bip__option *known, size_t n_known, bip_error *err)
{
    if (!cJSON_IsObject(tree))
        return bip__fail(err, BIP_E_USAGE, "options", "must be a JSON object");
    for (const cJSON *item = tree->child; item; item = item->next) {
        const bip__option *option = find_known(known, n_known, item->string);
        const char *fault = option ? kind_fault(option->kind, item) : "unknown option";
        if (fault) {
            bip__json_fail(err, BIP__AT(NULL, item->string), "%s", fault);
            if (err)
                err->status = BIP_E_USAGE;
            return BIP_E_USAGE;
        }
    }
    return BIP_OK;
}

bip_status bip__options_parse(const char *json, const bip__option *known, size_t n_known, bip__options **out,
                              bip_error *err)
{
    bip_status st = BIP_OK;
    bip__options *o;

    *out = NULL;
    if (!(o = bip__alloc_zero(1, sizeof *o)))
        return bip__nomem(err);
    if (json)
        st = bip__json_parse(json, strlen(json), &o->tree, err);
    /* options come from the program, not from data: what doesn't hold is wrong usage */
    if (st == BIP_E_REFUSED) {
        st = BIP_E_USAGE;
        if (err)
            err->status = BIP_E_USAGE;
    }
    if (st == BIP_OK && json)
        st = check(o->tree, known, n_known, err);
    if (st == BIP_OK)
        *out = o;
    else
        bip__options_free(o);
    return st;
}

void bip__options_free(bip__options *o)
{
    if (!o)
        return;
    cJSON_Delete(o->tree);
    bip__free(o);
}

const char *bip__options_text(const bip__options *o, const char *key)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o->tree, key));
}

bool bip__options_flag(const bip__options *o, const char *key)
{
    return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(o->tree, key));
}

const char *bip__options_item(const bip__options *o, const char *key, size_t i)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(o->tree, key);

    cJSON *item = list ? list->child : NULL;
    while (item && i-- > 0)
        item = item->next;
    return cJSON_GetStringValue(item);
}
