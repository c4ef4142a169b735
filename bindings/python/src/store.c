/* bip.Store: a handle, its lock, and the caller's hooks. */
#include "module.h"

#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------ hooks */

static int64_t hook_now(void *ctx)
{
    store_object *self = ctx;
    int64_t now = 0;
    if (callback_begin(&self->thread)) {
        PyObject *answer = PyObject_CallObject(self->now, NULL);
        PyObject *number = answer == NULL ? NULL : PyNumber_Index(answer); /* 3.9 would take a float, with a warning */
        if (number != NULL)
            now = PyLong_AsLongLong(number);
        Py_XDECREF(answer);
        Py_XDECREF(number);
    }
    callback_end(&self->thread);
    return now;
}

static int hook_random(void *ctx, void *into, size_t n)
{
    store_object *self = ctx;
    int failed = -1;
    if (callback_begin(&self->thread)) {
        PyObject *answer = PyObject_CallFunction(self->random, "n", (Py_ssize_t)n);
        const char *bytes;
        Py_ssize_t length;
        if (answer != NULL && PyArg_Parse(answer, "y#", &bytes, &length) && (size_t)length == n) {
            memcpy(into, bytes, n);
            failed = 0;
        }
        Py_XDECREF(answer);
    }
    callback_end(&self->thread);
    return failed;
}

static int hook_read(void *ctx, const char *what, const char *participant)
{
    store_object *self = ctx;
    int go_on = -1;
    if (callback_begin(&self->thread))
        go_on = callback_answer(PyObject_CallFunction(self->read, "ss", what, participant));
    callback_end(&self->thread);
    return go_on;
}

/* ------------------------------------------------------------ opening and closing */

static store_object *store_new(module_state *state)
{
    store_object *self = PyObject_GC_New(store_object, state->store);
    if (self == NULL)
        return NULL;
    memset((char *)self + offsetof(store_object, state), 0, sizeof *self - offsetof(store_object, state));
    self->state = state;
    self->lock = PyThread_allocate_lock();
    PyObject_GC_Track(self);
    if (self->lock == NULL) {
        Py_DECREF(self);
        PyErr_NoMemory();
        return NULL;
    }
    return self;
}

static PyObject *hook(PyObject *given)
{
    if (given == NULL || given == Py_None)
        return NULL;
    Py_INCREF(given);
    return given;
}

static PyObject *store_open(module_state *state, PyObject *path, bip_open_options *options, store_object *self)
{
    bip_error err;
    bip_status st;
    options->now_ms = self->now == NULL ? NULL : hook_now;
    options->random = self->random == NULL ? NULL : hook_random;
    options->read = self->read == NULL ? NULL : hook_read;
    options->ctx = self;
    if (!store_enter(self))
        return NULL;
    bip_store *handle;
    WORK(self, st = bip_store_open(PyBytes_AsString(path), options, &handle, &err));
    self->handle = handle;
    store_leave(self);
    return went_well(state, st, &err) ? (PyObject *)self : NULL;
}

PyObject *open_store(PyObject *module, PyObject *args, PyObject *kwargs);

PyObject *open_store(PyObject *module, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"path", "write",   "create", "allow_national_ids", "lang", "now", "random",
                            "read", "wait_ms", NULL};
    module_state *state = state_of(module);
    PyObject *path = NULL, *now = NULL, *random = NULL, *read = NULL;
    int write = 0, create = 0, allow = 0;
    bip_open_options options;
    bip_open_options_init(&options, sizeof options);
    if (!take_args(args, kwargs, "O&|$pppzOOOi", names, PyUnicode_FSConverter, &path, &write, &create, &allow,
                   &options.lang, &now, &random, &read, &options.wait_ms))
        return NULL;
    options.flags =
        (write ? BIP_OPEN_WRITE : 0) | (create ? BIP_OPEN_CREATE : 0) | (allow ? BIP_OPEN_ALLOW_NATIONAL_IDS : 0);
    store_object *self = store_new(state);
    PyObject *opened = NULL;
    if (self != NULL) {
        self->now = hook(now);
        self->random = hook(random);
        self->read = hook(read);
        opened = store_open(state, path, &options, self);
        if (opened == NULL)
            Py_DECREF(self);
    }
    Py_DECREF(path);
    return opened;
}

static PyObject *store_close(PyObject *object, PyObject *unused)
{
    store_object *self = (store_object *)object;
    (void)unused;
    if (!store_enter(self))
        return NULL;
    bip_store *handle = self->handle;
    self->handle = NULL; /* from here on nobody else reaches it */
    WORK(self, bip_store_close(handle));
    store_leave(self);
    return Py_BuildValue("");
}

static int store_traverse(PyObject *object, visitproc visit, void *arg)
{
    store_object *self = (store_object *)object;
    Py_VISIT(Py_TYPE(object));
    Py_VISIT(self->read);
    Py_VISIT(self->now);
    Py_VISIT(self->random);
    return 0;
}

/* Hooks stay until the end: the library calls them as long as the handle is open. */
static int store_clear(PyObject *object)
{
    store_object *self = (store_object *)object;
    bip_store *handle = self->handle;
    self->handle = NULL;
    bip_store_close(handle);
    Py_CLEAR(self->read);
    Py_CLEAR(self->now);
    Py_CLEAR(self->random);
    return 0;
}

/* No child is left: they hold the store. */
static void store_dealloc(PyObject *object)
{
    store_object *self = (store_object *)object;
    PyTypeObject *type = Py_TYPE(object);
    PyObject_GC_UnTrack(object);
    store_clear(object);
    if (self->lock != NULL)
        PyThread_free_lock(self->lock);
    free(self->late);
    PyObject_GC_Del(object);
    Py_DECREF(type);
}

static PyObject *enter(PyObject *self, PyObject *unused)
{
    (void)unused;
    Py_INCREF(self);
    return self;
}

static PyObject *leave(PyObject *self, PyObject *args)
{
    (void)args;
    return store_close(self, NULL);
}

/* ------------------------------------------------------------ what a store says of itself */

static PyObject *get_closed(PyObject *object, void *unused)
{
    (void)unused;
    return PyBool_FromLong(((store_object *)object)->handle == NULL);
}

/* The library's own error for a store that isn't there. */
static bool is_open(store_object *self)
{
    bip_error err;
    return self->handle != NULL || went_well(self->state, bip_store_verify(NULL, NULL, NULL, NULL, &err), &err);
}

static PyObject *get_lang(PyObject *object, void *unused)
{
    store_object *self = (store_object *)object;
    (void)unused;
    if (!store_enter(self))
        return NULL;
    PyObject *lang = is_open(self) ? PyUnicode_FromString(bip_store_lang(self->handle)) : NULL;
    store_leave(self);
    return lang;
}

static PyObject *store_today(PyObject *object, PyObject *unused)
{
    store_object *self = (store_object *)object;
    bip_date today = BIP_NO_DATE;
    (void)unused;
    if (!store_enter(self))
        return NULL;
    if (is_open(self))
        WORK(self, today = bip_store_today(self->handle));
    store_leave(self);
    return PyErr_Occurred() ? NULL : day_to(self->state, today);
}

static PyObject *store_traces(PyObject *object, PyObject *unused)
{
    store_object *self = (store_object *)object;
    int32_t traces = 0;
    bip_error err;
    bip_status st;
    (void)unused;
    if (!store_enter(self))
        return NULL;
    WORK(self, st = bip_store_traces(self->handle, &traces, &err));
    store_leave(self);
    return went_well(self->state, st, &err) ? PyBool_FromLong(traces) : NULL;
}

static PyObject *store_retention_days(PyObject *object, PyObject *unused)
{
    store_object *self = (store_object *)object;
    int32_t days = 0;
    (void)unused;
    if (!store_enter(self))
        return NULL;
    if (is_open(self))
        WORK(self, days = bip_retention_days(self->handle));
    store_leave(self);
    return PyErr_Occurred() ? NULL : PyLong_FromLong(days);
}

/* The one call that doesn't wait: it is meant for a store that is at work in another thread. */
static PyObject *store_interrupt(PyObject *object, PyObject *unused)
{
    (void)unused;
    bip_store_interrupt(((store_object *)object)->handle);
    return Py_BuildValue("");
}

/* ------------------------------------------------------------ keeping */

static PyObject *store_add_words(PyObject *object, PyObject *args)
{
    store_object *self = (store_object *)object;
    char lang[BIP_LANG_SIZE];
    const char *json;
    Py_ssize_t n;
    bip_error err;
    bip_status st;
    if (!PyArg_ParseTuple(args, "s#", &json, &n) || !store_enter(self))
        return NULL;
    WORK(self, st = bip_store_add_words(self->handle, json, (size_t)n, lang, &err));
    store_leave(self);
    return went_well(self->state, st, &err) ? PyUnicode_FromString(lang) : NULL;
}

static PyObject *store_verify(PyObject *object, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"anchor", "issue", NULL};
    store_object *self = (store_object *)object;
    issues to = {.thread = &self->thread, .state = self->state};
    const char *anchor = NULL;
    PyObject *call = NULL;
    bip_error err;
    bip_status st;
    if (!take_args(args, kwargs, "|zO", names, &anchor, &call) || !store_enter(self))
        return NULL;
    to.call = call == Py_None ? NULL : call;
    WORK(self, st = bip_store_verify(self->handle, anchor, to.call == NULL ? NULL : issues_tell, &to, &err));
    store_leave(self);
    return went_well(self->state, st, &err) ? Py_BuildValue("") : NULL;
}

static PyObject *store_backup(PyObject *object, PyObject *args)
{
    store_object *self = (store_object *)object;
    PyObject *path = NULL;
    bip_error err;
    bip_status st;
    if (!PyArg_ParseTuple(args, "O&", PyUnicode_FSConverter, &path))
        return NULL;
    if (!store_enter(self)) {
        Py_DECREF(path);
        return NULL;
    }
    const char *to = PyBytes_AsString(path);
    WORK(self, st = bip_store_backup(self->handle, to, &err));
    store_leave(self);
    Py_DECREF(path);
    return went_well(self->state, st, &err) ? Py_BuildValue("") : NULL;
}

/* ------------------------------------------------------------ documents */

typedef struct document {
    const char *name, *options_json;
    PyObject *into, *options;
    query_args q;
} document;

static PyObject *write_document(store_object *self, document *d, PyObject *keep, bool as_text)
{
    sink to = {.thread = &self->thread};
    bip_error err;
    bip_status st;
    if (keep == NULL || !query_take(self->state, &d->q, keep) || !options_from(d->options, keep, &d->options_json))
        return NULL;
    if (d->into != NULL && !keep_object(keep, to.write = PyObject_GetAttrString(d->into, "write")))
        return NULL;
    if (!store_enter(self))
        return NULL;
    WORK(self, st = bip_write(self->handle, d->name, &d->q.query, d->options_json, sink_take, &to, &err));
    store_leave(self);
    return sink_finish(&to, self->state, st, &err, as_text);
}

static PyObject *store_write(PyObject *object, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"document", "into", "options", QUERY_NAMES, NULL};
    document d = {.q = query_begin()};
    if (!take_args(args, kwargs, "sO|$O" QUERY_FORMAT, names, &d.name, &d.into, &d.options, QUERY_INTO(d.q)))
        return NULL;
    PyObject *keep = PyList_New(0), *made = write_document((store_object *)object, &d, keep, false);
    Py_XDECREF(keep);
    return made;
}

static PyObject *read_document(PyObject *object, PyObject *args, PyObject *kwargs, bool as_text)
{
    static char *names[] = {"document", "options", QUERY_NAMES, NULL};
    document d = {.q = query_begin()};
    if (!take_args(args, kwargs, "s|$O" QUERY_FORMAT, names, &d.name, &d.options, QUERY_INTO(d.q)))
        return NULL;
    PyObject *keep = PyList_New(0), *made = write_document((store_object *)object, &d, keep, as_text);
    Py_XDECREF(keep);
    return made;
}

static PyObject *store_text(PyObject *object, PyObject *args, PyObject *kwargs)
{
    return read_document(object, args, kwargs, true);
}

static PyObject *store_bytes(PyObject *object, PyObject *args, PyObject *kwargs)
{
    return read_document(object, args, kwargs, false);
}

static PyObject *store_retention_list(PyObject *object, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"days", "as_of", NULL};
    store_object *self = (store_object *)object;
    sink to = {.thread = &self->thread};
    PyObject *day = NULL;
    int days = 0;
    bip_date as_of;
    bip_error err;
    bip_status st;
    if (!take_args(args, kwargs, "|iO", names, &days, &day) || !about("as_of", day_from(self->state, day, &as_of)) ||
        !store_enter(self))
        return NULL;
    WORK(self, st = bip_retention_list(self->handle, days, as_of, sink_take, &to, &err));
    store_leave(self);
    return sink_finish(&to, self->state, st, &err, true);
}

/* ------------------------------------------------------------ children */

static PyObject *store_change(PyObject *object, PyObject *args, PyObject *kwargs)
{
    return change_begin((store_object *)object, args, kwargs);
}

static PyObject *store_assessments(PyObject *object, PyObject *args, PyObject *kwargs)
{
    store_object *self = (store_object *)object;
    return cursor_open(self, self->state->assessments, args, kwargs);
}

static PyObject *store_progression(PyObject *object, PyObject *args, PyObject *kwargs)
{
    store_object *self = (store_object *)object;
    return cursor_open(self, self->state->progression, args, kwargs);
}

/* ------------------------------------------------------------ the type */

#define KEYWORDS(function) (PyCFunction)(void (*)(void))(function), METH_VARARGS | METH_KEYWORDS
#define QUERY_WORDS                                                                                                    \
    "participants: codes, in the order wanted (or one code); None: everyone, by code. instrument: code, or\n"          \
    "\"code@version\". respondent: code. for_role: leave out what is not visible to this respondent. lang: \"en\",\n"  \
    "\"sv\", \"da\"; None: the store's language, else en. as_of: only assessments up to and including this day; "      \
    "None:\n"                                                                                                          \
    "today by the store's clock. since: steps from this day on."

static PyMethodDef methods[] = {
    {"close", store_close, METH_NOARGS,
     "close($self)\n--\n\nClose. Cursors and changes left open end with it (changes are rolled back). Twice is fine."},
    {"interrupt", store_interrupt, METH_NOARGS,
     "interrupt($self)\n--\n\nAsk the call in progress on this store to end soon with CancelledError. The one call "
     "that "
     "doesn't wait\nfor another thread's."},
    {"today", store_today, METH_NOARGS, "today($self)\n--\n\nToday by the store's clock and the local calendar."},
    {"traces", store_traces, METH_NOARGS,
     "traces($self)\n--\n\nWhether somebody who looks into the store's files could still find something of an erased\n"
     "participant there. The next opening for writing tries again to overwrite it."},
    {"add_words", store_add_words, METH_VARARGS,
     "add_words($self, json, /)\n--\n\nAdd a language to this handle, and tell its code. The document \"words\" gives "
     "a "
     "table to begin from."},
    {"verify", KEYWORDS(store_verify),
     "verify($self, anchor=None, issue=None)\n--\n\nCheck the file, every row and the audit trail; CorruptError where "
     "a "
     "fault was found.\n\nanchor: what the document \"head\" gave earlier and somebody kept elsewhere. issue: called "
     "with every\nbip.Issue; a true answer ends the work."},
    {"backup", store_backup, METH_VARARGS,
     "backup($self, path, /)\n--\n\nWrite a consistent copy while others go on reading and writing."},
    {"write", KEYWORDS(store_write),
     "write($self, document, into, *, options=None, " QUERY_SIGNATURE ")\n--\n\n"
     "Write a document in pieces to into.write(bytes): a binary file, a socket, a response.\n\n"
     "Documents and their options (a dict, or JSON) are listed at bip_write() in bip.h.\n" QUERY_WORDS},
    {"text", KEYWORDS(store_text),
     "text($self, document, *, options=None, " QUERY_SIGNATURE ")\n--\n\nA document as str. See write()."},
    {"bytes", KEYWORDS(store_bytes),
     "bytes($self, document, *, options=None, " QUERY_SIGNATURE ")\n--\n\nA document as bytes, UTF-8. See write()."},
    {"retention_days", store_retention_days, METH_NOARGS,
     "retention_days($self)\n--\n\nAfter how many days without a fact people are to be listed, as kept in the store; "
     "0: "
     "nothing is kept."},
    {"retention_list", KEYWORDS(store_retention_list),
     "retention_list($self, days=0, as_of=None)\n--\n\nThose whose last fact is more than so many days ago, a line of "
     "JSON each, by code. 0: as kept in the store."},
    {"change", KEYWORDS(store_change),
     "change($self, actor, reason=None)\n--\n\nBegin a change: one transaction, one entry of the audit trail.\n\n"
     "As a context manager it is committed at the end, or rolled back on an exception. actor: who typed. reason:\n"
     "kept with each fact of the change and erased with it."},
    {"assessments", KEYWORDS(store_assessments),
     "assessments($self, *, " QUERY_SIGNATURE ")\n--\n\nRead current assessments, one at a time: participants by code "
     "or as named, within one by date, then in the\norder of recording. One consistent view for the whole "
     "reading.\n\n" QUERY_WORDS},
    {"progression", KEYWORDS(store_progression),
     "progression($self, *, " QUERY_SIGNATURE ")\n--\n\nProgression, a series at a time: participants by code or as "
     "named, then instrument, respondent, indicators\nbefore dimensions. Series without a number are left "
     "out.\n\n" QUERY_WORDS},
    {"progression_columns", KEYWORDS(progression_columns),
     "progression_columns($self, columns=None, *, " QUERY_SIGNATURE
     ")\n--\n\nProgression of a whole cohort as columns, "
     "a row a series: bip.Columns.\n\ncolumns: names of those wanted, or one; None: all. " QUERY_WORDS},
    {"assessment_columns", KEYWORDS(assessment_columns),
     "assessment_columns($self, columns=None, *, " QUERY_SIGNATURE
     ")\n--\n\nAssessments of a whole cohort as columns, a "
     "row a score: bip.Columns.\n\ncolumns: names of those wanted, or one; None: all but \"id\" and "
     "\"note\". " QUERY_WORDS},
    {"__enter__", enter, METH_NOARGS, "__enter__($self)\n--\n\nThe store itself."},
    {"__exit__", leave, METH_VARARGS, "__exit__($self, *exception)\n--\n\nClose."},
    {NULL, NULL, 0, NULL}};

static PyGetSetDef properties[] = {
    {"lang", get_lang, NULL, "The store's language as given at its making, or \"\" for none.", NULL},
    {"closed", get_closed, NULL, "Whether it is closed.", NULL},
    {NULL, NULL, NULL, NULL, NULL}};

bool add_store(PyObject *module, module_state *state)
{
    PyType_Slot slots[] = {
        {Py_tp_doc,
         "One file with everything a team has recorded; made by bip.open().\n\nOne thread at a time works on "
         "it: others wait. Different stores are independent."},
        {Py_tp_dealloc, store_dealloc},
        {Py_tp_traverse, store_traverse},
        {Py_tp_clear, store_clear},
        {Py_tp_methods, methods},
        {Py_tp_getset, properties},
        {0, NULL}};
    PyType_Spec spec = {"bip.Store", sizeof(store_object), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, slots};
    return (state->store = add_type(module, &spec)) != NULL;
}
