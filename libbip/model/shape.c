#include "model/shape.h"

#include "base/text.h"
#include "model/code.h"

#include <math.h>
#include <string.h>

/* Of one list or object: what is compared each with each stays quick. */
#define MAX_MEMBERS 1000
#define MAX_LANGUAGES 100
/* Beyond this, neighbouring steps of a scale are no longer different doubles. */
#define MAX_NUMBER 1e15
#define MAX_DAYS 1000000.0

#define COUNT(a) (sizeof(a) / sizeof *(a))

static const bip__key respondent_keys[] = {{"code", BIP__CODE, true, NULL}, {"title", BIP__TITLE, false, NULL}};
static const bip__shape respondent_shape = {respondent_keys, COUNT(respondent_keys), 1};

static const bip__key scale_keys[] = {
    {"code", BIP__CODE, true, NULL},       {"min", BIP__NUMBER, false, NULL},
    {"max", BIP__NUMBER, false, NULL},     {"step", BIP__NOT_NEGATIVE, false, NULL},
    {"values", BIP__NUMBERS, false, NULL}, {"labels", BIP__LABELS, false, NULL},
};
static const bip__shape scale_shape = {scale_keys, COUNT(scale_keys), 1};

static const bip__key indicator_keys[] = {
    {"code", BIP__CODE, true, NULL},           {"title", BIP__TITLE, true, NULL},
    {"scale", BIP__CODE, true, NULL},          {"better", BIP__BETTER, false, NULL},
    {"respondents", BIP__CODES, false, NULL},  {"visible_to", BIP__CODES, false, NULL},
    {"question", BIP__QUESTIONS, false, NULL}, {"reliability", BIP__RELIABILITY, false, NULL},
    {"sd", BIP__POSITIVE, false, NULL},        {"smallest_step", BIP__NOT_NEGATIVE, false, NULL},
};
static const bip__shape indicator_shape = {indicator_keys, COUNT(indicator_keys), 1};

static const bip__key dimension_keys[] = {
    {"code", BIP__CODE, true, NULL},
    {"title", BIP__TITLE, true, NULL},
    {"method", BIP__METHOD, false, NULL},
    {"indicators", BIP__CODES, true, NULL},
    {"weights", BIP__WEIGHTS, false, NULL},
    {"min_answered", BIP__SHARE, false, NULL},
    {"better", BIP__BETTER, false, NULL},
    {"smallest_step", BIP__NOT_NEGATIVE, false, NULL},
    {"reliability", BIP__RELIABILITY, false, NULL},
    {"sd", BIP__POSITIVE, false, NULL},
};
static const bip__shape dimension_shape = {dimension_keys, COUNT(dimension_keys), 0};

static const bip__key band_keys[] = {
    {"of", BIP__CODE, true, NULL},
    {"code", BIP__CODE, true, NULL},
    {"from", BIP__NUMBER, true, NULL},
    {"title", BIP__TITLE, true, NULL},
};
static const bip__shape band_shape = {band_keys, COUNT(band_keys), 0};

static const bip__key instrument_keys[] = {
    {"instrument", BIP__CODE, true, NULL},
    {"version", BIP__VERSION, true, NULL},
    {"continues", BIP__VERSION_OR_NULL, false, NULL},
    {"title", BIP__TITLE, true, NULL},
    {"source", BIP__TEXT, false, NULL},
    {"interval_days", BIP__INTERVAL, false, NULL},
    {"pair_days", BIP__DAYS, false, NULL},
    {"handout", BIP__FLAG, false, NULL},
    {"respondents", BIP__OBJECTS, true, &respondent_shape},
    {"scales", BIP__OBJECTS, true, &scale_shape},
    {"indicators", BIP__OBJECTS, true, &indicator_shape},
    {"dimensions", BIP__OBJECTS, false, &dimension_shape},
    {"bands", BIP__OBJECTS, false, &band_shape},
    {"participant_pattern", BIP__TEXT, false, NULL},
};
static const bip__shape instrument_shape = {instrument_keys, COUNT(instrument_keys), 1};

const bip__key bip__instrument_key = {"", BIP__OBJECT, true, &instrument_shape};

int32_t bip__shape_find(const bip__shape *shape, const char *name)
{
    for (size_t i = 0; name != NULL && i < shape->n; i++) /* what stands in a list has no name */
        if (strcmp(shape->keys[i].name, name) == 0)
            return (int32_t)i;
    return -1;
}

bip__form bip__form_inside(bip__form form, const bip__shape *shape, const char *name, const bip__shape **inner)
{
    int32_t at;

    *inner = NULL;
    switch (form) {
    case BIP__OBJECT:
        if ((at = bip__shape_find(shape, name)) < 0)
            return BIP__FREE;
        *inner = shape->keys[at].shape;
        return shape->keys[at].form;
    case BIP__OBJECTS:
        *inner = shape;
        return BIP__OBJECT;
    case BIP__TITLE:
        return BIP__LINE;
    case BIP__WORDING:
        return BIP__TEXT;
    case BIP__LABELS:
        return BIP__TITLE;
    case BIP__QUESTIONS:
        return BIP__WORDING;
    case BIP__WEIGHTS:
        return BIP__POSITIVE;
    case BIP__CODES:
        return BIP__CODE;
    case BIP__NUMBERS:
        return BIP__NUMBER;
    default:
        return BIP__FREE;
    }
}

/* --- what one value can break */

static bool blank(const char *s)
{
    const size_t n = strlen(s);
    int32_t cp;

    for (size_t at = 0; at < n;) {
        at += bip__utf8_decode(s + at, n - at, &cp);
        if (!bip__char_blank(cp))
            return false;
    }
    return true;
}

static const char *line_fault(const char *s)
{
    const size_t n = strlen(s);
    int32_t cp;

    for (size_t at = 0; at < n;) {
        at += bip__utf8_decode(s + at, n - at, &cp);
        if (cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp == 0x2028 || cp == 0x2029)
            return "must be one line without control characters";
    }
    return blank(s) ? "must not be blank" : NULL;
}

static bool one_of(const char *s, const char *a, const char *b)
{
    return strcmp(s, a) == 0 || strcmp(s, b) == 0;
}

static const char *text_fault(bip__form form, const char *s)
{
    switch (form) {
    case BIP__CODE:
        return bip__code_valid(s, strlen(s)) ? NULL
                                             : "is no code (a to z first, then a to z, 0 to 9, _ or -, at most 64)";
    case BIP__VERSION:
    case BIP__VERSION_OR_NULL:
        return bip__version_valid(s, strlen(s)) ? NULL : "is no version (letters, digits, _, - or ., at most 64)";
    case BIP__LINE:
        return line_fault(s);
    case BIP__BETTER:
        return one_of(s, "higher", "lower") ? NULL : "must be \"higher\" or \"lower\"";
    case BIP__METHOD:
        return one_of(s, "mean", "sum") ? NULL : "must be \"mean\" or \"sum\"";
    default:
        return NULL;
    }
}

static const char *number_fault(bip__form form, double v)
{
    if (fabs(v) > MAX_NUMBER)
        return "is too large";
    switch (form) {
    case BIP__POSITIVE:
        return v > 0 ? NULL : "must be above 0";
    case BIP__NOT_NEGATIVE:
        return v >= 0 ? NULL : "must be 0 or above";
    case BIP__SHARE:
        return v >= 0 && v <= 1 ? NULL : "must be from 0 to 1";
    case BIP__RELIABILITY:
        return v >= 0 && v < 1 ? NULL : "must be from 0 to below 1";
    case BIP__DAYS:
        return v == floor(v) && v >= 0 && v <= MAX_DAYS ? NULL : "must be a whole number of days, 0 or more";
    case BIP__INTERVAL:
        return v == floor(v) && v >= 1 && v <= MAX_DAYS ? NULL : "must be a whole number of days, 1 or more";
    default:
        return NULL;
    }
}

static const char *value_fault(bip__form form, const cJSON *item)
{
    switch (form) {
    case BIP__FREE:
        return NULL;
    case BIP__FLAG:
        return cJSON_IsBool(item) ? NULL : "must be true or false";
    case BIP__CODE:
    case BIP__VERSION:
    case BIP__VERSION_OR_NULL:
    case BIP__TEXT:
    case BIP__LINE:
    case BIP__BETTER:
    case BIP__METHOD:
        if (form == BIP__VERSION_OR_NULL && cJSON_IsNull(item))
            return NULL;
        return cJSON_IsString(item) ? text_fault(form, item->valuestring) : "must be a text";
    case BIP__CODES:
    case BIP__NUMBERS:
        if (!cJSON_IsArray(item))
            return "must be a list";
        return item->child ? NULL : "must not be empty";
    case BIP__OBJECTS:
        return cJSON_IsArray(item) ? NULL : "must be a list of objects";
    case BIP__TITLE:
    case BIP__WORDING:
        if (!cJSON_IsObject(item))
            return "must be an object of texts by language, {\"en\": \"...\"}";
        return item->child ? NULL : "needs a text in at least one language";
    case BIP__LABELS:
    case BIP__QUESTIONS:
    case BIP__WEIGHTS:
    case BIP__OBJECT:
        return cJSON_IsObject(item) ? NULL : "must be an object";
    default:
        return cJSON_IsNumber(item) ? number_fault(form, item->valuedouble) : "must be a number";
    }
}

/* --- languages */

static bool alphanumeric(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* [a-z]{2,3}(-[A-Za-z0-9]{2,8})* */
static bool language_valid(const char *s)
{
    size_t n = 0;

    while (s[n] >= 'a' && s[n] <= 'z')
        n++;
    if (n < 2 || n > 3)
        return false;
    while (s[n] == '-') {
        size_t part = 0;
        while (alphanumeric(s[n + 1 + part]))
            part++;
        if (part < 2 || part > 8)
            return false;
        n += 1 + part;
    }
    return s[n] == '\0';
}

/* --- the whole document */

static const char *member_fault(bip__form form, const bip__shape *shape, const char *name)
{
    if (form == BIP__OBJECT && bip__shape_find(shape, name) < 0 && strncmp(name, "x_", 2) != 0)
        return "unknown key";
    if ((form == BIP__TITLE || form == BIP__WORDING) && !language_valid(name))
        return "is no language (en, sv, da, en-GB)";
    return NULL;
}

static bip_status check_required(const cJSON *object, const bip__shape *shape, const bip__json_path *path,
                                 bip_error *err)
{
    for (size_t i = 0; i < shape->n; i++)
        if (shape->keys[i].required && !cJSON_GetObjectItemCaseSensitive(object, shape->keys[i].name))
            return bip__json_fail(err, BIP__AT(path, shape->keys[i].name), "is missing");
    return BIP_OK;
}

static bip_status check_length(bip__form form, const bip__shape *shape, const cJSON *item, const bip__json_path *path,
                               bip_error *err)
{
    const int most = form == BIP__TITLE || form == BIP__WORDING ? MAX_LANGUAGES : MAX_MEMBERS;
    size_t n = 0;

    for (const cJSON *child = item->child; child; child = child->next)
        n++;
    if (form == BIP__OBJECTS && n < shape->at_least)
        return bip__json_fail(err, path, "must not be empty");
    if (n > (size_t)most)
        return bip__json_fail(err, path, "has more than %d entries", most);
    return BIP_OK;
}

static bip_status check_value(bip__form form, const bip__shape *shape, const cJSON *item, const bip__json_path *path,
                              bip_error *err);

static bip_status check_inside(bip__form form, const bip__shape *shape, const cJSON *item, const bip__json_path *path,
                               bip_error *err)
{
    bip_status st = BIP_OK;
    size_t index = 0;

    for (const cJSON *child = item->child; child && st == BIP_OK; child = child->next, index++) {
        const bip__json_path at = {path, child->string, index};
        const char *fault = child->string ? member_fault(form, shape, child->string) : NULL;
        const bip__shape *inner;
        const bip__form inside = bip__form_inside(form, shape, child->string, &inner);
        st = fault ? bip__json_fail(err, &at, "%s", fault) : check_value(inside, inner, child, &at, err);
    }
    return st;
}

static bip_status check_value(bip__form form, const bip__shape *shape, const cJSON *item, const bip__json_path *path,
                              bip_error *err)
{
    const char *fault = value_fault(form, item);
    bip_status st;

    if (fault)
        return bip__json_fail(err, path, "%s", fault);
    if (form == BIP__FREE)
        return BIP_OK;
    if ((st = check_length(form, shape, item, path, err)) != BIP_OK)
        return st;
    if ((st = check_inside(form, shape, item, path, err)) != BIP_OK)
        return st;
    return form == BIP__OBJECT ? check_required(item, shape, path, err) : BIP_OK;
}

bip_status bip__shape_check(const cJSON *document, bip_error *err)
{
    if (!cJSON_IsObject(document))
        return bip__fail(err, BIP_E_REFUSED, NULL, "an instrument must be a JSON object");
    return check_value(bip__instrument_key.form, bip__instrument_key.shape, document, NULL, err);
}
