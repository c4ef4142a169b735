#include "cli/cli.h"

#include <string.h>

static void pad(bip__out *o, size_t written, size_t width)
{
    do
        bip__out_char(o, ' ');
    while (++written < width);
}

/* Broken into lines between words. */
static void paragraph(bip__out *o, const char *text)
{
    size_t column = 0;

    while (*text) {
        size_t word = strcspn(text, " ");

        if (column) {
            bool fits = column + 1 + word <= 80;

            bip__out_char(o, fits ? ' ' : '\n');
            column = fits ? column + 1 : 0;
        }
        bip__out_bytes(o, text, word);
        column += word;
        text += word + strspn(text + word, " ");
    }
    bip__out_char(o, '\n');
}

/* "--attr KEY=VALUE", or with its one-letter form "-s, --store STORE". */
static size_t option_form(bip__out *o, const cli_option *option)
{
    size_t n = strlen(option->name);

    bip__out_text(o, "  ");
    if (option->brief) {
        bip__out_printf(o, "%s, ", option->brief);
        n += strlen(option->brief) + 2;
    }
    bip__out_text(o, option->name);
    if (option->value) {
        bip__out_printf(o, " %s", option->value);
        n += strlen(option->value) + 1;
    }
    return n;
}

static void options_list(bip__out *o, const char *lang, uint64_t options, uint64_t required)
{
    for (int i = 0; i < OPT_COUNT; i++) {
        if (!(options & CLI_BIT(i)))
            continue;
        pad(o, option_form(o, &cli_options[i]), 26);
        bip__out_text(o, cli_help_text(lang, cli_options[i].what));
        if (required & CLI_BIT(i))
            bip__out_printf(o, " %s", cli_help_text(lang, "(required)"));
        bip__out_char(o, '\n');
    }
}

static void usage_line(bip__out *o, const char *lang)
{
    bip__out_text(o, cli_help_text(lang, "usage"));
    bip__out_text(o, ": bip [-s STORE] [--json] [--lang en|sv|da] [--actor WHO] COMMAND ...\n");
}

static void line(bip__out *o, const char *lang, const char *en)
{
    bip__out_text(o, cli_help_text(lang, en));
    bip__out_char(o, '\n');
}

static void heading(bip__out *o, const char *lang, const char *en)
{
    bip__out_printf(o, "\n%s:\n", cli_help_text(lang, en));
}

void cli_help_short(bip__out *o, const char *lang)
{
    usage_line(o, lang);
    line(o, lang, "Repeated indicator scores per participant, and what moved. `bip help` lists the commands.");
}

static void help_all(bip__out *o, const char *lang)
{
    usage_line(o, lang);
    heading(o, lang, "Commands");
    for (size_t i = 0; i < cli_n_commands; i++) {
        bip__out_printf(o, "  %s", cli_commands[i].name);
        pad(o, strlen(cli_commands[i].name), 20);
        line(o, lang, cli_commands[i].what);
    }
    heading(o, lang, "Before the command");
    options_list(o, lang, CLI_GLOBAL, 0);
    bip__out_char(o, '\n');
    line(o, lang, "Exit status: 0 done; 1 it could not be done; 2 wrong usage; 3 what was given as data is refused.");
    line(o, lang, "`bip help COMMAND` tells more, with an example.");
}

void cli_help_command(bip__out *o, const char *lang, const cli_command *command)
{
    bip__out_printf(o, "%s: bip [-s STORE] [...] %s%s%s%s\n\n", cli_help_text(lang, "usage"), command->name,
                    *command->operands ? " " : "", command->operands, command->options ? " [OPTION...]" : "");
    bip__out_printf(o, "%s: %s.\n", command->name, cli_help_text(lang, command->what));
    if (command->more)
        paragraph(o, cli_help_text(lang, command->more));
    if (command->options) {
        heading(o, lang, "Options");
        options_list(o, lang, command->options, command->required);
    }
    heading(o, lang, "Example");
    bip__out_text(o, "  ");
    for (const char *p = command->example; *p; p++)
        bip__out_text(o, *p == '\n' ? "\n  " : (char[]){*p, '\0'});
    bip__out_char(o, '\n');
}

/* All commands that begin with `group`: "bip help participant". */
static bip_status help_group(cli *c, bip__out *o, const char *group)
{
    size_t n = strlen(group), found = 0;
    const cli_command *unknown;
    char *argv[] = {(char *)group};
    int at = 0;

    for (size_t i = 0; i < cli_n_commands; i++) {
        if (strncmp(cli_commands[i].name, group, n) != 0 || strchr("\n ", cli_commands[i].name[n]) == NULL)
            continue;
        if (found++)
            bip__out_char(o, '\n');
        cli_help_command(o, c->lang, &cli_commands[i]);
    }
    return found ? BIP_OK : cli_command_find(argv, 1, &at, &unknown, &c->err);
}

bip_status cli_help(cli *c)
{
    bip__out text;
    const cli_command *command;
    char *argv[2] = {NULL, NULL};
    int at = 0;
    bip_status st = BIP_OK;

    bip__out_init(&text, NULL, NULL);
    for (size_t i = 0; i < c->args.n_operands; i++)
        argv[i] = (char *)c->args.operands[i];
    if (c->args.n_operands == 0)
        help_all(&text, c->lang);
    else if (c->args.n_operands == 1)
        st = help_group(c, &text, argv[0]);
    else if ((st = cli_command_find(argv, 2, &at, &command, &c->err)) == BIP_OK)
        cli_help_command(&text, c->lang, command);
    if (st == BIP_OK)
        return cli_print(c, &text);
    bip__out_free(&text);
    return st;
}

/* "sqlite 3.40.1" lines as members of an object. */
static void libraries_json(bip__out *o, const char *lines)
{
    while (*lines) {
        size_t line = strcspn(lines, "\n"), name = strcspn(lines, " \n");

        bip__out_comma(o);
        bip__out_json(o, lines, name);
        bip__out_char(o, ':');
        bip__out_json(o, lines + name + (name < line), line - name - (name < line));
        lines += line + (lines[line] == '\n');
    }
}

bip_status cli_version(cli *c)
{
    bip__out text;
    char libraries[512] = "";

    bip_versions(libraries, sizeof libraries);
    bip__out_init(&text, NULL, NULL);
    if (!c->json) {
        bip__out_printf(&text, "bip %s\n%s%s", bip_version(), libraries, *libraries ? "\n" : "");
        return cli_print(c, &text);
    }
    bip__out_text(&text, "{\"version\":");
    bip__out_json_text(&text, bip_version());
    bip__out_text(&text, ",\"libraries\":{");
    libraries_json(&text, libraries);
    bip__out_text(&text, "}}\n");
    return cli_print(c, &text);
}
