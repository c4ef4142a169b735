/* What people write for a score that wasn't given. */
#ifndef BIP_BASE_REASON_H
#define BIP_BASE_REASON_H

#include <stddef.h>
#include <stdint.h>

/* The words of the formats, and what the reasons are called in Swedish and Danish. */
typedef struct bip__reason {
    const char *text; /* case-folded */
    int32_t answer;
} bip__reason;

extern const bip__reason bip__reasons[];
extern const size_t bip__n_reasons;

#endif
