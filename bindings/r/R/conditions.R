# What the library refused becomes a condition; its words are the library's.

raise <- function(answer) {
    if (inherits(answer, "bip_error")) {
        answer["call"] <- list(sys.call(sys.parent())) # the function the user called, also out of its arguments
        stop(answer)
    }
    answer
}

# The function the user called, also where helpers and base R stand between it and the mistake.
called <- function() {
    ours <- topenv()
    parents <- sys.parents()
    frame <- up <- sys.parent()
    while (up > 0L) {
        home <- environment(sys.function(up))
        if (identical(home, ours)) frame <- up
        else if (!identical(home, .BaseNamespaceEnv)) break
        up <- parents[up]
    }
    sys.call(frame)
}

# A wrong argument that C can't see, told as the library tells one.
refuse <- function(where) {
    usage <- bip_statuses()
    usage <- usage[usage$code == "usage", ]
    stop(structure(list(message = usage$text, call = called(), code = usage$code, status = usage$status,
                        detail = 0L, where = where, issues = NULL),
                   class = c("bip_error_usage", "bip_error", "error", "condition")))
}

conditionMessage.bip_error <- function(c) {
    if (nzchar(c$where)) paste0(c$where, ": ", c$message) else c$message
}

bip_statuses <- function() .Call(C_statuses)
bip_version <- function() .Call(C_version)
bip_versions <- function() {
    lines <- strsplit(.Call(C_versions), "\n", fixed = TRUE)[[1L]]
    structure(sub("^[^ ]* ", "", lines), names = sub(" .*$", "", lines))
}
bip_date_parse <- function(text) structure(raise(.Call(C_date_parse, text)), class = "Date")
bip_date_format <- function(date) raise(.Call(C_date_format, date))
