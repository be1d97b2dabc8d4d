# Run in packages/semfit/tests/golden: Rscript make_score.R (lavaan 0.6-14)
# Score tests for releasing equalities, lavTestScore's default (expected information), of FIML and MLR fits.
# (also where standard errors come from the observed one, as here). Of MLR it gives the unscaled tests, with a warning.
suppressMessages(library(lavaan))
O <- "data/"; out <- "lavaan"
hs <- read.csv(paste0(O, "hs.csv")); hsm <- read.csv(paste0(O, "hs_miss.csv"))
HS <- "visual =~ x1+x2+x3\ntextual =~ x4+x5+x6\nspeed =~ x7+x8+x9"
equal <- c("loadings", "intercepts")
save1 <- function(name, f) {
  u <- lavTestScore(f)$uni; p <- parTable(f); k <- match(u$lhs, p$plabel)
  write.csv(data.frame(p[k, c("lhs","op","rhs")], chisq=u$X2, df=u$df), paste0(out, "/", name, ".csv"), row.names=FALSE) }
f <- cfa(HS, hsm, group="school", group.equal=equal, missing="fiml")
save1("r_score_fiml", f)
f <- cfa(HS, hsm, group="school", group.equal=equal, missing="fiml", estimator="MLR"); save1("r_score_fiml_mlr", f)
f <- cfa(HS, hs, group="school", group.equal=equal, estimator="MLR")
save1("r_score_mlr", f)
