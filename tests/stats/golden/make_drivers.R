# Values of NCA 5.0.2, relaimpo 2.2-7, rwa 1.0.1, dominanceanalysis 2.1.1 and segmented 2.2-2 (R 4.2.2).
# Rscript make_drivers.R FOLDER: reads FOLDER/data/{regression_7point,breakpoint}.csv, writes FOLDER/drivers.json.
library(jsonlite)
folder <- commandArgs(TRUE)[1]
s <- read.csv(file.path(folder, "data", "regression_7point.csv"))
b <- read.csv(file.path(folder, "data", "breakpoint.csv"))

f <- NCA::nca_analysis(s, c("q", "v", "p"), "l", ceilings = c("ce_fdh", "cr_fdh"),
                       bottleneck.x = "percentage.range", bottleneck.y = "percentage.range", steps = 10)
sizes <- lapply(f$summaries, function(r) {
  p <- r$params
  list(ce_fdh = p["Effect size", "ce_fdh"], cr_fdh = p["Effect size", "cr_fdh"],
       slope = p["Slope", "cr_fdh"], intercept = p["Intercept", "cr_fdh"])
})
bottlenecks <- lapply(f$bottlenecks, function(x) as.data.frame(lapply(as.data.frame(x), as.character)))
r <- relaimpo::calc.relimp(l ~ q + v + p, s, type = c("lmg", "pratt"))
w <- rwa::rwa(s, "l", c("q", "v", "p"))$result
d <- dominanceanalysis::dominanceAnalysis(lm(l ~ q + v + p, s))

o <- lm(y ~ x, b)
set.seed(1)
g <- segmented::segmented(o, seg.Z = ~x, psi = 5)
write_json(
  list(nca = sizes, bottlenecks = bottlenecks, r2 = r@R2, lmg = as.list(r@lmg), product = as.list(r@pratt),
       johnson = setNames(as.list(w$Raw.RelWeight), w$Variables),
       general_dominance = as.list(dominanceanalysis::averageContribution(d)$r2),
       threshold = list(estimate = g$psi[1, 2], se = g$psi[1, 3]),
       interval = unname(confint(g)[1, 2:3]),
       slopes = setNames(as.data.frame(segmented::slope(g)$x)[c(1, 2, 4, 5)], c("estimate", "se", "ci_lower", "ci_upper")),
       davies = list(`10` = segmented::davies.test(o, ~x, k = 10)$p.value, `50` = segmented::davies.test(o, ~x, k = 50)$p.value)),
  file.path(folder, "drivers.json"), auto_unbox = TRUE, digits = 12, pretty = TRUE)
