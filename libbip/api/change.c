#include "api/api.h"
#include "base/date.h"
#include "base/text.h"
#include "exchange/exchange.h"
#include "model/code.h"
#include "model/national_id.h"
#include "model/score.h"
#include "read/people.h"
#include "record/record.h"

#include <string.h>

bip_status bip_change_begin(bip_store *store, const char *actor, const char *reason, bip_change **out, bip_error *err)
{
    if (out == NULL || store == NULL)
        return bip__fail(err, BIP_E_USAGE, NULL, "an open store and a place for the change are needed");
    *out = NULL;
    if (store->change != NULL)
        return bip__fail(err, BIP_E_USAGE, NULL, "another change is open on this store");
    bip_change *change = bip__alloc_zero(1, sizeof *change);
    if (change == NULL)
        return bip__nomem(err);
    change->store = store;
    bip_status st = bip__change_open(&store->context, actor, reason, &change->inner, err);
    if (st != BIP_OK) {
        bip__free(change);
        return st;
    }
    *out = store->change = change;
    return BIP_OK;
}

static bip__change *let_go(bip_change *change)
{
    bip__change *inner = change->inner;
    bip__cursors_end(change->store);
    change->store->change = NULL;
    bip__free(change);
    return inner;
}

bip_status bip_change_commit(bip_change *change, char entry_id[BIP_ID_SIZE], bip_error *err)
{
    if (change == NULL)
        return bip__fail(err, BIP_E_USAGE, NULL, "an open change is needed");
    return bip__change_commit(let_go(change), entry_id, err);
}

void bip_change_rollback(bip_change *change)
{
    if (change != NULL)
        bip__change_rollback(let_go(change));
}

/* A reading lends instruments and words that a write may move. */
static bip_status check_writable(const bip_change *change, bip_error *err)
{
    if (change->store->readings == 0)
        return BIP_OK;
    return bip__fail(err, BIP_E_USAGE, NULL, "a reading is open: close cursors before writing");
}

/* ------------------------------------------------------------ assessments */

/* What an assessment in hand is checked into, and with. */
typedef struct taking {
    bip__change *change;
    bip__context *c;
    bip__arena arena;
    bip__out note, text;   /* the note as it will be stored; the scores as they will be stored */
    const char *note_text; /* NULL: none */
    size_t note_n;
    bip_score *items;
    bip_error *err;
} taking;

static bip_status taking_begin(taking *t, bip_change *change, bip_error *err)
{
    *t = (taking){.change = change->inner, .c = change->inner->context, .err = err};
    bip__out_init(&t->note, NULL, NULL);
    bip__out_init(&t->text, NULL, NULL);
    return check_writable(change, err);
}

static void taking_end(taking *t)
{
    bip__out_free(&t->note);
    bip__out_free(&t->text);
    bip__arena_free(&t->arena);
}

static bip_status take_note(taking *t, const char *note, bool redact)
{
    size_t n = note == NULL ? 0 : strlen(note);
    if (n == 0)
        return BIP_OK;
    t->note_text = note;
    t->note_n = n;
    if (redact && !t->c->national_ids && bip__utf8_valid(note, n) == n) {
        bip__national_id_redact(note, n, &t->note);
        bip_status st = bip__out_finish(&t->note, t->err);
        if (st != BIP_OK)
            return st;
        t->note_text = t->note.data;
        t->note_n = t->note.len;
    }
    return bip__text_check("note", t->note_text, t->note_n, t->c->national_ids, t->err);
}

static bip_status make_items(taking *t, const bip__version *v, int32_t respondent)
{
    size_t n = v->def->n_items[respondent];
    t->items = bip__arena_alloc(&t->arena, (n + 1) * sizeof *t->items);
    if (t->items == NULL)
        return bip__nomem(t->err);
    for (size_t k = 0; k < n; k++)
        t->items[k] = (bip_score){0, BIP_NOT_ASKED, 0};
    return BIP_OK;
}

static bip_status print_items(taking *t, const bip__version *v, int32_t respondent)
{
    bip__out_clear(&t->text);
    bip__scores_print(&t->text, t->items, v->def->n_items[respondent]);
    return bip__out_finish(&t->text, t->err);
}

static bip_status find_person(taking *t, const char *code, bip_status missing, int32_t *person)
{
    bip_status st = t->c->storage->api->person_find(t->c->storage, code, person, t->err);
    return st == BIP_E_NOT_FOUND ? bip__fail(t->err, missing, "participant", "%s is not registered", code) : st;
}

static bip_status check_lists(const bip_assessment_in *in, bip_error *err)
{
    if (in->n > 0 && in->scores == NULL)
        return bip__fail(err, BIP_E_USAGE, "scores", "are NULL, with a length");
    for (size_t i = 0; in->indicators != NULL && i < in->n; i++)
        if (in->indicators[i] == NULL)
            return bip__fail(err, BIP_E_USAGE, "indicators", "code %zu is NULL", i);
    return BIP_OK;
}

static bip_status check_in(const bip_assessment_in *in, bip_error *err)
{
    if (in->participant == NULL || in->instrument == NULL || in->respondent == NULL)
        return bip__fail(err, BIP_E_USAGE, NULL, "a participant, an instrument and a respondent are needed");
    bip_status st = check_lists(in, err);
    if (st != BIP_OK)
        return st;
    if (!bip__date_valid(in->date))
        return bip__fail(err, BIP_E_REFUSED, "date", "is outside the years 1900 to 2199");
    return BIP_OK;
}

/* The version an assessment is to be read under: the one named, else the one its key is held under, else the latest. */
static bip_status find_version(taking *t, const bip_assessment_in *in, int32_t person, const bip__version **v,
                               bip__holder *holder)
{
    const bip__catalogue *catalogue;
    bool named = false;
    bip_status st = bip__context_catalogue(t->c, &catalogue, t->err);
    if (st != BIP_OK)
        return st;
    *v = bip__catalogue_find(catalogue, in->instrument, &named);
    if (*v == NULL)
        return bip__fail(t->err, BIP_E_REFUSED, "instrument", "%s is not in the store", in->instrument);
    st =
        bip__holder_find(t->c, &t->arena, person, in->date, (*v)->def->code, in->respondent, in->rater, holder, t->err);
    if (st == BIP_OK && holder->held && !named)
        *v = holder->version;
    return st;
}

static bool same_content(const bip__holder *h, const bip__assessment_put *put)
{
    return h->version == put->version && h->scores_n == put->scores_n &&
           memcmp(h->scores, put->scores, put->scores_n) == 0 && h->note_n == put->note_n &&
           (put->note_n == 0 || memcmp(h->note, put->note, put->note_n) == 0);
}

static bip_status add_or_know(taking *t, const bip__assessment_put *put, const bip__holder *holder, char *id)
{
    int32_t idx = 0;
    if (!holder->held) {
        bip_status st = bip__assessment_insert(t->change, put, &idx, t->err);
        if (st == BIP_OK)
            bip__id_print(t->change->entry.id, idx, id);
        return st;
    }
    bip_status st = bip__fact_id(t->c, holder->root_entry, holder->root_idx, id, t->err);
    if (st != BIP_OK || same_content(holder, put))
        return st;
    return bip__fail(t->err, BIP_E_CONFLICT, "assessment",
                     "other content is held for this participant, instrument, respondent, date and rater as %s", id);
}

static bip_status add(taking *t, const bip_assessment_in *in, char *id)
{
    bip__holder holder;
    bip__assessment_put put = {.day = in->date, .rater = in->rater};
    if (put.rater != NULL && put.rater[0] == '\0')
        put.rater = NULL;
    bip_status st = check_in(in, t->err);
    if (st == BIP_OK)
        st = take_note(t, in->note, in->redact != 0);
    if (st == BIP_OK && put.rater != NULL)
        st = bip__name_check("rater", put.rater, strlen(put.rater), t->c->national_ids, t->err);
    if (st == BIP_OK)
        st = bip__change_write(t->change, t->err);
    if (st == BIP_OK)
        st = find_person(t, in->participant, BIP_E_REFUSED, &put.person);
    if (st == BIP_OK)
        st = find_version(t, in, put.person, &put.version, &holder);
    if (st != BIP_OK)
        return st;
    put.respondent = bip__instrument_respondent(put.version->def, in->respondent);
    if (put.respondent < 0)
        return bip__fail(t->err, BIP_E_REFUSED, "respondent", "%s has no respondent %s", put.version->def->code,
                         in->respondent);
    if ((st = bip__participant_fits(put.version->def, in->participant, t->err)) != BIP_OK ||
        (st = make_items(t, put.version, put.respondent)) != BIP_OK ||
        (st = bip__scores_take(put.version, put.respondent, in->indicators, in->scores, in->n, t->items, t->err)) !=
            BIP_OK ||
        (st = print_items(t, put.version, put.respondent)) != BIP_OK)
        return st;
    put.scores = t->text.data;
    put.scores_n = t->text.len;
    put.note = t->note_text;
    put.note_n = t->note_n;
    return add_or_know(t, &put, &holder, id);
}

bip_status bip_assessment_add(bip_change *change, const bip_assessment_in *in, char id[BIP_ID_SIZE], bip_error *err)
{
    char unwanted[BIP_ID_SIZE];
    bip_assessment_in all = {0};
    taking t;
    if (change == NULL || in == NULL)
        return bip__fail(err, BIP_E_USAGE, NULL, "an open change and an assessment are needed");
    if (bip__take_struct(&all, sizeof all, in, in->size, "assessment", err) != BIP_OK)
        return BIP_E_USAGE;
    if (id == NULL)
        id = unwanted;
    id[0] = '\0';
    bip_status st = taking_begin(&t, change, err);
    if (st == BIP_OK)
        st = add(&t, &all, id);
    if (st != BIP_OK)
        id[0] = '\0';
    taking_end(&t);
    return st;
}

/* ------------------------------------------------------------ revisions */

/* The current revision of what an id names, and whose it is. */
static bip_status find_revision(taking *t, const char *id, bip__assessment_put *put, bip__holder *holder)
{
    bip_status st = bip__holder_by_id(t->change, &t->arena, id, put, holder, t->err);
    if (st == BIP_E_NOT_FOUND)
        return bip__fail(t->err, st, id, "no assessment has this id");
    if (st == BIP_OK && !holder->held)
        return bip__fail(t->err, BIP_E_CONFLICT, id, "the assessment is withdrawn");
    return st;
}

static bip_status correct(taking *t, const char *id, const bip_assessment_in *in, char *new_id)
{
    bip__assessment_put put = {0};
    bip__holder holder = {0};
    int32_t idx = 0;
    bip_status st = check_lists(in, t->err);
    if (st == BIP_OK)
        st = take_note(t, in->note, in->redact != 0);
    if (st == BIP_OK)
        st = bip__change_write(t->change, t->err);
    if (st == BIP_OK)
        st = find_revision(t, id, &put, &holder);
    if (st == BIP_OK)
        st = make_items(t, put.version, put.respondent);
    if (st != BIP_OK)
        return st;
    if (!bip__scores_parse(holder.scores, holder.scores_n, t->items, put.version->def->n_items[put.respondent]))
        return bip__fail(t->err, BIP_E_CORRUPT, id, "stored scores can't be read");
    if (in->n > 0)
        st = bip__scores_take(put.version, put.respondent, in->indicators, in->scores, in->n, t->items, t->err);
    if (st == BIP_OK)
        st = print_items(t, put.version, put.respondent);
    if (st != BIP_OK)
        return st;
    put.scores = t->text.data;
    put.scores_n = t->text.len;
    put.note = in->note == NULL ? holder.note : t->note_text;
    put.note_n = in->note == NULL ? holder.note_n : t->note_n;
    if (same_content(&holder, &put))
        return bip__fact_id(t->c, holder.entry, holder.idx, new_id, t->err);
    st = bip__assessment_revise(t->change, &put, &holder, &idx, t->err);
    if (st == BIP_OK)
        bip__id_print(t->change->entry.id, idx, new_id);
    return st;
}

bip_status bip_assessment_correct(bip_change *change, const char *id, const bip_assessment_in *in,
                                  char new_id[BIP_ID_SIZE], bip_error *err)
{
    char unwanted[BIP_ID_SIZE];
    bip_assessment_in all = {0};
    taking t;
    if (change == NULL || id == NULL || in == NULL)
        return bip__fail(err, BIP_E_USAGE, NULL, "a change, an id and what is new are needed");
    if (bip__take_struct(&all, sizeof all, in, in->size, "assessment", err) != BIP_OK)
        return BIP_E_USAGE;
    if (new_id == NULL)
        new_id = unwanted;
    new_id[0] = '\0';
    bip_status st = taking_begin(&t, change, err);
    if (st == BIP_OK)
        st = correct(&t, id, &all, new_id);
    taking_end(&t);
    return st;
}

bip_status bip_assessment_withdraw(bip_change *change, const char *id, bip_error *err)
{
    bip__assessment_put put = {0};
    bip__holder holder = {0};
    taking t;
    int32_t idx;
    if (change == NULL || id == NULL)
        return bip__fail(err, BIP_E_USAGE, NULL, "an open change and an id are needed");
    if (change->inner->reason == NULL)
        return bip__fail(err, BIP_E_USAGE, "reason", "withdrawing needs a reason");
    bip_status st = taking_begin(&t, change, err);
    if (st == BIP_OK)
        st = bip__change_write(t.change, err);
    if (st == BIP_OK)
        st = find_revision(&t, id, &put, &holder);
    if (st == BIP_OK)
        st = bip__assessment_revise(t.change, &put, &holder, &idx, err);
    taking_end(&t);
    return st;
}

bip_status bip_assessment_dispute(bip_change *change, const char *id, const char *text, char new_id[BIP_ID_SIZE],
                                  bip_error *err)
{
    bip__assessment_put put = {0};
    bip__holder holder = {0};
    taking t;
    int32_t idx = 0;
    if (new_id != NULL)
        new_id[0] = '\0';
    if (change == NULL || id == NULL || text == NULL)
        return bip__fail(err, BIP_E_USAGE, NULL, "a change, an id and a text are needed");
    bip_status st = taking_begin(&t, change, err);
    if (st == BIP_OK)
        st = bip__text_check("text", text, strlen(text), t.c->national_ids, err);
    if (st == BIP_OK && bip__text_blank(text, strlen(text)))
        st = bip__fail(err, BIP_E_REFUSED, "text", "is empty");
    if (st == BIP_OK)
        st = bip__change_write(t.change, err);
    if (st == BIP_OK)
        st = find_revision(&t, id, &put, &holder);
    if (st == BIP_OK)
        st = bip__dispute_insert(t.change, &put, &holder, text, &idx, err);
    if (st == BIP_OK && new_id != NULL)
        bip__id_print(t.change->entry.id, idx, new_id);
    taking_end(&t);
    return st;
}

/* ------------------------------------------------------------ participants, instruments */

bip_status bip_participant_add(bip_change *change, const char *code, bip_date enrolled, bip_error *err)
{
    int32_t person;
    if (change == NULL || code == NULL)
        return bip__fail(err, BIP_E_USAGE, NULL, "an open change and a code are needed");
    bip__context *c = change->inner->context;
    bip_status st = check_writable(change, err);
    if (st == BIP_OK)
        st = bip__name_check("participant", code, strlen(code), c->national_ids, err);
    if (st == BIP_OK && enrolled != BIP_NO_DATE && !bip__date_valid(enrolled))
        st = bip__fail(err, BIP_E_REFUSED, "enrolled", "is outside the years 1900 to 2199");
    if (st == BIP_OK)
        st = bip__change_write(change->inner, err);
    if (st != BIP_OK)
        return st;
    st = c->storage->api->person_find(c->storage, code, &person, err);
    if (st == BIP_OK)
        return bip__fail(err, BIP_E_CONFLICT, "participant", "%s is registered already", code);
    return st == BIP_E_NOT_FOUND ? bip__participant_insert(change->inner, code, enrolled, &person, err) : st;
}

static bip_status check_attribute(bip__context *c, const char *key, const char *value, bip_error *err)
{
    if (!bip__code_valid(key, strlen(key)))
        return bip__fail(err, BIP_E_REFUSED, "attribute", "\"%.70s\" is no code (a letter a-z, then a-z, 0-9, _ and -)",
                         key);
    if (value == NULL)
        return BIP_OK;
    bip_status st = bip__name_check("attribute", key, strlen(key), c->national_ids, err);
    if (st == BIP_OK)
        st = bip__text_check(key, value, strlen(value), c->national_ids, err);
    if (st != BIP_OK)
        return st;
    if (!bip__value_fits(value))
        return bip__fail(err, BIP_E_REFUSED, key, "must be one line of at most %d characters", BIP__MOST_VALUE);
    return BIP_OK;
}

/* Whether the participant has this value already, or lacks it where it is to be taken away. */
static bip_status has_attribute(bip__context *c, int32_t person, const char *code, const char *key, const char *value,
                                bool *same, bip_error *err)
{
    bip__arena arena = {0};
    bip__participant p;
    bip_status st = bip__participant_read(c, person, code, &arena, &p, err);
    const char *held = NULL;
    for (size_t i = 0; st == BIP_OK && i < p.n_attributes; i++)
        if (strcmp(p.attributes[i].key, key) == 0)
            held = p.attributes[i].value;
    *same = (held == NULL) == (value == NULL) && (held == NULL || strcmp(held, value) == 0);
    bip__arena_free(&arena);
    return st;
}

bip_status bip_participant_set(bip_change *change, const char *code, const char *key, const char *value, bip_error *err)
{
    int32_t person = 0;
    bool same = false;
    taking t;
    if (change == NULL || code == NULL || key == NULL)
        return bip__fail(err, BIP_E_USAGE, NULL, "a change, a code and a key are needed");
    if (value != NULL && value[0] == '\0')
        value = NULL;
    bip_status st = taking_begin(&t, change, err);
    if (st == BIP_OK)
        st = check_attribute(t.c, key, value, err);
    if (st == BIP_OK)
        st = bip__change_write(t.change, err);
    if (st == BIP_OK)
        st = find_person(&t, code, BIP_E_NOT_FOUND, &person);
    if (st == BIP_OK)
        st = has_attribute(t.c, person, code, key, value, &same, err);
    if (st == BIP_OK && !same)
        st = bip__attribute_insert(t.change, person, key, value, err);
    taking_end(&t);
    return st;
}

bip_status bip_participant_erase(bip_change *change, const char *code, bip_error *err)
{
    int32_t person = 0;
    taking t;
    if (change == NULL || code == NULL)
        return bip__fail(err, BIP_E_USAGE, NULL, "an open change and a code are needed");
    if (change->inner->reason == NULL)
        return bip__fail(err, BIP_E_USAGE, "reason", "erasing needs a reason");
    bip_status st = taking_begin(&t, change, err);
    if (st == BIP_OK)
        st = bip__change_write(t.change, err);
    if (st == BIP_OK)
        st = find_person(&t, code, BIP_E_NOT_FOUND, &person);
    if (st == BIP_OK)
        st = bip__participant_erase(t.change, person, code, err);
    taking_end(&t);
    return st;
}

bip_status bip_instrument_add(bip_change *change, const char *json, size_t n, bip_error *err)
{
    if (change == NULL || json == NULL)
        return bip__fail(err, BIP_E_USAGE, NULL, "an open change and an instrument are needed");
    bip_status st = check_writable(change, err);
    return st == BIP_OK ? bip__instrument_insert(change->inner, json, n, err) : st;
}

bip_status bip_instrument_check(const char *json, size_t n, bip_error *err)
{
    bip__instrument *def = NULL;
    if (json == NULL)
        return bip__fail(err, BIP_E_USAGE, NULL, "an instrument is needed");
    bip_status st = bip__instrument_parse(json, n, &def, err);
    bip__instrument_free(def);
    return st;
}

/* Of what failed nothing was taken: all that can be told is how much was refused. */
static void give_counts(bip_status st, const bip_import_result *counts, bip_import_result *result)
{
    bip_import_result all = {.refused = counts->refused};
    if (result == NULL)
        return;
    if (st == BIP_OK)
        all = *counts;
    all.size = result->size;
    bip__give_struct(result, result->size, &all, sizeof all);
}

bip_status bip_import(bip_change *change, const char *format, const char *options_json, bip_read_fn read, void *source,
                      bip_issue_fn issue, void *ctx, bip_import_result *result, bip_error *err)
{
    bip_import_result counts = {0};
    if (change == NULL || read == NULL)
        return bip__fail(err, BIP_E_USAGE, NULL, "an open change and a source are needed");
    bip_status st = result == NULL ? BIP_OK : bip__check_size(result->size, "result", err);
    if (st == BIP_OK)
        st = check_writable(change, err);
    if (st != BIP_OK)
        return st;
    st = bip__import(change->inner, format, options_json, read, source, issue, ctx, &counts, err);
    give_counts(st, &counts, result);
    return st;
}

bip_status bip_merge(bip_change *change, bip_store *from, bip_import_result *result, bip_error *err)
{
    bip_import_result counts = {0};
    if (change == NULL || from == NULL || from == change->store)
        return bip__fail(err, BIP_E_USAGE, NULL, "an open change and another store are needed");
    bip_status st = result == NULL ? BIP_OK : bip__check_size(result->size, "result", err);
    if (st == BIP_OK)
        st = check_writable(change, err);
    if (st == BIP_OK && from->context.open != NULL)
        st = bip__fail(err, BIP_E_USAGE, NULL, "a change is open on the other store: end it before merging");
    if (st != BIP_OK)
        return st;
    bip__context_reads(&from->context, "merge");
    from->readings++;
    st = bip__merge_store(change->inner, &from->context, &counts, err);
    from->readings--;
    give_counts(st, &counts, result);
    return st;
}
