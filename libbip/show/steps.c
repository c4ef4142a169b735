#include "show/show.h"

#include "show/objection.h"
#include "show/reading.h"

#include <stdlib.h>
#include <string.h>

#define MOST_TOLD 3 /* sentences a participant: more would make chance look like progress */

/* One step forward. There may be millions, so no texts in it. */
typedef struct found {
    const char *participant;
    bip_date date;
    int32_t slot, held_for;
    double from, to, latest;
    bool new_best, is_latest, is_behind, holds, told;
    int8_t same_rater;
} found;

/* The steps of one participant stand together until they are sorted. */
typedef struct person {
    const char *code;
    size_t first, forward, back;
} person;

typedef struct gathering {
    bip__reading reading;
    bip__arena arena;
    found *steps;
    size_t n_steps, steps_cap;
    person *people;
    size_t n_people, people_cap;
} gathering;

static void gathering_free(gathering *g)
{
    bip__reading_close(&g->reading);
    bip__arena_free(&g->arena);
    bip__free(g->steps);
    bip__free(g->people);
}

/* -------------------------------------------------------------------------------------------------------- gathering */

static bip_status gather_slot(gathering *g, int32_t slot, person *who, bip_error *err)
{
    const bip__plan *plan = g->reading.plan;
    const bip_series_rules *rules = &plan->slots[slot].rules;
    const bip__track *t = &g->reading.course->tracks[slot];
    bip__step step;

    for (size_t from = 1; bip__step_next(t->scores, t->raters, t->n, rules, from, &step); from = step.at + 1) {
        if (plan->since != BIP_NO_DATE && t->days[step.at] < plan->since)
            continue;
        if (step.direction != BIP_FORWARD) {
            who->back++;
            continue;
        }
        if (!bip__grow(&g->steps, &g->steps_cap, g->n_steps + 1, sizeof *g->steps))
            return bip__nomem(err);
        g->steps[g->n_steps++] = (found){.participant = who->code,
                                         .date = t->days[step.at],
                                         .slot = slot,
                                         .held_for = step.held_for,
                                         .from = t->scores[step.at - 1],
                                         .to = t->scores[step.at],
                                         .latest = t->scores[t->n - 1],
                                         .new_best = step.new_best != 0,
                                         .is_latest = step.at + 1 == t->n,
                                         .is_behind = bip__track_is_behind(t),
                                         .holds = step.at + (size_t)step.held_for == t->n,
                                         .same_rater = (int8_t)step.same_rater};
        who->forward++;
    }
    return BIP_OK;
}

static bip_status gather_person(gathering *g, const char *code, bip_error *err)
{
    const bip__plan *plan = g->reading.plan;
    person *who;
    bip_status st = BIP_OK;

    if (!bip__grow(&g->people, &g->people_cap, g->n_people + 1, sizeof *g->people))
        return bip__nomem(err);
    who = &g->people[g->n_people];
    *who = (person){.code = bip__arena_strndup(&g->arena, code, strlen(code)), .first = g->n_steps};
    if (who->code == NULL)
        return bip__nomem(err);
    for (size_t s = 0; st == BIP_OK && s < plan->n_slots; s++)
        if (plan->slots[s].kind == BIP_INDICATOR && bip__reading_shows(&g->reading, s))
            st = gather_slot(g, (int32_t)s, who, err);
    g->n_people++;
    return st;
}

static bip_status gather(gathering *g, bip__context *c, const bip_query *query, bool for_people, bip_error *err)
{
    const char *code;
    bip_status st = bip__reading_open(&g->reading, c, query, err);

    g->reading.for_people = for_people;
    while (st == BIP_OK && (st = bip__reading_next(&g->reading, &code, err)) == BIP_OK)
        st = gather_person(g, code, err);
    return st == BIP_DONE ? BIP_OK : st;
}

/* Newest first, then by participant, then as the series stand. */
static int compare_found(const void *pa, const void *pb)
{
    const found *a = pa, *b = pb;
    int order;

    if (a->date != b->date)
        return a->date > b->date ? -1 : 1;
    if ((order = strcmp(a->participant, b->participant)) != 0)
        return order;
    return (a->slot > b->slot) - (a->slot < b->slot);
}

static void sort_found(found *steps, size_t n)
{
    if (n > 1)
        qsort(steps, n, sizeof *steps, compare_found);
}

/* ------------------------------------------------------------------------------------------------------------- JSON */

static void print_step(bip__out *o, const bip__plan *plan, const found *f)
{
    const bip__slot *slot = &plan->slots[f->slot];

    bip__out_text(o, "{\"schema\":\"bip-steps-1\",\"participant\":");
    bip__out_json_text(o, f->participant);
    bip__out_text(o, ",\"date\":\"");
    bip__out_date(o, f->date);
    bip__out_text(o, "\",\"instrument\":");
    bip__out_json_text(o, slot->shown->def->code);
    bip__out_key(o, "respondent");
    bip__out_json_text(o, bip__slot_respondent(slot)->code);
    bip__out_key(o, "code");
    bip__out_json_text(o, slot->code);
    bip__out_key(o, "from");
    bip__out_number(o, f->from);
    bip__out_key(o, "to");
    bip__out_number(o, f->to);
    bip__out_key(o, "held_for");
    bip__out_int(o, f->held_for);
    bip__out_text(o, f->new_best ? ",\"new_best\":true,\"same_rater\":" : ",\"new_best\":false,\"same_rater\":");
    bip__out_text(o, f->same_rater < 0 ? "null" : f->same_rater ? "true" : "false");
    bip__out_text(o, ",\"visible_to\":[");
    for (size_t i = 0; i < slot->n_visible_to; i++) {
        bip__out_comma(o);
        bip__out_json_text(o, slot->visible_to[i]);
    }
    bip__out_text(o,
                  f->held_for >= 2 ? "],\"evidence\":[\"observed\",\"held\"]}\n" : "],\"evidence\":[\"observed\"]}\n");
}

bip_status bip__show_steps(bip__context *c, const bip_query *query, const char *options_json, bip__out *o,
                           bip_error *err)
{
    gathering g = {0};
    bip_status st = bip__no_options(options_json, err);

    if (st == BIP_OK)
        st = gather(&g, c, query, false, err);
    if (st == BIP_OK) {
        sort_found(g.steps, g.n_steps);
        for (size_t i = 0; i < g.n_steps; i++)
            print_step(o, g.reading.plan, &g.steps[i]);
    }
    gathering_free(&g);
    return st;
}

/* -------------------------------------------------------------------------------------------------------- sentences */

static int worth(const found *f)
{
    const bip__told_step told = {.held_for = f->held_for, .is_latest = f->is_latest, .holds = f->holds};

    return bip__step_worth(&told);
}

static void choose(found *steps, size_t n)
{
    for (int told = 0; told < MOST_TOLD; told++) {
        found *chosen = NULL;
        for (size_t i = 0; i < n; i++)
            if (!steps[i].told && (chosen == NULL || worth(&steps[i]) > worth(chosen)))
                chosen = &steps[i];
        if (chosen == NULL)
            return;
        chosen->told = true;
    }
}

static size_t keep_told(gathering *g)
{
    size_t kept = 0;

    for (size_t i = 0; i < g->n_people; i++) {
        if (g->people[i].forward == 0) /* there may be no steps at all, and then nothing to point into */
            continue;
        found *own = g->steps + g->people[i].first;
        sort_found(own, g->people[i].forward);
        choose(own, g->people[i].forward);
    }
    for (size_t i = 0; i < g->n_steps; i++)
        if (g->steps[i].told)
            g->steps[kept++] = g->steps[i];
    return kept;
}

static void say_found(bip__out *o, const bip__plan *plan, const bip__voice *voices, const found *f)
{
    const bip__slot *slot = &plan->slots[f->slot];
    const bip__voice *v = &voices[f->slot];
    const bip__told_step told = {.from = f->from,
                                 .to = f->to,
                                 .latest = f->latest,
                                 .date = BIP_NO_DATE, /* the line begins with it */
                                 .held_for = f->held_for,
                                 .is_latest = f->is_latest,
                                 .is_behind = f->is_behind,
                                 .holds = f->holds};

    bip__say_date(o, v->words, f->date);
    bip__out_text(o, " · ");
    bip__out_text(o, f->participant);
    bip__out_text(o, " · ");
    bip__out_text(o, bip__title_get(&bip__slot_respondent(slot)->title, plan->lang));
    bip__out_text(o, ": ");
    bip__say_step(o, v, &told);
    bip__say_other_rater(o, v, f->same_rater, f->is_latest && !f->is_behind);
    if (f->is_latest)
        bip__say_next_time(o, v);
    bip__out_char(o, '\n');
}

static void say_counts(bip__out *o, const bip__words *words, const gathering *g)
{
    bip__out_char(o, '\n');
    bip__say_word(o, words, BIP__W_STEP_COUNTS);
    bip__out_char(o, '\n');
    for (size_t i = 0; i < g->n_people; i++) {
        const person *who = &g->people[i];
        if (who->forward + who->back == 0)
            continue;
        bip__out_text(o, "  ");
        BIP__SAY(o, words, STEP_COUNT, bip__fill_text('p', who->code), bip__fill_count('n', (int64_t)who->forward),
                 bip__fill_count('m', (int64_t)who->back));
        bip__out_char(o, '\n');
    }
}

static bip_status say_steps(gathering *g, bip__out *o, bip_error *err)
{
    const bip__words *words;
    bip__voice *voices;
    size_t moved = 0, n;
    bip_status st = bip__words_among(g->reading.context->words, g->reading.plan->lang, &words, err);

    if (st != BIP_OK || (st = bip__reading_voices(&g->reading, words, &g->arena, &voices, err)) != BIP_OK)
        return st;
    n = keep_told(g);
    sort_found(g->steps, n);
    for (size_t i = 0; i < n; i++)
        say_found(o, g->reading.plan, voices, &g->steps[i]);
    if (n == 0) {
        bip__say_word(o, words, BIP__W_NO_STEPS);
        bip__out_char(o, '\n');
    }
    for (size_t i = 0; i < g->n_people; i++)
        moved += g->people[i].forward + g->people[i].back;
    if (moved > 0)
        say_counts(o, words, g);
    for (size_t i = 0; st == BIP_OK && i < g->n_people; i++)
        st = bip__say_objections(&g->reading, g->people[i].code, words, "", false, o, err);
    return st;
}

bip_status bip__show_steps_text(bip__context *c, const bip_query *query, const char *options_json, bip__out *o,
                                bip_error *err)
{
    gathering g = {0};
    bip_status st = bip__no_options(options_json, err);

    if (st == BIP_OK)
        st = gather(&g, c, query, true, err);
    if (st == BIP_OK)
        st = say_steps(&g, o, err);
    gathering_free(&g);
    return st;
}
