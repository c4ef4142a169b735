#include "show/page_report.h"

#include "show/objection.h"
#include "show/show.h"

#include <string.h>

/* What a participant takes home: at most three sentences on what moved, the picture, lines to write on, the next date.
 * One instrument a page: the one asked for, else the one that was answered last. */

#define MOST_VIEWS 2 /* differences between views: a page to talk about, not a list of faults */
#define NOTE_LINES 3

bool bip__report_has(const bip__report *r, const bip__instrument *def, size_t slot)
{
    return bip__reading_shows(&r->reading, slot) &&
           strcmp(r->reading.plan->slots[slot].shown->def->code, def->code) == 0;
}

const char *bip__report_respondent(const bip__report *r, const bip__slot *slot)
{
    return bip__title_get(&bip__slot_respondent(slot)->title, r->h.words->lang);
}

bip_query bip__report_query(const bip__report *r, const bip__instrument *def)
{
    bip_query q = *r->query;

    q.instrument = def->code;
    if (q.for_role == NULL && bip__instrument_respondent(def, "participant") < 0)
        q.for_role = def->respondents[0].code; /* what is left sees everybody */
    q.lang = r->h.words->lang;
    q.as_of = r->reading.plan->as_of;
    return q;
}

static bool is_own(const bip__report *r, const bip__slot *slot)
{
    return strcmp(bip__slot_respondent(slot)->code, r->role) == 0;
}

/* Told as "you": to the participant alone. */
static bool is_for_participant(const bip__report *r)
{
    return strcmp(r->role, "participant") == 0;
}

/* The series of the page. */
static bool on_page(const bip__report *r, size_t slot)
{
    return bip__report_has(r, r->def, slot);
}

/* -------------------------------------------------------------------------------------------------------- gathering */

static void choose_instrument(bip__report *r)
{
    const bip__plan *plan = r->reading.plan;

    r->latest = BIP_NO_DATE;
    for (size_t s = 0; s < plan->n_slots; s++) {
        const bip__track *t = &r->reading.course->tracks[s];
        if (!bip__reading_shows(&r->reading, s) || t->days[t->n - 1] <= r->latest)
            continue;
        r->latest = t->days[t->n - 1];
        r->def = plan->slots[s].shown->def;
    }
}

/* Own view before others', then by what the step is worth, then the newest. */
static bool goes_before(const bip__telling *a, const bip__telling *b)
{
    int worth_a = bip__step_worth(&a->step), worth_b = bip__step_worth(&b->step);

    if (worth_a != worth_b)
        return worth_a > worth_b;
    return a->own != b->own ? a->own : a->step.date > b->step.date;
}

/* Of one indicator only one view is told: the same step seen by two is one step. */
static void keep_told(bip__report *r, const bip__telling *new)
{
    const bip__slot *slots = r->reading.plan->slots;
    size_t at = r->n_told;

    for (size_t i = 0; i < r->n_told; i++)
        if (strcmp(slots[r->told[i].slot].code, slots[new->slot].code) == 0) {
            if (!goes_before(new, &r->told[i]))
                return;
            at = i;
        }
    if (at == r->n_told && at == BIP__MOST_TOLD && !goes_before(new, &r->told[--at]))
        return;
    if (at == r->n_told)
        r->n_told++;
    for (; at > 0 && goes_before(new, &r->told[at - 1]); at--)
        r->told[at] = r->told[at - 1];
    r->told[at] = *new;
}

static void gather_steps(bip__report *r, size_t s)
{
    const bip__plan *plan = r->reading.plan;
    const bip__track *t = &r->reading.course->tracks[s];
    bip__telling best = {.slot = -1};
    bip__step step;

    for (size_t from = 1; bip__step_next(t->scores, t->raters, t->n, &plan->slots[s].rules, from, &step);
         from = step.at + 1) {
        if (plan->since != BIP_NO_DATE && t->days[step.at] < plan->since)
            continue;
        if (step.direction != BIP_FORWARD) {
            r->back++;
            continue;
        }
        r->forward++;
        const bip__telling new = {.slot = (int32_t)s,
                                  .same_rater = step.same_rater,
                                  .own = is_own(r, &plan->slots[s]),
                                  .step = {.from = t->scores[step.at - 1],
                                           .to = t->scores[step.at],
                                           .latest = t->scores[t->n - 1],
                                           .date = t->days[step.at],
                                           .held_for = step.held_for,
                                           .is_latest = step.at + 1 == t->n,
                                           .is_behind = bip__track_is_behind(t),
                                           .holds = step.at + (size_t)step.held_for == t->n}};
        if (best.slot < 0 || goes_before(&new, &best))
            best = new;
    }
    if (best.slot >= 0)
        keep_told(r, &best);
}

static void gather(bip__report *r)
{
    choose_instrument(r);
    for (size_t s = 0; r->def != NULL && s < r->reading.plan->n_slots; s++) {
        if (!on_page(r, s) || r->reading.plan->slots[s].kind != BIP_INDICATOR)
            continue;
        if ((int32_t)r->reading.course->tracks[s].n > r->most_numbers)
            r->most_numbers = (int32_t)r->reading.course->tracks[s].n;
        gather_steps(r, s);
    }
}

/* --------------------------------------------------------------------------------------------------------- sections */

static void put_header(bip__report *r)
{
    bip__html *h = &r->h;
    const char *name = bip__options_text(r->options, "name"), *title = h->words->text[BIP__W_PAGE_MOVED];

    if (r->def != NULL)
        title = bip__title_get(&r->def->title, h->words->lang);
    bip__out_text(bip__html_scratch(h), title);
    bip__out_text(bip__html_scratch(h), " · ");
    bip__out_text(bip__html_scratch(h), r->participant);
    bip__out_char(bip__html_scratch(h), '\0');
    bip__html_begin(h, h->scratch.status == BIP_OK ? h->scratch.data : "");
    if (h->scratch.status == BIP_OK) /* else it is told by bip__html_status() */
        bip__out_clear(&h->scratch);
    BIP__HTML(h->o, "<div class=\"one\">\n<header>\n<h1>");
    bip__html_put(h, title);
    BIP__HTML(h->o, "</h1>\n<p class=\"who\">");
    if (name != NULL && name[0] != '\0') {
        BIP__HTML(h->o, "<strong>");
        bip__html_put(h, name);
        BIP__HTML(h->o, "</strong> · ");
    }
    bip__html_put(h, r->participant);
    BIP__HTML(h->o, " · ");
    BIP__HTML_SAY(h, PAGE_AS_OF, bip__fill_date('d', r->reading.plan->as_of));
    BIP__HTML(h->o, "</p>\n</header>\n");
}

static void put_telling(bip__report *r, const bip__telling *t)
{
    bip__html *h = &r->h;
    bip__out *o = bip__html_scratch(h);
    const bip__voice *v = &r->voices[t->slot];

    BIP__HTML(h->o, "<li>");
    if (!t->own) {
        bip__out_text(o, bip__report_respondent(r, &r->reading.plan->slots[t->slot]));
        bip__out_text(o, ": ");
    }
    bip__say_step(o, v, &t->step);
    bip__say_other_rater(o, v, t->same_rater, t->step.is_latest && !t->step.is_behind);
    if (t->step.is_latest)
        bip__say_next_time(o, v);
    bip__html_flush(h);
    BIP__HTML(h->o, "</li>\n");
}

static void put_moved(bip__report *r)
{
    bip__html *h = &r->h;

    bip__html_section(h, "moved", NULL, BIP__W_PAGE_MOVED);
    if (r->n_told > 0)
        BIP__HTML(h->o, "<ul class=\"moved\">\n");
    for (size_t i = 0; i < r->n_told; i++)
        put_telling(r, &r->told[i]);
    if (r->n_told > 0)
        BIP__HTML(h->o, "</ul>\n");
    BIP__HTML(h->o, "<p class=\"counts\">");
    if (r->forward + r->back > 0)
        BIP__HTML_SAY(h, PAGE_COUNTS, bip__fill_count('n', r->forward), bip__fill_count('m', r->back));
    else
        bip__html_word(h, r->def == NULL ? BIP__W_NO_NUMBER : r->most_numbers < 2 ? BIP__W_PAGE_ONE : BIP__W_NO_STEPS);
    BIP__HTML(h->o, "</p>\n</section>\n");
}

/* The participant's page tells only where one of the two is the participant. */
static bip_status put_differences(bip__report *r, bool *any, bip_error *err)
{
    bip__html *h = &r->h;
    bip__difference d[MOST_VIEWS];
    size_t n;
    bip_status st = bip__differences(&r->reading, is_for_participant(r) ? r->role : NULL, d, MOST_VIEWS, &n, err);

    for (size_t i = 0; st == BIP_OK && i < n; i++) {
        if (!on_page(r, (size_t)d[i].a))
            continue;
        const bip__slot *a = &r->reading.plan->slots[d[i].a], *b = &r->reading.plan->slots[d[i].b];
        const bip__voice *v = &r->voices[d[i].a];
        const bip__fill title = bip__fill_title('I', v->title, v->better),
                        one = bip__fill_score('a', d[i].score_a, &v->labels);
        if (!*any)
            bip__html_section(h, "views", NULL, BIP__W_PAGE_VIEWS);
        *any = true;
        BIP__HTML(h->o, "<p>");
        if (is_for_participant(r) && is_own(r, a))
            BIP__HTML_SAY(h, DIFFER, title, one, bip__fill_role('r', bip__report_respondent(r, b)),
                          bip__fill_score('b', d[i].score_b, &v->labels));
        else if (is_for_participant(r))
            BIP__HTML_SAY(h, DIFFER, title, bip__fill_score('a', d[i].score_b, &v->labels),
                          bip__fill_role('r', bip__report_respondent(r, a)),
                          bip__fill_score('b', d[i].score_a, &v->labels));
        else
            BIP__HTML_SAY(h, VIEWS_LATEST, title, one, bip__fill_text('p', bip__report_respondent(r, a)),
                          bip__fill_date('d', d[i].day_a), bip__fill_text('q', bip__report_respondent(r, b)),
                          bip__fill_score('b', d[i].score_b, &v->labels), bip__fill_date('e', d[i].day_b));
        BIP__HTML(h->o, "</p>\n");
    }
    return st;
}

/* What the participant chose not to answer the last time, all in one sentence. */
static void put_declined(bip__report *r, bool *any)
{
    bip__html *h = &r->h;
    bip__out list;
    const char *sep = "";

    bip__out_init(&list, NULL, NULL);
    for (size_t s = 0; r->def != NULL && is_for_participant(r) && s < r->reading.plan->n_slots; s++) {
        const bip__slot *slot = &r->reading.plan->slots[s];
        if (!bip__reading_wants(&r->reading, s) || slot->kind != BIP_INDICATOR || !is_own(r, slot) ||
            strcmp(slot->shown->def->code, r->def->code) != 0 || r->reading.course->tracks[s].open.day == BIP_NO_DATE ||
            r->reading.course->tracks[s].open.answer != BIP_DECLINED)
            continue;
        bip__out_text(&list, sep);
        bip__out_text(&list, r->voices[s].title);
        sep = ", ";
    }
    bip__out_char(&list, '\0');
    if (list.status != BIP_OK) {
        h->scratch.status = list.status; /* told by bip__html_status() */
    } else if (list.len > 1) {
        if (!*any)
            bip__html_section(h, "views", NULL, BIP__W_PAGE_VIEWS);
        *any = true;
        BIP__HTML(h->o, "<p>");
        BIP__HTML_SAY(h, YOU_DECLINED, bip__fill_text('I', list.data));
        BIP__HTML(h->o, "</p>\n");
    }
    bip__out_free(&list);
}

static bip_status put_views(bip__report *r, bip_error *err)
{
    bool any = false;
    bip_status st = put_differences(r, &any, err);

    if (st == BIP_OK)
        put_declined(r, &any);
    if (any)
        BIP__HTML(r->h.o, "</section>\n");
    return st;
}

/* To write on by hand. */
static void put_goals(bip__report *r)
{
    static const bip__word lines[NOTE_LINES] = {BIP__W_LINE_GOAL, BIP__W_LINE_STEP, BIP__W_LINE_HELP};
    bip__html *h = &r->h;

    bip__html_section(h, "goals", NULL, BIP__W_PAGE_GOALS);
    for (size_t i = 0; i < NOTE_LINES; i++) {
        BIP__HTML(h->o, "<p class=\"line\">");
        bip__html_word(h, lines[i]);
        BIP__HTML(h->o, "</p>\n");
    }
    BIP__HTML(h->o, "</section>\n");
}

/* A date that has passed long ago is no date to look forward to: then the page says how old its picture is. */
static void put_footer(bip__report *r)
{
    bip__html *h = &r->h;

    BIP__HTML(h->o, "<footer>\n");
    if (r->def != NULL && r->def->interval_days > 0) {
        bool silent = (int64_t)r->reading.plan->as_of - r->latest > r->def->interval_days + r->def->pair_days;
        BIP__HTML(h->o, "<p class=\"next\">");
        if (silent)
            BIP__HTML_SAY(h, SILENCE, bip__fill_date('d', r->latest));
        else
            BIP__HTML_SAY(h, NEXT_DUE, bip__fill_date('d', r->latest + r->def->interval_days));
        BIP__HTML(h->o, "</p>\n");
    }
    BIP__HTML(h->o, "<p class=\"small\">");
    bip__html_word(h, BIP__W_CAUTION);
    BIP__HTML(h->o, "</p>\n</footer>\n</div>\n");
}

/* ------------------------------------------------------------------------------------------------------ the picture */

static void put_score_cell(bip__report *r, double score)
{
    BIP__HTML(r->h.o, "<td>");
    bip__say_number(bip__html_scratch(&r->h), r->h.words, score);
    bip__html_flush(&r->h);
    BIP__HTML(r->h.o, "</td>");
}

/* A table for those who don't see the picture: a row a series. */
static void put_row(bip__report *r, size_t s)
{
    const bip__slot *slot = &r->reading.plan->slots[s];
    const bip__track *t = &r->reading.course->tracks[s];

    BIP__HTML(r->h.o, "<tr><th scope=\"row\">");
    bip__html_put(&r->h, r->voices[s].title);
    if (slot->rules.better == BIP_LOWER)
        bip__html_word(&r->h, BIP__W_LOWER_IS_BETTER);
    BIP__HTML(r->h.o, "</th>");
    put_score_cell(r, t->scores[0]);
    put_score_cell(r, t->scores[t->n - 1]);
    BIP__HTML(r->h.o, "</tr>\n");
}

static void begin_table(bip__report *r, const char *caption)
{
    static const bip__word heads[] = {BIP__W_COLUMN_INDICATOR, BIP__W_COLUMN_FIRST, BIP__W_COLUMN_LATEST};

    BIP__HTML(r->h.o, "<table>\n<caption>");
    bip__html_put(&r->h, caption);
    BIP__HTML(r->h.o, "</caption>\n<thead><tr>");
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        BIP__HTML(r->h.o, "<th scope=\"col\">");
        bip__html_word(&r->h, heads[i]);
        BIP__HTML(r->h.o, "</th>");
    }
    BIP__HTML(r->h.o, "</tr></thead>\n<tbody>\n");
}

/* One table a respondent. */
static void put_tables(bip__report *r)
{
    const bip__plan *plan = r->reading.plan;
    int32_t respondent = -1;

    for (size_t s = 0; s < plan->n_slots; s++) {
        const bip__slot *slot = &plan->slots[s];
        if (!on_page(r, s))
            continue;
        if (slot->respondent != respondent) {
            if (respondent >= 0)
                BIP__HTML(r->h.o, "</tbody>\n</table>\n");
            begin_table(r, bip__report_respondent(r, slot));
        }
        respondent = slot->respondent;
        put_row(r, s);
    }
    if (respondent >= 0)
        BIP__HTML(r->h.o, "</tbody>\n</table>\n");
}

static bip_status put_picture(bip__report *r, bip_error *err)
{
    const bip_query q = bip__report_query(r, r->def);
    bip_status st;

    bip__html_section(&r->h, "picture", NULL, BIP__W_PAGE_PICTURE);
    if ((st = bip__page_spider(r->context, &q, r->h.o, err)) != BIP_OK)
        return st;
    BIP__HTML(r->h.o, "<details>\n<summary>");
    bip__html_word(&r->h, BIP__W_PAGE_TABLE);
    BIP__HTML(r->h.o, "</summary>\n");
    put_tables(r);
    BIP__HTML(r->h.o, "</details>\n</section>\n");
    return BIP_OK;
}

/* What the participant objects to stands on the page that shows the scores, a paragraph each. */
static bip_status put_objections(bip__report *r, bip_error *err)
{
    bip__out lines;
    bip__out_init(&lines, NULL, NULL);
    bip_status st = bip__say_objections(&r->reading, r->participant, r->h.words, "", true, &lines, err);

    bip__out_char(&lines, '\0');
    if (st == BIP_OK)
        st = bip__out_finish(&lines, err);
    for (char *line = lines.data; st == BIP_OK && *line != '\0';) {
        size_t n = strcspn(line, "\n");
        bool last = line[n] == '\0';
        line[n] = '\0';
        BIP__HTML(r->h.o, "<p class=\"note\">");
        bip__html_put(&r->h, line);
        BIP__HTML(r->h.o, "</p>\n");
        line += n + !last;
    }
    bip__out_free(&lines);
    return st;
}

/* ---------------------------------------------------------------------------------------------------------- document
 */

static bip_status put_page(bip__report *r, bip_error *err)
{
    bip_status st = BIP_OK;

    put_header(r);
    put_moved(r);
    if (r->def != NULL)
        st = put_picture(r, err);
    if (st == BIP_OK && r->def != NULL)
        st = put_views(r, err);
    if (st != BIP_OK)
        return st;
    if ((st = put_objections(r, err)) != BIP_OK)
        return st;
    put_goals(r);
    put_footer(r);
    if (bip__options_flag(r->options, "full"))
        st = bip__report_everything(r, err);
    if (st == BIP_OK && bip__options_flag(r->options, "notes"))
        st = bip__report_notes(r, err);
    bip__html_end(&r->h);
    return st == BIP_OK ? bip__html_status(&r->h, err) : st;
}

static bip_status take_options(bip__report *r, const char *options_json, bip_error *err)
{
    static const bip__option known[] = {
        {"full", BIP__OPTION_FLAG}, {"notes", BIP__OPTION_FLAG}, {"name", BIP__OPTION_TEXT}};

    if (r->query == NULL || r->query->n_participants != 1)
        return bip__fail(err, BIP_E_USAGE, "participants", "a report is on one participant");
    return bip__options_parse(options_json, known, sizeof known / sizeof *known, &r->options, err);
}

static bip_status open_page(bip__report *r, bip__out *o, bip_error *err)
{
    const bip__words *words;
    bip__voice *voices;
    bip_status st = bip__reading_open(&r->reading, r->context, r->query, err);

    if (st == BIP_OK)
        st = bip__page_check_handout(r->reading.plan, r->query->instrument, err);
    if (st == BIP_OK)
        st = bip__words_among(r->context->words, r->reading.plan->lang, &words, err);
    if (st != BIP_OK)
        return st;
    bip__html_init(&r->h, o, words);
    r->reading.for_people = r->reading.for_print = true;
    r->role = r->reading.plan->for_role == NULL ? "participant" : r->reading.plan->for_role;
    st = bip__reading_voices(&r->reading, words, &r->arena, &voices, err);
    r->voices = voices;
    return st == BIP_OK ? bip__reading_next(&r->reading, &r->participant, err) : st;
}

bip_status bip__show_report(bip__context *c, const bip_query *query, const char *options_json, bip__out *o,
                            bip_error *err)
{
    bip__report r = {.context = c, .query = query};
    bip_status st = take_options(&r, options_json, err);

    if (st == BIP_OK)
        st = open_page(&r, o, err);
    if (st == BIP_OK) {
        gather(&r);
        st = put_page(&r, err);
    }
    bip__reading_close(&r.reading);
    bip__html_free(&r.h);
    bip__arena_free(&r.arena);
    bip__options_free(r.options);
    return st;
}
