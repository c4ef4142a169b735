#include "base/date.h"

#include <stddef.h>

#define FIRST_YEAR 1900
#define LAST_YEAR 2199
#define DAY_MS INT64_C(86400000)

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static int days_of_month(int year, int month)
{
    if (month == 2)
        return 28 + ((year % 4 == 0 && year % 100 != 0) || year % 400 == 0);
    return 30 + ((month + (month >= 8)) & 1);
}

/* Years that begin in March have their leap day last, and 400 of them 146097 days, so that neither way there is a
 * branch (Hinnant 2021). */
#define OF_400_YEARS 146097
#define MARCH_OF_YEAR_0 719468 /* days before 1970 */

bip_date bip__date_from(int year, int month, int day)
{
    const int64_t y = (int64_t)year - (month <= 2), cycle = floor_div(y, 400);
    const int of_cycle = (int)(y - cycle * 400), from_march = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

    return (bip_date)(cycle * OF_400_YEARS + of_cycle * 365 + of_cycle / 4 - of_cycle / 100 + from_march -
                      MARCH_OF_YEAR_0);
}

void bip__date_split(bip_date d, int *year, int *month, int *day)
{
    const int64_t days = (int64_t)d + MARCH_OF_YEAR_0, cycle = floor_div(days, OF_400_YEARS);
    const unsigned left = (unsigned)(days - cycle * OF_400_YEARS);
    const unsigned of_cycle = (left - left / 1460 + left / 36524 - left / 146096) / 365;
    const unsigned from_march = left - (365 * of_cycle + of_cycle / 4 - of_cycle / 100);
    const unsigned m = (5 * from_march + 2) / 153; /* from March, 0 */

    *day = (int)(from_march - (153 * m + 2) / 5 + 1);
    *month = (int)(m < 10 ? m + 3 : m - 9);
    *year = (int)(of_cycle + (unsigned)(m >= 10)) + (int)cycle * 400;
}

bool bip__date_valid(bip_date d)
{
    return d >= bip__date_from(FIRST_YEAR, 1, 1) && d <= bip__date_from(LAST_YEAR, 12, 31);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The digits at s[*at], at most `most` of them, as a number; *at moves behind them. Gives how many there were. */
static int read_digits(const char *s, size_t n, size_t *at, int most, int *value)
{
    int count = 0;

    *value = 0;
    while (count < most && *at < n && is_digit(s[*at])) {
        *value = *value * 10 + (s[(*at)++] - '0');
        count++;
    }
    return count;
}

static bool read_char(const char *s, size_t n, size_t *at, char c)
{
    if (*at >= n || s[*at] != c)
        return false;
    (*at)++;
    return true;
}

/* Two digits up to `most`. */
static bool read_two(const char *s, size_t n, size_t *at, int most, int *value)
{
    return read_digits(s, n, at, 2, value) == 2 && *value <= most;
}

/* HH:MM, HH:MM:SS or HH:MM:SS.fraction: milliseconds of the day. A leap second is a second like any other. */
static bool read_clock(const char *s, size_t n, size_t *at, int64_t *ms)
{
    int hour, minute, second = 0, fraction = 0, digits = 0, rest;

    if (!read_two(s, n, at, 23, &hour) || !read_char(s, n, at, ':') || !read_two(s, n, at, 59, &minute))
        return false;
    if (read_char(s, n, at, ':')) {
        if (!read_two(s, n, at, 60, &second))
            return false;
        if (read_char(s, n, at, '.') || read_char(s, n, at, ',')) {
            digits = read_digits(s, n, at, 3, &fraction);
            if (digits == 0)
                return false;
            while (read_digits(s, n, at, 1, &rest) == 1)
                continue; /* finer than a millisecond */
        }
    }
    for (; digits < 3; digits++)
        fraction *= 10;
    *ms = ((hour * 60 + minute) * 60 + second) * INT64_C(1000) + fraction;
    return true;
}

/* Nothing, Z, or an offset: +02, +0200, +02:00. */
static bool read_zone(const char *s, size_t n, size_t *at)
{
    int hour, minute;

    if (*at == n || read_char(s, n, at, 'Z'))
        return true;
    if (!read_char(s, n, at, '+') && !read_char(s, n, at, '-'))
        return false;
    if (!read_two(s, n, at, 23, &hour))
        return false;
    if (*at == n)
        return true;
    read_char(s, n, at, ':');
    return read_two(s, n, at, 59, &minute);
}

/* Two digits as a number; below 0: something else. */
static int two_digits(const char *s)
{
    return is_digit(s[0]) && is_digit(s[1]) ? 10 * (s[0] - '0') + (s[1] - '0') : -1;
}

static bool read_ymd(const char *s, size_t n, size_t *at, int *year, int *month, int *day)
{
    if (n < 10 || s[4] != '-' || s[7] != '-')
        return false;
    const int hundreds = two_digits(s), rest = two_digits(s + 2);
    *year = 100 * hundreds + rest;
    *month = two_digits(s + 5);
    *day = two_digits(s + 8);
    *at = 10;
    return hundreds >= 0 && rest >= 0 && *month >= 0 && *day >= 0;
}

static bool read_dmy(const char *s, size_t n, size_t *at, int *year, int *month, int *day)
{
    char between;

    if (read_digits(s, n, at, 2, day) == 0 || *at == n)
        return false;
    between = s[*at];
    if (between != '-' && between != '.' && between != '/')
        return false;
    return read_char(s, n, at, between) && read_digits(s, n, at, 2, month) > 0 && read_char(s, n, at, between) &&
           read_digits(s, n, at, 4, year) == 4;
}

static bip__date_fault check_day(int year, int month, int day, bip_date *out)
{
    if (month < 1 || month > 12 || day < 1 || (day > 28 && day > days_of_month(year, month)))
        return BIP__DATE_NONE;
    if (year < FIRST_YEAR || year > LAST_YEAR)
        return BIP__DATE_RANGE;
    *out = bip__date_from(year, month, day);
    return BIP__DATE_OK;
}

bip__date_fault bip__date_read(const char *s, size_t n, bip__date_form form, bool time_allowed, bip_date *out)
{
    int year, month, day;
    int64_t ms;
    size_t at = 0;

    if (form == BIP__DATE_DMY) {
        if (!read_dmy(s, n, &at, &year, &month, &day))
            return BIP__DATE_SYNTAX;
    } else {
        if (!read_ymd(s, n, &at, &year, &month, &day))
            return BIP__DATE_SYNTAX;
        if (time_allowed && (read_char(s, n, &at, 'T') || read_char(s, n, &at, ' ')) &&
            (!read_clock(s, n, &at, &ms) || !read_zone(s, n, &at)))
            return BIP__DATE_SYNTAX;
    }
    return at == n ? check_day(year, month, day, out) : BIP__DATE_SYNTAX;
}

const char *bip__date_fault_text_as(bip__date_fault f, bip__date_form form)
{
    if (f == BIP__DATE_NONE)
        return "is not a day of the calendar";
    if (f == BIP__DATE_RANGE)
        return "is outside the years 1900 to 2199";
    return form == BIP__DATE_DMY ? "is not a date (day, month, year: D-M-YYYY)" : "is not a date (YYYY-MM-DD)";
}

const char *bip__date_fault_text(bip__date_fault f)
{
    return bip__date_fault_text_as(f, BIP__DATE_YMD);
}

bool bip__time_read(const char *s, size_t n, int64_t *ms)
{
    size_t at = 0;
    int year, month, day;
    bip_date date;
    int64_t of_day;

    if (!read_ymd(s, n, &at, &year, &month, &day) || !read_char(s, n, &at, 'T') || !read_clock(s, n, &at, &of_day) ||
        !read_char(s, n, &at, 'Z') || at != n || check_day(year, month, day, &date) != BIP__DATE_OK)
        return false;
    *ms = date * DAY_MS + of_day;
    return true;
}
