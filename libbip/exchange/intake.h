/* What every format of assessments shares while a file is read: the meaning of its texts, the checks, the reports of
 * what is refused. In here BIP_E_REFUSED means: reported, go on with the next cell; every other failure ends the
 * import. */
#ifndef BIP_EXCHANGE_INTAKE_H
#define BIP_EXCHANGE_INTAKE_H

#include "base/date.h"
#include "exchange/exchange.h"
#include "exchange/lexicon.h"
#include "exchange/source.h"
#include "exchange/stage.h"

/* The texts of one version of an instrument. */
typedef struct bip__vocabulary {
    bool ready;
    bip__lexicon respondents, indicators;
    uint32_t *roles; /* by respondent: a hash of the code, the same in every version */
    bool *covered;   /* by indicator: the file says something of it; NULL: of all */
} bip__vocabulary;

/* A participant of the file. */
typedef struct bip__arrival {
    int32_t person;  /* in storage; 0: to be registered */
    int32_t checked; /* index of the version whose pattern took the code, -1 for none yet */
} bip__arrival;

typedef struct bip__intake {
    bip__change *change;
    bip__context *context;
    const bip__catalogue *catalogue;
    /* options */
    const bip__version *instrument; /* NULL: not given */
    bool instrument_named;          /* with its version */
    bip__date_form dates;
    bip_date today; /* what is dated after it is counted */
    bool create, update, redact;
    bip__arena arena; /* folded names, texts of the header */
    const char **ignored;
    size_t n_ignored;
    /* reports */
    bip_issue_fn issue;
    void *ctx;
    bool stopped; /* the caller wants no more reports */
    bip_import_result result;
    bip_error first;
    /* meanings */
    bip__lexicon instruments, reasons;
    bip__vocabulary *vocabularies; /* by index of the version */
    size_t n_vocabularies;
    bip__intern people, raters, groups;
    bip__arrival *arrivals; /* by number in people, less 1 */
    size_t arrivals_cap;
    /* scratch */
    bip__arena found; /* contents of holders */
    bip__out text, quoted, redacted;
    bip_score *scores, *held; /* room for the most items any version asks of anybody */
    size_t most_items;
    bip__stage stage;
} bip__intake;

static inline const bip__instrument *bip__intake_def(const bip__intake *in, int32_t version)
{
    return in->catalogue->versions[version].def;
}

/* How many scores an assessment has. */
static inline size_t bip__staged_items(const bip__intake *in, const bip__staged *s)
{
    return bip__intake_def(in, s->version)->n_items[s->respondent];
}

/* What identifies an assessment, each part checked. */
typedef struct bip__row_key {
    uint32_t person; /* number in people; 0: refused */
    bip_date day;
    int32_t version; /* index in the catalogue */
    bool named;      /* the file names the version */
    int32_t respondent;
    uint32_t rater; /* number in raters; 0: unknown */
} bip__row_key;

/* A cell or value: where it stands and what it says. s is not NUL-terminated. */
typedef struct bip__said {
    int64_t line;
    const char *column; /* as it stands in the file */
    const char *s;
    size_t n;
} bip__said;

bip_status bip__intake_open(bip__intake *in, bip__change *change, const char *options_json, bip_issue_fn issue,
                            void *ctx, bip_error *err);
void bip__intake_close(bip__intake *in);
/* Options that mean nothing to a format must still hold. */
bip_status bip__intake_check_options(const bip__context *c, const char *options_json, bip_date *today, bip_error *err);

/* Report a refusal: BIP_E_REFUSED, or BIP_E_CANCELLED where the caller wants no more. %s, %d, %lld, %zu only. */
bip_status bip__intake_refuse(bip__intake *in, int64_t line, const char *column, bip_error *err, const char *fmt, ...)
    BIP_PRINTF(5, 6);
/* The same with the message of a check that failed. */
bip_status bip__intake_refuse_as(bip__intake *in, int64_t line, const char *column, const bip_error *why,
                                 bip_error *err);
/* What was said, short enough for a message and without national identity numbers; lent until the next call. */
const char *bip__intake_quote(bip__intake *in, const char *s, size_t n);
/* The graver of two outcomes. */
bip_status bip__intake_both(bip_status a, bip_status b);

bip_status bip__intake_person(bip__intake *in, const bip__said *cell, uint32_t *person, bip_error *err);
/* Somebody the file hasn't named before, where nothing speaks against the code; any other status tells nobody, and
 * asking for the same by the two functions beside this one says what is wrong. */
bip_status bip__intake_newcomer(bip__intake *in, const bip__said *cell, int32_t version, uint32_t *person);
/* The participant's code against the pattern of the version. */
bip_status bip__intake_fits(bip__intake *in, const bip__said *cell, uint32_t person, int32_t version, bip_error *err);
bip_status bip__intake_date(bip__intake *in, const bip__said *cell, bip_date *day, bip_error *err);
/* CODE, CODE@VERSION or a title; an empty cell is what the options say. */
bip_status bip__intake_instrument(bip__intake *in, const bip__said *cell, bip__row_key *key, bip_error *err);
bip_status bip__intake_rater(bip__intake *in, const bip__said *cell, uint32_t *rater, bip_error *err);
/* Needs the instrument. Where no version is named it becomes that of the assessment that holds the key, which needs
 * person, day and rater too: person is 0 where one of them isn't good. */
bip_status bip__intake_respondent(bip__intake *in, const bip__said *cell, bip__row_key *key, bip_error *err);
/* *note is lent until the next; NULL where the cell is empty. */
bip_status bip__intake_note(bip__intake *in, const bip__said *cell, const char **note, size_t *n, bip_error *err);
/* A number or a reason, checked against the indicator's scale and that it is asked of the respondent. */
bip_status bip__intake_score(bip__intake *in, const bip__said *cell, const bip__row_key *key, int32_t indicator,
                             bip_score *out, int32_t *item, bip_error *err);
bip_status bip__intake_number(bip__intake *in, int64_t line, const char *column, const bip__row_key *key,
                              int32_t indicator, const bip_score *score, int32_t *item, bip_error *err);

bip_status bip__intake_vocabulary(bip__intake *in, int32_t version, bip__vocabulary **out, bip_error *err);

/* The formats: read all of the source into the stage. */
bip_status bip__read_csv(bip__intake *in, bip__source *source, const char *format, bip_error *err);
bip_status bip__read_jsonl(bip__intake *in, bip__source *source, bip_error *err);

#endif
