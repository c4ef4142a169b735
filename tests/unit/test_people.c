/* Participants: registering, attributes, and what is known of one. */
#include "support.h"

#include "read/people.h"

/* "CODE ENROLLED K=V ..." as bip__participant_read() knows it. */
static const char *known(fixture *f, const char *code)
{
    bip__context *c = &f->store->context;
    bip__arena arena = {0};
    bip__participant p;
    char day[11];
    int32_t person = 0;
    assert_ok(c->storage->api->person_find(c->storage, code, &person, &test_err));
    assert_ok(bip__participant_read(c, person, code, &arena, &p, &test_err));
    bip_date_format(p.enrolled, day);
    test_clear(f);
    test_say(f, "%s %s", p.code, day);
    for (size_t i = 0; i < p.n_attributes; i++)
        test_say(f, " %s=%s", p.attributes[i].key, p.attributes[i].value);
    bip__arena_free(&arena);
    return f->text;
}

static bip_status set(fixture *f, const char *code, const char *key, const char *value)
{
    bip_change *change = test_begin(f, NULL);
    bip_status st = bip_participant_set(change, code, key, value, &test_err);
    if (st == BIP_OK)
        return bip_change_commit(change, NULL, &test_err);
    bip_change_rollback(change);
    return st;
}

static void test_people__are_registered_once(void **state)
{
    fixture *f = *state;
    bip_change *change = test_begin(f, NULL);
    assert_ok(bip_participant_add(change, "P1", test_day("2026-02-03"), &test_err));
    assert_status(bip_participant_add(change, "P1", BIP_NO_DATE, &test_err), BIP_E_CONFLICT);
    test_commit(change);
    assert_string_equal(known(f, "P1"), "P1 2026-02-03");
    change = test_begin(f, NULL);
    assert_status(bip_participant_add(change, "P1", test_day("2026-02-03"), &test_err), BIP_E_CONFLICT);
    assert_ok(bip_participant_add(change, "p1", BIP_NO_DATE, &test_err)); /* compared by bytes */
    test_commit(change);
    assert_string_equal(known(f, "p1"), "p1 ");
}

static void test_people__are_new_ones_when_registered_again_in_the_change_that_erased_them(void **state)
{
    fixture *f = *state;
    bip_change *change = test_begin(f, "moved");
    assert_ok(bip_participant_add(change, "P1", BIP_NO_DATE, &test_err));
    assert_ok(bip_participant_set(change, "P1", "sex", "woman", &test_err));
    assert_ok(bip_participant_erase(change, "P1", &test_err));
    assert_ok(bip_participant_add(change, "P1", BIP_NO_DATE, &test_err));
    assert_ok(bip_participant_set(change, "P1", "sex", "man", &test_err));
    assert_ok(bip_participant_add(change, "P2", BIP_NO_DATE, &test_err));
    assert_ok(bip_participant_set(change, "P1", "area", "north", &test_err));
    test_commit(change);
    assert_string_equal(known(f, "P1"), "P1  area=north sex=man");
    assert_string_equal(test_faults(f), "");
}

static void test_people__have_codes_and_dates_that_hold(void **state)
{
    static const char *const codes[] = {
        "",           " P1",   "P1 ",
        "P\t1",       "P\n",   "811218-9876",
        "8112189876", "P\xff", "12345678901234567890123456789012345678901234567890123456789012345"};
    fixture *f = *state;
    bip_change *change = test_begin(f, NULL);
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        assert_status(bip_participant_add(change, codes[i], BIP_NO_DATE, &test_err), BIP_E_REFUSED);
        assert_string_equal(test_err.where, "participant");
    }
    assert_status(bip_participant_add(change, "P1", test_day("1900-01-01") - 1, &test_err), BIP_E_REFUSED);
    assert_string_equal(test_err.where, "enrolled");
    assert_ok(bip_participant_add(change, "Åsa 1", BIP_NO_DATE, &test_err)); /* blanks inside */
    test_commit(change);
}

static void test_people__keep_the_last_value_of_an_attribute(void **state)
{
    fixture *f = *state;
    test_participant(f, "P1");
    assert_ok(set(f, "P1", "sex", "woman"));
    f->now_ms -= 86400000; /* the clock went back; the order of the calls counts */
    assert_ok(set(f, "P1", "sex", "man"));
    assert_ok(set(f, "P1", "area", "north"));
    assert_string_equal(known(f, "P1"), "P1  area=north sex=man"); /* by key */
    assert_ok(set(f, "P1", "sex", NULL));
    assert_string_equal(known(f, "P1"), "P1  area=north");
    assert_ok(set(f, "P1", "area", ""));
    assert_string_equal(known(f, "P1"), "P1 ");
    assert_ok(set(f, "P1", "sex", "woman"));
    assert_string_equal(known(f, "P1"), "P1  sex=woman");
    assert_string_equal(test_faults(f), "");
}

static void test_people__make_no_fact_of_the_same_value(void **state)
{
    fixture *f = *state;
    test_participant(f, "P1");
    assert_ok(set(f, "P1", "sex", "woman"));
    char *before = test_state(f);
    assert_ok(set(f, "P1", "sex", "woman"));
    assert_ok(set(f, "P1", "nothing", NULL));
    assert_ok(set(f, "P1", "nothing", ""));
    test_unchanged(f, before);
}

static void test_people__take_several_values_in_one_change(void **state)
{
    fixture *f = *state;
    bip_change *change = test_begin(f, NULL);
    assert_ok(bip_participant_add(change, "P1", BIP_NO_DATE, &test_err));
    assert_ok(bip_participant_set(change, "P1", "k", "1", &test_err));
    assert_ok(bip_participant_set(change, "P1", "k", "2", &test_err));
    assert_ok(bip_participant_set(change, "P1", "k", "2", &test_err));
    assert_string_equal(known(f, "P1"), "P1  k=2"); /* seen inside the change */
    assert_ok(bip_participant_set(change, "P1", "k", "3", &test_err));
    test_commit(change);
    assert_string_equal(known(f, "P1"), "P1  k=3");
    assert_string_equal(test_faults(f), "");
}

static void test_people__have_attributes_that_hold(void **state)
{
    char longest[601], too_long[604];
    static const char *const keys[] = {"", "Sex", "1k", "k k", "k.k"};
    static const char *const values[] = {"a\nb", "a\rb", "811218-9876", "\xff"};
    fixture *f = *state;
    test_participant(f, "P1");
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        assert_status(set(f, "P1", keys[i], "v"), BIP_E_REFUSED);
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        assert_status(set(f, "P1", "k", values[i]), BIP_E_REFUSED);
    assert_string_equal(test_err.where, "k");
    assert_status(set(f, "P2", "k", "v"), BIP_E_NOT_FOUND);
    for (int i = 0; i < 201; i++)
        memcpy(too_long + 3 * i, "€", 4);
    memcpy(longest, too_long, 600);
    longest[600] = '\0';
    assert_status(set(f, "P1", "k", too_long), BIP_E_REFUSED);
    assert_ok(set(f, "P1", "k", longest)); /* 200 characters, 600 bytes */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(test_people__are_registered_once),
        ON_BOTH(test_people__are_new_ones_when_registered_again_in_the_change_that_erased_them),
        ON_BOTH(test_people__have_codes_and_dates_that_hold),
        ON_BOTH(test_people__keep_the_last_value_of_an_attribute),
        ON_BOTH(test_people__make_no_fact_of_the_same_value),
        ON_BOTH(test_people__take_several_values_in_one_change),
        ON_BOTH(test_people__have_attributes_that_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
