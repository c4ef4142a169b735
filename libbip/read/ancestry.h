/* The order of recording, alike in every copy of a store; and which entry of the trail follows on which: what a
 * recorder could have seen, and what was recorded elsewhere. */
#ifndef BIP_READ_ANCESTRY_H
#define BIP_READ_ANCESTRY_H

#include "read/context.h"

/* Below, above or 0, as for sorting. */
int bip__entry_order(const bip__entry_row *a, const bip__entry_row *b);
/* Of two facts: that of their entries, then the index. */
bip_status bip__recorded_order(const bip__context *c, int64_t entry_a, int32_t idx_a, int64_t entry_b, int32_t idx_b,
                               int *order, bip_error *err);

/* Whether `later` has `earlier` among its ancestors, or is it. It may be the entry of the change in hand. */
bip_status bip__entry_follows(bip__context *c, const bip__entry_row *earlier, const bip__entry_row *later,
                              bool *follows, bip_error *err);

#endif
