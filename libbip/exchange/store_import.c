/* Reads bip-store-1 in one pass; what it means to take it in is record/merge's business. */
#include "exchange/import.h"
#include "exchange/json_reader.h"
#include "model/score.h"
#include "record/merge.h"

#include "base/date.h"

#include <string.h>

typedef struct reader {
    bip__json_reader json;
    bip__merge *merge;
    bip__arena arena; /* texts of the fact or entry in hand */
    bip_score *scores;
    size_t scores_cap;
    uint8_t (*erased)[BIP_HASH_SIZE]; /* of the erasure in hand */
    size_t n_erased, erased_cap;
    uint8_t (*parents)[BIP__UUID_SIZE];
    size_t parents_cap;
    bip__out text; /* JSON of an instrument, or of scores */
} reader;

/* ------------------------------------------------------------ pieces */

static bip_status keep_text(reader *r, bool null_too, const char **out, size_t *n, bip_error *err)
{
    const char *s;
    size_t length;
    bip_status st = bip__json_read_text(&r->json, null_too, &s, &length, err);
    *out = NULL;
    if (n != NULL)
        *n = length;
    if (st != BIP_OK || s == NULL)
        return st;
    *out = bip__arena_strndup(&r->arena, s, length);
    return *out != NULL ? BIP_OK : bip__nomem(err);
}

/* The string in hand as bytes. */
static bip_status take_hex(reader *r, uint8_t *into, size_t bytes, bip_error *err)
{
    if (r->json.token != BIP__JSON_STRING || !bip__hex_read(r->json.text.data, r->json.text.len, into, bytes))
        return bip__json_refuse(&r->json, err, "must be %zu hexadecimal digits, lower case", 2 * bytes);
    return BIP_OK;
}

static bip_status read_hex(reader *r, uint8_t *into, size_t bytes, bip_error *err)
{
    bip_status st = bip__json_next(&r->json, err);
    return st == BIP_OK ? take_hex(r, into, bytes, err) : st;
}

static bip_status read_day(reader *r, bip_date *out, bip_error *err)
{
    const char *s;
    size_t n;
    bip_status st = bip__json_read_text(&r->json, false, &s, &n, err);
    if (st != BIP_OK)
        return st;
    const bip__date_fault fault = bip__date_read(s, n, BIP__DATE_YMD, false, out);
    return fault == BIP__DATE_OK ? BIP_OK : bip__json_refuse(&r->json, err, "%s", bip__date_fault_text(fault));
}

/* All n keys of the object, of which none can stand twice. */
static bip_status need(const reader *r, uint32_t seen, size_t n, bip_error *err)
{
    return seen == (UINT32_C(1) << n) - 1 ? BIP_OK : bip__json_refuse(&r->json, err, "the object above lacks a key");
}

/* The next element of a list; BIP_DONE at its end. */
static bip_status next_element(reader *r, bip_error *err)
{
    bip_status st = bip__json_next(&r->json, err);
    return st == BIP_OK && r->json.token == BIP__JSON_ARRAY_END ? BIP_DONE : st;
}

/* Each element of the list that follows. */
static bip_status each(reader *r, bip_status (*take)(reader *r, bip_error *err), bip_error *err)
{
    bip_status st = bip__json_expect(&r->json, BIP__JSON_ARRAY, err);
    while (st == BIP_OK && (st = next_element(r, err)) == BIP_OK)
        st = take(r, err);
    return st == BIP_DONE ? BIP_OK : st;
}

static bip_status must_be_object(const reader *r, bip_error *err)
{
    return r->json.token == BIP__JSON_OBJECT ? BIP_OK : bip__json_refuse(&r->json, err, "must be an object");
}

/* ------------------------------------------------------------ entries */

static bip_status read_parents(reader *r, bip__merge_entry_in *in, bip_error *err)
{
    bip_status st = bip__json_expect(&r->json, BIP__JSON_ARRAY, err);
    while (st == BIP_OK && (st = next_element(r, err)) == BIP_OK) {
        if (!bip__grow(&r->parents, &r->parents_cap, in->n_parents + 1, sizeof *r->parents))
            return bip__nomem(err);
        st = take_hex(r, r->parents[in->n_parents++], BIP__UUID_SIZE, err);
    }
    return st == BIP_DONE ? BIP_OK : st;
}

static bip_status read_time(reader *r, int64_t *ms, bip_error *err)
{
    const char *s;
    size_t n;
    bip_status st = bip__json_read_text(&r->json, false, &s, &n, err);
    if (st == BIP_OK && !bip__time_read(s, n, ms))
        st = bip__json_refuse(&r->json, err, "is not a time (2026-09-01T09:12:00.000Z)");
    return st;
}

static bip_status read_leaf(reader *r, bip_error *err)
{
    static const char *const names[] = {"pos", "identity", "hash"};
    uint8_t identity[BIP_HASH_SIZE], hash[BIP_HASH_SIZE];
    uint32_t seen = 0;
    int32_t pos = 0;
    bool nobody = false;
    size_t field;
    bip_status st = must_be_object(r, err);
    while (st == BIP_OK && (st = bip__json_field(&r->json, names, 3, &seen, &field, err)) == BIP_OK) {
        if (field == 0)
            st = bip__json_read_index(&r->json, &pos, err);
        else if (field == 2)
            st = read_hex(r, hash, sizeof hash, err);
        else if ((st = bip__json_next(&r->json, err)) == BIP_OK && !(nobody = r->json.token == BIP__JSON_NULL))
            st = take_hex(r, identity, sizeof identity, err);
    }
    if (st == BIP_DONE)
        st = need(r, seen, 3, err);
    return st == BIP_OK ? bip__merge_leaf(r->merge, pos, nobody ? NULL : identity, hash, err) : st;
}

/* They stand last, since what comes before them begins the entry's hash. */
static bip_status read_leaves(reader *r, bip__merge_entry_in *in, uint32_t seen, bip_error *err)
{
    if (need(r, seen, 6, NULL) != BIP_OK)
        return bip__json_refuse(&r->json, err, "must be the last key, after id, at, actor, parents and hash");
    in->parents = (const uint8_t(*)[BIP__UUID_SIZE])r->parents;
    bip_status st = bip__merge_entry(r->merge, in, err);
    return st == BIP_OK ? each(r, read_leaf, err) : st;
}

static bip_status read_entry(reader *r, bip_error *err)
{
    static const char *const names[] = {"id", "at", "actor", "parents", "hash", "leaves"};
    bip__merge_entry_in in = {0};
    uint32_t seen = 0;
    size_t field;
    bip_status st = must_be_object(r, err);
    bip__arena_reset(&r->arena);
    while (st == BIP_OK && (st = bip__json_field(&r->json, names, 6, &seen, &field, err)) == BIP_OK) {
        if (field == 0)
            st = read_hex(r, in.id, sizeof in.id, err);
        else if (field == 1)
            st = read_time(r, &in.at_ms, err);
        else if (field == 2)
            st = keep_text(r, false, &in.actor, NULL, err);
        else if (field == 3)
            st = read_parents(r, &in, err);
        else if (field == 4)
            st = read_hex(r, in.hash, sizeof in.hash, err);
        else
            st = read_leaves(r, &in, seen, err);
    }
    if (st == BIP_DONE)
        st = need(r, seen, 6, err);
    return st == BIP_OK ? bip__merge_entry_end(r->merge, err) : st;
}

static bip_status read_erased(reader *r, bip_error *err)
{
    uint8_t hash[BIP_HASH_SIZE];
    bip_status st = take_hex(r, hash, sizeof hash, err);
    return st == BIP_OK ? bip__merge_erased(r->merge, hash, err) : st;
}

/* ------------------------------------------------------------ facts */

enum {
    ID,
    FACT,
    OF,
    INSTRUMENT,
    VERSION,
    RESPONDENT,
    DATE,
    RATER,
    SCORES,
    NOTE,
    REASON,
    CODE,
    ENROLLED,
    KEY,
    VALUE,
    IDENTITIES,
    TEXT,
    FACT_KEYS
};
static const char *const fact_names[FACT_KEYS] = {"id",       "fact",  "of",     "instrument", "version", "respondent",
                                                  "date",     "rater", "scores", "note",       "reason",  "code",
                                                  "enrolled", "key",   "value",  "identities", "text"};
typedef struct fact_in {
    uint32_t seen;
    const char *texts[FACT_KEYS];
    size_t lengths[FACT_KEYS];
    bip_date days[FACT_KEYS]; /* DATE, ENROLLED */
    bool withdrawn;
    const char *json; /* of scores, or of the instrument */
    size_t json_n;
} fact_in;

static bip_status read_one_score(reader *r, size_t i, bip_error *err)
{
    if (!bip__grow(&r->scores, &r->scores_cap, i + 1, sizeof *r->scores))
        return bip__nomem(err);
    return bip__json_score(&r->json, &r->scores[i], err);
}

/* Printed again: the hash is over the one canonical form, however the file was laid out. */
static bip_status read_scores(reader *r, fact_in *f, bip_error *err)
{
    size_t n = 0;
    bip_status st = bip__json_next(&r->json, err);
    if (st != BIP_OK || (f->withdrawn = r->json.token == BIP__JSON_NULL))
        return st;
    if (r->json.token != BIP__JSON_ARRAY)
        return bip__json_refuse(&r->json, err, "must be a list or null");
    while (st == BIP_OK && (st = next_element(r, err)) == BIP_OK)
        st = read_one_score(r, n++, err);
    if (st != BIP_DONE)
        return st;
    bip__out_clear(&r->text);
    bip__scores_print(&r->text, r->scores, n);
    f->json = r->text.data;
    f->json_n = r->text.len;
    return bip__out_finish(&r->text, err);
}

/* In an assessment the code, in an instrument's own fact its JSON; told apart by what comes, since "fact" stands
 * before. */
static bip_status read_instrument(reader *r, fact_in *f, bip_error *err)
{
    if (f->texts[FACT] == NULL)
        return bip__json_refuse(&r->json, err, "must stand after \"fact\"");
    if (strcmp(f->texts[FACT], "instrument") != 0)
        return keep_text(r, false, &f->texts[INSTRUMENT], &f->lengths[INSTRUMENT], err);
    bip__out_clear(&r->text);
    bip_status st = bip__json_copy(&r->json, &r->text, err);
    f->json = r->text.data;
    f->json_n = r->text.len;
    return st;
}

static bip_status read_erased_one(reader *r, bip_error *err)
{
    if (!bip__grow(&r->erased, &r->erased_cap, r->n_erased + 1, sizeof *r->erased))
        return bip__nomem(err);
    return take_hex(r, r->erased[r->n_erased++], BIP_HASH_SIZE, err);
}

static bip_status read_field(reader *r, fact_in *f, size_t field, bip_error *err)
{
    switch (field) {
    case DATE:
    case ENROLLED:
        return read_day(r, &f->days[field], err);
    case SCORES:
        return read_scores(r, f, err);
    case INSTRUMENT:
        return read_instrument(r, f, err);
    case IDENTITIES:
        r->n_erased = 0;
        return each(r, read_erased_one, err);
    default:
        return keep_text(r, field == VALUE, &f->texts[field], &f->lengths[field], err);
    }
}

static bip_status merge_assessment(reader *r, const fact_in *f, const uint8_t *entry, int32_t idx, bip_error *err)
{
    const bip__assessment_fact fact = {.of = f->texts[OF],
                                       .instrument = f->texts[INSTRUMENT],
                                       .version = f->texts[VERSION],
                                       .respondent = f->texts[RESPONDENT],
                                       .rater = f->texts[RATER],
                                       .date = f->days[DATE],
                                       .scores = f->withdrawn ? NULL : f->json,
                                       .scores_n = f->json_n,
                                       .note = f->texts[NOTE],
                                       .note_n = f->lengths[NOTE],
                                       .reason = f->texts[REASON],
                                       .reason_n = f->lengths[REASON]};
    return bip__merge_assessment(r->merge, entry, idx, &fact, err);
}

static bip_status merge_participant(reader *r, const fact_in *f, const uint8_t *entry, int32_t idx, bip_error *err)
{
    return bip__merge_participant(r->merge, entry, idx, f->texts[CODE], f->days[ENROLLED], f->texts[REASON], err);
}

static bip_status merge_attribute(reader *r, const fact_in *f, const uint8_t *entry, int32_t idx, bip_error *err)
{
    return bip__merge_attribute(r->merge, entry, idx, f->texts[KEY], f->texts[VALUE], f->texts[REASON], err);
}

static bip_status merge_instrument(reader *r, const fact_in *f, const uint8_t *entry, int32_t idx, bip_error *err)
{
    return bip__merge_instrument(r->merge, entry, idx, f->json, f->json_n, f->texts[REASON], err);
}

static bip_status merge_erasure(reader *r, const fact_in *f, const uint8_t *entry, int32_t idx, bip_error *err)
{
    return bip__merge_erasure(r->merge, entry, idx, (const uint8_t(*)[BIP_HASH_SIZE])r->erased, r->n_erased,
                              f->texts[REASON], err);
}

static bip_status merge_dispute(reader *r, const fact_in *f, const uint8_t *entry, int32_t idx, bip_error *err)
{
    return bip__merge_dispute(r->merge, entry, idx, f->texts[OF], f->texts[TEXT], f->texts[REASON], err);
}

#define BIT(key) (UINT32_C(1) << (key))
#define ENVELOPE (BIT(ID) | BIT(FACT))

/* Which keys a kind of fact must have beside its envelope, and which it may; who takes it in. */
typedef struct fact_kind {
    const char *name;
    uint32_t must, may;
    bip_status (*merge)(reader *r, const fact_in *f, const uint8_t *entry, int32_t idx, bip_error *err);
} fact_kind;
static const fact_kind kinds[] = {
    {"assessment", BIT(INSTRUMENT) | BIT(VERSION) | BIT(RESPONDENT) | BIT(DATE) | BIT(SCORES),
     BIT(OF) | BIT(RATER) | BIT(NOTE) | BIT(REASON), merge_assessment},
    {"participant", BIT(CODE), BIT(ENROLLED) | BIT(REASON), merge_participant},
    {"attribute", BIT(KEY) | BIT(VALUE), BIT(REASON), merge_attribute},
    {"instrument", BIT(INSTRUMENT), BIT(REASON), merge_instrument},
    {"erasure", BIT(IDENTITIES), BIT(REASON), merge_erasure},
    {"dispute", BIT(OF) | BIT(TEXT), BIT(REASON), merge_dispute},
};

static const fact_kind *kind_of(const char *name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    return NULL;
}

static bip_status merge_fact(reader *r, const fact_in *f, bip_error *err)
{
    uint8_t entry[BIP__UUID_SIZE];
    int32_t idx;
    if ((f->seen & ENVELOPE) != ENVELOPE)
        return bip__json_refuse(&r->json, err, "the fact lacks id or fact");
    const fact_kind *kind = kind_of(f->texts[FACT]);
    if (kind == NULL)
        return bip__json_refuse(&r->json, err, "%s is no kind of fact that this version knows", f->texts[FACT]);
    if ((f->seen & kind->must) != kind->must)
        return bip__json_refuse(&r->json, err, "the fact lacks a key");
    if (f->seen & ~(ENVELOPE | kind->must | kind->may))
        return bip__json_refuse(&r->json, err, "the fact has a key of another kind");
    if (!bip__id_read(f->texts[ID], f->lengths[ID], entry, &idx))
        return bip__json_refuse(&r->json, err, "the fact's id is not ENTRY.INDEX");
    return kind->merge(r, f, entry, idx, err);
}

static bip_status read_fact(reader *r, bip_error *err)
{
    fact_in f = {.days[DATE] = BIP_NO_DATE, .days[ENROLLED] = BIP_NO_DATE};
    size_t field;
    bip_status st = must_be_object(r, err);
    bip__arena_reset(&r->arena);
    while (st == BIP_OK && (st = bip__json_field(&r->json, fact_names, FACT_KEYS, &f.seen, &field, err)) == BIP_OK)
        st = read_field(r, &f, field, err);
    return st == BIP_DONE ? merge_fact(r, &f, err) : st;
}

/* ------------------------------------------------------------ people */

static bip_status read_identity(reader *r, bip_error *err)
{
    uint8_t uuid[BIP__UUID_SIZE];
    bip_status st = take_hex(r, uuid, sizeof uuid, err);
    return st == BIP_OK ? bip__merge_identity(r->merge, uuid, err) : st;
}

/* Keys in this order: facts are taken in as they come. */
static bip_status read_person(reader *r, bip_error *err)
{
    static const char *const names[] = {"participant", "identities", "facts"};
    uint32_t seen = 0;
    size_t field;
    const char *code;
    bip_status st = must_be_object(r, err);
    while (st == BIP_OK && (st = bip__json_field(&r->json, names, 3, &seen, &field, err)) == BIP_OK) {
        if (seen != (UINT32_C(2) << field) - 1)
            return bip__json_refuse(&r->json, err, "the keys must stand in the order participant, identities, facts");
        if (field == 0) {
            st = bip__json_read_text(&r->json, false, &code, &(size_t){0}, err);
            if (st == BIP_OK)
                st = bip__merge_person(r->merge, code, err);
        } else {
            st = each(r, field == 1 ? read_identity : read_fact, err);
        }
    }
    return st == BIP_DONE ? need(r, seen, 3, err) : st;
}

/* ------------------------------------------------------------ the store */

/* A list whose elements are copied as they stand. */
static bip_status read_builtins(reader *r, bip_error *err)
{
    bip_status st = bip__json_expect(&r->json, BIP__JSON_ARRAY, err);
    while (st == BIP_OK && (st = next_element(r, err)) == BIP_OK) {
        bip__out_clear(&r->text);
        st = must_be_object(r, err);
        if (st == BIP_OK)
            st = bip__json_copy_rest(&r->json, &r->text, err);
        if (st == BIP_OK)
            st = bip__merge_builtin(r->merge, r->text.data, r->text.len, err);
    }
    return st == BIP_DONE ? BIP_OK : st;
}

static bip_status read_schema(reader *r, bip_error *err)
{
    const char *s;
    size_t n;
    bip_status st = bip__json_read_text(&r->json, false, &s, &n, err);
    const char *hint = ""; /* lines whose first one isn't whole are taken for a store */
    if (st != BIP_OK || strcmp(s, "bip-store-1") == 0)
        return st;
    if (strcmp(s, "bip-assessment-1") == 0)
        hint = "; the option format, set to jsonl, reads that, one whole object a line";
    return bip__json_refuse(&r->json, err, "must be bip-store-1, not %s%s", s, hint);
}

enum { SCHEMA, INSTRUMENTS, ERASED, ENTRIES, FACTS, PARTICIPANTS, SECTIONS };
static const char *const section_names[SECTIONS] = {"schema",  "instruments", "erased",
                                                    "entries", "facts",       "participants"};

static bip_status read_section(reader *r, size_t section, bip_error *err)
{
    bip_status st;
    switch (section) {
    case SCHEMA:
        return read_schema(r, err);
    case INSTRUMENTS:
        return read_builtins(r, err);
    case ERASED:
        return each(r, read_erased, err);
    case ENTRIES:
        return each(r, read_entry, err);
    case FACTS:
        st = bip__merge_person(r->merge, NULL, err);
        return st == BIP_OK ? each(r, read_fact, err) : st;
    default:
        return each(r, read_person, err);
    }
}

static bip_status read_store(reader *r, bip_error *err)
{
    uint32_t seen = 0;
    size_t section;
    bip_status st = bip__json_expect(&r->json, BIP__JSON_OBJECT, err);
    while (st == BIP_OK && (st = bip__json_field(&r->json, section_names, SECTIONS, &seen, &section, err)) == BIP_OK) {
        if (seen != (UINT32_C(2) << section) - 1)
            return bip__json_refuse(
                &r->json, err,
                "the keys must stand in the order schema, instruments, erased, entries, facts, participants");
        st = read_section(r, section, err);
    }
    if (st == BIP_DONE)
        st = need(r, seen, SECTIONS, err);
    return st == BIP_OK ? bip__json_expect(&r->json, BIP__JSON_NONE, err) : st;
}

bip_status bip__import_store(bip__change *change, bip__source *source, bip_date today, bip_import_result *result,
                             bip_error *err)
{
    reader r = {0};
    bip__merge_result merged = {0};
    bip_status st = bip__merge_open(change, today, &r.merge, err);
    if (st != BIP_OK)
        return st;
    bip__json_reader_init(&r.json, source, 1);
    bip__out_init(&r.text, NULL, NULL);
    st = read_store(&r, err);
    if (st == BIP_OK)
        st = bip__merge_finish(r.merge, &merged, err);
    change->broken |= st != BIP_OK;
    *result = (bip_import_result){.added = merged.assessments,
                                  .known = merged.known,
                                  .changed = merged.revisions,
                                  .participants = merged.participants,
                                  .future = merged.future};
    bip__merge_close(r.merge);
    bip__json_reader_free(&r.json);
    bip__out_free(&r.text);
    bip__arena_free(&r.arena);
    bip__free(r.scores);
    bip__free(r.erased);
    bip__free(r.parents);
    return st;
}
