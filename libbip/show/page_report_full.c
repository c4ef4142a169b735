/* What `report --full` and `--notes` add: every course with its figures, and what was written beside the scores. */
#include "show/page_report.h"

#include "read/assessments.h"

#include <string.h>

/* ----------------------------------------------------------------------------------------- every course in figures */

static void put_scores(bip__report *r, size_t s)
{
    const bip__track *t = &r->reading.course->tracks[s];
    bip__out list;

    bip__out_init(&list, NULL, NULL);
    for (size_t i = 0; i < t->n; i++) {
        if (i > 0)
            bip__out_text(&list, " · ");
        bip__say_number(&list, r->h.words, t->scores[i]);
    }
    bip__out_char(&list, '\0');
    if (list.status != BIP_OK)
        r->h.scratch.status = list.status;
    else if (t->n > 1)
        BIP__HTML_SAY(&r->h, FROM_TO, bip__fill_text('p', list.data), bip__fill_date('d', t->days[0]),
                      bip__fill_date('e', t->days[t->n - 1]));
    else
        BIP__HTML_SAY(&r->h, ON_ONE_DAY, bip__fill_text('p', list.data), bip__fill_date('d', t->days[0]));
    bip__out_free(&list);
}

static bip_status put_figure(bip__report *r, size_t s, bip_error *err)
{
    bip_series series;
    bip_status st = bip__course_series(r->reading.course, s, &series, err);

    if (st != BIP_OK)
        return st;
    BIP__HTML(r->h.o, "<dt>");
    bip__html_put(&r->h, r->voices[s].title);
    BIP__HTML(r->h.o, "</dt>\n<dd>");
    bip__say_series(bip__html_scratch(&r->h), &r->voices[s], &series,
                    bip__track_is_behind(&r->reading.course->tracks[s]));
    bip__html_flush(&r->h);
    BIP__HTML(r->h.o, "</dd>\n<dd class=\"scores\">");
    put_scores(r, s);
    BIP__HTML(r->h.o, "</dd>\n");
    return BIP_OK;
}

static bip_status put_figures(bip__report *r, const bip__instrument *def, bip_error *err)
{
    const bip__plan *plan = r->reading.plan;
    int32_t respondent = -1;
    bip_status st = BIP_OK;

    bip__html_section(&r->h, "figures-", def->code, BIP__W_PAGE_NUMBERS);
    for (size_t s = 0; st == BIP_OK && s < plan->n_slots; s++) {
        const bip__slot *slot = &plan->slots[s];
        if (!bip__report_has(r, def, s))
            continue;
        if (slot->respondent != respondent) {
            bip__out_text(r->h.o, respondent < 0 ? "<h3>" : "</dl>\n<h3>");
            bip__html_put(&r->h, bip__report_respondent(r, slot));
            BIP__HTML(r->h.o, "</h3>\n<dl>\n");
        }
        respondent = slot->respondent;
        st = put_figure(r, s, err);
    }
    BIP__HTML(r->h.o, "</dl>\n</section>\n");
    return st;
}

/* `number`: of the course on the page. */
static bip_status put_course(bip__report *r, const bip__instrument *def, size_t number, bip_error *err)
{
    const bip_query q = bip__report_query(r, def);
    bip_status st;

    BIP__HTML(r->h.o, "<div class=\"all\">\n");
    bip__html_section(&r->h, "course-", def->code, BIP__W_PAGE_COURSE);
    BIP__HTML(r->h.o, "<p>");
    bip__html_put(&r->h, bip__title_get(&def->title, r->h.words->lang));
    BIP__HTML(r->h.o, "</p>\n");
    if ((st = bip__page_timeline(r->context, &q, number, r->h.o, err)) != BIP_OK)
        return st;
    BIP__HTML(r->h.o, "</section>\n");
    st = put_figures(r, def, err);
    BIP__HTML(r->h.o, "</div>\n");
    return st;
}

bip_status bip__report_everything(bip__report *r, bip_error *err)
{
    const bip__plan *plan = r->reading.plan;
    const bip__instrument *done = NULL;
    size_t number = 0;
    bip_status st = BIP_OK;

    for (size_t s = 0; st == BIP_OK && s < plan->n_slots; s++) { /* series of one instrument stand together */
        if (!bip__reading_shows(&r->reading, s))
            continue;
        const bip__instrument *def = plan->slots[s].shown->def;
        if (done == NULL || strcmp(done->code, def->code) != 0)
            st = put_course(r, def, number++, err);
        done = def;
    }
    return st;
}

/* ------------------------------------------------------------------------------------------------------------- notes
 */

/* Notes on an instrument are as visible as the series of their respondent: one whose every score is left out has none
 * on the page. */
static bool shows_notes_of(const bip__report *r, const bip_assessment *a)
{
    const bip__plan *plan = r->reading.plan;

    for (size_t s = 0; s < plan->n_slots; s++) {
        const bip__instrument *def = plan->slots[s].shown->def;
        if (bip__reading_wants(&r->reading, s) && strcmp(def->code, a->instrument) == 0 &&
            strcmp(bip__slot_respondent(&plan->slots[s])->code, a->respondent) == 0)
            return true;
    }
    return false;
}

static void put_note(bip__report *r, const bip_assessment *a)
{
    bip__html *h = &r->h;
    const bip__version *v = bip__catalogue_exact(r->reading.plan->catalogue, a->instrument, a->version);
    int32_t respondent = v == NULL ? -1 : bip__instrument_respondent(v->def, a->respondent);
    const char *title =
        respondent < 0 ? a->respondent : bip__title_get(&v->def->respondents[respondent].title, h->words->lang);

    BIP__HTML(h->o, "<dt>");
    BIP__HTML_SAY(h, ON_ONE_DAY, bip__fill_text('p', title), bip__fill_date('d', a->date));
    BIP__HTML(h->o, "</dt>\n<dd class=\"note\">");
    bip__html_put(h, a->note);
    BIP__HTML(h->o, "</dd>\n");
}

bip_status bip__report_notes(bip__report *r, bip_error *err)
{
    bip_query q = *r->query;
    bip__assessments *reading = NULL;
    const bip_assessment *a;
    bool any = false;
    bip_status st;

    q.as_of = r->reading.plan->as_of;
    st = bip__assessments_open(r->context, &q, &reading, err);
    while (st == BIP_OK && (st = bip__assessments_next(reading, &a, err)) == BIP_OK) {
        if (a->note == NULL || !shows_notes_of(r, a))
            continue;
        if (!any) {
            bip__html_section(&r->h, "notes", NULL, BIP__W_PAGE_NOTES);
            BIP__HTML(r->h.o, "<dl>\n");
        }
        any = true;
        put_note(r, a);
    }
    bip__assessments_close(reading);
    if (any)
        BIP__HTML(r->h.o, "</dl>\n</section>\n");
    return st == BIP_DONE ? BIP_OK : st;
}
