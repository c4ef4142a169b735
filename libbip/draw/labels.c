#include "draw/labels.h"

#include <math.h>
#include <string.h>

#define TAU 6.283185307179586476925287
#define APART 5.0 /* between two labels, pixels */

/* ------------------------------------------------------------------------------------------------------- one label */

static int side_of(const bip__label *l)
{
    return l->sin > 0.01 ? 1 : l->sin < -0.01 ? -1 : 0;
}

static void wrap_label(const bip__labels_plan *p, bip__label *l, double width)
{
    bip__wrapped title = bip__wrap(&l->title, width / p->size, p->most_lines, l->lines);
    bip__wrapped note = {0};

    if (l->note.text != NULL)
        note = bip__wrap(&l->note, width / BIP__SIZE_SMALL, BIP__NOTE_LINES, l->lines + title.n);
    l->n_title = title.n;
    l->n_note = note.n;
    l->width = fmax(title.width * p->size, note.width * BIP__SIZE_SMALL);
    l->height = ((double)title.n * p->size + (double)note.n * BIP__SIZE_SMALL) * BIP__LINE_HEIGHT;
    l->cut = title.cut || note.cut;
    l->broken = title.broken || note.broken;
}

/* Beside the end of its axis: above it where the axis points up, below where it points down. */
static double wished_top(const bip__labels_plan *p, const bip__label *l)
{
    return -l->cos * (p->radius + l->gap + l->height / 2) - l->height / 2;
}

/* How near the middle a label may begin where it stands: outside the circle at every height it covers. */
static double nearest(const bip__labels_plan *p, const bip__label *l)
{
    double circle = p->radius + l->gap, y = 0, x = fabs(l->sin) * circle;

    if (l->top > 0)
        y = l->top;
    else if (l->top + l->height < 0)
        y = -(l->top + l->height);
    return y < circle ? fmax(x, sqrt(circle * circle - y * y)) : x;
}

/* ------------------------------------------------------------------------------------------------------- one side */

typedef struct pool {
    size_t first, n;
    double sum; /* of wished tops, less the heights above within the side */
} pool;

/* From top to bottom: as near to where they wish as they can be without overlapping, by pooling neighbours that are in
 * each other's way (least squares; Barlow and others, 1972). */
static void spread(const bip__labels_plan *p, bip__label *const *side, size_t n)
{
    pool pools[BIP__MOST_AXES];
    double above[BIP__MOST_AXES], sum = 0;
    size_t n_pools = 0;

    for (size_t i = 0; i < n; i++) {
        above[i] = sum;
        pools[n_pools++] = (pool){i, 1, wished_top(p, side[i]) - sum};
        sum += side[i]->height + APART;
        while (n_pools > 1 && pools[n_pools - 2].sum / (double)pools[n_pools - 2].n >=
                                  pools[n_pools - 1].sum / (double)pools[n_pools - 1].n) {
            n_pools--;
            pools[n_pools - 1].n += pools[n_pools].n;
            pools[n_pools - 1].sum += pools[n_pools].sum;
        }
    }
    for (size_t k = 0; k < n_pools; k++)
        for (size_t i = pools[k].first; i < pools[k].first + pools[k].n; i++)
            side[i]->top = pools[k].sum / (double)pools[k].n + above[i];
}

static size_t collect(const bip__labels_plan *p, int which, bip__label **side)
{
    size_t n = 0;

    for (size_t i = 0; i < p->n; i++) {
        bip__label *l = &p->labels[which > 0 ? i : p->n - 1 - i]; /* both sides from top to bottom */
        if (l->side == which)
            side[n++] = l;
    }
    return n;
}

/* The height of a label decides where it stands, that how wide it may be, and that its height: a few rounds settle it.
 * In a column everything stands outside the circle's widest point, and one round is enough. */
static bool place_side(const bip__labels_plan *p, int which, bool column)
{
    bip__label *side[BIP__MOST_AXES];
    size_t n = collect(p, which, side);
    bool settled = false;

    for (size_t i = 0; i < n; i++) {
        side[i]->near = (column ? 1 : fabs(side[i]->sin)) * (p->radius + side[i]->gap);
        wrap_label(p, side[i], p->half - side[i]->near);
    }
    for (int round = 0; round < 5 && !settled; round++) {
        spread(p, side, n);
        settled = true;
        for (size_t i = 0; i < n && !column; i++) {
            double near = nearest(p, side[i]);
            if (near + side[i]->width <= p->half + 1e-6) {
                side[i]->near = near;
                continue;
            }
            double height = side[i]->height;
            wrap_label(p, side[i], p->half - near);
            side[i]->near = near;
            settled &= side[i]->height == height;
        }
    }
    return settled;
}

/* ------------------------------------------------------------------------------------------------ above and below */

/* Over everything that stands in its way; the sides are placed before. */
static void place_middle(const bip__labels_plan *p, bip__label *l)
{
    bool above = l->cos > 0;
    double edge = p->radius + l->gap, room = p->half;

    for (size_t i = 0; i < p->n; i++)
        if (p->labels[i].side != 0 && (p->labels[i].cos > 0) == above)
            room = fmin(room, p->labels[i].near - APART);
    wrap_label(p, l, 2 * fmin(p->half, fmax(room, 80)));
    l->near = l->width / 2;
    for (size_t i = 0; i < p->n; i++) {
        const bip__label *other = &p->labels[i];
        if (other->side != 0 && other->near < l->near + APART)
            edge = fmax(edge, APART + (above ? -other->top : other->top + other->height));
    }
    l->top = above ? -edge - l->height : edge;
}

/* ------------------------------------------------------------------------------------------------------------ all */

void bip__labels_turn(bip__labels_plan *p)
{
    for (size_t i = 0; i < p->n; i++) {
        double turn = TAU * (double)i / (double)p->n;
        p->labels[i].sin = sin(turn);
        p->labels[i].cos = cos(turn);
        p->labels[i].side = side_of(&p->labels[i]);
    }
}

static size_t place_at(bip__labels_plan *p, double radius, bool column, bool *settled)
{
    size_t harmed = 0;

    p->radius = radius;
    *settled = place_side(p, 1, column);
    *settled = place_side(p, -1, column) && *settled;
    for (size_t i = 0; i < p->n; i++)
        if (p->labels[i].side == 0)
            place_middle(p, &p->labels[i]);
    for (size_t i = 0; i < p->n; i++)
        harmed += 2u * p->labels[i].cut + p->labels[i].broken; /* a broken word can still be read whole */
    return harmed;
}

size_t bip__labels_place(bip__labels_plan *p, double least, double most)
{
    size_t best = SIZE_MAX, harmed;
    double best_radius = least;
    bool best_column = true, settled;

    for (double radius = most; radius >= least; radius *= 0.93)
        for (int column = 0; column < 2; column++) {
            harmed = place_at(p, radius, column == 1, &settled);
            if (settled && harmed == 0)
                return 0;
            if (settled && harmed < best) {
                best = harmed;
                best_radius = radius;
                best_column = column == 1;
            }
            if (settled)
                break;
        }
    return place_at(p, best_radius, best_column, &settled);
}

bool bip__label_leader(const bip__labels_plan *p, const bip__label *l, double *x, double *y)
{
    double end_x = l->sin * (p->radius + 2), end_y = -l->cos * (p->radius + 2);

    *x = l->side * (l->near - 3);
    *y = fmin(fmax(end_y, l->top + 6), l->top + l->height - 6);
    if (p->close)
        return false;
    if (l->side == 0)
        *y = l->cos > 0 ? l->top + l->height : l->top;
    return hypot(*x - end_x, *y - end_y) > l->gap + 7;
}

static bool overlap(const bip__label *a, const bip__label *b)
{
    return fabs(a->middle - b->middle) < (a->width + b->width) / 2 + 1 &&
           fmax(a->top, b->top) < fmin(a->top + a->height, b->top + b->height) + 1;
}

bool bip__labels_place_close(bip__labels_plan *p, double radius)
{
    p->radius = radius;
    p->close = true;
    for (size_t i = 0; i < p->n; i++) {
        bip__label *l = &p->labels[i];
        wrap_label(p, l, p->half);
        l->side = 0;
        l->near = l->width / 2;
        l->middle = l->sin * (radius + l->gap + p->size / 2);
        l->top = -l->cos * (radius + l->gap + p->size / 2) - l->height / 2;
    }
    for (size_t i = 0; i < p->n; i++)
        p->close &= !overlap(&p->labels[i], &p->labels[(i + 1) % p->n]);
    for (size_t i = 0; i < p->n && !p->close; i++)
        p->labels[i].side = side_of(&p->labels[i]);
    return p->close;
}

void bip__label_print(bip__out *o, const bip__labels_plan *p, const bip__label *l, double middle_x, double middle_y)
{
    bip__block block = {.kind = p->size < BIP__SIZE_TEXT ? "b-k" : "",
                        .size = p->size,
                        .anchor = l->side,
                        .x = middle_x + (l->side == 0 ? l->middle : l->side * l->near),
                        .top = middle_y + l->top,
                        .lines = (bip__line *)l->lines,
                        .n = l->n_title,
                        .whole = l->cut ? l->title.text : NULL};

    bip__block_print(o, &block);
    block.top += bip__block_height(&block);
    block.kind = "b-k b-q";
    block.size = BIP__SIZE_SMALL;
    block.lines += l->n_title;
    block.n = l->n_note;
    block.whole = NULL;
    bip__block_print(o, &block);
}
