/* What must hold of every number, shared by the unit test (a million) and the soak (10^8). The judge is the C library:
 * strtod and printf are correctly rounded in glibc. */
#ifndef BIP_TESTS_NUMBER_CHECK_H
#define BIP_TESTS_NUMBER_CHECK_H

#include "base/number.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* splitmix64 (Steele, Lea, Flood 2014): every seed is a good one. */
static inline uint64_t random_next(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

static inline int random_below(uint64_t *state, int n)
{
    return (int)(random_next(state) % (uint64_t)n);
}

static inline double double_of(uint64_t bits)
{
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

static inline bool same_double(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

/* Every kind of double that a printer has got wrong before; finite. */
static inline double random_double(uint64_t *state)
{
    const double infinite = HUGE_VAL;
    uint64_t r = random_next(state);
    double v;
    switch (random_below(state, 8)) {
    case 0: /* few decimals, as people write them */
        v = (double)(int64_t)(r % 2000000 - 1000000) / pow(10, random_below(state, 7));
        break;
    case 1: { /* a short decimal anywhere */
        char text[40];
        snprintf(text, sizeof text, "%de%d", (int)(r % 100000), random_below(state, 640) - 330);
        v = strtod(text, NULL);
        break;
    }
    case 2: /* powers of two and what is next to them: the neighbours are not equally far */
        v = ldexp(1.0, random_below(state, 2098) - 1074);
        v = r % 3 == 0 ? v : nextafter(v, r % 3 == 1 ? 0 : infinite);
        break;
    case 3: /* subnormal */
        v = double_of(r >> (12 + random_below(state, 52)));
        break;
    case 4: /* whole numbers, above 2^53 too, many of them ties for the last digit */
        v = (double)(r >> random_below(state, 64));
        break;
    default:
        v = double_of(r);
    }
    return isfinite(v) ? v : (double)r;
}

static inline bool reads_back(double v, const char *text)
{
    double ours;
    return same_double(strtod(text, NULL), v) && bip__number_parse_json(text, strlen(text), &ours) &&
           same_double(ours, v);
}

/* The significant digits of a printed number and its exponent: d.ddd * 10^exponent. */
static inline int significant(const char *text, char digits[BIP_NUMBER_SIZE], int *exponent)
{
    int n = 0, point = -1, seen = 0, leading = 0;
    for (; *text && *text != 'e'; text++) {
        if (*text == '.')
            point = seen;
        if (*text < '0' || *text > '9')
            continue;
        seen++;
        if (*text == '0' && n == 0)
            leading++;
        else
            digits[n++] = *text;
    }
    *exponent = (point < 0 ? seen : point) - leading - 1 + (*text == 'e' ? (int)strtol(text + 1, NULL, 10) : 0);
    while (n > 0 && digits[n - 1] == '0')
        n--;
    digits[n] = '\0';
    return n;
}

static inline bool digits_read_as(double v, long long digits, int exponent)
{
    char text[64];
    snprintf(text, sizeof text, "%llde%d", digits, exponent);
    return strtod(text, NULL) == fabs(v);
}

/* NULL, or which claim about the printed form of v fails. */
static inline const char *check_print(double v)
{
    char text[BIP_NUMBER_SIZE], digits[BIP_NUMBER_SIZE], nearest[64];
    int exponent, n;
    if (bip__number_print(v, text) != strlen(text))
        return "length";
    if (v == 0)
        return strcmp(text, "0") ? "zero" : NULL;
    if (!reads_back(v, text))
        return "reads back equal";
    n = significant(text, digits, &exponent);
    long long all = atoll(digits);
    /* If any shorter decimal reads back as v, one of the two around these digits does. */
    if (n > 1 && (digits_read_as(v, all / 10, exponent - n + 2) || digits_read_as(v, all / 10 + 1, exponent - n + 2)))
        return "shortest";
    snprintf(nearest, sizeof nearest, "%.*e", n - 1, fabs(v));
    if (strtod(nearest, NULL) != fabs(v))
        return NULL; /* the closest decimal lies beyond the nearer neighbour of a power of two: ours is the other one */
    long long closest = nearest[0] - '0';
    for (int i = 2; i <= n; i++)
        closest = 10 * closest + (nearest[i] - '0');
    return closest == all && (int)strtol(strchr(nearest, 'e') + 1, NULL, 10) == exponent ? NULL : "closest";
}

/* A text in the grammar of JSON, of up to `most` digits. */
static inline void random_digits(uint64_t *state, int most, char *text)
{
    int n = 1 + random_below(state, most), point = random_below(state, n + 1);
    if (random_below(state, 2))
        *text++ = '-';
    for (int i = 0; i < n; i++) {
        if (i == point && i > 0)
            *text++ = '.';
        *text++ = (char)('0' + (i == 0 ? 1 + random_below(state, 9) : random_below(state, 10)));
    }
    if (random_below(state, 2))
        snprintf(text, 16, "e%d", random_below(state, 700) - 370);
    else
        *text = '\0';
}

/* The exact decimal halfway between |v| and the next double, as digits and exponent: base 10^9, built with additions
 * and multiplications only, so that it shares nothing with what it tests. At most 800 digits; text holds 1000. */
static inline void halfway(double v, char *text)
{
    uint32_t limb[100] = {0};
    int n = 2, power;
    uint64_t whole = 2 * (uint64_t)ldexp(frexp(fabs(v), &power), 53) + 1;
    power -= 54;
    while (power < -1075) { /* subnormal: fewer bits */
        whole = (whole / 2) | 1;
        power++;
    }
    limb[0] = (uint32_t)(whole % 1000000000);
    limb[1] = (uint32_t)(whole / 1000000000);
    for (int i = 0; i < abs(power); i++) {
        uint64_t carry = 0;
        for (int j = 0; j < n; j++) {
            carry += (uint64_t)limb[j] * (power < 0 ? 5 : 2);
            limb[j] = (uint32_t)(carry % 1000000000);
            carry /= 1000000000;
        }
        if (carry)
            limb[n++] = (uint32_t)carry;
    }
    while (n > 1 && limb[n - 1] == 0)
        n--;
    for (int j = n - 1; j >= 0; j--)
        text += snprintf(text, 12, j == n - 1 ? "%u" : "%09u", (unsigned)limb[j]);
    snprintf(text, 16, "e%d", power < 0 ? power : 0);
}

/* NULL, or which claim about reading this text fails. */
static inline const char *check_parse(const char *text)
{
    double theirs = strtod(text, NULL), ours = 0;
    bool taken = bip__number_parse_json(text, strlen(text), &ours);
    if (!isfinite(theirs))
        return taken ? "too large is refused" : NULL;
    return taken && same_double(ours, theirs) ? NULL : "reads as strtod does";
}

/* v rounded by printf, whose digits are exact. */
static inline const char *check_round12(double v)
{
    char text[64];
    snprintf(text, sizeof text, "%.11e", v);
    return same_double(bip__number_round12(v), strtod(text, NULL)) ? NULL : "12 digits";
}

#endif
