/* Reading: order, filters, what a cursor lends and for how long, and what ends it. */
#include "support.h"

#define STEPS                                                                                                          \
    "{'instrument':'steps','version':'1','title':{'en':'S'},'respondents':[{'code':'participant','title':{'en':"       \
    "'P'}},{'code':'coach','title':{'en':'C'}}],'scales':[{'code':'five','min':1,'max':5}],'indicators':["             \
    "{'code':'a','title':{'en':'A'},'scale':'five'},{'code':'b','title':{'en':'B'},'scale':'five',"                    \
    "'visible_to':['coach']}],'bands':[{'of':'a','code':'low','from':2,'title':{'en':'L'}},"                           \
    "{'of':'a','code':'high','from':4,'title':{'en':'H'}}]}"

static int set_up(void **state)
{
    if (test_set_up(state) != 0)
        return -1;
    fixture *f = *state;
    test_instrument(f, STEPS);
    test_participant(f, "b");
    test_participant(f, "B");
    test_participant(f, "a");
    test_record(f, "b", "steps participant 2026-03-01", "a=2 b=1", NULL);
    test_record(f, "b", "steps coach 2026-01-01 H07", "a=4", NULL);
    test_record(f, "B", "steps participant 2026-02-01", "a=1", NULL);
    test_record(f, "B", "steps participant 2026-04-01", "a=5", NULL);
    return 0;
}

#define ON_EACH(test)                                                                                                  \
    {#test " (memory)", test, set_up, test_tear_down, (void *)(intptr_t)TEST_MEMORY},                                  \
    {                                                                                                                  \
#test " (sqlite)", test, set_up, test_tear_down, (void *)(intptr_t)TEST_SQLITE                                 \
    }

#define B_FIRST "B steps@1 participant 2026-02-01 - r0 a=1 b=\n"
#define B_SECOND "B steps@1 participant 2026-04-01 - r0 a=5 b=\n"
#define SMALL_FIRST "b steps@1 coach 2026-01-01 H07 r0 a=4 b=\n"
#define SMALL_SECOND "b steps@1 participant 2026-03-01 - r0 a=2 b=1\n"

/* ------------------------------------------------------------ order and filters */

static void test_cursor__reads_by_code_bytewise_then_date(void **state)
{
    fixture *f = *state;
    assert_string_equal(test_assessments(f, NULL), B_FIRST B_SECOND SMALL_FIRST SMALL_SECOND);
}

static void test_cursor__reads_participants_in_the_order_named(void **state)
{
    fixture *f = *state;
    const char *codes[] = {"b", "a", "B", "b"};
    bip_query q = test_query();
    q.participants = codes;
    q.n_participants = 3;
    assert_string_equal(test_assessments(f, &q), SMALL_FIRST SMALL_SECOND B_FIRST B_SECOND);
    q.participants = codes + 2;
    q.n_participants = 1;
    assert_string_equal(test_series(f, &q), "B steps@1 participant a: 2, 2026-02-01 1 to 2026-04-01 5, missing 0 0 0 "
                                            "0\n");
    q.n_participants = 0; /* a list of nobody isn't everybody */
    assert_string_equal(test_assessments(f, &q), "");
}

static void test_cursor__reads_a_day_in_the_order_of_recording(void **state)
{
    fixture *f = *state;
    char id[BIP_ID_SIZE];
    test_record(f, "a", "steps participant 2026-01-01 Z", "a=1", id);
    f->now_ms -= 1000;
    test_record(f, "a", "steps coach 2026-01-01 A", "a=2", NULL);
    f->now_ms -= 1000;
    test_record(f, "a", "steps participant 2026-01-01 M", "a=3", NULL);
    test_correct(f, id, "a=5", NULL);
    const char *codes[] = {"a"};
    bip_query q = test_query();
    q.participants = codes;
    q.n_participants = 1;
    assert_string_equal(test_assessments(f, &q), "a steps@1 participant 2026-01-01 Z r1 a=5 b=\n"
                                                 "a steps@1 coach 2026-01-01 A r0 a=2 b=\n"
                                                 "a steps@1 participant 2026-01-01 M r0 a=3 b=\n");
}

static void test_cursor__keeps_to_the_filters(void **state)
{
    fixture *f = *state;
    bip_query q = test_query();
    test_record(f, "a", "audit@1 participant 2026-01-01", "", NULL);
    q.instrument = "audit";
    assert_non_null(strstr(test_assessments(f, &q), "a audit@1"));
    assert_null(strstr(f->text, "steps"));
    q.instrument = "steps@1";
    q.respondent = "coach";
    assert_string_equal(test_assessments(f, &q), SMALL_FIRST);
    q.respondent = "participant";
    q.as_of = test_day("2026-03-01");
    assert_string_equal(test_assessments(f, &q), B_FIRST SMALL_SECOND);
    q.as_of--;
    assert_string_equal(test_assessments(f, &q), B_FIRST);
}

static void test_cursor__leaves_out_what_a_role_may_not_see(void **state)
{
    fixture *f = *state;
    const char *codes[] = {"b"};
    bip_query q = test_query();
    q.participants = codes;
    q.n_participants = 1;
    q.for_role = "participant";
    assert_string_equal(test_assessments(f, &q), "b steps@1 coach 2026-01-01 H07 r0 a=4\n"
                                                 "b steps@1 participant 2026-03-01 - r0 a=2\n");
    assert_null(strstr(test_series(f, &q), " b:"));
    q.for_role = "coach";
    assert_string_equal(test_assessments(f, &q), SMALL_FIRST SMALL_SECOND);
    assert_non_null(strstr(test_series(f, &q), " b:"));
}

static void test_cursor__says_not_found_before_anything_is_read(void **state)
{
    fixture *f = *state;
    const char *codes[] = {"b", "x"};
    bip_query q[5];
    for (size_t i = 0; i < 5; i++)
        q[i] = test_query();
    q[0].participants = codes;
    q[0].n_participants = 2;
    q[1].instrument = "x";
    q[2].instrument = "steps@2";
    q[3].respondent = "x";
    q[4].for_role = "x";
    for (size_t i = 0; i < 5; i++) {
        bip_cursor *cursor = (bip_cursor *)f;
        assert_status(bip_assessments(f->store, &q[i], &cursor, &test_err), BIP_E_NOT_FOUND);
        assert_null(cursor);
        cursor = (bip_cursor *)f;
        assert_status(bip_progression(f->store, &q[i], &cursor, &test_err), BIP_E_NOT_FOUND);
        assert_null(cursor);
        assert_status(test_try_document(f, "progression", &q[i]), BIP_E_NOT_FOUND);
        assert_string_equal(f->text, "");
    }
    test_participant(f, "c"); /* no reading was left open */
}

/* ------------------------------------------------------------ series */

static void test_cursor__lends_series_with_their_texts(void **state)
{
    fixture *f = *state;
    bip_cursor *cursor = NULL;
    const bip_series *s = NULL;
    assert_ok(bip_progression(f->store, NULL, &cursor, &test_err));
    assert_ok(bip_series_next(cursor, &s, &test_err));
    assert_string_equal(s->participant, "B");
    assert_string_equal(s->instrument, "steps");
    assert_string_equal(s->version, "1");
    assert_string_equal(s->respondent, "participant");
    assert_string_equal(s->code, "a");
    assert_int_equal(s->kind, BIP_INDICATOR);
    assert_int_equal(s->n_visible_to, 2);
    assert_string_equal(s->visible_to[1], "coach");
    assert_int_equal(s->has_bands, 1);
    assert_null(s->band_first); /* 1: below the lowest */
    assert_string_equal(s->band_latest, "high");
    assert_true(s->from_first == 4);
    assert_int_equal(s->direction, BIP_FORWARD);
    bip_cursor_close(cursor);
}

/* The bytes between two fields hold nothing: there are four where pointers have 32 bits and doubles stand at eights. */
static void clear_hole(bip_series *s)
{
    size_t hole = offsetof(bip_series, span_days) + sizeof s->span_days;
    memset((char *)s + hole, 0, offsetof(bip_series, first) - hole);
}

/* All series, after each of which its place is filled with a byte. */
static size_t read_over(bip_store *store, int byte, bip_series *out)
{
    bip_cursor *cursor = NULL;
    const bip_series *s = NULL;
    size_t n = 0;
    assert_ok(bip_progression(store, NULL, &cursor, &test_err));
    while (bip_series_next(cursor, &s, &test_err) == BIP_OK) {
        out[n] = *s;
        clear_hole(&out[n]);
        out[n++].participant = NULL; /* lent anew */
        memset((void *)(uintptr_t)s, byte, sizeof *s);
    }
    bip_cursor_close(cursor);
    return n;
}

/* It is not cleared in between: that took as long as a tenth of the statistics. */
static void test_cursor__fills_every_field_of_each_series(void **state)
{
    fixture *f = *state;
    bip_series series[2][4];
    test_record(f, "b", "steps coach 2026-02-01 H07", "a=3", NULL);
    assert_int_equal(read_over(f->store, 0x5A, series[0]), 4);
    assert_int_equal(read_over(f->store, 0xA5, series[1]), 4);
    assert_memory_equal(series[0], series[1], sizeof series[0]);
}

static void test_cursor__lends_the_texts_of_series_until_it_is_closed(void **state)
{
    fixture *f = *state;
    bip_cursor *cursor = NULL;
    const bip_series *s = NULL;
    bip_series first;
    assert_ok(bip_progression(f->store, NULL, &cursor, &test_err));
    assert_ok(bip_series_next(cursor, &s, &test_err));
    first = *s;
    while (bip_series_next(cursor, &s, &test_err) == BIP_OK)
        if (strcmp(s->code, first.code) == 0 && strcmp(s->respondent, first.respondent) == 0) {
            assert_ptr_equal(s->code, first.code);
            assert_ptr_equal(s->visible_to, first.visible_to);
        }
    assert_string_equal(first.instrument, "steps");
    assert_string_equal(first.version, "1");
    assert_string_equal(first.respondent, "participant");
    assert_string_equal(first.code, "a");
    assert_string_equal(first.visible_to[1], "coach");
    assert_string_equal(first.band_latest, "high");
    bip_cursor_close(cursor);
}

static void test_cursor__lends_the_codes_of_assessments_until_it_is_closed(void **state)
{
    fixture *f = *state;
    bip_cursor *cursor = NULL;
    const bip_assessment *a = NULL;
    assert_ok(bip_assessments(f->store, NULL, &cursor, &test_err));
    assert_ok(bip_assessment_next(cursor, &a, &test_err));
    const char *first[] = {a->instrument, a->version, a->respondent, a->indicators[0]};
    while (bip_assessment_next(cursor, &a, &test_err) == BIP_OK)
        if (strcmp(a->respondent, first[2]) == 0) {
            assert_ptr_equal(a->respondent, first[2]);
            assert_ptr_equal(a->indicators[0], first[3]);
        }
    assert_string_equal(first[0], "steps");
    assert_string_equal(first[1], "1");
    assert_string_equal(first[2], "participant");
    assert_string_equal(first[3], "a");
    bip_cursor_close(cursor);
}

static void test_cursor__stays_at_its_end(void **state)
{
    fixture *f = *state;
    bip_cursor *cursor = NULL;
    const bip_series *s = NULL;
    const bip_assessment *a = NULL;
    assert_ok(bip_progression(f->store, NULL, &cursor, &test_err));
    while (bip_series_next(cursor, &s, &test_err) == BIP_OK)
        ;
    assert_null(s);
    assert_status(bip_series_next(cursor, &s, &test_err), BIP_DONE);
    bip_cursor_close(cursor);
    assert_ok(bip_assessments(f->store, NULL, &cursor, &test_err));
    while (bip_assessment_next(cursor, &a, &test_err) == BIP_OK)
        ;
    assert_null(a);
    assert_status(bip_assessment_next(cursor, &a, &test_err), BIP_DONE);
    bip_cursor_close(cursor);
}

/* ------------------------------------------------------------ several, and what ends them */

static void test_cursor__can_be_open_beside_others(void **state)
{
    fixture *f = *state;
    bip_cursor *one = NULL, *two = NULL, *three = NULL;
    const bip_assessment *a = NULL, *b = NULL;
    const bip_series *s = NULL;
    assert_ok(bip_assessments(f->store, NULL, &one, &test_err));
    assert_ok(bip_assessment_next(one, &a, &test_err));
    assert_ok(bip_assessments(f->store, NULL, &two, &test_err));
    assert_ok(bip_assessment_next(two, &b, &test_err));
    assert_ok(bip_progression(f->store, NULL, &three, &test_err));
    assert_ok(bip_series_next(three, &s, &test_err));
    assert_ok(bip_assessment_next(two, &b, &test_err));
    assert_int_equal(a->date, test_day("2026-02-01")); /* still lent */
    assert_int_equal(b->date, test_day("2026-04-01"));
    test_document(f, "progression", NULL);
    bip_cursor_close(one);
    assert_ok(bip_assessment_next(two, &b, &test_err));
    assert_string_equal(b->participant, "b");
    bip_cursor_close(three);
    bip_cursor_close(two);
    test_participant(f, "c");
}

static void test_cursor__ends_with_its_store(void **state)
{
    fixture *f = *state;
    bip_cursor *cursor = NULL;
    const bip_assessment *a = NULL;
    const bip_series *s = NULL;
    bip_change *change = test_begin(f, NULL);
    assert_ok(bip_participant_add(change, "c", BIP_NO_DATE, &test_err));
    assert_ok(bip_assessments(f->store, NULL, &cursor, &test_err));
    assert_ok(bip_assessment_next(cursor, &a, &test_err));
    assert_ok(bip_progression(f->store, NULL, &cursor, &test_err));
    assert_ok(bip_series_next(cursor, &s, &test_err));
    /* the tear-down closes the store and finds every block given back */
}

static void test_cursor__keeps_a_copy_of_its_query(void **state)
{
    fixture *f = *state;
    char code[] = "b", other[] = "B", instrument[] = "steps", respondent[] = "participant", role[] = "coach";
    const char *codes[] = {code, other};
    bip_query q = test_query();
    bip_cursor *assessments = NULL, *series = NULL;
    const bip_assessment *a = NULL;
    const bip_series *s = NULL;
    q.participants = codes;
    q.n_participants = 2;
    q.instrument = instrument;
    q.respondent = respondent;
    q.for_role = role;
    assert_ok(bip_assessments(f->store, &q, &assessments, &test_err));
    assert_ok(bip_progression(f->store, &q, &series, &test_err));
    code[0] = other[0] = instrument[0] = respondent[0] = role[0] = '?'; /* as a binding frees its strings */
    codes[0] = codes[1] = NULL;
    memset(&q, 0xff, sizeof q);
    assert_ok(bip_assessment_next(assessments, &a, &test_err));
    assert_string_equal(a->participant, "b");
    assert_ok(bip_assessment_next(assessments, &a, &test_err));
    assert_string_equal(a->participant, "B");
    assert_ok(bip_series_next(series, &s, &test_err));
    assert_string_equal(s->participant, "b");
    bip_cursor_close(assessments);
    bip_cursor_close(series);
}

static void test_cursor__keeps_writers_out_while_it_is_open(void **state)
{
    fixture *f = *state;
    bip_cursor *cursor = NULL;
    bip_change *change = test_begin(f, "why");
    assert_ok(bip_participant_add(change, "c", BIP_NO_DATE, &test_err)); /* the transaction is open */
    assert_ok(bip_progression(f->store, NULL, &cursor, &test_err));
    assert_status(bip_participant_add(change, "d", BIP_NO_DATE, &test_err), BIP_E_USAGE);
    assert_message("close cursors");
    assert_status(bip_participant_set(change, "c", "k", "v", &test_err), BIP_E_USAGE);
    assert_status(test_instrument_in(change, STEPS), BIP_E_USAGE);
    assert_status(test_add(change, "c", "steps participant 2026-01-01", "a=1", NULL), BIP_E_USAGE);
    assert_status(test_correct_in(change, "x", "a=1", NULL, NULL), BIP_E_USAGE);
    assert_status(bip_assessment_withdraw(change, "x", &test_err), BIP_E_USAGE);
    bip_cursor_close(cursor);
    assert_ok(bip_participant_add(change, "d", BIP_NO_DATE, &test_err)); /* the change was not broken by it */
    test_commit(change);
    assert_string_equal(test_faults(f), "");
}

static void test_cursor__ends_with_the_change_it_was_opened_in(void **state)
{
    fixture *f = *state;
    for (int commit = 0; commit < 2; commit++) {
        bip_cursor *series = NULL, *assessments = NULL;
        const bip_series *s = NULL;
        const bip_assessment *a = NULL;
        bip_change *change = test_begin(f, NULL);
        assert_ok(test_add(change, "a", "steps participant 2026-01-01", "a=1", NULL));
        assert_ok(bip_progression(f->store, NULL, &series, &test_err));
        assert_ok(bip_series_next(series, &s, &test_err));
        assert_ok(bip_assessments(f->store, NULL, &assessments, &test_err));
        assert_ok(bip_assessment_next(assessments, &a, &test_err));
        assert_string_equal(a->participant, "B");
        if (commit)
            test_commit(change);
        else
            bip_change_rollback(change);
        assert_status(bip_series_next(series, &s, &test_err), BIP_E_USAGE);
        assert_null(s);
        assert_status(bip_assessment_next(assessments, &a, &test_err), BIP_E_USAGE);
        assert_null(a);
        bip_cursor_close(series);
        bip_cursor_close(assessments);
    }
    assert_string_equal(test_faults(f), "");
}

static void test_cursor__sees_what_its_own_change_has_written(void **state)
{
    fixture *f = *state;
    char id[BIP_ID_SIZE];
    bip_change *change = test_begin(f, NULL);
    assert_ok(bip_participant_add(change, "0", BIP_NO_DATE, &test_err));
    assert_ok(bip_participant_set(change, "0", "sex", "woman", &test_err));
    assert_ok(test_add(change, "0", "steps participant 2026-01-01 H07", "a=1", id));
    assert_ok(test_correct_in(change, id, "a=2", NULL, NULL));
    bip_cursor *cursor = NULL;
    const bip_assessment *a = NULL;
    assert_ok(bip_assessments(f->store, NULL, &cursor, &test_err));
    assert_ok(bip_assessment_next(cursor, &a, &test_err));
    assert_string_equal(a->id, id);
    assert_string_equal(a->actor, "anna");
    assert_int_equal(a->revision, 1);
    bip_cursor_close(cursor);
    assert_non_null(strstr(test_document(f, "participants", NULL), "woman"));
    bip_change_rollback(change);
}

static void test_cursor__does_not_go_on_after_a_failure(void **state)
{
    fixture *f = *state;
    bip_cursor *cursor = NULL;
    const bip_assessment *a = NULL;
    assert_ok(bip_assessments(f->store, NULL, &cursor, &test_err));
    bip__alloc_fail_at(0, true);
    assert_status(bip_assessment_next(cursor, &a, &test_err), BIP_E_NOMEM);
    bip__alloc_fail_at(-1, false);
    assert_null(a);
    assert_status(bip_assessment_next(cursor, &a, &test_err), BIP_E_USAGE); /* else "B" would look as if it weren't */
    bip_cursor_close(cursor);
}

/* ------------------------------------------------------------ callers */

static void test_cursor__takes_queries_of_other_sizes(void **state)
{
    fixture *f = *state;
    struct {
        bip_query q;
        char later[40];
    } longer;
    memset(&longer, 0xa5, sizeof longer);
    longer.q = test_query();
    longer.q.size = sizeof longer;
    longer.q.respondent = "coach";
    assert_string_equal(test_assessments(f, &longer.q), SMALL_FIRST);
    longer.q.size = offsetof(bip_query, respondent); /* an older caller, whose struct ends before */
    assert_string_equal(test_assessments(f, &longer.q), B_FIRST B_SECOND SMALL_FIRST SMALL_SECOND);
}

/* Without its size a query would say nothing, and so ask for everybody, shown to every role. */
static void test_cursor__refuses_a_query_whose_size_was_never_set(void **state)
{
    fixture *f = *state;
    const char *code = "b";
    bip_query q = {.participants = &code, .n_participants = 1, .for_role = "participant"};
    bip_cursor *cursor = NULL;
    assert_status(bip_assessments(f->store, &q, &cursor, &test_err), BIP_E_USAGE);
    assert_message("size is 0");
    assert_null(cursor);
    assert_status(bip_progression(f->store, &q, &cursor, NULL), BIP_E_USAGE);
    assert_status(test_try_document(f, "progression", &q), BIP_E_USAGE);
}

static void test_cursor__refuses_days_that_never_were(void **state)
{
    fixture *f = *state;
    bip_query q = test_query();
    q.as_of = 99999999;
    assert_status(test_try_document(f, "progression", &q), BIP_E_USAGE);
    q = test_query();
    q.since = -99999999;
    assert_status(test_try_document(f, "steps", &q), BIP_E_USAGE);
    assert_message("1900 to 2199");
}

static void test_cursor__says_usage_for_null(void **state)
{
    fixture *f = *state;
    const bip_assessment *a = NULL;
    const bip_series *s = NULL;
    bip_cursor *cursor = NULL;
    const char *codes[] = {"b", NULL};
    bip_query q = test_query();
    q.n_participants = 2;
    assert_status(bip_assessments(f->store, &q, &cursor, NULL), BIP_E_USAGE);
    q.participants = codes;
    assert_status(bip_assessments(f->store, &q, &cursor, NULL), BIP_E_USAGE);
    assert_status(bip_progression(f->store, &q, &cursor, NULL), BIP_E_USAGE);
    assert_status(test_try_document(f, "progression", &q), BIP_E_USAGE);
    assert_null(cursor);
    assert_status(bip_assessments(NULL, NULL, &cursor, NULL), BIP_E_USAGE);
    assert_status(bip_assessments(f->store, NULL, NULL, NULL), BIP_E_USAGE);
    assert_status(bip_progression(NULL, NULL, &cursor, NULL), BIP_E_USAGE);
    assert_status(bip_progression(f->store, NULL, NULL, NULL), BIP_E_USAGE);
    assert_status(bip_assessment_next(NULL, &a, NULL), BIP_E_USAGE);
    assert_status(bip_series_next(NULL, &s, NULL), BIP_E_USAGE);
    assert_ok(bip_assessments(f->store, NULL, &cursor, &test_err));
    assert_status(bip_assessment_next(cursor, NULL, NULL), BIP_E_USAGE);
    assert_status(bip_series_next(cursor, &s, NULL), BIP_E_USAGE); /* the other kind of cursor */
    assert_ok(bip_assessment_next(cursor, &a, NULL));
    bip_cursor_close(cursor);
    bip_cursor_close(NULL);
    bip_query_init(NULL, sizeof q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_EACH(test_cursor__reads_by_code_bytewise_then_date),
        ON_EACH(test_cursor__reads_participants_in_the_order_named),
        ON_EACH(test_cursor__reads_a_day_in_the_order_of_recording),
        ON_EACH(test_cursor__keeps_to_the_filters),
        ON_EACH(test_cursor__leaves_out_what_a_role_may_not_see),
        ON_EACH(test_cursor__says_not_found_before_anything_is_read),
        ON_EACH(test_cursor__lends_series_with_their_texts),
        ON_EACH(test_cursor__fills_every_field_of_each_series),
        ON_EACH(test_cursor__lends_the_texts_of_series_until_it_is_closed),
        ON_EACH(test_cursor__lends_the_codes_of_assessments_until_it_is_closed),
        ON_EACH(test_cursor__stays_at_its_end),
        ON_EACH(test_cursor__can_be_open_beside_others),
        ON_EACH(test_cursor__ends_with_its_store),
        ON_EACH(test_cursor__keeps_a_copy_of_its_query),
        ON_EACH(test_cursor__keeps_writers_out_while_it_is_open),
        ON_EACH(test_cursor__ends_with_the_change_it_was_opened_in),
        ON_EACH(test_cursor__sees_what_its_own_change_has_written),
        ON_EACH(test_cursor__does_not_go_on_after_a_failure),
        ON_EACH(test_cursor__takes_queries_of_other_sizes),
        ON_EACH(test_cursor__refuses_a_query_whose_size_was_never_set),
        ON_EACH(test_cursor__refuses_days_that_never_were),
        ON_EACH(test_cursor__says_usage_for_null),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
