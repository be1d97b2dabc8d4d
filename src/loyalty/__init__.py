"""A reproducible multi-case study of customer loyalty.

Data flows one way: a case (:mod:`loyalty.cases`) → findings (:mod:`loyalty.analyses`, with
:mod:`loyalty.stats` and :mod:`semfit`) → tables, figures, sentences (:mod:`loyalty.shown`) →
the book (:mod:`loyalty.book`, :mod:`loyalty.render`).
"""
