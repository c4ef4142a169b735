/* Every option and every command of the program, as data: parsing, help and completion read them from here. */
#include "cli/cli.h"

const cli_option cli_options[OPT_COUNT] = {
    [OPT_STORE] = {"--store", "-s", "STORE", false, "the store's file; else BIP_STORE"},
    [OPT_JSON] = {"--json", NULL, NULL, false, "answers and errors as JSON"},
    [OPT_LANG] = {"--lang", NULL, "LANG", false, "language of the texts: en, sv or da"},
    [OPT_ACTOR] = {"--actor", NULL, "WHO", false, "who types; else BIP_ACTOR, else the login name"},
    [OPT_HELP] = {"--help", "-h", NULL, false, "what there is to know, with an example"},
    [OPT_VERSION] = {"--version", NULL, NULL, false, "version of the program and of what it links"},
    [OPT_ALLOW_NATIONAL_IDS] = {"--allow-national-ids", NULL, NULL, false,
                                "let the store take national identity numbers"},
    [OPT_ENROLLED] = {"--enrolled", NULL, "DATE", false, "the day the participant began"},
    [OPT_ATTR] = {"--attr", NULL, "KEY=VALUE", true, "an attribute; KEY= takes it away; several times"},
    [OPT_INSTRUMENT] = {"--instrument", NULL, "CODE", false, "the instrument, CODE or CODE@VERSION"},
    [OPT_RESPONDENT] = {"--respondent", NULL, "ROLE", false, "whose view it is"},
    [OPT_DATE] = {"--date", NULL, "DATE", false, "the day of the assessment, YYYY-MM-DD"},
    [OPT_RATER] = {"--rater", NULL, "WHO", false, "the person who judged"},
    [OPT_NOTE] = {"--note", NULL, "TEXT", false, "free text; \"\" takes it away when correcting"},
    [OPT_REDACT] = {"--redact", NULL, NULL, false, "put [...] for national identity numbers in notes"},
    [OPT_REASON] = {"--reason", NULL, "TEXT", false, "why; kept with the fact and erased with it"},
    [OPT_FORMAT] = {"--format", NULL, "FORMAT", false, "the form of the file"},
    [OPT_DATES] = {"--dates", NULL, "ymd|dmy", false, "how dates are written in the file"},
    [OPT_IGNORE_COLUMN] = {"--ignore-column", NULL, "NAME", true, "leave a column out; several times"},
    [OPT_CREATE_PARTICIPANTS] = {"--create-participants", NULL, NULL, false, "register participants not known yet"},
    [OPT_UPDATE] = {"--update", NULL, NULL, false, "correct assessments whose content differs"},
    [OPT_DRY_RUN] = {"--dry-run", NULL, NULL, false, "check and count, change nothing"},
    [OPT_ALL] = {"--all", NULL, NULL, false, "all participants, by code"},
    [OPT_AS_OF] = {"--as-of", NULL, "DATE", false, "take this day for today"},
    [OPT_SINCE] = {"--since", NULL, "DATE", false, "only from this day on"},
    [OPT_FOR] = {"--for", NULL, "ROLE", false, "leave out what this role doesn't see"},
    [OPT_OUT] = {"--out", NULL, "FILE", false, "where to write; - is standard output"},
    [OPT_ANCHOR] = {"--anchor", NULL, "FILE", false, "what `bip head` printed earlier"},
};

#define REASON CLI_BIT(OPT_REASON)
#define FILTERS (CLI_BIT(OPT_ALL) | CLI_BIT(OPT_INSTRUMENT) | CLI_BIT(OPT_RESPONDENT) | CLI_BIT(OPT_AS_OF))
#define MANY SIZE_MAX

const cli_command cli_commands[] = {
    {"init", "", 0, 0, CLI_BIT(OPT_LANG) | CLI_BIT(OPT_ALLOW_NATIONAL_IDS), 0, cli_cmd_init,
     "make a store with the built-in instruments",
     "A path that exists is refused. National identity numbers are refused in every text unless the store is made to "
     "take them.",
     "bip -s team.bip init --lang sv"},
    {"instrument list", "", 0, 0, 0, 0, cli_cmd_instrument_list, "the instruments of the store", NULL,
     "bip -s team.bip instrument list"},
    {"instrument show", "CODE", 1, 1, 0, 0, cli_cmd_instrument_show, "the definition of an instrument, as JSON",
     "CODE is the version added last, CODE@VERSION another.", "bip -s team.bip instrument show employability"},
    {"instrument add", "FILE", 1, 1, REASON, 0, cli_cmd_instrument_add, "add a version of an instrument",
     "A version can't be changed once it is there: the same content again is no change. FILE - is standard input.",
     "bip -s team.bip instrument add ours.json"},
    {"instrument check", "FILE", 1, 1, 0, 0, cli_cmd_instrument_check, "check an instrument without a store", NULL,
     "bip instrument check ours.json"},
    {"participant add", "CODE", 1, 1, CLI_BIT(OPT_ENROLLED) | CLI_BIT(OPT_ATTR) | REASON, 0, cli_cmd_participant_add,
     "register a participant", "A code, never a name or a national identity number.",
     "bip -s team.bip participant add P-001 --enrolled 2026-01-15 --attr sex=woman"},
    {"participant list", "", 0, 0, 0, 0, cli_cmd_participant_list, "all participants, by code", NULL,
     "bip -s team.bip participant list"},
    {"participant show", "CODE", 1, 1, 0, 0, cli_cmd_participant_show, "one participant and what is noted of them",
     NULL, "bip -s team.bip participant show P-001"},
    {"participant set", "CODE", 1, 1, CLI_BIT(OPT_ATTR) | REASON, CLI_BIT(OPT_ATTR), cli_cmd_participant_set,
     "set attributes of a participant", "An empty value takes the attribute away.",
     "bip -s team.bip participant set P-001 --attr team=north --attr phase="},
    {"record", "PARTICIPANT INDICATOR=SCORE...", 1, MANY,
     CLI_BIT(OPT_INSTRUMENT) | CLI_BIT(OPT_RESPONDENT) | CLI_BIT(OPT_DATE) | CLI_BIT(OPT_RATER) | CLI_BIT(OPT_NOTE) |
         CLI_BIT(OPT_REDACT) | CLI_BIT(OPT_AS_OF) | REASON,
     CLI_BIT(OPT_INSTRUMENT) | CLI_BIT(OPT_RESPONDENT) | CLI_BIT(OPT_DATE), cli_cmd_record,
     "record one assessment and print its id",
     "SCORE is a number, declined, dont_know, not_applicable, or empty for not asked. The same again is no change; "
     "other scores for the same participant, instrument, respondent, date and rater are a conflict: see `bip correct`.",
     "bip -s team.bip record P-001 --instrument employability --respondent participant --date 2026-09-01 "
     "cooperation=3 job_search=declined"},
    {"correct", "ID INDICATOR=SCORE...", 1, MANY, CLI_BIT(OPT_NOTE) | CLI_BIT(OPT_REDACT) | REASON, 0, cli_cmd_correct,
     "correct an assessment; the old one stays in the history",
     "What isn't named stays as it is; INDICATOR= takes a score out; --note \"\" takes the note away.",
     "bip -s team.bip correct ID cooperation=4 --reason \"typed wrong\""},
    {"withdraw", "ID", 1, 1, REASON, REASON, cli_cmd_withdraw, "withdraw an assessment; it stays in the history", NULL,
     "bip -s team.bip withdraw ID --reason \"another participant's form\""},
    {"import", "FILE", 1, 1,
     CLI_BIT(OPT_FORMAT) | CLI_BIT(OPT_INSTRUMENT) | CLI_BIT(OPT_DATES) | CLI_BIT(OPT_IGNORE_COLUMN) |
         CLI_BIT(OPT_CREATE_PARTICIPANTS) | CLI_BIT(OPT_UPDATE) | CLI_BIT(OPT_REDACT) | CLI_BIT(OPT_DRY_RUN) |
         CLI_BIT(OPT_AS_OF) | REASON,
     0, cli_cmd_import, "take in many assessments, all or nothing",
     "FORMAT is csv-long, csv-wide, json or jsonl; without it the content tells. FILE - is standard input. Every bad "
     "cell is reported; try --dry-run first.",
     "bip -s team.bip import export.csv --instrument employability --create-participants --dry-run"},
    {"progression", "PARTICIPANT... | --all", 0, MANY, FILTERS, 0, cli_cmd_progression,
     "what every series of scores says about change",
     "A working view for professionals: it shows everything and marks what the participant doesn't see.",
     "bip -s team.bip progression P-001\nbip -s team.bip --json progression --all --instrument employability"},
    {"steps", "PARTICIPANT... | --all", 0, MANY, FILTERS | CLI_BIT(OPT_SINCE) | CLI_BIT(OPT_FOR), 0, cli_cmd_steps,
     "the steps forward, newest first",
     "As sentences made for the participant unless --for names another role; with --json all of them.",
     "bip -s team.bip steps P-001 --since 2026-01-01"},
    {"history", "PARTICIPANT... | --all", 0, MANY, CLI_BIT(OPT_ALL), 0, cli_cmd_history,
     "every revision of everything: who, when, why", NULL, "bip -s team.bip history P-001"},
    {"export", "", 0, 0,
     CLI_BIT(OPT_FORMAT) | CLI_BIT(OPT_INSTRUMENT) | CLI_BIT(OPT_RESPONDENT) | CLI_BIT(OPT_AS_OF) | CLI_BIT(OPT_OUT), 0,
     cli_cmd_export, "everything, to a file",
     "FORMAT json, the default, is the whole store with every revision and the audit trail: importing it into another "
     "store is a merge. jsonl, csv-long and csv-wide are the current assessments, and can be filtered; csv-wide holds "
     "one instrument.",
     "bip -s team.bip export --format json --out team.json\n"
     "bip -s team.bip export --format csv-wide --instrument employability --out employability.csv"},
    {"verify", "", 0, 0, CLI_BIT(OPT_ANCHOR), 0, cli_cmd_verify, "check the file, every row and the audit trail",
     "With --anchor what was noted elsewhere must still be there: a file put back to an older state is found.",
     "bip -s team.bip verify --anchor noted.txt"},
    {"head", "", 0, 0, 0, 0, cli_cmd_head, "what to note elsewhere, for `verify --anchor`", NULL,
     "bip -s team.bip head > noted.txt"},
    {"backup", "FILE", 1, 1, 0, 0, cli_cmd_backup, "a consistent copy while others write",
     "A path that exists is refused.", "bip -s team.bip backup team-2026-11-21.bip"},
    {"help", "[COMMAND]", 0, 2, 0, 0, cli_help, "this list, or one command with an example", NULL, "bip help record"},
};
const size_t cli_n_commands = sizeof cli_commands / sizeof cli_commands[0];
