/* Numbers as text, independent of the locale, exact both ways. */
#ifndef BIP_BASE_NUMBER_H
#define BIP_BASE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

#define BIP_NUMBER_SIZE 32

/* ECMAScript's Number::toString: the shortest digits that read back equal, plain from 1e-6 to below 1e21, -0 as 0. v
 * must be finite. Gives the length; out is NUL-terminated. */
size_t bip__number_print(double v, char out[BIP_NUMBER_SIZE]);

/* The whole of s[0..n) as a number, rounded to the nearest double, ties to even. false: another form, or too large for
 * a double. */
bool bip__number_parse_json(const char *s, size_t n, double *out); /* the grammar of RFC 8259 */
bool bip__number_parse_cell(const char *s, size_t n,
                            double *out); /* [+-]? digits with one . or , and an exponent allowed; at least one digit */

/* v rounded to 12 significant decimal digits (the nearest double to the nearest such decimal, ties to even). */
double bip__number_round12(double v);

#endif
