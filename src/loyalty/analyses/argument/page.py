"""What a reader sees of each finding, in order."""

from loyalty.analyses.argument import figures, headlines, tables, words

CHAPTER = "The argument"
PAGE = {
    "answer": [
        headlines.answer,
        headlines.headline_satisfaction,
        headlines.headline_apart,
        headlines.headline_conduct,
        headlines.headline_voice,
        headlines.headline_claims,
    ],
    "exhibit": [figures.exhibit, words.exhibit],
    "known": [tables.known, headlines.known],
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
    "actions": [tables.actions, tables.advice, headlines.actions, headlines.advice],
}
