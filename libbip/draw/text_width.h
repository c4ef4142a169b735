/* How much room a text needs, and how it is broken into lines. Nobody knows which font will draw it: the widths are
 * those of DejaVu Sans, one of the widest, and a tenth more. */
#ifndef BIP_DRAW_TEXT_WIDTH_H
#define BIP_DRAW_TEXT_WIDTH_H

#include "base/alloc.h"

#include <stdbool.h>
#include <stdint.h>

/* In font sizes; s is valid UTF-8. */
double bip__text_width(const char *s, size_t n);

/* What may stand at the end of a line: a word, or the part of one up to its hyphen. */
typedef struct bip__token {
    uint32_t at, n; /* bytes of the text */
    double width;
    bool joined; /* no blank before it */
} bip__token;

/* A text measured once, to be wrapped to several widths. */
typedef struct bip__measured {
    const char *text; /* lent */
    bip__token *tokens;
    size_t n;
    bool more; /* the text is longer than anything that could be shown; the tokens are its beginning */
} bip__measured;

/* false: no memory. text is valid UTF-8. */
bool bip__measure(bip__arena *arena, const char *text, bip__measured *out);

typedef struct bip__line {
    const char *s;
    size_t n;
    double width;
    bool cut; /* an ellipsis follows, and is counted in width */
} bip__line;

typedef struct bip__wrapped {
    size_t n;     /* lines */
    double width; /* of the widest */
    bool broken;  /* a word was too wide and is continued on the next line */
    bool cut;     /* the text doesn't fit: the last line ends with an ellipsis */
} bip__wrapped;

/* Into at most `most` lines, each at most `width` font sizes wide; a line holds one character at least. */
bip__wrapped bip__wrap(const bip__measured *m, double width, size_t most, bip__line *lines);

#endif
