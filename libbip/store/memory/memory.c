/* Storage in plain arrays: the same answers as SQLite's, from the simplest code that can give them. It keeps the
 * interface honest and tests other folders without a file; it is no part of the library. */
#include "base/alloc.h"
#include "store/store.h"

#include <stdlib.h>
#include <string.h>

/* Rows are only ever added, so a rollback is to forget the last ones; set_current, which changes them, keeps a log.
 * Erasing takes rows away: it keeps a copy of the lists it touches. */
typedef struct list {
    void *items;
    size_t n, cap, each;
    size_t before; /* n when the transaction began */
} list;

typedef struct word {
    int32_t kind;
    const char *text;
} word;

typedef struct setting {
    const char *key, *value; /* the last one of a key counts */
} setting;

typedef struct item {
    int32_t instrument;
    bip__item_row row;
} item;

typedef struct edge {
    int64_t entry, parent;
} edge;

typedef struct flip {
    size_t at; /* the assessment */
    int32_t current;
} flip;

enum { SETTINGS, WORDS, PERSONS, IDENTITIES, INSTRUMENTS, ITEMS, ASSESSMENTS, FACTS, ENTRIES, EDGES, LEAVES, FLIPS, N };

typedef struct memory {
    bip__storage base;
    bip__arena texts; /* of every row; those rolled back stay till the end */
    list lists[N];
    list kept[N]; /* as they were before the open transaction erased anything; each 0: it didn't */
    bool writing, failed, erased;
    int snapshots, open_rows;
} memory;

/* A reading is a sorted copy of what was there when it began. */
struct bip__rows {
    memory *m;
    void *items;
    size_t n, cap, each, at;
};

typedef int (*order)(const void *, const void *);

/* ------------------------------------------------------------------------------------------------------------- lists
 */

static void *list_at(const list *l, size_t i)
{
    return (char *)l->items + i * l->each;
}

static bip_status list_add(memory *m, int which, const void *row, bip_error *err)
{
    list *l = &m->lists[which];

    if (!bip__grow(&l->items, &l->cap, l->n + 1, l->each)) {
        m->failed = true;
        return bip__nomem(err);
    }
    memcpy(list_at(l, l->n), row, l->each);
    l->n++;
    return BIP_OK;
}

/* A text that lives as long as the store. NULL stays NULL. */
static bool keep_text(memory *m, const char **text, size_t n)
{
    if (!*text)
        return true;
    *text = bip__arena_strndup(&m->texts, *text, n);
    m->failed |= !*text;
    return *text != NULL;
}

static bool keep_string(memory *m, const char **text)
{
    return keep_text(m, text, *text ? strlen(*text) : 0);
}

static bip_status in_transaction(const memory *m, bip_error *err)
{
    if (!m->writing)
        return bip__fail(err, BIP_E_USAGE, "", "no change is open");
    if (m->failed)
        return bip__fail(err, BIP_E_USAGE, "", "the change has failed and can only be rolled back");
    return BIP_OK;
}

static bip_status taken(bip_error *err)
{
    return bip__fail(err, BIP_E_CONFLICT, "", "the key is taken");
}

/* ----------------------------------------------------------------------------------------------------- transactions */

static bip_status snapshot(bip__storage *base, bip_error *err)
{
    (void)err;
    ((memory *)base)->snapshots++;
    return BIP_OK;
}

static void release(bip__storage *base)
{
    memory *m = (memory *)base;

    if (m->snapshots > 0)
        m->snapshots--;
}

static bip_status begin(bip__storage *base, bip_error *err)
{
    memory *m = (memory *)base;

    if (m->writing)
        return bip__fail(err, BIP_E_USAGE, "", "another change is open");
    if (m->snapshots > 0 || m->open_rows > 0)
        return bip__fail(err, BIP_E_USAGE, "", "a reading is open: close cursors before writing");
    for (int i = 0; i < N; i++)
        m->lists[i].before = m->lists[i].n;
    m->writing = true;
    return BIP_OK;
}

static void forget_kept(memory *m)
{
    for (int i = 0; i < N; i++) {
        bip__free(m->kept[i].items);
        m->kept[i] = (list){0};
    }
}

static void put_kept_back(memory *m)
{
    for (int i = 0; i < N; i++) {
        if (m->kept[i].each == 0)
            continue;
        bip__free(m->lists[i].items);
        m->lists[i] = m->kept[i];
        m->kept[i] = (list){0};
    }
}

static void end(memory *m)
{
    forget_kept(m);
    m->lists[FLIPS].n = 0;
    m->writing = m->failed = m->erased = false;
    m->snapshots = 0;
}

static void rollback(bip__storage *base)
{
    memory *m = (memory *)base;

    if (!m->writing)
        return;
    put_kept_back(m);
    while (m->lists[FLIPS].n > 0) {
        const flip *f = list_at(&m->lists[FLIPS], --m->lists[FLIPS].n);
        ((bip__assessment_row *)list_at(&m->lists[ASSESSMENTS], f->at))->current = f->current;
    }
    for (int i = 0; i < FLIPS; i++)
        m->lists[i].n = m->lists[i].before;
    end(m);
}

static void forget_raters(memory *m)
{
    for (size_t w = 0; w < m->lists[WORDS].n; w++) {
        word *rater = list_at(&m->lists[WORDS], w);
        bool named = rater->kind != BIP__WORD_RATER;

        for (size_t i = 0; !named && i < m->lists[ASSESSMENTS].n; i++)
            named = ((const bip__assessment_row *)list_at(&m->lists[ASSESSMENTS], i))->rater == (int32_t)w + 1;
        if (!named)
            rater->text = " "; /* no rater's */
    }
}

static bip_status commit(bip__storage *base, bip_error *err)
{
    memory *m = (memory *)base;
    bip_status st = in_transaction(m, err);

    if (st != BIP_OK) {
        rollback(base);
        return st;
    }
    if (m->erased)
        forget_raters(m);
    end(m);
    return BIP_OK;
}

static bip_status generation(bip__storage *base, int64_t *out, bip_error *err)
{
    (void)base;
    (void)err;
    *out = 0; /* there is no other connection */
    return BIP_OK;
}

/* ----------------------------------------------------------------------------------------------------------- readings
 */

static void close_rows(bip__rows *r)
{
    if (!r)
        return;
    r->m->open_rows--;
    bip__free(r->items);
    bip__free(r);
}

static bip_status open_rows(memory *m, size_t each, bip__rows **out, bip_error *err)
{
    bip__rows *r = *out = bip__alloc_zero(1, sizeof *r);

    if (!r)
        return bip__nomem(err);
    r->m = m;
    r->each = each;
    m->open_rows++;
    return BIP_OK;
}

static bip_status rows_add(bip__rows **r, const void *row, bip_error *err)
{
    bip__rows *to = *r;

    if (!bip__grow(&to->items, &to->cap, to->n + 1, to->each)) {
        close_rows(to);
        *r = NULL;
        return bip__nomem(err);
    }
    memcpy((char *)to->items + to->n++ * to->each, row, to->each);
    return BIP_OK;
}

static void rows_sort(bip__rows *r, order by)
{
    if (r && r->n > 1)
        qsort(r->items, r->n, r->each, by);
}

static bip_status rows_next(bip__rows *r, void *out)
{
    if (r->at == r->n)
        return BIP_DONE;
    memcpy(out, (char *)r->items + r->at++ * r->each, r->each);
    return BIP_OK;
}

static bool any(const void *row, const void *key)
{
    (void)row;
    (void)key;
    return true;
}

/* The rows of a list that `wanted` takes, in order. */
static bip_status rows_of(memory *m, int which, bool (*wanted)(const void *, const void *), const void *key, order by,
                          bip__rows **out, bip_error *err)
{
    const list *l = &m->lists[which];
    bip_status st = open_rows(m, l->each, out, err);

    for (size_t i = 0; i < l->n && st == BIP_OK; i++)
        if (wanted(list_at(l, i), key))
            st = rows_add(out, list_at(l, i), err);
    if (by)
        rows_sort(*out, by);
    return st;
}

static int compare(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

/* ------------------------------------------------------------------------------------------------- settings and words
 */

static const setting *find_setting(const memory *m, const char *key)
{
    const list *l = &m->lists[SETTINGS];

    for (size_t i = l->n; i-- > 0;)
        if (strcmp(((const setting *)list_at(l, i))->key, key) == 0)
            return list_at(l, i);
    return NULL;
}

static bip_status setting_get(bip__storage *base, const char *key, char *into, size_t n, bip_error *err)
{
    const setting *s = find_setting((memory *)base, key);
    size_t len = s ? strlen(s->value) : 0;

    into[0] = '\0';
    if (len >= n)
        return bip__fail(err, BIP_E_CORRUPT, "", "the setting is too long");
    if (s)
        memcpy(into, s->value, len + 1);
    return BIP_OK;
}

static bip_status setting_put(bip__storage *base, const char *key, const char *value, bip_error *err)
{
    memory *m = (memory *)base;
    setting s = {key, value};
    bip_status st = in_transaction(m, err);

    if (st != BIP_OK)
        return st;
    return keep_string(m, &s.key) && keep_string(m, &s.value) ? list_add(m, SETTINGS, &s, err) : bip__nomem(err);
}

static bip_status word_find(bip__storage *base, int kind, const char *text, int32_t *n, bip_error *err)
{
    const list *l = &((memory *)base)->lists[WORDS];

    (void)err;
    for (size_t i = 0; i < l->n; i++) {
        const word *w = list_at(l, i);
        if (w->kind == kind && strcmp(w->text, text) == 0) {
            *n = (int32_t)i + 1;
            return BIP_OK;
        }
    }
    return BIP_E_NOT_FOUND;
}

static bip_status word_add(bip__storage *base, int kind, const char *text, int32_t *n, bip_error *err)
{
    memory *m = (memory *)base;
    word w = {kind, text};
    bip_status st = word_find(base, kind, text, n, err);

    if (st != BIP_E_NOT_FOUND || (st = in_transaction(m, err)) != BIP_OK)
        return st;
    *n = (int32_t)m->lists[WORDS].n + 1;
    return keep_string(m, &w.text) ? list_add(m, WORDS, &w, err) : bip__nomem(err);
}

static bip_status word_text(bip__storage *base, int32_t n, const char **lent, bip_error *err)
{
    const list *l = &((memory *)base)->lists[WORDS];

    *lent = NULL;
    if (n < 1 || (size_t)n > l->n)
        return bip__fail(err, BIP_E_CORRUPT, "", "word %d is missing", (int)n);
    *lent = ((const word *)list_at(l, (size_t)n - 1))->text;
    return BIP_OK;
}

/* ----------------------------------------------------------------------------------------------------------- people */

static bip_status person_find(bip__storage *base, const char *code, int32_t *n, bip_error *err)
{
    const list *l = &((memory *)base)->lists[PERSONS];

    (void)err;
    for (size_t i = 0; i < l->n; i++) {
        const bip__person_row *p = list_at(l, i);
        if (p->code && strcmp(p->code, code) == 0) {
            *n = p->n;
            return BIP_OK;
        }
    }
    return BIP_E_NOT_FOUND;
}

static bip_status person_add(memory *m, const char *code, bip_error *err)
{
    bip__person_row p = {(int32_t)m->lists[PERSONS].n + 1, code};
    int32_t held;

    if (person_find(&m->base, code, &held, err) == BIP_OK)
        return taken(err);
    return keep_string(m, &p.code) ? list_add(m, PERSONS, &p, err) : bip__nomem(err);
}

static bip_status persons_add(bip__storage *base, const char *const *codes, size_t n, int32_t *first, bip_error *err)
{
    memory *m = (memory *)base;
    const size_t before = m->lists[PERSONS].n;
    bip_status st = in_transaction(m, err);

    for (size_t i = 0; i < n && st == BIP_OK; i++)
        st = person_add(m, codes[i], err);
    if (st == BIP_OK)
        *first = (int32_t)before + 1;
    return st;
}

static bip_status person_get(bip__storage *base, int32_t n, const char **code, bip_error *err)
{
    const list *l = &((memory *)base)->lists[PERSONS];

    *code = NULL;
    if (n >= 1 && (size_t)n <= l->n)
        *code = ((const bip__person_row *)list_at(l, (size_t)n - 1))->code;
    return *code ? BIP_OK : bip__fail(err, BIP_E_CORRUPT, "", "participant %d is missing", (int)n);
}

static int by_code(const void *a, const void *b)
{
    return strcmp(((const bip__person_row *)a)->code, ((const bip__person_row *)b)->code);
}

static bool is_there(const void *row, const void *key)
{
    (void)key;
    return ((const bip__person_row *)row)->code != NULL;
}

static bip_status persons(bip__storage *base, bip__rows **out, bip_error *err)
{
    return rows_of((memory *)base, PERSONS, is_there, NULL, by_code, out, err);
}

static bip_status next_person(bip__rows *r, bip__person_row *out, bip_error *err)
{
    (void)err;
    return rows_next(r, out);
}

static bip_status identity_find(bip__storage *base, const uint8_t hash[BIP_HASH_SIZE], bip__identity_row *out,
                                bip_error *err)
{
    const list *l = &((memory *)base)->lists[IDENTITIES];

    (void)err;
    for (size_t i = 0; i < l->n; i++) {
        const bip__identity_row *row = list_at(l, i);
        if (memcmp(row->hash, hash, BIP_HASH_SIZE) == 0) {
            *out = *row;
            return BIP_OK;
        }
    }
    return BIP_E_NOT_FOUND;
}

static bip_status identity_get(bip__storage *base, int32_t n, bip__identity_row *out, bip_error *err)
{
    const list *l = &((memory *)base)->lists[IDENTITIES];

    (void)err;
    if (n < 1 || (size_t)n > l->n)
        return BIP_E_NOT_FOUND;
    *out = *(const bip__identity_row *)list_at(l, (size_t)n - 1);
    return BIP_OK;
}

static bip_status identity_add(memory *m, const bip__identity_row *row, bip_error *err)
{
    bip__identity_row held, copy = *row;
    const char *code;

    if (identity_find(&m->base, row->hash, &held, err) == BIP_OK)
        return taken(err);
    if (row->erased) {
        copy.person = 0;
        memset(copy.uuid, 0, sizeof copy.uuid);
    } else if (row->person && person_get(&m->base, row->person, &code, NULL) != BIP_OK) {
        return bip__fail(err, BIP_E_CONFLICT, "", "there is no such participant");
    }
    copy.n = (int32_t)m->lists[IDENTITIES].n + 1;
    return list_add(m, IDENTITIES, &copy, err);
}

static bip_status identities_add(bip__storage *base, const bip__identity_row *rows, size_t n, int32_t *first,
                                 bip_error *err)
{
    memory *m = (memory *)base;
    const size_t before = m->lists[IDENTITIES].n;
    bip_status st = in_transaction(m, err);

    for (size_t i = 0; i < n && st == BIP_OK; i++)
        st = identity_add(m, &rows[i], err);
    if (st == BIP_OK)
        *first = (int32_t)before + 1;
    return st;
}

static bool of_person(const void *row, const void *key)
{
    return ((const bip__identity_row *)row)->person == *(const int32_t *)key;
}

static bip_status identities(bip__storage *base, int32_t person, bip__rows **out, bip_error *err)
{
    return rows_of((memory *)base, IDENTITIES, person ? of_person : any, &person, NULL, out, err);
}

static bip_status next_identity(bip__rows *r, bip__identity_row *out, bip_error *err)
{
    (void)err;
    return rows_next(r, out);
}

/* ------------------------------------------------------------------------------------------------------- instruments
 */

static bip_status add_item(memory *m, int32_t instrument, const bip__item_row *row, bip_error *err)
{
    item i = {instrument, *row};
    int32_t respondent;
    bip_status st = word_add(&m->base, BIP__WORD_RESPONDENT, row->respondent, &respondent, err);

    if (st != BIP_OK)
        return st;
    if (!keep_string(m, &i.row.respondent) || !keep_string(m, &i.row.indicator))
        return bip__nomem(err);
    return list_add(m, ITEMS, &i, err);
}

static bool instrument_held(const memory *m, const bip__instrument_row *row)
{
    const list *l = &m->lists[INSTRUMENTS];

    for (size_t i = 0; i < l->n; i++) {
        const bip__instrument_row *held = list_at(l, i);
        if (strcmp(held->code, row->code) == 0 && strcmp(held->version, row->version) == 0)
            return true;
    }
    return false;
}

static bip_status instrument_add(bip__storage *base, const bip__instrument_row *row, const bip__item_row *items,
                                 size_t n_items, int32_t *n, bip_error *err)
{
    memory *m = (memory *)base;
    bip__instrument_row copy = *row;
    bip_status st = in_transaction(m, err);

    if (st != BIP_OK)
        return st;
    if (instrument_held(m, row))
        return taken(err);
    if (!copy.entry)
        copy.idx = 0;
    *n = copy.n = (int32_t)m->lists[INSTRUMENTS].n + 1;
    if (!keep_string(m, &copy.code) || !keep_string(m, &copy.version) || !keep_text(m, &copy.json, copy.json_n) ||
        !keep_string(m, &copy.reason))
        return bip__nomem(err);
    st = list_add(m, INSTRUMENTS, &copy, err);
    for (size_t i = 0; i < n_items && st == BIP_OK; i++)
        st = add_item(m, copy.n, &items[i], err);
    return st;
}

static bip_status instruments(bip__storage *base, bip__rows **out, bip_error *err)
{
    return rows_of((memory *)base, INSTRUMENTS, any, NULL, NULL, out, err);
}

static bip_status next_instrument(bip__rows *r, bip__instrument_row *out, bip_error *err)
{
    (void)err;
    return rows_next(r, out);
}

static int by_respondent(const void *a, const void *b)
{
    const bip__item_row *x = a, *y = b;
    int c = strcmp(x->respondent, y->respondent);

    return c ? c : compare(x->position, y->position);
}

static bip_status items(bip__storage *base, int32_t instrument, bip__rows **out, bip_error *err)
{
    memory *m = (memory *)base;
    bip_status st = open_rows(m, sizeof(bip__item_row), out, err);

    for (size_t i = 0; i < m->lists[ITEMS].n && st == BIP_OK; i++) {
        const item *it = list_at(&m->lists[ITEMS], i);
        if (it->instrument == instrument)
            st = rows_add(out, &it->row, err);
    }
    rows_sort(*out, by_respondent);
    return st;
}

static bip_status next_item(bip__rows *r, bip__item_row *out, bip_error *err)
{
    (void)err;
    return rows_next(r, out);
}

/* ------------------------------------------------------------------------------------------------------------- facts
 */

static bool same_assessment(const bip__assessment_row *a, const bip__assessment_row *b)
{
    return a->person == b->person && a->day == b->day && a->entry == b->entry && a->idx == b->idx;
}

static bip__assessment_row *find_assessment(const memory *m, const bip__assessment_row *key, size_t *at)
{
    for (size_t i = m->lists[ASSESSMENTS].n; i-- > 0;) {
        bip__assessment_row *row = list_at(&m->lists[ASSESSMENTS], i);
        if (same_assessment(row, key)) {
            *at = i;
            return row;
        }
    }
    return NULL;
}

static bip_status assessment_put(memory *m, const bip__assessment_row *row, bip_error *err)
{
    bip__assessment_row copy = *row;
    size_t at;

    if (find_assessment(m, row, &at))
        return taken(err);
    if (!keep_text(m, &copy.scores, copy.scores_n) || !keep_text(m, &copy.note, copy.note_n) ||
        !keep_text(m, &copy.reason, copy.reason_n))
        return bip__nomem(err);
    return list_add(m, ASSESSMENTS, &copy, err);
}

static bip_status assessments_put(bip__storage *base, const bip__assessment_row *rows, size_t n, bip_error *err)
{
    memory *m = (memory *)base;
    bip_status st = in_transaction(m, err);

    for (size_t i = 0; i < n && st == BIP_OK; i++)
        st = assessment_put(m, &rows[i], err);
    return st;
}

static bip_status set_current(bip__storage *base, int32_t person, bip_date day, int64_t entry, int32_t idx,
                              int32_t current, bip_error *err)
{
    memory *m = (memory *)base;
    const bip__assessment_row key = {.person = person, .day = day, .entry = entry, .idx = idx};
    flip undo = {0};
    bip__assessment_row *row;
    bip_status st = in_transaction(m, err);

    if (st != BIP_OK)
        return st;
    if (!(row = find_assessment(m, &key, &undo.at)))
        return BIP_E_NOT_FOUND;
    undo.current = row->current;
    if ((st = list_add(m, FLIPS, &undo, err)) == BIP_OK)
        row->current = current;
    return st;
}

typedef struct span {
    int32_t person;
    bip_date from, until;
    bool revisions;
} span;

static bool in_span(const void *row, const void *key)
{
    const bip__assessment_row *a = row;
    const span *s = key;

    return a->person == s->person && a->day >= s->from && a->day <= s->until && (s->revisions || a->current);
}

static int by_day(const void *a, const void *b)
{
    const bip__assessment_row *x = a, *y = b;
    int c = compare(x->day, y->day);

    if (!c)
        c = compare(x->entry, y->entry);
    return c ? c : compare(x->idx, y->idx);
}

static bip_status assessments(bip__storage *base, int32_t person, bip_date from_day, bip_date until_day, bool revisions,
                              bip__rows **out, bip_error *err)
{
    const span s = {person, from_day, until_day, revisions};

    return rows_of((memory *)base, ASSESSMENTS, in_span, &s, by_day, out, err);
}

static bip_status next_assessment(bip__rows *r, bip__assessment_row *out, bip_error *err)
{
    (void)err;
    return rows_next(r, out);
}

static bool is_current_from(const void *row, const void *key)
{
    const bip__assessment_row *a = row;

    return a->person >= *(const int32_t *)key && a->current && a->scores;
}

static int by_person(const void *a, const void *b)
{
    const bip__assessment_row *x = a, *y = b;
    int c = compare(x->person, y->person);

    return c ? c : by_day(a, b);
}

/* What is not told is not left in either. */
static void keep_only(bip__rows *r, bool only_scores)
{
    for (size_t i = 0; r && i < r->n; i++) {
        bip__assessment_row *row = (bip__assessment_row *)r->items + i;

        row->reason = NULL;
        row->reason_n = 0;
        if (only_scores)
            *row = (bip__assessment_row){.person = row->person,
                                         .day = row->day,
                                         .instrument = row->instrument,
                                         .respondent = row->respondent,
                                         .rater = row->rater,
                                         .scores = row->scores,
                                         .scores_n = row->scores_n};
    }
}

static bip_status current_from(bip__storage *base, int32_t person, bool only_scores, bip__rows **out, bip_error *err)
{
    bip_status st = rows_of((memory *)base, ASSESSMENTS, is_current_from, &person, by_person, out, err);

    keep_only(*out, only_scores);
    return st;
}

static bip_status next_current(bip__rows *r, bip__current *out, bip_error *err)
{
    const bip__assessment_row *rows = r->items;
    const size_t from = r->at;

    (void)err;
    if (from == r->n)
        return BIP_DONE;
    while (r->at < r->n && rows[r->at].person == rows[from].person)
        r->at++;
    *out = (bip__current){rows[from].person, rows + from, r->at - from};
    return BIP_OK;
}

static bool same_fact(const void *a, const void *b)
{
    const bip__fact_row *x = a, *y = b;

    return x->person == y->person && x->kind == y->kind && x->entry == y->entry && x->idx == y->idx;
}

static bip_status fact_put(memory *m, const bip__fact_row *row, bip_error *err)
{
    bip__fact_row copy = *row;

    for (size_t i = 0; i < m->lists[FACTS].n; i++)
        if (same_fact(list_at(&m->lists[FACTS], i), row))
            return taken(err);
    return keep_text(m, &copy.body, copy.body_n) ? list_add(m, FACTS, &copy, err) : bip__nomem(err);
}

static bip_status facts_put(bip__storage *base, const bip__fact_row *rows, size_t n, bip_error *err)
{
    memory *m = (memory *)base;
    bip_status st = in_transaction(m, err);

    for (size_t i = 0; i < n && st == BIP_OK; i++)
        st = fact_put(m, &rows[i], err);
    return st;
}

static bool of_kind(const void *row, const void *key)
{
    const bip__fact_row *f = row, *k = key;

    return f->person == k->person && (!k->kind || f->kind == k->kind);
}

static int by_kind(const void *a, const void *b)
{
    const bip__fact_row *x = a, *y = b;
    int c = compare(x->kind, y->kind);

    if (!c)
        c = compare(x->entry, y->entry);
    return c ? c : compare(x->idx, y->idx);
}

static bip_status facts(bip__storage *base, int32_t person, int32_t kind, bip__rows **out, bip_error *err)
{
    const bip__fact_row key = {.person = person, .kind = kind};

    return rows_of((memory *)base, FACTS, of_kind, &key, by_kind, out, err);
}

static bip_status next_fact(bip__rows *r, bip__fact_row *out, bip_error *err)
{
    (void)err;
    return rows_next(r, out);
}

/* ------------------------------------------------------------------------------------------------------ audit trail */

static const bip__entry_row *entry_of(const memory *m, int64_t n)
{
    for (size_t i = 0; i < m->lists[ENTRIES].n; i++) {
        const bip__entry_row *e = list_at(&m->lists[ENTRIES], i);
        if (e->n == n)
            return e;
    }
    return NULL;
}

static bip_status entry_reserve(bip__storage *base, int64_t *n, bip_error *err)
{
    memory *m = (memory *)base;
    bip_status st = in_transaction(m, err);

    *n = 1;
    for (size_t i = 0; i < m->lists[ENTRIES].n; i++) {
        const bip__entry_row *e = list_at(&m->lists[ENTRIES], i);
        if (e->n >= *n)
            *n = e->n + 1;
    }
    return st;
}

static bip_status entry_get(bip__storage *base, int64_t n, bip__entry_row *out, bip_error *err)
{
    const bip__entry_row *e = entry_of((memory *)base, n);

    (void)err;
    if (!e)
        return BIP_E_NOT_FOUND;
    *out = *e;
    return BIP_OK;
}

static bip_status entry_find(bip__storage *base, const uint8_t id[BIP__UUID_SIZE], bip__entry_row *out, bip_error *err)
{
    const list *l = &((memory *)base)->lists[ENTRIES];

    (void)err;
    for (size_t i = 0; i < l->n; i++) {
        const bip__entry_row *e = list_at(l, i);
        if (memcmp(e->id, id, BIP__UUID_SIZE) == 0) {
            *out = *e;
            return BIP_OK;
        }
    }
    return BIP_E_NOT_FOUND;
}

static bip_status entry_put(bip__storage *base, const bip__entry_row *row, const bip__leaf_row *last,
                            const int64_t *parents, size_t n_parents, bip_error *err)
{
    memory *m = (memory *)base;
    bip__entry_row held;
    const char *actor;
    bip_status st = in_transaction(m, err);

    if (st != BIP_OK)
        return st;
    if (entry_of(m, row->n) || entry_find(base, row->id, &held, err) == BIP_OK)
        return taken(err);
    if (word_text(base, row->actor, &actor, NULL) != BIP_OK)
        return bip__fail(err, BIP_E_CONFLICT, "", "there is no such actor");
    st = list_add(m, ENTRIES, row, err);
    for (size_t i = 0; i < n_parents && st == BIP_OK; i++) {
        const edge e = {row->n, parents[i]};
        if (!entry_of(m, parents[i]))
            return bip__fail(err, BIP_E_CONFLICT, "", "there is no such parent");
        st = list_add(m, EDGES, &e, err);
    }
    return st == BIP_OK && last ? base->api->leaves_put(base, last, 1, err) : st;
}

static int by_logical(const void *a, const void *b)
{
    const bip__entry_row *x = a, *y = b;
    int c = compare(x->logical_ms, y->logical_ms);

    return c ? c : memcmp(x->id, y->id, sizeof x->id);
}

static int by_id(const void *a, const void *b)
{
    return memcmp(((const bip__entry_row *)a)->id, ((const bip__entry_row *)b)->id, BIP__UUID_SIZE);
}

static bip_status entries(bip__storage *base, bip__rows **out, bip_error *err)
{
    return rows_of((memory *)base, ENTRIES, any, NULL, by_logical, out, err);
}

typedef struct among {
    const memory *m;
    int64_t child; /* 0: any */
} among;

static bool is_parent(const void *row, const void *key)
{
    const among *a = key;
    const list *edges = &a->m->lists[EDGES];

    for (size_t i = 0; i < edges->n; i++) {
        const edge *e = list_at(edges, i);
        if (e->parent == ((const bip__entry_row *)row)->n && (!a->child || e->entry == a->child))
            return true;
    }
    return false;
}

static bool is_head(const void *row, const void *key)
{
    return !is_parent(row, key);
}

static bip_status parents(bip__storage *base, int64_t entry, bip__rows **out, bip_error *err)
{
    const among a = {(memory *)base, entry};

    return rows_of((memory *)base, ENTRIES, is_parent, &a, by_id, out, err);
}

static bip_status heads(bip__storage *base, bip__rows **out, bip_error *err)
{
    const among a = {(memory *)base, 0};

    return rows_of((memory *)base, ENTRIES, is_head, &a, by_id, out, err);
}

static bip_status next_entry(bip__rows *r, bip__entry_row *out, bip_error *err)
{
    (void)err;
    return rows_next(r, out);
}

static bip_status leaf_over(bip__storage *base, int64_t entry, int32_t idx, bip__leaf_row *out, bip_error *err)
{
    const list *l = &((memory *)base)->lists[LEAVES];
    bool found = false;

    (void)err;
    for (size_t i = 0; i < l->n; i++) {
        const bip__leaf_row *leaf = list_at(l, i);
        if (leaf->entry == entry && leaf->pos <= idx && (!found || leaf->pos > out->pos)) {
            *out = *leaf;
            found = true;
        }
    }
    return found ? BIP_OK : BIP_E_NOT_FOUND;
}

static bip_status leaf_put(memory *m, const bip__leaf_row *row, bip_error *err)
{
    bip__leaf_row held;

    if (leaf_over(&m->base, row->entry, row->pos, &held, err) == BIP_OK && held.pos == row->pos)
        return taken(err);
    return list_add(m, LEAVES, row, err);
}

static bip_status leaves_put(bip__storage *base, const bip__leaf_row *rows, size_t n, bip_error *err)
{
    memory *m = (memory *)base;
    bip_status st = in_transaction(m, err);

    for (size_t i = 0; i < n && st == BIP_OK; i++)
        st = leaf_put(m, &rows[i], err);
    return st;
}

static bool of_entry(const void *row, const void *key)
{
    return ((const bip__leaf_row *)row)->entry == *(const int64_t *)key;
}

static int by_pos(const void *a, const void *b)
{
    return compare(((const bip__leaf_row *)a)->pos, ((const bip__leaf_row *)b)->pos);
}

static bip_status leaves(bip__storage *base, int64_t entry, bip__rows **out, bip_error *err)
{
    return rows_of((memory *)base, LEAVES, of_entry, &entry, by_pos, out, err);
}

static bip_status next_leaf(bip__rows *r, bip__leaf_row *out, bip_error *err)
{
    (void)err;
    return rows_next(r, out);
}

/* ----------------------------------------------------------------------------------------------------------- erasing
 */

static bip_status keep_lists(memory *m, bip_error *err)
{
    static const int touched[] = {WORDS, PERSONS, IDENTITIES, ASSESSMENTS, FACTS, FLIPS};

    if (m->kept[WORDS].each)
        return BIP_OK;
    for (size_t i = 0; i < sizeof touched / sizeof *touched; i++) {
        const list *from = &m->lists[touched[i]];
        list *to = &m->kept[touched[i]];

        *to = *from;
        to->items = NULL;
        to->cap = 0;
        if (!bip__grow(&to->items, &to->cap, from->n + 1, from->each)) {
            forget_kept(m);
            m->failed = true;
            return bip__nomem(err);
        }
        if (from->n)
            memcpy(to->items, from->items, from->n * from->each);
    }
    return BIP_OK;
}

static bool stands_under(memory *m, int64_t entry, int32_t idx, int32_t identity)
{
    bip__leaf_row leaf;

    return leaf_over(&m->base, entry, idx, &leaf, NULL) == BIP_OK && leaf.identity == identity;
}

static void erase_facts(memory *m, int32_t person, int32_t identity)
{
    list *assessments = &m->lists[ASSESSMENTS], *all = &m->lists[FACTS];
    size_t n = 0;

    for (size_t i = 0; i < assessments->n; i++) {
        const bip__assessment_row *row = list_at(assessments, i);
        if (row->person != person || !stands_under(m, row->entry, row->idx, identity))
            memmove(list_at(assessments, n++), row, sizeof *row);
    }
    assessments->n = n;
    n = 0;
    for (size_t i = 0; i < all->n; i++) {
        const bip__fact_row *row = list_at(all, i);
        if (row->person != person || !stands_under(m, row->entry, row->idx, identity))
            memmove(list_at(all, n++), row, sizeof *row);
    }
    all->n = n;
}

static bip_status identity_erase(bip__storage *base, int32_t identity, int64_t entry, bip_error *err)
{
    memory *m = (memory *)base;
    bip__identity_row *row;
    uint8_t hash[BIP_HASH_SIZE];
    bool last = true;
    bip_status st = in_transaction(m, err);

    if (st != BIP_OK || (st = keep_lists(m, err)) != BIP_OK)
        return st;
    if (identity < 1 || (size_t)identity > m->lists[IDENTITIES].n)
        return BIP_E_NOT_FOUND;
    row = list_at(&m->lists[IDENTITIES], (size_t)identity - 1);
    const int32_t person = row->person;
    erase_facts(m, person, identity);
    memcpy(hash, row->hash, sizeof hash);
    *row = (bip__identity_row){.n = identity, .erased = true, .erased_by = entry};
    memcpy(row->hash, hash, sizeof hash);
    for (size_t i = 0; i < m->lists[IDENTITIES].n; i++)
        last &= ((const bip__identity_row *)list_at(&m->lists[IDENTITIES], i))->person != person;
    if (last)
        ((bip__person_row *)list_at(&m->lists[PERSONS], (size_t)person - 1))->code = NULL;
    m->erased = true;
    return BIP_OK;
}

/* Nothing of it is in a file. */
static bip_status scrub(bip__storage *base, int32_t wait_ms, bip_error *err)
{
    (void)base;
    (void)wait_ms;
    (void)err;
    return BIP_OK;
}

/* ------------------------------------------------------------------------------------------------------------- store
 */

static bip_status check(bip__storage *base, bip_issue_fn issue, void *ctx, int64_t *faults, bip_error *err)
{
    (void)base;
    (void)issue;
    (void)ctx;
    (void)err;
    *faults = 0;
    return BIP_OK;
}

static bip_status backup(bip__storage *base, const char *path, bip_error *err)
{
    (void)base;
    return bip__fail(err, BIP_E_USAGE, path, "storage in memory has no file to copy");
}

static void interrupt(bip__storage *base)
{
    (void)base;
}

static void close_memory(bip__storage *base)
{
    memory *m = (memory *)base;

    forget_kept(m);
    for (int i = 0; i < N; i++)
        bip__free(m->lists[i].items);
    bip__arena_free(&m->texts);
    bip__free(m);
}

static const bip__storage_api functions = {
    .snapshot = snapshot,
    .release = release,
    .begin = begin,
    .commit = commit,
    .rollback = rollback,
    .generation = generation,
    .setting_get = setting_get,
    .setting_put = setting_put,
    .word_find = word_find,
    .word_add = word_add,
    .word_text = word_text,
    .person_find = person_find,
    .persons_add = persons_add,
    .person_get = person_get,
    .identities_add = identities_add,
    .identity_find = identity_find,
    .identity_get = identity_get,
    .identities = identities,
    .persons = persons,
    .identity_erase = identity_erase,
    .scrub = scrub,
    .instrument_add = instrument_add,
    .instruments = instruments,
    .items = items,
    .assessments_put = assessments_put,
    .assessments = assessments,
    .current_from = current_from,
    .set_current = set_current,
    .facts_put = facts_put,
    .facts = facts,
    .entry_reserve = entry_reserve,
    .entry_put = entry_put,
    .entry_get = entry_get,
    .entry_find = entry_find,
    .entries = entries,
    .parents = parents,
    .heads = heads,
    .leaves_put = leaves_put,
    .leaves = leaves,
    .leaf_over = leaf_over,
    .next_person = next_person,
    .next_identity = next_identity,
    .next_instrument = next_instrument,
    .next_item = next_item,
    .next_assessment = next_assessment,
    .next_current = next_current,
    .next_fact = next_fact,
    .next_entry = next_entry,
    .next_leaf = next_leaf,
    .close_rows = close_rows,
    .check = check,
    .backup = backup,
    .interrupt = interrupt,
    .close = close_memory,
};

bip_status bip__memory_open(bip__storage **out, bip_error *err)
{
    static const size_t sizes[N] = {
        [SETTINGS] = sizeof(setting),
        [WORDS] = sizeof(word),
        [PERSONS] = sizeof(bip__person_row),
        [IDENTITIES] = sizeof(bip__identity_row),
        [INSTRUMENTS] = sizeof(bip__instrument_row),
        [ITEMS] = sizeof(item),
        [ASSESSMENTS] = sizeof(bip__assessment_row),
        [FACTS] = sizeof(bip__fact_row),
        [ENTRIES] = sizeof(bip__entry_row),
        [EDGES] = sizeof(edge),
        [LEAVES] = sizeof(bip__leaf_row),
        [FLIPS] = sizeof(flip),
    };
    memory *m = bip__alloc_zero(1, sizeof *m);

    *out = NULL;
    if (!m)
        return bip__nomem(err);
    for (int i = 0; i < N; i++)
        m->lists[i].each = sizes[i];
    m->base.api = &functions;
    m->base.writable = true;
    *out = &m->base;
    return BIP_OK;
}
