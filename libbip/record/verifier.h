/* What the files of bip__verify() share: everything the trail vouches for is recomputed, entries from their leaves,
 * leaves from their facts, and what is derived from both. */
#ifndef BIP_RECORD_VERIFIER_H
#define BIP_RECORD_VERIFIER_H

#include "record/record.h"

typedef struct bip__leaf_key {
    int64_t entry;
    int32_t pos;
} bip__leaf_key;

/* An identity that a fact says was erased. */
typedef struct bip__erasure {
    uint8_t identity[BIP_HASH_SIZE];
    int64_t entry;
} bip__erasure;

typedef struct bip__verifier {
    bip__context *context;
    bip__storage *storage;
    const bip__storage_api *api;
    const bip__catalogue *catalogue;
    bip_issue_fn issue;
    void *ctx;
    int64_t faults;
    bip__leaf_key *seen; /* leaves whose facts were found */
    size_t n_seen, seen_cap;
    int32_t *held; /* identities that a leaf names */
    size_t n_held, held_cap;
    bip__erasure *erasures;
    size_t n_erasures, erasures_cap;
    bip__out text;
    bip_error own, *err; /* err: always own, so that what a damaged row says can be told as a fault */
} bip__verifier;

/* A fault, and on with the rest; BIP_E_CANCELLED where the caller wants no more. */
bip_status bip__verify_tell(bip__verifier *v, const char *where, const char *message);
/* The same at an entry; participant NULL: about nobody. */
bip_status bip__verify_fault(bip__verifier *v, int64_t entry_n, const char *participant, const char *message);
/* What can't be read is a fault like another: it is told, and the rest is checked all the same. */
bip_status bip__verify_survive(bip__verifier *v, bip_status st, const char *what, const char *code);
/* A word that is gone reads as another, so that the hash of what names it can't match. */
bip_status bip__verify_word(bip__verifier *v, int32_t n, const char **text);

/* verify_facts.c */
bip_status bip__verify_people(bip__verifier *v);
bip_status bip__verify_instruments(bip__verifier *v);
/* verify_trail.c; after the facts, which tell which leaves have theirs */
bip_status bip__verify_entries(bip__verifier *v);
/* After the entries, which tell which of them the trail knows. */
bip_status bip__verify_identities(bip__verifier *v);
bip_status bip__verify_anchor(bip__verifier *v, const char *anchor);

#endif
