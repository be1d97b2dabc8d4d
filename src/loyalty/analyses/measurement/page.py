"""What a reader sees of each finding, in order."""

from loyalty.analyses.measurement import figures, tables, words

CHAPTER = "Confirmatory factor analysis and validity"
PAGE = {
    "fit": [tables.fit, words.fit],
    "solution": [words.paragraph],
    "observed": [words.observed],
    "dynamic": [figures.dynamic, words.dynamic, tables.dynamic, words.dynamic_cuts],
    "loadings": [figures.loadings, words.loadings],
    "convergent": [tables.convergent, words.convergent],
    "htmt": [figures.htmt, words.htmt, tables.close_pairs, words.htmt2],
    "shared_variance": [tables.shared_variance, words.shared_variance],
    "single_items": [tables.single_items],
    "weights": [tables.weights, words.weights],
    "models": [tables.models, words.models],
    "merged": [tables.merged, words.merged],
    "second_order": [],
    "residuals": [figures.residuals, words.residuals, tables.residuals, words.large_residuals],
    "misfit": [tables.misfit, words.misfit],
    "respecification": [words.respecification],
}
