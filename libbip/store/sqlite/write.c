/* Transactions, and everything that adds to a store. */
#include "store/sqlite/sqlite.h"
#include "store/trail.h"

#include <string.h>

/* ----------------------------------------------------------------------------------------------------- transactions */

static bip_status run_named(bip__sqlite *s, bip__statement which, bip_error *err)
{
    sqlite3_stmt *q;
    bip_status st = bip__sqlite_statement(s, which, &q, err);

    return st == BIP_OK ? bip__sqlite_run(s, q, err) : st;
}

/* Cannot fail: the statement was prepared at opening, and SQLite rolls back by itself where it can't go on. */
static void undo(bip__sqlite *s)
{
    if (!sqlite3_get_autocommit(s->db))
        bip__sqlite_run(s, s->statements[BIP__S_ROLLBACK], NULL);
}

static bip_status read_version(bip__sqlite *s, int64_t *out, bip_error *err)
{
    sqlite3_stmt *q;
    bip_status st = bip__sqlite_statement(s, BIP__S_DATA_VERSION, &q, err);

    if (st != BIP_OK || (st = bip__sqlite_row(s, q, err)) != BIP_OK)
        return st;
    *out = sqlite3_column_int64(q, 0);
    sqlite3_reset(q);
    return BIP_OK;
}

/* SQLite keeps what it has read from for as long as a statement stands on a row, and the version is wanted anyway:
 * BEGIN, a first reading and ROLLBACK would be three more statements. */
static bip_status snapshot(bip__storage *base, bip_error *err)
{
    bip__sqlite *s = (bip__sqlite *)base;
    sqlite3_stmt *q;
    bip_status st;

    if (s->snapshots > 0 || s->writing) { /* what a transaction reads is one view already */
        s->snapshots++;
        return BIP_OK;
    }
    atomic_store(&s->stop, 0);
    st = bip__sqlite_statement(s, BIP__S_DATA_VERSION, &q, err);
    if (st == BIP_OK)
        st = bip__sqlite_row(s, q, err);
    if (st != BIP_OK)
        return st;
    s->view = q;
    s->snapshots = 1;
    return BIP_OK;
}

static void release(bip__storage *base)
{
    bip__sqlite *s = (bip__sqlite *)base;

    if (s->snapshots == 0 || --s->snapshots > 0 || !s->view)
        return;
    sqlite3_reset(s->view);
    s->view = NULL;
}

/* A change has begun: has anybody else committed since the last one? */
static bip_status look_around(bip__sqlite *s, bip_error *err)
{
    int64_t version;
    bip_status st = read_version(s, &version, err);

    if (st == BIP_OK && version != s->version) {
        s->version = version;
        s->newest = -1;
    }
    return st;
}

/* Inside a reading it is refused and not upgraded: the view may be older than the store, and SQLite then answers "busy"
 * for as long as one waits. */
static bip_status begin(bip__storage *base, bip_error *err)
{
    bip__sqlite *s = (bip__sqlite *)base;
    bip_status st;

    if (!s->base.writable)
        return bip__fail(err, BIP_E_READ_ONLY, s->path, "the store is open for reading only");
    if (s->writing)
        return bip__fail(err, BIP_E_USAGE, s->path, "another change is open");
    if (s->snapshots > 0 || s->open_rows > 0)
        return bip__fail(err, BIP_E_USAGE, s->path, "a reading is open: close cursors before writing");
    atomic_store(&s->stop, 0);
    bip__sqlite_step_back(s);
    if ((st = run_named(s, BIP__S_BEGIN, err)) != BIP_OK)
        return st;
    if ((st = look_around(s, err)) != BIP_OK)
        undo(s);
    s->writing = st == BIP_OK;
    s->found_code[0] = '\0';
    return st;
}

static void end(bip__sqlite *s)
{
    s->writing = s->erased = false;
    s->snapshots = 0; /* those taken inside end with it */
}

static void rollback(bip__storage *base)
{
    bip__sqlite *s = (bip__sqlite *)base;

    if (!s->writing)
        return;
    undo(s);
    if (s->words_added)
        bip__sqlite_forget_words(s);
    s->newest = -1;
    end(s);
}

/* A failed statement can make SQLite roll back by itself; what is written after that would be committed row by row. */
static bip_status in_transaction(bip__sqlite *s, bip_error *err)
{
    if (!s->writing)
        return bip__fail(err, BIP_E_USAGE, s->path, "no change is open");
    if (sqlite3_get_autocommit(s->db))
        return bip__fail(err, BIP_E_USAGE, s->path, "the change has failed and can only be rolled back");
    return BIP_OK;
}

static bip_status commit(bip__storage *base, bip_error *err)
{
    bip__sqlite *s = (bip__sqlite *)base;
    bip_status st = in_transaction(s, err);

    if (st == BIP_OK && s->erased) /* once, however many were erased: it goes through all assessments */
        st = run_named(s, BIP__S_RATERS_FORGET, err);
    if (st == BIP_OK)
        st = run_named(s, BIP__S_COMMIT, err);
    if (st != BIP_OK) {
        rollback(base);
        return st;
    }
    s->words_added = false;
    end(s);
    return BIP_OK;
}

static bip_status generation(bip__storage *base, int64_t *out, bip_error *err)
{
    bip__sqlite *s = (bip__sqlite *)base;

    if (!s->writing && !s->view)
        return read_version(s, out, err);
    *out = s->writing ? s->version : sqlite3_column_int64(s->view, 0); /* nobody else commits during a change */
    return BIP_OK;
}

/* ------------------------------------------------------------------------------------------------- binding and adding
 */

/* One row on its way into a table. The first failure sticks; texts are borrowed until adding_end(). */
typedef struct adding {
    bip__sqlite *s;
    sqlite3_stmt *q;
    int at, rc;
} adding;

static bip_status adding_begin(adding *a, bip__sqlite *s, bip__statement which, bip_error *err)
{
    bip_status st = in_transaction(s, err);

    *a = (adding){.s = s};
    return st == BIP_OK ? bip__sqlite_statement(s, which, &a->q, err) : st;
}

static void keep(adding *a, int rc)
{
    if (a->rc == SQLITE_OK)
        a->rc = rc;
}

static void add_int(adding *a, int64_t v)
{
    keep(a, sqlite3_bind_int64(a->q, ++a->at, v));
}

static void add_int_or_null(adding *a, int64_t v, bool given)
{
    keep(a, given ? sqlite3_bind_int64(a->q, ++a->at, v) : sqlite3_bind_null(a->q, ++a->at));
}

static void add_text(adding *a, const char *text, size_t n)
{
    keep(a, text ? sqlite3_bind_text64(a->q, ++a->at, text, n, SQLITE_STATIC, SQLITE_UTF8)
                 : sqlite3_bind_null(a->q, ++a->at));
}

static void add_string(adding *a, const char *text)
{
    add_text(a, text, text ? strlen(text) : 0);
}

static void add_bytes(adding *a, const uint8_t *bytes, size_t n)
{
    keep(a, bytes ? sqlite3_bind_blob64(a->q, ++a->at, bytes, n, SQLITE_STATIC) : sqlite3_bind_null(a->q, ++a->at));
}

static bip_status adding_row(adding *a, bip_error *err)
{
    if (a->rc != SQLITE_OK) /* a later binding that succeeds has cleared SQLite's own memory of it */
        return bip__sqlite_fail_code(a->s->db, a->rc, a->s->path, "the store can't be changed", err);
    a->at = 0;
    return bip__sqlite_run(a->s, a->q, err);
}

static void adding_end(adding *a)
{
    sqlite3_clear_bindings(a->q); /* the caller's texts may go now */
}

static bip_status add_only(adding *a, bip_error *err)
{
    bip_status st = adding_row(a, err);

    adding_end(a);
    return st;
}

/* The rows of one statement are numbered one after the other. Numbers of people, words and instruments are int32_t
 * throughout. */
static bip_status new_numbers(bip__sqlite *s, size_t n, int32_t *first, bip_error *err)
{
    int64_t last = sqlite3_last_insert_rowid(s->db);

    if (last < (int64_t)n || last > INT32_MAX)
        return bip__fail(err, BIP_E_FULL, s->path, "the store has no number left");
    *first = (int32_t)(last - (int64_t)n + 1);
    return BIP_OK;
}

static bip_status add_numbered(adding *a, int32_t *n, bip_error *err)
{
    bip_status st = add_only(a, err);

    return st == BIP_OK ? new_numbers(a->s, 1, n, err) : st;
}

static bip_status put(bip__sqlite *s, bip__hand_kind which, const void *rows, size_t n, bip_error *err)
{
    static const bip__statement add[BIP__N_HANDS] = {[BIP__HAND_PERSONS] = BIP__S_PERSONS_ADD,
                                                     [BIP__HAND_IDENTITIES] = BIP__S_IDENTITIES_ADD,
                                                     [BIP__HAND_ASSESSMENTS] = BIP__S_ASSESSMENTS_ADD,
                                                     [BIP__HAND_FACTS] = BIP__S_FACTS_ADD,
                                                     [BIP__HAND_LEAVES] = BIP__S_LEAVES_ADD};
    bip__hand *hand = &s->hands[which];
    bip_status st = in_transaction(s, err);

    if (st != BIP_OK || n == 0)
        return st;
    hand->rows = rows;
    hand->n = n;
    st = run_named(s, add[which], err);
    hand->n = 0;
    if (st == BIP_E_FULL || st == BIP_E_NOMEM) /* SQLite may have undone the statement only, or the whole change */
        undo(s);
    return st;
}

/* ------------------------------------------------------------------------------------------ words, people, instruments
 */

static bip_status setting_put(bip__storage *base, const char *key, const char *value, bip_error *err)
{
    adding a;
    bip_status st = adding_begin(&a, (bip__sqlite *)base, BIP__S_SETTING_PUT, err);

    if (st != BIP_OK)
        return st;
    add_string(&a, key);
    add_string(&a, value);
    return add_only(&a, err);
}

static bip_status word_add(bip__storage *base, int kind, const char *text, int32_t *n, bip_error *err)
{
    bip__sqlite *s = (bip__sqlite *)base;
    adding a;
    bip_status st = base->api->word_find(base, kind, text, n, err);

    if (st != BIP_E_NOT_FOUND || (st = adding_begin(&a, s, BIP__S_WORD_ADD, err)) != BIP_OK)
        return st;
    add_int(&a, kind);
    add_string(&a, text);
    s->words_added = true;
    return add_numbered(&a, n, err);
}

static bip_status persons_add(bip__storage *base, const char *const *codes, size_t n, int32_t *first, bip_error *err)
{
    bip_status st = put((bip__sqlite *)base, BIP__HAND_PERSONS, codes, n, err);

    return st == BIP_OK ? new_numbers((bip__sqlite *)base, n, first, err) : st;
}

static bip_status identities_add(bip__storage *base, const bip__identity_row *rows, size_t n, int32_t *first,
                                 bip_error *err)
{
    bip_status st = put((bip__sqlite *)base, BIP__HAND_IDENTITIES, rows, n, err);

    return st == BIP_OK ? new_numbers((bip__sqlite *)base, n, first, err) : st;
}

static bip_status add_items(bip__storage *base, int32_t instrument, const bip__item_row *items, size_t n,
                            bip_error *err)
{
    bip_status st = BIP_OK;

    for (size_t i = 0; i < n && st == BIP_OK; i++) {
        adding a;
        int32_t respondent;

        if ((st = word_add(base, BIP__WORD_RESPONDENT, items[i].respondent, &respondent, err)) != BIP_OK ||
            (st = adding_begin(&a, (bip__sqlite *)base, BIP__S_ITEM_ADD, err)) != BIP_OK)
            break;
        add_int(&a, instrument);
        add_int(&a, respondent);
        add_int(&a, items[i].position);
        add_string(&a, items[i].indicator);
        st = add_only(&a, err);
    }
    return st;
}

static bip_status instrument_add(bip__storage *base, const bip__instrument_row *row, const bip__item_row *items,
                                 size_t n_items, int32_t *n, bip_error *err)
{
    adding a;
    bip_status st = adding_begin(&a, (bip__sqlite *)base, BIP__S_INSTRUMENT_ADD, err);

    if (st != BIP_OK)
        return st;
    add_string(&a, row->code);
    add_string(&a, row->version);
    add_text(&a, row->json, row->json_n);
    add_int_or_null(&a, row->entry, row->entry);
    add_int_or_null(&a, row->idx, row->entry);
    add_string(&a, row->reason);
    st = add_numbered(&a, n, err);
    return st == BIP_OK ? add_items(base, *n, items, n_items, err) : st;
}

/* ------------------------------------------------------------------------------------------------------------ facts */

static bip_status assessments_put(bip__storage *base, const bip__assessment_row *rows, size_t n, bip_error *err)
{
    return put((bip__sqlite *)base, BIP__HAND_ASSESSMENTS, rows, n, err);
}

static bip_status facts_put(bip__storage *base, const bip__fact_row *rows, size_t n, bip_error *err)
{
    return put((bip__sqlite *)base, BIP__HAND_FACTS, rows, n, err);
}

static bip_status set_current(bip__storage *base, int32_t person, bip_date day, int64_t entry, int32_t idx,
                              int32_t current, bip_error *err)
{
    bip__sqlite *s = (bip__sqlite *)base;
    adding a;
    bip_status st = adding_begin(&a, s, BIP__S_SET_CURRENT, err);

    if (st != BIP_OK)
        return st;
    add_int(&a, person);
    add_int(&a, day);
    add_int(&a, entry);
    add_int(&a, idx);
    add_int(&a, current);
    if ((st = add_only(&a, err)) == BIP_OK && sqlite3_changes(s->db) == 0)
        return BIP_E_NOT_FOUND;
    return st;
}

/* ------------------------------------------------------------------------------------------------------ audit trail */

static bip_status find_newest(bip__sqlite *s, bip_error *err)
{
    sqlite3_stmt *q;
    bip_status st = in_transaction(s, err);

    if (st != BIP_OK || s->newest >= 0 || (st = bip__sqlite_statement(s, BIP__S_ENTRY_NEWEST, &q, err)) != BIP_OK ||
        (st = bip__sqlite_row(s, q, err)) != BIP_OK)
        return st;
    s->newest = sqlite3_column_int64(q, 0); /* NULL, of an empty table, reads as 0 */
    sqlite3_reset(q);
    return BIP_OK;
}

static bip_status entry_reserve(bip__storage *base, int64_t *n, bip_error *err)
{
    bip__sqlite *s = (bip__sqlite *)base;
    bip_status st = find_newest(s, err);

    if (st == BIP_OK)
        *n = s->newest + 1;
    return st;
}

static bip_status run_with(bip__sqlite *s, bip__statement which, const int64_t *values, int n, bip_error *err)
{
    adding a;
    bip_status st = adding_begin(&a, s, which, err);

    if (st != BIP_OK)
        return st;
    for (int i = 0; i < n; i++)
        add_int(&a, values[i]);
    return add_only(&a, err);
}

/* An id that begins with its entry's number was made for it: only of others one may be there under its own. */
static bip_status refuse_second(bip__sqlite *s, const bip__entry_row *row, bip_error *err)
{
    bip__entry_row held;
    bip_status st = s->api.entry_find(&s->base, row->id, &held, err);

    if (st == BIP_OK)
        return bip__fail(err, BIP_E_CONFLICT, s->path, "the entry is there already");
    return st == BIP_E_NOT_FOUND ? BIP_OK : st;
}

static bip_status put_entry_row(bip__sqlite *s, const bip__entry_row *row, const bip__leaf_row *last, bip_error *err)
{
    const bool moved = bip__entry_id_number(row->id) != row->n;
    adding a;
    bip_status st = moved ? refuse_second(s, row, err) : BIP_OK;

    if (st != BIP_OK || (st = adding_begin(&a, s, BIP__S_ENTRY_ADD, err)) != BIP_OK)
        return st;
    add_int(&a, row->n);
    add_bytes(&a, row->id, BIP__UUID_SIZE);
    add_int(&a, moved);
    add_int(&a, row->at_ms);
    add_int(&a, row->logical_ms);
    add_int(&a, row->actor);
    add_bytes(&a, row->hash, BIP_HASH_SIZE);
    add_int_or_null(&a, last ? last->pos : 0, last);
    add_int_or_null(&a, last ? last->identity : 0, last && last->identity);
    add_bytes(&a, last ? last->hash : NULL, BIP_HASH_SIZE);
    return add_only(&a, err);
}

static bip_status put_parent(bip__sqlite *s, int64_t entry, int64_t parent, bip_error *err)
{
    const int64_t edge[] = {entry, parent};

    return run_with(s, BIP__S_PARENT_ADD, edge, 2, err);
}

/* Where each change follows the one before, the numbers say so and nothing is written. An entry that follows none names
 * itself, save the first, even where none stands before it yet: a change reserves its number and puts its entry last.
 */
static bip_status put_parents(bip__sqlite *s, int64_t entry, const int64_t *parents, size_t n, bip_error *err)
{
    bool next = n == 1 && parents[0] == entry - 1;
    bip_status st = n == 0 && entry > 1 ? put_parent(s, entry, entry, err) : BIP_OK;

    for (size_t i = 0; i < n && st == BIP_OK; i++) {
        st = next ? BIP_OK : put_parent(s, entry, parents[i], err);
        if (st == BIP_OK && parents[i] != s->newest) /* which is not in the list */
            st = run_with(s, BIP__S_HEAD_DROP, &parents[i], 1, err);
    }
    return st;
}

/* Parents have smaller numbers than their children, so the greatest of all is a head by itself: only those besides it
 * are written down, and where each change follows the one before, nothing is. */
static bip_status keep_head(bip__sqlite *s, int64_t entry, const int64_t *parents, size_t n, bip_error *err)
{
    int64_t beside = s->newest < entry ? s->newest : entry;

    s->newest = s->newest < entry ? entry : s->newest;
    for (size_t i = 0; i < n; i++)
        if (parents[i] == beside)
            return BIP_OK;
    return beside > 0 ? run_with(s, BIP__S_HEAD_ADD, &beside, 1, err) : BIP_OK;
}

static bip_status entry_put(bip__storage *base, const bip__entry_row *row, const bip__leaf_row *last,
                            const int64_t *parents, size_t n_parents, bip_error *err)
{
    bip__sqlite *s = (bip__sqlite *)base;
    bip_status st = find_newest(s, err);

    if (st == BIP_OK)
        st = put_entry_row(s, row, last, err);
    if (st == BIP_OK)
        st = put_parents(s, row->n, parents, n_parents, err);
    return st == BIP_OK ? keep_head(s, row->n, parents, n_parents, err) : st;
}

static bip_status leaves_put(bip__storage *base, const bip__leaf_row *rows, size_t n, bip_error *err)
{
    return put((bip__sqlite *)base, BIP__HAND_LEAVES, rows, n, err);
}

void bip__sqlite_writers(bip__storage_api *api)
{
    api->snapshot = snapshot;
    api->release = release;
    api->begin = begin;
    api->commit = commit;
    api->rollback = rollback;
    api->generation = generation;
    api->setting_put = setting_put;
    api->word_add = word_add;
    api->persons_add = persons_add;
    api->identities_add = identities_add;
    api->instrument_add = instrument_add;
    api->assessments_put = assessments_put;
    api->set_current = set_current;
    api->facts_put = facts_put;
    api->entry_reserve = entry_reserve;
    api->entry_put = entry_put;
    api->leaves_put = leaves_put;
}
