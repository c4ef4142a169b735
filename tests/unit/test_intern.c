/* Texts that are kept once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/intern.h"

enum { LONGEST = 40 };

/* Number k of length n: all the same letter but for one byte, or for none. */
static const char *make(char *into, size_t n, size_t k)
{
    memset(into, 'a', n);
    if (k < n)
        into[k] = '\0'; /* any byte may stand in a text */
    into[n] = '\0';
    return into;
}

static void test_intern__tells_texts_apart_by_any_byte_and_by_length(void **state)
{
    bip__intern t = {0};
    char text[LONGEST + 1];
    uint32_t numbers = 0;
    (void)state;

    for (size_t n = 0; n <= LONGEST; n++)
        for (size_t k = 0; k <= n; k++) {
            assert_int_equal(bip__intern_find(&t, make(text, n, k), n), 0);
            assert_int_equal(bip__intern_add(&t, make(text, n, k), n), ++numbers);
        }
    numbers = 0;
    for (size_t n = 0; n <= LONGEST; n++)
        for (size_t k = 0; k <= n; k++) {
            assert_int_equal(bip__intern_add(&t, make(text, n, k), n), ++numbers);
            assert_int_equal(bip__intern_find(&t, text, n), numbers);
            assert_memory_equal(bip__intern_text(&t, numbers), text, n + 1);
        }
    assert_int_equal(t.n, numbers);
    bip__intern_free(&t);
}

/* Two that begin and end alike, and fall on one hash: what lies between decides. */
static void test_intern__tells_long_texts_apart_that_have_one_hash(void **state)
{
    bip__intern t = {0};
    (void)state;

    assert_int_equal(bip__intern_add(&t, "participant-0001-of-north", 25), 1);
    const uint64_t hash = bip__intern_hash("participant-0001-of-north", 25);
    assert_int_equal(bip__intern_find_hashed(&t, "participant-0001-of-north", 25, hash), 1);
    assert_int_equal(bip__intern_find_hashed(&t, "participant-0002-of-north", 25, hash), 0);
    assert_int_equal(bip__intern_find_hashed(&t, "participant-0001-of-nort", 24, hash), 0);
    bip__intern_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_intern__tells_texts_apart_by_any_byte_and_by_length),
        cmocka_unit_test(test_intern__tells_long_texts_apart_that_have_one_hash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
