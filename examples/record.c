/* Recording: a store, a participant, two assessments, a correction. Makes its store in memory, or in the file named. */
#include "bip.h"

#include <stdio.h>
#include <string.h>

/* One way out for every failure: the place, if there is one, and the reason. */
static int failed(const bip_error *err)
{
    fprintf(stderr, "%s%s%s\n", err->where, err->where[0] ? ": " : "", err->message);
    return 1;
}

/* What a participant answered on a day. Indicators that aren't named are not asked. */
static bip_status answer(bip_change *change, const char *day, double cooperation, char id[BIP_ID_SIZE], bip_error *err)
{
    static const char *const indicators[] = {"cooperation", "job_search"};
    bip_score scores[2] = {{.answer = BIP_NUMBER, .number = cooperation}, {.answer = BIP_DECLINED}};
    bip_assessment_in in = {.size = sizeof in,
                            .participant = "P-001",
                            .instrument = "employability",
                            .respondent = "participant",
                            .n = 2,
                            .indicators = indicators,
                            .scores = scores};
    bip_status st = bip_date_parse(day, &in.date, err);

    return st == BIP_OK ? bip_assessment_add(change, &in, id, err) : st;
}

/* Everything between begin and commit becomes one transaction and one entry of the audit trail, or nothing does. */
static bip_status record(bip_store *store, bip_error *err)
{
    char first[BIP_ID_SIZE], again[BIP_ID_SIZE], latest[BIP_ID_SIZE];
    bip_change *change;
    bip_status st = bip_change_begin(store, "anna", NULL, &change, err);

    if (st != BIP_OK)
        return st;
    if ((st = bip_participant_add(change, "P-001", BIP_NO_DATE, err)) != BIP_OK ||
        (st = answer(change, "2025-06-02", 2, first, err)) != BIP_OK ||
        (st = answer(change, "2025-09-01", 3, latest, err)) != BIP_OK ||
        /* The same again is no change: a form that is sent twice is recorded once. */
        (st = answer(change, "2025-06-02", 2, again, err)) != BIP_OK) {
        bip_change_rollback(change);
        return st;
    }
    printf("the same answers again: %s\n", strcmp(first, again) == 0 ? "the same id" : "another id");

    /* What doesn't hold is refused with its place, and takes nothing else along. */
    st = answer(change, "2025-11-03", 9, latest, err);
    printf("9 on a scale that ends at 5: %s\n", bip_status_code(st));
    return bip_change_commit(change, NULL, err);
}

/* A correction is a new revision: the old one stays in the history, with who and when. */
static bip_status correct(bip_store *store, bip_error *err)
{
    static const char *const indicators[] = {"job_search"};
    bip_score four = {.answer = BIP_NUMBER, .number = 4};
    bip_assessment_in in = {.size = sizeof in, .n = 1, .indicators = indicators, .scores = &four};
    const bip_assessment *latest;
    char id[BIP_ID_SIZE] = "";
    bip_cursor *cursor;
    bip_change *change;
    bip_status st = bip_assessments(store, NULL, &cursor, err);

    if (st != BIP_OK)
        return st;
    while ((st = bip_assessment_next(cursor, &latest, err)) == BIP_OK)
        snprintf(id, sizeof id, "%s", latest->id); /* lent until the next call: copied */
    bip_cursor_close(cursor);
    if (st != BIP_DONE || (st = bip_change_begin(store, "anna", "typed wrong", &change, err)) != BIP_OK)
        return st;
    if ((st = bip_assessment_correct(change, id, &in, NULL, err)) == BIP_OK)
        return bip_change_commit(change, NULL, err);
    bip_change_rollback(change);
    return st;
}

/* The store's own documents go to a function of the caller: a file, a socket, a buffer. */
static int print(void *ctx, const char *bytes, size_t n)
{
    return fwrite(bytes, 1, n, ctx) == n ? 0 : -1;
}

int main(int argc, char **argv)
{
    bip_open_options options;
    bip_store *store;
    bip_error err;
    bip_status st;

    bip_open_options_init(&options, sizeof options);
    options.flags = BIP_OPEN_CREATE;
    st = bip_store_open(argc > 1 ? argv[1] : ":memory:", &options, &store, &err);
    if (st != BIP_OK)
        return failed(&err);
    if ((st = record(store, &err)) == BIP_OK && (st = correct(store, &err)) == BIP_OK)
        st = bip_write(store, "participants", NULL, NULL, print, stdout, &err);
    if (st == BIP_OK)
        st = bip_store_verify(store, NULL, NULL, NULL, &err);
    bip_store_close(store);
    return st == BIP_OK ? 0 : failed(&err);
}
