#include "read/context.h"

#include "base/platform.h"
#include "read/plan.h"

bip_status bip__context_catalogue(bip__context *c, const bip__catalogue **out, bip_error *err)
{
    int64_t generation = 0;
    bool holds = true;
    bip_status st = c->storage->api->generation(c->storage, &generation, err);
    if (st == BIP_OK && c->generation != generation) {
        c->head.n = 0;
        /* Most commits add no instrument, and parsing them all again takes longer than a commit. */
        if (c->catalogue != NULL)
            st = bip__catalogue_holds(c->storage, c->catalogue, &holds, err);
    }
    if (st != BIP_OK)
        return st;
    if (!holds)
        bip__context_forget(c);
    if (c->catalogue == NULL && (st = bip__catalogue_read(c->storage, &c->catalogue, err)) != BIP_OK)
        return st;
    c->generation = generation;
    *out = c->catalogue;
    return BIP_OK;
}

void bip__context_forget(bip__context *c)
{
    bip__plan_discard(c->idle_plan);
    bip__catalogue_free(c->catalogue);
    c->idle_plan = NULL;
    c->catalogue = NULL;
    c->head.n = 0;
}

bip_status bip__context_entry(const bip__context *c, int64_t n, bip__entry_row *out, bip_error *err)
{
    bip_status st = c->storage->api->entry_get(c->storage, n, out, err);
    if (st != BIP_E_NOT_FOUND)
        return st;
    if (c->open == NULL || c->open->n != n)
        return bip__fail(err, BIP_E_CORRUPT, NULL, "a fact names an entry that is not there");
    *out = *c->open;
    return BIP_OK;
}

bip_date bip__context_today(const bip__context *c)
{
    return bip__local_day(c->now_ms(c->ctx));
}

void bip__context_reads(bip__context *c, const char *what)
{
    c->reading = what;
    c->told = false;
    c->told_last = -1;
}

bip_status bip__context_read(bip__context *c, int32_t person, const char *code, bip_error *err)
{
    if (c->on_read == NULL || c->reading == NULL || c->told || person == c->told_last)
        return BIP_OK;
    c->told_last = person;
    if (c->on_read(c->ctx, c->reading, code) == 0)
        return BIP_OK;
    return bip__fail(err, BIP_E_CANCELLED, code, "reading was refused");
}
