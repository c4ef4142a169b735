#include "store/canon.h"

#include <string.h>

static void member(bip__out *o, const char *key, const char *text)
{
    bip__out_key(o, key);
    bip__out_json_text(o, text);
}

/* What isn't there is left out, so that a later kind of member can't change the hash of older facts. */
static void optional(bip__out *o, const char *key, const char *text, size_t n)
{
    if (!text)
        return;
    bip__out_key(o, key);
    bip__out_json(o, text, n);
}

static void optional_text(bip__out *o, const char *key, const char *text)
{
    optional(o, key, text, text ? strlen(text) : 0);
}

/* Behind another member, by the million: what is known beforehand is copied whole. */
#define PIECE(o, literal) bip__out_bytes(o, literal, sizeof(literal) - 1)

bip__assessment_fact bip__canon_of_row(const bip__assessment_row *row)
{
    return (bip__assessment_fact){.date = row->day,
                                  .scores = row->scores,
                                  .scores_n = row->scores_n,
                                  .note = row->note,
                                  .note_n = row->note_n,
                                  .reason = row->reason,
                                  .reason_n = row->reason_n};
}

void bip__canon_assessment(bip__out *o, const bip__assessment_fact *f)
{
    bip__canon_assessment_head(o, f);
    bip__canon_assessment_rest(o, f);
}

void bip__canon_assessment_head(bip__out *o, const bip__assessment_fact *f)
{
    bip__out_text(o, "{\"fact\":\"assessment\"");
    optional_text(o, "of", f->of);
    member(o, "instrument", f->instrument);
    member(o, "version", f->version);
    member(o, "respondent", f->respondent);
}

void bip__canon_assessment_rest(bip__out *o, const bip__assessment_fact *f)
{
    PIECE(o, ",\"date\":\"");
    bip__out_date(o, f->date);
    PIECE(o, "\"");
    optional_text(o, "rater", f->rater);
    PIECE(o, ",\"scores\":");
    if (f->scores)
        bip__out_bytes(o, f->scores, f->scores_n); /* is JSON as stored */
    else
        bip__out_text(o, "null");
    optional(o, "note", f->note, f->note_n);
    optional(o, "reason", f->reason, f->reason_n);
    bip__out_char(o, '}');
}

void bip__canon_participant(bip__out *o, const char *code, bip_date enrolled, const char *reason)
{
    PIECE(o, "{\"fact\":\"participant\",\"code\":");
    bip__out_json_text(o, code);
    if (enrolled != BIP_NO_DATE) {
        PIECE(o, ",\"enrolled\":\"");
        bip__out_date(o, enrolled);
        PIECE(o, "\"");
    }
    optional_text(o, "reason", reason);
    bip__out_char(o, '}');
}

void bip__canon_attribute(bip__out *o, const char *key, const char *value, const char *reason)
{
    bip__out_text(o, "{\"fact\":\"attribute\"");
    member(o, "key", key);
    member(o, "value", value);
    optional_text(o, "reason", reason);
    bip__out_char(o, '}');
}

void bip__canon_instrument(bip__out *o, const char *json, size_t n, const char *reason)
{
    bip__out_text(o, "{\"fact\":\"instrument\"");
    optional_text(o, "reason", reason);
    bip__out_key(o, "instrument");
    bip__out_bytes(o, json, n);
    bip__out_char(o, '}');
}

void bip__canon_erasure(bip__out *o, const uint8_t (*identities)[BIP_HASH_SIZE], size_t n, const char *reason)
{
    bip__out_text(o, "{\"fact\":\"erasure\",\"identities\":[");
    for (size_t i = 0; i < n; i++) {
        bip__out_comma(o);
        bip__out_char(o, '"');
        bip__out_hex(o, identities[i], BIP_HASH_SIZE);
        bip__out_char(o, '"');
    }
    bip__out_char(o, ']');
    optional_text(o, "reason", reason);
    bip__out_char(o, '}');
}

void bip__canon_dispute(bip__out *o, const char *of, const char *text, const char *reason)
{
    bip__out_text(o, "{\"fact\":\"dispute\"");
    member(o, "of", of);
    member(o, "text", text);
    optional_text(o, "reason", reason);
    bip__out_char(o, '}');
}

void bip__entry_id_print(const uint8_t entry[BIP__UUID_SIZE], char out[BIP_ID_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < BIP__UUID_SIZE; i++) {
        out[2 * i] = digits[entry[i] >> 4];
        out[2 * i + 1] = digits[entry[i] & 15];
    }
    out[2 * BIP__UUID_SIZE] = '\0';
}

void bip__id_print(const uint8_t entry[BIP__UUID_SIZE], int32_t idx, char out[BIP_ID_SIZE])
{
    char digits[11]; /* the last first */
    size_t n = 0;
    uint32_t left = idx < 0 ? 0 - (uint32_t)idx : (uint32_t)idx; /* below 0 in a damaged file only */

    bip__entry_id_print(entry, out);
    out += 2 * BIP__UUID_SIZE;
    *out++ = '.';
    do
        digits[n++] = (char)('0' + left % 10);
    while ((left /= 10) > 0);
    if (idx < 0)
        digits[n++] = '-';
    while (n > 0)
        *out++ = digits[--n];
    *out = '\0';
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

bool bip__hex_read(const char *s, size_t n, uint8_t *into, size_t bytes)
{
    if (n != 2 * bytes)
        return false;
    for (size_t i = 0; i < bytes; i++) {
        int high = hex_digit(s[2 * i]), low = hex_digit(s[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        into[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

/* One spelling an index: neither sign nor leading zero, so that equal ids are equal texts. */
static bool index_read(const char *s, size_t n, int32_t *idx)
{
    int64_t v = 0;
    if (n < 1 || n > 10 || (s[0] == '0' && n > 1))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (s[i] < '0' || s[i] > '9')
            return false;
        v = 10 * v + (s[i] - '0');
    }
    if (v > INT32_MAX)
        return false;
    *idx = (int32_t)v;
    return true;
}

bool bip__id_read(const char *s, size_t n, uint8_t entry[BIP__UUID_SIZE], int32_t *idx)
{
    const size_t hex = 2 * BIP__UUID_SIZE;
    return n > hex && s[hex] == '.' && bip__hex_read(s, hex, entry, BIP__UUID_SIZE) &&
           index_read(s + hex + 1, n - hex - 1, idx);
}
