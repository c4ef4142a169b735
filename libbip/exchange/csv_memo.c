#include "exchange/csv_memo.h"

#include "base/number.h"

#include <string.h>

#define TEN 10 /* bytes of a date without a time of day */

static const bip__column_kind key_columns[BIP__KEY_CELLS] = {
    BIP__COLUMN_INSTRUMENT, BIP__COLUMN_RESPONDENT, BIP__COLUMN_PARTICIPANT, BIP__COLUMN_DATE, BIP__COLUMN_RATER};

static bool is_key(bip__column_kind kind)
{
    for (size_t k = 0; k < BIP__KEY_CELLS; k++)
        if (key_columns[k] == kind)
            return true;
    return false;
}

void bip__memo_open(bip__memo *m, const bip__columns *columns, bip__csv *csv)
{
    bip__quick *q = &csv->quick;
    while (q->lead < columns->n && is_key(columns->list[q->lead].kind))
        q->lead++;
    for (size_t k = 0; k < BIP__KEY_CELLS; k++)
        m->scattered |= columns->at[key_columns[k]] >= (int32_t)q->lead;
    if (columns->is_long && !columns->has_unnamed && columns->n <= BIP__QUICK_CELLS)
        q->width = columns->n;
}

/* A cell as it stands, in the row in hand or in the one that was peeked at; empty where file or row have none. */
static bip__cell cell_of(const bip__columns *columns, const bip__csv *csv, bool quick, bip__column_kind kind)
{
    const int32_t at = columns->at[kind];
    if (at < 0 || (!quick && (size_t)at >= csv->n))
        return (bip__cell){.s = ""};
    return quick ? bip__csv_quick_cell(csv, (size_t)at) : csv->cells[at];
}

static bool is_text(bip__cell cell, const char *s, size_t n)
{
    return cell.n == n && memcmp(cell.s, s, n) == 0;
}

/* ------------------------------------------------------------ keys */

static bool same_cells(const bip__memo *m, const bip__columns *columns, const bip__csv *csv, bool quick)
{
    const char *have = m->text;
    if (!m->known || !m->told)
        return false;
    for (size_t k = 0; k < BIP__KEY_CELLS; have += m->n[k++])
        if (!is_text(cell_of(columns, csv, quick, key_columns[k]), have, m->n[k]))
            return false;
    return true;
}

bool bip__memo_same_key(const bip__memo *m, const bip__columns *columns, const bip__csv *csv)
{
    return same_cells(m, columns, csv, false);
}

static void keep_cells(bip__memo *m, const bip__columns *columns, const bip__csv *csv, bool quick)
{
    size_t used = 0;
    m->told = false;
    for (size_t k = 0; k < BIP__KEY_CELLS; k++) {
        const bip__cell cell = cell_of(columns, csv, quick, key_columns[k]);
        if (cell.n > sizeof m->text - used)
            return;
        memcpy(m->text + used, cell.s, cell.n);
        m->n[k] = cell.n;
        used += cell.n;
    }
    m->told = true;
}

/* Which version a row without one means may depend on whom it is about: not to be remembered, unless nothing can be
 * held of that person. */
static bool depends_on_store(const bip__intake *in, const bip__row_key *key, bool many)
{
    return many && in->arrivals[key->person - 1].person != 0;
}

static void learn_place(bip__memo *m, const bip__intake *in, const bip__cell cells[2], const bip__row_key *key)
{
    const bip__instrument *def = in->catalogue->versions[key->version].def;
    const bool many = !key->named && bip__catalogue_count(in->catalogue, def->code) > 1;
    bip__place *place = &m->places[m->n_places % BIP__PLACES];
    if (depends_on_store(in, key, many))
        return;
    for (size_t i = 0; i < 2; i++) {
        if (cells[i].n > sizeof place->text[i])
            return;
    }
    for (size_t i = 0; i < 2; i++) {
        memcpy(place->text[i], cells[i].s, cells[i].n);
        place->n[i] = cells[i].n;
    }
    place->known = true;
    place->named = key->named;
    place->many = many;
    place->asks_form = def->participant_pattern != NULL;
    place->version = key->version;
    place->respondent = key->respondent;
    m->n_places++;
}

static const bip__place *find_place(const bip__memo *m, const bip__cell cells[2])
{
    for (size_t i = 0; i < BIP__PLACES && m->places[i].known; i++) {
        const bip__place *place = &m->places[i];
        if (is_text(cells[1], place->text[1], place->n[1]) && is_text(cells[0], place->text[0], place->n[0]))
            return place;
    }
    return NULL;
}

void bip__memo_learn_key(bip__memo *m, const bip__intake *in, const bip__columns *columns, const bip__csv *csv,
                         const bip__row_key *key)
{
    const bip__cell cells[2] = {cell_of(columns, csv, false, key_columns[0]),
                                cell_of(columns, csv, false, key_columns[1])};
    m->key = *key;
    m->known = true;
    keep_cells(m, columns, csv, false);
    if (find_place(m, cells) == NULL)
        learn_place(m, in, cells, key);
}

/* All of a new key but the person, who is found for many rows together. Texts are found among those that were checked
 * only as they stood, without blanks at their ends. */
static bool find_key(const bip__memo *m, bip__intake *in, const bip__columns *columns, const bip__csv *csv,
                     bip__quick_row *row)
{
    const bip__cell cells[2] = {cell_of(columns, csv, true, key_columns[0]),
                                cell_of(columns, csv, true, key_columns[1])};
    const bip__cell person = cell_of(columns, csv, true, BIP__COLUMN_PARTICIPANT),
                    date = cell_of(columns, csv, true, BIP__COLUMN_DATE),
                    rater = cell_of(columns, csv, true, BIP__COLUMN_RATER);
    const bip__place *place = find_place(m, cells);
    if (place == NULL || date.n > TEN ||
        bip__date_read(date.s, date.n, in->dates, false, &row->key.day) != BIP__DATE_OK)
        return false;
    row->key.rater = rater.n > 0 ? bip__intern_find(&in->raters, rater.s, rater.n) : 0;
    row->key.version = place->version;
    row->key.named = place->named;
    row->key.respondent = place->respondent;
    row->form = place->asks_form;
    row->many = place->many;
    row->code = person.s;
    row->code_n = person.n;
    row->hash = bip__intern_hash(person.s, person.n);
    bip__intern_hint(&in->people, row->hash, 1);
    return rater.n == 0 || row->key.rater != 0;
}

static bool take_key(bip__memo *m, bip__intake *in, const bip__columns *columns, const bip__csv *csv,
                     bip__quick_row *row)
{
    row->same = csv->quick.same && m->known && (!m->scattered || same_cells(m, columns, csv, true));
    row->key = m->key;
    if (row->same)
        return true;
    m->told = false;
    m->known = find_key(m, in, columns, csv, row);
    m->key = row->key;
    if (m->known && m->scattered)
        keep_cells(m, columns, csv, true);
    return m->known;
}

/* ------------------------------------------------------------ indicators and scores */

static bool is_named(const bip__named_item *name, bip__cell cell, const bip__row_key *key)
{
    return name->version == key->version && name->respondent == key->respondent && is_text(cell, name->text, name->n);
}

/* Where the name stands or, if it doesn't, may be put: in a free place, or in one for another that then has to be
 * learnt again. */
static bip__named_item *name_place(bip__memo *m, bip__cell cell, const bip__row_key *key)
{
    const size_t place = (size_t)key->version * 7 + (size_t)key->respondent;
    const size_t first = (size_t)bip__intern_hash(cell.s, cell.n) + place * 37;
    bip__named_item *name = NULL;
    for (size_t i = 0; i < 8; i++) {
        name = &m->names[(first + i) % BIP__NAMES];
        if (!name->known || is_named(name, cell, key))
            break;
    }
    return name;
}

void bip__memo_learn_item(bip__memo *m, const bip__intake *in, const bip__columns *columns, const bip__csv *csv,
                          const bip__row_key *key, int32_t indicator, int32_t item)
{
    const bip__cell cell = cell_of(columns, csv, false, BIP__COLUMN_INDICATOR);
    bip__named_item *name = name_place(m, cell, key);
    if (cell.n > sizeof name->text || (name->known && is_named(name, cell, key)))
        return;
    *name = (bip__named_item){.known = true,
                              .version = key->version,
                              .respondent = key->respondent,
                              .item = item,
                              .indicator = &in->catalogue->versions[key->version].def->indicators[indicator],
                              .n = cell.n};
    memcpy(name->text, cell.s, cell.n);
    for (uint32_t d = 0; d < 10; d++)
        name->digits |= (uint32_t)bip__scale_holds(name->indicator->scale, d) << d;
}

/* Indicators mostly come in the same order: the one expected is looked at first. */
static const bip__named_item *find_item(bip__memo *m, bip__cell cell)
{
    bip__named_item *name = m->last != NULL ? m->last->next : NULL;
    if (name == NULL || !name->known || !is_named(name, cell, &m->key)) {
        name = name_place(m, cell, &m->key);
        if (!name->known || !is_named(name, cell, &m->key))
            return NULL;
        if (m->last != NULL)
            m->last->next = name;
    }
    m->last = name;
    return name;
}

static bool find_score(bip__intake *in, const bip__named_item *name, bip__cell cell, bip_score *out)
{
    *out = (bip_score){.answer = BIP_NUMBER};
    if (cell.n == 1 && cell.s[0] >= '0' && cell.s[0] <= '9') {
        out->number = cell.s[0] - '0'; /* nine in ten */
        return name->digits >> (cell.s[0] - '0') & 1;
    }
    if (cell.n == 0)
        return false;
    if (bip__number_parse_cell(cell.s, cell.n, &out->number))
        return bip__score_check(name->indicator, out, NULL) == BIP_OK;
    return bip__lexicon_find(&in->reasons, cell.s, cell.n, &out->answer, NULL) == BIP_OK && out->answer >= 0;
}

/* ------------------------------------------------------------ rows */

/* What the row that was peeked at says, but for the person. */
static bool read_row(bip__memo *m, bip__intake *in, const bip__columns *columns, const bip__csv *csv,
                     bip__quick_row *row)
{
    const bip__cell group = cell_of(columns, csv, true, BIP__COLUMN_ASSESSMENT);
    if (!take_key(m, in, columns, csv, row) || cell_of(columns, csv, true, BIP__COLUMN_NOTE).n > 0)
        return false;
    const bip__named_item *name = find_item(m, cell_of(columns, csv, true, BIP__COLUMN_INDICATOR));
    if (name == NULL || !find_score(in, name, cell_of(columns, csv, true, BIP__COLUMN_SCORE), &row->score))
        return false;
    row->group = group.n > 0 ? bip__intern_find(&in->groups, group.s, group.n) : 0;
    row->item = name->item;
    return group.n == 0 || row->group != 0;
}

static bool find_person(const bip__intake *in, bip__quick_row *row, uint32_t before)
{
    row->key.person = row->same ? before : bip__intern_find_hashed(&in->people, row->code, row->code_n, row->hash);
    if (row->same)
        return true;
    if (row->key.person == 0 || (row->form && in->arrivals[row->key.person - 1].checked != row->key.version))
        return false;
    return !depends_on_store(in, &row->key, row->many);
}

/* The people of the first rows, up to one that isn't known: how many. */
static size_t find_people(const bip__memo *m, const bip__intake *in, bip__quick_row *rows, size_t n)
{
    uint32_t before = m->person;
    for (int step = 2; step < 4; step++)
        for (size_t i = 0; i < n; i++)
            if (!rows[i].same)
                bip__intern_hint(&in->people, rows[i].hash, step);
    for (size_t i = 0; i < n; before = rows[i++].key.person)
        if (!find_person(in, &rows[i], before))
            return i;
    return n;
}

/* The row is read again. */
static void give_back(bip__memo *m, bip__csv *csv, const bip__quick_row *row)
{
    csv->source->at = row->at;
    csv->next_line = row->line;
    csv->quick.lead_n = 0;
    m->known = false;
}

size_t bip__memo_rows(bip__memo *m, bip__intake *in, const bip__columns *columns, bip__csv *csv, bip__quick_row *rows,
                      size_t most)
{
    size_t n = 0;
    m->person = m->key.person;
    for (; n < most && bip__csv_peek(csv); n++) {
        if (!read_row(m, in, columns, csv, &rows[n])) {
            m->known = m->known && rows[n].same; /* else part of another key is in the memo */
            break;
        }
        rows[n].at = csv->source->at;
        bip__csv_take(csv);
        rows[n].line = csv->line;
    }
    const size_t found = find_people(m, in, rows, n);
    if (found < n)
        give_back(m, csv, &rows[found]);
    if (found > 0)
        m->key = rows[found - 1].key;
    return found;
}
