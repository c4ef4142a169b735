/* Columns that grow while libbip lends its records. */
#include "bip_r.h"

#include <stdlib.h>
#include <string.h>

static SEXPTYPE type_of(const bipr_column *c)
{
    return c->type == BIPR_DOUBLE || c->type == BIPR_TIME ? REALSXP : c->type == BIPR_LOGICAL ? LGLSXP : INTSXP;
}

static size_t size_of_value(const bipr_column *c)
{
    return type_of(c) == REALSXP ? sizeof(double) : sizeof(int);
}

/* Of so many rows, in bytes. Where a column is large, one of bytes is: it gets a huge page of its own. */
static size_t size_of(const bipr_column *c, size_t rows)
{
    size_t wide = rows * size_of_value(c);
    if (c->narrow)
        return rows >= BIPR_LARGE || wide < BIPR_LARGE ? rows : BIPR_LARGE;
    return wide;
}

void bipr_table_free(bipr_table *t)
{
    if (t == NULL)
        return;
    for (int i = 0; i < t->n_columns; i++) {
        bipr_column *c = &t->columns[i];
        bipr_free(c->values.any, c->size);
        free(c->words.pool);
        free(c->words.each);
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
    if ((t = calloc(1, sizeof *t)) == NULL)
        Rf_error("%s", bip_status_text(BIP_E_NOMEM)); /* nothing is held here that a jump could lose */
    R_SetExternalPtrAddr(*keep, t);
    UNPROTECT(1);
    return t;
}

void bipr_add_column(bipr_table *t, const char *name, bipr_type type, const char *const *levels, int n_levels)
{
    bipr_column *more = realloc(t->columns, ((size_t)t->n_columns + 1) * sizeof *more);
    if (more == NULL)
        Rf_error("%s", bip_status_text(BIP_E_NOMEM));
    t->columns = more;
    more[t->n_columns++] = (bipr_column){.name = name, .type = type, .levels = levels, .n_levels = n_levels};
}

/* ------------------------------------------------------------ words */

static uint32_t hash(const char *text)
{
    uint32_t h = 2166136261u; /* FNV-1a */
    for (; *text; text++)
        h = (h ^ (unsigned char)*text) * 16777619u;
    return h;
}

static const char *word(const bipr_words *w, int32_t i)
{
    return w->pool + w->each[i].at;
}

static uint32_t slot_of(const bipr_words *w, const char *text)
{
    uint32_t slot = hash(text) & (w->n_slots - 1);
    while (w->slots[slot] != 0 && strcmp(word(w, w->slots[slot] - 1), text) != 0)
        slot = (slot + 1) & (w->n_slots - 1);
    return slot;
}

/* Half of them free, with all that is there. */
static int more_slots(bipr_words *w)
{
    uint32_t n = w->n_slots ? w->n_slots : 64;
    int32_t *slots;
    while (n / 2 <= (uint32_t)w->n)
        n *= 2;
    if ((slots = calloc(n, sizeof *slots)) == NULL)
        return 0;
    free(w->slots);
    w->slots = slots;
    w->n_slots = n;
    for (int32_t i = 0; i < w->n; i++)
        slots[slot_of(w, word(w, i))] = i + 1;
    return 1;
}

static int more_words(bipr_words *w)
{
    int32_t most = w->most ? w->most * 2 : 32;
    bipr_word *each = realloc(w->each, (size_t)most * sizeof *each);
    if (each == NULL)
        return 0;
    w->each = each;
    w->most = most;
    return 1;
}

static int more_pool(bipr_words *w, size_t n)
{
    size_t room = (w->used + n) * 2;
    char *pool = realloc(w->pool, room);
    if (pool == NULL)
        return 0;
    w->pool = pool;
    w->room = room;
    return 1;
}

static int32_t add(bipr_words *w, const char *text)
{
    size_t n = strlen(text) + 1;
    if ((w->n == w->most && !more_words(w)) || (w->used + n > w->room && !more_pool(w, n)))
        return -1;
    memcpy(w->pool + w->used, text, n);
    w->each[w->n] = (bipr_word){.at = w->used, .after = w->n}; /* after itself */
    w->used += n;
    return w->n++;
}

/* The number of a word that is new or not. Words that come in order, as participants do, need no slots: the first that
 * doesn't gives them to all. */
static int32_t find_or_add(bipr_words *w, const char *text)
{
    uint32_t slot;
    if (w->n_slots == 0 && (w->n == 0 || strcmp(word(w, w->n - 1), text) < 0))
        return add(w, text);
    if (w->n_slots / 2 <= (uint32_t)w->n && !more_slots(w))
        return -1;
    slot = slot_of(w, text);
    if (w->slots[slot] == 0)
        w->slots[slot] = add(w, text) + 1; /* 0 again, if memory ran out */
    return w->slots[slot] - 1;
}

/* strcmp() without a call, since it is asked once a row. */
static int is_same(const char *a, const char *b)
{
    for (; *a == *b; a++, b++)
        if (*a == '\0')
            return 1;
    return 0;
}

/* The word before once more, or the one that came after it the last time, or whichever it is. */
int32_t bipr_number_of(bipr_words *w, const char *text)
{
    int32_t number, after;
    if (w->n > 0 && is_same(word(w, w->last), text))
        return w->last;
    if (w->n > 0 && strcmp(word(w, after = w->each[w->last].after), text) == 0)
        return w->last = after;
    if ((number = find_or_add(w, text)) >= 0)
        w->last = w->each[w->last].after = number;
    return number;
}

/* ------------------------------------------------------------ rows */

/* R counts the rows of a data frame in an int. */
int bipr_more_rows(bipr_table *t)
{
    size_t room = t->room ? t->room * 2 : BIPR_BLOCK;
    for (int i = 0; i < t->n_columns && t->room < INT32_MAX / 2; i++) {
        bipr_column *c = &t->columns[i];
        size_t size = size_of(c, room);
        void *values = size == c->size ? c->values.any : bipr_grow(c->values.any, c->size, size);
        if (values == NULL) {
            t->nomem = 1;
            return 0;
        }
        c->values.any = values;
        c->size = size;
    }
    t->nomem = t->room >= INT32_MAX / 2;
    t->room = room;
    return !t->nomem;
}

int bipr_widen(bipr_table *t, int column, size_t rows)
{
    bipr_column *c = &t->columns[column];
    bipr_column wide = *c;
    wide.narrow = 0;
    wide.size = t->room * size_of_value(c);
    if ((wide.values.any = bipr_grow(NULL, 0, wide.size)) == NULL) {
        t->nomem = 1;
        return 0;
    }
    if (type_of(c) == REALSXP)
        bipr_unpack_doubles(wide.values.d, c->values.bytes, rows);
    else
        bipr_unpack(wide.values.i, c->values.bytes, rows);
    bipr_free(c->values.any, c->size);
    *c = wide;
    return 1;
}

/* ------------------------------------------------------------ a data frame */

static SEXP levels_of(const bipr_column *c)
{
    int n = c->levels != NULL ? c->n_levels : c->words.n;
    SEXP levels = PROTECT(Rf_allocVector(STRSXP, n));
    for (int i = 0; i < n; i++)
        SET_STRING_ELT(levels, i, Rf_mkCharCE(c->levels != NULL ? c->levels[i] : word(&c->words, i), CE_UTF8));
    UNPROTECT(1);
    return levels;
}

static SEXP texts(const bipr_column *c, size_t n)
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

static SEXP vector_of(bipr_column *c, size_t n)
{
    SEXP x;
    if (c->type == BIPR_TEXT)
        return texts(c, n);
    x = PROTECT(bipr_vector(type_of(c), n, &c->values.any, c->size, c->narrow));
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
    int n = t->n_columns;
    bipr_collect_large(t->n);
    SEXP frame = PROTECT(Rf_allocVector(VECSXP, n)), names = PROTECT(Rf_allocVector(STRSXP, n));
    SEXP rows = PROTECT(Rf_allocVector(INTSXP, 2)); /* R's short form of 1 to n */
    for (int i = 0; i < n; i++) {
        SET_STRING_ELT(names, i, Rf_mkChar(t->columns[i].name));
        SET_VECTOR_ELT(frame, i, vector_of(&t->columns[i], t->n));
    }
    INTEGER(rows)[0] = NA_INTEGER;
    INTEGER(rows)[1] = -(int)t->n;
    Rf_setAttrib(frame, R_NamesSymbol, names);
    Rf_setAttrib(frame, R_RowNamesSymbol, rows);
    set_class(frame, "data.frame", NULL);
    UNPROTECT(3);
    return frame;
}
