#include "api/api.h"
#include "exchange/exchange.h"
#include "show/show.h"

#include <string.h>

static bip_status export_store(bip__context *c, const bip_query *query, const char *options_json, bip__out *o,
                               bip_error *err)
{
    (void)query;
    if (options_json != NULL)
        return bip__fail(err, BIP_E_USAGE, "json", "this document has no options");
    if (c->open != NULL)
        return bip__fail(err, BIP_E_USAGE, "json", "a change is open: end it before the export");
    return bip__export_store(c, o, err);
}

/* The one list of documents; bip.h tells what they are. */
static const struct {
    const char *name;
    bip__document_fn write;
} documents[] = {
    {"progression", bip__show_progression},
    {"progression-text", bip__show_progression_text},
    {"steps", bip__show_steps},
    {"steps-text", bip__show_steps_text},
    {"history", bip__show_history},
    {"history-text", bip__show_history_text},
    {"json", export_store},
    {"jsonl", bip__export_jsonl},
    {"csv-long", bip__export_csv_long},
    {"csv-wide", bip__export_csv_wide},
    {"participants", bip__show_participants},
    {"instruments", bip__show_instruments},
    {"instrument", bip__show_instrument},
    {"report", bip__show_report},
    {"team", bip__show_team},
    {"form", bip__show_form},
    {"brief", bip__show_brief},
    {"words", bip__show_words},
    {"head", bip__show_head},
    {"subject", bip__show_subject},
    {"subject-html", bip__show_subject_html},
    {"spider", bip__show_spider},
    {"spider-svg", bip__show_spider_svg},
    {"timeline-svg", bip__show_timeline_svg},
};

static bip__document_fn find(const char *name)
{
    for (size_t i = 0; name != NULL && i < sizeof documents / sizeof *documents; i++)
        if (strcmp(documents[i].name, name) == 0)
            return documents[i].write;
    return NULL;
}

bip_status bip_write(bip_store *store, const char *document, const bip_query *query, const char *options_json,
                     bip_write_fn write, void *ctx, bip_error *err)
{
    bip_query all;
    bip__out o;
    bip__document_fn make = find(document);
    if (store == NULL || write == NULL)
        return bip__fail(err, BIP_E_USAGE, NULL, "an open store and a sink are needed");
    if (make == NULL)
        return bip__fail(err, BIP_E_USAGE, "document", "there is no document \"%.60s\"", document ? document : "");
    bip__storage *storage = store->context.storage;
    bip_status st = bip__take_query(&all, query, err);
    if (st == BIP_OK)
        st = storage->api->snapshot(storage, err);
    if (st != BIP_OK)
        return st;
    bip__out_init(&o, write, ctx);
    bip__out_inherit(&o, &store->idle_out);
    store->readings++;
    bip__context_reads(&store->context, document);
    st = make(&store->context, &all, options_json, &o, err);
    store->readings--;
    storage->api->release(storage);
    if (st == BIP_OK)
        st = bip__out_finish(&o, err);
    if (st == BIP_OK)
        bip__out_leave(&o, &store->idle_out);
    else
        bip__out_free(&o);
    return st;
}
