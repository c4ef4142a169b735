/* The module itself, and what has no other place. */
#include "module.h"

#include <string.h>

module_state *state_of(PyObject *module)
{
    return PyModule_GetState(module);
}

/* Without this Python would let anybody make one with nothing in it. */
static PyObject *refuse_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    (void)args, (void)kwargs;
    PyErr_SetObject(PyExc_TypeError, (PyObject *)type);
    return NULL;
}

enum { MOST_SLOTS = 24 };

PyTypeObject *add_type(PyObject *module, PyType_Spec *spec)
{
    PyType_Slot slots[MOST_SLOTS];
    PyType_Spec sealed = *spec;
    size_t n = 0;
    while (spec->slots[n].slot != 0 && n < MOST_SLOTS - 2) {
        slots[n] = spec->slots[n];
        n++;
    }
    slots[n++] = (PyType_Slot){Py_tp_new, refuse_new};
    slots[n] = (PyType_Slot){0, NULL};
    sealed.slots = slots;
    PyTypeObject *type = (PyTypeObject *)PyType_FromModuleAndSpec(module, &sealed, NULL);
    if (type != NULL && PyModule_AddType(module, type) < 0)
        Py_CLEAR(type);
    return type;
}

/* ------------------------------------------------------------ named tuples */

static PyTypeObject *add_tuple(PyObject *module, PyStructSequence_Desc *description)
{
    PyTypeObject *type = PyStructSequence_NewType(description);
    if (type == NULL)
        return NULL;
    Py_INCREF(type);
    if (PyModule_AddObject(module, strchr(description->name, '.') + 1, (PyObject *)type) < 0) {
        Py_DECREF(type);
        Py_CLEAR(type);
    }
    return type;
}

bool add_tuples(PyObject *module, module_state *state)
{
    PyStructSequence_Field point[] = {{"date", "the day, datetime.date"}, {"score", "scale points"}, {NULL, NULL}};
    PyStructSequence_Field issue[] = {{"line", "physical line of the input from 1; 0 where there is none"},
                                      {"column", "header of the column, or \"\""},
                                      {"where", "the place in words: \"line 17, column score\""},
                                      {"message", "one line"},
                                      {NULL, NULL}};
    PyStructSequence_Field result[] = {{"added", "assessments that were new"},
                                       {"known", "same key, same content: skipped"},
                                       {"changed", "corrected, where \"update\" is set"},
                                       {"participants", "registered on the way"},
                                       {"empty_rows", "rows with neither score nor reason nor note: skipped"},
                                       {"future", "assessments dated after \"as_of\", by default today: taken"},
                                       {"refused", "bad cells reported through issue"},
                                       {NULL, NULL}};
    PyStructSequence_Desc of_point = {"bip.Point", "A score on a day.", point, 2};
    PyStructSequence_Desc of_issue = {"bip.Issue", "One refused cell, one fault found.", issue, 4};
    PyStructSequence_Desc of_result = {"bip.ImportResult", "What an import did, or with a rolled-back change would do.",
                                       result, 7};
    return (state->point = add_tuple(module, &of_point)) != NULL &&
           (state->issue = add_tuple(module, &of_issue)) != NULL &&
           (state->import_result = add_tuple(module, &of_result)) != NULL;
}

/* ------------------------------------------------------------ the module */

static PyObject *attribute_of(const char *module_name, const char *name)
{
    PyObject *module = PyImport_ImportModule(module_name);
    PyObject *found = module == NULL ? NULL : PyObject_GetAttrString(module, name);
    Py_XDECREF(module);
    return found;
}

static bool borrow(module_state *state)
{
    return (state->date = attribute_of("datetime", "date")) != NULL &&
           (state->columns = attribute_of("bip._columns", "Columns")) != NULL &&
           (state->category = attribute_of("bip._columns", "Category")) != NULL;
}

static int fill(PyObject *module)
{
    module_state *state = state_of(module);
    bool good = borrow(state) && add_enums(module, state) && add_errors(module, state) && add_tuples(module, state) &&
                add_memory(module, state) && add_series(module, state) && add_assessment(module, state) &&
                add_store(module, state) && add_change(module, state) && add_cursors(module, state) &&
                PyModule_AddIntMacro(module, BIP_MOST_AXES) == 0 && PyModule_AddIntMacro(module, BIP_MOST_LAYERS) == 0;
    return good ? 0 : -1;
}

static int traverse(PyObject *module, visitproc visit, void *arg)
{
    module_state *s = state_of(module);
    Py_VISIT(s->error);
    for (size_t i = 0; i < N_STATUSES; i++)
        Py_VISIT(s->errors[i]);
    for (size_t i = 0; i < N_ENUMS; i++) {
        Py_VISIT(s->enums[i]);
        Py_VISIT(s->members[i]);
    }
    PyObject *others[] = {s->date, s->columns, s->category};
    PyTypeObject *types[] = {s->store,      s->change, s->assessments, s->progression, s->series,
                             s->assessment, s->memory, s->point,       s->issue,       s->import_result};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        Py_VISIT(others[i]);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        Py_VISIT(types[i]);
    return 0;
}

static int clear(PyObject *module)
{
    module_state *s = state_of(module);
    Py_CLEAR(s->error);
    for (size_t i = 0; i < N_STATUSES; i++)
        Py_CLEAR(s->errors[i]);
    for (size_t i = 0; i < N_ENUMS; i++) {
        Py_CLEAR(s->enums[i]);
        Py_CLEAR(s->members[i]);
    }
    PyObject **others[] = {&s->date, &s->columns, &s->category};
    PyTypeObject **types[] = {&s->store,      &s->change, &s->assessments, &s->progression, &s->series,
                              &s->assessment, &s->memory, &s->point,       &s->issue,       &s->import_result};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        Py_CLEAR(*others[i]);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        Py_CLEAR(*types[i]);
    return 0;
}

static void free_module(void *module)
{
    clear(module);
}

/* From 3.12 on a module says that interpreters may have a lock each; older ones don't know the question. The numbers
 * are those of the stable ABI, which the headers hide from who asks for 3.9. */
enum { MULTIPLE_INTERPRETERS = 3, OWN_GIL_IS_FINE = 2 };

static bool asks_for_interpreters(void)
{
    const char *version = Py_GetVersion(); /* "3.12.1 (main, ..." */
    return version[0] == '3' && version[1] == '.' && version[2] == '1' && version[3] >= '2' && version[3] <= '9';
}

PyMODINIT_FUNC PyInit__bip(void);

PyMODINIT_FUNC PyInit__bip(void)
{
    static PyModuleDef_Slot before[] = {{Py_mod_exec, fill}, {0, NULL}};
    static PyModuleDef_Slot now[] = {{Py_mod_exec, fill}, {MULTIPLE_INTERPRETERS, (void *)OWN_GIL_IS_FINE}, {0, NULL}};
    static PyModuleDef definition = {PyModuleDef_HEAD_INIT,
                                     "bip._bip",
                                     "libbip as Python sees it: one function in, one function out.",
                                     sizeof(module_state),
                                     free_functions,
                                     NULL,
                                     traverse,
                                     clear,
                                     free_module};
    definition.m_slots = asks_for_interpreters() ? now : before; /* the same every time */
    return PyModuleDef_Init(&definition);
}
