#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/alloc.h"
#include "model/pattern.h"

static bip__pattern *compile(const char *pattern)
{
    bip__pattern *p;

    assert_int_equal(bip__pattern_compile(pattern, strlen(pattern), &p, NULL), BIP_OK);
    return p;
}

static bool matches(const char *pattern, const char *s)
{
    bip__pattern *p = compile(pattern);
    bool m;

    assert_int_equal(bip__pattern_match(p, s, strlen(s), &m, NULL), BIP_OK);
    bip__pattern_free(p);
    return m;
}

static void test_pattern__matches_as_its_text_says(void **state)
{
    (void)state;
    assert_true(matches("^[A-Z]{2}-[0-9]{4}$", "SK-0001"));
    assert_false(matches("^[A-Z]{2}-[0-9]{4}$", "SK-001"));
    assert_true(matches("b", "abc"));
    assert_true(matches("^\\w$", "\xc3\xa5")); /* one character, and a letter */
    assert_true(matches("^(?i)\xc3\x85$", "\xc3\xa5"));
    assert_true(matches("", ""));
}

static void refuses(const char *pattern, size_t n, const char *piece)
{
    bip__pattern *p = (bip__pattern *)1;
    bip_error err = {0};

    assert_int_equal(bip__pattern_compile(pattern, n, &p, &err), BIP_E_REFUSED);
    assert_null(p);
    if (!strstr(err.message, piece))
        fail_msg("\"%s\" should say \"%s\"", err.message, piece);
}

static void test_pattern__refuses_what_does_not_compile(void **state)
{
    char nested[102], wide[1026];

    (void)state;
    refuses("(", 1, "character 2");
    refuses("a{2,1}", 6, "does not hold");
    refuses("a\\C", 3, "does not hold"); /* \C would split characters */
    refuses("\xff", 1, "does not hold");
    memset(nested, '(', 51);
    memset(nested + 51, ')', 51);
    refuses(nested, sizeof nested, "does not hold");
    memset(wide, 'a', sizeof wide);
    refuses(wide, 1025, "does not hold");
}

static void test_pattern__a_costly_one_is_never_taken_for_no_match(void **state)
{
    static const char *const costly[] = {"^(a+)+$", "(a+)+$", "^(a|aa)+$", "^(a|a)*$", "(.*)*(.*)*(.*)*x{3}$"};
    static const char s[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab";

    (void)state;
    for (size_t i = 0; i < sizeof costly / sizeof *costly; i++) {
        bip__pattern *p = compile(costly[i]);
        bip_error err = {0};
        bool m;
        const bip_status st = bip__pattern_match(p, s, sizeof s - 1, &m, &err);
        if (st != BIP_E_REFUSED && i < 4)
            fail_msg("%s gave %d", costly[i], (int)st);
        if (st == BIP_E_REFUSED)
            assert_non_null(strstr(err.message, "too costly"));
        assert_false(m);
        bip__pattern_free(p);
    }
}

static void test_pattern__refuses_texts_that_are_no_utf8_or_too_long(void **state)
{
    static char wide[5000];
    bip__pattern *p = compile("a");
    bool m;

    (void)state;
    memset(wide, 'a', sizeof wide);
    assert_int_equal(bip__pattern_match(p, "a\xff", 2, &m, NULL), BIP_E_REFUSED);
    assert_int_equal(bip__pattern_match(p, wide, sizeof wide, &m, NULL), BIP_E_REFUSED);
    assert_int_equal(bip__pattern_match(p, wide, 100, &m, NULL), BIP_OK);
    assert_true(m);
    bip__pattern_free(p);
    bip__pattern_free(NULL);
}

static void test_pattern__reports_every_failed_allocation(void **state)
{
    const long before = bip__alloc_live();
    bip__pattern *p = NULL;
    bip_status st;
    long n = -1;
    bool m;

    (void)state;
    do {
        bip__alloc_fail_at(++n, true);
        st = bip__pattern_compile("^(a|b)+c?$", 10, &p, NULL);
        assert_true(st == BIP_OK || (st == BIP_E_NOMEM && !p));
    } while (st != BIP_OK && n < 1000);
    assert_in_range(n, 1, 999);
    bip__alloc_fail_at(0, true);
    st = bip__pattern_match(p, "abab", 4, &m, NULL);
    assert_true(st == BIP_E_NOMEM || (st == BIP_OK && m));
    bip__alloc_fail_at(-1, false);
    assert_int_equal(bip__pattern_match(p, "abab", 4, &m, NULL), BIP_OK);
    assert_true(m);
    bip__pattern_free(p);
    assert_int_equal(bip__alloc_live(), before);
}

static void test_pattern__names_its_library(void **state)
{
    (void)state;
    assert_int_equal(strncmp(bip__pattern_library(), "10.", 3), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pattern__matches_as_its_text_says),
        cmocka_unit_test(test_pattern__refuses_what_does_not_compile),
        cmocka_unit_test(test_pattern__a_costly_one_is_never_taken_for_no_match),
        cmocka_unit_test(test_pattern__refuses_texts_that_are_no_utf8_or_too_long),
        cmocka_unit_test(test_pattern__reports_every_failed_allocation),
        cmocka_unit_test(test_pattern__names_its_library),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
