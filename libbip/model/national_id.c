#include "model/national_id.h"

#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t digits_at(const char *s, size_t n, size_t at)
{
    size_t end = at;

    while (end < n && is_digit(s[end]))
        end++;
    return end - at;
}

static int two(const char *s)
{
    return (s[0] - '0') * 10 + (s[1] - '0');
}

/* A year of two digits counts as the century that makes the date valid, so 00 is a leap year as 2000 was. */
static bool valid_day(int year, bool two_digits, int month, int day)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = year % 4 == 0 && (two_digits || year % 100 != 0 || year % 400 == 0);

    if (month < 1 || month > 12 || day < 1)
        return false;
    return day <= days[month - 1] + (month == 2 && leap);
}

/* The check digit of ten digits, after Luhn: every other one doubled from the first, digits of the products added. */
static bool luhn_holds(const char *ten)
{
    int sum = 0;

    for (int i = 0; i < 10; i++) {
        const int product = (ten[i] - '0') * (i % 2 == 0 ? 2 : 1);
        sum += product / 10 + product % 10;
    }
    return sum % 10 == 0;
}

/* The digits of one number without its separator. Years before 1800 belong to nobody with a number. */
typedef struct digits {
    char d[12];
    size_t n;
} digits;

static bool is_swedish(const digits *id)
{
    const char *ten = id->d + (id->n - 10);
    const int century = id->n == 12 ? two(id->d) : 0;
    const int day = two(ten + 4);

    if (id->n == 12 && (century < 18 || century > 21))
        return false;
    /* a coordination number is given by the day plus 60 */
    return valid_day(century * 100 + two(ten), id->n == 10, two(ten + 2), day > 60 ? day - 60 : day) && luhn_holds(ten);
}

static bool is_danish(const digits *id)
{
    return id->n == 10 && valid_day(two(id->d + 4), true, two(id->d + 2), two(id->d));
}

/* Is the run of digits that begins at `at` a number, alone or with a separator and four more? */
static bool number_at(const char *s, size_t n, size_t at, bool in_code, size_t *end)
{
    const size_t run = digits_at(s, n, at);
    const char separator = at + run < n ? s[at + run] : '\0';
    const bool joined = (separator == '-' && (run == 6 || run == 8)) || (separator == '+' && run == 6);
    digits id = {.n = run};

    if (joined && digits_at(s, n, at + run + 1) == 4) {
        id.n = run + 4;
        memcpy(id.d, s + at, run);
        memcpy(id.d + run, s + at + run + 1, 4);
        *end = at + run + 5;
    } else if (run == 12 || (run == 10 && in_code)) {
        memcpy(id.d, s + at, run);
        *end = at + run;
    } else {
        return false;
    }
    return is_swedish(&id) || (separator != '+' && is_danish(&id));
}

bool bip__national_id_find(const char *s, size_t n, bool in_code, size_t from, size_t *begin, size_t *end)
{
    for (size_t at = from; at < n; at++) {
        if (!is_digit(s[at]) || (at > 0 && is_digit(s[at - 1])))
            continue;
        if (number_at(s, n, at, in_code, end)) {
            *begin = at;
            return true;
        }
    }
    return false;
}

void bip__national_id_redact(const char *s, size_t n, bip__out *out)
{
    size_t from = 0, begin, end;

    while (bip__national_id_find(s, n, false, from, &begin, &end)) {
        bip__out_bytes(out, s + from, begin - from);
        bip__out_text(out, "[...]");
        from = end;
    }
    bip__out_bytes(out, s + from, n - from);
}
