#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"

static void test_error__says_status_place_and_reason(void **state)
{
    bip_error err;

    (void)state;
    memset(&err, 0x5a, sizeof err);
    assert_int_equal(
        bip__fail(&err, BIP_E_REFUSED, "line 17", "%s is %d of %lld, %zu", "x", -3, -5000000000LL, (size_t)7),
        BIP_E_REFUSED);
    assert_int_equal(err.status, BIP_E_REFUSED);
    assert_int_equal(err.detail, 0);
    assert_string_equal(err.where, "line 17");
    assert_string_equal(err.message, "x is -3 of -5000000000, 7");
}

static void test_error__needs_neither_an_error_nor_a_place(void **state)
{
    bip_error err;

    (void)state;
    assert_int_equal(bip__fail(NULL, BIP_E_IO, "x", "y"), BIP_E_IO);
    assert_int_equal(bip__nomem(NULL), BIP_E_NOMEM);
    assert_int_equal(bip__fail(&err, BIP_E_IO, NULL, "y"), BIP_E_IO);
    assert_string_equal(err.where, "");
}

static void test_error__cuts_between_characters(void **state)
{
    bip_error err;
    char text[1001];

    (void)state;
    for (size_t shift = 0; shift < 4; shift++) { /* a euro sign has three bytes: it straddles the end somewhere */
        memset(text, 'a', shift);
        for (size_t i = shift; i + 3 < sizeof text; i += 3) {
            memcpy(text + i, "\xe2\x82\xac", 3);
            text[i + 3] = '\0';
        }
        bip__fail(&err, BIP_E_REFUSED, text, "%s", text);
        assert_in_range(strlen(err.message), sizeof err.message - 3, sizeof err.message - 1);
        assert_in_range(strlen(err.where), sizeof err.where - 3, sizeof err.where - 1);
        assert_int_equal(bip__utf8_valid(err.message, strlen(err.message)), strlen(err.message));
        assert_int_equal(bip__utf8_valid(err.where, strlen(err.where)), strlen(err.where));
        assert_memory_equal(err.message, text, strlen(err.message));
    }
}

static void test_error__keeps_a_text_that_just_fits(void **state)
{
    bip_error err;
    char text[256];

    (void)state;
    memset(text, 'a', 255);
    text[255] = '\0';
    bip__fail(&err, BIP_E_REFUSED, NULL, "%s", text);
    assert_string_equal(err.message, text);
}

static void test_error__is_one_line_of_valid_text(void **state)
{
    bip_error err;

    (void)state;
    bip__fail(&err, BIP_E_REFUSED, "a\tb", "\"%s\"", "x\r\ny\x7f[31m\xff\xc3(\xc3\xa5");
    assert_string_equal(err.where, "a b");
    assert_string_equal(err.message, "\"x  y [31m?"
                                     "?(\xc3\xa5\"");
}

static void test_error__may_quote_what_it_holds(void **state)
{
    bip_error err;

    (void)state;
    bip__fail(&err, BIP_E_REFUSED, "inner", "reason");
    bip__fail(&err, BIP_E_REFUSED, err.where, "%s, %s", err.where, err.message);
    assert_string_equal(err.where, "inner");
    assert_string_equal(err.message, "inner, reason");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_error__says_status_place_and_reason),
        cmocka_unit_test(test_error__needs_neither_an_error_nor_a_place),
        cmocka_unit_test(test_error__cuts_between_characters),
        cmocka_unit_test(test_error__keeps_a_text_that_just_fits),
        cmocka_unit_test(test_error__is_one_line_of_valid_text),
        cmocka_unit_test(test_error__may_quote_what_it_holds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
