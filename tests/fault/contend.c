/* contend FOLDER PROCESSES SECONDS: as many processes write one assessment a change, back to back, into one store.
 * Tells the longest wait and whether everything is there. The worst case: programs that do nothing between two changes.
 */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "one_score.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MOST 64
#define BUCKETS 4000 /* of a millisecond */

typedef struct tally {
    long done[MOST], refused;
    long took[BUCKETS];
    double worst_ms;
} tally;

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void stop_at(bip_status st, const bip_error *err, const char *doing)
{
    if (st == BIP_OK)
        return;
    fprintf(stderr, "%s: %s: %s\n", doing, bip_status_code(st), err->message);
    exit(1);
}

static bip_store *open_store(const char *path, uint32_t flags)
{
    bip_open_options o;
    bip_store *store;
    bip_error err;
    bip_open_options_init(&o, sizeof o);
    o.flags = flags;
    stop_at(bip_store_open(path, &o, &store, &err), &err, "open");
    return store;
}

static void write_for(const char *path, int who, double seconds, tally *t)
{
    bip_store *store = open_store(path, BIP_OPEN_WRITE);
    char participant[16];
    bip_error err;
    double end = now_ms() + seconds * 1e3, worst = 0;
    long took[BUCKETS] = {0};
    snprintf(participant, sizeof participant, "P-%02d", who);
    for (bip_date day = -20000; now_ms() < end; day++) {
        double start = now_ms(), ms;
        bip_status st = record_one_score(store, participant, day, &err);
        ms = now_ms() - start;
        if (st != BIP_OK) {
            fprintf(stderr, "%s: %s\n", bip_status_code(st), err.message);
            __atomic_add_fetch(&t->refused, 1, __ATOMIC_SEQ_CST);
        } else {
            t->done[who]++;
        }
        took[ms < BUCKETS ? (int)ms : BUCKETS - 1]++;
        worst = ms > worst ? ms : worst;
    }
    bip_store_close(store);
    for (int i = 0; i < BUCKETS; i++)
        __atomic_add_fetch(&t->took[i], took[i], __ATOMIC_SEQ_CST);
    double seen;
    do
        __atomic_load(&t->worst_ms, &seen, __ATOMIC_SEQ_CST);
    while (worst > seen &&
           !__atomic_compare_exchange(&t->worst_ms, &seen, &worst, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
}

static void make(const char *path, int processes)
{
    bip_store *store = open_store(path, BIP_OPEN_CREATE);
    bip_change *change;
    bip_error err;
    stop_at(bip_change_begin(store, "anna", NULL, &change, &err), &err, "begin");
    for (int i = 0; i < processes; i++) {
        char participant[16];
        snprintf(participant, sizeof participant, "P-%02d", i);
        stop_at(bip_participant_add(change, participant, BIP_NO_DATE, &err), &err, "participant");
    }
    stop_at(bip_change_commit(change, NULL, &err), &err, "commit");
    bip_store_close(store);
}

static long count(const char *path)
{
    bip_store *store = open_store(path, 0);
    bip_cursor *cursor;
    const bip_assessment *a;
    bip_error err;
    long n = 0;
    stop_at(bip_assessments(store, NULL, &cursor, &err), &err, "assessments");
    while (bip_assessment_next(cursor, &a, &err) == BIP_OK)
        n++;
    bip_cursor_close(cursor);
    stop_at(bip_store_verify(store, NULL, NULL, NULL, &err), &err, "verify");
    bip_store_close(store);
    return n;
}

static int percentile(const tally *t, long all, double share)
{
    long seen = 0;
    int ms = 0;
    while (ms < BUCKETS - 1 && (double)(seen += t->took[ms]) < share * (double)all)
        ms++;
    return ms + 1;
}

/* A whole number from 1 to `most`; 0 for anything else. */
static long argument(const char *text, long most)
{
    char *rest;
    const long n = strtol(text, &rest, 10);

    return *text != '\0' && *rest == '\0' && n >= 1 && n <= most ? n : 0;
}

int main(int argc, char **argv)
{
    char path[4096];
    const int processes = argc > 2 ? (int)argument(argv[2], MOST) : 8;
    const long seconds = argc > 3 ? argument(argv[3], 86400) : 10;
    int failed = 0;
    tally *t = mmap(NULL, sizeof *t, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    long all = 0, least = 1L << 40, most = 0;
    if (argc < 2 || processes == 0 || seconds == 0 || t == MAP_FAILED)
        return 2;
    snprintf(path, sizeof path, "%s/contend.bip", argv[1]);
    make(path, processes);
    for (int i = 0; i < processes; i++)
        if (fork() == 0) {
            write_for(path, i, (double)seconds, t);
            _exit(0);
        }
    for (int status; wait(&status) > 0;)
        failed += status != 0;
    for (int i = 0; i < processes; i++) {
        all += t->done[i];
        least = t->done[i] < least ? t->done[i] : least;
        most = t->done[i] > most ? t->done[i] : most;
    }
    long held = count(path);
    printf("figure: %d writers back to back, %ld s: %ld changes (%ld to %ld each), half within %d ms, 99 in 100 within "
           "%d ms, the longest %.0f ms\n",
           processes, seconds, all, least, most, percentile(t, all, 0.5), percentile(t, all, 0.99), t->worst_ms);
    printf("%ld refused, %ld lost\n", t->refused, all - held);
    printf("%d passed, %d failed\n", !failed && !t->refused && held == all, failed || t->refused || held != all);
    return failed || t->refused || held != all;
}
