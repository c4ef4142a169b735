/* record, correct, withdraw. */
#include "cli/cli.h"

#include "base/alloc.h"
#include "base/number.h"
#include "base/reason.h"
#include "base/text.h"

#include <string.h>

/* INDICATOR=SCORE words, taken apart. */
typedef struct score_list {
    char **indicators; /* owned, each */
    bip_score *scores;
    size_t n;
} score_list;

static void scores_free(score_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        bip__free(list->indicators[i]);
    bip__free(list->indicators);
    bip__free(list->scores);
}

/* -1: none. */
static int32_t reason_of(const char *folded)
{
    for (size_t i = 0; i < bip__n_reasons; i++)
        if (strcmp(folded, bip__reasons[i].text) == 0)
            return bip__reasons[i].answer;
    return -1;
}

static bip_status reason_read(cli *c, const char *indicator, const char *text, bip_score *score)
{
    bip__arena arena = {0};
    size_t n;
    const char *folded = bip__text_fold(&arena, text, strlen(text), &n);
    bip_status st = folded ? BIP_OK : bip__nomem(&c->err);

    if (folded && (score->answer = reason_of(folded)) < 0)
        st =
            cli_fail(c, BIP_E_REFUSED, indicator, "\"%s\" is no number, nor declined, dont_know, not_applicable", text);
    bip__arena_free(&arena);
    return st;
}

static bip_status score_read(cli *c, const char *indicator, const char *text, bip_score *score)
{
    if (text[0] == '\0') {
        score->answer = BIP_NOT_ASKED;
        return BIP_OK;
    }
    score->answer = BIP_NUMBER;
    if (bip__number_parse_cell(text, strlen(text), &score->number))
        return BIP_OK;
    return reason_read(c, indicator, text, score);
}

static bip_status scores_read(cli *c, const char **words, size_t n, score_list *list)
{
    bip_status st = BIP_OK;

    list->indicators = bip__alloc_zero(n + 1, sizeof *list->indicators);
    list->scores = bip__alloc_zero(n + 1, sizeof *list->scores);
    if (!list->indicators || !list->scores)
        return bip__nomem(&c->err);
    for (size_t i = 0; st == BIP_OK && i < n; i++) {
        const char *equals = strchr(words[i], '=');

        if (!equals)
            return cli_fail(c, BIP_E_USAGE, NULL, "\"%s\" is not INDICATOR=SCORE", words[i]);
        if (!(list->indicators[i] = bip__strndup(words[i], (size_t)(equals - words[i]))))
            return bip__nomem(&c->err);
        list->n = i + 1;
        st = score_read(c, list->indicators[i], equals + 1, &list->scores[i]);
    }
    return st;
}

/* What `record` and `correct` share. */
static bip_status assessment_read(cli *c, score_list *list, bip_assessment_in *in)
{
    bip_status st = scores_read(c, c->args.operands + 1, c->args.n_operands - 1, list);

    memset(in, 0, sizeof *in);
    in->size = sizeof *in;
    in->note = cli_value(&c->args, OPT_NOTE);
    in->redact = cli_given(&c->args, OPT_REDACT);
    in->indicators = (const char *const *)list->indicators;
    in->scores = list->scores;
    in->n = list->n;
    if (st == BIP_OK && list->n == 0 && !in->note)
        st = cli_fail(c, BIP_E_USAGE, NULL, "%s needs %s, or --note TEXT", c->command->name, c->command->operands);
    return st;
}

static bip_status end(cli *c, bip_change *change, const char *id, bip_status st)
{
    bip__out text;

    bip__out_init(&text, NULL, NULL);
    if (c->json) {
        bip__out_text(&text, "{\"id\":");
        bip__out_json_text(&text, id);
        bip__out_char(&text, '}');
    } else {
        bip__out_text(&text, id);
    }
    bip__out_char(&text, '\n');
    return cli_change_end(c, change, &text, st);
}

/* The most common way to be refused: someone is not registered yet. */
static void hint_at_registration(cli *c, const char *code)
{
    bip_query query;
    bip__out lines;
    bip_error refused = c->err;

    bip_query_init(&query, sizeof query);
    query.participants = &code;
    query.n_participants = 1;
    c->probing = true;
    if (cli_collect(c, "participants", &query, &lines) == BIP_E_NOT_FOUND)
        cli_hint(c, "register them with `bip participant add %s`", code);
    bip__out_free(&lines);
    c->probing = false;
    c->err = refused;
}

bip_status cli_cmd_record(cli *c)
{
    score_list list = {0};
    bip_assessment_in in;
    bip_change *change;
    bip_date as_of;
    char id[BIP_ID_SIZE] = "";
    bip_status st = assessment_read(c, &list, &in);

    in.participant = c->args.operands[0];
    in.instrument = cli_value(&c->args, OPT_INSTRUMENT);
    in.respondent = cli_value(&c->args, OPT_RESPONDENT);
    in.rater = cli_value(&c->args, OPT_RATER);
    if (st != BIP_OK || (st = cli_day(c, OPT_AS_OF, BIP_E_USAGE, &as_of)) != BIP_OK ||
        (st = cli_day(c, OPT_DATE, BIP_E_REFUSED, &in.date)) != BIP_OK || (st = cli_change_begin(c, &change)) != BIP_OK)
        goto done;
    st = bip_assessment_add(change, &in, id, &c->err);
    if (st == BIP_E_REFUSED)
        hint_at_registration(c, in.participant);
    if (st == BIP_E_CONFLICT)
        cli_hint(c, "see `bip help correct`");
    st = end(c, change, id, st);
    if (st == BIP_OK)
        cli_warn_of_future(c, in.date > cli_today(c, as_of), cli_today(c, as_of));
done:
    scores_free(&list);
    return st;
}

bip_status cli_cmd_correct(cli *c)
{
    score_list list = {0};
    bip_assessment_in in;
    bip_change *change;
    char id[BIP_ID_SIZE] = "";
    bip_status st = assessment_read(c, &list, &in);

    if (st == BIP_OK && (st = cli_change_begin(c, &change)) == BIP_OK) {
        st = bip_assessment_correct(change, c->args.operands[0], &in, id, &c->err);
        st = end(c, change, id, st);
    }
    scores_free(&list);
    return st;
}

bip_status cli_cmd_withdraw(cli *c)
{
    const char *id = c->args.operands[0];
    bip_change *change;
    bip_status st = cli_change_begin(c, &change);

    if (st != BIP_OK)
        return st;
    st = bip_assessment_withdraw(change, id, &c->err);
    return end(c, change, id, st);
}

bip_status cli_cmd_dispute(cli *c)
{
    char id[BIP_ID_SIZE] = "";
    bip_change *change;
    bip_status st = cli_change_begin(c, &change);

    if (st != BIP_OK)
        return st;
    st = bip_assessment_dispute(change, c->args.operands[0], cli_value(&c->args, OPT_TEXT), id, &c->err);
    return end(c, change, id, st);
}
