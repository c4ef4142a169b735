# The binding against the list of what bip.h declares, which the tests of all bindings read.
header <- function() jsonlite::fromJSON(given("BIP_HEADER"), simplifyVector = FALSE)
words_of <- function(enum, prefix) tolower(sub(prefix, "", names(enum)))

test_that("every function of the header is called by the package", {
    lines <- system2("nm", c("-D", "--undefined-only", shQuote(getLoadedDLLs()$bip[["path"]])), stdout = TRUE)
    called <- sub("@.*$", "", sub("^.* ", "", lines))
    expect_setequal(intersect(called, grep("^bip_", called, value = TRUE)), names(header()$functions))
})

test_that("every entry of the shared object is reached from an exported function's code", {
    entries <- names(getDLLRegisteredRoutines("bip")$.Call)
    functions <- Filter(is.function, as.list(asNamespace("bip")))
    code <- unlist(lapply(functions, function(f) all.names(body(f))))
    expect_setequal(intersect(code, paste0("C_", entries)), paste0("C_", entries))
})

test_that("what is exported has its help page", {
    help <- tools::Rd_db("bip")
    aliases <- unlist(lapply(help, function(page) unlist(Filter(function(tag) attr(tag, "Rd_tag") == "\\alias", page))))
    expect_true(all(grep("^bip_", getNamespaceExports("bip"), value = TRUE) %in% aliases))
})

test_that("every status becomes a class of conditions, under the library's word", {
    statuses <- header()$statuses
    known <- bip_statuses()
    expect_identical(known$status, sort(as.integer(unlist(statuses))))
    named <- known$code[match(unlist(statuses), known$status)]
    expect_identical(named, tolower(sub("^BIP_(E_)?", "", names(statuses))))
    expect_false(anyNA(known$text))
})

test_that("the levels of factors are the header's enums, in their order", {
    enums <- header()$enums
    store <- filled_store()
    series <- bip_progression(store)
    expect_identical(levels(series$kind), words_of(enums$bip_kind, "^BIP_"))
    expect_identical(levels(series$better), words_of(enums$bip_better, "^BIP_"))
    expect_identical(levels(series$direction), words_of(enums$bip_direction, "^BIP_"))
    expect_identical(levels(series$trend), words_of(enums$bip_direction, "^BIP_")[-1])
    expect_identical(levels(series$mk_method), words_of(enums$bip_mk_method, "^BIP_MK_")[-1])
    expect_identical(levels(series$rci_class), words_of(enums$bip_rci_class, "^BIP_")[-1])
    expect_identical(levels(bip_scores(store)$answer), c("answered", words_of(enums$bip_answer, "^BIP_")[-1]))
    expect_identical(bip:::answers, levels(bip_scores(store)$answer))
    expect_identical(bip:::themes, words_of(enums$bip_theme, "^BIP_THEME_"))
    expect_identical(bip:::layer_kinds, words_of(enums$bip_layer_kind, "^BIP_LAYER_"))
    evidence <- header()$constants[c("BIP_OBSERVED", "BIP_HELD", "BIP_TREND", "BIP_RELIABLE")]
    expect_identical(grep("^evidence_", names(series), value = TRUE),
                     paste0("evidence_", words_of(evidence[order(unlist(evidence))], "^BIP_")))
})

test_that("every field of the header's structs is there", {
    structs <- lapply(header()$structs, function(fields) vapply(fields, function(field) field$name, ""))
    has <- function(names, field) field %in% names || any(startsWith(names, paste0(field, "_")))
    store <- filled_store()
    expect_lacks <- function(fields, names, but = character())
        expect_identical(Filter(function(field) !has(names, field), setdiff(fields, c("size", "reserved", but))), character())
    expect_lacks(structs$bip_series, names(bip_progression(store)), "n_visible_to")
    expect_lacks(structs$bip_assessment, c(names(bip_assessments(store)), "indicators", "scores"), c("n", "recorded_ms"))
    expect_true(all(c("recorded", "date") %in% names(bip_assessments(store))))
    expect_lacks(structs$bip_query, names(formals(bip_write)), "n_participants")
    expect_lacks(structs$bip_query, names(formals(bip:::query)), "n_participants")
    expect_lacks(structs$bip_open_options, names(formals(bip_open)), c("flags", "now_ms", "ctx"))
    flags <- tolower(sub("^BIP_OPEN_", "", grep("^BIP_OPEN_", names(header()$constants), value = TRUE)))
    expect_lacks(flags, names(formals(bip_open)))
    expect_lacks(structs$bip_series_rules, names(formals(bip_series_compute)))
    expect_lacks(structs$bip_sentence_words, names(formals(bip_series_sentence)), "n_labels")
    expect_lacks(structs$bip_picture, names(formals(bip_spider)))
    expect_lacks(structs$bip_picture, names(formals(bip_timeline)))
    expect_lacks(structs$bip_assessment_in, names(formals(bip_assessment_add)), c("n", "indicators"))
    counts <- bip_change(store, "a", function(change) bip_import(change, text = csv, instrument = "employability"))
    expect_lacks(structs$bip_import_result, names(counts))
    axis <- list(title = "A", scale_min = 1, scale_max = 5, step = 1, better = "higher", labels = c(low = 1))
    expect_lacks(structs$bip_axis, names(bip:::axis_in(axis)), "n_labels")
    layer <- list(label = "x", respondent = "y", date = "2026-01-01", kind = "first", scores = 1)
    expect_lacks(structs$bip_layer, c(names(bip:::layer_in(layer)), "scores"))
    panel <- c(axis, list(days = "2026-01-01", scores = 1, raters = 1))
    expect_lacks(structs$bip_panel, c(names(bip:::panel_in(panel)), "scores", "rules"), c("n_labels", "n"))
    issues <- tryCatch(bip_change(store, "a", function(change) bip_import(change, text = sub("2,3,1", "9,3,1", csv), instrument = "employability")),
                       bip_error = function(e) e$issues)
    expect_lacks(structs$bip_issue, names(issues))
})

test_that("every document of the header is written", {
    store <- filled_store()
    write <- function(document)
        bip_write(store, document, participants = if (document %in% c("report", "brief", "subject", "subject-html", "spider",
                                                                      "spider-svg", "timeline-svg")) "P-001",
                  instrument = "employability")
    for (document in unlist(header()$documents)) expect_gt(nchar(write(document)), 1)
})
