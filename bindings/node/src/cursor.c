/* Reading: assessments and series, a batch at a time or all at once as columns. */
#include "addon.h"

/* An assessment is a row here, and a row a score behind it. */
typedef bip_assessment assessment_type;
#define ASSESSMENT(X, of)                                                                                              \
    X(of, id, TEXT, id, false)                                                                                         \
    X(of, participant, CODE, participant, false)                                                                       \
    X(of, instrument, CODE, instrument, true)                                                                          \
    X(of, version, CODE, version, true)                                                                                \
    X(of, respondent, CODE, respondent, true)                                                                          \
    X(of, rater, CODE, rater, false)                                                                                   \
    X(of, note, TEXT, note, false)                                                                                     \
    X(of, actor, CODE, actor, false)                                                                                   \
    X(of, recordedMs, INT64, recorded_ms, false)                                                                       \
    X(of, date, DATE, date, false)                                                                                     \
    X(of, revision, INT32, revision, false)                                                                            \
    X(of, indicators, LIST, indicators, false)
BIP_NODE_RECORD(assessment, ASSESSMENT, one->n);

typedef struct score_type {
    int32_t assessment, answer;
    const char *indicator;
    double number;
} score_type;
#define SCORE(X, of)                                                                                                   \
    X(of, assessment, INT32, assessment, false)                                                                        \
    X(of, indicator, CODE, indicator, true)                                                                            \
    X(of, number, DOUBLE, number, false)                                                                               \
    X(of, answer, SMALL, answer, false)
BIP_NODE_RECORD(score, SCORE, 0);

struct read {
    bool series; /* else assessments */
    bip_query *query;
    bip_cursor *cursor;
    table *rows, *scores;
    int32_t most;
    bool at_end;
    const char *const *wanted;
    size_t n_wanted;
};

/* ------------------------------------------------------------ rows */

static bool add_scores(table *scores, const bip_assessment *a, size_t row)
{
    for (size_t i = 0; i < a->n; i++) {
        score_type one = {(int32_t)row, a->scores[i].answer, a->indicators[i], a->scores[i].number};
        if (!bip_node_table_add(scores, &one))
            return false;
    }
    return true;
}

static bip_status next_row(struct read *in, bip_error *err)
{
    const bip_assessment *assessment;
    const bip_series *series;
    bool kept;
    bip_status st =
        in->series ? bip_series_next(in->cursor, &series, err) : bip_assessment_next(in->cursor, &assessment, err);
    if (st != BIP_OK)
        return st;
    if (in->series)
        kept = bip_node_table_add(in->rows, series);
    else
        kept = add_scores(in->scores, assessment, bip_node_table_rows(in->rows)) &&
               bip_node_table_add(in->rows, assessment);
    return kept ? BIP_OK : bip_node_nomem(err);
}

/* What was read before the end or a failure. */
static bip_status flush(struct read *in, bip_status st, bip_error *err)
{
    bool kept = bip_node_table_flush(in->rows) && (in->scores == NULL || bip_node_table_flush(in->scores));
    return kept ? st : bip_node_nomem(err);
}

static bool make_tables(struct read *in, bool whole)
{
    if (in->series) {
        in->rows = bip_node_table_new(&bip_node_series, in->wanted, in->n_wanted, whole);
        return in->rows != NULL;
    }
    in->rows = bip_node_table_new(&bip_node_assessment, NULL, 0, whole);
    in->scores = bip_node_table_new(&bip_node_score, NULL, 0, whole);
    return in->rows != NULL && in->scores != NULL;
}

static napi_value give_tables(job *j, struct read *in)
{
    napi_value made = bip_node_table_give(j->env, in->rows), end = NULL;
    if (made != NULL && in->scores != NULL)
        bip_node_set(j->env, made, "scores", bip_node_table_give(j->env, in->scores));
    napi_get_boolean(j->env, in->at_end, &end);
    if (made != NULL)
        bip_node_set(j->env, made, "end", end);
    return made;
}

/* ------------------------------------------------------------ a cursor */

static bool open_take(job *j, const napi_value *args)
{
    struct read *in = j->in;
    return bip_node_take_store(j, args[0]) && bip_node_query(j, args[1], &in->query);
}

static bip_status open(job *j)
{
    struct read *in = j->in;
    return in->series ? bip_progression(bip_node_store(j), in->query, &in->cursor, &j->err)
                      : bip_assessments(bip_node_store(j), in->query, &in->cursor, &j->err);
}

static bip_status open_assessments(job *j)
{
    return open(j);
}

static bip_status open_series(job *j)
{
    struct read *in = j->in;
    in->series = true;
    return open(j);
}

static napi_value open_give(job *j)
{
    struct read *in = j->in;
    child *c = bip_node_child_new(j->holders[0]);
    if (c == NULL || !make_tables(in, false)) {
        if (c != NULL)
            bip_node_child_unref(c);
        bip_node_throw(j, bip_node_nomem(&j->err), &j->err);
        return NULL;
    }
    c->cursor = in->cursor;
    c->series = in->series;
    c->rows = in->rows;
    c->scores = in->scores;
    in->cursor = NULL, in->rows = in->scores = NULL;
    return bip_node_wrap_child(j->env, c);
}

static void read_drop(job *j)
{
    struct read *in = j->in;
    if (bip_node_store(j) != NULL)
        bip_cursor_close(in->cursor);
    bip_node_table_free(in->rows);
    bip_node_table_free(in->scores);
}

static bool batch_take(job *j, const napi_value *args)
{
    struct read *in = j->in;
    return bip_node_take_child(j, args[0]) && bip_node_int32(j->env, args[1], "rows", &in->most);
}

/* Rows that were read before the failure are handed out first. */
static bip_status batch_run(job *j)
{
    struct read in = {
        .series = j->child->series, .cursor = bip_node_cursor(j), .rows = j->child->rows, .scores = j->child->scores};
    bip_status st = j->child->late;
    if (in.cursor == NULL) /* it, or its store, was closed: the library says so */
        return next_row(&in, &j->err);
    if (st != BIP_OK)
        j->err = j->child->late_error;
    while (st == BIP_OK && bip_node_table_rows(in.rows) < (size_t)((struct read *)j->in)->most)
        st = next_row(&in, &j->err);
    st = flush(&in, st, &j->err);
    if (st == BIP_DONE) {
        ((struct read *)j->in)->at_end = true;
        return BIP_OK;
    }
    if (st != BIP_OK && bip_node_table_rows(in.rows) > 0) {
        j->child->late = st;
        j->child->late_error = j->err;
        return BIP_OK;
    }
    return st;
}

static napi_value batch_give(job *j)
{
    struct read view = {.rows = j->child->rows, .scores = j->child->scores, .at_end = ((struct read *)j->in)->at_end};
    return give_tables(j, &view);
}

static bool close_take(job *j, const napi_value *args)
{
    return bip_node_take_child(j, args[0]);
}

/* With all its memory: the collector doesn't see it, and may not come before a program has opened a great many. */
static bip_status close_run(job *j)
{
    child *c = j->child;
    bip_cursor_close(bip_node_cursor(j));
    bip_node_table_free(c->rows);
    bip_node_table_free(c->scores);
    c->cursor = NULL;
    c->rows = c->scores = NULL;
    return BIP_OK;
}

/* ------------------------------------------------------------ all at once */

static bool columns_take(job *j, const napi_value *args)
{
    struct read *in = j->in;
    return open_take(j, args) && bip_node_texts(j, args[2], "columns", &in->wanted, &in->n_wanted);
}

static bip_status read_all(job *j)
{
    struct read *in = j->in;
    bip_status st = open(j);
    if (st == BIP_OK && !make_tables(in, true))
        return bip_node_nomem(&j->err);
    while (st == BIP_OK)
        st = next_row(in, &j->err);
    if (st == BIP_DONE)
        st = flush(in, st, &j->err);
    if (in->cursor != NULL)
        bip_cursor_close(in->cursor);
    in->cursor = NULL;
    return st == BIP_DONE ? BIP_OK : st;
}

static bip_status all_assessments(job *j)
{
    return read_all(j);
}

static bip_status all_series(job *j)
{
    struct read *in = j->in;
    in->series = true;
    return read_all(j);
}

static napi_value columns_give(job *j)
{
    return give_tables(j, j->in);
}

const op bip_node_cursor_ops[] = {
    {"assessments", sizeof(struct read), open_take, open_assessments, open_give, read_drop},
    {"progression", sizeof(struct read), open_take, open_series, open_give, read_drop},
    {"cursorRead", sizeof(struct read), batch_take, batch_run, batch_give, NULL},
    {"cursorClose", sizeof(struct read), close_take, close_run, NULL, NULL},
    {"assessmentColumns", sizeof(struct read), open_take, all_assessments, columns_give, read_drop},
    {"progressionColumns", sizeof(struct read), columns_take, all_series, columns_give, read_drop},
    {0}};
