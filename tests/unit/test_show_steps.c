#include "show_fixture.h"

static show_store s;

static const char instrument[] =
    "{\"instrument\":\"work\",\"version\":\"1\",\"title\":{\"en\":\"Work\"},"
    "\"respondents\":[{\"code\":\"participant\",\"title\":{\"en\":\"Participant\",\"sv\":\"Deltagare\"}},"
    "{\"code\":\"coach\",\"title\":{\"en\":\"Job coach\",\"sv\":\"Jobbcoach\"}}],"
    "\"scales\":[{\"code\":\"nine\",\"min\":1,\"max\":9}],"
    "\"indicators\":["
    "{\"code\":\"a\",\"title\":{\"en\":\"Alpha\"},\"scale\":\"nine\"},"
    "{\"code\":\"b\",\"title\":{\"en\":\"Beta\"},\"scale\":\"nine\",\"smallest_step\":2},"
    "{\"code\":\"belief\",\"title\":{\"en\":\"Belief\"},\"scale\":\"nine\",\"respondents\":[\"coach\"],"
    "\"visible_to\":[\"coach\"]}],"
    "\"dimensions\":[{\"code\":\"all\",\"title\":{\"en\":\"All\"},\"indicators\":[\"a\",\"b\"]}]}";

/* Nobody is called participant here: people see what all of them see. */
static const char inner[] =
    "{\"instrument\":\"inner\",\"version\":\"1\",\"title\":{\"en\":\"Inner\"},"
    "\"respondents\":[{\"code\":\"self\",\"title\":{\"en\":\"Self\"}},{\"code\":\"staff\",\"title\":{\"en\":\"Staff\"}}"
    "],"
    "\"scales\":[{\"code\":\"nine\",\"min\":1,\"max\":9}],"
    "\"indicators\":[{\"code\":\"open\",\"title\":{\"en\":\"Open\"},\"scale\":\"nine\"},"
    "{\"code\":\"shut\",\"title\":{\"en\":\"Shut\"},\"scale\":\"nine\",\"visible_to\":[\"staff\"]}]}";

static int set_up(void **state)
{
    (void)state;
    show_open(&s);
    show_add_instrument(&s, instrument);
    show_add_instrument(&s, inner);
    show_add_participant(&s, "P2");
    show_add_participant(&s, "P1");
    show_record(&s, "P2", "work", "participant", "2026-01-01", NULL, 2, "[1,1]", NULL);
    show_record(&s, "P2", "work", "participant", "2026-04-01", NULL, 2, "[2,4]", NULL);
    show_record(&s, "P2", "work", "participant", "2026-07-01", NULL, 2, "[2,3]", NULL);
    show_record(&s, "P1", "work", "participant", "2026-01-01", NULL, 2, "[5,5]", NULL);
    show_record(&s, "P1", "work", "participant", "2026-04-01", NULL, 2, "[4,5]", NULL);
    show_record(&s, "P1", "work", "participant", "2026-07-01", NULL, 2, "[6,5]", NULL);
    show_record(&s, "P1", "work", "coach", "2026-01-01", "C1", 3, "[1,1,1]", NULL);
    show_record(&s, "P1", "work", "coach", "2026-04-01", "C2", 3, "[2,1,5]", NULL);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    show_close(&s);
    return 0;
}

static void test_show_steps__prints_newest_first_then_by_participant_then_by_series(void **state)
{
    static const char expected[] =
        "{\"schema\":\"bip-steps-1\",\"participant\":\"P1\",\"date\":\"2026-07-01\",\"instrument\":\"work\","
        "\"respondent\":\"participant\",\"code\":\"a\",\"from\":4,\"to\":6,\"held_for\":1,\"new_best\":true,"
        "\"same_rater\":null,\"visible_to\":[\"participant\",\"coach\"],\"evidence\":[\"observed\"]}\n"
        "{\"schema\":\"bip-steps-1\",\"participant\":\"P1\",\"date\":\"2026-04-01\",\"instrument\":\"work\","
        "\"respondent\":\"coach\",\"code\":\"a\",\"from\":1,\"to\":2,\"held_for\":1,\"new_best\":true,"
        "\"same_rater\":false,\"visible_to\":[\"participant\",\"coach\"],\"evidence\":[\"observed\"]}\n"
        "{\"schema\":\"bip-steps-1\",\"participant\":\"P1\",\"date\":\"2026-04-01\",\"instrument\":\"work\","
        "\"respondent\":\"coach\",\"code\":\"belief\",\"from\":1,\"to\":5,\"held_for\":1,\"new_best\":true,"
        "\"same_rater\":false,\"visible_to\":[\"coach\"],\"evidence\":[\"observed\"]}\n"
        "{\"schema\":\"bip-steps-1\",\"participant\":\"P2\",\"date\":\"2026-04-01\",\"instrument\":\"work\","
        "\"respondent\":\"participant\",\"code\":\"a\",\"from\":1,\"to\":2,\"held_for\":2,\"new_best\":true,"
        "\"same_rater\":null,\"visible_to\":[\"participant\",\"coach\"],\"evidence\":[\"observed\",\"held\"]}\n"
        "{\"schema\":\"bip-steps-1\",\"participant\":\"P2\",\"date\":\"2026-04-01\",\"instrument\":\"work\","
        "\"respondent\":\"participant\",\"code\":\"b\",\"from\":1,\"to\":4,\"held_for\":1,\"new_best\":true,"
        "\"same_rater\":null,\"visible_to\":[\"participant\",\"coach\"],\"evidence\":[\"observed\"]}\n";
    const bip_query q = show_query();

    (void)state;
    assert_string_equal(show_write(&s, "steps", &q), expected);
}

static void test_show_steps__filters_by_day_and_role(void **state)
{
    bip_query q = show_query();

    (void)state;
    q.since = show_day("2026-07-01");
    assert_int_equal(show_count(show_write(&s, "steps", &q), "\n"), 1);
    q.since = show_day("2026-04-01");
    assert_int_equal(show_count(show_write(&s, "steps", &q), "\n"), 5);
    q.for_role = "participant";
    assert_null(strstr(show_write(&s, "steps", &q), "belief"));
    q.as_of = show_day("2026-03-01");
    assert_string_equal(show_write(&s, "steps", &q), "");
}

static void test_show_steps__tells_sentences_for_the_participant(void **state)
{
    static const char expected[] =
        "1 July 2026 · P1 · Participant: A step forward since last time: Alpha from 4 to 6. Next time we will see "
        "whether it lasts.\n"
        "1 April 2026 · P1 · Job coach: A step forward since last time: Alpha from 1 to 2. Another job coach scored "
        "this time. Next time we will see whether it lasts.\n"
        "1 April 2026 · P2 · Participant: Alpha went from 1 to 2. It has held: 2 measurements in a row.\n"
        "1 April 2026 · P2 · Participant: Beta went from 1 to 4. It had not lasted at the next measurement. The latest "
        "answer is 3.\n"
        "\nAll steps in the same time (at most three a participant are told above):\n"
        "  P1: 2 forward, 1 back\n  P2: 2 forward, 0 back\n";
    bip_query q = show_query();

    (void)state;
    q.lang = "en";
    assert_string_equal(show_write(&s, "steps-text", &q), expected);
    q.for_role = "coach";
    assert_non_null(strstr(show_write(&s, "steps-text", &q), "Belief"));
}

/* "Since last time" would be of a time that gave no answer. */
static void test_show_steps__does_not_call_a_step_before_the_last_time_new(void **state)
{
    static const char *const who[] = {"P4"};
    bip_query q = show_query();

    (void)state;
    show_add_participant(&s, "P4");
    show_record(&s, "P4", "work", "participant", "2026-01-01", NULL, 2, "[1,1]", NULL);
    show_record(&s, "P4", "work", "participant", "2026-04-01", NULL, 2, "[3,1]", NULL);
    show_record(&s, "P4", "work", "participant", "2026-07-01", NULL, 2, "[\"declined\",1]", NULL);
    q.participants = who;
    q.n_participants = 1;
    q.lang = "en";
    assert_non_null(strstr(show_write(&s, "steps-text", &q),
                           "1 April 2026 · P4 · Participant: A step forward: Alpha from "
                           "1 to 3. There is no later answer. Next time we will see "
                           "whether it lasts.\n"));
}

static void test_show_steps__tells_at_most_three_held_ones_first(void **state)
{
    static const char *const days[] = {"2025-01-01", "2025-02-01", "2025-03-01", "2025-04-01", "2025-05-01"};
    static const char *const scores[] = {"[1,1]", "[2,1]", "[3,3]", "[4,3]", "[5,5]"};
    static const char *const who[] = {"P3"};
    bip_query q = show_query();

    (void)state;
    show_add_participant(&s, "P3");
    for (int i = 0; i < 5; i++)
        show_record(&s, "P3", "work", "participant", days[i], NULL, 2, scores[i], NULL);
    q.participants = who;
    q.n_participants = 1;
    q.lang = "en";
    assert_int_equal(show_count(show_write(&s, "steps", &q), "\n"), 6);
    const char *text = show_write(&s, "steps-text", &q);
    assert_int_equal(show_count(text, " · P3 · "), 3);
    assert_int_equal(show_count(text, "It has held"), 3);
    assert_memory_equal(text, "1 April 2025", strlen("1 April 2025"));
    assert_non_null(strstr(text, "  P3: 6 forward, 0 back\n"));
}

static void test_show_steps__leaves_out_what_one_of_an_instruments_own_does_not_see(void **state)
{
    bip_query q = show_query();

    (void)state;
    show_record(&s, "P1", "inner", "staff", "2026-01-01", NULL, 2, "[1,1]", NULL);
    show_record(&s, "P1", "inner", "staff", "2026-02-01", NULL, 2, "[2,2]", NULL);
    q.instrument = "inner";
    q.lang = "en";
    const char *text = show_write(&s, "steps-text", &q);
    assert_non_null(strstr(text, "Open from 1 to 2"));
    assert_null(strstr(text, "Shut"));
    q.for_role = "staff";
    assert_non_null(strstr(show_write(&s, "steps-text", &q), "Shut from 1 to 2"));
}

static void test_show_steps__says_so_where_there_is_none(void **state)
{
    bip_query q = show_query();

    (void)state;
    q.since = show_day("2026-11-01");
    q.lang = "sv";
    assert_string_equal(show_write(&s, "steps-text", &q), "Inga steg framåt att visa.\n");
}

static void test_show_steps__refuses_options_and_unknown_languages(void **state)
{
    bip_query q = show_query();

    (void)state;
    assert_int_equal(show_try(&s, "steps", &q, "{\"most\":\"3\"}"), BIP_E_USAGE);
    q.lang = "xx";
    assert_int_equal(show_try(&s, "steps-text", &q, NULL), BIP_E_USAGE);
    q.for_role = "nobody";
    assert_int_equal(show_try(&s, "steps", &q, NULL), BIP_E_NOT_FOUND);
}

static void test_show_steps__survives_every_failed_allocation(void **state)
{
    const bip_query q = show_query();

    (void)state;
    show_survive_failed_allocations(&s, "steps", &q);
    show_survive_failed_allocations(&s, "steps-text", &q);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(test_show_steps__prints_newest_first_then_by_participant_then_by_series),
        T(test_show_steps__filters_by_day_and_role),
        T(test_show_steps__tells_sentences_for_the_participant),
        T(test_show_steps__does_not_call_a_step_before_the_last_time_new),
        T(test_show_steps__tells_at_most_three_held_ones_first),
        T(test_show_steps__leaves_out_what_one_of_an_instruments_own_does_not_see),
        T(test_show_steps__says_so_where_there_is_none),
        T(test_show_steps__refuses_options_and_unknown_languages),
        T(test_show_steps__survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
