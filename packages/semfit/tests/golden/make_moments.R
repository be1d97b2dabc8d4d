# Run in packages/semfit/tests/golden: Rscript make_moments.R (lavaan 0.6-14; ULS: 0.7-2)
# Models fitted to sample moments alone, rounded to eight significant digits: sample.cov (divided by N - 1),
# sample.mean and sample.nobs, of one group and of two.
suppressMessages({library(lavaan); library(jsonlite)})
hs <- read.csv("data/hs.csv"); items <- paste0("x", 1:9)
HS <- "visual =~ x1+x2+x3\ntextual =~ x4+x5+x6\nspeed =~ x7+x8+x9"
moments <- function(d) list(cov=signif(cov(d[items]), 8), mean=signif(colMeans(d[items]), 8), n=nrow(d))
save1 <- function(name, f) {
  write.csv(parameterEstimates(f, standardized=TRUE), paste0("lavaan/moments_", name, "_par.csv"), row.names=FALSE)
  m <- fitMeasures(f)
  write(toJSON(list(fit=as.list(unclass(m)[is.finite(m)])), auto_unbox=TRUE, digits=NA), paste0("lavaan/moments_", name, "_fit.json")) }
all <- moments(hs)
# ULS by lavaan 0.7, whose errors under normality want rows, although they follow from the moments.
if (packageVersion("lavaan") >= "0.7") {
  save1("uls", cfa(HS, hs, estimator="ULS", meanstructure=TRUE)); quit() }
for (e in c("ML", "GLS"))
  save1(tolower(e), cfa(HS, sample.cov=all$cov, sample.mean=all$mean, sample.nobs=all$n, estimator=e))
save1("cov", cfa(HS, sample.cov=all$cov, sample.nobs=all$n))
by <- lapply(split(hs, factor(hs$school, unique(hs$school))), moments)
of <- function(part) lapply(by, `[[`, part)
for (level in list("none", "loadings", c("loadings", "intercepts"), c("loadings", "intercepts", "residuals")))
  save1(paste0("groups", length(setdiff(level, "none"))), cfa(HS, sample.cov=of("cov"), sample.mean=of("mean"),
        sample.nobs=of("n"), group.equal=level))
