#include "base/intern.h"

#include "base/bytes.h"

#include <string.h>

/* Multiplied and folded eight bytes at a time: codes and names are short. The low bits differ where any byte does. */
uint64_t bip__intern_hash(const void *p, size_t n)
{
    static const uint64_t odd = UINT64_C(0x9E3779B97F4A7C15);
    const unsigned char *byte = p;
    const size_t whole = n & ~(size_t)7;
    uint64_t h = n * odd, tail = 0;
    for (size_t i = 0; i < whole; i += 8) {
        h = (h ^ bip__load_8(byte + i)) * odd;
        h ^= h >> 32;
    }
    if (n > 8)
        tail = bip__load_8(byte + n - 8); /* some of them again */
    for (size_t i = n > 8 ? n : whole; i < n; i++)
        tail = tail << 8 | byte[i];
    h = (h ^ tail) * odd;
    h = (h ^ (h >> 32)) * odd;
    return h ^ (h >> 29);
}

static bool holds(const bip__intern *t, size_t slot, const char *s, size_t n)
{
    const bip__interned *have = &t->list[t->slots[slot].number - 1];
    return have->n == n && memcmp(have->s, s, n) == 0;
}

/* The slot that holds the text, or the free one where it belongs. */
static bip__hashed *slot_of(const bip__intern *t, const char *s, size_t n, uint32_t hash)
{
    size_t i = bip__slots_seek(t->slots, t->n_slots, hash, hash);
    while (t->slots[i].number != 0 && !holds(t, i, s, n))
        i = bip__slots_seek(t->slots, t->n_slots, i + 1, hash);
    return &t->slots[i];
}

/* All are different: no text has to be looked at. */
bool bip__slots_grow(bip__hashed **slots, size_t *n_slots, size_t first)
{
    const size_t n = *n_slots > 0 ? *n_slots * 2 : first;
    bip__hashed *larger = bip__alloc_zero(n, sizeof *larger);
    if (larger == NULL)
        return false;
    for (size_t k = 0; k < *n_slots; k++) {
        size_t i = (*slots)[k].hash & (n - 1);
        while ((*slots)[k].number != 0 && larger[i].number != 0)
            i = (i + 1) & (n - 1);
        if ((*slots)[k].number != 0)
            larger[i] = (*slots)[k];
    }
    bip__free(*slots);
    *slots = larger;
    *n_slots = n;
    return true;
}

uint32_t bip__intern_find_hashed(const bip__intern *t, const char *s, size_t n, uint64_t hash)
{
    return t->n_slots ? slot_of(t, s, n, (uint32_t)hash)->number : 0;
}

uint32_t bip__intern_find(const bip__intern *t, const char *s, size_t n)
{
    return bip__intern_find_hashed(t, s, n, bip__intern_hash(s, n));
}

void bip__intern_hint(const bip__intern *t, uint64_t hash, int step)
{
    const uint32_t number = bip__slots_hint(t->slots, t->n_slots, (uint32_t)hash, step);
    if (number != 0 && step == 2)
        bip__hint(&t->list[number - 1]);
    else if (number != 0)
        bip__hint(t->list[number - 1].s);
}

uint32_t bip__intern_add(bip__intern *t, const char *s, size_t n)
{
    const uint32_t hash = (uint32_t)bip__intern_hash(s, n);
    if (t->n >= UINT32_MAX - 1)
        return 0;
    if (t->n_slots <= 2 * t->n && !bip__slots_grow(&t->slots, &t->n_slots, 64))
        return 0;
    bip__hashed *slot = slot_of(t, s, n, hash);
    if (slot->number != 0)
        return slot->number;
    if (!bip__grow(&t->list, &t->cap, t->n + 1, sizeof *t->list))
        return 0;
    const char *copy = bip__arena_strndup(&t->arena, s, n);
    if (copy == NULL)
        return 0;
    t->list[t->n++] = (bip__interned){copy, n};
    *slot = (bip__hashed){(uint32_t)t->n, hash};
    return slot->number;
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
