#include "base/utf16.h"

#include "base/alloc.h"

#include <errno.h>
#include <windows.h>

wchar_t *bip__utf16(const char *text)
{
    int n = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, NULL, 0);
    wchar_t *wide = n > 0 ? bip__alloc((size_t)n * sizeof *wide) : NULL;

    errno = n > 0 ? ENOMEM : EILSEQ;
    if (wide)
        MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, wide, n);
    return wide;
}

char *bip__utf16_to_8(const wchar_t *text)
{
    int n = WideCharToMultiByte(CP_UTF8, 0, text, -1, NULL, 0, NULL, NULL);
    char *narrow = bip__alloc(n > 0 ? (size_t)n : 1);

    if (narrow) {
        *narrow = '\0';
        WideCharToMultiByte(CP_UTF8, 0, text, -1, narrow, n, NULL, NULL);
    }
    return narrow;
}
