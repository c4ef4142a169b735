# Rscript tools/vignette.R             weaves tools/team.Rhtml anew into vignettes/team.html.asis
# Rscript tools/vignette.R --check     says whether what is there is still what the code gives: all words, and all
#                                      numbers to 1e-6. Pictures by R's own graphics are left out: they are the device's.
# In the package's folder, with the package installed, and knitr and nlme.
args <- commandArgs(TRUE)
kept <- file.path("vignettes", "team.html.asis")
source <- normalizePath(file.path("tools", "team.Rhtml"))
new <- tempfile(fileext = ".html")
folder <- setwd(tempdir())
invisible(knitr::knit(source, new, quiet = TRUE, encoding = "UTF-8"))
setwd(folder)

read <- function(path) {
    text <- gsub("data:image/[^\"]*", "", paste(readLines(path, encoding = "UTF-8"), collapse = "\n"))
    number <- "[0-9]+([.][0-9]+)?(e-?[0-9]+)?"
    id <- "[0-9a-f]{32}" # drawn anew each time
    text <- gsub(id, "ID", text)
    list(words = strsplit(gsub(number, "#", text), "\n")[[1]], numbers = as.numeric(unlist(regmatches(text, gregexpr(number, text)))))
}

if (!identical(args, "--check")) {
    invisible(file.copy(new, kept, overwrite = TRUE))
} else {
    old <- read(kept)
    new <- read(new)
    if (any(grepl("## Error|class=\"error\"", new$words))) stop("the vignette's code fails")
    if (!identical(old$words, new$words)) {
        print(head(setdiff(new$words, old$words)))
        stop("the vignette's words differ: Rscript tools/vignette.R")
    }
    if (!isTRUE(all.equal(old$numbers, new$numbers, tolerance = 1e-6))) stop("the vignette's numbers differ: Rscript tools/vignette.R")
    cat("vignette:", length(old$numbers), "numbers are what the code gives\n")
}
