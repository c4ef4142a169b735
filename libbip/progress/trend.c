#include "base/alloc.h"
#include "progress/internal.h"

#include <string.h>

/* ------------------------------------------------------------------------------------------------- least squares */

/* n times the distance of a day from the mean day: whole numbers, so exact. */
typedef struct day_weights {
    const bip_date *days;
    double n, total;
} day_weights;

static day_weights weigh_days(const bip_date *days, size_t n)
{
    day_weights w = {days, (double)n, 0};

    for (size_t i = 0; i < n; i++)
        w.total += (double)days[i] - (double)days[0];
    return w;
}

static inline double weight_of(const day_weights *w, size_t i)
{
    return w->n * ((double)w->days[i] - (double)w->days[0]) - w->total;
}

/* Squares of residuals, each times n * squares.hi: on whole scores all terms are whole, and a perfect line leaves
 * exactly 0. */
static double residual_squares(const day_weights *w, const double *scores, size_t n, bip__wide sum, bip__wide squares,
                               bip__wide slope_n)
{
    double total = 0;

    for (size_t i = 0; i < n; i++) {
        bip__wide centred = bip__wide_centred(w->n, scores[i], sum);
        bip__wide seen = bip__wide_times(centred, squares.hi);
        bip__wide on_line = bip__wide_times(slope_n, weight_of(w, i));
        double residual = (seen.hi - on_line.hi) + (seen.lo - on_line.lo + centred.hi * squares.lo);

        total += residual * residual;
    }
    return total;
}

/* With w = n (t - mean t), W = sum w^2 and C = sum w y: slope = n C / W, value at t[0] = (sum y + slope w[0]) / n,
 * n W residual = W (n y - sum y) - n C w. Kept in products to divide once, at the end. */
void bip__least_squares(const bip_date *days, const double *scores, size_t n, bip__wide sum, bip_series *out)
{
    day_weights w = weigh_days(days, n);
    bip__wide squares = {0, 0}, products = {0, 0}, at_first;
    double residuals, explained;

    for (size_t i = 0; i < n; i++) {
        double weight = weight_of(&w, i);
        bip__wide_add(&squares, bip__wide_product(weight, weight));
        bip__wide_add(&products, bip__wide_product(weight, scores[i]));
    }
    squares = bip__wide_sum(squares.hi, squares.lo);
    products = bip__wide_times(bip__wide_sum(products.hi, products.lo), w.n);
    residuals = residual_squares(&w, scores, n, sum, squares, products);
    at_first = bip__wide_times(sum, squares.hi);
    at_first.lo += sum.hi * squares.lo;
    bip__wide_add(&at_first, bip__wide_times(products, weight_of(&w, 0)));
    explained = products.hi * products.hi * squares.hi;

    out->ols_per_90_days = bip__wide_ratio(bip__wide_times(products, 90), squares);
    out->ols_at_first = bip__wide_ratio(at_first, bip__wide_times(squares, w.n));
    out->ols_se_per_90_days = 90 * sqrt(residuals / (w.n - 2) / squares.hi) / squares.hi;
    out->ols_r2 = explained / (explained + residuals); /* NaN where all scores are equal: 0 / 0 */
}

/* ---------------------------------------------------------------------------------------- order among the slopes */

/* Median, 95 % interval: Sen (1968). */
bip__wanted bip__wanted_slopes(const bip__all_pairs *p, size_t n)
{
    double of_n = (double)n, count = (double)p->count;
    double variance = (of_n * (of_n - 1) * (2 * of_n + 5) - (double)p->ties) / 18;
    double reach = 1.959963984540054 * sqrt(variance);
    double low = nearbyint((count - reach) / 2) - 1, high = nearbyint((count + reach) / 2);

    return (bip__wanted){.variance = variance,
                         .rank = {low > 0 ? (size_t)low : 0, (p->count - 1) / 2, p->count / 2,
                                  high < count - 1 ? (size_t)high : p->count - 1}};
}

static void insertion_sort(double *v, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        double x = v[i];
        size_t at = i;

        for (; at > 0 && v[at - 1] > x; at--)
            v[at] = v[at - 1];
        v[at] = x;
    }
}

/* Of three samples the one that stands where the wanted one stands among all. */
static double sample_near(const double *v, size_t n, double rank)
{
    double a = v[n / 4], b = v[n / 2], c = v[n - 1 - n / 4];
    double low = a < b ? a : b, high = a < b ? b : a;
    double least = c < low ? c : low, most = c > high ? c : high, middle = c < low ? low : c > high ? high : c;

    return 3 * rank < (double)n ? least : 3 * rank > 2 * (double)n ? most : middle;
}

/* Slopes on either side of a pivot: the lesser ones at the front, the greater ones at the back, the equal ones (many,
 * where scores are few and dates regular) nowhere. */
typedef struct halves {
    size_t lesser, greater;
} halves;

/* Without a branch that depends on a slope: both places are written, and the right one is kept. */
static halves split(const double *from, double *into, size_t n, double pivot)
{
    halves h = {0, 0};

    for (size_t i = 0; i < n; i++) {
        double x = from[i];

        into[h.lesser] = x;
        h.lesser += x < pivot;
        into[n - 1 - h.greater] = x;
        h.greater += x > pivot;
    }
    return h;
}

/* Find the wanted [from, to), whose ranks lie in v[0..n), itself the slopes from rank `below` on. Both arrays lose
 * their order: each round splits one into the other. */
static void pick(double *v, double *spare, size_t n, size_t below, bip__wanted *w, int from, int to)
{
    enum { FEW = 12 };

    while (from < to && n > FEW) {
        const int middle = (from + to) / 2;
        double pivot = sample_near(v, n, (double)(w->rank[middle] - below));
        halves h = split(v, spare, n, pivot);
        size_t above = n - h.greater;
        double *lesser = spare, *lesser_spare = v, *greater = spare + above, *greater_spare = v + above;
        int equal = from, rest;

        while (equal < to && w->rank[equal] < below + h.lesser)
            equal++;
        for (rest = equal; rest < to && w->rank[rest] < below + above; rest++)
            w->slope[rest] = pivot;
        /* The smaller part by recursion, the larger one in the loop: at most log n deep. */
        if (h.lesser < h.greater) {
            pick(lesser, lesser_spare, h.lesser, below, w, from, equal);
            v = greater, spare = greater_spare, n = h.greater, below += above, from = rest;
        } else {
            pick(greater, greater_spare, h.greater, below + above, w, rest, to);
            v = lesser, spare = lesser_spare, n = h.lesser, to = equal;
        }
    }
    if (from < to)
        insertion_sort(v, n);
    for (; from < to; from++)
        w->slope[from] = v[w->rank[from] - below];
}

/* --------------------------------------------------------------------------------------------- what all pairs say */

/* Beyond this many numbers (32,640 slopes, a quarter of a megabyte) the slopes are not kept. */
#define KEEP_SLOPES_UP_TO 256

/* A score that k later ones equal is the (k + 1)th of its group from the end, and t (t - 1) (2 t + 5) is the sum of
 * 6 k (k + 2) over k = 0 .. t - 1. So no score is sorted to find the groups. */
static void count_equal(bip__all_pairs *p, size_t later, size_t unequal)
{
    int64_t k = (int64_t)(later - unequal);

    p->ties += 6 * k * (k + 2);
}

/* Falling slopes to the front of the room for all, rising ones to the back: a split around 0, which is what most of
 * the equal slopes are. Written as in split(). */
static bip__all_pairs keep_slopes(const bip_date *days, const double *scores, size_t n, double *slopes)
{
    bip__all_pairs p = {.count = n * (n - 1) / 2};

    for (size_t i = 0; i + 1 < n; i++) {
        size_t unequal_before = p.falling + p.rising;

        for (size_t j = i + 1; j < n; j++) {
            double rise = scores[j] - scores[i], slope = rise / ((double)days[j] - (double)days[i]);

            slopes[p.falling] = slope;
            p.falling += rise < 0;
            slopes[p.count - 1 - p.rising] = slope;
            p.rising += rise > 0;
        }
        count_equal(&p, n - 1 - i, p.falling + p.rising - unequal_before);
    }
    return p;
}

/* The slopes on the side of 0 where the wanted ones are. */
static bip_status find_kept(bip__scratch *scratch, const bip__all_pairs *p, double *slopes, bip__wanted *w,
                            bip_error *err)
{
    size_t above = p->count - p->rising;
    int level = BIP__LOW, rising;

    if (!bip__grow(&scratch->values, &scratch->values_cap, p->count, sizeof *scratch->values))
        return bip__nomem(err);
    while (level < BIP__N_WANTED && w->rank[level] < p->falling)
        level++;
    for (rising = level; rising < BIP__N_WANTED && w->rank[rising] < above; rising++)
        w->slope[rising] = 0;
    pick(slopes, scratch->values, p->falling, 0, w, BIP__LOW, level);
    pick(slopes + above, scratch->values + above, p->rising, above, w, rising, BIP__N_WANTED);
    return BIP_OK;
}

static bip__all_pairs count_pairs(const double *scores, size_t n)
{
    bip__all_pairs p = {.count = n * (n - 1) / 2};

    for (size_t i = 0; i + 1 < n; i++) {
        size_t falling = 0, rising = 0;

        for (size_t j = i + 1; j < n; j++) {
            falling += scores[j] < scores[i];
            rising += scores[j] > scores[i];
        }
        p.falling += falling;
        p.rising += rising;
        count_equal(&p, n - 1 - i, falling + rising);
    }
    return p;
}

/* The bits of a double as a number of the same order. */
static uint64_t key_of(double x)
{
    uint64_t bits;

    memcpy(&bits, &x, sizeof bits);
    return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

static double double_of(uint64_t key)
{
    uint64_t bits = key >> 63 ? key & ~(UINT64_C(1) << 63) : ~key;
    double x;

    memcpy(&x, &bits, sizeof x);
    return x;
}

#define DIGIT_BITS 16
#define DIGITS ((size_t)1 << DIGIT_BITS)

/* How often each next digit follows the digits known of the wanted slope. */
static void count_digits(const bip_date *days, const double *scores, size_t n, const uint64_t *known, int shift,
                         size_t *counts)
{
    for (size_t i = 0; i + 1 < n; i++)
        for (size_t j = i + 1; j < n; j++) {
            uint64_t key = key_of((scores[j] - scores[i]) / ((double)days[j] - (double)days[i])) >> shift;

            for (size_t k = 0; k < BIP__N_WANTED; k++)
                counts[k * DIGITS + (key & (DIGITS - 1))] += key >> DIGIT_BITS == known[k];
        }
}

/* The wanted slopes digit by digit, from the top, every slope computed again for each of the four digits: two
 * megabytes instead of the n^2 / 2 slopes, which for some thousand numbers don't fit. */
static bip_status find_by_digits(const bip_date *days, const double *scores, size_t n, bip__wanted *w, bip_error *err)
{
    uint64_t known[BIP__N_WANTED] = {0};
    size_t *counts = bip__alloc(BIP__N_WANTED * DIGITS * sizeof *counts);

    if (!counts)
        return bip__nomem(err);
    for (int shift = 64 - DIGIT_BITS; shift >= 0; shift -= DIGIT_BITS) {
        memset(counts, 0, BIP__N_WANTED * DIGITS * sizeof *counts);
        count_digits(days, scores, n, known, shift, counts);
        for (size_t k = 0; k < BIP__N_WANTED; k++) {
            size_t digit = 0;

            for (; w->rank[k] >= counts[k * DIGITS + digit]; digit++)
                w->rank[k] -= counts[k * DIGITS + digit];
            known[k] = known[k] << DIGIT_BITS | digit;
        }
    }
    for (size_t k = 0; k < BIP__N_WANTED; k++)
        w->slope[k] = double_of(known[k]);
    bip__free(counts);
    return BIP_OK;
}

/* P(|S'| >= |S|) for n <= 10 distinct scores: permutations with at most that many falling pairs (or rising ones, which
 * are as many), counted by putting in the mth score, which adds 0 to m - 1 falling pairs. Kendall (1938). */
static double exact_p(size_t n, size_t falling, size_t rising)
{
    uint32_t counts[46] = {1}; /* permutations by falling pairs, of which 10 scores have at most 45 */
    size_t most = falling < rising ? falling : rising;
    uint32_t as_extreme = 0, all = 1;

    if (falling == rising)
        return 1;
    for (size_t m = 2; m <= n; m++) {
        for (size_t d = 1; d <= most; d++)
            counts[d] += counts[d - 1];
        for (size_t d = most; d >= m; d--)
            counts[d] -= counts[d - m];
        all *= (uint32_t)m;
    }
    for (size_t d = 0; d <= most; d++)
        as_extreme += counts[d];
    return 2.0 * as_extreme / all;
}

/* Mann (1945), Kendall (1975). */
static void mann_kendall(const bip__all_pairs *p, size_t n, double variance, bip_series *out)
{
    double s = (double)p->rising - (double)p->falling;

    if (n < 4 || variance == 0)
        return;
    out->mk_s = (int64_t)p->rising - (int64_t)p->falling;
    out->mk_var_s = variance;
    out->mk_z = s == 0 ? 0 : (s > 0 ? s - 1 : s + 1) / sqrt(variance);
    out->mk_method = n <= 10 && p->ties == 0 ? BIP_MK_EXACT : BIP_MK_NORMAL;
    out->mk_p =
        out->mk_method == BIP_MK_EXACT ? exact_p(n, p->falling, p->rising) : erfc(fabs(out->mk_z) / 1.4142135623730951);
}

void bip__tell_trend(const bip__all_pairs *p, const bip__wanted *w, size_t n, bip_series *out)
{
    out->ts_low = 90 * w->slope[BIP__LOW];
    out->ts_per_90_days = 90 * ((w->slope[BIP__MIDDLE] + w->slope[BIP__MIDDLE_TOO]) / 2);
    out->ts_high = 90 * w->slope[BIP__HIGH];
    mann_kendall(p, n, w->variance, out);
}

bip_status bip__pairwise_trend(bip__scratch *scratch, const bip_date *days, const double *scores, size_t n,
                               bip_series *out, bip_error *err)
{
    bool keep = n <= KEEP_SLOPES_UP_TO;
    bip_status st;

    if (keep && !bip__grow(&scratch->slopes, &scratch->slopes_cap, n * (n - 1) / 2, sizeof *scratch->slopes))
        return bip__nomem(err);
    bip__all_pairs p = keep ? keep_slopes(days, scores, n, scratch->slopes) : count_pairs(scores, n);
    bip__wanted w = bip__wanted_slopes(&p, n);
    st = keep ? find_kept(scratch, &p, scratch->slopes, &w, err) : find_by_digits(days, scores, n, &w, err);
    if (st == BIP_OK)
        bip__tell_trend(&p, &w, n, out);
    return st;
}
