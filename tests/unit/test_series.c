#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "progress/progress.h"

#ifndef BIP_TEST_DATA
#define BIP_TEST_DATA "tests/data"
#endif

enum { MOST = 64 };

static bip_series_rules one_to_five(void)
{
    return (bip_series_rules){.size = sizeof(bip_series_rules),
                              .scale_min = 1,
                              .scale_max = 5,
                              .smallest_step = 1,
                              .reliability = NAN,
                              .sd = NAN};
}

static bip_series compute(const double *scores, size_t n, const bip_series_rules *rules)
{
    bip_date days[MOST];
    bip__scratch scratch = {0};
    bip_series out;

    memset(&out, 0x55, sizeof out); /* what is not set shows */
    for (size_t i = 0; i < n; i++)
        days[i] = 20000 + 91 * (bip_date)i;
    assert_int_equal(bip__series_numbers(&scratch, days, scores, NULL, n, rules, &out, NULL), BIP_OK);
    bip__scratch_free(&scratch);
    return out;
}

static void assert_near(const char *what, double got, double wanted)
{
    double allowed = fmax(1e-12, 1e-9 * fabs(wanted));

    if (isnan(wanted) ? !isnan(got) : !(fabs(got - wanted) <= allowed))
        fail_msg("%s: %.17g, not %.17g", what, got, wanted);
}

/* ---------------------------------------------------------------------------- against SciPy, see series_reference.csv
 */

static const char *const columns[] = {
    "mean",   "sd",      "ols_per_90_days", "ols_at_first", "ols_se_per_90_days", "ols_r2", "ts_per_90_days",
    "ts_low", "ts_high", "mk_method",       "mk_s",         "mk_var_s",           "mk_z",   "mk_p"};
enum { N_COLUMNS = sizeof columns / sizeof *columns };

static void compare_row(char *row)
{
    bip_series_rules rules = {.size = sizeof rules, .scale_max = 1e7, .reliability = NAN, .sd = NAN};
    bip__scratch scratch = {0};
    bip_series s = {0};
    bip_date days[MOST];
    double scores[MOST], mk_s;
    size_t n = 0;
    char *at = row;

    while (*at != ';')
        days[n++] = (bip_date)strtol(at, &at, 10);
    for (size_t i = 0; i < n; i++)
        scores[i] = strtod(at + 1, &at);
    assert_int_equal(bip__series_numbers(&scratch, days, scores, NULL, n, &rules, &s, NULL), BIP_OK);
    bip__scratch_free(&scratch);
    mk_s = s.mk_method == BIP_MK_NONE ? NAN : (double)s.mk_s;
    {
        const double got[N_COLUMNS] = {
            s.mean,   s.sd,      s.ols_per_90_days, s.ols_at_first, s.ols_se_per_90_days, s.ols_r2, s.ts_per_90_days,
            s.ts_low, s.ts_high, s.mk_method,       mk_s,           s.mk_var_s,           s.mk_z,   s.mk_p};
        for (size_t i = 0; i < N_COLUMNS; i++) {
            double wanted = strtod(at + 1, &at);
            if (i == 9 && isnan(wanted))
                wanted = BIP_MK_NONE;
            assert_near(columns[i], got[i], wanted);
        }
    }
}

static void test_series__agrees_with_scipy_and_exact_fractions(void **state)
{
    FILE *file = fopen(BIP_TEST_DATA "/series_reference.csv", "r");
    char row[8192];
    int rows = 0;
    (void)state;

    assert_non_null(file);
    assert_non_null(fgets(row, sizeof row, file)); /* the origin */
    assert_non_null(fgets(row, sizeof row, file)); /* the header */
    while (fgets(row, sizeof row, file)) {
        compare_row(row);
        rows++;
    }
    fclose(file);
    assert_true(rows >= 30);
}

/* ------------------------------------------------------------------------------------------------ words and nulls */

/* The series of the contract's section 4: 2, 2, 3, 3, 3. */
static void test_series__tells_the_contracts_example(void **state)
{
    const bip_date days[] = {20332, 20423, 20513, 20605, 20697}; /* 2025-09-01 to 2026-09-01 */
    const double scores[] = {2, 2, 3, 3, 3};
    const int32_t raters[] = {7, 7, 7, 7, 7};
    bip_series_rules rules = one_to_five();
    bip__scratch scratch = {0};
    bip_series s = {0};
    (void)state;

    assert_int_equal(bip__series_numbers(&scratch, days, scores, raters, 5, &rules, &s, NULL), BIP_OK);
    bip__scratch_free(&scratch);
    assert_int_equal(s.span_days, 365);
    assert_near("mean", s.mean, 2.6);
    assert_near("sd", s.sd, 0.5477225575051661);
    assert_int_equal(s.best.date, days[2]);
    assert_near("percent", s.percent_of_scale, 25);
    assert_int_equal(s.mk_s, 6);
    assert_near("var_s", s.mk_var_s, 12);
    assert_int_equal(s.mk_method, BIP_MK_NORMAL);
    assert_int_equal(s.steps_forward, 1);
    assert_int_equal(s.steps_back, 0);
    assert_int_equal(s.step_to.date, days[2]);
    assert_int_equal(s.held_for, 3);
    assert_int_equal(s.new_best, 1);
    assert_int_equal(s.same_rater, 1);
    assert_int_equal(s.direction, BIP_FORWARD);
    assert_int_equal(s.evidence, BIP_OBSERVED | BIP_HELD);
}

static void test_series__one_number_says_nothing_of_change(void **state)
{
    const double score = 3;
    bip_series_rules rules = one_to_five();
    bip_series s = compute(&score, 1, &rules);
    (void)state;

    assert_int_equal(s.n, 1);
    assert_int_equal(s.span_days, 0);
    assert_true(s.mean == 3 && s.first.score == 3 && s.latest.score == 3 && s.best.score == 3);
    assert_int_equal(s.previous.date, BIP_NO_DATE);
    assert_true(isnan(s.previous.score) && isnan(s.sd) && isnan(s.from_first) && isnan(s.from_previous));
    assert_true(isnan(s.percent_of_scale) && isnan(s.rci) && isnan(s.ols_r2) && isnan(s.ts_low) && isnan(s.mk_p));
    assert_int_equal(s.trend, BIP_UNKNOWN);
    assert_int_equal(s.step, BIP_UNKNOWN);
    assert_int_equal(s.step_to.date, BIP_NO_DATE);
    assert_int_equal(s.direction, BIP_UNKNOWN);
    assert_int_equal(s.evidence, 0);
}

static void test_series__trend_begins_with_three_numbers_and_kendall_with_four(void **state)
{
    const double scores[] = {1, 3, 2, 4};
    bip_series_rules rules = one_to_five();
    (void)state;

    assert_true(isnan(compute(scores, 2, &rules).ols_per_90_days) && isnan(compute(scores, 2, &rules).ts_per_90_days));
    assert_int_equal(compute(scores, 2, &rules).trend, BIP_UNKNOWN);
    assert_false(isnan(compute(scores, 3, &rules).ols_per_90_days));
    assert_int_equal(compute(scores, 3, &rules).trend, BIP_FORWARD);
    assert_int_equal(compute(scores, 3, &rules).mk_method, BIP_MK_NONE);
    assert_int_equal(compute(scores, 4, &rules).mk_method, BIP_MK_EXACT);
}

static void test_series__best_is_the_earliest_of_equal_ones(void **state)
{
    const double scores[] = {2, 4, 1, 4 + 1e-10, 3};
    bip_series_rules rules = one_to_five();
    (void)state;

    assert_int_equal(compute(scores, 5, &rules).best.date, 20000 + 91);
    rules.better = BIP_LOWER;
    assert_int_equal(compute(scores, 5, &rules).best.date, 20000 + 182);
}

static void test_series__a_step_undone_leaves_it_steady(void **state)
{
    const double undone[] = {2, 4, 3.4, 2.8, 2}, half[] = {2, 4, 3.4, 2.8}, back[] = {4, 2, 2.6, 3.3, 4};
    bip_series_rules rules = one_to_five();
    bip_series s = compute(undone, 5, &rules);
    (void)state;

    assert_int_equal(s.step, BIP_FORWARD);
    assert_int_equal(s.direction, BIP_STEADY);
    assert_int_equal(s.evidence, 0);
    assert_int_equal(compute(half, 4, &rules).direction, BIP_FORWARD);
    assert_int_equal(compute(back, 5, &rules).step, BIP_BACK);
    assert_int_equal(compute(back, 5, &rules).direction, BIP_STEADY);
}

static void test_series__a_step_inside_a_long_decline_shows_as_both(void **state)
{
    const double scores[] = {9, 8, 7, 7, 6, 5, 4, 3, 2, 3};
    bip_series_rules rules = one_to_five();
    bip_series s;
    (void)state;

    rules.scale_max = 10;
    s = compute(scores, 10, &rules);
    assert_int_equal(s.direction, BIP_FORWARD);
    assert_int_equal(s.trend, BIP_BACK);
    assert_true(s.mk_p < 0.05);
    assert_int_equal(s.evidence, BIP_OBSERVED); /* significant, with the other sign */
}

static void test_series__the_mirror_of_a_lower_is_better_series_reads_the_same(void **state)
{
    const double scores[] = {1, 2, 2, 3, 4, 4, 5}, mirrored[] = {5, 4, 4, 3, 2, 2, 1};
    bip_series_rules higher = one_to_five(), lower = one_to_five();
    bip_series a, b;
    (void)state;

    higher.reliability = lower.reliability = 0.8;
    higher.sd = lower.sd = 0.9;
    lower.better = BIP_LOWER;
    a = compute(scores, 7, &higher), b = compute(mirrored, 7, &lower);
    assert_int_equal(a.evidence, BIP_OBSERVED | BIP_TREND | BIP_RELIABLE);
    assert_int_equal(b.evidence, a.evidence);
    assert_int_equal(b.direction, a.direction);
    assert_int_equal(b.trend, a.trend);
    assert_int_equal(b.rci_class, BIP_IMPROVED);
    assert_int_equal(b.best.date, a.best.date);
    assert_int_equal(b.steps_forward, a.steps_forward);
    assert_int_equal(b.new_best, a.new_best);
    assert_true(b.mk_s == -a.mk_s && b.rci == -a.rci && b.from_first == -a.from_first); /* raw, not turned */
    assert_near("slope", b.ols_per_90_days, -a.ols_per_90_days);
}

/* sd 0.5 and reliability 0.5: a standard error of the difference of exactly sqrt(2 * 0.125) = 0.5. */
static void test_series__change_is_reliable_from_1_96_with_room_for_rounding(void **state)
{
    const double at[] = {1, 1.98}, below[] = {1, 1.9799999}, down[] = {3, 2};
    bip_series_rules rules = one_to_five();
    (void)state;

    assert_int_equal(compute(at, 2, &rules).rci_class, BIP_RCI_NONE);
    rules.reliability = rules.sd = 0.5;
    assert_near("rci", compute(at, 2, &rules).rci, 1.96);
    assert_int_equal(compute(at, 2, &rules).rci_class, BIP_IMPROVED);
    assert_int_equal(compute(below, 2, &rules).rci_class, BIP_UNCHANGED);
    assert_int_equal(compute(down, 2, &rules).rci_class, BIP_DETERIORATED);
    assert_int_equal(compute(down, 1, &rules).rci_class, BIP_RCI_NONE);
}

static void test_series__a_trend_below_rounding_is_steady(void **state)
{
    const double scores[] = {3, 3 + 5e-10, 3 + 1e-9};
    bip_series_rules rules = one_to_five();
    bip_series s = compute(scores, 3, &rules);
    (void)state;

    assert_true(s.ts_per_90_days > 0);
    assert_int_equal(s.trend, BIP_STEADY);
    assert_int_equal(s.direction, BIP_STEADY);
}

static uint32_t below(uint32_t *seed, uint32_t n)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (*seed >> 8) % n;
}

/* Differences of whole steps, and of the few that are around what rounding is allowed. */
static void make_scores(uint32_t *seed, double *scores, size_t n)
{
    const double units[] = {1, 0.2, 4e-9, 3e-9};
    const double unit = units[below(seed, 4)];

    for (size_t i = 0; i < n; i++)
        scores[i] = 1 + unit * below(seed, 5) + 1e-9 * below(seed, 3);
}

static bool is_best(const bip_series *s, const double *scores, size_t n, const bip_series_rules *rules)
{
    size_t best = 0;

    for (size_t i = 1; i < n; i++)
        if (bip__toward_better(scores[best], scores[i], rules) > 0)
            best = i;
    return s->best.date == 20000 + 91 * (bip_date)best && s->best.score == scores[best];
}

static void test_series__best_and_newest_step_are_those_found_one_by_one(void **state)
{
    const double smallest[] = {0, 1e-9, 3e-9, 6e-9, 0.2, 1};
    uint32_t seed = 1;
    (void)state;

    for (int round = 0; round < 20000; round++) {
        bip_series_rules rules = one_to_five();
        double scores[12];
        size_t n = 1 + below(&seed, 12);
        int32_t forward = 0, back = 0;
        bip__step step = {0};

        rules.smallest_step = smallest[below(&seed, 6)];
        rules.better = below(&seed, 2) ? BIP_LOWER : BIP_HIGHER;
        make_scores(&seed, scores, n);
        bip_series s = compute(scores, n, &rules);
        while (bip__step_next(scores, NULL, n, &rules, step.at + 1, &step)) {
            forward += step.direction == BIP_FORWARD;
            back += step.direction == BIP_BACK;
        }
        assert_true(s.steps_forward == forward && s.steps_back == back);
        assert_true(is_best(&s, scores, n, &rules));
        assert_int_equal(s.step, step.direction);
        assert_true(s.held_for == step.held_for && s.new_best == step.new_best);
        if (step.at > 0)
            assert_true(s.step_from.score == scores[step.at - 1] && s.step_to.score == scores[step.at]);
        else
            assert_true(isnan(s.step_from.score) && s.step_to.date == BIP_NO_DATE);
    }
}

/* ------------------------------------------------------------------------------------------ scores of any size */

static void assert_same(double got, double wanted)
{
    if (isnan(wanted) ? !isnan(got) : got != wanted)
        fail_msg("%.17g, not %.17g", got, wanted);
}

/* To the last bit: powers of two change no digit. */
static void test_series__figures_grow_with_the_scores(void **state)
{
    static const int powers[] = {-1000, -301, -300, 299, 301, 700, 1015};
    static const double scores[] = {1.5, 2.25, 0.125, 2.25, 3.75, 4.5};
    enum { N = sizeof scores / sizeof *scores };
    bip_series_rules rules = {.scale_max = 5, .smallest_step = 0.5, .reliability = 0.8, .sd = 0.9};
    const bip_series s = compute(scores, N, &rules);
    (void)state;

    for (size_t k = 0; k < sizeof powers / sizeof *powers; k++) {
        const int by = powers[k];
        const bip_series_rules grown = {.scale_max = ldexp(rules.scale_max, by),
                                        .smallest_step = ldexp(rules.smallest_step, by),
                                        .reliability = rules.reliability,
                                        .sd = ldexp(rules.sd, by)};
        double values[N];
        for (size_t i = 0; i < N; i++)
            values[i] = ldexp(scores[i], by);
        const bip_series g = compute(values, N, &grown);
        const double in_scores[][2] = {{g.mean, s.mean},
                                       {g.sd, s.sd},
                                       {g.from_first, s.from_first},
                                       {g.from_previous, s.from_previous},
                                       {g.ols_per_90_days, s.ols_per_90_days},
                                       {g.ols_at_first, s.ols_at_first},
                                       {g.ols_se_per_90_days, s.ols_se_per_90_days},
                                       {g.ts_per_90_days, s.ts_per_90_days},
                                       {g.ts_low, s.ts_low},
                                       {g.ts_high, s.ts_high},
                                       {g.best.score, s.best.score},
                                       {g.previous.score, s.previous.score},
                                       {g.step_from.score, s.step_from.score},
                                       {g.step_to.score, s.step_to.score}};
        for (size_t i = 0; i < sizeof in_scores / sizeof *in_scores; i++)
            assert_same(in_scores[i][0], ldexp(in_scores[i][1], by));
        assert_same(g.percent_of_scale, s.percent_of_scale);
        assert_same(g.ols_r2, s.ols_r2);
        assert_near("rci", g.rci, s.rci); /* squared or not */
        assert_true(g.rci_class == s.rci_class && g.trend == s.trend && g.direction == s.direction);
        assert_true(g.steps_forward == s.steps_forward && g.steps_back == s.steps_back && g.evidence == s.evidence);
    }
}

static void test_series__a_figure_too_great_for_a_double_is_none(void **state)
{
    static const double scores[] = {-DBL_MAX, 0, DBL_MAX};
    bip_series_rules rules = {.scale_min = -DBL_MAX, .scale_max = DBL_MAX, .reliability = 0.5, .sd = DBL_MAX / 2};
    const bip_series s = compute(scores, 3, &rules);
    (void)state;

    assert_true(isnan(s.from_first));
    assert_true(s.from_previous == DBL_MAX && s.sd == DBL_MAX && s.mean == 0);
    assert_near("percent", s.percent_of_scale, 100);
    assert_near("rci", s.rci, 4); /* 2 / (sqrt(2) * 0.5 * sqrt(0.5)) */
    assert_near("slope", s.ts_per_90_days / DBL_MAX, 90.0 / 91);
    assert_true(s.trend == BIP_FORWARD && s.direction == BIP_FORWARD && s.steps_forward == 2);
    rules.sd = DBL_TRUE_MIN;
    const bip_series sure = compute(scores, 3, &rules);
    assert_true(isnan(sure.rci) && sure.rci_class == BIP_IMPROVED);
}

static void test_series__a_small_score_beside_a_great_one_is_given_as_it_is(void **state)
{
    static const double scores[] = {1e-200, 1e300, 3e-300};
    bip_series_rules rules = one_to_five();
    const bip_series s = compute(scores, 3, &rules);
    (void)state;

    assert_true(s.first.score == 1e-200 && s.latest.score == 3e-300 && s.best.score == 1e300);
    assert_true(s.direction == BIP_BACK && s.steps_forward == 1);
}

static void test_series__says_so_when_memory_for_great_scores_runs_out(void **state)
{
#ifdef BIP_FAULTS
    static const bip_date days[] = {1, 2, 3};
    static const double scores[] = {1e301, 2e301, 2e302};
    bip_series_rules rules = one_to_five();
    bip__scratch scratch = {0};
    bip_series out = {0};
    int failed = 0;

    for (bip_status st = BIP_E_NOMEM; st != BIP_OK; failed++) {
        bip__alloc_fail_at(failed, false);
        st = bip__series_numbers(&scratch, days, scores, NULL, 3, &rules, &out, NULL);
        assert_true(st == BIP_OK || st == BIP_E_NOMEM);
        bip__scratch_free(&scratch);
    }
    bip__alloc_fail_at(-1, false);
    assert_in_range(failed, 3, 10);
    assert_int_equal(bip__alloc_live(), 0);
#endif
    (void)state;
}

static void test_series__an_empty_one_is_refused(void **state)
{
    bip_series_rules rules = one_to_five();
    bip__scratch scratch = {0};
    bip_series out;
    bip_error err;
    (void)state;

    assert_int_equal(bip__series_numbers(&scratch, NULL, NULL, NULL, 0, &rules, &out, &err), BIP_E_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_series__agrees_with_scipy_and_exact_fractions),
        cmocka_unit_test(test_series__tells_the_contracts_example),
        cmocka_unit_test(test_series__one_number_says_nothing_of_change),
        cmocka_unit_test(test_series__trend_begins_with_three_numbers_and_kendall_with_four),
        cmocka_unit_test(test_series__best_is_the_earliest_of_equal_ones),
        cmocka_unit_test(test_series__a_step_undone_leaves_it_steady),
        cmocka_unit_test(test_series__a_step_inside_a_long_decline_shows_as_both),
        cmocka_unit_test(test_series__the_mirror_of_a_lower_is_better_series_reads_the_same),
        cmocka_unit_test(test_series__change_is_reliable_from_1_96_with_room_for_rounding),
        cmocka_unit_test(test_series__a_trend_below_rounding_is_steady),
        cmocka_unit_test(test_series__best_and_newest_step_are_those_found_one_by_one),
        cmocka_unit_test(test_series__figures_grow_with_the_scores),
        cmocka_unit_test(test_series__a_figure_too_great_for_a_double_is_none),
        cmocka_unit_test(test_series__a_small_score_beside_a_great_one_is_given_as_it_is),
        cmocka_unit_test(test_series__says_so_when_memory_for_great_scores_runs_out),
        cmocka_unit_test(test_series__an_empty_one_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
