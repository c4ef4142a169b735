#include "entries.h"

#include <R_ext/Visibility.h>

#define ENTRY(name, n)                                                                                                 \
    {                                                                                                                  \
#name, (DL_FUNC)(void (*)(void))r_##name, n                                                                    \
    }

static const R_CallMethodDef entries[] = {ENTRY(statuses, 0),
                                          ENTRY(version, 0),
                                          ENTRY(versions, 0),
                                          ENTRY(constants, 0),
                                          ENTRY(utf8, 1),
                                          ENTRY(date_parse, 1),
                                          ENTRY(date_format, 1),
                                          ENTRY(store_open, 7),
                                          ENTRY(store_close, 1),
                                          ENTRY(store_is_open, 1),
                                          ENTRY(store_interrupt, 1),
                                          ENTRY(store_lang, 1),
                                          ENTRY(store_today, 1),
                                          ENTRY(store_add_words, 2),
                                          ENTRY(store_backup, 2),
                                          ENTRY(store_traces, 1),
                                          ENTRY(store_verify, 3),
                                          ENTRY(retention_days, 1),
                                          ENTRY(retention_list, 3),
                                          ENTRY(change_begin, 3),
                                          ENTRY(change_commit, 1),
                                          ENTRY(change_rollback, 1),
                                          ENTRY(assessment_add, 2),
                                          ENTRY(assessment_correct, 3),
                                          ENTRY(assessment_withdraw, 2),
                                          ENTRY(assessment_dispute, 3),
                                          ENTRY(participant_add, 3),
                                          ENTRY(participant_set, 4),
                                          ENTRY(participant_erase, 2),
                                          ENTRY(retention_keep, 2),
                                          ENTRY(retention_erase, 3),
                                          ENTRY(instrument_add, 2),
                                          ENTRY(instrument_check, 1),
                                          ENTRY(import, 5),
                                          ENTRY(merge, 2),
                                          ENTRY(assessments, 2),
                                          ENTRY(scores, 2),
                                          ENTRY(progression, 3),
                                          ENTRY(write, 5),
                                          ENTRY(series_compute, 6),
                                          ENTRY(series_sentence, 5),
                                          ENTRY(spider, 3),
                                          ENTRY(timeline, 2),
                                          {NULL, NULL, 0}};

void attribute_visible R_init_bip(DllInfo *dll)
{
    bipr_vectors_init(dll);
    R_registerRoutines(dll, NULL, entries, NULL, NULL);
    R_useDynamicSymbols(dll, FALSE);
    R_forceSymbols(dll, TRUE);
}
