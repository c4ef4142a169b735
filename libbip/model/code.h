/* What a code may look like, and the texts that identify people. */
#ifndef BIP_MODEL_CODE_H
#define BIP_MODEL_CODE_H

#include "base/error.h"

#include <stdbool.h>

bool bip__code_valid(const char *s, size_t n);    /* [a-z][a-z0-9_-]{0,63} */
bool bip__version_valid(const char *s, size_t n); /* also capitals, dots and a digit first */

/* Participant's code, rater, actor: 1 to 64 code points, none forbidden, blanks only inside, and no national identity
 * number unless `national_ids`. `what` names it in the message: "participant", "rater", "actor". */
bip_status bip__name_check(const char *what, const char *s, size_t n, bool national_ids, bip_error *err);

/* Free text (notes, reasons, attributes): valid UTF-8 without U+0000, no national identity number unless
 * `national_ids`. */
bip_status bip__text_check(const char *what, const char *s, size_t n, bool national_ids, bip_error *err);

#endif
