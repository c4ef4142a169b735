#include "entries.h"

#include <string.h>

/* All of them, as far as the library knows: it says itself where they end. */
SEXP r_statuses(void)
{
    SEXP keep, frame;
    bipr_table *t = bipr_table_new(&keep);
    PROTECT(keep);
    bipr_add_column(t, "status", BIPR_INT, NULL, 0);
    bipr_add_column(t, "code", BIPR_TEXT, NULL, 0);
    bipr_add_column(t, "text", BIPR_TEXT, NULL, 0);
    for (int i = 0; strcmp(bip_status_code((bip_status)i), "unknown") != 0; i++) {
        if (!bipr_begin_row(t))
            break;
        bipr_add_int(t, 0, i);
        bipr_add_text(t, 1, bip_status_code((bip_status)i));
        bipr_add_text(t, 2, bip_status_text((bip_status)i));
        bipr_end_row(t);
    }
    frame = bipr_frame(t);
    UNPROTECT(1);
    return frame;
}

SEXP r_version(void)
{
    return bipr_string(bip_version());
}

SEXP r_versions(void)
{
    char text[512];
    bip_versions(text, sizeof text);
    return bipr_string(text);
}

/* The numbers of the header that the R side gives back to the library. */
SEXP r_constants(void)
{
    const char *names[] = {"open_write", "open_create", "open_allow_national_ids", ""};
    static const int values[] = {BIP_OPEN_WRITE, BIP_OPEN_CREATE, BIP_OPEN_ALLOW_NATIONAL_IDS};
    SEXP all = PROTECT(Rf_mkNamed(INTSXP, names));
    memcpy(INTEGER(all), values, sizeof values);
    UNPROTECT(1);
    return all;
}

/* The same texts in UTF-8, by the one rule that all of them follow. */
SEXP r_utf8(SEXP texts)
{
    R_xlen_t n = XLENGTH(texts);
    SEXP all = PROTECT(Rf_allocVector(STRSXP, n));
    for (R_xlen_t i = 0; i < n; i++) {
        const void *top = vmaxget();
        const char *text = bipr_text_at(texts, i);
        SET_STRING_ELT(all, i, text == NULL ? NA_STRING : Rf_mkCharCE(text, CE_UTF8));
        vmaxset(top);
    }
    UNPROTECT(1);
    return all;
}

SEXP r_date_parse(SEXP text)
{
    bip_error err = {0};
    R_xlen_t n = Rf_xlength(text);
    SEXP days = PROTECT(Rf_allocVector(REALSXP, n)), answer;
    if (TYPEOF(text) != STRSXP)
        bipr_refuse(&err, "text");
    for (R_xlen_t i = 0; i < n && err.status == BIP_OK; i++) {
        bip_date date = bipr_date_at(text, i, "text", &err);
        REAL(days)[i] = date == BIP_NO_DATE ? NA_REAL : date;
    }
    answer = bipr_answer(days, &err);
    UNPROTECT(1);
    return answer;
}

SEXP r_date_format(SEXP date)
{
    bip_error err = {0};
    R_xlen_t n = bipr_is_dates(date) ? Rf_xlength(date) : 0;
    SEXP text = PROTECT(Rf_allocVector(STRSXP, n)), answer;
    if (!bipr_is_dates(date))
        bipr_refuse(&err, "date");
    for (R_xlen_t i = 0; i < n; i++) {
        char out[11];
        bip_date day = bipr_date_at(date, i, "date", &err);
        bip_date_format(day, out);
        SET_STRING_ELT(text, i, day == BIP_NO_DATE ? NA_STRING : Rf_mkChar(out));
    }
    answer = bipr_answer(text, &err);
    UNPROTECT(1);
    return answer;
}
