#include "show/history.h"

#include "model/score.h"
#include "store/canon.h"

/* bip-history-1: every revision of everything about a participant, one a line, in the order of recording. Instrument,
 * respondent and dates of the query don't narrow it. Every line begins
 *   {"schema":"bip-history-1","participant":..,"recorded":TIME,"by":..,"reason":..|null,"current":true|false,
 *    "kind":"assessment"|"participant"|"attribute"|"dispute","action":..,"id":"ENTRY.INDEX"
 * and goes on, by kind:
 *   assessment   (action recorded, corrected, withdrawn)  "of": id of the first revision, null where this is it;
 *                "revision": 0, 1, ..; "instrument", "version", "respondent", "date", "rater"|null;
 *                "scores": an object by indicator code of all that is asked of the respondent, null where withdrawn;
 *                "note"|null; "beside": ids of what was recorded in another copy of the store without knowing of this:
 *                other revisions of it, and other assessments that hold its key now
 *   participant  (registered)      "enrolled": date|null
 *   attribute    (set, removed)    "key"; "value"|null
 *   dispute      (disputed)        "of": id of the assessment; "text" */

static void json_member(bip__out *o, const char *key, const char *text)
{
    bip__out_key(o, key);
    bip__out_json_text(o, text);
}

static void json_scores(bip__out *o, const bip__sheet *s, const bip_score *scores)
{
    bip__out_char(o, '{');
    for (size_t i = 0; i < s->n_items; i++) {
        bip__out_key(o, s->def->indicators[s->items[i]].code);
        if (scores[i].answer == BIP_NUMBER)
            bip__out_number(o, scores[i].number);
        else
            bip__out_json_text(o, bip__answer_word(scores[i].answer));
    }
    bip__out_char(o, '}');
}

static bip_status json_beside(bip__teller *t, const bip__event *e, bip_error *err)
{
    char id[BIP_ID_SIZE];
    bip_status st = bip__event_beside(t, e, err);

    bip__out_text(t->o, ",\"beside\":[");
    for (size_t i = 0; st == BIP_OK && i < t->n_beside; i++) {
        bip__id_print(t->beside[i]->entry.id, t->beside[i]->idx, id);
        bip__out_comma(t->o);
        bip__out_json_text(t->o, id);
    }
    bip__out_char(t->o, ']');
    return st;
}

static bip_status json_assessment(bip__teller *t, const bip__event *e, bip_error *err)
{
    bip__out *o = t->o;
    bip__sheet s;
    char of[BIP_ID_SIZE] = "";
    bip_status st = bip__sheet_open(t, e, &s, err);

    if (st == BIP_OK)
        st = bip__event_root(t, e, of, err);
    const char *rater = bip__teller_word(t, e->row.rater, &st, err);
    if (st != BIP_OK)
        return st;
    json_member(o, "of", of[0] ? of : NULL);
    bip__out_key(o, "revision");
    bip__out_int(o, e->revision);
    json_member(o, "instrument", s.def->code);
    json_member(o, "version", s.def->version);
    json_member(o, "respondent", s.respondent->code);
    bip__out_text(o, ",\"date\":\"");
    bip__out_date(o, e->row.day);
    bip__out_char(o, '"');
    json_member(o, "rater", rater);
    bip__out_key(o, "scores");
    if (e->row.scores == NULL)
        bip__out_text(o, "null");
    else
        json_scores(o, &s, t->scores);
    json_member(o, "note", e->row.note);
    return json_beside(t, e, err);
}

static const char *action_of(const bip__event *e)
{
    if (e->kind == BIP__FACT_PARTICIPANT)
        return "registered";
    if (e->kind == BIP__FACT_DISPUTE)
        return "disputed";
    if (e->kind == BIP__FACT_ATTRIBUTE)
        return bip__event_member(e, "value") == NULL ? "removed" : "set";
    if (e->row.scores == NULL)
        return "withdrawn";
    return e->revision > 0 ? "corrected" : "recorded";
}

bip_status bip__history_json(bip__teller *t, const char *code, const bip__event *e, bip_error *err)
{
    static const char *const kinds[] = {[0] = "assessment",
                                        [BIP__FACT_PARTICIPANT] = "participant",
                                        [BIP__FACT_ATTRIBUTE] = "attribute",
                                        [BIP__FACT_DISPUTE] = "dispute"};
    bip__out *o = t->o;
    char id[BIP_ID_SIZE];
    bip_status st = BIP_OK;
    const char *actor = bip__teller_word(t, e->entry.actor, &st, err);

    if (st != BIP_OK)
        return st;
    bip__out_text(o, "{\"schema\":\"bip-history-1\"");
    json_member(o, "participant", code);
    bip__out_text(o, ",\"recorded\":\"");
    bip__out_time(o, e->entry.at_ms);
    bip__out_char(o, '"');
    json_member(o, "by", actor);
    json_member(o, "reason", bip__event_reason(e));
    bip__out_text(o, e->current ? ",\"current\":true" : ",\"current\":false");
    json_member(o, "kind", kinds[e->kind]);
    json_member(o, "action", action_of(e));
    bip__id_print(e->entry.id, e->idx, id);
    json_member(o, "id", id);
    if (e->kind == BIP__FACT_PARTICIPANT) {
        json_member(o, "enrolled", bip__event_member(e, "enrolled"));
    } else if (e->kind == BIP__FACT_DISPUTE) {
        json_member(o, "of", bip__event_member(e, "of"));
        json_member(o, "text", bip__event_member(e, "text"));
    } else if (e->kind == BIP__FACT_ATTRIBUTE) {
        json_member(o, "key", bip__event_member(e, "key"));
        json_member(o, "value", bip__event_member(e, "value"));
    } else {
        st = json_assessment(t, e, err);
    }
    bip__out_text(o, "}\n");
    return st;
}
