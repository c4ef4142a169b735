/* The trend of series of whole scores on few days, as nearly all are.
 *
 * Least squares: the formulas of trend.c in plain doubles, which are exact here.
 *
 * The slopes of all pairs: those that trend.c picks, found without computing the others, where the scores are of few
 * levels. A slope is a rise of 1, 2, 3 ... over the days between two dates, so the same dates have few slopes that can
 * occur. They are sorted once for all series of these dates or of most of them, where some answers are missing; a
 * series is then a set of them, a bit each in that order, and the wanted ones are found by counting bits. Its loops are
 * as long for each series of these dates: what the processor guesses wrong takes longer than the work. */
#include "base/alloc.h"
#include "base/bytes.h"
#include "progress/internal.h"

#include <string.h>

enum {
    MOST_NUMBERS = 32,
    MOST_PAIRS = MOST_NUMBERS * (MOST_NUMBERS - 1) / 2,
    MOST_RISE = 10,
    NUMBER_BITS = 9, /* of a pair */
    NUMBERS = (1 << NUMBER_BITS) - 1,
    WORD = 64, /* bits */
    MOST_WORDS = 16,
    MOST_SLOPES = MOST_WORDS * WORD, /* on either side of 0 */
    LEVELS = 32, /* places of a pair: from -MOST_RISE to MOST_RISE, the rest for a pair that isn't there */
    /* Levels of a date that has no score, as the earlier of a pair and as the later: whatever the other one's, they
     * fall by so much that it is beyond the slopes; both together, that it is the next pair's place for no slope. */
    NOT_EARLIER = 2 * MOST_RISE + 1,
    NOT_LATER = -(MOST_RISE + 1)
};
#define MOST_SCORE 1e5

/* A slope that can occur. */
typedef struct steepness {
    int32_t rise, apart; /* days */
    size_t pair;
} steepness;

/* The dates of the series in hand. */
typedef struct dates {
    size_t n;
    bip_date days[MOST_NUMBERS];
    size_t at[MOST_NUMBERS];               /* where each stands among all */
    double weights[MOST_NUMBERS], squares; /* n times the distance from the mean day; the sum of their squares */
} dates;

/* All dates that its series have, and the places of slopes among those that can occur: falls first, the steepest
 * foremost, then rises. As bits they fill n_words on either side of 0, and one word more takes the pairs that don't
 * rise or aren't there, which nobody looks for. */
typedef struct bip__calendar {
    dates series;
    size_t n, n_pairs;
    bip_date days[MOST_NUMBERS];
    uint8_t earlier[MOST_PAIRS], later[MOST_PAIRS]; /* date of each pair */
    uint32_t pairs[MOST_PAIRS]; /* by rising distance, packed: days (17 bits hold 300 years) and number */
    int steepest;               /* rise of those that follow; 0: not sorted yet */
    size_t n_words, n_slopes;
    steepness rising[1 + MOST_SLOPES];         /* from flat to steep, after one that is level */
    uint16_t place[(MOST_PAIRS + 1) * LEVELS]; /* a row for each pair, one more at the end; MOST_RISE + fall */
} bip__calendar;

static const steepness level = {0, 1, 0};

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
    double sum = 0, squares = 0, least = scores[0], most = scores[0];
    bool whole = n <= MOST_NUMBERS;

    for (size_t i = 0; whole && i < n; i++) {
        double score = scores[i];

        whole = is_whole(score);
        sum += score;
        squares += score * score;
        least = score < least ? score : least;
        most = score > most ? score : most;
    }
    size = -least > most ? -least : most;
    size = size > 1 ? size : 1;
    /* With the names of trend.c: W <= n^3 span^2, C <= n^2 span size, sum <= n size. No more than 16 of what their
     * products come to is ever added up. */
    whole = whole && size < MOST_SCORE && 16 * (of_n * of_n * of_n * of_n) * (span * span) * size < 9007199254740992;
    return (bip__whole){whole, sum, squares, least, most};
}

/* ----------------------------------------------------------------------------------------------- the dates of it */

static void weigh_days(dates *d)
{
    double n = (double)d->n, total = 0;

    d->squares = 0;
    for (size_t i = 0; i < d->n; i++)
        total += d->days[i] - d->days[0];
    for (size_t i = 0; i < d->n; i++) {
        d->weights[i] = n * (d->days[i] - d->days[0]) - total;
        d->squares += d->weights[i] * d->weights[i];
    }
}

/* Taken by how many dates they are apart, pairs are nearly sorted where dates are regular. */
static void sort_pairs(bip__calendar *c)
{
    size_t n = 0;

    for (size_t apart = 1; apart < c->n; apart++)
        for (size_t j = apart; j < c->n; j++) {
            uint32_t pair = (uint32_t)(c->days[j] - c->days[j - apart]) << NUMBER_BITS | (uint32_t)n;
            size_t at = n;

            c->earlier[n] = (uint8_t)(j - apart);
            c->later[n++] = (uint8_t)j;
            for (; at > 0 && c->pairs[at - 1] > pair; at--)
                c->pairs[at] = c->pairs[at - 1];
            c->pairs[at] = pair;
        }
    c->n_pairs = n;
    c->steepest = 0;
    c->n_slopes = 0;
    c->rising[0] = level;
}

/* How many of the series' dates are among all. */
static size_t find_days(bip__calendar *c)
{
    dates *d = &c->series;
    size_t found = 0, k = 0;

    for (size_t i = 0; i < d->n; i++) {
        while (k < c->n && c->days[k] < d->days[i])
            k++;
        d->at[i] = k;
        found += k < c->n && c->days[k] == d->days[i];
    }
    return found;
}

static void add_days(bip__calendar *c)
{
    const dates *d = &c->series;
    bip_date all[MOST_NUMBERS] = {0};
    size_t n = 0, i = 0, k = 0;

    while (i < d->n || k < c->n) {
        bip_date next = k == c->n || (i < d->n && d->days[i] < c->days[k]) ? d->days[i] : c->days[k];
        i += i < d->n && d->days[i] == next;
        k += k < c->n && c->days[k] == next;
        all[n++] = next;
    }
    memcpy(c->days, all, n * sizeof *all);
    c->n = n;
}

/* Series of one participant share their dates, but for some answers that are missing. Where more than a few of the
 * dates kept are not this series', they are somebody else's and are forgotten. */
static void share_days(bip__calendar *c)
{
    const size_t n = c->series.n, found = find_days(c), others = c->n - found;

    if (found == n && others <= n / 4)
        return;
    if (others > found / 4 || n + others > MOST_NUMBERS)
        c->n = 0;
    add_days(c);
    find_days(c);
    sort_pairs(c);
}

static bip_status take_days(bip__scratch *scratch, const bip_date *days, size_t n, bip_error *err)
{
    bip__calendar *c = scratch->calendar;

    if (c && c->series.n == n && memcmp(c->series.days, days, n * sizeof *days) == 0)
        return BIP_OK;
    if (!c) {
        if (!(c = scratch->calendar = bip__alloc(sizeof *c)))
            return bip__nomem(err);
        c->n = 0;
    }
    c->series.n = n;
    memcpy(c->series.days, days, n * sizeof *days);
    weigh_days(&c->series);
    share_days(c);
    return BIP_OK;
}

/* ------------------------------------------------------------------------------------------- the scores upon them */

/* See bip__least_squares(): the same terms in the same order. */
static void least_squares(const dates *d, const double *scores, double sum, bip_series *out)
{
    double n = (double)d->n, products = 0, residuals = 0, explained;

    for (size_t i = 0; i < d->n; i++)
        products += d->weights[i] * scores[i];
    products *= n;
    for (size_t i = 0; i < d->n; i++) {
        double residual = (n * scores[i] - sum) * d->squares - products * d->weights[i];
        residuals += residual * residual;
    }
    explained = products * products * d->squares;
    out->ols_per_90_days = products * 90 / d->squares;
    out->ols_at_first = (sum * d->squares + products * d->weights[0]) / (d->squares * n);
    out->ols_se_per_90_days = 90 * sqrt(residuals / (n - 2) / d->squares) / d->squares;
    out->ols_r2 = explained / (explained + residuals); /* NaN where all scores are equal: 0 / 0 */
}

/* ---------------------------------------------------------------------------------------- the slopes that can occur */

/* The pairs that rise by so much are the steeper the closer they are in time. They are put in from the steep end on. */
static void add_rise(bip__calendar *c, int rise)
{
    steepness row[1 + MOST_PAIRS];
    const steepness *mine = row + c->n_pairs, *next = c->rising + c->n_slopes;
    steepness *to = c->rising + c->n_slopes + c->n_pairs;

    row[0] = level;
    for (size_t k = 0; k < c->n_pairs; k++) {
        uint32_t pair = c->pairs[c->n_pairs - 1 - k];
        row[1 + k] = (steepness){rise, (int32_t)(pair >> NUMBER_BITS), pair & NUMBERS};
    }
    for (; to > next; to--) {
        bool steeper = (int64_t)rise * next->apart > (int64_t)next->rise * mine->apart;
        *to = *(steeper ? mine : next);
        mine -= steeper;
        next -= !steeper;
    }
    c->n_slopes += c->n_pairs;
}

static void keep_places(bip__calendar *c)
{
    const int zero = (int)c->n_words * WORD;

    for (size_t k = 0; k < (c->n_pairs + 1) * LEVELS; k++)
        c->place[k] = (uint16_t)(2 * zero);
    for (size_t k = 0; k < c->n_slopes; k++) {
        const steepness *s = &c->rising[1 + k];
        uint16_t *place = c->place + s->pair * LEVELS + MOST_RISE;

        place[-s->rise] = (uint16_t)(zero + (int)k);
        place[s->rise] = (uint16_t)(zero - 1 - (int)k);
    }
}

static void sort_slopes(bip__calendar *c, int steepest)
{
    while (c->steepest < steepest)
        add_rise(c, ++c->steepest);
    c->n_words = (c->n_slopes + WORD - 1) / WORD;
    keep_places(c);
}

/* ------------------------------------------------------------------------------------------- the slopes of a series */

typedef struct slopes_of_series {
    const bip__calendar *calendar;
    uint64_t set[2 * MOST_WORDS + 1];
    size_t before[2 * MOST_WORDS + 1]; /* bits before each word */
} slopes_of_series;

/* The scores by date, above the least of them. */
typedef struct levels {
    ptrdiff_t as_earlier[MOST_NUMBERS], as_later[MOST_NUMBERS];
} levels;

static void gather_slopes(slopes_of_series *s, const levels *l)
{
    const bip__calendar *c = s->calendar;

    for (size_t w = 0; w <= 2 * c->n_words; w++)
        s->set[w] = 0;
    for (size_t k = 0; k < c->n_pairs; k++) {
        ptrdiff_t fall = l->as_earlier[c->earlier[k]] - l->as_later[c->later[k]];
        size_t at = c->place[(ptrdiff_t)(k * LEVELS) + MOST_RISE + fall];
        s->set[at / WORD] |= UINT64_C(1) << at % WORD;
    }
}

static void count_slopes(slopes_of_series *s, bip__all_pairs *p)
{
    const size_t n = s->calendar->n_words;
    size_t all = 0;

    for (size_t w = 0; w < 2 * n; w++) {
        s->before[w] = all;
        all += bip__bits_set(s->set[w]);
    }
    s->before[2 * n] = all;
    p->falling = s->before[n];
    p->rising = all - p->falling;
}

/* The slope of this rank, from 0, among those that fall or rise. */
static double slope_of_rank(const slopes_of_series *s, size_t rank)
{
    const size_t zero = s->calendar->n_words * WORD;
    const steepness *found;
    uint64_t word;
    size_t w = 0, at;

    while (rank >= s->before[w + 1])
        w++;
    word = s->set[w]; /* NOLINT(clang-analyzer-core.uninitialized.Assign): rank is below before[2 * n_words] */
    for (size_t left = rank - s->before[w]; left > 0; left--)
        word &= word - 1;
    at = w * WORD + bip__lowest_bit(word);
    found = &s->calendar->rising[1 + (at < zero ? zero - 1 - at : at - zero)];
    return (double)(at < zero ? -found->rise : found->rise) / (double)found->apart;
}

static bip__all_pairs take_series(slopes_of_series *s, const double *scores, double least)
{
    const bip__calendar *c = s->calendar;
    const dates *d = &c->series;
    bip__all_pairs p = {.count = d->n * (d->n - 1) / 2};
    levels l;
    int equal[MOST_RISE + 1] = {0};

    for (size_t i = 0; d->n < c->n && i < c->n; i++) {
        l.as_earlier[i] = NOT_EARLIER;
        l.as_later[i] = NOT_LATER;
    }
    for (size_t i = 0; i < d->n; i++)
        equal[l.as_earlier[d->at[i]] = l.as_later[d->at[i]] = (ptrdiff_t)(scores[i] - least)]++;
    for (int k = 0; k <= c->steepest; k++)
        p.ties += equal[k] * (equal[k] - 1) * (2 * equal[k] + 5);
    gather_slopes(s, &l);
    count_slopes(s, &p);
    return p;
}

static void slopes(const bip__calendar *c, const double *scores, const bip__whole *whole, bip_series *out)
{
    slopes_of_series s; /* not initialised as a whole: that would take longer than to fill it */
    s.calendar = c;
    bip__all_pairs p = take_series(&s, scores, whole->least);
    bip__wanted w = bip__wanted_slopes(&p, c->series.n);
    size_t equal = p.count - p.falling - p.rising;

    for (int k = 0; k < BIP__N_WANTED; k++)
        if (w.rank[k] < p.falling)
            w.slope[k] = slope_of_rank(&s, w.rank[k]);
        else
            w.slope[k] = w.rank[k] < p.falling + equal ? 0 : slope_of_rank(&s, w.rank[k] - equal);
    bip__tell_trend(&p, &w, c->series.n, out);
}

bip_status bip__whole_trend(bip__scratch *scratch, const bip__whole *whole, const bip_date *days, const double *scores,
                            size_t n, bip_series *out, bip_error *err)
{
    bip_status st = take_days(scratch, days, n, err);
    bip__calendar *c = scratch->calendar;
    double steepest = whole->most > whole->least ? whole->most - whole->least : 1;

    if (st != BIP_OK)
        return st;
    least_squares(&c->series, scores, whole->sum, out);
    if (steepest > MOST_RISE || steepest * (double)c->n_pairs > MOST_SLOPES)
        return bip__pairwise_trend(scratch, days, scores, n, out, err);
    if (steepest > c->steepest)
        sort_slopes(c, (int)steepest);
    slopes(c, scores, whole, out);
    return BIP_OK;
}
