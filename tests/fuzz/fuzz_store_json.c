/* libFuzzer: any bytes as the JSON of a whole store. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    fuzz_import("json", data, n);
    return 0;
}
