add <- function(change, scores, date = "2026-05-01", ...)
    bip_assessment_add(change, "P-001", "employability", "participant", date, scores, ...)
of <- function(store, id) bip_scores(store)[bip_scores(store)$id == id, ]

test_that("numbers, reasons and what isn't asked come back as they were recorded", {
    store <- filled_store()
    said <- list(everyday_coping = 3, cooperation = "declined", determination = NA, job_search = "dont_know", work_identity = "not_applicable")
    id <- bip_change(store, "anna", function(change) add(change, said, rater = "H07", note = "\u00e5ter"))
    got <- of(store, id)
    expect_identical(got$score[match(names(said), got$indicator)], c(3, NA, NA, NA, NA))
    expect_identical(as.character(got$answer[match(names(said), got$indicator)]), c("answered", "declined", "not_asked", "dont_know", "not_applicable"))
    all <- bip_assessments(store)
    expect_identical(all$note[all$id == id], "\u00e5ter")
    expect_identical(all$recorded[all$id == id], noon)
    again <- bip_change(store, "anna", function(change) add(change, got, date = as.Date("2026-06-01")))
    expect_identical(of(store, again)[c("indicator", "score", "answer")], got[c("indicator", "score", "answer")], ignore_attr = TRUE)
    in_order <- bip_change(store, "anna", function(change) add(change, c(1, 2, 3, 4, 5, NA, 1, 2, 3), date = "2026-07-01"))
    expect_identical(of(store, in_order)$score, c(1, 2, 3, 4, 5, NA, 1, 2, 3))
})

test_that("a correction adds a revision, a withdrawal takes out, an objection stands beside", {
    store <- filled_store()
    id <- bip_change(store, "anna", function(change) add(change, c(everyday_coping = 3, cooperation = 2)))
    new <- bip_change(store, "bo", function(change) bip_assessment_correct(change, id, list(cooperation = NA, determination = 4)), "typed wrong")
    expect_false(new == id)
    got <- of(store, id)
    expect_identical(got$score[match(c("everyday_coping", "cooperation", "determination"), got$indicator)], c(3, NA, 4))
    expect_identical(bip_assessments(store)$revision[bip_assessments(store)$id == id], 1L)
    bip_change(store, "bo", function(change) bip_assessment_correct(change, id, note = "a note"))
    expect_identical(bip_assessments(store)$note[bip_assessments(store)$id == id], "a note")
    objection <- bip_change(store, "bo", function(change) bip_assessment_dispute(change, id, "not so"))
    expect_match(bip_write(store, "history", participants = "P-001"), objection, fixed = TRUE)
    expect_identical(code_of(bip_change(store, "bo", function(change) bip_assessment_withdraw(change, id))), "usage")
    bip_change(store, "bo", function(change) bip_assessment_withdraw(change, id), "mixed up")
    expect_identical(nrow(of(store, id)), 0L)
    expect_identical(code_of(bip_change(store, "bo", function(change) bip_assessment_withdraw(change, id), "again")), "conflict")
})

test_that("an error inside a change undoes all of it", {
    store <- filled_store()
    before <- bip_write(store, "json")
    expect_error(bip_change(store, "anna", function(change) { add(change, c(cooperation = 3)); stop("mine") }), "mine")
    expect_identical(code_of(bip_change(store, "anna", function(change) { add(change, c(cooperation = 3)); add(change, c(cooperation = 17)) })), "refused")
    expect_identical(bip_write(store, "json"), before)
    change <- bip_begin(store, "anna")
    expect_identical(code_of(bip_begin(store, "anna")), "usage")
    add(change, c(cooperation = 3))
    entry <- bip_commit(change)
    expect_match(entry, "^[0-9a-f]{32}$")
    expect_identical(code_of(bip_commit(change)), "usage")
    expect_null(bip_rollback(change))
})

test_that("participants are registered, described, erased, and listed when they are old", {
    store <- filled_store()
    bip_change(store, "anna", function(change) {
        bip_participant_add(change, "P-003", as.Date("2020-01-15"))
        bip_participant_set(change, "P-003", "sex", "woman")
        bip_retention_keep(change, 365)
    })
    all <- bip_participants(store)
    expect_identical(as.character(all$participant), c("P-001", "P-002", "P-003"))
    expect_identical(all$enrolled, as.Date(c(NA, NA, "2020-01-15")))
    expect_identical(as.character(all$sex), c(NA, NA, "woman"))
    expect_identical(bip_retention_days(store), 365L)
    old <- bip_retention_list(store)
    expect_identical(old$participant, c("P-001", "P-002", "P-003"))
    expect_identical(old$last[3], as.Date("2020-01-15"))
    expect_identical(nrow(bip_retention_list(store, 36500)), 0L)
    expect_identical(bip_change(store, "anna", function(change) bip_retention_erase(change, 1000), "too old"), old[3, ], ignore_attr = TRUE)
    bip_change(store, "anna", function(change) bip_participant_erase(change, "P-002"), "on request")
    expect_identical(as.character(bip_participants(store)$participant), "P-001")
    expect_identical(nrow(bip_verify(store)), 0L)
})

test_that("an import takes files, texts, bytes, connections and data frames, and tells every bad cell", {
    one <- function(...) {
        store <- empty_store()
        bip_change(store, "anna", function(change) bip_import(change, ..., instrument = "employability", create_participants = TRUE))
        gsub('"(id|assessment)":"[^"]*"', "", bip_write(store, "jsonl"))
    }
    file <- tempfile(fileext = ".csv")
    on.exit(unlink(file))
    writeLines(csv, file)
    expected <- one(file)
    expect_identical(one(text = csv), expected)
    expect_identical(one(charToRaw(paste0(csv, "\n", collapse = ""))), expected)
    connection <- file(file, "rb")
    expect_identical(one(connection), expected)
    close(connection)
    expect_identical(one(read.csv(file, colClasses = c(cooperation = "character"))), expected)
    scores <- bip_scores(filled_store())
    columns <- c("participant", "date", "respondent", "rater", "indicator", "score", "answer")
    again <- empty_store()
    bip_change(again, "anna", function(change) bip_import(change, scores[columns], instrument = "employability", create_participants = TRUE))
    expect_identical(bip_scores(again)[columns], scores[columns])

    store <- filled_store()
    bad <- sub("P-001,2025-09-01,participant,,,3,4,3", "P-001,2025-09-01,participant,,,3,17,often", csv, fixed = TRUE)
    e <- tryCatch(bip_change(store, "anna", function(change) bip_import(change, text = bad, instrument = "employability")), bip_error = identity)
    expect_identical(e$code, "refused")
    expect_identical(e$issues$line, c(7, 7))
    expect_identical(e$issues$column, c("cooperation", "job_search"))
    expect_identical(code_of(bip_change(store, "anna", function(change) bip_import(change, text = csv, instrument = "employability", unheard_of = TRUE))), "usage")
    known <- bip_change(store, "anna", function(change) bip_import(change, text = csv, instrument = "employability"))
    expect_identical(known$known, 8)
})

test_that("an attribute called as a column is does not take its place", {
    store <- empty_store()
    bip_change(store, "anna", function(change) {
        bip_participant_add(change, "P-1", enrolled = "2026-01-15")
        bip_participant_set(change, "P-1", "enrolled", "by phone")
        bip_participant_set(change, "P-1", "participant", "old code")
        bip_participant_set(change, "P-1", "team", "north")
    })
    all <- bip_participants(store)
    expect_identical(names(all), c("participant", "enrolled", "enrolled.1", "participant.1", "team"))
    expect_identical(as.character(all$participant), "P-1")
    expect_identical(all$enrolled, as.Date("2026-01-15"))
    expect_identical(as.character(all$enrolled.1), "by phone")
})

test_that("a wide table has a column an indicator and loses none to another's name", {
    one <- function(code) sprintf('{"code":"%s","title":{"en":"T %s"},"scale":"s"}', code, code)
    json <- sprintf('{"instrument":"c","version":"1","title":{"en":"C"},"respondents":[{"code":"participant","title":{"en":"P"}}],"scales":[{"code":"s","min":1,"max":5,"labels":{"1":{"en":"no"}}}],"indicators":[%s]}',
                    paste(one(c("a", "date", "a_answer")), collapse = ","))
    store <- empty_store()
    bip_change(store, "anna", function(change) {
        bip_instrument_add(change, json)
        bip_participant_add(change, "P-1")
        bip_assessment_add(change, "P-1", "c", "participant", "2026-01-01", list(a = 2, date = "declined", a_answer = 5))
        bip_assessment_add(change, "P-1", "c", "participant", "2026-04-01", list(a = NULL, date = 4))
    })
    wide <- bip_wide(bip_scores(store), bip_indicators(store, "c"))
    expect_identical(names(wide), c("id", "participant", "instrument", "version", "respondent", "rater", "date",
                                    "a", "a_answer", "date.1", "date_answer", "a_answer.1", "a_answer_answer"))
    expect_equal(wide$date, as.Date(c("2026-01-01", "2026-04-01")))
    expect_identical(as.numeric(wide$a), c(2, NA))
    expect_identical(as.character(wide$a_answer), c("answered", "not_asked"))
    expect_identical(as.numeric(wide$date.1), c(NA, 4))
    expect_identical(as.character(wide$date_answer), c("declined", "answered"))
    expect_identical(as.numeric(wide$a_answer.1), c(5, NA))
    expect_identical(attr(wide$date.1, "label"), "T date")
    expect_identical(attr(wide$a, "labels"), c(no = 1))
})

test_that("a data frame goes in whatever the locale: what this one can't write, and what it couldn't read", {
    in_locale <- function(name, code) {
        before <- Sys.getlocale("LC_CTYPE")
        on.exit(Sys.setlocale("LC_CTYPE", before))
        Sys.setlocale("LC_CTYPE", name)
        code()
    }
    unread <- marked <- note <- "\u00e5 \"\u00f8\",\n\u20ac"
    Encoding(unread) <- "unknown" # as a file's text is that was read under the locale C
    for (text in list(marked, unread)) {
        store <- empty_store()
        frame <- data.frame(participant = "P-\u00e5", date = as.Date("2026-01-01"), respondent = "participant", indicator = "cooperation",
                            score = 3, answer = "answered", note = text)
        in_locale("C", function() {
            bip_change(store, "\u00e5sa", function(change) bip_import(change, frame, instrument = "employability", create_participants = TRUE))
            bip_change(store, "anna", function(change) bip_assessment_add(change, "P-\u00e5", "employability", "caseworker", "2026-01-01", list(cooperation = 2), note = text))
        })
        all <- bip_assessments(store)
        expect_identical(as.character(all$participant), rep("P-\u00e5", 2))
        expect_identical(all$note, rep(note, 2))
        expect_identical(as.character(all$actor), c("\u00e5sa", "anna"))
    }
})

test_that("what of a score would be lost is refused, with the indicator and by the function that was called", {
    store <- filled_store()
    change <- bip_begin(store, "anna")
    for (wrong in list("3", TRUE, c(1, 2), numeric(), list(3), Sys.Date(), 3i, c("declined", "dont_know"))) {
        e <- tryCatch(add(change, list(everyday_coping = 2, cooperation = wrong)), bip_error = identity)
        expect_identical(c(e$code, e$where), c("usage", "cooperation"))
        expect_identical(as.character(conditionCall(e)[[1]]), "bip_assessment_add")
    }
    expect_identical(tryCatch(add(change, c(cooperation = 3, everyday_coping = "declined")), bip_error = function(e) e$where), "cooperation")
    ninth <- data.frame(code = rep("cooperation", 9), score = 1)
    expect_identical(tryCatch(add(change, ninth), bip_error = function(e) e$where), "scores")
    e <- tryCatch(bip_spider(list(list(title = "A", scale_min = 1, scale_max = 5, better = "up"))), bip_error = identity)
    expect_identical(as.character(conditionCall(e)[[1]]), "bip_spider")
    bip_rollback(change)
})

test_that("a text that is not what the session reads is refused, not written as <f6>", {
    store <- empty_store()
    unread <- "Malm\xf6"
    expect_identical(code_of(bip_change(store, "anna", function(change) bip_participant_add(change, unread))), "refused")
    frame <- data.frame(participant = c("P-\u00e5", unread), date = "2026-01-01", respondent = "participant", indicator = "cooperation", score = 3)
    e <- tryCatch(bip_change(store, "anna", function(change) bip_import(change, frame, instrument = "employability", create_participants = TRUE)), bip_error = identity)
    expect_identical(e$code, "refused")
    expect_match(e$where, "line 3")
    expect_identical(nrow(bip_participants(store)), 0L)
})

test_that("numbers of a data frame keep all their digits", {
    store <- empty_store()
    json <- '{"instrument":"c","version":"1","title":{"en":"C"},"respondents":[{"code":"participant","title":{"en":"P"}}],"scales":[{"code":"s","min":0,"max":1,"step":0}],"indicators":[{"code":"a","title":{"en":"A"},"scale":"s"}]}'
    exact <- c(0.1 + 0.2, 1 / 3, 5e-324, 1)
    bip_change(store, "anna", function(change) {
        bip_instrument_add(change, json)
        bip_import(change, data.frame(participant = "P-1", date = as.Date("2026-01-01") + 1:4, respondent = "participant", indicator = "a", score = exact),
                   instrument = "c", create_participants = TRUE)
    })
    expect_identical(bip_scores(store)$score, exact)
})

test_that("stores take in one another", {
    a <- filled_store()
    b <- empty_store()
    bip_change(b, "bo", function(change) bip_participant_add(change, "P-b"))
    said <- bip_change(a, "anna", function(change) bip_merge(change, b))
    expect_identical(said$participants, 1)
    expect_identical(bip_change(b, "bo", function(change) bip_merge(change, a))$added, 8)
    expect_identical(bip_write(a, "json"), bip_write(b, "json"))
    expect_identical(code_of(bip_change(a, "anna", function(change) bip_merge(change, a))), "usage")
    expect_identical(code_of(bip_change(a, "anna", function(change) bip_merge(change, "b"))), "usage")
})
