/* Texts (or other runs of bytes) that repeat, kept once under a number from 1. */
#ifndef BIP_BASE_INTERN_H
#define BIP_BASE_INTERN_H

#include "base/alloc.h"
#include "base/bytes.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct bip__interned {
    const char *s; /* NUL-terminated */
    size_t n;
    uint64_t ends[2]; /* its first and last eight bytes, which are all of up to 16: what lies elsewhere isn't touched */
} bip__interned;

/* Of a table with open addressing. The hash stands beside the number, so that what is passed by is not touched. */
typedef struct bip__hashed {
    uint32_t number; /* 0: free */
    uint32_t hash;
} bip__hashed;

/* Zero-initialise. */
typedef struct bip__intern {
    bip__arena arena;
    bip__interned *list; /* list[k - 1] is number k */
    size_t n, cap;
    bip__hashed *slots;
    size_t n_slots; /* a power of two */
} bip__intern;

/* Twice as many slots, of none `first`, each number where its hash says. false: no memory, nothing changed. */
bool bip__slots_grow(bip__hashed **slots, size_t *n_slots, size_t first);

/* From `at` on the first slot of this hash, or the free one behind which there is none; its hash is where to begin.
 * Only the slots are looked at. */
static inline size_t bip__slots_seek(const bip__hashed *slots, size_t n_slots, size_t at, uint32_t hash)
{
    at &= n_slots - 1;
    while (slots[at].number != 0 && slots[at].hash != hash)
        at = (at + 1) & (n_slots - 1);
    return at;
}

/* Step 1 asks for where the search for this hash begins; from step 2 on, gives the number it comes to, 0 for none. */
static inline uint32_t bip__slots_hint(const bip__hashed *slots, size_t n_slots, uint32_t hash, int step)
{
    if (n_slots == 0)
        return 0;
    if (step > 1)
        return slots[bip__slots_seek(slots, n_slots, hash, hash)].number;
    bip__hint(&slots[hash & (n_slots - 1)]);
    return 0;
}

uint64_t bip__intern_hash(const void *p, size_t n);
uint32_t bip__intern_find(const bip__intern *t, const char *s, size_t n); /* 0: not there */
/* The same with the hash of the text in hand. Where many are looked up in no order, asking for all of them before the
 * first is looked up hides most of the waiting for memory: in three steps, each for all. */
uint32_t bip__intern_find_hashed(const bip__intern *t, const char *s, size_t n, uint64_t hash);
void bip__intern_hint(const bip__intern *t, uint64_t hash, int step);
uint32_t bip__intern_add(bip__intern *t, const char *s, size_t n); /* or finds it; 0: no memory */
const char *bip__intern_text(const bip__intern *t, uint32_t number);
void bip__intern_free(bip__intern *t);

#endif
