#include "cli/cli.h"

#include "base/platform.h"

#include <errno.h>
#include <string.h>

static const char *name_of(const char *path)
{
    return strcmp(path, "-") == 0 ? "stdin" : path;
}

bip_status cli_of_input(cli *c, const char *path, bip_status st)
{
    if (st == BIP_E_REFUSED)
        c->file = name_of(path);
    return st;
}

bip_status cli_input_open(cli *c, cli_input *in, const char *path)
{
    bool standard = strcmp(path, "-") == 0;

    in->name = name_of(path);
    in->error = 0;
    in->file = standard ? stdin : bip__file_open(path, "rb");
    return in->file ? BIP_OK : cli_fail_system(c, path, errno);
}

long cli_input_read(void *input, char *into, size_t n)
{
    cli_input *in = input;
    size_t got;

    errno = 0;
    got = fread(into, 1, n, in->file);
    if (got == 0 && ferror(in->file)) {
        in->error = errno ? errno : EIO;
        return -1;
    }
    return (long)got;
}

void cli_input_close(cli_input *in)
{
    if (in->file && in->file != stdin)
        fclose(in->file);
    in->file = NULL;
}

bip_status cli_input_all(cli *c, const char *path, bip__out *text)
{
    cli_input in;
    char piece[8192];
    long n;
    bip_status st;

    bip__out_init(text, NULL, NULL);
    if ((st = cli_input_open(c, &in, path)) != BIP_OK)
        return st;
    while ((n = cli_input_read(&in, piece, sizeof piece)) > 0)
        bip__out_bytes(text, piece, (size_t)n);
    st = n < 0 ? cli_fail_system(c, in.name, in.error) : bip__out_finish(text, &c->err);
    cli_input_close(&in);
    return st;
}
