/* An instrument: JSON in, checked structure out. All of it lives in one arena and never changes. */
#ifndef BIP_MODEL_INSTRUMENT_H
#define BIP_MODEL_INSTRUMENT_H

#include "base/alloc.h"
#include "base/error.h"
#include "model/pattern.h"

#include <stdbool.h>

#define BIP__MAX_RESPONDENTS 64 /* a set of them is a uint64_t */

/* A text in the languages given. */
typedef struct bip__wording {
    const char *lang, *text;
} bip__wording;
typedef struct bip__title {
    const bip__wording *in;
    size_t n;
} bip__title;
const char *bip__title_get(const bip__title *t,
                           const char *lang); /* lang, else en, else the first; NULL where n is 0 */

typedef struct bip__scale_label {
    double score;
    bip__title text;
} bip__scale_label;

typedef struct bip__scale {
    const char *code;
    double min, max, step; /* step 0: continuous; by values: the least distance between neighbours */
    const double *values;  /* rising; NULL where the scale is by min, max and step */
    size_t n_values;
    const bip__scale_label *labels; /* by score, rising */
    size_t n_labels;
} bip__scale;
bool bip__scale_holds(const bip__scale *s, double score); /* within 1e-9 of the width of an allowed score */
const char *bip__scale_label_get(const bip__scale *s, double score, const char *lang); /* NULL: no label */
/* "is outside 1..5", "is between the steps of 1..5 by 1", "is none of 0, 2, 4": for messages. */
void bip__scale_describe_fault(const bip__scale *s, double score, char *into, size_t n);

typedef struct bip__respondent {
    const char *code;
    bip__title title;
} bip__respondent;

typedef struct bip__indicator {
    const char *code;
    bip__title title;
    const bip__scale *scale;
    int32_t better;              /* a bip_better */
    uint64_t asked, visible;     /* sets of respondents, by index */
    const bip__title *questions; /* by respondent; NULL where the instrument has none */
    double reliability, sd;      /* NaN where not declared */
    double smallest_step;        /* as declared, else the scale's step */
} bip__indicator;

/* What a respondent's answers put into a dimension. */
typedef struct bip__part {
    int32_t item; /* position in the respondent's items */
    double weight;
    double sign,
        offset; /* enters as offset + sign * score: 0 + x, or (min + max) - x where the indicator runs the other way */
} bip__part;
typedef struct bip__dimension_view {
    const bip__part *parts; /* those of its indicators that are asked of the respondent, in the dimension's order */
    size_t n;               /* 0: no series */
    double total_weight;
    double min, max; /* what the lowest and highest scores give */
} bip__dimension_view;

typedef struct bip__dimension {
    const char *code;
    bip__title title;
    bool sum; /* else mean */
    int32_t better;
    double min_answered;
    uint64_t visible;
    const int32_t *indicators; /* indexes */
    size_t n_indicators;
    const bip__dimension_view *views;      /* by respondent */
    double reliability, sd, smallest_step; /* smallest_step NaN where not declared: a tenth of the view's range */
} bip__dimension;

typedef struct bip__band {
    int32_t kind, of; /* a bip_kind and an index */
    const char *code;
    double from;
    bip__title title;
} bip__band;

typedef struct bip__instrument {
    bip__arena arena;
    const char *code, *version, *continues; /* continues: NULL for none */
    bip__title title;
    const char *source;               /* NULL where not given */
    int32_t interval_days, pair_days; /* interval_days 0: not given */
    bool handout;
    const bip__respondent *respondents;
    size_t n_respondents;
    const bip__scale *scales;
    size_t n_scales;
    const bip__indicator *indicators;
    size_t n_indicators;
    const bip__dimension *dimensions;
    size_t n_dimensions;
    const bip__band *bands; /* by kind and index, then from, rising */
    size_t n_bands;
    const int32_t *const *items; /* by respondent: the indicators asked, in the instrument's order */
    const size_t *n_items;
    bip__pattern *participant_pattern; /* NULL for none */
    const char *json; /* canonical: compact, known keys in the order of the format page, texts with en first, numbers as
                         printed by number.h */
    size_t json_n;
} bip__instrument;

/* BIP_E_REFUSED with the path where a text holds a national identity number. Not part of the parsing: definitions that
 * a store holds already must stay readable. */
bip_status bip__instrument_check_texts(const bip__instrument *i, bip_error *err);

/* BIP_E_REFUSED with the path ("indicators[3].scale") where it doesn't hold. */
bip_status bip__instrument_parse(const char *json, size_t n, bip__instrument **out, bip_error *err);
void bip__instrument_free(bip__instrument *i);

int32_t bip__instrument_respondent(const bip__instrument *i, const char *code); /* index, or -1 */
int32_t bip__instrument_indicator(const bip__instrument *i, const char *code);
int32_t bip__instrument_item(const bip__instrument *i, int32_t respondent,
                             int32_t indicator); /* position in items, or -1 */

/* The band code that holds a score; NULL below the lowest. *has is false where there are no bands for it. */
const char *bip__instrument_band(const bip__instrument *i, int32_t kind, int32_t index, double score, double width,
                                 bool *has);

/* The score of a dimension from one assessment's items (n_items of the respondent), rounded to 12 digits. false: too
 * few answered. */
bool bip__dimension_score(const bip__dimension *d, int32_t respondent, const bip_score *items, double *score);

/* While an instrument is being built: the views of d, from its indicators and their weights, one each. false: no
 * memory. */
bool bip__dimension_build_views(bip__instrument *i, bip__dimension *d, const double *weights);

/* The instruments that come with the library: JSON texts compiled in. */
typedef struct bip__builtin {
    const char *json;
    size_t n;
} bip__builtin;
extern const bip__builtin bip__builtins[];
extern const size_t bip__n_builtins;

#endif
