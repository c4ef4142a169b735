/* The spider of one participant: as data (bip-spider-1) and drawn. */
#include "show/show.h"

#include "base/date.h"
#include "model/score.h"
#include "show/chart.h"

#include <string.h>

#define MOST_CHOICES 16

/* A layer that was asked for, before it is known whether there is anything to show in it. */
typedef struct choice {
    int32_t kind; /* a bip_layer_kind */
    bip_date day; /* of BIP_LAYER_DAY */
} choice;

typedef struct spider {
    bip__chart chart;
    bip_axis axes[BIP_MOST_AXES];
    int32_t indicators[BIP_MOST_AXES]; /* in the version shown */
    size_t n_axes;
    bip_layer layers[BIP_MOST_LAYERS];
    int32_t respondents[BIP_MOST_LAYERS];
    size_t n_layers;
} spider;

/* ------------------------------------------------------------------------------------------------------------- axes */

static bip_status add_axis(spider *s, int32_t indicator, bip_error *err)
{
    bip__chart *ch = &s->chart;
    const bip__indicator *in = &ch->shown->def->indicators[indicator];
    bip__labels labels = {0};

    if (s->n_axes == BIP_MOST_AXES)
        return bip__fail(err, BIP_E_REFUSED, ch->shown->def->code, "has more than %d indicators: too many for a spider",
                         BIP_MOST_AXES);
    bip_status st = bip__labels_of(in->scale, ch->reading.plan->lang, &ch->arena, &labels, err);
    s->indicators[s->n_axes] = indicator;
    s->axes[s->n_axes++] = (bip_axis){.size = sizeof(bip_axis),
                                      .title = bip__title_get(&in->title, ch->reading.plan->lang),
                                      .scale_min = in->scale->min,
                                      .scale_max = in->scale->max,
                                      .step = in->scale->step,
                                      .better = in->better,
                                      .labels = labels.in,
                                      .n_labels = labels.n};
    return st;
}

static bip_status make_axes(spider *s, bip_error *err)
{
    bip_status st = BIP_OK;

    for (int32_t i = 0; st == BIP_OK && i < (int32_t)s->chart.shown->def->n_indicators; i++)
        if (bip__chart_has(&s->chart, i))
            st = add_axis(s, i, err);
    if (st == BIP_OK && s->n_axes == 0)
        st = bip__fail(err, BIP_E_NOT_FOUND, s->chart.shown->def->code, "nothing of it is visible to %s",
                       s->chart.query.for_role);
    return st;
}

/* ----------------------------------------------------------------------------------------------------------- layers */

/* The newest day from `from` back, or the oldest from it on, on which this respondent gave a number. */
static bip_date day_with_number(const spider *s, int32_t respondent, bip_date from, bool newest)
{
    bip_date found = BIP_NO_DATE;

    for (size_t a = 0; a < s->n_axes; a++) {
        int32_t slot = bip__chart_slot(&s->chart, s->indicators[a], respondent);
        const bip__answers *list = slot < 0 ? NULL : &s->chart.answers[slot];
        for (size_t i = 0; list != NULL && i < list->n; i++) {
            bip_date day = list->days[i];
            if (list->scores[i].answer != BIP_NUMBER || (newest ? day > from : day < from))
                continue;
            if (found == BIP_NO_DATE || (newest ? day > found : day < found))
                found = day;
        }
    }
    return found;
}

static bip_date day_of(const spider *s, const choice *c, int32_t respondent)
{
    bip_date latest = day_with_number(s, respondent, s->chart.reading.plan->as_of, true);

    if (c->kind == BIP_LAYER_FIRST)
        return day_with_number(s, respondent, BIP_NO_DATE + 1, false);
    if (c->kind == BIP_LAYER_DAY)
        return day_with_number(s, respondent, c->day, true);
    if (c->kind == BIP_LAYER_PREVIOUS)
        return latest == BIP_NO_DATE ? latest : day_with_number(s, respondent, latest - 1, true);
    return latest;
}

static size_t find_best(const spider *s, size_t axis, int32_t slot)
{
    const bip__answers *list = slot < 0 ? NULL : &s->chart.answers[slot];
    const bool lower = s->axes[axis].better == BIP_LOWER;
    size_t best = BIP__NO_ANSWER;

    for (size_t i = 0; list != NULL && i < list->n; i++) {
        const double number = list->scores[i].number;
        if (list->scores[i].answer == BIP_NUMBER &&
            (best == BIP__NO_ANSWER ||
             (lower ? number < list->scores[best].number : number > list->scores[best].number)))
            best = i;
    }
    return best;
}

static bool shown_already(const spider *s, int32_t respondent, bip_date day)
{
    for (size_t i = 0; i < s->n_layers; i++)
        if (s->respondents[i] == respondent && s->layers[i].date == day)
            return true;
    return false;
}

static bip_status add_layer(spider *s, const choice *c, int32_t respondent, bip_error *err)
{
    bip__chart *ch = &s->chart;
    bool best = c->kind == BIP_LAYER_BEST;
    bip_date day = day_of(s, c, respondent);
    bip_score *scores;

    if (day == BIP_NO_DATE || (!best && shown_already(s, respondent, day)))
        return BIP_OK;
    if (s->n_layers == BIP_MOST_LAYERS)
        return bip__fail(err, BIP_E_USAGE, "layers", "a spider takes at most %d", BIP_MOST_LAYERS);
    if ((scores = bip__arena_alloc(&ch->arena, s->n_axes * sizeof *scores)) == NULL)
        return bip__nomem(err);
    for (size_t a = 0; a < s->n_axes; a++) {
        int32_t slot = bip__chart_slot(ch, s->indicators[a], respondent);
        scores[a] = bip__chart_draw(ch, slot, best ? find_best(s, a, slot) : bip__chart_find(ch, slot, day));
    }
    s->respondents[s->n_layers] = respondent;
    s->layers[s->n_layers++] = (bip_layer){
        .size = sizeof(bip_layer),
        .respondent = bip__title_get(&ch->shown->def->respondents[respondent].title, ch->reading.plan->lang),
        .date = best ? BIP_NO_DATE : day,
        .kind = c->kind,
        .scores = scores};
    return BIP_OK;
}

/* --------------------------------------------------------------------------------------------------- which layers */

static bip_status read_choice(const char *word, choice *out, bip_error *err)
{
    static const struct {
        const char *word;
        int32_t kind;
    } kinds[] = {{"latest", BIP_LAYER_LATEST},
                 {"first", BIP_LAYER_FIRST},
                 {"previous", BIP_LAYER_PREVIOUS},
                 {"best", BIP_LAYER_BEST}};

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(word, kinds[i].word) == 0) {
            *out = (choice){kinds[i].kind, BIP_NO_DATE};
            return BIP_OK;
        }
    out->kind = BIP_LAYER_DAY;
    if (bip__date_read(word, strlen(word), BIP__DATE_YMD, false, &out->day) == BIP__DATE_OK)
        return BIP_OK;
    return bip__fail(err, BIP_E_USAGE, "layers", "\"%.40s\" is none of first, previous, latest, best, and no date",
                     word);
}

static bip_status read_choices(const spider *s, choice *choices, size_t *n, bip_error *err)
{
    const char *word;
    bip_status st = BIP_OK;

    for (*n = 0; st == BIP_OK && (word = bip__options_item(s->chart.options, "layers", *n)) != NULL; ++*n) {
        if (*n == MOST_CHOICES)
            return bip__fail(err, BIP_E_USAGE, "layers", "a spider takes at most %d", BIP_MOST_LAYERS);
        st = read_choice(word, &choices[*n], err);
    }
    return st;
}

/* What stands now, of everybody, lies over what it is compared with. */
static bip_status make_layers(spider *s, bip_error *err)
{
    static const int32_t importance[] = {BIP_LAYER_LATEST, BIP_LAYER_DAY, BIP_LAYER_PREVIOUS, BIP_LAYER_BEST,
                                         BIP_LAYER_FIRST};
    choice choices[MOST_CHOICES] = {{BIP_LAYER_LATEST, BIP_NO_DATE}, {BIP_LAYER_FIRST, BIP_NO_DATE}};
    size_t n;
    bip_status st = read_choices(s, choices, &n, err);
    bool by_default = n == 0;

    if (by_default)
        n = 2;
    for (size_t k = 0; k < sizeof importance / sizeof *importance; k++)
        for (size_t r = 0; r < s->chart.n_respondents; r++)
            for (size_t i = 0; st == BIP_OK && i < n; i++) {
                /* by default a second view is there to be compared with the first: where it stands now */
                bool left_out = by_default && r > 0 && choices[i].kind != BIP_LAYER_LATEST;
                if (choices[i].kind == importance[k] && !left_out)
                    st = add_layer(s, &choices[i], s->chart.respondents[r], err);
            }
    return st;
}

static bip_status open_spider(spider *s, bip__context *c, const bip_query *query, const char *options_json,
                              bip_error *err)
{
    bip_status st = bip__chart_open(&s->chart, c, query, options_json, err);

    if (st == BIP_OK)
        st = make_axes(s, err);
    return st == BIP_OK ? make_layers(s, err) : st;
}

bip_status bip__show_spider_titled(bip__context *c, const bip_query *query, const char *options_json, bip__out *titles,
                                   bip__out *o, bip_error *err)
{
    spider s = {0};
    bip__remarks remarks;
    bip_status st = open_spider(&s, c, query, options_json, err);

    if (st == BIP_OK)
        st = bip__chart_remarks(&s.chart, &remarks, err);
    if (st == BIP_OK)
        st = bip__picture_spider(s.axes, s.n_axes, s.layers, s.n_layers, &s.chart.picture, &remarks, s.chart.words,
                                 titles, o, err);
    bip__chart_close(&s.chart);
    return st;
}

bip_status bip__show_spider_svg(bip__context *c, const bip_query *query, const char *options_json, bip__out *o,
                                bip_error *err)
{
    return bip__show_spider_titled(c, query, options_json, NULL, o, err);
}

/* ------------------------------------------------------------------------------------------------------------- JSON */

static void print_scale(bip__out *o, const bip_axis *axis, const bip__scale *scale)
{
    bip__out_text(o, ",\"scale\":{\"min\":");
    bip__out_number(o, axis->scale_min);
    bip__out_text(o, ",\"max\":");
    bip__out_number(o, axis->scale_max);
    bip__out_text(o, ",\"step\":");
    bip__out_number(o, axis->step);
    bip__out_text(o, ",\"values\":");
    if (scale->values == NULL)
        bip__out_text(o, "null");
    for (size_t i = 0; scale->values != NULL && i < scale->n_values; i++) {
        bip__out_char(o, i == 0 ? '[' : ',');
        bip__out_number(o, scale->values[i]);
    }
    bip__out_text(o, scale->values != NULL ? "],\"labels\":[" : ",\"labels\":[");
    for (size_t i = 0; i < axis->n_labels; i++) {
        bip__out_text(o, i == 0 ? "{\"score\":" : ",{\"score\":");
        bip__out_number(o, axis->labels[i].score);
        bip__out_text(o, ",\"text\":");
        bip__out_json_text(o, axis->labels[i].text);
        bip__out_char(o, '}');
    }
    bip__out_text(o, "]}");
}

static void print_axes(bip__out *o, const spider *s)
{
    const bip__instrument *def = s->chart.shown->def;

    bip__out_text(o, ",\"axes\":[");
    for (size_t a = 0; a < s->n_axes; a++) {
        const bip__indicator *in = &def->indicators[s->indicators[a]];
        bip__out_text(o, a == 0 ? "{\"code\":" : ",{\"code\":");
        bip__out_json_text(o, in->code);
        bip__out_text(o, ",\"title\":");
        bip__out_json_text(o, s->axes[a].title);
        print_scale(o, &s->axes[a], in->scale);
        bip__out_text(o, in->better == BIP_LOWER ? ",\"better\":\"lower\",\"visible_to\":["
                                                 : ",\"better\":\"higher\",\"visible_to\":[");
        for (size_t r = 0; r < def->n_respondents; r++)
            if (in->visible >> r & 1u) {
                bip__out_comma(o);
                bip__out_json_text(o, def->respondents[r].code);
            }
        bip__out_text(o, "]}");
    }
    bip__out_char(o, ']');
}

static void print_value(bip__out *o, const bip_axis *axis, const bip_score *score)
{
    const char *reason = bip__answer_word(score->answer);

    bip__out_text(o, "{\"score\":");
    if (score->answer == BIP_NUMBER) {
        bip__out_number(o, score->number);
        bip__out_text(o, ",\"position\":");
        bip__out_number(o, bip__picture_position(axis->scale_min, axis->scale_max, axis->better, score->number));
        bip__out_text(o, ",\"missing\":null}");
    } else {
        bip__out_text(o, "null,\"position\":null,\"missing\":");
        bip__out_json_text(o, reason != NULL ? reason : "not_asked");
        bip__out_char(o, '}');
    }
}

static bip_status print_label(bip__out *o, const spider *s, const bip_layer *layer, bip__out *said, bip_error *err)
{
    bip__out_clear(said);
    bip__say_layer(said, s->chart.words, layer);
    bip__out_json(o, said->data, said->len);
    return said->status == BIP_OK ? BIP_OK : bip__nomem(err);
}

static bip_status print_layer(bip__out *o, const spider *s, size_t l, bip__out *said, bip_error *err)
{
    static const char *const kinds[] = {"latest", "first", "previous", "best", "day", "goal"};
    const bip_layer *layer = &s->layers[l];

    bip__out_text(o, l == 0 ? "{\"kind\":\"" : ",{\"kind\":\"");
    bip__out_text(o, kinds[layer->kind]);
    bip__out_text(o, "\",\"respondent\":");
    bip__out_json_text(o, s->chart.shown->def->respondents[s->respondents[l]].code);
    bip__out_text(o, ",\"date\":");
    if (layer->date == BIP_NO_DATE) {
        bip__out_text(o, "null");
    } else {
        bip__out_char(o, '"');
        bip__out_date(o, layer->date);
        bip__out_char(o, '"');
    }
    bip__out_text(o, ",\"label\":");
    bip_status st = print_label(o, s, layer, said, err);
    bip__out_text(o, ",\"values\":[");
    for (size_t a = 0; a < s->n_axes; a++) {
        bip__out_text(o, a == 0 ? "" : ",");
        print_value(o, &s->axes[a], &layer->scores[a]);
    }
    bip__out_text(o, "]}");
    return st;
}

/* The picture as rows of texts: a heading, then a row an axis. */
static bip_status print_table(bip__out *o, const spider *s, bip__out *said, bip_error *err)
{
    bip_status st = BIP_OK;

    bip__out_text(o, ",\"table\":[[\"\"");
    for (size_t l = 0; st == BIP_OK && l < s->n_layers; l++) {
        bip__out_char(o, ',');
        st = print_label(o, s, &s->layers[l], said, err);
    }
    for (size_t a = 0; st == BIP_OK && a < s->n_axes; a++) {
        bip__out_text(o, "],[");
        bip__out_json_text(o, s->axes[a].title);
        for (size_t l = 0; l < s->n_layers; l++) {
            bip__out_clear(said);
            bip__say_answer(said, s->chart.words, &s->layers[l].scores[a]);
            bip__out_char(o, ',');
            bip__out_json(o, said->data, said->len);
        }
    }
    bip__out_text(o, "]]");
    return st == BIP_OK && said->status != BIP_OK ? bip__nomem(err) : st;
}

static void print_objections(bip__out *o, const spider *s)
{
    bip__out_text(o, ",\"objections\":[");
    for (const bip__objection *a = s->chart.objections; a != NULL; a = a->next) {
        if (!a->drawn)
            continue;
        bip__out_comma(o);
        bip__out_text(o, "{\"of\":");
        bip__out_json_text(o, a->of);
        bip__out_text(o, ",\"respondent\":");
        bip__out_json_text(o, a->version->def->respondents[a->respondent].code);
        bip__out_text(o, ",\"date\":\"");
        bip__out_date(o, a->day);
        bip__out_text(o, "\",\"text\":");
        bip__out_json_text(o, a->text);
        bip__out_char(o, '}');
    }
    bip__out_char(o, ']');
}

static bip_status print_spider(bip__out *o, const spider *s, bip_error *err)
{
    const bip__chart *ch = &s->chart;
    bip__out said;
    bip_status st = BIP_OK;

    bip__out_init(&said, NULL, NULL);
    bip__out_text(o, "{\"schema\":\"bip-spider-1\",\"participant\":");
    bip__out_json_text(o, ch->participant);
    bip__out_text(o, ",\"as_of\":\"");
    bip__out_date(o, ch->reading.plan->as_of);
    bip__out_text(o, "\",\"for\":");
    bip__out_json_text(o, ch->query.for_role);
    bip__out_text(o, ",\"instrument\":");
    bip__out_json_text(o, ch->shown->def->code);
    bip__out_text(o, ",\"version\":");
    bip__out_json_text(o, ch->shown->def->version);
    bip__out_text(o, ",\"title\":");
    bip__out_json_text(o, ch->picture.title);
    print_axes(o, s);
    bip__out_text(o, ",\"layers\":[");
    for (size_t l = 0; st == BIP_OK && l < s->n_layers; l++)
        st = print_layer(o, s, l, &said, err);
    bip__out_char(o, ']');
    if (st == BIP_OK)
        st = print_table(o, s, &said, err);
    print_objections(o, s);
    bip__out_text(o, "}\n");
    bip__out_free(&said);
    return st;
}

bip_status bip__show_spider(bip__context *c, const bip_query *query, const char *options_json, bip__out *o,
                            bip_error *err)
{
    spider s = {0};
    bip_status st = open_spider(&s, c, query, options_json, err);

    if (st == BIP_OK)
        st = print_spider(o, &s, err);
    bip__chart_close(&s.chart);
    return st;
}
