/* Current assessments one by one, in the order of time, with all that a reader wants to know of them. */
#ifndef BIP_READ_READING_H
#define BIP_READ_READING_H

#include "read/people.h"

typedef struct bip__reading bip__reading;

/* query must outlive the reading. BIP_E_NOT_FOUND as for bip_assessments(). */
bip_status bip__reading_open(bip__context *c, const bip_query *query, bip__reading **out, bip_error *err);
bip_status bip__reading_next(bip__reading *r, const bip_assessment **lent, bip_error *err); /* BIP_DONE */
void bip__reading_close(bip__reading *r);

#endif
