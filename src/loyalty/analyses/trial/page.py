"""What a reader sees of each finding, in order."""

from loyalty.analyses.trial import figures, tables, words

CHAPTER = "The instrument on trial"
PAGE = {
    "headline": [words.headline, tables.headline],
    "straight": [words.straight, tables.straight],
    "differences": [words.differences, tables.differences],
    "solutions": [words.solutions, tables.solutions],
    "cases": [tables.overview, figures.effects, words.gaps, words.case_, tables.case_],
}
