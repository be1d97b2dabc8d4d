# Run in packages/semfit/tests/golden: Rscript make_outputs.R
# with lavaan 0.6-14 (writes lavaan/r_out.json) and with lavaan 0.7-2 (writes lavaan/r_out_07.json):
# what the two print beside estimates and fit: residual summaries, Wald and score tests, errors of
# factor scores, predicted outcomes, missing information, several tests, power of score tests.
suppressMessages({library(lavaan); library(jsonlite)})
new <- packageVersion("lavaan") >= "0.7"
O <- "data/"
hs <- read.csv(paste0(O, "hs.csv")); hsm <- read.csv(paste0(O, "hs_miss.csv"))
pd <- read.csv(paste0(O, "pd.csv")); ord <- read.csv(paste0(O, "hs_ord.csv"))
HS <- "visual =~ x1+x2+x3\ntextual =~ x4+x5+x6\nspeed =~ x7+x8+x9"
LAB <- "visual =~ x1+a*x2+b*x3\ntextual =~ x4+c*x5+d*x6\nspeed =~ x7+x8+x9\nvisual ~~ r*textual\ndiff := a - b"
CON <- "visual =~ x1+a*x2+b*x3\ntextual =~ x4+c*x5+d*x6\nspeed =~ x7+x8+x9\na == 2*b - 0.5\nc + d == 2"
EQ <- "visual =~ x1+a*x2+a*x3\ntextual =~ x4+b*x5+b*x6\nspeed =~ x7+x8+x9"
MIMIC <- "visual =~ x1+x2+x3\ntextual =~ x4+x5+x6\nvisual ~ ageyr+grade\ntextual ~ visual + ageyr"
PD <- "ind60 =~ x1+x2+x3\ndem60 =~ y1+y2+y3+y4\ndem65 =~ y5+y6+y7+y8\ndem60 ~ ind60\ndem65 ~ ind60+dem60\ny1~~y5\ny2~~y4+y6\ny3~~y7\ny4~~y8\ny6~~y8"
items <- paste0("x", 1:9)
fits <- list(
  hs_ml=cfa(HS, hs), hs_means=cfa(HS, hs, meanstructure=TRUE), pd_ml=sem(PD, pd), hs_mlr=cfa(HS, hs, estimator="MLR"),
  hs_mlm=cfa(HS, hs, estimator="MLM"), hs_fiml=cfa(HS, hsm, missing="fiml"), mimic=sem(MIMIC, hs),
  hs_ord=cfa(HS, ord, ordered=items), mg=cfa(HS, hs, group="school"),
  mg_scalar=cfa(HS, hs, group="school", group.equal=c("loadings","intercepts")),
  mg_fiml=cfa(HS, hsm, group="school", group.equal="loadings", missing="fiml"),
  labels=cfa(LAB, hs), labels_mlr=cfa(LAB, hs, estimator="MLR"), labels_mlm=cfa(LAB, hs, estimator="MLM"),
  labels_ord=cfa(LAB, ord, ordered=items), constraint=cfa(CON, hs), equal=cfa(EQ, hs), equal_mlr=cfa(EQ, hs, estimator="MLR"),
  mimic_mlr=sem(MIMIC, hs, estimator="MLR"))
out <- list()
# residual summaries
plain <- function(x) { class(x) <- "data.frame"; c(list(part=rownames(x)), as.list(x)) }
resid_one <- function(f, type) {
  r <- lavResiduals(f, type=type)
  if (is.null(r$summary)) lapply(Filter(function(g) is.list(g) && !is.null(g$summary), r), function(g) plain(g$summary)) else list(plain(r$summary))
}
if (new) out$residuals <- lapply(fits[c("hs_ml","hs_means","pd_ml","hs_mlm","hs_fiml","mimic","hs_ord","mg","mg_scalar","mg_fiml")],
  function(f) lapply(c(rmr="raw", srmr="cor.bentler", crmr="cor.bollen"), function(t) resid_one(f, t)))
if (new) out$residuals_combined <- lapply(fits[c("mg","mg_scalar")], function(f) {
  plain(lavResiduals(f, combine=TRUE)$summary) })
# Wald tests
restrictions <- c("a == b", "a == b; c == d", "a*b == c", "r == 0.4; c + d == 2*a", "diff == 0")
out$wald <- lapply(fits[c("labels","labels_mlr","labels_mlm","labels_ord")], function(f)
  lapply(restrictions, function(r) Filter(is.numeric, unclass(lavTestWald(f, r)))))
# score tests
score <- function(f, ...) { s <- suppressWarnings(lavTestScore(f, ..., cumulative=TRUE, epc=TRUE)); lapply(s, function(x) { class(x) <- "data.frame"; as.list(x[setdiff(names(x), c("block","plabel","user"))]) }) }
ADD <- "x1 ~~ x2; visual =~ x9; x7 ~~ x8"
out$score_add <- lapply(fits[c("hs_ml","hs_mlr","hs_mlm","hs_fiml","hs_ord","constraint","mg_scalar")], score, add=ADD)
out$score_release <- lapply(fits[c("constraint","equal","equal_mlr","mg_scalar")], score)
out$score_release_some <- score(fits$mg_scalar, release=c(1, 7, 9))
# errors of factor scores and scores of new rows
newrows <- hs[c(3, 100, 250), items] + .5
out$scores <- lapply(fits[c("hs_ml","pd_ml","hs_fiml","mimic","mg")], function(f) lapply(c(regression="regression", bartlett="Bartlett"), function(m) {
  p <- lavPredict(f, method=m, se="standard"); e <- attr(p, "se")
  list(se=if (is.list(e)) lapply(e, function(x) unique(round(x, 10))) else unique(round(e, 10)), reliability=if (new) attr(lavPredict(f, method=m, rel=TRUE), "rel")) }))
out$scores_new <- unclass(lavPredict(fits$hs_means, newdata=newrows))
out$scores_new_bartlett <- unclass(lavPredict(fits$hs_means, newdata=newrows, method="Bartlett"))
# predicted outcomes
pdnew <- pd[c(1, 20, 60), ] + .25
out$predicted <- unclass(lavPredictY(fits$pd_ml, newdata=pdnew, ynames=c("y5","y6","y7","y8"), xnames=c("x1","x2","x3","y1","y2","y3","y4")))
out$predicted_means <- unclass(lavPredictY(sem(PD, pd, meanstructure=TRUE), newdata=pdnew, ynames=c("y5","y6"), xnames=c("x1","x2","x3")))
# missing information
fmi <- function(f) { p <- parameterEstimates(f, fmi=TRUE); as.data.frame(p[p$op != ":=", intersect(c("lhs","op","rhs","group","se","fmi"), names(p))]) }
out$fmi <- lapply(list(fiml=fits$hs_fiml, groups=fits$mg_fiml, expected=cfa(HS, hsm, missing="fiml", information="expected")), fmi)
# several tests of one fit
tests <- function(f) lapply(lavInspect(f, "test"), function(t) t[intersect(names(t), c("stat","df","pvalue","scaling.factor","shift.parameter"))])
many <- c("standard","satorra.bentler","yuan.bentler","yuan.bentler.mplus","mean.var.adjusted","scaled.shifted","browne.residual.nt","browne.residual.adf")
if (new) many <- c(many, "browne.residual.nt.model")
one <- function(t, m, d, ...) tests(cfa(m, d, test=unique(c("standard", t)), ...))[[t]]
out$tests <- list(
  hs=sapply(many, one, HS, hs, simplify=FALSE), hs_means=sapply(many, one, HS, hs, meanstructure=TRUE, simplify=FALSE),
  scalar=sapply(many, one, HS, hs, group="school", group.equal=c("loadings","intercepts"), simplify=FALSE),
  mimic=sapply(many, function(t) try(one(t, MIMIC, hs), silent=TRUE), simplify=FALSE),
  ord=sapply(c("standard","satorra.bentler","mean.var.adjusted","scaled.shifted","browne.residual.adf"),
    one, HS, ord, ordered=items, simplify=FALSE))
# power of modification indices
mi <- function(f, ...) as.data.frame(modindices(f, power=TRUE, ...))
out$power <- list(hs=mi(fits$hs_ml), wide=mi(fits$hs_ml, delta=.3, alpha=.01))
write_json(out, paste0("lavaan/r_out", if (new) "_07" else "", ".json"), digits=I(9), auto_unbox=TRUE, dataframe="columns", na="string", matrix="rowmajor")
