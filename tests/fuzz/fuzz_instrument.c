/* libFuzzer: any bytes as the definition of an instrument. What is refused says where and why; what holds has a form
 * that holds too and is its own. */
#include "fuzz.h"

#include "model/instrument.h"

static void check_again(const bip__instrument *def)
{
    bip__instrument *again = NULL;
    if (bip__instrument_parse(def->json, def->json_n, &again, NULL) != BIP_OK || again->json_n != def->json_n ||
        memcmp(again->json, def->json, def->json_n) != 0)
        abort();
    bip__instrument_free(again);
}

/* One that holds can be added, unless the store holds another of its code and version or its chain is broken. */
static void check_add(const char *json, size_t n)
{
    bip_change *change = NULL;
    if (bip_change_begin(fuzz_store(), "fuzz", NULL, &change, NULL) != BIP_OK)
        abort();
    const bip_status st = bip_instrument_add(change, json, n, NULL);
    if (st != BIP_OK && st != BIP_E_REFUSED)
        abort();
    bip_change_rollback(change);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    bip__instrument *def = NULL;
    bip_error err = {0};
    const bip_status st = bip__instrument_parse((const char *)data, n, &def, &err);
    if (st != BIP_OK) {
        if (st != BIP_E_REFUSED || def != NULL || err.status != (int32_t)st || err.message[0] == '\0')
            abort();
        return 0;
    }
    check_again(def);
    check_add((const char *)data, n);
    bip__instrument_free(def);
    return 0;
}
