/* Errors as values: filled where they happen, passed up unchanged. */
#ifndef BIP_BASE_ERROR_H
#define BIP_BASE_ERROR_H

#include "bip.h"

#if defined(__GNUC__)
#ifdef __MINGW32__ /* else it means the one of Microsoft's old library */
#define BIP_PRINTF(f, a) __attribute__((format(gnu_printf, f, a)))
#else
#define BIP_PRINTF(f, a) __attribute__((format(printf, f, a)))
#endif
#else
#define BIP_PRINTF(f, a)
#endif

/* Fill err (may be NULL) and return st. Formats with %s, %d, %lld, %zu only: the other conversions depend on the
 * locale. What doesn't fit is cut between characters. `where` may be NULL. */
bip_status bip__fail(bip_error *err, bip_status st, const char *where, const char *fmt, ...) BIP_PRINTF(4, 5);

/* The one text for a failed allocation. */
bip_status bip__nomem(bip_error *err);

/* The analyzer doesn't look into another file: it is told here that what comes back is what was given. */
#ifdef __clang_analyzer__
#define bip__fail(err, st, ...) (bip__fail(err, st, __VA_ARGS__), (st))
#define bip__nomem(err) (bip__nomem(err), BIP_E_NOMEM)
#endif

#endif
