#include "show/history.h"

#include "base/date.h"
#include "store/canon.h"

#include <string.h>

#define DAY_MS 86400000

static void say_time(bip__teller *t, int64_t at_ms)
{
    int64_t day = at_ms >= 0 ? at_ms / DAY_MS : -((-at_ms + DAY_MS - 1) / DAY_MS);
    int64_t minutes = (at_ms - day * DAY_MS) / 60000;
    const char clock[] = {(char)('0' + minutes / 600), (char)('0' + minutes / 60 % 10), ':',
                          (char)('0' + minutes / 10 % 6), (char)('0' + minutes % 10)};

    bip__say_date(t->o, t->words, (bip_date)day);
    bip__out_char(t->o, ' ');
    bip__out_bytes(t->o, clock, sizeof clock);
    bip__out_text(t->o, " UTC");
}

static void say_line(bip__teller *t, bip__word key, char name, const char *text)
{
    const bip__fill with = bip__fill_text(name, text);

    if (text == NULL)
        return;
    bip__out_text(t->o, "    ");
    bip__say(t->o, t->words, key, &with, 1);
    bip__out_char(t->o, '\n');
}

static void say_answer(bip__teller *t, const bip__indicator *indicator, const bip_score *score)
{
    static const bip__word words[] = {[BIP_NOT_ASKED] = BIP__W_WORD_NOT_ASKED,
                                      [BIP_DECLINED] = BIP__W_WORD_DECLINED,
                                      [BIP_DONT_KNOW] = BIP__W_WORD_DONT_KNOW,
                                      [BIP_NOT_APPLICABLE] = BIP__W_WORD_NOT_APPLICABLE};
    const char *label;

    bip__out_text(t->o, "    ");
    bip__out_text(t->o, bip__title_get(&indicator->title, t->lang));
    bip__out_text(t->o, ": ");
    if (score->answer != BIP_NUMBER) {
        bip__say_word(t->o, t->words, words[score->answer]);
    } else {
        bip__say_number(t->o, t->words, score->number);
        if ((label = bip__scale_label_get(indicator->scale, score->number, t->lang)) != NULL) {
            bip__out_char(t->o, ' ');
            BIP__SAY(t->o, t->words, QUOTED, bip__fill_text('t', label));
        }
    }
    bip__out_char(t->o, '\n');
}

static bip_status say_assessment(bip__teller *t, const bip__event *e, bip_error *err)
{
    bip__out *o = t->o;
    bip__sheet s;
    bip_status st = bip__sheet_open(t, e, &s, err);
    const char *rater = bip__teller_word(t, e->row.rater, &st, err);

    if (st != BIP_OK)
        return st;
    bip__say_word(o, t->words,
                  e->row.scores == NULL ? BIP__W_WITHDRAWN
                  : e->revision > 0     ? BIP__W_CORRECTED
                                        : BIP__W_RECORDED);
    bip__out_text(o, "\n    ");
    bip__out_text(o, bip__title_get(&s.def->title, t->lang));
    bip__out_text(o, ", ");
    bip__out_text(o, bip__title_get(&s.respondent->title, t->lang));
    bip__out_text(o, ", ");
    bip__say_date(o, t->words, e->row.day);
    if (rater != NULL) {
        bip__out_text(o, ", ");
        BIP__SAY(o, t->words, RATED_BY, bip__fill_text('p', rater));
    }
    bip__out_char(o, '\n');
    for (size_t i = 0; e->row.scores != NULL && i < s.n_items; i++)
        say_answer(t, &s.def->indicators[s.items[i]], &t->scores[i]);
    say_line(t, BIP__W_NOTE, 't', e->row.note);
    return BIP_OK;
}

static void say_registration(bip__teller *t, const bip__event *e)
{
    const char *enrolled = bip__event_member(e, "enrolled");
    bip_date day;

    bip__say_word(t->o, t->words, BIP__W_REGISTERED);
    if (enrolled != NULL && bip__date_read(enrolled, strlen(enrolled), BIP__DATE_YMD, false, &day) == BIP__DATE_OK) {
        bip__out_text(t->o, ", ");
        BIP__SAY(t->o, t->words, ENROLLED, bip__fill_date('d', day));
    }
    bip__out_char(t->o, '\n');
}

static void say_attribute(bip__teller *t, const bip__event *e)
{
    const char *key = bip__event_member(e, "key"), *value = bip__event_member(e, "value");
    const bip__fill with[] = {bip__fill_text('p', key ? key : ""), bip__fill_text('t', value ? value : "")};

    bip__say(t->o, t->words, value == NULL ? BIP__W_ATTRIBUTE_GONE : BIP__W_ATTRIBUTE_SET, with, 2);
    bip__out_char(t->o, '\n');
}

static void say_dispute(bip__teller *t, const bip__event *e)
{
    const char *of = bip__event_member(e, "of"), *text = bip__event_member(e, "text");

    BIP__SAY(t->o, t->words, DISPUTED, bip__fill_text('t', of ? of : ""));
    bip__out_text(t->o, "\n    ");
    BIP__SAY(t->o, t->words, QUOTED, bip__fill_text('t', text ? text : ""));
    bip__out_char(t->o, '\n');
}

/* What `bip correct` and `bip withdraw` take; below each paragraph. */
static bip_status say_ids(bip__teller *t, const bip__event *e, bip_error *err)
{
    char id[BIP_ID_SIZE], root[BIP_ID_SIZE];
    bip_status st = bip__event_root(t, e, root, err);

    if (st != BIP_OK)
        return st;
    bip__id_print(e->entry.id, e->idx, id);
    bip__out_text(t->o, "    ");
    bip__out_text(t->o, id);
    if (root[0]) {
        bip__out_text(t->o, ", ");
        BIP__SAY(t->o, t->words, REVISION_OF, bip__fill_text('t', root));
    }
    if (!e->current) {
        bip__out_text(t->o, " (");
        bip__say_word(t->o, t->words, BIP__W_REPLACED);
        bip__out_char(t->o, ')');
    }
    bip__out_char(t->o, '\n');
    return BIP_OK;
}

static bip_status say_beside(bip__teller *t, const bip__event *e, bip_error *err)
{
    char id[BIP_ID_SIZE];
    bip_status st = e->kind == 0 ? bip__event_beside(t, e, err) : BIP_OK;

    if (st != BIP_OK || e->kind != 0)
        return st;
    for (size_t i = 0; i < t->n_beside; i++) {
        bip__id_print(t->beside[i]->entry.id, t->beside[i]->idx, id);
        say_line(t, BIP__W_BESIDE, 't', id);
    }
    return BIP_OK;
}

bip_status bip__history_say(bip__teller *t, const bip__event *e, bip_error *err)
{
    bip_status st = BIP_OK;
    const char *actor = bip__teller_word(t, e->entry.actor, &st, err);

    if (st != BIP_OK)
        return st;
    bip__out_char(t->o, '\n');
    say_time(t, e->entry.at_ms);
    bip__out_text(t->o, ", ");
    bip__out_text(t->o, actor ? actor : "?");
    bip__out_text(t->o, ": ");
    if (e->kind == BIP__FACT_PARTICIPANT)
        say_registration(t, e);
    else if (e->kind == BIP__FACT_ATTRIBUTE)
        say_attribute(t, e);
    else if (e->kind == BIP__FACT_DISPUTE)
        say_dispute(t, e);
    else
        st = say_assessment(t, e, err);
    if (st != BIP_OK)
        return st;
    say_line(t, BIP__W_REASON, 't', bip__event_reason(e));
    st = say_ids(t, e, err);
    return st == BIP_OK ? say_beside(t, e, err) : st;
}
