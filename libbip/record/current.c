#include "read/ancestry.h"
#include "record/record.h"

#include <stdlib.h>
#include <string.h>

/* A revision without its texts. */
typedef struct revision {
    int64_t root_entry, entry;
    int32_t root_idx, idx;
    bip_date day;
    int32_t current;
} revision;

static int by_root(const void *a, const void *b)
{
    const revision *x = a, *y = b;
    if (x->root_entry != y->root_entry)
        return x->root_entry < y->root_entry ? -1 : 1;
    return (x->root_idx > y->root_idx) - (x->root_idx < y->root_idx);
}

static bip_status read_revisions(bip__context *c, int32_t person, revision **list, size_t *n, bip_error *err)
{
    bip__rows *rows = NULL;
    bip__assessment_row row;
    size_t cap = 0;
    bip_status st = c->storage->api->assessments(c->storage, person, BIP_NO_DATE, INT32_MAX, true, &rows, err);
    while (st == BIP_OK && (st = c->storage->api->next_assessment(rows, &row, err)) == BIP_OK) {
        if (!bip__grow(list, &cap, *n + 1, sizeof **list))
            st = bip__nomem(err);
        else
            (*list)[(*n)++] = (revision){row.root_entry, row.entry, row.root_idx, row.idx, row.day, row.current};
    }
    c->storage->api->close_rows(rows);
    return st == BIP_DONE ? BIP_OK : st;
}

/* The one recorded last among list[from..to), all of one root. */
static bip_status latest(bip__context *c, const revision *list, size_t from, size_t to, size_t *best, bip_error *err)
{
    bip_status st = BIP_OK;
    *best = from;
    for (size_t i = from + 1; st == BIP_OK && i < to; i++) {
        int order = 0;
        st = bip__recorded_order(c, list[*best].entry, list[*best].idx, list[i].entry, list[i].idx, &order, err);
        if (order < 0)
            *best = i;
    }
    return st;
}

bip_status bip__currents_walk(bip__context *c, int32_t person, bip__current_fn differs, void *ctx, bip_error *err)
{
    revision *list = NULL;
    size_t n = 0;
    bip_status st = read_revisions(c, person, &list, &n, err);
    if (n > 0)
        qsort(list, n, sizeof *list, by_root);
    for (size_t from = 0, to; st == BIP_OK && from < n; from = to) {
        size_t best;
        for (to = from + 1; to < n && by_root(&list[from], &list[to]) == 0;)
            to++;
        st = latest(c, list, from, to, &best, err);
        for (size_t i = from; st == BIP_OK && i < to; i++)
            if (list[i].current != (i == best))
                st = differs(ctx, person, list[i].day, list[i].entry, list[i].idx, i == best, err);
    }
    bip__free(list);
    return st;
}

static bip_status settle(void *ctx, int32_t person, bip_date day, int64_t entry, int32_t idx, int32_t current,
                         bip_error *err)
{
    bip__storage *storage = ctx;
    return storage->api->set_current(storage, person, day, entry, idx, current, err);
}

bip_status bip__currents_settle(bip__context *c, int32_t person, bip_error *err)
{
    return bip__currents_walk(c, person, settle, c->storage, err);
}
