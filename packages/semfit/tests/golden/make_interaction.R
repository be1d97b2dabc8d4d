# Run in packages/semfit/tests/golden: Rscript make_interaction.R (lavaan 0.6-14, semTools 0.5-6)
library(lavaan); library(semTools); library(jsonlite)
O <- "data/"; out <- "lavaan"
hs <- read.csv(paste0(O, "hs.csv"))
d <- indProd(hs, var1=c("x1","x2","x3"), var2=c("x7","x8","x9"), match=TRUE, meanC=TRUE, doubleMC=TRUE)
m <- "visual =~ x1+x2+x3\nspeed =~ x7+x8+x9\ntextual =~ x4+x5+x6
visual_x_speed =~ x1.x7 + x2.x8 + x3.x9
textual ~ visual + speed + visual_x_speed"
f <- sem(m, d, estimator="MLR", meanstructure=TRUE)
p <- parameterEstimates(f, standardized=TRUE); write.csv(p, paste0(out, "/r_interaction_par.csv"), row.names=FALSE)
fm <- as.list(fitMeasures(f)); write(toJSON(list(name="r_interaction", fit=fm), auto_unbox=TRUE, digits=14, na="string"), paste0(out, "/r_interaction_fit.json"))
pr <- probe2WayMC(f, nameX=c("visual","speed","visual_x_speed"), nameY="textual", modVar="speed", valProbe=c(-0.6, 0, 0.6))
write.csv(pr$SimpleSlope, paste0(out, "/r_interaction_slopes.csv"), row.names=FALSE)
