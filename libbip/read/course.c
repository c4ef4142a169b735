#include "read/course.h"

#include "model/score.h"
#include "read/ancestry.h"

#include <string.h>

/* One assessment of a day whose order of recording matters, and the fact it is a revision of. */
typedef struct bip__day_row {
    const bip__assessment_row *row;
    int64_t root_entry;
    int32_t root_idx;
} day_row;

bip_status bip__course_open(bip__context *c, bip__plan *plan, bip__course **out, bip_error *err)
{
    bip__course *course = plan->idle_course;
    *out = course;
    plan->idle_course = NULL;
    if (course != NULL)
        return BIP_OK;
    course = bip__alloc_zero(1, sizeof *course);
    if (course == NULL)
        return bip__nomem(err);
    course->context = course->sweep.context = c;
    course->sweep.only_scores = true;
    course->plan = plan;
    course->tracks = bip__alloc_zero(plan->n_slots + 1, sizeof *course->tracks);
    course->scores = bip__alloc_zero(plan->most_items + 1, sizeof *course->scores);
    if (course->tracks == NULL || course->scores == NULL) {
        bip__course_free(course);
        return bip__nomem(err);
    }
    *out = course;
    return BIP_OK;
}

void bip__course_close(bip__course *course)
{
    if (course == NULL)
        return;
    bip__sweep_close(&course->sweep);
    bip__course_free(course->plan->idle_course);
    course->plan->idle_course = course;
}

void bip__course_free(bip__course *course)
{
    if (course == NULL)
        return;
    for (size_t s = 0; course->tracks != NULL && s < course->plan->n_slots; s++) {
        bip__free(course->tracks[s].days);
        bip__free(course->tracks[s].scores);
        bip__free(course->tracks[s].raters);
    }
    bip__free(course->tracks);
    bip__free(course->scores);
    bip__free(course->day_rows);
    bip__free(course->pairs);
    bip__scratch_free(&course->scratch);
    bip__free(course);
}

/* ------------------------------------------------------------ tracks */

static bool track_grow(bip__track *t)
{
    size_t cap = t->cap;
    if (t->n < cap)
        return true;
    size_t days = cap, scores = cap;
    return bip__grow(&t->days, &days, t->n + 1, sizeof *t->days) &&
           bip__grow(&t->scores, &scores, t->n + 1, sizeof *t->scores) &&
           bip__grow(&t->raters, &t->cap, t->n + 1, sizeof *t->raters);
}

/* The last recorded number of a day counts, also where a later assessment of that day holds a reason. */
static bool take_number(bip__track *t, bip_date day, double score, int32_t rater)
{
    const bool again = t->open.day == day, replaces = again && t->open.answer == BIP_NUMBER;
    if (!replaces && !track_grow(t))
        return false;
    if (again && !replaces)
        t->missing[t->open.answer]--;
    const size_t at = replaces ? t->n - 1 : t->n;
    t->days[at] = day;
    t->scores[at] = score;
    t->raters[at] = rater;
    t->n = at + 1;
    t->open = (struct bip__day_state){day, BIP_NUMBER};
    return true;
}

/* A day without a number counts once, by the reason last recorded; "not asked" gives way to any reason. */
static void take_missing(bip__track *t, bip_date day, int32_t answer)
{
    if (t->open.day == day) {
        if (t->open.answer == BIP_NUMBER || answer == BIP_NOT_ASKED)
            return;
        t->missing[t->open.answer]--;
    }
    t->missing[answer]++;
    t->open = (struct bip__day_state){day, answer};
}

static inline bool take(bip__track *tracks, int32_t slot, bip_date day, const bip_score *score, int32_t rater)
{
    if (slot < 0)
        return true;
    if (score->answer == BIP_NUMBER)
        return take_number(&tracks[slot], day, score->number, rater);
    take_missing(&tracks[slot], day, score->answer);
    return true;
}

static bool take_scores(bip__track *tracks, const bip__layout *layout, const bip_score *items, bip_date day,
                        int32_t rater)
{
    const int32_t *slots = layout->items;
    bool ok = true;
    for (size_t k = 0, n = layout->n_items; ok && k < n; k++)
        ok = take(tracks, slots[k], day, &items[k], rater);
    return ok;
}

static bool take_dimensions(bip__track *tracks, const bip__layout *layout, const bip__dimension *dimensions,
                            int32_t respondent, const bip_score *items, bip_date day, int32_t rater)
{
    bool ok = true;
    for (size_t d = 0; ok && d < layout->n_dimensions; d++) {
        bip_score score = {0, BIP_NOT_ASKED, 0};
        if (layout->dimensions[d] < 0)
            continue;
        if (bip__dimension_score(&dimensions[d], respondent, items, &score.number))
            score.answer = BIP_NUMBER;
        ok = take(tracks, layout->dimensions[d], day, &score, rater);
    }
    return ok;
}

static bip_status take_row(bip__course *course, const bip__assessment_row *row, bip_error *err)
{
    const bip__catalogue *catalogue = course->plan->catalogue;
    const bip__version *v = bip__catalogue_number(catalogue, row->instrument);
    const int32_t r = v == NULL ? -1 : bip__version_respondent(v, row->respondent);
    if (r < 0)
        return bip__fail(err, BIP_E_CORRUPT, course->participant,
                         "an assessment names an instrument or respondent that is not there");
    const bip__layout *layout = &course->plan->layouts[v - catalogue->versions][r];
    bip_score *items = course->scores;
    if (!bip__scores_parse(row->scores, row->scores_n, items, layout->n_items))
        return bip__fail(err, BIP_E_CORRUPT, course->participant, "stored scores can't be read");
    course->assessments++;
    course->last_day = row->day;
    if (!take_scores(course->tracks, layout, items, row->day, row->rater) ||
        !take_dimensions(course->tracks, layout, v->def->dimensions, r, items, row->day, row->rater))
        return bip__nomem(err);
    return BIP_OK;
}

/* ------------------------------------------------------------ days */

/* Rows of different respondents have no series in common. */
static bool order_matters(const bip__assessment_row *rows, size_t n)
{
    for (size_t i = 1; i < n; i++)
        for (size_t j = 0; j < i; j++)
            if (rows[i].respondent == rows[j].respondent)
                return true;
    return false;
}

/* Which facts the rows of the day are revisions of. Few days have several assessments of one respondent, so these
 * columns are not read of every row. */
static bip_status look_up_roots(bip__course *course, const bip__assessment_row *rows, size_t n, bip_error *err)
{
    bip__storage *storage = course->context->storage;
    bip__rows *found = NULL;
    bip__assessment_row row;
    size_t at = 0;
    if (!bip__grow(&course->day_rows, &course->day_rows_cap, n, sizeof *course->day_rows))
        return bip__nomem(err);
    for (size_t i = 0; i < n; i++)
        course->day_rows[i] = (day_row){.row = &rows[i]};
    bip_status st = storage->api->assessments(storage, course->person, rows->day, rows->day, false, &found, err);
    while (st == BIP_OK && (st = storage->api->next_assessment(found, &row, err)) == BIP_OK)
        if (row.scores != NULL && at < n) {
            course->day_rows[at].root_entry = row.root_entry;
            course->day_rows[at++].root_idx = row.root_idx;
        }
    storage->api->close_rows(found);
    return st == BIP_DONE ? BIP_OK : st;
}

/* The rows of a day in the order of recording: a revision keeps the place of its first. */
static bip_status order_day(bip__course *course, size_t n, bip_error *err)
{
    for (size_t i = 1; i < n; i++) {
        const day_row row = course->day_rows[i];
        size_t at = i;
        for (; at > 0; at--) {
            const day_row *before = &course->day_rows[at - 1];
            int order = 0;
            bip_status st = bip__recorded_order(course->context, before->root_entry, before->root_idx, row.root_entry,
                                                row.root_idx, &order, err);
            if (st != BIP_OK)
                return st;
            if (order <= 0)
                break;
            course->day_rows[at] = *before;
        }
        course->day_rows[at] = row;
    }
    return BIP_OK;
}

static bip_status take_in_order(bip__course *course, const bip__assessment_row *rows, size_t n, bip_error *err)
{
    bip_status st = look_up_roots(course, rows, n, err);
    if (st == BIP_OK)
        st = order_day(course, n, err);
    for (size_t i = 0; st == BIP_OK && i < n; i++)
        st = take_row(course, course->day_rows[i].row, err);
    return st;
}

static bip_status take_day(bip__course *course, const bip__assessment_row *rows, size_t n, bip_error *err)
{
    bip_status st = BIP_OK;
    if (order_matters(rows, n))
        return take_in_order(course, rows, n, err);
    for (size_t i = 0; st == BIP_OK && i < n; i++)
        st = take_row(course, &rows[i], err);
    return st;
}

static void forget(bip__course *course, int32_t person, const char *code)
{
    for (size_t s = 0; s < course->plan->n_slots; s++) {
        bip__track *t = &course->tracks[s];
        if (t->open.day == BIP_NO_DATE)
            continue; /* nothing came since */
        t->n = 0;
        memset(t->missing, 0, sizeof t->missing);
        t->open.day = BIP_NO_DATE;
    }
    course->paired = NULL;
    course->assessments = 0;
    course->last_day = BIP_NO_DATE;
    course->person = person;
    course->participant = code;
}

bip_status bip__course_read(bip__course *course, int32_t person, const char *code, bip_error *err)
{
    const bip__assessment_row *rows;
    size_t n, end;
    forget(course, person, code);
    bip_status st = bip__sweep_to(&course->sweep, person, &rows, &n, err);
    for (size_t i = 0; st == BIP_OK && i < n && rows[i].day <= course->plan->as_of; i = end) {
        for (end = i + 1; end < n && rows[end].day == rows[i].day;)
            end++;
        st = take_day(course, &rows[i], end - i, err);
    }
    return st;
}

/* ------------------------------------------------------------ series */

static void fill_texts(const bip__course *course, const bip__slot *slot, bip_series *out)
{
    const bip__instrument *def = slot->shown->def;
    out->participant = course->participant;
    out->instrument = def->code;
    out->version = def->version;
    out->respondent = def->respondents[slot->respondent].code;
    out->code = slot->code;
    out->kind = slot->kind;
    out->visible_to = slot->visible_to;
    out->n_visible_to = slot->n_visible_to;
}

static void fill_bands(const bip__slot *slot, double first, double latest, bip_series *out)
{
    const double width = slot->measure.width;
    bool has = false;
    out->has_bands = slot->has_bands;
    out->band_first = out->band_latest = NULL;
    if (!slot->has_bands)
        return;
    out->band_first = bip__instrument_band(slot->shown->def, slot->kind, slot->index, first, width, &has);
    out->band_latest = bip__instrument_band(slot->shown->def, slot->kind, slot->index, latest, width, &has);
}

bool bip__track_is_behind(const bip__track *track)
{
    return track->n > 0 && track->open.day > track->days[track->n - 1];
}

bip_status bip__course_series(bip__course *course, size_t s, bip_series *out, bip_error *err)
{
    const bip__slot *slot = &course->plan->slots[s];
    const bip__track *t = &course->tracks[s];
    /* Every field is filled below: clearing them all first took longer than that. */
    fill_texts(course, slot, out);
    out->not_asked = t->missing[BIP_NOT_ASKED];
    out->declined = t->missing[BIP_DECLINED];
    out->dont_know = t->missing[BIP_DONT_KNOW];
    out->not_applicable = t->missing[BIP_NOT_APPLICABLE];
    fill_bands(slot, t->scores[0], t->scores[t->n - 1], out);
    return bip__series_measured(&course->scratch, t->days, t->scores, t->raters, t->n, &slot->measure, out, err);
}

static bool same_days(const bip__track *a, const bip__track *b)
{
    return a->n == b->n && memcmp(a->days, b->days, a->n * sizeof *a->days) == 0;
}

/* Indicators that are asked together mostly share their dates, and so their pairs. */
static bool paired_alike(const bip__course *course, const bip__slot_pair *pair)
{
    const bip__slot_pair *last = course->paired;
    const bip__track *tracks = course->tracks;
    return last != NULL && last->pair_days == pair->pair_days && same_days(&tracks[last->a], &tracks[pair->a]) &&
           same_days(&tracks[last->b], &tracks[pair->b]);
}

bip_status bip__course_pairs(bip__course *course, const bip__slot_pair *pair, const bip__pair **lent, size_t *n,
                             bip_error *err)
{
    const bip__track *a = &course->tracks[pair->a], *b = &course->tracks[pair->b];
    *n = 0;
    *lent = NULL;
    if (a->n == 0 || b->n == 0)
        return BIP_OK;
    if (!paired_alike(course, pair)) {
        size_t most = a->n < b->n ? a->n : b->n;
        course->paired = NULL;
        if (!bip__grow(&course->pairs, &course->pairs_cap, most, sizeof *course->pairs))
            return bip__nomem(err);
        bip_status st =
            bip__pairs_find(a->days, a->n, b->days, b->n, pair->pair_days, course->pairs, &course->n_pairs, err);
        if (st != BIP_OK)
            return st;
        course->paired = pair;
    }
    *lent = course->pairs;
    *n = course->n_pairs;
    return BIP_OK;
}
