/* Windows names things in UTF-16, everything else here in UTF-8. */
#ifndef BIP_BASE_UTF16_H
#define BIP_BASE_UTF16_H

#include <wchar.h>

wchar_t *bip__utf16(const char *text);      /* to be freed; NULL: no UTF-8, or out of memory, as errno says */
char *bip__utf16_to_8(const wchar_t *text); /* to be freed; what is no UTF-16 becomes U+FFFD; NULL: out of memory */

#endif
