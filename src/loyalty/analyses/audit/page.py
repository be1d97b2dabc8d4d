"""What a reader sees of each finding, in order."""

from loyalty.analyses.audit import figures, tables, words

CHAPTER = "Data audit"
PAGE = {
    "flow": [figures.flow, words.flow],
    "twins": [words.twins],
    "codes": [tables.codes, words.codes],
    "columns": [tables.columns, words.columns],
    "missing": [tables.missing, words.missing],
    "patterns": [tables.patterns, words.patterns],
    "little": [words.little],
    "careless": [tables.careless, words.careless],
    "agreement": [tables.agreement, words.agreement],
    "detection": [tables.detection, words.detection],
    "sensitivity": [tables.sensitivity, words.sensitivity],
    "shape": [figures.shape, words.shape],
    "normality": [words.normality],
    "sample": [tables.sample, words.sample],
    "quotas": [tables.quotas, words.quotas],
    "harman": [words.harman],
    "method": [tables.method, words.method],
    "marker": [words.marker],
}
