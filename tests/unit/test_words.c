#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/date.h"
#include "base/text.h"
#include "show/words.h"

#include <string.h>

static bip__out out;

static const char *said(void)
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

static const bip__words *language(const char *lang)
{
    const bip__words *w = NULL;

    assert_int_equal(bip__words_find(lang, &w, NULL), BIP_OK);
    return w;
}

static void test_words__every_language_has_every_text_in_valid_utf8(void **state)
{
    (void)state;
    assert_int_equal(bip__n_languages, 3);
    for (size_t l = 0; l < bip__n_languages; l++)
        for (size_t k = 0; k < BIP__N_WORDS; k++) {
            const char *text = bip__languages[l]->text[k];
            if (text == NULL || text[0] == '\0')
                fail_msg("%s lacks %s", bip__languages[l]->lang, bip__word_names[k]);
            assert_int_equal(bip__utf8_valid(text, strlen(text)), strlen(text));
        }
}

/* Exactly those of the key: a text that drops one would say less in one language than in another. */
static void test_words__every_text_uses_the_placeholders_of_its_key(void **state)
{
    (void)state;
    for (size_t l = 0; l < bip__n_languages; l++)
        for (size_t k = 0; k < BIP__N_WORDS; k++) {
            const char *text = bip__languages[l]->text[k], *names = bip__word_placeholders[k];
            char used[32] = "";
            for (const char *p = text; (p = strpbrk(p, "{}")) != NULL; p += 3) {
                assert_true(p[0] == '{' && p[1] != '\0' && p[2] == '}');
                if (strchr(names, p[1]) == NULL)
                    fail_msg("%s %s: {%c}", bip__languages[l]->lang, bip__word_names[k], p[1]);
                if (strchr(used, p[1]) == NULL)
                    strncat(used, p + 1, 1);
            }
            if (strlen(used) != strlen(names))
                fail_msg("%s %s uses {%s} of {%s}", bip__languages[l]->lang, bip__word_names[k], used, names);
        }
}

static void test_words__names_of_keys_are_unique(void **state)
{
    (void)state;
    for (size_t i = 0; i < BIP__N_WORDS; i++)
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(bip__word_names[i], bip__word_names[k]);
}

/* What no text may claim, whatever the figures: parts of words, in lower case. */
/* What the figures do not carry, a list a language, folded: certainty, causes, praise, forecasts. */
static const struct {
    const char *lang;
    const char *words[16];
} forbidden[] = {
    {"en",
     {"signific", "prove", "proof", "guarant", "caused", "because of", "thanks to", "will get", "forecast", "success",
      "failed", "failure"}},
    {"sv",
     {"signifik", "bevis", "garant", "orsak", "beror på", "tack vare", "kommer att", "prognos", "lyckad", "lyckat",
      "framgång"}},
    {"da",
     {"signifik", "bevis", "garant", "forårsag", "skyldes", "takket være", "vil blive", "prognose", "vellykk",
      "mislykk", "succes"}},
};

static void test_words__no_text_claims_more_than_the_figures(void **state)
{
    (void)state;
    assert_int_equal(sizeof forbidden / sizeof *forbidden, bip__n_languages);
    for (size_t l = 0; l < bip__n_languages; l++) {
        const bip__words *words = language(forbidden[l].lang);
        for (size_t k = 0; k < BIP__N_WORDS; k++) {
            bip__arena arena = {0};
            size_t n;
            const char *text = bip__text_fold(&arena, words->text[k], strlen(words->text[k]), &n);
            assert_non_null(text);
            for (size_t f = 0; forbidden[l].words[f] != NULL; f++)
                if (strstr(text, forbidden[l].words[f]) != NULL)
                    fail_msg("%s %s: %s", words->lang, bip__word_names[k], forbidden[l].words[f]);
            bip__arena_free(&arena);
        }
    }
}

static void test_words__write_dates_as_each_language_does(void **state)
{
    const bip_date day = bip__date_from(2026, 11, 21), may = bip__date_from(2199, 5, 1);

    (void)state;
    bip__say_date(&out, language("sv"), day);
    assert_string_equal(said(), "21 november 2026");
    bip__say_date(&out, language("da"), day);
    assert_string_equal(said(), "21. november 2026");
    bip__say_date(&out, language("en"), day);
    assert_string_equal(said(), "21 November 2026");
    bip__say_date(&out, language("sv"), may);
    assert_string_equal(said(), "1 maj 2199");
}

static void test_words__months_follow_the_calendar(void **state)
{
    const bip__words *en = language("en");
    static const char *const months[] = {"January", "February", "March",     "April",   "May",      "June",
                                         "July",    "August",   "September", "October", "November", "December"};

    (void)state;
    for (int m = 1; m <= 12; m++) {
        bip__say_date(&out, en, bip__date_from(2024, m, 29));
        assert_non_null(strstr(said(), months[m - 1]));
    }
}

static void test_words__write_numbers_with_the_decimal_sign_of_the_language(void **state)
{
    static const struct {
        double x;
        const char *sv;
    } cases[] = {{3, "3"},           {2.5, "2,5"},     {-1.25, "-1,25"},   {2.333333333333, "2,33"}, {1.0 / 3, "0,33"},
                 {0.0004, "0,0004"}, {0.125, "0,125"}, {12.375, "12,375"}, {2.999999, "3"}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bip__say_number(&out, language("sv"), cases[i].x);
        assert_string_equal(said(), cases[i].sv);
    }
    bip__say_number(&out, language("en"), 2.5);
    assert_string_equal(said(), "2.5");
}

static void say_role(const char *title)
{
    const bip__fill role = bip__fill_role('r', title);

    bip__say(&out, language("sv"), BIP__W_OTHER_RATER_NOW, &role, 1);
}

static void test_words__lower_a_title_inside_a_sentence_but_no_abbreviation(void **state)
{
    (void)state;
    say_role("Handläggare");
    assert_string_equal(said(), "En annan handläggare skattade den här gången.");
    say_role("Åklagare");
    assert_string_equal(said(), "En annan åklagare skattade den här gången.");
    say_role("IPS-coach");
    assert_string_equal(said(), "En annan IPS-coach skattade den här gången.");
    say_role("×");
    assert_string_equal(said(), "En annan × skattade den här gången.");
}

static void test_words__refuse_a_language_they_lack(void **state)
{
    const bip__words *w = NULL;
    bip_error err = {0};

    (void)state;
    assert_int_equal(bip__words_find("fi", &w, &err), BIP_E_USAGE);
    assert_string_equal(err.where, "lang");
    assert_int_equal(bip__words_find(NULL, &w, &err), BIP_OK);
    assert_string_equal(w->lang, "en");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words__every_language_has_every_text_in_valid_utf8),
        cmocka_unit_test(test_words__every_text_uses_the_placeholders_of_its_key),
        cmocka_unit_test(test_words__names_of_keys_are_unique),
        cmocka_unit_test(test_words__no_text_claims_more_than_the_figures),
        cmocka_unit_test(test_words__write_dates_as_each_language_does),
        cmocka_unit_test(test_words__months_follow_the_calendar),
        cmocka_unit_test(test_words__write_numbers_with_the_decimal_sign_of_the_language),
        cmocka_unit_test(test_words__lower_a_title_inside_a_sentence_but_no_abbreviation),
        cmocka_unit_test(test_words__refuse_a_language_they_lack),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
