/* Just enough JSON to lay out as text what the library has written: one object without blanks, known to be well formed.
 */
#include "cli/cli.h"

#include "base/text.h"

#include <string.h>

/* Behind the value that begins at s[at]: strings skipped whole, brackets counted. */
static size_t value_end(const char *s, size_t n, size_t at)
{
    int depth = 0;

    for (bool quoted = false; at < n; at++) {
        if (quoted && s[at] == '\\') {
            at++;
        } else if (s[at] == '"') {
            quoted = !quoted;
        } else if (!quoted) {
            if (depth == 0 && (s[at] == ',' || s[at] == '}' || s[at] == ']' || s[at] == ':'))
                return at;
            depth += (s[at] == '{' || s[at] == '[') - (s[at] == '}' || s[at] == ']');
        }
    }
    return n;
}

bool cli_json_next(cli_json object, size_t *at, cli_json *key, cli_json *value)
{
    size_t from = *at + 1, end; /* behind '{' or ',' */

    if (from >= object.n || object.at[from] == '}')
        return false;
    end = value_end(object.at, object.n, from);
    *key = (cli_json){object.at + from, end - from};
    from = end + 1;
    if (from >= object.n)
        return false;
    *at = value_end(object.at, object.n, from);
    *value = (cli_json){object.at + from, *at - from};
    return true;
}

bool cli_json_member(cli_json object, const char *key, cli_json *value)
{
    cli_json name;
    size_t n = strlen(key);

    for (size_t at = 0; cli_json_next(object, &at, &name, value);)
        if (name.n == n + 2 && memcmp(name.at + 1, key, n) == 0)
            return true;
    return false;
}

bool cli_json_is_null(cli_json value)
{
    return value.n == 4 && memcmp(value.at, "null", 4) == 0;
}

/* As the library writes it: in small letters. */
static int32_t hex4(const char *s)
{
    int32_t v = 0;

    for (int i = 0; i < 4; i++)
        v = v * 16 + (s[i] <= '9' ? s[i] - '0' : s[i] - 'a' + 10);
    return v;
}

/* One escape at s, behind its backslash; gives its length. Control characters are shown as blanks: this is text for a
 * terminal. */
static size_t unescape(bip__out *o, const char *s, size_t n)
{
    char c[4];

    if (*s == '"' || *s == '\\' || *s == '/') {
        bip__out_char(o, *s);
    } else if (*s == 'u' && n >= 5 && hex4(s + 1) >= 0x20) {
        bip__out_bytes(o, c, bip__utf8_encode(hex4(s + 1), c));
        return 5;
    } else {
        bip__out_char(o, ' ');
        return *s == 'u' && n >= 5 ? 5 : 1;
    }
    return 1;
}

void cli_json_name(bip__out *o, const char *name)
{
    bip__out shown;

    bip__out_init(&shown, NULL, NULL);
    bip__out_text(&shown, name);
    for (size_t at = 0; shown.status == BIP_OK && at < shown.len; at++) {
        at += bip__utf8_valid(shown.data + at, shown.len - at);
        if (at < shown.len)
            shown.data[at] = '?';
    }
    if (shown.status == BIP_OK)
        bip__out_json(o, shown.data, shown.len);
    else
        o->status = shown.status;
    bip__out_free(&shown);
}

void cli_json_text(bip__out *o, cli_json value)
{
    if (value.n < 2 || value.at[0] != '"') {
        bip__out_bytes(o, value.at, value.n);
        return;
    }
    for (size_t i = 1; i + 1 < value.n;) {
        if (value.at[i] == '\\' && i + 2 < value.n) {
            i += 1 + unescape(o, value.at + i + 1, value.n - i - 2);
        } else {
            bip__out_char(o, value.at[i++]);
        }
    }
}

bool cli_line_next(const bip__out *text, size_t *at, cli_json *line)
{
    const char *end;

    if (*at >= text->len)
        return false;
    end = memchr(text->data + *at, '\n', text->len - *at);
    line->at = text->data + *at;
    line->n = end ? (size_t)(end - line->at) : text->len - *at;
    *at += line->n + 1;
    return true;
}

bip_status cli_list(cli *c, const char *document, const bip_query *query, bool hold, cli_line_fn lay_out)
{
    bip__out lines, text;
    cli_json line;
    size_t at = 0;
    bip_status st = cli_open(c, 0);

    if (st != BIP_OK)
        return st;
    if (c->json)
        return cli_document(c, document, query, hold);
    if ((st = cli_collect(c, document, query, &lines)) == BIP_OK) {
        bip__out_init(&text, NULL, NULL);
        while (cli_line_next(&lines, &at, &line))
            lay_out(&text, c, line);
        st = cli_print(c, &text);
    }
    bip__out_free(&lines);
    return st;
}
