#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "base/number.h"
#include "model/score.h"

static void test_score__reasons_have_words_and_read_back(void **state)
{
    static const char *const words[] = {"declined", "dont_know", "not_applicable"};

    (void)state;
    for (int32_t i = 0; i < 3; i++) {
        assert_string_equal(bip__answer_word(BIP_DECLINED + i), words[i]);
        assert_int_equal(bip__answer_read(words[i], strlen(words[i])), BIP_DECLINED + i);
    }
    assert_null(bip__answer_word(BIP_NUMBER));
    assert_null(bip__answer_word(BIP_NOT_ASKED));
    assert_null(bip__answer_word(5));
    assert_null(bip__answer_word(-1));
    assert_int_equal(bip__answer_read("decline", 7), -1);
    assert_int_equal(bip__answer_read("declinedx", 9), -1);
    assert_int_equal(bip__answer_read("Declined", 8), -1);
    assert_int_equal(bip__answer_read("", 0), -1);
}

static bip_score number(double v)
{
    return (bip_score){.number = v, .answer = BIP_NUMBER};
}

static void test_score__prints_one_compact_array(void **state)
{
    const bip_score scores[] = {number(3),
                                {.answer = BIP_NOT_ASKED},
                                {.answer = BIP_DECLINED},
                                number(-2.5),
                                {.answer = BIP_DONT_KNOW},
                                {.answer = BIP_NOT_APPLICABLE},
                                number(-0.0),
                                number(1e21)};
    bip__out o;

    (void)state;
    bip__out_init(&o, NULL, NULL);
    bip__scores_print(&o, scores, sizeof scores / sizeof *scores);
    bip__scores_print(&o, NULL, 0);
    bip__out_char(&o, '\0');
    assert_int_equal(bip__out_finish(&o, NULL), BIP_OK);
    assert_string_equal(o.data, "[3,null,\"declined\",-2.5,\"dont_know\",\"not_applicable\",0,1e+21][]");
    bip__out_free(&o);
}

static void test_score__parses_what_is_printed(void **state)
{
    const char *text = "[3,null,\"declined\",-2.5,\"dont_know\",\"not_applicable\",0,1e+21,10,0.1]";
    const int32_t answers[] = {BIP_NUMBER,         BIP_NOT_ASKED, BIP_DECLINED, BIP_NUMBER, BIP_DONT_KNOW,
                               BIP_NOT_APPLICABLE, BIP_NUMBER,    BIP_NUMBER,   BIP_NUMBER, BIP_NUMBER};
    const double numbers[] = {3, NAN, NAN, -2.5, NAN, NAN, 0, 1e21, 10, 0.1};
    bip_score scores[10];

    (void)state;
    assert_true(bip__scores_parse(text, strlen(text), scores, 10));
    for (size_t i = 0; i < 10; i++) {
        assert_int_equal(scores[i].answer, answers[i]);
        assert_int_equal(scores[i].reserved, 0);
        assert_true(isnan(numbers[i]) ? isnan(scores[i].number) : scores[i].number == numbers[i]);
    }
    assert_true(bip__scores_parse("[]", 2, scores, 0));
}

static void test_score__splits_where_it_parses(void **state)
{
    const char *text = "[3,null,\"declined\",-2.5,10]";
    static const char *const parts[] = {"3", "null", "\"declined\"", "-2.5", "10"};
    bip__score_span spans[5];

    (void)state;
    assert_true(bip__scores_split(text, strlen(text), spans, 5));
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(spans[i].n, strlen(parts[i]));
        assert_memory_equal(spans[i].text, parts[i], spans[i].n);
    }
    assert_true(bip__scores_split("[]", 2, spans, 0));
    assert_false(bip__scores_split(text, strlen(text), spans, 4));
    assert_false(bip__scores_split("[3,03]", 6, spans, 2)); /* would be printed as it is */
}

static void test_score__parses_nothing_looser(void **state)
{
    static const char *const two[] = {"",
                                      "[",
                                      "[]",
                                      "[1]",
                                      "[1,2",
                                      "1,2]",
                                      "[1,2,3]",
                                      "[1,2]]",
                                      "[1, 2]",
                                      "[ 1,2]",
                                      "[1,2 ]",
                                      "[1,2]\n",
                                      "[1,]",
                                      "[,1]",
                                      "[1,,]",
                                      "[1,02]",
                                      "[1,+2]",
                                      "[1,2.0]",
                                      "[1,2.]",
                                      "[1,.5]",
                                      "[1,-0]",
                                      "[1,0.0]",
                                      "[1,-0.0]",
                                      "[1,1e2]",
                                      "[1,1E21]",
                                      "[1,1e21]",
                                      "[1,1e400]",
                                      "[1,NaN]",
                                      "[1,nul]",
                                      "[1,null ]",
                                      "[1,true]",
                                      "[1,\"\"]",
                                      "[1,\"x\"]",
                                      "[1,declined]",
                                      "[1,\"declined]",
                                      "[1,\"Declined\"]",
                                      "[1,\"3\"]",
                                      "[1,--2]",
                                      "[1,2-]",
                                      "[1,1.2.3]",
                                      "[1,0.00000010]",
                                      "[1,0.0000001]",
                                      "[1,1e-6]",
                                      "[1,0.10000000000000001]",
                                      "[1,123456789012345678]",
                                      "[1,/]",
                                      "[1,:]",
                                      "[1,-]",
                                      "[1,\"]",
                                      "[1,00]",
                                      "[1,-01]",
                                      "[1,1000000000000000000000]"};
    bip_score scores[3];
    bip__score_span spans[2];

    (void)state;
    for (size_t i = 0; i < sizeof two / sizeof *two; i++)
        if (bip__scores_parse(two[i], strlen(two[i]), scores, 2) || bip__scores_split(two[i], strlen(two[i]), spans, 2))
            fail_msg("%s", two[i]);
    assert_false(bip__scores_parse("[1,2]", 5, scores, 1));
    assert_false(bip__scores_parse("[1,2]", 5, scores, 3));
    assert_false(bip__scores_parse("[1]", 3, scores, 0));
    assert_false(bip__scores_parse("[1,2]", 4, scores, 2));
}

/* Random decimals of all lengths, through both ways of reading: printed and parsed they are the same numbers. */
static void test_score__every_printed_number_reads_back_equal(void **state)
{
    uint64_t seed = 1;
    char text[BIP_NUMBER_SIZE + 8];

    (void)state;
    for (int i = 0; i < 200000; i++) {
        static const double tens[] = {1, 10, 100, 1e3, 1e4, 1e6, 1e7, 1e8, 1e12, 1e15, 1e22, 1e-3, 1e-9};
        bip_score score;
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        const double v = (double)((int64_t)(seed >> 11) >> (seed % 50)) / tens[seed / 64 % 13] * (seed & 32 ? 1 : -1);
        text[0] = '[';
        size_t n = 1 + bip__number_print(v, text + 1);
        text[n++] = ']';
        if (!bip__scores_parse(text, n, &score, 1) || score.number != v || score.answer != BIP_NUMBER)
            fail_msg("%.*s", (int)n, text);
    }
}

/* Every text of up to five characters from the alphabet of numbers: taken only where it is what would be printed. */
static void test_score__takes_a_short_number_only_as_it_is_printed(void **state)
{
    static const char alphabet[] = "0159.-";
    char text[8] = "[", again[BIP_NUMBER_SIZE];
    size_t taken = 0;

    (void)state;
    for (int n = 1; n <= 5; n++) {
        int total = 1;
        for (int i = 0; i < n; i++)
            total *= 6;
        for (int code = 0; code < total; code++) {
            bip_score score;
            double v;
            for (int i = 0, rest = code; i < n; i++, rest /= 6)
                text[1 + i] = alphabet[rest % 6];
            text[n + 1] = ']';
            const bool exact = bip__number_parse_json(text + 1, (size_t)n, &v) &&
                               bip__number_print(v, again) == (size_t)n && memcmp(again, text + 1, (size_t)n) == 0;
            assert_int_equal(bip__scores_parse(text, (size_t)n + 2, &score, 1), exact);
            taken += exact;
        }
    }
    assert_in_range(taken, 1000, 9000);
}

/* Digits are told several bytes at a time: none of them may be looked past. */
static void test_score__sees_every_byte_of_an_array_of_digits(void **state)
{
    (void)state;
    for (size_t n = 1; n <= 13; n++) {
        char text[32] = "[";
        bip_score scores[13];
        const size_t len = 2 * n + 1;
        for (size_t i = 0; i < n; i++)
            memcpy(text + 1 + 2 * i, i + 1 < n ? "7," : "7]", 2);
        for (size_t at = 0; at < len; at++)
            for (int byte = 0; byte < 256; byte++) {
                const char had = text[at];
                const bool digit = byte >= '0' && byte <= '9';
                text[at] = (char)byte;
                assert_int_equal(bip__scores_parse(text, len, scores, n), text[at] == had || (at % 2 && digit));
                if (at % 2 && digit)
                    assert_true(scores[at / 2].number == byte - '0');
                text[at] = had;
            }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_score__reasons_have_words_and_read_back),
        cmocka_unit_test(test_score__prints_one_compact_array),
        cmocka_unit_test(test_score__parses_what_is_printed),
        cmocka_unit_test(test_score__splits_where_it_parses),
        cmocka_unit_test(test_score__parses_nothing_looser),
        cmocka_unit_test(test_score__every_printed_number_reads_back_equal),
        cmocka_unit_test(test_score__takes_a_short_number_only_as_it_is_printed),
        cmocka_unit_test(test_score__sees_every_byte_of_an_array_of_digits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
