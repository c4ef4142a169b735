/* Single values from JavaScript into those of bip.h, and the library's errors the other way. Whatever has the wrong
 * type is refused here, with its name; whether a value holds is for the library to say. */
#include "addon.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool bip_node_absent(napi_env env, napi_value v)
{
    napi_valuetype type = napi_undefined;
    napi_typeof(env, v, &type);
    return type == napi_undefined || type == napi_null;
}

bool bip_node_wrong(napi_env env, const char *name, const char *what)
{
    char text[400];
    bool pending = false;
    snprintf(text, sizeof text, "%s must be %s", name, what);
    if (napi_is_exception_pending(env, &pending) == napi_ok && !pending)
        napi_throw_type_error(env, "ERR_INVALID_ARG_TYPE", text);
    return false;
}

/* ------------------------------------------------------------ what the library says */

napi_value bip_node_string(napi_env env, const char *text)
{
    napi_value v = NULL;
    if (text == NULL)
        napi_get_null(env, &v);
    else
        napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &v);
    return v;
}

napi_value bip_node_number(napi_env env, double v)
{
    napi_value made = NULL;
    napi_create_double(env, v, &made);
    return made;
}

void bip_node_set(napi_env env, napi_value object, const char *name, napi_value v)
{
    if (v != NULL)
        napi_set_named_property(env, object, name, v);
}

void bip_node_set_number(napi_env env, napi_value object, const char *name, double v)
{
    bip_node_set(env, object, name, bip_node_number(env, v));
}

napi_value bip_node_error(napi_env env, addon *a, bip_status st, const bip_error *err)
{
    napi_value class, made = NULL;
    napi_value args[5] = {bip_node_string(env, err->message[0] != '\0' ? err->message : bip_status_text(st)),
                          bip_node_string(env, bip_status_code(st)), bip_node_string(env, err->where),
                          bip_node_number(env, st), bip_node_number(env, err->detail)};
    if (napi_get_reference_value(env, a->error_class, &class) == napi_ok)
        napi_new_instance(env, class, 5, args, &made);
    return made;
}

bool bip_node_throw(job *j, bip_status st, const bip_error *err)
{
    napi_value made = bip_node_error(j->env, j->addon, st, err);
    if (made != NULL)
        napi_throw(j->env, made);
    return false;
}

bip_status bip_node_nomem(bip_error *err)
{
    *err = (bip_error){.status = BIP_E_NOMEM};
    return BIP_E_NOMEM;
}

static void free_bytes(napi_env env, void *data, void *hint)
{
    (void)env, (void)hint;
    free(data);
}

napi_value bip_node_buffer(napi_env env, char *bytes, size_t n)
{
    napi_value v = NULL;
    if (n >= LENT_FROM && napi_create_external_buffer(env, n, bytes, free_bytes, NULL, &v) == napi_ok)
        return v;
    napi_create_buffer_copy(env, n, bytes, NULL, &v);
    free(bytes);
    return v;
}

/* ------------------------------------------------------------ single values */

/* C's texts end at a NUL: one inside would cut what was meant. */
static bool copy_text(job *j, napi_value v, const char *name, const char **out, size_t *n)
{
    char *text;
    if (napi_get_value_string_utf8(j->env, v, NULL, 0, n) != napi_ok)
        return bip_node_wrong(j->env, name, "a string");
    if ((text = bip_node_alloc(j, *n + 1)) == NULL)
        return false;
    napi_get_value_string_utf8(j->env, v, text, *n + 1, n);
    *out = text;
    return true;
}

bool bip_node_text(job *j, napi_value v, const char *name, const char **out)
{
    size_t n;
    if (bip_node_absent(j->env, v))
        return true;
    if (!copy_text(j, v, name, out, &n))
        return false;
    return strlen(*out) == n || bip_node_wrong(j->env, name, "without U+0000");
}

bool bip_node_bytes(job *j, napi_value v, const char *name, const char **out, size_t *n)
{
    napi_valuetype type = napi_undefined;
    bool is_buffer = false;
    void *data;
    char *copy;
    if (bip_node_absent(j->env, v))
        return true;
    napi_typeof(j->env, v, &type);
    if (type == napi_string)
        return copy_text(j, v, name, out, n);
    if (napi_is_buffer(j->env, v, &is_buffer) != napi_ok || !is_buffer)
        return bip_node_wrong(j->env, name, "a string or a Uint8Array");
    if (napi_get_buffer_info(j->env, v, &data, n) != napi_ok || (copy = bip_node_alloc(j, *n + 1)) == NULL)
        return false;
    if (*n > 0)
        memcpy(copy, data, *n);
    *out = copy;
    return true;
}

bool bip_node_double(napi_env env, napi_value v, const char *name, double *out)
{
    return napi_get_value_double(env, v, out) == napi_ok || bip_node_wrong(env, name, "a number");
}

bool bip_node_int32(napi_env env, napi_value v, const char *name, int32_t *out)
{
    double d;
    if (bip_node_absent(env, v))
        return true;
    if (napi_get_value_double(env, v, &d) != napi_ok || !(d >= INT32_MIN && d <= INT32_MAX) || d != floor(d))
        return bip_node_wrong(env, name, "a whole number of 32 bits");
    *out = (int32_t)d;
    return true;
}

bool bip_node_date(job *j, napi_value v, const char *name, bip_date *out)
{
    const char *text = NULL;
    bip_error err = {0};
    bip_status st;
    if (bip_node_absent(j->env, v))
        return true;
    if (!bip_node_text(j, v, name, &text))
        return false;
    st = bip_date_parse(text, out, &err);
    return st == BIP_OK || bip_node_throw(j, st, &err);
}

bool bip_node_word(job *j, napi_value v, const char *name, const words *w, int32_t *out)
{
    char text[32] = "", choice[300] = "one of";
    size_t n;
    if (napi_get_value_string_utf8(j->env, v, text, sizeof text, &n) == napi_ok)
        for (int i = 0; i < w->n; i++)
            if (strcmp(w->list[i], text) == 0) {
                *out = i;
                return true;
            }
    for (int i = 0; i < w->n; i++) {
        size_t used = strlen(choice);
        snprintf(choice + used, sizeof choice - used, " \"%s\"", w->list[i]);
    }
    return bip_node_wrong(j->env, name, choice);
}
