#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "draw/text_width.h"

#include <math.h>
#include <string.h>

#define MOST 8

static bip__arena arena;
static bip__line lines[MOST];

static int tear_down(void **state)
{
    (void)state;
    bip__arena_free(&arena);
    return 0;
}

static double width(const char *s)
{
    return bip__text_width(s, strlen(s));
}

static bip__wrapped wrap(const char *text, double room, size_t most)
{
    bip__measured m;

    assert_true(bip__measure(&arena, text, &m));
    return bip__wrap(&m, room, most, lines);
}

static void assert_line(size_t i, const char *expected)
{
    assert_int_equal(lines[i].n, strlen(expected));
    assert_memory_equal(lines[i].s, expected, lines[i].n);
}

/* Advance widths of DejaVu Sans 2.37, of 2048: i 569, W 2025, ö 1253. */
static void test_text_width__is_dejavu_sans_and_a_tenth(void **state)
{
    (void)state;
    assert_true(fabs(width("i") - 1.1 * 569 / 2048) < 0.011);
    assert_true(fabs(width("W") - 1.1 * 2025 / 2048) < 0.011);
    assert_true(fabs(width("ö") - 1.1 * 1253 / 2048) < 0.011);
    assert_true(width("W") >= 1.1 * 2025 / 2048);
    assert_true(width("Kunskap om arbetsmarknaden") > 14);
}

static void test_text_width__marks_on_letters_take_no_room(void **state)
{
    (void)state;
    assert_true(width("e\xCC\x81\xCC\x82") == width("e"));
    assert_true(width("\xE2\x80\x8F") == 0);                                 /* right-to-left mark */
    assert_true(width("\xE2\x9D\xA4\xEF\xB8\x8F") == width("\xE2\x9D\xA4")); /* variation selector */
}

static void test_text_width__emoji_are_wide(void **state)
{
    (void)state;
    assert_true(width("😀") >= 1.37); /* Noto Color Emoji's 1.275 and what is to spare */
}

static void test_wrap__breaks_between_words(void **state)
{
    bip__wrapped w = wrap("Knowledge of the labour market", 12, 3);

    (void)state;
    assert_int_equal(w.n, 2);
    assert_false(w.broken || w.cut);
    assert_line(0, "Knowledge of the");
    assert_line(1, "labour market");
    assert_true(fabs(lines[1].width - width("labour market")) < 1e-9);
    assert_true(w.width == lines[0].width);
}

static void test_wrap__keeps_a_text_that_fits_on_one_line(void **state)
{
    bip__wrapped w = wrap("Job skills", width("Job skills"), 3);

    (void)state;
    assert_int_equal(w.n, 1);
    assert_line(0, "Job skills");
}

static void test_wrap__breaks_behind_a_hyphen_inside_a_word(void **state)
{
    (void)state;
    assert_int_equal(wrap("arbetsmarknads-orientering", width("arbetsmarknads-") + 0.1, 3).n, 2);
    assert_line(0, "arbetsmarknads-");
    assert_line(1, "orientering");
    assert_int_equal(wrap("job-search skills", 20, 3).n, 1); /* and nothing is lost where it fits */
    assert_line(0, "job-search skills");
}

static void test_wrap__breaks_a_word_that_is_wider_than_the_line(void **state)
{
    bip__wrapped w = wrap("Samarbetsförmåga", 5, 5);
    size_t sum = 0;

    (void)state;
    assert_true(w.broken);
    for (size_t i = 0; i < w.n; i++) {
        assert_true(lines[i].width <= 5);
        assert_int_equal(bip__utf8_valid(lines[i].s, lines[i].n), lines[i].n);
        sum += lines[i].n;
    }
    assert_int_equal(sum, strlen("Samarbetsförmåga"));
}

static void test_wrap__cuts_what_does_not_fit_with_an_ellipsis(void **state)
{
    bip__wrapped w = wrap("one two three four five six seven", 6, 2);

    (void)state;
    assert_int_equal(w.n, 2);
    assert_true(w.cut);
    assert_false(lines[0].cut);
    assert_true(lines[1].cut);
    assert_true(lines[1].width <= 6);
    assert_true(lines[1].s[lines[1].n - 1] != ' ');
}

static void test_wrap__never_parts_a_letter_from_its_marks(void **state)
{
    static const char text[] = "e\xCC\x81"
                               "e\xCC\x81"
                               "e\xCC\x81"
                               "e\xCC\x81";

    (void)state;
    assert_true(wrap(text, width("ee"), 4).n == 2);
    assert_int_equal(lines[0].n, 6);
}

static void test_wrap__one_character_stands_on_a_line_however_narrow(void **state)
{
    bip__wrapped w = wrap("WWW", 0.1, MOST);

    (void)state;
    assert_int_equal(w.n, 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(lines[i].n, 1);
}

static void test_wrap__blank_texts_have_no_lines(void **state)
{
    (void)state;
    assert_int_equal(wrap("", 5, 3).n, 0);
    assert_int_equal(wrap(" \t\n ", 5, 3).n, 0);
}

/* Any line ends between characters and is as wide as it says, for texts of all sorts and all widths. */
static void test_wrap__no_line_is_wider_than_it_may_be(void **state)
{
    static const char *const texts[] = {"Tilltro till att klara ett arbete", "אמונה ביכולת להתמודד עם עבודה",
                                        "👩‍👩‍👧 familj och nätverk 🏠", "a-b-c-d/e/f gh-ij/kl-mn",
                                        "<&\"'> ]]>"};

    (void)state;
    for (size_t t = 0; t < sizeof texts / sizeof *texts; t++)
        for (double room = 2; room < 30; room += 0.37) {
            bip__wrapped w = wrap(texts[t], room, MOST);
            for (size_t i = 0; i < w.n; i++) {
                assert_true(lines[i].width <= room + 1e-9 || lines[i].n <= 4);
                assert_int_equal(bip__utf8_valid(lines[i].s, lines[i].n), lines[i].n);
            }
        }
}

static void test_wrap__the_end_of_an_endless_text_is_cut(void **state)
{
    static char text[100001];
    bip__wrapped w;

    (void)state;
    memset(text, 'x', sizeof text - 1);
    for (size_t i = 7; i < sizeof text - 1; i += 8)
        text[i] = ' ';
    w = wrap(text, 1000, 3); /* wider than all that is measured */
    assert_true(w.cut);
    assert_true(w.n >= 1 && lines[w.n - 1].cut);
}

static void test_measure__says_when_memory_ran_out(void **state)
{
    bip__arena empty = {0};
    bip__measured m;

    (void)state;
    bip__alloc_fail_at(0, true);
    assert_false(bip__measure(&empty, "a b c", &m));
    bip__alloc_fail_at(-1, false);
    bip__arena_free(&empty);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_width__is_dejavu_sans_and_a_tenth),
        cmocka_unit_test(test_text_width__marks_on_letters_take_no_room),
        cmocka_unit_test(test_text_width__emoji_are_wide),
        cmocka_unit_test(test_wrap__breaks_between_words),
        cmocka_unit_test(test_wrap__keeps_a_text_that_fits_on_one_line),
        cmocka_unit_test(test_wrap__breaks_behind_a_hyphen_inside_a_word),
        cmocka_unit_test(test_wrap__breaks_a_word_that_is_wider_than_the_line),
        cmocka_unit_test(test_wrap__cuts_what_does_not_fit_with_an_ellipsis),
        cmocka_unit_test(test_wrap__never_parts_a_letter_from_its_marks),
        cmocka_unit_test(test_wrap__one_character_stands_on_a_line_however_narrow),
        cmocka_unit_test(test_wrap__blank_texts_have_no_lines),
        cmocka_unit_test(test_wrap__no_line_is_wider_than_it_may_be),
        cmocka_unit_test(test_wrap__the_end_of_an_endless_text_is_cut),
        cmocka_unit_test(test_measure__says_when_memory_ran_out),
    };
    return cmocka_run_group_tests_name("text_width", tests, NULL, tear_down);
}
