/* The trend of series of whole scores on few days, as nearly all are.
 *
 * Least squares: the formulas of trend.c in plain doubles, which are exact here.
 *
 * The slopes of all pairs: those that trend.c picks, found without computing the others, where the scores are of few
 * levels. A slope is a rise of 1, 2, 3 ... over the days between two dates, so the same dates have few slopes that can
 * occur. They are sorted once for all series of these dates or of most of them, where some answers are missing; a
 * series then marks those that it has, a byte each in that order, and the wanted ones are found by counting marks. Its
 * loops are as long for each series of these dates: what the processor guesses wrong takes longer than the work. */
#include "base/alloc.h"
#include "base/bytes.h"
#include "progress/internal.h"

#include <string.h>

enum {
    MOST_NUMBERS = 32,
    MOST_PAIRS = MOST_NUMBERS * (MOST_NUMBERS - 1) / 2,
    MOST_RISE = 10,
    PAIR_BITS = 9, /* number of a pair: those of neighbouring dates first, then those over one date, over two ... */
    PAIRS = (1 << PAIR_BITS) - 1,
    RISE_BITS = 4,
    RISES = (1 << RISE_BITS) - 1,
    BLOCK = 64, /* places */
    MOST_BLOCKS = 16,
    MOST_SLOPES = MOST_BLOCKS * BLOCK, /* on either side of 0 */
    LANES = 16,                        /* pairs at a time */
    LEVELS = 32, /* falls of a pair: from -MOST_RISE to MOST_RISE, the rest for a pair that isn't there */
    /* Levels of a date that has no score, as the earlier of a pair and as the later: whatever the other one's, they
     * fall by so much that it is beyond the slopes; both together, that it is the next pair's place for no slope. */
    NOT_EARLIER = 2 * MOST_RISE + 1,
    NOT_LATER = -(MOST_RISE + 1)
};
#define MOST_SCORE 1e5

/* The dates of the series in hand. */
typedef struct dates {
    size_t n;
    bip_date days[MOST_NUMBERS];
    size_t at[MOST_NUMBERS];               /* where each stands among all */
    double weights[MOST_NUMBERS], squares; /* n times the distance from the mean day; the sum of their squares */
} dates;

/* All dates that its series have, and the places of the slopes that can occur among them. The first block is nobody's,
 * for pairs that don't rise or aren't there; then come n_blocks of falls, the flattest last, and as many of rises, the
 * flattest first. What doesn't fill a block leaves places free at the steep ends. */
typedef struct bip__calendar {
    dates series;
    size_t n, n_pairs;
    bip_date days[MOST_NUMBERS];
    int32_t apart[MOST_PAIRS];     /* days, of each pair */
    uint32_t by_apart[MOST_PAIRS]; /* the pairs by rising distance, packed: days (17 bits hold 300 years) and number */
    int steepest;                  /* rise of those that follow; 0: not sorted yet */
    size_t n_blocks, n_slopes;
    uint64_t rising[1 + MOST_SLOPES];             /* from flat to steep, after one that is level; see slope_key() */
    uint16_t place[MOST_PAIRS * LEVELS + LEVELS]; /* a row for each pair and one more; at MOST_RISE + fall */
    /* The scores of the series in hand by date, above the least of them; the earlier ones by MOST_RISE more, so that no
     * fall is below 0. What follows the last is read too, and comes to nothing. */
    uint8_t earlier[MOST_NUMBERS + LANES];
    int8_t later[MOST_NUMBERS + LANES];
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

    for (size_t over = 1; over < c->n; over++)
        for (size_t j = over; j < c->n; j++, n++) {
            uint32_t pair = (uint32_t)(c->days[j] - c->days[j - over]) << PAIR_BITS | (uint32_t)n;
            size_t at = n;

            c->apart[n] = c->days[j] - c->days[j - over];
            for (; at > 0 && c->by_apart[at - 1] > pair; at--)
                c->by_apart[at] = c->by_apart[at - 1];
            c->by_apart[at] = pair;
        }
    c->n_pairs = n;
    c->steepest = 0;
    c->n_slopes = 0;
    c->rising[0] = 0;
    memset(c->place, 0, (n + 1) * LEVELS * sizeof *c->place);
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
        if (!(c = scratch->calendar = bip__alloc_zero(1, sizeof *c)))
            return bip__nomem(err);
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

/* A rise over a pair as a number that is the greater the steeper it is: the bits of the slope, the last of them given
 * to the rise and the pair. Slopes that differ do so by more than that: by one in MOST_RISE times 2^17 at least. */
static inline uint64_t slope_key(int rise, uint32_t pair)
{
    const uint64_t low = (UINT64_C(1) << (RISE_BITS + PAIR_BITS)) - 1;
    double slope = (double)rise / (double)(int32_t)(pair >> PAIR_BITS);
    uint64_t bits;

    memcpy(&bits, &slope, sizeof bits);
    return (bits & ~low) | (uint64_t)rise << PAIR_BITS | (pair & PAIRS);
}

/* The pairs that rise by so much are the steeper the closer they are in time. They are put in from the steep end on,
 * without a branch on which is steeper. */
static void add_rise(bip__calendar *c, int rise)
{
    uint64_t row[1 + MOST_PAIRS];
    const uint64_t *mine = row + c->n_pairs, *next = c->rising + c->n_slopes;

    row[0] = 0;
    for (size_t k = 0; k < c->n_pairs; k++)
        row[1 + k] = slope_key(rise, c->by_apart[c->n_pairs - 1 - k]);
    for (uint64_t *to = c->rising + c->n_slopes + c->n_pairs; to > next; to--) {
        const uint64_t a = *mine, b = *next;
        const bool steeper = a > b;

        *to = steeper ? a : b;
        mine -= steeper;
        next -= !steeper;
    }
    c->n_slopes += c->n_pairs;
}

static void keep_places(bip__calendar *c)
{
    const size_t zero = (1 + c->n_blocks) * BLOCK;

    for (size_t k = 0; k < c->n_slopes; k++) {
        const uint64_t key = c->rising[1 + k];
        const size_t rise = key >> PAIR_BITS & RISES;
        uint16_t *level = c->place + (key & PAIRS) * LEVELS + MOST_RISE;

        level[-(ptrdiff_t)rise] = (uint16_t)(zero + k);
        level[rise] = (uint16_t)(zero - 1 - k);
    }
}

static void sort_slopes(bip__calendar *c, int steepest)
{
    while (c->steepest < steepest)
        add_rise(c, ++c->steepest);
    c->n_blocks = (c->n_slopes + BLOCK - 1) / BLOCK;
    keep_places(c);
}

/* ------------------------------------------------------------------------------------------- the slopes of a series */

typedef struct slopes_of_series {
    const bip__calendar *calendar;
    size_t before[1 + 2 * MOST_BLOCKS + 1];       /* marks before each block */
    uint8_t marks[(1 + 2 * MOST_BLOCKS) * BLOCK]; /* 1: the series has the slope of this place */
} slopes_of_series;

/* How often each level comes, in 6 bits each. The eleventh has the four that are left: so many levels are looked at up
 * to 14 numbers only. */
static uint64_t take_levels(bip__calendar *c, const double *scores, double least)
{
    const dates *d = &c->series;
    uint64_t counts = 0;

    for (size_t i = 0; d->n < c->n && i < c->n; i++) {
        c->earlier[i] = MOST_RISE + NOT_EARLIER;
        c->later[i] = NOT_LATER;
    }
    for (size_t i = 0; i < d->n; i++) {
        const int level = (int)(scores[i] - least);

        c->earlier[d->at[i]] = (uint8_t)(MOST_RISE + level);
        c->later[d->at[i]] = (int8_t)level;
        counts += UINT64_C(1) << 6 * level;
    }
    return counts;
}

/* Groups of t equal scores: the sum of t (t - 1) (2 t + 5). */
static int64_t count_ties(uint64_t counts)
{
    int64_t ties = 0;

    for (; counts > 0; counts >>= 6) {
        const int64_t t = counts & 63;
        ties += t * (t - 1) * (2 * t + 5);
    }
    return ties;
}

/* More are written than there are pairs; the next ones overwrite them. */
static void find_falls(const bip__calendar *c, uint8_t *falls)
{
    for (size_t over = 1; over < c->n; over++) {
        for (size_t i = 0; i < c->n - over; i += LANES)
            for (size_t lane = 0; lane < LANES; lane++)
                falls[i + lane] = (uint8_t)(c->earlier[i + lane] - c->later[i + lane + over]);
        falls += c->n - over;
    }
}

static void mark_slopes(slopes_of_series *s)
{
    const bip__calendar *c = s->calendar;
    const uint16_t *place = c->place;
    uint8_t falls[MOST_PAIRS + LANES];

    find_falls(c, falls);
    memset(s->marks, 0, (1 + 2 * c->n_blocks) * BLOCK);
    for (size_t k = 0; k < c->n_pairs; k++, place += LEVELS)
        s->marks[place[falls[k]]] = 1; /* NOLINT(clang-analyzer-core.uninitialized.ArraySubscript): all are filled */
}

static void count_marks(slopes_of_series *s, bip__all_pairs *p)
{
    const size_t n = s->calendar->n_blocks;
    size_t all = 0;

    for (size_t b = 1; b <= 2 * n; b++) {
        s->before[b] = all;
        all += bip__marks_set(s->marks + b * BLOCK);
    }
    s->before[2 * n + 1] = all;
    p->falling = s->before[n + 1];
    p->rising = all - p->falling;
}

/* The slope of this rank, from 0, among those that fall or rise. */
static double slope_of_rank(const slopes_of_series *s, size_t rank)
{
    const bip__calendar *c = s->calendar;
    const size_t zero = (1 + c->n_blocks) * BLOCK;
    uint64_t marked, key;
    size_t b = 1, at;
    double rise;

    while (rank >= s->before[b + 1])
        b++;
    marked = bip__marks_as_bits(s->marks + b * BLOCK);
    for (size_t left = rank - s->before[b]; left > 0; left--)
        marked &= marked - 1;
    at = b * BLOCK + bip__lowest_bit(marked);
    key = c->rising[1 + (at < zero ? zero - 1 - at : at - zero)];
    rise = (double)(int)(key >> PAIR_BITS & RISES);
    return (at < zero ? -rise : rise) / (double)c->apart[key & PAIRS];
}

static void slopes(bip__calendar *c, const double *scores, const bip__whole *whole, bip_series *out)
{
    slopes_of_series s; /* not initialised as a whole: that would take longer than to fill it */
    bip__all_pairs p = {.count = c->series.n * (c->series.n - 1) / 2};

    s.calendar = c;
    p.ties = count_ties(take_levels(c, scores, whole->least));
    mark_slopes(&s);
    count_marks(&s, &p);
    bip__wanted w = bip__wanted_slopes(&p, c->series.n);
    size_t equal = p.count - p.falling - p.rising;

    for (int k = 0; k < BIP__N_WANTED; k++)
        if (k == BIP__MIDDLE_TOO && w.rank[k] == w.rank[BIP__MIDDLE]) /* one in the middle: as many series have */
            w.slope[k] = w.slope[BIP__MIDDLE];
        else if (w.rank[k] < p.falling)
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
