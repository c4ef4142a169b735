/* Texts as numbers: the categories of a column, in the order in which they came. */
#include "module.h"

#include <stdlib.h>
#include <string.h>

enum { N_PLACES = 256 };

/* Codes are short: a call takes longer. */
static inline bool same_text(const char *a, const char *b)
{
    while (*a == *b && *a != '\0')
        a++, b++;
    return *a == *b;
}

static size_t hash_of(const char *text)
{
    uint64_t h = 14695981039346656037u; /* FNV-1a */
    for (; *text; text++)
        h = (h ^ (unsigned char)*text) * 1099511628211u;
    return (size_t)(h ^ (h >> 32));
}

/* Where a text's number stands in the index, or has its place. */
static int32_t *slot_of(const word_table *w, const char *text)
{
    size_t at = hash_of(text) & (w->n_slots - 1);
    while (w->slots[at] >= 0 && strcmp(w->list[w->slots[at]], text) != 0)
        at = (at + 1) & (w->n_slots - 1);
    return &w->slots[at];
}

/* An empty index for four times as many. */
static bool more_slots(word_table *w)
{
    size_t n_slots = w->n_slots == 0 ? 64 : w->n_slots;
    while (n_slots / 2 <= w->n)
        n_slots *= 4;
    int32_t *slots = malloc(n_slots * sizeof *slots);
    if (slots == NULL)
        return false;
    memset(slots, 0xFF, n_slots * sizeof *slots);
    free(w->slots);
    w->slots = slots;
    w->n_slots = n_slots;
    w->n_indexed = 0;
    return true;
}

/* Brings the index up to date. */
static bool index_all(word_table *w)
{
    if (w->n_slots / 2 <= w->n && !more_slots(w))
        return false;
    for (; w->n_indexed < w->n; w->n_indexed++)
        *slot_of(w, w->list[w->n_indexed]) = (int32_t)w->n_indexed;
    return true;
}

static bool more_room(word_table *w)
{
    const size_t room = w->room == 0 ? 32 : 4 * w->room;
    char **list = realloc(w->list, room * sizeof *list);
    if (list == NULL)
        return false;
    w->list = list;
    w->room = room;
    return true;
}

/* The number of a new text; -1: memory ran out. */
static int32_t add(word_table *w, const char *text)
{
    const size_t size = strlen(text) + 1;
    char *copy = w->n == w->room && !more_room(w) ? NULL : malloc(size);
    if (copy == NULL)
        return -1;
    memcpy(copy, text, size);
    w->list[w->n] = copy;
    if (strcmp(text, w->list[w->greatest]) > 0)
        w->greatest = (int32_t)w->n;
    return (int32_t)w->n++;
}

/* The number of a text that may be new; -1: memory ran out. */
static int32_t find(word_table *w, const char *text)
{
    if (!index_all(w))
        return -1;
    const int32_t number = *slot_of(w, text);
    return number >= 0 ? number : add(w, text);
}

bool words_number(word_table *w, const char *text, int32_t *out)
{
    *out = -1;
    if (text == NULL)
        return true;
    if (w->n > 0 && same_text(text, w->last_text)) { /* rows repeat themselves */
        *out = w->last;
        return true;
    }
    const bool rises = w->n == 0 || (w->last == w->greatest && strcmp(text, w->last_text) > 0);
    *out = w->last = rises ? add(w, text) : find(w, text); /* most often participants rise, which needs no index */
    if (*out < 0)
        return false;
    w->last_text = w->list[w->last];
    return true;
}

/* Where an address is noted, or has its place. */
static word_place *place_of(const word_table *w, const char *text)
{
    size_t at = (size_t)((uint64_t)(uintptr_t)text * 0x9E3779B97F4A7C15u >> 56); /* Fibonacci hashing */
    while (w->places[at].text != NULL && w->places[at].text != text)
        at = (at + 1) % N_PLACES;
    return &w->places[at];
}

/* Codes are few: where their addresses are too many, it begins anew. False: memory ran out. */
static bool note_place(word_table *w, const char *text, int32_t *number)
{
    if (!words_number(w, text, number))
        return false;
    if (w->n_places == N_PLACES / 2) {
        memset(w->places, 0, N_PLACES * sizeof *w->places);
        w->n_places = 0;
    }
    *place_of(w, text) = (word_place){text, *number};
    w->n_places++;
    return true;
}

static bool number_at_place(word_table *w, const char *text, int32_t *number)
{
    *number = -1;
    if (text == NULL)
        return true;
    const word_place *p = place_of(w, text);
    if (p->text == NULL)
        return note_place(w, text, number);
    *number = p->number;
    return true;
}

bool words_numbers(word_table *w, const char *const *texts, size_t n, int32_t *out)
{
    const char *before = NULL; /* rows repeat themselves here too */
    int32_t number = -1;
    if (w->places == NULL && (w->places = calloc(N_PLACES, sizeof *w->places)) == NULL)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (texts[i] != before && !number_at_place(w, texts[i], &number))
            return false;
        before = texts[i];
        out[i] = number;
    }
    return true;
}

void words_free(word_table *w)
{
    for (size_t i = 0; i < w->n; i++)
        free(w->list[i]);
    free(w->list);
    free(w->slots);
    free(w->places);
}

PyObject *words_list(const word_table *w)
{
    PyObject *list = PyList_New((Py_ssize_t)w->n);
    for (size_t i = 0; list != NULL && i < w->n; i++) {
        PyObject *text = PyUnicode_FromString(w->list[i]);
        if (text == NULL || PyList_SetItem(list, (Py_ssize_t)i, text) < 0)
            Py_CLEAR(list);
    }
    return list;
}
