#include "record/change.h"

#include "base/text.h"
#include "model/code.h"

#include <string.h>

static const bip__storage_api *api_of(const bip__change *change)
{
    return change->context->storage->api;
}

/* NULL: none. Blanks give no reason, and where one is needed they must not pass for it. */
static const char *reason_in(const char *reason)
{
    return reason == NULL || bip__text_blank(reason, strlen(reason)) ? NULL : reason;
}

static bip_status check_who_and_why(bip__context *c, const char *actor, const char *reason, bip_error *err)
{
    if (actor == NULL)
        return bip__fail(err, BIP_E_USAGE, "actor", "a change needs to know who makes it");
    if (!c->storage->writable)
        return bip__fail(err, BIP_E_READ_ONLY, NULL, "the store is open for reading only");
    bip_status st = bip__name_check("actor", actor, strlen(actor), c->national_ids, err);
    return st != BIP_OK || reason == NULL ? st
                                          : bip__text_check("reason", reason, strlen(reason), c->national_ids, err);
}

bip_status bip__change_open(bip__context *c, const char *actor, const char *reason, bip__change **out, bip_error *err)
{
    *out = NULL;
    bip_status st = check_who_and_why(c, actor, reason, err);
    if (st != BIP_OK)
        return st;
    bip__change *change = bip__alloc_zero(1, sizeof *change);
    if (change == NULL)
        return bip__nomem(err);
    change->context = c;
    bip__out_init(&change->canonical, NULL, NULL);
    for (size_t i = 0; i < BIP__HEADS; i++)
        bip__out_init(&change->heads[i].text, NULL, NULL);
    change->actor = bip__strdup(actor);
    reason = reason_in(reason);
    if (reason != NULL && (change->reason = bip__strdup(reason)) == NULL)
        st = BIP_E_NOMEM;
    if (st != BIP_OK || change->actor == NULL) {
        bip__change_rollback(change);
        return bip__nomem(err);
    }
    *out = change;
    return BIP_OK;
}

static void change_free(bip__change *change)
{
    if (change->context->open == &change->entry)
        change->context->open = NULL;
    bip__out_free(&change->canonical);
    for (size_t i = 0; i < BIP__HEADS; i++)
        bip__out_free(&change->heads[i].text);
    bip__batch_drop(change);
    bip__free(change->newcomers);
    bip__free(change->parents);
    bip__free(change->actor);
    bip__free(change->reason);
    bip__free(change);
}

void bip__change_rollback(bip__change *change)
{
    if (change == NULL)
        return;
    if (change->begun) {
        api_of(change)->rollback(change->context->storage);
        bip__context_forget(change->context); /* it may hold words and instruments that were undone */
    }
    change_free(change);
}

/* Of the parents-to-be, and the room there is for them. */
typedef struct parent_list {
    uint8_t (*hashes)[BIP_HASH_SIZE];
    size_t hashes_cap, numbers_cap;
} parent_list;

/* A head becomes a parent: its number for the row, its hash for the hash, its logical time for the order. */
static bip_status take_parent(bip__change *change, parent_list *l, const bip__entry_row *head, bip_error *err)
{
    const size_t n = change->n_parents;
    if (!bip__grow(&change->parents, &l->numbers_cap, n + 1, sizeof *change->parents) ||
        !bip__grow(&l->hashes, &l->hashes_cap, n + 1, sizeof *l->hashes))
        return bip__nomem(err);
    memcpy(l->hashes[n], head->hash, BIP_HASH_SIZE);
    change->parents[n] = head->n;
    change->n_parents++;
    if (head->logical_ms >= change->entry.logical_ms)
        change->entry.logical_ms = head->logical_ms + 1;
    return BIP_OK;
}

static bip_status take_parents(bip__change *change, parent_list *l, bip_error *err)
{
    bip__context *c = change->context;
    bip__rows *rows = NULL;
    bip__entry_row head;
    if (c->head.n != 0)
        return take_parent(change, l, &c->head, err);
    bip_status st = api_of(change)->heads(c->storage, &rows, err);
    while (st == BIP_OK && (st = api_of(change)->next_entry(rows, &head, err)) == BIP_OK)
        st = take_parent(change, l, &head, err);
    api_of(change)->close_rows(rows);
    return st == BIP_DONE ? BIP_OK : st;
}

static bip_status start_entry(bip__change *change, bip_error *err)
{
    bip__context *c = change->context;
    parent_list parents = {0};
    bip_status st = api_of(change)->entry_reserve(c->storage, &change->entry.n, err);
    if (st != BIP_OK)
        return st;
    if (c->random(c->ctx, change->entry.id, sizeof change->entry.id) != 0)
        return bip__fail(err, BIP_E_IO, NULL, "no random bytes can be had");
    bip__entry_id_number_put(change->entry.id, change->entry.n);
    change->entry.at_ms = change->entry.logical_ms = c->now_ms(c->ctx);
    st = take_parents(change, &parents, err);
    if (st == BIP_OK)
        bip__entry_begin(&change->entry_hash, change->entry.id, change->entry.at_ms, change->actor, parents.hashes,
                         change->n_parents);
    c->open = &change->entry;
    bip__free(parents.hashes);
    return st;
}

bip_status bip__change_write(bip__change *change, bip_error *err)
{
    const bip__catalogue *catalogue;
    if (change->broken)
        return bip__fail(err, BIP_E_USAGE, NULL, "the change has failed and can only be rolled back");
    if (change->begun)
        return BIP_OK;
    bip_status st = api_of(change)->begin(change->context->storage, err);
    if (st != BIP_OK)
        return st;
    change->begun = true;
    st = bip__context_catalogue(change->context, &catalogue, err); /* another process may have added one before us */
    if (st == BIP_OK)
        st = start_entry(change, err);
    change->broken = st != BIP_OK;
    return st;
}

/* ------------------------------------------------------------ runs */

static bip__leaf_row end_run(bip__change *change)
{
    bip__leaf_row leaf = {.entry = change->entry.n, .pos = change->run_pos, .identity = change->run_identity};
    change->in_run = false;
    bip__leaf_end(&change->run_hash, leaf.hash);
    bip__entry_leaf(&change->entry_hash, leaf.pos, change->run_identity_hash, leaf.hash);
    return leaf;
}

/* The identity of a person who was registered by this change just now. */
static bool newcomer(const bip__change *change, int32_t person, bip__identity_row *out)
{
    const size_t n = change->n_newcomers;
    if (n == 0 || person < change->newcomers[0].person || person > change->newcomers[n - 1].person)
        return false;
    *out = change->newcomers[person - change->newcomers[0].person];
    return true;
}

/* The first identity of a person: the one that new facts go to. */
static bip_status first_identity(bip__change *change, int32_t person, bip__identity_row *out, bip_error *err)
{
    if (newcomer(change, person, out))
        return BIP_OK;
    bip__rows *rows = NULL;
    bip_status st = api_of(change)->identities(change->context->storage, person, &rows, err);
    if (st == BIP_OK)
        st = api_of(change)->next_identity(rows, out, err);
    api_of(change)->close_rows(rows);
    return st == BIP_DONE ? bip__fail(err, BIP_E_CORRUPT, NULL, "a participant has no identity") : st;
}

/* The identity in whose leaf a fact stands; the leaf of the run in hand is not in storage yet. */
static bip_status identity_over(bip__change *change, int64_t entry, int32_t idx, bip__identity_row *out, bip_error *err)
{
    bip__storage *storage = change->context->storage;
    bip__leaf_row leaf = {.identity = change->run_identity};
    bip_status st = BIP_OK;
    if (entry != change->entry.n || !change->in_run || idx < change->run_pos)
        st = api_of(change)->leaf_over(storage, entry, idx, &leaf, err);
    if (st == BIP_OK)
        st = api_of(change)->identity_get(storage, leaf.identity, out, err);
    return st == BIP_E_NOT_FOUND ? bip__fail(err, BIP_E_CORRUPT, NULL, "a fact that the trail does not know") : st;
}

static bip_status start_run(bip__change *change, int32_t person, const bip__identity_row *identity, bip_error *err)
{
    if (change->in_run) {
        const bip__leaf_row leaf = end_run(change);
        bip_status st = bip__put_leaf(change, &leaf, err);
        if (st != BIP_OK)
            return st;
    }
    change->in_run = true;
    change->run_person = person;
    change->run_identity = identity->n;
    memcpy(change->run_identity_hash, identity->hash, BIP_HASH_SIZE);
    change->run_pos = change->next_idx;
    bip__leaf_begin(&change->run_hash, person == 0 ? NULL : identity->uuid);
    return BIP_OK;
}

/* Mostly whoever made the change before, whose name is still in hand. */
static bip_status find_actor(bip__change *change, bip_error *err)
{
    const bip__context *c = change->context;
    const char *last = "";
    bip_status st = c->head.n != 0 ? api_of(change)->word_text(c->storage, c->head.actor, &last, err) : BIP_OK;
    if (st == BIP_OK && strcmp(last, change->actor) == 0)
        change->entry.actor = c->head.actor;
    else if (st == BIP_OK)
        st = api_of(change)->word_add(c->storage, BIP__WORD_ACTOR, change->actor, &change->entry.actor, err);
    return st;
}

static bip_status ready(bip__change *change, bip_error *err)
{
    bip_status st = bip__change_write(change, err);
    if (st == BIP_OK && change->next_idx == INT32_MAX)
        st = bip__fail(err, BIP_E_USAGE, NULL, "too many facts in one change");
    if (st == BIP_OK && change->entry.actor == 0) /* with the first fact: a merge has none, and nobody to name */
        st = find_actor(change, err);
    return st;
}

static bip_status add_fact(bip__change *change, bip_status st, const char *canonical, size_t n, int32_t *idx)
{
    change->broken |= st != BIP_OK;
    if (st != BIP_OK)
        return st;
    bip__leaf_add(&change->run_hash, canonical, n);
    *idx = change->next_idx++;
    return BIP_OK;
}

bip_status bip__change_fact(bip__change *change, int32_t person, const char *canonical, size_t n, int32_t *idx,
                            bip_error *err)
{
    bip__identity_row identity = {0};
    bip_status st = ready(change, err);
    if (st == BIP_OK && (!change->in_run || change->run_person != person)) {
        if (person != 0)
            st = first_identity(change, person, &identity, err);
        if (st == BIP_OK)
            st = start_run(change, person, &identity, err);
    }
    return add_fact(change, st, canonical, n, idx);
}

bip_status bip__change_later_fact(bip__change *change, int32_t person, int64_t root_entry, int32_t root_idx,
                                  const char *canonical, size_t n, int32_t *idx, bip_error *err)
{
    bip__identity_row identity = {0};
    bip_status st = ready(change, err);
    if (st == BIP_OK)
        st = identity_over(change, root_entry, root_idx, &identity, err);
    if (st == BIP_OK && (!change->in_run || change->run_person != person || change->run_identity != identity.n))
        st = start_run(change, person, &identity, err);
    return add_fact(change, st, canonical, n, idx);
}

/* ------------------------------------------------------------ commit */

static bip_status put_entry(bip__change *change, bip_error *err)
{
    const bip__leaf_row last = end_run(change);
    bip__entry_end(&change->entry_hash, change->entry.hash);
    return api_of(change)->entry_put(change->context->storage, &change->entry, &last, change->parents,
                                     change->n_parents, err);
}

bip_status bip__change_commit(bip__change *change, char entry_id[BIP_ID_SIZE], bip_error *err)
{
    bool has_facts = change->next_idx > 0;
    bip_status st = BIP_OK;
    if (entry_id != NULL)
        entry_id[0] = '\0';
    if (change->broken)
        st = bip__fail(err, BIP_E_USAGE, NULL, "the change has failed and can only be rolled back");
    else if (has_facts)
        st = put_entry(change, err);
    if (st != BIP_OK || (!has_facts && !change->wrote_beside)) {
        bip__change_rollback(change);
        return st;
    }
    st = api_of(change)->commit(change->context->storage, err);
    if (st != BIP_OK)
        bip__context_forget(change->context);
    else if (has_facts && entry_id != NULL)
        bip__entry_id_print(change->entry.id, entry_id);
    /* It joins all heads that it found; a merge may have brought more. */
    change->context->head = st == BIP_OK && !change->wrote_beside ? change->entry : (bip__entry_row){0};
    if (st == BIP_OK && change->erased) /* it is erased, also where this has to wait for the next opening */
        api_of(change)->scrub(change->context->storage, -1, NULL);
    change_free(change);
    return st;
}
