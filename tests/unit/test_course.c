/* One participant's assessments as series: one number a day, what is missing and why, the order of recording, pairs. */
#include "support.h"

#include "read/course.h"

#define ABC                                                                                                            \
    "{'instrument':'steps','version':'1','title':{'en':'S'},'respondents':[{'code':'participant','title':{'en':"       \
    "'P'}},{'code':'coach','title':{'en':'C'}}],'scales':[{'code':'five','min':1,'max':5}],'indicators':["             \
    "{'code':'a','title':{'en':'A'},'scale':'five'},{'code':'b','title':{'en':'B'},'scale':'five'},"                   \
    "{'code':'c','title':{'en':'C'},'scale':'five','better':'lower'}],"                                                \
    "'dimensions':[{'code':'d','title':{'en':'D'},'better':'higher','indicators':['a','b','c']}]}"
#define DAY1 "steps participant 2026-01-01"

static int set_up(void **state)
{
    if (test_set_up(state) != 0)
        return -1;
    test_instrument(*state, ABC);
    test_participant(*state, "P1");
    return 0;
}

#define ON_EACH(test)                                                                                                  \
    {#test " (memory)", test, set_up, test_tear_down, (void *)(intptr_t)TEST_MEMORY},                                  \
    {                                                                                                                  \
#test " (sqlite)", test, set_up, test_tear_down, (void *)(intptr_t)TEST_SQLITE                                 \
    }

/* "DAY=SCORE(RATER) ...; missing NOT_ASKED DECLINED DONT_KNOW NOT_APPLICABLE" of one series of P1. */
static const char *track(fixture *f, const char *respondent, const char *code, const char *as_of)
{
    bip__plan *plan = NULL;
    bip__course *course = NULL;
    bip_query q = test_query();
    bip__context *c = &f->store->context;
    int32_t person = 0;
    q.instrument = "steps";
    q.respondent = respondent;
    q.as_of = as_of == NULL ? BIP_NO_DATE : test_day(as_of);
    test_clear(f);
    assert_ok(bip__plan_make(c, &q, &plan, &test_err));
    assert_ok(bip__course_open(c, plan, &course, &test_err));
    assert_ok(c->storage->api->person_find(c->storage, "P1", &person, &test_err));
    assert_ok(bip__course_read(course, person, "P1", &test_err));
    for (size_t s = 0; s < plan->n_slots; s++) {
        const bip__track *t = &course->tracks[s];
        if (!plan->slots[s].wanted || strcmp(plan->slots[s].code, code) != 0)
            continue;
        for (size_t i = 0; i < t->n; i++) {
            char day[11];
            const char *rater = "";
            bip_date_format(t->days[i], day);
            if (t->raters[i] != 0)
                assert_ok(c->storage->api->word_text(c->storage, t->raters[i], &rater, &test_err));
            test_say(f, "%s=%s%s%s ", day + 5, test_score_text(t->scores[i]), *rater ? "/" : "", rater);
        }
        test_say(f, "missing %d %d %d %d", (int)t->missing[BIP_NOT_ASKED], (int)t->missing[BIP_DECLINED],
                 (int)t->missing[BIP_DONT_KNOW], (int)t->missing[BIP_NOT_APPLICABLE]);
    }
    bip__course_close(course);
    bip__plan_free(plan);
    return f->text;
}

static const char *a_of_participant(fixture *f)
{
    return track(f, "participant", "a", NULL);
}

/* ------------------------------------------------------------ one number a day */

static void test_course__takes_the_number_recorded_last_on_a_day(void **state)
{
    fixture *f = *state;
    test_record(f, "P1", DAY1 " H01", "a=4", NULL);
    test_record(f, "P1", DAY1 " H02", "a=2", NULL);
    test_record(f, "P1", "steps participant 2026-02-01", "a=5", NULL);
    assert_string_equal(a_of_participant(f), "01-01=2/H02 02-01=5 missing 0 0 0 0");
}

static void test_course__keeps_a_number_where_a_later_assessment_holds_a_reason(void **state)
{
    fixture *f = *state;
    test_record(f, "P1", DAY1 " H01", "a=4", NULL);
    test_record(f, "P1", DAY1 " H02", "a=declined", NULL);
    test_record(f, "P1", DAY1 " H03", "b=1", NULL);
    assert_string_equal(a_of_participant(f), "01-01=4/H01 missing 0 0 0 0");
}

static void test_course__takes_a_number_back_from_what_is_missing(void **state)
{
    fixture *f = *state;
    test_record(f, "P1", DAY1 " H01", "a=declined", NULL);
    test_record(f, "P1", DAY1 " H02", "b=1", NULL);
    test_record(f, "P1", DAY1 " H03", "a=3", NULL);
    assert_string_equal(a_of_participant(f), "01-01=3/H03 missing 0 0 0 0");
}

static void test_course__counts_a_day_without_a_number_by_the_reason_recorded_last(void **state)
{
    fixture *f = *state;
    test_record(f, "P1", DAY1 " H01", "a=declined", NULL);
    test_record(f, "P1", DAY1 " H02", "a=dont_know", NULL);
    test_record(f, "P1", "steps participant 2026-01-02 H01", "a=dont_know", NULL);
    test_record(f, "P1", "steps participant 2026-01-02 H02", "a=not_applicable", NULL);
    assert_string_equal(a_of_participant(f), "missing 0 0 1 1");
}

static void test_course__counts_not_asked_only_where_no_assessment_of_the_day_has_a_reason(void **state)
{
    fixture *f = *state;
    test_record(f, "P1", DAY1 " H01", "a=declined", NULL);
    test_record(f, "P1", DAY1 " H02", "b=1", NULL); /* a: not asked, after a reason */
    test_record(f, "P1", "steps participant 2026-01-02 H01", "b=1", NULL);
    test_record(f, "P1", "steps participant 2026-01-02 H02", "a=dont_know", NULL); /* and before one */
    test_record(f, "P1", "steps participant 2026-01-03 H01", "b=1", NULL);
    test_record(f, "P1", "steps participant 2026-01-03 H02", "b=2", NULL); /* twice not asked: one day */
    assert_string_equal(a_of_participant(f), "missing 1 1 1 0");
}

static void test_course__keeps_respondents_apart(void **state)
{
    fixture *f = *state;
    test_record(f, "P1", DAY1, "a=4", NULL);
    test_record(f, "P1", "steps coach 2026-01-01", "a=2", NULL);
    assert_string_equal(a_of_participant(f), "01-01=4 missing 0 0 0 0");
    assert_string_equal(track(f, "coach", "a", NULL), "01-01=2 missing 0 0 0 0");
}

/* ------------------------------------------------------------ dimensions */

static void test_course__counts_what_a_dimension_lacks_as_not_asked(void **state)
{
    fixture *f = *state;
    test_record(f, "P1", DAY1, "a=declined b=dont_know c=2", NULL);                    /* 1 of 3 */
    test_record(f, "P1", "steps participant 2026-01-02", "a=2 b=dont_know c=2", NULL); /* (2 + (6 - 2)) / 2 */
    assert_string_equal(track(f, "participant", "d", NULL), "01-02=3 missing 1 0 0 0");
}

static void test_course__takes_the_last_dimension_score_of_a_day(void **state)
{
    fixture *f = *state;
    test_record(f, "P1", DAY1 " H01", "a=2 b=2 c=4", NULL);
    test_record(f, "P1", DAY1 " H02", "a=4 b=4 c=2", NULL);
    test_record(f, "P1", DAY1 " H03", "a=1", NULL); /* too few: no score, and the one before stays */
    assert_string_equal(track(f, "participant", "d", NULL), "01-01=4/H02 missing 0 0 0 0");
}

/* ------------------------------------------------------------ order of recording */

static void test_course__orders_a_day_by_the_calls_of_one_change(void **state)
{
    fixture *f = *state;
    bip_change *change = test_begin(f, NULL);
    assert_ok(test_add(change, "P1", DAY1 " H09", "a=1", NULL));
    assert_ok(test_add(change, "P1", DAY1 " H01", "a=2", NULL));
    assert_ok(test_add(change, "P1", DAY1 " H05", "a=3", NULL));
    test_commit(change);
    assert_string_equal(a_of_participant(f), "01-01=3/H05 missing 0 0 0 0");
}

static void test_course__keeps_the_order_of_calls_under_a_clock_that_stands_or_goes_back(void **state)
{
    fixture *f = *state;
    char rater[60], score[20], expected[80];
    for (int i = 0; i < 20; i++) { /* entry ids are random: the clock alone would order half of them wrong */
        snprintf(rater, sizeof rater, DAY1 " R%02d", i);
        snprintf(score, sizeof score, "a=%d", i % 5 + 1);
        test_record(f, "P1", rater, score, NULL);
        f->now_ms -= i % 3 * 1000;
        snprintf(expected, sizeof expected, "01-01=%d/R%02d missing 0 0 0 0", i % 5 + 1, i);
        assert_string_equal(a_of_participant(f), expected);
    }
    assert_string_equal(test_faults(f), "");
}

static void test_course__leaves_a_revision_the_place_of_its_first(void **state)
{
    fixture *f = *state;
    char id[BIP_ID_SIZE];
    test_record(f, "P1", DAY1 " H01", "a=1", id);
    test_record(f, "P1", DAY1 " H02", "a=2", NULL);
    test_correct(f, id, "a=5", NULL);
    assert_string_equal(a_of_participant(f), "01-01=2/H02 missing 0 0 0 0");
}

static void test_course__leaves_out_the_withdrawn_of_a_day_that_has_several(void **state)
{
    fixture *f = *state;
    char first[BIP_ID_SIZE], second[BIP_ID_SIZE];
    test_record(f, "P1", DAY1 " H01", "a=1", first);
    test_record(f, "P1", DAY1 " H02", "a=2", second);
    test_record(f, "P1", DAY1 " H03", "a=3", NULL);
    test_record(f, "P1", "steps coach 2026-01-01", "a=4", NULL);
    test_withdraw(f, first);
    test_correct(f, second, "a=5", NULL);
    assert_string_equal(a_of_participant(f), "01-01=3/H03 missing 0 0 0 0");
}

static void test_course__takes_the_current_revision_even_if_the_clock_went_back(void **state)
{
    fixture *f = *state;
    char id[BIP_ID_SIZE];
    test_record(f, "P1", DAY1, "a=1", id);
    for (int i = 2; i <= 5; i++) {
        char score[20];
        f->now_ms -= 86400000;
        snprintf(score, sizeof score, "a=%d", i);
        test_correct(f, id, score, NULL);
    }
    assert_string_equal(a_of_participant(f), "01-01=5 missing 0 0 0 0");
    assert_string_equal(test_faults(f), "");
}

static void test_course__falls_back_on_the_other_number_of_the_day_after_a_withdrawal(void **state)
{
    fixture *f = *state;
    char id[BIP_ID_SIZE];
    test_record(f, "P1", DAY1 " H01", "a=1", NULL);
    test_record(f, "P1", DAY1 " H02", "a=2", id);
    test_withdraw(f, id);
    assert_string_equal(a_of_participant(f), "01-01=1/H01 missing 0 0 0 0");
}

static void test_course__puts_what_was_recorded_again_last(void **state)
{
    fixture *f = *state;
    char id[BIP_ID_SIZE];
    test_record(f, "P1", DAY1 " H01", "a=1", id);
    test_record(f, "P1", DAY1 " H02", "a=2", NULL);
    test_withdraw(f, id);
    test_record(f, "P1", DAY1 " H01", "a=3", NULL);
    assert_string_equal(a_of_participant(f), "01-01=3/H01 missing 0 0 0 0");
}

static void test_course__orders_more_assessments_a_day_than_it_has_room_for_at_once(void **state)
{
    fixture *f = *state;
    bip_change *change = test_begin(f, NULL);
    for (int i = 0; i < 60; i++) {
        char key[60], score[20];
        snprintf(key, sizeof key, DAY1 " R%02d", 59 - i);
        snprintf(score, sizeof score, "a=%d", i % 5 + 1);
        assert_ok(test_add(change, "P1", key, score, NULL));
    }
    test_commit(change);
    assert_string_equal(a_of_participant(f), "01-01=5/R00 missing 0 0 0 0");
}

/* A correction in the same open change, read before it is committed: the entry isn't in storage yet. */
static void test_course__reads_what_an_open_change_has_recorded(void **state)
{
    fixture *f = *state;
    test_record(f, "P1", DAY1 " H02", "a=4", NULL);
    bip_change *change = test_begin(f, NULL);
    assert_ok(test_add(change, "P1", DAY1 " H01", "a=2", NULL));
    assert_string_equal(a_of_participant(f), "01-01=2/H01 missing 0 0 0 0");
    bip_change_rollback(change);
    assert_string_equal(a_of_participant(f), "01-01=4/H02 missing 0 0 0 0");
}

/* ------------------------------------------------------------ as of */

static void test_course__reads_up_to_and_including_the_day_asked_for(void **state)
{
    fixture *f = *state;
    test_record(f, "P1", DAY1, "a=1", NULL);
    test_record(f, "P1", "steps participant 2026-11-21", "a=2", NULL);
    test_record(f, "P1", "steps participant 2026-11-22", "a=3", NULL); /* tomorrow: taken, not counted yet */
    assert_string_equal(a_of_participant(f), "01-01=1 11-21=2 missing 0 0 0 0");
    assert_string_equal(track(f, "participant", "a", "2026-11-20"), "01-01=1 missing 0 0 0 0");
    assert_string_equal(track(f, "participant", "a", "2026-01-01"), "01-01=1 missing 0 0 0 0");
    assert_string_equal(track(f, "participant", "a", "2025-12-31"), "missing 0 0 0 0");
    assert_string_equal(track(f, "participant", "a", "2199-12-31"), "01-01=1 11-21=2 11-22=3 missing 0 0 0 0");
}

/* What was known then is not asked: a later correction counts on an earlier day too. */
static void test_course__reads_current_revisions_as_of_an_earlier_day(void **state)
{
    fixture *f = *state;
    char id[BIP_ID_SIZE];
    test_record(f, "P1", DAY1, "a=1", id);
    test_correct(f, id, "a=2", NULL);
    assert_string_equal(track(f, "participant", "a", "2026-01-01"), "01-01=2 missing 0 0 0 0");
}

/* ------------------------------------------------------------ pairs */

static void test_course__pairs_the_nearest_days_of_two_respondents(void **state)
{
    fixture *f = *state;
    bip__plan *plan = NULL;
    bip__course *course = NULL;
    const bip__pair *found = NULL;
    size_t n = 0;
    int32_t person = 0;
    bip__context *c = &f->store->context;
    test_record(f, "P1", "steps participant 2026-01-01", "a=1", NULL);
    test_record(f, "P1", "steps participant 2026-01-10", "a=2", NULL);
    test_record(f, "P1", "steps coach 2026-01-08", "a=3", NULL);
    test_record(f, "P1", "steps coach 2026-02-01", "a=4", NULL); /* 22 days */
    assert_ok(bip__plan_make(c, NULL, &plan, &test_err));
    assert_ok(bip__course_open(c, plan, &course, &test_err));
    assert_ok(c->storage->api->person_find(c->storage, "P1", &person, &test_err));
    assert_ok(bip__course_read(course, person, "P1", &test_err));
    for (size_t p = 0; p < plan->n_pairs; p++) {
        assert_ok(bip__course_pairs(course, &plan->pairs[p], &found, &n, &test_err));
        if (strcmp(plan->pairs[p].code, "a") == 0 && strcmp(plan->pairs[p].shown->def->code, "steps") == 0) {
            assert_int_equal(n, 1);
            assert_int_equal(found[0].a, 1); /* the 10th and the 8th */
            assert_int_equal(found[0].b, 0);
        } else {
            assert_int_equal(n, 0);
        }
    }
    bip__course_close(course);
    bip__plan_free(plan);
}

/* "CODE:A-B " for each pair of the instrument's indicators, by number in their series. */
static const char *pairs_of(fixture *f, bip__course *course, const char *code)
{
    bip__context *c = &f->store->context;
    int32_t person = 0;
    test_clear(f);
    assert_ok(c->storage->api->person_find(c->storage, code, &person, &test_err));
    assert_ok(bip__course_read(course, person, code, &test_err));
    for (size_t p = 0; p < course->plan->n_pairs; p++) {
        const bip__slot_pair *pair = &course->plan->pairs[p];
        const bip__pair *found = NULL;
        size_t n = 0;
        assert_ok(bip__course_pairs(course, pair, &found, &n, &test_err));
        for (size_t i = 0; i < n; i++)
            test_say(f, "%s:%d-%d ", pair->code, (int)found[i].a, (int)found[i].b);
    }
    return f->text;
}

static void test_course__pairs_each_indicator_by_its_own_days(void **state)
{
    fixture *f = *state;
    bip__plan *plan = NULL;
    bip__course *course = NULL;
    test_participant(f, "P2");
    test_record(f, "P1", "steps participant 2026-01-01", "a=1 b=1 c=1", NULL);
    test_record(f, "P1", "steps participant 2026-01-10", "a=2 b=2", NULL);
    test_record(f, "P1", "steps coach 2026-01-08", "a=3 b=3 c=3", NULL);
    test_record(f, "P2", "steps participant 2026-01-01", "a=1 b=1", NULL); /* as many days, others */
    test_record(f, "P2", "steps participant 2026-01-09", "a=1 b=1", NULL);
    test_record(f, "P2", "steps coach 2026-01-02", "a=1 b=1", NULL);
    assert_ok(bip__plan_make(&f->store->context, NULL, &plan, &test_err));
    assert_ok(bip__course_open(&f->store->context, plan, &course, &test_err));
    assert_string_equal(pairs_of(f, course, "P1"), "a:1-0 b:1-0 c:0-0 ");
    assert_string_equal(pairs_of(f, course, "P2"), "a:0-0 b:0-0 ");
    assert_string_equal(pairs_of(f, course, "P1"), "a:1-0 b:1-0 c:0-0 ");
    bip__course_close(course);
    bip__plan_free(plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_EACH(test_course__takes_the_number_recorded_last_on_a_day),
        ON_EACH(test_course__keeps_a_number_where_a_later_assessment_holds_a_reason),
        ON_EACH(test_course__takes_a_number_back_from_what_is_missing),
        ON_EACH(test_course__counts_a_day_without_a_number_by_the_reason_recorded_last),
        ON_EACH(test_course__counts_not_asked_only_where_no_assessment_of_the_day_has_a_reason),
        ON_EACH(test_course__keeps_respondents_apart),
        ON_EACH(test_course__counts_what_a_dimension_lacks_as_not_asked),
        ON_EACH(test_course__takes_the_last_dimension_score_of_a_day),
        ON_EACH(test_course__orders_a_day_by_the_calls_of_one_change),
        ON_EACH(test_course__keeps_the_order_of_calls_under_a_clock_that_stands_or_goes_back),
        ON_EACH(test_course__leaves_a_revision_the_place_of_its_first),
        ON_EACH(test_course__leaves_out_the_withdrawn_of_a_day_that_has_several),
        ON_EACH(test_course__takes_the_current_revision_even_if_the_clock_went_back),
        ON_EACH(test_course__falls_back_on_the_other_number_of_the_day_after_a_withdrawal),
        ON_EACH(test_course__puts_what_was_recorded_again_last),
        ON_EACH(test_course__orders_more_assessments_a_day_than_it_has_room_for_at_once),
        ON_EACH(test_course__reads_what_an_open_change_has_recorded),
        ON_EACH(test_course__reads_up_to_and_including_the_day_asked_for),
        ON_EACH(test_course__reads_current_revisions_as_of_an_earlier_day),
        ON_EACH(test_course__pairs_each_indicator_by_its_own_days),
        ON_EACH(test_course__pairs_the_nearest_days_of_two_respondents),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
