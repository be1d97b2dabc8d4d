"""What a reader sees of each finding, in order."""

from loyalty.analyses.groups import figures, tables, words

CHAPTER = "Groups"
PAGE = {
    "invariance": [tables.invariance, words.invariance],
    "released": [tables.released, words.released],
    "latent_means": [figures.latent_means, tables.largest_means, words.latent_means],
    "paths": [figures.paths, tables.differences, words.differences],
    "pairs": [tables.path_pairs, words.path_pairs],
    "means": [tables.means, figures.pairs, words.means],
    "others": [tables.others, words.others],
    "icc": [tables.icc, words.icc],
    "importance": [figures.importance, tables.importance, words.importance],
    "maps": [figures.maps, tables.maps_improve, words.maps],
}
