/* PCRE2 with limits, so that no pattern can take minutes. pcre2.h is known in pattern.c only. */
#ifndef BIP_MODEL_PATTERN_H
#define BIP_MODEL_PATTERN_H

#include "base/error.h"

#include <stdbool.h>

typedef struct bip__pattern bip__pattern;

bip_status bip__pattern_compile(const char *pattern, size_t n, bip__pattern **out, bip_error *err); /* BIP_E_REFUSED */
void bip__pattern_free(bip__pattern *p);

/* BIP_OK and *matches, or BIP_E_REFUSED "too costly": never taken for "no match". Safe to call with a const pattern
 * from one thread. */
bip_status bip__pattern_match(const bip__pattern *p, const char *s, size_t n, bool *matches, bip_error *err);
const char *bip__pattern_library(void); /* version of PCRE2, static */

#endif
