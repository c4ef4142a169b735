/* Opening, making and closing a store in an SQLite file.
 *
 * Nothing here opens the file except through SQLite: on POSIX, closing any other descriptor of a file drops the locks
 * this process holds on it, and another connection of the host's could go on writing without them. */
#include "base/alloc.h"
#include "base/out.h"
#include "base/platform.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/sqlite.h"

#include <errno.h>
#include <string.h>

#define DEFAULT_WAIT_MS 10000
#define MAX_TEXT (64 << 20) /* bytes of one text or statement: what is longer is no score, note or instrument */

/* ------------------------------------------------------------------------------------------------------ connections */

/* Always a URI, with everything in the path escaped: Debian's SQLite reads "file:..." as a URI even where nobody asked
 * for that, so a file could be named that way on purpose. */
static char *uri_of(const char *path, const char *query)
{
    static const char digits[] = "0123456789ABCDEF";
    bip__out o;

    bip__out_init(&o, NULL, NULL);
    bip__out_text(&o, path[0] == '/' ? "file://" : "file:"); /* an empty host, or "//x" would be one */
    for (const unsigned char *p = (const unsigned char *)path; *p; p++) {
        if (strchr("/._-", *p) || (*p >= '0' && *p <= '9') || (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z')) {
            bip__out_char(&o, (char)*p);
        } else {
            bip__out_char(&o, '%');
            bip__out_char(&o, digits[*p >> 4]);
            bip__out_char(&o, digits[*p & 15]);
        }
    }
    bip__out_text(&o, query);
    bip__out_char(&o, '\0');
    if (bip__out_finish(&o, NULL) != BIP_OK)
        bip__out_free(&o);
    return o.data;
}

/* What a file brings along can't run code, change pages behind SQL's back or reach other files. */
static int defend(sqlite3 *db)
{
    static const struct {
        int option, value;
    } settings[] = {
        {SQLITE_DBCONFIG_DEFENSIVE, 1},      {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
        {SQLITE_DBCONFIG_DQS_DML, 0},        {SQLITE_DBCONFIG_DQS_DDL, 0},
        {SQLITE_DBCONFIG_ENABLE_FKEY, 1},    {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
        {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0}, {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
    };
    int rc = SQLITE_OK;

    for (size_t i = 0; i < sizeof settings / sizeof *settings && rc == SQLITE_OK; i++)
        rc = sqlite3_db_config(db, settings[i].option, settings[i].value, NULL);
    sqlite3_limit(db, SQLITE_LIMIT_LENGTH, MAX_TEXT);
    sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_limit(db, SQLITE_LIMIT_WORKER_THREADS, 0);
    return rc;
}

bip_status bip__sqlite_connect(const char *path, const char *query, int flags, sqlite3 **db, bip_error *err)
{
    bip_status st = BIP_OK;
    char *uri = uri_of(path, query);
    int rc;

    *db = NULL;
    if (!uri)
        return bip__nomem(err);
    /* No mutex: one thread at a time, and sqlite3_interrupt() needs none. */
    flags |= SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE;
    rc = sqlite3_open_v2(uri, db, flags, NULL);
    bip__free(uri);
    if (rc == SQLITE_OK)
        rc = defend(*db);
    if (rc != SQLITE_OK) {
        st = bip__sqlite_fail_code(*db, rc, path, "the store can't be opened", err);
        sqlite3_close(*db);
        *db = NULL;
    }
    return st;
}

static bip_status run_text(sqlite3 *db, const char *path, const char *sql, const char *doing, bip_error *err)
{
    int rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? BIP_OK : bip__sqlite_fail_code(db, sqlite3_extended_errcode(db), path, doing, err);
}

static bip_status read_int(sqlite3 *db, const char *path, const char *sql, int *out, bip_error *err)
{
    sqlite3_stmt *q = NULL;
    bip_status st = BIP_OK;

    *out = 0;
    if (sqlite3_prepare_v2(db, sql, -1, &q, NULL) == SQLITE_OK && sqlite3_step(q) == SQLITE_ROW)
        *out = sqlite3_column_int(q, 0);
    else
        st = bip__sqlite_fail_code(db, sqlite3_extended_errcode(db), path, "the store can't be read", err);
    sqlite3_finalize(q);
    return st;
}

/* Is this a store, and one that this library knows? */
static bip_status check_identity(sqlite3 *db, const char *path, bip_error *err)
{
    bip_status st;
    int application, version;

    if ((st = read_int(db, path, "PRAGMA application_id", &application, err)) != BIP_OK ||
        (st = read_int(db, path, "PRAGMA user_version", &version, err)) != BIP_OK)
        return st;
    if (application != BIP__APPLICATION_ID)
        return bip__fail(err, BIP_E_FORMAT, path,
                         application ? "the file is a database of another program" : "the file is not a store");
    if (version > BIP__SCHEMA_VERSION)
        return bip__fail(err, BIP_E_TOO_NEW, path, "the store has version %d, this library knows up to %d", version,
                         BIP__SCHEMA_VERSION);
    if (version < 1)
        return bip__fail(err, BIP_E_FORMAT, path, "the file is no finished store");
    return BIP_OK;
}

bool bip__sqlite_check_lacked_memory(const char *said)
{
    static const char code[] = "error code=7"; /* SQLITE_NOMEM */
    const char *at = strstr(said, code);

    return at && (at[sizeof code - 1] == '\0' || at[sizeof code - 1] == '\n');
}

static bip_status check_pages(sqlite3 *db, const char *path, bip_error *err)
{
    sqlite3_stmt *q = NULL;
    bip_status st = BIP_OK;
    const char *said;

    if (sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &q, NULL) != SQLITE_OK || sqlite3_step(q) != SQLITE_ROW ||
        !(said = (const char *)sqlite3_column_text(q, 0)))
        st = bip__sqlite_fail_code(db, sqlite3_extended_errcode(db), path, "the file can't be checked", err);
    else if (bip__sqlite_check_lacked_memory(said))
        st = bip__nomem(err);
    else if (strcmp(said, "ok") != 0)
        st = bip__fail(err, BIP_E_CORRUPT, path, "the file is damaged: %s", said);
    sqlite3_finalize(q);
    return st;
}

/* Bytes in the -wal file beside the store: changes that the file itself doesn't have yet. 0 also where there is none.
 */
static int64_t wal_size(sqlite3 *db)
{
    int64_t size;
    const char *name = sqlite3_db_filename(db, "main");

    bip__path_look(sqlite3_filename_wal(name), &size);
    return size;
}

/* SQLite counts a last page that is cut short as whole. */
static bip_status check_length(sqlite3 *db, const char *path, bip_error *err)
{
    bip_status st;
    int pages, page_size;
    int64_t size;

    if ((st = read_int(db, path, "PRAGMA page_count", &pages, err)) != BIP_OK ||
        (st = read_int(db, path, "PRAGMA page_size", &page_size, err)) != BIP_OK)
        return st;
    if (bip__path_look(path, &size) == BIP__PATH_FILE && size < (int64_t)pages * page_size)
        return bip__fail(err, BIP_E_CORRUPT, path, "the file is damaged: it is cut short");
    return BIP_OK;
}

bip_status bip__sqlite_probe(const char *path, bool whole, bip_error *err)
{
    sqlite3 *db;
    bip_status st = bip__sqlite_connect(path, "?immutable=1", SQLITE_OPEN_READONLY, &db, err);

    if (st != BIP_OK)
        return st;
    st = check_identity(db, path, err);
    if (st == BIP_OK)
        st = check_length(db, path, err);
    if (st == BIP_OK && whole)
        st = check_pages(db, path, err);
    /* After a crash the file alone can be half of what file and -wal are together: SQLite must put it right first. */
    if (st == BIP_E_CORRUPT && !whole && wal_size(db) > 0)
        st = BIP_OK;
    sqlite3_close(db);
    return st;
}

/* --------------------------------------------------------------------------------------------------------- one store
 */

void bip__sqlite_forget_words(bip__sqlite *s)
{
    for (size_t i = 0; i < s->words_cap; i++)
        bip__free(s->words[i]);
    bip__free(s->words);
    s->words = NULL;
    s->words_cap = 0;
    s->words_added = false;
}

static void close_store(bip__storage *base)
{
    bip__sqlite *s = (bip__sqlite *)base;

    for (int i = 0; i < BIP__N_STATEMENTS; i++)
        sqlite3_finalize(s->statements[i]);
    sqlite3_close_v2(s->db); /* an open transaction is rolled back */
    bip__sqlite_forget_words(s);
    bip__sqlite_free_idle(s);
    bip__free(s->code);
    bip__free(s->path);
    bip__free(s);
}

static void interrupt_store(bip__storage *base)
{
    bip__sqlite *s = (bip__sqlite *)base;

    atomic_store(&s->stop, 1);
    sqlite3_interrupt(s->db);
}

static bip_status store_new(const char *path, bool writable, int32_t wait_ms, bip__sqlite **out, bip_error *err)
{
    bip__sqlite *s = *out = bip__alloc_zero(1, sizeof *s);

    if (!s)
        return bip__nomem(err);
    s->base.api = &s->api;
    s->base.writable = writable;
    s->wait_ms = wait_ms > 0 ? wait_ms : DEFAULT_WAIT_MS;
    s->newest = -1;
    atomic_init(&s->stop, 0);
    s->api.interrupt = interrupt_store;
    s->api.close = close_store;
    bip__sqlite_readers(&s->api);
    bip__sqlite_gatherers(&s->api);
    bip__sqlite_writers(&s->api);
    bip__sqlite_keepers(&s->api);
    bip__sqlite_erasers(&s->api);
    s->path = bip__strdup(strcmp(path, ":memory:") == 0 ? "" : path);
    if (!s->path) {
        close_store(&s->base);
        *out = NULL;
        return bip__nomem(err);
    }
    return BIP_OK;
}

/* Bring a new connection to work: what has to hold on every one. */
static bip_status settle(bip__sqlite *s, bip_error *err)
{
    static const char always[] = "PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY; PRAGMA secure_delete = ON;"
                                 "PRAGMA synchronous = FULL; PRAGMA cell_size_check = ON; PRAGMA cache_size = -16384;";
    bip_status st;

    sqlite3_busy_handler(s->db, bip__sqlite_wait, s);
    if (bip__sqlite_offer_hands(s) != SQLITE_OK)
        return bip__sqlite_fail(s, "the store can't be opened", err);
    st = run_text(s->db, s->path, always, "the store can't be opened", err);
    if (st == BIP_OK && bip__sqlite_add_gather(s) != SQLITE_OK)
        st = bip__sqlite_fail(s, "the store can't be opened", err);
    if (st == BIP_OK && !s->base.writable)
        st = run_text(s->db, s->path, "PRAGMA query_only = ON", "the store can't be opened", err);
    return st;
}

/* Prepared beforehand: ending a transaction must not fail for want of memory. */
static bip_status prepare_ends(bip__sqlite *s, bip_error *err)
{
    sqlite3_stmt *q;
    bip_status st = bip__sqlite_statement(s, BIP__S_COMMIT, &q, err);

    return st == BIP_OK ? bip__sqlite_statement(s, BIP__S_ROLLBACK, &q, err) : st;
}

/* ---------------------------------------------------------------------------------------------------------- opening */

#define TEXT_AS_IS(n) #n
#define TEXT(n) TEXT_AS_IS(n)
#define APPLICATION TEXT(BIP__APPLICATION_ID)
#define VERSION TEXT(BIP__SCHEMA_VERSION)

/* Tables and first contents in one transaction under a rollback journal, which leaves either an empty file or a whole
 * store; WAL, which the file remembers, comes last. */
static bip_status make_tables(bip__sqlite *s, bip__fill_fn fill, void *ctx, bip_error *err)
{
    static const char failed[] = "the store can't be made";
    static const char finish[] = "PRAGMA application_id = " APPLICATION "; PRAGMA user_version = " VERSION "; COMMIT";
    bip_status st = run_text(s->db, s->path, "BEGIN EXCLUSIVE", failed, err);

    for (size_t i = 0; i < sizeof bip__schema / sizeof *bip__schema && st == BIP_OK; i++)
        st = run_text(s->db, s->path, bip__schema[i], failed, err);
    s->writing = true;
    if (st == BIP_OK && fill)
        st = fill(&s->base, ctx, err);
    s->writing = false;
    if (st == BIP_OK)
        st = run_text(s->db, s->path, finish, failed, err);
    s->words_added = false;
    if (st == BIP_OK && s->path[0])
        st = run_text(s->db, s->path, "PRAGMA journal_mode = WAL", failed, err);
    return st;
}

void bip__sqlite_remove(const char *path)
{
    static const char *const beside[] = {"-journal", "-wal", "-shm"};
    bip__out name;

    bip__path_remove(path);
    for (size_t i = 0; i < sizeof beside / sizeof *beside; i++) {
        bip__out_init(&name, NULL, NULL);
        bip__out_text(&name, path);
        bip__out_text(&name, beside[i]);
        bip__out_char(&name, '\0');
        if (bip__out_finish(&name, NULL) == BIP_OK)
            bip__path_remove(name.data);
        bip__out_free(&name);
    }
}

bip_status bip__sqlite_fail_create(int error, const char *path, bip_error *err)
{
    static const struct {
        int error;
        bip_status st;
        const char *message;
    } known[] = {{EEXIST, BIP_E_CONFLICT, "the path exists already"},
                 {ENOSPC, BIP_E_FULL, "no room left on the disk"},
                 {ENOENT, BIP_E_IO, "the folder does not exist"},
                 {EACCES, BIP_E_IO, "there is no right to make a file there"},
                 {ENAMETOOLONG, BIP_E_IO, "the name is too long"}};
    bip_status st = BIP_E_IO;
    const char *message = "the file can't be made";

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (error == known[i].error) {
            st = known[i].st;
            message = known[i].message;
        }
    bip__fail(err, st, path, "%s", message);
    if (err)
        err->detail = error;
    return st;
}

/* Locks of several computers on one file are not to be trusted there, and two writers at once destroy a store. */
static bip_status refuse_network(const char *path, bip_error *err)
{
    const char *kind = strcmp(path, ":memory:") == 0 ? NULL : bip__path_network(path);

    return kind
               ? bip__fail(err, BIP_E_IO, path,
                           "is on a network drive (%s), where locks can't be relied on: keep the store on a local disk",
                           kind)
               : BIP_OK;
}

static bip_status create_store(const char *path, int32_t wait_ms, bip__fill_fn fill, void *ctx, bip__sqlite **out,
                               bip_error *err)
{
    bool file = strcmp(path, ":memory:") != 0;
    int error = file ? bip__file_create_private(path) : 0;
    bip_status st;

    *out = NULL;
    if (error)
        return bip__sqlite_fail_create(error, path, err);
    if (file)
        bip__path_sync(path); /* its name is on the disk before its first commit; no connection has it open yet */
    if ((st = store_new(path, true, wait_ms, out, err)) == BIP_OK &&
        (st = bip__sqlite_connect(file ? path : "", file ? "" : "?mode=memory", SQLITE_OPEN_READWRITE, &(*out)->db,
                                  err)) == BIP_OK &&
        (st = settle(*out, err)) == BIP_OK && (st = make_tables(*out, fill, ctx, err)) == BIP_OK)
        st = prepare_ends(*out, err);
    if (st == BIP_OK)
        return BIP_OK;
    if (*out)
        close_store(&(*out)->base);
    *out = NULL;
    if (file)
        bip__sqlite_remove(path);
    return st;
}

/* Connect for work, and read the file once under its lock: only then do missing rights show. */
static bip_status open_locked(bip__sqlite *s, const char *query, int flags, bip_error *err)
{
    bip_status st = bip__sqlite_connect(s->path, query, flags, &s->db, err);

    if (st == BIP_OK)
        st = settle(s, err);
    if (st == BIP_OK)
        st = check_identity(s->db, s->path, err);
    return st == BIP_OK ? prepare_ends(s, err) : st;
}

/* Read-only media: no -shm file can be made there. Nobody can be writing either, so the file may be read as it stands,
 * unless a -wal file holds changes that it lacks. */
static bip_status open_immutable(bip__sqlite *s, bip_status failed, bip_error *err)
{
    bip_error first = err ? *err : (bip_error){0};
    int64_t wal;

    if (!s->db || (failed != BIP_E_IO && failed != BIP_E_READ_ONLY))
        return failed;
    wal = wal_size(s->db);
    sqlite3_close(s->db);
    s->db = NULL;
    if (wal > 0)
        return bip__fail(err, BIP_E_IO, s->path,
                         "the folder can't be written, and a -wal file beside the store holds changes");
    if (open_locked(s, "?immutable=1", SQLITE_OPEN_READONLY, err) == BIP_OK)
        return BIP_OK;
    if (err)
        *err = first;
    return failed;
}

/* Read before, when it was probed, but not opened for writing: for want of rights, or of a place for the -shm file. */
static bool can_not_write(bip__sqlite *s, bip_status st)
{
    return st == BIP_OK ? sqlite3_db_readonly(s->db, "main") == 1
                        : st == BIP_E_IO && (sqlite3_extended_errcode(s->db) & 0xff) == SQLITE_CANTOPEN;
}

static bip_status open_store(const char *path, bool writable, int32_t wait_ms, bip__sqlite **out, bip_error *err)
{
    bip_status st = store_new(path, writable, wait_ms, out, err);
    bip__sqlite *s = *out;

    if (st != BIP_OK)
        return st;
    /* For reading too: a connection that may write takes the -wal and -shm files away when it is the last; query_only
     * keeps it from changing anything. SQLite falls back by itself where the file is write-protected. */
    st = open_locked(s, "", SQLITE_OPEN_READWRITE, err);
    if (st == BIP_OK && writable) /* whoever made it may have been killed just before this */
        st = run_text(s->db, s->path, "PRAGMA journal_mode = WAL", "the store can't be opened", err);
    if (st != BIP_OK && !writable)
        st = open_immutable(s, st, err);
    if (st == BIP_E_READ_ONLY || (writable && s->db && can_not_write(s, st)))
        st = bip__fail(err, BIP_E_IO, path, "the file or its folder can't be written");
    if (st == BIP_OK)
        return BIP_OK;
    if (s->db) /* what is refused stays as it is, its -wal file too */
        sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    close_store(&s->base);
    *out = NULL;
    return st;
}

static bip_status look(const char *path, bip_error *err)
{
    int64_t size;

    switch (bip__path_look(path, &size)) {
    case BIP__PATH_NONE:
        return bip__fail(err, BIP_E_NOT_FOUND, path, "there is no such file");
    case BIP__PATH_DIR:
        return bip__fail(err, BIP_E_FORMAT, path, "is a directory, not a store");
    case BIP__PATH_FILE:
        return size > 0 ? BIP_OK : bip__fail(err, BIP_E_FORMAT, path, "the file is empty, not a store");
    case BIP__PATH_BARRED:
        return bip__fail(err, BIP_E_IO, path, "there is no right to look at it");
    default:
        return bip__fail(err, BIP_E_FORMAT, path, "is not a file");
    }
}

/* Without a lock, a file that another program is just bringing up to date from its -wal file can look damaged. */
static bip_status probe_twice(const char *path, bip_error *err)
{
    bip_status st = bip__sqlite_probe(path, false, err);

    if (st != BIP_E_CORRUPT)
        return st;
    bip__sleep_ms(50);
    return bip__sqlite_probe(path, false, err);
}

bip_status bip__sqlite_create(const char *path, int32_t wait_ms, bip__fill_fn fill, void *ctx, bip__storage **out,
                              bip_error *err)
{
    bip__sqlite *s = NULL;
    bip_status st = refuse_network(path, err);

    *out = NULL;
    if (st == BIP_OK && (st = create_store(path, wait_ms, fill, ctx, &s, err)) == BIP_OK)
        *out = &s->base;
    return st;
}

bip_status bip__sqlite_open(const char *path, bool create, bool writable, int32_t wait_ms, bip__storage **out,
                            bip_error *err)
{
    bip__sqlite *s = NULL;
    bip_status st;

    *out = NULL;
    if (create)
        return bip__sqlite_create(path, wait_ms, NULL, NULL, out, err);
    if (strcmp(path, ":memory:") == 0)
        st = bip__fail(err, BIP_E_USAGE, path, "a store in memory can only be made, not opened");
    else if ((st = look(path, err)) == BIP_OK && (st = refuse_network(path, err)) == BIP_OK &&
             (st = probe_twice(path, err)) == BIP_OK)
        st = open_store(path, writable, wait_ms, &s, err);
    if (st == BIP_OK)
        *out = &s->base;
    return st;
}

const char *bip__sqlite_library(void)
{
    return sqlite3_libversion();
}
