/* Which series there are: chains of versions, their breaks, their order, the rules that count, what a query wants. */
#include "support.h"

#include "read/plan.h"

#define BOTH_ASKED "'respondents':[{'code':'participant','title':{'en':'P'}},{'code':'coach','title':{'en':'C'}}],"
#define SCALES "'scales':[{'code':'five','min':1,'max':5},{'code':'ten','min':1,'max':10}],"

/* {"instrument":"steps","version":V,"continues":C,...} */
static const char *steps(const char *version, const char *continues, const char *indicators, const char *rest)
{
    static char json[4000];
    char older[80] = "null";
    if (continues != NULL)
        snprintf(older, sizeof older, "'%s'", continues);
    int n = snprintf(json, sizeof json,
                     "{'instrument':'steps','version':'%s','continues':%s,'title':{'en':'S'}," BOTH_ASKED SCALES
                     "'indicators':[%s]%s}",
                     version, older, indicators, rest);
    assert_true(n > 0 && (size_t)n < sizeof json);
    return json;
}

#define A "{'code':'a','title':{'en':'A'},'scale':'five'}"
#define B "{'code':'b','title':{'en':'B'},'scale':'five'}"
#define C "{'code':'c','title':{'en':'C'},'scale':'five'}"
#define A_OF_TEN "{'code':'a','title':{'en':'A'},'scale':'ten'}"
#define A_LOWER "{'code':'a','title':{'en':'A'},'scale':'five','better':'lower'}"
#define A_PARTICIPANT "{'code':'a','title':{'en':'A'},'scale':'five','respondents':['participant']}"

/* The slots as "CODE@VERSION/RESPONDENT ...", those of instrument "steps"; unwanted ones left out. */
static const char *slots(fixture *f, const bip_query *query)
{
    bip__plan *plan = NULL;
    test_clear(f);
    assert_ok(bip__plan_make(&f->store->context, query, &plan, &test_err));
    for (size_t s = 0; s < plan->n_slots; s++) {
        const bip__slot *slot = &plan->slots[s];
        const bip__instrument *def = slot->shown->def;
        if (slot->wanted && strcmp(def->code, "steps") == 0)
            test_say(f, "%s@%s/%s ", slot->code, def->version, def->respondents[slot->respondent].code);
    }
    bip__plan_free(plan);
    return f->text;
}

static const char *pairs(fixture *f, const bip_query *query)
{
    bip__plan *plan = NULL;
    test_clear(f);
    assert_ok(bip__plan_make(&f->store->context, query, &plan, &test_err));
    for (size_t p = 0; p < plan->n_pairs; p++) {
        const bip__slot_pair *pair = &plan->pairs[p];
        const bip__slot *a = &plan->slots[pair->a], *b = &plan->slots[pair->b];
        if (strcmp(pair->shown->def->code, "steps") == 0)
            test_say(f, "%s@%s/%s-%s(%d) ", pair->code, pair->shown->def->version,
                     a->shown->def->respondents[a->respondent].code, b->shown->def->respondents[b->respondent].code,
                     (int)pair->pair_days);
    }
    bip__plan_free(plan);
    return f->text;
}

/* ------------------------------------------------------------ chains */

static void test_plan__runs_a_series_on_where_a_version_continues_another(void **state)
{
    fixture *f = *state;
    test_instrument(f, steps("1", NULL, A_PARTICIPANT, ""));
    test_instrument(f, steps("2", "1", A_PARTICIPANT, ""));
    test_instrument(f, steps("3", "2", A_PARTICIPANT, ""));
    assert_string_equal(slots(f, NULL), "a@3/participant ");
    test_participant(f, "P1");
    test_record(f, "P1", "steps@1 participant 2026-01-01", "a=1", NULL);
    test_record(f, "P1", "steps@3 participant 2026-03-01", "a=3", NULL);
    test_record(f, "P1", "steps@2 participant 2026-02-01", "a=2", NULL);
    assert_string_equal(test_series(f, NULL), "P1 steps@3 participant a: 3, 2026-01-01 1 to 2026-03-01 3, "
                                              "missing 0 0 0 0\n");
}

static void test_plan__keeps_versions_apart_that_do_not_continue(void **state)
{
    fixture *f = *state;
    test_instrument(f, steps("9", NULL, A_PARTICIPANT, ""));
    test_instrument(f, steps("10", NULL, A_PARTICIPANT, ""));
    assert_string_equal(slots(f, NULL), "a@9/participant a@10/participant ");
    test_participant(f, "P1");
    test_record(f, "P1", "steps@9 participant 2026-01-01", "a=1", NULL);
    test_record(f, "P1", "steps participant 2026-02-01", "a=2", NULL);
    assert_string_equal(test_series(f, NULL),
                        "P1 steps@9 participant a: 1, 2026-01-01 1 to 2026-01-01 1, missing 0 0 0 0\n"
                        "P1 steps@10 participant a: 1, 2026-02-01 2 to 2026-02-01 2, missing 0 0 0 0\n");
}

static void test_plan__breaks_where_the_bounds_or_better_change(void **state)
{
    fixture *f = *state;
    test_instrument(f, steps("1", NULL, A_PARTICIPANT, ""));
    test_instrument(f, steps("2", "1", A_OF_TEN, ""));
    test_instrument(f, steps("3", "2", A, ""));
    test_instrument(f, steps("4", "3", A_LOWER, ""));
    bip_query q = test_query();
    q.respondent = "participant";
    assert_string_equal(slots(f, &q), "a@1/participant a@2/participant a@3/participant a@4/participant ");
}

static void test_plan__breaks_where_a_version_in_between_lacks_the_indicator(void **state)
{
    fixture *f = *state;
    test_instrument(f, steps("1", NULL, A "," B, ""));
    test_instrument(f, steps("2", "1", B, ""));
    test_instrument(f, steps("3", "2", A "," B, ""));
    bip_query q = test_query();
    q.respondent = "coach";
    assert_string_equal(slots(f, &q), "a@1/coach a@3/coach b@3/coach ");
}

static void test_plan__runs_on_past_a_version_that_continues_nothing(void **state)
{
    fixture *f = *state;
    test_instrument(f, steps("1", NULL, A_PARTICIPANT, ""));
    test_instrument(f, steps("x", NULL, A_PARTICIPANT, ""));
    test_instrument(f, steps("2", "1", A_PARTICIPANT, ""));
    assert_string_equal(slots(f, NULL), "a@x/participant a@2/participant ");
}

static void test_plan__prints_the_newest_version_that_asks_the_respondent(void **state)
{
    fixture *f = *state;
    test_instrument(f, steps("1", NULL, A, ""));
    test_instrument(f, steps("2", "1", A_PARTICIPANT, ""));
    assert_string_equal(slots(f, NULL), "a@2/participant a@1/coach ");
}

static void test_plan__takes_the_rules_of_the_newest_version(void **state)
{
    fixture *f = *state;
    bip__plan *plan = NULL;
    test_instrument(f, steps("1", NULL, "{'code':'a','title':{'en':'A'},'scale':'five','reliability':0.5,'sd':1}", ""));
    test_instrument(f, steps("2", "1",
                             "{'code':'a','title':{'en':'New'},'scale':'five','reliability':0.8,'sd':2,"
                             "'smallest_step':3}",
                             ",'pair_days':7,'bands':[{'of':'a','code':'low','from':1,'title':{'en':'L'}}]"));
    assert_ok(bip__plan_make(&f->store->context, NULL, &plan, &test_err));
    const bip__slot *slot = &plan->slots[plan->n_slots - 2];
    assert_string_equal(slot->code, "a");
    assert_true(slot->rules.reliability == 0.8);
    assert_true(slot->rules.sd == 2);
    assert_true(slot->rules.smallest_step == 3);
    assert_true(slot->has_bands);
    assert_string_equal(bip__title_get(slot->title, "en"), "New");
    assert_int_equal(plan->pairs[plan->n_pairs - 1].pair_days, 7);
    bip__plan_free(plan);
}

/* ------------------------------------------------------------ dimensions */

#define DIMENSION(more) ",'dimensions':[{'code':'d','title':{'en':'D'}," more "}]"

static void test_plan__runs_a_dimension_on_while_method_range_and_better_stay(void **state)
{
    fixture *f = *state;
    bip_query q = test_query();
    q.respondent = "participant";
    test_instrument(f, steps("1", NULL, A, DIMENSION("'indicators':['a']")));
    test_instrument(f, steps("2", "1", A "," B, DIMENSION("'indicators':['a','b'],'min_answered':1")));
    assert_string_equal(slots(f, &q), "a@2/participant b@2/participant d@2/participant ");
    test_instrument(f, steps("3", "2", A "," B, DIMENSION("'indicators':['a'],'method':'sum'")));     /* method */
    test_instrument(f, steps("4", "3", A "," B, DIMENSION("'indicators':['a','b'],'method':'sum'"))); /* range */
    test_instrument(f, steps("5", "4", A "," B, DIMENSION("'indicators':['a','b'],'method':'sum','better':'lower'")));
    assert_string_equal(slots(f, &q), "a@5/participant b@5/participant d@2/participant d@3/participant "
                                      "d@4/participant d@5/participant ");
}

static void test_plan__has_no_dimension_where_nothing_of_it_is_asked(void **state)
{
    fixture *f = *state;
    test_instrument(f, steps("1", NULL, A_PARTICIPANT "," B, DIMENSION("'indicators':['a']")));
    assert_string_equal(slots(f, NULL), "a@1/participant b@1/participant d@1/participant b@1/coach ");
}

static void test_plan__takes_a_tenth_of_the_range_as_a_dimensions_step(void **state)
{
    fixture *f = *state;
    bip__plan *plan = NULL;
    test_instrument(f, steps("1", NULL, A "," B, DIMENSION("'indicators':['a','b'],'method':'sum'")));
    assert_ok(bip__plan_make(&f->store->context, NULL, &plan, &test_err));
    const bip__slot *slot = &plan->slots[plan->n_slots - 1];
    assert_string_equal(slot->code, "d");
    assert_true(slot->rules.scale_min == 2 && slot->rules.scale_max == 10);
    assert_true(slot->rules.smallest_step == 0.8);
    bip__plan_free(plan);
}

/* ------------------------------------------------------------ order */

static void test_plan__follows_the_newest_version_then_what_it_lacks(void **state)
{
    fixture *f = *state;
    bip_query q = test_query();
    q.respondent = "participant";
    test_instrument(f, steps("1", NULL, C "," A "," B, DIMENSION("'indicators':['a']")));
    test_instrument(f, steps("2", "1", "{'code':'z','title':{'en':'Z'},'scale':'five'}," A "," C, ""));
    test_instrument(f, steps("3", "2", A "," C, ""));
    /* a, c by version 3; z by version 2, the newest that has it; b by version 1; dimensions after all indicators */
    assert_string_equal(slots(f, &q),
                        "a@3/participant c@3/participant z@2/participant b@1/participant d@1/participant ");
}

static void test_plan__orders_respondents_by_the_newest_version(void **state)
{
    fixture *f = *state;
    const char *turned =
        "{'instrument':'steps','version':'2','continues':'1','title':{'en':'S'},'respondents':["
        "{'code':'coach','title':{'en':'C'}},{'code':'nurse','title':{'en':'N'}}]," SCALES "'indicators':[" A "]}";
    test_instrument(f, steps("1", NULL, A, ""));
    test_instrument(f, turned);
    assert_string_equal(slots(f, NULL), "a@2/coach a@2/nurse a@1/participant ");
}

static void test_plan__orders_instruments_by_code(void **state)
{
    fixture *f = *state;
    bip__plan *plan = NULL;
    test_instrument(f, steps("1", NULL, A, ""));
    assert_ok(bip__plan_make(&f->store->context, NULL, &plan, &test_err));
    for (size_t s = 1; s < plan->n_slots; s++)
        assert_true(strcmp(plan->slots[s - 1].shown->def->code, plan->slots[s].shown->def->code) <= 0);
    assert_string_equal(plan->slots[0].shown->def->code, "audit");
    bip__plan_free(plan);
}

static void test_plan__prints_visible_to_in_the_order_of_respondents(void **state)
{
    fixture *f = *state;
    bip__plan *plan = NULL;
    test_instrument(f, steps("1", NULL,
                             "{'code':'a','title':{'en':'A'},'scale':'five','visible_to':['coach',"
                             "'participant']}",
                             ""));
    assert_ok(bip__plan_make(&f->store->context, NULL, &plan, &test_err));
    const bip__slot *slot = &plan->slots[plan->n_slots - 1];
    assert_int_equal(slot->n_visible_to, 2);
    assert_string_equal(slot->visible_to[0], "participant");
    assert_string_equal(slot->visible_to[1], "coach");
    bip__plan_free(plan);
}

/* ------------------------------------------------------------ queries */

static void test_plan__takes_a_version_as_those_printed_with_it(void **state)
{
    fixture *f = *state;
    bip_query q = test_query();
    q.respondent = "participant";
    test_instrument(f, steps("1", NULL, A "," B, ""));
    test_instrument(f, steps("2", "1", A, ""));
    q.instrument = "steps";
    assert_string_equal(slots(f, &q), "a@2/participant b@1/participant ");
    q.instrument = "steps@1";
    assert_string_equal(slots(f, &q), "b@1/participant ");
    q.instrument = "steps@2";
    assert_string_equal(slots(f, &q), "a@2/participant ");
}

static void test_plan__says_not_found_for_what_no_version_has(void **state)
{
    fixture *f = *state;
    static const char *const instruments[] = {"nothing", "steps@2", "steps@", "employability@1x", ""};
    bip__plan *plan = NULL;
    bip_query q = test_query();
    test_instrument(f, steps("1", NULL, A, ""));
    for (size_t i = 0; i < sizeof instruments / sizeof *instruments; i++) {
        q.instrument = instruments[i];
        assert_status(bip__plan_make(&f->store->context, &q, &plan, &test_err), BIP_E_NOT_FOUND);
        assert_null(plan);
    }
    q = test_query();
    q.respondent = "neighbour";
    assert_status(bip__plan_make(&f->store->context, &q, &plan, &test_err), BIP_E_NOT_FOUND);
    q = test_query();
    q.for_role = "neighbour";
    assert_status(bip__plan_make(&f->store->context, &q, &plan, &test_err), BIP_E_NOT_FOUND);
}

static void test_plan__leaves_out_what_a_role_may_not_see_and_dimensions_of_it(void **state)
{
    fixture *f = *state;
    bip_query q = test_query();
    test_instrument(f, steps("1", NULL, "{'code':'a','title':{'en':'A'},'scale':'five','visible_to':['coach']}," B,
                             ",'dimensions':[{'code':'d','title':{'en':'D'},'indicators':['a','b']},"
                             "{'code':'e','title':{'en':'E'},'indicators':['b']}]"));
    q.respondent = "participant";
    q.for_role = "participant";
    assert_string_equal(slots(f, &q), "b@1/participant e@1/participant ");
    q.for_role = "coach";
    assert_string_equal(slots(f, &q), "a@1/participant b@1/participant d@1/participant e@1/participant ");
}

/* ------------------------------------------------------------ pairs */

static void test_plan__pairs_two_respondents_of_each_indicator(void **state)
{
    fixture *f = *state;
    const char *three = "{'instrument':'steps','version':'1','title':{'en':'S'},'pair_days':3,'respondents':["
                        "{'code':'n','title':{'en':'N'}},{'code':'m','title':{'en':'M'}},"
                        "{'code':'o','title':{'en':'O'}}]," SCALES "'indicators':[" B "," A
                        "],'dimensions':[{'code':'d','title':{'en':'D'},'indicators':['a']}]}";
    test_instrument(f, three);
    assert_string_equal(pairs(f, NULL), "b@1/n-m(3) b@1/n-o(3) b@1/m-o(3) a@1/n-m(3) a@1/n-o(3) a@1/m-o(3) ");
}

static void test_plan__has_no_pairs_with_a_respondent_filter(void **state)
{
    fixture *f = *state;
    bip_query q = test_query();
    test_instrument(f, steps("1", NULL, A, ""));
    assert_string_equal(pairs(f, NULL), "a@1/participant-coach(14) ");
    q.respondent = "coach";
    assert_string_equal(pairs(f, &q), "");
}

static void test_plan__pairs_only_what_is_asked_of_both_and_by_run(void **state)
{
    fixture *f = *state;
    test_instrument(f, steps("1", NULL, A "," B, ""));
    test_instrument(f, steps("2", "1", B "," A_OF_TEN "," C, ""));
    test_instrument(f, steps("3", "2", B "," A_OF_TEN, ""));
    assert_string_equal(pairs(f, NULL), "b@3/participant-coach(14) a@1/participant-coach(14) "
                                        "a@3/participant-coach(14) c@2/participant-coach(14) ");
}

/* ------------------------------------------------------------ continuing */

static void test_plan__refuses_to_continue_a_version_twice(void **state)
{
    fixture *f = *state;
    test_instrument(f, steps("1", NULL, A, ""));
    test_instrument(f, steps("2", "1", A, ""));
    bip_change *change = test_begin(f, NULL);
    assert_status(test_instrument_in(change, steps("3", "1", A, "")), BIP_E_REFUSED);
    assert_string_equal(test_err.where, "continues");
    assert_message("continued by version 2");
    assert_status(test_instrument_in(change, steps("3", "7", A, "")), BIP_E_REFUSED);
    assert_status(test_instrument_in(change, steps("3", "3", A, "")), BIP_E_REFUSED);
    assert_ok(test_instrument_in(change, steps("3", "2", A, ""))); /* a refusal doesn't end the change */
    assert_status(test_instrument_in(change, steps("4", "2", A, "")), BIP_E_REFUSED); /* seen inside the change */
    test_commit(change);
}

/* ------------------------------------------------------------ using one again */

static void test_plan__is_used_again_by_the_next_reading_that_asks_alike(void **state)
{
    fixture *f = *state;
    bip__context *c = &f->store->context;
    bip__plan *first = NULL, *second = NULL, *third = NULL;
    char instrument[] = "steps";
    bip_query q = test_query(), other = test_query();
    test_instrument(f, steps("1", NULL, A, ""));
    q.instrument = instrument;
    q.lang = "sv";
    q.as_of = test_day("2026-01-01");
    assert_ok(bip__plan_make(c, &q, &first, &test_err));
    instrument[0] = '?'; /* the texts are the caller's */
    bip__plan_free(first);
    q = test_query();
    q.instrument = "steps";
    assert_ok(bip__plan_make(c, &q, &second, &test_err));
    assert_ptr_equal(second, first);
    assert_string_equal(second->lang, "en"); /* what belongs to one reading is not carried over */
    assert_int_equal(second->as_of, test_day("2026-11-21"));
    assert_ok(bip__plan_make(c, &q, &third, &test_err)); /* in use: another one is made */
    assert_ptr_not_equal(third, second);
    bip__plan_free(second);
    other.respondent = "coach";
    assert_ok(bip__plan_make(c, &other, &second, &test_err));
    bip__plan_free(second);
    bip__plan_free(third);
    assert_string_equal(slots(f, &other), "a@1/coach ");
    other.for_role = "participant";
    assert_string_equal(slots(f, &other), "a@1/coach ");
    assert_string_equal(slots(f, NULL), "a@1/participant a@1/coach ");
}

static void test_plan__is_made_anew_after_an_instrument_was_added(void **state)
{
    fixture *f = *state;
    test_instrument(f, steps("1", NULL, A_PARTICIPANT, ""));
    assert_string_equal(slots(f, NULL), "a@1/participant ");
    bip_change *change = test_begin(f, NULL);
    assert_ok(test_instrument_in(change, steps("2", "1", A_PARTICIPANT, "")));
    assert_string_equal(slots(f, NULL), "a@2/participant ");
    bip_change_rollback(change);
    assert_string_equal(slots(f, NULL), "a@1/participant ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(test_plan__runs_a_series_on_where_a_version_continues_another),
        ON_BOTH(test_plan__keeps_versions_apart_that_do_not_continue),
        ON_BOTH(test_plan__breaks_where_the_bounds_or_better_change),
        ON_BOTH(test_plan__breaks_where_a_version_in_between_lacks_the_indicator),
        ON_BOTH(test_plan__runs_on_past_a_version_that_continues_nothing),
        ON_BOTH(test_plan__prints_the_newest_version_that_asks_the_respondent),
        ON_BOTH(test_plan__takes_the_rules_of_the_newest_version),
        ON_BOTH(test_plan__runs_a_dimension_on_while_method_range_and_better_stay),
        ON_BOTH(test_plan__has_no_dimension_where_nothing_of_it_is_asked),
        ON_BOTH(test_plan__takes_a_tenth_of_the_range_as_a_dimensions_step),
        ON_BOTH(test_plan__follows_the_newest_version_then_what_it_lacks),
        ON_BOTH(test_plan__orders_respondents_by_the_newest_version),
        ON_BOTH(test_plan__orders_instruments_by_code),
        ON_BOTH(test_plan__prints_visible_to_in_the_order_of_respondents),
        ON_BOTH(test_plan__takes_a_version_as_those_printed_with_it),
        ON_BOTH(test_plan__says_not_found_for_what_no_version_has),
        ON_BOTH(test_plan__leaves_out_what_a_role_may_not_see_and_dimensions_of_it),
        ON_BOTH(test_plan__pairs_two_respondents_of_each_indicator),
        ON_BOTH(test_plan__has_no_pairs_with_a_respondent_filter),
        ON_BOTH(test_plan__pairs_only_what_is_asked_of_both_and_by_run),
        ON_BOTH(test_plan__refuses_to_continue_a_version_twice),
        ON_BOTH(test_plan__is_used_again_by_the_next_reading_that_asks_alike),
        ON_BOTH(test_plan__is_made_anew_after_an_instrument_was_added),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
