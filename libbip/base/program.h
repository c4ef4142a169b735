/* The beginning and the end of the program bip. A library has no business with any of this: it is its host's. */
#ifndef BIP_BASE_PROGRAM_H
#define BIP_BASE_PROGRAM_H

#include "bip.h"

typedef struct bip__program {
    int argc;
    char **argv;              /* UTF-8 */
    unsigned code_page, mode; /* of Windows' console, to be put back; 0: none */
} bip__program;

/* From here on bytes are read and written as they are, and a reader that has gone is a failed write. BIP_E_NOMEM only.
 */
bip_status bip__program_begin(bip__program *program, int argc, char **argv);
void bip__program_end(bip__program *program);

#endif
