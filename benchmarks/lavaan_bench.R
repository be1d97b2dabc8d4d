# One benchmark of lavaan, called by bench.py: Rscript lavaan_bench.R TASK DIRECTORY REPEATS
suppressMessages({library(lavaan); library(jsonlite)})
args <- commandArgs(TRUE); task <- args[1]; dir <- args[2]; repeats <- as.integer(args[3])
model <- paste(readLines(file.path(dir, "model.txt")), collapse="\n")
d <- read.csv(file.path(dir, "data.csv"))
clock <- function(f) { t <- proc.time()[["elapsed"]]; f(); proc.time()[["elapsed"]] - t }
times <- switch(task,
  fit = sapply(seq_len(repeats), function(k) clock(function() sem(model, d))),
  measures = sapply(seq_len(repeats), function(k) clock(function() fitMeasures(sem(model, d)))),
  bootstrap = { f <- sem(model, d)
    draws <- as.integer(args[4])
    sapply(seq_len(repeats), function(k) clock(function() bootstrapLavaan(f, R=draws, iseed=k)) / draws) },
  refits = { counts <- as.matrix(read.csv(file.path(dir, "counts.csv"), header=FALSE))
    out <- NULL; t <- c()
    f <- sem(model, d)
    for (k in seq_len(nrow(counts))) { idx <- rep(seq_len(nrow(d)), counts[k, ])
      t <- c(t, clock(function() g <<- sem(model, d[idx, ], se="none", test="none", baseline=FALSE, h1=FALSE)))
      out <- rbind(out, coef(g)) }
    write.csv(out, file.path(dir, "refits.csv"), row.names=FALSE); t },
  ladder = sapply(seq_len(repeats), function(k) clock(function() {
    for (e in list("", "loadings", c("loadings","intercepts"), c("loadings","intercepts","residuals")))
      sem(model, d, group="g", group.equal=e) })),
  wlsmv = sapply(seq_len(repeats), function(k) clock(function() sem(model, d, ordered=TRUE))),
  fiml = sapply(seq_len(repeats), function(k) clock(function() sem(model, d, missing="fiml"))))
write(toJSON(list(times=times), digits=8), file.path(dir, "times.json"))
