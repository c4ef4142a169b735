#include "draw/svg.h"

#include <math.h>
#include <string.h>

void bip__svg_number(bip__out *o, double px)
{
    char digits[24];
    size_t at = sizeof digits;
    int64_t hundredths = llround(px * 100);
    uint64_t v = hundredths < 0 ? 0 - (uint64_t)hundredths : (uint64_t)hundredths, part = v % 100;

    if (part != 0) {
        if (part % 10 != 0)
            digits[--at] = (char)('0' + part % 10);
        digits[--at] = (char)('0' + part / 10);
        digits[--at] = '.';
    }
    v /= 100;
    do {
        digits[--at] = (char)('0' + v % 10);
        v /= 10;
    } while (v > 0);
    if (hundredths < 0)
        digits[--at] = '-';
    bip__out_bytes(o, digits + at, sizeof digits - at);
}

void bip__svg_point(bip__out *o, double x, double y)
{
    bip__svg_number(o, x);
    bip__out_char(o, ' ');
    bip__svg_number(o, y);
}

void bip__svg_attribute(bip__out *o, const char *name, double px)
{
    bip__out_char(o, ' ');
    bip__out_text(o, name);
    BIP__PUT(o, "=\"");
    bip__svg_number(o, px);
    bip__out_char(o, '"');
}

/* ------------------------------------------------------------------------------------------------------------ texts */

/* What stands for the character at s, NULL for itself; *length is that of what it stands for. */
static const char *escape(const char *s, size_t n, size_t *length)
{
    unsigned char c = (unsigned char)s[0];

    *length = 1;
    if (c == '<')
        return "&lt;";
    if (c == '>')
        return "&gt;";
    if (c == '&')
        return "&amp;";
    if (c == '"')
        return "&quot;";
    if (c == '\t' || c == '\n' || c == '\r')
        return " ";
    if (c < 0x20 || c == 0x7F)
        return "\xEF\xBF\xBD";
    if (c == 0xEF && n >= 3 && (unsigned char)s[1] == 0xBF && (unsigned char)s[2] >= 0xBE) { /* U+FFFE, U+FFFF */
        *length = 3;
        return "\xEF\xBF\xBD";
    }
    return NULL;
}

void bip__svg_text(bip__out *o, const char *s, size_t n)
{
    size_t done = 0, length;

    for (size_t at = 0; at < n; at += length) {
        const char *instead = escape(s + at, n - at, &length);
        if (instead == NULL)
            continue;
        bip__out_bytes(o, s + done, at - done);
        bip__out_text(o, instead);
        done = at + length;
    }
    bip__out_bytes(o, s + done, n - done);
}

/* ------------------------------------------------------------------------------------------------------------ marks */

static void move(bip__out *o, double x, double y)
{
    bip__out_char(o, 'M');
    bip__svg_point(o, x, y);
}

/* A closed shape from relative corners in units of r. */
static void shape(bip__out *o, double x, double y, double r, const double *corners, size_t n)
{
    move(o, x + corners[0] * r, y + corners[1] * r);
    for (size_t i = 1; i < n; i++) {
        bip__out_char(o, 'l');
        bip__svg_point(o, (corners[2 * i] - corners[2 * i - 2]) * r, (corners[2 * i + 1] - corners[2 * i - 1]) * r);
    }
    bip__out_char(o, 'z');
}

static void disc(bip__out *o, double x, double y, double r)
{
    move(o, x - r, y);
    for (int half = 1; half >= -1; half -= 2) {
        bip__out_char(o, 'a');
        bip__svg_point(o, r, r);
        BIP__PUT(o, " 0 1 0 ");
        bip__svg_point(o, half * 2 * r, 0);
    }
    bip__out_char(o, 'z');
}

static void stroke(bip__out *o, double x, double y, double dx, double dy)
{
    move(o, x - dx, y - dy);
    bip__out_char(o, 'l');
    bip__svg_point(o, 2 * dx, 2 * dy);
}

void bip__svg_mark(bip__out *o, bip__mark mark, double x, double y, double r)
{
    static const double square[] = {-0.9, -0.9, 0.9, -0.9, 0.9, 0.9, -0.9, 0.9};
    static const double diamond[] = {0, -1.3, 1.3, 0, 0, 1.3, -1.3, 0};
    static const double triangle[] = {0, -1.25, 1.2, 0.85, -1.2, 0.85};
    static const double wedge[] = {0, 1.25, -1.2, -0.85, 1.2, -0.85};

    switch (mark) {
    case BIP__DISC:
        disc(o, x, y, r);
        return;
    case BIP__SQUARE:
        shape(o, x, y, r, square, 4);
        return;
    case BIP__DIAMOND:
        shape(o, x, y, r, diamond, 4);
        return;
    case BIP__TRIANGLE:
        shape(o, x, y, r, triangle, 3);
        return;
    case BIP__WEDGE:
        shape(o, x, y, r, wedge, 3);
        return;
    case BIP__CROSS:
        stroke(o, x, y, r, r);
        stroke(o, x, y, r, -r);
        return;
    default:
        stroke(o, x, y, r, 0);
    }
}
