/* storage_faults MODE FOLDER [EVERY [SEED [DEED]]]: what the library and SQLite ask for fails, call by call.
 *
 * Modes: library, memory (the Nth allocation of the library's own or of SQLite's fails), io (the Nth write, sync or
 * truncation fails), full (from the Nth write on there is no room), torn (the Nth write is cut in half and nothing
 * works after it), power (as torn, and what was not synced is lost from some point on). Each deed is done with N = 0,
 * 1, 2, ... until it no longer meets the fault; with EVERY above 1 only some of them, by SEED. A deed that fails has
 * changed nothing: the same export, byte for byte; one that is acknowledged is there; verify is clean, nothing leaks
 * and the next deed works. */
#include "deeds.h"

#include "base/alloc.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef enum mode { NONE, LIBRARY, MEMORY, IO, FULL, TORN, POWER } mode;

static struct {
    mode mode;
    long n, seen; /* the fault comes at call n; calls so far */
    int met, stopped;
} fault = {.n = -1};

/* True where this call is the one to fail, or comes after it in a mode that goes on failing. */
static int strikes(mode m)
{
    if (fault.mode != m || fault.n < 0)
        return 0;
    if (fault.met && (m == FULL || m == TORN || m == POWER))
        return 1;
    if (fault.seen++ != fault.n)
        return 0;
    fault.met = 1;
    return 1;
}

/* ------------------------------------------------------------ memory */

static sqlite3_mem_methods heap;

static void *failing_malloc(int n)
{
    return strikes(MEMORY) ? NULL : heap.xMalloc(n);
}

static void *failing_realloc(void *p, int n)
{
    return strikes(MEMORY) ? NULL : heap.xRealloc(p, n);
}

/* ------------------------------------------------------------ disk */

/* What was written since the last sync of its file, to be taken back when the power goes. */
typedef struct unsynced {
    char path[512];
    sqlite3_int64 at, size; /* size: of the file before */
    int n;
    unsigned char *old;
} unsynced;

static unsynced *lost;
static size_t n_lost;

typedef struct shim_file {
    sqlite3_file base;
    sqlite3_file *real;
    char path[512];
} shim_file;

static sqlite3_vfs *real_vfs;
static sqlite3_io_methods methods;

static sqlite3_file *real(sqlite3_file *f)
{
    return ((shim_file *)f)->real;
}

static void forget(const char *path)
{
    size_t kept = 0;
    for (size_t i = 0; i < n_lost; i++)
        if (strcmp(lost[i].path, path) == 0)
            free(lost[i].old);
        else
            lost[kept++] = lost[i];
    n_lost = kept;
}

static void remember(shim_file *f, int n, sqlite3_int64 at)
{
    lost = realloc(lost, (n_lost + 1) * sizeof *lost);
    unsynced *u = &lost[n_lost++];
    *u = (unsynced){.at = at, .n = n, .old = calloc(1, (size_t)n)};
    snprintf(u->path, sizeof u->path, "%s", f->path);
    f->real->pMethods->xFileSize(f->real, &u->size);
    f->real->pMethods->xRead(f->real, u->old, n, at); /* zeros beyond its end */
}

static int shim_write(sqlite3_file *file, const void *bytes, int n, sqlite3_int64 at)
{
    shim_file *f = (shim_file *)file;
    if (fault.stopped || strikes(IO))
        return SQLITE_IOERR_WRITE;
    if (strikes(FULL))
        return SQLITE_FULL;
    if (strikes(TORN) || strikes(POWER)) {
        if (!fault.stopped)
            f->real->pMethods->xWrite(f->real, bytes, n / 2, at);
        fault.stopped = 1;
        return SQLITE_IOERR_WRITE;
    }
    if (fault.mode == POWER)
        remember(f, n, at);
    return f->real->pMethods->xWrite(f->real, bytes, n, at);
}

static int shim_sync(sqlite3_file *file, int flags)
{
    if (fault.stopped || strikes(IO))
        return SQLITE_IOERR_FSYNC;
    if (strikes(TORN) || strikes(POWER)) {
        fault.stopped = 1;
        return SQLITE_IOERR_FSYNC;
    }
    forget(((shim_file *)file)->path);
    return real(file)->pMethods->xSync(real(file), flags);
}

static int shim_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    if (fault.stopped || strikes(IO))
        return SQLITE_IOERR_TRUNCATE;
    if (strikes(TORN) || strikes(POWER)) {
        fault.stopped = 1;
        return SQLITE_IOERR_TRUNCATE;
    }
    return real(file)->pMethods->xTruncate(real(file), size);
}

static int shim_close(sqlite3_file *f)
{
    int rc = real(f)->pMethods->xClose(real(f));
    free(real(f));
    return rc;
}

static int shim_read(sqlite3_file *f, void *into, int n, sqlite3_int64 at)
{
    return real(f)->pMethods->xRead(real(f), into, n, at);
}
static int shim_size(sqlite3_file *f, sqlite3_int64 *size)
{
    return real(f)->pMethods->xFileSize(real(f), size);
}
static int shim_lock(sqlite3_file *f, int level)
{
    return real(f)->pMethods->xLock(real(f), level);
}
static int shim_unlock(sqlite3_file *f, int level)
{
    return real(f)->pMethods->xUnlock(real(f), level);
}
static int shim_reserved(sqlite3_file *f, int *out)
{
    return real(f)->pMethods->xCheckReservedLock(real(f), out);
}
static int shim_control(sqlite3_file *f, int op, void *arg)
{
    return real(f)->pMethods->xFileControl(real(f), op, arg);
}
static int shim_sector(sqlite3_file *f)
{
    return real(f)->pMethods->xSectorSize(real(f));
}
static int shim_kind(sqlite3_file *f)
{
    return real(f)->pMethods->xDeviceCharacteristics(real(f));
}
static int shim_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **out)
{
    return real(f)->pMethods->xShmMap(real(f), page, size, extend, out);
}
static int shim_shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
    return real(f)->pMethods->xShmLock(real(f), offset, n, flags);
}
static void shim_shm_barrier(sqlite3_file *f)
{
    real(f)->pMethods->xShmBarrier(real(f));
}
static int shim_shm_unmap(sqlite3_file *f, int remove_it)
{
    return real(f)->pMethods->xShmUnmap(real(f), fault.stopped ? 0 : remove_it);
}

static int shim_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out)
{
    shim_file *f = (shim_file *)file;
    (void)vfs;
    memset(f, 0, sizeof *f);
    f->real = calloc(1, (size_t)real_vfs->szOsFile);
    snprintf(f->path, sizeof f->path, "%s", name ? name : "");
    int rc = real_vfs->xOpen(real_vfs, name, f->real, flags, out);
    if (rc != SQLITE_OK) {
        free(f->real);
        return rc;
    }
    f->base.pMethods = &methods;
    return rc;
}

static int shim_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
    (void)vfs;
    if (fault.stopped || strikes(IO))
        return SQLITE_IOERR_DELETE;
    if (strikes(TORN) || strikes(POWER)) {
        fault.stopped = 1;
        return SQLITE_IOERR_DELETE;
    }
    forget(name);
    return real_vfs->xDelete(real_vfs, name, sync);
}

/* The power is gone: of what was not synced, the writes from some point on never reached the disk. */
static void lose(unsigned chance)
{
    size_t from = n_lost == 0 ? 0 : chance % (n_lost + 1);
    while (n_lost > from) {
        unsynced *u = &lost[--n_lost];
        FILE *f = fopen(u->path, "r+b");
        if (f != NULL) {
            fseek(f, (long)u->at, SEEK_SET);
            fwrite(u->old, 1, (size_t)u->n, f);
            fclose(f);
            if (truncate(u->path, u->size) != 0)
                die("truncate");
        }
        free(u->old);
    }
    while (n_lost > 0)
        free(lost[--n_lost].old);
}

static void install(mode m)
{
    static sqlite3_vfs shim;
    if (m == LIBRARY)
        return;
    if (m == MEMORY) {
        sqlite3_config(SQLITE_CONFIG_GETMALLOC, &heap);
        sqlite3_mem_methods failing = heap;
        failing.xMalloc = failing_malloc;
        failing.xRealloc = failing_realloc;
        sqlite3_config(SQLITE_CONFIG_MALLOC, &failing);
        sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0); /* or the small ones would not pass here */
        sqlite3_initialize();
        return;
    }
    sqlite3_initialize();
    real_vfs = sqlite3_vfs_find(NULL);
    methods =
        (sqlite3_io_methods){2,         shim_close,   shim_read,     shim_write,       shim_truncate,  shim_sync,
                             shim_size, shim_lock,    shim_unlock,   shim_reserved,    shim_control,   shim_sector,
                             shim_kind, shim_shm_map, shim_shm_lock, shim_shm_barrier, shim_shm_unmap, NULL,
                             NULL};
    shim = *real_vfs;
    shim.zName = "shim";
    shim.szOsFile = sizeof(shim_file);
    shim.xOpen = shim_open;
    shim.xDelete = shim_delete;
    sqlite3_vfs_register(&shim, 1);
}

/* ------------------------------------------------------------ checking */

static text export_of(const char *name)
{
    bip_store *store = NULL;
    text t = {NULL, 0};
    if (open_store(0, name, &store) != BIP_OK || bip_write(store, "json", NULL, NULL, text_take, &t, &err) != BIP_OK ||
        bip_store_verify(store, NULL, NULL, NULL, &err) != BIP_OK) {
        fprintf(stderr, "%s: %s\n", err.where, err.message);
        die("the store can't be read, or verify finds a fault");
    }
    bip_store_close(store);
    return t;
}

static bool expected(mode m, bip_status st)
{
    if (m == MEMORY || m == LIBRARY)
        return st == BIP_E_NOMEM;
    if (m == FULL)
        return st == BIP_E_FULL;
    return st == BIP_E_IO || st == BIP_E_FULL || st == BIP_E_CORRUPT || st == BIP_E_BUSY;
}

static text bytes, before, from; /* the store's file, its export, the file of the store that is merged */
static const char *doing;
static long failures, successes;

static void wrong(const char *what, bip_status st)
{
    fprintf(stderr, "FAILED: %s, call %ld: %s (%s, %s: %s)\n", doing, fault.n, what, bip_status_code(st), err.where,
            err.message);
    exit(1);
}

/* A file that making or copying left: whole, or nothing that is taken for a store. */
static void check_other(bip_status st)
{
    bip_store *store = NULL;
    struct stat info;
    bip_status opened;
    if (st != BIP_OK && !fault.stopped && stat(other, &info) == 0)
        wrong("a file was left behind", st);
    opened = open_store(0, other, &store);
    if (st == BIP_OK && opened != BIP_OK)
        wrong("acknowledged, and can't be opened", opened);
    if (opened == BIP_OK && bip_store_verify(store, NULL, NULL, NULL, &err) != BIP_OK)
        wrong("what was left is half a store", BIP_E_CORRUPT);
    bip_store_close(store);
    remove_store(other);
}

static void check_store(const deed *d, bip_status st)
{
    text after = export_of(path);
    /* Where the machine stopped, a commit may have come through before it could say so. */
    if (st != BIP_OK && !text_same(after, before) && !fault.stopped)
        wrong("failed, and changed something", st);
    if (st == BIP_OK && text_same(after, before) != d->silent)
        wrong(d->silent ? "said to change nothing of the export" : "acknowledged, and not there", st);
    free(after.s);
}

static void check_file(bip_status st)
{
    text after = read_file(path);
    if (!text_same(after, bytes))
        wrong("reading changed something", st);
    free(after.s);
}

static void check(const deed *d, bip_status st)
{
    if (d->write)
        check_store(d, st);
    else
        check_file(st);
    if (d->copies)
        check_other(st);
}

/* True where the fault was met. */
static bool once(const deed *d, mode m, long n, unsigned chance)
{
    sqlite3_int64 used = sqlite3_memory_used();
    long live = bip__alloc_live();
    remove_store(path);
    write_file(path, bytes);
    remove_store(source);
    write_file(source, from);
    fault.mode = m, fault.n = n, fault.seen = 0, fault.met = fault.stopped = 0;
    bip__alloc_fail_at(m == LIBRARY ? n : -1, false);
    bip_status st = do_deed(d);
    bool met = m == LIBRARY ? bip__alloc_failed() : fault.met;
    bip__alloc_fail_at(-1, false);
    fault.mode = NONE;
    if (m == POWER) /* also after a deed that went well: nothing that was acknowledged may go */
        lose(chance);
    if (m == LIBRARY && met && st == BIP_OK && !d->forgives)
        wrong("an allocation failed, and nothing was said", st);
    if (st != BIP_OK && !met)
        wrong("failed without a fault", st);
    if (st != BIP_OK && !expected(m, st))
        wrong("the wrong status", st);
    if (sqlite3_memory_used() != used || bip__alloc_live() != live)
        wrong("memory was lost", st);
    check(d, st);
    st == BIP_OK ? successes++ : failures++;
    return met;
}

static void sweep(const deed *d, mode m, long every, unsigned *chance)
{
    doing = d->name;
    long n = every > 1 ? (long)(*chance % (unsigned long)every) : 0, tried = 0;
    if (m == POWER && d->read && d->copies) /* it is synced past SQLite */
        return;
    for (;; n += every > 1 ? 1 + (long)(*chance % (unsigned long)(2 * every - 1)) : 1) {
        *chance = *chance * 1103515245u + 12345u;
        tried++;
        if (!once(d, m, n, *chance >> 8))
            break;
        if (n > 200000)
            die("no end");
    }
    printf("%s: %ld tried, up to call %ld\n", d->name, tried, n);
    fflush(stdout); /* all of it takes long: how far it is should be seen */
}

int main(int argc, char **argv)
{
    static const char *const names[] = {"", "library", "memory", "io", "full", "torn", "power"};
    mode m = NONE;
    for (int i = 1; argc > 2 && i < 7; i++)
        if (strcmp(argv[1], names[i]) == 0)
            m = (mode)i;
    if (m == NONE)
        return 2;
    long every = argc > 3 ? atol(argv[3]) : 1;
    unsigned chance = argc > 4 ? (unsigned)strtoul(argv[4], NULL, 10) : 1;
    printf("%s, every %ld, seed %u\n", argv[1], every, chance);
    snprintf(path, sizeof path, "%s/s.bip", argv[2]);
    snprintf(other, sizeof other, "%s/other.bip", argv[2]);
    snprintf(source, sizeof source, "%s/source.bip", argv[2]);
    install(m);
    make_base();
    bytes = read_file(path), before = export_of(path), from = read_file(source);
    for (size_t i = 0; i < n_deeds; i++)
        if (argc <= 5 || strcmp(deeds[i].name, argv[5]) == 0)
            sweep(&deeds[i], m, every, &chance);
    remove_store(path);
    remove_store(source);
    free(bytes.s);
    free(before.s);
    free(from.s);
    free_base();
    free(lost);
    printf("figure: %s: %ld deeds met a fault and failed, %ld went well\n", argv[1], failures, successes);
    printf("%ld passed, 0 failed\n", failures + successes);
    return 0;
}
