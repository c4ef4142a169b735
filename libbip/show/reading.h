/* What every document about series begins with: the plan of the query, its participants one after the other, and their
 * course. */
#ifndef BIP_SHOW_READING_H
#define BIP_SHOW_READING_H

#include "read/course.h"
#include "read/people.h"
#include "read/plan.h"
#include "show/sentence.h"

typedef struct bip__reading {
    bip__context *context;
    bip__plan *plan;
    bip__course *course;
    bip__walk walk;
    bool in_snapshot, walking;
    /* For the caller to set: the plan is shared with later readings, so it can't be narrowed itself. */
    bool for_people; /* and nobody named a role: leave out what the participant doesn't see */
    bool for_print;  /* leave out instruments that are kept out of handouts */
} bip__reading;

/* Zero-initialise. Everything is read in one consistent view until the reading is closed. query may be NULL. */
bip_status bip__reading_open(bip__reading *r, bip__context *c, const bip_query *query, bip_error *err);
/* The next participant, read into r->course; BIP_DONE at the end. The code is lent until the next call. */
bip_status bip__reading_next(bip__reading *r, const char **code, bip_error *err);
void bip__reading_close(bip__reading *r); /* also after a failed bip__reading_open() */

/* Whether a slot is to be shown where it holds anything. */
bool bip__reading_wants(const bip__reading *r, size_t slot);
/* Whether a slot of the participant in hand is to be shown: it holds a number. */
bool bip__reading_shows(const bip__reading *r, size_t slot);

/* Whether an assessment of the participant in hand holds a number of a slot that is to be shown; of two raters on one
 * day the course has one. */
bool bip__reading_has_number(const bip__reading *r, const bip_assessment *a);

/* How the indicator of each slot is spoken of, in the arena; the participant's own answers name no rater. */
bip_status bip__reading_voices(const bip__reading *r, const bip__words *words, bip__arena *arena, bip__voice **out,
                               bip_error *err);

/* The labels of a scale in one language, in the arena. */
bip_status bip__labels_of(const bip__scale *scale, const char *lang, bip__arena *arena, bip__labels *out,
                          bip_error *err);

/* BIP_E_USAGE for any option: of documents that take none. */
bip_status bip__no_options(const char *options_json, bip_error *err);

#endif
