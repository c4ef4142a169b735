#include "show/show.h"

#include "base/text.h"
#include "show/objection.h"
#include "show/reading.h"

#include <math.h>
#include <string.h>

/* A working view for professionals: everything is shown, what the participant doesn't see is marked. A block for each
 * instrument and respondent: the change, the latest scores one by one, and in words where the series stands. */

#define MOST_SCORES 8 /* the latest ones; those before are told by "…" */

typedef struct cell {
    size_t at, len; /* in view.cells */
} cell;

/* One series of the block in hand. */
typedef struct row {
    size_t slot;
    bip_series series;
    cell title, from, to, scores, now;
} row;

typedef struct view {
    bip__reading reading;
    const bip__words *words;
    const bip__voice *voices;
    bip__out *o;
    bip__arena arena;
    bip__out cells; /* texts of the block in hand, to be measured before they are written */
    row *rows;
    size_t n_rows, rows_cap;
    bool marked; /* something is hidden from the participant */
} view;

static const char *respondent_title(const view *v, const bip__slot *slot)
{
    return bip__title_get(&bip__slot_respondent(slot)->title, v->words->lang);
}

/* Hidden from the participant, where the instrument knows one. */
static bool is_hidden(const bip__slot *slot)
{
    return !slot->for_participant && bip__instrument_respondent(slot->shown->def, "participant") >= 0;
}

static bool same_block(const bip__slot *a, const bip__slot *b)
{
    return strcmp(a->shown->def->code, b->shown->def->code) == 0 &&
           strcmp(bip__slot_respondent(a)->code, bip__slot_respondent(b)->code) == 0;
}

/* ------------------------------------------------------------------------------------------------------------ cells */

static cell begin_cell(view *v)
{
    return (cell){.at = v->cells.len};
}

static void end_cell(view *v, cell *c)
{
    c->len = v->cells.len - c->at;
}

static size_t width_of(const view *v, cell c)
{
    return c.len == 0 ? 0 : bip__utf8_count(v->cells.data + c.at, c.len);
}

static size_t wider(const view *v, cell c, size_t width)
{
    size_t own = width_of(v, c);

    return own > width ? own : width;
}

static void blanks(bip__out *o, size_t n)
{
    while (n-- > 0)
        bip__out_char(o, ' ');
}

/* `right`: blanks go before the text. */
static void put_cell(view *v, cell c, size_t width, bool right)
{
    size_t own = width_of(v, c), fill = width > own ? width - own : 0;

    if (right)
        blanks(v->o, fill);
    bip__out_bytes(v->o, v->cells.data + c.at, c.len);
    if (!right)
        blanks(v->o, fill);
}

/* ------------------------------------------------------------------------------------------------- where it stands */

/* Whether every number since the latest step is at least as good (after a step back: no better). */
static bool still_holds(const bip__track *t, const bip_series *s)
{
    size_t at = t->n;

    while (at > 0 && t->days[at - 1] >= s->step_to.date)
        at--;
    return at + (size_t)s->held_for >= t->n;
}

static void say_seen(view *v, const bip__track *t, const bip_series *s)
{
    bip__out *o = &v->cells;

    if (s->held_for >= 2) {
        const bip__fill n = bip__fill_count('n', s->held_for);
        bip__say(o, v->words, still_holds(t, s) ? BIP__W_SEEN_HELD : BIP__W_SEEN_HELD_ONCE, &n, 1);
    } else {
        bip__say_word(o, v->words, s->step_to.date == s->latest.date ? BIP__W_SEEN_ONCE : BIP__W_SEEN_NOT_HELD);
    }
    if (s->evidence & BIP_TREND) {
        bip__out_text(o, ", ");
        bip__say_word(o, v->words, BIP__W_SEEN_TREND);
    }
    if (s->evidence & BIP_RELIABLE) {
        bip__out_text(o, ", ");
        bip__say_word(o, v->words, BIP__W_SEEN_RELIABLE);
    }
}

static void say_now(view *v, const bip__track *t, const bip_series *s)
{
    bip__out *o = &v->cells;
    const bip__fill day = bip__fill_date('d', s->step_to.date);

    if (s->n < 2) {
        bip__say_word(o, v->words, BIP__W_NOW_ONE);
    } else if (s->direction == BIP_STEADY) {
        bip__say(o, v->words, s->step == BIP_UNKNOWN ? BIP__W_NOW_STEADY : BIP__W_NOW_UNDONE, &day, 1);
    } else {
        bip__say(o, v->words, s->direction == BIP_FORWARD ? BIP__W_NOW_FORWARD : BIP__W_NOW_BACK, &day, 1);
        bip__out_text(o, ": ");
        say_seen(v, t, s);
    }
}

/* ------------------------------------------------------------------------------------------------------------- rows */

static void say_scores(view *v, const bip__track *t)
{
    size_t from = t->n > MOST_SCORES ? t->n - MOST_SCORES : 0;

    if (from > 0)
        bip__out_text(&v->cells, "… ");
    for (size_t i = from; i < t->n; i++) {
        if (i > from)
            bip__out_char(&v->cells, ' ');
        bip__say_number(&v->cells, v->words, t->scores[i]);
    }
}

static void fill_row(view *v, row *r)
{
    const bip__slot *slot = &v->reading.plan->slots[r->slot];
    const bip__track *t = &v->reading.course->tracks[r->slot];

    r->title = begin_cell(v);
    bip__out_text(&v->cells, v->voices[r->slot].title);
    if (slot->rules.better == BIP_LOWER)
        bip__say_word(&v->cells, v->words, BIP__W_LOWER_IS_BETTER);
    if (is_hidden(slot)) {
        bip__out_text(&v->cells, " *");
        v->marked = true;
    }
    end_cell(v, &r->title);
    r->from = begin_cell(v);
    bip__say_number(&v->cells, v->words, r->series.first.score);
    end_cell(v, &r->from);
    r->to = begin_cell(v);
    if (r->series.n > 1)
        bip__say_number(&v->cells, v->words, r->series.latest.score);
    end_cell(v, &r->to);
    r->scores = begin_cell(v);
    say_scores(v, t);
    end_cell(v, &r->scores);
    r->now = begin_cell(v);
    say_now(v, t, &r->series);
    end_cell(v, &r->now);
}

static bip_status gather_block(view *v, size_t first, size_t *end, bip_error *err)
{
    const bip__plan *plan = v->reading.plan;
    size_t s = first;

    v->n_rows = 0;
    bip__out_clear(&v->cells);
    for (; s < plan->n_slots && same_block(&plan->slots[s], &plan->slots[first]); s++) {
        if (!bip__reading_shows(&v->reading, s))
            continue;
        if (!bip__grow(&v->rows, &v->rows_cap, v->n_rows + 1, sizeof *v->rows))
            return bip__nomem(err);
        row *r = &v->rows[v->n_rows++];
        *r = (row){.slot = s};
        bip_status st = bip__course_series(v->reading.course, s, &r->series, err);
        if (st != BIP_OK)
            return st;
        fill_row(v, r);
    }
    *end = s;
    return bip__out_finish(&v->cells, err);
}

/* ---------------------------------------------------------------------------------------------- remarks below a row */

static void begin_remark(view *v)
{
    bip__out_text(v->o, "        ");
}

static void remark_contrast(view *v, const row *r)
{
    if (bip__contrast_of(&r->series) == BIP__NO_CONTRAST)
        return;
    begin_remark(v);
    bip__say_contrast(v->o, v->words, &r->series);
    bip__out_char(v->o, '\n');
}

static void remark_rater(view *v, const row *r)
{
    const bip__voice *voice = &v->voices[r->slot];

    if (r->series.step == BIP_UNKNOWN || r->series.same_rater != 0 || voice->rater_role == NULL)
        return;
    blanks(v->o, 7); /* the sentence brings its own blank */
    bip__say_other_rater(v->o, voice, 0, r->series.step_to.date == r->series.latest.date);
    bip__out_char(v->o, '\n');
}

static const char *band_title(const view *v, const bip__slot *slot, const char *code)
{
    const bip__instrument *def = slot->shown->def;

    for (size_t i = 0; code != NULL && i < def->n_bands; i++)
        if (def->bands[i].kind == slot->kind && def->bands[i].of == slot->index &&
            strcmp(def->bands[i].code, code) == 0)
            return bip__title_get(&def->bands[i].title, v->words->lang);
    return v->words->text[BIP__W_BAND_NONE];
}

static void remark_band(view *v, const row *r)
{
    const bip__slot *slot = &v->reading.plan->slots[r->slot];

    if (!r->series.has_bands)
        return;
    const char *first = band_title(v, slot, r->series.band_first);
    const char *latest = band_title(v, slot, r->series.band_latest);
    const bip__fill with[] = {bip__fill_text('a', first), bip__fill_text('b', latest)};
    begin_remark(v);
    bip__say(v->o, v->words, strcmp(first, latest) == 0 ? BIP__W_BAND_SAME : BIP__W_BAND, with, 2);
    bip__out_char(v->o, '\n');
}

/* The reasons of one series, "declined 2, don't know 1", into the cells. */
static cell list_reasons(view *v, const bip_series *s)
{
    const struct {
        bip__word key;
        int32_t n;
    } reasons[] = {{BIP__W_NOT_ASKED, s->not_asked},
                   {BIP__W_DECLINED, s->declined},
                   {BIP__W_DONT_KNOW, s->dont_know},
                   {BIP__W_NOT_APPLICABLE, s->not_applicable}};
    cell list = begin_cell(v);

    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        const bip__fill n = bip__fill_count('n', reasons[i].n);
        if (reasons[i].n == 0)
            continue;
        if (v->cells.len > list.at)
            bip__out_text(&v->cells, ", ");
        bip__say(&v->cells, v->words, reasons[i].key, &n, 1);
    }
    bip__out_char(&v->cells, '\0');
    end_cell(v, &list);
    return list;
}

/* Of a dimension only the number of days is known: it lacks a score where too few of its indicators have one. */
static void remark_missing(view *v, const row *r)
{
    const bip_series *s = &r->series;
    bip__fill with = bip__fill_count('t', s->not_asked);

    if (s->not_asked + s->declined + s->dont_know + s->not_applicable == 0)
        return;
    if (s->kind == BIP_INDICATOR) {
        cell list = list_reasons(v, s);
        if (v->cells.status != BIP_OK)
            return; /* told when the block is done */
        with = bip__fill_text('t', v->cells.data + list.at);
    }
    begin_remark(v);
    bip__say(v->o, v->words, BIP__W_WITHOUT_SCORE, &with, 1);
    bip__out_char(v->o, '\n');
}

/* The block's heading gives the days most rows share. */
static void remark_dates(view *v, const row *r, bip_date first, bip_date latest)
{
    if (r->series.first.date != first && r->series.n > 1) {
        begin_remark(v);
        BIP__SAY(v->o, v->words, FIRST_ON, bip__fill_date('d', r->series.first.date));
        bip__out_char(v->o, '\n');
    }
    if (r->series.latest.date != latest) {
        begin_remark(v);
        BIP__SAY(v->o, v->words, LATEST_ON, bip__fill_date('d', r->series.latest.date));
        bip__out_char(v->o, '\n');
    }
}

/* ----------------------------------------------------------------------------------------------------------- blocks */

typedef struct widths {
    size_t title, from, to, scores;
} widths;

static widths measure(const view *v, cell change, cell scores)
{
    widths w = {.scores = width_of(v, scores)};

    for (size_t i = 0; i < v->n_rows; i++) {
        const row *r = &v->rows[i];
        w.title = wider(v, r->title, w.title);
        w.from = wider(v, r->from, w.from);
        w.to = wider(v, r->to, w.to);
        w.scores = wider(v, r->scores, w.scores);
    }
    if (w.from + w.to + 3 < width_of(v, change)) /* " → " */
        w.from = width_of(v, change) - w.to - 3;
    return w;
}

static cell word_cell(view *v, bip__word key)
{
    cell c = begin_cell(v);

    bip__say_word(&v->cells, v->words, key);
    end_cell(v, &c);
    return c;
}

static void put_row(view *v, const row *r, const widths *w)
{
    bip__out_text(v->o, "    ");
    put_cell(v, r->title, w->title, false);
    bip__out_text(v->o, "  ");
    put_cell(v, r->from, w->from, true);
    bip__out_text(v->o, r->to.len ? " → " : "   ");
    put_cell(v, r->to, w->to, true);
    bip__out_text(v->o, "  ");
    put_cell(v, r->scores, w->scores, false);
    bip__out_text(v->o, "  ");
    put_cell(v, r->now, 0, false);
    bip__out_char(v->o, '\n');
}

static void say_block_heading(view *v, bip_date first, bip_date latest)
{
    const bip__slot *slot = &v->reading.plan->slots[v->rows[0].slot];
    const bip__fill with[] = {bip__fill_text('p', respondent_title(v, slot)), bip__fill_date('d', first),
                              bip__fill_date('e', latest)};

    bip__out_text(v->o, "\n  ");
    bip__say(v->o, v->words, first == latest ? BIP__W_ON_ONE_DAY : BIP__W_FROM_TO, with, 3);
    bip__out_char(v->o, '\n');
}

static void put_columns(view *v, const widths *w, cell change, cell scores, cell now)
{
    blanks(v->o, 4 + w->title + 2);
    put_cell(v, change, w->from + 3 + w->to, true);
    bip__out_text(v->o, "  ");
    put_cell(v, scores, w->scores, false);
    bip__out_text(v->o, "  ");
    put_cell(v, now, 0, false);
    bip__out_char(v->o, '\n');
}

static bip_status put_block(view *v, bip_error *err)
{
    cell change = word_cell(v, BIP__W_COLUMN_CHANGE), scores = word_cell(v, BIP__W_COLUMN_SCORES);
    cell now = word_cell(v, BIP__W_COLUMN_NOW);
    bip_date first = v->rows[0].series.first.date, latest = v->rows[0].series.latest.date;
    bip_status st = bip__out_finish(&v->cells, err);

    if (st != BIP_OK)
        return st;
    for (size_t i = 1; i < v->n_rows; i++) {
        const bip_series *s = &v->rows[i].series;
        first = s->first.date < first ? s->first.date : first;
        latest = s->latest.date > latest ? s->latest.date : latest;
    }
    const widths w = measure(v, change, scores);
    say_block_heading(v, first, latest);
    put_columns(v, &w, change, scores, now);
    for (size_t i = 0; i < v->n_rows; i++) {
        const row *r = &v->rows[i];
        put_row(v, r, &w);
        remark_contrast(v, r);
        remark_rater(v, r);
        remark_band(v, r);
        remark_missing(v, r);
        remark_dates(v, r, first, latest);
    }
    return bip__out_finish(&v->cells, err);
}

/* ------------------------------------------------------------------------------------------------------- two views */

static bool same_view(double difference, const bip__slot *slot)
{
    return fabs(difference) < BIP__EPSILON * (slot->rules.scale_max - slot->rules.scale_min);
}

/* On average over all occasions; one occasion has been told in full. */
static void say_average(view *v, const bip__slot *a, double mean, size_t n)
{
    const bip__fill with[] = {bip__fill_text('p', respondent_title(v, a)), bip__fill_number('x', fabs(mean)),
                              bip__fill_count('n', (int64_t)n)};

    if (n < 2)
        return;
    bip__out_char(v->o, ' ');
    bip__say(v->o, v->words,
             same_view(mean, a) ? BIP__W_VIEWS_EVEN
             : mean > 0         ? BIP__W_VIEWS_HIGHER
                                : BIP__W_VIEWS_LOWER,
             with, 3);
}

static void say_views(view *v, const bip__slot_pair *pair, const bip__pair *last)
{
    const bip__slot *a = &v->reading.plan->slots[pair->a], *b = &v->reading.plan->slots[pair->b];
    const bip__track *ta = &v->reading.course->tracks[pair->a], *tb = &v->reading.course->tracks[pair->b];
    const bip__voice *voice = &v->voices[pair->a];
    const bip__fill with[] = {
        bip__fill_title('I', voice->title, voice->better),
        bip__fill_text('p', respondent_title(v, a)),
        bip__fill_score('a', ta->scores[last->a], NULL),
        bip__fill_date('d', ta->days[last->a]),
        bip__fill_text('q', respondent_title(v, b)),
        bip__fill_score('b', tb->scores[last->b], NULL),
        bip__fill_date('e', tb->days[last->b]),
    };
    bool one_day = ta->days[last->a] == tb->days[last->b];

    bip__out_text(v->o, is_hidden(a) ? "  * " : "    "); /* its row bears the mark, and so the page its footnote */
    bip__say(v->o, v->words, one_day ? BIP__W_VIEWS_ONE_DAY : BIP__W_VIEWS_LATEST, with, sizeof with / sizeof *with);
}

/* Of two respondents' views only those that differ now are told, the others counted: with four respondents there are
 * dozens. */
static bip_status put_pair(view *v, const bip__slot_pair *pair, size_t *told, size_t *alike, bip_error *err)
{
    const bip__slot *slot = &v->reading.plan->slots[pair->a];
    const double *a = v->reading.course->tracks[pair->a].scores, *b = v->reading.course->tracks[pair->b].scores;
    const bip__pair *occasions;
    double sum = 0;
    size_t n;
    bip_status st = bip__course_pairs(v->reading.course, pair, &occasions, &n, err);

    if (st != BIP_OK || n == 0)
        return st;
    for (size_t k = 0; k < n; k++)
        sum += a[occasions[k].a] - b[occasions[k].b];
    if (same_view(a[occasions[n - 1].a] - b[occasions[n - 1].b], slot)) {
        ++*alike;
        return BIP_OK;
    }
    if ((*told)++ == 0) {
        bip__out_text(v->o, "\n  ");
        bip__say_word(v->o, v->words, BIP__W_VIEWS);
        bip__out_char(v->o, '\n');
    }
    say_views(v, pair, &occasions[n - 1]);
    say_average(v, slot, sum / (double)n, n);
    bip__out_char(v->o, '\n');
    return BIP_OK;
}

static bip_status put_views(view *v, bip_error *err)
{
    const bip__plan *plan = v->reading.plan;
    size_t told = 0, alike = 0;
    bip_status st = BIP_OK;

    for (size_t i = 0; st == BIP_OK && i < plan->n_pairs; i++)
        st = put_pair(v, &plan->pairs[i], &told, &alike, err);
    if (st == BIP_OK && told > 0 && alike > 0) {
        bip__out_text(v->o, "    ");
        BIP__SAY(v->o, v->words, VIEWS_AGREE, bip__fill_count('n', (int64_t)alike));
        bip__out_char(v->o, '\n');
    }
    return st;
}

/* --------------------------------------------------------------------------------------------------------- document */

static void put_heading(view *v, const char *code)
{
    const bip__plan *plan = v->reading.plan;
    bip_date last = v->reading.course->last_day;
    int64_t age = last == BIP_NO_DATE ? 0 : (int64_t)plan->as_of - last;
    const bip__fill with[] = {bip__fill_date('d', last), bip__fill_count('n', age)};

    BIP__SAY(v->o, v->words, VIEW_OF, bip__fill_text('p', code), bip__fill_date('d', plan->as_of));
    bip__out_char(v->o, '\n');
    if (last == BIP_NO_DATE)
        bip__say_word(v->o, v->words, BIP__W_NO_ASSESSMENT);
    else
        bip__say(v->o, v->words,
                 age == 0   ? BIP__W_LATEST_TODAY
                 : age == 1 ? BIP__W_LATEST_YESTERDAY
                            : BIP__W_LATEST_ASSESSMENT,
                 with, 2);
    bip__out_char(v->o, '\n');
}

/* The latest score on an instrument, whoever gave it. */
static bip_date latest_of(const view *v, const bip__instrument *def)
{
    const bip__plan *plan = v->reading.plan;
    bip_date latest = BIP_NO_DATE;

    for (size_t s = 0; s < plan->n_slots; s++) {
        const bip__track *t = &v->reading.course->tracks[s];
        if (bip__reading_shows(&v->reading, s) && strcmp(plan->slots[s].shown->def->code, def->code) == 0 &&
            t->days[t->n - 1] > latest)
            latest = t->days[t->n - 1];
    }
    return latest;
}

static void put_instrument(view *v, const bip__slot *slot)
{
    const bip__instrument *def = slot->shown->def;
    const bip_date latest = latest_of(v, def);
    const bip__fill since = bip__fill_date('d', latest);

    bip__out_char(v->o, '\n');
    bip__out_text(v->o, bip__title_get(&def->title, v->words->lang));
    bip__out_printf(v->o, " (%s %s)\n", def->code, def->version);
    if (def->interval_days > 0 && v->reading.plan->as_of - latest > def->interval_days + def->pair_days) {
        bip__say(v->o, v->words, BIP__W_SILENCE, &since, 1);
        bip__out_char(v->o, '\n');
    }
}

static bip_status put_blocks(view *v, bool *any, bip_error *err)
{
    const bip__plan *plan = v->reading.plan;
    const char *instrument = NULL;
    bip_status st;

    for (size_t s = 0; s < plan->n_slots;) {
        if ((st = gather_block(v, s, &s, err)) != BIP_OK)
            return st;
        if (v->n_rows == 0)
            continue;
        const bip__slot *slot = &plan->slots[v->rows[0].slot];
        if (instrument == NULL || strcmp(instrument, slot->shown->def->code) != 0)
            put_instrument(v, slot);
        instrument = slot->shown->def->code;
        *any = true;
        if ((st = put_block(v, err)) != BIP_OK)
            return st;
    }
    return BIP_OK;
}

static bip_status put_participant(view *v, const char *code, bool with_views, bip_error *err)
{
    bool any = false;

    v->marked = false;
    put_heading(v, code);
    bip_status st = put_blocks(v, &any, err);
    if (st == BIP_OK && with_views)
        st = put_views(v, err);
    if (st != BIP_OK)
        return st;
    if (!any && v->reading.course->last_day != BIP_NO_DATE) {
        bip__say_word(v->o, v->words, BIP__W_NO_NUMBER);
        bip__out_char(v->o, '\n');
    }
    st = bip__say_objections(&v->reading, code, v->words, "  ", false, v->o, err);
    if (st != BIP_OK)
        return st;
    if (v->marked) {
        bip__out_text(v->o, "\n  ");
        bip__say_word(v->o, v->words, BIP__W_HIDDEN);
        bip__out_char(v->o, '\n');
    }
    bip__out_char(v->o, '\n');
    return BIP_OK;
}

static bip_status put_all(view *v, const bip_query *query, bip_error *err)
{
    const char *code;
    bool with_views = query == NULL || query->respondent == NULL, any = false;
    bip__voice *voices;
    bip_status st = bip__words_among(v->reading.context->words, v->reading.plan->lang, &v->words, err);

    if (st != BIP_OK || (st = bip__reading_voices(&v->reading, v->words, &v->arena, &voices, err)) != BIP_OK)
        return st;
    v->voices = voices;
    while ((st = bip__reading_next(&v->reading, &code, err)) == BIP_OK && v->o->status == BIP_OK) {
        if ((st = put_participant(v, code, with_views, err)) != BIP_OK)
            return st;
        any = any || v->reading.course->last_day != BIP_NO_DATE;
    }
    if (any) {
        bip__say_word(v->o, v->words, BIP__W_CAUTION);
        bip__out_char(v->o, '\n');
    }
    return st == BIP_DONE ? BIP_OK : st;
}

bip_status bip__show_progression_text(bip__context *c, const bip_query *query, const char *options_json, bip__out *o,
                                      bip_error *err)
{
    view v = {.o = o};
    bip_status st = bip__no_options(options_json, err);

    bip__out_init(&v.cells, NULL, NULL);
    if (st == BIP_OK)
        st = bip__reading_open(&v.reading, c, query, err);
    if (st == BIP_OK)
        st = put_all(&v, query, err);
    bip__reading_close(&v.reading);
    bip__arena_free(&v.arena);
    bip__out_free(&v.cells);
    bip__free(v.rows);
    return st;
}
