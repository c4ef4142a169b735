/* What is done to a store while something fails: every public function, see deeds.c. */
#ifndef DEEDS_H
#define DEEDS_H

#include "bip.h"
#include "text.h"

#include <stdbool.h>

/* Exactly one of the functions, or none of them: to make a store at `other`. */
typedef struct deed {
    const char *name; /* of a document, where a document is written */
    bip_status (*write)(bip_change *change, const char *id);
    bip_status (*read)(bip_store *store, const char *name);
    bip_status (*alone)(void);
    bool silent;   /* writes what is in no export */
    bool forgives; /* what comes after the commit, to be rid of traces, may fail unsaid */
    bool copies;   /* to `other`, or makes it */
} deed;

extern const deed deeds[];
extern const size_t n_deeds;

extern bip_error err;
extern char path[480], other[490], source[490]; /* the store; what is made; the store that is merged */

bip_status open_store(uint32_t flags, const char *name, bip_store **out);
void remove_store(const char *name);
text read_file(const char *name);
void write_file(const char *name, text t);
_Noreturn void die(const char *what);

bip_status do_deed(const deed *d);
void make_base(void); /* at path and source */
void free_base(void);

#endif
