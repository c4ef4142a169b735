#include "api/api.h"
#include "base/date.h"
#include "read/assessments.h"
#include "read/course.h"
#include "read/people.h"

#include <string.h>

/* A reading of assessments or of series; each has its own half. */
struct bip_cursor {
    bip_store *store;
    bip_cursor *next, **link; /* in the store's list */
    bip_query query;          /* a copy: callers need not keep theirs */
    bip__arena texts;         /* of the query */
    bool ended;               /* nothing can be read any more */
    bool in_snapshot;
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
    bip__give_struct(query, n, &all, sizeof all);
}

bip_status bip__take_query(bip_query *into, const bip_query *from, bip_error *err)
{
    bip_query_init(into, sizeof *into);
    if (from != NULL && bip__take_struct(into, sizeof *into, from, from->size, "query", err) != BIP_OK)
        return BIP_E_USAGE;
    if ((into->as_of != BIP_NO_DATE && !bip__date_valid(into->as_of)) ||
        (into->since != BIP_NO_DATE && !bip__date_valid(into->since)))
        return bip__fail(err, BIP_E_USAGE, "query", "a date is outside the years 1900 to 2199");
    if (into->participants == NULL && into->n_participants > 0)
        return bip__fail(err, BIP_E_USAGE, "query.participants", "is NULL, with a length");
    for (size_t i = 0; i < into->n_participants; i++)
        if (into->participants[i] == NULL)
            return bip__fail(err, BIP_E_USAGE, "query.participants", "code %zu is NULL", i);
    return BIP_OK;
}

/* ------------------------------------------------------------ cursors */

static bool keep_text(bip__arena *arena, const char **text)
{
    if (*text == NULL)
        return true;
    *text = bip__arena_strndup(arena, *text, strlen(*text));
    return *text != NULL;
}

static bip_status keep_query(bip_cursor *cursor, bip_error *err)
{
    bip_query *q = &cursor->query;
    const char **texts[] = {&q->instrument, &q->respondent, &q->for_role, &q->lang};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (!keep_text(&cursor->texts, texts[i]))
            return bip__nomem(err);
    if (q->participants == NULL)
        return BIP_OK;
    const char **codes = bip__arena_alloc(&cursor->texts, q->n_participants * sizeof *codes);
    if (codes == NULL)
        return bip__nomem(err);
    for (size_t i = 0; i < q->n_participants; i++) {
        codes[i] = q->participants[i];
        if (!keep_text(&cursor->texts, &codes[i]))
            return bip__nomem(err);
    }
    q->participants = codes;
    return BIP_OK;
}

static void cursor_link(bip_cursor *cursor, bip_store *store)
{
    cursor->store = store;
    cursor->walk.context = &store->context;
    cursor->next = store->cursors;
    cursor->link = &store->cursors;
    if (cursor->next != NULL)
        cursor->next->link = &cursor->next;
    store->cursors = cursor;
    store->readings++;
}

static bip_status cursor_open(bip_store *store, const bip_query *query, bip_cursor **out, bip_error *err)
{
    if (store == NULL || out == NULL)
        return bip__fail(err, BIP_E_USAGE, NULL, "an open store and a place for the cursor are needed");
    bip_cursor *cursor = *out = bip__alloc_zero(1, sizeof *cursor);
    if (cursor == NULL)
        return bip__nomem(err);
    cursor_link(cursor, store);
    bip_status st = bip__take_query(&cursor->query, query, err);
    if (st == BIP_OK)
        st = keep_query(cursor, err);
    if (st == BIP_OK) {
        st = store->context.storage->api->snapshot(store->context.storage, err);
        cursor->in_snapshot = st == BIP_OK;
    }
    return st;
}

static void cursor_end(bip_cursor *cursor)
{
    if (cursor->ended)
        return;
    cursor->ended = true;
    cursor->store->readings--;
    bip__assessments_close(cursor->reading);
    bip__walk_close(&cursor->walk);
    bip__course_close(cursor->course);
    bip__plan_free(cursor->plan);
    if (cursor->in_snapshot)
        cursor->store->context.storage->api->release(cursor->store->context.storage);
}

void bip__cursors_end(bip_store *store)
{
    for (bip_cursor *cursor = store->cursors; cursor != NULL; cursor = cursor->next)
        cursor_end(cursor);
}

void bip_cursor_close(bip_cursor *cursor)
{
    if (cursor == NULL)
        return;
    cursor_end(cursor);
    *cursor->link = cursor->next;
    if (cursor->next != NULL)
        cursor->next->link = cursor->link;
    bip__arena_free(&cursor->texts);
    bip__free(cursor);
}

/* After a failure there is no going on: what was missed would look like what isn't there. */
static bip_status moved(bip_cursor *cursor, bip_status st)
{
    if (st != BIP_OK && st != BIP_DONE)
        cursor_end(cursor);
    return st;
}

static bip_status has_ended(bip_error *err)
{
    return bip__fail(err, BIP_E_USAGE, NULL, "the reading has failed, or the change it was opened in has ended");
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

/* What a cursor reads, for whoever is told; another reading may have been in between. */
static void reads(bip_cursor *cursor, const char *what)
{
    if (cursor != NULL)
        bip__context_reads(&cursor->store->context, what);
}

bip_status bip_assessment_next(bip_cursor *cursor, const bip_assessment **lent, bip_error *err)
{
    if (lent != NULL)
        *lent = NULL;
    if (cursor == NULL || lent == NULL || cursor->reading == NULL)
        return bip__fail(err, BIP_E_USAGE, NULL, "an open cursor from bip_assessments() is needed");
    reads(cursor, "assessments");
    return cursor->ended ? has_ended(err) : moved(cursor, bip__assessments_next(cursor->reading, lent, err));
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

/* From where the cursor stands, which comes to stand behind it; n_slots: there is none. What nobody asked for has no
 * number: see bip__layout. */
static size_t next_slot(bip_cursor *cursor)
{
    const bip__track *tracks = cursor->course->tracks;
    size_t slot = cursor->slot, n = cursor->plan->n_slots;
    while (slot < n && tracks[slot].n == 0)
        slot++;
    cursor->slot = slot < n ? slot + 1 : n;
    return slot;
}

static bip_status next_participant(bip_cursor *cursor, bip_error *err)
{
    int32_t person;
    const char *code;
    reads(cursor, "progression");
    bip_status st = bip__walk_next(&cursor->walk, &person, &code, err);
    if (st == BIP_OK)
        st = bip__course_read(cursor->course, person, code, err);
    if (st == BIP_OK)
        cursor->slot = 0;
    return moved(cursor, st);
}

bip_status bip_series_next(bip_cursor *cursor, const bip_series **lent, bip_error *err)
{
    bip_status st = BIP_OK;
    size_t slot;
    if (lent != NULL)
        *lent = NULL;
    if (cursor == NULL || lent == NULL || cursor->course == NULL)
        return bip__fail(err, BIP_E_USAGE, NULL, "an open cursor from bip_progression() is needed");
    if (cursor->ended)
        return has_ended(err);
    while ((slot = next_slot(cursor)) == cursor->plan->n_slots)
        if ((st = next_participant(cursor, err)) != BIP_OK)
            return st;
    st = bip__course_series(cursor->course, slot, &cursor->series, err);
    if (st == BIP_OK)
        *lent = &cursor->series;
    return moved(cursor, st);
}
