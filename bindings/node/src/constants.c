/* The words of bip.h's enumerations, and its constants by name. A test holds both against the header. */
#include "addon.h"

#define WORDS(id, title, ...)                                                                                          \
    static const char *const id##_list[] = {__VA_ARGS__};                                                              \
    const words bip_node_##id = {title, id##_list, sizeof id##_list / sizeof *id##_list}

WORDS(answer, "answer", [BIP_NUMBER] = "number", [BIP_NOT_ASKED] = "not_asked", [BIP_DECLINED] = "declined",
      [BIP_DONT_KNOW] = "dont_know", [BIP_NOT_APPLICABLE] = "not_applicable");
WORDS(kind, "kind", [BIP_INDICATOR] = "indicator", [BIP_DIMENSION] = "dimension");
WORDS(better, "better", [BIP_HIGHER] = "higher", [BIP_LOWER] = "lower");
WORDS(direction,
      "direction", [BIP_UNKNOWN] = "unknown", [BIP_FORWARD] = "forward", [BIP_STEADY] = "steady", [BIP_BACK] = "back");
WORDS(mk_method, "mkMethod", [BIP_MK_NONE] = "none", [BIP_MK_EXACT] = "exact", [BIP_MK_NORMAL] = "normal");
WORDS(rci_class, "rciClass", [BIP_RCI_NONE] = "none", [BIP_IMPROVED] = "improved", [BIP_UNCHANGED] = "unchanged",
      [BIP_DETERIORATED] = "deteriorated");
WORDS(theme, "theme", [BIP_THEME_AUTO] = "auto", [BIP_THEME_LIGHT] = "light", [BIP_THEME_DARK] = "dark");
WORDS(layer_kind, "layerKind", [BIP_LAYER_LATEST] = "latest", [BIP_LAYER_FIRST] = "first",
      [BIP_LAYER_PREVIOUS] = "previous", [BIP_LAYER_BEST] = "best", [BIP_LAYER_DAY] = "day", [BIP_LAYER_GOAL] = "goal");

/* ------------------------------------------------------------ */

#define C(name)                                                                                                        \
    {                                                                                                                  \
#name, (double)name                                                                                            \
    }
static const struct {
    const char *name;
    double value;
} constants[] = {
    C(BIP_OK),
    C(BIP_DONE),
    C(BIP_E_USAGE),
    C(BIP_E_REFUSED),
    C(BIP_E_NOT_FOUND),
    C(BIP_E_CONFLICT),
    C(BIP_E_BUSY),
    C(BIP_E_IO),
    C(BIP_E_FULL),
    C(BIP_E_NOMEM),
    C(BIP_E_FORMAT),
    C(BIP_E_TOO_NEW),
    C(BIP_E_CORRUPT),
    C(BIP_E_CANCELLED),
    C(BIP_E_READ_ONLY),
    C(BIP_NO_DATE),
    C(BIP_NUMBER),
    C(BIP_NOT_ASKED),
    C(BIP_DECLINED),
    C(BIP_DONT_KNOW),
    C(BIP_NOT_APPLICABLE),
    C(BIP_ID_SIZE),
    C(BIP_OPEN_WRITE),
    C(BIP_OPEN_CREATE),
    C(BIP_OPEN_ALLOW_NATIONAL_IDS),
    C(BIP_LANG_SIZE),
    C(BIP_INDICATOR),
    C(BIP_DIMENSION),
    C(BIP_HIGHER),
    C(BIP_LOWER),
    C(BIP_UNKNOWN),
    C(BIP_FORWARD),
    C(BIP_STEADY),
    C(BIP_BACK),
    C(BIP_OBSERVED),
    C(BIP_HELD),
    C(BIP_TREND),
    C(BIP_RELIABLE),
    C(BIP_MK_NONE),
    C(BIP_MK_EXACT),
    C(BIP_MK_NORMAL),
    C(BIP_RCI_NONE),
    C(BIP_IMPROVED),
    C(BIP_UNCHANGED),
    C(BIP_DETERIORATED),
    C(BIP_THEME_AUTO),
    C(BIP_THEME_LIGHT),
    C(BIP_THEME_DARK),
    C(BIP_LAYER_LATEST),
    C(BIP_LAYER_FIRST),
    C(BIP_LAYER_PREVIOUS),
    C(BIP_LAYER_BEST),
    C(BIP_LAYER_DAY),
    C(BIP_LAYER_GOAL),
    C(BIP_MOST_AXES),
    C(BIP_MOST_LAYERS),
};

napi_value bip_node_constants(napi_env env)
{
    napi_value all;
    napi_create_object(env, &all);
    for (size_t i = 0; i < sizeof constants / sizeof *constants; i++)
        bip_node_set_number(env, all, constants[i].name, constants[i].value);
    return all;
}

static void add_enum(napi_env env, napi_value all, const words *w)
{
    napi_value list;
    napi_create_array_with_length(env, (size_t)w->n, &list);
    for (int i = 0; i < w->n; i++)
        napi_set_element(env, list, (uint32_t)i, bip_node_string(env, w->list[i]));
    bip_node_set(env, all, w->name, list);
}

napi_value bip_node_enums(napi_env env)
{
    const words *lists[] = {&bip_node_answer,    &bip_node_kind,      &bip_node_better, &bip_node_direction,
                            &bip_node_mk_method, &bip_node_rci_class, &bip_node_theme,  &bip_node_layer_kind};
    napi_value all;
    napi_create_object(env, &all);
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        add_enum(env, all, lists[i]);
    return all;
}
