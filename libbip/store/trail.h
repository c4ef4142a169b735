/* The ids and hashes of the audit trail, specified in doc/store.md. */
#ifndef BIP_STORE_TRAIL_H
#define BIP_STORE_TRAIL_H

#include "base/hash.h"
#include "store/store.h"

/* An entry's id is random but for its first four bytes: the number that the entry gets in the store where it is made,
 * big end first. There, and in copies of that store, it is found by that number, and its id needs no index. */
void bip__entry_id_number_put(uint8_t id[BIP__UUID_SIZE], int64_t n);
int64_t bip__entry_id_number(const uint8_t id[BIP__UUID_SIZE]);

/* A leaf: BLAKE2b-256, keyed with the person's identity (about nobody: not keyed), over each canonical fact and a line
 * feed. */
void bip__leaf_begin(bip__hash *h, const uint8_t *uuid /* NULL: about nobody */);
void bip__leaf_add(bip__hash *h, const char *canonical, size_t n);
void bip__leaf_end(bip__hash *h, uint8_t out[BIP_HASH_SIZE]);

void bip__identity_hash(const uint8_t uuid[BIP__UUID_SIZE], uint8_t out[BIP_HASH_SIZE]);

/* An entry: BLAKE2b-256 over "bip-entry-1", NUL; id; at_ms, 8 bytes, big end first; length of actor, 4 bytes, and
 * actor; number of parents, 4 bytes, and their hashes, sorted; then for every leaf by pos: pos, 4 bytes, identity hash
 * (32 bytes of 0 for nobody), leaf hash. Call in this order. */
void bip__entry_begin(bip__hash *h, const uint8_t id[BIP__UUID_SIZE], int64_t at_ms, const char *actor,
                      uint8_t (*parents)[BIP_HASH_SIZE], size_t n_parents); /* sorts parents in place */
void bip__entry_leaf(bip__hash *h, int32_t pos, const uint8_t identity[BIP_HASH_SIZE],
                     const uint8_t hash[BIP_HASH_SIZE]);
void bip__entry_end(bip__hash *h, uint8_t out[BIP_HASH_SIZE]);

#endif
