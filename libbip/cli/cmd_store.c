/* init, verify, head, backup. */
#include "cli/cli.h"

#include "base/platform.h"

#include <string.h>

/* One sentence, or with --json one object of one text. */
static void answer(cli *c, bip__out *o, cli_word word, const char *key, const char *value)
{
    bip__out_init(o, NULL, NULL);
    if (c->json) {
        bip__out_char(o, '{');
        bip__out_key(o, key);
        cli_json_name(o, value);
        bip__out_char(o, '}');
    } else {
        cli_words(o, c, word, &value, 1);
    }
    bip__out_char(o, '\n');
}

/* What can't be told of isn't kept: a command that fails has changed nothing. */
static bip_status tell_or_remove(cli *c, cli_word word, const char *key, const char *path)
{
    bip__out text;
    bip_status st;

    answer(c, &text, word, key, path);
    if ((st = cli_print(c, &text)) == BIP_OK)
        return BIP_OK;
    bip_store_close(c->store); /* before its file goes: closing takes the journals along */
    c->store = NULL;
    bip__path_remove(path);
    return st;
}

bip_status cli_cmd_init(cli *c)
{
    uint32_t national = cli_given(&c->args, OPT_ALLOW_NATIONAL_IDS) ? BIP_OPEN_ALLOW_NATIONAL_IDS : 0;
    bip_status st = cli_open(c, BIP_OPEN_WRITE | BIP_OPEN_CREATE | national);

    return st == BIP_OK ? tell_or_remove(c, WORD_MADE, "store", cli_store_path(c)) : st;
}

bip_status cli_cmd_backup(cli *c)
{
    const char *path = c->args.operands[0];
    bip_status st = cli_open(c, 0);

    if (st != BIP_OK)
        return st;
    if ((st = bip_store_backup(c->store, path, &c->err)) != BIP_OK) {
        if (!c->err.where[0])
            cli_fail(c, st, path, "%s", c->err.message);
        return st;
    }
    return tell_or_remove(c, WORD_COPIED, "backup", path);
}

/* What was noted, NUL-terminated. A NUL in it, as a crash can leave them, would end it early and unnoticed. */
static bip_status read_anchor(cli *c, const char *path, bip__out *noted)
{
    bip_status st = cli_input_all(c, path, noted);

    if (st == BIP_OK && noted->len > 0 && memchr(noted->data, 0, noted->len))
        return cli_of_input(c, path, cli_fail(c, BIP_E_REFUSED, "anchor", "holds U+0000"));
    bip__out_char(noted, '\0');
    return st == BIP_OK ? bip__out_finish(noted, &c->err) : st;
}

bip_status cli_cmd_verify(cli *c)
{
    const char *anchor = cli_value(&c->args, OPT_ANCHOR);
    cli_faults faults;
    bip__out text, noted;
    bip_status st;

    bip__out_init(&noted, NULL, NULL);
    if ((anchor && (st = read_anchor(c, anchor, &noted)) != BIP_OK) || (st = cli_open(c, 0)) != BIP_OK)
        goto done;
    cli_faults_begin(c, &faults, NULL);
    st = bip_store_verify(c->store, anchor ? noted.data : NULL, cli_fault, &faults, &c->err);
    if (anchor)
        st = cli_of_input(c, anchor, st);
    cli_faults_end(c, &faults, st);
    if (st != BIP_OK)
        goto done;
    bip__out_init(&text, NULL, NULL);
    if (c->json)
        bip__out_text(&text, "{\"faults\":0}");
    else
        cli_words(&text, c, WORD_NO_FAULT, NULL, 0);
    bip__out_char(&text, '\n');
    st = cli_print(c, &text);
done:
    bip__out_free(&noted);
    return st;
}

/* Lines "ENTRY HASH" as {"heads":[{"entry":...,"hash":...}]}. */
static void heads_json(bip__out *o, const bip__out *lines)
{
    cli_json line;
    size_t at = 0;

    bip__out_text(o, "{\"heads\":[");
    while (cli_line_next(lines, &at, &line)) {
        size_t blank = 0;

        while (blank < line.n && line.at[blank] != ' ')
            blank++;
        if (blank == line.n)
            continue;
        bip__out_comma(o);
        bip__out_text(o, "{\"entry\":");
        bip__out_json(o, line.at, blank);
        bip__out_text(o, ",\"hash\":");
        bip__out_json(o, line.at + blank + 1, line.n - blank - 1);
        bip__out_char(o, '}');
    }
    bip__out_text(o, "]}\n");
}

bip_status cli_cmd_head(cli *c)
{
    bip__out lines, text;
    bip_status st = cli_open(c, 0);

    if (st != BIP_OK)
        return st;
    if (!c->json)
        return cli_document(c, "head", NULL, true);
    if ((st = cli_collect(c, "head", NULL, &lines)) == BIP_OK) {
        bip__out_init(&text, NULL, NULL);
        heads_json(&text, &lines);
        st = cli_print(c, &text);
    }
    bip__out_free(&lines);
    return st;
}
