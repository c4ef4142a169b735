/* What the files of the extension know of one another. It converts, calls and raises: everything that is computed,
 * stored or said comes from the library. */
#ifndef BIP_PYTHON_MODULE_H
#define BIP_PYTHON_MODULE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "bip.h"

#include <stdbool.h>

/* ------------------------------------------------------------ what a module owns */

typedef enum enum_name {
    ENUM_STATUS,
    ENUM_ANSWER,
    ENUM_KIND,
    ENUM_BETTER,
    ENUM_DIRECTION,
    ENUM_MK_METHOD,
    ENUM_RCI_CLASS,
    ENUM_THEME,
    ENUM_LAYER_KIND,
    ENUM_EVIDENCE,
    N_ENUMS
} enum_name;

enum { N_STATUSES = 64 }; /* room; how many there are the library says */

typedef struct module_state {
    PyObject *errors[N_STATUSES]; /* the class of each status, NULL where there is none */
    PyObject *error;              /* their base */
    PyObject *enums[N_ENUMS];     /* classes */
    PyObject *members[N_ENUMS];   /* tuples, by number; NULL of flags */
    PyObject *date;               /* datetime.date */
    PyObject *columns, *category; /* classes of bip._columns */
    PyTypeObject *store, *change, *assessments, *progression, *series, *assessment, *memory;
    PyTypeObject *point, *issue, *import_result; /* named tuples */
    PyGetSetDef series_properties[64];           /* Python keeps pointing at them */
} module_state;

module_state *state_of(PyObject *module);
bool add_errors(PyObject *module, module_state *state);
bool add_enums(PyObject *module, module_state *state);
bool add_tuples(PyObject *module, module_state *state);
bool add_store(PyObject *module, module_state *state);
bool add_change(PyObject *module, module_state *state);
bool add_cursors(PyObject *module, module_state *state);
bool add_series(PyObject *module, module_state *state);
bool add_assessment(PyObject *module, module_state *state);
bool add_memory(PyObject *module, module_state *state);
extern PyMethodDef free_functions[]; /* those without a store; constant but for its type, which Python prescribes */

/* ------------------------------------------------------------ errors */

/* True where the call went well. Else the exception is set: that of a callback, where one has raised, or the status's
 * own, in the library's words. */
bool went_well(module_state *state, bip_status status, const bip_error *err);

/* BIP_E_USAGE in the library's general words, for what the library can't be asked: a call out of a callback. */
PyObject *not_allowed(module_state *state);

/* The member of an enum; a plain number where a later library has more. */
PyObject *member(module_state *state, enum_name which, long number);

/* ------------------------------------------------------------ one call at a time */

typedef struct store_object {
    PyObject_HEAD module_state *state;
    bip_store *handle;       /* NULL: closed */
    PyThread_type_lock lock; /* held while the library works on the store; what follows changes with the GIL held */
    bool busy;               /* held, by: */
    unsigned long owner;     /* a thread */
    PyThreadState *thread;   /* who works without the GIL; NULL: it is held */
    bip_cursor **late;       /* to be closed when the call in progress has ended */
    size_t n_late, late_room;
    bip_change *late_change;
    PyObject *read, *now, *random; /* the caller's, or NULL */
} store_object;

bool store_enter(store_object *store); /* false: the exception is set */
void store_leave(store_object *store);
/* Work on an entered store without the GIL. */
#define WORK(store, ...)                                                                                               \
    do {                                                                                                               \
        (store)->thread = PyEval_SaveThread();                                                                         \
        __VA_ARGS__;                                                                                                   \
        PyEval_RestoreThread((store)->thread);                                                                         \
        (store)->thread = NULL;                                                                                        \
    } while (0)

/* In a callback: take the GIL, unless an exception is on its way already; then nothing but an end is wanted. */
bool callback_begin(PyThreadState **thread);
void callback_end(PyThreadState **thread);
/* What a callback has answered: 0 to go on, -1 to stop. Takes the reference. */
int callback_answer(PyObject *answer);

/* A child's handle goes; at once, or when the call in progress has ended. GIL held, store not entered. */
void store_drop_cursor(store_object *store, bip_cursor *cursor);
void store_drop_change(store_object *store, bip_change *change);

/* ------------------------------------------------------------ sinks and sources */

/* Where a document goes: a buffer, or write() of an object. */
typedef struct sink {
    PyThreadState **thread;
    PyObject *write; /* NULL: the buffer */
    char *bytes;
    size_t n, room, checked; /* signals were looked for when n was `checked` */
    bool no_memory;
} sink;

int sink_take(void *ctx, const char *bytes, size_t n); /* a bip_write_fn */
/* The buffer as str or bytes, or None where it went elsewhere; NULL after a failure. Frees it. */
PyObject *sink_finish(sink *to, module_state *state, bip_status status, const bip_error *err, bool as_text);

typedef struct source {
    PyThreadState **thread;
    PyObject *read;    /* NULL: the bytes */
    const char *bytes; /* what is left of them, n */
    Py_ssize_t n;
} source;

long source_give(void *ctx, char *into, size_t n); /* a bip_read_fn */
/* bytes, str, a buffer, or an object with read(). keep: holds what is lent. */
bool source_open(source *from, PyObject *given, PyObject *keep);

typedef struct issues {
    PyThreadState **thread;
    PyObject *call; /* NULL: nobody is told */
    module_state *state;
} issues;

int issues_tell(void *ctx, const bip_issue *issue); /* a bip_issue_fn */

/* ------------------------------------------------------------ values in and out */

/* PyArg_ParseTupleAndKeywords(), but what has the wrong type is told by its name. */
bool take_args(PyObject *args, PyObject *kwargs, const char *format, char **names, ...);
/* Put the name of what was converted before the text of a wrong type or value. @return good */
bool about(const char *name, bool good);
bool about_item(const char *name, size_t i, bool good); /* "name[i]" */

/* Memory and objects that live as long as the list `keep`. */
void *keep_memory(PyObject *keep, size_t n);        /* zeros; NULL: the exception is set */
bool keep_object(PyObject *keep, PyObject *object); /* takes the reference; false where it is NULL too */
bool keep_text(PyObject *keep, PyObject *object, const char **out); /* takes the reference; None: NULL */
bool keep_attribute(PyObject *keep, PyObject *object, const char *name, const char **out);

bool day_from(module_state *state, PyObject *object, bip_date *out); /* None or NULL: BIP_NO_DATE */
PyObject *day_to(module_state *state, bip_date day);
bool score_from(module_state *state, PyObject *object, bip_score *out);
PyObject *score_to(module_state *state, const bip_score *score);
PyObject *number_to(double number);  /* NaN: None */
PyObject *text_to(const char *text); /* NULL: None */
PyObject *texts_to(const char *const *texts, size_t n);
PyObject *point_to(module_state *state, const bip_point *point);
PyObject *import_result_to(module_state *state, const bip_import_result *result);
bool options_from(PyObject *object, PyObject *keep, const char **out);
bool number_attribute(PyObject *object, const char *name, double *out); /* None: stays as it is */
bool int_attribute(PyObject *object, const char *name, int32_t *out);

/* From a sequence, or anything with a buffer. */
PyObject *one_or_many(PyObject *object); /* a list; a text is one */
bool days_from(module_state *state, PyObject *object, PyObject *keep, const bip_date **out, size_t *n);
bool numbers_from(PyObject *object, PyObject *keep, const double **out, size_t *n);
bool scores_from(module_state *state, PyObject *object, PyObject *keep, const bip_score **out, size_t *n);
bool raters_from(PyObject *object, PyObject *keep, const int32_t **out, size_t *n); /* None: NULL */
bool labels_from(PyObject *object, PyObject *keep, const bip_label **out, size_t *n);
bool rules_from(PyObject *object, bip_series_rules *rules);

/* The keyword arguments that every reading has. */
typedef struct query_args {
    bip_query query;
    PyObject *participants, *as_of, *since;
} query_args;
#define QUERY_NAMES "participants", "instrument", "respondent", "for_role", "lang", "as_of", "since"
#define QUERY_FORMAT "OzzzzOO"
#define QUERY_INTO(q)                                                                                                  \
    &(q).participants, &(q).query.instrument, &(q).query.respondent, &(q).query.for_role, &(q).query.lang, &(q).as_of, \
        &(q).since
#define QUERY_SIGNATURE                                                                                                \
    "participants=None, instrument=None, respondent=None, for_role=None, lang=None, as_of=None, since=None"
query_args query_begin(void);
bool query_take(module_state *state, query_args *q, PyObject *keep); /* after the arguments were parsed */

/* ------------------------------------------------------------ records */

typedef enum field_kind {
    FIELD_TEXT,
    FIELD_CODE, /* a text that stays where it is until the cursor is closed */
    FIELD_TEXTS,
    FIELD_INT,
    FIELD_LONG,
    FIELD_NUMBER,
    FIELD_POINT,
    FIELD_BOOL,
    FIELD_MAYBE, /* 1, 0, or -1 for unknown */
    FIELD_ENUM
} field_kind;

/* A field of bip_series, for attributes and columns alike. */
typedef struct field {
    const char *name;
    field_kind kind;
    size_t offset;
    enum_name which; /* of FIELD_ENUM */
    const char *doc; /* the header's words */
} field;

/* X(kind, name, enum of FIELD_ENUM, doc). tests/test_header.py holds the list against bip_series. */
#define SERIES_FIELDS(X)                                                                                               \
    X(TEXT, participant, 0, "code; None from series_compute()")                                                        \
    X(CODE, instrument, 0, "code; None from series_compute()")                                                         \
    X(CODE, version, 0, "of the instrument; None from series_compute()")                                               \
    X(CODE, respondent, 0, "code; None from series_compute()")                                                         \
    X(CODE, code, 0, "of the indicator or dimension; None from series_compute()")                                      \
    X(TEXTS, visible_to, 0, "codes of respondents")                                                                    \
    X(ENUM, kind, ENUM_KIND, "a bip.Kind")                                                                             \
    X(ENUM, better, ENUM_BETTER, "a bip.Better")                                                                       \
    X(INT, n, 0, "numbers in the series")                                                                              \
    X(INT, not_asked, 0, "dates without a number, by the reason last recorded")                                        \
    X(INT, declined, 0, "dates without a number, by the reason last recorded")                                         \
    X(INT, dont_know, 0, "dates without a number, by the reason last recorded")                                        \
    X(INT, not_applicable, 0, "dates without a number, by the reason last recorded")                                   \
    X(INT, span_days, 0, "first to latest, days")                                                                      \
    X(POINT, first, 0, "a bip.Point")                                                                                  \
    X(POINT, previous, 0, "a bip.Point; None at n = 1")                                                                \
    X(POINT, latest, 0, "a bip.Point")                                                                                 \
    X(POINT, best, 0, "a bip.Point, the earliest of equal ones")                                                       \
    X(NUMBER, mean, 0, "scale points")                                                                                 \
    X(NUMBER, sd, 0, "scale points; the sample's (n - 1)")                                                             \
    X(NUMBER, from_first, 0, "later minus earlier, scale points")                                                      \
    X(NUMBER, from_previous, 0, "later minus earlier, scale points")                                                   \
    X(NUMBER, percent_of_scale, 0, "100 from_first / (max - min)")                                                     \
    X(ENUM, trend, ENUM_DIRECTION, "the sign of ts_per_90_days, turned; UNKNOWN below n = 3")                          \
    X(ENUM, mk_method, ENUM_MK_METHOD, "NONE below n = 4 or where mk_var_s is 0")                                      \
    X(NUMBER, ols_per_90_days, 0, "least squares")                                                                     \
    X(NUMBER, ols_at_first, 0, "least squares")                                                                        \
    X(NUMBER, ols_se_per_90_days, 0, "least squares")                                                                  \
    X(NUMBER, ols_r2, 0, "least squares; None where all scores are equal")                                             \
    X(NUMBER, ts_per_90_days, 0, "Theil (1950), Sen (1968)")                                                           \
    X(NUMBER, ts_low, 0, "Theil (1950), Sen (1968), 95 %")                                                             \
    X(NUMBER, ts_high, 0, "Theil (1950), Sen (1968), 95 %")                                                            \
    X(LONG, mk_s, 0, "Mann (1945), Kendall (1975)")                                                                    \
    X(NUMBER, mk_var_s, 0, "Mann-Kendall")                                                                             \
    X(NUMBER, mk_z, 0, "Mann-Kendall, with continuity correction (0 where S is 0)")                                    \
    X(NUMBER, mk_p, 0, "Mann-Kendall, two-sided")                                                                      \
    X(NUMBER, rci, 0, "Jacobson and Truax (1991), first against latest")                                               \
    X(ENUM, rci_class, ENUM_RCI_CLASS, "a bip.RciClass")                                                               \
    X(INT, steps_forward, 0, "between consecutive numbers, at least smallest_step")                                    \
    X(INT, steps_back, 0, "between consecutive numbers, at least smallest_step")                                       \
    X(ENUM, step, ENUM_DIRECTION, "the newest step: FORWARD, BACK, or UNKNOWN for none")                               \
    X(POINT, step_from, 0, "the newest step's numbers")                                                                \
    X(POINT, step_to, 0, "the newest step's numbers")                                                                  \
    X(INT, held_for, 0, "numbers from the step on, itself included, up to the first worse than step_to")               \
    X(BOOL, new_best, 0, "step_to is better than every number before")                                                 \
    X(MAYBE, same_rater, 0, "True same, False another, None unknown")                                                  \
    X(ENUM, direction, ENUM_DIRECTION, "a bip.Direction")                                                              \
    X(ENUM, evidence, ENUM_EVIDENCE, "a bip.Evidence: what supports the direction")                                    \
    X(BOOL, has_bands, 0, "the instrument has bands for this")                                                         \
    X(CODE, band_first, 0, "code; None below the lowest band")                                                         \
    X(CODE, band_latest, 0, "code; None below the lowest band")

extern const field series_fields[];
extern const size_t n_series_fields;

PyObject *series_new(module_state *state, const bip_series *series);
const bip_series *series_get(PyObject *object);
PyObject *assessment_new(module_state *state, const bip_assessment *assessment);

/* ------------------------------------------------------------ columns */

/* A text that stays where it is, and its number. */
typedef struct word_place {
    const char *text;
    int32_t number;
} word_place;

/* Texts as numbers. */
typedef struct word_table {
    char **list;
    size_t n, room;
    const char *last_text; /* the one before, */
    int32_t last;          /* its number */
    int32_t greatest;      /* by bytes */
    int32_t *slots;        /* the index, by hash: a power of two of them; -1: free */
    size_t n_slots, n_indexed;
    word_place *places; /* by address */
    size_t n_places;
} word_table;

/* The number of a text, a new one where it is new; -1 for NULL. False: memory ran out. Without the GIL. */
bool words_number(word_table *w, const char *text, int32_t *out);
/* The same for n texts which stay: equal addresses are equal texts, so that most aren't looked at. */
bool words_numbers(word_table *w, const char *const *texts, size_t n, int32_t *out);
PyObject *words_list(const word_table *w);
void words_free(word_table *w);

/* Of a column, filled while nobody else knows of it, then looked at by memoryviews. */
typedef struct column_memory {
    PyObject_HEAD char *data;
    size_t room;
    Py_ssize_t n, size; /* elements, and bytes of each */
    char format[2];
} column_memory;

column_memory *memory_new(const module_state *state);
/* Keeps the first `used` bytes. False: memory ran out. Without the GIL. */
bool memory_resize(column_memory *m, size_t used, size_t n);
/* n bytes, a multiple of 64, past the caches, which are the library's: nobody reads a column before it is whole.
 * memory_streamed() after the last ones, for other threads. */
void memory_stream(char *to, const char *from, size_t n);
void memory_streamed(void);
PyObject *memory_view(column_memory *m, char format, size_t size, size_t n); /* n elements */

/* ------------------------------------------------------------ objects */

PyObject *change_begin(store_object *store, PyObject *args, PyObject *kwargs);
PyObject *cursor_open(store_object *store, PyTypeObject *type, PyObject *args, PyObject *kwargs);
PyObject *progression_columns(PyObject *store, PyObject *args, PyObject *kwargs);
PyObject *assessment_columns(PyObject *store, PyObject *args, PyObject *kwargs);

/* Make a type of a module, which nobody makes or changes but the module. */
PyTypeObject *add_type(PyObject *module, PyType_Spec *spec);

#endif
