/* Single durable assessments through bip.h against one such row a transaction straight into SQLite, under the same
 * settings, in blocks in turn. Of each the slowest tenth is left out: a stall of the disk or of the machine takes as
 * long as fifty of them, and would fall on whoever it happens to meet.
 *     single STORE RAW [N]    both must not exist; N of each, 400 unless told                                */
#include "nine_scores.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

enum { BLOCK = 10, MOST = 10000 };

static bip_status register_one(bip_store *store, bip_error *err)
{
    bip_change *change;
    bip_status st = bip_change_begin(store, "bench", NULL, &change, err);
    if (st == BIP_OK)
        st = bip_participant_add(change, "P-1", BIP_NO_DATE, err);
    return st == BIP_OK ? bip_change_commit(change, NULL, err) : st;
}

static int insert(sqlite3_stmt *q, int i)
{
    sqlite3_bind_int(q, 1, 10000 + i);
    sqlite3_step(q);
    return sqlite3_reset(q);
}

static int open_raw(const char *path, sqlite3 **db, sqlite3_stmt **q)
{
    int rc = sqlite3_open(path, db);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(*db,
                          "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                          "CREATE TABLE a(person INTEGER, day INTEGER, instrument INTEGER, respondent INTEGER,"
                          " scores TEXT, PRIMARY KEY(person, day)) WITHOUT ROWID",
                          NULL, NULL, NULL);
    return rc == SQLITE_OK
               ? sqlite3_prepare_v2(*db, "INSERT INTO a VALUES(1, ?1, 1, 1, '[1,2,3,4,5,1,2,3,4]')", -1, q, NULL)
               : rc;
}

static int by_size(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static double usual(double *took, int n)
{
    double sum = 0;
    qsort(took, (size_t)n, sizeof *took, by_size);
    for (int i = 0; i < n / 10 * 9; i++)
        sum += took[i];
    return sum / (n / 10 * 9);
}

int main(int argc, char **argv)
{
    static double ours[MOST], raw[MOST];
    bip_error err = {0};
    bip_open_options options;
    bip_store *store = NULL;
    sqlite3 *db = NULL;
    sqlite3_stmt *q = NULL;
    int rc = SQLITE_OK, n = argc == 4 ? (int)strtol(argv[3], NULL, 10) / BLOCK * BLOCK : 400;
    bip_open_options_init(&options, sizeof options);
    options.flags = BIP_OPEN_CREATE;
    bip_status st = argc >= 3 && n > 0 && n <= MOST ? bip_store_open(argv[1], &options, &store, &err) : BIP_E_USAGE;
    if (st == BIP_OK)
        st = register_one(store, &err);
    if (st == BIP_OK)
        rc = open_raw(argv[2], &db, &q);
    for (int i = 0; st == BIP_OK && rc == SQLITE_OK && i < n; i += BLOCK) {
        double begin = now_s(), end;
        for (int k = i; k < i + BLOCK && st == BIP_OK; k++, begin = end) {
            st = record_nine(store, "P-1", 10000 + k, &err);
            end = now_s();
            ours[k] = end - begin;
        }
        begin = now_s();
        for (int k = i; k < i + BLOCK && rc == SQLITE_OK; k++, begin = end) {
            rc = insert(q, k);
            end = now_s();
            raw[k] = end - begin;
        }
    }
    sqlite3_finalize(q);
    sqlite3_close(db);
    bip_store_close(store);
    if (st != BIP_OK || rc != SQLITE_OK) {
        fprintf(stderr, "single: %s %s\n", err.message, sqlite3_errstr(rc));
        return 1;
    }
    double a = usual(ours, n), b = usual(raw, n);
    printf("{\"bip_us\": %.0f, \"raw_us\": %.0f, \"ratio\": %.3f}\n", a * 1e6, b * 1e6, b / a);
    return 0;
}
