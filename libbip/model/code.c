#include "model/code.h"

#include "base/text.h"
#include "model/national_id.h"

#include <string.h>

#define MAX_NAME 64 /* code points of a name, bytes of a code */

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

bool bip__code_valid(const char *s, size_t n)
{
    if (n < 1 || n > MAX_NAME || !is_lower(s[0]))
        return false;
    for (size_t i = 1; i < n; i++)
        if (!is_lower(s[i]) && !is_digit(s[i]) && s[i] != '_' && s[i] != '-')
            return false;
    return true;
}

bool bip__version_valid(const char *s, size_t n)
{
    if (n < 1 || n > MAX_NAME || !(is_lower(s[0]) || is_upper(s[0]) || is_digit(s[0])))
        return false;
    for (size_t i = 1; i < n; i++)
        if (!is_lower(s[i]) && !is_upper(s[i]) && !is_digit(s[i]) && s[i] != '_' && s[i] != '-' && s[i] != '.')
            return false;
    return true;
}

/* What is wrong with the characters of a name, or NULL. s is valid UTF-8 and not empty. */
static const char *name_fault(const char *s, size_t n)
{
    int32_t cp = 0;
    size_t count = 0;

    for (size_t at = 0; at < n; count++) {
        at += bip__utf8_decode(s + at, n - at, &cp);
        if (bip__char_forbidden(cp))
            return "holds a control or invisible character";
        if (at < n && count == 0 && bip__char_blank(cp))
            return "begins with a blank";
    }
    if (bip__char_blank(cp))
        return "ends with a blank";
    return count > MAX_NAME ? "is longer than 64 characters" : NULL;
}

bip_status bip__name_check(const char *what, const char *s, size_t n, bool national_ids, bip_error *err)
{
    const char *fault;
    size_t begin, end;

    if (n == 0)
        fault = "is empty";
    else if (bip__utf8_valid(s, n) < n)
        fault = "is not valid UTF-8";
    else
        fault = name_fault(s, n);
    /* the number itself is not repeated: messages end in logs */
    if (!fault && !national_ids && bip__national_id_find(s, n, true, 0, &begin, &end))
        fault = "holds a national identity number";
    return fault ? bip__fail(err, BIP_E_REFUSED, what, "the %s %s", what, fault) : BIP_OK;
}

bip_status bip__text_check(const char *what, const char *s, size_t n, bool national_ids, bip_error *err)
{
    const char *fault = NULL;
    size_t begin, end;

    if (bip__utf8_valid(s, n) < n)
        fault = "is not valid UTF-8";
    else if (n > 0 && memchr(s, 0, n))
        fault = "holds U+0000";
    else if (!national_ids && bip__national_id_find(s, n, false, 0, &begin, &end))
        fault = "holds a national identity number";
    return fault ? bip__fail(err, BIP_E_REFUSED, what, "the %s %s", what, fault) : BIP_OK;
}
