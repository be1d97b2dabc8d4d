# HTMT of weighted correlations. Run in this folder: Rscript make_resampling.R
# R 4.2, jsonlite; pupil i of data/hs.csv weighs 1, 2 or 4 in turn.
library(jsonlite)
hs <- read.csv("data/hs.csv")[, paste0("x", 1:9)]
r <- abs(cov.wt(hs, wt = rep_len(c(1, 2, 4), nrow(hs)), cor = TRUE)$cor)
scales <- list(visual = 1:3, textual = 4:6, speed = 7:9)
within <- sapply(scales, function(k) mean(r[k, k][lower.tri(r[k, k])]))
ratio <- function(a, b) mean(r[scales[[a]], scales[[b]]]) / sqrt(within[[a]] * within[[b]])
out <- list(textual_visual = ratio("textual", "visual"), speed_visual = ratio("speed", "visual"),
            speed_textual = ratio("speed", "textual"))
write_json(out, "resampling.json", auto_unbox = TRUE, digits = 15)
