/* Copying a store while others use it, and checking the file below the rows. */
#include "base/alloc.h"
#include "base/aside.h"
#include "base/platform.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/sqlite.h"

#include <errno.h>
#include <string.h>

#define PAGES_A_STEP 1024 /* 4 MiB: an interrupt is heard between steps */

/* --------------------------------------------------------------------------------------------------------- checking */

/* The id of a fact, as people know it; where its entry is missing, the entry's number. */
#define CODE_OF(t) "coalesce((SELECT code FROM person p WHERE p.n = " t ".person), '?')"
#define NO_ROOT "(root_entry IS NULL) <> (root_idx IS NULL) OR (root_entry = entry AND root_idx = idx)"
#define ID_OF(t) "coalesce((SELECT lower(hex(id)) FROM entry e WHERE e.n = " t ".entry), entry) || '.' || idx"

typedef struct checking {
    bip__sqlite *s;
    bip_issue_fn issue;
    void *ctx;
    int64_t faults;
} checking;

static bip_status report(checking *c, const char *message, bip_error *err)
{
    const bip_issue issue = {.column = "", .where = "file", .message = message};

    c->faults++;
    if (c->issue && c->issue(c->ctx, &issue) != 0)
        return bip__fail(err, BIP_E_CANCELLED, c->s->path, "stopped");
    return BIP_OK;
}

#define CHECK_OF_PAGES "PRAGMA integrity_check"

/* Only of what SQLite itself says: the other queries hold people's words. */
static bool lacked_memory(const char *sql, const char *text)
{
    return strcmp(sql, CHECK_OF_PAGES) == 0 && bip__sqlite_check_lacked_memory(text);
}

/* Each row of the query is a fault in words. A file too damaged to be searched is a fault as well, not an end. */
static bip_status report_rows(checking *c, const char *sql, bip_error *err)
{
    sqlite3_stmt *q = NULL;
    bip_error fault = {0};
    bip_status st = BIP_OK;
    int rc = sqlite3_prepare_v2(c->s->db, sql, -1, &q, NULL);

    while (rc == SQLITE_OK && st == BIP_OK && (rc = sqlite3_step(q)) == SQLITE_ROW) {
        const char *text = (const char *)sqlite3_column_text(q, 0);

        rc = SQLITE_OK;
        if (!text || lacked_memory(sql, text))
            st = bip__nomem(err);
        else if (strcmp(text, "ok") != 0)
            st = report(c, text, err);
    }
    if (st == BIP_OK && rc != SQLITE_DONE) {
        st = bip__sqlite_fail(c->s, "the file can't be searched", &fault);
        if (st == BIP_E_CORRUPT)
            st = report(c, fault.message, err);
        else if (err)
            *err = fault;
    }
    sqlite3_finalize(q);
    return st;
}

static bool schema_has(const char *sql)
{
    for (size_t i = 0; i < sizeof bip__schema / sizeof *bip__schema; i++)
        if (strcmp(bip__schema[i], sql) == 0)
            return true;
    return false;
}

/* A trigger that another program added, or a view that shows other scores, changes what people see or what their own
 * programs write. SQLite keeps the words of each CREATE as they were; what ANALYZE adds begins with sqlite_. */
static bip_status check_schema(checking *c, bip_error *err)
{
    static const char all[] =
        "SELECT sql, type || ' ' || name || ': is not as a store of this version has it' FROM sqlite_schema"
        " WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
    sqlite3_stmt *q = NULL;
    bip_status st = BIP_OK;
    size_t known = 0;
    int rc = sqlite3_prepare_v2(c->s->db, all, -1, &q, NULL);

    while (rc == SQLITE_OK && st == BIP_OK && (rc = sqlite3_step(q)) == SQLITE_ROW) {
        const char *sql = (const char *)sqlite3_column_text(q, 0), *message = (const char *)sqlite3_column_text(q, 1);

        rc = SQLITE_OK;
        if (!sql || !message)
            st = bip__nomem(err);
        else if (schema_has(sql))
            known++;
        else
            st = report(c, message, err);
    }
    if (st == BIP_OK && rc != SQLITE_DONE)
        st = bip__sqlite_fail(c->s, "the file can't be searched", err);
    sqlite3_finalize(q);
    if (st == BIP_OK && known < sizeof bip__schema / sizeof *bip__schema)
        st = report(c, "a table, index or view of the store is missing", err);
    return st;
}

/* What the schema leaves undeclared for speed, and what is derived from other rows. */
static const char *const faulty[] = {
    CHECK_OF_PAGES,
    "SELECT 'table ' || \"table\" || ', row ' || coalesce(rowid, '?') || ': names a row of ' || parent || "
    "' that is missing' FROM pragma_foreign_key_check LIMIT 100",
    "SELECT 'assessment ' || " ID_OF(
        "assessment") " || ': names a row that is missing' FROM assessment"
                      " WHERE person NOT IN (SELECT n FROM person) OR instrument NOT IN (SELECT n FROM instrument)"
                      " OR respondent NOT IN (SELECT n FROM word) OR (rater IS NOT NULL AND rater NOT IN (SELECT n "
                      "FROM word))"
                      " OR entry NOT IN (SELECT n FROM entry) LIMIT 100",
    "SELECT 'fact ' || " ID_OF("fact") " || ': names a row that is missing' FROM fact"
                                       " WHERE (person <> 0 AND person NOT IN (SELECT n FROM person)) OR entry NOT "
                                       "IN (SELECT n FROM entry) LIMIT 100",
    "SELECT 'leaf ' || entry || '.' || pos || ': names a row that is missing' FROM leaf"
    " WHERE (identity IS NOT NULL AND identity NOT IN (SELECT n FROM identity)) OR entry NOT IN (SELECT n FROM "
    "entry) LIMIT 100",
    "SELECT 'entry ' || lower(hex(id)) || ': its last leaf names an identity that is missing, or is none' FROM entry"
    " WHERE (identity IS NOT NULL AND (leaf IS NULL OR identity NOT IN (SELECT n FROM identity)))"
    " OR (pos IS NULL) <> (leaf IS NULL) LIMIT 100",
    "SELECT 'entry ' || lower(hex(e.id)) || ': the list of its parents is wrong' FROM parent p JOIN entry e"
    " ON e.n = p.entry LEFT JOIN entry o ON o.n = p.parent GROUP BY p.entry HAVING count(*) > count(o.n)"
    " OR max(p.parent) > p.entry OR (max(p.parent) = p.entry AND (count(*) > 1 OR p.entry = 1))"
    " OR (max(p.parent) = p.entry - 1 AND count(*) = 1) LIMIT 100",
    "SELECT 'entry ' || lower(hex(id)) || ': the list of heads is wrong' FROM entry"
    " WHERE n < (SELECT max(n) FROM entry) AND (n IN (SELECT entry FROM head)) ="
    " (n IN (SELECT parent FROM parent WHERE parent <> entry"
    " UNION ALL SELECT n - 1 FROM entry WHERE n NOT IN (SELECT entry FROM parent))) LIMIT 100",
    "SELECT 'entry ' || lower(hex(id)) || ': stands twice, or can''t be found by its id' FROM entry"
    " GROUP BY id HAVING count(*) > 1 OR moved <> (substr(hex(id), 1, 8) <> printf('%08X', n)) LIMIT 100",
    "SELECT 'identity ' || n || ': is neither somebody''s nor erased' FROM identity"
    " WHERE (person IS NULL) <> (uuid IS NULL) OR (erased_by IS NOT NULL AND erased_by NOT IN (SELECT n FROM "
    "entry))"
    " OR length(hash) <> 32 OR length(uuid) <> 16 LIMIT 100",
    "SELECT 'entry ' || lower(hex(id)) || ': its id or hash has another length' FROM entry"
    " WHERE length(id) <> 16 OR length(hash) <> 32 OR length(leaf) <> 32 LIMIT 100",
    "SELECT 'entry ' || lower(hex(e.id)) || ', leaf ' || l.pos || ': its hash has another length'"
    " FROM leaf l JOIN entry e ON e.n = l.entry WHERE length(l.hash) <> 32 LIMIT 100",
    "SELECT 'assessment ' || " ID_OF("assessment") " || ', participant ' || " CODE_OF(
        "assessment") " || ': names no first revision, or itself' FROM assessment"
                      " WHERE " NO_ROOT " LIMIT 100",
    "SELECT 'fact ' || " ID_OF("fact") " || ', participant ' || " CODE_OF(
        "fact") " || ': names no first fact, or itself' FROM fact"
                " WHERE " NO_ROOT " LIMIT 100",
    "SELECT 'instrument ' || code || '@' || version || ': is neither built in nor added' FROM instrument"
    " WHERE (entry IS NULL) <> (idx IS NULL) OR (entry IS NULL AND reason IS NOT NULL) LIMIT 100",
    "SELECT 'word ' || n || ': is of another kind than what names it, or of none' FROM word"
    " WHERE kind NOT IN (1, 2, 3) OR (kind <> 1 AND n IN (SELECT respondent FROM item UNION SELECT respondent FROM"
    " assessment)) OR (kind <> 2 AND n IN (SELECT rater FROM assessment WHERE rater IS NOT NULL))"
    " OR (kind <> 3 AND n IN (SELECT actor FROM entry)) LIMIT 100",
    "SELECT 'setting ' || key || ': is not one of a store' FROM meta WHERE key NOT IN ('lang', 'national_ids', "
    "'keep_days', 'traces')"
    " OR typeof(value) <> 'text' LIMIT 100",
};

static bip_status check(bip__storage *base, bip_issue_fn issue, void *ctx, int64_t *faults, bip_error *err)
{
    checking c = {.s = (bip__sqlite *)base, .issue = issue, .ctx = ctx};
    bip_status st = base->api->snapshot(base, err);

    *faults = 0;
    if (st != BIP_OK)
        return st;
    st = check_schema(&c, err);
    for (size_t i = 0; i < sizeof faulty / sizeof *faulty && st == BIP_OK; i++)
        st = report_rows(&c, faulty[i], err);
    base->api->release(base);
    *faults = c.faults;
    return st;
}

/* ---------------------------------------------------------------------------------------------------------- copying */

/* The whole of the store's view into a connection to a new file. */
static int copy_pages(bip__sqlite *s, sqlite3 *to)
{
    sqlite3_backup *copy = sqlite3_backup_init(to, "main", s->db, "main");
    int rc = SQLITE_OK, times = 0;

    if (!copy)
        return sqlite3_extended_errcode(to);
    while (rc == SQLITE_OK || (((rc & 0xff) == SQLITE_BUSY || rc == SQLITE_LOCKED) && bip__sqlite_wait(s, times++))) {
        rc = atomic_load(&s->stop) ? SQLITE_INTERRUPT : sqlite3_backup_step(copy, PAGES_A_STEP);
        if (rc == SQLITE_OK)
            times = 0;
        if (rc == SQLITE_INTERRUPT)
            break;
    }
    sqlite3_backup_finish(copy);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static bip_status copy_to(bip__sqlite *s, const char *temporary, bip_error *err)
{
    sqlite3 *to = NULL;
    bip_status st = bip__sqlite_connect(temporary, "", SQLITE_OPEN_READWRITE, &to, err);
    int rc;

    if (st != BIP_OK)
        return st;
    /* Nothing to go back to and one fsync at the end: a half copy is removed, not repaired. */
    rc = sqlite3_exec(to, "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF", NULL, NULL, NULL);
    if (rc == SQLITE_OK)
        rc = copy_pages(s, to);
    if (rc != SQLITE_OK)
        st = bip__sqlite_fail_code(to, rc, temporary, "the copy can't be written", err);
    sqlite3_close(to);
    return st;
}

static bip_status publish(const char *temporary, const char *path, bip_error *err)
{
    int error = bip__path_name(path, temporary);

    if (error)
        return bip__sqlite_fail_create(error, path, err);
    bip__path_sync(path);
    return BIP_OK;
}

static bip_status backup_as(bip__sqlite *s, const char *temporary, const char *path, bip_error *err)
{
    int error = bip__file_create_private(temporary), hold;
    bip_status st;

    if (error)
        return bip__sqlite_fail_create(error, path, err);
    hold = bip__file_hold(temporary);
    if ((st = copy_to(s, temporary, err)) == BIP_OK && (st = bip__sqlite_probe(temporary, true, err)) == BIP_OK &&
        !bip__path_sync(temporary))
        st = bip__fail(err, BIP_E_IO, path, "the copy can't be brought to the disk");
    if (st == BIP_OK)
        st = publish(temporary, path, err);
    if (st != BIP_OK)
        bip__sqlite_remove(temporary);
    bip__file_let_go(hold);
    return st;
}

/* Inside a snapshot: the pages of one moment, which others' commits neither change nor make it begin again. */
static bip_status backup(bip__storage *base, const char *path, bip_error *err)
{
    bip__sqlite *s = (bip__sqlite *)base;
    bip__path_kind there;
    char *temporary;
    bip_status st;

    if (s->writing)
        return bip__fail(err, BIP_E_USAGE, s->path, "a change is open: commit it before making a copy");
    bip__path_sweep(path);
    if ((there = bip__path_look(path, NULL)) != BIP__PATH_NONE)
        return bip__sqlite_fail_create(there == BIP__PATH_BARRED ? EACCES : EEXIST, path, err);
    if ((st = base->api->snapshot(base, err)) != BIP_OK)
        return st;
    temporary = bip__aside(path);
    st = temporary ? backup_as(s, temporary, path, err) : bip__nomem(err);
    bip__free(temporary);
    base->api->release(base);
    return st;
}

void bip__sqlite_keepers(bip__storage_api *api)
{
    api->check = check;
    api->backup = backup;
}
