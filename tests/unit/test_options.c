#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/alloc.h"
#include "model/options.h"

static const bip__option known[] = {
    {"instrument", BIP__OPTION_TEXT}, {"update", BIP__OPTION_FLAG}, {"ignore_columns", BIP__OPTION_LIST}};

static bip_status parse(const char *json, bip__options **out, bip_error *err)
{
    return bip__options_parse(json, known, sizeof known / sizeof *known, out, err);
}

static void test_options__gives_what_was_given_and_nothing_else(void **state)
{
    bip__options *o;

    (void)state;
    assert_int_equal(parse("{\"instrument\":\"audit\",\"update\":true,\"ignore_columns\":[\"a\",\"b\"]}", &o, NULL),
                     BIP_OK);
    assert_string_equal(bip__options_text(o, "instrument"), "audit");
    assert_true(bip__options_flag(o, "update"));
    assert_string_equal(bip__options_item(o, "ignore_columns", 0), "a");
    assert_string_equal(bip__options_item(o, "ignore_columns", 1), "b");
    assert_null(bip__options_item(o, "ignore_columns", 2));
    bip__options_free(o);
}

static void test_options__absent_ones_are_null_and_false(void **state)
{
    const char *const texts[] = {NULL, "{}", "{\"update\":false,\"ignore_columns\":[]}"};
    bip__options *o;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(parse(texts[i], &o, NULL), BIP_OK);
        assert_null(bip__options_text(o, "instrument"));
        assert_false(bip__options_flag(o, "update"));
        assert_null(bip__options_item(o, "ignore_columns", 0));
        bip__options_free(o);
    }
    bip__options_free(NULL);
}

static void test_options__what_does_not_hold_is_wrong_usage_and_names_the_key(void **state)
{
    static const struct {
        const char *json, *where, *message;
    } cases[] = {
        {"{\"instrumnt\":\"audit\"}", "instrumnt", "unknown option"},
        {"{\"Update\":true}", "Update", "unknown option"},
        {"{\"instrument\":1}", "instrument", "must be a text"},
        {"{\"instrument\":null}", "instrument", "must be a text"},
        {"{\"update\":1}", "update", "must be true or false"},
        {"{\"ignore_columns\":\"a\"}", "ignore_columns", "list of texts"},
        {"{\"ignore_columns\":[\"a\",1]}", "ignore_columns", "list of texts"},
        {"{\"update\":true,\"update\":true}", "update", "duplicate key"},
        {"[]", "options", "object"},
        {"", "line 1, column 1", "ends too early"},
        {"{\"update\":true", "line 1, column 15", "ends too early"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bip__options *o = (bip__options *)1;
        bip_error err = {0};
        assert_int_equal(parse(cases[i].json, &o, &err), BIP_E_USAGE);
        assert_null(o);
        assert_int_equal(err.status, BIP_E_USAGE);
        assert_string_equal(err.where, cases[i].where);
        assert_non_null(strstr(err.message, cases[i].message));
        assert_int_equal(parse(cases[i].json, &o, NULL), BIP_E_USAGE);
    }
}

static void test_options__reports_every_failed_allocation(void **state)
{
    const long before = bip__alloc_live();
    bip__options *o;
    bip_status st;
    long n = -1;

    (void)state;
    do {
        bip__alloc_fail_at(++n, true);
        st = parse("{\"instrument\":\"audit\",\"update\":true}", &o, NULL);
        assert_true(st == BIP_OK || (st == BIP_E_NOMEM && !o));
    } while (st != BIP_OK && n < 1000);
    bip__alloc_fail_at(-1, false);
    assert_in_range(n, 1, 999);
    bip__options_free(o);
    assert_int_equal(bip__alloc_live(), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_options__gives_what_was_given_and_nothing_else),
        cmocka_unit_test(test_options__absent_ones_are_null_and_false),
        cmocka_unit_test(test_options__what_does_not_hold_is_wrong_usage_and_names_the_key),
        cmocka_unit_test(test_options__reports_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
