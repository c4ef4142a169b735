/* Recording, correcting and withdrawing: keys, conflicts, revisions, and what is refused. */
#include "support.h"

#include <math.h>

#define STEPS(version, continues, more)                                                                                \
    "{'instrument':'steps','version':'" version "','continues':" continues                                             \
    ",'title':{'en':'S'},'respondents':[{'code':'participant','title':{'en':'P'}},{'code':'coach','title':{'en':"      \
    "'C'}}],'scales':[{'code':'five','min':1,'max':5},{'code':'even','values':[0,2,4]},"                               \
    "{'code':'free','min':0,'max':1,'step':0}],'indicators':[{'code':'a','title':{'en':'A'},'scale':'five'},"          \
    "{'code':'b','title':{'en':'B'},'scale':'even'},{'code':'c','title':{'en':'C'},'scale':'free',"                    \
    "'respondents':['coach']}" more "]}"
#define DAY1 "steps participant 2026-01-01"

static int set_up(void **state)
{
    if (test_set_up(state) != 0)
        return -1;
    test_instrument(*state, STEPS("1", "null", ""));
    test_participant(*state, "P1");
    return 0;
}

#define ON_EACH(test)                                                                                                  \
    {#test " (memory)", test, set_up, test_tear_down, (void *)(intptr_t)TEST_MEMORY},                                  \
    {                                                                                                                  \
#test " (sqlite)", test, set_up, test_tear_down, (void *)(intptr_t)TEST_SQLITE                                 \
    }

/* ------------------------------------------------------------ recording */

static void test_assessment__reads_back_what_was_recorded(void **state)
{
    fixture *f = *state;
    test_words w;
    bip_change *change = test_begin(f, NULL);
    bip_assessment_in in = test_assessment(&w, "P1", "steps coach 2026-01-01 H07", "c=0.25 a=declined");
    in.note = "first\nsecond line";
    assert_ok(bip_assessment_add(change, &in, NULL, &test_err));
    test_commit(change);
    assert_string_equal(test_assessments(f, NULL), "P1 steps@1 coach 2026-01-01 H07 r0 a=declined b= c=0.25 "
                                                   "\"first\nsecond line\"\n");
    assert_string_equal(test_faults(f), "");
}

static void test_assessment__gives_the_id_again_for_the_same_content(void **state)
{
    fixture *f = *state;
    char first[BIP_ID_SIZE], again[BIP_ID_SIZE], entry[BIP_ID_SIZE];
    test_record(f, "P1", DAY1 " H07", "a=3", first);
    char *before = test_state(f);
    bip_change *change = test_begin(f, NULL);
    assert_ok(test_add(change, "P1", DAY1 " H07", "b= a=3", again)); /* absent is null */
    assert_ok(bip_change_commit(change, entry, &test_err));
    assert_string_equal(again, first);
    assert_string_equal(entry, ""); /* nothing new: no entry */
    test_unchanged(f, before);
}

static void test_assessment__names_the_id_in_a_conflict_and_changes_nothing(void **state)
{
    fixture *f = *state;
    char id[BIP_ID_SIZE], none[BIP_ID_SIZE];
    test_record(f, "P1", DAY1, "a=3", id);
    char *before = test_state(f);
    assert_status(test_try_record(f, "P1", DAY1, "a=4", none), BIP_E_CONFLICT);
    assert_message(id);
    assert_string_equal(none, "");
    assert_status(test_try_record(f, "P1", DAY1, "a=declined", none), BIP_E_CONFLICT);
    assert_status(test_try_record(f, "P1", DAY1, "a=3 b=2", none), BIP_E_CONFLICT);
    test_unchanged(f, before);
}

static void test_assessment__takes_another_note_for_other_content(void **state)
{
    fixture *f = *state;
    test_words w;
    test_record(f, "P1", DAY1, "a=3", NULL);
    bip_change *change = test_begin(f, NULL);
    bip_assessment_in in = test_assessment(&w, "P1", DAY1, "a=3");
    in.note = "new";
    assert_status(bip_assessment_add(change, &in, NULL, &test_err), BIP_E_CONFLICT);
    in.note = "";
    assert_ok(bip_assessment_add(change, &in, NULL, &test_err)); /* "" is none */
    bip_change_rollback(change);
}

static void test_assessment__has_every_part_of_the_key_in_the_key(void **state)
{
    fixture *f = *state;
    test_participant(f, "P2");
    test_record(f, "P1", DAY1, "a=1", NULL);
    test_record(f, "P2", DAY1, "a=2", NULL);
    test_record(f, "P1", "steps coach 2026-01-01", "a=3", NULL);
    test_record(f, "P1", "steps participant 2026-01-02", "a=4", NULL);
    test_record(f, "P1", DAY1 " H07", "a=5", NULL);
    test_record(f, "P1", DAY1 " h07", "a=1", NULL);
    assert_string_equal(test_assessments(f, NULL), "P1 steps@1 participant 2026-01-01 - r0 a=1 b=\n"
                                                   "P1 steps@1 coach 2026-01-01 - r0 a=3 b= c=\n"
                                                   "P1 steps@1 participant 2026-01-01 H07 r0 a=5 b=\n"
                                                   "P1 steps@1 participant 2026-01-01 h07 r0 a=1 b=\n"
                                                   "P1 steps@1 participant 2026-01-02 - r0 a=4 b=\n"
                                                   "P2 steps@1 participant 2026-01-01 - r0 a=2 b=\n");
}

static void test_assessment__takes_an_empty_rater_for_none(void **state)
{
    fixture *f = *state;
    test_words w;
    char id[BIP_ID_SIZE], again[BIP_ID_SIZE];
    bip_change *change = test_begin(f, NULL);
    bip_assessment_in in = test_assessment(&w, "P1", DAY1, "a=3");
    in.rater = "";
    assert_ok(bip_assessment_add(change, &in, id, &test_err));
    in.rater = NULL;
    assert_ok(bip_assessment_add(change, &in, again, &test_err));
    assert_string_equal(again, id);
    test_commit(change);
    assert_string_equal(test_assessments(f, NULL), "P1 steps@1 participant 2026-01-01 - r0 a=3 b=\n");
    assert_string_equal(test_faults(f), "");
}

static void test_assessment__takes_scores_in_the_order_of_what_is_asked(void **state)
{
    fixture *f = *state;
    test_words w;
    bip_change *change = test_begin(f, NULL);
    bip_assessment_in in = test_assessment(&w, "P1", "steps coach 2026-01-01", "x=5 y=dont_know z=0.5");
    in.indicators = NULL;
    assert_ok(bip_assessment_add(change, &in, NULL, &test_err));
    in.date++;
    in.n = 2;
    assert_status(bip_assessment_add(change, &in, NULL, &test_err), BIP_E_REFUSED);
    test_commit(change);
    assert_string_equal(test_assessments(f, NULL), "P1 steps@1 coach 2026-01-01 - r0 a=5 b=dont_know c=0.5\n");
}

static void test_assessment__takes_one_without_any_score(void **state)
{
    fixture *f = *state;
    test_record(f, "P1", DAY1, "", NULL);
    assert_string_equal(test_assessments(f, NULL), "P1 steps@1 participant 2026-01-01 - r0 a= b=\n");
    assert_string_equal(test_series(f, NULL), "");
}

/* ------------------------------------------------------------ refusals */

static void test_assessment__refuses_what_does_not_hold(void **state)
{
    static const struct {
        const char *who, *key, *scores, *where;
    } cases[] = {
        {"P2", DAY1, "a=3", "participant"},
        {"", DAY1, "a=3", "participant"},
        {"p1", DAY1, "a=3", "participant"}, /* codes are compared by bytes */
        {"P1", "nothing participant 2026-01-01", "a=3", "instrument"},
        {"P1", "steps@2 participant 2026-01-01", "a=3", "instrument"},
        {"P1", "STEPS participant 2026-01-01", "a=3", "instrument"},
        {"P1", "steps officer 2026-01-01", "a=3", "respondent"},
        {"P1", DAY1, "d=3", "d"},
        {"P1", DAY1, "A=3", "A"},
        {"P1", DAY1, "c=0.5", "c"}, /* not asked of the participant */
        {"P1", DAY1, "a=3 a=3", "a"},
        {"P1", DAY1, "a=0", "a"},
        {"P1", DAY1, "a=6", "a"},
        {"P1", DAY1, "a=2.5", "a"},
        {"P1", DAY1, "a=-3", "a"},
        {"P1", DAY1, "b=1", "b"},
        {"P1", DAY1, "b=6", "b"},
        {"P1", "steps coach 2026-01-01", "c=1.01", "c"},
    };
    fixture *f = *state;
    char *before = test_state(f);
    bip_change *change = test_begin(f, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_status(test_add(change, cases[i].who, cases[i].key, cases[i].scores, NULL), BIP_E_REFUSED);
        assert_string_equal(test_err.where, cases[i].where);
    }
    test_commit(change); /* refusals don't break a change; this one has no fact */
    test_unchanged(f, before);
}

static void test_assessment__refuses_numbers_that_are_none_and_unknown_answers(void **state)
{
    static const bip_score scores[] = {
        {NAN, BIP_NUMBER, 0}, {INFINITY, BIP_NUMBER, 0}, {-INFINITY, BIP_NUMBER, 0}, {3, 5, 0}, {3, -1, 0}};
    fixture *f = *state;
    test_words w;
    bip_change *change = test_begin(f, NULL);
    bip_assessment_in in = test_assessment(&w, "P1", DAY1, "a=3");
    for (size_t i = 0; i < sizeof scores / sizeof *scores; i++) {
        in.scores = &scores[i];
        assert_status(bip_assessment_add(change, &in, NULL, &test_err), BIP_E_REFUSED);
        assert_string_equal(test_err.where, "a");
    }
    bip_change_rollback(change);
}

static void test_assessment__refuses_dates_outside_1900_to_2199(void **state)
{
    fixture *f = *state;
    test_words w;
    bip_change *change = test_begin(f, NULL);
    bip_assessment_in in = test_assessment(&w, "P1", "steps participant 1900-01-01", "a=3");
    assert_ok(bip_assessment_add(change, &in, NULL, &test_err));
    in.date--;
    assert_status(bip_assessment_add(change, &in, NULL, &test_err), BIP_E_REFUSED);
    in.date = test_day("2199-12-31");
    assert_ok(bip_assessment_add(change, &in, NULL, &test_err));
    in.date++;
    assert_status(bip_assessment_add(change, &in, NULL, &test_err), BIP_E_REFUSED);
    in.date = BIP_NO_DATE;
    assert_status(bip_assessment_add(change, &in, NULL, &test_err), BIP_E_REFUSED);
    assert_string_equal(test_err.where, "date");
    bip_change_rollback(change);
}

static void test_assessment__refuses_raters_and_notes_that_do_not_hold(void **state)
{
    fixture *f = *state;
    test_words w;
    bip_change *change = test_begin(f, NULL);
    bip_assessment_in in = test_assessment(&w, "P1", DAY1, "a=3");
    static const char *const raters[] = {" H07", "H07 ", "H\n7", "811218-9876", "8112189876", "H\xff"};
    for (size_t i = 0; i < sizeof raters / sizeof *raters; i++) {
        in.rater = raters[i];
        assert_status(bip_assessment_add(change, &in, NULL, &test_err), BIP_E_REFUSED);
        assert_string_equal(test_err.where, "rater");
    }
    in.rater = NULL;
    static const char *const notes[] = {"born 811218-9876.", "19811218-9876", "\xc3("};
    for (size_t i = 0; i < sizeof notes / sizeof *notes; i++) {
        in.note = notes[i];
        assert_status(bip_assessment_add(change, &in, NULL, &test_err), BIP_E_REFUSED);
        assert_string_equal(test_err.where, "note");
    }
    bip_change_rollback(change);
}

static void test_assessment__redacts_national_numbers_in_notes_only(void **state)
{
    fixture *f = *state;
    test_words w;
    char id[BIP_ID_SIZE];
    bip_change *change = test_begin(f, NULL);
    bip_assessment_in in = test_assessment(&w, "P1", DAY1, "a=3");
    in.note = "born 811218-9876, well";
    in.redact = 1;
    assert_ok(bip_assessment_add(change, &in, id, &test_err));
    in.note = "born [...], well"; /* the same content */
    assert_ok(bip_assessment_add(change, &in, NULL, &test_err));
    in.rater = "811218-9876";
    assert_status(bip_assessment_add(change, &in, NULL, &test_err), BIP_E_REFUSED);
    in = (bip_assessment_in){.size = sizeof in, .note = "811218-9876", .redact = 1};
    assert_ok(bip_assessment_correct(change, id, &in, NULL, &test_err));
    test_commit(change);
    assert_string_equal(test_assessments(f, NULL), "P1 steps@1 participant 2026-01-01 - r1 a=3 b= \"[...]\"\n");
}

static void test_assessment__asks_participants_codes_of_the_instruments_form(void **state)
{
    fixture *f = *state;
    test_participant(f, "AB-1234");
    test_instrument(f, "{'instrument':'strict','version':'1','title':{'en':'S'},'respondents':[{'code':'participant',"
                       "'title':{'en':'P'}}],'scales':[{'code':'five','min':1,'max':5}],'indicators':[{'code':'a',"
                       "'title':{'en':'A'},'scale':'five'}],'participant_pattern':'^[A-Z]{2}-[0-9]{4}$'}");
    test_record(f, "AB-1234", "strict participant 2026-01-01", "a=3", NULL);
    assert_status(test_try_record(f, "P1", "strict participant 2026-01-01", "a=3", NULL), BIP_E_REFUSED);
    assert_string_equal(test_err.where, "participant");
}

/* ------------------------------------------------------------ versions */

static void test_assessment__is_read_under_the_version_its_key_is_held_under(void **state)
{
    fixture *f = *state;
    char old[BIP_ID_SIZE], again[BIP_ID_SIZE];
    test_record(f, "P1", DAY1, "a=3", old);
    test_instrument(f, STEPS("2", "'1'", ",{'code':'n','title':{'en':'N'},'scale':'five'}"));
    test_record(f, "P1", DAY1, "a=3", again); /* no version named: held under 1 */
    assert_string_equal(again, old);
    assert_status(test_try_record(f, "P1", DAY1, "a=3 n=1", NULL), BIP_E_REFUSED); /* 1 has no n */
    assert_status(test_try_record(f, "P1", "steps@2 participant 2026-01-01", "a=3", NULL), BIP_E_CONFLICT);
    assert_message(old);
    test_record(f, "P1", "steps@1 participant 2026-01-01", "a=3", again);
    assert_string_equal(again, old);
    test_record(f, "P1", "steps participant 2026-01-02", "n=1", NULL); /* not held: the version added last */
    assert_string_equal(test_assessments(f, NULL), "P1 steps@1 participant 2026-01-01 - r0 a=3 b=\n"
                                                   "P1 steps@2 participant 2026-01-02 - r0 a= b= n=1\n");
}

static void test_assessment__takes_the_version_added_last_not_the_greatest(void **state)
{
    fixture *f = *state;
    test_instrument(f, STEPS("0.9", "null", ""));
    test_record(f, "P1", DAY1, "a=3", NULL);
    assert_string_equal(test_assessments(f, NULL), "P1 steps@0.9 participant 2026-01-01 - r0 a=3 b=\n");
}

static void test_assessment__is_corrected_under_its_own_version(void **state)
{
    fixture *f = *state;
    char id[BIP_ID_SIZE];
    test_record(f, "P1", DAY1, "a=3", id);
    test_instrument(f, STEPS("2", "'1'", ",{'code':'n','title':{'en':'N'},'scale':'five'}"));
    bip_change *change = test_begin(f, NULL);
    assert_status(test_correct_in(change, id, "n=2", NULL, NULL), BIP_E_REFUSED);
    assert_ok(test_correct_in(change, id, "a=4", NULL, NULL));
    test_commit(change);
    assert_string_equal(test_assessments(f, NULL), "P1 steps@1 participant 2026-01-01 - r1 a=4 b=\n");
}

/* ------------------------------------------------------------ correcting */

static void test_assessment__keeps_indicators_a_correction_does_not_name(void **state)
{
    fixture *f = *state;
    char id[BIP_ID_SIZE];
    test_record(f, "P1", DAY1 " H07", "a=3 b=2", id);
    test_correct(f, id, "b=4", NULL);
    assert_string_equal(test_assessments(f, NULL), "P1 steps@1 participant 2026-01-01 H07 r1 a=3 b=4\n");
    test_correct(f, id, "a=", NULL); /* takes the score out */
    assert_string_equal(test_assessments(f, NULL), "P1 steps@1 participant 2026-01-01 H07 r2 a= b=4\n");
    test_correct(f, id, "a=declined b=declined", NULL);
    assert_string_equal(test_assessments(f, NULL), "P1 steps@1 participant 2026-01-01 H07 r3 a=declined b=declined\n");
    assert_string_equal(test_faults(f), "");
}

static void test_assessment__keeps_sets_and_removes_a_note(void **state)
{
    static const struct {
        const char *note, *expected;
    } steps[] = {
        {"new", " r1 a=3 b= \"new\"\n"},
        {NULL, " r2 a=4 b= \"new\"\n"},
        {"", " r3 a=4 b=\n"},
        {NULL, " r4 a=3 b=\n"},
    };
    fixture *f = *state;
    char id[BIP_ID_SIZE];
    test_record(f, "P1", DAY1, "a=3", id);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        bip_change *change = test_begin(f, NULL);
        assert_ok(test_correct_in(change, id, i % 2 == 0 ? "" : i == 1 ? "a=4" : "a=3", steps[i].note, NULL));
        test_commit(change);
        assert_non_null(strstr(test_assessments(f, NULL), steps[i].expected));
    }
    assert_string_equal(test_faults(f), "");
}

static void test_assessment__knows_any_revisions_id(void **state)
{
    fixture *f = *state;
    char first[BIP_ID_SIZE], second[BIP_ID_SIZE], third[BIP_ID_SIZE], last[BIP_ID_SIZE];
    test_record(f, "P1", DAY1, "a=1", first);
    test_correct(f, first, "a=2", second);
    test_correct(f, second, "a=3", third);
    test_correct(f, second, "b=4", last); /* on top of the third, not of the second */
    assert_string_not_equal(second, first);
    assert_string_not_equal(third, second);
    assert_string_equal(test_assessments(f, NULL), "P1 steps@1 participant 2026-01-01 - r3 a=3 b=4\n");
    test_withdraw(f, third);
    assert_string_equal(test_assessments(f, NULL), "");
}

static void test_assessment__lends_the_id_of_the_first_revision(void **state)
{
    fixture *f = *state;
    char id[BIP_ID_SIZE], again[BIP_ID_SIZE];
    bip_cursor *cursor = NULL;
    const bip_assessment *a = NULL;
    test_record(f, "P1", DAY1, "a=1", id);
    test_correct(f, id, "a=2", NULL);
    assert_ok(bip_assessments(f->store, NULL, &cursor, &test_err));
    assert_ok(bip_assessment_next(cursor, &a, &test_err));
    assert_string_equal(a->id, id);
    assert_string_equal(a->actor, "anna");
    assert_int_equal(a->recorded_ms, f->now_ms);
    bip_cursor_close(cursor);
    test_record(f, "P1", DAY1, "a=2", again); /* the corrected content is what the key holds */
    assert_string_equal(again, id);
    assert_status(test_try_record(f, "P1", DAY1, "a=1", NULL), BIP_E_CONFLICT);
    assert_message(id);
}

static void test_assessment__makes_no_revision_of_the_same_content(void **state)
{
    fixture *f = *state;
    char id[BIP_ID_SIZE], second[BIP_ID_SIZE], again[BIP_ID_SIZE], entry[BIP_ID_SIZE];
    test_record(f, "P1", DAY1, "a=1", id);
    test_correct(f, id, "a=2", second);
    char *before = test_state(f);
    bip_change *change = test_begin(f, NULL);
    assert_ok(test_correct_in(change, id, "a=2 b=", "", again));
    assert_ok(bip_change_commit(change, entry, &test_err));
    assert_string_equal(again, second); /* the current revision's */
    assert_string_equal(entry, "");
    test_unchanged(f, before);
}

static void test_assessment__can_be_corrected_and_withdrawn_in_its_own_change(void **state)
{
    fixture *f = *state;
    char id[BIP_ID_SIZE], other[BIP_ID_SIZE], second[BIP_ID_SIZE];
    bip_change *change = test_begin(f, "practice");
    assert_ok(test_add(change, "P1", DAY1, "a=1", id));
    assert_ok(test_correct_in(change, id, "a=2", NULL, second));
    assert_ok(test_correct_in(change, second, "a=3", NULL, NULL));
    assert_ok(bip_participant_add(change, "P2", BIP_NO_DATE, &test_err)); /* ends the run of P1 */
    assert_ok(test_add(change, "P2", DAY1, "a=5", other));
    assert_ok(test_correct_in(change, id, "a=4", NULL, NULL));
    assert_ok(bip_assessment_withdraw(change, other, &test_err));
    test_commit(change);
    assert_string_equal(test_assessments(f, NULL), "P1 steps@1 participant 2026-01-01 - r3 a=4 b=\n");
    assert_string_equal(test_faults(f), "");
}

static void test_assessment__says_not_found_for_ids_of_nothing(void **state)
{
    fixture *f = *state;
    char id[BIP_ID_SIZE], wrong[BIP_ID_SIZE + 20];
    static const char *const none[] = {
        "", ".", "1", "x.0", "00000000000000000000000000000000.0", "00000000000000000000000000000000"};
    test_record(f, "P1", DAY1, "a=1", id);
    bip_change *change = test_begin(f, "why");
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        assert_status(test_correct_in(change, none[i], "a=2", NULL, NULL), BIP_E_NOT_FOUND);
        assert_status(bip_assessment_withdraw(change, none[i], &test_err), BIP_E_NOT_FOUND);
    }
    snprintf(wrong, sizeof wrong, "%.32s.1", id);
    assert_status(test_correct_in(change, wrong, "a=2", NULL, NULL), BIP_E_NOT_FOUND);
    snprintf(wrong, sizeof wrong, "%s0", id);
    assert_status(test_correct_in(change, wrong, "a=2", NULL, NULL), BIP_E_NOT_FOUND);
    bip_change_rollback(change);
}

/* A participant's registration and an instrument are facts with ids of the same form. */
static void test_assessment__is_not_found_by_the_id_of_another_kind_of_fact(void **state)
{
    fixture *f = *state;
    char entry[BIP_ID_SIZE], id[BIP_ID_SIZE + 16];
    bip_change *change = test_begin(f, NULL);
    assert_ok(bip_participant_add(change, "P2", BIP_NO_DATE, &test_err));
    assert_ok(test_instrument_in(change, STEPS("3", "null", "")));
    assert_ok(bip_change_commit(change, entry, &test_err));
    change = test_begin(f, NULL);
    for (int i = 0; i < 2; i++) {
        snprintf(id, sizeof id, "%s.%d", entry, i);
        assert_status(test_correct_in(change, id, "a=2", NULL, NULL), BIP_E_NOT_FOUND);
    }
    bip_change_rollback(change);
}

/* ------------------------------------------------------------ withdrawing */

static void test_assessment__frees_its_key_when_withdrawn(void **state)
{
    fixture *f = *state;
    char first[BIP_ID_SIZE], second[BIP_ID_SIZE];
    test_record(f, "P1", DAY1, "a=1", first);
    test_withdraw(f, first);
    assert_string_equal(test_assessments(f, NULL), "");
    assert_string_equal(test_series(f, NULL), "");
    test_record(f, "P1", DAY1, "a=1", second);
    assert_string_not_equal(second, first);
    assert_string_equal(test_assessments(f, NULL), "P1 steps@1 participant 2026-01-01 - r0 a=1 b=\n");
    assert_string_equal(test_faults(f), "");
}

static void test_assessment__is_not_withdrawn_without_a_reason(void **state)
{
    fixture *f = *state;
    char id[BIP_ID_SIZE];
    static const char *const reasons[] = {NULL, "", " \t"};
    test_record(f, "P1", DAY1, "a=1", id);
    for (size_t i = 0; i < 2; i++) {
        bip_change *change = test_begin(f, reasons[i]);
        assert_status(bip_assessment_withdraw(change, id, &test_err), BIP_E_USAGE);
        assert_string_equal(test_err.where, "reason");
        bip_change_rollback(change);
    }
}

static void test_assessment__is_neither_corrected_nor_withdrawn_once_withdrawn(void **state)
{
    fixture *f = *state;
    char id[BIP_ID_SIZE], second[BIP_ID_SIZE];
    test_record(f, "P1", DAY1, "a=1", id);
    test_correct(f, id, "a=2", second);
    test_withdraw(f, id);
    char *before = test_state(f);
    bip_change *change = test_begin(f, "again");
    assert_status(test_correct_in(change, id, "a=3", NULL, NULL), BIP_E_CONFLICT);
    assert_status(test_correct_in(change, second, "a=3", NULL, NULL), BIP_E_CONFLICT);
    assert_status(bip_assessment_withdraw(change, second, &test_err), BIP_E_CONFLICT);
    assert_message("withdrawn");
    test_commit(change);
    test_unchanged(f, before);
}

/* ------------------------------------------------------------ callers */

static void test_assessment__takes_structs_of_other_sizes(void **state)
{
    fixture *f = *state;
    test_words w;
    struct {
        bip_assessment_in in;
        char later[64];
    } longer;
    memset(&longer, 0xa5, sizeof longer);
    longer.in = test_assessment(&w, "P1", DAY1, "a=1");
    longer.in.size = sizeof longer;
    bip_change *change = test_begin(f, NULL);
    char id[BIP_ID_SIZE];
    assert_ok(bip_assessment_add(change, &longer.in, id, &test_err));
    longer.in.date++;
    longer.in.size = offsetof(bip_assessment_in, n); /* knows no scores: those that stand there are not looked at */
    longer.in.n = 1000000;
    longer.in.scores = NULL;
    assert_status(bip_assessment_add(change, &longer.in, NULL, &test_err), BIP_E_REFUSED);
    assert_message("0 scores for the 2");
    longer.in.note = "n";
    assert_ok(bip_assessment_correct(change, id, &longer.in, NULL, &test_err));
    longer.in.size = 0; /* says nothing at all */
    assert_status(bip_assessment_add(change, &longer.in, NULL, &test_err), BIP_E_USAGE);
    test_commit(change);
    assert_string_equal(test_assessments(f, NULL), "P1 steps@1 participant 2026-01-01 - r1 a=1 b= \"n\"\n");
}

static void test_assessment__says_usage_for_null(void **state)
{
    fixture *f = *state;
    test_words w;
    bip_change *change = test_begin(f, "why");
    bip_assessment_in in = test_assessment(&w, "P1", DAY1, "a=1"), bad;
    const char *no_code[] = {NULL};
    assert_status(bip_assessment_add(NULL, &in, NULL, &test_err), BIP_E_USAGE);
    assert_status(bip_assessment_add(change, NULL, NULL, &test_err), BIP_E_USAGE);
    assert_status(bip_assessment_correct(NULL, "x", &in, NULL, &test_err), BIP_E_USAGE);
    assert_status(bip_assessment_correct(change, NULL, &in, NULL, &test_err), BIP_E_USAGE);
    assert_status(bip_assessment_correct(change, "x", NULL, NULL, &test_err), BIP_E_USAGE);
    assert_status(bip_assessment_withdraw(NULL, "x", &test_err), BIP_E_USAGE);
    assert_status(bip_assessment_withdraw(change, NULL, NULL), BIP_E_USAGE);
#define LACKING(field, value)                                                                                          \
    bad = in;                                                                                                          \
    bad.field = value;                                                                                                 \
    assert_status(bip_assessment_add(change, &bad, NULL, NULL), BIP_E_USAGE)
    LACKING(participant, NULL);
    LACKING(instrument, NULL);
    LACKING(respondent, NULL);
    LACKING(scores, NULL);
    LACKING(indicators, no_code);
    assert_status(bip_assessment_correct(change, "x", &bad, NULL, NULL), BIP_E_USAGE);
    assert_ok(bip_assessment_add(change, &in, NULL, NULL)); /* none of it broke the change */
    test_commit(change);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_EACH(test_assessment__reads_back_what_was_recorded),
        ON_EACH(test_assessment__gives_the_id_again_for_the_same_content),
        ON_EACH(test_assessment__names_the_id_in_a_conflict_and_changes_nothing),
        ON_EACH(test_assessment__takes_another_note_for_other_content),
        ON_EACH(test_assessment__has_every_part_of_the_key_in_the_key),
        ON_EACH(test_assessment__takes_an_empty_rater_for_none),
        ON_EACH(test_assessment__takes_scores_in_the_order_of_what_is_asked),
        ON_EACH(test_assessment__takes_one_without_any_score),
        ON_EACH(test_assessment__refuses_what_does_not_hold),
        ON_EACH(test_assessment__refuses_numbers_that_are_none_and_unknown_answers),
        ON_EACH(test_assessment__refuses_dates_outside_1900_to_2199),
        ON_EACH(test_assessment__refuses_raters_and_notes_that_do_not_hold),
        ON_EACH(test_assessment__redacts_national_numbers_in_notes_only),
        ON_EACH(test_assessment__asks_participants_codes_of_the_instruments_form),
        ON_EACH(test_assessment__is_read_under_the_version_its_key_is_held_under),
        ON_EACH(test_assessment__takes_the_version_added_last_not_the_greatest),
        ON_EACH(test_assessment__is_corrected_under_its_own_version),
        ON_EACH(test_assessment__keeps_indicators_a_correction_does_not_name),
        ON_EACH(test_assessment__keeps_sets_and_removes_a_note),
        ON_EACH(test_assessment__knows_any_revisions_id),
        ON_EACH(test_assessment__lends_the_id_of_the_first_revision),
        ON_EACH(test_assessment__makes_no_revision_of_the_same_content),
        ON_EACH(test_assessment__can_be_corrected_and_withdrawn_in_its_own_change),
        ON_EACH(test_assessment__says_not_found_for_ids_of_nothing),
        ON_EACH(test_assessment__is_not_found_by_the_id_of_another_kind_of_fact),
        ON_EACH(test_assessment__frees_its_key_when_withdrawn),
        ON_EACH(test_assessment__is_not_withdrawn_without_a_reason),
        ON_EACH(test_assessment__is_neither_corrected_nor_withdrawn_once_withdrawn),
        ON_EACH(test_assessment__takes_structs_of_other_sizes),
        ON_EACH(test_assessment__says_usage_for_null),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
