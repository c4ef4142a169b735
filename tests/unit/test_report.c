#include "golden.h"
#include "page_fixture.h"

#include "show/words.h"

#include <stdlib.h>

/* tests/data/pages.golden holds every text of the pages in every language, to be read by people.
 * `test_report --write FILE` makes it anew. */
#define GOLDEN BIP_TEST_DATA "/pages.golden"

static show_store s;
static const char *const p1[] = {"P1"}, *const p2[] = {"P2"}, *const p3[] = {"P3"}, *const p4[] = {"P4"},
                         *const long_titles[] = {"LONG"};

#define MANY 40 /* indicators with titles that don't fit around a picture */

static void open_long_titles(void)
{
    char json[12000], scores[2 * MANY + 2] = "[";
    size_t n_scores = 1;
    size_t n =
        (size_t)snprintf(json, sizeof json,
                         "{\"instrument\":\"long\",\"version\":\"1\",\"title\":{\"en\":\"Long titles\"},"
                         "\"respondents\":[{\"code\":\"participant\",\"title\":{\"en\":\"Participant\"}}],"
                         "\"scales\":[{\"code\":\"five\",\"min\":1,\"max\":5},{\"code\":\"two\",\"min\":0,\"max\":2}],"
                         "\"indicators\":[");

    for (int i = 0; i < MANY; i++) {
        n += (size_t)snprintf(
            json + n, sizeof json - n,
            "%s{\"code\":\"i%d\",\"scale\":\"%s\",\"title\":{\"en\":\"Telling an employer <about> what goes "
            "well and what is hard every day, %d\"}}",
            i == 0 ? "" : ",", i, i == 0 ? "two" : "five", i);
        n_scores += (size_t)snprintf(scores + n_scores, sizeof scores - n_scores, i == 0 ? "1" : ",2");
    }
    snprintf(json + n, sizeof json - n, "]}");
    snprintf(scores + n_scores, sizeof scores - n_scores, "]");
    show_add_instrument(&s, json);
    show_add_participant(&s, "LONG");
    show_record(&s, "LONG", "long", "participant", "2026-10-10", NULL, MANY, scores, NULL);
}

static int set_up(void **state)
{
    (void)state;
    page_open(&s);
    open_long_titles();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    show_close(&s);
    return 0;
}

static const char *report(const char *const *participant, const char *options)
{
    const bip_query query = page_query(participant);

    return page_with(&s, "report", &query, options);
}

static void test_report__is_one_well_formed_page_that_loads_nothing(void **state)
{
    const char *page = report(p1, "{\"full\":true,\"notes\":true,\"name\":\"A<&\\\"\"}");

    (void)state;
    page_is_well_formed(page);
    assert_ptr_equal(strstr(page, "<!DOCTYPE html>\n<html lang=\"en\">"), page);
    assert_int_equal(show_count(page, "<h1>"), 1);
    page_hides(page, "<script");
    page_hides(page, "<link");
    page_hides(page, "url(");
    page_hides(page, "src=");
}

static void test_report__tells_at_most_three_steps_and_those_that_hold_first(void **state)
{
    const char *page = report(p1, NULL), *moved = strstr(page, "<ul class=\"moved\">");

    (void)state;
    assert_non_null(moved);
    assert_int_equal(show_count(page, "<li>"), 3);
    /* Those just seen, as Alpha from 2 to 3, give way. */
    assert_int_equal(show_count(page, "It has held"), 3);
    page_hides(page, "A step forward since last time");
}

/* Delta went from 20 to 30 in July; in October it was declined. */
static void test_report__dates_a_step_that_was_not_answered_after(void **state)
{
    (void)state;
    page_says(report(p1, "{\"full\":true}"),
              "A step forward on 10 July 2026: Delta from 20 to 30. There is no later answer.");
}

static void test_report__tells_one_indicator_once(void **state)
{
    const char *page = report(p1, NULL), *moved = strstr(page, "<ul class=\"moved\">");
    size_t told = 0;

    (void)state;
    for (const char *p = moved; p != NULL && p < strstr(moved, "</ul>"); p = strstr(p + 1, "Beta"))
        told++;
    assert_int_equal(told, 2); /* the beginning, and once */
}

static void test_report__counts_the_steps_that_went_the_other_way(void **state)
{
    (void)state;
    /* Gamma went 5, 4, 3 for the participant, 5, 3 for the coach. */
    page_says(report(p1, NULL), "All steps in the same time: 8 forward, 3 back.");
}

static void test_report__counts_agree_with_those_of_the_steps(void **state)
{
    bip_query query = page_query(p1);

    (void)state;
    query.instrument = "work";
    page_says(page_with(&s, "steps-text", &query, NULL), "P1: 8 forward, 3 back");
}

static void test_report__never_holds_what_the_participant_does_not_see(void **state)
{
    const char *page = report(p1, "{\"full\":true,\"notes\":true}");

    (void)state;
    page_hides(page, "Coach hopes");
}

static void test_report__for_a_role_holds_what_that_role_sees_and_speaks_to_nobody(void **state)
{
    bip_query query = page_query(p1);

    (void)state;
    query.for_role = "coach";
    const char *page = page_with(&s, "report", &query, "{\"full\":true}");
    page_says(page, "Coach hopes");
    page_hides(page, "you answered");
    page_says(page, "Beta: Participant 3 (10 October 2026), Job coach “Completely” (12 October 2026).");
}

static void test_report__leaves_out_what_is_kept_out_of_handouts(void **state)
{
    const char *page = report(p1, "{\"full\":true,\"notes\":true}");
    bip_query query = page_query(p1);

    (void)state;
    page_hides(page, "Harm");
    page_hides(page, "Secret note");
    query.instrument = "secret";
    assert_int_equal(show_try(&s, "report", &query, NULL), BIP_E_REFUSED);
}

static void test_report__tells_where_views_differ_and_what_was_declined(void **state)
{
    const char *page = report(p1, NULL);

    (void)state;
    page_says(page, "Beta: you answered 3, your job coach “Completely”. Both answers count.");
    page_hides(page, "Alpha: you answered");
    page_says(page, "Delta: you chose not to answer. That is fine and does not count as zero.");
}

static void test_report__prints_a_name_and_notes_only_where_asked(void **state)
{
    const char *page = report(p1, NULL);

    (void)state;
    page_hides(page, "Own");
    page = report(p1, "{\"notes\":true,\"name\":\"Kim <K>\"}");
    page_says(page, "Own &lt;note&gt;");
    page_says(page, "<strong>Kim &lt;K&gt;</strong>");
    page_hides(report(p1, NULL), "Kim");
}

static void test_report__names_the_next_date_or_says_how_old_it_is(void **state)
{
    (void)state;
    page_says(report(p1, NULL), "The next follow-up is due around 10 January 2027.");
    page_says(report(p2, NULL), "No measurement since 10 April 2025.");
    page_hides(report(p2, NULL), "due around");
}

static void test_report__of_few_answers_says_so(void **state)
{
    (void)state;
    page_says(report(p3, NULL), "No scores to show.");
    page_says(report(p4, NULL), "Only one measurement so far.");
    page_says(report(p2, NULL), "All steps in the same time: 0 forward, 1 back.");
    page_is_well_formed(report(p3, "{\"full\":true,\"notes\":true}"));
    page_is_well_formed(report(p4, "{\"full\":true,\"notes\":true}"));
}

static void test_report__holds_the_picture_as_a_table(void **state)
{
    const char *page = report(p1, NULL);

    (void)state;
    page_says(page, "<svg");
    page_says(page, "<tr><th scope=\"row\">Alpha</th><td>1</td><td>3</td></tr>");
}

static void test_report__lists_titles_that_do_not_fit_around_the_picture(void **state)
{
    const char *page = report(long_titles, NULL);

    (void)state;
    page_is_well_formed(page);
    assert_int_equal(show_count(page, "<ol class=\"axes\">"), 1);
    assert_int_equal(show_count(page, "<li>"), MANY);
    page_says(page, "<li>Telling an employer &lt;about&gt; what goes well and what is hard every day, 0 "
                    "<span class=\"quiet\">0–2</span></li>");
    page_hides(report(p1, NULL), "<ol");
}

static void test_report__full_spreads_many_courses_over_sheets(void **state)
{
    const char *page = report(long_titles, "{\"full\":true}");

    (void)state;
    page_is_well_formed(page);
    assert_int_equal(show_count(page, "<svg "), 2 + 3 + 1); /* the spider twice, three sheets, one for a phone */
    assert_int_equal(show_count(page, " id=\"course-1-wide\""), 1);
    assert_int_equal(show_count(page, " id=\"course-1-wide-from-14\""), 1);
    assert_int_equal(show_count(page, " id=\"course-1-wide-from-27\""), 1);
    assert_int_equal(show_count(page, "what is hard every day, 13: "), 2 + 1 + 1 + 1); /* one sheet; the figures */
}

static void test_report__full_adds_the_courses_and_figures(void **state)
{
    (void)state;
    page_hides(report(p1, NULL), "1 · 2 · 2 · 3");
    page_says(report(p1, "{\"full\":true}"), "1 · 2 · 2 · 3, 10 January 2026 to 10 October 2026");
}

static void test_report__is_on_one_participant_with_known_options(void **state)
{
    const bip_query all = show_query(), one = page_query(p1);
    const char *const nobody[] = {"P9"};
    const bip_query missing = page_query(nobody);

    (void)state;
    assert_int_equal(show_try(&s, "report", &all, NULL), BIP_E_USAGE);
    assert_int_equal(show_try(&s, "report", &one, "{\"fool\":true}"), BIP_E_USAGE);
    assert_int_equal(show_try(&s, "report", &missing, NULL), BIP_E_NOT_FOUND);
}

static void test_report__leaves_nothing_behind_for_the_next_document(void **state)
{
    bip_query query = page_query(p1);
    size_t before;

    (void)state;
    before = show_count(show_write(&s, "progression", &query), "harm");
    assert_int_equal(before, 1);
    report(p1, NULL);
    assert_int_equal(show_count(show_write(&s, "progression", &query), "harm"), before);
}

static void test_report__survives_every_failed_allocation(void **state)
{
    const bip_query query = page_query(p1);

    (void)state;
    show_survive_failed_allocations(&s, "report", &query);
}

static void test_report__survives_every_failed_allocation_of_its_list(void **state)
{
    const bip_query query = page_query(long_titles);

    (void)state;
    show_survive_failed_allocations(&s, "report", &query);
}

/* ------------------------------------------------------------------------------------------------------------ texts */

static const bip_label grades[] = {{2, "Lite"}, {3, "Delvis"}};

/* Something for every placeholder there is. */
static void say_sample(bip__out *o, const bip__words *w, bip__word key)
{
    const bip__labels labels = {grades, 2};
    const bip__fill with[] = {
        bip__fill_text('I', "Vardag"),    bip__fill_score('a', 2, &labels),
        bip__fill_score('b', 3, &labels), bip__fill_date('d', 20778),
        bip__fill_date('e', 20779),       bip__fill_text('p', "Anna"),
        bip__fill_text('q', "Bo"),        bip__fill_role('r', "Coach"),
        bip__fill_count('n', 3),          bip__fill_count('m', 2),
        bip__fill_number('x', 1.5),       bip__fill_text('t', "P-001"),
        bip__fill_score('c', 3, &labels), bip__fill_on('o', 20778),
        bip__fill_count('D', 1),          bip__fill_text('M', w->text[BIP__W_MONTH_5]),
        bip__fill_count('Y', 2026),
    };

    bip__say(o, w, key, with, sizeof with / sizeof *with);
}

static void tell_all(bip__out *o)
{
    for (int k = BIP__W_PAGE_AS_OF; k <= BIP__W_ASK_NEXT; k++) {
        bip__out_printf(o, "%s\n", bip__word_names[k]);
        for (size_t l = 0; l < bip__n_languages; l++) {
            bip__out_printf(o, "  %s  ", bip__languages[l]->lang);
            say_sample(o, bip__languages[l], (bip__word)k);
            bip__out_char(o, '\n');
        }
    }
}

static void test_report__texts_are_those_of_the_golden_file(void **state)
{
    (void)state;
    golden_agrees(GOLDEN, tell_all);
}

/* LIX after Björnsson (1968): words a sentence, and the share of words of more than six letters. */
typedef struct lix {
    long words, longer, sentences;
} lix;

static void count_text(lix *count, const char *text)
{
    long letters = 0;

    for (const char *p = text;; p++) {
        unsigned char c = (unsigned char)*p;
        bool letter = c >= 0x80 ? (c & 0xC0) != 0x80 && c != 0xE2 /* quotes, dashes */
                                : (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
        bool inside = letter || (c >= 0x80 && (c & 0xC0) == 0x80) || (c >= '0' && c <= '9');
        letters += letter || (c >= '0' && c <= '9');
        if (!inside && letters > 0) {
            count->words++;
            count->longer += letters > 6;
            letters = 0;
        }
        count->sentences += c == '.' || c == '?' || c == ':' || c == '!';
        if (c == '\0')
            break;
    }
}

static bool is_sentence(const char *text)
{
    size_t n = strlen(text);

    return n > 1 && (text[n - 1] == '.' || text[n - 1] == '?') && strchr(text, ' ') != NULL;
}

static void test_report__swedish_and_danish_are_easy_to_read(void **state)
{
    (void)state;
    for (size_t l = 0; l < bip__n_languages; l++) {
        lix count = {0};
        if (strcmp(bip__languages[l]->lang, "en") == 0)
            continue;
        for (int k = 0; k < BIP__N_WORDS; k++) {
            bip__out o;
            if (!is_sentence(bip__languages[l]->text[k]))
                continue;
            bip__out_init(&o, NULL, NULL);
            say_sample(&o, bip__languages[l], (bip__word)k);
            bip__out_char(&o, '\0');
            count_text(&count, o.data);
            bip__out_free(&o);
        }
        assert_true(count.words > 200 && count.sentences > 20);
        double value =
            (double)count.words / (double)count.sentences + 100.0 * (double)count.longer / (double)count.words;
        if (value > 40)
            fail_msg("LIX of %s is %d", bip__languages[l]->lang, (int)value);
        print_message("LIX of %s: %d\n", bip__languages[l]->lang, (int)value);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_report__is_one_well_formed_page_that_loads_nothing),
        cmocka_unit_test(test_report__tells_at_most_three_steps_and_those_that_hold_first),
        cmocka_unit_test(test_report__dates_a_step_that_was_not_answered_after),
        cmocka_unit_test(test_report__tells_one_indicator_once),
        cmocka_unit_test(test_report__counts_the_steps_that_went_the_other_way),
        cmocka_unit_test(test_report__counts_agree_with_those_of_the_steps),
        cmocka_unit_test(test_report__never_holds_what_the_participant_does_not_see),
        cmocka_unit_test(test_report__for_a_role_holds_what_that_role_sees_and_speaks_to_nobody),
        cmocka_unit_test(test_report__leaves_out_what_is_kept_out_of_handouts),
        cmocka_unit_test(test_report__tells_where_views_differ_and_what_was_declined),
        cmocka_unit_test(test_report__prints_a_name_and_notes_only_where_asked),
        cmocka_unit_test(test_report__names_the_next_date_or_says_how_old_it_is),
        cmocka_unit_test(test_report__of_few_answers_says_so),
        cmocka_unit_test(test_report__holds_the_picture_as_a_table),
        cmocka_unit_test(test_report__lists_titles_that_do_not_fit_around_the_picture),
        cmocka_unit_test(test_report__full_spreads_many_courses_over_sheets),
        cmocka_unit_test(test_report__full_adds_the_courses_and_figures),
        cmocka_unit_test(test_report__is_on_one_participant_with_known_options),
        cmocka_unit_test(test_report__leaves_nothing_behind_for_the_next_document),
        cmocka_unit_test(test_report__survives_every_failed_allocation),
        cmocka_unit_test(test_report__survives_every_failed_allocation_of_its_list),
        cmocka_unit_test(test_report__texts_are_those_of_the_golden_file),
        cmocka_unit_test(test_report__swedish_and_danish_are_easy_to_read),
    };

    if (argc == 3 && strcmp(argv[1], "--write") == 0)
        return golden_write(argv[2], tell_all);
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
