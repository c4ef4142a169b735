#include "exchange/spill.h"

#include "base/alloc.h"
#include "base/platform.h"

#include <string.h>

#define HELD (1024u * 1024u) /* bytes in memory, or one text where it is longer */

static bip_status to_file(bip__spill *s, bip_error *err)
{
    if (s->file == NULL)
        s->file = bip__file_temporary();
    if (s->file == NULL)
        return bip__fail(err, BIP_E_IO, NULL, "no temporary file could be made for the notes");
    if (bip__file_seek(s->file, s->filed) != 0 || fwrite(s->data, 1, s->n, s->file) != s->n || fflush(s->file) != 0)
        return bip__fail(err, BIP_E_IO, NULL, "the temporary file for the notes could not be written");
    s->filed += (int64_t)s->n;
    s->n = 0;
    return BIP_OK;
}

bip_status bip__spill_put(bip__spill *s, const char *text, size_t n, int64_t *at, bip_error *err)
{
    bip_status st = BIP_OK;
    if (s->n > 0 && s->n + n > HELD)
        st = to_file(s, err);
    if (st == BIP_OK && !bip__grow(&s->data, &s->cap, s->n + n, 1))
        st = bip__nomem(err);
    if (st != BIP_OK)
        return st;
    *at = s->filed + (int64_t)s->n;
    if (n > 0)
        memcpy(s->data + s->n, text, n);
    s->n += n;
    return BIP_OK;
}

bip_status bip__spill_get(bip__spill *s, int64_t at, size_t n, const char **text, bip_error *err)
{
    if (at >= s->filed) {
        *text = s->data + (at - s->filed);
        return BIP_OK;
    }
    if (!bip__grow(&s->found, &s->found_cap, n, 1))
        return bip__nomem(err);
    if (bip__file_seek(s->file, at) != 0 || fread(s->found, 1, n, s->file) != n)
        return bip__fail(err, BIP_E_IO, NULL, "the temporary file for the notes could not be read");
    *text = s->found;
    return BIP_OK;
}

void bip__spill_free(bip__spill *s)
{
    if (s->file != NULL)
        fclose(s->file);
    bip__free(s->data);
    bip__free(s->found);
    *s = (bip__spill){0};
}
