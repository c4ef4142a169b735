/* bip-store-1: the whole of a store as one JSON document, specified in doc/formats.md. Only what was recorded: what is
 * derived (current revisions, numbers, words, items) is made anew where it is read. */
#include "exchange/exchange.h"

#include <stdlib.h>
#include <string.h>

/* An entry's place in the order of recording, by its number in this store. */
typedef struct ranked {
    int64_t n;
    size_t rank;
    uint8_t id[BIP__UUID_SIZE];
} ranked;

/* A fact in its canonical form, in the text buffer. */
typedef struct fact {
    const ranked *entry;
    int32_t idx;
    size_t at, n;
} fact;

/* What comes next: the beginning, an entry a piece, a participant a piece. */
enum { HEAD, ENTRIES, PEOPLE, END };

typedef struct bip__store_writer {
    bip__context *context;
    bip__storage *storage;
    const bip__storage_api *api;
    const bip__catalogue *catalogue;
    bip__out *o;
    ranked *entries; /* by number */
    size_t n_entries, entries_cap;
    fact *facts; /* of one person */
    size_t n_facts, facts_cap;
    bip__out text;
    int next;
    bip__rows *rows; /* of the entries, then of the participants */
    bip_error *err;
} writer;

static bip_status end_rows(writer *w, bip__rows *rows, bip_status st)
{
    w->api->close_rows(rows);
    return st == BIP_DONE ? BIP_OK : st;
}

/* ------------------------------------------------------------ entries */

static int by_number(const void *a, const void *b)
{
    const ranked *x = a, *y = b;
    return (x->n > y->n) - (x->n < y->n);
}

static bip_status rank_entries(writer *w)
{
    bip__rows *rows = NULL;
    bip__entry_row row;
    bip_status st = w->api->entries(w->storage, &rows, w->err);
    while (st == BIP_OK && (st = w->api->next_entry(rows, &row, w->err)) == BIP_OK) {
        if (!bip__grow(&w->entries, &w->entries_cap, w->n_entries + 1, sizeof *w->entries)) {
            st = bip__nomem(w->err);
            break;
        }
        ranked *entry = &w->entries[w->n_entries];
        *entry = (ranked){.n = row.n, .rank = w->n_entries++};
        memcpy(entry->id, row.id, sizeof entry->id);
    }
    if (w->n_entries > 0)
        qsort(w->entries, w->n_entries, sizeof *w->entries, by_number);
    return end_rows(w, rows, st);
}

static bip_status find_entry(writer *w, int64_t n, const ranked **out)
{
    const ranked key = {.n = n};
    *out = w->n_entries > 0 ? bsearch(&key, w->entries, w->n_entries, sizeof key, by_number) : NULL;
    return *out != NULL ? BIP_OK
                        : bip__fail(w->err, BIP_E_CORRUPT, NULL, "a fact names an entry that is not in the store");
}

static void hex_member(writer *w, const char *key, const uint8_t *bytes, size_t n)
{
    bip__out_key(w->o, key);
    bip__out_char(w->o, '"');
    bip__out_hex(w->o, bytes, n);
    bip__out_char(w->o, '"');
}

static void hex_element(writer *w, const uint8_t *bytes, size_t n)
{
    bip__out_comma(w->o);
    bip__out_char(w->o, '"');
    bip__out_hex(w->o, bytes, n);
    bip__out_char(w->o, '"');
}

static bip_status write_parents(writer *w, int64_t n)
{
    bip__rows *rows = NULL;
    bip__entry_row row;
    bip__out_key(w->o, "parents");
    bip__out_char(w->o, '[');
    bip_status st = w->api->parents(w->storage, n, &rows, w->err);
    while (st == BIP_OK && (st = w->api->next_entry(rows, &row, w->err)) == BIP_OK)
        hex_element(w, row.id, sizeof row.id);
    bip__out_char(w->o, ']');
    return end_rows(w, rows, st);
}

static bip_status write_leaf(writer *w, const bip__leaf_row *row)
{
    bip__identity_row identity;
    bip_status st = BIP_OK;
    bip__out_comma(w->o);
    bip__out_char(w->o, '{');
    bip__out_key(w->o, "pos");
    bip__out_int(w->o, row->pos);
    if (row->identity == 0) {
        bip__out_key(w->o, "identity");
        bip__out_text(w->o, "null");
    } else if ((st = w->api->identity_get(w->storage, row->identity, &identity, w->err)) == BIP_OK) {
        hex_member(w, "identity", identity.hash, sizeof identity.hash);
    }
    hex_member(w, "hash", row->hash, sizeof row->hash);
    bip__out_char(w->o, '}');
    return st == BIP_E_NOT_FOUND
               ? bip__fail(w->err, BIP_E_CORRUPT, NULL, "a leaf names an identity that is not in the store")
               : st;
}

static bip_status write_leaves(writer *w, int64_t n)
{
    bip__rows *rows = NULL;
    bip__leaf_row row;
    bip__out_key(w->o, "leaves");
    bip__out_char(w->o, '[');
    bip_status st = w->api->leaves(w->storage, n, &rows, w->err);
    while (st == BIP_OK && (st = w->api->next_leaf(rows, &row, w->err)) == BIP_OK)
        st = write_leaf(w, &row);
    bip__out_char(w->o, ']');
    return end_rows(w, rows, st);
}

static bip_status write_entry(writer *w, const bip__entry_row *row)
{
    const char *actor = NULL;
    bip_status st = w->api->word_text(w->storage, row->actor, &actor, w->err);
    if (st == BIP_E_NOT_FOUND)
        return bip__fail(w->err, BIP_E_CORRUPT, NULL, "an entry names an actor who is not in the store");
    if (st != BIP_OK)
        return st;
    bip__out_comma(w->o);
    bip__out_char(w->o, '{');
    hex_member(w, "id", row->id, sizeof row->id);
    bip__out_key(w->o, "at");
    bip__out_char(w->o, '"');
    bip__out_time(w->o, row->at_ms);
    bip__out_char(w->o, '"');
    bip__out_key(w->o, "actor");
    bip__out_json_text(w->o, actor);
    st = write_parents(w, row->n);
    hex_member(w, "hash", row->hash, sizeof row->hash);
    if (st == BIP_OK)
        st = write_leaves(w, row->n);
    bip__out_char(w->o, '}');
    return st;
}

/* ------------------------------------------------------------ facts */

/* What was written to the text buffer from `at` on is the fact. */
static bip_status keep_fact(writer *w, int64_t entry, int32_t idx, size_t at)
{
    fact f = {.idx = idx, .at = at, .n = w->text.len - at};
    bip_status st = find_entry(w, entry, &f.entry);
    if (st == BIP_OK && w->text.status != BIP_OK)
        st = bip__nomem(w->err);
    if (st != BIP_OK)
        return st;
    if (!bip__grow(&w->facts, &w->facts_cap, w->n_facts + 1, sizeof *w->facts))
        return bip__nomem(w->err);
    w->facts[w->n_facts++] = f;
    return BIP_OK;
}

static int by_recording(const void *a, const void *b)
{
    const fact *x = a, *y = b;
    if (x->entry->rank != y->entry->rank)
        return x->entry->rank < y->entry->rank ? -1 : 1;
    return (x->idx > y->idx) - (x->idx < y->idx);
}

static void begin_facts(writer *w)
{
    bip__out_clear(&w->text);
    w->n_facts = 0;
}

/* In the order of recording, each with its id before the canonical members. */
static void write_facts(writer *w)
{
    if (w->n_facts > 0)
        qsort(w->facts, w->n_facts, sizeof *w->facts, by_recording);
    bip__out_key(w->o, "facts");
    bip__out_char(w->o, '[');
    for (size_t i = 0; i < w->n_facts; i++) {
        const fact *f = &w->facts[i];
        char id[BIP_ID_SIZE];
        bip__id_print(f->entry->id, f->idx, id);
        bip__out_comma(w->o);
        bip__out_text(w->o, "{\"id\":");
        bip__out_json_text(w->o, id);
        bip__out_char(w->o, ',');
        bip__out_bytes(w->o, w->text.data + f->at + 1, f->n - 1);
    }
    bip__out_char(w->o, ']');
}

static bip_status keep_envelopes(writer *w, int32_t person)
{
    bip__rows *rows = NULL;
    bip__fact_row row;
    bip_status st = w->api->facts(w->storage, person, 0, &rows, w->err);
    while (st == BIP_OK && (st = w->api->next_fact(rows, &row, w->err)) == BIP_OK) {
        const size_t at = w->text.len;
        bip__out_bytes(&w->text, row.body, row.body_n);
        st = keep_fact(w, row.entry, row.idx, at);
    }
    return end_rows(w, rows, st);
}

static bip_status find_word(writer *w, int32_t n, const char **text)
{
    *text = NULL;
    bip_status st = n != 0 ? w->api->word_text(w->storage, n, text, w->err) : BIP_OK;
    return st == BIP_E_NOT_FOUND
               ? bip__fail(w->err, BIP_E_CORRUPT, NULL, "an assessment names a word that is not in the store")
               : st;
}

static bip_status keep_assessment(writer *w, const bip__assessment_row *row)
{
    const bip__version *version = bip__catalogue_number(w->catalogue, row->instrument);
    const size_t at = w->text.len;
    const ranked *root;
    char of[BIP_ID_SIZE];
    bip__assessment_fact f = bip__canon_of_row(row);
    bip_status st = find_word(w, row->respondent, &f.respondent);
    if (st == BIP_OK)
        st = find_word(w, row->rater, &f.rater);
    if (st == BIP_OK && (version == NULL || f.respondent == NULL))
        st = bip__fail(w->err, BIP_E_CORRUPT, NULL, "an assessment names an instrument that is not in the store");
    if (st == BIP_OK && (row->root_entry != row->entry || row->root_idx != row->idx)) {
        st = find_entry(w, row->root_entry, &root);
        if (st == BIP_OK)
            bip__id_print(root->id, row->root_idx, of);
        f.of = of;
    }
    if (st != BIP_OK)
        return st;
    f.instrument = version->def->code;
    f.version = version->def->version;
    bip__canon_assessment(&w->text, &f);
    return keep_fact(w, row->entry, row->idx, at);
}

static bip_status keep_assessments(writer *w, int32_t person)
{
    bip__rows *rows = NULL;
    bip__assessment_row row;
    bip_status st = w->api->assessments(w->storage, person, BIP_NO_DATE, INT32_MAX, true, &rows, w->err);
    while (st == BIP_OK && (st = w->api->next_assessment(rows, &row, w->err)) == BIP_OK)
        st = keep_assessment(w, &row);
    return end_rows(w, rows, st);
}

/* ------------------------------------------------------------ instruments */

static int by_code(const void *a, const void *b)
{
    const bip__instrument *x = (*(const bip__version *const *)a)->def, *y = (*(const bip__version *const *)b)->def;
    const int order = strcmp(x->code, y->code);
    return order != 0 ? order : strcmp(x->version, y->version);
}

/* Those that came with the library, so that the file explains itself to a library with others. */
static bip_status write_builtins(writer *w)
{
    const bip__version **list = bip__alloc(w->catalogue->n * sizeof *list);
    size_t n = 0;
    if (list == NULL)
        return bip__nomem(w->err);
    for (size_t i = 0; i < w->catalogue->n; i++)
        if (w->catalogue->versions[i].builtin)
            list[n++] = &w->catalogue->versions[i];
    if (n > 0)
        qsort(list, n, sizeof *list, by_code);
    bip__out_key(w->o, "instruments");
    bip__out_char(w->o, '[');
    for (size_t i = 0; i < n; i++) {
        bip__out_comma(w->o);
        bip__out_bytes(w->o, list[i]->def->json, list[i]->def->json_n);
    }
    bip__out_char(w->o, ']');
    bip__free(list);
    return BIP_OK;
}

/* About nobody: the instruments that were added. */
static bip_status write_common_facts(writer *w)
{
    bip__rows *rows = NULL;
    bip__instrument_row row;
    begin_facts(w);
    bip_status st = w->api->instruments(w->storage, &rows, w->err);
    while (st == BIP_OK && (st = w->api->next_instrument(rows, &row, w->err)) == BIP_OK) {
        const size_t at = w->text.len;
        if (row.entry == 0)
            continue;
        bip__canon_instrument(&w->text, row.json, row.json_n, row.reason);
        st = keep_fact(w, row.entry, row.idx, at);
    }
    st = end_rows(w, rows, st);
    if (st == BIP_OK)
        st = keep_envelopes(w, 0);
    if (st == BIP_OK)
        write_facts(w);
    return st;
}

/* ------------------------------------------------------------ people */

typedef struct hashed {
    uint8_t hash[BIP_HASH_SIZE], uuid[BIP__UUID_SIZE];
} hashed;

static int by_hash(const void *a, const void *b)
{
    const hashed *x = a, *y = b;
    return memcmp(x->hash, y->hash, sizeof x->hash);
}

/* Those of a person as the keys of their leaves; of person 0 the hashes of the erased ones. Sorted by hash, since their
 * numbers are this store's own. */
static bip_status write_identities(writer *w, int32_t person)
{
    bip__rows *rows = NULL;
    bip__identity_row row;
    hashed *list = NULL;
    size_t n = 0, cap = 0;
    bip_status st = w->api->identities(w->storage, person, &rows, w->err);
    while (st == BIP_OK && (st = w->api->next_identity(rows, &row, w->err)) == BIP_OK) {
        if (row.erased != (person == 0))
            continue;
        if (!bip__grow(&list, &cap, n + 1, sizeof *list)) {
            st = bip__nomem(w->err);
            break;
        }
        memcpy(list[n].hash, row.hash, sizeof row.hash);
        memcpy(list[n++].uuid, row.uuid, sizeof row.uuid);
    }
    if (n > 0)
        qsort(list, n, sizeof *list, by_hash);
    bip__out_key(w->o, person == 0 ? "erased" : "identities");
    bip__out_char(w->o, '[');
    for (size_t i = 0; i < n; i++)
        hex_element(w, person == 0 ? list[i].hash : list[i].uuid, person == 0 ? BIP_HASH_SIZE : BIP__UUID_SIZE);
    bip__out_char(w->o, ']');
    bip__free(list);
    return end_rows(w, rows, st);
}

static bip_status write_person(writer *w, const bip__person_row *row)
{
    const int32_t person = row->n;
    begin_facts(w);
    bip__out_comma(w->o);
    bip__out_char(w->o, '{');
    bip__out_key(w->o, "participant");
    bip__out_json_text(w->o, row->code);
    bip_status st = write_identities(w, person);
    if (st == BIP_OK)
        st = keep_envelopes(w, person);
    if (st == BIP_OK)
        st = keep_assessments(w, person);
    if (st == BIP_OK)
        write_facts(w);
    bip__out_char(w->o, '}');
    return st;
}

/* ------------------------------------------------------------ pieces */

static bip_status write_head(writer *w)
{
    bip_status st = bip__context_catalogue(w->context, &w->catalogue, w->err);
    if (st == BIP_OK)
        st = rank_entries(w);
    if (st != BIP_OK)
        return st;
    bip__out_text(w->o, "{\"schema\":\"bip-store-1\"");
    st = write_builtins(w);
    if (st == BIP_OK)
        st = write_identities(w, 0);
    bip__out_key(w->o, "entries");
    bip__out_char(w->o, '[');
    return st == BIP_OK ? w->api->entries(w->storage, &w->rows, w->err) : st;
}

static bip_status next_entry(writer *w)
{
    bip__entry_row row;
    bip_status st = w->api->next_entry(w->rows, &row, w->err);
    if (st == BIP_OK)
        return write_entry(w, &row);
    if (st != BIP_DONE)
        return st;
    w->api->close_rows(w->rows);
    w->rows = NULL;
    w->next = PEOPLE;
    bip__out_char(w->o, ']');
    st = write_common_facts(w);
    bip__out_key(w->o, "participants");
    bip__out_char(w->o, '[');
    return st == BIP_OK ? w->api->persons(w->storage, &w->rows, w->err) : st;
}

static bip_status next_person(writer *w)
{
    bip__person_row row;
    bip_status st = w->api->next_person(w->rows, &row, w->err);
    if (st == BIP_OK)
        st = bip__context_read(w->context, row.n, row.code, w->err);
    if (st == BIP_OK)
        return write_person(w, &row);
    if (st != BIP_DONE)
        return st;
    w->next = END;
    bip__out_text(w->o, "]}\n");
    return BIP_OK;
}

bip_status bip__store_writer_next(bip__store_writer *w)
{
    switch (w->next) {
    case HEAD:
        w->next = ENTRIES;
        return write_head(w);
    case ENTRIES:
        return next_entry(w);
    case PEOPLE:
        return next_person(w);
    default:
        return BIP_DONE;
    }
}

bip_status bip__store_writer_open(bip__context *c, bip__out *o, bip__store_writer **out, bip_error *err)
{
    writer *w = *out = bip__alloc_zero(1, sizeof *w);
    if (w == NULL)
        return bip__nomem(err);
    *w = (writer){.context = c, .storage = c->storage, .api = c->storage->api, .o = o, .err = err};
    bip__out_init(&w->text, NULL, NULL);
    bip_status st = w->api->snapshot(w->storage, err);
    if (st == BIP_OK)
        return st;
    bip__free(w);
    *out = NULL;
    return st;
}

void bip__store_writer_close(bip__store_writer *w)
{
    if (w == NULL)
        return;
    w->api->close_rows(w->rows);
    w->api->release(w->storage);
    bip__out_free(&w->text);
    bip__free(w->entries);
    bip__free(w->facts);
    bip__free(w);
}

bip_status bip__export_store(bip__context *c, bip__out *o, bip_error *err)
{
    bip__store_writer *w;
    bip_status st = bip__store_writer_open(c, o, &w, err);
    while (st == BIP_OK && o->status == BIP_OK) /* what nobody takes need not be read */
        st = bip__store_writer_next(w);
    bip__store_writer_close(w);
    return st == BIP_DONE ? BIP_OK : st;
}
