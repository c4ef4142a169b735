#include "read/ancestry.h"

#include "base/alloc.h"
#include "base/intern.h"

#include <string.h>

int bip__entry_order(const bip__entry_row *a, const bip__entry_row *b)
{
    if (a->logical_ms != b->logical_ms)
        return a->logical_ms < b->logical_ms ? -1 : 1;
    return memcmp(a->id, b->id, sizeof a->id);
}

bip_status bip__recorded_order(const bip__context *c, int64_t entry_a, int32_t idx_a, int64_t entry_b, int32_t idx_b,
                               int *order, bip_error *err)
{
    bip__entry_row a, b;
    if (entry_a == entry_b) {
        *order = (idx_a > idx_b) - (idx_a < idx_b);
        return BIP_OK;
    }
    bip_status st = bip__context_entry(c, entry_a, &a, err);
    if (st == BIP_OK)
        st = bip__context_entry(c, entry_b, &b, err);
    if (st == BIP_OK)
        *order = bip__entry_order(&a, &b);
    return st;
}

/* Entries still to be looked at, each once. */
typedef struct search {
    bip__context *context;
    bip__intern seen; /* numbers */
    int64_t *todo;
    size_t n, cap;
} search;

static bip_status add(search *s, int64_t entry, bip_error *err)
{
    const size_t before = s->seen.n;
    if (!bip__grow(&s->todo, &s->cap, s->n + 1, sizeof *s->todo))
        return bip__nomem(err);
    if (bip__intern_add(&s->seen, (const char *)&entry, sizeof entry) == 0)
        return bip__nomem(err);
    if (s->seen.n > before)
        s->todo[s->n++] = entry;
    return BIP_OK;
}

/* What is before `earlier` in the order of recording can't follow on it: the search stops there. */
static bip_status look(search *s, const bip__entry_row *earlier, int64_t entry, bool *follows, bip_error *err)
{
    const bip__storage_api *api = s->context->storage->api;
    bip__rows *rows = NULL;
    bip__entry_row parent;
    bip_status st = api->parents(s->context->storage, entry, &rows, err);
    while (st == BIP_OK && (st = api->next_entry(rows, &parent, err)) == BIP_OK) {
        *follows |= parent.n == earlier->n;
        if (parent.logical_ms > earlier->logical_ms)
            st = add(s, parent.n, err);
    }
    api->close_rows(rows);
    return st == BIP_DONE ? BIP_OK : st;
}

bip_status bip__entry_follows(bip__context *c, const bip__entry_row *earlier, const bip__entry_row *later,
                              bool *follows, bip_error *err)
{
    search s = {.context = c};
    *follows = earlier->n == later->n;
    if (c->open != NULL && c->open->n == later->n) {
        /* Its parents aren't in storage yet: all that was there when it began. What it took in since is numbered on. */
        *follows = earlier->n <= later->n;
        return BIP_OK;
    }
    bip_status st = *follows ? BIP_OK : add(&s, later->n, err);
    while (st == BIP_OK && !*follows && s.n > 0)
        st = look(&s, earlier, s.todo[--s.n], follows, err);
    bip__intern_free(&s.seen);
    bip__free(s.todo);
    return st;
}
