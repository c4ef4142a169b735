#include "exchange/csv.h"

#include "base/alloc.h"
#include "base/bytes.h"
#include "base/out.h"
#include "base/text.h"

#include <string.h>

void bip__csv_init(bip__csv *c, bip__source *source)
{
    *c = (bip__csv){.source = source, .next_line = 1};
}

void bip__csv_free(bip__csv *c)
{
    bip__free(c->cells);
    bip__free(c->converted);
    *c = (bip__csv){0};
}

bip__cell bip__cell_trim_blanks(bip__cell cell)
{
    for (;;) {
        if (cell.n > 0 && (cell.s[0] == ' ' || cell.s[0] == '\t'))
            cell.s++, cell.n--;
        else if (cell.n > 1 && memcmp(cell.s, "\xC2\xA0", 2) == 0)
            cell.s += 2, cell.n -= 2;
        else
            break;
    }
    for (;;) {
        if (cell.n > 0 && (cell.s[cell.n - 1] == ' ' || cell.s[cell.n - 1] == '\t'))
            cell.n--;
        else if (cell.n > 1 && memcmp(cell.s + cell.n - 2, "\xC2\xA0", 2) == 0)
            cell.n -= 2;
        else
            return cell;
    }
}

static bip_status fail_line(bip_error *err, int64_t line, const char *message)
{
    bip_error where;
    bip__fail(&where, BIP_E_REFUSED, NULL, "line %lld", (long long)line);
    return bip__fail(err, BIP_E_REFUSED, where.message, "%s", message);
}

/* ------------------------------------------------------------ where a row ends */

/* How far a row has been looked at; offsets count from its first byte. */
typedef struct reach {
    size_t at;
    bool quoted, fresh;  /* inside quotes; at the beginning of a cell */
    int64_t line, quote; /* of `at`; where the quotes that are open were opened */
} reach;

/* Before the header is read any of the three may be the separator. */
static bool separates(const bip__csv *c, char byte)
{
    return c->separator ? byte == c->separator : byte == ',' || byte == ';' || byte == '\t';
}

/* Go on to `end`, which is a line feed or the end of the file: so a pair of quotes is never cut in two. */
static void walk(const bip__csv *c, const char *row, size_t end, reach *r)
{
    for (; r->at < end; r->at++) {
        const char byte = row[r->at];
        if (r->quoted && byte == '"' && r->at + 1 < end && row[r->at + 1] == '"')
            r->at++;
        else if (r->quoted)
            r->quoted = byte != '"';
        else if (r->fresh && byte == '"') {
            r->quoted = true;
            r->fresh = false;
            r->quote = r->line;
        } else
            r->fresh = separates(c, byte);
    }
}

static bip_status too_long(const reach *r, bip_error *err)
{
    if (r->quoted)
        return fail_line(err, r->quote, "a quote is opened here and not closed within 1 MiB");
    return fail_line(err, r->line, "the line is longer than 1 MiB");
}

/* The whole row in hand: *n bytes without the line end; *next where the one after it begins. */
static bip_status find_row(bip__csv *c, size_t *n, size_t *next, bip_error *err)
{
    bip__source *s = c->source;
    reach r = {.fresh = true, .line = c->next_line};
    size_t seen = 0;
    for (;;) {
        const char *row = s->data + s->at;
        const size_t have = s->end - s->at;
        const char *feed = have > seen ? memchr(row + seen, '\n', have - seen) : NULL;
        seen = feed ? (size_t)(feed - row) : have;
        if (seen > BIP__MAX_LINE) {
            /* rows without a quote are not walked through: most */
            walk(c, row, seen, &r);
            return too_long(&r, err);
        }
        if (!feed && !s->over) {
            bip_status st = bip__source_more(s, err);
            if (st != BIP_OK)
                return st;
            continue;
        }
        if (r.quoted || memchr(row + r.at, '"', seen - r.at))
            walk(c, row, seen, &r);
        if (!r.quoted || !feed) {
            *n = seen;
            *next = feed ? seen + 1 : seen;
            break;
        }
        seen++;
        r.line++;
    }
    if (r.quoted)
        return fail_line(err, r.quote, "a quote is opened here and never closed");
    c->line = c->next_line;
    c->next_line = r.line + 1;
    return BIP_OK;
}

/* ------------------------------------------------------------ a row into its cells */

/* The three candidates, what is rarest in plain words first: that one is taken where two are as frequent. */
static char frequent_separator(const bip__csv *c, const char *row, size_t n)
{
    static const char candidates[] = "\t;,";
    size_t count[3] = {0, 0, 0}, best = 0;
    reach r = {.fresh = true};
    while (r.at < n) {
        const size_t at = r.at;
        const bool quoted = r.quoted;
        walk(c, row, at + 1, &r);
        for (size_t i = 0; i < 3 && !quoted; i++)
            count[i] += row[at] == candidates[i];
    }
    for (size_t i = 1; i < 3; i++)
        if (count[i] > count[best])
            best = i;
    return count[best] > 0 ? candidates[best] : ',';
}

static void decide_encoding(bip__csv *c, const char *row, size_t n, size_t valid)
{
    for (size_t i = 0; i < n && c->encoding == BIP__ENCODING_OPEN; i++)
        if (row[i] & 0x80)
            c->encoding = valid > i ? BIP__ENCODING_UTF8 : BIP__ENCODING_CP1252;
}

static bip_status push_cell(bip__csv *c, bip__cell cell, bip_error *err)
{
    if (!bip__grow(&c->cells, &c->cells_cap, c->n + 1, sizeof *c->cells))
        return bip__nomem(err);
    c->cells[c->n++] = cell;
    return BIP_OK;
}

/* The quoted cell at *at, its doubled quotes made single in place. */
static bip__cell unquote(const bip__csv *c, char *row, size_t n, size_t *at)
{
    bip__cell cell = {.s = row + *at + 1, .quoted = true};
    char *to = row + *at + 1;
    size_t i = *at + 1;
    for (; i < n; i++) {
        if (row[i] == '"' && !(i + 1 < n && row[i + 1] == '"'))
            break;
        i += row[i] == '"';
        *to++ = row[i];
    }
    cell.n = (size_t)(to - cell.s);
    for (i++; i < n && row[i] != c->separator; i++)
        if (row[i] != ' ' && row[i] != '\t' && row[i] != '\xA0' && row[i] != '\xC2')
            cell.fault = "goes on after its closing quote";
    *at = i;
    return cell;
}

static bip_status split(bip__csv *c, char *row, size_t n, bip_error *err)
{
    const bool nul = n > 0 && memchr(row, '\0', n), lone_return = n > 0 && memchr(row, '\r', n);
    bip_status st = BIP_OK;
    c->n = 0;
    for (size_t at = 0; at <= n && st == BIP_OK; at++) {
        bip__cell cell = {.s = row + at};
        if (at < n && row[at] == '"') {
            cell = unquote(c, row, n, &at);
        } else {
            while (at < n && row[at] != c->separator)
                at++;
            cell.n = (size_t)(row + at - cell.s);
            if (lone_return && cell.n > 0 && memchr(cell.s, '\r', cell.n))
                cell.fault = "holds a carriage return without a line feed";
        }
        if (nul && cell.n > 0 && memchr(cell.s, '\0', cell.n))
            cell.fault = "holds a NUL byte (is the file UTF-16?)";
        st = push_cell(c, cell, err);
    }
    return st;
}

/* Windows-1252 to UTF-8, at *to, which moves on. */
static void convert_cell(bip__cell *cell, char **to)
{
    const char *begin = *to;
    for (size_t i = 0; i < cell->n; i++) {
        int32_t cp = bip__cp1252((uint8_t)cell->s[i]);
        if (cp < 0)
            cell->fault = "holds a byte that Windows-1252 does not have (81, 8D, 8F, 90 or 9D)";
        *to += bip__utf8_encode(cp < 0 ? '?' : cp, *to);
    }
    cell->s = begin;
    cell->n = (size_t)(*to - begin);
}

static bip_status convert_row(bip__csv *c, size_t n, bip_error *err)
{
    if (!bip__grow(&c->converted, &c->converted_cap, 3 * n + 1, 1)) /* at most three bytes for one */
        return bip__nomem(err);
    char *to = c->converted;
    for (size_t i = 0; i < c->n; i++)
        convert_cell(&c->cells[i], &to);
    return BIP_OK;
}

/* Nearly all rows: one pass over bytes that need no second look. false: the row isn't like that, or has more cells than
 * any before it. */
static bool split_plain(bip__csv *c, const char *row, size_t n)
{
    size_t begin = 0;
    c->n = 0;
    for (size_t at = 0; at < n; at++) {
        const unsigned char byte = (unsigned char)row[at];
        if (row[at] == c->separator) {
            if (c->n + 1 >= c->cells_cap)
                return false;
            c->cells[c->n++] = (bip__cell){.s = row + begin, .n = at - begin};
            begin = at + 1;
        } else if (byte < ' ' || byte >= 0x7F || byte == '"') {
            return false;
        }
    }
    if (c->n >= c->cells_cap)
        return false;
    c->cells[c->n++] = (bip__cell){.s = row + begin, .n = n - begin};
    return true;
}

static bip_status take_row(bip__csv *c, char *row, size_t n, bip_error *err)
{
    c->plain = split_plain(c, row, n);
    if (c->plain)
        return BIP_OK;
    const size_t valid = bip__utf8_valid(row, n);
    decide_encoding(c, row, n, valid);
    bip_status st = split(c, row, n, err);
    if (st != BIP_OK)
        return st;
    if (c->encoding == BIP__ENCODING_CP1252)
        return convert_row(c, n, err);
    for (size_t i = 0; i < c->n && valid < n; i++)
        if (bip__utf8_valid(c->cells[i].s, c->cells[i].n) < c->cells[i].n)
            c->cells[i].fault = "is not valid UTF-8";
    return BIP_OK;
}

/* ------------------------------------------------------------ rows that need no second look */

/* Take the separators among sixteen bytes from `at` on. false: something else stands there, at *at. */
static bool take_marks(bip__quick *q, uint32_t marked, char separator, size_t *at, size_t *n)
{
    for (size_t i; marked != 0; marked &= marked - 1) {
        i = *at + bip__lowest_bit(marked);
        if (q->row[i] != separator || *n + 1 >= q->width) {
            *at = i;
            return false;
        }
        q->ends[(*n)++] = (uint32_t)i;
    }
    *at += 16;
    return true;
}

/* Whether the row ends at `at`: with one line feed, and a carriage return before it. */
static bool ends_at(bip__quick *q, size_t at, size_t have)
{
    q->next = at + 1 + (q->row[at] == '\r');
    return q->next <= have && q->row[q->next - 1] == '\n';
}

bool bip__csv_peek(bip__csv *c)
{
    const bip__source *s = c->source;
    const size_t have = s->end - s->at < BIP__MAX_LINE ? s->end - s->at : BIP__MAX_LINE;
    bip__quick *q = &c->quick;
    q->row = s->data + s->at;
    q->same = q->before && q->lead_n > 0 && have > q->lead_n && bip__same_bytes(q->row, q->before, q->lead_n);
    size_t at = q->same ? q->lead_n : 0, n = q->same ? q->lead : 0;
    if (q->width == 0)
        return false;
    do {
        if (have - at < 16)
            return false;
    } while (take_marks(q, bip__unlike_text(q->row + at, c->separator, '"'), c->separator, &at, &n));
    q->ends[n] = (uint32_t)at;
    return n + 1 == q->width && ends_at(q, at, have);
}

static void take(bip__csv *c, size_t n)
{
    c->line = c->next_line++;
    c->source->at += n;
}

void bip__csv_take(bip__csv *c)
{
    bip__quick *q = &c->quick;
    take(c, q->next);
    q->before = q->row;
    q->lead_n = q->lead > 0 ? q->ends[q->lead - 1] + 1 : 0;
    if (q->echoes) {
        q->rest = q->row + q->ends[q->lead + 1];
        q->rest_n = q->next - q->ends[q->lead + 1];
    }
}

int bip__csv_take_echo(bip__csv *c, const char *text, size_t n, uint32_t digits)
{
    const bip__quick *q = &c->quick;
    const char *row = c->source->data + c->source->at, *cell = row + q->lead_n, *rest = cell + n + 1;
    const size_t size = q->lead_n + n + 1 + q->rest_n;
    if (!q->before || !q->echoes || c->source->end - c->source->at < size || size > BIP__MAX_LINE)
        return -1;
    const unsigned digit = (unsigned char)rest[-1] - (unsigned)'0';
    if (digit > 9 || !(digits >> digit & 1) || !bip__same_bytes(cell, text, n) ||
        !bip__same_bytes(row, q->before, q->lead_n) || !bip__same_bytes(rest, q->rest, q->rest_n))
        return -1;
    take(c, size);
    return (int)digit;
}

static bool is_empty(const bip__csv *c)
{
    for (size_t i = 0; i < c->n; i++)
        if (c->cells[i].fault || bip__cell_trim(c->cells[i]).n > 0)
            return false;
    return true;
}

/* A first line "sep=;" says what separates; it is no header. */
static bool is_sep_line(const bip__csv *c, const char *row, size_t n)
{
    static const char word[] = "sep=";
    if (c->line != 1 || n != sizeof word)
        return false;
    for (size_t i = 0; i + 1 < sizeof word; i++)
        if (row[i] != word[i] && row[i] + ('a' - 'A') != word[i])
            return false;
    return true;
}

static bip_status skip_bom(bip__csv *c, bip_error *err)
{
    bip__source *s = c->source;
    bip_status st = bip__source_want(s, 3, err);
    if (st == BIP_OK && s->end - s->at >= 3 && memcmp(s->data + s->at, "\xEF\xBB\xBF", 3) == 0) {
        c->encoding = BIP__ENCODING_UTF8;
        s->at += 3;
    }
    return st;
}

/* One row, empty or not. */
static bip_status next_row(bip__csv *c, bip_error *err)
{
    bip__source *s = c->source;
    size_t n = 0, next = 0;
    bip_status st = bip__source_want(s, 1, err);
    if (st == BIP_OK && s->end == s->at)
        return BIP_DONE;
    if (st == BIP_OK)
        st = find_row(c, &n, &next, err);
    if (st != BIP_OK)
        return st;
    char *row = s->data + s->at;
    s->at += next;
    n -= n > 0 && row[n - 1] == '\r';
    if (!c->separator && is_sep_line(c, row, n)) {
        c->separator = row[n - 1];
        c->n = 0;
        return strchr(",;\t", c->separator) ? BIP_OK
                                            : fail_line(err, 1, "the separator must be comma, semicolon or tab");
    }
    if (!c->separator && n > 0)
        c->separator = frequent_separator(c, row, n);
    return take_row(c, row, n, err);
}

bip_status bip__csv_next(bip__csv *c, bip_error *err)
{
    bip_status st = c->next_line == 1 ? skip_bom(c, err) : BIP_OK;
    c->quick.before = NULL;
    while (st == BIP_OK) {
        st = next_row(c, err);
        if (st == BIP_OK && !is_empty(c))
            return BIP_OK;
    }
    return st;
}
