#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "model/national_id.h"

static bool holds(const char *s, bool in_code)
{
    size_t begin, end;

    return bip__national_id_find(s, strlen(s), in_code, 0, &begin, &end);
}

/* The last digit that makes nine digits a number: from a table of doubled digits, unlike the code under test. */
static char check_digit(const char *nine)
{
    static const int doubled[] = {0, 2, 4, 6, 8, 1, 3, 5, 7, 9};
    int sum = 0;

    for (int i = 8; i >= 0; i--)
        sum += i % 2 == 0 ? doubled[nine[i] - '0'] : nine[i] - '0';
    return (char)('0' + (1000 - sum) % 10);
}

/* "YYMMDDNNN" and a check digit off by `off`, with the separator put in. */
static void number(char out[16], const char *century, const char *nine, const char *separator, int off)
{
    const int digit = (check_digit(nine) - '0' + off) % 10;

    snprintf(out, 16, "%s%.6s%s%.3s%d", century, nine, separator, nine + 6, digit);
}

static void test_national_id__finds_published_swedish_examples_in_every_form(void **state)
{
    static const char *const anywhere[] = {"811218-9876",   "811218+9876",  "19811218-9876", "198112189876",
                                           "121212-1212",   "201212121212", "20121212-1212", "701063-2391",
                                           "19701063-2391", "197010632391"};

    (void)state;
    for (size_t i = 0; i < sizeof anywhere / sizeof *anywhere; i++) {
        assert_true(holds(anywhere[i], false));
        assert_true(holds(anywhere[i], true));
    }
    assert_true(holds("8112189876", true));
    assert_false(holds("8112189876", false)); /* ten digits in a note may be a telephone number */
}

static void test_national_id__takes_the_right_check_digit_only(void **state)
{
    static const char *const bases[] = {"850230123", "640823323", "000229001", "991231999", "560229478"};
    char text[16];

    (void)state;
    for (size_t i = 1; i < sizeof bases / sizeof *bases; i++)
        for (int off = 0; off < 10; off++) {
            number(text, "", bases[i], "+", off);
            assert_int_equal(holds(text, false), off == 0);
            number(text, "", bases[i], "-", off);
            /* what is no Swedish number may still be a Danish one: none of these dates is a day first */
            assert_int_equal(holds(text, false), off == 0);
        }
    number(text, "", bases[0], "+", 0);
    assert_false(holds(text, false)); /* 30 February */
}

static void test_national_id__a_swedish_date_must_exist(void **state)
{
    static const struct {
        const char *century, *nine;
        bool found;
    } cases[] = {
        {"", "000229001", true},    {"", "040229001", true},    {"", "010229001", false},   {"20", "000229001", true},
        {"19", "000229001", false}, {"20", "040229001", true},  {"19", "990431001", false}, {"19", "990430001", true},
        {"", "991301001", false},   {"", "990001001", false},   {"", "990100001", false},   {"", "990161001", true},
        {"", "990191001", true},    {"", "990192001", false},   {"", "990160001", false},   {"19", "990289001", false},
        {"20", "000289001", true},  {"17", "990101001", false}, {"22", "000101001", false}, {"21", "991231001", true},
    };
    char text[16];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const bool century = cases[i].century[0] != '\0';
        number(text, cases[i].century, cases[i].nine, century ? "-" : "+", 0);
        if (holds(text, false) != cases[i].found)
            fail_msg("%s", text);
        number(text, cases[i].century, cases[i].nine, "", 0);
        if (century && holds(text, false) != cases[i].found)
            fail_msg("%s", text);
    }
}

static void test_national_id__finds_danish_numbers_by_their_date_alone(void **state)
{
    (void)state;
    assert_true(holds("010190-1234", false));
    assert_true(holds("311299-0000", false));
    assert_true(holds("290200-1111", false));
    assert_true(holds("0101901234", true));
    assert_false(holds("0101901234", false));
    assert_false(holds("320190-1234", false));
    assert_false(holds("290201-1230", false));
    assert_false(holds("011390-1234", false));
    assert_false(holds("000190-1234", false));
    assert_false(holds("610190-1234", false)); /* only Swedish days go beyond 60 */
    assert_false(holds("010190+1235", false));
    assert_false(holds("01011990-1234", false));
}

static void test_national_id__no_other_digit_may_touch(void **state)
{
    static const char *const none[] = {"1811218-9876",
                                       "811218-98761",
                                       "0198112189876",
                                       "1981121898760",
                                       "11981121-9876",
                                       "811218--9876",
                                       "811218 - 9876",
                                       "811218-987",
                                       "81121-9876",
                                       "811218",
                                       "",
                                       "-9876",
                                       "811218-",
                                       "811218/9876",
                                       "19811218+9876",
                                       "2026-09-01"};
    static const char *const some[] = {"a811218-9876b",           "(811218-9876)",  "1-811218-9876-1",
                                       "811218-9877 811218-9876", "x198112189876,", "\xc3\xa5-811218-9876\xc3\xa5"};

    (void)state;
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        if (holds(none[i], true))
            fail_msg("%s", none[i]);
    for (size_t i = 0; i < sizeof some / sizeof *some; i++)
        if (!holds(some[i], false))
            fail_msg("%s", some[i]);
}

static void test_national_id__says_where_and_goes_on_from_there(void **state)
{
    const char *s = "A 811218-9876, B 0101901234, C 010190-1234";
    size_t begin, end;

    (void)state;
    assert_true(bip__national_id_find(s, strlen(s), false, 0, &begin, &end));
    assert_int_equal(begin, 2);
    assert_int_equal(end, 13);
    assert_true(bip__national_id_find(s, strlen(s), false, end, &begin, &end));
    assert_int_equal(begin, 31);
    assert_int_equal(end, strlen(s));
    assert_false(bip__national_id_find(s, strlen(s), false, end, &begin, &end));
    /* a start inside a number doesn't make its rest one */
    assert_false(bip__national_id_find("1811218-9876", 12, false, 1, &begin, &end));
}

static void redacts(const char *from, const char *to)
{
    bip__out out;

    bip__out_init(&out, NULL, NULL);
    bip__national_id_redact(from, strlen(from), &out);
    bip__out_char(&out, '\0');
    assert_int_equal(bip__out_finish(&out, NULL), BIP_OK);
    assert_string_equal(out.data, to);
    bip__out_free(&out);
}

static void test_national_id__redacts_the_number_and_nothing_else(void **state)
{
    (void)state;
    redacts("", "");
    redacts("no number 123456-12", "no number 123456-12");
    redacts("811218-9876", "[...]");
    redacts("Ring 070-123 45 67 (811218-9876, 198112189876)!", "Ring 070-123 45 67 ([...], [...])!");
    redacts("811218-9876-811218-9876", "[...]-[...]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_national_id__finds_published_swedish_examples_in_every_form),
        cmocka_unit_test(test_national_id__takes_the_right_check_digit_only),
        cmocka_unit_test(test_national_id__a_swedish_date_must_exist),
        cmocka_unit_test(test_national_id__finds_danish_numbers_by_their_date_alone),
        cmocka_unit_test(test_national_id__no_other_digit_may_touch),
        cmocka_unit_test(test_national_id__says_where_and_goes_on_from_there),
        cmocka_unit_test(test_national_id__redacts_the_number_and_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
