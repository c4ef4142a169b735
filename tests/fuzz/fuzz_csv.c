/* libFuzzer: any bytes as CSV. The rows must be text and lines must rise; an import must leave nothing behind. */
#include "fuzz.h"

#include "base/out.h"
#include "base/text.h"
#include "exchange/csv.h"

static void check_row(const bip__csv *csv, int64_t *line)
{
    if (csv->line <= *line || csv->n == 0)
        abort();
    *line = csv->line;
    for (size_t i = 0; i < csv->n; i++)
        if (csv->cells[i].fault == NULL && bip__utf8_valid(csv->cells[i].s, csv->cells[i].n) < csv->cells[i].n)
            abort();
}

#define LEAD 2
#define TEXT 64

/* All cells but the two behind the lead. */
static void print_others(const bip__csv *csv, bip__out *o)
{
    bip__out_clear(o);
    for (size_t i = 0; i < csv->n; i++)
        if (i != LEAD && i != LEAD + 1) {
            bip__out_bytes(o, csv->cells[i].s, csv->cells[i].n);
            bip__out_char(o, '\n');
        }
}

static bool same_row(const bip__csv *quick, const bip__csv *csv)
{
    if (quick->next_line != csv->line || quick->quick.width != csv->n)
        return false;
    for (size_t i = 0; i < csv->n; i++) {
        const bip__cell cell = bip__csv_quick_cell(quick, i);
        if (cell.n != csv->cells[i].n || memcmp(cell.s, csv->cells[i].s, cell.n) != 0 || csv->cells[i].fault != NULL)
            return false;
    }
    return true;
}

/* Whether the row in hand is the one before but for two cells: `text` (its separator with it), then a digit. */
static bool is_echo(const bip__csv *csv, const bip__out *before, bip__out *others, const char *text, size_t n,
                    int digit)
{
    const bip__cell *name = &csv->cells[LEAD], *score = name + 1;
    print_others(csv, others);
    return others->len == before->len && memcmp(others->data, before->data, before->len) == 0 && name->n + 1 == n &&
           memcmp(name->s, text, name->n) == 0 && score->n == 1 && score->s[0] == '0' + digit;
}

/* The row that `csv` has in hand, as an echo of the quick row before with `text`. */
static bool check_echo(bip__csv *quick, const bip__csv *csv, const bip__out *before, const char *text, size_t n)
{
    bip__out others;
    if (quick->next_line != csv->line || n == 0)
        return false;
    const int digit = bip__csv_take_echo(quick, text, n, 0x3FE);
    if (digit < 0)
        return false;
    bip__out_init(&others, NULL, NULL);
    if (digit == 0 || csv->n != quick->quick.width || !is_echo(csv, before, &others, text, n, digit))
        abort();
    bip__out_free(&others);
    return true;
}

/* The row that `csv` has in hand, the other way: where it can be had quickly it must be the same. */
static void check_quick(bip__csv *quick, const bip__csv *csv, char text[TEXT], size_t *n)
{
    if (quick->quick.width == 0 || !bip__csv_peek(quick) || quick->next_line != csv->line) {
        if (bip__csv_next(quick, NULL) != BIP_OK || quick->line != csv->line || quick->n != csv->n)
            abort();
        quick->quick.width = quick->n <= BIP__QUICK_CELLS ? quick->n : 0;
        quick->quick.lead = quick->n > LEAD ? LEAD : 0;
        quick->quick.echoes = quick->n > LEAD + 1;
        *n = 0;
        return;
    }
    if (!same_row(quick, csv))
        abort();
    *n = quick->quick.echoes ? bip__csv_quick_cell(quick, LEAD).n + 1 : 0;
    if (*n > TEXT)
        *n = 0;
    memcpy(text, bip__csv_quick_cell(quick, quick->quick.lead).s, *n);
    bip__csv_take(quick);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    fuzz_bytes bytes = {data, n, 0}, again = {data, n, 0};
    bip__source source, other;
    bip__csv csv, quick;
    bip__out before;
    char text[TEXT];
    size_t text_n = 0;
    int64_t line = 0;
    bip__out_init(&before, NULL, NULL);
    bip__source_init(&source, fuzz_give, &bytes);
    bip__source_init(&other, fuzz_give, &again);
    bip__csv_init(&csv, &source);
    bip__csv_init(&quick, &other);
    while (bip__csv_next(&csv, NULL) == BIP_OK) {
        check_row(&csv, &line);
        if (!check_echo(&quick, &csv, &before, text, text_n))
            check_quick(&quick, &csv, text, &text_n);
        print_others(&csv, &before);
    }
    bip__out_free(&before);
    bip__csv_free(&csv);
    bip__csv_free(&quick);
    bip__source_free(&source);
    bip__source_free(&other);
    fuzz_import("csv-wide", data, n);
    fuzz_import("csv-long", data, n);
    return 0;
}
