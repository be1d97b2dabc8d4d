# Run in packages/semfit/tests/golden: Rscript make_least_squares.R (lavaan 0.6-14)
# Robust standard errors of least squares. lavaan has them for ULS; for GLS it refuses, and Browne's (1984)
# sandwich is put together from its own Jacobian, weight matrix and Gamma.
suppressMessages({library(lavaan); library(jsonlite)})
O <- "data/"; out <- "lavaan"
hs <- read.csv(paste0(O, "hs.csv"))
# N - 1 as in lavaan's ULS (and in its multiplier of GLS)
HS <- "visual =~ x1+x2+x3\ntextual =~ x4+x5+x6\nspeed =~ x7+x8+x9"; TWO <- "visual =~ x1+x2+x3\ntextual =~ x4+x5+x6"
FX <- "x2 ~ x1 + x4\nx3 ~ x2 + x1\nx5 ~ x3"
save1 <- function(name, f, se=NULL) {
  p <- parameterEstimates(f, standardized=TRUE)
  if (!is.null(se)) { free <- parTable(f)$free; p$se <- ifelse(free > 0, se[pmax(free, 1)], 0) }
  write.csv(p, paste0(out, "/", name, "_par.csv"), row.names=FALSE) }
browne <- function(f) {
  l <- function(what) { v <- lavInspect(f, what); if (is.list(v)) v else list(v) }
  D <- l("delta"); V <- l("WLS.V"); G <- l("gamma"); n <- lavInspect(f, "nobs") - 1; N <- sum(n)
  A <- 0; B <- 0
  for (g in seq_along(D)) { A <- A + n[g]/N * t(D[[g]]) %*% V[[g]] %*% D[[g]]
    B <- B + n[g]/N * t(D[[g]]) %*% V[[g]] %*% G[[g]] %*% V[[g]] %*% D[[g]] }
  sqrt(diag(solve(A) %*% B %*% solve(A))/N) }
f <- cfa(HS, hs, estimator="ULS", se="robust.sem"); save1("r_uls_robust", f)
print(max(abs(browne(f)/sqrt(diag(vcov(f))) - 1)))    # the same formula gives what lavaan prints
save1("r_uls_robust_mg", cfa(TWO, hs, group="school", group.equal="loadings", estimator="ULS", se="robust.sem"))
save1("r_uls_robust_config", cfa(TWO, hs, group="school", estimator="ULS", se="robust.sem"))
save1("r_uls_robust_fixedx", sem(FX, hs, estimator="ULS", se="robust.sem"))
f <- cfa(HS, hs, estimator="GLS"); save1("r_gls_robust", f, browne(f))
# ULS by default, from lavaan 0.7 on: standard errors under normality, Browne's residual-based test
if (packageVersion("lavaan") >= "0.7") for (k in 1:3) { name <- c("hs_uls", "r_uls_mg", "r_uls_fixedx")[k]
  f <- switch(k, cfa(HS, hs, estimator="ULS"), cfa(TWO, hs, group="school", group.equal="loadings", estimator="ULS"), sem(FX, hs, estimator="ULS", fixed.x=TRUE))
  p <- as.data.frame(parameterEstimates(f, standardized=TRUE)); write.csv(format(p, digits=12, trim=TRUE), paste0(out, "/", name, "_par.csv"), row.names=FALSE, quote=c(1, 2, 3))
  write(toJSON(list(name=name, fit=as.list(fitMeasures(f))), auto_unbox=TRUE, digits=14, na="string"), paste0(out, "/", name, "_fit.json")) }
