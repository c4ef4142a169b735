#include "show/page.h"
#include "show/show.h"

#include "model/options.h"

#include <math.h>
#include <string.h>

/* A blank questionnaire: to print and fill in with a pen, or to fill in on a screen and print. Nothing is sent. */

#define MOST_CHOICES 11 /* anchors to choose from; a longer scale is answered with a number */
#define NOTE_LINES 2

typedef struct form {
    bip__html h;
    bip__options *options;
    const bip__instrument *def;
    int32_t respondent;
} form;

/* The allowed scores of a scale, where they are few: how many; 0: too many, or no steps. */
static size_t n_choices(const bip__scale *s)
{
    if (s->values != NULL)
        return s->n_values <= MOST_CHOICES ? s->n_values : 0;
    if (!(s->step > 0) || (s->max - s->min) / s->step > MOST_CHOICES - 0.5)
        return 0;
    return (size_t)round((s->max - s->min) / s->step) + 1;
}

static double choice(const bip__scale *s, size_t i)
{
    return s->values != NULL ? s->values[i] : s->min + (double)i * s->step;
}

/* ------------------------------------------------------------------------------------------------------------- parts
 */

static void put_line(form *f, bip__word label)
{
    BIP__HTML(f->h.o, "<p class=\"line\">");
    bip__html_word(&f->h, label);
    BIP__HTML(f->h.o, "</p>\n");
}

static void put_header(form *f)
{
    bip__html *h = &f->h;
    const bip__respondent *respondent = &f->def->respondents[f->respondent];
    const char *title = bip__title_get(&f->def->title, h->words->lang);

    bip__html_begin(h, title);
    BIP__HTML(h->o, "<header>\n<h1>");
    bip__html_put(h, title);
    BIP__HTML(h->o, "</h1>\n<p class=\"who\">");
    BIP__HTML_SAY(h, FORM_ROLE, bip__fill_text('p', bip__title_get(&respondent->title, h->words->lang)));
    BIP__HTML(h->o, "</p>\n<div class=\"lines\">\n");
    put_line(f, BIP__W_FORM_CODE);
    put_line(f, BIP__W_FORM_DATE);
    if (strcmp(respondent->code, "participant") != 0)
        put_line(f, BIP__W_FORM_RATER);
    BIP__HTML(h->o, "</div>\n<p class=\"how\">");
    if (bip__options_flag(f->options, "voluntary")) {
        BIP__HTML(h->o, "<strong>");
        bip__html_word(h, BIP__W_FORM_VOLUNTARY);
        BIP__HTML(h->o, "</strong> ");
    }
    bip__html_word(h, BIP__W_FORM_HOW);
    BIP__HTML(h->o, "</p>\n</header>\n");
}

/* One answer of the group that is named by its indicator. */
static void begin_choice(form *f, const char *code, const char *class)
{
    bip__out_printf(f->h.o, "<label class=\"%s\"><input type=\"radio\" name=\"%s\"><span>", class, code);
}

static void end_choice(form *f)
{
    BIP__HTML(f->h.o, "</span></label>\n");
}

static void put_anchor(form *f, const bip__indicator *i, double score)
{
    const char *label = bip__scale_label_get(i->scale, score, f->h.words->lang);

    begin_choice(f, i->code, "anchor");
    BIP__HTML(f->h.o, "<b>");
    bip__say_number(bip__html_scratch(&f->h), f->h.words, score);
    bip__html_flush(&f->h);
    BIP__HTML(f->h.o, "</b>");
    if (label != NULL) {
        BIP__HTML(f->h.o, " ");
        bip__html_put(&f->h, label);
    }
    end_choice(f);
}

/* The ends with their words, since there is no box to write them in. */
static void put_number(form *f, const bip__indicator *i)
{
    const bip__scale *s = i->scale;
    const double ends[] = {s->min, s->max};
    bip__html *h = &f->h;

    BIP__HTML(h->o, "<label class=\"number\"><span>");
    BIP__HTML_SAY(h, FORM_NUMBER, bip__fill_number('a', s->min), bip__fill_number('b', s->max));
    for (size_t e = 0; e < 2; e++) {
        const char *label = bip__scale_label_get(s, ends[e], h->words->lang);
        if (label == NULL)
            continue;
        BIP__HTML(h->o, " · ");
        bip__say_number(bip__html_scratch(h), h->words, ends[e]);
        bip__html_flush(h);
        BIP__HTML(h->o, ": ");
        bip__html_put(h, label);
    }
    bip__out_printf(h->o, "</span> <input type=\"text\" inputmode=\"decimal\" name=\"%s\"></label>\n", i->code);
}

static void put_reasons(form *f, const bip__indicator *i)
{
    static const bip__word reasons[] = {BIP__W_FORM_DECLINED, BIP__W_FORM_DONT_KNOW, BIP__W_FORM_NOT_APPLICABLE};

    BIP__HTML(f->h.o, "<div class=\"reasons\">\n");
    for (size_t r = 0; r < sizeof reasons / sizeof *reasons; r++) {
        begin_choice(f, i->code, "reason");
        bip__html_word(&f->h, reasons[r]);
        end_choice(f);
    }
    BIP__HTML(f->h.o, "</div>\n");
}

static void put_question(form *f, const bip__indicator *i, size_t number)
{
    bip__html *h = &f->h;
    const char *title = bip__title_get(&i->title, h->words->lang);
    const char *question = i->questions == NULL ? NULL : bip__title_get(&i->questions[f->respondent], h->words->lang);
    size_t n = n_choices(i->scale);

    BIP__HTML(h->o, "<fieldset>\n<legend>");
    bip__out_printf(h->o, "<span class=\"no\">%zu</span> ", number);
    bip__html_put(h, title);
    if (question != NULL) {
        BIP__HTML(h->o, "<span class=\"question\">");
        bip__html_put(h, question);
        BIP__HTML(h->o, "</span>");
    }
    BIP__HTML(h->o, "</legend>\n");
    if (n > 0)
        bip__out_printf(h->o, "<div class=\"anchors n%zu\">\n", n);
    for (size_t c = 0; c < n; c++)
        put_anchor(f, i, choice(i->scale, c));
    if (n > 0)
        BIP__HTML(h->o, "</div>\n");
    else
        put_number(f, i);
    put_reasons(f, i);
    BIP__HTML(h->o, "</fieldset>\n");
}

static bip_status put_page(form *f, bip_error *err)
{
    bip__html *h = &f->h;
    size_t n = f->def->n_items[f->respondent];

    put_header(f);
    BIP__HTML(h->o, "<div class=\"questions\">\n");
    for (size_t k = 0; k < n; k++)
        put_question(f, &f->def->indicators[f->def->items[f->respondent][k]], k + 1);
    BIP__HTML(h->o, "</div>\n<footer>\n");
    put_line(f, BIP__W_FORM_NOTE);
    for (size_t k = 1; k < NOTE_LINES; k++)
        BIP__HTML(h->o, "<p class=\"line\" aria-hidden=\"true\"></p>\n");
    BIP__HTML(h->o, "</footer>\n");
    bip__html_end(h);
    return bip__html_status(h, err);
}

/* ---------------------------------------------------------------------------------------------------------- document
 */

static bip_status find_respondent(form *f, const bip_query *query, bip_error *err)
{
    const char *role = query->for_role != NULL ? query->for_role : "participant";

    f->respondent = bip__instrument_respondent(f->def, role);
    if (f->respondent < 0)
        return bip__fail(err, BIP_E_NOT_FOUND, role, "%s has no such respondent", f->def->code);
    if (f->def->n_items[f->respondent] == 0)
        return bip__fail(err, BIP_E_NOT_FOUND, role, "%s asks nothing of this respondent", f->def->code);
    return BIP_OK;
}

static bip_status find(form *f, bip__context *c, const bip_query *query, bip_error *err)
{
    const bip__catalogue *catalogue;
    const bip__version *v;
    bool named;
    bip_status st = bip__context_catalogue(c, &catalogue, err);

    if (st != BIP_OK)
        return st;
    if (query->instrument == NULL)
        return bip__fail(err, BIP_E_USAGE, "instrument", "a form is of one instrument");
    if ((v = bip__catalogue_find(catalogue, query->instrument, &named)) == NULL)
        return bip__fail(err, BIP_E_NOT_FOUND, query->instrument, "there is no such instrument");
    f->def = v->def;
    if (!f->def->handout)
        return bip__fail(err, BIP_E_REFUSED, "handout", "is false: %s is kept out of printed pages", f->def->code);
    return find_respondent(f, query, err);
}

bip_status bip__show_form(bip__context *c, const bip_query *query, const char *options_json, bip__out *o,
                          bip_error *err)
{
    static const bip__option known[] = {{"voluntary", BIP__OPTION_FLAG}};
    const char *lang = query->lang != NULL ? query->lang : c->lang[0] ? c->lang : "en";
    const bip__words *words;
    form f = {0};
    bip_status st = bip__options_parse(options_json, known, 1, &f.options, err);

    if (st == BIP_OK)
        st = find(&f, c, query, err);
    if (st == BIP_OK)
        st = bip__words_among(c->words, lang, &words, err);
    if (st == BIP_OK) {
        bip__html_init(&f.h, o, words);
        st = put_page(&f, err);
    }
    bip__html_free(&f.h);
    bip__options_free(f.options);
    return st;
}

bip_status bip__show_words(bip__context *c, const bip_query *query, const char *options_json, bip__out *o,
                           bip_error *err)
{
    const char *lang = query->lang != NULL ? query->lang : c->lang[0] ? c->lang : "en";
    const bip__words *words;
    bip_status st = bip__no_options(options_json, err);

    if (st == BIP_OK && (st = bip__words_among(c->words, lang, &words, err)) == BIP_OK)
        bip__words_print(o, words);
    return st;
}
