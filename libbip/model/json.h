/* Strict JSON documents (instruments, options) on top of cJSON, which accepts too much by itself. Rows of data don't
 * come this way: see exchange/json_reader.h. cJSON.h is known in model/ only. */
#ifndef BIP_MODEL_JSON_H
#define BIP_MODEL_JSON_H

#include "base/error.h"
#include "base/out.h"

#include <cjson/cJSON.h>

/* Parse n bytes: valid UTF-8, RFC 8259 to the letter, nothing after the document but blanks, at most 64 levels, no
 * duplicate key, no U+0000 in a string, every number finite. BIP_E_REFUSED with the path or the line and column. The
 * tree is released with cJSON_Delete(). */
bip_status bip__json_parse(const char *json, size_t n, cJSON **out, bip_error *err);

#endif
