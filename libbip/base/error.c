#include "base/error.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#undef bip__fail /* what the analyzer is told of them */
#undef bip__nomem

/* Copy text into a field of `size` bytes as one line of valid UTF-8. What callers quote is often the very input that
 * was refused: bytes that are no UTF-8 become '?', control characters a blank. */
static void set_line(char *field, size_t size, const char *text)
{
    size_t n = bip__utf8_cut(text, strlen(text), size - 1), at = 0;

    memcpy(field, text, n);
    field[n] = '\0';
    while ((at += bip__utf8_valid(field + at, n - at)) < n)
        field[at++] = '?';
    for (at = 0; at < n; at++)
        if ((unsigned char)field[at] < 0x20 || field[at] == 0x7f)
            field[at] = ' ';
}

bip_status bip__fail(bip_error *err, bip_status st, const char *where, const char *fmt, ...)
{
    char text[sizeof err->message + 1]; /* one byte more than is kept shows whether the cut is between characters */
    char place[sizeof err->where + 1];
    va_list args;

    if (!err)
        return st;
    /* Both are printed aside first: the arguments may be the old contents of err. */
    va_start(args, fmt);
    if (vsnprintf(text, sizeof text, fmt, args) < 0)
        text[0] = '\0';
    va_end(args);
    snprintf(place, sizeof place, "%s", where ? where : "");
    err->status = st;
    err->detail = 0;
    set_line(err->where, sizeof err->where, place);
    set_line(err->message, sizeof err->message, text);
    return st;
}

bip_status bip__nomem(bip_error *err)
{
    return bip__fail(err, BIP_E_NOMEM, NULL, "out of memory");
}
