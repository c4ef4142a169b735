/* Loaded before the program (LD_PRELOAD, GNU C library): the allocation of number BIP_FAIL_AT fails, whoever asks for
 * it, and the file BIP_FAIL_TELL is made, to say that there was one. */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

extern void *__libc_malloc(size_t n);
extern void *__libc_calloc(size_t n, size_t each);
extern void *__libc_realloc(void *p, size_t n);

static long left = -1;
static const char *tell;

__attribute__((constructor)) static void begin(void)
{
    const char *at = getenv("BIP_FAIL_AT");
    tell = getenv("BIP_FAIL_TELL");
    if (at != NULL && tell != NULL)
        left = atol(at);
}

static int strikes(void)
{
    if (left < 0 || left-- > 0)
        return 0;
    close(open(tell, O_WRONLY | O_CREAT, 0600));
    errno = ENOMEM;
    return 1;
}

void *malloc(size_t n)
{
    return strikes() ? NULL : __libc_malloc(n);
}

void *calloc(size_t n, size_t each)
{
    return strikes() ? NULL : __libc_calloc(n, each);
}

void *realloc(void *p, size_t n)
{
    return strikes() ? NULL : __libc_realloc(p, n);
}
