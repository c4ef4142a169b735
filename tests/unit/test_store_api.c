/* Opening and keeping a store through bip.h, and its documents. */
#include "support.h"

#include <unistd.h>

/* ------------------------------------------------------------ opening */

static void test_store_api__says_usage_for_null(void **state)
{
    fixture *f = *state;
    bip_store *store = (bip_store *)f;
    assert_status(bip_store_open(NULL, NULL, &store, NULL), BIP_E_USAGE);
    assert_null(store);
    assert_status(bip_store_open("", NULL, &store, NULL), BIP_E_USAGE);
    assert_status(bip_store_open(":memory:", NULL, NULL, NULL), BIP_E_USAGE);
    bip_store_close(NULL);
    bip_store_interrupt(NULL);
    assert_string_equal(bip_store_lang(NULL), "");
    assert_int_equal(bip_store_today(NULL), BIP_NO_DATE);
    assert_status(bip_store_backup(NULL, "x", NULL), BIP_E_USAGE);
    assert_status(bip_store_backup(f->store, NULL, NULL), BIP_E_USAGE);
    assert_status(bip_store_backup(f->store, "", NULL), BIP_E_USAGE);
    bip_open_options_init(NULL, sizeof(bip_open_options));
}

static void test_store_api__takes_options_of_other_sizes(void **state)
{
    fixture *f = *state;
    struct {
        bip_open_options o;
        char later[40];
    } longer;
    bip_store *store = NULL;
    memset(&longer, 0xa5, sizeof longer);
    longer.o = test_options(f);
    longer.o.size = sizeof longer;
    longer.o.lang = "da";
    assert_ok(bip_store_open(":memory:", &longer.o, &store, &test_err));
    assert_string_equal(bip_store_lang(store), "da");
    bip_store_close(store);
    longer.o.size = offsetof(bip_open_options, lang); /* knows no language */
    longer.o.lang = (const char *)(uintptr_t)1;
    assert_ok(bip_store_open(":memory:", &longer.o, &store, &test_err));
    assert_string_equal(bip_store_lang(store), "");
    bip_store_close(store);
    longer.o.size = 0; /* never set */
    assert_status(bip_store_open(":memory:", &longer.o, &store, &test_err), BIP_E_USAGE);
    assert_string_equal(test_err.where, "options");
    assert_null(store);
}

/* A later library may mean by it that the file is to be protected somehow: better no store than one without. */
static void test_store_api__refuses_a_flag_it_does_not_know(void **state)
{
    fixture *f = *state;
    bip_open_options o = test_options(f);
    bip_store *store = NULL;
    o.flags |= 1u << 31;
    assert_status(bip_store_open(":memory:", &o, &store, &test_err), BIP_E_USAGE);
    assert_string_equal(test_err.where, "options.flags");
    assert_null(store);
}

static void test_store_api__tells_today_by_the_callers_clock(void **state)
{
    fixture *f = *state;
    assert_int_equal(bip_store_today(f->store), test_day("2026-11-21"));
    f->now_ms += 2 * (int64_t)86400000;
    assert_int_equal(bip_store_today(f->store), test_day("2026-11-23"));
}

static void test_store_api__takes_national_numbers_where_it_was_made_to(void **state)
{
    fixture *f = *state;
    test_words w;
    bip_open_options o = test_options(f);
    o.flags |= BIP_OPEN_ALLOW_NATIONAL_IDS;
    bip_store_close(f->store);
    assert_ok(bip_store_open(":memory:", &o, &f->store, &test_err));
    test_participant(f, "811218-9876");
    bip_change *change = test_begin(f, "as 811218-9876 asked");
    bip_assessment_in in = test_assessment(&w, "811218-9876", "employability participant 2026-01-01 8112189876", "");
    in.note = "19811218-9876";
    in.redact = 1; /* nothing to take out where they are allowed */
    assert_ok(bip_assessment_add(change, &in, NULL, &test_err));
    test_commit(change);
    assert_non_null(strstr(test_assessments(f, NULL), "\"19811218-9876\""));
}

static void test_store_api__ends_an_open_change_when_closed(void **state)
{
    fixture *f = *state;
    bip_change *change = test_begin(f, NULL);
    assert_ok(bip_participant_add(change, "P1", BIP_NO_DATE, &test_err));
    /* the tear-down closes the store and finds every block given back */
}

/* ------------------------------------------------------------ a file */

typedef struct place {
    char folder[40], path[80], copy[80];
} place;

static void make_place(place *p)
{
    snprintf(p->folder, sizeof p->folder, "/tmp/bip-api-XXXXXX");
    assert_non_null(mkdtemp(p->folder));
    snprintf(p->path, sizeof p->path, "%s/a.bip", p->folder);
    snprintf(p->copy, sizeof p->copy, "%s/b.bip", p->folder);
}

static void remove_place(const place *p)
{
    const char *const ends[] = {"", "-wal", "-shm"};
    char file[100];
    for (size_t i = 0; i < 3; i++) {
        snprintf(file, sizeof file, "%s%s", p->path, ends[i]);
        unlink(file);
        snprintf(file, sizeof file, "%s%s", p->copy, ends[i]);
        unlink(file);
    }
    assert_int_equal(rmdir(p->folder), 0); /* nothing else was left behind */
}

static void test_store_api__opens_for_reading_unless_told(void **state)
{
    fixture *f = *state;
    bip_change *change = NULL;
    bip_store *other = (bip_store *)f;
    place p;
    make_place(&p);
    bip_open_options o = test_options(f);
    o.lang = "sv";
    bip_store_close(f->store);
    f->store = NULL;
    assert_status(bip_store_open(p.path, NULL, &f->store, &test_err), BIP_E_NOT_FOUND);
    assert_ok(bip_store_open(p.path, &o, &f->store, &test_err));
    test_participant(f, "P1");
    assert_status(bip_store_open(p.path, &o, &other, &test_err), BIP_E_CONFLICT);
    assert_null(other);
    bip_store_close(f->store);
    assert_ok(bip_store_open(p.path, NULL, &f->store, &test_err));
    assert_string_equal(bip_store_lang(f->store), "sv");
    assert_status(bip_change_begin(f->store, "anna", NULL, &change, &test_err), BIP_E_READ_ONLY);
    assert_null(change);
    assert_non_null(strstr(test_document(f, "participants", NULL), "P1"));
    bip_store_close(f->store);
    o.flags = BIP_OPEN_WRITE;
    assert_ok(bip_store_open(p.path, &o, &f->store, &test_err));
    test_participant(f, "P2");
    bip_store_close(f->store);
    f->store = NULL;
    remove_place(&p);
}

static void test_store_api__leaves_no_file_where_it_could_not_be_made(void **state)
{
    fixture *f = *state;
    place p;
    bip_status st = BIP_E_NOMEM;
    make_place(&p);
    bip_open_options o = test_options(f);
    bip_store_close(f->store);
    f->store = NULL;
    for (long n = 0; st != BIP_OK; n += 37) { /* every one of them is test_nomem's */
        bip__alloc_fail_at(n, false);
        st = bip_store_open(p.path, &o, &f->store, &test_err);
        bip__alloc_fail_at(-1, false);
        if (st != BIP_OK)
            assert_status(st, BIP_E_NOMEM);
        assert_int_equal(access(p.path, F_OK), st == BIP_OK ? 0 : -1);
    }
    bip_store_close(f->store);
    f->store = NULL;
    remove_place(&p);
}

static void test_store_api__copies_what_is_committed(void **state)
{
    fixture *f = *state;
    place p;
    make_place(&p);
    bip_open_options o = test_options(f);
    bip_store_close(f->store);
    assert_ok(bip_store_open(p.path, &o, &f->store, &test_err));
    test_participant(f, "P1");
    char *before = test_state(f);
    bip_change *change = test_begin(f, NULL);
    assert_ok(bip_participant_add(change, "P2", BIP_NO_DATE, &test_err));
    assert_status(bip_store_backup(f->store, p.copy, &test_err), BIP_E_USAGE); /* half of a change is no copy */
    bip_change_rollback(change);
    assert_ok(bip_store_backup(f->store, p.copy, &test_err));
    assert_status(bip_store_backup(f->store, p.copy, &test_err), BIP_E_CONFLICT);
    bip_store_close(f->store);
    assert_ok(bip_store_open(p.copy, NULL, &f->store, &test_err));
    test_unchanged(f, before);
    bip_store_close(f->store);
    f->store = NULL;
    remove_place(&p);
}

/* ------------------------------------------------------------ documents */

static void test_store_api__knows_its_documents(void **state)
{
    static const char *const unknown[] = {"", "Progression", "progression ", "csv"};
    fixture *f = *state;
    test_participant(f, "P1");
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
        assert_status(test_try_document(f, unknown[i], NULL), BIP_E_USAGE);
    assert_string_equal(test_err.where, "document");
    assert_status(test_try_document(f, NULL, NULL), BIP_E_USAGE);
    assert_status(bip_write(NULL, "head", NULL, NULL, test_collect, f, NULL), BIP_E_USAGE);
    assert_status(bip_write(f->store, "head", NULL, NULL, NULL, f, NULL), BIP_E_USAGE);
    assert_status(bip_write(f->store, "head", NULL, "{\"x\":1}", test_collect, f, NULL), BIP_E_USAGE);
    assert_status(bip_write(f->store, "json", NULL, "{\"x\":1}", test_collect, f, NULL), BIP_E_USAGE);
    test_participant(f, "P2"); /* nothing was left open */
}

static int enough(void *ctx, const char *bytes, size_t n)
{
    (void)bytes;
    *(size_t *)ctx += n;
    return 1;
}

static void test_store_api__stops_writing_where_the_sink_says_so(void **state)
{
    static const char *const documents[] = {"progression",  "progression-text", "history", "history-text",
                                            "participants", "instruments",      "head",    "json"};
    fixture *f = *state;
    test_participant(f, "P1");
    test_record(f, "P1", "employability participant 2026-01-01", "cooperation=3", NULL);
    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++) {
        size_t n = 0;
        assert_status(bip_write(f->store, documents[i], NULL, NULL, enough, &n, &test_err), BIP_E_CANCELLED);
        assert_true(n > 0);
    }
    test_participant(f, "P2");
}

static void test_store_api__does_not_export_half_a_change(void **state)
{
    fixture *f = *state;
    bip_change *change = test_begin(f, NULL);
    assert_ok(bip_participant_add(change, "P1", BIP_NO_DATE, &test_err));
    assert_status(test_try_document(f, "json", NULL), BIP_E_USAGE);
    test_commit(change);
    assert_non_null(strstr(test_document(f, "json", NULL), "\"P1\""));
}

typedef struct reentry {
    bip_change *change;
    bip_status st;
} reentry;

static int write_meanwhile(void *ctx, const char *bytes, size_t n)
{
    reentry *r = ctx;
    (void)bytes, (void)n;
    if (r->st == BIP_OK) /* the first piece comes while the rest is still to be read */
        r->st = bip_participant_add(r->change, "P9", BIP_NO_DATE, NULL);
    return 0;
}

static void test_store_api__takes_no_fact_from_inside_a_document(void **state)
{
    fixture *f = *state;
    reentry r = {test_begin(f, NULL), BIP_OK};
    for (int i = 0; i < 6000; i++) {
        char code[20];
        snprintf(code, sizeof code, "Q%d", i);
        assert_ok(bip_participant_add(r.change, code, BIP_NO_DATE, &test_err));
    }
    assert_ok(bip_write(f->store, "participants", NULL, NULL, write_meanwhile, &r, &test_err));
    assert_status(r.st, BIP_E_USAGE);
    test_commit(r.change);
    assert_null(strstr(test_document(f, "participants", NULL), "P9"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(test_store_api__says_usage_for_null),
        ON_MEMORY(test_store_api__takes_options_of_other_sizes),
        ON_MEMORY(test_store_api__refuses_a_flag_it_does_not_know),
        ON_BOTH(test_store_api__tells_today_by_the_callers_clock),
        ON_SQLITE(test_store_api__takes_national_numbers_where_it_was_made_to),
        ON_BOTH(test_store_api__ends_an_open_change_when_closed),
        ON_SQLITE(test_store_api__opens_for_reading_unless_told),
        ON_SQLITE(test_store_api__leaves_no_file_where_it_could_not_be_made),
        ON_SQLITE(test_store_api__copies_what_is_committed),
        ON_BOTH(test_store_api__knows_its_documents),
        ON_BOTH(test_store_api__stops_writing_where_the_sink_says_so),
        ON_BOTH(test_store_api__does_not_export_half_a_change),
        ON_BOTH(test_store_api__takes_no_fact_from_inside_a_document),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
