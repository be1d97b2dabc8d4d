# Run in packages/semfit/tests/golden: Rscript make_ordinal.R (lavaan 0.7)
source("ordinal.R")
ho <- read.csv(paste0(O, "hs_ord.csv")); hs <- read.csv(paste0(O, "hs.csv"))
HS <- "visual =~ x1+x2+x3\ntextual =~ x4+x5+x6\nspeed =~ x7+x8+x9"
items <- paste0("x", 1:9)
save1("hs_wlsmv", HS, ho, ordered=items); save1("hs_dwls", HS, ho, ordered=items, estimator="DWLS")
save1("r_ord_wlsm", HS, ho, ordered=items, estimator="WLSM")
save1("r_ord_stdlv", HS, ho, ordered=items, std.lv=TRUE)
str <- "visual =~ x1+x2+x3\ntextual =~ x4+x5+x6\nspeed =~ x7+x8+x9\ntextual ~ a*visual\nspeed ~ b*textual + visual\nind := a*b"
save1("r_ord_struct", str, ho, ordered=items)
# three categories in every group, so that no group misses one
h3 <- ho; for (v in items) h3[[v]] <- as.integer(cut(ho[[v]], c(-Inf, 2, 3, Inf)))
write.csv(h3, paste0(O, "hs_ord3.csv"), row.names=FALSE)
TWO <- "visual =~ x1+x2+x3\ntextual =~ x4+x5+x6"
i6 <- paste0("x", 1:6)
save1("r_ord_mg_config", TWO, h3, ordered=i6, group="school")
save1("r_ord_mg_thresholds", TWO, h3, ordered=i6, group="school", group.equal="thresholds")
save1("r_ord_mg_metric", TWO, h3, ordered=i6, group="school", group.equal=c("thresholds","loadings"))
save1("r_ord_mg_scalar", TWO, h3, ordered=i6, group="school", group.equal=c("thresholds","loadings","intercepts"))
mix <- h3; for (v in c("x1","x2","x4","x9")) mix[[v]] <- hs[[v]]
write.csv(mix, paste0(O, "hs_mixed.csv"), row.names=FALSE)
save1("r_ord_mixed", HS, mix, ordered=c("x3","x5","x6","x7","x8"))
# variances that misfit: lavaan's RMR and SRMR leave them out
save1("r_ord_mixed_variances", paste0(HS, "\nx1 ~~ v*x1\nx9 ~~ v*x9"), mix, ordered=c("x3","x5","x6","x7","x8"))
h2 <- ho; for (v in items) h2[[v]] <- as.integer(ho[[v]] > 2)
write.csv(h2, paste0(O, "hs_binary.csv"), row.names=FALSE)
save1("r_ord_binary", HS, h2, ordered=items)
write.csv(modindices(cfa(HS, ho, ordered=items)), paste0(out, "/r_mi_ord.csv"), row.names=FALSE)
# equal thresholds as Wu and Estabrook (2016): wu_three.csv, wu_binary.csv (drawn), and four categories by halving the last
three <- read.csv(paste0(O, "wu_three.csv")); y8 <- paste0("y", 1:8); EIGHT <- "f1 =~ y1+y2+y3+y4\nf2 =~ y5+y6+y7+y8"
set.seed(7); four <- three; for (v in y8) { top <- which(four[[v]] == max(four[[v]])); up <- top[(seq_along(top) + match(v, y8)) %% 2 == 0]; four[up, v] <- max(four[[v]]) + 1 }
write.csv(four, paste0(O, "wu_four.csv"), row.names=FALSE)
wu <- function(model, d, v) { e <- list(configural="", thresholds="thresholds", `thresholds+loadings`=c("thresholds", "loadings"), `thresholds+loadings+intercepts`=c("thresholds", "loadings", "intercepts"))
  lapply(e, function(q) as.list(fitMeasures(cfa(model, d, ordered=v, group="g", group.equal=q), c("chisq", "df", "chisq.scaled", "cfi.scaled", "rmsea.scaled", "srmr")))) }
write(toJSON(list(three=wu(EIGHT, three, y8), binary=wu("f1 =~ y1+y2+y3+y4", read.csv(paste0(O, "wu_binary.csv")), y8[1:4]), four=wu(EIGHT, four, y8)), auto_unbox=TRUE, digits=12), paste0(out, "/r_wu_estabrook.json"))
# ordinal: standardized residual variances; an empty cell of two binary items beside longer ones
hs <- hs[!is.na(hs$grade), ]; o <- as.data.frame(lapply(hs[,paste0("x",1:6)], function(x) cut(x, quantile(x, c(0,.3,.7,1)), labels=FALSE, include.lowest=TRUE)))
o$x1 <- 1*(hs$x1 > 6.4); o$x2 <- 1*(hs$x2 > 6); o$x2[o$x1 == 1 & o$x2 == 0] <- 1
more <- list(); f <- cfa(TWO, o, ordered=TRUE, information="observed"); s <- standardizedSolution(f); s$se <- s$se * honest(f)
more$ordinal <- list(table=as.vector(table(o$x1, o$x2)), correlation=lavInspect(f,"sampstat")$cov["x1","x2"], std=s[s$op=="~~" & s$lhs==s$rhs, c("lhs","est.std","se")])
o <- read.csv("data/hs_ord.csv"); f <- cfa(TWO, o, ordered=paste0("x",1:6), group="school", group.equal=c("thresholds","loadings"))
more$scaled <- list(implied=fitted(f)[[2]]$cov[1:6,1:6], cor=resid(f, type="cor")[[2]]$cov[1:6,1:6])
write(toJSON(more, digits=12, auto_unbox=TRUE, dataframe="rows"), paste0(out, "/r_ordinal_details.json"))
f <- cfa(TWO, h3, ordered=i6, group="school", group.equal=c("thresholds", "loadings", "intercepts"))
r <- resid(f); write.csv(data.frame(g1=as.numeric(r[[1]]$th), g2=as.numeric(r[[2]]$th), row.names=names(r[[1]]$th)), paste0(out, "/r_ord_mg_resid_th.csv"))
