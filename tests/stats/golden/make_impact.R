# Golden values for programme effects. Run in this folder: Rscript make_impact.R
# R 4.2 with clubSandwich, nlme, jsonlite. Reads data/panel.csv (make_behaviour.R).
suppressMessages({library(clubSandwich); library(nlme); library(jsonlite)})
out <- list()
panel <- read.csv("data/panel.csv")
panel$on <- as.numeric((panel$firm %in% c("f1", "f4", "f6") & panel$month > 10) |
                       (panel$firm == "f7" & panel$month > 14))
reduced <- function(formula, keep) {
  found <- as.data.frame(coef_test(lm(formula, panel), vcov = "CR2", cluster = panel$firm,
                                   test = "Satterthwaite", coefs = keep))
  list(b = found$beta, se = found$SE, df = found$df_Satt, p = found$p_Satt)
}
out$on <- reduced(outcome ~ on + factor(firm) + factor(month), "on")
out$pooled <- reduced(outcome ~ speed, "speed")
out$two <- reduced(outcome ~ on + speed + factor(firm) + factor(month), c("on", "speed"))

# an interrupted series: gls with AR(1) errors by restricted maximum likelihood
set.seed(20261127)
e <- as.numeric(arima.sim(list(ar = 0.4), 36, sd = 0.1))
t <- 0:35 - 20
y <- round(1 + 0.01 * t + 0.25 * (t >= 0) - 0.02 * t * (t >= 0) + e, 4)
fit <- gls(y ~ t + I(t >= 0) + I(t * (t >= 0)), correlation = corAR1(form = ~1), method = "REML",
           control = glsControl(tolerance = 1e-12, msTol = 1e-12, opt = "optim", maxIter = 500))
s <- summary(fit)$tTable
out$series <- list(y = y, before = 20, b = unname(s[-1, 1]), se = unname(s[-1, 2]),
                   carry = unname(coef(fit$modelStruct$corStruct, unconstrained = FALSE)),
                   sd = fit$sigma)
write_json(out, "impact.json", digits = NA, auto_unbox = TRUE, pretty = TRUE)
