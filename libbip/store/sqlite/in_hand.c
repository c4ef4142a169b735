/* The rows that a caller has in hand, as a table beside the one they go to: a statement that reads it takes each value
 * from where it lies, and one statement takes all rows. Bound as parameters, even many rows at a time, they took half
 * as long again. */
#include "base/alloc.h"
#include "store/sqlite/sqlite.h"

#include <string.h>

/* One value of a row; texts and bytes are lent. */
typedef struct value {
    enum { NONE, INTEGER, TEXT, BYTES } type;
    size_t n; /* of text and bytes */
    union {
        int64_t integer;
        const void *lent;
    } as;
} value;

#define MOST_COLUMNS 13

/* Gives the values of a row, in the order of the columns. */
typedef void (*values_fn)(const void *row, value *values);

typedef struct kind {
    const char *name, *columns; /* as statements.h has them */
    size_t row;                 /* bytes */
    values_fn values;
} kind;

/* ------------------------------------------------------------------------------------------------------------- rows */

static value integer(int64_t n)
{
    return (value){.type = INTEGER, .as.integer = n};
}

static value integer_if(bool given, int64_t n)
{
    return given ? integer(n) : (value){.type = NONE};
}

static value day(bip_date d)
{
    return integer_if(d != BIP_NO_DATE, d);
}

static value text(const char *s, size_t n)
{
    return (value){.type = s ? TEXT : NONE, .n = n, .as.lent = s};
}

static value bytes(const uint8_t *at, size_t n)
{
    return (value){.type = BYTES, .n = n, .as.lent = at};
}

static void person_values(const void *row, value *v)
{
    const char *code = *(const char *const *)row;

    *v = text(code, strlen(code));
}

static void identity_values(const void *row, value *v)
{
    const bip__identity_row *r = row;

    *v++ = r->erased ? (value){.type = NONE} : bytes(r->uuid, BIP__UUID_SIZE);
    *v++ = bytes(r->hash, BIP_HASH_SIZE);
    *v++ = integer_if(!r->erased && r->person, r->person);
    *v++ = integer_if(r->erased_by, r->erased_by);
}

static void assessment_values(const void *row, value *v)
{
    const bip__assessment_row *r = row;
    const bool later = r->root_entry != r->entry || r->root_idx != r->idx;

    *v++ = integer(r->person);
    *v++ = integer(r->day);
    *v++ = integer(r->entry);
    *v++ = integer(r->idx);
    *v++ = integer(r->instrument);
    *v++ = integer(r->respondent);
    *v++ = integer_if(r->rater, r->rater);
    *v++ = integer(r->current);
    *v++ = integer_if(later, r->root_entry);
    *v++ = integer_if(later, r->root_idx);
    *v++ = text(r->scores, r->scores_n);
    *v++ = text(r->note, r->note_n);
    *v++ = text(r->reason, r->reason_n);
}

static void fact_values(const void *row, value *v)
{
    const bip__fact_row *r = row;
    const bool later = r->root_entry != r->entry || r->root_idx != r->idx;

    *v++ = integer(r->person);
    *v++ = integer(r->kind);
    *v++ = integer(r->entry);
    *v++ = integer(r->idx);
    *v++ = integer(r->current);
    *v++ = day(r->day);
    *v++ = day(r->day_to);
    *v++ = integer_if(later, r->root_entry);
    *v++ = integer_if(later, r->root_idx);
    *v++ = text(r->body, r->body_n);
}

static void leaf_values(const void *row, value *v)
{
    const bip__leaf_row *r = row;

    *v++ = integer(r->entry);
    *v++ = integer(r->pos);
    *v++ = integer_if(r->identity, r->identity);
    *v++ = bytes(r->hash, BIP_HASH_SIZE);
}

static const kind kinds[BIP__N_HANDS] = {
    [BIP__HAND_PERSONS] = {"person_in_hand", BIP__PERSON_COLUMNS, sizeof(const char *), person_values},
    [BIP__HAND_IDENTITIES] = {"identity_in_hand", BIP__IDENTITY_COLUMNS, sizeof(bip__identity_row), identity_values},
    [BIP__HAND_ASSESSMENTS] = {"assessment_in_hand", BIP__ASSESSMENT_COLUMNS, sizeof(bip__assessment_row),
                               assessment_values},
    [BIP__HAND_FACTS] = {"fact_in_hand", BIP__FACT_COLUMNS, sizeof(bip__fact_row), fact_values},
    [BIP__HAND_LEAVES] = {"leaf_in_hand", BIP__LEAF_COLUMNS, sizeof(bip__leaf_row), leaf_values},
};

/* ------------------------------------------------------------------------------------------- what SQLite asks of them
 */

typedef struct table {
    sqlite3_vtab base; /* first: SQLite's */
    const bip__hand *hand;
} table;

typedef struct place {
    sqlite3_vtab_cursor base; /* first: SQLite's */
    const char *row, *end;
    const kind *kind;
    value values[MOST_COLUMNS]; /* of the row */
} place;

/* "CREATE TABLE x(COLUMNS)": the name is SQLite's to give. */
static int declare(sqlite3 *db, const char *columns)
{
    char *sql = sqlite3_mprintf("CREATE TABLE x(%s)", columns);
    int rc = sql ? sqlite3_declare_vtab(db, sql) : SQLITE_NOMEM;

    sqlite3_free(sql);
    return rc;
}

static int connect(sqlite3 *db, void *hand, int argc, const char *const *argv, sqlite3_vtab **out, char **message)
{
    table *t = bip__alloc_zero(1, sizeof *t);
    int rc = t ? declare(db, kinds[((const bip__hand *)hand)->which].columns) : SQLITE_NOMEM;

    (void)argc;
    (void)argv;
    (void)message;
    if (rc != SQLITE_OK) {
        bip__free(t);
        return rc;
    }
    t->hand = hand;
    *out = &t->base;
    return SQLITE_OK;
}

static int disconnect(sqlite3_vtab *t)
{
    bip__free(t);
    return SQLITE_OK;
}

/* From the first to the last: nothing to choose. */
static int best_index(sqlite3_vtab *t, sqlite3_index_info *info)
{
    (void)t;
    (void)info;
    return SQLITE_OK;
}

static int open_place(sqlite3_vtab *t, sqlite3_vtab_cursor **out)
{
    place *p = bip__alloc_zero(1, sizeof *p);

    (void)t;
    if (!p)
        return SQLITE_NOMEM;
    *out = &p->base;
    return SQLITE_OK;
}

static int close_place(sqlite3_vtab_cursor *p)
{
    bip__free(p);
    return SQLITE_OK;
}

static void look(place *p)
{
    if (p->row != p->end)
        p->kind->values(p->row, p->values);
}

static int first(sqlite3_vtab_cursor *cursor, int index, const char *name, int argc, sqlite3_value **argv)
{
    place *p = (place *)(void *)cursor;
    const bip__hand *hand = ((const table *)(const void *)cursor->pVtab)->hand;

    (void)index;
    (void)name;
    (void)argc;
    (void)argv;
    p->kind = &kinds[hand->which];
    p->row = hand->rows;
    p->end = p->row + hand->n * p->kind->row;
    look(p);
    return SQLITE_OK;
}

static int next(sqlite3_vtab_cursor *cursor)
{
    place *p = (place *)(void *)cursor;

    p->row += p->kind->row;
    look(p);
    return SQLITE_OK;
}

static int at_end(sqlite3_vtab_cursor *cursor)
{
    const place *p = (const place *)(const void *)cursor;

    return p->row == p->end;
}

static int column(sqlite3_vtab_cursor *cursor, sqlite3_context *to, int i)
{
    const value *v = &((const place *)(const void *)cursor)->values[i];

    switch (v->type) { /* SQLite copies what is lent into the table before it goes on to the next row */
    case NONE:
        break; /* reads as NULL */
    case INTEGER:
        sqlite3_result_int64(to, v->as.integer);
        break;
    case TEXT:
        sqlite3_result_text64(to, v->as.lent, v->n, SQLITE_STATIC, SQLITE_UTF8);
        break;
    case BYTES:
        sqlite3_result_blob64(to, v->as.lent, v->n, SQLITE_STATIC);
    }
    return SQLITE_OK;
}

static int row_number(sqlite3_vtab_cursor *cursor, sqlite3_int64 *n)
{
    const place *p = (const place *)(const void *)cursor;

    *n = (p->end - p->row) / (ptrdiff_t)p->kind->row;
    return SQLITE_OK;
}

int bip__sqlite_offer_hands(bip__sqlite *s)
{
    static const sqlite3_module module = {.xConnect = connect,
                                          .xDisconnect = disconnect,
                                          .xBestIndex = best_index,
                                          .xOpen = open_place,
                                          .xClose = close_place,
                                          .xFilter = first,
                                          .xNext = next,
                                          .xEof = at_end,
                                          .xColumn = column,
                                          .xRowid = row_number};
    int rc = SQLITE_OK;

    for (int i = 0; i < BIP__N_HANDS && rc == SQLITE_OK; i++) {
        s->hands[i].which = (bip__hand_kind)i;
        rc = sqlite3_create_module(s->db, kinds[i].name, &module, &s->hands[i]);
    }
    return rc;
}
