/* Reading: assessments and progression through typed cursors, and a document. Fills a store in memory first. */
#include "bip.h"

#include <stdio.h>

static int failed(const bip_error *err)
{
    fprintf(stderr, "%s%s%s\n", err->where, err->where[0] ? ": " : "", err->message);
    return 1;
}

/* A file of a team in miniature; imports take it from a function, so it may come from anywhere. */
static long give(void *ctx, char *into, size_t n)
{
    const char **at = ctx;
    size_t given = 0;

    while (given < n && **at)
        into[given++] = *(*at)++;
    return (long)given;
}

static bip_status fill(bip_store *store, bip_error *err)
{
    const char *csv = "participant,date,respondent,rater,cooperation,job_search\n"
                      "P-001,2024-09-02,participant,,2,3\n"
                      "P-001,2024-12-02,participant,,2,declined\n"
                      "P-001,2025-03-03,participant,,3,3\n"
                      "P-001,2025-06-02,participant,,3,3\n"
                      "P-001,2025-06-04,caseworker,H07,4,2\n";
    bip_import_result result = {.size = sizeof result};
    bip_change *change;
    bip_status st = bip_change_begin(store, "anna", NULL, &change, err);

    if (st != BIP_OK)
        return st;
    st = bip_import(change, "csv-wide", "{\"instrument\":\"employability\",\"create_participants\":true}", give, &csv,
                    NULL, NULL, &result, err);
    if (st != BIP_OK) {
        bip_change_rollback(change);
        return st;
    }
    printf("%d assessments taken in\n", (int)result.added);
    return bip_change_commit(change, NULL, err);
}

/* A record is lent until the next call on its cursor. */
static bip_status list(bip_store *store, bip_error *err)
{
    const bip_assessment *a;
    bip_cursor *cursor;
    char day[11];
    bip_status st = bip_assessments(store, NULL, &cursor, err);

    while (st == BIP_OK && (st = bip_assessment_next(cursor, &a, err)) == BIP_OK) {
        int numbers = 0;

        for (size_t i = 0; i < a->n; i++)
            numbers += a->scores[i].answer == BIP_NUMBER;
        bip_date_format(a->date, day);
        printf("%s %s %s: %d of %d answered\n", a->participant, day, a->respondent, numbers, (int)a->n);
    }
    bip_cursor_close(cursor);
    return st == BIP_DONE ? BIP_OK : st;
}

static bip_status courses(bip_store *store, bip_error *err)
{
    static const char *const direction[] = {"unknown", "forward", "steady", "back"};
    const char *who[] = {"P-001"};
    const bip_series *s;
    bip_cursor *cursor;
    bip_query query;
    bip_status st;

    bip_query_init(&query, sizeof query);
    query.participants = who;
    query.n_participants = 1;
    query.respondent = "participant";
    st = bip_progression(store, &query, &cursor, err);
    while (st == BIP_OK && (st = bip_series_next(cursor, &s, err)) == BIP_OK)
        printf("%s: %d numbers, %s%s\n", s->code, (int)s->n, direction[s->direction],
               s->evidence & BIP_HELD ? ", held" : "");
    bip_cursor_close(cursor);
    return st == BIP_DONE ? BIP_OK : st;
}

static int print(void *ctx, const char *bytes, size_t n)
{
    return fwrite(bytes, 1, n, ctx) == n ? 0 : -1;
}

int main(void)
{
    bip_open_options options;
    bip_store *store;
    bip_error err;
    bip_status st;

    bip_open_options_init(&options, sizeof options);
    options.flags = BIP_OPEN_CREATE;
    st = bip_store_open(":memory:", &options, &store, &err);
    if (st != BIP_OK)
        return failed(&err);
    if ((st = fill(store, &err)) == BIP_OK && (st = list(store, &err)) == BIP_OK &&
        (st = courses(store, &err)) == BIP_OK)
        st = bip_write(store, "steps", NULL, NULL, print, stdout, &err);
    bip_store_close(store);
    return st == BIP_OK ? 0 : failed(&err);
}
