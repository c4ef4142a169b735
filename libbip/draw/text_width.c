#include "draw/text_width.h"

#include "base/text.h"
#include "draw/dejavu_widths.h"

#include <string.h>

#define MARGIN 0.011   /* hundredths of the font size to font sizes, and the tenth more */
#define MOST_TOKENS 64 /* a label shows a few lines: what comes later is cut whatever the width */
#define MOST_BYTES 640

static const char ELLIPSIS[] = "\xE2\x80\xA6";

/* ------------------------------------------------------------------------------------------------------ characters */

static int width_beyond_the_table(int32_t cp)
{
    if (cp >= 0xFE00 && cp <= 0xFE0F) /* variation selectors */
        return 0;
    return cp >= 0x1F000 ? 140 : 105; /* emoji are wider than high; most of the rest is square */
}

static int width_of(int32_t cp)
{
    for (size_t i = 0; i < sizeof width_page_numbers; i++)
        if (width_page_numbers[i] == cp >> 8)
            return width_pages[i][cp & 0xFF];
    return width_beyond_the_table(cp);
}

static int width_at(const char *s, size_t n, size_t *length)
{
    int32_t cp;

    if ((unsigned char)s[0] < 0x80) {
        *length = 1;
        return width_pages[0][(unsigned char)s[0]];
    }
    *length = bip__utf8_decode(s, n, &cp);
    return width_of(cp);
}

double bip__text_width(const char *s, size_t n)
{
    int sum = 0;

    for (size_t at = 0, length; at < n; at += length)
        sum += width_at(s + at, n - at, &length);
    return sum * MARGIN;
}

/* The longest beginning of s that fits, never between a letter and its marks; one character at least. */
static size_t fit(const char *s, size_t n, double width, double *used)
{
    size_t at = 0, length;
    int sum = 0;

    while (at < n) {
        int w = width_at(s + at, n - at, &length);
        if (at > 0 && w > 0 && (sum + w) * MARGIN > width)
            break;
        sum += w;
        at += length;
    }
    *used = sum * MARGIN;
    return at;
}

/* ----------------------------------------------------------------------------------------------------------- tokens */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The end of the token that begins at `at`: the next blank, or just behind a hyphen or slash inside a word. */
static size_t token_end(const char *text, size_t at, size_t n)
{
    size_t end = at;

    while (end < n && !is_blank(text[end])) {
        char c = text[end++];
        if ((c == '-' || c == '/') && end - at > 2 && n - end > 2 && !is_blank(text[end]))
            break;
    }
    return end;
}

static size_t tokens_of(const char *text, size_t n, bip__token *tokens, size_t most)
{
    size_t at = 0, count = 0;

    while (count < most) {
        size_t before = at;
        while (at < n && is_blank(text[at]))
            at++;
        if (at == n)
            break;
        size_t end = token_end(text, at, n);
        if (tokens != NULL)
            tokens[count] = (bip__token){(uint32_t)at, (uint32_t)(end - at), bip__text_width(text + at, end - at),
                                         at == before && count > 0};
        count++;
        at = end;
    }
    return count;
}

bool bip__measure(bip__arena *arena, const char *text, bip__measured *out)
{
    size_t all = strlen(text), n = all;

    if (n > MOST_BYTES)
        n = bip__utf8_cut(text, all, MOST_BYTES);
    *out = (bip__measured){.text = text, .n = tokens_of(text, n, NULL, MOST_TOKENS)};
    out->tokens = bip__arena_alloc(arena, (out->n + 1) * sizeof *out->tokens);
    if (out->tokens == NULL)
        return false;
    tokens_of(text, n, out->tokens, MOST_TOKENS);
    out->more =
        n < all || (out->n == MOST_TOKENS && out->tokens[out->n - 1].at + out->tokens[out->n - 1].n < strlen(text));
    return true;
}

/* ------------------------------------------------------------------------------------------------------------ lines */

typedef struct place {
    size_t token, byte; /* where the next line begins */
} place;

/* One line from *at on; moves *at behind it. */
static bip__line take_line(const bip__measured *m, place *at, double width, bool *broken)
{
    const double blank = width_pages[0][' '] * MARGIN;
    const bip__token *t = &m->tokens[at->token];
    bip__line line = {.s = m->text + t->at + at->byte, .n = t->n - at->byte, .width = t->width};

    if (at->byte > 0)
        line.width = bip__text_width(line.s, line.n);
    if (line.width > width) {
        size_t whole = line.n;
        line.n = fit(line.s, whole, width, &line.width);
        if (line.n < whole) {
            *broken = true;
            at->byte += line.n;
            return line;
        }
    }
    for (at->byte = 0; ++at->token < m->n; line.n = (size_t)(m->text + t->at + t->n - line.s)) {
        t = &m->tokens[at->token];
        double more = t->width + (t->joined ? 0 : blank);
        if (line.width + more > width)
            break;
        line.width += more;
    }
    return line;
}

/* The text goes on where no line is left: end the last one with an ellipsis. */
static void cut(const bip__measured *m, bip__line *line, double width)
{
    const double ellipsis = bip__text_width(ELLIPSIS, sizeof ELLIPSIS - 1);
    const bip__token *last = &m->tokens[m->n - 1];
    size_t n = (size_t)(m->text + last->at + last->n - line->s);

    line->n = fit(line->s, n, width - ellipsis, &line->width);
    while (line->n > 1 && is_blank(line->s[line->n - 1]))
        line->n--;
    line->width += ellipsis;
    line->cut = true;
}

bip__wrapped bip__wrap(const bip__measured *m, double width, size_t most, bip__line *lines)
{
    bip__wrapped w = {0};
    place at = {0, 0};

    while (at.token < m->n && w.n < most)
        lines[w.n++] = take_line(m, &at, width, &w.broken);
    if (w.n > 0 && (at.token < m->n || m->more)) {
        cut(m, &lines[w.n - 1], width);
        w.cut = true;
    }
    for (size_t i = 0; i < w.n; i++)
        if (lines[i].width > w.width)
            w.width = lines[i].width;
    return w;
}
