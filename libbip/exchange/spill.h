/* Texts kept in the order they come: the last of them in memory, what is before in a temporary file without a name. So
 * the notes of an import take room on the disk, not in memory. */
#ifndef BIP_EXCHANGE_SPILL_H
#define BIP_EXCHANGE_SPILL_H

#include "base/error.h"

#include <stdio.h>

/* Zero-initialise. */
typedef struct bip__spill {
    char *data; /* n bytes, behind those of the file */
    size_t n, cap;
    FILE *file; /* NULL: none was needed yet */
    int64_t filed;
    char *found;
    size_t found_cap;
} bip__spill;

/* BIP_E_IO where there is no room or no place for temporary files. */
bip_status bip__spill_put(bip__spill *s, const char *text, size_t n, int64_t *at, bip_error *err);
/* Lent until the next call. */
bip_status bip__spill_get(bip__spill *s, int64_t at, size_t n, const char **text, bip_error *err);
void bip__spill_free(bip__spill *s);

#endif
