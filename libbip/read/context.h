/* An open store as the folders above storage see it: the storage, the instruments in it, the caller's clock and random
 * bytes. */
#ifndef BIP_READ_CONTEXT_H
#define BIP_READ_CONTEXT_H

#include "read/catalogue.h"
#include "store/store.h"

typedef struct bip__context {
    bip__storage *storage;
    bip__catalogue *catalogue; /* as of `generation`; see bip__context_catalogue() */
    int64_t generation;
    struct bip__plan *idle_plan; /* the last one used, for the next reading that asks alike; plan.c looks after it */
    const bip__entry_row *open;  /* of the change in hand, which has facts but is not in storage yet; NULL: none */
    bip__entry_row head;         /* the only one, also as of `generation`; n 0: it must be looked for */
    bool national_ids;           /* the store takes national identity numbers */
    char lang[16];               /* the store's language, "" for none */
    struct bip__loaded_words *words; /* languages loaded at run time; show/words.h */
    /* who is told of every participant that is read; NULL: nobody */
    int (*on_read)(void *ctx, const char *what, const char *participant);
    const char *reading; /* what is being read */
    bool told;           /* of everybody that it is about: a document may go over them again */
    int32_t told_last;   /* the participant told of last, -1 for none */
    int64_t (*now_ms)(void *ctx);
    int (*random)(void *ctx, void *into, size_t n);
    void *ctx;
} bip__context;

/* The instruments as they are now: read again where another process has added one. Lent until the next call, or until
 * an instrument is added. */
bip_status bip__context_catalogue(bip__context *c, const bip__catalogue **out, bip_error *err);
void bip__context_forget(bip__context *c); /* the catalogue must be read again, and the head */

/* An entry that a fact names: of storage, or the one of the change in hand. BIP_E_CORRUPT where there is none. */
bip_status bip__context_entry(const bip__context *c, int64_t n, bip__entry_row *out, bip_error *err);

/* From here on `what` is being read; lent as long as the reading lasts. */
void bip__context_reads(bip__context *c, const char *what);
/* A participant is about to be read: told of once, however often a document comes back to them. BIP_E_CANCELLED:
 * whoever is told says no. */
bip_status bip__context_read(bip__context *c, int32_t person, const char *code, bip_error *err);

bip_date bip__context_today(const bip__context *c);

#endif
