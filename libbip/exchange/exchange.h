/* Files in and out: CSV, JSON lines, the whole store as JSON. */
#ifndef BIP_EXCHANGE_H
#define BIP_EXCHANGE_H

#include "base/out.h"
#include "record/record.h"

/* bip_import(), see bip.h. `result` is all zeros before, and afterwards what was counted, also where it failed. */
bip_status bip__import(bip__change *change, const char *format, const char *options_json, bip_read_fn read,
                       void *source, bip_issue_fn issue, void *ctx, bip_import_result *result, bip_error *err);

/* Document "json": bip-store-1. */
bip_status bip__export_store(bip__context *c, bip__out *o, bip_error *err);

/* The same in pieces, the largest being one participant, for whoever pulls: within one view of the store. `err` and `o`
 * are filled by every call. BIP_DONE at the end. */
typedef struct bip__store_writer bip__store_writer;
bip_status bip__store_writer_open(bip__context *c, bip__out *o, bip__store_writer **out, bip_error *err);
bip_status bip__store_writer_next(bip__store_writer *w);
void bip__store_writer_close(bip__store_writer *w); /* NULL is fine */

/* bip_merge(), see bip.h: take in what the other store has. */
bip_status bip__merge_store(bip__change *change, bip__context *from, bip_import_result *counts, bip_error *err);

/* Documents "jsonl", "csv-long", "csv-wide": current assessments, with the query's filters. */
bip_status bip__export_jsonl(bip__context *c, const bip_query *query, const char *options_json, bip__out *o,
                             bip_error *err);
bip_status bip__export_csv_long(bip__context *c, const bip_query *query, const char *options_json, bip__out *o,
                                bip_error *err);
bip_status bip__export_csv_wide(bip__context *c, const bip_query *query, const char *options_json, bip__out *o,
                                bip_error *err);

#endif
