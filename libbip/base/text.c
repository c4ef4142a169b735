#include "base/text.h"

#include <limits.h>
#include <string.h>
#include <utf8proc.h>

/* Length of the ASCII at the beginning of s. */
static size_t ascii_run(const char *s, size_t n)
{
    size_t i = 0;
    uint64_t w;

    for (; n - i >= sizeof w; i += sizeof w) {
        memcpy(&w, s + i, sizeof w);
        if (w & UINT64_C(0x8080808080808080))
            break;
    }
    while (i < n && !(s[i] & 0x80))
        i++;
    return i;
}

static bool is_tail(char c)
{
    return (c & 0xC0) == 0x80;
}

/* Length of the sequence that begins at s (n > 0), 0 where it isn't valid. Unicode 15, table 3-7: only the second byte
 * has narrower bounds, and they shut out overlong forms, surrogates and what is beyond U+10FFFF. */
static size_t sequence(const char *s, size_t n)
{
    const uint8_t lead = (uint8_t)s[0], second = n > 1 ? (uint8_t)s[1] : 0;
    uint8_t low = 0x80, high = 0xBF;
    size_t len = lead < 0x80 ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;

    if (len <= 1)
        return len;
    if (lead == 0xE0)
        low = 0xA0;
    if (lead == 0xED)
        high = 0x9F;
    if (lead == 0xF0)
        low = 0x90;
    if (lead == 0xF4)
        high = 0x8F;
    if (n < len || second < low || second > high)
        return 0;
    for (size_t i = 2; i < len; i++)
        if (!is_tail(s[i]))
            return 0;
    return len;
}

size_t bip__utf8_valid(const char *s, size_t n)
{
    size_t at = ascii_run(s, n), len;

    while (at < n && (len = sequence(s + at, n - at)) > 0) {
        at += len;
        at += ascii_run(s + at, n - at);
    }
    return at;
}

size_t bip__utf8_decode(const char *s, size_t n, int32_t *cp)
{
    static const uint8_t lead_bits[5] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    size_t len = sequence(s, n);

    if (len == 0) { /* callers have checked; a slip of theirs must not read too far or stand still */
        *cp = 0xFFFD;
        return 1;
    }
    *cp = (uint8_t)s[0] & lead_bits[len];
    for (size_t i = 1; i < len; i++)
        *cp = *cp << 6 | ((uint8_t)s[i] & 0x3F);
    return len;
}

static char tail(int32_t bits)
{
    return (char)(0x80 | (bits & 0x3F));
}

size_t bip__utf8_encode(int32_t cp, char out[4])
{
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    if (cp < 0x800) {
        out[0] = (char)(0xC0 | cp >> 6);
        out[1] = tail(cp);
        return 2;
    }
    if (cp < 0x10000) {
        out[0] = (char)(0xE0 | cp >> 12);
        out[1] = tail(cp >> 6);
        out[2] = tail(cp);
        return 3;
    }
    out[0] = (char)(0xF0 | cp >> 18);
    out[1] = tail(cp >> 12);
    out[2] = tail(cp >> 6);
    out[3] = tail(cp);
    return 4;
}

size_t bip__utf8_count(const char *s, size_t n)
{
    size_t count = 0;

    for (size_t i = 0; i < n; i++)
        count += !is_tail(s[i]);
    return count;
}

size_t bip__utf8_cut(const char *s, size_t n, size_t max)
{
    size_t m = n < max ? n : max;

    while (m > 0 && m < n && is_tail(s[m]))
        m--;
    return m;
}

bool bip__char_forbidden(int32_t cp)
{
    switch (utf8proc_category(cp)) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
        return true;
    default:
        return false;
    }
}

bool bip__char_blank(int32_t cp)
{
    utf8proc_category_t category = utf8proc_category(cp);

    return (cp >= 0x09 && cp <= 0x0D) || cp == 0x85 || category == UTF8PROC_CATEGORY_ZS ||
           category == UTF8PROC_CATEGORY_ZL || category == UTF8PROC_CATEGORY_ZP;
}

bool bip__text_blank(const char *s, size_t n)
{
    int32_t cp = 0;

    for (size_t at = 0; at < n;) {
        at += bip__utf8_decode(s + at, n - at, &cp);
        if (!bip__char_blank(cp) && !bip__char_forbidden(cp))
            return false;
    }
    return true;
}

static const char *fold_ascii(bip__arena *a, const char *s, size_t n)
{
    char *folded = bip__arena_strndup(a, s, n);

    for (size_t i = 0; folded && i < n; i++)
        if (folded[i] >= 'A' && folded[i] <= 'Z')
            folded[i] = (char)(folded[i] - 'A' + 'a');
    return folded;
}

/* One pass of utf8proc into the arena; NULL: no memory. utf8proc_map() would take its memory past base/alloc. */
static const char *normalize(bip__arena *a, const char *s, size_t n, utf8proc_option_t options, size_t *out_n)
{
    const utf8proc_uint8_t *text = (const utf8proc_uint8_t *)s;
    utf8proc_ssize_t room = -1, need = (utf8proc_ssize_t)n; /* a code point a byte is nearly always enough */
    utf8proc_int32_t *buffer = NULL;

    while (need > room) {
        room = need;
        if ((size_t)room >= PTRDIFF_MAX / sizeof *buffer)
            return NULL;
        /* one more: reencoding in place ends with a NUL */
        buffer = bip__arena_alloc(a, ((size_t)room + 1) * sizeof *buffer);
        if (!buffer)
            return NULL;
        need = utf8proc_decompose(text, (utf8proc_ssize_t)n, buffer, room, options);
    }
    if (need >= 0)
        need = utf8proc_reencode(buffer, need, options);
    *out_n = need < 0 ? 0 : (size_t)need;
    return need < 0 ? NULL : (const char *)buffer;
}

const char *bip__text_fold(bip__arena *a, const char *s, size_t n, size_t *folded_n)
{
    const utf8proc_option_t nfc = UTF8PROC_STABLE | UTF8PROC_COMPOSE;
    const char *folded;

    *folded_n = n;
    if (ascii_run(s, n) == n)
        return fold_ascii(a, s, n);
    if (bip__utf8_valid(s, n) < n) /* matches nothing but itself */
        return bip__arena_strndup(a, s, n);
    /* NFC first: folding takes the iota below a Greek vowel for a letter, which would stop marks from being reordered
     */
    folded = normalize(a, s, n, nfc, folded_n);
    if (folded)
        folded = normalize(a, folded, *folded_n, nfc | UTF8PROC_CASEFOLD, folded_n);
    return folded;
}

int32_t bip__cp1252(uint8_t byte)
{
    /* 80 to 9F, as Microsoft and the WHATWG have it but for the five undefined ones */
    static const int32_t special[32] = {0x20AC, -1,     0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                        0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, -1,     0x017D, -1,
                                        -1,     0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                        0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, -1,     0x017E, 0x0178};

    return byte >= 0x80 && byte <= 0x9F ? special[byte - 0x80] : byte;
}

const char *bip__text_library(void)
{
    return utf8proc_version();
}
