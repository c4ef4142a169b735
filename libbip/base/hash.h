/* BLAKE2b with 32 bytes of output, from libsodium; the only file that knows sodium.h is hash.c. */
#ifndef BIP_BASE_HASH_H
#define BIP_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#define BIP_HASH_SIZE 32

typedef struct bip__hash {
    _Alignas(64) uint8_t state[384];
} bip__hash;

void bip__hash_begin(bip__hash *h, const uint8_t *key, size_t key_n); /* key NULL: none; else 16 to 64 bytes */
void bip__hash_add(bip__hash *h, const void *p, size_t n);
void bip__hash_end(bip__hash *h, uint8_t out[BIP_HASH_SIZE]);
void bip__hash_once(const void *p, size_t n, uint8_t out[BIP_HASH_SIZE]);
const char *bip__hash_library(void); /* version of libsodium */

#endif
