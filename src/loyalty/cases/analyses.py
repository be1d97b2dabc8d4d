"""Which notebooks a case goes through, by what it has."""

#: What every case with a survey goes through.
SURVEY = (
    "audit",
    "descriptives",
    "reliability",
    "measurement",
    "structural",
    "groups",
    "robustness",
    "drivers",
)
#: What a case goes through that has one of these kinds of table.
BESIDE = {
    "drivers": ("touchpoints",),
    "behaviour": ("transactions", "choices", "firm_panel", "waves", "experiment"),
    "voice": ("reviews", "complaints"),
    "failure": ("failures",),
}
#: What a survey goes through of which a matrix is known, and no rows.
MATRIX = "matrix"
#: What a case goes through that says what was printed elsewhere about its data.
PUBLISHED = "published"
#: What a case goes through that has what people say and what they do.
CONDUCT = "conduct"
PER_CASE = tuple(dict.fromkeys((*SURVEY, MATRIX, *BESIDE, CONDUCT, PUBLISHED)))
