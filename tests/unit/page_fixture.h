/* A store for the tests of pages: two views, a belief the participant doesn't see, an instrument kept out of handouts.
 */
#ifndef PAGE_FIXTURE_H
#define PAGE_FIXTURE_H

#include "show_fixture.h"

#include <stdio.h>

static const char page_work[] =
    "{\"instrument\":\"work\",\"version\":\"1\",\"interval_days\":90,\"title\":{\"en\":\"Work "
    "<&\\\"\",\"sv\":\"Arbete\"},"
    "\"respondents\":[{\"code\":\"participant\",\"title\":{\"en\":\"Participant\",\"sv\":\"Deltagare\"}},"
    "{\"code\":\"coach\",\"title\":{\"en\":\"Job coach\",\"sv\":\"Jobbcoach\"}}],"
    "\"scales\":[{\"code\":\"five\",\"min\":1,\"max\":5,\"labels\":{\"1\":{\"en\":\"Not at all\"},"
    "\"5\":{\"en\":\"Completely\"}}},{\"code\":\"long\",\"min\":0,\"max\":100}],"
    "\"indicators\":["
    "{\"code\":\"a\",\"title\":{\"en\":\"Alpha\"},\"scale\":\"five\","
    "\"question\":{\"participant\":{\"en\":\"How is <b>Alpha</b>?\"}}},"
    "{\"code\":\"b\",\"title\":{\"en\":\"Beta\"},\"scale\":\"five\"},"
    "{\"code\":\"c\",\"title\":{\"en\":\"Gamma\"},\"scale\":\"five\"},"
    "{\"code\":\"d\",\"title\":{\"en\":\"Delta\"},\"scale\":\"long\"},"
    "{\"code\":\"belief\",\"title\":{\"en\":\"Coach hopes\"},\"scale\":\"five\",\"respondents\":[\"coach\"],"
    "\"visible_to\":[\"coach\"]}]}";

static const char page_secret[] =
    "{\"instrument\":\"secret\",\"version\":\"1\",\"handout\":false,\"title\":{\"en\":\"Harm at home\"},"
    "\"respondents\":[{\"code\":\"participant\",\"title\":{\"en\":\"Participant\"}}],"
    "\"scales\":[{\"code\":\"five\",\"min\":1,\"max\":5}],"
    "\"indicators\":[{\"code\":\"harm\",\"title\":{\"en\":\"Harm\"},\"scale\":\"five\"}]}";

static inline void page_note(show_store *s, const char *participant, const char *instrument, const char *respondent,
                             const char *day, size_t n, const char *scores, const char *note)
{
    show_record_noted(s, participant, instrument, respondent, day, NULL, n, scores, note, NULL);
}

/* P1 has moved, P2 went back and fell silent, P3 was never asked, P4 answered once. */
static inline void page_open(show_store *s)
{
    show_open(s);
    show_add_instrument(s, page_work);
    show_add_instrument(s, page_secret);
    show_add_participant(s, "P1");
    show_add_participant(s, "P2");
    show_add_participant(s, "P3");
    show_add_participant(s, "P4");
    show_record(s, "P1", "work", "participant", "2026-01-10", NULL, 4, "[1,2,5,10]", NULL);
    show_record(s, "P1", "work", "participant", "2026-04-10", NULL, 4, "[2,3,4,20]", NULL);
    show_record(s, "P1", "work", "participant", "2026-07-10", NULL, 4, "[2,3,3,30]", NULL);
    page_note(s, "P1", "work", "participant", "2026-10-10", 4, "[3,3,3,\"declined\"]", "Own <note>");
    show_record(s, "P1", "work", "coach", "2026-01-12", "anna", 5, "[2,2,5,10,1]", NULL);
    show_record(s, "P1", "work", "coach", "2026-10-12", "bo", 5, "[3,5,3,30,4]", NULL);
    show_record(s, "P1", "secret", "participant", "2026-11-01", NULL, 1, "[2]", NULL);
    page_note(s, "P1", "secret", "participant", "2026-11-10", 1, "[5]", "Secret note");
    show_record(s, "P2", "work", "participant", "2025-01-10", NULL, 4, "[4,4,4,40]", NULL);
    show_record(s, "P2", "work", "participant", "2025-04-10", "anna", 4, "[4,3,4,40]", NULL);
    show_record(s, "P4", "work", "participant", "2026-11-01", NULL, 4, "[4,4,4,40]", NULL);
}

static inline bip_query page_query(const char *const *participant)
{
    bip_query query = show_query();

    query.participants = participant;
    query.n_participants = 1;
    return query;
}

/* Lent until the next document. */
static inline const char *page_with(show_store *s, const char *document, const bip_query *query, const char *options)
{
    bip_error err = {0};

    bip__out_clear(&s->text);
    if (bip_write(s->store, document, query, options, bip__out_take, &s->text, &err) != BIP_OK)
        fail_msg("%s: %s %s", document, err.where, err.message);
    bip__out_char(&s->text, '\0');
    assert_int_equal(s->text.status, BIP_OK);
    return s->text.data;
}

static inline void page_says(const char *page, const char *text)
{
    if (strstr(page, text) == NULL)
        fail_msg("the page doesn't say: %s", text);
}

static inline void page_hides(const char *page, const char *text)
{
    if (strstr(page, text) != NULL)
        fail_msg("the page says: %s", text);
}

/* Every element that is opened is closed, in order; enough of HTML for pages of our own. */
static inline void page_is_well_formed(const char *page)
{
    static const char *const alone[] = {"meta", "input", "br"};
    const char *open[64];
    size_t depth = 0;

    for (const char *p = strchr(page, '<'); p != NULL; p = strchr(p + 1, '<')) {
        size_t n = strcspn(p + 1, " />\n");
        const char *end = strchr(p, '>');
        bool single = p[1] == '!';
        assert_non_null(end);
        for (size_t i = 0; i < sizeof alone / sizeof *alone; i++)
            single = single || (n == strlen(alone[i]) && strncmp(p + 1, alone[i], n) == 0);
        if (single || end[-1] == '/')
            continue;
        if (p[1] != '/') {
            assert_true(depth < 64);
            open[depth++] = p + 1;
            if (strncmp(p + 1, "style", 5) == 0)
                p = strstr(p, "</style") - 1;
            continue;
        }
        n = strcspn(p + 2, ">");
        if (depth == 0 || strncmp(open[depth - 1], p + 2, n) != 0 || strchr(" >\n", open[depth - 1][n]) == NULL)
            fail_msg("closed out of order: %.40s, open is %.40s", p, depth ? open[depth - 1] : "nothing");
        depth--;
    }
    assert_int_equal(depth, 0);
}

#endif
