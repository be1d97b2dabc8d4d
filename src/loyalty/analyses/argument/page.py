"""What a reader sees of each finding, in order."""

from loyalty.analyses.argument import figures, tables, words

CHAPTER = "The argument"
PAGE = {
    "answer": [
        words.answer,
        words.headline_satisfaction,
        words.headline_apart,
        words.headline_conduct,
        words.headline_voice,
        words.headline_claims,
    ],
    "exhibit": [figures.exhibit, words.exhibit],
    "known": [tables.known, words.known],
    "surveys": [tables.surveys, words.surveys, tables.sampling],
    "constructs": [
        figures.pairs,
        tables.constructs,
        words.constructs,
        tables.merged,
        words.tensions,
    ],
    "paths": [tables.counts, tables.pooled, words.paths],
    "satisfied": [tables.satisfied, words.satisfied],
    "differences": [tables.differences, tables.apart, words.differences],
    "otherwise": [tables.otherwise, words.otherwise],
    "conduct": [
        tables.returning,
        words.returning,
        words.forecasts,
        tables.brands,
        words.brands,
    ],
    "foretold": [tables.foretold, words.foretold],
    "voice": [figures.themes, words.voice],
    "claims": [tables.sources, tables.failures, tables.claims, words.claims],
    "actions": [tables.actions, words.actions],
}
