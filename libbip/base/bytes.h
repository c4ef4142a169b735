/* Eight bytes at a time. */
#ifndef BIP_BASE_BYTES_H
#define BIP_BASE_BYTES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The first byte in the lowest bits, whatever the machine's order; compilers make one load of it. */
static inline uint64_t bip__load_8(const void *from)
{
    const unsigned char *p = from;
    return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24 | (uint64_t)p[4] << 32 |
           (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 | (uint64_t)p[7] << 56;
}

static inline void bip__store_8_plain(void *to, uint64_t x)
{
    unsigned char *p = to;
    for (int i = 0; i < 8; i++)
        p[i] = (unsigned char)(x >> 8 * i);
}

/* The lowest bits as the first byte. */
static inline void bip__store_8(void *to, uint64_t x)
{
#if defined __BYTE_ORDER__ && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ /* else some make a dozen stores of it */
    memcpy(to, &x, sizeof x);
#else
    bip__store_8_plain(to, x);
#endif
}

static inline size_t bip__lowest_bit_plain(uint64_t x)
{
    size_t n = 0;
    for (; (x & 1) == 0; x >>= 1)
        n++;
    return n;
}

/* Its number, of x > 0. */
static inline size_t bip__lowest_bit(uint64_t x)
{
#ifdef __GNUC__
    return (size_t)__builtin_ctzll(x);
#else
    return bip__lowest_bit_plain(x);
#endif
}

/* Marks: 64 bytes that are 0 or 1. How many are 1. */
static inline size_t bip__marks_set(const uint8_t *marks)
{
    uint64_t sums = 0; /* of every eighth, a byte each */
    for (int i = 0; i < 64; i += 8)
        sums += bip__load_8(marks + i);
    return (size_t)(sums * UINT64_C(0x0101010101010101) >> 56);
}

/* The first of them as the lowest bit. Eight at a time: the product has each of them once among its upper bits. */
static inline uint64_t bip__marks_as_bits(const uint8_t *marks)
{
    uint64_t bits = 0;
    for (int i = 0; i < 64; i += 8)
        bits |= (bip__load_8(marks + i) * UINT64_C(0x0102040810204080) >> 56) << i;
    return bits;
}

/* Ask for what will be looked at soon: only the time it takes depends on it. */
static inline void bip__hint(const void *p)
{
#ifdef __GNUC__
    __builtin_prefetch(p);
#else
    (void)p;
#endif
}

#endif
