# Run in packages/semfit/tests/golden: Rscript make_sam.R (lavaan 0.6-14)
# Structural after measurement, local, with two-step errors: values missing. sam_local_* and survey.csv, of
# complete rows, are lavaan 0.7-3's: sam(SEM, survey).
suppressMessages(library(lavaan))
hsm <- read.csv("data/hs_miss.csv")
f <- sam("visual =~ x1+x2+x3\ntextual =~ x4+x5+x6\nspeed =~ x7+x8+x9\ntextual ~ visual\nspeed ~ textual+visual", hsm, missing = "fiml")
p <- as.data.frame(parameterEstimates(f)); write.csv(p[p$op != "~1", c("lhs", "op", "rhs", "est", "se")], "lavaan/sam_fiml_par.csv", row.names = FALSE)
