#include "cli/cli.h"

#include "base/alloc.h"

#include <string.h>

bool cli_given(const cli_args *args, cli_option_id option)
{
    return cli_value_at(args, option, 0) != NULL;
}

const char *cli_value(const cli_args *args, cli_option_id option)
{
    return cli_value_at(args, option, 0);
}

const char *cli_value_at(const cli_args *args, cli_option_id option, size_t i)
{
    for (size_t at = 0; at < args->n_given; at++)
        if (args->given[at].option == option && i-- == 0)
            return args->given[at].value;
    return NULL;
}

void cli_args_free(cli_args *args)
{
    bip__free(args->given);
    bip__free(args->operands);
    memset(args, 0, sizeof *args);
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Levenshtein's distance in bytes; words too long to be meant are far away. */
static size_t distance(const char *a, const char *b)
{
    size_t row[64], n = strlen(b);

    if (strlen(a) >= sizeof row / sizeof row[0] || n >= sizeof row / sizeof row[0])
        return sizeof row;
    for (size_t j = 0; j <= n; j++)
        row[j] = j;
    for (size_t i = 0; a[i]; i++) {
        size_t diagonal = row[0];

        row[0] = i + 1;
        for (size_t j = 0; j < n; j++) {
            size_t replaced = diagonal + (a[i] != b[j]);

            diagonal = row[j + 1];
            row[j + 1] = least(replaced, least(row[j], row[j + 1]) + 1);
        }
    }
    return row[n];
}

/* The word of `words` that `text` most looks like, or NULL where none does. */
static const char *nearest_word(const char *text, const char *const *words, size_t n)
{
    const char *nearest = NULL;
    size_t near = sizeof(size_t) * 64;

    for (size_t i = 0; i < n; i++) {
        size_t d = words[i] ? distance(text, words[i]) : near;

        if (d < near) {
            near = d;
            nearest = words[i];
        }
    }
    /* Half of it wrong is no slip of the hand any more. */
    return nearest && near <= least(strlen(text), strlen(nearest)) / 2 + 1 ? nearest : NULL;
}

static bip_status fail_option(const char *word, uint64_t allowed, bip_error *err)
{
    const char *names[OPT_COUNT];
    const char *nearest;

    for (int i = 0; i < OPT_COUNT; i++) {
        names[i] = allowed & CLI_BIT(i) ? cli_options[i].name : NULL;
        if (strcmp(word, cli_options[i].name) != 0 || names[i])
            continue;
        if (CLI_GLOBAL & CLI_BIT(i))
            return bip__fail(err, BIP_E_USAGE, word, "stands before the command: bip %s%s%s COMMAND ...", word,
                             cli_options[i].value ? " " : "", cli_options[i].value ? cli_options[i].value : "");
        return bip__fail(err, BIP_E_USAGE, word, "is not an option %s",
                         allowed == CLI_GLOBAL ? "before the command" : "of this command");
    }
    nearest = nearest_word(word, names, OPT_COUNT);
    if (nearest)
        return bip__fail(err, BIP_E_USAGE, word, "is not known; did you mean %s?", nearest);
    return bip__fail(err, BIP_E_USAGE, word, "is not known; see `bip help`");
}

/* The option that `word` names, a value after '=' left out; OPT_COUNT where there is none. */
static cli_option_id option_named(const char *word, size_t n, uint64_t allowed)
{
    for (int i = 0; i < OPT_COUNT; i++) {
        const cli_option *o = &cli_options[i];

        if (!(allowed & CLI_BIT(i)))
            continue;
        if ((strlen(o->name) == n && memcmp(o->name, word, n) == 0) || (o->brief && strcmp(o->brief, word) == 0))
            return (cli_option_id)i;
    }
    return OPT_COUNT;
}

static bip_status option_read(cli_args *args, char **argv, int argc, int *at, uint64_t allowed, bip_error *err)
{
    const char *word = argv[(*at)++], *equals = strncmp(word, "--", 2) == 0 ? strchr(word, '=') : NULL;
    cli_option_id id = option_named(word, equals ? (size_t)(equals - word) : strlen(word), allowed);
    const cli_option *o;
    const char *value = equals ? equals + 1 : "";
    char name[64];

    if (id == OPT_COUNT) {
        size_t n = least(equals ? (size_t)(equals - word) : strlen(word), sizeof name - 1);

        memcpy(name, word, n);
        name[n] = '\0';
        return fail_option(name, allowed, err);
    }
    o = &cli_options[id];
    if (!o->value && equals)
        return bip__fail(err, BIP_E_USAGE, o->name, "takes no value");
    if (!o->many && cli_given(args, id))
        return bip__fail(err, BIP_E_USAGE, o->name, "is given twice");
    if (o->value && !equals) {
        if (*at >= argc)
            return bip__fail(err, BIP_E_USAGE, o->name, "lacks its value: %s %s", o->name, o->value);
        value = argv[(*at)++];
    }
    args->given[args->n_given].option = id;
    args->given[args->n_given++].value = value;
    return BIP_OK;
}

bip_status cli_args_read(cli_args *args, char **argv, int argc, int *at, uint64_t allowed, bool until_operand,
                         bip_error *err)
{
    bip_status st;
    bool ended = false; /* after "--" everything is an operand */

    args->given = bip__alloc_zero((size_t)argc + 1, sizeof *args->given);
    args->operands = bip__alloc_zero((size_t)argc + 1, sizeof *args->operands);
    if (!args->given || !args->operands)
        return bip__nomem(err);
    while (*at < argc) {
        const char *word = argv[*at];

        if (!ended && strcmp(word, "--") == 0) {
            ended = true;
            (*at)++;
        } else if (!ended && word[0] == '-' && word[1] != '\0') { /* "-" alone is standard input or output */
            if ((st = option_read(args, argv, argc, at, allowed, err)) != BIP_OK)
                return st;
        } else if (until_operand) {
            return BIP_OK;
        } else {
            args->operands[args->n_operands++] = argv[(*at)++];
        }
    }
    return BIP_OK;
}

/* true: `name` is `first`, or begins with it and a blank; *second is what follows, or "". */
static bool command_begins(const char *name, const char *first, const char **second)
{
    size_t n = strlen(first);

    if (strncmp(name, first, n) != 0 || (name[n] != '\0' && name[n] != ' '))
        return false;
    *second = name[n] ? name + n + 1 : "";
    return true;
}

static bip_status fail_command(const char *group, const char *word, bip_error *err)
{
    const char *words[64] = {NULL}, *second, *nearest;
    char firsts[64][16];
    size_t n = 0;

    for (size_t i = 0; i < cli_n_commands && n < 64; i++) {
        const char *name = cli_commands[i].name;

        if (group && command_begins(name, group, &second)) {
            words[n++] = second;
        } else if (!group) {
            size_t length = least(strcspn(name, " "), sizeof firsts[0] - 1);

            memcpy(firsts[n], name, length);
            firsts[n][length] = '\0';
            words[n] = firsts[n];
            n++;
        }
    }
    nearest = nearest_word(word, words, n);
    if (nearest)
        return bip__fail(err, BIP_E_USAGE, NULL, "no command \"%s%s%s\"; did you mean %s%s%s?", group ? group : "",
                         group ? " " : "", word, group ? group : "", group ? " " : "", nearest);
    return bip__fail(err, BIP_E_USAGE, NULL, "no command \"%s%s%s\"; `bip help` lists them", group ? group : "",
                     group ? " " : "", word);
}

bip_status cli_command_find(char **argv, int argc, int *at, const cli_command **out, bip_error *err)
{
    const char *first = argv[(*at)++], *next = *at < argc ? argv[*at] : "", *second;
    bool group = false;

    for (size_t i = 0; i < cli_n_commands; i++) {
        if (!command_begins(cli_commands[i].name, first, &second))
            continue;
        if (*second && strcmp(second, next) != 0) {
            group = true;
            continue;
        }
        *at += *second != '\0';
        *out = &cli_commands[i];
        return BIP_OK;
    }
    if (group && (*next == '\0' || *next == '-'))
        return bip__fail(err, BIP_E_USAGE, first, "lacks what to do; see `bip help %s`", first);
    return group ? fail_command(first, next, err) : fail_command(NULL, first, err);
}
