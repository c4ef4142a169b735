#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "progress/progress.h"

enum { MOST = 12 };

typedef struct views {
    bip_date a[MOST], b[MOST];
    size_t na, nb;
} views;

static size_t find(const views *v, int pair_days, bip__pair *pairs)
{
    bip_error err;
    size_t n = 99;

    assert_int_equal(bip__pairs_find(v->a, v->na, v->b, v->nb, pair_days, pairs, &n, &err), BIP_OK);
    return n;
}

static void test_pairs__the_nearest_dates_meet_first(void **state)
{
    views v = {.a = {0, 10}, .b = {9, 30}, .na = 2, .nb = 2};
    bip__pair pairs[MOST];
    (void)state;

    assert_int_equal(find(&v, 14, pairs), 1); /* 0 and 9 would do too, were 10 not nearer */
    assert_int_equal(pairs[0].a, 1);
    assert_int_equal(pairs[0].b, 0);
}

static void test_pairs__ties_go_to_the_earlier_a_then_the_earlier_b(void **state)
{
    views two_a = {.a = {0, 10}, .b = {5}, .na = 2, .nb = 1}, two_b = {.a = {5}, .b = {0, 10}, .na = 1, .nb = 2};
    bip__pair pairs[MOST];
    (void)state;

    assert_int_equal(find(&two_a, 14, pairs), 1);
    assert_int_equal(pairs[0].a, 0);
    assert_int_equal(find(&two_b, 14, pairs), 1);
    assert_int_equal(pairs[0].b, 0);
}

static void test_pairs__pair_days_is_still_near_enough(void **state)
{
    views v = {.a = {0, 100}, .b = {14, 115}, .na = 2, .nb = 2};
    bip__pair pairs[MOST];
    (void)state;

    assert_int_equal(find(&v, 14, pairs), 1);
    assert_int_equal(find(&v, 15, pairs), 2);
    assert_int_equal(find(&v, 0, pairs), 0);
    assert_int_equal(find(&v, INT32_MAX, pairs), 2);
}

static void test_pairs__nobody_meets_an_empty_series(void **state)
{
    views v = {.a = {0}, .na = 1};
    bip__pair pairs[MOST];
    (void)state;

    assert_int_equal(find(&v, 14, pairs), 0);
}

/* The contract word by word: of all candidates left, the nearest; then the earlier a; then the earlier b. */
static size_t find_slowly(const views *v, int pair_days, size_t *partner_of_a)
{
    int used_b[MOST] = {0};
    size_t found = 0;

    for (size_t i = 0; i < MOST; i++)
        partner_of_a[i] = MOST;
    for (;;) {
        size_t best_a = MOST, best_b = MOST;
        int nearest = pair_days + 1;

        for (size_t i = 0; i < v->na; i++)
            for (size_t j = 0; j < v->nb; j++)
                if (partner_of_a[i] == MOST && !used_b[j] && abs(v->a[i] - v->b[j]) < nearest) {
                    nearest = abs(v->a[i] - v->b[j]);
                    best_a = i, best_b = j;
                }
        if (best_a == MOST)
            return found;
        partner_of_a[best_a] = best_b;
        used_b[best_b] = 1;
        found++;
    }
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 16;
}

static size_t random_days(uint32_t *seed, bip_date *days)
{
    size_t n = 1 + next_random(seed) % MOST;
    bip_date day = (bip_date)(next_random(seed) % 20);

    for (size_t i = 0; i < n; i++)
        days[i] = day += 1 + (bip_date)(next_random(seed) % 9);
    return n;
}

static void test_pairs__agree_with_the_definition_on_random_dates(void **state)
{
    uint32_t seed = 20260901;
    (void)state;

    for (int round = 0; round < 2000; round++) {
        views v;
        bip__pair pairs[MOST];
        size_t partner_of_a[MOST], found;
        int pair_days = (int)(next_random(&seed) % 16);

        v.na = random_days(&seed, v.a);
        v.nb = random_days(&seed, v.b);
        found = find(&v, pair_days, pairs);
        assert_int_equal(found, find_slowly(&v, pair_days, partner_of_a));
        for (size_t i = 0; i < found; i++) {
            assert_int_equal(partner_of_a[pairs[i].a], pairs[i].b);
            assert_true(i == 0 || pairs[i - 1].a < pairs[i].a);
        }
    }
}

#ifdef BIP_FAULTS
static void test_pairs__say_so_when_memory_runs_out(void **state)
{
    views v = {.a = {0}, .b = {1}, .na = 1, .nb = 1};
    bip__pair pairs[MOST];
    bip_error err;
    size_t n;
    (void)state;

    bip__alloc_fail_at(0, false);
    assert_int_equal(bip__pairs_find(v.a, 1, v.b, 1, 14, pairs, &n, &err), BIP_E_NOMEM);
    bip__alloc_fail_at(-1, false);
    assert_int_equal(n, 0);
    assert_int_equal(bip__alloc_live(), 0);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pairs__the_nearest_dates_meet_first),
        cmocka_unit_test(test_pairs__ties_go_to_the_earlier_a_then_the_earlier_b),
        cmocka_unit_test(test_pairs__pair_days_is_still_near_enough),
        cmocka_unit_test(test_pairs__nobody_meets_an_empty_series),
        cmocka_unit_test(test_pairs__agree_with_the_definition_on_random_dates),
#ifdef BIP_FAULTS
        cmocka_unit_test(test_pairs__say_so_when_memory_runs_out),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
