#include "base/alloc.h"

#include "base/platform.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifdef BIP_FAULTS
/* The only state the library ever keeps, and only in test builds. Not for several threads. */
static long fail_countdown = -1;
static bool fail_sticky;
static long live_blocks;

void bip__alloc_fail_at(long n, bool sticky)
{
    fail_countdown = n;
    fail_sticky = sticky;
}

bool bip__alloc_failed(void)
{
    return fail_countdown < 0;
}

long bip__alloc_live(void)
{
    return live_blocks;
}

static bool must_fail(void)
{
    if (fail_countdown < 0)
        return false;
    if (fail_countdown > 0) {
        fail_countdown--;
        return false;
    }
    if (!fail_sticky)
        fail_countdown = -1;
    return true;
}

static void count_blocks(long change)
{
    live_blocks += change;
}
#else
static bool must_fail(void)
{
    return false;
}

static void count_blocks(long change)
{
    (void)change;
}
#endif

/* No object may be larger than PTRDIFF_MAX; some allocators end the program when asked. */
static bool refused(size_t n)
{
    return n > PTRDIFF_MAX || must_fail();
}

/* malloc(0) and realloc(p, 0) may give NULL, which here means that memory ran out. */
static size_t at_least_one(size_t n)
{
    return n ? n : 1;
}

static void *counted(void *p)
{
    if (p)
        count_blocks(1);
    return p;
}

void *bip__alloc(size_t n)
{
    return refused(n) ? NULL : counted(malloc(at_least_one(n)));
}

void *bip__alloc_table(size_t n)
{
    return n < BIP__LARGE ? bip__alloc(n) : refused(n) ? NULL : counted(bip__memory_large(n));
}

void *bip__alloc_zero(size_t count, size_t each)
{
    void *p;

    if (each && count > SIZE_MAX / each)
        return NULL;
    p = refused(count * each) ? NULL : calloc(1, at_least_one(count * each));
    if (p)
        count_blocks(1);
    return p;
}

void *bip__realloc(void *p, size_t n)
{
    void *q = refused(n) ? NULL : realloc(p, at_least_one(n));

    if (q && !p)
        count_blocks(1);
    return q;
}

void bip__free(void *p)
{
    if (p)
        count_blocks(-1);
    free(p);
}

char *bip__strndup(const char *s, size_t n)
{
    char *copy;

    if (n == SIZE_MAX || !(copy = bip__alloc(n + 1)))
        return NULL;
    if (n)
        memcpy(copy, s, n);
    copy[n] = '\0';
    return copy;
}

char *bip__strdup(const char *s)
{
    return bip__strndup(s, strlen(s));
}

/* p with room for n bytes instead of `had`; NULL: no memory, p as it was. */
typedef void *(*resize_fn)(void *p, size_t had, size_t n);

static void *resize(void *p, size_t had, size_t n)
{
    (void)had;
    return bip__realloc(p, n);
}

/* The system would move small pages to where large ones could be. */
static void *resize_table(void *p, size_t had, size_t n)
{
    void *q;

    if (n < BIP__LARGE)
        return bip__realloc(p, n);
    q = bip__alloc_table(n);
    if (q && had)
        memcpy(q, p, had);
    if (q)
        bip__free(p);
    return q;
}

static bool grow(void *items_ptr, size_t *cap, size_t need, size_t each, resize_fn resized)
{
    size_t want = *cap + *cap / 2;
    void *items;

    if (need <= *cap)
        return true;
    if (want < need || want < *cap)
        want = need;
    if (want < 8)
        want = 8;
    if (each && want > SIZE_MAX / each)
        want = need;
    if (each && want > SIZE_MAX / each)
        return false;
    memcpy(&items, items_ptr,
           sizeof items); /* the caller's pointer has a type of its own: no aliasing through void ** */
    items = resized(items, *cap * each, want * each);
    if (!items)
        return false;
    memcpy(items_ptr, &items, sizeof items);
    *cap = want;
    return true;
}

bool bip__grow(void *items_ptr, size_t *cap, size_t need, size_t each)
{
    return grow(items_ptr, cap, need, each, resize);
}

bool bip__grow_table(void *items_ptr, size_t *cap, size_t need, size_t each)
{
    return grow(items_ptr, cap, need, each, resize_table);
}

struct bip__arena_block {
    struct bip__arena_block *next;
    size_t size, used; /* bytes of data */
    max_align_t data[];
};

#define FIRST_BLOCK 4096u
#define LARGEST_BLOCK (1024u * 1024u)

static struct bip__arena_block *new_block(bip__arena *a, size_t size)
{
    struct bip__arena_block *b;

    if (size > SIZE_MAX - sizeof *b || !(b = bip__alloc(sizeof *b + size)))
        return NULL;
    b->size = size;
    b->used = 0;
    b->next = NULL;
    a->total += sizeof *b + size;
    return b;
}

/* A block with room for n bytes. What is larger than a block of the next size gets one of its own behind the head, so
 * that the head's free room isn't lost and a reset doesn't keep a giant. */
static struct bip__arena_block *block_for(bip__arena *a, size_t n)
{
    struct bip__arena_block *head = a->head, *b;
    size_t next = !head ? FIRST_BLOCK : head->size < LARGEST_BLOCK ? head->size * 2 : LARGEST_BLOCK;

    if (head && n <= head->size - head->used)
        return head;
    b = new_block(a, n > next && head ? n : n > next ? n : next);
    if (b && n > next && head) {
        b->next = head->next;
        head->next = b;
    } else if (b) {
        b->next = head;
        a->head = b;
    }
    return b;
}

/* Not zeroed: what a text is copied to anyway. */
static void *take(bip__arena *a, size_t n)
{
    const size_t align = _Alignof(max_align_t);
    struct bip__arena_block *b;
    char *p;

    if (n > SIZE_MAX - align)
        return NULL;
    n = (at_least_one(n) + align - 1) / align * align;
    if (!(b = block_for(a, n)))
        return NULL;
    p = (char *)b->data + b->used;
    b->used += n;
    a->used += n;
    return p;
}

void *bip__arena_alloc(bip__arena *a, size_t n)
{
    void *p = take(a, n);

    return p ? memset(p, 0, n) : NULL;
}

char *bip__arena_strndup(bip__arena *a, const char *s, size_t n)
{
    char *copy = n < SIZE_MAX ? take(a, n + 1) : NULL;

    if (!copy)
        return NULL;
    if (n)
        memcpy(copy, s, n);
    copy[n] = '\0';
    return copy;
}

static void free_blocks(struct bip__arena_block *b)
{
    while (b) {
        struct bip__arena_block *next = b->next;

        bip__free(b);
        b = next;
    }
}

void bip__arena_reset(bip__arena *a)
{
    a->used = 0;
    if (!a->head)
        return;
    free_blocks(a->head->next);
    a->head->next = NULL;
    a->head->used = 0;
    a->total = sizeof *a->head + a->head->size;
}

void bip__arena_free(bip__arena *a)
{
    free_blocks(a->head);
    *a = (bip__arena){0};
}
