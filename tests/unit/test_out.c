#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/date.h"
#include "base/out.h"

/* A sink that keeps what it is given and says stop at the piece with the number fail_at. */
typedef struct sink {
    char *text;
    size_t len, cap, largest;
    int pieces, fail_at;
} sink;

static int sink_write(void *ctx, const char *bytes, size_t n)
{
    sink *s = ctx;

    s->pieces++;
    if (s->fail_at && s->pieces >= s->fail_at)
        return 1;
    assert_true(n > 0);
    assert_true(bip__grow(&s->text, &s->cap, s->len + n, 1));
    memcpy(s->text + s->len, bytes, n);
    s->len += n;
    s->largest = n > s->largest ? n : s->largest;
    return 0;
}

static void assert_out(bip__out *o, const char *expected)
{
    bip_error err;

    assert_int_equal(bip__out_finish(o, &err), BIP_OK);
    assert_int_equal(o->len, strlen(expected));
    assert_memory_equal(o->data, expected, o->len);
    bip__out_clear(o);
}

static void test_out__collects_in_memory(void **state)
{
    bip__out o;

    (void)state;
    bip__out_init(&o, NULL, NULL);
    assert_int_equal(bip__out_finish(&o, NULL), BIP_OK);
    assert_int_equal(o.len, 0);
    bip__out_bytes(&o, NULL, 0);
    bip__out_text(&o, "ab");
    bip__out_char(&o, 'c');
    bip__out_bytes(&o, "d\0e", 3);
    assert_int_equal(o.len, 6);
    assert_memory_equal(o.data, "abcd\0e", 6);
    bip__out_clear(&o);
    assert_int_equal(o.len, 0);
    bip__out_text(&o, "x");
    assert_out(&o, "x");
    bip__out_free(&o);
    bip__out_free(&o);
}

static void test_out__a_small_output_leaves_its_memory_to_the_next(void **state)
{
    const long live = bip__alloc_live();
    bip__out idle = {0}, o;
    sink s = {0};

    (void)state;
    bip__out_init(&o, sink_write, &s);
    bip__out_inherit(&o, &idle); /* nothing yet */
    bip__out_text(&o, "ab");
    assert_int_equal(bip__out_finish(&o, NULL), BIP_OK);
    bip__out_leave(&o, &idle);
    bip__out_init(&o, sink_write, &s);
    bip__out_inherit(&o, &idle);
    assert_null(idle.data);
    bip__alloc_fail_at(0, true); /* none is needed */
    bip__out_text(&o, "cd");
    assert_int_equal(bip__out_finish(&o, NULL), BIP_OK);
    bip__alloc_fail_at(-1, false);
    bip__out_leave(&o, &idle);
    assert_int_equal(s.len, 4);
    assert_memory_equal(s.text, "abcd", 4);
    bip__out_free(&idle);
    bip__free(s.text);
    assert_int_equal(bip__alloc_live(), live);
}

static void test_out__a_large_output_leaves_nothing(void **state)
{
    const long live = bip__alloc_live();
    bip__out idle = {0}, o;

    (void)state;
    bip__out_init(&o, NULL, NULL);
    assert_non_null(bip__out_room(&o, 1 << 20));
    bip__out_leave(&o, &idle);
    assert_null(idle.data);
    assert_int_equal(idle.cap, 0);
    assert_int_equal(bip__alloc_live(), live);
}

static void test_out__prints_integers(void **state)
{
    static const int64_t values[] = {0,    1,    -1,     9,         10,        -10,       99,       100,
                                     4711, -999, 123456, INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN};
    char expected[32];
    bip__out o;

    (void)state;
    bip__out_init(&o, NULL, NULL);
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        bip__out_int(&o, values[i]);
        snprintf(expected, sizeof expected, "%lld", (long long)values[i]);
        assert_out(&o, expected);
    }
    bip__out_free(&o);
}

static void test_out__prints_numbers_as_ecmascript_does(void **state)
{
    static const struct {
        double v;
        const char *text;
    } cases[] = {
        {0, "0"},
        {-0.0, "0"},
        {3, "3"},
        {-3, "-3"},
        {2.5, "2.5"},
        {0.1, "0.1"},
        {1e9, "1000000000"},
        {-999999999, "-999999999"},
        {1e20, "100000000000000000000"},
        {1e21, "1e+21"},
        {1e-7, "1e-7"},
        {NAN, "null"},
        {INFINITY, "null"},
        {-INFINITY, "null"},
        {0.1 + 0.2, "0.30000000000000004"},
    };
    bip__out o;

    (void)state;
    bip__out_init(&o, NULL, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bip__out_number(&o, cases[i].v);
        assert_out(&o, cases[i].text);
    }
    bip__out_free(&o);
}

static void test_out__prints_dates_and_instants(void **state)
{
    bip__out o;

    (void)state;
    bip__out_init(&o, NULL, NULL);
    bip__out_date(&o, 20697);
    assert_out(&o, "2026-09-01");
    bip__out_date(&o, -25567);
    assert_out(&o, "1900-01-01");
    bip__out_date(&o, bip__date_from(7, 3, 4));
    assert_out(&o, "0007-03-04");
    bip__out_date(&o, BIP_NO_DATE);
    assert_out(&o, "");
    bip__out_time(&o, 1795255200007);
    assert_out(&o, "2026-11-21T10:00:00.007Z");
    bip__out_time(&o, -1);
    assert_out(&o, "1969-12-31T23:59:59.999Z");
    bip__out_time(&o, 0);
    assert_out(&o, "1970-01-01T00:00:00.000Z");
    bip__out_time(&o, INT64_MAX); /* a clock gone mad must not be undefined behaviour */
    bip__out_time(&o, INT64_MIN);
    assert_int_equal(o.status, BIP_OK);
    bip__out_free(&o);
}

static void test_out__instants_read_back_equal(void **state)
{
    int64_t ms, step = 86400000LL * 37 + 12345678;
    bip__out o;

    (void)state;
    bip__out_init(&o, NULL, NULL);
    for (int64_t t = -25567 * 86400000LL; t < 84006 * 86400000LL; t += step) {
        bip__out_time(&o, t);
        assert_true(bip__time_read(o.data, o.len, &ms));
        assert_int_equal(ms, t);
        bip__out_clear(&o);
    }
    bip__out_free(&o);
}

static void test_out__prints_hexadecimal(void **state)
{
    static const uint8_t bytes[] = {0x00, 0x0f, 0xa5, 0xff};
    bip__out o;

    (void)state;
    bip__out_init(&o, NULL, NULL);
    bip__out_hex(&o, bytes, sizeof bytes);
    assert_out(&o, "000fa5ff");
    bip__out_free(&o);
}

#if SIZE_MAX > UINT32_MAX
#define LARGEST_SIZE "18446744073709551615"
#else
#define LARGEST_SIZE "4294967295"
#endif

static void test_out__formats(void **state)
{
    bip__out o;

    (void)state;
    bip__out_init(&o, NULL, NULL);
    bip__out_printf(&o, "%s|%d|%lld|%zu|100 %%", "text", -7, INT64_MIN + 0LL, SIZE_MAX);
    assert_out(&o, "text|-7|-9223372036854775808|" LARGEST_SIZE "|100 %");
    bip__out_printf(&o, "plain");
    assert_out(&o, "plain");
    bip__out_printf(&o, "%s", "");
    assert_out(&o, "");
    bip__out_free(&o);
}

static void test_out__refuses_conversions_that_depend_on_the_locale(void **state)
{
    bip_error err;
    bip__out o;

    (void)state;
    bip__out_init(&o, NULL, NULL);
    bip__out_printf(&o, "%g", 1.5);
    assert_int_equal(bip__out_finish(&o, &err), BIP_E_USAGE);
    bip__out_clear(&o);
    o.status = BIP_E_CANCELLED; /* the first failure is the one that is told */
    bip__out_printf(&o, "%g", 1.5);
    assert_int_equal(bip__out_finish(&o, &err), BIP_E_CANCELLED);
    bip__out_free(&o);
}

/* One byte at a time, as ECMA-262's QuoteJSONString says. */
static size_t naive_json(const unsigned char *p, size_t n, char *to)
{
    char *start = to;

    *to++ = '"';
    for (size_t i = 0; i < n; i++) {
        const char *at = p[i] ? strchr("\bb\tt\nn\ff\rr\"\"\\\\", p[i]) : NULL;

        if (p[i] < 0x20 && !at)
            to += snprintf(to, 7, "\\u%04x", (unsigned)p[i]);
        else if (p[i] < 0x20 || p[i] == '"' || p[i] == '\\')
            to += snprintf(to, 3, "\\%c", at[1]);
        else
            *to++ = (char)p[i];
    }
    *to++ = '"';
    *to = '\0';
    return (size_t)(to - start);
}

static void test_json__escapes_every_byte_at_every_place(void **state)
{
    unsigned char text[24];
    char expected[160];
    bip__out o;

    (void)state;
    bip__out_init(&o, NULL, NULL);
    for (unsigned byte = 0; byte < 256; byte++)
        for (size_t n = 1; n <= sizeof text; n++)
            for (size_t at = 0; at < n; at++) {
                size_t len;

                memset(text, byte & 1 ? 'a' : 0xC3, n);
                text[at] = (unsigned char)byte;
                len = naive_json(text, n, expected);
                bip__out_json(&o, (const char *)text, n);
                assert_int_equal(o.len, len);
                assert_memory_equal(o.data, expected, len);
                bip__out_clear(&o);
            }
    bip__out_free(&o);
}

static void test_json__escapes_as_json_stringify(void **state)
{
    bip__out o;

    (void)state;
    bip__out_init(&o, NULL, NULL);
    bip__out_json_text(&o, "\"\\/\b\f\n\r\t\x01\x1f\x7f \xc3\xa5 \xe2\x80\xa8");
    assert_out(&o, "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f \xc3\xa5 \xe2\x80\xa8\"");
    bip__out_json(&o, "a\0b", 3);
    assert_out(&o, "\"a\\u0000b\"");
    bip__out_json(&o, NULL, 0);
    assert_out(&o, "\"\"");
    bip__out_json_text(&o, NULL);
    assert_out(&o, "null");
    bip__out_free(&o);
}

static void test_json__commas_stand_between_members(void **state)
{
    bip__out o;

    (void)state;
    bip__out_init(&o, NULL, NULL);
    bip__out_char(&o, '{');
    bip__out_key(&o, "a");
    bip__out_char(&o, '[');
    for (int i = 0; i < 3; i++) {
        bip__out_comma(&o);
        bip__out_int(&o, i);
    }
    bip__out_char(&o, ']');
    bip__out_key(&o, "b{");
    bip__out_text(&o, "{}");
    bip__out_key(&o, "c");
    bip__out_json_text(&o, "{");
    bip__out_char(&o, '}');
    assert_out(&o, "{\"a\":[0,1,2],\"b{\":{},\"c\":\"{\"}");
    bip__out_comma(&o); /* after clearing nothing stands before */
    bip__out_text(&o, "x");
    assert_out(&o, "x");
    bip__out_free(&o);
}

static int count_odd_pieces(void *ctx, const char *bytes, size_t n)
{
    int *odd = ctx;

    (void)bytes;
    *odd += n % 4096 != 0;
    return 0;
}

/* A file whose pages are each written in two pieces takes the kernel longer. */
static void test_out__gives_whole_pages_until_it_is_finished(void **state)
{
    static const char text[] = "seven b";
    bip__out o;
    int odd = 0;

    (void)state;
    bip__out_init(&o, count_odd_pieces, &odd);
    for (int i = 0; i < 300000; i++)
        bip__out_bytes(&o, text, sizeof text - 1);
    assert_int_equal(odd, 0);
    assert_int_equal(bip__out_finish(&o, NULL), BIP_OK);
    assert_int_equal(odd, 1);
    bip__out_free(&o);
}

/* Wherever the buffer was drained last, a comma knows what stands before it. */
static void test_json__commas_survive_draining(void **state)
{
    static char block[262150];
    static const char *const ends[] = {"{", "[", "}", "0"};

    (void)state;
    memset(block, ' ', sizeof block);
    for (size_t n = 262140; n < 262150; n++)
        for (size_t i = 0; i < 4; i++)
            for (int halves = 0; halves < 2; halves++) {
                sink s = {0};
                bip__out o;

                bip__out_init(&o, sink_write, &s);
                bip__out_bytes(&o, block, halves ? n / 2 : 0);
                bip__out_bytes(&o, block, halves ? n - n / 2 : n);
                bip__out_text(&o, ends[i]);
                bip__out_comma(&o);
                bip__out_text(&o, "x");
                assert_int_equal(bip__out_finish(&o, NULL), BIP_OK);
                assert_int_equal(s.len, n + (i < 2 ? 2 : 3));
                assert_int_equal(s.text[s.len - 2], i < 2 ? ends[i][0] : ',');
                bip__out_free(&o);
                bip__free(s.text);
            }
}

static void test_json__a_comma_follows_what_was_written_through(void **state)
{
    static char block[70000];
    sink s = {0};
    bip__out o;

    (void)state;
    memset(block, ' ', sizeof block);
    bip__out_init(&o, sink_write, &s);
    bip__out_bytes(&o, block, sizeof block);
    bip__out_comma(&o);
    block[sizeof block - 1] = '[';
    bip__out_bytes(&o, block, sizeof block);
    bip__out_comma(&o);
    assert_int_equal(bip__out_finish(&o, NULL), BIP_OK);
    assert_int_equal(s.len, 2 * sizeof block + 1);
    assert_int_equal(s.text[sizeof block], ',');
    bip__out_free(&o);
    bip__free(s.text);
}

/* About 1.5 MB in pieces of all sizes. */
static void write_much(bip__out *o)
{
    static char block[150000];

    memset(block, '.', sizeof block);
    for (int i = 0; i < 20000; i++) {
        bip__out_key(o, "key");
        bip__out_int(o, i);
        bip__out_bytes(o, block, (size_t)(i % 97));
        if (i % 5000 == 77)
            bip__out_bytes(o, block, (size_t)i * 7 % sizeof block);
    }
}

static void test_sink__gets_the_same_bytes_in_large_pieces(void **state)
{
    sink s = {0};
    bip__out whole, o;

    (void)state;
    bip__out_init(&whole, NULL, NULL);
    write_much(&whole);
    bip__out_init(&o, sink_write, &s);
    write_much(&o);
    assert_true(o.cap <= 2 * 262144);
    assert_int_equal(bip__out_finish(&o, NULL), BIP_OK);
    assert_int_equal(bip__out_finish(&o, NULL), BIP_OK);
    assert_int_equal(s.len, whole.len);
    assert_memory_equal(s.text, whole.data, whole.len);
    assert_in_range(s.pieces, whole.len / 524288, whole.len / 65536);
    bip__out_free(&whole);
    bip__out_free(&o);
    bip__free(s.text);
}

static void test_sink__gets_nothing_for_nothing(void **state)
{
    sink s = {0};
    bip__out o;

    (void)state;
    bip__out_init(&o, sink_write, &s);
    assert_int_equal(bip__out_finish(&o, NULL), BIP_OK);
    assert_int_equal(s.pieces, 0);
    bip__out_free(&o);
}

static void test_sink__that_says_stop_is_left_alone(void **state)
{
    (void)state;
    for (int at = 1; at < 40; at++) {
        sink s = {.fail_at = at};
        bip_error err;
        bip__out o;
        bip_status st;

        bip__out_init(&o, sink_write, &s);
        write_much(&o);
        st = bip__out_finish(&o, &err);
        if (s.pieces < at) {
            assert_int_equal(st, BIP_OK);
            assert_true(at > 4);
        } else {
            assert_int_equal(st, BIP_E_CANCELLED);
            assert_int_equal(err.status, BIP_E_CANCELLED);
            assert_int_equal(s.pieces, at);
            assert_int_equal(bip__out_finish(&o, &err), BIP_E_CANCELLED);
        }
        bip__out_free(&o);
        bip__free(s.text);
    }
}

static int discard(void *ctx, const char *bytes, size_t n)
{
    *(size_t *)ctx += bytes ? n : 0;
    return 0;
}

static void every_writer(bip__out *o)
{
    static const char block[1000];

    bip__out_char(o, '{');
    bip__out_key(o, "k");
    bip__out_comma(o);
    bip__out_json_text(o, "\"x\"");
    bip__out_json(o, block, sizeof block);
    bip__out_int(o, 1);
    bip__out_number(o, 1.5);
    bip__out_date(o, 1);
    bip__out_time(o, 1);
    bip__out_hex(o, (const uint8_t *)"x", 1);
    bip__out_printf(o, "%s%d%lld%zu%%", "a", 1, 1LL, (size_t)1);
    bip__out_text(o, "x");
}

/* A failure is told by finish alone, whichever allocation it was; the writers in between must survive it. */
static void failures_are_told(bip_write_fn write, void *ctx)
{
    long before = bip__alloc_live(), at = -1;
    bip_status st;

    do {
        bip_error err;
        bip__out o;

        bip__out_init(&o, write, ctx);
        bip__alloc_fail_at(++at, false); /* only one: what follows would succeed and must not hide it */
        every_writer(&o);
        bip__alloc_fail_at(-1, false);
        st = bip__out_finish(&o, &err);
        assert_true(st == BIP_OK || (st == BIP_E_NOMEM && err.status == BIP_E_NOMEM));
        bip__out_free(&o);
        assert_int_equal(bip__alloc_live(), before);
    } while (st != BIP_OK && at < 1000);
    assert_in_range(at, 2, 999);
}

static void test_out__tells_every_failed_allocation(void **state)
{
    size_t n = 0;

    (void)state;
    failures_are_told(NULL, NULL);
    failures_are_told(discard, &n);
}

static void test_out__clearing_forgets_a_failure(void **state)
{
    bip__out o;

    (void)state;
    bip__out_init(&o, NULL, NULL);
    bip__alloc_fail_at(0, false);
    bip__out_text(&o, "x");
    bip__out_clear(&o);
    bip__out_text(&o, "y");
    assert_out(&o, "y");
    bip__out_free(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_out__collects_in_memory),
        cmocka_unit_test(test_out__a_small_output_leaves_its_memory_to_the_next),
        cmocka_unit_test(test_out__a_large_output_leaves_nothing),
        cmocka_unit_test(test_out__prints_integers),
        cmocka_unit_test(test_out__prints_numbers_as_ecmascript_does),
        cmocka_unit_test(test_out__prints_dates_and_instants),
        cmocka_unit_test(test_out__instants_read_back_equal),
        cmocka_unit_test(test_out__prints_hexadecimal),
        cmocka_unit_test(test_out__formats),
        cmocka_unit_test(test_out__refuses_conversions_that_depend_on_the_locale),
        cmocka_unit_test(test_json__escapes_every_byte_at_every_place),
        cmocka_unit_test(test_json__escapes_as_json_stringify),
        cmocka_unit_test(test_json__commas_stand_between_members),
        cmocka_unit_test(test_out__gives_whole_pages_until_it_is_finished),
        cmocka_unit_test(test_json__commas_survive_draining),
        cmocka_unit_test(test_json__a_comma_follows_what_was_written_through),
        cmocka_unit_test(test_sink__gets_the_same_bytes_in_large_pieces),
        cmocka_unit_test(test_sink__gets_nothing_for_nothing),
        cmocka_unit_test(test_sink__that_says_stop_is_left_alone),
        cmocka_unit_test(test_out__tells_every_failed_allocation),
        cmocka_unit_test(test_out__clearing_forgets_a_failure),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
