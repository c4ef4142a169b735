#include "cli/cli.h"

#include "base/program.h"

#include <string.h>

static bip_status check_operands(cli *c)
{
    const cli_command *command = c->command;

    for (int i = 0; i < OPT_COUNT; i++)
        if (command->required & CLI_BIT(i) && !cli_given(&c->args, (cli_option_id)i))
            return cli_fail(c, BIP_E_USAGE, NULL, "%s needs %s %s", command->name, cli_options[i].name,
                            cli_options[i].value);
    if (c->args.n_operands < command->least)
        return cli_fail(c, BIP_E_USAGE, NULL, "%s needs %s", command->name, command->operands);
    if (c->args.n_operands > command->most)
        return cli_fail(c, BIP_E_USAGE, NULL, "\"%s\" is too many for %s%s%s", c->args.operands[command->most],
                        command->name, *command->operands ? " " : "", command->operands);
    return BIP_OK;
}

static bip_status check_lang(cli *c, const cli_args *args)
{
    const char *lang = cli_value(args, OPT_LANG);

    if (!lang || cli_lang_known(lang))
        return BIP_OK;
    return cli_fail(c, BIP_E_USAGE, "--lang", "\"%s\" is none of en, sv, da", lang);
}

static bip_status help_on(cli *c)
{
    bip__out text;

    bip__out_init(&text, NULL, NULL);
    cli_help_command(&text, c->lang, c->command);
    return cli_print(c, &text);
}

static bip_status run_command(cli *c, char **argv, int argc, int *at)
{
    bip_status st = cli_command_find(argv, argc, at, &c->command, &c->err);

    if (st == BIP_OK)
        st = cli_args_read(&c->args, argv, argc, at, c->command->options | CLI_BIT(OPT_HELP), false, &c->err);
    if (st != BIP_OK)
        return st;
    if (cli_given(&c->args, OPT_HELP))
        return help_on(c);
    if ((st = check_operands(c)) != BIP_OK) {
        cli_hint(c, "see `bip help %s`", c->command->name);
        return st;
    }
    if ((st = check_lang(c, &c->args)) != BIP_OK || (st = cli_clock_init(c)) != BIP_OK)
        return st;
    return cli_read_log_end(c, c->command->run(c));
}

/* Without a command: what can be done, as an answer where help was asked for, else as an error. */
static bip_status no_command(cli *c)
{
    bip__out text;

    if (c->json)
        return cli_fail(c, BIP_E_USAGE, NULL, "no command; `bip help` lists them");
    bip__out_init(&text, NULL, NULL);
    cli_help_short(&text, c->lang);
    if (text.status == BIP_OK)
        fwrite(text.data, 1, text.len, stderr);
    bip__out_free(&text);
    c->reported = true;
    return BIP_E_USAGE;
}

/* Behind an option that isn't known: whether it takes a value, and so where the command begins, can't be told. */
static bool json_follows(char **argv, int argc, int at)
{
    for (; at < argc && strcmp(argv[at], "--") != 0; at++)
        if (strcmp(argv[at], "--json") == 0)
            return true;
    return false;
}

static bip_status run(cli *c, int argc, char **argv)
{
    int at = 1;
    bip_status st = cli_args_read(&c->global, argv, argc, &at, CLI_GLOBAL, true, &c->err);

    c->json = cli_given(&c->global, OPT_JSON) || (st != BIP_OK && json_follows(argv, argc, at));
    c->lang = cli_lang_of(c, NULL);
    if (st == BIP_OK)
        st = check_lang(c, &c->global);
    if (st != BIP_OK)
        return st;
    if (cli_given(&c->global, OPT_HELP))
        return cli_help(c);
    if (cli_given(&c->global, OPT_VERSION))
        return cli_version(c);
    return at < argc ? run_command(c, argv, argc, &at) : no_command(c);
}

int main(int argc, char **argv)
{
    cli c = {0};
    bip__program program;
    bip_status st = bip__program_begin(&program, argc, argv);

    if (st == BIP_OK && (st = cli_environment_read(&c)) == BIP_OK)
        st = run(&c, program.argc, program.argv);
    if (st != BIP_OK)
        cli_report(&c, st);
    bip_store_close(c.store);
    if (c.read_log)
        fclose(c.read_log);
    cli_args_free(&c.args);
    cli_args_free(&c.global);
    cli_environment_free(&c);
    bip__program_end(&program);
    return cli_exit_status(st);
}
