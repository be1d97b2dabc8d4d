# Run in packages/semfit/tests/golden: Rscript make_residuals.R (lavaan 0.7): standardized residuals of incomplete data in groups
suppressMessages(library(lavaan)); d <- read.csv("data/hs_miss.csv"); out <- NULL
for (e in c("ML", "MLR")) {
  f <- cfa("visual =~ x1+x2+x3\ntextual =~ x4+x5+x6", d, estimator = e, missing = "fiml", group = "school", group.equal = c("loadings", "intercepts"))
  r <- lavResiduals(f)
  for (g in names(r)) { m <- unclass(r[[g]]$cov.z); at <- which(lower.tri(m, TRUE), arr.ind = TRUE)
    out <- rbind(out, data.frame(estimator = e, group = g, lhs = rownames(m)[at[, 1]], rhs = colnames(m)[at[, 2]], z = m[at]),
                 data.frame(estimator = e, group = g, lhs = names(r[[g]]$mean.z), rhs = "", z = as.numeric(r[[g]]$mean.z))) } }
out$z <- round(out$z, 6); write.csv(out, "lavaan/r_resid_fiml_groups.csv", row.names = FALSE)
