/* What the handles of bip.h are made of. */
#ifndef BIP_API_HANDLES_H
#define BIP_API_HANDLES_H

#include "base/out.h"
#include "read/context.h"
#include "record/change.h"

struct bip_store {
    bip__context context;
    bip_change *change;  /* the one that is open, or NULL */
    bip_cursor *cursors; /* those that are open */
    bip__out idle_out;   /* the last document's memory, for the next */
    size_t readings;     /* cursors that can still be read, documents being written: nothing may be written meanwhile */
};

struct bip_change {
    bip_store *store;
    bip__change *inner;
};

/* Take a struct that a caller of another version filled: what it doesn't know stays as it is in `into`. `size` is the
 * struct's first member; BIP_E_USAGE where it was never set, since a query that says nothing asks for everybody. */
bip_status bip__take_struct(void *into, size_t n, const void *from, size_t size, const char *what, bip_error *err);

/* BIP_E_USAGE where the size of a caller's struct was never set; `what` is the struct's place. */
bip_status bip__check_size(size_t size, const char *what, bip_error *err);

/* Fill a struct of a caller of another version; NULL is left alone. */
void bip__give_struct(void *into, size_t size, const void *from, size_t n);

/* The caller's query, or the one that asks for everything. Texts and lists stay the caller's. */
bip_status bip__take_query(bip_query *into, const bip_query *from, bip_error *err);

/* BIP_E_USAGE where the rules of a series don't hold. */
bip_status bip__rules_check(const bip_series_rules *r, bip_error *err);

/* The change ends, and with it what its open cursors read: they can only be closed from now on. */
void bip__cursors_end(bip_store *store);

/* Make a store handle over an open storage: the library's own tests use it for the storage in memory. */
bip_status bip__store_over(bip__storage *storage, const bip_open_options *options, bip_store **out, bip_error *err);

#endif
