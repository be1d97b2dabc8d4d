"""Figures of the structural model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.figure import Figure as Drawing

from loyalty.analyses.structural.findings import (
    Clustered,
    Latent,
    LatentTerm,
    Path,
    Paths,
    Slope,
)
from loyalty.analyses.structural.words import by_verdict, items_spoken, relied, spoken
from loyalty.estimates.verdicts import PathVerdict
from loyalty.ground.numbers import show
from loyalty.ground.terms import term
from loyalty.ground.text import Language, Text
from loyalty.shown import charts
from loyalty.shown.charts.arrows import Certainty
from loyalty.shown.context import Case
from loyalty.shown.figure import Figure
from loyalty.shown.units import units
from loyalty.shown.words import join, number

#: What is taken as independent, and what the fields of its interval begin with.
INDEPENDENT = {
    "respondents independent": "",
    "firms independent, t": "cluster_",
    "firms resampled": "boot_",
}
_CLUSTERS = {
    "respondents independent": "",
    "clusters independent, t": "cluster_",
    "clusters resampled": "boot_",
}


_CERTAINTY: Mapping[PathVerdict, Certainty] = {
    "supported": "clear",
    "contradicted": "against",
    "open": "open",
}


def _certainty(row: Path, case: Case) -> Certainty:
    return _CERTAINTY[row.verdict] if relied(row, case) else "doubted"


def _diagram(found: Paths, case: Case, language: Language, whole: bool) -> Drawing:
    """The paths; as a `whole` with the hypotheses' names and the items of each construct."""
    shares = () if case.reliance.whole else found.r2
    explained = {r.id: f"R² = {show(r.estimate, 'bounded')}" for r in shares}
    below = {
        c.id: [*filter(None, [explained.get(c.id)]), *(i.id for i in c.items if whole)]
        for c in case.study.structural
    }
    arrows = []
    for row in found.rows:
        said = [row.id] if whole else []
        said += [show(row.estimate, "bounded")] if relied(row, case) else []
        arrows.append(charts.Arrow(row.from_, row.to, "\n".join(said), _certainty(row, case)))
    return charts.path_diagram(
        {c.id: c.label.in_(language) for c in case.study.structural},
        arrows,
        below,
        [pair for pair in case.study.covariances if set(pair) <= below.keys()],
    )


def _lines(found: Paths, case: Case) -> Text:
    """What the lines of a path diagram mean; of kinds that it has."""
    kinds = {_certainty(row, case) for row in found.rows}
    named = {c.id for c in case.study.structural}
    keys = [
        ("clear" in kinds, "solid, the interval is clear of zero", "实线表示区间不含零"),
        ("against" in kinds, "orange, clear of zero against the hypothesis", "橙色表示与假设相反且区间不含零"),
        ("open" in kinds, "dashed, it holds zero", "虚线表示区间包含零"),
        ("doubted" in kinds, "dotted, not to be relied upon", "点线表示不可采信"),
        (any(set(pair) <= named for pair in case.study.covariances),
         "two heads, a (residual) covariance in the model", "双箭头表示模型中的（残差）协方差"),
    ]  # fmt: skip
    en = "; ".join(text for there, text, _ in keys if there)
    zh = "；".join(text for there, _, text in keys if there)
    return Text(
        en=f"Lines: {en}. Their weight says how certain a path is, not how large.",
        zh=f"{zh}。线条的粗细表示把握的大小，而非路径的大小。",
    )


def paths(found: Paths, case: Case) -> Figure:
    shown = Text(en="Structural model with standardized paths.", zh="结构模型与标准化路径。")
    return Figure(
        lambda language: _diagram(found, case, language, whole=False),
        join([shown, _lines(found, case)]),
        spoken(found, case),
        said=by_verdict(found, case),
    )


def whole_model(found: Paths, case: Case) -> Figure:
    shown = Text(
        en="The same model with the names of the hypotheses and the items of each construct; their loadings are in the chapter on measurement.",
        zh="同一模型，并标出假设编号及各构念的题项；载荷见测量模型一章。",
    )
    return Figure(
        lambda language: _diagram(found, case, language, whole=True),
        join([shown, _lines(found, case)]),
        items_spoken(case),
        folded=term("The model with items and hypotheses"),
    )


def clusters(found: Clustered, case: Case) -> Figure | None:
    """The paths that may be relied upon; None where none may."""
    read = [r for r in found.rows if relied(r, case)]
    if not read:
        return None
    independent = INDEPENDENT if case.study.cluster is None else _CLUSTERS

    def draw(language: Language) -> Drawing:
        rows = [
            {
                "label": f"{r.id} · {case.path(r.from_, r.to).in_(language)}",
                "estimate": r.estimate,
                "ci_lower": getattr(r, f"{name}ci_lower"),
                "ci_upper": getattr(r, f"{name}ci_upper"),
                "kind": term(kind).in_(language),
            }
            for kind, name in independent.items()
            for r in read
        ]
        label = term("Standardized path").in_(language)
        return charts.dots(pd.DataFrame(rows), label, group="kind")

    df, draws = number(found.df), number(found.resamples.drawn)
    unit = units(case)
    count, many = unit.counted(number(found.count)), unit.many
    return Figure(
        draw,
        Text(
            en=f"Paths with 95 % intervals that take respondents or {many.en} as independent: cluster-robust errors of {count.en}, with the factor √(G / (G − 1)) and Student's t with {df} degrees of freedom, and percentiles over {draws} resamples of {many.en}.",
            zh=f"路径及三种 95% 区间，依次为以受访者为独立单位的区间，以{many.zh}为独立单位的区间（{count.zh}的聚类稳健标准误，校正因子 √(G / (G − 1))，t 分布自由度 {df}），以及对{many.zh}重抽样 {draws} 次所得的百分位区间。",
        ),
        Text(
            en="Forest plot: for every path one estimate with three intervals.",
            zh="森林图，每条路径有一个估计值与三个区间。",
        ),
    )


def _line(slopes: Sequence[Slope]) -> pd.DataFrame:
    return pd.DataFrame([dict(slope) for slope in slopes])


def slopes(found: Latent, case: Case) -> Figure | None:
    """None where the solutions behind them may not be relied upon."""
    if case.reliance.whole:
        return None

    def draw(language: Language) -> Drawing:
        def panel(t: LatentTerm) -> tuple[pd.DataFrame, Sequence[float], str]:
            bounds = [bound for bound in (t.jn_lower, t.jn_upper) if bound is not None]
            return _line(t.curve), bounds, case.label(t.moderator).in_(language)

        def title(t: LatentTerm) -> str:
            start, end = (case.label(c).in_(language) for c in (t.from_, t.to))
            return f"{t.id} · {start} →\n{end}"

        return charts.slopes(
            {title(t): panel(t) for t in found.terms},
            term("Slope (standardized)").in_(language),
            term("Moderator, standard deviations from its mean").in_(language),
        )

    return Figure(
        draw,
        Text(
            en="How strong a path is along its moderator, between latent constructs, with 95 % bands; dashed lines are Johnson–Neyman bounds within two standard deviations.",
            zh="潜在构念之间的路径如何随调节变量而变，附 95% 置信带；虚线为两个标准差之内的 Johnson–Neyman 界。",
        ),
        Text(
            en="Small multiples: one line with its band for each hypothesis on moderation or bends; the table gives two points of each.",
            zh="分面图，每个调节或曲线效应假设各有一条线及其置信带；表中给出各线上的两个点。",
        ),
    )
