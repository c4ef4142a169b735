#include "base/aside.h"

#include "base/out.h"
#include "base/platform.h"

#include <string.h>

#define MARK ".tmp-"
#define CHANCE 8 /* bytes */

char *bip__aside(const char *path)
{
    uint8_t chance[CHANCE] = {0};
    bip__out name;

    bip__random(chance, sizeof chance); /* a name that is taken is refused where it is made */
    bip__out_init(&name, NULL, NULL);
    bip__out_text(&name, path);
    bip__out_text(&name, MARK);
    bip__out_hex(&name, chance, sizeof chance);
    bip__out_char(&name, '\0');
    if (name.status == BIP_OK)
        return name.data;
    bip__out_free(&name);
    return NULL;
}

bool bip__is_aside(const char *name, const char *of)
{
    size_t n = strlen(of), mark = strlen(MARK);

    return strncmp(name, of, n) == 0 && strncmp(name + n, MARK, mark) == 0 &&
           strspn(name + n + mark, "0123456789abcdef") == 2 * CHANCE && name[n + mark + 2 * CHANCE] == '\0';
}
