/* Scores in as few bytes as an import can hold a million assessments with: one where the score is a whole number up to
 * 250 or a reason, nine elsewhere. */
#ifndef BIP_EXCHANGE_PACKED_H
#define BIP_EXCHANGE_PACKED_H

#include "bip.h"

#include <stdint.h>

#define BIP__PACKED_MOST 9 /* bytes of a score */

size_t bip__packed_size(const bip_score *scores, size_t n);
size_t bip__pack(const bip_score *scores, size_t n, uint8_t *to);     /* gives the size; equal scores, equal bytes */
size_t bip__unpack(const uint8_t *from, bip_score *scores, size_t n); /* gives the size */

#endif
