/* Whole cohorts as columns: buffers that numpy and pandas take as they are, texts as numbers into a list.
 *
 * Rows are kept back, as many as stay in the nearest cache, and written out column by column: a row at a time would
 * touch fifty places far apart. All that is done without the GIL, but for a look for Ctrl-C now and then.
 */
#include "module.h"

#include <math.h>
#include <string.h>

/* ------------------------------------------------------------ columns */

typedef struct column {
    char name[32];
    char format; /* as in Python's struct: 'd', 'q', 'i', 'h', 'b', 'B', '?' */
    bool is_words;
    bool lasts; /* its texts stay until the cursor is closed */
    bool is_date;
    int which;     /* the enum of the numbers; -1: none */
    size_t offset; /* in the record: of 64 bits for texts, 'd' and 'q', else of 32, also of what is narrower here */
    size_t size;   /* of an element */
    column_memory *memory;
    word_table words;
} column;

enum {
    MOST_COLUMNS = 80,
    BLOCK = 64,          /* rows: a cache line of the narrowest, and all of them stay in the nearest cache */
    ROOM = 1024,         /* rows at first */
    LOOK_EVERY = 1 << 16 /* rows between two looks for Ctrl-C */
};

typedef struct table {
    store_object *store;
    module_state *state;
    column columns[MOST_COLUMNS];
    size_t n_columns, n_rows, room;
    char *kept;                 /* the block that isn't written yet: records as they came, but for lent texts */
    size_t n_kept, record_size; /* records in it, and bytes of each */
    column *lent[MOST_COLUMNS]; /* texts that don't last: their numbers stand in what is kept */
    size_t n_lent;
} table;

static size_t size_of(char format)
{
    return format == 'd' || format == 'q' ? 8 : format == 'i' ? 4 : format == 'h' ? 2 : 1;
}

static column *add_column(table *t, const char *name, const char *ending, char format, size_t offset)
{
    column *c = &t->columns[t->n_columns++];
    PyOS_snprintf(c->name, sizeof c->name, "%s%s", name, ending);
    c->format = format;
    c->size = size_of(format);
    c->offset = offset;
    c->which = -1;
    return c;
}

static void add_words_column(table *t, const char *name, size_t offset, bool lasts)
{
    column *c = add_column(t, name, "", 'b', offset);
    c->is_words = true;
    c->lasts = lasts;
}

static void add_date_column(table *t, const char *name, const char *ending, size_t offset)
{
    add_column(t, name, ending, 'i', offset)->is_date = true;
}

/* Keeps the columns asked for, in that order. A KeyError names what there isn't. */
static bool choose(table *t, PyObject *names)
{
    column all[MOST_COLUMNS];
    const size_t n_all = t->n_columns;
    PyObject *list = PySequence_List(names);
    if (list == NULL)
        return false;
    memcpy(all, t->columns, sizeof all);
    t->n_columns = 0;
    for (Py_ssize_t i = 0; i < PyList_Size(list) && !PyErr_Occurred(); i++) {
        const char *name;
        size_t at = 0;
        if (!PyArg_Parse(PyList_GetItem(list, i), "s", &name))
            break;
        while (at < n_all && strcmp(all[at].name, name) != 0)
            at++;
        if (at == n_all || t->n_columns == MOST_COLUMNS)
            PyErr_SetObject(PyExc_KeyError, PyList_GetItem(list, i));
        else
            t->columns[t->n_columns++] = all[at];
    }
    Py_DECREF(list);
    return !PyErr_Occurred();
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

/* A block's elements, `step` bytes apart, past the caches. `size` is known to the compiler in each call, so that this
 * is a loop of a few instructions. */
static inline void write_elements(char *to, const char *from, size_t step, size_t size)
{
    char line[BLOCK * sizeof(int64_t)];
    for (size_t i = 0; i < BLOCK; i++, from += step) {
        if (size == sizeof(int64_t))
            memcpy(line + i * size, from, size);
        else
            put_number(line, size, i, number_at(from, sizeof(int32_t), 0));
    }
    memory_stream(to, line, BLOCK * size);
}

/* Of the block that is kept. False: memory ran out. */
static bool write_column(const table *t, column *c)
{
    int32_t numbers[BLOCK];
    const char *from = t->kept + c->offset;
    size_t step = t->record_size;
    if (c->lasts) {
        if (!words_numbers(&c->words, from, step, BLOCK, numbers))
            return false;
        from = (const char *)numbers;
        step = sizeof *numbers;
    }
    if (c->is_words && !widen(t, c))
        return false;
    char *to = c->memory->data + t->n_rows * c->size;
    if (c->size == sizeof(int64_t))
        write_elements(to, from, step, sizeof(int64_t));
    else if (c->size == sizeof(int32_t))
        write_elements(to, from, step, sizeof(int32_t));
    else if (c->size == sizeof(int16_t))
        write_elements(to, from, step, sizeof(int16_t));
    else
        write_elements(to, from, step, sizeof(int8_t));
    return true;
}

/* What was kept back: always a whole block, the last one with what is left of the one before. False: an exception is
 * set. */
static bool write_block(table *t)
{
    if (t->n_rows % LOOK_EVERY == 0 && !may_go_on(t))
        return false;
    bool good = t->n_rows + BLOCK <= t->room || resize(t, 4 * t->room);
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

/* The number of a row's text instead of the text. */
static bool keep_number(table *t, column *c, const char *record, char *kept)
{
    const char *text;
    int32_t number;
    memcpy(&text, record + c->offset, sizeof text);
    if (!words_number(&c->words, text, &number))
        return no_memory(t);
    memcpy(kept + c->offset, &number, sizeof number);
    return true;
}

static bool put_row(table *t, const void *record)
{
    char *kept = t->kept + t->n_kept * t->record_size;
    memcpy(kept, record, t->record_size);
    for (size_t i = 0; i < t->n_lent; i++)
        if (!keep_number(t, t->lent[i], record, kept))
            return false;
    return ++t->n_kept < BLOCK || write_block(t);
}

/* Once the columns are known. */
static bool prepare(table *t, size_t record_size)
{
    for (size_t i = 0; i < t->n_columns; i++) {
        column *c = &t->columns[i];
        if ((c->memory = memory_new(t->state)) == NULL)
            return false;
        if (c->is_words && !c->lasts)
            t->lent[t->n_lent++] = c;
    }
    t->record_size = record_size;
    t->kept = PyMem_Calloc(BLOCK, record_size);
    if (t->kept != NULL && resize(t, ROOM))
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
    if (view == NULL || (!c->is_words && c->which < 0))
        return view;
    list = c->is_words ? words_list(&c->words) : enum_words(t->state, c->which);
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
        PyObject *object = column_object(t, c), *name = PyUnicode_FromString(c->name);
        good = object != NULL && name != NULL && PyDict_SetItem(dict, name, object) == 0 &&
               (!c->is_date || PyList_Append(dates, name) == 0);
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
    PyMem_Free(t->kept);
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

/* ------------------------------------------------------------ progression */

static void describe_series(table *t)
{
    for (size_t i = 0; i < n_series_fields; i++) {
        const field *f = &series_fields[i];
        switch (f->kind) {
        case FIELD_TEXT:
        case FIELD_CODE:
            add_words_column(t, f->name, f->offset, f->kind == FIELD_CODE);
            break;
        case FIELD_TEXTS: /* who may see it: of the instrument, not of the row */
            break;
        case FIELD_LONG:
            add_column(t, f->name, "", 'q', f->offset);
            break;
        case FIELD_NUMBER:
            add_column(t, f->name, "", 'd', f->offset);
            break;
        case FIELD_POINT:
            add_date_column(t, f->name, "_date", f->offset + offsetof(bip_point, date));
            add_column(t, f->name, "_score", 'd', f->offset + offsetof(bip_point, score));
            break;
        case FIELD_ENUM: {
            const bool bits = f->which == ENUM_EVIDENCE; /* are no category */
            add_column(t, f->name, "", bits ? 'B' : 'b', f->offset)->which = bits ? -1 : (int)f->which;
            break;
        }
        case FIELD_BOOL:
            add_column(t, f->name, "", '?', f->offset);
            break;
        case FIELD_MAYBE:
            add_column(t, f->name, "", 'b', f->offset);
            break;
        default:
            add_column(t, f->name, "", 'i', f->offset);
        }
    }
}

typedef bip_status (*fill_fn)(table *t, bip_cursor *cursor, bip_error *err);

static bip_status fill_series(table *t, bip_cursor *cursor, bip_error *err)
{
    const bip_series *series;
    bip_status st;
    while ((st = bip_series_next(cursor, &series, err)) == BIP_OK)
        if (!put_row(t, series))
            return BIP_E_CANCELLED; /* an exception is set */
    return st != BIP_DONE || finish(t) ? st : BIP_E_CANCELLED;
}

/* ------------------------------------------------------------ assessments */

/* A row: a score, and what its assessment has in common. */
typedef struct score_row {
    const char *id, *participant, *instrument, *version, *respondent, *rater, *note, *actor, *indicator;
    int64_t assessment, recorded_ms;
    double score;
    int32_t date, revision, answer;
} score_row;

#define ROW(field) offsetof(score_row, field)

static void describe_scores(table *t)
{
    add_words_column(t, "participant", ROW(participant), false);
    add_words_column(t, "instrument", ROW(instrument), true);
    add_words_column(t, "version", ROW(version), true);
    add_words_column(t, "respondent", ROW(respondent), true);
    add_words_column(t, "rater", ROW(rater), false);
    add_date_column(t, "date", "", ROW(date));
    add_column(t, "assessment", "", 'q', ROW(assessment));
    add_words_column(t, "indicator", ROW(indicator), true);
    add_column(t, "score", "", 'd', ROW(score));
    add_column(t, "answer", "", 'b', ROW(answer))->which = ENUM_ANSWER;
    add_words_column(t, "actor", ROW(actor), false);
    add_column(t, "recorded_ms", "", 'q', ROW(recorded_ms));
    add_column(t, "revision", "", 'i', ROW(revision));
    add_words_column(t, "id", ROW(id), false); /* as many texts as assessments: only where asked for, as notes */
    add_words_column(t, "note", ROW(note), false);
}

static bip_status fill_scores(table *t, bip_cursor *cursor, bip_error *err)
{
    const bip_assessment *a;
    score_row row = {.assessment = -1};
    bip_status st;
    while ((st = bip_assessment_next(cursor, &a, err)) == BIP_OK) {
        row = (score_row){.id = a->id,
                          .participant = a->participant,
                          .instrument = a->instrument,
                          .version = a->version,
                          .respondent = a->respondent,
                          .rater = a->rater,
                          .note = a->note,
                          .actor = a->actor,
                          .assessment = row.assessment + 1,
                          .recorded_ms = a->recorded_ms,
                          .date = a->date,
                          .revision = a->revision};
        for (size_t i = 0; i < a->n; i++) {
            row.indicator = a->indicators[i];
            row.answer = a->scores[i].answer;
            row.score = row.answer == BIP_NUMBER ? a->scores[i].number : NAN;
            if (!put_row(t, &row))
                return BIP_E_CANCELLED;
        }
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
    void (*describe)(table *t);
    open_fn open;
    fill_fn fill;
    size_t record_size;
    size_t left_out; /* columns at the end that must be asked for */
} reading;

static PyObject *columns(PyObject *object, PyObject *args, PyObject *kwargs, const reading *r)
{
    static char *names[] = {"columns", QUERY_NAMES, NULL};
    store_object *store = (store_object *)object;
    PyObject *wanted = NULL, *keep, *made = NULL;
    query_args q = query_begin();
    table *t;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|O$" QUERY_FORMAT, names, &wanted, QUERY_INTO(q)) ||
        (t = table_new(store)) == NULL)
        return NULL;
    r->describe(t);
    bool good = wanted == NULL || wanted == Py_None || choose(t, wanted);
    if (wanted == NULL || wanted == Py_None)
        t->n_columns -= r->left_out;
    keep = PyList_New(0);
    if (good && query_take(store->state, &q, keep) && prepare(t, r->record_size))
        made = read_table(t, &q, r->open, r->fill);
    Py_XDECREF(keep);
    table_free(t);
    return made;
}

PyObject *progression_columns(PyObject *store, PyObject *args, PyObject *kwargs)
{
    static const reading of_series = {describe_series, bip_progression, fill_series, sizeof(bip_series), 0};
    return columns(store, args, kwargs, &of_series);
}

PyObject *assessment_columns(PyObject *store, PyObject *args, PyObject *kwargs)
{
    static const reading of_scores = {describe_scores, bip_assessments, fill_scores, sizeof(score_row), 2};
    return columns(store, args, kwargs, &of_scores);
}
