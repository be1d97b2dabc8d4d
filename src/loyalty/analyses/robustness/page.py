"""What a reader sees of each finding, in order."""

from loyalty.analyses.robustness import figures, tables, words

CHAPTER = "Robustness"
PAGE = {
    "curve": [figures.curve, tables.specifications, words.curve],
    "missing": [words.missing],
    "power": [tables.power, words.power],
}
