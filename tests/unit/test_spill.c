/* Texts that don't stay in memory. */
#include "support.h"

#include "exchange/spill.h"

#define EACH 300000 /* bytes: four of them are more than is held in memory */

static void fill(char *text, int number)
{
    memset(text, 'a' + number, EACH);
}

static void test_spill__gives_back_every_text_wherever_it_lies(void **state)
{
    static char text[EACH];
    bip__spill s = {0};
    int64_t at[20];
    const char *found;
    (void)state;
    for (int i = 0; i < 20; i++) {
        fill(text, i);
        assert_ok(bip__spill_put(&s, text, EACH, &at[i], &test_err));
    }
    for (int i = 19; i >= 0; i--) {
        fill(text, i);
        assert_ok(bip__spill_get(&s, at[i], EACH, &found, &test_err));
        assert_memory_equal(found, text, EACH);
    }
    bip__spill_free(&s);
}

static void test_spill__goes_on_after_reading(void **state)
{
    static char text[EACH];
    bip__spill s = {0};
    int64_t first, last = 0;
    const char *found;
    (void)state;
    fill(text, 0);
    assert_ok(bip__spill_put(&s, text, EACH, &first, &test_err));
    for (int i = 1; i < 12; i++) {
        fill(text, i);
        assert_ok(bip__spill_put(&s, text, EACH, &last, &test_err));
        assert_ok(bip__spill_get(&s, first, 1, &found, &test_err));
        assert_int_equal(*found, 'a');
        assert_ok(bip__spill_get(&s, last + EACH - 1, 1, &found, &test_err));
        assert_int_equal(*found, 'a' + i);
    }
    bip__spill_free(&s);
}

static void test_spill__holds_little_in_memory(void **state)
{
    static char text[EACH];
    bip__spill s = {0};
    int64_t at;
    (void)state;
    for (int i = 0; i < 100; i++)
        assert_ok(bip__spill_put(&s, text, EACH, &at, &test_err));
    assert_in_range(s.cap, EACH, 2 * 1024 * 1024);
    bip__spill_free(&s);
}

static void test_spill__takes_a_text_longer_than_what_it_holds(void **state)
{
    const size_t n = 3 * 1024 * 1024;
    char *text = calloc(n, 1);
    bip__spill s = {0};
    int64_t at, next;
    const char *found;
    (void)state;
    assert_non_null(text);
    text[n - 1] = 'z';
    assert_ok(bip__spill_put(&s, text, n, &at, &test_err));
    assert_ok(bip__spill_put(&s, "after", 5, &next, &test_err));
    assert_ok(bip__spill_get(&s, at, n, &found, &test_err));
    assert_memory_equal(found, text, n);
    assert_ok(bip__spill_get(&s, next, 5, &found, &test_err));
    assert_memory_equal(found, "after", 5);
    bip__spill_free(&s);
    free(text);
}

static void test_spill__says_when_memory_ran_out(void **state)
{
    bip__spill s = {0};
    int64_t at;
    (void)state;
    bip__alloc_fail_at(0, true);
    assert_status(bip__spill_put(&s, "x", 1, &at, &test_err), BIP_E_NOMEM);
    bip__alloc_fail_at(-1, false);
    bip__spill_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_spill__gives_back_every_text_wherever_it_lies),
        cmocka_unit_test(test_spill__goes_on_after_reading),
        cmocka_unit_test(test_spill__holds_little_in_memory),
        cmocka_unit_test(test_spill__takes_a_text_longer_than_what_it_holds),
        cmocka_unit_test(test_spill__says_when_memory_ran_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
