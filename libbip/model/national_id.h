/* Swedish and Danish national identity numbers, found so that they can be refused. */
#ifndef BIP_MODEL_NATIONAL_ID_H
#define BIP_MODEL_NATIONAL_ID_H

#include "base/out.h"

#include <stdbool.h>

/* The next one at or after `from` where no other digit touches it. In a code also the forms without a separator count
 * (YYMMDDNNNN, DDMMYYNNNN). */
bool bip__national_id_find(const char *s, size_t n, bool in_code, size_t from, size_t *begin, size_t *end);

/* s with "[...]" for each. */
void bip__national_id_redact(const char *s, size_t n, bip__out *out);

#endif
