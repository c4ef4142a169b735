#include "show/show.h"

#include "base/alloc.h"
#include "base/number.h"
#include "show/reading.h"

#include <math.h>
#include <string.h>

/* ---------------------------------------------------------------------------------------------------------- the pen */

/* Writes into the output's own room without asking for it each time: ready() asks once a piece, and a piece has a
 * greatest length. Of a series, behind its fixed beginning: some fifty keys and words, 11 counts, 26 numbers, 5 dates,
 * 2 codes of bands. */
#define PIECE 4096
#define MOST_FIXED 8192 /* codes of at most 64 bytes: of the instrument, its version, and of at most 64 respondents */
#define PEN_ROOM (PIECE + MOST_FIXED)

/* Days that were printed before, by number, modulo: participants have few, the same ones, and each dozens of times. */
#define DATES 4096
#define DATE_SIZE 10
typedef struct bip__printed_date {
    bip_date day; /* with an empty text: none */
    char text[DATE_SIZE];
} printed_date;

typedef struct pen {
    bip__out *o;
    char *at; /* in the room of o; NULL: nothing is written yet */
    printed_date *dates;
    bip__out small;
    char lost[1 + PEN_ROOM]; /* written to after a failure; begins with a byte for put_comma() */
} pen;

#define PUT(pen, text) put((pen), text, sizeof(text) - 1)
#define PUT_KEY(pen, key) PUT((pen), ",\"" key "\":")

static void pen_init(pen *p, bip__out *o)
{
    p->o = o;
    p->at = NULL;
    p->lost[0] = '\0';
    bip__out_init(&p->small, NULL, NULL);
}

/* A plan is kept for the next reading, and the dates with it. */
static bip_status take_dates(pen *p, bip__plan *plan, bip_error *err)
{
    if (plan->printed_dates == NULL)
        plan->printed_dates = bip__alloc_zero(DATES, sizeof *plan->printed_dates);
    p->dates = plan->printed_dates;
    return p->dates == NULL ? bip__nomem(err) : BIP_OK;
}

static void hand_on(pen *p)
{
    if (p->at != NULL && p->o->status == BIP_OK)
        bip__out_filled(p->o, p->at);
}

/* From here on n bytes may be written, n at most PEN_ROOM. */
static void ready(pen *p, size_t n)
{
    hand_on(p);
    p->at = bip__out_room(p->o, n);
    if (p->at == NULL)
        p->at = p->lost + 1;
}

static inline void put(pen *p, const char *text, size_t n)
{
    memcpy(p->at, text, n);
    p->at += n;
}

static inline void put_char(pen *p, char c)
{
    *p->at++ = c;
}

static inline void put_comma(pen *p)
{
    if ((p->at == p->o->data ? p->o->last : p->at[-1]) != '[')
        put_char(p, ',');
}

static void put_word(pen *p, const char *word)
{
    put_char(p, '"');
    put(p, word, strlen(word));
    put_char(p, '"');
}

/* The document's own words, which come several a series: with their quotes, copied at a length that is always the same.
 */
typedef struct word {
    char text[16];
    size_t n;
} word;
#define WORD(text)                                                                                                     \
    {                                                                                                                  \
        "\"" text "\"", sizeof(text) + 1                                                                               \
    }

static inline void put_own(pen *p, const word *w)
{
    memcpy(p->at, w->text, sizeof w->text);
    p->at += w->n;
}

/* Codes hold nothing that JSON escapes. */
static void put_code(pen *p, const char *code /* NULL: null */)
{
    if (code)
        put_word(p, code);
    else
        PUT(p, "null");
}

static void put_whole(pen *p, int64_t v)
{
    uint64_t left = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    char digits[20];
    size_t n = sizeof digits;

    if (v < 0)
        put_char(p, '-');
    if (left <= 9) { /* most of them */
        put_char(p, (char)('0' + left));
        return;
    }
    for (; left > 0; left /= 10)
        digits[--n] = (char)('0' + left % 10);
    put(p, digits + n, sizeof digits - n);
}

/* As bip__out_number(): whole numbers (scores, nearly always) without a search for the shortest digits. */
static void put_number(pen *p, double v)
{
    if (!isfinite(v))
        PUT(p, "null");
    else if (fabs(v) < 1e9 && v == (double)(int64_t)v)
        put_whole(p, (int64_t)v);
    else
        p->at += bip__number_print(v, p->at);
}

/* What takes longer to print goes through the small buffer; n bytes at most. */
static void put_small(pen *p, size_t most)
{
    if (p->small.status != BIP_OK || p->small.len > most)
        p->o->status = BIP_E_NOMEM; /* told at the end, with the rest */
    else
        put(p, p->small.data, p->small.len);
}

/* Of a participant's code, which is at most 64 code points. */
static void put_text(pen *p, const char *text)
{
    bip__out_clear(&p->small);
    bip__out_json_text(&p->small, text);
    put_small(p, PIECE / 2);
}

static void put_new_date(pen *p, printed_date *d, bip_date day)
{
    bip__out_clear(&p->small);
    bip__out_date(&p->small, day);
    put_small(p, PIECE / 8);
    if (p->small.status == BIP_OK && p->small.len == DATE_SIZE) {
        d->day = day;
        memcpy(d->text, p->small.data, DATE_SIZE);
    }
}

static inline void put_date(pen *p, bip_date day)
{
    printed_date *d = &p->dates[(uint32_t)day % DATES];

    if (d->day == day && d->text[0] != '\0')
        put(p, d->text, DATE_SIZE);
    else
        put_new_date(p, d, day);
}

/* bip-progression-1 */
typedef struct printer {
    bip__reading reading;
    pen pen;
    bool with_pairs;
} printer;

static const word direction_words[] = {WORD("unknown"), WORD("forward"), WORD("steady"), WORD("back")};
static const word mk_methods[] = {{"", 0}, WORD("exact"), WORD("normal")};
static const word rci_classes[] = {{"", 0}, WORD("improved"), WORD("unchanged"), WORD("deteriorated")};

/* ,"key": as one constant */
#define KEY(o, key) bip__out_bytes((o), ",\"" key "\":", sizeof(",\"" key "\":") - 1)
#define TEXT(o, text) bip__out_bytes((o), text, sizeof(text) - 1)

static void print_word(bip__out *o, const char *text)
{
    bip__out_char(o, '"');
    bip__out_text(o, text);
    bip__out_char(o, '"');
}

/* ------------------------------------------------------------------------------------------ printed once for a plan
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

/* The beginning of a series, or of a pair: behind the slots. */
static bip_status fix(bip__plan *plan, size_t i, bip_error *err)
{
    bip__printed *printed = &plan->printed[i];
    bip__out o;
    bip_status st;

    bip__out_init(&o, NULL, NULL);
    if (i < plan->n_slots)
        fix_slot(&o, &plan->slots[i]);
    else
        fix_pair(&o, plan, &plan->pairs[i - plan->n_slots]);
    st = bip__out_finish(&o, err);
    if (st == BIP_OK && (printed->text = bip__arena_strndup(&plan->arena, o.data, o.len)) == NULL)
        st = bip__nomem(err);
    printed->n = o.len;
    bip__out_free(&o);
    return st;
}

/* The same, and room for the rest of it. */
static bip_status put_fixed(printer *p, size_t i, bip_error *err)
{
    bip__plan *plan = p->reading.plan;
    const bip__printed *printed = &plan->printed[i];
    bip_status st = printed->text == NULL ? fix(plan, i, err) : BIP_OK;

    if (st != BIP_OK)
        return st;
    ready(&p->pen, PIECE + MOST_FIXED);
    put_comma(&p->pen);
    put(&p->pen, printed->text, printed->n);
    return BIP_OK;
}

/* ----------------------------------------------------------------------------------------------------- one series */

static void put_point(pen *p, const bip_point *point)
{
    if (point->date == BIP_NO_DATE) {
        PUT(p, "null");
        return;
    }
    PUT(p, "{\"date\":\"");
    put_date(p, point->date);
    PUT(p, "\",\"score\":");
    put_number(p, point->score);
    put_char(p, '}');
}

static void put_counts(pen *p, const bip_series *s)
{
    put_whole(p, s->n);
    PUT(p, ",\"missing\":{\"not_asked\":");
    put_whole(p, s->not_asked);
    PUT_KEY(p, "declined");
    put_whole(p, s->declined);
    PUT_KEY(p, "dont_know");
    put_whole(p, s->dont_know);
    PUT_KEY(p, "not_applicable");
    put_whole(p, s->not_applicable);
    put_char(p, '}');
}

static void put_points(pen *p, const bip_series *s)
{
    PUT_KEY(p, "first");
    put_point(p, &s->first);
    PUT_KEY(p, "previous");
    put_point(p, &s->previous);
    PUT_KEY(p, "latest");
    put_point(p, &s->latest);
    PUT_KEY(p, "best");
    put_point(p, &s->best);
    PUT_KEY(p, "mean");
    put_number(p, s->mean);
    PUT_KEY(p, "sd");
    put_number(p, s->sd);
    PUT_KEY(p, "span_days");
    put_whole(p, s->span_days);
    PUT_KEY(p, "change");
    if (s->n < 2) {
        PUT(p, "null");
        return;
    }
    PUT(p, "{\"from_first\":");
    put_number(p, s->from_first);
    PUT_KEY(p, "from_previous");
    put_number(p, s->from_previous);
    PUT_KEY(p, "percent_of_scale");
    put_number(p, s->percent_of_scale);
    put_char(p, '}');
}

static void put_lines(pen *p, const bip_series *s)
{
    if (s->n < 3) {
        PUT(p, ",\"ols\":null,\"theil_sen\":null");
        return;
    }
    PUT(p, ",\"ols\":{\"per_90_days\":");
    put_number(p, s->ols_per_90_days);
    PUT_KEY(p, "at_first");
    put_number(p, s->ols_at_first);
    PUT_KEY(p, "se_per_90_days");
    put_number(p, s->ols_se_per_90_days);
    PUT_KEY(p, "r2");
    put_number(p, s->ols_r2);
    PUT(p, "},\"theil_sen\":{\"per_90_days\":");
    put_number(p, s->ts_per_90_days);
    PUT_KEY(p, "low");
    put_number(p, s->ts_low);
    PUT_KEY(p, "high");
    put_number(p, s->ts_high);
    put_char(p, '}');
}

static void put_mann_kendall(pen *p, const bip_series *s)
{
    PUT_KEY(p, "mann_kendall");
    if (s->mk_method == BIP_MK_NONE) {
        PUT(p, "null");
        return;
    }
    PUT(p, "{\"s\":");
    put_whole(p, s->mk_s);
    PUT_KEY(p, "var_s");
    put_number(p, s->mk_var_s);
    PUT_KEY(p, "z");
    put_number(p, s->mk_z);
    PUT_KEY(p, "p");
    put_number(p, s->mk_p);
    PUT_KEY(p, "method");
    put_own(p, &mk_methods[s->mk_method]);
    put_char(p, '}');
}

static void put_trend(pen *p, const bip_series *s)
{
    PUT(p, ",\"trend\":{\"direction\":");
    if (s->trend == BIP_UNKNOWN)
        PUT(p, "null");
    else
        put_own(p, &direction_words[s->trend]);
    put_lines(p, s);
    put_mann_kendall(p, s);
    put_char(p, '}');
    PUT_KEY(p, "reliable_change");
    if (s->rci_class == BIP_RCI_NONE) {
        PUT(p, "null");
        return;
    }
    PUT(p, "{\"method\":\"jacobson_truax\",\"rci\":");
    put_number(p, s->rci);
    PUT_KEY(p, "class");
    put_own(p, &rci_classes[s->rci_class]);
    put_char(p, '}');
}

static void put_truth(pen *p, int32_t is /* -1: unknown */)
{
    if (is < 0)
        PUT(p, "null");
    else if (is)
        PUT(p, "true");
    else
        PUT(p, "false");
}

static void put_steps(pen *p, const bip_series *s)
{
    PUT(p, ",\"steps\":{\"forward\":");
    put_whole(p, s->steps_forward);
    PUT_KEY(p, "back");
    put_whole(p, s->steps_back);
    PUT_KEY(p, "latest");
    if (s->step == BIP_UNKNOWN) {
        PUT(p, "null}");
        return;
    }
    PUT(p, "{\"direction\":");
    put_own(p, &direction_words[s->step]);
    PUT(p, ",\"date\":\"");
    put_date(p, s->step_to.date);
    PUT(p, "\",\"from\":");
    put_number(p, s->step_from.score);
    PUT_KEY(p, "to");
    put_number(p, s->step_to.score);
    PUT_KEY(p, "held_for");
    put_whole(p, s->held_for);
    PUT_KEY(p, "new_best");
    put_truth(p, s->new_best);
    PUT_KEY(p, "same_rater");
    put_truth(p, s->same_rater);
    PUT(p, "}}");
}

static void put_evidence(pen *p, int32_t evidence)
{
    static const word words[] = {WORD("observed"), WORD("held"), WORD("trend"), WORD("reliable")}; /* by bit */

    PUT_KEY(p, "evidence");
    put_char(p, '[');
    for (size_t bit = 0; bit < sizeof words / sizeof *words; bit++)
        if (evidence >> bit & 1) {
            put_comma(p);
            put_own(p, &words[bit]);
        }
    put_char(p, ']');
}

static void put_band(pen *p, const bip_series *s)
{
    PUT_KEY(p, "band");
    if (!s->has_bands) {
        PUT(p, "null");
        return;
    }
    PUT(p, "{\"first\":");
    put_code(p, s->band_first);
    PUT_KEY(p, "latest");
    put_code(p, s->band_latest);
    put_char(p, '}');
}

static bip_status print_series(printer *p, size_t slot, bip_error *err)
{
    pen *to = &p->pen;
    bip_series s;
    bip_status st = bip__course_series(p->reading.course, slot, &s, err);

    if (st == BIP_OK)
        st = put_fixed(p, slot, err);
    if (st != BIP_OK)
        return st;
    put_counts(to, &s);
    put_points(to, &s);
    put_trend(to, &s);
    put_steps(to, &s);
    put_band(to, &s);
    PUT_KEY(to, "direction");
    put_own(to, &direction_words[s.direction]);
    put_evidence(to, s.evidence);
    put_char(to, '}');
    return BIP_OK;
}

/* -------------------------------------------------------------------------------------------------------- one pair */

static void put_occasion(pen *p, const bip__track *a, size_t i, const bip__track *b, size_t j)
{
    ready(p, PIECE);
    put_comma(p);
    PUT(p, "{\"date_a\":\"");
    put_date(p, a->days[i]);
    PUT(p, "\",\"date_b\":\"");
    put_date(p, b->days[j]);
    PUT(p, "\",\"a\":");
    put_number(p, a->scores[i]);
    PUT_KEY(p, "b");
    put_number(p, b->scores[j]);
    PUT_KEY(p, "difference");
    put_number(p, a->scores[i] - b->scores[j]);
    put_char(p, '}');
}

static bip_status print_pair(printer *p, size_t i, bip_error *err)
{
    const bip__plan *plan = p->reading.plan;
    const bip__slot_pair *pair = &plan->pairs[i];
    const bip__track *a = &p->reading.course->tracks[pair->a], *b = &p->reading.course->tracks[pair->b];
    const bip__pair *occasions;
    pen *to = &p->pen;
    double sum = 0, sum_absolute = 0;
    size_t n;
    bip_status st = bip__course_pairs(p->reading.course, pair, &occasions, &n, err);

    if (st == BIP_OK && n > 0)
        st = put_fixed(p, plan->n_slots + i, err);
    if (st != BIP_OK || n == 0)
        return st;
    for (size_t k = 0; k < n; k++) {
        double difference = a->scores[occasions[k].a] - b->scores[occasions[k].b];
        sum += difference;
        sum_absolute += fabs(difference);
    }
    put_whole(to, (int64_t)n);
    PUT_KEY(to, "mean_difference");
    put_number(to, sum / (double)n);
    PUT_KEY(to, "mean_absolute_difference");
    put_number(to, sum_absolute / (double)n);
    PUT(to, ",\"occasions\":[");
    for (size_t k = 0; k < n; k++)
        put_occasion(to, a, occasions[k].a, b, occasions[k].b);
    ready(to, PIECE);
    PUT(to, "]}");
    return BIP_OK;
}

/* -------------------------------------------------------------------------------------------------------- document */

static bip_status print_participant(printer *p, const char *code, bip_error *err)
{
    const bip__plan *plan = p->reading.plan;
    pen *to = &p->pen;
    bip_status st = BIP_OK;

    ready(to, PIECE);
    PUT(to, "{\"schema\":\"bip-progression-1\",\"participant\":");
    put_text(to, code);
    PUT(to, ",\"as_of\":\"");
    put_date(to, plan->as_of);
    PUT(to, "\",\"series\":[");
    for (size_t s = 0; st == BIP_OK && s < plan->n_slots; s++)
        if (bip__reading_shows(&p->reading, s))
            st = print_series(p, s, err);
    ready(to, PIECE);
    PUT(to, "],\"pairs\":[");
    for (size_t i = 0; st == BIP_OK && p->with_pairs && i < plan->n_pairs; i++)
        st = print_pair(p, i, err);
    ready(to, PIECE);
    PUT(to, "]}\n");
    return st;
}

bip_status bip__show_progression(bip__context *c, const bip_query *query, const char *options_json, bip__out *o,
                                 bip_error *err)
{
    printer p; /* not initialised as a whole: that would take longer than a small document */
    const char *code;
    bip_status st = bip__no_options(options_json, err);

    p.reading = (bip__reading){0};
    p.with_pairs = query == NULL || query->respondent == NULL;
    pen_init(&p.pen, o);
    if (st == BIP_OK)
        st = bip__reading_open(&p.reading, c, query, err);
    if (st == BIP_OK)
        st = take_dates(&p.pen, p.reading.plan, err);
    while (st == BIP_OK && (st = bip__reading_next(&p.reading, &code, err)) == BIP_OK && o->status == BIP_OK)
        st = print_participant(&p, code, err);
    hand_on(&p.pen);
    bip__out_free(&p.pen.small);
    bip__reading_close(&p.reading);
    return st == BIP_DONE ? BIP_OK : st;
}
