#include "bip_r.h"
#include "entries.h"

#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------ opening and closing */

static int64_t now_ms(void *ctx)
{
    return (int64_t)((bipr_store *)ctx)->at_ms;
}

typedef struct bytes_wanted {
    SEXP function;
    void *into;
    int n;
} bytes_wanted;

static SEXP draw(void *data)
{
    bytes_wanted *wanted = data;
    SEXP n = PROTECT(Rf_ScalarInteger(wanted->n)), call = PROTECT(Rf_lang2(wanted->function, n));
    SEXP bytes = PROTECT(Rf_eval(call, R_GlobalEnv));
    int good = TYPEOF(bytes) == RAWSXP && XLENGTH(bytes) == wanted->n;
    if (good)
        memcpy(wanted->into, RAW(bytes), (size_t)wanted->n);
    UNPROTECT(3);
    return good ? R_BaseEnv : R_NilValue;
}

static int random_bytes(void *ctx, void *into, size_t n)
{
    bipr_store *s = ctx;
    bytes_wanted wanted = {s->random, into, (int)n};
    return bipr_guarded(s, draw, &wanted) != R_BaseEnv;
}

typedef struct told {
    SEXP function;
    const char *what, *participant;
} told;

static SEXP tell(void *data)
{
    const told *t = data;
    SEXP what = PROTECT(bipr_string(t->what)), who = PROTECT(bipr_string(t->participant));
    SEXP call = Rf_lang3(t->function, what, who);
    UNPROTECT(2);
    return call;
}

/* Also where nobody asked to be told: between participants is where a long reading can be interrupted. */
static int is_read(void *ctx, const char *what, const char *participant)
{
    bipr_store *s = ctx;
    told t = {s->read, what, participant};
    if (bipr_interrupted(s))
        return 1;
    return s->read != R_NilValue && bipr_stops(s, tell, &t);
}

static void close_store(bipr_store *s)
{
    bip_store_close(s->store);
    s->store = NULL;
    if (s->change != NULL) { /* libbip has rolled it back */
        s->change->change = NULL;
        s->change->owner = NULL;
        s->change = NULL;
    }
}

static void collect_store(SEXP store)
{
    bipr_store *s = R_ExternalPtrAddr(store);
    if (s != NULL)
        close_store(s);
    free(s);
    R_ClearExternalPtr(store);
}

static bipr_store *new_store(SEXP pointer, SEXP now, SEXP random, SEXP read)
{
    bipr_store *s;
    SEXP kept = PROTECT(Rf_allocVector(VECSXP, 4)), token = PROTECT(R_MakeUnwindCont());
    SET_VECTOR_ELT(kept, 0, now);
    SET_VECTOR_ELT(kept, 1, random);
    SET_VECTOR_ELT(kept, 2, read);
    SET_VECTOR_ELT(kept, 3, token);
    R_SetExternalPtrProtected(pointer, kept);
    UNPROTECT(2);
    if ((s = calloc(1, sizeof *s)) != NULL) {
        s->now = now;
        s->random = random;
        s->read = read;
        s->token = token;
    }
    R_SetExternalPtrAddr(pointer, s);
    return s;
}

SEXP r_store_open(SEXP path, SEXP flags, SEXP wait_ms, SEXP lang, SEXP now, SEXP random, SEXP read)
{
    bip_error err = {0};
    bip_open_options o;
    const char *name = bipr_text(path, "path", &err);
    SEXP pointer = PROTECT(R_MakeExternalPtr(NULL, Rf_install("bip_store"), R_NilValue));
    bipr_store *s;
    R_RegisterCFinalizerEx(pointer, collect_store, TRUE);
    s = new_store(pointer, now, random, read);
    bip_open_options_init(&o, sizeof o);
    o.flags = (uint32_t)bipr_int(flags, "flags", &err);
    o.wait_ms = bipr_int(wait_ms, "wait_ms", &err);
    o.lang = bipr_maybe_text(lang, "lang", &err);
    o.ctx = s;
    o.read = is_read;
    o.now_ms = now != R_NilValue ? now_ms : NULL;
    o.random = random != R_NilValue ? random_bytes : NULL;
    if (s == NULL)
        err.status = err.status != BIP_OK ? err.status : BIP_E_NOMEM;
    if (err.status == BIP_OK && now != R_NilValue) {
        SEXP call = PROTECT(Rf_lang1(now));
        s->at_ms = Rf_asReal(Rf_eval(call, R_GlobalEnv)) * 1000;
        UNPROTECT(1);
    }
    if (err.status == BIP_OK) {
        s->busy = 1;
        bip_store_open(name, &o, &s->store, &err);
        bipr_leave(s);
    }
    UNPROTECT(1);
    return bipr_answer(pointer, &err);
}

/* Twice is fine. */
SEXP r_store_close(SEXP store)
{
    bip_error err = {0};
    bipr_store *s = bipr_store_of(store);
    if (!Rf_inherits(store, "bip_store") || (s != NULL && s->busy))
        bipr_refuse(&err, "store");
    else if (s != NULL)
        close_store(s);
    return bipr_answer(R_NilValue, &err);
}

SEXP r_store_is_open(SEXP store)
{
    bipr_store *s = bipr_store_of(store);
    return Rf_ScalarLogical(s != NULL && s->store != NULL);
}

/* The one call that is allowed while another is in progress: from the functions that libbip calls. */
SEXP r_store_interrupt(SEXP store)
{
    bip_error err = {0};
    bipr_store *s = bipr_store_of(store);
    if (s == NULL || s->store == NULL)
        bipr_refuse(&err, "store");
    else
        bip_store_interrupt(s->store);
    return bipr_answer(R_NilValue, &err);
}

/* ------------------------------------------------------------ what a store is asked */

SEXP r_store_lang(SEXP store)
{
    bip_error err = {0};
    char lang[BIP_LANG_SIZE] = "";
    bipr_store *s = bipr_enter(store, &err);
    if (s != NULL) {
        snprintf(lang, sizeof lang, "%s", bip_store_lang(s->store));
        bipr_leave(s);
    }
    return bipr_answer(bipr_string(lang), &err);
}

SEXP r_store_today(SEXP store)
{
    bip_error err = {0};
    bip_date today = BIP_NO_DATE;
    bipr_store *s = bipr_enter(store, &err);
    if (s != NULL) {
        today = bip_store_today(s->store);
        bipr_leave(s);
    }
    return bipr_answer(Rf_ScalarReal(today), &err);
}

SEXP r_store_add_words(SEXP store, SEXP json)
{
    bip_error err = {0};
    char lang[BIP_LANG_SIZE] = "";
    const char *text = bipr_text(json, "json", &err);
    bipr_store *s = bipr_enter(store, &err);
    if (s != NULL) {
        bip_store_add_words(s->store, text, strlen(text), lang, &err);
        bipr_leave(s);
    }
    return bipr_answer(bipr_string(lang), &err);
}

SEXP r_store_backup(SEXP store, SEXP path)
{
    bip_error err = {0};
    const char *to = bipr_text(path, "path", &err);
    bipr_store *s = bipr_enter(store, &err);
    if (s != NULL) {
        bip_store_backup(s->store, to, &err);
        bipr_leave(s);
    }
    return bipr_answer(R_NilValue, &err);
}

SEXP r_store_traces(SEXP store)
{
    bip_error err = {0};
    int32_t traces = 0;
    bipr_store *s = bipr_enter(store, &err);
    if (s != NULL) {
        bip_store_traces(s->store, &traces, &err);
        bipr_leave(s);
    }
    return bipr_answer(Rf_ScalarLogical(traces != 0), &err);
}

/* ------------------------------------------------------------ issues */

enum { LINE, COLUMN, WHERE, MESSAGE };

static bipr_table *issue_table(SEXP *keep)
{
    bipr_table *t = bipr_table_new(keep);
    bipr_add_column(t, "line", BIPR_DOUBLE, NULL, 0);
    bipr_add_column(t, "column", BIPR_TEXT, NULL, 0);
    bipr_add_column(t, "where", BIPR_TEXT, NULL, 0);
    bipr_add_column(t, "message", BIPR_TEXT, NULL, 0);
    return t;
}

void bipr_issues_new(bipr_issues *all, SEXP *keep, SEXP function)
{
    all->table = issue_table(keep);
    all->function = function;
    all->store = NULL;
}

typedef struct one_issue {
    SEXP function;
    const bip_issue *issue;
} one_issue;

static SEXP tell_issue(void *data)
{
    const one_issue *one = data;
    SEXP line = PROTECT(Rf_ScalarReal((double)one->issue->line)), column = PROTECT(bipr_string(one->issue->column));
    SEXP where = PROTECT(bipr_string(one->issue->where)), message = PROTECT(bipr_string(one->issue->message));
    SEXP call = Rf_lang5(one->function, line, column, where, message);
    UNPROTECT(4);
    return call;
}

int bipr_issue(void *ctx, const bip_issue *issue)
{
    bipr_issues *all = ctx;
    one_issue one = {all->function, issue};
    if (!bipr_begin_row(all->table))
        return 1;
    bipr_add_double(all->table, LINE, issue->line > 0 ? (double)issue->line : NA_REAL);
    bipr_add_text(all->table, COLUMN, issue->column);
    bipr_add_text(all->table, WHERE, issue->where);
    bipr_add_text(all->table, MESSAGE, issue->message);
    if (!bipr_end_row(all->table))
        return 1;
    return all->function != R_NilValue && bipr_stops(all->store, tell_issue, &one);
}

SEXP r_store_verify(SEXP store, SEXP anchor, SEXP issue)
{
    bip_error err = {0};
    bipr_issues issues;
    SEXP keep;
    const char *heads = bipr_maybe_text(anchor, "anchor", &err);
    bipr_issues_new(&issues, &keep, issue);
    PROTECT(keep);
    bipr_store *s = issues.store = bipr_enter(store, &err);
    if (s != NULL) {
        bip_store_verify(s->store, heads, bipr_issue, &issues, &err);
        bipr_leave(s);
    }
    SEXP frame = PROTECT(bipr_frame(issues.table));
    SEXP answer = err.status == BIP_OK ? frame : bipr_failure(&err, frame);
    UNPROTECT(2);
    return answer;
}
