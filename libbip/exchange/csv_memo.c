#include "exchange/csv_memo.h"

#include "base/bytes.h"
#include "base/number.h"
#include "exchange/packed.h"

#include <string.h>

#define TEN 10 /* bytes of a date without a time of day */

static const bip__column_kind key_columns[BIP__KEY_CELLS] = {
    BIP__COLUMN_INSTRUMENT, BIP__COLUMN_RESPONDENT, BIP__COLUMN_PARTICIPANT, BIP__COLUMN_DATE, BIP__COLUMN_RATER};

void bip__memo_open(bip__memo *m, const bip__columns *columns, bip__csv *csv)
{
    bip__quick *q = &csv->quick;
    const int32_t indicator = columns->at[BIP__COLUMN_INDICATOR], score = columns->at[BIP__COLUMN_SCORE];
    m->most = BIP__QUICK_RUNS;
    if (!columns->is_long || columns->has_unnamed || columns->n > BIP__QUICK_CELLS)
        return;
    q->width = columns->n;
    q->lead = (size_t)(indicator < score ? indicator : score);
    q->echoes = score == indicator + 1;
    for (size_t k = 0; k < BIP__KEY_CELLS; k++)
        m->scattered |= columns->at[key_columns[k]] >= (int32_t)q->lead;
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
    return cell.n == n && bip__same_bytes(cell.s, s, n);
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
    const bip__instrument *def = bip__intake_def(in, key->version);
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
                     bip__quick_run *run)
{
    const bip__cell cells[2] = {cell_of(columns, csv, true, key_columns[0]),
                                cell_of(columns, csv, true, key_columns[1])};
    const bip__cell person = cell_of(columns, csv, true, BIP__COLUMN_PARTICIPANT),
                    date = cell_of(columns, csv, true, BIP__COLUMN_DATE),
                    rater = cell_of(columns, csv, true, BIP__COLUMN_RATER);
    const bip__place *place = find_place(m, cells);
    if (place == NULL || date.n > TEN ||
        bip__date_read(date.s, date.n, in->dates, false, &run->key.day) != BIP__DATE_OK)
        return false;
    run->key.rater = rater.n > 0 ? bip__intern_find(&in->raters, rater.s, rater.n) : 0;
    run->key.version = place->version;
    run->key.named = place->named;
    run->key.respondent = place->respondent;
    run->form = place->asks_form;
    run->many = place->many;
    run->code = person.s;
    run->code_n = person.n;
    run->hash = bip__intern_hash(person.s, person.n);
    bip__intern_hint(&in->people, run->hash, 1);
    return rater.n == 0 || run->key.rater != 0;
}

static bool take_key(bip__memo *m, bip__intake *in, const bip__columns *columns, const bip__csv *csv,
                     bip__quick_run *run)
{
    run->same = csv->quick.same && m->known && (!m->scattered || same_cells(m, columns, csv, true));
    run->key = m->key;
    if (run->same)
        return true;
    m->told = false;
    m->known = find_key(m, in, columns, csv, run);
    m->key = run->key;
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
    if (cell.n >= sizeof name->text || (name->known && is_named(name, cell, key)))
        return;
    *name = (bip__named_item){.known = true,
                              .version = key->version,
                              .respondent = key->respondent,
                              .item = item,
                              .indicator = &bip__intake_def(in, key->version)->indicators[indicator],
                              .n = cell.n};
    memcpy(name->text, cell.s, cell.n);
    name->text[cell.n] = csv->separator;
    for (uint32_t d = 0; d < 10; d++)
        name->digits |= (uint32_t)bip__scale_holds(name->indicator->scale, d) << d;
}

/* Indicators mostly come in the same order: the one expected is looked at first. */
static bip__named_item *find_item(bip__memo *m, bip__cell cell)
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
    name->plain = true;
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
                     bip__quick_run *run, bip__item_score *score)
{
    const bip__cell group = cell_of(columns, csv, true, BIP__COLUMN_ASSESSMENT);
    if (!take_key(m, in, columns, csv, run) || cell_of(columns, csv, true, BIP__COLUMN_NOTE).n > 0)
        return false;
    const bip__named_item *name = find_item(m, cell_of(columns, csv, true, BIP__COLUMN_INDICATOR));
    if (name == NULL || !find_score(in, name, cell_of(columns, csv, true, BIP__COLUMN_SCORE), &score->score))
        return false;
    run->group = group.n > 0 ? bip__intern_find(&in->groups, group.s, group.n) : 0;
    score->item = name->item;
    score->code = bip__packed_code(&score->score);
    return group.n == 0 || run->group != 0;
}

/* The rows behind it that differ from it by the indicator that is expected and by the score. */
static void take_echoes(bip__memo *m, bip__csv *csv, bip__quick_batch *batch)
{
    while (batch->n_scores < BIP__QUICK_SCORES) {
        bip__named_item *name = m->last->next;
        if (name == NULL || !name->plain || name->version != m->key.version || name->respondent != m->key.respondent)
            return;
        const int digit = bip__csv_take_echo(csv, name->text, name->n + 1, name->digits);
        if (digit < 0)
            return;
        batch->scores[batch->n_scores++] = (bip__item_score){
            name->item, (uint8_t)(BIP__PACKED_WHOLE + digit), {.number = digit, .answer = BIP_NUMBER}};
        m->last = name;
    }
}

static bool take_run(bip__memo *m, bip__intake *in, const bip__columns *columns, bip__csv *csv, bip__quick_batch *batch)
{
    bip__quick_run *run = &batch->runs[batch->n];
    if (!bip__csv_peek(csv))
        return false;
    if (!read_row(m, in, columns, csv, run, &batch->scores[batch->n_scores])) {
        m->known = m->known && run->same; /* else part of another key is in the memo */
        return false;
    }
    run->first = batch->n_scores++;
    run->at = csv->source->at;
    bip__csv_take(csv);
    run->line = csv->line;
    take_echoes(m, csv, batch);
    run->n = batch->n_scores - run->first;
    batch->n++;
    return true;
}

static bool find_person(bip__intake *in, bip__quick_run *run, uint32_t before)
{
    uint32_t *person = &run->key.person;
    *person = run->same ? before : bip__intern_find_hashed(&in->people, run->code, run->code_n, run->hash);
    if (run->same)
        return true;
    if (*person == 0) {
        const bip__said said = {.line = run->line, .column = "", .s = run->code, .n = run->code_n};
        if (bip__intake_newcomer(in, &said, run->key.version, person) != BIP_OK)
            return false;
    }
    if (run->form && in->arrivals[*person - 1].checked != run->key.version)
        return false;
    return !depends_on_store(in, &run->key, run->many);
}

/* The people of the first runs, up to one that isn't known: how many. */
static uint32_t find_people(const bip__memo *m, bip__intake *in, bip__quick_batch *batch)
{
    uint32_t before = m->person;
    for (int step = 2; step < 4; step++)
        for (size_t i = 0; i < batch->n; i++)
            if (!batch->runs[i].same)
                bip__intern_hint(&in->people, batch->runs[i].hash, step);
    for (uint32_t i = 0; i < batch->n; before = batch->runs[i++].key.person)
        if (!find_person(in, &batch->runs[i], before))
            return i;
    return batch->n;
}

/* The run is read again. What stood behind it was looked at in vain: where that happens all the time, less is taken. */
static void give_back(bip__memo *m, bip__csv *csv, const bip__quick_run *run)
{
    m->most = 1;
    csv->source->at = run->at;
    csv->next_line = run->line;
    csv->quick.before = NULL;
    m->known = false;
}

bool bip__memo_rows(bip__memo *m, bip__intake *in, const bip__columns *columns, bip__csv *csv, bip__quick_batch *batch)
{
    bool more = true;
    batch->n = batch->n_scores = 0;
    m->person = m->key.person;
    m->most = m->most < BIP__QUICK_RUNS / 2 ? 2 * m->most : BIP__QUICK_RUNS;
    while (more && batch->n < m->most && batch->n_scores < BIP__QUICK_SCORES)
        more = take_run(m, in, columns, csv, batch);
    const uint32_t found = find_people(m, in, batch);
    if (found < batch->n) {
        give_back(m, csv, &batch->runs[found]);
        more = false;
    }
    if (found > 0)
        m->key = batch->runs[found - 1].key;
    batch->n = found;
    return more;
}
