/*
 * Preloaded by tests/locale/run: a host program that calls setlocale(), so that whatever runs after it, be it a unit
 * test or the program bip, finds a decimal comma. Without this a program stays in the C locale, whatever LC_ALL says.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

__attribute__((constructor)) static void set_locale(void)
{
    const char *name = getenv("BIP_TEST_LOCALE");

    if (name == NULL || setlocale(LC_ALL, name) == NULL || localeconv()->decimal_point[0] != ',') {
        fprintf(stderr, "set_locale: no locale with a decimal comma in BIP_TEST_LOCALE and LOCPATH\n");
        _Exit(99);
    }
}

/* Whether code of the program itself stands at an address, rather than code of a shared library. */
static int in_program(const void *address)
{
    Dl_info info;
    struct link_map *map = NULL;

    return dladdr1(address, &info, (void **)&map, RTLD_DL_LINKMAP) != 0 && map != NULL && map->l_prev == NULL;
}

/*
 * Unit tests read their own expected numbers with strtod, and mean a decimal point. libbip, which is linked into them,
 * never calls it (tests/contract/symbols.sh holds it to that), so a call from the program is a test's; SQLite, a shared
 * library, goes on meeting the comma.
 */
double strtod(const char *restrict text, char **restrict end)
{
    static double (*theirs)(const char *, char **);
    static locale_t plain;

    if (in_program(__builtin_return_address(0))) {
        if (plain == (locale_t)0)
            plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
        return strtod_l(text, end, plain);
    }
    if (theirs == NULL)
        theirs = (double (*)(const char *, char **))dlsym(RTLD_NEXT, "strtod");
    return theirs(text, end);
}
