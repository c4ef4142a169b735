/* Facts and the leaves that vouch for them: of people, of instruments, of nobody. */
#include "model/json.h"
#include "record/verifier.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------ leaves */

static bip_status see(bip__verifier *v, int64_t entry, int32_t pos)
{
    if (!bip__grow(&v->seen, &v->seen_cap, v->n_seen + 1, sizeof *v->seen))
        return bip__nomem(v->err);
    v->seen[v->n_seen++] = (bip__leaf_key){entry, pos};
    return BIP_OK;
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

static bip_status say(bip__verifier *v, sayings *s, int64_t entry, int32_t idx, size_t at)
{
    if (!bip__grow(&s->list, &s->cap, s->n + 1, sizeof *s->list))
        return bip__nomem(v->err);
    s->list[s->n++] = (said){entry, idx, at, v->text.len - at};
    return v->text.status == BIP_OK ? BIP_OK : bip__out_finish(&v->text, v->err);
}

/* A leaf tells of its facts together which is wrong only where it has one. */
static bip_status changed(bip__verifier *v, const said *first, size_t n, const char *code)
{
    char message[100], id[BIP_ID_SIZE];
    if (n > 1)
        return bip__verify_fault(v, first->entry, code, "the facts are not those that were recorded");
    bip_status st = bip__fact_id(v->context, first->entry, first->idx, id, v->err);
    if (st != BIP_OK)
        return st;
    snprintf(message, sizeof message, "the fact %s is not what was recorded", id);
    return bip__verify_fault(v, first->entry, code, message);
}

/* Whether a fact of the same entry is still in this leaf. */
static bip_status in_leaf(bip__verifier *v, const sayings *s, const bip__leaf_row *leaf, int32_t idx, bool *in)
{
    bip__leaf_row over = *leaf;
    bip_status st = s->several ? v->api->leaf_over(v->storage, leaf->entry, idx, &over, v->err) : BIP_OK;
    *in = st == BIP_OK && over.pos == leaf->pos;
    return st;
}

/* A run must begin where a leaf does, belong to the leaf's person, and hash to the leaf. `to` is the end of the run. */
static bip_status check_run(bip__verifier *v, const sayings *s, size_t from, size_t *to, int32_t person,
                            const char *code)
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
        return bip__verify_fault(v, first->entry, code, "a fact that the trail does not know");
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

static bip_status check_runs(bip__verifier *v, sayings *s, int32_t person, const char *code)
{
    bip_status st = BIP_OK;
    if (s->n > 0)
        qsort(s->list, s->n, sizeof *s->list, by_fact);
    for (size_t from = 0, to; st == BIP_OK && from < s->n; from = to)
        st = check_run(v, s, from, &to, person, code);
    return st;
}

/* ------------------------------------------------------------ people */

static bip_status say_assessment(bip__verifier *v, sayings *s, const bip__assessment_row *row)
{
    const bip__version *version = bip__catalogue_number(v->catalogue, row->instrument);
    char of[BIP_ID_SIZE];
    bip__entry_row root;
    bip__assessment_fact fact = bip__canon_of_row(row);
    bip_status st = bip__verify_word(v, row->respondent, &fact.respondent);
    if (st == BIP_OK)
        st = bip__verify_word(v, row->rater, &fact.rater);
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

static bip_status say_assessments(bip__verifier *v, sayings *s, int32_t person)
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
           (!registration || (code != NULL && strcmp(member_of(fact, "code"), code) == 0)) &&
           strcmp(day, registration ? member_of(fact, "enrolled") : "") == 0 && row->day_to == BIP_NO_DATE &&
           row->current == 1;
}

/* A dispute's root is the assessment that it names; other facts have none but themselves. */
static bip_status root_holds(bip__verifier *v, const bip__fact_row *row, const cJSON *fact, bool *holds)
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

static bip_status check_columns(bip__verifier *v, const bip__fact_row *row, const char *code)
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
    return hold ? BIP_OK : bip__verify_fault(v, row->entry, code, "a fact is filed as something else than it says");
}

static bip_status say_facts(bip__verifier *v, sayings *s, int32_t person, const char *code)
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
    return bip__verify_tell(v, where, "was never registered");
}

typedef struct current_ctx {
    bip__verifier *v;
    const char *code;
} current_ctx;

static bip_status wrong_current(void *ctx, int32_t person, bip_date day, int64_t entry, int32_t idx, int32_t should_be,
                                bip_error *err)
{
    current_ctx *c = ctx;
    (void)person, (void)day, (void)idx, (void)should_be, (void)err;
    return bip__verify_fault(c->v, entry, c->code, "the revision marked as current is not the one recorded last");
}

static bip_status count_identities(bip__verifier *v, int32_t person, bool *several)
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

static bip_status check_person(bip__verifier *v, sayings *s, int32_t person, const char *code)
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

bip_status bip__verify_people(bip__verifier *v)
{
    bip__rows *rows = NULL;
    bip__person_row row;
    sayings s = {0};
    bip_status st = v->api->persons(v->storage, &rows, v->err);
    while (st == BIP_OK && (st = v->api->next_person(rows, &row, v->err)) == BIP_OK)
        st = bip__verify_survive(v, check_person(v, &s, row.n, row.code), "participant ", row.code);
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
static bip_status check_builtin(bip__verifier *v, const bip__instrument_row *row, const char *where)
{
    origin from = BUILT_IN;
    bip_status st = origin_of(row, &from, v->err);
    if (st == BIP_OK && from == EDITED)
        return bip__verify_tell(v, where, "is said to be built in, but is not the built-in one of that version");
    if (st == BIP_OK && from == UNKNOWN)
        return bip__verify_tell(
            v, where, "is not known to this version of libbip: a later one, if it is built in there, can check it");
    return st;
}

static bip_status check_instrument(bip__verifier *v, const bip__instrument_row *row)
{
    const bip__version *version = bip__catalogue_number(v->catalogue, row->n);
    char where[256];
    snprintf(where, sizeof where, "%s@%s", row->code, row->version);
    bip_status st = row->entry != 0 ? BIP_OK : check_builtin(v, row, where);
    if (st == BIP_OK && (version == NULL || strcmp(version->def->code, row->code) != 0 ||
                         strcmp(version->def->version, row->version) != 0))
        st = bip__verify_tell(v, where, "is filed under another code or version than it says");
    return st;
}

bip_status bip__verify_instruments(bip__verifier *v)
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
