/* The trend of series of whole scores on few days, as nearly all are.
 *
 * Least squares: the formulas of trend.c in plain doubles, which are exact here.
 *
 * The slopes of all pairs: those that trend.c picks, found without computing the others, where the scores are of few
 * levels. A slope is a rise of 1, 2, 3 ... over a number of days, and pairs that rise by the same are the steeper the
 * closer they are in time. The pairs stand by distance, which is sorted once for all series of the same dates, and sets
 * of them are bits in that order: which pairs a score begins and ends is known by the dates, so those that rise by 2
 * are found 64 at a time, in order, and the wanted slopes by merging a few such sets. */
#include "base/alloc.h"
#include "base/bytes.h"
#include "base/wide.h"
#include "progress/internal.h"

#include <string.h>

enum {
    MOST_NUMBERS = 32,
    MOST_PAIRS = MOST_NUMBERS * (MOST_NUMBERS - 1) / 2,
    PAIRS_A_WORD = 64,
    WORDS = (MOST_PAIRS + PAIRS_A_WORD - 1) / PAIRS_A_WORD,
    MOST_RISE = 10
};
#define MOST_SCORE 1e5

typedef struct bip__calendar {
    size_t n, n_pairs, n_words;
    bip_date days[MOST_NUMBERS];
    double weights[MOST_NUMBERS], squares; /* n times the distance from the mean day; the sum of their squares */
    /* of the pairs, by rising distance: */
    double apart[MOST_PAIRS], inverse[MOST_PAIRS];                   /* days, and 1 by them */
    uint64_t begun[WORDS][MOST_NUMBERS], ended[WORDS][MOST_NUMBERS]; /* by each number */
    /* of the series in hand, by rise, falls first; not kept of those that don't rise: */
    uint64_t rising[2 * MOST_RISE + 1][WORDS];
} bip__calendar;

/* A whole number, where it is below 2^51: greater by this it has no room for a fraction, whichever way that is rounded.
 */
static inline bool is_whole(double score)
{
    const double shift = 6755399441055744; /* 2^52 + 2^51 */

    return score + shift - shift == score;
}

bip__whole bip__whole_look(const bip_date *days, const double *scores, size_t n)
{
    double of_n = (double)n, span = (double)days[n - 1] - (double)days[0], size;
    bip__whole w = {.holds = n <= MOST_NUMBERS, .least = scores[0], .most = scores[0]};

    for (size_t i = 0; w.holds && i < n; i++) {
        double score = scores[i];

        w.holds = is_whole(score);
        w.sum += score;
        w.squares += score * score;
        w.least = score < w.least ? score : w.least;
        w.most = score > w.most ? score : w.most;
    }
    size = -w.least > w.most ? -w.least : w.most;
    size = size > 1 ? size : 1;
    /* With the names of trend.c: W <= n^3 span^2, C <= n^2 span size, sum <= n size. No more than 16 of what their
     * products come to is ever added up. */
    w.holds =
        w.holds && size < MOST_SCORE && 16 * (of_n * of_n * of_n * of_n) * (span * span) * size < 9007199254740992;
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

/* Packed as below, sorted. */
static void keep_pairs(bip__calendar *c, const uint32_t *pairs, size_t n)
{
    c->n_pairs = n;
    c->n_words = (n + PAIRS_A_WORD - 1) / PAIRS_A_WORD;
    for (size_t w = 0; w < c->n_words; w++) {
        memset(c->begun[w], 0, c->n * sizeof *c->begun[w]);
        memset(c->ended[w], 0, c->n * sizeof *c->ended[w]);
    }
    for (size_t k = 0; k < n; k++) {
        const uint64_t bit = UINT64_C(1) << k % PAIRS_A_WORD;

        c->begun[k / PAIRS_A_WORD][pairs[k] & 31] |= bit;
        c->ended[k / PAIRS_A_WORD][pairs[k] >> 5 & 31] |= bit;
        c->apart[k] = pairs[k] >> 10;
        c->inverse[k] = 1 / c->apart[k];
    }
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
    for (int bits = 0; span >> bits > 0; bits += 6) {
        uint32_t *sorted = spare;
        sort_by(pairs, spare, n, 10 + bits);
        spare = pairs;
        pairs = sorted;
    }
    keep_pairs(c, pairs, n);
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

/* Which of the 64 pairs of a word rise and fall by how much, into the calendar: those that begin at one level and end
 * at another. */
static void sort_word(bip__calendar *c, size_t w, const int *levels, int steepest, bip__all_pairs *p)
{
    uint64_t begun[MOST_RISE + 1] = {0}, ended[MOST_RISE + 1] = {0}, all_rises = 0, all_falls = 0;

    for (size_t i = 0; i < c->n; i++) {
        begun[levels[i]] |= c->begun[w][i];
        ended[levels[i]] |= c->ended[w][i];
    }
    for (int rise = 1; rise <= steepest; rise++) {
        uint64_t rises = 0, falls = 0;

        for (int low = 0; low + rise <= steepest; low++) {
            rises |= begun[low] & ended[low + rise];
            falls |= begun[low + rise] & ended[low];
        }
        c->rising[MOST_RISE + rise][w] = rises;
        c->rising[MOST_RISE - rise][w] = falls;
        all_rises |= rises;
        all_falls |= falls;
    }
    p->rising += bip__bits_set(all_rises);
    p->falling += bip__bits_set(all_falls);
}

static bip__all_pairs sort_series(bip__calendar *c, const double *scores, double least, int steepest)
{
    bip__all_pairs p = {.count = c->n_pairs};
    int levels[MOST_NUMBERS], equal[MOST_RISE + 1] = {0};

    for (size_t i = 0; i < c->n; i++)
        equal[levels[i] = (int)(scores[i] - least)]++;
    for (size_t w = 0; w < c->n_words; w++)
        sort_word(c, w, levels, steepest, &p);
    for (int k = 0; k <= steepest; k++)
        p.ties += equal[k] * (equal[k] - 1) * (2 * equal[k] + 5);
    return p;
}

/* ------------------------------------------------------------------------------------------------------ merging */

/* Pairs that rise by the same, one after the other from an end of their set. */
typedef struct merged {
    const uint64_t *words;
    uint64_t left;    /* of the word in hand */
    int word, pair;   /* in hand; the one that comes next */
    double rise, key; /* turned by the end; the greater the key, the nearer that end */
} merged;

/* The rises, or the falls, from their steep end or from the flat one. What is steeper is told by a rise times the
 * inverse of a distance, whose rounding is far less than what two different slopes differ by. */
typedef struct merging {
    const bip__calendar *calendar;
    int side, end, steepest; /* side: 1 rises, -1 falls; end: 1 the steep one, -1 the flat one */
    merged sets[MOST_RISE];  /* by rise - 1 */
} merging;

static bool next_word(const merging *m, merged *s)
{
    s->word += m->end;
    if (s->word < 0 || s->word >= (int)m->calendar->n_words)
        return false;
    s->left = s->words[s->word];
    return true;
}

static void load(const merging *m, merged *s)
{
    int bit;

    while (s->left == 0)
        if (!next_word(m, s)) {
            s->key = -INFINITY;
            return;
        }
    bit = m->end > 0 ? (int)bip__lowest_bit(s->left) : PAIRS_A_WORD - 1 - leading_zeros(s->left);
    s->left ^= UINT64_C(1) << bit;
    s->pair = s->word * PAIRS_A_WORD + bit;
    s->key = s->rise * m->calendar->inverse[s->pair];
}

static void merge_begin(merging *m, int side, bool rising)
{
    m->side = side;
    m->end = rising == (side < 0) ? 1 : -1;
    for (int rise = 1; rise <= m->steepest; rise++) {
        merged *s = &m->sets[rise - 1];

        *s = (merged){.words = m->calendar->rising[MOST_RISE + side * rise],
                      .word = m->end > 0 ? -1 : (int)m->calendar->n_words,
                      .rise = m->end * rise};
        load(m, s);
    }
}

static double merge_next(merging *m)
{
    merged *next = m->sets;
    double slope;

    for (merged *s = m->sets + 1; s < m->sets + m->steepest; s++)
        next = s->key > next->key ? s : next;
    slope = m->side * m->end * next->rise / m->calendar->apart[next->pair];
    load(m, next);
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
    merging m; /* not initialised as a whole: that would take longer than to merge */
    const int steepest = (int)(whole->most - whole->least);
    bip__all_pairs p = sort_series(c, scores, whole->least, steepest);
    bip__wanted w = bip__wanted_slopes(&p, c->n);
    int falls = 0, rises;

    m.calendar = c;
    m.steepest = steepest;
    while (falls < BIP__N_WANTED && w.rank[falls] < p.falling)
        falls++;
    for (rises = falls; rises < BIP__N_WANTED && w.rank[rises] < p.count - p.rising; rises++)
        w.slope[rises] = 0;
    if (steepest > 0) { /* else no set has begun */
        find_on(&m, -1, p.falling, 0, &w, 0, falls);
        find_on(&m, 1, p.rising, p.count - p.rising, &w, rises, BIP__N_WANTED);
    }
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
