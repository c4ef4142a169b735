#include "record/verifier.h"

#include <stdio.h>
#include <string.h>

bip_status bip__verify_tell(bip__verifier *v, const char *where, const char *message)
{
    bip_issue issue = {.column = "", .where = where, .message = message};
    v->faults++;
    if (v->issue != NULL && v->issue(v->ctx, &issue) != 0)
        return bip__fail(v->err, BIP_E_CANCELLED, NULL, "stopped");
    return BIP_OK;
}

bip_status bip__verify_survive(bip__verifier *v, bip_status st, const char *what, const char *code)
{
    char where[256];
    if (st != BIP_E_CORRUPT)
        return st;
    snprintf(where, sizeof where, "%s%s", what, code);
    bip_error damage = v->own;
    return bip__verify_tell(v, where, damage.message);
}

bip_status bip__verify_fault(bip__verifier *v, int64_t entry_n, const char *participant, const char *message)
{
    char where[256], id[BIP_ID_SIZE] = "?";
    bip__entry_row entry;
    bip_status st = v->api->entry_get(v->storage, entry_n, &entry, v->err);
    if (st == BIP_OK)
        bip__entry_id_print(entry.id, id);
    else if (st != BIP_E_NOT_FOUND)
        return st;
    if (participant == NULL)
        snprintf(where, sizeof where, "entry %s", id);
    else
        snprintf(where, sizeof where, "entry %s, participant %s", id, participant);
    return bip__verify_tell(v, where, message);
}

bip_status bip__verify_word(bip__verifier *v, int32_t n, const char **text)
{
    *text = NULL;
    bip_status st = n == 0 ? BIP_OK : v->api->word_text(v->storage, n, text, v->err);
    if (st != BIP_E_CORRUPT)
        return st;
    *text = "?";
    return BIP_OK;
}

static bool item_is(const bip__instrument *def, const bip__item_row *row)
{
    int32_t r = bip__instrument_respondent(def, row->respondent);
    return r >= 0 && row->position >= 0 && (size_t)row->position < def->n_items[r] &&
           strcmp(def->indicators[def->items[r][row->position]].code, row->indicator) == 0;
}

/* The table of items serves people with a SQL shell only, but a wrong one would mislead them. */
static bip_status check_items(bip__verifier *v, const bip__version *version)
{
    bip__rows *rows = NULL;
    bip__item_row row;
    size_t expected = 0, right = 0, all = 0;
    for (size_t r = 0; r < version->def->n_respondents; r++)
        expected += version->def->n_items[r];
    bip_status st = v->api->items(v->storage, version->n, &rows, v->err);
    for (; st == BIP_OK && (st = v->api->next_item(rows, &row, v->err)) == BIP_OK; all++)
        right += item_is(version->def, &row);
    v->api->close_rows(rows);
    if (st != BIP_DONE)
        return st;
    return right == expected && all == expected
               ? BIP_OK
               : bip__verify_tell(v, version->def->code, "the list of its items is not right");
}

static bip_status run(bip__verifier *v, const char *anchor)
{
    int64_t file_faults = 0;
    bip_status st = v->api->check(v->storage, v->issue, v->ctx, &file_faults, v->err);
    v->faults += file_faults;
    if (st == BIP_OK && (st = bip__context_catalogue(v->context, &v->catalogue, v->err)) == BIP_E_CORRUPT)
        return bip__verify_survive(v, st, "instrument ", v->own.where); /* without it no assessment can be told */
    if (st == BIP_OK)
        st = bip__verify_survive(v, bip__verify_people(v), "participants", "");
    if (st == BIP_OK)
        st = bip__verify_survive(v, bip__verify_instruments(v), "instruments", "");
    if (st == BIP_OK)
        st = bip__verify_survive(v, bip__verify_entries(v), "entries", "");
    if (st == BIP_OK)
        st = bip__verify_survive(v, bip__verify_identities(v), "identities", "");
    for (size_t i = 0; st == BIP_OK && i < v->catalogue->n; i++) {
        const bip__version *version = &v->catalogue->versions[i];
        st = bip__verify_survive(v, check_items(v, version), version->def->code, "");
    }
    return st == BIP_OK && anchor != NULL ? bip__verify_anchor(v, anchor) : st;
}

bip_status bip__verify(bip__context *c, const char *anchor, bip_issue_fn issue, void *ctx, int64_t *faults,
                       bip_error *err)
{
    bip__verifier v = {.context = c, .storage = c->storage, .api = c->storage->api, .issue = issue, .ctx = ctx};
    v.err = &v.own;
    bip__out_init(&v.text, NULL, NULL);
    bip_status st = v.api->snapshot(v.storage, err);
    if (st != BIP_OK)
        return st;
    st = run(&v, anchor);
    v.api->release(v.storage);
    bip__out_free(&v.text);
    bip__free(v.seen);
    bip__free(v.held);
    bip__free(v.erasures);
    *faults = v.faults;
    if (st != BIP_OK && err != NULL)
        *err = v.own;
    return st;
}
