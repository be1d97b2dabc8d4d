"""What a reader sees of each finding, in order."""

from loyalty.analyses.published import tables, words

CHAPTER = "Published results reproduced"
PAGE = {
    "pls": [tables.pls, words.pls],
    "models": [tables.models, words.models],
    "ways": [tables.ways, words.ways],
    "statistics": [tables.statistics, words.statistics],
    "bg_nbd": [tables.bg_nbd, words.bg_nbd],
    "panel": [tables.panel, words.panel],
    "left": [words.left],
}
