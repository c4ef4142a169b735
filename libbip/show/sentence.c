#include "show/sentence.h"

#include "show/picture.h"
#include "show/show.h"

#include <math.h>
#include <string.h>

/* 1e-9 of the width of the scale, which isn't in a bip_series; where the change is 0, or too great to be told, the size
 * of the scores has to do. */
static double least_that_counts(const bip_series *s)
{
    if (s->percent_of_scale != 0 && isfinite(s->percent_of_scale) && isfinite(s->from_first))
        return 1e-7 * fabs(s->from_first / s->percent_of_scale);
    return 1e-9 * fmax(fabs(s->first.score), fmax(fabs(s->latest.score), fabs(s->best.score)));
}

/* They differ by nothing that counts. */
static bool same_score(const bip_series *s, double a, double b)
{
    return fabs(a - b) <= least_that_counts(s);
}

/* Later minus earlier, turned: 1 better, -1 worse, 0 the same. */
static int toward_better(const bip_series *s, double from, double to)
{
    if (same_score(s, from, to))
        return 0;
    return (to > from) == (s->better == BIP_HIGHER) ? 1 : -1;
}

/* ----------------------------------------------------------------------------------------- step against whole course
 */

/* The comparison with the start is what people can check by eye, so it goes before the line. */
bip__contrast bip__contrast_of(const bip_series *s)
{
    int gain = s->n > 1 ? toward_better(s, s->first.score, s->latest.score) : 0;
    bool forward = s->direction == BIP_FORWARD, back = s->direction == BIP_BACK;

    if ((forward && gain < 0) || (back && gain > 0))
        return s->latest.score < s->first.score ? BIP__STILL_LOWER : BIP__STILL_HIGHER;
    if ((forward || back) && gain == 0)
        return BIP__AS_AT_START;
    if ((s->trend == BIP_FORWARD && (back || s->direction == BIP_STEADY)) ||
        (s->trend == BIP_BACK && (forward || s->direction == BIP_STEADY)))
        return (s->trend == BIP_FORWARD) == (s->better == BIP_HIGHER) ? BIP__LINE_UP : BIP__LINE_DOWN;
    return BIP__NO_CONTRAST;
}

void bip__say_contrast(bip__out *o, const bip__words *w, const bip_series *s)
{
    switch (bip__contrast_of(s)) {
    case BIP__STILL_LOWER:
        bip__say_word(o, w, BIP__W_STILL_LOWER);
        return;
    case BIP__STILL_HIGHER:
        bip__say_word(o, w, BIP__W_STILL_HIGHER);
        return;
    case BIP__AS_AT_START:
        bip__say_word(o, w, BIP__W_AS_AT_START);
        return;
    case BIP__LINE_UP:
        BIP__SAY(o, w, LINE_UP, bip__fill_count('n', s->n));
        return;
    case BIP__LINE_DOWN:
        BIP__SAY(o, w, LINE_DOWN, bip__fill_count('n', s->n));
        return;
    default:
        return;
    }
}

/* -------------------------------------------------------------------------------------------------------- sentences */

/* What every sentence may be filled with. */
static void say(bip__out *o, const bip__voice *v, bip__word key, const bip__told_step *t)
{
    const bip__fill with[] = {
        bip__fill_title('I', v->title, v->better),   bip__fill_score('a', t->from, &v->labels),
        bip__fill_score('b', t->to, &v->labels),     bip__fill_on('o', t->date),
        bip__fill_score('c', t->latest, &v->labels), bip__fill_count('n', t->held_for),
    };
    bip__say(o, v->words, key, with, sizeof with / sizeof *with);
}

int bip__step_worth(const bip__told_step *t)
{
    return t->held_for >= 2 && t->holds ? 3 : t->is_latest ? 2 : t->held_for >= 2 ? 1 : 0;
}

void bip__say_step(bip__out *o, const bip__voice *v, const bip__told_step *t)
{
    if (t->is_latest)
        say(o, v, t->is_behind ? BIP__W_SEEN_THEN : BIP__W_JUST_SEEN, t);
    else if (t->held_for < 2)
        say(o, v, BIP__W_NOT_HELD, t);
    else
        say(o, v, t->holds ? BIP__W_HELD : BIP__W_HELD_ONCE, t);
}

void bip__say_other_rater(bip__out *o, const bip__voice *v, int32_t same_rater, bool this_time)
{
    const bip__fill role = bip__fill_role('r', v->rater_role ? v->rater_role : "");

    if (same_rater != 0 || v->rater_role == NULL)
        return;
    bip__out_char(o, ' ');
    bip__say(o, v->words, this_time ? BIP__W_OTHER_RATER_NOW : BIP__W_OTHER_RATER_THEN, &role, 1);
}

void bip__say_next_time(bip__out *o, const bip__voice *v)
{
    bip__out_char(o, ' ');
    bip__say_word(o, v->words, BIP__W_NEXT_TIME);
}

/* The series alone doesn't tell every number since the step, only the newest two: where one of them is worse, it no
 * longer holds. A dip before them is told by held_for, which is what the sentence claims. */
static bip__told_step latest_step(const bip_series *s, bool is_behind)
{
    bip__told_step t = {.from = s->step_from.score,
                        .to = s->step_to.score,
                        .latest = s->latest.score,
                        .date = s->step_to.date,
                        .held_for = s->held_for,
                        .is_latest = s->step_to.date == s->latest.date,
                        .is_behind = is_behind};
    bool previous_is_older = s->previous.date < s->step_to.date;

    t.holds =
        toward_better(s, t.to, t.latest) >= 0 && (previous_is_older || toward_better(s, t.to, s->previous.score) >= 0);
    return t;
}

/* Steady without any step. The lowest and highest number are known for certain up to three numbers only. */
static void say_steady(bip__out *o, const bip__voice *v, const bip_series *s)
{
    double low = fmin(s->first.score, s->previous.score), high = fmax(s->first.score, s->previous.score);
    bip__told_step t = {.from = s->first.score, .to = s->first.score, .latest = s->latest.score, .held_for = s->n};
    bool even = same_score(s, s->first.score, s->latest.score);

    t.date = BIP_NO_DATE;
    if (even && same_score(s, s->sd, 0)) {
        say(o, v, BIP__W_STEADY_EQUAL, &t);
    } else if (even && s->n <= 3) {
        t.from = low;
        t.to = high;
        say(o, v, BIP__W_STEADY_BETWEEN, &t);
    } else {
        say(o, v, BIP__W_STEADY_ENDS, &t);
    }
}

/* best is the earliest of equal ones: on the newest day it is better than all before. Of two that says nothing. */
static bool is_best_of_many(const bip_series *s)
{
    return s->n > 2 && s->best.date == s->latest.date;
}

static void say_first(bip__out *o, const bip__voice *v, const bip_series *s, const bip__told_step *t)
{
    if (s->n < 2)
        say(o, v, BIP__W_TOO_FEW, t);
    else if (s->direction == BIP_FORWARD)
        bip__say_step(o, v, t);
    else if (s->direction == BIP_BACK)
        say(o, v, t->is_latest && !t->is_behind ? BIP__W_BACK : BIP__W_BACK_SINCE, t);
    else if (s->step == BIP_UNKNOWN)
        say_steady(o, v, s);
    else
        say(o, v, BIP__W_UNDONE, t);
}

/* How sure one can be of it, and what else has to be known to read it right. */
static void say_evidence(bip__out *o, const bip__voice *v, const bip_series *s)
{
    if (bip__contrast_of(s) != BIP__NO_CONTRAST) {
        bip__out_char(o, ' ');
        bip__say_contrast(o, v->words, s);
    }
    if (s->evidence & BIP_TREND) {
        bip__out_char(o, ' ');
        BIP__SAY(o, v->words, TREND, bip__fill_count('n', s->n));
    }
    if (s->evidence & BIP_RELIABLE) {
        bip__out_char(o, ' ');
        BIP__SAY(o, v->words, RELIABLE, bip__fill_score('a', s->first.score, &v->labels),
                 bip__fill_score('b', s->latest.score, &v->labels));
    }
}

void bip__say_series(bip__out *o, const bip__voice *v, const bip_series *s, bool is_behind)
{
    const bip__told_step t = latest_step(s, is_behind);
    bool now = t.is_latest && s->step != BIP_UNKNOWN;

    say_first(o, v, s, &t);
    if (now && s->direction == BIP_FORWARD && is_best_of_many(s)) {
        bip__out_char(o, ' ');
        say(o, v, BIP__W_BEST, &t);
    }
    say_evidence(o, v, s);
    if (s->step != BIP_UNKNOWN)
        bip__say_other_rater(o, v, s->same_rater, t.is_latest && !is_behind);
    if (now && s->direction == BIP_FORWARD) {
        bip__say_next_time(o, v);
    } else if (now && !is_behind && s->direction == BIP_BACK) {
        bip__out_char(o, ' ');
        bip__say_word(o, v->words, BIP__W_WHAT_HAPPENED);
    }
}

static bip_status check_words(const bip_sentence_words *words, bip_error *err)
{
    bip_status st = bip__picture_text(words->title, true, NULL, 0, "title", err);

    if (st == BIP_OK)
        st = bip__picture_text(words->rater_role, false, NULL, 0, "rater_role", err);
    for (size_t i = 0; st == BIP_OK && i < words->n_labels; i++)
        st = bip__picture_text(words->labels[i].text, true, "labels", i, "text", err);
    return st;
}

bip_status bip__sentence(const bip_series *series, const bip_sentence_words *words, bip__out *o, bip_error *err)
{
    bip__voice v;
    bip_status st;

    if (series == NULL || words == NULL || words->title == NULL || (words->n_labels && words->labels == NULL))
        return bip__fail(err, BIP_E_USAGE, NULL, "a sentence needs a series and the title of its indicator");
    if (series->n < 1)
        return bip__fail(err, BIP_E_USAGE, NULL, "a series without a number has nothing to tell");
    if ((st = check_words(words, err)) != BIP_OK)
        return st;
    v = (bip__voice){.title = words->title,
                     .rater_role = words->rater_role,
                     .better = series->better,
                     .labels = {words->labels, words->n_labels}};
    if ((st = bip__words_find(words->lang, &v.words, err)) != BIP_OK)
        return st;
    bip__say_series(o, &v, series, false);
    return BIP_OK;
}
