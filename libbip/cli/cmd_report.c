/* report, form, brief, words: what is made for people. */
#include "cli/cli.h"

#include <string.h>

/* Pages are written whole or not at all: a participant who isn't there leaves no half file behind. */
static bip_status write_page(cli *c, const char *document, bip_query *query)
{
    const char *path = cli_value(&c->args, OPT_OUT);
    bip_status st;

    if (c->json)
        return cli_fail(c, BIP_E_USAGE, "--json", "%s is for people; `bip --json progression` gives the figures",
                        c->command->name);
    if ((st = cli_open(c, 0)) != BIP_OK)
        return st;
    query->lang = c->lang;
    if (!path || strcmp(path, "-") == 0)
        return cli_document(c, document, query, true);
    return cli_document_to_file(c, document, query, path);
}

/* Options that only the one kind of report knows. */
static bip_status check_report(cli *c)
{
    static const cli_option_id one[] = {OPT_FULL, OPT_NOTES, OPT_NAME};
    bool team = cli_given(&c->args, OPT_TEAM);

    if (team && c->args.n_operands)
        return cli_fail(c, BIP_E_USAGE, "--team", "stands alone or a participant is named, not both");
    if (!team && !c->args.n_operands)
        return cli_fail(c, BIP_E_USAGE, NULL, "name a participant, or --team");
    if (!team && cli_given(&c->args, OPT_RATER))
        return cli_fail(c, BIP_E_USAGE, "--rater", "goes with --team");
    for (size_t i = 0; team && i < sizeof one / sizeof one[0]; i++)
        if (cli_given(&c->args, one[i]))
            return cli_fail(c, BIP_E_USAGE, cli_options[one[i]].name, "goes with a participant");
    return BIP_OK;
}

static void put_text(bip__out *o, const cli *c, cli_option_id option, const char *key)
{
    if (!cli_given(&c->args, option))
        return;
    bip__out_key(o, key);
    bip__out_json_text(o, cli_value(&c->args, option));
}

static void put_flag(bip__out *o, const cli *c, cli_option_id option, const char *key)
{
    if (!cli_given(&c->args, option))
        return;
    bip__out_key(o, key);
    bip__out_text(o, "true");
}

/* The document with the options of the command line that are the document's. */
static bip_status with_options(cli *c, const char *document, bip_query *query)
{
    bip__out json;
    bip_status st;

    bip__out_init(&json, NULL, NULL);
    bip__out_char(&json, '{');
    put_flag(&json, c, OPT_FULL, "full");
    put_flag(&json, c, OPT_NOTES, "notes");
    put_text(&json, c, OPT_NAME, "name");
    put_text(&json, c, OPT_RATER, "rater");
    put_flag(&json, c, OPT_VOLUNTARY, "voluntary");
    bip__out_char(&json, '}');
    bip__out_char(&json, '\0');
    if ((st = bip__out_finish(&json, &c->err)) == BIP_OK) {
        c->document_options = json.data;
        st = write_page(c, document, query);
        c->document_options = NULL;
    }
    bip__out_free(&json);
    return st;
}

bip_status cli_cmd_report(cli *c)
{
    bip_query query;
    bip_status st = check_report(c);

    if (st != BIP_OK || (st = cli_query(c, &query)) != BIP_OK)
        return st;
    query.participants = c->args.n_operands ? c->args.operands : NULL;
    query.n_participants = c->args.n_operands;
    return with_options(c, c->args.n_operands ? "report" : "team", &query);
}

bip_status cli_cmd_form(cli *c)
{
    bip_query query;
    bip_status st = cli_query(c, &query);

    if (st != BIP_OK)
        return st;
    query.instrument = c->args.operands[0];
    return with_options(c, "form", &query);
}

bip_status cli_cmd_brief(cli *c)
{
    bip_query query;
    bip_status st = cli_query(c, &query);

    if (st != BIP_OK)
        return st;
    query.participants = c->args.operands;
    query.n_participants = 1;
    return write_page(c, "brief", &query);
}

bip_status cli_cmd_words(cli *c)
{
    bip_query query;
    bip_status st = cli_query(c, &query);

    return st == BIP_OK ? write_page(c, "words", &query) : st;
}
