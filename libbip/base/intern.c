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

/* Of a shorter text than eight bytes both are all of it. */
static bip__interned with_ends(const char *s, size_t n)
{
    bip__interned text = {.s = s, .n = n};
    if (n >= 8) {
        text.ends[0] = bip__load_8(s);
        text.ends[1] = bip__load_8(s + n - 8);
    } else {
        for (size_t i = 0; i < n; i++)
            text.ends[0] = text.ends[0] << 8 | (unsigned char)s[i];
        text.ends[1] = text.ends[0];
    }
    return text;
}

static bool same(const bip__interned *a, const bip__interned *b)
{
    return a->n == b->n && a->ends[0] == b->ends[0] && a->ends[1] == b->ends[1] &&
           (a->n <= 16 || memcmp(a->s, b->s, a->n) == 0);
}

/* The slot that holds the text, or the free one where it belongs. */
static bip__hashed *slot_of(const bip__intern *t, const bip__interned *text, uint32_t hash)
{
    size_t i = bip__slots_seek(t->slots, t->n_slots, hash, hash);
    while (t->slots[i].number != 0 && !same(&t->list[t->slots[i].number - 1], text))
        i = bip__slots_seek(t->slots, t->n_slots, i + 1, hash);
    return &t->slots[i];
}

/* All are different: no text has to be looked at. */
bool bip__slots_grow(bip__hashed **slots, size_t *n_slots, size_t first)
{
    const size_t n = *n_slots > 0 ? *n_slots * 2 : first;
    bip__hashed *larger = n <= SIZE_MAX / sizeof *larger ? bip__alloc_table(n * sizeof *larger) : NULL;
    if (larger == NULL)
        return false;
    memset(larger, 0, n * sizeof *larger);
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
    const bip__interned text = with_ends(s, n);
    return t->n_slots ? slot_of(t, &text, (uint32_t)hash)->number : 0;
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
    else if (number != 0 && t->list[number - 1].n > 16)
        bip__hint(t->list[number - 1].s);
}

uint32_t bip__intern_add(bip__intern *t, const char *s, size_t n)
{
    const uint32_t hash = (uint32_t)bip__intern_hash(s, n);
    if (t->n >= UINT32_MAX - 1)
        return 0;
    if (t->n_slots <= 2 * t->n && !bip__slots_grow(&t->slots, &t->n_slots, 64))
        return 0;
    bip__interned text = with_ends(s, n);
    bip__hashed *slot = slot_of(t, &text, hash);
    if (slot->number != 0)
        return slot->number;
    if (!bip__grow_table(&t->list, &t->cap, t->n + 1, sizeof *t->list))
        return 0;
    text.s = bip__arena_strndup(&t->arena, s, n);
    if (text.s == NULL)
        return 0;
    t->list[t->n++] = text;
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
