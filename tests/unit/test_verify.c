/* What verify finds: nothing in a store that only the library wrote, and every edit made past it. */
#include "support.h"

#include <sqlite3.h>
#include <unistd.h>

#define STEPS(version, continues)                                                                                      \
    "{'instrument':'steps','version':'" version "','continues':" continues                                             \
    ",'title':{'en':'S'},'respondents':[{'code':'participant','title':{'en':'P'}},{'code':'coach','title':{'en':"      \
    "'C'}}],'scales':[{'code':'five','min':1,'max':5}],'indicators':[{'code':'a','title':{'en':'A'},"                  \
    "'scale':'five'},{'code':'b','title':{'en':'B'},'scale':'five','respondents':['coach']}]}"

typedef struct file {
    fixture *f;
    char folder[40], path[80];
    char *bytes; /* of the whole store */
    size_t n;
    char correction[BIP_ID_SIZE];
} file;

/* Everything that a store can hold, in several entries. */
static void fill(file *to)
{
    fixture *f = to->f;
    char id[BIP_ID_SIZE], other[BIP_ID_SIZE];
    test_instrument(f, STEPS("1", "null"));
    bip_change *change = test_begin(f, "first day");
    assert_ok(bip_participant_add(change, "P1", test_day("2026-01-01"), &test_err));
    assert_ok(bip_participant_add(change, "P2", BIP_NO_DATE, &test_err));
    assert_ok(bip_participant_set(change, "P1", "sex", "woman", &test_err));
    assert_ok(bip_participant_set(change, "P1", "unit", "north", &test_err));
    assert_ok(test_add(change, "P1", "steps participant 2026-01-01 H07", "a=1", id));
    assert_ok(test_add(change, "P2", "steps participant 2026-01-01 H07", "a=2", NULL));
    assert_ok(test_add(change, "P1", "steps coach 2026-01-01 H08", "a=2 b=3", NULL));
    test_commit(change);
    test_correct(f, id, "a=4", to->correction);
    test_correct(f, id, "a=5", NULL);
    test_instrument(f, STEPS("2", "'1'"));
    test_record(f, "P2", "steps participant 2026-02-01", "a=3", other);
    test_withdraw(f, other);
    bip_change *set = test_begin(f, NULL);
    assert_ok(bip_participant_set(set, "P1", "sex", "man", &test_err));
    assert_ok(bip_participant_set(set, "P1", "unit", NULL, &test_err));
    test_commit(set);
}

static void keep_bytes(file *to)
{
    FILE *in = fopen(to->path, "rb");
    assert_non_null(in);
    assert_int_equal(fseek(in, 0, SEEK_END), 0);
    to->n = (size_t)ftell(in);
    rewind(in);
    to->bytes = malloc(to->n);
    assert_non_null(to->bytes);
    assert_int_equal(fread(to->bytes, 1, to->n, in), to->n);
    fclose(in);
}

static void put_bytes(const file *from)
{
    FILE *out = fopen(from->path, "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(from->bytes, 1, from->n, out), from->n);
    assert_int_equal(fclose(out), 0);
}

static int make_file(void **state)
{
    file *to = calloc(1, sizeof *to);
    if (to == NULL)
        return -1;
    *state = to;
    to->f = test_fixture();
    snprintf(to->folder, sizeof to->folder, "/tmp/bip-verify-XXXXXX");
    if (mkdtemp(to->folder) == NULL)
        return -1;
    snprintf(to->path, sizeof to->path, "%s/a.bip", to->folder);
    bip_open_options o = test_options(to->f);
    if (bip_store_open(to->path, &o, &to->f->store, &test_err) != BIP_OK)
        return -1;
    fill(to);
    bip_store_close(to->f->store);
    to->f->store = NULL;
    keep_bytes(to);
    return 0;
}

static int remove_file(void **state)
{
    file *from = *state;
    static const char *const ends[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < 3; i++) {
        char path[100];
        snprintf(path, sizeof path, "%s%s", from->path, ends[i]);
        unlink(path);
    }
    int left = rmdir(from->folder);
    free(from->f->text);
    free(from->f);
    free(from->bytes);
    free(from);
    return left;
}

static void run_sql(const file *in, const char *sql)
{
    sqlite3 *db = NULL;
    char *message = NULL;
    put_bytes(in);
    assert_int_equal(sqlite3_open(in->path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
        fail_msg("%s: %s", sql, message);
    assert_true(sqlite3_total_changes(db) > 0); /* the edit did hit something */
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* The faults of the file as it is, or the error where it can't even be opened. */
static const char *faults(file *in)
{
    bip_open_options o = test_options(in->f);
    o.flags = 0;
    bip_status st = bip_store_open(in->path, &o, &in->f->store, &test_err);
    if (st != BIP_OK)
        return test_err.message;
    const char *text = test_faults(in->f);
    bip_store_close(in->f->store);
    in->f->store = NULL;
    return text;
}

/* ------------------------------------------------------------ claims */

static void test_verify__finds_nothing_in_what_the_library_wrote(void **state)
{
    file *in = *state;
    assert_string_equal(faults(in), "");
}

typedef struct edit {
    const char *sql, *found; /* what a fault must name */
} edit;

static void check_edits(file *in, const edit *edits, size_t n)
{
    int missed = 0;
    for (size_t i = 0; i < n; i++) {
        run_sql(in, edits[i].sql);
        const char *text = faults(in);
        if (strstr(text, edits[i].found) != NULL)
            continue;
        print_error("%s: \"%s\" is not in \"%s\"\n", edits[i].sql, edits[i].found, text);
        missed++;
    }
    assert_int_equal(missed, 0);
}
#define CHECK(in, edits) check_edits(in, edits, sizeof edits / sizeof *edits)

static void test_verify__finds_every_edit_of_an_assessment(void **state)
{
    static const edit edits[] = {
        {"UPDATE assessment SET scores='[5]' WHERE scores='[1]'", "participant P1"},
        {"UPDATE assessment SET scores='[4,null]' WHERE scores='[4]'", "participant P1"},
        {"UPDATE assessment SET scores=NULL WHERE scores='[2,3]'", "participant P1"},
        {"UPDATE assessment SET scores='[3]' WHERE scores IS NULL", "participant P2"},
        {"UPDATE assessment SET person=2 WHERE scores='[1]'", "participant P2"},
        {"UPDATE assessment SET day=day+1 WHERE scores='[2,3]'", "participant P1"},
        {"UPDATE assessment SET entry=entry+1 WHERE scores='[2,3]'", "participant P1"},
        {"UPDATE assessment SET idx=idx+1 WHERE scores='[2,3]'", "participant P1"},
        {"UPDATE assessment SET idx=idx+100 WHERE scores='[2,3]'", "participant P1"},
        {"UPDATE assessment SET instrument=instrument+1 WHERE scores='[2,3]'", "participant P1"},
        {"UPDATE assessment SET instrument=99 WHERE scores='[2,3]'", "participant P1"},
        {"UPDATE assessment SET respondent=(SELECT n FROM word WHERE text='officer') WHERE scores='[2,3]'",
         "participant P1"},
        {"UPDATE assessment SET respondent=999 WHERE scores='[2,3]'", "P1"},
        {"UPDATE assessment SET rater=NULL WHERE scores='[2,3]'", "participant P1"},
        {"UPDATE assessment SET rater=(SELECT n FROM word WHERE text='H07') WHERE scores='[2,3]'", "participant P1"},
        {"UPDATE assessment SET rater=999 WHERE scores='[2,3]'", "P1"},
        {"UPDATE assessment SET current=0 WHERE scores='[2,3]'", "participant P1"},
        {"UPDATE assessment SET current=1 WHERE scores='[1]'", "participant P1"},
        {"UPDATE assessment SET root_entry=NULL, root_idx=NULL WHERE scores='[4]'", "participant P1"},
        {"UPDATE assessment SET root_idx=root_idx+1 WHERE scores='[4]'", "participant P1"},
        {"UPDATE assessment SET root_entry=999 WHERE scores='[4]'", "participant P1"},
        {"UPDATE assessment SET note='changed' WHERE scores='[2,3]'", "participant P1"},
        {"UPDATE assessment SET reason=NULL WHERE scores='[2,3]'", "participant P1"},
        {"DELETE FROM assessment WHERE scores='[2,3]'", "entry"},
        {"DELETE FROM assessment WHERE scores='[5]'", "entry"},
        {"DELETE FROM assessment WHERE scores='[2]'", "entry"},
        {"INSERT INTO assessment SELECT person,day+1,entry,idx+50,instrument,respondent,rater,1,NULL,NULL,scores,note,"
         "reason FROM assessment WHERE scores='[2,3]'",
         "participant P1"},
        {"INSERT INTO assessment SELECT person,day+1,entry,idx,instrument,respondent,rater,1,NULL,NULL,scores,note,"
         "reason FROM assessment WHERE scores='[2,3]'",
         "participant P1"},
        {"INSERT INTO assessment SELECT 77,day,entry,idx,instrument,respondent,rater,1,NULL,NULL,scores,note,"
         "reason FROM assessment WHERE scores='[2,3]'",
         "missing"},
        {"UPDATE assessment SET scores=CASE scores WHEN '[1]' THEN '[4]' ELSE '[1]' END WHERE scores IN ('[1]','[4]')",
         "participant P1"},
    };
    file *in = *state;
    CHECK(in, edits);
}

static void test_verify__finds_every_edit_of_a_fact(void **state)
{
    static const edit edits[] = {
        {"UPDATE fact SET body=replace(body,'woman','other') WHERE body LIKE '%woman%'", "participant P1"},
        {"UPDATE fact SET person=2 WHERE body LIKE '%woman%'", "participant P"},
        {"UPDATE fact SET entry=entry+1 WHERE body LIKE '%woman%'", "participant P1"},
        {"UPDATE fact SET idx=idx+20 WHERE body LIKE '%woman%'", "participant P1"},
        {"UPDATE fact SET kind=1 WHERE body LIKE '%woman%'", "participant P1"},
        {"UPDATE fact SET kind=7 WHERE body LIKE '%woman%'", "participant P1"},
        {"UPDATE fact SET day=day+1 WHERE day IS NOT NULL", "participant P1"},
        {"UPDATE fact SET day=5 WHERE body LIKE '%woman%'", "participant P1"},
        {"UPDATE fact SET day_to=5 WHERE body LIKE '%woman%'", "participant P1"},
        {"UPDATE fact SET current=0 WHERE body LIKE '%woman%'", "participant P1"},
        {"UPDATE fact SET root_entry=1, root_idx=0 WHERE body LIKE '%woman%'", "participant P1"},
        {"DELETE FROM fact WHERE body LIKE '%woman%'", "entry"},
        {"DELETE FROM fact WHERE person=1", "entry"},
        {"INSERT INTO fact SELECT person,kind,entry,idx+50,current,day,day_to,root_entry,root_idx,body FROM fact WHERE "
         "body LIKE '%woman%'",
         "participant P1"},
    };
    file *in = *state;
    CHECK(in, edits);
}

static void test_verify__finds_every_edit_of_the_trail(void **state)
{
    static const edit edits[] = {
        {"UPDATE entry SET at=at+1 WHERE n=2", "entry "},
        {"UPDATE entry SET logical=logical+1 WHERE n=2", "entry "},
        {"UPDATE entry SET logical=logical-1 WHERE n=3", "entry "},
        {"UPDATE entry SET id=randomblob(16) WHERE n=2", "entry "},
        {"UPDATE entry SET id=randomblob(15) WHERE n=2", "audit trail"},
        {"UPDATE entry SET hash=randomblob(32) WHERE n=2", "entry "},
        {"UPDATE entry SET actor=(SELECT n FROM word WHERE text='H07') WHERE n=2", "entry "},
        {"INSERT INTO word(kind,text) VALUES(3,'eva'); UPDATE entry SET actor=last_insert_rowid() WHERE n=2", "entry "},
        {"DELETE FROM entry WHERE n=2", "missing"},
        {"INSERT INTO entry SELECT 77,randomblob(16),1,at,logical,actor,randomblob(32),pos,identity,leaf FROM entry "
         "WHERE n=2",
         "entry "},
        {"UPDATE entry SET moved=1 WHERE n=2", "by its id"},
        {"INSERT INTO entry SELECT 77,id,1,at,logical,actor,hash,pos,identity,leaf FROM entry WHERE n=2",
         "stands twice"},
        {"INSERT INTO parent VALUES(3,3)", "entry "},
        {"INSERT INTO parent VALUES(4,1)", "entry "},
        {"INSERT INTO parent VALUES(5,1),(5,4)", "entry "},
        {"INSERT INTO parent VALUES(3,2)", "parents"},
        {"INSERT INTO parent VALUES(1,1)", "parents"},
        {"INSERT INTO head VALUES(1)", "heads"},
        {"UPDATE entry SET leaf=randomblob(32) WHERE n=2", "participant P1"},
        {"UPDATE entry SET leaf=x'00' WHERE n=2", "entry "},
        {"UPDATE entry SET leaf=NULL WHERE n=2", "entry "},
        {"UPDATE entry SET pos=pos+50 WHERE n=2", "entry "},
        {"UPDATE entry SET identity=2 WHERE n=2", "participant P1"},
        {"UPDATE entry SET identity=77 WHERE n=2", "entry "},
        {"UPDATE entry SET identity=NULL WHERE n=2", "participant P1"},
        {"UPDATE entry SET pos=NULL, identity=NULL, leaf=NULL WHERE n=2", "participant P1"},
        {"UPDATE leaf SET hash=randomblob(32) WHERE entry=2 AND pos=0", "participant P1"},
        {"UPDATE leaf SET pos=pos+50 WHERE entry=2 AND pos=0", "entry "},
        {"UPDATE leaf SET identity=2 WHERE entry=2 AND pos=0", "participant P1"},
        {"UPDATE leaf SET identity=NULL WHERE entry=2 AND pos=0", "participant P1"},
        {"UPDATE leaf SET entry=77 WHERE entry=2 AND pos=0", "entry "},
        {"DELETE FROM leaf WHERE entry=2 AND pos=0", "participant P1"},
        {"INSERT INTO leaf VALUES(2,90,1,randomblob(32))", "entry "},
        {"UPDATE identity SET uuid=randomblob(16) WHERE n=1", "identity 1"},
        {"UPDATE identity SET hash=randomblob(32) WHERE n=1", "identity 1"},
        {"UPDATE identity SET uuid=NULL WHERE n=1", "participant P1"},
        {"UPDATE identity SET person=2 WHERE n=1", "participant P1"},
        {"UPDATE identity SET person=NULL WHERE n=1", "participant P1"},
        {"UPDATE identity SET erased_by=2 WHERE n=1", "identity 1"},
        {"DELETE FROM identity WHERE n=1", "participant P1"},
        {"INSERT INTO identity VALUES(9,randomblob(16),randomblob(32),1,NULL)", "identity 9"},
    };
    file *in = *state;
    CHECK(in, edits);
}

static void test_verify__finds_every_edit_of_codes_and_words(void **state)
{
    static const edit edits[] = {
        {"UPDATE person SET code='P9' WHERE code='P1'", "participant P9"},
        {"UPDATE person SET code=CASE code WHEN 'P1' THEN 'x' ELSE 'P1' END; UPDATE person SET code='P2' WHERE "
         "code='x'",
         "participant P1"},
        {"DELETE FROM person WHERE code='P1'", "missing"},
        {"INSERT INTO person(code) VALUES('P3')", "participant P3"},
        {"UPDATE word SET kind=2 WHERE text='coach'", "of another kind"},
        {"INSERT INTO meta VALUES('wrong','1')", "setting wrong"},
        {"INSERT INTO fact VALUES(0,1,2,901,1,NULL,NULL,NULL,NULL,'{}')", "fact"},
        {"INSERT INTO meta VALUES('lang','sv'); CREATE TRIGGER t AFTER INSERT ON fact BEGIN DELETE FROM leaf; END",
         "trigger t: is not as a store of this version has it"},
        {"INSERT INTO meta VALUES('lang','sv'); DROP VIEW score", "is missing"},
        {"UPDATE word SET text='H09' WHERE text='H07'", "participant P1"},
        {"UPDATE word SET text='coach2' WHERE text='coach'", "participant P1"},
        {"UPDATE word SET text='eva' WHERE text='anna'", "entry "},
        {"DELETE FROM word WHERE text='H07'", "missing"},
        {"PRAGMA foreign_keys=0; DELETE FROM word WHERE text='anna'", "missing"},
    };
    file *in = *state;
    CHECK(in, edits);
}

static void test_verify__finds_every_edit_of_an_instrument(void **state)
{
    static const edit edits[] = {
        {"UPDATE instrument SET json=replace(json,'\"max\":5','\"max\":6') WHERE code='steps' AND version='1'",
         "entry "},
        {"UPDATE instrument SET json=json||' ' WHERE code='steps' AND version='1'", "entry "},
        {"UPDATE instrument SET json='{' WHERE code='steps' AND version='1'", "steps@1"},
        {"UPDATE instrument SET code='stepz' WHERE code='steps' AND version='1'", "stepz"},
        {"UPDATE instrument SET version='9' WHERE code='steps' AND version='1'", "steps@9"},
        {"UPDATE instrument SET entry=NULL, idx=NULL WHERE code='steps' AND version='2'", "steps@2"},
        {"UPDATE instrument SET entry=entry+1 WHERE code='steps' AND version='1'", "entry "},
        {"UPDATE instrument SET idx=idx+1 WHERE code='steps' AND version='1'", "entry "},
        {"UPDATE instrument SET reason='why' WHERE code='steps' AND version='1'", "entry "},
        {"UPDATE instrument SET n=n+20 WHERE code='steps' AND version='2'", "steps"},
        {"DELETE FROM item WHERE instrument=(SELECT n FROM instrument WHERE code='steps' AND version='2'); "
         "DELETE FROM instrument WHERE code='steps' AND version='2'",
         "entry "},
        {"UPDATE instrument SET json=replace(json,'\"version\":\"1\"','\"version\":\"1\",\"continues\":\"2\"') WHERE "
         "code='steps' AND version='1'",
         "entry "},
        {"UPDATE instrument SET json=replace(json,'Participant','Client') WHERE code='employability'",
         "employability@1: is said to be built in, but is not the built-in one of that version"},
        {"INSERT INTO instrument SELECT 50,code,'7',replace(json,'\"version\":\"1\"','\"version\":\"7\"'),NULL,NULL,"
         "NULL FROM instrument WHERE code='steps' AND version='1'",
         "steps@7: is not known to this version of libbip"},
        /* in step with the rest: it would lend its rules to every series of version 1 */
        {"INSERT INTO instrument SELECT 50,code,'2',replace(json,'\"version\":\"1\"','\"version\":\"2\",\"continues\":"
         "\"1\"'),NULL,NULL,NULL FROM instrument WHERE code='employability'; INSERT INTO item SELECT 50,respondent,pos,"
         "code FROM item WHERE instrument=(SELECT n FROM instrument WHERE code='employability' AND version='1')",
         "employability@2: is not known to this version of libbip"},
        {"UPDATE item SET code='b' WHERE code='a' AND instrument=(SELECT min(n) FROM instrument WHERE code='steps')",
         "steps"},
        {"DELETE FROM item WHERE code='a'", "steps"},
        {"UPDATE item SET pos=pos+1 WHERE code='b'", "steps"},
        {"INSERT INTO item SELECT instrument,respondent,pos+5,'z' FROM item WHERE code='b'", "steps"},
    };
    file *in = *state;
    CHECK(in, edits);
}

/* ------------------------------------------------------------ telling */

static int stop(void *ctx, const bip_issue *issue)
{
    (void)issue;
    ++*(int *)ctx;
    return 1;
}

static void test_verify__stops_where_it_is_told_to(void **state)
{
    file *in = *state;
    int calls = 0;
    run_sql(in, "UPDATE assessment SET note='changed'");
    bip_open_options o = test_options(in->f);
    o.flags = 0;
    assert_ok(bip_store_open(in->path, &o, &in->f->store, &test_err));
    assert_status(bip_store_verify(in->f->store, NULL, stop, &calls, &test_err), BIP_E_CANCELLED);
    assert_int_equal(calls, 1);
    assert_status(bip_store_verify(in->f->store, NULL, NULL, NULL, &test_err), BIP_E_CORRUPT);
    assert_message("faults found");
    bip_store_close(in->f->store);
    in->f->store = NULL;
}

static void test_verify__names_the_entry_and_the_participant(void **state)
{
    file *in = *state;
    char where[80];
    run_sql(in, "UPDATE assessment SET scores='[3]' WHERE scores='[4]'");
    snprintf(where, sizeof where, "entry %.32s, participant P1: ", in->correction);
    const char *text = faults(in);
    assert_memory_equal(text, where, strlen(where));
    assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1); /* and nothing else */
}

/* ------------------------------------------------------------ anchors */

static void test_verify__holds_an_anchor_against_the_trail(void **state)
{
    fixture *f = *state;
    char anchor[200], wrong[300];
    bip_change *change = test_begin(f, NULL);
    assert_ok(bip_participant_add(change, "P1", BIP_NO_DATE, &test_err));
    test_commit(change);
    snprintf(anchor, sizeof anchor, "%s", test_document(f, "head", NULL));
    test_participant(f, "P2"); /* the anchor is no head any more, and still in the trail */
    assert_ok(bip_store_verify(f->store, anchor, test_take_issue, f, &test_err));
    anchor[strlen(anchor) - 1] = '\0'; /* without its line feed */
    assert_ok(bip_store_verify(f->store, anchor, NULL, NULL, &test_err));
    snprintf(wrong, sizeof wrong, "%s", anchor);
    wrong[40] = wrong[40] == '0' ? '1' : '0';
    test_clear(f);
    assert_status(bip_store_verify(f->store, wrong, test_take_issue, f, &test_err), BIP_E_CORRUPT);
    assert_non_null(strstr(f->text, "anchor, line 1: this entry is not the one"));
    snprintf(wrong, sizeof wrong, "\r\n%s", anchor);
    wrong[5] = wrong[5] == '0' ? '1' : '0';
    test_clear(f);
    assert_status(bip_store_verify(f->store, wrong, test_take_issue, f, &test_err), BIP_E_CORRUPT);
    assert_non_null(strstr(f->text, "anchor, line 2: this entry is gone"));
}

static void test_verify__refuses_an_anchor_it_cannot_read(void **state)
{
    static const char *const anchors[] = {"x", "00000000000000000000000000000000", "a b\n", "", "\n\r\n"};
    fixture *f = *state;
    for (size_t i = 0; i < sizeof anchors / sizeof *anchors; i++)
        assert_status(bip_store_verify(f->store, anchors[i], NULL, NULL, &test_err), BIP_E_REFUSED);
}

static void test_verify__is_refused_while_a_change_is_open(void **state)
{
    fixture *f = *state;
    bip_change *change = test_begin(f, NULL);
    assert_ok(bip_store_verify(f->store, NULL, NULL, NULL, &test_err)); /* nothing written yet */
    assert_ok(bip_participant_add(change, "P1", BIP_NO_DATE, &test_err));
    assert_status(bip_store_verify(f->store, NULL, NULL, NULL, &test_err), BIP_E_USAGE);
    test_commit(change);
    assert_string_equal(test_faults(f), "");
    assert_status(bip_store_verify(NULL, NULL, NULL, NULL, NULL), BIP_E_USAGE);
}

int main(void)
{
#define ON_FILE(test) cmocka_unit_test_setup_teardown(test, make_file, remove_file)
    const struct CMUnitTest tests[] = {
        ON_FILE(test_verify__finds_nothing_in_what_the_library_wrote),
        ON_FILE(test_verify__finds_every_edit_of_an_assessment),
        ON_FILE(test_verify__finds_every_edit_of_a_fact),
        ON_FILE(test_verify__finds_every_edit_of_the_trail),
        ON_FILE(test_verify__finds_every_edit_of_codes_and_words),
        ON_FILE(test_verify__finds_every_edit_of_an_instrument),
        ON_FILE(test_verify__stops_where_it_is_told_to),
        ON_FILE(test_verify__names_the_entry_and_the_participant),
        ON_BOTH(test_verify__holds_an_anchor_against_the_trail),
        ON_BOTH(test_verify__refuses_an_anchor_it_cannot_read),
        ON_BOTH(test_verify__is_refused_while_a_change_is_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
