#include "api/api.h"
#include "base/hash.h"
#include "base/platform.h"
#include "record/record.h"
#include "show/words.h"

#include <string.h>

#define KNOWN_FLAGS (BIP_OPEN_WRITE | BIP_OPEN_CREATE | BIP_OPEN_ALLOW_NATIONAL_IDS)

bip_status bip__check_size(size_t size, const char *what, bip_error *err)
{
    if (size >= sizeof size)
        return BIP_OK;
    return bip__fail(err, BIP_E_USAGE, what, "size is %zu: set it to the size of the struct", size);
}

bip_status bip__take_struct(void *into, size_t n, const void *from, size_t size, const char *what, bip_error *err)
{
    bip_status st = bip__check_size(size, what, err);
    if (st == BIP_OK)
        memcpy(into, from, size < n ? size : n);
    return st;
}

void bip__give_struct(void *into, size_t size, const void *from, size_t n)
{
    if (into == NULL)
        return;
    memset(into, 0, size);
    memcpy(into, from, size < n ? size : n);
}

void bip_open_options_init(bip_open_options *options, size_t n)
{
    bip_open_options all = {.size = n};
    bip__give_struct(options, n, &all, sizeof all);
}

static int64_t system_now(void *ctx)
{
    (void)ctx;
    return bip__now_ms();
}

static int system_random(void *ctx, void *into, size_t n)
{
    (void)ctx;
    return bip__random(into, n);
}

/* ------------------------------------------------------------ making */

static bip_status put_settings(bip__storage *s, const bip_open_options *o, bip_error *err)
{
    bip_status st = BIP_OK;
    if (o->lang != NULL && o->lang[0] != '\0')
        st = s->api->setting_put(s, "lang", o->lang, err);
    if (st == BIP_OK && (o->flags & BIP_OPEN_ALLOW_NATIONAL_IDS))
        st = s->api->setting_put(s, "national_ids", "allowed", err);
    return st;
}

static bip_status fill(bip__storage *s, void *options, bip_error *err)
{
    bip_status st = put_settings(s, options, err);
    return st == BIP_OK ? bip__instruments_seed(s, err) : st;
}

static bip_status fill_new(bip__storage *s, bip_open_options *o, bip_error *err)
{
    bip_status st = s->api->begin(s, err);
    if (st != BIP_OK)
        return st;
    if ((st = fill(s, o, err)) == BIP_OK)
        return s->api->commit(s, err);
    s->api->rollback(s);
    return st;
}

static bip_status read_settings(bip__context *c, bip_error *err)
{
    char national_ids[16] = "";
    bip_status st = c->storage->api->setting_get(c->storage, "lang", c->lang, sizeof c->lang, err);
    if (st == BIP_OK)
        st = c->storage->api->setting_get(c->storage, "national_ids", national_ids, sizeof national_ids, err);
    c->national_ids = st == BIP_OK && national_ids[0] != '\0';
    return st;
}

/* On failure the storage stays the caller's. */
bip_status bip__store_over(bip__storage *storage, const bip_open_options *o, bip_store **out, bip_error *err)
{
    bip_store *store = bip__alloc_zero(1, sizeof *store);
    *out = NULL;
    if (store == NULL)
        return bip__nomem(err);
    store->context = (bip__context){.storage = storage,
                                    .now_ms = o->now_ms == NULL ? system_now : o->now_ms,
                                    .random = o->random == NULL ? system_random : o->random,
                                    .on_read = o->read,
                                    .ctx = o->ctx};
    bip_open_options options = *o;
    bip_status st = (o->flags & BIP_OPEN_CREATE) ? fill_new(storage, &options, err) : BIP_OK;
    if (st == BIP_OK)
        st = read_settings(&store->context, err);
    if (st != BIP_OK) {
        bip__free(store);
        return st;
    }
    *out = store;
    return BIP_OK;
}

bip_status bip_store_open(const char *path, const bip_open_options *options, bip_store **out, bip_error *err)
{
    bip_open_options o;
    bip__storage *storage = NULL;
    if (out == NULL)
        return bip__fail(err, BIP_E_USAGE, NULL, "nowhere to put the store");
    *out = NULL;
    if (path == NULL || path[0] == '\0')
        return bip__fail(err, BIP_E_USAGE, "path", "a store needs a path");
    bip_open_options_init(&o, sizeof o);
    if (options != NULL && bip__take_struct(&o, sizeof o, options, options->size, "options", err) != BIP_OK)
        return BIP_E_USAGE;
    if ((o.flags & ~KNOWN_FLAGS) != 0)
        return bip__fail(err, BIP_E_USAGE, "options.flags", "a flag is not known");
    if (o.lang != NULL && strlen(o.lang) >= sizeof((bip__context *)0)->lang)
        return bip__fail(err, BIP_E_USAGE, "lang", "is no language");
    bool create = (o.flags & BIP_OPEN_CREATE) != 0;
    bip__hash_prepare();
    bip_status st = create ? bip__sqlite_create(path, o.wait_ms, fill, &o, &storage, err)
                           : bip__sqlite_open(path, false, (o.flags & BIP_OPEN_WRITE) != 0, o.wait_ms, &storage, err);
    if (st != BIP_OK)
        return st;
    o.flags &= ~BIP_OPEN_CREATE; /* it has its contents */
    if (storage->writable)       /* what an erasing had to leave; those who read now are not waited for */
        storage->api->scrub(storage, 0, NULL);
    if ((st = bip__store_over(storage, &o, out, err)) == BIP_OK)
        return st;
    storage->api->close(storage);
    if (create && strcmp(path, ":memory:") != 0)
        bip__path_remove(path);
    return st;
}

void bip_store_close(bip_store *store)
{
    if (store == NULL)
        return;
    while (store->cursors != NULL)
        bip_cursor_close(store->cursors);
    bip_change_rollback(store->change);
    bip__context_forget(&store->context);
    bip__words_unload(store->context.words);
    bip__out_free(&store->idle_out);
    store->context.storage->api->close(store->context.storage);
    bip__free(store);
}

void bip_store_interrupt(bip_store *store)
{
    if (store != NULL)
        store->context.storage->api->interrupt(store->context.storage);
}

const char *bip_store_lang(const bip_store *store)
{
    return store == NULL ? "" : store->context.lang;
}

bip_date bip_store_today(const bip_store *store)
{
    return store == NULL ? BIP_NO_DATE : bip__context_today(&store->context);
}

bip_status bip_store_add_words(bip_store *store, const char *json, size_t n, char lang[BIP_LANG_SIZE], bip_error *err)
{
    if (lang != NULL)
        lang[0] = '\0';
    if (store == NULL || json == NULL)
        return bip__fail(err, BIP_E_USAGE, NULL, "an open store and the words are needed");
    if (store->readings > 0) /* they may be in use */
        return bip__fail(err, BIP_E_USAGE, NULL, "something is being read: end it first");
    bip_status st = bip__words_load(&store->context.words, json, n, err);
    if (st == BIP_OK && lang != NULL)
        memcpy(lang, store->context.words->words.lang, strlen(store->context.words->words.lang) + 1);
    return st;
}

/* ------------------------------------------------------------ keeping */

bip_status bip_store_verify(bip_store *store, const char *anchor, bip_issue_fn issue, void *ctx, bip_error *err)
{
    int64_t faults = 0;
    if (store == NULL)
        return bip__fail(err, BIP_E_USAGE, NULL, "an open store is needed");
    if (store->context.open != NULL) /* its facts are not in the trail yet */
        return bip__fail(err, BIP_E_USAGE, NULL, "a change is open: end it before verifying");
    bip_status st = bip__verify(&store->context, anchor, issue, ctx, &faults, err);
    if (st == BIP_OK && faults > 0)
        st = bip__fail(err, BIP_E_CORRUPT, NULL, "%lld fault%s found", (long long)faults, faults == 1 ? "" : "s");
    return st;
}

bip_status bip_store_backup(bip_store *store, const char *path, bip_error *err)
{
    if (store == NULL || path == NULL || path[0] == '\0')
        return bip__fail(err, BIP_E_USAGE, NULL, "an open store and a path are needed");
    if (store->context.open != NULL) /* it would be copied half done */
        return bip__fail(err, BIP_E_USAGE, NULL, "a change is open: end it before the backup");
    return store->context.storage->api->backup(store->context.storage, path, err);
}

bip_status bip_store_traces(bip_store *store, int32_t *traces, bip_error *err)
{
    char todo[16];
    if (store == NULL || traces == NULL)
        return bip__fail(err, BIP_E_USAGE, NULL, "an open store and a place for the answer are needed");
    bip__storage *storage = store->context.storage;
    bip_status st = storage->api->setting_get(storage, "traces", todo, sizeof todo, err);
    *traces = st == BIP_OK && todo[0] != '\0';
    return st;
}
