library(lavaan); library(semTools); library(jsonlite)
# Run in packages/semfit/tests/golden: Rscript make_details.R (lavaan 0.6-14, semTools 0.5-6)
hs <- read.csv("data/hs.csv"); hsm <- read.csv("data/hs_miss.csv")
hs$cl <- rep(1:43, length.out=301); hs <- hs[complete.cases(hs$grade),]
TWO <- "visual =~ x1+x2+x3\ntextual =~ x4+x5+x6"
MIMIC <- paste0(TWO, "\nvisual ~ ageyr+grade\ntextual ~ visual + ageyr")
PATH <- "x2 ~ x1 + x4\nx3 ~ x2 + x1\nx5 ~ x3"
fm <- function(f, ...) as.list(fitMeasures(f, c("npar","df","chisq", ...)))
se <- function(f) { e <- parameterEstimates(f); e[e$se > 0, c("lhs","op","rhs","se")] }
low <- function(f, type) resid(f, type=type)$cov[lower.tri(resid(f, type=type)$cov)]
out <- list()
# a label that names a parameter
f <- cfa("visual =~ x1+x2+x3\ntextual =~ x4+x5+equal('visual=~x2')*x6", hs); out$named <- fm(f)
# moments of fixed predictors where covariances divide by n - 1
f <- sem(PATH, hs[1:60,], likelihood="wishart"); out$wishart_x <- c(fm(f), se=list(se(f)))
f <- sem(PATH, hs[1:60,], estimator="GLS", fixed.x=TRUE); out$gls_x <- c(fm(f), se=list(se(f)))
# equalities of groups
g <- function(...) sem(MIMIC, hs, group="school", ...)
out$random_x <- fm(g(fixed.x=FALSE, group.equal=c("loadings","intercepts","residuals")))
out$unit <- fm(cfa(TWO, hs, group="school", std.lv=TRUE, group.equal=c("loadings","lv.variances")))
out$held <- fm(cfa("visual =~ x1+c(0.6,NA)*x2+x3", hs, group="school", group.equal="loadings", meanstructure=TRUE))
f <- cfa(TWO, hs, group="school", estimator="MLM", group.equal=c("loadings","intercepts")); out$mlm <- c(fm(f,"chisq.scaled"), se=list(se(f)[1:12,]))
# the first group is the first in the data, also where its row is left out
d <- hs[c(200:301, 1:199),]; d <- d[!is.na(d$x1),]; d <- d[c(which(d$school=="Grant-White")[1], which(d$school=="Pasteur"), which(d$school=="Grant-White")[-1]),]; d$x1[1] <- NA
out$order <- coef(cfa("visual =~ x1+c(a,b)*x2+x3", d, group="school"))[["a"]]
# clusters: the test is scaled too
f <- cfa(TWO, hs, cluster="cl", estimator="MLR"); out$cluster <- fm(f, "chisq.scaled","cfi.robust","rmsea.scaled","scaling.factor.h1","scaling.factor.h0","baseline.chisq.scaled")
hsm$cl <- rep(1:43, length.out=301); f <- cfa(TWO, hsm, cluster="cl", estimator="MLR", missing="ml"); out$cluster_fiml <- fm(f, "chisq.scaled","scaling.factor.h1","scaling.factor.h0")
# FIML with the expected information
f <- cfa(TWO, hsm, missing="ml", information="expected", se="standard"); out$expected <- se(f)
# robust standard errors of ML in groups; with predictors; R-square of what a path fixed to zero leads to
f <- cfa(TWO, hs, group="school", group.equal=c("loadings","intercepts"), se="robust"); out$robust <- se(f)
f <- sem("x2 ~ 0*x1\nx3 ~ x2 + x1", hs); out$r2 <- as.list(lavInspect(f, "rsquare"))
# incremental indices without degrees of freedom, and with more of them than the baseline model has
f <- cfa("visual =~ x1+x2+x3", hs, estimator="MLR"); out$saturated <- fm(f, "nfi","rfi","rmsea","cfi","tli","nfi.scaled","rmsea.scaled")
f <- cfa("visual =~ 1*x1+1*x2+1*x3\nx1 ~~ 1*x1\nx2 ~~ 1*x2\nx3 ~~ 1*x3\nvisual ~~ 0.5*visual\nx1 ~ a*1\nx2 ~ a*1\nx3 ~ a*1", hs); out$larger <- fm(f, "nfi","rfi","cfi","tli","pnfi","ifi")
# effects from every variable, by names given to their products
f <- sem("f =~ x1+x2+x3\nx4 ~ a*f + b*x7\nx5 ~ c*x4 + d*f\nx6 ~ e*x5 + g*x4\ni := a*c + d\nj := (a*c + d)*e + a*g\nk := b*c\nl := b*(c*e + g)", hs)
out$effects <- parameterEstimates(f)[parameterEstimates(f)$op==":=", c("lhs","est","se")]
# residuals over their standard errors: fixed predictors, robust ones
f <- sem(MIMIC, hs); out$z_x <- list(names=colnames(resid(f)$cov), normalized=low(f,"normalized"), standardized=low(f,"standardized"))
f <- cfa(TWO, hs, estimator="MLM"); out$z_mlm <- list(names=colnames(resid(f)$cov), normalized=low(f,"normalized"), standardized=low(f,"standardized"))
f <- cfa(TWO, hs, group="school", group.equal=c("loadings","intercepts")); out$cor_mean <- resid(f, type="cor")[[2]]$mean
# factor scores where means are not modelled
f <- sem(MIMIC, hs); out$scores <- lavPredict(f)[1:5,]
# modification indices of what is fixed by default or to other values than zero
f <- cfa(paste0(TWO, "\nvisual =~ 0.5*x4"), hs, orthogonal=TRUE); m <- modindices(f); out$mi <- m[, c("lhs","op","rhs","mi","epc")]
# reliability with a cross-loading
f <- cfa(paste0(TWO, "\nvisual =~ x4"), hs); out$omega <- compRelSEM(f, obs.var=FALSE)
write(toJSON(out, digits=12, auto_unbox=TRUE, dataframe="rows"), "lavaan/r_details.json")
