/* Every allocation of every call fails once: the status says so, nothing leaks, nothing is half done, and the next call
 * works. */
#include "support.h"

#define STEPS                                                                                                          \
    "{\"instrument\":\"steps\",\"version\":\"1\",\"title\":{\"en\":\"S\"},\"respondents\":[{\"code\":"                 \
    "\"participant\",\"title\":{\"en\":\"P\"}},{\"code\":\"coach\",\"title\":{\"en\":\"C\"}}],\"scales\":[{"           \
    "\"code\":\"five\",\"min\":1,\"max\":5}],\"indicators\":[{\"code\":\"a\",\"title\":{\"en\":\"A\"},"                \
    "\"scale\":\"five\"},{\"code\":\"b\",\"title\":{\"en\":\"B\"},\"scale\":\"five\"}],\"dimensions\":[{"              \
    "\"code\":\"d\",\"title\":{\"en\":\"D\"},\"indicators\":[\"a\",\"b\"]}],\"participant_pattern\":\"^[PQ]\"}"

enum { MOST = 20000 };

static void fill(fixture *f)
{
    char id[BIP_ID_SIZE];
    bip_change *change = test_begin(f, "the first");
    assert_ok(bip_instrument_add(change, STEPS, strlen(STEPS), &test_err));
    assert_ok(bip_participant_add(change, "P1", test_day("2026-01-01"), &test_err));
    assert_ok(bip_participant_set(change, "P1", "sex", "woman", &test_err));
    assert_ok(test_add(change, "P1", "steps participant 2026-01-01 H07", "a=1 b=2", id));
    assert_ok(test_add(change, "P1", "steps participant 2026-01-01 H08", "a=2 b=declined", NULL));
    assert_ok(test_add(change, "P1", "steps coach 2026-01-03", "a=2", NULL));
    assert_ok(test_add(change, "P1", "steps participant 2026-04-01 H07", "a=3 b=2", NULL));
    assert_ok(test_add(change, "P1", "steps participant 2026-07-01 H07", "a=4 b=2", NULL));
    assert_ok(test_add(change, "P1", "steps participant 2026-10-01 H07", "a=5 b=3", NULL));
    test_commit(change);
    test_correct(f, id, "a=2", NULL);
}

static int set_up(void **state)
{
    if (test_set_up(state) != 0)
        return -1;
    fill(*state);
    return 0;
}

#define ON_EACH(test)                                                                                                  \
    {#test " (memory)", test, set_up, test_tear_down, (void *)(intptr_t)TEST_MEMORY},                                  \
    {                                                                                                                  \
#test " (sqlite)", test, set_up, test_tear_down, (void *)(intptr_t)TEST_SQLITE                                 \
    }

/* ------------------------------------------------------------ opening */

static void sweep_open(test_kind kind)
{
    fixture *f = test_fixture();
    bip_status st;
    long n = 0;
    for (;; n++) {
        bip__alloc_fail_at(n, false);
        st = test_open(f, kind, &test_err);
        bip__alloc_fail_at(-1, false);
        if (st == BIP_OK || n == MOST)
            break;
        assert_status(st, BIP_E_NOMEM);
        assert_null(f->store);
        assert_int_equal(bip__alloc_live(), f->live);
    }
    assert_in_range(n, 10, MOST - 1);
    bip_store_close(f->store);
    assert_int_equal(bip__alloc_live(), f->live);
    free(f);
}

static void test_nomem__opening_a_store(void **state)
{
    (void)state;
    sweep_open(TEST_MEMORY);
    sweep_open(TEST_SQLITE);
}

/* ------------------------------------------------------------ writing */

typedef bip_status (*deed)(bip_change *change, const char *id);

static bip_status add(bip_change *change, const char *id)
{
    (void)id;
    return test_add(change, "P1", "steps coach 2026-02-01 H11", "a=3 b=dont_know", NULL);
}

static bip_status correct(bip_change *change, const char *id)
{
    return test_correct_in(change, id, "b=5", "a note", NULL);
}

static bip_status withdraw(bip_change *change, const char *id)
{
    return bip_assessment_withdraw(change, id, &test_err);
}

static bip_status participant(bip_change *change, const char *id)
{
    (void)id;
    return bip_participant_add(change, "P2", 20000, &test_err);
}

static bip_status attribute(bip_change *change, const char *id)
{
    (void)id;
    return bip_participant_set(change, "P1", "unit", "north", &test_err);
}

static bip_status instrument(bip_change *change, const char *id)
{
    static const char json[] = "{\"instrument\":\"other\",\"version\":\"1\",\"title\":{\"en\":\"S\"},\"respondents\":[{"
                               "\"code\":\"nurse\",\"title\":{\"en\":\"P\"}}],\"scales\":[{\"code\":\"five\",\"min\":"
                               "1,\"max\":5}],\"indicators\":[{\"code\":\"a\",\"title\":{\"en\":\"A\"},\"scale\":"
                               "\"five\"}]}";
    (void)id;
    return bip_instrument_add(change, json, sizeof json - 1, &test_err);
}

static bip_status all_of_it(fixture *f, deed what, const char *id)
{
    bip_change *change = NULL;
    bip_status st = bip_change_begin(f->store, "eva", "why", &change, &test_err);
    if (st == BIP_OK && (st = what(change, id)) != BIP_OK)
        bip_change_rollback(change);
    else if (st == BIP_OK)
        st = bip_change_commit(change, NULL, &test_err);
    return st;
}

static void first_id(fixture *f, char id[BIP_ID_SIZE])
{
    bip_cursor *cursor = NULL;
    const bip_assessment *a = NULL;
    assert_ok(bip_assessments(f->store, NULL, &cursor, &test_err));
    assert_ok(bip_assessment_next(cursor, &a, &test_err));
    snprintf(id, BIP_ID_SIZE, "%s", a->id);
    bip_cursor_close(cursor);
}

static void sweep_deed(fixture *f, deed what)
{
    char id[BIP_ID_SIZE];
    bip_status st;
    long n = 0;
    first_id(f, id);
    char *before = test_state(f);
    for (;; n++) {
        bip__context_forget(&f->store->context); /* reading the instruments is part of it */
        bip__alloc_fail_at(n, false);
        st = all_of_it(f, what, id);
        bip__alloc_fail_at(-1, false);
        if (st == BIP_OK || n == MOST)
            break;
        assert_status(st, BIP_E_NOMEM);
        if (n % 7 == 0) {
            char *after = test_state(f);
            assert_string_equal(after, before);
            free(after);
        }
    }
    assert_in_range(n, 5, MOST - 1);
    char *after = test_state(f);
    assert_string_not_equal(after, before); /* the call that had all memory did its work */
    free(after);
    free(before);
    assert_string_equal(test_faults(f), "");
}

static void test_nomem__recording(void **state)
{
    sweep_deed(*state, add);
}

static void test_nomem__correcting(void **state)
{
    sweep_deed(*state, correct);
}

static void test_nomem__withdrawing(void **state)
{
    sweep_deed(*state, withdraw);
}

static void test_nomem__registering(void **state)
{
    sweep_deed(*state, participant);
}

static void test_nomem__setting_an_attribute(void **state)
{
    sweep_deed(*state, attribute);
}

static void test_nomem__adding_an_instrument(void **state)
{
    sweep_deed(*state, instrument);
}

/* A caller who doesn't look and commits all the same must not save half a fact. */
static void test_nomem__leaves_a_change_whole_or_broken(void **state)
{
    static const deed deeds[] = {add, correct, participant, attribute, instrument};
    fixture *f = *state;
    char id[BIP_ID_SIZE];
    first_id(f, id);
    for (size_t d = 0; d < sizeof deeds / sizeof *deeds; d++) {
        bip_status st = BIP_E_NOMEM;
        for (long n = 0; st != BIP_OK; n++) {
            bip_change *change = test_begin(f, "why");
            bip__alloc_fail_at(n, false);
            st = deeds[d](change, id);
            bip__alloc_fail_at(-1, false);
            assert_true(n < MOST);
            bip_change_commit(change, NULL, NULL); /* goes well where nothing of it was written */
            if (n % 5 == 0)
                assert_string_equal(test_faults(f), "");
        }
        assert_string_equal(test_faults(f), "");
    }
}

/* ------------------------------------------------------------ reading */

static bip_status read_all(fixture *f)
{
    bip_cursor *cursor = NULL;
    const bip_assessment *a;
    const bip_series *s;
    const char *codes[] = {"P1"};
    bip_query q = test_query();
    q.participants = codes;
    q.n_participants = 1;
    q.instrument = "steps";
    bip_status st = bip_assessments(f->store, &q, &cursor, &test_err);
    while (st == BIP_OK)
        st = bip_assessment_next(cursor, &a, &test_err);
    bip_cursor_close(cursor);
    if (st != BIP_DONE)
        return st;
    st = bip_progression(f->store, NULL, &cursor, &test_err);
    while (st == BIP_OK)
        st = bip_series_next(cursor, &s, &test_err);
    bip_cursor_close(cursor);
    return st == BIP_DONE ? BIP_OK : st;
}

static void test_nomem__reading_with_cursors(void **state)
{
    fixture *f = *state;
    bip_status st = BIP_E_NOMEM;
    long n = 0;
    for (; st != BIP_OK && n < MOST; n++) {
        bip__context_forget(&f->store->context);
        long live = bip__alloc_live();
        bip__alloc_fail_at(n, false);
        st = read_all(f);
        bip__alloc_fail_at(-1, false);
        if (st != BIP_OK)
            assert_status(st, BIP_E_NOMEM);
        bip__context_forget(&f->store->context);
        assert_in_range(bip__alloc_live(), live, live + 8); /* words that storage has learnt stay */
    }
    assert_in_range(n, 20, MOST - 1);
    test_participant(f, "P3"); /* nothing was left open */
}

static const char *const documents[] = {"progression",  "progression-text", "steps",       "steps-text", "history",
                                        "history-text", "participants",     "instruments", "instrument", "head",
                                        "json"};

static void sweep_document(fixture *f, const char *name)
{
    bip_query q = test_query();
    bip_status st;
    long n = 0;
    q.instrument = strcmp(name, "instrument") == 0 ? "steps" : NULL;
    if (test_try_document(f, name, &q) != BIP_OK)
        fail_msg("%s: %s", name, test_err.message);
    char *expected = strdup(f->text);
    assert_non_null(expected);
    for (;; n++) {
        bip__context_forget(&f->store->context);
        bip__alloc_fail_at(n, false);
        st = test_try_document(f, name, &q);
        bip__alloc_fail_at(-1, false);
        if (st == BIP_OK || n == MOST)
            break;
        if (st != BIP_E_NOMEM)
            fail_msg("%s: %s, %s", name, bip_status_code(st), test_err.message);
    }
    assert_in_range(n, 3, MOST - 1);
    assert_string_equal(f->text, expected);
    free(expected);
}

static void test_nomem__writing_documents(void **state)
{
    fixture *f = *state;
    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++)
        sweep_document(f, documents[i]);
    test_participant(f, "P3"); /* nothing was left open */
}

/* ------------------------------------------------------------ into memory that is kept */

/* What the last document leaves to the next goes; storage keeps the words that it has learnt. */
static long live_without_kept(fixture *f)
{
    bip__context_forget(&f->store->context);
    bip__out_free(&f->store->idle_out);
    return bip__alloc_live();
}

/* Of Q there is so little and of QR so much that the memory kept of reading Q is too small for QR. */
static void fill_unlike(fixture *f)
{
    bip_change *change = test_begin(f, NULL);
    assert_ok(bip_participant_add(change, "Q", BIP_NO_DATE, &test_err));
    assert_ok(test_add(change, "Q", "steps coach 2026-01-03", "a=2", NULL));
    assert_ok(bip_participant_add(change, "QR", BIP_NO_DATE, &test_err));
    for (int i = 0; i < 20; i++) {
        char key[64], scores[16];
        snprintf(key, sizeof key, "steps %s 2026-01-%02d", i % 2 ? "coach" : "participant", i + 1);
        snprintf(scores, sizeof scores, "a=%d b=%d", 1 + i / 4, 5 - i % 3);
        assert_ok(test_add(change, "QR", key, scores, NULL));
    }
    test_commit(change);
}

/* A document, the one participant it is about where it is about one, and what it is read after. */
typedef struct pair {
    const char *name, *person, *after;
} pair;

static bip_query query_of(const pair *p, const char **person)
{
    bip_query q = test_query();
    *person = p->person;
    q.participants = *person == NULL ? NULL : person;
    q.n_participants = *person != NULL;
    if (strcmp(p->name, "instrument") == 0 || strcmp(p->name, "csv-wide") == 0 || strcmp(p->name, "form") == 0)
        q.instrument = "steps";
    return q;
}

static void read_little(fixture *f, const pair *p, bip_query q)
{
    const char *little[] = {"Q"};
    q.participants = little;
    q.n_participants = 1;
    assert_ok(test_try_document(f, p->after, &q));
}

/* Where an allocation fails, the memory must be as good as before: the next document is written into it. */
static bool meets_failure(fixture *f, const pair *p, const bip_query *q, long n, const char *expected)
{
    bip__alloc_fail_at(n, false);
    bip_status st = test_try_document(f, p->name, q);
    const bool met = bip__alloc_failed();
    bip__alloc_fail_at(-1, false);
    if (st != (met ? BIP_E_NOMEM : BIP_OK))
        fail_msg("%s, allocation %ld: %s, %s", p->name, n, bip_status_code(st), test_err.message);
    if (met)
        st = test_try_document(f, p->name, q);
    if (st != BIP_OK || strcmp(f->text, expected) != 0)
        fail_msg("%s, allocation %ld: another document", p->name, n);
    return met;
}

static void sweep_pair(fixture *f, const pair *p)
{
    const char *person;
    const bip_query q = query_of(p, &person);
    long n = 0;
    live_without_kept(f);
    char *expected = strdup(test_document(f, p->name, &q));
    const long live = live_without_kept(f);
    assert_non_null(expected);
    do {
        live_without_kept(f);
        read_little(f, p, q);
    } while (meets_failure(f, p, &q, n, expected) && ++n < MOST);
    assert_in_range(n, 1, MOST - 1);
    assert_in_range(live_without_kept(f), 0, live);
    free(expected);
}

static void test_nomem__writing_documents_into_kept_memory(void **state)
{
    static const pair pairs[] = {
        {"progression", NULL, "progression"},
        {"progression", "QR", "progression"},
        {"progression-text", NULL, "progression-text"},
        {"steps", NULL, "progression"},
        {"steps-text", NULL, "steps"},
        {"history", NULL, "history"},
        {"participants", NULL, "participants"},
        {"instruments", NULL, "progression"},
        {"instrument", NULL, "progression"},
        {"head", NULL, "progression"},
        {"json", NULL, "progression"},
        {"jsonl", NULL, "jsonl"},
        {"csv-long", NULL, "csv-long"},
        {"csv-wide", NULL, "csv-wide"},
        {"team", NULL, "progression"},
        {"form", NULL, "progression"},
        {"report", "QR", "report"},
        {"brief", "QR", "progression"},
        {"spider", "QR", "spider"},
        {"spider-svg", "QR", "spider"},
        {"timeline-svg", "QR", "timeline-svg"},
        {"subject", "QR", "subject"},
    };
    fixture *f = *state;
    fill_unlike(f);
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        sweep_pair(f, &pairs[i]);
    test_participant(f, "P3"); /* nothing was left open */
}

static void test_nomem__verifying(void **state)
{
    fixture *f = *state;
    bip_status st = BIP_E_NOMEM;
    char anchor[200];
    long n = 0;
    snprintf(anchor, sizeof anchor, "%s", test_document(f, "head", NULL));
    for (; st != BIP_OK && n < MOST; n++) {
        bip__context_forget(&f->store->context);
        bip__alloc_fail_at(n, false);
        test_clear(f);
        st = bip_store_verify(f->store, anchor, test_take_issue, f, &test_err);
        bip__alloc_fail_at(-1, false);
        if (st != BIP_OK)
            assert_status(st, BIP_E_NOMEM);
        assert_string_equal(f->text, ""); /* no memory is no fault of the store */
    }
    assert_in_range(n, 20, MOST - 1);
    test_participant(f, "P3");
}

static void test_nomem__computing_a_series(void **state)
{
    static const bip_date days[] = {10, 20, 30, 40, 50};
    static const double scores[] = {1, 2, 2, 3, 4};
    bip_series_rules rules;
    bip_series s;
    bip_status st = BIP_E_NOMEM;
    long n = 0, live = bip__alloc_live();
    (void)state;
    bip_series_rules_init(&rules, sizeof rules);
    rules.scale_min = 1;
    rules.scale_max = 5;
    for (; st != BIP_OK && n < MOST; n++) {
        bip__alloc_fail_at(n, false);
        st = bip_series_compute(days, scores, NULL, 5, &rules, &s, sizeof s, &test_err);
        bip__alloc_fail_at(-1, false);
        if (st != BIP_OK)
            assert_status(st, BIP_E_NOMEM);
        assert_int_equal(bip__alloc_live(), live);
    }
    assert_in_range(n, 2, MOST - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nomem__opening_a_store),
        ON_EACH(test_nomem__recording),
        ON_EACH(test_nomem__correcting),
        ON_EACH(test_nomem__withdrawing),
        ON_EACH(test_nomem__registering),
        ON_EACH(test_nomem__setting_an_attribute),
        ON_EACH(test_nomem__adding_an_instrument),
        ON_EACH(test_nomem__leaves_a_change_whole_or_broken),
        ON_EACH(test_nomem__reading_with_cursors),
        ON_EACH(test_nomem__writing_documents),
        ON_EACH(test_nomem__writing_documents_into_kept_memory),
        ON_EACH(test_nomem__verifying),
        cmocka_unit_test(test_nomem__computing_a_series),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
