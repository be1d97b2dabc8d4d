# Sourced by the scripts of ordinal goldens: lavaan 0.7 with what its 0.7-3 changed.
suppressMessages({library(lavaan); library(jsonlite)}); stopifnot(packageVersion("lavaan") >= "0.7")
O <- "data/"; out <- "lavaan"
# Standard errors with the Hessian as bread (0.7-3's default). lavaan takes it of a discrepancy weighted by
# (n_g - 1)/N and then divides by N - 1 too: once too often. Fit measures with the expected one, as there.
honest <- function(f) (lavInspect(f, "ntotal") - lavInspect(f, "ngroups")) / lavInspect(f, "ntotal")
save1 <- function(name, ...) {
  f <- sem(...); g <- sem(..., information="observed"); p <- parameterEstimates(g, standardized=TRUE); p$se <- p$se * honest(g)
  write.csv(format(as.data.frame(p), digits=12, trim=TRUE), paste0(out, "/", name, "_par.csv"), row.names=FALSE, quote=c(1, 2, 3))
  write(toJSON(list(name=name, fit=as.list(fitMeasures(f))), auto_unbox=TRUE, digits=14, na="string"), paste0(out, "/", name, "_fit.json"))
  invisible(f) }
save_std <- function(name, ...) { g <- sem(..., information="observed"); p <- standardizedSolution(g); p$se <- p$se * honest(g)
  write.csv(format(as.data.frame(p), digits=12, trim=TRUE), paste0(out, "/", name, ".csv"), row.names=FALSE, quote=c(1, 2, 3)) }
# The covariance matrix of statistics with continuous variables among them: second derivatives of the likelihood
# of each margin and pair, by finite differences, where lavaan before 0.7-3 had products of scores.
known <- new.env(); first_a21 <- lavaan:::lav_m84_a21; first_a11 <- lavaan:::lav_m84_a11; first_a22 <- lavaan:::lav_m84_a22
second <- function(L, x, i, j, h=1e-4) { s <- function(a, b) { y <- x; y[i] <- y[i] + a*h; y[j] <- y[j] + b*h; L(y) }
  (s(1, 1) - s(1, -1) - s(-1, 1) + s(-1, -1)) / (4*h*h) }
split1 <- function(f, ordered) list(f=f, ordered=ordered, th=if (ordered) f$theta[f$th_idx] else f$theta[1], var=if (!ordered) f$theta[f$var_idx],
  sl=f$theta[f$slope_idx])
loglik <- function(a, b) function(v) { r <- v[1]; at <- 1
  part <- function(m) { k <- length(m$th); th <- v[at + seq_len(k)]; at <<- at + k; q <- length(m$sl); sl <- v[at + seq_len(q)]; at <<- at + q
    e <- if (q) drop(m$f$x %*% sl) else 0
    if (m$ordered) { t <- c(-Inf, th, Inf); return(list(lo=t[m$f$y] - e, hi=t[m$f$y + 1] - e)) }
    at <<- at + 1; s2 <- v[at]; list(z=(m$f$y - th - e)/sqrt(s2), s2=s2) }
  A <- part(a); B <- part(b); root <- sqrt(1 - r*r)
  if (a$ordered) { C <- A; A <- B; B <- C }
  if (!is.null(B$z)) return(sum(dnorm(A$z, log=TRUE) + dnorm(B$z, r*A$z, root, log=TRUE)) - length(A$z)/2*(log(A$s2) + log(B$s2)))
  p <- pnorm((B$hi - r*A$z)/root) - pnorm((B$lo - r*A$z)/root); sum(log(p) + dnorm(A$z, log=TRUE)) - length(A$z)/2*log(A$s2) }
a21 <- function(fit=NULL, ov_types=NULL, cor_1=NULL, var_1=NULL, wt=NULL, n=NULL, layout=NULL, th_keep=NULL) {
  o <- first_a21(fit=fit, ov_types=ov_types, cor_1=cor_1, var_1=var_1, wt=wt, n=n, layout=layout, th_keep=th_keep)
  known$a22 <- list(); known$a11 <- list(); m <- lapply(seq_along(fit), function(k) split1(fit[[k]], ov_types[k] == "ordered"))
  for (k in which(ov_types != "ordered")) { X <- cbind(rep(1, n), fit[[k]]$x); s2 <- m[[k]]$var; q <- ncol(X); A <- matrix(0, q + 1, q + 1)
    A[1:q, 1:q] <- crossprod(X)/s2; A[q + 1, q + 1] <- n/(2*s2^2)
    known$a11[[length(known$a11) + 1]] <- list(at=c(layout$th_idx[[k]], layout$sl_idx[[k]], layout$var_idx[[k]]), A=A) }
  for (j in seq_len(layout$nvar - 1)) for (i in (j + 1):layout$nvar) if (any(ov_types[c(i, j)] != "ordered")) {
    k <- layout$pstar_1[i, j]; L <- loglik(m[[i]], m[[j]]); place <- numeric(0)
    v <- cor_1[i, j]; for (s in c(i, j)) { v <- c(v, m[[s]]$th, m[[s]]$sl, m[[s]]$var)
      place <- c(place, layout$th_idx[[s]], layout$sl_idx[[s]], if (!m[[s]]$ordered) layout$var_idx[[s]]) }
    o$a21[k, ] <- 0; o$a21[k, place] <- -sapply(seq_along(place), function(s) second(L, v, 1, s + 1))
    known$a22[[length(known$a22) + 1]] <- list(at=k, A=-second(L, v, 1, 1)) }
  o }
a11 <- function(inner2=NULL, layout=NULL) { o <- first_a11(inner2=inner2, layout=layout); for (k in known$a11) o[k$at, k$at] <- k$A; o }
a22 <- function(sc_cor=NULL, wt=NULL) { o <- first_a22(sc_cor=sc_cor, wt=wt); for (k in known$a22) o[k$at, k$at] <- k$A; o }
for (k in c("a11", "a21", "a22")) assignInNamespace(paste0("lav_m84_", k), get(k), "lavaan")
