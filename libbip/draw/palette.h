/* What tells one layer from another, without colour too; and the colours, light and dark. */
#ifndef BIP_DRAW_PALETTE_H
#define BIP_DRAW_PALETTE_H

#include "draw/svg.h"

#include <stdbool.h>

/* No two share a dash, and those with one mark differ in its filling. */
typedef struct bip__style {
    bip__mark mark;
    bool hollow;      /* the mark shows the ground */
    bool filled_area; /* between the line and the inner ring */
    const char *dash; /* of stroke-dasharray; NULL: a whole line */
    double width;     /* of the line, pixels */
} bip__style;

/* By importance: what stands now first, quietly what it is compared with. */
enum {
    BIP__STYLE_LATEST,
    BIP__STYLE_FIRST,
    BIP__STYLE_OTHER_VIEW,
    BIP__STYLE_PREVIOUS,
    BIP__STYLE_BEST,
    BIP__STYLE_DAY,
    BIP__STYLE_GOAL,
    BIP__N_STYLES
};
extern const bip__style bip__styles[BIP__N_STYLES];

/* The content of <style> for a bip_theme. Every rule stands under a class of that theme, so pictures of different
 * themes can share a page. */
void bip__palette_css(bip__out *o, int32_t theme);
/* The class of the picture's root element. */
const char *bip__palette_class(int32_t theme);

#endif
