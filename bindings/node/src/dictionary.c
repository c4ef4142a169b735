/* Texts by number, in the order in which they first came. */
#include "addon.h"

#include <stdlib.h>
#include <string.h>

void bip_node_dictionary_free(dictionary *d)
{
    free(d->bytes);
    free(d->starts);
    free(d->slots);
}

static uint32_t hash(const char *text, size_t n)
{
    uint32_t h = 2166136261u; /* FNV-1a */
    for (size_t i = 0; i < n; i++)
        h = (h ^ (unsigned char)text[i]) * 16777619u;
    return h;
}

static bool same(const dictionary *d, uint32_t i, const char *text, size_t n)
{
    return d->starts[i + 1] - d->starts[i] == n + 1 && memcmp(d->bytes + d->starts[i], text, n) == 0;
}

/* The slot that holds the text, or the free one where it belongs. The hash is compared first: a text is far away. */
static text_place *slot_of(const dictionary *d, uint32_t h, const char *text, size_t n)
{
    uint32_t at = h & (d->n_slots - 1);
    while (d->slots[at].text != 0 && (d->slots[at].hash != h || !same(d, d->slots[at].text - 1, text, n)))
        at = (at + 1) & (d->n_slots - 1);
    return &d->slots[at];
}

static void place(text_place *slots, uint32_t n_slots, text_place one)
{
    uint32_t at = one.hash & (n_slots - 1);
    while (slots[at].text != 0)
        at = (at + 1) & (n_slots - 1);
    slots[at] = one;
}

/* Room for one more, half of the slots free. Texts that come in order need none: the first that doesn't makes places
 * for all. */
static bool more_slots(dictionary *d)
{
    uint32_t n_slots = d->n_slots == 0 ? 64 : d->n_slots;
    text_place *slots;
    while (n_slots != 0 && (d->n + 1) * 2 > n_slots)
        n_slots *= 2;
    slots = n_slots == 0 ? NULL : calloc(n_slots, sizeof *slots);
    if (slots == NULL)
        return false;
    for (uint32_t i = 0; i < d->n; i++) {
        const char *text = d->bytes + d->starts[i];
        place(slots, n_slots, (text_place){hash(text, strlen(text)), i + 1});
    }
    free(d->slots);
    d->slots = slots;
    d->n_slots = n_slots;
    return true;
}

bool bip_node_dictionary_append(dictionary *d, const char *text, size_t n)
{
    if (d->n + 2 > d->n_starts) {
        uint32_t more = d->n_starts == 0 ? 64 : d->n_starts * 2;
        size_t *starts = realloc(d->starts, more * sizeof *starts);
        if (starts == NULL)
            return false;
        if (d->n_starts == 0)
            starts[0] = 0;
        d->starts = starts;
        d->n_starts = more;
    }
    if (d->room - d->used < n + 1) {
        size_t more = (d->room + n + 1) * 2;
        char *bytes = realloc(d->bytes, more);
        if (bytes == NULL)
            return false;
        d->bytes = bytes;
        d->room = more;
    }
    memcpy(d->bytes + d->used, text, n);
    d->used += n;
    d->bytes[d->used++] = '\0';
    d->starts[++d->n] = d->used;
    return true;
}

/* Whether it comes behind all that are there: as long as they came in the order of their bytes. */
static bool is_behind(const dictionary *d, const char *text, size_t n)
{
    const char *last;
    size_t n_last;
    int order;
    if (d->n == 0 || d->n_slots > 0)
        return d->n_slots == 0;
    last = d->bytes + d->starts[d->n - 1];
    n_last = d->used - d->starts[d->n - 1] - 1;
    order = memcmp(last, text, n_last < n ? n_last : n);
    return order < 0 || (order == 0 && n_last < n);
}

bool bip_node_dictionary_find(dictionary *d, const char *text, size_t n, int32_t *out)
{
    uint32_t h;
    text_place *found;
    if (is_behind(d, text, n)) {
        *out = (int32_t)d->n;
        return bip_node_dictionary_append(d, text, n);
    }
    if ((d->n + 1) * 2 > d->n_slots && !more_slots(d))
        return false;
    h = hash(text, n);
    found = slot_of(d, h, text, n);
    if (found->text == 0) {
        if (!bip_node_dictionary_append(d, text, n))
            return false;
        *found = (text_place){h, d->n};
    }
    *out = (int32_t)(found->text - 1);
    return true;
}
