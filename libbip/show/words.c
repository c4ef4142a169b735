#include "show/words.h"

#include "base/date.h"
#include "base/number.h"

#include <math.h>
#include <string.h>

const bip__words *const bip__languages[] = {&bip__words_en, &bip__words_sv, &bip__words_da};
const size_t bip__n_languages = sizeof bip__languages / sizeof *bip__languages;

const char *const bip__word_names[BIP__N_WORDS] = {
#define X(key, name, placeholders) name,
    BIP__WORD_LIST(X)
#undef X
};

const char *const bip__word_placeholders[BIP__N_WORDS] = {
#define X(key, name, placeholders) placeholders,
    BIP__WORD_LIST(X)
#undef X
};

bip_status bip__words_find(const char *lang, const bip__words **out, bip_error *err)
{
    if (lang == NULL)
        lang = "en";
    for (size_t i = 0; i < bip__n_languages; i++)
        if (strcmp(bip__languages[i]->lang, lang) == 0) {
            *out = bip__languages[i];
            return BIP_OK;
        }
    return bip__fail(err, BIP_E_USAGE, "lang", "there are no words for the language \"%s\"", lang);
}

/* ----------------------------------------------------------------------------------------------------------- values */

enum { TEXT, ROLE, HIGHER_TITLE, LOWER_TITLE, COUNT, NUMBER, SCORE, DATE, ON };

bip__fill bip__fill_text(char name, const char *text)
{
    return (bip__fill){.name = name, .kind = TEXT, .text = text};
}

bip__fill bip__fill_role(char name, const char *title)
{
    return (bip__fill){.name = name, .kind = ROLE, .text = title};
}

bip__fill bip__fill_title(char name, const char *title, int32_t better)
{
    return (bip__fill){.name = name, .kind = better == BIP_LOWER ? LOWER_TITLE : HIGHER_TITLE, .text = title};
}

bip__fill bip__fill_count(char name, int64_t n)
{
    return (bip__fill){.name = name, .kind = COUNT, .number = (double)n};
}

bip__fill bip__fill_number(char name, double x)
{
    return (bip__fill){.name = name, .kind = NUMBER, .number = x};
}

bip__fill bip__fill_score(char name, double score, const bip__labels *labels)
{
    return (bip__fill){.name = name, .kind = SCORE, .number = score, .labels = labels};
}

bip__fill bip__fill_date(char name, bip_date d)
{
    return (bip__fill){.name = name, .kind = DATE, .number = d};
}

bip__fill bip__fill_on(char name, bip_date d)
{
    return (bip__fill){.name = name, .kind = ON, .number = d};
}

/* ---------------------------------------------------------------------------------------------------------- writing */

void bip__say_word(bip__out *o, const bip__words *w, bip__word key)
{
    bip__out_text(o, w->text[key]);
}

void bip__say_date(bip__out *o, const bip__words *w, bip_date d)
{
    int year, month, day;

    bip__date_split(d, &year, &month, &day);
    BIP__SAY(o, w, DATE, bip__fill_count('D', day), bip__fill_text('M', w->text[BIP__W_MONTH_1 + month - 1]),
             bip__fill_count('Y', year));
}

/* Up to three decimals stay as they are: those are scales. More come from computing, and two say enough, unless the
 * number is so small that they would make it another. */
static double readable(double x)
{
    double thousands = x * 1000;

    if (fabs(x) > 1e9 || fabs(thousands - round(thousands)) < 1e-6)
        return x;
    return fabs(x) < 0.1 ? round(x * 1e4) / 1e4 : round(x * 100) / 100;
}

void bip__say_number(bip__out *o, const bip__words *w, double x)
{
    char digits[BIP_NUMBER_SIZE];
    size_t n = bip__number_print(readable(x), digits);

    for (size_t i = 0; i < n; i++)
        if (digits[i] == '.')
            bip__say_word(o, w, BIP__W_DECIMAL);
        else
            bip__out_char(o, digits[i]);
}

static void say_score(bip__out *o, const bip__words *w, double score, const bip__labels *labels)
{
    for (size_t i = 0; labels != NULL && i < labels->n; i++)
        if (fabs(labels->in[i].score - score) <= 1e-9 * fmax(1, fabs(score))) {
            BIP__SAY(o, w, QUOTED, bip__fill_text('t', labels->in[i].text));
            return;
        }
    bip__say_number(o, w, score);
}

/* "Caseworker" becomes "caseworker", "IPS coach" stays: lower the first letter where the second isn't a capital. Of
 * the letters above ASCII, those of Latin-1: capitals are C3 80 to C3 9E in UTF-8. */
static void say_role(bip__out *o, const char *title)
{
    unsigned char first = (unsigned char)title[0], second = first ? (unsigned char)title[1] : 0;
    bool abbreviation = second >= 'A' && second <= 'Z';

    if (first >= 'A' && first <= 'Z' && !abbreviation) {
        bip__out_char(o, (char)(first + ('a' - 'A')));
        bip__out_text(o, title + 1);
    } else if (first == 0xC3 && second >= 0x80 && second <= 0x9E && second != 0x97) {
        bip__out_char(o, title[0]);
        bip__out_char(o, (char)(second + 0x20));
        bip__out_text(o, title + 2);
    } else {
        bip__out_text(o, title);
    }
}

static void say_fill(bip__out *o, const bip__words *w, const bip__fill *f)
{
    switch (f->kind) {
    case ROLE:
        say_role(o, f->text);
        return;
    case COUNT:
        bip__out_int(o, (int64_t)f->number);
        return;
    case NUMBER:
        bip__say_number(o, w, f->number);
        return;
    case SCORE:
        say_score(o, w, f->number, f->labels);
        return;
    case DATE:
        bip__say_date(o, w, (bip_date)f->number);
        return;
    case ON:
        if ((bip_date)f->number != BIP_NO_DATE)
            BIP__SAY(o, w, ON_DATE, bip__fill_date('d', (bip_date)f->number));
        return;
    default:
        bip__out_text(o, f->text);
        if (f->kind == LOWER_TITLE)
            bip__say_word(o, w, BIP__W_LOWER_IS_BETTER);
    }
}

void bip__say(bip__out *o, const bip__words *w, bip__word key, const bip__fill *with, size_t n)
{
    const char *text = w->text[key];

    for (const char *p; (p = strchr(text, '{')) != NULL; text = p + 3) { /* "{I}" */
        bip__out_bytes(o, text, (size_t)(p - text));
        for (size_t i = 0; i < n; i++)
            if (with[i].name == p[1])
                say_fill(o, w, &with[i]);
    }
    bip__out_text(o, text);
}
