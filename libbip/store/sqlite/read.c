/* Looking up and reading. */
#include "base/alloc.h"
#include "store/sqlite/sqlite.h"
#include "store/trail.h"

#include <string.h>

/* ---------------------------------------------------------------------------------------------------------- columns */

bip_status bip__sqlite_damaged(bip__sqlite *s, const char *what, bip_error *err)
{
    return bip__fail(err, BIP_E_CORRUPT, s->path, "the file is damaged: %s", what);
}

/* Numbers wider than their field would read as others: `wide` collects what is cut off. */
static int32_t column_int32(sqlite3_stmt *q, int at, int64_t *wide)
{
    int64_t v = sqlite3_column_int64(q, at);

    *wide |= v - (int32_t)v;
    return (int32_t)v;
}

/* NULL, and *n 0, where the column is NULL. Text first, length after: the other order may convert twice. */
static const char *column_text(sqlite3_stmt *q, int at, size_t *n)
{
    const char *text = (const char *)sqlite3_column_text(q, at);

    *n = text ? (size_t)sqlite3_column_bytes(q, at) : 0;
    return text;
}

static bool column_bytes(sqlite3_stmt *q, int at, uint8_t *into, size_t n)
{
    const void *p = sqlite3_column_blob(q, at);

    if (!p || (size_t)sqlite3_column_bytes(q, at) != n)
        return false;
    memcpy(into, p, n);
    return true;
}

static bip_status take_entry(bip__sqlite *s, sqlite3_stmt *q, bip__entry_row *out, bip_error *err)
{
    int64_t wide = 0;

    *out = (bip__entry_row){.n = sqlite3_column_int64(q, 0),
                            .at_ms = sqlite3_column_int64(q, 2),
                            .logical_ms = sqlite3_column_int64(q, 3),
                            .actor = column_int32(q, 4, &wide)};
    if (wide || !column_bytes(q, 1, out->id, sizeof out->id) || !column_bytes(q, 5, out->hash, sizeof out->hash))
        return bip__sqlite_damaged(s, "an entry of the audit trail", err);
    return BIP_OK;
}

static bip_status take_identity(bip__sqlite *s, sqlite3_stmt *q, bip__identity_row *out, bip_error *err)
{
    int64_t wide = 0;

    *out = (bip__identity_row){.n = column_int32(q, 0, &wide),
                               .erased = sqlite3_column_type(q, 1) == SQLITE_NULL,
                               .person = column_int32(q, 3, &wide),
                               .erased_by = sqlite3_column_int64(q, 4)};
    if (wide || (!out->erased && !column_bytes(q, 1, out->uuid, sizeof out->uuid)) ||
        !column_bytes(q, 2, out->hash, sizeof out->hash))
        return bip__sqlite_damaged(s, "an identity", err);
    return BIP_OK;
}

static bip_status take_leaf(bip__sqlite *s, sqlite3_stmt *q, bip__leaf_row *out, bip_error *err)
{
    int64_t wide = 0;

    *out = (bip__leaf_row){
        .entry = sqlite3_column_int64(q, 0), .pos = column_int32(q, 1, &wide), .identity = column_int32(q, 2, &wide)};
    if (wide || !column_bytes(q, 3, out->hash, sizeof out->hash))
        return bip__sqlite_damaged(s, "a leaf of the audit trail", err);
    return BIP_OK;
}

/* ---------------------------------------------------------------------------------------------------------- looking up
 */

/* Bind, in order: an integer where text is NULL and bytes is NULL, ... Lookups have at most two keys. */
typedef struct key {
    const char *text;
    const uint8_t *bytes; /* where text is NULL */
    size_t n;
    int64_t number; /* where both are NULL */
} key;

static int bind_key(sqlite3_stmt *q, int at, const key *k)
{
    if (k->text)
        return sqlite3_bind_text(q, at, k->text, -1, SQLITE_STATIC);
    if (k->bytes)
        return sqlite3_bind_blob64(q, at, k->bytes, k->n, SQLITE_STATIC);
    return sqlite3_bind_int64(q, at, k->number);
}

/* BIP_OK: *q stands on the row found, to be let go with done(). */
static bip_status find(bip__sqlite *s, bip__statement which, const key *keys, int n, sqlite3_stmt **q, bip_error *err)
{
    bip_status st = bip__sqlite_statement(s, which, q, err);

    for (int i = 0; i < n && st == BIP_OK; i++)
        if (bind_key(*q, i + 1, &keys[i]) != SQLITE_OK)
            st = bip__sqlite_fail(s, "the store can't be read", err);
    if (st == BIP_OK)
        st = bip__sqlite_row(s, *q, err);
    return st;
}

static void done(sqlite3_stmt *q)
{
    sqlite3_reset(q);
}

static bip_status find_number(bip__sqlite *s, bip__statement which, const key *keys, int n, int32_t *out,
                              bip_error *err)
{
    sqlite3_stmt *q;
    int64_t wide = 0;
    bip_status st = find(s, which, keys, n, &q, err);

    if (st != BIP_OK)
        return st;
    *out = column_int32(q, 0, &wide);
    done(q);
    return wide ? bip__sqlite_damaged(s, "a number out of range", err) : BIP_OK;
}

static bip_status setting_get(bip__storage *base, const char *name, char *into, size_t n, bip_error *err)
{
    bip__sqlite *s = (bip__sqlite *)base;
    sqlite3_stmt *q;
    size_t len;
    const char *text;
    bip_status st = find(s, BIP__S_SETTING_GET, &(key){.text = name}, 1, &q, err);

    into[0] = '\0';
    if (st != BIP_OK)
        return st == BIP_E_NOT_FOUND ? BIP_OK : st;
    text = column_text(q, 0, &len);
    if (len >= n)
        st = bip__sqlite_damaged(s, "a setting", err);
    else if (text)
        memcpy(into, text, len + 1);
    done(q);
    return st;
}

static bip_status word_find(bip__storage *base, int kind, const char *text, int32_t *n, bip_error *err)
{
    const key keys[] = {{.number = kind}, {.text = text}};

    return find_number((bip__sqlite *)base, BIP__S_WORD_FIND, keys, 2, n, err);
}

static bip_status read_word(bip__sqlite *s, int32_t n, bip_error *err)
{
    sqlite3_stmt *q;
    size_t len;
    const char *text;
    bip_status st = find(s, BIP__S_WORD_TEXT, &(key){.number = n}, 1, &q, err);

    if (st == BIP_E_NOT_FOUND)
        return bip__fail(err, BIP_E_CORRUPT, s->path, "the file is damaged: word %d is missing", (int)n);
    if (st != BIP_OK)
        return st;
    text = column_text(q, 0, &len);
    s->words[n] = bip__strndup(text ? text : "", len);
    done(q);
    return s->words[n] ? BIP_OK : bip__nomem(err);
}

static bip_status word_text(bip__storage *base, int32_t n, const char **lent, bip_error *err)
{
    bip__sqlite *s = (bip__sqlite *)base;
    size_t had = s->words_cap;
    bip_status st = BIP_OK;

    *lent = NULL;
    /* The list is as long as the greatest number asked for: a wild one out of a damaged file must not make it huge. */
    if (n < 1 || n > 100000000)
        return bip__fail(err, BIP_E_CORRUPT, s->path, "the file is damaged: word %d is missing", (int)n);
    if ((size_t)n >= s->words_cap) {
        if (!bip__grow(&s->words, &s->words_cap, (size_t)n + 1, sizeof *s->words))
            return bip__nomem(err);
        memset(s->words + had, 0, (s->words_cap - had) * sizeof *s->words);
    }
    if (!s->words[n])
        st = read_word(s, n, err);
    *lent = s->words[n];
    return st;
}

/* A change forgets whom readings found; the commits of others are seen by the view's version. */
static bool found_before(const bip__sqlite *s, const char *code)
{
    return s->view && s->found_code[0] && strcmp(s->found_code, code) == 0 &&
           s->found_at == sqlite3_column_int64(s->view, 0);
}

static void keep_found(bip__sqlite *s, const char *code, int32_t n)
{
    size_t length = strlen(code);

    if (!s->view || length >= sizeof s->found_code)
        return;
    memcpy(s->found_code, code, length + 1);
    s->found = n;
    s->found_at = sqlite3_column_int64(s->view, 0);
}

static bip_status person_find(bip__storage *base, const char *code, int32_t *n, bip_error *err)
{
    bip__sqlite *s = (bip__sqlite *)base;
    bip_status st;

    if (found_before(s, code)) {
        *n = s->found;
        return BIP_OK;
    }
    st = find_number(s, BIP__S_PERSON_FIND, &(key){.text = code}, 1, n, err);
    if (st == BIP_OK)
        keep_found(s, code, *n);
    return st;
}

static bip_status person_get(bip__storage *base, int32_t n, const char **code, bip_error *err)
{
    bip__sqlite *s = (bip__sqlite *)base;
    sqlite3_stmt *q;
    size_t len;
    const char *text;
    bip_status st = find(s, BIP__S_PERSON_GET, &(key){.number = n}, 1, &q, err);

    *code = NULL;
    if (st == BIP_E_NOT_FOUND)
        return bip__fail(err, BIP_E_CORRUPT, s->path, "the file is damaged: participant %d is missing", (int)n);
    if (st != BIP_OK)
        return st;
    text = column_text(q, 0, &len);
    if (!text || !bip__grow(&s->code, &s->code_cap, len + 1, 1)) {
        st = bip__nomem(err);
    } else {
        memcpy(s->code, text, len + 1);
        *code = s->code;
    }
    done(q);
    return st;
}

static bip_status find_identity(bip__sqlite *s, bip__statement which, key k, bip__identity_row *out, bip_error *err)
{
    sqlite3_stmt *q;
    bip_status st = find(s, which, &k, 1, &q, err);

    if (st != BIP_OK)
        return st;
    st = take_identity(s, q, out, err);
    done(q);
    return st;
}

static bip_status identity_find(bip__storage *base, const uint8_t hash[BIP_HASH_SIZE], bip__identity_row *out,
                                bip_error *err)
{
    return find_identity((bip__sqlite *)base, BIP__S_IDENTITY_FIND, (key){.bytes = hash, .n = BIP_HASH_SIZE}, out, err);
}

static bip_status identity_get(bip__storage *base, int32_t n, bip__identity_row *out, bip_error *err)
{
    return find_identity((bip__sqlite *)base, BIP__S_IDENTITY_GET, (key){.number = n}, out, err);
}

static bip_status find_entry(bip__sqlite *s, bip__statement which, const key *keys, int n, bip__entry_row *out,
                             bip_error *err)
{
    sqlite3_stmt *q;
    bip_status st = find(s, which, keys, n, &q, err);

    if (st != BIP_OK)
        return st;
    st = take_entry(s, q, out, err);
    done(q);
    return st;
}

static bip_status entry_get(bip__storage *base, int64_t n, bip__entry_row *out, bip_error *err)
{
    return find_entry((bip__sqlite *)base, BIP__S_ENTRY_GET, &(key){.number = n}, 1, out, err);
}

static bip_status entry_find(bip__storage *base, const uint8_t id[BIP__UUID_SIZE], bip__entry_row *out, bip_error *err)
{
    const key keys[] = {{.bytes = id, .n = BIP__UUID_SIZE}, {.number = bip__entry_id_number(id)}};

    return find_entry((bip__sqlite *)base, BIP__S_ENTRY_FIND, keys, 2, out, err);
}

static bip_status leaf_over(bip__storage *base, int64_t entry, int32_t idx, bip__leaf_row *out, bip_error *err)
{
    bip__sqlite *s = (bip__sqlite *)base;
    const key keys[] = {{.number = entry}, {.number = idx}};
    sqlite3_stmt *q;
    bip_status st = find(s, BIP__S_LEAF_OVER, keys, 2, &q, err);

    if (st != BIP_OK)
        return st;
    st = take_leaf(s, q, out, err);
    done(q);
    return st;
}

/* ---------------------------------------------------------------------------------------------------------- readings
 */

static void close_rows(bip__rows *r)
{
    if (!r)
        return;
    r->store->open_rows--;
    if (r->borrowed) {
        r->store->lent[r->which] = false;
        sqlite3_reset(r->statement);
    } else {
        sqlite3_finalize(r->statement);
    }
    bip__sqlite_leave_idle(r->store, r);
    bip__free(r);
}

/* Lends the store's kept statement, or prepares another where that one is lent already. */
bip_status bip__sqlite_open_rows(bip__storage *base, bip__statement which, const int64_t *keys, int n, bip__rows **out,
                                 bip_error *err)
{
    bip__sqlite *s = (bip__sqlite *)base;
    bip_status st;
    bip__rows *r = bip__alloc_zero(1, sizeof *r);

    *out = NULL;
    if (!r)
        return bip__nomem(err);
    r->store = s;
    r->which = which;
    r->borrowed = !s->lent[which];
    st = r->borrowed ? bip__sqlite_statement(s, which, &r->statement, err)
                     : bip__sqlite_prepare(s, which, &r->statement, err);
    if (st != BIP_OK) {
        bip__free(r);
        return st;
    }
    s->lent[which] = true;
    s->open_rows++;
    for (int i = 0; i < n && st == BIP_OK; i++)
        if (sqlite3_bind_int64(r->statement, i + 1, keys[i]) != SQLITE_OK)
            st = bip__sqlite_fail(s, "the store can't be read", err);
    if (st != BIP_OK)
        close_rows(r);
    else
        *out = r;
    return st;
}

/* BIP_OK: the statement stands on a row. After the end it stays there: SQLite would begin anew. */
bip_status bip__sqlite_next_row(bip__rows *r, bip_error *err)
{
    int rc = r->done ? SQLITE_DONE : sqlite3_step(r->statement);

    if (rc == SQLITE_ROW)
        return BIP_OK;
    r->done = true;
    return rc == SQLITE_DONE ? BIP_DONE : bip__sqlite_fail(r->store, "the store can't be read", err);
}

/* A text that memory was lacking for looks like one that isn't there. */
static bip_status row_read(bip__rows *r, int64_t wide, const char *number, bip_error *err)
{
    if (sqlite3_errcode(r->store->db) == SQLITE_NOMEM)
        return bip__nomem(err);
    return wide ? bip__sqlite_damaged(r->store, number, err) : BIP_OK;
}

/* Every column that is asked for costs: where in its entry the root stands only of what was corrected. */
static void column_root(sqlite3_stmt *q, int at, int64_t *entry, int32_t *idx, int64_t *wide)
{
    if (sqlite3_column_type(q, at) == SQLITE_NULL)
        return;
    *entry = sqlite3_column_int64(q, at);
    *idx = column_int32(q, at + 1, wide);
}

static bip_status persons(bip__storage *base, bip__rows **out, bip_error *err)
{
    return bip__sqlite_open_rows(base, BIP__S_PERSONS, NULL, 0, out, err);
}

static bip_status next_person(bip__rows *r, bip__person_row *out, bip_error *err)
{
    int64_t wide = 0;
    size_t len;
    bip_status st = bip__sqlite_next_row(r, err);

    if (st != BIP_OK)
        return st;
    *out = (bip__person_row){.n = column_int32(r->statement, 0, &wide), .code = column_text(r->statement, 1, &len)};
    if (!out->code)
        return bip__nomem(err); /* the column can't be NULL */
    return wide ? bip__sqlite_damaged(r->store, "a participant's number", err) : BIP_OK;
}

static bip_status identities(bip__storage *base, int32_t person, bip__rows **out, bip_error *err)
{
    const int64_t keys[] = {person};

    return bip__sqlite_open_rows(base, person ? BIP__S_IDENTITIES_OF : BIP__S_IDENTITIES, keys, person ? 1 : 0, out,
                                 err);
}

static bip_status next_identity(bip__rows *r, bip__identity_row *out, bip_error *err)
{
    bip_status st = bip__sqlite_next_row(r, err);

    return st == BIP_OK ? take_identity(r->store, r->statement, out, err) : st;
}

static bip_status instruments(bip__storage *base, bip__rows **out, bip_error *err)
{
    return bip__sqlite_open_rows(base, BIP__S_INSTRUMENTS, NULL, 0, out, err);
}

static bip_status next_instrument(bip__rows *r, bip__instrument_row *out, bip_error *err)
{
    sqlite3_stmt *q = r->statement;
    int64_t wide = 0;
    size_t len;
    bip_status st = bip__sqlite_next_row(r, err);

    if (st != BIP_OK)
        return st;
    *out = (bip__instrument_row){.n = column_int32(q, 0, &wide),
                                 .code = column_text(q, 1, &len),
                                 .version = column_text(q, 2, &len),
                                 .entry = sqlite3_column_int64(q, 4),
                                 .idx = column_int32(q, 5, &wide),
                                 .reason = column_text(q, 6, &len)};
    out->json = column_text(q, 3, &out->json_n);
    if (!out->code || !out->version || !out->json)
        return bip__nomem(err);
    return wide ? bip__sqlite_damaged(r->store, "an instrument's number", err) : BIP_OK;
}

static bip_status items(bip__storage *base, int32_t instrument, bip__rows **out, bip_error *err)
{
    const int64_t keys[] = {instrument};

    return bip__sqlite_open_rows(base, BIP__S_ITEMS, keys, 1, out, err);
}

static bip_status next_item(bip__rows *r, bip__item_row *out, bip_error *err)
{
    int64_t wide = 0;
    size_t len;
    bip_status st = bip__sqlite_next_row(r, err);

    if (st != BIP_OK)
        return st;
    *out = (bip__item_row){.respondent = column_text(r->statement, 0, &len),
                           .indicator = column_text(r->statement, 1, &len),
                           .position = column_int32(r->statement, 2, &wide)};
    if (!out->respondent || !out->indicator)
        return bip__nomem(err);
    return wide ? bip__sqlite_damaged(r->store, "an item's position", err) : BIP_OK;
}

static bip_status assessments(bip__storage *base, int32_t person, bip_date from_day, bip_date until_day, bool revisions,
                              bip__rows **out, bip_error *err)
{
    const int64_t keys[] = {person, from_day, until_day};
    bip_status st = bip__sqlite_open_rows(base, revisions ? BIP__S_REVISIONS : BIP__S_ASSESSMENTS, keys, 3, out, err);

    if (st == BIP_OK)
        (*out)->person = person;
    return st;
}

static bip_status next_assessment(bip__rows *r, bip__assessment_row *out, bip_error *err)
{
    sqlite3_stmt *q = r->statement;
    int64_t wide = 0;
    bip_status st = bip__sqlite_next_row(r, err);

    if (st != BIP_OK)
        return st;
    out->person = r->person;
    out->day = column_int32(q, 0, &wide);
    out->entry = sqlite3_column_int64(q, 1);
    out->idx = column_int32(q, 2, &wide);
    out->instrument = column_int32(q, 3, &wide);
    out->respondent = column_int32(q, 4, &wide);
    out->rater = column_int32(q, 5, &wide);
    out->current = column_int32(q, 6, &wide);
    out->root_entry = out->entry;
    out->root_idx = out->idx;
    column_root(q, 7, &out->root_entry, &out->root_idx, &wide);
    out->scores = column_text(q, 9, &out->scores_n);
    out->note = column_text(q, 10, &out->note_n);
    out->reason = column_text(q, 11, &out->reason_n);
    return row_read(r, wide, "an assessment's number", err);
}

static bip_status facts(bip__storage *base, int32_t person, int32_t kind, bip__rows **out, bip_error *err)
{
    const int64_t keys[] = {person, kind};

    return bip__sqlite_open_rows(base, kind ? BIP__S_FACTS_OF_KIND : BIP__S_FACTS, keys, kind ? 2 : 1, out, err);
}

static bip_date column_date(sqlite3_stmt *q, int at, int64_t *wide)
{
    return sqlite3_column_type(q, at) == SQLITE_NULL ? BIP_NO_DATE : column_int32(q, at, wide);
}

static bip_status next_fact(bip__rows *r, bip__fact_row *out, bip_error *err)
{
    sqlite3_stmt *q = r->statement;
    int64_t wide = 0;
    bip_status st = bip__sqlite_next_row(r, err);

    if (st != BIP_OK)
        return st;
    out->person = column_int32(q, 0, &wide);
    out->kind = column_int32(q, 1, &wide);
    out->entry = sqlite3_column_int64(q, 2);
    out->idx = column_int32(q, 3, &wide);
    out->current = column_int32(q, 4, &wide);
    out->day = column_date(q, 5, &wide);
    out->day_to = column_date(q, 6, &wide);
    out->root_entry = out->entry;
    out->root_idx = out->idx;
    column_root(q, 7, &out->root_entry, &out->root_idx, &wide);
    out->body = column_text(q, 9, &out->body_n);
    return row_read(r, wide, "a fact's number", err);
}

static bip_status entries(bip__storage *base, bip__rows **out, bip_error *err)
{
    return bip__sqlite_open_rows(base, BIP__S_ENTRIES, NULL, 0, out, err);
}

static bip_status parents(bip__storage *base, int64_t entry, bip__rows **out, bip_error *err)
{
    return bip__sqlite_open_rows(base, BIP__S_PARENTS, &entry, 1, out, err);
}

static bip_status heads(bip__storage *base, bip__rows **out, bip_error *err)
{
    return bip__sqlite_open_rows(base, BIP__S_HEADS, NULL, 0, out, err);
}

static bip_status next_entry(bip__rows *r, bip__entry_row *out, bip_error *err)
{
    bip_status st = bip__sqlite_next_row(r, err);

    return st == BIP_OK ? take_entry(r->store, r->statement, out, err) : st;
}

static bip_status leaves(bip__storage *base, int64_t entry, bip__rows **out, bip_error *err)
{
    return bip__sqlite_open_rows(base, BIP__S_LEAVES, &entry, 1, out, err);
}

static bip_status next_leaf(bip__rows *r, bip__leaf_row *out, bip_error *err)
{
    bip_status st = bip__sqlite_next_row(r, err);

    return st == BIP_OK ? take_leaf(r->store, r->statement, out, err) : st;
}

void bip__sqlite_readers(bip__storage_api *api)
{
    api->setting_get = setting_get;
    api->word_find = word_find;
    api->word_text = word_text;
    api->person_find = person_find;
    api->person_get = person_get;
    api->identity_find = identity_find;
    api->identity_get = identity_get;
    api->identities = identities;
    api->persons = persons;
    api->instruments = instruments;
    api->items = items;
    api->assessments = assessments;
    api->facts = facts;
    api->entry_get = entry_get;
    api->entry_find = entry_find;
    api->entries = entries;
    api->parents = parents;
    api->heads = heads;
    api->leaves = leaves;
    api->leaf_over = leaf_over;
    api->next_person = next_person;
    api->next_identity = next_identity;
    api->next_instrument = next_instrument;
    api->next_item = next_item;
    api->next_assessment = next_assessment;
    api->next_fact = next_fact;
    api->next_entry = next_entry;
    api->next_leaf = next_leaf;
    api->close_rows = close_rows;
}
