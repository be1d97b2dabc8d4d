"""Tables of printed figures and our own."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace as Row

from loyalty.analyses.published.beside import Ways
from loyalty.analyses.published.findings import (
    AnswerStatistics,
    FittedModels,
    Lag,
    ModelFigure,
    PanelModels,
    PathModels,
    PathOrR2,
    Printed,
    PurchaseModels,
    Reproduced,
    Statistic,
)
from loyalty.analyses.published.words import entry_of
from loyalty.estimates.verdicts import Doubts
from loyalty.ground.markdown import escape
from loyalty.ground.text import Text
from loyalty.shown import apa
from loyalty.shown.context import Case, arrow
from loyalty.shown.doubts import withheld
from loyalty.shown.table import Column, Table
from loyalty.shown.words import escaped, interval, join, number, spaced


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
    en = "; ".join(f"{escape(e.label.en)} [@{e.source}], {escape(e.place.en)}" for e in entries)
    zh = "；".join(
        f"{escape(e.label.zh)} [@{e.source}]，{spaced('见', escape(e.place.zh))}" for e in entries
    )
    return Text(en=f"Printed and computed anew: {en}.", zh=f"所刊数值与重算结果对照：{zh}。")


def _same(words: str) -> Text:
    return Text(en=words, zh=words)


#: How figures of one construct, or of an item, are called.
_SIGNS = {
    "r2": _same("R²"),
    "loading": Text(en="loading", zh="载荷"),
    "alpha": _same("α"),
    "rho_c": Text(en="composite reliability", zh="组合信度"),
    "ave": _same("AVE"),
}


def pls(found: PathModels, case: Case) -> Table:
    def figure(row: PathOrR2) -> Text:
        if row.source is None:
            item = row.kind == "loading"
            of, sign = _same(row.target) if item else case.label(row.target), _SIGNS[row.kind]
            return Text(en=f"{sign.en} · {of.en}", zh=f"{sign.zh} · {of.zh}")
        if row.moderator is None:
            return case.path(row.source, row.target)
        a, b = case.label(row.source), case.label(row.moderator)
        both = Text(en=f"{a.en} × {b.en}", zh=f"{a.zh} × {b.zh}")
        return arrow(both, case.label(row.target))

    def ml_interval(row: PathOrR2) -> Text | str:
        """Of the structural model's path, or why that is not to be relied upon."""
        why = withheld(doubted(row, case))
        if why is not None and row.ml is not None:
            return escaped(why)
        return interval(row.ml_ci_lower, row.ml_ci_upper)

    columns = [Column(figure, "Figure [printed]"), *_as_printed("PLS, anew")]
    if all(row.kind != "path" for row in found.figures):
        return Table(found.figures, columns, _caption(found.publications, case))
    of_rows = case.study.matrix is None
    columns += [
        *([Column(("ci_lower", "ci_upper"), "95 % interval")] if of_rows else []),
        Column(lambda r: None if doubted(r, case) else r.ml, "Covariance-based", "number"),
        Column(ml_interval, "95 % interval", "markdown"),
    ]
    return Table(found.figures, columns, _caption(found.publications, case), _note(found, case))


def doubted(row: PathOrR2, case: Case) -> Doubts:
    """What speaks against the structural model's own figure beside a printed one."""
    if row.kind == "path" and row.source is not None and row.moderator is None:
        return case.reliance.along((row.source, row.target))
    return case.reliance.whole


def _note(found: PathModels, case: Case) -> Text:
    """What the paths are of: of constructs where consistent PLS has corrected them."""
    corrected = all(
        e.pls and e.pls.consistent for e in (entry_of(p, case) for p in found.publications)
    )
    drawn = Text(en="PLS intervals: percentile bootstrap.", zh="PLS 的区间由百分位自助法得出。")
    if case.study.matrix is not None:
        drawn = Text(
            en="A matrix gives PLS no intervals: they resample rows.",
            zh="只有矩阵时，PLS 没有区间，因为区间须对原始数据重抽样。",
        )
    said = [
        drawn,
        Text(
            en=f"Covariance-based: standardized paths of this study's structural model, {apa.estimator(case).en}, a dash where it has no such path, and the reason where it may not be relied upon.",
            zh=f"“协方差模型”一栏为本研究结构模型的标准化路径，采用{apa.estimator(case).zh}估计；没有该路径时以破折号表示，不可采信时注明原因。",
        ),
        Text(
            en="Both are of constructs free of measurement error: consistent PLS corrects for it.",
            zh="两种路径均属于不含测量误差的构念，因为一致性 PLS 已校正测量误差。",
        )
        if corrected
        else Text(
            en="Both are standardized, but PLS paths are of weighted sums with their errors of measurement, the others of constructs without.",
            zh="两种路径均已标准化，但 PLS 路径是含测量误差的加权和之间的路径，协方差模型的路径则是不含误差的构念之间的路径。",
        ),
    ]
    if any(row.moderator is not None for row in found.figures):
        said.append(
            Text(
                en="The path of a product is the change of the first construct's path for one standard deviation more of the second; the covariance-based model here has no product, those stand among the moderations.",
                zh="乘积项的路径为第二个构念每高一个标准差时第一个构念的路径的变化；此处的协方差模型不含乘积项，相应结果见调节效应。",
            )
        )
    return join(said)


#: How figures of models are called.
_OF_MODELS = {
    "chisq": _same("χ²"),
    "df": _same("df"),
    "chisq_scaled": Text(en="χ² (scaled)", zh="χ²（校正）"),
    "chisq_scaling_factor": Text(en="scaling factor", zh="校正因子"),
    "logl": Text(en="log-likelihood", zh="对数似然"),
    "loading": Text(en="loading", zh="载荷"),
    "path": Text(en="path", zh="路径"),
    "correlation": Text(en="correlation", zh="相关系数"),
    "r2": _same("R²"),
    "ave": _same("AVE"),
    "rho_c": Text(en="composite reliability", zh="组合信度"),
    "rmsea_ci_lower": Text(en="RMSEA, lower 90 % bound", zh="RMSEA 90% 区间下限"),
    "rmsea_ci_upper": Text(en="RMSEA, upper 90 % bound", zh="RMSEA 90% 区间上限"),
}


def models(found: FittedModels, case: Case) -> Table:
    """Figures of covariance-based models, and how these were estimated."""
    constructs = {c.id for c in case.study.constructs}

    def figure(row: ModelFigure) -> Text:
        sign = _OF_MODELS.get(row.statistic) or _measure(row.statistic)
        labels = [case.label(n) if n in constructs else _same(n) for n in row.of]
        if not labels:
            return sign
        mark = {"path": " → ", "loading": " → ", "correlation": " – "}.get(row.statistic, "")
        en, zh = mark.join(t.en for t in labels), mark.join(t.zh for t in labels)
        return Text(en=f"{sign.en} · {en}", zh=f"{sign.zh} · {zh}")

    return Table(
        found.figures,
        [
            Column(figure, "Figure [printed]"),
            *_as_printed("Anew"),
            Column(("ci_lower", "ci_upper"), "95 % interval"),
        ],
        _caption(found.publications, case),
        _estimated(found, case),
    )


def _measure(name: str) -> Text:
    """A fit measure by its own name: ``cfi_robust`` as CFI (robust)."""
    measure, _, kind = name.partition("_")
    zh = {"robust": "稳健", "scaled": "校正"}.get(kind, kind)
    upper = measure.upper()
    return Text(en=f"{upper} ({kind})", zh=f"{upper}（{zh}）") if kind else _same(upper)


def _estimated(found: FittedModels, case: Case) -> Text:
    said = []
    for one in found.publications:
        model = entry_of(one, case).model
        assert model is not None
        rows = Text(en="full information, ", zh="完全信息估计，")
        if case.study.matrix is not None:
            rows = Text(en="of the matrix, ", zh="由矩阵估计，")
        elif model.missing == "listwise":
            rows = Text(en="complete rows, ", zh="只用完整作答，")
        said.append(
            Text(
                en=f"{'Measurement' if model.of == 'measurement' else 'Structural'} model, {model.estimator}, {rows.en}{'standardized' if model.standardized else 'unstandardized'} parameters.",
                zh=f"所列为{'测量' if model.of == 'measurement' else '结构'}模型的{'标准化' if model.standardized else '非标准化'}参数，{rows.zh}估计方法为 {model.estimator}。",
            )
        )
    return join(list(dict.fromkeys(said)))


#: What each step changes.
CHANGES = {
    "theirs": Text(en="as published", zh="如所刊"),
    "robust": Text(en="robust standard errors", zh="稳健标准误"),
    "estimator": Text(en="another estimator", zh="另一种估计法"),
    "answers": Text(en="all answers used", zh="使用全部答案"),
    "units": Text(en="clusters of respondents", zh="受访者的聚类"),
}


def ways(found: Ways, case: Case) -> Table:
    """A row a step of every path."""
    rows = [
        Row(path=case.path(way.from_, way.to), step=step)
        for way in found.rows
        for step in way.steps
    ]

    def told(row: Row) -> Text:
        change, by = CHANGES[row.step.change], row.step.estimator
        return Text(en=f"{change.en} ({by})", zh=f"{change.zh}（{by}）")

    return Table(
        rows,
        [
            Column("path", "Path"),
            Column(told, "Step"),
            Column(lambda r: number(r.step.n), "N", "markdown"),
            Column(lambda r: number(r.step.estimate), "β", "markdown"),
            Column(
                lambda r: interval(r.step.ci_lower, r.step.ci_upper), "95 % interval", "markdown"
            ),
        ],
        Text(
            en="Published paths step by step as this study estimates them.",
            zh="把所刊路径的估计方式逐步改为本研究的方式。",
        ),
        Text(
            en="Standardized; each step keeps those before it and changes one thing more.",
            zh="所列为标准化路径；每一步保留此前各步，只再改变一处。",
        ),
    )


#: How statistics of answers are called.
_STATISTICS = {
    "alpha": _same("α"),
    "htmt": _same("HTMT"),
    "correlation": Text(en="correlation", zh="相关系数"),
    "t": _same("t"),
    "coefficient": Text(en="coefficient", zh="回归系数"),
    "intercept": Text(en="intercept", zh="截距"),
    "r2": _same("R²"),
    "f": _same("F"),
    "kmo": _same("KMO"),
    "eigenvalue": Text(en="eigenvalue", zh="特征值"),
    "chi2": Text(en="χ², factors:", zh="χ²，因子数："),
    "pi": _same("CUB · π"),
    "xi": _same("CUB · ξ"),
    "log_likelihood": Text(en="CUB · log-likelihood", zh="CUB · 对数似然"),
}


def statistics(found: AnswerStatistics, case: Case) -> Table:
    def figure(row: Statistic) -> Text:
        sign = _STATISTICS[row.statistic]
        if row.at is not None:
            return Text(en=f"{sign.en} {row.at}", zh=spaced(sign.zh, str(row.at)))
        if not row.of:
            return sign
        labels = [case.label(c) for c in row.of]
        if row.statistic == "t":
            labels.append(next(g.label for g in case.study.groups if g.id == row.by))
        if row.statistic in ("alpha", "htmt", "correlation", "t"):
            en, zh = " – ".join(t.en for t in labels), "–".join(t.zh for t in labels)
            return Text(en=f"{sign.en} · {en}", zh=f"{sign.zh} · {zh}")
        outcome, *others = labels
        en, zh = " + ".join(t.en for t in others), " + ".join(t.zh for t in others)
        if row.statistic == "coefficient":
            by = case.label(row.by or "")
            sign = Text(en=f"{sign.en} of {by.en}", zh=f"{by.zh}的{sign.zh}")
        return Text(en=f"{sign.en} · {outcome.en} ~ {en}", zh=f"{sign.zh} · {outcome.zh} ~ {zh}")

    return Table(
        found.figures,
        [Column(figure, "Figure [printed]"), *_as_printed("Anew")],
        _caption(found.publications, case),
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


def panel(found: PanelModels, case: Case) -> Table:
    labels = {m.id: m.label for r in case.study.resources for m in r.measures}

    def effect(row: Lag) -> Text:
        sides = {"said": labels[row.said], "done": labels[row.done]}
        start, end = sides[row.of], sides[row.on]
        return Text(en=f"{start.en} → {end.en}, next wave", zh=f"{start.zh} → 下一期{end.zh}")

    people = number(found.people)
    return Table(
        found.figures,
        [
            Column(effect, "Figure [printed]"),
            *_as_printed("Anew"),
            Column(("ci_lower", "ci_upper"), "95 % interval", decimals=3),
        ],
        _caption(found.publications, case),
        Text(
            en=f"Lagged effects within people, unstandardized: random-intercept cross-lagged panel model of {people} people, full-information maximum likelihood.",
            zh=f"所列为个体内部的滞后效应，未标准化，取自 {people} 人的随机截距交叉滞后面板模型，以完全信息极大似然法估计。",
        ),
    )
