/* What participants object to, to be said wherever people see the scores. */
#ifndef BIP_SHOW_OBJECTION_H
#define BIP_SHOW_OBJECTION_H

#include "show/reading.h"

/* To an assessment that counts now. */
typedef struct bip__objection {
    const bip__version *version; /* NULL: none that is known */
    int32_t respondent;          /* of the version; -1: unknown */
    bip_date day;                /* of the assessment */
    int32_t rater;               /* word; 0: unknown */
    const char *rater_name;      /* where another of the role assessed on that day too; else NULL */
    bip_score *scores;           /* of what it asks */
    size_t n;
    const char *of; /* the assessment's id */
    const char *text;
    bool drawn; /* for whoever shows some of the scores: one of them is the assessment's */
    struct bip__objection *next;
} bip__objection;

/* All of a participant's in the order of recording, in the arena; NULL: none. */
bip_status bip__objections_read(bip__context *c, const char *code, bip__arena *arena, bip__objection **out,
                                bip_error *err);
void bip__say_objection(bip__out *o, const bip__words *words, const char *lang, const bip__objection *objection);

/* A line for each objection of a participant to an assessment of which this reading shows an answer, each after
 * `indent`. On paper those are left out that are about an instrument which is kept off it. */
bip_status bip__say_objections(const bip__reading *r, const char *code, const bip__words *words, const char *indent,
                               bool on_paper, bip__out *o, bip_error *err);

#endif
