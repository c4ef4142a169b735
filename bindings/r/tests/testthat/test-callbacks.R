# Errors of R's come through libbip unharmed, and leave the store as it was.
mine <- function(...) stop(structure(class = c("mine", "error", "condition"), list(message = "mine", call = NULL)))

test_that("who is read is told, an error or FALSE there ends the reading", {
    told <- character()
    store <- filled_store(read = function(what, participant) told <<- c(told, paste(what, participant)))
    bip_scores(store)
    expect_identical(told, c("assessments P-001", "assessments P-002"))
    told <- character()
    bip_write(store, "history")
    expect_identical(told, c("history P-001", "history P-002"))
    for (f in list(bip_scores, bip_progression, function(s) bip_write(s, "json"))) {
        stopping <- filled_store(read = function(what, participant) FALSE)
        expect_identical(code_of(f(stopping)), "cancelled")
        broken <- FALSE
        breaking <- filled_store(read = function(what, participant) if (broken) mine())
        broken <- TRUE
        expect_error(f(breaking), class = "mine")
        broken <- FALSE
        expect_silent(f(breaking))
    }
})

test_that("errors of the clock and of chance come through, and nothing is recorded", {
    broken <- FALSE
    clock <- bip_open(":memory:", create = TRUE, now = function() if (broken) mine() else noon)
    dice <- bip_open(":memory:", create = TRUE, random = function(n) if (broken) mine() else as.raw(sample(0:255, n, TRUE)))
    short <- bip_open(":memory:", create = TRUE, random = function(n) if (broken) raw(n - 1) else as.raw(sample(0:255, n, TRUE)))
    record <- function(store) bip_change(store, "anna", function(change) bip_participant_add(change, "P-1"))
    broken <- TRUE
    expect_error(bip_today(clock), class = "mine")
    expect_error(record(clock), class = "mine")
    expect_error(record(dice), class = "mine")
    expect_error(record(short), class = "bip_error")
    broken <- FALSE
    for (store in list(clock, dice, short)) {
        expect_identical(nrow(bip_participants(store)), 0L)
        record(store)
        expect_identical(nrow(bip_participants(store)), 1L)
    }
    expect_identical(code_of(bip_today(bip_open(":memory:", create = TRUE, now = function() NA))), "usage")
})

test_that("errors of a sink and of a source come through", {
    store <- filled_store()
    before <- bip_write(store, "json")
    expect_error(bip_write(store, "json", to = mine), class = "mine")
    expect_identical(code_of(bip_write(store, "json", to = function(bytes) FALSE)), "cancelled")
    expect_error(bip_change(store, "a", function(change) bip_import(change, structure(list(), class = "connection"), instrument = "employability")))
    expect_identical(bip_write(store, "json"), before)
    closed <- file(tempfile(), "wb")
    close(closed)
    expect_error(bip_write(store, "json", to = closed))
    expect_identical(code_of(bip_today(store)), "none")
})

test_that("a file gets what a function would, or an error and is gone", {
    store <- filled_store()
    path <- file.path(tempfile(), "of this.json")
    e <- tryCatch(bip_write(store, "json", to = path), bip_error = identity)
    expect_identical(c(e$code, e$where), c("io", "to"))
    dir.create(dirname(path))
    expect_invisible(bip_write(store, "json", to = path))
    expect_identical(readChar(path, file.size(path), useBytes = TRUE), bip_write(store, "json"))
    expect_identical(code_of(bip_write(store, "json", to = c(path, path))), "usage")
    store <- filled_store(read = function(what, participant) bip_interrupt(store))
    expect_identical(code_of(bip_write(store, "json", to = path)), "cancelled")
    expect_false(file.exists(path))
})

test_that("errors of an issue's function come through, FALSE ends the work", {
    store <- filled_store()
    bad <- sub("2,3,1", "9,9,9", csv)
    import <- function(issue) bip_change(store, "a", function(change) bip_import(change, text = bad, instrument = "employability", issue = issue))
    expect_error(import(mine), class = "mine")
    e <- tryCatch(import(function(...) FALSE), bip_error = identity)
    expect_identical(e$code, "cancelled")
    expect_identical(nrow(e$issues), 1L)
    seen <- list()
    expect_identical(code_of(import(function(line, column, where, message) seen[[length(seen) + 1]] <<- list(line, column))), "refused")
    expect_identical(seen[[2]], list(2, "cooperation"))
    head <- bip_write(store, "head")
    gone <- sub("^.", if (startsWith(head, "f")) "0" else "f", head) # ids are random
    expect_error(bip_verify(store, anchor = gone, issue = mine), class = "mine")
})

test_that("a store can't be used or closed from inside a call on it, but interrupted; another can", {
    other <- filled_store()
    store <- NULL
    codes <- character()
    inside <- function(what, participant) {
        codes <<- c(codes, code_of(bip_close(store)), code_of(bip_scores(store)), code_of(bip_begin(store, "a")), code_of(bip_scores(other)))
    }
    store <- filled_store(read = inside)
    bip_scores(store, "P-001")
    expect_identical(codes, c("usage", "usage", "usage", "none"))
    store <- filled_store(read = function(what, participant) bip_interrupt(store))
    expect_identical(code_of(bip_write(store, "json")), "cancelled")
})

test_that("jumps that are no errors go through too", {
    store <- filled_store()
    got <- withRestarts(bip_write(store, "json", to = function(bytes) invokeRestart("out", 17)), out = identity)
    expect_identical(got, 17)
    leave <- function() { bip_write(store, "json", to = function(bytes) return_from(3)); 4 }
    return_from <- NULL
    f <- function() { callCC(function(k) { return_from <<- k; leave() }) }
    expect_identical(f(), 3)
    interrupt <- function(bytes) { tools::pskill(Sys.getpid(), tools::SIGINT); Sys.sleep(1) }
    expect_identical(tryCatch(bip_write(store, "json", to = interrupt), interrupt = function(i) "interrupted"), "interrupted")
    expect_identical(code_of(bip_scores(store)), "none")
})
