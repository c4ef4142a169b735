/* Calendar dates, proleptic Gregorian, 1900-01-01 to 2199-12-31. */
#ifndef BIP_BASE_DATE_H
#define BIP_BASE_DATE_H

#include "bip.h"

#include <stdbool.h>

typedef enum bip__date_form { BIP__DATE_YMD = 0, BIP__DATE_DMY = 1 } bip__date_form;

typedef enum bip__date_fault {
    BIP__DATE_OK = 0,
    BIP__DATE_SYNTAX,
    BIP__DATE_NONE /* no such day */,
    BIP__DATE_RANGE /* year */
} bip__date_fault;

/* YMD: 2026-09-01, with a time of day after it (T10:00, " 10:00:00", fractions and zone allowed) where `time_allowed`,
 * which is dropped. DMY: day and month of one or two digits, four-digit year, '-', '.' or '/' between (the same one
 * twice), and nothing else. */
bip__date_fault bip__date_read(const char *s, size_t n, bip__date_form form, bool time_allowed, bip_date *out);
/* What is wrong, for behind a quoted text: "is not a date (YYYY-MM-DD)", ... The first for BIP__DATE_YMD. */
const char *bip__date_fault_text(bip__date_fault f);
const char *bip__date_fault_text_as(bip__date_fault f, bip__date_form form); /* names the form that was expected */

bip_date bip__date_from(int year, int month, int day); /* no check */
void bip__date_split(bip_date d, int *year, int *month, int *day);
bool bip__date_valid(bip_date d); /* in the years 1900 to 2199 */

/* "2026-11-21T10:00:00Z", with or without seconds and fraction, Z only: milliseconds since 1970. false: another form.
 */
bool bip__time_read(const char *s, size_t n, int64_t *ms);

#endif
