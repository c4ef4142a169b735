/* bip.Change: one transaction, one entry of the audit trail. */
#include "module.h"

#include <string.h>

typedef struct change_object {
    PyObject_HEAD store_object *store;
    bip_change *handle; /* NULL: ended. Of no use either once the store is closed */
    PyObject *entry_id; /* after the commit */
} change_object;

/* The handle, where there still is one to call with; the library says what is wrong with NULL. */
static bip_change *handle_of(const change_object *self)
{
    return self->store->handle == NULL ? NULL : self->handle;
}

PyObject *change_begin(store_object *store, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"actor", "reason", NULL};
    const char *actor, *reason = NULL;
    bip_error err;
    bip_status st;
    if (!take_args(args, kwargs, "s|z", names, &actor, &reason))
        return NULL;
    change_object *self = PyObject_GC_New(change_object, store->state->change);
    if (self == NULL)
        return NULL;
    Py_INCREF(store);
    self->store = store;
    self->handle = NULL;
    self->entry_id = NULL;
    PyObject_GC_Track(self);
    bool good = store_enter(store);
    if (good) {
        WORK(store, st = bip_change_begin(store->handle, actor, reason, &self->handle, &err));
        store_leave(store);
        good = went_well(store->state, st, &err);
    }
    if (!good)
        Py_CLEAR(self);
    return (PyObject *)self;
}

/* ------------------------------------------------------------ ending */

static PyObject *change_commit(PyObject *object, PyObject *unused)
{
    change_object *self = (change_object *)object;
    char id[BIP_ID_SIZE] = "";
    bip_error err;
    bip_status st;
    (void)unused;
    if (!store_enter(self->store))
        return NULL;
    bip_change *handle = handle_of(self);
    self->handle = NULL; /* freed, whatever happens */
    WORK(self->store, st = bip_change_commit(handle, id, &err));
    store_leave(self->store);
    if (!went_well(self->store->state, st, &err))
        return NULL;
    PyObject *text = PyUnicode_FromString(id);
    Py_XDECREF(self->entry_id);
    self->entry_id = text;
    Py_XINCREF(text);
    return text;
}

static PyObject *change_rollback(PyObject *object, PyObject *unused)
{
    change_object *self = (change_object *)object;
    (void)unused;
    if (!store_enter(self->store))
        return NULL;
    bip_change *handle = handle_of(self);
    self->handle = NULL;
    WORK(self->store, bip_change_rollback(handle));
    store_leave(self->store);
    return Py_BuildValue("");
}

static PyObject *change_enter(PyObject *self, PyObject *unused)
{
    (void)unused;
    Py_INCREF(self);
    return self;
}

/* One that was ended inside the block stays ended. */
static PyObject *change_exit(PyObject *object, PyObject *args)
{
    PyObject *type = NULL, *value = NULL, *trace = NULL, *done;
    if (!PyArg_ParseTuple(args, "|OOO", &type, &value, &trace))
        return NULL;
    if (((change_object *)object)->handle == NULL)
        return Py_BuildValue("");
    done = type == NULL || type == Py_None ? change_commit(object, NULL) : change_rollback(object, NULL);
    if (done == NULL)
        return NULL;
    Py_DECREF(done);
    return Py_BuildValue("");
}

static int change_traverse(PyObject *object, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(object));
    Py_VISIT(((change_object *)object)->store);
    return 0;
}

/* No tp_clear: the store has one, and what is left open must be rolled back before the store goes. */
static void change_dealloc(PyObject *object)
{
    change_object *self = (change_object *)object;
    PyTypeObject *type = Py_TYPE(object);
    PyObject_GC_UnTrack(object);
    store_drop_change(self->store, self->handle);
    Py_DECREF(self->store);
    Py_XDECREF(self->entry_id);
    PyObject_GC_Del(object);
    Py_DECREF(type);
}

/* ------------------------------------------------------------ assessments */

/* {indicator: score} */
static bool scores_of_mapping(module_state *state, PyObject *mapping, PyObject *keep, bip_assessment_in *in)
{
    if (mapping == NULL || mapping == Py_None)
        return true;
    PyObject *items = PyMapping_Items(mapping);
    if (!keep_object(keep, items))
        return false;
    const size_t n = (size_t)PyList_Size(items);
    const char **codes = keep_memory(keep, (n + 1) * sizeof *codes);
    bip_score *scores = keep_memory(keep, (n + 1) * sizeof *scores);
    if (codes == NULL || scores == NULL)
        return false;
    for (size_t i = 0; i < n; i++) {
        PyObject *score;
        if (!about("scores", PyArg_ParseTuple(PyList_GetItem(items, (Py_ssize_t)i), "sO", &codes[i], &score)) ||
            !about(codes[i], score_from(state, score, &scores[i])))
            return false;
    }
    in->n = n;
    in->indicators = codes;
    in->scores = scores;
    return true;
}

/* A mapping by indicator, or a sequence in the instrument's order. */
static bool scores_of(module_state *state, PyObject *given, PyObject *keep, bip_assessment_in *in)
{
    if (given == NULL || given == Py_None || PyObject_HasAttrString(given, "items"))
        return scores_of_mapping(state, given, keep, in);
    return scores_from(state, given, keep, &in->scores, &in->n);
}

static PyObject *added(change_object *self, bip_status st, const bip_error *err, const char *id)
{
    return went_well(self->store->state, st, err) ? PyUnicode_FromString(id) : NULL;
}

static PyObject *change_add(PyObject *object, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"participant", "instrument", "respondent", "date", "scores",
                            "rater",       "note",       "redact",     NULL};
    change_object *self = (change_object *)object;
    bip_assessment_in in = {.size = sizeof in};
    char id[BIP_ID_SIZE] = "";
    PyObject *day, *scores, *keep, *made = NULL;
    int redact = 0;
    bip_error err;
    bip_status st;
    if (!take_args(args, kwargs, "sssOO|$zzp", names, &in.participant, &in.instrument, &in.respondent, &day, &scores,
                   &in.rater, &in.note, &redact) ||
        (keep = PyList_New(0)) == NULL)
        return NULL;
    in.redact = redact;
    if (about("date", day_from(self->store->state, day, &in.date)) &&
        scores_of(self->store->state, scores, keep, &in) && store_enter(self->store)) {
        WORK(self->store, st = bip_assessment_add(handle_of(self), &in, id, &err));
        store_leave(self->store);
        made = added(self, st, &err, id);
    }
    Py_DECREF(keep);
    return made;
}

static PyObject *change_correct(PyObject *object, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"id", "scores", "note", "redact", NULL};
    change_object *self = (change_object *)object;
    bip_assessment_in in = {.size = sizeof in};
    char new_id[BIP_ID_SIZE] = "";
    const char *id;
    PyObject *scores = NULL, *keep, *made = NULL;
    int redact = 0;
    bip_error err;
    bip_status st;
    if (!take_args(args, kwargs, "s|Oz$p", names, &id, &scores, &in.note, &redact) || (keep = PyList_New(0)) == NULL)
        return NULL;
    in.redact = redact;
    if (scores_of(self->store->state, scores, keep, &in) && store_enter(self->store)) {
        WORK(self->store, st = bip_assessment_correct(handle_of(self), id, &in, new_id, &err));
        store_leave(self->store);
        made = added(self, st, &err, new_id);
    }
    Py_DECREF(keep);
    return made;
}

static PyObject *change_dispute(PyObject *object, PyObject *args)
{
    change_object *self = (change_object *)object;
    char new_id[BIP_ID_SIZE] = "";
    const char *id, *text;
    bip_error err;
    bip_status st;
    if (!PyArg_ParseTuple(args, "ss", &id, &text) || !store_enter(self->store))
        return NULL;
    WORK(self->store, st = bip_assessment_dispute(handle_of(self), id, text, new_id, &err));
    store_leave(self->store);
    return added(self, st, &err, new_id);
}

/* What has nothing to tell. */
static PyObject *done(change_object *self, bip_status st, const bip_error *err)
{
    store_leave(self->store);
    return went_well(self->store->state, st, err) ? Py_BuildValue("") : NULL;
}

static PyObject *change_withdraw(PyObject *object, PyObject *args)
{
    change_object *self = (change_object *)object;
    const char *id;
    bip_error err;
    bip_status st;
    if (!PyArg_ParseTuple(args, "s", &id) || !store_enter(self->store))
        return NULL;
    WORK(self->store, st = bip_assessment_withdraw(handle_of(self), id, &err));
    return done(self, st, &err);
}

/* ------------------------------------------------------------ participants, instruments, retention */

static PyObject *change_participant_add(PyObject *object, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"code", "enrolled", NULL};
    change_object *self = (change_object *)object;
    const char *code;
    PyObject *day = NULL;
    bip_date enrolled;
    bip_error err;
    bip_status st;
    if (!take_args(args, kwargs, "s|O", names, &code, &day) ||
        !about("enrolled", day_from(self->store->state, day, &enrolled)) || !store_enter(self->store))
        return NULL;
    WORK(self->store, st = bip_participant_add(handle_of(self), code, enrolled, &err));
    return done(self, st, &err);
}

static PyObject *change_participant_set(PyObject *object, PyObject *args)
{
    change_object *self = (change_object *)object;
    const char *code, *key, *value;
    bip_error err;
    bip_status st;
    if (!PyArg_ParseTuple(args, "ssz", &code, &key, &value) || !store_enter(self->store))
        return NULL;
    WORK(self->store, st = bip_participant_set(handle_of(self), code, key, value, &err));
    return done(self, st, &err);
}

static PyObject *change_participant_erase(PyObject *object, PyObject *args)
{
    change_object *self = (change_object *)object;
    const char *code;
    bip_error err;
    bip_status st;
    if (!PyArg_ParseTuple(args, "s", &code) || !store_enter(self->store))
        return NULL;
    WORK(self->store, st = bip_participant_erase(handle_of(self), code, &err));
    return done(self, st, &err);
}

static PyObject *change_instrument_add(PyObject *object, PyObject *args)
{
    change_object *self = (change_object *)object;
    const char *json;
    Py_ssize_t n;
    bip_error err;
    bip_status st;
    if (!PyArg_ParseTuple(args, "s#", &json, &n) || !store_enter(self->store))
        return NULL;
    WORK(self->store, st = bip_instrument_add(handle_of(self), json, (size_t)n, &err));
    return done(self, st, &err);
}

static PyObject *change_retention_keep(PyObject *object, PyObject *args)
{
    change_object *self = (change_object *)object;
    int days;
    bip_error err;
    bip_status st;
    if (!PyArg_ParseTuple(args, "i", &days) || !store_enter(self->store))
        return NULL;
    WORK(self->store, st = bip_retention_keep(handle_of(self), days, &err));
    return done(self, st, &err);
}

static PyObject *change_retention_erase(PyObject *object, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"days", "as_of", NULL};
    change_object *self = (change_object *)object;
    sink to = {.thread = &self->store->thread};
    PyObject *day = NULL;
    int days = 0;
    bip_date as_of;
    bip_error err;
    bip_status st;
    if (!take_args(args, kwargs, "|iO", names, &days, &day) ||
        !about("as_of", day_from(self->store->state, day, &as_of)) || !store_enter(self->store))
        return NULL;
    WORK(self->store, st = bip_retention_erase(handle_of(self), days, as_of, sink_take, &to, &err));
    store_leave(self->store);
    return sink_finish(&to, self->store->state, st, &err, true);
}

/* ------------------------------------------------------------ many at once */

typedef struct import_args {
    const char *format, *options_json;
    source from;
    issues to;
} import_args;

static PyObject *import(change_object *self, import_args *a)
{
    bip_import_result result = {.size = sizeof result};
    bip_error err;
    bip_status st;
    if (!store_enter(self->store))
        return NULL;
    WORK(self->store, st = bip_import(handle_of(self), a->format, a->options_json, source_give, &a->from,
                                      a->to.call == NULL ? NULL : issues_tell, &a->to, &result, &err));
    store_leave(self->store);
    return went_well(self->store->state, st, &err) ? import_result_to(self->store->state, &result) : NULL;
}

static PyObject *change_import(PyObject *object, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"source", "format", "options", "issue", NULL};
    change_object *self = (change_object *)object;
    import_args a = {.from = {.thread = &self->store->thread},
                     .to = {.thread = &self->store->thread, .state = self->store->state}};
    PyObject *given, *options = NULL, *call = NULL, *keep, *made = NULL;
    if (!take_args(args, kwargs, "O|zOO", names, &given, &a.format, &options, &call) || (keep = PyList_New(0)) == NULL)
        return NULL;
    a.to.call = call == Py_None ? NULL : call;
    if (options_from(options, keep, &a.options_json) && source_open(&a.from, given, keep))
        made = import(self, &a);
    Py_DECREF(keep);
    return made;
}

/* Both stores are worked on. Whoever takes two locks takes them in the same order: that of their addresses. */
static bool enter_both(store_object *one, store_object *other)
{
    store_object *first = one < other ? one : other, *second = one < other ? other : one;
    if (!store_enter(first))
        return false;
    if (first == second || store_enter(second))
        return true;
    store_leave(first);
    return false;
}

static PyObject *change_merge(PyObject *object, PyObject *args)
{
    change_object *self = (change_object *)object;
    store_object *into = self->store, *from;
    bip_import_result result = {.size = sizeof result};
    bip_error err;
    bip_status st;
    if (!PyArg_ParseTuple(args, "O!", into->state->store, &from) || !enter_both(into, from))
        return NULL;
    into->thread = from->thread = PyEval_SaveThread(); /* hooks of either may be called */
    st = bip_merge(handle_of(self), from->handle, &result, &err);
    PyEval_RestoreThread(into->thread);
    into->thread = from->thread = NULL;
    store_leave(into);
    if (from != into)
        store_leave(from);
    return went_well(into->state, st, &err) ? import_result_to(into->state, &result) : NULL;
}

/* ------------------------------------------------------------ the type */

static PyObject *get_entry_id(PyObject *object, void *unused)
{
    PyObject *id = ((change_object *)object)->entry_id;
    (void)unused;
    if (id == NULL)
        return Py_BuildValue("");
    Py_INCREF(id);
    return id;
}

#define KEYWORDS(function) (PyCFunction)(void (*)(void))(function), METH_VARARGS | METH_KEYWORDS

static PyMethodDef methods[] = {
    {"commit", change_commit, METH_NOARGS,
     "commit($self)\n--\n\nMake everything in the change durable, as one transaction and one entry of the audit "
     "trail.\n\n"
     "Tells the entry's id, or \"\" where none was needed. The change has ended, whatever happens."},
    {"rollback", change_rollback, METH_NOARGS, "rollback($self)\n--\n\nUndo. Can't fail; twice is fine."},
    {"assessment_add", KEYWORDS(change_add),
     "assessment_add($self, participant, instrument, respondent, date, scores, *, rater=None, note=None, "
     "redact=False)\n"
     "--\n\nRecord one assessment and tell its id. The same key with the same content is no change and gives the id it "
     "has.\n\nscores: {indicator: score}, what is left out is not asked; or a sequence in the instrument's order of "
     "what "
     "is\nasked of the respondent. A score is a number, None (not asked) or a bip.Answer. redact: a national identity\n"
     "number in the note becomes \"[...]\" instead of an error."},
    {"assessment_correct", KEYWORDS(change_correct),
     "assessment_correct($self, id, scores=None, note=None, *, redact=False)\n--\n\nAdd a revision, and tell the id of "
     "the one that is current now.\n\nIndicators not named stay as they are, None takes a score out; note None stays, "
     "\"\" removes."},
    {"assessment_withdraw", change_withdraw, METH_VARARGS,
     "assessment_withdraw($self, id, /)\n--\n\nWithdraw an assessment: it leaves every statistic and export of current "
     "scores, frees its key and stays in\nthe history. The change must have a reason."},
    {"assessment_dispute", change_dispute, METH_VARARGS,
     "assessment_dispute($self, id, text, /)\n--\n\nPut a participant's objection beside an assessment, and tell its "
     "id. "
     "It changes no score."},
    {"participant_add", KEYWORDS(change_participant_add),
     "participant_add($self, code, enrolled=None)\n--\n\nRegister a participant."},
    {"participant_set", change_participant_set, METH_VARARGS,
     "participant_set($self, code, key, value, /)\n--\n\nSet an attribute of a participant; None or \"\" takes it "
     "away."},
    {"participant_erase", change_participant_erase, METH_VARARGS,
     "participant_erase($self, code, /)\n--\n\nErase everything about a participant, from the files too. The change "
     "must "
     "have a reason, which stays and so\nmust not name the participant. See Store.traces()."},
    {"instrument_add", change_instrument_add, METH_VARARGS,
     "instrument_add($self, json, /)\n--\n\nAdd a version of an instrument. The same content again is no change."},
    {"import_", KEYWORDS(change_import),
     "import_($self, source, format=None, options=None, issue=None)\n--\n\nTake in many assessments, all or nothing; "
     "tell "
     "a bip.ImportResult.\n\nsource: str, bytes, or a binary file (read(n)). format: \"csv-long\", \"csv-wide\", "
     "\"json\", \"jsonl\"; None: by the\ncontent. options: a dict, or JSON: \"instrument\": CODE, \"dates\": \"ymd\" "
     "or "
     "\"dmy\", \"ignore_columns\": [NAME...],\n\"create_participants\": true, \"update\": true, \"redact\": true, "
     "\"as_of\": DATE. issue: called with a bip.Issue once per\nrefused cell; a true answer ends the work."},
    {"merge", change_merge, METH_VARARGS,
     "merge($self, other, /)\n--\n\nTake in what another store has and this one has not, without an entry of its own; "
     "tell a bip.ImportResult."},
    {"retention_keep", change_retention_keep, METH_VARARGS,
     "retention_keep($self, days, /)\n--\n\nKeep in the store after how many days without a fact people are to be "
     "listed. 0: none is kept."},
    {"retention_erase", KEYWORDS(change_retention_erase),
     "retention_erase($self, days=0, as_of=None)\n--\n\nErase those whose last fact is more than so many days ago, and "
     "tell who they were, a line of JSON each.\nThe change must have a reason."},
    {"__enter__", change_enter, METH_NOARGS, "__enter__($self)\n--\n\nThe change itself."},
    {"__exit__", change_exit, METH_VARARGS, "__exit__($self, *exception)\n--\n\nCommit, or roll back on an exception."},
    {NULL, NULL, 0, NULL}};

static PyGetSetDef properties[] = {
    {"entry_id", get_entry_id, NULL, "The entry's id after the commit, \"\" where none was needed; None before.", NULL},
    {NULL, NULL, NULL, NULL, NULL}};

bool add_change(PyObject *module, module_state *state)
{
    PyType_Slot slots[] = {{Py_tp_doc, "One transaction, one entry of the audit trail; made by Store.change()."},
                           {Py_tp_dealloc, change_dealloc},
                           {Py_tp_traverse, change_traverse},
                           {Py_tp_methods, methods},
                           {Py_tp_getset, properties},
                           {0, NULL}};
    PyType_Spec spec = {"bip.Change", sizeof(change_object), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, slots};
    return (state->change = add_type(module, &spec)) != NULL;
}
