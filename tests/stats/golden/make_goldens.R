# Golden values for tests/stats, from R. Run in this folder: Rscript make_goldens.R
# Versions in goldens.json under "session".
suppressMessages({
  library(psych); library(semTools); library(lavaan); library(GPArotation)
  library(metafor); library(sandwich); library(lmtest); library(jsonlite)
})
options(mc.cores = 1) # fa.parallel forks else, and its draws are not reproducible
out <- list()
hs <- read.csv("data/hs.csv"); hm <- read.csv("data/hs_miss.csv")
mobi <- read.csv("data/mobi.csv")
xs <- paste0("x", 1:9)
X <- hs[xs]; M <- hm[xs]

# ---- audit: EM moments by lavaan's saturated model, Little's test from its formula
em <- function(d) lavaan:::lav_mvnorm_missing_h1_estimate_moments(
  Y = as.matrix(d), Mp = lavaan:::lav_data_missing_patterns(as.matrix(d)),
  Yp = lavaan:::lav_samplestats_missing_patterns(as.matrix(d),
        Mp = lavaan:::lav_data_missing_patterns(as.matrix(d))), tol = 1e-12, max.iter = 10000L)
little <- function(d, unbiased) {
  d <- as.matrix(d[rowSums(!is.na(d)) > 0, ]); e <- em(d); n <- nrow(d)
  S <- e$Sigma; if (unbiased) S <- S * n / (n - 1)
  pat <- apply(!is.na(d), 1, function(r) paste(as.integer(r), collapse = ""))
  chi <- 0; df <- -ncol(d)
  for (p in unique(pat)) {
    o <- strsplit(p, "")[[1]] == "1"; r <- d[pat == p, o, drop = FALSE]
    g <- colMeans(r) - e$Mu[o]; chi <- chi + nrow(r) * sum(g * solve(S[o, o], g)); df <- df + sum(o)
  }
  list(chi2 = chi, df = df, p = pchisq(chi, df, lower.tail = FALSE), patterns = length(unique(pat)))
}
e <- em(M)
out$em <- list(mu = as.numeric(e$Mu), sigma = unname(e$Sigma))
out$little <- list(unbiased = little(M, TRUE), ml = little(M, FALSE),
                   airquality = little(airquality, FALSE))
write.csv(airquality, "data/airquality.csv", row.names = FALSE)
D <- mahalanobis(X, colMeans(X), cov(X))
out$mahalanobis <- list(d2 = D, p = pchisq(D, 9, lower.tail = FALSE))
md <- mardia(X, plot = FALSE)
out$mardia <- list(b1p = md$b1p, b2p = md$b2p, chi2 = md$skew, chi2_small = md$small.skew,
  p = md$p.skew, p_small = md$p.small, z = md$kurtosis, p_kurt = md$p.kurt)
sm <- semTools::mardiaSkew(X); km <- semTools::mardiaKurtosis(X)
out$mardia_semtools <- list(skew = as.list(sm), kurt = as.list(km))
out$skew <- lapply(1:3, function(t) list(skew = unname(psych::skew(X, type = t)),
                                         kurtosi = unname(psych::kurtosi(X, type = t))))
q <- chisq.test(c(156, 145), p = c(.6, .4))
out$quota <- list(chi2 = unname(q$statistic), df = unname(q$parameter), p = q$p.value,
                  stdres = unname(q$stdres))

# ---- descriptives
ct <- corr.test(M, adjust = "none")
out$corr <- list(r = unname(ct$r), n = unname(ct$n), p = unname(ct$p), ci = ct$ci)
cs <- corr.test(M, method = "spearman", adjust = "none", ci = FALSE); out$spearman <- unname(cs$r)
tt <- t.test(M$x1, conf.level = .9); out$ttest <- c(tt$estimate, tt$conf.int)
w <- prop.test(37, 80, correct = FALSE); out$wilson <- c(w$conf.int)

# ---- reliability
a <- alpha(X, warnings = FALSE)
out$alpha <- list(total = a$total, feldt = unclass(alpha.ci(a$total$raw_alpha, 301, 9))[1:3],
  drop = a$alpha.drop, items = a$item.stats)
am <- suppressWarnings(alpha(M, warnings = FALSE, use = "pairwise"))
out$alpha_pairwise <- list(total = am$total, drop = am$alpha.drop)
fit <- cfa("visual =~ x1+x2+x3\ntextual =~ x4+x5+x6\nspeed =~ x7+x8+x9", hs, std.lv = TRUE)
s <- standardizedSolution(fit)
out$cfa <- list(load = s$est.std[s$op == "=~"], resid = 1 - s$est.std[s$op == "=~"]^2,
  phi = unname(lavInspect(fit, "cor.lv")),
  uload = coef(fit)[1:9], uresid = coef(fit)[10:18],
  comp = semTools::compRelSEM(fit), ave = semTools::AVE(fit), rel = semTools::reliability(fit))
s1 <- semTools::compRelSEM(cfa("g =~ x1+x2+x3+x4+x5+x6+x7+x8+x9\nx7~~x8", hs, std.lv = TRUE))
f1 <- cfa("g =~ x1+x2+x3+x4+x5+x6+x7+x8+x9\nx7~~x8", hs, std.lv = TRUE)
out$omega_cov <- list(omega = as.numeric(s1), load = lavInspect(f1, "est")$lambda[, 1],
  theta = unname(unclass(lavInspect(f1, "est")$theta)),
  rel = unname(semTools::reliability(f1)["omega", ]))
om <- omega(X, 3, plot = FALSE)
out$omega <- list(h = om$omega_h, t = om$omega.tot, sl = unname(unclass(om$schmid$sl)),
  group = om$omega.group)

out$guttman6 <- a$total$`G6(smc)`
out$two <- list(r = cor(X$x1, X$x2))

# ---- efa
v <- suppressWarnings(vss(X, n = 8, plot = FALSE, fm = "minres"))
mp <- function(x, pw) { # Velicer 1976 (pw = 2), Velicer, Eaton & Fava 2000 (pw = 4)
  p <- ncol(x); e <- eigen(x); L <- e$vectors %*% diag(sqrt(e$values)); r <- numeric(p - 1)
  for (m in 0:(p - 2)) {
    C <- if (m) x - L[, 1:m, drop = FALSE] %*% t(L[, 1:m, drop = FALSE]) else x
    P <- cov2cor(C); r[m + 1] <- (sum(P^pw) - p) / (p * (p - 1))
  }
  r
}
out$map <- list(vss = v$map, squared = mp(cor(X), 2), fourth = mp(cor(X), 4))
pm <- function(d, ...) { set.seed(1)
  f <- suppressWarnings(suppressMessages(fa.parallel(d, plot = FALSE, n.iter = 200, ...)))
  list(fa = f$fa.values, pc = f$pc.values, sim_fa = f$fa.sim, sim_pc = f$pc.sim, nfact = f$nfact,
       ncomp = f$ncomp) }
invisible(capture.output(out$parallel <- pm(X)))
invisible(capture.output(out$parallel_mobi <- pm(mobi)))
invisible(capture.output(out$parallel_smc <- pm(X, SMC = TRUE)))
out$kmo_mobi <- { k <- KMO(mobi); list(msa = k$MSA, item = unname(k$MSAi)) }
out$bartlett_mobi <- { b <- cortest.bartlett(mobi); list(chi2 = b$chisq, df = b$df, p = b$p.value) }
for (fm in c("minres", "ml")) for (rt in c("none", "varimax", "promax", "oblimin")) {
  f <- suppressWarnings(fa(mobi, 5, fm = fm, rotate = rt))
  out[["efa_mobi"]][[paste(fm, rt, sep = "_")]] <- list(load = unname(unclass(f$loadings)),
    phi = if (is.null(f$Phi)) NULL else unname(f$Phi), comm = unname(f$communality),
    structure = unname(unclass(f$Structure)), vacc = unname(f$Vaccounted),
    chi2 = f$STATISTIC, dof = f$dof, rmsea = unname(f$RMSEA), tli = f$TLI, rms = f$rms)
}
for (fm in c("minres", "ml")) {
  f <- fa(X, 3, fm = fm, rotate = "oblimin")
  out[["efa_hs_extra"]][[fm]] <- list(structure = unname(unclass(f$Structure)), rms = f$rms,
    chi2 = f$STATISTIC, dof = f$dof, rmsea = unname(f$RMSEA), tli = f$TLI)
}
tight <- function(d, k) { # on one extraction, so that only the rotation is compared
  L <- unclass(fa(d, k, rotate = "none")$loadings)
  v <- varimax(L, eps = 1e-15)
  h <- sqrt(rowSums(L^2)); w <- varimax(L / h, eps = 1e-15) # promax as psych: of Kaiser-normalized
  p <- promax(w$loadings, m = 4); p$loadings <- p$loadings * h; U <- w$rotmat %*% p$rotmat
  o <- GPArotation::oblimin(L, eps = 1e-9, maxit = 20000)
  list(varimax = list(load = unname(unclass(v$loadings)), phi = diag(k)),
    promax = list(load = unname(unclass(p$loadings)), phi = unname(solve(t(U) %*% U))),
    oblimin = list(load = unname(o$loadings), phi = unname(o$Phi)))
}
out$rotation <- list(hs = tight(X, 3), mobi = tight(mobi, 4))
f <- fa(X, 3, rotate = "oblimin"); g <- fa(X, 3, rotate = "varimax")
out$congruence <- unname(factor.congruence(f, g))

# ---- validity
mm <- "visual =~ x1+x2+x3\ntextual =~ x4+x5+x6\nspeed =~ x7+x8+x9"
mb <- "Image =~ IMAG1+IMAG2+IMAG3+IMAG4+IMAG5\nExpect =~ CUEX1+CUEX2+CUEX3
Quality =~ PERQ1+PERQ2+PERQ3+PERQ4+PERQ5+PERQ6+PERQ7\nValue =~ PERV1+PERV2
Satis =~ CUSA1+CUSA2+CUSA3\nLoyal =~ CUSL1+CUSL2+CUSL3"
out$htmt <- list(
  hs = unname(unclass(htmt(mm, hs, htmt2 = FALSE))), hs2 = unname(unclass(htmt(mm, hs))),
  hs_signed = unname(unclass(htmt(mm, hs, htmt2 = FALSE, absolute = FALSE))),
  mobi = unname(unclass(htmt(mb, mobi, htmt2 = FALSE))), mobi2 = unname(unclass(htmt(mb, mobi))),
  hs_miss_listwise = unname(unclass(htmt(mm, hm, htmt2 = FALSE))))
out$harman <- list(pca = eigen(cor(mobi))$values[1] / ncol(mobi),
  minres = sum(fa(mobi, 1, rotate = "none")$loadings^2) / ncol(mobi))

# ---- groups
set.seed(11)
g <- data.frame(g = rep(c("a", "b", "c", "d"), c(12, 25, 40, 9)))
g$y <- round(rnorm(86, c(a = 4, b = 4.6, c = 5.1, d = 3.9)[g$g], c(a = 1, b = .6, c = 1.4, d = .8)[g$g]), 2)
write.csv(g, "data/groups.csv", row.names = FALSE)
wt <- oneway.test(y ~ g, g); av <- anova(lm(y ~ g, g)); kt <- kruskal.test(y ~ g, g)
gh <- do.call(rbind, apply(combn(c("a", "b", "c", "d"), 2), 2, function(k) {
  x <- g$y[g$g == k[1]]; y <- g$y[g$g == k[2]]; vx <- var(x) / length(x); vy <- var(y) / length(y)
  df <- (vx + vy)^2 / (vx^2 / (length(x) - 1) + vy^2 / (length(y) - 1)); d <- mean(x) - mean(y)
  h <- qtukey(.95, 4, df) * sqrt((vx + vy) / 2)
  data.frame(a = k[1], b = k[2], diff = d, se = sqrt(vx + vy), df = df, low = d - h, high = d + h,
    p = ptukey(abs(d) * sqrt(2) / sqrt(vx + vy), 4, df, lower.tail = FALSE))
}, simplify = FALSE))
es <- metafor::escalc("SMD", m1i = mean(g$y[g$g == "c"]), sd1i = sd(g$y[g$g == "c"]), n1i = 40,
  m2i = mean(g$y[g$g == "b"]), sd2i = sd(g$y[g$g == "b"]), n2i = 25)
nct <- function(t, df, p) uniroot(function(d) suppressWarnings(pt(t, df, d)) - p, c(-20, 20), tol = 1e-12)$root
tcb <- unname(t.test(g$y[g$g == "c"], g$y[g$g == "b"], var.equal = TRUE)$statistic)
fac <- sqrt(1 / 40 + 1 / 25)
out$groups <- list(welch = list(F = unname(wt$statistic), df = unname(wt$parameter), p = wt$p.value),
  games_howell = gh, kruskal = list(h = unname(kt$statistic), p = kt$p.value),
  anova = list(ssb = av[1, 2], ssw = av[2, 2], msb = av[1, 3], msw = av[2, 3], F = av[1, 4], p = av[1, 5]),
  hedges = list(g = as.numeric(es$yi), d = tcb * fac,
    d_low = nct(tcb, 63, .975) * fac, d_high = nct(tcb, 63, .025) * fac),
  levene = unlist(anova(lm(abs(y - ave(y, g, FUN = median)) ~ g, g))[1, 4:5]))
lm4 <- lme4::lmer(y ~ 1 + (1 | g), g)
out$icc_lmer <- { v <- as.data.frame(lme4::VarCorr(lm4))$vcov; v[1] / sum(v) }
sf <- data.frame(j1 = c(9,6,8,7,10,6), j2 = c(2,1,4,1,5,2), j3 = c(5,3,6,2,6,4), j4 = c(8,2,8,6,9,7))
ic <- psych::ICC(sf, lmer = FALSE)$results
out$icc_shrout_fleiss <- list(icc1 = ic$ICC[1], icc1k = ic$ICC[4], F = ic$F[1], p = ic$p[1],
  low = ic$`lower bound`[1], high = ic$`upper bound`[1],
  lowk = ic$`lower bound`[4], highk = ic$`upper bound`[4])
p <- c(.01, .04, .03, .005, .2, .5)
out$padjust <- list(holm = p.adjust(p, "holm"), bh = p.adjust(p, "BH"), bonferroni = p.adjust(p, "bonferroni"))

# ---- pooling
d <- metafor::escalc("RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = metadat::dat.bcg)
write.csv(data.frame(yi = as.numeric(d$yi), sei = sqrt(d$vi)), "data/bcg.csv", row.names = FALSE)
for (m in c("REML", "PM", "DL")) for (t in c("knha", "z")) {
  r <- rma(yi, vi, data = d, method = m, test = t, control = list(threshold = 1e-12, maxiter = 10000, tol = 1e-12))
  pr <- predict(r); ci <- confint(r, control = list(tol = 1e-12))
  out$pooling[[paste(m, t, sep = "_")]] <- list(est = as.numeric(r$beta), se = r$se, low = r$ci.lb,
    high = r$ci.ub, p = r$pval, tau2 = r$tau2, tau2_low = ci$random[1, 2], tau2_high = ci$random[1, 3],
    I2 = r$I2, H2 = r$H2, Q = r$QE, Qp = r$QEp, pi_low = pr$pi.lb, pi_high = pr$pi.ub)
}

# ---- regression
f <- lm(x9 ~ x1 + x4 + x7, hs)
h3 <- coeftest(f, vcovHC(f, "HC3")); ci3 <- coefci(f, vcov. = vcovHC(f, "HC3"))
cl <- vcovCL(f, cluster = paste(hs$school, hs$ageyr), type = "HC1")
out$regression <- list(coef = unname(coef(f)), hc3 = unname(unclass(h3)[, 2]), p3 = unname(unclass(h3)[, 4]),
  low = unname(ci3[, 1]), high = unname(ci3[, 2]), r2 = summary(f)$r.squared,
  adj = summary(f)$adj.r.squared, cluster = unname(sqrt(diag(cl))))

# ---- psych on Holzinger-Swineford: efa_hs_* and psych_hs.json
js <- function(x, f) writeLines(toJSON(x, digits = 10, auto_unbox = TRUE), f)
for (fm in c("minres", "ml")) for (rt in c("none", "varimax", "promax", "oblimin")) {
  f <- fa(X, 3, fm = fm, rotate = rt); n <- paste("efa_hs", fm, rt, sep = "_")
  write.csv(unclass(f$loadings), paste0(n, "_load.csv"))
  if (!is.null(f$Phi)) write.csv(f$Phi, paste0(n, "_phi.csv"))
  write.csv(data.frame(comm = f$communality, uniq = f$uniquenesses), paste0(n, "_comm.csv"))
  js(list(RMSEA = unname(f$RMSEA), TLI = f$TLI, STATISTIC = f$STATISTIC, dof = f$dof,
          objective = f$objective, Vaccounted = unname(f$Vaccounted)), paste0(n, "_stat.json"))
}
km <- KMO(X); bt <- cortest.bartlett(cor(X), 301)
js(list(kmo = km$MSA, msai = unname(km$MSAi),
  bartlett = list(chisq = bt$chisq, p.value = bt$p.value, df = bt$df), alpha = a$total,
  omega = list(h = om$omega_h, t = om$omega.tot), map = out$map$vss[1:6],
  mardia = list(b1p = md$b1p, b2p = md$b2p), eig = eigen(cor(X))$values), "psych_hs.json")

out$session <- list(R = R.version.string, psych = as.character(packageVersion("psych")),
  lavaan = as.character(packageVersion("lavaan")), semTools = as.character(packageVersion("semTools")),
  metafor = as.character(packageVersion("metafor")), sandwich = as.character(packageVersion("sandwich")))
writeLines(toJSON(out, digits = 14, auto_unbox = TRUE, null = "null", na = "null", force = TRUE), "goldens.json")
