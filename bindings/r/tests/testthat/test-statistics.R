# R's own statistics, on random courses with and without ties.
set.seed(20260901)
courses <- lapply(1:60, function(i) {
    n <- sample(3:25, 1)
    data.frame(course = i, day = as.Date("2024-01-01") + sort(sample(0:900, n)),
               score = if (i %% 2) sample(1:5, n, TRUE) else round(runif(n, 1, 5), 3))
})
long <- do.call(rbind, courses)
series <- bip_series_compute(long$day, long$score, by = long["course"], scale_min = 1, scale_max = 5)
each <- function(f) vapply(courses, f, 0)
near <- function(object, expected) expect_equal(object, expected, tolerance = 1e-9)

test_that("mean and sd are R's", {
    near(series$mean, each(function(one) mean(one$score)))
    near(series$sd, each(function(one) sd(one$score)))
})

test_that("least squares is lm()", {
    fit <- lapply(courses, function(one) suppressWarnings( # a perfect fit
        summary(lm(score ~ days, data.frame(score = one$score, days = as.numeric(one$day - one$day[1]))))))
    near(series$ols_at_first, vapply(fit, function(one) coef(one)[1, 1], 0))
    near(series$ols_per_90_days, vapply(fit, function(one) 90 * coef(one)[2, 1], 0))
    near(series$ols_se_per_90_days, vapply(fit, function(one) 90 * coef(one)[2, 2], 0))
    near(series$ols_r2, vapply(seq_along(fit), function(i) if (sd(courses[[i]]$score) == 0) NA else fit[[i]]$r.squared, 0))
})

test_that("Theil-Sen is the median of all slopes", {
    near(series$ts_per_90_days, each(function(one) {
        slopes <- outer(one$score, one$score, "-") / outer(as.numeric(one$day), as.numeric(one$day), "-")
        90 * median(slopes[lower.tri(slopes)])
    }))
})

test_that("Mann-Kendall is cor.test() by Kendall: exact without ties up to 10, else its S and variance", {
    s <- each(function(one) sum(sign(outer(one$score, one$score, "-")[lower.tri(diag(nrow(one)))])))
    n <- each(nrow)
    has <- n >= 4 & each(function(one) sd(one$score)) > 0
    expect_identical(series$mk_s[has], s[has])
    expect_true(all(is.na(series$mk_s[!has])))
    ties <- each(function(one) anyDuplicated(one$score) > 0) > 0
    expect_identical(as.character(series$mk_method[has]), ifelse(n <= 10 & !ties, "exact", "normal")[has])
    exact <- which(has & n <= 10 & !ties)
    kendall <- function(one, ...) suppressWarnings(cor.test(as.numeric(one$day), one$score, method = "kendall", ...))
    expect_gt(length(exact), 5)
    near(series$mk_p[exact], vapply(courses[exact], function(one) kendall(one, exact = TRUE)$p.value, 0))
    normal <- which(has & !(n <= 10 & !ties))
    expect_gt(length(normal), 20)
    near(series$mk_p[normal], vapply(courses[normal], function(one) kendall(one, exact = FALSE, continuity = TRUE)$p.value, 0))
})

test_that("reliable change is the formula of Jacobson and Truax", {
    one <- bip_series_compute(long$day, long$score, by = long$course, scale_min = 1, scale_max = 5, reliability = 0.8, sd = 0.9)
    near(one$rci, one$from_first / sqrt(2 * (0.9 * sqrt(1 - 0.8))^2))
    expect_identical(one$rci_class == "unchanged", abs(one$rci) < 1.96)
})

test_that("grouping by several keys is grouping by each of their combinations", {
    long$half <- ifelse(seq_len(nrow(long)) %% 2, "a", "b")
    both <- bip_series_compute(long$day, long$score, by = long[c("half", "course")], scale_min = 1, scale_max = 5)
    alone <- do.call(rbind, lapply(split(long, interaction(long$half, long$course, drop = TRUE)), function(part)
        cbind(part[1, c("half", "course")], bip_series_compute(part$day, part$score, scale_min = 1, scale_max = 5))))
    alone <- alone[match(paste(both$half, both$course), paste(alone$half, alone$course)), ]
    expect_identical(both, alone, ignore_attr = TRUE)
})

test_that("NA is no score and a group of them no series; NaN and a group with two rules are refused", {
    day <- as.Date("2026-01-01") + 0:2
    expect_identical(bip_series_compute(day, c(1, NA, 3), scale_min = 1, scale_max = 5)$n, 2L)
    expect_identical(nrow(bip_series_compute(day, rep(NA, 3), scale_min = 1, scale_max = 5)), 0L)
    expect_error(bip_series_compute(day, c(1, NaN, 3), scale_min = 1, scale_max = 5), class = "bip_error_usage")
    mixed <- tryCatch(bip_series_compute(day, 1:3, by = list(who = c("a", "b", "b")), scale_min = 1, scale_max = c(5, 5, 6)),
                      bip_error = identity)
    expect_identical(mixed$where, "scale_max")
    expect_identical(mixed$group$who, "b")
    expect_error(bip_series_compute(day, 1:3, scale_min = "1", scale_max = 5), class = "bip_error_usage")
    expect_error(bip_series_compute(1:3, 1:3, scale_min = 1, scale_max = 5), class = "bip_error_usage")
    expect_error(bip_series_compute(day, 1:3, by = 1:2, scale_min = 1, scale_max = 5), class = "bip_error_usage")
})
