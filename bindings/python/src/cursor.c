/* bip.Assessments and bip.Progression: readings in progress, as iterators. */
#include "module.h"

typedef struct cursor_object {
    PyObject_HEAD store_object *store;
    bip_cursor *handle; /* NULL: closed. Of no use either once the store is closed */
    bool done;          /* read to its end */
} cursor_object;

typedef bip_status (*open_fn)(bip_store *, const bip_query *, bip_cursor **, bip_error *);

PyObject *cursor_open(store_object *store, PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {QUERY_NAMES, NULL};
    const open_fn open = type == store->state->progression ? bip_progression : bip_assessments;
    query_args q = query_begin();
    bip_error err;
    bip_status st;
    if (!take_args(args, kwargs, "|$" QUERY_FORMAT, names, QUERY_INTO(q)))
        return NULL;
    PyObject *keep = PyList_New(0);
    cursor_object *self = query_take(store->state, &q, keep) ? PyObject_GC_New(cursor_object, type) : NULL;
    if (self != NULL) {
        Py_INCREF(store);
        self->store = store;
        self->handle = NULL;
        self->done = false;
        PyObject_GC_Track(self);
        bool good = store_enter(store);
        if (good) {
            WORK(store, st = open(store->handle, &q.query, &self->handle, &err));
            store_leave(store);
            good = went_well(store->state, st, &err);
        }
        if (!good)
            Py_CLEAR(self);
    }
    Py_XDECREF(keep);
    return (PyObject *)self;
}

static bip_cursor *handle_of(const cursor_object *self)
{
    return self->store->handle == NULL ? NULL : self->handle;
}

/* On an entered store. */
static void end(cursor_object *self, bool done)
{
    bip_cursor_close(handle_of(self));
    self->handle = NULL;
    self->done = done;
}

/* The record is copied while the store is still held: another thread's call would take it away. */
static PyObject *next_assessment(PyObject *object)
{
    cursor_object *self = (cursor_object *)object;
    const bip_assessment *lent = NULL;
    PyObject *made = NULL;
    bip_error err;
    bip_status st;
    if (self->done || !store_enter(self->store))
        return NULL;
    WORK(self->store, st = bip_assessment_next(handle_of(self), &lent, &err));
    if (st == BIP_OK && !PyErr_Occurred())
        made = assessment_new(self->store->state, lent);
    else
        end(self, st == BIP_DONE);
    store_leave(self->store);
    return went_well(self->store->state, st, &err) ? made : NULL;
}

static PyObject *next_series(PyObject *object)
{
    cursor_object *self = (cursor_object *)object;
    const bip_series *lent = NULL;
    PyObject *made = NULL;
    bip_error err;
    bip_status st;
    if (self->done || !store_enter(self->store))
        return NULL;
    WORK(self->store, st = bip_series_next(handle_of(self), &lent, &err));
    if (st == BIP_OK && !PyErr_Occurred())
        made = series_new(self->store->state, lent);
    else
        end(self, st == BIP_DONE);
    store_leave(self->store);
    return went_well(self->store->state, st, &err) ? made : NULL;
}

static PyObject *cursor_close(PyObject *object, PyObject *unused)
{
    cursor_object *self = (cursor_object *)object;
    (void)unused;
    if (!store_enter(self->store))
        return NULL;
    end(self, self->done);
    store_leave(self->store);
    return Py_BuildValue("");
}

static PyObject *cursor_enter(PyObject *self, PyObject *unused)
{
    (void)unused;
    Py_INCREF(self);
    return self;
}

static PyObject *cursor_exit(PyObject *self, PyObject *args)
{
    (void)args;
    return cursor_close(self, NULL);
}

static int cursor_traverse(PyObject *object, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(object));
    Py_VISIT(((cursor_object *)object)->store);
    return 0;
}

/* No tp_clear, as of a change. */
static void cursor_dealloc(PyObject *object)
{
    cursor_object *self = (cursor_object *)object;
    PyTypeObject *type = Py_TYPE(object);
    PyObject_GC_UnTrack(object);
    store_drop_cursor(self->store, self->handle);
    Py_DECREF(self->store);
    PyObject_GC_Del(object);
    Py_DECREF(type);
}

static PyMethodDef methods[] = {
    {"close", cursor_close, METH_NOARGS,
     "close($self)\n--\n\nEnd the reading. It ends by itself after its last record."},
    {"__enter__", cursor_enter, METH_NOARGS, "__enter__($self)\n--\n\nThe reading itself."},
    {"__exit__", cursor_exit, METH_VARARGS, "__exit__($self, *exception)\n--\n\nEnd the reading."},
    {NULL, NULL, 0, NULL}};

static PyTypeObject *add(PyObject *module, const char *name, const char *doc, iternextfunc next)
{
    PyType_Slot slots[] = {{Py_tp_doc, (void *)doc},
                           {Py_tp_dealloc, cursor_dealloc},
                           {Py_tp_traverse, cursor_traverse},
                           {Py_tp_iter, PyObject_SelfIter},
                           {Py_tp_iternext, next},
                           {Py_tp_methods, methods},
                           {0, NULL}};
    PyType_Spec spec = {name, sizeof(cursor_object), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, slots};
    return add_type(module, &spec);
}

bool add_cursors(PyObject *module, module_state *state)
{
    state->assessments = add(module, "bip.Assessments",
                             "Current assessments, one at a time; made by Store.assessments(). Facts are refused while "
                             "it is open.",
                             next_assessment);
    state->progression =
        add(module, "bip.Progression",
            "Series, one at a time; made by Store.progression(). Facts are refused while it is open.", next_series);
    return state->assessments != NULL && state->progression != NULL;
}
