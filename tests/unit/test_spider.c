#include "picture_fixture.h"
#include "show_fixture.h"

#include <stdio.h>

enum { MOST = 41 };

static bip_axis axes[MOST];
static bip_score scores[8][MOST];
static bip_layer layers[8];
static bip_picture picture;

static const char *const titles[] = {"Jobbsökarbeteende", "Kunskap om arbetsmarknaden", "Hälsa och hantering av hälsan",
                                     "Samarbetsförmåga"};
static const int32_t kinds[] = {BIP_LAYER_LATEST, BIP_LAYER_FIRST, BIP_LAYER_PREVIOUS, BIP_LAYER_BEST,
                                BIP_LAYER_DAY,    BIP_LAYER_GOAL,  BIP_LAYER_LATEST,   BIP_LAYER_LATEST};

static int set_up(void **state)
{
    (void)state;
    bip__out_free(&drawn);
    bip_picture_init(&picture, sizeof picture);
    picture.title = "Progression";
    for (int a = 0; a < MOST; a++) {
        axes[a] =
            (bip_axis){.size = sizeof(bip_axis), .title = titles[a % 4], .scale_min = 1, .scale_max = 5, .step = 1};
        for (int l = 0; l < 8; l++)
            scores[l][a] = (bip_score){1 + (a + l) % 5, BIP_NUMBER, 0};
    }
    for (int l = 0; l < 8; l++)
        layers[l] = (bip_layer){.size = sizeof(bip_layer), .date = 20500 - l, .kind = kinds[l], .scores = scores[l]};
    return 0;
}

static const char *draw(size_t n_axes, size_t n_layers)
{
    bip_error err = {0};

    bip__out_clear(&drawn);
    if (bip_spider(axes, n_axes, layers, n_layers, &picture, bip__out_take, &drawn, &err) != BIP_OK)
        fail_msg("%s: %s", err.where, err.message);
    return picture_text();
}

static void test_spider__is_well_formed_for_any_number_of_axes_and_layers(void **state)
{
    static const int32_t widths[] = {240, 320, 480, 720, 4000};

    (void)state;
    for (size_t w = 0; w < 5; w++)
        for (size_t n = 1; n <= 40; n++) {
            picture.width = widths[w];
            picture_assert_well_formed(draw(n, n % 8));
        }
}

static void test_spider__is_well_formed_for_any_title(void **state)
{
    static char long_title[401];
    static const char *const hard[] = {"<&\"'>]]>",
                                       long_title,
                                       "",
                                       "אמונה ביכולת להתמודד",
                                       "👩‍👩‍👧 familj",
                                       "e\xCC\x81\xCC\x82\xCC\x83",
                                       "line\nend\x01\x7F",
                                       "x\xEF\xBF\xBF\xE2\x80\xAE"};

    (void)state;
    memset(long_title, 'm', 400);
    for (size_t i = 3; i < 400; i += 9)
        long_title[i] = ' ';
    for (int a = 0; a < 11; a++)
        axes[a].title = hard[(size_t)a % (sizeof hard / sizeof *hard)];
    for (size_t i = 0; i < sizeof hard / sizeof *hard; i++) {
        picture.title = layers[0].label = picture.subtitle = hard[i];
        for (picture.width = 240; picture.width < 900; picture.width += 160) {
            picture_assert_well_formed(draw(11, 2));
            picture_assert_well_formed(draw(2, 2));
        }
    }
}

static void test_spider__gives_the_same_bytes_again(void **state)
{
    char *first = strdup(draw(11, 3));

    (void)state;
    assert_string_equal(draw(11, 3), first);
    free(first);
}

static void test_spider__a_missing_score_is_a_gap_in_the_line(void **state)
{
    const char *svg = draw(11, 1);

    (void)state;
    assert_int_equal(picture_commands(svg, "class=\"b-l\"", 'M'), 1);
    assert_int_equal(picture_commands(svg, "class=\"b-l\"", 'L'), 10);
    assert_int_equal(picture_commands(svg, "class=\"b-l\"", 'z'), 1);
    assert_int_equal(picture_commands(svg, "class=\"b-a\"", 'z'), 11);
    scores[0][4].answer = BIP_DECLINED;
    scores[0][8].answer = BIP_NOT_ASKED;
    svg = draw(11, 1);
    assert_int_equal(picture_commands(svg, "class=\"b-l\"", 'M'), 2); /* axes 9 to 3, and 5 to 7 */
    assert_int_equal(picture_commands(svg, "class=\"b-l\"", 'L'), 7);
    assert_int_equal(picture_commands(svg, "class=\"b-l\"", 'z'), 0);
    assert_int_equal(picture_commands(svg, "class=\"b-a\"", 'z'), 7); /* no area where there is no line */
    assert_int_equal(picture_commands(svg, "class=\"b-m b-f\"", 'z'), 9);
}

static void test_spider__explains_a_kind_of_gap_only_where_it_occurs(void **state)
{
    const char *svg = draw(11, 2);

    (void)state;
    assert_null(strstr(svg, ">Not answered<"));
    assert_null(strstr(svg, ">Not asked<"));
    scores[1][3].answer = BIP_DONT_KNOW;
    svg = draw(11, 2);
    assert_non_null(strstr(svg, ">Not answered<"));
    assert_null(strstr(svg, ">Not asked<"));
    scores[1][3].answer = BIP_NOT_ASKED;
    svg = draw(11, 2);
    assert_null(strstr(svg, ">Not answered<"));
    assert_non_null(strstr(svg, ">Not asked<"));
}

/* The path of the first layer, its line: x and y of the point at `axis`. */
static void line_point(const char *svg, size_t axis, double *x, double *y)
{
    const char *at = strstr(svg, "class=\"b-l\"");
    char *end;

    assert_non_null(at);
    at = strstr(at, " d=\"");
    assert_non_null(at);
    for (at += 4; axis > 0; axis--)
        at = strchr(at + 1, 'L');
    *x = strtod(at + 1, &end);
    *y = strtod(end, NULL);
}

static void test_spider__lower_is_better_is_turned_and_says_so(void **state)
{
    double x, y, turned_x, turned_y;

    (void)state;
    scores[0][0].number = 5;
    line_point(draw(5, 1), 0, &x, &y);
    for (int a = 0; a < 5; a++)
        axes[a].better = BIP_LOWER;
    scores[0][0].number = 1;
    line_point(draw(5, 1), 0, &turned_x, &turned_y);
    assert_true(x == turned_x && y == turned_y);
    assert_non_null(strstr(picture_text(), "Lower is better here. The scale is turned"));
    axes[0].better = BIP_HIGHER; /* where axes differ, each says its own */
    const char *svg = draw(5, 1);
    assert_int_equal(picture_count(svg, ", lower is better</text>"), 4);
    assert_int_equal(picture_count(svg, ">5–1, lower is better<"), 4);
    assert_int_equal(picture_count(svg, ">1–5<"), 1);
}

static void test_spider__the_lowest_score_stands_on_the_inner_ring(void **state)
{
    double x, low, high;

    (void)state;
    scores[0][0].number = 1;
    line_point(draw(4, 1), 0, &x, &low);
    assert_true(x == 360);
    scores[0][0].number = 5;
    line_point(draw(4, 1), 0, &x, &high);
    double radius = (low - high) / 0.83; /* the inner ring stands at 17 % */
    assert_true(radius > 100);
    double middle = high + radius;
    scores[0][2].number = 1; /* six o'clock: as far below the middle */
    line_point(draw(4, 1), 2, &x, &low);
    assert_true(fabs(low - middle - 0.17 * radius) < 0.05);
}

static void test_spider__rings_carry_the_numbers_of_a_shared_scale(void **state)
{
    const char *svg = draw(5, 1);

    (void)state;
    for (char digit = '1'; digit <= '5'; digit++) {
        char number[4] = {'>', digit, '<', '\0'};
        assert_int_equal(picture_count(svg, number), 1);
    }
    assert_non_null(strstr(svg, "The inner ring is 1, the outermost 5."));
    for (int a = 0; a < 5; a++) {
        axes[a].scale_min = 0;
        axes[a].scale_max = 100;
    }
    svg = draw(5, 1);
    assert_int_equal(picture_count(svg, ">20<"), 1);
    assert_int_equal(picture_count(svg, ">100<"), 1);
    assert_int_equal(picture_count(svg, ">1<"), 0);
}

static void test_spider__tells_layers_apart_without_colour(void **state)
{
    const char *svg = draw(11, 7);

    (void)state;
    for (int i = 0; i < 7; i++) {
        char group[32];
        snprintf(group, sizeof group, "<g class=\"b-s%d\">", i);
        assert_int_equal(picture_count(svg, group), 2); /* the layer, and its sample */
    }
    assert_int_equal(picture_count(svg, "stroke-dasharray="), 12);
}

static void test_spider__is_told_to_those_who_do_not_see_it(void **state)
{
    const char *svg, *told;

    (void)state;
    scores[0][1].answer = BIP_DECLINED;
    layers[0].respondent = "Participant";
    layers[0].date = 20500; /* 2026-02-16 */
    picture.id = "p1";
    svg = draw(3, 1);
    assert_non_null(strstr(svg, "role=\"img\" aria-labelledby=\"p1-title p1-desc\""));
    assert_non_null(strstr(svg, "<title id=\"p1-title\">Spider diagram: Progression</title>"));
    told = strstr(svg, "<desc id=\"p1-desc\">");
    assert_non_null(told);
    assert_non_null(strstr(told, "Latest: 16 February 2026 · Participant. Jobbsökarbeteende: 1; "
                                 "Kunskap om arbetsmarknaden: declined; Hälsa och hantering av hälsan: 3.</desc>"));
}

static void test_spider__speaks_three_languages(void **state)
{
    (void)state;
    picture.lang = "sv";
    assert_non_null(strstr(draw(3, 1), ">Senaste: 16 februari 2026<"));
    picture.lang = "da";
    assert_non_null(strstr(draw(3, 1), ">Seneste: 16. februar 2026<"));
    for (int a = 0; a < 3; a++) {
        axes[a].scale_max = 2;
        axes[a].step = 0.5;
        scores[0][a].number = 1;
    }
    assert_non_null(strstr(draw(3, 1), ">1,5<"));
}

static void test_spider__without_layers_says_that_nothing_was_measured(void **state)
{
    (void)state;
    assert_non_null(strstr(draw(11, 0), ">No measurement yet.<"));
    assert_non_null(strstr(picture_text(), ". No measurement yet.</desc>"));
}

static void test_spider__a_narrow_one_numbers_its_axes(void **state)
{
    const char *svg;

    (void)state;
    picture.width = 320;
    svg = draw(11, 1);
    assert_int_equal(picture_count(svg, ">11</text>"), 2); /* at the rim, and in the list */
    assert_int_equal(picture_count(svg, ">Kunskap om arbetsmarknaden</text>"), 3);
}

/* None of them can stand around whole, at any width that a screen or a sheet has. */
static void test_spider__titles_that_would_be_cut_stand_in_a_list(void **state)
{
    static const int32_t widths[] = {580, 720, 1100};
    const char *svg;

    (void)state;
    for (int a = 0; a < 40; a++)
        axes[a].title = "Berätta för en arbetsgivare om sina styrkor och svårigheter i vardagen";
    for (size_t w = 0; w < 3; w++) {
        picture.width = widths[w];
        svg = draw(40, 1);
        assert_int_equal(picture_count(svg, ">40</text>"), 2);
        assert_null(strstr(svg, "…"));
    }
}

/* They could be stacked, and the spider would be small between them. */
static void test_spider__many_titles_don_t_make_a_tower(void **state)
{
    (void)state;
    for (int a = 0; a < 40; a++)
        axes[a].title = "Samarbete i arbetsgruppen";
    picture.width = 580;
    assert_int_equal(picture_count(draw(40, 1), ">40</text>"), 2);
    picture.width = 1100;
    assert_int_equal(picture_count(draw(40, 1), ">40</text>"), 0);
}

static void test_spider__what_is_cut_is_whole_in_its_title(void **state)
{
    static char long_title[301];
    char whole[400];

    (void)state;
    memset(long_title, 'n', 300);
    for (size_t i = 6; i < 300; i += 7)
        long_title[i] = ' ';
    axes[2].title = long_title;
    snprintf(whole, sizeof whole, "<title>%s</title>", long_title);
    assert_non_null(strstr(draw(11, 1), whole));
    assert_non_null(strstr(picture_text(), "…</text>"));
}

static bip_status refused(size_t n_axes, size_t n_layers, char where[128])
{
    bip_error err = {0};
    bip_status st = bip_spider(axes, n_axes, layers, n_layers, &picture, bip__out_take, &drawn, &err);

    memcpy(where, err.where, sizeof err.where);
    set_up(NULL);
    return st;
}

static void test_spider__refuses_what_it_cannot_draw(void **state)
{
    char where[128];

    (void)state;
    assert_int_equal(refused(41, 1, where), BIP_E_USAGE);
    assert_string_equal(where, "axes");
    assert_int_equal(refused(0, 1, where), BIP_E_USAGE);
    assert_int_equal(refused(3, 8, where), BIP_E_USAGE);
    assert_string_equal(where, "layers");
    axes[2].title = NULL;
    assert_int_equal(refused(3, 1, where), BIP_E_USAGE);
    assert_string_equal(where, "axes[2].title");
    axes[1].title = "\xFF";
    assert_int_equal(refused(3, 1, where), BIP_E_USAGE);
    assert_string_equal(where, "axes[1].title");
    axes[1].scale_max = 1;
    assert_int_equal(refused(3, 1, where), BIP_E_USAGE);
    assert_string_equal(where, "axes[1]");
    scores[1][2].number = 5.1;
    assert_int_equal(refused(3, 2, where), BIP_E_USAGE);
    assert_string_equal(where, "layers[1]");
    scores[1][2].number = NAN;
    assert_int_equal(refused(3, 2, where), BIP_E_USAGE);
    layers[0].scores = NULL;
    assert_int_equal(refused(3, 2, where), BIP_E_USAGE);
    assert_string_equal(where, "layers[0]");
    layers[0].kind = 6;
    assert_int_equal(refused(3, 2, where), BIP_E_USAGE);
    axes[0].size = 0;
    assert_int_equal(refused(3, 2, where), BIP_E_USAGE);
    picture.id = "1\"";
    assert_int_equal(refused(3, 1, where), BIP_E_USAGE);
    assert_string_equal(where, "id");
    picture.width = 239;
    assert_int_equal(refused(3, 1, where), BIP_E_USAGE);
    picture.theme = 3;
    assert_int_equal(refused(3, 1, where), BIP_E_USAGE);
    picture.lang = "tlh";
    assert_int_equal(refused(3, 1, where), BIP_E_USAGE);
    assert_int_equal(bip_spider(NULL, 3, layers, 1, NULL, bip__out_take, &drawn, NULL), BIP_E_USAGE);
    assert_int_equal(bip_spider(axes, 3, NULL, 1, NULL, bip__out_take, &drawn, NULL), BIP_E_USAGE);
    assert_int_equal(bip_spider(axes, 3, layers, 1, NULL, NULL, NULL, NULL), BIP_E_USAGE);
    assert_int_equal(bip_spider(axes, 3, layers, 1, NULL, picture_refuse, NULL, NULL), BIP_E_CANCELLED);
}

/* One thing at a time is wrong, and the message says of which axis or layer. */
static void test_spider__refuses_an_axis_or_layer_that_does_not_hold(void **state)
{
    static const double no_ends[][2] = {{NAN, 5}, {1, NAN}, {-INFINITY, 5}, {1, INFINITY}, {5, 1}, {3, 3}};
    static const double no_steps[] = {NAN, INFINITY, -1};
    static const int32_t no_kinds[] = {BIP_LAYER_LATEST - 1, BIP_LAYER_GOAL + 1};
    static const int32_t no_answers[] = {BIP_NUMBER - 1, BIP_NOT_APPLICABLE + 1};
    char where[128];

    for (size_t i = 0; i < sizeof no_ends / sizeof *no_ends; i++) {
        axes[1].scale_min = no_ends[i][0], axes[1].scale_max = no_ends[i][1];
        assert_int_equal(refused(3, 1, where), BIP_E_USAGE);
        assert_string_equal(where, "axes[1]");
    }
    set_up(state);
    for (size_t i = 0; i < sizeof no_steps / sizeof *no_steps; i++) {
        axes[0].step = no_steps[i];
        assert_int_equal(refused(3, 1, where), BIP_E_USAGE);
        assert_string_equal(where, "axes[0]");
    }
    set_up(state);
    axes[2].better = 7;
    assert_int_equal(refused(3, 1, where), BIP_E_USAGE);
    assert_string_equal(where, "axes[2]");
    set_up(state);
    axes[2].n_labels = 1;
    assert_int_equal(refused(3, 1, where), BIP_E_USAGE);
    assert_string_equal(where, "axes[2]");
    set_up(state);
    for (size_t i = 0; i < 2; i++) {
        layers[1].kind = no_kinds[i];
        assert_int_equal(refused(3, 2, where), BIP_E_USAGE);
        assert_string_equal(where, "layers[1]");
    }
    set_up(state);
    for (size_t i = 0; i < 2; i++) {
        scores[0][2].answer = no_answers[i];
        assert_int_equal(refused(3, 1, where), BIP_E_USAGE);
        assert_string_equal(where, "layers[0]");
    }
}

static void test_spider__survives_every_failed_allocation(void **state)
{
    static const size_t n_axes[] = {2, 11};
    bip_status st = BIP_OK;

    (void)state;
    scores[0][1].answer = BIP_DECLINED;
    for (size_t k = 0; k < 2; k++) {
        long n = 0, live = bip__alloc_live();
        picture.width = k == 0 ? 320 : 720;
        do {
            bip__alloc_fail_at(n++, false);
            st = bip_spider(axes, n_axes[k], layers, 3, &picture, show_forget, NULL, NULL);
            bip__alloc_fail_at(-1, false);
            assert_true(st == BIP_OK || st == BIP_E_NOMEM);
            assert_int_equal(bip__alloc_live(), live);
        } while (st != BIP_OK && n < 1000);
        assert_in_range(n, 3, 999);
    }
}

/* A caller whose structs are larger than ours: what it knows more is left alone. */
static void test_spider__takes_structs_of_a_later_version(void **state)
{
    struct later {
        bip_axis axis;
        double more[3];
    } list[3];
    char *first = strdup(draw(3, 1));

    (void)state;
    memset(list, 0x55, sizeof list);
    for (int a = 0; a < 3; a++) {
        list[a].axis = axes[a];
        list[a].axis.size = sizeof(struct later);
    }
    bip__out_clear(&drawn);
    assert_int_equal(bip_spider(&list[0].axis, 3, layers, 1, &picture, bip__out_take, &drawn, NULL), BIP_OK);
    assert_string_equal(picture_text(), first);
    free(first);
}

/* ------------------------------------------------------------------------------------------------------ from a store
 */

static const char INSTRUMENT[] =
    "{\"instrument\":\"three\",\"version\":\"1\",\"title\":{\"en\":\"Three things\"},"
    "\"respondents\":[{\"code\":\"participant\",\"title\":{\"en\":\"Participant\"}},"
    "{\"code\":\"caseworker\",\"title\":{\"en\":\"Caseworker\"}}],"
    "\"scales\":[{\"code\":\"s\",\"min\":1,\"max\":5}],"
    "\"indicators\":[{\"code\":\"a\",\"title\":{\"en\":\"A\"},\"scale\":\"s\"},"
    "{\"code\":\"b\",\"title\":{\"en\":\"B\"},\"scale\":\"s\",\"better\":\"lower\"},"
    "{\"code\":\"belief\",\"title\":{\"en\":\"Belief\"},\"scale\":\"s\",\"respondents\":[\"caseworker\"],"
    "\"visible_to\":[\"caseworker\"]},"
    "{\"code\":\"c\",\"title\":{\"en\":\"C\"},\"scale\":\"s\",\"respondents\":[\"participant\"]}]}";

static show_store store;
static const char *const who[] = {"P-001"};
static char january[BIP_ID_SIZE], april[BIP_ID_SIZE], july[BIP_ID_SIZE], caseworkers[BIP_ID_SIZE];

static int open_store(void **state)
{
    (void)state;
    show_open(&store);
    show_add_instrument(&store, INSTRUMENT);
    show_add_participant(&store, "P-001");
    show_add_participant(&store, "P-002");
    show_record(&store, "P-001", "three", "participant", "2026-01-10", NULL, 3, "[1,5,2]", january);
    show_record(&store, "P-001", "three", "participant", "2026-04-10", NULL, 3, "[4,\"declined\",3]", april);
    show_record(&store, "P-001", "three", "participant", "2026-07-10", NULL, 3, "[3,2,null]", july);
    show_record(&store, "P-001", "three", "caseworker", "2026-07-12", NULL, 3, "[2,2,1]", caseworkers);
    return 0;
}

static int close_store(void **state)
{
    (void)state;
    show_close(&store);
    return 0;
}

static bip_query query(void)
{
    bip_query q = show_query();

    q.participants = who;
    q.n_participants = 1;
    return q;
}

static void test_spider__as_data_holds_axes_layers_and_a_table(void **state)
{
    bip_query q = query();

    (void)state;
    assert_string_equal(
        show_write(&store, "spider", &q),
        "{\"schema\":\"bip-spider-1\",\"participant\":\"P-001\",\"as_of\":\"2026-11-21\",\"for\":\"participant\","
        "\"instrument\":\"three\",\"version\":\"1\",\"title\":\"Three things\",\"axes\":["
        "{\"code\":\"a\",\"title\":\"A\",\"scale\":{\"min\":1,\"max\":5,\"step\":1,\"values\":null,\"labels\":[]},"
        "\"better\":\"higher\",\"visible_to\":[\"participant\",\"caseworker\"]},"
        "{\"code\":\"b\",\"title\":\"B\",\"scale\":{\"min\":1,\"max\":5,\"step\":1,\"values\":null,\"labels\":[]},"
        "\"better\":\"lower\",\"visible_to\":[\"participant\",\"caseworker\"]},"
        "{\"code\":\"c\",\"title\":\"C\",\"scale\":{\"min\":1,\"max\":5,\"step\":1,\"values\":null,\"labels\":[]},"
        "\"better\":\"higher\",\"visible_to\":[\"participant\",\"caseworker\"]}],\"layers\":["
        "{\"kind\":\"latest\",\"respondent\":\"participant\",\"date\":\"2026-07-10\","
        "\"label\":\"Latest: 10 July 2026 · Participant\",\"values\":[{\"score\":3,\"position\":0.5,\"missing\":null},"
        "{\"score\":2,\"position\":0.75,\"missing\":null},{\"score\":null,\"position\":null,\"missing\":\"not_asked\"}]"
        "},"
        "{\"kind\":\"latest\",\"respondent\":\"caseworker\",\"date\":\"2026-07-12\","
        "\"label\":\"Latest: 12 July 2026 · Caseworker\",\"values\":[{\"score\":2,\"position\":0.25,\"missing\":null},"
        "{\"score\":2,\"position\":0.75,\"missing\":null},{\"score\":null,\"position\":null,\"missing\":\"not_asked\"}]"
        "},"
        "{\"kind\":\"first\",\"respondent\":\"participant\",\"date\":\"2026-01-10\","
        "\"label\":\"First: 10 January 2026 · Participant\",\"values\":[{\"score\":1,\"position\":0,\"missing\":null},"
        "{\"score\":5,\"position\":0,\"missing\":null},{\"score\":2,\"position\":0.25,\"missing\":null}]}],"
        "\"table\":[[\"\",\"Latest: 10 July 2026 · Participant\",\"Latest: 12 July 2026 · Caseworker\","
        "\"First: 10 January 2026 · Participant\"],[\"A\",\"3\",\"2\",\"1\"],[\"B\",\"2\",\"2\",\"5\"],"
        "[\"C\",\"not asked\",\"not asked\",\"2\"]],\"objections\":[]}\n");
}

static void test_spider__what_is_kept_out_of_handouts_is_drawn_only_by_name(void **state)
{
    static const char *const third[] = {"P-003"};
    bip_query q = query();

    (void)state;
    show_add_instrument(&store,
                        "{\"instrument\":\"secret\",\"version\":\"1\",\"handout\":false,"
                        "\"title\":{\"en\":\"Harm at home\"},\"respondents\":[{\"code\":\"participant\","
                        "\"title\":{\"en\":\"Participant\"}}],\"scales\":[{\"code\":\"s\",\"min\":1,\"max\":5}],"
                        "\"indicators\":[{\"code\":\"harm\",\"title\":{\"en\":\"Harm\"},\"scale\":\"s\"}]}");
    show_add_participant(&store, "P-003");
    q.participants = third;
    show_record(&store, "P-003", "secret", "participant", "2026-07-10", NULL, 1, "[4]", NULL);
    assert_int_equal(show_try(&store, "spider", &q, NULL), BIP_E_NOT_FOUND);
    show_record(&store, "P-003", "three", "participant", "2026-01-10", NULL, 3, "[1,5,2]", NULL);
    assert_null(strstr(show_write(&store, "spider", &q), "arm"));
    assert_null(strstr(show_write(&store, "timeline-svg", &q), "Harm"));
    q.instrument = "secret";
    assert_non_null(strstr(show_write(&store, "spider", &q), "\"code\":\"harm\""));
}

static void test_spider__what_a_role_does_not_see_is_not_there_at_all(void **state)
{
    bip_query q = query();

    (void)state;
    assert_null(strstr(show_write(&store, "spider", &q), "elief"));
    assert_null(strstr(show_write(&store, "spider-svg", &q), "elief"));
    assert_null(strstr(show_write(&store, "timeline-svg", &q), "elief"));
    q.for_role = "caseworker";
    assert_non_null(strstr(show_write(&store, "spider", &q), "\"code\":\"belief\""));
    assert_non_null(strstr(show_write(&store, "spider-svg", &q), ">Belief<"));
    assert_non_null(strstr(show_write(&store, "timeline-svg", &q), ">Belief<"));
}

static const char *with(const char *options)
{
    bip_query q = query();

    if (show_try(&store, "spider", &q, options) != BIP_OK)
        fail_msg("%s", options);
    bip__out_char(&store.text, '\0');
    return store.text.data;
}

static void test_spider__layers_are_those_asked_for(void **state)
{
    const char *json = with("{\"layers\":[\"previous\",\"best\"],\"respondents\":[\"participant\"]}");

    (void)state;
    assert_int_equal(show_count(json, "\"kind\":"), 2);
    assert_non_null(strstr(json, "{\"kind\":\"previous\",\"respondent\":\"participant\",\"date\":\"2026-04-10\""));
    assert_non_null(strstr(json, "\"missing\":\"declined\""));
    assert_non_null(strstr(json, "{\"kind\":\"best\",\"respondent\":\"participant\",\"date\":null,"
                                 "\"label\":\"Best so far · Participant\",\"values\":[{\"score\":4,\"position\":0.75,"
                                 "\"missing\":null},{\"score\":2,\"position\":0.75,\"missing\":null},{\"score\":3"));
    json = with("{\"layers\":[\"2026-06-30\"],\"respondents\":[\"caseworker\",\"participant\"]}");
    assert_int_equal(show_count(json, "\"kind\":"), 1); /* the caseworker had not scored by then */
    assert_non_null(strstr(json, "{\"kind\":\"day\",\"respondent\":\"participant\",\"date\":\"2026-04-10\""));
    json = with("{\"layers\":[\"first\",\"latest\"],\"respondents\":[\"caseworker\"]}");
    assert_int_equal(show_count(json, "\"kind\":"), 1); /* one occasion is not told twice */
    assert_non_null(strstr(json, "{\"kind\":\"latest\",\"respondent\":\"caseworker\""));
}

static void test_spider__as_of_an_earlier_day_knows_nothing_later(void **state)
{
    bip_query q = query();

    (void)state;
    q.as_of = show_day("2026-05-01");
    const char *json = show_write(&store, "spider", &q);
    assert_null(strstr(json, "2026-07"));
    assert_non_null(strstr(json, "{\"kind\":\"latest\",\"respondent\":\"participant\",\"date\":\"2026-04-10\""));
}

static void test_spider__refuses_options_it_does_not_know(void **state)
{
    static const char *const wrong[] = {
        "{\"layers\":[\"newest\"]}", "{\"layers\":[\"2026-02-30\"]}", "{\"theme\":\"pink\"}",   "{\"width\":\"12\"}",
        "{\"width\":\"7O0\"}",       "{\"colour\":\"red\"}",          "{\"layers\":\"first\"}", "{\"id\":\"a b\"}"};
    bip_query q = query();

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(show_try(&store, "spider-svg", &q, wrong[i]), BIP_E_USAGE);
    assert_int_equal(show_try(&store, "spider", &q, "{\"respondents\":[\"priest\"]}"), BIP_E_NOT_FOUND);
    assert_int_equal(show_try(&store, "timeline-svg", &q, "{\"layers\":[\"first\"]}"), BIP_E_USAGE);
    q.n_participants = 0;
    assert_int_equal(show_try(&store, "spider", &q, NULL), BIP_E_USAGE);
}

static void test_spider__without_an_assessment_needs_an_instrument(void **state)
{
    static const char *const nobody[] = {"P-002"};
    bip_query q = query();

    (void)state;
    q.participants = nobody;
    assert_int_equal(show_try(&store, "spider", &q, NULL), BIP_E_NOT_FOUND);
    assert_int_equal(show_try(&store, "timeline-svg", &q, NULL), BIP_E_NOT_FOUND);
    q.instrument = "three";
    assert_non_null(strstr(show_write(&store, "spider", &q),
                           "\"layers\":[],\"table\":[[\"\"],[\"A\"],[\"B\"],[\"C\"]],\"objections\":[]}"));
    assert_non_null(strstr(show_write(&store, "spider-svg", &q), ">No measurement yet.<"));
    assert_non_null(strstr(show_write(&store, "timeline-svg", &q), ">No measurement yet.<"));
}

#define OBJECTION(day, who, text) "The participant objects to the assessment of " day " (" who "): " text

static void says(const char *document, const bip_query *q, const char *options, const char *text, size_t times)
{
    assert_int_equal(show_try(&store, document, q, options), BIP_OK);
    bip__out_char(&store.text, '\0');
    assert_int_equal(store.text.status, BIP_OK);
    if (show_count(store.text.data, text) != times)
        fail_msg("%s %s: not %d times \"%s\"", document, options != NULL ? options : "", (int)times, text);
}

static void test_spider__an_objection_stands_where_its_scores_are(void **state)
{
    static const char in_april[] = OBJECTION("10 April 2026", "Participant", "ill then");
    static const char in_july[] = OBJECTION("10 July 2026", "Participant", "no");
    bip_query q = query();

    (void)state;
    show_dispute(&store, april, "ill then");
    show_dispute(&store, july, "no");
    show_dispute(&store, july, "still no");
    says("spider-svg", &q, NULL, in_july, 2); /* below the picture, and in <desc> */
    says("spider-svg", &q, NULL, "still no", 2);
    says("spider-svg", &q, NULL, "ill then", 0);
    says("spider-svg", &q, "{\"layers\":[\"2026-05-01\"]}", in_april, 2);
    says("spider-svg", &q, "{\"layers\":[\"best\"]}", in_april, 2); /* 4 on A */
    says("spider-svg", &q, "{\"layers\":[\"first\"]}", "objects", 0);
    says("timeline-svg", &q, NULL, in_april, 2);
    says("timeline-svg", &q, NULL, in_july, 2);
    says("timeline-svg", &q, "{\"respondents\":[\"caseworker\"]}", "objects", 0);
    q.as_of = show_day("2026-05-01");
    says("spider-svg", &q, NULL, in_april, 2);
    says("timeline-svg", &q, NULL, "objects to", 2);
}

static void test_spider__an_objection_is_in_the_data_with_what_it_is_to(void **state)
{
    bip_query q = query();
    char expected[300];

    (void)state;
    show_dispute(&store, april, "ill then");
    show_dispute(&store, july, "\"no\"");
    show_dispute(&store, caseworkers, "nor this");
    snprintf(expected, sizeof expected,
             ",\"objections\":[{\"of\":\"%s\",\"respondent\":\"participant\",\"date\":\"2026-07-10\",\"text\":"
             "\"\\\"no\\\"\"},"
             "{\"of\":\"%s\",\"respondent\":\"caseworker\",\"date\":\"2026-07-12\",\"text\":\"nor this\"}]}",
             july, caseworkers);
    says("spider", &q, NULL, expected, 1);
}

static void test_spider__an_objection_to_what_a_role_does_not_see_is_not_there(void **state)
{
    bip_query q = query();
    char id[BIP_ID_SIZE];

    (void)state;
    show_record(&store, "P-001", "three", "caseworker", "2026-08-01", NULL, 3, "[null,null,4]", id);
    show_dispute(&store, id, "who believes that");
    says("spider", &q, NULL, "who believes that", 0);
    says("spider-svg", &q, NULL, "who believes that", 0);
    says("timeline-svg", &q, "{\"respondents\":[\"caseworker\"]}", "who believes that", 0);
    q.for_role = "caseworker";
    says("spider", &q, NULL, "who believes that", 1);
    says("spider-svg", &q, NULL, "who believes that", 2);
    says("timeline-svg", &q, NULL, "who believes that", 2);
}

/* In words as in pictures. */
static void test_spider__an_objection_is_said_only_with_its_scores(void **state)
{
    static const char *const documents[] = {"progression-text", "steps-text", "brief", "report"};
    char id[BIP_ID_SIZE];

    (void)state;
    show_record(&store, "P-001", "three", "caseworker", "2026-08-01", NULL, 3, "[null,null,4]", id);
    show_dispute(&store, id, "why?");
    show_dispute(&store, july, "no!");
    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++) {
        bip_query q = query();
        q.for_role = "participant";
        says(documents[i], &q, NULL, "no!", 1);
        says(documents[i], &q, NULL, "why?", 0);
        q.for_role = "caseworker";
        says(documents[i], &q, NULL, "why?", 1);
        q.as_of = show_day("2026-07-20");
        says(documents[i], &q, NULL, "no!", 1);
        says(documents[i], &q, NULL, "why?", 0);
        q.as_of = show_day("2026-07-01");
        says(documents[i], &q, NULL, "objects to", 0);
    }
}

static void test_spider__an_objection_goes_with_its_assessment(void **state)
{
    bip_query q = query();
    bip_change *change;

    (void)state;
    show_dispute(&store, july, "no");
    change = show_begin(&store, "wrong form");
    assert_int_equal(bip_assessment_withdraw(change, july, NULL), BIP_OK);
    show_commit(change);
    says("spider-svg", &q, NULL, "objects", 0);
    says("timeline-svg", &q, NULL, "objects", 0);
}

static void test_spider__a_long_objection_is_cut_and_says_where_the_rest_is(void **state)
{
    static const char rest[] = ">What is left out here stands in the report.<";
    bip_query q = query();
    char text[900];

    (void)state;
    for (size_t i = 0; i + 1 < sizeof text; i++)
        text[i] = i % 7 == 6 ? ' ' : 'a';
    text[sizeof text - 2] = 'z';
    text[sizeof text - 1] = '\0';
    show_dispute(&store, july, "short");
    says("spider-svg", &q, NULL, rest, 0);
    show_dispute(&store, july, text);
    says("spider-svg", &q, NULL, text, 2); /* in <desc>, and in the <title> of the lines */
    says("spider-svg", &q, NULL, "\xE2\x80\xA6</text>", 1);
    says("spider-svg", &q, NULL, rest, 1);
    says("timeline-svg", &q, NULL, rest, 1);
}

static void test_spider__of_many_objections_the_latest_three_are_drawn(void **state)
{
    static const char rest[] = ">What is left out here stands in the report.<";
    bip_query q = query();

    (void)state;
    show_dispute(&store, july, "the oldest");
    show_dispute(&store, january, "second");
    show_dispute(&store, caseworkers, "third");
    says("spider-svg", &q, NULL, rest, 0);
    show_dispute(&store, july, "fourth");
    says("spider-svg", &q, NULL, "the oldest", 1); /* in <desc> */
    says("spider-svg", &q, NULL, "second", 2);
    says("spider-svg", &q, NULL, "fourth", 2);
    says("spider-svg", &q, NULL, rest, 1);
}

static void test_spider__an_objection_is_said_in_three_languages(void **state)
{
    bip_query q = query();

    (void)state;
    show_dispute(&store, july, "nej");
    q.lang = "sv";
    says("spider-svg", &q, NULL, "Deltagaren inv\xC3\xA4nder mot m\xC3\xA4tningen 10 juli 2026", 2);
    says("timeline-svg", &q, NULL, "Deltagaren inv\xC3\xA4nder mot m\xC3\xA4tningen 10 juli 2026", 2);
    q.lang = "da";
    says("spider-svg", &q, NULL, "Borgeren g\xC3\xB8r indsigelse mod m\xC3\xA5lingen 10. juli 2026", 2);
    says("timeline-svg", &q, NULL, "Borgeren g\xC3\xB8r indsigelse mod m\xC3\xA5lingen 10. juli 2026", 2);
}

static void test_spider__documents_survive_every_failed_allocation(void **state)
{
    bip_query q = query();

    (void)state;
    show_dispute(&store, july, "no");
    show_survive_failed_allocations(&store, "spider", &q);
    show_survive_failed_allocations(&store, "spider-svg", &q);
    show_survive_failed_allocations(&store, "timeline-svg", &q);
}

int main(void)
{
#define DRAWN(test) cmocka_unit_test_setup_teardown(test, set_up, picture_tear_down)
#define STORED(test) cmocka_unit_test_setup_teardown(test, open_store, close_store)
    const struct CMUnitTest tests[] = {
        DRAWN(test_spider__is_well_formed_for_any_number_of_axes_and_layers),
        DRAWN(test_spider__is_well_formed_for_any_title),
        DRAWN(test_spider__gives_the_same_bytes_again),
        DRAWN(test_spider__a_missing_score_is_a_gap_in_the_line),
        DRAWN(test_spider__explains_a_kind_of_gap_only_where_it_occurs),
        DRAWN(test_spider__lower_is_better_is_turned_and_says_so),
        DRAWN(test_spider__the_lowest_score_stands_on_the_inner_ring),
        DRAWN(test_spider__rings_carry_the_numbers_of_a_shared_scale),
        DRAWN(test_spider__tells_layers_apart_without_colour),
        DRAWN(test_spider__is_told_to_those_who_do_not_see_it),
        DRAWN(test_spider__speaks_three_languages),
        DRAWN(test_spider__without_layers_says_that_nothing_was_measured),
        DRAWN(test_spider__a_narrow_one_numbers_its_axes),
        DRAWN(test_spider__titles_that_would_be_cut_stand_in_a_list),
        DRAWN(test_spider__many_titles_don_t_make_a_tower),
        DRAWN(test_spider__what_is_cut_is_whole_in_its_title),
        DRAWN(test_spider__refuses_what_it_cannot_draw),
        DRAWN(test_spider__refuses_an_axis_or_layer_that_does_not_hold),
        DRAWN(test_spider__survives_every_failed_allocation),
        DRAWN(test_spider__takes_structs_of_a_later_version),
        STORED(test_spider__as_data_holds_axes_layers_and_a_table),
        STORED(test_spider__what_a_role_does_not_see_is_not_there_at_all),
        STORED(test_spider__what_is_kept_out_of_handouts_is_drawn_only_by_name),
        STORED(test_spider__layers_are_those_asked_for),
        STORED(test_spider__as_of_an_earlier_day_knows_nothing_later),
        STORED(test_spider__refuses_options_it_does_not_know),
        STORED(test_spider__without_an_assessment_needs_an_instrument),
        STORED(test_spider__an_objection_stands_where_its_scores_are),
        STORED(test_spider__an_objection_is_in_the_data_with_what_it_is_to),
        STORED(test_spider__an_objection_to_what_a_role_does_not_see_is_not_there),
        STORED(test_spider__an_objection_is_said_only_with_its_scores),
        STORED(test_spider__an_objection_goes_with_its_assessment),
        STORED(test_spider__a_long_objection_is_cut_and_says_where_the_rest_is),
        STORED(test_spider__of_many_objections_the_latest_three_are_drawn),
        STORED(test_spider__an_objection_is_said_in_three_languages),
        STORED(test_spider__documents_survive_every_failed_allocation),
    };
    return cmocka_run_group_tests_name("spider", tests, NULL, NULL);
}
