/* A column's memory, and the view on it: an array of one dimension, whose rows begin on a cache line. A long one lies
 * in huge pages: a page fault instead of 512.
 *
 * The stable ABI has buffers since 3.11. 3.9 and 3.10, which are not changed any more, have them in the same form. */
#include <patchlevel.h>
#undef Py_LIMITED_API
#if PY_VERSION_HEX >= 0x030b0000
#define Py_LIMITED_API 0x030b0000
#endif
#include "module.h"

#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/mman.h>
#endif
#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { LINE = 64, HUGE_PAGE = 1 << 21 };

/* ------------------------------------------------------------ where it lies */

#ifdef __linux__
/* Whole huge pages are put by Linux where such pages begin, if it is asked for so many, and move as they are. */
static bool has_pages(size_t room)
{
    return room >= HUGE_PAGE / 2;
}

static char *pages_new(size_t room)
{
    char *data = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (data == MAP_FAILED)
        return NULL;
    (void)madvise(data, room, MADV_HUGEPAGE); /* advice: small ones do as well */
    return data;
}

static char *pages_resize(char *data, size_t before, size_t room)
{
    char *moved = mremap(data, before, room, MREMAP_MAYMOVE);
    return moved == MAP_FAILED ? NULL : moved;
}

static void pages_free(char *data, size_t room)
{
    (void)munmap(data, room);
}
#else
static bool has_pages(size_t room)
{
    (void)room;
    return false;
}

static char *pages_new(size_t room)
{
    (void)room;
    return NULL;
}

static char *pages_resize(char *data, size_t before, size_t room)
{
    (void)data, (void)before, (void)room;
    return NULL;
}

static void pages_free(char *data, size_t room)
{
    (void)data, (void)room;
}
#endif

static void data_free(char *data, size_t room)
{
    if (has_pages(room))
        pages_free(data, room);
    else
        free(data);
}

bool memory_resize(column_memory *m, size_t used, size_t n)
{
    const size_t unit = has_pages(n) ? HUGE_PAGE : LINE, room = (n + unit - 1) / unit * unit;
    if (has_pages(m->room) && has_pages(room)) {
        char *moved = pages_resize(m->data, m->room, room);
        if (moved == NULL)
            return false;
        m->data = moved;
    } else {
        char *data = has_pages(room) ? pages_new(room) : aligned_alloc(LINE, room);
        if (data == NULL)
            return false;
        if (used > 0)
            memcpy(data, m->data, used);
        data_free(m->data, m->room);
        m->data = data;
    }
    m->room = room;
    return true;
}

void memory_stream(char *to, const char *from, size_t n)
{
#ifdef __SSE2__
    for (size_t i = 0; i < n; i += sizeof(__m128i))
        _mm_stream_si128((__m128i *)(to + i), _mm_loadu_si128((const __m128i *)(from + i)));
#else
    memcpy(to, from, n);
#endif
}

void memory_streamed(void)
{
#ifdef __SSE2__
    _mm_sfence();
#endif
}

/* ------------------------------------------------------------ as a buffer */

static int get_buffer(PyObject *object, Py_buffer *view, int flags)
{
    column_memory *m = (column_memory *)object;
    *view = (Py_buffer){.buf = m->data, .len = m->n * m->size, .itemsize = m->size, .ndim = 1};
    view->format = (flags & PyBUF_FORMAT) == PyBUF_FORMAT ? m->format : NULL;
    view->shape = (flags & PyBUF_ND) == PyBUF_ND ? &m->n : NULL;
    view->strides = (flags & PyBUF_STRIDES) == PyBUF_STRIDES ? &m->size : NULL;
    Py_INCREF(object);
    view->obj = object;
    return 0;
}

PyObject *memory_view(column_memory *m, char format, size_t size, size_t n)
{
    m->format[0] = format;
    m->size = (Py_ssize_t)size;
    m->n = (Py_ssize_t)n;
    return PyMemoryView_FromObject((PyObject *)m);
}

column_memory *memory_new(const module_state *state)
{
    column_memory *m = PyObject_New(column_memory, state->memory);
    if (m != NULL) {
        m->data = NULL;
        m->room = 0;
        memset(m->format, 0, sizeof m->format);
    }
    return m;
}

static void memory_dealloc(PyObject *object)
{
    column_memory *m = (column_memory *)object;
    PyTypeObject *type = Py_TYPE(object);
    data_free(m->data, m->room);
    PyObject_Del(object);
    Py_DECREF(type);
}

bool add_memory(PyObject *module, module_state *state)
{
    PyType_Slot slots[] = {{Py_tp_doc, "What the columns' views look at."},
                           {Py_tp_dealloc, memory_dealloc},
                           {Py_bf_getbuffer, get_buffer},
                           {0, NULL}};
    PyType_Spec spec = {"bip._Memory", sizeof(column_memory), 0, Py_TPFLAGS_DEFAULT, slots};
    return (state->memory = add_type(module, &spec)) != NULL;
}
