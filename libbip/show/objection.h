/* What participants object to, to be said wherever people see the scores. */
#ifndef BIP_SHOW_OBJECTION_H
#define BIP_SHOW_OBJECTION_H

#include "read/context.h"
#include "show/words.h"

/* A line for each objection of a participant to an assessment that counts now, each after `indent`. On paper those are
 * left out that are about an instrument which is kept off it. */
bip_status bip__say_objections(bip__context *c, const char *code, const bip__words *words, const char *lang,
                               const char *indent, bool on_paper, bip__out *o, bip_error *err);

#endif
