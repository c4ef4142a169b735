/* subject. */
#include "cli/cli.h"

#include "base/platform.h"

#include <string.h>

static bip_status write_one(cli *c, const char *folder, const char *name, const char *document, const bip_query *query,
                            bip__out *text)
{
    bip__out path;
    bip_status st;

    bip__out_init(&path, NULL, NULL);
    bip__out_printf(&path, "%s/%s", folder, name);
    bip__out_char(&path, '\0');
    if ((st = bip__out_finish(&path, &c->err)) == BIP_OK)
        st = cli_document_to_file(c, document, query, path.data);
    if (st == BIP_OK && c->json) {
        bip__out_comma(text);
        cli_json_name(text, path.data);
    } else if (st == BIP_OK) {
        bip__out_printf(text, "%s\n", path.data);
    }
    bip__out_free(&path);
    return st;
}

bip_status cli_cmd_subject(cli *c)
{
    const char *folder = cli_value(&c->args, OPT_OUT);
    bip_query query;
    bip__out text;
    int error;
    bip_status st;

    if (strcmp(folder, "-") == 0)
        return cli_fail(c, BIP_E_USAGE, "--out", "must be a folder: two files are written");
    if ((st = cli_open(c, 0)) != BIP_OK)
        return st;
    bip_query_init(&query, sizeof query);
    query.participants = c->args.operands;
    query.n_participants = 1;
    query.lang = c->lang;
    st = cli_collect(c, "participants", &query, &text); /* no folder is left behind for somebody who isn't there */
    bip__out_free(&text);
    if (st != BIP_OK)
        return st;
    if ((error = bip__folder_create_private(folder)) != 0)
        return cli_fail_system(c, folder, error);
    bip__out_init(&text, NULL, NULL);
    if (c->json)
        bip__out_text(&text, "{\"files\":[");
    st = write_one(c, folder, "subject.html", "subject-html", &query, &text);
    if (st == BIP_OK)
        st = write_one(c, folder, "subject.json", "subject", &query, &text);
    if (c->json)
        bip__out_text(&text, "]}\n");
    if (st == BIP_OK)
        return cli_print(c, &text);
    bip__out_free(&text);
    return st;
}
