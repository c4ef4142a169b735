/* What the kept statements cost as a store grows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "store/sqlite/sqlite.h"

static const char *const names[] = {
#define X(name, sql) #name,
    BIP__STATEMENTS(X)
#undef X
};
static const char *const texts[] = {
#define X(name, sql) sql,
    BIP__STATEMENTS(X)
#undef X
};

/* Those that are asked for all; what never has more than a few rows: settings, heads, instruments; rows handed in; and
 * what a subquery gives, whose own steps are listed too. */
static bool may_go_through(const char *name, const char *step)
{
    static const char *const all[] = {"PERSONS", "IDENTITIES", "ENTRIES", "RATERS_FORGET"};

    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (strcmp(name, all[i]) == 0)
            return true;
    return strcmp(step, "SCAN meta") == 0 || strcmp(step, "SCAN h") == 0 || strcmp(step, "SCAN instrument") == 0 ||
           strstr(step, "CONSTANT ROW") || strstr(step, "VIRTUAL TABLE") || strncmp(step, "SCAN (subquery", 14) == 0;
}

/* Rows are put aside before the first one is seen, and are not the few of an instrument or entry, nor asked for all. */
static bool sorts(const char *name, const char *step)
{
    return strstr(step, "TEMP B-TREE") != NULL && strcmp(name, "ITEMS") != 0 && strcmp(name, "PARENTS") != 0 &&
           strcmp(name, "ENTRIES") != 0;
}

static int too_much(sqlite3 *db, const char *name, const char *text)
{
    sqlite3_stmt *plan = NULL;
    char *sql = sqlite3_mprintf("EXPLAIN QUERY PLAN %s", text);
    int n = 0;

    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &plan, NULL), SQLITE_OK);
    while (sqlite3_step(plan) == SQLITE_ROW) {
        const char *step = (const char *)sqlite3_column_text(plan, 3);
        if (sorts(name, step) || (strncmp(step, "SCAN ", 5) == 0 && !may_go_through(name, step))) {
            print_error("%s: %s\n", name, step);
            n++;
        }
    }
    assert_int_equal(sqlite3_finalize(plan), SQLITE_OK);
    sqlite3_free(sql);
    return n;
}

static void test_statements__none_goes_through_a_table_to_find_a_row_or_sorts_for_it(void **state)
{
    bip__storage *store;
    bip_error err;
    int n = 0;

    (void)state;
    assert_int_equal(bip__sqlite_create(":memory:", 0, NULL, NULL, &store, &err), BIP_OK);
    for (int i = 0; i < BIP__N_STATEMENTS; i++)
        if (strncmp(texts[i], "PRAGMA", 6) != 0)
            n += too_much(((bip__sqlite *)store)->db, names[i], texts[i]);
    store->api->close(store);
    assert_int_equal(n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_statements__none_goes_through_a_table_to_find_a_row_or_sorts_for_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
