"""What a reader sees of each finding, in order."""

from loyalty.analyses.descriptives import figures, tables, words

CHAPTER = "Descriptives"
PAGE = {
    "weights": [tables.weights, words.weights],
    "answers": [figures.answers, words.answers],
    "items": [tables.items, words.items],
    "index": [figures.index, words.index],
    "scales": [tables.scales, words.scales],
    "correlations": [figures.correlations, words.correlations],
    "nps": [words.nps],
    "csat": [words.csat],
    "groups": [figures.standing, words.standing, tables.groups, words.groups],
    "indices": [figures.indices, words.indices],
    "boxes": [figures.boxes, words.boxes],
    "details": [tables.details, words.details],
}
