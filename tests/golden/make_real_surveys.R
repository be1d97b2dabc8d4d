# Values of lavaan 0.7-3 on the real surveys, whose rows are not in the repository.
# Rscript make_real_surveys.R FOLDER (with the files acsi.csv, univer.csv, reputation2.csv,
# switching.csv, csibank.csv, service.csv)
library(lavaan)
folder <- commandArgs(TRUE)[1]
read <- function(name) read.csv(file.path(folder, paste0(name, ".csv")))
acsi <- read("acsi")
rated <- c("OVERALLX", "CUSTOMX", "WRONGX", "OVERALLQ", "CUSTOMQ", "WRONGQ", "PQ", "QP",
           "SATIS", "CONFIRM", "IDEAL", "REPUR")
for (v in rated) acsi[[v]][acsi[[v]] > 10 | acsi[[v]] < 1] <- NA
measurement <- "E =~ OVERALLX+CUSTOMX+WRONGX\nQ =~ OVERALLQ+CUSTOMQ+WRONGQ\nV =~ PQ+QP\nS =~ SATIS+CONFIRM+IDEAL"
structure <- paste0(measurement, "\nQ ~ E\nV ~ E+Q\nS ~ E+Q+V\nREPUR ~ S")
service <- "s =~ informat+willingn+officeho+compete+global"
levels <- list(config = "", metric = "loadings", scalar = c("loadings", "intercepts"),
               strict = c("loadings", "intercepts", "residuals"))
fits <- list(
  acsi_cfa_mlr_fiml = cfa(measurement, acsi, estimator = "MLR", missing = "fiml"),
  acsi_cfa_mlr_listwise = cfa(measurement, acsi, estimator = "MLR"),
  acsi_sem_mlr_fiml = sem(structure, acsi, estimator = "MLR", missing = "fiml"),
  guidance_wlsmv = cfa(service, read("univer"), ordered = TRUE),
  guidance_users_scalar = cfa(service, read("univer"), estimator = "MLR", group = "freqserv",
                              group.equal = c("loadings", "intercepts")),
  guidance_faculty_cluster = cfa(service, read("univer"), estimator = "MLR", cluster = "faculty"),
  reputation2_cfa = cfa("COMP =~ comp_1+comp_2+comp_3\nLIKE =~ like_1+like_2+like_3\nCUSL =~ cusl_1+cusl_2+cusl_3",
                        read("reputation2"), estimator = "MLR")
)
# Switching with the answers past its scale as they stand; of the banks and the service points
# only what is printed to three digits is kept.
fits$switching_cfa <- cfa("INV =~ INV1+INV2+INV3+INV4\nSAT =~ SAT1+SAT2+SAT3\nINT =~ INT1+INT2",
                          read("switching"), estimator = "MLR")
block <- function(name, prefix, n) paste0(name, " =~ ", paste0(prefix, n, collapse = "+"))
bank <- paste(block("IMAG", "imag", 1:6), block("EXPE", "expe", 1:4), block("QUAL", "qual", 1:7),
              block("VAL", "val", 1:4), block("SAT", "sat", 1:3), block("LOY", "loy", 1:3), sep = "\n")
fits$bank_cfa <- cfa(bank, read("csibank"), estimator = "MLR")
for (level in c("config", "metric", "scalar"))
  fits[[paste0("bank_gender_", level)]] <- cfa(bank, read("csibank"), estimator = "MLR",
    group = "Gender", group.equal = levels[[level]])
fits$service_cfa <- cfa(paste(block("S", "p5_", 1:11), block("P", "p7_", 1:7), sep = "\n"),
                        read("service"), estimator = "MLR")
for (level in names(levels))
  fits[[paste0("acsi_industry_", level)]] <- cfa(measurement, acsi, estimator = "MLR",
    missing = "fiml", group = "INDUSTRY", group.equal = levels[[level]])
for (name in names(fits)) {
  cat(name, "\n")
  print(fitMeasures(fits[[name]], c("chisq", "df", "chisq.scaled", "cfi", "cfi.robust", "rmsea",
                                    "rmsea.robust", "srmr", "logl")), digits = 10)
  print(parameterEstimates(fits[[name]])[, c("lhs", "op", "rhs", "est", "se")], digits = 8)
}
