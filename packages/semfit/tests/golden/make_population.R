# Run in packages/semfit/tests/golden: Rscript make_population.R (lavaan 0.7)
# What lavaan 0.7 prints and 0.6 does not: the population GFI with its interval; and each group's chi-square.
suppressMessages({library(lavaan); library(jsonlite)})
O <- "data/"; hs <- read.csv(paste0(O, "hs.csv")); hsm <- read.csv(paste0(O, "hs_miss.csv")); ord <- read.csv(paste0(O, "hs_ord.csv"))
HS <- "visual =~ x1+x2+x3\ntextual =~ x4+x5+x6\nspeed =~ x7+x8+x9"
TWO <- "visual =~ x1+x2+x3\ntextual =~ x4+x5+x6"
mimic <- paste0(TWO, "\nvisual ~ ageyr+grade\ntextual ~ visual + ageyr"); hs$grade[is.na(hs$grade)] <- 7
fits <- list(hs_ml=cfa(HS, hs), hs_ml_means=cfa(HS, hs, meanstructure=TRUE), hs_mlr=cfa(HS, hs, estimator="MLR"), hs_mlm=cfa(HS, hs, estimator="MLM"),
  hs_gls=cfa(HS, hs, estimator="GLS"), hs_wishart=cfa(HS, hs, likelihood="wishart"), hs_fiml=cfa(HS, hsm, missing="fiml"),
  hs_fiml_mlr=cfa(HS, hsm, missing="fiml", estimator="MLR"), hs_mg_metric=cfa(HS, hs, group="school", group.equal="loadings"),
  hs_mg_scalar=cfa(HS, hs, group="school", group.equal=c("loadings", "intercepts")), r_mg_fiml=cfa(TWO, hsm, group="school", group.equal="loadings", missing="fiml"),
  hs_wlsmv=cfa(HS, ord, ordered=paste0("x", 1:9)), hs_dwls=cfa(HS, ord, ordered=TRUE, estimator="DWLS"))
values <- function(f) { x <- fitMeasures(f); x <- as.list(x[grepl("^(a|p)?gfi", names(x))])
  if (lavInspect(f, "ngroups") > 1) x$chisq_group <- lavInspect(f, "test")[[1]]$stat.group; x }
write(toJSON(lapply(fits, values), auto_unbox=TRUE, digits=12), "lavaan/r_population.json")
