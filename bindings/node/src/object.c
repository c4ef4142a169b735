/* Objects from JavaScript into structs of bip.h, by tables of their fields. A key that is not there is an error: it was
 * meant for something. */
#include "addon.h"

#include <stdio.h>
#include <string.h>

/* A Map, a Set or a Date has no keys of its own: taken for an object, what is in it would be lost without a word. */
static bool is_plain(napi_env env, napi_value v)
{
    napi_value parent, grandparent;
    return napi_get_prototype(env, v, &parent) == napi_ok &&
           (bip_node_absent(env, parent) ||
            (napi_get_prototype(env, parent, &grandparent) == napi_ok && bip_node_absent(env, grandparent)));
}

static bool own_keys(napi_env env, napi_value v, const char *name, napi_value *keys, uint32_t *n)
{
    napi_valuetype type = napi_undefined;
    bool is_array = false;
    *n = 0;
    napi_typeof(env, v, &type);
    napi_is_array(env, v, &is_array);
    if (type != napi_object || is_array)
        return bip_node_wrong(env, name, "an object");
    if (napi_get_all_property_names(env, v, napi_key_own_only, napi_key_enumerable | napi_key_skip_symbols,
                                    napi_key_numbers_to_strings, keys) != napi_ok ||
        napi_get_array_length(env, *keys, n) != napi_ok)
        return false;
    return *n > 0 || is_plain(env, v) || bip_node_wrong(env, name, "an object with keys");
}

static bool get_named_scores(job *j, napi_value v, const char *name, const char *const **codes, const bip_score **out,
                             size_t *n)
{
    napi_value keys, key, one;
    bool is_array = false, is_typed = false;
    uint32_t count;
    napi_is_array(j->env, v, &is_array);
    napi_is_typedarray(j->env, v, &is_typed);
    if (is_array || is_typed || bip_node_absent(j->env, v))
        return bip_node_scores(j, v, name, out, n);
    if (!own_keys(j->env, v, name, &keys, &count))
        return false;
    const char **named = bip_node_alloc(j, (count + 1) * sizeof *named);
    bip_score *scores = named == NULL ? NULL : bip_node_alloc(j, (count + 1) * sizeof *scores);
    if (scores == NULL)
        return false;
    for (uint32_t i = 0; i < count; i++)
        if (napi_get_element(j->env, keys, i, &key) != napi_ok || !bip_node_text(j, key, name, &named[i]) ||
            napi_get_property(j->env, v, key, &one) != napi_ok || !bip_node_take_score(j, one, named[i], &scores[i]))
            return false;
    *codes = named, *out = scores, *n = count;
    return true;
}

static bool get_labels(job *j, napi_value v, const char *name, const bip_label **out, size_t *n)
{
    napi_value keys, key, score, text;
    uint32_t count;
    bip_label *made;
    if (bip_node_absent(j->env, v))
        return true;
    if (!own_keys(j->env, v, name, &keys, &count) || (made = bip_node_alloc(j, (count + 1) * sizeof *made)) == NULL)
        return false;
    for (uint32_t i = 0; i < count; i++)
        if (napi_get_element(j->env, keys, i, &key) != napi_ok ||
            napi_coerce_to_number(j->env, key, &score) != napi_ok ||
            !bip_node_double(j->env, score, name, &made[i].score) ||
            napi_get_property(j->env, v, key, &text) != napi_ok || !bip_node_take_text(j, text, name, &made[i].text))
            return false;
    *out = made, *n = count;
    return true;
}

static bool get_inner(job *j, napi_value v, const char *name, const structure *s, void **out)
{
    if (bip_node_absent(j->env, v))
        return true;
    *out = bip_node_alloc(j, s->size);
    return *out != NULL && bip_node_struct(j, v, name, s, *out);
}

static bool take_field(job *j, napi_value v, const char *name, const field *f, char *into)
{
    void *at = into + f->offset;
    size_t *n = (size_t *)(void *)(into + f->length);
    bool yes = false;
    if (bip_node_absent(j->env, v))
        return true;
    switch (f->kind) {
    case TEXT:
        return bip_node_text(j, v, name, at);
    case BOOL:
        if (napi_get_value_bool(j->env, v, &yes) != napi_ok)
            return bip_node_wrong(j->env, name, "true or false");
        *(int32_t *)at = yes;
        return true;
    case INT32:
        return bip_node_int32(j->env, v, name, at);
    case DOUBLE:
        return bip_node_double(j->env, v, name, at);
    case DATE:
        return bip_node_date(j, v, name, at);
    case ENUM:
        return bip_node_word(j, v, name, f->words, at);
    case TEXTS:
        return bip_node_texts(j, v, name, at, n);
    case DATES:
        return bip_node_days(j, v, name, at, n);
    case DOUBLES:
        return bip_node_doubles(j, v, name, at, n);
    case INT32S:
        return bip_node_int32s(j, v, name, at, n);
    case SCORES:
        return bip_node_scores(j, v, name, at, n);
    case NAMED_SCORES:
        return get_named_scores(j, v, name, (void *)(into + f->codes), at, n);
    case LABELS:
        return get_labels(j, v, name, at, n);
    case STRUCT:
        return get_inner(j, v, name, f->inner, at);
    case OTHER:
        return true;
    }
    return false;
}

static const field *find_field(const structure *s, const char *name)
{
    for (size_t i = 0; i < s->n_fields; i++)
        if (strcmp(s->fields[i].name, name) == 0)
            return &s->fields[i];
    return NULL;
}

bool bip_node_struct(job *j, napi_value v, const char *name, const structure *s, void *into)
{
    napi_value keys, key, one;
    char place[300], key_name[64];
    uint32_t count;
    if (s->init != NULL)
        s->init(into);
    if (bip_node_absent(j->env, v))
        return true;
    if (!own_keys(j->env, v, name, &keys, &count))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        const field *f;
        size_t n;
        if (napi_get_element(j->env, keys, i, &key) != napi_ok || napi_get_property(j->env, v, key, &one) != napi_ok ||
            napi_get_value_string_utf8(j->env, key, key_name, sizeof key_name, &n) != napi_ok)
            return false;
        snprintf(place, sizeof place, "%s.%s", name, key_name);
        if ((f = find_field(s, key_name)) == NULL)
            return bip_node_wrong(j->env, place, "left out: there is no such key");
        if (!take_field(j, one, place, f, into))
            return false;
    }
    return true;
}

bool bip_node_structs(job *j, napi_value v, const char *name, const structure *s, void **out, size_t *n)
{
    napi_value one;
    char place[200];
    if (bip_node_absent(j->env, v))
        return true;
    if (!bip_node_length(j->env, v, name, n) || (*out = bip_node_alloc(j, (*n + 1) * s->size)) == NULL)
        return false;
    for (size_t i = 0; i < *n; i++) {
        snprintf(place, sizeof place, "%s[%zu]", name, i);
        if (napi_get_element(j->env, v, (uint32_t)i, &one) != napi_ok)
            return false;
        if (bip_node_absent(j->env, one))
            return bip_node_wrong(j->env, place, "an object");
        if (!bip_node_struct(j, one, place, s, (char *)*out + i * s->size))
            return false;
    }
    return true;
}

/* ------------------------------------------------------------ the query */

#define AT(type, name) .offset = offsetof(type, name)

static void query_init(void *into)
{
    bip_query_init(into, sizeof(bip_query));
}

static const field query_fields[] = {
    {"participants", TEXTS, AT(bip_query, participants), .length = offsetof(bip_query, n_participants)},
    {"instrument", TEXT, AT(bip_query, instrument)},
    {"respondent", TEXT, AT(bip_query, respondent)},
    {"forRole", TEXT, AT(bip_query, for_role)},
    {"lang", TEXT, AT(bip_query, lang)},
    {"asOf", DATE, AT(bip_query, as_of)},
    {"since", DATE, AT(bip_query, since)}};
static const structure query_structure = {"query", sizeof(bip_query), query_init, query_fields,
                                          sizeof query_fields / sizeof *query_fields};

bool bip_node_query(job *j, napi_value v, bip_query **out)
{
    void *made = NULL;
    bool good = get_inner(j, v, "query", &query_structure, &made);
    *out = made;
    return good;
}
