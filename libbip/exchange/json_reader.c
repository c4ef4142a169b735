#include "exchange/json_reader.h"

#include "base/number.h"
#include "base/text.h"
#include "model/score.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MAX_NUMBER 400 /* bytes of a number; the exact value of a double has up to 767 digits, nobody writes them */

void bip__json_reader_init(bip__json_reader *r, bip__source *source, int64_t line)
{
    memset(r, 0, sizeof *r);
    bip__out_init(&r->text, NULL, NULL);
    bip__json_reader_again(r, source, line);
}

void bip__json_reader_again(bip__json_reader *r, bip__source *source, int64_t line)
{
    r->source = source;
    r->line = line;
    r->token = BIP__JSON_NONE;
    r->depth = 0;
    r->value_due = r->done = false;
}

void bip__json_reader_free(bip__json_reader *r)
{
    bip__out_free(&r->text);
}

/* ------------------------------------------------------------ messages */

static void print_place(const bip__json_reader *r, char *into, size_t n)
{
    size_t len = (size_t)snprintf(into, n, "line %lld", (long long)r->line);
    for (size_t i = 0; i < r->depth && len < n; i++) {
        const bip__json_level *level = &r->levels[i];
        const char *lead = i > 0 ? "" : ", ";
        int more = 0;
        if (!level->object)
            more = snprintf(into + len, n - len, "%s[%zu]", lead, level->index);
        else if (level->key[0])
            more = snprintf(into + len, n - len, "%s%s", i > 0 ? "." : lead, level->key);
        len += (size_t)more;
    }
}

bip_status bip__json_refuse(const bip__json_reader *r, bip_error *err, const char *fmt, ...)
{
    char where[128];
    char text[256];
    va_list args;
    print_place(r, where, sizeof where);
    va_start(args, fmt);
    if (vsnprintf(text, sizeof text, fmt, args) < 0)
        text[0] = '\0';
    va_end(args);
    return bip__fail(err, BIP_E_REFUSED, where, "%s", text);
}

/* ------------------------------------------------------------ bytes */

/* The next byte without taking it, -1 at the end. */
static bip_status peek(bip__json_reader *r, int *byte, bip_error *err)
{
    bip__source *s = r->source;
    if (s->at == s->end) {
        bip_status st = bip__source_more(s, err);
        if (st != BIP_OK)
            return st;
    }
    *byte = s->at < s->end ? (unsigned char)s->data[s->at] : -1;
    return BIP_OK;
}

static bip_status peek_beyond_blanks(bip__json_reader *r, int *byte, bip_error *err)
{
    bip_status st;
    while ((st = peek(r, byte, err)) == BIP_OK && (*byte == ' ' || *byte == '\t' || *byte == '\r' || *byte == '\n')) {
        r->line += *byte == '\n';
        r->source->at++;
    }
    return st;
}

static bip_status unexpected(const bip__json_reader *r, int byte, const char *wanted, bip_error *err)
{
    if (byte < 0)
        return bip__json_refuse(r, err, "the file ends here, %s is missing", wanted);
    if (byte == 0xEF && r->depth == 0)
        return bip__json_refuse(r, err, "JSON must not begin with a byte order mark");
    if (byte <= 0x20 || byte >= 0x7F)
        return bip__json_refuse(r, err, "byte %d where %s must stand", byte, wanted);
    const char text[2] = {(char)byte, '\0'};
    return bip__json_refuse(r, err, "'%s' where %s must stand", text, wanted);
}

/* ------------------------------------------------------------ strings */

static bip_status text_state(bip__json_reader *r, bip_error *err)
{
    if (r->text.status != BIP_OK)
        return bip__nomem(err);
    if (r->text.len > BIP__JSON_TEXT)
        return bip__json_refuse(r, err, "the string is longer than 1 MiB");
    return BIP_OK;
}

static int hex_digit(int c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Four hexadecimal digits. */
static bip_status read_unit(bip__json_reader *r, int32_t *unit, bip_error *err)
{
    *unit = 0;
    for (int i = 0; i < 4; i++) {
        int byte;
        bip_status st = peek(r, &byte, err);
        if (st != BIP_OK)
            return st;
        if (hex_digit(byte) < 0)
            return unexpected(r, byte, "a hexadecimal digit", err);
        *unit = *unit * 16 + hex_digit(byte);
        r->source->at++;
    }
    return BIP_OK;
}

/* The second half of a surrogate pair. */
static bip_status read_low_half(bip__json_reader *r, int32_t high, int32_t *cp, bip_error *err)
{
    int32_t low;
    bip_status st = bip__source_want(r->source, 2, err);
    if (st != BIP_OK)
        return st;
    if (r->source->end - r->source->at < 2 || memcmp(r->source->data + r->source->at, "\\u", 2) != 0)
        return bip__json_refuse(r, err, "half a surrogate pair");
    r->source->at += 2;
    if ((st = read_unit(r, &low, err)) != BIP_OK)
        return st;
    if (low < 0xDC00 || low > 0xDFFF)
        return bip__json_refuse(r, err, "half a surrogate pair");
    *cp = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
    return BIP_OK;
}

static bip_status read_code_point(bip__json_reader *r, bip_error *err)
{
    int32_t cp;
    char utf8[4];
    bip_status st = read_unit(r, &cp, err);
    if (st == BIP_OK && cp >= 0xDC00 && cp <= 0xDFFF)
        st = bip__json_refuse(r, err, "half a surrogate pair");
    else if (st == BIP_OK && cp >= 0xD800 && cp <= 0xDBFF)
        st = read_low_half(r, cp, &cp, err);
    else if (st == BIP_OK && cp == 0)
        st = bip__json_refuse(r, err, "the string holds U+0000");
    if (st == BIP_OK)
        bip__out_bytes(&r->text, utf8, bip__utf8_encode(cp, utf8));
    return st;
}

/* What follows a backslash. */
static bip_status read_escape(bip__json_reader *r, bip_error *err)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    int byte;
    bip_status st = peek(r, &byte, err);
    if (st != BIP_OK)
        return st;
    const char *which = byte > 0 ? strchr(from, byte) : NULL;
    if (which == NULL && byte != 'u')
        return unexpected(r, byte, "an escape", err);
    r->source->at++;
    if (which == NULL)
        return read_code_point(r, err);
    bip__out_char(&r->text, to[which - from]);
    return BIP_OK;
}

/* The bytes up to the next quote, backslash or control character, or what is in hand of them. */
static void read_plain(bip__json_reader *r)
{
    bip__source *s = r->source;
    size_t i = s->at;
    while (i < s->end && s->data[i] != '"' && s->data[i] != '\\' && (unsigned char)s->data[i] >= 0x20)
        i++;
    bip__out_bytes(&r->text, s->data + s->at, i - s->at);
    s->at = i;
}

/* From behind the opening quote. */
static bip_status read_string(bip__json_reader *r, bip_error *err)
{
    int byte = 0;
    bip_status st;
    bip__out_clear(&r->text);
    for (;;) {
        read_plain(r);
        if ((st = text_state(r, err)) != BIP_OK || (st = peek(r, &byte, err)) != BIP_OK)
            return st;
        if (byte >= 0x20 && byte != '"' && byte != '\\')
            continue;
        if (byte < 0x20)
            return unexpected(r, byte, "the end of the string", err);
        r->source->at++;
        if (byte == '"')
            break;
        if ((st = read_escape(r, err)) != BIP_OK)
            return st;
    }
    bip__out_char(&r->text, '\0');
    if (r->text.status != BIP_OK)
        return bip__nomem(err);
    r->text.len--; /* the NUL stays behind the text */
    if (bip__utf8_valid(r->text.data, r->text.len) < r->text.len)
        return bip__json_refuse(r, err, "the string is not valid UTF-8");
    return BIP_OK;
}

/* ------------------------------------------------------------ numbers and words */

static bool in_number(int byte)
{
    return (byte >= '0' && byte <= '9') || byte == '-' || byte == '+' || byte == '.' || byte == 'e' || byte == 'E';
}

static bip_status read_number(bip__json_reader *r, bip_error *err)
{
    char text[MAX_NUMBER];
    size_t n = 0;
    int byte;
    bip_status st;
    while ((st = peek(r, &byte, err)) == BIP_OK && in_number(byte) && n < sizeof text) {
        text[n++] = (char)byte;
        r->source->at++;
    }
    if (st == BIP_OK && (n == sizeof text || !bip__number_parse_json(text, n, &r->number)))
        st = bip__json_refuse(r, err, "the number is not one of JSON, or too large");
    r->token = BIP__JSON_NUMBER;
    return st;
}

static bip_status read_word(bip__json_reader *r, const char *word, bip__json_token token, bip_error *err)
{
    const size_t n = strlen(word);
    bip_status st = bip__source_want(r->source, n, err);
    if (st != BIP_OK)
        return st;
    if (r->source->end - r->source->at < n || memcmp(r->source->data + r->source->at, word, n) != 0)
        return unexpected(r, (unsigned char)word[0], "a value", err);
    r->source->at += n;
    r->token = token;
    return BIP_OK;
}

/* ------------------------------------------------------------ tokens */

static bip__json_level *top(bip__json_reader *r)
{
    return r->depth > 0 ? &r->levels[r->depth - 1] : NULL;
}

static bip_status open_level(bip__json_reader *r, bool object, bip_error *err)
{
    if (r->depth == BIP__JSON_DEPTH)
        return bip__json_refuse(r, err, "nested deeper than %d levels", BIP__JSON_DEPTH);
    r->source->at++;
    r->levels[r->depth++] = (bip__json_level){.object = object, .first = true};
    r->token = object ? BIP__JSON_OBJECT : BIP__JSON_ARRAY;
    return BIP_OK;
}

static bip_status read_value(bip__json_reader *r, int byte, bip_error *err)
{
    bip_status st;
    r->value_due = false;
    switch (byte) {
    case '{':
        return open_level(r, true, err);
    case '[':
        return open_level(r, false, err);
    case '"':
        r->source->at++;
        r->token = BIP__JSON_STRING;
        return read_string(r, err);
    case 't':
        st = read_word(r, "true", BIP__JSON_TRUE, err);
        break;
    case 'f':
        st = read_word(r, "false", BIP__JSON_FALSE, err);
        break;
    case 'n':
        st = read_word(r, "null", BIP__JSON_NULL, err);
        break;
    default:
        if (byte != '-' && (byte < '0' || byte > '9'))
            return unexpected(r, byte, "a value", err);
        st = read_number(r, err);
    }
    return st;
}

static bip_status read_key(bip__json_reader *r, int byte, bip_error *err)
{
    bip__json_level *level = top(r);
    if (byte != '"')
        return unexpected(r, byte, "a key", err);
    r->source->at++;
    level->key[0] = '\0'; /* until it is read the place is the object */
    bip_status st = read_string(r, err);
    if (st != BIP_OK)
        return st;
    const size_t n = bip__utf8_cut(r->text.data, r->text.len, sizeof level->key - 1);
    memcpy(level->key, r->text.data, n);
    level->key[n] = '\0';
    if ((st = peek_beyond_blanks(r, &byte, err)) != BIP_OK)
        return st;
    if (byte != ':')
        return unexpected(r, byte, "a colon", err);
    r->source->at++;
    r->token = BIP__JSON_KEY;
    r->value_due = true;
    return BIP_OK;
}

static void close_level(bip__json_reader *r, bool object)
{
    r->source->at++;
    r->depth--;
    r->token = object ? BIP__JSON_OBJECT_END : BIP__JSON_ARRAY_END;
}

/* Inside an object or list, before a member or element, or at the end. */
static bip_status read_inside(bip__json_reader *r, int byte, bip_error *err)
{
    bip__json_level *level = top(r);
    const char end = level->object ? '}' : ']';
    bip_status st = BIP_OK;
    if (byte == end) {
        close_level(r, level->object);
        return BIP_OK;
    }
    if (!level->first) {
        if (byte != ',')
            return unexpected(r, byte, level->object ? "a comma or '}'" : "a comma or ']'", err);
        r->source->at++;
        level->index++;
        st = peek_beyond_blanks(r, &byte, err);
    }
    level->first = false;
    if (st != BIP_OK)
        return st;
    return level->object ? read_key(r, byte, err) : read_value(r, byte, err);
}

bip_status bip__json_next(bip__json_reader *r, bip_error *err)
{
    int byte;
    bip_status st = peek_beyond_blanks(r, &byte, err);
    if (st != BIP_OK)
        return st;
    if (r->depth == 0 && r->done) {
        r->token = BIP__JSON_NONE;
        return byte < 0 ? BIP_OK : unexpected(r, byte, "the end of the file", err);
    }
    if (r->depth == 0 || r->value_due)
        st = read_value(r, byte, err);
    else
        st = read_inside(r, byte, err);
    r->done = r->depth == 0;
    return st;
}

/* ------------------------------------------------------------ helpers */

static const char *token_name(bip__json_token token)
{
    static const char *const names[] = {"the end",
                                        "an object",
                                        "the end of the object",
                                        "a list",
                                        "the end of the list",
                                        "a key",
                                        "a text",
                                        "a number",
                                        "true",
                                        "false",
                                        "null"};
    return names[token];
}

bip_status bip__json_expect(bip__json_reader *r, bip__json_token token, bip_error *err)
{
    bip_status st = bip__json_next(r, err);
    if (st == BIP_OK && r->token != token)
        st = bip__json_refuse(r, err, "must be %s, not %s", token_name(token), token_name(r->token));
    return st;
}

bip_status bip__json_read_text(bip__json_reader *r, bool null_too, const char **s, size_t *n, bip_error *err)
{
    bip_status st = bip__json_next(r, err);
    *s = NULL;
    *n = 0;
    if (st != BIP_OK || (null_too && r->token == BIP__JSON_NULL))
        return st;
    if (r->token != BIP__JSON_STRING)
        return bip__json_refuse(r, err, "must be a text%s, not %s", null_too ? " or null" : "", token_name(r->token));
    *s = r->text.data;
    *n = r->text.len;
    return BIP_OK;
}

bip_status bip__json_read_index(bip__json_reader *r, int32_t *out, bip_error *err)
{
    bip_status st = bip__json_expect(r, BIP__JSON_NUMBER, err);
    if (st != BIP_OK)
        return st;
    if (!(r->number >= 0 && r->number <= INT32_MAX) || floor(r->number) != r->number)
        return bip__json_refuse(r, err, "must be a whole number from 0 on");
    *out = (int32_t)r->number;
    return BIP_OK;
}

bip_status bip__json_score(const bip__json_reader *r, bip_score *out, bip_error *err)
{
    *out = (bip_score){.answer = BIP_NUMBER, .number = r->number};
    if (r->token == BIP__JSON_NUMBER)
        return BIP_OK;
    *out = (bip_score){.answer = BIP_NOT_ASKED};
    if (r->token == BIP__JSON_NULL)
        return BIP_OK;
    if (r->token == BIP__JSON_STRING)
        out->answer = bip__answer_read(r->text.data, r->text.len);
    if (r->token != BIP__JSON_STRING || out->answer < 0)
        return bip__json_refuse(r, err, "must be a number, null or a reason");
    return BIP_OK;
}

bip_status bip__json_field(bip__json_reader *r, const char *const *names, size_t n_names, uint32_t *seen, size_t *field,
                           bip_error *err)
{
    bip_status st = bip__json_next(r, err);
    if (st != BIP_OK || r->token == BIP__JSON_OBJECT_END)
        return st == BIP_OK ? BIP_DONE : st;
    for (size_t i = 0; i < n_names; i++) {
        if (strcmp(names[i], r->text.data) != 0 || strlen(names[i]) != r->text.len)
            continue;
        if (*seen & UINT32_C(1) << i)
            return bip__json_refuse(r, err, "the key stands twice");
        *seen |= UINT32_C(1) << i;
        *field = i;
        return BIP_OK;
    }
    return bip__json_refuse(r, err, "unknown key");
}

bip_status bip__json_skip(bip__json_reader *r, bip_error *err)
{
    const size_t until = r->depth - (r->token == BIP__JSON_OBJECT || r->token == BIP__JSON_ARRAY);
    bip_status st = BIP_OK;
    while (st == BIP_OK && r->depth > until)
        st = bip__json_next(r, err);
    return st;
}

static void copy_token(const bip__json_reader *r, bip__out *out)
{
    static const char *const plain[] = {"", "{", "}", "[", "]", "", "", "", "true", "false", "null"};
    const bool text = r->token == BIP__JSON_KEY || r->token == BIP__JSON_STRING;
    if (text)
        bip__out_json(out, r->text.data, r->text.len);
    else if (r->token == BIP__JSON_NUMBER)
        bip__out_number(out, r->number);
    else
        bip__out_text(out, plain[r->token]);
    if (r->token == BIP__JSON_KEY)
        bip__out_char(out, ':');
}

bip_status bip__json_copy_rest(bip__json_reader *r, bip__out *out, bip_error *err)
{
    const size_t until = r->depth - (r->token == BIP__JSON_OBJECT || r->token == BIP__JSON_ARRAY);
    bool behind_key = false;
    copy_token(r, out);
    while (r->depth > until) {
        bip_status st = bip__json_next(r, err);
        if (st != BIP_OK)
            return st;
        if (!behind_key && r->token != BIP__JSON_OBJECT_END && r->token != BIP__JSON_ARRAY_END)
            bip__out_comma(out);
        copy_token(r, out);
        behind_key = r->token == BIP__JSON_KEY;
    }
    return out->status == BIP_OK ? BIP_OK : bip__nomem(err);
}

bip_status bip__json_copy(bip__json_reader *r, bip__out *out, bip_error *err)
{
    bip_status st = bip__json_next(r, err);
    return st == BIP_OK ? bip__json_copy_rest(r, out, err) : st;
}
