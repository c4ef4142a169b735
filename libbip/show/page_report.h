/* A report while it is written: what its files share. */
#ifndef BIP_SHOW_PAGE_REPORT_H
#define BIP_SHOW_PAGE_REPORT_H

#include "model/options.h"
#include "show/page.h"

#define BIP__MOST_TOLD 3 /* sentences on steps: more would make chance look like progress */

/* The step of one series that is worth telling most. */
typedef struct bip__telling {
    int32_t slot, same_rater;
    bip__told_step step;
    bool own; /* the view of the role the page is for */
} bip__telling;

typedef struct bip__report {
    bip__context *context;
    const bip_query *query;
    bip__reading reading;
    bip__html h;
    bip__arena arena;
    bip__options *options;
    const bip__voice *voices;
    const char *participant; /* code */
    const char *role;        /* whose page it is */
    const bip__instrument *def;
    bip_date latest; /* of def, by any respondent shown */
    bip__telling told[BIP__MOST_TOLD];
    size_t n_told;
    int64_t forward, back;
    int32_t most_numbers; /* of the longest series */
} bip__report;

/* Whether the page has this series, of that instrument. */
bool bip__report_has(const bip__report *r, const bip__instrument *def, size_t slot);
const char *bip__report_respondent(const bip__report *r, const bip__slot *slot);
/* The same participant, role and day as the page's, of one instrument. */
bip_query bip__report_query(const bip__report *r, const bip__instrument *def);

/* page_report_full.c: every instrument that may be printed, each once, and every note. */
bip_status bip__report_everything(bip__report *r, bip_error *err);
bip_status bip__report_notes(bip__report *r, bip_error *err);

#endif
