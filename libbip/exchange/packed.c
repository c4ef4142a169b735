#include "exchange/packed.h"

#include <math.h>
#include <string.h>

#define WIDE 0        /* a double follows */
#define FIRST_WHOLE 5 /* 0; between lie the answers that are no numbers, as they are numbered */

static uint8_t code_of(const bip_score *score)
{
    if (score->answer != BIP_NUMBER)
        return (uint8_t)score->answer;
    if (score->number >= 0 && score->number <= UINT8_MAX - FIRST_WHOLE && score->number == floor(score->number))
        return (uint8_t)(FIRST_WHOLE + (int)score->number);
    return WIDE;
}

size_t bip__packed_size(const bip_score *scores, size_t n)
{
    size_t size = n;
    for (size_t i = 0; i < n; i++)
        if (code_of(&scores[i]) == WIDE)
            size += sizeof scores[i].number;
    return size;
}

size_t bip__pack(const bip_score *scores, size_t n, uint8_t *to)
{
    uint8_t *at = to;
    for (size_t i = 0; i < n; i++) {
        const uint8_t code = code_of(&scores[i]);
        *at++ = code;
        if (code == WIDE) {
            memcpy(at, &scores[i].number, sizeof scores[i].number);
            at += sizeof scores[i].number;
        }
    }
    return (size_t)(at - to);
}

size_t bip__unpack(const uint8_t *from, bip_score *scores, size_t n)
{
    const uint8_t *at = from;
    for (size_t i = 0; i < n; i++) {
        const uint8_t code = *at++;
        scores[i] = (bip_score){.number = NAN, .answer = BIP_NUMBER};
        if (code >= FIRST_WHOLE) {
            scores[i].number = code - FIRST_WHOLE;
        } else if (code != WIDE) {
            scores[i].answer = code;
        } else {
            memcpy(&scores[i].number, at, sizeof scores[i].number);
            at += sizeof scores[i].number;
        }
    }
    return (size_t)(at - from);
}
