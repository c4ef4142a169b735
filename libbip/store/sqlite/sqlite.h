/* What the files of this folder share. sqlite3.h is known here only. */
#ifndef BIP_STORE_SQLITE_H
#define BIP_STORE_SQLITE_H

#include "base/alloc.h"
#include "store/sqlite/statements.h"
#include "store/store.h"

#include <sqlite3.h>
#include <stdatomic.h>

/* The rows that a caller wants in a table, while they are being put there: what the table NAME_in_hand holds. */
typedef enum bip__hand_kind {
    BIP__HAND_PERSONS, /* codes */
    BIP__HAND_IDENTITIES,
    BIP__HAND_ASSESSMENTS,
    BIP__HAND_FACTS,
    BIP__HAND_LEAVES,
    BIP__N_HANDS
} bip__hand_kind;
typedef struct bip__hand {
    bip__hand_kind which;
    const void *rows; /* of store.h */
    size_t n;
} bip__hand;

/* The current assessments of one person: gather.c. */
typedef struct bip__gathered {
    int32_t person;
    bip__assessment_row *rows;
    size_t n, cap;
    bip__arena texts;
    int64_t wide; /* not 0: a number doesn't fit */
} bip__gathered;

typedef struct bip__sqlite {
    bip__storage base; /* first: a bip__storage * is a bip__sqlite * */
    bip__storage_api api;
    sqlite3 *db;
    char *path;                 /* as given; "" for a store in memory: the `where` of errors */
    int32_t wait_ms, waited_ms; /* at most, and so far, on a lock that another holds */
    int polite;                 /* changes to come before which to let others go first */
    atomic_int stop;            /* interrupt() was called: stop waiting too, which SQLite doesn't know of */
    int snapshots, open_rows;
    sqlite3_stmt *view; /* of a snapshot: stands on the version */
    bool writing;       /* a change is open */
    int64_t version;    /* what generation() gives, when the last change began */
    int64_t newest;     /* greatest number of an entry, as of `version`, in a change; -1: not asked for yet */
    sqlite3_stmt *statements[BIP__N_STATEMENTS];
    bool lent[BIP__N_STATEMENTS]; /* to an open reading */
    bip__hand hands[BIP__N_HANDS];
    bip__gathered idle, idle_next; /* of a reading that has ended: their memory is for the next */
    bip__rows *gathering;          /* what gather() gathers into: while a statement that calls it takes a step */
    char **words;                  /* by number; NULL: not read yet */
    size_t words_cap;
    bool words_added;    /* by the open transaction */
    bool erased;         /* in the open transaction: its commit forgets the raters that nothing names any more */
    char found_code[64]; /* the person found last in a reading: programs ask for the same again. "": none */
    int32_t found;       /* its number */
    int64_t found_at;    /* what generation() gave then */
    char *code;          /* of the last person_get */
    size_t code_cap;
} bip__sqlite;

struct bip__rows {
    bip__sqlite *store;
    sqlite3_stmt *statement;
    bip__statement which;
    bool borrowed;  /* statement is the store's; else its own, since the store's was lent already */
    int32_t person; /* of assessments() */
    bool done;
    bip__gathered gathered, next; /* of current_from(): of one person, and the first row of the next one */
};

/* Fill err from what SQLite last said on this connection: the status it means, in words for people, SQLite's extended
 * code as the detail. `doing`: "the scores can't be written". */
bip_status bip__sqlite_fail(bip__sqlite *s, const char *doing, bip_error *err);

/* The same for another connection, and for a code that it doesn't remember. */
bip_status bip__sqlite_fail_code(sqlite3 *db, int extended, const char *path, const char *doing, bip_error *err);
/* For a file that can't be made: `error` is the system's number. */
bip_status bip__sqlite_fail_create(int error, const char *path, bip_error *err);

/* The kept statement of that name, ready to bind; prepared at its first use. */
bip_status bip__sqlite_statement(bip__sqlite *s, bip__statement which, sqlite3_stmt **out, bip_error *err);
bip_status bip__sqlite_prepare(bip__sqlite *s, bip__statement which, sqlite3_stmt **out, bip_error *err);

/* Step a statement that gives at most one row. BIP_OK: it stands on the row, and the caller resets it; BIP_E_NOT_FOUND
 * without touching err; else a failure. */
bip_status bip__sqlite_row(bip__sqlite *s, sqlite3_stmt *q, bip_error *err);
/* Step a statement without rows, and reset it. */
bip_status bip__sqlite_run(bip__sqlite *s, sqlite3_stmt *q, bip_error *err);

/* One more connection to a file, defended, nothing read yet; *db is NULL after a failure. `query`: of the URI. */
bip_status bip__sqlite_connect(const char *path, const char *query, int flags, sqlite3 **db, bip_error *err);
/* The file and what SQLite may have left beside it. */
void bip__sqlite_remove(const char *path);

/* Look at a file that nobody has open for writing, without a lock and without leaving a trace: is it a store of this
 * version? `whole`: check every page too. */
bip_status bip__sqlite_probe(const char *path, bool whole, bip_error *err);
/* A page for which it found no memory, SQLite's check of pages tells as a fault of that page. */
bool bip__sqlite_check_lacked_memory(const char *said);

/* Make the tables of rows in hand known to the connection. Gives SQLite's code. */
int bip__sqlite_offer_hands(bip__sqlite *s);

/* Forget the words that were read: their numbers may come to mean other words. */
void bip__sqlite_forget_words(bip__sqlite *s);

/* Called by SQLite while another holds a lock: sleep a little and say 1 to try again, 0 when it took too long. */
int bip__sqlite_wait(void *store, int times);

/* Before a change: let those go first who wait. */
void bip__sqlite_step_back(bip__sqlite *s);

/* Begin a reading with these keys, step it, and say that a number of its row doesn't fit. */
bip_status bip__sqlite_open_rows(bip__storage *base, bip__statement which, const int64_t *keys, int n, bip__rows **out,
                                 bip_error *err);
bip_status bip__sqlite_next_row(bip__rows *r, bip_error *err);
bip_status bip__sqlite_damaged(bip__sqlite *s, const char *what, bip_error *err);

/* The function that gather.c reads through, for a new connection: an SQLite code. */
int bip__sqlite_add_gather(bip__sqlite *s);
/* The memory of a reading that ends, for the next one that gathers. */
void bip__sqlite_leave_idle(bip__sqlite *s, bip__rows *r);
void bip__sqlite_free_idle(bip__sqlite *s);

/* Each file puts its functions into the table. */
void bip__sqlite_readers(bip__storage_api *api);   /* read.c */
void bip__sqlite_gatherers(bip__storage_api *api); /* gather.c */
void bip__sqlite_writers(bip__storage_api *api);   /* write.c */
void bip__sqlite_keepers(bip__storage_api *api);   /* backup.c */
void bip__sqlite_erasers(bip__storage_api *api);   /* erase.c */

#endif
