/* Current assessments one by one, in the order of time, with all that a reader wants to know of them. */
#ifndef BIP_READ_ASSESSMENTS_H
#define BIP_READ_ASSESSMENTS_H

#include "read/context.h"

typedef struct bip__assessments bip__assessments;

/* One as it is stored, for whoever prints it: no score has become a number. Lent until the next. */
typedef struct bip__stored {
    int32_t person; /* its number in storage, and its code */
    const char *participant;
    const bip__version *version;
    int32_t respondent; /* index in the version's */
    bip_date date;
    const char *rater, *note, *scores; /* rater, note NULL: none */
    size_t note_n, scores_n;
    bip__entry_row root; /* the id is this entry's and idx: of the first revision */
    int32_t idx;
    int64_t recorded_ms; /* of this revision */
    const char *actor;
    bool revised; /* this isn't the first revision */
    bool yields;  /* another one of the same key was recorded later: two stores were merged */
} bip__stored;

/* query must outlive the reading. BIP_E_NOT_FOUND as for bip_assessments(). */
bip_status bip__assessments_open(bip__context *c, const bip_query *query, bip__assessments **out, bip_error *err);
bip_status bip__assessments_next(bip__assessments *r, const bip_assessment **lent, bip_error *err);     /* BIP_DONE */
bip_status bip__assessments_next_stored(bip__assessments *r, const bip__stored **lent, bip_error *err); /* the same */
/* For whoever found the stored scores unreadable. */
bip_status bip__assessments_damaged(const bip__stored *a, bip_error *err);
void bip__assessments_close(bip__assessments *r);

#endif
