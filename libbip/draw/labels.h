/* The words around a spider: where they stand, and how large the spider can be between them. */
#ifndef BIP_DRAW_LABELS_H
#define BIP_DRAW_LABELS_H

#include "draw/frame.h"

#define BIP__LABEL_LINES 3
#define BIP__NOTE_LINES 2

/* Coordinates from the middle of the spider, y downwards. */
typedef struct bip__label {
    double sin, cos; /* of the axis, from twelve o'clock with the clock */
    int side;        /* 1 right, -1 left, 0 above or below */
    bip__measured title, note;
    bip__line lines[BIP__LABEL_LINES + BIP__NOTE_LINES];
    size_t n_title, n_note;
    double gap;    /* between the rim and the label: room for the marks of missing scores */
    double near;   /* distance of its nearest edge from the vertical through the middle; for side 0 half its width */
    double middle; /* of side 0: its own middle */
    double top, width, height;
    bool cut, broken;
} bip__label;

typedef struct bip__labels_plan {
    bip__label *labels;
    size_t n;
    double half;   /* room on either side of the middle, pixels */
    double radius; /* of the rim */
    double size;   /* of the font, pixels */
    size_t most_lines;
    bool close; /* placed by bip__labels_place_close() */
} bip__labels_plan;

/* Spread the axes over the circle, from twelve o'clock. */
void bip__labels_turn(bip__labels_plan *p);

/* Choose the largest radius up to `most` at which nothing is cut or broken; else, from `least` up, the one at which
 * they are least. 0: nothing is. No two labels overlap, and none stands nearer than its `gap` to the rim. */
size_t bip__labels_place(bip__labels_plan *p, double least, double most);

/* Each label at the end of its axis, for labels that are short: false where they would overlap. */
bool bip__labels_place_close(bip__labels_plan *p, double radius);

/* Where a line from the end of the axis meets the label; false: the label stands so near that none is needed. */
bool bip__label_leader(const bip__labels_plan *p, const bip__label *l, double *x, double *y);

void bip__label_print(bip__out *o, const bip__labels_plan *p, const bip__label *l, double middle_x, double middle_y);

#endif
