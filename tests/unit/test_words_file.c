#include "page_fixture.h"

#include "show/words.h"

#include <stdlib.h>

/* The English table as a file, changed by one replacement. */
static char *changed(const char *from, const char *to)
{
    const bip__words *en = NULL;
    bip__out o, out;

    assert_int_equal(bip__words_find("en", &en, NULL), BIP_OK);
    bip__out_init(&o, NULL, NULL);
    bip__words_print(&o, en);
    bip__out_char(&o, '\0');
    assert_int_equal(o.status, BIP_OK);
    const char *at = strstr(o.data, from);
    if (at == NULL)
        fail_msg("the words don't hold %s", from);
    bip__out_init(&out, NULL, NULL);
    bip__out_bytes(&out, o.data, (size_t)(at - o.data));
    bip__out_text(&out, to);
    bip__out_text(&out, at + strlen(from));
    bip__out_char(&out, '\0');
    assert_int_equal(out.status, BIP_OK);
    bip__out_free(&o);
    return out.data;
}

static bip_status load(bip__loaded_words **list, const char *from, const char *to, bip_error *err)
{
    char *json = changed(from, to);
    bip_status st = bip__words_load(list, json, strlen(json), err);

    bip__free(json);
    return st;
}

static void refuses(const char *from, const char *to, const char *where)
{
    bip__loaded_words *list = NULL;
    bip_error err = {0};

    assert_int_equal(load(&list, from, to, &err), BIP_E_REFUSED);
    assert_string_equal(err.where, where);
    assert_null(list);
}

static void test_words_file__takes_what_the_table_is_printed_as(void **state)
{
    bip__loaded_words *list = NULL;
    const bip__words *en = NULL, *loaded = NULL;

    (void)state;
    assert_int_equal(load(&list, "\"lang\": \"en\"", "\"lang\": \"xx\"", NULL), BIP_OK);
    assert_int_equal(bip__words_among(list, "xx", &loaded, NULL), BIP_OK);
    assert_int_equal(bip__words_find("en", &en, NULL), BIP_OK);
    for (size_t k = 0; k < BIP__N_WORDS; k++)
        assert_string_equal(loaded->text[k], en->text[k]);
    bip__words_unload(list);
}

static void test_words_file__names_the_key_that_does_not_hold(void **state)
{
    (void)state;
    refuses("\"held\": ", "\"x\": ", "x");
    refuses(",\n\"held\": ", ",\n\"x_held\": ", "x_held");
    refuses("\"just_seen\": \"A step forward since last time: {I} from {a} to {b}.\"", "\"just_seen\": \"{I} {a}\"",
            "just_seen");
    refuses("\"best\": \"{c}", "\"best\": \"{c} {d}", "best");
    refuses("\"best\": \"{c}", "\"best\": \"{c} {", "best");
    refuses("\"next_time\": \"Next", "\"next_time\": 3, \"held2\": \"", "next_time");
    refuses("bip-words-1", "bip-words-2", "schema");
    refuses("\"lang\": \"en\"", "\"lang\": \"e\\\"n\"", "lang");
    refuses("\"ltr\"", "\"up\"", "direction");
}

static void test_words_file__names_a_missing_text(void **state)
{
    const bip__words *en = NULL;
    char text[512];
    int n;

    (void)state;
    assert_int_equal(bip__words_find("en", &en, NULL), BIP_OK);
    n = snprintf(text, sizeof text, ",\n\"next_time\": \"%s\"", en->text[BIP__W_NEXT_TIME]);
    assert_in_range(n, 1, sizeof text - 1);
    refuses(text, "", "next_time");
}

static void test_words_file__goes_before_the_built_in_language(void **state)
{
    show_store s;
    char lang[BIP_LANG_SIZE], *json = changed("No participants to show.", "Nobody here.");
    bip_query query = show_query();

    (void)state;
    show_open(&s);
    assert_int_equal(bip_store_add_words(s.store, json, strlen(json), lang, NULL), BIP_OK);
    assert_string_equal(lang, "en");
    page_says(page_with(&s, "team", &query, NULL), "Nobody here.");
    query.lang = "sv";
    page_hides(page_with(&s, "team", &query, NULL), "Nobody here.");
    show_close(&s);
    bip__free(json);
}

static void test_words_file__makes_a_page_from_right_to_left(void **state)
{
    static const char *const documents[] = {"report",           "team",        "form", "brief", "steps-text",
                                            "progression-text", "history-text"};
    static const char *const p1[] = {"P1"};
    show_store s;
    char *json = changed("\"lang\": \"en\",\n\"direction\": \"ltr\"", "\"lang\": \"ar\", \"direction\": \"rtl\"");
    bip_query query = page_query(p1);

    (void)state;
    page_open(&s);
    assert_int_equal(bip_store_add_words(s.store, json, strlen(json), NULL, NULL), BIP_OK);
    query.lang = "ar";
    query.instrument = "work";
    page_says(page_with(&s, "report", &query, "{\"full\":true}"), "<html lang=\"ar\" dir=\"rtl\">");
    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++)
        page_with(&s, documents[i], &query, NULL);
    show_close(&s);
    bip__free(json);
}

static void test_words_file__survives_every_failed_allocation(void **state)
{
    bip__loaded_words *list = NULL;
    char *json = changed("\"lang\": \"en\"", "\"lang\": \"xx\"");
    long n = 0, live = bip__alloc_live();
    bip_status st;

    (void)state;
    do {
        bip__alloc_fail_at(n++, false);
        st = bip__words_load(&list, json, strlen(json), NULL);
        bip__alloc_fail_at(-1, false);
        assert_true(st == BIP_OK || st == BIP_E_NOMEM);
        if (st != BIP_OK)
            assert_int_equal(bip__alloc_live(), live);
    } while (st != BIP_OK && n < 10000);
    assert_in_range(n, 3, 9999);
    bip__words_unload(list);
    bip__free(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_file__takes_what_the_table_is_printed_as),
        cmocka_unit_test(test_words_file__names_the_key_that_does_not_hold),
        cmocka_unit_test(test_words_file__names_a_missing_text),
        cmocka_unit_test(test_words_file__goes_before_the_built_in_language),
        cmocka_unit_test(test_words_file__makes_a_page_from_right_to_left),
        cmocka_unit_test(test_words_file__survives_every_failed_allocation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
