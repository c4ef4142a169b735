bip_series_compute <- function(days, scores, by = NULL, raters = NULL, scale_min, scale_max, smallest_step = 0,
                               reliability = NA, sd = NA, better = "higher") {
    by <- groups_in(by, length(scores))
    group <- group_numbers(by, length(scores))
    if (is.character(days)) days <- bip_date_parse(days)
    rules <- list(scale_min = as_number(scale_min), scale_max = as_number(scale_max),
                  smallest_step = as_number(smallest_step), reliability = as_number(reliability), sd = as_number(sd),
                  better = better_in(better))
    answer <- .Call(C_series_compute, group, days, as_number(scores), raters_in(raters),
                    order(group, days, method = "radix"), rules)
    if (inherits(answer, "bip_error")) answer$group <- by[attr(answer, "row"), , drop = FALSE]
    series <- raise(answer)
    first <- by[series$row, , drop = FALSE]
    rownames(first) <- NULL
    cbind(first, series[-1L])
}

groups_in <- function(by, n) {
    if (is.null(by)) return(as.data.frame(matrix(nrow = n, ncol = 0L)))
    if (!is.list(by)) by <- list(group = by)
    by <- as.data.frame(by)
    if (nrow(by) != n) refuse("by")
    by
}

# Equal keys, equal numbers, in the order in which they first stand.
group_numbers <- function(by, n) {
    number <- rep(1L, n)
    for (key in by) {
        both <- number + max(number, 0L) * (match(key, unique(key)) - 1)
        number <- match(both, unique(both))
    }
    number
}

bip_series_sentence <- function(series, title, labels = NULL, lang = NULL, rater_role = NA_character_) {
    raise(.Call(C_series_sentence, as.list(series), text(title), labels_in(labels), lang, text(rater_role)))
}

themes <- c("auto", "light", "dark")
layer_kinds <- c("latest", "first", "previous", "best", "day", "goal")

number_of <- function(word, words, where) {
    number <- match(word, words) - 1L
    if (length(number) != 1L || is.na(number)) refuse(where)
    number
}

picture_in <- function(lang, title, subtitle, id, width, theme) {
    list(lang = lang, title = title, subtitle = subtitle, id = id, width = width, theme = number_of(theme, themes, "theme"))
}

or_else <- function(x, otherwise) if (is.null(x)) otherwise else x

axis_in <- function(axis) {
    list(title = text(axis$title), scale_min = axis$scale_min, scale_max = axis$scale_max, step = or_else(axis$step, 0),
         better = better_in(or_else(axis$better, "higher")) - 1L, labels = labels_in(axis$labels))
}

layer_in <- function(layer) {
    c(layer[c("label", "respondent", "date")],
      list(kind = number_of(or_else(layer$kind, "latest"), layer_kinds, "kind")),
      scores_in(layer$scores)[c("number", "answer")])
}

# A list of lists, or a data frame with a row each.
rows_of <- function(x) {
    if (!is.data.frame(x)) return(x)
    lapply(seq_len(nrow(x)), function(i) lapply(as.list(x), function(column) column[[i]]))
}

bip_spider <- function(axes, layers = list(), title = NULL, subtitle = NULL, lang = NULL, id = NULL, width = 0,
                       theme = "auto") {
    raise(.Call(C_spider, lapply(rows_of(axes), axis_in), lapply(layers, layer_in),
                picture_in(lang, title, subtitle, id, width, theme)))
}

panel_in <- function(panel) {
    c(list(title = text(panel$title), scale_min = panel$scale_min, scale_max = panel$scale_max,
           smallest_step = or_else(panel$smallest_step, 0), reliability = or_else(panel$reliability, NA_real_),
           sd = or_else(panel$sd, NA_real_), better = better_in(or_else(panel$better, "higher")) - 1L,
           labels = labels_in(panel$labels), days = panel$days, raters = raters_in(panel$raters)),
      scores_in(panel$scores)[c("number", "answer")])
}

bip_timeline <- function(panels, title = NULL, subtitle = NULL, lang = NULL, id = NULL, width = 0, theme = "auto") {
    raise(.Call(C_timeline, lapply(panels, panel_in), picture_in(lang, title, subtitle, id, width, theme)))
}
