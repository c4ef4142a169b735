/* Scores in as few bytes as an import can hold a million assessments with: a byte for each, in which a reason or a
 * whole number up to 250 stands; what is neither follows behind the last of them, eight bytes each. */
#ifndef BIP_EXCHANGE_PACKED_H
#define BIP_EXCHANGE_PACKED_H

#include "base/out.h"

#include <stdint.h>

#define BIP__PACKED_MOST 9  /* bytes of a score */
#define BIP__PACKED_WIDE 0  /* the byte of a score that follows behind */
#define BIP__PACKED_WHOLE 5 /* that of 0; between lie the answers that are no numbers, as they are numbered */

/* The byte of a score. */
static inline uint8_t bip__packed_code(const bip_score *score)
{
    if (score->answer != BIP_NUMBER)
        return (uint8_t)score->answer;
    if (score->number >= 0 && score->number <= UINT8_MAX - BIP__PACKED_WHOLE && score->number == (int)score->number)
        return (uint8_t)(BIP__PACKED_WHOLE + (int)score->number);
    return BIP__PACKED_WIDE;
}

size_t bip__packed_size(const bip_score *scores, size_t n);
size_t bip__pack(const bip_score *scores, size_t n, uint8_t *to);     /* gives the size; equal scores, equal bytes */
void bip__packed_print(bip__out *o, const uint8_t *from, size_t n);   /* as bip__scores_print() prints them */
size_t bip__unpack(const uint8_t *from, bip_score *scores, size_t n); /* gives the size */

#endif
