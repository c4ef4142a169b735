/* libFuzzer: any bytes as the JSON of a whole store. What is taken in must be a store: verify finds nothing, every
 * document can be written, and its export is taken in elsewhere and exported as itself.
 *
 * The stores have no built-in instruments, which take longest to make.
 *
 * No fuzzer guesses a hash, so that all but the first of what is checked would never be reached: here a hash is the
 * first 16 bytes where there are no more, as of an identity, and else zeros. tests/contract/forged.py has real ones. */
#include "fuzz.h"

#include "api/api.h"
#include "base/hash.h"
#include "base/out.h"

#include <stdio.h>

typedef struct weak_hash {
    size_t n;
    uint8_t first[16];
    bool keyed;
} weak_hash;

void bip__hash_prepare(void)
{
}

void bip__hash_begin(bip__hash *h, const uint8_t *key, size_t key_n)
{
    const weak_hash w = {.keyed = key != NULL && key_n > 0};
    memcpy(h->room, &w, sizeof w);
}

void bip__hash_add(bip__hash *h, const void *p, size_t n)
{
    weak_hash w;
    memcpy(&w, h->room, sizeof w);
    for (size_t i = 0; i < n && w.n + i < sizeof w.first; i++)
        w.first[w.n + i] = ((const uint8_t *)p)[i];
    w.n += n;
    memcpy(h->room, &w, sizeof w);
}

void bip__hash_end(bip__hash *h, uint8_t out[BIP_HASH_SIZE])
{
    weak_hash w;
    memcpy(&w, h->room, sizeof w);
    memset(out, 0, BIP_HASH_SIZE);
    if (!w.keyed && w.n == sizeof w.first)
        memcpy(out, w.first, sizeof w.first);
}

void bip__hash_once(const void *p, size_t n, uint8_t out[BIP_HASH_SIZE])
{
    bip__hash h;
    bip__hash_begin(&h, NULL, 0);
    bip__hash_add(&h, p, n);
    bip__hash_end(&h, out);
}

const char *bip__hash_library(void)
{
    return "none";
}

static _Noreturn void wrong(const char *what, const bip_error *err)
{
    fprintf(stderr, "%s: %s: %s\n", what, err->where, err->message);
    abort();
}

static bip_status no_contents(bip__storage *storage, void *ctx, bip_error *err)
{
    (void)storage, (void)ctx, (void)err;
    return BIP_OK;
}

static bip_store *new_store(bool sqlite)
{
    static unsigned char last;
    bip_store *store = NULL;
    bip__storage *storage = NULL;
    bip_error err = {0};
    bip_open_options o = fuzz_options(&last);
    o.flags = BIP_OPEN_WRITE;
    if ((sqlite ? bip__sqlite_create(":memory:", 0, no_contents, NULL, &storage, &err)
                : bip__memory_open(&storage, &err)) != BIP_OK ||
        bip__store_over(storage, &o, &store, &err) != BIP_OK)
        wrong("no store", &err);
    return store;
}

static bip_status take_in(bip_store *store, const uint8_t *data, size_t n, bool keep, bip_error *err)
{
    fuzz_bytes bytes = {data, n, 0};
    bip_change *change = NULL;
    if (bip_change_begin(store, "fuzz", NULL, &change, err) != BIP_OK)
        wrong("begin", err);
    const bip_status st = bip_import(change, "json", NULL, fuzz_give, &bytes, NULL, NULL, NULL, err);
    if (st == BIP_OK && keep)
        return bip_change_commit(change, NULL, err);
    bip_change_rollback(change);
    return st;
}

static bip_store *taken_in(const void *data, size_t n, bool sqlite)
{
    bip_error err = {0};
    bip_store *store = new_store(sqlite);
    if (take_in(store, data, n, true, &err) != BIP_OK)
        wrong("can't be taken in", &err);
    return store;
}

static void write_document(bip_store *store, const char *name, bip__out *into)
{
    bip_error err = {0};
    bip__out_init(into, NULL, NULL);
    if (bip_write(store, name, NULL, NULL, bip__out_take, into, &err) != BIP_OK)
        wrong(name, &err);
}

/* A built-in instrument of a later libbip is taken in, and told of. */
static int fault(void *ctx, const bip_issue *issue)
{
    (void)ctx;
    if (strstr(issue->message, "is not known to this version of libbip") != NULL)
        return 0;
    fprintf(stderr, "verify: %s: %s\n", issue->where, issue->message);
    abort();
}

static void check_documents(bip_store *store)
{
    static const char *const names[] = {"progression", "history", "participants", "instruments", "csv-long", "jsonl"};
    bip__out text;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        write_document(store, names[i], &text);
        bip__out_free(&text);
    }
}

static void check_store(const uint8_t *data, size_t n)
{
    bip_error err = {0};
    bip__out first, second;
    bip_store *store = taken_in(data, n, true);
    const bip_status st = bip_store_verify(store, NULL, fault, NULL, &err);
    if (st != BIP_OK && st != BIP_E_CORRUPT) /* what else it says of a fault, fault() judges */
        wrong("verify", &err);
    check_documents(store);
    write_document(store, "json", &first);
    bip_store *again = taken_in(first.data, first.len, false);
    write_document(again, "json", &second);
    if (first.len != second.len || memcmp(first.data, second.data, first.len) != 0)
        wrong("the export of the import is another", &err);
    bip__out_free(&first);
    bip__out_free(&second);
    bip_store_close(store);
    bip_store_close(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static bip_store *store;
    bip_error err = {0};
    if (store == NULL)
        store = new_store(true);
    const bip_status st = take_in(store, data, n, false, &err);
    if (st == BIP_OK)
        check_store(data, n);
    else if ((st != BIP_E_REFUSED && st != BIP_E_CONFLICT && st != BIP_E_USAGE) || err.message[0] == '\0')
        wrong("the status", &err);
    return 0;
}
