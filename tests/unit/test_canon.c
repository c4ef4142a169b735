#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/alloc.h"
#include "store/canon.h"

static const uint8_t UUID[BIP__UUID_SIZE] = {0x00, 0x1f, 0xa0, 0x0f, 0xff, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 0xef};
#define UUID_HEX "001fa00fff05060708090a0b0c0d0eef"
#define DAY 20697 /* 2026-09-01 */

static void assert_out(bip__out *o, const char *expected)
{
    bip__out_char(o, '\0');
    assert_int_equal(bip__out_finish(o, NULL), BIP_OK);
    assert_string_equal(o->data, expected);
    bip__out_free(o);
}

static void assert_assessment(const bip__assessment_fact *f, const char *expected)
{
    bip__out o;

    bip__out_init(&o, NULL, NULL);
    bip__canon_assessment(&o, f);
    assert_out(&o, expected);
}

static void test_canon__leaves_out_of_an_assessment_what_is_not_there(void **state)
{
    const bip__assessment_fact f = {.instrument = "example",
                                    .version = "1",
                                    .respondent = "participant",
                                    .date = DAY,
                                    .scores = "[3,null]tail",
                                    .scores_n = 8};
    (void)state;
    assert_assessment(&f, "{\"fact\":\"assessment\",\"instrument\":\"example\",\"version\":\"1\",\"respondent\":"
                          "\"participant\",\"date\":\"2026-09-01\",\"scores\":[3,null]}");
}

static void test_canon__writes_every_member_of_an_assessment_in_its_place(void **state)
{
    const bip__assessment_fact f = {.of = UUID_HEX ".3",
                                    .instrument = "example",
                                    .version = "1.a",
                                    .respondent = "caseworker",
                                    .rater = "H\"07",
                                    .date = DAY,
                                    .scores = "[3,\"declined\"]",
                                    .scores_n = 14,
                                    .note = "a\nÅ\\",
                                    .note_n = 5,
                                    .reason = "typo",
                                    .reason_n = 4};
    (void)state;
    assert_assessment(&f, "{\"fact\":\"assessment\",\"of\":\"" UUID_HEX ".3\",\"instrument\":\"example\",\"version\":"
                          "\"1.a\",\"respondent\":\"caseworker\",\"date\":\"2026-09-01\",\"rater\":\"H\\\"07\","
                          "\"scores\":[3,\"declined\"],\"note\":\"a\\nÅ\\\\\",\"reason\":\"typo\"}");
}

static void test_canon__writes_a_withdrawal_with_null_scores(void **state)
{
    const bip__assessment_fact f = {.of = UUID_HEX ".0",
                                    .instrument = "i",
                                    .version = "1",
                                    .respondent = "r",
                                    .date = DAY,
                                    .reason = "",
                                    .reason_n = 0};
    (void)state;
    assert_assessment(&f, "{\"fact\":\"assessment\",\"of\":\"" UUID_HEX ".0\",\"instrument\":\"i\",\"version\":\"1\","
                          "\"respondent\":\"r\",\"date\":\"2026-09-01\",\"scores\":null,\"reason\":\"\"}");
}

static void test_canon__tells_an_empty_note_from_none(void **state)
{
    const bip__assessment_fact f = {
        .instrument = "i", .version = "1", .respondent = "r", .date = DAY, .scores = "[]", .scores_n = 2, .note = ""};
    (void)state;
    assert_assessment(&f, "{\"fact\":\"assessment\",\"instrument\":\"i\",\"version\":\"1\",\"respondent\":\"r\","
                          "\"date\":\"2026-09-01\",\"scores\":[],\"note\":\"\"}");
}

static void test_canon__writes_a_participant(void **state)
{
    bip__out o;
    (void)state;
    bip__out_init(&o, NULL, NULL);
    bip__canon_participant(&o, "P-001", BIP_NO_DATE, NULL);
    bip__out_char(&o, '\n');
    bip__canon_participant(&o, "Åsa 1", DAY, "moved here");
    assert_out(&o, "{\"fact\":\"participant\",\"code\":\"P-001\"}\n{\"fact\":\"participant\",\"code\":\"Åsa 1\","
                   "\"enrolled\":\"2026-09-01\",\"reason\":\"moved here\"}");
}

static void test_canon__writes_an_attribute_and_its_removal(void **state)
{
    bip__out o;
    (void)state;
    bip__out_init(&o, NULL, NULL);
    bip__canon_attribute(&o, "unit", "Malmö", NULL);
    bip__out_char(&o, '\n');
    bip__canon_attribute(&o, "unit", NULL, "left");
    assert_out(&o, "{\"fact\":\"attribute\",\"key\":\"unit\",\"value\":\"Malmö\"}\n"
                   "{\"fact\":\"attribute\",\"key\":\"unit\",\"value\":null,\"reason\":\"left\"}");
}

static void test_canon__carries_an_instrument_as_it_is(void **state)
{
    bip__out o;
    (void)state;
    bip__out_init(&o, NULL, NULL);
    bip__canon_instrument(&o, "{\"instrument\":\"x\"}tail", 18, NULL);
    bip__out_char(&o, '\n');
    bip__canon_instrument(&o, "{}", 2, "new wording");
    assert_out(&o, "{\"fact\":\"instrument\",\"instrument\":{\"instrument\":\"x\"}}\n"
                   "{\"fact\":\"instrument\",\"reason\":\"new wording\",\"instrument\":{}}");
}

static void test_canon__reports_a_failed_allocation(void **state)
{
    bip__out o;
    (void)state;
    bip__out_init(&o, NULL, NULL);
    bip__alloc_fail_at(0, true);
    bip__canon_participant(&o, "P-001", BIP_NO_DATE, NULL);
    bip__alloc_fail_at(-1, false);
    assert_int_equal(bip__out_finish(&o, NULL), BIP_E_NOMEM);
    bip__out_free(&o);
}

static void test_canon__prints_ids_that_read_back_equal(void **state)
{
    static const int32_t indexes[] = {0, 1, 9, 10, 4711, INT32_MAX};
    char id[BIP_ID_SIZE];
    uint8_t entry[BIP__UUID_SIZE];
    int32_t idx;

    (void)state;
    bip__entry_id_print(UUID, id);
    assert_string_equal(id, UUID_HEX);
    bip__id_print(UUID, INT32_MAX, id);
    assert_string_equal(id, UUID_HEX ".2147483647");
    bip__id_print(UUID, INT32_MIN, id); /* out of a damaged file: told as it stands there */
    assert_string_equal(id, UUID_HEX ".-2147483648");
    for (size_t i = 0; i < sizeof indexes / sizeof *indexes; i++) {
        memset(entry, 0, sizeof entry);
        bip__id_print(UUID, indexes[i], id);
        assert_true(bip__id_read(id, strlen(id), entry, &idx));
        assert_memory_equal(entry, UUID, sizeof entry);
        assert_int_equal(idx, indexes[i]);
    }
}

static void test_canon__refuses_what_is_no_id(void **state)
{
    static const char *const wrong[] = {
        "",
        ".",
        UUID_HEX,
        UUID_HEX ".",
        UUID_HEX ".-1",
        UUID_HEX ".+1",
        UUID_HEX ".01",
        UUID_HEX ".1 ",
        UUID_HEX ".1x",
        UUID_HEX ".2147483648",
        UUID_HEX ".99999999999999999999",
        UUID_HEX "0.1",
        UUID_HEX ":1",
        "001FA00FFF05060708090A0B0C0D0EEF.1",
        "001fa00fff05060708090a0b0c0d0ee.1",
        "g01fa00fff05060708090a0b0c0d0eef.1",
    };
    uint8_t entry[BIP__UUID_SIZE];
    int32_t idx;

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(bip__id_read(wrong[i], strlen(wrong[i]), entry, &idx));
}

static void test_canon__reads_hexadecimal_of_exactly_the_length_asked(void **state)
{
    uint8_t two[2] = {0};

    (void)state;
    assert_true(bip__hex_read("0aF0", 0, two, 0));
    assert_true(bip__hex_read("0af9", 4, two, 2));
    assert_int_equal(two[0], 0x0a);
    assert_int_equal(two[1], 0xf9);
    assert_false(bip__hex_read("0af", 3, two, 2));
    assert_false(bip__hex_read("0af900", 6, two, 2));
    assert_false(bip__hex_read("0aF9", 4, two, 2));
    assert_false(bip__hex_read("0a:9", 4, two, 2));
    assert_false(bip__hex_read("0a`9", 4, two, 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_canon__leaves_out_of_an_assessment_what_is_not_there),
        cmocka_unit_test(test_canon__writes_every_member_of_an_assessment_in_its_place),
        cmocka_unit_test(test_canon__writes_a_withdrawal_with_null_scores),
        cmocka_unit_test(test_canon__tells_an_empty_note_from_none),
        cmocka_unit_test(test_canon__writes_a_participant),
        cmocka_unit_test(test_canon__writes_an_attribute_and_its_removal),
        cmocka_unit_test(test_canon__carries_an_instrument_as_it_is),
        cmocka_unit_test(test_canon__reports_a_failed_allocation),
        cmocka_unit_test(test_canon__prints_ids_that_read_back_equal),
        cmocka_unit_test(test_canon__refuses_what_is_no_id),
        cmocka_unit_test(test_canon__reads_hexadecimal_of_exactly_the_length_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
