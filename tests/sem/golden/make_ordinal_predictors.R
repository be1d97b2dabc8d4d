# Run in tests/sem/golden: Rscript make_ordinal_predictors.R (lavaan 0.6-14)
# Ordinal variables given fixed predictors: lavaan's default conditional.x = TRUE.
suppressMessages({library(lavaan); library(jsonlite)})
O <- "data/"; out <- "lavaan"
save1 <- function(name, f) {
  write.csv(parameterEstimates(f, standardized=TRUE), paste0(out, "/", name, "_par.csv"), row.names=FALSE)
  write(toJSON(list(name=name, fit=as.list(fitMeasures(f))), auto_unbox=TRUE, digits=14, na="string"), paste0(out, "/", name, "_fit.json")) }
# drawn data: two factors, a binary and a metric predictor, two groups, a metric and two ordinal outcomes
set.seed(20240607); n <- 700
g <- rep(c("A", "B"), c(380, 320)); female <- rbinom(n, 1, 0.45); age <- round(rnorm(n, 41 + 3*(g == "B"), 11), 1)
f1 <- 0.5*female - 0.02*(age - 41) + rnorm(n); f2 <- 0.5*f1 - 0.3*female + 0.8*rnorm(n)
cut4 <- function(y, t) as.integer(cut(y, c(-Inf, t, Inf)))
d <- data.frame(group=g, female, age)
for (k in 1:4) d[[paste0("u", k)]] <- cut4(c(1, .9, .8, 1.1)[k]*f1 + 0.4*(k == 2)*female + rnorm(n, sd=c(.8, 1, .9, .8)[k]), c(-1, .1, 1.1) + .1*k)
for (k in 1:3) d[[paste0("v", k)]] <- cut4(c(1, .8, .9)[k]*f2 + rnorm(n, sd=.9), c(-.6, .7))
d$spend <- round(20 + 3*f2 + 1.5*f1 + 0.1*age + rnorm(n, sd=3), 2)
m <- 0.4*female + 0.02*age + rnorm(n); d$med <- cut4(m, c(.3, 1.2, 2)); z <- 0.6*m - 0.3*female + rnorm(n); d$buy <- cut4(z, .6)
d$income <- round(2 + 0.3*m + 0.01*age + rnorm(n, sd=.6), 2)
holes <- d; holes$age[c(3, 50, 400)] <- NA; holes$u1[7] <- NA
write.csv(d, paste0(O, "condx.csv"), row.names=FALSE); write.csv(holes, paste0(O, "condx_miss.csv"), row.names=FALSE)
items <- c(paste0("u", 1:4), paste0("v", 1:3)); F <- "f1 =~ u1+u2+u3+u4\nf2 =~ v1+v2+v3"
MIMIC <- paste0(F, "\nf1 ~ a*female + age\nf2 ~ b*f1 + female\nind := a*b")
f <- sem(MIMIC, d, ordered=items); save1("r_cx_mimic", f)
save1("r_cx_mimic_dwls", sem(MIMIC, d, ordered=items, estimator="DWLS"))
save1("r_cx_mimic_wlsm", sem(MIMIC, d, ordered=items, estimator="WLSM"))
save1("r_cx_mimic_ulsmv", sem(MIMIC, d, ordered=items, estimator="ULSMV"))
save1("r_cx_miss", sem(MIMIC, holes, ordered=items))
write.csv(standardizedSolution(f), paste0(out, "/r_cx_std.csv"), row.names=FALSE)
write.csv(modindices(f), paste0(out, "/r_cx_mi.csv"), row.names=FALSE)
r <- resid(f); i <- lavInspect(f, "implied")
for (k in c("res.cov", "res.slopes")) write.csv(r[[k]], paste0(out, "/r_cx_resid_", k, ".csv"))
for (k in c("res.cov", "res.slopes", "cov.x")) write.csv(i[[k]], paste0(out, "/r_cx_implied_", k, ".csv"))
write(toJSON(list(r2=as.list(lavInspect(f, "rsquare"))), auto_unbox=TRUE, digits=14), paste0(out, "/r_cx_r2.json"))
DIF <- paste0(F, "\nf1 ~ female + age\nf2 ~ f1 + female\nu2 ~ female"); dif <- sem(DIF, d, ordered=items, std.lv=TRUE); save1("r_cx_dif", dif)
h0 <- sem(sub("u2 ~ female", "u2 ~ 0*female", DIF), d, ordered=items, std.lv=TRUE)
write.csv(as.data.frame(lavTestLRT(dif, h0)), paste0(out, "/r_cx_difference.csv"), row.names=FALSE)
MG <- paste0(F, "\nf1 ~ female + age\nf2 ~ f1 + female")
save1("r_cx_mg_config", sem(MG, d, ordered=items, group="group"))
mg <- sem(MG, d, ordered=items, group="group", group.equal=c("loadings", "thresholds")); save1("r_cx_mg_scalar", mg)
save1("r_cx_mg_regressions", sem(MG, d, ordered=items, group="group", group.equal=c("loadings", "thresholds", "regressions")))
MIXED <- paste0(MG, "\nspend ~ f2 + age + f1\nf1 ~~ f1"); mixed <- sem(MIXED, d, ordered=items); save1("r_cx_mixed", mixed)
write.csv(modindices(mixed), paste0(out, "/r_cx_mixed_mi.csv"), row.names=FALSE)
save1("r_cx_mixed_mg", sem(MIXED, d, ordered=items, group="group", group.equal=c("loadings", "thresholds")))
# two ordinal and a continuous dependent variable, no factors
PATH <- "med ~ female + age\nincome ~ age\nbuy ~ income + female\nmed ~~ income"
save1("r_cx_path", sem(PATH, d, ordered=c("med", "buy")))
LATENT <- "m =~ 1*med\nbuy ~ m + female\nm ~ a*female + age\nincome ~ m\nm ~~ 1*m"
save1("r_cx_latent", sem(LATENT, d, ordered=c("med", "buy")))
