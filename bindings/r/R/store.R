bip_open <- function(path, write = FALSE, create = FALSE, lang = NULL, allow_national_ids = FALSE, wait_ms = 0,
                     now = NULL, random = NULL, read = NULL) {
    flags <- raise(.Call(C_constants))
    flags <- sum(flags[c(flag(write, "write"), flag(create, "create"), flag(allow_national_ids, "allow_national_ids"))])
    if (inherits(now, "POSIXct")) {
        moment <- now
        now <- function() moment
    }
    for (f in list(now, random, read)) if (!is.null(f) && !is.function(f)) refuse("options")
    if (is.character(path) && !identical(path, ":memory:")) path <- utf8(path.expand(path))
    store <- raise(.Call(C_store_open, path, flags, wait_ms, lang, now, random, read))
    structure(store, class = "bip_store", path = path)
}

bip_close <- function(store) invisible(raise(.Call(C_store_close, store)))
close.bip_store <- function(con, ...) bip_close(con)
bip_is_open <- function(store) .Call(C_store_is_open, store)

print.bip_store <- function(x, ...) {
    cat("<bip_store ", attr(x, "path"), if (!bip_is_open(x)) " (closed)", ">\n", sep = "")
    invisible(x)
}

bip_interrupt <- function(store) invisible(raise(.Call(C_store_interrupt, store)))
bip_lang <- function(store) raise(.Call(C_store_lang, store))
bip_today <- function(store) structure(raise(.Call(C_store_today, store)), class = "Date")
bip_add_words <- function(store, json) raise(.Call(C_store_add_words, store, one_text(json)))
bip_backup <- function(store, path) invisible(raise(.Call(C_store_backup, store, utf8(path.expand(path)))))
bip_traces <- function(store) raise(.Call(C_store_traces, store))
bip_verify <- function(store, anchor = NULL, issue = NULL) {
    if (!is.null(anchor)) anchor <- one_text(anchor)
    invisible(raise(.Call(C_store_verify, store, anchor, issue)))
}

bip_retention_days <- function(store) raise(.Call(C_retention_days, store))
bip_retention_list <- function(store, days = 0, as_of = NULL) {
    retention_frame(raise(.Call(C_retention_list, store, days, as_of)))
}

retention_frame <- function(text) {
    rows <- from_lines(text)
    if (!is.data.frame(rows)) rows <- list(participant = character(), last = character(), days = integer())
    data.frame(participant = rows$participant, last = bip_date_parse(rows$last), days = rows$days)
}

# A text may come as lines.
one_text <- function(x) if (is.character(x) && length(x) > 1L) paste0(paste(x, collapse = "\n"), "\n") else x
