/* Erasing: the rows of a person go in a transaction; what SQLite leaves of them in the file and its -wal goes after it.
 *
 * secure_delete overwrites the rows that are deleted, but not the copies that SQLite left in the slack of pages when it
 * moved rows from page to page long before, nor the old pages in the -wal file. So the file is written anew (VACUUM)
 * and the -wal emptied, which can't happen while somebody reads an older state. What is still to be done stands in the
 * setting "traces": it is set in the transaction that erases, so that a crash can't lose it. */
#include "store/sqlite/sqlite.h"

#include <string.h>

#define TRACES "traces"
#define REWRITE "rewrite" /* write the file anew, then: */
#define EMPTY "empty"     /* empty the -wal file */

static bip_status run_keys(bip__sqlite *s, bip__statement which, const int64_t *keys, int n, bip_error *err)
{
    sqlite3_stmt *q;
    bip_status st = bip__sqlite_statement(s, which, &q, err);

    for (int i = 0; i < n && st == BIP_OK; i++)
        if (sqlite3_bind_int64(q, i + 1, keys[i]) != SQLITE_OK)
            st = bip__sqlite_fail(s, "the store can't be changed", err);
    return st == BIP_OK ? bip__sqlite_run(s, q, err) : st;
}

static bip_status identity_erase(bip__storage *base, int32_t identity, int64_t entry, bip_error *err)
{
    bip__sqlite *s = (bip__sqlite *)base;
    bip__identity_row row;
    bip_status st = base->api->setting_put(base, TRACES, REWRITE, err); /* also tells whether a transaction is open */

    if (st != BIP_OK || (st = base->api->identity_get(base, identity, &row, err)) != BIP_OK)
        return st;
    const int64_t facts[] = {row.person, identity}, mark[] = {identity, entry}, person[] = {row.person};
    if ((st = run_keys(s, BIP__S_ERASE_ASSESSMENTS, facts, 2, err)) != BIP_OK ||
        (st = run_keys(s, BIP__S_ERASE_FACTS, facts, 2, err)) != BIP_OK ||
        (st = run_keys(s, BIP__S_IDENTITY_ERASE, mark, 2, err)) != BIP_OK ||
        (st = run_keys(s, BIP__S_PERSON_DROP, person, 1, err)) != BIP_OK)
        return st;
    s->erased = true;
    return BIP_OK;
}

/* ------------------------------------------------------------------------------------------------- leaving no trace */

static bip_status note(bip__storage *base, const char *todo, bip_error *err)
{
    bip_status st = base->api->begin(base, err);

    if (st != BIP_OK)
        return st;
    if ((st = base->api->setting_put(base, TRACES, todo, err)) == BIP_OK)
        return base->api->commit(base, err);
    base->api->rollback(base);
    return st;
}

static bip_status rewrite(bip__sqlite *s, bip_error *err)
{
    const int attached = sqlite3_limit(s->db, SQLITE_LIMIT_ATTACHED, 1); /* VACUUM attaches what it writes to */
    const int rc = sqlite3_exec(s->db, "VACUUM", NULL, NULL, NULL);

    sqlite3_limit(s->db, SQLITE_LIMIT_ATTACHED, attached);
    return rc == SQLITE_OK ? note(&s->base, EMPTY, err)
                           : bip__sqlite_fail_code(s->db, rc, s->path, "the file can't be written anew", err);
}

static bip_status empty_wal(bip__sqlite *s, bip_error *err)
{
    if (sqlite3_wal_checkpoint_v2(s->db, "main", SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL) != SQLITE_OK)
        return bip__sqlite_fail(s, "the -wal file can't be emptied", err);
    return note(&s->base, "", err);
}

static bip_status scrub(bip__storage *base, int32_t wait_ms, bip_error *err)
{
    bip__sqlite *s = (bip__sqlite *)base;
    const int32_t kept = s->wait_ms;
    char todo[16];
    bip_status st = base->api->setting_get(base, TRACES, todo, sizeof todo, err);

    if (st != BIP_OK || todo[0] == '\0')
        return st;
    if (wait_ms >= 0)
        s->wait_ms = wait_ms;
    if (strcmp(todo, REWRITE) == 0)
        st = rewrite(s, err);
    if (st == BIP_OK)
        st = empty_wal(s, err);
    s->wait_ms = kept;
    return st;
}

void bip__sqlite_erasers(bip__storage_api *api)
{
    api->identity_erase = identity_erase;
    api->scrub = scrub;
}
