#include "show/objection.h"
#include "show/page.h"
#include "show/show.h"

#include "read/assessments.h"

#include <string.h>

/* The ten minutes before a meeting, on one screen: who scored last, what moved since, where the views differ, one
 * question to ask. A working view for professionals, as the progression is. */

#define MOST_LINES 5 /* of one list */
#define MOST_VIEWS 3

typedef struct brief {
    bip__reading reading;
    bip__arena arena;
    const bip__words *words;
    const bip__voice *voices;
    bip__out *o;
    const char *participant;
    /* what the question is chosen from; -1: none */
    int32_t differs, back, forward;
} brief;

static const char *respondent_title(const brief *b, const bip__slot *slot)
{
    return bip__title_get(&bip__slot_respondent(slot)->title, b->words->lang);
}

static void begin_list(brief *b, bip__word heading)
{
    bip__out_char(b->o, '\n');
    bip__say_word(b->o, b->words, heading);
    bip__out_char(b->o, '\n');
}

/* --------------------------------------------------------------------------------------------------------- who scored
 */

static bip_date latest_day(const brief *b, size_t from, size_t end)
{
    bip_date last = BIP_NO_DATE;

    for (size_t s = from; s < end; s++) {
        const bip__track *t = &b->reading.course->tracks[s];
        if (bip__reading_shows(&b->reading, s) && t->days[t->n - 1] > last)
            last = t->days[t->n - 1];
    }
    return last;
}

static bool same_block(const bip__slot *a, const bip__slot *b)
{
    return a->respondent == b->respondent && strcmp(a->shown->def->code, b->shown->def->code) == 0;
}

static void say_scored(brief *b, const bip__slot *slot, const bip_assessment *a)
{
    bip__out_text(b->o, "  ");
    BIP__SAY(b->o, b->words, ON_ONE_DAY, bip__fill_text('p', respondent_title(b, slot)), bip__fill_date('d', a->date));
    if (a->rater != NULL) {
        bip__out_text(b->o, ", ");
        BIP__SAY(b->o, b->words, RATED_BY, bip__fill_text('p', a->rater));
    }
    bip__out_printf(b->o, " (%s)\n", bip__title_get(&slot->shown->def->title, b->words->lang));
}

/* Everybody who scored on the latest day: the series hold the numbers of one of them. */
static bip_status put_block(brief *b, size_t from, size_t end, bip_error *err)
{
    const bip__slot *slot = &b->reading.plan->slots[from];
    const bip_date last = latest_day(b, from, end);
    bip__assessments *rows = NULL;
    const bip_assessment *a;
    bip_query q;

    if (last == BIP_NO_DATE)
        return BIP_OK;
    bip_query_init(&q, sizeof q);
    q.participants = &b->participant;
    q.n_participants = 1;
    q.instrument = slot->shown->def->code;
    q.respondent = bip__slot_respondent(slot)->code;
    q.as_of = last;
    bip_status st = bip__assessments_open(b->reading.context, &q, &rows, err);
    while (st == BIP_OK && (st = bip__assessments_next(rows, &a, err)) == BIP_OK)
        if (a->date == last && bip__reading_has_number(&b->reading, a))
            say_scored(b, slot, a);
    bip__assessments_close(rows);
    return st == BIP_DONE ? BIP_OK : st;
}

static bip_status put_scored(brief *b, bip_error *err)
{
    const bip__plan *plan = b->reading.plan;
    bip_status st = BIP_OK;

    begin_list(b, BIP__W_BRIEF_SCORED);
    for (size_t s = 0, end; st == BIP_OK && s < plan->n_slots; s = end) {
        for (end = s + 1; end < plan->n_slots && same_block(&plan->slots[s], &plan->slots[end]);)
            end++;
        st = put_block(b, s, end, err);
    }
    return st;
}

/* ---------------------------------------------------------------------------------------------------- since last time
 */

#define UNANSWERED (-1) /* no bip_direction: the last time gave no number, whatever was seen before */

/* What the last time did to a series: a bip_direction, BIP_UNKNOWN with one number only, or UNANSWERED. */
static int32_t latest_move(const brief *b, size_t s)
{
    const bip__track *t = &b->reading.course->tracks[s];
    bip__step step;

    if (bip__track_is_behind(t))
        return UNANSWERED;
    if (t->n < 2)
        return BIP_UNKNOWN;
    if (!bip__step_next(t->scores, t->raters, t->n, &b->reading.plan->slots[s].rules, t->n - 1, &step))
        return BIP_STEADY;
    return step.direction;
}

static void say_move(brief *b, size_t s, int32_t move)
{
    const bip__track *t = &b->reading.course->tracks[s];
    const bip__voice *v = &b->voices[s];
    const bip__fill with[] = {bip__fill_title('I', v->title, v->better),
                              bip__fill_score('a', t->scores[t->n - 2], NULL),
                              bip__fill_score('b', t->scores[t->n - 1], NULL)};

    bip__out_text(b->o, "  ");
    bip__say(b->o, b->words, move == BIP_FORWARD ? BIP__W_BRIEF_FORWARD : BIP__W_BRIEF_BACK, with, 3);
    bip__out_text(b->o, " (");
    bip__out_text(b->o, respondent_title(b, &b->reading.plan->slots[s]));
    bip__out_text(b->o, ")\n");
}

/* Those of one direction, in the instrument's order; the first that can be asked about is remembered for that. */
static void put_moves(brief *b, int32_t move, int32_t *first)
{
    size_t n = 0;

    for (size_t s = 0; s < b->reading.plan->n_slots; s++) {
        if (!bip__reading_shows(&b->reading, s) || b->reading.plan->slots[s].kind != BIP_INDICATOR ||
            latest_move(b, s) != move)
            continue;
        if (*first < 0 && b->reading.plan->slots[s].for_participant)
            *first = (int32_t)s;
        if (++n <= MOST_LINES)
            say_move(b, s, move);
    }
    if (n > MOST_LINES) {
        bip__out_text(b->o, "  ");
        BIP__SAY(b->o, b->words, BRIEF_MORE, bip__fill_count('n', (int64_t)(n - MOST_LINES)));
        bip__out_char(b->o, '\n');
    }
}

static void put_count(brief *b, bip__word key, int32_t move)
{
    int64_t n = 0;

    for (size_t s = 0; s < b->reading.plan->n_slots; s++)
        n += bip__reading_shows(&b->reading, s) && b->reading.plan->slots[s].kind == BIP_INDICATOR &&
             latest_move(b, s) == move;
    if (n == 0)
        return;
    const bip__fill count = bip__fill_count('n', n);
    bip__out_text(b->o, "  ");
    bip__say(b->o, b->words, key, &count, 1);
    bip__out_char(b->o, '\n');
}

static void put_since(brief *b)
{
    begin_list(b, BIP__W_BRIEF_SINCE);
    put_moves(b, BIP_FORWARD, &b->forward);
    put_moves(b, BIP_BACK, &b->back);
    put_count(b, BIP__W_BRIEF_SAME, BIP_STEADY);
    put_count(b, BIP__W_BRIEF_ONE, BIP_UNKNOWN);
    put_count(b, BIP__W_BRIEF_UNANSWERED, UNANSWERED);
}

/* --------------------------------------------------------------------------------------------- views, and a question
 */

static void say_difference(brief *b, const bip__difference *d)
{
    const bip__plan *plan = b->reading.plan;
    const bip__voice *v = &b->voices[d->a];
    const bip__fill with[] = {bip__fill_title('I', v->title, v->better),
                              bip__fill_text('p', respondent_title(b, &plan->slots[d->a])),
                              bip__fill_score('a', d->score_a, NULL),
                              bip__fill_date('d', d->day_a),
                              bip__fill_text('q', respondent_title(b, &plan->slots[d->b])),
                              bip__fill_score('b', d->score_b, NULL),
                              bip__fill_date('e', d->day_b)};

    bip__out_text(b->o, "  ");
    bip__say(b->o, b->words, d->day_a == d->day_b ? BIP__W_VIEWS_ONE_DAY : BIP__W_VIEWS_LATEST, with,
             sizeof with / sizeof *with);
    bip__out_char(b->o, '\n');
}

/* The participant's view against the others' comes first: two professionals can talk without a meeting. */
static bip_status put_views(brief *b, bip_error *err)
{
    bip__difference d[MOST_VIEWS];
    size_t n;
    bip_status st = bip__differences(&b->reading, "participant", d, MOST_VIEWS, &n, err);

    if (st == BIP_OK && n == 0)
        st = bip__differences(&b->reading, NULL, d, MOST_VIEWS, &n, err);
    if (st != BIP_OK || n == 0)
        return st;
    b->differs = d[0].a;
    begin_list(b, BIP__W_VIEWS);
    for (size_t i = 0; i < n; i++)
        say_difference(b, &d[i]);
    return BIP_OK;
}

/* What nobody can answer but the participant: different views before a step back before a step forward. Never about
 * what the participant isn't shown. */
static void put_question(brief *b)
{
    const struct {
        int32_t slot;
        bip__word key;
    } reasons[] = {{b->differs, BIP__W_ASK_DIFFER}, {b->back, BIP__W_ASK_BACK}, {b->forward, BIP__W_ASK_FORWARD}};

    begin_list(b, BIP__W_BRIEF_ASK);
    bip__out_text(b->o, "  ");
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        if (reasons[i].slot < 0 || !b->reading.plan->slots[reasons[i].slot].for_participant)
            continue;
        const bip__fill title = bip__fill_text('I', b->voices[reasons[i].slot].title);
        bip__say(b->o, b->words, reasons[i].key, &title, 1);
        bip__out_char(b->o, '\n');
        return;
    }
    bip__say_word(b->o, b->words, BIP__W_ASK_NEXT);
    bip__out_char(b->o, '\n');
}

/* ---------------------------------------------------------------------------------------------------------- document
 */

static bip_status put_brief(brief *b, bip_error *err)
{
    bip_status st;
    bool any = false;

    BIP__SAY(b->o, b->words, BRIEF_TITLE, bip__fill_text('p', b->participant),
             bip__fill_date('d', b->reading.plan->as_of));
    bip__out_char(b->o, '\n');
    for (size_t s = 0; s < b->reading.plan->n_slots && !any; s++)
        any = bip__reading_shows(&b->reading, s);
    if (!any) {
        bip__say_word(b->o, b->words, BIP__W_NO_NUMBER);
        bip__out_char(b->o, '\n');
        return BIP_OK;
    }
    b->differs = b->back = b->forward = -1;
    if ((st = put_scored(b, err)) != BIP_OK)
        return st;
    put_since(b);
    if ((st = put_views(b, err)) == BIP_OK)
        st = bip__say_objections(&b->reading, b->participant, b->words, "  ", false, b->o, err);
    if (st == BIP_OK)
        put_question(b);
    return st;
}

bip_status bip__show_brief(bip__context *c, const bip_query *query, const char *options_json, bip__out *o,
                           bip_error *err)
{
    brief b = {.o = o};
    bip__voice *voices = NULL;
    bip_status st = bip__no_options(options_json, err);

    if (st == BIP_OK && query->n_participants != 1)
        st = bip__fail(err, BIP_E_USAGE, "participants", "a brief is on one participant");
    if (st == BIP_OK)
        st = bip__reading_open(&b.reading, c, query, err);
    if (st == BIP_OK)
        st = bip__words_among(c->words, b.reading.plan->lang, &b.words, err);
    if (st == BIP_OK)
        st = bip__reading_voices(&b.reading, b.words, &b.arena, &voices, err);
    b.voices = voices;
    if (st == BIP_OK)
        st = bip__reading_next(&b.reading, &b.participant, err);
    if (st == BIP_OK)
        st = put_brief(&b, err);
    bip__reading_close(&b.reading);
    bip__arena_free(&b.arena);
    return st;
}
