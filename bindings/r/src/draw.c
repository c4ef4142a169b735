#include "entries.h"

#include <math.h>
#include <string.h>

/* The R side has made lists of plain members, each of its type: what isn't is refused under the name of the member. */

static double number_of(SEXP list, const char *name, bip_error *err)
{
    return bipr_number(bipr_member(list, name), name, err);
}

static const char *text_of(SEXP list, const char *name, bip_error *err)
{
    return bipr_maybe_text(bipr_member(list, name), name, err);
}

static bip_picture picture_of(SEXP list, bip_error *err)
{
    bip_picture picture;
    bip_picture_init(&picture, sizeof picture);
    picture.lang = text_of(list, "lang", err);
    picture.title = text_of(list, "title", err);
    picture.subtitle = text_of(list, "subtitle", err);
    picture.id = text_of(list, "id", err);
    picture.width = bipr_int(bipr_member(list, "width"), "width", err);
    picture.theme = bipr_int(bipr_member(list, "theme"), "theme", err);
    return picture;
}

static bip_axis axis_of(SEXP list, bip_error *err)
{
    bip_axis axis = {.size = sizeof axis, .title = text_of(list, "title", err)};
    axis.scale_min = number_of(list, "scale_min", err);
    axis.scale_max = number_of(list, "scale_max", err);
    axis.step = number_of(list, "step", err);
    axis.better = bipr_int(bipr_member(list, "better"), "better", err);
    axis.labels = bipr_labels(bipr_member(list, "labels"), &axis.n_labels, "labels", err);
    return axis;
}

static bip_layer layer_of(SEXP list, R_xlen_t n_axes, bip_error *err)
{
    bip_layer layer = {.size = sizeof layer, .label = text_of(list, "label", err)};
    SEXP number = bipr_member(list, "number");
    layer.respondent = text_of(list, "respondent", err);
    layer.date = bipr_date(bipr_member(list, "date"), "date", err);
    layer.kind = bipr_int(bipr_member(list, "kind"), "kind", err);
    layer.scores = bipr_scores(number, bipr_member(list, "answer"), "scores", err);
    if (Rf_xlength(number) != n_axes)
        bipr_refuse(err, "scores");
    return layer;
}

static SEXP drawn(bipr_sink *sink, const bip_error *err)
{
    SEXP text = PROTECT(err->status == BIP_OK ? bipr_sink_text(sink) : R_NilValue), answer = bipr_answer(text, err);
    UNPROTECT(1);
    return answer;
}

SEXP r_spider(SEXP axes, SEXP layers, SEXP picture)
{
    bip_error err = {0};
    R_xlen_t n_axes = Rf_xlength(axes), n_layers = Rf_xlength(layers);
    bip_axis *axis = (bip_axis *)R_alloc((size_t)n_axes + 1, sizeof *axis);
    bip_layer *layer = (bip_layer *)R_alloc((size_t)n_layers + 1, sizeof *layer);
    bip_picture p = picture_of(picture, &err);
    SEXP keep, answer;
    bipr_sink *sink = bipr_sink_new(&keep, R_NilValue);
    PROTECT(keep);
    for (R_xlen_t i = 0; i < n_axes; i++)
        axis[i] = axis_of(VECTOR_ELT(axes, i), &err);
    for (R_xlen_t i = 0; i < n_layers; i++)
        layer[i] = layer_of(VECTOR_ELT(layers, i), n_axes, &err);
    if (err.status == BIP_OK)
        bip_spider(axis, (size_t)n_axes, layer, (size_t)n_layers, &p, bipr_write, sink, &err);
    answer = drawn(sink, &err);
    UNPROTECT(1);
    return answer;
}

static bip_series_rules *rules_of(SEXP list, bip_error *err)
{
    bip_series_rules *rules = (bip_series_rules *)R_alloc(1, sizeof *rules);
    bip_series_rules_init(rules, sizeof *rules);
    rules->scale_min = number_of(list, "scale_min", err);
    rules->scale_max = number_of(list, "scale_max", err);
    rules->smallest_step = number_of(list, "smallest_step", err);
    rules->reliability = number_of(list, "reliability", err);
    rules->sd = number_of(list, "sd", err);
    rules->better = bipr_int(bipr_member(list, "better"), "better", err);
    return rules;
}

static bip_date *days_of(SEXP days, R_xlen_t n, bip_error *err)
{
    bip_date *all = (bip_date *)R_alloc((size_t)n + 1, sizeof *all);
    if (!bipr_is_dates(days) || Rf_xlength(days) != n) {
        bipr_refuse(err, "days");
        return NULL;
    }
    for (R_xlen_t i = 0; i < n; i++)
        all[i] = bipr_date_at(days, i, "days", err);
    return all;
}

static bip_panel panel_of(SEXP list, bip_error *err)
{
    bip_panel panel = {.size = sizeof panel, .title = text_of(list, "title", err), .rules = rules_of(list, err)};
    SEXP number = bipr_member(list, "number"), raters = bipr_member(list, "raters");
    panel.labels = bipr_labels(bipr_member(list, "labels"), &panel.n_labels, "labels", err);
    panel.scores = bipr_scores(number, bipr_member(list, "answer"), "scores", err);
    panel.n = (size_t)Rf_xlength(number);
    panel.days = days_of(bipr_member(list, "days"), Rf_xlength(number), err);
    if (raters == R_NilValue)
        return panel;
    if (TYPEOF(raters) != INTSXP || Rf_xlength(raters) != Rf_xlength(number))
        bipr_refuse(err, "raters");
    else
        panel.raters = INTEGER(raters);
    return panel;
}

SEXP r_timeline(SEXP panels, SEXP picture)
{
    bip_error err = {0};
    R_xlen_t n = Rf_xlength(panels);
    bip_panel *panel = (bip_panel *)R_alloc((size_t)n + 1, sizeof *panel);
    bip_picture p = picture_of(picture, &err);
    SEXP keep, answer;
    bipr_sink *sink = bipr_sink_new(&keep, R_NilValue);
    PROTECT(keep);
    for (R_xlen_t i = 0; i < n; i++)
        panel[i] = panel_of(VECTOR_ELT(panels, i), &err);
    if (err.status == BIP_OK)
        bip_timeline(panel, (size_t)n, &p, bipr_write, sink, &err);
    answer = drawn(sink, &err);
    UNPROTECT(1);
    return answer;
}
