/* Arrays from JavaScript, plain ones and typed ones, as copies that live as long as the call. */
#include "addon.h"

#include <stdio.h>
#include <string.h>

bool bip_node_length(napi_env env, napi_value v, const char *name, size_t *n)
{
    bool is_array = false;
    uint32_t length;
    if (napi_is_array(env, v, &is_array) != napi_ok || !is_array || napi_get_array_length(env, v, &length) != napi_ok)
        return bip_node_wrong(env, name, "an array");
    *n = length;
    return true;
}

/* An array of the type in one go. @return whether it was one; *data then is a copy. */
static bool typed_array(job *j, napi_value v, napi_typedarray_type wanted, size_t size, void **data, size_t *n,
                        bool *failed)
{
    napi_typedarray_type type;
    bool is = false;
    void *bytes;
    if (napi_is_typedarray(j->env, v, &is) != napi_ok || !is ||
        napi_get_typedarray_info(j->env, v, &type, n, &bytes, NULL, NULL) != napi_ok || type != wanted)
        return false;
    *data = bip_node_alloc(j, (*n + 1) * size);
    *failed = *data == NULL;
    if (!*failed && *n > 0)
        memcpy(*data, bytes, *n * size);
    return true;
}

typedef bool (*element_fn)(job *j, napi_value v, const char *name, void *into);

static bool array(job *j, napi_value v, const char *name, size_t size, element_fn take, void **out, size_t *n)
{
    napi_handle_scope scope;
    napi_value one;
    char place[300];
    char *made;
    bool good = true;
    if (!bip_node_length(j->env, v, name, n) || (made = bip_node_alloc(j, (*n + 1) * size)) == NULL)
        return false;
    *out = made;
    for (size_t i = 0; good && i < *n; i++) {
        napi_open_handle_scope(j->env, &scope); /* a handle each would pile up */
        snprintf(place, sizeof place, "%s[%zu]", name, i);
        good = napi_get_element(j->env, v, (uint32_t)i, &one) == napi_ok && take(j, one, place, made + i * size);
        napi_close_handle_scope(j->env, scope);
    }
    return good;
}

bool bip_node_take_text(job *j, napi_value v, const char *name, void *into)
{
    return bip_node_absent(j->env, v) ? bip_node_wrong(j->env, name, "a string") : bip_node_text(j, v, name, into);
}

static bool take_date(job *j, napi_value v, const char *name, void *into)
{
    return bip_node_absent(j->env, v) ? bip_node_wrong(j->env, name, "a string") : bip_node_date(j, v, name, into);
}

static bool take_double(job *j, napi_value v, const char *name, void *into)
{
    return bip_node_double(j->env, v, name, into);
}

static bool take_int32(job *j, napi_value v, const char *name, void *into)
{
    return bip_node_int32(j->env, v, name, into);
}

/* A number, null for what wasn't asked, or the word of a reason: as in JSON. */
bool bip_node_take_score(job *j, napi_value v, const char *name, void *into)
{
    bip_score *score = into;
    napi_valuetype type = napi_undefined;
    napi_typeof(j->env, v, &type);
    *score = (bip_score){.answer = BIP_NUMBER};
    if (type == napi_number)
        return bip_node_double(j->env, v, name, &score->number);
    if (type == napi_undefined || type == napi_null)
        score->answer = BIP_NOT_ASKED;
    else if (type != napi_string)
        return bip_node_wrong(j->env, name, "a number, null or the word of a reason");
    else
        return bip_node_word(j, v, name, &bip_node_answer, &score->answer);
    return true;
}

bool bip_node_texts(job *j, napi_value v, const char *name, const char *const **out, size_t *n)
{
    void *made;
    if (bip_node_absent(j->env, v))
        return true;
    if (!array(j, v, name, sizeof **out, bip_node_take_text, &made, n))
        return false;
    *out = made;
    return true;
}

bool bip_node_days(job *j, napi_value v, const char *name, const bip_date **out, size_t *n)
{
    void *made = NULL;
    bool failed = false;
    if (bip_node_absent(j->env, v))
        return true;
    if (!typed_array(j, v, napi_int32_array, sizeof **out, &made, n, &failed))
        failed = !array(j, v, name, sizeof **out, take_date, &made, n);
    *out = made;
    return !failed;
}

bool bip_node_doubles(job *j, napi_value v, const char *name, const double **out, size_t *n)
{
    void *made = NULL;
    bool failed = false;
    if (bip_node_absent(j->env, v))
        return true;
    if (!typed_array(j, v, napi_float64_array, sizeof **out, &made, n, &failed))
        failed = !array(j, v, name, sizeof **out, take_double, &made, n);
    *out = made;
    return !failed;
}

bool bip_node_int32s(job *j, napi_value v, const char *name, const int32_t **out, size_t *n)
{
    void *made = NULL;
    bool failed = false;
    if (bip_node_absent(j->env, v))
        return true;
    if (!typed_array(j, v, napi_int32_array, sizeof **out, &made, n, &failed))
        failed = !array(j, v, name, sizeof **out, take_int32, &made, n);
    *out = made;
    return !failed;
}

bool bip_node_scores(job *j, napi_value v, const char *name, const bip_score **out, size_t *n)
{
    void *made = NULL;
    bool failed = false;
    if (bip_node_absent(j->env, v))
        return true;
    if (typed_array(j, v, napi_float64_array, sizeof(double), &made, n, &failed)) {
        bip_score *scores = failed ? NULL : bip_node_alloc(j, (*n + 1) * sizeof *scores);
        for (size_t i = 0; scores != NULL && i < *n; i++)
            scores[i] = (bip_score){.number = ((double *)made)[i], .answer = BIP_NUMBER};
        *out = scores;
        return scores != NULL;
    }
    if (!array(j, v, name, sizeof **out, bip_node_take_score, &made, n))
        return false;
    *out = made;
    return true;
}
