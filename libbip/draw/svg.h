/* SVG, piece by piece. Lengths are pixels, below a million; they are printed as whole hundredths, so no locale can put
 * a comma in. */
#ifndef BIP_DRAW_SVG_H
#define BIP_DRAW_SVG_H

#include "base/out.h"

/* A constant text. */
#define BIP__PUT(o, text) bip__out_bytes((o), text, sizeof(text) - 1)

void bip__svg_number(bip__out *o, double px);
void bip__svg_point(bip__out *o, double x, double y);                 /* " 12.5 -3" */
void bip__svg_command(bip__out *o, char command, double x, double y); /* "L12.5 -3" */
void bip__svg_attribute(bip__out *o, const char *name, double px);    /* ` name="12.5"` */
/* Any valid UTF-8 as the content of an element: what XML can't hold becomes U+FFFD, line ends become blanks. */
void bip__svg_text(bip__out *o, const char *s, size_t n);

typedef enum bip__mark {
    BIP__DISC,
    BIP__SQUARE,
    BIP__DIAMOND,
    BIP__TRIANGLE,
    BIP__WEDGE,
    BIP__CROSS,
    BIP__BAR
} bip__mark;
/* Commands for the d of a path; `r` is about half its width. */
void bip__svg_mark(bip__out *o, bip__mark mark, double x, double y, double r);

#endif
