/* Whole cohorts as columns: buffers that numpy and pandas take as they are, texts as numbers into a list.
 *
 * A column's memory is a bytearray's from the beginning, filled while nobody else knows of it; so nothing is copied at
 * the end. Rows are kept back and written column by column, many at a time: a row at a time would touch fifty places
 * far apart. All that is done without the GIL, which is taken only to make room. */
#include "module.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------ texts as numbers */

typedef struct words {
    char **texts;
    int32_t *after; /* which text came after this one: rows repeat themselves, and their order */
    size_t n, room;
    int32_t *slots; /* a power of two; -1: free */
    size_t n_slots;
    int32_t last; /* the answer before */
} words;

static size_t hash_of(const char *text)
{
    uint64_t h = 14695981039346656037u; /* FNV-1a */
    for (; *text; text++)
        h = (h ^ (unsigned char)*text) * 1099511628211u;
    return (size_t)(h ^ (h >> 32));
}

static bool words_grow(words *w)
{
    const size_t n_slots = w->n_slots == 0 ? 64 : 4 * w->n_slots, room = n_slots / 2;
    int32_t *slots = malloc(n_slots * sizeof *slots), *after = realloc(w->after, room * sizeof *after);
    char **texts = realloc(w->texts, room * sizeof *texts);
    if (after != NULL)
        w->after = after;
    if (texts != NULL)
        w->texts = texts;
    if (slots == NULL || after == NULL || texts == NULL) {
        free(slots);
        return false;
    }
    memset(slots, 0xFF, n_slots * sizeof *slots);
    for (size_t i = 0; i < w->n; i++) {
        size_t at = hash_of(w->texts[i]) & (n_slots - 1);
        while (slots[at] >= 0)
            at = (at + 1) & (n_slots - 1);
        slots[at] = (int32_t)i;
    }
    free(w->slots);
    w->slots = slots;
    w->n_slots = n_slots;
    w->room = room;
    return true;
}

/* The number of a text that may be new, by its hash; -1: memory ran out. */
static int32_t words_find(words *w, const char *text)
{
    if (w->n == w->room && !words_grow(w))
        return -1;
    size_t at = hash_of(text) & (w->n_slots - 1);
    while (w->slots[at] >= 0 && strcmp(w->texts[w->slots[at]], text) != 0)
        at = (at + 1) & (w->n_slots - 1);
    if (w->slots[at] < 0) {
        const size_t size = strlen(text) + 1;
        if ((w->texts[w->n] = malloc(size)) == NULL)
            return -1;
        memcpy(w->texts[w->n], text, size);
        w->after[w->n] = (int32_t)w->n; /* itself */
        w->slots[at] = (int32_t)w->n++;
    }
    return w->slots[at];
}

/* The number of a text, a new one where it is new; -1 for NULL. False: memory ran out. */
static bool words_number(words *w, const char *text, int32_t *out)
{
    *out = -1;
    if (text == NULL)
        return true;
    if (w->n > 0 && strcmp(w->texts[w->after[w->last]], text) == 0) {
        *out = w->last = w->after[w->last];
        return true;
    }
    if ((*out = words_find(w, text)) < 0)
        return false;
    w->after[w->last] = *out; /* for the first text: itself */
    w->last = *out;
    return true;
}

static void words_free(words *w)
{
    for (size_t i = 0; i < w->n; i++)
        free(w->texts[i]);
    free(w->texts);
    free(w->after);
    free(w->slots);
}

static PyObject *words_list(const words *w)
{
    PyObject *list = PyList_New((Py_ssize_t)w->n);
    for (size_t i = 0; list != NULL && i < w->n; i++) {
        PyObject *text = PyUnicode_FromString(w->texts[i]);
        if (text == NULL || PyList_SetItem(list, (Py_ssize_t)i, text) < 0)
            Py_CLEAR(list);
    }
    return list;
}

/* ------------------------------------------------------------ columns */

typedef struct column {
    char name[32];
    char format; /* as in Python's struct: 'i', 'q', 'd' */
    bool is_words;
    bool is_date;
    int which;     /* the enum of the numbers; -1: none */
    size_t offset; /* in the record */
    size_t size;   /* of an element */
    char *data;
    PyObject *bytes; /* bytearray */
    words words;
} column;

enum { MOST_COLUMNS = 80, KEPT = 64 /* records: they and one column's piece stay in the nearest cache */ };

typedef struct table {
    store_object *store;
    module_state *state;
    column columns[MOST_COLUMNS];
    size_t n_columns, n_rows, room;
    char *kept; /* records that aren't written yet, each `span` bytes */
    size_t n_kept, span;
    size_t texts[MOST_COLUMNS], n_texts; /* which columns are texts */
} table;

static column *add_column(table *t, const char *name, const char *ending, char format, size_t offset)
{
    column *c = &t->columns[t->n_columns++];
    PyOS_snprintf(c->name, sizeof c->name, "%s%s", name, ending);
    c->format = format;
    c->size = format == 'i' ? sizeof(int32_t) : sizeof(int64_t);
    c->offset = offset;
    c->which = -1;
    return c;
}

static void add_words_column(table *t, const char *name, size_t offset)
{
    add_column(t, name, "", 'i', offset)->is_words = true;
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

static bool resize(table *t, size_t rows)
{
    for (size_t i = 0; i < t->n_columns; i++) {
        column *c = &t->columns[i];
        if (c->bytes == NULL && (c->bytes = PyByteArray_FromStringAndSize(NULL, 0)) == NULL)
            return false;
        if (PyByteArray_Resize(c->bytes, (Py_ssize_t)(rows * c->size)) < 0)
            return false;
        c->data = PyByteArray_AsString(c->bytes);
    }
    t->room = rows;
    return true;
}

/* Without the GIL. */
static bool make_room(table *t, size_t n)
{
    if (t->n_rows + n <= t->room)
        return true;
    bool good = callback_begin(&t->store->thread) && PyErr_CheckSignals() == 0 &&
                resize(t, 2 * t->room + n < 1024 ? 1024 : 2 * t->room + n);
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

/* What `size` says is known to the compiler in each call, so that a copy is one load and one store. */
static inline void gather(char *to, const char *from, size_t n, size_t span, size_t size)
{
    for (size_t i = 0; i < n; i++)
        memcpy(to + i * size, from + i * span, size);
}

/* Column by column, what was kept back. False: an exception is set. */
static bool write_kept(table *t)
{
    if (!make_room(t, t->n_kept))
        return false;
    for (size_t i = 0; i < t->n_columns; i++) {
        const column *c = &t->columns[i];
        if (c->size == sizeof(int32_t))
            gather(c->data + t->n_rows * sizeof(int32_t), t->kept + c->offset, t->n_kept, t->span, sizeof(int32_t));
        else
            gather(c->data + t->n_rows * sizeof(int64_t), t->kept + c->offset, t->n_kept, t->span, sizeof(int64_t));
    }
    t->n_rows += t->n_kept;
    t->n_kept = 0;
    return true;
}

/* One row out of a record of t->span bytes. Texts are only lent: their numbers take their place in what is kept. */
static bool put_row(table *t, const char *record)
{
    char *kept = t->kept + t->n_kept * t->span;
    memcpy(kept, record, t->span);
    for (size_t i = 0; i < t->n_texts; i++) {
        column *c = &t->columns[t->texts[i]];
        const char *text;
        int32_t number;
        memcpy(&text, record + c->offset, sizeof text);
        if (!words_number(&c->words, text, &number))
            return no_memory(t);
        memcpy(kept + c->offset, &number, sizeof number);
    }
    return ++t->n_kept < KEPT || write_kept(t);
}

/* Once the columns are known. */
static bool prepare(table *t, size_t span)
{
    for (size_t i = 0; i < t->n_columns; i++)
        if (t->columns[i].is_words)
            t->texts[t->n_texts++] = i;
    t->span = span;
    t->kept = PyMem_Malloc(KEPT * span);
    if (t->kept == NULL)
        PyErr_NoMemory();
    return t->kept != NULL && resize(t, 0);
}

/* ------------------------------------------------------------ giving out */

/* Python casts no empty view: an empty array of that type has one. */
static PyObject *empty_view(char format)
{
    PyObject *module = PyImport_ImportModule("array"), *view = NULL;
    PyObject *array = module == NULL ? NULL : PyObject_CallMethod(module, "array", "C", (int)format);
    if (array != NULL)
        view = PyMemoryView_FromObject(array);
    Py_XDECREF(module);
    Py_XDECREF(array);
    return view;
}

static PyObject *view_of(const column *c, size_t n_rows)
{
    if (n_rows == 0)
        return empty_view(c->format);
    PyObject *view = PyMemoryView_FromObject(c->bytes), *cast = NULL;
    if (view != NULL)
        cast = PyObject_CallMethod(view, "cast", "C", (int)c->format);
    Py_XDECREF(view);
    return cast;
}

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
    PyObject *view = view_of(c, t->n_rows), *list, *made;
    if (view == NULL || (!c->is_words && c->which < 0))
        return view;
    list = c->is_words ? words_list(&c->words) : enum_words(t->state, c->which);
    made = list == NULL ? NULL : PyObject_CallFunctionObjArgs(t->state->category, view, list, NULL);
    Py_XDECREF(list);
    Py_DECREF(view);
    return made;
}

static PyObject *table_object(table *t)
{
    PyObject *dict = PyDict_New(), *dates = PyList_New(0), *made = NULL;
    bool good = dict != NULL && dates != NULL && resize(t, t->n_rows);
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
        Py_XDECREF(t->columns[i].bytes);
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
            add_words_column(t, f->name, f->offset);
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
            column *c = add_column(t, f->name, "", 'i', f->offset);
            c->which = f->which == ENUM_EVIDENCE ? -1 : (int)f->which; /* bits are no category */
            break;
        }
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
        if (!put_row(t, (const char *)series))
            return BIP_E_CANCELLED; /* an exception is set */
    return st != BIP_DONE || write_kept(t) ? st : BIP_E_CANCELLED;
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
    add_words_column(t, "participant", ROW(participant));
    add_words_column(t, "instrument", ROW(instrument));
    add_words_column(t, "version", ROW(version));
    add_words_column(t, "respondent", ROW(respondent));
    add_words_column(t, "rater", ROW(rater));
    add_date_column(t, "date", "", ROW(date));
    add_column(t, "assessment", "", 'q', ROW(assessment));
    add_words_column(t, "indicator", ROW(indicator));
    add_column(t, "score", "", 'd', ROW(score));
    add_column(t, "answer", "", 'i', ROW(answer))->which = ENUM_ANSWER;
    add_words_column(t, "actor", ROW(actor));
    add_column(t, "recorded_ms", "", 'q', ROW(recorded_ms));
    add_column(t, "revision", "", 'i', ROW(revision));
    add_words_column(t, "id", ROW(id)); /* as many texts as assessments: only where asked for, as notes */
    add_words_column(t, "note", ROW(note));
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
            if (!put_row(t, (const char *)&row))
                return BIP_E_CANCELLED;
        }
    }
    return st != BIP_DONE || write_kept(t) ? st : BIP_E_CANCELLED;
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
    size_t span;     /* of a record */
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
    if (good && query_take(store->state, &q, keep) && prepare(t, r->span))
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
