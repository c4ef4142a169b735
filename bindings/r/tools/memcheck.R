# A little of everything, for valgrind: short, since it runs thirty times slower there.
library(bip)
csv <- c("participant,date,respondent,rater,note,everyday_coping,cooperation,job_search",
         "P-001,2024-09-02,participant,,,2,3,1", "P-001,2024-12-02,participant,,,2,declined,2",
         "P-001,2025-03-03,participant,,late,3,3,2", "P-002,2025-06-04,caseworker,H07,,4,2,2")
refused <- 0
caught <- function(expr) tryCatch(expr, error = function(e) refused <<- refused + 1)
for (i in 1:3) {
    path <- tempfile(fileext = ".bip")
    told <- 0
    store <- bip_open(path, create = TRUE, lang = "en", now = as.POSIXct("2026-11-21", tz = "UTC"),
                      read = function(what, participant) { told <<- told + 1; if (told == 3) stop("mine") })
    bip_change(store, "anna", function(change) bip_import(change, text = csv, instrument = "employability", create_participants = TRUE))
    caught(bip_change(store, "anna", function(change) bip_import(change, text = sub("2,3,1", "9,9,9", csv), instrument = "employability")))
    id <- bip_change(store, "anna", function(change) {
        bip_participant_add(change, "P-003", "2026-01-01")
        bip_participant_set(change, "P-003", "team", "north")
        bip_assessment_add(change, "P-003", "employability", "participant", "2026-05-01", list(everyday_coping = 3, cooperation = "declined"))
    })
    bip_change(store, "anna", function(change) bip_assessment_correct(change, id, c(cooperation = 2), note = "x"))
    bip_change(store, "anna", function(change) bip_assessment_withdraw(change, id), "wrong")
    caught(bip_scores(store)) # told of the third
    bip_scores(store)
    series <- bip_progression(store)
    bip_series_sentence(series, as.character(series$code), labels = c("Not at all" = 1))
    for (document in c("json", "jsonl", "csv-long", "history", "team")) bip_write(store, document)
    caught(bip_write(store, "jsonl", to = function(bytes) stop("mine")))
    bip_write(store, "spider-svg", participants = "P-001")
    bip_verify(store)
    bip_spider(data.frame(title = c("A", "B", "C"), scale_min = 1, scale_max = 5), list(list(scores = list(1, "declined", NA))))
    bip_timeline(list(list(title = "A", scale_min = 1, scale_max = 5, days = as.Date("2026-01-01") + 0:2, scores = c(1, NA, 2))))
    change <- bip_begin(store, "anna")
    bip_participant_add(change, "P-009")
    if (i == 1) rm(change) else if (i == 2) rm(store) else close(store)
    gc()
}
stopifnot(refused == 9)
# Large columns stay in memory of ours: just enough rows for that.
for (i in 1:2) {
    large <- bip_series_compute(rep(as.Date("2026-01-01"), 131073), rep(3, 131073), by = 1:131073, scale_min = 1, scale_max = 5)
    stopifnot(sum(large$first_score) == 3 * 131073)
    kept <- large$mean
    rm(large)
    gc()
    kept[1] <- 0
}
