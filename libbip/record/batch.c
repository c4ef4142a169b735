/* Rows of facts on their way into storage: each at once, or many of a kind together, which SQLite takes in a fraction
 * of the time. */
#include "record/change.h"

#define TOGETHER 1024          /* of each kind */
#define TOGETHER_BYTES 262144u /* of their texts: notes can be long */

struct bip__batch {
    bip__assessment_row assessments[TOGETHER];
    bip__fact_row facts[TOGETHER];
    bip__leaf_row leaves[TOGETHER];
    size_t n_assessments, n_facts, n_leaves;
    bip__arena texts;
};

bip_status bip__batch_begin(bip__change *change, bip_error *err)
{
    change->batch = bip__alloc_zero(1, sizeof *change->batch);
    return change->batch ? BIP_OK : bip__nomem(err);
}

bip_status bip__batch_write(bip__change *change, bip_error *err)
{
    bip__batch *b = change->batch;
    bip__storage *storage = change->context->storage;
    if (b == NULL)
        return BIP_OK;
    bip_status st = storage->api->assessments_put(storage, b->assessments, b->n_assessments, err);
    if (st == BIP_OK)
        st = storage->api->facts_put(storage, b->facts, b->n_facts, err);
    if (st == BIP_OK)
        st = storage->api->leaves_put(storage, b->leaves, b->n_leaves, err);
    b->n_assessments = b->n_facts = b->n_leaves = 0;
    bip__arena_reset(&b->texts);
    change->broken |= st != BIP_OK;
    return st;
}

void bip__batch_drop(bip__change *change)
{
    if (change->batch == NULL)
        return;
    bip__arena_free(&change->batch->texts);
    bip__free(change->batch);
    change->batch = NULL;
}

bip_status bip__batch_end(bip__change *change, bip_error *err)
{
    bip_status st = bip__batch_write(change, err);
    bip__batch_drop(change);
    return st;
}

/* Room for one more of a kind that has n already. */
static bip_status make_room(bip__change *change, size_t n, bip_error *err)
{
    const bool full = n == TOGETHER || change->batch->texts.used > TOGETHER_BYTES;
    return full ? bip__batch_write(change, err) : BIP_OK;
}

static bool keep(bip__batch *b, const char **text, size_t n)
{
    if (*text == NULL)
        return true;
    *text = bip__arena_strndup(&b->texts, *text, n);
    return *text != NULL;
}

static bip_status add_assessment(bip__change *change, bip__assessment_row row, bip_error *err)
{
    bip__batch *b = change->batch;
    bip_status st = make_room(change, b->n_assessments, err);
    if (st != BIP_OK)
        return st;
    if (!keep(b, &row.scores, row.scores_n) || !keep(b, &row.note, row.note_n) || !keep(b, &row.reason, row.reason_n))
        return bip__nomem(err);
    b->assessments[b->n_assessments++] = row;
    return BIP_OK;
}

bip_status bip__put_assessment(bip__change *change, const bip__assessment_row *row, bip_error *err)
{
    bip__storage *storage = change->context->storage;
    bip_status st =
        change->batch != NULL ? add_assessment(change, *row, err) : storage->api->assessments_put(storage, row, 1, err);
    change->broken |= st != BIP_OK;
    return st;
}

static bip_status add_fact(bip__change *change, bip__fact_row row, bip_error *err)
{
    bip__batch *b = change->batch;
    bip_status st = make_room(change, b->n_facts, err);
    if (st != BIP_OK)
        return st;
    if (!keep(b, &row.body, row.body_n))
        return bip__nomem(err);
    b->facts[b->n_facts++] = row;
    return BIP_OK;
}

bip_status bip__put_fact(bip__change *change, const bip__fact_row *row, bip_error *err)
{
    bip__storage *storage = change->context->storage;
    bip_status st = change->batch != NULL ? add_fact(change, *row, err) : storage->api->facts_put(storage, row, 1, err);
    change->broken |= st != BIP_OK;
    return st;
}

static bip_status add_leaf(bip__change *change, const bip__leaf_row *row, bip_error *err)
{
    bip__batch *b = change->batch;
    bip_status st = make_room(change, b->n_leaves, err);
    if (st == BIP_OK)
        b->leaves[b->n_leaves++] = *row;
    return st;
}

bip_status bip__put_leaf(bip__change *change, const bip__leaf_row *row, bip_error *err)
{
    bip__storage *storage = change->context->storage;
    bip_status st = change->batch != NULL ? add_leaf(change, row, err) : storage->api->leaves_put(storage, row, 1, err);
    change->broken |= st != BIP_OK;
    return st;
}
