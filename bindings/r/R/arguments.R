# Bringing arguments into the few forms that C takes.

answers <- c("answered", "not_asked", "declined", "dont_know", "not_applicable")

text <- function(x) if (is.factor(x)) as.character(x) else x
flag <- function(x, where) if (is.logical(x) && length(x) == 1L && !is.na(x)) x else refuse(where)
utf8 <- function(x) .Call(C_utf8, as.character(x))

query <- function(participants = NULL, instrument = NULL, respondent = NULL, for_role = NULL, lang = NULL,
                  as_of = NULL, since = NULL) {
    list(participants = text(participants), instrument = text(instrument), respondent = text(respondent),
         for_role = text(for_role), lang = lang, as_of = as_of, since = since)
}

# Scores as C takes them: a number and the number of an answer each; where both are NA the score isn't asked.
# Taken are numbers, a list of numbers and reasons, and a data frame with the columns of bip_scores().
scores_in <- function(scores) {
    if (is.data.frame(scores))
        return(list(indicators = text(scores[["indicator"]]), number = as_number(scores[["score"]]),
                    answer = answer_in(scores[["answer"]], nrow(scores))))
    where <- if (is.null(names(scores))) rep("scores", length(scores)) else names(scores)
    lost <- !vapply(scores, is_score, NA)
    if (any(lost)) refuse(where[lost][1L])
    number <- vapply(scores, function(one) if (is.numeric(one)) as.numeric(one) else NA_real_, 0)
    reason <- vapply(scores, function(one) if (is.character(one) || is.factor(one)) as.character(one) else NA_character_, "")
    list(indicators = names(scores), number = unname(number), answer = answer_in(unname(reason), length(scores), where))
}

# A number or a reason. Of anything else only a part would be kept, or nothing.
is_score <- function(one) {
    is.null(one) || length(one) == 1L && (is.numeric(one) || is.character(one) || is.factor(one) || is.logical(one) && is.na(one))
}

as_number <- function(x) if (is.numeric(x) || all(is.na(x))) as.numeric(x) else x

answer_in <- function(reason, n, where = rep("answer", n)) {
    if (is.null(reason)) return(rep(NA_integer_, n))
    number <- match(as.character(reason), answers) - 1L
    wrong <- is.na(number) & !is.na(reason)
    if (any(wrong)) refuse(where[wrong][1L])
    number
}

better_in <- function(better) {
    number <- match(text(better), c("higher", "lower"))
    if (anyNA(number)) refuse("better")
    number
}

# The same rater, the same number; 0 where none is known.
raters_in <- function(raters) {
    if (is.null(raters)) return(NULL)
    match(raters, unique(raters[!is.na(raters)]), nomatch = 0L)
}

labels_in <- function(labels) {
    if (is.null(labels)) NULL else if (is.list(labels)) lapply(labels, labels_in)
    else structure(as.numeric(labels), names = names(labels))
}

listed <- c("layers", "respondents", "ignore_columns") # options that are lists, of whatever length

options_in <- function(options) {
    if (is.null(options) || is.character(options) && is.null(names(options))) return(options)
    if (length(options) == 0L) return(NULL)
    for (name in intersect(names(options), listed)) options[[name]] <- as.list(as.character(options[[name]]))
    as.character(jsonlite::toJSON(options, auto_unbox = TRUE, null = "null"))
}

# NDJSON as a data frame; nested objects and lists become columns of lists.
from_lines <- function(text, simplify = TRUE) {
    lines <- strsplit(text, "\n", fixed = TRUE)[[1L]]
    jsonlite::fromJSON(paste0("[", paste(lines, collapse = ","), "]"), simplifyVector = simplify,
                       simplifyDataFrame = simplify, simplifyMatrix = FALSE)
}
