# Golden values for the statistics of behaviour. Run in this folder: Rscript make_behaviour.R
# R 4.2 with sandwich, lmtest, survival, forecast, jsonlite.
suppressMessages({library(sandwich); library(lmtest); library(survival); library(jsonlite)})
set.seed(20261124)
out <- list()

# --- a panel of 8 firms over 20 months, one month missing in two of them
panel <- expand.grid(month = 1:20, firm = paste0("f", 1:8))
fe <- rnorm(8, 0, 0.4)[as.integer(factor(panel$firm))]
te <- rnorm(20, 0, 0.2)[panel$month]
panel$speed <- round(3 + fe + te + rnorm(160, 0, 0.3), 4)
panel$resolution <- round(0.6 + 0.1 * fe + rnorm(160, 0, 0.05), 4)
panel$outcome <- round(-1 - 0.3 * panel$speed + 0.5 * panel$resolution + fe + te +
                         rnorm(8, 0, 0.05)[as.integer(factor(panel$firm))] * panel$month / 10 +
                         rnorm(160, 0, 0.1), 4)
panel <- panel[!(panel$firm == "f2" & panel$month == 7) & !(panel$firm == "f5" & panel$month == 12), ]
write.csv(panel, "data/panel.csv", row.names = FALSE)
clustered <- function(model, keep) {
  v <- vcovCL(model, cluster = ~firm, type = "HC1", cadjust = TRUE)
  b <- coef(model)[keep]; se <- sqrt(diag(v))[keep]
  list(b = unname(b), se = unname(se), t = unname(b / se),
       p = unname(2 * pt(-abs(b / se), 7)))
}
out$pooled <- clustered(lm(outcome ~ speed, panel), "speed")
out$firm <- clustered(lm(outcome ~ speed + factor(firm), panel), "speed")
out$both <- clustered(lm(outcome ~ speed + resolution + factor(firm) + factor(month), panel),
                      c("speed", "resolution"))
within <- lm(resid(lm(outcome ~ factor(firm) + factor(month), panel)) ~
               resid(lm(speed ~ factor(firm) + factor(month), panel)) +
               resid(lm(resolution ~ factor(firm) + factor(month), panel)))
out$r2_within <- summary(within)$r.squared

# --- survival
s <- data.frame(time = c(3, 5, 5, 8, 8, 8, 12, 14, 14, 20, 21, 21, 25, 30, 30),
                event = c(1, 1, 0, 1, 1, 0, 1, 0, 1, 1, 0, 1, 0, 1, 0))
fit <- survfit(Surv(time, event) ~ 1, data = s, conf.type = "log-log")
seen <- fit$n.event > 0
out$survival <- list(time = fit$time[seen], survival = fit$surv[seen], lower = fit$lower[seen],
                     upper = fit$upper[seen], at_risk = fit$n.risk[seen])

# --- experiment
e <- data.frame(arm = rep(c("control", "voucher"), c(60, 70)), baseline = round(rnorm(130, 5, 2), 3),
                stratum = rep(c("old", "new"), 65))
e$outcome <- round(1 + 0.6 * e$baseline + 0.8 * (e$arm == "voucher") + 0.3 * (e$stratum == "new") +
                     rnorm(130), 3)
write.csv(e, "data/experiment.csv", row.names = FALSE)
w <- t.test(outcome ~ factor(arm, c("voucher", "control")), e)
out$welch <- list(value = unname(diff(rev(w$estimate))), low = w$conf.int[1], high = w$conf.int[2],
                  p = w$p.value, se = w$stderr)
e$treated <- as.numeric(e$arm == "voucher"); e$centred <- e$baseline - mean(e$baseline)
e$s <- as.numeric(e$stratum == "old"); e$s <- e$s - mean(e$s)
m <- lm(outcome ~ treated + centred + treated:centred + s, e)
ct <- coeftest(m, vcov = vcovHC(m, "HC3"), df = m$df.residual)
half <- qt(.975, m$df.residual) * ct["treated", 2]
out$adjusted <- list(value = ct["treated", 1], se = ct["treated", 2], p = ct["treated", 4],
                     low = ct["treated", 1] - half, high = ct["treated", 1] + half)
out$arms_p <- chisq.test(table(e$arm))$p.value
out$strata_p <- chisq.test(table(e$arm, e$stratum))$p.value

# --- trend of scores weighted by their precision
nps <- c(10, 14, 13, 22, 25, 24); se <- c(4, 4.5, 5, 4.2, 3.9, 4.4)
years <- c(0, 0.25, 0.5, 0.75, 1, 1.25)
t <- summary(lm(nps ~ years, weights = 1 / se^2))$coefficients
out$trend <- list(nps = nps, se = se, years = years, slope = t[2, 1], slope_se = t[2, 2], p = t[2, 4])

# --- errors of a forecast (Hyndman)
y <- c(12, 15, 14, 18, 17, 21, 19, 24, 22, 26, 25, 29, 27, 31)
train <- ts(y[1:11]); f <- forecast::naive(train, h = 3)
acc <- forecast::accuracy(f, y[12:14])
out$naive <- list(y = y, mape = acc["Test set", "MAPE"] / 100, mase = acc["Test set", "MASE"],
                  mae = acc["Test set", "MAE"])
write_json(out, "behaviour.json", digits = NA, auto_unbox = TRUE, pretty = TRUE)
