# Run in packages/semfit/tests/golden: Rscript make_fiml.R (lavaan 0.6-14)
# Fit measures of models with missing values where lavaan 0.6-14 itself goes astray:
# 1. GFI, AGFI, PGFI: lavaan compares the model with available-case means and covariances, which FIML
#    does not fit and which are biased unless data are missing completely at random. Here its own
#    formula and weights are given the saturated maximum-likelihood moments (what its SRMR uses).
# 2. Robust CFI, RMSEA and kin (FIML-C) with random predictors: lavaan refits the model to those
#    moments without handing on fixed.x=FALSE, so that the weights for complete data lack the
#    predictors' moments and those for incomplete data do not. Here the option is handed on.
suppressMessages({library(lavaan); library(jsonlite)})
O <- "data/"; out <- "lavaan"
hsm <- read.csv(paste0(O, "hs_miss.csv"))
HS <- "visual =~ x1+x2+x3\ntextual =~ x4+x5+x6\nspeed =~ x7+x8+x9"
TWO <- "visual =~ x1+x2+x3\ntextual =~ x4+x5+x6"
fixedx <- "x2 ~ x1 + x4\nx3 ~ x2 + x1\nx5 ~ x3"
mimic <- paste0(TWO, "\nvisual ~ ageyr+grade\ntextual ~ visual + ageyr")
hsx <- hsm; hsx$grade <- read.csv(paste0(O, "hs.csv"))$grade; hsx$ageyr <- read.csv(paste0(O, "hs.csv"))$ageyr

gfi <- function(f) {
  V <- lavaan:::lav_object_inspect_wls_v(f); est <- lavaan:::lav_object_inspect_wls_est(f)
  h1 <- lavTech(f, "h1"); nobs <- unlist(f@SampleStats@nobs)
  x <- lavNames(f, "ov.x"); ov <- lavNames(f, "ov")
  g <- sapply(seq_along(V), function(k) {
    S <- h1[[k]]$cov; m <- h1[[k]]$mean; i <- ov %in% x & f@Options$fixed.x
    o <- c(m, lav_matrix_vech(S)); d <- o - est[[k]]
    keep <- !c(i, lav_matrix_vech(outer(i, i, "&")))   # fixed predictors are not modelled
    o <- o[keep]; d <- d[keep]; W <- V[[k]][keep, keep]
    1 - sum(d * (W %*% d)) / sum(o * (W %*% o)) })
  value <- sum(nobs * g) / sum(nobs)
  nel <- length(unlist(lavaan:::lav_object_inspect_wls_obs(f))); df <- fitMeasures(f, "df")[[1]]
  c(gfi=value, agfi=1 - nel/df * (1 - value), pgfi=df/nel * value) }

corrected <- lavaan:::lav_fit_fiml_corrected
text <- gsub("check.post = FALSE", "check.post = FALSE, fixed.x = lavobject@Options$fixed.x", deparse(corrected), fixed=TRUE)
corrected <- eval(parse(text=text), envir=asNamespace("lavaan"))
robust <- function(f) {
  r <- corrected(f, if (f@Options$test[1] == "standard" && length(f@Options$test) == 1) "V6" else "V3")
  n <- nobs(f); G <- lavInspect(f, "ngroups")
  t <- r$XX3 - r$c.hat3*r$df3; b <- r$XX3.null - r$c.hat3.null*r$df3.null
  ci <- lavaan:::lav_fit_rmsea_ci(X2=r$XX3.scaled, df=r$df3, N=n, G=G, c.hat=r$c.hat3)
  p <- function(g, h0) g(X2=r$XX3.scaled, df=r$df3, N=n, G=G, c.hat=r$c.hat3, rmsea.h0=h0)
  tli <- 1 - t*r$df3.null/(b*r$df3)
  c(cfi.robust=1 - max(t, 0)/max(t, b, 0), tli.robust=tli, nnfi.robust=tli, rni.robust=1 - t/b,
    rmsea.robust=sqrt(max(r$XX3/n/r$df3 - r$c.hat3/n, 0) * G),
    rmsea.ci.lower.robust=ci$rmsea.ci.lower, rmsea.ci.upper.robust=ci$rmsea.ci.upper,
    rmsea.pvalue.robust=p(lavaan:::lav_fit_rmsea_closefit, 0.05),
    rmsea.notclose.pvalue.robust=p(lavaan:::lav_fit_rmsea_notclosefit, 0.08)) }

fits <- list(hs_fiml=cfa(HS, hsm, missing="fiml"), hs_fiml_mlr=cfa(HS, hsm, missing="fiml", estimator="MLR"),
  r_fixedx_fiml=sem(fixedx, hsm, missing="fiml", fixed.x=FALSE), r_fixedx_fiml_x=sem(fixedx, hsm, missing="fiml"),
  r_mg_fiml=cfa(TWO, hsm, group="school", group.equal="loadings", missing="fiml"),
  r_mimic_fiml=sem(mimic, hsx, missing="fiml"), r_mimic_fiml_mlr=sem(mimic, hsx, missing="fiml", estimator="MLR"),
  r_mg_fiml_mlr=cfa(HS, hsm, group="school", group.equal=c("loadings", "intercepts"), missing="fiml", estimator="MLR"))
for (n in c("r_mimic_fiml", "r_mimic_fiml_mlr", "r_mg_fiml_mlr")) { f <- fits[[n]]
  write.csv(parameterEstimates(f, standardized=TRUE), paste0(out, "/", n, "_par.csv"), row.names=FALSE)
  write(toJSON(list(name=n, fit=as.list(fitMeasures(f))), auto_unbox=TRUE, digits=14, na="string"), paste0(out, "/", n, "_fit.json")) }
write(toJSON(lapply(fits, function(f) as.list(c(gfi(f), robust(f)))), auto_unbox=TRUE, digits=14), paste0(out, "/r_fiml_mended.json"))
# printed beside what lavaan gives, for the reader
print(sapply(fits, function(f) c(gfi(f), fitMeasures(f, c("gfi","agfi","pgfi")), robust(f), fitMeasures(f, c("cfi.robust","tli.robust","rmsea.robust")))), digits=7)
