/* One participant's assessments as series: at most one number a day in each, in the order of time. */
#ifndef BIP_READ_COURSE_H
#define BIP_READ_COURSE_H

#include "progress/progress.h"
#include "read/plan.h"
#include "read/sweep.h"

/* The numbers of one slot; days strictly rising. */
typedef struct bip__track {
    bip_date *days;
    double *scores;
    int32_t *raters; /* words; 0 unknown */
    size_t n, cap;
    int32_t missing[5]; /* by bip_answer: dates without a number, by the reason last recorded */
    struct bip__day_state {
        bip_date day;
        int32_t answer;
    } open; /* while reading: the day in hand */
} bip__track;

typedef struct bip__course {
    bip__context *context;
    bip__plan *plan;
    bip__sweep sweep;
    bip__track *tracks; /* by slot */
    bip__scratch scratch;
    bip_score *scores;             /* of the assessment in hand */
    struct bip__day_row *day_rows; /* of the day in hand, where they are to be put into the order of recording */
    size_t day_rows_cap;
    bip__pair *pairs;
    size_t n_pairs, pairs_cap;
    const bip__slot_pair *paired; /* whose pairs these are, of the participant in hand; NULL: nobody's */
    int32_t person;
    const char *participant; /* lent by the caller of bip__course_read() */
    size_t assessments;      /* read for this participant, current ones */
    bip_date last_day;       /* of the latest assessment; BIP_NO_DATE: none */
} bip__course;

/* Before the plan is freed the course must be closed, which keeps its memory for the plan's next reading. */
bip_status bip__course_open(bip__context *c, bip__plan *plan, bip__course **out, bip_error *err);
void bip__course_close(bip__course *course);
void bip__course_free(bip__course *course); /* for plan.c */

/* Read one participant; forgets the one before. */
bip_status bip__course_read(bip__course *course, int32_t person, const char *code, bip_error *err);

/* Whether a slot that has a number came up without one on a later day: its newest number isn't from the last time. */
bool bip__track_is_behind(const bip__track *track);

/* Everything about one slot that has a number: statistics, texts, bands. The texts live as long as the plan, the
 * participant's code as long as the caller's. */
bip_status bip__course_series(bip__course *course, size_t slot, bip_series *out, bip_error *err);

/* The pairs of one slot pair: indexes into the two tracks, lent until the next call. */
bip_status bip__course_pairs(bip__course *course, const bip__slot_pair *pair, const bip__pair **lent, size_t *n,
                             bip_error *err);

#endif
