/* What the files of the addon share. The addon converts values, calls bip.h and hands on what it says: it computes
 * nothing, and the words of an error are the library's. */
#ifndef BIP_NODE_ADDON_H
#define BIP_NODE_ADDON_H

#define NAPI_VERSION 8
#include <node_api.h>

#include "bip.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct addon addon;
typedef struct holder holder;
typedef struct child child;
typedef struct job job;
typedef struct op op;
typedef struct ask ask;
typedef struct table table;

/* ------------------------------------------------------------ a call, in both forms (job.c) */

/* A function of bip.h as JavaScript calls it. Only `run` may be on another thread; the others touch JavaScript. */
struct op {
    const char *name;                             /* "x" gives x() and xAsync() */
    size_t size;                                  /* of what `take` fills, zeroed before */
    bool (*take)(job *j, const napi_value *args); /* from JavaScript; false: an exception is pending */
    bip_status (*run)(job *j);
    napi_value (*give)(job *j); /* to JavaScript; NULL: undefined. After BIP_OK only */
    void (*drop)(job *j);       /* frees what `run` made and `give` did not hand on; may be NULL */
};

#define MOST_ARGS 8
#define MOST_HOLDERS 2
#define MOST_CALLBACKS 2

/* A question to a callback. `call` runs where JavaScript does: it makes the arguments, `read` takes the answer. */
struct ask {
    job *job;
    napi_ref function;
    size_t (*args)(napi_env env, ask *a, napi_value *argv); /* how many, at most 2 */
    bool (*read)(napi_env env, ask *a, napi_value answer);  /* false: an exception is pending */
    const void *data;
    void *into;
    size_t n;
    int64_t reply; /* set by `read`; what it was before where nobody answers */
    bool done;
};

/* One call of an op, from its arguments to its result. */
struct job {
    napi_env env;
    addon *addon;
    const op *op;
    void *in; /* op->size bytes */
    struct block *blocks;
    holder *holders[MOST_HOLDERS]; /* the stores it uses, alone while it runs */
    child *child;                  /* the change or cursor it uses, or NULL */
    bip_status st;
    bip_error err;
    napi_ref callbacks[MOST_CALLBACKS];
    napi_ref thrown; /* what a callback threw */
    bool on_main;    /* the synchronous form: callbacks are called in place */
    bool may_wait;   /* a callback may answer with a promise: the call gets a thread of its own */
    /* the promise form */
    napi_deferred deferred;
    napi_async_work work;
    napi_threadsafe_function tsfn; /* how another thread asks JavaScript; NULL: nothing to ask */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t answered;
    bool abandoned; /* the environment ends: no answer will come */
    ask question;   /* the one that is asked now: one at a time */
    job *next;      /* waiting, or on a thread of its own */
};

/* What every environment (the main thread, each worker) has of its own. */
struct addon {
    napi_ref error_class;
    job *waiting; /* in the order of the calls */
    job *threads; /* calls with a thread of their own */
    uint32_t scan;
};

napi_value bip_node_sync(napi_env env, napi_callback_info info);
napi_value bip_node_async(napi_env env, napi_callback_info info);
void bip_node_abandon(void *env_addon);
/* Memory that lives as long as the call. NULL: an exception is pending. */
void *bip_node_alloc(job *j, size_t n);
/* Keep a function for later. @param slot which of job.callbacks */
bool bip_node_callback(job *j, napi_value v, const char *name, int slot);

/* ------------------------------------------------------------ asking JavaScript, from any thread (ask.c) */

/* @return whether there was an answer; if not, the work is to end */
bool bip_node_ask(ask *a);
/* Answer, for `read`: only `false` says stop. */
bool bip_node_go_on(napi_env env, ask *a, napi_value answer);
void bip_node_ask_js(napi_env env, napi_value unused, void *context, void *data);

/* ------------------------------------------------------------ stores and what was opened from them (holder.c) */

/* A store, kept alive by every JavaScript object and every call that uses it. Counted on the thread of JavaScript only.
 */
struct holder {
    bip_store *store; /* NULL once closed */
    int refs;
    job *running;     /* who uses it now */
    uint32_t claimed; /* by an earlier call in the same scan of those that wait */
    child *doomed;    /* collected while the store was in use: ended after that */
    napi_env env;
    napi_ref now, random, read; /* callbacks of the store */
    bool has_fixed_now;
    int64_t fixed_now;
};

/* A change or a cursor. */
struct child {
    holder *holder;
    int refs;
    bip_change *change;   /* NULL once ended */
    bip_cursor *cursor;   /* NULL once closed */
    bool series;          /* a cursor of series, else of assessments */
    table *rows, *scores; /* of a cursor that is open; scores of assessments only */
    bip_status late;      /* what ended the reading after rows that were still to be handed out */
    bip_error late_error;
    child *next;
};

holder *bip_node_holder_new(napi_env env);
void bip_node_holder_unref(holder *h);
child *bip_node_child_new(holder *h);
void bip_node_child_unref(child *c);
void bip_node_end_doomed(holder *h);
/* The JavaScript value that owns one reference. NULL: an exception is pending, the reference is gone. */
napi_value bip_node_wrap_store(napi_env env, holder *h);
napi_value bip_node_wrap_child(napi_env env, child *c);
/* From such a value; the job holds on to it. */
bool bip_node_take_store(job *j, napi_value v);
bool bip_node_take_child(job *j, napi_value v);
/* NULL where the store was closed: the library then says what is wrong. */
bip_store *bip_node_store(const job *j);
bool bip_node_is_closing(const holder *h);
bip_change *bip_node_change(const job *j);
bip_cursor *bip_node_cursor(const job *j);

/* ------------------------------------------------------------ values (value.c) */

typedef enum field_kind {
    TEXT,   /* const char * */
    BOOL,   /* int32_t */
    INT32,  /* int32_t */
    DOUBLE, /* double */
    DATE,   /* bip_date, from "YYYY-MM-DD" */
    ENUM,   /* int32_t, from a word */
    TEXTS,  /* const char *const *, and a length */
    DATES,  /* const bip_date *, and a length; also from an Int32Array of days */
    DOUBLES,
    INT32S,
    SCORES,       /* const bip_score *, and a length; also from a Float64Array */
    NAMED_SCORES, /* the same from {code: score}, with the codes; or from an array, without */
    LABELS,       /* const bip_label *, and a length, from {score: text} */
    STRUCT,       /* a pointer to a struct with fields of its own */
    OTHER         /* a key that the op reads by itself */
} field_kind;

/* A field of a struct that JavaScript fills. */
typedef struct field {
    const char *name;
    field_kind kind;
    size_t offset;
    size_t length;                 /* where the number of elements goes */
    const struct words *words;     /* of an ENUM */
    const struct structure *inner; /* of a STRUCT */
    size_t codes;                  /* where the codes of NAMED_SCORES go */
} field;

typedef struct structure {
    const char *name;
    size_t size;
    void (*init)(void *into); /* the defaults, and the size where the struct begins with it */
    const field *fields;
    size_t n_fields;
} structure;

bool bip_node_absent(napi_env env, napi_value v);
/* Throw a TypeError: "NAME must be WHAT". @return false */
bool bip_node_wrong(napi_env env, const char *name, const char *what);
/* Throw what the library says. @return false */
bool bip_node_throw(job *j, bip_status st, const bip_error *err);
napi_value bip_node_error(napi_env env, addon *a, bip_status st, const bip_error *err);
bip_status bip_node_nomem(bip_error *err);
/* Absent gives NULL (or the default that is there) in all of them. */
bool bip_node_text(job *j, napi_value v, const char *name, const char **out);
bool bip_node_bytes(job *j, napi_value v, const char *name, const char **out, size_t *n);
bool bip_node_double(napi_env env, napi_value v, const char *name, double *out);
bool bip_node_word(job *j, napi_value v, const char *name, const struct words *w, int32_t *out);
bool bip_node_int32(napi_env env, napi_value v, const char *name, int32_t *out);
bool bip_node_date(job *j, napi_value v, const char *name, bip_date *out);
bool bip_node_texts(job *j, napi_value v, const char *name, const char *const **out, size_t *n);
/* Fill a struct from an object; a key that it has not is an error. */
bool bip_node_struct(job *j, napi_value v, const char *name, const structure *s, void *into);
/* The same for an array of objects, into n structs behind one another. */
bool bip_node_structs(job *j, napi_value v, const char *name, const structure *s, void **out, size_t *n);
bool bip_node_days(job *j, napi_value v, const char *name, const bip_date **out, size_t *n);
bool bip_node_doubles(job *j, napi_value v, const char *name, const double **out, size_t *n);
bool bip_node_int32s(job *j, napi_value v, const char *name, const int32_t **out, size_t *n);
bool bip_node_scores(job *j, napi_value v, const char *name, const bip_score **out, size_t *n);
/* One that must be there. */
bool bip_node_take_text(job *j, napi_value v, const char *name, void *into);
bool bip_node_take_score(job *j, napi_value v, const char *name, void *into);
bool bip_node_length(napi_env env, napi_value v, const char *name, size_t *n);
bool bip_node_query(job *j, napi_value v, bip_query **out);
napi_value bip_node_number(napi_env env, double v);
napi_value bip_node_string(napi_env env, const char *text);
void bip_node_set(napi_env env, napi_value object, const char *name, napi_value v);
void bip_node_set_number(napi_env env, napi_value object, const char *name, double v);
/* From so many bytes on, memory of the addon's own is handed to the engine. It frees such memory only between turns of
 * its loop: of what is smaller, a program that goes on reading in one turn would pile up more than it ever uses. */
#define LENT_FROM ((size_t)1 << 20)
/* A heap block as a Buffer, which frees it; a copy where it is small, or the engine wants its own memory. */
napi_value bip_node_buffer(napi_env env, char *bytes, size_t n);

/* ------------------------------------------------------------ bytes (bytes.c) */

/* Where a document goes: into memory, or to a callback. */
typedef struct sink {
    job *job;
    napi_ref function; /* NULL: memory */
    bool reuses;       /* one Buffer for all pieces */
    napi_ref reused;   /* that; NULL: none yet */
    char *bytes;
    size_t n, room;
    bool nomem;
} sink;

int bip_node_sink(void *sink, const char *bytes, size_t n);
void bip_node_sink_drop(napi_env env, sink *s);
bip_status bip_node_sink_end(sink *s, bip_status st, bip_error *err);

/* ------------------------------------------------------------ words and constants (constants.c) */

typedef struct words {
    const char *name;
    const char *const *list; /* by value, from 0 */
    int n;
} words;

extern const words bip_node_answer, bip_node_kind, bip_node_better, bip_node_direction, bip_node_mk_method,
    bip_node_rci_class, bip_node_theme, bip_node_layer_kind;
napi_value bip_node_constants(napi_env env);
napi_value bip_node_enums(napi_env env);

/* ------------------------------------------------------------ the memory of columns (memory.c) */

typedef struct memory {
    char *at; /* NULL: none yet */
    size_t size;
    /* How far from the beginning of a page what is large begins, below 1 MB. Columns that are written side by side need
     * different ones: the caches have few places for addresses that are a round number apart. */
    size_t lead;
} memory;

/* To `size` bytes, more than there are. What is there stays, the rest holds anything. */
bool bip_node_memory_grow(memory *m, size_t size);
void bip_node_memory_free(memory *m);
/* Its first n bytes as an ArrayBuffer, which frees it; a copy where they are few, or the engine wants its own memory.
 */
napi_value bip_node_memory_give(napi_env env, memory *m, size_t n);

/* ------------------------------------------------------------ texts by number (dictionary.c) */

typedef struct text_place {
    uint32_t hash, text; /* one more than its number; 0: free */
} text_place;

/* Texts in the order in which they first came, from 0. */
typedef struct dictionary {
    char *bytes; /* each with its NUL */
    size_t used, room;
    size_t *starts; /* n + 1 of them */
    text_place *slots;
    uint32_t n, n_starts, n_slots; /* n_slots a power of two, at most half full */
} dictionary;

/* The number of a text, a new one where it is new. @return false: no memory */
bool bip_node_dictionary_find(dictionary *d, const char *text, size_t n, int32_t *out);
/* Another text, whether or not it is there already. */
bool bip_node_dictionary_append(dictionary *d, const char *text, size_t n);
void bip_node_dictionary_free(dictionary *d);

/* ------------------------------------------------------------ rows as columns (table.c, series.c) */

enum {
    BIP_NODE_BLOCK = 64 /* rows: a cache line of the narrowest, and all columns of them stay in the nearest cache */
};

typedef enum column_kind {
    COLUMN_DOUBLE,
    COLUMN_INT32,
    COLUMN_INT64, /* as a double: JavaScript's numbers */
    COLUMN_SMALL, /* in a byte: enums and flags */
    COLUMN_DATE,  /* days since 1970-01-01 */
    COLUMN_CODE,  /* an index into the dictionary of the column; -1 for NULL */
    COLUMN_LIST,  /* the same, of a list of codes */
    COLUMN_TEXT   /* each by itself, not looked up */
} column_kind;

typedef struct column {
    const char *name;
    column_kind kind;
    size_t offset; /* in the record */
    size_t place;  /* in the block: of texts and lists their addresses */
    bool stays;    /* the text or list stays where it is, as long as the cursor is open */
} column;

/* A kind of record: its columns, the block of rows, column by column, and what puts a record there. */
typedef struct record {
    const column *columns;
    size_t n, block_size, lengths; /* lengths: the place in the block of those of lists */
    void (*put)(void *block, size_t row, const void *one);
} record;

/* What is made of a list of columns, LIST(X, of), of X(of, name, kind, member, stays): bip_node_`of`, with straight
 * code. A record of the type `of`_type, called `one`, has at most one list, whose length is n_list. */
#define BIP_NODE_RECORD(of, LIST, n_list)                                                                              \
    struct of##_block {                                                                                                \
        LIST(BIP_NODE_IN_BLOCK, of)                                                                                    \
        size_t lengths[BIP_NODE_BLOCK];                                                                                \
    };                                                                                                                 \
    static void put_##of(void *into, size_t row, const void *from)                                                     \
    {                                                                                                                  \
        struct of##_block *block = into;                                                                               \
        const of##_type *one = from;                                                                                   \
        LIST(BIP_NODE_PUT, of)                                                                                         \
        block->lengths[row] = n_list;                                                                                  \
    }                                                                                                                  \
    static const column of##_columns[] = {LIST(BIP_NODE_DESCRIBE, of)};                                                \
    const record bip_node_##of = {of##_columns, sizeof of##_columns / sizeof *of##_columns, sizeof(struct of##_block), \
                                  offsetof(struct of##_block, lengths), put_##of}

#define BIP_NODE_IN_BLOCK(of, name, kind, member, stays) BIP_NODE_TYPE_##kind name[BIP_NODE_BLOCK];
#define BIP_NODE_PUT(of, name, kind, member, stays) block->name[row] = (BIP_NODE_TYPE_##kind)one->member;
#define BIP_NODE_DESCRIBE(of, name, kind, member, stays)                                                               \
    {#name, COLUMN_##kind, offsetof(of##_type, member), offsetof(struct of##_block, name), stays},
#define BIP_NODE_TYPE_DOUBLE double
#define BIP_NODE_TYPE_INT32 int32_t
#define BIP_NODE_TYPE_INT64 double
#define BIP_NODE_TYPE_SMALL int8_t
#define BIP_NODE_TYPE_DATE int32_t
#define BIP_NODE_TYPE_CODE const void *
#define BIP_NODE_TYPE_LIST const void *
#define BIP_NODE_TYPE_TEXT const void *

/* Records gathered column by column. @param wanted names, or NULL for all @param whole nothing is handed over before
 * the end, and then the arrays take over the memory */
table *bip_node_table_new(const record *of, const char *const *wanted, size_t n_wanted, bool whole);
void bip_node_table_free(table *t);
bool bip_node_table_add(table *t, const void *one);
size_t bip_node_table_rows(const table *t);
/* The last records too: before they are handed over. @return false: no memory */
bool bip_node_table_flush(table *t);
/* Hand over what was gathered since the last time: {rows, columns: {name: array}, values: {name: the texts that are
 * new, U+0000 between them, null for none}}. Whole numbers are as wide as the largest so far. */
napi_value bip_node_table_give(napi_env env, table *t);

extern const record bip_node_series, bip_node_assessment, bip_node_score;

/* ------------------------------------------------------------ the ops, by subject */

extern const op bip_node_value_ops[], bip_node_store_ops[], bip_node_change_ops[], bip_node_cursor_ops[],
    bip_node_series_ops[], bip_node_draw_ops[], bip_node_exchange_ops[];

#endif
