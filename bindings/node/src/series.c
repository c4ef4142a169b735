/* A series as columns, and the statistics and the sentence without a store. */
#include "addon.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DOUBLE_(name, member)                                                                                          \
    {                                                                                                                  \
        name, COLUMN_DOUBLE, offsetof(bip_series, member), 0, NULL, false                                              \
    }
#define INT_(name, member)                                                                                             \
    {                                                                                                                  \
        name, COLUMN_INT32, offsetof(bip_series, member), 0, NULL, false                                               \
    }
#define CODE_(name, member)                                                                                            \
    {                                                                                                                  \
        name, COLUMN_CODE, offsetof(bip_series, member), 0, NULL, true                                                 \
    }
#define ENUM_(name, member, list)                                                                                      \
    {                                                                                                                  \
        name, COLUMN_ENUM, offsetof(bip_series, member), 0, &bip_node_##list, false                                    \
    }
#define POINT_(name, member)                                                                                           \
    {name "Date", COLUMN_DATE, offsetof(bip_series, member.date), 0, NULL, false},                                     \
    {                                                                                                                  \
        name "Score", COLUMN_DOUBLE, offsetof(bip_series, member.score), 0, NULL, false                                \
    }

const column bip_node_series_columns[] = {
    {"participant", COLUMN_CODE, offsetof(bip_series, participant), 0, NULL, false},
    CODE_("instrument", instrument),
    CODE_("version", version),
    CODE_("respondent", respondent),
    CODE_("code", code),
    {"visibleTo", COLUMN_LIST, offsetof(bip_series, visible_to), offsetof(bip_series, n_visible_to), NULL, true},
    ENUM_("kind", kind, kind),
    ENUM_("better", better, better),
    INT_("n", n),
    INT_("notAsked", not_asked),
    INT_("declined", declined),
    INT_("dontKnow", dont_know),
    INT_("notApplicable", not_applicable),
    INT_("spanDays", span_days),
    POINT_("first", first),
    POINT_("previous", previous),
    POINT_("latest", latest),
    POINT_("best", best),
    DOUBLE_("mean", mean),
    DOUBLE_("sd", sd),
    DOUBLE_("fromFirst", from_first),
    DOUBLE_("fromPrevious", from_previous),
    DOUBLE_("percentOfScale", percent_of_scale),
    ENUM_("trend", trend, direction),
    ENUM_("mkMethod", mk_method, mk_method),
    DOUBLE_("olsPer90Days", ols_per_90_days),
    DOUBLE_("olsAtFirst", ols_at_first),
    DOUBLE_("olsSePer90Days", ols_se_per_90_days),
    DOUBLE_("olsR2", ols_r2),
    DOUBLE_("tsPer90Days", ts_per_90_days),
    DOUBLE_("tsLow", ts_low),
    DOUBLE_("tsHigh", ts_high),
    {"mkS", COLUMN_INT64, offsetof(bip_series, mk_s), 0, NULL, false},
    DOUBLE_("mkVarS", mk_var_s),
    DOUBLE_("mkZ", mk_z),
    DOUBLE_("mkP", mk_p),
    DOUBLE_("rci", rci),
    ENUM_("rciClass", rci_class, rci_class),
    INT_("stepsForward", steps_forward),
    INT_("stepsBack", steps_back),
    ENUM_("step", step, direction),
    POINT_("stepFrom", step_from),
    POINT_("stepTo", step_to),
    INT_("heldFor", held_for),
    INT_("newBest", new_best),
    INT_("sameRater", same_rater),
    ENUM_("direction", direction, direction),
    INT_("evidence", evidence),
    INT_("hasBands", has_bands),
    CODE_("bandFirst", band_first),
    CODE_("bandLatest", band_latest),
};
const size_t bip_node_n_series_columns = sizeof bip_node_series_columns / sizeof *bip_node_series_columns;

/* ------------------------------------------------------------ from arrays */

static void rules_init(void *into)
{
    bip_series_rules_init(into, sizeof(bip_series_rules));
}

#define AT(name) .offset = offsetof(bip_series_rules, name)
static const field rules_fields[] = {{"scaleMin", DOUBLE, AT(scale_min)},
                                     {"scaleMax", DOUBLE, AT(scale_max)},
                                     {"smallestStep", DOUBLE, AT(smallest_step)},
                                     {"reliability", DOUBLE, AT(reliability)},
                                     {"sd", DOUBLE, AT(sd)},
                                     {"better", ENUM, AT(better), .words = &bip_node_better}};
#undef AT
const structure bip_node_rules = {"rules", sizeof(bip_series_rules), rules_init, rules_fields,
                                  sizeof rules_fields / sizeof *rules_fields};

struct compute {
    const bip_date *days;
    const double *scores;
    const int32_t *raters;
    size_t n, n_scores, n_raters;
    bip_series_rules rules;
    bip_series series;
    bip_sentence_words words;
    sink sink;
};

/* The library is given one length for all of them. */
static bool compute_take(job *j, const napi_value *args)
{
    struct compute *in = j->in;
    if (!bip_node_days(j, args[0], "days", &in->days, &in->n) ||
        !bip_node_doubles(j, args[1], "scores", &in->scores, &in->n_scores) ||
        !bip_node_struct(j, args[2], "rules", &bip_node_rules, &in->rules) ||
        !bip_node_int32s(j, args[3], "raters", &in->raters, &in->n_raters))
        return false;
    if (in->scores != NULL && in->n_scores != in->n)
        return bip_node_wrong(j->env, "scores", "as long as days");
    if (in->raters != NULL && in->n_raters != in->n)
        return bip_node_wrong(j->env, "raters", "as long as days");
    return true;
}

static bip_status compute_run(job *j)
{
    struct compute *in = j->in;
    return bip_series_compute(in->days, in->scores, in->raters, in->n, &in->rules, &in->series, sizeof in->series,
                              &j->err);
}

static napi_value compute_give(job *j)
{
    struct compute *in = j->in;
    table *t = bip_node_table_new(bip_node_series_columns, bip_node_n_series_columns, NULL, 0);
    napi_value made = NULL;
    if (t != NULL && bip_node_table_add(t, &in->series) && bip_node_table_flush(t))
        made = bip_node_table_give(j->env, t, false);
    else
        bip_node_throw(j, bip_node_nomem(&j->err), &j->err);
    bip_node_table_free(t);
    return made;
}

/* ------------------------------------------------------------ a sentence */

/* lib/ hands a series as the columns it came in: {name: value}. What a sentence needs are its numbers. */
static bool take_column(job *j, napi_value v, const column *c, bip_series *into)
{
    char *at = (char *)into + c->offset;
    double number;
    if (c->kind == COLUMN_CODE || c->kind == COLUMN_LIST || c->kind == COLUMN_TEXT)
        return true;
    if (napi_get_value_double(j->env, v, &number) != napi_ok)
        return bip_node_wrong(j->env, c->name, "as in a series of this library");
    if (c->kind == COLUMN_DOUBLE) {
        memcpy(at, &number, sizeof number);
    } else if (c->kind == COLUMN_INT64) {
        int64_t whole = fabs(number) < 9e15 ? (int64_t)number : 0;
        memcpy(at, &whole, sizeof whole);
    } else {
        int32_t whole = number >= INT32_MIN && number <= INT32_MAX ? (int32_t)number : 0;
        memcpy(at, &whole, sizeof whole);
    }
    return true;
}

static void words_init(void *into)
{
    *(bip_sentence_words *)into = (bip_sentence_words){.size = sizeof(bip_sentence_words)};
}

#define AT(name) .offset = offsetof(bip_sentence_words, name)
static const field words_fields[] = {{"lang", TEXT, AT(lang)},
                                     {"title", TEXT, AT(title)},
                                     {"labels", LABELS, AT(labels), .length = offsetof(bip_sentence_words, n_labels)},
                                     {"raterRole", TEXT, AT(rater_role)}};
#undef AT
static const structure words_structure = {"words", sizeof(bip_sentence_words), words_init, words_fields,
                                          sizeof words_fields / sizeof *words_fields};

static bool sentence_take(job *j, const napi_value *args)
{
    struct compute *in = j->in;
    napi_value v;
    for (size_t i = 0; i < bip_node_n_series_columns; i++)
        if (napi_get_named_property(j->env, args[0], bip_node_series_columns[i].name, &v) != napi_ok ||
            !take_column(j, v, &bip_node_series_columns[i], &in->series))
            return false;
    return bip_node_struct(j, args[1], "words", &words_structure, &in->words);
}

static bip_status sentence_run(job *j)
{
    struct compute *in = j->in;
    return bip_node_sink_end(&in->sink, bip_series_sentence(&in->series, &in->words, bip_node_sink, &in->sink, &j->err),
                             &j->err);
}

static napi_value sentence_give(job *j)
{
    struct compute *in = j->in;
    napi_value v = NULL;
    napi_create_string_utf8(j->env, in->sink.bytes, in->sink.n, &v);
    return v;
}

static void sentence_drop(job *j)
{
    struct compute *in = j->in;
    free(in->sink.bytes);
}

const op bip_node_series_ops[] = {
    {"series", sizeof(struct compute), compute_take, compute_run, compute_give, NULL},
    {"sentence", sizeof(struct compute), sentence_take, sentence_run, sentence_give, sentence_drop},
    {0}};
