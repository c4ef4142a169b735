#include "api/api.h"
#include "read/assessments.h"
#include "read/course.h"
#include "read/people.h"

#include <string.h>

/* A reading of assessments or of series; each has its own half. */
struct bip_cursor {
    bip_store *store;
    bip_cursor *next, **link; /* in the store's list */
    bip_query query;
    bool in_snapshot, reading_series;
    bip__assessments *reading; /* assessments */
    bip__plan *plan;           /* series */
    bip__course *course;
    bip__walk walk;
    size_t slot; /* the next one to look at; n_slots: the participant is done */
    bip_series series;
};

void bip_query_init(bip_query *query, size_t n)
{
    bip_query all = {.size = n, .as_of = BIP_NO_DATE, .since = BIP_NO_DATE};
    memset(query, 0, n);
    memcpy(query, &all, n < sizeof all ? n : sizeof all);
}

void bip__take_query(bip_query *into, const bip_query *from)
{
    bip_query_init(into, sizeof *into);
    if (from != NULL)
        bip__take_struct(into, sizeof *into, from, from->size);
}

static bip_status cursor_open(bip_store *store, const bip_query *query, bip_cursor **out, bip_error *err)
{
    if (store == NULL || out == NULL)
        return bip__fail(err, BIP_E_USAGE, NULL, "a store and a place for the cursor are needed");
    bip_cursor *cursor = *out = bip__alloc_zero(1, sizeof *cursor);
    if (cursor == NULL)
        return bip__nomem(err);
    cursor->store = store;
    bip__take_query(&cursor->query, query);
    cursor->walk.context = &store->context;
    cursor->next = store->cursors;
    cursor->link = &store->cursors;
    if (cursor->next != NULL)
        cursor->next->link = &cursor->next;
    store->cursors = cursor;
    bip_status st = store->context.storage->api->snapshot(store->context.storage, err);
    cursor->in_snapshot = st == BIP_OK;
    return st;
}

void bip_cursor_close(bip_cursor *cursor)
{
    if (cursor == NULL)
        return;
    bip__assessments_close(cursor->reading);
    bip__walk_close(&cursor->walk);
    bip__course_close(cursor->course);
    bip__plan_free(cursor->plan);
    if (cursor->in_snapshot)
        cursor->store->context.storage->api->release(cursor->store->context.storage);
    *cursor->link = cursor->next;
    if (cursor->next != NULL)
        cursor->next->link = cursor->link;
    bip__free(cursor);
}

/* Give the cursor out, or close it: nothing half open is left. */
static bip_status settle(bip_status st, bip_cursor **out)
{
    if (st != BIP_OK && out != NULL) {
        bip_cursor_close(*out);
        *out = NULL;
    }
    return st;
}

bip_status bip_assessments(bip_store *store, const bip_query *query, bip_cursor **out, bip_error *err)
{
    if (out != NULL)
        *out = NULL;
    bip_status st = cursor_open(store, query, out, err);
    if (st == BIP_OK)
        st = bip__assessments_open(&store->context, &(*out)->query, &(*out)->reading, err);
    return settle(st, out);
}

bip_status bip_assessment_next(bip_cursor *cursor, const bip_assessment **lent, bip_error *err)
{
    if (lent != NULL)
        *lent = NULL;
    if (cursor == NULL || lent == NULL || cursor->reading == NULL)
        return bip__fail(err, BIP_E_USAGE, NULL, "a cursor from bip_assessments() is needed");
    return bip__assessments_next(cursor->reading, lent, err);
}

bip_status bip_progression(bip_store *store, const bip_query *query, bip_cursor **out, bip_error *err)
{
    if (out != NULL)
        *out = NULL;
    bip_status st = cursor_open(store, query, out, err);
    if (st == BIP_OK)
        st = bip__plan_make(&store->context, &(*out)->query, &(*out)->plan, err);
    if (st == BIP_OK)
        st = bip__course_open(&store->context, (*out)->plan, &(*out)->course, err);
    if (st == BIP_OK)
        st = bip__walk_open(&(*out)->walk, &store->context, &(*out)->query, err);
    if (st == BIP_OK)
        (*out)->slot = (*out)->plan->n_slots;
    return settle(st, out);
}

bip_status bip_series_next(bip_cursor *cursor, const bip_series **lent, bip_error *err)
{
    if (lent != NULL)
        *lent = NULL;
    if (cursor == NULL || lent == NULL || cursor->course == NULL)
        return bip__fail(err, BIP_E_USAGE, NULL, "a cursor from bip_progression() is needed");
    for (;;) {
        for (; cursor->slot < cursor->plan->n_slots; cursor->slot++) {
            if (!cursor->plan->slots[cursor->slot].wanted || cursor->course->tracks[cursor->slot].n == 0)
                continue;
            bip_status st = bip__course_series(cursor->course, cursor->slot++, &cursor->series, err);
            *lent = st == BIP_OK ? &cursor->series : NULL;
            return st;
        }
        int32_t person;
        const char *code;
        bip_status st = bip__walk_next(&cursor->walk, &person, &code, err);
        if (st == BIP_OK)
            st = bip__course_read(cursor->course, person, code, err);
        if (st != BIP_OK)
            return st;
        cursor->slot = 0;
    }
}
