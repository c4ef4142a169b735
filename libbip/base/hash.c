#include "base/hash.h"

#include <assert.h>
#include <sodium.h>

/* Without bip__hash_prepare() the portable implementation runs, which gives the same bytes. */
_Static_assert(BIP_HASH_SIZE == crypto_generichash_BYTES, "BLAKE2b-256");
_Static_assert(sizeof(crypto_generichash_state) + _Alignof(crypto_generichash_state) - 1 <=
                   sizeof(((bip__hash *)0)->room),
               "room for the state");

static crypto_generichash_state *state_of(bip__hash *h)
{
    const uintptr_t align = _Alignof(crypto_generichash_state);
    uintptr_t past = (uintptr_t)h->room % align;

    assert(h->self == h);
    return (crypto_generichash_state *)(void *)(h->room + (past ? align - past : 0));
}

void bip__hash_begin(bip__hash *h, const uint8_t *key, size_t key_n)
{
    assert(!key || (key_n >= crypto_generichash_KEYBYTES_MIN && key_n <= crypto_generichash_KEYBYTES_MAX));
    h->self = h;
    crypto_generichash_init(state_of(h), key, key ? key_n : 0, BIP_HASH_SIZE);
}

void bip__hash_add(bip__hash *h, const void *p, size_t n)
{
    if (n)
        crypto_generichash_update(state_of(h), p, n);
}

void bip__hash_end(bip__hash *h, uint8_t out[BIP_HASH_SIZE])
{
    crypto_generichash_final(state_of(h), out, BIP_HASH_SIZE);
}

void bip__hash_once(const void *p, size_t n, uint8_t out[BIP_HASH_SIZE])
{
    bip__hash h;

    bip__hash_begin(&h, NULL, 0);
    bip__hash_add(&h, p, n);
    bip__hash_end(&h, out);
}

/* Whatever it answers: what it may fail at is chance, which isn't asked of it. */
void bip__hash_prepare(void)
{
    if (sodium_init() < 0)
        return;
}

const char *bip__hash_library(void)
{
    return sodium_version_string();
}
