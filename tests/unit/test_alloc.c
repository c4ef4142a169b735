#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/alloc.h"
#include "base/platform.h"

static void test_alloc__gives_a_block_for_nothing(void **state)
{
    void *a = bip__alloc(0), *b = bip__alloc_zero(0, 8), *c = bip__realloc(NULL, 0);

    (void)state;
    assert_non_null(a);
    assert_non_null(b);
    assert_non_null(c = bip__realloc(c, 0));
    bip__free(a);
    bip__free(b);
    bip__free(c);
    bip__free(NULL);
}

static void test_alloc__zeroes(void **state)
{
    static const char zero[300];
    char *p = bip__alloc_zero(100, 3);

    (void)state;
    assert_memory_equal(p, zero, sizeof zero);
    bip__free(p);
}

static void test_alloc__refuses_sizes_that_overflow(void **state)
{
    (void)state;
    assert_null(bip__alloc_zero(SIZE_MAX / 2, 3));
    assert_null(bip__alloc_zero(3, SIZE_MAX / 2));
    assert_null(bip__strndup("x", (size_t)-1));
}

static void test_alloc__copies_what_it_is_told(void **state)
{
    char *part = bip__strndup("abc", 2), *whole = bip__strdup("abc"), *nothing = bip__strndup(NULL, 0);

    (void)state;
    assert_string_equal(part, "ab");
    assert_string_equal(whole, "abc");
    assert_string_equal(nothing, "");
    bip__free(part);
    bip__free(whole);
    bip__free(nothing);
}

typedef bool (*grow_fn)(void *items_ptr, size_t *cap, size_t need, size_t each);

/* As many as take some large pages. */
static void keeps_the_items(grow_fn grow)
{
    enum { MANY = 1000000 };
    int64_t *items = NULL;
    size_t cap = 0, grown = 0;

    for (size_t n = 0; n < MANY; n++) {
        size_t before = cap;

        assert_true(grow(&items, &cap, n + 1, sizeof *items));
        assert_true(cap > n);
        grown += cap != before;
        items[n] = (int64_t)n;
    }
    for (size_t n = 0; n < MANY; n++)
        assert_int_equal(items[n], n);
    assert_in_range(grown, 1, 36);
    bip__free(items);
}

static void test_alloc__grows_by_half_and_keeps_the_items(void **state)
{
    (void)state;
    keeps_the_items(bip__grow);
    keeps_the_items(bip__grow_table);
    assert_int_equal(bip__alloc_live(), 0);
}

static void test_alloc__a_table_that_cannot_grow_stays(void **state)
{
    int64_t *items = NULL;
    size_t cap = 0;

    (void)state;
    assert_true(bip__grow_table(&items, &cap, BIP__LARGE, sizeof *items));
    items[BIP__LARGE - 1] = 7;
    bip__alloc_fail_at(0, false);
    assert_false(bip__grow_table(&items, &cap, cap + 1, sizeof *items));
    assert_false(bip__grow_table(&items, &cap, SIZE_MAX / sizeof *items, sizeof *items));
    assert_int_equal(items[BIP__LARGE - 1], 7);
    bip__free(items);
    assert_null(bip__alloc_table((size_t)PTRDIFF_MAX + 1));
    assert_int_equal(bip__alloc_live(), 0);
}

static void test_alloc__growing_fails_without_a_trace(void **state)
{
    char *items = bip__alloc(4);
    char *before = items;
    size_t cap = 4;

    (void)state;
    memcpy(items, "abcd", 4);
    assert_false(bip__grow(&items, &cap, SIZE_MAX / 2, 16));
    bip__alloc_fail_at(0, false);
    assert_false(bip__grow(&items, &cap, 100, 1));
    assert_ptr_equal(items, before);
    assert_int_equal(cap, 4);
    assert_memory_equal(items, "abcd", 4);
    assert_true(bip__grow(&items, &cap, 100, 1));
    bip__free(items);
}

static void test_alloc__fails_once_or_for_good(void **state)
{
    void *a, *b;

    (void)state;
    bip__alloc_fail_at(1, false);
    assert_non_null(a = bip__alloc(1));
    assert_null(bip__alloc_zero(1, 1));
    assert_non_null(b = bip__alloc(1));
    bip__alloc_fail_at(0, true);
    assert_null(bip__alloc(1));
    assert_null(bip__alloc_zero(1, 1));
    assert_null(bip__realloc(a, 100));
    assert_null(bip__strdup("x"));
    bip__alloc_fail_at(-1, false);
    bip__free(a);
    bip__free(b);
}

static void test_alloc__counts_what_lives(void **state)
{
    long before = bip__alloc_live();
    void *a = bip__alloc(1), *b = bip__alloc_zero(1, 1), *c = bip__realloc(NULL, 1);

    (void)state;
    c = bip__realloc(c, 1000);
    assert_int_equal(bip__alloc_live() - before, 3);
    bip__free(a);
    bip__free(b);
    bip__free(c);
    bip__free(NULL);
    assert_int_equal(bip__alloc_live(), before);
}

static void test_arena__gives_aligned_zeroed_room_that_stays(void **state)
{
    static const char zero[5000];
    unsigned char *given[600];
    bip__arena a = {0};

    (void)state;
    for (int round = 0; round < 2; round++) { /* the second in the block that the reset kept, full of old bytes */
        for (size_t i = 0; i < 600; i++) {
            given[i] = bip__arena_alloc(&a, i * 7 % 5000);
            assert_non_null(given[i]);
            assert_int_equal((uintptr_t)given[i] % _Alignof(max_align_t), 0);
            assert_memory_equal(given[i], zero, i * 7 % 5000);
            memset(given[i], (int)(i % 255) + 1, i * 7 % 5000);
        }
        for (size_t i = 0; i < 600; i++)
            for (size_t k = 0; k < i * 7 % 5000; k++)
                assert_int_equal(given[i][k], i % 255 + 1);
        assert_true(a.used <= a.total);
        bip__arena_reset(&a);
        assert_int_equal(a.used, 0);
    }
    bip__arena_free(&a);
    assert_int_equal(a.total, 0);
}

static void test_arena__takes_few_blocks_and_keeps_one(void **state)
{
    long before = bip__alloc_live();
    bip__arena a = {0};

    (void)state;
    for (int i = 0; i < 100000; i++)
        assert_non_null(bip__arena_alloc(&a, 100));
    assert_in_range(bip__alloc_live() - before, 2, 25);
    assert_true(a.total < 2 * a.used);
    bip__arena_reset(&a);
    assert_int_equal(bip__alloc_live() - before, 1);
    assert_in_range(a.total, 4096, 1100000);
    for (int i = 0; i < 10000; i++) {
        assert_non_null(bip__arena_alloc(&a, 3000));
        bip__arena_reset(&a);
    }
    assert_int_equal(bip__alloc_live() - before, 1);
    assert_in_range(a.total, 4096, 1100000);
    bip__arena_free(&a);
    bip__arena_free(&a);
    assert_int_equal(bip__alloc_live(), before);
}

static void test_arena__uses_its_block_again_after_a_reset(void **state)
{
    bip__arena a = {0};
    void *first = bip__arena_alloc(&a, 100);

    (void)state;
    bip__arena_reset(&a);
    assert_ptr_equal(bip__arena_alloc(&a, 100), first);
    bip__arena_free(&a);
}

static void test_arena__a_giant_neither_wastes_room_nor_stays(void **state)
{
    bip__arena a = {0};
    char *small = bip__arena_alloc(&a, 16), *giant = bip__arena_alloc(&a, 50000000), *next = bip__arena_alloc(&a, 16);

    (void)state;
    assert_non_null(giant);
    giant[49999999] = 1;
    assert_ptr_equal(next, small + 16);
    bip__arena_reset(&a);
    assert_true(a.total < 10000);
    bip__arena_free(&a);
}

static void test_arena__refuses_sizes_that_overflow(void **state)
{
    bip__arena a = {0};

    (void)state;
    assert_null(bip__arena_alloc(&a, SIZE_MAX));
    assert_null(bip__arena_alloc(&a, SIZE_MAX - 64));
    assert_null(bip__arena_strndup(&a, "x", SIZE_MAX));
    assert_int_equal(a.total, 0);
    assert_string_equal(bip__arena_strndup(&a, "xy", 1), "x");
    assert_string_equal(bip__arena_strndup(&a, NULL, 0), "");
    bip__arena_free(&a);
}

static void test_arena__survives_a_failed_allocation(void **state)
{
    bip__arena a = {0};
    size_t total;

    (void)state;
    bip__alloc_fail_at(0, true);
    assert_null(bip__arena_alloc(&a, 1));
    bip__alloc_fail_at(-1, false);
    assert_string_equal(bip__arena_strndup(&a, "abc", 3), "abc");
    total = a.total;
    bip__alloc_fail_at(0, true);
    assert_null(bip__arena_alloc(&a, 5000));
    assert_null(bip__arena_alloc(&a, 5000000));
    bip__alloc_fail_at(-1, false);
    assert_int_equal(a.total, total);
    assert_non_null(bip__arena_alloc(&a, 5000));
    bip__arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_alloc__gives_a_block_for_nothing),
        cmocka_unit_test(test_alloc__zeroes),
        cmocka_unit_test(test_alloc__refuses_sizes_that_overflow),
        cmocka_unit_test(test_alloc__copies_what_it_is_told),
        cmocka_unit_test(test_alloc__grows_by_half_and_keeps_the_items),
        cmocka_unit_test(test_alloc__a_table_that_cannot_grow_stays),
        cmocka_unit_test(test_alloc__growing_fails_without_a_trace),
        cmocka_unit_test(test_alloc__fails_once_or_for_good),
        cmocka_unit_test(test_alloc__counts_what_lives),
        cmocka_unit_test(test_arena__gives_aligned_zeroed_room_that_stays),
        cmocka_unit_test(test_arena__takes_few_blocks_and_keeps_one),
        cmocka_unit_test(test_arena__uses_its_block_again_after_a_reset),
        cmocka_unit_test(test_arena__a_giant_neither_wastes_room_nor_stays),
        cmocka_unit_test(test_arena__refuses_sizes_that_overflow),
        cmocka_unit_test(test_arena__survives_a_failed_allocation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
