#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "progress/progress.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static bip_series_rules rules_of(double smallest_step, int32_t better)
{
    return (bip_series_rules){
        .size = sizeof(bip_series_rules), .scale_max = 10, .smallest_step = smallest_step, .better = better};
}

static void test_steps__differences_below_the_smallest_step_are_none(void **state)
{
    const double scores[] = {1, 1.5, 2, 2.5, 4};
    bip_series_rules rules = rules_of(1, BIP_HIGHER);
    bip__step step;
    (void)state;

    assert_true(bip__step_next(scores, NULL, COUNT(scores), &rules, 1, &step));
    assert_int_equal(step.at, 4);
    assert_int_equal(step.direction, BIP_FORWARD);
    assert_false(bip__step_next(scores, NULL, COUNT(scores), &rules, step.at + 1, &step));
}

static void test_steps__a_step_that_binary_makes_a_little_small_counts(void **state)
{
    const double scores[] = {0.1, 0.3};
    bip_series_rules rules = rules_of(0.2, BIP_HIGHER);
    bip__step step;
    (void)state;

    assert_true(scores[1] - scores[0] < 0.2);
    assert_true(bip__step_next(scores, NULL, 2, &rules, 1, &step));
}

static void test_steps__any_difference_counts_without_a_smallest_step_but_rounding_does_not(void **state)
{
    const double scores[] = {3, 3 + 1e-9, 3 + 2e-8};
    bip_series_rules rules = rules_of(0, BIP_HIGHER);
    bip__step step;
    (void)state;

    assert_true(bip__step_next(scores, NULL, COUNT(scores), &rules, 1, &step));
    assert_int_equal(step.at, 2);
}

static void test_steps__a_smallest_step_below_rounding_counts_no_rounding(void **state)
{
    const double scores[] = {3, 3 + 5e-9, 3, 3 + 2e-8};
    bip_series_rules rules = rules_of(1e-9, BIP_HIGHER);
    bip__step step;
    (void)state;

    assert_true(bip__step_next(scores, NULL, COUNT(scores), &rules, 1, &step));
    assert_int_equal(step.at, 3);
}

static void test_steps__lower_is_forward_where_lower_is_better(void **state)
{
    const double scores[] = {5, 4, 6};
    bip_series_rules rules = rules_of(1, BIP_LOWER);
    bip__step step;
    (void)state;

    assert_true(bip__step_next(scores, NULL, COUNT(scores), &rules, 1, &step));
    assert_int_equal(step.direction, BIP_FORWARD);
    assert_int_equal(step.held_for, 1);
    assert_int_equal(step.new_best, 1);
    assert_true(bip__step_next(scores, NULL, COUNT(scores), &rules, 2, &step));
    assert_int_equal(step.direction, BIP_BACK);
    assert_int_equal(step.new_best, 0);
}

static void test_steps__a_step_holds_up_to_the_first_number_behind_it(void **state)
{
    const double forward[] = {1, 3, 4, 3, 2, 5}, back[] = {5, 3, 2, 3, 4, 1};
    bip_series_rules rules = rules_of(2, BIP_HIGHER);
    bip__step step;
    (void)state;

    assert_true(bip__step_next(forward, NULL, COUNT(forward), &rules, 1, &step));
    assert_int_equal(step.held_for, 3);
    assert_true(bip__step_next(back, NULL, COUNT(back), &rules, 1, &step));
    assert_int_equal(step.direction, BIP_BACK);
    assert_int_equal(step.held_for, 3);
}

static void test_steps__new_best_is_better_than_every_number_before(void **state)
{
    const double equalled[] = {4, 2, 4}, passed[] = {4, 2, 5};
    bip_series_rules rules = rules_of(1, BIP_HIGHER);
    bip__step step;
    (void)state;

    assert_true(bip__step_next(equalled, NULL, 3, &rules, 2, &step));
    assert_int_equal(step.new_best, 0);
    assert_true(bip__step_next(passed, NULL, 3, &rules, 2, &step));
    assert_int_equal(step.new_best, 1);
}

static void test_steps__the_same_rater_is_known_only_where_both_are(void **state)
{
    const double scores[] = {1, 2, 3, 4, 5};
    const int32_t raters[] = {7, 7, 8, 0, 8}, expected[] = {1, 0, -1, -1};
    bip_series_rules rules = rules_of(1, BIP_HIGHER);
    bip__step step;
    (void)state;

    for (size_t at = 1; at < COUNT(scores); at++) {
        assert_true(bip__step_next(scores, raters, COUNT(scores), &rules, at, &step));
        assert_int_equal(step.same_rater, expected[at - 1]);
    }
    assert_true(bip__step_next(scores, NULL, COUNT(scores), &rules, 1, &step));
    assert_int_equal(step.same_rater, -1);
}

static void test_steps__toward_better_turns_and_ignores_rounding(void **state)
{
    bip_series_rules higher = rules_of(1, BIP_HIGHER), lower = rules_of(1, BIP_LOWER);
    (void)state;

    assert_true(bip__toward_better(2, 5, &higher) == 3);
    assert_true(bip__toward_better(2, 5, &lower) == -3);
    assert_true(bip__toward_better(2, 2 + 9e-9, &higher) == 0);
    assert_true(bip__toward_better(2, 2 + 2e-8, &higher) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steps__differences_below_the_smallest_step_are_none),
        cmocka_unit_test(test_steps__a_step_that_binary_makes_a_little_small_counts),
        cmocka_unit_test(test_steps__any_difference_counts_without_a_smallest_step_but_rounding_does_not),
        cmocka_unit_test(test_steps__a_smallest_step_below_rounding_counts_no_rounding),
        cmocka_unit_test(test_steps__lower_is_forward_where_lower_is_better),
        cmocka_unit_test(test_steps__a_step_holds_up_to_the_first_number_behind_it),
        cmocka_unit_test(test_steps__new_best_is_better_than_every_number_before),
        cmocka_unit_test(test_steps__the_same_rater_is_known_only_where_both_are),
        cmocka_unit_test(test_steps__toward_better_turns_and_ignores_rounding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
