#include "show/page.h"
#include "show/show.h"

/* The one place where pages take pictures from. Texts in a picture shrink with it, so a page carries it twice: one for
 * paper and screens, one for a phone; the style sheet shows one of them, and those who listen hear one. */

static bip_status put(bip__document_fn draw, const char *class, const char *id, int width, bip__context *c,
                      const bip_query *query, bip__out *o, bip_error *err)
{
    bip__out options;
    bip_status st;

    bip__out_init(&options, NULL, NULL);
    bip__out_printf(&options, "{\"id\":\"%s-%s\",\"width\":\"%d\",\"objections_beside\":true}", id, class, width);
    bip__out_char(&options, '\0');
    bip__out_printf(o, "<div class=\"picture %s\">\n", class);
    if ((st = bip__out_finish(&options, err)) == BIP_OK)
        st = draw(c, query, options.data, o, err);
    BIP__HTML(o, "</div>\n");
    bip__out_free(&options);
    return st;
}

static bip_status put_both(bip__document_fn wide, bip__document_fn narrow, const char *id, int width, bip__context *c,
                           const bip_query *query, bip__out *o, bip_error *err)
{
    bip_status st = put(wide, "wide", id, width, c, query, o, err);

    return st == BIP_OK ? put(narrow, "narrow", id, 320, c, query, o, err) : st;
}

/* Titles that don't fit around are text of the page: a picture is shrunk to its place on paper, and a long list in it
 * would shrink to nothing; this one keeps its size and may go on on the next sheet. */
static bip_status draw_spider_and_list(bip__context *c, const bip_query *query, const char *options_json, bip__out *o,
                                       bip_error *err)
{
    bip__out titles;
    bip_status st;

    bip__out_init(&titles, NULL, NULL);
    st = bip__show_spider_titled(c, query, options_json, &titles, o, err);
    if (st == BIP_OK)
        st = bip__out_finish(&titles, err);
    if (st == BIP_OK && titles.len > 0) {
        BIP__HTML(o, "<ol class=\"axes\">\n");
        bip__out_bytes(o, titles.data, titles.len);
        BIP__HTML(o, "</ol>\n");
    }
    bip__out_free(&titles);
    return st;
}

bip_status bip__page_spider(bip__context *c, const bip_query *query, bip__out *o, bip_error *err)
{
    return put_both(draw_spider_and_list, bip__show_spider_svg, "spider", 580, c, query, o, err);
}

bip_status bip__page_timeline(bip__context *c, const bip_query *query, size_t number, bip__out *o, bip_error *err)
{
    static const char *const ids[] = {"course-1", "course-2", "course-3", "course-4"};
    const size_t most =
        sizeof ids / sizeof *ids - 1; /* more instruments than that share an id, which only costs a name */

    return put_both(bip__show_timeline_sheets, bip__show_timeline_svg, ids[number < most ? number : most], 680, c,
                    query, o, err);
}
