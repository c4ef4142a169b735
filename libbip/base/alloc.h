/* The library's only door to the heap, so that tests can make the Nth allocation fail. */
#ifndef BIP_BASE_ALLOC_H
#define BIP_BASE_ALLOC_H

#include <stdbool.h>
#include <stddef.h>

void *bip__alloc(size_t n); /* NULL when memory ran out; n 0 is allowed and gives a pointer to free */
void *bip__alloc_zero(size_t count, size_t each); /* zeroed; NULL also on overflow */
void *bip__alloc_table(size_t n); /* not zeroed; on large pages where it is large: for what is looked at in no order */
void *bip__realloc(void *p, size_t n);
void bip__free(void *p);
char *bip__strndup(const char *s, size_t n); /* NUL-terminated copy */
char *bip__strdup(const char *s);

/* Make room for at least `need` items of `each` bytes in *items (capacity *cap items), growing by half. false: no
 * memory, nothing changed. */
bool bip__grow(void *items_ptr, size_t *cap, size_t need, size_t each);
bool bip__grow_table(void *items_ptr, size_t *cap, size_t need, size_t each); /* the same, as bip__alloc_table() */

#ifdef BIP_FAULTS
/* Tests only: the nth allocation from now (0 the next one) fails, and every one after it while sticky; n < 0: none. */
void bip__alloc_fail_at(long n, bool sticky);
bool bip__alloc_failed(void); /* whether that allocation was asked for */
long bip__alloc_live(void);   /* blocks not yet freed */
#endif

/* A heap that is freed as a whole: many small things with one owner. Zero-initialise; pointers stay where they are. */
typedef struct bip__arena {
    struct bip__arena_block *head;
    size_t used, total; /* bytes handed out; bytes taken from the heap */
} bip__arena;

void *bip__arena_alloc(bip__arena *a, size_t n); /* aligned for any type, zeroed; NULL when memory ran out */
char *bip__arena_strndup(bip__arena *a, const char *s, size_t n);
void bip__arena_reset(bip__arena *a); /* forget the contents, keep one block */
void bip__arena_free(bip__arena *a);

#endif
