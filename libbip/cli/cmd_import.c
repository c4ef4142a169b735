/* import, merge. */
#include "cli/cli.h"

#include "base/platform.h"

#include <string.h>

/* ----------------------------------------------------------------------------------------------------------- progress
 */

/* For who waits at a terminal longer than a second: one line on standard error, written anew each second. */
#define PROGRESS_MS 1000
#define PROGRESS_CLEAR "\r\x1b[K"

typedef struct cli_progress {
    cli *c;
    cli_input *in;
    cli_faults faults;
    int64_t size, read; /* bytes; size 0: unknown */
    int64_t next_ms;    /* when to write again */
    bool wanted, shown;
} cli_progress;

static void progress_begin(cli_progress *p, cli *c, cli_input *in)
{
    memset(p, 0, sizeof *p);
    p->c = c;
    p->in = in;
    p->wanted = bip__stderr_is_terminal();
    p->next_ms = bip__now_ms() + PROGRESS_MS;
    if (strcmp(c->args.operands[0], "-") != 0)
        bip__path_look(c->args.operands[0], &p->size);
}

static void progress_clear(cli_progress *p)
{
    if (p->shown)
        fputs(PROGRESS_CLEAR, stderr);
    p->shown = false;
}

static void progress_show(cli_progress *p, bool ended)
{
    char done[24], whole[24];
    const char *texts[3] = {p->in->name, done, whole};
    bip__out text;

    snprintf(done, sizeof done, "%lld", (long long)(p->read / 1000000));
    snprintf(whole, sizeof whole, "%lld", (long long)(p->size / 1000000));
    bip__out_init(&text, NULL, NULL);
    bip__out_text(&text, PROGRESS_CLEAR);
    cli_words(&text, p->c, ended ? WORD_PROGRESS_END : p->size > 0 ? WORD_PROGRESS_OF : WORD_PROGRESS, texts, 3);
    if (text.status == BIP_OK)
        fwrite(text.data, 1, text.len, stderr);
    fflush(stderr);
    bip__out_free(&text);
    p->shown = true;
}

static long progress_read(void *ctx, char *into, size_t n)
{
    cli_progress *p = ctx;
    long got = cli_input_read(p->in, into, n);
    int64_t now = p->wanted ? bip__now_ms() : 0;

    p->read += got > 0 ? got : 0;
    if (p->wanted && (now >= p->next_ms || (p->shown && got == 0))) {
        progress_show(p, got == 0);
        p->next_ms = now + PROGRESS_MS;
    }
    return got;
}

static int progress_fault(void *ctx, const bip_issue *issue)
{
    cli_progress *p = ctx;

    progress_clear(p);
    return cli_fault(&p->faults, issue);
}

/* ------------------------------------------------------------------------------------------------------------- import
 */

static void option_text(bip__out *o, const cli *c, cli_option_id option, const char *key)
{
    const char *value = cli_value(&c->args, option);

    if (!value)
        return;
    bip__out_key(o, key);
    bip__out_json_text(o, value);
}

static void option_flag(bip__out *o, const cli *c, cli_option_id option, const char *key)
{
    if (!cli_given(&c->args, option))
        return;
    bip__out_key(o, key);
    bip__out_text(o, "true");
}

/* The command line's options as the library takes them; NUL-terminated. */
static bip_status options_json(cli *c, bip__out *o)
{
    const char *name;

    bip__out_init(o, NULL, NULL);
    bip__out_char(o, '{');
    option_text(o, c, OPT_INSTRUMENT, "instrument");
    option_text(o, c, OPT_DATES, "dates");
    option_text(o, c, OPT_AS_OF, "as_of");
    if (cli_given(&c->args, OPT_IGNORE_COLUMN)) {
        bip__out_key(o, "ignore_columns");
        bip__out_char(o, '[');
        for (size_t i = 0; (name = cli_value_at(&c->args, OPT_IGNORE_COLUMN, i)); i++) {
            bip__out_comma(o);
            bip__out_json_text(o, name);
        }
        bip__out_char(o, ']');
    }
    option_flag(o, c, OPT_CREATE_PARTICIPANTS, "create_participants");
    option_flag(o, c, OPT_UPDATE, "update");
    option_flag(o, c, OPT_REDACT, "redact");
    bip__out_text(o, "}");
    bip__out_char(o, '\0');
    return bip__out_finish(o, &c->err);
}

static void counts_json(bip__out *o, const bip_import_result *r, bool dry)
{
    const struct {
        const char *key;
        int64_t n;
    } counts[] = {{"new", r->added},
                  {"known", r->known},
                  {"changed", r->changed},
                  {"participants", r->participants},
                  {"empty_rows", r->empty_rows},
                  {"future", r->future}};

    bip__out_char(o, '{');
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        bip__out_key(o, counts[i].key);
        bip__out_int(o, counts[i].n);
    }
    bip__out_key(o, "dry_run");
    bip__out_text(o, dry ? "true}\n" : "false}\n");
}

/* "12 new, 3 known, 0 changed; 2 participants registered; 1 empty row skipped". */
static void counts_text(bip__out *o, const cli *c, const bip_import_result *r, bool dry)
{
    char added[24], known[24], changed[24];
    const char *counts[3] = {added, known, changed};

    snprintf(added, sizeof added, "%lld", (long long)r->added);
    snprintf(known, sizeof known, "%lld", (long long)r->known);
    snprintf(changed, sizeof changed, "%lld", (long long)r->changed);
    cli_words(o, c, WORD_COUNTS, counts, 3);
    if (r->participants)
        cli_words_count(o, c, WORD_ONE_PARTICIPANT, WORD_PARTICIPANTS, r->participants);
    if (r->empty_rows)
        cli_words_count(o, c, WORD_ONE_EMPTY_ROW, WORD_EMPTY_ROWS, r->empty_rows);
    if (dry)
        cli_words(o, c, WORD_DRY_RUN, NULL, 0);
    bip__out_char(o, '\n');
}

static bip_status take(cli *c, bip_change *change, cli_input *in, const char *options, bip_import_result *result)
{
    cli_progress progress;
    bip_status st;

    progress_begin(&progress, c, in);
    cli_faults_begin(c, &progress.faults, in->name);
    st = bip_import(change, cli_value(&c->args, OPT_FORMAT), options, progress_read, &progress, progress_fault,
                    &progress, result, &c->err);
    progress_clear(&progress);
    cli_faults_end(c, &progress.faults, st);
    if (in->error)
        return cli_fail_system(c, in->name, in->error);
    return cli_of_input(c, c->args.operands[0], st);
}

static bip_status check_options(cli *c)
{
    static const char *const formats[] = {"csv-long", "csv-wide", "json", "jsonl"};
    const char *format = cli_value(&c->args, OPT_FORMAT), *dates = cli_value(&c->args, OPT_DATES);
    bool known = !format;

    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        known = known || strcmp(format, formats[i]) == 0;
    if (!known)
        return cli_fail(c, BIP_E_USAGE, "--format", "\"%s\" is none of csv-long, csv-wide, json, jsonl", format);
    if (dates && strcmp(dates, "ymd") != 0 && strcmp(dates, "dmy") != 0)
        return cli_fail(c, BIP_E_USAGE, "--dates", "\"%s\" is neither ymd nor dmy", dates);
    return BIP_OK;
}

static bip_status finish(cli *c, bip_change *change, const bip_import_result *result, bip_status st)
{
    bip__out text;
    bool dry = cli_given(&c->args, OPT_DRY_RUN);

    bip__out_init(&text, NULL, NULL);
    if (c->json)
        counts_json(&text, result, dry);
    else
        counts_text(&text, c, result, dry);
    if (!dry || st != BIP_OK)
        return cli_change_end(c, change, &text, st);
    bip_change_rollback(change);
    return cli_print(c, &text);
}

bip_status cli_cmd_import(cli *c)
{
    cli_input in = {0};
    bip__out options = {0};
    bip_change *change;
    bip_import_result result = {.size = sizeof result};
    bip_date as_of;
    bip_status st = check_options(c);

    if (st != BIP_OK || (st = cli_day(c, OPT_AS_OF, BIP_E_USAGE, &as_of)) != BIP_OK ||
        (st = options_json(c, &options)) != BIP_OK || (st = cli_input_open(c, &in, c->args.operands[0])) != BIP_OK ||
        (st = cli_change_begin(c, &change)) != BIP_OK)
        goto done;
    st = take(c, change, &in, options.data, &result);
    st = finish(c, change, &result, st);
    if (st == BIP_OK)
        cli_warn_of_future(c, result.future, cli_today(c, as_of));
done:
    cli_input_close(&in);
    bip__out_free(&options);
    return st;
}

bip_status cli_cmd_merge(cli *c)
{
    bip_store *from = NULL;
    bip_change *change;
    bip_import_result result = {.size = sizeof result};
    bip_status st = cli_open_path(c, c->args.operands[0], 0, &from);

    if (st == BIP_OK)
        st = cli_change_begin(c, &change);
    if (st == BIP_OK) {
        st = bip_merge(change, from, &result, &c->err);
        st = finish(c, change, &result, st);
    }
    if (st == BIP_OK)
        cli_warn_of_future(c, result.future, cli_today(c, BIP_NO_DATE));
    bip_store_close(from);
    return st;
}
