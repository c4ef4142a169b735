#include "base/out.h"

#include "base/alloc.h"
#include "base/date.h"
#include "base/number.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

/* Bytes a sink is given at a time, about. A quarter of what half of this takes the kernel is its entering and leaving.
 */
#define PIECE 262144u
#define PAGE 4096u

void bip__out_init(bip__out *o, bip_write_fn write, void *ctx)
{
    *o = (bip__out){.write = write, .ctx = ctx};
}

static void give(bip__out *o, const char *p, size_t n)
{
    if (!n || o->status != BIP_OK)
        return;
    o->last = p[n - 1];
    if (o->write(o->ctx, p, n) != 0)
        o->status = BIP_E_CANCELLED;
}

static void drain(bip__out *o)
{
    give(o, o->data, o->len);
    o->len = 0;
}

/* Whole pages, from the first byte on: a file that is written page by page takes the kernel a sixth less than one whose
 * pages are each written in two pieces. */
static void drain_pages(bip__out *o)
{
    const size_t whole = o->len / PAGE * PAGE;

    if (whole == 0)
        return;
    give(o, o->data, whole);
    o->len -= whole;
    memmove(o->data, o->data + whole, o->len);
}

char *bip__out_room_far(bip__out *o, size_t n)
{
    if (o->status != BIP_OK)
        return NULL;
    if (o->write && o->len + n > PIECE)
        drain_pages(o);
    if (o->status == BIP_OK && (n > SIZE_MAX - o->len || !bip__grow(&o->data, &o->cap, o->len + n, 1)))
        o->status = BIP_E_NOMEM;
    return o->status == BIP_OK ? o->data + o->len : NULL;
}

bip_status bip__out_finish(bip__out *o, bip_error *err)
{
    if (o->write)
        drain(o);
    if (o->status == BIP_E_NOMEM)
        return bip__nomem(err);
    if (o->status == BIP_E_CANCELLED)
        return bip__fail(err, BIP_E_CANCELLED, NULL, "the output was not taken: what was written is not whole");
    if (o->status != BIP_OK)
        return bip__fail(err, o->status, NULL, "the output could not be formatted");
    return BIP_OK;
}

int bip__out_take(void *out, const char *bytes, size_t n)
{
    bip__out *o = out;

    bip__out_bytes(o, bytes, n);
    return o->status == BIP_OK ? 0 : -1;
}

void bip__out_free(bip__out *o)
{
    bip__free(o->data);
    *o = (bip__out){0};
}

void bip__out_leave(bip__out *o, bip__out *idle)
{
    bip__free(idle->data);
    *idle = (bip__out){.data = o->data, .cap = o->cap};
    *o = (bip__out){0};
    if (idle->cap > PIECE)
        bip__out_free(idle);
}

void bip__out_inherit(bip__out *o, bip__out *idle)
{
    o->data = idle->data;
    o->cap = idle->cap;
    *idle = (bip__out){0};
}

void bip__out_clear(bip__out *o)
{
    o->len = 0;
    o->last = '\0';
    o->status = BIP_OK;
}

void bip__out_bytes_far(bip__out *o, const char *p, size_t n)
{
    char *to;

    if (!n)
        return;
    if (o->write && n >= PIECE) {
        drain(o);
        give(o, p, n);
    } else if ((to = bip__out_room(o, n))) {
        memcpy(to, p, n);
        o->len += n;
    }
}

static void out_unsigned(bip__out *o, bool negative, uint64_t v)
{
    char digits[21];
    size_t at = sizeof digits;

    do {
        digits[--at] = (char)('0' + v % 10);
        v /= 10;
    } while (v);
    if (negative)
        digits[--at] = '-';
    bip__out_bytes(o, digits + at, sizeof digits - at);
}

void bip__out_int(bip__out *o, int64_t v)
{
    if (v >= 0 && v <= 9) /* most scores */
        bip__out_char(o, (char)('0' + v));
    else
        out_unsigned(o, v < 0, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
}

void bip__out_number(bip__out *o, double v)
{
    char text[BIP_NUMBER_SIZE];

    if (!isfinite(v))
        bip__out_bytes(o, "null", 4);
    else if (fabs(v) < 1e9 && v == (double)(int64_t)v) /* scores and counts, nearly always; -0 becomes 0 */
        bip__out_int(o, (int64_t)v);
    else
        bip__out_bytes(o, text, bip__number_print(v, text));
}

/* v >= 0 as exactly `width` digits. */
static char *put_digits(char *to, int v, int width)
{
    for (int i = width - 1; i >= 0; i--, v /= 10)
        to[i] = (char)('0' + v % 10);
    return to + width;
}

void bip__out_date(bip__out *o, bip_date d)
{
    int year, month, day;
    char *to;

    if (d == BIP_NO_DATE)
        return;
    bip__date_split(d, &year, &month, &day);
    if (year < 0 || year > 9999) { /* never in a store; a clock of the caller's may say so */
        bip__out_int(o, year);
        year = -1;
    }
    if (!(to = bip__out_room(o, sizeof "YYYY-MM-DD")))
        return;
    if (year >= 0)
        to = put_digits(to, year, 4);
    *to++ = '-';
    to = put_digits(to, month, 2);
    *to++ = '-';
    bip__out_filled(o, put_digits(to, day, 2));
}

void bip__out_time(bip__out *o, int64_t ms)
{
    const int64_t day_ms = 86400000;
    int64_t days = ms / day_ms - (ms % day_ms < 0);
    int of_day = (int)((ms % day_ms + day_ms) % day_ms);
    char text[] = "T00:00:00.000Z";

    bip__out_date(o, (bip_date)(days > INT32_MAX ? INT32_MAX : days <= INT32_MIN ? INT32_MIN + 1 : days));
    put_digits(text + 1, of_day / 3600000, 2);
    put_digits(text + 4, of_day / 60000 % 60, 2);
    put_digits(text + 7, of_day / 1000 % 60, 2);
    put_digits(text + 10, of_day % 1000, 3);
    bip__out_bytes(o, text, sizeof text - 1);
}

void bip__out_hex(bip__out *o, const uint8_t *p, size_t n)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < n; i++) {
        char *to = bip__out_room(o, 2);

        if (!to)
            return;
        to[0] = digits[p[i] >> 4];
        to[1] = digits[p[i] & 15];
        o->len += 2;
    }
}

/* One conversion at f, just behind the '%'; gives what follows it, or NULL where it is not one of ours. */
static const char *convert(bip__out *o, const char *f, va_list *args)
{
    if (*f == '%') {
        bip__out_char(o, '%');
        return f + 1;
    }
    if (*f == 's') {
        bip__out_text(o, va_arg(*args, const char *));
        return f + 1;
    }
    if (*f == 'd') {
        bip__out_int(o, va_arg(*args, int));
        return f + 1;
    }
    if (strncmp(f, "lld", 3) == 0) {
        bip__out_int(o, va_arg(*args, long long));
        return f + 3;
    }
    if (strncmp(f, "zu", 2) == 0) {
        out_unsigned(o, false, va_arg(*args, size_t));
        return f + 2;
    }
    return NULL;
}

void bip__out_printf(bip__out *o, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    while (fmt && *fmt) {
        size_t plain = strcspn(fmt, "%");

        bip__out_bytes(o, fmt, plain);
        fmt += plain;
        if (*fmt)
            fmt = convert(o, fmt + 1, &args);
    }
    va_end(args);
    if (!fmt && o->status == BIP_OK)
        o->status = BIP_E_USAGE;
}

static bool is_plain(unsigned char c)
{
    return c >= 0x20 && c != '"' && c != '\\';
}

#define EVERY_BYTE(b) (UINT64_C(0x0101010101010101) * (b))

/* Not 0 where any byte of w is below b (b <= 128). */
static uint64_t any_below(uint64_t w, uint8_t b)
{
    return (w - EVERY_BYTE(b)) & ~w & EVERY_BYTE(0x80);
}

/* How many bytes from p on need no escape. Names and notes hardly ever hold one: eight bytes at a time. */
static size_t plain_run(const char *p, size_t n)
{
    size_t i = 0;
    uint64_t w;

    for (; n - i >= sizeof w; i += sizeof w) {
        memcpy(&w, p + i, sizeof w);
        if (any_below(w, 0x20) | any_below(w ^ EVERY_BYTE('"'), 1) | any_below(w ^ EVERY_BYTE('\\'), 1))
            break;
    }
    while (i < n && is_plain((unsigned char)p[i]))
        i++;
    return i;
}

static void out_escape(bip__out *o, char c)
{
    static const char shorts[] = "\"\"\\\\\bb\ff\nn\rr\tt"; /* pairs: the character, what stands behind the backslash */
    uint8_t byte = (uint8_t)c;

    bip__out_char(o, '\\');
    for (size_t i = 0; i + 1 < sizeof shorts; i += 2)
        if (shorts[i] == c) {
            bip__out_char(o, shorts[i + 1]);
            return;
        }
    bip__out_bytes(o, "u00", 3);
    bip__out_hex(o, &byte, 1);
}

void bip__out_json(bip__out *o, const char *p, size_t n)
{
    size_t at = 0;

    bip__out_char(o, '"');
    while (at < n) {
        size_t run = plain_run(p + at, n - at);

        bip__out_bytes(o, p + at, run);
        at += run;
        if (at < n)
            out_escape(o, p[at++]);
    }
    bip__out_char(o, '"');
}

void bip__out_json_text(bip__out *o, const char *s)
{
    if (s)
        bip__out_json(o, s, strlen(s));
    else
        bip__out_bytes(o, "null", 4);
}

void bip__out_comma(bip__out *o)
{
    char last = o->len ? o->data[o->len - 1] : o->last;

    if (last && last != '{' && last != '[')
        bip__out_char(o, ',');
}

void bip__out_key(bip__out *o, const char *key)
{
    bip__out_comma(o);
    bip__out_json(o, key, strlen(key));
    bip__out_char(o, ':');
}
