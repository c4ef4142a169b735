#include "entries.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------ where documents go */

/* 0 to go on: what has been written is in the file. */
static int close_file(bipr_sink *sink)
{
    FILE *file = sink->file;
    sink->file = NULL;
    if (file != NULL && fclose(file) != 0 && sink->failed == 0)
        sink->failed = errno;
    return sink->failed != 0;
}

static void free_sink(bipr_sink *sink)
{
    if (sink != NULL) {
        close_file(sink);
        free(sink->bytes);
    }
    free(sink);
}

static void collect_sink(SEXP keep)
{
    free_sink(R_ExternalPtrAddr(keep));
    R_ClearExternalPtr(keep);
}

bipr_sink *bipr_sink_new(SEXP *keep, SEXP to)
{
    bipr_sink *sink;
    *keep = PROTECT(R_MakeExternalPtr(NULL, R_NilValue, R_NilValue));
    R_RegisterCFinalizerEx(*keep, collect_sink, TRUE);
    if ((sink = calloc(1, sizeof *sink)) != NULL)
        sink->to = to;
    R_SetExternalPtrAddr(*keep, sink);
    UNPROTECT(1);
    if (sink == NULL)
        Rf_error("%s", bip_status_text(BIP_E_NOMEM)); /* nothing is held here that a jump could lose */
    return sink;
}

static SEXP hand_over(void *data)
{
    bipr_sink *sink = data;
    SEXP bytes = PROTECT(Rf_allocVector(RAWSXP, (R_xlen_t)sink->n)), call;
    if (sink->n > 0)
        memcpy(RAW(bytes), sink->bytes, sink->n);
    call = Rf_lang2(sink->to, bytes);
    UNPROTECT(1);
    return call;
}

int bipr_sink_end(bipr_sink *sink)
{
    if (sink->to == R_NilValue || sink->n == 0)
        return 0;
    int stop = bipr_stops(sink->store, hand_over, sink);
    sink->n = 0;
    return stop;
}

enum { PIECE = 262144 }; /* what a function of R gets at once: libbip writes in smaller ones */

int bipr_write(void *ctx, const char *bytes, size_t n)
{
    bipr_sink *sink = ctx;
    if (sink->file != NULL) {
        if (fwrite(bytes, 1, n, sink->file) < n)
            sink->failed = errno;
        return sink->failed != 0;
    }
    if (sink->to != R_NilValue && sink->n >= PIECE && bipr_sink_end(sink))
        return 1;
    if (sink->n + n > sink->room) {
        size_t room = (sink->n + n) * 2;
        char *more = realloc(sink->bytes, room);
        if (more == NULL) {
            sink->nomem = 1;
            return 1;
        }
        sink->bytes = more;
        sink->room = room;
    }
    memcpy(sink->bytes + sink->n, bytes, n);
    sink->n += n;
    return 0; /* an interrupt is looked for between participants, and by R in what `to` does */
}

SEXP bipr_sink_text(bipr_sink *sink)
{
    if (sink->n > INT32_MAX)
        Rf_error("%s", bip_status_text(BIP_E_NOMEM)); /* R has no longer text */
    return Rf_ScalarString(Rf_mkCharLenCE(sink->n > 0 ? sink->bytes : "", (int)sink->n, CE_UTF8));
}

/* `to` is the path of a file, which R would be slow to write: its connections copy each piece twice. */
static void open_file(bipr_sink *sink, SEXP path, bip_error *err)
{
    if (Rf_xlength(path) != 1 || STRING_ELT(path, 0) == NA_STRING) {
        bipr_refuse(err, "to");
        return;
    }
    sink->to = R_NilValue;
    sink->file = fopen(Rf_translateChar(STRING_ELT(path, 0)), "wb");
    if (sink->file == NULL)
        sink->failed = errno;
    else
        setvbuf(sink->file, NULL, _IOFBF, PIECE);
}

static void tell_failed(const bipr_sink *sink, bip_error *err)
{
    *err = (bip_error){.status = BIP_E_IO};
    snprintf(err->where, sizeof err->where, "to");
    snprintf(err->message, sizeof err->message, "%s", strerror(sink->failed));
}

/* to: NULL, a function of raw vectors, or a path. */
SEXP r_write(SEXP store, SEXP document, SEXP query, SEXP options, SEXP to)
{
    bip_error err = {0};
    SEXP keep;
    const char *name = bipr_text(document, "document", &err), *json = bipr_maybe_text(options, "options", &err);
    const bip_query *q = bipr_query(query, &err);
    bipr_sink *sink = bipr_sink_new(&keep, to);
    PROTECT(keep);
    if (TYPEOF(to) == STRSXP)
        open_file(sink, to, &err);
    bipr_store *s = sink->failed ? NULL : bipr_enter(store, &err);
    if (s != NULL) {
        sink->store = s;
        if (bip_write(s->store, name, q, json, bipr_write, sink, &err) == BIP_OK && bipr_sink_end(sink))
            err.status = BIP_E_CANCELLED;
        if (sink->nomem)
            err = (bip_error){.status = BIP_E_NOMEM};
        if (close_file(sink)) /* before a jump, after which R removes the file */
            tell_failed(sink, &err);
        bipr_leave(s);
    } else if (sink->failed) {
        tell_failed(sink, &err);
    }
    SEXP text = PROTECT(to == R_NilValue && err.status == BIP_OK ? bipr_sink_text(sink) : R_NilValue);
    SEXP answer = bipr_answer(text, &err);
    free_sink(sink);
    R_ClearExternalPtr(keep);
    UNPROTECT(2);
    return answer;
}

/* ------------------------------------------------------------ cursors into columns */

/* What was read, as a data frame; the table goes as soon as it is copied. */
static SEXP frame_or_failure(bipr_table *t, SEXP keep, const bip_error *err)
{
    SEXP frame = PROTECT(err->status == BIP_OK || err->status == BIP_DONE ? bipr_frame(t) : R_NilValue);
    SEXP answer = bipr_answer(frame, err);
    R_ClearExternalPtr(keep);
    bipr_table_free(t);
    UNPROTECT(1);
    return answer;
}

enum { ID, PARTICIPANT, INSTRUMENT, VERSION, RESPONDENT, RATER, DATE, SHARED };

static void columns_shared(bipr_table *t)
{
    bipr_add_column(t, "id", BIPR_TEXT, NULL, 0);
    bipr_add_column(t, "participant", BIPR_FACTOR, NULL, 0);
    bipr_add_column(t, "instrument", BIPR_FACTOR, NULL, 0);
    bipr_add_column(t, "version", BIPR_FACTOR, NULL, 0);
    bipr_add_column(t, "respondent", BIPR_FACTOR, NULL, 0);
    bipr_add_column(t, "rater", BIPR_FACTOR, NULL, 0);
    bipr_add_column(t, "date", BIPR_DATE, NULL, 0);
}

static int row_shared(bipr_table *t, const bip_assessment *a)
{
    if (!bipr_begin_row(t))
        return 0;
    bipr_add_text(t, ID, a->id);
    bipr_add_text(t, PARTICIPANT, a->participant);
    bipr_add_text(t, INSTRUMENT, a->instrument);
    bipr_add_text(t, VERSION, a->version);
    bipr_add_text(t, RESPONDENT, a->respondent);
    bipr_add_text(t, RATER, a->rater);
    bipr_add_int(t, DATE, a->date);
    return 1;
}

static int row_of_assessment(bipr_table *t, const bip_assessment *a)
{
    if (!row_shared(t, a))
        return 0;
    bipr_add_text(t, SHARED, a->note);
    bipr_add_text(t, SHARED + 1, a->actor);
    bipr_add_double(t, SHARED + 2, (double)a->recorded_ms / 1000);
    bipr_add_int(t, SHARED + 3, a->revision);
    return bipr_end_row(t);
}

static int rows_of_scores(bipr_table *t, const bip_assessment *a)
{
    int good = 1;
    for (size_t i = 0; i < a->n && good; i++) {
        if (!row_shared(t, a))
            return 0;
        bipr_add_text(t, SHARED, a->indicators[i]);
        bipr_add_double(t, SHARED + 1, a->scores[i].number);
        bipr_add_int(t, SHARED + 2, a->scores[i].answer);
        good = bipr_end_row(t);
    }
    return good;
}

static bip_status no_room(bip_error *err)
{
    *err = (bip_error){.status = BIP_E_NOMEM};
    return BIP_E_NOMEM;
}

static bip_status stopped(bip_error *err)
{
    *err = (bip_error){.status = BIP_E_CANCELLED};
    return BIP_E_CANCELLED;
}

static void read_assessments(bipr_store *s, const bip_query *q, bipr_table *t,
                             int (*rows)(bipr_table *, const bip_assessment *), bip_error *err)
{
    bip_cursor *cursor = NULL;
    const bip_assessment *a;
    bip_status st = bip_assessments(s->store, q, &cursor, err);
    while (st == BIP_OK && (st = bip_assessment_next(cursor, &a, err)) == BIP_OK)
        if (!rows(t, a))
            st = no_room(err);
        else if (bipr_interrupted(s))
            st = stopped(err);
    bip_cursor_close(cursor);
}

static void columns_of_assessment(bipr_table *t)
{
    columns_shared(t);
    bipr_add_column(t, "note", BIPR_TEXT, NULL, 0);
    bipr_add_column(t, "actor", BIPR_FACTOR, NULL, 0);
    bipr_add_column(t, "recorded", BIPR_TIME, NULL, 0);
    bipr_add_column(t, "revision", BIPR_INT, NULL, 0);
}

static void columns_of_score(bipr_table *t)
{
    columns_shared(t);
    bipr_add_column(t, "indicator", BIPR_FACTOR, NULL, 0);
    bipr_add_column(t, "score", BIPR_DOUBLE, NULL, 0);
    bipr_add_column(t, "answer", BIPR_FACTOR, bipr_answers, 5);
}

static SEXP frame_of(SEXP store, SEXP query, void (*columns)(bipr_table *),
                     int (*rows)(bipr_table *, const bip_assessment *))
{
    bip_error err = {0};
    SEXP keep, answer;
    const bip_query *q = bipr_query(query, &err);
    bipr_table *t = bipr_table_new(&keep);
    PROTECT(keep);
    columns(t);
    bipr_store *s = bipr_enter(store, &err);
    if (s != NULL) {
        read_assessments(s, q, t, rows, &err);
        bipr_leave(s);
    }
    answer = frame_or_failure(t, keep, &err);
    UNPROTECT(1);
    return answer;
}

SEXP r_assessments(SEXP store, SEXP query)
{
    return frame_of(store, query, columns_of_assessment, row_of_assessment);
}

SEXP r_scores(SEXP store, SEXP query)
{
    return frame_of(store, query, columns_of_score, rows_of_scores);
}

static void read_progression(bipr_store *s, const bip_query *q, bipr_table *t, bipr_plan *plan, bip_error *err)
{
    bip_cursor *cursor = NULL;
    const bip_series *one;
    bip_status st = bip_progression(s->store, q, &cursor, err);
    while (st == BIP_OK && (st = bip_series_next(cursor, &one, err)) == BIP_OK) {
        if (!bipr_series_row(t, plan, one))
            st = no_room(err);
        else if (bipr_interrupted(s))
            st = stopped(err);
    }
    if (st == BIP_DONE && !bipr_series_end(t, plan)) /* a cursor that failed lends no texts any more */
        no_room(err);
    bip_cursor_close(cursor);
}

/* columns: the names of those wanted, or NULL. */
SEXP r_progression(SEXP store, SEXP query, SEXP columns)
{
    bip_error err = {0};
    SEXP keep, answer;
    const bip_query *q = bipr_query(query, &err);
    bipr_plan plan = bipr_series_plan(1, columns, &err);
    bipr_table *t = bipr_table_new(&keep);
    PROTECT(keep);
    bipr_series_columns(t, &plan);
    bipr_store *s = bipr_enter(store, &err);
    if (s != NULL) {
        read_progression(s, q, t, &plan, &err);
        bipr_leave(s);
    }
    answer = frame_or_failure(t, keep, &err);
    UNPROTECT(1);
    return answer;
}
