# Golden values of validity and competing models, from R. Run in this folder: Rscript make_validity.R
# The dynamic cut-offs are derived here a second time, from McNeish & Wolf (2023) with lavaan.
suppressMessages({ library(lavaan); library(semTools); library(jsonlite) })
out <- list()
hs <- read.csv("data/hs.csv"); hm <- read.csv("data/hs_miss.csv"); mobi <- read.csv("data/mobi.csv")
corp <- read.csv("data/corp_rep.csv")
scales <- list(
  hs = list(visual = paste0("x", 1:3), textual = paste0("x", 4:6), speed = paste0("x", 7:9)),
  mobi = list(Image = paste0("IMAG", 1:5), Expect = paste0("CUEX", 1:3),
    Quality = paste0("PERQ", 1:7), Value = paste0("PERV", 1:2), Satis = paste0("CUSA", 1:3),
    Loyal = paste0("CUSL", 1:3)))
lines <- function(s) paste(sapply(names(s), function(c) paste(c, "=~", paste(s[[c]], collapse = " + "))),
                           collapse = "\n")
quiet <- function(x) suppressWarnings(x)

# ---- CR, AVE and Fornell-Larcker's differences in the standardized solution, delta method
defined <- function(s) {
  text <- c()
  for (c in names(s)) {
    i <- s[[c]]
    text <- c(text, paste(c, "=~", paste0("L", i, "*", i, collapse = " + ")), paste0(i, " ~~ E", i, "*", i))
  }
  pairs <- combn(names(s), 2)
  for (k in seq_len(ncol(pairs))) text <- c(text, sprintf("%s ~~ F%s%s*%s", pairs[1, k], pairs[1, k], pairs[2, k], pairs[2, k]))
  for (c in names(s)) {
    l <- paste0("L", s[[c]], collapse = "+"); e <- paste0("E", s[[c]], collapse = "+")
    q <- paste0("L", s[[c]], "^2", collapse = "+")
    text <- c(text, sprintf("CR%s := (%s)^2/((%s)^2+%s)", c, l, l, e), sprintf("AVE%s := (%s)/(%s+%s)", c, q, q, e))
  }
  for (k in seq_len(ncol(pairs))) for (m in 1:2)
    text <- c(text, sprintf("GAP%s%s := AVE%s - F%s%s^2", pairs[m, k], pairs[3 - m, k], pairs[m, k], pairs[1, k], pairs[2, k]))
  paste(text, collapse = "\n")
}
for (name in c("hs", "mobi")) {
  data <- if (name == "hs") hs else mobi
  f <- quiet(cfa(defined(scales[[name]]), data, estimator = "MLR", std.lv = TRUE))
  s <- standardizedSolution(f); s <- s[s$op == ":=", c("lhs", "est.std", "se")]
  out$coefficients[[name]] <- s
}

# ---- competing models: scaled differences, information criteria
measures <- c("chisq.scaled", "df", "cfi.robust", "rmsea.robust", "srmr", "aic", "bic")
compared <- function(data, full, restricted, missing = "listwise") {
  a <- quiet(cfa(full, data, estimator = "MLR", missing = missing))
  b <- quiet(cfa(restricted, data, estimator = "MLR", missing = missing))
  t <- quiet(lavTestLRT(a, b, method = "satorra.bentler.2001"))
  list(full = as.list(fitMeasures(a, measures)), restricted = as.list(fitMeasures(b, measures)),
       chisq = t[2, "Chisq diff"], df = t[2, "Df diff"], p = t[2, "Pr(>Chisq)"])
}
m <- scales$mobi; merged <- m[setdiff(names(m), c("Satis", "Loyal"))]; merged$SL <- c(m$Satis, m$Loyal)
out$compared <- list(
  hs_one = compared(hs, lines(scales$hs), lines(list(g = unlist(scales$hs)))),
  hs_miss_one = compared(hm, lines(scales$hs), lines(list(g = unlist(scales$hs))), "ml"),
  mobi_merged = compared(mobi, lines(m), lines(merged)))
bi <- paste0("g =~ ", paste(unlist(m[c("Image", "Quality", "Value")]), collapse = " + "), "\n",
  lines(m[c("Image", "Quality")]), "\nValue =~ a*PERV1 + a*PERV2")
# From its default start lavaan stops in a local minimum here (chi-square 209.09, not 208.55).
f <- quiet(cfa(bi, mobi, estimator = "MLR", std.lv = TRUE, orthogonal = TRUE, start = "simple"))
l <- lavInspect(f, "std")$lambda
out$bifactor <- list(converged = lavInspect(f, "converged"), fit = as.list(fitMeasures(f, measures)),
  ecv = sum(l[, "g"]^2) / sum(l^2))

# ---- correlations with a construct of one item, free of error
f <- cfa("Value =~ PERV1 + PERV2\nComplaint =~ 1*CUSCO\nCUSCO ~~ 0*CUSCO\nLoyal =~ CUSL1 + CUSL2 + CUSL3",
  mobi, estimator = "MLR")
s <- standardizedSolution(f); s <- s[s$op == "~~" & s$lhs != s$rhs, ]
out$single_items <- data.frame(a = s$lhs, b = s$rhs, correlation = unclass(s$est.std),
  ci_lower = unclass(s$ci.lower), ci_upper = unclass(s$ci.upper))

# ---- local misfit
power <- function(f, delta) {
  r <- modindices(f, power = TRUE, delta = delta)
  data.frame(lhs = r$lhs, op = r$op, rhs = r$rhs, mi = r$mi, epc = r$epc, sepc = r$sepc.all,
             ncp = r$ncp, power = r$power, decision = r$decision)
}
f <- cfa(lines(scales$hs), hs, std.lv = TRUE)
out$power <- power(f, 0.1); out$power_large <- power(f, 0.5)
f <- cfa(lines(scales$hs), hs, std.lv = TRUE, estimator = "MLR")
out$residuals <- unname(unclass(lavResiduals(f, type = "cor.bentler")$cov))
out$cor_bollen <- unname(unclass(resid(f, type = "cor")$cov))
f <- cfa(lines(scales$hs), hm, std.lv = TRUE, estimator = "MLR", missing = "ml")
r <- modindices(f); out$modindices_missing <- r[c("lhs", "op", "rhs", "mi", "epc", "sepc.all")]
f <- quiet(cfa(lines(m), mobi, std.lv = TRUE, estimator = "MLR"))
r <- modindices(f, sort = TRUE); out$modindices_mobi <- head(r[c("lhs", "op", "rhs", "mi", "epc", "sepc.all")], 20)

# ---- HTMT of the corporate-reputation data, missing values replaced by means as in Hair et al. (2021)
for (c in names(corp)) corp[[c]][is.na(corp[[c]])] <- mean(corp[[c]], na.rm = TRUE)
cs <- list(COMP = paste0("comp_", 1:3), LIKE = paste0("like_", 1:3), CUSL = paste0("cusl_", 1:3))
out$corp_rep <- list(htmt = unname(unclass(htmt(lines(cs), corp, htmt2 = FALSE))),
                     htmt2 = unname(unclass(htmt(lines(cs), corp))))

# ---- dynamic cut-offs
f <- cfa(lines(scales$hs), hs, std.lv = TRUE)
L <- lavInspect(f, "std")$lambda; P <- lavInspect(f, "std")$psi
H <- apply(L, 2, function(l) { l <- l[l != 0]; s <- sum(l^2 / (1 - l^2)); 1 / (1 + 1 / s) })
weak <- apply(L, 2, function(l) { l[l == 0] <- 9; which.min(abs(l)) })
size <- abs(L[cbind(weak, 1:3)])
own <- order(size)[1:2]; taken <- character(); levels <- list()
for (k in own) {
  rest <- setdiff(1:3, k)
  rest <- rest[!sapply(rest, function(j) paste(sort(c(j, k)), collapse = "-") %in% taken)]
  j <- rest[which.max(H[rest])]; taken <- c(taken, paste(sort(c(j, k)), collapse = "-"))
  most <- .95 * (sqrt(size[k]^2 * P[k, j]^2 + 1 - size[k]^2) - abs(size[k] * P[k, j]))
  levels[[length(levels) + 1]] <- list(item = rownames(L)[weak[k]], own = colnames(L)[k],
    other = colnames(L)[j], size = unname(min(size[k], most)))
}
out$dynamic$omitted <- levels
set.seed(20261124)
Lk <- L
for (level in 0:2) {
  if (level) Lk[levels[[level]]$item, levels[[level]]$other] <- levels[[level]]$size
  S <- Lk %*% P %*% t(Lk); diag(S) <- 1
  fits <- t(replicate(1000, {
    x <- matrix(rnorm(301 * 9), 301) %*% chol(S); colnames(x) <- rownames(L)
    g <- quiet(cfa(lines(scales$hs), as.data.frame(x), std.lv = TRUE, se = "none"))
    if (lavInspect(g, "converged")) fitMeasures(g, c("cfi", "rmsea", "srmr")) else rep(NA, 3)
  }))
  out$dynamic[[paste0("level", level)]] <- list(population = unname(S),
    quantiles = unname(apply(fits, 2, quantile, c(.05, .1, .5, .9, .95), na.rm = TRUE)))
}
out$versions <- list(R = R.version.string, lavaan = as.character(packageVersion("lavaan")),
                     semTools = as.character(packageVersion("semTools")))
write_json(out, "validity.json", auto_unbox = TRUE, digits = 12, na = "null")
