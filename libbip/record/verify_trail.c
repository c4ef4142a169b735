/* The trail itself: entries, the identities that their leaves name, and heads that were noted elsewhere. */
#include "model/json.h"
#include "record/verifier.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------ entries */

static int by_leaf(const void *a, const void *b)
{
    const bip__leaf_key *x = a, *y = b;
    if (x->entry != y->entry)
        return x->entry < y->entry ? -1 : 1;
    return (x->pos > y->pos) - (x->pos < y->pos);
}

static bip_status hold(bip__verifier *v, int32_t identity)
{
    if (v->n_held > 0 && v->held[v->n_held - 1] == identity)
        return BIP_OK;
    if (!bip__grow(&v->held, &v->held_cap, v->n_held + 1, sizeof *v->held))
        return bip__nomem(v->err);
    v->held[v->n_held++] = identity;
    return BIP_OK;
}

static bip_status gone(bip__verifier *v, int64_t entry, int32_t person)
{
    const char *code = NULL;
    bip_status st = person == 0 ? BIP_OK : v->api->person_get(v->storage, person, &code, v->err);
    if (st == BIP_E_CORRUPT) /* the person is gone too */
        st = BIP_OK;
    return st == BIP_OK ? bip__verify_fault(v, entry, code, "facts that the trail knows are gone") : st;
}

static bip_status hash_leaves(bip__verifier *v, bip__hash *h, int64_t entry)
{
    bip__rows *rows = NULL;
    bip__leaf_row leaf;
    bip_status st = v->api->leaves(v->storage, entry, &rows, v->err);
    while (st == BIP_OK && (st = v->api->next_leaf(rows, &leaf, v->err)) == BIP_OK) {
        bip__identity_row identity = {0};
        bip__leaf_key key = {leaf.entry, leaf.pos};
        if (leaf.identity != 0)
            st = v->api->identity_get(v->storage, leaf.identity, &identity, v->err);
        if (st == BIP_E_NOT_FOUND)
            st = BIP_OK; /* the entry's hash will not match */
        if (st == BIP_OK && leaf.identity != 0)
            st = hold(v, leaf.identity);
        bip__entry_leaf(h, leaf.pos, identity.hash, leaf.hash);
        bool found = v->n_seen > 0 && bsearch(&key, v->seen, v->n_seen, sizeof key, by_leaf) != NULL;
        if (st == BIP_OK && !identity.erased && !found)
            st = gone(v, entry, identity.person);
    }
    v->api->close_rows(rows);
    return st == BIP_DONE ? BIP_OK : st;
}

static bip_status read_parents(bip__verifier *v, const bip__entry_row *entry, uint8_t (**hashes)[BIP_HASH_SIZE],
                               size_t *n, int64_t *logical)
{
    bip__rows *rows = NULL;
    bip__entry_row parent;
    size_t cap = 0;
    *logical = entry->at_ms;
    bip_status st = v->api->parents(v->storage, entry->n, &rows, v->err);
    while (st == BIP_OK && (st = v->api->next_entry(rows, &parent, v->err)) == BIP_OK) {
        if (!bip__grow(hashes, &cap, *n + 1, sizeof **hashes)) {
            st = bip__nomem(v->err);
            break;
        }
        memcpy((*hashes)[(*n)++], parent.hash, BIP_HASH_SIZE);
        if (parent.logical_ms >= *logical)
            *logical = parent.logical_ms + 1;
    }
    v->api->close_rows(rows);
    return st == BIP_DONE ? BIP_OK : st;
}

static bip_status check_entry(bip__verifier *v, const bip__entry_row *entry)
{
    uint8_t(*parents)[BIP_HASH_SIZE] = NULL;
    uint8_t hash[BIP_HASH_SIZE];
    size_t n = 0;
    int64_t logical = 0;
    const char *actor = NULL;
    bip__hash h;
    bip_status st = read_parents(v, entry, &parents, &n, &logical);
    if (st == BIP_OK)
        st = bip__verify_word(v, entry->actor, &actor);
    if (st == BIP_OK) {
        bip__entry_begin(&h, entry->id, entry->at_ms, actor == NULL ? "" : actor, parents, n);
        st = hash_leaves(v, &h, entry->n);
    }
    bip__free(parents);
    if (st != BIP_OK)
        return st;
    bip__entry_end(&h, hash);
    if (memcmp(hash, entry->hash, sizeof hash) != 0)
        return bip__verify_fault(v, entry->n, NULL, "is not the entry that was written: its hash does not match");
    return logical == entry->logical_ms
               ? BIP_OK
               : bip__verify_fault(v, entry->n, NULL, "its place in the order of recording is wrong");
}

bip_status bip__verify_entries(bip__verifier *v)
{
    bip__rows *rows = NULL;
    bip__entry_row row;
    char id[BIP_ID_SIZE];
    if (v->n_seen > 0)
        qsort(v->seen, v->n_seen, sizeof *v->seen, by_leaf);
    bip_status st = v->api->entries(v->storage, &rows, v->err);
    while (st == BIP_OK && (st = v->api->next_entry(rows, &row, v->err)) == BIP_OK) {
        bip__entry_id_print(row.id, id);
        st = bip__verify_survive(v, check_entry(v, &row), "entry ", id);
    }
    v->api->close_rows(rows);
    return st == BIP_DONE ? BIP_OK : st;
}

/* ------------------------------------------------------------ identities */

static int by_number(const void *a, const void *b)
{
    const int32_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static bip_status keep_erasure(bip__verifier *v, const char *hex, int64_t entry)
{
    bip__erasure e = {.entry = entry};
    if (hex == NULL || !bip__hex_read(hex, strlen(hex), e.identity, sizeof e.identity))
        return BIP_OK; /* it is not what was recorded, which is told elsewhere */
    if (!bip__grow(&v->erasures, &v->erasures_cap, v->n_erasures + 1, sizeof *v->erasures))
        return bip__nomem(v->err);
    v->erasures[v->n_erasures++] = e;
    return BIP_OK;
}

static bip_status read_erasure(bip__verifier *v, const bip__fact_row *row)
{
    cJSON *fact = NULL;
    const cJSON *hash;
    bip_status st = bip__json_parse(row->body, row->body_n, &fact, v->err);
    if (st == BIP_E_REFUSED)
        return BIP_OK;
    cJSON_ArrayForEach(hash, cJSON_GetObjectItemCaseSensitive(fact, "identities"))
    {
        if (st == BIP_OK)
            st = keep_erasure(v, cJSON_GetStringValue(hash), row->entry);
    }
    cJSON_Delete(fact);
    return st;
}

static bip_status read_erasures(bip__verifier *v)
{
    bip__rows *rows = NULL;
    bip__fact_row row;
    bip_status st = v->api->facts(v->storage, 0, BIP__FACT_ERASURE, &rows, v->err);
    while (st == BIP_OK && (st = v->api->next_fact(rows, &row, v->err)) == BIP_OK)
        st = read_erasure(v, &row);
    v->api->close_rows(rows);
    return st == BIP_DONE ? BIP_OK : st;
}

/* entry 0: by any. */
static bool erased_by(const bip__verifier *v, const uint8_t identity[BIP_HASH_SIZE], int64_t entry)
{
    for (size_t i = 0; i < v->n_erasures; i++)
        if (memcmp(v->erasures[i].identity, identity, BIP_HASH_SIZE) == 0 &&
            (entry == 0 || v->erasures[i].entry == entry))
            return true;
    return false;
}

static bip_status check_identity(bip__verifier *v, const bip__identity_row *row)
{
    uint8_t hash[BIP_HASH_SIZE];
    char where[48];
    snprintf(where, sizeof where, "identity %d", (int)row->n);
    bip__identity_hash(row->uuid, hash);
    if (row->erased)
        return row->erased_by != 0 && erased_by(v, row->hash, row->erased_by)
                   ? BIP_OK
                   : bip__verify_tell(v, where, "is said to be erased, but nothing in the trail says so");
    if (erased_by(v, row->hash, 0))
        return bip__verify_tell(v, where, "was erased, and is there again");
    if (row->erased_by != 0)
        return bip__verify_tell(v, where, "is said to be erased, and is still there");
    if (memcmp(hash, row->hash, sizeof hash) != 0)
        return bip__verify_tell(v, where, "is not the one that its hash names");
    if (v->n_held == 0 || bsearch(&row->n, v->held, v->n_held, sizeof row->n, by_number) == NULL)
        return bip__verify_tell(v, where, "is one that the trail does not know");
    return BIP_OK;
}

bip_status bip__verify_identities(bip__verifier *v)
{
    bip__rows *rows = NULL;
    bip__identity_row row;
    if (v->n_held > 0)
        qsort(v->held, v->n_held, sizeof *v->held, by_number);
    bip_status st = read_erasures(v);
    if (st == BIP_OK)
        st = v->api->identities(v->storage, 0, &rows, v->err);
    while (st == BIP_OK && (st = v->api->next_identity(rows, &row, v->err)) == BIP_OK)
        st = check_identity(v, &row);
    v->api->close_rows(rows);
    return st == BIP_DONE ? BIP_OK : st;
}

/* ------------------------------------------------------------ anchor */

static bip_status check_anchor_line(bip__verifier *v, const char *line, size_t n, int number)
{
    uint8_t id[BIP__UUID_SIZE], hash[BIP_HASH_SIZE];
    char where[64];
    bip__entry_row entry;
    snprintf(where, sizeof where, "anchor, line %d", number);
    if (n != 97 || line[32] != ' ' || !bip__hex_read(line, 32, id, sizeof id) ||
        !bip__hex_read(line + 33, 64, hash, sizeof hash))
        return bip__fail(v->err, BIP_E_REFUSED, where, "is not ENTRY HASH as `bip head` prints it");
    bip_status st = v->api->entry_find(v->storage, id, &entry, v->err);
    if (st == BIP_E_NOT_FOUND)
        return bip__verify_tell(v, where, "this entry is gone: the file is older than the anchor, or was rolled back");
    if (st == BIP_OK && memcmp(hash, entry.hash, sizeof hash) != 0)
        return bip__verify_tell(v, where, "this entry is not the one that was noted");
    return st;
}

bip_status bip__verify_anchor(bip__verifier *v, const char *anchor)
{
    bip_status st = BIP_OK;
    bool noted = false;
    for (int number = 1; st == BIP_OK && *anchor != '\0'; number++) {
        size_t n = strcspn(anchor, "\r\n");
        noted = noted || n > 0;
        if (n > 0)
            st = check_anchor_line(v, anchor, n, number);
        anchor += n;
        anchor += anchor[0] == '\r' && anchor[1] == '\n' ? 2 : *anchor != '\0';
    }
    return st != BIP_OK || noted ? st : bip__fail(v->err, BIP_E_REFUSED, "anchor", "is empty, and so proves nothing");
}
