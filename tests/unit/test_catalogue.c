/* The instruments in a store: finding versions, and when they are read again. */
#include "support.h"

#define ONE(version, continues)                                                                                        \
    "{'instrument':'steps','version':'" version "','continues':" continues                                             \
    ",'title':{'en':'S'},'respondents':[{'code':'participant','title':{'en':'P'}},{'code':'silent','title':{'en':"     \
    "'N'}}],'scales':[{'code':'five','min':1,'max':5}],'indicators':[{'code':'a','title':{'en':'A'},'scale':"          \
    "'five','respondents':['participant']}]}"

static const bip__catalogue *read(fixture *f)
{
    const bip__catalogue *c = NULL;
    assert_ok(bip__context_catalogue(&f->store->context, &c, &test_err));
    return c;
}

static void test_catalogue__begins_with_the_built_in_instruments(void **state)
{
    fixture *f = *state;
    const bip__catalogue *c = read(f);
    bool named = true;
    assert_int_equal(c->n, bip__n_builtins);
    assert_non_null(bip__catalogue_find(c, "employability", &named));
    assert_false(named);
    assert_non_null(bip__catalogue_find(c, "audit@1", &named));
    assert_true(named);
    for (size_t i = 0; i < c->n; i++)
        assert_true(c->versions[i].builtin);
}

static void test_catalogue__finds_the_version_added_last_or_the_one_named(void **state)
{
    fixture *f = *state;
    bool named;
    test_instrument(f, ONE("2", "null"));
    test_instrument(f, ONE("10", "null"));
    test_instrument(f, ONE("1", "'2'"));
    const bip__catalogue *c = read(f);
    assert_string_equal(bip__catalogue_find(c, "steps", &named)->def->version, "1");
    assert_string_equal(bip__catalogue_find(c, "steps@10", &named)->def->version, "10");
    assert_ptr_equal(bip__catalogue_exact(c, "steps", "2"), bip__catalogue_find(c, "steps@2", &named));
    assert_null(bip__catalogue_find(c, "steps@3", &named));
    assert_null(bip__catalogue_find(c, "step", &named));
    assert_null(bip__catalogue_find(c, "steps@", &named));
    assert_null(bip__catalogue_latest(c, "Steps"));
    assert_int_equal(bip__catalogue_count(c, "steps"), 3);
    for (size_t i = 0; i < c->n; i++)
        assert_ptr_equal(bip__catalogue_number(c, c->versions[i].n), &c->versions[i]);
    assert_null(bip__catalogue_number(c, 0));
    assert_null(bip__catalogue_number(c, 99));
}

static void test_catalogue__links_versions_both_ways(void **state)
{
    fixture *f = *state;
    test_instrument(f, ONE("1", "null"));
    test_instrument(f, ONE("2", "'1'"));
    const bip__catalogue *c = read(f);
    const bip__version *old = bip__catalogue_exact(c, "steps", "1"), *new = bip__catalogue_exact(c, "steps", "2");
    assert_ptr_equal(&c->versions[old->newer], new);
    assert_ptr_equal(&c->versions[new->older], old);
    assert_int_equal(old->older, -1);
    assert_int_equal(new->newer, -1);
}

static void test_catalogue__refuses_other_content_under_the_same_version(void **state)
{
    fixture *f = *state;
    test_instrument(f, ONE("1", "null"));
    char *before = test_state(f);
    bip_change *change = test_begin(f, NULL);
    assert_ok(test_instrument_in(change, " " ONE("1", "null") " ")); /* the same, printed otherwise */
    assert_ok(test_instrument_in(change, "{'version':'1','instrument':'steps','title':{'en':'S'},'indicators':[{"
                                         "'code':'a','title':{'en':'A'},'scale':'five','respondents':['participant']"
                                         "}],'respondents':[{'code':'participant','title':{'en':'P'}},{'code':"
                                         "'silent','title':{'en':'N'}}],'scales':[{'code':'five','max':5.0,'min':1}]"
                                         ",'continues':null}"));
    assert_status(test_instrument_in(change, "{'instrument':'steps','version':'1','title':{'en':'Other'},"
                                             "'respondents':[{'code':'participant','title':{'en':'P'}}],'scales':[{"
                                             "'code':'five','min':1,'max':5}],'indicators':[{'code':'a','title':{"
                                             "'en':'A'},'scale':'five'}]}"),
                  BIP_E_REFUSED);
    assert_string_equal(test_err.where, "version");
    test_commit(change);
    test_unchanged(f, before);
}

static void test_catalogue__is_kept_over_commits_that_add_no_instrument(void **state)
{
    fixture *f = *state;
    test_instrument(f, ONE("1", "null"));
    const bip__catalogue *c = read(f);
    const bip__version *v = bip__catalogue_latest(c, "steps");
    test_participant(f, "P1");
    test_record(f, "P1", "steps participant 2026-01-01", "a=1", NULL);
    assert_ptr_equal(read(f), c);
    assert_ptr_equal(bip__catalogue_latest(read(f), "steps"), v);
    test_instrument(f, ONE("2", "'1'"));
    assert_string_equal(bip__catalogue_latest(read(f), "steps")->def->version, "2");
}

/* Nothing is asked of "silent", so that no item names it in storage before the first assessment does. */
static void test_catalogue__learns_the_word_of_a_respondent_who_is_asked_nothing(void **state)
{
    fixture *f = *state;
    test_instrument(f, ONE("1", "null"));
    test_instrument(f, ONE("2", "'1'"));
    test_participant(f, "P1");
    assert_string_equal(test_assessments(f, NULL), "");
    test_record(f, "P1", "steps@1 silent 2026-01-01", "", NULL);
    assert_string_equal(test_assessments(f, NULL), "P1 steps@1 silent 2026-01-01 - r0\n");
    assert_string_equal(test_faults(f), "");
    bip_change *change = test_begin(f, NULL);
    assert_ok(test_add(change, "P1", "steps@2 silent 2026-01-02", "", NULL));
    bip_change_rollback(change);
    assert_string_equal(test_assessments(f, NULL), "P1 steps@1 silent 2026-01-01 - r0\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(test_catalogue__begins_with_the_built_in_instruments),
        ON_BOTH(test_catalogue__finds_the_version_added_last_or_the_one_named),
        ON_BOTH(test_catalogue__links_versions_both_ways),
        ON_BOTH(test_catalogue__refuses_other_content_under_the_same_version),
        ON_BOTH(test_catalogue__is_kept_over_commits_that_add_no_instrument),
        ON_BOTH(test_catalogue__learns_the_word_of_a_respondent_who_is_asked_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
