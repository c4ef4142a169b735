#include "model/pattern.h"

#include "base/alloc.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/* The defaults of PCRE2 allow minutes; these end any match within milliseconds. */
#define MATCH_LIMIT 100000
#define DEPTH_LIMIT 1000
#define HEAP_LIMIT_KIB 1024
#define PATTERN_LIMIT 1024
#define NEST_LIMIT 50
#define SUBJECT_LIMIT 4096

struct bip__pattern {
    pcre2_general_context *general;
    pcre2_compile_context *compile;
    pcre2_match_context *match;
    pcre2_match_data *data;
    pcre2_code *code;
};

static void *pattern_alloc(PCRE2_SIZE n, void *ctx)
{
    (void)ctx;
    return bip__alloc(n);
}

static void pattern_free(void *p, void *ctx)
{
    (void)ctx;
    bip__free(p);
}

static bool set_limits(bip__pattern *p)
{
    if (!(p->general = pcre2_general_context_create(pattern_alloc, pattern_free, NULL)))
        return false;
    if (!(p->compile = pcre2_compile_context_create(p->general)) ||
        !(p->match = pcre2_match_context_create(p->general)))
        return false;
    pcre2_set_max_pattern_length(p->compile, PATTERN_LIMIT);
    pcre2_set_parens_nest_limit(p->compile, NEST_LIMIT);
    pcre2_set_match_limit(p->match, MATCH_LIMIT);
    pcre2_set_depth_limit(p->match, DEPTH_LIMIT);
    pcre2_set_heap_limit(p->match, HEAP_LIMIT_KIB);
    return true;
}

static bip_status compile(bip__pattern *p, const char *pattern, size_t n, bip_error *err)
{
    const uint32_t options = PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C;
    PCRE2_UCHAR text[160];
    PCRE2_SIZE at;
    int code;

    p->code = pcre2_compile((PCRE2_SPTR)pattern, n, options, &code, &at, p->compile);
    if (p->code)
        return BIP_OK;
    if (code == PCRE2_ERROR_HEAP_FAILED)
        return bip__nomem(err);
    pcre2_get_error_message(code, text, sizeof text);
    return bip__fail(err, BIP_E_REFUSED, NULL, "the pattern does not hold at character %zu: %s", (size_t)at + 1,
                     (const char *)text);
}

bip_status bip__pattern_compile(const char *pattern, size_t n, bip__pattern **out, bip_error *err)
{
    bip__pattern *p = bip__alloc_zero(1, sizeof *p);
    bip_status st;

    *out = NULL;
    if (!p)
        return bip__nomem(err);
    st = set_limits(p) ? compile(p, pattern, n, err) : bip__nomem(err);
    /* one match at a time, and only whether it matches is asked: one pair of offsets is kept and used again */
    if (st == BIP_OK && !(p->data = pcre2_match_data_create(1, p->general)))
        st = bip__nomem(err);
    if (st == BIP_OK)
        *out = p;
    else
        bip__pattern_free(p);
    return st;
}

void bip__pattern_free(bip__pattern *p)
{
    if (!p)
        return;
    pcre2_match_data_free(p->data);
    pcre2_code_free(p->code);
    pcre2_match_context_free(p->match);
    pcre2_compile_context_free(p->compile);
    pcre2_general_context_free(p->general);
    bip__free(p);
}

bip_status bip__pattern_match(const bip__pattern *p, const char *s, size_t n, bool *matches, bip_error *err)
{
    *matches = false;
    if (n > SUBJECT_LIMIT)
        return bip__fail(err, BIP_E_REFUSED, NULL, "the text is too long for a pattern");
    const int found = pcre2_match(p->code, (PCRE2_SPTR)s, n, 0, 0, p->data, p->match);
    *matches = found >= 0;
    switch (found) {
    case PCRE2_ERROR_MATCHLIMIT:
    case PCRE2_ERROR_DEPTHLIMIT:
    case PCRE2_ERROR_HEAPLIMIT:
        return bip__fail(err, BIP_E_REFUSED, NULL, "the pattern is too costly");
    case PCRE2_ERROR_NOMEMORY:
        return bip__nomem(err);
    default:
        if (found >= 0 || found == PCRE2_ERROR_NOMATCH)
            return BIP_OK;
        return bip__fail(err, BIP_E_REFUSED, NULL, "the pattern can't be matched against this text");
    }
}

#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)

const char *bip__pattern_library(void)
{
    return TEXT(PCRE2_MAJOR) "." TEXT(PCRE2_MINOR);
}
