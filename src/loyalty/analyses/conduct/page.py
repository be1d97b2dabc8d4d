"""What a reader sees of each finding, in order."""

from loyalty.analyses.conduct import figures, tables, words

CHAPTER = "What people say and what they do"
PAGE = {
    "rows": [words.rows],
    "joins": [tables.joins, words.joins],
    "effects": [figures.effects, tables.effects, words.effects],
    "staying": [tables.staying, words.staying],
    "foretold": [figures.foretold, tables.foretold, tables.differences, words.foretold],
    "tone": [tables.tone, words.tone],
    "emotion": [figures.emotion, tables.emotion, tables.emotion_differences, words.emotion],
    "segments": [tables.segments, words.segments],
    "leaving": [words.leaving],
    "worth": [tables.worth, words.worth],
    "reported": [words.reported],
    "panel": [tables.panel, words.panel],
    "growth": [tables.trends, tables.carried, words.growth],
    "moves": [tables.moves, tables.attached, words.moves],
    "lapse": [tables.lapse, words.lapse],
    "lapse_foretold": [tables.lapse_foretold, tables.lapse_differences, words.lapse_foretold],
    "followed": [tables.followed, words.followed],
    "after": [tables.after, words.after],
    "stays": [tables.stays, words.stays],
    "after_foretold": [
        tables.after_foretold,
        tables.after_differences,
        words.after_foretold,
    ],
    "use": [tables.use, words.use],
}
