# Run in packages/semfit/tests/golden: Rscript make_invariance.R (lavaan 0.6-14)
# Joint score tests of all equalities of a parameter over three groups, and a partial ladder by hand.
suppressMessages({library(lavaan); library(jsonlite)})
O <- "data/"; out <- "lavaan"
hs <- read.csv(paste0(O, "hs.csv")); hs$g3 <- c("a","b","c")[1 + (seq_len(nrow(hs)) - 1) %% 3]
HS <- "visual =~ x1+x2+x3\ntextual =~ x4+x5+x6\nspeed =~ x7+x8+x9"
f <- cfa(HS, hs, group="g3", group.equal=c("loadings","intercepts")); p <- parTable(f)
eq <- p[p$op == "==", ]; rows <- list()
for (l in unique(eq$lhs)) { k <- which(eq$lhs == l); t <- lavTestScore(f, release=k, univariate=FALSE)$test
  r <- p[p$plabel == l, ]; rows[[l]] <- data.frame(lhs=r$lhs, op=r$op, rhs=r$rhs, X2=t$X2, df=t$df) }
write.csv(do.call(rbind, rows), paste0(out, "/r_joint_scores.csv"), row.names=FALSE)
ladder <- function(eq, partial="") cfa(HS, hs, group="school", group.equal=eq, group.partial=partial)
g <- list(configural=ladder(""), metric=ladder("loadings"), scalar=ladder(c("loadings","intercepts")),
  "scalar, 1 released"=ladder(c("loadings","intercepts"), "x3~1"), strict=ladder(c("loadings","intercepts","residuals"), "x3~1"))
write(toJSON(lapply(g, function(f) as.list(fitMeasures(f, c("chisq","df","cfi","rmsea","srmr")))), auto_unbox=TRUE, digits=12), paste0(out, "/r_partial_ladder.json"))
