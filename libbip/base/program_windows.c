#include "base/program.h"

#include "base/alloc.h"
#include "base/utf16.h"

#include <fcntl.h>
#include <io.h>
#include <string.h>
#include <windows.h>

#include <shellapi.h> /* wants windows.h before it */

/* The arguments as they were typed: those of main() have been through the code page. */
static bip_status take_arguments(bip__program *program)
{
    wchar_t **wide = CommandLineToArgvW(GetCommandLineW(), &program->argc);
    bool whole = wide && (program->argv = bip__alloc_zero((size_t)program->argc + 1, sizeof *program->argv));

    for (int i = 0; whole && i < program->argc; i++)
        whole = (program->argv[i] = bip__utf16_to_8(wide[i])) != NULL;
    LocalFree(wide);
    return whole ? BIP_OK : BIP_E_NOMEM;
}

/* A console shows UTF-8 and obeys escape sequences only where it is told to, and stays as it was told. */
static void prepare_console(bip__program *program)
{
    HANDLE err = GetStdHandle(STD_ERROR_HANDLE), out = GetStdHandle(STD_OUTPUT_HANDLE);
    DWORD mode;

    if (GetConsoleMode(err, &mode)) {
        program->mode = mode;
        SetConsoleMode(err, mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING);
    }
    if (program->mode || GetConsoleMode(out, &mode)) {
        program->code_page = GetConsoleOutputCP();
        SetConsoleOutputCP(CP_UTF8);
    }
}

bip_status bip__program_begin(bip__program *program, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    memset(program, 0, sizeof *program);
    for (int fd = 0; fd <= 2; fd++)
        _setmode(fd, _O_BINARY);
    prepare_console(program);
    return take_arguments(program);
}

void bip__program_end(bip__program *program)
{
    if (program->code_page)
        SetConsoleOutputCP(program->code_page);
    if (program->mode)
        SetConsoleMode(GetStdHandle(STD_ERROR_HANDLE), program->mode);
    for (int i = 0; program->argv && program->argv[i]; i++)
        bip__free(program->argv[i]);
    bip__free(program->argv);
}
