/* The options_json of the public calls: one flat object whose keys are known beforehand. */
#ifndef BIP_MODEL_OPTIONS_H
#define BIP_MODEL_OPTIONS_H

#include "base/error.h"

#include <stdbool.h>

typedef struct bip__options bip__options;

typedef enum bip__option_kind { BIP__OPTION_TEXT, BIP__OPTION_FLAG, BIP__OPTION_LIST /* of texts */ } bip__option_kind;
typedef struct bip__option {
    const char *key;
    bip__option_kind kind;
} bip__option;

/* json NULL: no options. BIP_E_USAGE for an unknown key or a wrong type, with the key in `where`. */
bip_status bip__options_parse(const char *json, const bip__option *known, size_t n_known, bip__options **out,
                              bip_error *err);
void bip__options_free(bip__options *o);
const char *bip__options_text(const bip__options *o, const char *key);           /* NULL: not given */
bool bip__options_flag(const bip__options *o, const char *key);                  /* false: not given */
const char *bip__options_item(const bip__options *o, const char *key, size_t i); /* NULL: the list has no more */

#endif
