#include "show_fixture.h"

#include <stdio.h>

static show_store s;
static char first_id[BIP_ID_SIZE];

static const char instrument[] =
    "{\"instrument\":\"work\",\"version\":\"1\",\"title\":{\"en\":\"Work\",\"sv\":\"Arbete\"},"
    "\"respondents\":[{\"code\":\"participant\",\"title\":{\"en\":\"Participant\",\"sv\":\"Deltagare\"}}],"
    "\"scales\":[{\"code\":\"five\",\"min\":1,\"max\":5,\"labels\":{\"3\":{\"en\":\"In part\",\"sv\":\"Delvis\"}}}],"
    "\"indicators\":[{\"code\":\"a\",\"title\":{\"en\":\"Alpha\"},\"scale\":\"five\"},"
    "{\"code\":\"b\",\"title\":{\"en\":\"Beta\"},\"scale\":\"five\"}]}";

static void correct(const char *id, double a, const char *note)
{
    static const char *const codes[] = {"a"};
    const bip_score score = {.number = a};
    const bip_assessment_in in = {.size = sizeof in, .n = 1, .indicators = codes, .scores = &score, .note = note};
    bip_change *change = show_begin(&s, "misread");

    assert_int_equal(bip_assessment_correct(change, id, &in, NULL, NULL), BIP_OK);
    show_commit(change);
}

static void withdraw(const char *id)
{
    bip_change *change = show_begin(&s, "another person's");

    assert_int_equal(bip_assessment_withdraw(change, id, NULL), BIP_OK);
    show_commit(change);
}

static void set_attribute(const char *value)
{
    bip_change *change = show_begin(&s, NULL);

    assert_int_equal(bip_participant_set(change, "P-001", "team", value, NULL), BIP_OK);
    show_commit(change);
}

static int set_up(void **state)
{
    (void)state;
    show_open(&s);
    show_add_instrument(&s, instrument);
    show_add_participant(&s, "P-001");
    show_add_participant(&s, "P-002");
    show_record(&s, "P-001", "work", "participant", "2026-09-01", NULL, 2, "[2,\"declined\"]", first_id);
    set_attribute("north");
    show_record(&s, "P-001", "work", "participant", "2026-06-01", "H07", 2, "[1,null]", NULL);
    correct(first_id, 3, "said so on the phone");
    set_attribute(NULL);
    withdraw(first_id);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    show_close(&s);
    return 0;
}

/* Line i of a document, cut out in place. */
static const char *line(const char *text, size_t i)
{
    static char out[1024];

    for (; i > 0; i--)
        text = strchr(text, '\n') + 1;
    size_t n = strcspn(text, "\n");
    assert_true(n < sizeof out);
    memcpy(out, text, n);
    out[n] = '\0';
    return out;
}

static void test_history__tells_every_revision_in_the_order_of_recording(void **state)
{
    static const char *const actions[] = {
        "\"kind\":\"participant\",\"action\":\"registered\"", "\"kind\":\"assessment\",\"action\":\"recorded\"",
        "\"kind\":\"attribute\",\"action\":\"set\"",          "\"kind\":\"assessment\",\"action\":\"recorded\"",
        "\"kind\":\"assessment\",\"action\":\"corrected\"",   "\"kind\":\"attribute\",\"action\":\"removed\"",
        "\"kind\":\"assessment\",\"action\":\"withdrawn\"",
    };
    static const char *const who[] = {"P-001"};
    bip_query q = show_query();

    (void)state;
    q.participants = who;
    q.n_participants = 1;
    const char *text = show_write(&s, "history", &q);
    assert_int_equal(show_count(text, "\n"), 7);
    for (size_t i = 0; i < 7; i++)
        assert_non_null(strstr(line(text, i), actions[i]));
}

static void test_history__tells_who_when_and_why(void **state)
{
    const bip_query q = show_query();
    const char *text = line(show_write(&s, "history", &q), 4);

    (void)state;
    static const char beginning[] = "{\"schema\":\"bip-history-1\",\"participant\":\"P-001\",\"recorded\":\"2026-09-2";
    assert_memory_equal(text, beginning, sizeof beginning - 1);
    assert_non_null(strstr(text, "Z\",\"by\":\"anna\",\"reason\":\"misread\",\"current\":false,\"kind\":\"assessment\","
                                 "\"action\":\"corrected\",\"id\":\""));
    char of[BIP_ID_SIZE + 16];
    snprintf(of, sizeof of, "\"of\":\"%s\"", first_id);
    assert_non_null(strstr(text, of));
    assert_non_null(strstr(text,
                           "\"revision\":1,\"instrument\":\"work\",\"version\":\"1\",\"respondent\":"
                           "\"participant\",\"date\":\"2026-09-01\",\"rater\":null,"
                           "\"scores\":{\"a\":3,\"b\":\"declined\"},\"note\":\"said so on the phone\",\"beside\":[]}"));
}

static void test_history__prints_null_for_what_is_not_there(void **state)
{
    const bip_query q = show_query();

    (void)state;
    const char *text = show_write(&s, "history", &q);
    assert_non_null(strstr(line(text, 0), "\"reason\":null,"));
    assert_non_null(strstr(line(text, 0), "\"enrolled\":null}"));
    assert_non_null(strstr(line(text, 2), "\"key\":\"team\",\"value\":\"north\"}"));
    assert_non_null(strstr(line(text, 3), "\"of\":null,\"revision\":0,"));
    assert_non_null(
        strstr(line(text, 3), "\"rater\":\"H07\",\"scores\":{\"a\":1,\"b\":null},\"note\":null,\"beside\":[]}"));
    assert_non_null(strstr(line(text, 5), "\"key\":\"team\",\"value\":null}"));
    assert_non_null(strstr(line(text, 6), "\"scores\":null,\"note\":null,\"beside\":[]}"));
    assert_non_null(strstr(line(text, 6), "\"revision\":2,"));
}

static void test_history__reads_as_text_in_the_language(void **state)
{
    bip_query q = show_query();

    (void)state;
    q.lang = "sv";
    const char *text = show_write(&s, "history-text", &q);
    assert_memory_equal(text, "Historik för P-001\n", strlen("Historik för P-001\n"));
    assert_non_null(strstr(text, " september 2026 "));
    assert_non_null(strstr(text, "anna: mätning rättad\n    Arbete, Deltagare, 1 september 2026\n"
                                 "    Alpha: 3 ”Delvis”\n    Beta: ville ej svara\n"
                                 "    Anteckning: said so on the phone\n    Skäl: misread\n"));
    assert_non_null(strstr(text, "Arbete, Deltagare, 1 juni 2026, skattat av H07\n    Alpha: 1\n"
                                 "    Beta: inte tillfrågad\n"));
    assert_non_null(strstr(text, "uppgiften team sattes till north\n"));
    assert_non_null(strstr(text, "uppgiften team togs bort\n"));
    assert_non_null(strstr(text, "mätning återtagen\n"));
    assert_non_null(strstr(text, "Skäl: another person's\n"));
    assert_non_null(strstr(text, "(gäller inte längre)\n"));
    char of[BIP_ID_SIZE + 48];
    assert_in_range(snprintf(of, sizeof of, ", ny version av %s (gäller inte längre)\n", first_id), 1, sizeof of - 1);
    assert_non_null(strstr(text, of));
    assert_non_null(strstr(text, "Historik för P-002\n"));
}

static void test_history__refuses_a_participant_who_is_not_there(void **state)
{
    static const char *const who[] = {"P-009"};
    bip_query q = show_query();

    (void)state;
    q.participants = who;
    q.n_participants = 1;
    assert_int_equal(show_try(&s, "history", &q, NULL), BIP_E_NOT_FOUND);
    assert_int_equal(show_try(&s, "history", &q, "{\"x\":true}"), BIP_E_USAGE);
}

static void test_history__survives_every_failed_allocation(void **state)
{
    const bip_query q = show_query();

    (void)state;
    show_survive_failed_allocations(&s, "history", &q);
    show_survive_failed_allocations(&s, "history-text", &q);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(test_history__tells_every_revision_in_the_order_of_recording),
        T(test_history__tells_who_when_and_why),
        T(test_history__prints_null_for_what_is_not_there),
        T(test_history__reads_as_text_in_the_language),
        T(test_history__refuses_a_participant_who_is_not_there),
        T(test_history__survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
