/* threads FOLDER: a store a thread, several threads to one file, and interrupting from another thread. Built with
 * -fsanitize=thread: the claim is that the sanitizer has nothing to say; what it returns is checked as well. */
#include "one_score.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define THREADS 6
#define CHANGES 25

static char folder[400];
static atomic_int failed, interrupted, went_well;
static atomic_bool over;

static void expect(bip_status st, const bip_error *err, const char *doing)
{
    if (st == BIP_OK)
        return;
    fprintf(stderr, "FAILED: %s: %s: %s\n", doing, bip_status_code(st), err->message);
    atomic_fetch_add(&failed, 1);
}

static int drop(void *ctx, const char *bytes, size_t n)
{
    (void)bytes;
    *(size_t *)ctx += n;
    return 0;
}

static bip_store *open_store(const char *name, uint32_t flags)
{
    char path[500];
    bip_open_options o;
    bip_store *store = NULL;
    bip_error err;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    bip_open_options_init(&o, sizeof o);
    o.flags = flags;
    o.wait_ms = 60000;
    expect(bip_store_open(path, &o, &store, &err), &err, "open");
    return store;
}

static void make(const char *name)
{
    bip_store *store = open_store(name, BIP_OPEN_CREATE);
    bip_change *change = NULL;
    bip_error err;
    expect(bip_change_begin(store, "anna", NULL, &change, &err), &err, "begin");
    for (int i = 0; i < THREADS; i++) {
        char participant[8];
        snprintf(participant, sizeof participant, "P%d", i);
        expect(bip_participant_add(change, participant, BIP_NO_DATE, &err), &err, "participant");
    }
    expect(bip_change_commit(change, NULL, &err), &err, "commit");
    bip_store_close(store);
}

/* Even threads have a file of their own, odd ones share one. */
static void *work(void *arg)
{
    int who = *(int *)arg;
    char name[24], participant[8];
    size_t n = 0;
    bip_error err;
    snprintf(name, sizeof name, who % 2 ? "shared.bip" : "own%d.bip", who);
    snprintf(participant, sizeof participant, "P%d", who);
    if (who % 2 == 0)
        make(name);
    bip_store *store = open_store(name, BIP_OPEN_WRITE);
    for (bip_date day = 0; store != NULL && day < CHANGES; day++) {
        expect(record_one_score(store, participant, 20000 + day, &err), &err, "record");
        if (day % 8 == 0)
            expect(bip_write(store, "progression", NULL, NULL, drop, &n, &err), &err, "progression");
    }
    expect(bip_store_verify(store, NULL, NULL, NULL, &err), &err, "verify");
    bip_store_close(store);
    return NULL;
}

static void count_outcome(bip_status st, const bip_error *err)
{
    if (st == BIP_E_CANCELLED)
        atomic_fetch_add(&interrupted, 1);
    else if (st == BIP_OK)
        atomic_fetch_add(&went_well, 1);
    else
        expect(st, err, "interrupted work");
}

static void *be_interrupted(void *arg)
{
    bip_store *store = arg;
    size_t n = 0;
    bip_error err;
    for (bip_date day = 0; day < 150; day++) {
        count_outcome(bip_store_verify(store, NULL, NULL, NULL, &err), &err);
        count_outcome(bip_write(store, "json", NULL, NULL, drop, &n, &err), &err);
        count_outcome(record_one_score(store, "P0", 21000 + day, &err), &err);
    }
    atomic_store(&over, true);
    return NULL;
}

static void *interrupt(void *arg)
{
    for (long i = 0; !atomic_load(&over); i++) {
        const struct timespec pause = {.tv_nsec = 200000 << i % 8}; /* 0.2 to 26 ms: some calls end before, some not */
        bip_store_interrupt(arg);
        nanosleep(&pause, NULL);
    }
    return NULL;
}

static void interrupting(void)
{
    pthread_t worker, other;
    bip_error err;
    bip_store *store = open_store("own0.bip", BIP_OPEN_WRITE);
    pthread_create(&worker, NULL, be_interrupted, store);
    pthread_create(&other, NULL, interrupt, store);
    pthread_join(worker, NULL);
    pthread_join(other, NULL);
    bip_store_close(store);
    store = open_store("own0.bip", BIP_OPEN_WRITE); /* nothing half done, and it goes on working */
    expect(record_one_score(store, "P1", 22000, &err), &err, "record afterwards");
    expect(bip_store_verify(store, NULL, NULL, NULL, &err), &err, "verify afterwards");
    bip_store_close(store);
    if (atomic_load(&interrupted) == 0) {
        fprintf(stderr, "FAILED: nothing was interrupted\n");
        atomic_fetch_add(&failed, 1);
    }
}

int main(int argc, char **argv)
{
    pthread_t threads[THREADS];
    int numbers[THREADS];
    if (argc < 2)
        return 2;
    snprintf(folder, sizeof folder, "%s", argv[1]);
    make("shared.bip");
    for (int i = 0; i < THREADS; i++) {
        numbers[i] = i;
        pthread_create(&threads[i], NULL, work, &numbers[i]);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    interrupting();
    printf("figure: %d threads, %d changes each; %d calls interrupted, %d done\n", THREADS, CHANGES,
           atomic_load(&interrupted), atomic_load(&went_well));
    printf("%d passed, %d failed\n", atomic_load(&failed) == 0, atomic_load(&failed));
    return atomic_load(&failed) != 0;
}
