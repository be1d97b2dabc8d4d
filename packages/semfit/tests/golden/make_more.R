library(lavaan); library(jsonlite)
# Run in packages/semfit/tests/golden: Rscript make_more.R (lavaan 0.6-14)
O <- "data/"; out <- "lavaan"
pd <- read.csv(paste0(O,"pd.csv")); hs <- read.csv(paste0(O,"hs.csv")); mobi <- read.csv(paste0(O,"mobi.csv")); hsm <- read.csv(paste0(O,"hs_miss.csv"))
save1 <- function(name, f) {
  p <- parameterEstimates(f, standardized=TRUE); write.csv(p, paste0(out,"/",name,"_par.csv"), row.names=FALSE)
  fm <- as.list(fitMeasures(f)); write(toJSON(list(name=name, fit=fm), auto_unbox=TRUE, digits=14, na="string"), paste0(out,"/",name,"_fit.json")) }
fixedx <- "x2 ~ x1 + x4\nx3 ~ x2 + x1\nx5 ~ x3"
save1("r_fixedx", sem(fixedx, hs)); save1("r_fixedx_mlr", sem(fixedx, hs, estimator="MLR")); save1("r_fixedx_mlm", sem(fixedx, hs, estimator="MLM"))
save1("r_fixedx_means", sem(fixedx, hs, meanstructure=TRUE))
save1("r_fixedx_fiml", sem(fixedx, hsm, missing="fiml", fixed.x=FALSE))
save1("r_fixedx_fiml_x", sem(fixedx, hsm, missing="fiml"))
mim <- "visual =~ x1+x2+x3\ntextual =~ x4+x5+x6\nvisual ~ ageyr+grade\ntextual ~ visual + ageyr"
hsc <- hs[complete.cases(hs[,c("grade","ageyr")]),]
save1("r_mimic", sem(mim, hsc)); save1("r_mimic_mlr", sem(mim, hsc, estimator="MLR"))
so <- "visual =~ x1+x2+x3\ntextual =~ x4+x5+x6\nspeed =~ x7+x8+x9\ng =~ visual+textual+speed"
save1("r_second", cfa(so, hs)); save1("r_second_mlr", cfa(so, hs, estimator="MLR"))
con <- "visual =~ x1+a*x2+b*x3\ntextual =~ x4+c*x5+d*x6\nspeed =~ x7+x8+x9\na == 2*b - 0.5\nc + d == 2"
save1("r_constraint", cfa(con, hs))
lin <- "visual =~ x1+x2+x3\ntextual =~ x4+x5+x6\nspeed =~ x7+x8+x9\ntextual ~ p*visual\nspeed ~ q*textual + visual\nind := p*q\nexpo := exp(p)/sqrt(q^2+1)"
save1("r_struct_mg", sem(lin, hs, group="school", group.equal=c("loadings","intercepts","regressions")))
save1("r_mg_mlr", cfa("visual =~ x1+x2+x3\ntextual =~ x4+x5+x6", hs, group="school", group.equal=c("loadings","intercepts"), estimator="MLR"))
save1("r_mg_mlm", cfa("visual =~ x1+x2+x3\ntextual =~ x4+x5+x6", hs, group="school", group.equal=c("loadings"), estimator="MLM"))
save1("r_mg_fiml", cfa("visual =~ x1+x2+x3\ntextual =~ x4+x5+x6", hsm, group="school", group.equal=c("loadings"), missing="fiml"))
save1("r_mg_stdlv", cfa("visual =~ x1+x2+x3\ntextual =~ x4+x5+x6", hs, group="school", group.equal=c("loadings"), std.lv=TRUE))
save1("r_single", sem("visual =~ x1+x2+x3\nf =~ x4\nx5 ~ f + visual\nx6 ~ visual", hs))
f <- sem(fixedx, hs); f2 <- cfa("visual =~ x1+x2+x3\ntextual =~ x4+x5+x6\nspeed =~ x7+x8+x9", hs)
write.csv(resid(f2, type="standardized")$cov, paste0(out,"/r_resid_standardized.csv")); write.csv(resid(f2, type="normalized")$cov, paste0(out,"/r_resid_normalized.csv"))
f3 <- cfa("visual =~ x1+x2+x3\ntextual =~ x4+x5+x6\nspeed =~ x7+x8+x9", hsm, missing="fiml")
write.csv(resid(f3, type="standardized")$cov, paste0(out,"/r_resid_fiml_standardized.csv")); write.csv(resid(f3, type="normalized")$cov, paste0(out,"/r_resid_fiml_normalized.csv"))
ss <- standardizedSolution(f2); write.csv(ss, paste0(out,"/r_std_hs.csv"), row.names=FALSE)
PD <- sem("ind60 =~ x1+x2+x3
dem60 =~ y1+y2+y3+y4
dem65 =~ y5+y6+y7+y8
dem60 ~ ind60
dem65 ~ ind60+dem60
y1~~y5
y2~~y4+y6
y3~~y7
y4~~y8
y6~~y8", pd)
write.csv(standardizedSolution(PD), paste0(out,"/r_std_pd.csv"), row.names=FALSE)
write.csv(modindices(PD), paste0(out,"/r_mi_pd.csv"), row.names=FALSE)
write.csv(lavPredict(PD), paste0(out,"/r_scores_pd.csv"), row.names=FALSE); write.csv(lavPredict(PD, method="Bartlett"), paste0(out,"/r_bartlett_pd.csv"), row.names=FALSE)
sc <- cfa("visual =~ x1+x2+x3\ntextual =~ x4+x5+x6\nspeed =~ x7+x8+x9", hs, group="school", group.equal=c("loadings","intercepts"))
st <- lavTestScore(sc, epc=FALSE)$uni; write.csv(st, paste0(out,"/r_score_scalar.csv"), row.names=FALSE); write.csv(parTable(sc)[,c("lhs","op","rhs","group","plabel")], paste0(out,"/r_score_partable.csv"), row.names=FALSE)
hs$cl <- rep(1:43, length.out=301); save1("r_cluster", cfa("visual =~ x1+x2+x3\ntextual =~ x4+x5+x6", hs, cluster="cl"))
