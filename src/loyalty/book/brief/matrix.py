"""Sentences of a brief about a matrix without rows."""

from __future__ import annotations

from loyalty.analyses.matrix import words
from loyalty.analyses.matrix.findings import Matrix
from loyalty.analyses.matrix.words import INDICES
from loyalty.book.brief.material import Grade, Headline, Material
from loyalty.ground.text import Text
from loyalty.ground.thresholds import threshold
from loyalty.shown.words import be, listed, number, text


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
    parts: dict[bool, list[Text]] = {True: [], False: []}
    for name in INDICES:
        value = getattr(found.fit, name)
        one = f"{name.upper()} ({number(value, 'bounded', 3)})"
        parts[value is not None and threshold(name).met(value)].append(text(one, one))
    met, missed = listed(parts[True]), listed(parts[False])
    if not parts[False]:
        said = text(
            f"The measurement model fits by its indices: {met.en} reach their cut-offs.",
            f"测量模型的各项指标均达到标准，分别为 {met.zh}。",
        )
    elif not parts[True]:
        said = text(
            f"The measurement model does not fit by its indices: {missed.en} miss their cut-offs.",
            f"测量模型的各项指标均未达到标准，分别为 {missed.zh}。",
        )
    else:
        said = text(
            f"The indices of the measurement model do not agree: within the cut-off {be(len(parts[True]))} {met.en}, beyond it {missed.en}.",
            f"测量模型的各项指标并不一致：达到标准的有 {met.zh}，未达到的有 {missed.zh}。",
        )
    return Headline([said], data.grade("low"), "matrix")
