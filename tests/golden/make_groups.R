# Golden values of test_groups.py, test_interactions.py, test_structural.py and
# stats/test_clusters.py: run from the repository with
#   Rscript tests/golden/make_groups.R
# lavaan 0.6-14, semTools 0.5-6, sandwich.
suppressPackageStartupMessages({library(lavaan); library(semTools); library(sandwich)})
out <- "tests/golden/"
hs <- read.csv("packages/semfit/tests/golden/data/hs.csv")
pd <- read.csv("packages/semfit/tests/golden/data/pd.csv")
write <- function(x, name) {
  number <- sapply(x, is.numeric)
  x[number] <- lapply(x[number], format, digits = 15)
  write.csv(x, paste0(out, name, ".csv"), row.names = FALSE, quote = FALSE)
}
HS <- "visual =~ x1+x2+x3\ntextual =~ x4+x5+x6\nspeed =~ x7+x8+x9"

# --- the ladder: score tests of the equal intercepts, then the partially scalar model
equal <- c("loadings", "intercepts")
scores <- function(partial) {
  f <- cfa(HS, hs, group = "school", group.equal = equal, group.partial = partial, std.lv = TRUE)
  test <- lavTestScore(f)$uni
  table <- parTable(f)
  test <- test[grepl("^\\.p", test$rhs), ]
  row <- match(test$rhs, table$plabel)
  data.frame(lhs = table$lhs[row], op = table$op[row], chisq = test$X2, df = test$df, p = test$p.value)
}
first <- scores(character()); second <- scores("x3~1"); third <- scores(c("x3~1", "x7~1"))
write(rbind(cbind(step = 1, first), cbind(step = 2, second), cbind(step = 3, third)), "groups_scores")
partial <- c("x3~1", "x7~1")
rung <- function(level, partial) {
  f <- cfa(HS, hs, group = "school", group.equal = level, group.partial = partial, std.lv = TRUE, estimator = "MLR")
  m <- fitMeasures(f)
  data.frame(chisq = m["chisq.scaled"], df = m["df"], cfi = m["cfi.robust"], rmsea = m["rmsea.robust"], srmr = m["srmr"])
}
write(rbind(rung("", character()), rung("loadings", character()), rung(equal, character()),
            rung(equal, partial), rung(c(equal, "residuals"), partial)), "groups_ladder")
means <- function(f) {
  p <- parameterEstimates(f)
  p <- p[p$op == "~1" & p$lhs %in% c("visual", "textual", "speed") & p$group == 2, ]
  data.frame(construct = p$lhs, est = p$est, se = p$se, low = p$ci.lower, high = p$ci.upper, p = p$pvalue)
}
partly <- cfa(HS, hs, group = "school", group.equal = equal, group.partial = partial, std.lv = TRUE, estimator = "MLR")
write(means(partly), "groups_means")
# eleven clusters that lie within schools
hs$cl <- paste0(hs$school, (seq_len(nrow(hs)) * 7) %% 11 %/% 2)
write.csv(data.frame(cl = hs$cl), paste0(out, "groups_clusters.csv"), row.names = FALSE)
robust <- cfa(HS, hs, group = "school", group.equal = equal, group.partial = partial, std.lv = TRUE, estimator = "MLR", cluster = "cl")
write(means(robust), "groups_means_clustered")
single <- sem(paste0(HS, "\ntextual ~ visual\nspeed ~ textual + visual"), hs, estimator = "MLR", cluster = "cl")
s <- standardizedSolution(single)
write(s[s$op == "~", c("lhs", "rhs", "est.std", "se")], "groups_paths_clustered")

# --- differences of labelled paths between two and three groups, loadings equal; by cluster, too
pairs <- function(group, k, ...) {
  labelled <- function(x, name) paste0("c(", paste0(name, seq_len(k), collapse = ","), ")*", x)
  wanted <- combn(k, 2)
  differences <- function(name) paste0(name, "_", wanted[1, ], wanted[2, ], " := ", name, wanted[1, ], " - ", name, wanted[2, ])
  model <- paste(c(HS, paste("textual ~", labelled("visual", "a")),
                   paste("speed ~", labelled("textual", "b"), "+", labelled("visual", "d")),
                   differences("a"), differences("b"), differences("d")), collapse = "\n")
  f <- sem(model, hs, group = group, group.equal = "loadings", estimator = "MLR", ...)
  p <- parameterEstimates(f)
  p <- p[p$op == ":=", ]
  data.frame(name = p$lhs, est = p$est, se = p$se, low = p$ci.lower, high = p$ci.upper, p = p$pvalue)
}
hs$third <- rep(c("a", "b", "c"), c(100, 101, 100))
write(rbind(cbind(groups = 2, pairs("school", 2)), cbind(groups = 3, pairs("third", 3))), "groups_pairs")
write(pairs("school", 2, cluster = "cl"), "groups_pairs_clustered")

# --- total effects, standardized, with delta-method errors
f <- sem("ind60 =~ x1+x2+x3\ndem60 =~ y1+y2+y3+y4\ndem65 =~ y5+y6+y7+y8
dem60 ~ a*ind60\ndem65 ~ c*ind60 + b*dem60\ntot := c + a*b", pd, estimator = "MLR")
s <- standardizedSolution(f)
s <- s[s$op == ":=" | (s$lhs == "dem65" & s$rhs == "dem60"), ]
write(data.frame(construct = ifelse(s$op == ":=", "ind60", "dem60"), value = s$est.std, se = s$se, low = s$ci.lower, high = s$ci.upper), "groups_totals")

# --- two product factors that share the moderator's items; standardized terms by :=
set.seed(20261124)
n <- 400
x <- rnorm(n); z <- 0.4*x + rnorm(n, sd = 0.9); y <- 0.4*x + 0.3*z + 0.3*x*z - 0.15*x^2 + rnorm(n, sd = 0.7)
item <- function(factor, loading) round(loading*factor + rnorm(n, sd = 0.5), 3)
items <- data.frame(x1 = item(x, 1), x2 = item(x, 0.8), x3 = item(x, 0.9), x7 = item(z, 1), x8 = item(z, 0.9),
                    x9 = item(z, 0.8), x4 = item(y, 1), x5 = item(y, 0.9), x6 = item(y, 0.8))
write.csv(items, paste0(out, "interactions_data.csv"), row.names = FALSE)
d <- indProd(items, var1 = c("x1", "x2", "x3"), var2 = c("x7", "x8", "x9"), match = TRUE, doubleMC = TRUE)
q <- indProd(d, var1 = c("x1", "x2", "x3"), var2 = c("x1", "x2", "x3"), match = TRUE, doubleMC = TRUE,
             namesProd = c("s1", "s2", "s3"))
model <- "visual =~ x1+x2+x3\nspeed =~ x7+x8+x9\ntextual =~ x4+x5+x6
xz =~ x1.x7+x2.x8+x3.x9\nxx =~ s1+s2+s3
x1.x7 ~~ s1\nx2.x8 ~~ s2\nx3.x9 ~~ s3
textual ~ b1*visual + b2*speed + b3*xz + b4*xx
visual ~~ p11*visual + p12*speed + p13*xz + p14*xx
speed ~~ p22*speed + p23*xz + p24*xx
xz ~~ p33*xz + p34*xx
xx ~~ p44*xx
textual ~~ r*textual
vy := b1^2*p11 + b2^2*p22 + b3^2*p33 + b4^2*p44 + r + 2*(b1*b2*p12 + b1*b3*p13 + b1*b4*p14 + b2*b3*p23 + b2*b4*p24 + b3*b4*p34)
product := b3*sqrt(p11)*sqrt(p22)/sqrt(vy)
square := b4*p11/sqrt(vy)
low := (b1 - b3*sqrt(p22))*sqrt(p11)/sqrt(vy)
high := (b1 + b3*sqrt(p22))*sqrt(p11)/sqrt(vy)
sqlow := (b1 - 2*b4*sqrt(p11))*sqrt(p11)/sqrt(vy)
sqhigh := (b1 + 2*b4*sqrt(p11))*sqrt(p11)/sqrt(vy)"
f <- sem(model, q, estimator = "MLR", meanstructure = TRUE)
p <- parameterEstimates(f)
write(p[p$op == ":=", c("lhs", "est", "se", "ci.lower", "ci.upper")], "interactions")
# Johnson-Neyman bounds: roots of slope^2 = z^2 variance, in standard deviations of the moderator
v <- vcov(f)
bounds <- function(product, moderator, step) {
  b <- coef(f)[c("b1", product)]; w <- v[c("b1", product), c("b1", product)]; z2 <- qnorm(.975)^2
  root <- polyroot(c(b[1]^2 - z2*w[1,1], 2*(b[1]*b[2] - z2*w[1,2]), b[2]^2 - z2*w[2,2]))
  if (any(abs(Im(root)) > 1e-8)) return(c(NA, NA))
  unname(sort(Re(root)) / step / sqrt(coef(f)[moderator]))
}
both <- rbind(bounds("b3", "p22", 1), bounds("b4", "p11", 2))
write(data.frame(term = c("product", "square"), low = both[, 1], high = both[, 2]), "interactions_bounds")

# --- means with clusters, and groups of clusters
one <- lm(x1 ~ 1, hs)
mean_row <- data.frame(mean = coef(one), se = sqrt(diag(vcov(one))), se_cluster = sqrt(diag(vcovCL(one, cluster = hs$cl, type = "HC1"))))
half <- qt(.975, length(unique(hs$cl)) - 1) * mean_row$se_cluster
write(cbind(mean_row, low = mean_row$mean - half, high = mean_row$mean + half), "cluster_mean")
units <- aggregate(x1 ~ cl + school, hs, mean)
between <- anova(lm(x1 ~ school, units))
pair <- t.test(x1 ~ school, units, var.equal = TRUE)
write(data.frame(f = between[1, "F value"], df2 = between[2, "Df"], p = between[1, "Pr(>F)"],
                 difference = pair$estimate[1] - pair$estimate[2], low = pair$conf.int[1], high = pair$conf.int[2],
                 pair_p = pair$p.value), "cluster_groups")
