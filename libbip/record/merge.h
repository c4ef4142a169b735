/* Taking in entries and facts made elsewhere: the union of two trails. Everything is recomputed from the facts; what is
 * already here is compared and skipped; nothing of it makes an entry of its own. Used while a whole store is read from
 * a file. After a failure the change is broken: what was put before it must be rolled back. */
#ifndef BIP_RECORD_MERGE_H
#define BIP_RECORD_MERGE_H

#include "record/record.h"

typedef struct bip__merge bip__merge;

/* Counts of what was new. */
typedef struct bip__merge_result {
    int64_t entries, participants;
    int64_t assessments, revisions, known; /* first revisions; later ones; first revisions that were here */
    int64_t future;                        /* new first revisions dated after today */
} bip__merge_result;

/* Begins the write transaction. */
bip_status bip__merge_open(bip__change *change, bip_date today, bip__merge **out, bip_error *err);
void bip__merge_close(bip__merge *m);

/* A built-in instrument of the other store: the same content is here, or it becomes one here. */
bip_status bip__merge_builtin(bip__merge *m, const char *json, size_t n, bip_error *err);

/* An identity that was erased in the other store, which a fact must confirm. Before the entries. */
bip_status bip__merge_erased(bip__merge *m, const uint8_t hash[BIP_HASH_SIZE], bip_error *err);

/* The next entry; its parents come before it. The leaves follow, then bip__merge_entry_end() checks the hash. */
typedef struct bip__merge_entry_in {
    uint8_t id[BIP__UUID_SIZE], hash[BIP_HASH_SIZE];
    int64_t at_ms;
    const char *actor;
    const uint8_t (*parents)[BIP__UUID_SIZE]; /* rising */
    size_t n_parents;
} bip__merge_entry_in;
bip_status bip__merge_entry(bip__merge *m, const bip__merge_entry_in *in, bip_error *err);
bip_status bip__merge_leaf(bip__merge *m, int32_t pos, const uint8_t *identity /* NULL: nobody */,
                           const uint8_t hash[BIP_HASH_SIZE], bip_error *err);
bip_status bip__merge_entry_end(bip__merge *m, bip_error *err);

/* Whose facts follow: NULL, for those about nobody, or a participant's code. Checks the leaves of the one before. */
bip_status bip__merge_person(bip__merge *m, const char *code, bip_error *err);
/* An identity of that participant; before the facts. */
bip_status bip__merge_identity(bip__merge *m, const uint8_t uuid[BIP__UUID_SIZE], bip_error *err);

/* The next fact of that participant, in the order of recording. Texts are copied. */
bip_status bip__merge_assessment(bip__merge *m, const uint8_t entry[BIP__UUID_SIZE], int32_t idx,
                                 const bip__assessment_fact *fact, bip_error *err);
bip_status bip__merge_participant(bip__merge *m, const uint8_t entry[BIP__UUID_SIZE], int32_t idx, const char *code,
                                  bip_date enrolled, const char *reason, bip_error *err);
bip_status bip__merge_attribute(bip__merge *m, const uint8_t entry[BIP__UUID_SIZE], int32_t idx, const char *key,
                                const char *value, const char *reason, bip_error *err);
bip_status bip__merge_instrument(bip__merge *m, const uint8_t entry[BIP__UUID_SIZE], int32_t idx, const char *json,
                                 size_t n, const char *reason, bip_error *err);

bip_status bip__merge_dispute(bip__merge *m, const uint8_t entry[BIP__UUID_SIZE], int32_t idx, const char *of,
                              const char *text, const char *reason, bip_error *err);
/* About nobody; the identities rise and are in the list of the erased. Erases them here too. */
bip_status bip__merge_erasure(bip__merge *m, const uint8_t entry[BIP__UUID_SIZE], int32_t idx,
                              const uint8_t (*identities)[BIP_HASH_SIZE], size_t n, const char *reason, bip_error *err);

/* BIP_E_CONFLICT from any of these: a version of an instrument is here with other content. */

/* All has been said: no leaf may be without its facts. */
bip_status bip__merge_finish(bip__merge *m, bip__merge_result *result, bip_error *err);

#endif
