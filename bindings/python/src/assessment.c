/* bip.Assessment: a copy of one bip_assessment, everything in one piece of memory. */
#include "module.h"

#include <stddef.h>
#include <string.h>

typedef struct assessment_object {
    PyObject_VAR_HEAD module_state *state;
    bip_assessment a;  /* its pointers lead into the bytes behind it */
    bip_score data[1]; /* the scores; then the pointers to the codes, then the texts */
} assessment_object;

enum { N_TEXTS = 8 };

static void text_fields(bip_assessment *a, const char **out[N_TEXTS])
{
    const char **all[N_TEXTS] = {&a->id,         &a->participant, &a->instrument, &a->version,
                                 &a->respondent, &a->rater,       &a->note,       &a->actor};
    memcpy(out, all, sizeof all);
}

static size_t length_of(const char *text)
{
    return text == NULL ? 0 : strlen(text) + 1;
}

static char *put_text(char *to, const char **text)
{
    const size_t n = length_of(*text);
    if (n == 0)
        return to;
    memcpy(to, *text, n);
    *text = to;
    return to + n;
}

static size_t room_for(bip_assessment *a)
{
    const char **texts[N_TEXTS];
    size_t n = a->n * (sizeof(bip_score) + sizeof(char *));
    text_fields(a, texts);
    for (size_t i = 0; i < N_TEXTS; i++)
        n += length_of(*texts[i]);
    for (size_t i = 0; i < a->n; i++)
        n += length_of(a->indicators[i]);
    return n;
}

PyObject *assessment_new(module_state *state, const bip_assessment *lent)
{
    bip_assessment copy = *lent;
    const char **texts[N_TEXTS];
    assessment_object *self = PyObject_NewVar(assessment_object, state->assessment, (Py_ssize_t)room_for(&copy));
    if (self == NULL)
        return NULL;
    self->state = state;
    self->a = copy;
    const char **codes = (const char **)(self->data + copy.n);
    char *to = (char *)(codes + copy.n);
    if (copy.n > 0)
        memcpy(self->data, copy.scores, copy.n * sizeof *copy.scores);
    for (size_t i = 0; i < copy.n; i++) {
        codes[i] = copy.indicators[i];
        to = put_text(to, &codes[i]);
    }
    self->a.scores = self->data;
    self->a.indicators = codes;
    text_fields(&self->a, texts);
    for (size_t i = 0; i < N_TEXTS; i++)
        to = put_text(to, texts[i]);
    return (PyObject *)self;
}

static void assessment_dealloc(PyObject *object)
{
    PyTypeObject *type = Py_TYPE(object);
    PyObject_Del(object);
    Py_DECREF(type);
}

/* ------------------------------------------------------------ reading */

static const bip_assessment *of(PyObject *object)
{
    return &((assessment_object *)object)->a;
}

static PyObject *get_text(PyObject *object, void *offset)
{
    return text_to(*(const char *const *)((const char *)of(object) + (size_t)offset));
}

static PyObject *get_date(PyObject *object, void *unused)
{
    (void)unused;
    return day_to(((assessment_object *)object)->state, of(object)->date);
}

static PyObject *get_recorded(PyObject *object, void *unused)
{
    (void)unused;
    return PyLong_FromLongLong(of(object)->recorded_ms);
}

static PyObject *get_revision(PyObject *object, void *unused)
{
    (void)unused;
    return PyLong_FromLong(of(object)->revision);
}

static PyObject *get_n(PyObject *object, void *unused)
{
    (void)unused;
    return PyLong_FromSize_t(of(object)->n);
}

static PyObject *get_indicators(PyObject *object, void *unused)
{
    (void)unused;
    return texts_to(of(object)->indicators, of(object)->n);
}

static PyObject *get_scores(PyObject *object, void *unused)
{
    module_state *state = ((assessment_object *)object)->state;
    const bip_assessment *a = of(object);
    PyObject *dict = PyDict_New();
    (void)unused;
    for (size_t i = 0; dict != NULL && i < a->n; i++) {
        PyObject *score = score_to(state, &a->scores[i]);
        if (score == NULL || PyDict_SetItemString(dict, a->indicators[i], score) < 0)
            Py_CLEAR(dict);
        Py_XDECREF(score);
    }
    return dict;
}

static PyObject *repr(PyObject *object)
{
    const bip_assessment *a = of(object);
    char day[11];
    bip_date_format(a->date, day);
    return PyUnicode_FromFormat("<bip.Assessment %s %s %s %s>", a->id, a->participant, a->respondent, day);
}

#define TEXT(name, doc)                                                                                                \
    {                                                                                                                  \
#name, get_text, NULL, doc, (void *)offsetof(bip_assessment, name)                                             \
    }

static PyGetSetDef properties[] = {
    TEXT(id, "of the first revision"),
    TEXT(participant, "code"),
    TEXT(instrument, "code"),
    TEXT(version, "of the instrument"),
    TEXT(respondent, "code"),
    TEXT(rater, "None where unknown"),
    TEXT(note, "None where none"),
    TEXT(actor, "who typed the current revision"),
    {"recorded_ms", get_recorded, NULL, "when, milliseconds since 1970-01-01 UTC", NULL},
    {"date", get_date, NULL, "of the assessment, datetime.date", NULL},
    {"revision", get_revision, NULL, "0 for the first, then 1, 2, ...", NULL},
    {"n", get_n, NULL, "what the instrument asks of this respondent", NULL},
    {"indicators", get_indicators, NULL, "n codes, in the instrument's order", NULL},
    {"scores", get_scores, NULL, "{indicator: score}; a score is a float, None (not asked) or a bip.Answer", NULL},
    {NULL, NULL, NULL, NULL, NULL}};

bool add_assessment(PyObject *module, module_state *state)
{
    PyType_Slot slots[] = {
        {Py_tp_doc, "One current assessment: all scores of one respondent on one instrument on one date by one rater."},
        {Py_tp_dealloc, assessment_dealloc},
        {Py_tp_getset, properties},
        {Py_tp_repr, repr},
        {0, NULL}};
    PyType_Spec spec = {"bip.Assessment", sizeof(assessment_object), 1, Py_TPFLAGS_DEFAULT, slots};
    return (state->assessment = add_type(module, &spec)) != NULL;
}
