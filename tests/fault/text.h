/* Bytes on the heap: what a document is taken into, and an import given from. For harnesses beside the unit tests. */
#ifndef TEXT_H
#define TEXT_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

typedef struct text {
    char *s; /* NUL behind the last; NULL before anything was taken */
    size_t n;
} text;

/* A bip_write_fn. */
static inline int text_take(void *ctx, const char *bytes, size_t n)
{
    text *t = ctx;
    t->s = realloc(t->s, t->n + n + 1);
    if (t->s == NULL)
        abort();
    memcpy(t->s + t->n, bytes, n);
    t->n += n;
    t->s[t->n] = '\0';
    return 0;
}

/* A bip_read_fn: what was given is gone from the text, which is a copy of the one that is freed. */
static inline long text_give(void *ctx, char *into, size_t n)
{
    text *t = ctx;
    n = n < t->n ? n : t->n;
    memcpy(into, t->s, n);
    t->s += n;
    t->n -= n;
    return (long)n;
}

static inline bool text_same(text a, text b)
{
    return a.n == b.n && memcmp(a.s, b.s, a.n) == 0;
}

#endif
