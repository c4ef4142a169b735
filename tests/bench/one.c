/* The time for one participant's progression as JSON, store open: the median over participants with 20 assessments.
 * Warm: each is asked for several times in a row, as a tool does that shows one of them. In turn: one after the other,
 * several times all of them, so that the processor has forgotten each when it comes again.
 *     one STORE                                                                                                      */
#include "bip.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PEOPLE = 200, ROUNDS = 20, ASSESSMENTS = 20 };

static char codes[PEOPLE][BIP_ID_SIZE];
static double taken[PEOPLE * ROUNDS];

static double now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int count_bytes(void *ctx, const char *bytes, size_t n)
{
    (void)bytes;
    *(size_t *)ctx += n;
    return 0;
}

/* The first participants with as many assessments as asked for. */
static bip_status find_people(bip_store *store, size_t *n, bip_error *err)
{
    const bip_assessment *one;
    bip_cursor *cursor;
    char code[BIP_ID_SIZE] = "";
    int count = 0;
    bip_status st = bip_assessments(store, NULL, &cursor, err);
    while (st == BIP_OK && *n < PEOPLE && (st = bip_assessment_next(cursor, &one, err)) == BIP_OK) {
        if (strcmp(code, one->participant) != 0) {
            if (count == ASSESSMENTS)
                memcpy(codes[(*n)++], code, sizeof code);
            snprintf(code, sizeof code, "%s", one->participant);
            count = 0;
        }
        count++;
    }
    bip_cursor_close(cursor);
    return st == BIP_DONE ? BIP_OK : st;
}

static bip_status write_one(bip_store *store, const char *code, size_t *bytes, bip_error *err)
{
    const char *const named[] = {code};
    bip_query query;
    bip_query_init(&query, sizeof query);
    query.participants = named;
    query.n_participants = 1;
    return bip_write(store, "progression", &query, NULL, count_bytes, bytes, err);
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static bip_status time_one(bip_store *store, const char *code, double *took, size_t *bytes, bip_error *err)
{
    const double begin = now_us();
    bip_status st = write_one(store, code, bytes, err);
    *took = now_us() - begin;
    return st;
}

static double median(size_t n)
{
    qsort(taken, n, sizeof *taken, by_size);
    return taken[n / 2];
}

int main(int argc, char **argv)
{
    bip_error err = {0};
    bip_store *store = NULL;
    size_t people = 0, bytes = 0, all;
    double warm, in_turn;
    bip_status st = argc == 2 ? bip_store_open(argv[1], NULL, &store, &err) : BIP_E_USAGE;
    if (st == BIP_OK)
        st = find_people(store, &people, &err);
    all = people * ROUNDS;
    for (size_t n = 0; st == BIP_OK && n < all; n++)
        st = time_one(store, codes[n % people], &taken[n], &bytes, &err);
    in_turn = median(all);
    for (size_t n = 0; st == BIP_OK && n < all; n++)
        st = time_one(store, codes[n / ROUNDS], &taken[n], &bytes, &err);
    warm = median(all);
    bip_store_close(store);
    if (st != BIP_OK || people == 0) {
        fprintf(stderr, "one: %s\n", err.message);
        return 1;
    }
    printf("{\"people\": %zu, \"median_us\": %.1f, \"in_turn_us\": %.1f, \"bytes\": %zu}\n", people, warm, in_turn,
           bytes / (2 * all));
    return 0;
}
