/* bip.Series: a copy of one bip_series with its texts behind it. Attributes become Python objects when asked for, since
 * most never are. */
#include "module.h"

#include <stddef.h>
#include <string.h>

typedef struct series_object {
    PyObject_VAR_HEAD module_state *state;
    bip_series series; /* its pointers lead into the bytes behind it */
    const char *texts[1];
} series_object;

#define FIELD(kind, name, which, doc) {#name, FIELD_##kind, offsetof(bip_series, name), which, doc},
const field series_fields[] = {SERIES_FIELDS(FIELD)};
const size_t n_series_fields = sizeof series_fields / sizeof *series_fields;

/* ------------------------------------------------------------ making */

#define NO_TEXT(name)
#define IS_TEXT(name) offsetof(bip_series, name),
#define TEXT_OF_TEXT IS_TEXT
#define TEXT_OF_CODE IS_TEXT
#define TEXT_OF_TEXTS NO_TEXT
#define TEXT_OF_INT NO_TEXT
#define TEXT_OF_LONG NO_TEXT
#define TEXT_OF_NUMBER NO_TEXT
#define TEXT_OF_POINT NO_TEXT
#define TEXT_OF_BOOL NO_TEXT
#define TEXT_OF_MAYBE NO_TEXT
#define TEXT_OF_ENUM NO_TEXT
#define TEXT_OF(kind, name, which, doc) TEXT_OF_##kind(name)
static const size_t text_offsets[] = {SERIES_FIELDS(TEXT_OF)};
enum { N_TEXTS = sizeof text_offsets / sizeof *text_offsets };

static const char **text_at(bip_series *s, size_t i)
{
    return (const char **)(void *)((char *)s + text_offsets[i]);
}

static char *put_text(char *to, const char **text)
{
    if (*text == NULL)
        return to;
    const size_t n = strlen(*text) + 1;
    memcpy(to, *text, n);
    *text = to;
    return to + n;
}

static size_t room_for(bip_series *s)
{
    size_t n = s->n_visible_to * sizeof(char *);
    for (size_t i = 0; i < N_TEXTS; i++)
        n += *text_at(s, i) == NULL ? 0 : strlen(*text_at(s, i)) + 1;
    for (size_t i = 0; i < s->n_visible_to; i++)
        n += strlen(s->visible_to[i]) + 1;
    return n;
}

PyObject *series_new(module_state *state, const bip_series *series)
{
    bip_series copy = *series;
    series_object *self = PyObject_NewVar(series_object, state->series, (Py_ssize_t)room_for(&copy));
    if (self == NULL)
        return NULL;
    self->state = state;
    self->series = copy;
    char *to = (char *)(self->texts + copy.n_visible_to);
    for (size_t i = 0; i < copy.n_visible_to; i++) {
        self->texts[i] = copy.visible_to[i];
        to = put_text(to, &self->texts[i]);
    }
    self->series.visible_to = self->texts;
    for (size_t i = 0; i < N_TEXTS; i++)
        to = put_text(to, text_at(&self->series, i));
    return (PyObject *)self;
}

const bip_series *series_get(PyObject *object)
{
    return &((series_object *)object)->series;
}

static void series_dealloc(PyObject *object)
{
    PyTypeObject *type = Py_TYPE(object);
    PyObject_Del(object);
    Py_DECREF(type);
}

/* ------------------------------------------------------------ reading */

static PyObject *get(PyObject *object, void *closure)
{
    const field *f = closure;
    series_object *self = (series_object *)object;
    const void *at = (const char *)&self->series + f->offset;
    switch (f->kind) {
    case FIELD_TEXT:
    case FIELD_CODE:
        return text_to(*(const char *const *)at);
    case FIELD_TEXTS:
        return texts_to(self->series.visible_to, self->series.n_visible_to);
    case FIELD_INT:
        return PyLong_FromLong(*(const int32_t *)at);
    case FIELD_LONG:
        return PyLong_FromLongLong(*(const int64_t *)at);
    case FIELD_NUMBER:
        return number_to(*(const double *)at);
    case FIELD_POINT:
        return point_to(self->state, at);
    case FIELD_BOOL:
        return PyBool_FromLong(*(const int32_t *)at);
    case FIELD_MAYBE:
        return *(const int32_t *)at < 0 ? Py_BuildValue("") : PyBool_FromLong(*(const int32_t *)at);
    case FIELD_ENUM:
        return member(self->state, f->which, *(const int32_t *)at);
    }
    return NULL;
}

static PyObject *as_dict(PyObject *self, PyObject *unused)
{
    PyObject *dict = PyDict_New();
    (void)unused;
    for (size_t i = 0; dict != NULL && i < n_series_fields; i++) {
        PyObject *value = get(self, (void *)&series_fields[i]);
        if (value == NULL || PyDict_SetItemString(dict, series_fields[i].name, value) < 0)
            Py_CLEAR(dict);
        Py_XDECREF(value);
    }
    return dict;
}

static PyObject *repr(PyObject *object)
{
    series_object *self = (series_object *)object;
    PyObject *direction = member(self->state, ENUM_DIRECTION, self->series.direction);
    if (direction == NULL)
        return NULL;
    PyObject *text =
        self->series.code == NULL
            ? PyUnicode_FromFormat("<bip.Series n=%d %R>", (int)self->series.n, direction)
            : PyUnicode_FromFormat("<bip.Series %s %s %s n=%d %R>", self->series.participant, self->series.respondent,
                                   self->series.code, (int)self->series.n, direction);
    Py_DECREF(direction);
    return text;
}

static PyObject *sentence(PyObject *object, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"title", "lang", "labels", "rater_role", NULL};
    series_object *self = (series_object *)object;
    bip_sentence_words words = {.size = sizeof words};
    PyThreadState *thread = NULL;
    sink to = {.thread = &thread};
    PyObject *labels = NULL, *keep, *made = NULL;
    bip_error err;
    bip_status st;
    if (!take_args(args, kwargs, "s|zOz", names, &words.title, &words.lang, &labels, &words.rater_role) ||
        (keep = PyList_New(0)) == NULL)
        return NULL;
    if (labels_from(labels, keep, &words.labels, &words.n_labels)) {
        thread = PyEval_SaveThread();
        st = bip_series_sentence(&self->series, &words, sink_take, &to, &err);
        PyEval_RestoreThread(thread);
        made = sink_finish(&to, self->state, st, &err, true);
    }
    Py_DECREF(keep);
    return made;
}

static PyMethodDef methods[] = {
    {"as_dict", as_dict, METH_NOARGS, "as_dict($self)\n--\n\nEvery attribute by its name."},
    {"sentence", (PyCFunction)(void (*)(void))sentence, METH_VARARGS | METH_KEYWORDS,
     "sentence($self, title, lang=None, labels=None, rater_role=None)\n--\n\nOne or two plain sentences on where the "
     "series stands: what moved and whether it held; no more than the\nevidence carries.\n\ntitle: of the indicator. "
     "lang: \"en\", \"sv\", \"da\"; None: en. labels: {score: words}. rater_role: title of the\nrespondent, for "
     "\"Another caseworker scored this time.\"; None: leave that out."},
    {NULL, NULL, 0, NULL}};

bool add_series(PyObject *module, module_state *state)
{
    PyGetSetDef *properties = state->series_properties;
    for (size_t i = 0; i < n_series_fields; i++)
        properties[i] =
            (PyGetSetDef){series_fields[i].name, get, NULL, series_fields[i].doc, (void *)&series_fields[i]};
    properties[n_series_fields] = (PyGetSetDef){NULL, NULL, NULL, NULL, NULL};
    PyType_Slot slots[] = {{Py_tp_doc, "What one series says about change. None stands where the JSON says null."},
                           {Py_tp_dealloc, series_dealloc},
                           {Py_tp_methods, methods},
                           {Py_tp_getset, properties},
                           {Py_tp_repr, repr},
                           {0, NULL}};
    PyType_Spec spec = {"bip.Series", sizeof(series_object), 1, Py_TPFLAGS_DEFAULT, slots};
    return (state->series = add_type(module, &spec)) != NULL;
}
