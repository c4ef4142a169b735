/* What the files of the history share: the revisions of a participant, gathered and ordered, and what each says. */
#ifndef BIP_SHOW_HISTORY_H
#define BIP_SHOW_HISTORY_H

#include "model/json.h"
#include "read/context.h"
#include "show/words.h"

/* One revision of one fact, with what its entry says. Texts are in the arena. */
typedef struct bip__event {
    bip__entry_row entry;
    int32_t idx;
    int32_t kind; /* a bip__fact_kind; 0: an assessment */
    int32_t current, revision;
    bip__assessment_row row; /* of an assessment; its root also of the others */
    cJSON *fact;             /* of the others: the canonical form */
} bip__event;

typedef struct bip__teller {
    bip__context *context;
    const bip__catalogue *catalogue;
    const bip__words *words; /* NULL: JSON */
    const char *lang;
    bip__out *o;
    bip__arena arena;
    bip_score *scores;
    size_t scores_cap;
    bip__event *events;
    size_t n_events, cap;
    const bip__event **beside; /* of the event in hand, in the order of recording */
    size_t n_beside, beside_cap;
} bip__teller;

/* What an assessment was made with, and its scores (in t->scores) where it has any. */
typedef struct bip__sheet {
    const bip__instrument *def;
    const bip__respondent *respondent;
    const int32_t *items;
    size_t n_items;
} bip__sheet;

bip_status bip__sheet_open(bip__teller *t, const bip__event *e, bip__sheet *out, bip_error *err);

const char *bip__event_member(const bip__event *e, const char *key); /* of a fact; NULL: not there, or null */
const char *bip__event_reason(const bip__event *e);
/* The text of a word; NULL for 0. Does nothing where *st is a failure already. */
const char *bip__teller_word(const bip__teller *t, int32_t n, bip_status *st, bip_error *err);
/* The id of the first revision; "" where this is it. */
bip_status bip__event_root(const bip__teller *t, const bip__event *e, char out[BIP_ID_SIZE], bip_error *err);

/* Fill t->beside with what was recorded in another copy of the store without knowing of the assessment in hand: other
 * revisions of it, and other assessments that now hold its key. */
bip_status bip__event_beside(bip__teller *t, const bip__event *e, bip_error *err);

/* One line of bip-history-1; one paragraph. */
bip_status bip__history_json(bip__teller *t, const char *code, const bip__event *e, bip_error *err);
bip_status bip__history_say(bip__teller *t, const bip__event *e, bip_error *err);

#endif
