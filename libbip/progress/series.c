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

static void set_absent(bip_series *out)
{
    out->previous = out->step_from = out->step_to = absent;
    out->sd = out->from_first = out->from_previous = out->percent_of_scale = NAN;
    out->trend = BIP_UNKNOWN;
    out->ols_per_90_days = out->ols_at_first = out->ols_se_per_90_days = out->ols_r2 = NAN;
    out->ts_per_90_days = out->ts_low = out->ts_high = NAN;
    out->mk_method = BIP_MK_NONE;
    out->mk_s = 0;
    out->mk_var_s = out->mk_z = out->mk_p = NAN;
    out->rci = NAN;
    out->rci_class = BIP_RCI_NONE;
    out->steps_forward = out->steps_back = 0;
    out->step = out->direction = BIP_UNKNOWN;
    out->held_for = out->new_best = 0;
    out->same_rater = -1;
    out->evidence = 0;
}

static size_t best_of(const double *scores, size_t n, const bip_series_rules *rules)
{
    const double towards = bip__towards(rules), least = bip__least_difference(rules);
    double score = scores[0];
    size_t best = 0;

    for (size_t i = 1; i < n; i++) { /* without a branch that depends on a score */
        bool better = towards * (scores[i] - score) >= least;

        best = better ? i : best;
        score = better ? scores[i] : score;
    }
    return best;
}

static bip_point point(const bip_date *days, const double *scores, size_t at)
{
    return (bip_point){days[at], 0, scores[at]};
}

static void tell_change(const bip_date *days, const double *scores, size_t n, const bip_series_rules *rules,
                        bip_series *out)
{
    out->first = point(days, scores, 0);
    out->latest = point(days, scores, n - 1);
    out->best = point(days, scores, best_of(scores, n, rules));
    out->span_days = (int32_t)((int64_t)days[n - 1] - days[0]);
    if (n < 2)
        return;
    out->previous = point(days, scores, n - 2);
    out->from_first = scores[n - 1] - scores[0];
    out->from_previous = scores[n - 1] - scores[n - 2];
    out->percent_of_scale = 100 * out->from_first / (rules->scale_max - rules->scale_min);
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
    if (n > 1)
        out->sd = sqrt(of_n * (of_n * whole->squares - whole->sum * whole->sum) / (of_n - 1)) / of_n;
}

/* Turned by the differences that count over the whole span, not by a slope of some 1e-17. */
static int32_t trend_direction(const bip_series_rules *rules, const bip_series *s)
{
    return bip__direction_of(bip__turned(s->ts_per_90_days / 90 * s->span_days, rules));
}

/* Jacobson and Truax (1991), first against latest. */
static void tell_reliable_change(size_t n, const bip_series_rules *rules, bip_series *out)
{
    double error = rules->sd * sqrt(1 - rules->reliability); /* of one measurement; NaN where not known */
    int32_t towards = rules->better == BIP_LOWER ? -1 : 1;

    if (n < 2 || isnan(error))
        return;
    out->rci = out->from_first / sqrt(2 * error * error);
    if (fabs(out->rci) < 1.96 - 1e-9)
        out->rci_class = BIP_UNCHANGED;
    else
        out->rci_class = out->rci * towards > 0 ? BIP_IMPROVED : BIP_DETERIORATED;
}

static void tell_steps(const bip_date *days, const double *scores, const int32_t *raters, size_t n,
                       const bip_series_rules *rules, bip_series *out)
{
    const double towards = bip__towards(rules), least = bip__least_difference(rules);
    bip__step newest;
    size_t at = 0;

    for (size_t i = 1; i < n; i++) { /* without a branch that depends on a score */
        double gain = towards * (scores[i] - scores[i - 1]);
        bool is_step = bip__is_step(gain, least, rules);

        out->steps_forward += is_step & (gain > 0);
        out->steps_back += is_step & (gain < 0);
        at = is_step ? i : at;
    }
    if (at == 0)
        return;
    bip__step_describe(scores, raters, n, rules, at, &newest);
    out->step = newest.direction;
    out->step_from = point(days, scores, at - 1);
    out->step_to = point(days, scores, at);
    out->held_for = newest.held_for;
    out->new_best = newest.new_best;
    out->same_rater = newest.same_rater;
}

/* Where the series stands: where the newest step led, unless the latest number is back at or behind where it began. */
static int32_t standing(const bip_series_rules *rules, const bip_series *s)
{
    if (s->n == 1)
        return BIP_UNKNOWN;
    if (s->step == BIP_UNKNOWN ||
        bip__direction_of(bip__turned(s->latest.score - s->step_from.score, rules)) != s->step)
        return BIP_STEADY;
    return s->step;
}

static int32_t evidence_of(const bip_series_rules *rules, const bip_series *s)
{
    int32_t evidence = BIP_OBSERVED;
    int64_t turned_s = rules->better == BIP_LOWER ? -s->mk_s : s->mk_s;

    if (s->direction != BIP_FORWARD && s->direction != BIP_BACK)
        return 0;
    if (s->held_for >= 2)
        evidence |= BIP_HELD;
    if (s->mk_p < 0.05 && bip__direction_of((double)turned_s) == s->direction)
        evidence |= BIP_TREND;
    if (s->rci_class == (s->direction == BIP_FORWARD ? BIP_IMPROVED : BIP_DETERIORATED))
        evidence |= BIP_RELIABLE;
    return evidence;
}

static bip_status tell_numbers(bip__scratch *scratch, const bip_date *days, const double *scores, size_t n,
                               bip_series *out, bip_error *err)
{
    bip__whole whole = bip__whole_look(days, scores, n);

    if (whole.holds) {
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

bip_status bip__series_numbers(bip__scratch *scratch, const bip_date *days, const double *scores, const int32_t *raters,
                               size_t n, const bip_series_rules *rules, bip_series *out, bip_error *err)
{
    if (n == 0 || n > INT32_MAX)
        return bip__fail(err, BIP_E_USAGE, "n", "a series has 1 to 2147483647 numbers");
    set_absent(out);
    out->better = rules->better;
    out->n = (int32_t)n;
    tell_change(days, scores, n, rules, out);
    bip_status st = tell_numbers(scratch, days, scores, n, out, err);
    if (st != BIP_OK)
        return st;
    if (n >= 3)
        out->trend = trend_direction(rules, out);
    tell_reliable_change(n, rules, out);
    tell_steps(days, scores, raters, n, rules, out);
    out->direction = standing(rules, out);
    out->evidence = evidence_of(rules, out);
    return BIP_OK;
}
