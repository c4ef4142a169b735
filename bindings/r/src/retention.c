/* How long facts are kept, and about whom nothing has come for longer. */
#include "entries.h"

SEXP r_retention_days(SEXP store)
{
    bip_error err = {0};
    int32_t days = 0;
    bipr_store *s = bipr_enter(store, &err);
    if (s != NULL) {
        days = bip_retention_days(s->store);
        bipr_leave(s);
    }
    return bipr_answer(Rf_ScalarInteger(days), &err);
}

SEXP r_retention_keep(SEXP change, SEXP days)
{
    bip_error err = {0};
    int32_t n = bipr_int(days, "days", &err);
    bipr_change *c = bipr_enter_change(change, &err);
    if (c != NULL) {
        bip_retention_keep(c->change, n, &err);
        bipr_leave(c->owner);
    }
    return bipr_answer(R_NilValue, &err);
}

/* Of a store they are listed, of a change erased; the other is NULL. Both tell the same lines. */
static SEXP outdated(SEXP store, SEXP change, SEXP days, SEXP as_of)
{
    bip_error err = {0};
    SEXP keep;
    bipr_sink *sink = bipr_sink_new(&keep, R_NilValue);
    PROTECT(keep);
    int32_t n = bipr_int(days, "days", &err);
    bip_date day = bipr_date(as_of, "as_of", &err);
    bipr_change *c = change != NULL ? bipr_enter_change(change, &err) : NULL;
    bipr_store *s = store != NULL ? bipr_enter(store, &err) : c != NULL ? c->owner : NULL;
    if (c != NULL)
        bip_retention_erase(c->change, n, day, bipr_write, sink, &err);
    else if (s != NULL)
        bip_retention_list(s->store, n, day, bipr_write, sink, &err);
    if (s != NULL)
        bipr_leave(s);
    SEXP text = PROTECT(bipr_sink_text(sink)), answer = bipr_answer(text, &err);
    UNPROTECT(2);
    return answer;
}

SEXP r_retention_list(SEXP store, SEXP days, SEXP as_of)
{
    return outdated(store, NULL, days, as_of);
}

SEXP r_retention_erase(SEXP change, SEXP days, SEXP as_of)
{
    return outdated(NULL, change, days, as_of);
}
