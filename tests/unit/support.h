/* What tests above storage have in common: a store with a clock that stands still and random bytes from a seed, in
 * either storage; recording in few words; documents and series as strings. */
#ifndef BIP_TEST_SUPPORT_H
#define BIP_TEST_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "base/alloc.h"
#include "base/date.h"
#include "base/number.h"
#include "base/out.h"

typedef enum test_kind { TEST_MEMORY, TEST_SQLITE } test_kind;

typedef struct fixture {
    bip_store *store;
    int64_t now_ms;      /* the clock */
    uint64_t random;     /* the seed */
    bool random_is_gone; /* the source of random bytes fails */
    long live;           /* blocks before the store was opened */
    char *text;          /* the last document */
    size_t text_n, text_cap;
} fixture;

static bip_error test_err;

/* Bytes for a bip_read_fn: with `most`, at most so many at a time. */
typedef struct test_bytes {
    const char *s;
    size_t n, at, most;
} test_bytes;

static inline long test_give(void *ctx, char *into, size_t n)
{
    test_bytes *b = ctx;
    const size_t left = b->n - b->at;
    size_t take = b->most == 0 || n < b->most ? n : b->most;
    if (take > left)
        take = left;
    memcpy(into, b->s + b->at, take);
    b->at += take;
    return (long)take;
}

/* The status and the message, where a call should have gone well. */
#define assert_ok(call)                                                                                                \
    do {                                                                                                               \
        bip_status status_ = (call);                                                                                   \
        if (status_ != BIP_OK)                                                                                         \
            fail_msg("%s: %s, %s: %s", #call, bip_status_code(status_), test_err.where, test_err.message);             \
    } while (0)
#define assert_status(call, expected) assert_string_equal(bip_status_code(call), bip_status_code(expected))
#define assert_message(part)                                                                                           \
    do {                                                                                                               \
        if (strstr(test_err.message, part) == NULL)                                                                    \
            fail_msg("\"%s\" does not say \"%s\"", test_err.message, part);                                            \
    } while (0)

/* ------------------------------------------------------------ clock and chance */

static inline int64_t test_now(void *ctx)
{
    return ((fixture *)ctx)->now_ms;
}

static inline int test_random(void *ctx, void *into, size_t n)
{
    fixture *f = ctx;
    unsigned char *bytes = into;
    if (f->random_is_gone)
        return -1;
    for (size_t i = 0; i < n; i++) { /* Knuth's linear congruence, its high byte */
        f->random = f->random * 6364136223846793005u + 1442695040888963407u;
        bytes[i] = (unsigned char)(f->random >> 56);
    }
    return 0;
}

static inline bip_date test_day(const char *text)
{
    bip_date day = BIP_NO_DATE;
    assert_ok(bip_date_parse(text, &day, &test_err));
    return day;
}

/* ------------------------------------------------------------ a store */

static inline bip_open_options test_options(fixture *f)
{
    bip_open_options o;
    bip_open_options_init(&o, sizeof o);
    o.flags = BIP_OPEN_CREATE;
    o.now_ms = test_now;
    o.random = test_random;
    o.ctx = f;
    return o;
}

static inline bip_status test_open(fixture *f, test_kind kind, bip_error *err)
{
    bip_open_options o = test_options(f);
    bip__storage *storage = NULL;
    if (kind == TEST_SQLITE)
        return bip_store_open(":memory:", &o, &f->store, err);
    f->store = NULL;
    bip_status st = bip__memory_open(&storage, err);
    if (st == BIP_OK && (st = bip__store_over(storage, &o, &f->store, err)) != BIP_OK)
        storage->api->close(storage);
    return st;
}

static inline fixture *test_fixture(void)
{
    fixture *f = calloc(1, sizeof *f);
    if (f == NULL)
        abort();
    f->live = bip__alloc_live();
    f->now_ms = (int64_t)test_day("2026-11-21") * 86400000 + 36000000; /* 2026-11-21T10:00:00Z */
    f->random = 1;
    return f;
}

static inline int test_set_up(void **state)
{
    fixture *f = test_fixture();
    test_kind kind = (test_kind)(intptr_t)*state;
    *state = f;
    return test_open(f, kind, &test_err) == BIP_OK ? 0 : -1;
}

/* Everything that was taken from the heap must have gone back. */
static inline int test_tear_down(void **state)
{
    fixture *f = *state;
    bip__alloc_fail_at(-1, false);
    bip_store_close(f->store);
    long left = bip__alloc_live() - f->live;
    free(f->text);
    free(f);
    if (left != 0)
        print_error("%ld blocks were never freed\n", left);
    return left == 0 ? 0 : -1;
}

#define ON_MEMORY(test)                                                                                                \
    {                                                                                                                  \
#test " (memory)", test, test_set_up, test_tear_down, (void *)(intptr_t)TEST_MEMORY                            \
    }
#define ON_SQLITE(test)                                                                                                \
    {                                                                                                                  \
#test " (sqlite)", test, test_set_up, test_tear_down, (void *)(intptr_t)TEST_SQLITE                            \
    }
#define ON_BOTH(test) ON_MEMORY(test), ON_SQLITE(test)

/* ------------------------------------------------------------ recording */

static inline bip_change *test_begin(fixture *f, const char *reason)
{
    bip_change *change = NULL;
    assert_ok(bip_change_begin(f->store, "anna", reason, &change, &test_err));
    return change;
}

static inline void test_commit(bip_change *change)
{
    assert_ok(bip_change_commit(change, NULL, &test_err));
}

static inline void test_participant(fixture *f, const char *code)
{
    bip_change *change = test_begin(f, NULL);
    assert_ok(bip_participant_add(change, code, BIP_NO_DATE, &test_err));
    test_commit(change);
}

/* JSON with ' for ". */
static inline bip_status test_instrument_in(bip_change *change, const char *json)
{
    size_t n = strlen(json);
    char *copy = malloc(n + 1);
    if (copy == NULL)
        abort();
    for (size_t i = 0; i <= n; i++)
        copy[i] = json[i] == '\'' ? '"' : json[i];
    bip_status st = bip_instrument_add(change, copy, n, &test_err);
    free(copy);
    return st;
}

static inline void test_instrument(fixture *f, const char *json)
{
    bip_change *change = test_begin(f, NULL);
    assert_ok(test_instrument_in(change, json));
    test_commit(change);
}

static inline bip_score test_score(const char *text)
{
    char *end;
    double number = strtod(text, &end);
    if (*text != '\0' && *end == '\0')
        return (bip_score){number, BIP_NUMBER, 0};
    if (strcmp(text, "declined") == 0)
        return (bip_score){0, BIP_DECLINED, 0};
    if (strcmp(text, "dont_know") == 0)
        return (bip_score){0, BIP_DONT_KNOW, 0};
    if (strcmp(text, "not_applicable") == 0)
        return (bip_score){0, BIP_NOT_APPLICABLE, 0};
    return (bip_score){0, BIP_NOT_ASKED, 0};
}

#define TEST_SCORES 32

/* What bip_assessment_in points to. */
typedef struct test_words {
    char key[200], scores[400];
    const char *indicators[TEST_SCORES];
    bip_score values[TEST_SCORES];
} test_words;

/* "a=3 b=declined c=": into in->indicators and in->scores. */
static inline void test_take_scores(test_words *w, bip_assessment_in *in, const char *scores)
{
    char *rest = w->scores;
    snprintf(w->scores, sizeof w->scores, "%s", scores);
    in->indicators = w->indicators;
    in->scores = w->values;
    in->n = 0;
    for (char *word; (word = strtok_r(rest, " ", &rest)) != NULL; in->n++) {
        char *equals = strchr(word, '=');
        assert_non_null(equals);
        *equals = '\0';
        w->indicators[in->n] = word;
        w->values[in->n] = test_score(equals + 1);
    }
}

/* key: "INSTRUMENT RESPONDENT DATE [RATER]". */
static inline bip_assessment_in test_assessment(test_words *w, const char *participant, const char *key,
                                                const char *scores)
{
    bip_assessment_in in = {.size = sizeof in, .participant = participant};
    char *rest = w->key;
    snprintf(w->key, sizeof w->key, "%s", key);
    in.instrument = strtok_r(rest, " ", &rest);
    in.respondent = strtok_r(rest, " ", &rest);
    in.date = test_day(strtok_r(rest, " ", &rest));
    in.rater = strtok_r(rest, " ", &rest);
    test_take_scores(w, &in, scores);
    return in;
}

static inline bip_status test_add(bip_change *change, const char *participant, const char *key, const char *scores,
                                  char id[BIP_ID_SIZE])
{
    test_words w;
    bip_assessment_in in = test_assessment(&w, participant, key, scores);
    return bip_assessment_add(change, &in, id, &test_err);
}

/* One assessment in a change of its own. */
static inline bip_status test_try_record(fixture *f, const char *participant, const char *key, const char *scores,
                                         char id[BIP_ID_SIZE])
{
    bip_change *change = test_begin(f, NULL);
    bip_status st = test_add(change, participant, key, scores, id);
    if (st == BIP_OK)
        return bip_change_commit(change, NULL, &test_err);
    bip_change_rollback(change);
    return st;
}

static inline void test_record(fixture *f, const char *participant, const char *key, const char *scores,
                               char id[BIP_ID_SIZE])
{
    assert_ok(test_try_record(f, participant, key, scores, id));
}

/* note NULL stays, "" removes. */
static inline bip_status test_correct_in(bip_change *change, const char *id, const char *scores, const char *note,
                                         char new_id[BIP_ID_SIZE])
{
    test_words w;
    bip_assessment_in in = {.size = sizeof in, .note = note};
    test_take_scores(&w, &in, scores);
    return bip_assessment_correct(change, id, &in, new_id, &test_err);
}

static inline void test_correct(fixture *f, const char *id, const char *scores, char new_id[BIP_ID_SIZE])
{
    bip_change *change = test_begin(f, NULL);
    assert_ok(test_correct_in(change, id, scores, NULL, new_id));
    test_commit(change);
}

static inline void test_withdraw(fixture *f, const char *id)
{
    bip_change *change = test_begin(f, "entered by mistake");
    assert_ok(bip_assessment_withdraw(change, id, &test_err));
    test_commit(change);
}

/* ------------------------------------------------------------ reading */

static inline bip_query test_query(void)
{
    bip_query q;
    bip_query_init(&q, sizeof q);
    return q;
}

static inline int test_collect(void *ctx, const char *bytes, size_t n)
{
    fixture *f = ctx;
    if (f->text_n + n + 1 > f->text_cap) {
        f->text_cap = 2 * (f->text_n + n + 1);
        f->text = realloc(f->text, f->text_cap);
        if (f->text == NULL)
            abort();
    }
    memcpy(f->text + f->text_n, bytes, n);
    f->text_n += n;
    f->text[f->text_n] = '\0';
    return 0;
}

static inline const char *test_clear(fixture *f)
{
    f->text_n = 0;
    test_collect(f, "", 0);
    return f->text;
}

/* A document as a string, lent until the next text of this fixture. */
static inline bip_status test_try_document(fixture *f, const char *document, const bip_query *query)
{
    test_clear(f);
    return bip_write(f->store, document, query, NULL, test_collect, f, &test_err);
}

static inline const char *test_document(fixture *f, const char *document, const bip_query *query)
{
    assert_ok(test_try_document(f, document, query));
    return f->text;
}

static inline void test_say(fixture *f, const char *format, ...)
{
    char line[1000];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    assert_true(n >= 0 && (size_t)n < sizeof line);
    test_collect(f, line, (size_t)n);
}

/* A score as text: printf's decimal point is the locale's. Lent until the fourth call from now. */
static inline const char *test_score_text(double score)
{
    static char texts[4][BIP_NUMBER_SIZE];
    static unsigned next;
    char *text = texts[next++ % 4];
    bip__number_print(bip__number_round12(score), text);
    return text;
}

static inline void test_say_series(fixture *f, const bip_series *s)
{
    char first[11], latest[11];
    bip_date_format(s->first.date, first);
    bip_date_format(s->latest.date, latest);
    test_say(f, "%s %s@%s %s %s: %d, %s %s to %s %s, missing %d %d %d %d\n", s->participant, s->instrument, s->version,
             s->respondent, s->code, (int)s->n, first, test_score_text(s->first.score), latest,
             test_score_text(s->latest.score), (int)s->not_asked, (int)s->declined, (int)s->dont_know,
             (int)s->not_applicable);
}

/* All series, a line each: "P INSTRUMENT@VERSION RESPONDENT CODE: N, FIRST to LATEST, missing ...". */
static inline const char *test_series(fixture *f, const bip_query *query)
{
    bip_cursor *cursor = NULL;
    const bip_series *series = NULL;
    bip_status st;
    test_clear(f);
    assert_ok(bip_progression(f->store, query, &cursor, &test_err));
    while ((st = bip_series_next(cursor, &series, &test_err)) == BIP_OK)
        test_say_series(f, series);
    assert_status(st, BIP_DONE);
    bip_cursor_close(cursor);
    return f->text;
}

static inline void test_say_assessment(fixture *f, const bip_assessment *a)
{
    char date[11];
    bip_date_format(a->date, date);
    test_say(f, "%s %s@%s %s %s %s r%d", a->participant, a->instrument, a->version, a->respondent, date,
             a->rater == NULL ? "-" : a->rater, (int)a->revision);
    for (size_t i = 0; i < a->n; i++) {
        static const char *const words[] = {"", "", "declined", "dont_know", "not_applicable"};
        if (a->scores[i].answer == BIP_NUMBER)
            test_say(f, " %s=%s", a->indicators[i], test_score_text(a->scores[i].number));
        else
            test_say(f, " %s=%s", a->indicators[i], words[a->scores[i].answer]);
    }
    test_say(f, a->note == NULL ? "\n" : " \"%s\"\n", a->note);
}

/* All current assessments, a line each. */
static inline const char *test_assessments(fixture *f, const bip_query *query)
{
    bip_cursor *cursor = NULL;
    const bip_assessment *a = NULL;
    bip_status st;
    test_clear(f);
    assert_ok(bip_assessments(f->store, query, &cursor, &test_err));
    while ((st = bip_assessment_next(cursor, &a, &test_err)) == BIP_OK)
        test_say_assessment(f, a);
    assert_status(st, BIP_DONE);
    bip_cursor_close(cursor);
    return f->text;
}

/* Everything a store can tell, to hold against the same later; free() it. */
static inline char *test_state(fixture *f)
{
    static const char *const documents[] = {"head", "participants", "instruments", "history"};
    test_clear(f);
    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++)
        assert_ok(bip_write(f->store, documents[i], NULL, NULL, test_collect, f, &test_err));
    char *copy = malloc(f->text_n + 1);
    if (copy == NULL)
        abort();
    return memcpy(copy, f->text, f->text_n + 1);
}

static inline void test_unchanged(fixture *f, char *before)
{
    char *after = test_state(f);
    assert_string_equal(after, before);
    free(after);
    free(before);
}

/* ------------------------------------------------------------ verifying */

static inline int test_take_issue(void *ctx, const bip_issue *issue)
{
    test_say(ctx, "%s: %s\n", issue->where, issue->message);
    return 0;
}

/* The faults found, a line each; "" where there is none. */
static inline const char *test_faults(fixture *f)
{
    test_clear(f);
    bip_status st = bip_store_verify(f->store, NULL, test_take_issue, f, &test_err);
    if (st != BIP_OK && st != BIP_E_CORRUPT)
        fail_msg("verify: %s, %s", bip_status_code(st), test_err.message);
    if ((st == BIP_OK) != (f->text[0] == '\0'))
        fail_msg("verify says %s, and %s", bip_status_code(st), f->text[0] == '\0' ? "no fault" : f->text);
    return f->text;
}

#endif
