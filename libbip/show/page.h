/* HTML pages: one file each, nothing loaded from elsewhere, no script. */
#ifndef BIP_SHOW_PAGE_H
#define BIP_SHOW_PAGE_H

#include "show/reading.h"

#define BIP__HTML(o, text) bip__out_bytes((o), text, sizeof(text) - 1)

extern const char bip__page_css[]; /* page.css */
extern const size_t bip__page_css_n;

/* A page being written. Zero-initialise; release with bip__html_free(). */
typedef struct bip__html {
    bip__out *o;
    const bip__words *words;
    bip__out scratch; /* a sentence before it is escaped */
} bip__html;

void bip__html_init(bip__html *h, bip__out *o, const bip__words *words);
void bip__html_free(bip__html *h);
/* What went wrong in the scratch; the page's own failures stick to its bip__out. */
bip_status bip__html_status(bip__html *h, bip_error *err);

/* Any text as content or in a quoted attribute. */
void bip__html_text(bip__out *o, const char *s, size_t n);
void bip__html_put(bip__html *h, const char *s);

/* Everything up to <body>; `title` is escaped. */
void bip__html_begin(bip__html *h, const char *title);
void bip__html_end(bip__html *h);

/* A sentence is said into bip__html_scratch(), then bip__html_flush() writes it, escaped. */
bip__out *bip__html_scratch(bip__html *h);
void bip__html_flush(bip__html *h);
void bip__html_word(bip__html *h, bip__word key);
#define BIP__HTML_SAY(h, key, ...)                                                                                     \
    do {                                                                                                               \
        BIP__SAY(bip__html_scratch(h), (h)->words, key, __VA_ARGS__);                                                  \
        bip__html_flush(h);                                                                                            \
    } while (0)
/* <section> and its <h2>, which is named `id` and `of` in one (of may be NULL). */
void bip__html_section(bip__html *h, const char *id, const char *of, bip__word key);

/* Where two views of one indicator differ, at the latest occasion they share. */
typedef struct bip__difference {
    int32_t a, b; /* slots */
    bip_date day_a, day_b;
    double score_a, score_b;
    double size; /* as a share of the scale */
} bip__difference;
/* The `most` greatest of the participant in hand, one an indicator, greatest first; differences below the indicator's
 * smallest step are none. `with` NULL, or a respondent who must be one of the two. */
bip_status bip__differences(bip__reading *r, const char *with, bip__difference *into, size_t most, size_t *n,
                            bip_error *err);

/* Finished pictures of the query's one participant and instrument, as <svg>; page_picture.c. */
bip_status bip__page_spider(bip__context *c, const bip_query *query, bip__out *o, bip_error *err);
bip_status bip__page_timeline(bip__context *c, const bip_query *query, size_t number /* on the page */, bip__out *o,
                              bip_error *err);

/* The instrument that the query names must not be kept out of handouts. */
bip_status bip__page_check_handout(const bip__plan *plan, const char *instrument, bip_error *err);

#endif
