"""What a reader sees of each finding, in order."""

from loyalty.analyses.synthesis import figures, tables, words

CHAPTER = "Synthesis"
PAGE = {
    "glance": [tables.glance, words.glance],
    "tables": [tables.tables, words.tables],
    "matrix": [tables.matrix, words.matrix],
    "real_paths": [figures.paths, words.paths],
    "votes": [tables.votes, words.votes],
    "pooled": [tables.pooled, words.pooled],
    "pooled_simulated": [tables.pooled_simulated, words.pooled_simulated],
    "moderators": [tables.moderators, words.moderators],
    "backbone": [tables.correlations, tables.backbone, words.backbone],
    "evidence": [tables.evidence, figures.evidence, words.evidence],
    "industries": [tables.industries, words.industries],
    "sectors": [tables.sectors, words.sectors],
    "checks": [tables.checks, words.checks],
    "held": [tables.held, words.held],
    "first": [tables.first, words.first],
    "one_point": [tables.one_point, words.one_point],
    "worth": [tables.worth, words.worth],
}
