#include "base/alloc.h"
#include "progress/internal.h"

void bip__scratch_free(bip__scratch *s)
{
    bip__free(s->slopes);
    bip__free(s->values);
    bip__free(s->calendar);
    *s = (bip__scratch){0};
}

static const bip_point absent = {BIP_NO_DATE, 0, NAN};

static bip_point point(const bip_date *days, const double *scores, size_t at)
{
    return (bip_point){days[at], 0, scores[at]};
}

static void tell_change(const bip_date *days, const double *scores, size_t n, double width, bip_series *out)
{
    out->first = point(days, scores, 0);
    out->latest = point(days, scores, n - 1);
    out->span_days = (int32_t)((int64_t)days[n - 1] - days[0]);
    if (n < 2) {
        out->previous = absent;
        out->from_first = out->from_previous = out->percent_of_scale = NAN;
        return;
    }
    out->previous = point(days, scores, n - 2);
    out->from_first = scores[n - 1] - scores[0];
    out->from_previous = scores[n - 1] - scores[n - 2];
    out->percent_of_scale = 100 * out->from_first / width;
}

static bip__wide sum_of(const double *scores, size_t n)
{
    bip__wide sum = {0, 0};

    for (size_t i = 0; i < n; i++)
        bip__wide_add(&sum, (bip__wide){scores[i], 0});
    return bip__wide_sum(sum.hi, sum.lo);
}

static void tell_mean(const double *scores, size_t n, bip__wide sum, bip_series *out)
{
    double of_n = (double)n, squares = 0; /* of n times the distance from the mean */

    out->mean = bip__wide_ratio(sum, (bip__wide){of_n, 0});
    out->sd = NAN;
    if (n < 2)
        return;
    for (size_t i = 0; i < n; i++) {
        bip__wide centred = bip__wide_centred(of_n, scores[i], sum);
        double distance = centred.hi + centred.lo;
        squares += distance * distance;
    }
    out->sd = sqrt(squares / (of_n - 1)) / of_n;
}

/* As above; the sum of the squares in one. */
static void tell_whole_mean(const bip__whole *whole, size_t n, bip_series *out)
{
    double of_n = (double)n;

    out->mean = whole->sum / of_n;
    out->sd = n > 1 ? sqrt(of_n * (of_n * whole->squares - whole->sum * whole->sum) / (of_n - 1)) / of_n : NAN;
}

/* Jacobson and Truax (1991), first against latest. */
static void tell_reliable_change(const bip__measure *m, bip_series *out)
{
    out->rci = out->from_first / m->error; /* NaN where either is not known */
    if (isnan(out->rci))
        out->rci_class = BIP_RCI_NONE;
    else if (fabs(out->rci) < 1.96 - 1e-9)
        out->rci_class = BIP_UNCHANGED;
    else {
        out->rci_class = out->rci * m->towards > 0 ? BIP_IMPROVED : BIP_DETERIORATED;
        out->rci = isfinite(out->rci) ? out->rci : NAN; /* by an error of next to nothing */
    }
}

/* What a look at one number after the other finds. */
typedef struct seen {
    size_t best, step; /* indexes; step: of the newest one's second number, 0 where there is none */
    bool new_best;     /* that number is better than every one before */
    int32_t forward, back;
} seen;

/* One pass without a branch that depends on a score: nearly every second would be guessed wrong. */
static seen look_at(const double *scores, size_t n, const bip__measure *m)
{
    const double towards = m->towards, least = m->least, beyond = m->beyond;
    double before = towards * scores[0]; /* turned, as these: more is better */
    double best_score = before, most = before, most_before_step = before;
    size_t best = 0, step = 0;
    int32_t steps = 0, forward = 0;

    for (size_t i = 1; i < n; i++) {
        const double score = towards * scores[i], gain = score - before;
        const bool is_step = fabs(gain) > beyond, is_better = score - best_score >= least;

        steps += is_step;
        forward += gain > beyond;
        step = is_step ? i : step;
        most_before_step = is_step ? most : most_before_step;
        best = is_better ? i : best;
        best_score = is_better ? score : best_score;
        most = most > score ? most : score;
        before = score;
    }
    return (seen){best, step, towards * scores[step] - most_before_step >= least, forward, steps - forward};
}

static void tell_no_step(bip_series *out)
{
    out->step = BIP_UNKNOWN;
    out->step_from = absent;
    out->step_to = absent;
    out->held_for = out->new_best = 0;
    out->same_rater = -1;
    out->direction = out->n == 1 ? BIP_UNKNOWN : BIP_STEADY;
    out->evidence = 0;
}

/* What else supports a step that was not undone. */
static int32_t evidence_of(double way, const bip_series *s)
{
    const int32_t reliable = s->step == BIP_FORWARD ? BIP_IMPROVED : BIP_DETERIORATED;
    int32_t evidence = BIP_OBSERVED;

    evidence |= s->held_for >= 2 ? BIP_HELD : 0;
    evidence |= s->mk_p < 0.05 && way * (double)s->mk_s > 0 ? BIP_TREND : 0;
    evidence |= s->rci_class == reliable ? BIP_RELIABLE : 0;
    return evidence;
}

static void tell_steps(const bip_date *days, const double *scores, const int32_t *raters, size_t n,
                       const bip__measure *m, bip_series *out)
{
    const seen s = look_at(scores, n, m);

    out->best = point(days, scores, s.best);
    out->steps_forward = s.forward;
    out->steps_back = s.back;
    if (s.step == 0) {
        tell_no_step(out);
        return;
    }
    const double way = bip__step_way(scores, s.step);
    /* Undone: the latest number is back at or behind where the step began. */
    const bool stands = way * (scores[n - 1] - scores[s.step - 1]) >= m->least;
    out->step_from = point(days, scores, s.step - 1);
    out->step_to = point(days, scores, s.step);
    out->step = way * m->towards > 0 ? BIP_FORWARD : BIP_BACK;
    out->held_for = bip__step_held_for(scores, n, m->least, s.step);
    out->new_best = s.new_best;
    out->same_rater = bip__step_same_rater(raters, s.step);
    out->direction = stands ? out->step : BIP_STEADY;
    out->evidence = stands ? evidence_of(way, out) : 0;
}

static void tell_no_trend(bip_series *out)
{
    out->trend = BIP_UNKNOWN;
    out->ols_per_90_days = out->ols_at_first = out->ols_se_per_90_days = out->ols_r2 = NAN;
    out->ts_per_90_days = out->ts_low = out->ts_high = NAN;
}

/* Until Mann-Kendall is told, for which more is needed than for the rest of the trend. */
static void tell_no_order(bip_series *out)
{
    out->mk_method = BIP_MK_NONE;
    out->mk_s = 0;
    out->mk_var_s = out->mk_z = out->mk_p = NAN;
}

/* Turned by the differences that count over the whole span, not by a slope of some 1e-17. */
static int32_t trend_direction(const bip__measure *m, const bip_series *s)
{
    return bip__direction_of(bip__turned(s->ts_per_90_days / 90 * s->span_days, m));
}

static bip_status tell_numbers(bip__scratch *scratch, const bip_date *days, const double *scores, size_t n,
                               bip_series *out, bip_error *err)
{
    bip__whole whole = bip__whole_look(days, scores, n);

    if (whole.holds && !scratch->alone) {
        tell_whole_mean(&whole, n, out);
        return n < 3 ? BIP_OK : bip__whole_trend(scratch, &whole, days, scores, n, out, err);
    }
    bip__wide sum = sum_of(scores, n);
    tell_mean(scores, n, sum, out);
    if (n < 3)
        return BIP_OK;
    bip__least_squares(days, scores, n, sum, out);
    return bip__pairwise_trend(scratch, days, scores, n, out, err);
}

bip_status bip__series_measured(bip__scratch *scratch, const bip_date *days, const double *scores,
                                const int32_t *raters, size_t n, const bip__measure *m, bip_series *out, bip_error *err)
{
    if (n == 0 || n > INT32_MAX)
        return bip__fail(err, BIP_E_USAGE, "n", "a series has 1 to 2147483647 numbers");
    out->better = m->better;
    out->n = (int32_t)n;
    tell_change(days, scores, n, m->width, out);
    tell_no_order(out);
    bip_status st = tell_numbers(scratch, days, scores, n, out, err);
    if (st != BIP_OK)
        return st;
    if (n < 3)
        tell_no_trend(out);
    else
        out->trend = trend_direction(m, out);
    tell_reliable_change(m, out);
    tell_steps(days, scores, raters, n, m, out);
    return BIP_OK;
}

/* ------------------------------------------------------------------------------------------ numbers of any size */

/* Scores whose greatest is between these powers of two leave room for every term of the formulas, whatever n and the
 * days. The greatest term is `explained` of trend.c: n < 2^31 and days of three hundred years make it less than 2^347
 * times the score's square. What scores differ by is at least 2^-106 of them as a wide number, and that is squared. */
enum { LEAST_EXPONENT = -300, MOST_EXPONENT = 300, MOST_OF_RULES = 1000 };

/* The power of two that scores are multiplied by, which loses nothing: 0 unless they are far out. */
static int shift_of(const double *scores, size_t n)
{
    double size = 0;

    for (size_t i = 0; i < n; i++)
        size = fmax(size, fabs(scores[i]));
    const int exponent = size > 0 ? ilogb(size) : 0;
    if (exponent > MOST_EXPONENT)
        return MOST_EXPONENT - exponent;
    return exponent < LEAST_EXPONENT ? LEAST_EXPONENT - exponent : 0;
}

/* A measure that is above 0 stays above it. */
static double measure_shifted(double measure, int shift)
{
    const double shifted = ldexp(measure, shift);

    return shifted == 0 ? nextafter(0, 1) : shifted;
}

/* As far as the rules can be multiplied themselves, the rest is left to what they come to. Before any of it is
 * computed: a scale from one end of what doubles hold to the other is twice as wide as they reach, a least one has no
 * digits. */
static bip__measure measure_of_shifted(const bip_series_rules *rules, int shift)
{
    bip_series_rules r = *rules;
    const double ends = fmax(fabs(r.scale_min), fabs(r.scale_max));
    const int room = MOST_OF_RULES - ilogb(fmax(ends, fmax(r.smallest_step, r.sd))),
              ahead = shift < room ? shift : room;

    r.scale_min = ldexp(r.scale_min, ahead);
    r.scale_max = ldexp(r.scale_max, ahead);
    r.smallest_step = ldexp(r.smallest_step, ahead);
    r.sd = ldexp(r.sd, ahead);
    bip__measure m = bip__measure_of(&r);
    m.least = measure_shifted(m.least, shift - ahead);
    m.beyond = ldexp(m.beyond, shift - ahead);
    m.width = measure_shifted(m.width, shift - ahead);
    m.error = measure_shifted(m.error, shift - ahead);
    return m;
}

/* The point as it was given: a small score beside a great one may have been shifted away. */
static void give_back(const bip_date *days, const double *scores, bip_point *point)
{
    size_t at = 0;

    if (point->date == BIP_NO_DATE)
        return;
    while (days[at] != point->date)
        at++;
    point->score = scores[at];
}

static void shift_back(const bip_date *days, const double *scores, int shift, bip_series *s)
{
    double *const in_scores[] = {&s->mean,
                                 &s->sd,
                                 &s->from_first,
                                 &s->from_previous,
                                 &s->ols_per_90_days,
                                 &s->ols_at_first,
                                 &s->ols_se_per_90_days,
                                 &s->ts_per_90_days,
                                 &s->ts_low,
                                 &s->ts_high};
    bip_point *const points[] = {&s->first, &s->previous, &s->latest, &s->best, &s->step_from, &s->step_to};

    for (size_t i = 0; i < sizeof in_scores / sizeof *in_scores; i++)
        *in_scores[i] = ldexp(*in_scores[i], -shift);
    for (size_t i = 0; i < sizeof points / sizeof *points; i++)
        give_back(days, scores, points[i]);
}

static bip_status series_shifted(bip__scratch *scratch, const bip_date *days, const double *scores,
                                 const int32_t *raters, size_t n, const bip_series_rules *rules, int shift,
                                 bip_series *out, bip_error *err)
{
    const bip__measure m = measure_of_shifted(rules, shift);
    double *shifted = n <= SIZE_MAX / sizeof *shifted ? bip__alloc(n * sizeof *shifted) : NULL;

    if (!shifted)
        return bip__nomem(err);
    for (size_t i = 0; i < n; i++)
        shifted[i] = ldexp(scores[i], shift);
    bip_status st = bip__series_measured(scratch, days, shifted, raters, n, &m, out, err);
    if (st == BIP_OK)
        shift_back(days, scores, shift, out);
    bip__free(shifted);
    return st;
}

/* A figure that is too great for a double is none. */
static void only_finite(bip_series *s)
{
    double *const figures[] = {
        &s->sd,           &s->from_first,         &s->from_previous,  &s->percent_of_scale, &s->ols_per_90_days,
        &s->ols_at_first, &s->ols_se_per_90_days, &s->ts_per_90_days, &s->ts_low,           &s->ts_high,
        &s->rci};

    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        *figures[i] = isfinite(*figures[i]) ? *figures[i] : NAN;
}

bip_status bip__series_numbers(bip__scratch *scratch, const bip_date *days, const double *scores, const int32_t *raters,
                               size_t n, const bip_series_rules *rules, bip_series *out, bip_error *err)
{
    const int shift = shift_of(scores, n);
    const bip__measure m = bip__measure_of(rules);
    bip_status st = shift == 0 ? bip__series_measured(scratch, days, scores, raters, n, &m, out, err)
                               : series_shifted(scratch, days, scores, raters, n, rules, shift, out, err);

    if (st == BIP_OK)
        only_finite(out);
    return st;
}
