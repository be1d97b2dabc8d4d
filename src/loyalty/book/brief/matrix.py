"""Sentences of a brief about a matrix without rows."""

from __future__ import annotations

from loyalty.analyses.matrix import words
from loyalty.analyses.matrix.findings import Matrix
from loyalty.book.brief.material import Grade, Headline, Material
from loyalty.ground.thresholds import threshold
from loyalty.shown.words import number, text


def paths(data: Material) -> Headline | None:
    """The path that the study is about, from the matrix alone."""
    found = data.one("matrix", Matrix, "structured")
    focal = data.study.focal
    if found is None or focal is None:
        return None
    row = next(row for row in found.rows if row.id == focal.id)
    said = words.path(found, data.case, focal.id)
    if said is None or found.fit.problems:
        return None
    grade: Grade = "none" if row.verdict == "open" else "low"
    return Headline([said], data.grade(grade), "matrix")


def fit(data: Material) -> Headline | None:
    """Whether the measurement model of the matrix fits."""
    found = data.one("matrix", Matrix, "measured")
    if found is None or found.fit.problems or found.fit.cfi is None or found.fit.df == 0:
        return None
    cfi, srmr = number(found.fit.cfi, "bounded", 3), number(found.fit.srmr, "bounded", 3)
    both = all(threshold(name).met(getattr(found.fit, name)) for name in ("cfi", "srmr"))
    en, zh = ("reach", "均达到标准") if both else ("do not both reach", "未同时达到标准")
    said = text(
        f"CFI ({cfi}) and SRMR ({srmr}) of the measurement model {en} their cut-offs.",
        f"测量模型的 CFI（{cfi}）与 SRMR（{srmr}）{zh}。",
    )
    return Headline([said], data.grade("low"), "matrix")
