/* Every promise of store.h, on every implementation: what holds for one must hold for all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/out.h"
#include "store/sqlite/sqlite.h"
#include "store/store.h"

#define WAIT_MS 50

typedef enum kind { SQLITE_MEMORY, SQLITE_FILE, MEMORY } kind;

typedef struct fixture {
    bip__storage *s;
    const bip__storage_api *api;
    char folder[64], path[80]; /* of SQLITE_FILE */
    int32_t actor, respondent;
} fixture;

static bip_error err;

#define assert_ok(call)                                                                                                \
    do {                                                                                                               \
        bip_status status_ = (call);                                                                                   \
        if (status_ != BIP_OK)                                                                                         \
            fail_msg("%s: %d, %s", #call, (int)status_, err.message);                                                  \
    } while (0)
#define assert_status(call, expected) assert_int_equal((call), (expected))

static bip_status open_kind(kind k, const char *path, bip__storage **out)
{
    return k == MEMORY          ? bip__memory_open(out, &err)
           : k == SQLITE_MEMORY ? bip__sqlite_open(":memory:", true, true, WAIT_MS, out, &err)
                                : bip__sqlite_open(path, true, true, WAIT_MS, out, &err);
}

static int set_up(void **state)
{
    kind k = (kind)(intptr_t)*state;
    fixture *f = calloc(1, sizeof *f);

    if (!f)
        return -1;
    *state = f;
    if (k == SQLITE_FILE) {
        snprintf(f->folder, sizeof f->folder, "/tmp/bip-storage-XXXXXX");
        if (!mkdtemp(f->folder))
            return -1;
        snprintf(f->path, sizeof f->path, "%s/a.bip", f->folder);
    }
    if (open_kind(k, f->path, &f->s) != BIP_OK)
        return -1;
    f->api = f->s->api;
    return 0;
}

static int tear_down(void **state)
{
    static const char *const names[] = {"a.bip", "a.bip-wal", "a.bip-shm", "b.bip", "b.bip-wal", "b.bip-shm"};
    fixture *f = *state;
    char path[100];
    int left = 0;

    if (f->s)
        f->api->close(f->s);
    if (f->folder[0]) {
        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
            snprintf(path, sizeof path, "%s/%s", f->folder, names[i]);
            unlink(path);
        }
        left = rmdir(f->folder); /* anything else in the folder was left behind */
    }
    free(f);
    return left;
}

/* A transaction with the words that facts name. */
static void begin(fixture *f)
{
    assert_ok(f->api->begin(f->s, &err));
    assert_ok(f->api->word_add(f->s, BIP__WORD_ACTOR, "anna", &f->actor, &err));
    assert_ok(f->api->word_add(f->s, BIP__WORD_RESPONDENT, "participant", &f->respondent, &err));
}

static void commit(fixture *f)
{
    assert_ok(f->api->commit(f->s, &err));
}

static int32_t add_person(fixture *f, const char *code)
{
    int32_t n = 0;

    assert_ok(f->api->persons_add(f->s, &code, 1, &n, &err));
    assert_true(n > 0);
    return n;
}

static void assert_same_text(const char *a, size_t a_n, const char *b, size_t b_n)
{
    assert_true((a == NULL) == (b == NULL));
    assert_int_equal(a_n, b_n);
    if (a != NULL)
        assert_memory_equal(a, b, a_n);
}

static void assert_same(const bip__assessment_row *a, const bip__assessment_row *b)
{
    assert_int_equal(a->person, b->person);
    assert_int_equal(a->day, b->day);
    assert_int_equal(a->entry, b->entry);
    assert_int_equal(a->idx, b->idx);
    assert_int_equal(a->instrument, b->instrument);
    assert_int_equal(a->respondent, b->respondent);
    assert_int_equal(a->rater, b->rater);
    assert_int_equal(a->current, b->current);
    assert_int_equal(a->root_entry, b->root_entry);
    assert_int_equal(a->root_idx, b->root_idx);
    assert_same_text(a->scores, a->scores_n, b->scores, b->scores_n);
    assert_same_text(a->note, a->note_n, b->note, b->note_n);
    assert_same_text(a->reason, a->reason_n, b->reason, b->reason_n);
}

static bip__assessment_row assessment(int32_t person, bip_date day, int64_t entry, int32_t idx, const char *scores)
{
    return (bip__assessment_row){.person = person,
                                 .day = day,
                                 .entry = entry,
                                 .idx = idx,
                                 .instrument = 1,
                                 .respondent = 2, /* "participant": the words were added in that order */
                                 .current = 1,
                                 .root_entry = entry,
                                 .root_idx = idx,
                                 .scores = scores,
                                 .scores_n = scores ? strlen(scores) : 0};
}

static void put(fixture *f, bip__assessment_row row)
{
    assert_ok(f->api->assessments_put(f->s, &row, 1, &err));
}

static size_t count_assessments(fixture *f, int32_t person, bool revisions)
{
    bip__rows *rows;
    bip__assessment_row row;
    bip_status st;
    size_t n = 0;

    assert_ok(f->api->assessments(f->s, person, INT32_MIN, INT32_MAX, revisions, &rows, &err));
    while ((st = f->api->next_assessment(rows, &row, &err)) == BIP_OK)
        n++;
    assert_int_equal(st, BIP_DONE);
    f->api->close_rows(rows);
    return n;
}

static bip__entry_row entry(int64_t n, uint8_t id, int64_t logical_ms, int32_t actor)
{
    bip__entry_row row = {.n = n, .at_ms = logical_ms - 1, .logical_ms = logical_ms, .actor = actor};

    memset(row.id, id, sizeof row.id);
    memset(row.hash, id ^ 0xff, sizeof row.hash);
    return row;
}

/* ------------------------------------------------------------------------------------------- settings, words, people
 */

static void test_storage__keeps_settings(void **state)
{
    fixture *f = *state;
    char text[8] = "old";

    assert_ok(f->api->setting_get(f->s, "lang", text, sizeof text, &err));
    assert_string_equal(text, "");
    begin(f);
    assert_ok(f->api->setting_put(f->s, "lang", "en", &err));
    assert_ok(f->api->setting_put(f->s, "lang", "sv", &err));
    assert_ok(f->api->setting_put(f->s, "national_ids", "1", &err));
    commit(f);
    assert_ok(f->api->setting_get(f->s, "lang", text, sizeof text, &err));
    assert_string_equal(text, "sv");
    assert_status(f->api->setting_get(f->s, "lang", text, 2, &err), BIP_E_CORRUPT);
    assert_ok(f->api->setting_get(f->s, "lang", text, 3, &err));
}

static void test_storage__keeps_a_word_once_a_kind(void **state)
{
    fixture *f = *state;
    int32_t a, b, c, n;
    const char *text, *other;

    assert_status(f->api->word_find(f->s, BIP__WORD_RATER, "H07", &n, NULL), BIP_E_NOT_FOUND);
    begin(f);
    assert_ok(f->api->word_add(f->s, BIP__WORD_RATER, "H07", &a, &err));
    assert_ok(f->api->word_add(f->s, BIP__WORD_RATER, "h07", &b, &err));
    assert_ok(f->api->word_add(f->s, BIP__WORD_ACTOR, "H07", &c, &err));
    assert_true(a > 0 && b > 0 && c > 0 && a != b && b != c && a != c);
    assert_ok(f->api->word_add(f->s, BIP__WORD_RATER, "H07", &n, &err));
    assert_int_equal(n, a);
    commit(f);
    assert_ok(f->api->word_find(f->s, BIP__WORD_RATER, "h07", &n, &err));
    assert_int_equal(n, b);
    assert_ok(f->api->word_text(f->s, a, &text, &err));
    assert_ok(f->api->word_text(f->s, b, &other, &err));
    assert_string_equal(text, "H07"); /* lent as long as the store is open */
    assert_string_equal(other, "h07");
}

static void test_storage__lends_words_while_more_are_added(void **state)
{
    fixture *f = *state;
    int32_t first, n;
    const char *text, *again;
    char word[16];

    begin(f);
    assert_ok(f->api->word_add(f->s, BIP__WORD_RATER, "Åsa \"'\\ ;--", &first, &err));
    assert_ok(f->api->word_text(f->s, first, &text, &err));
    for (int i = 0; i < 500; i++) {
        snprintf(word, sizeof word, "w%d", i);
        assert_ok(f->api->word_add(f->s, BIP__WORD_RATER, word, &n, &err));
        assert_ok(f->api->word_text(f->s, n, &again, &err));
        assert_string_equal(again, word);
    }
    commit(f);
    assert_string_equal(text, "Åsa \"'\\ ;--");
    assert_ok(f->api->word_text(f->s, first, &again, &err));
    assert_ptr_equal(again, text);
}

static void test_storage__says_which_word_or_participant_is_missing(void **state)
{
    static const int32_t wild[] = {0, -1, 1000, INT32_MAX, INT32_MIN};
    fixture *f = *state;
    const char *text;

    for (size_t i = 0; i < sizeof wild / sizeof *wild; i++) {
        err.message[0] = '\0';
        assert_status(f->api->word_text(f->s, wild[i], &text, &err), BIP_E_CORRUPT);
        assert_non_null(strstr(err.message, "missing"));
        assert_null(text);
        assert_status(f->api->person_get(f->s, wild[i], &text, &err), BIP_E_CORRUPT);
        assert_null(text);
    }
}

static void test_storage__orders_participants_by_the_bytes_of_their_code(void **state)
{
    static const char *const added[] = {"b", "Å1", "a b", "Z", "a", "Ä1", "a'b"};
    static const char *const sorted[] = {"Z", "a", "a b", "a'b", "b", "Ä1", "Å1"};
    fixture *f = *state;
    bip__rows *rows;
    bip__person_row row;
    int32_t n;

    begin(f);
    for (size_t i = 0; i < 7; i++)
        add_person(f, added[i]);
    commit(f);
    assert_ok(f->api->persons(f->s, &rows, &err));
    for (size_t i = 0; i < 7; i++) {
        assert_ok(f->api->next_person(rows, &row, &err));
        assert_string_equal(row.code, sorted[i]);
        assert_ok(f->api->person_find(f->s, sorted[i], &n, &err));
        assert_int_equal(n, row.n);
    }
    assert_status(f->api->next_person(rows, &row, &err), BIP_DONE);
    assert_status(f->api->next_person(rows, &row, &err), BIP_DONE); /* and stays at the end */
    f->api->close_rows(rows);
    assert_status(f->api->person_find(f->s, "A", &n, NULL), BIP_E_NOT_FOUND);
}

static void test_storage__refuses_a_participant_code_twice(void **state)
{
    fixture *f = *state;
    const char *code;
    int32_t n, first;

    begin(f);
    first = add_person(f, "P-001");
    assert_status(f->api->persons_add(f->s, &(const char *){"P-001"}, 1, &n, &err), BIP_E_CONFLICT);
    add_person(f, "P-002"); /* the change goes on */
    commit(f);
    assert_ok(f->api->person_get(f->s, first, &code, &err));
    assert_string_equal(code, "P-001");
}

static void test_storage__keeps_identities_by_number_hash_and_person(void **state)
{
    fixture *f = *state;
    bip__identity_row in[3] = {{.uuid = {1}, .hash = {11}}, {.uuid = {2}, .hash = {12}}, {.uuid = {3}, .hash = {13}}};
    bip__identity_row out;
    bip__rows *rows;
    int32_t n[3];

    begin(f);
    in[0].person = in[2].person = add_person(f, "P-001");
    in[1].person = add_person(f, "P-002");
    for (int i = 0; i < 3; i++)
        assert_ok(f->api->identities_add(f->s, &in[i], 1, &n[i], &err));
    assert_status(f->api->identities_add(f->s, &in[0], 1, &n[0], &err), BIP_E_CONFLICT);
    commit(f);
    assert_ok(f->api->identity_find(f->s, in[1].hash, &out, &err));
    assert_int_equal(out.n, n[1]);
    assert_int_equal(out.person, in[1].person);
    assert_false(out.erased);
    assert_int_equal(out.erased_by, 0);
    assert_memory_equal(out.uuid, in[1].uuid, sizeof out.uuid);
    assert_ok(f->api->identity_get(f->s, n[2], &out, &err));
    assert_memory_equal(out.hash, in[2].hash, sizeof out.hash);
    assert_ok(f->api->identities(f->s, in[0].person, &rows, &err));
    assert_ok(f->api->next_identity(rows, &out, &err));
    assert_int_equal(out.n, n[0]);
    assert_ok(f->api->next_identity(rows, &out, &err));
    assert_int_equal(out.n, n[2]);
    assert_status(f->api->next_identity(rows, &out, &err), BIP_DONE);
    f->api->close_rows(rows);
    assert_ok(f->api->identities(f->s, 0, &rows, &err));
    for (int i = 0; i < 3; i++) {
        assert_ok(f->api->next_identity(rows, &out, &err));
        assert_int_equal(out.n, n[i]);
    }
    f->api->close_rows(rows);
    memset(out.hash, 99, sizeof out.hash);
    assert_status(f->api->identity_find(f->s, out.hash, &out, NULL), BIP_E_NOT_FOUND);
    assert_status(f->api->identity_get(f->s, 99, &out, NULL), BIP_E_NOT_FOUND);
}

static void test_storage__keeps_no_uuid_and_no_person_of_an_erased_identity(void **state)
{
    static const uint8_t none[BIP__UUID_SIZE];
    fixture *f = *state;
    bip__identity_row in = {.erased = true, .uuid = {7}, .hash = {8}, .erased_by = 5}, out;
    int32_t n;

    begin(f);
    in.person = add_person(f, "P-001");
    assert_ok(f->api->identities_add(f->s, &in, 1, &n, &err));
    commit(f);
    assert_ok(f->api->identity_get(f->s, n, &out, &err));
    assert_true(out.erased);
    assert_int_equal(out.person, 0);
    assert_int_equal(out.erased_by, 5);
    assert_memory_equal(out.uuid, none, sizeof none);
}

/* A person with two identities; in entry 1 the first has the facts 0 and 1, the second those from 2 on. */
static int32_t add_two_faced(fixture *f, int32_t identities[2], int32_t *rater)
{
    bip__identity_row row = {.uuid = {1}, .hash = {1}};
    const int32_t person = row.person = add_person(f, "P-001");

    assert_ok(f->api->identities_add(f->s, &row, 1, &identities[0], &err));
    row.uuid[0] = row.hash[0] = 2;
    assert_ok(f->api->identities_add(f->s, &row, 1, &identities[1], &err));
    assert_ok(f->api->leaves_put(f->s, &(bip__leaf_row){.entry = 1, .pos = 0, .identity = identities[0]}, 1, &err));
    assert_ok(f->api->leaves_put(f->s, &(bip__leaf_row){.entry = 1, .pos = 2, .identity = identities[1]}, 1, &err));
    assert_ok(f->api->word_add(f->s, BIP__WORD_RESPONDENT, "participant", &f->respondent, &err));
    assert_ok(f->api->word_add(f->s, BIP__WORD_RATER, "H07", rater, &err));
    for (int32_t i = 0; i < 4; i++) {
        const bip__assessment_row a = {.person = person,
                                       .day = 20000 + i,
                                       .entry = 1,
                                       .idx = i,
                                       .instrument = 1,
                                       .respondent = f->respondent,
                                       .rater = i < 2 ? *rater : 0,
                                       .current = 1,
                                       .root_entry = 1,
                                       .root_idx = i,
                                       .scores = "[1]",
                                       .scores_n = 3};
        assert_ok(f->api->assessments_put(f->s, &a, 1, &err));
    }
    return person;
}

static void test_storage__erases_what_stands_under_an_identity(void **state)
{
    fixture *f = *state;
    int32_t identities[2], rater = 0, other;
    const char *code, *word;
    bip__identity_row row;
    char traces[16];

    begin(f);
    const int32_t person = add_two_faced(f, identities, &rater);
    commit(f);
    begin(f);
    assert_ok(f->api->identity_erase(f->s, identities[0], 7, &err));
    commit(f);
    assert_int_equal(count_assessments(f, person, true), 2);
    assert_ok(f->api->identity_get(f->s, identities[0], &row, &err));
    assert_true(row.erased && row.person == 0 && row.erased_by == 7 && row.hash[0] == 1 && row.uuid[0] == 0);
    assert_ok(f->api->person_find(f->s, "P-001", &other, &err));
    assert_status(f->api->word_find(f->s, BIP__WORD_RATER, "H07", &other, &err), BIP_E_NOT_FOUND);
    begin(f);
    assert_ok(f->api->identity_erase(f->s, identities[1], 8, &err));
    commit(f);
    assert_int_equal(count_assessments(f, person, true), 0);
    assert_status(f->api->person_find(f->s, "P-001", &other, &err), BIP_E_NOT_FOUND);
    assert_status(f->api->person_get(f->s, person, &code, &err), BIP_E_CORRUPT);
    assert_ok(f->api->scrub(f->s, -1, &err));
    assert_ok(f->api->setting_get(f->s, "traces", traces, sizeof traces, &err));
    assert_string_equal(traces, "");
    assert_ok(f->api->word_text(f->s, f->respondent, &word, &err));
    assert_string_equal(word, "participant");
}

static void test_storage__keeps_a_rater_that_is_named_again_after_an_erasing(void **state)
{
    fixture *f = *state;
    int32_t identities[2], rater = 0, found = 0;

    begin(f);
    const int32_t person = add_two_faced(f, identities, &rater);
    commit(f);
    begin(f);
    assert_ok(f->api->identity_erase(f->s, identities[0], 7, &err));
    const bip__assessment_row again = {.person = person,
                                       .day = 20010,
                                       .entry = 1,
                                       .idx = 4,
                                       .instrument = 1,
                                       .respondent = f->respondent,
                                       .rater = rater,
                                       .current = 1,
                                       .scores = "[1]",
                                       .scores_n = 3};
    assert_ok(f->api->assessments_put(f->s, &again, 1, &err));
    commit(f);
    assert_ok(f->api->word_find(f->s, BIP__WORD_RATER, "H07", &found, &err));
    assert_int_equal(found, rater);
    begin(f);
    assert_ok(f->api->identity_erase(f->s, identities[1], 8, &err));
    commit(f);
    assert_status(f->api->word_find(f->s, BIP__WORD_RATER, "H07", &found, &err), BIP_E_NOT_FOUND);
}

static void test_storage__rolls_an_erasing_back(void **state)
{
    fixture *f = *state;
    int32_t identities[2], rater = 0, other;
    bip__identity_row row;

    begin(f);
    const int32_t person = add_two_faced(f, identities, &rater);
    commit(f);
    begin(f);
    assert_ok(f->api->set_current(f->s, person, 20003, 1, 3, 0, &err));
    assert_ok(f->api->identity_erase(f->s, identities[0], 7, &err));
    assert_ok(f->api->set_current(f->s, person, 20002, 1, 2, 0, &err));
    assert_ok(f->api->identity_erase(f->s, identities[1], 7, &err));
    assert_int_equal(count_assessments(f, person, true), 0);
    f->api->rollback(f->s);
    assert_int_equal(count_assessments(f, person, true), 4);
    assert_ok(f->api->person_find(f->s, "P-001", &other, &err));
    assert_ok(f->api->identity_get(f->s, identities[1], &row, &err));
    assert_true(!row.erased && row.person == person && row.uuid[0] == 2);
    assert_ok(f->api->word_find(f->s, BIP__WORD_RATER, "H07", &other, &err));
    assert_int_equal(other, rater);
    bip__rows *rows;
    bip__assessment_row a;
    assert_ok(f->api->assessments(f->s, person, 20002, 20003, false, &rows, &err)); /* both are current again */
    assert_ok(f->api->next_assessment(rows, &a, &err));
    assert_ok(f->api->next_assessment(rows, &a, &err));
    f->api->close_rows(rows);
}

/* ------------------------------------------------------------------------------------------------------ instruments */

static void test_storage__lists_instruments_in_the_order_of_adding(void **state)
{
    fixture *f = *state;
    const bip__instrument_row in[] = {
        {.code = "z", .version = "2", .json = "{\"a\":\"å'\"}tail", .json_n = 11},
        {.code = "a", .version = "1", .json = "{}", .json_n = 2, .entry = 4, .idx = 3, .reason = "why\nnot"},
        {.code = "z", .version = "1", .json = "{}", .json_n = 2, .entry = 4, .idx = 0},
    };
    bip__instrument_row out;
    bip__rows *rows;
    int32_t n[3];

    begin(f);
    for (int i = 0; i < 3; i++)
        assert_ok(f->api->instrument_add(f->s, &in[i], NULL, 0, &n[i], &err));
    assert_true(n[0] == 1 && n[1] > n[0] && n[2] > n[1]);
    assert_status(f->api->instrument_add(f->s, &in[1], NULL, 0, &n[1], &err), BIP_E_CONFLICT);
    commit(f);
    assert_ok(f->api->instruments(f->s, &rows, &err));
    for (int i = 0; i < 3; i++) {
        assert_ok(f->api->next_instrument(rows, &out, &err));
        assert_string_equal(out.code, in[i].code);
        assert_string_equal(out.version, in[i].version);
        assert_int_equal(out.json_n, in[i].json_n);
        assert_memory_equal(out.json, in[i].json, out.json_n);
        assert_int_equal(out.entry, in[i].entry);
        assert_int_equal(out.idx, in[i].idx);
        if (in[i].reason)
            assert_string_equal(out.reason, in[i].reason);
        else
            assert_null(out.reason);
    }
    assert_status(f->api->next_instrument(rows, &out, &err), BIP_DONE);
    f->api->close_rows(rows);
}

static void test_storage__lists_items_by_respondent_then_position(void **state)
{
    fixture *f = *state;
    const bip__item_row in[] = {{"participant", "b", 1}, {"coach", "c", 0}, {"participant", "a", 0}, {"coach", "a", 1}};
    const bip__instrument_row a = {.code = "a", .version = "1", .json = "{}", .json_n = 2};
    const bip__instrument_row b = {.code = "b", .version = "1", .json = "{}", .json_n = 2};
    static const int order[] = {1, 3, 2, 0};
    bip__item_row out;
    bip__rows *rows;
    int32_t n, other;

    begin(f);
    assert_ok(f->api->instrument_add(f->s, &a, in, 4, &n, &err));
    assert_ok(f->api->instrument_add(f->s, &b, in, 1, &other, &err));
    commit(f);
    assert_ok(f->api->items(f->s, n, &rows, &err));
    for (int i = 0; i < 4; i++) {
        assert_ok(f->api->next_item(rows, &out, &err));
        assert_string_equal(out.respondent, in[order[i]].respondent);
        assert_string_equal(out.indicator, in[order[i]].indicator);
        assert_int_equal(out.position, in[order[i]].position);
    }
    assert_status(f->api->next_item(rows, &out, &err), BIP_DONE);
    f->api->close_rows(rows);
    assert_ok(f->api->word_find(f->s, BIP__WORD_RESPONDENT, "coach", &n, &err)); /* what assessments name it by */
}

/* ------------------------------------------------------------------------------------------------------------- facts
 */

static void test_storage__orders_assessments_by_day_entry_and_index(void **state)
{
    fixture *f = *state;
    bip__assessment_row in[6], out;
    bip__rows *rows;
    int32_t p, q;

    begin(f);
    p = add_person(f, "P-001");
    q = add_person(f, "P-002");
    in[0] = assessment(p, 20001, 3, 0, "[6]");
    in[1] = assessment(p, 20000, 2, 10, "[3]");
    in[2] = assessment(p, 20000, 2, 9, "[2]");
    in[3] = assessment(p, -5, 9, 0, "[1]"); /* before 1970 */
    in[4] = assessment(q, 20000, 2, 11, "[9]");
    in[5] = assessment(p, 20000, 10, 0, "[4]");
    assert_ok(f->api->assessments_put(f->s, in, 6, &err));
    assert_ok(f->api->assessments_put(f->s, in, 0, &err));
    commit(f);
    assert_ok(f->api->assessments(f->s, p, INT32_MIN, INT32_MAX, false, &rows, &err));
    for (const char *scores = "12346"; *scores; scores++) {
        assert_ok(f->api->next_assessment(rows, &out, &err));
        assert_int_equal(out.person, p);
        assert_int_equal(out.scores_n, 3);
        assert_int_equal(out.scores[1], *scores);
    }
    assert_status(f->api->next_assessment(rows, &out, &err), BIP_DONE);
    f->api->close_rows(rows);
    assert_int_equal(count_assessments(f, q, false), 1);
    assert_int_equal(count_assessments(f, q + 1, false), 0);
}

static void test_storage__reads_current_assessments_of_everyone_from_a_person_on(void **state)
{
    fixture *f = *state;
    bip__assessment_row in[6];
    bip__current out;
    bip__rows *rows;
    int32_t p, q;

    begin(f);
    p = add_person(f, "P-002");
    q = add_person(f, "P-001"); /* by number, not by code */
    in[0] = assessment(q, 20001, 3, 0, "[6]");
    in[0].root_entry = 2;
    in[0].root_idx = 7;
    in[0].note = "n";
    in[0].note_n = 1;
    in[1] = assessment(q, 20000, 2, 10, "[5]");
    in[2] = assessment(q, 20000, 2, 9, "[4]");
    in[3] = assessment(p, -5, 9, 0, "[1]");
    in[4] = assessment(p, 20000, 2, 11, NULL); /* withdrawn */
    in[5] = assessment(p, 20001, 2, 12, "[9]");
    in[5].current = 0;
    assert_ok(f->api->assessments_put(f->s, in, 6, &err));
    commit(f);
    assert_ok(f->api->current_from(f->s, p, false, &rows, &err));
    assert_ok(f->api->next_current(rows, &out, &err));
    assert_int_equal(out.person, p);
    assert_int_equal(out.n, 1);
    assert_same(&out.rows[0], &in[3]);
    for (int again = 0; again < 2; again++) { /* then from the second one on */
        assert_ok(f->api->next_current(rows, &out, &err));
        assert_int_equal(out.person, q);
        assert_int_equal(out.n, 3);
        for (size_t i = 0; i < 3; i++)
            assert_same(&out.rows[i], &in[2 - i]);
        assert_status(f->api->next_current(rows, &out, &err), BIP_DONE);
        assert_status(f->api->next_current(rows, &out, &err), BIP_DONE);
        f->api->close_rows(rows);
        assert_ok(f->api->current_from(f->s, q, false, &rows, &err));
    }
    f->api->close_rows(rows);
    assert_ok(f->api->current_from(f->s, q + 1, false, &rows, &err));
    assert_status(f->api->next_current(rows, &out, &err), BIP_DONE);
    f->api->close_rows(rows);
}

/* Two readings at once each gather their own. */
static void test_storage__reads_current_ones_twice_at_once(void **state)
{
    fixture *f = *state;
    bip__rows *rows[2];
    bip__current out[2];

    begin(f);
    const int32_t p = add_person(f, "P-001"), q = add_person(f, "P-002");
    put(f, assessment(p, 20000, 2, 1, "[1]"));
    put(f, assessment(q, 20000, 2, 2, "[2]"));
    commit(f);
    for (size_t i = 0; i < 2; i++)
        assert_ok(f->api->current_from(f->s, p, i == 1, &rows[i], &err));
    for (size_t i = 0; i < 2; i++)
        assert_ok(f->api->next_current(rows[i], &out[i], &err));
    for (size_t i = 0; i < 2; i++)
        assert_string_equal(out[i].rows[0].scores, "[1]");
    for (size_t i = 0; i < 2; i++) {
        assert_ok(f->api->next_current(rows[i], &out[i], &err));
        assert_int_equal(out[i].person, q);
        assert_string_equal(out[i].rows[0].scores, "[2]");
        f->api->close_rows(rows[i]);
    }
}

static void test_storage__reads_the_days_asked_for_ends_included(void **state)
{
    static const struct {
        bip_date from, until;
        size_t n;
    } cases[] = {{0, 99, 0},    {0, 100, 1},   {100, 100, 1}, {101, 199, 0}, {101, 200, 1},
                 {100, 300, 3}, {200, 300, 2}, {301, 400, 0}, {300, 100, 0}};
    fixture *f = *state;
    bip__rows *rows;
    bip__assessment_row out;
    int32_t p;

    begin(f);
    p = add_person(f, "P-001");
    for (int i = 1; i <= 3; i++)
        put(f, assessment(p, 100 * i, 1, i, "[1]"));
    commit(f);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t n = 0;
        assert_ok(f->api->assessments(f->s, p, cases[i].from, cases[i].until, false, &rows, &err));
        while (f->api->next_assessment(rows, &out, &err) == BIP_OK)
            n++;
        f->api->close_rows(rows);
        assert_int_equal(n, cases[i].n);
    }
}

static void test_storage__reads_the_scores_that_series_are_made_of(void **state)
{
    fixture *f = *state;
    bip__assessment_row in[6];
    bip__current out;
    bip__rows *rows;

    begin(f);
    const int32_t p = add_person(f, "P-001"), q = add_person(f, "P-002");
    in[0] = assessment(q, 19999, 2, 11, "[3]");
    in[1] = assessment(p, 20001, 3, 0, "[2]");
    in[2] = assessment(p, 20000, 2, 10, "[1]");
    in[3] = assessment(p, 20000, 2, 9, NULL); /* withdrawn */
    in[4] = assessment(p, 20000, 2, 8, "[9]");
    in[4].current = 0;
    in[5] = assessment(p - 1, 20000, 2, 7, "[9]"); /* before the one asked for */
    assert_ok(f->api->assessments_put(f->s, in, 6, &err));
    commit(f);
    assert_ok(f->api->current_from(f->s, p, true, &rows, &err));
    for (size_t n = 2; n > 0; n--) { /* p has two, q one */
        assert_ok(f->api->next_current(rows, &out, &err));
        assert_int_equal(out.n, n);
        for (size_t i = 0; i < n; i++) {
            const bip__assessment_row *want = &in[n == 1 ? 0 : 2 - i];
            const bip__assessment_row told = {.person = want->person,
                                              .day = want->day,
                                              .instrument = want->instrument,
                                              .respondent = want->respondent,
                                              .rater = want->rater,
                                              .scores = want->scores,
                                              .scores_n = want->scores_n};
            assert_same(&out.rows[i], &told);
        }
    }
    assert_status(f->api->next_current(rows, &out, &err), BIP_DONE);
    f->api->close_rows(rows);
}

static void test_storage__gives_back_every_column_of_an_assessment(void **state)
{
    fixture *f = *state;
    bip__assessment_row in = assessment(0, 20000, ((int64_t)1 << 40) + 1, 7, "[1.5,\"declined\",null]"), out;
    bip__rows *rows;

    begin(f);
    in.person = add_person(f, "P-001");
    in.instrument = 3;
    in.respondent = 4;
    in.rater = 5;
    in.root_entry = (int64_t)1 << 40;
    in.root_idx = 6;
    in.note = "Å \"quoted\"; '--\nline\0after";
    in.note_n = sizeof "Å \"quoted\"; '--\nline\0after" - 1;
    in.reason = "";
    put(f, in);
    commit(f);
    assert_ok(f->api->assessments(f->s, in.person, 0, INT32_MAX, true, &rows, &err));
    assert_ok(f->api->next_assessment(rows, &out, &err));
    assert_true(out.person == in.person && out.day == in.day && out.entry == in.entry && out.idx == in.idx);
    assert_true(out.instrument == 3 && out.respondent == 4 && out.rater == 5 && out.current == 1);
    assert_true(out.root_entry == in.root_entry && out.root_idx == in.root_idx);
    assert_int_equal(out.scores_n, in.scores_n);
    assert_memory_equal(out.scores, in.scores, in.scores_n);
    assert_int_equal(out.note_n, in.note_n);
    assert_memory_equal(out.note, in.note, in.note_n);
    assert_non_null(out.reason); /* empty is not none */
    assert_int_equal(out.reason_n, 0);
    f->api->close_rows(rows);
}

static void test_storage__gives_null_for_what_an_assessment_lacks(void **state)
{
    fixture *f = *state;
    bip__assessment_row out;
    bip__rows *rows;
    int32_t p;

    begin(f);
    p = add_person(f, "P-001");
    put(f, assessment(p, 20000, 1, 2, NULL));
    commit(f);
    assert_ok(f->api->assessments(f->s, p, 0, INT32_MAX, true, &rows, &err));
    assert_ok(f->api->next_assessment(rows, &out, &err));
    assert_null(out.scores);
    assert_null(out.note);
    assert_null(out.reason);
    assert_int_equal(out.rater, 0);
    assert_int_equal(out.scores_n + out.note_n + out.reason_n, 0);
    assert_true(out.root_entry == 1 && out.root_idx == 2); /* the first revision names itself */
    f->api->close_rows(rows);
}

static void test_storage__tells_current_revisions_from_all(void **state)
{
    fixture *f = *state;
    bip__assessment_row old, other;
    int32_t p;

    begin(f);
    p = add_person(f, "P-001");
    old = assessment(p, 20000, 1, 0, "[1]");
    other = assessment(p, 20000, 1, 1, "[2]");
    put(f, old);
    put(f, other);
    assert_int_equal(count_assessments(f, p, false), 2);
    assert_ok(f->api->set_current(f->s, p, 20000, 1, 0, 0, &err));
    assert_int_equal(count_assessments(f, p, false), 1);
    assert_int_equal(count_assessments(f, p, true), 2);
    assert_ok(f->api->set_current(f->s, p, 20000, 1, 0, 1, &err));
    assert_int_equal(count_assessments(f, p, false), 2);
    assert_status(f->api->set_current(f->s, p, 20000, 1, 2, 0, NULL), BIP_E_NOT_FOUND);
    assert_status(f->api->set_current(f->s, p, 20001, 1, 0, 0, NULL), BIP_E_NOT_FOUND);
    assert_status(f->api->assessments_put(f->s, &old, 1, &err), BIP_E_CONFLICT);
    commit(f);
}

static void test_storage__orders_facts_by_kind_entry_and_index(void **state)
{
    fixture *f = *state;
    static const char *const bodies[] = {"d", "b", "c", "a", "e"};
    bip__fact_row in = {.current = 1, .body_n = 1}, out;
    bip__rows *rows;

    begin(f);
    in.person = add_person(f, "P-001");
    for (int i = 0; i < 5; i++) {
        in.kind = i == 3 ? BIP__FACT_PARTICIPANT : BIP__FACT_ATTRIBUTE;
        in.entry = i == 1 || i == 2 ? 1 : i == 3 ? 9 : 2;
        in.idx = i == 2 ? 11 : i == 4 ? 12 : 3;
        in.root_entry = i == 2 ? 1 : in.entry;
        in.root_idx = i == 2 ? 3 : in.idx;
        in.day = i == 3 ? 20000 : BIP_NO_DATE;
        in.day_to = i == 3 ? -1 : BIP_NO_DATE;
        in.body = bodies[i];
        assert_ok(f->api->facts_put(f->s, &in, 1, &err));
    }
    assert_status(f->api->facts_put(f->s, &in, 1, &err), BIP_E_CONFLICT);
    commit(f);
    assert_ok(f->api->facts(f->s, in.person, 0, &rows, &err));
    for (const char *body = "abcde"; *body; body++) {
        assert_ok(f->api->next_fact(rows, &out, &err));
        assert_int_equal(out.body_n, 1);
        assert_int_equal(out.body[0], *body);
        assert_int_equal(out.current, 1);
        assert_int_equal(out.day, *body == 'a' ? 20000 : BIP_NO_DATE);
        assert_int_equal(out.day_to, *body == 'a' ? -1 : BIP_NO_DATE);
        assert_int_equal(out.root_idx, *body == 'c' ? 3 : out.idx);
    }
    assert_status(f->api->next_fact(rows, &out, &err), BIP_DONE);
    f->api->close_rows(rows);
    assert_ok(f->api->facts(f->s, in.person, BIP__FACT_PARTICIPANT, &rows, &err));
    assert_ok(f->api->next_fact(rows, &out, &err));
    assert_int_equal(out.kind, BIP__FACT_PARTICIPANT);
    assert_status(f->api->next_fact(rows, &out, &err), BIP_DONE);
    f->api->close_rows(rows);
}

/* ------------------------------------------------------------------------------------------------------ audit trail */

static void put_entry(fixture *f, bip__entry_row row, int64_t parent, int64_t other)
{
    const int64_t parents[] = {parent, other};

    assert_ok(f->api->entry_put(f->s, &row, NULL, parents, other ? 2 : parent ? 1 : 0, &err));
}

static void assert_entries(fixture *f, bip__rows *rows, const char *numbers)
{
    bip__entry_row row;

    for (; *numbers; numbers++) {
        assert_ok(f->api->next_entry(rows, &row, &err));
        assert_int_equal(row.n, *numbers - '0');
    }
    assert_status(f->api->next_entry(rows, &row, &err), BIP_DONE);
    f->api->close_rows(rows);
}

/* In whatever order. */
static void assert_heads(fixture *f, const char *numbers)
{
    bip__rows *rows;
    bip__entry_row row;
    size_t n = 0;

    assert_ok(f->api->heads(f->s, &rows, &err));
    for (; f->api->next_entry(rows, &row, &err) == BIP_OK; n++)
        assert_non_null(strchr(numbers, (int)('0' + row.n)));
    assert_int_equal(n, strlen(numbers));
    f->api->close_rows(rows);
}

static void test_storage__numbers_entries_and_finds_them(void **state)
{
    fixture *f = *state;
    bip__entry_row in, out;
    int64_t n;

    assert_status(f->api->entry_get(f->s, 1, &out, NULL), BIP_E_NOT_FOUND);
    begin(f);
    assert_ok(f->api->entry_reserve(f->s, &n, &err));
    assert_true(n > 0);
    in = entry(n, 0x42, 1764000000123, f->actor);
    in.at_ms = -1;
    put_entry(f, in, 0, 0);
    assert_ok(f->api->entry_reserve(f->s, &n, &err));
    assert_true(n > in.n);
    commit(f);
    assert_ok(f->api->entry_get(f->s, in.n, &out, &err));
    assert_true(out.n == in.n && out.at_ms == -1 && out.logical_ms == in.logical_ms && out.actor == in.actor);
    assert_memory_equal(out.id, in.id, sizeof in.id);
    assert_memory_equal(out.hash, in.hash, sizeof in.hash);
    assert_ok(f->api->entry_find(f->s, in.id, &out, &err));
    assert_int_equal(out.n, in.n);
    in.id[15] ^= 1;
    assert_status(f->api->entry_find(f->s, in.id, &out, NULL), BIP_E_NOT_FOUND);
    assert_status(f->api->entry_get(f->s, n, &out, NULL), BIP_E_NOT_FOUND);
}

/* An id may begin with the number of its entry, as where it was made, or with another, as where it was merged. */
static void test_storage__finds_entries_at_home_and_away(void **state)
{
    static const uint8_t begins[] = {1, 3, 2, 0x90};
    fixture *f = *state;
    bip__entry_row row, out;

    begin(f);
    for (int i = 0; i < 4; i++) {
        row = entry(i + 1, 0, 100, f->actor);
        row.id[3] = begins[i];
        put_entry(f, row, i, 0);
    }
    row.n = 5;
    row.id[3] = 1;
    assert_status(f->api->entry_put(f->s, &row, NULL, NULL, 0, &err), BIP_E_CONFLICT);
    row.id[3] = 0x90;
    assert_status(f->api->entry_put(f->s, &row, NULL, NULL, 0, &err), BIP_E_CONFLICT);
    commit(f);
    for (int i = 0; i < 4; i++) {
        row.id[3] = begins[i];
        assert_ok(f->api->entry_find(f->s, row.id, &out, &err));
        assert_int_equal(out.n, i + 1);
        row.id[4] = 1;
        assert_status(f->api->entry_find(f->s, row.id, &out, NULL), BIP_E_NOT_FOUND);
        row.id[4] = 0;
    }
    row.id[3] = 4; /* an entry has that number, and another id */
    assert_status(f->api->entry_find(f->s, row.id, &out, NULL), BIP_E_NOT_FOUND);
}

/* 1 forks into 2 and 3 and 4; 5 joins 3 and 2. Ids run against the numbers. */
static void test_storage__knows_parents_and_heads_of_a_graph(void **state)
{
    fixture *f = *state;
    bip__rows *rows;

    assert_heads(f, "");
    begin(f);
    put_entry(f, entry(1, 0x90, 100, f->actor), 0, 0);
    assert_heads(f, "1");
    put_entry(f, entry(2, 0x80, 300, f->actor), 1, 0);
    assert_heads(f, "2");
    put_entry(f, entry(3, 0x70, 300, f->actor), 1, 0);
    put_entry(f, entry(4, 0x60, 200, f->actor), 1, 0);
    assert_heads(f, "432");
    put_entry(f, entry(5, 0x88, 301, f->actor), 3, 2);
    commit(f);
    assert_heads(f, "45");
    assert_ok(f->api->parents(f->s, 5, &rows, &err));
    assert_entries(f, rows, "32");
    assert_ok(f->api->parents(f->s, 1, &rows, &err));
    assert_entries(f, rows, "");
    assert_ok(f->api->entries(f->s, &rows, &err)); /* by (logical, id) */
    assert_entries(f, rows, "14325");
}

static void test_storage__refuses_an_entry_that_is_there_or_hangs_in_the_air(void **state)
{
    fixture *f = *state;
    bip__entry_row row;
    const int64_t nowhere = 77;

    begin(f);
    put_entry(f, entry(1, 0x90, 100, f->actor), 0, 0);
    row = entry(2, 0x90, 100, f->actor);
    assert_status(f->api->entry_put(f->s, &row, NULL, NULL, 0, &err), BIP_E_CONFLICT);
    row = entry(1, 0x91, 100, f->actor);
    assert_status(f->api->entry_put(f->s, &row, NULL, NULL, 0, &err), BIP_E_CONFLICT);
    row = entry(2, 0x91, 100, f->actor + 100);
    assert_status(f->api->entry_put(f->s, &row, NULL, NULL, 0, &err), BIP_E_CONFLICT);
    row = entry(3, 0x92, 100, f->actor);
    assert_status(f->api->entry_put(f->s, &row, NULL, &nowhere, 1, &err), BIP_E_CONFLICT);
    f->api->rollback(f->s);
    assert_heads(f, "");
}

static void test_storage__finds_the_leaf_over_a_fact(void **state)
{
    static const int32_t positions[] = {40, 0, 7};
    fixture *f = *state;
    bip__leaf_row in = {.entry = 2}, out;
    bip__rows *rows;

    begin(f);
    for (int i = 0; i < 3; i++) {
        in.pos = positions[i];
        in.hash[31] = (uint8_t)positions[i];
        assert_ok(f->api->leaves_put(f->s, &in, 1, &err));
    }
    assert_status(f->api->leaves_put(f->s, &in, 1, &err), BIP_E_CONFLICT);
    in.entry = 3;
    in.pos = 1;
    assert_ok(f->api->leaves_put(f->s, &in, 1, &err));
    commit(f);
    assert_ok(f->api->leaf_over(f->s, 2, 0, &out, &err));
    assert_int_equal(out.pos, 0);
    assert_ok(f->api->leaf_over(f->s, 2, 39, &out, &err));
    assert_int_equal(out.pos, 7);
    assert_int_equal(out.hash[31], 7);
    assert_int_equal(out.identity, 0);
    assert_ok(f->api->leaf_over(f->s, 2, INT32_MAX, &out, &err));
    assert_int_equal(out.pos, 40);
    assert_status(f->api->leaf_over(f->s, 3, 0, &out, NULL), BIP_E_NOT_FOUND);
    assert_status(f->api->leaf_over(f->s, 4, 0, &out, NULL), BIP_E_NOT_FOUND);
    assert_ok(f->api->leaves(f->s, 2, &rows, &err));
    for (int i = 0; i < 3; i++) {
        assert_ok(f->api->next_leaf(rows, &out, &err));
        assert_int_equal(out.pos, positions[(i + 1) % 3]);
    }
    assert_status(f->api->next_leaf(rows, &out, &err), BIP_DONE);
    f->api->close_rows(rows);
}

/* Another entry has one leaf only, and a third that was merged none of its own. */
static void test_storage__finds_the_leaf_that_came_with_its_entry(void **state)
{
    static const int32_t positions[] = {0, 7, 40};
    fixture *f = *state;
    bip__entry_row row;
    bip__leaf_row in = {.entry = 1}, out;
    bip__rows *rows;

    begin(f);
    for (int i = 0; i < 2; i++) {
        in.pos = positions[i];
        assert_ok(f->api->leaves_put(f->s, &in, 1, &err));
    }
    for (int i = 1; i < 3; i++) {
        row = entry(i, (uint8_t)i, 100, f->actor);
        in = (bip__leaf_row){.entry = i, .pos = i == 1 ? 40 : 0, .identity = i == 1 ? 0 : 9, .hash = {[31] = 40}};
        assert_ok(f->api->entry_put(f->s, &row, &in, NULL, 0, &err));
    }
    put_entry(f, entry(3, 3, 100, f->actor), 0, 0);
    commit(f);
    assert_ok(f->api->leaf_over(f->s, 1, 39, &out, &err));
    assert_int_equal(out.pos, 7);
    assert_ok(f->api->leaf_over(f->s, 1, 41, &out, &err));
    assert_true(out.entry == 1 && out.pos == 40 && out.identity == 0 && out.hash[31] == 40);
    assert_ok(f->api->leaf_over(f->s, 2, 3, &out, &err));
    assert_true(out.entry == 2 && out.pos == 0 && out.identity == 9);
    assert_status(f->api->leaf_over(f->s, 3, 3, &out, NULL), BIP_E_NOT_FOUND);
    assert_ok(f->api->leaves(f->s, 1, &rows, &err));
    for (int i = 0; i < 3; i++) {
        assert_ok(f->api->next_leaf(rows, &out, &err));
        assert_int_equal(out.pos, positions[i]);
    }
    assert_status(f->api->next_leaf(rows, &out, &err), BIP_DONE);
    f->api->close_rows(rows);
    assert_ok(f->api->leaves(f->s, 3, &rows, &err));
    assert_status(f->api->next_leaf(rows, &out, &err), BIP_DONE);
    f->api->close_rows(rows);
}

/* ----------------------------------------------------------------------------------------------------- transactions */

/* One of everything. */
static int32_t fill(fixture *f, const char *code)
{
    const bip__item_row item = {"coach", "a", 0};
    const bip__instrument_row instrument = {.code = "i", .version = code, .json = "{}", .json_n = 2};
    bip__identity_row identity = {.uuid = {1}, .hash = {2}};
    bip__fact_row fact = {.kind = BIP__FACT_PARTICIPANT, .entry = 1, .root_entry = 1, .current = 1, .body = "{}"};
    bip__leaf_row leaf = {.entry = 1};
    int32_t person = add_person(f, code), n;

    fact.person = identity.person = person;
    fact.day = fact.day_to = BIP_NO_DATE;
    fact.body_n = 2;
    assert_ok(f->api->setting_put(f->s, "lang", code, &err));
    assert_ok(f->api->instrument_add(f->s, &instrument, &item, 1, &n, &err));
    assert_ok(f->api->identities_add(f->s, &identity, 1, &leaf.identity, &err));
    put(f, assessment(person, 20000, 1, 1, "[1]"));
    assert_ok(f->api->facts_put(f->s, &fact, 1, &err));
    put_entry(f, entry(1, 0x10, 10, f->actor), 0, 0);
    assert_ok(f->api->leaves_put(f->s, &leaf, 1, &err));
    return person;
}

static void test_storage__reads_what_the_open_transaction_has_written(void **state)
{
    fixture *f = *state;
    char lang[8];
    int32_t p, n;
    bip__leaf_row leaf;
    bip__entry_row e;

    begin(f);
    p = fill(f, "P-001");
    assert_ok(f->api->person_find(f->s, "P-001", &n, &err));
    assert_int_equal(n, p);
    assert_int_equal(count_assessments(f, p, false), 1);
    assert_ok(f->api->setting_get(f->s, "lang", lang, sizeof lang, &err));
    assert_string_equal(lang, "P-001");
    assert_ok(f->api->entry_get(f->s, 1, &e, &err));
    assert_ok(f->api->leaf_over(f->s, 1, 5, &leaf, &err));
    assert_heads(f, "1");
    commit(f);
    assert_int_equal(count_assessments(f, p, false), 1);
}

static void assert_nothing_held(fixture *f)
{
    const uint8_t hash[BIP_HASH_SIZE] = {2};
    bip__identity_row identity;
    bip__instrument_row instrument;
    bip__fact_row fact;
    bip__item_row item;
    bip__entry_row e;
    bip__leaf_row leaf;
    bip__rows *rows;
    char lang[8];
    int32_t n;

    assert_status(f->api->person_find(f->s, "P-001", &n, NULL), BIP_E_NOT_FOUND);
    assert_status(f->api->word_find(f->s, BIP__WORD_RESPONDENT, "coach", &n, NULL), BIP_E_NOT_FOUND);
    assert_status(f->api->identity_find(f->s, hash, &identity, NULL), BIP_E_NOT_FOUND);
    assert_status(f->api->entry_get(f->s, 1, &e, NULL), BIP_E_NOT_FOUND);
    assert_status(f->api->leaf_over(f->s, 1, 5, &leaf, NULL), BIP_E_NOT_FOUND);
    assert_int_equal(count_assessments(f, 1, true), 0);
    assert_heads(f, "");
    assert_ok(f->api->setting_get(f->s, "lang", lang, sizeof lang, &err));
    assert_string_equal(lang, "");
    assert_ok(f->api->instruments(f->s, &rows, &err));
    assert_status(f->api->next_instrument(rows, &instrument, &err), BIP_DONE);
    f->api->close_rows(rows);
    assert_ok(f->api->items(f->s, 1, &rows, &err));
    assert_status(f->api->next_item(rows, &item, &err), BIP_DONE);
    f->api->close_rows(rows);
    assert_ok(f->api->facts(f->s, 1, 0, &rows, &err));
    assert_status(f->api->next_fact(rows, &fact, &err), BIP_DONE);
    f->api->close_rows(rows);
}

static void test_storage__rolls_everything_back(void **state)
{
    fixture *f = *state;

    begin(f);
    fill(f, "P-001");
    f->api->rollback(f->s);
    assert_nothing_held(f);
    f->api->rollback(f->s); /* none is open: nothing happens */
    begin(f);
    fill(f, "P-001"); /* and the next transaction finds its numbers free */
    commit(f);
}

static void test_storage__rolls_back_what_was_changed_in_older_rows(void **state)
{
    fixture *f = *state;
    char lang[8];
    int32_t p;

    begin(f);
    p = fill(f, "P-001");
    commit(f);
    begin(f);
    assert_ok(f->api->set_current(f->s, p, 20000, 1, 1, 0, &err));
    assert_ok(f->api->set_current(f->s, p, 20000, 1, 1, 2, &err));
    assert_ok(f->api->set_current(f->s, p, 20000, 1, 1, 0, &err));
    assert_ok(f->api->setting_put(f->s, "lang", "da", &err));
    put_entry(f, entry(2, 0x20, 20, f->actor), 1, 0);
    assert_heads(f, "2");
    f->api->rollback(f->s);
    assert_int_equal(count_assessments(f, p, false), 1);
    assert_heads(f, "1");
    assert_ok(f->api->setting_get(f->s, "lang", lang, sizeof lang, &err));
    assert_string_equal(lang, "P-001");
}

static void test_storage__forgets_words_that_were_rolled_back(void **state)
{
    fixture *f = *state;
    const char *text;
    int32_t n, again;

    begin(f);
    commit(f);
    assert_ok(f->api->begin(f->s, &err));
    assert_ok(f->api->word_add(f->s, BIP__WORD_RATER, "first", &n, &err));
    assert_ok(f->api->word_text(f->s, n, &text, &err));
    f->api->rollback(f->s);
    assert_ok(f->api->begin(f->s, &err));
    assert_ok(f->api->word_add(f->s, BIP__WORD_RATER, "second", &again, &err));
    assert_int_equal(again, n);
    assert_ok(f->api->word_text(f->s, again, &text, &err));
    assert_string_equal(text, "second");
    commit(f);
}

static void test_storage__writes_in_a_transaction_only(void **state)
{
    fixture *f = *state;
    const bip__assessment_row row = assessment(1, 1, 1, 1, "[1]");
    const bip__fact_row fact = {.person = 1};
    const bip__leaf_row leaf = {.entry = 1};
    const bip__entry_row e = entry(1, 1, 1, 1);
    const bip__identity_row identity = {.n = 0};
    const bip__instrument_row instrument = {.code = "a", .version = "1", .json = "{}", .json_n = 2};
    int64_t n;
    int32_t i;

    assert_status(f->api->setting_put(f->s, "lang", "sv", &err), BIP_E_USAGE);
    assert_status(f->api->word_add(f->s, BIP__WORD_ACTOR, "anna", &i, &err), BIP_E_USAGE);
    assert_status(f->api->persons_add(f->s, &(const char *){"P-001"}, 1, &i, &err), BIP_E_USAGE);
    assert_status(f->api->identities_add(f->s, &identity, 1, &i, &err), BIP_E_USAGE);
    assert_status(f->api->instrument_add(f->s, &instrument, NULL, 0, &i, &err), BIP_E_USAGE);
    assert_status(f->api->assessments_put(f->s, &row, 1, &err), BIP_E_USAGE);
    assert_status(f->api->set_current(f->s, 1, 1, 1, 1, 0, &err), BIP_E_USAGE);
    assert_status(f->api->facts_put(f->s, &fact, 1, &err), BIP_E_USAGE);
    assert_status(f->api->entry_reserve(f->s, &n, &err), BIP_E_USAGE);
    assert_status(f->api->entry_put(f->s, &e, NULL, NULL, 0, &err), BIP_E_USAGE);
    assert_status(f->api->leaves_put(f->s, &leaf, 1, &err), BIP_E_USAGE);
    assert_status(f->api->commit(f->s, &err), BIP_E_USAGE);
    assert_nothing_held(f);
}

static void test_storage__begins_one_change_at_a_time_and_outside_readings(void **state)
{
    fixture *f = *state;
    bip__rows *rows;

    begin(f);
    assert_status(f->api->begin(f->s, &err), BIP_E_USAGE);
    commit(f);
    assert_ok(f->api->snapshot(f->s, &err));
    assert_ok(f->api->snapshot(f->s, &err));
    assert_status(f->api->begin(f->s, &err), BIP_E_USAGE);
    assert_non_null(strstr(err.message, "close cursors"));
    f->api->release(f->s);
    assert_status(f->api->begin(f->s, &err), BIP_E_USAGE);
    f->api->release(f->s);
    assert_ok(f->api->persons(f->s, &rows, &err));
    assert_status(f->api->begin(f->s, &err), BIP_E_USAGE);
    f->api->close_rows(rows);
    begin(f);
    assert_ok(f->api->snapshot(f->s, &err)); /* not needed here, and no harm */
    f->api->release(f->s);
    add_person(f, "P-001");
    commit(f);
    f->api->release(f->s); /* one too many: nothing happens */
}

static void test_storage__reads_several_things_at_once(void **state)
{
    fixture *f = *state;
    bip__rows *outer, *inner, *same;
    bip__person_row person, other;
    bip__assessment_row row;
    int n = 0;

    begin(f);
    for (int i = 0; i < 3; i++) {
        char code[8];
        int32_t p;
        snprintf(code, sizeof code, "P-%d", i);
        p = add_person(f, code);
        put(f, assessment(p, 20000, 1, 2 * i, "[1]"));
        put(f, assessment(p, 20000, 1, 2 * i + 1, "[1]"));
    }
    commit(f);
    assert_ok(f->api->persons(f->s, &outer, &err));
    while (f->api->next_person(outer, &person, &err) == BIP_OK) {
        char code[8];
        snprintf(code, sizeof code, "%s", person.code);
        assert_ok(f->api->persons(f->s, &same, &err)); /* the same reading again, from its beginning */
        assert_ok(f->api->next_person(same, &other, &err));
        assert_string_equal(other.code, "P-0");
        f->api->close_rows(same);
        assert_ok(f->api->assessments(f->s, person.n, 0, INT32_MAX, false, &inner, &err));
        while (f->api->next_assessment(inner, &row, &err) == BIP_OK) {
            assert_int_equal(row.person, person.n);
            n++;
        }
        f->api->close_rows(inner);
        assert_string_equal(person.code, code); /* lent until the next call on the same rows */
    }
    f->api->close_rows(outer);
    assert_int_equal(n, 6);
    f->api->close_rows(NULL);
}

static void test_storage__reads_ten_thousand_rows_back(void **state)
{
    enum { PEOPLE = 100, EACH = 100 };
    fixture *f = *state;
    bip__assessment_row *rows = calloc(EACH, sizeof *rows), row;
    char scores[EACH][16], code[8];
    bip__rows *reading;

    assert_non_null(rows);
    begin(f);
    for (int i = 0; i < PEOPLE; i++) {
        snprintf(code, sizeof code, "P%03d", i);
        int32_t p = add_person(f, code);
        for (int k = 0; k < EACH; k++) {
            snprintf(scores[k], sizeof scores[k], "[%d,%d]", i, k);
            rows[k] = assessment(p, 20000 + k, 1, EACH * i + k, scores[k]);
        }
        assert_ok(f->api->assessments_put(f->s, rows, EACH, &err));
    }
    commit(f);
    free(rows);
    for (int i = 0; i < PEOPLE; i++) {
        assert_ok(f->api->assessments(f->s, i + 1, 0, INT32_MAX, false, &reading, &err));
        for (int k = 0; k < EACH; k++) {
            char expected[16];
            snprintf(expected, sizeof expected, "[%d,%d]", i, k);
            assert_ok(f->api->next_assessment(reading, &row, &err));
            assert_int_equal(row.idx, EACH * i + k);
            assert_int_equal(row.scores_n, strlen(expected));
            assert_memory_equal(row.scores, expected, row.scores_n);
        }
        assert_status(f->api->next_assessment(reading, &row, &err), BIP_DONE);
        f->api->close_rows(reading);
    }
}

static void test_storage__takes_many_rows_of_every_kind_at_once(void **state)
{
    enum { MANY = 300 };
    fixture *f = *state;
    static char texts[MANY][8];
    static const char *codes[MANY];
    static bip__identity_row identities[MANY];
    static bip__fact_row facts[MANY];
    static bip__leaf_row leaves[MANY];
    bip__identity_row identity;
    bip__fact_row fact;
    bip__leaf_row leaf;
    bip__rows *rows;
    int32_t first, first_identity, n;

    begin(f);
    add_person(f, "P-000");
    for (int i = 0; i < MANY; i++) {
        snprintf(texts[i], sizeof texts[i], "P%03d", i);
        codes[i] = texts[i];
    }
    assert_ok(f->api->persons_add(f->s, codes, MANY, &first, &err));
    for (int i = 0; i < MANY; i++) {
        identities[i] = (bip__identity_row){.person = first + i, .uuid = {1, (uint8_t)i, (uint8_t)(i >> 8)}};
        memcpy(identities[i].hash, identities[i].uuid, sizeof identities[i].uuid);
        facts[i] = (bip__fact_row){.person = first + i, .kind = 1, .entry = 1, .idx = i, .body = texts[i], .body_n = 4};
        leaves[i] = (bip__leaf_row){.entry = 1, .pos = i, .hash = {(uint8_t)i}};
    }
    assert_ok(f->api->identities_add(f->s, identities, MANY, &first_identity, &err));
    for (int i = 0; i < MANY; i++)
        leaves[i].identity = first_identity + i;
    assert_ok(f->api->facts_put(f->s, facts, MANY, &err));
    assert_ok(f->api->leaves_put(f->s, leaves, MANY, &err));
    commit(f);
    for (int i = 0; i < MANY; i++) {
        assert_ok(f->api->person_find(f->s, texts[i], &n, &err));
        assert_int_equal(n, first + i); /* in the order given */
        assert_ok(f->api->identity_get(f->s, first_identity + i, &identity, &err));
        assert_int_equal(identity.person, n);
        assert_memory_equal(identity.uuid, identities[i].uuid, sizeof identity.uuid);
        assert_ok(f->api->leaf_over(f->s, 1, i, &leaf, &err));
        assert_int_equal(leaf.identity, first_identity + i);
        assert_ok(f->api->facts(f->s, n, 0, &rows, &err));
        assert_ok(f->api->next_fact(rows, &fact, &err));
        assert_memory_equal(fact.body, texts[i], 4);
        f->api->close_rows(rows);
    }
}

static void test_storage__stops_at_the_first_of_many_that_is_taken(void **state)
{
    fixture *f = *state;
    const char *codes[] = {"P-001", "P-002", "P-001", "P-003"};
    int32_t first, n;

    begin(f);
    assert_status(f->api->persons_add(f->s, codes, 4, &first, &err), BIP_E_CONFLICT);
    assert_ok(f->api->person_find(f->s, "P-002", &n, &err));
    assert_status(f->api->person_find(f->s, "P-003", &n, NULL), BIP_E_NOT_FOUND);
    add_person(f, "P-003"); /* the change goes on */
    commit(f);
}

/* Somebody may have made a table of that name in the file. */
static void test_storage__takes_rows_from_its_caller_only(void **state)
{
    fixture *f = *state;
    sqlite3 *db = ((bip__sqlite *)f->s)->db;
    int32_t p;

    assert_int_equal(sqlite3_exec(db, "CREATE TABLE main.assessment_in_hand(person)", NULL, NULL, NULL), SQLITE_OK);
    begin(f);
    p = add_person(f, "P-001");
    put(f, assessment(p, 20000, 1, 0, "[1]"));
    commit(f);
    assert_int_equal(count_assessments(f, p, true), 1);
}

/* That it moves with those of others is told by the snapshot that doesn't see them. */
static void test_storage__generation_stays_through_own_commits(void **state)
{
    fixture *f = *state;
    int64_t before, inside, after;

    assert_ok(f->api->generation(f->s, &before, &err));
    begin(f);
    assert_ok(f->api->generation(f->s, &inside, &err));
    assert_int_equal(before, inside);
    add_person(f, "P-001");
    commit(f);
    assert_ok(f->api->generation(f->s, &after, &err));
    assert_int_equal(before, after);
}

static int count_issue(void *ctx, const bip_issue *issue)
{
    assert_string_equal(issue->where, "file");
    assert_true(issue->message[0] != '\0');
    ++*(int *)ctx;
    return 0;
}

static void test_storage__finds_no_fault_in_what_it_wrote(void **state)
{
    fixture *f = *state;
    int64_t faults = -1;
    int issues = 0;

    begin(f);
    fill(f, "P-001");
    commit(f);
    assert_ok(f->api->check(f->s, count_issue, &issues, &faults, &err));
    assert_int_equal(faults, 0);
    assert_int_equal(issues, 0);
}

/* The same work with the nth allocation failing: the right status, nothing written, nothing leaked. */
static bip_status work(fixture *f)
{
    const bip__instrument_row instrument = {.code = "i", .version = "1", .json = "{}", .json_n = 2};
    const bip__item_row item = {"coach", "a", 0};
    bip__assessment_row row = assessment(1, 20000, 1, 1, "[1]");
    bip__person_row person;
    bip__rows *rows = NULL;
    const char *text;
    int32_t n;
    bip_status st;

    if ((st = f->api->begin(f->s, &err)) != BIP_OK)
        return st;
    if ((st = f->api->persons_add(f->s, &(const char *){"P-001"}, 1, &n, &err)) == BIP_OK &&
        (st = f->api->person_get(f->s, n, &text, &err)) == BIP_OK &&
        (st = f->api->instrument_add(f->s, &instrument, &item, 1, &n, &err)) == BIP_OK &&
        (st = f->api->word_find(f->s, BIP__WORD_RESPONDENT, "coach", &n, &err)) == BIP_OK &&
        (st = f->api->word_text(f->s, n, &text, &err)) == BIP_OK &&
        (st = f->api->assessments_put(f->s, &row, 1, &err)) == BIP_OK &&
        (st = f->api->persons(f->s, &rows, &err)) == BIP_OK)
        st = f->api->next_person(rows, &person, &err);
    f->api->close_rows(rows);
    if (st == BIP_OK)
        st = f->api->commit(f->s, &err);
    if (st != BIP_OK)
        f->api->rollback(f->s);
    return st;
}

static void test_storage__reports_every_failed_allocation(void **state)
{
    fixture *f = *state;
    bip_status st;
    int n = 0;

    do {
        bip__alloc_fail_at(n, true);
        st = work(f);
        bip__alloc_fail_at(-1, false);
        assert_true(st == BIP_OK || st == BIP_E_NOMEM);
        if (st != BIP_OK)
            assert_nothing_held(f);
    } while (st != BIP_OK && n++ < 1000);
    assert_in_range(n, 1, 999);
}

static void open_and_close(kind k, const char *path)
{
    bip__storage *s;
    bip_status st;
    long live = bip__alloc_live();
    int n = 0;

    do {
        bip__alloc_fail_at(n, true);
        st = open_kind(k, path, &s);
        bip__alloc_fail_at(-1, false);
        assert_true((st == BIP_OK && s) || (st == BIP_E_NOMEM && !s));
        if (s)
            s->api->close(s);
        assert_int_equal(bip__alloc_live(), live);
    } while (st != BIP_OK && n++ < 1000);
    assert_in_range(n, 1, 999);
}

static void test_storage__opens_whole_or_not_at_all_when_memory_runs_out(void **state)
{
    fixture *f = *state;
    char path[100];

    open_and_close(MEMORY, NULL);
    open_and_close(SQLITE_MEMORY, NULL);
    snprintf(path, sizeof path, "%s/b.bip", f->folder); /* a half-made one would be in its own way the next time */
    open_and_close(SQLITE_FILE, path);
}

/* ---------------------------------------------------------------------------------------------- two connections,
 * SQLite
 */

static bip__storage *second(fixture *f, bool writable)
{
    bip__storage *s;

    assert_ok(bip__sqlite_open(f->path, false, writable, WAIT_MS, &s, &err));
    return s;
}

static void test_storage__snapshot_does_not_see_later_commits(void **state)
{
    fixture *f = *state;
    bip__storage *reader = second(f, false);
    int64_t before, inside, after;
    int32_t n;

    assert_ok(reader->api->generation(reader, &before, &err));
    assert_ok(reader->api->snapshot(reader, &err));
    assert_ok(reader->api->snapshot(reader, &err));
    begin(f);
    add_person(f, "P-001");
    assert_status(reader->api->person_find(reader, "P-001", &n, NULL), BIP_E_NOT_FOUND);
    commit(f);
    assert_status(reader->api->person_find(reader, "P-001", &n, NULL), BIP_E_NOT_FOUND);
    assert_ok(reader->api->generation(reader, &inside, &err));
    assert_int_equal(before, inside);
    reader->api->release(reader);
    assert_status(reader->api->person_find(reader, "P-001", &n, NULL), BIP_E_NOT_FOUND);
    reader->api->release(reader);
    assert_ok(reader->api->person_find(reader, "P-001", &n, &err));
    assert_ok(reader->api->generation(reader, &after, &err));
    assert_int_not_equal(before, after);
    reader->api->close(reader);
}

static bip_status look_up(bip__storage *s, const char *code, int32_t *n)
{
    assert_ok(s->api->snapshot(s, &err));
    bip_status st = s->api->person_find(s, code, n, &err);
    s->api->release(s);
    return st;
}

/* The number of somebody erased is given to the next one who is registered. */
static void test_storage__finds_nobody_under_the_number_of_another(void **state)
{
    fixture *f = *state;
    bip__storage *reader = second(f, false);
    int32_t identities[2], rater, n;

    begin(f);
    const int32_t person = add_two_faced(f, identities, &rater);
    commit(f);
    assert_ok(look_up(reader, "P-001", &n));
    assert_ok(look_up(f->s, "P-001", &n));
    assert_int_equal(n, person);
    begin(f);
    for (size_t i = 0; i < 2; i++)
        assert_ok(f->api->identity_erase(f->s, identities[i], 7, &err));
    assert_int_equal(add_person(f, "P-002"), person);
    commit(f);
    assert_status(look_up(reader, "P-001", &n), BIP_E_NOT_FOUND);
    assert_status(look_up(f->s, "P-001", &n), BIP_E_NOT_FOUND);
    assert_ok(look_up(reader, "P-002", &n));
    assert_int_equal(n, person);
    reader->api->close(reader);
}

static void test_storage__waits_for_another_writer_only_so_long(void **state)
{
    fixture *f = *state;
    bip__storage *other = second(f, true);
    int32_t n;

    begin(f);
    assert_status(other->api->begin(other, &err), BIP_E_BUSY);
    assert_int_equal(err.detail & 0xff, SQLITE_BUSY);
    assert_in_range(((bip__sqlite *)other)->waited_ms, WAIT_MS, WAIT_MS + 10);
    assert_string_equal(err.where, f->path);
    assert_status(other->api->person_find(other, "P-001", &n, NULL), BIP_E_NOT_FOUND); /* readers needn't wait */
    commit(f);
    assert_ok(other->api->begin(other, &err));
    other->api->rollback(other);
    other->api->close(other);
}

static void test_storage__stops_waiting_when_interrupted(void **state)
{
    fixture *f = *state;

    assert_int_equal(bip__sqlite_wait(f->s, 0), 1);
    f->api->interrupt(f->s);
    assert_int_equal(bip__sqlite_wait(f->s, 1), 0);
    begin(f); /* only the call in progress was meant */
    assert_int_equal(bip__sqlite_wait(f->s, 0), 1);
    commit(f);
}

static void test_storage__refuses_a_change_on_a_store_opened_for_reading(void **state)
{
    fixture *f = *state;
    bip__storage *reader = second(f, false);

    assert_status(reader->api->begin(reader, &err), BIP_E_READ_ONLY);
    /* and below that guard SQLite refuses as well */
    assert_int_equal(sqlite3_exec(((bip__sqlite *)reader)->db, "DELETE FROM meta", NULL, NULL, NULL), SQLITE_READONLY);
    reader->api->close(reader);
}

static void test_storage__changes_nothing_on_a_full_disk(void **state)
{
    fixture *f = *state;
    sqlite3 *db = ((bip__sqlite *)f->s)->db;
    char *big = calloc(1, 100001);
    bip__assessment_row row;
    int32_t p, n;
    int64_t faults;

    assert_non_null(big);
    memset(big, 'x', 100000);
    begin(f);
    p = add_person(f, "P-001");
    commit(f);
    assert_int_equal(sqlite3_exec(db, "PRAGMA max_page_count = 30", NULL, NULL, NULL), SQLITE_OK);
    begin(f);
    add_person(f, "P-002");
    row = assessment(p, 20000, 1, 0, "[1]");
    row.note = big;
    row.note_n = 100000;
    assert_status(f->api->assessments_put(f->s, &row, 1, &err), BIP_E_FULL);
    assert_int_equal(err.detail, SQLITE_FULL);
    /* SQLite has rolled back already: what is written now must not be committed row by row */
    assert_status(f->api->persons_add(f->s, &(const char *){"P-003"}, 1, &n, &err), BIP_E_USAGE);
    assert_status(f->api->commit(f->s, &err), BIP_E_USAGE);
    assert_status(f->api->person_find(f->s, "P-002", &n, NULL), BIP_E_NOT_FOUND);
    assert_status(f->api->person_find(f->s, "P-003", &n, NULL), BIP_E_NOT_FOUND);
    assert_int_equal(count_assessments(f, p, true), 0);
    begin(f);
    add_person(f, "P-003"); /* what fits goes in again */
    commit(f);
    assert_ok(f->api->check(f->s, NULL, NULL, &faults, &err));
    assert_int_equal(faults, 0);
    free(big);
}

static void test_storage__refuses_a_text_longer_than_64_mebibytes(void **state)
{
    fixture *f = *state;
    bip__assessment_row row;
    char *big = malloc((64 << 20) + 1);
    int32_t p;

    assert_non_null(big);
    memset(big, 'x', (64 << 20) + 1);
    begin(f);
    p = add_person(f, "P-001");
    row = assessment(p, 20000, 1, 0, "[1]");
    row.note = big;
    row.note_n = (64 << 20) + 1;
    assert_status(f->api->assessments_put(f->s, &row, 1, &err), BIP_E_REFUSED);
    commit(f);
    assert_int_equal(count_assessments(f, p, true), 0);
    free(big);
}

static int interrupt_at_issue(void *ctx, const bip_issue *issue)
{
    fixture *f = ctx;

    (void)issue;
    f->api->interrupt(f->s);
    return 0;
}

static int stop_at_issue(void *ctx, const bip_issue *issue)
{
    (void)issue;
    ++*(int *)ctx;
    return 1;
}

/* Behind the library's back, as someone with the sqlite3 shell would. */
static void tamper(fixture *f, const char *sql)
{
    sqlite3 *db;

    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static void test_storage__check_reports_rows_without_their_person(void **state)
{
    fixture *f = *state;
    int64_t faults;
    int issues = 0, stopped = 0;

    begin(f);
    fill(f, "P-001");
    commit(f);
    tamper(f, "DELETE FROM person");
    assert_ok(f->api->check(f->s, count_issue, &issues, &faults, &err));
    assert_int_equal(faults, 3); /* identity, assessment, fact */
    assert_int_equal(issues, 3);
    assert_status(f->api->check(f->s, stop_at_issue, &stopped, &faults, &err), BIP_E_CANCELLED);
    assert_int_equal(stopped, 1);
    assert_status(f->api->check(f->s, interrupt_at_issue, f, &faults, &err), BIP_E_CANCELLED);
    begin(f); /* and it is over with the call it met */
    commit(f);
}

static void test_storage__check_reports_what_the_schema_forbids_and_what_is_derived_wrongly(void **state)
{
    static const char *const harm[] = {
        "PRAGMA ignore_check_constraints = ON; UPDATE assessment SET scores = '1'",
        "DELETE FROM head",
        "UPDATE leaf SET identity = 99",
        "UPDATE assessment SET respondent = 99",
        "UPDATE fact SET entry = 99",
    };
    fixture *f = *state;
    int64_t faults;

    for (size_t i = 0; i < sizeof harm / sizeof *harm; i++) {
        begin(f);
        if (i == 0) {
            fill(f, "P-001");
            put_entry(f, entry(2, 0x20, 20, f->actor), 0, 0); /* a second head */
        }
        commit(f);
        tamper(f, harm[i]);
        assert_ok(f->api->check(f->s, NULL, NULL, &faults, &err));
        assert_true(faults > (int64_t)i); /* each adds one at least */
    }
}

static void test_storage__refuses_numbers_that_do_not_fit_their_field(void **state)
{
    fixture *f = *state;
    bip__assessment_row row;
    bip__leaf_row leaf;
    bip__rows *rows;
    int32_t p;

    begin(f);
    p = fill(f, "P-001");
    commit(f);
    tamper(f, "UPDATE assessment SET respondent = respondent + (1 << 32); UPDATE leaf SET hash = x'00'");
    assert_ok(f->api->assessments(f->s, p, 0, INT32_MAX, true, &rows, &err));
    assert_status(f->api->next_assessment(rows, &row, &err), BIP_E_CORRUPT);
    f->api->close_rows(rows);
    assert_status(f->api->leaf_over(f->s, 1, 0, &leaf, &err), BIP_E_CORRUPT);
}

static int one_cell(void *ctx, int n, char **values, char **names)
{
    bip__out *o = ctx;

    for (int i = 0; i < n; i++) {
        bip__out_text(o, i ? "," : "");
        bip__out_text(o, names[i]);
        bip__out_text(o, "=");
        bip__out_text(o, values[i] ? values[i] : "NULL");
    }
    bip__out_text(o, "\n");
    return 0;
}

static void test_storage__shows_scores_to_a_plain_shell(void **state)
{
    fixture *f = *state;
    const bip__item_row items[] = {{"participant", "coping", 0}, {"participant", "sleep", 1}};
    const bip__instrument_row instrument = {.code = "example", .version = "1", .json = "{}", .json_n = 2};
    bip__assessment_row rows[3];
    bip__out o;
    sqlite3 *db;
    int32_t p, i;

    begin(f);
    p = add_person(f, "P-001");
    assert_ok(f->api->instrument_add(f->s, &instrument, items, 2, &i, &err));
    rows[0] = assessment(p, 20697, 1, 0, "[2,3]");
    rows[0].current = 0;
    rows[1] = assessment(p, 20697, 2, 0, "[4,\"declined\"]");
    rows[1].note = "Å";
    rows[1].note_n = 2;
    rows[2] = assessment(p, 20698, 2, 1, NULL); /* withdrawn */
    for (int k = 0; k < 3; k++) {
        rows[k].instrument = i;
        rows[k].respondent = f->respondent;
    }
    assert_ok(f->api->assessments_put(f->s, rows, 3, &err));
    commit(f);
    bip__out_init(&o, NULL, NULL);
    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL); /* as careful shells have it */
    assert_int_equal(sqlite3_exec(db, "SELECT * FROM score ORDER BY indicator", one_cell, &o, NULL), SQLITE_OK);
    sqlite3_close(db);
    bip__out_char(&o, '\0');
    assert_string_equal(o.data, "participant=P-001,date=2026-09-01,instrument=example,respondent=participant,"
                                "indicator=coping,score=4,note=Å\n"
                                "participant=P-001,date=2026-09-01,instrument=example,respondent=participant,"
                                "indicator=sleep,score=declined,note=Å\n");
    bip__out_free(&o);
}

/* ----------------------------------------------------------------------------------------------------------- backup */

static void test_storage__backup_is_the_store_of_one_moment(void **state)
{
    fixture *f = *state;
    bip__storage *copy, *reader = second(f, false);
    char path[100];
    int64_t faults;
    int32_t n;

    snprintf(path, sizeof path, "%s/b.bip", f->folder);
    begin(f);
    fill(f, "P-001");
    commit(f);
    assert_ok(reader->api->snapshot(reader, &err));
    begin(f);
    add_person(f, "P-002");
    commit(f);
    begin(f); /* another is writing meanwhile */
    add_person(f, "P-003");
    assert_ok(reader->api->backup(reader, path, &err));
    commit(f);
    reader->api->release(reader);
    assert_ok(bip__sqlite_open(path, false, true, WAIT_MS, &copy, &err));
    assert_ok(copy->api->person_find(copy, "P-001", &n, &err));
    assert_status(copy->api->person_find(copy, "P-002", &n, NULL), BIP_E_NOT_FOUND); /* the reader's view */
    assert_ok(copy->api->check(copy, NULL, NULL, &faults, &err));
    assert_int_equal(faults, 0);
    assert_ok(copy->api->begin(copy, &err)); /* a store like any other */
    assert_ok(copy->api->persons_add(copy, &(const char *){"P-004"}, 1, &n, &err));
    assert_ok(copy->api->commit(copy, &err));
    copy->api->close(copy);
    reader->api->close(reader);
}

static void test_storage__backup_never_overwrites_and_leaves_nothing_behind(void **state)
{
    fixture *f = *state;
    char path[100];
    int32_t n;

    assert_status(f->api->backup(f->s, f->path, &err), BIP_E_CONFLICT);
    assert_status(f->api->backup(f->s, f->folder, &err), BIP_E_CONFLICT);
    snprintf(path, sizeof path, "%s/none/b.bip", f->folder);
    assert_status(f->api->backup(f->s, path, &err), BIP_E_IO);
    snprintf(path, sizeof path, "%s/b.bip", f->folder);
    begin(f);
    assert_status(f->api->backup(f->s, path, &err), BIP_E_USAGE);
    add_person(f, "P-001");
    commit(f);
    assert_int_equal(access(path, F_OK), -1); /* what else is left makes rmdir() in the tear-down fail */
    assert_ok(f->api->person_find(f->s, "P-001", &n, &err));
}

static void test_storage__backup_refuses_to_copy_damage(void **state)
{
    fixture *f = *state;
    char path[100];
    FILE *file;

    snprintf(path, sizeof path, "%s/b.bip", f->folder);
    begin(f);
    fill(f, "P-001");
    commit(f);
    f->api->close(f->s);
    file = fopen(f->path, "r+b");
    assert_non_null(file);
    fseek(file, 4 * 4096, SEEK_SET); /* the whole of the fifth page */
    for (int i = 0; i < 4096; i++)
        fputc(0xa5, file);
    fclose(file);
    assert_ok(bip__sqlite_open(f->path, false, true, WAIT_MS, &f->s, &err));
    f->api = f->s->api;
    assert_status(f->api->backup(f->s, path, &err), BIP_E_CORRUPT);
    assert_int_equal(access(path, F_OK), -1);
}

/* ------------------------------------------------------------------------------------------------------------- main */

#define ON(k, f)                                                                                                       \
    {                                                                                                                  \
#f " (" #k ")", f, set_up, tear_down, (void *)(intptr_t)(k)                                                    \
    }
#define ON_ALL(f) ON(SQLITE_MEMORY, f), ON(SQLITE_FILE, f), ON(MEMORY, f)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_ALL(test_storage__keeps_settings),
        ON_ALL(test_storage__keeps_a_word_once_a_kind),
        ON_ALL(test_storage__lends_words_while_more_are_added),
        ON_ALL(test_storage__says_which_word_or_participant_is_missing),
        ON_ALL(test_storage__orders_participants_by_the_bytes_of_their_code),
        ON_ALL(test_storage__refuses_a_participant_code_twice),
        ON_ALL(test_storage__keeps_identities_by_number_hash_and_person),
        ON_ALL(test_storage__keeps_no_uuid_and_no_person_of_an_erased_identity),
        ON_ALL(test_storage__erases_what_stands_under_an_identity),
        ON_ALL(test_storage__keeps_a_rater_that_is_named_again_after_an_erasing),
        ON_ALL(test_storage__rolls_an_erasing_back),
        ON_ALL(test_storage__lists_instruments_in_the_order_of_adding),
        ON_ALL(test_storage__lists_items_by_respondent_then_position),
        ON_ALL(test_storage__orders_assessments_by_day_entry_and_index),
        ON_ALL(test_storage__reads_the_scores_that_series_are_made_of),
        ON_ALL(test_storage__reads_current_ones_twice_at_once),
        ON_ALL(test_storage__reads_current_assessments_of_everyone_from_a_person_on),
        ON_ALL(test_storage__reads_the_days_asked_for_ends_included),
        ON_ALL(test_storage__gives_back_every_column_of_an_assessment),
        ON_ALL(test_storage__gives_null_for_what_an_assessment_lacks),
        ON_ALL(test_storage__tells_current_revisions_from_all),
        ON_ALL(test_storage__orders_facts_by_kind_entry_and_index),
        ON_ALL(test_storage__numbers_entries_and_finds_them),
        ON_ALL(test_storage__finds_entries_at_home_and_away),
        ON_ALL(test_storage__knows_parents_and_heads_of_a_graph),
        ON_ALL(test_storage__refuses_an_entry_that_is_there_or_hangs_in_the_air),
        ON_ALL(test_storage__finds_the_leaf_over_a_fact),
        ON_ALL(test_storage__finds_the_leaf_that_came_with_its_entry),
        ON_ALL(test_storage__takes_many_rows_of_every_kind_at_once),
        ON_ALL(test_storage__stops_at_the_first_of_many_that_is_taken),
        ON(SQLITE_FILE, test_storage__takes_rows_from_its_caller_only),
        ON_ALL(test_storage__reads_what_the_open_transaction_has_written),
        ON_ALL(test_storage__rolls_everything_back),
        ON_ALL(test_storage__rolls_back_what_was_changed_in_older_rows),
        ON_ALL(test_storage__forgets_words_that_were_rolled_back),
        ON_ALL(test_storage__writes_in_a_transaction_only),
        ON_ALL(test_storage__begins_one_change_at_a_time_and_outside_readings),
        ON_ALL(test_storage__reads_several_things_at_once),
        ON_ALL(test_storage__reads_ten_thousand_rows_back),
        ON_ALL(test_storage__generation_stays_through_own_commits),
        ON_ALL(test_storage__finds_no_fault_in_what_it_wrote),
        ON_ALL(test_storage__reports_every_failed_allocation),
        ON(SQLITE_FILE, test_storage__opens_whole_or_not_at_all_when_memory_runs_out),
        ON(SQLITE_FILE, test_storage__snapshot_does_not_see_later_commits),
        ON(SQLITE_FILE, test_storage__finds_nobody_under_the_number_of_another),
        ON(SQLITE_FILE, test_storage__waits_for_another_writer_only_so_long),
        ON(SQLITE_FILE, test_storage__stops_waiting_when_interrupted),
        ON(SQLITE_FILE, test_storage__refuses_a_change_on_a_store_opened_for_reading),
        ON(SQLITE_FILE, test_storage__changes_nothing_on_a_full_disk),
        ON(SQLITE_FILE, test_storage__refuses_a_text_longer_than_64_mebibytes),
        ON(SQLITE_FILE, test_storage__check_reports_rows_without_their_person),
        ON(SQLITE_FILE, test_storage__check_reports_what_the_schema_forbids_and_what_is_derived_wrongly),
        ON(SQLITE_FILE, test_storage__refuses_numbers_that_do_not_fit_their_field),
        ON(SQLITE_FILE, test_storage__shows_scores_to_a_plain_shell),
        ON(SQLITE_FILE, test_storage__backup_is_the_store_of_one_moment),
        ON(SQLITE_FILE, test_storage__backup_never_overwrites_and_leaves_nothing_behind),
        ON(SQLITE_FILE, test_storage__backup_refuses_to_copy_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
