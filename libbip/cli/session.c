/* One run of the program: which store, whose clock, in which language, by whom. */
#include "cli/cli.h"

#include "base/alloc.h"
#include "base/date.h"
#include "base/platform.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

bip_status cli_environment_read(cli *c)
{
    static const char *const names[ENV_COUNT] = {"BIP_STORE", "BIP_ACTOR", "BIP_NOW", "BIP_READ_LOG", "NO_COLOR"};
    bip_status st = BIP_OK;

    for (int i = 0; i < ENV_COUNT && st == BIP_OK; i++)
        st = bip__environment(names[i], &c->environment[i]);
    return st == BIP_OK ? st : bip__nomem(&c->err);
}

void cli_environment_free(cli *c)
{
    for (int i = 0; i < ENV_COUNT; i++)
        bip__free(c->environment[i]);
}

bip_status cli_fail(cli *c, bip_status st, const char *where, const char *fmt, ...)
{
    char text[512];
    va_list args;

    va_start(args, fmt);
    if (vsnprintf(text, sizeof text, fmt, args) < 0)
        text[0] = '\0';
    va_end(args);
    return bip__fail(&c->err, st, where, "%s", text);
}

void cli_hint(cli *c, const char *fmt, ...)
{
    va_list args;
    int n;

    va_start(args, fmt);
    n = vsnprintf(c->hint, sizeof c->hint, fmt, args);
    if (n < 0 || (size_t)n >= sizeof c->hint) /* half a command is none */
        c->hint[0] = '\0';
    va_end(args);
}

bip_status cli_clock_init(cli *c)
{
    const char *now = c->environment[ENV_NOW];

    if (!now)
        return BIP_OK;
    if (!bip__time_read(now, strlen(now), &c->now_ms))
        return cli_fail(c, BIP_E_USAGE, "BIP_NOW", "\"%s\" is not a time like 2026-11-21T10:00:00Z", now);
    c->now_fixed = true;
    return BIP_OK;
}

static int64_t clock_now(void *ctx)
{
    const cli *c = ctx;

    return c->now_fixed ? c->now_ms : bip__now_ms();
}

const char *cli_store_path(cli *c)
{
    const char *path = cli_value(&c->global, OPT_STORE);

    if (!path)
        path = c->environment[ENV_STORE];
    if (path && *path)
        return path;
    cli_fail(c, BIP_E_USAGE, NULL, "no store");
    cli_hint(c, "name one with -s FILE or BIP_STORE");
    return NULL;
}

const char *cli_lang_of(const cli *c, const char *store_lang)
{
    const char *lang = cli_value(&c->global, OPT_LANG);
    char locale[16];

    if (lang)
        return lang;
    if (store_lang && cli_lang_known(store_lang))
        return store_lang;
    bip__user_locale(locale, sizeof locale);
    return strncmp(locale, "sv", 2) == 0 ? "sv" : strncmp(locale, "da", 2) == 0 ? "da" : "en";
}

/* A language from a file; it is the run's, unless another is asked for. */
static bip_status load_words(cli *c)
{
    const char *path = cli_value(&c->args, OPT_WORDS);
    bip__out text;
    bip_status st;

    if (!path && !(path = cli_value(&c->global, OPT_WORDS)))
        return BIP_OK;
    if ((st = cli_input_all(c, path, &text)) == BIP_OK)
        st = cli_of_input(c, path,
                          bip_store_add_words(c->store, text.data ? text.data : "", text.len, c->words_lang, &c->err));
    bip__out_free(&text);
    if (st == BIP_OK && !cli_value(&c->global, OPT_LANG))
        c->lang = c->words_lang;
    return st;
}

/* NULL: nobody knows. */
static const char *actor_of(const cli *c, char *login, size_t n)
{
    const char *actor = cli_value(&c->global, OPT_ACTOR);

    if (!actor)
        actor = c->environment[ENV_ACTOR];
    return actor ? actor : bip__login_name(login, n);
}

/* One line of JSON; a reading that can't be told of doesn't take place. */
static int note_reading(void *ctx, const char *what, const char *participant)
{
    cli *c = ctx;
    char login[256];
    const char *actor = actor_of(c, login, sizeof login);
    bip__out line;
    bool failed;

    if (c->probing)
        return 0;
    errno = 0;
    bip__out_init(&line, NULL, NULL);
    bip__out_text(&line, "{\"at\":\"");
    bip__out_time(&line, clock_now(c));
    bip__out_text(&line, "\",\"by\":");
    if (actor)
        cli_json_name(&line, actor);
    else
        bip__out_text(&line, "null");
    bip__out_text(&line, ",\"read\":");
    bip__out_json_text(&line, what);
    bip__out_text(&line, ",\"participant\":");
    bip__out_json_text(&line, participant);
    bip__out_text(&line, "}\n");
    failed =
        line.status != BIP_OK || fwrite(line.data, 1, line.len, c->read_log) != line.len || fflush(c->read_log) != 0;
    if (failed)
        c->read_log_error = line.status != BIP_OK ? ENOMEM : errno ? errno : EIO;
    bip__out_free(&line);
    return failed;
}

/* NULL: nobody asked for one. */
static const char *read_log_path(const cli *c)
{
    const char *path = cli_value(&c->global, OPT_READ_LOG);

    return path ? path : c->environment[ENV_READ_LOG];
}

bip_status cli_read_log_end(cli *c, bip_status st)
{
    return c->read_log_error ? cli_fail_system(c, read_log_path(c), c->read_log_error) : st;
}

static bip_status open_read_log(cli *c)
{
    const char *path = read_log_path(c);
    bip_status st;

    if (!path || c->read_log)
        return BIP_OK;
    if ((st = cli_spare_store(c, path)) != BIP_OK)
        return st;
    bip__file_create_private(path); /* fails where it is there already, which is as well */
    c->read_log = bip__file_open(path, "ab");
    return c->read_log ? BIP_OK : cli_fail_system(c, path, errno);
}

bip_status cli_open_path(cli *c, const char *path, uint32_t flags, bip_store **out)
{
    const char *lang = cli_value(&c->args, OPT_LANG);
    bip_open_options options;
    bip_status st;

    if ((st = open_read_log(c)) != BIP_OK)
        return st;
    bip_open_options_init(&options, sizeof options);
    options.read = c->read_log ? note_reading : NULL;
    options.flags = flags;
    options.now_ms = clock_now;
    options.ctx = c;
    options.lang = lang ? lang : cli_value(&c->global, OPT_LANG);
    if ((st = bip_store_open(path, &options, out, &c->err)) == BIP_OK)
        return st;
    if (!c->err.where[0])
        bip__fail(&c->err, st, path, "%s", c->err.message);
    return st;
}

bip_status cli_open(cli *c, uint32_t flags)
{
    const char *path = cli_store_path(c);
    bip_status st;

    if (!path)
        return BIP_E_USAGE;
    if ((st = cli_open_path(c, path, flags, &c->store)) != BIP_OK) {
        if (st == BIP_E_NOT_FOUND)
            cli_hint(c, "`bip -s %s init` makes one", path);
        return st;
    }
    c->lang = cli_lang_of(c, bip_store_lang(c->store));
    return load_words(c);
}

bip_status cli_change_begin(cli *c, bip_change **out)
{
    char login[256];
    const char *actor = actor_of(c, login, sizeof login);
    bip_status st;

    *out = NULL;
    if (!actor) {
        cli_hint(c, "name them with --actor WHO or BIP_ACTOR");
        return cli_fail(c, BIP_E_USAGE, NULL, "who types is not known");
    }
    if ((st = cli_open(c, BIP_OPEN_WRITE)) != BIP_OK)
        return st;
    return bip_change_begin(c->store, actor, cli_value(&c->args, OPT_REASON), out, &c->err);
}

/* Where what was erased can still be found in the files of the store. */
static void warn_of_traces(cli *c)
{
    int32_t traces = 0;
    bip__out text;

    if (bip_store_traces(c->store, &traces, NULL) != BIP_OK || !traces)
        return;
    bip__out_init(&text, NULL, NULL);
    cli_words(&text, c, WORD_TRACES, NULL, 0);
    cli_warn(c, &text);
}

/* Printed first and committed last: a printed id can be told to be void by the exit status, a fact that nobody was told
 * of can't be taken back. */
bip_status cli_change_end(cli *c, bip_change *change, bip__out *text, bip_status st)
{
    if (st == BIP_OK)
        st = cli_print(c, text);
    else
        bip__out_free(text);
    if (st != BIP_OK) {
        bip_change_rollback(change);
        return st;
    }
    if ((st = bip_change_commit(change, NULL, &c->err)) == BIP_OK)
        warn_of_traces(c); /* erasing can come with a merge or an import too */
    return st;
}

bip_status cli_day(cli *c, cli_option_id option, bip_status bad, bip_date *out)
{
    const char *value = cli_value(&c->args, option);
    bip__date_fault fault;

    *out = BIP_NO_DATE;
    if (!value)
        return BIP_OK;
    fault = bip__date_read(value, strlen(value), BIP__DATE_YMD, false, out);
    if (fault == BIP__DATE_OK)
        return BIP_OK;
    *out = BIP_NO_DATE;
    return cli_fail(c, bad, cli_options[option].name, "\"%s\" %s", value, bip__date_fault_text(fault));
}

bip_date cli_today(const cli *c, bip_date as_of)
{
    return as_of != BIP_NO_DATE ? as_of : bip_store_today(c->store);
}

/* The participants that a reading command names: at least one, or all of them by --all. */
static bip_status who(cli *c, bip_query *query)
{
    bool all = cli_given(&c->args, OPT_ALL);

    if (all && c->args.n_operands)
        return cli_fail(c, BIP_E_USAGE, "--all", "stands alone or participants are named, not both");
    if (!all && !c->args.n_operands)
        return cli_fail(c, BIP_E_USAGE, NULL, "name participants, or --all");
    if (!all) {
        query->participants = c->args.operands;
        query->n_participants = c->args.n_operands;
    }
    return BIP_OK;
}

bip_status cli_query(cli *c, bip_query *query)
{
    bip_status st;

    bip_query_init(query, sizeof *query);
    query->instrument = cli_value(&c->args, OPT_INSTRUMENT);
    query->respondent = cli_value(&c->args, OPT_RESPONDENT);
    query->for_role = cli_value(&c->args, OPT_FOR);
    if (c->command->options & CLI_BIT(OPT_ALL) && (st = who(c, query)) != BIP_OK)
        return st;
    if ((st = cli_day(c, OPT_AS_OF, BIP_E_USAGE, &query->as_of)) != BIP_OK)
        return st;
    return cli_day(c, OPT_SINCE, BIP_E_USAGE, &query->since);
}
