/* libFuzzer: any bytes as a number, and any eight bytes as a double. What is read must be what strtod() makes of it,
 * print and read back as itself. */
#include "fuzz.h"

#include "base/number.h"

#include <math.h>

static void check_double(double v)
{
    char text[BIP_NUMBER_SIZE];
    double again;
    const size_t n = bip__number_print(v, text);
    if (n >= sizeof text || text[n] != '\0' || !bip__number_parse_json(text, n, &again) || again != v)
        abort();
    const double rounded = bip__number_round12(v);
    if (!isfinite(rounded) || bip__number_round12(rounded) != rounded)
        abort();
}

/* A comma is a point to a cell; strtod(), in the locale "C" that a program begins in, knows points only. */
static void check_text(char *s, size_t n)
{
    double json, cell;
    const bool is_json = bip__number_parse_json(s, n, &json), is_cell = bip__number_parse_cell(s, n, &cell);
    if (is_json && (!is_cell || json != cell || strtod(s, NULL) != json))
        abort();
    if (!is_cell)
        return;
    for (size_t i = 0; i < n; i++)
        s[i] = s[i] == ',' ? '.' : s[i];
    if (strtod(s, NULL) != cell)
        abort();
    check_double(cell);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    char *s = malloc(n + 1);
    double v = 0;
    if (s == NULL)
        abort();
    if (n > 0)
        memcpy(s, data, n);
    s[n] = '\0';
    check_text(s, n);
    if (n >= sizeof v)
        memcpy(&v, data, sizeof v);
    if (isfinite(v) && fabs(v) < 1e300) /* the greatest doubles can't be rounded up */
        check_double(v);
    free(s);
    return 0;
}
