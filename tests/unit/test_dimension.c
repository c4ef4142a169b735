#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "model/instrument.h"

#define T "\"title\":{\"en\":\"T\"}"
#define HEAD                                                                                                           \
    "{\"instrument\":\"i\",\"version\":\"1\"," T ",\"respondents\":[{\"code\":\"self\"},{\"code\":\"staff\"}],"        \
    "\"scales\":[{\"code\":\"five\",\"min\":1,\"max\":5},{\"code\":\"ten\",\"min\":0,\"max\":10,\"step\":0},"          \
    "{\"code\":\"three\",\"values\":[0,2,4]}],"

/* Two respondents; c is asked of and visible to staff only, d runs the other way. */
static const char *const two_views = HEAD
    "\"indicators\":[{\"code\":\"a\"," T ",\"scale\":\"five\"},{\"code\":\"b\"," T ",\"scale\":\"five\"},"
    "{\"code\":\"c\"," T ",\"scale\":\"five\",\"respondents\":[\"staff\"],\"visible_to\":[\"staff\"]},"
    "{\"code\":\"d\"," T ",\"scale\":\"five\",\"better\":\"lower\"}],"
    "\"dimensions\":["
    "{\"code\":\"avg\"," T ",\"indicators\":[\"a\",\"b\",\"c\",\"d\"],\"better\":\"higher\",\"weights\":{\"a\":2}},"
    "{\"code\":\"tot\"," T ",\"indicators\":[\"d\",\"a\",\"b\"],\"method\":\"sum\",\"better\":\"lower\","
    "\"min_answered\":0.6,\"smallest_step\":2},"
    "{\"code\":\"strict\"," T ",\"indicators\":[\"a\",\"b\"],\"method\":\"sum\"},"
    "{\"code\":\"staffonly\"," T ",\"indicators\":[\"c\"]}]}";

enum { AVG, TOT, STRICT, STAFFONLY };
enum { SELF, STAFF };

static bip__instrument *parse(const char *json)
{
    bip__instrument *i;
    bip_error err = {0};

    if (bip__instrument_parse(json, strlen(json), &i, &err) != BIP_OK)
        fail_msg("%s: %s", err.where, err.message);
    return i;
}

/* The score of a dimension from numbers, NaN for not answered; NaN where there is none. */
static double score(const bip__instrument *i, int dimension, int32_t respondent, const double *numbers)
{
    bip_score items[16];
    double out = NAN;
    bool has;

    for (size_t k = 0; k < i->n_items[respondent]; k++)
        items[k] = (bip_score){numbers[k], isnan(numbers[k]) ? BIP_DECLINED : BIP_NUMBER, 0};
    has = bip__dimension_score(&i->dimensions[dimension], respondent, items, &out);
    assert_int_equal(has, !isnan(out));
    return out;
}

#define SCORE(i, dimension, respondent, ...) score(i, dimension, respondent, (const double[]){__VA_ARGS__})

/* Expected values from the worked case "dimensions" that comes with the contract. */
static void test_dimension__scores_of_the_worked_case(void **state)
{
    bip__instrument *i = parse(two_views);

    (void)state;
    assert_true(SCORE(i, AVG, SELF, 1, 2, 5) == 1.25);
    assert_true(SCORE(i, AVG, SELF, 3, 3, NAN) == 3);
    assert_true(SCORE(i, AVG, SELF, 5, 4, 1) == 4.75);
    assert_true(SCORE(i, TOT, SELF, 1, 2, 5) == 14);
    assert_true(SCORE(i, TOT, SELF, 3, 3, NAN) == 9);
    assert_true(SCORE(i, TOT, SELF, 5, 4, 1) == 4);
    assert_true(SCORE(i, STRICT, SELF, 1, 2, 5) == 3);
    assert_true(SCORE(i, STRICT, SELF, 5, 4, 1) == 9);
    bip__instrument_free(i);
}

static void test_dimension__a_gap_is_permitted_by_the_share_answered_only(void **state)
{
    bip__instrument *i = parse(two_views);

    (void)state;
    assert_true(isnan(SCORE(i, STRICT, SELF, 1, NAN, 5)));
    assert_true(isnan(SCORE(i, STRICT, SELF, NAN, NAN, NAN)));
    assert_true(isnan(SCORE(i, AVG, SELF, NAN, 4, NAN)));       /* 1 of 3 */
    assert_true(SCORE(i, AVG, SELF, NAN, 4, 2) == 4);           /* 2 of 3 */
    assert_true(SCORE(i, AVG, STAFF, 3, NAN, 3, NAN) == 3);     /* 2 of 4 is the half */
    assert_true(isnan(SCORE(i, AVG, STAFF, NAN, NAN, NAN, 2))); /* 1 of 4 */
    assert_true(isnan(SCORE(i, TOT, SELF, NAN, 4, NAN)));       /* 1 of 3 is below 0.6 */
    assert_true(SCORE(i, TOT, SELF, NAN, 4, 3) == 7.5);         /* (3 + 6 - 4) / 2 * 3 */
    bip__instrument_free(i);
}

static void test_dimension__nothing_asked_gives_no_view(void **state)
{
    bip__instrument *i = parse(two_views);
    const bip__dimension *d = &i->dimensions[STAFFONLY];

    (void)state;
    assert_int_equal(d->views[SELF].n, 0);
    assert_true(isnan(SCORE(i, STAFFONLY, SELF, 1, 2, 3)));
    assert_true(SCORE(i, STAFFONLY, STAFF, NAN, NAN, 2, NAN) == 2);
    bip__instrument_free(i);
}

static void test_dimension__ranges_are_what_the_ends_give_each_respondent(void **state)
{
    static const double ranges[][4] = {{1, 5, 1, 5}, {3, 15, 3, 15}, {2, 10, 2, 10}, {0, 0, 1, 5}};
    bip__instrument *i = parse(two_views);

    (void)state;
    for (int d = AVG; d <= STAFFONLY; d++)
        for (int r = SELF; r <= STAFF; r++) {
            assert_true(i->dimensions[d].views[r].min == ranges[d][2 * r]);
            assert_true(i->dimensions[d].views[r].max == ranges[d][2 * r + 1]);
        }
    bip__instrument_free(i);
}

static void test_dimension__is_seen_by_who_may_see_all_its_indicators(void **state)
{
    bip__instrument *i = parse(two_views);

    (void)state;
    assert_int_equal(i->dimensions[AVG].visible, 2);
    assert_int_equal(i->dimensions[TOT].visible, 3);
    assert_int_equal(i->dimensions[STAFFONLY].visible, 2);
    bip__instrument_free(i);
}

static void test_dimension__defaults_are_those_of_the_format(void **state)
{
    bip__instrument *i = parse(two_views);
    const bip__dimension *avg = &i->dimensions[AVG], *tot = &i->dimensions[TOT], *strict = &i->dimensions[STRICT];

    (void)state;
    assert_false(avg->sum);
    assert_true(avg->min_answered == 0.5);
    assert_true(strict->sum);
    assert_true(strict->min_answered == 1);
    assert_int_equal(strict->better, BIP_HIGHER);
    assert_int_equal(tot->better, BIP_LOWER);
    assert_true(tot->min_answered == 0.6);
    assert_true(tot->smallest_step == 2);
    assert_true(isnan(avg->smallest_step) && isnan(avg->reliability) && isnan(avg->sd));
    assert_true(avg->views[SELF].total_weight == 4 && avg->views[STAFF].total_weight == 5);
    bip__instrument_free(i);
}

static void test_dimension__a_share_of_3_in_5_is_0_6(void **state)
{
    bip__instrument *i =
        parse(HEAD "\"indicators\":[{\"code\":\"a\"," T ",\"scale\":\"five\"},{\"code\":\"b\"," T
                   ",\"scale\":\"five\"},{\"code\":\"c\"," T ",\"scale\":\"five\"},{\"code\":\"d\"," T
                   ",\"scale\":\"five\"},{\"code\":\"e\"," T ",\"scale\":\"five\"}],"
                   "\"dimensions\":[{\"code\":\"m\"," T ",\"indicators\":[\"a\",\"b\",\"c\",\"d\",\"e\"],"
                   "\"min_answered\":0.6},{\"code\":\"any\"," T ",\"indicators\":[\"a\",\"b\"],\"min_answered\":0}]}");

    (void)state;
    assert_true(SCORE(i, 0, SELF, 1, 2, NAN, NAN, 3) == 2);
    assert_true(isnan(SCORE(i, 0, SELF, 1, 2, NAN, NAN, NAN)));
    /* 0 permits every gap, but a mean of nothing is nothing */
    assert_true(SCORE(i, 1, SELF, NAN, 2, NAN, NAN, NAN) == 2);
    assert_true(isnan(SCORE(i, 1, SELF, NAN, NAN, 1, 1, 1)));
    bip__instrument_free(i);
}

static void test_dimension__scores_are_rounded_to_12_digits_and_scales_may_differ(void **state)
{
    bip__instrument *i =
        parse(HEAD "\"indicators\":[{\"code\":\"a\"," T ",\"scale\":\"ten\"},{\"code\":\"b\"," T
                   ",\"scale\":\"five\"},{\"code\":\"c\"," T ",\"scale\":\"three\",\"better\":\"lower\"}],"
                   "\"dimensions\":[{\"code\":\"m\"," T ",\"indicators\":[\"c\",\"a\",\"b\"],\"better\":"
                   "\"lower\"},{\"code\":\"s\"," T
                   ",\"method\":\"sum\",\"indicators\":[\"a\",\"b\"],\"weights\":{\"a\":0.1,\"b\":0.2}}]}");

    (void)state;
    /* c enters as it is, a as 0 + 10 - a, b as 1 + 5 - b */
    assert_true(SCORE(i, 0, SELF, 10, 5, 0) == 0.333333333333);
    assert_true(SCORE(i, 0, SELF, 7, 4, 2) == 2.33333333333);
    assert_true(i->dimensions[0].views[SELF].min == 0.333333333333);
    assert_true(i->dimensions[0].views[SELF].max == 6.33333333333);
    assert_true(SCORE(i, 1, SELF, 1, 1, 0) == 0.3); /* 0.1 + 0.2 */
    assert_true(i->dimensions[1].views[SELF].max == 2);
    bip__instrument_free(i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dimension__scores_of_the_worked_case),
        cmocka_unit_test(test_dimension__a_gap_is_permitted_by_the_share_answered_only),
        cmocka_unit_test(test_dimension__nothing_asked_gives_no_view),
        cmocka_unit_test(test_dimension__ranges_are_what_the_ends_give_each_respondent),
        cmocka_unit_test(test_dimension__is_seen_by_who_may_see_all_its_indicators),
        cmocka_unit_test(test_dimension__defaults_are_those_of_the_format),
        cmocka_unit_test(test_dimension__a_share_of_3_in_5_is_0_6),
        cmocka_unit_test(test_dimension__scores_are_rounded_to_12_digits_and_scales_may_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
