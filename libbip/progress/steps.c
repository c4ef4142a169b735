#include "progress/internal.h"

/* Of the difference of two scores. Squared, an error far from 1 leaves what doubles hold. NaN where it isn't known. */
static double error_of_difference(double error)
{
    const double squared = 2 * error * error;

    if (isnormal(squared))
        return sqrt(squared);
    return error == 0 ? nextafter(0, 1) : error * 1.4142135623730951; /* no error is 0: reliability is below 1 */
}

bip__measure bip__measure_of(const bip_series_rules *rules)
{
    const double width = rules->scale_max - rules->scale_min, least = BIP__EPSILON * width;
    const double error = rules->sd * sqrt(1 - rules->reliability); /* of one measurement; NaN where not known */
    /* 0.3 - 0.1 is a little less than a step of 0.2 in binary, and is that step all the same. */
    const double beyond = rules->smallest_step - least;

    return (bip__measure){.towards = rules->better == BIP_LOWER ? -1 : 1,
                          .least = least,
                          .beyond = beyond < least ? nextafter(least, 0) : beyond,
                          .width = width,
                          .error = error_of_difference(error),
                          .better = rules->better};
}

double bip__toward_better(double from, double to, const bip_series_rules *rules)
{
    const bip__measure m = bip__measure_of(rules);

    return bip__turned(to - from, &m);
}

static bool better_than_all_before(const double *scores, const bip__measure *m, size_t at)
{
    for (size_t i = at; i-- > 0;)
        if (m->towards * (scores[at] - scores[i]) < m->least)
            return false;
    return true;
}

bool bip__step_next(const double *scores, const int32_t *raters, size_t n, const bip_series_rules *rules, size_t from,
                    bip__step *out)
{
    const bip__measure m = bip__measure_of(rules);
    size_t at = from;

    while (at < n && !(fabs(scores[at] - scores[at - 1]) > m.beyond))
        at++;
    if (at >= n)
        return false;
    *out = (bip__step){.at = at,
                       .direction = bip__direction_of(m.towards * (scores[at] - scores[at - 1])),
                       .held_for = bip__step_held_for(scores, n, m.least, at),
                       .new_best = better_than_all_before(scores, &m, at),
                       .same_rater = bip__step_same_rater(raters, at)};
    return true;
}
