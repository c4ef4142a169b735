#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/date.h"

#define UNTOUCHED (-77)

static bip__date_fault read_as(const char *s, bip__date_form form, bool time_allowed, bip_date *out)
{
    *out = UNTOUCHED;
    return bip__date_read(s, strlen(s), form, time_allowed, out);
}

/* By hand, month by month: nothing of date.c is used. */
static int days_in(int year, int month)
{
    if (month == 2)
        return year % 400 == 0 ? 29 : year % 100 == 0 ? 28 : year % 4 == 0 ? 29 : 28;
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

static void test_date__every_day_follows_the_one_before(void **state)
{
    bip_date expected = -25567, got; /* 1900-01-01, by Python's datetime */
    int y, m, d;
    char text[40];

    (void)state;
    for (int year = 1900; year <= 2199; year++)
        for (int month = 1; month <= 12; month++)
            for (int day = 1; day <= days_in(year, month); day++, expected++) {
                snprintf(text, sizeof text, "%04d-%02d-%02d", year, month, day);
                assert_int_equal(bip__date_read(text, 10, BIP__DATE_YMD, false, &got), BIP__DATE_OK);
                assert_int_equal(got, expected);
                assert_int_equal(bip__date_from(year, month, day), expected);
                assert_true(bip__date_valid(expected));
                bip__date_split(expected, &y, &m, &d);
                assert_true(y == year && m == month && d == day);
                snprintf(text, sizeof text, "%d/%d/%04d", day, month, year);
                assert_int_equal(read_as(text, BIP__DATE_DMY, false, &got), BIP__DATE_OK);
                assert_int_equal(got, expected);
            }
    assert_int_equal(expected, 84006); /* 2199-12-31 is 84005 */
}

static void test_date__known_days(void **state)
{
    (void)state;
    assert_int_equal(bip__date_from(1970, 1, 1), 0);
    assert_int_equal(bip__date_from(1969, 12, 31), -1);
    assert_int_equal(bip__date_from(2000, 2, 29), 11016);
    assert_int_equal(bip__date_from(2026, 9, 1), 20697);
}

static void test_date__knows_the_years_it_takes(void **state)
{
    (void)state;
    assert_false(bip__date_valid(-25568));
    assert_true(bip__date_valid(-25567));
    assert_true(bip__date_valid(84005));
    assert_false(bip__date_valid(84006));
    assert_false(bip__date_valid(BIP_NO_DATE));
    assert_false(bip__date_valid(INT32_MAX));
}

static void test_date__splits_any_number_of_days(void **state)
{
    int y, m, d;

    (void)state;
    for (int64_t day = INT32_MIN; day <= INT32_MAX; day += 9973) {
        bip__date_split((bip_date)day, &y, &m, &d);
        assert_in_range(m, 1, 12);
        assert_in_range(d, 1, 31);
        assert_int_equal(bip__date_from(y, m, d), day);
    }
    bip__date_split(INT32_MAX, &y, &m, &d);
    assert_int_equal(bip__date_from(y, m, d), INT32_MAX);
}

static void test_date__tells_no_such_day_from_form_and_range(void **state)
{
    static const struct {
        const char *text;
        bip__date_fault fault;
    } cases[] = {
        {"2026-02-29", BIP__DATE_NONE},
        {"2100-02-29", BIP__DATE_NONE},
        {"2026-04-31", BIP__DATE_NONE},
        {"2026-13-01", BIP__DATE_NONE},
        {"2026-00-10", BIP__DATE_NONE},
        {"2026-01-00", BIP__DATE_NONE},
        {"2026-01-32", BIP__DATE_NONE},
        {"2026-99-99", BIP__DATE_NONE},
        {"1899-12-31", BIP__DATE_RANGE},
        {"2200-01-01", BIP__DATE_RANGE},
        {"0000-01-01", BIP__DATE_RANGE},
        {"9999-12-31", BIP__DATE_RANGE},
        {"", BIP__DATE_SYNTAX},
        {"2026", BIP__DATE_SYNTAX},
        {"2026-09", BIP__DATE_SYNTAX},
        {"2026-9-1", BIP__DATE_SYNTAX},
        {"26-09-01", BIP__DATE_SYNTAX},
        {"2026/09/01", BIP__DATE_SYNTAX},
        {"20260901", BIP__DATE_SYNTAX},
        {"2026-09-01 ", BIP__DATE_SYNTAX},
        {" 2026-09-01", BIP__DATE_SYNTAX},
        {"+2026-09-01", BIP__DATE_SYNTAX},
        {"2026-09-011", BIP__DATE_SYNTAX},
        {"2026-09-01T10:00", BIP__DATE_SYNTAX},
        {"12026-09-01", BIP__DATE_SYNTAX},
        {"01-09-2026", BIP__DATE_SYNTAX},
        {"2026-W36-2", BIP__DATE_SYNTAX},
        {"2026-09-0\xb1", BIP__DATE_SYNTAX},
        {"46266", BIP__DATE_SYNTAX},
    };
    bip_date out;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(read_as(cases[i].text, BIP__DATE_YMD, false, &out), cases[i].fault);
        assert_int_equal(out, UNTOUCHED);
    }
    assert_int_equal(bip__date_read("2026-09-01\0", 11, BIP__DATE_YMD, false, &out), BIP__DATE_SYNTAX);
    assert_int_equal(bip__date_read("2026-09-01", 9, BIP__DATE_YMD, false, &out), BIP__DATE_SYNTAX);
}

static void test_date__what_one_changed_byte_gives_is_that_date_or_none(void **state)
{
    char text[11] = "2026-09-15", back[32];
    bip_date out;
    int y, m, d, taken = 0;

    (void)state;
    for (size_t at = 0; at < 10; at++)
        for (int byte = 0; byte < 256; byte++) {
            char kept = text[at];

            text[at] = (char)byte;
            if (bip__date_read(text, 10, BIP__DATE_YMD, true, &out) == BIP__DATE_OK) {
                bip__date_split(out, &y, &m, &d);
                snprintf(back, sizeof back, "%04d-%02d-%02d", y, m, d);
                assert_memory_equal(back, text, 10);
                taken++;
            }
            text[at] = kept;
        }
    /* counted by Python's datetime; ten of them are the text itself */
    assert_int_equal(taken, 48);
}

static void test_date__drops_a_time_of_day_where_allowed(void **state)
{
    static const char *const good[] = {
        "2026-09-01T10:00",        "2026-09-01 10:00:00",
        "2026-09-01T00:00:00.000", "2026-09-01T23:59:60",
        "2026-09-01T10:00:00,5",   "2026-09-01T10:00Z",
        "2026-09-01T10:00:00Z",    "2026-09-01T10:00:00.123456789Z",
        "2026-09-01T10:00+02:00",  "2026-09-01 10:00:00-0330",
        "2026-09-01T10:00:00+02",  "2026-09-01",
    };
    static const char *const bad[] = {
        "2026-09-01T",          "2026-09-01 ",         "2026-09-01T10",          "2026-09-01T1:00",
        "2026-09-01T24:00",     "2026-09-01T10:60",    "2026-09-01T10:00:61",    "2026-09-01T10:00:",
        "2026-09-01T10:00:00.", "2026-09-01T10:00 ",   "2026-09-01  10:00",      "2026-09-01t10:00",
        "2026-09-01T10:00z",    "2026-09-01T10:00+",   "2026-09-01T10:00+2",     "2026-09-01T10:00+02:",
        "2026-09-01T10:00ZZ",   "2026-09-01T10:00+24", "2026-09-01T10:00+02:60", "2026-09-0110:00",
        "2026-09-01X10:00",     "2026-09-01Z",         "2026-09-01T10.00",
    };
    bip_date out;

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_int_equal(read_as(good[i], BIP__DATE_YMD, true, &out), BIP__DATE_OK);
        assert_int_equal(out, 20697);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(read_as(bad[i], BIP__DATE_YMD, true, &out), BIP__DATE_SYNTAX);
    assert_int_equal(read_as("2026-02-30T10:00", BIP__DATE_YMD, true, &out), BIP__DATE_NONE);
}

static void test_date__reads_day_month_year(void **state)
{
    static const char *const good[] = {"1-9-2026", "01.09.2026", "1/09/2026", "01-9-2026"};
    static const char *const bad[] = {
        "2026-09-01", "1-9.2026",  "1-9-26", "001-9-2026", "1-009-2026", "1-9-02026",      "1 9 2026",
        "1-9-2026 ",  " 1-9-2026", "--2026", "1--2026",    "1-9-",       "1-9-2026 10:00", "1-9-2026T10:00",
        "",           "1",         "1-",     "1-9",        "a-9-2026",   "1,9,2026",       "1-sep-2026",
    };
    bip_date out;

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_int_equal(read_as(good[i], BIP__DATE_DMY, true, &out), BIP__DATE_OK);
        assert_int_equal(out, 20697);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(read_as(bad[i], BIP__DATE_DMY, true, &out), BIP__DATE_SYNTAX);
    assert_int_equal(read_as("31.4.2026", BIP__DATE_DMY, false, &out), BIP__DATE_NONE);
    assert_int_equal(read_as("9/13/2026", BIP__DATE_DMY, false, &out), BIP__DATE_NONE);
    assert_int_equal(read_as("31/12/1899", BIP__DATE_DMY, false, &out), BIP__DATE_RANGE);
}

static void test_date__every_fault_has_its_own_text(void **state)
{
    (void)state;
    for (int a = BIP__DATE_SYNTAX; a <= BIP__DATE_RANGE; a++)
        for (int b = BIP__DATE_SYNTAX; b < a; b++)
            assert_string_not_equal(bip__date_fault_text((bip__date_fault)a), bip__date_fault_text((bip__date_fault)b));
    assert_string_equal(bip__date_fault_text(BIP__DATE_SYNTAX), "is not a date (YYYY-MM-DD)");
    assert_string_equal(bip__date_fault_text_as(BIP__DATE_SYNTAX, BIP__DATE_DMY),
                        "is not a date (day, month, year: D-M-YYYY)"); /* 2026-09-01 is none there */
}

static void test_time__reads_an_instant(void **state)
{
    static const struct {
        const char *text;
        int64_t ms;
    } cases[] = {
        {"2026-11-21T10:00:00Z", 1795255200000},
        {"2026-11-21T10:00Z", 1795255200000},
        {"2026-11-21T10:00:00.5Z", 1795255200500},
        {"2026-11-21T10:00:00.0079Z", 1795255200007},
        {"1970-01-01T00:00:00Z", 0},
        {"1969-12-31T23:59:59.999Z", -1},
    };
    int64_t ms;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_true(bip__time_read(cases[i].text, strlen(cases[i].text), &ms));
        assert_int_equal(ms, cases[i].ms);
    }
}

static void test_time__refuses_other_forms(void **state)
{
    static const char *const bad[] = {"",
                                      "2026-11-21",
                                      "2026-11-21T10:00:00",
                                      "2026-11-21 10:00:00Z",
                                      "2026-11-21T10:00:00+00:00",
                                      "2026-11-21T10Z",
                                      "2026-11-21T25:00Z",
                                      "2026-11-21T10:00:00Z ",
                                      "2026-11-31T10:00:00Z",
                                      "1899-11-21T10:00:00Z",
                                      "1795255200"};
    int64_t ms = 5;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(bip__time_read(bad[i], strlen(bad[i]), &ms));
    assert_int_equal(ms, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_date__every_day_follows_the_one_before),
        cmocka_unit_test(test_date__known_days),
        cmocka_unit_test(test_date__knows_the_years_it_takes),
        cmocka_unit_test(test_date__splits_any_number_of_days),
        cmocka_unit_test(test_date__tells_no_such_day_from_form_and_range),
        cmocka_unit_test(test_date__what_one_changed_byte_gives_is_that_date_or_none),
        cmocka_unit_test(test_date__drops_a_time_of_day_where_allowed),
        cmocka_unit_test(test_date__reads_day_month_year),
        cmocka_unit_test(test_date__every_fault_has_its_own_text),
        cmocka_unit_test(test_time__reads_an_instant),
        cmocka_unit_test(test_time__refuses_other_forms),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
