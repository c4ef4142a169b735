/* libFuzzer: any bytes as a date or a point in time, in every form. What is read must be a day of the calendar that
 * prints and reads back as itself. */
#include "fuzz.h"

#include "base/date.h"
#include "base/out.h"

static void check_day(bip_date day)
{
    char text[11];
    bip_date again;
    int year, month, of_month;
    if (!bip__date_valid(day))
        abort();
    bip_date_format(day, text);
    if (bip_date_parse(text, &again, NULL) != BIP_OK || again != day)
        abort();
    bip__date_split(day, &year, &month, &of_month);
    if (bip__date_from(year, month, of_month) != day)
        abort();
}

static void check_form(const char *s, size_t n, bip__date_form form, bool time_allowed)
{
    bip_date day;
    if (bip__date_read(s, n, form, time_allowed, &day) == BIP__DATE_OK)
        check_day(day);
}

static void check_time(const char *s, size_t n)
{
    int64_t ms, again;
    bip__out o;
    if (!bip__time_read(s, n, &ms))
        return;
    bip__out_init(&o, NULL, NULL);
    bip__out_time(&o, ms);
    if (o.status != BIP_OK || !bip__time_read(o.data, o.len, &again) || again != ms)
        abort();
    bip__out_free(&o);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    char *s = malloc(n + 1); /* of its own size, so that a byte too many is seen */
    bip_date day;
    if (s == NULL)
        abort();
    if (n > 0)
        memcpy(s, data, n);
    s[n] = '\0';
    check_form(s, n, BIP__DATE_YMD, false);
    check_form(s, n, BIP__DATE_YMD, true);
    check_form(s, n, BIP__DATE_DMY, false);
    check_time(s, n);
    if (bip_date_parse(s, &day, NULL) == BIP_OK)
        check_day(day);
    free(s);
    return 0;
}
