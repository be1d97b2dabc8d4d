"""What a reader sees of each finding, in order."""

from loyalty.analyses.failure import figures, tables, words

CHAPTER = "After a service failure"
PAGE = {
    "rows": [words.rows],
    "determinants": [figures.determinants, tables.determinants, words.determinants],
    "interaction": [words.interaction],
    "paradox": [tables.paradox, words.paradox],
    "recoveries": [figures.paradox],
    "severity": [words.severity],
}
