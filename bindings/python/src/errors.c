/* Exceptions and enums. Both are lists that the library or its header has; none is written down a second time. */
#include "module.h"

#include <string.h>

/* ------------------------------------------------------------ exceptions */

/* Names of the library's are ASCII: no locale is asked. */
static char upper(char c)
{
    return (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
}

/* "not_found" is NotFoundError. */
static void class_name(const char *code, char out[64])
{
    size_t n = 0;
    bool begins = true;
    for (; *code && n < 50; code++) {
        if (*code != '_')
            out[n++] = begins ? upper(*code) : *code;
        begins = *code == '_';
    }
    memcpy(out + n, "Error", sizeof "Error");
}

static bool set_text(PyObject *object, const char *name, const char *text)
{
    PyObject *value = PyUnicode_FromString(text);
    bool good = value != NULL && PyObject_SetAttrString(object, name, value) == 0;
    Py_XDECREF(value);
    return good;
}

static bool set_object(PyObject *object, const char *name, PyObject *value)
{
    bool good = value != NULL && PyObject_SetAttrString(object, name, value) == 0;
    Py_XDECREF(value);
    return good;
}

static bool add_error(PyObject *module, module_state *state, bip_status status)
{
    const char *code = bip_status_code(status);
    char name[64], full[80];
    class_name(code, name);
    PyOS_snprintf(full, sizeof full, "bip.%s", name);
    PyObject *type = PyErr_NewExceptionWithDoc(full, bip_status_text(status), state->error, NULL);
    if (type == NULL)
        return false;
    state->errors[status] = type;
    Py_INCREF(type);
    if (PyModule_AddObject(module, name, type) < 0) {
        Py_DECREF(type);
        return false;
    }
    return set_text(type, "code", code) && set_object(type, "status", member(state, ENUM_STATUS, (long)status));
}

bool add_errors(PyObject *module, module_state *state)
{
    state->error = PyErr_NewExceptionWithDoc(
        "bip.Error",
        "What the library refused or could not do; each status has a class of its own.\n\n"
        "code: a stable word for programs (\"refused\", \"not_found\", ...); status: the same as bip.Status;\n"
        "where: the place (\"indicators[3].scale\", \"line 17, column score\"), or \"\"; message: for people, one "
        "line;\n"
        "detail: the storage engine's own code, or 0.",
        NULL, NULL);
    if (state->error == NULL)
        return false;
    Py_INCREF(state->error);
    if (PyModule_AddObject(module, "Error", state->error) < 0) {
        Py_DECREF(state->error);
        return false;
    }
    for (int i = BIP_E_USAGE; i < N_STATUSES && strcmp(bip_status_code((bip_status)i), "unknown") != 0; i++)
        if (!add_error(module, state, (bip_status)i))
            return false;
    return true;
}

static void raise(module_state *state, bip_status status, const bip_error *err)
{
    PyObject *type = (size_t)status < N_STATUSES ? state->errors[status] : NULL;
    if (type == NULL) /* of a later library */
        type = state->error;
    const char *between = err->where[0] ? ": " : "";
    PyObject *text = PyUnicode_FromFormat("%s%s%s", err->where, between, err->message);
    PyObject *error = text == NULL ? NULL : PyObject_CallFunctionObjArgs(type, text, NULL);
    if (error != NULL && set_text(error, "where", err->where) && set_text(error, "message", err->message) &&
        set_text(error, "code", bip_status_code(status)) &&
        set_object(error, "status", member(state, ENUM_STATUS, (long)status)) &&
        set_object(error, "detail", PyLong_FromLong(err->detail)))
        PyErr_SetObject(type, error);
    Py_XDECREF(text);
    Py_XDECREF(error);
}

bool went_well(module_state *state, bip_status status, const bip_error *err)
{
    if (PyErr_Occurred()) /* of a callback: the library only passed it on */
        return false;
    if (status == BIP_OK || status == BIP_DONE)
        return true;
    raise(state, status, err);
    return false;
}

PyObject *not_allowed(module_state *state)
{
    bip_error err = {.status = BIP_E_USAGE};
    PyOS_snprintf(err.message, sizeof err.message, "%s", bip_status_text(BIP_E_USAGE));
    raise(state, BIP_E_USAGE, &err);
    return NULL;
}

/* ------------------------------------------------------------ enums */

typedef struct enum_member {
    const char *name;
    long number;
} enum_member;

typedef struct enum_description {
    const char *name, *base, *doc;
    enum_member members[16];
} enum_description;

/* Names are those of bip.h without what the class says already; tests/test_header.py holds them against it. */
static const enum_description descriptions[N_ENUMS] = {
    [ENUM_STATUS] = {"Status", "IntEnum", "Outcome of every call that can fail.", {{NULL, 0}}}, /* the library's list */
    [ENUM_ANSWER] = {"Answer",
                     "IntEnum",
                     "What an answer is. Only NUMBER enters statistics; the reasons are kept, counted and exported.",
                     {{"NUMBER", BIP_NUMBER},
                      {"NOT_ASKED", BIP_NOT_ASKED},
                      {"DECLINED", BIP_DECLINED},
                      {"DONT_KNOW", BIP_DONT_KNOW},
                      {"NOT_APPLICABLE", BIP_NOT_APPLICABLE}}},
    [ENUM_KIND] = {"Kind",
                   "IntEnum",
                   "What a series is of.",
                   {{"INDICATOR", BIP_INDICATOR}, {"DIMENSION", BIP_DIMENSION}}},
    [ENUM_BETTER] = {"Better",
                     "IntEnum",
                     "Which end of the scale is the good one.",
                     {{"HIGHER", BIP_HIGHER}, {"LOWER", BIP_LOWER}}},
    [ENUM_DIRECTION] =
        {"Direction",
         "IntEnum",
         "Turned so that forward means better.",
         {{"UNKNOWN", BIP_UNKNOWN}, {"FORWARD", BIP_FORWARD}, {"STEADY", BIP_STEADY}, {"BACK", BIP_BACK}}},
    [ENUM_MK_METHOD] = {"MkMethod",
                        "IntEnum",
                        "Where the p of Mann-Kendall comes from: Kendall's distribution, or the normal one.",
                        {{"NONE", BIP_MK_NONE}, {"EXACT", BIP_MK_EXACT}, {"NORMAL", BIP_MK_NORMAL}}},
    [ENUM_RCI_CLASS] = {"RciClass",
                        "IntEnum",
                        "Reliable change, turned so that improved means better.",
                        {{"NONE", BIP_RCI_NONE},
                         {"IMPROVED", BIP_IMPROVED},
                         {"UNCHANGED", BIP_UNCHANGED},
                         {"DETERIORATED", BIP_DETERIORATED}}},
    [ENUM_THEME] = {"Theme",
                    "IntEnum",
                    "Colours of a picture.",
                    {{"AUTO", BIP_THEME_AUTO}, {"LIGHT", BIP_THEME_LIGHT}, {"DARK", BIP_THEME_DARK}}},
    [ENUM_LAYER_KIND] = {"LayerKind",
                         "IntEnum",
                         "What a layer of a spider shows.",
                         {{"LATEST", BIP_LAYER_LATEST},
                          {"FIRST", BIP_LAYER_FIRST},
                          {"PREVIOUS", BIP_LAYER_PREVIOUS},
                          {"BEST", BIP_LAYER_BEST},
                          {"DAY", BIP_LAYER_DAY},
                          {"GOAL", BIP_LAYER_GOAL}}},
    [ENUM_EVIDENCE] =
        {"Evidence",
         "IntFlag",
         "What supports the direction.",
         {{"OBSERVED", BIP_OBSERVED}, {"HELD", BIP_HELD}, {"TREND", BIP_TREND}, {"RELIABLE", BIP_RELIABLE}}},
};

static bool append_pair(PyObject *list, const char *name, long number)
{
    PyObject *pair = Py_BuildValue("(sl)", name, number);
    bool good = pair != NULL && PyList_Append(list, pair) == 0;
    Py_XDECREF(pair);
    return good;
}

static bool append_statuses(PyObject *list)
{
    for (int i = 0; strcmp(bip_status_code((bip_status)i), "unknown") != 0; i++) {
        char name[64];
        size_t n = 0;
        for (const char *c = bip_status_code((bip_status)i); *c && n < sizeof name - 1; c++)
            name[n++] = upper(*c);
        name[n] = '\0';
        if (!append_pair(list, name, i))
            return false;
    }
    return true;
}

static PyObject *make_enum(const enum_description *d, enum_name which)
{
    PyObject *module = PyImport_ImportModule("enum");
    PyObject *base = module == NULL ? NULL : PyObject_GetAttrString(module, d->base);
    PyObject *pairs = PyList_New(0), *made = NULL;
    bool good = base != NULL && pairs != NULL;
    if (good && which == ENUM_STATUS)
        good = append_statuses(pairs);
    for (const enum_member *m = d->members; good && m->name != NULL; m++)
        good = append_pair(pairs, m->name, m->number);
    PyObject *args = good ? Py_BuildValue("(sO)", d->name, pairs) : NULL;
    PyObject *kwargs = args == NULL ? NULL : Py_BuildValue("{ss}", "module", "bip");
    if (kwargs != NULL)
        made = PyObject_Call(base, args, kwargs);
    if (made != NULL && !set_text(made, "__doc__", d->doc))
        Py_CLEAR(made);
    Py_XDECREF(module);
    Py_XDECREF(base);
    Py_XDECREF(pairs);
    Py_XDECREF(args);
    Py_XDECREF(kwargs);
    return made;
}

bool add_enums(PyObject *module, module_state *state)
{
    for (int i = 0; i < N_ENUMS; i++) {
        PyObject *made = state->enums[i] = make_enum(&descriptions[i], (enum_name)i);
        if (made == NULL)
            return false;
        if (i != ENUM_EVIDENCE && (state->members[i] = PySequence_Tuple(made)) == NULL)
            return false;
        Py_INCREF(made);
        if (PyModule_AddObject(module, descriptions[i].name, made) < 0) {
            Py_DECREF(made);
            return false;
        }
    }
    return true;
}

/* Every enum counts from 0, so its members stand at their numbers. */
PyObject *member(module_state *state, enum_name which, long number)
{
    PyObject *members = state->members[which];
    if (members == NULL)
        return PyObject_CallFunction(state->enums[which], "l", number);
    if (number < 0 || number >= PyTuple_Size(members))
        return PyLong_FromLong(number);
    PyObject *found = PyTuple_GetItem(members, (Py_ssize_t)number);
    Py_XINCREF(found);
    return found;
}
