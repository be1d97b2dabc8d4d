# Golden values of two-stage meta-analytic SEM, from metaSEM 1.5.0. Run in this folder:
# Rscript make_masem.R. The twelve correlation matrices in masem.json are kept: they were drawn once
# around one matrix, two of them without v, and are part of the file.
suppressMessages({ library(metaSEM); library(jsonlite) })
out <- fromJSON("masem.json", simplifyVector = FALSE)
v <- c("q", "v", "s", "l")
n <- sapply(out$studies, function(s) s$n)
R <- lapply(out$studies, function(s) {
  m <- t(sapply(s$cor, function(r) sapply(r, function(x) if (is.null(x)) NA else x)))
  dimnames(m) <- list(v, v)
  m
})
ram <- lavaan2RAM("v ~ q\ns ~ q + v\nl ~ s + q\nq ~~ 1*q", obs.variables = v,
  A.notation = "on", S.notation = "with")
rows <- function(d) lapply(rownames(d), function(r) list(r, d[r, 1], d[r, 2]))
values <- function(m) if (is.null(m)) list() else as.list(m[, "Value"])
for (effects in c("fixed", "random")) {
  one <- if (effects == "fixed") tssem1(R, n, method = "FEM") else
    tssem1(R, n, method = "REM", RE.type = "Diag")
  two <- summary(tssem2(one, RAM = ram, diag.constraints = FALSE, intervals.type = "z"))
  y <- summary(one)
  out[[effects]] <- list(stage1 = rows(coef(y)), stage1_fit = values(y$stat),
    stage2 = rows(two$coefficients), stage2_fit = values(two$stat))
}
writeLines(toJSON(out, auto_unbox = TRUE, digits = 15, null = "null", na = "null"), "masem.json")
