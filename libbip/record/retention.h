/* Who has been in the store for longer than there is a reason for. */
#ifndef BIP_RECORD_RETENTION_H
#define BIP_RECORD_RETENTION_H

#include "record/record.h"

#define BIP__HOLD "hold" /* the attribute that keeps somebody, whatever its value */

/* How many days the store keeps people after their last fact; 0: that was never said. */
bip_status bip__keep_days_get(bip__context *c, int32_t *days, bip_error *err);
bip_status bip__keep_days_put(bip__change *change, int32_t days, bip_error *err);

typedef struct bip__overdue {
    int32_t person;
    char *code;
    bip_date last;
} bip__overdue;
typedef struct bip__overdue_list {
    bip__arena arena;
    bip__overdue *list; /* by code */
    size_t n, cap;
} bip__overdue_list;

/* Those whose last fact is more than `days` before `as_of` and who aren't held. days 0: as the store keeps. */
bip_status bip__overdue_read(bip__context *c, int32_t days, bip_date as_of, bip__overdue_list *out, bip_error *err);
void bip__overdue_free(bip__overdue_list *l);
/* A line of bip-retention-1 each. */
void bip__overdue_print(bip__out *o, const bip__overdue_list *l, bip_date as_of);

#endif
