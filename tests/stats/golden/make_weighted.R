# Weighted statistics of a survey, by R's survey 4.1.1; run: Rscript make_weighted.R (in this folder)
suppressMessages({library(survey); library(jsonlite)})
# twelve answers, of which one is missing and one weighs nothing
small <- data.frame(x = c(1,2,3,4,5,5,4,2,7,6,NA,3), w = c(.5,1,2,1,.8,1.5,0,2.2,1,.3,4,1.1))
# eighty respondents of eight shops, three items and a rating, all given by the row
k <- 0:79
big <- data.frame(shop = k %% 8, w = 0.3 + (k * 7 %% 11) * 0.2 )
big$w <- 0.3 + ((k * 7) %% 11) * 0.2
big$a <- 1 + (k * 5 + k %/% 9) %% 7
big$b <- pmin(7, pmax(1, big$a + (k * 3) %% 4 - 1))
big$c <- pmin(7, pmax(1, big$a + (k * 11) %% 5 - 2))
big$r <- (k * 13 + big$a) %% 11
big$a[c(4, 41)] <- NA
stat <- function(s) list(est = unname(as.numeric(coef(s))), se = unname(as.numeric(SE(s))))
of <- function(design) {
  m <- svymean(~b, design, deff = "replace")
  v <- svyvar(~b, design)
  mm <- svymean(~a, design, na.rm = TRUE)
  nps <- svymean(~I(100 * ((r >= 9) - (r <= 6))), design)
  share <- svymean(~I(as.numeric(b >= 6)), design)
  # correlation of b and c, and alpha of b, c, r / 2, by the delta method on the covariances
  both <- svyvar(~b + c, design); S <- coef(both); V <- vcov(both)
  # of b, c: order bb, cb, bc, cc
  r <- S[2] / sqrt(S[1] * S[4])
  g <- c(-r / (2 * S[1]), 1 / sqrt(S[1] * S[4]), 0, -r / (2 * S[4]))
  three <- svyvar(~b + c + I(r / 2), design); A <- matrix(coef(three), 3); T <- sum(A); t <- sum(diag(A))
  alpha <- 1.5 * (1 - t / T)
  ga <- as.vector(1.5 * (t / T^2 - diag(3) / T))
  list(mean = stat(m), deff = unname(deff(m)), sd = sqrt(as.numeric(v)), mean_missing = stat(mm), nps = stat(nps),
       share = stat(share), distribution = unname(coef(svymean(~factor(b, levels = 1:7), design))),
       r = unname(r), r_se = unname(sqrt(t(g) %*% V %*% g)[1]),
       alpha = alpha, alpha_se = sqrt(t(ga) %*% vcov(three) %*% ga)[1],
       by = unname(coef(svyby(~b, ~I(shop > 3), design, svymean))), by_se = unname(SE(svyby(~b, ~I(shop > 3), design, svymean))))
}
d <- svydesign(ids = ~1, weights = ~w, data = small[small$w > 0, ])
out <- list(
  small = list(mean = stat(svymean(~x, d, na.rm = TRUE)), share = stat(svymean(~I(as.numeric(x >= 5)), d, na.rm = TRUE)),
               variance = as.numeric(svyvar(~x, svydesign(ids = ~1, weights = ~w, data = small[!is.na(small$x), ])))),
  rows = of(svydesign(ids = ~1, weights = ~w, data = big)),
  shops = of(svydesign(ids = ~shop, weights = ~w, data = big)),
  kish = sum(big$w)^2 / sum(big$w^2))
write_json(out, "weighted.json", digits = 12, auto_unbox = TRUE, pretty = TRUE)
