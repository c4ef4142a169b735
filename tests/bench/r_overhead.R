# What R costs beside C, on one store:
#     Rscript r_overhead.R columns|all|JSON STORE
# columns: the keys and what typed.c reads of each series; all: every column there is; JSON: the document.
args <- commandArgs(TRUE)
store <- bip::bip_open(args[2])
read <- c("participant", "instrument", "respondent", "code", "n", "ols_per_90_days", "ts_per_90_days", "mk_s", "direction")
if (args[1] == "JSON") {
    bip::bip_write(store, "progression", to = "/dev/null")
} else {
    cat(nrow(bip::bip_progression(store, columns = if (args[1] == "columns") read)), "series\n")
}
