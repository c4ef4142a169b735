/* participant add, list, show, set, erase. */
#include "cli/cli.h"

#include "base/alloc.h"

#include <string.h>

/* Every --attr KEY=VALUE of the command line. */
static bip_status set_attributes(cli *c, bip_change *change, const char *code)
{
    const char *given;
    bip_status st = BIP_OK;

    for (size_t i = 0; st == BIP_OK && (given = cli_value_at(&c->args, OPT_ATTR, i)); i++) {
        const char *equals = strchr(given, '=');
        char *key = bip__strndup(given, (size_t)(equals - given));

        st = key ? bip_participant_set(change, code, key, equals + 1, &c->err) : bip__nomem(&c->err);
        bip__free(key);
    }
    return st;
}

static bip_status check_attributes(cli *c)
{
    const char *given;

    for (size_t i = 0; (given = cli_value_at(&c->args, OPT_ATTR, i)); i++)
        if (!strchr(given, '='))
            return cli_fail(c, BIP_E_USAGE, "--attr", "\"%s\" is not KEY=VALUE", given);
    return BIP_OK;
}

static bip_status end(cli *c, bip_change *change, cli_word word, bip_status st)
{
    const char *code = c->args.operands[0];
    bip__out text;

    bip__out_init(&text, NULL, NULL);
    if (c->json) {
        bip__out_text(&text, "{\"participant\":");
        bip__out_json_text(&text, code);
        bip__out_char(&text, '}');
    } else {
        cli_words(&text, c, word, &code, 1);
    }
    bip__out_char(&text, '\n');
    return cli_change_end(c, change, &text, st);
}

bip_status cli_cmd_participant_add(cli *c)
{
    const char *code = c->args.operands[0];
    bip_change *change;
    bip_date enrolled, as_of, today;
    bip_status st = check_attributes(c);

    if (st != BIP_OK || (st = cli_day(c, OPT_AS_OF, BIP_E_USAGE, &as_of)) != BIP_OK ||
        (st = cli_day(c, OPT_ENROLLED, BIP_E_REFUSED, &enrolled)) != BIP_OK ||
        (st = cli_change_begin(c, &change)) != BIP_OK)
        return st;
    st = bip_participant_add(change, code, enrolled, &c->err);
    if (st == BIP_OK)
        st = set_attributes(c, change, code);
    if ((st = end(c, change, WORD_REGISTERED, st)) != BIP_OK)
        return st;
    today = cli_today(c, as_of);
    cli_warn_of_future(c, enrolled != BIP_NO_DATE && enrolled > today, today);
    return BIP_OK;
}

bip_status cli_cmd_participant_set(cli *c)
{
    const char *code = c->args.operands[0];
    bip_change *change;
    bip_status st = check_attributes(c);

    if (st != BIP_OK || (st = cli_change_begin(c, &change)) != BIP_OK)
        return st;
    st = set_attributes(c, change, code);
    return end(c, change, WORD_SET, st);
}

/* What was erased, and what an erasing can't reach. */
bip_status cli_cmd_participant_erase(cli *c)
{
    static const char *const out_of_reach[] = {"backups", "copies",        "merged stores",
                                               "exports", "printed pages", "logs"};
    const char *code = c->args.operands[0];
    bip_change *change;
    bip__out text;
    bip_status st = cli_change_begin(c, &change);

    if (st != BIP_OK)
        return st;
    st = bip_participant_erase(change, code, &c->err);
    bip__out_init(&text, NULL, NULL);
    if (c->json) {
        bip__out_text(&text, "{\"erased\":");
        bip__out_json_text(&text, code);
        bip__out_text(&text, ",\"not_reached\":[");
        for (size_t i = 0; i < sizeof out_of_reach / sizeof out_of_reach[0]; i++) {
            bip__out_comma(&text);
            bip__out_json_text(&text, out_of_reach[i]);
        }
        bip__out_text(&text, "]}");
    } else {
        cli_words(&text, c, WORD_ERASED, &code, 1);
        bip__out_char(&text, '\n');
        cli_words(&text, c, WORD_OUT_OF_REACH, NULL, 0);
    }
    bip__out_char(&text, '\n');
    return cli_change_end(c, change, &text, st);
}

/* "P-001  enrolled 2026-01-15  sex=woman". */
static void participant_line(bip__out *o, const cli *c, cli_json line)
{
    cli_json value, key, attribute;
    char date[16];
    const char *texts[1] = {date};

    if (cli_json_member(line, "participant", &value))
        cli_json_text(o, value);
    if (cli_json_member(line, "enrolled", &value) && value.n > 2 && value.n < sizeof date && !cli_json_is_null(value)) {
        memcpy(date, value.at + 1, value.n - 2);
        date[value.n - 2] = '\0';
        bip__out_text(o, "  ");
        cli_words(o, c, WORD_ENROLLED, texts, 1);
    }
    if (cli_json_member(line, "attributes", &value))
        for (size_t at = 0; cli_json_next(value, &at, &key, &attribute);) {
            bip__out_text(o, "  ");
            cli_json_text(o, key);
            bip__out_char(o, '=');
            cli_json_text(o, attribute);
        }
    bip__out_char(o, '\n');
}

bip_status cli_cmd_participant_list(cli *c)
{
    return cli_list(c, "participants", NULL, false, participant_line);
}

bip_status cli_cmd_participant_show(cli *c)
{
    bip_query query;

    bip_query_init(&query, sizeof query);
    query.participants = c->args.operands;
    query.n_participants = c->args.n_operands;
    return cli_list(c, "participants", &query, true, participant_line);
}
