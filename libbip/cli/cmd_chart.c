/* chart: a picture of one participant. */
#include "cli/cli.h"

#include <string.h>

/* "first,latest" as a list of texts. */
static void put_list(bip__out *o, const char *key, const char *words)
{
    if (words == NULL)
        return;
    bip__out_key(o, key);
    bip__out_char(o, '[');
    while (*words != '\0') {
        size_t n = strcspn(words, ",");
        bip__out_comma(o);
        bip__out_json(o, words, n);
        words += n + (words[n] == ',');
    }
    bip__out_char(o, ']');
}

static void put_text(bip__out *o, const char *key, const char *text)
{
    if (text == NULL)
        return;
    bip__out_key(o, key);
    bip__out_json_text(o, text);
}

/* The document, or NULL. */
static const char *find_document(cli *c, const char *kind)
{
    if (strcmp(kind, "spider") == 0)
        return c->json ? "spider" : "spider-svg";
    if (strcmp(kind, "timeline") != 0)
        cli_fail(c, BIP_E_USAGE, "--kind", "\"%s\" is neither spider nor timeline", kind);
    else if (c->json)
        cli_fail(c, BIP_E_USAGE, "--json", "of a timeline: `bip --json progression` gives the figures");
    else
        return "timeline-svg";
    return NULL;
}

/* Written whole or not at all: a picture that can't be drawn leaves no half file behind. */
static bip_status write_chart(cli *c, const char *document, bip_query *query)
{
    const char *path = cli_value(&c->args, OPT_OUT);
    bip_status st = cli_open(c, 0);

    if (st != BIP_OK)
        return st;
    query->lang = c->lang;
    if (strcmp(path, "-") == 0)
        return cli_document(c, document, query, true);
    return cli_document_to_file(c, document, query, path);
}

bip_status cli_cmd_chart(cli *c)
{
    const char *document = find_document(c, cli_value(&c->args, OPT_KIND));
    bip_query query;
    bip__out json;
    bip_status st = cli_query(c, &query);

    if (document == NULL)
        return c->err.status;
    if (st != BIP_OK)
        return st;
    query.participants = c->args.operands;
    query.n_participants = c->args.n_operands;
    query.respondent = NULL;
    bip__out_init(&json, NULL, NULL);
    bip__out_char(&json, '{');
    put_list(&json, "layers", cli_value(&c->args, OPT_LAYERS));
    put_list(&json, "respondents", cli_value(&c->args, OPT_RESPONDENT));
    put_text(&json, "theme", cli_value(&c->args, OPT_THEME));
    put_text(&json, "width", cli_value(&c->args, OPT_WIDTH));
    bip__out_char(&json, '}');
    bip__out_char(&json, '\0');
    if ((st = bip__out_finish(&json, &c->err)) == BIP_OK) {
        c->document_options = json.data;
        st = write_chart(c, document, &query);
        c->document_options = NULL;
    }
    bip__out_free(&json);
    return st;
}
