#include "read/sweep.h"

/* The reading stands one row further than the person it is for. A row of somebody else that can't be read is told of
 * when it is asked for. */
static bip_status step(bip__sweep *s, int32_t person, bip_error *err)
{
    const bip__storage_api *api = s->context->storage->api;
    bip_status st = (s->only_scores ? api->next_scores : api->next_current)(s->rows, &s->row, err);
    s->given = false;
    s->ended = st != BIP_OK;
    if (st == BIP_E_CORRUPT && s->row.person != person) {
        bip__sweep_close(s);
        return BIP_OK;
    }
    return st == BIP_DONE ? BIP_OK : st;
}

/* Whether the reading comes to this person, or past: nobody between the one asked for last and the row has any. */
static bool comes_to(const bip__sweep *s, int32_t person)
{
    return s->rows != NULL && s->person < person && (s->ended || person <= s->row.person);
}

static bip_status begin(bip__sweep *s, int32_t person, bip_error *err)
{
    const bip__storage_api *api = s->context->storage->api;
    bip__sweep_close(s);
    bip_status st =
        (s->only_scores ? api->scores_from : api->assessments_from)(s->context->storage, person, &s->rows, err);
    s->row.person = person;
    return st == BIP_OK ? step(s, person, err) : st;
}

bip_status bip__sweep_to(bip__sweep *s, int32_t person, bip_error *err)
{
    bip_status st = BIP_OK;
    while (st == BIP_OK && s->rows != NULL && !s->ended && s->row.person == s->person && s->person < person)
        st = step(s, person, err);
    if (st == BIP_OK && !comes_to(s, person))
        st = begin(s, person, err);
    s->person = person;
    return st;
}

bip_status bip__sweep_next(bip__sweep *s, bip__assessment_row *out, bip_error *err)
{
    bip_status st = s->given ? step(s, s->person, err) : BIP_OK;
    if (st != BIP_OK)
        return st;
    if (s->rows == NULL || s->ended || s->row.person != s->person)
        return BIP_DONE;
    *out = s->row;
    s->given = true;
    return BIP_OK;
}

void bip__sweep_close(bip__sweep *s)
{
    s->context->storage->api->close_rows(s->rows);
    s->rows = NULL;
    s->given = s->ended = false;
}
