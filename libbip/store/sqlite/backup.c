/* Copying a store while others use it, and checking the file below the rows. */
#include "base/alloc.h"
#include "base/out.h"
#include "base/platform.h"
#include "store/sqlite/sqlite.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define PAGES_A_STEP 1024 /* 4 MiB: an interrupt is heard between steps */

/* --------------------------------------------------------------------------------------------------------- checking */

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
        if (!text)
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

static bip_status check(bip__storage *base, bip_issue_fn issue, void *ctx, int64_t *faults, bip_error *err)
{
    /* What the schema leaves undeclared for speed, and what is derived from other rows. */
    static const char *const queries[] = {
        "PRAGMA integrity_check",
        "SELECT 'table ' || \"table\" || ', row ' || coalesce(rowid, '?') || ': names a row of ' || parent || "
        "' that is missing' FROM pragma_foreign_key_check LIMIT 100",
        "SELECT 'assessment ' || entry || '.' || idx || ': names a row that is missing' FROM assessment"
        " WHERE person NOT IN (SELECT n FROM person) OR instrument NOT IN (SELECT n FROM instrument)"
        " OR respondent NOT IN (SELECT n FROM word) OR (rater IS NOT NULL AND rater NOT IN (SELECT n FROM word))"
        " OR entry NOT IN (SELECT n FROM entry) LIMIT 100",
        "SELECT 'fact ' || entry || '.' || idx || ': names a row that is missing' FROM fact"
        " WHERE (person <> 0 AND person NOT IN (SELECT n FROM person)) OR entry NOT IN (SELECT n FROM entry) LIMIT 100",
        "SELECT 'leaf ' || entry || '.' || pos || ': names a row that is missing' FROM leaf"
        " WHERE (identity IS NOT NULL AND identity NOT IN (SELECT n FROM identity)) OR entry NOT IN (SELECT n FROM "
        "entry) LIMIT 100",
        "SELECT 'entry ' || n || ': the list of heads is wrong' FROM entry"
        " WHERE (n IN (SELECT entry FROM head)) = (n IN (SELECT parent FROM parent)) LIMIT 100",
    };
    checking c = {.s = (bip__sqlite *)base, .issue = issue, .ctx = ctx};
    bip_status st = base->api->snapshot(base, err);

    *faults = 0;
    if (st != BIP_OK)
        return st;
    for (size_t i = 0; i < sizeof queries / sizeof *queries && st == BIP_OK; i++)
        st = report_rows(&c, queries[i], err);
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

/* A name beside path that nobody else has: "" on failure. */
static bip_status temporary_name(const char *path, bip__out *name, bip_error *err)
{
    uint8_t chance[8];

    sqlite3_randomness(sizeof chance, chance);
    bip__out_init(name, NULL, NULL);
    bip__out_text(name, path);
    bip__out_text(name, ".tmp-");
    bip__out_hex(name, chance, sizeof chance);
    bip__out_char(name, '\0');
    return bip__out_finish(name, err);
}

/* Give the finished copy its name. An empty file is made under it first: that fails where the name is taken, and
 * rename() replaces it in one step. */
static bip_status publish(const char *temporary, const char *path, bip_error *err)
{
    int error = bip__file_create_private(path);

    if (error)
        return bip__sqlite_fail_create(error, path, err);
    if (rename(temporary, path) != 0) {
        bip__path_remove(path);
        return bip__fail(err, BIP_E_IO, path, "the copy can't be given its name");
    }
    bip__path_sync(path);
    return BIP_OK;
}

static bip_status backup_as(bip__sqlite *s, const char *temporary, const char *path, bip_error *err)
{
    int error = bip__file_create_private(temporary);
    bip_status st;

    if (error)
        return bip__sqlite_fail_create(error, path, err);
    if ((st = copy_to(s, temporary, err)) == BIP_OK && (st = bip__sqlite_probe(temporary, true, err)) == BIP_OK &&
        !bip__path_sync(temporary))
        st = bip__fail(err, BIP_E_IO, path, "the copy can't be brought to the disk");
    if (st == BIP_OK)
        st = publish(temporary, path, err);
    if (st != BIP_OK)
        bip__sqlite_remove(temporary);
    return st;
}

/* Inside a snapshot: the pages of one moment, which others' commits neither change nor make it begin again. */
static bip_status backup(bip__storage *base, const char *path, bip_error *err)
{
    bip__sqlite *s = (bip__sqlite *)base;
    bip__out temporary;
    bip_status st;

    if (s->writing)
        return bip__fail(err, BIP_E_USAGE, s->path, "a change is open: commit it before making a copy");
    if (bip__path_look(path, NULL) != BIP__PATH_NONE)
        return bip__sqlite_fail_create(EEXIST, path, err);
    if ((st = base->api->snapshot(base, err)) != BIP_OK)
        return st;
    if ((st = temporary_name(path, &temporary, err)) == BIP_OK)
        st = backup_as(s, temporary.data, path, err);
    bip__out_free(&temporary);
    base->api->release(base);
    return st;
}

void bip__sqlite_keepers(bip__storage_api *api)
{
    api->check = check;
    api->backup = backup;
}
