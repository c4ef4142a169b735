#include "show/show.h"

#include "show/reading.h"
#include "store/canon.h"

#include <stdlib.h>
#include <string.h>

/* ----------------------------------------------------------------------------------------------------- participants */

static void print_participant(bip__out *o, const bip__participant *p)
{
    bip__out_text(o, "{\"schema\":\"bip-participant-1\",\"participant\":");
    bip__out_json_text(o, p->code);
    bip__out_text(o, ",\"enrolled\":");
    if (p->enrolled == BIP_NO_DATE) {
        bip__out_text(o, "null");
    } else {
        bip__out_char(o, '"');
        bip__out_date(o, p->enrolled);
        bip__out_char(o, '"');
    }
    bip__out_text(o, ",\"attributes\":{");
    for (size_t i = 0; i < p->n_attributes; i++) {
        bip__out_key(o, p->attributes[i].key);
        bip__out_json_text(o, p->attributes[i].value);
    }
    bip__out_text(o, "}}\n");
}

static bip_status print_participants(bip__context *c, bip__walk *w, bip__out *o, bip_error *err)
{
    bip__arena arena = {0};
    bip__participant participant;
    const char *code;
    int32_t person;
    bip_status st;

    while ((st = bip__walk_next(w, &person, &code, err)) == BIP_OK) {
        if ((st = bip__participant_read(c, person, code, &arena, &participant, err)) != BIP_OK)
            break;
        print_participant(o, &participant);
        bip__arena_reset(&arena);
    }
    bip__arena_free(&arena);
    return st == BIP_DONE ? BIP_OK : st;
}

bip_status bip__show_participants(bip__context *c, const bip_query *query, const char *options_json, bip__out *o,
                                  bip_error *err)
{
    bip__walk w;
    bip_status st = bip__no_options(options_json, err);

    if (st != BIP_OK || (st = c->storage->api->snapshot(c->storage, err)) != BIP_OK)
        return st;
    if ((st = bip__walk_open(&w, c, query, err)) == BIP_OK) {
        st = print_participants(c, &w, o, err);
        bip__walk_close(&w);
    }
    c->storage->api->release(c->storage);
    return st;
}

/* ------------------------------------------------------------------------------------------------------ instruments */

/* By code, then in the order of adding, which is that of `n`. */
static int compare_versions(const void *a, const void *b)
{
    const bip__version *const *va = a, *const *vb = b;
    int order = strcmp((*va)->def->code, (*vb)->def->code);

    return order ? order : ((*va)->n > (*vb)->n) - ((*va)->n < (*vb)->n);
}

static void print_version(bip__out *o, const bip__version *v)
{
    const bip__instrument *def = v->def;

    bip__out_text(o, "{\"schema\":\"bip-instrument-1\",\"instrument\":");
    bip__out_json_text(o, def->code);
    bip__out_text(o, ",\"version\":");
    bip__out_json_text(o, def->version);
    bip__out_text(o, ",\"title\":{");
    for (size_t i = 0; i < def->title.n; i++) {
        bip__out_key(o, def->title.in[i].lang);
        bip__out_json_text(o, def->title.in[i].text);
    }
    bip__out_text(o, v->builtin ? "},\"builtin\":true,\"continues\":" : "},\"builtin\":false,\"continues\":");
    bip__out_json_text(o, def->continues);
    bip__out_text(o, ",\"indicators\":");
    bip__out_int(o, (int64_t)def->n_indicators);
    bip__out_text(o, ",\"respondents\":[");
    for (size_t i = 0; i < def->n_respondents; i++) {
        bip__out_comma(o);
        bip__out_json_text(o, def->respondents[i].code);
    }
    bip__out_text(o, "]}\n");
}

bip_status bip__show_instruments(bip__context *c, const bip_query *query, const char *options_json, bip__out *o,
                                 bip_error *err)
{
    const bip__catalogue *catalogue;
    const bip__version **sorted;
    bip_status st = bip__no_options(options_json, err);

    (void)query;
    if (st != BIP_OK || (st = bip__context_catalogue(c, &catalogue, err)) != BIP_OK)
        return st;
    if ((sorted = bip__alloc(catalogue->n * sizeof *sorted)) == NULL)
        return bip__nomem(err);
    for (size_t i = 0; i < catalogue->n; i++)
        sorted[i] = &catalogue->versions[i];
    qsort(sorted, catalogue->n, sizeof *sorted, compare_versions);
    for (size_t i = 0; i < catalogue->n; i++)
        print_version(o, sorted[i]);
    bip__free(sorted);
    return BIP_OK;
}

bip_status bip__show_instrument(bip__context *c, const bip_query *query, const char *options_json, bip__out *o,
                                bip_error *err)
{
    const bip__catalogue *catalogue;
    const bip__version *v;
    bool named;
    bip_status st = bip__no_options(options_json, err);

    if (st != BIP_OK)
        return st;
    if (query == NULL || query->instrument == NULL)
        return bip__fail(err, BIP_E_USAGE, "instrument", "the definition of which instrument?");
    if ((st = bip__context_catalogue(c, &catalogue, err)) != BIP_OK)
        return st;
    if ((v = bip__catalogue_find(catalogue, query->instrument, &named)) == NULL)
        return bip__fail(err, BIP_E_NOT_FOUND, query->instrument, "no such instrument");
    bip__out_bytes(o, v->def->json, v->def->json_n);
    bip__out_char(o, '\n');
    return BIP_OK;
}

/* ------------------------------------------------------------------------------------------------------------ heads */

static int by_id(const void *a, const void *b)
{
    const bip__entry_row *x = a, *y = b;

    return memcmp(x->id, y->id, sizeof x->id);
}

static bip_status read_heads(bip__context *c, bip__entry_row **heads, size_t *n, bip_error *err)
{
    const bip__storage_api *api = c->storage->api;
    bip__rows *rows = NULL;
    bip__entry_row entry;
    size_t cap = 0;
    bip_status st = api->heads(c->storage, &rows, err);

    while (st == BIP_OK && (st = api->next_entry(rows, &entry, err)) == BIP_OK) {
        if (bip__grow(heads, &cap, *n + 1, sizeof **heads))
            (*heads)[(*n)++] = entry;
        else
            st = bip__nomem(err);
    }
    api->close_rows(rows);
    return st == BIP_DONE ? BIP_OK : st;
}

bip_status bip__show_head(bip__context *c, const bip_query *query, const char *options_json, bip__out *o,
                          bip_error *err)
{
    bip__entry_row *heads = NULL;
    size_t n = 0;
    char id[BIP_ID_SIZE];
    bip_status st = bip__no_options(options_json, err);

    (void)query;
    if (st == BIP_OK)
        st = read_heads(c, &heads, &n, err);
    if (n > 0)
        qsort(heads, n, sizeof *heads, by_id);
    for (size_t i = 0; st == BIP_OK && i < n; i++) {
        bip__entry_id_print(heads[i].id, id);
        bip__out_text(o, id);
        bip__out_char(o, ' ');
        bip__out_hex(o, heads[i].hash, sizeof heads[i].hash);
        bip__out_char(o, '\n');
    }
    bip__free(heads);
    return st;
}
