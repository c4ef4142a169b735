#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "model/code.h"

#define A63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static bool code(const char *s)
{
    return bip__code_valid(s, strlen(s));
}

static bool version(const char *s)
{
    return bip__version_valid(s, strlen(s));
}

static void test_code__is_lower_case_ascii_of_64_bytes_at_most(void **state)
{
    static const char *const bad[] = {"",    "A",   "1",   "_a",       "-a",        "aB",
                                      "a b", "a.b", "a\n", "\xc3\xa5", "a\xc3\xa5", A63 "aa"};

    (void)state;
    assert_true(code("a"));
    assert_true(code("everyday_coping-2"));
    assert_true(code(A63 "a"));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(code(bad[i]));
    assert_false(bip__code_valid("a\0b", 3));
}

static void test_code__a_version_may_begin_with_a_digit_and_have_capitals_and_dots(void **state)
{
    static const char *const bad[] = {"", ".1", "-1", "_1", "1 ", "1/2", "v\xc3\xa5", A63 "aa"};

    (void)state;
    assert_true(version("1"));
    assert_true(version("2026.1-RC_b"));
    assert_true(version("V2"));
    assert_true(version(A63 "a"));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(version(bad[i]));
}

static void refuses_name(const char *s, size_t n, const char *piece)
{
    bip_error err = {0};

    assert_int_equal(bip__name_check("rater", s, n, false, &err), BIP_E_REFUSED);
    assert_string_equal(err.where, "rater");
    if (!strstr(err.message, piece) || !strstr(err.message, "the rater "))
        fail_msg("\"%s\" should say \"%s\"", err.message, piece);
}

static void takes_name(const char *s)
{
    assert_int_equal(bip__name_check("rater", s, strlen(s), false, NULL), BIP_OK);
}

static void test_code__a_name_is_1_to_64_code_points_with_blanks_only_inside(void **state)
{
    char long_name[64 * 2 + 2 + 1];

    (void)state;
    takes_name("P-001");
    takes_name("Anna \xc3\x85kesson");
    takes_name("1");
    for (size_t i = 0; i < 65; i++)
        memcpy(long_name + 2 * i, "\xc3\xa5", 2);
    refuses_name(long_name, 130, "longer than 64");
    assert_int_equal(bip__name_check("rater", long_name, 128, false, NULL), BIP_OK);
    refuses_name("", 0, "is empty");
    refuses_name(" ", 1, "blank");
    refuses_name(" a", 2, "begins with a blank");
    refuses_name("a ", 2, "ends with a blank");
    refuses_name("a\xc2\xa0", 3, "ends with a blank");
    refuses_name("a\xe3\x80\x80", 4, "ends with a blank");
}

static void test_code__a_name_holds_nothing_invisible(void **state)
{
    (void)state;
    refuses_name("a\tb", 3, "control");
    refuses_name("a\0b", 3, "control");
    refuses_name("a\nb", 3, "control");
    refuses_name("a\x7f", 2, "control");
    refuses_name("a\xc2\x85"
                 "b",
                 4, "control"); /* Cc */
    refuses_name("a\xe2\x80\x8d"
                 "b",
                 5, "control"); /* Cf: zero width joiner */
    refuses_name("a\xe2\x80\xa8"
                 "b",
                 5, "control");                  /* Zl */
    refuses_name("a\xee\x80\x80", 4, "control"); /* Co */
    refuses_name("a\xed\xa0\x80", 4, "UTF-8");   /* a surrogate */
    refuses_name("a\xff", 2, "UTF-8");
}

static void test_code__a_name_holds_no_national_number_unless_allowed(void **state)
{
    bip_error err = {0};

    (void)state;
    refuses_name("811218-9876", 11, "national identity number");
    refuses_name("P8112189876", 11, "national identity number");
    refuses_name("P 010190-1234", 13, "national identity number");
    assert_int_equal(bip__name_check("participant", "8112189876", 10, false, &err), BIP_E_REFUSED);
    assert_null(strstr(err.message, "8112189876")); /* messages end in logs */
    assert_int_equal(bip__name_check("participant", "8112189876", 10, true, &err), BIP_OK);
    assert_int_equal(bip__name_check("participant", "8112189875", 10, false, &err), BIP_OK);
}

static void test_code__free_text_is_utf8_without_nul_and_national_numbers(void **state)
{
    const char *note = "Rings 070-123 45 67.\n\tWaits; order 8112189876";
    bip_error err = {0};

    (void)state;
    assert_int_equal(bip__text_check("note", note, strlen(note), false, &err), BIP_OK);
    assert_int_equal(bip__text_check("note", "", 0, false, &err), BIP_OK);
    assert_int_equal(bip__text_check("note", "a\xff", 2, false, &err), BIP_E_REFUSED);
    assert_non_null(strstr(err.message, "the note is not valid UTF-8"));
    assert_int_equal(bip__text_check("note", "a\0b", 3, false, &err), BIP_E_REFUSED);
    assert_non_null(strstr(err.message, "U+0000"));
    assert_int_equal(bip__text_check("reason", "son of 811218-9876", 18, false, &err), BIP_E_REFUSED);
    assert_string_equal(err.where, "reason");
    assert_non_null(strstr(err.message, "the reason holds a national identity number"));
    assert_int_equal(bip__text_check("reason", "son of 811218-9876", 18, true, &err), BIP_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_code__is_lower_case_ascii_of_64_bytes_at_most),
        cmocka_unit_test(test_code__a_version_may_begin_with_a_digit_and_have_capitals_and_dots),
        cmocka_unit_test(test_code__a_name_is_1_to_64_code_points_with_blanks_only_inside),
        cmocka_unit_test(test_code__a_name_holds_nothing_invisible),
        cmocka_unit_test(test_code__a_name_holds_no_national_number_unless_allowed),
        cmocka_unit_test(test_code__free_text_is_utf8_without_nul_and_national_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
