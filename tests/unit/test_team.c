#include "page_fixture.h"

static show_store s;

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

static const char *team(const char *options)
{
    const bip_query query = show_query();

    return page_with(&s, "team", &query, options);
}

static void test_team__is_a_well_formed_page_of_a_line_a_participant(void **state)
{
    const char *page = team(NULL);

    (void)state;
    page_is_well_formed(page);
    assert_int_equal(show_count(page, "<th role=\"rowheader\""), 4);
}

static void test_team__puts_those_not_asked_for_longest_first_and_prints_the_rule(void **state)
{
    const char *page = team(NULL);

    (void)state;
    assert_true(strstr(page, ">P3<") < strstr(page, ">P2<")); /* never asked */
    assert_true(strstr(page, ">P2<") < strstr(page, ">P1<")); /* 2025 */
    assert_true(strstr(page, ">P1<") < strstr(page, ">P4<")); /* October before November */
    page_says(page, "Order: those not asked for longest stand first");
}

static void test_team__asked_counts_what_is_on_the_page(void **state)
{
    (void)state;
    /* P1 was asked on 10 November too, on what is kept out of handouts. */
    page_says(team(NULL), "12 October 2026");
    page_hides(team(NULL), "10 November 2026");
    page_hides(team(NULL), "Harm");
}

/* Whoever finds the page must not read off it that there was something to ask. */
static void test_team__says_the_same_of_who_was_asked_nothing_and_nothing_that_is_shown(void **state)
{
    const char *never, *secret;

    (void)state;
    show_add_participant(&s, "P5");
    show_record(&s, "P5", "secret", "participant", "2026-11-02", NULL, 1, "[3]", NULL);
    never = strstr(team(NULL), ">P3<") + 4;
    secret = strstr(never, ">P5<") + 4;
    assert_non_null(strstr(never, "nothing here yet"));
    assert_memory_equal(never, secret, strcspn(never, "\n"));
    page_hides(team(NULL), "not asked yet");
}

static void test_team__says_who_moved_and_which_way(void **state)
{
    const char *page = team(NULL), *p2 = strstr(page, ">P2<"), *p4 = strstr(page, ">P4<");

    (void)state;
    page_says(page, "<span class=\"forward\">6 forward</span>");
    assert_non_null(strstr(p2, "<span class=\"back\">1 back</span>"));
    assert_non_null(strstr(p4, "first answers only"));
}

static void test_team__tells_the_latest_steps(void **state)
{
    (void)state;
    page_says(team(NULL), "Delta: 10 → 30, 12 October 2026 (Job coach)</span>");
}

static void test_team__draws_the_sum_of_steps_over_time(void **state)
{
    const char *p2 = strstr(team(NULL), ">P2<");

    (void)state;
    /* One step back, on the last day: from the top left to the bottom right. */
    assert_non_null(strstr(p2, "class=\"run\" d=\"M0 0L1200 280L1200 280\""));
    assert_non_null(strstr(p2, "aria-label=\"Line: 0 steps forward, 1 back in all\""));
}

static void test_team__of_a_rater_are_those_last_scored_by_them(void **state)
{
    const char *page = team("{\"rater\":\"anna\"}");

    (void)state;
    page_hides(page, ">P1<"); /* bo came after anna */
    page_says(page, ">P2<");
    page_hides(page, ">P4<");
    page_says(page, "Last scored by anna");
    page_says(team("{\"rater\":\"bo\"}"), ">P1<");
}

static void test_team__ranks_no_raters(void **state)
{
    const char *page = team(NULL);

    (void)state;
    page_hides(page, "anna");
    page_hides(page, "bo<");
}

static void test_team__an_objection_stands_beside_the_steps_it_is_about(void **state)
{
    const bip_query query = show_query();
    char told[BIP_ID_SIZE], untold[BIP_ID_SIZE], secret[BIP_ID_SIZE];
    show_store own;

    (void)state;
    page_open(&own);
    show_add_participant(&own, "P5");
    show_record(&own, "P5", "work", "participant", "2026-01-10", NULL, 4, "[1,1,1,10]", untold);
    show_record(&own, "P5", "work", "participant", "2026-04-10", NULL, 4, "[1,1,1,10]", NULL);
    show_record(&own, "P5", "work", "participant", "2026-07-10", NULL, 4, "[3,1,1,10]", told);
    show_record(&own, "P5", "secret", "participant", "2026-07-10", NULL, 1, "[2]", secret);
    show_dispute(&own, told, "I was <ill>");
    show_dispute(&own, untold, "not on this page");
    show_dispute(&own, secret, "nor is this");
    const char *page = page_with(&own, "team", &query, NULL);
    page_is_well_formed(page);
    page_says(page, "Alpha: 1 → 3, 10 July 2026 (Participant)</span><span class=\"quiet\">The participant objects to "
                    "the assessment of "
                    "10 July 2026 (Participant): I was &lt;ill&gt;</span>");
    assert_int_equal(show_count(page, "objects to"), 1);
    show_survive_failed_allocations(&own, "team", &query);
    show_close(&own);
}

/* Anna and Bo score on the same days, Bo's numbers count; Cleo was there before. */
static void test_team__tells_two_raters_of_one_day_apart(void **state)
{
    const bip_query query = show_query();
    char of_anna[BIP_ID_SIZE], of_bo[BIP_ID_SIZE];
    show_store own;

    (void)state;
    page_open(&own);
    show_add_participant(&own, "P5");
    show_record(&own, "P5", "work", "coach", "2026-01-10", "cleo", 5, "[1,1,1,10,1]", NULL);
    show_record(&own, "P5", "work", "coach", "2026-04-10", "anna", 5, "[5,1,1,10,1]", of_anna);
    show_record(&own, "P5", "work", "coach", "2026-04-10", "bo", 5, "[3,1,1,10,1]", of_bo);
    page_says(page_with(&own, "team", &query, "{\"rater\":\"anna\"}"), ">P5<");
    page_says(page_with(&own, "team", &query, "{\"rater\":\"bo\"}"), ">P5<");
    page_hides(page_with(&own, "team", &query, "{\"rater\":\"cleo\"}"), ">P5<");

    show_dispute(&own, of_anna, "of a score that isn't here");
    page_hides(page_with(&own, "team", &query, NULL), "objects to");
    show_dispute(&own, of_bo, "of one that is");
    page_says(page_with(&own, "team", &query, NULL), "of one that is");
    show_close(&own);
}

static void test_team__refuses_what_it_can_not_show(void **state)
{
    bip_query query = show_query();

    (void)state;
    assert_int_equal(show_try(&s, "team", &query, "{\"rater\":\"nobody\"}"), BIP_E_NOT_FOUND);
    assert_int_equal(show_try(&s, "team", &query, "{\"full\":true}"), BIP_E_USAGE);
    query.instrument = "secret";
    assert_int_equal(show_try(&s, "team", &query, NULL), BIP_E_REFUSED);
}

static void test_team__without_anybody_says_so(void **state)
{
    show_store empty;
    const bip_query query = show_query();

    (void)state;
    show_open(&empty);
    page_says(page_with(&empty, "team", &query, NULL), "No participants to show.");
    show_close(&empty);
}

static void test_team__survives_every_failed_allocation(void **state)
{
    const bip_query query = show_query();

    (void)state;
    show_survive_failed_allocations(&s, "team", &query);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_team__is_a_well_formed_page_of_a_line_a_participant),
        cmocka_unit_test(test_team__puts_those_not_asked_for_longest_first_and_prints_the_rule),
        cmocka_unit_test(test_team__asked_counts_what_is_on_the_page),
        cmocka_unit_test(test_team__says_who_moved_and_which_way),
        cmocka_unit_test(test_team__tells_the_latest_steps),
        cmocka_unit_test(test_team__draws_the_sum_of_steps_over_time),
        cmocka_unit_test(test_team__of_a_rater_are_those_last_scored_by_them),
        cmocka_unit_test(test_team__ranks_no_raters),
        cmocka_unit_test(test_team__an_objection_stands_beside_the_steps_it_is_about),
        cmocka_unit_test(test_team__tells_two_raters_of_one_day_apart),
        cmocka_unit_test(test_team__refuses_what_it_can_not_show),
        cmocka_unit_test(test_team__without_anybody_says_so),
        cmocka_unit_test(test_team__survives_every_failed_allocation),
        /* the last: it adds a participant */
        cmocka_unit_test(test_team__says_the_same_of_who_was_asked_nothing_and_nothing_that_is_shown),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
