#include "page_fixture.h"

static show_store s;

static int set_up(void **state)
{
    (void)state;
    page_open(&s);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    show_close(&s);
    return 0;
}

static const char *form(const char *role, const char *options)
{
    bip_query query = show_query();

    query.instrument = "work";
    query.for_role = role;
    return page_with(&s, "form", &query, options);
}

static void test_form__is_a_well_formed_page_of_a_question_an_indicator(void **state)
{
    const char *page = form(NULL, NULL);

    (void)state;
    page_is_well_formed(page);
    assert_int_equal(show_count(page, "<fieldset>"), 4);
    page_says(page, "How is &lt;b&gt;Alpha&lt;/b&gt;?");
}

static void test_form__asks_only_what_is_asked_of_the_role(void **state)
{
    (void)state;
    page_hides(form(NULL, NULL), "Coach hopes");
    page_says(form("coach", NULL), "Coach hopes");
    page_says(form("coach", NULL), "Filled in by");
    page_hides(form("coach", NULL), "How is");
}

static void test_form__has_a_box_an_anchor_with_the_words_of_the_scale(void **state)
{
    const char *page = form(NULL, NULL);

    (void)state;
    assert_int_equal(show_count(page, "<label class=\"anchor\">"), 15); /* three scales of five */
    assert_int_equal(show_count(page, "<b>5</b> Completely"), 3);
}

static void test_form__of_a_long_scale_asks_for_a_number(void **state)
{
    (void)state;
    page_says(form(NULL, NULL), "A number from 0 to 100");
}

static void test_form__offers_every_reason_for_every_question(void **state)
{
    const char *page = form(NULL, NULL);

    (void)state;
    assert_int_equal(show_count(page, "I would rather not answer"), 4);
    assert_int_equal(show_count(page, "I don’t know"), 4);
    assert_int_equal(show_count(page, "Does not apply"), 4);
}

static void test_form__says_voluntary_only_where_it_is(void **state)
{
    (void)state;
    page_hides(form(NULL, NULL), "voluntary");
    page_says(form(NULL, "{\"voluntary\":true}"), "Answering is voluntary.");
}

static void test_form__refuses_what_it_can_not_ask(void **state)
{
    bip_query query = show_query();

    (void)state;
    assert_int_equal(show_try(&s, "form", &query, NULL), BIP_E_USAGE);
    query.instrument = "nothing";
    assert_int_equal(show_try(&s, "form", &query, NULL), BIP_E_NOT_FOUND);
    query.instrument = "secret";
    assert_int_equal(show_try(&s, "form", &query, NULL), BIP_E_REFUSED);
    query.instrument = "work";
    query.for_role = "officer";
    assert_int_equal(show_try(&s, "form", &query, NULL), BIP_E_NOT_FOUND);
    query.for_role = NULL;
    assert_int_equal(show_try(&s, "form", &query, "{\"full\":true}"), BIP_E_USAGE);
}

static void test_form__of_employability_has_a_question_in_every_language(void **state)
{
    static const struct {
        const char *lang, *question;
    } cases[] = {{"en", "Do you look for jobs in a way that works for you?"},
                 {"sv", "Söker du jobb på ett sätt som fungerar för dig?"},
                 {"da", "Søger du job på en måde, der virker for dig?"}};
    static const char *const roles[] = {"participant", "caseworker", "coach", "officer"};
    bip_query query = show_query();

    (void)state;
    query.instrument = "employability";
    for (size_t l = 0; l < 3; l++) {
        query.lang = cases[l].lang;
        query.for_role = NULL;
        page_says(page_with(&s, "form", &query, NULL), cases[l].question);
        for (size_t r = 0; r < 4; r++) {
            query.for_role = roles[r];
            const char *page = page_with(&s, "form", &query, NULL);
            assert_int_equal(show_count(page, "<span class=\"question\">"), show_count(page, "<fieldset>"));
        }
    }
}

static void test_form__survives_every_failed_allocation(void **state)
{
    bip_query query = show_query();

    (void)state;
    query.instrument = "work";
    show_survive_failed_allocations(&s, "form", &query);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_form__is_a_well_formed_page_of_a_question_an_indicator),
        cmocka_unit_test(test_form__asks_only_what_is_asked_of_the_role),
        cmocka_unit_test(test_form__has_a_box_an_anchor_with_the_words_of_the_scale),
        cmocka_unit_test(test_form__of_a_long_scale_asks_for_a_number),
        cmocka_unit_test(test_form__offers_every_reason_for_every_question),
        cmocka_unit_test(test_form__says_voluntary_only_where_it_is),
        cmocka_unit_test(test_form__refuses_what_it_can_not_ask),
        cmocka_unit_test(test_form__of_employability_has_a_question_in_every_language),
        cmocka_unit_test(test_form__survives_every_failed_allocation),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
