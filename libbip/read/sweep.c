#include "read/sweep.h"

/* Rows of somebody else that can't be read are told of when that person is asked for. */
static bip_status step(bip__sweep *s, int32_t person, bip_error *err)
{
    bip_status st = s->context->storage->api->next_current(s->rows, &s->current, err);
    s->ended = st != BIP_OK;
    if (st == BIP_E_CORRUPT && s->current.person != person) {
        bip__sweep_close(s);
        return BIP_OK;
    }
    return st == BIP_DONE ? BIP_OK : st;
}

/* Whether the reading comes to this person, or past: nobody between the one asked for last and the one it stands at has
 * any. */
static bool comes_to(const bip__sweep *s, int32_t person)
{
    return s->rows != NULL && s->person < person && (s->ended || person <= s->current.person);
}

static bip_status begin(bip__sweep *s, int32_t person, bip_error *err)
{
    const bip__storage_api *api = s->context->storage->api;
    bip__sweep_close(s);
    bip_status st = api->current_from(s->context->storage, person, s->only_scores, &s->rows, err);
    s->current.person = person;
    return st == BIP_OK ? step(s, person, err) : st;
}

bip_status bip__sweep_to(bip__sweep *s, int32_t person, const bip__assessment_row **rows, size_t *n, bip_error *err)
{
    bip_status st = BIP_OK;
    if (s->rows != NULL && !s->ended && s->current.person == s->person && s->person < person)
        st = step(s, person, err);
    if (st == BIP_OK && !comes_to(s, person))
        st = begin(s, person, err);
    s->person = person;
    *rows = s->current.rows;
    *n = st == BIP_OK && s->rows != NULL && !s->ended && s->current.person == person ? s->current.n : 0;
    return st;
}

void bip__sweep_close(bip__sweep *s)
{
    s->context->storage->api->close_rows(s->rows);
    s->rows = NULL;
    s->ended = false;
}
