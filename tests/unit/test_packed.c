/* Scores in few bytes. */
#include "support.h"

#include "exchange/packed.h"
#include "model/score.h"

static const bip_score some[] = {{0, BIP_NUMBER, 0},       {250, BIP_NUMBER, 0},  {251, BIP_NUMBER, 0},
                                 {-1, BIP_NUMBER, 0},      {0.5, BIP_NUMBER, 0},  {1e300, BIP_NUMBER, 0},
                                 {-2e-300, BIP_NUMBER, 0}, {3, BIP_NUMBER, 0},    {0, BIP_NOT_ASKED, 0},
                                 {0, BIP_DECLINED, 0},     {0, BIP_DONT_KNOW, 0}, {0, BIP_NOT_APPLICABLE, 0}};
#define N (sizeof some / sizeof *some)

static void test_packed__scores_come_back_equal(void **state)
{
    uint8_t bytes[BIP__PACKED_MOST * N];
    bip_score back[N];
    (void)state;
    const size_t size = bip__pack(some, N, bytes);
    assert_int_equal(size, bip__packed_size(some, N));
    assert_int_equal(bip__unpack(bytes, back, N), size);
    for (size_t i = 0; i < N; i++) {
        assert_int_equal(back[i].answer, some[i].answer);
        if (some[i].answer == BIP_NUMBER)
            assert_true(back[i].number == some[i].number);
    }
}

static void test_packed__whole_numbers_and_reasons_take_a_byte(void **state)
{
    (void)state;
    assert_int_equal(bip__packed_size(some, 2), 2);
    assert_int_equal(bip__packed_size(&some[7], 5), 5);
    assert_int_equal(bip__packed_size(&some[2], 5), 5 * BIP__PACKED_MOST);
}

static void test_packed__zero_is_packed_alike_with_either_sign(void **state)
{
    const bip_score zeros[] = {{0.0, BIP_NUMBER, 0}, {-0.0, BIP_NUMBER, 0}};
    uint8_t bytes[2];
    (void)state;
    assert_int_equal(bip__pack(zeros, 2, bytes), 2);
    assert_int_equal(bytes[0], bytes[1]);
}

static void assert_printed(const bip_score *scores, size_t n)
{
    uint8_t bytes[BIP__PACKED_MOST * 200];
    bip__out packed, plain;
    bip__out_init(&packed, NULL, NULL);
    bip__out_init(&plain, NULL, NULL);
    bip__pack(scores, n, bytes);
    bip__packed_print(&packed, bytes, n);
    bip__scores_print(&plain, scores, n);
    assert_int_equal(packed.len, plain.len);
    assert_memory_equal(packed.data, plain.data, plain.len);
    bip__out_free(&packed);
    bip__out_free(&plain);
}

static void test_packed__prints_what_the_scores_print(void **state)
{
    bip_score many[200];
    (void)state;
    for (size_t i = 0; i < 200; i++)
        many[i] = i % 70 < N && i > 120 ? some[i % 70] : (bip_score){.number = (double)(i % 11)};
    for (size_t n = 0; n <= 200; n++)
        assert_printed(many, n);
    assert_printed(some, N);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_packed__prints_what_the_scores_print),
        cmocka_unit_test(test_packed__scores_come_back_equal),
        cmocka_unit_test(test_packed__whole_numbers_and_reasons_take_a_byte),
        cmocka_unit_test(test_packed__zero_is_packed_alike_with_either_sign),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
