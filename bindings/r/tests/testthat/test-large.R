# Columns of 2 MB and more are not copied into R. Here every one is as large.
people <- sprintf("P-%05d", 1:24000)
large_store <- local({
    made <- NULL
    function() {
        if (is.null(made)) {
            made <<- empty_store()
            codes <- as.character(bip_indicators(made, "employability")$indicator)
            rows <- lapply(1:2, function(i) {
                scores <- matrix((seq_along(people) * i) %% 5 + 1, length(people), length(codes))
                paste(people, as.Date("2026-01-01") + 90 * i, "caseworker", apply(scores, 1L, paste, collapse = ","), sep = ",")
            })
            csv <- c(paste(c("participant,date,respondent", codes), collapse = ","), unlist(rows))
            bip_change(made, "anna", function(change) bip_import(change, text = csv, instrument = "employability", create_participants = TRUE))
        }
        made
    }
})

small_ones <- function(store)
    do.call(rbind, unname(lapply(split(people, rep(1:4, each = 6000)), function(who) bip_progression(store, who))))

test_that("a large table is the small ones of which it is made", {
    store <- large_store()
    large <- bip_progression(store)
    expect_gt(nrow(large), 262144)
    expect_identical(large, small_ones(store))
    expect_identical(unserialize(serialize(large, NULL)), large)
})

test_that("a column of a large table is changed, copied and collected as any other", {
    large <- bip_progression(large_store())
    kept <- large$from_first
    expect_identical(kept[c(1, 12, 23)], c(1, 2, -2))
    changed <- large
    changed$from_first[1:2] <- c(7, NA)
    changed$first_date[1] <- as.Date("2020-01-01")
    changed$step[1] <- NA
    expect_identical(changed$from_first[1:3], c(7, NA, kept[3]))
    expect_identical(large$from_first, kept)
    expect_identical(sum(large$n), 2L * nrow(large))
    rm(large)
    gc()
    expect_identical(range(kept), c(-2, 2))
    expect_identical(sum(is.na(changed$step)), 1L + sum(kept == 0))
})

test_that("a column of small numbers reads the same before and after somebody wants its address", {
    large <- bip_progression(large_store())
    plain <- small_ones(large_store())
    rows <- c(1:30, 300000)
    expect_identical(sum(large$steps_forward), sum(plain$steps_forward))
    expect_identical(sum(large$from_first), sum(plain$from_first))
    for (name in c("n", "code", "band_first", "direction", "evidence_observed", "same_rater", "steps_back", "step", "latest_score",
                   "from_first", "percent_of_scale", "mean", "sd", "step_to_score", "mk_s")) {
        expect_identical(large[[name]][rows], plain[[name]][rows], info = name)
        expect_identical(large[[name]][[13]], plain[[name]][[13]], info = name)
        expect_identical(tail(large[[name]], 3), tail(plain[[name]], 3), info = name)
        expect_identical(sum(is.na(large[[name]])), sum(is.na(plain[[name]])), info = name)
        expect_identical(large[[name]], plain[[name]], info = name)
    }
    changed <- large$n
    changed[13] <- NA
    expect_identical(changed[12:14], c(2L, NA, 2L))
    expect_identical(large$n, plain$n)
})

test_that("a column of small numbers takes those that are not small", {
    days <- as.Date("2026-01-01") + 0:299
    for (ones in c(10, 300000)) {
        by <- c(seq_len(ones), rep(ones + 1, 300), ones + 2)
        series <- bip_series_compute(c(rep(days[1], ones), days, days[1]), rep_len(1:2, length(by)), by = by, scale_min = 1,
                                     scale_max = 2)
        expect_identical(series$n, c(rep(1L, ones), 300L, 1L))
        expect_identical(series$span_days, c(rep(0L, ones), 299L, 0L))
        expect_identical(max(series$held_for, na.rm = TRUE), 1L)
    }
})

test_that("a column of small whole doubles takes those that are not", {
    day <- as.Date("2026-01-01")
    for (ones in c(61, 300000)) {
        for (last in c(127, -127, -128, 128, 0.5, -0, 1e300)) {
            scores <- c(rep_len(c(-127, 0, 127), ones), last, 3)
            series <- bip_series_compute(rep(day, length(scores)), scores, by = seq_along(scores), scale_min = -1e301, scale_max = 1e301)
            expect_identical(series$first_score[ones + 0:2], scores[ones + 0:2], info = last)
            expect_identical(series$first_score, scores, info = last)
            expect_identical(1 / series$first_score, 1 / scores, info = last)
            expect_true(all(is.na(series$previous_score)))
            expect_false(any(is.nan(series$previous_score)))
        }
    }
})

test_that("large columns that nobody has any more are given back before more are made", {
    skip_if_not(file.exists("/proc/self/statm"))
    pages <- function() as.numeric(strsplit(readLines("/proc/self/statm"), " ")[[1L]][2L])
    store <- large_store()
    one <- bip_progression(store)
    before <- pages()
    for (i in 1:5) one <- bip_progression(store)
    expect_lt(pages(), 2 * before)
})

test_that("large columns and stores outlive the package", {
    script <- tempfile(fileext = ".R")
    on.exit(unlink(script))
    code <- quote({
        library(bip)
        store <- bip_open(":memory:", create = TRUE)
        large <- function() bip_series_compute(rep(20000, 150000), rep(1:3, 50000), by = 1:150000, scale_min = 1, scale_max = 3)$first_score
        x <- large()
        unloadNamespace("bip")
        cat(range(x), "")
        rm(x, store)
        invisible(gc())
        library(bip)
        cat(range(large()))
    })
    writeLines(sub("20000, 150000", "as.Date('2026-01-01'), 150000", deparse(code), fixed = TRUE), script)
    said <- system2(file.path(R.home("bin"), "Rscript"), c("--vanilla", script), stdout = TRUE,
                    env = paste0("R_LIBS=", paste(.libPaths(), collapse = ":")))
    expect_identical(said, "1 3 1 3")
})
