/* Preloaded by tests/locale/run: a host program that calls setlocale(), so that whatever runs after it, be it a unit
 * test or the program bip, finds a decimal comma. Without this a program stays in the C locale, whatever LC_ALL says.
 */
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
