#include "show/picture.h"

#include "draw/palette.h"
#include "show/page.h"

#include <math.h>
#include <string.h>

#define MOST_RINGS 12

typedef struct making {
    const bip_axis *axes;
    const bip_layer *layers;
    size_t n_axes, n_layers;
    const bip__words *words;
    bip__arena *arena;
    bip__out said;
    bip__spider out;
    bool alike; /* all axes have the same ends and turn the same way */
    bip__ring rings[MOST_RINGS];
    const char *notes[3];
    bip_error *err;
} making;

/* ----------------------------------------------------------------------------------------------------------- checks */

static bip_status check_axis(const making *m, size_t i)
{
    const bip_axis *a = &m->axes[i];
    bip_status st = bip__picture_text(a->title, true, "axes", i, "title", m->err);

    if (st != BIP_OK)
        return st;
    if (!(isfinite(a->scale_min) && isfinite(a->scale_max) && a->scale_min < a->scale_max))
        return bip__picture_fail("axes", i, "the scale needs two ends, the lower first", m->err);
    if (!(isfinite(a->step) && a->step >= 0))
        return bip__picture_fail("axes", i, "step is not 0 or above", m->err);
    if (a->better != BIP_HIGHER && a->better != BIP_LOWER)
        return bip__picture_fail("axes", i, "better is neither BIP_HIGHER nor BIP_LOWER", m->err);
    if (a->n_labels > 0 && a->labels == NULL)
        return bip__picture_fail("axes", i, "there are no labels", m->err);
    for (size_t k = 0; st == BIP_OK && k < a->n_labels; k++)
        st = bip__picture_text(a->labels[k].text, true, "axes", i, "labels", m->err);
    return st;
}

static bip_status check_layer(const making *m, size_t i)
{
    const bip_layer *l = &m->layers[i];
    bip_status st = bip__picture_text(l->label, false, "layers", i, "label", m->err);

    if (st == BIP_OK)
        st = bip__picture_text(l->respondent, false, "layers", i, "respondent", m->err);
    if (st != BIP_OK)
        return st;
    if (l->scores == NULL)
        return bip__picture_fail("layers", i, "there are no scores", m->err);
    if (l->kind < BIP_LAYER_LATEST || l->kind > BIP_LAYER_GOAL)
        return bip__picture_fail("layers", i, "kind is no bip_layer_kind", m->err);
    for (size_t k = 0; k < m->n_axes; k++) {
        const bip_score *s = &l->scores[k];
        if (s->answer < BIP_NUMBER || s->answer > BIP_NOT_APPLICABLE)
            return bip__picture_fail("layers", i, "an answer is no bip_answer", m->err);
        if (s->answer == BIP_NUMBER && !bip__picture_on_scale(m->axes[k].scale_min, m->axes[k].scale_max, s->number))
            return bip__picture_fail("layers", i, "a score is off the scale of its axis", m->err);
    }
    return BIP_OK;
}

static bip_status check(const making *m)
{
    bip_status st = BIP_OK;

    if (m->n_axes < 1 || m->n_axes > BIP__MOST_AXES)
        return bip__fail(m->err, BIP_E_USAGE, "axes", "there are %zu; a spider takes 1 to %d", m->n_axes,
                         BIP__MOST_AXES);
    if (m->n_layers > BIP_MOST_LAYERS)
        return bip__fail(m->err, BIP_E_USAGE, "layers", "there are %zu; a spider takes at most %d", m->n_layers,
                         BIP_MOST_LAYERS);
    for (size_t i = 0; st == BIP_OK && i < m->n_axes; i++)
        st = check_axis(m, i);
    for (size_t i = 0; st == BIP_OK && i < m->n_layers; i++)
        st = check_layer(m, i);
    return st;
}

/* ------------------------------------------------------------------------------------------------------------ rings */

static bool all_alike(const making *m)
{
    for (size_t i = 1; i < m->n_axes; i++)
        if (m->axes[i].scale_min != m->axes[0].scale_min || m->axes[i].scale_max != m->axes[0].scale_max ||
            m->axes[i].better != m->axes[0].better)
            return false;
    return true;
}

/* How many steps the scale has, in rings no more than six apart; 0: none that is even. */
static size_t count_rings(const making *m, size_t *every)
{
    const bip_axis *a = &m->axes[0];
    double step = a->step, steps;

    for (size_t i = 1; i < m->n_axes; i++)
        step = fmin(step, m->axes[i].step);
    steps = step > 0 ? (a->scale_max - a->scale_min) / step : 0;
    if (!(steps >= 1 && steps <= 1000) || fabs(steps - round(steps)) > 1e-6)
        return 0;
    size_t n = (size_t)round(steps);
    for (*every = 1; *every < n; ++*every)
        if (n % *every == 0 && n / *every <= 6)
            break;
    return n;
}

static bool number_ring(making *m, bip__ring *ring, double from_worse)
{
    const bip_axis *a = &m->axes[0];
    double width = a->scale_max - a->scale_min;

    bip__say_number(&m->said, m->words,
                    a->better == BIP_LOWER ? a->scale_max - width * from_worse : a->scale_min + width * from_worse);
    ring->text = bip__keep_said(m->arena, &m->said);
    return ring->text != NULL;
}

/* A ring a step, with its number, where all axes share a scale; else quarters without. */
static bool make_rings(making *m)
{
    size_t every = 1, n = m->alike ? count_rings(m, &every) : 0;
    bool quarters = n == 0;

    n = quarters ? 4 : n / every;
    for (size_t i = 0; i <= n; i++) {
        bip__ring *ring = &m->rings[m->out.n_rings++];
        ring->at = (double)i / (double)n;
        if (m->alike && (!quarters || i % 2 == 0) && !number_ring(m, ring, ring->at))
            return false;
    }
    m->out.rings = m->rings;
    return true;
}

/* ------------------------------------------------------------------------------------------------------------ words */

static const char *label_of(const bip_axis *a, double score)
{
    for (size_t i = 0; i < a->n_labels; i++)
        if (fabs(a->labels[i].score - score) <= 1e-9 * (a->scale_max - a->scale_min))
            return a->labels[i].text;
    return NULL;
}

/* The word for an end of the scale, where every axis has the same one. */
static const char *shared_label(const making *m, double score)
{
    const char *label = label_of(&m->axes[0], score);

    for (size_t i = 1; label != NULL && i < m->n_axes; i++) {
        const char *other = label_of(&m->axes[i], score);
        if (other == NULL || strcmp(label, other) != 0)
            return NULL;
    }
    return label;
}

/* "1 (Not at all)" */
static const char *say_end(making *m, double score)
{
    const char *label = shared_label(m, score);

    bip__say_number(&m->said, m->words, score);
    if (label != NULL) {
        bip__out_text(&m->said, " (");
        bip__out_text(&m->said, label);
        bip__out_text(&m->said, ")");
    }
    return bip__keep_said(m->arena, &m->said);
}

/* What the rings stand for: once where the axes share a scale, else under each title. */
static bool explain_scale(making *m)
{
    const bip_axis *a = &m->axes[0];
    bool lower = a->better == BIP_LOWER, rows = m->n_axes < 3;
    const char **note = &m->notes[m->out.frame.n_notes];

    if (m->alike) {
        const char *worse = say_end(m, lower ? a->scale_max : a->scale_min);
        const char *best = say_end(m, lower ? a->scale_min : a->scale_max);
        if (worse == NULL || best == NULL)
            return false;
        bip__fill ends[] = {bip__fill_text('a', worse), bip__fill_text('b', best)};
        bip__say(&m->said, m->words, rows ? BIP__W_PICTURE_ROWS : BIP__W_PICTURE_RINGS, ends, 2);
    } else {
        bip__say_word(&m->said, m->words, rows ? BIP__W_PICTURE_ENDS_ROWS : BIP__W_PICTURE_ENDS);
    }
    if (m->alike && lower && !rows) {
        bip__out_char(&m->said, ' ');
        bip__say_word(&m->said, m->words, BIP__W_PICTURE_ALL_LOWER);
    }
    m->out.frame.n_notes++;
    return (*note = bip__keep_said(m->arena, &m->said)) != NULL;
}

static bool note_axis(making *m, const bip_axis *a, const char **note)
{
    bool lower = a->better == BIP_LOWER;

    if (m->alike && !(lower && m->n_axes < 3))
        return true;
    if (!m->alike) {
        bip__say_number(&m->said, m->words, lower ? a->scale_max : a->scale_min);
        bip__out_text(&m->said, "\xE2\x80\x93");
        bip__say_number(&m->said, m->words, lower ? a->scale_min : a->scale_max);
    }
    if (lower) {
        bip__out_text(&m->said, m->alike ? "" : ", ");
        bip__say_word(&m->said, m->words, BIP__W_PICTURE_LOWER);
    }
    return (*note = bip__keep_said(m->arena, &m->said)) != NULL;
}

/* The whole picture for those who don't see it: the scale, then every layer with every score. */
static bool describe(making *m)
{
    for (size_t i = 0; i < m->out.frame.n_notes; i++) {
        bip__out_text(&m->said, i > 0 ? " " : "");
        bip__out_text(&m->said, m->notes[i]);
    }
    for (size_t l = 0; l < m->n_layers; l++) {
        bip__out_char(&m->said, ' ');
        bip__out_text(&m->said, m->out.layers[m->n_layers - 1 - l].label);
        bip__out_text(&m->said, ". ");
        for (size_t a = 0; a < m->n_axes; a++) {
            bip__out_text(&m->said, m->axes[a].title);
            bip__out_text(&m->said, ": ");
            bip__say_answer(&m->said, m->words, &m->layers[l].scores[a]);
            bip__out_text(&m->said, a + 1 < m->n_axes ? "; " : ".");
        }
    }
    bip__say_remarks(&m->said, &m->out.frame.remarks);
    return (m->out.frame.description = bip__keep_said(m->arena, &m->said)) != NULL;
}

/* ----------------------------------------------------------------------------------------------------------- layers */

/* The style of its kind; where that is taken, the next free one: no two layers look alike. */
static int32_t choose_style(int32_t kind, bool *taken)
{
    static const int32_t of_kind[] = {BIP__STYLE_LATEST, BIP__STYLE_FIRST, BIP__STYLE_PREVIOUS,
                                      BIP__STYLE_BEST,   BIP__STYLE_DAY,   BIP__STYLE_GOAL};
    int32_t style = of_kind[kind];

    if (taken[style] && kind == BIP_LAYER_LATEST)
        style = BIP__STYLE_OTHER_VIEW;
    for (int32_t i = 0; taken[style] && i < BIP__N_STYLES; i++)
        style = (style + 1) % BIP__N_STYLES;
    taken[style] = true;
    return style;
}

static bool make_layer(making *m, size_t from, bip__spider_layer *to, int32_t style)
{
    const bip_layer *layer = &m->layers[from];
    bip__spot *spots = bip__arena_alloc(m->arena, m->n_axes * sizeof *spots);

    if (spots == NULL)
        return false;
    for (size_t i = 0; i < m->n_axes; i++) {
        const bip_axis *a = &m->axes[i];
        const bip_score *s = &layer->scores[i];
        if (s->answer == BIP_NUMBER)
            spots[i].at = bip__picture_position(a->scale_min, a->scale_max, a->better, s->number);
        else
            spots[i].gap = s->answer == BIP_NOT_ASKED ? BIP__NOT_ASKED : BIP__NOT_ANSWERED;
    }
    bip__say_layer(&m->said, m->words, layer);
    *to = (bip__spider_layer){bip__keep_said(m->arena, &m->said), style, spots};
    return to->label != NULL;
}

/* Given by importance, drawn in the other direction: what matters most lies on top. */
static bool make_layers(making *m)
{
    bip__spider_layer *layers = bip__arena_alloc(m->arena, m->n_layers * sizeof *layers);
    bool taken[BIP__N_STYLES] = {false}, made = layers != NULL;

    for (size_t i = 0; made && i < m->n_layers; i++)
        made = make_layer(m, i, &layers[m->n_layers - 1 - i], choose_style(m->layers[i].kind, taken));
    m->out.layers = layers;
    m->out.n_layers = m->n_layers;
    return made;
}

static bool make_axes(making *m)
{
    bip__spider_axis *axes = bip__arena_alloc(m->arena, m->n_axes * sizeof *axes);
    bool made = axes != NULL;

    for (size_t i = 0; made && i < m->n_axes; i++) {
        axes[i].title = m->axes[i].title;
        made = note_axis(m, &m->axes[i], &axes[i].note);
    }
    m->out.axes = axes;
    m->out.n_axes = m->n_axes;
    return made;
}

static bool make(making *m)
{
    bip__frame *frame = &m->out.frame;

    m->alike = all_alike(m);
    frame->notes = m->notes;
    if (!make_axes(m) || !make_layers(m) || !make_rings(m) || !explain_scale(m))
        return false;
    if (m->n_layers == 0)
        m->notes[frame->n_notes++] = m->words->text[BIP__W_PICTURE_EMPTY];
    return describe(m);
}

static void list_titles(const making *m, bip__out *o)
{
    for (size_t i = 0; i < m->n_axes; i++) {
        const bip__spider_axis *axis = &m->out.axes[i];
        bip__out_text(o, "<li>");
        bip__html_text(o, axis->title, strlen(axis->title));
        if (axis->note != NULL) {
            bip__out_text(o, " <span class=\"quiet\">");
            bip__html_text(o, axis->note, strlen(axis->note));
            bip__out_text(o, "</span>");
        }
        bip__out_text(o, "</li>\n");
    }
}

bip_status bip__picture_spider(const bip_axis *axes, size_t n_axes, const bip_layer *layers, size_t n_layers,
                               const bip_picture *picture, const bip__remarks *remarks, const bip__words *words,
                               bip__out *titles, bip__out *o, bip_error *err)
{
    bool numbered = false;
    bip__arena arena = {0};
    making m = {.axes = axes,
                .layers = layers,
                .n_axes = n_axes,
                .n_layers = n_layers,
                .words = words,
                .arena = &arena,
                .err = err};
    bip_status st = check(&m);

    if (st != BIP_OK)
        return st;
    bip__out_init(&m.said, NULL, NULL);
    st = bip__picture_frame(&m.out.frame, picture, m.words, BIP__W_PICTURE_SPIDER, "bip", &arena, err);
    if (remarks != NULL)
        m.out.frame.remarks = *remarks;
    if (titles != NULL)
        m.out.numbered = &numbered;
    if (st == BIP_OK && !make(&m))
        st = bip__nomem(err);
    if (st == BIP_OK)
        st = bip__spider_draw(&m.out, &arena, o, err);
    if (st == BIP_OK && numbered)
        list_titles(&m, titles);
    bip__out_free(&m.said);
    bip__arena_free(&arena);
    return st;
}
