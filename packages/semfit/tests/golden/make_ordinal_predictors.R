# Run in packages/semfit/tests/golden: Rscript make_ordinal_predictors.R (lavaan 0.7)
# Ordinal variables given fixed predictors: lavaan's default conditional.x = TRUE.
source("ordinal.R")
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
f <- save1("r_cx_mimic", MIMIC, d, ordered=items)
save1("r_cx_mimic_dwls", MIMIC, d, ordered=items, estimator="DWLS")
save1("r_cx_mimic_wlsm", MIMIC, d, ordered=items, estimator="WLSM")
save1("r_cx_mimic_ulsmv", MIMIC, d, ordered=items, estimator="ULSMV")
save1("r_cx_miss", MIMIC, holes, ordered=items)
save_std("r_cx_std", MIMIC, d, ordered=items)
write.csv(modindices(f), paste0(out, "/r_cx_mi.csv"), row.names=FALSE)
r <- resid(f); i <- lavInspect(f, "implied")
for (k in c("res.cov", "res.slopes")) write.csv(r[[k]], paste0(out, "/r_cx_resid_", k, ".csv"))
for (k in c("res.cov", "res.slopes", "cov.x")) write.csv(i[[k]], paste0(out, "/r_cx_implied_", k, ".csv"))
write(toJSON(list(r2=as.list(lavInspect(f, "rsquare"))), auto_unbox=TRUE, digits=14), paste0(out, "/r_cx_r2.json"))
DIF <- paste0(F, "\nf1 ~ female + age\nf2 ~ f1 + female\nu2 ~ female"); dif <- save1("r_cx_dif", DIF, d, ordered=items, std.lv=TRUE)
h0 <- sem(sub("u2 ~ female", "u2 ~ 0*female", DIF), d, ordered=items, std.lv=TRUE)
write.csv(as.data.frame(lavTestLRT(dif, h0)), paste0(out, "/r_cx_difference.csv"), row.names=FALSE)
MG <- paste0(F, "\nf1 ~ female + age\nf2 ~ f1 + female")
save1("r_cx_mg_config", MG, d, ordered=items, group="group")
mg <- save1("r_cx_mg_scalar", MG, d, ordered=items, group="group", group.equal=c("loadings", "thresholds", "intercepts"))
save_std("r_cx_mg_std", MG, d, ordered=items, group="group", group.equal=c("loadings", "thresholds", "intercepts"))
for (k in c("res.cov", "res.slopes")) { write.csv(resid(mg)[[2]][[k]], paste0(out, "/r_cx_mg_resid_", k, ".csv")); write.csv(lavInspect(mg, "implied")[[2]][[k]], paste0(out, "/r_cx_mg_implied_", k, ".csv")) }
save1("r_cx_mg_regressions", MG, d, ordered=items, group="group", group.equal=c("loadings", "thresholds", "intercepts", "regressions"))
MIXED <- paste0(MG, "\nspend ~ f2 + age + f1\nf1 ~~ f1"); mixed <- save1("r_cx_mixed", MIXED, d, ordered=items)
write.csv(modindices(mixed), paste0(out, "/r_cx_mixed_mi.csv"), row.names=FALSE)
save1("r_cx_mixed_mg", MIXED, d, ordered=items, group="group", group.equal=c("loadings", "thresholds"))
# two ordinal and a continuous dependent variable, no factors
PATH <- "med ~ female + age\nincome ~ age\nbuy ~ income + female\nmed ~~ income"
save1("r_cx_path", PATH, d, ordered=c("med", "buy"))
LATENT <- "m =~ 1*med\nbuy ~ m + female\nm ~ a*female + age\nincome ~ m\nm ~~ 1*m"
save1("r_cx_latent", LATENT, d, ordered=c("med", "buy"))
# two continuous dependent variables
TWO <- "med ~ female + age\nincome ~ age + female\nspend ~ income + age\nmed ~~ income + spend"
save1("r_cx_two", TWO, d, ordered="med"); save1("r_cx_two_mg", TWO, d, ordered="med", group="group", group.equal="regressions")
ORDER <- "med ~ female + age\nbuy ~ female\nincome ~ 0*female\nmed ~~ buy + income\nbuy ~~ income"
save1("r_cx_order", ORDER, d, ordered=c("med", "buy"))
# nothing depends on the origin of a predictor
far <- sapply(c(0, 300), function(a) { f <- suppressWarnings(sem("spend ~ age + female\nbuy ~ age\nmed ~ age + female\nspend ~~ buy + med\nbuy ~~ med", transform(d, age=age + a), ordered=c("buy", "med")))
  cov2cor(lavInspect(f, "sampstat")$res.cov)["spend", c("buy", "med")] })
write.csv(data.frame(plain=far[, 1], far=far[, 2]), paste0(out, "/r_cx_far.csv"))
# Posterior modes of the factors by a tight optimiser, as in make_ordinal_more.R, given the predictors
scores <- function(f) { e <- lavInspect(f, "est"); x <- as.matrix(d[, colnames(e$gamma)]); fac <- c("f1", "f2"); rows <- as.matrix(d[, rownames(e$lambda)])
  B <- if (is.null(e$beta)) 0*e$psi else e$beta; A <- solve(diag(2) - B[fac, fac]); V <- solve(A %*% e$psi[fac, fac] %*% t(A)); G <- A %*% e$gamma[fac, ]
  dummy <- function(v) v %in% rownames(e$psi)   # items that a predictor acts on are latent variables in lavaan's LISREL form
  parts <- lapply(rownames(e$lambda), function(v) list(t = c(-Inf, e$tau[sub("\\|.*", "", rownames(e$tau)) == v, 1], Inf), nu = if (dummy(v)) e$alpha[v, 1] else e$nu[v, 1],
    l = if (dummy(v)) B[v, fac] else e$lambda[v, fac], k = if (dummy(v)) e$gamma[v, ] else 0*e$gamma[1, ], sd = sqrt(if (dummy(v)) e$psi[v, v] else e$theta[v, v])))
  t(sapply(seq_len(nrow(d)), function(i) { mu <- as.vector(G %*% x[i, ])
    minus <- function(eta) 0.5*sum((eta - mu) * (V %*% (eta - mu))) - sum(mapply(function(p, y) { m <- p$nu + sum(p$l*eta) + sum(p$k*x[i, ])
      if (length(p$t) == 2) return(dnorm(y, m, p$sd, log=TRUE)); log(pnorm(p$t[y + 1], m, p$sd) - pnorm(p$t[y], m, p$sd)) }, parts, rows[i, ]))
    o <- mu; for (k in 1:3) o <- nlminb(o, minus, control=list(rel.tol=1e-14, x.tol=1e-12))$par; o })) }
write.csv(scores(sem(DIF, d, ordered=items)), paste0(out, "/r_cx_scores.csv"), row.names=FALSE)
write.csv(lavPredict(f), paste0(out, "/r_cx_scores_lavpredict.csv"), row.names=FALSE)
write.csv(scores(f), paste0(out, "/r_cx_scores_mimic.csv"), row.names=FALSE)
