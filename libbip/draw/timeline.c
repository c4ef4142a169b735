#include "base/date.h"
#include "base/text.h"
#include "draw/frame.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define PLOT 84.0         /* height of a panel's plot, pixels */
#define INSET 9.0         /* between the frame of the plot and the first and last day */
#define LEAST_PANEL 205.0 /* width */
#define BETWEEN 26.0      /* panels, sideways */
#define BELOW 18.0        /* panels, downwards */
#define END_TEXT 15.0     /* height of the words for an end of the scale */
#define TICK_TEXT 18.0
#define STRIP 9.0
#define MOST_TICKS 16
#define BAND_POINTS 17

typedef struct tick {
    double x; /* where its line stands, from the left of the plot */
    double label_x;
    char label[24];
} tick;

typedef struct cell {
    bip__block title, note, top, bottom;
    double x, y, plot; /* left and top of the cell, top of its plot */
} cell;

typedef struct timeline {
    const bip__timeline *t;
    bip__page page;
    cell *cells;
    size_t columns;
    double width; /* of a panel */
    double strip; /* under each plot, for the marks of days without a number; 0 where there is none */
    bip_date first, last;
    tick ticks[MOST_TICKS];
    size_t n_ticks;
} timeline;

/* ------------------------------------------------------------------------------------------------------------- days */

static void widen(timeline *d, bip_date day)
{
    if (d->first == BIP_NO_DATE || day < d->first)
        d->first = day;
    if (d->last == BIP_NO_DATE || day > d->last)
        d->last = day;
}

static void find_span(timeline *d)
{
    d->first = d->last = BIP_NO_DATE;
    for (size_t i = 0; i < d->t->n_panels; i++) {
        const bip__panel *p = &d->t->panels[i];
        if (p->n > 0) {
            widen(d, p->days[0]);
            widen(d, p->days[p->n - 1]);
        }
        if (p->n_gaps > 0) {
            d->strip = STRIP;
            widen(d, p->gap_days[0]);
            widen(d, p->gap_days[p->n_gaps - 1]);
        }
    }
}

static double x_of(const timeline *d, bip_date day)
{
    if (d->last == d->first)
        return d->width / 2;
    return INSET + (d->width - 2 * INSET) * (double)(day - d->first) / (double)(d->last - d->first);
}

/* ------------------------------------------------------------------------------------------------------------ ticks */

static size_t short_month(const timeline *d, int month, const char **name)
{
    *name = d->t->months[month - 1];
    size_t n = strlen(*name), at = 0;
    for (int i = 0; i < 3 && at < n; i++) {
        int32_t cp;
        at += bip__utf8_decode(*name + at, n - at, &cp);
    }
    return at;
}

/* Left out where it would touch the one before. */
static void add_tick(timeline *d, bip_date day, const char *label)
{
    tick t = {.x = x_of(d, day)};
    double half = bip__text_width(label, strlen(label)) * BIP__SIZE_SMALL / 2;

    snprintf(t.label, sizeof t.label, "%s", label);
    t.label_x = fmin(fmax(t.x, half), d->width - half);
    if (d->n_ticks > 0) {
        const tick *before = &d->ticks[d->n_ticks - 1];
        double right = before->label_x + bip__text_width(before->label, strlen(before->label)) * BIP__SIZE_SMALL / 2;
        if (t.label_x - half < right + 8)
            return;
    }
    if (d->n_ticks < MOST_TICKS)
        d->ticks[d->n_ticks++] = t;
}

static void day_label(const timeline *d, bip_date day, char *into, size_t n)
{
    int y, m, dd;
    const char *name;

    bip__date_split(day, &y, &m, &dd);
    size_t bytes = short_month(d, m, &name);
    snprintf(into, n, "%d %.*s %d", dd, (int)bytes, name, y);
}

/* The beginnings of every step-th month; of years alone where they are that far apart. */
static void add_months(timeline *d, int step)
{
    int year, month, day;
    char label[24];

    bip__date_split(d->first, &year, &month, &day);
    for (int at = year * 12; at <= 2200 * 12; at += step) {
        bip_date when = bip__date_from(at / 12, at % 12 + 1, 1);
        const char *name;
        if (when > d->last)
            break;
        if (when < d->first)
            continue;
        size_t bytes = short_month(d, at % 12 + 1, &name);
        if (step >= 12)
            snprintf(label, sizeof label, "%d", at / 12);
        else
            snprintf(label, sizeof label, "%.*s %d", (int)bytes, name, at / 12);
        add_tick(d, when, label);
    }
}

/* As many as fit, at whole months, quarters or years; a span too short for two of those shows its ends. */
static void find_ticks(timeline *d)
{
    static const int steps[] = {1, 2, 3, 6, 12, 24, 60, 120, 240, 600};
    double months = (double)(d->last - d->first) / 30.44;
    char label[24];

    if (d->first == BIP_NO_DATE)
        return;
    if (months < 2.5) {
        day_label(d, d->first, label, sizeof label);
        add_tick(d, d->first, label);
        day_label(d, d->last, label, sizeof label);
        add_tick(d, d->last, label);
        return;
    }
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        if (months / steps[i] * (steps[i] < 12 ? 66 : 38) <= d->width - 2 * INSET) {
            add_months(d, steps[i]);
            return;
        }
}

/* ----------------------------------------------------------------------------------------------------------- layout */

static bool make_cell(timeline *d, bip__arena *arena, size_t i)
{
    const bip__panel *p = &d->t->panels[i];
    cell *c = &d->cells[i];

    if (!bip__block_make(arena, p->title, BIP__SIZE_TEXT, d->width, 2, &c->title) ||
        (p->note != NULL && !bip__block_make(arena, p->note, BIP__SIZE_SMALL, d->width, 2, &c->note)) ||
        !bip__block_make(arena, p->top, BIP__SIZE_SMALL, d->width, 1, &c->top) ||
        !bip__block_make(arena, p->bottom, BIP__SIZE_SMALL, d->width, 1, &c->bottom))
        return false;
    c->note.kind = c->top.kind = c->bottom.kind = "b-k b-q";
    return true;
}

static double head_height(const cell *c)
{
    return bip__block_height(&c->title) + bip__block_height(&c->note) + END_TEXT + 3;
}

/* The plots of a row stand side by side, whatever the heights of their titles. */
static double place_row(timeline *d, size_t from, size_t to, double y)
{
    double head = 0;

    for (size_t i = from; i < to; i++)
        head = fmax(head, head_height(&d->cells[i]));
    for (size_t i = from; i < to; i++) {
        cell *c = &d->cells[i];
        c->x = d->page.margin + (double)(i - from) * (d->width + BETWEEN);
        c->y = y;
        c->plot = y + head;
        c->title.x = c->note.x = c->top.x = c->bottom.x = c->x;
        c->title.top = c->plot - head_height(c);
        c->note.top = c->title.top + bip__block_height(&c->title);
        c->top.top = c->plot - END_TEXT;
        c->bottom.top = c->plot + PLOT + d->strip + 1;
    }
    return y + head + PLOT + d->strip + END_TEXT + TICK_TEXT + BELOW;
}

static void explain(timeline *d)
{
    const bip__timeline *t = d->t;
    bool forward = false, back = false, line = false;
    int32_t gaps = 0;

    for (size_t i = t->from; i < t->to; i++) {
        const bip__panel *p = &t->panels[i];
        for (size_t k = 0; k < p->n; k++) {
            forward |= p->steps[k] == BIP_FORWARD;
            back |= p->steps[k] == BIP_BACK;
        }
        for (size_t k = 0; k < p->n_gaps; k++)
            gaps |= p->gaps[k];
        line |= p->has_line;
    }
    if (forward)
        bip__page_explain(&d->page, BIP__ENTRY_FORWARD, t->step_forward);
    if (back)
        bip__page_explain(&d->page, BIP__ENTRY_BACK, t->step_back);
    if (line)
        bip__page_explain(&d->page, BIP__ENTRY_LINE, t->line);
    bip__page_explain_gaps(&d->page, gaps);
}

static bool lay_out(timeline *d, bip__arena *arena)
{
    const bip__timeline *t = d->t;
    double room, y;

    if (!bip__page_begin(&d->page, &t->frame, arena) ||
        (d->cells = bip__arena_alloc(arena, t->n_panels * sizeof *d->cells)) == NULL)
        return false;
    room = t->frame.width - 2 * d->page.margin;
    d->columns = (size_t)fmax(1, floor((room + BETWEEN) / (LEAST_PANEL + BETWEEN)));
    if (d->columns > t->n_panels)
        d->columns = t->n_panels;
    d->width = (room - (double)(d->columns - 1) * BETWEEN) / (double)d->columns;
    find_span(d);
    find_ticks(d);
    for (size_t i = t->from; i < t->to; i++)
        if (!make_cell(d, arena, i))
            return false;
    y = d->page.top + 18;
    for (size_t i = t->from; i < t->to; i += d->columns)
        y = place_row(d, i, i + d->columns < t->to ? i + d->columns : t->to, y);
    explain(d);
    return bip__page_end(&d->page, y);
}

/* ---------------------------------------------------------------------------------------------------------- drawing */

static double y_of(const cell *c, double at)
{
    return c->plot + INSET / 2 + (PLOT - INSET) * (1 - at);
}

static void print_ground(bip__out *o, const timeline *d, const cell *c)
{
    BIP__PUT(o, "<path class=\"b-r\" d=\"");
    for (size_t i = 0; i < d->n_ticks; i++) {
        bip__svg_command(o, 'M', c->x + d->ticks[i].x, y_of(c, 1));
        bip__out_char(o, 'V');
        bip__svg_number(o, y_of(c, 0));
    }
    BIP__PUT(o, "\"/><path class=\"b-e\" d=\"");
    for (int end = 0; end < 2; end++) {
        bip__svg_command(o, 'M', c->x, y_of(c, end));
        bip__out_char(o, 'h');
        bip__svg_number(o, d->width);
    }
    BIP__PUT(o, "\"/>");
    for (size_t i = 0; i < d->n_ticks; i++) {
        BIP__PUT(o, "<text class=\"b-k b-q\" text-anchor=\"middle\"");
        bip__svg_attribute(o, "x", c->x + d->ticks[i].label_x);
        bip__svg_attribute(o, "y", c->plot + PLOT + d->strip + END_TEXT + 12);
        bip__out_char(o, '>');
        bip__svg_text(o, d->ticks[i].label, strlen(d->ticks[i].label));
        BIP__PUT(o, "</text>");
    }
}

/* Of the line through the pivot with this slope; it ends where the scale does. */
static double line_at(const bip__panel *p, double slope, double day)
{
    return fmin(fmax(p->pivot_at + slope * (day - p->pivot_day), 0), 1);
}

static void put_line_point(bip__out *o, char command, const timeline *d, const cell *c, const bip__panel *p,
                           double slope, int i)
{
    double from = p->days[0], to = p->days[p->n - 1], share = (double)i / (BAND_POINTS - 1);
    double day = from + (to - from) * share;
    double x0 = x_of(d, p->days[0]), x1 = x_of(d, p->days[p->n - 1]);

    bip__svg_command(o, command, c->x + x0 + (x1 - x0) * share, y_of(c, line_at(p, slope, day)));
}

/* The line, and the room between the flattest and the steepest it may be. */
static void print_trend(bip__out *o, const timeline *d, const cell *c, const bip__panel *p)
{
    bip__out_printf(o, "<g class=\"b-s%d\"><path class=\"b-a\" d=\"", BIP__STYLE_FIRST);
    for (int i = 0; i < BAND_POINTS; i++) {
        put_line_point(o, i == 0 ? 'M' : 'L', d, c, p, p->low, i);
    }
    for (int i = BAND_POINTS - 1; i >= 0; i--) {
        put_line_point(o, 'L', d, c, p, p->high, i);
    }
    BIP__PUT(o, "z\"/><path class=\"b-l\" stroke-width=\"1.4\" stroke-dasharray=\"5 4\" d=\"");
    for (int i = 0; i < BAND_POINTS; i++) {
        put_line_point(o, i == 0 ? 'M' : 'L', d, c, p, p->slope, i);
    }
    BIP__PUT(o, "\"/></g>");
}

static bool gap_between(const bip__panel *p, bip_date from, bip_date to)
{
    for (size_t i = 0; i < p->n_gaps; i++)
        if (p->gap_days[i] > from && p->gap_days[i] < to)
            return true;
    return false;
}

static void print_course(bip__out *o, const timeline *d, const cell *c, const bip__panel *p)
{
    BIP__PUT(o, "<path class=\"b-l\" stroke-width=\"1.8\" d=\"");
    for (size_t i = 0; i < p->n; i++) {
        bip__svg_command(o, i == 0 || gap_between(p, p->days[i - 1], p->days[i]) ? 'M' : 'L',
                         c->x + x_of(d, p->days[i]), y_of(c, p->at[i]));
    }
    BIP__PUT(o, "\"/>");
}

/* One path for all marks of a kind: what led to the number decides. */
static void print_marks(bip__out *o, const timeline *d, const cell *c, const bip__panel *p, int32_t step)
{
    double dense = p->n > 40 ? 0.55 : 1, r = (step == BIP_FORWARD || step == BIP_BACK ? 4.6 : 2.9) * dense;
    bip__mark mark = step == BIP_FORWARD ? BIP__TRIANGLE : step == BIP_BACK ? BIP__WEDGE : BIP__DISC;
    bool any = false;

    for (size_t i = 0; i < p->n; i++) {
        if (p->steps[i] != step)
            continue;
        if (!any)
            bip__out_text(o, step == BIP_BACK ? "<path class=\"b-m b-g\" d=\"" : "<path class=\"b-m b-f\" d=\"");
        any = true;
        bip__svg_mark(o, mark, c->x + x_of(d, p->days[i]), y_of(c, p->at[i]), r);
    }
    if (any)
        BIP__PUT(o, "\"/>");
}

/* Below the lowest score, where none can stand. */
static void print_gaps(bip__out *o, const timeline *d, const cell *c, const bip__panel *p)
{
    if (p->n_gaps == 0)
        return;
    BIP__PUT(o, "<g class=\"b-s1\"><path class=\"b-x\" d=\"");
    for (size_t i = 0; i < p->n_gaps; i++)
        bip__svg_mark(o, p->gaps[i] == BIP__NOT_ASKED ? BIP__BAR : BIP__CROSS, c->x + x_of(d, p->gap_days[i]),
                      c->plot + PLOT + d->strip / 2, 2.8);
    BIP__PUT(o, "\"/></g>");
}

static void print_panel(bip__out *o, const timeline *d, size_t i)
{
    const bip__panel *p = &d->t->panels[i];
    const cell *c = &d->cells[i];

    bip__block_print(o, &c->title);
    bip__block_print(o, &c->note);
    print_ground(o, d, c);
    bip__block_print(o, &c->top);
    bip__block_print(o, &c->bottom);
    bip__out_printf(o, "<g class=\"b-s%d\">", BIP__STYLE_LATEST);
    if (p->has_line)
        print_trend(o, d, c, p);
    print_course(o, d, c, p);
    print_marks(o, d, c, p, BIP_UNKNOWN);
    print_marks(o, d, c, p, BIP_FORWARD);
    print_marks(o, d, c, p, BIP_BACK);
    BIP__PUT(o, "</g>");
    print_gaps(o, d, c, p);
    bip__out_char(o, '\n');
}

bip_status bip__timeline_draw(const bip__timeline *t, bip__arena *arena, bip__out *o, bip_error *err)
{
    timeline d = {.t = t};

    if (!lay_out(&d, arena))
        return bip__nomem(err);
    bip__page_print_head(o, &d.page);
    for (size_t i = t->from; i < t->to; i++)
        print_panel(o, &d, i);
    bip__page_print_foot(o, &d.page);
    return BIP_OK;
}
