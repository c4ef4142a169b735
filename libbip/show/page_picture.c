#include "show/page.h"
#include "show/show.h"

/* The one place where pages take pictures from. */

bip_status bip__page_spider(bip__context *c, const bip_query *query, bip__out *o, bip_error *err)
{
    (void)c;
    (void)query;
    (void)o;
    (void)err;
    return BIP_OK;
}

bip_status bip__page_timeline(bip__context *c, const bip_query *query, bip__out *o, bip_error *err)
{
    (void)c;
    (void)query;
    (void)o;
    (void)err;
    return BIP_OK;
}
