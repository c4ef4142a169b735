/* Texts (or other runs of bytes) that repeat, kept once under a number from 1. */
#ifndef BIP_BASE_INTERN_H
#define BIP_BASE_INTERN_H

#include "base/alloc.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct bip__interned {
    const char *s; /* NUL-terminated */
    uint32_t n, hash;
} bip__interned;

/* Zero-initialise. */
typedef struct bip__intern {
    bip__arena arena;
    bip__interned *list; /* list[k - 1] is number k */
    size_t n, cap;
    uint32_t *slots; /* open addressing; 0: free */
    size_t n_slots;  /* a power of two */
} bip__intern;

uint64_t bip__intern_hash(const void *p, size_t n);
uint32_t bip__intern_find(const bip__intern *t, const char *s, size_t n); /* 0: not there */
uint32_t bip__intern_add(bip__intern *t, const char *s, size_t n);        /* or finds it; 0: no memory */
const char *bip__intern_text(const bip__intern *t, uint32_t number);
void bip__intern_free(bip__intern *t);

#endif
