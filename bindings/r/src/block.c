/* A block's values into a column: everybody's progression is sixty columns of some hundred megabytes. */
#include "bip_r.h"

#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* ------------------------------------------------------------ small numbers in bytes */

int bipr_pack_ints(unsigned char *restrict out, const int *restrict values)
{
    unsigned any = 0;
    for (size_t i = 0; i < BIPR_BLOCK; i++) {
        unsigned more = values[i] == NA_INTEGER ? 0 : (unsigned)values[i] + 1;
        any |= more;
        out[i] = (unsigned char)more;
    }
    return any < 256;
}

#ifdef __SSE2__
/* Of two doubles, as ints: what they are in a byte. What would be read as another number, a fraction, -0.0 or what
 * stands for NA, makes *other true. */
static __m128i two_packed(const double *values, __m128i *other)
{
    __m128d two = _mm_loadu_pd(values);
    __m128i whole = _mm_cvttpd_epi32(two), none = _mm_castpd_si128(_mm_cmpunord_pd(two, two));
    __m128i same = _mm_cmpeq_epi32(_mm_castpd_si128(_mm_cvtepi32_pd(whole)), _mm_castpd_si128(two));
    *other = _mm_or_si128(*other, _mm_andnot_si128(_mm_or_si128(same, none), _mm_set1_epi32(-1)));
    whole = _mm_add_epi32(whole, _mm_set1_epi32(BIPR_ZERO));
    *other = _mm_or_si128(*other, _mm_cmpeq_epi32(whole, _mm_setzero_si128()));
    return _mm_andnot_si128(_mm_shuffle_epi32(none, _MM_SHUFFLE(3, 3, 2, 0)), whole);
}

/* Of eight, as 16 bits. */
static __m128i eight_packed(const double *values, __m128i *other)
{
    __m128i low = _mm_unpacklo_epi64(two_packed(values, other), two_packed(values + 2, other));
    __m128i high = _mm_unpacklo_epi64(two_packed(values + 4, other), two_packed(values + 6, other));
    return _mm_packs_epi32(low, high);
}

int bipr_pack_doubles(unsigned char *restrict out, const double *restrict values)
{
    __m128i other = _mm_setzero_si128(), least = _mm_set1_epi16(BIPR_ZERO), most = least;
    for (size_t i = 0; i < BIPR_BLOCK; i += 16) {
        __m128i low = eight_packed(values + i, &other), high = eight_packed(values + i + 8, &other);
        least = _mm_min_epi16(least, _mm_min_epi16(low, high));
        most = _mm_max_epi16(most, _mm_max_epi16(low, high));
        _mm_storeu_si128((__m128i *)(void *)(out + i), _mm_packus_epi16(low, high));
    }
    other = _mm_or_si128(other, _mm_cmplt_epi16(least, _mm_setzero_si128()));
    other = _mm_or_si128(other, _mm_cmpgt_epi16(most, _mm_set1_epi16(UINT8_MAX)));
    return _mm_movemask_epi8(other) == 0;
}
#else
int bipr_pack_doubles(unsigned char *restrict out, const double *restrict values)
{
    for (size_t i = 0; i < BIPR_BLOCK; i++) {
        int known = values[i] == values[i];
        if (known && !(values[i] > -BIPR_ZERO && values[i] <= UINT8_MAX - BIPR_ZERO))
            return 0;
        out[i] = known ? (unsigned char)((int)values[i] + BIPR_ZERO) : 0;
        if (known && memcmp(&(double){bipr_unpacked_double(out[i])}, &values[i], sizeof *values) != 0)
            return 0; /* a fraction, or -0.0 */
    }
    return 1;
}
#endif

void bipr_mark_missing(double *restrict out, const double *restrict values)
{
    const double na = NA_REAL;
    for (size_t i = 0; i < BIPR_BLOCK; i++)
        out[i] = values[i] == values[i] ? values[i] : na;
}

/* ------------------------------------------------------------ past the caches */

#ifdef __SSE2__
/* A large column is not read soon: the caches stay libbip's, and memory is not read to be overwritten. */
static void stream(void *to, const void *from, size_t n)
{
    for (size_t i = 0; i < n / sizeof(__m128i); i++)
        _mm_stream_si128((__m128i *)to + i, _mm_loadu_si128((const __m128i *)from + i));
}

static int is_streamed(const void *out, size_t size)
{
    return size >= BIPR_LARGE && (uintptr_t)out % sizeof(__m128i) == 0;
}

void bipr_block_end(void)
{
    _mm_sfence(); /* for threads that R's packages may have */
}
#else
#define stream memcpy

static int is_streamed(const void *out, size_t size)
{
    (void)out, (void)size;
    return 0;
}

void bipr_block_end(void)
{
}
#endif

void bipr_block_copy(void *out, size_t size, const void *values, size_t n)
{
    if (is_streamed(out, size))
        stream(out, values, n);
    else
        memcpy(out, values, n);
}
