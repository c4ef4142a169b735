#include "bip_r.h"

#include <math.h>
#include <string.h>

void bipr_refuse(bip_error *err, const char *where)
{
    if (err->status != BIP_OK)
        return;
    memset(err, 0, sizeof *err);
    err->status = BIP_E_USAGE;
    snprintf(err->where, sizeof err->where, "%s", where);
    snprintf(err->message, sizeof err->message, "%s", bip_status_text(BIP_E_USAGE));
}

static int is_ascii(const char *text)
{
    while (*text != '\0' && ((unsigned char)*text & 0x80) == 0)
        text++;
    return *text == '\0';
}

/* Where the locale is C, as in a job at night, R can't tell what the letters of a file are, and would hand on
   "<c3><a5>" for one. Such text goes on as it is: the library takes it as UTF-8, or refuses it. */
static const char *utf8_of(SEXP text)
{
    const char *utf8 = Rf_translateCharUTF8(text);
    return Rf_getCharCE(text) == CE_NATIVE && is_ascii(utf8) ? R_CHAR(text) : utf8;
}

const char *bipr_text_at(SEXP x, R_xlen_t i)
{
    SEXP text;
    if (TYPEOF(x) != STRSXP || XLENGTH(x) == 0)
        return NULL;
    text = STRING_ELT(x, i % XLENGTH(x));
    return text == NA_STRING ? NULL : utf8_of(text);
}

const char *bipr_maybe_text(SEXP x, const char *where, bip_error *err)
{
    if (x == R_NilValue || (TYPEOF(x) == LGLSXP && XLENGTH(x) == 1 && LOGICAL(x)[0] == NA_LOGICAL))
        return NULL;
    if (TYPEOF(x) != STRSXP || XLENGTH(x) != 1) {
        bipr_refuse(err, where);
        return NULL;
    }
    return bipr_text_at(x, 0);
}

const char *bipr_text(SEXP x, const char *where, bip_error *err)
{
    const char *text = bipr_maybe_text(x, where, err);
    if (text == NULL)
        bipr_refuse(err, where);
    return text;
}

const char *const *bipr_texts(SEXP x, const char *where, bip_error *err)
{
    R_xlen_t n = Rf_xlength(x);
    const char **texts = (const char **)R_alloc((size_t)n + 1, sizeof *texts);
    if (TYPEOF(x) != STRSXP) {
        bipr_refuse(err, where);
        return NULL;
    }
    for (R_xlen_t i = 0; i < n; i++)
        if ((texts[i] = bipr_text_at(x, i)) == NULL)
            bipr_refuse(err, where);
    return texts;
}

static int is_one(SEXP x, int type)
{
    return TYPEOF(x) == type && XLENGTH(x) == 1;
}

double bipr_number(SEXP x, const char *where, bip_error *err)
{
    if (is_one(x, REALSXP))
        return REAL(x)[0];
    if (is_one(x, INTSXP) || is_one(x, LGLSXP))
        return INTEGER(x)[0] == NA_INTEGER ? NA_REAL : INTEGER(x)[0];
    bipr_refuse(err, where);
    return NA_REAL;
}

int32_t bipr_int(SEXP x, const char *where, bip_error *err)
{
    double number = bipr_number(x, where, err);
    if (number >= INT32_MIN && number <= INT32_MAX && number == floor(number))
        return (int32_t)number;
    bipr_refuse(err, where);
    return 0;
}

int bipr_flag(SEXP x, const char *where, bip_error *err)
{
    if (is_one(x, LGLSXP) && LOGICAL(x)[0] != NA_LOGICAL)
        return LOGICAL(x)[0];
    bipr_refuse(err, where);
    return 0;
}

int bipr_is_dates(SEXP x)
{
    return TYPEOF(x) == STRSXP || ((TYPEOF(x) == REALSXP || TYPEOF(x) == INTSXP) && Rf_inherits(x, "Date"));
}

/* A Date may hold part of a day: what stands before it is the day. */
bip_date bipr_date_at(SEXP x, R_xlen_t i, const char *where, bip_error *err)
{
    bip_date date = BIP_NO_DATE;
    double days;
    if (TYPEOF(x) == STRSXP) {
        const char *text = bipr_text_at(x, i);
        if (text != NULL && err->status == BIP_OK)
            bip_date_parse(text, &date, err);
        return date;
    }
    if (TYPEOF(x) == INTSXP)
        return INTEGER(x)[i]; /* NA is BIP_NO_DATE */
    days = floor(REAL(x)[i]);
    if (ISNAN(days))
        return BIP_NO_DATE;
    if (fabs(days) > INT32_MAX)
        bipr_refuse(err, where);
    return fabs(days) > INT32_MAX ? BIP_NO_DATE : (bip_date)days;
}

bip_date bipr_date(SEXP x, const char *where, bip_error *err)
{
    if (x == R_NilValue || (is_one(x, LGLSXP) && LOGICAL(x)[0] == NA_LOGICAL))
        return BIP_NO_DATE;
    if (bipr_is_dates(x) && XLENGTH(x) == 1)
        return bipr_date_at(x, 0, where, err);
    bipr_refuse(err, where);
    return BIP_NO_DATE;
}

const char *const bipr_answers[5] = {"answered", "not_asked", "declined", "dont_know", "not_applicable"};

/* NA without an answer is not asked. NaN is no missing number but a mistake, and the library says so. */
static bip_score score_of(double number, int answer)
{
    bip_score score = {.number = number, .answer = answer};
    if (answer == NA_INTEGER)
        score.answer = R_IsNA(number) ? BIP_NOT_ASKED : BIP_NUMBER;
    return score;
}

bip_score *bipr_scores(SEXP number, SEXP answer, const char *where, bip_error *err)
{
    R_xlen_t n = Rf_xlength(number);
    bip_score *scores = (bip_score *)R_alloc((size_t)n + 1, sizeof *scores);
    if (TYPEOF(number) != REALSXP || TYPEOF(answer) != INTSXP || XLENGTH(answer) != n) {
        bipr_refuse(err, where);
        return NULL;
    }
    for (R_xlen_t i = 0; i < n; i++)
        scores[i] = score_of(REAL(number)[i], INTEGER(answer)[i]);
    return scores;
}

bip_label *bipr_labels(SEXP x, size_t *n, const char *where, bip_error *err)
{
    SEXP names = Rf_getAttrib(x, R_NamesSymbol);
    bip_label *labels;
    *n = 0;
    if (x == R_NilValue)
        return NULL;
    if (TYPEOF(x) != REALSXP || TYPEOF(names) != STRSXP) {
        bipr_refuse(err, where);
        return NULL;
    }
    labels = (bip_label *)R_alloc((size_t)XLENGTH(x) + 1, sizeof *labels);
    for (R_xlen_t i = 0; i < XLENGTH(x); i++)
        labels[i] = (bip_label){.score = REAL(x)[i], .text = bipr_text_at(names, i)};
    *n = (size_t)XLENGTH(x);
    return labels;
}

SEXP bipr_member(SEXP list, const char *name)
{
    SEXP names = Rf_getAttrib(list, R_NamesSymbol);
    if (TYPEOF(list) == VECSXP && TYPEOF(names) == STRSXP)
        for (R_xlen_t i = 0; i < XLENGTH(list); i++)
            if (strcmp(CHAR(STRING_ELT(names, i)), name) == 0)
                return VECTOR_ELT(list, i);
    return R_NilValue;
}

static const char *query_text(SEXP list, const char *name, bip_error *err)
{
    return bipr_maybe_text(bipr_member(list, name), name, err);
}

bip_query *bipr_query(SEXP list, bip_error *err)
{
    bip_query *query = (bip_query *)R_alloc(1, sizeof *query);
    SEXP who = bipr_member(list, "participants");
    bip_query_init(query, sizeof *query);
    if (who != R_NilValue) {
        query->participants = bipr_texts(who, "participants", err);
        query->n_participants = (size_t)XLENGTH(who);
    }
    query->instrument = query_text(list, "instrument", err);
    query->respondent = query_text(list, "respondent", err);
    query->for_role = query_text(list, "for_role", err);
    query->lang = query_text(list, "lang", err);
    query->as_of = bipr_date(bipr_member(list, "as_of"), "as_of", err);
    query->since = bipr_date(bipr_member(list, "since"), "since", err);
    return query;
}
