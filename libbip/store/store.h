/* What the rest may ask of storage, in words of the domain. Keys are small integers of this store; no SQL, no sqlite3
 * type and no JSON tree passes this line. Two implementations: store/sqlite (the library's) and store/memory (the
 * tests'). */
#ifndef BIP_STORE_H
#define BIP_STORE_H

#include "base/error.h"
#include "base/hash.h"

#include <stdbool.h>

#define BIP__UUID_SIZE 16

/* Texts that repeat are kept once, under a number above 0. */
typedef enum bip__word_kind { BIP__WORD_RESPONDENT = 1, BIP__WORD_RATER = 2, BIP__WORD_ACTOR = 3 } bip__word_kind;

/* One revision of one assessment. A fact is named by (entry, idx); root_* name the first revision, which names itself.
 * Texts are lent until the next call on the same rows. */
typedef struct bip__assessment_row {
    int32_t person;
    bip_date day;
    int64_t entry;
    int32_t idx;
    int32_t instrument, respondent, rater; /* rater 0: unknown */
    int32_t current;                       /* 1: the revision that counts; derived, not hashed */
    int64_t root_entry;
    int32_t root_idx;
    const char *scores, *note, *reason; /* scores NULL: withdrawn; note, reason NULL: none */
    size_t scores_n, note_n, reason_n;
} bip__assessment_row;

/* The current assessments of one person by (day, entry, idx), without their reasons. Lent until the next call. */
typedef struct bip__current {
    int32_t person;
    const bip__assessment_row *rows;
    size_t n; /* above 0 */
} bip__current;

/* Everything else about people, in one envelope; person 0: about nobody. */
typedef enum bip__fact_kind {
    BIP__FACT_PARTICIPANT = 1,
    BIP__FACT_ATTRIBUTE = 2,
    BIP__FACT_INSTRUMENT =
        3,                 /* about nobody: a version that is in the store by an earlier record of the same content */
    BIP__FACT_ERASURE = 4, /* about nobody: which identities were erased, and why */
    BIP__FACT_DISPUTE = 5  /* what a participant objects to in an assessment, its root */
} bip__fact_kind;
typedef struct bip__fact_row {
    int32_t person, kind;
    int64_t entry;
    int32_t idx;
    int32_t current;
    bip_date day, day_to; /* BIP_NO_DATE: none */
    int64_t root_entry;
    int32_t root_idx;
    const char *body; /* the canonical form, see canon.h */
    size_t body_n;
} bip__fact_row;

/* A version of an instrument; entry 0: built in. */
typedef struct bip__instrument_row {
    int32_t n; /* rising in the order of adding, from 1 */
    const char *code, *version, *json;
    size_t json_n;
    int64_t entry;
    int32_t idx;
    const char *reason; /* NULL: none */
} bip__instrument_row;

/* What the positions of a score array mean: for people with a SQL shell; derived from the JSON. */
typedef struct bip__item_row {
    const char *respondent, *indicator;
    int32_t position;
} bip__item_row;

typedef struct bip__entry_row {
    int64_t n; /* of this store only */
    uint8_t id[BIP__UUID_SIZE];
    int64_t at_ms; /* the host's clock */
    int64_t
        logical_ms; /* max(at_ms, 1 + the parents' greatest): (logical_ms, id) orders entries alike in every store */
    int32_t actor;  /* a word */
    uint8_t hash[BIP_HASH_SIZE];
} bip__entry_row;

/* The audit trail's hold on a run of facts of one identity, consecutive within an entry; pos is the idx of the first.
 */
typedef struct bip__leaf_row {
    int64_t entry;
    int32_t pos;
    int32_t identity; /* 0: about nobody (instruments) */
    uint8_t hash[BIP_HASH_SIZE];
} bip__leaf_row;

/* A person's random identity; several per person after a merge. */
typedef struct bip__identity_row {
    int32_t n;
    bool erased; /* uuid is gone, person is 0 */
    uint8_t uuid[BIP__UUID_SIZE];
    uint8_t hash[BIP_HASH_SIZE]; /* of the uuid; stays */
    int32_t person;
    int64_t erased_by; /* entry; 0: not erased */
} bip__identity_row;

typedef struct bip__person_row {
    int32_t n;
    const char *code;
} bip__person_row;

typedef struct bip__storage bip__storage;
typedef struct bip__rows bip__rows; /* a reading in progress; several may be open at once */

/* Every function gives a status and fills err where it fails; BIP_E_NOT_FOUND fills no err. A key that is taken is
 * BIP_E_CONFLICT, and the transaction can go on; after any other failure of a writer it can only be rolled back. `next`
 * functions give BIP_DONE at the end. Lookups and readings see what the open transaction has written. Writers want
 * begin() first; those that take many rows stop at the first that fails, and what is numbered gets numbers that follow
 * one another from *first. */
typedef struct bip__storage_api {
    /* one consistent view for several readings; calls nest; not needed inside begin() */
    bip_status (*snapshot)(bip__storage *, bip_error *);
    void (*release)(bip__storage *);
    /* waits for other writers; BIP_E_USAGE while a snapshot or rows are open: what they see may be older than the store
     */
    bip_status (*begin)(bip__storage *, bip_error *);
    bip_status (*commit)(
        bip__storage *,
        bip_error *); /* durable; after a failure nothing of it is in the store and no transaction is open */
    void (*rollback)(bip__storage *);
    /* a number that changes whenever another connection has committed, and not by commits of this one */
    bip_status (*generation)(bip__storage *, int64_t *out, bip_error *);

    /* settings of this store: "lang", "national_ids", "keep_days" (after which people are listed for erasing), "traces"
     * (what was erased may still be found in the file) */
    bip_status (*setting_get)(bip__storage *, const char *key, char *into, size_t n,
                              bip_error *); /* "" where not set */
    bip_status (*setting_put)(bip__storage *, const char *key, const char *value, bip_error *);

    bip_status (*word_find)(bip__storage *, int kind, const char *text, int32_t *n, bip_error *); /* BIP_E_NOT_FOUND */
    bip_status (*word_add)(bip__storage *, int kind, const char *text, int32_t *n, bip_error *);  /* or finds it */
    bip_status (*word_text)(bip__storage *, int32_t n, const char **lent,
                            bip_error *); /* lent until the store is closed or rolled back; BIP_E_CORRUPT: no such */

    bip_status (*person_find)(bip__storage *, const char *code, int32_t *n, bip_error *); /* BIP_E_NOT_FOUND */
    bip_status (*persons_add)(bip__storage *, const char *const *codes, size_t n, int32_t *first, bip_error *);
    bip_status (*person_get)(bip__storage *, int32_t n, const char **code,
                             bip_error *); /* lent until the next person_get; BIP_E_CORRUPT: no such */
    bip_status (*identities_add)(bip__storage *, const bip__identity_row *rows, size_t n, int32_t *first,
                                 bip_error *); /* their own n is ignored */
    bip_status (*identity_find)(bip__storage *, const uint8_t hash[BIP_HASH_SIZE], bip__identity_row *out, bip_error *);
    bip_status (*identity_get)(bip__storage *, int32_t n, bip__identity_row *out, bip_error *);
    bip_status (*identities)(bip__storage *, int32_t person /* 0: all */, bip__rows **out, bip_error *); /* by n */
    bip_status (*persons)(bip__storage *, bip__rows **out, bip_error *); /* by code, bytewise */
    /* Destroy an identity that isn't erased: the facts in its leaves, its uuid; where it was the person's last one, the
     * person; with the commit, raters that nothing names any more. Hash and leaves stay. Sets "traces". */
    bip_status (*identity_erase)(bip__storage *, int32_t identity, int64_t entry, bip_error *);

    bip_status (*instrument_add)(bip__storage *, const bip__instrument_row *row, const bip__item_row *items,
                                 size_t n_items, int32_t *n, bip_error *);
    bip_status (*instruments)(bip__storage *, bip__rows **out, bip_error *); /* by n */
    bip_status (*items)(bip__storage *, int32_t instrument, bip__rows **out,
                        bip_error *); /* by respondent, then position */

    bip_status (*assessments_put)(bip__storage *, const bip__assessment_row *rows, size_t n,
                                  bip_error *); /* fastest where sorted by (person, day, entry, idx) */
    /* those of one person up to and including a day, by (day, entry, idx); revisions: also what is not current */
    bip_status (*assessments)(bip__storage *, int32_t person, bip_date from_day, bip_date until_day, bool revisions,
                              bip__rows **out, bip_error *);
    /* the current ones that aren't withdrawn of this person and of all with greater numbers, read by next_current().
     * only_scores, for progression: what no series needs of a row is 0. */
    bip_status (*current_from)(bip__storage *, int32_t person, bool only_scores, bip__rows **out, bip_error *);
    /* BIP_E_NOT_FOUND: no such row */
    bip_status (*set_current)(bip__storage *, int32_t person, bip_date day, int64_t entry, int32_t idx, int32_t current,
                              bip_error *);

    bip_status (*facts_put)(bip__storage *, const bip__fact_row *rows, size_t n, bip_error *);
    bip_status (*facts)(bip__storage *, int32_t person, int32_t kind /* 0: all */, bip__rows **out,
                        bip_error *); /* by (kind, entry, idx) */

    /* an entry is put in two steps, since facts name it before its hash is known: reserve a number, later put it whole
     */
    bip_status (*entry_reserve)(bip__storage *, int64_t *n,
                                bip_error *); /* greater than every entry's; taken only by entry_put */
    bip_status (*entry_put)(bip__storage *, const bip__entry_row *row,
                            const bip__leaf_row *last /* of its leaves; NULL: leaves_put() takes all */,
                            const int64_t *parents, size_t n_parents, bip_error *);
    bip_status (*entry_get)(bip__storage *, int64_t n, bip__entry_row *out, bip_error *); /* BIP_E_NOT_FOUND */
    bip_status (*entry_find)(bip__storage *, const uint8_t id[BIP__UUID_SIZE], bip__entry_row *out, bip_error *);
    bip_status (*entries)(bip__storage *, bip__rows **out, bip_error *);                /* by (logical_ms, id) */
    bip_status (*parents)(bip__storage *, int64_t entry, bip__rows **out, bip_error *); /* by id; entry rows */
    bip_status (*heads)(bip__storage *, bip__rows **out, bip_error *);                  /* entry rows */
    bip_status (*leaves_put)(bip__storage *, const bip__leaf_row *rows, size_t n, bip_error *);
    bip_status (*leaves)(bip__storage *, int64_t entry, bip__rows **out, bip_error *); /* by pos */
    bip_status (*leaf_over)(bip__storage *, int64_t entry, int32_t idx, bip__leaf_row *out,
                            bip_error *); /* greatest pos <= idx; BIP_E_NOT_FOUND */

    bip_status (*next_person)(bip__rows *, bip__person_row *, bip_error *);
    bip_status (*next_identity)(bip__rows *, bip__identity_row *, bip_error *);
    bip_status (*next_instrument)(bip__rows *, bip__instrument_row *, bip_error *);
    bip_status (*next_item)(bip__rows *, bip__item_row *, bip_error *);
    bip_status (*next_assessment)(bip__rows *, bip__assessment_row *, bip_error *);
    /* of the next person who has any; person is filled also where it fails for that person's rows alone */
    bip_status (*next_current)(bip__rows *, bip__current *, bip_error *);
    bip_status (*next_fact)(bip__rows *, bip__fact_row *, bip_error *);
    bip_status (*next_entry)(bip__rows *, bip__entry_row *, bip_error *);
    bip_status (*next_leaf)(bip__rows *, bip__leaf_row *, bip_error *);
    void (*close_rows)(bip__rows *); /* NULL is fine; rows must be closed before commit, rollback and close */

    bip_status (*check)(bip__storage *, bip_issue_fn issue, void *ctx, int64_t *faults,
                        bip_error *); /* the file below the rows */
    bip_status (*backup)(bip__storage *, const char *path, bip_error *);
    /* Where "traces" is set: take what was erased out of the files for good, and clear it. Outside begin(). Waits for
     * readers, wait_ms below 0 as long as for a lock; BIP_E_BUSY: they are still there. */
    bip_status (*scrub)(bip__storage *, int32_t wait_ms, bip_error *);
    void (*interrupt)(bip__storage *); /* from any thread */
    void (*close)(bip__storage *);
} bip__storage_api;

struct bip__storage {
    const bip__storage_api *api;
    bool writable;
};

/* The implementation on SQLite. `create` refuses a path that exists. */
bip_status bip__sqlite_open(const char *path, bool create, bool writable, int32_t wait_ms, bip__storage **out,
                            bip_error *err);
/* Make a store with what `fill` puts into it, as one transaction: a file that is left half made is no store. */
typedef bip_status (*bip__fill_fn)(bip__storage *, void *ctx, bip_error *);
bip_status bip__sqlite_create(const char *path, int32_t wait_ms, bip__fill_fn fill, void *ctx, bip__storage **out,
                              bip_error *err);
const char *bip__sqlite_library(void);

/* The implementation in memory, for tests: the same answers, no file. */
bip_status bip__memory_open(bip__storage **out, bip_error *err);

#endif
