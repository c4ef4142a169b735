# Rscript datatable.R CSV: loads with fread, then slope, Theil-Sen and S by self-join; prints JSON lines like duckdb.mjs.
suppressMessages(library(data.table))
setDTthreads(2)
csv <- commandArgs(trailingOnly = TRUE)[1]
tell <- function(step, begin, rest = "") {
    t <- proc.time() - begin
    cat(sprintf('{"step":"%s","seconds":%.3f,"cpu":%.3f%s}\n', step, t[["elapsed"]], t[["user.self"]] + t[["sys.self"]], rest))
}
begin <- proc.time()
score <- fread(csv)
score[, day := as.integer(date)]
setkey(score, participant, respondent, indicator, day)
saveRDS(score, paste0(csv, ".rds"), compress = FALSE)
tell("datatable_load", begin)
unlink(paste0(csv, ".rds"))

begin <- proc.time()
score[, id := .GRP, by = .(participant, respondent, indicator)]
series <- score[, .(n = .N, sx = sum(day - 16436L), sy = sum(score), sxx = sum((day - 16436)^2),
                    sxy = sum((day - 16436) * score)), by = id]
series[, slope := 90 * (n * sxy - sx * sy) / (n * sxx - sx^2)]
few <- score[, .(id, day, score)]
pairs <- few[few, on = .(id, day < day), .(id, slope = (i.score - x.score) / (i.day - x.day), sign = sign(i.score - x.score)),
             nomatch = NULL, allow.cartesian = TRUE]
trend <- pairs[, .(theil_sen = median(slope), s = sum(sign)), by = id]
series[trend, on = "id", `:=`(theil_sen = i.theil_sen, s = i.s)]
tell("datatable_progression", begin,
     sprintf(',"rows":[{"series":"%d","scores":"%d","slopes":%.12g,"theil_sen":%.12g,"s":"%d"}]', nrow(series), sum(series$n),
             series[n >= 3, sum(slope)], 90 * series[n >= 3, sum(theil_sen)], as.integer(series[n >= 4, sum(s)])))
