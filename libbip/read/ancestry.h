/* Which entry of the trail follows on which: what a recorder could have seen, and what was recorded elsewhere. */
#ifndef BIP_READ_ANCESTRY_H
#define BIP_READ_ANCESTRY_H

#include "read/context.h"

/* Whether `later` has `earlier` among its ancestors, or is it. Both are in storage. */
bip_status bip__entry_follows(bip__context *c, const bip__entry_row *earlier, const bip__entry_row *later,
                              bool *follows, bip_error *err);

#endif
