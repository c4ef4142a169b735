/* Whole cohorts as columns: buffers that numpy and pandas take as they are, texts as numbers into a list.
 *
 * Rows are kept back, as many as stay in the nearest cache, and written out column by column: a row at a time would
 * touch fifty places far apart. All that is done without the GIL, but for a look for Ctrl-C now and then.
 */
#include "module.h"

#include <math.h>
#include <string.h>

/* ------------------------------------------------------------ columns */

enum {
    MOST_COLUMNS = 80,
    BLOCK = 64,          /* rows: a cache line of the narrowest, and all of them stay in the nearest cache */
    ROOM = 1024,         /* rows at first; then 16 times as many, so that little is copied, */
    MANY = 1 << 18,      /* and from here on, where nothing is, 4 times */
    LOOK_EVERY = 1 << 16 /* rows between two looks for Ctrl-C */
};

typedef enum content {
    NUMBERS,
    DATES,
    TEXTS,        /* lent for the row: numbered at once */
    LASTING_TEXTS /* stay until the cursor is closed: numbered when the block is written */
} content;

typedef struct description {
    const char *name;
    char format; /* as in Python's struct: 'd', 'q', 'i', 'b', 'B', '?' */
    content content;
    int which;    /* the enum of the numbers; -1: none */
    size_t place; /* in the block: BLOCK of them, of texts their pointers */
} description;

typedef struct column {
    const description *is;
    char format; /* of texts the narrowest that can count them: 'b', 'h', 'i' */
    size_t size; /* of an element */
    column_memory *memory;
    word_table words;
    int32_t numbers[BLOCK]; /* of the block's texts */
} column;

typedef struct table {
    store_object *store;
    module_state *state;
    column columns[MOST_COLUMNS];
    size_t n_columns, n_rows, room;
    void *block; /* rows that aren't written yet, n_kept of them, column by column */
    size_t n_kept;
    column *lent[MOST_COLUMNS]; /* of TEXTS */
    size_t n_lent;
} table;

static size_t size_of(char format)
{
    return format == 'd' || format == 'q' ? 8 : format == 'i' ? 4 : format == 'h' ? 2 : 1;
}

static bool is_words(const column *c)
{
    return c->is->content == TEXTS || c->is->content == LASTING_TEXTS;
}

static void add_column(table *t, const description *d)
{
    column *c = &t->columns[t->n_columns++]; /* zeros as yet */
    c->is = d;
    c->format = d->format;
    c->size = size_of(d->format);
}

/* ------------------------------------------------------------ rows */

/* False: memory ran out. */
static bool resize(table *t, size_t rows)
{
    for (size_t i = 0; i < t->n_columns; i++) {
        column *c = &t->columns[i];
        if (!memory_resize(c->memory, t->n_rows * c->size, rows * c->size))
            return false;
    }
    t->room = rows;
    return true;
}

static inline int32_t number_at(const char *data, size_t size, size_t i)
{
    int8_t narrow;
    int16_t middle;
    int32_t wide;
    switch (size) {
    case sizeof narrow:
        memcpy(&narrow, data + i, sizeof narrow);
        return narrow;
    case sizeof middle:
        memcpy(&middle, data + i * sizeof middle, sizeof middle);
        return middle;
    default:
        memcpy(&wide, data + i * sizeof wide, sizeof wide);
        return wide;
    }
}

static inline void put_number(char *data, size_t size, size_t i, int32_t number)
{
    const int8_t narrow = (int8_t)number;
    const int16_t middle = (int16_t)number;
    if (size == sizeof narrow)
        memcpy(data + i, &narrow, sizeof narrow);
    else if (size == sizeof middle)
        memcpy(data + i * sizeof middle, &middle, sizeof middle);
    else
        memcpy(data + i * sizeof number, &number, sizeof number);
}

/* The narrowest numbers that can count its texts. */
static char format_for(const word_table *w)
{
    return w->n <= INT8_MAX ? 'b' : w->n <= INT16_MAX ? 'h' : 'i';
}

/* Once there are too many. False: memory ran out. */
static bool widen(const table *t, column *c)
{
    const char format = format_for(&c->words);
    const size_t before = c->size, size = size_of(format);
    if (format == c->format)
        return true;
    if (!memory_resize(c->memory, t->n_rows * before, t->room * size))
        return false;
    for (size_t i = t->n_rows; i-- > 0;) /* in place: from the end, as each takes more */
        put_number(c->memory->data, size, i, number_at(c->memory->data, before, i));
    c->format = format;
    c->size = size;
    return true;
}

static bool may_go_on(table *t)
{
    const bool good = callback_begin(&t->store->thread) && PyErr_CheckSignals() == 0;
    callback_end(&t->store->thread);
    return good;
}

static bool no_memory(table *t)
{
    if (callback_begin(&t->store->thread))
        PyErr_NoMemory();
    callback_end(&t->store->thread);
    return false;
}

/* Of the block that is kept. False: memory ran out. */
static bool write_column(const table *t, column *c)
{
    const char *from = (const char *)t->block + c->is->place;
    char narrow[BLOCK * sizeof(int32_t)];
    if (c->is->content == LASTING_TEXTS && !words_numbers(&c->words, (const char *const *)from, BLOCK, c->numbers))
        return false;
    if (is_words(c)) {
        if (!widen(t, c))
            return false;
        for (size_t i = 0; i < BLOCK; i++)
            put_number(narrow, c->size, i, c->numbers[i]);
        from = narrow;
    }
    memory_stream(c->memory->data + t->n_rows * c->size, from, BLOCK * c->size);
    return true;
}

/* What was kept back: always a whole block, the last one with what is left of the one before. False: an exception is
 * set. */
static bool write_block(table *t)
{
    if (t->n_rows % LOOK_EVERY == 0 && !may_go_on(t))
        return false;
    bool good = t->n_rows + BLOCK <= t->room || resize(t, (t->room < MANY ? 16 : 4) * t->room);
    for (size_t i = 0; good && i < t->n_columns; i++)
        good = write_column(t, &t->columns[i]);
    t->n_rows += t->n_kept;
    t->n_kept = 0;
    return good || no_memory(t);
}

static bool finish(table *t)
{
    const bool good = t->n_kept == 0 || write_block(t);
    memory_streamed();
    return good;
}

/* After a row was put into the block. False: an exception is set. */
static bool end_row(table *t)
{
    for (size_t i = 0; i < t->n_lent; i++) {
        column *c = t->lent[i];
        const char *const *texts = (const char *const *)((const char *)t->block + c->is->place);
        if (!words_number(&c->words, texts[t->n_kept], &c->numbers[t->n_kept]))
            return no_memory(t);
    }
    return ++t->n_kept < BLOCK || write_block(t);
}

/* Once the columns are known. */
static bool prepare(table *t, size_t block_size)
{
    for (size_t i = 0; i < t->n_columns; i++) {
        column *c = &t->columns[i];
        if ((c->memory = memory_new(t->state)) == NULL)
            return false;
        if (c->is->content == TEXTS)
            t->lent[t->n_lent++] = c;
    }
    t->block = PyMem_Calloc(1, block_size);
    if (t->block != NULL && resize(t, ROOM))
        return true;
    PyErr_NoMemory();
    return false;
}

/* ------------------------------------------------------------ giving out */

/* The names of an enum's members, as the JSON has them. */
static PyObject *enum_words(module_state *state, int which)
{
    PyObject *members = state->members[which], *list = PyList_New(0);
    for (Py_ssize_t i = 0; list != NULL && i < PyTuple_Size(members); i++) {
        PyObject *name = PyObject_GetAttrString(PyTuple_GetItem(members, i), "name");
        PyObject *word = name == NULL ? NULL : PyObject_CallMethod(name, "lower", NULL);
        if (word == NULL || PyList_Append(list, word) < 0)
            Py_CLEAR(list);
        Py_XDECREF(name);
        Py_XDECREF(word);
    }
    return list;
}

static PyObject *column_object(table *t, column *c)
{
    PyObject *view = memory_view(c->memory, c->format, c->size, t->n_rows), *list, *made;
    if (view == NULL || (!is_words(c) && c->is->which < 0))
        return view;
    list = is_words(c) ? words_list(&c->words) : enum_words(t->state, c->is->which);
    made = list == NULL ? NULL : PyObject_CallFunctionObjArgs(t->state->category, view, list, NULL);
    Py_XDECREF(list);
    Py_DECREF(view);
    return made;
}

/* What is not touched takes no memory; but a small table would keep far more than its rows. */
static bool trim(table *t)
{
    const size_t rows = t->n_rows < BLOCK ? BLOCK : t->n_rows;
    if (rows > t->room / 2 || resize(t, rows))
        return true;
    PyErr_NoMemory();
    return false;
}

static PyObject *table_object(table *t)
{
    PyObject *dict = PyDict_New(), *dates = PyList_New(0), *made = NULL;
    bool good = dict != NULL && dates != NULL && trim(t);
    for (size_t i = 0; good && i < t->n_columns; i++) {
        column *c = &t->columns[i];
        PyObject *object = column_object(t, c), *name = PyUnicode_FromString(c->is->name);
        good = object != NULL && name != NULL && PyDict_SetItem(dict, name, object) == 0 &&
               (c->is->content != DATES || PyList_Append(dates, name) == 0);
        Py_XDECREF(object);
        Py_XDECREF(name);
    }
    if (good)
        made = PyObject_CallFunction(t->state->columns, "OOn", dict, dates, (Py_ssize_t)t->n_rows);
    Py_XDECREF(dict);
    Py_XDECREF(dates);
    return made;
}

static void table_free(table *t)
{
    for (size_t i = 0; i < t->n_columns; i++) {
        Py_XDECREF(t->columns[i].memory);
        words_free(&t->columns[i].words);
    }
    PyMem_Free(t->block);
    PyMem_Free(t);
}

static table *table_new(store_object *store)
{
    table *t = PyMem_Calloc(1, sizeof *t);
    if (t == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    t->store = store;
    t->state = store->state;
    return t;
}

/* ------------------------------------------------------------ a block of rows */

/* What is made of a list of columns, X(name, type in the block, format, content, enum, value of a row): the block, the
 * columns' descriptions, and the code that puts a row there, straight on. */
#define IN_BLOCK(name, type, format, content, which, value) type name[BLOCK];
#define DESCRIBE(name, type, format, content, which, value) {#name, format, content, which, PLACE(name)},
#define PUT(name, type, format, content, which, value) block->name[row] = (type)(value);

/* ------------------------------------------------------------ progression */

#define IS_BITS(which) ((which) == ENUM_EVIDENCE) /* are no category */

/* The columns of each kind of field. */
#define COLUMNS_TEXT(X, f, which) X(f, const char *, 'b', TEXTS, -1, series->f)
#define COLUMNS_CODE(X, f, which) X(f, const char *, 'b', LASTING_TEXTS, -1, series->f)
#define COLUMNS_TEXTS(X, f, which) /* who may see it: of the instrument, not of the row */
#define COLUMNS_INT(X, f, which) X(f, int32_t, 'i', NUMBERS, -1, series->f)
#define COLUMNS_LONG(X, f, which) X(f, int64_t, 'q', NUMBERS, -1, series->f)
#define COLUMNS_NUMBER(X, f, which) X(f, double, 'd', NUMBERS, -1, series->f)
#define COLUMNS_POINT(X, f, which)                                                                                     \
    X(f##_date, bip_date, 'i', DATES, -1, series->f.date) X(f##_score, double, 'd', NUMBERS, -1, series->f.score)
#define COLUMNS_ENUM(X, f, which)                                                                                      \
    X(f, int8_t, IS_BITS(which) ? 'B' : 'b', NUMBERS, IS_BITS(which) ? -1 : (int)(which), series->f)
#define COLUMNS_BOOL(X, f, which) X(f, int8_t, '?', NUMBERS, -1, series->f)
#define COLUMNS_MAYBE(X, f, which) X(f, int8_t, 'b', NUMBERS, -1, series->f)

#define SERIES_IN_BLOCK(kind, f, which, doc) COLUMNS_##kind(IN_BLOCK, f, which)
#define DESCRIBE_SERIES(kind, f, which, doc) COLUMNS_##kind(DESCRIBE, f, which)
#define PUT_SERIES(kind, f, which, doc) COLUMNS_##kind(PUT, f, which)

typedef struct series_block {
    SERIES_FIELDS(SERIES_IN_BLOCK)
} series_block;

#define PLACE(name) offsetof(series_block, name)
static const description series_columns[] = {SERIES_FIELDS(DESCRIBE_SERIES)};
#undef PLACE

static void put_series(series_block *block, size_t row, const bip_series *series)
{
    SERIES_FIELDS(PUT_SERIES)
}

typedef bip_status (*fill_fn)(table *t, bip_cursor *cursor, bip_error *err);

static bip_status fill_series(table *t, bip_cursor *cursor, bip_error *err)
{
    const bip_series *series;
    bip_status st;
    while ((st = bip_series_next(cursor, &series, err)) == BIP_OK) {
        put_series(t->block, t->n_kept, series);
        if (!end_row(t))
            return BIP_E_CANCELLED; /* an exception is set */
    }
    return st != BIP_DONE || finish(t) ? st : BIP_E_CANCELLED;
}

/* ------------------------------------------------------------ assessments */

/* A row is a score with what its assessment has in common. Last the columns that have as many texts as there are
 * assessments: only where asked for. */
#define SCORES(X)                                                                                                      \
    X(participant, const char *, 'b', TEXTS, -1, a->participant)                                                       \
    X(instrument, const char *, 'b', LASTING_TEXTS, -1, a->instrument)                                                 \
    X(version, const char *, 'b', LASTING_TEXTS, -1, a->version)                                                       \
    X(respondent, const char *, 'b', LASTING_TEXTS, -1, a->respondent)                                                 \
    X(rater, const char *, 'b', TEXTS, -1, a->rater)                                                                   \
    X(date, bip_date, 'i', DATES, -1, a->date)                                                                         \
    X(assessment, int64_t, 'q', NUMBERS, -1, assessment)                                                               \
    X(indicator, const char *, 'b', LASTING_TEXTS, -1, a->indicators[item])                                            \
    X(score, double, 'd', NUMBERS, -1, a->scores[item].answer == BIP_NUMBER ? a->scores[item].number : NAN)            \
    X(answer, int8_t, 'b', NUMBERS, ENUM_ANSWER, a->scores[item].answer)                                               \
    X(actor, const char *, 'b', TEXTS, -1, a->actor)                                                                   \
    X(recorded_ms, int64_t, 'q', NUMBERS, -1, a->recorded_ms)                                                          \
    X(revision, int32_t, 'i', NUMBERS, -1, a->revision)                                                                \
    X(id, const char *, 'b', TEXTS, -1, a->id)                                                                         \
    X(note, const char *, 'b', TEXTS, -1, a->note)

typedef struct score_block {
    SCORES(IN_BLOCK)
} score_block;

#define PLACE(name) offsetof(score_block, name)
static const description score_columns[] = {SCORES(DESCRIBE)};
#undef PLACE

static void put_score(score_block *block, size_t row, const bip_assessment *a, int64_t assessment, size_t item)
{
    SCORES(PUT)
}

static bip_status fill_scores(table *t, bip_cursor *cursor, bip_error *err)
{
    const bip_assessment *a;
    int64_t n = 0;
    bip_status st;
    for (; (st = bip_assessment_next(cursor, &a, err)) == BIP_OK; n++)
        for (size_t i = 0; i < a->n; i++) {
            put_score(t->block, t->n_kept, a, n, i);
            if (!end_row(t))
                return BIP_E_CANCELLED;
        }
    return st != BIP_DONE || finish(t) ? st : BIP_E_CANCELLED;
}

/* ------------------------------------------------------------ reading */

typedef bip_status (*open_fn)(bip_store *, const bip_query *, bip_cursor **, bip_error *);

static PyObject *read_table(table *t, const query_args *q, open_fn open, fill_fn fill)
{
    store_object *store = t->store;
    bip_cursor *cursor = NULL;
    bip_error err;
    bip_status st;
    if (!store_enter(store))
        return NULL;
    WORK(store, st = open(store->handle, &q->query, &cursor, &err); if (st == BIP_OK) st = fill(t, cursor, &err);
         bip_cursor_close(cursor));
    store_leave(store);
    return went_well(t->state, st, &err) ? table_object(t) : NULL;
}

typedef struct reading {
    open_fn open;
    fill_fn fill;
    size_t block_size;
    const description *columns;
    size_t n_columns, n_usual; /* how many there are, and of those come without being asked for */
} reading;

/* The columns asked for, in that order. A KeyError names what there isn't. */
static bool choose_named(table *t, PyObject *names, const reading *r)
{
    PyObject *list = one_or_many(names);
    if (list == NULL)
        return about("columns", false);
    for (Py_ssize_t i = 0; i < PyList_Size(list) && !PyErr_Occurred(); i++) {
        const char *name;
        size_t at = 0;
        if (!about_item("columns", (size_t)i, PyArg_Parse(PyList_GetItem(list, i), "s", &name)))
            break;
        while (at < r->n_columns && strcmp(r->columns[at].name, name) != 0)
            at++;
        if (at == r->n_columns || t->n_columns == MOST_COLUMNS)
            PyErr_SetObject(PyExc_KeyError, PyList_GetItem(list, i));
        else
            add_column(t, &r->columns[at]);
    }
    Py_DECREF(list);
    return !PyErr_Occurred();
}

static bool choose(table *t, PyObject *names, const reading *r)
{
    if (names != NULL && names != Py_None)
        return choose_named(t, names, r);
    for (size_t i = 0; i < r->n_usual; i++)
        add_column(t, &r->columns[i]);
    return true;
}

static PyObject *columns(PyObject *object, PyObject *args, PyObject *kwargs, const reading *r)
{
    static char *names[] = {"columns", QUERY_NAMES, NULL};
    store_object *store = (store_object *)object;
    PyObject *wanted = NULL, *keep, *made = NULL;
    query_args q = query_begin();
    table *t;
    if (!take_args(args, kwargs, "|O$" QUERY_FORMAT, names, &wanted, QUERY_INTO(q)) || (t = table_new(store)) == NULL)
        return NULL;
    keep = PyList_New(0);
    if (choose(t, wanted, r) && query_take(store->state, &q, keep) && prepare(t, r->block_size))
        made = read_table(t, &q, r->open, r->fill);
    Py_XDECREF(keep);
    table_free(t);
    return made;
}

#define COUNT(array) (sizeof(array) / sizeof *(array))

PyObject *progression_columns(PyObject *store, PyObject *args, PyObject *kwargs)
{
    static const reading of_series = {bip_progression, fill_series,           sizeof(series_block),
                                      series_columns,  COUNT(series_columns), COUNT(series_columns)};
    return columns(store, args, kwargs, &of_series);
}

PyObject *assessment_columns(PyObject *store, PyObject *args, PyObject *kwargs)
{
    static const reading of_scores = {bip_assessments, fill_scores,          sizeof(score_block),
                                      score_columns,   COUNT(score_columns), COUNT(score_columns) - 2};
    return columns(store, args, kwargs, &of_scores);
}
