/* retention. */
#include "cli/cli.h"

#include <string.h>

static bip_status number(cli *c, cli_option_id option, int32_t *out)
{
    const char *text = cli_value(&c->args, option);
    size_t n = text ? strspn(text, "0123456789") : 0;

    *out = 0;
    if (!text)
        return BIP_OK;
    if (n == 0 || n > 5 || text[n] != '\0')
        return cli_fail(c, BIP_E_USAGE, cli_options[option].name, "\"%s\" is no number of days", text);
    for (size_t i = 0; i < n; i++)
        *out = 10 * *out + (text[i] - '0');
    return *out == 0 && option == OPT_DAYS ? cli_fail(c, BIP_E_USAGE, "--days", "must be at least 1") : BIP_OK;
}

/* The lines of bip-retention-1 as they stand, or in words. */
static void lines_text(bip__out *o, const cli *c, const bip__out *lines)
{
    cli_json line, code, last;
    size_t at = 0;

    while (cli_line_next(lines, &at, &line)) {
        bip__out who, day;
        const char *texts[2];

        if (!cli_json_member(line, "participant", &code) || !cli_json_member(line, "last", &last))
            continue;
        bip__out_init(&who, NULL, NULL);
        bip__out_init(&day, NULL, NULL);
        cli_json_text(&who, code);
        cli_json_text(&day, last);
        bip__out_char(&who, '\0');
        bip__out_char(&day, '\0');
        texts[0] = who.data ? who.data : "";
        texts[1] = day.data ? day.data : "";
        cli_words(o, c, WORD_OVERDUE, texts, 2);
        bip__out_char(o, '\n');
        bip__out_free(&who);
        bip__out_free(&day);
    }
    if (lines->len == 0) {
        cli_words(o, c, WORD_NONE_OVERDUE, NULL, 0);
        bip__out_char(o, '\n');
    }
}

static void tell(bip__out *text, const cli *c, const bip__out *lines, bool erased)
{
    bip__out_init(text, NULL, NULL);
    if (c->json)
        bip__out_bytes(text, lines->data, lines->len);
    else
        lines_text(text, c, lines);
    if (erased && !c->json && lines->len > 0) {
        cli_words(text, c, WORD_OUT_OF_REACH, NULL, 0);
        bip__out_char(text, '\n');
    }
}

static bip_status keep(cli *c, int32_t days)
{
    const char *texts[1] = {cli_value(&c->args, OPT_KEEP)};
    bip_change *change;
    bip__out text;
    bip_status st = cli_change_begin(c, &change);

    if (st != BIP_OK)
        return st;
    st = bip_retention_keep(change, days, &c->err);
    bip__out_init(&text, NULL, NULL);
    if (c->json)
        bip__out_printf(&text, "{\"keep_days\":%d}", (int)days);
    else
        cli_words(&text, c, days ? WORD_KEEP : WORD_KEEP_NONE, texts, 1);
    bip__out_char(&text, '\n');
    return cli_change_end(c, change, &text, st);
}

static bip_status apply(cli *c, int32_t days, bip_date as_of, bip__out *lines)
{
    bip_change *change;
    bip__out text;
    bip_status st = cli_change_begin(c, &change);

    if (st != BIP_OK)
        return st;
    st = bip_retention_erase(change, days, as_of, bip__out_take, lines, &c->err);
    tell(&text, c, lines, true);
    return cli_change_end(c, change, &text, st);
}

static bip_status list(cli *c, int32_t days, bip_date as_of, bip__out *lines)
{
    bip__out text;
    bip_status st = cli_open(c, 0);

    if (st != BIP_OK || (st = bip_retention_list(c->store, days, as_of, bip__out_take, lines, &c->err)) != BIP_OK)
        return st;
    tell(&text, c, lines, false);
    return cli_print(c, &text);
}

bip_status cli_cmd_retention(cli *c)
{
    int32_t days, kept;
    bip_date as_of;
    bip__out lines;
    bip_status st = number(c, OPT_DAYS, &days);

    if (st != BIP_OK || (st = number(c, OPT_KEEP, &kept)) != BIP_OK ||
        (st = cli_day(c, OPT_AS_OF, BIP_E_USAGE, &as_of)) != BIP_OK)
        return st;
    if (cli_given(&c->args, OPT_KEEP))
        return cli_given(&c->args, OPT_APPLY) || days ? cli_fail(c, BIP_E_USAGE, "--keep", "stands alone")
                                                      : keep(c, kept);
    if (cli_given(&c->args, OPT_APPLY) && !cli_given(&c->args, OPT_REASON))
        return cli_fail(c, BIP_E_USAGE, "--apply", "needs --reason TEXT");
    bip__out_init(&lines, NULL, NULL);
    st = cli_given(&c->args, OPT_APPLY) ? apply(c, days, as_of, &lines) : list(c, days, as_of, &lines);
    bip__out_free(&lines);
    if (st == BIP_E_USAGE && strcmp(c->err.where, "days") == 0)
        cli_hint(c, "give --days N, or keep one with --keep N");
    return st;
}
