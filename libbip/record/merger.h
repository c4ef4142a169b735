/* A merge in the middle: what its files share. */
#ifndef BIP_RECORD_MERGER_H
#define BIP_RECORD_MERGER_H

#include "record/merge.h"

#include "base/intern.h"

/* An entry of the other store. */
typedef struct bip__merged_entry {
    uint8_t id[BIP__UUID_SIZE], hash[BIP_HASH_SIZE];
    int64_t n, logical_ms; /* n: here */
    bool is_new;
    size_t leaves, n_leaves; /* the first of them, in the list */
} bip__merged_entry;

typedef struct bip__merged_leaf {
    int32_t pos, identity; /* identity: index in the list, -1: nobody */
    uint8_t hash[BIP_HASH_SIZE];
    bool seen; /* its facts were read */
} bip__merged_leaf;

typedef struct bip__merged_identity {
    uint8_t uuid[BIP__UUID_SIZE];
    bool told, erased; /* its uuid was read; its person is erased: here, or there */
    bool listed, said; /* there it is in the list of the erased; and a fact says so */
    int32_t n;         /* here; 0: not yet */
    int64_t person;    /* which of the persons read, by their order; 0: none yet */
} bip__merged_identity;

struct bip__merge {
    bip__change *change;
    bip__context *context;
    bip__storage *storage;
    const bip__storage_api *api;
    bip__merge_result result;
    bip__intern entry_ids, identity_hashes; /* by number: the lists, from 1 */
    bip__merged_entry *entries;
    bip__merged_leaf *leaves;
    bip__merged_identity *identities;
    size_t n_leaves, entries_cap, leaves_cap, identities_cap;
    bip__hash entry_hash;
    /* the participant in hand */
    int64_t serial; /* persons read so far */
    char *code;     /* NULL: nobody */
    int32_t person; /* here; 0: nobody, or not there yet */
    bool touched, has_fact;
    bip__intern root_ids;
    struct bip__merged_root {
        bip_date day;
        int32_t identity;
        uint32_t key; /* number in `keys` */
    } * roots;        /* the first revisions of the participant in hand, by number of root_ids */
    size_t roots_cap;
    bip__intern keys; /* instrument, respondent and rater, which no revision changes; of everybody */
    /* the leaf in hand */
    bip__merged_leaf *open;
    bip__merged_entry *open_entry;
    int32_t next_idx;
    bip__hash leaf_hash;
    bip__out canonical;
    bip_score *scores;
    size_t scores_cap;
    bip_date today;
};

/* Fill err, with the entry and the participant in hand as the place. */
void bip__merge_blame(const bip__merge *m, const uint8_t id[BIP__UUID_SIZE], const char *message, bip_error *err);
static inline bip_status bip__merge_refuse(const bip__merge *m, const uint8_t id[BIP__UUID_SIZE], const char *message,
                                           bip_error *err)
{
    bip__merge_blame(m, id, message, err);
    return BIP_E_REFUSED;
}
/* A check failed: its message, with the place of the fact. */
bip_status bip__merge_refuse_as(const bip__merge *m, const uint8_t id[BIP__UUID_SIZE], bip_status st,
                                const bip_error *why, bip_error *err);
/* NULL: it hasn't been told. */
bip__merged_entry *bip__merge_find_entry(const bip__merge *m, const uint8_t id[BIP__UUID_SIZE]);

/* merge_facts.c: the facts of the leaf in hand, if there is one, must be those that were recorded. */
bip_status bip__merge_end_leaf(bip__merge *m, bip_error *err);

#endif
