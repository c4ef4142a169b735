bip_assessments <- function(store, participants = NULL, instrument = NULL, respondent = NULL, for_role = NULL,
                            lang = NULL, as_of = NULL, since = NULL) {
    raise(.Call(C_assessments, store, query(participants, instrument, respondent, for_role, lang, as_of, since)))
}

bip_scores <- function(store, participants = NULL, instrument = NULL, respondent = NULL, for_role = NULL,
                       lang = NULL, as_of = NULL, since = NULL) {
    raise(.Call(C_scores, store, query(participants, instrument, respondent, for_role, lang, as_of, since)))
}

bip_progression <- function(store, participants = NULL, instrument = NULL, respondent = NULL, for_role = NULL,
                            lang = NULL, as_of = NULL, since = NULL, columns = NULL) {
    asked <- query(participants, instrument, respondent, for_role, lang, as_of, since)
    raise(.Call(C_progression, store, asked, columns))
}

bip_write <- function(store, document, to = NULL, participants = NULL, instrument = NULL, respondent = NULL,
                      for_role = NULL, lang = NULL, as_of = NULL, since = NULL, options = NULL) {
    asked <- query(participants, instrument, respondent, for_role, lang, as_of, since)
    if (is.character(to)) {
        to <- path.expand(to)
        whole <- FALSE
        on.exit(if (!whole) unlink(to))
    }
    sink <- if (inherits(to, "connection")) function(bytes) writeBin(bytes, to) else to
    text <- raise(.Call(C_write, store, document, asked, options_in(options), sink))
    whole <- TRUE
    if (is.null(to)) text else invisible(NULL)
}

bip_pairs <- function(store, participants = NULL, instrument = NULL, for_role = NULL, as_of = NULL) {
    all <- from_lines(bip_write(store, "progression", participants = participants, instrument = instrument,
                                for_role = for_role, as_of = as_of), simplify = FALSE)
    rows <- unlist(lapply(all, function(who) unlist(lapply(who$pairs, function(pair)
        lapply(pair$occasions, function(occasion) c(list(participant = who$participant), pair[c("instrument", "version", "code")],
                                                    list(respondent_a = pair$a, respondent_b = pair$b), occasion))),
        recursive = FALSE)), recursive = FALSE)
    column <- function(name, type) vapply(rows, function(row) row[[name]], type)
    number <- function(name) vapply(rows, function(row) as.numeric(row[[name]]), 0)
    in_order <- function(name) factor(x <- column(name, ""), unique(x))
    data.frame(participant = in_order("participant"), instrument = in_order("instrument"), version = in_order("version"),
               code = in_order("code"), respondent_a = in_order("respondent_a"), respondent_b = in_order("respondent_b"),
               date_a = bip_date_parse(column("date_a", "")), date_b = bip_date_parse(column("date_b", "")),
               score_a = number("a"), score_b = number("b"), difference = number("difference"))
}

bip_steps <- function(store, participants = NULL, instrument = NULL, respondent = NULL, for_role = NULL,
                      as_of = NULL, since = NULL) {
    rows <- from_lines(bip_write(store, "steps", participants = participants, instrument = instrument,
                                 respondent = respondent, for_role = for_role, as_of = as_of, since = since))
    if (!is.data.frame(rows))
        rows <- list(participant = character(), date = character(), instrument = character(), respondent = character(),
                     code = character(), from = numeric(), to = numeric(), held_for = integer(), new_best = logical(),
                     same_rater = logical(), visible_to = list(), evidence = list())
    in_order <- function(x) factor(x, unique(x))
    data.frame(participant = in_order(rows$participant), date = bip_date_parse(rows$date),
               instrument = in_order(rows$instrument), respondent = in_order(rows$respondent), code = in_order(rows$code),
               from = as.numeric(rows$from), to = as.numeric(rows$to), held_for = rows$held_for, new_best = rows$new_best,
               same_rater = as.logical(rows$same_rater),
               visible_to = in_order(vapply(rows$visible_to, paste, "", collapse = " ")),
               evidence_observed = vapply(rows$evidence, function(all) "observed" %in% all, NA),
               evidence_held = vapply(rows$evidence, function(all) "held" %in% all, NA))
}

bip_participants <- function(store) {
    all <- from_lines(bip_write(store, "participants"), simplify = FALSE)
    keys <- sort(unique(as.character(unlist(lapply(all, function(one) names(one$attributes))))), method = "radix")
    enrolled <- vapply(all, function(one) if (is.null(one$enrolled)) NA_character_ else one$enrolled, "")
    participant <- vapply(all, function(one) one$participant, "")
    attributes <- lapply(keys, function(key)
        factor(vapply(all, function(one) if (is.null(one$attributes[[key]])) NA_character_ else one$attributes[[key]], "")))
    named(c(list(factor(participant, participant), bip_date_parse(enrolled)), attributes), c("participant", "enrolled", keys))
}

# ---- instruments and their words ----

bip_instruments <- function(store) {
    all <- from_lines(bip_write(store, "instruments"), simplify = FALSE)
    data.frame(instrument = vapply(all, function(one) one$instrument, ""), version = vapply(all, function(one) one$version, ""),
               title = vapply(all, function(one) in_language(one$title, bip_lang(store)), ""),
               builtin = vapply(all, function(one) one$builtin, NA),
               continues = vapply(all, function(one) if (is.null(one$continues)) NA_character_ else one$continues, ""),
               indicators = vapply(all, function(one) as.integer(one$indicators), 0L))
}

bip_instrument <- function(store, instrument) {
    jsonlite::fromJSON(bip_write(store, "instrument", instrument = instrument), simplifyVector = FALSE)
}

bip_indicators <- function(store, instrument, lang = NULL) {
    if (is.null(lang)) lang <- bip_lang(store)
    definition <- bip_instrument(store, instrument)
    scales <- structure(definition$scales, names = vapply(definition$scales, function(scale) scale$code, ""))
    rows <- lapply(definition$indicators, function(one) {
        scale <- scales[[one$scale]]
        labels <- vapply(scale$labels, in_language, "", lang)
        list(indicator = one$code, title = in_language(one$title, lang),
             scale_min = end_of(scale, "min", 1L), scale_max = end_of(scale, "max", length(scale$values)),
             step = or_na(scale$step), better = one$better, smallest_step = or_na(one$smallest_step),
             reliability = or_na(one$reliability), sd = or_na(one$sd),
             labels = structure(as.numeric(names(labels)), names = unname(labels)))
    })
    column <- function(name, type) vapply(rows, function(row) row[[name]], type)
    codes <- column("indicator", "")
    frame <- data.frame(indicator = factor(codes, codes), title = column("title", ""),
                        scale_min = column("scale_min", 0), scale_max = column("scale_max", 0), step = column("step", 0),
                        better = factor(vapply(rows, function(row) if (is.null(row$better)) "higher" else row$better, ""), c("higher", "lower")),
                        smallest_step = column("smallest_step", 0), reliability = column("reliability", 0), sd = column("sd", 0))
    frame$labels <- lapply(rows, function(row) row$labels)
    frame
}

end_of <- function(scale, name, at) as.numeric(if (is.null(scale$values)) scale[[name]] else scale$values[[at]])
or_na <- function(x) if (is.null(x)) NA_real_ else as.numeric(x)
# A text of an instrument: in the language, else in English, else in the first one.
in_language <- function(texts, lang) {
    for (code in c(lang, "en")) if (!is.null(texts[[code]])) return(texts[[code]])
    texts[[1L]]
}

bip_wide <- function(scores, indicators) {
    keys <- c("id", "participant", "instrument", "version", "respondent", "rater", "date")
    row <- match(scores$id, unique(scores$id))
    wide <- scores[!duplicated(row), keys]
    rownames(wide) <- NULL
    codes <- as.character(indicators$indicator)
    columns <- unlist(lapply(seq_along(codes), function(i) {
        mine <- which(scores$indicator == codes[i])
        score <- rep(NA_real_, nrow(wide))
        score[row[mine]] <- scores$score[mine]
        answer <- factor(rep(NA_character_, nrow(wide)), answers)
        answer[row[mine]] <- scores$answer[mine]
        list(structure(score, label = indicators$title[i], labels = indicators$labels[[i]]), answer)
    }), recursive = FALSE)
    named(c(as.list(wide), columns), c(keys, rbind(codes, paste0(codes, "_answer"))))
}

# Columns under names of which one may be another's: the first keeps it, the next is called name.1.
named <- function(columns, names) {
    names(columns) <- make.unique(names)
    structure(columns, class = "data.frame", row.names = seq_along(columns[[1L]]))
}
