/* Files of assessments, good and bad, in every format. */
#include "support.h"

#include <unistd.h>

#include "base/platform.h"

#define INSTRUMENT                                                                                                     \
    "{'instrument':'mini','version':'1','title':{'en':'Mini form','sv':'Lilla'},"                                      \
    "'respondents':[{'code':'self','title':{'en':'Self','sv':'Egen'}},"                                                \
    "{'code':'coach','title':{'en':'Coach','sv':'Handläggare'}}],"                                                    \
    "'scales':[{'code':'five','min':1,'max':5},{'code':'half','min':0,'max':2,'step':0.5}],"                           \
    "'indicators':[{'code':'a','title':{'en':'Alpha','sv':'Älva'},'scale':'five'},"                                   \
    "{'code':'b','title':{'en':'Beta','sv':'Gren'},'scale':'half'},"                                                   \
    "{'code':'c','title':{'en':'Gamma','sv':'Gren'},'scale':'five','respondents':['coach']}]}"
/* The same with another indicator instead of c, under version 2. */
#define NEWER                                                                                                          \
    "{'instrument':'mini','version':'2','continues':'1','title':{'en':'Mini form'},"                                   \
    "'respondents':[{'code':'self','title':{'en':'Self'}},{'code':'coach','title':{'en':'Coach'}}],"                   \
    "'scales':[{'code':'five','min':1,'max':5},{'code':'half','min':0,'max':2,'step':0.5}],"                           \
    "'indicators':[{'code':'a','title':{'en':'Alpha'},'scale':'five'},"                                                \
    "{'code':'d','title':{'en':'Delta'},'scale':'half'}]}"

/* ------------------------------------------------------------ importing */

static bip_import_result result;
static char issues[8000]; /* "WHERE: MESSAGE\n" each */
static int n_issues;

static int take_issue(void *ctx, const bip_issue *issue)
{
    const size_t used = strlen(issues);
    (void)ctx;
    n_issues++;
    snprintf(issues + used, sizeof issues - used, "%s: %s\n", issue->where, issue->message);
    return 0;
}

/* options with ' for ". */
static bip_status import_bytes(fixture *f, const char *format, const char *options, const char *s, size_t n)
{
    char json[300];
    test_bytes b = {s, n, 0, 0};
    bip_change *change = test_begin(f, NULL);
    issues[0] = '\0';
    n_issues = 0;
    result = (bip_import_result){.size = sizeof result};
    snprintf(json, sizeof json, "%s", options ? options : "{}");
    for (char *c = json; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    bip_status st = bip_import(change, format, json, test_give, &b, take_issue, NULL, &result, &test_err);
    if (st == BIP_OK)
        return bip_change_commit(change, NULL, &test_err);
    bip_change_rollback(change);
    return st;
}

static bip_status import(fixture *f, const char *format, const char *options, const char *text)
{
    return import_bytes(f, format, options, text, strlen(text));
}

#define MINI "{'instrument':'mini','create_participants':true}"
#define MINI_UPDATE "{'instrument':'mini','create_participants':true,'update':true}"

static void assert_counts(int added, int known, int changed)
{
    assert_int_equal(result.added, added);
    assert_int_equal(result.known, known);
    assert_int_equal(result.changed, changed);
}

#define assert_store(f, expected) assert_string_equal(test_assessments(f, NULL), expected)

/* ------------------------------------------------------------ good files */

static void test_import__takes_a_wide_file(void **state)
{
    fixture *f = *state;
    test_instrument(f, INSTRUMENT);
    assert_ok(import(f, NULL, MINI,
                     "participant,date,respondent,rater,note,a,b,c\n"
                     "P1,2026-01-02,self,,,3,1.5,\n"
                     "P1,2026-01-02,coach,H1, a note ,4,,declined\n"
                     "P2,2026-01-03T10:00:00Z,self,,,+2.0,5e-1\n"));
    assert_counts(3, 0, 0);
    assert_int_equal(result.participants, 2);
    assert_store(f, "P1 mini@1 self 2026-01-02 - r0 a=3 b=1.5\n"
                    "P1 mini@1 coach 2026-01-02 H1 r0 a=4 b= c=declined \" a note \"\n"
                    "P2 mini@1 self 2026-01-03 - r0 a=2 b=0.5\n");
    assert_string_equal(test_faults(f), "");
}

static void test_import__takes_a_long_file_and_forms_assessments_of_its_keys(void **state)
{
    fixture *f = *state;
    test_instrument(f, INSTRUMENT);
    assert_ok(import(f, NULL, MINI,
                     "participant;date;respondent;indicator;score;note\n"
                     "P1;2026-01-02;self;a;3;x\n"
                     "P2;2026-01-02;coach;c;5;\n"
                     "P1;2026-01-02;self;b;1,5;\n"
                     "P1;2026-01-03;self;a;dont_know;\n"
                     "P2;2026-01-02;coach;a;1;y\n"
                     "P1;2026-01-04;self;;;only a note\n"));
    assert_counts(4, 0, 0);
    assert_store(f, "P1 mini@1 self 2026-01-02 - r0 a=3 b=1.5 \"x\"\n"
                    "P1 mini@1 self 2026-01-03 - r0 a=dont_know b=\n"
                    "P1 mini@1 self 2026-01-04 - r0 a= b= \"only a note\"\n"
                    "P2 mini@1 coach 2026-01-02 - r0 a=1 b= c=5 \"y\"\n");
    assert_string_equal(test_faults(f), "");
}

static void test_import__reads_what_excel_writes_in_sweden(void **state)
{
    fixture *f = *state;
    test_instrument(f, INSTRUMENT);
    assert_ok(
        import(f, NULL, MINI,
               "Deltagare;Datum;Svarande;Handl\xE4ggare;Anteckning;\xC4LVA;Beta;;Gamma\r\n"
               "\xD6-1;2026-01-02; egen ;;;3;1,5;;\r\n"
               "\xD6-1;2026-01-02;HANDL\xC4GGARE;H1;\"rad ett; \"\"citat\"\"\r\nrad tv\xE5\";Vill ej svara;;;VET EJ\r\n"
               "\xD6-1;2026-01-03;Coach;\xA0;;ej aktuellt;0\r\n"
               ";;;;;;;;\r\n"));
    assert_store(f, "Ö-1 mini@1 self 2026-01-02 - r0 a=3 b=1.5\n"
                    "Ö-1 mini@1 coach 2026-01-02 H1 r0 a=declined b= c=dont_know \"rad ett; \"citat\"\r\nrad två\"\n"
                    "Ö-1 mini@1 coach 2026-01-03 - r0 a=not_applicable b=0 c=\n");
}

static void test_import__takes_jsonl_and_brings_participants_along(void **state)
{
    fixture *f = *state;
    test_instrument(f, INSTRUMENT);
    assert_ok(
        import(f, NULL, NULL,
               "{\"schema\":\"bip-assessment-1\",\"id\":\"x\",\"participant\":\"P1\",\"instrument\":\"mini\","
               "\"version\":\"1\",\"respondent\":\"coach\",\"date\":\"2026-01-02\",\"rater\":\"H1\",\"note\":\"n\","
               "\"recorded\":\"y\",\"by\":\"z\",\"scores\":{\"a\":3,\"b\":null,\"c\":\"declined\"}}\n\r\n"
               "{\"scores\":{\"a\":1},\"schema\":\"bip-assessment-1\",\"participant\":\"P2\","
               "\"instrument\":\"mini\",\"respondent\":\"self\",\"date\":\"2026-01-03\"}"));
    assert_counts(2, 0, 0);
    assert_store(f, "P1 mini@1 coach 2026-01-02 H1 r0 a=3 b= c=declined \"n\"\n"
                    "P2 mini@1 self 2026-01-03 - r0 a=1 b=\n");
}

static void test_import__takes_dates_with_the_day_first_where_asked(void **state)
{
    fixture *f = *state;
    test_instrument(f, INSTRUMENT);
    assert_ok(import(f, NULL, "{'instrument':'mini','create_participants':true,'dates':'dmy'}",
                     "participant,date,respondent,a\nP1,2.1.2026,self,3\nP1,03/01/2026,self,4\n"));
    assert_store(f, "P1 mini@1 self 2026-01-02 - r0 a=3 b=\nP1 mini@1 self 2026-01-03 - r0 a=4 b=\n");
}

static void test_import__takes_the_instrument_from_a_column(void **state)
{
    fixture *f = *state;
    test_instrument(f, INSTRUMENT);
    test_instrument(f, NEWER);
    assert_ok(import(f, NULL, "{'create_participants':true}",
                     "participant,date,respondent,instrument,a,b,d,job_search\n"
                     "P1,2026-01-02,self,mini,3,,1,\n"
                     "P1,2026-01-03,self,mini@1,3,1,,\n"
                     "P1,2026-01-04,self,LILLA,3,,2,\n"
                     "P1,2026-01-04,participant,employability,,,,5\n"));
    assert_counts(4, 0, 0);
    assert_non_null(strstr(test_assessments(f, NULL), "P1 mini@1 self 2026-01-03 - r0 a=3 b=1\n"));
    assert_non_null(strstr(f->text, "P1 mini@2 self 2026-01-02 - r0 a=3 d=1\n"));
    assert_non_null(strstr(f->text, "P1 mini@2 self 2026-01-04 - r0 a=3 d=2\n"));
    assert_non_null(strstr(f->text, "P1 employability@"));
}

static void test_import__counts_and_skips_rows_that_say_nothing(void **state)
{
    fixture *f = *state;
    test_instrument(f, INSTRUMENT);
    assert_ok(
        import(f, NULL, MINI, "participant,date,respondent,note,a,b\nP1,2026-01-02,self,,,\nP2,2026-01-02,self,,1\n"));
    assert_counts(1, 0, 0);
    assert_int_equal(result.empty_rows, 1);
    assert_int_equal(result.participants, 1);
    assert_ok(import(f, NULL, MINI, "participant,date,respondent,indicator,score\nP1,2026-01-02,self,a,\n"));
    assert_int_equal(result.empty_rows, 1);
    assert_status(import(f, NULL, MINI, "participant,date,respondent,a\nP1,2026-02-30,self,\n"), BIP_E_REFUSED);
    assert_status(import(f, NULL, MINI, "participant,date,respondent,a\nP1,2026-02-20,nobody,\n"), BIP_E_REFUSED);
}

static void test_import__takes_a_file_whose_groups_hold_nothing(void **state)
{
    fixture *f = *state;
    test_instrument(f, INSTRUMENT);
    assert_ok(import(f, NULL, MINI, "participant,date,respondent,assessment,a\nP1,2026-01-02,self,1,\n"));
    assert_counts(0, 0, 0);
    assert_int_equal(result.empty_rows, 1);
}

static void test_import__takes_and_counts_dates_after_today(void **state)
{
    fixture *f = *state;
    test_instrument(f, INSTRUMENT);
    assert_ok(
        import(f, NULL, MINI,
               "participant,date,respondent,a\nP1,2026-11-21,self,1\nP1,2026-11-22,self,1\nP1,2030-01-01,self,1\n"));
    assert_counts(3, 0, 0);
    assert_int_equal(result.future, 2);
}

static void test_import__ignores_the_columns_it_is_told_to(void **state)
{
    fixture *f = *state;
    test_instrument(f, INSTRUMENT);
    assert_ok(import(f, NULL, "{'instrument':'mini','create_participants':true,'ignore_columns':['ÅLDER','Kön']}",
                     "participant,date,respondent,a,ålder,kön\nP1,2026-01-02,self,1,47,x\n"));
    assert_counts(1, 0, 0);
}

static void test_import__puts_brackets_for_national_numbers_in_notes(void **state)
{
    fixture *f = *state;
    test_instrument(f, INSTRUMENT);
    assert_ok(import(f, NULL, "{'instrument':'mini','create_participants':true,'redact':true}",
                     "participant,date,respondent,note,a\nP1,2026-01-02,self,ring 811228-9874 idag,1\n"));
    assert_store(f, "P1 mini@1 self 2026-01-02 - r0 a=1 b= \"ring [...] idag\"\n");
}

/* ------------------------------------------------------------ known, changed, update */

static void test_import__knows_what_it_has(void **state)
{
    static const char file[] =
        "participant,date,respondent,note,a,b\nP1,2026-01-02,self,x,1,2\nP1,2026-01-03,self,,1,2\n";
    fixture *f = *state;
    test_instrument(f, INSTRUMENT);
    assert_ok(import(f, NULL, MINI, file));
    assert_counts(2, 0, 0);
    char *before = strdup(test_document(f, "json", NULL));
    assert_ok(import(f, NULL, MINI, file));
    assert_counts(0, 2, 0);
    assert_string_equal(test_document(f, "json", NULL), before);
    free(before);
}

static void test_import__refuses_changed_content_unless_told_to_update(void **state)
{
    static const char changed[] = "participant,date,respondent,note,a,b\n"
                                  "P1,2026-01-03,self,,4,\nP1,2026-01-02,self,y,1,\n";
    fixture *f = *state;
    test_instrument(f, INSTRUMENT);
    assert_ok(import(f, NULL, MINI, "participant,date,respondent,note,a,b\nP1,2026-01-02,self,x,1,2\n"));
    assert_status(import(f, NULL, MINI, changed), BIP_E_REFUSED);
    assert_string_equal(test_err.where, "line 3");
    assert_message("holds other content");
    assert_store(f, "P1 mini@1 self 2026-01-02 - r0 a=1 b=2 \"x\"\n");
    assert_ok(import(f, NULL, MINI_UPDATE, changed));
    assert_counts(1, 0, 1);
    assert_store(f, "P1 mini@1 self 2026-01-02 - r1 a=1 b= \"y\"\nP1 mini@1 self 2026-01-03 - r0 a=4 b=\n");
    assert_ok(import(f, NULL, MINI_UPDATE, changed));
    assert_counts(0, 2, 0);
    assert_string_equal(test_faults(f), "");
}

/* `n` people from `from` on, each with a score on two days, by turns. */
static void many(bip__out *text, int from, int n, int score)
{
    bip__out_clear(text);
    bip__out_text(text, "participant,date,respondent,a\n");
    for (int day = 2; day > 0; day--)
        for (int i = from; i < from + n; i++) {
            char row[64];
            snprintf(row, sizeof row, "P%04d,2026-01-0%d,self,%d\n", i, day, i % 3 == 0 ? score : 1);
            bip__out_text(text, row);
        }
}

/* More of them than wait for one another before they are written. */
static void test_import__writes_many_people_in_order_with_changed_and_known_ones_between(void **state)
{
    enum { N = 700 };
    fixture *f = *state;
    bip__out text;
    char line[64];
    test_instrument(f, INSTRUMENT);
    bip__out_init(&text, NULL, NULL);
    many(&text, 100, N, 2);
    assert_ok(import_bytes(f, NULL, MINI, text.data, text.len));
    assert_counts(2 * N, 0, 0);
    assert_int_equal(result.participants, N);
    many(&text, 0, N, 3); /* 100 new ones stand before those who are there */
    assert_ok(import_bytes(f, NULL, MINI_UPDATE, text.data, text.len));
    assert_counts(200, 800, 400);
    assert_int_equal(result.participants, 100);
    bip__out_clear(&text);
    for (int i = 0; i < 100 + N; i++)
        for (int day = 1; day <= 2; day++) {
            const bool changed = i >= 100 && i < N && i % 3 == 0;
            snprintf(line, sizeof line, "P%04d mini@1 self 2026-01-0%d - r%d a=%d b=\n", i, day, changed,
                     i % 3 != 0 ? 1
                     : i < N    ? 3
                                : 2);
            bip__out_text(&text, line);
        }
    bip__out_char(&text, '\0');
    assert_store(f, text.data);
    assert_string_equal(test_faults(f), "");
    bip__out_free(&text);
}

static void test_import__leaves_alone_what_a_file_has_no_column_for(void **state)
{
    fixture *f = *state;
    test_instrument(f, INSTRUMENT);
    assert_ok(import(f, NULL, MINI, "participant,date,respondent,note,a,b\nP1,2026-01-02,self,x,1,2\n"));
    assert_ok(import(f, NULL, MINI, "participant,date,respondent,b\nP1,2026-01-02,self,2\n"));
    assert_counts(0, 1, 0);
    assert_ok(import(f, NULL, MINI_UPDATE, "participant,date,respondent,b\nP1,2026-01-02,self,0\n"));
    assert_counts(0, 0, 1);
    assert_store(f, "P1 mini@1 self 2026-01-02 - r1 a=1 b=0 \"x\"\n");
    assert_ok(import(f, NULL, MINI_UPDATE, "participant,date,respondent,indicator,score\nP1,2026-01-02,self,a,1\n"));
    assert_counts(0, 0, 1);
    assert_store(f, "P1 mini@1 self 2026-01-02 - r2 a=1 b= \"x\"\n"); /* a long file says what is not asked */
}

static void test_import__reads_a_held_key_under_its_own_version(void **state)
{
    fixture *f = *state;
    test_instrument(f, INSTRUMENT);
    assert_ok(import(f, NULL, MINI, "participant,date,respondent,a,b\nP1,2026-01-02,self,1,2\n"));
    test_instrument(f, NEWER);
    assert_ok(
        import(f, NULL, MINI, "participant,date,respondent,a,b,d\nP1,2026-01-02,self,1,2,\nP1,2026-01-03,self,1,,2\n"));
    assert_counts(1, 1, 0);
    assert_store(f, "P1 mini@1 self 2026-01-02 - r0 a=1 b=2\nP1 mini@2 self 2026-01-03 - r0 a=1 d=2\n");
    assert_status(import(f, NULL, "{'instrument':'mini@2'}", "participant,date,respondent,a\nP1,2026-01-02,self,1\n"),
                  BIP_E_REFUSED);
    assert_message("with version 1 of the instrument");
    assert_ok(import(f, NULL, MINI_UPDATE, "participant,date,respondent,a,b\nP1,2026-01-02,self,3,2\n"));
    assert_store(f, "P1 mini@1 self 2026-01-02 - r1 a=3 b=2\nP1 mini@2 self 2026-01-03 - r0 a=1 d=2\n");
    assert_ok(import(f, NULL, "{'instrument':'mini@2','update':true}",
                     "participant,date,respondent,d\nP1,2026-01-02,self,1.5\n"));
    assert_store(f, "P1 mini@2 self 2026-01-02 - r2 a=3 d=1.5\nP1 mini@2 self 2026-01-03 - r0 a=1 d=2\n");
    assert_string_equal(test_faults(f), "");
}

static void test_import__takes_a_key_that_a_withdrawal_freed(void **state)
{
    static const char file[] = "participant,date,respondent,a\nP1,2026-01-02,self,1\n";
    char id[BIP_ID_SIZE];
    fixture *f = *state;
    test_instrument(f, INSTRUMENT);
    test_participant(f, "P1");
    test_record(f, "P1", "mini self 2026-01-02", "a=5", id);
    test_withdraw(f, id);
    assert_ok(import(f, NULL, MINI, file));
    assert_counts(1, 0, 0);
}

static void test_import__treats_a_repeated_key_as_if_it_were_in_the_store(void **state)
{
    fixture *f = *state;
    test_instrument(f, INSTRUMENT);
    assert_ok(import(f, NULL, MINI, "participant,date,respondent,a\nP1,2026-01-02,self,1\nP1,2026-01-02,Self,1.0\n"));
    assert_counts(1, 1, 0);
    assert_ok(import(f, NULL, MINI,
                     "participant,date,respondent,assessment,indicator,score\nP2,2026-01-02,self,x,a,1\n"
                     "P2,2026-01-02,self,y,b,2\nP2,2026-01-02,self,x,b,2\nP2,2026-01-02,self,y,a,1\n"));
    assert_counts(1, 1, 0);
}

/* The key holds the instrument, not its version. */
static void test_import__refuses_one_key_in_two_versions(void **state)
{
    fixture *f = *state;
    test_instrument(f, INSTRUMENT);
    test_instrument(f, NEWER);
    assert_status(import(f, NULL, "{'create_participants':true}",
                         "participant,date,respondent,instrument,a\nP1,2026-01-02,self,mini@1,1\n"
                         "P1,2026-01-02,coach,mini@2,1\nP1,2026-01-02,self,mini@2,1\n"),
                  BIP_E_REFUSED);
    assert_string_equal(test_err.where, "line 4");
    assert_message("has other content than line 2");
    assert_int_equal(n_issues, 1);
    assert_status(import(f, NULL, "{'create_participants':true}",
                         "participant,date,respondent,instrument,indicator,score\nP1,2026-01-02,self,mini@1,a,1\n"
                         "P1,2026-01-02,coach,mini@2,d,1\nP1,2026-01-02,self,mini@2,d,1\n"),
                  BIP_E_REFUSED);
    assert_string_equal(test_err.where, "line 4");
    assert_message("names another version of the instrument than line 2");
    assert_int_equal(n_issues, 1);
    assert_store(f, "");
}

static void test_import__compares_the_notes_of_a_repeated_key(void **state)
{
    static const struct {
        const char *first, *again;
        bool same;
    } notes[] = {{"said", "said", true}, {"said", "told", false}, {"said", "said so", false},
                 {"said", "", false},    {"", "said", false},     {"", "", true}};
    static const char wide[] = "participant,date,respondent,note,a\nP1,2026-01-0%d,self,%s,1\n"
                               "P2,2026-01-0%d,self,between,1\nP1,2026-01-0%d,self,%s,1\n";
    static const char groups[] = "participant,date,respondent,assessment,note,indicator,score\n"
                                 "P3,2026-01-0%d,self,x,%s,a,1\nP4,2026-01-0%d,self,z,between,a,1\n"
                                 "P3,2026-01-0%d,self,y,%s,a,1\n";
    fixture *f = *state;
    test_instrument(f, INSTRUMENT);
    for (int i = 0; i < 2 * (int)(sizeof notes / sizeof *notes); i++) {
        char text[400];
        const int day = i / 2 + 1;
        snprintf(text, sizeof text, i % 2 ? groups : wide, day, notes[i / 2].first, day, day, notes[i / 2].again);
        assert_status(import(f, NULL, MINI, text), notes[i / 2].same ? BIP_OK : BIP_E_REFUSED);
        if (notes[i / 2].same)
            assert_counts(2, 1, 0);
        else
            assert_message("has other content than line 2");
    }
}

static void test_import__can_follow_facts_of_the_same_change(void **state)
{
    static const char file[] = "participant,date,respondent,a\nP1,2026-01-02,self,1\nP2,2026-01-02,self,2\n";
    fixture *f = *state;
    test_bytes b = {file, sizeof file - 1, 0, 0};
    test_instrument(f, INSTRUMENT);
    bip_change *change = test_begin(f, NULL);
    assert_ok(bip_participant_add(change, "P1", BIP_NO_DATE, &test_err));
    assert_ok(test_add(change, "P1", "mini self 2026-01-02", "a=1", NULL));
    result.size = 0;
    assert_status(bip_import(change, NULL, NULL, test_give, &b, NULL, NULL, &result, &test_err), BIP_E_USAGE);
    assert_string_equal(test_err.where, "result");
    result.size = sizeof result;
    assert_ok(bip_import(change, NULL, "{\"instrument\":\"mini\",\"create_participants\":true}", test_give, &b, NULL,
                         NULL, &result, &test_err));
    assert_counts(1, 1, 0);
    b = (test_bytes){"participant,date,respondent,a\nP2,2026-01-02,self,3\n", 50, 0, 0};
    assert_status(bip_import(change, NULL, "{\"instrument\":\"mini\"}", test_give, &b, NULL, NULL, &result, &test_err),
                  BIP_E_REFUSED); /* and nothing was taken: the change can go on */
    assert_ok(bip_change_commit(change, NULL, &test_err));
    assert_store(f, "P1 mini@1 self 2026-01-02 - r0 a=1 b=\nP2 mini@1 self 2026-01-02 - r0 a=2 b=\n");
    assert_string_equal(test_faults(f), "");
}

/* ------------------------------------------------------------ other processes */

/* Somebody else who records at moments of the import: P2 once, or somebody new each time. */
typedef enum moment { WHILE_READING = 1, AT_EACH_LOOK = 2, BEFORE_THE_LOCK = 4 } moment;

static struct meddler {
    test_bytes b;
    fixture *other;
    const char *scores;
    int when;                    /* moments still to come */
    int looks;                   /* at what is stored, so far */
    const bip__storage_api *api; /* of the importer's storage, as it was */
} meddler;

static void meddle(moment now)
{
    char who[16] = "P2";
    if (!(meddler.when & (int)now))
        return;
    if (now == AT_EACH_LOOK)
        snprintf(who, sizeof who, "Q%d", ++meddler.looks);
    else
        meddler.when &= ~(int)now;
    test_participant(meddler.other, who);
    test_record(meddler.other, who, "mini self 2026-01-02", meddler.scores, NULL);
}

static long give_and_meddle(void *ctx, char *into, size_t n)
{
    long got = test_give(&meddler.b, into, n);
    (void)ctx;
    if (got == 0)
        meddle(WHILE_READING);
    return got;
}

static bip_status begin_too_late(bip__storage *storage, bip_error *err)
{
    meddle(BEFORE_THE_LOCK);
    return meddler.api->begin(storage, err);
}

static bip_status look_too_early(bip__storage *storage, bip_error *err)
{
    bip_status st = meddler.api->snapshot(storage, err);
    meddle(AT_EACH_LOOK); /* which this snapshot doesn't show */
    return st;
}

static bip_status import_meanwhile(fixture *f, fixture *other, int when, const char *scores)
{
    static const char file[] = "participant,date,respondent,a\nP1,2026-01-02,self,1\nP2,2026-01-02,self,2\n";
    static const char options[] = "{\"instrument\":\"mini\",\"create_participants\":true}";
    bip__storage *storage = f->store->context.storage;
    bip__storage_api api = *storage->api;
    meddler = (struct meddler){.b = {file, sizeof file - 1, 0, 0}, .other = other, .scores = scores, .when = when};
    meddler.api = storage->api;
    api.snapshot = look_too_early;
    api.begin = begin_too_late;
    storage->api = &api;
    bip_change *change = test_begin(f, NULL);
    result = (bip_import_result){.size = sizeof result};
    bip_status st = bip_import(change, NULL, options, give_and_meddle, NULL, NULL, NULL, &result, &test_err);
    if (st == BIP_OK)
        st = bip_change_commit(change, NULL, &test_err);
    else
        bip_change_rollback(change);
    storage->api = meddler.api;
    return st;
}

static void open_file(fixture *f, const char *path, uint32_t flags)
{
    bip_open_options o = test_options(f);
    o.flags = flags;
    assert_ok(bip_store_open(path, &o, &f->store, &test_err));
}

static void close_fixture(fixture *f)
{
    bip_store_close(f->store);
    free(f->text);
    free(f);
}

/* What becomes of an import of a=1 for P1 and a=2 for P2 while another connection registers P2 and records `scores`. */
static void check_meanwhile(int when, const char *scores, bip_status expected, const char *after)
{
    char folder[] = "/tmp/bip-import-XXXXXX", path[64];
    fixture *f = test_fixture(), *other = test_fixture();
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/a.bip", folder);
    open_file(f, path, BIP_OPEN_CREATE);
    test_instrument(f, INSTRUMENT);
    open_file(other, path, BIP_OPEN_WRITE);
    other->random = 99;
    assert_status(import_meanwhile(f, other, when, scores), expected);
    assert_store(f, after);
    assert_string_equal(test_faults(f), "");
    close_fixture(f);
    close_fixture(other);
    assert_true(bip__path_remove(path) && rmdir(folder) == 0);
}

static void test_import__looks_again_where_another_process_recorded_meanwhile(void **state)
{
    static const int moments[] = {WHILE_READING, BEFORE_THE_LOCK};
    (void)state;
    for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
        const int when = moments[i];
        check_meanwhile(when, "a=2", BIP_OK,
                        "P1 mini@1 self 2026-01-02 - r0 a=1 b=\nP2 mini@1 self 2026-01-02 - r0 a=2 b=\n");
        assert_counts(1, 1, 0);
        assert_int_equal(result.participants, 1);
        check_meanwhile(when, "a=3", BIP_E_REFUSED, "P2 mini@1 self 2026-01-02 - r0 a=3 b=\n");
        assert_string_equal(test_err.where, "line 3");
    }
}

static void test_import__ends_in_a_store_that_never_rests(void **state)
{
    (void)state;
    check_meanwhile(AT_EACH_LOOK | BEFORE_THE_LOCK, "a=2", BIP_OK,
                    "P1 mini@1 self 2026-01-02 - r0 a=1 b=\nP2 mini@1 self 2026-01-02 - r0 a=2 b=\n"
                    "Q1 mini@1 self 2026-01-02 - r0 a=2 b=\nQ2 mini@1 self 2026-01-02 - r0 a=2 b=\n"
                    "Q3 mini@1 self 2026-01-02 - r0 a=2 b=\nQ4 mini@1 self 2026-01-02 - r0 a=2 b=\n");
    assert_counts(1, 1, 0);
    assert_int_equal(meddler.looks, 4); /* the first and three more; then it takes the lock */
}

/* ------------------------------------------------------------ bad input */

typedef struct bad {
    const char *text, *where, *message;
} bad;

#define W "participant,date,respondent,rater,note,a,b,c\n"
#define L "participant,date,respondent,indicator,score,note\n"
#define J(rest) "{\"schema\":\"bip-assessment-1\",\"instrument\":\"mini\"," rest "}\n"
#define WHO "\"participant\":\"P1\",\"respondent\":\"self\",\"date\":\"2026-01-02\","

/* One table for all formats; P1 is registered, participants are not created. */
static const bad cases[] = {
    /* scores */
    {W "P1,2026-01-02,self,,,7,,\n", "line 2, column a", "is outside 1..5"},
    {W "P1,2026-01-02,self,,,,1.2,\n", "line 2, column b", "between"},
    {W "P1,2026-01-02,self,,,x,,\n", "line 2, column a", "x is neither a number nor a reason"},
    {W "P1,2026-01-02,self,,,NaN,,\n", "line 2, column a", "neither"},
    {W "P1,2026-01-02,self,,,1e400,,\n", "line 2, column a", "neither"},
    {W "P1,2026-01-02,self,,,0x1F,,\n", "line 2, column a", "neither"},
    {W "P1,2026-01-02,self,,,1 000,,\n", "line 2, column a", "neither"},
    {W "P1,2026-01-02,self,,,,,3\n", "line 2, column c", "c is not asked of self"},
    {L "P1,2026-01-02,self,a,7,\n", "line 2, column score", "7 is outside 1..5"},
    {L "P1,2026-01-02,self,zz,1,\n", "line 2, column indicator", "zz is no indicator of mini@1"},
    {L "P1,2026-01-02,self,gren,1,\n", "line 2, column indicator", "more than one indicator"},
    {L "P1,2026-01-02,self,c,1,\n", "line 2, column score", "c is not asked of self"},
    {L "P1,2026-01-02,self,a,1,\nP1,2026-01-02,self,Alpha,1,\n", "line 3, column indicator", "second score"},
    {L "P1,2026-01-02,self,a,1,x\nP1,2026-01-02,self,b,1,y\n", "line 3, column note", "another note"},
    {J(WHO "\"scores\":{\"a\":7}"), "line 1, column a", "7 is outside 1..5"},
    {J(WHO "\"scores\":{\"a\":true}"), "line 1, column a", "must be a number, null or a reason"},
    {J(WHO "\"scores\":{\"a\":\"3\"}"), "line 1, column a", "must be a number, null or a reason"},
    {J(WHO "\"scores\":{\"a\":1e400}"), "line 1, column a", "too large"},
    {J(WHO "\"scores\":{\"a\":0x1F}"), "line 1, column a", "must stand"},
    {J(WHO "\"scores\":{\"zz\":1}"), "line 1, column zz", "is no indicator of mini@1"},
    {J(WHO "\"scores\":{\"c\":1}"), "line 1, column c", "c is not asked of self"},
    {J(WHO "\"scores\":{\"a\":1,\"a\":1}"), "line 1, column a", "stands twice"},
    /* files of another kind */
    {"PK\x03\x04 and so on\n", "line 1", "workbook"},
    {"\xD0\xCF\x11\xE0\n", "line 1", "old workbook"},
    {"SQLite format 3", "line 1", "a store is merged"},
    {"\xFF\xFEp", "line 1", "UTF-16"},
    {"\xFE\xFF", "line 1", "UTF-16"},
    /* keys */
    {W "P9,2026-01-02,self,,,1,,\n", "line 2, column participant", "no participant P9 is registered"},
    {W ",2026-01-02,self,,,1,,\n", "line 2, column participant", "the participant is empty"},
    {W "P1,2026-02-30,self,,,1,,\n", "line 2, column date", "2026-02-30 is not a day"},
    {W "P1,1899-12-31,self,,,1,,\n", "line 2, column date", "outside the years"},
    {W "P1,2200-01-01,self,,,1,,\n", "line 2, column date", "outside the years"},
    {W "P1,2026-1-2,self,,,1,,\n", "line 2, column date", "is not a date"},
    {W "P1,1.3.2026,self,,,1,,\n", "line 2, column date", "1.3.2026 is not a date (YYYY-MM-DD); the option dates"},
    {W "P1,31.2.2026,self,,,1,,\n", "line 2, column date", "31.2.2026 is not a date (YYYY-MM-DD)"},
    {W "P1,45000,self,,,1,,\n", "line 2, column date", "a spreadsheet's number of a day"},
    {W "P1,,self,,,1,,\n", "line 2, column date", "the date is empty"},
    {W "P1,2026-01-02,boss,,,1,,\n", "line 2, column respondent", "boss is no respondent of mini@1"},
    {W "P1,2026-01-02,,,,1,,\n", "line 2, column respondent", "the respondent is empty"},
    {J("\"participant\":\"P1\",\"respondent\":\"self\",\"date\":\"2026-02-30\",\"scores\":{}"), "line 1, column date",
     "not a day"},
    {J("\"participant\":\"P1\",\"respondent\":\"boss\",\"date\":\"2026-01-02\",\"scores\":{}"),
     "line 1, column respondent", "boss is no respondent of mini@1"},
    {J(WHO "\"version\":\"9\",\"scores\":{}"), "line 1, column instrument", "no instrument mini@9"},
    {J("\"respondent\":\"self\",\"date\":\"2026-01-02\",\"scores\":{}"), "line 1, column participant", "is missing"},
    {J(WHO "\"scores\":{},\"score\":1"), "line 1, column score", "unknown key"},
    {J(WHO "\"scores\":{},\"note\":\"a\",\"note\":\"b\""), "line 1, column note", "stands twice"},
    {J(WHO "\"scores\":{}") "{\"schema\"\n", "line 2, column schema", "the file ends here"},
    {J(WHO "\"scores\":{}") "{\"schema\":\"bip-other-1\"," WHO "\"scores\":{}}\n", "line 2, column schema",
     "must be bip-assessment-1"},
    /* repeated keys */
    {W "P1,2026-01-02,self,,,1,,\nP1,2026-01-02,self,,,2,,\n", "line 3", "other content than line 2"},
    {"participant,date,respondent,assessment,indicator,score\nP1,2026-01-02,self,x,a,1\nP1,2026-01-03,self,x,b,1\n",
     "line 3", "than line 2, which has the same assessment"},
    {"participant,date,respondent,assessment,indicator,score\nP1,2026-01-02,self,x,a,1\nP1,2026-01-02,self,y,a,2\n",
     "line 3", "other content than line 2"},
    {"participant,date,respondent,assessment,a\nP1,2026-01-02,self,x,1\nP1,2026-01-03,self,x,1\n",
     "line 3, column assessment", "the assessment of line 2"},
    /* texts */
    {W "P1,2026-01-02,self,,ring 811228-9874,1,,\n", "line 2, column note", "national identity number"},
    {W "P1,2026-01-02,self,8112289874,,1,,\n", "line 2, column rater", "national identity number"},
    {W "811228-9874,2026-01-02,self,,,1,,\n", "line 2, column participant", "national identity number"},
    {J(WHO "\"note\":\"311279-1234\",\"scores\":{}"), "line 1, column note", "national identity number"},
    {W "P1,2026-01-02,self,,\xC3\xA5\xFF,1,,\n", "line 2, column note", "not valid UTF-8"},
    {W "P1,2026-01-02,self,,\xE5\x81,1,,\n", "line 2, column note", "Windows-1252"},
    {J(WHO "\"note\":\"\xFF\",\"scores\":{}"), "line 1, column note", "UTF-8"},
    {J(WHO "\"note\":\"a\\u0000b\",\"scores\":{}"), "line 1, column note", "U+0000"},
    /* rows */
    {W "P1,2026-01-02,self,,,1,,,x\n", "line 2", "the row has 9 cells, the header 8"},
    {W "P1,2026-01-02,self,,\"x,1,,\nP1", "line 2", "a quote is opened here and never closed"},
    {"participant,date,respondent,,a\nP1,2026-01-02,self,x,1\n", "line 2", "a column without a name"},
    /* headers */
    {"", "line 1", "there is no header"},
    {"participant,date,a\n", "line 1", "there is no column respondent (svarande)"},
    {"participant,date,respondent,a,zz\n", "line 1, column zz", "neither a known column nor an indicator"},
    {"participant,date,respondent,a,Alpha\n", "line 1, column Alpha", "second column of a, after column a"},
    {"participant,date,respondent,a,Älva,älva\n", "line 1, column Älva", "second column of a"},
    {"participant,date,respondent,gren\n", "line 1, column gren", "more than one indicator"},
    {"participant,date,datum,respondent,a\n", "line 1, column datum", "second column for the date"},
    {"participant,date,respondent,indicator,score,a\n", "line 1, column a", "no column of csv-long"},
    {"participant,date,respondent,a,\xC3\xA5\xFF\n", "line 1", "not valid UTF-8"},
    /* other files */
    {"\x89PNG\r\n\x1A\n", "line 1", "there is no column participant (deltagare, borger)"},
    {"{\"schema\":", "line 1, schema", "the file ends here"},
    {"{}", "line 1", "lacks a key"},
    {"{\"schema\":\"bip-store-2\"}", "line 1, schema", "must be bip-store-1"},
};

/* A first line that isn't whole makes it another format: so lines are named as such here. */
static void test_import__refuses_every_bad_file_with_its_place(void **state)
{
    fixture *f = *state;
    test_instrument(f, INSTRUMENT);
    test_participant(f, "P1");
    char *before = strdup(test_document(f, "json", NULL));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const bad *c = &cases[i];
        const bool lines = strncmp(c->text, "{\"schema\":\"bip-assessment-1\"", 28) == 0;
        bip_status st = import(f, lines ? "jsonl" : NULL, "{'instrument':'mini'}", c->text);
        if (st != BIP_E_REFUSED || strcmp(test_err.where, c->where) != 0 ||
            strstr(test_err.message, c->message) == NULL)
            fail_msg("%s\n%s, %s: %s", c->text, bip_status_code(st), test_err.where, test_err.message);
        if (strncmp(issues, test_err.where, strlen(test_err.where)) != 0 || result.refused != n_issues || n_issues < 1)
            fail_msg("%s\n%d issues, %lld refused: %s", c->text, n_issues, (long long)result.refused, issues);
        if (strstr(issues, "9874") != NULL || strstr(issues, "1234") != NULL)
            fail_msg("a national number is repeated: %s", issues);
    }
    assert_string_equal(test_document(f, "json", NULL), before);
    free(before);
}

static void test_import__reports_every_bad_cell(void **state)
{
    fixture *f = *state;
    test_instrument(f, INSTRUMENT);
    test_participant(f, "P1");
    assert_status(import(f, NULL, "{'instrument':'mini'}",
                         W "P1,2026-01-02,self,,,7,,\nP9,2026-13-02,self,,,8,9,1\nP1,2026-01-03,self,,,1,,\n"
                           "P1,2026-01-04,coach,,,1,,x\n"),
                  BIP_E_REFUSED);
    assert_string_equal(issues, "line 2, column a: 7 is outside 1..5\n"
                                "line 3, column participant: no participant P9 is registered\n"
                                "line 3, column date: 2026-13-02 is not a day of the calendar\n"
                                "line 3, column a: 8 is outside 1..5\n"
                                "line 3, column b: 9 is outside 0..2\n"
                                "line 3, column c: c is not asked of self\n"
                                "line 5, column c: x is neither a number nor a reason\n");
    assert_int_equal(result.refused, 7);
    assert_int_equal(result.added, 0);
    assert_string_equal(test_err.where, "line 2, column a");
}

static void test_import__refuses_nul_bytes_long_lines_and_deep_nesting(void **state)
{
    enum { LONG = 3 * 1024 * 1024, DEEP = 100000 };
    static const char nul[] = W "P1,2026-01-02,self,,x\0y,1,,\n";
    fixture *f = *state;
    char *large = malloc(LONG);
    assert_non_null(large);
    test_instrument(f, INSTRUMENT);
    test_participant(f, "P1");
    assert_status(import_bytes(f, NULL, MINI, nul, sizeof nul - 1), BIP_E_REFUSED);
    assert_string_equal(test_err.where, "line 2, column note");
    memset(large, 'x', LONG);
    memcpy(large, W, strlen(W));
    assert_status(import_bytes(f, NULL, MINI, large, LONG), BIP_E_REFUSED);
    assert_string_equal(test_err.where, "line 2");
    assert_status(import_bytes(f, "jsonl", NULL, large + 100, LONG - 100), BIP_E_REFUSED);
    assert_string_equal(test_err.where, "line 1");
    memset(large, '[', DEEP);
    memcpy(large, "{\"schema\":\"bip-store-1\",\"instruments\":[{\"a\":", 44);
    assert_status(import_bytes(f, NULL, NULL, large, DEEP), BIP_E_REFUSED);
    assert_message("deeper than 64");
    memcpy(large, "{\"scores\":{\"a\":", 15);
    assert_status(import_bytes(f, "jsonl", NULL, large, DEEP), BIP_E_REFUSED);
    free(large);
}

static void test_import__refuses_wrong_usage(void **state)
{
    fixture *f = *state;
    test_instrument(f, INSTRUMENT);
    assert_status(import(f, NULL, NULL, "participant,date,respondent,a\nP1,2026-01-02,self,1\n"), BIP_E_USAGE);
    assert_status(import(f, "xlsx", MINI, ""), BIP_E_USAGE);
    assert_status(import(f, NULL, "{'dates':'mdy'}", ""), BIP_E_USAGE);
    assert_status(import(f, NULL, "{'instruments':'mini'}", ""), BIP_E_USAGE);
    assert_status(import(f, NULL, "{'update':1}", ""), BIP_E_USAGE);
    assert_status(import(f, NULL, "{'instrument':'nix'}", ""), BIP_E_REFUSED);
    assert_status(import(f, NULL, "{'instrument':'mini@9'}", ""), BIP_E_REFUSED);
}

static int stop_at_once(void *ctx, const bip_issue *issue)
{
    (void)issue;
    ++*(int *)ctx;
    return 1;
}

static void test_import__ends_when_the_caller_has_seen_enough(void **state)
{
    static const char file[] = "participant,date,respondent,a,b\nP1,x,self,7,9\nP1,x,self,7,9\n";
    fixture *f = *state;
    test_bytes b = {file, sizeof file - 1, 0, 0};
    int calls = 0;
    test_instrument(f, INSTRUMENT);
    bip_change *change = test_begin(f, NULL);
    assert_status(
        bip_import(change, NULL, "{\"instrument\":\"mini\"}", test_give, &b, stop_at_once, &calls, NULL, &test_err),
        BIP_E_CANCELLED);
    assert_int_equal(calls, 1);
    bip_change_rollback(change);
}

static void test_import__survives_every_failed_allocation(void **state)
{
    fixture *f = *state;
    bip_status st = BIP_E_NOMEM;
    long n = 0;
    test_instrument(f, INSTRUMENT);
    test_participant(f, "P1");
    char *before = strdup(test_document(f, "json", NULL));
    for (; st != BIP_OK && n < 5000; n++) {
        bip_change *change = test_begin(f, NULL);
        test_bytes b = {
            "participant,date,respondent,assessment,indicator,score\nP1,2026-01-02,self,x,a,1\nP2,2026-01-02,"
            "self,,b,2\n",
            103, 0, 0};
        bip__alloc_fail_at(n, true);
        st = bip_import(change, NULL, "{\"instrument\":\"mini\",\"create_participants\":true}", test_give, &b, NULL,
                        NULL, NULL, &test_err);
        bip__alloc_fail_at(-1, false);
        assert_true(st == BIP_OK || st == BIP_E_NOMEM);
        bip_change_rollback(change);
    }
    assert_in_range(n, 20, 4999);
    assert_string_equal(test_document(f, "json", NULL), before);
    free(before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(test_import__takes_a_wide_file),
        ON_BOTH(test_import__takes_a_long_file_and_forms_assessments_of_its_keys),
        ON_MEMORY(test_import__reads_what_excel_writes_in_sweden),
        ON_MEMORY(test_import__takes_jsonl_and_brings_participants_along),
        ON_MEMORY(test_import__takes_dates_with_the_day_first_where_asked),
        ON_MEMORY(test_import__takes_the_instrument_from_a_column),
        ON_MEMORY(test_import__counts_and_skips_rows_that_say_nothing),
        ON_MEMORY(test_import__takes_a_file_whose_groups_hold_nothing),
        ON_MEMORY(test_import__takes_and_counts_dates_after_today),
        ON_MEMORY(test_import__ignores_the_columns_it_is_told_to),
        ON_MEMORY(test_import__puts_brackets_for_national_numbers_in_notes),
        ON_BOTH(test_import__knows_what_it_has),
        ON_BOTH(test_import__refuses_changed_content_unless_told_to_update),
        ON_BOTH(test_import__writes_many_people_in_order_with_changed_and_known_ones_between),
        ON_MEMORY(test_import__leaves_alone_what_a_file_has_no_column_for),
        ON_BOTH(test_import__reads_a_held_key_under_its_own_version),
        ON_BOTH(test_import__takes_a_key_that_a_withdrawal_freed),
        ON_MEMORY(test_import__treats_a_repeated_key_as_if_it_were_in_the_store),
        ON_MEMORY(test_import__refuses_one_key_in_two_versions),
        ON_MEMORY(test_import__compares_the_notes_of_a_repeated_key),
        ON_BOTH(test_import__can_follow_facts_of_the_same_change),
        cmocka_unit_test(test_import__looks_again_where_another_process_recorded_meanwhile),
        cmocka_unit_test(test_import__ends_in_a_store_that_never_rests),
        ON_BOTH(test_import__refuses_every_bad_file_with_its_place),
        ON_MEMORY(test_import__reports_every_bad_cell),
        ON_MEMORY(test_import__refuses_nul_bytes_long_lines_and_deep_nesting),
        ON_MEMORY(test_import__refuses_wrong_usage),
        ON_MEMORY(test_import__ends_when_the_caller_has_seen_enough),
        ON_BOTH(test_import__survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
