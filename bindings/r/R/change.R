bip_begin <- function(store, actor, reason = NULL) {
    structure(raise(.Call(C_change_begin, store, actor, reason)), class = "bip_change")
}
bip_commit <- function(change) invisible(raise(.Call(C_change_commit, change)))
bip_rollback <- function(change) invisible(raise(.Call(C_change_rollback, change)))

bip_change <- function(store, actor, code, reason = NULL) {
    change <- bip_begin(store, actor, reason)
    on.exit(bip_rollback(change)) # does nothing once it is committed
    value <- code(change)
    bip_commit(change)
    value
}

print.bip_change <- function(x, ...) {
    cat("<bip_change>\n")
    invisible(x)
}

# A table of scores whose column of indicators is called otherwise would be taken as in the instrument's order.
assessment_in <- function(scores, redact, ...) {
    if (is.data.frame(scores) && is.null(scores[["indicator"]])) refuse("scores")
    c(list(redact = redact, ...), scores_in(scores))
}

bip_assessment_add <- function(change, participant, instrument, respondent, date, scores, rater = NULL, note = NULL,
                               redact = FALSE) {
    raise(.Call(C_assessment_add, change,
                assessment_in(scores, redact, participant = text(participant), instrument = text(instrument),
                              respondent = text(respondent), date = date, rater = text(rater), note = note)))
}
bip_assessment_correct <- function(change, id, scores = list(), note = NULL, redact = FALSE) {
    scores <- assessment_in(scores, redact, note = note)
    if (length(scores$number) == 0L) scores$indicators <- character()
    raise(.Call(C_assessment_correct, change, id, scores))
}
bip_assessment_withdraw <- function(change, id) invisible(raise(.Call(C_assessment_withdraw, change, id)))
bip_assessment_dispute <- function(change, id, text) raise(.Call(C_assessment_dispute, change, id, text))

bip_participant_add <- function(change, code, enrolled = NULL) {
    invisible(raise(.Call(C_participant_add, change, text(code), enrolled)))
}
bip_participant_set <- function(change, code, key, value) {
    invisible(raise(.Call(C_participant_set, change, text(code), key, text(value))))
}
bip_participant_erase <- function(change, code) invisible(raise(.Call(C_participant_erase, change, text(code))))

bip_retention_keep <- function(change, days) invisible(raise(.Call(C_retention_keep, change, days)))
bip_retention_erase <- function(change, days = 0, as_of = NULL) {
    retention_frame(raise(.Call(C_retention_erase, change, days, as_of)))
}

bip_instrument_add <- function(change, json) invisible(raise(.Call(C_instrument_add, change, one_text(json))))
bip_instrument_check <- function(json) invisible(raise(.Call(C_instrument_check, one_text(json))))

bip_import <- function(change, file, format = NULL, ..., text = NULL, issue = NULL) {
    options <- options_in(Filter(Negate(is.null), list(...)))
    if (!is.null(text)) file <- charToRaw(one_text(utf8(text)))
    else if (is.data.frame(file)) file <- csv_of(file)
    else if (is.character(file)) {
        connection <- file(path.expand(file), "rb", raw = TRUE)
        on.exit(close(connection))
    } else connection <- file
    if (!is.raw(file)) file <- function(n) readBin(connection, "raw", n)
    raise(.Call(C_import, change, format, options, file, issue))
}

# A data frame as CSV: in the long form a reason stands where there is no score; numbers have all their digits. Never
# through a connection, which writes in the locale's encoding and "<U+00E5>" for what that hasn't.
csv_of <- function(frame) {
    if (all(c("score", "answer") %in% names(frame))) {
        reason <- as.character(frame[["answer"]])
        missing <- is.na(frame[["score"]]) & !reason %in% c("answered", "not_asked")
        frame[["score"]] <- ifelse(missing, reason, digits_of(frame[["score"]]))
        frame[["answer"]] <- NULL
    }
    columns <- lapply(unname(as.list(frame)), function(x) cells_of(if (is.numeric(x) && !inherits(x, "Date")) digits_of(x) else x))
    rows <- if (nrow(frame) > 0L) do.call(paste, c(columns, sep = ","))
    lines <- charToRaw(paste0(c(paste(cells_of(names(frame)), collapse = ","), rows, ""), collapse = "\n"))
    c(as.raw(c(0xef, 0xbb, 0xbf)), lines) # which says that it is UTF-8: the library names the line that isn't
}

cells_of <- function(x) {
    x <- utf8(x)
    quoted <- gsub('"', '""', x, fixed = TRUE, useBytes = TRUE)
    Encoding(quoted) <- "UTF-8"
    ifelse(is.na(x), "", paste0('"', quoted, '"'))
}

digits_of <- function(x) ifelse(is.na(x), NA_character_, formatC(x, digits = 17, format = "g", width = 1))

bip_merge <- function(change, from) {
    counts <- raise(.Call(C_merge, change, from))
    counts[names(counts) != "issues"]
}
