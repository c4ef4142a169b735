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

bip_status cli_cmd_export(cli *c)
{
    static const char *const later[] = {"jsonl", "csv-long", "csv-wide"};
    const char *format = cli_value(&c->args, OPT_FORMAT), *path = cli_value(&c->args, OPT_OUT);
    bip_status st;

    for (size_t i = 0; format && i < sizeof later / sizeof later[0]; i++)
        if (strcmp(format, later[i]) == 0)
            return cli_fail(c, BIP_E_USAGE, "--format", "%s is not in this version; json is", format);
    if (format && strcmp(format, "json") != 0)
        return cli_fail(c, BIP_E_USAGE, "--format", "\"%s\" is not a format to export; json is", format);
    if ((st = cli_open(c, 0)) != BIP_OK)
        return st;
    if (!path || strcmp(path, "-") == 0)
        return cli_document(c, "json", NULL, false);
    return cli_document_to_file(c, "json", NULL, path);
}
