/* Every series the store can hold, in the order in which it is printed; and where each score of an assessment belongs.
 * Made once for a reading. */
#ifndef BIP_READ_PLAN_H
#define BIP_READ_PLAN_H

#include "progress/progress.h"
#include "read/context.h"

/* One possible series: a chain of versions, a respondent, an indicator or dimension. */
typedef struct bip__slot {
    const bip__version *shown; /* the newest version that has it: whose titles, rules and bands count */
    int32_t kind, index;       /* a bip_kind and the index in shown->def */
    int32_t respondent;        /* index in shown->def */
    const char *code;
    const bip__title *title;
    const bip__scale *scale;       /* of an indicator; NULL for a dimension */
    const char *const *visible_to; /* codes, in the order of the respondents */
    size_t n_visible_to;
    bip_series_rules rules;
    bip__measure measure; /* what they come to */
    bool has_bands;
    bool wanted; /* passes the query's filters of instrument and respondent, and is visible to for_role where one is
                    given */
    bool for_participant; /* visible to the respondent "participant" */
} bip__slot;

/* Whose view the series is. */
static inline const bip__respondent *bip__slot_respondent(const bip__slot *slot)
{
    return &slot->shown->def->respondents[slot->respondent];
}

/* Two views of one indicator. */
typedef struct bip__slot_pair {
    int32_t a, b; /* slots */
    const bip__version *shown;
    const char *code;
    int32_t pair_days;
} bip__slot_pair;

/* Where the scores of one respondent on one version belong: slots, -1 where it isn't asked or not wanted. */
typedef struct bip__layout {
    const int32_t *items; /* by item */
    size_t n_items;
    const int32_t *dimensions; /* by dimension of the version */
    size_t n_dimensions;
} bip__layout;

/* What a document writes of a slot or pair the same for everybody. */
typedef struct bip__printed {
    const char *text; /* NULL: not written yet */
    size_t n;
} bip__printed;

typedef struct bip__plan {
    bip__context *context;
    bip__arena arena;
    const bip__catalogue *catalogue;
    bip__slot *slots;
    size_t n_slots;
    bip__slot_pair *pairs; /* in the order printed; those of wanted instruments */
    size_t n_pairs;
    bip__layout **layouts; /* by index of the version, then by respondent */
    size_t most_items;
    bip__printed *printed;                      /* by slot, then by pair: for show/ to fill, in the arena */
    struct bip__printed_before *printed_before; /* for show/; NULL: none yet */
    struct bip__course *idle_course; /* the last one read by this plan, for the next; course.c looks after it */
    const char *asked[3];            /* the filters it was made for: instrument, respondent, for_role; NULL for none */
    /* Of one reading: */
    const char *lang; /* as asked for, else the store's, else "en" */
    bip_date as_of, since;
    const char *for_role; /* NULL: nothing is left out */
} bip__plan;

/* BIP_E_NOT_FOUND for an instrument, respondent or role that no version has. The catalogue must outlive the plan. query
 * may be NULL. */
bip_status bip__plan_make(bip__context *c, const bip_query *query, bip__plan **out, bip_error *err);
void bip__plan_free(bip__plan *p);
void bip__plan_discard(struct bip__plan *p); /* for context.c: not kept for the next reading; NULL is fine */

#endif
