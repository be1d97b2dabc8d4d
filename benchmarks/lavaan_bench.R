# The jobs of bench.py in lavaan: Rscript lavaan_bench.R FOLDER SECONDS REPEATS
# A line of versions, then for each job the median processor seconds.
suppressMessages({library(lavaan); library(jsonlite)})
args <- commandArgs(TRUE); folder <- args[1]; enough <- as.numeric(args[2]); most <- as.numeric(args[3])
cat(toJSON(list(R=paste(R.version$major, R.version$minor, sep="."),
                lavaan=as.character(packageVersion("lavaan")),
                psych=as.character(packageVersion("psych"))), auto_unbox=TRUE), "\n", sep="")
whole <- function(f) { parameterEstimates(f, standardized=TRUE); fitMeasures(f) }
ladder <- function(model, d) {
  fits <- lapply(list("", "loadings", c("loadings", "intercepts"), c("loadings", "intercepts", "residuals")),
                 function(e) sem(model, d, group="g", group.equal=e))
  lapply(fits, fitMeasures); do.call(lavTestLRT, fits) }
clock <- function(f) { t <- proc.time(); f(); sum((proc.time() - t)[c("user.self", "sys.self")]) }
jobs <- fromJSON(file.path(folder, "jobs.json"))
for (k in seq_len(nrow(jobs))) {
  model <- jobs$model[k]; d <- read.csv(file.path(folder, jobs$file[k]))
  fit <- parse(text=sub(", )", ")", paste0("sem(model, d, ", jobs$options[k], ")"), fixed=TRUE))
  call <- parse(text=jobs$call[k])
  if (length(call)) f <- eval(fit)
  once <- function() clock(function() if (length(call)) eval(call) else whole(eval(fit)))
  times <- suppressWarnings(once())
  if (times < enough) times <- suppressWarnings(once())
  while (sum(times) < enough && length(times) < most) times <- c(times, suppressWarnings(once()))
  cat(median(times), "\n", sep="")
}
