/* What to do next, for errors that the library tells without knowing of this program's commands. */
#include "cli/cli.h"

#include <string.h>

#define WHICH_INSTRUMENTS "`bip instrument list` tells which are there"
#define WHICH_PARTS "`bip instrument show CODE` tells respondents, indicators and scales"

/* What the place of an error turned out to be. */
typedef enum place {
    PLACE_ANY,
    PLACE_NEW_FILE,
    PLACE_PARTICIPANT,
    PLACE_ID,
    PLACE_INSTRUMENT,
    PLACE_ROLE,
    PLACE_INDICATOR
} place;

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* INDICATOR of an operand INDICATOR=SCORE. */
static bool is_indicator(const cli *c, const char *where)
{
    for (size_t i = 1; i < c->args.n_operands; i++)
        if (begins(c->args.operands[i], where) && c->args.operands[i][strlen(where)] == '=')
            return true;
    return false;
}

static bool is_operand(const cli *c, const char *where)
{
    for (size_t i = 0; i < c->args.n_operands; i++)
        if (strcmp(c->args.operands[i], where) == 0)
            return true;
    return false;
}

static bool is_value(const cli *c, cli_option_id option, const char *where)
{
    const char *value = cli_value(&c->args, option);

    return value && strcmp(value, where) == 0;
}

static bool is_store(const cli *c, const char *where)
{
    const char *store = cli_value(&c->global, OPT_STORE);

    store = store ? store : c->environment[ENV_STORE];
    return store && strcmp(store, where) == 0;
}

/* What the operands of the command are, by its usage line. */
static place operands_of(const cli_command *command)
{
    if (begins(command->operands, "PARTICIPANT") || (begins(command->name, "participant ") && command->least))
        return PLACE_PARTICIPANT;
    if (begins(command->name, "init") || begins(command->name, "backup"))
        return PLACE_NEW_FILE;
    if (begins(command->operands, "ID"))
        return PLACE_ID;
    return begins(command->operands, "INSTRUMENT") || begins(command->name, "instrument show") ? PLACE_INSTRUMENT
                                                                                               : PLACE_ANY;
}

static place place_of(const cli *c, const char *where)
{
    if (!*where)
        return PLACE_ANY;
    if (begins(c->command->name, "instrument ")) /* "instrument" is a key of the definition */
        return is_operand(c, where) || is_store(c, where) ? operands_of(c->command) : PLACE_ANY;
    if (strcmp(where, "participant") == 0)
        return PLACE_PARTICIPANT;
    if (strcmp(where, "instrument") == 0 || is_value(c, OPT_INSTRUMENT, where))
        return PLACE_INSTRUMENT;
    if (strcmp(where, "respondent") == 0 || is_value(c, OPT_RESPONDENT, where) || is_value(c, OPT_FOR, where))
        return PLACE_ROLE;
    if (is_indicator(c, where))
        return PLACE_INDICATOR;
    return is_operand(c, where) || is_store(c, where) ? operands_of(c->command) : PLACE_ANY;
}

static const struct {
    bip_status status;
    place place;
    const char *hint;
} hints[] = {
    {BIP_E_REFUSED, PLACE_INSTRUMENT, WHICH_INSTRUMENTS},
    {BIP_E_REFUSED, PLACE_ROLE, WHICH_PARTS},
    {BIP_E_REFUSED, PLACE_INDICATOR, WHICH_PARTS},
    {BIP_E_NOT_FOUND, PLACE_INSTRUMENT, WHICH_INSTRUMENTS},
    {BIP_E_NOT_FOUND, PLACE_ROLE, WHICH_PARTS},
    {BIP_E_NOT_FOUND, PLACE_PARTICIPANT, "`bip participant list` tells who is registered"},
    {BIP_E_NOT_FOUND, PLACE_ID, "`bip history PARTICIPANT` tells the ids"},
    {BIP_E_CONFLICT, PLACE_NEW_FILE, "choose a name that isn't taken"},
    {BIP_E_FORMAT, PLACE_ANY, "`bip -s FILE init` makes a store"},
    {BIP_E_BUSY, PLACE_ANY, "try again when they are done"},
    {BIP_E_FULL, PLACE_ANY, "make room on the disk and try again"},
    {BIP_E_TOO_NEW, PLACE_ANY, "read it with the bip that wrote it, or a later one"},
    {BIP_E_CORRUPT, PLACE_ANY,
     "`bip verify` tells what is wrong; keep the file, and go on from the last backup that verifies"},
};

void cli_hint_at(cli *c, bip_status st)
{
    const bool verifying = c->command && strcmp(c->command->name, "verify") == 0;
    const bool merging = c->command && strcmp(c->command->name, "merge") == 0;
    const place found = c->command ? place_of(c, c->err.where) : PLACE_ANY;

    if ((verifying && st == BIP_E_CORRUPT) || (merging && st == BIP_E_FORMAT && is_operand(c, c->err.where)))
        return; /* it says so itself; an empty store is nothing to merge */
    for (size_t i = 0; i < sizeof hints / sizeof hints[0] && !c->hint[0]; i++)
        if (hints[i].status == st && (hints[i].place == PLACE_ANY || hints[i].place == found))
            cli_hint(c, "%s", hints[i].hint);
}
