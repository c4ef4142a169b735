/* Pictures from positions: everything that is known about scales, dates' names and languages has become a number from 0
 * to 1 or a text before it comes here. */
#ifndef BIP_DRAW_PICTURE_H
#define BIP_DRAW_PICTURE_H

#include "base/alloc.h"
#include "base/out.h"

#include <stdbool.h>

#define BIP__MOST_AXES 40

#define BIP__MOST_REMARKS 3 /* that are drawn */

/* What is said below a picture of what it shows, the latest first. <desc> holds all of it, in whole. */
typedef struct bip__remarks {
    const char *const *texts;
    size_t n;
    const char *elsewhere; /* says where the rest is, shown where one is cut short or left out */
} bip__remarks;

/* What every picture has. Texts are valid UTF-8. */
typedef struct bip__frame {
    const char *id;                       /* of the root element; an XML name */
    const char *lang;                     /* of the texts */
    const char *title;                    /* NULL: none is drawn and `description` begins with what it is */
    const char *subtitle;                 /* NULL: none */
    const char *name;                     /* what <title> holds */
    const char *description;              /* what <desc> holds: the picture in words */
    double width;                         /* pixels */
    int32_t theme;                        /* a bip_theme */
    const char *not_answered, *not_asked; /* words for the two kinds of gap, shown where they occur */
    const char *const *notes;             /* lines under the legend */
    size_t n_notes;
    bip__remarks remarks; /* lines under the notes */
} bip__frame;

typedef enum bip__gap { BIP__NO_GAP = 0, BIP__NOT_ANSWERED = 1, BIP__NOT_ASKED = 2 } bip__gap;

/* A score: how far out it stands, 0 at the inner ring, 1 at the rim; or why it doesn't. */
typedef struct bip__spot {
    double at;
    int32_t gap; /* a bip__gap */
} bip__spot;

typedef struct bip__spider_axis {
    const char *title;
    const char *note; /* a small line under it; NULL: none */
} bip__spider_axis;

typedef struct bip__spider_layer {
    const char *label;
    int32_t style; /* BIP__STYLE_* */
    const bip__spot *spots;
} bip__spider_layer;

/* A ring between the inner one (0) and the rim (1), both included. */
typedef struct bip__ring {
    double at;
    const char *text; /* NULL: none */
} bip__ring;

typedef struct bip__spider {
    bip__frame frame;
    const bip__spider_axis *axes; /* 1 to BIP__MOST_AXES */
    size_t n_axes;
    const bip__spider_layer
        *layers; /* the first is drawn first, the last on top; told in the legend from last to first */
    size_t n_layers;
    const bip__ring *rings;
    size_t n_rings;
    bool *numbered; /* NULL: what numbers stand for is listed; else the caller lists it where this becomes true */
} bip__spider;

/* From three axes on a spider; below that a line an axis. The arena is for its work and holds nothing afterwards that
 * the caller needs. */
bip_status bip__spider_draw(const bip__spider *s, bip__arena *arena, bip__out *o, bip_error *err);

/* A course in one panel: numbers in the order of time, and the days between them on which there was none. */
typedef struct bip__panel {
    const char *title;
    const char *note;         /* a small line under it; NULL: none */
    const char *top, *bottom; /* words for the ends of the scale */
    const bip_date *days;
    const double *at;     /* 0 at the bottom, 1 at the top */
    const int32_t *steps; /* BIP_FORWARD, BIP_BACK or BIP_UNKNOWN: what led to this number */
    size_t n;
    const bip_date *gap_days; /* rising */
    const int32_t *gaps;      /* a bip__gap */
    size_t n_gaps;
    bool has_line;
    bip_date pivot_day; /* the lines go through this day at height pivot_at */
    double pivot_at;
    double slope, low, high; /* a day, in heights of the panel */
} bip__panel;

typedef struct bip__timeline {
    bip__frame frame;
    const bip__panel *panels; /* all of them share one span of days */
    size_t n_panels;
    size_t from, to;                             /* those before `to` are drawn */
    const char *const *months;                   /* twelve names; a date is marked by the first three letters */
    const char *step_forward, *step_back, *line; /* words for the legend, shown where they occur */
} bip__timeline;

bip_status bip__timeline_draw(const bip__timeline *t, bip__arena *arena, bip__out *o, bip_error *err);

#endif
