/* Values from Python to the library and back. */
#include "module.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

enum { ORDINAL_OF_1970 = 719163 }; /* datetime.date counts days from 0001-01-01, bip_date from 1970-01-01 */

/* ------------------------------------------------------------ what was wrong, by its name */

bool about(const char *name, bool good)
{
    PyObject *type, *text, *trace;
    if (good)
        return true;
    PyErr_Fetch(&type, &text, &trace);
    if (text == NULL || (type != PyExc_TypeError && type != PyExc_ValueError && type != PyExc_OverflowError)) {
        PyErr_Restore(type, text, trace);
        return false;
    }
    PyErr_Format(type, "%s: %S", name, text);
    Py_DECREF(type);
    Py_DECREF(text);
    Py_XDECREF(trace);
    return false;
}

bool about_item(const char *name, size_t i, bool good)
{
    char item[80];
    if (good)
        return true;
    snprintf(item, sizeof item, "%s[%zu]", name, i);
    return about(item, good);
}

/* The name of argument N in "argument N must be ..."; NULL where it says something else. */
static const char *named_in(const char *text, char **names, const char **rest)
{
    static const char begins[] = "argument ";
    size_t n = 0, at = 0;
    if (strncmp(text, begins, strlen(begins)) != 0)
        return NULL;
    for (*rest = text + strlen(begins); **rest >= '0' && **rest <= '9' && n < 100; (*rest)++)
        n = n * 10 + (size_t)(**rest - '0');
    while (names[at] != NULL && at + 1 < n)
        at++;
    return n > 0 ? names[at] : NULL;
}

/* Python numbers the arguments, also those that were given by name. */
static void name_argument(char **names)
{
    PyObject *type, *value, *trace;
    const char *text, *rest, *name = NULL;
    PyErr_Fetch(&type, &value, &trace);
    PyObject *said = type == PyExc_TypeError && value != NULL ? PyObject_Str(value) : NULL;
    if (said != NULL && PyArg_Parse(said, "s", &text))
        name = named_in(text, names, &rest);
    if (name == NULL) {
        PyErr_Restore(type, value, trace);
    } else {
        PyErr_Format(type, "%s%s", name, rest);
        Py_DECREF(type);
        Py_DECREF(value);
        Py_XDECREF(trace);
    }
    Py_XDECREF(said);
}

bool take_args(PyObject *args, PyObject *kwargs, const char *format, char **names, ...)
{
    va_list into;
    va_start(into, names);
    const bool good = PyArg_VaParseTupleAndKeywords(args, kwargs, format, names, into);
    va_end(into);
    if (!good)
        name_argument(names);
    return good;
}

/* ------------------------------------------------------------ what is lent for a call */

bool keep_object(PyObject *keep, PyObject *object)
{
    bool good = object != NULL && PyList_Append(keep, object) == 0;
    Py_XDECREF(object);
    return good;
}

void *keep_memory(PyObject *keep, size_t n)
{
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)n + 1);
    if (!keep_object(keep, bytes))
        return NULL;
    char *memory = PyBytes_AsString(bytes); /* the list holds it */
    memset(memory, 0, n);
    return memory;
}

bool keep_text(PyObject *keep, PyObject *object, const char **out)
{
    *out = NULL;
    return keep_object(keep, object) && PyArg_Parse(object, "z", out); /* refuses what isn't text or holds a NUL */
}

bool keep_attribute(PyObject *keep, PyObject *object, const char *name, const char **out)
{
    return about(name, keep_text(keep, PyObject_GetAttrString(object, name), out));
}

/* ------------------------------------------------------------ days */

static bool ordinal_of(PyObject *date, bip_date *out)
{
    PyObject *ordinal = PyObject_CallMethod(date, "toordinal", NULL);
    const long days = ordinal == NULL ? -1 : PyLong_AsLong(ordinal);
    Py_XDECREF(ordinal);
    *out = (bip_date)(days - ORDINAL_OF_1970);
    return !PyErr_Occurred();
}

static bool int32_of(PyObject *object, int32_t *out)
{
    PyObject *number = PyNumber_Index(object);
    const long value = number == NULL ? -1 : PyLong_AsLong(number);
    Py_XDECREF(number);
    if (!PyErr_Occurred() && (value > INT32_MAX || value < INT32_MIN))
        PyErr_SetObject(PyExc_OverflowError, object);
    *out = (int32_t)value;
    return !PyErr_Occurred();
}

/* numpy.datetime64, of whatever unit: its day as a datetime.date. */
static bool day_of_scalar(module_state *state, PyObject *scalar, bip_date *out)
{
    PyObject *day = PyObject_CallMethod(scalar, "astype", "s", "datetime64[D]");
    PyObject *date = day == NULL ? NULL : PyObject_CallMethod(day, "item", NULL), *checked;
    bool good = date != NULL && PyArg_Parse(date, "O!", state->date, &checked) && ordinal_of(date, out);
    Py_XDECREF(day);
    Py_XDECREF(date);
    return good;
}

bool day_from(module_state *state, PyObject *object, bip_date *out)
{
    PyObject *date;
    *out = BIP_NO_DATE;
    if (object == NULL || object == Py_None)
        return true;
    if (PyUnicode_Check(object)) {
        const char *text;
        bip_error err;
        return PyArg_Parse(object, "s", &text) && went_well(state, bip_date_parse(text, out, &err), &err);
    }
    if (PyObject_IsInstance(object, state->date) == 1)
        return ordinal_of(object, out);
    if (PyIndex_Check(object))
        return int32_of(object, out);
    if (PyObject_HasAttrString(object, "astype"))
        return day_of_scalar(state, object, out);
    return PyArg_Parse(object, "O!", state->date, &date); /* which says what it is instead */
}

PyObject *day_to(module_state *state, bip_date day)
{
    if (day == BIP_NO_DATE)
        return Py_BuildValue("");
    return PyObject_CallMethod(state->date, "fromordinal", "l", (long)day + ORDINAL_OF_1970);
}

/* ------------------------------------------------------------ numbers, scores, texts */

bool score_from(module_state *state, PyObject *object, bip_score *out)
{
    *out = (bip_score){.number = NAN, .answer = BIP_NOT_ASKED};
    if (object == Py_None)
        return true;
    if (PyObject_IsInstance(object, state->enums[ENUM_ANSWER]) == 1)
        return int32_of(object, &out->answer);
    out->answer = BIP_NUMBER;
    out->number = PyFloat_AsDouble(object);
    return !PyErr_Occurred();
}

PyObject *number_to(double number)
{
    return isnan(number) ? Py_BuildValue("") : PyFloat_FromDouble(number);
}

PyObject *score_to(module_state *state, const bip_score *score)
{
    if (score->answer == BIP_NUMBER)
        return PyFloat_FromDouble(score->number);
    return score->answer == BIP_NOT_ASKED ? Py_BuildValue("") : member(state, ENUM_ANSWER, score->answer);
}

PyObject *text_to(const char *text)
{
    return text == NULL ? Py_BuildValue("") : PyUnicode_FromString(text);
}

PyObject *texts_to(const char *const *texts, size_t n)
{
    PyObject *tuple = PyTuple_New((Py_ssize_t)n);
    for (size_t i = 0; tuple != NULL && i < n; i++) {
        PyObject *text = PyUnicode_FromString(texts[i]);
        if (text == NULL || PyTuple_SetItem(tuple, (Py_ssize_t)i, text) < 0)
            Py_CLEAR(tuple);
    }
    return tuple;
}

PyObject *point_to(module_state *state, const bip_point *point)
{
    if (point->date == BIP_NO_DATE || isnan(point->score))
        return Py_BuildValue("");
    PyObject *made = PyStructSequence_New(state->point);
    if (made == NULL)
        return NULL;
    PyStructSequence_SetItem(made, 0, day_to(state, point->date));
    PyStructSequence_SetItem(made, 1, PyFloat_FromDouble(point->score));
    if (PyErr_Occurred())
        Py_CLEAR(made);
    return made;
}

PyObject *import_result_to(module_state *state, const bip_import_result *r)
{
    const int64_t counts[] = {r->added, r->known, r->changed, r->participants, r->empty_rows, r->future, r->refused};
    PyObject *made = PyStructSequence_New(state->import_result);
    for (size_t i = 0; made != NULL && i < sizeof counts / sizeof *counts; i++)
        PyStructSequence_SetItem(made, (Py_ssize_t)i, PyLong_FromLongLong(counts[i]));
    if (PyErr_Occurred())
        Py_CLEAR(made);
    return made;
}

bool options_from(PyObject *object, PyObject *keep, const char **out)
{
    *out = NULL;
    if (object == NULL || object == Py_None)
        return true;
    if (PyUnicode_Check(object))
        return PyArg_Parse(object, "s", out);
    PyObject *json = PyImport_ImportModule("json"); /* here: most who read a store need none of it */
    PyObject *text = json == NULL ? NULL : PyObject_CallMethod(json, "dumps", "(O)", object);
    Py_XDECREF(json);
    return about("options", keep_text(keep, text, out));
}

bool number_attribute(PyObject *object, const char *name, double *out)
{
    PyObject *value = PyObject_GetAttrString(object, name);
    if (value != NULL && value != Py_None)
        *out = PyFloat_AsDouble(value);
    Py_XDECREF(value);
    return about(name, !PyErr_Occurred());
}

bool int_attribute(PyObject *object, const char *name, int32_t *out)
{
    PyObject *value = PyObject_GetAttrString(object, name);
    bool good = value != NULL && int32_of(value, out);
    Py_XDECREF(value);
    return about(name, good);
}

/* ------------------------------------------------------------ sequences and buffers */

/* The bytes of a one-dimensional buffer of this format; NULL without an exception where it isn't one. */
static PyObject *bytes_of_buffer(PyObject *object, const char *format)
{
    PyObject *view = PyMemoryView_FromObject(object), *bytes = NULL;
    PyObject *has = view == NULL ? NULL : PyObject_GetAttrString(view, "format");
    PyObject *dimensions = view == NULL ? NULL : PyObject_GetAttrString(view, "ndim");
    if (has != NULL && dimensions != NULL && PyUnicode_CompareWithASCIIString(has, format) == 0 &&
        PyLong_AsLong(dimensions) == 1)
        bytes = PyObject_CallMethod(view, "tobytes", NULL);
    Py_XDECREF(view);
    Py_XDECREF(has);
    Py_XDECREF(dimensions);
    PyErr_Clear();
    return bytes;
}

typedef bool (*element_fn)(module_state *state, PyObject *object, void *out);

/* An array of the elements: taken as it is out of a buffer of that format, else converted one by one. */
static bool array_from(module_state *state, PyObject *object, PyObject *keep, const char *name, const char *format,
                       size_t size, element_fn convert, const void **out, size_t *n)
{
    PyObject *bytes = format == NULL || PyList_Check(object) ? NULL : bytes_of_buffer(object, format);
    if (bytes != NULL) {
        *n = (size_t)PyBytes_Size(bytes) / size;
        *out = PyBytes_AsString(bytes);
        return keep_object(keep, bytes);
    }
    PyObject *list = PySequence_List(object);
    char *array = list == NULL ? NULL : keep_memory(keep, (*n = (size_t)PyList_Size(list)) * size);
    bool good = about(name, array != NULL);
    for (size_t i = 0; good && i < *n; i++)
        good = about_item(name, i, convert(state, PyList_GetItem(list, (Py_ssize_t)i), array + i * size));
    *out = array;
    Py_XDECREF(list);
    return good;
}

static bool day_element(module_state *state, PyObject *object, void *out)
{
    return day_from(state, object, out);
}

static bool number_element(module_state *state, PyObject *object, void *out)
{
    (void)state;
    *(double *)out = PyFloat_AsDouble(object);
    return !PyErr_Occurred();
}

static bool score_element(module_state *state, PyObject *object, void *out)
{
    return score_from(state, object, out);
}

PyObject *one_or_many(PyObject *object)
{
    return PyUnicode_Check(object) ? Py_BuildValue("[O]", object) : PySequence_List(object);
}

bool days_from(module_state *state, PyObject *object, PyObject *keep, const bip_date **out, size_t *n)
{
    const void *array;
    bool good = array_from(state, object, keep, "days", "i", sizeof **out, day_element, &array, n);
    *out = array;
    return good;
}

bool numbers_from(PyObject *object, PyObject *keep, const double **out, size_t *n)
{
    const void *array;
    bool good = array_from(NULL, object, keep, "scores", "d", sizeof **out, number_element, &array, n);
    *out = array;
    return good;
}

bool scores_from(module_state *state, PyObject *object, PyObject *keep, const bip_score **out, size_t *n)
{
    const void *array;
    bool good = array_from(state, object, keep, "scores", NULL, sizeof **out, score_element, &array, n);
    *out = array;
    return good;
}

/* What stands for a missing value in tables: NaN and NaT aren't equal to themselves, pandas.NA gives itself as the
 * answer. */
static bool is_missing(PyObject *object)
{
    PyObject *same = PyObject_RichCompare(object, object, Py_EQ);
    int equal = same == NULL ? -1 : PyObject_IsTrue(same);
    if (equal < 0 && same == object) {
        PyErr_Clear();
        equal = 0;
    }
    Py_XDECREF(same);
    return equal == 0;
}

/* Who, by their place among the raters seen so far. Who isn't known is 0. */
static bool rater_number(PyObject *rater, PyObject *seen, int32_t *out)
{
    if (is_missing(rater))
        return true;
    PyObject *next = PyErr_Occurred() ? NULL : PyLong_FromSsize_t(PyDict_Size(seen));
    PyObject *had = next == NULL ? NULL : PyObject_CallMethod(seen, "setdefault", "OO", rater, next);
    bool good = had != NULL && int32_of(had, out);
    Py_XDECREF(next);
    Py_XDECREF(had);
    return good;
}

bool raters_from(PyObject *object, PyObject *keep, const int32_t **out, size_t *n)
{
    *out = NULL;
    if (object == NULL || object == Py_None)
        return true;
    PyObject *list = PySequence_List(object), *seen = Py_BuildValue("{Oiii}", Py_None, 0, 0, 0);
    int32_t *array = NULL;
    bool good = list != NULL && seen != NULL &&
                (array = keep_memory(keep, (*n = (size_t)PyList_Size(list)) * sizeof *array)) != NULL;
    for (size_t i = 0; good && i < *n; i++)
        good = about_item("raters", i, rater_number(PyList_GetItem(list, (Py_ssize_t)i), seen, &array[i]));
    *out = array;
    Py_XDECREF(list);
    Py_XDECREF(seen);
    return good;
}

/* A mapping of scores to words. */
bool labels_from(PyObject *object, PyObject *keep, const bip_label **out, size_t *n)
{
    *out = NULL;
    *n = 0;
    if (object == NULL || object == Py_None)
        return true;
    PyObject *items = PyMapping_Items(object);
    if (!about("labels", keep_object(keep, items)))
        return false;
    bip_label *labels = keep_memory(keep, (size_t)PyList_Size(items) * sizeof *labels);
    if (labels == NULL)
        return false;
    for (; *n < (size_t)PyList_Size(items); (*n)++)
        if (!about("labels",
                   PyArg_ParseTuple(PyList_GetItem(items, (Py_ssize_t)*n), "ds", &labels[*n].score, &labels[*n].text)))
            return false;
    *out = labels;
    return true;
}

/* Of a bip.Rules, or whatever has its attributes. */
bool rules_from(PyObject *object, bip_series_rules *rules)
{
    bip_series_rules_init(rules, sizeof *rules);
    PyObject *scale = PyObject_GetAttrString(object, "scale");
    PyObject *pair = scale == NULL ? NULL : PySequence_Tuple(scale);
    bool good = about("scale", pair != NULL && PyArg_ParseTuple(pair, "dd", &rules->scale_min, &rules->scale_max)) &&
                number_attribute(object, "smallest_step", &rules->smallest_step) &&
                number_attribute(object, "reliability", &rules->reliability) &&
                number_attribute(object, "sd", &rules->sd) && int_attribute(object, "better", &rules->better);
    Py_XDECREF(scale);
    Py_XDECREF(pair);
    return good;
}

/* ------------------------------------------------------------ queries */

query_args query_begin(void)
{
    query_args q = {.participants = NULL};
    bip_query_init(&q.query, sizeof q.query);
    return q;
}

static bool participants_from(PyObject *object, PyObject *keep, bip_query *query)
{
    if (object == NULL || object == Py_None)
        return true;
    PyObject *list = one_or_many(object);
    if (!about("participants", keep_object(keep, list)))
        return false;
    query->n_participants = (size_t)PyList_Size(list);
    const char **codes = keep_memory(keep, (query->n_participants + 1) * sizeof *codes);
    if (codes == NULL)
        return false;
    for (size_t i = 0; i < query->n_participants; i++)
        if (!about_item("participants", i, PyArg_Parse(PyList_GetItem(list, (Py_ssize_t)i), "s", &codes[i])))
            return false;
    query->participants = codes;
    return true;
}

bool query_take(module_state *state, query_args *q, PyObject *keep)
{
    return keep != NULL && participants_from(q->participants, keep, &q->query) &&
           about("as_of", day_from(state, q->as_of, &q->query.as_of)) &&
           about("since", day_from(state, q->since, &q->query.since));
}
