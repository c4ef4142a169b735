#include "picture_fixture.h"

#include "base/alloc.h"
#include "base/date.h"

enum { PANELS = 6, DAYS = 200 };

static bip_date days[PANELS][DAYS];
static bip_score scores[PANELS][DAYS];
static bip_series_rules rules;
static bip_panel panels[PANELS];
static bip_picture picture;

/* Every third month from January 2025. */
static int set_up(void **state)
{
    (void)state;
    bip__out_free(&drawn);
    bip_picture_init(&picture, sizeof picture);
    bip_series_rules_init(&rules, sizeof rules);
    rules.scale_min = rules.smallest_step = 1;
    rules.scale_max = 5;
    for (int p = 0; p < PANELS; p++) {
        for (int d = 0; d < DAYS; d++) {
            days[p][d] = bip__date_from(2025, 1, 10) + 91 * d;
            scores[p][d] = (bip_score){3, BIP_NUMBER, 0};
        }
        panels[p] = (bip_panel){.size = sizeof(bip_panel),
                                .title = "Hälsa och hantering av hälsan",
                                .rules = &rules,
                                .days = days[p],
                                .scores = scores[p],
                                .n = 8};
    }
    return 0;
}

static void course(int panel, const char *digits)
{
    panels[panel].n = strlen(digits);
    for (size_t d = 0; d < panels[panel].n; d++) {
        scores[panel][d].number = digits[d] - '0';
        scores[panel][d].answer = digits[d] == 'x' ? BIP_DECLINED : digits[d] == '-' ? BIP_NOT_ASKED : BIP_NUMBER;
    }
}

static const char *draw(size_t n)
{
    bip_error err = {0};

    bip__out_clear(&drawn);
    if (bip_timeline(panels, n, &picture, bip__out_take, &drawn, &err) != BIP_OK)
        fail_msg("%s: %s", err.where, err.message);
    return picture_text();
}

static void test_timeline__is_well_formed_for_0_to_200_dates(void **state)
{
    (void)state;
    for (picture.width = 240; picture.width < 1200; picture.width += 230)
        for (size_t n = 0; n <= DAYS; n += n < 12 ? 1 : 47) {
            for (int p = 0; p < PANELS; p++)
                panels[p].n = n;
            picture_assert_well_formed(draw(PANELS));
        }
}

static void test_timeline__is_well_formed_for_any_title(void **state)
{
    static const char *const hard[] = {"<&\"'>]]>",
                                       "",
                                       "אמונה ביכולת להתמודד",
                                       "👩‍👩‍👧 familj",
                                       "line\nend\x01\x7F",
                                       "x\xEF\xBF\xBF\xE2\x80\xAE"};

    (void)state;
    for (int p = 0; p < PANELS; p++)
        panels[p].title = hard[p];
    picture_assert_well_formed(draw(PANELS));
}

static void test_timeline__gives_the_same_bytes_again(void **state)
{
    char *first = strdup(draw(3));

    (void)state;
    assert_string_equal(draw(3), first);
    free(first);
}

static void test_timeline__a_missing_score_is_a_gap_in_the_line(void **state)
{
    (void)state;
    course(0, "33333333");
    assert_int_equal(picture_commands(draw(1), "class=\"b-l\"", 'M'), 1);
    assert_int_equal(picture_commands(draw(1), "class=\"b-l\"", 'L'), 7);
    course(0, "33x3--33");
    assert_int_equal(picture_commands(draw(1), "class=\"b-l\"", 'M'), 3);
    assert_int_equal(picture_commands(draw(1), "class=\"b-l\"", 'L'), 2);
    assert_int_equal(picture_commands(draw(1), "class=\"b-x\"", 'M'), 4); /* a cross of two strokes, two bars */
    assert_non_null(strstr(draw(1), ">Not answered<"));
    assert_non_null(strstr(draw(1), ">Not asked<"));
    course(0, "33x3xx33");
    assert_null(strstr(draw(1), ">Not asked<"));
}

static void test_timeline__marks_steps_by_shape(void **state)
{
    const char *svg;

    (void)state;
    course(0, "2234431");
    svg = draw(1);
    assert_int_equal(picture_commands(svg, "<path class=\"b-m b-f\"", 'a'),
                     6); /* discs: first, second and the one that stayed */
    assert_int_equal(picture_commands(svg, "<path class=\"b-m b-g\"", 'M'), 2); /* wedges back, hollow */
    assert_non_null(strstr(svg, ">Step forward<"));
    assert_non_null(strstr(svg, ">Step back<"));
    course(0, "3333333");
    svg = draw(1);
    assert_null(strstr(svg, ">Step forward<"));
    assert_null(strstr(svg, ">Step back<"));
}

static void test_timeline__the_line_stands_only_on_evidence(void **state)
{
    (void)state;
    course(0, "12345"); /* five rising: Kendall's p = 0.017 */
    assert_non_null(strstr(draw(1), "slope is<"));
    course(0, "123"); /* too few to tell from chance */
    assert_null(strstr(draw(1), "slope is<"));
    course(0, "22223"); /* a step, no trend */
    assert_null(strstr(draw(1), "slope is<"));
    rules.reliability = 0.9;
    rules.sd = 0.2;
    assert_non_null(strstr(draw(1), "slope is<")); /* a change beyond the instrument's error */
    course(0, "33333");
    assert_null(strstr(draw(1), "slope is<"));
}

/* Heights of the points of the course's line. */
static size_t heights(const char *svg, double *y)
{
    const char *at = strstr(svg, "<path class=\"b-l\" stroke-width=\"1.8\"");
    char *end;
    size_t n = 0;

    assert_non_null(at);
    for (at = strstr(at, " d=\"") + 4; *at == 'M' || *at == 'L'; at = end) {
        strtod(at + 1, &end);
        y[n++] = strtod(end, &end);
    }
    return n;
}

static void test_timeline__better_is_up_whichever_way_the_scale_runs(void **state)
{
    double up[8], turned[8];

    (void)state;
    course(0, "12345");
    assert_int_equal(heights(draw(1), up), 5);
    for (int i = 1; i < 5; i++)
        assert_true(up[i] < up[i - 1]);
    rules.better = BIP_LOWER;
    course(0, "54321");
    assert_int_equal(heights(draw(1), turned), 5);
    for (int i = 1; i < 5; i++)
        assert_true(fabs((turned[i] - turned[0]) - (up[i] - up[0])) < 0.011);
    assert_non_null(strstr(picture_text(), ">lower is better<"));
}

static void test_timeline__days_stand_where_they_are_in_time(void **state)
{
    char *end;
    double x[3];

    (void)state;
    course(0, "333");
    days[0][1] = days[0][0] + 10;
    days[0][2] = days[0][0] + 100;
    const char *at = strstr(draw(1), "<path class=\"b-l\" stroke-width=\"1.8\"");
    at = strstr(at, " d=\"") + 4;
    for (int i = 0; i < 3; i++, at = end) {
        x[i] = strtod(at + 1, &end);
        strtod(end, &end);
    }
    assert_true(fabs((x[1] - x[0]) / (x[2] - x[0]) - 0.1) < 0.001);
}

static void test_timeline__is_told_to_those_who_do_not_see_it(void **state)
{
    static const bip_label labels[] = {{1, "Not at all"}, {5, "Completely"}};
    const char *svg;

    (void)state;
    for (int p = 0; p < 3; p++) {
        panels[p].labels = labels;
        panels[p].n_labels = 2;
    }
    panels[0].title = "Hope";
    panels[1].title = "Sleep";
    panels[2].title = "Work";
    course(0, "245");
    course(1, "4");
    course(2, "x");
    svg = draw(3);
    assert_non_null(
        strstr(svg, "<desc id=\"bip-desc\">Hope: 3 measurements, from 2 on 10 January 2025 to “Completely” on 11 "
                    "July 2025. Sleep: 4 on 10 January 2025. Work: no score. </desc>"));
    assert_int_equal(picture_count(svg, ">5 Completely<"), 3);
    assert_int_equal(picture_count(svg, ">1 Not at all<"), 3);
}

static void test_timeline__without_a_number_says_so(void **state)
{
    (void)state;
    panels[0].n = 0;
    panels[0].days = NULL;
    panels[0].scores = NULL;
    assert_non_null(strstr(draw(1), ">No measurement yet.<"));
}

static bip_status refused(char where[128])
{
    bip_error err = {0};
    bip_status st = bip_timeline(panels, 2, &picture, bip__out_take, &drawn, &err);

    memcpy(where, err.where, sizeof err.where);
    set_up(NULL);
    return st;
}

static void test_timeline__refuses_what_it_cannot_draw(void **state)
{
    char where[128];

    (void)state;
    days[1][2] = days[1][1];
    assert_int_equal(refused(where), BIP_E_USAGE);
    assert_string_equal(where, "panels[1]");
    scores[1][3].number = 0;
    assert_int_equal(refused(where), BIP_E_USAGE);
    assert_string_equal(where, "panels[1]");
    scores[0][3].answer = 9;
    assert_int_equal(refused(where), BIP_E_USAGE);
    panels[1].title = "\xC3";
    assert_int_equal(refused(where), BIP_E_USAGE);
    assert_string_equal(where, "panels[1].title");
    panels[1].rules = NULL;
    assert_int_equal(refused(where), BIP_E_USAGE);
    rules.scale_max = 1;
    assert_int_equal(refused(where), BIP_E_USAGE);
    panels[0].size = 0;
    assert_int_equal(refused(where), BIP_E_USAGE);
    panels[0].days = NULL;
    assert_int_equal(refused(where), BIP_E_USAGE);
    assert_int_equal(bip_timeline(panels, 0, NULL, bip__out_take, &drawn, NULL), BIP_E_USAGE);
    assert_int_equal(bip_timeline(NULL, 1, NULL, bip__out_take, &drawn, NULL), BIP_E_USAGE);
    assert_int_equal(bip_timeline(panels, 1, NULL, NULL, NULL, NULL), BIP_E_USAGE);
    assert_int_equal(bip_timeline(panels, 1, NULL, picture_refuse, NULL, NULL), BIP_E_CANCELLED);
}

static int forget(void *ctx, const char *bytes, size_t n)
{
    (void)ctx;
    (void)bytes;
    (void)n;
    return 0;
}

static void test_timeline__survives_every_failed_allocation(void **state)
{
    long n = 0, live = bip__alloc_live();
    bip_status st;

    (void)state;
    course(0, "12345");
    course(1, "3x-3");
    do {
        bip__alloc_fail_at(n++, false);
        st = bip_timeline(panels, 3, &picture, forget, NULL, NULL);
        bip__alloc_fail_at(-1, false);
        assert_true(st == BIP_OK || st == BIP_E_NOMEM);
        assert_int_equal(bip__alloc_live(), live);
    } while (st != BIP_OK && n < 1000);
    assert_in_range(n, 3, 999);
}

int main(void)
{
#define DRAWN(test) cmocka_unit_test_setup_teardown(test, set_up, picture_tear_down)
    const struct CMUnitTest tests[] = {
        DRAWN(test_timeline__is_well_formed_for_0_to_200_dates),
        DRAWN(test_timeline__is_well_formed_for_any_title),
        DRAWN(test_timeline__gives_the_same_bytes_again),
        DRAWN(test_timeline__a_missing_score_is_a_gap_in_the_line),
        DRAWN(test_timeline__marks_steps_by_shape),
        DRAWN(test_timeline__the_line_stands_only_on_evidence),
        DRAWN(test_timeline__better_is_up_whichever_way_the_scale_runs),
        DRAWN(test_timeline__days_stand_where_they_are_in_time),
        DRAWN(test_timeline__is_told_to_those_who_do_not_see_it),
        DRAWN(test_timeline__without_a_number_says_so),
        DRAWN(test_timeline__refuses_what_it_cannot_draw),
        DRAWN(test_timeline__survives_every_failed_allocation),
    };
    return cmocka_run_group_tests_name("timeline", tests, NULL, NULL);
}
