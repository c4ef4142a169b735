/* The courses of one participant over time, drawn: the indicators of one instrument, then its dimensions. */
#include "show/show.h"

#include "show/chart.h"

#include <string.h>

#define SHEET_PANELS 14 /* in two columns they fill a sheet of paper, and their words can be read there */

typedef struct timeline {
    bip__chart chart;
    bip_panel *panels;
    size_t n_panels;
    int32_t respondent;
} timeline;

/* Raters of the numbers, from the course, which holds the same numbers in the same order. */
static bip_status add_indicator(timeline *t, int32_t s, bip_error *err)
{
    bip__chart *ch = &t->chart;
    const bip__slot *slot = &ch->reading.plan->slots[s];
    const bip__answers *a = &ch->answers[s];
    const bip__track *track = &ch->reading.course->tracks[s];
    int32_t *raters = bip__arena_alloc(&ch->arena, a->n * sizeof *raters);
    bip__labels labels = {0};
    size_t number = 0;

    if (raters == NULL)
        return bip__nomem(err);
    for (size_t i = 0; i < a->n; i++)
        if (bip__chart_draw(ch, s, i).answer == BIP_NUMBER && number < track->n)
            raters[i] = track->raters[number++];
    bip_status st = bip__labels_of(slot->scale, ch->reading.plan->lang, &ch->arena, &labels, err);
    t->panels[t->n_panels++] = (bip_panel){.size = sizeof(bip_panel),
                                           .title = bip__title_get(slot->title, ch->reading.plan->lang),
                                           .rules = &slot->rules,
                                           .labels = labels.in,
                                           .n_labels = labels.n,
                                           .days = a->days,
                                           .scores = a->scores,
                                           .raters = raters,
                                           .n = a->n};
    return st;
}

static bip_status add_dimension(timeline *t, int32_t s, bip_error *err)
{
    bip__chart *ch = &t->chart;
    const bip__slot *slot = &ch->reading.plan->slots[s];
    const bip__track *track = &ch->reading.course->tracks[s];
    bip_score *scores = bip__arena_alloc(&ch->arena, track->n * sizeof *scores);

    if (scores == NULL)
        return bip__nomem(err);
    for (size_t i = 0; i < track->n; i++)
        scores[i] = (bip_score){track->scores[i], BIP_NUMBER, 0};
    t->panels[t->n_panels++] = (bip_panel){.size = sizeof(bip_panel),
                                           .title = bip__title_get(slot->title, ch->reading.plan->lang),
                                           .rules = &slot->rules,
                                           .days = track->days,
                                           .scores = scores,
                                           .raters = track->raters,
                                           .n = track->n};
    return BIP_OK;
}

/* One respondent's: views of several people are compared in the spider. That of the role the picture is for, where it
 * has one and no other was asked for. */
static int32_t choose_respondent(const bip__chart *ch)
{
    int32_t role = bip__instrument_respondent(ch->shown->def, ch->query.for_role);

    for (size_t i = 0; i < ch->n_respondents && !ch->asked; i++)
        if (ch->respondents[i] == role)
            return role;
    return ch->respondents[0];
}

static bip_status make_panels(timeline *t, bip_error *err)
{
    bip__chart *ch = &t->chart;
    const bip__plan *plan = ch->reading.plan;
    const bip__instrument *def = ch->shown->def;
    int32_t r = t->respondent;
    const bip__layout *layout = &plan->layouts[ch->shown - plan->catalogue->versions][r];
    bip_status st = BIP_OK;

    t->panels = bip__arena_alloc(&ch->arena, (def->n_indicators + def->n_dimensions) * sizeof *t->panels);
    if (t->panels == NULL)
        return bip__nomem(err);
    for (int32_t i = 0; st == BIP_OK && i < (int32_t)def->n_indicators; i++) {
        int32_t s = bip__chart_slot(ch, i, r);
        if (s >= 0)
            st = add_indicator(t, s, err);
    }
    for (size_t d = 0; st == BIP_OK && d < layout->n_dimensions; d++) {
        int32_t s = layout->dimensions[d];
        if (s >= 0 && ch->reading.course->tracks[s].n > 0)
            st = add_dimension(t, s, err);
    }
    if (st == BIP_OK && t->n_panels == 0)
        st = bip__fail(err, BIP_E_NOT_FOUND, def->code, "nothing of it is visible to %s", ch->query.for_role);
    return st;
}

/* "Participant P-001, as of 21 November 2026 · Caseworker" */
static bip_status name_respondent(timeline *t, bip_error *err)
{
    bip__chart *ch = &t->chart;
    const bip__title *title = &ch->shown->def->respondents[t->respondent].title;
    bip__out said;

    bip__out_init(&said, NULL, NULL);
    bip__out_text(&said, ch->picture.subtitle);
    bip__out_text(&said, " \xC2\xB7 ");
    bip__out_text(&said, bip__title_get(title, ch->reading.plan->lang));
    ch->picture.subtitle = bip__keep_said(&ch->arena, &said);
    bip__out_free(&said);
    return ch->picture.subtitle == NULL ? bip__nomem(err) : BIP_OK;
}

static bip_status show(bip__context *c, const bip_query *query, const char *options_json, size_t most, bip__out *o,
                       bip_error *err)
{
    timeline t = {0};
    bip__remarks remarks;
    bip_status st = bip__chart_open(&t.chart, c, query, options_json, err);

    if (st == BIP_OK && bip__options_item(t.chart.options, "layers", 0) != NULL)
        st = bip__fail(err, BIP_E_USAGE, "layers", "a timeline has no layers");
    if (st == BIP_OK) {
        t.respondent = choose_respondent(&t.chart);
        st = make_panels(&t, err);
    }
    if (st == BIP_OK)
        st = name_respondent(&t, err);
    if (st == BIP_OK)
        st = bip__chart_remarks(&t.chart, &remarks, err);
    if (st == BIP_OK)
        st = bip__picture_timeline(t.panels, t.n_panels, most, &t.chart.picture, &remarks, t.chart.words, o, err);
    bip__chart_close(&t.chart);
    return st;
}

bip_status bip__show_timeline_svg(bip__context *c, const bip_query *query, const char *options_json, bip__out *o,
                                  bip_error *err)
{
    return show(c, query, options_json, SIZE_MAX, o, err);
}

bip_status bip__show_timeline_sheets(bip__context *c, const bip_query *query, const char *options_json, bip__out *o,
                                     bip_error *err)
{
    return show(c, query, options_json, SHEET_PANELS, o, err);
}
