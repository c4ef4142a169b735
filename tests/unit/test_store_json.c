/* The whole store as JSON: out, in again, into another store, and not when a byte of it was changed. */
#include "support.h"

#define INSTRUMENT                                                                                                     \
    "{'instrument':'mini','version':'1','title':{'en':'Mini'},"                                                        \
    "'respondents':[{'code':'self','title':{'en':'Self'}}],'scales':[{'code':'five','min':1,'max':5}],"                \
    "'indicators':[{'code':'a','title':{'en':'Alpha'},'scale':'five'},"                                                \
    "{'code':'b','title':{'en':'Beta'},'scale':'five'}]}"
#define OTHER                                                                                                          \
    "{'instrument':'mini','version':'1','title':{'en':'Maxi'},"                                                        \
    "'respondents':[{'code':'self','title':{'en':'Self'}}],'scales':[{'code':'five','min':1,'max':5}],"                \
    "'indicators':[{'code':'a','title':{'en':'Alpha'},'scale':'five'}]}"

static bip_import_result result;

static bip_status take_in(fixture *f, const char *json)
{
    test_bytes b = {json, strlen(json), 0, 0};
    bip_change *change = test_begin(f, NULL);
    result = (bip_import_result){.size = sizeof result};
    bip_status st = bip_import(change, "json", NULL, test_give, &b, NULL, NULL, &result, &test_err);
    if (st == BIP_OK)
        return bip_change_commit(change, NULL, &test_err);
    bip_change_rollback(change);
    return st;
}

static char *export(fixture *f)
{
    char *copy = strdup(test_document(f, "json", NULL));
    assert_non_null(copy);
    return copy;
}

/* A second store beside the one of the test, with chance of its own. */
static fixture *another(test_kind kind, uint64_t seed)
{
    fixture *f = test_fixture();
    f->random = seed;
    assert_ok(test_open(f, kind, &test_err));
    return f;
}

static void drop(fixture *f)
{
    bip_store_close(f->store);
    free(f->text);
    free(f);
}

/* Every kind of fact there is, by several entries. */
static void fill(fixture *f)
{
    char id[BIP_ID_SIZE], second[BIP_ID_SIZE];
    test_instrument(f, INSTRUMENT);
    f->now_ms += 1000;
    test_participant(f, "Ö-2");
    bip_change *change = test_begin(f, "a \"reason\"\n");
    assert_ok(bip_participant_add(change, "P-1", test_day("2026-01-01"), &test_err));
    assert_ok(bip_participant_set(change, "P-1", "sex", "woman", &test_err));
    assert_ok(bip_participant_set(change, "Ö-2", "sex", "man", &test_err));
    assert_ok(test_add(change, "P-1", "mini self 2026-01-02 H1", "a=3 b=declined", id));
    assert_ok(bip_participant_set(change, "P-1", "sex", NULL, &test_err));
    test_commit(change);
    f->now_ms += 1000;
    test_correct(f, id, "a=4", second);
    test_record(f, "Ö-2", "mini self 2026-01-03", "b=5", id);
    test_withdraw(f, id);
}

static void assert_same_export(fixture *a, fixture *b)
{
    char *one = export(a), *two = export(b);
    assert_string_equal(one, two);
    free(one);
    free(two);
}

static void test_store_json__comes_back_byte_for_byte_from_a_fresh_store(void **state)
{
    fixture *f = *state;
    fill(f);
    char *json = export(f);
    for (int kind = TEST_MEMORY; kind <= TEST_SQLITE; kind++) {
        fixture *g = another((test_kind)kind, 7);
        assert_ok(take_in(g, json));
        assert_int_equal(result.added, 2);
        assert_int_equal(result.changed, 2);
        assert_int_equal(result.participants, 2);
        assert_same_export(f, g);
        assert_string_equal(test_faults(g), "");
        char *current = strdup(test_assessments(f, NULL));
        assert_string_equal(test_assessments(g, NULL), current);
        free(current);
        drop(g);
    }
    free(json);
}

static void test_store_json__of_a_fresh_store_changes_nothing(void **state)
{
    fixture *f = *state, *g = another(TEST_MEMORY, 7);
    char *json = export(f);
    assert_ok(take_in(g, json));
    assert_same_export(f, g);
    free(json);
    drop(g);
}

static void test_store_json__taken_in_twice_is_taken_in_once(void **state)
{
    fixture *f = *state;
    fill(f);
    char *json = export(f);
    assert_ok(take_in(f, json));
    assert_int_equal(result.added, 0);
    assert_int_equal(result.known, 2);
    char *again = export(f);
    assert_string_equal(json, again);
    free(json);
    free(again);
}

/* Two copies of one store that went on separately. */
static void test_store_json__merges_to_the_same_store_either_way(void **state)
{
    fixture *f = *state, *g = another(TEST_SQLITE, 7), *h = another(TEST_MEMORY, 8);
    char id[BIP_ID_SIZE];
    fill(f);
    char *json = export(f);
    assert_ok(take_in(g, json));
    free(json);
    f->now_ms += 5000;
    test_record(f, "P-1", "mini self 2026-02-02", "a=1", id);
    test_record(g, "P-1", "mini self 2026-02-03", "a=2", id);
    test_participant(f, "P-3");
    test_participant(g, "P-3"); /* the same person, registered twice */
    test_record(g, "P-3", "mini self 2026-02-03", "a=2", id);
    char *of_f = export(f), *of_g = export(g);
    assert_ok(take_in(f, of_g));
    assert_ok(take_in(g, of_f));
    assert_same_export(f, g);
    assert_string_equal(test_faults(f), "");
    assert_string_equal(test_faults(g), "");
    assert_ok(take_in(h, of_g));
    assert_ok(take_in(h, of_f));
    assert_same_export(f, h);
    free(of_f);
    free(of_g);
    drop(g);
    drop(h);
}

static void test_store_json__lets_the_later_correction_count_after_a_merge(void **state)
{
    fixture *f = *state, *g = another(TEST_MEMORY, 7);
    char id[BIP_ID_SIZE], revision[BIP_ID_SIZE];
    test_instrument(f, INSTRUMENT);
    test_participant(f, "P-1");
    test_record(f, "P-1", "mini self 2026-01-02", "a=1", id);
    char *json = export(f);
    assert_ok(take_in(g, json));
    free(json);
    f->now_ms += 9000;
    g->now_ms += 5000;
    test_correct(f, id, "a=3", revision);
    test_correct(g, id, "a=2", revision);
    char *of_f = export(f), *of_g = export(g);
    assert_ok(take_in(f, of_g));
    assert_ok(take_in(g, of_f));
    free(of_f);
    free(of_g);
    assert_non_null(strstr(test_assessments(f, NULL), "a=3 b=\n"));
    assert_non_null(strstr(test_assessments(g, NULL), "a=3 b=\n"));
    assert_same_export(f, g);
    drop(g);
}

static void test_store_json__joins_an_instrument_that_both_stores_were_given(void **state)
{
    fixture *f = *state, *g = another(TEST_SQLITE, 7);
    test_instrument(f, INSTRUMENT);
    test_instrument(g, INSTRUMENT);
    char *of_f = export(f), *of_g = export(g);
    assert_ok(take_in(f, of_g));
    assert_ok(take_in(g, of_f));
    assert_same_export(f, g);
    free(of_f);
    free(of_g);
    drop(g);
}

static void test_store_json__refuses_another_instrument_under_the_same_version(void **state)
{
    fixture *f = *state, *g = another(TEST_MEMORY, 7);
    test_instrument(f, INSTRUMENT);
    test_instrument(g, OTHER);
    char *of_f = export(f), *before = export(g);
    assert_status(take_in(g, of_f), BIP_E_REFUSED);
    assert_message("mini@1");
    assert_string_equal(test_document(g, "json", NULL), before);
    free(of_f);
    free(before);
    drop(g);
}

static void test_store_json__can_come_before_facts_of_the_same_change(void **state)
{
    fixture *f = *state, *g = another(TEST_SQLITE, 7);
    fill(f);
    char *json = export(f);
    test_bytes b = {json, strlen(json), 0, 0};
    bip_change *change = test_begin(g, NULL);
    assert_ok(bip_participant_add(change, "P-0", BIP_NO_DATE, &test_err));
    assert_ok(bip_import(change, "json", NULL, test_give, &b, NULL, NULL, NULL, &test_err));
    assert_ok(bip_participant_add(change, "P-9", BIP_NO_DATE, &test_err));
    assert_ok(bip_change_commit(change, NULL, &test_err));
    assert_string_equal(test_faults(g), "");
    test_participant(g, "P-10");
    assert_string_equal(test_faults(g), "");
    free(json);
    drop(g);
}

/* Tries a change of one byte; it may pass only where the store then exports something that says the same. */
static void try_byte(fixture *g, char *json, size_t at, char byte, const char *fresh)
{
    const char old = json[at];
    json[at] = byte;
    if (take_in(g, json) != BIP_E_REFUSED)
        fail_msg("byte %d of %.*s passed as '%c'", (int)at, 60, json + (at > 30 ? at - 30 : 0), byte);
    json[at] = old;
    if (at % 100 == 0)
        assert_string_equal(test_document(g, "json", NULL), fresh);
}

/* What stands before "entries" (the built-in instruments) is vouched for by the library, not by the trail. */
static void test_store_json__is_refused_where_a_byte_was_changed(void **state)
{
    fixture *f = *state, *g = another(TEST_MEMORY, 7);
    fill(f);
    char *json = export(f), *fresh = export(g);
    const size_t n = strlen(json);
    for (size_t at = (size_t)(strstr(json, "\"entries\"") - json); at + 1 < n; at += 7) {
        const char c = json[at];
        try_byte(g, json, at,
                 c == '3'               ? '4'
                 : c >= '0' && c <= '9' ? '3'
                 : c == 'a'             ? 'b'
                 : c == ' '             ? '_'
                                        : 'a',
                 fresh);
    }
    assert_ok(take_in(g, json));
    free(json);
    free(fresh);
    drop(g);
}

static void test_store_json__is_refused_where_it_was_cut(void **state)
{
    fixture *f = *state, *g = another(TEST_MEMORY, 7);
    fill(f);
    char *json = export(f);
    for (size_t n = strlen(json) - 2; n > 100; n -= n > 97 ? 97 : n) {
        json[n] = '\0';
        assert_status(take_in(g, json), BIP_E_REFUSED);
    }
    free(json);
    drop(g);
}

/* The text between two marks goes; every hash is then over something else. */
static void assert_refused_without(fixture *g, const char *json, const char *from, const char *to)
{
    char *copy = strdup(json), *begin = strstr(copy, from), *end = begin ? strstr(begin, to) : NULL;
    assert_non_null(end);
    memmove(begin, end, strlen(end) + 1);
    assert_status(take_in(g, copy), BIP_E_REFUSED);
    free(copy);
}

static void test_store_json__is_refused_where_a_fact_or_person_is_missing(void **state)
{
    fixture *f = *state, *g = another(TEST_MEMORY, 7);
    fill(f);
    char *json = export(f);
    assert_refused_without(g, json, ",\"reason\":", "},");
    assert_refused_without(g, json, "{\"participant\":\"P-1\"", "{\"participant\":\"Ö-2\"");
    assert_refused_without(g, json, "{\"participant\":\"P-1\"", "]}\n");
    char *facts = strstr(json, "{\"participant\":\"P-1\"");
    assert_refused_without(g, json, strstr(strstr(facts, "\"facts\":[{") + 12, "{\"id\""), "{\"participant\":\"Ö-2\"");
    free(json);
    drop(g);
}

static void test_store_json__is_refused_by_a_store_that_does_not_take_national_numbers(void **state)
{
    fixture *f = test_fixture(), *g = *state;
    bip_open_options o = test_options(f);
    o.flags |= BIP_OPEN_ALLOW_NATIONAL_IDS;
    assert_ok(bip_store_open(":memory:", &o, &f->store, &test_err));
    test_participant(f, "811228-9874");
    char *json = export(f);
    assert_status(take_in(g, json), BIP_E_REFUSED);
    assert_message("national identity number");
    assert_null(strstr(test_err.message, "9874"));
    free(json);
    drop(f);
}

static int take_nothing(void *ctx, const char *json, size_t n)
{
    (void)ctx, (void)json, (void)n;
    return 1;
}

static void test_store_json__stops_when_nobody_takes_it(void **state)
{
    fixture *f = *state;
    fill(f);
    assert_status(bip_write(f->store, "json", NULL, NULL, take_nothing, NULL, &test_err), BIP_E_CANCELLED);
}

static void test_store_json__survives_every_failed_allocation(void **state)
{
    fixture *f = *state, *g = another(TEST_MEMORY, 7);
    bip_status st = BIP_E_NOMEM;
    long n = 0;
    fill(f);
    char *json = export(f), *before = export(g);
    for (; st != BIP_OK && n < 20000; n++) {
        test_bytes b = {json, strlen(json), 0, 0};
        bip_change *change = test_begin(g, NULL);
        bip__alloc_fail_at(n, true);
        st = bip_import(change, "json", NULL, test_give, &b, NULL, NULL, NULL, &test_err);
        bip__alloc_fail_at(-1, false);
        assert_true(st == BIP_OK || st == BIP_E_NOMEM);
        bip_change_rollback(change);
    }
    assert_in_range(n, 20, 19999);
    assert_string_equal(test_document(g, "json", NULL), before);
    free(json);
    free(before);
    drop(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(test_store_json__comes_back_byte_for_byte_from_a_fresh_store),
        ON_SQLITE(test_store_json__of_a_fresh_store_changes_nothing),
        ON_BOTH(test_store_json__taken_in_twice_is_taken_in_once),
        ON_SQLITE(test_store_json__merges_to_the_same_store_either_way),
        ON_SQLITE(test_store_json__lets_the_later_correction_count_after_a_merge),
        ON_MEMORY(test_store_json__joins_an_instrument_that_both_stores_were_given),
        ON_MEMORY(test_store_json__refuses_another_instrument_under_the_same_version),
        ON_MEMORY(test_store_json__can_come_before_facts_of_the_same_change),
        ON_MEMORY(test_store_json__is_refused_where_a_byte_was_changed),
        ON_MEMORY(test_store_json__is_refused_where_it_was_cut),
        ON_MEMORY(test_store_json__is_refused_where_a_fact_or_person_is_missing),
        ON_SQLITE(test_store_json__is_refused_by_a_store_that_does_not_take_national_numbers),
        ON_MEMORY(test_store_json__stops_when_nobody_takes_it),
        ON_MEMORY(test_store_json__survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
