/* One transaction, one entry: what is in the store after a commit, a rollback, a failure, another process's write. */
#include "support.h"

#include <unistd.h>

#define STEPS                                                                                                          \
    "{'instrument':'steps','version':'1','title':{'en':'S'},'respondents':[{'code':'participant','title':{'en':"       \
    "'P'}}],'scales':[{'code':'five','min':1,'max':5}],'indicators':[{'code':'a','title':{'en':'A'},"                  \
    "'scale':'five'}]}"
#define DAY1 "steps participant 2026-01-01"

static int set_up(void **state)
{
    if (test_set_up(state) != 0)
        return -1;
    test_instrument(*state, STEPS);
    test_participant(*state, "P1");
    test_participant(*state, "P2");
    return 0;
}

#define ON_EACH(test)                                                                                                  \
    {#test " (memory)", test, set_up, test_tear_down, (void *)(intptr_t)TEST_MEMORY},                                  \
    {                                                                                                                  \
#test " (sqlite)", test, set_up, test_tear_down, (void *)(intptr_t)TEST_SQLITE                                 \
    }

static int lines(const char *text)
{
    int n = 0;
    for (; *text != '\0'; text++)
        n += *text == '\n';
    return n;
}

/* ------------------------------------------------------------ beginning and ending */

static void test_change__is_one_at_a_time(void **state)
{
    fixture *f = *state;
    bip_change *second = (bip_change *)f;
    bip_change *change = test_begin(f, NULL);
    assert_status(bip_change_begin(f->store, "anna", NULL, &second, &test_err), BIP_E_USAGE);
    assert_null(second);
    bip_change_rollback(change);
    change = test_begin(f, NULL);
    bip_change_rollback(change);
    bip_change_rollback(NULL);
}

static void test_change__wants_an_actor_and_a_reason_that_hold(void **state)
{
    fixture *f = *state;
    bip_change *change = NULL;
    static const char *const actors[] = {"", " anna", "anna\t", "811218-9876", "8112189876", "\xff"};
    static const char *const reasons[] = {"born 811218-9876", "\xff"};
    for (size_t i = 0; i < sizeof actors / sizeof *actors; i++)
        assert_status(bip_change_begin(f->store, actors[i], NULL, &change, &test_err), BIP_E_REFUSED);
    assert_string_equal(test_err.where, "actor");
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        assert_status(bip_change_begin(f->store, "anna", reasons[i], &change, &test_err), BIP_E_REFUSED);
    assert_string_equal(test_err.where, "reason");
    assert_null(change);
}

static void test_change__says_usage_for_null(void **state)
{
    fixture *f = *state;
    bip_change *change = NULL;
    assert_status(bip_change_begin(NULL, "anna", NULL, &change, &test_err), BIP_E_USAGE);
    assert_status(bip_change_begin(f->store, NULL, NULL, &change, &test_err), BIP_E_USAGE);
    assert_status(bip_change_begin(f->store, "anna", NULL, NULL, NULL), BIP_E_USAGE);
    assert_status(bip_change_commit(NULL, NULL, NULL), BIP_E_USAGE);
    assert_status(bip_participant_add(NULL, "P3", BIP_NO_DATE, NULL), BIP_E_USAGE);
    assert_status(bip_participant_set(NULL, "P1", "k", "v", NULL), BIP_E_USAGE);
    assert_status(bip_instrument_add(NULL, "{}", 2, NULL), BIP_E_USAGE);
    assert_status(bip_instrument_check(NULL, 0, NULL), BIP_E_USAGE);
    assert_status(bip_import(NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), BIP_E_USAGE);
    change = test_begin(f, NULL);
    assert_status(bip_participant_add(change, NULL, BIP_NO_DATE, NULL), BIP_E_USAGE);
    assert_status(bip_participant_set(change, NULL, "k", "v", NULL), BIP_E_USAGE);
    assert_status(bip_participant_set(change, "P1", NULL, "v", NULL), BIP_E_USAGE);
    assert_status(bip_instrument_add(change, NULL, 2, NULL), BIP_E_USAGE);
    assert_status(bip_import(change, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), BIP_E_USAGE);
    bip_change_rollback(change);
}

/* The reason stays when the person is gone: it may not be by what they are found again. */
static void test_change__erases_for_no_reason_that_names_the_person(void **state)
{
    static const struct {
        const char *reason;
        bip_status st;
    } cases[] = {{NULL, BIP_E_USAGE},
                 {"P1", BIP_E_REFUSED},
                 {"asked by P1.", BIP_E_REFUSED},
                 {"P12, P1", BIP_E_REFUSED},
                 {"(P1)", BIP_E_REFUSED},
                 {"{P1}", BIP_E_REFUSED},
                 {"/P1:", BIP_E_REFUSED},
                 {"[P1@home]", BIP_E_REFUSED},
                 {"XP1", BIP_OK},
                 {"xP1", BIP_OK},
                 {"0P1", BIP_OK},
                 {"P1z", BIP_OK},
                 {"\xC3\xA5P1\xC3\xA5", BIP_OK},
                 {"it was asked for", BIP_OK}};
    fixture *f = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bip_change *change = test_begin(f, cases[i].reason);
        assert_status(bip_participant_erase(change, "P1", &test_err), cases[i].st);
        bip_change_rollback(change);
    }
}

static void test_change__erases_the_old_for_no_reason_that_names_one_of_them(void **state)
{
    fixture *f = *state;
    char id[BIP_ID_SIZE];
    test_record(f, "P1", DAY1, "a=1", id);
    test_record(f, "P2", DAY1, "a=2", id);
    char *before = test_state(f);
    bip_change *change = test_begin(f, "the case of P2 is closed");
    assert_status(bip_retention_erase(change, 1, BIP_NO_DATE, test_collect, f, &test_err), BIP_E_REFUSED);
    assert_string_equal(test_err.where, "reason");
    assert_status(bip_change_commit(change, NULL, &test_err), BIP_E_USAGE); /* P1 was erased before P2 was refused */
    test_unchanged(f, before);
}

static int take_none(void *ctx, const char *bytes, size_t n)
{
    (void)ctx;
    (void)bytes;
    (void)n;
    return 1;
}

static void test_change__of_retention_and_objections_says_usage_for_null(void **state)
{
    fixture *f = *state;
    bip_change *change = test_begin(f, NULL);
    int32_t traces;
    assert_status(bip_retention_keep(NULL, 1, NULL), BIP_E_USAGE);
    assert_status(bip_retention_keep(change, -1, NULL), BIP_E_USAGE);
    assert_int_equal(bip_retention_days(NULL), 0);
    assert_status(bip_retention_list(NULL, 1, BIP_NO_DATE, take_none, NULL, NULL), BIP_E_USAGE);
    assert_status(bip_retention_list(f->store, 1, BIP_NO_DATE, NULL, NULL, NULL), BIP_E_USAGE);
    assert_status(bip_retention_erase(NULL, 1, BIP_NO_DATE, take_none, NULL, NULL), BIP_E_USAGE);
    assert_status(bip_retention_erase(change, 1, BIP_NO_DATE, take_none, NULL, NULL), BIP_E_USAGE); /* no reason */
    assert_status(bip_retention_list(f->store, 1, 99999999, take_none, NULL, NULL), BIP_E_USAGE);
    assert_status(bip_assessment_dispute(NULL, "x", "y", NULL, NULL), BIP_E_USAGE);
    assert_status(bip_assessment_dispute(change, NULL, "y", NULL, NULL), BIP_E_USAGE);
    assert_status(bip_assessment_dispute(change, "x", NULL, NULL, NULL), BIP_E_USAGE);
    assert_status(bip_participant_erase(NULL, "P1", NULL), BIP_E_USAGE);
    assert_status(bip_participant_erase(change, NULL, NULL), BIP_E_USAGE);
    assert_status(bip_store_add_words(NULL, "{}", 2, NULL, NULL), BIP_E_USAGE);
    assert_status(bip_store_add_words(f->store, NULL, 0, NULL, NULL), BIP_E_USAGE);
    assert_status(bip_store_traces(NULL, &traces, NULL), BIP_E_USAGE);
    assert_status(bip_store_traces(f->store, NULL, NULL), BIP_E_USAGE);
    bip_change_rollback(change);
}

/* Whoever records looks at what they did before they say that it holds. */
static void test_change__reads_as_it_will_once_it_is_committed(void **state)
{
    static const char *const documents[] = {"progression",  "progression-text",
                                            "steps",        "steps-text",
                                            "history",      "history-text",
                                            "jsonl",        "csv-long",
                                            "csv-wide",     "participants",
                                            "subject",      "subject-html",
                                            "report",       "brief",
                                            "timeline-svg", "spider"};
    enum { N = sizeof documents / sizeof *documents };
    static const char *const p1[] = {"P1"};
    fixture *f = *state;
    char id[BIP_ID_SIZE], *before[N];
    bip_query query = test_query();
    query.participants = p1;
    query.n_participants = 1;
    query.instrument = "steps";
    test_record(f, "P1", DAY1, "a=1", id);
    test_correct(f, id, "a=2", NULL);
    bip_change *change = test_begin(f, "seen anew");
    assert_ok(test_correct_in(change, id, "a=3", NULL, NULL));
    assert_ok(test_add(change, "P1", "steps participant 2026-04-01", "a=4", NULL));
    assert_ok(bip_assessment_dispute(change, id, "I see it otherwise", NULL, &test_err));
    assert_ok(bip_participant_set(change, "P1", "sex", "woman", &test_err));
    for (size_t i = 0; i < N; i++)
        before[i] = strdup(test_document(f, documents[i], &query));
    test_commit(change);
    for (size_t i = 0; i < N; i++) {
        assert_string_equal(test_document(f, documents[i], &query), before[i]);
        free(before[i]);
    }
}

static void test_change__leaves_nothing_behind_when_rolled_back(void **state)
{
    fixture *f = *state;
    char id[BIP_ID_SIZE];
    test_record(f, "P1", DAY1, "a=1", id);
    char *before = test_state(f);
    bip_change *change = test_begin(f, "why");
    assert_ok(bip_participant_add(change, "P3", BIP_NO_DATE, &test_err));
    assert_ok(bip_participant_set(change, "P1", "sex", "woman", &test_err));
    assert_ok(test_instrument_in(change, "{'instrument':'other','version':'1','title':{'en':'S'},'respondents':[{"
                                         "'code':'nurse','title':{'en':'P'}}],'scales':[{'code':'five','min':1,"
                                         "'max':5}],'indicators':[{'code':'a','title':{'en':'A'},'scale':'five'}]}"));
    assert_ok(test_add(change, "P3", "other nurse 2026-01-01 H07", "a=3", NULL));
    assert_ok(test_correct_in(change, id, "a=5", "n", NULL));
    assert_ok(bip_assessment_withdraw(change, id, &test_err));
    bip_change_rollback(change);
    test_unchanged(f, before);
    assert_string_equal(test_assessments(f, NULL), "P1 steps@1 participant 2026-01-01 - r0 a=1\n");
    assert_string_equal(test_faults(f), "");
    /* and the numbers that the rolled back facts had can be given out again */
    test_participant(f, "P3");
    test_record(f, "P3", DAY1 " H08", "a=2", NULL);
    assert_string_equal(test_faults(f), "");
}

static void test_change__writes_no_entry_without_a_fact(void **state)
{
    fixture *f = *state;
    char entry[BIP_ID_SIZE];
    char *before = test_state(f);
    assert_ok(bip_change_commit(test_begin(f, NULL), entry, &test_err));
    assert_string_equal(entry, "");
    test_unchanged(f, before);
}

static void test_change__gives_the_id_of_its_entry(void **state)
{
    fixture *f = *state;
    char id[BIP_ID_SIZE], entry[BIP_ID_SIZE];
    bip_change *change = test_begin(f, NULL);
    assert_ok(test_add(change, "P1", DAY1, "a=1", id));
    assert_ok(bip_change_commit(change, entry, &test_err));
    assert_int_equal(strlen(entry), 32);
    assert_memory_equal(id, entry, 32);
    assert_string_equal(id + 32, ".0");
    assert_int_equal(lines(test_document(f, "head", NULL)), 1);
    assert_memory_equal(f->text, entry, 32); /* one line of history, one head */
}

/* ------------------------------------------------------------ facts and leaves */

static void test_change__keeps_interleaved_participants_apart_in_runs(void **state)
{
    fixture *f = *state;
    bip__storage *s = f->store->context.storage;
    char entry[BIP_ID_SIZE], text[200] = "";
    uint8_t uuid[BIP__UUID_SIZE];
    bip__entry_row row;
    bip__rows *rows = NULL;
    bip__leaf_row leaf;
    bip_change *change = test_begin(f, NULL);
    assert_ok(test_add(change, "P1", DAY1, "a=1", NULL));
    assert_ok(test_add(change, "P1", DAY1 " H1", "a=1", NULL));
    assert_ok(test_add(change, "P2", DAY1, "a=2", NULL));
    assert_ok(test_add(change, "P1", DAY1 " H2", "a=3", NULL));
    assert_ok(bip_change_commit(change, entry, &test_err));
    assert_true(bip__hex_read(entry, 32, uuid, sizeof uuid));
    assert_ok(s->api->entry_find(s, uuid, &row, &test_err));
    assert_ok(s->api->leaves(s, row.n, &rows, &test_err));
    while (s->api->next_leaf(rows, &leaf, &test_err) == BIP_OK)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%d:%d ", (int)leaf.pos, (int)leaf.identity);
    s->api->close_rows(rows);
    assert_string_equal(text, "0:1 2:2 3:1 ");
    assert_string_equal(test_faults(f), "");
}

static void test_change__numbers_facts_in_the_order_of_calls(void **state)
{
    fixture *f = *state;
    char id[BIP_ID_SIZE];
    bip_change *change = test_begin(f, NULL);
    for (int i = 0; i < 12; i++) {
        char rater[60], idx[20];
        snprintf(rater, sizeof rater, DAY1 " R%d", i);
        snprintf(idx, sizeof idx, ".%d", i);
        assert_ok(test_add(change, i % 2 ? "P1" : "P2", rater, "a=1", id));
        assert_string_equal(id + 32, idx);
    }
    test_commit(change);
}

static void test_change__puts_entries_after_their_parents_whatever_the_clock_says(void **state)
{
    fixture *f = *state;
    bip__storage *s = f->store->context.storage;
    bip__rows *rows = NULL;
    bip__entry_row row;
    int64_t logical = INT64_MIN;
    int n = 0;
    for (int i = 0; i < 5; i++) {
        test_record(f, "P1", i % 2 ? "steps participant 2026-01-02" : DAY1, "a=1", NULL); /* known after two */
        f->now_ms -= 3600000;
        char code[20];
        snprintf(code, sizeof code, "Q%d", i);
        test_participant(f, code);
    }
    assert_ok(s->api->entries(s, &rows, &test_err));
    for (; s->api->next_entry(rows, &row, &test_err) == BIP_OK; n++) {
        assert_true(row.logical_ms > logical);
        assert_true(row.logical_ms >= row.at_ms);
        logical = row.logical_ms;
    }
    s->api->close_rows(rows);
    assert_int_equal(n, 3 + 2 + 5);
    assert_string_equal(test_faults(f), "");
}

static void test_change__keeps_the_reason_with_each_fact(void **state)
{
    fixture *f = *state;
    bip_change *change = test_begin(f, "catching up on paper forms");
    assert_ok(test_add(change, "P1", DAY1, "a=1", NULL));
    assert_ok(test_add(change, "P2", DAY1, "a=1", NULL));
    test_commit(change);
    test_document(f, "history", NULL);
    int n = 0;
    for (const char *at = f->text; (at = strstr(at, "catching up on paper forms")) != NULL; at++)
        n++;
    assert_int_equal(n, 2);
    assert_string_equal(test_faults(f), "");
}

static void test_change__takes_blanks_for_no_reason(void **state)
{
    fixture *f = *state;
    bip_change *change = test_begin(f, " \t");
    assert_ok(test_add(change, "P1", DAY1, "a=1", NULL));
    assert_status(bip_participant_erase(change, "P1", &test_err), BIP_E_USAGE);
    assert_string_equal(test_err.where, "reason");
    test_commit(change);
    assert_null(strstr(test_document(f, "json", NULL), "\"reason\""));
}

/* ------------------------------------------------------------ refusals and failures */

static void test_change__goes_on_after_refused_data(void **state)
{
    fixture *f = *state;
    bip_change *change = test_begin(f, NULL);
    assert_ok(test_add(change, "P1", DAY1, "a=1", NULL));
    assert_status(test_add(change, "P1", "steps participant 2026-01-02", "a=9", NULL), BIP_E_REFUSED);
    assert_status(test_add(change, "P9", "steps participant 2026-01-02", "a=1", NULL), BIP_E_REFUSED);
    assert_status(test_add(change, "P1", DAY1, "a=2", NULL), BIP_E_CONFLICT);
    assert_status(bip_participant_add(change, "P1", BIP_NO_DATE, &test_err), BIP_E_CONFLICT);
    assert_status(bip_participant_set(change, "P9", "k", "v", &test_err), BIP_E_NOT_FOUND);
    assert_status(test_instrument_in(change, "{'instrument':'x'}"), BIP_E_REFUSED);
    assert_status(test_correct_in(change, "nothing", "a=1", NULL, NULL), BIP_E_NOT_FOUND);
    assert_ok(test_add(change, "P1", "steps participant 2026-01-02", "a=5", NULL));
    test_commit(change);
    assert_string_equal(test_assessments(f, NULL), "P1 steps@1 participant 2026-01-01 - r0 a=1\n"
                                                   "P1 steps@1 participant 2026-01-02 - r0 a=5\n");
    assert_string_equal(test_faults(f), "");
}

static void test_change__can_only_be_rolled_back_without_random_bytes(void **state)
{
    fixture *f = *state;
    char *before = test_state(f);
    bip_change *change = test_begin(f, NULL);
    f->random_is_gone = true;
    assert_status(bip_participant_add(change, "P3", BIP_NO_DATE, &test_err), BIP_E_IO);
    f->random_is_gone = false;
    assert_status(bip_participant_add(change, "P3", BIP_NO_DATE, &test_err), BIP_E_USAGE);
    assert_message("rolled back");
    assert_status(bip_change_commit(change, NULL, &test_err), BIP_E_USAGE);
    test_unchanged(f, before);
    change = test_begin(f, NULL);
    assert_ok(test_add(change, "P1", DAY1, "a=1", NULL));
    f->random_is_gone = true;
    assert_status(bip_participant_add(change, "P3", BIP_NO_DATE, &test_err), BIP_E_IO); /* the person has no identity */
    assert_status(bip_change_commit(change, NULL, &test_err), BIP_E_USAGE);
    f->random_is_gone = false;
    assert_string_equal(test_assessments(f, NULL), "");
    assert_string_equal(test_faults(f), "");
}

/* A storage whose nth write fails, over the real one. */
static bip__storage_api failing;
static const bip__storage_api *real;
static long writes_left;

static bip_status spend(bip_error *err)
{
    return writes_left-- == 0 ? bip__fail(err, BIP_E_FULL, NULL, "no room") : BIP_OK;
}

static bip_status fail_assessments_put(bip__storage *s, const bip__assessment_row *rows, size_t n, bip_error *err)
{
    bip_status st = spend(err);
    return st == BIP_OK ? real->assessments_put(s, rows, n, err) : st;
}

static bip_status fail_word_add(bip__storage *s, int kind, const char *text, int32_t *n, bip_error *err)
{
    bip_status st = spend(err);
    return st == BIP_OK ? real->word_add(s, kind, text, n, err) : st;
}

static bip_status fail_leaves_put(bip__storage *s, const bip__leaf_row *rows, size_t n, bip_error *err)
{
    bip_status st = spend(err);
    return st == BIP_OK ? real->leaves_put(s, rows, n, err) : st;
}

static bip_status fail_set_current(bip__storage *s, int32_t person, bip_date day, int64_t entry, int32_t idx,
                                   int32_t current, bip_error *err)
{
    bip_status st = spend(err);
    return st == BIP_OK ? real->set_current(s, person, day, entry, idx, current, err) : st;
}

static bip_status fail_entry_put(bip__storage *s, const bip__entry_row *row, const bip__leaf_row *last,
                                 const int64_t *parents, size_t n, bip_error *err)
{
    bip_status st = spend(err);
    return st == BIP_OK ? real->entry_put(s, row, last, parents, n, err) : st;
}

static bip_status fail_persons_add(bip__storage *s, const char *const *codes, size_t n, int32_t *first, bip_error *err)
{
    bip_status st = spend(err);
    return st == BIP_OK ? real->persons_add(s, codes, n, first, err) : st;
}

static bip_status fail_identities_add(bip__storage *s, const bip__identity_row *rows, size_t n, int32_t *first,
                                      bip_error *err)
{
    bip_status st = spend(err);
    return st == BIP_OK ? real->identities_add(s, rows, n, first, err) : st;
}

static bip_status fail_facts_put(bip__storage *s, const bip__fact_row *rows, size_t n, bip_error *err)
{
    bip_status st = spend(err);
    return st == BIP_OK ? real->facts_put(s, rows, n, err) : st;
}

static bip_status fail_instrument_add(bip__storage *s, const bip__instrument_row *row, const bip__item_row *items,
                                      size_t n_items, int32_t *n, bip_error *err)
{
    bip_status st = spend(err);
    return st == BIP_OK ? real->instrument_add(s, row, items, n_items, n, err) : st;
}

static void make_failing(fixture *f)
{
    real = f->store->context.storage->api;
    failing = *real;
    failing.assessments_put = fail_assessments_put;
    failing.word_add = fail_word_add;
    failing.leaves_put = fail_leaves_put;
    failing.set_current = fail_set_current;
    failing.entry_put = fail_entry_put;
    failing.persons_add = fail_persons_add;
    failing.identities_add = fail_identities_add;
    failing.facts_put = fail_facts_put;
    failing.instrument_add = fail_instrument_add;
    f->store->context.storage->api = &failing;
}

/* Everything a change can do; ends at the first failure. */
static bip_status do_everything(bip_change *change, const char *held)
{
    bip_status st = bip_participant_add(change, "P3", test_day("2026-01-01"), &test_err);
    if (st == BIP_OK)
        st = bip_participant_set(change, "P3", "sex", "woman", &test_err);
    if (st == BIP_OK)
        st = test_instrument_in(change, "{'instrument':'other','version':'1','title':{'en':'S'},'respondents':[{"
                                        "'code':'nurse','title':{'en':'P'}}],'scales':[{'code':'five','min':1,"
                                        "'max':5}],'indicators':[{'code':'a','title':{'en':'A'},'scale':'five'}]}");
    if (st == BIP_OK)
        st = test_add(change, "P3", "other nurse 2026-01-01 H07", "a=3", NULL);
    if (st == BIP_OK)
        st = test_correct_in(change, held, "a=5", "n", NULL);
    return st == BIP_OK ? bip_assessment_withdraw(change, held, &test_err) : st;
}

static void test_change__is_broken_by_any_write_that_fails(void **state)
{
    fixture *f = *state;
    char id[BIP_ID_SIZE];
    long n = 0;
    test_record(f, "P1", DAY1, "a=1", id);
    char *before = test_state(f);
    make_failing(f);
    for (;; n++) {
        bip_change *change = test_begin(f, "why");
        writes_left = n;
        bip_status st = do_everything(change, id);
        if (st == BIP_OK)
            st = bip_change_commit(change, NULL, &test_err);
        else /* what went before must not be saved by a caller who doesn't look */
            assert_status(bip_change_commit(change, NULL, NULL), BIP_E_USAGE);
        if (st == BIP_OK)
            break;
        assert_status(st, BIP_E_FULL);
        writes_left = -1;
        char *after = test_state(f);
        assert_string_equal(after, before);
        free(after);
    }
    free(before);
    writes_left = -1;
    assert_in_range(n, 15, 40);
    assert_string_equal(test_faults(f), "");
    f->store->context.storage->api = real;
}

/* ------------------------------------------------------------ several processes */

static void in_folder(void (*work)(fixture *one, fixture *other))
{
    char folder[] = "/tmp/bip-change-XXXXXX", path[80];
    static const char *const ends[] = {"", "-wal", "-shm"};
    assert_non_null(mkdtemp(folder));
    fixture *one = test_fixture(), *other = test_fixture();
    bip_open_options o = test_options(one);
    snprintf(path, sizeof path, "%s/a.bip", folder);
    other->random = 99;
    assert_ok(bip_store_open(path, &o, &one->store, &test_err));
    o = test_options(other);
    o.flags = BIP_OPEN_WRITE;
    o.wait_ms = 20;
    assert_ok(bip_store_open(path, &o, &other->store, &test_err));
    work(one, other);
    void *states[] = {other, one};
    for (size_t i = 0; i < 2; i++) {
        fixture *f = states[i];
        bip_store_close(f->store);
        free(f->text);
        free(f);
    }
    for (size_t i = 0; i < 3; i++) {
        char file[100];
        snprintf(file, sizeof file, "%s%s", path, ends[i]);
        unlink(file);
    }
    rmdir(folder);
}

static void see_each_other(fixture *one, fixture *other)
{
    assert_string_equal(test_series(other, NULL), ""); /* the catalogue is in memory now */
    test_instrument(one, STEPS);
    test_participant(one, "P1");
    test_record(one, "P1", DAY1 " H07", "a=1", NULL);
    assert_string_equal(test_assessments(other, NULL), "P1 steps@1 participant 2026-01-01 H07 r0 a=1\n");
    test_record(other, "P1", DAY1 " H08", "a=2", NULL);
    test_record(one, "P1", DAY1 " H09", "a=3", NULL);
    assert_string_equal(test_series(other, NULL), "P1 steps@1 participant a: 1, 2026-01-01 3 to 2026-01-01 3, "
                                                  "missing 0 0 0 0\n");
    assert_int_equal(lines(test_document(one, "head", NULL)), 1); /* one after the other: no fork */
    assert_string_equal(test_faults(other), "");
}

static void test_change__sees_what_another_process_wrote(void **state)
{
    (void)state;
    in_folder(see_each_other);
}

static void keep_each_other_out(fixture *one, fixture *other)
{
    test_participant(one, "P1");
    bip_change *change = test_begin(one, NULL);
    assert_ok(bip_participant_add(change, "P2", BIP_NO_DATE, &test_err));
    bip_change *waiting = test_begin(other, NULL);
    assert_status(bip_participant_add(waiting, "P3", BIP_NO_DATE, &test_err), BIP_E_BUSY);
    assert_string_equal(test_assessments(other, NULL), ""); /* reading is free */
    test_commit(change);
    assert_ok(bip_participant_add(waiting, "P3", BIP_NO_DATE, &test_err)); /* waiting was no failure of the change */
    assert_status(bip_participant_add(waiting, "P2", BIP_NO_DATE, &test_err), BIP_E_CONFLICT);
    test_commit(waiting);
    assert_int_equal(lines(test_document(one, "participants", NULL)), 3);
    assert_int_equal(lines(test_document(one, "head", NULL)), 1);
    assert_string_equal(test_faults(one), "");
}

static void test_change__waits_for_another_writer_and_can_try_again(void **state)
{
    (void)state;
    in_folder(keep_each_other_out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_EACH(test_change__is_one_at_a_time),
        ON_EACH(test_change__wants_an_actor_and_a_reason_that_hold),
        ON_EACH(test_change__says_usage_for_null),
        ON_EACH(test_change__erases_the_old_for_no_reason_that_names_one_of_them),
        ON_EACH(test_change__of_retention_and_objections_says_usage_for_null),
        ON_EACH(test_change__erases_for_no_reason_that_names_the_person),
        ON_EACH(test_change__reads_as_it_will_once_it_is_committed),
        ON_EACH(test_change__leaves_nothing_behind_when_rolled_back),
        ON_EACH(test_change__writes_no_entry_without_a_fact),
        ON_EACH(test_change__gives_the_id_of_its_entry),
        ON_EACH(test_change__keeps_interleaved_participants_apart_in_runs),
        ON_EACH(test_change__numbers_facts_in_the_order_of_calls),
        ON_EACH(test_change__puts_entries_after_their_parents_whatever_the_clock_says),
        ON_EACH(test_change__keeps_the_reason_with_each_fact),
        ON_EACH(test_change__takes_blanks_for_no_reason),
        ON_EACH(test_change__goes_on_after_refused_data),
        ON_EACH(test_change__can_only_be_rolled_back_without_random_bytes),
        ON_EACH(test_change__is_broken_by_any_write_that_fails),
        cmocka_unit_test(test_change__sees_what_another_process_wrote),
        cmocka_unit_test(test_change__waits_for_another_writer_and_can_try_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
