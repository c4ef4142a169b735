/* A series as columns, and the statistics and the sentence without a store. */
#include "addon.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef bip_series series_type;
#define SERIES(X, of)                                                                                                  \
    X(of, participant, CODE, participant, false)                                                                       \
    X(of, instrument, CODE, instrument, true)                                                                          \
    X(of, version, CODE, version, true)                                                                                \
    X(of, respondent, CODE, respondent, true)                                                                          \
    X(of, code, CODE, code, true)                                                                                      \
    X(of, visibleTo, LIST, visible_to, true)                                                                           \
    X(of, kind, SMALL, kind, false)                                                                                    \
    X(of, better, SMALL, better, false)                                                                                \
    X(of, n, INT32, n, false)                                                                                          \
    X(of, notAsked, INT32, not_asked, false)                                                                           \
    X(of, declined, INT32, declined, false)                                                                            \
    X(of, dontKnow, INT32, dont_know, false)                                                                           \
    X(of, notApplicable, INT32, not_applicable, false)                                                                 \
    X(of, spanDays, INT32, span_days, false)                                                                           \
    X(of, firstDate, DATE, first.date, false)                                                                          \
    X(of, firstScore, DOUBLE, first.score, false)                                                                      \
    X(of, previousDate, DATE, previous.date, false)                                                                    \
    X(of, previousScore, DOUBLE, previous.score, false)                                                                \
    X(of, latestDate, DATE, latest.date, false)                                                                        \
    X(of, latestScore, DOUBLE, latest.score, false)                                                                    \
    X(of, bestDate, DATE, best.date, false)                                                                            \
    X(of, bestScore, DOUBLE, best.score, false)                                                                        \
    X(of, mean, DOUBLE, mean, false)                                                                                   \
    X(of, sd, DOUBLE, sd, false)                                                                                       \
    X(of, fromFirst, DOUBLE, from_first, false)                                                                        \
    X(of, fromPrevious, DOUBLE, from_previous, false)                                                                  \
    X(of, percentOfScale, DOUBLE, percent_of_scale, false)                                                             \
    X(of, trend, SMALL, trend, false)                                                                                  \
    X(of, mkMethod, SMALL, mk_method, false)                                                                           \
    X(of, olsPer90Days, DOUBLE, ols_per_90_days, false)                                                                \
    X(of, olsAtFirst, DOUBLE, ols_at_first, false)                                                                     \
    X(of, olsSePer90Days, DOUBLE, ols_se_per_90_days, false)                                                           \
    X(of, olsR2, DOUBLE, ols_r2, false)                                                                                \
    X(of, tsPer90Days, DOUBLE, ts_per_90_days, false)                                                                  \
    X(of, tsLow, DOUBLE, ts_low, false)                                                                                \
    X(of, tsHigh, DOUBLE, ts_high, false)                                                                              \
    X(of, mkS, INT64, mk_s, false)                                                                                     \
    X(of, mkVarS, DOUBLE, mk_var_s, false)                                                                             \
    X(of, mkZ, DOUBLE, mk_z, false)                                                                                    \
    X(of, mkP, DOUBLE, mk_p, false)                                                                                    \
    X(of, rci, DOUBLE, rci, false)                                                                                     \
    X(of, rciClass, SMALL, rci_class, false)                                                                           \
    X(of, stepsForward, INT32, steps_forward, false)                                                                   \
    X(of, stepsBack, INT32, steps_back, false)                                                                         \
    X(of, step, SMALL, step, false)                                                                                    \
    X(of, stepFromDate, DATE, step_from.date, false)                                                                   \
    X(of, stepFromScore, DOUBLE, step_from.score, false)                                                               \
    X(of, stepToDate, DATE, step_to.date, false)                                                                       \
    X(of, stepToScore, DOUBLE, step_to.score, false)                                                                   \
    X(of, heldFor, INT32, held_for, false)                                                                             \
    X(of, newBest, SMALL, new_best, false)                                                                             \
    X(of, sameRater, SMALL, same_rater, false)                                                                         \
    X(of, direction, SMALL, direction, false)                                                                          \
    X(of, evidence, SMALL, evidence, false)                                                                            \
    X(of, hasBands, SMALL, has_bands, false)                                                                           \
    X(of, bandFirst, CODE, band_first, true)                                                                           \
    X(of, bandLatest, CODE, band_latest, true)
BIP_NODE_RECORD(series, SERIES, one->n_visible_to);

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
    table *t = bip_node_table_new(&bip_node_series, NULL, 0, false);
    napi_value made = NULL;
    if (t != NULL && bip_node_table_add(t, &in->series) && bip_node_table_flush(t))
        made = bip_node_table_give(j->env, t);
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
    for (size_t i = 0; i < bip_node_series.n; i++)
        if (napi_get_named_property(j->env, args[0], bip_node_series.columns[i].name, &v) != napi_ok ||
            !take_column(j, v, &bip_node_series.columns[i], &in->series))
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
