/* Assessments out as JSON lines and CSV, and in again. */
#include "support.h"

#define INSTRUMENT                                                                                                     \
    "{'instrument':'mini','version':'1','title':{'en':'Mini form'},"                                                   \
    "'respondents':[{'code':'self','title':{'en':'Self'}},{'code':'coach','title':{'en':'Coach'}}],"                   \
    "'scales':[{'code':'five','min':1,'max':5},{'code':'free','min':-2,'max':2,'step':0}],"                            \
    "'indicators':[{'code':'a','title':{'en':'Alpha'},'scale':'five'},"                                                \
    "{'code':'b','title':{'en':'Beta'},'scale':'free','visible_to':['coach']},"                                        \
    "{'code':'c','title':{'en':'Gamma'},'scale':'five','respondents':['coach']}]}"
/* The same with another indicator instead of c, under version 2. */
#define NEWER                                                                                                          \
    "{'instrument':'mini','version':'2','continues':'1','title':{'en':'Mini form'},"                                   \
    "'respondents':[{'code':'self','title':{'en':'Self'}},{'code':'coach','title':{'en':'Coach'}}],"                   \
    "'scales':[{'code':'five','min':1,'max':5},{'code':'free','min':-2,'max':2,'step':0}],"                            \
    "'indicators':[{'code':'d','title':{'en':'Delta'},'scale':'five'},"                                                \
    "{'code':'a','title':{'en':'Alpha'},'scale':'five'}]}"

static const char *const formats[] = {"jsonl", "csv-long", "csv-wide"};

/* The document with every id of the library as ID: 32 hexadecimal digits, a point, digits. */
static char *without_ids(const char *text)
{
    static const char hex[] = "0123456789abcdef", digits[] = "0123456789";
    char *copy = malloc(strlen(text) + 1), *to = copy;
    assert_non_null(copy);
    while (*text != '\0') {
        const size_t run = strspn(text, hex);
        if (run == 32 && text[run] == '.') {
            *to++ = 'I';
            *to++ = 'D';
            text += run + 1;
            text += strspn(text, digits);
        } else {
            const size_t n = run > 0 ? run : 1;
            memcpy(to, text, n);
            to += n;
            text += n;
        }
    }
    *to = '\0';
    return copy;
}

/* What the store exports, ids as ID; lent until the next. */
static const char *exported(fixture *f, const char *document, const bip_query *query)
{
    static char text[8000];
    char *plain = without_ids(test_document(f, document, query));
    assert_true(strlen(plain) < sizeof text);
    memcpy(text, plain, strlen(plain) + 1);
    free(plain);
    return text;
}

static void record_note(fixture *f, const char *participant, const char *key, const char *scores, const char *note)
{
    test_words w;
    bip_change *change = test_begin(f, NULL);
    bip_assessment_in in = test_assessment(&w, participant, key, scores);
    in.note = note;
    assert_ok(bip_assessment_add(change, &in, NULL, &test_err));
    test_commit(change);
}

static void small_store(fixture *f)
{
    test_instrument(f, INSTRUMENT);
    test_participant(f, "P-2");
    test_participant(f, "P-1");
    record_note(f, "P-2", "mini coach 2026-09-01 Bo", "a=3 b=0.25 c=declined", "said \"no\", twice");
    record_note(f, "P-1", "mini self 2026-09-01", "a=4", NULL);
}

/* ------------------------------------------------------------ the forms */

static void test_export__jsonl_has_the_keys_of_the_contract_in_order(void **state)
{
    small_store(*state);
    assert_string_equal(
        exported(*state, "jsonl", NULL),
        "{\"schema\":\"bip-assessment-1\",\"id\":\"ID\",\"participant\":\"P-1\",\"instrument\":\"mini\",\"version\":"
        "\"1\",\"respondent\":\"self\",\"date\":\"2026-09-01\",\"rater\":null,\"note\":null,\"recorded\":"
        "\"2026-11-21T10:00:00.000Z\",\"by\":\"anna\",\"scores\":{\"a\":4,\"b\":null}}\n"
        "{\"schema\":\"bip-assessment-1\",\"id\":\"ID\",\"participant\":\"P-2\",\"instrument\":\"mini\",\"version\":"
        "\"1\",\"respondent\":\"coach\",\"date\":\"2026-09-01\",\"rater\":\"Bo\",\"note\":\"said \\\"no\\\", twice\","
        "\"recorded\":\"2026-11-21T10:00:00.000Z\",\"by\":\"anna\",\"scores\":{\"a\":3,\"b\":0.25,\"c\":"
        "\"declined\"}}\n");
}

static void test_export__csv_long_has_a_row_a_score_and_the_note_once(void **state)
{
    small_store(*state);
    assert_string_equal(exported(*state, "csv-long", NULL),
                        "participant,date,respondent,indicator,score,instrument,rater,note,assessment\r\n"
                        "P-1,2026-09-01,self,a,4,mini@1,,,ID\r\n"
                        "P-2,2026-09-01,coach,a,3,mini@1,Bo,\"said \"\"no\"\", twice\",ID\r\n"
                        "P-2,2026-09-01,coach,b,0.25,mini@1,Bo,,ID\r\n"
                        "P-2,2026-09-01,coach,c,declined,mini@1,Bo,,ID\r\n");
}

static void test_export__csv_wide_has_a_column_for_each_indicator_of_any_version(void **state)
{
    fixture *f = *state;
    small_store(f);
    test_instrument(f, NEWER);
    test_record(f, "P-1", "mini self 2026-10-01", "a=2 d=5", NULL);
    assert_string_equal(exported(f, "csv-wide", NULL),
                        "participant,date,respondent,instrument,rater,note,assessment,d,a,b,c\r\n"
                        "P-1,2026-09-01,self,mini@1,,,ID,,4,,\r\n"
                        "P-1,2026-10-01,self,mini@2,,,ID,5,2,,\r\n"
                        "P-2,2026-09-01,coach,mini@1,Bo,\"said \"\"no\"\", twice\",ID,,3,0.25,declined\r\n");
}

static void test_export__a_note_without_a_score_has_a_row(void **state)
{
    fixture *f = *state;
    test_instrument(f, INSTRUMENT);
    test_participant(f, "P");
    record_note(f, "P", "mini self 2026-09-01", "", "did not come");
    record_note(f, "P", "mini self 2026-09-02", "", NULL);
    assert_string_equal(exported(f, "csv-long", NULL),
                        "participant,date,respondent,indicator,score,instrument,rater,note,assessment\r\n"
                        "P,2026-09-01,self,,,mini@1,,did not come,ID\r\n"
                        "P,2026-09-02,self,,,mini@1,,,ID\r\n");
}

static void test_export__an_empty_store_has_a_header(void **state)
{
    assert_string_equal(exported(*state, "jsonl", NULL), "");
    assert_string_equal(exported(*state, "csv-long", NULL),
                        "participant,date,respondent,indicator,score,instrument,rater,note,assessment\r\n");
    assert_string_equal(exported(*state, "csv-wide", NULL),
                        "participant,date,respondent,instrument,rater,note,assessment\r\n");
}

static void test_export__holds_current_revisions_only(void **state)
{
    fixture *f = *state;
    char id[BIP_ID_SIZE], other[BIP_ID_SIZE];
    test_instrument(f, INSTRUMENT);
    test_participant(f, "P");
    test_record(f, "P", "mini self 2026-09-01", "a=3", id);
    test_record(f, "P", "mini self 2026-09-02", "a=2", other);
    f->now_ms += 60000;
    test_correct(f, id, "a=4", NULL);
    test_withdraw(f, other);
    const char *line = test_document(f, "jsonl", NULL);
    assert_non_null(strstr(line, id)); /* of the first revision */
    assert_non_null(strstr(line, "\"recorded\":\"2026-11-21T10:01:00.000Z\""));
    assert_non_null(strstr(line, "\"a\":4"));
    assert_null(strstr(line, "2026-09-02"));
}

/* ------------------------------------------------------------ filters */

static void test_export__takes_the_filters_of_the_query(void **state)
{
    fixture *f = *state;
    bip_query q = test_query();
    small_store(f);
    test_instrument(f, NEWER);
    test_record(f, "P-1", "mini self 2026-10-01", "a=2 d=5", NULL);
    q.respondent = "coach";
    assert_null(strstr(exported(f, "csv-long", &q), "self"));
    q.respondent = NULL;
    q.instrument = "mini@2";
    assert_string_equal(exported(f, "csv-wide", &q), "participant,date,respondent,instrument,rater,note,assessment,d,a"
                                                     "\r\nP-1,2026-10-01,self,mini@2,,,ID,5,2\r\n");
    q.instrument = NULL;
    q.as_of = test_day("2026-09-30");
    assert_null(strstr(exported(f, "csv-long", &q), "2026-10-01"));
    q.instrument = "nothing";
    assert_status(test_try_document(f, "jsonl", &q), BIP_E_NOT_FOUND);
}

static void test_export__without_as_of_holds_what_is_dated_after_today(void **state)
{
    fixture *f = *state;
    test_instrument(f, INSTRUMENT);
    test_participant(f, "P");
    test_record(f, "P", "mini self 2199-12-31", "a=3", NULL);
    for (size_t i = 0; i < 3; i++)
        assert_non_null(strstr(exported(f, formats[i], NULL), "2199-12-31"));
}

static void test_export__for_a_role_leaves_out_what_it_may_not_see(void **state)
{
    fixture *f = *state;
    bip_query q = test_query();
    small_store(f);
    q.for_role = "self";
    assert_null(strstr(exported(f, "csv-long", &q), "0.25"));
    assert_null(strstr(exported(f, "jsonl", &q), "\"b\""));
    assert_non_null(strstr(exported(f, "csv-wide", &q), "assessment,a,c\r\n"));
}

static void test_export__csv_wide_wants_one_instrument(void **state)
{
    fixture *f = *state;
    bip_query q = test_query();
    small_store(f);
    test_record(f, "P-1", "employability participant 2026-09-01", "cooperation=3", NULL);
    assert_status(test_try_document(f, "csv-wide", NULL), BIP_E_USAGE);
    assert_message("mini and employability");
    assert_string_equal(f->text, ""); /* nothing is written before it is known */
    q.instrument = "mini";
    assert_ok(test_try_document(f, "csv-wide", &q));
}

static void test_export__csv_wide_refuses_an_indicator_named_like_a_column(void **state)
{
    fixture *f = *state;
    test_instrument(f, "{'instrument':'odd','version':'1','title':{'en':'Odd'},'respondents':[{'code':'self','title':"
                       "{'en':'Self'}}],'scales':[{'code':'five','min':1,'max':5}],'indicators':[{'code':'dato',"
                       "'title':{'en':'Dato'},'scale':'five'}]}");
    test_participant(f, "P");
    test_record(f, "P", "odd self 2026-09-01", "dato=3", NULL);
    assert_status(test_try_document(f, "csv-wide", NULL), BIP_E_USAGE);
    assert_string_equal(test_err.where, "dato");
    assert_ok(test_try_document(f, "csv-long", NULL));
}

static void test_export__knows_no_other_options(void **state)
{
    fixture *f = *state;
    for (size_t i = 0; i < 3; i++) {
        assert_status(bip_write(f->store, formats[i], NULL, "{\"notes\":true}", test_collect, f, &test_err),
                      BIP_E_USAGE);
        assert_string_equal(test_err.where, "notes");
        assert_ok(bip_write(f->store, formats[i], NULL, "{\"no_notes\":false}", test_collect, f, &test_err));
    }
}

/* The document without its notes, as it is. */
static const char *without_notes(fixture *f, const char *document)
{
    test_clear(f);
    assert_ok(bip_write(f->store, document, NULL, "{\"no_notes\":true}", test_collect, f, &test_err));
    return f->text;
}

static void check_without_notes(fixture *f, const char *document, const char *expected)
{
    char *plain = without_ids(without_notes(f, document));
    assert_string_equal(plain, expected);
    free(plain);
}

static void test_export__without_notes_has_no_place_for_them_either(void **state)
{
    fixture *f = *state;
    small_store(f);
    record_note(f, "P-1", "mini self 2026-09-02", "", "did not come");
    check_without_notes(f, "csv-long",
                        "participant,date,respondent,indicator,score,instrument,rater,assessment\r\n"
                        "P-1,2026-09-01,self,a,4,mini@1,,ID\r\n"
                        "P-1,2026-09-02,self,,,mini@1,,ID\r\n"
                        "P-2,2026-09-01,coach,a,3,mini@1,Bo,ID\r\n"
                        "P-2,2026-09-01,coach,b,0.25,mini@1,Bo,ID\r\n"
                        "P-2,2026-09-01,coach,c,declined,mini@1,Bo,ID\r\n");
    check_without_notes(f, "csv-wide",
                        "participant,date,respondent,instrument,rater,assessment,a,b,c\r\n"
                        "P-1,2026-09-01,self,mini@1,,ID,4,,\r\n"
                        "P-1,2026-09-02,self,mini@1,,ID,,,\r\n"
                        "P-2,2026-09-01,coach,mini@1,Bo,ID,3,0.25,declined\r\n");
    assert_null(strstr(without_notes(f, "jsonl"), "note"));
}

/* ------------------------------------------------------------ out and in again */

static uint64_t seed;

static unsigned below(unsigned n)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(seed >> 33) % n;
}

#define PICK(list) (list)[below(sizeof(list) / sizeof *(list))]

static const char *random_answer(void)
{
    static const char *const answers[] = {"", "", "1", "2", "5", "1", "declined", "dont_know", "not_applicable"};
    return PICK(answers);
}

static void record_at_random(fixture *f, const char *participant)
{
    static const char *const raters[] = {NULL, "H07", "Åsa Ö", "a,\"b\"", "=1+1"};
    static const char *const notes[] = {NULL, NULL, "=HYPERLINK(\"x\")", "two\r\nlines\n", " blanks ",
                                        " ",  "\"", "a,b;c\td",          "\xC2\xA0",       "\x01\\ \xF0\x9F\x99\x82"};
    static const char *const free_scores[] = {"", "0.1", "-1.5", "1e-7", "0.30000000000000004", "declined"};
    const bool newer = below(2), coach = below(2);
    test_words w;
    char key[100], scores[200];
    snprintf(key, sizeof key, "mini@%d %s 202%u-0%u-1%u", newer ? 2 : 1, coach ? "coach" : "self", below(9),
             1 + below(9), below(9));
    if (newer)
        snprintf(scores, sizeof scores, "a=%s d=%s", random_answer(), random_answer());
    else
        snprintf(scores, sizeof scores, "a=%s b=%s%s%s", random_answer(), PICK(free_scores), coach ? " c=" : "",
                 coach ? random_answer() : "");
    bip_change *change = test_begin(f, NULL);
    bip_assessment_in in = test_assessment(&w, participant, key, scores);
    in.rater = PICK(raters);
    in.note = PICK(notes);
    bool any = in.note != NULL;
    for (size_t i = 0; i < in.n; i++)
        any |= in.scores[i].answer != BIP_NOT_ASKED;
    bip_status st = any ? bip_assessment_add(change, &in, NULL, &test_err) : BIP_OK;
    if (st == BIP_E_CONFLICT) /* the key is held */
        bip_change_rollback(change);
    else {
        assert_ok(st);
        test_commit(change);
    }
}

static void random_store(fixture *f)
{
    static const char *const people[] = {"P-1", "p,\"2\"", "Östen", "=cmd|' /C calc'!A0", "-3"};
    test_instrument(f, INSTRUMENT);
    test_instrument(f, NEWER);
    for (size_t i = 0; i < sizeof people / sizeof *people; i++) {
        test_participant(f, people[i]);
        for (unsigned n = 1 + below(8); n > 0; n--)
            record_at_random(f, people[i]);
    }
}

static bip_import_result take_in(fixture *f, const char *format, const char *text)
{
    test_bytes b = {text, strlen(text), 0, 0};
    bip_import_result result = {.size = sizeof result};
    bip_change *change = test_begin(f, NULL);
    assert_ok(
        bip_import(change, format, "{\"create_participants\":true}", test_give, &b, NULL, NULL, &result, &test_err));
    test_commit(change);
    return result;
}

static size_t count_assessments(fixture *f)
{
    size_t n = 0;
    for (const char *at = test_document(f, "jsonl", NULL); (at = strstr(at, "{\"schema\"")) != NULL; at++)
        n++;
    return n;
}

static void check_round(fixture *f, const char *format)
{
    void *fresh_state = (void *)(intptr_t)TEST_MEMORY;
    const size_t n = count_assessments(f);
    char *text = strdup(test_document(f, format, NULL));
    bip_import_result r = take_in(f, format, text);
    assert_int_equal(r.known, n);
    assert_int_equal(r.added + r.changed + r.empty_rows, 0);

    assert_int_equal(test_set_up(&fresh_state), 0);
    fixture *fresh = fresh_state;
    fresh->random = seed;
    test_instrument(fresh, INSTRUMENT);
    test_instrument(fresh, NEWER);
    r = take_in(fresh, NULL, text); /* the content tells the format */
    assert_int_equal(r.added, n);
    for (size_t i = 0; i < 3; i++) {
        char *here = without_ids(test_document(f, formats[i], NULL));
        char *there = without_ids(test_document(fresh, formats[i], NULL));
        assert_string_equal(there, here);
        free(here);
        free(there);
    }
    assert_int_equal(test_tear_down(&fresh_state), 0);
    free(text);
}

static void test_export__is_imported_again_as_known_and_elsewhere_as_the_same(void **state)
{
    (void)state;
    for (seed = 1; seed <= 12; seed++) {
        const uint64_t began = seed;
        void *store = (void *)(intptr_t)TEST_MEMORY;
        assert_int_equal(test_set_up(&store), 0);
        random_store(store);
        for (size_t i = 0; i < 3; i++)
            check_round(store, formats[i]);
        assert_int_equal(test_tear_down(&store), 0);
        seed = began;
    }
}

static void test_export__without_notes_is_imported_again_as_known(void **state)
{
    fixture *f = *state;
    small_store(f);
    for (size_t i = 0; i < 3; i++) {
        char *text = strdup(without_notes(f, formats[i]));
        const bip_import_result r = take_in(f, formats[i], text);
        assert_int_equal(r.known, 2);
        assert_int_equal(r.added + r.changed, 0);
        free(text);
    }
}

/* ------------------------------------------------------------ failures */

static void test_export__survives_every_failed_allocation(void **state)
{
    fixture *f = *state;
    small_store(f);
    for (size_t i = 0; i < 3; i++) {
        bip_status st = BIP_E_NOMEM;
        long n = 0;
        for (; st != BIP_OK && n < 10000; n++) {
            f->text_n = 0;
            bip__alloc_fail_at(n, true);
            st = bip_write(f->store, formats[i], NULL, NULL, test_collect, f, &test_err);
            bip__alloc_fail_at(-1, false);
            assert_true(st == BIP_OK || st == BIP_E_NOMEM);
        }
        assert_in_range(n, 2, 9999);
    }
}

static int refuse(void *ctx, const char *s, size_t n)
{
    (void)s;
    (void)n;
    ++*(int *)ctx;
    return -1;
}

static void test_export__ends_where_the_sink_takes_no_more(void **state)
{
    fixture *f = *state;
    int calls = 0;
    small_store(f);
    for (size_t i = 0; i < 3; i++)
        assert_status(bip_write(f->store, formats[i], NULL, NULL, refuse, &calls, &test_err), BIP_E_CANCELLED);
    assert_int_equal(calls, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(test_export__jsonl_has_the_keys_of_the_contract_in_order),
        ON_BOTH(test_export__csv_long_has_a_row_a_score_and_the_note_once),
        ON_BOTH(test_export__csv_wide_has_a_column_for_each_indicator_of_any_version),
        ON_BOTH(test_export__a_note_without_a_score_has_a_row),
        ON_MEMORY(test_export__an_empty_store_has_a_header),
        ON_BOTH(test_export__holds_current_revisions_only),
        ON_BOTH(test_export__takes_the_filters_of_the_query),
        ON_MEMORY(test_export__without_as_of_holds_what_is_dated_after_today),
        ON_MEMORY(test_export__for_a_role_leaves_out_what_it_may_not_see),
        ON_MEMORY(test_export__csv_wide_wants_one_instrument),
        ON_MEMORY(test_export__csv_wide_refuses_an_indicator_named_like_a_column),
        ON_MEMORY(test_export__knows_no_other_options),
        ON_BOTH(test_export__without_notes_has_no_place_for_them_either),
        ON_BOTH(test_export__without_notes_is_imported_again_as_known),
        cmocka_unit_test(test_export__is_imported_again_as_known_and_elsewhere_as_the_same),
        ON_BOTH(test_export__survives_every_failed_allocation),
        ON_MEMORY(test_export__ends_where_the_sink_takes_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
