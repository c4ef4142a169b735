/* Current assessments of one person after the other. Numbers mostly rise as codes do, and then one reading goes through
 * all of them; where they don't, it begins anew. */
#ifndef BIP_READ_SWEEP_H
#define BIP_READ_SWEEP_H

#include "read/context.h"

/* Zero-initialise, all but the context and what is to be read. */
typedef struct bip__sweep {
    bip__context *context;
    bool only_scores; /* what next_scores() fills, the rest is 0 */
    bip__rows *rows;
    bip__assessment_row row; /* where the reading stands */
    bool given, ended;       /* whether that was given out already; whether there is none */
    int32_t person;          /* asked for last */
} bip__sweep;

bip_status bip__sweep_to(bip__sweep *s, int32_t person, bip_error *err);
/* The next of that person by (day, entry, idx), without its reason; BIP_DONE. Lent until the next call. */
bip_status bip__sweep_next(bip__sweep *s, bip__assessment_row *out, bip_error *err);
void bip__sweep_close(bip__sweep *s);

#endif
