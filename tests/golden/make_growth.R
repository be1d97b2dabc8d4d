# Golden values of tests/test_growth.py: run from the repository with
#   Rscript tests/golden/make_growth.R
# The latent curve model with structured residuals of two series, five waves, answers that stop.
library(lavaan)
out <- "tests/golden/"
set.seed(20261127)
n <- 300
level <- matrix(rnorm(2 * n), n); level[, 2] <- 0.5 * level[, 1] + level[, 2]
trend <- cbind(0.2 + 0.25 * rnorm(n), 0.1 + 0.25 * rnorm(n))
w <- matrix(rnorm(2 * n), n)
d <- data.frame(customer = 1:n)
for (t in 1:5) {
  if (t > 1) w <- w %*% t(matrix(c(.3, .25, 0, .2), 2)) + matrix(rnorm(2 * n), n)
  y <- level + (t - 1) * trend + w
  d[[paste0("a_", t)]] <- round(y[, 1], 3); d[[paste0("b_", t)]] <- round(y[, 2], 3)
  if (t > 3) d[1:40, paste0("a_", t)] <- NA
}
write.csv(d, paste0(out, "growth_data.csv"), row.names = FALSE, quote = FALSE)
m <- character()
for (s in c("a", "b")) {
  m <- c(m, paste0("level_", s, " =~ ", paste0("1*", s, "_", 1:5, collapse = "+")),
         paste0("trend_", s, " =~ ", paste0(0:4, "*", s, "_", 1:5, collapse = "+")),
         paste0("w_", s, "_", 1:5, " =~ 1*", s, "_", 1:5), paste0(s, "_", 1:5, " ~~ 0*", s, "_", 1:5),
         paste0(s, "_", 1:5, " ~ 0*1"), paste0("level_", s, " ~ 1"), paste0("trend_", s, " ~ 1"))
  for (t in 2:5) m <- c(m, paste0("w_", s, "_", t, " ~ lag_a__", s, "*w_a_", t - 1, " + lag_b__", s, "*w_b_", t - 1))
}
m <- c(m, "w_a_1 ~~ w_a_1\nw_a_1 ~~ w_b_1\nw_b_1 ~~ w_b_1",
       paste0("w_a_", 2:5, " ~~ naa*w_a_", 2:5), paste0("w_b_", 2:5, " ~~ nbb*w_b_", 2:5), paste0("w_a_", 2:5, " ~~ nab*w_b_", 2:5))
own <- c("level_a", "level_b", "trend_a", "trend_b")
for (i in 1:4) for (j in i:4) m <- c(m, paste(own[i], "~~", own[j]))
for (i in own) m <- c(m, paste0(i, " ~~ 0*w_a_1 + 0*w_b_1"))
f <- lavaan(paste(m, collapse = "\n"), d, missing = "fiml")
p <- parameterEstimates(f)
keep <- (p$op == "~" & !duplicated(p$label)) | p$op == "~1" & grepl("level|trend", p$lhs) |
  p$op == "~~" & p$lhs == p$rhs & grepl("trend", p$lhs)
found <- p[keep, c("lhs", "op", "rhs", "label", "est", "se")]
found[5:6] <- lapply(found[5:6], format, digits = 12)
found <- rbind(found, data.frame(lhs = "fit", op = "", rhs = "", label = "chisq", est = format(fitMeasures(f, "chisq"), digits = 12), se = NA))
write.csv(found, paste0(out, "growth.csv"), row.names = FALSE, quote = FALSE)
