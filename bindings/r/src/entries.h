/* What R calls: registered in init.c, called by the functions of the same names in R/. */
#ifndef BIP_ENTRIES_H
#define BIP_ENTRIES_H

#include "bip_r.h"

/* What was refused, gathered for R, and told to its function where there is one. */
typedef struct bipr_issues {
    bipr_table *table;
    SEXP function;
    bipr_store *store;
} bipr_issues;
void bipr_issues_new(bipr_issues *all, SEXP *keep, SEXP function);
int bipr_issue(void *issues, const bip_issue *issue); /* a bip_issue_fn */

/* values.c */
SEXP r_statuses(void);
SEXP r_version(void);
SEXP r_versions(void);
SEXP r_constants(void);
SEXP r_utf8(SEXP texts);
SEXP r_date_parse(SEXP text);
SEXP r_date_format(SEXP date);

/* store.c */
SEXP r_store_open(SEXP path, SEXP flags, SEXP wait_ms, SEXP lang, SEXP now, SEXP random, SEXP read);
SEXP r_store_close(SEXP store);
SEXP r_store_is_open(SEXP store);
SEXP r_store_interrupt(SEXP store);
SEXP r_store_lang(SEXP store);
SEXP r_store_today(SEXP store);
SEXP r_store_add_words(SEXP store, SEXP json);
SEXP r_store_backup(SEXP store, SEXP path);
SEXP r_store_traces(SEXP store);
SEXP r_store_verify(SEXP store, SEXP anchor, SEXP issue);

/* change.c */
SEXP r_change_begin(SEXP store, SEXP actor, SEXP reason);
SEXP r_change_commit(SEXP change);
SEXP r_change_rollback(SEXP change);
SEXP r_assessment_add(SEXP change, SEXP in);
SEXP r_assessment_correct(SEXP change, SEXP id, SEXP in);
SEXP r_assessment_withdraw(SEXP change, SEXP id);
SEXP r_assessment_dispute(SEXP change, SEXP id, SEXP text);
SEXP r_participant_add(SEXP change, SEXP code, SEXP enrolled);
SEXP r_participant_set(SEXP change, SEXP code, SEXP key, SEXP value);
SEXP r_participant_erase(SEXP change, SEXP code);
SEXP r_instrument_add(SEXP change, SEXP json);
SEXP r_instrument_check(SEXP json);
SEXP r_import(SEXP change, SEXP format, SEXP options, SEXP from, SEXP issue);
SEXP r_merge(SEXP change, SEXP from);

/* retention.c */
SEXP r_retention_days(SEXP store);
SEXP r_retention_keep(SEXP change, SEXP days);
SEXP r_retention_list(SEXP store, SEXP days, SEXP as_of);
SEXP r_retention_erase(SEXP change, SEXP days, SEXP as_of);

/* read.c */
SEXP r_assessments(SEXP store, SEXP query);
SEXP r_scores(SEXP store, SEXP query);
SEXP r_progression(SEXP store, SEXP query, SEXP columns);
SEXP r_write(SEXP store, SEXP document, SEXP query, SEXP options, SEXP to);

/* series.c */
SEXP r_series_compute(SEXP groups, SEXP days, SEXP scores, SEXP raters, SEXP order, SEXP rules);
SEXP r_series_sentence(SEXP series, SEXP titles, SEXP labels, SEXP lang, SEXP rater_role);

/* draw.c */
SEXP r_spider(SEXP axes, SEXP layers, SEXP picture);
SEXP r_timeline(SEXP panels, SEXP picture);

#endif
