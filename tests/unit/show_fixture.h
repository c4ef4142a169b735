/* A small store for the tests of documents: fixed clock, fixed chance, everything through bip.h. */
#ifndef SHOW_FIXTURE_H
#define SHOW_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/api.h"
#include "base/alloc.h"
#include "base/out.h"
#include "bip.h"
#include "model/score.h"

#include <string.h>

typedef struct show_store {
    bip_store *store;
    int64_t now_ms;
    uint8_t chance;
    bip__out text; /* of the document written last */
} show_store;

static int64_t show_now(void *ctx)
{
    show_store *s = ctx;

    return s->now_ms += 60000;
}

static int show_random(void *ctx, void *into, size_t n)
{
    show_store *s = ctx;

    memset(into, ++s->chance, n);
    return 0;
}

static inline void show_open(show_store *s)
{
    bip_open_options options;

    *s = (show_store){.now_ms = 1790000000000}; /* 2026-09-21 */
    bip__out_init(&s->text, NULL, NULL);
    bip_open_options_init(&options, sizeof options);
    options.flags = BIP_OPEN_CREATE;
    options.now_ms = show_now;
    options.random = show_random;
    options.ctx = s;
    assert_int_equal(bip_store_open(":memory:", &options, &s->store, NULL), BIP_OK);
}

static inline void show_close(show_store *s)
{
    bip_store_close(s->store);
    bip__out_free(&s->text);
}

static inline bip_change *show_begin(show_store *s, const char *reason)
{
    bip_change *change = NULL;

    assert_int_equal(bip_change_begin(s->store, "anna", reason, &change, NULL), BIP_OK);
    return change;
}

static inline void show_commit(bip_change *change)
{
    assert_int_equal(bip_change_commit(change, NULL, NULL), BIP_OK);
}

static inline void show_add_instrument(show_store *s, const char *json)
{
    bip_change *change = show_begin(s, NULL);

    assert_int_equal(bip_instrument_add(change, json, strlen(json), NULL), BIP_OK);
    show_commit(change);
}

static inline void show_add_participant(show_store *s, const char *code)
{
    bip_change *change = show_begin(s, NULL);

    assert_int_equal(bip_participant_add(change, code, BIP_NO_DATE, NULL), BIP_OK);
    show_commit(change);
}

static inline bip_date show_day(const char *text)
{
    bip_date day = 0;

    assert_int_equal(bip_date_parse(text, &day, NULL), BIP_OK);
    return day;
}

enum { SHOW_MOST = 64 };

/* scores: as stored, "[3,null,\"declined\"]", of everything that is asked; at most SHOW_MOST. */
static inline void show_record_noted(show_store *s, const char *participant, const char *instrument,
                                     const char *respondent, const char *day, const char *rater, size_t n,
                                     const char *scores, const char *note, char id[BIP_ID_SIZE])
{
    bip_score values[SHOW_MOST];
    bip_change *change = show_begin(s, NULL);
    const bip_assessment_in in = {.size = sizeof in,
                                  .participant = participant,
                                  .instrument = instrument,
                                  .respondent = respondent,
                                  .rater = rater,
                                  .note = note,
                                  .date = show_day(day),
                                  .n = n,
                                  .scores = values};

    assert_in_range(n, 1, SHOW_MOST);
    assert_true(bip__scores_parse(scores, strlen(scores), values, n));
    assert_int_equal(bip_assessment_add(change, &in, id, NULL), BIP_OK);
    show_commit(change);
}

static inline void show_record(show_store *s, const char *participant, const char *instrument, const char *respondent,
                               const char *day, const char *rater, size_t n, const char *scores, char id[BIP_ID_SIZE])
{
    show_record_noted(s, participant, instrument, respondent, day, rater, n, scores, NULL, id);
}

static inline void show_dispute(show_store *s, const char *id, const char *text)
{
    bip_change *change = show_begin(s, NULL);

    assert_int_equal(bip_assessment_dispute(change, id, text, NULL, NULL), BIP_OK);
    show_commit(change);
}

static inline bip_query show_query(void)
{
    bip_query query;

    bip_query_init(&query, sizeof query);
    query.as_of = show_day("2026-11-21");
    return query;
}

/* Lent until the next document. */
static inline const char *show_write(show_store *s, const char *document, const bip_query *query)
{
    bip_error err = {0};

    bip__out_clear(&s->text);
    if (bip_write(s->store, document, query, NULL, bip__out_take, &s->text, &err) != BIP_OK)
        fail_msg("%s: %s", document, err.message);
    bip__out_char(&s->text, '\0');
    assert_int_equal(s->text.status, BIP_OK);
    return s->text.data;
}

static inline bip_status show_try(show_store *s, const char *document, const bip_query *query, const char *options)
{
    bip__out_clear(&s->text);
    return bip_write(s->store, document, query, options, bip__out_take, &s->text, NULL);
}

static inline size_t show_count(const char *text, const char *part)
{
    size_t n = 0;

    for (; (text = strstr(text, part)) != NULL; text += strlen(part))
        n++;
    return n;
}

static inline int show_forget(void *ctx, const char *bytes, size_t n)
{
    (void)ctx;
    (void)bytes;
    (void)n;
    return 0;
}

/* What a store holds that has written nothing lately: the next document takes its memory anew. */
static inline long show_live(show_store *s)
{
    bip__out_free(&s->store->idle_out);
    return bip__alloc_live();
}

/* The nth allocation fails, for every n: an error each time, nothing left behind, and in the end the document. */
static inline void show_survive_failed_allocations(show_store *s, const char *document, const bip_query *query)
{
    long n = 0, live;
    bip_status st = bip_write(s->store, document, query, NULL, show_forget, NULL, NULL); /* fills the store's caches */

    assert_int_equal(st, BIP_OK);
    live = show_live(s);
    do {
        bip__alloc_fail_at(n++, false);
        st = bip_write(s->store, document, query, NULL, show_forget, NULL, NULL);
        bip__alloc_fail_at(-1, false);
        assert_true(st == BIP_OK || st == BIP_E_NOMEM);
        assert_int_equal(show_live(s), live);
    } while (st != BIP_OK && n < 5000);
    assert_in_range(n, 3, 4999);
}

#endif
