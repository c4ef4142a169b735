/* The functions without a store: dates, statistics, pictures, checks. */
#include "module.h"

/* ------------------------------------------------------------ the library, dates, instruments */

static PyObject *version(PyObject *module, PyObject *unused)
{
    (void)module, (void)unused;
    return PyUnicode_FromString(bip_version());
}

static PyObject *versions(PyObject *module, PyObject *unused)
{
    char text[1024];
    (void)module, (void)unused;
    bip_versions(text, sizeof text);
    return PyUnicode_FromString(text);
}

static PyObject *status_code(PyObject *module, PyObject *args)
{
    int status;
    (void)module;
    return PyArg_ParseTuple(args, "i", &status) ? PyUnicode_FromString(bip_status_code((bip_status)status)) : NULL;
}

static PyObject *status_text(PyObject *module, PyObject *args)
{
    int status;
    (void)module;
    return PyArg_ParseTuple(args, "i", &status) ? PyUnicode_FromString(bip_status_text((bip_status)status)) : NULL;
}

static PyObject *date_parse(PyObject *module, PyObject *args)
{
    module_state *state = state_of(module);
    const char *text;
    bip_date day;
    bip_error err;
    if (!PyArg_ParseTuple(args, "s", &text) || !went_well(state, bip_date_parse(text, &day, &err), &err))
        return NULL;
    return day_to(state, day);
}

static PyObject *date_format(PyObject *module, PyObject *args)
{
    PyObject *day;
    bip_date date;
    char text[11];
    if (!PyArg_ParseTuple(args, "O", &day) || !day_from(state_of(module), day, &date))
        return NULL;
    bip_date_format(date, text);
    return PyUnicode_FromString(text);
}

static PyObject *instrument_check(PyObject *module, PyObject *args)
{
    const char *json;
    Py_ssize_t n;
    bip_error err;
    bip_status st;
    if (!PyArg_ParseTuple(args, "s#", &json, &n))
        return NULL;
    Py_BEGIN_ALLOW_THREADS st = bip_instrument_check(json, (size_t)n, &err);
    Py_END_ALLOW_THREADS return went_well(state_of(module), st, &err) ? Py_BuildValue("") : NULL;
}

/* ------------------------------------------------------------ statistics */

typedef struct course {
    const bip_date *days;
    const double *scores;
    const int32_t *raters;
    size_t n;
    bip_series_rules rules;
} course;

/* Arrays of one length, or Python's own error for those that aren't. */
static bool same_length(size_t n, size_t other)
{
    if (n != other)
        PyErr_Format(PyExc_ValueError, "%zd != %zd", (Py_ssize_t)n, (Py_ssize_t)other);
    return n == other;
}

static bool course_from(module_state *state, PyObject *given[4], PyObject *keep, course *c)
{
    size_t n_scores, n_raters;
    if (!days_from(state, given[0], keep, &c->days, &c->n) || !numbers_from(given[1], keep, &c->scores, &n_scores) ||
        !same_length(c->n, n_scores) || !rules_from(given[2], &c->rules))
        return false;
    n_raters = c->n;
    return raters_from(given[3], keep, &c->raters, &n_raters) && same_length(c->n, n_raters);
}

static PyObject *series_compute(PyObject *module, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"days", "scores", "rules", "raters", NULL};
    module_state *state = state_of(module);
    PyObject *given[4] = {NULL}, *keep, *made = NULL;
    course c;
    bip_series series;
    bip_error err;
    bip_status st;
    if (!take_args(args, kwargs, "OOO|O", names, &given[0], &given[1], &given[2], &given[3]) ||
        (keep = PyList_New(0)) == NULL)
        return NULL;
    if (course_from(state, given, keep, &c)) {
        Py_BEGIN_ALLOW_THREADS st =
            bip_series_compute(c.days, c.scores, c.raters, c.n, &c.rules, &series, sizeof series, &err);
        Py_END_ALLOW_THREADS made = went_well(state, st, &err) ? series_new(state, &series) : NULL;
    }
    Py_DECREF(keep);
    return made;
}

static PyObject *series_sentence(PyObject *module, PyObject *args, PyObject *kwargs)
{
    PyObject *series = PyTuple_Size(args) > 0 ? PyTuple_GetItem(args, 0) : NULL, *made = NULL;
    PyObject *first = PyTuple_GetSlice(args, 0, 1), *others = PyTuple_GetSlice(args, 1, PyTuple_Size(args));
    if (first != NULL && others != NULL && PyArg_ParseTuple(first, "O!", state_of(module)->series, &series)) {
        PyObject *method = PyObject_GetAttrString(series, "sentence");
        made = method == NULL ? NULL : PyObject_Call(method, others, kwargs);
        Py_XDECREF(method);
    }
    Py_XDECREF(first);
    Py_XDECREF(others);
    return made;
}

/* ------------------------------------------------------------ pictures */

/* The keyword arguments that every picture has. */
#define PICTURE_NAMES "lang", "title", "subtitle", "id", "width", "theme"
#define PICTURE_FORMAT "zzzzii"
#define PICTURE_INTO(p) &(p).lang, &(p).title, &(p).subtitle, &(p).id, &(p).width, &(p).theme
#define PICTURE_SIGNATURE "lang=None, title=None, subtitle=None, id=None, width=0, theme=0"

/* A list of the objects that a sequence holds, and room for as many structs. */
static void *structs_for(PyObject *sequence, PyObject *keep, size_t size, PyObject **list, size_t *n)
{
    *list = PySequence_List(sequence);
    if (!keep_object(keep, *list))
        return NULL;
    *n = (size_t)PyList_Size(*list);
    return keep_memory(keep, *n * size);
}

static bool axis_from(PyObject *object, PyObject *keep, bip_axis *axis)
{
    PyObject *scale = PyObject_GetAttrString(object, "scale");
    PyObject *pair = scale == NULL ? NULL : PySequence_Tuple(scale);
    Py_XDECREF(scale);
    axis->size = sizeof *axis;
    if (!about("scale", keep_object(keep, pair) && PyArg_ParseTuple(pair, "dd", &axis->scale_min, &axis->scale_max)))
        return false;
    PyObject *labels = PyObject_GetAttrString(object, "labels");
    return keep_object(keep, labels) && labels_from(labels, keep, &axis->labels, &axis->n_labels) &&
           keep_attribute(keep, object, "title", &axis->title) && number_attribute(object, "step", &axis->step) &&
           int_attribute(object, "better", &axis->better);
}

static bool layer_from(module_state *state, PyObject *object, PyObject *keep, size_t n_axes, bip_layer *layer)
{
    size_t n;
    layer->size = sizeof *layer;
    PyObject *scores = PyObject_GetAttrString(object, "scores"), *day = PyObject_GetAttrString(object, "date");
    return keep_object(keep, scores) && keep_object(keep, day) &&
           scores_from(state, scores, keep, &layer->scores, &n) && same_length(n_axes, n) &&
           about("date", day_from(state, day, &layer->date)) && keep_attribute(keep, object, "label", &layer->label) &&
           keep_attribute(keep, object, "respondent", &layer->respondent) &&
           int_attribute(object, "kind", &layer->kind);
}

typedef struct spider {
    bip_axis *axes;
    bip_layer *layers;
    size_t n_axes, n_layers;
} spider;

static bool spider_from(module_state *state, PyObject *axes, PyObject *layers, PyObject *keep, spider *s)
{
    PyObject *list;
    if ((s->axes = structs_for(axes, keep, sizeof *s->axes, &list, &s->n_axes)) == NULL)
        return false;
    for (size_t i = 0; i < s->n_axes; i++)
        if (!axis_from(PyList_GetItem(list, (Py_ssize_t)i), keep, &s->axes[i]))
            return false;
    if ((s->layers = structs_for(layers, keep, sizeof *s->layers, &list, &s->n_layers)) == NULL)
        return false;
    for (size_t i = 0; i < s->n_layers; i++)
        if (!layer_from(state, PyList_GetItem(list, (Py_ssize_t)i), keep, s->n_axes, &s->layers[i]))
            return false;
    return true;
}

static PyObject *draw_spider(PyObject *module, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"axes", "layers", PICTURE_NAMES, NULL};
    module_state *state = state_of(module);
    PyThreadState *thread = NULL;
    sink to = {.thread = &thread};
    PyObject *axes, *layers, *keep, *made = NULL;
    spider s = {.axes = NULL};
    bip_picture picture;
    bip_error err;
    bip_status st;
    bip_picture_init(&picture, sizeof picture);
    if (!take_args(args, kwargs, "OO|$" PICTURE_FORMAT, names, &axes, &layers, PICTURE_INTO(picture)) ||
        (keep = PyList_New(0)) == NULL)
        return NULL;
    if (spider_from(state, axes, layers, keep, &s)) {
        thread = PyEval_SaveThread();
        st = bip_spider(s.axes, s.n_axes, s.layers, s.n_layers, &picture, sink_take, &to, &err);
        PyEval_RestoreThread(thread);
        made = sink_finish(&to, state, st, &err, true);
    }
    Py_DECREF(keep);
    return made;
}

static bool panel_from(module_state *state, PyObject *object, PyObject *keep, bip_panel *panel)
{
    PyObject *of[5];
    static const char *const names[] = {"rules", "labels", "days", "scores", "raters"};
    size_t n, n_raters;
    for (size_t i = 0; i < 5; i++)
        if (!keep_object(keep, of[i] = PyObject_GetAttrString(object, names[i])))
            return false;
    bip_series_rules *rules = keep_memory(keep, sizeof *rules);
    if (rules == NULL || !rules_from(of[0], rules) || !labels_from(of[1], keep, &panel->labels, &panel->n_labels) ||
        !days_from(state, of[2], keep, &panel->days, &panel->n) ||
        !scores_from(state, of[3], keep, &panel->scores, &n) || !same_length(panel->n, n))
        return false;
    n_raters = n;
    panel->size = sizeof *panel;
    panel->rules = rules;
    return raters_from(of[4], keep, &panel->raters, &n_raters) && same_length(n, n_raters) &&
           keep_attribute(keep, object, "title", &panel->title);
}

static bool panels_from(module_state *state, PyObject *panels, PyObject *keep, bip_panel **out, size_t *n)
{
    PyObject *list;
    if ((*out = structs_for(panels, keep, sizeof **out, &list, n)) == NULL)
        return false;
    for (size_t i = 0; i < *n; i++)
        if (!panel_from(state, PyList_GetItem(list, (Py_ssize_t)i), keep, &(*out)[i]))
            return false;
    return true;
}

static PyObject *draw_timeline(PyObject *module, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"panels", PICTURE_NAMES, NULL};
    module_state *state = state_of(module);
    PyThreadState *thread = NULL;
    sink to = {.thread = &thread};
    PyObject *given, *keep, *made = NULL;
    bip_panel *panels;
    size_t n = 0;
    bip_picture picture;
    bip_error err;
    bip_status st;
    bip_picture_init(&picture, sizeof picture);
    if (!take_args(args, kwargs, "O|$" PICTURE_FORMAT, names, &given, PICTURE_INTO(picture)) ||
        (keep = PyList_New(0)) == NULL)
        return NULL;
    if (panels_from(state, given, keep, &panels, &n)) {
        thread = PyEval_SaveThread();
        st = bip_timeline(panels, n, &picture, sink_take, &to, &err);
        PyEval_RestoreThread(thread);
        made = sink_finish(&to, state, st, &err, true);
    }
    Py_DECREF(keep);
    return made;
}

/* ------------------------------------------------------------ the list */

PyObject *open_store(PyObject *module, PyObject *args, PyObject *kwargs); /* store.c */

#define KEYWORDS(function) (PyCFunction)(void (*)(void))(function), METH_VARARGS | METH_KEYWORDS

PyMethodDef free_functions[] = {
    {"open", KEYWORDS(open_store),
     "open($module, path, *, write=False, create=False, allow_national_ids=False, lang=None, now=None, random=None, "
     "read=None, wait_ms=0)\n--\n\nOpen a store, or with create make one that holds the built-in instruments and no "
     "entry.\n\npath: a file, or \":memory:\" with create for one that dies with its handle. write: changes may be "
     "made. "
     "create:\nmake a new store; refuses a path that exists. allow_national_ids: with create, the store takes national "
     "identity\nnumbers. lang: with create, the store's language. now: called for the milliseconds since 1970-01-01 "
     "UTC; None:\nthe system clock. random: called with n for n bytes; None: the system's source. read: called with "
     "what is read and\nof which participant, before every one; a true answer ends the reading. wait_ms: how long to "
     "wait for another\nwriter; 0: 10,000 ms."},
    {"version", version, METH_NOARGS, "version($module)\n--\n\nVersion of the library in use."},
    {"versions", versions, METH_NOARGS,
     "versions($module)\n--\n\nThe libraries in use, one a line, \"sqlite 3.40.1\"."},
    {"status_code", status_code, METH_VARARGS,
     "status_code($module, status, /)\n--\n\nThe status as a stable word for programs."},
    {"status_text", status_text, METH_VARARGS,
     "status_text($module, status, /)\n--\n\nThe status as a short English text for logs."},
    {"date_parse", date_parse, METH_VARARGS,
     "date_parse($module, text, /)\n--\n\nRead \"YYYY-MM-DD\", in the years 1900 to 2199."},
    {"date_format", date_format, METH_VARARGS,
     "date_format($module, day, /)\n--\n\nWrite a date as \"YYYY-MM-DD\"; \"\" for None."},
    {"instrument_check", instrument_check, METH_VARARGS,
     "instrument_check($module, json, /)\n--\n\nCheck an instrument without a store; RefusedError where it doesn't "
     "hold, with the path in where."},
    {"series_compute", KEYWORDS(series_compute),
     "series_compute($module, days, scores, rules, raters=None)\n--\n\nEverything that Store.progression() tells of a "
     "series, from plain arrays: a bip.Series.\n\ndays: strictly rising; dates, days since 1970-01-01, or an array of "
     "them. scores: finite numbers, scale points; not held against the\nscale: no 9 or 99 that means a missing "
     "answer.\n"
     "rules: a bip.Rules. raters: equal where the rater was the same, "
     "None, "
     "NaN or 0 where unknown. Any thread."},
    {"series_sentence", KEYWORDS(series_sentence),
     "series_sentence($module, series, title, lang=None, labels=None, rater_role=None)\n--\n\nThe same as "
     "series.sentence(...)."},
    {"spider", KEYWORDS(draw_spider),
     "spider($module, axes, layers, *, " PICTURE_SIGNATURE ")\n--\n\nA spider diagram as SVG.\n\naxes: bip.Axis, at "
     "most BIP_MOST_AXES; they stand in the order given. layers: bip.Layer, at most BIP_MOST_LAYERS,\nthe most "
     "important one first. width: pixels, 240 to 4000; 0: 720. Any thread."},
    {"timeline", KEYWORDS(draw_timeline),
     "timeline($module, panels, *, " PICTURE_SIGNATURE ")\n--\n\nCourses over time as SVG: a panel each (bip.Panel), "
     "all with the same span of days. Any thread."},
    {NULL, NULL, 0, NULL}};
