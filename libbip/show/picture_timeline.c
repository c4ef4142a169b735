#include "show/picture.h"

#include "base/date.h"
#include "progress/progress.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct making {
    const bip_panel *panels;
    size_t n_panels;
    const char **told; /* of each panel, for those who don't see it */
    const bip__words *words;
    bip__arena *arena;
    bip__out said;
    bip__scratch scratch;
    bip__timeline out;
    const char *notes[1];
    bip_error *err;
} making;

/* The numbers of a panel, without the days that have none. */
typedef struct course {
    bip_date *days;
    double *scores;
    int32_t *raters;
    size_t n;
} course;

/* ----------------------------------------------------------------------------------------------------------- checks */

static bip_status check_panel(const making *m, size_t i)
{
    const bip_panel *p = &m->panels[i];
    bip_status st = bip__picture_text(p->title, true, "panels", i, "title", m->err);

    for (size_t k = 0; st == BIP_OK && k < p->n_labels; k++)
        st = bip__picture_text(p->labels[k].text, true, "panels", i, "labels", m->err);
    if (st != BIP_OK)
        return st;
    if (p->n > 0 && (p->days == NULL || p->scores == NULL))
        return bip__picture_fail("panels", i, "days and scores are needed", m->err);
    for (size_t k = 0; k < p->n; k++) {
        const bip_score *s = &p->scores[k];
        if (!bip__date_valid(p->days[k]) || (k > 0 && p->days[k] <= p->days[k - 1]))
            return bip__picture_fail("panels", i, "the days don't rise, or lie outside the years 1900 to 2199", m->err);
        if (s->answer < BIP_NUMBER || s->answer > BIP_NOT_APPLICABLE)
            return bip__picture_fail("panels", i, "an answer is no bip_answer", m->err);
        if (s->answer == BIP_NUMBER && !bip__picture_on_scale(p->rules->scale_min, p->rules->scale_max, s->number))
            return bip__picture_fail("panels", i, "a score is off the scale", m->err);
    }
    return BIP_OK;
}

/* ---------------------------------------------------------------------------------------------------------- numbers */

static bool split(making *m, const bip_panel *p, course *c, bip__panel *out)
{
    bip_date *gap_days = bip__arena_alloc(m->arena, p->n * sizeof *gap_days);
    int32_t *gaps = bip__arena_alloc(m->arena, p->n * sizeof *gaps);

    c->days = bip__arena_alloc(m->arena, p->n * sizeof *c->days);
    c->scores = bip__arena_alloc(m->arena, p->n * sizeof *c->scores);
    c->raters = bip__arena_alloc(m->arena, p->n * sizeof *c->raters);
    if (gap_days == NULL || gaps == NULL || c->days == NULL || c->scores == NULL || c->raters == NULL)
        return false;
    for (size_t i = 0; i < p->n; i++) {
        if (p->scores[i].answer != BIP_NUMBER) {
            gap_days[out->n_gaps] = p->days[i];
            gaps[out->n_gaps++] = p->scores[i].answer == BIP_NOT_ASKED ? BIP__NOT_ASKED : BIP__NOT_ANSWERED;
            continue;
        }
        c->days[c->n] = p->days[i];
        c->scores[c->n] = p->scores[i].number;
        c->raters[c->n++] = p->raters != NULL ? p->raters[i] : 0;
    }
    out->gap_days = gap_days;
    out->gaps = gaps;
    return true;
}

static bool place_numbers(making *m, const bip_panel *p, const course *c, bip__panel *out)
{
    double *at = bip__arena_alloc(m->arena, c->n * sizeof *at);
    int32_t *steps = bip__arena_alloc(m->arena, c->n * sizeof *steps);
    bip__step step = {0};

    if (at == NULL || steps == NULL)
        return false;
    for (size_t i = 0; i < c->n; i++)
        at[i] = bip__picture_position(p->rules->scale_min, p->rules->scale_max, p->rules->better, c->scores[i]);
    while (bip__step_next(c->scores, c->raters, c->n, p->rules, step.at + 1, &step))
        steps[step.at] = step.direction;
    out->days = c->days;
    out->at = at;
    out->steps = steps;
    out->n = c->n;
    return true;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(double *v, size_t n)
{
    qsort(v, n, sizeof *v, by_size);
    return (v[(n - 1) / 2] + v[n / 2]) / 2;
}

/* Through the middle of the days, as high as the slope leaves half of the numbers above it and half below (Hollander
 * and Wolfe, Nonparametric Statistical Methods, 2nd ed. 1999, 9.2). */
static bool place_line(making *m, const bip_panel *p, const bip_series *s, bip__panel *out)
{
    double turn = p->rules->better == BIP_LOWER ? -1 : 1;
    double per_day = turn / 90 / (p->rules->scale_max - p->rules->scale_min), *left;

    out->has_line = s->n >= 3 && (s->evidence & (BIP_TREND | BIP_RELIABLE)) != 0 && isfinite(s->ts_per_90_days);
    if (!out->has_line)
        return true;
    if ((left = bip__arena_alloc(m->arena, out->n * sizeof *left)) == NULL)
        return false;
    out->slope = s->ts_per_90_days * per_day;
    out->low = s->ts_low * per_day;
    out->high = s->ts_high * per_day;
    out->pivot_day = (out->days[(out->n - 1) / 2] + out->days[out->n / 2]) / 2;
    for (size_t i = 0; i < out->n; i++)
        left[i] = out->at[i] - out->slope * (out->days[i] - out->pivot_day);
    out->pivot_at = median(left, out->n);
    return true;
}

/* ------------------------------------------------------------------------------------------------------------ words */

/* "5 Completely" */
static const char *say_end(making *m, const bip_panel *p, double score)
{
    bip__say_number(&m->said, m->words, score);
    for (size_t i = 0; i < p->n_labels; i++)
        if (fabs(p->labels[i].score - score) <= 1e-9 * (p->rules->scale_max - p->rules->scale_min)) {
            bip__out_char(&m->said, ' ');
            bip__out_text(&m->said, p->labels[i].text);
            break;
        }
    return bip__keep_said(m->arena, &m->said);
}

static bool name_panel(making *m, const bip_panel *p, bip__panel *out)
{
    bool lower = p->rules->better == BIP_LOWER;

    out->title = p->title;
    out->note = lower ? m->words->text[BIP__W_PICTURE_LOWER] : NULL;
    out->top = say_end(m, p, lower ? p->rules->scale_min : p->rules->scale_max);
    out->bottom = say_end(m, p, lower ? p->rules->scale_max : p->rules->scale_min);
    return out->top != NULL && out->bottom != NULL;
}

/* What the panel holds, for those who don't see it. */
static void describe(bip__out *o, const bip__words *w, const bip_panel *p, const bip_series *s)
{
    bip__fill title = bip__fill_title('I', p->title, p->rules->better);
    bip__labels labels = {p->labels, p->n_labels};

    if (s->n == 0)
        BIP__SAY(o, w, PICTURE_NEVER, title);
    else if (s->n == 1)
        BIP__SAY(o, w, PICTURE_ONCE, title, bip__fill_score('a', s->first.score, &labels),
                 bip__fill_date('d', s->first.date));
    else
        BIP__SAY(o, w, PICTURE_COURSE, title, bip__fill_count('n', s->n), bip__fill_score('a', s->first.score, &labels),
                 bip__fill_date('d', s->first.date), bip__fill_score('b', s->latest.score, &labels),
                 bip__fill_date('e', s->latest.date));
    bip__out_char(o, ' ');
}

/* ------------------------------------------------------------------------------------------------------------- all */

static bip_status make_panel(making *m, size_t i, bip__panel *out)
{
    const bip_panel *p = &m->panels[i];
    course c = {0};
    bip_series s = {0};
    bip_status st = check_panel(m, i);

    if (st != BIP_OK)
        return st;
    if (!split(m, p, &c, out) || !place_numbers(m, p, &c, out) || !name_panel(m, p, out))
        return bip__nomem(m->err);
    if (c.n > 0)
        st = bip__series_numbers(&m->scratch, c.days, c.scores, c.raters, c.n, p->rules, &s, m->err);
    if (st == BIP_OK && !place_line(m, p, &s, out))
        st = bip__nomem(m->err);
    if (st != BIP_OK)
        return st;
    describe(&m->said, m->words, p, &s);
    m->told[i] = bip__keep_said(m->arena, &m->said);
    return m->told[i] == NULL ? bip__nomem(m->err) : BIP_OK;
}

static bip_status make(making *m)
{
    bip__panel *panels = bip__arena_alloc(m->arena, m->n_panels * sizeof *panels);
    m->told = bip__arena_alloc(m->arena, m->n_panels * sizeof *m->told);
    bip_status st = panels == NULL || m->told == NULL ? bip__nomem(m->err) : BIP_OK;
    size_t n = 0;

    for (size_t i = 0; st == BIP_OK && i < m->n_panels; i++) {
        st = make_panel(m, i, &panels[i]);
        n += panels[i].n + panels[i].n_gaps;
    }
    m->out.panels = panels;
    m->out.n_panels = m->n_panels;
    m->out.months = &m->words->text[BIP__W_MONTH_1];
    m->out.step_forward = m->words->text[BIP__W_PICTURE_FORWARD];
    m->out.step_back = m->words->text[BIP__W_PICTURE_BACK];
    m->out.line = m->words->text[BIP__W_PICTURE_LINE];
    m->notes[0] = m->words->text[BIP__W_PICTURE_EMPTY];
    m->out.frame.notes = m->notes;
    m->out.frame.n_notes = n == 0;
    return st;
}

static bip_status draw(making *m, size_t from, size_t to, const char *id, bip__out *o)
{
    for (size_t i = from; i < to; i++)
        bip__out_text(&m->said, m->told[i]);
    bip__say_remarks(&m->said, &m->out.frame.remarks);
    m->out.frame.description = bip__keep_said(m->arena, &m->said);
    if (from > 0) {
        bip__out_printf(&m->said, "%s-from-%zu", id, from + 1);
        m->out.frame.id = bip__keep_said(m->arena, &m->said);
    }
    if (m->out.frame.description == NULL || m->out.frame.id == NULL)
        return bip__nomem(m->err);
    m->out.from = from;
    m->out.to = to;
    return bip__timeline_draw(&m->out, m->arena, o, m->err);
}

static bip_status draw_all(making *m, size_t most, bip__out *o)
{
    size_t n = m->n_panels, pictures = n / most + (n % most > 0);
    const char *id = m->out.frame.id;
    bip_status st = BIP_OK;

    for (size_t i = 0; st == BIP_OK && i < pictures; i++)
        st = draw(m, n * i / pictures, n * (i + 1) / pictures, id, o);
    return st;
}

bip_status bip__picture_timeline(const bip_panel *panels, size_t n_panels, size_t most, const bip_picture *picture,
                                 const bip__remarks *remarks, const bip__words *words, bip__out *o, bip_error *err)
{
    bip__arena arena = {0};
    making m = {.panels = panels, .n_panels = n_panels, .words = words, .arena = &arena, .err = err};
    bip_status st;

    bip__out_init(&m.said, NULL, NULL);
    st = bip__picture_frame(&m.out.frame, picture, m.words, BIP__W_PICTURE_TIMELINE, "bip", &arena, err);
    if (remarks != NULL)
        m.out.frame.remarks = *remarks;
    if (st == BIP_OK)
        st = make(&m);
    if (st == BIP_OK)
        st = draw_all(&m, most, o);
    bip__scratch_free(&m.scratch);
    bip__out_free(&m.said);
    bip__arena_free(&arena);
    return st;
}
