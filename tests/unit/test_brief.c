#include "page_fixture.h"

static show_store s;
static const char *const p1[] = {"P1"}, *const p2[] = {"P2"}, *const p3[] = {"P3"}, *const p4[] = {"P4"};

static int set_up(void **state)
{
    (void)state;
    page_open(&s);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    show_close(&s);
    return 0;
}

static const char *brief(const char *const *participant)
{
    bip_query query = page_query(participant);

    query.instrument = "work";
    return page_with(&s, "brief", &query, NULL);
}

static void test_brief__says_who_scored_last(void **state)
{
    const char *text = brief(p1);

    (void)state;
    page_says(text, "Before the meeting with P1, 21 November 2026\n");
    page_says(text, "  Participant, 10 October 2026 (Work <&\")\n");
    page_says(text, "  Job coach, 12 October 2026, rater bo (Work <&\")\n");
}

static void test_brief__names_every_rater_of_the_latest_day(void **state)
{
    const bip_query query = page_query(p4);

    (void)state;
    show_record(&s, "P4", "work", "coach", "2026-11-02", "cleo", 5, "[1,1,1,10,1]", NULL);
    show_record(&s, "P4", "work", "coach", "2026-11-03", "anna", 5, "[5,1,1,10,1]", NULL);
    show_record(&s, "P4", "work", "coach", "2026-11-03", "bo", 5, "[3,1,1,10,1]", NULL);
    page_says(page_with(&s, "brief", &query, NULL), "  Job coach, 3 November 2026, rater anna (Work <&\")\n"
                                                    "  Job coach, 3 November 2026, rater bo (Work <&\")\n");
    page_hides(s.text.data, "cleo");
}

static void test_brief__says_what_moved_since_last_time(void **state)
{
    const char *text = brief(p1);

    (void)state;
    page_says(text, "  forward: Alpha, 2 → 3 (Participant)\n");
    page_hides(text, "more");
    page_says(text, "  back: Gamma, 5 → 3 (Job coach)\n");
    page_says(text, "No step since last time: 2 series."); /* the participant's Beta and Gamma */
    page_says(brief(p4), "Only one answer so far: 4 series.");
}

/* Delta went from 20 to 30 the time before; the last time it was declined. */
static void test_brief__leaves_out_what_was_not_answered_last_time(void **state)
{
    const char *text = brief(p1);

    (void)state;
    page_hides(text, "20 → 30");
    page_says(text, "  No answer last time: 1 series.\n");
}

static void test_brief__tells_five_moves_and_counts_the_others(void **state)
{
    (void)state;
    show_record(&s, "P3", "work", "participant", "2026-01-10", NULL, 4, "[1,1,1,10]", NULL);
    show_record(&s, "P3", "work", "participant", "2026-04-10", NULL, 4, "[2,2,2,20]", NULL);
    show_record(&s, "P3", "work", "coach", "2026-01-10", NULL, 5, "[1,1,1,10,1]", NULL);
    show_record(&s, "P3", "work", "coach", "2026-04-10", NULL, 5, "[2,2,2,20,1]", NULL);
    assert_int_equal(show_count(brief(p3), "forward: "), 5);
    page_says(brief(p3), "  … and 3 more\n");
}

static void test_brief__asks_about_different_views_before_anything_else(void **state)
{
    const char *text = brief(p1);

    (void)state;
    page_says(text, "Beta: Participant 3 (10 October 2026), Job coach 5 (12 October 2026).");
    page_says(text, "  Beta: you see it differently. What does each of you have in mind?\n");
    assert_int_equal(show_count(text, "?"), 1);
}

static void test_brief__asks_about_a_step_back_before_a_small_next_step(void **state)
{
    (void)state;
    page_says(brief(p2), "  Beta: what has happened since last time?\n");
    page_says(brief(p4), "  What would be a small next step?\n");
}

static void test_brief__never_asks_about_what_the_participant_does_not_see(void **state)
{
    const char *question = strstr(brief(p1), "One question");

    (void)state;
    assert_non_null(question);
    assert_null(strstr(question, "Coach hopes"));
}

static void test_brief__fits_a_screen(void **state)
{
    (void)state;
    assert_true(show_count(brief(p1), "\n") <= 24);
}

static void test_brief__without_scores_says_so(void **state)
{
    (void)state;
    page_says(brief(p3), "No scores to show.\n");
}

static void test_brief__is_on_one_participant(void **state)
{
    const bip_query query = show_query(), one = page_query(p1);

    (void)state;
    assert_int_equal(show_try(&s, "brief", &query, NULL), BIP_E_USAGE);
    assert_int_equal(show_try(&s, "brief", &one, "{\"full\":true}"), BIP_E_USAGE);
}

static void test_brief__survives_every_failed_allocation(void **state)
{
    const bip_query query = page_query(p1);

    (void)state;
    show_survive_failed_allocations(&s, "brief", &query);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_brief__says_who_scored_last),
        cmocka_unit_test(test_brief__says_what_moved_since_last_time),
        cmocka_unit_test(test_brief__leaves_out_what_was_not_answered_last_time),
        cmocka_unit_test(test_brief__asks_about_different_views_before_anything_else),
        cmocka_unit_test(test_brief__asks_about_a_step_back_before_a_small_next_step),
        cmocka_unit_test(test_brief__never_asks_about_what_the_participant_does_not_see),
        cmocka_unit_test(test_brief__fits_a_screen),
        cmocka_unit_test(test_brief__without_scores_says_so),
        cmocka_unit_test(test_brief__is_on_one_participant),
        cmocka_unit_test(test_brief__tells_five_moves_and_counts_the_others),
        cmocka_unit_test(test_brief__names_every_rater_of_the_latest_day),
        cmocka_unit_test(test_brief__survives_every_failed_allocation),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
