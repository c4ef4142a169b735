#include "api/api.h"
#include "show/picture.h"

#include <string.h>

void bip_picture_init(bip_picture *picture, size_t n)
{
    bip_picture all = {.size = n};
    bip__give_struct(picture, n, &all, sizeof all);
}

/* Lists of structs of a caller of another version: `size` in the first tells how far apart they stand. NULL: no
 * memory, or a size of 0. */
static void *take_list(bip__arena *arena, const void *from, size_t n, size_t each, size_t size)
{
    char *list = size == 0 ? NULL : bip__arena_alloc(arena, n * each);

    for (size_t i = 0; list != NULL && i < n; i++)
        bip__take_struct(list + i * each, each, (const char *)from + i * size, size);
    return list;
}

static bip_status list_fault(size_t size, const char *what, bip_error *err)
{
    return size == 0 ? bip__fail(err, BIP_E_USAGE, what, "size is 0") : bip__nomem(err);
}

static bip_picture take_picture(const bip_picture *from)
{
    bip_picture all;

    bip_picture_init(&all, sizeof all);
    if (from != NULL)
        bip__take_struct(&all, sizeof all, from, from->size);
    return all;
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
    bip_picture all = take_picture(picture);
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
    size_t axis_size = axes->size, layer_size = n_layers > 0 ? layers->size : sizeof *layers;
    axes = take_list(&arena, axes, n_axes, sizeof *axes, axis_size);
    layers = take_list(&arena, layers, n_layers, sizeof *layers, layer_size);
    bip__out_init(&o, write, ctx);
    bip_status st = axes == NULL     ? list_fault(axis_size, "axes", err)
                    : layers == NULL ? list_fault(layer_size, "layers", err)
                                     : bip__words_find(all.lang, &words, err);
    if (st == BIP_OK)
        st = bip__picture_spider(axes, n_axes, layers, n_layers, &all, NULL, words, &o, err);
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
        bip__take_struct(&rules[i], sizeof *rules, panels[i].rules, panels[i].rules->size);
        st = bip__rules_check(&rules[i], err);
        panels[i].rules = &rules[i];
    }
    return st;
}

bip_status bip_timeline(const bip_panel *panels, size_t n_panels, const bip_picture *picture, bip_write_fn write,
                        void *ctx, bip_error *err)
{
    bip_picture all = take_picture(picture);
    const bip__words *words;
    bip__arena arena = {0};
    bip__out o;

    if (panels == NULL || n_panels == 0 || write == NULL)
        return bip__fail(err, BIP_E_USAGE, NULL, "a panel and a sink are needed");
    size_t size = panels->size;
    bip_panel *list = take_list(&arena, panels, n_panels, sizeof *list, size);
    bip__out_init(&o, write, ctx);
    bip_status st = list == NULL ? list_fault(size, "panels", err) : take_rules(&arena, list, n_panels, err);
    if (st == BIP_OK)
        st = bip__words_find(all.lang, &words, err);
    if (st == BIP_OK)
        st = bip__picture_timeline(list, n_panels, &all, NULL, words, &o, err);
    bip__arena_free(&arena);
    return finish(&o, st, err);
}
