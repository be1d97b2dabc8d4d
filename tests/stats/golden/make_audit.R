# Golden values for tests/stats/test_audit.py, test_descriptives.py and tests/test_common_method.py.
# Run in this folder: Rscript make_audit.R FOLDER
# FOLDER holds longstring.R, irv.R, evenodd.R, psychsyn.R of the package careless 1.2.2 (CRAN, MIT).
suppressMessages({library(psych); library(lavaan); library(jsonlite)})
for (f in c("longstring", "irv", "evenodd", "psychsyn"))
  source(file.path(commandArgs(TRUE)[1], paste0(f, ".R")))
mobi <- read.csv("data/mobi.csv"); hs <- read.csv("data/hs.csv"); hm <- read.csv("data/hs_miss.csv")
scales <- list(c("IMAG1","IMAG2","IMAG3","IMAG4","IMAG5"), c("CUEX1","CUEX2","CUEX3"),
  paste0("PERQ", 1:7), c("PERV1","PERV2"), paste0("CUSA", 1:3), paste0("CUSL", 1:3))
M <- mobi[unlist(scales)]
out <- list()
eo <- suppressWarnings(evenodd(M, sapply(scales, length)))
out$careless <- list(
  longstring = longstring(mobi), irv = irv(mobi),
  irv_missing = irv(hm[paste0("x", 1:9)]),
  evenodd = -eo, # their sign is turned since 1.2.0
  psychsyn = psychsyn(as.matrix(mobi), critval = .60, resample_na = FALSE),
  pairs = nrow(get_item_pairs(as.matrix(mobi), .60)))

k <- suppressWarnings(cohen.kappa(matrix(c(90, 7, 4, 19), 2), n.obs = 120))
out$kappa <- list(kappa = k$kappa, var = k$var.kappa, low = k$confid[1, 1], high = k$confid[1, 3])

ct <- cor.test(hm$x1, hm$x2, conf.level = .9)
out$cor <- list(r = unname(ct$estimate), ci = ct$conf.int[1:2], n = unname(ct$parameter) + 2)

X <- as.matrix(mobi); m <- mardia(X, plot = FALSE)
out$mardia_mobi <- list(b1p = m$b1p, b2p = m$b2p, chi2 = m$skew, z = m$kurtosis)

# A method factor of equal weight beside the three factors; the sign of x5 and x9 turned in the
# second model, as if these were reversed items.
three <- "visual =~ x1+x2+x3\ntextual =~ x4+x5+x6\nspeed =~ x7+x8+x9"
method <- function(w) paste0(three, "\nm =~ ", paste0(w, "*x", 1:9, collapse = " + "),
  "\nm ~~ v*m\nm ~~ 0*visual\nm ~~ 0*textual\nm ~~ 0*speed")
one <- function(model, miss, data) {
  f <- sem(model, data, estimator = "MLR", missing = miss)
  p <- parameterEstimates(f); p <- p[p$label == "v", ]; s <- standardizedSolution(f)
  s <- s[s$lhs != "m" & s$rhs != "m" & s$op != "~1", ]
  fm <- fitMeasures(f)
  list(est = p$est, se = p$se, low = p$ci.lower, high = p$ci.upper, chisq = fm[["chisq"]],
       df = fm[["df"]], cfi = fm[["cfi"]], rmsea = fm[["rmsea"]], bic = fm[["bic"]],
       lhs = s$lhs, op = s$op, rhs = s$rhs, std = s$est.std)
}
plain <- function(miss, data) { f <- sem(three, data, estimator = "MLR", missing = miss)
  s <- standardizedSolution(f); s <- s[s$op != "~1", ]
  list(chisq = fitMeasures(f)[["chisq"]], df = fitMeasures(f)[["df"]], lhs = s$lhs, op = s$op,
       rhs = s$rhs, std = s$est.std) }
w <- rep(1, 9); turned <- w; turned[c(5, 9)] <- -1
out$method <- list(
  plain = plain("listwise", hs), turned = one(method(w), "listwise", hs),
  given = one(method(turned), "listwise", hs),
  plain_fiml = plain("ml", hm), turned_fiml = one(method(w), "ml", hm))
out$session <- list(R = R.version.string, lavaan = as.character(packageVersion("lavaan")),
  psych = as.character(packageVersion("psych")), careless = "1.2.2")
write(toJSON(out, digits = 15, auto_unbox = TRUE, na = "null"), "audit.json")
