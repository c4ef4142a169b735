#!/usr/bin/env python3
"""Makes libbip/base/number_table.h: powers of ten to 128 bits, with the logarithms that go with them.

    make_number_table.py FILE           write it
    make_number_table.py --check FILE   exit 1 if FILE is not what would be written

Everything is exact integer arithmetic. Before anything is written, the logarithm formulas are checked over their whole
range, and the precision is proved to be enough.
"""
import sys
from fractions import Fraction

LOWEST, HIGHEST = -342, 324  # parsing needs -342..308, printing -292..324
BINARY_LOWEST, BINARY_HIGHEST = -1074, 971  # exponents of the last bit of a double

LOG2_10 = (1741647, 19)  # floor(log2(10^k)) = k * 1741647 / 2^19, floored
LOG10_2 = (1262611, 22)
LOG10_3_4 = -524031  # added for floor(log10(3/4 * 2^e))


def floor_log2(x):
    """Of a positive fraction."""
    e = x.numerator.bit_length() - x.denominator.bit_length()
    return e if x >= Fraction(2) ** e else e - 1


def floor_log10(x):
    k = floor_log2(x) * 30103 // 100000
    while Fraction(10) ** (k + 1) <= x:
        k += 1
    while Fraction(10) ** k > x:
        k -= 1
    return k


def formula_log2_10(k):
    return (k * LOG2_10[0]) >> LOG2_10[1]


def formula_log10_2(e, add=0):
    return (e * LOG10_2[0] + add) >> LOG10_2[1]


def check_formulas():
    for k in range(LOWEST, HIGHEST + 1):
        assert formula_log2_10(k) == floor_log2(Fraction(10) ** k), k
    for e in range(BINARY_LOWEST, BINARY_HIGHEST + 1):
        assert formula_log10_2(e) == floor_log10(Fraction(2) ** e), e
        assert formula_log10_2(e, LOG10_3_4) == floor_log10(Fraction(3, 4) * Fraction(2) ** e), e


def scaled(k):
    """10^k as a fraction in [2^127, 2^128)."""
    return Fraction(10) ** k / Fraction(2) ** (formula_log2_10(k) - 127)


def ceiling(x):
    return -((-x.numerator) // x.denominator)


def table():
    rows = []
    for k in range(LOWEST, HIGHEST + 1):
        g = ceiling(scaled(k))
        assert 1 << 127 <= g < 1 << 128
        rows.append("    {0x%016x, 0x%016x}, /* 1e%d */\n" % (g >> 64, g & (1 << 64) - 1, k))
    return rows


def extremes(a, m, n):
    """The least above zero and the greatest of a*x mod m for 1 <= x <= n; None, None where all are zero.

    Continued fraction of a/m: least and gap are the records of the distance to a multiple of m, from above and below.
    """
    a %= m
    if a == 0:
        return None, None
    least, at = a, 1
    gap, gap_at = m - a, 1
    while at + gap_at <= n and least != gap:  # equal: the period ends
        if least > gap:
            steps = min((least - 1) // gap, (n - at) // gap_at)
            least, at = least - steps * gap, at + steps * gap_at
        else:
            steps = min((gap - 1) // least, (n - gap_at) // at)
            gap, gap_at = gap - steps * least, gap_at + steps * at
    return least, m - gap


def prove_printing():
    """That 128 bits of 10^-k are enough to print every double: the fraction of a product is judged without error.

    number.c multiplies cp = cb * 2^h, cb one of 4c - 2, 4c - 1, 4c, 4c + 2, with the rounded-up power. That exceeds the
    true product by less than cp / 2^128 < 2^-68, and fractions below cp / 2^128 are taken for zero. So neither the whole
    part nor "is zero" can come out wrong if every true fraction that isn't zero lies in [2^-68, 1 - 2^-68].
    """
    greatest = (1 << 55) + 2
    limit = Fraction(1, 1 << 68)
    for e in range(BINARY_LOWEST, BINARY_HIGHEST + 1):
        for add in (0, LOG10_3_4):
            k = formula_log10_2(e, add)
            h = e + formula_log2_10(-k) + 1
            assert 1 <= h and greatest << h < 1 << 60, e
            x = Fraction(2) ** e / Fraction(10) ** k
            least, most = extremes(x.numerator, x.denominator, greatest)
            if least is not None:
                assert limit <= Fraction(least, x.denominator) and Fraction(most, x.denominator) <= 1 - limit, e


HEAD = """/* Made by tests/tools/make_number_table.py: edit that, not this. Only for number.c. */
#ifndef BIP_BASE_NUMBER_TABLE_H
#define BIP_BASE_NUMBER_TABLE_H

#include <stdint.h>

#define POW10_LOWEST (%(lowest)d)
#define POW10_HIGHEST %(highest)d
/* Between these 10^k fits in 128 bits without rounding. */
#define POW10_EXACT_LOWEST 0
#define POW10_EXACT_HIGHEST %(exact)d

/* x / 2^bits, floored: C leaves open what shifting a negative number gives. */
static inline int floor_shift(int64_t x, int bits)
{
    return (int)((x + ((int64_t)4096 << bits)) >> bits) - 4096;
}

/* floor(log2(10^k)), for every k of the table. */
static inline int floor_log2_pow10(int k)
{
    return floor_shift((int64_t)k * %(log2_10)d, %(log2_10_bits)d);
}

/* floor(log10(2^e)), for every exponent of a double's last bit. */
static inline int floor_log10_pow2(int e)
{
    return floor_shift((int64_t)e * %(log10_2)d, %(log10_2_bits)d);
}

/* floor(log10(3/4 * 2^e)), for the same exponents. */
static inline int floor_log10_three_quarters_pow2(int e)
{
    return floor_shift((int64_t)e * %(log10_2)d - %(log10_3_4)d, %(log10_2_bits)d);
}

/* 10^k / 2^(floor_log2_pow10(k) - 127), rounded up to a whole number: upper and lower 64 bits. */
/* clang-format off */
static const uint64_t pow10_table[POW10_HIGHEST - POW10_LOWEST + 1][2] = {
"""

TAIL = """};
/* clang-format on */

#endif
"""


def text():
    check_formulas()
    prove_printing()
    exact = [k for k in range(LOWEST, HIGHEST + 1) if scaled(k).denominator == 1]
    assert exact == list(range(0, exact[-1] + 1))
    head = HEAD % {
        "lowest": LOWEST, "highest": HIGHEST, "exact": exact[-1], "log2_10": LOG2_10[0], "log2_10_bits": LOG2_10[1],
        "log10_2": LOG10_2[0], "log10_2_bits": LOG10_2[1], "log10_3_4": -LOG10_3_4}
    return head + "".join(table()) + TAIL


def main():
    if len(sys.argv) == 3 and sys.argv[1] == "--check":
        with open(sys.argv[2], encoding="ascii") as f:
            if f.read() != text():
                sys.exit("%s is not what make_number_table.py makes" % sys.argv[2])
    elif len(sys.argv) == 2:
        with open(sys.argv[1], "w", encoding="ascii") as f:
            f.write(text())
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
