# What the C library made of the same inputs; bindings/README.md tells of the form.
fixtures <- function() jsonlite::fromJSON(file.path(given("BIP_FIXTURES"), "fixtures.json"), simplifyVector = FALSE)
the_store <- function() bip_open(file.path(given("BIP_FIXTURES"), "store.bip"))
numbers <- function(x) vapply(x, function(one) if (is.null(one)) NA_real_ else as.numeric(one), 0)
texts <- function(x) vapply(x, function(one) if (is.null(one)) NA_character_ else one, "")
days <- function(x) structure(numbers(x), class = "Date")
labels <- function(x) if (length(x)) structure(numbers(lapply(x, `[[`, "score")), names = texts(lapply(x, `[[`, "text")))
better <- function(x) c("higher", "lower")[x + 1]

# The same outcome: the value, or status, place and words of the failure.
expect_outcome <- function(fixture, expr, value) {
    said <- tryCatch(expr, bip_error = identity)
    if (fixture$status == 0L) return(expect_identical(said, value))
    expect_s3_class(said, "bip_error")
    expect_identical(list(said$status, said$where, said$message), fixture[c("status", "where", "message")], ignore_attr = TRUE)
}

# A row as the fields of the struct, numbers for words.
as_fields <- function(row, fixture) {
    word <- function(name, from = 0L) if (is.na(row[[name]])) 0L else as.integer(row[[name]]) - 1L + from
    point <- function(name) {
        date <- row[[paste0(name, "_date")]]
        list(date = if (!is.na(date)) as.integer(date), score = number(row[[paste0(name, "_score")]]))
    }
    number <- function(x) if (is.na(x)) NULL else as.numeric(x)
    fields <- lapply(structure(names(fixture), names = names(fixture)), function(name) switch(name,
        first = , previous = , latest = , best = , step_from = , step_to = point(name),
        trend = , step = , mk_method = , rci_class = word(name, 1L), direction = , better = , kind = word(name),
        evidence = sum(c(1L, 2L, 4L, 8L)[unlist(row[paste0("evidence_", c("observed", "held", "trend", "reliable"))])]),
        visible_to = as.list(strsplit(as.character(row$visible_to), " ")[[1]]),
        participant = , instrument = , version = , respondent = , code = , band_first = , band_latest =
            if (!is.na(row[[name]])) as.character(row[[name]]),
        has_bands = as.integer(row$has_bands), number(row[[name]])))
    fields
}
# Where there is no step, no Mann-Kendall, the struct has 0 and R has NA.
expect_fields <- function(row, fixture) {
    if (is.null(row$participant)) fixture <- fixture[intersect(names(fixture), c(names(row), "first", "previous", "latest", "best", "step_from", "step_to", "evidence"))]
    got <- as_fields(row, fixture)
    blank <- c(if (fixture$step == 0L) c("held_for", "new_best", "same_rater"), if (fixture$mk_method == 0L) c("mk_s", "mk_var_s"))
    expect_true(all(vapply(got[blank], is.null, NA)))
    if ("same_rater" %in% setdiff(names(fixture), blank) && fixture$same_rater < 0L) fixture["same_rater"] <- list(NULL)
    keep <- setdiff(names(fixture), blank)
    plain <- function(x) lapply(x, function(one) if (is.numeric(one)) as.numeric(one) else if (is.list(one)) plain(one) else one)
    expect_identical(plain(got[keep]), plain(fixture[keep]))
}

test_that("statuses, versions and dates are the library's", {
    all <- fixtures()
    expect_identical(bip_version(), all$version)
    expect_identical(paste(names(bip_versions()), bip_versions(), collapse = "\n"), all$versions)
    expect_identical(bip_statuses()$code, texts(lapply(all$statuses, `[[`, "code")))
    expect_identical(bip_statuses()$text, texts(lapply(all$statuses, `[[`, "text")))
    for (one in all$dates) {
        expect_outcome(one, bip_date_parse(one$text), days(one["days"]) |> unname())
        if (one$status == 0L) expect_identical(bip_date_format(bip_date_parse(one$text)), one$format)
    }
    for (one in all$instrument_checks) expect_outcome(one, bip_instrument_check(one$json), NULL)
})

compute <- function(one, raters = one$raters) {
    rules <- one$rules
    bip_series_compute(days(one$days), numbers(one$scores), raters = if (!is.null(raters)) ifelse(numbers(raters) == 0, NA, numbers(raters)),
                       scale_min = rules$scale_min, scale_max = rules$scale_max, smallest_step = rules$smallest_step,
                       reliability = numbers(rules["reliability"]), sd = numbers(rules["sd"]), better = better(rules$better))
}

test_that("series, one at a time", {
    for (one in fixtures()$series) {
        if (length(one$days) == 0L) expect_identical(nrow(compute(one)), 0L) # a group without a number is left out
        else if (one$status == 0L) expect_fields(compute(one), one$series)
        else expect_outcome(one, compute(one))
    }
})

test_that("series, all of them in one call", {
    good <- Filter(function(one) one$status == 0L, fixtures()$series)
    rows <- lengths(lapply(good, `[[`, "days"))
    each <- function(name) rep(numbers(lapply(good, function(one) one$rules[[name]])), rows)
    raters <- unlist(lapply(good, function(one) if (is.null(one$raters)) rep(0, length(one$days)) else numbers(one$raters)))
    set.seed(1)
    mixed <- sample(sum(rows)) # in any order
    long <- data.frame(which = rep(seq_along(good), rows), day = days(unlist(lapply(good, `[[`, "days"))),
                       score = numbers(unlist(lapply(good, `[[`, "scores"))), rater = ifelse(raters == 0, NA, raters),
                       min = each("scale_min"), max = each("scale_max"), step = each("smallest_step"),
                       rel = each("reliability"), sd = each("sd"), better = better(each("better")))[mixed, ]
    all <- with(long, bip_series_compute(day, score, by = which, raters = rater, scale_min = min, scale_max = max,
                                         smallest_step = step, reliability = rel, sd = sd, better = better))
    expect_identical(nrow(all), length(good))
    for (i in seq_along(good)) expect_fields(all[match(i, all$group), ], good[[i]]$series)
})

test_that("sentences", {
    all <- fixtures()
    for (one in all$sentences)
        expect_outcome(one, bip_series_sentence(compute(all$series[[one$of + 1]], NULL), one$title, labels(one$labels), one$lang,
                                                texts(one["rater_role"])), one$text)
})

picture <- function(p) list(lang = p$lang, title = p$title, subtitle = p$subtitle, id = p$id, width = p$width,
                            theme = c("auto", "light", "dark")[p$theme + 1])

test_that("spiders", {
    for (one in fixtures()$spiders) {
        axes <- lapply(one$axes, function(axis) list(title = axis$title, scale_min = axis$scale_min, scale_max = axis$scale_max,
                                                     step = axis$step, better = better(axis$better), labels = labels(axis$labels)))
        layers <- lapply(one$layers, function(layer) list(label = layer$label, respondent = layer$respondent, kind = bip:::layer_kinds[layer$kind + 1],
                                                          date = unname(days(layer["date"])), scores = layer$scores))
        expect_outcome(one, do.call(bip_spider, c(list(axes, layers), picture(one$picture))), one$text)
    }
})

test_that("timelines", {
    for (one in fixtures()$timelines) {
        panels <- lapply(one$panels, function(panel)
            list(title = panel$title, scale_min = panel$rules$scale_min, scale_max = panel$rules$scale_max,
                 smallest_step = panel$rules$smallest_step, reliability = numbers(panel$rules["reliability"]),
                 sd = numbers(panel$rules["sd"]), better = better(panel$rules$better), labels = labels(panel$labels),
                 days = days(panel$days), scores = panel$scores,
                 raters = if (!is.null(panel$raters)) ifelse(numbers(panel$raters) == 0, NA, numbers(panel$raters))))
        expect_outcome(one, do.call(bip_timeline, c(list(panels), picture(one$picture))), one$text)
    }
})

test_that("an import says what it took", {
    given <- fixtures()$store$import
    store <- empty_store()
    options <- jsonlite::fromJSON(given$options)
    said <- bip_change(store, "anna", function(change)
        do.call(bip_import, c(list(change, text = given$text, format = given$format), options)))
    expect_identical(said[names(given$result)], lapply(given$result, as.numeric))
    expect_identical(nrow(said$issues), 0L)
})

test_that("assessments and scores", {
    given <- fixtures()$store
    store <- the_store()
    expect_identical(bip_lang(store), given$lang)
    all <- bip_assessments(store, as_of = unname(days(given["as_of"])))
    scores <- bip_scores(store, as_of = unname(days(given["as_of"])))
    expect_identical(nrow(all), length(given$assessments))
    for (i in seq_along(given$assessments)) {
        one <- given$assessments[[i]]
        same <- c("id", "participant", "instrument", "version", "respondent", "rater", "note", "actor")
        expect_identical(vapply(all[i, same], as.character, ""), texts(one[same]))
        expect_identical(as.numeric(all$recorded[i]), one$recorded_ms / 1000)
        expect_identical(c(as.numeric(all$date[i]), all$revision[i]), numbers(one[c("date", "revision")]), ignore_attr = TRUE)
        mine <- scores[scores$id == one$id, ]
        expect_identical(as.character(mine$indicator), texts(one$indicators))
        said <- ifelse(is.na(mine$score), as.character(mine$answer), mine$score)
        expect_identical(as.character(said), vapply(one$scores, function(s) if (is.null(s)) "not_asked" else as.character(s), ""))
        expect_identical(is.na(mine$score), mine$answer != "answered")
    }
})

test_that("progression", {
    given <- fixtures()$store
    all <- bip_progression(the_store(), as_of = unname(days(given["as_of"])))
    expect_identical(nrow(all), length(given$progression))
    for (i in seq_along(given$progression)) expect_fields(all[i, ], given$progression[[i]])
})

test_that("retention", {
    given <- fixtures()$store$retention
    store <- the_store()
    expect_identical(as.numeric(bip_retention_days(store)), numbers(given["kept"]), ignore_attr = TRUE)
    listed <- bip_retention_list(store, given$days, unname(days(given["as_of"])))
    lines <- lapply(strsplit(given$text, "\n")[[1]], jsonlite::fromJSON)
    expect_identical(listed$participant, texts(lapply(lines, `[[`, "participant")))
    expect_identical(bip_date_format(listed$last), texts(lapply(lines, `[[`, "last")))
    expect_identical(as.numeric(listed$days), numbers(lapply(lines, `[[`, "days")))
})

test_that("documents, byte for byte", {
    store <- the_store()
    for (one in fixtures()$store$documents) {
        query <- one$query
        for (day in c("as_of", "since")) if (!is.null(query[[day]])) query[[day]] <- unname(days(query[day]))
        query$participants <- unlist(query$participants)
        expect_outcome(one, do.call(bip_write, c(list(store, one$document, options = one$options), query)), one$text)
    }
})
