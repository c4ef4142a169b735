/* 64 by 64 bits to 128, and leading zeros, for number.c. What the compiler offers is used where it does, and C of our
 * own elsewhere; both forms are always compiled so that the test can hold them against one another. */
#ifndef BIP_BASE_WIDE_H
#define BIP_BASE_WIDE_H

#include <stdint.h>

typedef struct {
    uint64_t hi, lo;
} wide;

static inline wide wide_multiply_plain(uint64_t a, uint64_t b)
{
    const uint64_t mask = 0xffffffff;
    uint64_t a1 = a >> 32, a0 = a & mask, b1 = b >> 32, b0 = b & mask;
    uint64_t low = a0 * b0;
    uint64_t cross = a1 * b0 + (low >> 32);     /* no overflow: (2^32-1)^2 + 2^32-1 < 2^64 */
    uint64_t middle = a0 * b1 + (cross & mask); /* for the same reason */
    wide product = {a1 * b1 + (cross >> 32) + (middle >> 32), middle << 32 | (low & mask)};
    return product;
}

static inline wide wide_multiply(uint64_t a, uint64_t b)
{
#ifdef __SIZEOF_INT128__
    __extension__ typedef unsigned __int128 uint128;
    uint128 p = (uint128)a * b;
    wide product = {(uint64_t)(p >> 64), (uint64_t)p};
    return product;
#else
    return wide_multiply_plain(a, b);
#endif
}

/* Of x > 0. */
static inline int leading_zeros_plain(uint64_t x)
{
    int n = 0;
    for (int step = 32; step > 0; step /= 2)
        if (x >> (64 - step) == 0) {
            n += step;
            x <<= step;
        }
    return n;
}

static inline int leading_zeros(uint64_t x)
{
#ifdef __GNUC__
    return __builtin_clzll(x);
#else
    return leading_zeros_plain(x);
#endif
}

#endif
