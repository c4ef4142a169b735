/* Everything the trail vouches for, recomputed: entries from their leaves, leaves from their facts, and what is derived
 * from both. */
#include "model/json.h"
#include "read/course.h"
#include "record/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct leaf_key {
    int64_t entry;
    int32_t pos;
} leaf_key;

/* An identity that a fact says was erased. */
typedef struct erasure {
    uint8_t identity[BIP_HASH_SIZE];
    int64_t entry;
} erasure;

typedef struct verifier {
    bip__context *context;
    bip__storage *storage;
    const bip__storage_api *api;
    const bip__catalogue *catalogue;
    bip_issue_fn issue;
    void *ctx;
    int64_t faults;
    leaf_key *seen; /* leaves whose facts were found */
    size_t n_seen, seen_cap;
    int32_t *held; /* identities that a leaf names */
    size_t n_held, held_cap;
    erasure *erasures;
    size_t n_erasures, erasures_cap;
    bip__out text;
    bip_error own, *err; /* err: always own, so that what a damaged row says can be told as a fault */
} verifier;

/* ------------------------------------------------------------ faults */

static bip_status tell(verifier *v, const char *where, const char *message)
{
    bip_issue issue = {.column = "", .where = where, .message = message};
    v->faults++;
    if (v->issue != NULL && v->issue(v->ctx, &issue) != 0)
        return bip__fail(v->err, BIP_E_CANCELLED, NULL, "stopped");
    return BIP_OK;
}

/* What can't be read is a fault like another: it is told, and the rest is checked all the same. */
static bip_status survive(verifier *v, bip_status st, const char *what, const char *code)
{
    char where[256];
    if (st != BIP_E_CORRUPT)
        return st;
    snprintf(where, sizeof where, "%s%s", what, code);
    bip_error damage = v->own;
    return tell(v, where, damage.message);
}

static bip_status fault(verifier *v, int64_t entry_n, const char *participant, const char *message)
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
    return tell(v, where, message);
}

/* ------------------------------------------------------------ leaves */

static bip_status see(verifier *v, int64_t entry, int32_t pos)
{
    if (!bip__grow(&v->seen, &v->seen_cap, v->n_seen + 1, sizeof *v->seen))
        return bip__nomem(v->err);
    v->seen[v->n_seen++] = (leaf_key){entry, pos};
    return BIP_OK;
}

static int by_leaf(const void *a, const void *b)
{
    const leaf_key *x = a, *y = b;
    if (x->entry != y->entry)
        return x->entry < y->entry ? -1 : 1;
    return (x->pos > y->pos) - (x->pos < y->pos);
}

/* One fact of a person (or of nobody), its canonical form at `at` in the text buffer. */
typedef struct said {
    int64_t entry;
    int32_t idx;
    size_t at, n;
} said;

typedef struct sayings {
    said *list;
    size_t n, cap;
    bool several; /* the person has several identities: facts that stand in a row may be in several leaves */
} sayings;

static int by_fact(const void *a, const void *b)
{
    const said *x = a, *y = b;
    if (x->entry != y->entry)
        return x->entry < y->entry ? -1 : 1;
    return (x->idx > y->idx) - (x->idx < y->idx);
}

static bip_status say(verifier *v, sayings *s, int64_t entry, int32_t idx, size_t at)
{
    if (!bip__grow(&s->list, &s->cap, s->n + 1, sizeof *s->list))
        return bip__nomem(v->err);
    s->list[s->n++] = (said){entry, idx, at, v->text.len - at};
    return v->text.status == BIP_OK ? BIP_OK : bip__out_finish(&v->text, v->err);
}

/* A leaf tells of its facts together which is wrong only where it has one. */
static bip_status changed(verifier *v, const said *first, size_t n, const char *code)
{
    char message[100], id[BIP_ID_SIZE];
    bip_status st = bip__fact_id(v->context, first->entry, first->idx, id, v->err);
    if (n > 1 || st == BIP_E_NOT_FOUND)
        return fault(v, first->entry, code, "the facts are not those that were recorded");
    if (st != BIP_OK)
        return st;
    snprintf(message, sizeof message, "the fact %s is not what was recorded", id);
    return fault(v, first->entry, code, message);
}

/* Whether a fact of the same entry is still in this leaf. */
static bip_status in_leaf(verifier *v, const sayings *s, const bip__leaf_row *leaf, int32_t idx, bool *in)
{
    bip__leaf_row over = *leaf;
    bip_status st = s->several ? v->api->leaf_over(v->storage, leaf->entry, idx, &over, v->err) : BIP_OK;
    *in = st == BIP_OK && over.pos == leaf->pos;
    return st;
}

/* A run must begin where a leaf does, belong to the leaf's person, and hash to the leaf. `to` is the end of the run. */
static bip_status check_run(verifier *v, const sayings *s, size_t from, size_t *to, int32_t person, const char *code)
{
    const said *first = &s->list[from];
    bip__leaf_row leaf;
    bip__identity_row identity = {0};
    bip__hash h;
    uint8_t hash[BIP_HASH_SIZE];
    *to = from + 1;
    bip_status st = v->api->leaf_over(v->storage, first->entry, first->idx, &leaf, v->err);
    if (st == BIP_OK && leaf.identity != 0)
        st = v->api->identity_get(v->storage, leaf.identity, &identity, v->err);
    if (st == BIP_E_NOT_FOUND || (st == BIP_OK && (leaf.pos != first->idx || identity.person != person)))
        return fault(v, first->entry, code, "a fact that the trail does not know");
    if (st != BIP_OK)
        return st;
    bip__leaf_begin(&h, leaf.identity == 0 ? NULL : identity.uuid);
    bip__leaf_add(&h, v->text.data + first->at, first->n);
    for (bool in; *to < s->n && s->list[*to].entry == first->entry && s->list[*to].idx == s->list[*to - 1].idx + 1;
         ++*to) {
        if ((st = in_leaf(v, s, &leaf, s->list[*to].idx, &in)) != BIP_OK || !in)
            break;
        bip__leaf_add(&h, v->text.data + s->list[*to].at, s->list[*to].n);
    }
    if (st != BIP_OK)
        return st;
    bip__leaf_end(&h, hash);
    st = see(v, leaf.entry, leaf.pos);
    return st != BIP_OK || memcmp(hash, leaf.hash, sizeof hash) == 0 ? st : changed(v, first, *to - from, code);
}

static bip_status check_runs(verifier *v, sayings *s, int32_t person, const char *code)
{
    bip_status st = BIP_OK;
    if (s->n > 0)
        qsort(s->list, s->n, sizeof *s->list, by_fact);
    for (size_t from = 0, to; st == BIP_OK && from < s->n; from = to)
        st = check_run(v, s, from, &to, person, code);
    return st;
}

/* ------------------------------------------------------------ people */

/* A word that is gone reads as another, so that the hash of what names it can't match. */
static bip_status word_of(verifier *v, int32_t n, const char **text)
{
    *text = NULL;
    bip_status st = n == 0 ? BIP_OK : v->api->word_text(v->storage, n, text, v->err);
    if (st != BIP_E_CORRUPT)
        return st;
    *text = "?";
    return BIP_OK;
}

static bip_status say_assessment(verifier *v, sayings *s, const bip__assessment_row *row)
{
    const bip__version *version = bip__catalogue_number(v->catalogue, row->instrument);
    char of[BIP_ID_SIZE];
    bip__entry_row root;
    bip__assessment_fact fact = {.date = row->day,
                                 .scores = row->scores,
                                 .scores_n = row->scores_n,
                                 .note = row->note,
                                 .note_n = row->note_n,
                                 .reason = row->reason,
                                 .reason_n = row->reason_n};
    bip_status st = word_of(v, row->respondent, &fact.respondent);
    if (st == BIP_OK)
        st = word_of(v, row->rater, &fact.rater);
    if (st != BIP_OK)
        return st;
    fact.instrument = version == NULL ? "?" : version->def->code;
    fact.version = version == NULL ? "?" : version->def->version;
    if (fact.respondent == NULL)
        fact.respondent = "?";
    if (row->root_entry != row->entry || row->root_idx != row->idx) {
        st = v->api->entry_get(v->storage, row->root_entry, &root, v->err);
        if (st != BIP_OK && st != BIP_E_NOT_FOUND)
            return st;
        fact.of = "?";
        if (st == BIP_OK) {
            bip__id_print(root.id, row->root_idx, of);
            fact.of = of;
        }
    }
    size_t at = v->text.len;
    bip__canon_assessment(&v->text, &fact);
    return say(v, s, row->entry, row->idx, at);
}

static bip_status say_assessments(verifier *v, sayings *s, int32_t person)
{
    bip__rows *rows = NULL;
    bip__assessment_row row;
    bip_status st = v->api->assessments(v->storage, person, BIP_NO_DATE, INT32_MAX, true, &rows, v->err);
    while (st == BIP_OK && (st = v->api->next_assessment(rows, &row, v->err)) == BIP_OK)
        st = say_assessment(v, s, &row);
    v->api->close_rows(rows);
    return st == BIP_DONE ? BIP_OK : st;
}

static const char *member_of(const cJSON *fact, const char *key)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(fact, key));
    return text == NULL ? "" : text;
}

/* The columns beside the body are drawn from it; only the body is hashed. */
static bool columns_hold(const bip__fact_row *row, const cJSON *fact, const char *code)
{
    static const char *const names[] = {
        [BIP__FACT_PARTICIPANT] = "participant", [BIP__FACT_ATTRIBUTE] = "attribute",
        [BIP__FACT_INSTRUMENT] = "instrument",   [BIP__FACT_ERASURE] = "erasure",
        [BIP__FACT_DISPUTE] = "dispute",
    };
    bool nobody = row->kind == BIP__FACT_INSTRUMENT || row->kind == BIP__FACT_ERASURE,
         registration = row->kind == BIP__FACT_PARTICIPANT;
    char day[11];
    bip_date_format(row->day, day);
    if (row->kind < BIP__FACT_PARTICIPANT || row->kind > BIP__FACT_DISPUTE || nobody != (row->person == 0))
        return false;
    return strcmp(member_of(fact, "fact"), names[row->kind]) == 0 &&
           (!registration || strcmp(member_of(fact, "code"), code) == 0) &&
           strcmp(day, registration ? member_of(fact, "enrolled") : "") == 0 && row->day_to == BIP_NO_DATE &&
           row->current == 1;
}

/* A dispute's root is the assessment that it names; other facts have none but themselves. */
static bip_status root_holds(verifier *v, const bip__fact_row *row, const cJSON *fact, bool *holds)
{
    char of[BIP_ID_SIZE] = "";
    bip_status st = BIP_OK;
    *holds = row->root_entry == row->entry && row->root_idx == row->idx;
    if (row->kind != BIP__FACT_DISPUTE)
        return BIP_OK;
    st = bip__fact_id(v->context, row->root_entry, row->root_idx, of, v->err);
    *holds = st == BIP_OK && strcmp(of, member_of(fact, "of")) == 0;
    return st == BIP_E_CORRUPT ? BIP_OK : st;
}

static bip_status check_columns(verifier *v, const bip__fact_row *row, const char *code)
{
    cJSON *fact = NULL;
    bip_status st = bip__json_parse(row->body, row->body_n, &fact, v->err);
    if (st == BIP_E_NOMEM)
        return st;
    bool hold = st == BIP_OK && columns_hold(row, fact, code);
    if (hold)
        st = root_holds(v, row, fact, &hold);
    cJSON_Delete(fact);
    if (st != BIP_OK && st != BIP_E_REFUSED)
        return st;
    return hold ? BIP_OK : fault(v, row->entry, code, "a fact is filed as something else than it says");
}

static bip_status say_facts(verifier *v, sayings *s, int32_t person, const char *code)
{
    bip__rows *rows = NULL;
    bip__fact_row row;
    bool registered = false;
    bip_status st = v->api->facts(v->storage, person, 0, &rows, v->err);
    while (st == BIP_OK && (st = v->api->next_fact(rows, &row, v->err)) == BIP_OK) {
        size_t at = v->text.len;
        bip__out_bytes(&v->text, row.body, row.body_n);
        registered |= row.kind == BIP__FACT_PARTICIPANT;
        st = say(v, s, row.entry, row.idx, at);
        if (st == BIP_OK)
            st = check_columns(v, &row, code);
    }
    v->api->close_rows(rows);
    if (st != BIP_DONE)
        return st;
    char where[256];
    if (registered || person == 0)
        return BIP_OK;
    snprintf(where, sizeof where, "participant %s", code);
    return tell(v, where, "was never registered");
}

typedef struct current_ctx {
    verifier *v;
    const char *code;
} current_ctx;

static bip_status wrong_current(void *ctx, int32_t person, bip_date day, int64_t entry, int32_t idx, int32_t should_be,
                                bip_error *err)
{
    current_ctx *c = ctx;
    (void)person, (void)day, (void)idx, (void)should_be, (void)err;
    return fault(c->v, entry, c->code, "the revision marked as current is not the one recorded last");
}

static bip_status count_identities(verifier *v, int32_t person, bool *several)
{
    bip__rows *rows = NULL;
    bip__identity_row row;
    int n = 0;
    bip_status st = v->api->identities(v->storage, person, &rows, v->err);
    while (st == BIP_OK && (st = v->api->next_identity(rows, &row, v->err)) == BIP_OK)
        n++;
    v->api->close_rows(rows);
    *several = n > 1;
    return st == BIP_DONE ? BIP_OK : st;
}

static bip_status check_person(verifier *v, sayings *s, int32_t person, const char *code)
{
    current_ctx current = {v, code};
    bip__out_clear(&v->text);
    s->n = 0;
    bip_status st = count_identities(v, person, &s->several);
    if (st == BIP_OK)
        st = say_assessments(v, s, person);
    if (st == BIP_OK)
        st = say_facts(v, s, person, code);
    if (st == BIP_OK)
        st = check_runs(v, s, person, code);
    return st == BIP_OK ? bip__currents_walk(v->context, person, wrong_current, &current, v->err) : st;
}

static bip_status check_people(verifier *v)
{
    bip__rows *rows = NULL;
    bip__person_row row;
    sayings s = {0};
    bip_status st = v->api->persons(v->storage, &rows, v->err);
    while (st == BIP_OK && (st = v->api->next_person(rows, &row, v->err)) == BIP_OK)
        st = survive(v, check_person(v, &s, row.n, row.code), "participant ", row.code);
    v->api->close_rows(rows);
    bip__free(s.list);
    return st == BIP_DONE ? BIP_OK : st;
}

typedef enum origin { BUILT_IN, EDITED, UNKNOWN } origin;

/* Built-in instruments are in no entry: they are known by their content. */
static bip_status origin_of(const bip__instrument_row *row, origin *out, bip_error *err)
{
    *out = UNKNOWN;
    for (size_t i = 0; *out == UNKNOWN && i < bip__n_builtins; i++) {
        bip__instrument *def = NULL;
        bip_status st = bip__instrument_parse(bip__builtins[i].json, bip__builtins[i].n, &def, err);
        if (st != BIP_OK)
            return st;
        if (strcmp(def->code, row->code) == 0 && strcmp(def->version, row->version) == 0)
            *out = def->json_n == row->json_n && memcmp(def->json, row->json, row->json_n) == 0 ? BUILT_IN : EDITED;
        bip__instrument_free(def);
    }
    return BIP_OK;
}

/* A version that no entry vouches for and that isn't built into this libbip may be built into a later one, or have been
 * put in by hand, to judge by other rules: which of the two only that libbip can tell, so it doesn't pass here. */
static bip_status check_builtin(verifier *v, const bip__instrument_row *row, const char *where)
{
    origin from = BUILT_IN;
    bip_status st = origin_of(row, &from, v->err);
    if (st == BIP_OK && from == EDITED)
        return tell(v, where, "is said to be built in, but is not the built-in one of that version");
    if (st == BIP_OK && from == UNKNOWN)
        return tell(v, where,
                    "is not known to this version of libbip: a later one, if it is built in there, can check it");
    return st;
}

static bip_status check_instrument(verifier *v, const bip__instrument_row *row)
{
    const bip__version *version = bip__catalogue_number(v->catalogue, row->n);
    char where[256];
    snprintf(where, sizeof where, "%s@%s", row->code, row->version);
    bip_status st = row->entry != 0 ? BIP_OK : check_builtin(v, row, where);
    if (st == BIP_OK && (version == NULL || strcmp(version->def->code, row->code) != 0 ||
                         strcmp(version->def->version, row->version) != 0))
        st = tell(v, where, "is filed under another code or version than it says");
    return st;
}

static bip_status check_instruments(verifier *v)
{
    bip__rows *rows = NULL;
    bip__instrument_row row;
    sayings s = {0};
    bip__out_clear(&v->text);
    bip_status st = v->api->instruments(v->storage, &rows, v->err);
    while (st == BIP_OK && (st = v->api->next_instrument(rows, &row, v->err)) == BIP_OK) {
        size_t at = v->text.len;
        if ((st = check_instrument(v, &row)) != BIP_OK || row.entry == 0)
            continue;
        bip__canon_instrument(&v->text, row.json, row.json_n, row.reason);
        st = say(v, &s, row.entry, row.idx, at);
    }
    v->api->close_rows(rows);
    if (st == BIP_DONE)
        st = say_facts(v, &s, 0, NULL);
    if (st == BIP_OK)
        st = check_runs(v, &s, 0, NULL);
    bip__free(s.list);
    return st;
}

/* ------------------------------------------------------------ entries */

static bip_status hold(verifier *v, int32_t identity)
{
    if (v->n_held > 0 && v->held[v->n_held - 1] == identity)
        return BIP_OK;
    if (!bip__grow(&v->held, &v->held_cap, v->n_held + 1, sizeof *v->held))
        return bip__nomem(v->err);
    v->held[v->n_held++] = identity;
    return BIP_OK;
}

static bip_status gone(verifier *v, int64_t entry, int32_t person)
{
    const char *code = NULL;
    bip_status st = person == 0 ? BIP_OK : v->api->person_get(v->storage, person, &code, v->err);
    if (st == BIP_E_CORRUPT) /* the person is gone too */
        st = BIP_OK;
    return st == BIP_OK ? fault(v, entry, code, "facts that the trail knows are gone") : st;
}

static bip_status hash_leaves(verifier *v, bip__hash *h, int64_t entry)
{
    bip__rows *rows = NULL;
    bip__leaf_row leaf;
    bip_status st = v->api->leaves(v->storage, entry, &rows, v->err);
    while (st == BIP_OK && (st = v->api->next_leaf(rows, &leaf, v->err)) == BIP_OK) {
        bip__identity_row identity = {0};
        leaf_key key = {leaf.entry, leaf.pos};
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

static bip_status read_parents(verifier *v, const bip__entry_row *entry, uint8_t (**hashes)[BIP_HASH_SIZE], size_t *n,
                               int64_t *logical)
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

static bip_status check_entry(verifier *v, const bip__entry_row *entry)
{
    uint8_t(*parents)[BIP_HASH_SIZE] = NULL;
    uint8_t hash[BIP_HASH_SIZE];
    size_t n = 0;
    int64_t logical = 0;
    const char *actor = NULL;
    bip__hash h;
    bip_status st = read_parents(v, entry, &parents, &n, &logical);
    if (st == BIP_OK)
        st = word_of(v, entry->actor, &actor);
    if (st == BIP_OK) {
        bip__entry_begin(&h, entry->id, entry->at_ms, actor == NULL ? "" : actor, parents, n);
        st = hash_leaves(v, &h, entry->n);
    }
    bip__free(parents);
    if (st != BIP_OK)
        return st;
    bip__entry_end(&h, hash);
    if (memcmp(hash, entry->hash, sizeof hash) != 0)
        return fault(v, entry->n, NULL, "is not the entry that was written: its hash does not match");
    return logical == entry->logical_ms ? BIP_OK
                                        : fault(v, entry->n, NULL, "its place in the order of recording is wrong");
}

static bip_status check_entries(verifier *v)
{
    bip__rows *rows = NULL;
    bip__entry_row row;
    char id[BIP_ID_SIZE];
    if (v->n_seen > 0)
        qsort(v->seen, v->n_seen, sizeof *v->seen, by_leaf);
    bip_status st = v->api->entries(v->storage, &rows, v->err);
    while (st == BIP_OK && (st = v->api->next_entry(rows, &row, v->err)) == BIP_OK) {
        bip__entry_id_print(row.id, id);
        st = survive(v, check_entry(v, &row), "entry ", id);
    }
    v->api->close_rows(rows);
    return st == BIP_DONE ? BIP_OK : st;
}

/* ------------------------------------------------------------ what is derived */

static int by_number(const void *a, const void *b)
{
    const int32_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static bip_status keep_erasure(verifier *v, const char *hex, int64_t entry)
{
    erasure e = {.entry = entry};
    if (hex == NULL || !bip__hex_read(hex, strlen(hex), e.identity, sizeof e.identity))
        return BIP_OK; /* it is not what was recorded, which is told elsewhere */
    if (!bip__grow(&v->erasures, &v->erasures_cap, v->n_erasures + 1, sizeof *v->erasures))
        return bip__nomem(v->err);
    v->erasures[v->n_erasures++] = e;
    return BIP_OK;
}

static bip_status read_erasure(verifier *v, const bip__fact_row *row)
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

static bip_status read_erasures(verifier *v)
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
static bool erased_by(const verifier *v, const uint8_t identity[BIP_HASH_SIZE], int64_t entry)
{
    for (size_t i = 0; i < v->n_erasures; i++)
        if (memcmp(v->erasures[i].identity, identity, BIP_HASH_SIZE) == 0 &&
            (entry == 0 || v->erasures[i].entry == entry))
            return true;
    return false;
}

static bip_status check_identity(verifier *v, const bip__identity_row *row)
{
    uint8_t hash[BIP_HASH_SIZE];
    char where[48];
    snprintf(where, sizeof where, "identity %d", (int)row->n);
    bip__identity_hash(row->uuid, hash);
    if (row->erased)
        return row->erased_by != 0 && erased_by(v, row->hash, row->erased_by)
                   ? BIP_OK
                   : tell(v, where, "is said to be erased, but nothing in the trail says so");
    if (erased_by(v, row->hash, 0))
        return tell(v, where, "was erased, and is there again");
    if (row->erased_by != 0)
        return tell(v, where, "is said to be erased, and is still there");
    if (memcmp(hash, row->hash, sizeof hash) != 0)
        return tell(v, where, "is not the one that its hash names");
    if (v->n_held == 0 || bsearch(&row->n, v->held, v->n_held, sizeof row->n, by_number) == NULL)
        return tell(v, where, "is one that the trail does not know");
    return BIP_OK;
}

/* After the entries, which tell which of them the trail knows. */
static bip_status check_identities(verifier *v)
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

static bool item_is(const bip__instrument *def, const bip__item_row *row)
{
    int32_t r = bip__instrument_respondent(def, row->respondent);
    return r >= 0 && row->position >= 0 && (size_t)row->position < def->n_items[r] &&
           strcmp(def->indicators[def->items[r][row->position]].code, row->indicator) == 0;
}

/* The table of items serves people with a SQL shell only, but a wrong one would mislead them. */
static bip_status check_items(verifier *v, const bip__version *version)
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
    return right == expected && all == expected ? BIP_OK
                                                : tell(v, version->def->code, "the list of its items is not right");
}

/* ------------------------------------------------------------ anchor */

static bip_status check_anchor_line(verifier *v, const char *line, size_t n, int number)
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
        return tell(v, where, "this entry is gone: the file is older than the anchor, or was rolled back");
    if (st == BIP_OK && memcmp(hash, entry.hash, sizeof hash) != 0)
        return tell(v, where, "this entry is not the one that was noted");
    return st;
}

static bip_status check_anchor(verifier *v, const char *anchor)
{
    bip_status st = BIP_OK;
    for (int number = 1; st == BIP_OK && *anchor != '\0'; number++) {
        size_t n = strcspn(anchor, "\r\n");
        if (n > 0)
            st = check_anchor_line(v, anchor, n, number);
        anchor += n;
        anchor += anchor[0] == '\r' && anchor[1] == '\n' ? 2 : *anchor != '\0';
    }
    return st;
}

static bip_status run(verifier *v, const char *anchor)
{
    int64_t file_faults = 0;
    bip_status st = v->api->check(v->storage, v->issue, v->ctx, &file_faults, v->err);
    v->faults += file_faults;
    if (st == BIP_OK && (st = bip__context_catalogue(v->context, &v->catalogue, v->err)) == BIP_E_CORRUPT)
        return survive(v, st, "instrument ", v->own.where); /* without it no assessment can be told */
    if (st == BIP_OK)
        st = survive(v, check_people(v), "participants", "");
    if (st == BIP_OK)
        st = survive(v, check_instruments(v), "instruments", "");
    if (st == BIP_OK)
        st = survive(v, check_entries(v), "entries", "");
    if (st == BIP_OK)
        st = survive(v, check_identities(v), "identities", "");
    for (size_t i = 0; st == BIP_OK && i < v->catalogue->n; i++)
        st = survive(v, check_items(v, &v->catalogue->versions[i]), v->catalogue->versions[i].def->code, "");
    return st == BIP_OK && anchor != NULL ? check_anchor(v, anchor) : st;
}

bip_status bip__verify(bip__context *c, const char *anchor, bip_issue_fn issue, void *ctx, int64_t *faults,
                       bip_error *err)
{
    verifier v = {.context = c, .storage = c->storage, .api = c->storage->api, .issue = issue, .ctx = ctx};
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
