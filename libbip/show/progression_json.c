#include "show/show.h"

#include "base/alloc.h"
#include "base/number.h"
#include "show/reading.h"

#include <math.h>
#include <string.h>

/* ---------------------------------------------------------------------------------------------------------- the pen */

/* Writes into the output's own room without asking for it each time: room_for() asks once a piece, and a piece has a
 * greatest length. Of a series, behind its fixed beginning: some fifty keys and words, 11 counts, 26 numbers, 5 dates,
 * 2 codes of bands. What writes takes the place to write at and gives the one behind: a place in memory would be stored
 * and loaded again at each of a hundred pieces a series. */
#define PIECE 4096
#define OCCASIONS 16    /* of a pair, a piece */
#define MOST_FIXED 8192 /* codes of at most 64 bytes: of the instrument, its version, and of at most 64 respondents */
#define PEN_ROOM (PIECE + MOST_FIXED)

/* What was printed before, each in a place of its own that the next one takes over: days by number, modulo, since
 * participants have few, the same ones, and each dozens of times; and numbers that come again, by their bits. Looking
 * one up takes a tenth of the time of printing it. What is 0 all over stands for the day and number 0, and is looked
 * for in the first place only: that is filled from the beginning. */
#define DATES 4096
#define DATE_SIZE 12
typedef struct printed_date { /* 16 bytes: copied whole, in one move */
    char text[DATE_SIZE];     /* with its quotes */
    bip_date day;
} printed_date;

#define NUMBERS_BITS 12
typedef struct printed_number {
    char text[23]; /* longer ones aren't kept */
    unsigned char n;
    uint64_t bits;
} printed_number;

typedef struct bip__printed_before {
    printed_number numbers[1 << NUMBERS_BITS];
    printed_date dates[DATES];
} printed_before;

typedef struct pen {
    bip__out *o;
    printed_before *before;
    bip__out small;
    char lost[PEN_ROOM]; /* written to after a failure */
} pen;

static void pen_init(pen *p, bip__out *o)
{
    p->o = o;
    bip__out_init(&p->small, NULL, NULL);
}

/* A plan is kept for the next reading, and what was printed with it. */
static bip_status take_before(pen *p, bip__plan *plan, bip_error *err)
{
    p->before = plan->printed_before;
    if (p->before != NULL)
        return BIP_OK;
    p->before = plan->printed_before = bip__alloc_zero(1, sizeof *p->before);
    if (p->before == NULL)
        return bip__nomem(err);
    memcpy(p->before->dates[0].text, "\"1970-01-01\"", DATE_SIZE);
    p->before->numbers[0] = (printed_number){"0", 1, 0};
    return BIP_OK;
}

/* Where n bytes may be written, n at most PEN_ROOM; written() says up to where they were. */
static char *room_for(pen *p, size_t n)
{
    char *to = bip__out_room(p->o, n);

    return to == NULL ? p->lost : to;
}

static void written(pen *p, const char *end)
{
    if (p->o->status == BIP_OK)
        bip__out_filled(p->o, end);
}

static inline char *put(char *to, const char *text, size_t n)
{
    memcpy(to, text, n);
    return to + n;
}

#define PUT(to, text) put((to), text, sizeof(text) - 1)

/* The document's own words, which come several a series: with their quotes, copied at a length that is always the same.
 */
typedef struct word {
    char text[16];
    size_t n;
} word;
#define WORD(text)                                                                                                     \
    {                                                                                                                  \
        text, sizeof(text) - 1                                                                                         \
    }

static inline char *put_own(char *to, const word *w)
{
    memcpy(to, w->text, sizeof w->text);
    return to + w->n;
}

/* Codes hold nothing that JSON escapes. */
static char *put_code(char *to, const char *code /* NULL: null */)
{
    if (code == NULL)
        return PUT(to, "null");
    *to++ = '"';
    to = put(to, code, strlen(code));
    *to++ = '"';
    return to;
}

/* As bip__out_number(), with a search for the shortest digits. */
static char *put_digits(char *to, double v)
{
    if (!isfinite(v))
        return PUT(to, "null");
    return to + bip__number_print(v, to);
}

static char *put_new_number(printed_number *before, char *to, double v)
{
    char *end = put_digits(to, v);
    size_t n = (size_t)(end - to);

    if (n <= sizeof before->text) {
        memcpy(&before->bits, &v, sizeof v);
        memcpy(before->text, to, n);
        before->n = (unsigned char)n;
    }
    return end;
}

/* Scores, what hangs on few of them, or on two dates: they come again. Copied before it is known to be the same number,
 * which it is seven times in eight, so that nothing is jumped over. */
static inline char *put_number(pen *p, char *to, double v)
{
    printed_number *before;
    uint64_t bits;

    memcpy(&bits, &v, sizeof v);
    before = &p->before->numbers[bits * UINT64_C(0x9e3779b97f4a7c15) >> (64 - NUMBERS_BITS)]; /* Knuth, 6.4 */
    memcpy(to, before->text, sizeof before->text);
    return before->bits == bits ? to + before->n : put_new_number(before, to, v);
}

/* Counts of numbers and days, and what hangs on pairs of them: of the 110,000 days there are. */
static inline char *put_whole(pen *p, char *to, int64_t v)
{
    if (v < 0 || v > 9)
        return put_number(p, to, (double)v);
    *to = (char)('0' + v);
    return to + 1;
}

/* What takes longer to print goes through the small buffer; n bytes at most. */
static char *put_small(pen *p, char *to, size_t most)
{
    if (p->small.status == BIP_OK && p->small.len <= most)
        return put(to, p->small.data, p->small.len);
    p->o->status = BIP_E_NOMEM; /* told at the end, with the rest */
    return to;
}

static char *put_new_date(pen *p, char *to, printed_date *d, bip_date day)
{
    bip__out_clear(&p->small);
    bip__out_char(&p->small, '"');
    bip__out_date(&p->small, day);
    bip__out_char(&p->small, '"');
    if (p->small.status == BIP_OK && p->small.len == DATE_SIZE) {
        d->day = day;
        memcpy(d->text, p->small.data, DATE_SIZE);
    }
    return put_small(p, to, PIECE / 8);
}

static inline char *put_date(pen *p, char *to, bip_date day)
{
    printed_date *d = &p->before->dates[(uint32_t)day % DATES];

    memcpy(to, d, sizeof *d);
    return d->day == day ? to + DATE_SIZE : put_new_date(p, to, d, day);
}

/* bip-progression-1 */
typedef struct printer {
    bip__reading reading;
    pen pen;
    bool with_pairs;
} printer;

static const word direction_words[] = {WORD("\"unknown\""), WORD("\"forward\""), WORD("\"steady\""), WORD("\"back\"")};
static const word trend_words[] = {WORD("null"), WORD("\"forward\""), WORD("\"steady\""), WORD("\"back\"")};
static const word mk_methods[] = {WORD(""), WORD("\"exact\""), WORD("\"normal\"")};
static const word rci_classes[] = {WORD(""), WORD("\"improved\""), WORD("\"unchanged\""), WORD("\"deteriorated\"")};
static const word truths[] = {WORD("null"), WORD("false"), WORD("true")}; /* from -1, unknown, on */

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
    TEXT(o, ",{\"instrument\":");
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

    TEXT(o, ",{\"instrument\":");
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
static bip_status put_fixed(printer *p, size_t i, bool first, char **to, bip_error *err)
{
    bip__plan *plan = p->reading.plan;
    const bip__printed *printed = &plan->printed[i];
    bip_status st = printed->text == NULL ? fix(plan, i, err) : BIP_OK;

    if (st == BIP_OK) /* all but the first behind a comma */
        *to = put(room_for(&p->pen, PEN_ROOM), printed->text + first, printed->n - first);
    return st;
}

/* ----------------------------------------------------------------------------------------------------- one series */

static inline char *put_point(pen *p, char *to, const bip_point *point)
{
    to = put_date(p, PUT(to, "{\"date\":"), point->date);
    to = put_number(p, PUT(to, ",\"score\":"), point->score);
    *to = '}';
    return to + 1;
}

static char *put_counts(pen *p, char *to, const bip_series *s)
{
    to = put_whole(p, to, s->n);
    to = put_whole(p, PUT(to, ",\"missing\":{\"not_asked\":"), s->not_asked);
    to = put_whole(p, PUT(to, ",\"declined\":"), s->declined);
    to = put_whole(p, PUT(to, ",\"dont_know\":"), s->dont_know);
    to = put_whole(p, PUT(to, ",\"not_applicable\":"), s->not_applicable);
    *to = '}';
    return to + 1;
}

static char *put_points(pen *p, char *to, const bip_series *s)
{
    to = put_point(p, PUT(to, ",\"first\":"), &s->first);
    if (s->n < 2)
        to = PUT(to, ",\"previous\":null");
    else
        to = put_point(p, PUT(to, ",\"previous\":"), &s->previous);
    to = put_point(p, PUT(to, ",\"latest\":"), &s->latest);
    to = put_point(p, PUT(to, ",\"best\":"), &s->best);
    to = put_number(p, PUT(to, ",\"mean\":"), s->mean);
    to = put_number(p, PUT(to, ",\"sd\":"), s->sd);
    return put_whole(p, PUT(to, ",\"span_days\":"), s->span_days);
}

static char *put_change(pen *p, char *to, const bip_series *s)
{
    if (s->n < 2)
        return PUT(to, ",\"change\":null");
    to = put_number(p, PUT(to, ",\"change\":{\"from_first\":"), s->from_first);
    to = put_number(p, PUT(to, ",\"from_previous\":"), s->from_previous);
    to = put_number(p, PUT(to, ",\"percent_of_scale\":"), s->percent_of_scale);
    *to = '}';
    return to + 1;
}

static char *put_lines(pen *p, char *to, const bip_series *s)
{
    if (s->n < 3)
        return PUT(to, ",\"ols\":null,\"theil_sen\":null");
    to = put_digits(PUT(to, ",\"ols\":{\"per_90_days\":"), s->ols_per_90_days);
    to = put_digits(PUT(to, ",\"at_first\":"), s->ols_at_first);
    to = put_digits(PUT(to, ",\"se_per_90_days\":"), s->ols_se_per_90_days);
    to = put_digits(PUT(to, ",\"r2\":"), s->ols_r2);
    to = put_number(p, PUT(to, "},\"theil_sen\":{\"per_90_days\":"), s->ts_per_90_days);
    to = put_number(p, PUT(to, ",\"low\":"), s->ts_low);
    to = put_number(p, PUT(to, ",\"high\":"), s->ts_high);
    *to = '}';
    return to + 1;
}

static char *put_mann_kendall(pen *p, char *to, const bip_series *s)
{
    if (s->mk_method == BIP_MK_NONE)
        return PUT(to, ",\"mann_kendall\":null");
    to = put_whole(p, PUT(to, ",\"mann_kendall\":{\"s\":"), s->mk_s);
    to = put_number(p, PUT(to, ",\"var_s\":"), s->mk_var_s);
    to = put_number(p, PUT(to, ",\"z\":"), s->mk_z);
    to = put_number(p, PUT(to, ",\"p\":"), s->mk_p);
    to = put_own(PUT(to, ",\"method\":"), &mk_methods[s->mk_method]);
    *to = '}';
    return to + 1;
}

static char *put_trend(pen *p, char *to, const bip_series *s)
{
    to = put_own(PUT(to, ",\"trend\":{\"direction\":"), &trend_words[s->trend]);
    to = put_mann_kendall(p, put_lines(p, to, s), s);
    *to = '}';
    return to + 1;
}

static char *put_reliable_change(pen *p, char *to, const bip_series *s)
{
    if (s->rci_class == BIP_RCI_NONE)
        return PUT(to, ",\"reliable_change\":null");
    to = put_number(p, PUT(to, ",\"reliable_change\":{\"method\":\"jacobson_truax\",\"rci\":"), s->rci);
    to = put_own(PUT(to, ",\"class\":"), &rci_classes[s->rci_class]);
    *to = '}';
    return to + 1;
}

static char *put_steps(pen *p, char *to, const bip_series *s)
{
    to = put_whole(p, PUT(to, ",\"steps\":{\"forward\":"), s->steps_forward);
    to = put_whole(p, PUT(to, ",\"back\":"), s->steps_back);
    if (s->step == BIP_UNKNOWN)
        return PUT(to, ",\"latest\":null}");
    to = put_own(PUT(to, ",\"latest\":{\"direction\":"), &direction_words[s->step]);
    to = put_date(p, PUT(to, ",\"date\":"), s->step_to.date);
    to = put_number(p, PUT(to, ",\"from\":"), s->step_from.score);
    to = put_number(p, PUT(to, ",\"to\":"), s->step_to.score);
    to = put_whole(p, PUT(to, ",\"held_for\":"), s->held_for);
    to = put_own(PUT(to, ",\"new_best\":"), &truths[s->new_best + 1]);
    to = put_own(PUT(to, ",\"same_rater\":"), &truths[s->same_rater + 1]);
    return PUT(to, "}}");
}

static char *put_evidence(char *to, int32_t evidence)
{
    static const word words[] = {WORD(",\"observed\""), WORD(",\"held\""), WORD(",\"trend\""),
                                 WORD(",\"reliable\"")}; /* by bit */
    char *list = PUT(to, ",\"evidence\":");

    to = list;
    for (size_t bit = 0; bit < sizeof words / sizeof *words; bit++) { /* without a branch that depends on it */
        char *end = put_own(to, &words[bit]);

        to = evidence >> bit & 1 ? end : to;
    }
    *list = '['; /* the first comma's place, if there is one */
    to += to == list;
    *to = ']';
    return to + 1;
}

static char *put_band(char *to, const bip_series *s)
{
    if (!s->has_bands)
        return PUT(to, ",\"band\":null");
    to = put_code(PUT(to, ",\"band\":{\"first\":"), s->band_first);
    to = put_code(PUT(to, ",\"latest\":"), s->band_latest);
    *to = '}';
    return to + 1;
}

static bip_status print_series(printer *p, size_t slot, bool first, bip_error *err)
{
    bip_series s;
    char *to;
    bip_status st = bip__course_series(p->reading.course, slot, &s, err);

    if (st == BIP_OK)
        st = put_fixed(p, slot, first, &to, err);
    if (st != BIP_OK)
        return st;
    to = put_points(&p->pen, put_counts(&p->pen, to, &s), &s);
    to = put_trend(&p->pen, put_change(&p->pen, to, &s), &s);
    to = put_steps(&p->pen, put_reliable_change(&p->pen, to, &s), &s);
    to = put_own(PUT(put_band(to, &s), ",\"direction\":"), &direction_words[s.direction]);
    to = put_evidence(to, s.evidence);
    *to++ = '}';
    written(&p->pen, to);
    return BIP_OK;
}

/* -------------------------------------------------------------------------------------------------------- one pair */

/* At most 160 bytes. */
static inline char *put_occasion(pen *p, char *to, const bip__track *a, size_t i, const bip__track *b, size_t j)
{
    to = put_date(p, PUT(to, "{\"date_a\":"), a->days[i]);
    to = put_date(p, PUT(to, ",\"date_b\":"), b->days[j]);
    to = put_number(p, PUT(to, ",\"a\":"), a->scores[i]);
    to = put_number(p, PUT(to, ",\"b\":"), b->scores[j]);
    to = put_number(p, PUT(to, ",\"difference\":"), a->scores[i] - b->scores[j]);
    *to = '}';
    return to + 1;
}

static void print_occasions(pen *p, const bip__track *a, const bip__track *b, const bip__pair *pairs, size_t n)
{
    for (size_t k = 0, end; k < n; k = end) {
        char *to = room_for(p, PIECE);

        for (end = k + OCCASIONS < n ? k + OCCASIONS : n; k < end; k++) {
            *to = k == 0 ? '[' : ',';
            to = put_occasion(p, to + 1, a, pairs[k].a, b, pairs[k].b);
        }
        written(p, to);
    }
}

static bip_status print_pair(printer *p, size_t i, bool *first, bip_error *err)
{
    const bip__slot_pair *pair = &p->reading.plan->pairs[i];
    const bip__track *a = &p->reading.course->tracks[pair->a], *b = &p->reading.course->tracks[pair->b];
    const bip__pair *occasions;
    double sum = 0, sum_absolute = 0;
    char *to;
    size_t n;

    if (a->n == 0 || b->n == 0) /* most instruments aren't asked of a participant: not worth a call */
        return BIP_OK;
    bip_status st = bip__course_pairs(p->reading.course, pair, &occasions, &n, err);
    if (st == BIP_OK && n > 0)
        st = put_fixed(p, p->reading.plan->n_slots + i, *first, &to, err);
    if (st != BIP_OK || n == 0)
        return st;
    *first = false;
    for (size_t k = 0; k < n; k++) {
        double difference = a->scores[occasions[k].a] - b->scores[occasions[k].b];
        sum += difference;
        sum_absolute += fabs(difference);
    }
    to = put_whole(&p->pen, to, (int64_t)n);
    to = put_number(&p->pen, PUT(to, ",\"mean_difference\":"), sum / (double)n);
    to = put_number(&p->pen, PUT(to, ",\"mean_absolute_difference\":"), sum_absolute / (double)n);
    written(&p->pen, PUT(to, ",\"occasions\":"));
    print_occasions(&p->pen, a, b, occasions, n);
    bip__out_text(p->pen.o, "]}");
    return BIP_OK;
}

/* -------------------------------------------------------------------------------------------------------- document */

static bip_status print_participant(printer *p, const char *code, bip_error *err)
{
    const bip__plan *plan = p->reading.plan;
    bip_status st = BIP_OK;
    bool first = true;

    TEXT(p->pen.o, "{\"schema\":\"bip-progression-1\",\"participant\":");
    bip__out_json_text(p->pen.o, code);
    char *to = room_for(&p->pen, PIECE);
    to = put_date(&p->pen, PUT(to, ",\"as_of\":"), plan->as_of);
    written(&p->pen, PUT(to, ",\"series\":["));
    for (size_t s = 0; st == BIP_OK && s < plan->n_slots; s++)
        if (bip__reading_shows(&p->reading, s)) {
            st = print_series(p, s, first, err);
            first = false;
        }
    bip__out_text(p->pen.o, "],\"pairs\":[");
    first = true;
    for (size_t i = 0; st == BIP_OK && p->with_pairs && i < plan->n_pairs; i++)
        st = print_pair(p, i, &first, err);
    bip__out_text(p->pen.o, "]}\n");
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
        st = take_before(&p.pen, p.reading.plan, err);
    while (st == BIP_OK && (st = bip__reading_next(&p.reading, &code, err)) == BIP_OK && o->status == BIP_OK)
        st = print_participant(&p, code, err);
    bip__out_free(&p.pen.small);
    bip__reading_close(&p.reading);
    return st == BIP_DONE ? BIP_OK : st;
}
