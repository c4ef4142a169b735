#include "draw/svg.h"

#include <stdbool.h>

/* The digits of px in hundredths before `end`; gives where they begin. Pictures are hundreds of these numbers. */
static char *put_before(char *end, double px)
{
    int32_t hundredths = (int32_t)(px < 0 ? px * 100 - 0.5 : px * 100 + 0.5);
    uint32_t v = hundredths < 0 ? (uint32_t)-hundredths : (uint32_t)hundredths, part = v % 100;

    v /= 100;
    if (part != 0) {
        if (part % 10 != 0)
            *--end = (char)('0' + part % 10);
        *--end = (char)('0' + part / 10);
        *--end = '.';
    }
    do {
        *--end = (char)('0' + v % 10);
        v /= 10;
    } while (v > 0);
    if (hundredths < 0)
        *--end = '-';
    return end;
}

void bip__svg_number(bip__out *o, double px)
{
    char digits[16], *end = digits + sizeof digits, *begin = put_before(end, px);

    bip__out_bytes(o, begin, (size_t)(end - begin));
}

void bip__svg_command(bip__out *o, char command, double x, double y)
{
    char digits[36], *end = digits + sizeof digits, *begin = put_before(end, y);

    *--begin = ' ';
    begin = put_before(begin, x);
    *--begin = command;
    bip__out_bytes(o, begin, (size_t)(end - begin));
}

void bip__svg_point(bip__out *o, double x, double y)
{
    bip__svg_command(o, ' ', x, y);
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

/* Nearly everything: neither a sign of XML nor a control nor the lead of U+FFFE. */
static bool is_plain(unsigned char c)
{
    return c >= 0x20 && c != '<' && c != '>' && c != '&' && c != '"' && c != 0x7F && c != 0xEF;
}

void bip__svg_text(bip__out *o, const char *s, size_t n)
{
    size_t done = 0, length;

    for (size_t at = 0; at < n; at += length) {
        length = 1;
        if (is_plain((unsigned char)s[at]))
            continue;
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

/* A closed shape from relative corners in units of r. */
static void shape(bip__out *o, double x, double y, double r, const double *corners, size_t n)
{
    bip__svg_command(o, 'M', x + corners[0] * r, y + corners[1] * r);
    for (size_t i = 1; i < n; i++)
        bip__svg_command(o, 'l', (corners[2 * i] - corners[2 * i - 2]) * r,
                         (corners[2 * i + 1] - corners[2 * i - 1]) * r);
    bip__out_char(o, 'z');
}

static void disc(bip__out *o, double x, double y, double r)
{
    bip__svg_command(o, 'M', x - r, y);
    for (int half = 1; half >= -1; half -= 2) {
        bip__svg_command(o, 'a', r, r);
        BIP__PUT(o, " 0 1 0");
        bip__svg_point(o, half * 2 * r, 0);
    }
    bip__out_char(o, 'z');
}

static void stroke(bip__out *o, double x, double y, double dx, double dy)
{
    bip__svg_command(o, 'M', x - dx, y - dy);
    bip__svg_command(o, 'l', 2 * dx, 2 * dy);
}

void bip__svg_mark(bip__out *o, bip__mark mark, double x, double y, double r)
{
    static const double square[] = {-0.9, -0.9, 0.9, -0.9, 0.9, 0.9, -0.9, 0.9};
    static const double diamond[] = {0, -1.3, 1.3, 0, 0, 1.3, -1.3, 0};
    static const double triangle[] = {0, -1.4, 1.2, 0.7, -1.2, 0.7}; /* its centre is the value */
    static const double wedge[] = {0, 1.4, -1.2, -0.7, 1.2, -0.7};

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
