/* Pictures without a store. */
#include "addon.h"

#include <stdlib.h>

extern const structure bip_node_rules;

struct drawn_layer {
    bip_layer layer;
    size_t n_scores;
};

struct drawn_panel {
    bip_panel panel;
    size_t n_scores, n_raters;
};

struct draw {
    bip_axis *axes;
    bip_layer *layers;
    bip_panel *panels;
    size_t n_axes, n_layers, n_panels;
    bip_picture picture;
    sink sink;
};

static void picture_init(void *into)
{
    bip_picture_init(into, sizeof(bip_picture));
}

static void axis_init(void *into)
{
    *(bip_axis *)into = (bip_axis){.size = sizeof(bip_axis)};
}

static void layer_init(void *into)
{
    *(struct drawn_layer *)into = (struct drawn_layer){{.size = sizeof(bip_layer), .date = BIP_NO_DATE}, 0};
}

static void panel_init(void *into)
{
    *(struct drawn_panel *)into = (struct drawn_panel){{.size = sizeof(bip_panel)}, 0, 0};
}

#define AT(type, name) .offset = offsetof(type, name)
static const field picture_fields[] = {
    {"lang", TEXT, AT(bip_picture, lang)},         {"title", TEXT, AT(bip_picture, title)},
    {"subtitle", TEXT, AT(bip_picture, subtitle)}, {"id", TEXT, AT(bip_picture, id)},
    {"width", INT32, AT(bip_picture, width)},      {"theme", ENUM, AT(bip_picture, theme), .words = &bip_node_theme}};
static const field axis_fields[] = {{"title", TEXT, AT(bip_axis, title)},
                                    {"scaleMin", DOUBLE, AT(bip_axis, scale_min)},
                                    {"scaleMax", DOUBLE, AT(bip_axis, scale_max)},
                                    {"step", DOUBLE, AT(bip_axis, step)},
                                    {"better", ENUM, AT(bip_axis, better), .words = &bip_node_better},
                                    {"labels", LABELS, AT(bip_axis, labels), .length = offsetof(bip_axis, n_labels)}};
static const field layer_fields[] = {
    {"label", TEXT, AT(bip_layer, label)},
    {"respondent", TEXT, AT(bip_layer, respondent)},
    {"date", DATE, AT(bip_layer, date)},
    {"kind", ENUM, AT(bip_layer, kind), .words = &bip_node_layer_kind},
    {"scores", SCORES, AT(bip_layer, scores), .length = offsetof(struct drawn_layer, n_scores)}};
static const field panel_fields[] = {
    {"title", TEXT, AT(bip_panel, title)},
    {"rules", STRUCT, AT(bip_panel, rules), .inner = &bip_node_rules},
    {"labels", LABELS, AT(bip_panel, labels), .length = offsetof(bip_panel, n_labels)},
    {"days", DATES, AT(bip_panel, days), .length = offsetof(bip_panel, n)},
    {"scores", SCORES, AT(bip_panel, scores), .length = offsetof(struct drawn_panel, n_scores)},
    {"raters", INT32S, AT(bip_panel, raters), .length = offsetof(struct drawn_panel, n_raters)}};
#undef AT

#define N(fields) fields, sizeof fields / sizeof *fields
static const structure picture_structure = {"picture", sizeof(bip_picture), picture_init, N(picture_fields)};
static const structure axis_structure = {"axes", sizeof(bip_axis), axis_init, N(axis_fields)};
static const structure layer_structure = {"layers", sizeof(struct drawn_layer), layer_init, N(layer_fields)};
static const structure panel_structure = {"panels", sizeof(struct drawn_panel), panel_init, N(panel_fields)};

/* ------------------------------------------------------------ */

/* The library takes a score for each axis: fewer would be read past their end. */
static bool take_layers(job *j, napi_value v, struct draw *in)
{
    void *made = NULL;
    if (!bip_node_structs(j, v, "layers", &layer_structure, &made, &in->n_layers))
        return false;
    in->layers = bip_node_alloc(j, (in->n_layers + 1) * sizeof *in->layers);
    for (size_t i = 0; in->layers != NULL && i < in->n_layers; i++) {
        const struct drawn_layer *from = (struct drawn_layer *)made + i;
        if (from->layer.scores != NULL && from->n_scores != in->n_axes)
            return bip_node_wrong(j->env, "the scores of a layer", "one for each axis");
        in->layers[i] = from->layer;
    }
    return in->layers != NULL;
}

static bool spider_take(job *j, const napi_value *args)
{
    struct draw *in = j->in;
    void *axes = NULL;
    if (!bip_node_structs(j, args[0], "axes", &axis_structure, &axes, &in->n_axes))
        return false;
    in->axes = axes;
    return take_layers(j, args[1], in) && bip_node_struct(j, args[2], "picture", &picture_structure, &in->picture);
}

static bip_status spider_run(job *j)
{
    struct draw *in = j->in;
    bip_status st =
        bip_spider(in->axes, in->n_axes, in->layers, in->n_layers, &in->picture, bip_node_sink, &in->sink, &j->err);
    return bip_node_sink_end(&in->sink, st, &j->err);
}

static bool timeline_take(job *j, const napi_value *args)
{
    struct draw *in = j->in;
    void *made = NULL;
    if (!bip_node_structs(j, args[0], "panels", &panel_structure, &made, &in->n_panels))
        return false;
    in->panels = bip_node_alloc(j, (in->n_panels + 1) * sizeof *in->panels);
    for (size_t i = 0; in->panels != NULL && i < in->n_panels; i++) {
        const struct drawn_panel *from = (struct drawn_panel *)made + i;
        if ((from->panel.scores != NULL && from->n_scores != from->panel.n) ||
            (from->panel.raters != NULL && from->n_raters != from->panel.n))
            return bip_node_wrong(j->env, "the scores and raters of a panel", "as many as its days");
        in->panels[i] = from->panel;
    }
    return in->panels != NULL && bip_node_struct(j, args[1], "picture", &picture_structure, &in->picture);
}

static bip_status timeline_run(job *j)
{
    struct draw *in = j->in;
    bip_status st = bip_timeline(in->panels, in->n_panels, &in->picture, bip_node_sink, &in->sink, &j->err);
    return bip_node_sink_end(&in->sink, st, &j->err);
}

static napi_value draw_give(job *j)
{
    struct draw *in = j->in;
    napi_value v = NULL;
    napi_create_string_utf8(j->env, in->sink.bytes, in->sink.n, &v);
    return v;
}

static void draw_drop(job *j)
{
    struct draw *in = j->in;
    free(in->sink.bytes);
}

const op bip_node_draw_ops[] = {{"spider", sizeof(struct draw), spider_take, spider_run, draw_give, draw_drop},
                                {"timeline", sizeof(struct draw), timeline_take, timeline_run, draw_give, draw_drop},
                                {0}};
