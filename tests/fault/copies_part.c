/* One of the two shared objects of copies.c, each with the static libbip inside. */
#include "one_score.h"

#include <stdio.h>

#define VISIBLE __attribute__((visibility("default")))

VISIBLE bip_store *part_open(const char *path, int create);
VISIBLE int part_record(bip_store *store, const char *participant, int day);
VISIBLE int part_read(bip_store *store, size_t *bytes);
VISIBLE void part_close(bip_store *store);

static int told(bip_status st, const bip_error *err)
{
    if (st != BIP_OK)
        fprintf(stderr, "%s: %s\n", bip_status_code(st), err->message);
    return st != BIP_OK;
}

bip_store *part_open(const char *path, int create)
{
    bip_open_options o;
    bip_store *store = NULL;
    bip_error err;
    bip_open_options_init(&o, sizeof o);
    o.flags = create ? BIP_OPEN_CREATE : BIP_OPEN_WRITE;
    told(bip_store_open(path, &o, &store, &err), &err);
    return store;
}

/* On day 0 the participant is added first. */
int part_record(bip_store *store, const char *participant, int day)
{
    bip_change *change = NULL;
    bip_error err;
    if (day == 0 && (told(bip_change_begin(store, "anna", NULL, &change, &err), &err) ||
                     told(bip_participant_add(change, participant, BIP_NO_DATE, &err), &err) ||
                     told(bip_change_commit(change, NULL, &err), &err)))
        return 1;
    return told(record_one_score(store, participant, 20000 + day, &err), &err);
}

static int count(void *ctx, const char *bytes, size_t n)
{
    (void)bytes;
    *(size_t *)ctx += n;
    return 0;
}

/* A fault that verify finds is one more. */
static int fault(void *ctx, const bip_issue *issue)
{
    (void)ctx;
    fprintf(stderr, "verify: %s\n", issue->message);
    return 0;
}

int part_read(bip_store *store, size_t *bytes)
{
    bip_error err;
    *bytes = 0;
    return told(bip_write(store, "progression", NULL, NULL, count, bytes, &err), &err) ||
           told(bip_store_verify(store, NULL, fault, NULL, &err), &err);
}

void part_close(bip_store *store)
{
    bip_store_close(store);
}
