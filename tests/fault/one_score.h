/* The smallest change there is: one score of one assessment. What writers that meet do. */
#ifndef BIP_FAULT_ONE_SCORE_H
#define BIP_FAULT_ONE_SCORE_H

#include "bip.h"

static inline bip_status record_one_score(bip_store *store, const char *participant, bip_date date, bip_error *err)
{
    static const char *const indicators[] = {"cooperation"};
    bip_score score = {.number = 1 + (date & 3)};
    bip_assessment_in in = {.size = sizeof in,
                            .participant = participant,
                            .instrument = "employability",
                            .respondent = "participant",
                            .date = date,
                            .n = 1,
                            .indicators = indicators,
                            .scores = &score};
    bip_change *change = NULL;
    bip_status st = bip_change_begin(store, "anna", NULL, &change, err);
    if (st == BIP_OK && (st = bip_assessment_add(change, &in, NULL, err)) != BIP_OK)
        bip_change_rollback(change);
    else if (st == BIP_OK)
        st = bip_change_commit(change, NULL, err);
    return st;
}

#endif
