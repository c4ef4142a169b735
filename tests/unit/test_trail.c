#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "store/canon.h"
#include "store/trail.h"

/* Every expected hash: Python's hashlib.blake2b(bytes, digest_size=32, key=key) over bytes put together with
 * struct.pack(">q", at), struct.pack(">I", length) and sorted(parents), from the words of trail.h alone. */

static const uint8_t UUID[BIP__UUID_SIZE] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
static const uint8_t ENTRY[BIP__UUID_SIZE] = {0xf0, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7,
                                              0xf8, 0xf9, 0xfa, 0xfb, 0xfc, 0xfd, 0xfe, 0xff};
static const char FIRST[] = "{\"fact\":\"participant\",\"code\":\"P-001\"}";
static const char SECOND[] = "{\"fact\":\"attribute\",\"key\":\"unit\",\"value\":\"Malmö\"}";

static void assert_hash(const uint8_t hash[BIP_HASH_SIZE], const char *hex)
{
    uint8_t expected[BIP_HASH_SIZE];

    assert_true(bip__hex_read(hex, strlen(hex), expected, sizeof expected));
    assert_memory_equal(hash, expected, sizeof expected);
}

static void leaf_of_two(const uint8_t *uuid, uint8_t out[BIP_HASH_SIZE])
{
    bip__hash h;

    bip__leaf_begin(&h, uuid);
    bip__leaf_add(&h, FIRST, sizeof FIRST - 1);
    bip__leaf_add(&h, SECOND, sizeof SECOND - 1);
    bip__leaf_end(&h, out);
}

static void test_trail__leaf_is_keyed_with_the_identity(void **state)
{
    uint8_t out[BIP_HASH_SIZE];
    bip__hash h;

    (void)state;
    leaf_of_two(UUID, out);
    assert_hash(out, "42ebaeeadd2d2c344553d79d13ba5e95c4bfc0e75cae366d8a4f6da02db1cf8e");
    leaf_of_two(NULL, out);
    assert_hash(out, "eee9ceb8c780cf25811ba0aa6bedc37fb5d47cfdfb90868d490e6d12ff20bd47");
    bip__leaf_begin(&h, UUID);
    bip__leaf_end(&h, out);
    assert_hash(out, "037c7d740ea795902b5aebe210fafffff1f627f74010f8dc79c0d5b8a9fb5847");
}

static void test_trail__leaf_changes_with_the_boundary_between_facts(void **state)
{
    uint8_t apart[BIP_HASH_SIZE], moved[BIP_HASH_SIZE];
    bip__hash h;

    (void)state;
    bip__leaf_begin(&h, UUID);
    bip__leaf_add(&h, "ab", 2);
    bip__leaf_add(&h, "c", 1);
    bip__leaf_end(&h, apart);
    bip__leaf_begin(&h, UUID);
    bip__leaf_add(&h, "a", 1);
    bip__leaf_add(&h, "bc", 2);
    bip__leaf_end(&h, moved);
    assert_memory_not_equal(apart, moved, sizeof apart);
}

static void test_trail__identity_hash_is_not_keyed(void **state)
{
    uint8_t out[BIP_HASH_SIZE];

    (void)state;
    bip__identity_hash(UUID, out);
    assert_hash(out, "c7cb5d1a1a214f1d833a21fe6c7b2420e417c2f220784cbe90072975131bc367");
}

static void test_trail__entry_without_parents_or_leaves(void **state)
{
    uint8_t out[BIP_HASH_SIZE];
    bip__hash h;

    (void)state;
    bip__entry_begin(&h, ENTRY, 0, "", NULL, 0);
    bip__entry_end(&h, out);
    assert_hash(out, "fc4eb1a11f2e843f53d17f0a9246ba448e7b4038c94efbaf6b3f7e2a6dc7d31b");
    bip__entry_begin(&h, ENTRY, -1, "Åsa", NULL, 0); /* before 1970: two's complement */
    bip__entry_end(&h, out);
    assert_hash(out, "240e5d8f7d9f4a00fa883c25477fde0c97009424562c2dacd086b6d001dd578e");
}

/* Parents aa..aa and ab00..00, leaves at 0 (the identity above) and 7 (nobody, leaf hash aa..aa). */
static void entry_of_two(bool swapped, uint8_t out[BIP_HASH_SIZE])
{
    uint8_t parents[2][BIP_HASH_SIZE] = {{0}}, identity[BIP_HASH_SIZE], leaf[BIP_HASH_SIZE];
    static const uint8_t nobody[BIP_HASH_SIZE];
    bip__hash h;

    memset(parents[swapped ? 1 : 0], 0xaa, BIP_HASH_SIZE);
    parents[swapped ? 0 : 1][0] = 0xab;
    bip__identity_hash(UUID, identity);
    leaf_of_two(UUID, leaf);
    bip__entry_begin(&h, ENTRY, 1764000000123, "Åsa", parents, 2);
    bip__entry_leaf(&h, 0, identity, leaf);
    bip__entry_leaf(&h, 7, nobody, parents[0]);
    bip__entry_end(&h, out);
}

static void test_trail__entry_covers_everything_in_order(void **state)
{
    uint8_t out[BIP_HASH_SIZE];

    (void)state;
    entry_of_two(false, out);
    assert_hash(out, "97f5845197ef607e02351a060900972dc748dfe5450b1218b329f48def2920d3");
}

static void test_trail__entry_does_not_depend_on_the_order_of_parents(void **state)
{
    uint8_t out[BIP_HASH_SIZE];

    (void)state;
    entry_of_two(true, out);
    assert_hash(out, "97f5845197ef607e02351a060900972dc748dfe5450b1218b329f48def2920d3");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trail__leaf_is_keyed_with_the_identity),
        cmocka_unit_test(test_trail__leaf_changes_with_the_boundary_between_facts),
        cmocka_unit_test(test_trail__identity_hash_is_not_keyed),
        cmocka_unit_test(test_trail__entry_without_parents_or_leaves),
        cmocka_unit_test(test_trail__entry_covers_everything_in_order),
        cmocka_unit_test(test_trail__entry_does_not_depend_on_the_order_of_parents),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
