#include "model/instrument.h"

#include "base/number.h"

/* What a weighted mean of the answered gives: itself, or for a sum as much as if all had answered like that. */
static double combine(const bip__dimension *d, const bip__dimension_view *view, double weighted_sum, double weight)
{
    const double mean = weighted_sum / weight;

    return bip__number_round12(d->sum ? mean * view->total_weight : mean);
}

bool bip__dimension_score(const bip__dimension *d, int32_t respondent, const bip_score *items, double *score)
{
    const bip__dimension_view *view = &d->views[respondent];
    double weighted_sum = 0, weight = 0;
    size_t answered = 0;

    for (size_t k = 0; k < view->n; k++) {
        const bip__part *part = &view->parts[k];
        const bip_score *item = &items[part->item];
        if (item->answer != BIP_NUMBER)
            continue;
        weighted_sum += part->weight * (part->offset + part->sign * item->number);
        weight += part->weight;
        answered++;
    }
    /* a quotient, not a product: 3 of 5 is the same double as the declared 0.6 */
    if (answered == 0 || (double)answered / (double)view->n < d->min_answered)
        return false;
    *score = combine(d, view, weighted_sum, weight);
    return true;
}

static void add_part(const bip__instrument *i, const bip__dimension *d, int32_t respondent, size_t k, double weight,
                     bip__dimension_view *view, bip__part *part)
{
    const bip__indicator *indicator = &i->indicators[d->indicators[k]];
    const bip__scale *scale = indicator->scale;
    const bool turned = indicator->better != d->better;

    part->item = bip__instrument_item(i, respondent, d->indicators[k]);
    part->weight = weight;
    part->sign = turned ? -1 : 1;
    part->offset = turned ? scale->min + scale->max : 0;
    view->n++;
    view->total_weight += weight;
    /* a turned indicator runs over the same range */
    view->min += weight * scale->min;
    view->max += weight * scale->max;
}

static bool build_view(bip__instrument *i, const bip__dimension *d, const double *weights, int32_t respondent,
                       bip__dimension_view *view)
{
    bip__part *parts = bip__arena_alloc(&i->arena, d->n_indicators * sizeof *parts);

    if (!parts)
        return false;
    view->parts = parts;
    for (size_t k = 0; k < d->n_indicators; k++)
        if (i->indicators[d->indicators[k]].asked >> respondent & 1)
            add_part(i, d, respondent, k, weights[k], view, &parts[view->n]);
    if (view->n > 0) {
        view->min = combine(d, view, view->min, view->total_weight);
        view->max = combine(d, view, view->max, view->total_weight);
    }
    return true;
}

bool bip__dimension_build_views(bip__instrument *i, bip__dimension *d, const double *weights)
{
    bip__dimension_view *views = bip__arena_alloc(&i->arena, i->n_respondents * sizeof *views);

    if (!views)
        return false;
    d->views = views;
    for (size_t r = 0; r < i->n_respondents; r++)
        if (!build_view(i, d, weights, (int32_t)r, &views[r]))
            return false;
    return true;
}
