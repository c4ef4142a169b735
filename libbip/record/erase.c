#include "record/record.h"

#include <stdlib.h>
#include <string.h>

typedef struct doomed {
    int32_t *numbers;
    uint8_t (*hashes)[BIP_HASH_SIZE];
    size_t n, numbers_cap, hashes_cap;
} doomed;

static int by_bytes(const void *a, const void *b)
{
    return memcmp(a, b, BIP_HASH_SIZE);
}

static bip_status list_identities(bip__storage *storage, int32_t person, doomed *d, bip_error *err)
{
    bip__rows *rows = NULL;
    bip__identity_row row;
    bip_status st = storage->api->identities(storage, person, &rows, err);
    while (st == BIP_OK && (st = storage->api->next_identity(rows, &row, err)) == BIP_OK) {
        if (!bip__grow(&d->numbers, &d->numbers_cap, d->n + 1, sizeof *d->numbers) ||
            !bip__grow(&d->hashes, &d->hashes_cap, d->n + 1, sizeof *d->hashes)) {
            st = bip__nomem(err);
            break;
        }
        memcpy(d->hashes[d->n], row.hash, sizeof row.hash);
        d->numbers[d->n++] = row.n;
    }
    storage->api->close_rows(rows);
    if (d->n > 1)
        qsort(d->hashes, d->n, sizeof *d->hashes, by_bytes);
    return st == BIP_DONE ? BIP_OK : st;
}

/* First the fact, which also ends a leaf in hand that may be the person's, then the rows. */
static bip_status erase(bip__change *change, const doomed *d, bip_error *err)
{
    bip__storage *storage = change->context->storage;
    bip__out_clear(&change->canonical);
    bip__canon_erasure(&change->canonical, (const uint8_t(*)[BIP_HASH_SIZE])d->hashes, d->n, change->reason);
    bip_status st = bip__fact_insert(change, 0, BIP__FACT_ERASURE, BIP_NO_DATE, err);
    for (size_t i = 0; st == BIP_OK && i < d->n; i++)
        st = storage->api->identity_erase(storage, d->numbers[i], change->entry.n, err);
    change->broken |= st != BIP_OK;
    change->n_newcomers = 0; /* one of them may be gone */
    change->erased = true;
    return st;
}

static bool part_of_a_word(unsigned char c)
{
    return c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* Whether the text names somebody: their code, and not as a part of another word. */
static bool names(const char *text, const char *code)
{
    const size_t n = strlen(code);
    for (const char *at = text; (at = strstr(at, code)) != NULL; at++) {
        const unsigned char before = at > text ? (unsigned char)at[-1] : ' ', after = (unsigned char)at[n];
        if (!part_of_a_word(before) && !part_of_a_word(after))
            return true;
    }
    return false;
}

bip_status bip__participant_erase(bip__change *change, int32_t person, const char *code, bip_error *err)
{
    doomed d = {0};
    if (names(change->reason, code))
        return bip__fail(err, BIP_E_REFUSED, "reason", "names the participant, and it is not erased with them");
    bip_status st = list_identities(change->context->storage, person, &d, err);
    if (st == BIP_OK)
        st = erase(change, &d, err);
    bip__free(d.numbers);
    bip__free(d.hashes);
    return st;
}
