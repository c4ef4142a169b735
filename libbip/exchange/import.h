/* The parts of an import that aren't rows of assessments. */
#ifndef BIP_EXCHANGE_IMPORT_H
#define BIP_EXCHANGE_IMPORT_H

#include "exchange/exchange.h"
#include "exchange/source.h"

/* bip-store-1, the whole of another store: a merge. Reads and writes in one pass, inside the transaction; after a
 * failure the change is broken. */
bip_status bip__import_store(bip__change *change, bip__source *source, bip_date today, bip_import_result *result,
                             bip_error *err);

#endif
