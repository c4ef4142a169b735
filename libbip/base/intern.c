#include "base/intern.h"

#include <string.h>

/* FNV-1a with a last mixing, so that the low bits of short texts differ. */
uint64_t bip__intern_hash(const void *p, size_t n)
{
    const unsigned char *byte = p;
    uint64_t h = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < n; i++)
        h = (h ^ byte[i]) * UINT64_C(1099511628211);
    h = (h ^ (h >> 32)) * UINT64_C(0x9E3779B97F4A7C15);
    return h ^ (h >> 29);
}

/* The slot that holds the text, or the free one where it belongs. */
static uint32_t *slot_of(const bip__intern *t, const char *s, size_t n, uint32_t hash)
{
    size_t i = hash & (t->n_slots - 1);
    for (; t->slots[i] != 0; i = (i + 1) & (t->n_slots - 1)) {
        const bip__interned *have = &t->list[t->slots[i] - 1];
        if (have->hash == hash && have->n == n && memcmp(have->s, s, n) == 0)
            break;
    }
    return &t->slots[i];
}

static bool rehash(bip__intern *t)
{
    bip__intern larger = *t;
    larger.n_slots = t->n_slots ? t->n_slots * 2 : 64;
    larger.slots = bip__alloc_zero(larger.n_slots, sizeof *larger.slots);
    if (larger.slots == NULL)
        return false;
    for (size_t k = 0; k < t->n; k++) {
        const bip__interned *have = &t->list[k];
        *slot_of(&larger, have->s, have->n, have->hash) = (uint32_t)k + 1;
    }
    bip__free(t->slots);
    *t = larger;
    return true;
}

uint32_t bip__intern_find(const bip__intern *t, const char *s, size_t n)
{
    return t->n_slots ? *slot_of(t, s, n, (uint32_t)bip__intern_hash(s, n)) : 0;
}

uint32_t bip__intern_add(bip__intern *t, const char *s, size_t n)
{
    const uint32_t hash = (uint32_t)bip__intern_hash(s, n);
    if (n >= UINT32_MAX || t->n >= UINT32_MAX - 1)
        return 0;
    if (t->n_slots <= 2 * t->n && !rehash(t))
        return 0;
    uint32_t *slot = slot_of(t, s, n, hash);
    if (*slot != 0)
        return *slot;
    if (!bip__grow(&t->list, &t->cap, t->n + 1, sizeof *t->list))
        return 0;
    const char *copy = bip__arena_strndup(&t->arena, s, n);
    if (copy == NULL)
        return 0;
    t->list[t->n++] = (bip__interned){copy, (uint32_t)n, hash};
    *slot = (uint32_t)t->n;
    return *slot;
}

const char *bip__intern_text(const bip__intern *t, uint32_t number)
{
    return t->list[number - 1].s;
}

void bip__intern_free(bip__intern *t)
{
    bip__arena_free(&t->arena);
    bip__free(t->list);
    bip__free(t->slots);
    *t = (bip__intern){0};
}
