/* Numbers as text. No floating-point arithmetic decides a digit or a bit, so neither the rounding mode of the host nor
 * wider registers can change one.
 *
 * Printing: Schubfach (R. Giulietti, The Schubfach way to render doubles, 2020). Reading: after D. Lemire (Number
 * parsing at a gigabyte per second, 2021), with a lower and an upper bound instead of his case analysis, and whole
 * numbers of any length where the bounds disagree. */
#include "base/number.h"

#include "base/bytes.h"
#include "base/number_table.h"
#include "base/wide.h"

#include <string.h>

#define FRACTION_BITS 52
#define HIDDEN_BIT ((uint64_t)1 << FRACTION_BITS)
#define SIGN_BIT ((uint64_t)1 << 63)
#define INFINITY_BITS ((uint64_t)0x7ff << FRACTION_BITS)
#define BIAS 1075               /* of the exponent, with the significand taken as a whole number */
#define LOWEST_EXPONENT (-1022) /* of a normal double, with the significand taken as 1.xxx */

static uint64_t to_bits(double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    return bits;
}

static double from_bits(uint64_t bits)
{
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

/* A finite double without its sign: whole * 2^power. */
typedef struct {
    uint64_t whole;
    int power;
} binary;

static binary split(uint64_t bits)
{
    uint64_t fraction = bits & (HIDDEN_BIT - 1);
    int exponent = (int)(bits >> FRACTION_BITS & 0x7ff);
    if (exponent == 0)
        return (binary){fraction, 1 - BIAS};
    return (binary){fraction | HIDDEN_BIT, exponent - BIAS};
}

/* A decimal: digits * 10^power. */
typedef struct {
    uint64_t digits;
    int power;
} decimal;

/* 10^k, its upper and its lower 64 bits. */
static inline const uint64_t *pow10_of(int k)
{
    return pow10_table[k - POW10_LOWEST];
}

/* The product of 64 bits with such a power. */
typedef struct {
    uint64_t top, middle, low;
} product;

static inline product times_pow10(uint64_t x, const uint64_t *g)
{
    wide upper = wide_multiply(x, g[0]), lower = wide_multiply(x, g[1]);
    uint64_t middle = upper.lo + lower.hi;
    return (product){upper.hi + (middle < lower.hi), middle, lower.lo};
}

/* ---- The shortest digits ---- */

/* x * 10^k / 2^(floor_log2_pow10(k) - 127), of which the top 64 bits, the last of them set where something follows
 * ("round to odd": enough for comparing with even numbers). What the rounded-up power adds to the product is less than
 * x in its lowest bits; that this can't be taken for a true fraction, make_number_table.py proves. */
static uint64_t scale_to_odd(uint64_t x, int k)
{
    product p = times_pow10(x, pow10_of(k));
    return p.top | (p.middle != 0 || p.low >= x);
}

/* Of bits > 0, finite, without sign. Of all decimals that read back as that double the shortest, of those the closest,
 * of two as close the even one; may end in zeros. Of a normal double 16 or 17 digits: 10^k is at most its last bit and
 * more than a tenth of it, or at an uneven one of three quarters of it. */
static decimal shortest_exactly(uint64_t bits)
{
    binary v = split(bits);
    /* Below a power of two the doubles stand twice as dense. */
    bool uneven = v.whole == HIDDEN_BIT && v.power > 1 - BIAS;
    int k = uneven ? floor_log10_three_quarters_pow2(v.power) : floor_log10_pow2(v.power);
    int shift = v.power + floor_log2_pow10(-k) + 1;

    /* Everything in quarters of 10^k. The neighbours' halfway points read back only where v is even. */
    uint64_t open = v.whole & 1;
    uint64_t low = scale_to_odd((4 * v.whole - (uneven ? 1 : 2)) << shift, -k) + open;
    uint64_t middle = scale_to_odd(4 * v.whole << shift, -k);
    uint64_t high = scale_to_odd((4 * v.whole + 2) << shift, -k) - open;

    /* One digit less? At most one such number lies between the bounds. */
    uint64_t tens = middle / 40;
    bool below = low <= 40 * tens, above = 40 * tens + 40 <= high;
    if (below != above)
        return (decimal){10 * (tens + above), k};
    uint64_t ones = middle / 4;
    below = low <= 4 * ones;
    above = 4 * ones + 4 <= high;
    if (below != above)
        return (decimal){ones + above, k};
    uint64_t half = 4 * ones + 2;
    return (decimal){ones + (middle > half || (middle == half && (ones & 1))), k};
}

/* Whether two numbers, each wrong by at most 1, may be in either order. */
static inline bool may_be_equal(uint64_t a, uint64_t b)
{
    return a - b + 2 <= 4;
}

/* The same, nearly always: by the distances of v, in parts of 10^k, from the nearest whole number and from the
 * multiples of ten on both sides, if they are surely less or more than half the distance of two doubles. That the power
 * is rounded up makes p.middle too great by at most 1, and dropped bits the distances too small by less. Which one it
 * is hangs on the last digits, which no processor can guess: numbers are chosen here, not ways through the code. */
static inline decimal shortest(uint64_t bits)
{
    const uint64_t part = (uint64_t)1 << 60;
    binary v = split(bits);
    int k = floor_log10_pow2(v.power);
    int shift = v.power + floor_log2_pow10(-k) + 1; /* 1 to 4 */
    const uint64_t *g = pow10_of(-k);
    product p = times_pow10(v.whole << shift, g); /* v as a whole number of 10^k, a fraction in 2^-64 of it */
    uint64_t tens = p.top / 10 * 10;
    uint64_t past = (p.top - tens) * part + p.middle / 16, left = 10 * part - past;
    uint64_t reach = g[0] >> (5 - shift);

    if (v.whole == HIDDEN_BIT || may_be_equal(p.middle, SIGN_BIT) || may_be_equal(past, reach) ||
        may_be_equal(left, reach))
        return shortest_exactly(bits);
    uint64_t below = past < reach, above = left < reach;
    uint64_t nearest_one = p.top + (p.middle >> 63), nearest_ten = tens + 10 * above;
    uint64_t digits = nearest_one ^ ((nearest_one ^ nearest_ten) & (0 - (below | above)));
    return (decimal){digits, k};
}

/* ---- Digits as text ---- */

static const char two_digits[] = "00010203040506070809101112131415161718192021222324"
                                 "25262728293031323334353637383940414243444546474849"
                                 "50515253545556575859606162636465666768697071727374"
                                 "75767778798081828384858687888990919293949596979899";

/* The digits of x, ending before end. Gives their start. */
static char *digits_before(char *end, uint64_t x)
{
    while (x >= 100) {
        memcpy(end -= 2, two_digits + 2 * (x % 100), 2);
        x /= 100;
    }
    if (x >= 10)
        memcpy(end -= 2, two_digits + 2 * x, 2);
    else
        *--end = (char)('0' + x);
    return end;
}

/* The eight digits of x, 0 to 9 each, the first in the lowest byte. Halved three times, all parts at once: from a part
 * in the lower half of its room, multiplying by 1 - 100 * 2^16 takes a hundred times its quotient in the upper half, to
 * which it was moved, and puts the quotient into the lower. */
static inline uint64_t eight_digits(uint32_t x)
{
    const uint64_t one = 1;
    uint64_t quotient = x / 10000;
    uint64_t fours = ((uint64_t)x << 32) + quotient * (1 - (10000 * one << 32));
    quotient = fours * 5243 >> 19 & 0x0000007f0000007f; /* 5243 / 2^19: a hundredth, exact below 43,699 */
    uint64_t twos = (fours << 16) + quotient * (1 - (100 * one << 16));
    quotient = twos * 103 >> 10 & 0x000f000f000f000f; /* 103 / 2^10: a tenth, exact below 179 */
    return (twos << 8) + quotient * (1 - (10 * one << 8));
}

static char *copy(char *to, const char *from, int n)
{
    memcpy(to, from, (size_t)n);
    return to + n;
}

static char *zeros(char *to, int n)
{
    memset(to, '0', (size_t)n);
    return to + n;
}

#define EVERY_BYTE UINT64_C(0x0101010101010101)

/* Seventeen significant digits: the first, which is not 0, and two times eight, each 0 to 9 in a byte. */
typedef struct {
    uint64_t first, high, low;
    int n; /* without the zeros at the end */
} digits17;

/* Of eight digits, up to the last that is not 0. */
static inline int significant(uint64_t digits)
{
    return digits == 0 ? 0 : 8 - leading_zeros(digits) / 8;
}

/* Of 10^16 <= x < 10^17. Few numbers are so short that the last eight are all 0. */
static inline digits17 spread(uint64_t x)
{
    uint64_t top = x / 100000000;
    digits17 d = {.first = top / 100000000,
                  .high = eight_digits((uint32_t)(top % 100000000)),
                  .low = eight_digits((uint32_t)(x % 100000000))};
    d.n = d.low != 0 ? 9 + significant(d.low) : 1 + significant(d.high);
    return d;
}

static inline void put_digits(char *to, const digits17 *d)
{
    to[0] = (char)('0' + d->first);
    bip__store_8(to + 1, d->high + '0' * EVERY_BYTE);
    bip__store_8(to + 9, d->low + '0' * EVERY_BYTE);
}

/* With the point as below, -6 < point < 8 and point < n: most statistics. Digits on both sides of the point are written
 * one too far; then those before it are moved out of its way. */
static inline char *put_plain(char *to, const digits17 *d, int point)
{
    if (point <= 0) {
        memcpy(to, "0.0000000", 8); /* one more than is taken: no text ends here */
        to += 2 - point;
        put_digits(to, d);
        return to + d->n;
    }
    uint64_t eight = (d->high << 8 | d->first) + '0' * EVERY_BYTE;
    uint64_t dot = (uint64_t)1 << 8 * point;
    put_digits(to + 1, d);
    bip__store_8(to, (eight & (dot - 1)) | '.' * dot | (eight & (0 - dot)) << 8);
    return to + 1 + d->n;
}

/* n digits with the point after the first `point` of them, which may lie outside: ECMA-262, Number::toString. */
static char *place_point(char *to, const char *digits, int n, int point)
{
    if (n <= point && point <= 21)
        return zeros(copy(to, digits, n), point - n);
    if (0 < point && point <= 21) {
        to = copy(to, digits, point);
        *to++ = '.';
        return copy(to, digits + point, n - point);
    }

    char exponent[3], *end = exponent + sizeof exponent;
    *to++ = digits[0];
    if (n > 1) {
        *to++ = '.';
        to = copy(to, digits + 1, n - 1);
    }
    *to++ = 'e';
    *to++ = point > 0 ? '+' : '-';
    char *start = digits_before(end, (uint64_t)(point > 0 ? point - 1 : 1 - point));
    return copy(to, start, (int)(end - start));
}

#define LEAST_OF_16_DIGITS UINT64_C(1000000000000000)
#define BELOW_30_BITS (((uint64_t)1 << (FRACTION_BITS + 1 - 30)) - 1) /* 0 in any whole number below 2^30 */

static size_t finish(char *out, char *end)
{
    *end = '\0';
    return (size_t)(end - out);
}

static size_t print_small(int v, char *out)
{
    char digits[10], *end = digits + sizeof digits, *to = out;
    *to = '-';
    to += v < 0;
    char *start = digits_before(end, (uint64_t)(v < 0 ? -v : v));
    return finish(out, copy(to, start, (int)(end - start)));
}

size_t bip__number_print(double v, char out[BIP_NUMBER_SIZE])
{
    uint64_t bits = to_bits(v);
    /* Most scores are whole numbers. -0 goes this way too, and loses its sign as it should. */
    if ((bits & BELOW_30_BITS) == 0 && v > -1e9 && v < 1e9 && v == (double)(int)v)
        return print_small((int)v, out);

    decimal found = shortest(bits & ~SIGN_BIT);
    for (; found.digits < LEAST_OF_16_DIGITS; found.power--) /* below the normal doubles */
        found.digits *= 10;
    bool is_sixteen = found.digits < 10 * LEAST_OF_16_DIGITS; /* not a branch, as above */
    found.digits += 9 * found.digits & (0 - (uint64_t)is_sixteen);
    found.power -= is_sixteen;
    digits17 d = spread(found.digits);
    int point = 17 + found.power;
    char *to = out;
    *to = '-';
    to += bits >> 63;
    if (-6 < point && point < 8 && point < d.n)
        return finish(out, put_plain(to, &d, point));
    char digits[17];
    put_digits(digits, &d);
    return finish(out, place_point(to, digits, d.n, point));
}

/* ---- Whole numbers of any size, for the decimals that lie almost halfway between two doubles ---- */

/* A number halfway between two doubles has at most 767 significant digits: of what follows 800, only whether it is all
 * zero matters, and that is kept as one digit more. Two numbers that are nearly equal are compared, after division by
 * common powers of 2 and 5: the larger factors are 801 digits (2661 bits) and 54 bits times 5^1124 (2664 bits). */
#define DIGITS_THAT_COUNT 800
#define BIG_LIMBS 48

typedef struct {
    uint64_t limb[BIG_LIMBS]; /* lowest first */
    int n;
} big;

static void big_set(big *b, uint64_t x)
{
    b->limb[0] = x;
    b->n = 1;
}

static void big_multiply_add(big *b, uint64_t factor, uint64_t carry)
{
    for (int i = 0; i < b->n; i++) {
        wide p = wide_multiply(b->limb[i], factor);
        b->limb[i] = p.lo + carry;
        carry = p.hi + (b->limb[i] < carry);
    }
    if (carry)
        b->limb[b->n++] = carry;
}

static void big_times_pow5(big *b, int power)
{
    const uint64_t pow5_27 = 7450580596923828125; /* the greatest power below 2^64 */
    for (; power >= 27; power -= 27)
        big_multiply_add(b, pow5_27, 0);
    for (; power > 0; power--)
        big_multiply_add(b, 5, 0);
}

static void big_shift_left(big *b, int bits)
{
    int limbs = bits / 64;
    memmove(b->limb + limbs, b->limb, (size_t)b->n * sizeof b->limb[0]);
    memset(b->limb, 0, (size_t)limbs * sizeof b->limb[0]);
    b->n += limbs;
    if (bits % 64)
        big_multiply_add(b, (uint64_t)1 << bits % 64, 0);
}

static int big_compare(const big *a, const big *b)
{
    if (a->n != b->n)
        return a->n < b->n ? -1 : 1;
    for (int i = a->n - 1; i >= 0; i--)
        if (a->limb[i] != b->limb[i])
            return a->limb[i] < b->limb[i] ? -1 : 1;
    return 0;
}

/* digits * 10^power against v, exactly: negative where it is less. Uses digits up. */
static int compare_exactly(big *digits, int power, binary v)
{
    big other;
    big_set(&other, v.whole);
    big_times_pow5(power < 0 ? &other : digits, power < 0 ? -power : power);
    int shift = power - v.power;
    big_shift_left(shift < 0 ? &other : digits, shift < 0 ? -shift : shift);
    return big_compare(digits, &other);
}

/* ---- Decimals to doubles ---- */

#define FIRST_DIGITS 19 /* as many as always fit in 64 bits */

/* The significant digits of a number: up to 19 in `first`, what follows them in [rest, end), perhaps with a point. */
typedef struct {
    bool negative;
    uint64_t first;
    int64_t power; /* of the last digit in first */
    const char *rest, *end;
} numeral;

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* p / 2^191 * 2^exponent to the nearest double, ties to even. May give more than infinity, never less than is right. */
static inline uint64_t round_product(product p, int exponent)
{
    if (!(p.top & SIGN_BIT)) {
        p.top = p.top << 1 | p.middle >> 63;
        p.middle <<= 1;
        exponent--;
    }
    bool more = (p.middle | p.low) != 0;
    bool subnormal = exponent < LOWEST_EXPONENT;
    int shift = 63 - FRACTION_BITS + (subnormal ? LOWEST_EXPONENT - exponent : 0);
    if (shift > 64)
        return 0;
    uint64_t whole = shift == 64 ? 0 : p.top >> shift;
    uint64_t left = shift == 64 ? p.top : p.top & (((uint64_t)1 << shift) - 1);
    uint64_t half = (uint64_t)1 << (shift - 1);
    whole += left > half || (left == half && (more || (whole & 1)));
    /* The hidden bit of whole adds one to the exponent, and so does a carry out of it. */
    return whole + (subnormal ? 0 : (uint64_t)(exponent - LOWEST_EXPONENT) << FRACTION_BITS);
}

/* Bounds of x * 10^k, x > 0, as bits of doubles. The power is rounded up by less than one, which adds less than x to
 * the product. */
static void bounds(uint64_t x, int k, uint64_t *low, uint64_t *high)
{
    int zeros_before = leading_zeros(x);
    uint64_t normal = x << zeros_before;
    int exponent = 64 - zeros_before + floor_log2_pow10(k);
    product p = times_pow10(normal, pow10_of(k));
    *low = *high = round_product(p, exponent);
    if (p.middle << 1 > 2) /* one less changes no bit above, nor that something follows */
        return;
    if (k < POW10_EXACT_LOWEST || k > POW10_EXACT_HIGHEST) {
        bool borrow = p.low < normal;
        p.low -= normal;
        p.top -= borrow && p.middle == 0;
        p.middle -= borrow;
    }
    *low = round_product(p, exponent);
}

/* All digits of d; power: of the last of them. */
static void all_digits(const numeral *d, big *b, int *power)
{
    int taken = FIRST_DIGITS;
    const char *p = d->rest;
    big_set(b, d->first);
    *power = (int)d->power;
    for (; p != d->end && taken < DIGITS_THAT_COUNT; p++)
        if (is_digit(*p)) {
            big_multiply_add(b, 10, (uint64_t)(*p - '0'));
            taken++;
            --*power;
        }
    while (p != d->end && (*p == '0' || !is_digit(*p)))
        p++;
    if (p != d->end) {
        big_multiply_add(b, 10, 1);
        --*power;
    }
}

/* d lies between the doubles low and the next above: the one that is nearer, the even one at half. The bounds are
 * closer to each other than two doubles, so that one comparison decides. */
static uint64_t settle(const numeral *d, uint64_t low)
{
    big digits;
    int power;
    all_digits(d, &digits, &power);
    binary v = split(low);
    int order = compare_exactly(&digits, power, (binary){2 * v.whole + 1, v.power - 1});
    return low + (order > 0 || (order == 0 && (low & 1)));
}

/* The bits of the nearest double, without sign; INFINITY_BITS or more where it is too large. */
static uint64_t nearest(const numeral *d)
{
    uint64_t low, high, unused;
    if (d->first == 0 || d->power < POW10_LOWEST) /* 10^19 * 10^-343 is less than half the least double */
        return 0;
    if (d->power > 308)
        return INFINITY_BITS;
    bounds(d->first, (int)d->power, &low, &high);
    if (d->rest != d->end)
        bounds(d->first + 1, (int)d->power, &unused, &high);
    return low == high || low >= INFINITY_BITS ? low : settle(d, low);
}

/* ---- The grammars ---- */

/* Appends the digits at p to *value, which is of use while they are no more than 19. Gives the place after them. */
static const char *scan_digits(const char *p, const char *end, uint64_t *value)
{
    for (; p < end && is_digit(*p); p++)
        *value = 10 * *value + (uint64_t)(*p - '0');
    return p;
}

/* [eE][+-]?[0-9]+ where there is one: *power and the place after it; else p, so that the caller finds p != end. */
static const char *scan_exponent(const char *p, const char *end, int64_t *power)
{
    const int64_t enough = 100000000000000000; /* more than a text in memory has digits to make up for */
    const char *start = p;
    if (p == end || (*p != 'e' && *p != 'E'))
        return p;
    bool negative = ++p < end && *p == '-';
    if (p < end && (*p == '-' || *p == '+'))
        p++;
    if (p == end || !is_digit(*p))
        return start;
    int64_t value = 0;
    for (; p < end && is_digit(*p); p++)
        if (value < enough)
            value = 10 * value + (*p - '0');
    *power = negative ? -value : value;
    return p;
}

/* The digits in [p, end), of which `decimals` stand after the point, if there is one (else NULL). */
static void take_digits(numeral *d, const char *p, const char *point, const char *end, ptrdiff_t decimals)
{
    int taken = 0;
    d->first = 0;
    for (; p < end && taken < FIRST_DIGITS; p++)
        if (is_digit(*p)) {
            d->first = 10 * d->first + (uint64_t)(*p - '0');
            taken += d->first != 0;
        }
    d->rest = p;
    d->end = end;
    d->power += end - p - (point && point >= p) - decimals;
}

static bool scan(const char *p, const char *end, bool json, numeral *d)
{
    *d = (numeral){.negative = *p == '-'};
    if (*p == '-' || (*p == '+' && !json))
        p++;
    const char *start = p, *stop = scan_digits(p, end, &d->first), *point = NULL;
    ptrdiff_t whole = stop - start, decimals = 0;
    if (stop < end && (*stop == '.' || (*stop == ',' && !json))) {
        point = stop;
        stop = scan_digits(point + 1, end, &d->first);
        decimals = stop - point - 1;
    }
    if (whole + decimals == 0 || scan_exponent(stop, end, &d->power) != end)
        return false;
    if (json && (whole == 0 || (whole > 1 && *start == '0') || (point && decimals == 0)))
        return false;
    if (whole + decimals > FIRST_DIGITS)
        take_digits(d, start, point, stop, decimals);
    else
        d->power -= decimals;
    return true;
}

static bool parse(const char *s, size_t n, bool json, double *out)
{
    numeral d;
    if (n == 1 && is_digit(*s)) { /* most scores */
        *out = *s - '0';
        return true;
    }
    if (n == 0 || !scan(s, s + n, json, &d))
        return false;
    uint64_t bits = nearest(&d);
    if (bits >= INFINITY_BITS)
        return false;
    *out = from_bits(bits | (d.negative ? SIGN_BIT : 0));
    return true;
}

bool bip__number_parse_json(const char *s, size_t n, double *out)
{
    return parse(s, n, true, out);
}

bool bip__number_parse_cell(const char *s, size_t n, double *out)
{
    return parse(s, n, false, out);
}

/* ---- Twelve significant digits ---- */

/* d to 12 digits, nearest to v, of which d is the shortest form. Only where d stands exactly at half can v lie on its
 * other side: had a decimal of 13 digits room between the two, it would be the shortest form itself. */
static decimal cut(decimal d, binary v)
{
    uint64_t divisor = 1, limit = 1000000000000, cut_off, half;
    int power = d.power;
    for (; d.digits / divisor >= limit; divisor *= 10)
        power++;
    decimal kept = {d.digits / divisor, power};
    cut_off = d.digits % divisor;
    half = divisor / 2;
    if (divisor > 1 && cut_off == half) {
        big digits;
        big_set(&digits, d.digits);
        int order = compare_exactly(&digits, d.power, v);
        kept.digits += order < 0 || (order == 0 && (kept.digits & 1));
    } else {
        kept.digits += cut_off > half;
    }
    return kept;
}

double bip__number_round12(double v)
{
    uint64_t bits = to_bits(v), sign = bits & SIGN_BIT, size = bits & ~SIGN_BIT;
    if (size == 0 || size >= INFINITY_BITS)
        return v;
    decimal d = cut(shortest(size), split(size));
    numeral n = {.first = d.digits, .power = d.power};
    return from_bits(nearest(&n) | sign);
}
