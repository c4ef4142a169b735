#include "show_fixture.h"

#include <stdio.h>

static show_store s;

static const char example[] =
    "{\"instrument\":\"example\",\"version\":\"1\",\"title\":{\"en\":\"Example\"},"
    "\"respondents\":[{\"code\":\"participant\",\"title\":{\"en\":\"Participant\"}},"
    "{\"code\":\"caseworker\",\"title\":{\"en\":\"Caseworker\"}}],"
    "\"scales\":[{\"code\":\"five\",\"min\":1,\"max\":5}],"
    "\"indicators\":[{\"code\":\"coping\",\"title\":{\"en\":\"Coping\"},\"scale\":\"five\"},"
    "{\"code\":\"belief\",\"title\":{\"en\":\"Belief\"},\"scale\":\"five\",\"respondents\":[\"caseworker\"],"
    "\"visible_to\":[\"caseworker\"],\"reliability\":0.75,\"sd\":1,\"better\":\"lower\"}],"
    "\"bands\":[{\"of\":\"belief\",\"code\":\"middle\",\"from\":3,\"title\":{\"en\":\"Middle\"}}]}";

static int set_up(void **state)
{
    static const char *const days[] = {"2025-09-01", "2025-12-01", "2026-03-01", "2026-06-01", "2026-09-01"};
    static const char *const scores[] = {"[2]", "[2]", "[3]", "[3]", "[3]"};

    (void)state;
    show_open(&s);
    show_add_instrument(&s, example);
    show_add_participant(&s, "P-002");
    show_add_participant(&s, "P-001");
    for (int i = 0; i < 5; i++)
        show_record(&s, "P-001", "example", "participant", days[i], NULL, 1, scores[i], NULL);
    show_record(&s, "P-001", "example", "participant", "2025-10-01", NULL, 1, "[\"declined\"]", NULL);
    show_record(&s, "P-001", "example", "caseworker", "2025-09-03", "H01", 2, "[3,5]", NULL);
    show_record(&s, "P-001", "example", "caseworker", "2025-12-14", "H02", 2, "[1,2]", NULL);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    show_close(&s);
    return 0;
}

/* The example of the contract, key by key; the statistics are recomputed elsewhere. */
static void test_progression_json__prints_keys_in_the_order_of_the_contract(void **state)
{
    const bip_query q = show_query();
    const char *text = show_write(&s, "progression", &q);

    (void)state;
    static const char beginning[] =
        "{\"schema\":\"bip-progression-1\",\"participant\":\"P-001\",\"as_of\":\"2026-11-21\",\"series\":["
        "{\"instrument\":\"example\",\"version\":\"1\",\"respondent\":\"participant\",\"kind\":\"indicator\","
        "\"code\":\"coping\",\"better\":\"higher\",\"visible_to\":[\"participant\",\"caseworker\"],\"n\":5,"
        "\"missing\":{\"not_asked\":0,\"declined\":1,\"dont_know\":0,\"not_applicable\":0},"
        "\"first\":{\"date\":\"2025-09-01\",\"score\":2},\"previous\":{\"date\":\"2026-06-01\",\"score\":3},"
        "\"latest\":{\"date\":\"2026-09-01\",\"score\":3},\"best\":{\"date\":\"2026-03-01\",\"score\":3},"
        "\"mean\":2.6,\"sd\":0.5477225575051661,\"span_days\":365,"
        "\"change\":{\"from_first\":1,\"from_previous\":0,\"percent_of_scale\":25},"
        "\"trend\":{\"direction\":\"forward\",\"ols\":{\"per_90_days\":0.";
    assert_memory_equal(text, beginning, sizeof beginning - 1);
    assert_non_null(strstr(text, "\"mann_kendall\":{\"s\":6,\"var_s\":12,\"z\":"));
    static const char ending[] =
        "\"method\":\"normal\"}},\"reliable_change\":null,\"steps\":{\"forward\":1,\"back\":0,\"latest\":{"
        "\"direction\":\"forward\",\"date\":\"2026-03-01\",\"from\":2,\"to\":3,\"held_for\":3,\"new_best\":true,"
        "\"same_rater\":null}},\"band\":null,\"direction\":\"forward\",\"evidence\":[\"observed\",\"held\"]},";
    assert_non_null(strstr(text, ending));
}

static void test_progression_json__prints_nulls_where_there_is_too_little(void **state)
{
    bip_query q = show_query();

    (void)state;
    q.as_of = show_day("2025-10-15");
    q.respondent = "caseworker";
    const char *text = show_write(&s, "progression", &q);
    assert_non_null(strstr(text, "\"code\":\"belief\",\"better\":\"lower\",\"visible_to\":[\"caseworker\"],\"n\":1,"));
    assert_non_null(strstr(text, "\"previous\":null,"));
    assert_non_null(strstr(text, "\"sd\":null,\"span_days\":0,\"change\":null,\"trend\":{\"direction\":null,"
                                 "\"ols\":null,\"theil_sen\":null,\"mann_kendall\":null},\"reliable_change\":null,"
                                 "\"steps\":{\"forward\":0,\"back\":0,\"latest\":null},\"band\":{\"first\":\"middle\","
                                 "\"latest\":\"middle\"},\"direction\":\"unknown\",\"evidence\":[]}"));
}

static void test_progression_json__prints_reliable_change_and_bands_below_the_lowest(void **state)
{
    const bip_query q = show_query();
    const char *text = show_write(&s, "progression", &q);

    (void)state;
    assert_non_null(strstr(text, "\"reliable_change\":{\"method\":\"jacobson_truax\",\"rci\":-4.24264068"));
    assert_non_null(strstr(text,
                           ",\"class\":\"improved\"},\"steps\":{\"forward\":1,\"back\":0,\"latest\":{"
                           "\"direction\":\"forward\",\"date\":\"2025-12-14\",\"from\":5,\"to\":2,\"held_for\":1,"
                           "\"new_best\":true,\"same_rater\":false}},\"band\":{\"first\":\"middle\","
                           "\"latest\":null},\"direction\":\"forward\",\"evidence\":[\"observed\",\"reliable\"]}"));
}

static void test_progression_json__prints_pairs_within_the_days_allowed(void **state)
{
    bip_query q = show_query();
    const char *text = show_write(&s, "progression", &q);

    (void)state;
    assert_non_null(strstr(
        text, "],\"pairs\":[{\"instrument\":\"example\",\"version\":\"1\",\"code\":\"coping\",\"a\":\"participant\","
              "\"b\":\"caseworker\",\"n\":2,\"mean_difference\":0,\"mean_absolute_difference\":1,"
              "\"occasions\":[{\"date_a\":\"2025-09-01\",\"date_b\":\"2025-09-03\",\"a\":2,\"b\":3,"
              "\"difference\":-1},{\"date_a\":\"2025-12-01\",\"date_b\":\"2025-12-14\",\"a\":2,\"b\":1,"
              "\"difference\":1}]}]}\n"));
    q.respondent = "participant";
    assert_non_null(strstr(show_write(&s, "progression", &q), "],\"pairs\":[]}\n"));
}

static void test_progression_json__prints_everyone_by_code_also_without_series(void **state)
{
    static const char *const named[] = {"P-002", "P-001"};
    bip_query q = show_query();
    const char *text = show_write(&s, "progression", &q);
    static const char nobody[] = "{\"schema\":\"bip-progression-1\",\"participant\":\"P-002\",\"as_of\":\"2026-11-21\","
                                 "\"series\":[],\"pairs\":[]}\n";

    (void)state;
    assert_int_equal(show_count(text, "\n"), 2);
    assert_string_equal(strchr(text, '\n') + 1, nobody);
    q.participants = named;
    q.n_participants = 2;
    assert_memory_equal(show_write(&s, "progression", &q), nobody, sizeof nobody - 1);
}

/* 1970-01-01 is day 0; the others are 4,096 days from it or from one another. */
static void test_progression_json__prints_days_right_that_share_a_place_with_others(void **state)
{
    static const char *const days[] = {"1958-10-15", "1970-01-01", "1981-03-20", "1992-06-06", "2003-08-24"};
    static const char *const named[] = {"P-002"};
    char first[8192];
    bip_query q = show_query();

    (void)state;
    for (int i = 0; i < 5; i++)
        show_record(&s, "P-002", "example", "participant", days[i], NULL, 1, i % 2 ? "[1]" : "[4]", NULL);
    q.participants = named;
    q.n_participants = 1;
    snprintf(first, sizeof first, "%s", show_write(&s, "progression", &q));
    assert_non_null(strstr(first, "\"first\":{\"date\":\"1958-10-15\",\"score\":4},"
                                  "\"previous\":{\"date\":\"1992-06-06\",\"score\":1},"
                                  "\"latest\":{\"date\":\"2003-08-24\",\"score\":4},"));
    assert_string_equal(show_write(&s, "progression", &q), first);
    q.as_of = show_day("1981-03-20");
    assert_non_null(strstr(show_write(&s, "progression", &q), "\"first\":{\"date\":\"1958-10-15\",\"score\":4},"
                                                              "\"previous\":{\"date\":\"1970-01-01\",\"score\":1},"
                                                              "\"latest\":{\"date\":\"1981-03-20\",\"score\":4},"));
}

static void test_progression_json__leaves_out_what_a_role_does_not_see(void **state)
{
    bip_query q = show_query();

    (void)state;
    q.for_role = "participant";
    assert_null(strstr(show_write(&s, "progression", &q), "belief"));
    q.for_role = "caseworker";
    assert_non_null(strstr(show_write(&s, "progression", &q), "belief"));
}

static void test_progression_json__refuses_what_is_not_there(void **state)
{
    static const char *const nobody[] = {"P-009"};
    bip_query q = show_query();

    (void)state;
    q.participants = nobody;
    q.n_participants = 1;
    assert_int_equal(show_try(&s, "progression", &q, NULL), BIP_E_NOT_FOUND);
    assert_int_equal(show_try(&s, "progression-text", &q, NULL), BIP_E_NOT_FOUND);
    q = show_query();
    q.instrument = "other";
    assert_int_equal(show_try(&s, "progression", &q, NULL), BIP_E_NOT_FOUND);
    q = show_query();
    assert_int_equal(show_try(&s, "progression", &q, "{\"colour\":\"red\"}"), BIP_E_USAGE);
    assert_int_equal(show_try(&s, "progression", &q, "{}"), BIP_OK);
    q.lang = "xx";
    assert_int_equal(show_try(&s, "progression-text", &q, NULL), BIP_E_USAGE);
}

static int stop(void *ctx, const char *bytes, size_t n)
{
    (void)ctx;
    (void)bytes;
    (void)n;
    return 1;
}

static void test_progression_json__stops_where_the_sink_says_so(void **state)
{
    const bip_query q = show_query();

    (void)state;
    assert_int_equal(bip_write(s.store, "progression", &q, NULL, stop, NULL, NULL), BIP_E_CANCELLED);
}

static void test_progression_json__survives_every_failed_allocation(void **state)
{
    const bip_query q = show_query();

    (void)state;
    show_survive_failed_allocations(&s, "progression", &q);
    show_survive_failed_allocations(&s, "progression-text", &q);
    show_survive_failed_allocations(&s, "participants", &q);
    show_survive_failed_allocations(&s, "instruments", &q);
}

/* ------------------------------------------------------------------------------------------------- the working view */

static void test_progression_text__says_what_moved_and_how_sure_one_can_be(void **state)
{
    bip_query q = show_query();

    (void)state;
    q.lang = "sv";
    const char *text = show_write(&s, "progression-text", &q);
    assert_non_null(strstr(text, "Deltagare P-001, per den 21 november 2026\n"
                                 "Senaste mätningen 1 september 2026, för 81 dagar sedan.\n\nExample (example 1)\n"));
    assert_non_null(strstr(text, "    Coping             2 → 3  2 2 3 3 3    steg framåt 1 mars 2026: "
                                 "har hållit i sig 3 mätningar\n        Dagar utan skattning: ville ej svara 1.\n"));
    assert_non_null(strstr(text, "Belief (lägre är bättre här) *             5 → 2  5 2          steg framåt "));
    assert_non_null(strstr(text, "* visas inte för deltagaren"));
    assert_non_null(strstr(text, "Där bilderna skiljer sig åt\n"));
    assert_non_null(strstr(text, "Deltagare P-002, per den 21 november 2026\nIngen mätning till och med den dagen."));
}

static void test_progression_text__says_both_where_step_and_course_point_apart(void **state)
{
    bip_query q = show_query();

    (void)state;
    show_add_participant(&s, "P-003");
    show_record(&s, "P-003", "example", "participant", "2026-01-01", NULL, 1, "[5]", NULL);
    show_record(&s, "P-003", "example", "participant", "2026-04-01", NULL, 1, "[2]", NULL);
    show_record(&s, "P-003", "example", "participant", "2026-07-01", NULL, 1, "[3]", NULL);
    q.lang = "en";
    const char *text = show_write(&s, "progression-text", &q);
    assert_non_null(strstr(text, "step forward 1 July 2026: seen once so far\n        It is still lower than at the "
                                 "start.\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_progression_json__prints_keys_in_the_order_of_the_contract, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_progression_json__prints_nulls_where_there_is_too_little, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_progression_json__prints_reliable_change_and_bands_below_the_lowest,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_progression_json__prints_pairs_within_the_days_allowed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_progression_json__prints_everyone_by_code_also_without_series, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_progression_json__prints_days_right_that_share_a_place_with_others, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_progression_json__leaves_out_what_a_role_does_not_see, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_progression_json__refuses_what_is_not_there, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_progression_json__stops_where_the_sink_says_so, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_progression_json__survives_every_failed_allocation, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_progression_text__says_what_moved_and_how_sure_one_can_be, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_progression_text__says_both_where_step_and_course_point_apart, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
