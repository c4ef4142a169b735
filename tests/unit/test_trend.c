#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "progress/internal.h"

enum { MOST = 400, ROUNDS = 300 };

typedef struct course {
    bip_date days[MOST];
    double scores[MOST];
    size_t n;
} course;

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 16;
}

/* Scores 0 to 10 by halves: exact in binary, so that what must be equal is equal to the bit. */
static course random_course(uint32_t *seed, size_t n)
{
    course c = {.n = n};
    bip_date day = 20000;

    for (size_t i = 0; i < n; i++) {
        c.days[i] = day += 1 + (bip_date)(next_random(seed) % 120);
        c.scores[i] = next_random(seed) % 21 / 2.0;
    }
    return c;
}

static bip_series numbers_of(const course *c)
{
    bip_series_rules rules = {.size = sizeof rules, .scale_max = 1000, .smallest_step = 1};
    bip__scratch scratch = {0};
    bip_series out = {0};

    rules.reliability = rules.sd = NAN;
    assert_int_equal(bip__series_numbers(&scratch, c->days, c->scores, NULL, c->n, &rules, &out, NULL), BIP_OK);
    bip__scratch_free(&scratch);
    return out;
}

static void assert_near(double a, double b)
{
    double allowed = fmax(1e-12, 1e-9 * fabs(b));

    if (!(fabs(a - b) <= allowed))
        fail_msg("%.17g, not %.17g", a, b);
}

static void test_trend__a_constant_series_has_slope_0(void **state)
{
    uint32_t seed = 1;
    (void)state;

    for (int round = 0; round < ROUNDS; round++) {
        course c = random_course(&seed, 3 + next_random(&seed) % 300);
        double score = (next_random(&seed) + next_random(&seed) / 65536.0) / 0.7;
        bip_series s;

        for (size_t i = 0; i < c.n; i++)
            c.scores[i] = score;
        s = numbers_of(&c);
        assert_true(s.mean == score && s.sd == 0);
        assert_true(s.ols_per_90_days == 0 && s.ols_se_per_90_days == 0 && isnan(s.ols_r2));
        assert_true(s.ols_at_first == score);
        assert_true(s.ts_per_90_days == 0 && s.ts_low == 0 && s.ts_high == 0);
        assert_int_equal(s.mk_method, BIP_MK_NONE);
        assert_true(isnan(s.mk_p) && s.mk_s == 0);
        assert_int_equal(s.trend, BIP_STEADY);
    }
}

static void test_trend__a_line_leaves_no_error(void **state)
{
    uint32_t seed = 2;
    (void)state;

    for (int round = 0; round < ROUNDS; round++) {
        course c = random_course(&seed, 3 + next_random(&seed) % 20);
        bip_series s;

        for (size_t i = 0; i < c.n; i++)
            c.scores[i] = 1000000.5 - 0.25 * (c.days[i] - c.days[0]);
        s = numbers_of(&c);
        assert_true(s.ols_per_90_days == -22.5 && s.ts_per_90_days == -22.5);
        assert_true(s.ols_se_per_90_days == 0 && s.ols_r2 == 1);
        assert_true(s.ols_at_first == 1000000.5);
    }
}

static void test_trend__a_slope_that_cancels_is_0(void **state)
{
    course c = {.days = {20000, 20007, 20014, 20021}, .scores = {123456.7, 999999.9, 999999.9, 123456.7}, .n = 4};
    bip_series s = numbers_of(&c);
    (void)state;

    assert_near(s.ols_per_90_days, 0);
    assert_near(s.ols_r2, 0);
}

static void test_trend__reversed_time_turns_the_sign(void **state)
{
    uint32_t seed = 3;
    (void)state;

    for (int round = 0; round < ROUNDS; round++) {
        course c = random_course(&seed, 3 + next_random(&seed) % 15), back = {.n = c.n};
        bip_series s, r;

        for (size_t i = 0; i < c.n; i++) {
            back.days[i] = 40000 - c.days[c.n - 1 - i];
            back.scores[i] = c.scores[c.n - 1 - i];
        }
        s = numbers_of(&c), r = numbers_of(&back);
        assert_true(s.mk_s == -r.mk_s);
        assert_near(r.ols_per_90_days, -s.ols_per_90_days);
        assert_near(r.ols_se_per_90_days, s.ols_se_per_90_days);
        assert_true(r.ts_per_90_days == -s.ts_per_90_days);
        assert_true(r.mk_p == s.mk_p || (isnan(r.mk_p) && isnan(s.mk_p)));
    }
}

static void test_trend__a_constant_added_moves_the_level_only(void **state)
{
    uint32_t seed = 4;
    (void)state;

    for (int round = 0; round < ROUNDS; round++) {
        course c = random_course(&seed, 4 + next_random(&seed) % 14), up = c;
        bip_series s, t;

        for (size_t i = 0; i < c.n; i++)
            up.scores[i] += 1048576;
        s = numbers_of(&c), t = numbers_of(&up);
        assert_near(t.mean, s.mean + 1048576);
        assert_near(t.ols_at_first, s.ols_at_first + 1048576);
        assert_near(t.sd, s.sd);
        assert_near(t.ols_per_90_days, s.ols_per_90_days);
        assert_near(t.ols_se_per_90_days, s.ols_se_per_90_days);
        assert_true(t.ts_per_90_days == s.ts_per_90_days && t.ts_low == s.ts_low && t.ts_high == s.ts_high);
        assert_true(t.mk_s == s.mk_s && t.mk_method == s.mk_method);
    }
}

static void test_trend__twice_the_scores_is_twice_the_slope(void **state)
{
    uint32_t seed = 5;
    (void)state;

    for (int round = 0; round < ROUNDS; round++) {
        course c = random_course(&seed, 4 + next_random(&seed) % 14), twice = c;
        bip_series s, t;

        for (size_t i = 0; i < c.n; i++)
            twice.scores[i] *= 2;
        s = numbers_of(&c), t = numbers_of(&twice);
        assert_true(t.ols_per_90_days == 2 * s.ols_per_90_days && t.ts_high == 2 * s.ts_high && t.mk_s == s.mk_s);
        assert_true(t.ols_r2 == s.ols_r2 || isnan(s.ols_r2));
    }
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Sorted whole, as the definition says, on both sides of the length at which the slopes are no longer kept. */
static void test_trend__theil_sen_is_that_of_all_slopes_sorted(void **state)
{
    const size_t lengths[] = {3, 4, 5, 9, 17, 60, 255, 256, 257, 400};
    uint32_t seed = 6;
    (void)state;

    for (size_t k = 0; k < sizeof lengths / sizeof *lengths; k++) {
        course c = random_course(&seed, lengths[k]);
        size_t count = 0, all = c.n * (c.n - 1) / 2;
        double *slopes = malloc(all * sizeof *slopes), reach;
        bip_series s = numbers_of(&c);

        assert_non_null(slopes);
        for (size_t i = 0; i < c.n; i++)
            for (size_t j = i + 1; j < c.n; j++)
                slopes[count++] = (c.scores[j] - c.scores[i]) / (c.days[j] - c.days[i]);
        qsort(slopes, count, sizeof *slopes, by_value);
        assert_near(s.ts_per_90_days, 90 * (slopes[(all - 1) / 2] + slopes[all / 2]) / 2);
        if (c.n > 8) { /* shorter ones are cut at the ends */
            reach = 1.959963984540054 * sqrt(s.mk_var_s);
            assert_near(s.ts_low, 90 * slopes[lrint(((double)all - reach) / 2) - 1]);
            assert_near(s.ts_high, 90 * slopes[lrint(((double)all + reach) / 2)]);
        }
        free(slopes);
    }
}

/* All 24 orders of four scores: two-sided p of S = 6, 4, 2, 0 is 2/24, 8/24, 18/24, 1; Kendall (1938), table. */
static void test_trend__p_is_exact_for_few_distinct_scores(void **state)
{
    const course orders[] = {{.days = {0, 1, 2, 3}, .scores = {1, 2, 3, 4}, .n = 4},
                             {.days = {0, 1, 2, 3}, .scores = {1, 2, 4, 3}, .n = 4},
                             {.days = {0, 1, 2, 3}, .scores = {1, 4, 3, 2}, .n = 4},
                             {.days = {0, 1, 2, 3}, .scores = {3, 4, 1, 2}, .n = 4},
                             {.days = {0, 1, 2, 3}, .scores = {2, 4, 1, 3}, .n = 4}};
    const double p[] = {2 / 24.0, 8 / 24.0, 1, 18 / 24.0, 1};
    const int s[] = {6, 4, 0, -2, 0};
    (void)state;

    for (size_t i = 0; i < 5; i++) {
        bip_series got = numbers_of(&orders[i]);
        assert_int_equal(got.mk_method, BIP_MK_EXACT);
        assert_int_equal(got.mk_s, s[i]);
        assert_near(got.mk_p, p[i]);
    }
}

static void test_trend__p_is_normal_with_ties_or_more_than_10(void **state)
{
    course tie = {.days = {0, 1, 2, 3}, .scores = {1, 2, 2, 3}, .n = 4}, ten = {.n = 10}, eleven = {.n = 11};
    (void)state;

    for (int i = 0; i < 11; i++)
        ten.days[i] = eleven.days[i] = i, ten.scores[i] = eleven.scores[i] = i * i;
    assert_int_equal(numbers_of(&tie).mk_method, BIP_MK_NORMAL);
    assert_int_equal(numbers_of(&ten).mk_method, BIP_MK_EXACT);
    assert_near(numbers_of(&ten).mk_p, 2 / 3628800.0);
    assert_int_equal(numbers_of(&eleven).mk_method, BIP_MK_NORMAL);
}

#ifdef BIP_FAULTS
static void test_trend__says_so_when_memory_runs_out(void **state)
{
    static const size_t lengths[] = {17, 300};
    bip_series_rules rules = {.size = sizeof rules, .scale_max = 10};
    uint32_t seed = 7;
    (void)state;

    for (size_t k = 0; k < 2; k++) {
        course c = random_course(&seed, lengths[k]);
        bip_status st = BIP_E_NOMEM;
        long at = 0;

        for (; st != BIP_OK && at < 10; at++) {
            bip__scratch scratch = {0};
            bip_series out = {0};

            bip__alloc_fail_at(at, false);
            st = bip__series_numbers(&scratch, c.days, c.scores, NULL, c.n, &rules, &out, NULL);
            assert_true(st == BIP_OK || st == BIP_E_NOMEM);
            bip__scratch_free(&scratch);
        }
        bip__alloc_fail_at(-1, false);
        assert_in_range(at, 2, 9); /* something did fail, and the sweep came to an end */
        assert_int_equal(bip__alloc_live(), 0);
    }
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trend__a_constant_series_has_slope_0),
        cmocka_unit_test(test_trend__a_line_leaves_no_error),
        cmocka_unit_test(test_trend__a_slope_that_cancels_is_0),
        cmocka_unit_test(test_trend__reversed_time_turns_the_sign),
        cmocka_unit_test(test_trend__a_constant_added_moves_the_level_only),
        cmocka_unit_test(test_trend__twice_the_scores_is_twice_the_slope),
        cmocka_unit_test(test_trend__theil_sen_is_that_of_all_slopes_sorted),
        cmocka_unit_test(test_trend__p_is_exact_for_few_distinct_scores),
        cmocka_unit_test(test_trend__p_is_normal_with_ties_or_more_than_10),
#ifdef BIP_FAULTS
        cmocka_unit_test(test_trend__says_so_when_memory_runs_out),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
