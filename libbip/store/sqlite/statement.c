/* What every statement needs: to be prepared once, errors in words for people, waiting for those who hold a lock. */
#include "base/platform.h"
#include "store/sqlite/sqlite.h"

/* ---------------------------------------------------------------------------------------------------------- errors */

static bip_status status_of(int extended)
{
    switch (extended & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
        return BIP_E_BUSY;
    case SQLITE_FULL:
        return BIP_E_FULL;
    case SQLITE_NOMEM:
        return BIP_E_NOMEM;
    case SQLITE_NOTADB:
        return BIP_E_FORMAT;
    case SQLITE_INTERRUPT:
        return BIP_E_CANCELLED;
    case SQLITE_READONLY:
        return BIP_E_READ_ONLY;
    case SQLITE_TOOBIG:
        return BIP_E_REFUSED;
    case SQLITE_CONSTRAINT:
        return BIP_E_CONFLICT;
    case SQLITE_MISUSE:
    case SQLITE_RANGE:
        return BIP_E_USAGE;
    case SQLITE_CORRUPT:
    case SQLITE_ERROR: /* every statement is right for a whole schema */
    case SQLITE_SCHEMA:
        return BIP_E_CORRUPT;
    default:
        return BIP_E_IO;
    }
}

/* NULL: SQLite's own words say it best. */
static const char *reason_of(bip_status st)
{
    switch (st) {
    case BIP_E_BUSY:
        return "another program holds the store";
    case BIP_E_FULL:
        return "no room left on the disk";
    case BIP_E_FORMAT:
        return "the file is not a store";
    case BIP_E_CANCELLED:
        return "interrupted";
    case BIP_E_READ_ONLY:
        return "the file can only be read";
    case BIP_E_CORRUPT:
        return "the file is damaged";
    case BIP_E_REFUSED:
        return "a text is longer than 64 MiB";
    default:
        return NULL;
    }
}

bip_status bip__sqlite_fail_code(sqlite3 *db, int extended, const char *path, const char *doing, bip_error *err)
{
    bip_status st = extended == SQLITE_IOERR_NOMEM ? BIP_E_NOMEM : status_of(extended);
    const char *reason;

    /* The shared memory of a store on a full disk can't grow, and SQLite calls that a fault of the disk. */
    if (st == BIP_E_IO && db && bip__disk_full(sqlite3_system_errno(db)))
        st = BIP_E_FULL;
    if (st == BIP_E_NOMEM) {
        bip__nomem(err);
    } else {
        reason = reason_of(st);
        if (!reason)
            reason = db && sqlite3_extended_errcode(db) == extended ? sqlite3_errmsg(db) : sqlite3_errstr(extended);
        bip__fail(err, st, path, "%s: %s", doing, reason);
    }
    if (err)
        err->detail = extended;
    return st;
}

bip_status bip__sqlite_fail(bip__sqlite *s, const char *doing, bip_error *err)
{
    int code = sqlite3_extended_errcode(s->db);

    if ((code & 0xff) == SQLITE_BUSY && atomic_load(&s->stop))
        code = SQLITE_INTERRUPT;
    return bip__sqlite_fail_code(s->db, code, s->path, doing, err);
}

/* ---------------------------------------------------------------------------------------------------------- waiting */

#define POLITE 50 /* changes after a wait for which others are taken to be waiting too */

/* Whoever begins the moment after a commit has the lock again before those who sleep wake up: one that does nothing
 * else keeps all others out. So where others are about, each steps back for as long as they may sleep. */
void bip__sqlite_step_back(bip__sqlite *s)
{
    if (s->polite == 0)
        return;
    s->polite--;
    bip__sleep_ms(1);
}

/* Short sleeps of random length, since writers that wait alike would wake alike; and shorter, not longer, for one that
 * has waited for a while: the lock goes to whoever asks first when it is free, so asking more often is its place in the
 * queue. */
int bip__sqlite_wait(void *store, int times)
{
    bip__sqlite *s = store;
    unsigned char chance;
    int ms;

    if (times == 0)
        s->waited_ms = 0;
    if (s->waited_ms >= s->wait_ms || atomic_load(&s->stop))
        return 0;
    s->polite = POLITE;
    sqlite3_randomness(1, &chance);
    ms = s->waited_ms < 50 ? 1 + chance % 4 : 1;
    s->waited_ms += bip__sleep_ms(ms);
    return 1;
}

/* ------------------------------------------------------------------------------------------------------- statements */

bip_status bip__sqlite_prepare(bip__sqlite *s, bip__statement which, sqlite3_stmt **out, bip_error *err)
{
#define X(name, sql) sql,
    static const char *const texts[] = {BIP__STATEMENTS(X)};
#undef X
    if (sqlite3_prepare_v3(s->db, texts[which], -1, SQLITE_PREPARE_PERSISTENT, out, NULL) != SQLITE_OK)
        return bip__sqlite_fail(s, "the store can't be read", err);
    return BIP_OK;
}

bip_status bip__sqlite_statement(bip__sqlite *s, bip__statement which, sqlite3_stmt **out, bip_error *err)
{
    bip_status st = BIP_OK;

    if (!s->statements[which])
        st = bip__sqlite_prepare(s, which, &s->statements[which], err);
    *out = s->statements[which];
    return st;
}

bip_status bip__sqlite_row(bip__sqlite *s, sqlite3_stmt *q, bip_error *err)
{
    bip_status st;
    int rc = sqlite3_step(q);

    if (rc == SQLITE_ROW)
        return BIP_OK;
    st = rc == SQLITE_DONE ? BIP_E_NOT_FOUND : bip__sqlite_fail(s, "the store can't be read", err);
    sqlite3_reset(q);
    return st;
}

bip_status bip__sqlite_run(bip__sqlite *s, sqlite3_stmt *q, bip_error *err)
{
    bip_status st = BIP_OK;
    int rc = sqlite3_step(q);

    if (rc != SQLITE_DONE && rc != SQLITE_ROW)
        st = bip__sqlite_fail(s, "the store can't be changed", err);
    sqlite3_reset(q);
    return st;
}
