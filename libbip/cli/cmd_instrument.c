/* instrument list, show, add, check. */
#include "cli/cli.h"

#include <string.h>

/* The text of a title in the language of the program: falls back to en, then to the first language given. */
static bool title_text(const cli *c, cli_json title, cli_json *text)
{
    cli_json key;
    size_t at = 0;

    return cli_json_member(title, c->lang, text) || cli_json_member(title, "en", text) ||
           cli_json_next(title, &at, &key, text);
}

/* "employability@1  Employability  (built in)". */
static void instrument_line(bip__out *o, const cli *c, cli_json line)
{
    cli_json value, text;

    if (cli_json_member(line, "instrument", &value))
        cli_json_text(o, value);
    bip__out_char(o, '@');
    if (cli_json_member(line, "version", &value))
        cli_json_text(o, value);
    bip__out_text(o, "  ");
    if (cli_json_member(line, "title", &value) && title_text(c, value, &text))
        cli_json_text(o, text);
    if (cli_json_member(line, "builtin", &value) && value.at[0] == 't') {
        bip__out_text(o, " (");
        cli_words(o, c, WORD_BUILT_IN, NULL, 0);
        bip__out_char(o, ')');
    }
    bip__out_char(o, '\n');
}

bip_status cli_cmd_instrument_list(cli *c)
{
    return cli_list(c, "instruments", NULL, true, instrument_line);
}

bip_status cli_cmd_instrument_show(cli *c)
{
    bip_query query;
    bip_status st = cli_query(c, &query);

    if (st != BIP_OK || (st = cli_open(c, 0)) != BIP_OK)
        return st;
    query.instrument = c->args.operands[0];
    return cli_document(c, "instrument", &query, true);
}

bip_status cli_cmd_instrument_check(cli *c)
{
    const char *path = c->args.operands[0];
    bip__out json, text;
    bip_status st = cli_input_all(c, path, &json);

    if (st == BIP_OK)
        st = cli_of_input(c, path, bip_instrument_check(json.data ? json.data : "", json.len, &c->err));
    bip__out_free(&json);
    if (st != BIP_OK)
        return st;
    bip__out_init(&text, NULL, NULL);
    if (c->json)
        bip__out_text(&text, "{\"faults\":0}");
    else
        cli_words(&text, c, WORD_INSTRUMENT_HOLDS, &path, 1);
    bip__out_char(&text, '\n');
    return cli_print(c, &text);
}

bip_status cli_cmd_instrument_add(cli *c)
{
    const char *path = c->args.operands[0];
    bip__out json, text;
    bip_change *change = NULL;
    bip_status st = cli_input_all(c, path, &json);

    bip__out_init(&text, NULL, NULL);
    if (st != BIP_OK || (st = cli_change_begin(c, &change)) != BIP_OK)
        goto done;
    st = cli_of_input(c, path, bip_instrument_add(change, json.data ? json.data : "", json.len, &c->err));
    if (c->json)
        bip__out_text(&text, "{\"added\":true}");
    else
        cli_words(&text, c, WORD_INSTRUMENT_ADDED, NULL, 0);
    bip__out_char(&text, '\n');
    st = cli_change_end(c, change, &text, st);
done:
    bip__out_free(&json);
    return st;
}
