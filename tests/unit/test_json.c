#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "model/json.h"

typedef struct bad {
    const char *json, *where, *message;
} bad;

static const bad refused[] = {
    {"", "line 1, column 1", "ends too early"},
    {"   \n ", "line 2, column 2", "ends too early"},
    {"{", "line 1, column 2", "ends too early"},
    {"{\"a\"", "line 1, column 5", "ends too early"},
    {"{\"a\":", "line 1, column 6", "ends too early"},
    {"{\"a\":1", "line 1, column 7", "ends too early"},
    {"{\"a\":1,", "line 1, column 8", "ends too early"},
    {"{\"a\":1,}", "line 1, column 8", "text in double quotes"},
    {"{a:1}", "line 1, column 2", "text in double quotes"},
    {"{'a':1}", "line 1, column 2", "text in double quotes"},
    {"{\"a\" 1}", "line 1, column 6", "colon"},
    {"[1", "line 1, column 3", "ends too early"},
    {"[1 2]", "line 1, column 4", "comma or ]"},
    {"[1,]", "line 1, column 4", "expected a value"},
    {"{\"a\":1 \"b\":2}", "line 1, column 8", "comma or }"},
    {"\"abc", "line 1, column 5", "ends too early"},
    {"\"abc\\", "line 1, column 6", "ends too early"},
    {"\"a\tb\"", "line 1, column 3", "control character"},
    {"\"a\nb\"", "line 1, column 3", "control character"},
    {"\"\\x\"", "line 1, column 3", "unknown escape"},
    {"\"\\u12\"", "line 1, column 2", "hexadecimal"},
    {"\"\\u12G4\"", "line 1, column 2", "hexadecimal"},
    {"\"a\\u0000b\"", "line 1, column 3", "U+0000"},
    {"\"\\ud800\"", "line 1, column 2", "surrogate"},
    {"\"\\ud800\\u0041\"", "line 1, column 2", "surrogate"},
    {"\"\\udc00\\ud800\"", "line 1, column 2", "surrogate"},
    {"01", "line 1, column 1", "number"},
    {"1.", "line 1, column 1", "number"},
    {".5", "line 1, column 1", "value"},
    {"+1", "line 1, column 1", "value"},
    {"-", "line 1, column 1", "number"},
    {"1e", "line 1, column 1", "number"},
    {"0x10", "line 1, column 2", "follows"},
    {"1e400", "line 1, column 1", "too large"},
    {"[1,-1e999]", "line 1, column 4", "too large"},
    {"NaN", "line 1, column 1", "value"},
    {"Infinity", "line 1, column 1", "value"},
    {"-Infinity", "line 1, column 1", "number"},
    {"nul", "line 1, column 1", "value"},
    {"True", "line 1, column 1", "value"},
    {"{} {}", "line 1, column 4", "follows"},
    {"[]]", "line 1, column 3", "follows"},
    {"// x\n{}", "line 1, column 1", "value"},
    {"\xef\xbb\xbf{}", "line 1, column 1", "byte order mark"},
    {"[1,\n \"\xc3\xa5\", \"\xff\"]", "line 2, column 8", "UTF-8"},
    {"\"\xc0\xaf\"", "line 1, column 2", "UTF-8"},
    {"\"\xed\xa0\x80\"", "line 1, column 2", "UTF-8"},
    {"{\"a\":1,\"a\":1}", "a", "duplicate key"},
    {"{\"a\":[{},{\"b\":{\"c\":1,\"d\":2,\"\\u0063\":3}}]}", "a[1].b.c", "duplicate key"},
    {"[[{\"\":1,\"\":1}]]", "[0][0].", "duplicate key"},
};

static void check_refused(const char *json, size_t n, const char *where, const char *message)
{
    cJSON *tree = (cJSON *)1;
    bip_error err = {0};

    assert_int_equal(bip__json_parse(json, n, &tree, &err), BIP_E_REFUSED);
    assert_null(tree);
    assert_int_equal(err.status, BIP_E_REFUSED);
    assert_string_equal(err.where, where);
    if (!strstr(err.message, message))
        fail_msg("%s: \"%s\" should say \"%s\"", json, err.message, message);
    assert_int_equal(bip__json_parse(json, n, &tree, NULL), BIP_E_REFUSED);
}

static void test_json__says_where_a_text_is_no_json(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        check_refused(refused[i].json, strlen(refused[i].json), refused[i].where, refused[i].message);
}

static void test_json__refuses_a_nul_byte_anywhere(void **state)
{
    (void)state;
    check_refused("[1\0]", 4, "line 1, column 3", "comma");
    check_refused("\"a\0b\"", 5, "line 1, column 3", "control");
    check_refused("\"a\\\0b\"", 6, "line 1, column 4", "escape");
    check_refused("{}\0", 3, "line 1, column 3", "follows");
    check_refused("\0{}", 3, "line 1, column 1", "value");
}

static void test_json__takes_64_levels_and_no_more(void **state)
{
    char text[65 * 2];
    cJSON *tree;

    (void)state;
    memset(text, '[', 65);
    memset(text + 65, ']', 65);
    assert_int_equal(bip__json_parse(text + 1, 128, &tree, NULL), BIP_OK);
    cJSON_Delete(tree);
    check_refused(text, sizeof text, "line 1, column 65", "nested too deeply");
}

static void test_json__survives_100000_levels(void **state)
{
    const size_t n = 100000;
    char *text = malloc(6 * n);

    (void)state;
    assert_non_null(text);
    memset(text, '[', n);
    check_refused(text, n, "line 1, column 65", "nested too deeply");
    for (size_t i = 0; i < n; i++)
        memcpy(text + 5 * i, "{\"a\":", 5);
    check_refused(text, 5 * n, "line 1, column 321", "nested too deeply");
    free(text);
}

static void test_json__finds_a_duplicate_among_many_keys(void **state)
{
    const size_t n = 100000;
    char *text = malloc(16 * n);
    size_t at = 0;

    (void)state;
    assert_non_null(text);
    text[at++] = '{';
    for (size_t i = 0; i < n; i++)
        at += (size_t)snprintf(text + at, 16, "\"%zu\":0,", i == n - 1 ? 7 : i);
    text[at - 1] = '}';
    check_refused(text, at, "7", "duplicate key");
    free(text);
}

static void test_json__reads_texts_without_their_escapes(void **state)
{
    const char *json = " \"\\\"\\\\\\/\\b\\f\\n\\r\\t \\u00e5\\uD83D\\ude00 \xc3\xa5\x7f\" \r\n";
    cJSON *tree;

    (void)state;
    assert_int_equal(bip__json_parse(json, strlen(json), &tree, NULL), BIP_OK);
    assert_true(cJSON_IsString(tree));
    assert_string_equal(tree->valuestring, "\"\\/\b\f\n\r\t \xc3\xa5\xf0\x9f\x98\x80 \xc3\xa5\x7f");
    cJSON_Delete(tree);
}

static void test_json__reads_numbers_exactly_however_long(void **state)
{
    const char *json = "[0.1000000000000000055511151231257827021181583404541015625000000000000000000001,-0,1E2,5e-324]";
    cJSON *tree;

    (void)state;
    assert_int_equal(bip__json_parse(json, strlen(json), &tree, NULL), BIP_OK);
    assert_true(cJSON_GetArrayItem(tree, 0)->valuedouble == 0.1);
    assert_true(cJSON_GetArrayItem(tree, 1)->valuedouble == 0);
    assert_true(cJSON_GetArrayItem(tree, 2)->valuedouble == 100);
    assert_true(cJSON_GetArrayItem(tree, 3)->valuedouble == 5e-324);
    cJSON_Delete(tree);
}

static void test_json__keeps_order_and_types(void **state)
{
    const char *json = "{\"b\" : true, \"a\":[false,null,{},[]]\n,\"A\":\"\"}";
    cJSON *tree;

    (void)state;
    assert_int_equal(bip__json_parse(json, strlen(json), &tree, NULL), BIP_OK);
    assert_string_equal(tree->child->string, "b");
    assert_true(cJSON_IsTrue(tree->child));
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(tree, "a");
    assert_int_equal(cJSON_GetArraySize(list), 4);
    assert_true(cJSON_IsFalse(cJSON_GetArrayItem(list, 0)));
    assert_true(cJSON_IsNull(cJSON_GetArrayItem(list, 1)));
    assert_true(cJSON_IsObject(cJSON_GetArrayItem(list, 2)));
    assert_true(cJSON_IsArray(cJSON_GetArrayItem(list, 3)));
    assert_string_equal(cJSON_GetObjectItemCaseSensitive(tree, "A")->valuestring, "");
    cJSON_Delete(tree);
}

static void test_json__a_path_stays_in_its_field_whatever_the_keys(void **state)
{
    char key[300];
    bip_error err;

    (void)state;
    memset(key, 'k', sizeof key - 1);
    key[sizeof key - 1] = '\0';
    bip__json_fail(&err, BIP__AT(BIP__AT(NULL, key), "more"), "%s", key);
    assert_int_equal(strlen(err.where), 127);
    assert_int_equal(strlen(err.message), 255);
    bip__json_fail(&err, BIP__AT(BIP__AT_INDEX(BIP__AT(NULL, "a"), 12), "b\nc"), "x");
    assert_string_equal(err.where, "a[12].b c");
}

static void test_json__reports_every_failed_allocation(void **state)
{
    const char *json = "{\"a\":[1,2,3],\"b\":\"text\",\"c\":{\"d\":null,\"e\":true}}";
    const long before = bip__alloc_live();
    cJSON *tree;
    bip_status st;
    long n = -1;

    (void)state;
    do {
        bip__alloc_fail_at(++n, true);
        st = bip__json_parse(json, strlen(json), &tree, NULL);
        assert_true(st == BIP_OK || (st == BIP_E_NOMEM && !tree));
    } while (st != BIP_OK && n < 1000);
    bip__alloc_fail_at(-1, false);
    assert_in_range(n, 1, 999);
    cJSON_Delete(tree);
    assert_int_equal(bip__alloc_live(), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json__says_where_a_text_is_no_json),
        cmocka_unit_test(test_json__refuses_a_nul_byte_anywhere),
        cmocka_unit_test(test_json__takes_64_levels_and_no_more),
        cmocka_unit_test(test_json__survives_100000_levels),
        cmocka_unit_test(test_json__finds_a_duplicate_among_many_keys),
        cmocka_unit_test(test_json__reads_texts_without_their_escapes),
        cmocka_unit_test(test_json__reads_numbers_exactly_however_long),
        cmocka_unit_test(test_json__keeps_order_and_types),
        cmocka_unit_test(test_json__a_path_stays_in_its_field_whatever_the_keys),
        cmocka_unit_test(test_json__reports_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
