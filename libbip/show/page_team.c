#include "show/objection.h"
#include "show/page.h"
#include "show/show.h"

#include "model/options.h"
#include "read/assessments.h"

#include <stdlib.h>
#include <string.h>

/* The team's caseload: a line a participant, those not asked for longest first. Raters choose participants here, they
 * are never set against each other. Everyone is read twice: to put them in order, then to write them, so that no more
 * than codes and days are held. */

#define MOST_STEPS 2 /* told in a line */
#define LINE_WIDTH 1200
#define LINE_HEIGHT 280 /* of the little line, in hundredths of the place it takes up */

typedef struct member {
    const char *code;
    bip_date asked; /* BIP_NO_DATE: never, which is before every day */
} member;

/* A step of any series. */
typedef struct event {
    bip_date day, day_before; /* of the two scores */
    int32_t rater, rater_before;
    int32_t slot, change; /* 1 forward, -1 back */
    double from, to;
} event;

typedef struct team {
    bip__context *context;
    bip__reading reading;
    bip__html h;
    bip__arena arena;
    bip__options *options;
    const bip__voice *voices;
    member *members;
    size_t n_members, members_cap;
    event *events; /* of the participant in hand */
    size_t n_events, events_cap;
    int64_t forward, back, same; /* of the latest round */
    bip_date first, latest;      /* numbers */
} team;

/* ------------------------------------------------------------------------------------------------------- who, in order
 */

static bip_date last_asked_of(const bip__track *track)
{
    if (track->n > 0 && (track->open.answer == BIP_NUMBER || track->open.answer == BIP_NOT_ASKED))
        return track->days[track->n - 1];
    return track->open.answer == BIP_NUMBER || track->open.answer == BIP_NOT_ASKED ? BIP_NO_DATE : track->open.day;
}

static bip_date last_asked(const team *t)
{
    bip_date asked = BIP_NO_DATE;

    for (size_t s = 0; s < t->reading.plan->n_slots; s++)
        if (bip__reading_wants(&t->reading, s) && last_asked_of(&t->reading.course->tracks[s]) > asked)
            asked = last_asked_of(&t->reading.course->tracks[s]);
    return asked;
}

/* Scored by this rater on the latest day on which anybody is known to have scored. Asked of the assessments: where two
 * raters scored on one day, a series holds the number of one of them, and both have the participant. */
static bip_status last_scored_by(const team *t, const char *rater, const char *code, bool *by_them, bip_error *err)
{
    bip_query q;
    bip__assessments *rows = NULL;
    const bip_assessment *a;
    bip_date day = BIP_NO_DATE;

    *by_them = false;
    bip_query_init(&q, sizeof q);
    q.participants = &code;
    q.n_participants = 1;
    q.as_of = t->reading.plan->as_of;
    bip_status st = bip__assessments_open(t->context, &q, &rows, err);
    while (st == BIP_OK && (st = bip__assessments_next(rows, &a, err)) == BIP_OK) {
        if (a->rater == NULL || !bip__reading_has_number(&t->reading, a))
            continue;
        *by_them = (a->date == day && *by_them) || strcmp(a->rater, rater) == 0; /* they come by day */
        day = a->date;
    }
    bip__assessments_close(rows);
    return st == BIP_DONE ? BIP_OK : st;
}

static bip_status keep_member(team *t, const char *code, bip_error *err)
{
    const char *rater = bip__options_text(t->options, "rater");
    bool wanted = rater == NULL;
    bip_status st = wanted ? BIP_OK : last_scored_by(t, rater, code, &wanted, err);

    if (st != BIP_OK || !wanted)
        return st;
    if (!bip__grow(&t->members, &t->members_cap, t->n_members + 1, sizeof *t->members))
        return bip__nomem(err);
    member *m = &t->members[t->n_members++];
    *m = (member){bip__arena_strndup(&t->arena, code, strlen(code)), last_asked(t)};
    return m->code == NULL ? bip__nomem(err) : BIP_OK;
}

static int compare_members(const void *pa, const void *pb)
{
    const member *a = pa, *b = pb;

    if (a->asked != b->asked)
        return a->asked < b->asked ? -1 : 1;
    return strcmp(a->code, b->code);
}

static bip_status check_rater(const team *t, bip_error *err)
{
    const char *rater = bip__options_text(t->options, "rater");
    bip__storage *storage = t->context->storage;
    int32_t word;

    if (rater == NULL)
        return BIP_OK;
    bip_status st = storage->api->word_find(storage, BIP__WORD_RATER, rater, &word, err);
    return st == BIP_E_NOT_FOUND ? bip__fail(err, st, "rater", "nobody of the name \"%s\" has scored", rater) : st;
}

static bip_status open_reading(team *t, const bip_query *query, bip_error *err)
{
    bip_status st = bip__reading_open(&t->reading, t->context, query, err);

    t->reading.for_print = true;
    return st;
}

static bip_status list_members(team *t, const bip_query *query, bip_error *err)
{
    const char *code;
    bip_status st = open_reading(t, query, err);

    if (st == BIP_OK)
        st = bip__page_check_handout(t->reading.plan, query->instrument, err);
    if (st == BIP_OK)
        st = check_rater(t, err);
    while (st == BIP_OK && (st = bip__reading_next(&t->reading, &code, err)) == BIP_OK)
        st = keep_member(t, code, err);
    bip__reading_close(&t->reading);
    if (t->n_members > 1)
        qsort(t->members, t->n_members, sizeof *t->members, compare_members);
    t->context->told = true; /* the page reads them once more, in its order */
    return st == BIP_DONE ? BIP_OK : st;
}

/* ------------------------------------------------------------------------------------------------------- one of them
 */

static bip_status gather_slot(team *t, size_t s, bip_error *err)
{
    const bip__track *track = &t->reading.course->tracks[s];
    int32_t now = 0;
    bip__step step;

    for (size_t from = 1;
         bip__step_next(track->scores, track->raters, track->n, &t->reading.plan->slots[s].rules, from, &step);
         from = step.at + 1) {
        int32_t change = step.direction == BIP_FORWARD ? 1 : -1;
        if (!bip__grow(&t->events, &t->events_cap, t->n_events + 1, sizeof *t->events))
            return bip__nomem(err);
        t->events[t->n_events++] = (event){.day = track->days[step.at],
                                           .day_before = track->days[step.at - 1],
                                           .rater = track->raters[step.at],
                                           .rater_before = track->raters[step.at - 1],
                                           .slot = (int32_t)s,
                                           .change = change,
                                           .from = track->scores[step.at - 1],
                                           .to = track->scores[step.at]};
        now = step.at + 1 == track->n ? change : 0;
    }
    t->forward += now > 0;
    t->back += now < 0;
    t->same += now == 0 && track->n > 1;
    if (t->first == BIP_NO_DATE || track->days[0] < t->first)
        t->first = track->days[0];
    if (track->days[track->n - 1] > t->latest)
        t->latest = track->days[track->n - 1];
    return BIP_OK;
}

static int compare_events(const void *pa, const void *pb)
{
    const event *a = pa, *b = pb;

    if (a->day != b->day)
        return a->day < b->day ? -1 : 1;
    return (a->slot > b->slot) - (a->slot < b->slot);
}

static bip_status gather(team *t, bip_error *err)
{
    bip_status st = BIP_OK;

    t->n_events = 0;
    t->forward = t->back = t->same = 0;
    t->first = t->latest = BIP_NO_DATE;
    for (size_t s = 0; st == BIP_OK && s < t->reading.plan->n_slots; s++)
        if (bip__reading_shows(&t->reading, s) && t->reading.plan->slots[s].kind == BIP_INDICATOR)
            st = gather_slot(t, s, err);
    if (t->n_events > 1)
        qsort(t->events, t->n_events, sizeof *t->events, compare_events);
    return st;
}

/* ------------------------------------------------------------------------------------------------------------- cells
 */

static void begin_cell(team *t, bip__word label, const char *class)
{
    BIP__HTML(t->h.o, "<td role=\"cell\" class=\"");
    bip__out_text(t->h.o, class);
    BIP__HTML(t->h.o, "\" data-label=\"");
    bip__html_word(&t->h, label);
    BIP__HTML(t->h.o, "\">");
}

static void put_asked(team *t, bip_date asked)
{
    int64_t age = (int64_t)t->reading.plan->as_of - asked;

    begin_cell(t, BIP__W_COLUMN_ASKED, "asked");
    if (asked == BIP_NO_DATE) {
        bip__html_word(&t->h, BIP__W_TEAM_NEVER);
    } else {
        bip__say_date(bip__html_scratch(&t->h), t->h.words, asked);
        bip__html_flush(&t->h);
        BIP__HTML(t->h.o, "<span class=\"quiet\">");
        if (age > 1)
            BIP__HTML_SAY(&t->h, TEAM_DAYS, bip__fill_count('n', age));
        else
            bip__html_word(&t->h, age == 1 ? BIP__W_TEAM_YESTERDAY : BIP__W_TEAM_TODAY);
        BIP__HTML(t->h.o, "</span>");
    }
    BIP__HTML(t->h.o, "</td>");
}

static void put_moved(team *t)
{
    const struct {
        int64_t n;
        bip__word key;
        const char *class;
    } counts[] = {{t->forward, BIP__W_TEAM_FORWARD, "forward"},
                  {t->back, BIP__W_TEAM_BACK, "back"},
                  {t->same, BIP__W_TEAM_SAME, "same"}};

    begin_cell(t, BIP__W_COLUMN_MOVED, "counts");
    if (t->forward + t->back + t->same == 0 && t->latest != BIP_NO_DATE)
        bip__html_word(&t->h, BIP__W_TEAM_ONE);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        const bip__fill n = bip__fill_count('n', counts[i].n);
        if (counts[i].n == 0)
            continue;
        bip__out_printf(t->h.o, "<span class=\"%s\">", counts[i].class);
        bip__say(bip__html_scratch(&t->h), t->h.words, counts[i].key, &n, 1);
        bip__html_flush(&t->h);
        BIP__HTML(t->h.o, "</span> ");
    }
    BIP__HTML(t->h.o, "</td>");
}

typedef struct line {
    int32_t low, high; /* of the sum of steps */
    bip_date first, latest;
} line;

static void put_point(team *t, const line *l, bip_date day, int32_t sum)
{
    int32_t days = l->latest - l->first, range = l->high - l->low;
    int x = days == 0 ? LINE_WIDTH / 2 : (int)((int64_t)(day - l->first) * LINE_WIDTH / days);
    int y = range == 0 ? LINE_HEIGHT / 2 : (int)((int64_t)(l->high - sum) * LINE_HEIGHT / range);

    bip__out_printf(t->h.o, "%d %d", x, y);
}

/* Steps forward minus steps back so far, a point a day on which one was seen. */
static int32_t put_points(team *t, const line *l)
{
    int32_t sum = 0;

    put_point(t, l, l->first, 0);
    for (size_t i = 0; i < t->n_events;) {
        const bip_date day = t->events[i].day;
        for (; i < t->n_events && t->events[i].day == day; i++)
            sum += t->events[i].change;
        BIP__HTML(t->h.o, "L");
        put_point(t, l, day, sum);
    }
    BIP__HTML(t->h.o, "L");
    put_point(t, l, l->latest, sum);
    return sum;
}

static void put_line(team *t)
{
    bool any = t->forward + t->back + t->same > 0; /* else there are only first answers: a dot */
    line l = {.first = any ? t->first : t->latest, .latest = t->latest};
    int64_t forward = 0;

    begin_cell(t, BIP__W_COLUMN_LINE, "course");
    if (t->latest != BIP_NO_DATE) {
        for (int32_t i = 0, sum = 0; i < (int32_t)t->n_events; i++) {
            forward += t->events[i].change > 0;
            sum += t->events[i].change;
            bool day_ends = i + 1 == (int32_t)t->n_events || t->events[i + 1].day != t->events[i].day;
            l.low = day_ends && sum < l.low ? sum : l.low;
            l.high = day_ends && sum > l.high ? sum : l.high;
        }
        BIP__HTML(t->h.o, "<svg role=\"img\" viewBox=\"-60 -60 1320 400\" class=\"spark\" aria-label=\"");
        BIP__HTML_SAY(&t->h, TEAM_LINE, bip__fill_count('n', forward),
                      bip__fill_count('m', (int64_t)t->n_events - forward));
        BIP__HTML(t->h.o, "\"><path class=\"zero\" d=\"M");
        put_point(t, &l, l.first, 0);
        bip__out_printf(t->h.o, "H%d\"/><path class=\"run\" d=\"M", any ? LINE_WIDTH : LINE_WIDTH / 2);
        int32_t end = put_points(t, &l);
        BIP__HTML(t->h.o, "\"/><path class=\"end\" d=\"M");
        put_point(t, &l, l.latest, end);
        BIP__HTML(t->h.o, "h0\"/></svg>"); /* a round cap makes the dot */
    }
    BIP__HTML(t->h.o, "</td>");
}

/* Whether the assessment gives one of the two scores of a step; another rater's of the same day doesn't. */
static bool is_about(const team *t, const bip__objection *o, const event *e)
{
    const bip__plan *plan = t->reading.plan;
    bool gives = (o->day == e->day && o->rater == e->rater) || (o->day == e->day_before && o->rater == e->rater_before);

    if (o->respondent < 0 || !gives)
        return false;
    const bip__layout *layout = &plan->layouts[o->version - plan->catalogue->versions][o->respondent];
    for (size_t k = 0; k < layout->n_items && k < o->n; k++)
        if (layout->items[k] == e->slot)
            return o->scores[k].answer == BIP_NUMBER;
    return false;
}

static void put_objections(team *t, const bip__objection *objections)
{
    for (const bip__objection *o = objections; o != NULL; o = o->next) {
        if (!o->drawn)
            continue;
        BIP__HTML(t->h.o, "<span class=\"quiet\">");
        bip__say_objection(bip__html_scratch(&t->h), t->h.words, t->reading.plan->lang, o);
        bip__html_flush(&t->h);
        BIP__HTML(t->h.o, "</span>");
    }
}

static const char *respondent_title(const team *t, int32_t slot)
{
    return bip__title_get(&bip__slot_respondent(&t->reading.plan->slots[slot])->title, t->h.words->lang);
}

/* Each with whose view it is: of one indicator two views may have moved on one day. */
static void put_steps(team *t, bip__objection *objections)
{
    size_t told = 0;

    begin_cell(t, BIP__W_COLUMN_STEPS, "steps");
    for (size_t i = t->n_events; i-- > 0 && told < MOST_STEPS;) {
        const event *e = &t->events[i];
        const bip__voice *v = &t->voices[e->slot];
        if (e->change < 0)
            continue;
        told++;
        for (bip__objection *o = objections; o != NULL; o = o->next)
            o->drawn |= is_about(t, o, e);
        BIP__HTML(t->h.o, "<span class=\"step\">");
        BIP__HTML_SAY(&t->h, TEAM_STEP, bip__fill_title('I', v->title, v->better), bip__fill_score('a', e->from, NULL),
                      bip__fill_score('b', e->to, NULL), bip__fill_date('d', e->day));
        BIP__HTML(t->h.o, " (");
        bip__html_put(&t->h, respondent_title(t, e->slot));
        BIP__HTML(t->h.o, ")</span>");
    }
    put_objections(t, objections);
    BIP__HTML(t->h.o, "</td>");
}

/* Whom a participant objects to is no matter for a list of many: raters aren't set against each other here. */
static void name_no_rater(bip__objection *objections)
{
    for (bip__objection *o = objections; o != NULL; o = o->next)
        o->rater_name = NULL;
}

static bip_status put_member(team *t, const member *m, bip_error *err)
{
    bip__arena arena = {0};
    bip__objection *objections = NULL;
    bip_status st = gather(t, err);

    if (st == BIP_OK)
        st = bip__objections_read(t->context, m->code, &arena, &objections, err);
    if (st != BIP_OK) {
        bip__arena_free(&arena);
        return st;
    }
    name_no_rater(objections);
    BIP__HTML(t->h.o, "<tr role=\"row\"><th role=\"rowheader\" scope=\"row\">");
    bip__html_put(&t->h, m->code);
    BIP__HTML(t->h.o, "</th>");
    put_asked(t, m->asked);
    put_moved(t);
    put_line(t);
    put_steps(t, objections);
    BIP__HTML(t->h.o, "</tr>\n");
    bip__arena_free(&arena);
    return BIP_OK;
}

/* -------------------------------------------------------------------------------------------------------------- page
 */

static void put_table_head(team *t)
{
    static const bip__word heads[] = {BIP__W_COLUMN_PARTICIPANT, BIP__W_COLUMN_ASKED, BIP__W_COLUMN_MOVED,
                                      BIP__W_COLUMN_LINE, BIP__W_COLUMN_STEPS};

    /* The roles are said once more because a narrow page shows rows as blocks, which takes them from a table. */
    BIP__HTML(t->h.o, "<table role=\"table\" class=\"team\">\n<thead role=\"rowgroup\"><tr role=\"row\">");
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        BIP__HTML(t->h.o, "<th role=\"columnheader\" scope=\"col\">");
        bip__html_word(&t->h, heads[i]);
        BIP__HTML(t->h.o, "</th>");
    }
    BIP__HTML(t->h.o, "</tr></thead>\n<tbody role=\"rowgroup\">\n");
}

static void put_head(team *t)
{
    bip__html *h = &t->h;
    const char *rater = bip__options_text(t->options, "rater");

    bip__html_begin(h, h->words->text[BIP__W_TEAM_TITLE]);
    BIP__HTML(h->o, "<header>\n<h1>");
    bip__html_word(h, BIP__W_TEAM_TITLE);
    BIP__HTML(h->o, "</h1>\n<p class=\"who\">");
    if (rater != NULL) {
        BIP__HTML_SAY(h, TEAM_RATER, bip__fill_text('p', rater));
        BIP__HTML(h->o, " · ");
    }
    BIP__HTML_SAY(h, PAGE_AS_OF, bip__fill_date('d', t->reading.plan->as_of));
    BIP__HTML(h->o, "</p>\n</header>\n");
}

static void put_rules(team *t)
{
    BIP__HTML(t->h.o, "<footer>\n<p class=\"small\">");
    bip__html_word(&t->h, BIP__W_TEAM_RULE);
    BIP__HTML(t->h.o, "</p>\n<p class=\"small\">");
    bip__html_word(&t->h, BIP__W_TEAM_LINE_RULE);
    BIP__HTML(t->h.o, "</p>\n</footer>\n");
}

static bip_status put_page(team *t, bip_error *err)
{
    const char *code;
    bip_status st = BIP_OK;

    put_head(t);
    if (t->n_members == 0) {
        BIP__HTML(t->h.o, "<p>");
        bip__html_word(&t->h, BIP__W_TEAM_NONE);
        BIP__HTML(t->h.o, "</p>\n");
    } else {
        put_table_head(t);
        for (size_t i = 0; st == BIP_OK && t->h.o->status == BIP_OK && i < t->n_members; i++)
            if ((st = bip__reading_next(&t->reading, &code, err)) == BIP_OK)
                st = put_member(t, &t->members[i], err);
        BIP__HTML(t->h.o, "</tbody>\n</table>\n");
    }
    put_rules(t);
    bip__html_end(&t->h);
    return st == BIP_OK ? bip__html_status(&t->h, err) : st;
}

/* In the order of the page. */
static bip_status open_page(team *t, const bip_query *query, bip__out *o, bip_error *err)
{
    bip_query q = *query;
    const bip__words *words;
    bip__voice *voices;
    const char **codes = bip__arena_alloc(&t->arena, (t->n_members + 1) * sizeof *codes);

    if (codes == NULL)
        return bip__nomem(err);
    for (size_t i = 0; i < t->n_members; i++)
        codes[i] = t->members[i].code;
    q.participants = codes;
    q.n_participants = t->n_members;
    bip_status st = open_reading(t, &q, err);
    if (st == BIP_OK)
        st = bip__words_among(t->context->words, t->reading.plan->lang, &words, err);
    if (st != BIP_OK)
        return st;
    bip__html_init(&t->h, o, words);
    st = bip__reading_voices(&t->reading, words, &t->arena, &voices, err);
    t->voices = voices;
    return st == BIP_OK ? put_page(t, err) : st; /* q is lent to the reading */
}

bip_status bip__show_team(bip__context *c, const bip_query *query, const char *options_json, bip__out *o,
                          bip_error *err)
{
    static const bip__option known[] = {{"rater", BIP__OPTION_TEXT}};
    team t = {.context = c};
    bip_status st = bip__options_parse(options_json, known, 1, &t.options, err);

    if (st == BIP_OK)
        st = list_members(&t, query, err);
    if (st == BIP_OK)
        st = open_page(&t, query, o, err);
    bip__reading_close(&t.reading);
    bip__html_free(&t.h);
    bip__arena_free(&t.arena);
    bip__options_free(t.options);
    bip__free(t.members);
    bip__free(t.events);
    return st;
}
