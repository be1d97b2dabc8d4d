"""What a reader sees of each finding, in order."""

from loyalty.analyses.reliability import figures, tables, words

CHAPTER = "Reliability and exploratory factor analysis"
PAGE = {
    "scales": [
        tables.alpha,
        words.alpha,
        words.omega,
        words.ordinal,
        figures.coefficients,
        words.coefficients,
    ],
    "items": [tables.item_total, words.item_total],
    "groups": [figures.groups, words.groups],
    "adequacy": [tables.kmo, words.kmo],
    "factors": [figures.scree, words.factors, tables.factor_counts, words.factor_counts],
    "solution": [figures.loadings, words.efa, words.communality],
    "solutions": [tables.solutions, words.solutions],
    "plan": [tables.plan, words.plan],
    "general": [tables.general, words.general],
    "second": [tables.second, words.second],
}
