#include "exchange/csv_columns.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

static const char *const fixed_names[BIP__COLUMN_FIXED] = {
    "participant", "date", "respondent", "instrument", "rater", "note", "assessment", "indicator", "score"};

static const struct {
    const char *text;
    bip__column_kind kind;
} others[] = {{"deltagare", BIP__COLUMN_PARTICIPANT},
              {"borger", BIP__COLUMN_PARTICIPANT},
              {"datum", BIP__COLUMN_DATE},
              {"dato", BIP__COLUMN_DATE},
              {"svarande", BIP__COLUMN_RESPONDENT},
              {"handläggare", BIP__COLUMN_RATER},
              {"sagsbehandler", BIP__COLUMN_RATER},
              {"anteckning", BIP__COLUMN_NOTE},
              {"indikator", BIP__COLUMN_INDICATOR},
              {"skattning", BIP__COLUMN_SCORE}};

static bip_status fill_fixed(bip__lexicon *l, bool is_long, bip_error *err)
{
    const int32_t end = is_long ? BIP__COLUMN_FIXED : BIP__COLUMN_INDICATOR;
    bip_status st = BIP_OK;
    for (int32_t k = 0; st == BIP_OK && k < end; k++)
        st = bip__lexicon_add(l, fixed_names[k], BIP__RANK_CODE, k, err);
    for (size_t i = 0; st == BIP_OK && i < sizeof others / sizeof *others; i++)
        if ((int32_t)others[i].kind < end)
            st = bip__lexicon_add(l, others[i].text, BIP__RANK_CODE, (int32_t)others[i].kind, err);
    return st;
}

bip_status bip__columns_is_fixed(const char *name, bool *yes, bip_error *err)
{
    bip__lexicon fixed = {0};
    int32_t kind = BIP__UNKNOWN;
    bip_status st = fill_fixed(&fixed, true, err);
    if (st == BIP_OK)
        st = bip__lexicon_find(&fixed, name, strlen(name), &kind, err);
    bip__lexicon_free(&fixed);
    *yes = kind >= 0;
    return st;
}

/* ------------------------------------------------------------ reading */

static bip_status copy_names(bip__columns *c, bip__intake *in, const bip__csv *csv, bip_error *err)
{
    bip_status all = BIP_OK;
    c->n = csv->n;
    c->line = csv->line;
    c->list = bip__arena_alloc(&in->arena, csv->n * sizeof *c->list);
    c->indicators = bip__arena_alloc(&in->arena, in->catalogue->n * sizeof *c->indicators);
    c->bad = bip__arena_alloc(&in->arena, in->catalogue->n * sizeof *c->bad);
    if (c->list == NULL || c->indicators == NULL || c->bad == NULL)
        return bip__nomem(err);
    for (size_t i = 0; i < csv->n; i++) {
        const bip__cell cell = bip__cell_trim(csv->cells[i]);
        c->list[i].name = bip__arena_strndup(&in->arena, cell.s, cell.n);
        c->list[i].n = cell.n;
        if (c->list[i].name == NULL)
            return bip__nomem(err);
        if (cell.fault != NULL)
            all = bip__intake_both(
                all, bip__intake_refuse(in, c->line, "", err, "the header's cell %zu %s", i + 1, cell.fault));
    }
    return all;
}

static bool is_ignored(const bip__intake *in, const char *folded)
{
    for (size_t i = 0; i < in->n_ignored; i++)
        if (strcmp(in->ignored[i], folded) == 0)
            return true;
    return false;
}

/* Whether any version that a row may turn out to be of has an indicator of that name. */
static bip_status is_item(bip__columns *c, bip__intake *in, const bip__column *column, bool *yes, bip_error *err)
{
    const bool any = c->at[BIP__COLUMN_INSTRUMENT] >= 0;
    *yes = false;
    for (size_t i = 0; i < in->catalogue->n && !*yes; i++) {
        bip__vocabulary *words;
        int32_t indicator;
        if (!any && strcmp(in->catalogue->versions[i].def->code, in->instrument->def->code) != 0)
            continue;
        bip_status st = bip__intake_vocabulary(in, (int32_t)i, &words, err);
        if (st == BIP_OK)
            st = bip__lexicon_find(&words->indicators, column->name, column->n, &indicator, err);
        if (st != BIP_OK)
            return st;
        *yes = indicator != BIP__UNKNOWN;
    }
    return BIP_OK;
}

/* Fixed, ignored and unnamed columns; what remains is BIP__COLUMN_ITEM for now. */
static bip_status sort_column(bip__columns *c, bip__intake *in, size_t i, bip__lexicon *fixed, bip_error *err)
{
    bip__column *column = &c->list[i];
    size_t folded_n;
    int32_t kind;
    const char *folded = bip__text_fold(&in->arena, column->name, column->n, &folded_n);
    if (folded == NULL)
        return bip__nomem(err);
    column->kind = BIP__COLUMN_ITEM;
    if (is_ignored(in, folded)) {
        column->kind = BIP__COLUMN_IGNORED;
        return BIP_OK;
    }
    if (column->n == 0) {
        column->kind = BIP__COLUMN_UNNAMED;
        c->has_unnamed = true;
        return BIP_OK;
    }
    bip_status st = bip__lexicon_find(fixed, column->name, column->n, &kind, err);
    if (st != BIP_OK || kind < 0)
        return st;
    column->kind = (bip__column_kind)kind;
    if (c->at[kind] >= 0)
        return bip__intake_refuse(in, c->line, column->name, err, "is a second column for the %s, after column %s",
                                  fixed_names[kind], c->list[c->at[kind]].name);
    c->at[kind] = (int32_t)i;
    return BIP_OK;
}

static bip_status sort_columns(bip__columns *c, bip__intake *in, bip_error *err)
{
    bip__lexicon fixed = {0};
    bip_status st = fill_fixed(&fixed, c->is_long, err), all = st;
    for (size_t k = 0; k < BIP__COLUMN_FIXED; k++)
        c->at[k] = -1;
    c->has_unnamed = false;
    for (size_t i = 0; i < c->n && (all == BIP_OK || all == BIP_E_REFUSED); i++)
        all = bip__intake_both(all, sort_column(c, in, i, &fixed, err));
    bip__lexicon_free(&fixed);
    return all;
}

/* Nothing is reported twice: only whether both columns of the long format are there. */
static bip_status tell_format(bip__columns *c, const char *format, bip_error *err)
{
    bip__lexicon fixed = {0};
    bool indicator = false, score = false;
    int32_t kind;
    bip_status st = BIP_OK;
    if (format == NULL)
        st = fill_fixed(&fixed, true, err);
    for (size_t i = 0; st == BIP_OK && format == NULL && i < c->n; i++) {
        st = bip__lexicon_find(&fixed, c->list[i].name, c->list[i].n, &kind, err);
        indicator |= st == BIP_OK && kind == BIP__COLUMN_INDICATOR;
        score |= st == BIP_OK && kind == BIP__COLUMN_SCORE;
    }
    bip__lexicon_free(&fixed);
    c->is_long = format != NULL ? strcmp(format, "csv-long") == 0 : indicator && score;
    return st;
}

static bip_status check_items(bip__columns *c, bip__intake *in, bip_error *err)
{
    bip_status all = BIP_OK;
    for (size_t i = 0; i < c->n; i++) {
        bool known = false;
        bip_status st = BIP_OK;
        if (c->list[i].kind != BIP__COLUMN_ITEM)
            continue;
        if (!c->is_long)
            st = is_item(c, in, &c->list[i], &known, err);
        if (st == BIP_OK && !known)
            st = bip__intake_refuse(in, c->line, c->list[i].name, err,
                                    c->is_long ? "is no column of csv-long"
                                               : "is neither a known column nor an indicator");
        all = bip__intake_both(all, st);
    }
    return all;
}

/* Says what else the column may be called, since the file is in its team's own language. */
static bip_status refuse_lack(bip__columns *c, bip__intake *in, size_t kind, bip_error *err)
{
    char also[64] = "";
    size_t n = 0;
    for (size_t i = 0; i < sizeof others / sizeof *others && n < sizeof also; i++)
        if ((size_t)others[i].kind == kind)
            n += (size_t)snprintf(also + n, sizeof also - n, "%s%s", n == 0 ? " (" : ", ", others[i].text);
    return bip__intake_refuse(in, c->line, "", err, "there is no column %s%s%s", fixed_names[kind], also,
                              n > 0 ? ")" : "");
}

static bip_status check_required(bip__columns *c, bip__intake *in, bip_error *err)
{
    bip_status all = BIP_OK;
    for (size_t k = 0; k < BIP__COLUMN_FIXED; k++) {
        const bool required = k <= BIP__COLUMN_RESPONDENT || (c->is_long && k >= BIP__COLUMN_INDICATOR);
        if (required && c->at[k] < 0)
            all = bip__intake_both(all, refuse_lack(c, in, k, err));
    }
    return all;
}

bip_status bip__columns_read(bip__columns *columns, bip__intake *in, const bip__csv *csv, const char *format,
                             bip_error *err)
{
    const int32_t *indicators;
    *columns = (bip__columns){0};
    bip_status st = copy_names(columns, in, csv, err);
    if (st == BIP_OK)
        st = tell_format(columns, format, err);
    if (st == BIP_OK)
        st = sort_columns(columns, in, err);
    if (st != BIP_OK)
        return st;
    if (columns->at[BIP__COLUMN_INSTRUMENT] < 0 && in->instrument == NULL)
        return bip__fail(err, BIP_E_USAGE, "instrument",
                         "the file has no column for the instrument: name it by the option");
    st = check_required(columns, in, err);
    st = bip__intake_both(st, check_items(columns, in, err));
    /* told even where the file has no row */
    if (st == BIP_OK && !columns->is_long && columns->at[BIP__COLUMN_INSTRUMENT] < 0)
        st =
            bip__columns_indicators(columns, in, (int32_t)(in->instrument - in->catalogue->versions), &indicators, err);
    return st;
}

/* ------------------------------------------------------------ against one version */

static bip_status match_column(bip__columns *c, bip__intake *in, const bip__instrument *def, bip__vocabulary *words,
                               size_t i, int32_t *indicators, bip_error *err)
{
    const bip__column *column = &c->list[i];
    indicators[i] = BIP__UNKNOWN;
    if (column->kind == BIP__COLUMN_UNNAMED || column->kind == BIP__COLUMN_IGNORED)
        return BIP_OK;
    bip_status st = bip__lexicon_find(&words->indicators, column->name, column->n, &indicators[i], err);
    if (st != BIP_OK || indicators[i] == BIP__UNKNOWN)
        return st;
    if (column->kind < BIP__COLUMN_FIXED) { /* wins over titles, but not over a code */
        const int32_t indicator = indicators[i];
        size_t n;
        const char *folded = bip__text_fold(&in->arena, column->name, column->n, &n);
        if (folded == NULL)
            return bip__nomem(err);
        indicators[i] = BIP__UNKNOWN;
        if (indicator < 0 || strcmp(def->indicators[indicator].code, folded) != 0)
            return BIP_OK;
        return bip__intake_refuse(in, c->line, column->name, err, "fits both the column %s and an indicator of %s",
                                  fixed_names[column->kind], def->code);
    }
    if (indicators[i] == BIP__AMBIGUOUS)
        return bip__intake_refuse(in, c->line, column->name, err, "is the name of more than one indicator of %s",
                                  def->code);
    for (size_t j = 0; j < i; j++)
        if (indicators[j] == indicators[i])
            return bip__intake_refuse(in, c->line, column->name, err, "is a second column of %s, after column %s",
                                      def->indicators[indicators[i]].code, c->list[j].name);
    words->covered[indicators[i]] = true;
    return BIP_OK;
}

bip_status bip__columns_indicators(bip__columns *columns, bip__intake *in, int32_t version, const int32_t **out,
                                   bip_error *err)
{
    const bip__instrument *def = bip__intake_def(in, version);
    bip__vocabulary *words;
    bip_status st, all = BIP_OK;
    *out = columns->indicators[version];
    if (*out != NULL)
        return columns->bad[version] ? BIP_E_REFUSED : BIP_OK;
    int32_t *indicators = bip__arena_alloc(&in->arena, columns->n * sizeof *indicators);
    st = bip__intake_vocabulary(in, version, &words, err);
    if (st != BIP_OK)
        return st;
    words->covered = bip__alloc_zero(def->n_indicators, sizeof *words->covered);
    if (indicators == NULL || words->covered == NULL)
        return bip__nomem(err);
    for (size_t i = 0; i < columns->n && (all == BIP_OK || all == BIP_E_REFUSED); i++)
        all = bip__intake_both(all, match_column(columns, in, def, words, i, indicators, err));
    columns->indicators[version] = indicators;
    columns->bad[version] = all != BIP_OK;
    *out = indicators;
    return all;
}
