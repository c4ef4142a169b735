#include "draw/frame.h"
#include "draw/labels.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define HUB 0.17        /* the inner ring's share of the radius: the lowest score is a place, not a point */
#define MARK 4.2        /* pixels */
#define HOLLOW_MARK 5.2 /* seen around a full one on the same spot */
#define GAP_MARK 3.4

typedef struct spider {
    const bip__spider *s;
    bip__page page;
    bip__labels_plan plan;
    double x, y;   /* middle */
    bool numbered; /* numbers around, the words in a list */
    bip__block *key;
} spider;

static double reach(const spider *d, double at)
{
    return d->plan.radius * (HUB + (1 - HUB) * at);
}

static void put_point(bip__out *o, const spider *d, char command, size_t axis, double radius)
{
    bip__svg_command(o, command, d->x + d->plan.labels[axis].sin * radius, d->y - d->plan.labels[axis].cos * radius);
}

/* ---------------------------------------------------------------------------------------------------------- layout */

static bool is_missing(const bip__spot *spot)
{
    return spot->gap != BIP__NO_GAP;
}

/* The gaps of several layers on one axis stand one outside the other. */
static size_t gaps_on(const bip__spider *s, size_t axis)
{
    size_t n = 0;

    for (size_t l = 0; l < s->n_layers; l++)
        n += is_missing(&s->layers[l].spots[axis]);
    return n;
}

/* Room for the marks of missing scores; on a crowded circle, where a label may be moved along it, the same everywhere.
 * Gives the largest. */
static double make_gaps(spider *d)
{
    double largest = 0;

    for (size_t a = 0; a < d->plan.n; a++) {
        d->plan.labels[a].gap = 9 + 9 * (double)gaps_on(d->s, a);
        largest = fmax(largest, d->plan.labels[a].gap);
    }
    for (size_t a = 0; a < d->plan.n && d->plan.n > 20; a++)
        d->plan.labels[a].gap = largest;
    return largest;
}

static bool measure_labels(spider *d, bip__arena *arena)
{
    const bip__spider *s = d->s;

    d->plan.n = s->n_axes;
    d->plan.labels = bip__arena_alloc(arena, s->n_axes * sizeof *d->plan.labels);
    if (d->plan.labels == NULL)
        return false;
    for (size_t i = 0; i < s->n_axes; i++) {
        bip__label *l = &d->plan.labels[i];
        if (!bip__measure(arena, s->axes[i].title, &l->title) ||
            (s->axes[i].note != NULL && !bip__measure(arena, s->axes[i].note, &l->note)))
            return false;
    }
    bip__labels_turn(&d->plan);
    return true;
}

/* Numbers take the place of the words, which go into a list below. */
static bool number_labels(spider *d, bip__arena *arena)
{
    char *numbers = bip__arena_alloc(arena, d->s->n_axes * 4);

    if (numbers == NULL)
        return false;
    d->numbered = true;
    for (size_t i = 0; i < d->s->n_axes; i++) {
        bip__label *l = &d->plan.labels[i];
        snprintf(numbers + 4 * i, 4, "%u", (unsigned)(i + 1) % 100);
        l->note = (bip__measured){0};
        if (!bip__measure(arena, numbers + 4 * i, &l->title))
            return false;
    }
    return true;
}

/* Lowest and highest of the labels and the rim. */
static void extent(const spider *d, double *top, double *bottom)
{
    *top = *bottom = 0;
    for (size_t i = 0; i < d->plan.n; i++) {
        double end = -d->plan.labels[i].cos * (d->plan.radius + d->plan.labels[i].gap);
        *top = fmin(*top, end);
        *bottom = fmax(*bottom, end);
        *top = fmin(*top, d->plan.labels[i].top);
        *bottom = fmax(*bottom, d->plan.labels[i].top + d->plan.labels[i].height);
    }
}

/* Whole words, and no tower: where many have to be stacked, the spider between them is a small part of the picture. */
static bool words_fit(spider *d)
{
    double width = d->s->frame.width, top, bottom;

    if (bip__labels_place(&d->plan, width * 0.2, fmin(width * 0.36, 260)) > 0)
        return false;
    extent(d, &top, &bottom);
    return bottom - top <= width;
}

static bool place_labels(spider *d, bip__arena *arena)
{
    double width = d->s->frame.width, most;

    d->plan.half = width / 2 - d->page.margin + 4;
    d->plan.size = BIP__SIZE_TEXT;
    d->plan.most_lines = d->s->n_axes > 20 ? 2 : BIP__LABEL_LINES;
    if (!measure_labels(d, arena))
        return false;
    most = d->plan.half - make_gaps(d) - 16;
    if (words_fit(d))
        return true;
    if (!number_labels(d, arena))
        return false;
    if (d->s->n_axes > 20)
        d->plan.size = BIP__SIZE_SMALL;
    if (!bip__labels_place_close(&d->plan, most))
        bip__labels_place(&d->plan, width * 0.2, most);
    return true;
}

static bool lay_out_key(spider *d, bip__arena *arena, double *bottom)
{
    const bip__spider *s = d->s;
    double width = s->frame.width - 2 * d->page.margin - 26;

    if ((d->key = bip__arena_alloc(arena, 2 * s->n_axes * sizeof *d->key)) == NULL)
        return false;
    for (size_t i = 0; i < 2 * s->n_axes; i++) {
        bool note = i % 2 == 1;
        const char *text = note ? s->axes[i / 2].note : s->axes[i / 2].title;
        if (text == NULL)
            continue;
        bip__block *b = &d->key[i];
        if (!bip__block_make(arena, text, note ? BIP__SIZE_SMALL : BIP__SIZE_TEXT, width, note ? 2 : 3, b))
            return false;
        b->kind = note ? "b-k b-q" : "";
        b->x = d->page.margin + 26;
        b->top = *bottom;
        *bottom += bip__block_height(b) + (note ? 3 : 2);
    }
    *bottom += 10;
    return true;
}

static bool lay_out(spider *d, bip__arena *arena)
{
    const bip__spider *s = d->s;
    double top, bottom;

    if (!bip__page_begin(&d->page, &s->frame, arena) || !place_labels(d, arena))
        return false;
    extent(d, &top, &bottom);
    d->x = s->frame.width / 2;
    d->y = d->page.top + (s->frame.title != NULL ? 16 : 0) - top;
    bottom += d->y + 20;
    bip__page_explain_layers(&d->page, s);
    if (s->numbered != NULL)
        *s->numbered = d->numbered;
    else if (d->numbered && !lay_out_key(d, arena, &bottom))
        return false;
    return bip__page_end(&d->page, bottom);
}

/* ---------------------------------------------------------------------------------------------------------- ground */

static void print_rings(bip__out *o, const spider *d)
{
    for (size_t r = 0; r < d->s->n_rings; r++) {
        double radius = reach(d, d->s->rings[r].at);
        bip__out_text(o, r + 1 == d->s->n_rings ? "<path class=\"b-e\" d=\"" : "<path class=\"b-r\" d=\"");
        for (size_t a = 0; a < d->plan.n; a++) {
            put_point(o, d, a == 0 ? 'M' : 'L', a, radius);
        }
        BIP__PUT(o, "z\"/>");
    }
    BIP__PUT(o, "<path class=\"b-r\" d=\"");
    for (size_t a = 0; a < d->plan.n; a++) {
        put_point(o, d, 'M', a, reach(d, 0));
        put_point(o, d, 'L', a, reach(d, 1));
    }
    BIP__PUT(o, "\"/>\n");
}

/* Beside the first axis, which points up. */
static void print_ring_numbers(bip__out *o, const spider *d)
{
    for (size_t r = 0; r < d->s->n_rings; r++) {
        const char *text = d->s->rings[r].text;
        if (text == NULL)
            continue;
        BIP__PUT(o, "<text class=\"b-k b-q b-o\"");
        bip__svg_attribute(o, "x", d->x + 7);
        bip__svg_attribute(o, "y", d->y - reach(d, d->s->rings[r].at) + 4);
        bip__out_char(o, '>');
        bip__svg_text(o, text, strlen(text));
        BIP__PUT(o, "</text>");
    }
    bip__out_char(o, '\n');
}

/* ---------------------------------------------------------------------------------------------------------- layers */

/* The axis at which the first unbroken run of numbers begins: behind a gap, or the first one where there is none. */
static size_t first_run(const bip__spot *spots, size_t n)
{
    for (size_t a = 0; a < n; a++)
        if (!is_missing(&spots[a]) && is_missing(&spots[(a + n - 1) % n]))
            return a;
    return 0;
}

/* Runs of neighbours that both have a number: a missing score is a gap in the line. */
static void print_line(bip__out *o, const spider *d, const bip__spot *spots)
{
    size_t n = d->plan.n, from = first_run(spots, n);
    bool whole = true, open = false;

    for (size_t k = 0; k < n; k++) {
        size_t a = (from + k) % n;
        whole &= !is_missing(&spots[a]);
        if (!is_missing(&spots[a])) {
            put_point(o, d, open ? 'L' : 'M', a, reach(d, spots[a].at));
        }
        open = !is_missing(&spots[a]);
    }
    if (whole)
        bip__out_char(o, 'z');
}

/* Between the line and the inner ring, a piece for each two neighbours. */
static void print_area(bip__out *o, const spider *d, const bip__spot *spots)
{
    size_t n = d->plan.n;

    BIP__PUT(o, "<path class=\"b-a\" d=\"");
    for (size_t a = 0; a < n; a++) {
        size_t b = (a + 1) % n;
        if (is_missing(&spots[a]) || is_missing(&spots[b]))
            continue;
        put_point(o, d, 'M', a, reach(d, spots[a].at));
        put_point(o, d, 'L', b, reach(d, spots[b].at));
        put_point(o, d, 'L', b, reach(d, 0));
        put_point(o, d, 'L', a, reach(d, 0));
        bip__out_char(o, 'z');
    }
    BIP__PUT(o, "\"/>");
}

static void print_marks(bip__out *o, const spider *d, const bip__spot *spots, const bip__style *style)
{
    bip__out_text(o, style->hollow ? "<path class=\"b-m b-g\" d=\"" : "<path class=\"b-m b-f\" d=\"");
    for (size_t a = 0; a < d->plan.n; a++)
        if (!is_missing(&spots[a])) {
            double radius = reach(d, spots[a].at);
            bip__svg_mark(o, style->mark, d->x + d->plan.labels[a].sin * radius, d->y - d->plan.labels[a].cos * radius,
                          style->hollow ? HOLLOW_MARK : MARK);
        }
    BIP__PUT(o, "\"/>");
}

/* Outside the rim, where no score can stand. */
static void print_gaps(bip__out *o, const spider *d, size_t layer)
{
    bool any = false;

    for (size_t a = 0; a < d->plan.n; a++) {
        const bip__spot *spot = &d->s->layers[layer].spots[a];
        double radius = d->plan.radius + 8;
        if (!is_missing(spot))
            continue;
        for (size_t l = layer + 1; l < d->s->n_layers; l++)
            radius += is_missing(&d->s->layers[l].spots[a]) ? 9 : 0;
        bip__out_text(o, any ? "" : "<path class=\"b-x\" d=\"");
        any = true;
        bip__svg_mark(o, spot->gap == BIP__NOT_ASKED ? BIP__BAR : BIP__CROSS, d->x + d->plan.labels[a].sin * radius,
                      d->y - d->plan.labels[a].cos * radius, GAP_MARK);
    }
    if (any)
        BIP__PUT(o, "\"/>");
}

static void print_layer(bip__out *o, const spider *d, size_t layer)
{
    const bip__style *style = &bip__styles[d->s->layers[layer].style];
    const bip__spot *spots = d->s->layers[layer].spots;

    bip__out_printf(o, "<g class=\"b-s%d\">", (int)d->s->layers[layer].style);
    if (style->filled_area)
        print_area(o, d, spots);
    BIP__PUT(o, "<path class=\"b-l\"");
    bip__svg_attribute(o, "stroke-width", style->width);
    if (style->dash != NULL)
        bip__out_printf(o, " stroke-dasharray=\"%s\"", style->dash);
    BIP__PUT(o, " d=\"");
    print_line(o, d, spots);
    BIP__PUT(o, "\"/>");
    print_marks(o, d, spots, style);
    print_gaps(o, d, layer);
    BIP__PUT(o, "</g>\n");
}

/* ----------------------------------------------------------------------------------------------------------- labels */

static void print_labels(bip__out *o, const spider *d)
{
    double x, y;
    bool any = false;

    for (size_t a = 0; a < d->plan.n; a++) {
        if (!bip__label_leader(&d->plan, &d->plan.labels[a], &x, &y))
            continue;
        bip__out_text(o, any ? "" : "<path class=\"b-e\" d=\"");
        any = true;
        put_point(o, d, 'M', a, d->plan.radius + d->plan.labels[a].gap - 5);
        bip__svg_command(o, 'L', d->x + x, d->y + y);
    }
    if (any)
        BIP__PUT(o, "\"/>");
    for (size_t a = 0; a < d->plan.n; a++)
        bip__label_print(o, &d->plan, &d->plan.labels[a], d->x, d->y);
    bip__out_char(o, '\n');
}

static void print_key(bip__out *o, const spider *d)
{
    for (size_t i = 0; d->key != NULL && i < 2 * d->s->n_axes; i++) {
        bip__block number = d->key[i];
        if (number.n == 0)
            continue;
        bip__block_print(o, &d->key[i]);
        if (i % 2 == 1)
            continue;
        number.x -= 8;
        number.anchor = -1;
        number.kind = "b-q";
        number.lines = d->plan.labels[i / 2].lines;
        number.n = 1;
        number.whole = NULL;
        bip__block_print(o, &number);
    }
}

bip_status bip__spider_draw(const bip__spider *s, bip__arena *arena, bip__out *o, bip_error *err)
{
    spider d = {.s = s};

    if (s->n_axes < 3)
        return bip__rows_draw(s, arena, o, err);
    if (!lay_out(&d, arena))
        return bip__nomem(err);
    bip__page_print_head(o, &d.page);
    print_rings(o, &d);
    print_ring_numbers(o, &d);
    for (size_t l = 0; l < s->n_layers; l++)
        print_layer(o, &d, l);
    print_labels(o, &d);
    print_key(o, &d);
    bip__page_print_foot(o, &d.page);
    return BIP_OK;
}
