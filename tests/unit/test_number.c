#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "../nightly/number_check.h"
#include "base/wide.h"

#include <fenv.h>
#include <float.h>
#include <regex.h>

static void assert_prints(double v, const char *expected)
{
    char text[BIP_NUMBER_SIZE];
    assert_int_equal(bip__number_print(v, text), strlen(expected));
    assert_string_equal(text, expected);
}

static bool json(const char *text)
{
    double v;
    return bip__number_parse_json(text, strlen(text), &v);
}

static void test_number__prints_as_ecmascript_does(void **state)
{
    (void)state;
    assert_prints(0.0, "0");
    assert_prints(-0.0, "0");
    assert_prints(7, "7");
    assert_prints(-999, "-999");
    assert_prints(-1000, "-1000");
    assert_prints(9999, "9999");
    assert_prints(10000, "10000");
    assert_prints(2.5, "2.5");
    assert_prints(-0.5, "-0.5");
    assert_prints(0.1 + 0.2, "0.30000000000000004");
    assert_prints(0.5477225575051661, "0.5477225575051661");
    assert_prints(9007199254740993.0, "9007199254740992");
    assert_prints(123456789012345680000.0, "123456789012345680000");
    assert_prints(100000000000000000000.0, "100000000000000000000");
    assert_prints(1e21, "1e+21");
    assert_prints(999999999999999900000.0, "999999999999999900000");
    assert_prints(1e23, "1e+23");
    assert_prints(1.5e300, "1.5e+300");
    assert_prints(1e-6, "0.000001");
    assert_prints(1.25e-6, "0.00000125");
    assert_prints(9.5e-7, "9.5e-7");
    assert_prints(1e-7, "1e-7");
    assert_prints(-1.2345678901234567e-7, "-1.2345678901234566e-7");
    assert_prints(5e-324, "5e-324");
    assert_prints(1e-323, "1e-323");
    assert_prints(2.2250738585072014e-308, "2.2250738585072014e-308");
    assert_prints(-DBL_MAX, "-1.7976931348623157e+308");
}

/* Below a power of two the next double is half as far: the closest decimal of a length may not be the one that reads
 * back. 2^-44 and 2^89: the first printers of this kind got them wrong. */
static void test_number__prints_powers_of_two_whose_neighbours_are_uneven(void **state)
{
    (void)state;
    assert_prints(0x1p-44, "5.684341886080802e-14");
    assert_prints(0x1p89, "6.189700196426902e+26");
    for (int e = -1074; e < 1024; e++)
        assert_null(check_print(ldexp(1, e)));
}

/* Odd quarters between 2^50 and 2^51 have 17 digits, of which 16 are enough, and lie halfway between two such. */
static void test_number__prints_the_even_one_of_two_as_close(void **state)
{
    (void)state;
    assert_prints(1125899906842624.25, "1125899906842624.2");
    assert_prints(1125899906842624.75, "1125899906842624.8");
    assert_prints(-2251799813685247.75, "-2251799813685247.8");
    for (int i = 1; i < 4000; i += 2)
        assert_null(check_print(1125899906842624.0 + i / 4.0));
}

static void test_number__prints_few_decimals_with_any_number_of_digits_before_the_point(void **state)
{
    char text[BIP_NUMBER_SIZE];
    (void)state;
    for (int power = -12; power <= 25; power++)
        for (int digits = 1; digits < 2000; digits++) {
            double v, back;
            size_t n = (size_t)snprintf(text, sizeof text, "%de%d", digits, power);
            assert_true(bip__number_parse_json(text, n, &v));
            assert_null(check_print(v));
            assert_true(bip__number_parse_json(text, bip__number_print(-v, text), &back));
            assert_true(back == -v);
        }
}

static void test_number__prints_every_power_of_ten_as_one_digit(void **state)
{
    char text[BIP_NUMBER_SIZE], digits[BIP_NUMBER_SIZE], source[16];
    int exponent;
    (void)state;
    for (int k = -323; k <= 308; k++) {
        double v;
        snprintf(source, sizeof source, "1e%d", k);
        assert_true(bip__number_parse_json(source, strlen(source), &v));
        bip__number_print(v, text);
        assert_int_equal(significant(text, digits, &exponent), 1);
        assert_int_equal(exponent, k);
        assert_string_equal(digits, "1");
    }
}

static void test_number__prints_a_million_doubles_that_read_back_equal(void **state)
{
    char text[BIP_NUMBER_SIZE];
    uint64_t seed = 20261121;
    (void)state;
    for (int i = 0; i < 1000000; i++) {
        double v = random_double(&seed), back;
        size_t n = bip__number_print(v, text);
        assert_true(bip__number_parse_json(text, n, &back));
        assert_true(back == v);
    }
}

static void test_number__prints_the_shortest_and_of_those_the_closest(void **state)
{
    uint64_t seed = 1;
    (void)state;
    for (int i = 0; i < 50000; i++) {
        double v = random_double(&seed);
        const char *claim = check_print(v);
        if (claim)
            fail_msg("%s: %a", claim, v);
    }
}

static void assert_reads(const char *text)
{
    const char *claim = check_parse(text);
    if (claim)
        fail_msg("%s: %s", claim, text);
}

static void test_number__reads_as_strtod_does(void **state)
{
    char text[1100];
    uint64_t seed = 2;
    (void)state;
    for (int i = 0; i < 50000; i++) {
        random_digits(&seed, i % 50 ? 24 : 900, text);
        assert_reads(text);
    }
}

static void test_number__reads_known_hard_cases(void **state)
{
    static const char *const cases[] = {
        "9007199254740993",
        "9007199254740993.0",
        "9007199254740993.00000000000000000000000000000000000000000000000000000000000000000000000000001",
        "9007199254740992.99999999999999999999999999999999999999999999999999999999999999999999999999999",
        "1.00000000000000011102230246251565404236316680908203125",
        "1.00000000000000011102230246251565404236316680908203124",
        "1.00000000000000011102230246251565404236316680908203126",
        "2.2250738585072011e-308",
        "2.2250738585072012e-308",
        "2.4703282292062327e-324",
        "2.4703282292062328e-324",
        "1.7976931348623157e308",
        "1.7976931348623158e308",
        "1.7976931348623159e308",
        "17976931348623158079372897140530341507993413271003782693617377898044496829276475094664901797758720709633028641"
        "6"
        "69288791094655554785194040263065748867150582068190890200070838367627385484581771153176447573027006985557136695"
        "9"
        "622842914819860834936475292719074168444365510704342711559699508093042880177904174497791",
        "17976931348623158079372897140530341507993413271003782693617377898044496829276475094664901797758720709633028641"
        "6"
        "69288791094655554785194040263065748867150582068190890200070838367627385484581771153176447573027006985557136695"
        "9"
        "622842914819860834936475292719074168444365510704342711559699508093042880177904174497792",
        "6929495644600919.5",
        "3.2378839133029012895883524125015321748630094238e-319",
        "18446744073709551615",
        "9999999999999999999",
        "99999999999999999999e-20",
        "1e23",
        "8.5e22",
        "0e999999999999999999999",
        "-0.0",
        "1e-99999999999999999999999",
        "1e99999999999999999999999",
        "0.00000000000000000000000000000000000000000000000000001e53",
        "1000000000000000000000000000000000000000000000000000000000e-57",
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_reads(cases[i]);
}

static void test_number__reads_halfway_to_even_whatever_the_number_of_digits(void **state)
{
    char text[2000], *e;
    uint64_t seed = 3;
    (void)state;
    for (int i = 0; i < 600; i++) {
        double v = fabs(random_double(&seed)), up = nextafter(v, HUGE_VAL), even, read;
        if (v == 0 || up == HUGE_VAL)
            continue;
        uint64_t bits;
        memcpy(&bits, &v, sizeof bits);
        even = bits & 1 ? up : v;
        halfway(v, text);
        assert_true(bip__number_parse_json(text, strlen(text), &read) && read == even);

        /* 900 zeros more are still halfway; a 1 behind them decides for the upper one. */
        e = strchr(text, 'e');
        int power = (int)strtol(e + 1, NULL, 10) - 900;
        memset(e, '0', 900);
        snprintf(e + 900, 16, "e%d", power);
        assert_true(bip__number_parse_json(text, strlen(text), &read) && read == even);
        snprintf(e + 900, 16, "1e%d", power - 1);
        assert_true(bip__number_parse_json(text, strlen(text), &read) && read == up);
    }
}

/* The digits of a whole number times two; room for one more. */
static void twice(char *digits)
{
    size_t n = strlen(digits);
    int carry = 0;
    for (size_t i = n; i-- > 0;) {
        int sum = 2 * (digits[i] - '0') + carry;
        digits[i] = (char)('0' + sum % 10);
        carry = sum / 10;
    }
    if (carry) {
        memmove(digits + 1, digits, n + 1);
        digits[0] = '1';
    }
}

/* Halfway between what would be doubles if the exponent went on: the bounds disagree there too. */
static void test_number__refuses_what_is_too_large_also_where_it_lies_halfway(void **state)
{
    char text[2000] = "13510798882111489"; /* 3 * 2^52 + 1 has 54 bits: one more than a double */
    double v;
    (void)state;
    for (int power = 0; power < 971; power++)
        twice(text);
    for (int power = 971; power < 1040; power++) {
        size_t n = strlen(text);
        assert_false(json(text));
        text[n] = '.';
        memset(text + n + 1, '0', 800);
        text[n + 801] = '1';
        text[n + 802] = '\0';
        assert_false(bip__number_parse_json(text, n + 802, &v));
        text[n] = '\0';
        twice(text);
    }
}

static void test_number__counts_every_digit_of_a_very_long_number(void **state)
{
    enum { LONG = 100000 };
    static char text[LONG + 20];
    double v;
    (void)state;
    memset(text, '0', LONG);
    memcpy(text, "0.", 2);
    snprintf(text + LONG, 20, "25e%d", LONG);
    assert_true(bip__number_parse_json(text, strlen(text), &v) && v == 25);
    memset(text, '0', LONG);
    text[0] = '1';
    snprintf(text + LONG, 20, "e-%d", LONG - 1);
    assert_true(bip__number_parse_json(text, strlen(text), &v) && v == 1);
}

static void test_number__json_takes_the_grammar_of_rfc_8259_only(void **state)
{
    static const char *const good[] = {"0", "-0", "10", "0.0", "1.50", "1e5", "1E+05", "-1.5e-00", "1e-400"};
    static const char *const bad[] = {"",    "-",   "+1",   "01",    "-01", "1.",    ".5",     "-.5", "1,5",  "1e",
                                      "1e+", "e5",  "1e5.", "0x10",  "NaN", "inf",   "1e400",  " 1",  "1 ",   "1.5.2",
                                      "1_0", "--1", "1-",   "1e--1", "a",   "1e309", "-1e400", "½",   "1.e5", "."};
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(json(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (json(bad[i]))
            fail_msg("taken: \"%s\"", bad[i]);
    assert_false(bip__number_parse_json(NULL, 0, &(double){0}));
    assert_false(bip__number_parse_json("1\0", 2, &(double){0}));
}

static void test_number__reads_no_further_than_the_given_length(void **state)
{
    double v;
    (void)state;
    assert_true(bip__number_parse_json("12.75e3", 2, &v) && v == 12);
    assert_true(bip__number_parse_json("12.75e3", 5, &v) && v == 12.75);
    assert_false(bip__number_parse_json("12.75e3", 3, &v));
    assert_false(bip__number_parse_json("12.75e3", 6, &v));
}

static void test_number__a_cell_takes_a_comma_a_plus_and_open_ends(void **state)
{
    static const struct {
        const char *text;
        double v;
    } good[] = {{"3", 3},    {"+3", 3},  {"-2,5", -2.5}, {"2.5", 2.5},    {"5.", 5},    {"5,", 5},
                {",5", 0.5}, {".5", .5}, {"007", 7},     {"+1,5E+1", 15}, {"1.e1", 10}, {"1e-999", 0}};
    static const char *const bad[] = {"",    "+",    "-",         ".",     ",",   "+.",  "1.5,0", "1,000.5",  "1 000",
                                      "1e",  "1e+",  "e1",        ".e1",   "0x1", "nan", "inf",   "Infinity", "1e400",
                                      "+-1", "1,5e", "1\xc2\xa0", "1e1,5", "5%",  "- 1", "1..2",  "1.,"};
    double v;
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(bip__number_parse_cell(good[i].text, strlen(good[i].text), &v));
        assert_true(v == good[i].v);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (bip__number_parse_cell(bad[i], strlen(bad[i]), &v))
            fail_msg("taken: \"%s\"", bad[i]);
}

/* Overflow is refused by both grammars; the texts here are too short for it but by their exponent. */
static void assert_grammar(bool (*parse)(const char *, size_t, double *), const char *pattern)
{
    static const char alphabet[] = "0123456789.,eE+-..ee--";
    regex_t grammar;
    uint64_t seed = 7;
    int taken = 0;
    assert_int_equal(regcomp(&grammar, pattern, REG_EXTENDED | REG_NOSUB), 0);
    for (int i = 0; i < 100000; i++) {
        char text[12] = "";
        double v, expected;
        for (int n = 1 + random_below(&seed, 8), j = 0; j < n; j++)
            text[j] = alphabet[random_below(&seed, sizeof alphabet - 1)];
        bool good = parse(text, strlen(text), &v), matches = regexec(&grammar, text, 0, NULL, 0) == 0;
        for (char *comma = strchr(text, ','); comma; comma = NULL)
            *comma = '.';
        expected = strtod(text, NULL);
        if (good != (matches && isfinite(expected)) || (good && !same_double(v, expected)))
            fail_msg("%s", text);
        taken += good;
    }
    regfree(&grammar);
    assert_in_range(taken, 5000, 95000);
}

static void test_number__the_grammars_are_these_regular_expressions(void **state)
{
    (void)state;
    assert_grammar(bip__number_parse_json, "^-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][+-]?[0-9]+)?$");
    assert_grammar(bip__number_parse_cell, "^[+-]?([0-9]+[.,]?[0-9]*|[.,][0-9]+)([eE][+-]?[0-9]+)?$");
}

static void test_number__round12_gives_the_nearest_of_twelve_digits(void **state)
{
    uint64_t seed = 4;
    (void)state;
    for (int i = 0; i < 50000; i++) {
        double v = random_double(&seed);
        if (check_round12(v))
            fail_msg("%a", v);
    }
    assert_true(bip__number_round12(0.1 + 0.2) == 0.3);
    assert_true(bip__number_round12(2.0 / 3) == 0.666666666667);
    assert_true(bip__number_round12(-123456789012345.0) == -123456789012000.0);
    assert_true(same_double(bip__number_round12(-0.0), -0.0));
}

/* A tie for the eye is one only where the double holds it exactly: 0.1250000000005 doesn't. */
static void test_number__round12_breaks_true_ties_to_even_and_no_others(void **state)
{
    uint64_t seed = 5;
    char text[32];
    (void)state;
    assert_true(bip__number_round12(1000000000005.0) == 1000000000000.0);
    assert_true(bip__number_round12(1000000000015.0) == 1000000000020.0);
    assert_true(bip__number_round12(100000000000.5) == 100000000000.0);
    assert_true(bip__number_round12(100000000001.5) == 100000000002.0);
    assert_true(bip__number_round12(9999999999995.0) == 10000000000000.0);
    for (int i = 0; i < 20000; i++) {
        snprintf(text, sizeof text, "%d%06d5e%d", 100000 + random_below(&seed, 900000), random_below(&seed, 1000000),
                 random_below(&seed, 40) - 30);
        if (check_round12(strtod(text, NULL)))
            fail_msg("%s", text);
    }
}

/* Needs no fenv access pragma: nothing here is computed in floating point between the two calls. */
static void test_number__the_rounding_mode_of_the_host_changes_nothing(void **state)
{
    static const int modes[] = {FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};
    char text[BIP_NUMBER_SIZE];
    double v, third;
    (void)state;
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        assert_int_equal(fesetround(modes[i]), 0);
        bool read = bip__number_parse_json("0.3", 3, &v);
        bip__number_print(0.1, text);
        third = bip__number_round12(0.333333333333333);
        fesetround(FE_TONEAREST);
        assert_true(read && v == 0.3);
        assert_string_equal(text, "0.1");
        assert_true(third == 0.333333333333);
    }
}

static void test_number__wide_arithmetic_is_the_same_without_the_compilers_help(void **state)
{
    uint64_t seed = 6;
    wide square = wide_multiply_plain(UINT64_MAX, UINT64_MAX);
    (void)state;
    assert_true(square.hi == UINT64_MAX - 1 && square.lo == 1);
    for (int i = 0; i < 100000; i++) {
        uint64_t a = random_next(&seed) >> random_below(&seed, 64), b = random_next(&seed) | 0xffffffff;
        wide plain = wide_multiply_plain(a, b), helped = wide_multiply(a, b);
        assert_true(plain.hi == helped.hi && plain.lo == helped.lo);
        assert_true(a == 0 || leading_zeros_plain(a) == leading_zeros(a));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_number__prints_as_ecmascript_does),
        cmocka_unit_test(test_number__prints_powers_of_two_whose_neighbours_are_uneven),
        cmocka_unit_test(test_number__prints_the_even_one_of_two_as_close),
        cmocka_unit_test(test_number__prints_few_decimals_with_any_number_of_digits_before_the_point),
        cmocka_unit_test(test_number__prints_every_power_of_ten_as_one_digit),
        cmocka_unit_test(test_number__prints_a_million_doubles_that_read_back_equal),
        cmocka_unit_test(test_number__prints_the_shortest_and_of_those_the_closest),
        cmocka_unit_test(test_number__reads_as_strtod_does),
        cmocka_unit_test(test_number__reads_known_hard_cases),
        cmocka_unit_test(test_number__reads_halfway_to_even_whatever_the_number_of_digits),
        cmocka_unit_test(test_number__refuses_what_is_too_large_also_where_it_lies_halfway),
        cmocka_unit_test(test_number__counts_every_digit_of_a_very_long_number),
        cmocka_unit_test(test_number__json_takes_the_grammar_of_rfc_8259_only),
        cmocka_unit_test(test_number__reads_no_further_than_the_given_length),
        cmocka_unit_test(test_number__a_cell_takes_a_comma_a_plus_and_open_ends),
        cmocka_unit_test(test_number__the_grammars_are_these_regular_expressions),
        cmocka_unit_test(test_number__round12_gives_the_nearest_of_twelve_digits),
        cmocka_unit_test(test_number__round12_breaks_true_ties_to_even_and_no_others),
        cmocka_unit_test(test_number__the_rounding_mode_of_the_host_changes_nothing),
        cmocka_unit_test(test_number__wide_arithmetic_is_the_same_without_the_compilers_help),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
