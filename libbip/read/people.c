#include "read/people.h"

#include "model/json.h"
#include "read/ancestry.h"

#include <string.h>

/* All of them before the first is told of: what is to be printed of some is not begun where another is not there. */
static bip_status find_named(bip__walk *w, bip_error *err)
{
    bip__storage *storage = w->context->storage;
    const bip_query *q = w->query;
    w->named = bip__alloc_zero(q->n_participants, sizeof *w->named);
    if (w->named == NULL)
        return bip__nomem(err);
    for (size_t i = 0; i < q->n_participants; i++) {
        bip_status st = storage->api->person_find(storage, q->participants[i], &w->named[i], err);
        if (st != BIP_OK)
            return st == BIP_E_NOT_FOUND ? bip__fail(err, st, q->participants[i], "no such participant") : st;
    }
    return BIP_OK;
}

bip_status bip__walk_open(bip__walk *w, bip__context *c, const bip_query *query, bip_error *err)
{
    *w = (bip__walk){.context = c, .query = query};
    if (query == NULL || query->participants == NULL)
        return c->storage->api->persons(c->storage, &w->rows, err);
    bip_status st = find_named(w, err);
    if (st != BIP_OK)
        bip__walk_close(w);
    return st;
}

bip_status bip__walk_next(bip__walk *w, int32_t *person, const char **code, bip_error *err)
{
    bip__storage *storage = w->context->storage;
    if (w->rows != NULL) {
        bip__person_row row;
        bip_status st = storage->api->next_person(w->rows, &row, err);
        if (st != BIP_OK)
            return st;
        *person = row.n;
        *code = row.code;
        return bip__context_read(w->context, row.n, row.code, err);
    }
    if (w->at >= w->query->n_participants)
        return BIP_DONE;
    *person = w->named[w->at];
    *code = w->query->participants[w->at++];
    return bip__context_read(w->context, *person, *code, err);
}

void bip__walk_close(bip__walk *w)
{
    w->context->storage->api->close_rows(w->rows);
    bip__free(w->named);
    w->rows = NULL;
    w->named = NULL;
}

/* ------------------------------------------------------------ what is known of one */

/* Registrations and attributes say everything in their canonical form; the later of two that say different things
 * counts, so facts are taken in the order of recording. */
typedef struct told {
    char *body;
    size_t body_n;
    int32_t kind, idx;
    bip__entry_row entry;
} told;

static bool told_before(const told *a, const told *b)
{
    const int order = bip__entry_order(&a->entry, &b->entry);
    return order < 0 || (order == 0 && a->idx < b->idx);
}

static bip_status tell(bip__context *c, bip__arena *arena, const bip__fact_row *row, told *t, bip_error *err)
{
    *t = (told){.body_n = row->body_n, .kind = row->kind, .idx = row->idx};
    bip_status st = bip__context_entry(c, row->entry, &t->entry, err);
    if (st != BIP_OK)
        return st;
    t->body = bip__arena_strndup(arena, row->body, row->body_n);
    return t->body == NULL ? bip__nomem(err) : BIP_OK;
}

static bip_status read_facts(bip__context *c, int32_t person, bip__arena *arena, told **facts, size_t *n,
                             bip_error *err)
{
    bip__rows *rows = NULL;
    bip__fact_row row;
    size_t cap = 0;
    bip_status st = c->storage->api->facts(c->storage, person, 0, &rows, err);
    while (st == BIP_OK && (st = c->storage->api->next_fact(rows, &row, err)) == BIP_OK) {
        if (row.kind != BIP__FACT_PARTICIPANT && row.kind != BIP__FACT_ATTRIBUTE)
            continue;
        told t;
        if (!bip__grow(facts, &cap, *n + 1, sizeof **facts))
            st = bip__nomem(err);
        else if ((st = tell(c, arena, &row, &t, err)) == BIP_OK) {
            size_t at = (*n)++;
            for (; at > 0 && told_before(&t, &(*facts)[at - 1]); at--)
                (*facts)[at] = (*facts)[at - 1];
            (*facts)[at] = t;
        }
    }
    c->storage->api->close_rows(rows);
    return st == BIP_DONE ? BIP_OK : st;
}

/* Attributes stand by key; a value of null takes one away. */
static bip_status set_attribute(bip__arena *arena, bip__attribute *list, size_t *n, const char *key, const char *value,
                                bip_error *err)
{
    size_t at = 0;
    while (at < *n && strcmp(list[at].key, key) < 0)
        at++;
    bool held = at < *n && strcmp(list[at].key, key) == 0;
    if (value == NULL) {
        if (held)
            memmove(&list[at], &list[at + 1], (--*n - at) * sizeof *list);
        return BIP_OK;
    }
    bip__attribute a = {bip__arena_strndup(arena, key, strlen(key)), bip__arena_strndup(arena, value, strlen(value))};
    if (a.key == NULL || a.value == NULL)
        return bip__nomem(err);
    if (!held)
        memmove(&list[at + 1], &list[at], ((*n)++ - at) * sizeof *list);
    list[at] = a;
    return BIP_OK;
}

static bip_status apply(bip__arena *arena, const told *t, bip__attribute *list, bip__participant *out, bip_error *err)
{
    cJSON *fact = NULL;
    bip_status st = bip__json_parse(t->body, t->body_n, &fact, err);
    if (st != BIP_OK)
        return st;
    if (t->kind == BIP__FACT_PARTICIPANT) {
        const char *enrolled = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(fact, "enrolled"));
        if (enrolled != NULL)
            st = bip_date_parse(enrolled, &out->enrolled, err);
    } else {
        const char *key = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(fact, "key"));
        if (key != NULL)
            st = set_attribute(arena, list, &out->n_attributes, key,
                               cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(fact, "value")), err);
    }
    cJSON_Delete(fact);
    return st;
}

bip_status bip__participant_read(bip__context *c, int32_t person, const char *code, bip__arena *arena,
                                 bip__participant *out, bip_error *err)
{
    told *facts = NULL;
    size_t n = 0;
    *out = (bip__participant){.code = code, .enrolled = BIP_NO_DATE};
    bip_status st = read_facts(c, person, arena, &facts, &n, err);
    bip__attribute *list = st == BIP_OK ? bip__arena_alloc(arena, (n + 1) * sizeof *list) : NULL;
    if (st == BIP_OK && list == NULL)
        st = bip__nomem(err);
    for (size_t i = 0; st == BIP_OK && i < n; i++)
        st = apply(arena, &facts[i], list, out, err);
    out->attributes = list;
    bip__free(facts);
    return st;
}
