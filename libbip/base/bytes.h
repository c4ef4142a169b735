/* Eight bytes at a time. */
#ifndef BIP_BASE_BYTES_H
#define BIP_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

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

/* Of eight marks in one number: the product has each of them once among its upper bits. */
static inline uint64_t bip__marks_as_bits_of_8(uint64_t marks)
{
    return marks * UINT64_C(0x0102040810204080) >> 56;
}

/* The first of them as the lowest bit. */
static inline uint64_t bip__marks_as_bits(const uint8_t *marks)
{
    uint64_t bits = 0;
    for (int i = 0; i < 64; i += 8)
        bits |= bip__marks_as_bits_of_8(bip__load_8(marks + i)) << i;
    return bits;
}

/* As memcmp() tells whether they are equal, without a call: for texts of some ten bytes, by the million. */
static inline bool bip__same_bytes(const char *a, const char *b, size_t n)
{
    uint64_t other = 0;
    if (n < 8) {
        for (size_t i = 0; i < n; i++)
            other |= (unsigned)(a[i] ^ b[i]);
        return other == 0;
    }
    for (size_t i = 0; i + 8 < n; i += 8)
        other |= bip__load_8(a + i) ^ bip__load_8(b + i);
    return (other | (bip__load_8(a + n - 8) ^ bip__load_8(b + n - 8))) == 0; /* some of them again */
}

/* The highest bit of each byte that is one of two or no printable ASCII. Where no byte has that bit itself, adding 7F
 * to one sets it unless the byte is 0, and nothing is carried to the next. */
static inline uint64_t bip__unlike_text_of_8(uint64_t bytes, char one, char other)
{
    const uint64_t each = UINT64_C(0x0101010101010101), most = 0x7F * each, low = bytes & most;
    const uint64_t is_one = ~((low ^ each * (unsigned char)one) + most),
                   is_other = ~((low ^ each * (unsigned char)other) + most), control = ~(low + (0x80 - ' ') * each),
                   del = low + each;
    return (is_one | is_other | control | del | bytes) & ~most;
}

static inline uint32_t bip__unlike_text_plain(const void *from, char one, char other)
{
    const unsigned char *p = from;
    uint32_t bits = 0;
    for (int i = 0; i < 16; i += 8)
        bits |= (uint32_t)bip__marks_as_bits_of_8(bip__unlike_text_of_8(bip__load_8(p + i), one, other) >> 7) << i;
    return bits;
}

/* Bit i of 16: byte i is one of the two, or no printable ASCII. */
static inline uint32_t bip__unlike_text(const void *from, char one, char other)
{
#ifdef __SSE2__
    const __m128i bytes = _mm_loadu_si128((const __m128i *)from);
    const __m128i marked = _mm_or_si128(
        _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(one)), _mm_cmpeq_epi8(bytes, _mm_set1_epi8(other))),
        _mm_or_si128(_mm_cmplt_epi8(bytes, _mm_set1_epi8(' ')), _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7F))));
    return (uint32_t)_mm_movemask_epi8(marked);
#else
    return bip__unlike_text_plain(from, one, other);
#endif
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
