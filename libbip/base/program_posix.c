#define _POSIX_C_SOURCE 200809L /* SIGPIPE */
#include "base/program.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

/* Whoever started the program may have closed its input or outputs. The next file that is opened, a store or a copy of
 * one, would take the number, and the next message would be written into it. A folder in that place can be neither
 * read nor written: printing fails, as it would have. */
static void fill_standard(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0) {
            int lowest = open("/", O_RDONLY); /* `fd`, as those below it are open */
            (void)lowest;
        }
}

bip_status bip__program_begin(bip__program *program, int argc, char **argv)
{
    *program = (bip__program){.argc = argc, .argv = argv};
    fill_standard();
    signal(SIGPIPE, SIG_IGN);
    return BIP_OK;
}

void bip__program_end(bip__program *program)
{
    (void)program;
}
