/* The trend of series of whole scores on few days, as nearly all are.
 *
 * Least squares: the formulas of trend.c in plain doubles, which are exact here.
 *
 * The slopes of all pairs: those that trend.c picks, found without computing the others, where the scores are of few
 * levels. A slope is a rise of 1, 2, 3 ... over a number of days, and pairs that rise by the same are the steeper the
 * closer they are in time. Where the pairs stand by distance, which is sorted once for all series of the same dates,
 * each rise has its slopes in order, and the wanted ones are found by merging a few lists. */
#include "base/alloc.h"
#include "progress/internal.h"

#include <string.h>

enum { MOST_NUMBERS = 32, MOST_PAIRS = MOST_NUMBERS * (MOST_NUMBERS - 1) / 2, MOST_RISE = 10 };
#define MOST_SCORE 1e5

typedef struct list { /* of pairs, by rising distance */
    int n;
    uint16_t pairs[510];
} list;

typedef struct bip__calendar {
    size_t n, n_pairs;
    bip_date days[MOST_NUMBERS];
    double weights[MOST_NUMBERS], squares; /* n times the distance from the mean day; the sum of their squares */
    /* of the pairs, by rising distance: */
    uint8_t earlier[MOST_PAIRS], later[MOST_PAIRS];
    double apart[MOST_PAIRS], inverse[MOST_PAIRS]; /* days, and 1 by them */
    /* of the series in hand, by rise, falls first: */
    list lists[2 * MOST_RISE + 1];
} bip__calendar;

bip__whole bip__whole_look(const bip_date *days, const double *scores, size_t n)
{
    double of_n = (double)n, span = (double)days[n - 1] - (double)days[0], size;
    bip__whole w = {.holds = n <= MOST_NUMBERS, .least = scores[0], .most = scores[0]};

    for (size_t i = 0; w.holds && i < n; i++) {
        double score = scores[i];

        w.holds = fabs(score) < MOST_SCORE && score == (double)(int32_t)score;
        w.sum += score;
        w.squares += score * score;
        w.least = score < w.least ? score : w.least;
        w.most = score > w.most ? score : w.most;
    }
    size = -w.least > w.most ? -w.least : w.most;
    size = size > 1 ? size : 1;
    /* With the names of trend.c: W <= n^3 span^2, C <= n^2 span size, sum <= n size. No more than 16 of what their
     * products come to is ever added up. */
    w.holds = w.holds && 16 * (of_n * of_n * of_n * of_n) * (span * span) * size < 9007199254740992;
    return w;
}

/* ----------------------------------------------------------------------------------------------- the dates of it */

static void weigh_days(bip__calendar *c)
{
    double n = (double)c->n, total = 0;

    c->squares = 0;
    for (size_t i = 0; i < c->n; i++)
        total += c->days[i] - c->days[0];
    for (size_t i = 0; i < c->n; i++) {
        c->weights[i] = n * (c->days[i] - c->days[0]) - total;
        c->squares += c->weights[i] * c->weights[i];
    }
}

/* Stable, by six bits from `shift` on. */
static void sort_by(const uint32_t *from, uint32_t *into, size_t n, int shift)
{
    uint16_t at[64] = {0}, before = 0;

    for (size_t k = 0; k < n; k++)
        at[from[k] >> shift & 63]++;
    for (size_t d = 0; d < 64; d++) {
        uint16_t here = at[d];
        at[d] = before;
        before += here;
    }
    for (size_t k = 0; k < n; k++)
        into[at[from[k] >> shift & 63]++] = from[k];
}

/* Pairs by distance, each packed as distance (17 bits hold 300 years), later, earlier. */
static void sort_pairs(bip__calendar *c)
{
    uint32_t packed[2][MOST_PAIRS], *pairs = packed[0], *spare = packed[1];
    uint32_t span = (uint32_t)(c->days[c->n - 1] - c->days[0]);
    size_t n = 0;

    for (uint32_t j = 1; j < c->n; j++)
        for (uint32_t i = 0; i < j; i++)
            pairs[n++] = (uint32_t)(c->days[j] - c->days[i]) << 10 | j << 5 | i;
    c->n_pairs = n;
    for (int bits = 0; span >> bits > 0; bits += 6) {
        uint32_t *sorted = spare;
        sort_by(pairs, spare, n, 10 + bits);
        spare = pairs;
        pairs = sorted;
    }
    for (size_t k = 0; k < n; k++) {
        c->earlier[k] = pairs[k] & 31;
        c->later[k] = pairs[k] >> 5 & 31;
        c->apart[k] = pairs[k] >> 10;
        c->inverse[k] = 1 / c->apart[k];
    }
}

static bip_status take_days(bip__scratch *scratch, const bip_date *days, size_t n, bip_error *err)
{
    bip__calendar *c = scratch->calendar;

    if (c && c->n == n && memcmp(c->days, days, n * sizeof *days) == 0)
        return BIP_OK;
    if (!c && !(c = scratch->calendar = bip__alloc(sizeof *c)))
        return bip__nomem(err);
    c->n = n;
    memcpy(c->days, days, n * sizeof *days);
    weigh_days(c);
    sort_pairs(c);
    return BIP_OK;
}

/* ------------------------------------------------------------------------------------------- the scores upon them */

/* See bip__least_squares(): the same terms in the same order. */
static void least_squares(const bip__calendar *c, const double *scores, double sum, bip_series *out)
{
    double n = (double)c->n, products = 0, residuals = 0, explained;

    for (size_t i = 0; i < c->n; i++)
        products += c->weights[i] * scores[i];
    products *= n;
    for (size_t i = 0; i < c->n; i++) {
        double residual = (n * scores[i] - sum) * c->squares - products * c->weights[i];
        residuals += residual * residual;
    }
    explained = products * products * c->squares;
    out->ols_per_90_days = products * 90 / c->squares;
    out->ols_at_first = (sum * c->squares + products * c->weights[0]) / (c->squares * n);
    out->ols_se_per_90_days = 90 * sqrt(residuals / (n - 2) / c->squares) / c->squares;
    out->ols_r2 = explained / (explained + residuals); /* NaN where all scores are equal: 0 / 0 */
}

static bip__all_pairs list_pairs(bip__calendar *c, const double *scores, double least, int steepest)
{
    bip__all_pairs p = {.count = c->n_pairs};
    int level[MOST_NUMBERS], equal[MOST_RISE + 1] = {0};
    list *flat = c->lists + MOST_RISE;

    for (size_t i = 0; i < c->n; i++)
        equal[level[i] = (int)(scores[i] - least)]++;
    for (int rise = -steepest; rise <= steepest; rise++)
        flat[rise].n = 0;
    for (size_t k = 0; k < c->n_pairs; k++) {
        /* cppcheck-suppress uninitvar ; pairs are of the n above */
        list *l = flat + (level[c->later[k]] - level[c->earlier[k]]);
        l->pairs[l->n++] = (uint16_t)k;
    }
    for (int rise = 1; rise <= steepest; rise++) {
        p.falling += (size_t)flat[-rise].n;
        p.rising += (size_t)flat[rise].n;
    }
    for (int k = 0; k <= steepest; k++)
        p.ties += equal[k] * (equal[k] - 1) * (2 * equal[k] + 5);
    return p;
}

/* ------------------------------------------------------------------------------------------------------ merging */

/* The rises, or the falls, from the steep end of their lists or from the flat one. What is steeper is told by a rise
 * times the inverse of a distance, whose rounding is far less than what two different slopes differ by. */
typedef struct merging {
    const bip__calendar *calendar;
    const list *flat;        /* the list of those that don't rise; the others stand around it */
    int side, end, steepest; /* side: 1 rises, -1 falls; end: 1 the steep one, -1 the flat one */
    int at[MOST_RISE];       /* by rise - 1 */
    double key[MOST_RISE];   /* of the pair there; the next one is that of the greatest */
} merging;

static void load(merging *m, int l)
{
    const list *of = m->flat + m->side * (l + 1);

    m->key[l] =
        m->at[l] < 0 || m->at[l] >= of->n ? -INFINITY : m->end * (l + 1) * m->calendar->inverse[of->pairs[m->at[l]]];
}

static void merge_begin(merging *m, int side, bool rising)
{
    m->side = side;
    m->end = rising == (side < 0) ? 1 : -1;
    for (int l = 0; l < m->steepest; l++) {
        m->at[l] = m->end > 0 ? 0 : m->flat[side * (l + 1)].n - 1;
        load(m, l);
    }
}

static double merge_next(merging *m)
{
    double most = m->key[0], slope;
    int l = 0;

    for (int k = 1; k < m->steepest; k++) {
        l = m->key[k] > most ? k : l;
        most = m->key[k] > most ? m->key[k] : most;
    }
    slope = m->side * (l + 1) / m->calendar->apart[m->flat[m->side * (l + 1)].pairs[m->at[l]]];
    m->at[l] += m->end;
    load(m, l);
    return slope;
}

/* The wanted [from, to) are among the n slopes of one side, which are those of rank `below` on: each from the end that
 * is nearer. */
static void find_on(merging *m, int side, size_t n, size_t below, bip__wanted *w, int from, int to)
{
    size_t taken = 0;
    double slope = 0;
    int k = from;

    /* cppcheck-suppress arrayIndexOutOfBounds ; from is below to, which is at most their number */
    if (from < to && w->rank[from] - below < n / 2)
        merge_begin(m, side, true);
    for (; k < to && w->rank[k] - below < n / 2; k++) {
        for (; taken <= w->rank[k] - below; taken++)
            slope = merge_next(m);
        w->slope[k] = slope;
    }
    if (k < to)
        merge_begin(m, side, false);
    for (taken = 0; to-- > k;) {
        for (; taken < n - (w->rank[to] - below); taken++)
            slope = merge_next(m);
        w->slope[to] = slope;
    }
}

static void slopes(bip__calendar *c, const double *scores, const bip__whole *whole, bip_series *out)
{
    merging m = {.calendar = c, .flat = c->lists + MOST_RISE, .steepest = (int)(whole->most - whole->least)};
    bip__all_pairs p = list_pairs(c, scores, whole->least, m.steepest);
    bip__wanted w = bip__wanted_slopes(&p, c->n);
    int falls = 0, rises;

    while (falls < BIP__N_WANTED && w.rank[falls] < p.falling)
        falls++;
    for (rises = falls; rises < BIP__N_WANTED && w.rank[rises] < p.count - p.rising; rises++)
        w.slope[rises] = 0;
    find_on(&m, -1, p.falling, 0, &w, 0, falls);
    find_on(&m, 1, p.rising, p.count - p.rising, &w, rises, BIP__N_WANTED);
    bip__tell_trend(&p, &w, c->n, out);
}

bip_status bip__whole_trend(bip__scratch *scratch, const bip__whole *whole, const bip_date *days, const double *scores,
                            size_t n, bip_series *out, bip_error *err)
{
    bip_status st = take_days(scratch, days, n, err);

    if (st != BIP_OK)
        return st;
    least_squares(scratch->calendar, scores, whole->sum, out);
    if (whole->most - whole->least > MOST_RISE)
        return bip__pairwise_trend(scratch, days, scores, n, out, err);
    slopes(scratch->calendar, scores, whole, out);
    return BIP_OK;
}
