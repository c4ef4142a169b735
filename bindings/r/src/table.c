/* Columns that grow while libbip lends its records. */
#include "bip_r.h"

#include <stdlib.h>
#include <string.h>

/* Each text once: the texts stand behind one another in pool, `at` tells where, `slots` finds them by their hash. */
typedef struct words {
    char *pool;
    size_t used, room;
    size_t *at;
    int32_t n, most;
    int32_t *slots; /* number of the word plus 1; 0: free */
    uint32_t n_slots;
    int32_t last; /* the one found last: columns repeat themselves */
} words;

typedef struct column {
    const char *name;
    bipr_type type;
    const char *const *levels;
    int n_levels;
    words words;
    union {
        int *i;
        double *d;
        void *any;
    } values;
} column;

struct bipr_table {
    column *columns;
    int n_columns, nomem;
    size_t n, room;
};

static int is_double(bipr_type type)
{
    return type == BIPR_DOUBLE || type == BIPR_DATE || type == BIPR_TIME;
}
static size_t width(const column *c)
{
    return is_double(c->type) ? sizeof(double) : sizeof(int);
}

void bipr_table_free(bipr_table *t)
{
    if (t == NULL)
        return;
    for (int i = 0; i < t->n_columns; i++) {
        column *c = &t->columns[i];
        free(c->values.any);
        free(c->words.pool);
        free(c->words.at);
        free(c->words.slots);
    }
    free(t->columns);
    free(t);
}

static void collect(SEXP keep)
{
    bipr_table_free(R_ExternalPtrAddr(keep));
    R_ClearExternalPtr(keep);
}

bipr_table *bipr_table_new(SEXP *keep)
{
    bipr_table *t;
    *keep = PROTECT(R_MakeExternalPtr(NULL, R_NilValue, R_NilValue));
    R_RegisterCFinalizerEx(*keep, collect, TRUE);
    t = calloc(1, sizeof *t);
    R_SetExternalPtrAddr(*keep, t);
    UNPROTECT(1);
    return t;
}

void bipr_column(bipr_table *t, const char *name, bipr_type type, const char *const *levels, int n_levels)
{
    column *more;
    if (t == NULL)
        return;
    more = realloc(t->columns, ((size_t)t->n_columns + 1) * sizeof *more);
    if (more == NULL) {
        t->nomem = 1;
        return;
    }
    t->columns = more;
    more[t->n_columns++] = (column){.name = name, .type = type, .levels = levels, .n_levels = n_levels};
}

/* ------------------------------------------------------------ words */

static uint32_t hash(const char *text)
{
    uint32_t h = 2166136261u; /* FNV-1a */
    for (; *text; text++)
        h = (h ^ (unsigned char)*text) * 16777619u;
    return h;
}

static const char *word(const words *w, int32_t i)
{
    return w->pool + w->at[i];
}

static uint32_t slot_of(const words *w, const char *text)
{
    uint32_t slot = hash(text) & (w->n_slots - 1);
    while (w->slots[slot] != 0 && strcmp(word(w, w->slots[slot] - 1), text) != 0)
        slot = (slot + 1) & (w->n_slots - 1);
    return slot;
}

static int more_slots(words *w)
{
    uint32_t n = w->n_slots ? w->n_slots * 2 : 64;
    int32_t *slots = calloc(n, sizeof *slots);
    size_t *at = realloc(w->at, n / 2 * sizeof *at);
    if (at != NULL)
        w->at = at;
    if (slots == NULL || at == NULL) {
        free(slots);
        return 0;
    }
    free(w->slots);
    w->slots = slots;
    w->n_slots = n;
    w->most = (int32_t)(n / 2);
    for (int32_t i = 0; i < w->n; i++)
        slots[slot_of(w, word(w, i))] = i + 1;
    return 1;
}

static int more_pool(words *w, size_t n)
{
    size_t room = (w->used + n) * 2;
    char *pool = realloc(w->pool, room);
    if (pool == NULL)
        return 0;
    w->pool = pool;
    w->room = room;
    return 1;
}

/* The number of the word, from 0; -1: memory ran out. */
static int32_t number_of(words *w, const char *text)
{
    size_t n = strlen(text) + 1;
    uint32_t slot;
    if (w->n > 0 && strcmp(word(w, w->last), text) == 0)
        return w->last;
    if (w->n == w->most && !more_slots(w))
        return -1;
    slot = slot_of(w, text);
    if (w->slots[slot] == 0) {
        if (w->used + n > w->room && !more_pool(w, n))
            return -1;
        memcpy(w->pool + w->used, text, n);
        w->at[w->n] = w->used;
        w->used += n;
        w->slots[slot] = ++w->n;
    }
    return w->last = w->slots[slot] - 1;
}

/* ------------------------------------------------------------ values */

static int more_rows(bipr_table *t)
{
    size_t room = t->room ? t->room * 2 : 64;
    for (int i = 0; i < t->n_columns; i++) {
        void *values = realloc(t->columns[i].values.any, room * width(&t->columns[i]));
        if (values == NULL)
            return 0;
        t->columns[i].values.any = values;
    }
    t->room = room;
    return 1;
}

/* The column, with room for one more; NULL: memory ran out. */
static column *ready(bipr_table *t, int i)
{
    if (t == NULL || t->nomem)
        return NULL;
    if (t->n == t->room && !more_rows(t)) {
        t->nomem = 1;
        return NULL;
    }
    return &t->columns[i];
}

void bipr_add_int(bipr_table *t, int i, int32_t value)
{
    column *c = ready(t, i);
    if (c != NULL)
        c->values.i[t->n] = c->type == BIPR_FACTOR ? value + 1 : value;
}

void bipr_add_double(bipr_table *t, int i, double value)
{
    column *c = ready(t, i);
    if (c != NULL)
        c->values.d[t->n] = ISNAN(value) ? NA_REAL : value;
}

void bipr_add_na(bipr_table *t, int i)
{
    column *c = ready(t, i);
    if (c != NULL && is_double(c->type))
        c->values.d[t->n] = NA_REAL;
    else if (c != NULL)
        c->values.i[t->n] = NA_INTEGER;
}

void bipr_add_text(bipr_table *t, int i, const char *text)
{
    column *c = ready(t, i);
    int32_t number;
    if (c == NULL)
        return;
    if (text == NULL) {
        bipr_add_na(t, i);
        return;
    }
    if ((number = number_of(&c->words, text)) < 0)
        t->nomem = 1;
    else
        c->values.i[t->n] = number + 1;
}

int bipr_end_row(bipr_table *t)
{
    if (t == NULL || t->nomem || t->n >= INT32_MAX - 1)
        return 0;
    t->n++;
    return 1;
}

size_t bipr_rows(const bipr_table *t)
{
    return t == NULL ? 0 : t->n;
}

/* ------------------------------------------------------------ a data frame */

static SEXP levels_of(const column *c)
{
    int n = c->levels != NULL ? c->n_levels : c->words.n;
    SEXP levels = PROTECT(Rf_allocVector(STRSXP, n));
    for (int i = 0; i < n; i++)
        SET_STRING_ELT(levels, i, Rf_mkCharCE(c->levels != NULL ? c->levels[i] : word(&c->words, i), CE_UTF8));
    UNPROTECT(1);
    return levels;
}

static SEXP texts(const column *c, size_t n)
{
    SEXP all = PROTECT(Rf_allocVector(STRSXP, (R_xlen_t)n)), each = PROTECT(levels_of(c));
    for (size_t i = 0; i < n; i++) {
        int at = c->values.i[i];
        SET_STRING_ELT(all, (R_xlen_t)i, at == NA_INTEGER ? NA_STRING : STRING_ELT(each, at - 1));
    }
    UNPROTECT(2);
    return all;
}

static void set_class(SEXP x, const char *first, const char *second)
{
    SEXP class = PROTECT(Rf_allocVector(STRSXP, second != NULL ? 2 : 1));
    SET_STRING_ELT(class, 0, Rf_mkChar(first));
    if (second != NULL)
        SET_STRING_ELT(class, 1, Rf_mkChar(second));
    Rf_setAttrib(x, R_ClassSymbol, class);
    UNPROTECT(1);
}

static SEXP vector_of(const column *c, size_t n)
{
    SEXPTYPE type = is_double(c->type) ? REALSXP : c->type == BIPR_LOGICAL ? LGLSXP : INTSXP;
    SEXP x;
    if (c->type == BIPR_TEXT)
        return texts(c, n);
    x = PROTECT(Rf_allocVector(type, (R_xlen_t)n));
    if (n > 0) /* REAL() of an empty vector is no place to write to */
        memcpy(type == REALSXP  ? (void *)REAL(x)
               : type == LGLSXP ? (void *)LOGICAL(x)
                                : (void *)INTEGER(x),
               c->values.any, n * width(c));
    if (c->type == BIPR_DATE)
        set_class(x, "Date", NULL);
    if (c->type == BIPR_TIME)
        set_class(x, "POSIXct", "POSIXt");
    if (c->type == BIPR_TIME)
        Rf_setAttrib(x, Rf_install("tzone"), PROTECT(Rf_mkString("UTC")));
    if (c->type == BIPR_FACTOR) {
        Rf_setAttrib(x, R_LevelsSymbol, PROTECT(levels_of(c)));
        set_class(x, "factor", NULL);
    }
    UNPROTECT(1 + (c->type == BIPR_TIME || c->type == BIPR_FACTOR));
    return x;
}

SEXP bipr_frame(bipr_table *t)
{
    int n = t != NULL ? t->n_columns : 0;
    SEXP frame = PROTECT(Rf_allocVector(VECSXP, n)), names = PROTECT(Rf_allocVector(STRSXP, n));
    SEXP rows = PROTECT(Rf_allocVector(INTSXP, 2)); /* R's short form of 1 to n */
    for (int i = 0; i < n; i++) {
        SET_STRING_ELT(names, i, Rf_mkChar(t->columns[i].name));
        SET_VECTOR_ELT(frame, i, vector_of(&t->columns[i], t->n));
    }
    INTEGER(rows)[0] = NA_INTEGER;
    INTEGER(rows)[1] = -(int)bipr_rows(t);
    Rf_setAttrib(frame, R_NamesSymbol, names);
    Rf_setAttrib(frame, R_RowNamesSymbol, rows);
    set_class(frame, "data.frame", NULL);
    UNPROTECT(3);
    return frame;
}
