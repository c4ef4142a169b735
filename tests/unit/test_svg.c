#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "draw/palette.h"
#include "draw/svg.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bip__out out;

static const char *written(void)
{
    bip__out_char(&out, '\0');
    assert_int_equal(out.status, BIP_OK);
    out.len = 0;
    return out.data;
}

static int set_up(void **state)
{
    (void)state;
    bip__out_init(&out, NULL, NULL);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    bip__out_free(&out);
    return 0;
}

static const char *number(double px)
{
    bip__svg_number(&out, px);
    return written();
}

static void test_svg__numbers_are_whole_hundredths(void **state)
{
    (void)state;
    assert_string_equal(number(0), "0");
    assert_string_equal(number(12), "12");
    assert_string_equal(number(12.5), "12.5");
    assert_string_equal(number(12.34), "12.34");
    assert_string_equal(number(12.04), "12.04");
    assert_string_equal(number(12.345001), "12.35");
    assert_string_equal(number(-0.07), "-0.07");
    assert_string_equal(number(-3), "-3");
    assert_string_equal(number(-0.001), "0");
    assert_string_equal(number(4000), "4000");
}

static void test_svg__every_number_reads_back_within_half_a_hundredth(void **state)
{
    (void)state;
    for (int i = -4000; i <= 4000; i++) {
        double px = i * 0.7371;
        assert_true(fabs(strtod(number(px), NULL) - px) <= 0.005 + 1e-9);
    }
}

static void test_svg__points_stand_apart(void **state)
{
    (void)state;
    bip__svg_command(&out, 'M', 1.5, -2);
    bip__svg_point(&out, 3, 4.25);
    assert_string_equal(written(), "M1.5 -2 3 4.25");
}

static const char *text(const char *s)
{
    bip__svg_text(&out, s, strlen(s));
    return written();
}

static void test_svg__text_can_hold_the_signs_of_xml(void **state)
{
    (void)state;
    assert_string_equal(text("a<b & \"c\" > d"), "a&lt;b &amp; &quot;c&quot; &gt; d");
    assert_string_equal(text("]]>"), "]]&gt;");
    assert_string_equal(text("<"), "&lt;");
    assert_string_equal(text(""), "");
}

static void test_svg__what_xml_cannot_hold_is_replaced(void **state)
{
    (void)state;
    assert_string_equal(text("a\x01z"), "a\xEF\xBF\xBDz");
    assert_string_equal(text("\x1B"), "\xEF\xBF\xBD");
    assert_string_equal(text("a\xEF\xBF\xBEz"), "a\xEF\xBF\xBDz"); /* U+FFFE */
    assert_string_equal(text("a\xEF\xBF\xBFz"), "a\xEF\xBF\xBDz"); /* U+FFFF */
    assert_string_equal(text("a\nb\tc\r"), "a b c ");
}

static void test_svg__other_text_stays_as_it_is(void **state)
{
    static const char *const texts[] = {"Målmedvetenhet", "عربي", "👩‍👩‍👧",
                                        "e\xCC\x81",      "ｶ",    "\xEF\xBF\xBD"};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_string_equal(text(texts[i]), texts[i]);
}

/* Everything a path draws relative to itself adds up, so the corners can be told. */
static void test_svg__marks_of_different_kinds_differ(void **state)
{
    char drawn[7][256];

    (void)state;
    for (int mark = BIP__DISC; mark <= BIP__BAR; mark++) {
        bip__svg_mark(&out, (bip__mark)mark, 10, 20, 4);
        strncpy(drawn[mark], written(), sizeof drawn[mark] - 1);
        for (int other = 0; other < mark; other++)
            assert_string_not_equal(drawn[mark], drawn[other]);
    }
    assert_string_equal(drawn[BIP__BAR], "M6 20l8 0");
    assert_string_equal(drawn[BIP__DISC], "M6 20a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z");
}

/* ----------------------------------------------------------------------------------------------------------- palette
 */

static void test_palette__no_two_styles_share_a_dash_nor_a_mark_with_its_filling(void **state)
{
    (void)state;
    for (int i = 0; i < BIP__N_STYLES; i++)
        for (int k = 0; k < i; k++) {
            const bip__style *a = &bip__styles[i], *b = &bip__styles[k];
            assert_true(a->dash == NULL || b->dash == NULL || strcmp(a->dash, b->dash) != 0);
            assert_true(a->dash != NULL || b->dash != NULL);
            assert_true(a->mark != b->mark || a->hollow != b->hollow);
        }
}

/* WCAG 2.2, relative luminance. */
static double luminance(const char *hex)
{
    double channel[3];
    size_t n = strspn(hex, "0123456789abcdef");

    assert_true(n == 3 || n == 6);
    for (size_t i = 0; i < 3; i++) {
        char digits[3] = {hex[i * n / 3], hex[i * n / 3 + (n == 6)], '\0'};
        double c = (double)strtol(digits, NULL, 16) / 255;
        channel[i] = c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
    }
    return 0.2126 * channel[0] + 0.7152 * channel[1] + 0.0722 * channel[2];
}

static double contrast(const char *a, const char *b)
{
    double x = luminance(a), y = luminance(b);

    return (fmax(x, y) + 0.05) / (fmin(x, y) + 0.05);
}

/* The first colour behind `rule` in a style sheet. */
static const char *colour(const char *css, const char *rule)
{
    const char *at = strstr(css, rule);

    assert_non_null(at);
    at = strchr(at, '#');
    assert_non_null(at);
    return at + 1;
}

static void test_palette__everything_stands_out_from_its_ground(void **state)
{
    static const struct {
        int32_t theme;
        const char *root;
    } themes[] = {{BIP_THEME_LIGHT, ".bip-light"}, {BIP_THEME_DARK, ".bip-dark"}};

    (void)state;
    for (size_t t = 0; t < 2; t++) {
        char rule[64], css[8192];
        bip__palette_css(&out, themes[t].theme);
        strncpy(css, written(), sizeof css - 1);
        snprintf(rule, sizeof rule, "%s .b-g{", themes[t].root);
        const char *ground = colour(css, rule);
        snprintf(rule, sizeof rule, "%s text{", themes[t].root);
        assert_true(contrast(colour(css, rule), ground) >= 7);
        snprintf(rule, sizeof rule, "%s .b-q{", themes[t].root);
        assert_true(contrast(colour(css, rule), ground) >= 4.5);
        for (int i = 0; i < BIP__N_STYLES; i++) {
            snprintf(rule, sizeof rule, "%s .b-s%d{", themes[t].root, i);
            assert_true(contrast(colour(css, rule), ground) >= 4.5);
        }
    }
}

static void test_palette__auto_is_light_and_on_dark_screens_dark(void **state)
{
    const char *css, *dark;

    (void)state;
    bip__palette_css(&out, BIP_THEME_AUTO);
    css = written();
    dark = strstr(css, "@media screen and (prefers-color-scheme:dark){");
    assert_non_null(dark);
    assert_true(luminance(colour(css, ".bip-auto .b-g{")) > 0.9);
    assert_true(luminance(colour(dark, ".bip-auto .b-g{")) < 0.05);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_svg__numbers_are_whole_hundredths),
        cmocka_unit_test(test_svg__every_number_reads_back_within_half_a_hundredth),
        cmocka_unit_test(test_svg__points_stand_apart),
        cmocka_unit_test(test_svg__text_can_hold_the_signs_of_xml),
        cmocka_unit_test(test_svg__what_xml_cannot_hold_is_replaced),
        cmocka_unit_test(test_svg__other_text_stays_as_it_is),
        cmocka_unit_test(test_svg__marks_of_different_kinds_differ),
        cmocka_unit_test(test_palette__no_two_styles_share_a_dash_nor_a_mark_with_its_filling),
        cmocka_unit_test(test_palette__everything_stands_out_from_its_ground),
        cmocka_unit_test(test_palette__auto_is_light_and_on_dark_screens_dark),
    };
    return cmocka_run_group_tests_name("svg", tests, set_up, tear_down);
}
