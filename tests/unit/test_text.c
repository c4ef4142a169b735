#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/text.h"

static bool valid(const void *s, size_t n)
{
    return bip__utf8_valid(s, n) == n;
}

static void test_text__takes_one_and_two_bytes_as_the_standard_says(void **state)
{
    (void)state;
    for (unsigned a = 0; a < 256; a++) {
        unsigned char s[2] = {(unsigned char)a, 0};

        assert_int_equal(valid(s, 1), a < 0x80);
        for (unsigned b = 0; b < 256; b++) {
            s[1] = (unsigned char)b;
            assert_int_equal(valid(s, 2), (a < 0x80 && b < 0x80) || (a >= 0xC2 && a <= 0xDF && b >= 0x80 && b <= 0xBF));
        }
    }
}

/* Every sequence of three bytes from a lead byte of three: valid where its value needs three bytes and is no
 * surrogate. */
static void test_text__takes_three_bytes_as_the_standard_says(void **state)
{
    (void)state;
    for (unsigned lead = 0xE0; lead <= 0xEF; lead++)
        for (unsigned b = 0; b < 256; b++)
            for (unsigned c = 0; c < 256; c++) {
                unsigned char s[3] = {(unsigned char)lead, (unsigned char)b, (unsigned char)c};
                unsigned value = (lead & 15) << 12 | (b & 63) << 6 | (c & 63);
                bool tails = b >> 6 == 2 && c >> 6 == 2;

                if (valid(s, 3) != (tails && value >= 0x800 && (value < 0xD800 || value > 0xDFFF)))
                    fail_msg("%02x %02x %02x", lead, b, c);
            }
}

static void test_text__takes_four_bytes_as_the_standard_says(void **state)
{
    static const unsigned char thirds[] = {0x00, 0x7F, 0x80, 0xA5, 0xBF, 0xC0, 0xFF};

    (void)state;
    for (unsigned lead = 0xF0; lead <= 0xFF; lead++)
        for (unsigned b = 0; b < 256; b++)
            for (size_t i = 0; i < sizeof thirds; i++)
                for (size_t k = 0; k < sizeof thirds; k++) {
                    unsigned char s[4] = {(unsigned char)lead, (unsigned char)b, thirds[i], thirds[k]};
                    unsigned value = (lead & 7) << 18 | (b & 63) << 12;
                    bool tails = b >> 6 == 2 && thirds[i] >> 6 == 2 && thirds[k] >> 6 == 2;

                    assert_int_equal(valid(s, 4), lead < 0xF8 && tails && value >= 0x10000 && value < 0x110000);
                }
}

static void test_text__says_where_it_stops_being_valid(void **state)
{
    static const struct {
        const char *text;
        size_t n, at;
    } cases[] = {
        {"", 0, 0},
        {"abc", 3, 3},
        {"a\0b", 3, 3},
        {"\xc3\xa5\xe4\xb8\xad\xf0\x9f\x98\x80", 9, 9},
        {"abcdefghij\xff", 11, 10},
        {"abcdefg\xc3\xa5\x80", 10, 9},
        {"ab\xe2\x82", 4, 2},       /* cut short */
        {"ab\xe2\x82\xac", 4, 2},   /* cut by n */
        {"\xf0\x9f\x98", 3, 0},     /* cut short */
        {"\xc0\x80", 2, 0},         /* overlong NUL */
        {"x\xed\xa0\x80", 4, 1},    /* surrogate */
        {"\xf4\x90\x80\x80", 4, 0}, /* beyond U+10FFFF */
        {"\xfe\xff", 2, 0},         /* UTF-16 */
        {"H\xe4nder", 6, 1},        /* Windows-1252 */
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(bip__utf8_valid(cases[i].text, cases[i].n), cases[i].at);
}

/* A bad byte at every place of a longer text: the fast path eight bytes at a time must not step over it. */
static void test_text__finds_a_bad_byte_at_every_place(void **state)
{
    char text[41];

    (void)state;
    for (size_t n = 1; n < sizeof text; n++)
        for (size_t at = 0; at < n; at++) {
            memset(text, 'a', n);
            text[at] = (char)0x80;
            assert_int_equal(bip__utf8_valid(text, n), at);
        }
}

static void test_text__what_is_encoded_decodes_and_is_valid(void **state)
{
    (void)state;
    for (int32_t cp = 0; cp <= 0x10FFFF; cp++) {
        char s[4];
        size_t n = bip__utf8_encode(cp, s);
        int32_t back;

        if (cp >= 0xD800 && cp <= 0xDFFF)
            continue;
        if (!valid(s, n) || bip__utf8_decode(s, n, &back) != n || back != cp || bip__utf8_count(s, n) != 1)
            fail_msg("U+%04X", (unsigned)cp);
    }
}

static void test_text__decoding_never_reads_too_far_nor_stands_still(void **state)
{
    int32_t cp;

    (void)state;
    assert_int_equal(bip__utf8_decode("\xe2\x82\xac", 2, &cp), 1);
    assert_int_equal(cp, 0xFFFD);
    assert_int_equal(bip__utf8_decode("\x80", 1, &cp), 1);
    assert_int_equal(cp, 0xFFFD);
}

static void test_text__counts_characters(void **state)
{
    (void)state;
    assert_int_equal(bip__utf8_count("", 0), 0);
    assert_int_equal(bip__utf8_count("a\xc3\xa5\xe4\xb8\xad\xf0\x9f\x98\x80z", 11), 5);
}

static void test_text__cuts_between_characters(void **state)
{
    static const char text[] = "a\xc3\xa5\xe4\xb8\xad\xf0\x9f\x98\x80z"; /* ends at 1 3 6 10 11 */
    char *copy = bip__alloc(11);
    static const size_t cuts[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11, 11, 11};

    (void)state;
    for (size_t max = 0; max < sizeof cuts / sizeof *cuts; max++)
        assert_int_equal(bip__utf8_cut(text, 11, max), cuts[max]);
    assert_non_null(copy);
    memcpy(copy, text, 11); /* nothing stands behind it: the sanitizer watches */
    assert_int_equal(bip__utf8_cut(copy, 11, 11), 11);
    assert_int_equal(bip__utf8_cut(copy, 11, 20), 11);
    bip__free(copy);
}

static void test_text__knows_what_a_code_must_not_hold(void **state)
{
    static const int32_t forbidden[] = {0x00,   0x09,   0x0A,   0x1F,    0x7F,     0x85,   0x9F,   0xAD,
                                        0x200B, 0x200D, 0x200E, 0x202E,  0x2028,   0x2029, 0xFEFF, 0xD800,
                                        0xDFFF, 0xE000, 0xF8FF, 0xF0000, 0x10FFFD, 0xE0001};
    static const int32_t fine[] = {' ', 'A', '-', '_', 0xA0, 0xE5, 0x301, 0x20AC, 0x3000, 0x4E2D, 0x1F600, 0xFFFD};

    (void)state;
    for (size_t i = 0; i < sizeof forbidden / sizeof *forbidden; i++)
        assert_true(bip__char_forbidden(forbidden[i]));
    for (size_t i = 0; i < sizeof fine / sizeof *fine; i++)
        assert_false(bip__char_forbidden(fine[i]));
}

static void test_text__knows_blanks(void **state)
{
    static const int32_t blank[] = {' ', '\t', '\n', '\v', '\f', '\r', 0x85, 0xA0, 0x2003, 0x2028, 0x2029, 0x3000};
    static const int32_t ink[] = {0, 'a', 0x08, 0x0E, 0x1F, 0x7F, 0xAD, 0x200B, 0x301, 0xFEFF};

    (void)state;
    for (size_t i = 0; i < sizeof blank / sizeof *blank; i++)
        assert_true(bip__char_blank(blank[i]));
    for (size_t i = 0; i < sizeof ink / sizeof *ink; i++)
        assert_false(bip__char_blank(ink[i]));
}

static void test_text__tells_a_text_in_which_nothing_is_to_be_seen(void **state)
{
    static const char *const nothing[] = {"", " ", "\t\r\n", "\xc2\xa0\xe2\x80\x83", "\xe2\x80\x8b \xef\xbb\xbf"};
    static const char *const something[] = {".", " a ", "\xc2\xa0\xc3\xa5", "\xe2\x80\x8b-"};

    (void)state;
    for (size_t i = 0; i < sizeof nothing / sizeof *nothing; i++)
        assert_true(bip__text_blank(nothing[i], strlen(nothing[i])));
    for (size_t i = 0; i < sizeof something / sizeof *something; i++)
        assert_false(bip__text_blank(something[i], strlen(something[i])));
}

static const char *fold(bip__arena *a, const char *s)
{
    size_t n = 0;
    const char *folded = bip__text_fold(a, s, strlen(s), &n);

    assert_non_null(folded);
    assert_int_equal(strlen(folded), n);
    return folded;
}

static void test_fold__matches_what_readers_take_for_the_same(void **state)
{
    static const char *const same[][2] = {
        {"Deltagare", "DELTAGARE"},
        {"\xc3\x85", "\xc3\xa5"},      /* Å å */
        {"\xc3\x85", "A\xcc\x8a"},     /* Å, A and ring */
        {"\xe2\x84\xab", "a\xcc\x8a"}, /* the Angstrom sign */
        {"HANDL\xc3\x84GGARE", "handl\xc3\xa4ggare"},
        {"HANDLA\xcc\x88GGARE", "handl\xc3\xa4ggare"},
        {"\xc3\x96VRIGT", "o\xcc\x88vrigt"},
        {"\xc3\x98NSKER \xc3\x86RLIGT", "\xc3\xb8nsker \xc3\xa6rligt"},
        {"Stra\xc3\x9f"
         "e",
         "STRASSE"},                                              /* sharp s */
        {"\xe1\xba\x9e", "ss"},                                   /* capital sharp s */
        {"\xc4\xb0", "i\xcc\x87"},                                /* dotted capital I: i and dot, not i */
        {"\xef\xac\x81", "fi"},                                   /* the ligature, in full folding */
        {"\xce\xa3\xcf\x83\xcf\x82", "\xcf\x83\xcf\x83\xcf\x83"}, /* three sigmas */
        {"\xe1\xbe\xb3", "\xce\xb1\xce\xb9"},                     /* alpha with iota below */
        {"\xce\xb1\xcd\x85\xcc\x81", "\xce\xb1\xcc\x81\xcd\x85"}, /* marks in either order */
        {"\xd0\x96", "\xd0\xb6"},
    };
    bip__arena a = {0};

    (void)state;
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        assert_string_equal(fold(&a, same[i][0]), fold(&a, same[i][1]));
    bip__arena_free(&a);
}

static void test_fold__keeps_apart_what_differs(void **state)
{
    static const char *const differ[][2] = {
        {"\xc3\xa4", "a"}, /* no stripping of marks */
        {"\xc3\xb8", "o"},
        {"\xc3\xa6", "ae"},
        {"\xc4\xb1", "i"}, /* dotless i */
        {"\xc4\xb0", "i"},
        {"\xe2\x91\xa0", "1"}, /* no compatibility forms */
        {"x\xc2\xb2", "x2"},
        {"\xef\xbc\xa1", "a"}, /* full width A is full width a */
        {"a b", "a\xc2\xa0"
                "b"},
        {"a\xc2\xad"
         "b",
         "ab"}, /* nothing is dropped */
    };
    bip__arena a = {0};

    (void)state;
    for (size_t i = 0; i < sizeof differ / sizeof *differ; i++)
        assert_string_not_equal(fold(&a, differ[i][0]), fold(&a, differ[i][1]));
    bip__arena_free(&a);
}

static void test_fold__gives_composed_lower_case(void **state)
{
    bip__arena a = {0};
    size_t n;

    (void)state;
    assert_string_equal(fold(&a, ""), "");
    assert_string_equal(fold(&a, "@AZ[`az{09"), "@az[`az{09");
    assert_string_equal(fold(&a, "A\xcc\x8aN"), "\xc3\xa5n");
    assert_string_equal(fold(&a, "\u0958"), "\u0915\u093c"); /* excluded from composition: NFC takes it apart */
    assert_string_equal(fold(&a, "H\xe4N"), "H\xe4N");       /* not UTF-8: as it is */
    assert_memory_equal(bip__text_fold(&a, "A\0B", 3, &n), "a\0b", 4);
    assert_int_equal(n, 3);
    assert_memory_equal(bip__text_fold(&a, "A\0\xc3\x85", 4, &n), "a\0\xc3\xa5", 5);
    assert_int_equal(n, 4);
    bip__arena_free(&a);
}

static void test_fold__of_a_folded_character_changes_nothing(void **state)
{
    bip__arena a = {0};

    (void)state;
    for (int32_t cp = 1; cp <= 0x1FFFF; cp++) { /* beyond: only ideographs, tags and private use */
        char s[5] = {0};
        const char *once;

        if (cp >= 0xD800 && cp <= 0xDFFF)
            continue;
        bip__utf8_encode(cp, s);
        once = fold(&a, s);
        if (strcmp(fold(&a, once), once) != 0 || !valid(once, strlen(once)))
            fail_msg("U+%04X", (unsigned)cp);
        bip__arena_reset(&a);
    }
    bip__arena_free(&a);
}

static void test_fold__reports_every_failed_allocation(void **state)
{
    static const char *const texts[] = {"ABC", "\xc3\x85\xc3\x84", "\xff"};
    long before = bip__alloc_live();

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const char *folded = NULL;
        long failures = -1;

        while (!folded && failures < 100) {
            bip__arena a = {0};
            size_t n;

            bip__alloc_fail_at(++failures, true);
            folded = bip__text_fold(&a, texts[i], strlen(texts[i]), &n);
            bip__alloc_fail_at(-1, false);
            bip__arena_free(&a);
        }
        assert_in_range(failures, 1, 99);
        assert_int_equal(bip__alloc_live(), before);
    }
}

/* Each pass of a long text needs a block of its own. */
static void test_fold__reports_a_failure_in_the_second_pass(void **state)
{
    char text[20000];
    bip__arena a = {0};
    size_t n;

    (void)state;
    for (size_t i = 0; i + 1 < sizeof text; i += 2)
        memcpy(text + i, "\xc3\x85", 2);
    for (long at = 0; at < 2; at++) {
        bip__alloc_fail_at(at, true);
        assert_null(bip__text_fold(&a, text, sizeof text, &n));
        bip__alloc_fail_at(-1, false);
        bip__arena_free(&a);
    }
    assert_non_null(bip__text_fold(&a, text, sizeof text, &n));
    assert_int_equal(n, sizeof text);
    bip__arena_free(&a);
}

/* The upper table from Python's codec cp1252, the five undefined bytes as '?'. */
static void test_cp1252__is_the_table(void **state)
{
    static const char upper[] =
        "\u20ac?\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152?\u017d?"
        "?\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153?\u017e\u0178";
    size_t at = 0;

    (void)state;
    for (unsigned b = 0; b < 256; b++) {
        int32_t expected = (int32_t)b;

        if (b >= 0x80 && b <= 0x9F) {
            at += bip__utf8_decode(upper + at, sizeof upper - 1 - at, &expected);
            if (expected == '?')
                expected = -1;
        }
        assert_int_equal(bip__cp1252((uint8_t)b), expected);
    }
    assert_int_equal(at, sizeof upper - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text__takes_one_and_two_bytes_as_the_standard_says),
        cmocka_unit_test(test_text__takes_three_bytes_as_the_standard_says),
        cmocka_unit_test(test_text__takes_four_bytes_as_the_standard_says),
        cmocka_unit_test(test_text__says_where_it_stops_being_valid),
        cmocka_unit_test(test_text__finds_a_bad_byte_at_every_place),
        cmocka_unit_test(test_text__what_is_encoded_decodes_and_is_valid),
        cmocka_unit_test(test_text__decoding_never_reads_too_far_nor_stands_still),
        cmocka_unit_test(test_text__counts_characters),
        cmocka_unit_test(test_text__cuts_between_characters),
        cmocka_unit_test(test_text__knows_what_a_code_must_not_hold),
        cmocka_unit_test(test_text__knows_blanks),
        cmocka_unit_test(test_text__tells_a_text_in_which_nothing_is_to_be_seen),
        cmocka_unit_test(test_fold__matches_what_readers_take_for_the_same),
        cmocka_unit_test(test_fold__keeps_apart_what_differs),
        cmocka_unit_test(test_fold__gives_composed_lower_case),
        cmocka_unit_test(test_fold__of_a_folded_character_changes_nothing),
        cmocka_unit_test(test_fold__reports_every_failed_allocation),
        cmocka_unit_test(test_fold__reports_a_failure_in_the_second_pass),
        cmocka_unit_test(test_cp1252__is_the_table),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
