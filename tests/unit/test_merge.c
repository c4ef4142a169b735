/* Stores that take in one another: any history of three stores ends with one export. test_merge [HISTORIES [SEED]] */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/api.h"
#include "base/out.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STORES 3

static long histories = 100, first_seed = 1;

/* A history's own clock, chance and random bytes: the same seed is the same history. */
typedef struct world {
    uint64_t state;
    int64_t now_ms;
    long seed;
    bip_store *stores[STORES];
} world;

static uint32_t chance(world *w, uint32_t below)
{
    w->state = w->state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(w->state >> 33) % below;
}

static int64_t now_ms(void *ctx)
{
    return ((world *)ctx)->now_ms;
}

static int random_bytes(void *ctx, void *into, size_t n)
{
    for (size_t i = 0; i < n; i++)
        ((uint8_t *)into)[i] = (uint8_t)chance(ctx, 256);
    return 0;
}

static const char instrument[] = "{\"instrument\":\"work\",\"version\":\"1\",\"title\":{\"en\":\"Work\"},"
                                 "\"respondents\":[{\"code\":\"participant\",\"title\":{\"en\":\"P\"}}],"
                                 "\"scales\":[{\"code\":\"five\",\"min\":1,\"max\":5}],"
                                 "\"indicators\":[{\"code\":\"a\",\"title\":{\"en\":\"A\"},\"scale\":\"five\"}]}";

/* Copies of files: each under a name of its own, until the end of the program. */
static char folder[] = "/dev/shm/bip-merge-XXXXXX"; /* where syncing takes no time */
static int copies;

static const char *copy_name(int n)
{
    static char name[64];
    snprintf(name, sizeof name, "%s/%d.bip", folder, n);
    return name;
}

static bip_open_options options_of(world *w, uint32_t flags);

/* Half of the stores are in memory without SQLite: both implementations must end alike. */
static bip_store *open_store(world *w, bool sqlite)
{
    bip_open_options options = options_of(w, BIP_OPEN_CREATE);
    bip_store *store = NULL;
    bip__storage *storage = NULL;
    if (sqlite) {
        assert_int_equal(bip_store_open(":memory:", &options, &store, NULL), BIP_OK);
        return store;
    }
    assert_int_equal(bip__memory_open(&storage, NULL), BIP_OK);
    assert_int_equal(bip__store_over(storage, &options, &store, NULL), BIP_OK);
    return store;
}

static bip_open_options options_of(world *w, uint32_t flags)
{
    bip_open_options options;
    bip_open_options_init(&options, sizeof options);
    options.flags = flags;
    options.now_ms = now_ms;
    options.random = random_bytes;
    options.ctx = w;
    return options;
}

/* The very same file, with the same numbers in it, going on by itself; NULL where the store is in no file. */
static bip_store *open_copy(world *w, bip_store *from)
{
    const bip_open_options options = options_of(w, BIP_OPEN_WRITE);
    bip_store *store = NULL;
    const char *name = copy_name(copies);
    if (bip_store_backup(from, name, NULL) != BIP_OK)
        return NULL;
    copies++;
    assert_int_equal(bip_store_open(name, &options, &store, NULL), BIP_OK);
    return store;
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state)
{
    (void)state;
    while (copies > 0)
        unlink(copy_name(--copies));
    return rmdir(folder);
}

static bip_change *begin(bip_store *store)
{
    bip_change *change = NULL;
    assert_int_equal(bip_change_begin(store, "anna", "why", &change, NULL), BIP_OK);
    return change;
}

static void end(world *w, bip_change *change, bip_status st, bip_status allowed)
{
    if (st != BIP_OK && st != allowed)
        fail_msg("seed %ld: status %d", w->seed, (int)st);
    if (st == BIP_OK)
        assert_int_equal(bip_change_commit(change, NULL, NULL), BIP_OK);
    else
        bip_change_rollback(change);
}

static void merge(world *w, bip_store *into, bip_store *from)
{
    bip_error err = {0};
    bip_change *change;
    if (into == from)
        return;
    change = begin(into);
    if (bip_merge(change, from, NULL, &err) != BIP_OK)
        fail_msg("seed %ld: %s: %s", w->seed, err.where, err.message);
    assert_int_equal(bip_change_commit(change, NULL, NULL), BIP_OK);
}

static const char *somebody(world *w)
{
    static const char *const codes[] = {"P-1", "P-2", "P-3", "P-4"};
    return codes[chance(w, 4)];
}

/* An id of some assessment of the store; "" where there is none. */
static void some_id(world *w, bip_store *store, char id[BIP_ID_SIZE])
{
    bip_cursor *cursor;
    const bip_assessment *a;
    uint32_t n = 0;
    id[0] = '\0';
    assert_int_equal(bip_assessments(store, NULL, &cursor, NULL), BIP_OK);
    while (bip_assessment_next(cursor, &a, NULL) == BIP_OK)
        if (chance(w, ++n) == 0)
            memcpy(id, a->id, strlen(a->id) + 1);
    bip_cursor_close(cursor);
}

static bip_status record(world *w, bip_change *change)
{
    const bip_score score = {1 + chance(w, 5), BIP_NUMBER, 0};
    const bip_assessment_in in = {.size = sizeof in,
                                  .participant = somebody(w),
                                  .instrument = "work",
                                  .respondent = "participant",
                                  .rater = chance(w, 2) ? "H07" : NULL,
                                  .date = 20000 + (bip_date)chance(w, 3),
                                  .n = 1,
                                  .scores = &score};
    const bip_status st = bip_assessment_add(change, &in, NULL, NULL);
    return st == BIP_E_REFUSED || st == BIP_E_CONFLICT ? BIP_E_NOT_FOUND
                                                       : st; /* nobody of that code, or other scores */
}

static bip_status revise(world *w, bip_change *change, bip_store *store)
{
    static const char *const codes[] = {"a"};
    const bip_score score = {1 + chance(w, 5), BIP_NUMBER, 0};
    const bip_assessment_in in = {.size = sizeof in, .n = 1, .indicators = codes, .scores = &score};
    char id[BIP_ID_SIZE];
    some_id(w, store, id);
    if (id[0] == '\0')
        return BIP_E_NOT_FOUND;
    return chance(w, 4) ? bip_assessment_correct(change, id, &in, NULL, NULL)
                        : bip_assessment_withdraw(change, id, NULL);
}

static void copy_file(world *w, bip_store *from)
{
    const uint32_t to = chance(w, STORES);
    if (w->stores[to] == from)
        return;
    bip_store *copy = chance(w, 2) ? open_copy(w, from) : NULL;
    bip_store_close(w->stores[to]);
    w->stores[to] = copy != NULL ? copy : open_store(w, chance(w, 2));
    if (copy == NULL)
        merge(w, w->stores[to], from);
}

static void happen(world *w)
{
    bip_store *store = w->stores[chance(w, STORES)];
    const uint32_t what = chance(w, 100);
    bip_change *change;
    w->now_ms += chance(w, 2); /* clocks that stand still, and entries of one moment */
    if (what >= 85) {
        merge(w, store, w->stores[chance(w, STORES)]);
        return;
    }
    if (what >= 75) {
        copy_file(w, store);
        return;
    }
    change = begin(store);
    if (what < 20)
        end(w, change, bip_participant_add(change, somebody(w), BIP_NO_DATE, NULL), BIP_E_CONFLICT);
    else if (what < 22)
        end(w, change, bip_instrument_add(change, instrument, sizeof instrument - 1, NULL), BIP_OK);
    else if (what < 27)
        end(w, change, bip_participant_set(change, somebody(w), "phase", chance(w, 2) ? "x" : "y", NULL),
            BIP_E_NOT_FOUND);
    else if (what < 33)
        end(w, change, bip_participant_erase(change, somebody(w), NULL), BIP_E_NOT_FOUND);
    else if (what < 50)
        end(w, change, revise(w, change, store), BIP_E_NOT_FOUND);
    else
        end(w, change, record(w, change), BIP_E_NOT_FOUND);
}

static void export_store(bip_store *store, bip__out *into)
{
    bip__out_init(into, NULL, NULL);
    assert_int_equal(bip_write(store, "json", NULL, NULL, bip__out_take, into, NULL), BIP_OK);
    assert_int_equal(into->status, BIP_OK);
}

static int tell(void *ctx, const bip_issue *issue)
{
    fprintf(stderr, "seed %ld: %s: %s\n", ((world *)ctx)->seed, issue->where, issue->message);
    return 0;
}

static void all_alike(world *w)
{
    bip__out first, other;
    export_store(w->stores[0], &first);
    for (int i = 0; i < STORES; i++) {
        assert_int_equal(bip_store_verify(w->stores[i], NULL, tell, w, NULL), BIP_OK);
        export_store(w->stores[i], &other);
        if (first.len != other.len || memcmp(first.data, other.data, first.len) != 0)
            fail_msg("seed %ld: store %d ends with another export", w->seed, i);
        bip__out_free(&other);
    }
    bip__out_free(&first);
}

static void live(long seed)
{
    world w = {.state = (uint64_t)seed * 2654435761u, .now_ms = 1790000000000, .seed = seed};
    uint32_t steps = 10 + chance(&w, 50);
    for (int i = 0; i < STORES; i++) {
        w.stores[i] = open_store(&w, i % 2 == 0);
        end(&w, begin(w.stores[i]), BIP_OK, BIP_OK);
    }
    merge(&w, w.stores[1], w.stores[0]);
    while (steps-- > 0) {
        happen(&w);
        if (chance(&w, 8) == 0 && bip_store_verify(w.stores[steps % STORES], NULL, tell, &w, NULL) != BIP_OK)
            fail_msg("seed %ld: a store does not verify on the way", seed);
    }
    for (int i = 0; i < 6; i++) /* in any order, any number of times */
        merge(&w, w.stores[chance(&w, STORES)], w.stores[chance(&w, STORES)]);
    for (int i = 0; i < 2 * STORES * STORES; i++)
        merge(&w, w.stores[i % STORES], w.stores[i / STORES % STORES]);
    all_alike(&w);
    for (int i = 0; i < STORES; i++)
        bip_store_close(w.stores[i]);
}

static void test_merge__ends_with_one_export_whatever_happened(void **state)
{
    (void)state;
    for (long seed = first_seed; seed < first_seed + histories; seed++)
        live(seed);
    printf("figure: %ld random histories of three stores, %d copies of files: one export each\n", histories, copies);
    assert_true(histories < 50 || copies > 10);
}

static void test_merge__refuses_itself_and_what_is_missing(void **state)
{
    world w = {.state = 1, .now_ms = 1790000000000};
    bip_store *one = open_store(&w, true), *other = open_store(&w, false);
    bip_change *change = begin(one), *open = begin(other);
    (void)state;
    assert_int_equal(bip_merge(NULL, other, NULL, NULL), BIP_E_USAGE);
    assert_int_equal(bip_merge(change, NULL, NULL, NULL), BIP_E_USAGE);
    assert_int_equal(bip_merge(change, one, NULL, NULL), BIP_E_USAGE);
    assert_int_equal(bip_participant_add(open, "P-1", BIP_NO_DATE, NULL), BIP_OK);
    assert_int_equal(bip_merge(change, other, NULL, NULL), BIP_E_USAGE); /* a change is open there */
    bip_change_rollback(open);
    assert_int_equal(bip_merge(change, other, NULL, NULL), BIP_OK);
    bip_change_rollback(change);
    bip_store_close(one);
    bip_store_close(other);
}

static void test_merge__counts_what_was_new(void **state)
{
    world w = {.state = 1, .now_ms = 1790000000000};
    bip_store *one = open_store(&w, true), *other = open_store(&w, false);
    bip_import_result result = {.size = sizeof result};
    const bip_score score = {3, BIP_NUMBER, 0};
    const bip_assessment_in in = {.size = sizeof in,
                                  .participant = "P-1",
                                  .instrument = "work",
                                  .respondent = "participant",
                                  .date = 20000,
                                  .n = 1,
                                  .scores = &score};
    bip_change *change = begin(other);
    (void)state;
    assert_int_equal(bip_instrument_add(change, instrument, sizeof instrument - 1, NULL), BIP_OK);
    assert_int_equal(bip_participant_add(change, "P-1", BIP_NO_DATE, NULL), BIP_OK);
    assert_int_equal(bip_assessment_add(change, &in, NULL, NULL), BIP_OK);
    assert_int_equal(bip_change_commit(change, NULL, NULL), BIP_OK);
    change = begin(one);
    assert_int_equal(bip_merge(change, other, &result, NULL), BIP_OK);
    assert_int_equal(bip_change_commit(change, NULL, NULL), BIP_OK);
    assert_int_equal(result.added, 1);
    assert_int_equal(result.participants, 1);
    change = begin(one);
    assert_int_equal(bip_merge(change, other, &result, NULL), BIP_OK);
    bip_change_rollback(change);
    assert_int_equal(result.added, 0);
    assert_int_equal(result.known, 1);
    bip_store_close(one);
    bip_store_close(other);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_merge__ends_with_one_export_whatever_happened),
        cmocka_unit_test(test_merge__refuses_itself_and_what_is_missing),
        cmocka_unit_test(test_merge__counts_what_was_new),
    };
    histories = argc > 1 ? strtol(argv[1], NULL, 10) : histories;
    first_seed = argc > 2 ? strtol(argv[2], NULL, 10) : first_seed;
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
