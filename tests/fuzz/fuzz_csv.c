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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    fuzz_bytes bytes = {data, n, 0};
    bip__source source;
    bip__csv csv;
    int64_t line = 0;
    bip__source_init(&source, fuzz_give, &bytes);
    bip__csv_init(&csv, &source);
    while (bip__csv_next(&csv, NULL) == BIP_OK)
        check_row(&csv, &line);
    bip__csv_free(&csv);
    bip__source_free(&source);
    fuzz_import("csv-wide", data, n);
    fuzz_import("csv-long", data, n);
    return 0;
}
