#include "show/show.h"

#include "show/reading.h"

#include <math.h>

/* bip-progression-1. What doesn't change from one participant to the next is printed once, into `fixed`: the beginning
 * of each series and each pair. */
typedef struct printer {
    bip__reading reading;
    bip__out *o;
    bip__out fixed;
    size_t *at; /* beginnings in `fixed`: a slot each, a pair each, and the end */
    bool with_pairs;
} printer;

static const char *const direction_words[] = {"unknown", "forward", "steady", "back"};
static const char *const mk_methods[] = {NULL, "exact", "normal"};
static const char *const rci_classes[] = {NULL, "improved", "unchanged", "deteriorated"};

/* ,"key": as one constant */
#define KEY(o, key) bip__out_bytes((o), ",\"" key "\":", sizeof(",\"" key "\":") - 1)
#define TEXT(o, text) bip__out_bytes((o), text, sizeof(text) - 1)

static void print_word(bip__out *o, const char *word)
{
    bip__out_char(o, '"');
    bip__out_text(o, word);
    bip__out_char(o, '"');
}

/* ----------------------------------------------------------------------------------------- printed once for a reading
 */

static void fix_slot(bip__out *o, const bip__slot *slot)
{
    TEXT(o, "{\"instrument\":");
    bip__out_json_text(o, slot->shown->def->code);
    KEY(o, "version");
    bip__out_json_text(o, slot->shown->def->version);
    KEY(o, "respondent");
    bip__out_json_text(o, slot->shown->def->respondents[slot->respondent].code);
    KEY(o, "kind");
    print_word(o, slot->kind == BIP_INDICATOR ? "indicator" : "dimension");
    KEY(o, "code");
    bip__out_json_text(o, slot->code);
    KEY(o, "better");
    print_word(o, slot->rules.better == BIP_LOWER ? "lower" : "higher");
    KEY(o, "visible_to");
    bip__out_char(o, '[');
    for (size_t i = 0; i < slot->n_visible_to; i++) {
        bip__out_comma(o);
        bip__out_json_text(o, slot->visible_to[i]);
    }
    TEXT(o, "],\"n\":");
}

static void fix_pair(bip__out *o, const bip__plan *plan, const bip__slot_pair *pair)
{
    const bip__slot *a = &plan->slots[pair->a], *b = &plan->slots[pair->b];

    TEXT(o, "{\"instrument\":");
    bip__out_json_text(o, pair->shown->def->code);
    KEY(o, "version");
    bip__out_json_text(o, pair->shown->def->version);
    KEY(o, "code");
    bip__out_json_text(o, pair->code);
    KEY(o, "a");
    bip__out_json_text(o, a->shown->def->respondents[a->respondent].code);
    KEY(o, "b");
    bip__out_json_text(o, b->shown->def->respondents[b->respondent].code);
    TEXT(o, ",\"n\":");
}

static bip_status fix(printer *p, bip_error *err)
{
    const bip__plan *plan = p->reading.plan;
    size_t n = 0;

    bip__out_init(&p->fixed, NULL, NULL);
    if ((p->at = bip__alloc_zero(plan->n_slots + plan->n_pairs + 1, sizeof *p->at)) == NULL)
        return bip__nomem(err);
    for (size_t s = 0; s < plan->n_slots; s++) {
        fix_slot(&p->fixed, &plan->slots[s]);
        p->at[++n] = p->fixed.len;
    }
    for (size_t i = 0; i < plan->n_pairs; i++) {
        fix_pair(&p->fixed, plan, &plan->pairs[i]);
        p->at[++n] = p->fixed.len;
    }
    return bip__out_finish(&p->fixed, err);
}

static void print_fixed(printer *p, size_t i)
{
    bip__out_bytes(p->o, p->fixed.data + p->at[i], p->at[i + 1] - p->at[i]);
}

/* ----------------------------------------------------------------------------------------------------- one series */

static void print_point(bip__out *o, const bip_point *point)
{
    if (point->date == BIP_NO_DATE) {
        TEXT(o, "null");
        return;
    }
    TEXT(o, "{\"date\":\"");
    bip__out_date(o, point->date);
    TEXT(o, "\",\"score\":");
    bip__out_number(o, point->score);
    bip__out_char(o, '}');
}

static void print_counts(bip__out *o, const bip_series *s)
{
    bip__out_int(o, s->n);
    TEXT(o, ",\"missing\":{\"not_asked\":");
    bip__out_int(o, s->not_asked);
    KEY(o, "declined");
    bip__out_int(o, s->declined);
    KEY(o, "dont_know");
    bip__out_int(o, s->dont_know);
    KEY(o, "not_applicable");
    bip__out_int(o, s->not_applicable);
    bip__out_char(o, '}');
}

static void print_points(bip__out *o, const bip_series *s)
{
    KEY(o, "first");
    print_point(o, &s->first);
    KEY(o, "previous");
    print_point(o, &s->previous);
    KEY(o, "latest");
    print_point(o, &s->latest);
    KEY(o, "best");
    print_point(o, &s->best);
    KEY(o, "mean");
    bip__out_number(o, s->mean);
    KEY(o, "sd");
    bip__out_number(o, s->sd);
    KEY(o, "span_days");
    bip__out_int(o, s->span_days);
    KEY(o, "change");
    if (s->n < 2) {
        TEXT(o, "null");
        return;
    }
    TEXT(o, "{\"from_first\":");
    bip__out_number(o, s->from_first);
    KEY(o, "from_previous");
    bip__out_number(o, s->from_previous);
    KEY(o, "percent_of_scale");
    bip__out_number(o, s->percent_of_scale);
    bip__out_char(o, '}');
}

static void print_lines(bip__out *o, const bip_series *s)
{
    if (s->n < 3) {
        TEXT(o, ",\"ols\":null,\"theil_sen\":null");
        return;
    }
    TEXT(o, ",\"ols\":{\"per_90_days\":");
    bip__out_number(o, s->ols_per_90_days);
    KEY(o, "at_first");
    bip__out_number(o, s->ols_at_first);
    KEY(o, "se_per_90_days");
    bip__out_number(o, s->ols_se_per_90_days);
    KEY(o, "r2");
    bip__out_number(o, s->ols_r2);
    TEXT(o, "},\"theil_sen\":{\"per_90_days\":");
    bip__out_number(o, s->ts_per_90_days);
    KEY(o, "low");
    bip__out_number(o, s->ts_low);
    KEY(o, "high");
    bip__out_number(o, s->ts_high);
    bip__out_char(o, '}');
}

static void print_mann_kendall(bip__out *o, const bip_series *s)
{
    KEY(o, "mann_kendall");
    if (s->mk_method == BIP_MK_NONE) {
        TEXT(o, "null");
        return;
    }
    TEXT(o, "{\"s\":");
    bip__out_int(o, s->mk_s);
    KEY(o, "var_s");
    bip__out_number(o, s->mk_var_s);
    KEY(o, "z");
    bip__out_number(o, s->mk_z);
    KEY(o, "p");
    bip__out_number(o, s->mk_p);
    KEY(o, "method");
    print_word(o, mk_methods[s->mk_method]);
    bip__out_char(o, '}');
}

static void print_trend(bip__out *o, const bip_series *s)
{
    TEXT(o, ",\"trend\":{\"direction\":");
    if (s->trend == BIP_UNKNOWN)
        TEXT(o, "null");
    else
        print_word(o, direction_words[s->trend]);
    print_lines(o, s);
    print_mann_kendall(o, s);
    bip__out_char(o, '}');
    KEY(o, "reliable_change");
    if (s->rci_class == BIP_RCI_NONE) {
        TEXT(o, "null");
        return;
    }
    TEXT(o, "{\"method\":\"jacobson_truax\",\"rci\":");
    bip__out_number(o, s->rci);
    KEY(o, "class");
    print_word(o, rci_classes[s->rci_class]);
    bip__out_char(o, '}');
}

static void print_truth(bip__out *o, int32_t is /* -1: unknown */)
{
    bip__out_text(o, is < 0 ? "null" : is ? "true" : "false");
}

static void print_steps(bip__out *o, const bip_series *s)
{
    TEXT(o, ",\"steps\":{\"forward\":");
    bip__out_int(o, s->steps_forward);
    KEY(o, "back");
    bip__out_int(o, s->steps_back);
    KEY(o, "latest");
    if (s->step == BIP_UNKNOWN) {
        TEXT(o, "null}");
        return;
    }
    TEXT(o, "{\"direction\":");
    print_word(o, direction_words[s->step]);
    TEXT(o, ",\"date\":\"");
    bip__out_date(o, s->step_to.date);
    TEXT(o, "\",\"from\":");
    bip__out_number(o, s->step_from.score);
    KEY(o, "to");
    bip__out_number(o, s->step_to.score);
    KEY(o, "held_for");
    bip__out_int(o, s->held_for);
    KEY(o, "new_best");
    print_truth(o, s->new_best);
    KEY(o, "same_rater");
    print_truth(o, s->same_rater);
    TEXT(o, "}}");
}

static void print_evidence(bip__out *o, int32_t evidence)
{
    static const char *const words[] = {"observed", "held", "trend", "reliable"}; /* by bit */

    KEY(o, "evidence");
    bip__out_char(o, '[');
    for (size_t bit = 0; bit < sizeof words / sizeof *words; bit++)
        if (evidence >> bit & 1) {
            bip__out_comma(o);
            print_word(o, words[bit]);
        }
    bip__out_char(o, ']');
}

static bip_status print_series(printer *p, size_t slot, bip_error *err)
{
    bip__out *o = p->o;
    bip_series s;
    bip_status st = bip__course_series(p->reading.course, slot, &s, err);

    if (st != BIP_OK)
        return st;
    bip__out_comma(o);
    print_fixed(p, slot);
    print_counts(o, &s);
    print_points(o, &s);
    print_trend(o, &s);
    print_steps(o, &s);
    KEY(o, "band");
    if (s.has_bands) {
        TEXT(o, "{\"first\":");
        bip__out_json_text(o, s.band_first);
        KEY(o, "latest");
        bip__out_json_text(o, s.band_latest);
        bip__out_char(o, '}');
    } else {
        TEXT(o, "null");
    }
    KEY(o, "direction");
    print_word(o, direction_words[s.direction]);
    print_evidence(o, s.evidence);
    bip__out_char(o, '}');
    return BIP_OK;
}

/* -------------------------------------------------------------------------------------------------------- one pair */

static void print_occasion(bip__out *o, const bip__track *a, size_t i, const bip__track *b, size_t j)
{
    bip__out_comma(o);
    TEXT(o, "{\"date_a\":\"");
    bip__out_date(o, a->days[i]);
    TEXT(o, "\",\"date_b\":\"");
    bip__out_date(o, b->days[j]);
    TEXT(o, "\",\"a\":");
    bip__out_number(o, a->scores[i]);
    KEY(o, "b");
    bip__out_number(o, b->scores[j]);
    KEY(o, "difference");
    bip__out_number(o, a->scores[i] - b->scores[j]);
    bip__out_char(o, '}');
}

static bip_status print_pair(printer *p, size_t i, bip_error *err)
{
    const bip__plan *plan = p->reading.plan;
    const bip__slot_pair *pair = &plan->pairs[i];
    const bip__track *a = &p->reading.course->tracks[pair->a], *b = &p->reading.course->tracks[pair->b];
    const bip__pair *occasions;
    double sum = 0, sum_absolute = 0;
    size_t n;
    bip_status st = bip__course_pairs(p->reading.course, pair, &occasions, &n, err);

    if (st != BIP_OK || n == 0)
        return st;
    for (size_t k = 0; k < n; k++) {
        double difference = a->scores[occasions[k].a] - b->scores[occasions[k].b];
        sum += difference;
        sum_absolute += fabs(difference);
    }
    bip__out_comma(p->o);
    print_fixed(p, plan->n_slots + i);
    bip__out_int(p->o, (int64_t)n);
    KEY(p->o, "mean_difference");
    bip__out_number(p->o, sum / (double)n);
    KEY(p->o, "mean_absolute_difference");
    bip__out_number(p->o, sum_absolute / (double)n);
    TEXT(p->o, ",\"occasions\":[");
    for (size_t k = 0; k < n; k++)
        print_occasion(p->o, a, occasions[k].a, b, occasions[k].b);
    TEXT(p->o, "]}");
    return BIP_OK;
}

/* -------------------------------------------------------------------------------------------------------- document */

static bip_status print_participant(printer *p, const char *code, bip_error *err)
{
    const bip__plan *plan = p->reading.plan;
    bip_status st = BIP_OK;

    TEXT(p->o, "{\"schema\":\"bip-progression-1\",\"participant\":");
    bip__out_json_text(p->o, code);
    TEXT(p->o, ",\"as_of\":\"");
    bip__out_date(p->o, plan->as_of);
    TEXT(p->o, "\",\"series\":[");
    for (size_t s = 0; st == BIP_OK && s < plan->n_slots; s++)
        if (bip__reading_shows(&p->reading, s))
            st = print_series(p, s, err);
    TEXT(p->o, "],\"pairs\":[");
    for (size_t i = 0; st == BIP_OK && p->with_pairs && i < plan->n_pairs; i++)
        st = print_pair(p, i, err);
    TEXT(p->o, "]}\n");
    return st;
}

bip_status bip__show_progression(bip__context *c, const bip_query *query, const char *options_json, bip__out *o,
                                 bip_error *err)
{
    printer p = {.o = o, .with_pairs = query == NULL || query->respondent == NULL};
    const char *code;
    bip_status st = bip__no_options(options_json, err);

    if (st == BIP_OK)
        st = bip__reading_open(&p.reading, c, query, err);
    if (st == BIP_OK)
        st = fix(&p, err);
    while (st == BIP_OK && (st = bip__reading_next(&p.reading, &code, err)) == BIP_OK && o->status == BIP_OK)
        st = print_participant(&p, code, err);
    bip__free(p.at);
    bip__out_free(&p.fixed);
    bip__reading_close(&p.reading);
    return st == BIP_DONE ? BIP_OK : st;
}
