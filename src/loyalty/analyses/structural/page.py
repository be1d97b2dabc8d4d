"""What a reader sees of each finding, in order."""

from loyalty.analyses.structural import figures, tables, words

CHAPTER = "Structural model"
PAGE = {
    "whole": [words.whole],
    "fit": [words.fit],
    "paths": [figures.paths, figures.whole_model, tables.paths, words.paths],
    "solution": [words.paragraph],
    "composed": [tables.composed, words.composed],
    "clusters": [figures.clusters, words.clusters],
    "effects": [tables.effects, words.effects],
    "contrasts": [tables.contrasts, words.contrasts],
    "totals": [tables.totals, words.totals],
    "competing": [tables.competing, words.competing],
    "moderation": [tables.moderation, words.moderation],
    "latent": [figures.slopes, tables.slopes, words.latent],
    "questions": [tables.questions, words.questions],
    "semopy": [tables.semopy, words.semopy],
}
