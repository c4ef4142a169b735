/* One call at a time on a store, without the GIL; the way back into Python for callbacks. */
#include "module.h"

#include <stdlib.h>
#include <string.h>

bool store_enter(store_object *store)
{
    const unsigned long me = PyThread_get_thread_ident();
    if (store->busy && store->owner == me) { /* out of a callback: the library is in the middle of something */
        not_allowed(store->state);
        return false;
    }
    if (!PyThread_acquire_lock(store->lock, NOWAIT_LOCK)) {
        PyThreadState *thread = PyEval_SaveThread();
        PyThread_acquire_lock(store->lock, WAIT_LOCK);
        PyEval_RestoreThread(thread);
    }
    store->busy = true;
    store->owner = me;
    return true;
}

static void end_late(store_object *store)
{
    if (store->handle != NULL) { /* else they ended with it */
        for (size_t i = 0; i < store->n_late; i++)
            bip_cursor_close(store->late[i]);
        bip_change_rollback(store->late_change);
    }
    store->n_late = 0;
    store->late_change = NULL;
}

void store_leave(store_object *store)
{
    end_late(store);
    store->busy = false;
    PyThread_release_lock(store->lock);
}

/* Whoever drops the last reference may be the garbage collector in the middle of a call: it can't wait. */
static bool enter_at_once(store_object *store)
{
    if (!PyThread_acquire_lock(store->lock, NOWAIT_LOCK))
        return false;
    store->busy = true;
    store->owner = PyThread_get_thread_ident();
    return true;
}

void store_drop_cursor(store_object *store, bip_cursor *cursor)
{
    if (cursor == NULL || store->handle == NULL)
        return;
    if (enter_at_once(store)) {
        bip_cursor_close(cursor);
        store_leave(store);
        return;
    }
    if (store->n_late == store->late_room) {
        const size_t room = 2 * store->late_room + 4;
        bip_cursor **late = realloc(store->late, room * sizeof *late);
        if (late == NULL)
            return; /* it ends with the store */
        store->late = late;
        store->late_room = room;
    }
    store->late[store->n_late++] = cursor;
}

void store_drop_change(store_object *store, bip_change *change)
{
    if (change == NULL || store->handle == NULL)
        return;
    if (enter_at_once(store)) {
        bip_change_rollback(change);
        store_leave(store);
    } else {
        store->late_change = change;
    }
}

/* ------------------------------------------------------------ callbacks */

bool callback_begin(PyThreadState **thread)
{
    if (*thread != NULL)
        PyEval_RestoreThread(*thread);
    return PyErr_Occurred() == NULL;
}

void callback_end(PyThreadState **thread)
{
    if (*thread != NULL)
        *thread = PyEval_SaveThread();
}

int callback_answer(PyObject *answer)
{
    const int stop = answer == NULL ? -1 : PyObject_IsTrue(answer);
    Py_XDECREF(answer);
    return stop == 0 ? 0 : -1;
}

int issues_tell(void *ctx, const bip_issue *issue)
{
    issues *to = ctx;
    int go_on = -1;
    if (callback_begin(to->thread)) {
        PyObject *told = PyStructSequence_New(to->state->issue);
        if (told != NULL) {
            PyStructSequence_SetItem(told, 0, PyLong_FromLongLong(issue->line));
            PyStructSequence_SetItem(told, 1, PyUnicode_FromString(issue->column));
            PyStructSequence_SetItem(told, 2, PyUnicode_FromString(issue->where));
            PyStructSequence_SetItem(told, 3, PyUnicode_FromString(issue->message));
            if (!PyErr_Occurred())
                go_on = callback_answer(PyObject_CallFunctionObjArgs(to->call, told, NULL));
            Py_DECREF(told);
        }
    }
    callback_end(to->thread);
    return go_on;
}

/* ------------------------------------------------------------ sinks */

enum { CHECK_EVERY = 1 << 22 }; /* bytes between two looks for Ctrl-C */

static int write_out(sink *to, const char *bytes, size_t n)
{
    int go_on = -1;
    if (callback_begin(to->thread)) {
        PyObject *piece = PyBytes_FromStringAndSize(bytes, (Py_ssize_t)n);
        PyObject *answer = piece == NULL ? NULL : PyObject_CallFunctionObjArgs(to->write, piece, NULL);
        if (answer != NULL)
            go_on = 0; /* files answer with a count */
        Py_XDECREF(answer);
        Py_XDECREF(piece);
    }
    callback_end(to->thread);
    return go_on;
}

static int check_signals(sink *to)
{
    int go_on = -1;
    to->checked = to->n;
    if (callback_begin(to->thread))
        go_on = PyErr_CheckSignals();
    callback_end(to->thread);
    return go_on;
}

static bool buffer_grow(sink *to, size_t n)
{
    if (to->room - to->n >= n)
        return true;
    size_t room = to->room < 1024 ? 1024 : to->room;
    while (room - to->n < n)
        room *= 2;
    char *bytes = realloc(to->bytes, room);
    if (bytes == NULL) {
        to->no_memory = true;
        return false;
    }
    to->bytes = bytes;
    to->room = room;
    return true;
}

int sink_take(void *ctx, const char *bytes, size_t n)
{
    sink *to = ctx;
    if (to->write != NULL)
        return write_out(to, bytes, n);
    if (!buffer_grow(to, n))
        return -1;
    memcpy(to->bytes + to->n, bytes, n);
    to->n += n;
    return to->n - to->checked < CHECK_EVERY ? 0 : check_signals(to);
}

PyObject *sink_finish(sink *to, module_state *state, bip_status status, const bip_error *err, bool as_text)
{
    PyObject *made = NULL;
    if (to->no_memory)
        PyErr_NoMemory();
    if (went_well(state, status, err)) {
        if (to->write != NULL)
            made = Py_BuildValue("");
        else if (as_text)
            made = PyUnicode_DecodeUTF8(to->bytes == NULL ? "" : to->bytes, (Py_ssize_t)to->n, NULL);
        else
            made = PyBytes_FromStringAndSize(to->bytes, (Py_ssize_t)to->n);
    }
    free(to->bytes);
    to->bytes = NULL;
    return made;
}

/* ------------------------------------------------------------ sources */

static long read_some(source *from, char *into, size_t n)
{
    long given = -1;
    if (callback_begin(from->thread)) {
        PyObject *piece = PyObject_CallFunction(from->read, "n", (Py_ssize_t)n);
        const char *bytes;
        Py_ssize_t length;
        /* a file may give less than asked for, but not more */
        if (piece != NULL && PyArg_Parse(piece, "y#", &bytes, &length) && (size_t)length <= n) {
            memcpy(into, bytes, (size_t)length);
            given = (long)length;
        }
        Py_XDECREF(piece);
    }
    callback_end(from->thread);
    return given;
}

long source_give(void *ctx, char *into, size_t n)
{
    source *from = ctx;
    if (from->read != NULL)
        return read_some(from, into, n);
    if ((size_t)from->n < n)
        n = (size_t)from->n;
    memcpy(into, from->bytes, n);
    from->bytes += n;
    from->n -= (Py_ssize_t)n;
    return (long)n;
}

bool source_open(source *from, PyObject *given, PyObject *keep)
{
    if (PyUnicode_Check(given))
        return PyArg_Parse(given, "s#", &from->bytes, &from->n);
    if (PyObject_HasAttrString(given, "read"))
        return keep_object(keep, from->read = PyObject_GetAttrString(given, "read"));
    PyObject *view = PyMemoryView_FromObject(given); /* PyBytes_FromObject() alone would also take a list of numbers */
    PyObject *bytes = view == NULL ? NULL : PyBytes_FromObject(view); /* what is lent could change meanwhile */
    Py_XDECREF(view);
    return about("source", keep_object(keep, bytes)) && PyArg_Parse(bytes, "y#", &from->bytes, &from->n);
}
