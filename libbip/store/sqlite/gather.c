/* The current assessments of one person after the other: what progression and exports read by the million.
 *
 * A value that is fetched by sqlite3_column_*() costs five times one that a function inside SQLite is given, and giving
 * out a row and coming back for the next one costs as much as fetching a few. So no rows are given out: a function in
 * the WHERE clause is given the values of each and gathers them. It is true for the first row of the next person only,
 * and there SQLite stops. */
#include "store/sqlite/sqlite.h"

/* The places of gather()'s arguments: those of a series' rows, then the others. The last column comes first: SQLite
 * then goes through what a row begins with once. */
enum { SCORES, CURRENT, PERSON, DAY, INSTRUMENT, RESPONDENT, RATER, N_OF_SCORES };
enum { ENTRY = N_OF_SCORES, IDX, ROOT_ENTRY, ROOT_IDX, NOTE };

/* ---------------------------------------------------------------------------------------------------------- one row */

static int32_t int32_of(sqlite3_value *v, int64_t *wide)
{
    int64_t n = sqlite3_value_int64(v);

    *wide |= n - (int32_t)n;
    return (int32_t)n;
}

/* `given` is the text of v. Its length is asked for after it: the other order may convert twice. */
static bool keep_text(bip__gathered *to, const char *given, sqlite3_value *v, const char **text, size_t *n)
{
    *n = (size_t)sqlite3_value_bytes(v);
    *text = given ? bip__arena_strndup(&to->texts, given, *n) : NULL;
    return *text != NULL;
}

static bool take_rest(bip__gathered *to, bip__assessment_row *row, sqlite3_value **v)
{
    row->entry = row->root_entry = sqlite3_value_int64(v[ENTRY]);
    row->idx = row->root_idx = int32_of(v[IDX], &to->wide);
    row->current = 1;
    if (sqlite3_value_type(v[ROOT_ENTRY]) != SQLITE_NULL) {
        row->root_entry = sqlite3_value_int64(v[ROOT_ENTRY]);
        row->root_idx = int32_of(v[ROOT_IDX], &to->wide);
    }
    return sqlite3_value_type(v[NOTE]) == SQLITE_NULL ||
           keep_text(to, (const char *)sqlite3_value_text(v[NOTE]), v[NOTE], &row->note, &row->note_n);
}

/* Every field is filled one by one: clearing them all first took longer than that. */
static bool take(bip__gathered *to, const char *scores, int n, sqlite3_value **v)
{
    bip__assessment_row *row;

    if (to->n == to->cap && !bip__grow(&to->rows, &to->cap, to->n + 1, sizeof *to->rows))
        return false;
    row = &to->rows[to->n++];
    row->person = to->person;
    row->day = int32_of(v[DAY], &to->wide);
    row->instrument = int32_of(v[INSTRUMENT], &to->wide);
    row->respondent = int32_of(v[RESPONDENT], &to->wide);
    row->rater = int32_of(v[RATER], &to->wide);
    row->entry = row->root_entry = 0;
    row->idx = row->root_idx = row->current = 0;
    row->note = row->reason = NULL;
    row->note_n = row->reason_n = 0;
    return keep_text(to, scores, v[SCORES], &row->scores, &row->scores_n) &&
           (n == N_OF_SCORES || take_rest(to, row, v));
}

/* gather(scores, current, person, ...): leaves out what is not current, and what was withdrawn. Gives NULL, which is
 * not true, where it gives nothing. */
static void gather(sqlite3_context *c, int n, sqlite3_value **v)
{
    bip__rows *r = ((bip__sqlite *)sqlite3_user_data(c))->gathering;
    const char *scores = (const char *)sqlite3_value_text(v[SCORES]);
    int64_t wide = 0;
    int32_t person = int32_of(v[PERSON], &wide);
    bool comes_next;
    bip__gathered *to;

    if (!r || !sqlite3_value_int(v[CURRENT]) || (!scores && sqlite3_value_type(v[SCORES]) == SQLITE_NULL))
        return;
    comes_next = r->gathered.n > 0 && r->gathered.person != person;
    to = comes_next ? &r->next : &r->gathered;
    to->person = person;
    to->wide |= wide;
    if (!take(to, scores, n, v))
        sqlite3_result_error_nomem(c);
    else if (comes_next)
        sqlite3_result_int(c, 1);
}

int bip__sqlite_add_gather(bip__sqlite *s)
{
    return sqlite3_create_function(s->db, "gather", -1, SQLITE_UTF8 | SQLITE_DIRECTONLY, s, gather, NULL, NULL);
}

/* ------------------------------------------------------------------------------------------------------- one person */

/* But for the memory. */
static void forget(bip__gathered *g)
{
    bip__arena_reset(&g->texts);
    *g = (bip__gathered){.rows = g->rows, .cap = g->cap, .texts = g->texts};
}

static void free_gathered(bip__gathered *g)
{
    bip__free(g->rows);
    bip__arena_free(&g->texts);
    *g = (bip__gathered){0};
}

/* The memory is kept for the next reading: whoever reads one person after the other would take four blocks for each. */
static void take_idle(bip__sqlite *s, bip__rows *r)
{
    r->gathered = s->idle;
    r->next = s->idle_next;
    s->idle = s->idle_next = (bip__gathered){0};
}

void bip__sqlite_leave_idle(bip__sqlite *s, bip__rows *r)
{
    if (!r->gathered.rows) /* nor does the next person have any */
        return;
    bip__sqlite_free_idle(s);
    forget(&r->gathered);
    forget(&r->next);
    s->idle = r->gathered;
    s->idle_next = r->next;
}

void bip__sqlite_free_idle(bip__sqlite *s)
{
    free_gathered(&s->idle);
    free_gathered(&s->idle_next);
}

static bip_status current_from(bip__storage *base, int32_t person, bool only_scores, bip__rows **out, bip_error *err)
{
    const int64_t keys[] = {person};
    bip_status st =
        bip__sqlite_open_rows(base, only_scores ? BIP__S_SCORES_FROM : BIP__S_ASSESSMENTS_FROM, keys, 1, out, err);

    if (st == BIP_OK)
        take_idle((bip__sqlite *)base, *out);
    return st;
}

/* What was first of the next person is the beginning now. */
static void begin_next(bip__rows *r)
{
    bip__gathered before;

    forget(&r->gathered);
    if (r->next.n == 0) /* the first of all */
        return;
    before = r->gathered;
    r->gathered = r->next;
    r->next = before;
}

static bip_status next_current(bip__rows *r, bip__current *out, bip_error *err)
{
    bip_status st;

    begin_next(r);
    r->store->gathering = r;
    st = bip__sqlite_next_row(r, err);
    r->store->gathering = NULL;
    if (st != BIP_OK && (st != BIP_DONE || r->gathered.n == 0))
        return st;
    *out = (bip__current){r->gathered.person, r->gathered.rows, r->gathered.n};
    return r->gathered.wide ? bip__sqlite_damaged(r->store, "an assessment's number", err) : BIP_OK;
}

void bip__sqlite_gatherers(bip__storage_api *api)
{
    api->current_from = current_from;
    api->next_current = next_current;
}
