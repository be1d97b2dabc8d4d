"""What a reader sees of each finding, in order."""

from loyalty.analyses.drivers import figures, tables, words

CHAPTER = "What counts"
PAGE = {
    "shares": [figures.shares, tables.shares, words.shares],
    "by_group": [tables.by_group, words.by_group],
    "weights": [figures.weights, tables.weights, words.weights],
    "necessity": [tables.necessity, tables.combined, words.necessity],
    "bottleneck": [tables.bottleneck, words.bottleneck],
    "thresholds": [tables.thresholds, words.thresholds],
    "satisfied": [figures.satisfied, tables.satisfied, words.satisfied],
    "journey": [figures.journey, tables.journey, words.journey, figures.journey_by_level],
    "channels": [tables.channels, words.channels],
    "recommendations": [tables.recommendations, tables.places, words.recommendations],
}
