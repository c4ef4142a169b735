#include "draw/frame.h"

#include <string.h>

#define SAMPLE 30.0 /* width of a sample in the legend, pixels */

/* ------------------------------------------------------------------------------------------------------------ blocks
 */

bool bip__block_make(bip__arena *arena, const char *text, double size, double width, size_t most, bip__block *out)
{
    bip__measured m;
    bip__wrapped w;

    *out = (bip__block){.kind = "", .size = size, .anchor = 1};
    if (!bip__measure(arena, text, &m) || (out->lines = bip__arena_alloc(arena, most * sizeof *out->lines)) == NULL)
        return false;
    w = bip__wrap(&m, width / size, most, out->lines);
    out->n = w.n;
    out->width = w.width * size;
    out->whole = w.cut ? text : NULL;
    return true;
}

double bip__block_height(const bip__block *b)
{
    return (double)b->n * b->size * BIP__LINE_HEIGHT;
}

static void print_line(bip__out *o, const bip__block *b, size_t i)
{
    static const char *const anchors[] = {" text-anchor=\"end\"", " text-anchor=\"middle\"", ""};

    BIP__PUT(o, "<text");
    if (b->kind[0] != '\0') {
        BIP__PUT(o, " class=\"");
        bip__out_text(o, b->kind);
        bip__out_char(o, '"');
    }
    bip__svg_attribute(o, "x", b->x);
    bip__svg_attribute(o, "y", b->top + b->size * (0.98 + (double)i * BIP__LINE_HEIGHT));
    bip__out_text(o, anchors[b->anchor + 1]);
    bip__out_char(o, '>');
    bip__svg_text(o, b->lines[i].s, b->lines[i].n);
    if (b->lines[i].cut)
        BIP__PUT(o, "\xE2\x80\xA6");
    BIP__PUT(o, "</text>");
}

/* Every line is an element of its own: within one, text from right to left would be ordered across its lines. */
void bip__block_print(bip__out *o, const bip__block *b)
{
    if (b->whole != NULL) {
        BIP__PUT(o, "<g><title>");
        bip__svg_text(o, b->whole, strlen(b->whole));
        BIP__PUT(o, "</title>");
    }
    for (size_t i = 0; i < b->n; i++)
        print_line(o, b, i);
    if (b->whole != NULL)
        BIP__PUT(o, "</g>");
}

/* -------------------------------------------------------------------------------------------------------------- page
 */

bool bip__page_begin(bip__page *p, const bip__frame *frame, bip__arena *arena)
{
    double width;

    *p = (bip__page){.frame = frame, .arena = arena, .margin = frame->width < 480 ? 10 : 18};
    p->top = p->margin;
    width = frame->width - 2 * p->margin;
    if (frame->title != NULL) {
        if (!bip__block_make(arena, frame->title, BIP__SIZE_TITLE, width, 2, &p->title))
            return false;
        p->title.kind = "b-t";
        p->title.x = p->margin;
        p->title.top = p->top;
        p->top += bip__block_height(&p->title) + 2;
    }
    if (frame->subtitle != NULL) {
        if (!bip__block_make(arena, frame->subtitle, BIP__SIZE_TEXT, width, 2, &p->subtitle))
            return false;
        p->subtitle.kind = "b-q";
        p->subtitle.x = p->margin;
        p->subtitle.top = p->top;
        p->top += bip__block_height(&p->subtitle);
    }
    return true;
}

void bip__page_explain(bip__page *p, int32_t style, const char *text)
{
    if (p->n_entries < sizeof p->entries / sizeof *p->entries)
        p->entries[p->n_entries++] = (bip__entry){.style = style, .text = text};
}

void bip__page_explain_gaps(bip__page *p, int32_t gaps)
{
    if (gaps & BIP__NOT_ANSWERED)
        bip__page_explain(p, BIP__ENTRY_NOT_ANSWERED, p->frame->not_answered);
    if (gaps & BIP__NOT_ASKED)
        bip__page_explain(p, BIP__ENTRY_NOT_ASKED, p->frame->not_asked);
}

void bip__page_explain_layers(bip__page *p, const bip__spider *s)
{
    int32_t gaps = 0;

    for (size_t l = s->n_layers; l-- > 0;) {
        bip__page_explain(p, s->layers[l].style, s->layers[l].label);
        for (size_t a = 0; a < s->n_axes; a++)
            gaps |= s->layers[l].spots[a].gap;
    }
    bip__page_explain_gaps(p, gaps);
}

/* Entries side by side as long as they fit. */
static bool lay_out_legend(bip__page *p, double *top)
{
    double right = p->frame->width - p->margin, x = p->margin, row = 0;

    for (size_t i = 0; i < p->n_entries; i++) {
        bip__block *b = &p->entries[i].block;
        if (!bip__block_make(p->arena, p->entries[i].text, BIP__SIZE_TEXT, right - p->margin - SAMPLE - 8, 3, b))
            return false;
        if (x > p->margin && x + SAMPLE + 8 + b->width > right) {
            *top += row + 6;
            x = p->margin;
            row = 0;
        }
        b->x = x + SAMPLE + 8;
        b->top = *top;
        x = b->x + b->width + 22;
        if (bip__block_height(b) > row)
            row = bip__block_height(b);
    }
    *top += p->n_entries > 0 ? row + 10 : 0;
    return true;
}

static bool add_note(bip__page *p, const char *text, double *top)
{
    bip__block *b = &p->notes[p->n_notes++];

    if (!bip__block_make(p->arena, text, BIP__SIZE_SMALL, p->frame->width - 2 * p->margin, 4, b))
        return false;
    b->kind = "b-k b-q";
    b->x = p->margin;
    b->top = *top;
    *top += bip__block_height(b) + 3;
    return true;
}

static bool add_remarks(bip__page *p, double *top)
{
    const bip__remarks *r = &p->frame->remarks;
    bool whole = r->n <= BIP__MOST_REMARKS, made = true;

    for (size_t i = 0; made && i < r->n && i < BIP__MOST_REMARKS; i++) {
        made = add_note(p, r->texts[i], top);
        whole &= p->notes[p->n_notes - 1].whole == NULL;
    }
    return made && (whole || add_note(p, r->elsewhere, top));
}

bool bip__page_end(bip__page *p, double bottom)
{
    const bip__frame *f = p->frame;
    double top = bottom;

    p->notes = bip__arena_alloc(p->arena, (f->n_notes + BIP__MOST_REMARKS + 1) * sizeof *p->notes);
    if (p->notes == NULL || !lay_out_legend(p, &top))
        return false;
    for (size_t i = 0; i < f->n_notes; i++)
        if (!add_note(p, f->notes[i], &top))
            return false;
    if (!add_remarks(p, &top))
        return false;
    p->height = top + p->margin - 4;
    return true;
}

static void print_named(bip__out *o, const char *element, const char *id, const char *text)
{
    bip__out_printf(o, "<%s id=\"%s-%s\">", element, id, element);
    bip__svg_text(o, text, strlen(text));
    bip__out_printf(o, "</%s>", element);
}

void bip__page_print_head(bip__out *o, const bip__page *p)
{
    const bip__frame *f = p->frame;

    bip__out_printf(o, "<svg xmlns=\"http://www.w3.org/2000/svg\" id=\"%s\" class=\"%s\" lang=\"%s\" role=\"img\" ",
                    f->id, bip__palette_class(f->theme), f->lang);
    bip__out_printf(o, "aria-labelledby=\"%s-title %s-desc\" viewBox=\"0 0", f->id, f->id);
    bip__svg_point(o, f->width, p->height);
    bip__out_char(o, '"');
    bip__svg_attribute(o, "width", f->width);
    bip__svg_attribute(o, "height", p->height);
    bip__out_char(o, '>');
    print_named(o, "title", f->id, f->name);
    print_named(o, "desc", f->id, f->description);
    BIP__PUT(o, "<style>");
    bip__palette_css(o, f->theme);
    BIP__PUT(o, "</style><rect class=\"b-g\"");
    bip__svg_attribute(o, "width", f->width);
    bip__svg_attribute(o, "height", p->height);
    BIP__PUT(o, "/>\n");
    bip__block_print(o, &p->title);
    bip__block_print(o, &p->subtitle);
    bip__out_char(o, '\n');
}

/* ------------------------------------------------------------------------------------------------------------ legend
 */

static void print_layer_sample(bip__out *o, const bip__style *style, double x, double y)
{
    BIP__PUT(o, "<path class=\"b-l\" d=\"");
    bip__svg_command(o, 'M', x, y);
    bip__out_char(o, 'h');
    bip__svg_number(o, SAMPLE);
    bip__out_char(o, '"');
    bip__svg_attribute(o, "stroke-width", style->width);
    if (style->dash != NULL)
        bip__out_printf(o, " stroke-dasharray=\"%s\"", style->dash);
    BIP__PUT(o, "/><path class=\"b-m ");
    bip__out_text(o, style->hollow ? "b-g\" d=\"" : "b-f\" d=\"");
    bip__svg_mark(o, style->mark, x + SAMPLE / 2, y, 4);
    BIP__PUT(o, "\"/>");
}

/* The line of the trend with the room it may take. */
static void print_line_sample(bip__out *o, double x, double y)
{
    BIP__PUT(o, "<path class=\"b-a\" d=\"");
    bip__svg_command(o, 'M', x, y + 2);
    bip__out_printf(o, "l%d -10v9l-%d 6z\"/><path class=\"b-l\" stroke-width=\"1.4\" stroke-dasharray=\"5 4\" d=\"",
                    (int)SAMPLE, (int)SAMPLE);
    bip__svg_command(o, 'M', x, y + 4);
    bip__out_printf(o, "l%d -8\"/>", (int)SAMPLE);
}

static void print_sample(bip__out *o, int32_t style, double x, double y)
{
    static const struct {
        const char *begin;
        bip__mark mark;
    } alone[] = {{"<path class=\"b-x\" d=\"", BIP__CROSS},
                 {"<path class=\"b-x\" d=\"", BIP__BAR},
                 {"<path class=\"b-m b-f\" d=\"", BIP__TRIANGLE},
                 {"<path class=\"b-m b-g\" d=\"", BIP__WEDGE}};

    if (style >= 0) {
        print_layer_sample(o, &bip__styles[style], x, y);
        return;
    }
    if (style == BIP__ENTRY_LINE) {
        print_line_sample(o, x, y);
        return;
    }
    bip__out_text(o, alone[-1 - style].begin);
    bip__svg_mark(o, alone[-1 - style].mark, x + SAMPLE / 2, y, style >= BIP__ENTRY_NOT_ASKED ? 3.5 : 4.5);
    BIP__PUT(o, "\"/>");
}

void bip__page_print_foot(bip__out *o, const bip__page *p)
{
    for (size_t i = 0; i < p->n_entries; i++) {
        const bip__entry *e = &p->entries[i];
        bool step = e->style == BIP__ENTRY_FORWARD || e->style == BIP__ENTRY_BACK;
        int style = e->style >= 0 ? e->style : step ? BIP__STYLE_LATEST : BIP__STYLE_FIRST;
        bip__out_printf(o, "<g class=\"b-s%d\">", style);
        print_sample(o, e->style, e->block.x - SAMPLE - 8, e->block.top + e->block.size * 0.63);
        BIP__PUT(o, "</g>");
        bip__block_print(o, &e->block);
        bip__out_char(o, '\n');
    }
    for (size_t i = 0; i < p->n_notes; i++)
        bip__block_print(o, &p->notes[i]);
    BIP__PUT(o, "</svg>\n");
}
