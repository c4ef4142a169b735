/* What the files of progress/ share among themselves. */
#ifndef BIP_PROGRESS_INTERNAL_H
#define BIP_PROGRESS_INTERNAL_H

#include "progress/progress.h"

#include <math.h>

/* A number carried as hi + lo, about 32 digits. Sums that cancel (a slope near 0 on scores near 10^6, the residuals of
 * a perfect line) keep their digits this way. Dekker (1971), Knuth (1969); the sum of products as Dot2 of Ogita, Rump
 * and Oishi (2005). Needs arithmetic that rounds every operation to double: no -ffast-math, no x87, no fused
 * products. The build asks for it or refuses: cmake/arithmetic.cmake. */
typedef struct bip__wide {
    double hi, lo;
} bip__wide;

static inline bip__wide bip__wide_sum(double a, double b)
{
    double sum = a + b, b_part = sum - a;
    return (bip__wide){sum, (a - (sum - b_part)) + (b - b_part)};
}

/* Half of the digits of a, so that products of halves are exact. */
static inline double bip__wide_half(double a)
{
    double shifted = 134217729.0 * a; /* 2^27 + 1 */
    return shifted - (shifted - a);
}

static inline bip__wide bip__wide_product(double a, double b)
{
    double product = a * b;
    double a1 = bip__wide_half(a), a2 = a - a1, b1 = bip__wide_half(b), b2 = b - b1;
    return (bip__wide){product, ((a1 * b1 - product) + a1 * b2 + a2 * b1) + a2 * b2};
}

/* Add one more exact term; lo gathers what hi loses. */
static inline void bip__wide_add(bip__wide *sum, bip__wide term)
{
    bip__wide s = bip__wide_sum(sum->hi, term.hi);
    sum->hi = s.hi;
    sum->lo += s.lo + term.lo;
}

static inline bip__wide bip__wide_times(bip__wide a, double b)
{
    bip__wide p = bip__wide_product(a.hi, b);
    p.lo += a.lo * b;
    return p;
}

/* a / b, rounded once: the quotient of the heads, corrected by what it leaves over. */
static inline double bip__wide_ratio(bip__wide a, bip__wide b)
{
    double q = (a.hi + a.lo) / (b.hi + b.lo);
    bip__wide back = bip__wide_times(b, q);
    return q + ((a.hi - back.hi) + (a.lo - back.lo)) / (b.hi + b.lo);
}

/* n times the distance of a score from the mean, where sum is that of the n scores: free of the mean's rounding. */
static inline bip__wide bip__wide_centred(double n, double score, bip__wide sum)
{
    bip__wide c = bip__wide_product(n, score);
    bip__wide_add(&c, (bip__wide){-sum.hi, -sum.lo});
    return c;
}

/* A raw difference, later minus earlier, so that above 0 is better; 0 where it decides nothing. */
static inline double bip__turned(double difference, const bip__measure *m)
{
    return fabs(difference) < m->least ? 0 : m->towards * difference;
}

/* A turned number as a direction. */
static inline int32_t bip__direction_of(double turned)
{
    return turned > 0 ? BIP_FORWARD : turned < 0 ? BIP_BACK : BIP_STEADY;
}

/* 1 or -1: times which a difference is above 0 where it goes the way of the step to number [at]. */
static inline double bip__step_way(const double *scores, size_t at)
{
    return copysign(1, scores[at] - scores[at - 1]);
}

/* Numbers from the step on, itself included, up to the first on the wrong side of it. */
static inline int32_t bip__step_held_for(const double *scores, size_t n, double least, size_t at)
{
    const double way = bip__step_way(scores, at);
    size_t i = at + 1;

    while (i < n && way * (scores[at] - scores[i]) < least)
        i++;
    return (int32_t)(i - at);
}

static inline int32_t bip__step_same_rater(const int32_t *raters, size_t at)
{
    if (!raters || raters[at - 1] == 0 || raters[at] == 0)
        return -1;
    return raters[at - 1] == raters[at];
}

/* Least squares, n >= 3: the ols_ fields. sum is that of the scores. */
void bip__least_squares(const bip_date *days, const double *scores, size_t n, bip__wide sum, bip_series *out);

/* What is counted over all pairs of numbers, in the order of time. */
typedef struct bip__all_pairs {
    size_t count, falling, rising;
    int64_t ties; /* sum of t (t - 1) (2 t + 5) over groups of t equal scores */
} bip__all_pairs;

/* The slopes wanted of all of them sorted: for Sen's interval and the one or two in the middle, by rising rank. */
enum { BIP__LOW, BIP__MIDDLE, BIP__MIDDLE_TOO, BIP__HIGH, BIP__N_WANTED };

typedef struct bip__wanted {
    double variance; /* of S */
    size_t rank[BIP__N_WANTED];
    double slope[BIP__N_WANTED];
} bip__wanted;

bip__wanted bip__wanted_slopes(const bip__all_pairs *p, size_t n);

/* The ts_ and mk_ fields, from the slopes found. */
void bip__tell_trend(const bip__all_pairs *p, const bip__wanted *w, size_t n, bip_series *out);

/* What all pairs of numbers say, n >= 3: the ts_ fields, and from n = 4 the mk_ fields. */
bip_status bip__pairwise_trend(bip__scratch *scratch, const bip_date *days, const double *scores, size_t n,
                               bip_series *out, bip_error *err);

/* Whole scores, as on nearly every scale, on few days: every sum and product of the formulas is whole and below 2^53.
 * Plain doubles hold them exactly, and so say the same as wide ones, in a third of the time. whole.c. */
typedef struct bip__whole {
    bool holds;                       /* the series is such a one; only then: */
    double sum, squares, least, most; /* of the scores */
} bip__whole;

bip__whole bip__whole_look(const bip_date *days, const double *scores, size_t n);
/* All of the ols_, ts_ and mk_ fields, n >= 3. */
bip_status bip__whole_trend(bip__scratch *scratch, const bip__whole *whole, const bip_date *days, const double *scores,
                            size_t n, bip_series *out, bip_error *err);

#endif
