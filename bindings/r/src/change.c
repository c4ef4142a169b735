#include "entries.h"

#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------ the change itself */

/* What nobody ended is rolled back; in the middle of a call on the store, once that has ended. */
static void collect_change(SEXP change)
{
    bipr_change *c = R_ExternalPtrAddr(change);
    if (c == NULL)
        return;
    R_ClearExternalPtr(change);
    if (c->change != NULL && c->owner != NULL) {
        bip_change *open = c->change;
        if (!c->owner->busy) {
            c->owner->change = NULL;
            bip_change_rollback(open);
        } else {
            c->owner->abandoned = open;
            c->owner->change = NULL;
        }
    }
    free(c);
}

static bipr_change *new_change(SEXP store, SEXP *pointer)
{
    bipr_change *c;
    *pointer = PROTECT(R_MakeExternalPtr(NULL, Rf_install("bip_change"), store)); /* which keeps the store */
    R_RegisterCFinalizerEx(*pointer, collect_change, TRUE);
    c = calloc(1, sizeof *c);
    R_SetExternalPtrAddr(*pointer, c);
    UNPROTECT(1);
    return c;
}

SEXP r_change_begin(SEXP store, SEXP actor, SEXP reason)
{
    bip_error err = {0};
    const char *who = bipr_text(actor, "actor", &err), *why = bipr_maybe_text(reason, "reason", &err);
    SEXP pointer;
    bipr_change *c = new_change(store, &pointer);
    PROTECT(pointer);
    bipr_store *s = bipr_enter(store, &err);
    if (s != NULL && c == NULL)
        err.status = BIP_E_NOMEM;
    else if (s != NULL && bip_change_begin(s->store, who, why, &c->change, &err) == BIP_OK) {
        c->owner = s;
        s->change = c;
    }
    if (s != NULL)
        bipr_leave(s);
    UNPROTECT(1);
    return bipr_answer(pointer, &err);
}

/* libbip frees a change that is committed, whatever happens. */
static void forget(bipr_change *c)
{
    c->owner->change = NULL;
    c->change = NULL;
    c->owner = NULL;
}

SEXP r_change_commit(SEXP change)
{
    bip_error err = {0};
    char entry[BIP_ID_SIZE] = "";
    bipr_change *c = bipr_enter_change(change, &err);
    if (c != NULL) {
        bipr_store *s = c->owner;
        bip_change *open = c->change;
        forget(c);
        bip_change_commit(open, entry, &err);
        bipr_leave(s);
    }
    return bipr_answer(bipr_string(entry), &err);
}

/* Once more, and after a commit, is fine. */
SEXP r_change_rollback(SEXP change)
{
    bip_error err = {0};
    bipr_change *c = bipr_change_of(change);
    if (!Rf_inherits(change, "bip_change") || (c != NULL && c->owner != NULL && c->owner->busy))
        bipr_refuse(&err, "change");
    else if (c != NULL && c->change != NULL) {
        bip_change *open = c->change;
        forget(c);
        bip_change_rollback(open);
    }
    return bipr_answer(R_NilValue, &err);
}

/* ------------------------------------------------------------ assessments */

static const char *member_text(SEXP in, const char *name, bip_error *err)
{
    return bipr_maybe_text(bipr_member(in, name), name, err);
}

static void read_scores(bip_assessment_in *a, SEXP in, bip_error *err)
{
    SEXP number = bipr_member(in, "number"), indicators = bipr_member(in, "indicators");
    a->scores = bipr_scores(number, bipr_member(in, "answer"), "scores", err);
    a->n = (size_t)Rf_xlength(number);
    if (indicators == R_NilValue)
        return;
    a->indicators = bipr_texts(indicators, "scores", err);
    if (Rf_xlength(indicators) != Rf_xlength(number))
        bipr_refuse(err, "scores");
}

static bip_assessment_in assessment_in(SEXP in, bip_error *err)
{
    bip_assessment_in a = {.size = sizeof a};
    a.participant = member_text(in, "participant", err);
    a.instrument = member_text(in, "instrument", err);
    a.respondent = member_text(in, "respondent", err);
    a.rater = member_text(in, "rater", err);
    a.note = member_text(in, "note", err);
    a.date = bipr_date(bipr_member(in, "date"), "date", err);
    a.redact = bipr_flag(bipr_member(in, "redact"), "redact", err);
    read_scores(&a, in, err);
    return a;
}

SEXP r_assessment_add(SEXP change, SEXP in)
{
    bip_error err = {0};
    char id[BIP_ID_SIZE] = "";
    bip_assessment_in a = assessment_in(in, &err);
    bipr_change *c = bipr_enter_change(change, &err);
    if (c != NULL) {
        bip_assessment_add(c->change, &a, id, &err);
        bipr_leave(c->owner);
    }
    return bipr_answer(bipr_string(id), &err);
}

SEXP r_assessment_correct(SEXP change, SEXP id, SEXP in)
{
    bip_error err = {0};
    char new_id[BIP_ID_SIZE] = "";
    const char *of = bipr_text(id, "id", &err);
    bip_assessment_in a = assessment_in(in, &err);
    bipr_change *c = bipr_enter_change(change, &err);
    if (c != NULL) {
        bip_assessment_correct(c->change, of, &a, new_id, &err);
        bipr_leave(c->owner);
    }
    return bipr_answer(bipr_string(new_id), &err);
}

SEXP r_assessment_withdraw(SEXP change, SEXP id)
{
    bip_error err = {0};
    const char *of = bipr_text(id, "id", &err);
    bipr_change *c = bipr_enter_change(change, &err);
    if (c != NULL) {
        bip_assessment_withdraw(c->change, of, &err);
        bipr_leave(c->owner);
    }
    return bipr_answer(R_NilValue, &err);
}

SEXP r_assessment_dispute(SEXP change, SEXP id, SEXP text)
{
    bip_error err = {0};
    char new_id[BIP_ID_SIZE] = "";
    const char *of = bipr_text(id, "id", &err), *said = bipr_text(text, "text", &err);
    bipr_change *c = bipr_enter_change(change, &err);
    if (c != NULL) {
        bip_assessment_dispute(c->change, of, said, new_id, &err);
        bipr_leave(c->owner);
    }
    return bipr_answer(bipr_string(new_id), &err);
}

/* ------------------------------------------------------------ participants, instruments */

SEXP r_participant_add(SEXP change, SEXP code, SEXP enrolled)
{
    bip_error err = {0};
    const char *who = bipr_text(code, "code", &err);
    bip_date day = bipr_date(enrolled, "enrolled", &err);
    bipr_change *c = bipr_enter_change(change, &err);
    if (c != NULL) {
        bip_participant_add(c->change, who, day, &err);
        bipr_leave(c->owner);
    }
    return bipr_answer(R_NilValue, &err);
}

SEXP r_participant_set(SEXP change, SEXP code, SEXP key, SEXP value)
{
    bip_error err = {0};
    const char *who = bipr_text(code, "code", &err), *name = bipr_text(key, "key", &err);
    const char *what = bipr_maybe_text(value, "value", &err);
    bipr_change *c = bipr_enter_change(change, &err);
    if (c != NULL) {
        bip_participant_set(c->change, who, name, what, &err);
        bipr_leave(c->owner);
    }
    return bipr_answer(R_NilValue, &err);
}

SEXP r_participant_erase(SEXP change, SEXP code)
{
    bip_error err = {0};
    const char *who = bipr_text(code, "code", &err);
    bipr_change *c = bipr_enter_change(change, &err);
    if (c != NULL) {
        bip_participant_erase(c->change, who, &err);
        bipr_leave(c->owner);
    }
    return bipr_answer(R_NilValue, &err);
}

SEXP r_instrument_add(SEXP change, SEXP json)
{
    bip_error err = {0};
    const char *text = bipr_text(json, "json", &err);
    bipr_change *c = bipr_enter_change(change, &err);
    if (c != NULL) {
        bip_instrument_add(c->change, text, strlen(text), &err);
        bipr_leave(c->owner);
    }
    return bipr_answer(R_NilValue, &err);
}

SEXP r_instrument_check(SEXP json)
{
    bip_error err = {0};
    const char *text = bipr_text(json, "json", &err);
    if (text != NULL)
        bip_instrument_check(text, strlen(text), &err);
    return bipr_answer(R_NilValue, &err);
}

/* ------------------------------------------------------------ import and merge */

/* Bytes that are all there (a raw vector), or a function(n) that gives up to n of them. */
typedef struct source {
    bipr_store *store;
    SEXP from;
    R_xlen_t at;
} source;

typedef struct piece {
    source *of;
    char *into;
    size_t n;
    long given;
} piece;

static SEXP ask_for_bytes(void *data)
{
    piece *p = data;
    SEXP n = PROTECT(Rf_ScalarInteger((int)p->n)), call = PROTECT(Rf_lang2(p->of->from, n));
    SEXP bytes = PROTECT(Rf_eval(call, R_GlobalEnv));
    if (TYPEOF(bytes) == RAWSXP && XLENGTH(bytes) <= (R_xlen_t)p->n) {
        p->given = (long)XLENGTH(bytes);
        memcpy(p->into, RAW(bytes), (size_t)p->given);
    }
    UNPROTECT(3);
    return R_NilValue;
}

static long give(void *ctx, char *into, size_t n)
{
    source *s = ctx;
    piece p = {s, into, n < 65536 ? n : 65536, -1};
    if (TYPEOF(s->from) == RAWSXP) {
        R_xlen_t left = XLENGTH(s->from) - s->at;
        p.given = left < (R_xlen_t)n ? (long)left : (long)n;
        memcpy(into, RAW(s->from) + s->at, (size_t)p.given);
        s->at += p.given;
    } else if (bipr_guarded(s->store, ask_for_bytes, &p) == NULL)
        return -1;
    return p.given;
}

static SEXP counts(const bip_import_result *r, SEXP issues)
{
    const char *names[] = {"added",   "known",  "changed", "participants", "empty_rows", "future",
                           "refused", "issues", ""};
    const int64_t n[] = {r->added, r->known, r->changed, r->participants, r->empty_rows, r->future, r->refused};
    SEXP all = PROTECT(Rf_mkNamed(VECSXP, names));
    for (int i = 0; i < 7; i++)
        SET_VECTOR_ELT(all, i, Rf_ScalarReal((double)n[i]));
    SET_VECTOR_ELT(all, 7, issues);
    UNPROTECT(1);
    return all;
}

SEXP r_import(SEXP change, SEXP format, SEXP options, SEXP from, SEXP issue)
{
    bip_error err = {0};
    bip_import_result result = {.size = sizeof result};
    bipr_issues issues;
    source bytes = {NULL, from, 0};
    SEXP keep;
    const char *form = bipr_maybe_text(format, "format", &err), *json = bipr_maybe_text(options, "options", &err);
    bipr_issues_new(&issues, &keep, issue);
    PROTECT(keep);
    bipr_change *c = bipr_enter_change(change, &err);
    if (c != NULL) {
        issues.store = bytes.store = c->owner;
        bip_import(c->change, form, json, give, &bytes, bipr_issue, &issues, &result, &err);
        bipr_leave(c->owner);
    }
    SEXP frame = PROTECT(bipr_frame(issues.table));
    SEXP answer = err.status == BIP_OK ? counts(&result, frame) : bipr_failure(&err, frame);
    UNPROTECT(2);
    return answer;
}

/* The clock of `from` is asked before the other store is entered: it may jump. */
SEXP r_merge(SEXP change, SEXP from)
{
    bip_error err = {0};
    bip_import_result result = {.size = sizeof result};
    bipr_store *other = bipr_enter(from, &err);
    if (other != NULL)
        bipr_settle(other);
    bipr_change *c = bipr_enter_change(change, &err);
    if (c != NULL) {
        bipr_store *s = c->owner;
        if (other->busy || other->store == NULL)
            bipr_refuse(&err, "from");
        else {
            other->busy = 1;
            bip_merge(c->change, other->store, &result, &err);
            bipr_settle(s);
            bipr_leave(other);
        }
        bipr_leave(s);
    }
    return bipr_answer(counts(&result, R_NilValue), &err);
}
