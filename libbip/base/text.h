/* UTF-8, matching ignoring case, Windows-1252. The only file that knows utf8proc is text.c. */
#ifndef BIP_BASE_TEXT_H
#define BIP_BASE_TEXT_H

#include "alloc.h"
#include "error.h"

#include <stdbool.h>

/* Offset of the first byte that doesn't begin a valid sequence (overlong forms, surrogates and beyond U+10FFFF are
 * invalid), or n. */
size_t bip__utf8_valid(const char *s, size_t n);

/* Decode the character at s (n > 0, valid UTF-8); gives its length. */
size_t bip__utf8_decode(const char *s, size_t n, int32_t *cp);
size_t bip__utf8_encode(int32_t cp, char out[4]);
size_t bip__utf8_count(const char *s, size_t n); /* code points of valid text */

/* The largest m <= max such that s[0..m) ends between characters. */
size_t bip__utf8_cut(const char *s, size_t n, size_t max);

/* true: of category Cc, Cf, Cs, Co, Zl or Zp, which codes must not hold. */
bool bip__char_forbidden(int32_t cp);
/* true: category Z* or a control blank (tab, line ends). */
bool bip__char_blank(int32_t cp);

/* Nothing to be seen in it: empty, or blanks and characters that codes must not hold. s is valid UTF-8. */
bool bip__text_blank(const char *s, size_t n);

/* s folded for matching ignoring case: NFC of the Unicode case folding of NFC; in the arena, NUL-terminated. NULL: no
 * memory. Text that isn't valid UTF-8 comes back as it is. */
const char *bip__text_fold(bip__arena *a, const char *s, size_t n, size_t *folded_n);

/* One byte of Windows-1252 as a code point, -1 for the five undefined ones (81 8D 8F 90 9D). */
int32_t bip__cp1252(uint8_t byte);

const char *bip__text_library(void); /* version of utf8proc, static */

#endif
