/* What it means to record, correct, withdraw, register: keys, conflicts and revisions, in words of storage. */
#ifndef BIP_RECORD_H
#define BIP_RECORD_H

#include "record/change.h"

/* One assessment, checked: scores in the order of the version's items for the respondent, as bip__scores_print() writes
 * them. */
typedef struct bip__assessment_put {
    int32_t person;
    bip_date day;
    const bip__version *version;
    int32_t respondent;       /* index */
    const char *rater, *note; /* NULL for none */
    const char *scores;
    size_t scores_n, note_n;
} bip__assessment_put;

/* The assessment that holds a key (participant, instrument code, respondent, day, rater), if one does; of several,
 * which a merge may bring, the one recorded last. */
typedef struct bip__holder {
    bool held;
    const bip__version *version; /* it was stored with */
    int64_t entry, root_entry;   /* its current revision and its first */
    int32_t idx, root_idx;
    char *scores, *note; /* current content, owned by the arena; note NULL for none */
    size_t scores_n, note_n;
} bip__holder;
bip_status bip__holder_find(bip__context *c, bip__arena *arena, int32_t person, bip_date day, const char *instrument,
                            const char *respondent, const char *rater /* NULL or "": unknown */, bip__holder *out,
                            bip_error *err);

/* The assessment that an id names, of any of its revisions: its current revision, and everything of `put` but scores
 * and note. BIP_E_NOT_FOUND fills no err; a withdrawn one is not held. */
bip_status bip__holder_by_id(bip__change *change, bip__arena *arena, const char *id, bip__assessment_put *put,
                             bip__holder *out, bip_error *err);

/* The id of a fact; its entry may be that of the change in hand. */
bip_status bip__fact_id(const bip__context *c, int64_t entry, int32_t idx, char id[BIP_ID_SIZE], bip_error *err);

/* The words that a row names: its respondent and, where one is given, its rater. */
bip_status bip__words_add(bip__context *c, const bip__version *version, int32_t respondent, const char *rater,
                          bip__assessment_row *row, bip_error *err);

/* A new assessment whose key the caller has found free. Gives its index in the change's entry. */
bip_status bip__assessment_insert(bip__change *change, const bip__assessment_put *in, int32_t *idx, bip_error *err);
/* A new revision of `holder` with other scores and note; scores NULL withdraws. */
bip_status bip__assessment_revise(bip__change *change, const bip__assessment_put *in, const bip__holder *holder,
                                  int32_t *idx, bip_error *err);

/* Scores from arrays (indicators NULL: all items in order) into one per item, checked: codes, asked of the respondent,
 * on the scale. `items` has room for the respondent's items and is BIP_NOT_ASKED (or the old content of a correction)
 * where nothing is named. */
bip_status bip__scores_take(const bip__version *v, int32_t respondent, const char *const *indicators,
                            const bip_score *scores, size_t n, bip_score *items, bip_error *err);
/* One score against its scale; message and `where` name the indicator. */
bip_status bip__score_check(const bip__indicator *indicator, const bip_score *score, bip_error *err);

/* Whether an instrument's participant_pattern (if any) takes the code. */
bip_status bip__participant_fits(const bip__instrument *instrument, const char *code, bip_error *err);

/* Register; the caller has checked that the code is free. */
bip_status bip__participant_insert(bip__change *change, const char *code, bip_date enrolled, int32_t *person,
                                   bip_error *err);
/* The same in two steps, for many at once: all get numbers that follow one another from *first; then comes the fact of
 * each, before any other of theirs. */
bip_status bip__participants_number(bip__change *change, const char *const *codes, size_t n, int32_t *first,
                                    bip_error *err);
bip_status bip__participant_fact(bip__change *change, int32_t person, const char *code, bip_date enrolled,
                                 bip_error *err);
/* Put a fact whose canonical form stands in change->canonical; person 0: about nobody. */
bip_status bip__fact_insert(bip__change *change, int32_t person, int32_t kind, bip_date day, bip_error *err);
/* Erase everything about somebody, with a fact about nobody that says so. Inside the write transaction. The change has
 * a reason, which stays; BIP_E_REFUSED: it names the code, and nothing was erased. */
bip_status bip__participant_erase(bip__change *change, int32_t person, const char *code, bip_error *err);
/* What a participant objects to in an assessment of theirs. */
bip_status bip__dispute_insert(bip__change *change, const bip__assessment_put *put, const bip__holder *holder,
                               const char *text, int32_t *idx, bip_error *err);
#define BIP__MOST_VALUE 200 /* code points of an attribute's value */
/* Whether an attribute may have this value: one line of at most so many. NULL, which takes it away, may be. */
bool bip__value_fits(const char *value);
bip_status bip__attribute_insert(bip__change *change, int32_t person, const char *key, const char *value,
                                 bip_error *err);

/* Whether a version may stand beside those in the store. *known: it is there with the same content. BIP_E_REFUSED: with
 * other content, or what it continues is not there or continued already. */
bip_status bip__instrument_fits(const bip__catalogue *catalogue, const bip__instrument *def, bool *known,
                                bip_error *err);
/* Put the row and its items. Inside begin(); the catalogue must be forgotten afterwards. */
bip_status bip__instrument_store(bip__storage *storage, const bip__instrument *def, int64_t entry, int32_t idx,
                                 const char *reason, bip_error *err);
bip_status bip__instrument_insert(bip__change *change, const char *json, size_t n, bip_error *err);
/* Put the built-in ones into a fresh store; no entry. Inside begin(). */
bip_status bip__instruments_seed(bip__storage *storage, bip_error *err);

/* The revision of each assessment that was recorded last is current. Tells every row where `current` says otherwise. */
typedef bip_status (*bip__current_fn)(void *ctx, int32_t person, bip_date day, int64_t entry, int32_t idx,
                                      int32_t should_be, bip_error *err);
bip_status bip__currents_walk(bip__context *c, int32_t person, bip__current_fn differs, void *ctx, bip_error *err);
/* After facts came in from elsewhere: put it right. Inside begin(). */
bip_status bip__currents_settle(bip__context *c, int32_t person, bip_error *err);

/* Check the file, every row and the trail; each fault goes to issue (may be NULL) and is counted. */
bip_status bip__verify(bip__context *c, const char *anchor, bip_issue_fn issue, void *ctx, int64_t *faults,
                       bip_error *err);

#endif
