/* libFuzzer: any bytes as JSON lines, and as a file whose format is to be told. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    fuzz_import("jsonl", data, n);
    fuzz_import(NULL, data, n);
    return 0;
}
