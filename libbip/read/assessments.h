/* Current assessments one by one, in the order of time, with all that a reader wants to know of them. */
#ifndef BIP_READ_ASSESSMENTS_H
#define BIP_READ_ASSESSMENTS_H

#include "read/people.h"

typedef struct bip__assessments bip__assessments;

/* query must outlive the reading. BIP_E_NOT_FOUND as for bip_assessments(). */
bip_status bip__assessments_open(bip__context *c, const bip_query *query, bip__assessments **out, bip_error *err);
bip_status bip__assessments_next(bip__assessments *r, const bip_assessment **lent, bip_error *err); /* BIP_DONE */
void bip__assessments_close(bip__assessments *r);

#endif
