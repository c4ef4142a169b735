/* The rows that a caller has in hand, as a table beside the one they go to: a statement that reads it takes each value
 * from where it lies, and one statement takes all rows. Bound as parameters, even many rows at a time, they took half
 * as long again. */
#include "base/alloc.h"
#include "store/sqlite/sqlite.h"

#include <string.h>

/* Gives the value of a column of one row; what gives nothing is NULL. */
typedef void (*give_fn)(sqlite3_context *to, const void *row, int column);

typedef struct kind {
    const char *name, *columns; /* as statements.h has them */
    size_t row;                 /* bytes */
    give_fn give;
} kind;

/* ------------------------------------------------------------------------------------------------------------- rows */

static void give_int(sqlite3_context *to, int64_t v, bool given)
{
    if (given)
        sqlite3_result_int64(to, v);
}

/* Lent: it is copied into the table before the statement goes on to the next row. */
static void give_text(sqlite3_context *to, const char *text, size_t n)
{
    if (text)
        sqlite3_result_text64(to, text, n, SQLITE_STATIC, SQLITE_UTF8);
}

static void give_bytes(sqlite3_context *to, const uint8_t *bytes, size_t n)
{
    sqlite3_result_blob64(to, bytes, n, SQLITE_STATIC);
}

static void give_person(sqlite3_context *to, const void *row, int column)
{
    const char *code = *(const char *const *)row;

    (void)column;
    give_text(to, code, strlen(code));
}

static void give_identity(sqlite3_context *to, const void *row, int column)
{
    const bip__identity_row *r = row;

    switch (column) {
    case 0:
        if (!r->erased)
            give_bytes(to, r->uuid, BIP__UUID_SIZE);
        break;
    case 1:
        give_bytes(to, r->hash, BIP_HASH_SIZE);
        break;
    case 2:
        give_int(to, r->person, !r->erased && r->person);
        break;
    default:
        give_int(to, r->erased_by, r->erased_by);
    }
}

static void give_assessment(sqlite3_context *to, const void *row, int column)
{
    const bip__assessment_row *r = row;
    const bool later = r->root_entry != r->entry || r->root_idx != r->idx;

    switch (column) {
    case 0:
        give_int(to, r->person, true);
        break;
    case 1:
        give_int(to, r->day, true);
        break;
    case 2:
        give_int(to, r->entry, true);
        break;
    case 3:
        give_int(to, r->idx, true);
        break;
    case 4:
        give_int(to, r->instrument, true);
        break;
    case 5:
        give_int(to, r->respondent, true);
        break;
    case 6:
        give_int(to, r->rater, r->rater);
        break;
    case 7:
        give_int(to, r->current, true);
        break;
    case 8:
        give_int(to, r->root_entry, later);
        break;
    case 9:
        give_int(to, r->root_idx, later);
        break;
    case 10:
        give_text(to, r->scores, r->scores_n);
        break;
    case 11:
        give_text(to, r->note, r->note_n);
        break;
    default:
        give_text(to, r->reason, r->reason_n);
    }
}

static void give_fact(sqlite3_context *to, const void *row, int column)
{
    const bip__fact_row *r = row;
    const bool later = r->root_entry != r->entry || r->root_idx != r->idx;

    switch (column) {
    case 0:
        give_int(to, r->person, true);
        break;
    case 1:
        give_int(to, r->kind, true);
        break;
    case 2:
        give_int(to, r->entry, true);
        break;
    case 3:
        give_int(to, r->idx, true);
        break;
    case 4:
        give_int(to, r->current, true);
        break;
    case 5:
        give_int(to, r->day, r->day != BIP_NO_DATE);
        break;
    case 6:
        give_int(to, r->day_to, r->day_to != BIP_NO_DATE);
        break;
    case 7:
        give_int(to, r->root_entry, later);
        break;
    case 8:
        give_int(to, r->root_idx, later);
        break;
    default:
        give_text(to, r->body, r->body_n);
    }
}

static void give_leaf(sqlite3_context *to, const void *row, int column)
{
    const bip__leaf_row *r = row;

    switch (column) {
    case 0:
        give_int(to, r->entry, true);
        break;
    case 1:
        give_int(to, r->pos, true);
        break;
    case 2:
        give_int(to, r->identity, r->identity);
        break;
    default:
        give_bytes(to, r->hash, BIP_HASH_SIZE);
    }
}

static const kind kinds[BIP__N_HANDS] = {
    [BIP__HAND_PERSONS] = {"person_in_hand", BIP__PERSON_COLUMNS, sizeof(const char *), give_person},
    [BIP__HAND_IDENTITIES] = {"identity_in_hand", BIP__IDENTITY_COLUMNS, sizeof(bip__identity_row), give_identity},
    [BIP__HAND_ASSESSMENTS] = {"assessment_in_hand", BIP__ASSESSMENT_COLUMNS, sizeof(bip__assessment_row),
                               give_assessment},
    [BIP__HAND_FACTS] = {"fact_in_hand", BIP__FACT_COLUMNS, sizeof(bip__fact_row), give_fact},
    [BIP__HAND_LEAVES] = {"leaf_in_hand", BIP__LEAF_COLUMNS, sizeof(bip__leaf_row), give_leaf},
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
    size_t each;
    give_fn give;
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

static int first(sqlite3_vtab_cursor *cursor, int index, const char *name, int argc, sqlite3_value **argv)
{
    place *p = (place *)(void *)cursor;
    const bip__hand *hand = ((const table *)(const void *)cursor->pVtab)->hand;

    (void)index;
    (void)name;
    (void)argc;
    (void)argv;
    p->give = kinds[hand->which].give;
    p->each = kinds[hand->which].row;
    p->row = hand->rows;
    p->end = p->row + hand->n * p->each;
    return SQLITE_OK;
}

static int next(sqlite3_vtab_cursor *cursor)
{
    place *p = (place *)(void *)cursor;

    p->row += p->each;
    return SQLITE_OK;
}

static int at_end(sqlite3_vtab_cursor *cursor)
{
    const place *p = (const place *)(const void *)cursor;

    return p->row == p->end;
}

static int column(sqlite3_vtab_cursor *cursor, sqlite3_context *to, int i)
{
    const place *p = (const place *)(const void *)cursor;

    p->give(to, p->row, i);
    return SQLITE_OK;
}

static int row_number(sqlite3_vtab_cursor *cursor, sqlite3_int64 *n)
{
    const place *p = (const place *)(const void *)cursor;

    *n = (p->end - p->row) / (ptrdiff_t)p->each;
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
