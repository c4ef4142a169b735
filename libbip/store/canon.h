/* The canonical form of facts: what the audit trail hashes and what bip-store-1 carries, specified in doc/store.md.
 */
#ifndef BIP_STORE_CANON_H
#define BIP_STORE_CANON_H

#include "base/out.h"
#include "store/store.h"

/* {"fact":"assessment"[,"of":"ENTRY.IDX"],"instrument":..,"version":..,"respondent":..,"date":..[,"rater":..],"scores":[..]|null[,"note":..][,"reason":..]}
 */
typedef struct bip__assessment_fact {
    const char *of;                                        /* id of the first revision; NULL: this is it */
    const char *instrument, *version, *respondent, *rater; /* rater NULL: unknown */
    bip_date date;
    const char *scores, *note, *reason; /* scores NULL: withdrawn */
    size_t scores_n, note_n, reason_n;
} bip__assessment_fact;
/* What a row says by itself; what it names by number is for the caller to fill in. */
bip__assessment_fact bip__canon_of_row(const bip__assessment_row *row);
void bip__canon_assessment(bip__out *o, const bip__assessment_fact *f);
/* The same in two halves: the first is the same for all of one instrument and respondent that aren't `of` another. */
void bip__canon_assessment_head(bip__out *o, const bip__assessment_fact *f);
void bip__canon_assessment_rest(bip__out *o, const bip__assessment_fact *f);

/* {"fact":"participant","code":..[,"enrolled":..][,"reason":..]} */
void bip__canon_participant(bip__out *o, const char *code, bip_date enrolled, const char *reason);
/* {"fact":"attribute","key":..,"value":..|null[,"reason":..]} */
void bip__canon_attribute(bip__out *o, const char *key, const char *value, const char *reason);
/* {"fact":"instrument"[,"reason":..],"instrument":{..}} */
void bip__canon_instrument(bip__out *o, const char *json, size_t n, const char *reason);

/* {"fact":"erasure","identities":[HASH..][,"reason":..]}, hashes rising */
void bip__canon_erasure(bip__out *o, const uint8_t (*identities)[BIP_HASH_SIZE], size_t n, const char *reason);

/* {"fact":"dispute","of":"ENTRY.IDX","text":..[,"reason":..]} */
void bip__canon_dispute(bip__out *o, const char *of, const char *text, const char *reason);

/* "ENTRY.IDX": 32 hexadecimal digits, a dot, the index. */
void bip__id_print(const uint8_t entry[BIP__UUID_SIZE], int32_t idx, char out[BIP_ID_SIZE]);
bool bip__id_read(const char *s, size_t n, uint8_t entry[BIP__UUID_SIZE], int32_t *idx);
void bip__entry_id_print(const uint8_t entry[BIP__UUID_SIZE], char out[BIP_ID_SIZE]); /* without the index */
bool bip__hex_read(const char *s, size_t n, uint8_t *into, size_t bytes); /* exactly 2 * bytes lower-case digits */

#endif
