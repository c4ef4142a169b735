/* Arrays in, numbers out. Knows no storage, no JSON and no words; base and bip.h only. */
#ifndef BIP_PROGRESS_H
#define BIP_PROGRESS_H

#include "base/error.h"

#include <stdbool.h>

/* Scratch that grows and is used again for the next series; zero-initialise, free with bip__scratch_free(). */
typedef struct bip__scratch {
    double *slopes;
    size_t slopes_cap;
    double *values;
    size_t values_cap;
    struct bip__calendar *calendar; /* of the last series: those of one participant mostly share their dates */
    bool alone; /* set by who has one series only: nothing is made that pays with the next ones of its dates */
} bip__scratch;

void bip__scratch_free(bip__scratch *s);

/* Differences below this share of the scale's width decide nothing. */
#define BIP__EPSILON 1e-9

/* The difference to - from turned so that above 0 is better, and 0 where it is below BIP__EPSILON of the width of the
 * scale. */
double bip__toward_better(double from, double to, const bip_series_rules *rules);

/* What the rules come to, made once for all series that follow them. */
typedef struct bip__measure {
    double towards; /* times which a difference is above 0 where it is for the better: 1 or -1 */
    double least;   /* a smaller difference decides nothing */
    double beyond;  /* a difference greater than this is a step */
    double width;   /* of the scale */
    double error;   /* standard error of a difference of two scores; NaN: not known */
    int32_t better; /* a bip_better */
} bip__measure;

bip__measure bip__measure_of(const bip_series_rules *rules);

/* All of the numeric part of bip_series; days strictly rising, scores finite, n >= 1, rules valid: the caller has
 * checked. Strings, missing counts and bands of `out` are left as they are. Scores of an instrument, which are no
 * greater than 1e15. */
bip_status bip__series_measured(bip__scratch *scratch, const bip_date *days, const double *scores,
                                const int32_t *raters, size_t n, const bip__measure *measure, bip_series *out,
                                bip_error *err);
/* The same for scores of any size, and no figure is infinite. */
bip_status bip__series_numbers(bip__scratch *scratch, const bip_date *days, const double *scores, const int32_t *raters,
                               size_t n, const bip_series_rules *rules, bip_series *out, bip_error *err);

/* One step between consecutive numbers: from number [at - 1] to number [at]. */
typedef struct bip__step {
    size_t at;
    int32_t direction; /* BIP_FORWARD or BIP_BACK */
    int32_t held_for, new_best, same_rater;
} bip__step;

/* The next step at or after number `from` (from >= 1); false: none. Walk all steps with from = step.at + 1. */
bool bip__step_next(const double *scores, const int32_t *raters, size_t n, const bip_series_rules *rules, size_t from,
                    bip__step *out);

/* Agreement of two respondents' views. `pairs` has room for min(na, nb). Gives the number of pairs, listed by date of
 * a: taken by distance, nearest first, ties by the earlier a, then the earlier b, each date once. */
typedef struct bip__pair {
    size_t a, b; /* indexes into the two series */
} bip__pair;
bip_status bip__pairs_find(const bip_date *a, size_t na, const bip_date *b, size_t nb, int pair_days, bip__pair *pairs,
                           size_t *n, bip_error *err);

#endif
