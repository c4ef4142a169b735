/* Current assessments of one person after the other. Numbers mostly rise as codes do, and then one reading goes through
 * all of them; where they don't, it begins anew. */
#ifndef BIP_READ_SWEEP_H
#define BIP_READ_SWEEP_H

#include "read/context.h"

/* Zero-initialise, all but the context and what is to be read. */
typedef struct bip__sweep {
    bip__context *context;
    bool only_scores; /* see current_from() */
    bip__rows *rows;
    bip__current current; /* where the reading stands */
    bool ended;           /* nobody is left */
    int32_t person;       /* asked for last */
} bip__sweep;

/* The current assessments of that person by (day, entry, idx), without their reasons; *n 0: none. Lent until the next
 * call. */
bip_status bip__sweep_to(bip__sweep *s, int32_t person, const bip__assessment_row **rows, size_t *n, bip_error *err);
void bip__sweep_close(bip__sweep *s);

#endif
