/* A field of a block of series into its column: everybody's progression is sixty columns of some hundred megabytes. */
#include "bip_r.h"

#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* ------------------------------------------------------------ as everywhere */

static void put_doubles(double *out, const bip_series *s, bipr_place place)
{
    for (size_t i = 0; i < BIPR_BLOCK; i++) {
        double value = *(const double *)(const void *)((const char *)&s[i] + place.at);
        out[i] = bipr_is_there(&s[i], place) && value == value ? value : NA_REAL;
    }
}

static void put_ints(int *out, const bip_series *s, bipr_place place, int least, int before)
{
    for (size_t i = 0; i < BIPR_BLOCK; i++) {
        int value = *(const int32_t *)(const void *)((const char *)&s[i] + place.at);
        out[i] = bipr_is_there(&s[i], place) && value >= least ? value - before : NA_INTEGER;
    }
}

/* ------------------------------------------------------------ several rows at a time, past the caches */

#ifdef __SSE2__
/* A large column is not read soon: the caches stay libbip's, and memory is not read to be overwritten. Without a
 * branch, since what is missing comes and goes from row to row. */
enum { STEP = sizeof(bip_series) };

static __m128i int_at(const char *p)
{
    return _mm_cvtsi32_si128(*(const int32_t *)(const void *)p);
}

static __m128i two_ints(const char *p)
{
    return _mm_unpacklo_epi32(int_at(p), int_at(p + STEP));
}

static __m128i four_ints(const char *p)
{
    return _mm_unpacklo_epi64(two_ints(p), two_ints(p + 2 * STEP));
}

static __m128d two_doubles(const char *p)
{
    return _mm_loadh_pd(_mm_load_sd((const double *)(const void *)p), (const double *)(const void *)(p + STEP));
}

static void stream_doubles(double *out, const bip_series *s, bipr_place place)
{
    const char *at = (const char *)s + place.at, *valid = (const char *)s + place.valid;
    const __m128d na = _mm_set1_pd(NA_REAL);
    for (size_t i = 0; i < BIPR_BLOCK; i += 2, at += 2 * STEP, valid += 2 * STEP) {
        __m128d values = two_doubles(at), missing = _mm_cmpunord_pd(values, values);
        if (place.valid != BIPR_ALWAYS) {
            __m128i absent = _mm_cmpeq_epi32(two_ints(valid), _mm_setzero_si128());
            missing = _mm_or_pd(missing, _mm_castsi128_pd(_mm_unpacklo_epi32(absent, absent)));
        }
        _mm_stream_pd(out + i, _mm_or_pd(_mm_andnot_pd(missing, values), _mm_and_pd(missing, na)));
    }
}

static void stream_ints(int *out, const bip_series *s, bipr_place place, int least, int before)
{
    const char *at = (const char *)s + place.at, *valid = (const char *)s + place.valid;
    const __m128i na = _mm_set1_epi32(NA_INTEGER), limit = _mm_set1_epi32(least), offset = _mm_set1_epi32(before);
    for (size_t i = 0; i < BIPR_BLOCK; i += 4, at += 4 * STEP, valid += 4 * STEP) {
        __m128i values = four_ints(at), missing = _mm_cmplt_epi32(values, limit);
        if (place.valid != BIPR_ALWAYS)
            missing = _mm_or_si128(missing, _mm_cmpeq_epi32(four_ints(valid), _mm_setzero_si128()));
        values = _mm_andnot_si128(missing, _mm_sub_epi32(values, offset));
        _mm_stream_si128((__m128i *)(void *)(out + i), _mm_or_si128(values, _mm_and_si128(missing, na)));
    }
}

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
#define stream_doubles put_doubles
#define stream_ints put_ints
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

/* ------------------------------------------------------------ either */

void bipr_block_doubles(double *out, size_t size, const bip_series *s, bipr_place place)
{
    if (is_streamed(out, size))
        stream_doubles(out, s, place);
    else
        put_doubles(out, s, place);
}

void bipr_block_ints(int *out, size_t size, const bip_series *s, bipr_place place, int least, int before)
{
    if (is_streamed(out, size))
        stream_ints(out, s, place, least, before);
    else
        put_ints(out, s, place, least, before);
}

void bipr_block_copy(void *out, size_t size, const void *values, size_t n)
{
    if (is_streamed(out, size))
        stream(out, values, n);
    else
        memcpy(out, values, n);
}
