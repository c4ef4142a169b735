/* Texts that people read and agree to stand in a file; a test tells where the library says something else. */
#ifndef GOLDEN_H
#define GOLDEN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "base/out.h"

typedef void (*golden_fn)(bip__out *o); /* says all of it */

/* NUL-terminated, for the caller to free. */
static inline bip__out golden_text(golden_fn tell)
{
    bip__out o;

    bip__out_init(&o, NULL, NULL);
    tell(&o);
    bip__out_char(&o, '\0');
    assert_int_equal(o.status, BIP_OK);
    return o;
}

static inline void golden_agrees(const char *path, golden_fn tell)
{
    static char golden[65536];
    bip__out o = golden_text(tell);
    FILE *f = fopen(path, "rb");

    assert_non_null(f);
    golden[fread(golden, 1, sizeof golden - 1, f)] = '\0';
    fclose(f);
    assert_string_equal(o.data, golden);
    bip__out_free(&o);
}

/* Made anew: the status for main() to return. */
static inline int golden_write(const char *path, golden_fn tell)
{
    FILE *f = fopen(path, "wb");

    if (f == NULL)
        return 1;
    bip__out o = golden_text(tell);
    const int failed = fwrite(o.data, 1, o.len - 1, f) != o.len - 1;
    bip__out_free(&o);
    return fclose(f) != 0 || failed;
}

#endif
