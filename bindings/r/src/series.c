#include "entries.h"

#include <math.h>
#include <string.h>

/* ------------------------------------------------------------ bip_series as columns, and back */

typedef enum kind { PARTICIPANT, TEXT, ROLES, INT, INT64, DOUBLE, DATE, WORD, FLAG, BIT } kind;
typedef enum scope { BOTH, STORE } scope; /* what only a series from a store has */

/* A WORD's words begin with the number `from`; what is below is NA. A BIT's mask is in `from`. Where nothing is, a
 * count of 0 would be a claim: the place says which int tells. */
typedef struct bipr_field {
    const char *name;
    bipr_place place;
    kind kind;
    scope scope;
    const char *const *words;
    int n_words, from;
} bipr_field;

static const char *const kinds[] = {"indicator", "dimension"};
static const char *const betters[] = {"higher", "lower"};
static const char *const directions[] = {"unknown", "forward", "steady", "back"};
static const char *const methods[] = {"exact", "normal"};
static const char *const classes[] = {"improved", "unchanged", "deteriorated"};

#define AT(member) offsetof(bip_series, member)
/* valid: */
#define ALWAYS BIPR_ALWAYS
#define STEP AT(step)
#define MANN_KENDALL AT(mk_method)
#define POINT(name, valid)                                                                                             \
    {#name "_date", {AT(name.date), valid}, DATE, BOTH, NULL, 0, 0},                                                   \
    {                                                                                                                  \
#name "_score", {AT(name.score), valid }, DOUBLE, BOTH, NULL, 0, 0                                             \
    }
#define PLAIN(name, kind)                                                                                              \
    {                                                                                                                  \
#name, {AT(name), ALWAYS }, kind, BOTH, NULL, 0, 0                                                             \
    }
#define OF_STORE(name, kind)                                                                                           \
    {                                                                                                                  \
#name, {AT(name), ALWAYS }, kind, STORE, NULL, 0, 0                                                            \
    }
#define WORDS(name, words, from, scope)                                                                                \
    {                                                                                                                  \
#name, {AT(name), ALWAYS }, WORD, scope, words, sizeof words / sizeof *words, from                             \
    }

static const bipr_field fields[] = {OF_STORE(participant, PARTICIPANT),
                                    OF_STORE(instrument, TEXT),
                                    OF_STORE(version, TEXT),
                                    OF_STORE(respondent, TEXT),
                                    WORDS(kind, kinds, 0, STORE),
                                    OF_STORE(code, TEXT),
                                    WORDS(better, betters, 0, BOTH),
                                    OF_STORE(visible_to, ROLES),
                                    PLAIN(n, INT),
                                    OF_STORE(not_asked, INT),
                                    OF_STORE(declined, INT),
                                    OF_STORE(dont_know, INT),
                                    OF_STORE(not_applicable, INT),
                                    PLAIN(span_days, INT),
                                    POINT(first, ALWAYS),
                                    POINT(previous, ALWAYS),
                                    POINT(latest, ALWAYS),
                                    POINT(best, ALWAYS),
                                    PLAIN(mean, DOUBLE),
                                    PLAIN(sd, DOUBLE),
                                    PLAIN(from_first, DOUBLE),
                                    PLAIN(from_previous, DOUBLE),
                                    PLAIN(percent_of_scale, DOUBLE),
                                    {"trend", {AT(trend), ALWAYS}, WORD, BOTH, directions + 1, 3, BIP_FORWARD},
                                    PLAIN(ols_per_90_days, DOUBLE),
                                    PLAIN(ols_at_first, DOUBLE),
                                    PLAIN(ols_se_per_90_days, DOUBLE),
                                    PLAIN(ols_r2, DOUBLE),
                                    PLAIN(ts_per_90_days, DOUBLE),
                                    PLAIN(ts_low, DOUBLE),
                                    PLAIN(ts_high, DOUBLE),
                                    WORDS(mk_method, methods, BIP_MK_EXACT, BOTH),
                                    {"mk_s", {AT(mk_s), MANN_KENDALL}, INT64, BOTH, NULL, 0, 0},
                                    {"mk_var_s", {AT(mk_var_s), MANN_KENDALL}, DOUBLE, BOTH, NULL, 0, 0},
                                    PLAIN(mk_z, DOUBLE),
                                    PLAIN(mk_p, DOUBLE),
                                    PLAIN(rci, DOUBLE),
                                    WORDS(rci_class, classes, BIP_IMPROVED, BOTH),
                                    PLAIN(steps_forward, INT),
                                    PLAIN(steps_back, INT),
                                    {"step", {AT(step), ALWAYS}, WORD, BOTH, directions + 1, 3, BIP_FORWARD},
                                    POINT(step_from, STEP),
                                    POINT(step_to, STEP),
                                    {"held_for", {AT(held_for), STEP}, INT, BOTH, NULL, 0, 0},
                                    {"new_best", {AT(new_best), STEP}, FLAG, BOTH, NULL, 0, 0},
                                    {"same_rater", {AT(same_rater), STEP}, FLAG, BOTH, NULL, 0, 0},
                                    WORDS(direction, directions, BIP_UNKNOWN, BOTH),
                                    {"evidence_observed", {AT(evidence), ALWAYS}, BIT, BOTH, NULL, 0, BIP_OBSERVED},
                                    {"evidence_held", {AT(evidence), ALWAYS}, BIT, BOTH, NULL, 0, BIP_HELD},
                                    {"evidence_trend", {AT(evidence), ALWAYS}, BIT, BOTH, NULL, 0, BIP_TREND},
                                    {"evidence_reliable", {AT(evidence), ALWAYS}, BIT, BOTH, NULL, 0, BIP_RELIABLE},
                                    OF_STORE(has_bands, FLAG),
                                    OF_STORE(band_first, TEXT),
                                    OF_STORE(band_latest, TEXT)};

enum { FIELDS = sizeof fields / sizeof *fields };

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
    bipr_plan plan = {.record_size = sizeof(bip_series), .participant = -1};
    plan.kept = (bip_series *)R_alloc(BIPR_BLOCK, sizeof(bip_series));
    memset(plan.kept, 0, BIPR_BLOCK * sizeof(bip_series));
    if (columns != R_NilValue && TYPEOF(columns) != STRSXP)
        bipr_refuse(err, "columns");
    else
        for (int i = 0; i < FIELDS; i++)
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

/* What is a small number, or may be one, and written by blocks. */
static int is_narrow(const bipr_field *f)
{
    bipr_type type = type_of(f);
    return f->kind != PARTICIPANT && type != BIPR_DOUBLE && type != BIPR_DATE;
}

void bipr_series_columns(bipr_table *t, bipr_plan *plan)
{
    plan->from = t->n_columns;
    for (int i = 0; i < plan->n; i++) {
        bipr_add_column(t, plan->fields[i]->name, type_of(plan->fields[i]), plan->fields[i]->words,
                        plan->fields[i]->n_words);
        t->columns[t->n_columns - 1].narrow = is_narrow(plan->fields[i]);
    }
}

/* ------------------------------------------------------------ a block of them into columns */

static const void *field_at(const bip_series *s, const bipr_field *f)
{
    return (const char *)s + f->place.at;
}

/* Codes have no blanks: one text tells all roles. */
static int number_of_roles(bipr_table *t, int column, const bip_series *s)
{
    char roles[2048];
    size_t used = 0;
    for (size_t i = 0; i < s->n_visible_to; i++) {
        size_t n = strlen(s->visible_to[i]);
        if (used + n + 2 > sizeof roles)
            break;
        if (i > 0)
            roles[used++] = ' ';
        memcpy(roles + used, s->visible_to[i], n);
        used += n;
    }
    roles[used] = '\0';
    return bipr_number_in(t, column, s->visible_to != NULL ? roles : NULL);
}

/* Where a pointer to a text is noted, or has its place. */
static bipr_known *known_by(bipr_known *all, const void *lent)
{
    return &all[((uintptr_t)lent / 8 ^ (uintptr_t)lent / 8 / KNOWN) % KNOWN];
}

static const void *lent_by(const bip_series *s, const bipr_field *f)
{
    return *(const void *const *)field_at(s, f);
}

static int number_of_text(bipr_table *t, bipr_plan *plan, int i, const bip_series *s)
{
    const bipr_field *f = plan->fields[i];
    const void *lent = lent_by(s, f);
    bipr_known *known = known_by(plan->known[i], lent);
    if (known->lent != lent && f->kind == ROLES)
        *known = (bipr_known){lent, number_of_roles(t, plan->from + i, s)};
    else if (known->lent != lent)
        *known = (bipr_known){lent, bipr_number_in(t, plan->from + i, lent)};
    return known->value;
}

static int is_one_text(const bip_series *s, const bipr_field *f)
{
    uintptr_t first = (uintptr_t)lent_by(s, f), others = 0;
    for (size_t row = 1; row < BIPR_BLOCK; row++)
        others |= (uintptr_t)lent_by(&s[row], f) ^ first;
    return others == 0;
}

/* All are known nearly always: whether they are is asked once a block, which costs no branch a row. */
static void look_up(bipr_table *t, bipr_plan *plan, int i, int *values)
{
    int unknown = 0;
    for (size_t row = 0; row < BIPR_BLOCK; row++) {
        const void *lent = lent_by(&plan->kept[row], plan->fields[i]);
        const bipr_known *known = known_by(plan->known[i], lent);
        unknown |= known->lent != lent;
        values[row] = known->value;
    }
    for (size_t row = 0; unknown && row < BIPR_BLOCK; row++)
        values[row] = number_of_text(t, plan, i, &plan->kept[row]);
}

static void texts_of(bipr_table *t, bipr_plan *plan, int i, int *values)
{
    if (!is_one_text(plan->kept, plan->fields[i])) {
        look_up(t, plan, i, values);
        return;
    }
    int value = number_of_text(t, plan, i, plan->kept);
    for (size_t row = 0; row < BIPR_BLOCK; row++)
        values[row] = value;
}

/* Of ints, what is below the least is missing, and so is the least of all, BIP_NO_DATE. */
static bipr_ints ints_of(const bipr_field *f)
{
    bipr_ints how = {.place = f->place, .least = INT32_MIN, .mask = -1};
    if (f->kind == WORD) { /* from 1 on */
        how.least = f->from;
        how.before = f->from - 1;
    } else if (f->kind == FLAG) {
        how.least = 0;
    } else if (f->kind == BIT) {
        how.mask = 1;
        while (f->from >> how.shift > 1)
            how.shift++;
    }
    return how;
}

static void write_ints(bipr_table *t, bipr_plan *plan, int i, size_t first)
{
    const bipr_field *f = plan->fields[i];
    bipr_column *c = &t->columns[plan->from + i];
    int values[BIPR_BLOCK], is_text = f->kind == TEXT || f->kind == ROLES;
    unsigned char bytes[BIPR_BLOCK];
    if (is_text)
        texts_of(t, plan, i, values);
    if (c->narrow && (is_text ? bipr_pack(bytes, values) : bipr_block_bytes(bytes, plan->kept, ints_of(f)))) {
        bipr_block_copy(c->values.bytes + first, c->size, bytes, sizeof bytes);
    } else if (!c->narrow || bipr_widen(t, plan->from + i, first)) {
        if (!is_text)
            bipr_block_ints(values, plan->kept, ints_of(f));
        bipr_block_copy(c->values.i + first, c->size, values, sizeof values);
    }
}

static void write_column(bipr_table *t, bipr_plan *plan, int i, size_t first)
{
    const bipr_field *f = plan->fields[i];
    bipr_column *c = &t->columns[plan->from + i];
    switch (f->kind) {
    case PARTICIPANT: /* with its row */
        break;
    case DOUBLE:
        bipr_block_doubles(c->values.d + first, c->size, plan->kept, f->place);
        break;
    case INT64:
        bipr_block_int64s(c->values.d + first, c->size, plan->kept, f->place);
        break;
    default:
        write_ints(t, plan, i, first);
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
    if (plan->participant >= 0)
        bipr_add_text(t, plan->from + plan->participant, s->participant);
    if (!bipr_end_row(t))
        return 0;
    memcpy(&plan->kept[plan->n_kept++], s, plan->record_size);
    if (plan->n_kept == BIPR_BLOCK)
        write_block(t, plan);
    return !t->nomem;
}

static int word_number(SEXP column, R_xlen_t row, const bipr_field *f)
{
    SEXP levels = Rf_getAttrib(column, R_LevelsSymbol);
    int at = INTEGER(column)[row];
    if (at != NA_INTEGER)
        for (int i = 0; i < f->n_words; i++)
            if (strcmp(CHAR(STRING_ELT(levels, at - 1)), f->words[i]) == 0)
                return i + f->from;
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
        *(int32_t *)at |= na || !number ? 0 : f->from;
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
    for (int i = 0; i < FIELDS; i++) {
        SEXP column = bipr_member(frame, fields[i].name);
        if (fields[i].scope == STORE)
            continue;
        if (fits(&fields[i], column, row))
            set_field((char *)s + fields[i].place.at, &fields[i], column, row);
        else
            bipr_refuse(err, fields[i].name);
    }
}

/* ------------------------------------------------------------ series from a long table */

typedef struct rule {
    const char *name;
    size_t at;
} rule;

static const rule rules_known[] = {{"scale_min", offsetof(bip_series_rules, scale_min)},
                                   {"scale_max", offsetof(bip_series_rules, scale_max)},
                                   {"smallest_step", offsetof(bip_series_rules, smallest_step)},
                                   {"reliability", offsetof(bip_series_rules, reliability)},
                                   {"sd", offsetof(bip_series_rules, sd)}};

typedef struct long_table {
    const int *groups, *raters, *order;
    SEXP days, rules, better;
    const double *scores;
    R_xlen_t n;
    bip_date *day; /* of one group */
    double *score;
    int32_t *rater;
    int row; /* of the table, the first of the group, from 1 */
} long_table;

static double rule_at(SEXP values, R_xlen_t row)
{
    return REAL(values)[Rf_xlength(values) == 1 ? 0 : row];
}

/* The rules of a row; NaN is what isn't known. */
static bip_series_rules rules_at(const long_table *t, R_xlen_t row)
{
    bip_series_rules rules;
    bip_series_rules_init(&rules, sizeof rules);
    for (size_t i = 0; i < sizeof rules_known / sizeof *rules_known; i++)
        memcpy((char *)&rules + rules_known[i].at, &(double){rule_at(bipr_member(t->rules, rules_known[i].name), row)},
               sizeof(double));
    rules.better = (int32_t)INTEGER(t->better)[Rf_xlength(t->better) == 1 ? 0 : row] - 1;
    return rules;
}

static int same(double a, double b)
{
    return a == b || (ISNAN(a) && ISNAN(b));
}

static void check_rules(const long_table *t, R_xlen_t first, R_xlen_t row, bip_error *err)
{
    for (size_t i = 0; i < sizeof rules_known / sizeof *rules_known; i++) {
        SEXP values = bipr_member(t->rules, rules_known[i].name);
        if (!same(rule_at(values, first), rule_at(values, row)))
            bipr_refuse(err, rules_known[i].name);
    }
    if (rules_at(t, first).better != rules_at(t, row).better)
        bipr_refuse(err, "better");
}

/* The numbers of the group that begins at `from`; rows without a number are left out. Returns where the next begins. */
static R_xlen_t gather(long_table *t, R_xlen_t from, size_t *n, bip_error *err)
{
    R_xlen_t first = t->order[from] - 1, i = from;
    *n = 0;
    t->row = t->order[from];
    for (; i < t->n && t->groups[t->order[i] - 1] == t->groups[first]; i++) {
        R_xlen_t row = t->order[i] - 1;
        check_rules(t, first, row, err);
        if (R_IsNA(t->scores[row]))
            continue;
        t->day[*n] = bipr_date_at(t->days, row, "days", err);
        t->score[*n] = t->scores[row];
        t->rater[*n] = t->raters != NULL ? t->raters[row] : 0;
        ++*n;
    }
    return i;
}

static void compute_all(long_table *t, bipr_plan *plan, bipr_table *out, bip_error *err)
{
    for (R_xlen_t i = 0, next; i < t->n && err->status == BIP_OK; i = next) {
        bip_series one;
        size_t n;
        next = gather(t, i, &n, err);
        if (err->status != BIP_OK || n == 0)
            continue;
        bip_series_rules rules = rules_at(t, t->row - 1);
        if (bip_series_compute(t->day, t->score, t->rater, n, &rules, &one, sizeof one, err) != BIP_OK)
            continue;
        if (!bipr_series_row(out, plan, &one)) {
            *err = (bip_error){.status = BIP_E_NOMEM};
            break;
        }
        out->columns[0].values.i[out->n - 1] = t->row;
        R_CheckUserInterrupt(); /* nothing is held here that a jump could lose */
    }
    if (!bipr_series_end(out, plan))
        *err = (bip_error){.status = BIP_E_NOMEM};
}

static void check_columns(const long_table *t, SEXP groups, SEXP scores, SEXP raters, SEXP order, bip_error *err)
{
    if (TYPEOF(groups) != INTSXP || TYPEOF(order) != INTSXP || Rf_xlength(order) != t->n)
        bipr_refuse(err, "by");
    if (!bipr_is_dates(t->days) || Rf_xlength(t->days) != t->n)
        bipr_refuse(err, "days");
    if (TYPEOF(scores) != REALSXP || Rf_xlength(scores) != t->n)
        bipr_refuse(err, "scores");
    if (raters != R_NilValue && (TYPEOF(raters) != INTSXP || Rf_xlength(raters) != t->n))
        bipr_refuse(err, "raters");
    for (size_t i = 0; i < sizeof rules_known / sizeof *rules_known; i++) {
        SEXP values = bipr_member(t->rules, rules_known[i].name);
        if (TYPEOF(values) != REALSXP || (Rf_xlength(values) != 1 && Rf_xlength(values) != t->n))
            bipr_refuse(err, rules_known[i].name);
    }
    if (TYPEOF(t->better) != INTSXP || (Rf_xlength(t->better) != 1 && Rf_xlength(t->better) != t->n))
        bipr_refuse(err, "better");
}

/* With the row of the table where the failing group begins, so that R can name the group. */
static SEXP failure_at(const bip_error *err, int row)
{
    SEXP failure = PROTECT(bipr_failure(err, R_NilValue));
    Rf_setAttrib(failure, Rf_install("row"), PROTECT(Rf_ScalarInteger(row)));
    UNPROTECT(2);
    return failure;
}

/* groups: a number a row; order: the rows by group and day, from 1. */
SEXP r_series_compute(SEXP groups, SEXP days, SEXP scores, SEXP raters, SEXP order, SEXP rules)
{
    bip_error err = {0};
    long_table t = {.days = days, .rules = rules, .n = Rf_xlength(groups), .better = bipr_member(rules, "better")};
    SEXP keep, answer;
    bipr_table *out = bipr_table_new(&keep);
    PROTECT(keep);
    bipr_add_column(out, "row", BIPR_INT, NULL, 0);
    bipr_plan plan = bipr_series_plan(0, R_NilValue, &err);
    bipr_series_columns(out, &plan);
    check_columns(&t, groups, scores, raters, order, &err);
    if (err.status == BIP_OK) {
        t.groups = INTEGER(groups);
        t.order = INTEGER(order);
        t.scores = REAL(scores);
        t.raters = raters != R_NilValue ? INTEGER(raters) : NULL;
        t.day = (bip_date *)R_alloc((size_t)t.n + 1, sizeof *t.day);
        t.score = (double *)R_alloc((size_t)t.n + 1, sizeof *t.score);
        t.rater = (int32_t *)R_alloc((size_t)t.n + 1, sizeof *t.rater);
        compute_all(&t, &plan, out, &err);
    }
    answer = err.status == BIP_OK ? bipr_frame(out) : failure_at(&err, t.row);
    UNPROTECT(1);
    return answer;
}

/* ------------------------------------------------------------ sentences */

static void one_sentence(SEXP series, R_xlen_t row, bip_sentence_words *words, bipr_sink *sink, bip_error *err)
{
    bip_series one;
    bipr_series_from(series, row, &one, err);
    sink->n = 0;
    if (err->status == BIP_OK)
        bip_series_sentence(&one, words, bipr_write, sink, err);
}

/* labels: one for all, or a list with one a row. */
SEXP r_series_sentence(SEXP series, SEXP titles, SEXP labels, SEXP lang, SEXP rater_role)
{
    bip_error err = {0};
    R_xlen_t n = Rf_xlength(bipr_member(series, "n"));
    SEXP keep, texts = PROTECT(Rf_allocVector(STRSXP, n)), answer;
    bip_sentence_words words = {.size = sizeof words, .lang = bipr_maybe_text(lang, "lang", &err)};
    bipr_sink *sink = bipr_sink_new(&keep, R_NilValue);
    PROTECT(keep);
    if (TYPEOF(labels) == VECSXP && Rf_xlength(labels) != n)
        bipr_refuse(&err, "labels");
    for (R_xlen_t i = 0; i < n && err.status == BIP_OK; i++) {
        SEXP mine = TYPEOF(labels) == VECSXP ? VECTOR_ELT(labels, i) : labels;
        words.title = bipr_text_at(titles, i);
        words.labels = bipr_labels(mine, &words.n_labels, "labels", &err);
        words.rater_role = bipr_text_at(rater_role, i);
        one_sentence(series, i, &words, sink, &err);
        if (err.status == BIP_OK)
            SET_STRING_ELT(texts, i, STRING_ELT(bipr_sink_text(sink), 0));
    }
    answer = bipr_answer(texts, &err);
    UNPROTECT(2);
    return answer;
}
