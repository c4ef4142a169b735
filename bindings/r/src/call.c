#include "bip_r.h"

#include <string.h>

static SEXP store_tag(void)
{
    return Rf_install("bip_store");
}
static SEXP change_tag(void)
{
    return Rf_install("bip_change");
}

static int is_pointer(SEXP x, SEXP tag)
{
    return TYPEOF(x) == EXTPTRSXP && R_ExternalPtrTag(x) == tag;
}

/* The clock is asked before libbip is entered: there an error of R's could only be kept, and the moment would be wrong.
 */
static void ask_clock(bipr_store *s)
{
    if (s->now == R_NilValue)
        return;
    SEXP call = PROTECT(Rf_lang1(s->now));
    s->at_ms = Rf_asReal(Rf_eval(call, R_GlobalEnv)) * 1000;
    UNPROTECT(1);
}

static bipr_store *enter(bipr_store *s, const char *where, bip_error *err)
{
    if (err->status != BIP_OK)
        return NULL;
    if (s == NULL || s->store == NULL || s->busy) {
        bipr_refuse(err, where);
        return NULL;
    }
    ask_clock(s);
    if (s->store == NULL || s->busy || !(s->at_ms == s->at_ms)) { /* by that function */
        bipr_refuse(err, s->store == NULL || s->busy ? where : "now");
        return NULL;
    }
    s->busy = 1;
    return s;
}

bipr_store *bipr_store_of(SEXP store)
{
    return is_pointer(store, store_tag()) ? R_ExternalPtrAddr(store) : NULL;
}

bipr_store *bipr_enter(SEXP store, bip_error *err)
{
    return enter(bipr_store_of(store), "store", err);
}

bipr_change *bipr_change_of(SEXP change)
{
    return is_pointer(change, change_tag()) ? R_ExternalPtrAddr(change) : NULL;
}

bipr_change *bipr_enter_change(SEXP change, bip_error *err)
{
    bipr_change *c = bipr_change_of(change);
    if (c == NULL || c->change == NULL) {
        if (err->status == BIP_OK)
            bipr_refuse(err, "change");
        return NULL;
    }
    bipr_store *s = enter(c->owner, "change", err);
    if (s != NULL && c->change == NULL) { /* the clock's function ended it */
        s->busy = 0;
        bipr_refuse(err, "change");
    }
    return s != NULL && c->change != NULL ? c : NULL;
}

void bipr_settle(bipr_store *s)
{
    bip_change *abandoned = s->abandoned;
    s->busy = 0;
    s->abandoned = NULL;
    bip_change_rollback(abandoned);
}

void bipr_leave(bipr_store *s)
{
    bipr_settle(s);
    if (s->jumped) {
        s->jumped = 0;
        R_ContinueUnwind(s->token);
    }
}

/* ------------------------------------------------------------ R in callbacks */

static void jump_back(void *data, Rboolean jump)
{
    bipr_store *s = data;
    if (jump) {
        s->jumped = 1;
        longjmp(s->back, 1);
    }
}

SEXP bipr_guarded(bipr_store *s, SEXP (*f)(void *), void *data)
{
    if (s->jumped) /* on its way already: libbip asks once more before it has ended */
        return NULL;
    if (setjmp(s->back))
        return NULL;
    return R_UnwindProtect(f, data, jump_back, s, s->token);
}

typedef struct question {
    SEXP (*call)(void *);
    void *data;
} question;

static SEXP evaluate(void *data)
{
    const question *q = data;
    SEXP call = PROTECT(q->call(q->data)), said = PROTECT(Rf_eval(call, R_GlobalEnv));
    int stop = TYPEOF(said) == LGLSXP && XLENGTH(said) == 1 && LOGICAL(said)[0] == FALSE;
    UNPROTECT(2);
    return stop ? R_NilValue : R_BaseEnv;
}

int bipr_stops(bipr_store *s, SEXP (*call)(void *), void *data)
{
    question q = {call, data};
    return bipr_guarded(s, evaluate, &q) != R_BaseEnv;
}

static SEXP look_for_interrupt(void *data)
{
    (void)data;
    R_CheckUserInterrupt();
    return R_NilValue;
}

/* Seldom, since it costs more than what it is asked between. */
int bipr_interrupted(bipr_store *s)
{
    if (++s->asked % 512 != 0)
        return s->jumped;
    return bipr_guarded(s, look_for_interrupt, NULL) == NULL;
}

/* ------------------------------------------------------------ answers */

SEXP bipr_string(const char *text)
{
    return Rf_ScalarString(text != NULL ? Rf_mkCharCE(text, CE_UTF8) : NA_STRING);
}

/* A condition; the R side signals it. The message of a wrong argument is the library's text for that status. */
SEXP bipr_failure(const bip_error *err, SEXP issues)
{
    const char *names[] = {"message", "call", "code", "status", "detail", "where", "issues", ""};
    const char *code = bip_status_code((bip_status)err->status);
    char class_of_code[64];
    SEXP all = PROTECT(Rf_mkNamed(VECSXP, names)), class = PROTECT(Rf_allocVector(STRSXP, 4));
    SET_VECTOR_ELT(all, 0, bipr_string(err->message[0] ? err->message : bip_status_text((bip_status)err->status)));
    SET_VECTOR_ELT(all, 2, bipr_string(code));
    SET_VECTOR_ELT(all, 3, Rf_ScalarInteger(err->status));
    SET_VECTOR_ELT(all, 4, Rf_ScalarInteger(err->detail));
    SET_VECTOR_ELT(all, 5, bipr_string(err->where));
    SET_VECTOR_ELT(all, 6, issues);
    snprintf(class_of_code, sizeof class_of_code, "bip_error_%s", code);
    SET_STRING_ELT(class, 0, Rf_mkChar(class_of_code));
    SET_STRING_ELT(class, 1, Rf_mkChar("bip_error"));
    SET_STRING_ELT(class, 2, Rf_mkChar("error"));
    SET_STRING_ELT(class, 3, Rf_mkChar("condition"));
    Rf_setAttrib(all, R_ClassSymbol, class);
    UNPROTECT(2);
    return all;
}

SEXP bipr_answer(SEXP value, const bip_error *err)
{
    return err->status == BIP_OK || err->status == BIP_DONE ? value : bipr_failure(err, R_NilValue);
}
