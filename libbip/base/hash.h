/* BLAKE2b with 32 bytes of output, from libsodium; the only file that knows sodium.h is hash.c. */
#ifndef BIP_BASE_HASH_H
#define BIP_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#define BIP_HASH_SIZE 32

/* May stand anywhere, also in a block of the heap, but must not be moved or copied between begin and end. */
typedef struct bip__hash {
    const struct bip__hash *self;
    uint8_t room[384 + 63]; /* holds libsodium's state on its boundary of 64 bytes, which malloc() doesn't keep */
} bip__hash;

/* Let libsodium choose its fastest implementation for this machine: once a process, whoever asks first, from any
 * thread.
 */
void bip__hash_prepare(void);
void bip__hash_begin(bip__hash *h, const uint8_t *key, size_t key_n); /* key NULL: none; else 16 to 64 bytes */
void bip__hash_add(bip__hash *h, const void *p, size_t n);
void bip__hash_end(bip__hash *h, uint8_t out[BIP_HASH_SIZE]);
void bip__hash_once(const void *p, size_t n, uint8_t out[BIP_HASH_SIZE]);
const char *bip__hash_library(void); /* version of libsodium */

#endif
