# Golden values of Pareto/NBD. Run in this folder: Rscript make_pareto_nbd.R
# CLVTools 0.12.1 and its data: CDNOW to week 38, an apparel shop to week 52, gender and channel as
# covariates of the rate of purchases (trans) and of leaving (life). data/apparel.csv holds the
# shop's customers as that package counts them: repeat purchases, days of the last one and in all.
suppressMessages({library(CLVTools); library(jsonlite)})
out <- list()
data("apparelTrans"); data("apparelStaticCov"); data("cdnow")
shop <- clvdata(apparelTrans, date.format = "ymd", time.unit = "week", estimation.split = 52)
plain <- pnbd(shop, verbose = FALSE)
out$apparel <- list(coef = as.list(coef(plain)), logLik = as.numeric(logLik(plain)))
both <- c("Gender", "Channel")
fit <- pnbd(SetStaticCovariates(shop, data.cov.life = apparelStaticCov, names.cov.life = both,
                                data.cov.trans = apparelStaticCov, names.cov.trans = both),
            verbose = FALSE)
out$apparel_static <- list(coef = as.list(coef(fit)), se = as.list(sqrt(diag(vcov(fit)))),
                           logLik = as.numeric(logLik(fit)))
music <- clvdata(cdnow, date.format = "ymd", time.unit = "week", estimation.split = 38,
                 name.id = "Id", name.date = "Date", name.price = "Price")
fit <- pnbd(music, verbose = FALSE)
out$cdnow <- list(coef = as.list(coef(fit)), se = as.list(sqrt(diag(vcov(fit)))),
                  logLik = as.numeric(logLik(fit)))
write(toJSON(out, digits = NA, auto_unbox = TRUE, pretty = TRUE), "pareto_nbd.json")
