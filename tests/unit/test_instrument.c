#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/out.h"
#include "model/instrument.h"

/* JSON here is written with ' for ", to be readable. This one uses every key. */
static const char full[] =
    "{'instrument':'full','version':'2','continues':'1','title':{'sv':'Hela','en':'Full','da':'Hele'},"
    "'source':'made up','interval_days':90,'pair_days':7,'handout':false,"
    "'respondents':[{'code':'participant','title':{'en':'Participant'}},{'code':'caseworker','title':{'sv':'HL'}}],"
    "'scales':[{'code':'five','min':1,'max':5,'step':1,'labels':{'1':{'en':'Not at all'},'5':{'en':'Fully'}}},"
    "{'code':'three','values':[0,2,4]},{'code':'free','min':0,'max':10,'step':0}],"
    "'indicators':[{'code':'coping','title':{'en':'Coping'},'scale':'five','better':'higher',"
    "'respondents':['caseworker','participant'],'visible_to':['caseworker'],"
    "'question':{'participant':{'en':'How?'},'caseworker':{'en':'How so?'}},"
    "'reliability':0.8,'sd':0.9,'smallest_step':2},"
    "{'code':'drinking','title':{'en':'Drinking'},'scale':'three','better':'lower','respondents':['participant']}],"
    "'dimensions':[{'code':'overall','title':{'en':'Overall'},'method':'mean','indicators':['coping','drinking'],"
    "'weights':{'drinking':1,'coping':3},'min_answered':0.4,'better':'higher','smallest_step':0.2,"
    "'reliability':0.85,'sd':0.7}],"
    "'bands':[{'of':'overall','code':'close','from':4,'title':{'en':'Close'}},"
    "{'of':'overall','code':'far','from':1,'title':{'en':'Far'}}],"
    "'participant_pattern':'^[A-Z]{2}-[0-9]{4}$','x_b':{'z':1.0,'a':[true,null]},'x_a':'kept'}";

static const char least[] =
    "{'instrument':'least','version':'1','title':{'sv':'Minst'},'respondents':[{'code':'self'}],"
    "'scales':[{'code':'s','min':0,'max':10}],"
    "'indicators':[{'code':'a','title':{'da':'A'},'scale':'s'}]}";

/* `from` with `old` replaced by `new` (where given), ' by ". The text is the caller's to free. */
static char *edited(const char *from, const char *old, const char *new)
{
    const char *at = old ? strstr(from, old) : from;
    const size_t room = strlen(from) + (new ? strlen(new) : 0) + 1;
    char *out = malloc(room);

    assert_non_null(out);
    if (!at || (old && strstr(at + 1, old)))
        fail_msg("%s must stand in the document once", old);
    snprintf(out, room, "%.*s%s%s", (int)(at - from), from, new ? new : "", at + (old ? strlen(old) : 0));
    for (char *c = out; *c; c++)
        if (*c == '\'')
            *c = '"';
    return out;
}

static bip__instrument *parse_edited(const char *from, const char *old, const char *new)
{
    char *json = edited(from, old, new);
    bip_error err = {0};
    bip__instrument *i;

    if (bip__instrument_parse(json, strlen(json), &i, &err) != BIP_OK)
        fail_msg("%s -> %s: %s: %s", old ? old : "", new ? new : "", err.where, err.message);
    free(json);
    return i;
}

typedef struct bad {
    const char *old, *new, *where, *message;
} bad;

static const bad refused[] = {
    /* keys */
    {"'sd':0.9", "'ds':0.9", "indicators[0].ds", "unknown key"},
    {"'scale':'three'", "'scael':'three'", "indicators[1].scael", "unknown key"},
    {"'source'", "'Source'", "Source", "unknown key"},
    {"'values':[0", "'value':[0", "scales[1].value", "unknown key"},
    {"'of':'overall','code':'far'", "'off':'overall','code':'far'", "bands[1].off", "unknown key"},
    {"'code':'caseworker'", "'code':'caseworker','x':1", "respondents[1].x", "unknown key"},
    {"'method':'mean'", "'metod':'mean'", "dimensions[0].metod", "unknown key"},
    {"'instrument':'full'", "'instrument':'full','instrument':'full'", "instrument", "duplicate key"},
    {"'code':'coping'", "'code':'coping','code':'coping'", "indicators[0].code", "duplicate key"},
    {"'z':1.0", "'a':1.0", "x_b.a", "duplicate key"},
    {"'drinking':1,", "'coping':1,", "dimensions[0].weights.coping", "duplicate key"},
    /* what is required */
    {"'instrument':'full',", "", "instrument", "is missing"},
    {"'version':'2',", "", "version", "is missing"},
    {"'title':{'sv':'Hela','en':'Full','da':'Hele'},", "", "title", "is missing"},
    {"'code':'participant',", "", "respondents[0].code", "is missing"},
    {"'code':'three',", "", "scales[1].code", "is missing"},
    {"'title':{'en':'Coping'},", "", "indicators[0].title", "is missing"},
    {"'scale':'three',", "", "indicators[1].scale", "is missing"},
    {"'code':'drinking',", "", "indicators[1].code", "is missing"},
    {"'title':{'en':'Overall'},", "", "dimensions[0].title", "is missing"},
    {"'indicators':['coping','drinking'],", "", "dimensions[0].indicators", "is missing"},
    {"'of':'overall','code':'close'", "'code':'close'", "bands[0].of", "is missing"},
    {"'from':4,", "", "bands[0].from", "is missing"},
    {",'title':{'en':'Far'}", "", "bands[1].title", "is missing"},
    {"'min':1,", "", "scales[0].min", "is missing"},
    {"'max':10,", "", "scales[2].max", "is missing"},
    {"'values':[0,2,4]", "'step':1", "scales[1].min", "is missing"},
    /* types and texts */
    {"'instrument':'full'", "'instrument':'Full'", "instrument", "is no code"},
    {"'instrument':'full'", "'instrument':7", "instrument", "must be a text"},
    {"'version':'2'", "'version':2", "version", "must be a text"},
    {"'version':'2'", "'version':'2/3'", "version", "is no version"},
    {"'continues':'1'", "'continues':''", "continues", "is no version"},
    {"'continues':'1'", "'continues':'2'", "continues", "continue itself"},
    {"'continues':'1'", "'continues':false", "continues", "must be a text"},
    {"{'sv':'Hela','en':'Full','da':'Hele'}", "'Full'", "title", "by language"},
    {"{'sv':'Hela','en':'Full','da':'Hele'}", "{}", "title", "at least one language"},
    {"'en':'Full'", "'en':''", "title.en", "blank"},
    {"'en':'Full'", "'en':' \xc2\xa0 '", "title.en", "blank"},
    {"'en':'Full'", "'en':'Fu\\nll'", "title.en", "one line"},
    {"'en':'Full'", "'en':null", "title.en", "must be a text"},
    {"'en':'Full'", "'EN':'Full'", "title.EN", "no language"},
    {"'en':'Full'", "'english':'Full'", "title.english", "no language"},
    {"'en':'Full'", "'en-':'Full'", "title.en-", "no language"},
    {"'en':'Full'", "'en_GB':'Full'", "title.en_GB", "no language"},
    {"'en':'Full'", "'en-GB-x':'Full'", "title.en-GB-x", "no language"},
    {"'source':'made up'", "'source':1", "source", "must be a text"},
    {"'handout':false", "'handout':0", "handout", "true or false"},
    {"'interval_days':90", "'interval_days':0", "interval_days", "1 or more"},
    {"'interval_days':90", "'interval_days':90.5", "interval_days", "whole number"},
    {"'interval_days':90", "'interval_days':'90'", "interval_days", "must be a number"},
    {"'interval_days':90", "'interval_days':1e10", "interval_days", "whole number"},
    {"'pair_days':7", "'pair_days':-1", "pair_days", "0 or more"},
    {"'pair_days':7", "'pair_days':null", "pair_days", "must be a number"},
    {"'participant_pattern':'^", "'participant_pattern':'(", "participant_pattern", "does not hold"},
    {"'participant_pattern':'^[A-Z]{2}-[0-9]{4}$'", "'participant_pattern':[]", "participant_pattern", "a text"},
    /* respondents */
    {"'code':'caseworker'", "'code':'participant'", "respondents[1].code", "stands twice"},
    {"'code':'caseworker'", "'code':'case worker'", "respondents[1].code", "is no code"},
    {"{'sv':'HL'}", "{}", "respondents[1].title", "at least one language"},
    {"'respondents':['caseworker','participant']", "'respondents':['coach']", "indicators[0].respondents[0]",
     "unknown respondent"},
    {"'respondents':['caseworker','participant']", "'respondents':['participant','participant']",
     "indicators[0].respondents[1]", "stands twice"},
    {"'respondents':['caseworker','participant']", "'respondents':[]", "indicators[0].respondents", "not be empty"},
    {"'respondents':['caseworker','participant']", "'respondents':'participant'", "indicators[0].respondents", "list"},
    {"'visible_to':['caseworker']", "'visible_to':[]", "indicators[0].visible_to", "not be empty"},
    {"'visible_to':['caseworker']", "'visible_to':['caseworker','staff']", "indicators[0].visible_to[1]", "unknown"},
    {"'visible_to':['caseworker']", "'visible_to':[1]", "indicators[0].visible_to[0]", "must be a text"},
    {"'caseworker':{'en':'How so?'}", "'coach':{'en':'How so?'}", "indicators[0].question.coach", "unknown respondent"},
    {"'caseworker':{'en':'How so?'}", "'caseworker':'How so?'", "indicators[0].question.caseworker", "by language"},
    /* scales */
    {"'code':'three'", "'code':'five'", "scales[1].code", "stands twice"},
    {"'max':5", "'max':1", "scales[0].max", "above min"},
    {"'max':5", "'max':0", "scales[0].max", "above min"},
    {"'max':5", "'max':5.5", "scales[0].step", "no multiple"},
    {"'max':5", "'max':1e16", "scales[0].max", "too large"},
    {"'max':5", "'max':'5'", "scales[0].max", "must be a number"},
    {"'step':1", "'step':3", "scales[0].step", "no multiple"},
    {"'step':1", "'step':8", "scales[0].step", "no multiple"},
    {"'step':1", "'step':-1", "scales[0].step", "0 or above"},
    {"'max':10,'step':0", "'max':10.5", "scales[2].step", "1 where none is given"},
    {"'values':[0,2,4]", "'values':[0]", "scales[1].values", "at least two"},
    {"'values':[0,2,4]", "'values':[]", "scales[1].values", "not be empty"},
    {"'values':[0,2,4]", "'values':[0,2,2]", "scales[1].values[2]", "above the value before"},
    {"'values':[0,2,4]", "'values':[0,'2']", "scales[1].values[1]", "must be a number"},
    {"'values':[0,2,4]", "'values':[0,2,4],'min':0", "scales[1].min", "beside values"},
    {"'values':[0,2,4]", "'values':[0,2,4],'step':2", "scales[1].step", "beside values"},
    {"'5':{'en'", "'6':{'en'", "scales[0].labels.6", "no score of this scale"},
    {"'5':{'en'", "'1.5':{'en'", "scales[0].labels.1.5", "no score of this scale"},
    {"'5':{'en'", "'five':{'en'", "scales[0].labels.five", "is no number"},
    {"'5':{'en'", "'05':{'en'", "scales[0].labels.05", "is no number"},
    {"'5':{'en'", "'1.0':{'en'", "scales[0].labels.1.0", "second label"},
    {"{'en':'Fully'}", "'Fully'", "scales[0].labels.5", "by language"},
    {"{'en':'Fully'}", "{'en':' '}", "scales[0].labels.5.en", "blank"},
    /* indicators */
    {"'code':'drinking'", "'code':'coping'", "indicators[1].code", "stands twice"},
    {"'scale':'three'", "'scale':'four'", "indicators[1].scale", "unknown scale \"four\""},
    {"'better':'lower'", "'better':'less'", "indicators[1].better", "\"higher\" or \"lower\""},
    {"'reliability':0.8,", "'reliability':1,", "indicators[0].reliability", "below 1"},
    {"'reliability':0.8,", "'reliability':-0.1,", "indicators[0].reliability", "0 to below 1"},
    {"'sd':0.9", "'sd':0", "indicators[0].sd", "above 0"},
    {"'smallest_step':2", "'smallest_step':-1", "indicators[0].smallest_step", "0 or above"},
    {"'sd':0.9", "'sd':1e400", "line 1, column 711", "too large"},
    /* dimensions */
    {"'code':'overall','title'", "'code':'coping','title'", "dimensions[0].code", "stands twice"},
    {"'method':'mean'", "'method':'median'", "dimensions[0].method", "\"mean\" or \"sum\""},
    {"['coping','drinking']", "['coping','drink']", "dimensions[0].indicators[1]", "unknown indicator \"drink\""},
    {"['coping','drinking']", "['coping','coping']", "dimensions[0].indicators[1]", "stands twice"},
    {"['coping','drinking']", "[]", "dimensions[0].indicators", "not be empty"},
    {"['coping','drinking']", "['drinking']", "dimensions[0].weights.coping", "no indicator of this dimension"},
    {"'drinking':1,", "'sleep':1,", "dimensions[0].weights.sleep", "no indicator of this dimension"},
    {"'drinking':1,", "'drinking':0,", "dimensions[0].weights.drinking", "above 0"},
    {"'min_answered':0.4", "'min_answered':1.1", "dimensions[0].min_answered", "0 to 1"},
    {"'better':'higher','smallest_step':0.2", "'smallest_step':0.2", "dimensions[0].better", "run both ways"},
    {"'smallest_step':0.2", "'smallest_step':-1", "dimensions[0].smallest_step", "0 or above"},
    {"'sd':0.7", "'sd':-0.7", "dimensions[0].sd", "above 0"},
    {"'reliability':0.85", "'reliability':1.5", "dimensions[0].reliability", "below 1"},
    /* bands */
    {"'of':'overall','code':'close'", "'of':'total','code':'close'", "bands[0].of", "unknown indicator or dimension"},
    {"'code':'far'", "'code':'close'", "bands[1].code", "stands twice"},
    {"'code':'far'", "'code':'Far'", "bands[1].code", "is no code"},
    {"'from':1", "'from':4", "bands[1].from", "another band"},
};

static void test_instrument__says_by_path_what_does_not_hold(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof refused / sizeof *refused; k++) {
        const bad *b = &refused[k];
        char *json = edited(full, b->old, b->new);
        bip__instrument *i = (bip__instrument *)1;
        bip_error err = {0};
        if (bip__instrument_parse(json, strlen(json), &i, &err) != BIP_E_REFUSED)
            fail_msg("taken: %s -> %s", b->old, b->new);
        assert_null(i);
        if (strcmp(err.where, b->where) != 0 || !strstr(err.message, b->message))
            fail_msg("%s -> %s: \"%s: %s\", expected \"%s: %s\"", b->old, b->new, err.where, err.message, b->where,
                     b->message);
        free(json);
    }
}

static void refuses(const char *json, size_t n, const char *where, const char *message)
{
    bip__instrument *i = (bip__instrument *)1;
    bip_error err = {0};

    assert_int_equal(bip__instrument_parse(json, n, &i, &err), BIP_E_REFUSED);
    assert_null(i);
    if (strcmp(err.where, where) != 0 || !strstr(err.message, message))
        fail_msg("\"%s: %s\", expected \"%s: %s\"", err.where, err.message, where, message);
}

static void test_instrument__refuses_documents_that_are_none(void **state)
{
    static char huge[4 * 1024 * 1024 + 1];

    (void)state;
    refuses("", 0, "line 1, column 1", "ends too early");
    refuses("[]", 2, "", "must be a JSON object");
    refuses("null", 4, "", "must be a JSON object");
    refuses("{}", 2, "instrument", "is missing");
    memset(huge, ' ', sizeof huge);
    refuses(huge, sizeof huge, "", "4 MiB");
}

static void test_instrument__needs_a_respondent_a_scale_and_an_indicator(void **state)
{
    static const char *const lists[][2] = {
        {"[{'code':'self'}]", "respondents"},
        {"[{'code':'s','min':0,'max':10}]", "scales"},
        {"[{'code':'a','title':{'da':'A'},'scale':'s'}]", "indicators"},
    };

    (void)state;
    for (size_t k = 0; k < 3; k++) {
        char *json = edited(least, lists[k][0], "[]");
        refuses(json, strlen(json), lists[k][1], "not be empty");
        free(json);
        json = edited(least, lists[k][0], "{}");
        refuses(json, strlen(json), lists[k][1], "list of objects");
        free(json);
        json = edited(least, lists[k][0], "[1]");
        char where[32];
        snprintf(where, sizeof where, "%s[0]", lists[k][1]);
        refuses(json, strlen(json), where, "must be an object");
        free(json);
    }
}

static void test_instrument__refuses_every_shortened_text(void **state)
{
    char *json = edited(full, NULL, NULL);
    bip__instrument *i;

    (void)state;
    for (size_t n = strlen(json); n-- > 0;)
        assert_int_equal(bip__instrument_parse(json, n, &i, NULL), BIP_E_REFUSED);
    free(json);
}

/* One byte changed at every place: never a crash, and what is taken is stable. */
static void test_instrument__survives_any_changed_byte(void **state)
{
    static const char bytes[] = {'\0', '"', '{', '}', '[', ']', ',', ':', '9', 'e', '-', '\\', '\n', (char)0xff};
    char *json = edited(full, NULL, NULL);
    const size_t n = strlen(json);
    size_t taken = 0;

    (void)state;
    for (size_t k = 0; k < n; k++) {
        const char was = json[k];
        bip__instrument *i;
        json[k] = bytes[k % sizeof bytes];
        if (bip__instrument_parse(json, n, &i, NULL) == BIP_OK) {
            taken++;
            bip__instrument_free(i);
        } else {
            assert_null(i);
        }
        json[k] = was;
    }
    assert_in_range(taken, 1, n - 1);
    free(json);
}

/* What was written, for the caller to bip__free(). */
static char *text_of(bip__out *o)
{
    bip__out_char(o, '\0');
    assert_int_equal(o->status, BIP_OK);
    return o->data;
}

/* `each`, with its number for %zu, n times with commas between. */
static char *many(const char *begin, size_t n, const char *each, const char *end)
{
    bip__out o;

    bip__out_init(&o, NULL, NULL);
    bip__out_text(&o, begin);
    for (size_t k = 0; k < n; k++) {
        bip__out_text(&o, k ? "," : "");
        bip__out_printf(&o, each, k);
    }
    bip__out_text(&o, end);
    return text_of(&o);
}

static void test_instrument__has_64_respondents_at_most(void **state)
{
    (void)state;
    for (size_t n = 63; n <= 65; n++) {
        char *list = many("[", n, "{'code':'r%zu'}", "]");
        char *json = edited(least, "[{'code':'self'}]", list);
        bip__instrument *i;
        const bip_status st = bip__instrument_parse(json, strlen(json), &i, NULL);
        if (n > 64) {
            refuses(json, strlen(json), "respondents", "more than 64");
            assert_int_equal(st, BIP_E_REFUSED);
        } else {
            assert_int_equal(st, BIP_OK);
            assert_true(i->indicators[0].asked == (n == 64 ? UINT64_MAX : UINT64_MAX >> 1));
        }
        bip__instrument_free(i);
        bip__free(list);
        free(json);
    }
}

static void test_instrument__has_1000_indicators_at_most(void **state)
{
    (void)state;
    for (size_t n = 1000; n <= 1001; n++) {
        char *list = many("[", n, "{'code':'i%zu','title':{'en':'x'},'scale':'s'}", "]");
        char *json = edited(least, "[{'code':'a','title':{'da':'A'},'scale':'s'}]", list);
        bip__instrument *i;
        assert_int_equal(bip__instrument_parse(json, strlen(json), &i, NULL), n > 1000 ? BIP_E_REFUSED : BIP_OK);
        bip__instrument_free(i);
        bip__free(list);
        free(json);
    }
}

static void test_instrument__a_text_has_100_languages_at_most(void **state)
{
    (void)state;
    for (size_t n = 100; n <= 101; n++) {
        char *texts = many("{", n, "'aa-x%zu':'x'", "}");
        char *json = edited(least, "{'sv':'Minst'}", texts);
        bip__instrument *i;
        assert_int_equal(bip__instrument_parse(json, strlen(json), &i, NULL), n > 100 ? BIP_E_REFUSED : BIP_OK);
        bip__instrument_free(i);
        bip__free(texts);
        free(json);
    }
}

/* Few bytes, many parts: each dimension would hold one for each respondent and indicator. */
static void test_instrument__dimensions_have_a_limit_together(void **state)
{
    char *roles = many("[", 64, "{'code':'r%zu'}", "]");
    char *indicators = many("[", 500, "{'code':'i%zu','title':{'en':'x'},'scale':'s'}", "],'dimensions':[");
    char *codes = many("[", 500, "'i%zu'", "]");
    bip__out o;

    (void)state;
    bip__out_init(&o, NULL, NULL);
    bip__out_printf(&o, "{'instrument':'l','version':'1','title':{'en':'L'},'respondents':%s,", roles);
    bip__out_printf(&o, "'scales':[{'code':'s','min':0,'max':1}],'indicators':%s", indicators);
    for (int k = 0; k < 7; k++)
        bip__out_printf(&o, "%s{'code':'d%d','title':{'en':'x'},'indicators':%s}", k ? "," : "", k, codes);
    bip__out_text(&o, "]}");
    char *json = text_of(&o);
    char *text = edited(json, NULL, NULL);
    refuses(text, strlen(text), "dimensions[6].indicators", "together");
    free(text);
    bip__free(json);
    bip__free(codes);
    bip__free(indicators);
    bip__free(roles);
}

static void test_instrument__every_key_reaches_the_structure(void **state)
{
    bip__instrument *i = parse_edited(full, NULL, NULL);
    const bip__indicator *coping = &i->indicators[0], *drinking = &i->indicators[1];

    (void)state;
    assert_string_equal(i->code, "full");
    assert_string_equal(i->version, "2");
    assert_string_equal(i->continues, "1");
    assert_string_equal(i->source, "made up");
    assert_int_equal(i->interval_days, 90);
    assert_int_equal(i->pair_days, 7);
    assert_false(i->handout);
    assert_int_equal(i->n_respondents, 2);
    assert_int_equal(i->n_scales, 3);
    assert_true(i->scales[1].min == 0 && i->scales[1].max == 4 && i->scales[1].step == 2);
    assert_ptr_equal(coping->scale, &i->scales[0]);
    assert_int_equal(coping->better, BIP_HIGHER);
    assert_int_equal(coping->asked, 3);
    assert_int_equal(coping->visible, 2);
    assert_string_equal(bip__title_get(&coping->questions[1], "en"), "How so?");
    assert_true(coping->reliability == 0.8 && coping->sd == 0.9 && coping->smallest_step == 2);
    assert_int_equal(drinking->better, BIP_LOWER);
    assert_int_equal(drinking->asked, 1);
    assert_int_equal(drinking->visible, 3);
    assert_null(drinking->questions);
    assert_true(isnan(drinking->reliability) && isnan(drinking->sd) && drinking->smallest_step == 2);
    assert_int_equal(i->n_items[0], 2);
    assert_int_equal(i->n_items[1], 1);
    assert_int_equal(i->n_dimensions, 1);
    assert_true(i->dimensions[0].views[0].parts[0].weight == 3);
    assert_true(i->dimensions[0].views[0].parts[1].sign == -1 && i->dimensions[0].views[0].parts[1].offset == 4);
    assert_true(i->dimensions[0].reliability == 0.85 && i->dimensions[0].sd == 0.7);
    assert_int_equal(i->dimensions[0].visible, 2);
    assert_int_equal(i->n_bands, 2);
    assert_string_equal(i->bands[0].code, "far");
    assert_non_null(i->participant_pattern);
    bip__instrument_free(i);
    bip__instrument_free(NULL);
}

static void test_instrument__defaults_are_those_of_the_format(void **state)
{
    bip__instrument *i = parse_edited(least, NULL, NULL);
    const bip__indicator *a = &i->indicators[0];

    (void)state;
    assert_null(i->continues);
    assert_null(i->source);
    assert_null(i->participant_pattern);
    assert_int_equal(i->interval_days, 0);
    assert_int_equal(i->pair_days, 14);
    assert_true(i->handout);
    assert_true(i->scales[0].step == 1);
    assert_int_equal(a->better, BIP_HIGHER);
    assert_int_equal(a->asked, 1);
    assert_int_equal(a->visible, 1);
    assert_true(a->smallest_step == 1);
    assert_int_equal(i->n_dimensions + i->n_bands, 0);
    assert_string_equal(bip__title_get(&i->respondents[0].title, "sv"), "self"); /* no title: its code */
    bip__instrument_free(i);
}

static void test_instrument__text_falls_back_to_english_then_to_the_first(void **state)
{
    bip__instrument *i = parse_edited(full, NULL, NULL);
    const bip__title none = {NULL, 0};

    (void)state;
    assert_string_equal(bip__title_get(&i->title, "da"), "Hele");
    assert_string_equal(bip__title_get(&i->title, "fi"), "Full");
    assert_string_equal(bip__title_get(&i->title, NULL), "Full");
    assert_string_equal(bip__title_get(&i->respondents[1].title, "en"), "HL");
    assert_null(bip__title_get(&none, "en"));
    bip__instrument_free(i);
}

static void test_instrument__a_scale_holds_its_scores_only(void **state)
{
    bip__instrument *i = parse_edited(full, NULL, NULL);
    const bip__scale *five = &i->scales[0], *three = &i->scales[1], *open = &i->scales[2];
    char text[64];

    (void)state;
    assert_true(bip__scale_holds(five, 1) && bip__scale_holds(five, 3) && bip__scale_holds(five, 5));
    assert_true(bip__scale_holds(five, 3 + 3e-9));
    assert_false(bip__scale_holds(five, 3 + 5e-9) || bip__scale_holds(five, 0) || bip__scale_holds(five, 6));
    assert_false(bip__scale_holds(five, 2.5) || bip__scale_holds(five, NAN) || bip__scale_holds(five, INFINITY));
    assert_true(bip__scale_holds(three, 0) && bip__scale_holds(three, 2) && bip__scale_holds(three, 4));
    assert_false(bip__scale_holds(three, 1) || bip__scale_holds(three, 6) || bip__scale_holds(three, -2));
    assert_true(bip__scale_holds(open, 0.123456) && bip__scale_holds(open, 10));
    assert_false(bip__scale_holds(open, 10.1) || bip__scale_holds(open, -0.1));
    bip__scale_describe_fault(five, 6, text, sizeof text);
    assert_string_equal(text, "is outside 1..5");
    bip__scale_describe_fault(five, 2.5, text, sizeof text);
    assert_string_equal(text, "is between the steps of 1..5 by 1");
    bip__scale_describe_fault(three, 9, text, sizeof text);
    assert_string_equal(text, "is none of 0, 2, 4");
    bip__scale_describe_fault(three, 9, text, 15);
    assert_string_equal(text, "is none of 0, ");
    assert_string_equal(bip__scale_label_get(five, 5, "sv"), "Fully");
    assert_null(bip__scale_label_get(five, 3, "en"));
    bip__instrument_free(i);
}

static void test_instrument__a_step_of_a_tenth_fits_in_spite_of_binary_fractions(void **state)
{
    bip__instrument *i = parse_edited(least, "'max':10", "'max':100,'step':0.1");

    (void)state;
    assert_true(bip__scale_holds(&i->scales[0], 0.3) && bip__scale_holds(&i->scales[0], 99.9));
    assert_false(bip__scale_holds(&i->scales[0], 0.35));
    bip__instrument_free(i);
}

static void test_instrument__finds_by_code(void **state)
{
    bip__instrument *i = parse_edited(full, NULL, NULL);

    (void)state;
    assert_int_equal(bip__instrument_respondent(i, "caseworker"), 1);
    assert_int_equal(bip__instrument_respondent(i, "coach"), -1);
    assert_int_equal(bip__instrument_indicator(i, "drinking"), 1);
    assert_int_equal(bip__instrument_indicator(i, "overall"), -1);
    assert_int_equal(bip__instrument_item(i, 0, 1), 1);
    assert_int_equal(bip__instrument_item(i, 1, 1), -1);
    bip__instrument_free(i);
}

static void test_instrument__a_band_holds_from_its_start_to_the_next(void **state)
{
    bip__instrument *i = parse_edited(full, NULL, NULL);
    bool has;

    (void)state;
    assert_null(bip__instrument_band(i, BIP_DIMENSION, 0, 0.9, 4, &has));
    assert_true(has);
    assert_string_equal(bip__instrument_band(i, BIP_DIMENSION, 0, 1, 4, &has), "far");
    assert_string_equal(bip__instrument_band(i, BIP_DIMENSION, 0, 3.99, 4, &has), "far");
    assert_string_equal(bip__instrument_band(i, BIP_DIMENSION, 0, 4 - 3e-9, 4, &has), "close");
    assert_string_equal(bip__instrument_band(i, BIP_DIMENSION, 0, 4.6, 4, &has), "close");
    assert_null(bip__instrument_band(i, BIP_INDICATOR, 0, 4, 4, &has));
    assert_false(has);
    bip__instrument_free(i);
}

static void test_instrument__canonical_form_has_its_order_and_nothing_added(void **state)
{
    char *expected =
        edited("{'instrument':'full','version':'2','continues':'1','title':{'en':'Full','da':'Hele','sv':'Hela'},"
               "'source':'made up','interval_days':90,'pair_days':7,'handout':false,"
               "'respondents':[{'code':'participant','title':{'en':'Participant'}},"
               "{'code':'caseworker','title':{'sv':'HL'}}],"
               "'scales':[{'code':'five','min':1,'max':5,'step':1,"
               "'labels':{'1':{'en':'Not at all'},'5':{'en':'Fully'}}},"
               "{'code':'three','values':[0,2,4]},{'code':'free','min':0,'max':10,'step':0}],"
               "'indicators':[{'code':'coping','title':{'en':'Coping'},'scale':'five','better':'higher',"
               "'respondents':['caseworker','participant'],'visible_to':['caseworker'],"
               "'question':{'participant':{'en':'How?'},'caseworker':{'en':'How so?'}},"
               "'reliability':0.8,'sd':0.9,'smallest_step':2},"
               "{'code':'drinking','title':{'en':'Drinking'},'scale':'three','better':'lower',"
               "'respondents':['participant']}],"
               "'dimensions':[{'code':'overall','title':{'en':'Overall'},'method':'mean',"
               "'indicators':['coping','drinking'],'weights':{'coping':3,'drinking':1},'min_answered':0.4,"
               "'better':'higher','smallest_step':0.2,'reliability':0.85,'sd':0.7}],"
               "'bands':[{'of':'overall','code':'close','from':4,'title':{'en':'Close'}},"
               "{'of':'overall','code':'far','from':1,'title':{'en':'Far'}}],"
               "'participant_pattern':'^[A-Z]{2}-[0-9]{4}$','x_a':'kept','x_b':{'a':[true,null],'z':1}}",
               NULL, NULL);
    char *same = edited(least, NULL, NULL);
    bip__instrument *i = parse_edited(full, NULL, NULL), *l = parse_edited(least, NULL, NULL);

    (void)state;
    assert_string_equal(i->json, expected);
    assert_int_equal(i->json_n, strlen(expected));
    assert_string_equal(l->json, same);
    bip__instrument_free(i);
    bip__instrument_free(l);
    free(expected);
    free(same);
}

/* Pairs of ways to write one content; canonical bytes must be equal. */
static void test_instrument__the_same_content_has_the_same_canonical_form(void **state)
{
    static const struct {
        const char *old, *new;
    } ways[] = {
        {"'max':5,'step':1", "'step':1.0,\n\t'max':0.5e1"},
        {"'sv':'Hela','en':'Full','da':'Hele'", "'en':'\\u0046ull','sv':'Hela','da':'Hele'"},
        {"'1':{'en':'Not at all'},'5':{'en':'Fully'}", "'5.0':{'en':'Fully'},'1e0':{'en':'Not at all'}"},
        {"'drinking':1,'coping':3", "'coping':3,'drinking':1"},
        {"'participant':{'en':'How?'},'caseworker':{'en':'How so?'}",
         "'caseworker':{'en':'How so?'},'participant':{'en':'How?'}"},
        {"'z':1.0,'a':[true,null]", "'a' : [ true , null ] , 'z' : 1"},
        {"'instrument':'full','version':'2'", "'version':'2','instrument':'full'"},
        {"'min':0,'max':10", "'max':10,'min':-0"},
    };
    bip__instrument *i = parse_edited(full, NULL, NULL);

    (void)state;
    for (size_t k = 0; k < sizeof ways / sizeof *ways; k++) {
        bip__instrument *other = parse_edited(full, ways[k].old, ways[k].new);
        assert_string_equal(other->json, i->json);
        bip__instrument_free(other);
    }
    bip__instrument_free(i);
}

static void test_instrument__other_content_has_another_canonical_form(void **state)
{
    static const struct {
        const char *old, *new;
    } ways[] = {
        {"'max':5,'step':1", "'max':5"}, /* a default that is written out is content */
        {"'x_a':'kept'", "'x_a':'lost'"},        {"['caseworker','participant']", "['participant','caseworker']"},
        {"'sd':0.9", "'sd':0.9000000000000001"}, {"'en':'Full'", "'en':'full'"},
    };
    bip__instrument *i = parse_edited(full, NULL, NULL);

    (void)state;
    for (size_t k = 0; k < sizeof ways / sizeof *ways; k++) {
        bip__instrument *other = parse_edited(full, ways[k].old, ways[k].new);
        assert_string_not_equal(other->json, i->json);
        bip__instrument_free(other);
    }
    bip__instrument_free(i);
}

static void test_instrument__the_canonical_form_of_texts_keeps_the_fallback(void **state)
{
    bip__instrument *i = parse_edited(full, "{'sv':'Hela','en':'Full','da':'Hele'}", "{'sv':'H','fi':'K','da':'E'}");
    bip__instrument *again;

    (void)state;
    assert_non_null(strstr(i->json, "\"title\":{\"sv\":\"H\",\"da\":\"E\",\"fi\":\"K\"}"));
    assert_int_equal(bip__instrument_parse(i->json, i->json_n, &again, NULL), BIP_OK);
    assert_string_equal(again->json, i->json);
    assert_string_equal(bip__title_get(&again->title, "en"), "H");
    bip__instrument_free(again);
    bip__instrument_free(i);
}

static void test_instrument__takes_null_for_no_continuation_and_unlisted_languages(void **state)
{
    bip__instrument *i = parse_edited(full, "'continues':'1'", "'continues':null");

    (void)state;
    assert_null(i->continues);
    assert_null(strstr(i->json, "continues")); /* the same content as without the key */
    bip__instrument_free(i);
    i = parse_edited(full, "'en':'Full'", "'en':'Full','sme':'Olles','zh-Hant-TW':'\xe5\x85\xa8'");
    assert_int_equal(i->title.n, 5);
    bip__instrument_free(i);
}

static void test_instrument__bands_of_an_indicator_and_beyond_one_view(void **state)
{
    /* the dimension runs to 4.75 for one respondent and to 5 for the other */
    bip__instrument *i = parse_edited(full, "'from':4", "'from':5");

    (void)state;
    bip__instrument_free(i);
    i = parse_edited(full, "'of':'overall','code':'far','from':1", "'of':'coping','code':'close','from':4");
    assert_int_equal(i->bands[0].kind, BIP_INDICATOR);
    assert_int_equal(i->bands[1].kind, BIP_DIMENSION);
    bip__instrument_free(i);
}

static void test_instrument__refuses_a_dimension_whose_range_is_lost_in_rounding(void **state)
{
    char *json = edited(least, "[{'code':'a','title':{'da':'A'},'scale':'s'}]}",
                        "[{'code':'a','title':{'da':'A'},'scale':'t'}],"
                        "'dimensions':[{'code':'d','title':{'da':'D'},'indicators':['a']}]}");
    char *wide = edited(json, "{\"code\":\"s\",\"min\":0,\"max\":10}",
                        "{'code':'t','min':900000000000000,'max':900000000000001}");

    (void)state;
    refuses(wide, strlen(wide), "dimensions[0]", "range is lost");
    free(json);
    free(wide);
}

static void sweep(const char *json, bool sticky)
{
    const long before = bip__alloc_live();
    bip__instrument *i;
    bip_status st;
    bip_error err;
    long n = -1;

    do {
        err = (bip_error){0};
        bip__alloc_fail_at(++n, sticky);
        st = bip__instrument_parse(json, strlen(json), &i, &err);
        if (st != BIP_OK && (st != BIP_E_NOMEM || err.status != BIP_E_NOMEM || i))
            fail_msg("allocation %ld: %d, %s", n, (int)st, err.message);
    } while (st != BIP_OK && n < 10000);
    bip__alloc_fail_at(-1, false);
    assert_in_range(n, 10, 9999);
    bip__instrument_free(i);
    assert_int_equal(bip__alloc_live(), before);
}

static void test_instrument__reports_every_failed_allocation(void **state)
{
    char source[4200] = "";

    (void)state;
    /* texts of all lengths move the place where the arena asks for its next block through the whole reading */
    for (size_t n = 0; n < sizeof source - 1; n += 24) {
        char *json;
        memset(source, 'x', n);
        json = edited(full, "made up", source);
        sweep(json, n % 48 == 0);
        free(json);
    }
}

static bip__instrument *parse_builtin(const char *code)
{
    bip_error err = {0};
    bip__instrument *i;

    for (size_t k = 0; k < bip__n_builtins; k++) {
        if (bip__instrument_parse(bip__builtins[k].json, bip__builtins[k].n, &i, &err) != BIP_OK)
            fail_msg("%s: %s", err.where, err.message);
        if (strcmp(i->code, code) == 0)
            return i;
        bip__instrument_free(i);
    }
    fail_msg("no built-in instrument %s", code);
    return NULL;
}

static void has_three_languages(const bip__title *t)
{
    static const char *const langs[] = {"en", "sv", "da"};

    assert_int_equal(t->n, 3);
    for (size_t k = 0; k < 3; k++)
        assert_string_equal(t->in[k].lang, langs[k]);
}

static void test_instrument__the_built_in_ones_speak_three_languages(void **state)
{
    (void)state;
    for (size_t b = 0; b < bip__n_builtins; b++) {
        bip__instrument *i;
        assert_int_equal(bip__instrument_parse(bip__builtins[b].json, bip__builtins[b].n, &i, NULL), BIP_OK);
        has_three_languages(&i->title);
        for (size_t k = 0; k < i->n_respondents; k++)
            has_three_languages(&i->respondents[k].title);
        for (size_t k = 0; k < i->n_indicators; k++)
            has_three_languages(&i->indicators[k].title);
        for (size_t k = 0; k < i->n_dimensions; k++)
            has_three_languages(&i->dimensions[k].title);
        for (size_t k = 0; k < i->n_bands; k++)
            has_three_languages(&i->bands[k].title);
        for (size_t s = 0; s < i->n_scales; s++)
            for (size_t k = 0; k < i->scales[s].n_labels; k++)
                has_three_languages(&i->scales[s].labels[k].text);
        bip__instrument_free(i);
    }
}

static void test_instrument__employability_has_eleven_indicators_two_for_professionals(void **state)
{
    bip__instrument *i = parse_builtin("employability");

    (void)state;
    assert_int_equal(i->n_respondents, 4);
    assert_int_equal(i->n_indicators, 11);
    assert_int_equal(i->n_items[0], 9);
    for (size_t r = 1; r < 4; r++)
        assert_int_equal(i->n_items[r], 11);
    const bip__indicator *belief = &i->indicators[bip__instrument_indicator(i, "caseworker_belief")];
    const bip__indicator *skills = &i->indicators[bip__instrument_indicator(i, "job_skills")];
    assert_int_equal(belief->asked, 14);
    assert_int_equal(belief->visible, 14);
    assert_int_equal(skills->asked, 14);
    assert_int_equal(skills->visible, 15);
    assert_int_equal(i->scales[0].n_labels, 5);
    assert_int_equal(i->interval_days, 90);
    assert_true(i->handout);
    for (size_t k = 0; k < 11; k++)
        assert_true(isnan(i->indicators[k].reliability) && isnan(i->indicators[k].sd));
    assert_int_equal(i->n_dimensions, 0);
    bip__instrument_free(i);
}

static void test_instrument__audit_sums_to_40_and_has_its_four_bands(void **state)
{
    bip__instrument *i = parse_builtin("audit");
    bip_score items[10];
    double score;
    bool has;

    (void)state;
    assert_false(i->handout);
    assert_int_equal(i->n_items[0], 10);
    for (int k = 0; k < 10; k++)
        items[k] = (bip_score){4, BIP_NUMBER, 0};
    assert_true(bip__dimension_score(&i->dimensions[0], 0, items, &score));
    assert_true(score == 40);
    assert_true(i->dimensions[0].views[0].min == 0 && i->dimensions[0].views[0].max == 40);
    assert_int_equal(i->dimensions[0].better, BIP_LOWER);
    items[9].answer = BIP_DECLINED;
    assert_false(bip__dimension_score(&i->dimensions[0], 0, items, &score));
    assert_false(bip__scale_holds(i->indicators[8].scale, 3));
    assert_true(bip__scale_holds(i->indicators[7].scale, 3));
    static const char *const expected[] = {"low", "hazardous", "harmful", "possible_dependence"};
    static const double from[] = {0, 8, 16, 20}, below[] = {7, 15, 19, 40};
    for (size_t k = 0; k < 4; k++) {
        assert_string_equal(bip__instrument_band(i, BIP_DIMENSION, 0, from[k], 40, &has), expected[k]);
        assert_string_equal(bip__instrument_band(i, BIP_DIMENSION, 0, below[k], 40, &has), expected[k]);
    }
    bip__instrument_free(i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_instrument__says_by_path_what_does_not_hold),
        cmocka_unit_test(test_instrument__refuses_documents_that_are_none),
        cmocka_unit_test(test_instrument__needs_a_respondent_a_scale_and_an_indicator),
        cmocka_unit_test(test_instrument__refuses_every_shortened_text),
        cmocka_unit_test(test_instrument__survives_any_changed_byte),
        cmocka_unit_test(test_instrument__has_64_respondents_at_most),
        cmocka_unit_test(test_instrument__has_1000_indicators_at_most),
        cmocka_unit_test(test_instrument__a_text_has_100_languages_at_most),
        cmocka_unit_test(test_instrument__dimensions_have_a_limit_together),
        cmocka_unit_test(test_instrument__every_key_reaches_the_structure),
        cmocka_unit_test(test_instrument__defaults_are_those_of_the_format),
        cmocka_unit_test(test_instrument__text_falls_back_to_english_then_to_the_first),
        cmocka_unit_test(test_instrument__a_scale_holds_its_scores_only),
        cmocka_unit_test(test_instrument__a_step_of_a_tenth_fits_in_spite_of_binary_fractions),
        cmocka_unit_test(test_instrument__finds_by_code),
        cmocka_unit_test(test_instrument__a_band_holds_from_its_start_to_the_next),
        cmocka_unit_test(test_instrument__canonical_form_has_its_order_and_nothing_added),
        cmocka_unit_test(test_instrument__the_same_content_has_the_same_canonical_form),
        cmocka_unit_test(test_instrument__other_content_has_another_canonical_form),
        cmocka_unit_test(test_instrument__the_canonical_form_of_texts_keeps_the_fallback),
        cmocka_unit_test(test_instrument__takes_null_for_no_continuation_and_unlisted_languages),
        cmocka_unit_test(test_instrument__bands_of_an_indicator_and_beyond_one_view),
        cmocka_unit_test(test_instrument__refuses_a_dimension_whose_range_is_lost_in_rounding),
        cmocka_unit_test(test_instrument__reports_every_failed_allocation),
        cmocka_unit_test(test_instrument__the_built_in_ones_speak_three_languages),
        cmocka_unit_test(test_instrument__employability_has_eleven_indicators_two_for_professionals),
        cmocka_unit_test(test_instrument__audit_sums_to_40_and_has_its_four_bands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
