"""What a reader sees of each finding, in order."""

from loyalty.analyses.voice import figures, tables, words

CHAPTER = "The voice of the customer"
PAGE = {
    "texts": [tables.texts, words.texts],
    "themes": [figures.themes, tables.themes, words.themes],
    "overlap": [words.overlap],
    "words": [figures.words, words.words],
    "clusters": [figures.cluster_choice, tables.clusters, words.clusters],
    "quotes": [tables.quotes, words.quotes],
    "review_warning": [words.review_warning],
    "complaints": [words.complaints],
    "classes": [tables.classes, figures.impact, words.impact, words.classes],
    "funnel": [figures.funnel, words.funnel],
    "times": [figures.times, tables.times, words.times],
    "staying": [words.staying],
    "coming_back": [tables.coming_back, words.coming_back],
    "warning": [words.warning],
    "complaint_clusters": [tables.complaint_clusters, words.complaint_clusters],
}
