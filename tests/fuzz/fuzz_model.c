/* libFuzzer: sequences of calls, held against a plain model on both storages. See model.c. */
#define BIP_FUZZ_MODEL
#include "../model/model.c"
