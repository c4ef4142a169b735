#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "golden.h"

#include "base/alloc.h"
#include "base/text.h"
#include "progress/progress.h"
#include "show/sentence.h"
#include "show/show.h"
#include "show/words.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* tests/data/sentences.golden holds what is said of these courses in every language, to be read by people.
 * `test_sentence --write FILE` makes it anew. */

#define GOLDEN BIP_TEST_DATA "/sentences.golden"

typedef struct course {
    const char *name;
    int n;
    double scores[12];
    double smallest_step; /* 0: 1 */
    int better;
    int raters[12];
    double reliability; /* 0: not known; sd is then 1 */
    int labelled;
    bool behind; /* the last time gave no number */
} course;

static const course courses[] = {
    {.name = "one number", .n = 1, .scores = {3}},
    {.name = "held", .n = 5, .scores = {2, 2, 3, 3, 3}},
    {.name = "held, with labels", .n = 5, .scores = {2, 2, 3, 3, 3}, .labelled = 1},
    {.name = "held, lower is better", .n = 4, .scores = {4, 2, 2, 1.5}, .better = BIP_LOWER},
    {.name = "held, trend", .n = 6, .scores = {1, 1, 2, 3, 4, 4}},
    {.name = "held, reliable", .n = 3, .scores = {2, 4, 4}, .reliability = 0.9},
    {.name = "held, lower than at the start", .n = 4, .scores = {5, 2, 3, 3}},
    {.name = "held, higher than at the start, lower is better", .n = 4, .scores = {1, 4, 3, 3}, .better = BIP_LOWER},
    {.name = "held, another rater then", .n = 3, .scores = {2, 3, 3}, .raters = {1, 2, 2}},
    {.name = "just seen, of two", .n = 2, .scores = {2, 3}},
    {.name = "just seen, best so far", .n = 3, .scores = {2, 2, 3}},
    {.name = "just seen, best was before", .n = 4, .scores = {2, 5, 2, 3}},
    {.name = "just seen, lower than at the start", .n = 3, .scores = {4, 2, 3}},
    {.name = "just seen, the line points down", .n = 8, .scores = {3, 9, 9, 8, 7, 6, 3, 4}},
    {.name = "held, as at the start", .n = 5, .scores = {3, 3, 2, 3, 3}},
    {.name = "back, as at the start", .n = 3, .scores = {3, 4, 3}},
    {.name = "just seen, another rater", .n = 2, .scores = {2, 3}, .raters = {1, 2}},
    {.name = "just seen, same rater", .n = 2, .scores = {2, 3}, .raters = {1, 1}},
    {.name = "just seen, a dimension", .n = 2, .scores = {2.33333333333, 3.75}},
    {.name = "held for two, not since", .n = 4, .scores = {1, 4, 4, 3}, .smallest_step = 2},
    {.name = "did not hold", .n = 3, .scores = {1, 4, 3}, .smallest_step = 2},
    {.name = "steady, equal", .n = 3, .scores = {3, 3, 3}},
    {.name = "steady, equal, with labels", .n = 2, .scores = {3, 3}, .labelled = 1},
    {.name = "steady, between", .n = 3, .scores = {2, 3, 2}, .smallest_step = 2},
    {.name = "steady, more numbers than the series tells", .n = 4, .scores = {2, 3, 3, 2}, .smallest_step = 2},
    {.name = "steady, drifting up without a step", .n = 4, .scores = {1, 2, 3, 4}, .smallest_step = 2},
    {.name = "steady, drifting up, lower is better",
     .n = 3,
     .scores = {1, 2, 3},
     .smallest_step = 2,
     .better = BIP_LOWER},
    {.name = "steady, a step forward undone", .n = 4, .scores = {1, 3, 2, 1}, .smallest_step = 2},
    {.name = "steady, a step back undone", .n = 4, .scores = {3, 1, 2, 3}, .smallest_step = 2},
    {.name = "back", .n = 2, .scores = {3, 2}},
    {.name = "back, with labels", .n = 2, .scores = {3, 2}, .labelled = 1},
    {.name = "back, lower is better", .n = 2, .scores = {2, 3}, .better = BIP_LOWER},
    {.name = "back, higher than at the start", .n = 3, .scores = {2, 4, 3}},
    {.name = "back, the line points up", .n = 7, .scores = {5, 1, 2, 3, 4, 8, 4}},
    {.name = "back, another rater", .n = 2, .scores = {3, 2}, .raters = {1, 2}},
    {.name = "back, reliable", .n = 2, .scores = {5, 2}, .reliability = 0.9},
    {.name = "back some time ago", .n = 3, .scores = {3, 2, 2}},
    {.name = "seen, and not answered since", .n = 3, .scores = {2, 2, 3}, .raters = {1, 1, 2}, .behind = true},
    {.name = "back, and not answered since", .n = 2, .scores = {3, 2}, .behind = true},
};
#define N_COURSES (sizeof courses / sizeof *courses)

static bip_series series_of(const course *c)
{
    bip_series_rules rules = {.scale_min = 1,
                              .scale_max = 9,
                              .smallest_step = c->smallest_step > 0 ? c->smallest_step : 1,
                              .reliability = c->reliability > 0 ? c->reliability : (double)NAN,
                              .sd = c->reliability > 0 ? 1 : (double)NAN,
                              .better = c->better};
    bip_date days[12];
    bip_series s = {0};
    bip__scratch scratch = {0};

    for (int i = 0; i < 12; i++)
        days[i] = 20454 + 91 * i; /* from 1 January 2026 */
    assert_int_equal(bip__series_numbers(&scratch, days, c->scores, c->raters, (size_t)c->n, &rules, &s, NULL), BIP_OK);
    bip__scratch_free(&scratch);
    return s;
}

static const struct {
    const char *lang, *title, *role;
    bip_label labels[2];
} speech[] = {
    {"en", "Coping with everyday life", "Caseworker", {{2, "A little"}, {3, "In part"}}},
    {"sv", "Vardagshantering", "Handläggare", {{2, "Lite"}, {3, "Delvis"}}},
    {"da", "Hverdagsmestring", "Sagsbehandler", {{2, "Lidt"}, {3, "Delvist"}}},
};

static bip_sentence_words words_of(const course *c, const char *lang)
{
    size_t l = 0;

    while (l + 1 < sizeof speech / sizeof *speech && strcmp(speech[l].lang, lang) != 0)
        l++;
    return (bip_sentence_words){.size = sizeof(bip_sentence_words),
                                .lang = lang,
                                .title = speech[l].title,
                                .labels = c->labelled ? speech[l].labels : NULL,
                                .n_labels = c->labelled ? 2 : 0,
                                .rater_role = speech[l].role};
}

static void tell(const course *c, const char *lang, bip__out *o)
{
    const bip_series s = series_of(c);
    const bip_sentence_words words = words_of(c, lang);
    bip__voice v = {.title = words.title, .rater_role = words.rater_role, .better = s.better};

    if (!c->behind) {
        assert_int_equal(bip__sentence(&s, &words, o, NULL), BIP_OK);
        return;
    }
    assert_int_equal(bip__words_find(lang, &v.words, NULL), BIP_OK); /* as the pages do, which know of the last time */
    bip__say_series(o, &v, &s, true);
}

static void tell_all(bip__out *o)
{
    for (size_t i = 0; i < N_COURSES; i++) {
        bip__out_printf(o, "%s\n", courses[i].name);
        for (size_t l = 0; l < bip__n_languages; l++) {
            bip__out_printf(o, "  %s  ", bip__languages[l]->lang);
            tell(&courses[i], bip__languages[l]->lang, o);
            bip__out_char(o, '\n');
        }
    }
}

static void test_sentence__says_what_the_golden_file_says(void **state)
{
    (void)state;
    golden_agrees(GOLDEN, tell_all);
}

/* Whether the longest piece of a text between its placeholders stands in `all`. */
static bool is_said(const char *text, const char *all)
{
    char piece[256];
    const char *longest = text;
    size_t n = strcspn(text, "{");

    for (const char *p = text; (p = strchr(p, '}')) != NULL;) {
        size_t m = strcspn(++p, "{");
        if (m > n) {
            longest = p;
            n = m;
        }
    }
    assert_true(n < sizeof piece);
    memcpy(piece, longest, n);
    piece[n] = '\0';
    return strstr(all, piece) != NULL;
}

static void test_sentence__these_courses_need_every_sentence_there_is(void **state)
{
    bip__out o = golden_text(tell_all);

    (void)state;
    for (size_t l = 0; l < bip__n_languages; l++)
        for (int k = BIP__W_LOWER_IS_BETTER; k <= BIP__W_OTHER_RATER_THEN; k++)
            if (!is_said(bip__languages[l]->text[k], o.data))
                fail_msg("%s is never said in %s", bip__word_names[k], bip__languages[l]->lang);
    bip__out_free(&o);
}

static void test_sentence__leaves_no_placeholder_and_is_valid_utf8(void **state)
{
    bip__out o = golden_text(tell_all);

    (void)state;
    assert_null(strpbrk(o.data, "{}"));
    assert_int_equal(bip__utf8_valid(o.data, o.len - 1), o.len - 1);
    bip__out_free(&o);
}

static const char *told(const course *c, const char *lang)
{
    static char text[1024];
    bip__out o;

    bip__out_init(&o, NULL, NULL);
    tell(c, lang, &o);
    bip__out_char(&o, '\0');
    assert_true(o.len <= sizeof text);
    memcpy(text, o.data, o.len);
    bip__out_free(&o);
    return text;
}

static void test_sentence__calls_nothing_best_that_is_not_the_latest(void **state)
{
    const course lost = {.n = 4, .scores = {2, 5, 2, 3}}, now = {.n = 4, .scores = {2, 3, 3, 4}};

    (void)state;
    assert_null(strstr(told(&lost, "en"), "best"));
    assert_non_null(strstr(told(&now, "en"), "best"));
}

static void test_sentence__says_that_it_holds_only_where_the_latest_number_does(void **state)
{
    const course lost = {.n = 4, .scores = {1, 4, 4, 3}, .smallest_step = 2};
    const course dipped = {.n = 4, .scores = {1, 4, 3, 4}, .smallest_step = 2};

    (void)state;
    assert_null(strstr(told(&lost, "en"), "has held"));
    assert_non_null(strstr(told(&lost, "en"), "held for 2 measurements. The latest answer is 3"));
    assert_null(strstr(told(&dipped, "en"), "has held"));
}

static void test_sentence__asks_for_a_series_a_title_and_a_known_language(void **state)
{
    const bip_series s = series_of(&courses[1]), none = {0};
    bip_sentence_words words = words_of(&courses[1], "en");
    bip__out o;

    (void)state;
    bip__out_init(&o, NULL, NULL);
    assert_int_equal(bip__sentence(NULL, &words, &o, NULL), BIP_E_USAGE);
    assert_int_equal(bip__sentence(&s, NULL, &o, NULL), BIP_E_USAGE);
    assert_int_equal(bip__sentence(&none, &words, &o, NULL), BIP_E_USAGE);
    words.lang = "xx";
    assert_int_equal(bip__sentence(&s, &words, &o, NULL), BIP_E_USAGE);
    words.lang = NULL;
    words.title = "\xff";
    assert_int_equal(bip__sentence(&s, &words, &o, NULL), BIP_E_USAGE);
    words = words_of(&courses[1], "en");
    words.labels = (const bip_label[]){{1, "\xc3"}};
    words.n_labels = 1;
    assert_int_equal(bip__sentence(&s, &words, &o, NULL), BIP_E_USAGE);
    words.labels = NULL;
    words.n_labels = 0;
    words.title = NULL;
    assert_int_equal(bip__sentence(&s, &words, &o, NULL), BIP_E_USAGE);
    assert_int_equal(o.len, 0);
    bip__out_free(&o);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sentence__says_what_the_golden_file_says),
        cmocka_unit_test(test_sentence__these_courses_need_every_sentence_there_is),
        cmocka_unit_test(test_sentence__leaves_no_placeholder_and_is_valid_utf8),
        cmocka_unit_test(test_sentence__calls_nothing_best_that_is_not_the_latest),
        cmocka_unit_test(test_sentence__says_that_it_holds_only_where_the_latest_number_does),
        cmocka_unit_test(test_sentence__asks_for_a_series_a_title_and_a_known_language),
    };

    if (argc == 3 && strcmp(argv[1], "--write") == 0)
        return golden_write(argv[2], tell_all);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
