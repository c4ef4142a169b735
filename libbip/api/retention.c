#include "record/retention.h"
#include "api/api.h"
#include "base/date.h"

bip_status bip_retention_keep(bip_change *change, int32_t days, bip_error *err)
{
    if (change == NULL || days < 0)
        return bip__fail(err, BIP_E_USAGE, NULL, "an open change and a number of days are needed");
    return bip__keep_days_put(change->inner, days, err);
}

int32_t bip_retention_days(bip_store *store)
{
    int32_t days = 0;
    return store != NULL && bip__keep_days_get(&store->context, &days, NULL) == BIP_OK ? days : 0;
}

/* BIP_NO_DATE becomes today. A day that never was would find everybody overdue. */
static bip_status take_day(const bip__context *c, bip_date *as_of, bip_error *err)
{
    if (*as_of == BIP_NO_DATE)
        *as_of = bip__context_today(c);
    return bip__date_valid(*as_of) ? BIP_OK : bip__fail(err, BIP_E_USAGE, "as_of", "is outside the years 1900 to 2199");
}

bip_status bip_retention_list(bip_store *store, int32_t days, bip_date as_of, bip_write_fn write, void *ctx,
                              bip_error *err)
{
    bip__overdue_list list;
    bip__out o;
    if (store == NULL || write == NULL)
        return bip__fail(err, BIP_E_USAGE, NULL, "an open store and a sink are needed");
    bip__storage *storage = store->context.storage;
    bip_status st = take_day(&store->context, &as_of, err);
    if (st != BIP_OK || (st = storage->api->snapshot(storage, err)) != BIP_OK)
        return st;
    bip__out_init(&o, write, ctx);
    st = bip__overdue_read(&store->context, days, as_of, &list, err);
    storage->api->release(storage);
    bip__context_reads(&store->context, "retention");
    for (size_t i = 0; st == BIP_OK && i < list.n; i++)
        st = bip__context_read(&store->context, list.list[i].person, list.list[i].code, err);
    if (st == BIP_OK) {
        bip__overdue_print(&o, &list, as_of);
        st = bip__out_finish(&o, err);
    }
    bip__out_free(&o);
    bip__overdue_free(&list);
    return st;
}

bip_status bip_retention_erase(bip_change *change, int32_t days, bip_date as_of, bip_write_fn write, void *ctx,
                               bip_error *err)
{
    bip__overdue_list list = {0};
    bip_status st;
    if (change == NULL || change->inner->reason == NULL)
        return bip__fail(err, BIP_E_USAGE, "reason", "a change with a reason is needed");
    if (change->store->readings > 0)
        return bip__fail(err, BIP_E_USAGE, NULL, "a reading is open: close cursors before writing");
    if ((st = take_day(change->inner->context, &as_of, err)) == BIP_OK &&
        (st = bip__change_write(change->inner, err)) == BIP_OK) /* from here on nobody can add to what is listed */
        st = bip_retention_list(change->store, days, as_of, write, ctx, err);
    if (st == BIP_OK)
        st = bip__overdue_read(change->inner->context, days, as_of, &list, err);
    for (size_t i = 0; st == BIP_OK && i < list.n; i++)
        st = bip__participant_erase(change->inner, list.list[i].person, list.list[i].code, err);
    change->inner->broken |= list.n > 0 && st != BIP_OK; /* some of them may be erased */
    bip__overdue_free(&list);
    return st;
}
