#include "model/json.h"

#include "base/alloc.h"
#include "base/number.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_LEVELS 64

typedef struct where_text {
    char text[128];
    size_t n;
} where_text;

/* What doesn't fit is left out: bip_error.where is as long as this. */
static void where_add(where_text *w, const char *s, size_t n)
{
    n = bip__utf8_cut(s, n, sizeof w->text - 1 - w->n);
    memcpy(w->text + w->n, s, n);
    w->n += n;
}

static void where_path(where_text *w, const bip__json_path *path)
{
    char index[32];

    if (!path)
        return;
    where_path(w, path->up);
    if (path->key) {
        where_add(w, ".", path->up ? 1 : 0);
        where_add(w, path->key, strlen(path->key));
    } else {
        snprintf(index, sizeof index, "[%zu]", path->index);
        where_add(w, index, strlen(index));
    }
}

bip_status bip__json_fail(bip_error *err, const bip__json_path *path, const char *fmt, ...)
{
    where_text where = {0};
    char message[256];
    va_list args;

    where_path(&where, path);
    va_start(args, fmt);
    vsnprintf(message, sizeof message, fmt, args);
    va_end(args);
    /* a message cut in the middle of a character would not be UTF-8 any more */
    message[bip__utf8_valid(message, strlen(message))] = '\0';
    return bip__fail(err, BIP_E_REFUSED, where.text, "%s", message);
}

/* cJSON is the tree only. Its parser takes too much, reads numbers through strtod, 63 characters at most, and writes to
 * a variable that all threads share. */
typedef struct scan {
    const char *s;
    size_t n, at;
    bip__out text; /* the string read last, without its escapes */
    bip_error *err;
} scan;

static bip_status fail_at(scan *c, size_t at, const char *what)
{
    size_t line = 1, begin = 0;

    for (size_t i = 0; i < at; i++)
        if (c->s[i] == '\n') {
            line++;
            begin = i + 1;
        }
    char where[64];
    snprintf(where, sizeof where, "line %zu, column %zu", line, bip__utf8_count(c->s + begin, at - begin) + 1);
    return bip__fail(c->err, BIP_E_REFUSED, where, "%s", what);
}

static bip_status fail_here(scan *c, const char *what)
{
    return fail_at(c, c->at, c->at == c->n ? "the text ends too early" : what);
}

static void skip_blanks(scan *c)
{
    while (c->at < c->n && strchr(" \t\r\n", c->s[c->at]) && c->s[c->at])
        c->at++;
}

static bool take(scan *c, char wanted)
{
    if (c->at == c->n || c->s[c->at] != wanted)
        return false;
    c->at++;
    return true;
}

/* The four hexadecimal digits at `at`, or -1. */
static long hex4(const scan *c, size_t at)
{
    long v = 0;

    if (c->n - at < 4)
        return -1;
    for (size_t i = at; i < at + 4; i++) {
        const char digit = c->s[i];
        if (digit >= '0' && digit <= '9')
            v = v * 16 + (digit - '0');
        else if ((digit | 0x20) >= 'a' && (digit | 0x20) <= 'f')
            v = v * 16 + (digit | 0x20) - 'a' + 10;
        else
            return -1;
    }
    return v;
}

/* After "\u". Halves of surrogate pairs must come in pairs: alone they are no character. */
static bip_status scan_unicode(scan *c)
{
    const size_t begin = c->at - 2;
    long cp = hex4(c, c->at), low;
    char utf8[4];

    if (cp < 0)
        return fail_at(c, begin, "\\u needs four hexadecimal digits");
    if (cp == 0)
        return fail_at(c, begin, "U+0000 is not allowed in a text");
    c->at += 4;
    if (cp >= 0xd800 && cp <= 0xdfff) {
        low = c->n - c->at > 2 && c->s[c->at] == '\\' && c->s[c->at + 1] == 'u' ? hex4(c, c->at + 2) : -1;
        if (cp > 0xdbff || low < 0xdc00 || low > 0xdfff)
            return fail_at(c, begin, "half of a surrogate pair");
        cp = 0x10000 + (cp - 0xd800) * 0x400 + (low - 0xdc00);
        c->at += 6;
    }
    bip__out_bytes(&c->text, utf8, bip__utf8_encode((int32_t)cp, utf8));
    return BIP_OK;
}

static bip_status scan_escape(scan *c)
{
    static const char kinds[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
    const char *kind;

    if (++c->at == c->n)
        return fail_here(c, "");
    if (c->s[c->at] == 'u') {
        c->at++;
        return scan_unicode(c);
    }
    if (!(kind = memchr(kinds, c->s[c->at], sizeof kinds - 1)))
        return fail_here(c, "unknown escape in a text");
    bip__out_char(&c->text, meanings[kind - kinds]);
    c->at++;
    return BIP_OK;
}

/* A piece without escapes. */
static void scan_plain(scan *c)
{
    const size_t begin = c->at;

    while (c->at < c->n && (unsigned char)c->s[c->at] >= 0x20 && c->s[c->at] != '"' && c->s[c->at] != '\\')
        c->at++;
    bip__out_bytes(&c->text, c->s + begin, c->at - begin);
}

/* A string into c->text, with a NUL behind it. */
static bip_status scan_string(scan *c)
{
    bip_status st = BIP_OK;

    bip__out_clear(&c->text);
    if (!take(c, '"'))
        return fail_here(c, "expected a text in double quotes");
    while (st == BIP_OK && !take(c, '"')) {
        scan_plain(c);
        if (c->at < c->n && c->s[c->at] == '\\')
            st = scan_escape(c);
        else if (c->at == c->n || c->s[c->at] != '"')
            st = fail_here(c, "a control character inside a text must be written as an escape");
    }
    bip__out_char(&c->text, '\0');
    return st == BIP_OK ? bip__out_finish(&c->text, c->err) : st;
}

static bip_status scan_text(scan *c, cJSON *item)
{
    bip_status st = scan_string(c);

    if (st != BIP_OK)
        return st;
    if (!(item->valuestring = cJSON_malloc(c->text.len)))
        return bip__nomem(c->err);
    memcpy(item->valuestring, c->text.data, c->text.len);
    item->type = cJSON_String;
    return BIP_OK;
}

static bip_status scan_number(scan *c, cJSON *item)
{
    const size_t begin = c->at;

    while (c->at < c->n && c->s[c->at] && strchr("0123456789+-.eE", c->s[c->at]))
        c->at++;
    if (!bip__number_parse_json(c->s + begin, c->at - begin, &item->valuedouble))
        return fail_at(c, begin, "not a number as JSON writes it, or too large");
    item->type = cJSON_Number;
    return BIP_OK;
}

static bip_status scan_word(scan *c, cJSON *item)
{
    static const struct {
        const char *word;
        int type;
    } words[] = {{"true", cJSON_True}, {"false", cJSON_False}, {"null", cJSON_NULL}};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const size_t n = strlen(words[i].word);
        if (c->n - c->at >= n && memcmp(c->s + c->at, words[i].word, n) == 0) {
            item->type = words[i].type;
            c->at += n;
            return BIP_OK;
        }
    }
    return fail_here(c, "expected a value");
}

static bip_status scan_value(scan *c, cJSON *item, int level);

/* An element, or with its key a member, hung into the tree before its value is read: so there is one owner. */
static bip_status scan_child(scan *c, cJSON *parent, int level)
{
    const bool object = parent->type == cJSON_Object;
    bip_status st;
    cJSON *child;

    skip_blanks(c);
    if (object && (st = scan_string(c)) != BIP_OK)
        return st;
    if (!(child = cJSON_CreateNull()))
        return bip__nomem(c->err);
    if (!(object ? cJSON_AddItemToObject(parent, c->text.data, child) : cJSON_AddItemToArray(parent, child))) {
        cJSON_Delete(child);
        return bip__nomem(c->err);
    }
    skip_blanks(c);
    if (object && !take(c, ':'))
        return fail_here(c, "expected a colon");
    return scan_value(c, child, level);
}

/* A list or an object, from its opening bracket on. */
static bip_status scan_container(scan *c, cJSON *item, int level)
{
    const bool object = c->s[c->at] == '{';
    const char end = object ? '}' : ']';
    bip_status st;

    if (level > MAX_LEVELS)
        return fail_here(c, "nested too deeply");
    item->type = object ? cJSON_Object : cJSON_Array;
    c->at++;
    skip_blanks(c);
    if (take(c, end))
        return BIP_OK;
    for (;;) {
        if ((st = scan_child(c, item, level)) != BIP_OK)
            return st;
        skip_blanks(c);
        if (take(c, end))
            return BIP_OK;
        if (!take(c, ','))
            return fail_here(c, object ? "expected a comma or }" : "expected a comma or ]");
    }
}

/* One value inside `level` brackets. */
static bip_status scan_value(scan *c, cJSON *item, int level)
{
    skip_blanks(c);
    if (c->at == c->n)
        return fail_here(c, "");
    const char first = c->s[c->at];
    if (first == '{' || first == '[')
        return scan_container(c, item, level + 1);
    if (first == '"')
        return scan_text(c, item);
    if (first == '-' || (first >= '0' && first <= '9'))
        return scan_number(c, item);
    return scan_word(c, item);
}

static bip_status scan_document(scan *c, cJSON *root)
{
    const size_t valid = bip__utf8_valid(c->s, c->n);
    bip_status st;

    if (valid < c->n)
        return fail_at(c, valid, "not valid UTF-8");
    if (c->n >= 3 && memcmp(c->s, "\xef\xbb\xbf", 3) == 0)
        return fail_at(c, 0, "begins with a byte order mark; save as UTF-8 without it");
    if ((st = scan_value(c, root, 0)) != BIP_OK)
        return st;
    skip_blanks(c);
    return c->at == c->n ? BIP_OK : fail_here(c, "something follows the end of the document");
}

static int by_key(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorted first: comparing each with each would take minutes on a hostile object. */
static bip_status check_members(const cJSON *object, const bip__json_path *path, bip_error *err)
{
    const char **keys;
    size_t n = 0;
    bip_status st = BIP_OK;

    for (const cJSON *child = object->child; child; child = child->next)
        n++;
    if (n < 2)
        return BIP_OK;
    if (!(keys = bip__alloc_zero(n, sizeof *keys)))
        return bip__nomem(err);
    n = 0;
    for (const cJSON *child = object->child; child; child = child->next)
        keys[n++] = child->string;
    qsort(keys, n, sizeof *keys, by_key);
    for (size_t i = 1; i < n && st == BIP_OK; i++)
        if (strcmp(keys[i - 1], keys[i]) == 0)
            st = bip__json_fail(err, BIP__AT(path, keys[i]), "duplicate key");
    bip__free(keys);
    return st;
}

static bip_status check_keys(const cJSON *item, const bip__json_path *path, bip_error *err)
{
    bip_status st = cJSON_IsObject(item) ? check_members(item, path, err) : BIP_OK;
    size_t index = 0;

    for (const cJSON *child = item->child; child && st == BIP_OK; child = child->next)
        st = check_keys(child, &(bip__json_path){path, child->string, index++}, err);
    return st;
}

bip_status bip__json_parse(const char *json, size_t n, cJSON **out, bip_error *err)
{
    scan c = {.s = json, .n = n, .err = err};
    cJSON *root = cJSON_CreateNull();
    bip_status st;

    *out = NULL;
    bip__out_init(&c.text, NULL, NULL);
    st = root ? scan_document(&c, root) : bip__nomem(err);
    if (st == BIP_OK)
        st = check_keys(root, NULL, err);
    if (st == BIP_OK)
        *out = root;
    else
        cJSON_Delete(root);
    bip__out_free(&c.text);
    return st;
}

const char *bip__json_library(void)
{
    return cJSON_Version();
}
