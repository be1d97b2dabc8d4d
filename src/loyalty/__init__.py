"""A reproducible multi-case study of customer loyalty.

Data flows one way: case description (:mod:`loyalty.study`) → rows (:mod:`loyalty.sources`) →
estimates (:mod:`loyalty.stats`, :mod:`loyalty.sem`) → result files (:mod:`loyalty.results`) →
tables, figures, sentences → report (:mod:`loyalty.report`, :mod:`loyalty.render`).
"""
