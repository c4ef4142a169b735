/**
 * @file bip.h
 * libbip: repeated indicator scores per participant, and what moved.
 *
 * Everything that is API is here; what is not here is not API.
 *
 * Order of arguments: the object first, then inputs, then outputs, then the error.
 * Ownership: `_open` and `_begin` give you something to close, commit or roll back; a cursor lends its record until the
 * next call on it; everything else is copied in and out. Text: UTF-8, NUL-terminated. Dates: days since 1970-01-01
 * (bip_date). Missing numbers: NaN. Threads: one thread at a time per store and all that was opened from it; different
 * stores are independent. The functions without a store may be called from any thread. After fork() a store belongs to
 * the parent; the child opens its own and leaves this one alone, without closing it. Callbacks may read the store they
 * are called for; they must not close it, nor end the change or the cursor whose call they are in. The library keeps no
 * global state, does not read or set the locale, prints nothing, installs no signal handler and never exits. A call
 * takes up to 48 KiB of its thread's stack, up to 64 where the pattern of an instrument is read that nests groups.
 * Every function and type: since 0.1, unless it says otherwise.
 *
 * Statuses: a NULL where it isn't allowed, a struct whose size was never set or a date out of range is BIP_E_USAGE, and
 * memory can run out, in every call that returns a status. Every call that reads or changes a store can also end with
 * BIP_E_IO, BIP_E_BUSY, BIP_E_CORRUPT or BIP_E_CANCELLED. Beside a function stands what is particular to it.
 */
#ifndef BIP_H
#define BIP_H

#include <stddef.h>
#include <stdint.h>

#include "bip/export.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ------------------------------------------------------------ outcome of a call */

/** Outcome of every call that can fail. The numbers are ABI: append, never renumber. */
typedef enum bip_status {
    BIP_OK = 0,
    BIP_DONE = 1,         /**< a cursor has no further record; not an error */
    BIP_E_USAGE = 2,      /**< the call breaks the stated contract (wrong argument, wrong order of calls) */
    BIP_E_REFUSED = 3,    /**< what was given as data does not hold: a score, date, code, text, instrument */
    BIP_E_NOT_FOUND = 4,  /**< the thing asked for is not in the store */
    BIP_E_CONFLICT = 5,   /**< other content is held under the same key; the store is unchanged */
    BIP_E_BUSY = 6,       /**< another process held the store for longer than wait_ms */
    BIP_E_IO = 7,         /**< the file could not be read or written; see bip_error.detail */
    BIP_E_FULL = 8,       /**< no room left on the disk; the store is unchanged */
    BIP_E_NOMEM = 9,      /**< memory ran out; the store is unchanged */
    BIP_E_FORMAT = 10,    /**< the file is not a store of libbip */
    BIP_E_TOO_NEW = 11,   /**< written by a later libbip; left untouched */
    BIP_E_CORRUPT = 12,   /**< the file is damaged, or verify found a fault */
    BIP_E_CANCELLED = 13, /**< a callback or bip_store_interrupt() said stop */
    BIP_E_READ_ONLY = 14  /**< a change was begun on a store opened for reading */
} bip_status;

/** The failure in words. Owned by the caller, usually on the stack; nothing to free. The layout is frozen. */
typedef struct bip_error {
    int32_t status;    /**< a bip_status */
    int32_t detail;    /**< the storage engine's own code, or 0 */
    char where[128];   /**< the place: "indicators[3].scale", "line 17, column score"; "" where there is none */
    char message[256]; /**< UTF-8, one line, NUL-terminated */
} bip_error;

/** The status as a stable word for programs ("ok", "refused", "not_found", ...). Never NULL; static. */
BIP_API const char *bip_status_code(bip_status status);

/** The status as a short English text for logs; bip_error.message is for people. Never NULL; static. */
BIP_API const char *bip_status_text(bip_status status);

/** Version of the library in use, "MAJOR.MINOR.PATCH". Static. */
BIP_API const char *bip_version(void);

/** The libraries in use, one a line, "sqlite 3.40.1". Static order, LF between. @param out at least n bytes; cut to
 * fit. */
BIP_API void bip_versions(char *out, size_t n);

/* ------------------------------------------------------------ values */

/** Days since 1970-01-01, proleptic Gregorian, 1900-01-01 to 2199-12-31. The same as R's Date and Arrow's date32. */
typedef int32_t bip_date;
#define BIP_NO_DATE INT32_MIN /**< absent */

/** Read "YYYY-MM-DD". @retval BIP_E_REFUSED no such date, another form, or outside the years 1900 to 2199 */
BIP_API bip_status bip_date_parse(const char *text, bip_date *out, bip_error *err);

/** Write a date as "YYYY-MM-DD"; "" for BIP_NO_DATE. */
BIP_API void bip_date_format(bip_date date, char out[11]);

/** What an answer is. Only BIP_NUMBER enters statistics; the reasons are kept, counted and exported. ABI: append. */
typedef enum bip_answer {
    BIP_NUMBER = 0,        /**< bip_score.number holds the score, in scale points */
    BIP_NOT_ASKED = 1,     /**< null in JSON, an empty cell in CSV */
    BIP_DECLINED = 2,      /**< the respondent chose not to answer */
    BIP_DONT_KNOW = 3,     /**< the respondent does not know */
    BIP_NOT_APPLICABLE = 4 /**< the question does not apply */
} bip_answer;

/** One score: a number on the scale, or the reason why there is none. */
typedef struct bip_score {
    double number;    /**< scale points where answer is BIP_NUMBER; else ignored on input, NaN on output */
    int32_t answer;   /**< a bip_answer */
    int32_t reserved; /**< 0 */
} bip_score;

#define BIP_ID_SIZE 48 /**< room for the id of a fact or an entry, NUL included */

/** Take n bytes of a document. @return 0 to go on; anything else ends the writing with BIP_E_CANCELLED */
typedef int (*bip_write_fn)(void *ctx, const char *bytes, size_t n);

/** Give up to n bytes. @return how many; 0 at the end; below 0 on an error, which ends the reading with BIP_E_IO */
typedef long (*bip_read_fn)(void *ctx, char *into, size_t n);

/** One refused cell, one fault found. Lent for the duration of the call. */
typedef struct bip_issue {
    int64_t line;        /**< physical line of the input from 1; 0 where there is none */
    const char *column;  /**< header of the column, or "" */
    const char *where;   /**< the place in words: "line 17, column score", "entry 4f..., participant P-001" */
    const char *message; /**< UTF-8, one line */
} bip_issue;

/** Called once per issue. @return 0 to go on; anything else ends the work with BIP_E_CANCELLED */
typedef int (*bip_issue_fn)(void *ctx, const bip_issue *issue);

/* ------------------------------------------------------------ store */

typedef struct bip_store bip_store;   /**< one file with everything a team has recorded */
typedef struct bip_change bip_change; /**< one transaction, one entry of the audit trail */
typedef struct bip_cursor bip_cursor; /**< a reading in progress */

#define BIP_OPEN_WRITE 1u              /**< changes may be made */
#define BIP_OPEN_CREATE 2u             /**< make a new store; refuses a path that exists. Implies BIP_OPEN_WRITE */
#define BIP_OPEN_ALLOW_NATIONAL_IDS 4u /**< with BIP_OPEN_CREATE: the store takes national identity numbers */

/** How to open. Zero means default everywhere; fill through bip_open_options_init(). */
typedef struct bip_open_options {
    size_t size;                                    /**< sizeof(bip_open_options) of the caller */
    uint32_t flags;                                 /**< BIP_OPEN_*; 0 opens for reading */
    int32_t wait_ms;                                /**< how long to wait for another writer; 0: 10,000 ms */
    int64_t (*now_ms)(void *ctx);                   /**< milliseconds since 1970-01-01 UTC; NULL: the system clock */
    int (*random)(void *ctx, void *into, size_t n); /**< fill n random bytes, 0 on success; NULL: the system's source */
    void *ctx;                                      /**< passed to all of them */
    const char *lang; /**< with BIP_OPEN_CREATE: the store's language, "en", "sv", "da"; NULL: none */
    /** Told of every participant before they are read, once a document, and for what: the document's name,
     * "assessments", "progression", "retention", "merge". 0 to go on; anything else ends the reading with
     * BIP_E_CANCELLED. NULL: nobody is told */
    int (*read)(void *ctx, const char *what, const char *participant);
} bip_open_options;

/** Set every field to its default and size to n. @param n sizeof(bip_open_options) */
BIP_API void bip_open_options_init(bip_open_options *options, size_t n);

/**
 * Open a store, or with BIP_OPEN_CREATE make one that holds the built-in instruments and no entry.
 *
 * @param path      UTF-8 file name, or ":memory:" with BIP_OPEN_CREATE for one that dies with its handle. Copied.
 * @param options   NULL opens for reading with the defaults. Copied; ctx must outlive the store.
 * @param[out] out  The store, owned by the caller: release with bip_store_close(). NULL after any failure.
 * @param err       Filled on failure only. May be NULL, here and everywhere.
 * @retval BIP_E_NOT_FOUND no such file  @retval BIP_E_CONFLICT BIP_OPEN_CREATE and the path exists
 * @retval BIP_E_FORMAT    no store: a text file, a directory, another program's database, an empty file
 * @retval BIP_E_TOO_NEW   written by a later libbip; not touched   @retval BIP_E_CORRUPT damaged or cut short
 * @retval BIP_E_IO        could not be read or written  @retval BIP_E_BUSY locked for longer than wait_ms
 * @retval BIP_E_USAGE     no path, a flag that isn't known, ":memory:" without BIP_OPEN_CREATE
 * @retval BIP_E_NOMEM     memory ran out
 */
BIP_API bip_status bip_store_open(const char *path, const bip_open_options *options, bip_store **out, bip_error *err);

/** Close and free. Cursors and changes left open end with it (changes are rolled back) and must not be used again. NULL
 * is fine. */
BIP_API void bip_store_close(bip_store *store);

/** Ask the call in progress on this store to end soon with BIP_E_CANCELLED. The one call allowed from another thread.
 */
BIP_API void bip_store_interrupt(bip_store *store);

/** The store's language as given at its making, or "" for none. Lent until the store is closed. */
BIP_API const char *bip_store_lang(const bip_store *store);

#define BIP_LANG_SIZE 36 /**< room for the code of a language, NUL included */

/**
 * Add a language to this handle: every text for people can then be asked for in it. It goes before a language of the
 * same code that is there already. The document "words" gives a built-in table to begin from.
 *
 * @param json       n bytes of UTF-8, see the pages' documentation
 * @param[out] lang  its code, at least BIP_LANG_SIZE bytes; may be NULL
 * @retval BIP_E_REFUSED a text is missing, unknown or lacks a placeholder; bip_error.where is its key
 * @retval BIP_E_USAGE   a cursor is open  @retval BIP_E_NOMEM
 */
BIP_API bip_status bip_store_add_words(bip_store *store, const char *json, size_t n, char lang[BIP_LANG_SIZE],
                                       bip_error *err);

/** Today by the store's clock and the local calendar. */
BIP_API bip_date bip_store_today(const bip_store *store);

/**
 * Check the file, every row and the audit trail; report every fault through issue (may be NULL). Not while a change has
 * begun to record (BIP_E_USAGE), here and for backups and the document "json".
 *
 * @param anchor  What "bip head" printed earlier and somebody kept elsewhere: each line "ENTRY HASH" must still be in
 * the trail. NULL: none.
 * @retval BIP_E_CORRUPT at least one fault was found  @retval BIP_E_CANCELLED issue said stop
 * @retval BIP_E_REFUSED the anchor is empty or can't be read
 */
BIP_API bip_status bip_store_verify(bip_store *store, const char *anchor, bip_issue_fn issue, void *ctx,
                                    bip_error *err);

/**
 * Write a consistent copy while others go on reading and writing.
 * @retval BIP_E_CONFLICT path exists
 * @retval BIP_E_IO the copy could not be written; nothing is left behind
 * @retval BIP_E_FULL no room for the copy; nothing is left behind
 */
BIP_API bip_status bip_store_backup(bip_store *store, const char *path, bip_error *err);

/**
 * Whether somebody who looks into the store's files could still find something of an erased participant there: others
 * were reading an older state for longer than wait_ms when it was to be overwritten. The next opening for writing tries
 * again.
 * @param[out] traces  1 yes, 0 no
 */
BIP_API bip_status bip_store_traces(bip_store *store, int32_t *traces, bip_error *err);

/* ------------------------------------------------------------ writing */

/**
 * Begin a change. Nothing is locked until the first call that records. One change at a time per store; facts are
 * refused with BIP_E_USAGE while a cursor that was opened before is still open.
 *
 * @param actor   who typed: 1 to 64 code points, no control characters, no national identity number. Copied.
 * @param reason  kept with each fact of the change and erased with it; NULL, "" or blanks for none. Copied.
 * @retval BIP_E_READ_ONLY opened for reading  @retval BIP_E_REFUSED actor or reason does not hold
 * @retval BIP_E_USAGE     another change is open  @retval BIP_E_NOMEM
 */
BIP_API bip_status bip_change_begin(bip_store *store, const char *actor, const char *reason, bip_change **out,
                                    bip_error *err);

/**
 * Make everything in the change durable, as one transaction and one entry of the audit trail, and free it, whatever
 * happens. A change without a new fact writes no entry.
 *
 * @param[out] entry_id  the entry's id, or "" where none was needed; may be NULL
 * @retval BIP_E_BUSY BIP_E_IO BIP_E_FULL BIP_E_NOMEM nothing of the change is in the store
 */
BIP_API bip_status bip_change_commit(bip_change *change, char entry_id[BIP_ID_SIZE], bip_error *err);

/** Undo and free. NULL is fine. Cannot fail. */
BIP_API void bip_change_rollback(bip_change *change);

/** All scores of one respondent on one instrument on one date by one rater. */
typedef struct bip_assessment_in {
    size_t size;             /**< sizeof(bip_assessment_in) of the caller */
    const char *participant; /**< code of a registered participant */
    const char *instrument;  /**< code, or "code@version"; the code alone means the version added last */
    const char *respondent;  /**< code of a respondent of the instrument */
    const char *rater;       /**< who judged; NULL or "" for unknown */
    const char *note;        /**< free text, stored as given; NULL or "" for none */
    bip_date date;           /**< the day of the assessment */
    int32_t redact;          /**< not 0: a national identity number in the note becomes "[...]" instead of an error */
    size_t n;                /**< length of scores, and of indicators where given */
    const char *const *indicators; /**< code per score; what is left out is not asked. NULL: scores stand in the
                                      instrument's order of what is asked of the respondent, n all of them */
    const bip_score *scores;       /**< n scores */
} bip_assessment_in;

/**
 * Record one assessment. The same key (participant, instrument, respondent, date, rater) with the same content
 * is no change and gives the id it has.
 *
 * @param[out] id  "ENTRY.INDEX"; may be NULL
 * @retval BIP_E_REFUSED  unknown participant, instrument, respondent or indicator, an indicator that isn't asked of the
 * respondent or named twice, a score off the scale, a date, rater or note that doesn't hold
 * @retval BIP_E_CONFLICT the key is held with other content; bip_error.message names the id
 * @retval BIP_E_BUSY BIP_E_IO BIP_E_FULL BIP_E_NOMEM as for bip_change_commit(); the change can only be rolled back
 */
BIP_API bip_status bip_assessment_add(bip_change *change, const bip_assessment_in *in, char id[BIP_ID_SIZE],
                                      bip_error *err);

/**
 * Add a revision. Only indicators, scores, note and redact of `in` are read: indicators not named stay as they are,
 * BIP_NOT_ASKED takes a score out; note NULL stays, "" removes. The same content again is no change.
 *
 * @param id  of the first or any later revision
 * @param[out] new_id  of the revision that is current now; may be NULL
 * @retval BIP_E_NOT_FOUND no such assessment  @retval BIP_E_CONFLICT it is withdrawn  @retval BIP_E_REFUSED as for
 * bip_assessment_add()
 */
BIP_API bip_status bip_assessment_correct(bip_change *change, const char *id, const bip_assessment_in *in,
                                          char new_id[BIP_ID_SIZE], bip_error *err);

/**
 * Withdraw an assessment: it leaves every statistic and export of current scores, frees its key and stays in the
 * history. The change must have a reason.
 * @retval BIP_E_NOT_FOUND no such assessment  @retval BIP_E_CONFLICT already withdrawn  @retval BIP_E_USAGE the change
 * has no reason
 */
BIP_API bip_status bip_assessment_withdraw(bip_change *change, const char *id, bip_error *err);

/**
 * Put a participant's objection beside an assessment, wherever people see its scores. It changes no score.
 * @param id    of the first or any later revision
 * @param text  what they say: free text
 * @param[out] new_id  of the objection; may be NULL
 * @retval BIP_E_NOT_FOUND no such assessment  @retval BIP_E_CONFLICT it is withdrawn
 * @retval BIP_E_REFUSED   the text is empty or doesn't hold
 */
BIP_API bip_status bip_assessment_dispute(bip_change *change, const char *id, const char *text,
                                          char new_id[BIP_ID_SIZE], bip_error *err);

/**
 * Register a participant.
 * @param code      1 to 64 code points, see the format page; no national identity number unless the store takes them
 * @param enrolled  BIP_NO_DATE where unknown
 * @retval BIP_E_REFUSED code or date does not hold  @retval BIP_E_CONFLICT registered already
 */
BIP_API bip_status bip_participant_add(bip_change *change, const char *code, bip_date enrolled, bip_error *err);

/**
 * Set an attribute of a participant. The same value again is no change.
 * @param key    a code, `[a-z][a-z0-9_-]{0,63}`
 * @param value  1 to 200 code points on one line; NULL or "" takes the attribute away
 * @retval BIP_E_NOT_FOUND no such participant  @retval BIP_E_REFUSED key or value does not hold
 */
BIP_API bip_status bip_participant_set(bip_change *change, const char *code, const char *key, const char *value,
                                       bip_error *err);

/**
 * Erase everything about a participant: every revision, note, reason and attribute, the code, the key of their place in
 * the audit trail. What remains are hashes that nothing can be guessed from; the trail verifies. Stores that are merged
 * with this one erase them too, and no merge or import of an older copy brings them back; registered again, they are a
 * new participant. Backups, exports and copies are out of reach.
 *
 * The change must have a reason, which stays and so must not name the participant. Once it is committed, the store's
 * files are rid of what was erased, which waits for those who read an older state: see bip_store_traces().
 *
 * @retval BIP_E_NOT_FOUND no such participant  @retval BIP_E_USAGE the change has no reason
 * @retval BIP_E_REFUSED the reason names the participant
 */
BIP_API bip_status bip_participant_erase(bip_change *change, const char *code, bip_error *err);

/** Keep in the store after how many days without a fact people are to be listed. @param days  0: none is kept */
BIP_API bip_status bip_retention_keep(bip_change *change, int32_t days, bip_error *err);

/** What bip_retention_keep() kept; 0: nothing. */
BIP_API int32_t bip_retention_days(bip_store *store);

/**
 * Write those whose last fact is more than so many days ago, a line each, bip-retention-1, by code. A fact's day is the
 * one it is about: that of an assessment, of the enrolment; of an objection the day it was recorded. Who has nothing of
 * these has the day of their registration. Who has an attribute "hold" is left out.
 *
 * @param days   0: as kept in the store  @param as_of  BIP_NO_DATE: today
 * @retval BIP_E_USAGE no number of days was given or kept
 */
BIP_API bip_status bip_retention_list(bip_store *store, int32_t days, bip_date as_of, bip_write_fn write, void *ctx,
                                      bip_error *err);

/**
 * Write the same and erase them, as bip_participant_erase() does. The change must have a reason.
 * @retval BIP_E_REFUSED the reason names one of them; the change can only be rolled back
 */
BIP_API bip_status bip_retention_erase(bip_change *change, int32_t days, bip_date as_of, bip_write_fn write, void *ctx,
                                       bip_error *err);

/**
 * Add a version of an instrument. The same content again is no change.
 * @param json  n bytes of UTF-8; see the format page
 * @retval BIP_E_REFUSED it doesn't hold or a text of it holds a national identity number, bip_error.where is the path,
 * or the version is held with other content
 */
BIP_API bip_status bip_instrument_add(bip_change *change, const char *json, size_t n, bip_error *err);

/** Check an instrument without a store. @retval BIP_E_REFUSED it doesn't hold; bip_error.where is the path */
BIP_API bip_status bip_instrument_check(const char *json, size_t n, bip_error *err);

/** What an import did, or with a rolled-back change would do. Grows at its end. */
typedef struct bip_import_result {
    size_t size;          /**< sizeof(bip_import_result) of the caller, set before the call */
    int64_t added;        /**< assessments that were new */
    int64_t known;        /**< same key, same content: skipped */
    int64_t changed;      /**< corrected, where "update" is set */
    int64_t participants; /**< registered on the way */
    int64_t empty_rows;   /**< rows with neither score nor reason nor note: skipped */
    int64_t future;       /**< assessments dated after "as_of", by default today: taken */
    int64_t refused;      /**< bad cells reported through issue */
} bip_import_result;

/**
 * Take in many assessments, all or nothing. Everything is read and checked before the store is locked; every bad cell
 * is reported.
 *
 * @param format        "csv-long", "csv-wide", "json", "jsonl", or NULL to tell by the content
 * @param options_json  NULL, or an object of: "instrument": CODE, "dates": "ymd" or "dmy", "ignore_columns": [NAME...],
 *                      "create_participants": true, "update": true, "redact": true, "as_of": DATE
 * @param read          gives the bytes
 * @param source        passed to read
 * @param issue         called once per refused cell; may be NULL
 * @param ctx           passed to issue
 * @param[in,out] result  may be NULL
 * @retval BIP_E_REFUSED something was refused: all of it through issue, the first in err; nothing was taken
 * @retval BIP_E_USAGE   options that don't hold, or no instrument named
 * @retval BIP_E_NOMEM BIP_E_IO BIP_E_FULL BIP_E_BUSY BIP_E_CANCELLED nothing was taken; the change can only be rolled
 * back
 */
BIP_API bip_status bip_import(bip_change *change, const char *format, const char *options_json, bip_read_fn read,
                              void *source, bip_issue_fn issue, void *ctx, bip_import_result *result, bip_error *err);

/**
 * Take in what another store has and this one has not: entries, participants, assessments with all their revisions,
 * instruments. A union, without an entry of its own; in whatever order and how often stores take in one another, they
 * end with the same export. What is taken in is checked against its hashes. Of two corrections of one assessment, and
 * of two assessments of one key, the one recorded last counts; both stay, and the history shows them beside each other.
 *
 * @param change  of the store that takes in; after a failure it can only be rolled back
 * @param from    another handle, without an open change; not changed
 * @param[in,out] result  counts, as of an import; may be NULL
 * @retval BIP_E_CONFLICT an instrument's version has other content there; nothing was taken
 * @retval BIP_E_REFUSED  something of the other store doesn't hold; nothing was taken
 * @retval BIP_E_USAGE BIP_E_NOMEM BIP_E_IO BIP_E_FULL BIP_E_BUSY BIP_E_CORRUPT nothing was taken
 */
BIP_API bip_status bip_merge(bip_change *change, bip_store *from, bip_import_result *result, bip_error *err);

/* ------------------------------------------------------------ reading */

/** What to read. NULL means all; fill through bip_query_init(), which also leaves the dates open. */
typedef struct bip_query {
    size_t size;                     /**< sizeof(bip_query) of the caller */
    const char *const *participants; /**< codes, in the order wanted; NULL: everyone, by code */
    size_t n_participants;           /**< length of participants */
    const char *instrument;          /**< code, or "code@version"; NULL: all */
    const char *respondent;          /**< code; NULL: all */
    const char *for_role;            /**< leave out what is not visible to this respondent; NULL: nothing left out */
    const char *lang;                /**< "en", "sv", "da"; NULL: the store's language, else en */
    bip_date as_of; /**< only assessments up to and including this day; BIP_NO_DATE: today by the store's clock */
    bip_date since; /**< steps from this day on; BIP_NO_DATE: all */
} bip_query;

/** Set every field to its default and size to n. @param n sizeof(bip_query) */
BIP_API void bip_query_init(bip_query *query, size_t n);

/** One current assessment, lent by a cursor. Grows at its end. */
typedef struct bip_assessment {
    const char *id;                /**< of the first revision */
    const char *participant;       /**< code */
    const char *instrument;        /**< code */
    const char *version;           /**< of the instrument */
    const char *respondent;        /**< code */
    const char *rater;             /**< NULL where unknown */
    const char *note;              /**< NULL where none */
    const char *actor;             /**< who typed the current revision */
    int64_t recorded_ms;           /**< when, milliseconds since 1970-01-01 UTC */
    bip_date date;                 /**< of the assessment */
    int32_t revision;              /**< 0 for the first, then 1, 2, ... */
    size_t n;                      /**< what the instrument asks of this respondent */
    const char *const *indicators; /**< n codes, in the instrument's order */
    const bip_score *scores;       /**< n scores */
} bip_assessment;

/**
 * Read current assessments: participants by code or as named, within one by date, then in the order of recording. One
 * consistent view for the whole reading. @retval BIP_E_NOT_FOUND a participant, instrument or respondent asked for is
 * not there
 */
BIP_API bip_status bip_assessments(bip_store *store, const bip_query *query, bip_cursor **out, bip_error *err);

/** The next one, lent until the next call on the cursor; its codes of instrument, version, respondent and indicators
 * until the cursor is closed or fails, so that an address stands for one code. @retval BIP_DONE at the end, *lent is
 * NULL */
BIP_API bip_status bip_assessment_next(bip_cursor *cursor, const bip_assessment **lent, bip_error *err);

/** A score on a day. */
typedef struct bip_point {
    bip_date date;    /**< BIP_NO_DATE: absent */
    int32_t reserved; /**< 0 */
    double score;     /**< scale points; NaN: absent */
} bip_point;

/** What a series is of. */
typedef enum bip_kind { BIP_INDICATOR = 0, BIP_DIMENSION = 1 } bip_kind;

/** Which end of the scale is the good one. */
typedef enum bip_better { BIP_HIGHER = 0, BIP_LOWER = 1 } bip_better;

/** Turned so that forward means better. */
typedef enum bip_direction { BIP_UNKNOWN = 0, BIP_FORWARD = 1, BIP_STEADY = 2, BIP_BACK = 3 } bip_direction;

/* What supports the direction; bits of bip_series.evidence. */
#define BIP_OBSERVED 1 /**< the latest step was seen */
#define BIP_HELD 2     /**< for at least two measurements */
#define BIP_TREND 4    /**< Mann-Kendall p < 0.05 with that sign */
#define BIP_RELIABLE 8 /**< reliable change in that direction */

/** Where the p of Mann-Kendall comes from: Kendall's distribution, or the normal one. */
typedef enum bip_mk_method { BIP_MK_NONE = 0, BIP_MK_EXACT = 1, BIP_MK_NORMAL = 2 } bip_mk_method;

/** Reliable change, turned so that improved means better. */
typedef enum bip_rci_class {
    BIP_RCI_NONE = 0,
    BIP_IMPROVED = 1,
    BIP_UNCHANGED = 2,
    BIP_DETERIORATED = 3
} bip_rci_class;

/** What one series says about change. NaN, 0 counts and NULL stand where the JSON says null. Grows at its end. */
typedef struct bip_series {
    const char *participant, *instrument, *version, *respondent, *code; /**< NULL from bip_series_compute() */
    const char *const *visible_to;                                      /**< n_visible_to codes, or NULL */
    size_t n_visible_to;                                                /**< in visible_to */
    int32_t kind;                                                       /**< a bip_kind */
    int32_t better;                                                     /**< a bip_better */
    int32_t n;                                                          /**< numbers in the series */
    int32_t not_asked, declined, dont_know, not_applicable; /**< dates without a number, by the reason last recorded */
    int32_t span_days;                                      /**< first to latest, days */
    bip_point first, previous, latest, best; /**< previous absent at n = 1; best is the earliest of equal ones */
    double mean, sd;                         /**< scale points; sd the sample's (n - 1) */
    double from_first, from_previous;        /**< later minus earlier, scale points */
    double percent_of_scale;                 /**< 100 from_first / (max - min) */
    int32_t trend;     /**< a bip_direction: the sign of ts_per_90_days, turned; BIP_UNKNOWN below n = 3 */
    int32_t mk_method; /**< a bip_mk_method; NONE below n = 4 or where mk_var_s is 0 */
    double ols_per_90_days, ols_at_first, ols_se_per_90_days,
        ols_r2;                             /**< least squares; r2 NaN where all scores are equal */
    double ts_per_90_days, ts_low, ts_high; /**< Theil (1950), Sen (1968), 95 % */
    int64_t mk_s;                           /**< Mann (1945), Kendall (1975) */
    double mk_var_s, mk_z, mk_p;            /**< z with continuity correction, p two-sided */
    double rci;                             /**< Jacobson and Truax (1991), first against latest */
    int32_t rci_class;                      /**< a bip_rci_class */
    int32_t steps_forward, steps_back;      /**< between consecutive numbers, at least smallest_step */
    int32_t step;                           /**< the newest step: BIP_FORWARD, BIP_BACK, or BIP_UNKNOWN for none */
    bip_point step_from, step_to;           /**< its two numbers */
    int32_t held_for;   /**< numbers from the step on, itself included, up to the first worse than step_to */
    int32_t new_best;   /**< 1: step_to is better than every number before */
    int32_t same_rater; /**< 1 same, 0 another, -1 unknown */
    int32_t direction;  /**< a bip_direction */
    int32_t evidence;   /**< BIP_OBSERVED | BIP_HELD | BIP_TREND | BIP_RELIABLE */
    int32_t has_bands;  /**< 1: the instrument has bands for this; then: */
    const char *band_first, *band_latest; /**< codes; NULL below the lowest band */
} bip_series;

/**
 * Progression, a series at a time: participants by code or as named, then instrument, respondent, indicators before
 * dimensions. Series without a number are left out. @retval BIP_E_NOT_FOUND a participant, instrument or respondent
 * asked for is not there
 */
BIP_API bip_status bip_progression(bip_store *store, const bip_query *query, bip_cursor **out, bip_error *err);

/** The next one, lent until the next call on the cursor; its texts but the participant's until the cursor is closed or
 * fails, so that as long one pointer is one text. @retval BIP_DONE at the end, *lent is NULL */
BIP_API bip_status bip_series_next(bip_cursor *cursor, const bip_series **lent, bip_error *err);

/** End the reading and free. NULL is fine. A cursor that has failed can only be closed; one that was opened inside a
 * change ends with it. */
BIP_API void bip_cursor_close(bip_cursor *cursor);

/**
 * Write a document, in pieces, to a sink. Every JSON, CSV, text (later SVG, HTML) the library makes goes through here.
 *
 * | document | is | options |
 * |---|---|---|
 * | "progression" | NDJSON, bip-progression-1, one a participant | |
 * | "progression-text" | a working view for professionals | |
 * | "steps" | NDJSON, bip-steps-1, newest first | |
 * | "steps-text" | the same as sentences | |
 * | "history" | NDJSON, bip-history-1, every revision about the participants | |
 * | "history-text" | the same, to read | |
 * | "spider" | bip-spider-1, JSON: the data of one spider, for a drawing of one's own | below |
 * | "spider-svg" | the same, drawn | below |
 * | "timeline-svg" | the courses of one instrument over time | below |
 * | "json" | the whole store: every revision and the audit trail, bip-store-1 | |
 * | "jsonl" | NDJSON, bip-assessment-1, the current assessments; BIP_NO_DATE as as_of: future ones too, as in CSV | |
 * | "csv-long" | the same as CSV, a row a score | |
 * | "csv-wide" | the same as CSV, a row an assessment; one instrument, by query.instrument where there are several | |
 * | "participants" | NDJSON, bip-participant-1 | |
 * | "instruments" | NDJSON, one line an instrument version | |
 * | "instrument" | the definition of query.instrument, JSON | |
 * | "report" | HTML, one page on one participant to take home | "full", "notes": true, "name": TEXT |
 * | "team" | HTML, a line a participant for the team | "rater": CODE |
 * | "form" | HTML, query.instrument as a blank questionnaire for query.for_role | "voluntary": true |
 * | "brief" | the ten minutes before a meeting, on one screen | |
 * | "subject" | bip-subject-1, JSON: everything about one participant | |
 * | "subject-html" | the same as a page | |
 * | "words" | the texts of query.lang, bip-words-1 | |
 * | "head" | lines "ENTRY HASH": what to note elsewhere | |
 *
 * Option of "jsonl", "csv-long" and "csv-wide": "no_notes": true leaves the notes out, and the place for them.
 *
 * Pictures show one participant, one instrument (query.instrument, else that of the latest assessment; one that is
 * kept out of handouts only where query.instrument names it) and what query.for_role may see ("participant" where it is
 * NULL). Their options: "layers": any of "first", "previous", "latest", "best" or a date, the latest assessment up to
 * it; "respondents": whose views are laid over one another, the first on top; "theme": "auto", "light" or "dark";
 * "width": pixels, as a text; "id": as in bip_picture; "objections_beside": true where the page around it tells the
 * participant's objections, so that the picture doesn't.
 *
 * @param query         NULL: everything
 * @param options_json  NULL, or an object of the document's options
 * @retval BIP_E_USAGE     no such document or option  @retval BIP_E_NOT_FOUND something asked for is not there
 * @retval BIP_E_CANCELLED write said stop; what was written is not whole
 */
BIP_API bip_status bip_write(bip_store *store, const char *document, const bip_query *query, const char *options_json,
                             bip_write_fn write, void *ctx, bip_error *err);

/* ------------------------------------------------------------ statistics without a store */

/** How a series is to be judged. Zero means default, except where said; fill through bip_series_rules_init(). */
typedef struct bip_series_rules {
    size_t size;                 /**< sizeof(bip_series_rules) of the caller */
    double scale_min, scale_max; /**< ends of the scale, scale points; min < max, required */
    double smallest_step;        /**< least difference that counts as a step; 0: any difference */
    double reliability, sd; /**< of the instrument, 0 <= reliability < 1, sd > 0; NaN: not known, no reliable change */
    int32_t better;         /**< a bip_better */
    int32_t reserved;       /**< 0 */
} bip_series_rules;

/** Set scale 0 to 0, reliability and sd to NaN, the rest to 0, and size to n. @param n sizeof(bip_series_rules) */
BIP_API void bip_series_rules_init(bip_series_rules *rules, size_t n);

/**
 * Everything that bip_progression() tells of a series, from plain arrays.
 *
 * @param days    n dates in the years 1900 to 2199, strictly rising
 * @param scores  n finite numbers, scale points. Not held against the scale: no 9 or 99 that means a missing answer
 * @param raters  n numbers, equal where the rater was the same, 0 where unknown; NULL: all unknown
 * @param n       at least 1
 * @param[out] out  out_size bytes are filled; strings NULL, missing counts 0, no bands
 * @retval BIP_E_USAGE a NULL, n = 0, days that don't rise, a score that isn't finite, rules that don't hold  @retval
 * BIP_E_NOMEM
 *
 * Scores of any size: a figure is within 1e-9 of the exact one, or 1e-12 of the greatest score of the series, and NaN
 * where no double is that great. Only where two scores differ by a factor beyond 1e400 is the smaller one 0 in figures.
 *
 * Time grows as n^2, for the pairs of Theil-Sen; memory stays below 4 MB, with 8 bytes more a number where scores are
 * beyond 1e90 or all below 1e-90. Any thread.
 */
BIP_API bip_status bip_series_compute(const bip_date *days, const double *scores, const int32_t *raters, size_t n,
                                      const bip_series_rules *rules, bip_series *out, size_t out_size, bip_error *err);

/** The words of a score: "3" is "In part". */
typedef struct bip_label {
    double score;     /**< scale points */
    const char *text; /**< UTF-8, as it is to be printed */
} bip_label;

/** Words for a sentence. Zero means default. */
typedef struct bip_sentence_words {
    size_t size;             /**< sizeof(bip_sentence_words) of the caller */
    const char *lang;        /**< "en", "sv", "da"; NULL: en */
    const char *title;       /**< of the indicator; required */
    const bip_label *labels; /**< n_labels words for scores; a score without one is written as a number. NULL: none */
    size_t n_labels;         /**< in labels */
    const char
        *rater_role; /**< title of the respondent, for "Another caseworker scored this time."; NULL: leave that out */
} bip_sentence_words;

/**
 * One or two plain sentences on where a series stands: what moved and whether it held; no more than the evidence
 * carries.
 *
 * @param series  from bip_series_compute() or a cursor
 * @retval BIP_E_USAGE a NULL, a series without a number, an unknown language, a text that isn't UTF-8
 * @retval BIP_E_CANCELLED write said stop  @retval BIP_E_NOMEM
 */
BIP_API bip_status bip_series_sentence(const bip_series *series, const bip_sentence_words *words, bip_write_fn write,
                                       void *ctx, bip_error *err);

/* ------------------------------------------------------------ pictures without a store */

/** Colours of a picture. */
typedef enum bip_theme {
    BIP_THEME_AUTO = 0, /**< light, and dark where the reader's system asks for it; light when printed */
    BIP_THEME_LIGHT = 1,
    BIP_THEME_DARK = 2
} bip_theme;

/** What every picture has. Zero means default, except where said; fill through bip_picture_init(). */
typedef struct bip_picture {
    size_t size;          /**< sizeof(bip_picture) of the caller */
    const char *lang;     /**< of the words in it: "en", "sv", "da"; NULL: en */
    const char *title;    /**< above the picture, and what it is called for those who don't see it; NULL: none */
    const char *subtitle; /**< under the title: whose, which day; NULL: none */
    const char *id; /**< of the root element, `[A-Za-z][A-Za-z0-9_-]{0,63}`; ids inside begin with it; NULL: "bip" */
    int32_t width;  /**< pixels, 240 to 4000; the height follows; 0: 720. Texts keep their size: 13 pixels */
    int32_t theme;  /**< a bip_theme */
} bip_picture;

/** Set every field to its default and size to n. @param n sizeof(bip_picture) */
BIP_API void bip_picture_init(bip_picture *picture, size_t n);

/** One axis of a spider. Zero means default, except where said. */
typedef struct bip_axis {
    size_t size;                 /**< sizeof(bip_axis) of the caller, the same in every axis */
    const char *title;           /**< required; wrapped, and cut where it doesn't fit */
    double scale_min, scale_max; /**< ends of the scale, scale points; min < max, required */
    double step;                 /**< between allowed scores; 0: continuous */
    int32_t better;              /**< a bip_better; the better end is always the rim */
    int32_t reserved;            /**< 0 */
    const bip_label *labels;     /**< n_labels words for scores; NULL: none */
    size_t n_labels;             /**< in labels */
} bip_axis;

/** What a layer of a spider shows. ABI: append. */
typedef enum bip_layer_kind {
    BIP_LAYER_LATEST = 0,
    BIP_LAYER_FIRST = 1,
    BIP_LAYER_PREVIOUS = 2,
    BIP_LAYER_BEST = 3, /**< the best score on each axis, of whatever day */
    BIP_LAYER_DAY = 4,  /**< a day of the caller's choice */
    BIP_LAYER_GOAL = 5  /**< what is wished for */
} bip_layer_kind;

/** Scores laid over the axes of a spider. */
typedef struct bip_layer {
    size_t size;             /**< sizeof(bip_layer) of the caller, the same in every layer */
    const char *label;       /**< in the legend; NULL: made from kind, date and respondent */
    const char *respondent;  /**< title of whose view it is; NULL: not said */
    bip_date date;           /**< BIP_NO_DATE: not said */
    int32_t kind;            /**< a bip_layer_kind */
    const bip_score *scores; /**< one for each axis. No number leaves a gap in the line, BIP_NOT_ASKED another mark than
                                  the reasons */
} bip_layer;

#define BIP_MOST_AXES 40  /**< of a spider */
#define BIP_MOST_LAYERS 7 /**< of a spider */

/**
 * A spider diagram as SVG. Axes stand in the order given, from twelve o'clock with the clock; the scale's worse end is
 * at the inner ring, its better end at the rim, on every axis. Fewer than three axes become a line each. In a picture
 * too narrow for the titles, numbers stand around it and the titles below.
 *
 * @param axes      n_axes of them, 1 to BIP_MOST_AXES
 * @param layers    n_layers of them, at most BIP_MOST_LAYERS, the most important one first: it is drawn on top. 0: none
 * @param picture   NULL: every default
 * @param write     takes the SVG, in pieces: UTF-8, well-formed for any text, the same bytes for the same arguments
 * @retval BIP_E_USAGE a NULL, too many or too few, a text that isn't UTF-8, a score off its scale, an unknown language;
 * bip_error.where names the axis or layer  @retval BIP_E_CANCELLED write said stop  @retval BIP_E_NOMEM
 *
 * Any thread.
 */
BIP_API bip_status bip_spider(const bip_axis *axes, size_t n_axes, const bip_layer *layers, size_t n_layers,
                              const bip_picture *picture, bip_write_fn write, void *ctx, bip_error *err);

/** One course of a timeline. Zero means default, except where said. */
typedef struct bip_panel {
    size_t size;                   /**< sizeof(bip_panel) of the caller, the same in every panel */
    const char *title;             /**< required; wrapped, and cut where it doesn't fit */
    const bip_series_rules *rules; /**< required: the scale, what is a step, what is reliable */
    const bip_label *labels;       /**< n_labels words for scores; NULL: none */
    size_t n_labels;               /**< in labels */
    const bip_date *days;          /**< n dates, strictly rising; NULL where n is 0 */
    const bip_score *scores;       /**< n scores; no number leaves a gap in the line */
    const int32_t *raters;         /**< as for bip_series_compute(); NULL: all unknown */
    size_t n;                      /**< in days, scores and raters */
} bip_panel;

/**
 * Courses over time as SVG: a panel each, all with the same span of days. The scale's better end is at the top. Steps
 * are marked, forward and back by different marks. The Theil-Sen line with its 95 % interval stands only where the
 * evidence has BIP_TREND or BIP_RELIABLE; it goes through the median day, at the median of what the scores leave of the
 * slope.
 *
 * @param panels    n_panels of them, at least 1
 * @param picture   NULL: every default
 * @param write     takes the SVG, in pieces: UTF-8, well-formed for any text, the same bytes for the same arguments
 * @retval BIP_E_USAGE a NULL, no panel, days that don't rise, a score off its scale, a text that isn't UTF-8, rules
 * that don't hold, an unknown language; bip_error.where names the panel  @retval BIP_E_CANCELLED write said stop
 * @retval BIP_E_NOMEM
 *
 * Any thread.
 */
BIP_API bip_status bip_timeline(const bip_panel *panels, size_t n_panels, const bip_picture *picture,
                                bip_write_fn write, void *ctx, bip_error *err);

#ifdef __cplusplus
}
#endif
#endif
