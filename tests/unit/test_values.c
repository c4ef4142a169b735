/* What needs no store: statuses, dates, series from arrays. */
#include "support.h"

#include <math.h>

static void test_values__have_a_word_and_a_text_for_every_status(void **state)
{
    (void)state;
    for (int i = 0; i <= BIP_E_READ_ONLY; i++) {
        const char *code = bip_status_code((bip_status)i);
        assert_string_not_equal(code, "unknown");
        assert_true(bip_status_text((bip_status)i)[0] != '\0');
        for (int j = 0; j < i; j++)
            assert_string_not_equal(code, bip_status_code((bip_status)j));
    }
    assert_string_equal(bip_status_code((bip_status)99), "unknown");
    assert_string_equal(bip_status_code((bip_status)-1), "unknown");
    assert_string_equal(bip_status_text((bip_status)99), "unknown status");
}

static void test_values__name_the_libraries_in_use(void **state)
{
    char all[200], cut[8];
    (void)state;
    bip_versions(all, sizeof all);
    assert_memory_equal(all, "sqlite 3.", 9);
    assert_non_null(strstr(all, "\nutf8proc "));
    bip_versions(cut, sizeof cut);
    assert_string_equal(cut, "sqlite ");
    bip_versions(NULL, 10);
    bip_versions(cut, 0);
    assert_true(strlen(bip_version()) >= 5);
}

static void test_values__read_and_write_dates(void **state)
{
    static const char *const good[] = {"1900-01-01", "2024-02-29", "2199-12-31"};
    static const char *const bad[] = {"",         "2025-02-29", "1899-12-31",  "2200-01-01",
                                      "2026-1-1", "01-01-2026", "2026-01-01 ", "2026-01-01T10:00"};
    char text[11];
    bip_date day;
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_ok(bip_date_parse(good[i], &day, &test_err));
        bip_date_format(day, text);
        assert_string_equal(text, good[i]);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_status(bip_date_parse(bad[i], &day, &test_err), BIP_E_REFUSED);
        assert_int_equal(day, BIP_NO_DATE);
    }
    bip_date_format(BIP_NO_DATE, text);
    assert_string_equal(text, "");
    bip_date_format(1000000, text);
    assert_string_equal(text, "");
    bip_date_format(0, NULL);
    assert_status(bip_date_parse(NULL, &day, NULL), BIP_E_USAGE);
    assert_status(bip_date_parse("2026-01-01", NULL, NULL), BIP_E_USAGE);
}

static const bip_date days[] = {100, 200, 300};
static const double scores[] = {2, 3, 3};

static bip_series_rules one_to_five(void)
{
    bip_series_rules r;
    bip_series_rules_init(&r, sizeof r);
    r.scale_min = 1;
    r.scale_max = 5;
    return r;
}

static void test_values__compute_a_series_from_arrays(void **state)
{
    bip_series_rules r = one_to_five();
    bip_series s;
    (void)state;
    assert_ok(bip_series_compute(days, scores, NULL, 3, &r, &s, sizeof s, &test_err));
    assert_int_equal(s.n, 3);
    assert_int_equal(s.steps_forward, 1);
    assert_int_equal(s.held_for, 2);
    assert_int_equal(s.same_rater, -1);
    assert_true(isnan(s.rci));
    assert_null(s.code);
    assert_int_equal(s.has_bands, 0);
}

static void test_values__refuse_a_series_that_breaks_the_contract(void **state)
{
    static const bip_date standing[] = {100, 100, 300}, falling[] = {100, 90, 300}, none[] = {BIP_NO_DATE, 1, 2},
                          far[] = {-2000000000, 0, 2000000000};
    static const double nan[] = {1, NAN, 2}, infinite[] = {1, INFINITY, 2};
    bip_series_rules r = one_to_five();
    bip_series s;
    (void)state;
#define USAGE(d, x, n, rules) assert_status(bip_series_compute(d, x, NULL, n, rules, &s, sizeof s, NULL), BIP_E_USAGE)
    USAGE(NULL, scores, 3, &r);
    USAGE(days, NULL, 3, &r);
    USAGE(days, scores, 0, &r);
    USAGE(days, scores, 3, NULL);
    assert_status(bip_series_compute(days, scores, NULL, 3, &r, NULL, sizeof s, NULL), BIP_E_USAGE);
    USAGE(standing, scores, 3, &r);
    USAGE(falling, scores, 3, &r);
    USAGE(none, scores, 3, &r);
    USAGE(far, scores, 3, &r); /* their span would not fit a number of days */
    USAGE(days, nan, 3, &r);
    USAGE(days, infinite, 3, &r);
#define RULE(field, value)                                                                                             \
    r = one_to_five();                                                                                                 \
    r.field = value;                                                                                                   \
    USAGE(days, scores, 3, &r)
    RULE(scale_min, 5);
    RULE(scale_max, NAN);
    RULE(smallest_step, -1);
    RULE(smallest_step, INFINITY);
    RULE(reliability, 1);
    RULE(reliability, -0.1);
    RULE(sd, 0);
    RULE(sd, INFINITY);
    RULE(better, 2);
}

static void test_values__take_structs_of_other_sizes(void **state)
{
    struct {
        bip_series s;
        char later[16];
    } longer;
    struct {
        bip_series_rules r;
        char later[16];
    } rules;
    char zeros[16] = {0};
    (void)state;
    memset(&longer, 0xa5, sizeof longer);
    bip_series_rules_init(&rules.r, sizeof rules);
    assert_int_equal(rules.r.size, sizeof rules);
    assert_memory_equal(rules.later, zeros, sizeof zeros);
    rules.r.scale_min = 1;
    rules.r.scale_max = 5;
    assert_ok(bip_series_compute(days, scores, NULL, 3, &rules.r, &longer.s, sizeof longer, &test_err));
    assert_memory_equal(longer.later, zeros, sizeof zeros); /* a later field of a newer caller: absent */
    memset(&longer, 0xa5, sizeof longer);
    assert_ok(bip_series_compute(days, scores, NULL, 3, &rules.r, &longer.s, offsetof(bip_series, rci), &test_err));
    assert_int_equal(longer.s.n, 3);
    assert_int_equal(*(unsigned char *)&longer.s.rci, 0xa5); /* beyond what an older caller has room for */
    bip_series_rules_init(NULL, 8);
}

static void test_values__check_an_instrument_without_a_store(void **state)
{
    static const char bad[] = "{\"instrument\":\"x\",\"version\":\"1\",\"nonsense\":1}";
    (void)state;
    assert_ok(bip_instrument_check(bip__builtins[0].json, bip__builtins[0].n, &test_err));
    assert_status(bip_instrument_check(bad, sizeof bad - 1, &test_err), BIP_E_REFUSED);
    assert_true(test_err.where[0] != '\0');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values__have_a_word_and_a_text_for_every_status),
        cmocka_unit_test(test_values__name_the_libraries_in_use),
        cmocka_unit_test(test_values__read_and_write_dates),
        cmocka_unit_test(test_values__compute_a_series_from_arrays),
        cmocka_unit_test(test_values__refuse_a_series_that_breaks_the_contract),
        cmocka_unit_test(test_values__take_structs_of_other_sizes),
        cmocka_unit_test(test_values__check_an_instrument_without_a_store),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
