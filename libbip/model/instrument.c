#include "model/instrument.h"

#include "base/number.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Differences below this share of the scale's width decide nothing. */
#define EPSILON 1e-9

void bip__instrument_free(bip__instrument *i)
{
    if (!i)
        return;
    bip__pattern_free(i->participant_pattern);
    bip__arena_free(&i->arena);
    bip__free(i);
}

/* --- texts */

static const char *text_in(const bip__title *t, const char *lang)
{
    for (size_t i = 0; i < t->n; i++)
        if (strcmp(t->in[i].lang, lang) == 0)
            return t->in[i].text;
    return NULL;
}

const char *bip__title_get(const bip__title *t, const char *lang)
{
    const char *text = lang ? text_in(t, lang) : NULL;

    if (!text)
        text = text_in(t, "en");
    if (!text && t->n > 0)
        text = t->in[0].text;
    return text;
}

/* --- scales */

static bool near(const bip__scale *s, double a, double b)
{
    return fabs(a - b) <= EPSILON * (s->max - s->min);
}

static bool inside(const bip__scale *s, double score)
{
    const double slack = EPSILON * (s->max - s->min);

    return score >= s->min - slack && score <= s->max + slack;
}

bool bip__scale_holds(const bip__scale *s, double score)
{
    if (!inside(s, score))
        return false;
    for (size_t i = 0; i < s->n_values; i++)
        if (near(s, score, s->values[i]))
            return true;
    if (s->n_values > 0)
        return false;
    return s->step == 0 || near(s, score, s->min + round((score - s->min) / s->step) * s->step);
}

const char *bip__scale_label_get(const bip__scale *s, double score, const char *lang)
{
    for (size_t i = 0; i < s->n_labels; i++)
        if (near(s, score, s->labels[i].score))
            return bip__title_get(&s->labels[i].text, lang);
    return NULL;
}

static void describe_values(const bip__scale *s, char *into, size_t n)
{
    char value[BIP_NUMBER_SIZE];
    int used = snprintf(into, n, "is none of ");

    for (size_t i = 0; i < s->n_values && used >= 0 && (size_t)used < n; i++) {
        bip__number_print(s->values[i], value);
        used += snprintf(into + used, n - (size_t)used, "%s%s", i > 0 ? ", " : "", value);
    }
}

void bip__scale_describe_fault(const bip__scale *s, double score, char *into, size_t n)
{
    char min[BIP_NUMBER_SIZE], max[BIP_NUMBER_SIZE], step[BIP_NUMBER_SIZE];

    if (s->n_values > 0) {
        describe_values(s, into, n);
        return;
    }
    bip__number_print(s->min, min);
    bip__number_print(s->max, max);
    bip__number_print(s->step, step);
    if (inside(s, score))
        snprintf(into, n, "is between the steps of %s..%s by %s", min, max, step);
    else
        snprintf(into, n, "is outside %s..%s", min, max);
}

/* --- look-ups */

int32_t bip__instrument_respondent(const bip__instrument *i, const char *code)
{
    for (size_t k = 0; k < i->n_respondents; k++)
        if (strcmp(i->respondents[k].code, code) == 0)
            return (int32_t)k;
    return -1;
}

int32_t bip__instrument_indicator(const bip__instrument *i, const char *code)
{
    for (size_t k = 0; k < i->n_indicators; k++)
        if (strcmp(i->indicators[k].code, code) == 0)
            return (int32_t)k;
    return -1;
}

int32_t bip__instrument_item(const bip__instrument *i, int32_t respondent, int32_t indicator)
{
    for (size_t k = 0; k < i->n_items[respondent]; k++)
        if (i->items[respondent][k] == indicator)
            return (int32_t)k;
    return -1;
}

const char *bip__instrument_band(const bip__instrument *i, int32_t kind, int32_t index, double score, double width,
                                 bool *has)
{
    const char *code = NULL;

    *has = false;
    for (size_t k = 0; k < i->n_bands; k++) {
        const bip__band *band = &i->bands[k];
        if (band->kind != kind || band->of != index)
            continue;
        *has = true;
        if (score >= band->from - EPSILON * width)
            code = band->code; /* they rise: the last one that is reached holds it */
    }
    return code;
}
