#include "entries.h"

#include <math.h>
#include <string.h>

/* ------------------------------------------------------------ series from a long table */

typedef struct rule {
    const char *name;
    size_t at;
} rule;

static const rule rules_known[] = {{"scale_min", offsetof(bip_series_rules, scale_min)},
                                   {"scale_max", offsetof(bip_series_rules, scale_max)},
                                   {"smallest_step", offsetof(bip_series_rules, smallest_step)},
                                   {"reliability", offsetof(bip_series_rules, reliability)},
                                   {"sd", offsetof(bip_series_rules, sd)}};

typedef struct long_table {
    const int *groups, *raters, *order;
    SEXP days, rules, better;
    const double *scores;
    R_xlen_t n;
    bip_date *day; /* of one group */
    double *score;
    int32_t *rater;
    int row; /* of the table, the first of the group, from 1 */
} long_table;

static double rule_at(SEXP values, R_xlen_t row)
{
    return REAL(values)[Rf_xlength(values) == 1 ? 0 : row];
}

/* The rules of a row; NaN is what isn't known. */
static bip_series_rules rules_at(const long_table *t, R_xlen_t row)
{
    bip_series_rules rules;
    bip_series_rules_init(&rules, sizeof rules);
    for (size_t i = 0; i < sizeof rules_known / sizeof *rules_known; i++)
        memcpy((char *)&rules + rules_known[i].at, &(double){rule_at(bipr_member(t->rules, rules_known[i].name), row)},
               sizeof(double));
    rules.better = (int32_t)INTEGER(t->better)[Rf_xlength(t->better) == 1 ? 0 : row] - 1;
    return rules;
}

static int same(double a, double b)
{
    return a == b || (ISNAN(a) && ISNAN(b));
}

static void check_rules(const long_table *t, R_xlen_t first, R_xlen_t row, bip_error *err)
{
    for (size_t i = 0; i < sizeof rules_known / sizeof *rules_known; i++) {
        SEXP values = bipr_member(t->rules, rules_known[i].name);
        if (!same(rule_at(values, first), rule_at(values, row)))
            bipr_refuse(err, rules_known[i].name);
    }
    if (rules_at(t, first).better != rules_at(t, row).better)
        bipr_refuse(err, "better");
}

/* The numbers of the group that begins at `from`; rows without a number are left out. Returns where the next begins. */
static R_xlen_t gather(long_table *t, R_xlen_t from, size_t *n, bip_error *err)
{
    R_xlen_t first = t->order[from] - 1, i = from;
    *n = 0;
    t->row = t->order[from];
    for (; i < t->n && t->groups[t->order[i] - 1] == t->groups[first]; i++) {
        R_xlen_t row = t->order[i] - 1;
        check_rules(t, first, row, err);
        if (R_IsNA(t->scores[row]))
            continue;
        t->day[*n] = bipr_date_at(t->days, row, "days", err);
        t->score[*n] = t->scores[row];
        t->rater[*n] = t->raters != NULL ? t->raters[row] : 0;
        ++*n;
    }
    return i;
}

static void compute_all(long_table *t, bipr_plan *plan, bipr_table *out, bip_error *err)
{
    for (R_xlen_t i = 0, next; i < t->n && err->status == BIP_OK; i = next) {
        bip_series one;
        size_t n;
        next = gather(t, i, &n, err);
        if (err->status != BIP_OK || n == 0)
            continue;
        bip_series_rules rules = rules_at(t, t->row - 1);
        if (bip_series_compute(t->day, t->score, t->rater, n, &rules, &one, sizeof one, err) != BIP_OK)
            continue;
        if (!bipr_series_row(out, plan, &one)) {
            *err = (bip_error){.status = BIP_E_NOMEM};
            break;
        }
        out->columns[0].values.i[out->n - 1] = t->row;
        R_CheckUserInterrupt(); /* nothing is held here that a jump could lose */
    }
    if (!bipr_series_end(out, plan))
        *err = (bip_error){.status = BIP_E_NOMEM};
}

static void check_columns(const long_table *t, SEXP groups, SEXP scores, SEXP raters, SEXP order, bip_error *err)
{
    if (TYPEOF(groups) != INTSXP || TYPEOF(order) != INTSXP || Rf_xlength(order) != t->n)
        bipr_refuse(err, "by");
    if (!bipr_is_dates(t->days) || Rf_xlength(t->days) != t->n)
        bipr_refuse(err, "days");
    if (TYPEOF(scores) != REALSXP || Rf_xlength(scores) != t->n)
        bipr_refuse(err, "scores");
    if (raters != R_NilValue && (TYPEOF(raters) != INTSXP || Rf_xlength(raters) != t->n))
        bipr_refuse(err, "raters");
    for (size_t i = 0; i < sizeof rules_known / sizeof *rules_known; i++) {
        SEXP values = bipr_member(t->rules, rules_known[i].name);
        if (TYPEOF(values) != REALSXP || (Rf_xlength(values) != 1 && Rf_xlength(values) != t->n))
            bipr_refuse(err, rules_known[i].name);
    }
    if (TYPEOF(t->better) != INTSXP || (Rf_xlength(t->better) != 1 && Rf_xlength(t->better) != t->n))
        bipr_refuse(err, "better");
}

/* With the row of the table where the failing group begins, so that R can name the group. */
static SEXP failure_at(const bip_error *err, int row)
{
    SEXP failure = PROTECT(bipr_failure(err, R_NilValue));
    Rf_setAttrib(failure, Rf_install("row"), PROTECT(Rf_ScalarInteger(row)));
    UNPROTECT(2);
    return failure;
}

/* groups: a number a row; order: the rows by group and day, from 1. */
SEXP r_series_compute(SEXP groups, SEXP days, SEXP scores, SEXP raters, SEXP order, SEXP rules)
{
    bip_error err = {0};
    long_table t = {.days = days, .rules = rules, .n = Rf_xlength(groups), .better = bipr_member(rules, "better")};
    SEXP keep, answer;
    bipr_table *out = bipr_table_new(&keep);
    PROTECT(keep);
    bipr_add_column(out, "row", BIPR_INT, NULL, 0);
    bipr_plan plan = bipr_series_plan(0, R_NilValue, &err);
    bipr_series_columns(out, &plan);
    check_columns(&t, groups, scores, raters, order, &err);
    if (err.status == BIP_OK) {
        t.groups = INTEGER(groups);
        t.order = INTEGER(order);
        t.scores = REAL(scores);
        t.raters = raters != R_NilValue ? INTEGER(raters) : NULL;
        t.day = (bip_date *)R_alloc((size_t)t.n + 1, sizeof *t.day);
        t.score = (double *)R_alloc((size_t)t.n + 1, sizeof *t.score);
        t.rater = (int32_t *)R_alloc((size_t)t.n + 1, sizeof *t.rater);
        compute_all(&t, &plan, out, &err);
    }
    answer = err.status == BIP_OK ? bipr_frame(out) : failure_at(&err, t.row);
    UNPROTECT(1);
    return answer;
}

/* ------------------------------------------------------------ sentences */

static void one_sentence(SEXP series, R_xlen_t row, bip_sentence_words *words, bipr_sink *sink, bip_error *err)
{
    bip_series one;
    bipr_series_from(series, row, &one, err);
    sink->n = 0;
    if (err->status == BIP_OK)
        bip_series_sentence(&one, words, bipr_write, sink, err);
}

/* labels: one for all, or a list with one a row. */
SEXP r_series_sentence(SEXP series, SEXP titles, SEXP labels, SEXP lang, SEXP rater_role)
{
    bip_error err = {0};
    R_xlen_t n = Rf_xlength(bipr_member(series, "n"));
    SEXP keep, texts = PROTECT(Rf_allocVector(STRSXP, n)), answer;
    bip_sentence_words words = {.size = sizeof words, .lang = bipr_maybe_text(lang, "lang", &err)};
    bipr_sink *sink = bipr_sink_new(&keep, R_NilValue);
    PROTECT(keep);
    if (TYPEOF(labels) == VECSXP && Rf_xlength(labels) != n)
        bipr_refuse(&err, "labels");
    for (R_xlen_t i = 0; i < n && err.status == BIP_OK; i++) {
        SEXP mine = TYPEOF(labels) == VECSXP ? VECTOR_ELT(labels, i) : labels;
        words.title = bipr_text_at(titles, i);
        words.labels = bipr_labels(mine, &words.n_labels, "labels", &err);
        words.rater_role = bipr_text_at(rater_role, i);
        one_sentence(series, i, &words, sink, &err);
        if (err.status == BIP_OK)
            SET_STRING_ELT(texts, i, STRING_ELT(bipr_sink_text(sink), 0));
    }
    answer = bipr_answer(texts, &err);
    UNPROTECT(2);
    return answer;
}
