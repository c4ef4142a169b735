/* What pictures share: the root element, blocks of text, the legend. Everything is laid out before the first byte is
 * written, because the height stands in front. */
#ifndef BIP_DRAW_FRAME_H
#define BIP_DRAW_FRAME_H

#include "draw/palette.h"
#include "draw/picture.h"
#include "draw/text_width.h"

#define BIP__SIZE_TITLE 18.0 /* font sizes, pixels; as in palette.c */
#define BIP__SIZE_TEXT 13.0
#define BIP__SIZE_SMALL 11.0
#define BIP__LINE_HEIGHT 1.25 /* font sizes */

/* Lines of text in one place. */
typedef struct bip__block {
    const char *kind; /* classes of palette.c; "" for plain */
    double size;      /* of the font, pixels */
    int32_t anchor;   /* 1: x is the left edge, 0: the middle, -1: the right edge */
    double x, top;
    double width; /* of the widest line, pixels */
    bip__line *lines;
    size_t n;
    const char *whole; /* told where the lines are cut; NULL: they aren't */
} bip__block;

/* Wrap a text to `width` pixels; where it stands is for the caller to say. false: no memory. */
bool bip__block_make(bip__arena *arena, const char *text, double size, double width, size_t most, bip__block *out);
double bip__block_height(const bip__block *b);
void bip__block_print(bip__out *o, const bip__block *b);

/* A sample and what it stands for. */
typedef struct bip__entry {
    int32_t style; /* BIP__STYLE_*; or below 0: a mark by itself, BIP__ENTRY_* */
    const char *text;
    bip__block block;
} bip__entry;
enum {
    BIP__ENTRY_NOT_ANSWERED = -1,
    BIP__ENTRY_NOT_ASKED = -2,
    BIP__ENTRY_FORWARD = -3,
    BIP__ENTRY_BACK = -4,
    BIP__ENTRY_LINE = -5
};

/* The frame as laid out: title above, legend below. */
typedef struct bip__page {
    const bip__frame *frame;
    bip__arena *arena;
    double margin, top;                 /* top: where the picture itself may begin */
    double height;                      /* of everything, once the foot is laid out */
    bip__block title, subtitle, *notes; /* notes: remarks too */
    size_t n_notes;
    bip__entry entries[16];
    size_t n_entries;
} bip__page;

bool bip__page_begin(bip__page *p, const bip__frame *frame, bip__arena *arena);
void bip__page_explain(bip__page *p, int32_t style, const char *text); /* an entry of the legend */
void bip__page_explain_gaps(bip__page *p, int32_t gaps);               /* bip__gap, added up: those that occur */
void bip__page_explain_layers(bip__page *p, const bip__spider *s);     /* and the gaps in them */
bool bip__page_end(bip__page *p, double bottom);                       /* lay out the foot below the picture */
void bip__page_print_head(bip__out *o, const bip__page *p);            /* root element, words, rules, ground, title */
void bip__page_print_foot(bip__out *o, const bip__page *p);            /* legend, notes, end */

/* A spider of one or two axes: rows.c. */
bip_status bip__rows_draw(const bip__spider *s, bip__arena *arena, bip__out *o, bip_error *err);

#endif
