/* One durable assessment of nine scores, and the clock that it is timed by. */
#ifndef BIP_BENCH_NINE_SCORES_H
#define BIP_BENCH_NINE_SCORES_H

#include "bip.h"

#include <time.h>

static inline double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static inline bip_status record_nine(bip_store *store, const char *participant, int i, bip_error *err)
{
    bip_score scores[9] = {{0}};
    bip_change *change;
    bip_assessment_in in = {.size = sizeof in,
                            .participant = participant,
                            .instrument = "employability",
                            .respondent = "participant",
                            .date = i,
                            .n = 9,
                            .scores = scores};
    for (int k = 0; k < 9; k++)
        scores[k].number = 1 + (i + k) % 5;
    bip_status st = bip_change_begin(store, "bench", NULL, &change, err);
    if (st != BIP_OK)
        return st;
    if ((st = bip_assessment_add(change, &in, NULL, err)) == BIP_OK)
        return bip_change_commit(change, NULL, err);
    bip_change_rollback(change);
    return st;
}

#endif
