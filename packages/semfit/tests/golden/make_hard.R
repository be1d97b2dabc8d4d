# Run in packages/semfit/tests/golden: Rscript make_hard.R (lavaan 0.7): minima of hard models, to hold against cases/values.json
# (Heywood cases, small samples, near under-identification, second order, MIMIC, cross-loadings, two traits and methods).
suppressMessages({library(lavaan); library(jsonlite)})
hard <- fromJSON("cases/values.json")$hard
for (n in names(hard)) { d <- read.csv(paste0("cases/hard_", n, ".csv"))
  f <- suppressWarnings(sem(hard[[n]]$model, d, se = "none", baseline = FALSE))
  cat(n, lavInspect(f, "converged"), format(2 * nrow(d) * lavInspect(f, "optim")$fx, digits = 12), "\n") }
