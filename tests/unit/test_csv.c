/* Rows out of bytes, whatever the separator, the encoding and the pieces they come in. */
#include "support.h"

#include "exchange/csv.h"

static void print_row(bip__out *o, const bip__csv *csv)
{
    bip__out_printf(o, "%lld:", (long long)csv->line);
    for (size_t i = 0; i < csv->n; i++) {
        bip__out_char(o, '|');
        bip__out_bytes(o, csv->cells[i].s, csv->cells[i].n);
        if (csv->cells[i].fault != NULL)
            bip__out_printf(o, "<%s>", csv->cells[i].fault);
    }
    bip__out_char(o, '\n');
}

/* The same row where it can be had the quick way. */
static bool print_quick(bip__out *o, bip__csv *csv)
{
    const int64_t line = csv->next_line;
    if (!bip__csv_peek(csv))
        return false;
    const bip__cell first = bip__csv_quick_cell(csv, 0);
    if (csv->quick.ends[csv->quick.width - 1] + 1 == csv->quick.width && first.n == 0)
        return false; /* nothing but separators: whoever reads it sees that it says nothing */
    bip__out_printf(o, "%lld:", (long long)line);
    for (size_t i = 0; i < csv->quick.width; i++) {
        const bip__cell cell = bip__csv_quick_cell(csv, i);
        bip__out_char(o, '|');
        bip__out_bytes(o, cell.s, cell.n);
    }
    bip__out_char(o, '\n');
    bip__csv_take(csv);
    assert_int_equal(csv->line, line);
    return true;
}

/* Every row as "LINE:|cell|cell", then the failure that ended the reading, if one did. lead: how many cells the quick
 * way compares with the row before, -1: without it. */
static void read_rows(const char *bytes, size_t n, size_t most, int lead, bip__out *o)
{
    test_bytes p = {bytes, n, 0, most};
    bip__source source;
    bip__csv csv;
    bip_status st;
    bip__source_init(&source, test_give, &p);
    bip__csv_init(&csv, &source);
    while ((st = bip__csv_next(&csv, &test_err)) == BIP_OK) {
        print_row(o, &csv);
        if (lead >= 0 && csv.quick.width == 0 && csv.n <= BIP__QUICK_CELLS) {
            csv.quick.width = csv.n;
            csv.quick.lead = csv.n < (size_t)lead ? csv.n : (size_t)lead;
        }
        while (lead >= 0 && print_quick(o, &csv))
            ;
    }
    if (st != BIP_DONE)
        bip__out_printf(o, "%s: %s\n", test_err.where, test_err.message);
    bip__out_char(o, '\0');
    bip__csv_free(&csv);
    bip__source_free(&source);
}

static void assert_rows_of(const char *bytes, size_t n, const char *expected)
{
    static const size_t most[] = {1, 2, 3, 7, 65536};
    for (size_t i = 0; i < sizeof most / sizeof *most; i++)
        for (int lead = -1; lead < 3; lead++) {
            bip__out o;
            bip__out_init(&o, NULL, NULL);
            read_rows(bytes, n, most[i], lead, &o);
            assert_string_equal(o.data, expected);
            bip__out_free(&o);
        }
}

#define assert_rows(bytes, expected) assert_rows_of(bytes, sizeof(bytes) - 1, expected)

static void test_csv__takes_the_separator_most_frequent_in_the_header(void **state)
{
    (void)state;
    assert_rows("a,b,c\n1;2,3,4\n", "1:|a|b|c\n2:|1;2|3|4\n");
    assert_rows("a;b\n1,5;2\n", "1:|a|b\n2:|1,5|2\n");
    assert_rows("a\tb;c\td\n1\t2\t3\n", "1:|a|b;c|d\n2:|1|2|3\n");
    assert_rows("\"a,b,c,d\";e\n1;2\n", "1:|a,b,c,d|e\n2:|1|2\n");
    assert_rows("Health, body;Date\n1;2\n", "1:|Health, body|Date\n2:|1|2\n");
    assert_rows("a\n1\n", "1:|a\n2:|1\n");
}

static void test_csv__the_quick_way_reads_the_same_rows(void **state)
{
    (void)state;
    assert_rows("a,b,c\nP-000001,x,1\nP-000001,x,23456789\r\nP-000001,y,1\n\nP-000001,y,\nP-000001,y\nP-000001,y,1\n",
                "1:|a|b|c\n2:|P-000001|x|1\n3:|P-000001|x|23456789\n4:|P-000001|y|1\n6:|P-000001|y|\n"
                "7:|P-000001|y\n8:|P-000001|y|1\n");
    assert_rows("a;b;c\n1234567;8;9\n1234567;8;\"9\"\n1234567;8;\xC3\xA5\n1234567;8;9;0\n12345678;8;9\n12345678;;9",
                "1:|a|b|c\n2:|1234567|8|9\n3:|1234567|8|9\n4:|1234567|8|\xC3\xA5\n5:|1234567|8|9|0\n"
                "6:|12345678|8|9\n7:|12345678||9\n");
    assert_rows("a\tb\n~~~~~~~\t \x7F\nx\r,y\tz\n",
                "1:|a|b\n2:|~~~~~~~| \x7F\n3:|x\r,y<holds a carriage return without a line feed>|z\n");
}

/* Cells that are compared may be longer than what is remembered of them. */
static void test_csv__the_quick_way_takes_long_cells(void **state)
{
    bip__out bytes, expected;
    (void)state;
    bip__out_init(&bytes, NULL, NULL);
    bip__out_init(&expected, NULL, NULL);
    bip__out_text(&bytes, "a,b\n");
    bip__out_text(&expected, "1:|a|b\n");
    for (int row = 2; row < 5; row++) {
        bip__out_printf(&expected, "%d:|", row);
        for (int i = 0; i < 300; i++) {
            bip__out_char(&bytes, 'x');
            bip__out_char(&expected, 'x');
        }
        bip__out_printf(&bytes, ",%d\n", row);
        bip__out_printf(&expected, "|%d\n", row);
    }
    bip__out_char(&expected, '\0');
    assert_rows_of(bytes.data, bytes.len, expected.data);
    bip__out_free(&bytes);
    bip__out_free(&expected);
}

/* The digit of the row behind the first, where that is an echo of the first with the cell `b` between; else -1. */
static int echo_of(const char *first, const char *second, uint32_t digits)
{
    char text[200];
    snprintf(text, sizeof text, "h,h,h,h,h\n%s%s", first, second);
    test_bytes p = {text, strlen(text), 0, sizeof text};
    bip__source source;
    bip__csv csv;
    bip__source_init(&source, test_give, &p);
    bip__csv_init(&csv, &source);
    assert_status(bip__csv_next(&csv, &test_err), BIP_OK);
    csv.quick.width = 5;
    csv.quick.lead = 2;
    csv.quick.echoes = true;
    assert_int_equal(bip__csv_take_echo(&csv, "b,", 2, digits), -1); /* the header is no quick row */
    assert_true(bip__csv_peek(&csv));
    bip__csv_take(&csv);
    const int digit = bip__csv_take_echo(&csv, "b,", 2, digits);
    assert_int_equal(csv.line, digit < 0 ? 2 : 3);
    assert_int_equal(source.end - source.at, digit < 0 ? strlen(second) : 0);
    bip__csv_free(&csv);
    bip__source_free(&source);
    return digit;
}

static void test_csv__an_echo_is_the_row_before_but_for_a_digit_and_what_stands_before_it(void **state)
{
    (void)state;
    assert_int_equal(echo_of("P-0001,x,a,1,z\n", "P-0001,x,b,7,z\n", 0x3FF), 7);
    assert_int_equal(echo_of("P-0001,x,a,none,\r\n", "P-0001,x,b,0,\r\n", 0x3FF), 0);
    assert_int_equal(echo_of("P-0001,x,a,1,z\n", "P-0001,x,b,7,z\n", 0x37F), -1);
    assert_int_equal(echo_of("P-0001,x,a,1,z\n", "P-0001,x,b,17,z\n", 0x3FF), -1);
    assert_int_equal(echo_of("P-0001,x,a,1,z\n", "P-0001,x,b,:,z\n", UINT32_MAX), -1);
    assert_int_equal(echo_of("P-0001,x,a,1,z\n", "P-0001,x,c,7,z\n", 0x3FF), -1);
    assert_int_equal(echo_of("P-0001,x,a,1,z\n", "P-0001,y,b,7,z\n", 0x3FF), -1);
    assert_int_equal(echo_of("P-0001,x,a,1,z\n", "P-0001,x,b,7,y\n", 0x3FF), -1);
    assert_int_equal(echo_of("P-0001,x,a,1,z\n", "P-0001,x,b,7,z\r\n", 0x3FF), -1);
    assert_int_equal(echo_of("P-0001,x,a,1,z\n", "P-0001,x,b,7,z", 0x3FF), -1); /* more may follow */
}

static void test_csv__obeys_a_first_line_that_names_the_separator(void **state)
{
    (void)state;
    assert_rows("sep=;\r\na,b;c\r\n1,2;3\r\n", "2:|a,b|c\n3:|1,2|3\n");
    assert_rows("\xEF\xBB\xBFsep=,\na;b;c,d\n", "2:|a;b;c|d\n");
    assert_rows("sep=|\na|b\n", "line 1: the separator must be comma, semicolon or tab\n");
    assert_rows("a,b\nsep=;\n", "1:|a|b\n2:|sep=;\n");
}

static void test_csv__reads_quoted_cells_as_rfc_4180_says(void **state)
{
    (void)state;
    assert_rows("a,b\n\"x,\"\"y\"\"\",2\n\"\",3\n", "1:|a|b\n2:|x,\"y\"|2\n3:||3\n");
    assert_rows("a,b\n\"one\r\ntwo\n\nfour\",2\n3,4\n", "1:|a|b\n2:|one\r\ntwo\n\nfour|2\n6:|3|4\n");
    assert_rows("a,b\n5\" pipe,\"2\" \n", "1:|a|b\n2:|5\" pipe|2\n");
    assert_rows("a,b\n\"x\"y,2\n", "1:|a|b\n2:|x<goes on after its closing quote>|2\n");
}

static void test_csv__names_the_line_where_a_quote_was_opened(void **state)
{
    (void)state;
    assert_rows("a,b\n1,2\n3,\"x\ny\nz", "1:|a|b\n2:|1|2\nline 3: a quote is opened here and never closed\n");
    assert_rows("a,b\n\"x\n\",\"y\n4,5\n", "1:|a|b\nline 3: a quote is opened here and never closed\n");
}

static void test_csv__counts_physical_lines_and_skips_empty_rows(void **state)
{
    (void)state;
    assert_rows("\n\r\na,b\r\n\r\n , \t\n,,,\n1,2", "3:|a|b\n7:|1|2\n");
    assert_rows("a,b\n\xC2\xA0,\n1,\n", "1:|a|b\n3:|1|\n");
    assert_rows("", "");
    assert_rows("\xEF\xBB\xBF", "");
}

static void test_csv__decides_the_encoding_by_the_first_byte_above_127(void **state)
{
    (void)state;
    assert_rows("a,b\n\xE5,\x80\n", "1:|a|b\n2:|å|€\n");
    assert_rows("a,b\n\xC3\xA5,x\n", "1:|a|b\n2:|å|x\n");
    assert_rows("a,b\n\xC3\xA5,x\ny,\xE5\n", "1:|a|b\n2:|å|x\n3:|y|\xE5<is not valid UTF-8>\n");
    assert_rows("\xEF\xBB\xBF"
                "a,b\n\xE5,1\n",
                "1:|a|b\n2:|\xE5<is not valid UTF-8>|1\n");
    assert_rows("\xE5,b\n\xC3\xA5,1\n", "1:|å|b\n2:|Ã¥|1\n");
    assert_rows("\xE5,b\n\x81,1\n",
                "1:|å|b\n2:|?<holds a byte that Windows-1252 does not have (81, 8D, 8F, 90 or 9D)>|1\n");
}

static void test_csv__refuses_what_no_text_holds(void **state)
{
    (void)state;
    bip__out o;
    bip__out_init(&o, NULL, NULL);
    read_rows("a,b\n1\0002,3\n", 10, 3, -1, &o);
    const char expected[] = "1:|a|b\n2:|1\0002<holds a NUL byte (is the file UTF-16?)>|3\n";
    assert_int_equal(o.len, sizeof expected);
    assert_memory_equal(o.data, expected, sizeof expected);
    bip__out_free(&o);
    assert_rows("a,b\n1\r2,3\n", "1:|a|b\n2:|1\r2<holds a carriage return without a line feed>|3\n");
}

static void test_csv__drops_blanks_at_the_ends_of_a_cell(void **state)
{
    (void)state;
    bip__cell cell = bip__cell_trim((bip__cell){.s = " \t\xC2\xA0x y\xC2\xA0 ", .n = 10});
    assert_int_equal(cell.n, 3);
    assert_memory_equal(cell.s, "x y", 3);
    assert_int_equal(bip__cell_trim((bip__cell){.s = " \xC2\xA0\t", .n = 4}).n, 0);
}

static long endless(void *ctx, char *into, size_t n)
{
    size_t *given = ctx;
    memset(into, 'x', n);
    if (*given == 0)
        memcpy(into, "a,b\n", 4);
    *given += n;
    return *given < 100u * 1024 * 1024 ? (long)n : 0;
}

static void test_csv__gives_up_a_line_over_1_mib_before_it_is_in_memory(void **state)
{
    size_t given = 0;
    bip__source source;
    bip__csv csv;
    (void)state;
    bip__source_init(&source, endless, &given);
    bip__csv_init(&csv, &source);
    assert_status(bip__csv_next(&csv, &test_err), BIP_OK);
    assert_status(bip__csv_next(&csv, &test_err), BIP_E_REFUSED);
    assert_string_equal(test_err.where, "line 2");
    assert_message("longer than 1 MiB");
    assert_true(given < 2u * 1024 * 1024);
    bip__csv_free(&csv);
    bip__source_free(&source);
}

static void test_csv__takes_a_line_of_1_mib(void **state)
{
    const size_t n = 1024 * 1024;
    char *text = malloc(n + 3);
    bip__out o;
    (void)state;
    assert_non_null(text);
    memset(text, 'x', n + 3);
    memcpy(text, "a\n", 2);
    bip__out_init(&o, NULL, NULL);
    read_rows(text, n + 2, 65536, -1, &o);
    assert_int_equal(o.len, strlen("1:|a\n2:|\n") + n + 1);
    bip__out_clear(&o);
    read_rows(text, n + 3, 65536, -1, &o);
    assert_string_equal(o.data, "1:|a\nline 2: the line is longer than 1 MiB\n");
    bip__out_free(&o);
    free(text);
}

static long broken(void *ctx, char *into, size_t n)
{
    (void)ctx, (void)into, (void)n;
    return -1;
}

static void test_csv__tells_when_the_reader_fails(void **state)
{
    bip__source source;
    bip__csv csv;
    (void)state;
    bip__source_init(&source, broken, NULL);
    bip__csv_init(&csv, &source);
    assert_status(bip__csv_next(&csv, &test_err), BIP_E_IO);
    bip__csv_free(&csv);
    bip__source_free(&source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_csv__takes_the_separator_most_frequent_in_the_header),
        cmocka_unit_test(test_csv__the_quick_way_reads_the_same_rows),
        cmocka_unit_test(test_csv__the_quick_way_takes_long_cells),
        cmocka_unit_test(test_csv__an_echo_is_the_row_before_but_for_a_digit_and_what_stands_before_it),
        cmocka_unit_test(test_csv__obeys_a_first_line_that_names_the_separator),
        cmocka_unit_test(test_csv__reads_quoted_cells_as_rfc_4180_says),
        cmocka_unit_test(test_csv__names_the_line_where_a_quote_was_opened),
        cmocka_unit_test(test_csv__counts_physical_lines_and_skips_empty_rows),
        cmocka_unit_test(test_csv__decides_the_encoding_by_the_first_byte_above_127),
        cmocka_unit_test(test_csv__refuses_what_no_text_holds),
        cmocka_unit_test(test_csv__drops_blanks_at_the_ends_of_a_cell),
        cmocka_unit_test(test_csv__gives_up_a_line_over_1_mib_before_it_is_in_memory),
        cmocka_unit_test(test_csv__takes_a_line_of_1_mib),
        cmocka_unit_test(test_csv__tells_when_the_reader_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
