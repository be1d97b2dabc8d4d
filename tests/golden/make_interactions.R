# Golden values of tests/test_interactions.py with clusters: run from the repository with
#   Rscript tests/golden/make_interactions.R
# lavaan with cluster = on double-mean-centred products of the items in interactions_data.csv; the
# clusters are twenty neighbours in x1 + x4, so that their rows resemble each other.
library(lavaan)
out <- "tests/golden/"
d <- read.csv(paste0(out, "interactions_data.csv"))
d$cl <- ceiling(rank(d$x1 + d$x4, ties.method = "first") / 20)
product <- function(a, b) { p <- (a - mean(a)) * (b - mean(b)); p - mean(p) }
for (k in 1:3) {
  x <- d[[paste0("x", k)]]
  d[[paste0("p", k)]] <- product(x, d[[paste0("x", k + 6)]])
  d[[paste0("s", k)]] <- product(x, x)
}
model <- "x =~ x1+x2+x3\nz =~ x7+x8+x9\ny =~ x4+x5+x6\nxz =~ p1+p2+p3\nxx =~ s1+s2+s3
p1 ~~ s1\np2 ~~ s2\np3 ~~ s3
y ~ b1*x + b2*z + b3*xz + b4*xx
x ~~ p11*x + p12*z + p13*xz + p14*xx
z ~~ p22*z + p23*xz + p24*xx
xz ~~ p33*xz + p34*xx
xx ~~ p44*xx
y ~~ r*y
vy := b1^2*p11 + b2^2*p22 + b3^2*p33 + b4^2*p44 + r + 2*(b1*b2*p12 + b1*b3*p13 + b1*b4*p14 + b2*b3*p23 + b2*b4*p24 + b3*b4*p34)
product := b3*sqrt(p11)*sqrt(p22)/sqrt(vy)
square := b4*p11/sqrt(vy)
low := (b1 - b3*sqrt(p22))*sqrt(p11)/sqrt(vy)
high := (b1 + b3*sqrt(p22))*sqrt(p11)/sqrt(vy)
sqlow := (b1 - 2*b4*sqrt(p11))*sqrt(p11)/sqrt(vy)
sqhigh := (b1 + 2*b4*sqrt(p11))*sqrt(p11)/sqrt(vy)"
f <- sem(model, d, estimator = "MLR", meanstructure = TRUE, cluster = "cl")
p <- parameterEstimates(f)
found <- p[p$op == ":=", c("lhs", "est", "se")]
found[-1] <- lapply(found[-1], format, digits = 12)
write.csv(found, paste0(out, "interactions_clustered.csv"), row.names = FALSE, quote = FALSE)
