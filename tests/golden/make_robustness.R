# Golden values of analyses/test_robustness.py: run from the repository with
#   Rscript tests/golden/make_robustness.R
# lavaan 0.6-14.
suppressPackageStartupMessages(library(lavaan))
answers <- read.csv("packages/semfit/tests/golden/data/mobi.csv")
# standardized within the person over 24 items, of which six are in the model; CUSCO as if it had
# been asked the other way round, and the first as if they had given one answer throughout
answers$CUSCO <- 11 - answers$CUSCO
answers[1, ] <- 7
spread <- apply(answers, 1, sd)
z <- as.data.frame(t(scale(t(answers[spread > 0, ]))))
f <- sem("quality =~ PERQ1+PERQ2+PERQ3\nsatisfaction =~ CUSA1+CUSA2+CUSA3\nsatisfaction ~ quality", z, estimator = "MLR")
s <- standardizedSolution(f)
s <- cbind(n = nrow(z), s[s$op == "~", c("est.std", "ci.lower", "ci.upper")])
write.csv(format(s, digits = 15), "tests/golden/robustness_within_person.csv", row.names = FALSE, quote = FALSE)
