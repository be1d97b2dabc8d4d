"""Sentences on what a matrix gives."""

from __future__ import annotations

from loyalty.analyses.matrix.composites import Composites
from loyalty.analyses.matrix.factors import Factors
from loyalty.analyses.matrix.findings import (
    Apart,
    Described,
    Drivers,
    Measured,
    NotDone,
    Scales,
    Structured,
)
from loyalty.estimates.solution import Observed, Solution
from loyalty.ground.markdown import escape
from loyalty.ground.text import Text
from loyalty.ground.thresholds import threshold
from loyalty.shown.context import Case
from loyalty.shown.fit import fit, judged
from loyalty.shown.words import among, be, counted, cut, equals, estimate, names, number, text

INDICES = ("cfi", "tli", "rmsea", "srmr")
_KINDS = {
    "covariance": text("a covariance matrix", "协方差矩阵"),
    "correlation": text("a correlation matrix with standard deviations", "相关矩阵与标准差"),
}
_UNSCALED = text("a correlation matrix", "相关矩阵")


def observed(found: Observed, case: Case) -> Text:
    """Where the moments stand."""
    return Text(
        en="The moments as they were analysed, items worded in reverse turned, stand in the appendix and its files.",
        zh="分析所用的矩（反向题已反向计分）见附录及所附文件。",
    )


def given(found: Described, case: Case) -> list[Text]:
    kind = _UNSCALED if found.unscaled else _KINDS[found.kind]
    n, items = number(found.n), number(found.items)
    if not case.study.main:
        return [
            text(
                f"Nothing but {kind.en} of {items} items is known here, of {n} respondents: all below follows from {number(found.moments)} moments. Intervals from resampling need the rows.",
                f"此处仅有 {n} 名受访者在 {items} 个题项上的{kind.zh}：以下全部结果均由 {number(found.moments)} 个矩得出。重抽样区间需要原始数据。",
            )
        ]
    said = [
        text(
            f"Nothing but {kind.en} of {items} items is known here, of {n} respondents: all below is computed from {number(found.moments)} moments by maximum likelihood, which takes the answers to be normally distributed and complete.",
            f"此处只有 {n} 名受访者在 {items} 个题项上的{kind.zh}；以下结果均以极大似然法由 {number(found.moments)} 个矩算得，并假定答案服从正态分布且没有缺失。",
        ),
        text(
            "Standard errors that allow for other distributions, and intervals from resampling, need the rows.",
            "适用于其他分布的标准误以及重抽样区间，均需要原始数据。",
        ),
    ]
    if found.unscaled:
        said.append(
            text(
                "Without standard deviations everything is standardized: unstandardized estimates, means, α of the answers themselves, AIC and BIC are not to be had. χ² and the standardized estimates with their delta-method errors are those that any standard deviations would give; errors taken as if correlations were covariances would not be right [@cudeck1989].",
                "因未给出标准差，以下结果均为标准化结果：无法得到非标准化估计、均值、原始答案的 α 以及 AIC 与 BIC。无论标准差为何，χ²、标准化估计及其 delta 法标准误都相同；若把相关当作协方差计算其他标准误，则不正确 [@cudeck1989]。",
            )
        )
    elif not found.with_means:
        said.append(
            text("Means are not given, and not modelled.", "未给出均值，模型也不含均值结构。")
        )
    return said


def scales(found: Scales, case: Case) -> Text:
    if not found.counted:
        return text(
            "No construct has two items, as reliability needs.",
            "没有任何构念含有两个题项，因此无法计算信度。",
        )
    counted = number(found.counted)
    return text(
        f"Of {counted} scales with two items or more {number(found.alpha_met)} reach α of {cut('alpha')}, {number(found.cr_met)} a composite reliability of {cut('composite_reliability')}, and {number(found.ave_met)} an average variance extracted of {cut('average_variance_extracted')}.",
        f"在含两个及以上题项的 {counted} 个量表中，α 达到 {cut('alpha')} 的有 {number(found.alpha_met)} 个，组合信度达到 {cut('composite_reliability')} 的有 {number(found.cr_met)} 个，平均方差抽取量达到 {cut('average_variance_extracted')} 的有 {number(found.ave_met)} 个。",
    )


def _fits(found: Solution, case: Case) -> list[Text]:
    """How a model fits; one with as many parameters as moments cannot but fit."""
    if found.df:
        return [*judged(found, case), *fit(found, INDICES)]
    n, free = number(found.n), number(found.parameters)
    said = text(
        f"The model has as many free parameters ({free}) as there are moments of the {n} respondents: it fits whatever the data, so that its fit says nothing.",
        f"模型的自由参数（{free} 个）与 {n} 名受访者的矩同样多，无论数据如何都会完全拟合，因此拟合不说明任何问题。",
    )
    return [*judged(found, case), said]


def measured(found: Measured, case: Case) -> list[Text]:
    return _fits(found.fit, case)


def apart(found: Apart, case: Case) -> list[Text]:
    return [_ratios(found), *criterion(found)]


def _ratios(found: Apart) -> Text:
    if not found.pairs:
        return text(
            "HTMT needs two constructs of two items each.",
            "没有两个构念各含至少两个题项，因此无法计算 HTMT。",
        )
    if not found.above:
        return text(
            f"None of the ratios ({number(found.pairs)}) is above the cut-off of {cut('htmt')}; without rows they have no interval.",
            f"全部 {number(found.pairs)} 个比率均未高于 {cut('htmt')} 的标准；由于没有原始数据，比率没有区间。",
        )
    return text(
        f"Of {number(found.pairs)} ratios {number(found.above)} {be(found.above)} above the cut-off of {cut('htmt')}; without rows they have no interval.",
        f"在 {number(found.pairs)} 个比率中，高于 {cut('htmt')} 的标准的有 {number(found.above)} 个；由于没有原始数据，比率没有区间。",
    )


def criterion(found: Apart | Composites) -> list[Text]:
    """How many pairs fail Fornell and Larcker's criterion."""
    if not found.compared:
        return []
    pairs, alike = number(found.compared), number(found.alike)
    if not found.alike:
        return [
            text(
                f"By Fornell and Larcker's criterion every pair with AVE on both sides ({pairs}) is distinct.",
                f"按 Fornell–Larcker 准则，两个构念均有 AVE 的共 {pairs} 对，均可区分。",
            )
        ]
    return [
        text(
            f"By Fornell and Larcker's criterion {alike} of {pairs} pairs with AVE on both sides {be(found.alike)} not distinct.",
            f"按 Fornell–Larcker 准则，两个构念均有 AVE 的共 {pairs} 对，其中不能区分的有 {alike} 对。",
        )
    ]


def structured(found: Structured, case: Case) -> list[Text]:
    return _fits(found.fit, case)


def composites(found: Composites, case: Case) -> list[Text]:
    paths, expected = number(found.count), number(found.as_expected)
    return [
        text(
            f"The same hypotheses as a PLS path model, of the {number(found.n)} respondents' correlations: weights, loadings, paths, R² and reliabilities follow from these alone. Its intervals resample rows, so there are none here, and a path is no verdict on its hypothesis.",
            f"对同样的假设另行估计 PLS 路径模型，依据的是 {number(found.n)} 名受访者的题项相关：权重、载荷、路径、R² 与信度均可仅由相关算得。PLS 的区间须对原始数据重抽样，此处没有区间，因此路径系数不构成对假设的判断。",
        ),
        text(
            f"Of {paths} paths {expected} {'has' if found.as_expected == 1 else 'have'} the sign that is expected.",
            f"{among(found.as_expected, found.count, '条', '路径', '符号', '与假设一致')}。",
        ),
        *criterion(found),
    ]


def factors(found: Factors, case: Case) -> list[Text]:
    enough = threshold("kmo").met(found.kmo)
    said = [
        text(
            f"The items {'have' if enough else 'do not have'} enough in common to be factored: sampling adequacy (KMO) is {number(found.kmo)}, {'at least' if enough else 'below'} {cut('kmo')}, lowest for {escape(found.item)} ({number(found.item_kmo)}); Bartlett's χ² is {number(found.chisq)}, df {number(found.df)}, p {equals(found.p)}.",
            f"题项之间的共同部分{'足以' if enough else '不足以'}作因子分析：抽样适当性（KMO）为 {number(found.kmo)}，{'不低于' if enough else '低于'} {cut('kmo')}，其中 {escape(found.item)} 最低（{number(found.item_kmo)}）；Bartlett 检验的 χ² 为 {number(found.chisq)}，自由度为 {number(found.df)}，*p* {equals(found.p)}。",
        ),
        text(
            f"Parallel analysis ({number(found.draws)} random matrices of normal data) keeps {counted(found.parallel, 'factor')}, the minimum average partial {counted(found.map, 'component')}, and {counted(found.kaiser, 'eigenvalue')} {be(found.kaiser)} above one; {counted(found.planned, 'construct')} {be(found.planned)} planned. The solution has {number(found.used)}, which explain {number(found.explained)} of the variance.",
            f"平行分析（取 {number(found.draws)} 个正态数据的随机矩阵）保留 {number(found.parallel)} 个因子，最小平均偏相关法保留 {number(found.map)} 个成分，大于 1 的特征值有 {number(found.kaiser)} 个；预设的构念有 {number(found.planned)} 个。以下的解取 {number(found.used)} 个因子，解释方差的 {number(found.explained)}。",
        ),
    ]
    if found.closest is not None:
        said.append(
            text(
                f"The largest correlation of two factors is {number(found.closest)}.",
                f"因子之间的相关最大为 {number(found.closest)}。",
            )
        )
    if found.heywood:
        which = names([text(escape(i), escape(i)) for i in found.heywood])
        said.append(
            text(
                f"No variance of its own is left to {which.en}: the solution is improper.",
                f"{which.zh} 没有独特方差，因此该解不当。",
            )
        )
    return said


def not_done(found: NotDone, case: Case) -> Text:
    return text(
        "What a matrix cannot be asked, and why, stands with everything else that was not done at the end.",
        "矩阵无法回答的分析及原因，与其他未做的分析一并列于文末。",
    )


def drivers(found: Drivers, case: Case) -> list[Text]:
    said = []
    for outcome in dict.fromkeys(row.outcome for row in found.rows):
        rows = [row for row in found.rows if row.outcome == outcome]
        top = max(rows, key=lambda row: row.share)
        name, of = case.label(top.predictor), case.label(outcome)
        share, r2 = number(top.share), number(top.r2)
        said.append(
            text(
                f"Of what is explained of {escape(of.en)} ({r2}) the largest part, {share}, falls to {escape(name.en)}.",
                f"在{escape(of.zh)}的解释方差（{r2}）中，{escape(name.zh)}所占的份额最大，为 {share}。",
            )
        )
    return said


def path(found: Structured, case: Case, row_id: str) -> Text | None:
    """What one path is, for the brief."""
    row = next((row for row in found.rows if row.id == row_id), None)
    if row is None:
        return None
    start, end = case.label(row.from_), case.label(row.to)
    a, b = (text(escape(t.en), escape(t.zh)) for t in (start, end))
    size = estimate(row.estimate, row.ci_lower, row.ci_upper)
    en, zh = {
        "supported": ("as was expected", "与假设一致"),
        "contradicted": ("against what was expected", "与假设相反"),
        "open": ("which leaves open whether it is as expected", "是否如假设所言，尚无定论"),
    }[row.verdict]
    return text(
        f"In the model of the matrix {b.en} goes with {a.en} by {size}, {en}.",
        f"在由矩阵拟合的模型中，{a.zh}到{b.zh}的路径为 {size}，{zh}。",
    )
