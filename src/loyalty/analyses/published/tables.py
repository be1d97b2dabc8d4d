"""Tables of printed figures and our own."""

from __future__ import annotations

from collections.abc import Sequence

from loyalty.analyses.published.findings import (
    PathModels,
    PathOrR2,
    Printed,
    PurchaseModels,
    Reproduced,
)
from loyalty.analyses.published.words import entry_of
from loyalty.ground.text import Text
from loyalty.shown.context import Case
from loyalty.shown.table import Column, Table
from loyalty.shown.words import number


def _as_printed(heading_of_ours: str) -> list[Column]:
    """Both figures to the decimals that are printed."""

    def printed(row: Printed) -> str:
        return number(row.printed, "number", row.decimals)

    def ours(row: Printed) -> str:
        return number(row.estimate, "number", row.decimals)

    return [
        Column(printed, "Printed [elsewhere]", "markdown"),
        Column(ours, heading_of_ours, "markdown"),
    ]


def _caption(publications: Sequence[Reproduced], case: Case) -> Text:
    """What is compared, and where it was printed."""
    entries = [entry_of(found, case) for found in publications]
    en = "; ".join(f"{e.label.en} [@{e.source}], {e.place.en}" for e in entries)
    zh = "；".join(f"{e.label.zh} [@{e.source}]，{e.place.zh}" for e in entries)
    return Text(en=f"Printed and computed anew: {en}.", zh=f"所刊与重算：{zh}。")


def pls(found: PathModels, case: Case) -> Table:
    def figure(row: PathOrR2) -> Text:
        if row.source is None:
            target = case.label(row.target)
            sign = {"r2": "R²", "alpha": "α", "ave": "AVE"}[row.kind]
            return Text(en=f"{sign} · {target.en}", zh=f"{sign} · {target.zh}")
        return case.path(row.source, row.target)

    return Table(
        found.figures,
        [
            Column(figure, "Figure [printed]"),
            *_as_printed("PLS, anew"),
            Column(("ci_lower", "ci_upper"), "95 % interval"),
            Column("ml", "Covariance-based"),
            Column(("ml_ci_lower", "ml_ci_upper"), "95 % interval"),
        ],
        _caption(found.publications, case),
        Text(
            en="PLS intervals: percentile bootstrap. Covariance-based: standardized paths of this study's structural model, robust maximum likelihood, a dash where it has no such path. Both are standardized, but PLS paths are of weighted sums with their errors of measurement, the others of constructs without.",
            zh="PLS 区间：百分位自助法。协方差模型：本研究结构模型的标准化路径（稳健极大似然），无此路径处为破折号。两者均已标准化，但 PLS 路径属于含测量误差的加权和，后者属于不含误差的构念。",
        ),
    )


def bg_nbd(found: PurchaseModels, case: Case) -> Table:
    return Table(
        found.figures,
        [
            Column("parameter", "Figure [printed]"),
            *_as_printed("Anew"),
            Column(("ci_lower", "ci_upper"), "95 % interval", decimals=3),
        ],
        _caption(found.publications, case),
    )
