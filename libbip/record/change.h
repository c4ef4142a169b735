/* One transaction, one entry of the audit trail: facts go in one at a time, each into the leaf of its person. Their
 * rows may wait for others of their kind. */
#ifndef BIP_RECORD_CHANGE_H
#define BIP_RECORD_CHANGE_H

#include "read/context.h"
#include "store/canon.h"
#include "store/trail.h"

/* The first half of the canonical form of new assessments, which many have in common. */
#define BIP__HEADS 4
typedef struct bip__head {
    int32_t version; /* number in storage; 0: none yet */
    int32_t respondent;
    bip__out text;
} bip__head;

typedef struct bip__batch bip__batch; /* rows that wait for others of their kind */

typedef struct bip__change {
    bip__context *context;
    char *actor, *reason; /* reason NULL for none */
    bool begun, broken;   /* the write transaction is open; it can only be rolled back */
    bip__entry_row entry; /* n and id from the beginning of the transaction */
    int32_t next_idx;
    /* the run of facts in hand */
    bool in_run;
    int32_t run_person, run_identity, run_pos;
    uint8_t run_identity_hash[BIP_HASH_SIZE];
    bip__hash run_hash, entry_hash;
    int64_t *parents;
    size_t n_parents;
    /* beside facts of its own: entries made elsewhere, a setting; so there is something to commit without any */
    bool wrote_beside;
    bool erased;                  /* somebody was erased: once committed, no trace may stay in the files */
    bip__out canonical;           /* scratch for canonical forms */
    bip__head heads[BIP__HEADS];  /* by respondent */
    bip__identity_row *newcomers; /* those registered last, by their numbers: nobody has to look for their identity */
    size_t n_newcomers;
    bip__batch *batch; /* NULL: each row is put at once */
} bip__change;

bip_status bip__change_open(bip__context *c, const char *actor, const char *reason, bip__change **out, bip_error *err);
bip_status bip__change_commit(bip__change *change, char entry_id[BIP_ID_SIZE], bip_error *err); /* frees */
void bip__change_rollback(bip__change *change); /* frees; NULL is fine */

/* Start the write transaction if that hasn't happened: from here on the store is locked against other writers and what
 * is read is certain. */
bip_status bip__change_write(bip__change *change, bip_error *err);

/* Give the fact its index and add its canonical form to the leaf of `person` (0: about nobody). The caller puts the
 * row. After a failure the change is broken. */
bip_status bip__change_fact(bip__change *change, int32_t person, const char *canonical, size_t n, int32_t *idx,
                            bip_error *err);
/* The same for a fact about an earlier one of that person, its root: in a leaf of the same identity, so that erasing
 * the identity takes both or neither. */
bip_status bip__change_later_fact(bip__change *change, int32_t person, int64_t root_entry, int32_t root_idx,
                                  const char *canonical, size_t n, int32_t *idx, bip_error *err);

/* The row of a fact or leaf, into storage. After a failure the change is broken. Between batch_begin() and
 * batch_end() rows wait for others of their kind: nobody may read them before they are written. */
bip_status bip__put_assessment(bip__change *change, const bip__assessment_row *row, bip_error *err);
bip_status bip__put_fact(bip__change *change, const bip__fact_row *row, bip_error *err);
bip_status bip__put_leaf(bip__change *change, const bip__leaf_row *row, bip_error *err);
bip_status bip__batch_begin(bip__change *change, bip_error *err);
bip_status bip__batch_write(bip__change *change, bip_error *err); /* what waits */
bip_status bip__batch_end(bip__change *change, bip_error *err);   /* the same, and no more waiting */
void bip__batch_drop(bip__change *change);                        /* without writing */

#endif
