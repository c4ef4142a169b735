/* How long a report takes and whether it leaves memory behind: bench_report STORE PARTICIPANT [TIMES]. Prints the time
 * of a report, on average and the fastest, and how much the process grew between the first hundredth of the reports and
 * the last. */
#include "bip.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int count(void *ctx, const char *bytes, size_t n)
{
    (void)bytes;
    *(size_t *)ctx += n;
    return 0;
}

/* Resident kB, as Linux tells it. */
static long resident(void)
{
    char line[128];
    long kb = 0;
    FILE *f = fopen("/proc/self/status", "r");

    while (f != NULL && fgets(line, sizeof line, f) != NULL)
        if (strncmp(line, "VmRSS:", 6) == 0)
            kb = strtol(line + 6, NULL, 10);
    if (f != NULL)
        fclose(f);
    return kb;
}

static double seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int main(int argc, char **argv)
{
    long times = argc > 3 ? strtol(argv[3], NULL, 10) : 1000, early = 0;
    size_t bytes = 0;
    bip_store *store;
    bip_query query;
    bip_error err;

    if (argc < 3 || times < 1 || bip_store_open(argv[1], NULL, &store, &err) != BIP_OK)
        return 2;
    bip_query_init(&query, sizeof query);
    query.participants = (const char *const *)&argv[2];
    query.n_participants = 1;
    double start = seconds(), before = start, fastest = 1e9;
    for (long i = 0; i < times; i++) {
        if (bip_write(store, "report", &query, NULL, count, &bytes, &err) != BIP_OK) {
            fprintf(stderr, "%s\n", err.message);
            return 1;
        }
        double now = seconds();
        fastest = now - before < fastest ? now - before : fastest;
        before = now;
        if (i == times / 100)
            early = resident();
    }
    printf("figure: a report %.3f ms, the fastest %.3f ms, %zu bytes; %ld kB more after %ld than after %ld\n",
           1e3 * (seconds() - start) / (double)times, 1e3 * fastest, bytes / (size_t)times, resident() - early, times,
           times / 100);
    bip_store_close(store);
    return 0;
}
