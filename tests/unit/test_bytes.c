#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../nightly/number_check.h"
#include "base/bytes.h"

static void test_bytes__eight_bytes_are_the_same_without_the_compilers_help(void **state)
{
    char plain[8], helped[8];
    uint64_t seed = 7;
    (void)state;
    for (int i = 0; i < 1000; i++) {
        uint64_t x = random_next(&seed);
        bip__store_8_plain(plain, x);
        bip__store_8(helped, x);
        assert_memory_equal(plain, helped, sizeof plain);
        assert_true(bip__load_8(helped) == x);
    }
}

static void test_bytes__marks_are_counted_and_gathered_as_one_by_one(void **state)
{
    uint64_t seed = 8;
    (void)state;
    for (int i = 0; i < 1000; i++) {
        uint64_t x = i == 0 ? 0 : i == 1 ? UINT64_MAX : random_next(&seed) & random_next(&seed);
        uint8_t marks[64];
        size_t n = 0;
        for (int k = 0; k < 64; k++)
            n += marks[k] = (uint8_t)(x >> k & 1);
        assert_true(bip__marks_set(marks) == n);
        assert_true(bip__marks_as_bits(marks) == x);
    }
}

static void test_bytes__are_the_same_or_not_as_memcmp_says(void **state)
{
    uint64_t seed = 9;
    char a[40], b[40];
    (void)state;
    for (size_t i = 0; i < sizeof a; i++)
        a[i] = b[i] = (char)random_next(&seed);
    for (size_t n = 0; n <= sizeof a; n++) {
        assert_true(bip__same_bytes(a, b, n));
        for (size_t i = 0; i < sizeof a; i++) {
            b[i] = (char)(b[i] ^ 1 << random_below(&seed, 8));
            assert_int_equal(bip__same_bytes(a, b, n), memcmp(a, b, n) == 0);
            b[i] = a[i];
        }
    }
}

/* Every byte in every place, and what stands beside it. */
static void test_bytes__unlike_text_are_found_as_one_by_one(void **state)
{
    static const char separators[] = ",;\t";
    uint64_t seed = 10;
    (void)state;
    for (unsigned round = 0; round < 3 * 16 * 256; round++) {
        const char separator = separators[round % 3];
        unsigned char bytes[16];
        uint32_t expected = 0;
        for (unsigned i = 0; i < 16; i++)
            bytes[i] = (unsigned char)(random_below(&seed, 4) ? 'a' + i : random_next(&seed));
        bytes[round / 3 % 16] = (unsigned char)(round / 48);
        for (unsigned i = 0; i < 16; i++)
            if (bytes[i] == (unsigned char)separator || bytes[i] == '"' || bytes[i] < ' ' || bytes[i] > '~')
                expected |= 1U << i;
        assert_int_equal(bip__unlike_text_plain(bytes, separator, '"'), expected);
        assert_int_equal(bip__unlike_text(bytes, separator, '"'), expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes__eight_bytes_are_the_same_without_the_compilers_help),
        cmocka_unit_test(test_bytes__marks_are_counted_and_gathered_as_one_by_one),
        cmocka_unit_test(test_bytes__are_the_same_or_not_as_memcmp_says),
        cmocka_unit_test(test_bytes__unlike_text_are_found_as_one_by_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
