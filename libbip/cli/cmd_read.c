/* progression, steps, history, export. */
#include "cli/cli.h"

#include <string.h>

/* Named participants are held until all of them were found; a reading of everyone is a stream. */
static bip_status read_document(cli *c, const char *json, const char *text)
{
    bip_query query;
    bip_status st = cli_query(c, &query);

    if (st != BIP_OK || (st = cli_open(c, 0)) != BIP_OK)
        return st;
    query.lang = c->lang;
    return cli_document(c, c->json ? json : text, &query, query.participants != NULL);
}

bip_status cli_cmd_progression(cli *c)
{
    return read_document(c, "progression", "progression-text");
}

bip_status cli_cmd_steps(cli *c)
{
    return read_document(c, "steps", "steps-text");
}

bip_status cli_cmd_history(cli *c)
{
    return read_document(c, "history", "history-text");
}

/* The whole store is one thing; rows can be filtered. */
static bip_status check_export(cli *c, const char *format)
{
    static const char *const formats[] = {"json", "jsonl", "csv-long", "csv-wide"};
    static const cli_option_id filters[] = {OPT_INSTRUMENT, OPT_RESPONDENT, OPT_AS_OF, OPT_NO_NOTES};
    bool known = false;

    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        known = known || strcmp(format, formats[i]) == 0;
    if (!known)
        return cli_fail(c, BIP_E_USAGE, "--format", "\"%s\" is none of json, jsonl, csv-long, csv-wide", format);
    for (size_t i = 0; strcmp(format, "json") == 0 && i < sizeof filters / sizeof filters[0]; i++)
        if (cli_given(&c->args, filters[i]))
            return cli_fail(c, BIP_E_USAGE, cli_options[filters[i]].name,
                            "json is the whole store: nothing is left out");
    return BIP_OK;
}

bip_status cli_cmd_export(cli *c)
{
    const char *format = cli_value(&c->args, OPT_FORMAT), *path = cli_value(&c->args, OPT_OUT);
    bip_query query;
    bip_status st;

    if (!format)
        format = "json";
    if ((st = check_export(c, format)) != BIP_OK || (st = cli_query(c, &query)) != BIP_OK ||
        (st = cli_open(c, 0)) != BIP_OK)
        return st;
    c->document_options = cli_given(&c->args, OPT_NO_NOTES) ? "{\"no_notes\":true}" : NULL;
    if (!path || strcmp(path, "-") == 0)
        return cli_document(c, format, &query, false);
    return cli_document_to_file(c, format, &query, path);
}
