# Run in packages/semfit/tests/golden: Rscript make_ordinal.R (lavaan 0.6-14)
library(lavaan); library(jsonlite)
O <- "data/"; out <- "lavaan"
ho <- read.csv(paste0(O, "hs_ord.csv")); hs <- read.csv(paste0(O, "hs.csv"))
save1 <- function(name, f) {
  p <- parameterEstimates(f, standardized=TRUE); write.csv(p, paste0(out,"/",name,"_par.csv"), row.names=FALSE)
  fm <- as.list(fitMeasures(f)); write(toJSON(list(name=name, fit=fm), auto_unbox=TRUE, digits=14, na="string"), paste0(out,"/",name,"_fit.json")) }
HS <- "visual =~ x1+x2+x3\ntextual =~ x4+x5+x6\nspeed =~ x7+x8+x9"
items <- paste0("x", 1:9)
save1("r_ord_wlsm", cfa(HS, ho, ordered=items, estimator="WLSM"))
save1("r_ord_stdlv", cfa(HS, ho, ordered=items, std.lv=TRUE))
str <- "visual =~ x1+x2+x3\ntextual =~ x4+x5+x6\nspeed =~ x7+x8+x9\ntextual ~ a*visual\nspeed ~ b*textual + visual\nind := a*b"
save1("r_ord_struct", sem(str, ho, ordered=items))
# three categories in every group, so that no group misses one
h3 <- ho; for (v in items) h3[[v]] <- as.integer(cut(ho[[v]], c(-Inf, 2, 3, Inf)))
write.csv(h3, paste0(O, "hs_ord3.csv"), row.names=FALSE)
TWO <- "visual =~ x1+x2+x3\ntextual =~ x4+x5+x6"
i6 <- paste0("x", 1:6)
save1("r_ord_mg_config", cfa(TWO, h3, ordered=i6, group="school"))
save1("r_ord_mg_thresholds", cfa(TWO, h3, ordered=i6, group="school", group.equal="thresholds"))
save1("r_ord_mg_scalar", cfa(TWO, h3, ordered=i6, group="school", group.equal=c("thresholds","loadings")))
mix <- h3; for (v in c("x1","x2","x4","x9")) mix[[v]] <- hs[[v]]
write.csv(mix, paste0(O, "hs_mixed.csv"), row.names=FALSE)
save1("r_ord_mixed", cfa(HS, mix, ordered=c("x3","x5","x6","x7","x8")))
# variances that misfit: lavaan's RMR and SRMR leave them out
save1("r_ord_mixed_variances", cfa(paste0(HS, "\nx1 ~~ v*x1\nx9 ~~ v*x9"), mix, ordered=c("x3","x5","x6","x7","x8")))
h2 <- ho; for (v in items) h2[[v]] <- as.integer(ho[[v]] > 2)
write.csv(h2, paste0(O, "hs_binary.csv"), row.names=FALSE)
save1("r_ord_binary", cfa(HS, h2, ordered=items))
write.csv(modindices(cfa(HS, ho, ordered=items)), paste0(out, "/r_mi_ord.csv"), row.names=FALSE)
