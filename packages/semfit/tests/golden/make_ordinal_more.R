# Run in packages/semfit/tests/golden: Rscript make_ordinal_more.R (lavaan 0.7)
# Factor scores, standardized residuals and difference tests of ordinal models.
source("ordinal.R")
ho <- read.csv(paste0(O, "hs_ord.csv")); h3 <- read.csv(paste0(O, "hs_ord3.csv")); mix <- read.csv(paste0(O, "hs_mixed.csv"))
HS <- "visual =~ x1+x2+x3\ntextual =~ x4+x5+x6\nspeed =~ x7+x8+x9"; TWO <- "visual =~ x1+x2+x3\ntextual =~ x4+x5+x6"
items <- paste0("x", 1:9); i6 <- paste0("x", 1:6)
f <- cfa(HS, ho, ordered=items)
write.csv(resid(f, type="standardized")$cov, paste0(out, "/r_ord_resid_standardized.csv"))
write.csv(resid(f, type="normalized")$cov, paste0(out, "/r_ord_resid_normalized.csv"))
# Posterior modes with a tight optimiser: lavPredict stops early, and in groups after the first it takes
# thresholds that are already scaled and centred for those of the latent responses.
scores <- function(f, method="EBM") {
  est <- lavInspect(f, "est", drop.list.single.group=FALSE); X <- lavInspect(f, "data", drop.list.single.group=FALSE)
  do.call(rbind, lapply(seq_along(est), function(g) { e <- est[[g]]; x <- as.matrix(if (is.matrix(X)) X else X[[g]])
    L <- e$lambda; sd <- sqrt(diag(e$theta)); nu <- e$nu[,1]; mu <- e$alpha[,1]
    V <- if (method == "EBM") solve(e$psi) else diag(ncol(L)) * 1e-5
    cut <- function(v) c(-Inf, e$tau[sub("\\|.*", "", rownames(e$tau)) == v, 1], Inf)
    minus <- function(eta, y) { m <- nu + as.vector(L %*% eta)
      lp <- sapply(seq_along(m), function(k) { t <- cut(rownames(L)[k])
        if (length(t) == 2) return(dnorm(y[k], m[k], sd[k], log=TRUE))
        a <- (t[y[k]] - m[k])/sd[k]; b <- (t[y[k] + 1] - m[k])/sd[k]
        if (a > 0) { q <- -a; a <- -b; b <- q }      # the lower tail keeps its digits
        pb <- pnorm(b, log.p=TRUE); pb + log1p(-exp(pnorm(a, log.p=TRUE) - pb)) })
      0.5 * sum((eta - mu) * (V %*% (eta - mu))) - sum(lp) }
    t(apply(x, 1, function(y) { o <- mu
      for (k in 1:3) o <- nlminb(o, minus, y=y, control=list(rel.tol=1e-14, x.tol=1e-12, iter.max=500))$par
      o })) })) }
write.csv(scores(f), paste0(out, "/r_ord_scores.csv"), row.names=FALSE)
write.csv(lavPredict(f, optim.method="nlminb"), paste0(out, "/r_ord_scores_lavpredict.csv"), row.names=FALSE)
write.csv(scores(f, "ML"), paste0(out, "/r_ord_scores_ml.csv"), row.names=FALSE)
write.csv(scores(cfa(HS, mix, ordered=c("x3","x5","x6","x7","x8"))), paste0(out, "/r_ord_mixed_scores.csv"), row.names=FALSE)
g <- lapply(list("", "thresholds", c("thresholds","loadings"), c("thresholds","loadings","intercepts")), function(e) cfa(TWO, h3, ordered=i6, group="school", group.equal=e))
write.csv(scores(g[[4]]), paste0(out, "/r_ord_mg_scores.csv"), row.names=FALSE)
lrt <- lavTestLRT(g[[1]], g[[3]], g[[4]])
write.csv(as.data.frame(lrt), paste0(out, "/r_ord_difference.csv"), row.names=FALSE)
h0 <- cfa(paste0(HS, "\nvisual ~~ 0*speed"), ho, ordered=items)
lrt <- lavTestLRT(f, h0)
write.csv(as.data.frame(lrt), paste0(out, "/r_ord_difference_one.csv"), row.names=FALSE)
# observed predictors taken as normal variables of the model (conditional.x=FALSE, fixed.x=FALSE)
mimic <- paste0(TWO, "\nvisual ~ ageyr + agemo\ntextual ~ visual + ageyr")
save1("r_ord_predictors", mimic, h3, ordered=i6, conditional.x=FALSE, fixed.x=FALSE)
