#include "show/picture.h"

#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define EPSILON 1e-9 /* of the width of the scale */

double bip__picture_position(double min, double max, int32_t better, double score)
{
    double at = fmin(fmax((score - min) / (max - min), 0), 1);

    return better == BIP_LOWER ? 1 - at : at;
}

bool bip__picture_on_scale(double min, double max, double score)
{
    double slack = (max - min) * EPSILON;

    return score >= min - slack && score <= max + slack;
}

/* ------------------------------------------------------------------------------------------------------------ words */

void bip__say_layer(bip__out *o, const bip__words *w, const bip_layer *layer)
{
    static const bip__word kinds[] = {BIP__W_PICTURE_LATEST, BIP__W_PICTURE_FIRST, BIP__W_PICTURE_PREVIOUS,
                                      BIP__W_PICTURE_BEST,   BIP__N_WORDS,         BIP__W_PICTURE_GOAL};
    bip__word kind = kinds[layer->kind];
    bool dated = layer->date != BIP_NO_DATE;

    if (layer->label != NULL) {
        bip__out_text(o, layer->label);
        return;
    }
    if (kind != BIP__N_WORDS)
        bip__say_word(o, w, kind);
    if (kind != BIP__N_WORDS && dated)
        bip__out_text(o, ": ");
    if (dated)
        bip__say_date(o, w, layer->date);
    if (layer->respondent != NULL) {
        bip__out_text(o, kind != BIP__N_WORDS || dated ? " \xC2\xB7 " : "");
        bip__out_text(o, layer->respondent);
    }
}

void bip__say_answer(bip__out *o, const bip__words *w, const bip_score *score)
{
    static const bip__word reasons[] = {BIP__N_WORDS, BIP__W_WORD_NOT_ASKED, BIP__W_WORD_DECLINED,
                                        BIP__W_WORD_DONT_KNOW, BIP__W_WORD_NOT_APPLICABLE};

    if (score->answer == BIP_NUMBER)
        bip__say_number(o, w, score->number);
    else
        bip__say_word(o, w, reasons[score->answer]);
}

const char *bip__keep_said(bip__arena *arena, bip__out *said)
{
    const char *kept =
        said->status == BIP_OK ? bip__arena_strndup(arena, said->len ? said->data : "", said->len) : NULL;

    bip__out_clear(said);
    return kept;
}

void bip__say_remarks(bip__out *o, const bip__remarks *remarks)
{
    for (size_t i = 0; i < remarks->n; i++) {
        if (o->len > 0 && o->data[o->len - 1] != ' ')
            bip__out_char(o, ' ');
        bip__out_text(o, remarks->texts[i]);
    }
}

/* ----------------------------------------------------------------------------------------------------------- checks */

bip_status bip__picture_fail(const char *list, size_t i, const char *message, bip_error *err)
{
    char where[64];

    snprintf(where, sizeof where, "%s[%zu]", list, i);
    return bip__fail(err, BIP_E_USAGE, where, "%s", message);
}

bip_status bip__picture_text(const char *text, bool required, const char *list, size_t i, const char *member,
                             bip_error *err)
{
    char where[64];

    if (text != NULL && bip__utf8_valid(text, strlen(text)) == strlen(text))
        return BIP_OK;
    if (text == NULL && !required)
        return BIP_OK;
    if (list == NULL)
        snprintf(where, sizeof where, "%s", member);
    else
        snprintf(where, sizeof where, "%s[%zu].%s", list, i, member);
    return bip__fail(err, BIP_E_USAGE, where, text == NULL ? "is missing" : "is not UTF-8");
}

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool is_name(const char *s)
{
    size_t n = strlen(s);

    if (n == 0 || n > 64 || !is_letter(s[0]))
        return false;
    for (size_t i = 1; i < n; i++)
        if (!is_letter(s[i]) && !(s[i] >= '0' && s[i] <= '9') && s[i] != '_' && s[i] != '-')
            return false;
    return true;
}

static bip_status check_picture(const bip_picture *p, bip_error *err)
{
    bip_status st = bip__picture_text(p->title, false, NULL, 0, "title", err);

    if (st == BIP_OK)
        st = bip__picture_text(p->subtitle, false, NULL, 0, "subtitle", err);
    if (st != BIP_OK)
        return st;
    if (p->id != NULL && !is_name(p->id))
        return bip__fail(err, BIP_E_USAGE, "id", "is not a letter and up to 63 letters, digits, '_', '-'");
    if (p->width != 0 && (p->width < 240 || p->width > 4000))
        return bip__fail(err, BIP_E_USAGE, "width", "is not 240 to 4000 pixels");
    if (p->theme < BIP_THEME_AUTO || p->theme > BIP_THEME_DARK)
        return bip__fail(err, BIP_E_USAGE, "theme", "is no bip_theme");
    return BIP_OK;
}

bip_status bip__picture_frame(bip__frame *frame, const bip_picture *picture, const bip__words *w, bip__word what,
                              const char *id, bip__arena *arena, bip_error *err)
{
    bip__out name;
    bip_status st = check_picture(picture, err);

    if (st != BIP_OK)
        return st;
    *frame = (bip__frame){.id = picture->id != NULL ? picture->id : id,
                          .lang = w->lang,
                          .title = picture->title,
                          .subtitle = picture->subtitle,
                          .width = picture->width == 0 ? 720 : picture->width,
                          .theme = picture->theme,
                          .not_answered = w->text[BIP__W_PICTURE_NOT_ANSWERED],
                          .not_asked = w->text[BIP__W_PICTURE_NOT_ASKED]};
    bip__out_init(&name, NULL, NULL);
    bip__say_word(&name, w, what);
    if (picture->title != NULL) {
        bip__out_text(&name, ": ");
        bip__out_text(&name, picture->title);
    }
    frame->name = bip__keep_said(arena, &name);
    bip__out_free(&name);
    return frame->name == NULL ? bip__nomem(err) : BIP_OK;
}
