"""What a reader sees of each finding, in order."""

from loyalty.analyses.behaviour import figures, tables, words

CHAPTER = "Behaviour"
PAGE = {
    "rows": [tables.rows, words.rows],
    "survival": [figures.survival, words.survival],
    "win_back": [figures.win_back, tables.win_back, words.win_back],
    "segments": [tables.segments, words.segments],
    "returns": [figures.returns, words.returns],
    "model": [tables.model, words.model],
    "tracking": [figures.tracking],
    "holdout": [tables.holdout, words.holdout],
    "prediction": [figures.prediction, tables.prediction, words.prediction],
    "worth": [tables.worth, words.worth],
    "demand": [figures.demand, words.demand],
    "choices": [tables.choices, words.choices],
    "brands": [figures.brands],
    "duplication": [figures.duplication, words.duplication],
    "speed": [tables.speed, words.speed],
    "months": [tables.months, words.months],
    "programme": [tables.programme, words.programme],
    "uptake": [tables.uptake, words.uptake],
    "waves": [figures.waves, words.waves],
    "experiment": [tables.experiment, tables.balance, words.experiment],
    "recovered": [tables.recovered, words.recovered],
}
