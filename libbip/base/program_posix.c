#define _POSIX_C_SOURCE 200809L /* SIGPIPE */
#include "base/program.h"

#include <signal.h>

bip_status bip__program_begin(bip__program *program, int argc, char **argv)
{
    *program = (bip__program){.argc = argc, .argv = argv};
    signal(SIGPIPE, SIG_IGN);
    return BIP_OK;
}

void bip__program_end(bip__program *program)
{
    (void)program;
}
