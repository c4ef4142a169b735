/* Series of whole scores: what is found faster is what trend.c finds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/alloc.h"
#include "progress/internal.h"

enum { MOST = 40, ROUNDS = 20000 };
#define SHRUNK (1.0 / 1048576) /* makes fractions of whole scores, and changes no other digit of what follows */

static uint32_t below(uint32_t *seed, uint32_t n)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (*seed >> 8) % n;
}

static bip_series numbers_of(bip__scratch *scratch, const bip_date *days, const double *scores, size_t n, double unit)
{
    bip_series_rules rules = {.size = sizeof rules, .scale_max = 10 * unit, .smallest_step = unit};
    bip_series out;

    memset(&out, 0, sizeof out);
    rules.reliability = rules.sd = NAN;
    assert_int_equal(bip__series_numbers(scratch, days, scores, NULL, n, &rules, &out, NULL), BIP_OK);
    return out;
}

static bool same(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

static void assert_shrunk(const bip_series *s, const bip_series *t, size_t n)
{
    const double *whole[] = {
        &s->mean,           &s->sd,     &s->ols_per_90_days, &s->ols_at_first, &s->ols_se_per_90_days,
        &s->ts_per_90_days, &s->ts_low, &s->ts_high};
    const double *shrunk[] = {
        &t->mean,           &t->sd,     &t->ols_per_90_days, &t->ols_at_first, &t->ols_se_per_90_days,
        &t->ts_per_90_days, &t->ts_low, &t->ts_high};

    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
        if (!same(*whole[i] * SHRUNK, *shrunk[i]))
            fail_msg("figure %zu of %zu scores: %.17g, not %.17g", i, n, *whole[i], *shrunk[i] / SHRUNK);
    assert_true(same(s->ols_r2, t->ols_r2) && same(s->mk_var_s, t->mk_var_s) && same(s->mk_z, t->mk_z));
    assert_true(same(s->mk_p, t->mk_p) && s->mk_s == t->mk_s && s->mk_method == t->mk_method);
    assert_true(s->trend == t->trend && s->direction == t->direction && s->evidence == t->evidence);
}

static void assert_same_as_fractions(bip__scratch *scratch, uint32_t *seed, const bip_date *days, size_t n, int base,
                                     uint32_t levels)
{
    double scores[MOST], shrunk[MOST];

    for (size_t i = 0; i < n; i++) {
        scores[i] = base + (int)below(seed, levels);
        shrunk[i] = scores[i] * SHRUNK;
    }
    bip_series s = numbers_of(scratch, days, scores, n, 1), t = numbers_of(scratch, days, shrunk, n, SHRUNK);
    assert_shrunk(&s, &t, n);
}

/* All dates, all but few, or any; at least one. */
static size_t leave_out(uint32_t *seed, const bip_date *days, size_t most, bip_date *series)
{
    const uint32_t kept[] = {16, 15, 14, 8};
    const uint32_t of_16 = kept[below(seed, 4)];
    size_t n = 0;

    for (size_t i = 0; i < most; i++)
        if (below(seed, 16) < of_16)
            series[n++] = days[i];
    series[0] = n > 0 ? series[0] : days[0];
    return n > 0 ? n : 1;
}

/* Both sides of every limit: 32 scores, 10 levels apart, 100,000, sums of 2^53; dates shared with the series before,
 * some of them or more than those, and dates that begin like those. */
static void test_whole__says_to_the_bit_what_is_said_of_the_same_scores_as_fractions(void **state)
{
    const int bases[] = {0, 1, -7, 995, 99995};
    bip__scratch scratch = {0};
    bip_date days[MOST], series[MOST];
    uint32_t seed = 1;
    (void)state;

    for (int round = 0; round < ROUNDS; round++) {
        const size_t most = 1 + below(&seed, round % 8 == 0 ? MOST : 12);
        const uint32_t levels = 1 + below(&seed, 12), gap = below(&seed, 2) ? 1 : 1 + below(&seed, 1500);
        const int base = bases[below(&seed, 5)];
        bip_date day = (bip_date)below(&seed, 20000);

        for (size_t i = 0; i < MOST && (round == 0 || below(&seed, 3) == 0); i++)
            days[i] = i == 0 ? day : days[i - 1] + 1 + (bip_date)below(&seed, gap);
        for (size_t i = 1; i < MOST; i++) /* some were drawn anew, some are left */
            if (days[i] <= days[i - 1])
                days[i] = days[i - 1] + 1 + (bip_date)below(&seed, gap);
        const size_t n = leave_out(&seed, days, most, series);
        assert_same_as_fractions(&scratch, &seed, series, n, base, levels);
    }
    bip__scratch_free(&scratch);
}

/* More dates than there is room for, of which every series has most. */
static void test_whole__forgets_dates_of_others_where_they_would_be_too_many(void **state)
{
    bip__scratch scratch = {0};
    bip_date days[MOST], series[MOST];
    uint32_t seed = 1;
    (void)state;

    for (size_t i = 0; i < MOST; i++)
        days[i] = 20000 + (bip_date)(i * i);
    for (int round = 0; round < ROUNDS / 10; round++) {
        const size_t n = leave_out(&seed, days, 24 + below(&seed, MOST - 24), series);
        assert_same_as_fractions(&scratch, &seed, series, n, 0, 3);
    }
    bip__scratch_free(&scratch);
}

static void test_whole__says_so_when_memory_runs_out(void **state)
{
#ifdef BIP_FAULTS
    const bip_date days[] = {1, 2, 3};
    const double scores[] = {1, 2, 2};
    bip_series_rules rules = {.size = sizeof rules, .scale_max = 10};
    bip__scratch scratch = {0};
    bip_series out = {0};

    bip__alloc_fail_at(0, false);
    assert_int_equal(bip__series_numbers(&scratch, days, scores, NULL, 3, &rules, &out, NULL), BIP_E_NOMEM);
    assert_int_equal(bip__series_numbers(&scratch, days, scores, NULL, 3, &rules, &out, NULL), BIP_OK);
    bip__scratch_free(&scratch);
    assert_int_equal(bip__alloc_live(), 0);
#endif
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole__says_to_the_bit_what_is_said_of_the_same_scores_as_fractions),
        cmocka_unit_test(test_whole__forgets_dates_of_others_where_they_would_be_too_many),
        cmocka_unit_test(test_whole__says_so_when_memory_runs_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
