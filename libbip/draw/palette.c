#include "draw/palette.h"

const bip__style bip__styles[BIP__N_STYLES] = {
    [BIP__STYLE_LATEST] = {BIP__DISC, false, true, NULL, 2.5},
    [BIP__STYLE_FIRST] = {BIP__SQUARE, true, false, "6 4", 1.6},
    [BIP__STYLE_OTHER_VIEW] = {BIP__DIAMOND, false, false, "11 4", 1.9},
    [BIP__STYLE_PREVIOUS] = {BIP__TRIANGLE, true, false, "2 4", 1.6},
    [BIP__STYLE_BEST] = {BIP__WEDGE, false, false, "9 3 2 3", 1.6},
    [BIP__STYLE_DAY] = {BIP__DIAMOND, true, false, "4 2 1 2", 1.6},
    [BIP__STYLE_GOAL] = {BIP__DISC, true, false, "1 5", 2.2},
};

/* The colours of layers are Okabe and Ito's (2008), darkened on white until each has a contrast of at least 4.5 to 1,
 * as text has; on the dark ground at least 6 to 1. Rings are quiet on purpose: no value is read from them alone. */
#define COLOURS(root, ground, text, quiet, ring, rim, c0, c1, c2, c3, c4, c5, c6)                                      \
    root " .b-g{fill:" ground "}" root " .b-r{stroke:" ring "}" root " .b-e{stroke:" rim "}" root " text{fill:" text   \
         ";stroke:none}" root " .b-q{fill:" quiet "}" root " .b-o{stroke:" ground "}" root " .b-s0{stroke:" c0         \
         ";color:" c0 "}" root " .b-s1{stroke:" c1 ";color:" c1 "}" root " .b-s2{stroke:" c2 ";color:" c2 "}" root     \
         " .b-s3{stroke:" c3 ";color:" c3 "}" root " .b-s4{stroke:" c4 ";color:" c4 "}" root " .b-s5{stroke:" c5       \
         ";color:" c5 "}" root " .b-s6{stroke:" c6 ";color:" c6 "}"
#define LIGHT(root)                                                                                                    \
    COLOURS(root, "#fff", "#1b1f24", "#57606a", "#dfe3e8", "#b4bcc6", "#0072b2", "#6b7078", "#b84a00", "#9c4a7d",      \
            "#007a59", "#806500", "#1b1f24")
#define DARK(root)                                                                                                     \
    COLOURS(root, "#15191e", "#eef1f4", "#a9b3be", "#323a43", "#5b6672", "#56b4e9", "#a9b3be", "#f58a4b", "#e59cc5",   \
            "#3cc79a", "#e6b325", "#eef1f4")
/* b-g ground, b-h hollow mark, b-q quiet text, b-r ring, b-e edge, b-o outline of text over lines, b-l line, b-m mark,
 * b-f filled, b-a area, b-sN the layer's style. */
#define COMMON                                                                                                         \
    ".bip text{font-family:system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',Arial,sans-serif;font-size:13px}"   \
    ".bip .b-t{font-size:18px}.bip .b-k{font-size:11px}"                                                               \
    ".bip path,.bip line{fill:none;stroke-linejoin:round;stroke-linecap:round}.bip .b-r,.bip .b-e{stroke-width:1}"     \
    ".bip .b-m{stroke-width:1.6}.bip .b-f{fill:currentColor}.bip .b-x{stroke-width:1.8}"                               \
    ".bip .b-a{fill:currentColor;fill-opacity:.11;stroke:none}.bip text.b-o{paint-order:stroke;stroke-width:3px}"

static const char light[] = COMMON LIGHT(".bip-light");
static const char dark[] = COMMON DARK(".bip-dark");
/* Printed pages stay light. */
static const char automatic[] =
    COMMON LIGHT(".bip-auto") "@media screen and (prefers-color-scheme:dark){" DARK(".bip-auto") "}";

void bip__palette_css(bip__out *o, int32_t theme)
{
    if (theme == BIP_THEME_LIGHT)
        BIP__PUT(o, light);
    else if (theme == BIP_THEME_DARK)
        BIP__PUT(o, dark);
    else
        BIP__PUT(o, automatic);
}

const char *bip__palette_class(int32_t theme)
{
    return theme == BIP_THEME_LIGHT ? "bip bip-light" : theme == BIP_THEME_DARK ? "bip bip-dark" : "bip bip-auto";
}
