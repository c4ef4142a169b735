#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"

static void assert_hash(const uint8_t hash[BIP_HASH_SIZE], const char *hex)
{
    char got[2 * BIP_HASH_SIZE + 1];

    for (size_t i = 0; i < BIP_HASH_SIZE; i++)
        snprintf(got + 2 * i, 3, "%02x", hash[i]);
    assert_string_equal(got, hex);
}

static void count_up(uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        p[i] = (uint8_t)i;
}

/* Expected: Python's hashlib.blake2b(message, digest_size=32, key=key), which is another implementation. */
static void test_hash__is_blake2b_256(void **state)
{
    uint8_t bytes[256], out[BIP_HASH_SIZE];

    (void)state;
    count_up(bytes, sizeof bytes);
    bip__hash_once(NULL, 0, out);
    assert_hash(out, "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
    bip__hash_once("abc", 3, out);
    assert_hash(out, "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
    bip__hash_once(bytes, sizeof bytes, out);
    assert_hash(out, "39a7eb9fedc19aabc83425c6755dd90e6f9d0c804964a1f4aaeea3b9fb599835");
}

static void test_hash__takes_a_key(void **state)
{
    uint8_t bytes[256], out[BIP_HASH_SIZE];
    bip__hash h;

    (void)state;
    count_up(bytes, sizeof bytes);
    bip__hash_begin(&h, bytes, 16);
    bip__hash_add(&h, "abc", 3);
    bip__hash_end(&h, out);
    assert_hash(out, "3fd8fd31501cdbe942607b204368e3dc4ebce5744de1a955a6025f5c9848bb20");
    bip__hash_begin(&h, bytes, 64);
    for (int i = 0; i < 3; i++)
        bip__hash_add(&h, bytes, sizeof bytes);
    bip__hash_end(&h, out);
    assert_hash(out, "4b846372177de700a4548707dd4094b0a6e137c016c2dea7355b2bbba7380792");
}

static void test_hash__of_pieces_is_the_hash_of_the_whole(void **state)
{
    uint8_t bytes[700], whole[BIP_HASH_SIZE], out[BIP_HASH_SIZE];
    bip__hash h;

    (void)state;
    count_up(bytes, sizeof bytes);
    bip__hash_once(bytes, sizeof bytes, whole);
    for (size_t cut = 0; cut <= sizeof bytes; cut++) {
        bip__hash_begin(&h, NULL, 0);
        bip__hash_add(&h, bytes, cut);
        bip__hash_add(&h, NULL, 0);
        bip__hash_add(&h, bytes + cut, sizeof bytes - cut);
        bip__hash_end(&h, out);
        assert_memory_equal(out, whole, sizeof whole);
    }
}

static void test_hash__stands_at_any_address(void **state)
{
    union {
        max_align_t align;
        unsigned char bytes[sizeof(bip__hash) + 64];
    } place;
    uint8_t out[BIP_HASH_SIZE];

    (void)state;
    for (size_t shift = 0; shift < 64; shift += _Alignof(bip__hash)) {
        bip__hash *h = (bip__hash *)(void *)(place.bytes + shift);

        memset(&place, 0xff, sizeof place);
        bip__hash_begin(h, NULL, 0);
        bip__hash_add(h, "abc", 3);
        bip__hash_end(h, out);
        assert_hash(out, "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
        for (size_t i = 0; i < sizeof place.bytes; i++)
            assert_true((i >= shift && i < shift + sizeof(bip__hash)) || place.bytes[i] == 0xff);
    }
}

static void test_hash__names_its_library(void **state)
{
    (void)state;
    assert_in_range(bip__hash_library()[0], '0', '9');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hash__is_blake2b_256),
        cmocka_unit_test(test_hash__takes_a_key),
        cmocka_unit_test(test_hash__of_pieces_is_the_hash_of_the_whole),
        cmocka_unit_test(test_hash__stands_at_any_address),
        cmocka_unit_test(test_hash__names_its_library),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
