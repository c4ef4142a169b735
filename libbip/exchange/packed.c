#include "exchange/packed.h"

#include "model/score.h"

#include <math.h>
#include <string.h>

size_t bip__packed_size(const bip_score *scores, size_t n)
{
    size_t size = n;
    for (size_t i = 0; i < n; i++)
        if (bip__packed_code(&scores[i]) == BIP__PACKED_WIDE)
            size += sizeof scores[i].number;
    return size;
}

size_t bip__pack(const bip_score *scores, size_t n, uint8_t *to)
{
    uint8_t *wide = to + n;
    for (size_t i = 0; i < n; i++) {
        to[i] = bip__packed_code(&scores[i]);
        if (to[i] == BIP__PACKED_WIDE) {
            memcpy(wide, &scores[i].number, sizeof scores[i].number);
            wide += sizeof scores[i].number;
        }
    }
    return (size_t)(wide - to);
}

size_t bip__unpack(const uint8_t *from, bip_score *scores, size_t n)
{
    const uint8_t *wide = from + n;
    for (size_t i = 0; i < n; i++) {
        scores[i] = (bip_score){.number = NAN, .answer = BIP_NUMBER};
        if (from[i] >= BIP__PACKED_WHOLE) {
            scores[i].number = from[i] - BIP__PACKED_WHOLE;
        } else if (from[i] != BIP__PACKED_WIDE) {
            scores[i].answer = from[i];
        } else {
            memcpy(&scores[i].number, wide, sizeof scores[i].number);
            wide += sizeof scores[i].number;
        }
    }
    return (size_t)(wide - from);
}

static void print_one(bip__out *o, uint8_t code, const uint8_t **wide)
{
    double number;
    if (code >= BIP__PACKED_WHOLE) {
        bip__out_int(o, code - BIP__PACKED_WHOLE);
    } else if (code == BIP__PACKED_WIDE) {
        memcpy(&number, *wide, sizeof number);
        *wide += sizeof number;
        bip__out_number(o, number);
    } else if (code == BIP_NOT_ASKED) {
        bip__out_text(o, "null");
    } else {
        bip__out_json_text(o, bip__answer_word(code));
    }
}

/* Whole numbers of one digit, nine in ten, are put in place, from `i` on. */
static size_t print_digits(bip__out *o, const uint8_t *from, size_t i, size_t n)
{
    char *to = bip__out_room(o, 2 * (n - i));
    if (to == NULL)
        return n;
    for (; i < n && from[i] >= BIP__PACKED_WHOLE && from[i] < BIP__PACKED_WHOLE + 10; i++) {
        *to++ = i == 0 ? '[' : ',';
        *to++ = (char)('0' + from[i] - BIP__PACKED_WHOLE);
    }
    bip__out_filled(o, to);
    return i;
}

void bip__packed_print(bip__out *o, const uint8_t *from, size_t n)
{
    const uint8_t *wide = from + n;
    if (n == 0)
        bip__out_char(o, '[');
    for (size_t i = 0; (i = print_digits(o, from, i, n)) < n; i++) {
        bip__out_char(o, i == 0 ? '[' : ',');
        print_one(o, from[i], &wide);
    }
    bip__out_char(o, ']');
}
