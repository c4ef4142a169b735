/* What goes to standard error, in words or as JSON. */
#include "cli/cli.h"

#include "base/platform.h"

#include <string.h>

#define MOST_FAULTS 1000 /* told one by one */

int cli_exit_status(bip_status st)
{
    switch (st) {
    case BIP_OK:
        return 0;
    case BIP_E_USAGE:
        return 2;
    case BIP_E_REFUSED:
        return 3;
    default:
        return 1;
    }
}

/* Standard error is the last resort: where it fails there is nobody left to tell. */
static void say(bip__out *text)
{
    if (text->status == BIP_OK)
        fwrite(text->data, 1, text->len, stderr);
    else
        fputs("bip: out of memory\n", stderr);
    fflush(stderr);
    bip__out_free(text);
}

/* What stands before every message; red where somebody looks at a terminal and hasn't asked for no colour. */
static void begin(bip__out *o, const cli *c)
{
    const bool colour = !c->environment[ENV_NO_COLOR] && bip__stderr_is_terminal();

    bip__out_text(o, colour ? "\033[1;31mbip:\033[0m " : "bip: ");
}

static void line(bip__out *o, const cli *c, const char *file, const char *where, const char *message)
{
    begin(o, c);
    if (file)
        bip__out_printf(o, "%s: ", file);
    if (where && *where)
        bip__out_printf(o, "%s: ", where);
    bip__out_text(o, message);
}

/* {"error":{"code":...,"where":...,"message":...  without the ends. */
static void error_json(bip__out *o, const cli *c, bip_status st, const char *file)
{
    bip__out place, message;

    bip__out_init(&place, NULL, NULL);
    bip__out_init(&message, NULL, NULL);
    bip__out_printf(&place, "%s%s%s", file ? file : "", file && c->err.where[0] ? ": " : "", c->err.where);
    bip__out_printf(&message, "%s%s%s", c->err.message, c->hint[0] ? "; " : "", c->hint);
    bip__out_text(o, "{\"error\":{\"code\":");
    bip__out_json_text(o, bip_status_code(st));
    bip__out_text(o, ",\"where\":");
    bip__out_char(&place, '\0');
    cli_json_name(o, place.data ? place.data : "");
    bip__out_text(o, ",\"message\":");
    bip__out_json(o, message.data, message.len);
    bip__out_free(&place);
    bip__out_free(&message);
}

void cli_report(cli *c, bip_status st)
{
    bip__out o;

    if (c->reported)
        return;
    bip__out_init(&o, NULL, NULL);
    if (c->err.status == BIP_OK)
        bip__fail(&c->err, st, NULL, "%s", bip_status_text(st));
    cli_hint_at(c, st);
    if (c->json) {
        error_json(&o, c, st, c->file);
        bip__out_text(&o, "}}\n");
    } else {
        line(&o, c, c->file, c->err.where, c->err.message);
        bip__out_printf(&o, "%s%s\n", c->hint[0] ? "; " : "", c->hint);
    }
    say(&o);
}

void cli_warn(const cli *c, bip__out *text)
{
    bip__out o;

    bip__out_init(&o, NULL, NULL);
    begin(&o, c);
    cli_words(&o, c, WORD_WARNING, NULL, 0);
    bip__out_text(&o, ": ");
    bip__out_bytes(&o, text->data, text->len);
    bip__out_char(&o, '\n');
    bip__out_free(text);
    say(&o);
}

void cli_warn_of_future(const cli *c, int64_t n, bip_date today)
{
    bip__out text;
    char count[24], day[11];
    const char *texts[2] = {count, day};

    if (n == 0)
        return;
    snprintf(count, sizeof count, "%lld", (long long)n);
    bip_date_format(today, day);
    bip__out_init(&text, NULL, NULL);
    cli_words(&text, c, n == 1 ? WORD_ONE_FUTURE : WORD_FUTURE, texts, 2);
    cli_warn(c, &text);
}

void cli_faults_begin(const cli *c, cli_faults *f, const char *file)
{
    f->file = file;
    f->c = c;
    f->n = 0;
    bip__out_init(&f->text, NULL, NULL);
}

/* A file has lines and columns, a store has places. */
static void fault_json(bip__out *o, const cli_faults *f, const bip_issue *issue)
{
    bip__out_comma(o);
    bip__out_char(o, '{');
    if (f->file) {
        bip__out_key(o, "line");
        bip__out_int(o, issue->line);
        bip__out_key(o, "column");
        bip__out_json_text(o, issue->column ? issue->column : "");
    } else {
        bip__out_key(o, "where");
        bip__out_json_text(o, issue->where ? issue->where : "");
    }
    bip__out_key(o, "message");
    bip__out_json_text(o, issue->message);
    bip__out_char(o, '}');
}

int cli_fault(void *faults, const bip_issue *issue)
{
    cli_faults *f = faults;

    if (++f->n > MOST_FAULTS)
        return 0; /* counted all the same */
    if (f->c->json) {
        fault_json(&f->text, f, issue);
    } else {
        line(&f->text, f->c, f->file, issue->where, issue->message);
        bip__out_char(&f->text, '\n');
    }
    return 0;
}

void cli_faults_end(cli *c, cli_faults *f, bip_status st)
{
    bip__out o;
    int64_t more = f->n > MOST_FAULTS ? f->n - MOST_FAULTS : 0;

    if (f->n == 0 || c->reported) {
        bip__out_free(&f->text);
        return;
    }
    bip__out_init(&o, NULL, NULL);
    if (c->json) {
        error_json(&o, c, st, f->file);
        bip__out_text(&o, ",\"rows\":[");
        bip__out_bytes(&o, f->text.data, f->text.len);
        bip__out_char(&o, ']');
        if (more)
            bip__out_printf(&o, ",\"more\":%lld", (long long)more);
        bip__out_text(&o, "}}\n");
    } else {
        bip__out_bytes(&o, f->text.data, f->text.len);
        if (more)
            bip__out_printf(&o, "bip: %s%sand %lld more\n", f->file ? f->file : "", f->file ? ": " : "",
                            (long long)more);
    }
    if (f->text.status != BIP_OK)
        o.status = f->text.status;
    bip__out_free(&f->text);
    say(&o);
    c->reported = true;
}
