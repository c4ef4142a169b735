#include "show_fixture.h"

static show_store s;

static const char work_1[] = "{\"instrument\":\"work\",\"version\":\"1\",\"title\":{\"sv\":\"Arbete\",\"en\":\"Work\"},"
                             "\"respondents\":[{\"code\":\"coach\",\"title\":{\"en\":\"Coach\"}}],"
                             "\"scales\":[{\"code\":\"five\",\"min\":1,\"max\":5}],"
                             "\"indicators\":[{\"code\":\"a\",\"title\":{\"en\":\"Alpha\"},\"scale\":\"five\"}]}";
static const char work_2[] =
    "{\"instrument\":\"work\",\"version\":\"2\",\"continues\":\"1\",\"title\":{\"en\":\"Work\"},"
    "\"respondents\":[{\"code\":\"coach\",\"title\":{\"en\":\"Coach\"}}],"
    "\"scales\":[{\"code\":\"five\",\"min\":1,\"max\":5}],"
    "\"indicators\":[{\"code\":\"a\",\"title\":{\"en\":\"Alpha\"},\"scale\":\"five\"}]}";

static int set_up(void **state)
{
    (void)state;
    show_open(&s);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    show_close(&s);
    return 0;
}

static void test_lists__participants_stand_by_code_with_attributes_by_key(void **state)
{
    static const char *const who[] = {"B"};
    bip_query q = show_query();
    bip_change *change;

    (void)state;
    show_add_participant(&s, "B");
    change = show_begin(&s, NULL);
    assert_int_equal(bip_participant_add(change, "A", show_day("2026-08-15"), NULL), BIP_OK);
    assert_int_equal(bip_participant_set(change, "A", "team", "north \"1\"", NULL), BIP_OK);
    assert_int_equal(bip_participant_set(change, "A", "sex", "woman", NULL), BIP_OK);
    show_commit(change);
    static const char a[] = "{\"schema\":\"bip-participant-1\",\"participant\":\"A\",\"enrolled\":\"2026-08-15\","
                            "\"attributes\":{\"sex\":\"woman\",\"team\":\"north \\\"1\\\"\"}}\n";
    static const char b[] = "{\"schema\":\"bip-participant-1\",\"participant\":\"B\",\"enrolled\":null,"
                            "\"attributes\":{}}\n";
    const char *text = show_write(&s, "participants", &q);
    assert_memory_equal(text, a, sizeof a - 1);
    assert_string_equal(text + sizeof a - 1, b);
    q.participants = who;
    q.n_participants = 1;
    assert_string_equal(show_write(&s, "participants", &q), b);
}

static void test_lists__instruments_stand_by_code_then_in_the_order_of_adding(void **state)
{
    const bip_query q = show_query();

    (void)state;
    show_add_instrument(&s, work_1);
    show_add_instrument(&s, work_2);
    const char *text = show_write(&s, "instruments", &q);
    const char *audit = strstr(text, "\"instrument\":\"audit\""), *first = strstr(text, "\"instrument\":\"work\"");
    assert_true(audit != NULL && first != NULL && audit < first);
    assert_non_null(
        strstr(audit, "\"builtin\":true,\"continues\":null,\"indicators\":10,\"respondents\":[\"participant\"]}\n"));
    assert_non_null(strstr(first, "\"version\":\"2\",\"title\":{\"en\":\"Work\"},\"builtin\":false,\"continues\":\"1\","
                                  "\"indicators\":1,\"respondents\":[\"coach\"]}\n"));
    assert_true(strstr(first, "\"version\":\"1\"") < strstr(first, "\"version\":\"2\""));
}

static void test_lists__an_instrument_is_printed_so_that_it_can_be_added_again(void **state)
{
    bip_query q = show_query();

    (void)state;
    show_add_instrument(&s, work_1);
    q.instrument = "work";
    const char *text = show_write(&s, "instrument", &q);
    assert_int_equal(bip_instrument_check(text, strlen(text), NULL), BIP_OK);
    assert_int_equal(text[strlen(text) - 1], '\n');
    q.instrument = "work@9";
    assert_int_equal(show_try(&s, "instrument", &q, NULL), BIP_E_NOT_FOUND);
    q.instrument = NULL;
    assert_int_equal(show_try(&s, "instrument", &q, NULL), BIP_E_USAGE);
}

static void test_lists__head_is_empty_at_first_then_one_entry_and_its_hash(void **state)
{
    const bip_query q = show_query();

    (void)state;
    assert_string_equal(show_write(&s, "head", &q), "");
    show_add_participant(&s, "A");
    show_add_participant(&s, "B");
    const char *text = show_write(&s, "head", &q);
    assert_int_equal(strlen(text), 32 + 1 + 64 + 1);
    assert_int_equal(strspn(text, "0123456789abcdef"), 32);
    assert_int_equal(text[32], ' ');
    assert_int_equal(strspn(text + 33, "0123456789abcdef"), 64);
}

static void test_lists__refuse_options(void **state)
{
    static const char *const documents[] = {"participants", "instruments", "instrument", "head"};
    const bip_query q = show_query();

    (void)state;
    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++)
        assert_int_equal(show_try(&s, documents[i], &q, "{\"x\":1}"), BIP_E_USAGE);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(test_lists__participants_stand_by_code_with_attributes_by_key),
        T(test_lists__instruments_stand_by_code_then_in_the_order_of_adding),
        T(test_lists__an_instrument_is_printed_so_that_it_can_be_added_again),
        T(test_lists__head_is_empty_at_first_then_one_entry_and_its_hash),
        T(test_lists__refuse_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
