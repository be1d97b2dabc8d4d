"""What a reader sees of each finding, in order."""

from loyalty.analyses.argument import figures, words

CHAPTER = "The argument"
PAGE = {
    "exhibit": [figures.exhibit, words.exhibit],
}
