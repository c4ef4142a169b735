/* A series as columns of a data frame, and back.
 *
 * Rows are kept back, as many as stay in the nearest cache, and written out column by column: a row at a time would
 * touch sixty places far apart. */
#include "bip_r.h"

#include <math.h>
#include <string.h>

/* ------------------------------------------------------------ fields */

typedef enum kind { PARTICIPANT, TEXT, ROLES, INT, INT64, DOUBLE, DATE, WORD, FLAG, BIT } kind;
typedef enum scope { BOTH, STORE } scope; /* what only a series from a store has */

/* What a WORD's numbers mean: the first of the words is the number `from`, and what is below is NA. Or a BIT's mask. */
typedef struct meaning {
    const char *const *words;
    int n, from, mask;
} meaning;

static const char *const kind_words[] = {"indicator", "dimension"};
static const char *const better_words[] = {"higher", "lower"};
static const char *const direction_words[] = {"unknown", "forward", "steady", "back"};
static const char *const method_words[] = {"exact", "normal"};
static const char *const class_words[] = {"improved", "unchanged", "deteriorated"};

static const meaning kinds = {kind_words, 2, 0, 0};
static const meaning betters = {better_words, 2, 0, 0};
static const meaning directions = {direction_words, 4, BIP_UNKNOWN, 0};
static const meaning known_directions = {direction_words + 1, 3, BIP_FORWARD, 0};
static const meaning methods = {method_words, 2, BIP_MK_EXACT, 0};
static const meaning classes = {class_words, 3, BIP_IMPROVED, 0};
static const meaning observed = {NULL, 0, 0, BIP_OBSERVED};
static const meaning held = {NULL, 0, 0, BIP_HELD};
static const meaning trend = {NULL, 0, 0, BIP_TREND};
static const meaning reliable = {NULL, 0, 0, BIP_RELIABLE};

/* Where nothing is, a count of 0 would be a claim. */
#define ALWAYS 1
#define STEPPED (s->step != BIP_UNKNOWN)
#define TESTED (s->mk_method != BIP_MK_NONE)

/* X(kind, scope, name, member, whether it is there, what it means), in the order of the data frame. */
#define POINT(X, name, there)                                                                                          \
    X(DATE, BOTH, name##_date, name.date, there, NULL) X(DOUBLE, BOTH, name##_score, name.score, there, NULL)
#define FIELDS(X)                                                                                                      \
    X(PARTICIPANT, STORE, participant, participant, ALWAYS, NULL)                                                      \
    X(TEXT, STORE, instrument, instrument, ALWAYS, NULL)                                                               \
    X(TEXT, STORE, version, version, ALWAYS, NULL)                                                                     \
    X(TEXT, STORE, respondent, respondent, ALWAYS, NULL)                                                               \
    X(WORD, STORE, kind, kind, ALWAYS, &kinds)                                                                         \
    X(TEXT, STORE, code, code, ALWAYS, NULL)                                                                           \
    X(WORD, BOTH, better, better, ALWAYS, &betters)                                                                    \
    X(ROLES, STORE, visible_to, visible_to, ALWAYS, NULL)                                                              \
    X(INT, BOTH, n, n, ALWAYS, NULL)                                                                                   \
    X(INT, STORE, not_asked, not_asked, ALWAYS, NULL)                                                                  \
    X(INT, STORE, declined, declined, ALWAYS, NULL)                                                                    \
    X(INT, STORE, dont_know, dont_know, ALWAYS, NULL)                                                                  \
    X(INT, STORE, not_applicable, not_applicable, ALWAYS, NULL)                                                        \
    X(INT, BOTH, span_days, span_days, ALWAYS, NULL)                                                                   \
    POINT(X, first, ALWAYS)                                                                                            \
    POINT(X, previous, ALWAYS)                                                                                         \
    POINT(X, latest, ALWAYS)                                                                                           \
    POINT(X, best, ALWAYS)                                                                                             \
    X(DOUBLE, BOTH, mean, mean, ALWAYS, NULL)                                                                          \
    X(DOUBLE, BOTH, sd, sd, ALWAYS, NULL)                                                                              \
    X(DOUBLE, BOTH, from_first, from_first, ALWAYS, NULL)                                                              \
    X(DOUBLE, BOTH, from_previous, from_previous, ALWAYS, NULL)                                                        \
    X(DOUBLE, BOTH, percent_of_scale, percent_of_scale, ALWAYS, NULL)                                                  \
    X(WORD, BOTH, trend, trend, ALWAYS, &known_directions)                                                             \
    X(DOUBLE, BOTH, ols_per_90_days, ols_per_90_days, ALWAYS, NULL)                                                    \
    X(DOUBLE, BOTH, ols_at_first, ols_at_first, ALWAYS, NULL)                                                          \
    X(DOUBLE, BOTH, ols_se_per_90_days, ols_se_per_90_days, ALWAYS, NULL)                                              \
    X(DOUBLE, BOTH, ols_r2, ols_r2, ALWAYS, NULL)                                                                      \
    X(DOUBLE, BOTH, ts_per_90_days, ts_per_90_days, ALWAYS, NULL)                                                      \
    X(DOUBLE, BOTH, ts_low, ts_low, ALWAYS, NULL)                                                                      \
    X(DOUBLE, BOTH, ts_high, ts_high, ALWAYS, NULL)                                                                    \
    X(WORD, BOTH, mk_method, mk_method, ALWAYS, &methods)                                                              \
    X(INT64, BOTH, mk_s, mk_s, TESTED, NULL)                                                                           \
    X(DOUBLE, BOTH, mk_var_s, mk_var_s, TESTED, NULL)                                                                  \
    X(DOUBLE, BOTH, mk_z, mk_z, ALWAYS, NULL)                                                                          \
    X(DOUBLE, BOTH, mk_p, mk_p, ALWAYS, NULL)                                                                          \
    X(DOUBLE, BOTH, rci, rci, ALWAYS, NULL)                                                                            \
    X(WORD, BOTH, rci_class, rci_class, ALWAYS, &classes)                                                              \
    X(INT, BOTH, steps_forward, steps_forward, ALWAYS, NULL)                                                           \
    X(INT, BOTH, steps_back, steps_back, ALWAYS, NULL)                                                                 \
    X(WORD, BOTH, step, step, ALWAYS, &known_directions)                                                               \
    POINT(X, step_from, STEPPED)                                                                                       \
    POINT(X, step_to, STEPPED)                                                                                         \
    X(INT, BOTH, held_for, held_for, STEPPED, NULL)                                                                    \
    X(FLAG, BOTH, new_best, new_best, STEPPED, NULL)                                                                   \
    X(FLAG, BOTH, same_rater, same_rater, STEPPED, NULL)                                                               \
    X(WORD, BOTH, direction, direction, ALWAYS, &directions)                                                           \
    X(BIT, BOTH, evidence_observed, evidence, ALWAYS, &observed)                                                       \
    X(BIT, BOTH, evidence_held, evidence, ALWAYS, &held)                                                               \
    X(BIT, BOTH, evidence_trend, evidence, ALWAYS, &trend)                                                             \
    X(BIT, BOTH, evidence_reliable, evidence, ALWAYS, &reliable)                                                       \
    X(FLAG, STORE, has_bands, has_bands, ALWAYS, NULL)                                                                 \
    X(TEXT, STORE, band_first, band_first, ALWAYS, NULL)                                                               \
    X(TEXT, STORE, band_latest, band_latest, ALWAYS, NULL)

/* ------------------------------------------------------------ the block */

/* Numbers as they stand in the frame, in bytes what always fits in one; of texts the pointers. */
#define TYPE_PARTICIPANT int
#define TYPE_TEXT const void *
#define TYPE_ROLES const void *
#define TYPE_INT int
#define TYPE_INT64 double
#define TYPE_DOUBLE double
#define TYPE_DATE int
#define TYPE_WORD unsigned char
#define TYPE_FLAG unsigned char
#define TYPE_BIT unsigned char
#define IN_BLOCK(kind, scope, name, member, there, of) TYPE_##kind name[BIPR_BLOCK];

struct bipr_block {
    FIELDS(IN_BLOCK)
    size_t n_visible_to[BIPR_BLOCK];
};

/* Its number is looked up beside. */
#define VALUE_PARTICIPANT(value, there, of) NA_INTEGER
#define VALUE_TEXT(value, there, of) (value)
#define VALUE_ROLES(value, there, of) (value)
#define VALUE_INT(value, there, of) ((there) ? (value) : NA_INTEGER)
#define VALUE_INT64(value, there, of) ((there) ? (double)(value) : NA_REAL)
#define VALUE_DOUBLE(value, there, of) ((there) ? (value) : NA_REAL)
#define VALUE_DATE(value, there, of) ((there) ? (value) : NA_INTEGER)
#define VALUE_WORD(value, there, of) bipr_packed((value) >= (of)->from ? (value) - (of)->from + 1 : NA_INTEGER)
#define VALUE_FLAG(value, there, of) bipr_packed((there) && (value) >= 0 ? (value) : NA_INTEGER)
#define VALUE_BIT(value, there, of) bipr_packed(((value) & (of)->mask) != 0)
#define PUT(kind, scope, name, member, there, of) block->name[row] = VALUE_##kind(s->member, there, of);

static void put(bipr_block *block, size_t row, const bip_series *s)
{
    FIELDS(PUT)
    block->n_visible_to[row] = s->n_visible_to;
}

/* ------------------------------------------------------------ their description */

typedef struct bipr_field {
    const char *name;
    kind kind;
    scope scope;
    size_t at, in_block; /* in the series, and where its column begins in the block */
    const meaning *means;
} bipr_field;

#define DESCRIBE(kind, scope, name, member, there, of)                                                                 \
    {#name, kind, scope, offsetof(bip_series, member), offsetof(bipr_block, name), of},

static const bipr_field fields[] = {FIELDS(DESCRIBE)};

enum { N_FIELDS = sizeof fields / sizeof *fields };

static bipr_type type_of(const bipr_field *f)
{
    switch (f->kind) {
    case INT:
        return BIPR_INT;
    case INT64:
    case DOUBLE:
        return BIPR_DOUBLE;
    case DATE:
        return BIPR_DATE;
    case FLAG:
    case BIT:
        return BIPR_LOGICAL;
    default:
        return BIPR_FACTOR;
    }
}

/* ------------------------------------------------------------ which of them */

enum { KNOWN = 64 }; /* texts a column that are known by their pointers */

static int is_wanted(const char *name, SEXP columns)
{
    if (columns == R_NilValue)
        return 1;
    for (R_xlen_t i = 0; i < XLENGTH(columns); i++)
        if (strcmp(name, CHAR(STRING_ELT(columns, i))) == 0)
            return 1;
    return 0;
}

static bipr_known *known_texts(void)
{
    bipr_known *all = (bipr_known *)R_alloc(KNOWN, sizeof *all);
    for (int i = 0; i < KNOWN; i++)
        all[i] = (bipr_known){NULL, NA_INTEGER};
    return all;
}

bipr_plan bipr_series_plan(int of_store, SEXP columns, bip_error *err)
{
    bipr_plan plan = {.participant = -1};
    plan.block = (bipr_block *)R_alloc(1, sizeof *plan.block);
    memset(plan.block, 0, sizeof *plan.block);
    if (columns != R_NilValue && TYPEOF(columns) != STRSXP)
        bipr_refuse(err, "columns");
    else
        for (int i = 0; i < N_FIELDS; i++)
            if ((of_store || fields[i].scope == BOTH) && is_wanted(fields[i].name, columns))
                plan.fields[plan.n++] = &fields[i];
    if (columns != R_NilValue && plan.n != Rf_xlength(columns))
        bipr_refuse(err, "columns"); /* one of them there isn't */
    for (int i = 0; i < plan.n; i++)
        if (plan.fields[i]->kind == PARTICIPANT)
            plan.participant = i;
        else if (plan.fields[i]->kind <= ROLES)
            plan.known[i] = known_texts();
    return plan;
}

void bipr_series_columns(bipr_table *t, bipr_plan *plan)
{
    plan->from = t->n_columns;
    for (int i = 0; i < plan->n; i++) {
        const bipr_field *f = plan->fields[i];
        bipr_add_column(t, f->name, type_of(f), f->means != NULL ? f->means->words : NULL,
                        f->means != NULL ? f->means->n : 0);
        t->columns[t->n_columns - 1].narrow = f->kind != PARTICIPANT && f->kind != DATE;
    }
}

/* ------------------------------------------------------------ texts as numbers */

/* Codes have no blanks: one text tells all roles. */
static int number_of_roles(bipr_table *t, int column, const char *const *list, size_t n_list)
{
    char roles[2048];
    size_t used = 0;
    for (size_t i = 0; i < n_list; i++) {
        size_t n = strlen(list[i]);
        if (used + n + 2 > sizeof roles)
            break;
        if (i > 0)
            roles[used++] = ' ';
        memcpy(roles + used, list[i], n);
        used += n;
    }
    roles[used] = '\0';
    return bipr_number_in(t, column, list != NULL ? roles : NULL);
}

/* Where a pointer to a text is noted, or has its place. */
static bipr_known *known_by(bipr_known *all, const void *lent)
{
    return &all[((uintptr_t)lent / 8 ^ (uintptr_t)lent / 8 / KNOWN) % KNOWN];
}

static int number_of_text(bipr_table *t, bipr_plan *plan, int i, const void *lent, size_t row)
{
    bipr_known *known = known_by(plan->known[i], lent);
    if (known->lent != lent && plan->fields[i]->kind == ROLES)
        *known = (bipr_known){lent, number_of_roles(t, plan->from + i, lent, plan->block->n_visible_to[row])};
    else if (known->lent != lent)
        *known = (bipr_known){lent, bipr_number_in(t, plan->from + i, lent)};
    return known->value;
}

static int is_one_text(const void *const *lent)
{
    uintptr_t others = 0;
    for (size_t row = 1; row < BIPR_BLOCK; row++)
        others |= (uintptr_t)lent[row] ^ (uintptr_t)lent[0];
    return others == 0;
}

/* All are known nearly always: whether they are is asked once a block, which costs no branch a row. */
static void look_up(bipr_table *t, bipr_plan *plan, int i, const void *const *lent, int *values)
{
    int unknown = 0;
    for (size_t row = 0; row < BIPR_BLOCK; row++) {
        const bipr_known *known = known_by(plan->known[i], lent[row]);
        unknown |= known->lent != lent[row];
        values[row] = known->value;
    }
    for (size_t row = 0; unknown && row < BIPR_BLOCK; row++)
        values[row] = number_of_text(t, plan, i, lent[row], row);
}

static void texts_of(bipr_table *t, bipr_plan *plan, int i, const void *const *lent, int *values)
{
    if (!is_one_text(lent)) {
        look_up(t, plan, i, lent, values);
        return;
    }
    int value = number_of_text(t, plan, i, lent[0], 0);
    for (size_t row = 0; row < BIPR_BLOCK; row++)
        values[row] = value;
}

/* ------------------------------------------------------------ a block into its columns */

static void write_ints(bipr_table *t, int column, size_t first, const int *values)
{
    bipr_column *c = &t->columns[column];
    unsigned char bytes[BIPR_BLOCK];
    if (c->narrow && bipr_pack_ints(bytes, values))
        bipr_block_copy(c->values.bytes + first, c->size, bytes, sizeof bytes);
    else if (!c->narrow || bipr_widen(t, column, first))
        bipr_block_copy(c->values.i + first, c->size, values, BIPR_BLOCK * sizeof *values);
}

static void write_doubles(bipr_table *t, int column, size_t first, const double *values)
{
    bipr_column *c = &t->columns[column];
    unsigned char bytes[BIPR_BLOCK];
    double same[BIPR_BLOCK];
    if (c->narrow && bipr_pack_doubles(bytes, values)) {
        bipr_block_copy(c->values.bytes + first, c->size, bytes, sizeof bytes);
    } else if (!c->narrow || bipr_widen(t, column, first)) {
        bipr_mark_missing(same, values);
        bipr_block_copy(c->values.d + first, c->size, same, sizeof same);
    }
}

static void write_texts(bipr_table *t, bipr_plan *plan, int i, size_t first, const void *const *lent)
{
    int values[BIPR_BLOCK];
    texts_of(t, plan, i, lent, values);
    write_ints(t, plan->from + i, first, values);
}

static void write_column(bipr_table *t, bipr_plan *plan, int i, size_t first)
{
    bipr_column *c = &t->columns[plan->from + i];
    const void *values = (const char *)plan->block + plan->fields[i]->in_block;
    switch (plan->fields[i]->kind) {
    case TEXT:
    case ROLES:
        write_texts(t, plan, i, first, values);
        break;
    case INT:
        write_ints(t, plan->from + i, first, values);
        break;
    case INT64:
    case DOUBLE:
        write_doubles(t, plan->from + i, first, values);
        break;
    case PARTICIPANT:
    case DATE:
        bipr_block_copy(c->values.i + first, c->size, values, BIPR_BLOCK * sizeof *c->values.i);
        break;
    default:
        bipr_block_copy(c->values.bytes + first, c->size, values, BIPR_BLOCK);
    }
}

/* Always a whole block: the last one with what is left of the one before, whose texts are lent as long. */
static void write_block(bipr_table *t, bipr_plan *plan)
{
    for (int i = 0; i < plan->n && plan->n_kept > 0; i++)
        write_column(t, plan, i, t->n - plan->n_kept);
    plan->n_kept = 0;
}

int bipr_series_end(bipr_table *t, bipr_plan *plan)
{
    write_block(t, plan);
    bipr_block_end();
    return !t->nomem;
}

/* The table has begun no row yet: its other columns, if it has any, are written after this. */
int bipr_series_row(bipr_table *t, bipr_plan *plan, const bip_series *s)
{
    if (!bipr_begin_row(t))
        return 0;
    put(plan->block, plan->n_kept, s);
    if (plan->participant >= 0) /* whose text is lent for no longer */
        plan->block->participant[plan->n_kept] = bipr_number_in(t, plan->from + plan->participant, s->participant);
    if (!bipr_end_row(t))
        return 0;
    if (++plan->n_kept == BIPR_BLOCK)
        write_block(t, plan);
    return !t->nomem;
}

/* ------------------------------------------------------------ and back */

static int word_number(SEXP column, R_xlen_t row, const bipr_field *f)
{
    SEXP levels = Rf_getAttrib(column, R_LevelsSymbol);
    int at = INTEGER(column)[row];
    if (at != NA_INTEGER)
        for (int i = 0; i < f->means->n; i++)
            if (strcmp(CHAR(STRING_ELT(levels, at - 1)), f->means->words[i]) == 0)
                return i + f->means->from;
    return 0;
}

static void set_field(void *at, const bipr_field *f, SEXP column, R_xlen_t row)
{
    int number = TYPEOF(column) == REALSXP ? 0 : INTEGER(column)[row];
    double value = TYPEOF(column) == REALSXP ? REAL(column)[row] : number;
    int na = TYPEOF(column) == REALSXP ? ISNAN(value) : number == NA_INTEGER;
    switch (f->kind) {
    case INT:
        *(int32_t *)at = na ? 0 : (int32_t)value;
        break;
    case INT64:
        *(int64_t *)at = na ? 0 : (int64_t)value;
        break;
    case DOUBLE:
        *(double *)at = na ? NAN : value;
        break;
    case DATE:
        *(int32_t *)at = na ? BIP_NO_DATE : (int32_t)value;
        break;
    case WORD:
        *(int32_t *)at = word_number(column, row, f);
        break;
    case FLAG:
        *(int32_t *)at = na ? -1 : number;
        break;
    case BIT:
        *(int32_t *)at |= na || !number ? 0 : f->means->mask;
        break;
    default:
        break;
    }
}

static int fits(const bipr_field *f, SEXP column, R_xlen_t row)
{
    SEXPTYPE type = TYPEOF(column);
    if (Rf_xlength(column) <= row)
        return 0;
    switch (type_of(f)) {
    case BIPR_FACTOR:
        return Rf_isFactor(column);
    case BIPR_LOGICAL:
        return type == LGLSXP;
    case BIPR_INT:
    case BIPR_DATE:
        return type == INTSXP || type == REALSXP;
    default:
        return type == REALSXP;
    }
}

void bipr_series_from(SEXP frame, R_xlen_t row, bip_series *s, bip_error *err)
{
    memset(s, 0, sizeof *s);
    for (int i = 0; i < N_FIELDS; i++) {
        SEXP column = bipr_member(frame, fields[i].name);
        if (fields[i].scope == STORE)
            continue;
        if (fits(&fields[i], column, row))
            set_field((char *)s + fields[i].at, &fields[i], column, row);
        else
            bipr_refuse(err, fields[i].name);
    }
}
