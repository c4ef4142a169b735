/* The module: what it gives to lib/, for each environment that loads it. */
#include "addon.h"

#include <stdio.h>
#include <stdlib.h>

static void forget(napi_env env, void *data, void *hint)
{
    (void)env, (void)hint;
    free(data);
}

static void add_function(napi_env env, napi_value exports, const char *name, napi_callback call, const op *o)
{
    napi_value function;
    if (napi_create_function(env, name, NAPI_AUTO_LENGTH, call, (void *)(uintptr_t)o, &function) == napi_ok)
        bip_node_set(env, exports, name, function);
}

static void add_ops(napi_env env, napi_value exports, const op *list)
{
    char name[64];
    for (const op *o = list; o->name != NULL; o++) {
        add_function(env, exports, o->name, bip_node_sync, o);
        snprintf(name, sizeof name, "%sAsync", o->name);
        add_function(env, exports, name, bip_node_async, o);
    }
}

/* The class of errors is JavaScript, so that `instanceof` and the stack are as people expect. */
static napi_value set_error_class(napi_env env, napi_callback_info info)
{
    size_t n = 1;
    napi_value class;
    addon *a = NULL;
    if (napi_get_cb_info(env, info, &n, &class, NULL, NULL) == napi_ok && n == 1 &&
        napi_get_instance_data(env, (void **)&a) == napi_ok)
        napi_create_reference(env, class, 1, &a->error_class);
    return NULL;
}

/* The one call that goes past the others: it ends what is going on. */
static napi_value interrupt(napi_env env, napi_callback_info info)
{
    size_t n = 1;
    napi_value v;
    holder *h = NULL;
    if (napi_get_cb_info(env, info, &n, &v, NULL, NULL) == napi_ok && n == 1 &&
        napi_get_value_external(env, v, (void **)&h) == napi_ok && !bip_node_is_closing(h))
        bip_store_interrupt(h->store);
    return NULL;
}

/* Node's macro defines it without having declared it. */
NAPI_MODULE_EXPORT int32_t node_api_module_get_api_version_v1(void);

NAPI_MODULE_INIT()
{
    static const op *const subjects[] = {bip_node_value_ops,   bip_node_store_ops,  bip_node_change_ops,
                                         bip_node_cursor_ops,  bip_node_series_ops, bip_node_draw_ops,
                                         bip_node_exchange_ops};
    addon *a = calloc(1, sizeof *a);
    if (a == NULL || napi_set_instance_data(env, a, forget, NULL) != napi_ok) {
        free(a);
        napi_throw_error(env, NULL, bip_status_text(BIP_E_NOMEM));
        return NULL;
    }
    napi_add_env_cleanup_hook(env, bip_node_abandon, a);
    for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++)
        add_ops(env, exports, subjects[i]);
    add_function(env, exports, "setErrorClass", set_error_class, NULL);
    add_function(env, exports, "storeInterrupt", interrupt, NULL);
    bip_node_set(env, exports, "constants", bip_node_constants(env));
    bip_node_set(env, exports, "enums", bip_node_enums(env));
    return exports;
}
