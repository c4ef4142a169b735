#include "show/chart.h"

#include "read/assessments.h"

#include <math.h>
#include <string.h>

/* ---------------------------------------------------------------------------------------------------------- answers */

static bool add_day(bip__answers *a, bip_date day)
{
    size_t days = a->cap, objections = days;

    if (a->n == a->cap && (!bip__grow(&a->days, &days, a->n + 1, sizeof *a->days) ||
                           !bip__grow(&a->objections, &objections, a->n + 1, sizeof(bip__objection *)) ||
                           !bip__grow(&a->scores, &a->cap, a->n + 1, sizeof *a->scores)))
        return false;
    a->days[a->n] = day;
    a->objections[a->n] = NULL;
    a->scores[a->n++] = (bip_score){NAN, BIP_NOT_ASKED, 0};
    return true;
}

/* Assessments come by day, within one in the order of recording. */
static bool take(bip__answers *a, bip_date day, const bip_score *score, bip__objection *objection)
{
    if ((a->n == 0 || a->days[a->n - 1] != day) && !add_day(a, day))
        return false;
    bip_score *held = &a->scores[a->n - 1];
    if (score->answer == BIP_NUMBER || (score->answer != BIP_NOT_ASKED && held->answer != BIP_NUMBER)) {
        *held = *score;
        a->objections[a->n - 1] = objection;
    }
    return true;
}

static bip__objection *first_objection(const bip__chart *ch, const char *id)
{
    bip__objection *found = ch->objections;

    while (found != NULL && (found->respondent < 0 || strcmp(found->of, id) != 0))
        found = found->next;
    return found;
}

/* Takes the answers of one assessment; the newest that has something to show decides which instrument is shown. A
 * picture is as easily printed as a page: what is kept out of handouts is drawn only where it is asked for by name. */
static bip_status take_assessment(bip__chart *ch, const bip_assessment *a, bip_error *err)
{
    const bip__plan *plan = ch->reading.plan;
    const bip__version *v = bip__catalogue_exact(plan->catalogue, a->instrument, a->version);
    int32_t r = v == NULL ? -1 : bip__instrument_respondent(v->def, a->respondent);

    if (r < 0)
        return bip__fail(err, BIP_E_CORRUPT, ch->participant, "an assessment names an instrument that is not there");
    const bip__layout *layout = &plan->layouts[v - plan->catalogue->versions][r];
    bip__objection *objection = first_objection(ch, a->id);
    for (size_t k = 0; k < layout->n_items && k < a->n; k++) {
        int32_t slot = layout->items[k];
        if (slot < 0)
            continue;
        if (!take(&ch->answers[slot], a->date, &a->scores[k], objection))
            return bip__nomem(err);
        if (ch->query.instrument != NULL || plan->slots[slot].shown->def->handout)
            ch->shown = plan->slots[slot].shown;
    }
    return BIP_OK;
}

static bip_status read_answers(bip__chart *ch, bip_error *err)
{
    bip_query query = ch->query;
    bip__assessments *rows = NULL;
    const bip_assessment *a;
    bip_status st;

    query.instrument = query.for_role = NULL; /* the plan has filtered */
    ch->answers = bip__alloc_zero(ch->reading.plan->n_slots + 1, sizeof *ch->answers);
    if (ch->answers == NULL)
        return bip__nomem(err);
    st = bip__assessments_open(ch->reading.context, &query, &rows, err);
    while (st == BIP_OK && (st = bip__assessments_next(rows, &a, err)) == BIP_OK)
        st = take_assessment(ch, a, err);
    bip__assessments_close(rows);
    return st == BIP_DONE ? BIP_OK : st;
}

/* --------------------------------------------------------------------------------------------------------- what is
 * shown */

int32_t bip__chart_slot(const bip__chart *ch, int32_t indicator, int32_t respondent)
{
    const bip__plan *plan = ch->reading.plan;
    const bip__instrument *def = ch->shown->def;

    for (size_t k = 0; k < def->n_items[respondent]; k++)
        if (def->items[respondent][k] == indicator) {
            return plan->layouts[ch->shown - plan->catalogue->versions][respondent].items[k];
        }
    return -1;
}

bool bip__chart_has(const bip__chart *ch, int32_t indicator)
{
    for (size_t i = 0; i < ch->n_respondents; i++)
        if (bip__chart_slot(ch, indicator, ch->respondents[i]) >= 0)
            return true;
    return false;
}

size_t bip__chart_find(const bip__chart *ch, int32_t slot, bip_date day)
{
    if (slot >= 0)
        for (size_t i = ch->answers[slot].n; i-- > 0;)
            if (ch->answers[slot].days[i] == day)
                return i;
    return BIP__NO_ANSWER;
}

/* Several objections may be to one assessment. */
bip_score bip__chart_draw(bip__chart *ch, int32_t slot, size_t at)
{
    if (at == BIP__NO_ANSWER)
        return (bip_score){NAN, BIP_NOT_ASKED, 0};
    const bip__objection *first = ch->answers[slot].objections[at];
    for (bip__objection *o = ch->answers[slot].objections[at]; o != NULL; o = o->next)
        o->drawn |= strcmp(o->of, first->of) == 0;
    return ch->answers[slot].scores[at];
}

bip_status bip__chart_remarks(bip__chart *ch, bip__remarks *out, bip_error *err)
{
    const char **texts;
    bip__out said;
    size_t n = 0;
    bool kept = true;

    *out = (bip__remarks){.elsewhere = ch->words->text[BIP__W_PICTURE_ELSEWHERE]};
    for (const bip__objection *o = ch->objections; o != NULL; o = o->next)
        n += o->drawn;
    if (n == 0)
        return BIP_OK;
    if ((texts = bip__arena_alloc(&ch->arena, n * sizeof *texts)) == NULL)
        return bip__nomem(err);
    *out = (bip__remarks){texts, n, out->elsewhere};
    bip__out_init(&said, NULL, NULL);
    for (const bip__objection *o = ch->objections; kept && o != NULL; o = o->next) {
        if (!o->drawn)
            continue;
        bip__say_objection(&said, ch->words, ch->reading.plan->lang, o);
        kept = (texts[--n] = bip__keep_said(&ch->arena, &said)) != NULL;
    }
    bip__out_free(&said);
    return kept ? BIP_OK : bip__nomem(err);
}

/* An older version's series go on in the newer ones that continue it. */
static bip_status find_shown(bip__chart *ch, bip_error *err)
{
    const bip__catalogue *catalogue = ch->reading.plan->catalogue;
    bool named = false;

    if (ch->shown == NULL && ch->query.instrument != NULL) {
        ch->shown = bip__catalogue_find(catalogue, ch->query.instrument, &named);
        return BIP_OK;
    }
    if (ch->shown == NULL)
        return bip__fail(err, BIP_E_NOT_FOUND, "assessments",
                         "%s has none to show; an instrument that is kept out of handouts has to be named",
                         ch->participant);
    if (ch->query.instrument == NULL || strchr(ch->query.instrument, '@') == NULL)
        while (ch->shown->newer >= 0)
            ch->shown = &catalogue->versions[ch->shown->newer];
    return BIP_OK;
}

/* The day of the latest answer, BIP_NO_DATE for none. */
static bip_date last_answer(const bip__chart *ch, int32_t respondent)
{
    bip_date last = BIP_NO_DATE;

    for (size_t i = 0; i < ch->shown->def->n_indicators; i++) {
        int32_t slot = bip__chart_slot(ch, (int32_t)i, respondent);
        const bip__answers *a = slot < 0 ? NULL : &ch->answers[slot];
        if (a != NULL && a->n > 0 && a->days[a->n - 1] > last)
            last = a->days[a->n - 1];
    }
    return last;
}

static void add_respondent(bip__chart *ch, int32_t respondent)
{
    for (size_t i = 0; i < ch->n_respondents; i++)
        if (ch->respondents[i] == respondent)
            return;
    ch->respondents[ch->n_respondents++] = respondent;
}

/* The participant's own view lies over a professional's: that of the role the picture is for, else of the professional
 * who scored last. */
static void choose_respondents(bip__chart *ch)
{
    const bip__instrument *def = ch->shown->def;
    int32_t own = bip__instrument_respondent(def, "participant"), best = -1;
    int32_t role = bip__instrument_respondent(def, ch->query.for_role);

    if (own >= 0 && last_answer(ch, own) != BIP_NO_DATE)
        add_respondent(ch, own);
    if (role >= 0 && role != own && last_answer(ch, role) != BIP_NO_DATE) {
        add_respondent(ch, role);
        return;
    }
    for (int32_t r = 0; r < (int32_t)def->n_respondents; r++)
        if (r != own && last_answer(ch, r) != BIP_NO_DATE && (best < 0 || last_answer(ch, r) > last_answer(ch, best)))
            best = r;
    if (best >= 0)
        add_respondent(ch, best);
    if (ch->n_respondents == 0)
        add_respondent(ch, role >= 0 ? role : 0);
}

static bip_status find_respondents(bip__chart *ch, const char *asked, bip_error *err)
{
    const char *code;

    for (size_t i = 0; (code = asked != NULL && i == 0 ? asked : bip__options_item(ch->options, "respondents", i));
         i++) {
        int32_t r = bip__instrument_respondent(ch->shown->def, code);
        if (r < 0)
            return bip__fail(err, BIP_E_NOT_FOUND, code, "the instrument %s has no such respondent",
                             ch->shown->def->code);
        add_respondent(ch, r);
        if (asked != NULL)
            break;
    }
    ch->asked = ch->n_respondents > 0;
    if (!ch->asked)
        choose_respondents(ch);
    return BIP_OK;
}

/* ---------------------------------------------------------------------------------------------------------- options */

static bip_status take_width(bip__chart *ch, const char *text, bip_error *err)
{
    int32_t width = 0;

    for (const char *p = text; *p != '\0'; p++) {
        if (*p < '0' || *p > '9' || width > 4000)
            return bip__fail(err, BIP_E_USAGE, "width", "\"%.20s\" is not 240 to 4000 pixels", text);
        width = width * 10 + (*p - '0');
    }
    ch->picture.width = width == 0 ? -1 : width; /* 0 would be the default */
    return BIP_OK;
}

static bip_status take_options(bip__chart *ch, const char *json, bip_error *err)
{
    static const bip__option known[] = {{"layers", BIP__OPTION_LIST}, {"respondents", BIP__OPTION_LIST},
                                        {"theme", BIP__OPTION_TEXT},  {"width", BIP__OPTION_TEXT},
                                        {"id", BIP__OPTION_TEXT},     {"objections_beside", BIP__OPTION_FLAG}};
    static const char *const themes[] = {"auto", "light", "dark"};
    bip_status st = bip__options_parse(json, known, sizeof known / sizeof *known, &ch->options, err);

    if (st != BIP_OK)
        return st;
    const char *theme = bip__options_text(ch->options, "theme"), *width = bip__options_text(ch->options, "width");
    ch->picture = (bip_picture){.size = sizeof ch->picture, .id = bip__options_text(ch->options, "id")};
    if (theme != NULL) {
        ch->picture.theme = -1;
        for (int32_t i = 0; i < 3; i++)
            if (strcmp(theme, themes[i]) == 0)
                ch->picture.theme = i;
        if (ch->picture.theme < 0)
            return bip__fail(err, BIP_E_USAGE, "theme", "\"%.20s\" is none of auto, light, dark", theme);
    }
    return width == NULL ? BIP_OK : take_width(ch, width, err);
}

/* ------------------------------------------------------------------------------------------------------------- open */

static bip_status name_picture(bip__chart *ch, bip_error *err)
{
    const bip__plan *plan = ch->reading.plan;
    bip__out said;

    bip__out_init(&said, NULL, NULL);
    BIP__SAY(&said, ch->words, VIEW_OF, bip__fill_text('p', ch->participant), bip__fill_date('d', plan->as_of));
    ch->picture.lang = ch->words->lang;
    ch->picture.title = bip__title_get(&ch->shown->def->title, plan->lang);
    ch->picture.subtitle = bip__keep_said(&ch->arena, &said);
    bip__out_free(&said);
    return ch->picture.subtitle == NULL ? bip__nomem(err) : BIP_OK;
}

bip_status bip__chart_open(bip__chart *ch, bip__context *c, const bip_query *query, const char *options_json,
                           bip_error *err)
{
    if (query == NULL || query->n_participants != 1)
        return bip__fail(err, BIP_E_USAGE, "participants", "a picture shows one participant");
    ch->query = *query;
    ch->query.respondent = NULL; /* chooses whose view is shown, not what is known */
    if (ch->query.for_role == NULL)
        ch->query.for_role = "participant";
    bip_status st = take_options(ch, options_json, err);
    if (st == BIP_OK)
        st = bip__reading_open(&ch->reading, c, &ch->query, err);
    if (st == BIP_OK)
        st = bip__words_among(c->words, ch->reading.plan->lang, &ch->words, err);
    if (st == BIP_OK)
        st = bip__reading_next(&ch->reading, &ch->participant, err);
    if (st == BIP_OK && !bip__options_flag(ch->options, "objections_beside"))
        st = bip__objections_read(c, ch->participant, &ch->arena, &ch->objections, err);
    if (st == BIP_OK)
        st = read_answers(ch, err);
    if (st == BIP_OK)
        st = find_shown(ch, err);
    if (st == BIP_OK)
        st = find_respondents(ch, query->respondent, err);
    return st == BIP_OK ? name_picture(ch, err) : st;
}

void bip__chart_close(bip__chart *ch)
{
    for (size_t s = 0; ch->answers != NULL && s < ch->reading.plan->n_slots; s++) {
        bip__free(ch->answers[s].days);
        bip__free(ch->answers[s].objections);
        bip__free(ch->answers[s].scores);
    }
    bip__free(ch->answers);
    bip__reading_close(&ch->reading);
    bip__options_free(ch->options);
    bip__arena_free(&ch->arena);
}
