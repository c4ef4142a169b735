#include "read/context.h"

#include "base/platform.h"

bip_status bip__context_catalogue(bip__context *c, const bip__catalogue **out, bip_error *err)
{
    int64_t generation = 0;
    bip_status st = c->storage->api->generation(c->storage, &generation, err);
    if (st != BIP_OK)
        return st;
    if (c->catalogue != NULL && c->catalogue_generation != generation)
        bip__context_forget(c);
    if (c->catalogue == NULL && (st = bip__catalogue_read(c->storage, &c->catalogue, err)) != BIP_OK)
        return st;
    c->catalogue_generation = generation;
    *out = c->catalogue;
    return BIP_OK;
}

void bip__context_forget(bip__context *c)
{
    bip__catalogue_free(c->catalogue);
    c->catalogue = NULL;
}

bip_date bip__context_today(const bip__context *c)
{
    return bip__local_day(c->now_ms(c->ctx));
}
