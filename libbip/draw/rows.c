/* One or two axes make no spider: a line an axis, a row a layer, worst on the left and best on the right. */
#include "draw/frame.h"

#include <string.h>

#define ROW 20.0
#define MARK 4.2

typedef struct row_axis {
    bip__block title, note;
    double top; /* of its first row */
} row_axis;

typedef struct rows {
    const bip__spider *s;
    bip__page page;
    row_axis *axes;
    double left, right;
} rows;

static bool lay_out_axis(rows *d, bip__arena *arena, size_t i, double *top)
{
    const bip__spider_axis *axis = &d->s->axes[i];
    row_axis *row = &d->axes[i];
    double width = d->s->frame.width - 2 * d->page.margin;

    if (!bip__block_make(arena, axis->title, BIP__SIZE_TEXT, width, 3, &row->title))
        return false;
    row->title.x = d->page.margin;
    row->title.top = *top;
    *top += bip__block_height(&row->title);
    if (axis->note != NULL) {
        if (!bip__block_make(arena, axis->note, BIP__SIZE_SMALL, width, 2, &row->note))
            return false;
        row->note.kind = "b-k b-q";
        row->note.x = d->page.margin;
        row->note.top = *top;
        *top += bip__block_height(&row->note);
    }
    row->top = *top + 16;
    *top = row->top + ROW * (double)(d->s->n_layers > 0 ? d->s->n_layers - 1 : 0) + 40;
    return true;
}

static bool lay_out(rows *d, bip__arena *arena)
{
    const bip__spider *s = d->s;
    double top;

    if (!bip__page_begin(&d->page, &s->frame, arena) ||
        (d->axes = bip__arena_alloc(arena, s->n_axes * sizeof *d->axes)) == NULL)
        return false;
    d->left = d->page.margin + 22;
    d->right = s->frame.width - d->page.margin - 10;
    top = d->page.top + 16;
    for (size_t i = 0; i < s->n_axes; i++)
        if (!lay_out_axis(d, arena, i, &top))
            return false;
    bip__page_explain_layers(&d->page, s);
    return bip__page_end(&d->page, top);
}

static void print_scale(bip__out *o, const rows *d, double top, double bottom)
{
    BIP__PUT(o, "<path class=\"b-r\" d=\"");
    for (size_t r = 0; r < d->s->n_rings; r++) {
        double x = d->left + (d->right - d->left) * d->s->rings[r].at;
        bip__svg_command(o, 'M', x, top - 10);
        bip__out_char(o, 'V');
        bip__svg_number(o, bottom + 10);
    }
    BIP__PUT(o, "\"/>");
    for (size_t r = 0; r < d->s->n_rings; r++) {
        const char *text = d->s->rings[r].text;
        if (text == NULL)
            continue;
        BIP__PUT(o, "<text class=\"b-k b-q\" text-anchor=\"middle\"");
        bip__svg_attribute(o, "x", d->left + (d->right - d->left) * d->s->rings[r].at);
        bip__svg_attribute(o, "y", bottom + 23);
        bip__out_char(o, '>');
        bip__svg_text(o, text, strlen(text));
        BIP__PUT(o, "</text>");
    }
}

/* From the worst to the score, as the spider's line stands off its inner ring; a gap stands outside the scale. */
static void print_spot(bip__out *o, const rows *d, const bip__spider_layer *layer, const bip__spot *spot, double y)
{
    const bip__style *style = &bip__styles[layer->style];
    double x = d->left + (d->right - d->left) * spot->at;

    bip__out_printf(o, "<g class=\"b-s%d\">", (int)layer->style);
    if (spot->gap != BIP__NO_GAP) {
        BIP__PUT(o, "<path class=\"b-x\" d=\"");
        bip__svg_mark(o, spot->gap == BIP__NOT_ASKED ? BIP__BAR : BIP__CROSS, d->left - 14, y, 3.4);
    } else {
        BIP__PUT(o, "<path class=\"b-l\"");
        bip__svg_attribute(o, "stroke-width", style->width);
        if (style->dash != NULL)
            bip__out_printf(o, " stroke-dasharray=\"%s\"", style->dash);
        BIP__PUT(o, " d=\"");
        bip__svg_command(o, 'M', d->left, y);
        bip__out_char(o, 'H');
        bip__svg_number(o, x);
        bip__out_text(o, style->hollow ? "\"/><path class=\"b-m b-g\" d=\"" : "\"/><path class=\"b-m b-f\" d=\"");
        bip__svg_mark(o, style->mark, x, y, MARK);
    }
    BIP__PUT(o, "\"/></g>\n");
}

static void print_axis(bip__out *o, const rows *d, size_t i)
{
    const bip__spider *s = d->s;
    const row_axis *row = &d->axes[i];
    double bottom = row->top + ROW * (double)(s->n_layers > 0 ? s->n_layers - 1 : 0);

    bip__block_print(o, &row->title);
    bip__block_print(o, &row->note);
    print_scale(o, d, row->top, bottom);
    for (size_t l = 0; l < s->n_layers; l++)
        print_spot(o, d, &s->layers[l], &s->layers[l].spots[i], row->top + ROW * (double)(s->n_layers - 1 - l));
}

bip_status bip__rows_draw(const bip__spider *s, bip__arena *arena, bip__out *o, bip_error *err)
{
    rows d = {.s = s};

    if (!lay_out(&d, arena))
        return bip__nomem(err);
    bip__page_print_head(o, &d.page);
    for (size_t i = 0; i < s->n_axes; i++)
        print_axis(o, &d, i);
    bip__page_print_foot(o, &d.page);
    return BIP_OK;
}
