#include "store/trail.h"

#include <stdlib.h>
#include <string.h>

static void add_u32(bip__hash *h, uint32_t v)
{
    const uint8_t b[4] = {(uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v};
    bip__hash_add(h, b, sizeof b);
}

static void add_u64(bip__hash *h, uint64_t v)
{
    add_u32(h, (uint32_t)(v >> 32));
    add_u32(h, (uint32_t)v);
}

void bip__entry_id_number_put(uint8_t id[BIP__UUID_SIZE], int64_t n)
{
    for (int i = 3; i >= 0; i--, n >>= 8)
        id[i] = (uint8_t)n;
}

int64_t bip__entry_id_number(const uint8_t id[BIP__UUID_SIZE])
{
    return (int64_t)id[0] << 24 | id[1] << 16 | id[2] << 8 | id[3];
}

/* The uuid is a key and not a prefix: once it is destroyed, nobody can guess at the facts behind what remains. */
void bip__leaf_begin(bip__hash *h, const uint8_t *uuid)
{
    bip__hash_begin(h, uuid, uuid ? BIP__UUID_SIZE : 0);
}

/* Canonical facts hold no raw line feed (JSON escapes it), so the boundary between two can't be moved. */
void bip__leaf_add(bip__hash *h, const char *canonical, size_t n)
{
    bip__hash_add(h, canonical, n);
    bip__hash_add(h, "\n", 1);
}

void bip__leaf_end(bip__hash *h, uint8_t out[BIP_HASH_SIZE])
{
    bip__hash_end(h, out);
}

void bip__identity_hash(const uint8_t uuid[BIP__UUID_SIZE], uint8_t out[BIP_HASH_SIZE])
{
    bip__hash_once(uuid, BIP__UUID_SIZE, out);
}

static int by_bytes(const void *a, const void *b)
{
    return memcmp(a, b, BIP_HASH_SIZE);
}

void bip__entry_begin(bip__hash *h, const uint8_t id[BIP__UUID_SIZE], int64_t at_ms, const char *actor,
                      uint8_t (*parents)[BIP_HASH_SIZE], size_t n_parents)
{
    static const char domain[] = "bip-entry-1"; /* hashed with its NUL */
    size_t actor_n = strlen(actor);

    if (n_parents > 1)
        qsort(parents, n_parents, sizeof *parents, by_bytes);
    bip__hash_begin(h, NULL, 0);
    bip__hash_add(h, domain, sizeof domain);
    bip__hash_add(h, id, BIP__UUID_SIZE);
    add_u64(h, (uint64_t)at_ms);
    add_u32(h, (uint32_t)actor_n);
    bip__hash_add(h, actor, actor_n);
    add_u32(h, (uint32_t)n_parents);
    for (size_t i = 0; i < n_parents; i++)
        bip__hash_add(h, parents[i], BIP_HASH_SIZE);
}

void bip__entry_leaf(bip__hash *h, int32_t pos, const uint8_t identity[BIP_HASH_SIZE],
                     const uint8_t hash[BIP_HASH_SIZE])
{
    add_u32(h, (uint32_t)pos);
    bip__hash_add(h, identity, BIP_HASH_SIZE);
    bip__hash_add(h, hash, BIP_HASH_SIZE);
}

void bip__entry_end(bip__hash *h, uint8_t out[BIP_HASH_SIZE])
{
    bip__hash_end(h, out);
}
