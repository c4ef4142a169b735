#include "api/api.h"
#include "show/picture.h"

#include <string.h>

void bip_picture_init(bip_picture *picture, size_t n)
{
    bip_picture all = {.size = n};
    bip__give_struct(picture, n, &all, sizeof all);
}

/* Lists of structs of a caller of another version: `size` in the first tells how far apart they stand. Nothing is taken
 * where something has failed before. */
static void *take_list(bip__arena *arena, const void *from, size_t n, size_t each, size_t size, const char *what,
                       bip_status *st, bip_error *err)
{
    char *list = *st == BIP_OK ? bip__arena_alloc(arena, n * each) : NULL;

    if (*st == BIP_OK && list == NULL)
        *st = bip__nomem(err);
    for (size_t i = 0; *st == BIP_OK && i < n; i++)
        *st = bip__take_struct(list + i * each, each, (const char *)from + i * size, size, what, err);
    return list;
}

static bip_status take_picture(bip_picture *into, const bip_picture *from, bip_error *err)
{
    bip_picture_init(into, sizeof *into);
    return from == NULL ? BIP_OK : bip__take_struct(into, sizeof *into, from, from->size, "picture", err);
}

static bip_status finish(bip__out *o, bip_status st, bip_error *err)
{
    if (st == BIP_OK)
        st = bip__out_finish(o, err);
    bip__out_free(o);
    return st;
}

bip_status bip_spider(const bip_axis *axes, size_t n_axes, const bip_layer *layers, size_t n_layers,
                      const bip_picture *picture, bip_write_fn write, void *ctx, bip_error *err)
{
    bip_picture all;
    const bip__words *words;
    bip__arena arena = {0};
    bip__out o;

    if (axes == NULL || (layers == NULL && n_layers > 0) || write == NULL)
        return bip__fail(err, BIP_E_USAGE, NULL, "axes, layers and a sink are needed");
    if (n_axes < 1 || n_axes > BIP_MOST_AXES)
        return bip__fail(err, BIP_E_USAGE, "axes", "there are %zu; a spider takes 1 to %d", n_axes, BIP_MOST_AXES);
    if (n_layers > BIP_MOST_LAYERS)
        return bip__fail(err, BIP_E_USAGE, "layers", "there are %zu; a spider takes at most %d", n_layers,
                         BIP_MOST_LAYERS);
    bip_status st = take_picture(&all, picture, err);
    size_t layer_size = n_layers > 0 ? layers->size : sizeof *layers;
    axes = take_list(&arena, axes, n_axes, sizeof *axes, axes->size, "axes", &st, err);
    layers = take_list(&arena, layers, n_layers, sizeof *layers, layer_size, "layers", &st, err);
    bip__out_init(&o, write, ctx);
    if (st == BIP_OK)
        st = bip__words_find(all.lang, &words, err);
    if (st == BIP_OK)
        st = bip__picture_spider(axes, n_axes, layers, n_layers, &all, NULL, words, NULL, &o, err);
    bip__arena_free(&arena);
    return finish(&o, st, err);
}

/* The rules of every panel, of this version and sound. */
static bip_status take_rules(bip__arena *arena, bip_panel *panels, size_t n, bip_error *err)
{
    bip_series_rules *rules = bip__arena_alloc(arena, n * sizeof *rules);
    bip_status st = rules == NULL ? bip__nomem(err) : BIP_OK;

    for (size_t i = 0; st == BIP_OK && i < n; i++) {
        if (panels[i].rules == NULL || (panels[i].labels == NULL && panels[i].n_labels > 0))
            return bip__picture_fail("panels", i, "rules are needed, and labels where there are any", err);
        bip_series_rules_init(&rules[i], sizeof *rules);
        st = bip__take_struct(&rules[i], sizeof *rules, panels[i].rules, panels[i].rules->size, "rules", err);
        if (st == BIP_OK)
            st = bip__rules_check(&rules[i], err);
        panels[i].rules = &rules[i];
    }
    return st;
}

bip_status bip_timeline(const bip_panel *panels, size_t n_panels, const bip_picture *picture, bip_write_fn write,
                        void *ctx, bip_error *err)
{
    bip_picture all;
    const bip__words *words;
    bip__arena arena = {0};
    bip__out o;

    if (panels == NULL || n_panels == 0 || write == NULL)
        return bip__fail(err, BIP_E_USAGE, NULL, "a panel and a sink are needed");
    bip_status st = take_picture(&all, picture, err);
    bip_panel *list = take_list(&arena, panels, n_panels, sizeof *list, panels->size, "panels", &st, err);
    bip__out_init(&o, write, ctx);
    if (st == BIP_OK)
        st = take_rules(&arena, list, n_panels, err);
    if (st == BIP_OK)
        st = bip__words_find(all.lang, &words, err);
    if (st == BIP_OK)
        st = bip__picture_timeline(list, n_panels, n_panels, &all, NULL, words, &o, err);
    bip__arena_free(&arena);
    return finish(&o, st, err);
}
