# Golden values of tests/test_moderation.py: run from the repository with
#   Rscript tests/golden/make_moderation.R
# R's sandwich::vcovHC (HC3) on standardized scores with a product and a square; sd by n.
library(sandwich)
n <- 80
i <- 1:n
a <- sin(i) + i / 40
b <- cos(1.7 * i) + 0.3 * a
y <- 0.5 * a + 0.3 * b + 0.2 * a * b + (1 + abs(a)) * sin(5.3 * i) / 2
write.csv(data.frame(y, a, b), "tests/golden/moderation_data.csv", row.names = FALSE)
z <- function(x) (x - mean(x)) / sqrt(mean((x - mean(x))^2))
d <- data.frame(y = z(y), a = z(a), b = z(b))
d$ab <- d$a * d$b
d$bb <- d$b^2
fit <- lm(y ~ a + b + ab + bb, d)
est <- coef(fit)[-1]
se <- sqrt(diag(vcovHC(fit, type = "HC3")))[-1]
df <- fit$df.residual
out <- data.frame(
  term = c("a", "b", "a:b", "b^2"), est = est, se = se, p = 2 * pt(-abs(est / se), df),
  ci_lower = est - qt(.975, df) * se, ci_upper = est + qt(.975, df) * se
)
out[-1] <- lapply(out[-1], format, digits = 15)
write.csv(out, "tests/golden/moderation.csv", row.names = FALSE, quote = FALSE)
