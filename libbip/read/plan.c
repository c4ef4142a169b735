#include "read/plan.h"

#include "read/course.h"

#include <math.h>
#include <string.h>

/* While a plan is made. A run is what one series may run across: consecutive versions of a chain in which an indicator
 * (a dimension: of one respondent) keeps its code, bounds and direction. */
typedef struct run_of {
    int32_t *indicators; /* by indicator: a run */
    int32_t *dimensions; /* by respondent, then dimension: a run, -1 where nothing of it is asked */
} run_of;

typedef struct order_list { /* codes of one kind, in the order of the newest version that has them */
    const char **codes;
    size_t n, cap;
} order_list;

typedef struct maker {
    bip__plan *plan;
    const bip__catalogue *catalogue;
    const bip_query *query;
    const char *wanted_code, *wanted_version; /* of the query's instrument */
    size_t wanted_code_n;
    run_of *runs; /* by version */
    int32_t n_runs;
    int32_t *slot_run; /* by slot */
    size_t slots_cap, slot_run_cap, pairs_cap;
    bip_error *err;
} maker;

static int32_t find_indicator(const bip__instrument *def, const char *code)
{
    return bip__instrument_indicator(def, code);
}

static int32_t find_dimension(const bip__instrument *def, const char *code)
{
    for (size_t d = 0; d < def->n_dimensions; d++)
        if (strcmp(def->dimensions[d].code, code) == 0)
            return (int32_t)d;
    return -1;
}

/* ------------------------------------------------------------ runs */

static bool same_indicator(const bip__indicator *a, const bip__indicator *b)
{
    return a->scale->min == b->scale->min && a->scale->max == b->scale->max && a->better == b->better;
}

static bool same_dimension(const bip__dimension *a, const bip__dimension_view *va, const bip__dimension *b,
                           const bip__dimension_view *vb)
{
    return a->sum == b->sum && a->better == b->better && va->min == vb->min && va->max == vb->max;
}

static int32_t dimension_run(maker *m, const bip__version *v, size_t r, size_t d)
{
    const bip__dimension *dim = &v->def->dimensions[d];
    if (dim->views[r].n == 0)
        return -1;
    if (v->older < 0)
        return m->n_runs++;
    const bip__instrument *old = m->catalogue->versions[v->older].def;
    int32_t od = find_dimension(old, dim->code);
    int32_t other = bip__instrument_respondent(old, v->def->respondents[r].code);
    if (od < 0 || other < 0 || old->dimensions[od].views[other].n == 0 ||
        !same_dimension(dim, &dim->views[r], &old->dimensions[od], &old->dimensions[od].views[other]))
        return m->n_runs++;
    return m->runs[v->older].dimensions[(size_t)other * old->n_dimensions + (size_t)od];
}

static int32_t indicator_run(maker *m, const bip__version *v, size_t k)
{
    if (v->older < 0)
        return m->n_runs++;
    const bip__instrument *old = m->catalogue->versions[v->older].def;
    int32_t ok = find_indicator(old, v->def->indicators[k].code);
    if (ok < 0 || !same_indicator(&v->def->indicators[k], &old->indicators[ok]))
        return m->n_runs++;
    return m->runs[v->older].indicators[ok];
}

static bip_status find_runs(maker *m)
{
    bip__arena *a = &m->plan->arena;
    m->runs = bip__arena_alloc(a, m->catalogue->n * sizeof *m->runs);
    if (m->runs == NULL)
        return bip__nomem(m->err);
    for (size_t i = 0; i < m->catalogue->n; i++) { /* a version is added after the one it continues */
        const bip__version *v = &m->catalogue->versions[i];
        const bip__instrument *def = v->def;
        run_of *run = &m->runs[i];
        run->indicators = bip__arena_alloc(a, def->n_indicators * sizeof *run->indicators);
        run->dimensions = bip__arena_alloc(a, def->n_respondents * def->n_dimensions * sizeof *run->dimensions + 1);
        if (run->indicators == NULL || run->dimensions == NULL)
            return bip__nomem(m->err);
        for (size_t k = 0; k < def->n_indicators; k++)
            run->indicators[k] = indicator_run(m, v, k);
        for (size_t r = 0; r < def->n_respondents; r++)
            for (size_t d = 0; d < def->n_dimensions; d++)
                run->dimensions[r * def->n_dimensions + d] = dimension_run(m, v, r, d);
    }
    return BIP_OK;
}

/* ------------------------------------------------------------ order */

static bool list_add(order_list *l, const char *code)
{
    for (size_t i = 0; i < l->n; i++)
        if (strcmp(l->codes[i], code) == 0)
            return true;
    if (!bip__grow(&l->codes, &l->cap, l->n + 1, sizeof *l->codes))
        return false;
    l->codes[l->n++] = code;
    return true;
}

typedef struct orders {
    order_list respondents, indicators, dimensions;
} orders;

static void orders_free(orders *o)
{
    bip__free(o->respondents.codes);
    bip__free(o->indicators.codes);
    bip__free(o->dimensions.codes);
}

static bip_status find_orders(maker *m, const char *instrument, orders *o)
{
    bool ok = true;
    for (size_t i = m->catalogue->n; ok && i-- > 0;) {
        const bip__instrument *def = m->catalogue->versions[i].def;
        if (strcmp(def->code, instrument) != 0)
            continue;
        for (size_t k = 0; ok && k < def->n_respondents; k++)
            ok = list_add(&o->respondents, def->respondents[k].code);
        for (size_t k = 0; ok && k < def->n_indicators; k++)
            ok = list_add(&o->indicators, def->indicators[k].code);
        for (size_t k = 0; ok && k < def->n_dimensions; k++)
            ok = list_add(&o->dimensions, def->dimensions[k].code);
    }
    return ok ? BIP_OK : bip__nomem(m->err);
}

/* ------------------------------------------------------------ slots */

static bip_status fill_visible(maker *m, bip__slot *slot, uint64_t set)
{
    const bip__instrument *def = slot->shown->def;
    const char **codes = bip__arena_alloc(&m->plan->arena, def->n_respondents * sizeof *codes);
    if (codes == NULL)
        return bip__nomem(m->err);
    for (size_t r = 0; r < def->n_respondents; r++) {
        if ((set >> r & 1u) == 0)
            continue;
        codes[slot->n_visible_to++] = def->respondents[r].code;
        slot->for_participant |= strcmp(def->respondents[r].code, "participant") == 0;
    }
    slot->visible_to = codes;
    return BIP_OK;
}

static void fill_indicator(bip__slot *slot, uint64_t *visible)
{
    const bip__indicator *in = &slot->shown->def->indicators[slot->index];
    slot->code = in->code;
    slot->title = &in->title;
    slot->scale = in->scale;
    slot->rules.scale_min = in->scale->min;
    slot->rules.scale_max = in->scale->max;
    slot->rules.smallest_step = in->smallest_step;
    slot->rules.reliability = in->reliability;
    slot->rules.sd = in->sd;
    slot->rules.better = in->better;
    *visible = in->visible;
}

static void fill_dimension(bip__slot *slot, uint64_t *visible)
{
    const bip__dimension *d = &slot->shown->def->dimensions[slot->index];
    const bip__dimension_view *view = &d->views[slot->respondent];
    slot->code = d->code;
    slot->title = &d->title;
    slot->rules.scale_min = view->min;
    slot->rules.scale_max = view->max;
    slot->rules.smallest_step = isnan(d->smallest_step) ? (view->max - view->min) / 10 : d->smallest_step;
    slot->rules.reliability = d->reliability;
    slot->rules.sd = d->sd;
    slot->rules.better = d->better;
    *visible = d->visible;
}

static bool instrument_wanted(const maker *m, const bip__instrument *def)
{
    if (m->wanted_code == NULL)
        return true;
    return strlen(def->code) == m->wanted_code_n && memcmp(def->code, m->wanted_code, m->wanted_code_n) == 0 &&
           (m->wanted_version == NULL || strcmp(def->version, m->wanted_version) == 0);
}

static bool visible_to(const bip__slot *slot, const char *role)
{
    for (size_t i = 0; i < slot->n_visible_to; i++)
        if (strcmp(slot->visible_to[i], role) == 0)
            return true;
    return false;
}

static bip_status add_slot(maker *m, const bip__version *shown, int32_t respondent, int32_t kind, int32_t index,
                           int32_t run)
{
    bip__plan *p = m->plan;
    if (!bip__grow(&p->slots, &m->slots_cap, p->n_slots + 1, sizeof *p->slots) ||
        !bip__grow(&m->slot_run, &m->slot_run_cap, p->n_slots + 1, sizeof *m->slot_run))
        return bip__nomem(m->err);
    bip__slot *slot = &p->slots[p->n_slots];
    uint64_t visible = 0;
    bool has = false;
    *slot = (bip__slot){.shown = shown, .kind = kind, .index = index, .respondent = respondent};
    slot->rules.size = sizeof slot->rules;
    if (kind == BIP_INDICATOR)
        fill_indicator(slot, &visible);
    else
        fill_dimension(slot, &visible);
    slot->measure = bip__measure_of(&slot->rules);
    bip_status st = fill_visible(m, slot, visible);
    if (st != BIP_OK)
        return st;
    bip__instrument_band(shown->def, kind, index, slot->rules.scale_min, 1, &has);
    slot->has_bands = has;
    slot->wanted =
        instrument_wanted(m, shown->def) &&
        (m->query->respondent == NULL || strcmp(m->query->respondent, shown->def->respondents[respondent].code) == 0) &&
        (p->for_role == NULL || visible_to(slot, p->for_role));
    m->slot_run[p->n_slots++] = run;
    return BIP_OK;
}

/* The run of `code` in version i for a respondent, -1 where the version doesn't have it. */
static int32_t run_in(const maker *m, size_t i, const char *respondent, int32_t kind, const char *code, int32_t *r,
                      int32_t *index)
{
    const bip__instrument *def = m->catalogue->versions[i].def;
    *r = bip__instrument_respondent(def, respondent);
    *index = kind == BIP_INDICATOR ? find_indicator(def, code) : find_dimension(def, code);
    if (*r < 0 || *index < 0)
        return -1;
    if (kind == BIP_INDICATOR)
        return (def->indicators[*index].asked >> *r & 1u) ? m->runs[i].indicators[*index] : -1;
    return m->runs[i].dimensions[(size_t)*r * def->n_dimensions + (size_t)*index];
}

/* A slot for each run of this series, oldest first: each under the newest version that has it. */
static bip_status add_series(maker *m, const char *instrument, const char *respondent, int32_t kind, const char *code)
{
    for (size_t i = 0; i < m->catalogue->n; i++) {
        int32_t r, index, r2, index2;
        if (strcmp(m->catalogue->versions[i].def->code, instrument) != 0)
            continue;
        int32_t run = run_in(m, i, respondent, kind, code, &r, &index);
        bool newest = run >= 0;
        for (size_t j = i + 1; newest && j < m->catalogue->n; j++)
            newest = run_in(m, j, respondent, kind, code, &r2, &index2) != run;
        if (!newest)
            continue;
        bip_status st = add_slot(m, &m->catalogue->versions[i], r, kind, index, run);
        if (st != BIP_OK)
            return st;
    }
    return BIP_OK;
}

static bip_status add_instrument(maker *m, const char *instrument)
{
    orders o = {0};
    bip_status st = find_orders(m, instrument, &o);
    for (size_t r = 0; st == BIP_OK && r < o.respondents.n; r++) {
        for (size_t k = 0; st == BIP_OK && k < o.indicators.n; k++)
            st = add_series(m, instrument, o.respondents.codes[r], BIP_INDICATOR, o.indicators.codes[k]);
        for (size_t k = 0; st == BIP_OK && k < o.dimensions.n; k++)
            st = add_series(m, instrument, o.respondents.codes[r], BIP_DIMENSION, o.dimensions.codes[k]);
    }
    orders_free(&o);
    return st;
}

/* The least instrument code above `after`, NULL at the end: instruments are few. */
static const char *next_instrument(const bip__catalogue *c, const char *after)
{
    const char *least = NULL;
    for (size_t i = 0; i < c->n; i++) {
        const char *code = c->versions[i].def->code;
        if ((after == NULL || strcmp(code, after) > 0) && (least == NULL || strcmp(code, least) < 0))
            least = code;
    }
    return least;
}

/* ------------------------------------------------------------ layouts and pairs */

/* -1: there is none, or nobody wants it. */
static int32_t slot_with(const maker *m, int32_t run, const char *respondent)
{
    for (size_t s = 0; s < m->plan->n_slots; s++) {
        const bip__slot *slot = &m->plan->slots[s];
        if (m->slot_run[s] == run && strcmp(bip__slot_respondent(slot)->code, respondent) == 0)
            return slot->wanted ? (int32_t)s : -1;
    }
    return -1;
}

static bip_status lay_out(maker *m, size_t i, size_t r, bip__layout *layout)
{
    const bip__instrument *def = m->catalogue->versions[i].def;
    const char *respondent = def->respondents[r].code;
    int32_t *items = bip__arena_alloc(&m->plan->arena, def->n_items[r] * sizeof *items + 1);
    int32_t *dimensions = bip__arena_alloc(&m->plan->arena, def->n_dimensions * sizeof *dimensions + 1);
    if (items == NULL || dimensions == NULL)
        return bip__nomem(m->err);
    for (size_t k = 0; k < def->n_items[r]; k++)
        items[k] = slot_with(m, m->runs[i].indicators[def->items[r][k]], respondent);
    for (size_t d = 0; d < def->n_dimensions; d++) {
        int32_t run = m->runs[i].dimensions[r * def->n_dimensions + d];
        dimensions[d] = run < 0 ? -1 : slot_with(m, run, respondent);
    }
    *layout = (bip__layout){items, def->n_items[r], dimensions, def->n_dimensions};
    if (def->n_items[r] > m->plan->most_items)
        m->plan->most_items = def->n_items[r];
    return BIP_OK;
}

static bip_status lay_out_all(maker *m)
{
    bip__plan *p = m->plan;
    p->layouts = bip__arena_alloc(&p->arena, m->catalogue->n * sizeof *p->layouts);
    if (p->layouts == NULL)
        return bip__nomem(m->err);
    for (size_t i = 0; i < m->catalogue->n; i++) {
        size_t n = m->catalogue->versions[i].def->n_respondents;
        p->layouts[i] = bip__arena_alloc(&p->arena, n * sizeof **p->layouts);
        if (p->layouts[i] == NULL)
            return bip__nomem(m->err);
        for (size_t r = 0; r < n; r++) {
            bip_status st = lay_out(m, i, r, &p->layouts[i][r]);
            if (st != BIP_OK)
                return st;
        }
    }
    return BIP_OK;
}

/* The version a pair is printed under: the newest of the run that asks both, else the newer of the two. */
static const bip__version *pair_version(const maker *m, size_t a, size_t b)
{
    const bip__slot *sa = &m->plan->slots[a], *sb = &m->plan->slots[b];
    const bip__version *older = sa->shown < sb->shown ? sa->shown : sb->shown;
    const bip__version *newer = sa->shown < sb->shown ? sb->shown : sa->shown;
    const char *ra = bip__slot_respondent(sa)->code;
    const char *rb = bip__slot_respondent(sb)->code;
    int32_t r, index;
    for (size_t i = (size_t)(older - m->catalogue->versions) + 1; i-- > 0;)
        if (run_in(m, i, ra, BIP_INDICATOR, sa->code, &r, &index) == m->slot_run[a] &&
            run_in(m, i, rb, BIP_INDICATOR, sa->code, &r, &index) == m->slot_run[a])
            return &m->catalogue->versions[i];
    return newer;
}

static int32_t respondent_in(const bip__instrument *def, const bip__slot *slot)
{
    return bip__instrument_respondent(def, bip__slot_respondent(slot)->code);
}

/* a and b stand in the order of the version they are printed under, as its reader expects. */
static bip_status add_pair(maker *m, size_t a, size_t b)
{
    bip__plan *p = m->plan;
    const bip__version *shown = pair_version(m, a, b);
    if (!p->slots[a].wanted || !p->slots[b].wanted || !instrument_wanted(m, shown->def))
        return BIP_OK;
    if (respondent_in(shown->def, &p->slots[a]) > respondent_in(shown->def, &p->slots[b])) {
        size_t first = b;
        b = a;
        a = first;
    }
    if (!bip__grow(&p->pairs, &m->pairs_cap, p->n_pairs + 1, sizeof *p->pairs))
        return bip__nomem(m->err);
    p->pairs[p->n_pairs++] = (bip__slot_pair){
        .a = (int32_t)a, .b = (int32_t)b, .shown = shown, .code = p->slots[a].code, .pair_days = shown->def->pair_days};
    return BIP_OK;
}

/* Slots stand respondent by respondent; pairs stand indicator by indicator: all slots of a run that follow the first of
 * it, two by two. `from` is the first slot of the instrument. */
static bip_status pair_instrument(maker *m, size_t from)
{
    bip__plan *p = m->plan;
    for (size_t first = from; m->slot_run != NULL && first < p->n_slots; first++) {
        bool seen = p->slots[first].kind != BIP_INDICATOR;
        for (size_t s = from; !seen && s < first; s++)
            seen = m->slot_run[s] == m->slot_run[first];
        if (seen)
            continue;
        for (size_t a = first; a < p->n_slots; a++)
            for (size_t b = a + 1; m->slot_run[a] == m->slot_run[first] && b < p->n_slots; b++) {
                bip_status st = m->slot_run[b] == m->slot_run[a] ? add_pair(m, a, b) : BIP_OK;
                if (st != BIP_OK)
                    return st;
            }
    }
    return BIP_OK;
}

static size_t place_of(const order_list *l, const char *code)
{
    for (size_t i = 0; i < l->n; i++)
        if (strcmp(l->codes[i], code) == 0)
            return i;
    return l->n;
}

/* Printed by indicator, in the instrument's order; older versions first; within one by its respondents. */
static bool pair_before(const bip__plan *p, const order_list *indicators, const bip__slot_pair *x,
                        const bip__slot_pair *y)
{
    size_t place_x = place_of(indicators, x->code), place_y = place_of(indicators, y->code);
    if (place_x != place_y)
        return place_x < place_y;
    if (x->shown != y->shown)
        return x->shown < y->shown;
    const bip__instrument *def = x->shown->def;
    int32_t a_x = respondent_in(def, &p->slots[x->a]), a_y = respondent_in(def, &p->slots[y->a]);
    if (a_x != a_y)
        return a_x < a_y;
    return respondent_in(def, &p->slots[x->b]) < respondent_in(def, &p->slots[y->b]);
}

static bip_status sort_pairs(maker *m, const char *instrument, size_t from)
{
    orders o = {0};
    bip__plan *p = m->plan;
    bip_status st = find_orders(m, instrument, &o);
    for (size_t i = from + 1; st == BIP_OK && i < p->n_pairs; i++) {
        bip__slot_pair moving = p->pairs[i];
        size_t at = i;
        for (; at > from && pair_before(p, &o.indicators, &moving, &p->pairs[at - 1]); at--)
            p->pairs[at] = p->pairs[at - 1];
        p->pairs[at] = moving;
    }
    orders_free(&o);
    return st;
}

/* ------------------------------------------------------------ query */

static bip_status check_known(const maker *m, const char *what, const char *code)
{
    for (size_t i = 0; code != NULL && i < m->catalogue->n; i++)
        if (bip__instrument_respondent(m->catalogue->versions[i].def, code) >= 0)
            return BIP_OK;
    return code == NULL ? BIP_OK : bip__fail(m->err, BIP_E_NOT_FOUND, code, "no instrument has this %s", what);
}

static bip_status keep_text(bip__arena *arena, const char *text, const char **copy, bip_error *err)
{
    *copy = text == NULL ? NULL : bip__arena_strndup(arena, text, strlen(text));
    return text != NULL && *copy == NULL ? bip__nomem(err) : BIP_OK;
}

/* What decides which series there are and which are wanted; it is all that a plan that is used again must agree in. */
static bip_status take_filters(maker *m)
{
    bip__plan *p = m->plan;
    const char *filters[] = {m->query->instrument, m->query->respondent, m->query->for_role};
    bip_status st = BIP_OK;
    bool named = false;
    for (size_t i = 0; st == BIP_OK && i < 3; i++)
        st = keep_text(&p->arena, filters[i], &p->asked[i], m->err);
    if (st != BIP_OK)
        return st;
    const char *instrument = p->asked[0];
    if (instrument != NULL) {
        if (bip__catalogue_find(m->catalogue, instrument, &named) == NULL)
            return bip__fail(m->err, BIP_E_NOT_FOUND, instrument, "no such instrument");
        m->wanted_code = instrument;
        m->wanted_code_n = strcspn(instrument, "@");
        m->wanted_version = named ? instrument + m->wanted_code_n + 1 : NULL;
    }
    p->for_role = p->asked[2];
    st = check_known(m, "respondent", p->asked[1]);
    return st == BIP_OK ? check_known(m, "respondent", p->for_role) : st;
}

static bip_status make(maker *m)
{
    bip_status st = take_filters(m);
    if (st == BIP_OK)
        st = find_runs(m);
    for (const char *code = NULL; st == BIP_OK && (code = next_instrument(m->catalogue, code)) != NULL;) {
        size_t first_slot = m->plan->n_slots, first_pair = m->plan->n_pairs;
        st = add_instrument(m, code);
        if (st == BIP_OK && m->query->respondent == NULL)
            st = pair_instrument(m, first_slot);
        if (st == BIP_OK)
            st = sort_pairs(m, code, first_pair);
    }
    if (st != BIP_OK)
        return st;
    bip__plan *p = m->plan;
    p->printed = bip__arena_alloc(&p->arena, (p->n_slots + p->n_pairs) * sizeof *p->printed);
    return p->printed == NULL ? bip__nomem(m->err) : lay_out_all(m);
}

static bip_status make_new(bip__context *c, const bip__catalogue *catalogue, const bip_query *query, bip__plan **out,
                           bip_error *err)
{
    maker m = {.query = query, .catalogue = catalogue, .err = err};
    m.plan = bip__alloc_zero(1, sizeof *m.plan);
    if (m.plan == NULL)
        return bip__nomem(err);
    m.plan->context = c;
    m.plan->catalogue = catalogue;
    bip_status st = make(&m);
    bip__free(m.slot_run);
    if (st != BIP_OK)
        bip__plan_discard(m.plan);
    else
        *out = m.plan;
    return st;
}

/* ------------------------------------------------------------ using one again */

static bool same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* Programs ask the same again and again, for one participant after another: making the plan takes longer than reading
 * a participant. */
static bip__plan *take_idle(bip__context *c, const bip_query *query)
{
    bip__plan *p = c->idle_plan;
    if (p == NULL || !same_text(p->asked[0], query->instrument) || !same_text(p->asked[1], query->respondent) ||
        !same_text(p->asked[2], query->for_role))
        return NULL;
    c->idle_plan = NULL;
    return p;
}

bip_status bip__plan_make(bip__context *c, const bip_query *query, bip__plan **out, bip_error *err)
{
    const bip__catalogue *catalogue;
    bip_query everything;
    *out = NULL;
    if (query == NULL) {
        bip_query_init(&everything, sizeof everything);
        query = &everything;
    }
    bip_status st = bip__context_catalogue(c, &catalogue, err); /* discards the idle plan where they changed */
    if (st != BIP_OK)
        return st;
    bip__plan *p = take_idle(c, query);
    if (p == NULL && (st = make_new(c, catalogue, query, &p, err)) != BIP_OK)
        return st;
    p->lang = query->lang ? query->lang : c->lang[0] ? c->lang : "en";
    p->as_of = query->as_of == BIP_NO_DATE ? bip__context_today(c) : query->as_of;
    p->since = query->since;
    *out = p;
    return BIP_OK;
}

void bip__plan_free(bip__plan *p)
{
    if (p == NULL)
        return;
    bip__context *c = p->context;
    if (p->catalogue != c->catalogue) {
        bip__plan_discard(p);
        return;
    }
    bip__plan_discard(c->idle_plan);
    c->idle_plan = p;
}

void bip__plan_discard(bip__plan *p)
{
    if (p == NULL)
        return;
    bip__course_free(p->idle_course);
    bip__free(p->slots);
    bip__free(p->pairs);
    bip__free(p->printed_before);
    bip__arena_free(&p->arena);
    bip__free(p);
}
