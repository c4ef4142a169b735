/* JSON token by token: what RFC 8259 allows and nothing else, with the place of what is wrong. */
#include "support.h"

#include "exchange/json_reader.h"

static bip_status copy_in_pieces(const char *json, size_t n, size_t most, bip__out *o)
{
    test_bytes p = {json, n, 0, most};
    bip__source source;
    bip__json_reader r;
    bip__source_init(&source, test_give, &p);
    bip__json_reader_init(&r, &source, 1);
    bip_status st = bip__json_copy(&r, o, &test_err);
    if (st == BIP_OK)
        st = bip__json_expect(&r, BIP__JSON_NONE, &test_err);
    bip__out_char(o, '\0');
    bip__json_reader_free(&r);
    bip__source_free(&source);
    return st;
}

/* Read and written again it is `expected`; NULL: it is refused. Whatever the pieces it comes in. */
static void check(const char *json, size_t n, const char *expected)
{
    static const size_t most[] = {1, 2, 5, 65536};
    for (size_t i = 0; i < sizeof most / sizeof *most; i++) {
        bip__out o;
        bip__out_init(&o, NULL, NULL);
        bip_status st = copy_in_pieces(json, n, most[i], &o);
        if (st != (expected ? BIP_OK : BIP_E_REFUSED))
            fail_msg("%s: %s, %s", json, bip_status_code(st), test_err.message);
        if (expected != NULL)
            assert_string_equal(o.data, expected);
        bip__out_free(&o);
    }
}

#define assert_same(json, expected) check(json, sizeof(json) - 1, expected)
#define assert_refused(json) check(json, sizeof(json) - 1, NULL)

static void test_json_reader__reads_what_rfc_8259_allows(void **state)
{
    (void)state;
    assert_same(" { \"a\" : [ 1 , -0.5e1 , 0 , [ ] , { } ] , \"b\" : { \"c\" : null } }\r\n",
                "{\"a\":[1,-5,0,[],{}],\"b\":{\"c\":null}}");
    assert_same("[true,false,null,\"\",\"\\u00e5\\n\\\"\\\\\\/\\ud83d\\ude00\"]",
                "[true,false,null,\"\",\"å\\n\\\"\\\\/😀\"]");
    assert_same("3", "3");
    assert_same("\"å\"", "\"å\"");
    assert_same("{\"\":1,\"\":2}", "{\"\":1,\"\":2}");
}

static void test_json_reader__refuses_what_rfc_8259_does_not_allow(void **state)
{
    (void)state;
    assert_refused("");
    assert_refused("\xEF\xBB\xBF{}");
    assert_refused("{}{}");
    assert_refused("[1,]");
    assert_refused("[,1]");
    assert_refused("{\"a\":1,}");
    assert_refused("{\"a\" 1}");
    assert_refused("{a:1}");
    assert_refused("{'a':1}");
    assert_refused("[1 2]");
    assert_refused("[1}");
    assert_refused("{\"a\":1]");
    assert_refused("[01]");
    assert_refused("[1.]");
    assert_refused("[.5]");
    assert_refused("[+1]");
    assert_refused("[-]");
    assert_refused("[1e]");
    assert_refused("[1e400]");
    assert_refused("[0x1F]");
    assert_refused("[NaN]");
    assert_refused("[Infinity]");
    assert_refused("[nul]");
    assert_refused("[truE]");
    assert_refused("[1]//");
    assert_refused("[\"a\nb\"]");
    assert_refused("[\"\\x41\"]");
    assert_refused("[\"\\u12g4\"]");
    assert_refused("[\"\\ud800\"]");
    assert_refused("[\"\\ud800\\u0041\"]");
    assert_refused("[\"\\udc00\"]");
    assert_refused("[\"\\u0000\"]");
    assert_refused("[\"\xFF\"]");
    assert_refused("[\"\xC0\x80\"]");
    assert_refused("[\"\xED\xA0\x80\"]");
    assert_refused("[1]\0");
}

static void test_json_reader__refuses_every_truncation(void **state)
{
    static const char whole[] = "{\"a\":[1.5,true,\"x\\u00e5\",null,{\"b\":-2}]}";
    (void)state;
    for (size_t n = 0; n + 1 < sizeof whole - 1; n++)
        check(whole, n, NULL);
    assert_same("{\"a\":[1.5,true,\"x\\u00e5\",null,{\"b\":-2}]}", "{\"a\":[1.5,true,\"xå\",null,{\"b\":-2}]}");
}

static void test_json_reader__names_line_and_path(void **state)
{
    (void)state;
    assert_refused("{\"a\":1,\n\"entries\":[{},\n{\"hash\":\n01}]}");
    assert_string_equal(test_err.where, "line 4, entries[1].hash");
    assert_refused("[1,\n\n[2,x]]");
    assert_string_equal(test_err.where, "line 3, [1][1]");
}

static void test_json_reader__goes_64_levels_deep_and_no_further(void **state)
{
    enum { LEVELS = 100000 };
    char *deep = malloc(LEVELS);
    bip__out o;
    (void)state;
    assert_non_null(deep);
    memset(deep, '[', LEVELS);
    bip__out_init(&o, NULL, NULL);
    assert_status(copy_in_pieces(deep, LEVELS, 65536, &o), BIP_E_REFUSED);
    assert_message("deeper than 64");
    bip__out_clear(&o);
    memset(deep + 64, ']', 64);
    assert_status(copy_in_pieces(deep, 128, 65536, &o), BIP_OK);
    bip__out_free(&o);
    free(deep);
}

static void test_json_reader__takes_strings_up_to_1_mib(void **state)
{
    const size_t most = 1024 * 1024;
    char *text = malloc(most + 3);
    bip__out o;
    (void)state;
    assert_non_null(text);
    memset(text, 'x', most + 3);
    text[0] = text[most + 1] = '"';
    bip__out_init(&o, NULL, NULL);
    assert_status(copy_in_pieces(text, most + 2, 65536, &o), BIP_OK);
    text[most + 1] = 'x';
    text[most + 2] = '"';
    bip__out_clear(&o);
    assert_status(copy_in_pieces(text, most + 3, 65536, &o), BIP_E_REFUSED);
    assert_message("longer than 1 MiB");
    bip__out_free(&o);
    free(text);
}

static bip_status read_fields(const char *json, char *order)
{
    static const char *const names[] = {"one", "two"};
    bip__source source;
    bip__json_reader r;
    uint32_t seen = 0;
    size_t field, n = 0;
    char copy[64];
    snprintf(copy, sizeof copy, "%s", json);
    bip__source_lend(&source, copy, strlen(copy));
    bip__json_reader_init(&r, &source, 1);
    bip_status st = bip__json_expect(&r, BIP__JSON_OBJECT, &test_err);
    while (st == BIP_OK && (st = bip__json_field(&r, names, 2, &seen, &field, &test_err)) == BIP_OK) {
        order[n++] = (char)('0' + field);
        st = bip__json_next(&r, &test_err);
        if (st == BIP_OK)
            st = bip__json_skip(&r, &test_err);
    }
    order[n] = '\0';
    bip__json_reader_free(&r);
    return st;
}

static void test_json_reader__refuses_unknown_and_doubled_fields(void **state)
{
    char order[8];
    (void)state;
    assert_status(read_fields("{\"two\":{\"x\":[1]},\"one\":[]}", order), BIP_DONE);
    assert_string_equal(order, "10");
    assert_status(read_fields("{\"one\":1,\"three\":2}", order), BIP_E_REFUSED);
    assert_string_equal(test_err.where, "line 1, three");
    assert_message("unknown key");
    assert_status(read_fields("{\"one\":1,\"two\":2,\"\\u006fne\":3}", order), BIP_E_REFUSED);
    assert_message("the key stands twice");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json_reader__reads_what_rfc_8259_allows),
        cmocka_unit_test(test_json_reader__refuses_what_rfc_8259_does_not_allow),
        cmocka_unit_test(test_json_reader__refuses_every_truncation),
        cmocka_unit_test(test_json_reader__names_line_and_path),
        cmocka_unit_test(test_json_reader__goes_64_levels_deep_and_no_further),
        cmocka_unit_test(test_json_reader__takes_strings_up_to_1_mib),
        cmocka_unit_test(test_json_reader__refuses_unknown_and_doubled_fields),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
