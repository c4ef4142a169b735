/* What the fuzz targets share: one store in memory that every input is imported into and rolled back from. */
#ifndef BIP_TEST_FUZZ_H
#define BIP_TEST_FUZZ_H

#include "bip.h"

#include <stdlib.h>
#include <string.h>

typedef struct fuzz_bytes {
    const uint8_t *s;
    size_t n, at;
} fuzz_bytes;

/* The first bytes of the input decide the sizes of the pieces, so that every boundary is tried. */
static inline long fuzz_give(void *ctx, char *into, size_t n)
{
    fuzz_bytes *b = ctx;
    size_t take = b->n - b->at;
    if (b->n > 0 && b->s[0] % 4 == 0 && take > 3)
        take = 3;
    if (take > n)
        take = n;
    if (take > 0)
        memcpy(into, b->s + b->at, take);
    b->at += take;
    return (long)take;
}

static inline int fuzz_random(void *ctx, void *into, size_t n)
{
    unsigned char *byte = into;
    unsigned char *last = ctx;
    for (size_t i = 0; i < n; i++)
        byte[i] = ++*last;
    return 0;
}

static inline int64_t fuzz_now(void *ctx)
{
    (void)ctx;
    return 1795255200000; /* 2026-11-21T10:00:00Z */
}

static inline bip_open_options fuzz_options(unsigned char *last)
{
    bip_open_options o;
    bip_open_options_init(&o, sizeof o);
    o.flags = BIP_OPEN_CREATE;
    o.random = fuzz_random;
    o.now_ms = fuzz_now;
    o.ctx = last;
    return o;
}

static inline bip_store *fuzz_store(void)
{
    static bip_store *store;
    static unsigned char last;
    const bip_open_options o = fuzz_options(&last);
    if (store == NULL && bip_store_open(":memory:", &o, &store, NULL) != BIP_OK)
        abort();
    return store;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static inline int fuzz_issue(void *ctx, const bip_issue *issue)
{
    size_t *count = ctx;
    if (issue->message[0] == '\0' || issue->where[0] == '\0')
        abort();
    return ++*count > 1000;
}

static inline void fuzz_import(const char *format, const uint8_t *data, size_t n)
{
    bip_store *store = fuzz_store();
    fuzz_bytes bytes = {data, n, 0};
    bip_change *change = NULL;
    bip_error err = {0};
    size_t issues = 0;
    if (bip_change_begin(store, "fuzz", NULL, &change, NULL) != BIP_OK)
        abort();
    bip_status st = bip_import(change, format, "{\"instrument\":\"employability\",\"create_participants\":true}",
                               fuzz_give, &bytes, fuzz_issue, &issues, NULL, &err);
    if (st != BIP_OK && (err.status != (int32_t)st || err.message[0] == '\0'))
        abort();
    if (st == BIP_E_CORRUPT || st == BIP_E_IO || st == BIP_E_NOMEM)
        abort();
    bip_change_rollback(change);
}

#endif
