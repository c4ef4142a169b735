# A store in memory with the clock standing, and a little in it.
noon <- as.POSIXct("2026-11-21 12:00:00", tz = "UTC")
empty_store <- function(...) bip_open(":memory:", create = TRUE, lang = "en", now = noon, ...)
csv <- c("participant,date,respondent,rater,note,everyday_coping,cooperation,job_search",
         "P-001,2024-09-02,participant,,,2,3,1",
         "P-001,2024-12-02,participant,,,2,declined,2",
         "P-001,2025-03-03,participant,,late,3,3,2",
         "P-001,2025-06-02,participant,,,3,3,",
         "P-001,2025-06-04,caseworker,H07,,4,2,2",
         "P-001,2025-09-01,participant,,,3,4,3",
         "P-002,2025-01-15,participant,,,5,dont_know,4",
         "P-002,2025-04-15,participant,,,4,2,not_applicable")
filled_store <- function(...) {
    store <- empty_store(...)
    bip_change(store, "anna", function(change)
        bip_import(change, text = csv, instrument = "employability", create_participants = TRUE))
    store
}
code_of <- function(expr) tryCatch({ expr; "none" }, bip_error = function(e) e$code)
# What the tests outside of R CMD check give: see tools/check.
given <- function(name) {
    path <- Sys.getenv(name)
    skip_if(path == "", paste(name, "is not set"))
    path
}
