/* A field of a block of series into its column: everybody's progression is sixty columns of some hundred megabytes. */
#include "bip_r.h"

#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#if defined(__GNUC__) && defined(__x86_64__)
#define WITH_AVX2 /* where the processor has it */
#include <immintrin.h>
#endif
#endif

/* ------------------------------------------------------------ as everywhere */

static void put_doubles(double *out, const bip_series *s, bipr_place place)
{
    for (size_t i = 0; i < BIPR_BLOCK; i++) {
        double value = *(const double *)(const void *)((const char *)&s[i] + place.at);
        out[i] = bipr_is_there(&s[i], place) && value == value ? value : NA_REAL;
    }
}

static void put_int64s(double *out, const bip_series *s, bipr_place place)
{
    for (size_t i = 0; i < BIPR_BLOCK; i++) {
        int64_t value = *(const int64_t *)(const void *)((const char *)&s[i] + place.at);
        out[i] = bipr_is_there(&s[i], place) ? (double)value : NA_REAL;
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

static __m128d two_absent(const char *valid)
{
    __m128i absent = _mm_cmpeq_epi32(two_ints(valid), _mm_setzero_si128());
    return _mm_castsi128_pd(_mm_unpacklo_epi32(absent, absent));
}

static void stream_two(double *out, __m128d values, __m128d missing)
{
    _mm_stream_pd(out, _mm_or_pd(_mm_andnot_pd(missing, values), _mm_and_pd(missing, _mm_set1_pd(NA_REAL))));
}

#ifdef WITH_AVX2
/* Four rows at a time: doubles are half of all columns' bytes. */
__attribute__((target("avx2"))) static void stream_fours(double *out, const bip_series *s, bipr_place place)
{
    const char *at = (const char *)s + place.at, *valid = (const char *)s + place.valid;
    const __m256d na = _mm256_set1_pd(NA_REAL);
    for (size_t i = 0; i < BIPR_BLOCK; i += 4, at += 4 * STEP, valid += 4 * STEP) {
        __m256d values = _mm256_insertf128_pd(_mm256_castpd128_pd256(two_doubles(at)), two_doubles(at + 2 * STEP), 1);
        __m256d missing = _mm256_cmp_pd(values, values, _CMP_UNORD_Q);
        if (place.valid != BIPR_ALWAYS) {
            __m128i absent = _mm_cmpeq_epi32(four_ints(valid), _mm_setzero_si128());
            missing = _mm256_or_pd(missing, _mm256_castsi256_pd(_mm256_cvtepi32_epi64(absent)));
        }
        _mm256_stream_pd(out + i, _mm256_blendv_pd(values, na, missing));
    }
}

static int in_fours(const double *out)
{
    return __builtin_cpu_supports("avx2") && (uintptr_t)out % sizeof(__m256d) == 0;
}
#endif

static void stream_twos(double *out, const bip_series *s, bipr_place place)
{
    const char *at = (const char *)s + place.at, *valid = (const char *)s + place.valid;
    for (size_t i = 0; i < BIPR_BLOCK; i += 2, at += 2 * STEP, valid += 2 * STEP) {
        __m128d values = two_doubles(at), missing = _mm_cmpunord_pd(values, values);
        if (place.valid != BIPR_ALWAYS)
            missing = _mm_or_pd(missing, two_absent(valid));
        stream_two(out + i, values, missing);
    }
}

static void stream_doubles(double *out, const bip_series *s, bipr_place place)
{
#ifdef WITH_AVX2
    if (in_fours(out)) {
        stream_fours(out, s, place);
        return;
    }
#endif
    stream_twos(out, s, place);
}

/* SSE2 turns no int64 into a double, but added to the bits of 1.5 * 2^52 one below 2^51 is the double's last digits. */
static void stream_int64s(double *out, const bip_series *s, bipr_place place)
{
    const char *at = (const char *)s + place.at, *valid = (const char *)s + place.valid;
    const __m128d base = _mm_set1_pd(6755399441055744.0);
    for (size_t i = 0; i < BIPR_BLOCK; i += 2, at += 2 * STEP, valid += 2 * STEP) {
        __m128i digits = _mm_add_epi64(_mm_castpd_si128(two_doubles(at)), _mm_castpd_si128(base));
        stream_two(out + i, _mm_sub_pd(_mm_castsi128_pd(digits), base), two_absent(valid));
    }
}

/* Four values of ints as R has them, but for those that are missing. */
static __m128i four_values(const char *s, const bipr_ints *how, __m128i *missing)
{
    __m128i values = _mm_srl_epi32(four_ints(s + how->place.at), _mm_cvtsi32_si128(how->shift));
    values = _mm_and_si128(values, _mm_set1_epi32(how->mask));
    *missing = _mm_cmplt_epi32(values, _mm_set1_epi32(how->least));
    if (how->place.valid != BIPR_ALWAYS)
        *missing = _mm_or_si128(*missing, _mm_cmpeq_epi32(four_ints(s + how->place.valid), _mm_setzero_si128()));
    return _mm_sub_epi32(values, _mm_set1_epi32(how->before));
}

void bipr_block_ints(int *out, const bip_series *s, bipr_ints how)
{
    const __m128i na = _mm_set1_epi32(NA_INTEGER);
    for (size_t i = 0; i < BIPR_BLOCK; i += 4) {
        __m128i missing, values = four_values((const char *)&s[i], &how, &missing);
        values = _mm_or_si128(_mm_andnot_si128(missing, values), _mm_and_si128(missing, na));
        _mm_storeu_si128((__m128i *)(void *)(out + i), values);
    }
}

static int have_fit(__m128i any)
{
    return _mm_movemask_epi8(_mm_cmpeq_epi32(_mm_srli_epi32(any, 8), _mm_setzero_si128())) == 0xFFFF;
}

int bipr_block_bytes(unsigned char *out, const bip_series *s, bipr_ints how)
{
    __m128i any = _mm_setzero_si128(), missing, four[4];
    how.before--;
    for (size_t i = 0; i < BIPR_BLOCK; i += 16) {
        for (size_t k = 0; k < 4; k++) {
            __m128i values = four_values((const char *)&s[i + 4 * k], &how, &missing);
            four[k] = _mm_andnot_si128(missing, values);
            any = _mm_or_si128(any, four[k]);
        }
        four[0] = _mm_packus_epi16(_mm_packs_epi32(four[0], four[1]), _mm_packs_epi32(four[2], four[3]));
        _mm_storeu_si128((__m128i *)(void *)(out + i), four[0]);
    }
    return have_fit(any);
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
#define stream_int64s put_int64s
#define stream memcpy

static int is_streamed(const void *out, size_t size)
{
    (void)out, (void)size;
    return 0;
}

void bipr_block_end(void)
{
}

void bipr_block_ints(int *out, const bip_series *s, bipr_ints how)
{
    for (size_t i = 0; i < BIPR_BLOCK; i++) {
        uint32_t bits = *(const uint32_t *)(const void *)((const char *)&s[i] + how.place.at);
        int value = (int)(bits >> how.shift) & how.mask;
        out[i] = bipr_is_there(&s[i], how.place) && value >= how.least ? value - how.before : NA_INTEGER;
    }
}

int bipr_block_bytes(unsigned char *out, const bip_series *s, bipr_ints how)
{
    int values[BIPR_BLOCK];
    bipr_block_ints(values, s, how);
    return bipr_pack(out, values);
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

void bipr_block_int64s(double *out, size_t size, const bip_series *s, bipr_place place)
{
    if (is_streamed(out, size))
        stream_int64s(out, s, place);
    else
        put_int64s(out, s, place);
}

void bipr_block_copy(void *out, size_t size, const void *values, size_t n)
{
    if (is_streamed(out, size))
        stream(out, values, n);
    else
        memcpy(out, values, n);
}

int bipr_pack(unsigned char *restrict out, const int *restrict values)
{
    unsigned any = 0;
    for (size_t i = 0; i < BIPR_BLOCK; i++) {
        unsigned more = values[i] == NA_INTEGER ? 0 : (unsigned)values[i] + 1;
        any |= more;
        out[i] = (unsigned char)more;
    }
    return any < 256;
}
