# Golden values of reliability and factor analysis, from R. Run in this folder:
# Rscript make_reliability_goldens.R
suppressMessages({
  library(psych); library(lavaan); library(semTools); library(GPArotation); library(nFactors)
  library(jsonlite)
})
options(mc.cores = 1)
out <- list()
hs <- read.csv("data/hs.csv")[paste0("x", 1:9)]
mobi <- read.csv("data/mobi.csv")
quiet <- function(x) suppressWarnings(suppressMessages(x))
blocks <- list(
  Image = paste0("IMAG", 1:5), Expect = paste0("CUEX", 1:3), Quality = paste0("PERQ", 1:7),
  Satis = paste0("CUSA", 1:3))

# ---- polychoric: lavaan's two-step estimates (no correction of empty cells), psych's beside them
# two cases of few categories: mobi cut into five and, for dichotomous items, into two
cut5 <- as.data.frame(lapply(mobi, function(x) findInterval(x, c(4, 6, 8, 9)) + 1))
cut2 <- as.data.frame(lapply(mobi[unlist(blocks)], function(x) as.integer(x > 7)))
out$polychoric <- list(
  five = unname(unclass(lavCor(cut5, ordered = names(cut5)))),
  five_psych = unname(polychoric(cut5, correct = 0)$rho),
  two = unname(unclass(lavCor(cut2, ordered = names(cut2)))))
holes <- cut5
for (j in seq_along(holes)) holes[(seq_len(nrow(holes)) * 7 + 3 * j) %% 11 == 0, j] <- NA
write.csv(holes, "data/mobi_five_holes.csv", row.names = FALSE)
out$polychoric$holes <- unname(quiet(polychoric(holes, correct = 0)$rho))

# ---- omega of one scale: lavaan's one-factor model of the scale alone
one <- function(items, data) {
  f <- cfa(paste("g =~", paste(items, collapse = " + ")), data, std.lv = TRUE)
  s <- standardizedSolution(f); l <- s$est.std[s$op == "=~"]
  list(omega = unname(quiet(semTools::reliability(f)["omega", "g"])), load = l,
       composite = sum(l)^2 / (sum(l)^2 + sum(1 - l^2)))
}
out$one_factor <- list(
  hs = lapply(list(paste0("x", 1:3), paste0("x", 4:6), paste0("x", 7:9), paste0("x", 1:9)), one, hs),
  mobi = lapply(unname(blocks), one, mobi))
# the percentile interval of omega for x1 to x9, by refitting lavaan
set.seed(3)
f <- cfa(paste("g =~", paste(names(hs), collapse = " + ")), hs, std.lv = TRUE)
boot <- bootstrapLavaan(f, R = 400, FUN = function(x) {
  p <- coef(x); l <- sum(p[1:9])^2; l / (l + sum(p[10:18]))
})
out$one_factor_interval <- unname(quantile(boot, c(.025, .975)))

# ---- ordinal alpha and omega, and the standard error of ln(1 - alpha) by bootstrap
ordinal <- function(items) {
  r <- unclass(lavCor(cut5[items], ordered = items)); k <- length(items)
  l <- as.numeric(factanal(covmat = r, factors = 1, control = list(opt = list(maxit = 1000), lower = .005))$loadings)
  l <- if (sum(l) < 0) -l else l
  list(alpha = k / (k - 1) * (1 - k / sum(r)), omega = sum(l)^2 / (sum(l)^2 + sum(1 - l^2)))
}
out$ordinal <- lapply(unname(blocks), ordinal)
set.seed(4)
q <- blocks$Satis
b <- replicate(400, {
  r <- unclass(lavCor(cut5[sample(nrow(cut5), replace = TRUE), q], ordered = q))
  log(1 - 3 / 2 * (1 - 3 / sum(r)))
})
out$ordinal_se <- sd(b)

# ---- Schmid-Leiman and omega hierarchical
hier <- function(d, k) {
  o <- quiet(omega(d, k, plot = FALSE))
  sl <- unclass(o$schmid$sl)
  list(h = o$omega_h, t = o$omega.tot, ecv = o$ECV, general = unname(sl[, 1]),
       groups = unname(sl[, 2:(k + 1)]), u2 = unname(sl[, "u2"]),
       second = as.numeric(o$schmid$gloading), scales = o$omega.group)
}
out$hierarchical <- list(hs2 = hier(hs, 2), hs3 = hier(hs, 3), mobi3 = hier(mobi, 3),
                         mobi4 = hier(mobi, 4))

# ---- rotation to a partial target, on one extraction
target <- function(d, plan) {
  L <- unclass(fa(d, ncol(plan), rotate = "none")$loadings)
  W <- 1 - plan
  r <- pstQ(L, W = W, Target = plan * 0, eps = 1e-9, maxit = 20000)
  list(load = unname(r$loadings), phi = unname(r$Phi), congruence =
    abs(colSums(r$loadings * plan)) / sqrt(colSums(r$loadings^2) * colSums(plan)))
}
plan9 <- kronecker(diag(3), matrix(1, 3, 1))
keep <- unlist(blocks[c("Image", "Quality", "Satis")])
planm <- sapply(c("Image", "Quality", "Satis"), function(b) as.numeric(keep %in% blocks[[b]]))
out$target <- list(hs = target(hs, plan9), mobi = target(mobi[keep], planm))

# ---- number of factors
af <- function(d) {
  e <- eigen(cor(d))$values
  n <- nScree(eig = e, aparallel = rep(1, length(e)))$Components
  list(af = n$naf, kaiser = sum(e > 1))
}
out$rules <- list(hs = af(hs), mobi = af(mobi))

out$session <- list(R = R.version.string, psych = as.character(packageVersion("psych")),
  lavaan = as.character(packageVersion("lavaan")), semTools = as.character(packageVersion("semTools")),
  GPArotation = as.character(packageVersion("GPArotation")), nFactors = as.character(packageVersion("nFactors")))
writeLines(toJSON(out, digits = 12, auto_unbox = TRUE, null = "null", na = "null", force = TRUE),
           "reliability.json")
