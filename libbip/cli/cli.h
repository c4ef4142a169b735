/* The program `bip`: a client of bip.h. Of the library's own base it uses only what knows nothing of scores: memory,
 * output, numbers, dates, the platform. */
#ifndef BIP_CLI_H
#define BIP_CLI_H

#include "base/out.h"
#include "bip.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* ------------------------------------------------------------------------------------------------ the command line */

typedef enum cli_option_id {
    OPT_STORE,
    OPT_JSON,
    OPT_LANG,
    OPT_ACTOR,
    OPT_READ_LOG,
    OPT_HELP,
    OPT_VERSION,
    OPT_ALLOW_NATIONAL_IDS,
    OPT_ENROLLED,
    OPT_ATTR,
    OPT_INSTRUMENT,
    OPT_RESPONDENT,
    OPT_DATE,
    OPT_RATER,
    OPT_NOTE,
    OPT_REDACT,
    OPT_REASON,
    OPT_FORMAT,
    OPT_DATES,
    OPT_IGNORE_COLUMN,
    OPT_CREATE_PARTICIPANTS,
    OPT_UPDATE,
    OPT_DRY_RUN,
    OPT_ALL,
    OPT_AS_OF,
    OPT_SINCE,
    OPT_FOR,
    OPT_OUT,
    OPT_ANCHOR,
    OPT_TEXT,
    OPT_DAYS,
    OPT_KEEP,
    OPT_APPLY,
    OPT_TEAM,
    OPT_FULL,
    OPT_NOTES,
    OPT_NO_NOTES,
    OPT_NAME,
    OPT_VOLUNTARY,
    OPT_WORDS,
    OPT_KIND,
    OPT_LAYERS,
    OPT_THEME,
    OPT_WIDTH,
    OPT_COUNT
} cli_option_id;

#define CLI_BIT(option) ((uint64_t)1 << (option))
#define CLI_GLOBAL                                                                                                     \
    (CLI_BIT(OPT_STORE) | CLI_BIT(OPT_JSON) | CLI_BIT(OPT_LANG) | CLI_BIT(OPT_ACTOR) | CLI_BIT(OPT_READ_LOG) |         \
     CLI_BIT(OPT_HELP) | CLI_BIT(OPT_VERSION) | CLI_BIT(OPT_WORDS))

typedef struct cli_option {
    const char *name;  /* with its hyphens */
    const char *brief; /* the one-letter form, or NULL */
    const char *value; /* what it takes, in capitals; NULL for a flag */
    bool many;         /* may be given several times */
    const char *what;
} cli_option;
extern const cli_option cli_options[OPT_COUNT];

/* What was given, in the order of the command line. */
typedef struct cli_args {
    struct cli_given {
        cli_option_id option;
        const char *value;
    } * given;
    size_t n_given;
    const char **operands;
    size_t n_operands;
} cli_args;

struct cli;
typedef struct cli_command {
    const char *name;     /* "init", "instrument add" */
    const char *operands; /* for the usage line */
    size_t least, most;   /* how many operands */
    uint64_t options;     /* CLI_BIT()s */
    uint64_t required;
    bip_status (*run)(struct cli *c);
    const char *what;    /* one line */
    const char *more;    /* what else is worth knowing, or NULL */
    const char *example; /* one command a line */
} cli_command;
extern const cli_command cli_commands[];
extern const size_t cli_n_commands;

/* Read options of `allowed` from argv[*at] on; `until_operand` stops at the first word that is none. */
bip_status cli_args_read(cli_args *args, char **argv, int argc, int *at, uint64_t allowed, bool until_operand,
                         bip_error *err);
void cli_args_free(cli_args *args);
bool cli_given(const cli_args *args, cli_option_id option);
const char *cli_value(const cli_args *args, cli_option_id option);              /* NULL: not given */
const char *cli_value_at(const cli_args *args, cli_option_id option, size_t i); /* NULL: not so many */

/* The command that argv[*at] (and the next word, for groups) names. */
bip_status cli_command_find(char **argv, int argc, int *at, const cli_command **out, bip_error *err);

/* ------------------------------------------------------------------------------------------------------ one run */

/* What the environment may say in place of an option. */
typedef enum cli_variable { ENV_STORE, ENV_ACTOR, ENV_NOW, ENV_READ_LOG, ENV_NO_COLOR, ENV_COUNT } cli_variable;

typedef struct cli {
    const cli_command *command;
    char *environment[ENV_COUNT]; /* NULL: not set, or empty */
    cli_args global, args;
    bool json;
    const char *lang; /* of the program's own texts; known once the store is open */
    int64_t now_ms;   /* BIP_NOW */
    bool now_fixed;
    bip_store *store;
    FILE *read_log;                 /* who read about whom; NULL: nobody asked for that */
    int read_log_error;             /* errno of a line that couldn't be added to it */
    bool probing;                   /* what is read is shown to nobody: it is no reading */
    const char *document_options;   /* JSON, or NULL: of the document that is written */
    char words_lang[BIP_LANG_SIZE]; /* language of --words */
    bip_error err;
    const char *file; /* that `err` is about what it holds; NULL: none */
    char hint[512];   /* what to do next, "" for nothing */
    bool reported;    /* the error is on standard error already, or must not be */
} cli;

/* session.c */
bip_status cli_environment_read(cli *c);
void cli_environment_free(cli *c);
bip_status cli_clock_init(cli *c);
const char *cli_store_path(cli *c); /* NULL, with c->err filled, where none is named */
bip_status cli_open(cli *c, uint32_t flags);
bip_status cli_open_path(cli *c, const char *path, uint32_t flags, bip_store **out);
/* What came of the run, told as the failure of the log of who read where it is that. */
bip_status cli_read_log_end(cli *c, bip_status st);
const char *cli_lang_of(const cli *c, const char *store_lang);
bip_status cli_change_begin(cli *c, bip_change **out);
/* Print what the command has to say, then commit; where the printing fails, nothing is changed. Frees both. */
bip_status cli_change_end(cli *c, bip_change *change, bip__out *text, bip_status st);
/* An option that holds a day: *out stays BIP_NO_DATE where it isn't given; `bad` is the status of one that isn't a
 * date.
 */
bip_status cli_day(cli *c, cli_option_id option, bip_status bad, bip_date *out);
/* The day that --as-of gave, else that of the clock. */
bip_date cli_today(const cli *c, bip_date as_of);
/* A query with every filter that the command was given. */
bip_status cli_query(cli *c, bip_query *query);
bip_status cli_fail(cli *c, bip_status st, const char *where, const char *fmt, ...) BIP_PRINTF(4, 5);
void cli_hint(cli *c, const char *fmt, ...) BIP_PRINTF(2, 3);

/* output.c */
/* Write `text` to standard output and free it. */
bip_status cli_print(cli *c, bip__out *text);
bip_status cli_document(cli *c, const char *document, const bip_query *query, bool hold);
/* The document in memory. */
bip_status cli_collect(cli *c, const char *document, const bip_query *query, bip__out *text);
/* Into a private file beside, that takes the place of `path` when it is whole. */
bip_status cli_document_to_file(cli *c, const char *document, const bip_query *query, const char *path);
/* Nothing is written over a store or into one: BIP_E_CONFLICT where one stands at path. */
bip_status cli_spare_store(cli *c, const char *path);
/* The status for an error of the system, with its text. */
bip_status cli_fail_system(cli *c, const char *where, int error);

/* input.c: a file by name, "-" being standard input. */
typedef struct cli_input {
    FILE *file;
    const char *name; /* for messages */
    int error;        /* errno of a failed read */
} cli_input;
bip_status cli_input_open(cli *c, cli_input *in, const char *path);
long cli_input_read(void *input, char *into, size_t n); /* a bip_read_fn */
void cli_input_close(cli_input *in);
bip_status cli_input_all(cli *c, const char *path, bip__out *text);
/* What came of reading the file: where what it holds is refused, it is named before the place in it. */
bip_status cli_of_input(cli *c, const char *path, bip_status st);

/* hints.c: what to do next, where nobody has said so yet. */
void cli_hint_at(cli *c, bip_status st);

/* report.c */
int cli_exit_status(bip_status st);
void cli_report(cli *c, bip_status st);
void cli_warn(const cli *c, bip__out *text); /* and free it */
/* Dates that lie ahead are taken, and how many is told. */
void cli_warn_of_future(const cli *c, int64_t n, bip_date today);
/* Faults found one at a time: all are told at once, in the end. */
typedef struct cli_faults {
    const char *file; /* what was read; NULL: the store itself */
    const cli *c;
    int64_t n;
    bip__out text;
} cli_faults;
void cli_faults_begin(const cli *c, cli_faults *f, const char *file);
int cli_fault(void *faults, const bip_issue *issue); /* a bip_issue_fn */
void cli_faults_end(cli *c, cli_faults *f, bip_status st);

/* words.c: the program's own texts in three languages. */
typedef enum cli_word {
    WORD_MADE,
    WORD_COPIED,
    WORD_NO_FAULT,
    WORD_INSTRUMENT_ADDED,
    WORD_INSTRUMENT_HOLDS,
    WORD_REGISTERED,
    WORD_SET,
    WORD_WITHDRAWN,
    WORD_ERASED,
    WORD_OUT_OF_REACH,
    WORD_TRACES,
    WORD_KEEP,
    WORD_KEEP_NONE,
    WORD_OVERDUE,
    WORD_NONE_OVERDUE,
    WORD_COUNTS,
    WORD_ONE_PARTICIPANT,
    WORD_PARTICIPANTS,
    WORD_ONE_EMPTY_ROW,
    WORD_EMPTY_ROWS,
    WORD_DRY_RUN,
    WORD_WARNING,
    WORD_ONE_FUTURE,
    WORD_FUTURE,
    WORD_ENROLLED,
    WORD_BUILT_IN,
    WORD_PROGRESS,
    WORD_PROGRESS_OF,
    WORD_PROGRESS_END,
    WORD_COUNT
} cli_word;
bool cli_lang_known(const char *lang);
/* The text with each {} replaced by the next of the `n` texts. */
void cli_words(bip__out *o, const cli *c, cli_word word, const char *const *texts, size_t n);
void cli_words_count(bip__out *o, const cli *c, cli_word one, cli_word many, int64_t n);

/* json_line.c: members of the one-line objects that the library itself wrote. */
typedef struct cli_json {
    const char *at;
    size_t n;
} cli_json;
bool cli_json_member(cli_json object, const char *key, cli_json *value);
/* Walk an object from *at = 0; false at the end. */
bool cli_json_next(cli_json object, size_t *at, cli_json *key, cli_json *value);
/* What the system or the command line named, which may be no UTF-8: such bytes as '?', as in messages. */
void cli_json_name(bip__out *o, const char *name);
void cli_json_text(bip__out *o, cli_json value); /* a string without its quotes and escapes; else as it stands */
bool cli_json_is_null(cli_json value);
/* The next line of a document; false at the end. */
bool cli_line_next(const bip__out *text, size_t *at, cli_json *line);
/* Print a document, each of its lines laid out as text; with --json as it stands. */
typedef void (*cli_line_fn)(bip__out *o, const cli *c, cli_json line);
bip_status cli_list(cli *c, const char *document, const bip_query *query, bool hold, cli_line_fn lay_out);

/* help.c */
void cli_help_short(bip__out *o, const char *lang);
void cli_help_command(bip__out *o, const char *lang, const cli_command *command);
bip_status cli_help(cli *c);
bip_status cli_version(cli *c);

/* help_words.c: the text in `lang`; the English one where there is none. */
const char *cli_help_text(const char *lang, const char *en);

/* the commands */
bip_status cli_cmd_init(cli *c);
bip_status cli_cmd_verify(cli *c);
bip_status cli_cmd_head(cli *c);
bip_status cli_cmd_backup(cli *c);
bip_status cli_cmd_instrument_list(cli *c);
bip_status cli_cmd_instrument_show(cli *c);
bip_status cli_cmd_instrument_add(cli *c);
bip_status cli_cmd_instrument_check(cli *c);
bip_status cli_cmd_participant_add(cli *c);
bip_status cli_cmd_participant_list(cli *c);
bip_status cli_cmd_participant_show(cli *c);
bip_status cli_cmd_participant_set(cli *c);
bip_status cli_cmd_participant_erase(cli *c);
bip_status cli_cmd_retention(cli *c);
bip_status cli_cmd_record(cli *c);
bip_status cli_cmd_correct(cli *c);
bip_status cli_cmd_withdraw(cli *c);
bip_status cli_cmd_dispute(cli *c);
bip_status cli_cmd_import(cli *c);
bip_status cli_cmd_merge(cli *c);
bip_status cli_cmd_progression(cli *c);
bip_status cli_cmd_steps(cli *c);
bip_status cli_cmd_history(cli *c);
bip_status cli_cmd_subject(cli *c);
bip_status cli_cmd_export(cli *c);
bip_status cli_cmd_chart(cli *c);
bip_status cli_cmd_report(cli *c);
bip_status cli_cmd_form(cli *c);
bip_status cli_cmd_brief(cli *c);
bip_status cli_cmd_words(cli *c);

#endif
