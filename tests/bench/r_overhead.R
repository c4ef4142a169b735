# What R costs beside C, on one store:
#     Rscript r_overhead.R columns|all|JSON STORE
# columns: the keys and what typed.c reads of each series; all: every column there is; JSON: the document.
library(bip)
args <- commandArgs(TRUE)
store <- bip_open(args[2])
read <- c("participant", "instrument", "respondent", "code", "n", "ols_per_90_days", "ts_per_90_days", "mk_s", "direction")
if (args[1] == "JSON") {
    bip_write(store, "progression", to = "/dev/null")
} else {
    series <- bip_progression(store, columns = if (args[1] == "columns") read)
    sum_of <- function(x) sum(x, na.rm = TRUE)
    cat(sprintf('{"series": %d, "scores": %.0f, "s": %.0f, "slopes": %.12g, "theil_sen": %.12g}\n', nrow(series), sum_of(series$n),
                sum_of(series$mk_s), sum_of(series$ols_per_90_days), sum_of(series$ts_per_90_days)))
}
