#include "progress/internal.h"

double bip__toward_better(double from, double to, const bip_series_rules *rules)
{
    return bip__turned(to - from, rules);
}

int32_t bip__step_direction(double from, double to, const bip_series_rules *rules)
{
    double gain = bip__towards(rules) * (to - from);

    return bip__is_step(gain, bip__least_difference(rules), rules) ? bip__direction_of(gain) : BIP_STEADY;
}

/* Numbers from the step on, itself included, up to the first on the wrong side of it. */
static int32_t held_for(const double *scores, size_t n, const bip_series_rules *rules, size_t at, int32_t direction)
{
    int32_t undoing = direction == BIP_FORWARD ? BIP_BACK : BIP_FORWARD;
    size_t i = at + 1;

    while (i < n && bip__direction_of(bip__turned(scores[i] - scores[at], rules)) != undoing)
        i++;
    return (int32_t)(i - at);
}

static bool better_than_all_before(const double *scores, const bip_series_rules *rules, size_t at)
{
    for (size_t i = at; i-- > 0;)
        if (bip__turned(scores[at] - scores[i], rules) <= 0)
            return false;
    return true;
}

static int32_t same_rater(const int32_t *raters, size_t at)
{
    if (!raters || raters[at - 1] == 0 || raters[at] == 0)
        return -1;
    return raters[at - 1] == raters[at];
}

void bip__step_describe(const double *scores, const int32_t *raters, size_t n, const bip_series_rules *rules, size_t at,
                        bip__step *out)
{
    out->at = at;
    out->direction = bip__step_direction(scores[at - 1], scores[at], rules);
    out->held_for = held_for(scores, n, rules, at, out->direction);
    out->new_best = better_than_all_before(scores, rules, at);
    out->same_rater = same_rater(raters, at);
}

bool bip__step_next(const double *scores, const int32_t *raters, size_t n, const bip_series_rules *rules, size_t from,
                    bip__step *out)
{
    for (size_t at = from; at < n; at++)
        if (bip__step_direction(scores[at - 1], scores[at], rules) != BIP_STEADY) {
            bip__step_describe(scores, raters, n, rules, at, out);
            return true;
        }
    return false;
}
