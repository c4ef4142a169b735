/* SQLite's own memory runs out, allocation by allocation: the status says so, nothing leaks, nothing is half done. A
 * program of its own, since sqlite3_config() is for the whole process. */
#include "support.h"

#include <sqlite3.h>
#include <unistd.h>

#include "base/platform.h"

enum { MOST = 20000, PAGE = 4096 };

static sqlite3_mem_methods plain;
static long left = -1; /* allocations until one fails; below 0: none does */
static int smallest;   /* bytes: those below it never fail and aren't counted */
static bool failed;

static bool spend(void)
{
    bool fails = left == 0;
    if (left >= 0)
        left--;
    failed |= fails;
    return !fails;
}

static void *take(int n)
{
    return n < smallest || spend() ? plain.xMalloc(n) : NULL;
}

static void *take_again(void *p, int n)
{
    return n < smallest || spend() ? plain.xRealloc(p, n) : NULL;
}

static int install(void **state)
{
    sqlite3_mem_methods mine;
    (void)state;
    if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &plain) != SQLITE_OK)
        return -1;
    mine = plain;
    mine.xMalloc = take;
    mine.xRealloc = take_again;
    /* without lookaside every allocation passes here */
    return sqlite3_config(SQLITE_CONFIG_MALLOC, &mine) == SQLITE_OK &&
                   sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0) == SQLITE_OK
               ? 0
               : -1;
}

static void fail_at(long n)
{
    left = n;
    failed = false;
}

/* What SQLite can do without (a larger table of its modules' names) may fail unseen. */
static void test_sqlite_nomem__opening_a_store(void **state)
{
    fixture *f = test_fixture();
    bip_status st = BIP_E_NOMEM;
    long n = 0;
    (void)state;
    for (; n < MOST; n += n < 300 ? 1 : 13) {
        fail_at(n);
        st = test_open(f, TEST_SQLITE, &test_err);
        const bool asked = failed;
        fail_at(-1);
        if (st == BIP_OK && !asked)
            break;
        if (st == BIP_OK) {
            bip_store_close(f->store);
            f->store = NULL;
        }
        assert_true(st == BIP_OK || st == BIP_E_NOMEM);
        assert_null(f->store);
        assert_int_equal(bip__alloc_live(), f->live);
    }
    assert_in_range(n, 50, MOST - 1);
    bip_store_close(f->store);
    assert_int_equal(sqlite3_memory_used(), 0);
    free(f);
}

static void fill(fixture *f)
{
    test_participant(f, "P1");
    test_record(f, "P1", "employability participant 2026-01-01 H07", "cooperation=1", NULL);
    test_record(f, "P1", "employability participant 2026-04-01 H07", "cooperation=2", NULL);
}

static bip_status write_all(fixture *f)
{
    bip_change *change = NULL;
    char id[BIP_ID_SIZE];
    bip_status st = bip_change_begin(f->store, "eva", "why", &change, &test_err);
    if (st != BIP_OK)
        return st;
    st = bip_participant_add(change, "P2", BIP_NO_DATE, &test_err);
    if (st == BIP_OK)
        st = bip_participant_set(change, "P1", "k", "v", &test_err);
    if (st == BIP_OK)
        st = test_add(change, "P1", "employability caseworker 2026-01-01 H11", "cooperation=3", id);
    if (st == BIP_OK)
        st = test_correct_in(change, id, "cooperation=4", NULL, NULL);
    if (st == BIP_OK)
        return bip_change_commit(change, NULL, &test_err);
    bip_change_rollback(change);
    return st;
}

/* An allocation that SQLite can do without (a cache page) may fail unseen. */
static void test_sqlite_nomem__writing(void **state)
{
    fixture *f = *state;
    bip_status st = BIP_E_NOMEM;
    long n = 0;
    fill(f);
    char *before = test_state(f);
    for (; n < MOST; n++) {
        fail_at(n);
        st = write_all(f);
        fail_at(-1);
        if (st == BIP_OK)
            break;
        assert_status(st, BIP_E_NOMEM);
        if (n % 9 == 0) {
            char *after = test_state(f);
            assert_string_equal(after, before);
            free(after);
        }
    }
    free(before);
    assert_in_range(n, 5, MOST - 1);
    assert_string_equal(test_faults(f), "");
}

static void test_sqlite_nomem__reading_and_verifying(void **state)
{
    static const char *const documents[] = {"progression", "history", "participants", "instruments", "head", "json"};
    fixture *f = *state;
    long swept = 0;
    fill(f);
    for (size_t d = 0; d <= sizeof documents / sizeof *documents; d++) {
        bip_status st = BIP_E_NOMEM;
        long n = 0;
        for (; n < MOST; n++) {
            bool verify = d == sizeof documents / sizeof *documents;
            bip__context_forget(&f->store->context);
            fail_at(n);
            test_clear(f);
            st = verify ? bip_store_verify(f->store, NULL, test_take_issue, f, &test_err)
                        : test_try_document(f, documents[d], NULL);
            bool hit = failed;
            fail_at(-1);
            if (st == BIP_OK && !hit)
                break;
            if (st != BIP_OK)
                assert_status(st, BIP_E_NOMEM);
            if (verify)
                assert_string_equal(f->text, ""); /* no memory is no fault of the store */
        }
        assert_true(n < MOST);
        swept += n;
    }
    assert_true(swept > 50);
    test_participant(f, "P3"); /* nothing was left open */
}

/* Looks at every page, and finds no fault; what is copied is whole, or not there. */
static bip_status check_pages(fixture *f, const char *copy)
{
    bip_status st;
    if (copy == NULL)
        return bip_store_verify(f->store, NULL, test_take_issue, f, &test_err);
    st = bip_store_backup(f->store, copy, &test_err);
    assert_true((st == BIP_OK) == (bip__path_look(copy, NULL) == BIP__PATH_FILE) && bip__path_remove(copy));
    return st;
}

/* The nth room for a page isn't to be had; true where it was asked for. Pages of a file are read as one comes to them.
 */
static bool without_room(fixture *f, const char *path, const char *copy, long n)
{
    bip_open_options o = test_options(f);
    o.flags = 0;
    assert_ok(bip_store_open(path, &o, &f->store, &test_err));
    test_clear(f);
    smallest = PAGE;
    fail_at(n);
    bip_status st = check_pages(f, copy);
    const bool hit = failed;
    fail_at(-1);
    smallest = 0;
    assert_string_equal(f->text, "");
    assert_true(st == BIP_OK || (hit && st == BIP_E_NOMEM));
    bip_store_close(f->store);
    return hit;
}

/* SQLite tells a page that finds no room as a fault of the page. */
static void test_sqlite_nomem__a_page_without_room_is_no_damaged_page(void **state)
{
    char folder[] = "/tmp/bip-nomem-XXXXXX", path[64], copy[64];
    fixture *f = test_fixture();
    bip_open_options o = test_options(f);
    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/a.bip", folder);
    snprintf(copy, sizeof copy, "%s/b.bip", folder);
    assert_ok(bip_store_open(path, &o, &f->store, &test_err));
    fill(f);
    bip_store_close(f->store);
    for (int copying = 0; copying < 2; copying++) {
        long n = 0;
        while (n < MOST && without_room(f, path, copying ? copy : NULL, n))
            n++;
        assert_in_range(n, 10, MOST - 1);
    }
    assert_true(bip__path_remove(path) && rmdir(folder) == 0);
    free(f->text);
    free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sqlite_nomem__opening_a_store),
        ON_SQLITE(test_sqlite_nomem__writing),
        ON_SQLITE(test_sqlite_nomem__reading_and_verifying),
        cmocka_unit_test(test_sqlite_nomem__a_page_without_room_is_no_damaged_page),
    };
    return cmocka_run_group_tests(tests, install, NULL);
}
