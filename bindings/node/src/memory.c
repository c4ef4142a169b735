/* The memory of columns. A cohort's are hundreds of megabytes, written once: in small pages the kernel needs as long to
 * hand them out as the library to compute half of what goes into them. So what is large lies in huge pages where the
 * system has them, and its page table is moved when it grows, not its content. */
#ifdef __linux__
#define _GNU_SOURCE /* mremap */
#endif
#include "addon.h"

#include <stdlib.h>
#include <string.h>

#ifdef __linux__
#include <sys/mman.h>

#define LARGE                                                                                                          \
    ((size_t)2 << 20) /* the size of a huge page, nearly everywhere; the system's business where it is not             \
                       */

/* Half a huge page is soon a whole one, and in small pages it takes longer to come by. */
static bool is_large(size_t size)
{
    return size >= LARGE / 2;
}

/* Of the system's memory for `size` bytes: with room for what stands before them, which is never written. */
static size_t whole(size_t size)
{
    return (size / LARGE + 2) * LARGE;
}

/* Fresh memory that begins where a huge page can. */
static char *map(size_t n)
{
    char *at = mmap(NULL, n + LARGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    size_t before;
    if (at == MAP_FAILED)
        return NULL;
    before = (LARGE - (uintptr_t)at % LARGE) % LARGE;
    if (before > 0)
        munmap(at, before);
    munmap(at + before + n, LARGE - before);
    madvise(at + before, n, MADV_HUGEPAGE); /* where it isn't taken, the pages are small */
    return at + before;
}

static char *beginning(char *at)
{
    return at - (uintptr_t)at % LARGE;
}

static void unmap(char *at, size_t size)
{
    munmap(beginning(at), whole(size));
}

static char *grow_large(memory *m, size_t size)
{
    char *base = map(whole(size)), *at = base + m->lead;
    if (base == NULL)
        return NULL;
    if (!is_large(m->size)) {
        if (m->size > 0)
            memcpy(at, m->at, m->size);
        free(m->at);
    } else if (mremap(beginning(m->at), whole(m->size), whole(size), MREMAP_MAYMOVE | MREMAP_FIXED, base) ==
               MAP_FAILED) {
        munmap(base, whole(size));
        return NULL;
    }
    return at;
}
#else
static bool is_large(size_t size)
{
    (void)size;
    return false;
}

static void unmap(char *at, size_t size)
{
    (void)at, (void)size;
}

static char *grow_large(memory *m, size_t size)
{
    (void)m, (void)size;
    return NULL;
}
#endif

bool bip_node_memory_grow(memory *m, size_t size)
{
    char *at = is_large(size) ? grow_large(m, size) : realloc(m->at, size);
    if (at == NULL)
        return false;
    m->at = at;
    m->size = size;
    return true;
}

static void let_go(char *at, size_t size)
{
    if (is_large(size))
        unmap(at, size);
    else
        free(at);
}

void bip_node_memory_free(memory *m)
{
    let_go(m->at, m->size);
    m->at = NULL;
    m->size = 0;
}

static void collected(napi_env env, void *at, void *size)
{
    (void)env;
    let_go(at, (uintptr_t)size);
}

/* What large memory has too much was never written, and so isn't there. */
static void shrink(memory *m, size_t n)
{
    if (n > 0 && !is_large(m->size))
        bip_node_memory_grow(m, n);
}

napi_value bip_node_memory_give(napi_env env, memory *m, size_t n)
{
    napi_value given = NULL;
    void *bytes;
    shrink(m, n);
    if (n >= LENT_FROM &&
        napi_create_external_arraybuffer(env, m->at, n, collected, (void *)(uintptr_t)m->size, &given) == napi_ok) {
        m->at = NULL;
        m->size = 0;
        return given;
    }
    if (napi_create_arraybuffer(env, n, &bytes, &given) == napi_ok && n > 0)
        memcpy(bytes, m->at, n);
    return given;
}
