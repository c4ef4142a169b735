/* libFuzzer: any bytes as CSV. The rows must be text and lines must rise; an import must leave nothing behind. */
#include "fuzz.h"

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

/* The row that `csv` has in hand, the other way: where it can be had quickly it must be the same. */
static void check_quick(bip__csv *quick, const bip__csv *csv)
{
    if (quick->quick.width == 0 || !bip__csv_peek(quick) || quick->next_line != csv->line) {
        if (bip__csv_next(quick, NULL) != BIP_OK || quick->line != csv->line || quick->n != csv->n)
            abort();
        quick->quick.width = quick->n <= BIP__QUICK_CELLS ? quick->n : 0;
        quick->quick.lead = quick->n > 2 ? 2 : 0;
        return;
    }
    if (!same_row(quick, csv))
        abort();
    bip__csv_take(quick);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    fuzz_bytes bytes = {data, n, 0}, again = {data, n, 0};
    bip__source source, other;
    bip__csv csv, quick;
    int64_t line = 0;
    bip__source_init(&source, fuzz_give, &bytes);
    bip__source_init(&other, fuzz_give, &again);
    bip__csv_init(&csv, &source);
    bip__csv_init(&quick, &other);
    while (bip__csv_next(&csv, NULL) == BIP_OK) {
        check_row(&csv, &line);
        check_quick(&quick, &csv);
    }
    bip__csv_free(&csv);
    bip__csv_free(&quick);
    bip__source_free(&source);
    bip__source_free(&other);
    fuzz_import("csv-wide", data, n);
    fuzz_import("csv-long", data, n);
    return 0;
}
