#include "show/page.h"

#include <math.h>
#include <string.h>

void bip__html_init(bip__html *h, bip__out *o, const bip__words *words)
{
    *h = (bip__html){.o = o, .words = words};
    bip__out_init(&h->scratch, NULL, NULL);
}

void bip__html_free(bip__html *h)
{
    bip__out_free(&h->scratch);
}

bip_status bip__html_status(bip__html *h, bip_error *err)
{
    return bip__out_finish(&h->scratch, err);
}

/* ---------------------------------------------------------------------------------------------------------- escaping
 */

static const char *escape(unsigned char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    default: /* what HTML may not hold, not even as a reference */
        return (c < 0x20 && c != '\n' && c != '\t') || c == 0x7F ? "\xEF\xBF\xBD" : NULL;
    }
}

void bip__html_text(bip__out *o, const char *s, size_t n)
{
    size_t done = 0;

    for (size_t i = 0; i < n; i++) {
        const char *as = escape((unsigned char)s[i]);
        if (as == NULL)
            continue;
        bip__out_bytes(o, s + done, i - done);
        bip__out_text(o, as);
        done = i + 1;
    }
    if (done < n)
        bip__out_bytes(o, s + done, n - done); /* s may be NULL where n is 0 */
}

void bip__html_put(bip__html *h, const char *s)
{
    bip__html_text(h->o, s, strlen(s));
}

bip__out *bip__html_scratch(bip__html *h)
{
    return &h->scratch;
}

void bip__html_flush(bip__html *h)
{
    if (h->scratch.status != BIP_OK)
        return;
    bip__html_text(h->o, h->scratch.data, h->scratch.len);
    bip__out_clear(&h->scratch);
}

void bip__html_word(bip__html *h, bip__word key)
{
    bip__html_put(h, h->words->text[key]);
}

/* ------------------------------------------------------------------------------------------------------------- frame
 */

void bip__html_begin(bip__html *h, const char *title)
{
    BIP__HTML(h->o, "<!DOCTYPE html>\n<html lang=\"");
    bip__html_put(h, h->words->lang);
    bip__out_text(h->o, h->words->rtl ? "\" dir=\"rtl\">\n" : "\">\n");
    BIP__HTML(h->o, "<head>\n<meta charset=\"utf-8\">\n"
                    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                    "<meta name=\"robots\" content=\"noindex\">\n<title>");
    bip__html_put(h, title);
    BIP__HTML(h->o, "</title>\n<style>\n");
    bip__out_bytes(h->o, bip__page_css, bip__page_css_n);
    BIP__HTML(h->o, "</style>\n</head>\n<body>\n<main>\n");
}

void bip__html_end(bip__html *h)
{
    BIP__HTML(h->o, "</main>\n</body>\n</html>\n");
}

void bip__html_section(bip__html *h, const char *id, const char *of, bip__word key)
{
    of = of == NULL ? "" : of;
    bip__out_printf(h->o, "<section aria-labelledby=\"%s%s\">\n<h2 id=\"%s%s\">", id, of, id, of);
    bip__html_word(h, key);
    BIP__HTML(h->o, "</h2>\n");
}

bip_status bip__page_check_handout(const bip__plan *plan, const char *instrument, bip_error *err)
{
    bool named;
    const bip__version *v = instrument == NULL ? NULL : bip__catalogue_find(plan->catalogue, instrument, &named);

    if (v == NULL || v->def->handout)
        return BIP_OK;
    return bip__fail(err, BIP_E_REFUSED, "handout", "is false: %s is kept out of printed pages", v->def->code);
}

/* --------------------------------------------------------------------------------------------------------- two views
 */

static bool same_indicator(const bip__slot *a, const bip__slot *b)
{
    return strcmp(a->code, b->code) == 0 && strcmp(a->shown->def->code, b->shown->def->code) == 0;
}

static bool is_view_of(const bip__slot *slot, const char *respondent)
{
    return strcmp(bip__slot_respondent(slot)->code, respondent) == 0;
}

/* Keep the greatest, one an indicator; of equal ones those that came first, as they stand in the instrument. */
static void keep_difference(const bip__plan *plan, const bip__difference *d, bip__difference *into, size_t most,
                            size_t *n)
{
    size_t at = *n;

    for (size_t i = 0; i < *n; i++)
        if (same_indicator(&plan->slots[into[i].a], &plan->slots[d->a])) {
            if (into[i].size >= d->size)
                return;
            at = i;
        }
    if (at == *n && *n == most && into[--at].size >= d->size)
        return;
    *n = *n == at ? *n + 1 : *n;
    for (; at > 0 && into[at - 1].size < d->size; at--)
        into[at] = into[at - 1];
    into[at] = *d;
}

static bip_status look_at_pair(bip__reading *r, const bip__slot_pair *pair, bip__difference *d, bip_error *err)
{
    const bip__track *a = &r->course->tracks[pair->a], *b = &r->course->tracks[pair->b];
    const bip_series_rules *rules = &r->plan->slots[pair->a].rules;
    const bip__pair *occasions;
    size_t n;
    bip_status st = bip__course_pairs(r->course, pair, &occasions, &n, err);

    *d = (bip__difference){.a = pair->a, .b = pair->b};
    if (st != BIP_OK || n == 0)
        return st;
    const bip__pair *last = &occasions[n - 1];
    if (last->a + 1 < a->n) /* the first of the two has answered again since: not how it is now */
        return BIP_OK;
    d->day_a = a->days[last->a];
    d->day_b = b->days[last->b];
    d->score_a = a->scores[last->a];
    d->score_b = b->scores[last->b];
    double points = fabs(d->score_a - d->score_b), width = rules->scale_max - rules->scale_min;
    if (points > 0 && points >= rules->smallest_step - BIP__EPSILON * width)
        d->size = points / width;
    return BIP_OK;
}

bip_status bip__differences(bip__reading *r, const char *with, bip__difference *into, size_t most, size_t *n,
                            bip_error *err)
{
    bip_status st = BIP_OK;

    *n = 0;
    for (size_t i = 0; st == BIP_OK && i < r->plan->n_pairs; i++) {
        const bip__slot_pair *pair = &r->plan->pairs[i];
        const bip__slot *a = &r->plan->slots[pair->a], *b = &r->plan->slots[pair->b];
        bip__difference d;
        if (!bip__reading_shows(r, (size_t)pair->a) || !bip__reading_shows(r, (size_t)pair->b) ||
            (with != NULL && !is_view_of(a, with) && !is_view_of(b, with)))
            continue;
        if ((st = look_at_pair(r, pair, &d, err)) == BIP_OK && d.size > 0)
            keep_difference(r->plan, &d, into, most, n);
    }
    return st;
}
