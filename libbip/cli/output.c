#include "cli/cli.h"

#include "base/alloc.h"
#include "base/aside.h"
#include "base/platform.h"

#include <errno.h>
#include <string.h>

/* Where output goes. Errors stick and are told by sink_end(). */
typedef struct sink {
    FILE *file;
    const char *name; /* for messages */
    bool hold;        /* keep everything until the end: nothing is printed by a command that fails */
    bip__out held;
    char last;                /* byte written; 0: nothing yet */
    int error;                /* errno of the first failed write */
    bool synced;              /* the file will be waited for until it is on the disk */
    int64_t written, started; /* bytes; up to where they are on their way to the disk */
} sink;

static void sink_begin(sink *s, FILE *file, const char *name, bool hold)
{
    memset(s, 0, sizeof *s);
    s->file = file;
    s->name = name;
    s->hold = hold;
    bip__out_init(&s->held, NULL, NULL);
}

#define STRETCH (8 << 20) /* bytes: what the disk is given at a time while the rest is still being made */

static int pass_on(sink *s, const char *bytes, size_t n)
{
    errno = 0;
    if (n > 0 && fwrite(bytes, 1, n, s->file) != n) {
        s->error = errno ? errno : EIO;
        return -1;
    }
    s->written += (int64_t)n;
    if (s->synced && s->written - s->started >= STRETCH) {
        bip__file_start_writing(s->file, s->started, s->written);
        s->started = s->written;
    }
    return 0;
}

/* A bip_write_fn. */
static int sink_write(void *ctx, const char *bytes, size_t n)
{
    sink *s = ctx;

    if (n > 0)
        s->last = bytes[n - 1];
    if (!s->hold)
        return pass_on(s, bytes, n);
    bip__out_bytes(&s->held, bytes, n);
    return s->held.status == BIP_OK ? 0 : -1;
}

bip_status cli_fail_system(cli *c, const char *where, int error)
{
    if (error == EPIPE) /* whoever read has seen enough: `bip ... | head` */
        c->reported = true;
    return cli_fail(c,
                    error == ENOENT   ? BIP_E_NOT_FOUND
                    : error == ENOSPC ? BIP_E_FULL
                                      : BIP_E_IO,
                    *where ? where : "\"\"", "%s", strerror(error));
}

bip_status cli_spare_store(cli *c, const char *path)
{
    static const char magic[] = "SQLite format 3"; /* every such file begins so, NUL included */
    char begins[sizeof magic] = "";
    FILE *file = bip__path_look(path, NULL) == BIP__PATH_FILE ? bip__file_open(path, "rb") : NULL;

    if (!file)
        return BIP_OK;
    if (fread(begins, 1, sizeof begins, file) != sizeof begins)
        begins[0] = '\0';
    fclose(file);
    if (memcmp(begins, magic, sizeof magic) != 0)
        return BIP_OK;
    cli_hint(c, "choose another name");
    return cli_fail(c, BIP_E_CONFLICT, path, "is a store, which is left as it is");
}

/* Everything is handed to the system now, so that a full disk shows; a command that failed prints nothing it held. */
static bip_status sink_end(cli *c, sink *s, bip_status st)
{
    bip_status held = s->held.status;

    if (st == BIP_OK && s->last != '\0' && s->last != '\n')
        sink_write(s, "\n", 1);
    if (st == BIP_OK && s->hold && held == BIP_OK)
        pass_on(s, s->held.data, s->held.len);
    bip__out_free(&s->held);
    errno = 0;
    if (fflush(s->file) != 0 && !s->error)
        s->error = errno ? errno : EIO;
    if (held != BIP_OK)
        return cli_fail(c, held, NULL, "%s", bip_status_text(held));
    if (s->error) /* also where the library has said "cancelled": this is why */
        return cli_fail_system(c, s->name, s->error);
    return st;
}

bip_status cli_print(cli *c, bip__out *text)
{
    sink to;
    bip_status st = bip__out_finish(text, &c->err);

    if (st == BIP_OK) {
        sink_begin(&to, stdout, "standard output", false);
        sink_write(&to, text->data, text->len);
        st = sink_end(c, &to, BIP_OK);
    }
    bip__out_free(text);
    return st;
}

bip_status cli_document(cli *c, const char *document, const bip_query *query, bool hold)
{
    sink to;
    bip_status st;

    sink_begin(&to, stdout, "standard output", hold);
    st = bip_write(c->store, document, query, c->document_options, sink_write, &to, &c->err);
    return sink_end(c, &to, st);
}

bip_status cli_collect(cli *c, const char *document, const bip_query *query, bip__out *text)
{
    bip_status st, out;

    bip__out_init(text, NULL, NULL);
    st = bip_write(c->store, document, query, c->document_options, bip__out_take, text, &c->err);
    out = bip__out_finish(text, st == BIP_OK || st == BIP_E_CANCELLED ? &c->err : NULL);
    return out != BIP_OK ? out : st;
}

static bip_status write_to(cli *c, const char *document, const bip_query *query, const char *path, const char *shown)
{
    sink to;
    bip_status st;
    FILE *file = bip__file_open(path, "wb");

    if (!file)
        return cli_fail_system(c, shown, errno);
    setvbuf(file, NULL, _IONBF, 0); /* what comes is large already */
    sink_begin(&to, file, shown, false);
    to.synced = true;
    st = bip_write(c->store, document, query, c->document_options, sink_write, &to, &c->err);
    st = sink_end(c, &to, st);
    if (fclose(file) != 0 && st == BIP_OK)
        st = cli_fail_system(c, shown, errno);
    return st;
}

static bip_status replace(cli *c, const char *document, const bip_query *query, const char *real, const char *shown)
{
    char *aside = bip__aside(real);
    int error, hold;
    bip_status st;

    if (!aside)
        return bip__nomem(&c->err);
    bip__path_sweep(real);
    if ((error = bip__file_create_private(aside)) != 0) {
        st = cli_fail_system(c, shown, error);
        goto done;
    }
    hold = bip__file_hold(aside);
    st = write_to(c, document, query, aside, shown);
    if (st == BIP_OK && (error = bip__path_sync(aside) ? bip__path_replace(real, aside) : errno) != 0)
        st = cli_fail_system(c, shown, error);
    if (st == BIP_OK)
        bip__path_sync(real);
    else
        bip__path_remove(aside);
    bip__file_let_go(hold);
done:
    bip__free(aside);
    return st;
}

bip_status cli_document_to_file(cli *c, const char *document, const bip_query *query, const char *path)
{
    char *real = bip__path_real(path); /* the file that is written to is replaced, not the link that leads to it */
    bip_status st;

    if (!real)
        return bip__nomem(&c->err);
    /* A device or a pipe can't be replaced, only written to. */
    if (bip__path_look(real, NULL) == BIP__PATH_OTHER)
        st = write_to(c, document, query, path, path);
    else if ((st = cli_spare_store(c, path)) == BIP_OK)
        st = replace(c, document, query, real, path);
    bip__free(real);
    return st;
}
