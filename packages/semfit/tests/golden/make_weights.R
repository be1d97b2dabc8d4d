# Run in packages/semfit/tests/golden: Rscript make_weights.R (lavaan 0.6-14)
# Sampling weights: lavaan's sampling.weights on the Holzinger and Swineford data, with weights that
# the row number gives, complete and with holes, clusters, a fixed predictor and listwise ML.
suppressMessages(library(lavaan))
d <- read.csv("data/hs.csv")
d$w <- 0.4 + ((seq_len(nrow(d)) * 7) %% 13) * 0.15
d$cl <- (seq_len(nrow(d)) - 1) %% 43
holes <- d
for (j in 1:9) { k <- (seq_len(nrow(d)) * (j + 2) + j) %% 11 == 0; holes[k, paste0("x", j)] <- NA }
cfa3 <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
sem1 <- paste0(cfa3, "\nspeed ~ visual + textual")
mimic <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nvisual ~ ageyr\ntextual ~ visual + ageyr"
keep <- c("npar","fmin","chisq","df","pvalue","chisq.scaled","pvalue.scaled","chisq.scaling.factor","baseline.chisq","baseline.chisq.scaled","cfi","tli","cfi.scaled","cfi.robust","tli.robust","rmsea","rmsea.scaled","rmsea.robust","rmsea.ci.lower.robust","rmsea.ci.upper.robust","srmr","logl","aic","bic","ntotal")
one <- function(name, model, data, ...) {
  fit <- sem(model, data, sampling.weights = "w", ...)
  pe <- parameterEstimates(fit); st <- standardizedSolution(fit)
  fm <- fitMeasures(fit)
  list(parameters = pe[, c("lhs","op","rhs","est","se")], standardized = st[, c("lhs","op","rhs","est.std","se")],
       fit = as.list(fm[intersect(keep, names(fm))]))
}
out <- list(
  mlr = one("mlr", cfa3, d, estimator = "MLR", meanstructure=TRUE),
  mlr_nomeans = one("mlr", sem1, d, estimator = "MLR"),
  fiml = one("fiml", sem1, holes, estimator = "MLR", missing = "fiml"),
  cluster = one("cluster", cfa3, d, estimator = "MLR", cluster = "cl"),
  mimic = one("mimic", mimic, d[!is.na(d$ageyr),], estimator = "MLR")
)

jsonlite::write_json(out, "lavaan/r_weights.json", digits = 12, auto_unbox = TRUE, na = "null")
