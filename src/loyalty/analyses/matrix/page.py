"""What a reader sees of each finding, in order."""

from loyalty.analyses.matrix import tables, words

CHAPTER = "From the matrix alone"
PAGE = {
    "given": [words.given, tables.given],
    "observed": [words.observed],
    "scales": [tables.scales, words.scales],
    "measured": [words.measured, tables.loadings],
    "apart": [tables.apart, words.apart],
    "structured": [words.structured, tables.paths, tables.indirect, tables.explained],
    "composites": [
        words.composites,
        tables.composites,
        tables.weights,
        tables.quality,
        tables.beside,
    ],
    "factors": [words.factors, tables.factors],
    "drivers": [tables.drivers, words.drivers],
    "not_done": [words.not_done],
}
