#include "show/reading.h"

#include "model/options.h"

#include <string.h>

bip_status bip__no_options(const char *options_json, bip_error *err)
{
    bip__options *options = NULL;
    bip_status st = bip__options_parse(options_json, NULL, 0, &options, err);

    bip__options_free(options);
    return st;
}

bip_status bip__reading_open(bip__reading *r, bip__context *c, const bip_query *query, bip_error *err)
{
    bip_status st = c->storage->api->snapshot(c->storage, err);

    r->context = c;
    r->in_snapshot = st == BIP_OK;
    if (st == BIP_OK)
        st = bip__plan_make(c, query, &r->plan, err);
    if (st == BIP_OK)
        st = bip__course_open(c, r->plan, &r->course, err);
    if (st == BIP_OK) {
        st = bip__walk_open(&r->walk, c, query, err);
        r->walking = st == BIP_OK;
    }
    return st;
}

bip_status bip__reading_next(bip__reading *r, const char **code, bip_error *err)
{
    int32_t person;
    bip_status st = bip__walk_next(&r->walk, &person, code, err);

    return st == BIP_OK ? bip__course_read(r->course, person, *code, err) : st;
}

void bip__reading_close(bip__reading *r)
{
    if (r->walking)
        bip__walk_close(&r->walk);
    bip__course_close(r->course);
    bip__plan_free(r->plan);
    if (r->in_snapshot)
        r->context->storage->api->release(r->context->storage);
    *r = (bip__reading){0};
}

/* What is made for people is for the participant; an instrument without that respondent is for all of its own, so what
 * one of them doesn't see is left out. */
static bool for_everybody(const bip__slot *slot)
{
    const bip__instrument *def = slot->shown->def;

    if (bip__instrument_respondent(def, "participant") >= 0)
        return slot->for_participant;
    return slot->n_visible_to == def->n_respondents;
}

bool bip__reading_wants(const bip__reading *r, size_t slot)
{
    const bip__slot *s = &r->plan->slots[slot];

    if (!s->wanted || (r->for_print && !s->shown->def->handout))
        return false;
    return !r->for_people || r->plan->for_role != NULL || for_everybody(s);
}

bool bip__reading_shows(const bip__reading *r, size_t slot)
{
    return r->course->tracks[slot].n > 0 && bip__reading_wants(r, slot);
}

bip_status bip__labels_of(const bip__scale *scale, const char *lang, bip__arena *arena, bip__labels *out,
                          bip_error *err)
{
    bip_label *labels = bip__arena_alloc(arena, scale->n_labels * sizeof *labels);

    if (labels == NULL)
        return bip__nomem(err);
    for (size_t i = 0; i < scale->n_labels; i++)
        labels[i] = (bip_label){scale->labels[i].score, bip__title_get(&scale->labels[i].text, lang)};
    *out = (bip__labels){labels, scale->n_labels};
    return BIP_OK;
}

bool bip__reading_has_number(const bip__reading *r, const bip_assessment *a)
{
    const bip__plan *plan = r->plan;
    const bip__version *v = bip__catalogue_exact(plan->catalogue, a->instrument, a->version);
    int32_t respondent = v == NULL ? -1 : bip__instrument_respondent(v->def, a->respondent);

    if (respondent < 0)
        return false;
    const bip__layout *layout = &plan->layouts[v - plan->catalogue->versions][respondent];
    for (size_t k = 0; k < layout->n_items && k < a->n; k++)
        if (a->scores[k].answer == BIP_NUMBER && layout->items[k] >= 0 &&
            bip__reading_shows(r, (size_t)layout->items[k]))
            return true;
    return false;
}

bip_status bip__reading_voices(const bip__reading *r, const bip__words *words, bip__arena *arena, bip__voice **out,
                               bip_error *err)
{
    const bip__plan *plan = r->plan;
    bip__voice *voices = bip__arena_alloc(arena, (plan->n_slots + 1) * sizeof *voices);
    bip_status st = voices == NULL ? bip__nomem(err) : BIP_OK;

    for (size_t s = 0; st == BIP_OK && s < plan->n_slots; s++) {
        const bip__slot *slot = &plan->slots[s];
        const bip__respondent *respondent = bip__slot_respondent(slot);
        bool own = strcmp(respondent->code, "participant") == 0;
        voices[s] = (bip__voice){.words = words,
                                 .title = bip__title_get(slot->title, plan->lang),
                                 .rater_role = own ? NULL : bip__title_get(&respondent->title, plan->lang),
                                 .better = slot->rules.better};
        if (slot->scale != NULL && slot->scale->n_labels > 0)
            st = bip__labels_of(slot->scale, plan->lang, arena, &voices[s].labels, err);
    }
    *out = voices;
    return st;
}
