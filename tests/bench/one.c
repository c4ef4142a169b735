/* The time for one participant's progression as JSON, store open and warm: the median over participants with 20
 * assessments, each written several times.
 *     one STORE                                                                                              */
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

int main(int argc, char **argv)
{
    bip_error err = {0};
    bip_store *store = NULL;
    size_t people = 0, bytes = 0, n = 0;
    bip_status st = argc == 2 ? bip_store_open(argv[1], NULL, &store, &err) : BIP_E_USAGE;
    if (st == BIP_OK)
        st = find_people(store, &people, &err);
    for (int round = 0; st == BIP_OK && round < ROUNDS; round++)
        for (size_t i = 0; st == BIP_OK && i < people; i++) {
            const double begin = now_us();
            st = write_one(store, codes[i], &bytes, &err);
            taken[n++] = now_us() - begin;
        }
    bip_store_close(store);
    if (st != BIP_OK || n == 0) {
        fprintf(stderr, "one: %s\n", err.message);
        return 1;
    }
    qsort(taken, n, sizeof *taken, by_size);
    printf("{\"people\": %zu, \"median_us\": %.1f, \"least_us\": %.1f, \"bytes\": %zu}\n", people, taken[n / 2],
           taken[0], bytes / n);
    return 0;
}
