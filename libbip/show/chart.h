/* What a picture of one participant shows: which instrument, whose views, and every answer of every day, the missing
 * ones with their reasons. */
#ifndef BIP_SHOW_CHART_H
#define BIP_SHOW_CHART_H

#include "model/options.h"
#include "show/objection.h"
#include "show/picture.h"
#include "show/reading.h"

/* The answers of one slot, one a day at most, days rising. A number of the day counts before any reason, a reason
 * before "not asked", the last recorded before the others. */
typedef struct bip__answers {
    bip_date *days;
    bip_score *scores;
    bip__objection **objections; /* the first to the assessment that the score is of; NULL: none */
    size_t n, cap;
} bip__answers;

typedef struct bip__chart {
    bip__reading reading;
    bip__options *options;
    bip_picture picture;
    const bip__words *words;
    bip__arena arena;
    const char *participant;
    bip__answers *answers; /* by slot */
    bip__objection *objections;
    const bip__version *shown;
    int32_t respondents[BIP__MAX_RESPONDENTS]; /* of `shown`, the most important one first; those that have answers */
    size_t n_respondents;
    bool asked;      /* for these respondents */
    bip_query query; /* of the reading: made for a role, whatever the caller's said */
} bip__chart;

/* Zero-initialise. query must name one participant. BIP_E_NOT_FOUND where there is no assessment and no instrument
 * named. */
bip_status bip__chart_open(bip__chart *ch, bip__context *c, const bip_query *query, const char *options_json,
                           bip_error *err);
void bip__chart_close(bip__chart *ch); /* also after a failure */

/* The slot of an indicator of `shown` for one of its respondents; -1: not asked of them, or not for this role. */
int32_t bip__chart_slot(const bip__chart *ch, int32_t indicator, int32_t respondent);
/* Where among the answers of a slot (or -1) that of a day is. */
size_t bip__chart_find(const bip__chart *ch, int32_t slot, bip_date day);
#define BIP__NO_ANSWER SIZE_MAX
/* Take that answer into the picture, and with it what is objected to in it. */
bip_score bip__chart_draw(bip__chart *ch, int32_t slot, size_t at);
/* What is said below the picture, once everything is in it. */
bip_status bip__chart_remarks(bip__chart *ch, bip__remarks *out, bip_error *err);
/* Whether anybody's view of it is in the picture. */
bool bip__chart_has(const bip__chart *ch, int32_t indicator);

#endif
