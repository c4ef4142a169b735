/* Texts as numbers: the categories of a column, in the order in which they came. */
#include "module.h"

#include <stdlib.h>
#include <string.h>

static size_t hash_of(const char *text)
{
    uint64_t h = 14695981039346656037u; /* FNV-1a */
    for (; *text; text++)
        h = (h ^ (unsigned char)*text) * 1099511628211u;
    return (size_t)(h ^ (h >> 32));
}

static bool grow(word_table *w)
{
    const size_t n_slots = w->n_slots == 0 ? 64 : 4 * w->n_slots, room = n_slots / 2;
    int32_t *slots = malloc(n_slots * sizeof *slots);
    word_entry *list = realloc(w->list, room * sizeof *list);
    if (list != NULL)
        w->list = list;
    if (slots == NULL || list == NULL) {
        free(slots);
        return false;
    }
    memset(slots, 0xFF, n_slots * sizeof *slots);
    for (size_t i = 0; i < w->n; i++) {
        size_t at = hash_of(w->list[i].text) & (n_slots - 1);
        while (slots[at] >= 0)
            at = (at + 1) & (n_slots - 1);
        slots[at] = (int32_t)i;
    }
    free(w->slots);
    w->slots = slots;
    w->n_slots = n_slots;
    w->room = room;
    return true;
}

/* The number of a text that may be new, by its hash; -1: memory ran out. */
static int32_t find(word_table *w, const char *text)
{
    if (w->n == w->room && !grow(w))
        return -1;
    size_t at = hash_of(text) & (w->n_slots - 1);
    while (w->slots[at] >= 0 && strcmp(w->list[w->slots[at]].text, text) != 0)
        at = (at + 1) & (w->n_slots - 1);
    if (w->slots[at] < 0) {
        const size_t size = strlen(text) + 1;
        char *copy = malloc(size);
        if (copy == NULL)
            return -1;
        memcpy(copy, text, size);
        w->list[w->n] = (word_entry){.text = copy, .after = (int32_t)w->n}; /* itself */
        w->slots[at] = (int32_t)w->n++;
    }
    return w->slots[at];
}

/* Rows repeat themselves, and their order: most often a text is the one before, or the one that came after it. */
static inline int32_t by_address(const word_table *w, const char *text)
{
    const word_entry *last = &w->list[w->last];
    return last->met_at == text ? w->last : w->list[last->after].met_at == text ? last->after : -1;
}

static int32_t by_text(const word_table *w, const char *text)
{
    const word_entry *last = &w->list[w->last];
    return strcmp(last->text, text) == 0 ? w->last : strcmp(w->list[last->after].text, text) == 0 ? last->after : -1;
}

static int32_t number_of(word_table *w, const char *text, bool lasts)
{
    int32_t number = lasts ? by_address(w, text) : -1;
    if (number >= 0)
        return number;
    if ((number = by_text(w, text)) < 0 && (number = find(w, text)) >= 0)
        w->list[w->last].after = number;
    if (number >= 0)
        w->list[number].met_at = text;
    return number;
}

bool words_number(word_table *w, const char *const *texts, size_t n, bool lasts, int32_t *out)
{
    for (size_t i = 0; i < n; i++) {
        out[i] = -1;
        if (texts[i] == NULL)
            continue;
        out[i] = w->n == 0 ? find(w, texts[i]) : number_of(w, texts[i], lasts);
        if (out[i] < 0)
            return false;
        w->last = out[i];
    }
    return true;
}

void words_free(word_table *w)
{
    for (size_t i = 0; i < w->n; i++)
        free(w->list[i].text);
    free(w->list);
    free(w->slots);
}

PyObject *words_list(const word_table *w)
{
    PyObject *list = PyList_New((Py_ssize_t)w->n);
    for (size_t i = 0; list != NULL && i < w->n; i++) {
        PyObject *text = PyUnicode_FromString(w->list[i].text);
        if (text == NULL || PyList_SetItem(list, (Py_ssize_t)i, text) < 0)
            Py_CLEAR(list);
    }
    return list;
}
