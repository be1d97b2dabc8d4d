"""Tables of what a matrix gives."""

from __future__ import annotations

from loyalty.analyses.matrix.findings import (
    Apart,
    Described,
    Drivers,
    Measured,
    NotDone,
    Scales,
    Structured,
)
from loyalty.ground.terms import term
from loyalty.ground.text import Text
from loyalty.shown.context import Case
from loyalty.shown.fit import PATH_VERDICTS
from loyalty.shown.table import Column, Table

#: The title of each analysis that needs rows.
CHAPTERS = {
    "audit": "Data audit",
    "descriptives": "Descriptives",
    "reliability": "Reliability and exploratory factor analysis",
    "measurement": "Confirmatory factor analysis and validity",
    "structural": "Structural model",
    "groups": "Groups",
    "robustness": "Robustness",
    "drivers": "What counts",
    "published": "Published results reproduced",
}
_INTERVAL = Column(("ci_lower", "ci_upper"), "95 % interval")


def given(found: Described, case: Case) -> Table:
    means = [Column("mean", "Mean")] if found.with_means else []
    return Table(
        found.rows,
        [
            Column("item", "Item"),
            Column(lambda r: case.label(r.construct), "Construct"),
            *means,
            Column("sd", "SD"),
        ],
        Text(
            en="The items of the matrix, as the models take them (reversed ones turned).",
            zh="矩阵中的题项（反向题已转换），即各模型所用者。",
        ),
    )


def scales(found: Scales, case: Case) -> Table:
    return Table(
        found.rows,
        [
            Column(lambda r: case.label(r.construct), "Construct"),
            Column("items", "Items"),
            Column("average_correlation", "Mean correlation"),
            Column("alpha", "α"),
            _INTERVAL,
            Column("cr", "CR"),
            Column("ave", "AVE"),
        ],
        Text(
            en="Reliability and convergent validity from the matrix.",
            zh="由矩阵计算的信度与收敛效度。",
        ),
        Text(
            en="α with Feldt's interval; CR and AVE from the standardized loadings of the measurement model.",
            zh="α 附 Feldt 区间；CR 与 AVE 由测量模型的标准化载荷计算。",
        ),
    )


def loadings(found: Measured, case: Case) -> Table:
    return Table(
        found.rows,
        [
            Column(lambda r: case.label(r.construct), "Construct"),
            Column("item", "Item"),
            Column("estimate", "Loading"),
            _INTERVAL,
        ],
        Text(
            en="Standardized loadings by maximum likelihood, with 95 % intervals.",
            zh="标准化载荷（极大似然估计）及 95% 区间。",
        ),
    )


def apart(found: Apart, case: Case) -> Table:
    return Table(
        found.rows,
        [
            Column(lambda r: case.label(r.a), "Construct"),
            Column(lambda r: case.label(r.b), "Other construct"),
            Column("htmt", "HTMT"),
            Column("htmt2", "HTMT2"),
            Column("correlation", "Correlation in the model"),
            _INTERVAL,
        ],
        Text(
            en="How far the constructs are apart: ratios of the items' correlations, and the correlations of the constructs in the measurement model.",
            zh="构念之间的区分：题项相关的比率，以及测量模型中构念之间的相关。",
        ),
    )


def paths(found: Structured, case: Case) -> Table:
    return Table(
        found.rows,
        [
            Column("id", "H"),
            Column(lambda r: case.path(r.from_, r.to), "Path"),
            Column("estimate", "β"),
            _INTERVAL,
            Column(lambda r: term(PATH_VERDICTS[r.verdict]), "Verdict"),
            Column("sign", "Sign", "sign"),
            Column("p", "p"),
        ],
        Text(
            en="Standardized paths by maximum likelihood, with 95 % intervals.",
            zh="标准化路径（极大似然估计）及 95% 区间。",
        ),
    )


def indirect(found: Structured, case: Case) -> Table | list[Text]:
    if not found.indirect:
        return []
    through = {e.id: e.through for e in case.study.effects}
    return Table(
        found.indirect,
        [
            Column("id", "Effect"),
            Column(lambda r: _through(through[r.id], case), "Path"),
            Column("estimate", "β"),
            _INTERVAL,
        ],
        Text(
            en="Standardized indirect effects with delta-method intervals.",
            zh="标准化间接效应及 delta 法区间。",
        ),
    )


def _through(names: list[str], case: Case) -> Text:
    labels = [case.label(name) for name in names]
    return Text(en=" → ".join(t.en for t in labels), zh=" → ".join(t.zh for t in labels))


def explained(found: Structured, case: Case) -> Table:
    return Table(
        found.explained,
        [Column(lambda r: case.label(r.variable), "Outcome"), Column("r2", "R²")],
        Text(
            en="Share of each outcome's variance that the paths explain.",
            zh="路径对各结果变量方差的解释比例。",
        ),
    )


def drivers(found: Drivers, case: Case) -> Table:
    return Table(
        found.rows,
        [
            Column(lambda r: case.label(r.outcome), "Outcome"),
            Column(lambda r: case.label(r.predictor), "Predictor"),
            Column("share", "Share"),
            Column("r2", "R²"),
        ],
        Text(
            en="Parts of what is explained of each outcome (LMG), from the correlations of the constructs.",
            zh="各预测构念在所解释方差中的份额（LMG），由构念之间的相关计算。",
        ),
    )


def not_done(found: NotDone, case: Case) -> Table:
    return Table(
        found.rows,
        [
            Column(lambda r: term(CHAPTERS[r.analysis]), "Analysis"),
            Column(lambda r: r.reason.text(case.labels), "Why not"),
        ],
        Text(en="What a matrix cannot be asked.", zh="矩阵无法回答的分析。"),
    )
