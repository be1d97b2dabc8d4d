"""Tables of what a matrix gives."""

from __future__ import annotations

from loyalty.analyses.matrix.composites import Beside, Composites
from loyalty.analyses.matrix.factors import Factors
from loyalty.analyses.matrix.findings import (
    Apart,
    Described,
    Drivers,
    Measured,
    Pair,
    Scales,
    Structured,
)
from loyalty.ground.numbers import DASH
from loyalty.ground.terms import term
from loyalty.ground.text import Text
from loyalty.shown.context import Case
from loyalty.shown.fit import PATH_VERDICTS
from loyalty.shown.table import Column, Table
from loyalty.shown.words import escaped, names, pair

SCHEMES = {
    "path": Text(en="path", zh="路径"),
    "centroid": Text(en="centroid", zh="质心"),
    "factorial": Text(en="factorial", zh="因子"),
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
            *([] if found.unscaled else [Column("sd", "SD")]),
        ],
        Text(
            en="The items of the matrix, as the models take them (reversed ones turned).",
            zh="矩阵中的题项，即各模型所用的题项（反向题已反向计分）。",
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
            zh="由矩阵计算的信度与聚合效度。",
        ),
        Text(
            en="α of standardized items with Feldt's interval; CR and AVE from the standardized loadings of the measurement model.",
            zh="标准化题项的 α 附 Feldt 区间；CR 与 AVE 由测量模型的标准化载荷计算。",
        )
        if found.unscaled
        else Text(
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
            Column(lambda r: pair(r.a, r.b, case), "Pair [of constructs]"),
            Column("htmt", "HTMT"),
            Column("htmt2", "HTMT2"),
            Column("correlation", "r"),
            _INTERVAL,
            Column(_distinct, "Below √AVE"),
        ],
        Text(
            en="How far the constructs are apart: ratios of the items' correlations, and the correlations of the constructs in the measurement model (*r*).",
            zh="构念之间的区分程度，包括题项相关的比率，以及测量模型中构念之间的相关（*r*）。",
        ),
        _FORNELL,
    )


_FORNELL = Text(
    en="Below √AVE: the correlation is below the square roots of both constructs' AVE [@fornell1981]; a dash where one of them has none.",
    zh="“低于 √AVE”指相关低于两个构念各自 AVE 的平方根 [@fornell1981]；任一构念没有 AVE 时以破折号表示。",
)


def _distinct(row: Pair | Beside) -> Text:
    if row.distinct is None:
        return Text(en=DASH, zh=DASH)
    return term("yes" if row.distinct else "no")


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
            zh="各结果变量的方差由路径解释的比例。",
        ),
    )


def drivers(found: Drivers, case: Case) -> Table:
    return Table(
        found.rows,
        [
            Column(lambda r: case.label(r.outcome), "Outcome"),
            Column(lambda r: case.label(r.predictor), "Predictor"),
            Column("share", "LMG"),
            Column("johnson", "Johnson"),
            Column("r2", "R²"),
        ],
        Text(
            en="Parts of what is explained of each outcome, from the correlations of the constructs in the measurement model.",
            zh="各预测构念在各结果的解释方差中的份额，由测量模型中构念之间的相关算得。",
        ),
    )


def weights(found: Composites, case: Case) -> Table:
    return Table(
        found.outer,
        [
            Column(lambda r: case.label(r.construct), "Construct"),
            Column("item", "Item"),
            Column("weight", "Weight"),
            Column("loading", "Loading"),
        ],
        Text(
            en="PLS: what each item weighs in its composite, and how it loads on it.",
            zh="PLS 模型中各题项在组合变量中的权重与载荷。",
        ),
        _how(found, case),
    )


def _how(found: Composites, case: Case) -> Text:
    """How the PLS model was estimated."""
    scheme = SCHEMES[found.scheme]
    modes = names([escaped(case.label(c)) for c in found.mode_b])
    en, zh = f"{scheme.en} weighting scheme", f"{scheme.zh}加权方案"
    if found.mode_b:
        en += f"; regression weights (mode B): {modes.en}, all others correlation weights (mode A)"
        zh += f"；{modes.zh}采用回归权重（模式 B），其余采用相关权重（模式 A）"
    if found.consistent:
        en += "; consistent (PLSc)"
        zh += "；采用一致性 PLS（PLSc）"
    return Text(en=f"{en[0].upper()}{en[1:]}.", zh=f"{zh}。")


def quality(found: Composites, case: Case) -> Table:
    return Table(
        found.quality,
        [
            Column(lambda r: case.label(r.construct), "Construct"),
            Column("alpha", "α"),
            Column("rho_a", "ρA"),
            Column("rho_c", "CR"),
            Column("ave", "AVE"),
            Column("r2", "R²"),
        ],
        Text(
            en="PLS: reliability, AVE and R² of the composites.",
            zh="PLS 模型中各组合变量的信度、AVE 与 R²。",
        ),
        Text(
            en="α of standardized items. Neither a single item nor a composite with regression weights has a reliability here.",
            zh="α 按标准化题项计算。单个题项与采用回归权重的组合变量，此处均不计算信度。",
        ),
    )


def composites(found: Composites, case: Case) -> Table:
    return Table(
        found.paths,
        [
            Column("id", "H"),
            Column(lambda r: case.path(r.from_, r.to), "Path"),
            Column("estimate", "β"),
            Column("total", "Total effect"),
            Column("sign", "Sign", "sign"),
        ],
        Text(
            en="PLS: standardized paths, and total effects along all of them.",
            zh="PLS 模型的标准化路径及沿各路径的总效应。",
        ),
    )


def beside(found: Composites, case: Case) -> Table:
    return Table(
        found.pairs,
        [
            Column(lambda r: pair(r.a, r.b, case), "Pair [of constructs]"),
            Column("correlation", "r"),
            Column(_distinct, "Below √AVE"),
        ],
        Text(en="PLS: correlations of the composites.", zh="PLS 模型中组合变量之间的相关。"),
        _FORNELL,
    )


def factors(found: Factors, case: Case) -> Table:
    """The loadings, items in the order of the constructs."""

    def loading(factor: str) -> Column:
        return Column(lambda r: r.loadings[factor], Text(en=factor, zh=factor), "bounded")

    return Table(
        found.rows,
        [
            Column(lambda r: case.label(r.construct), "Construct"),
            Column("item", "Item"),
            *(loading(factor) for factor in found.rows[0].loadings),
            Column("communality", "Communality"),
        ],
        Text(
            en="Exploratory factors: pattern loadings (minres, oblimin).",
            zh="探索性因子的模式载荷（minres，oblimin）。",
        ),
    )
