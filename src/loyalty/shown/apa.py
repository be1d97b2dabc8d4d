"""A results paragraph to paste, in the form of the APA, made from the fields of a solution.

No sentence says more than its fields: estimates of a solution that is not to be taken at face
value are not given, and a path is told from zero only by its interval.
"""

from __future__ import annotations

from collections.abc import Sequence

from loyalty.cases.estimation import FULL
from loyalty.estimates.solution import Parameter, Solution
from loyalty.ground.findings import Count
from loyalty.ground.markdown import escape
from loyalty.ground.text import Text
from loyalty.shown import fit as fits
from loyalty.shown.context import Case
from loyalty.shown.words import equals, interval, number, wide

#: Of each estimator: its name, and the scaled test that it gives, if one.
ESTIMATORS = {
    "MLR": (
        Text(en="robust maximum likelihood (MLR)", zh="稳健极大似然法（MLR）"),
        Text(en="Yuan–Bentler scaled", zh="Yuan–Bentler 校正"),
    ),
    "MLM": (
        Text(en="robust maximum likelihood (MLM)", zh="稳健极大似然法（MLM）"),
        Text(en="Satorra–Bentler scaled", zh="Satorra–Bentler 校正"),
    ),
    "ML": (Text(en="maximum likelihood (ML)", zh="极大似然法（ML）"), None),
    "GLS": (Text(en="generalized least squares (GLS)", zh="广义最小二乘法（GLS）"), None),
    "ULS": (Text(en="unweighted least squares (ULS)", zh="未加权最小二乘法（ULS）"), None),
    "WLSMV": (
        Text(
            en="diagonally weighted least squares on polychoric correlations (WLSMV)",
            zh="基于多分格相关的对角加权最小二乘法（WLSMV）",
        ),
        Text(en="mean- and variance-adjusted", zh="均值与方差校正"),
    ),
}


def estimator(case: Case) -> Text:
    """What the case's main models are estimated by."""
    return ESTIMATORS[case.study.estimator if case.study.matrix is None else "ML"][0]


def estimated(case: Case) -> Text:
    """That, as a sentence, and of whose answers."""
    name, full = estimator(case), case.study.estimator in FULL
    answers = Text(en="complete rows alone", zh="只用完整作答")
    if full:
        answers = Text(en="all answers used", zh="使用全部答案")
    return Text(
        en=f"Estimated by {name.en}, {answers.en}.", zh=f"模型采用{name.zh}估计，{answers.zh}。"
    )


def trusted(found: Solution) -> bool:
    """Whether estimates of the solution may be told."""
    return found.converged and found.admissible


def method(found: Solution, what: Text) -> Text:
    """What was fitted to whom, and how: the beginning of every paragraph."""
    name = ESTIMATORS[found.estimator][0]
    n, fiml = number(found.n), found.missing == "fiml"
    en = ", with full information on missing answers (FIML)" if fiml else ""
    zh = "，缺失值以完全信息极大似然法（FIML）处理" if fiml else ""
    if found.weighted:
        en = f", with survey weights{en}"
        zh = f"，以调查权重加权{zh}"
    return Text(
        en=f"{what.en} was estimated by {name.en}{en} (*N* = {n}).",
        zh=f"{what.zh}采用{name.zh}估计{zh}（*N* = {n}）。",
    )


def fit(found: Solution) -> Text:
    """The test and the indices, robust ones called so; nothing of a model without a solution."""
    if not found.converged:
        return Text(
            en="The estimation did not converge; no estimate is reported.",
            zh="估计未收敛，因此不报告任何估计值。",
        )
    df, robust = number(found.df), found.scaling_factor is not None
    plain = f"χ²({df}) = {number(found.plain_chisq)}, *p* {equals(found.plain_p)}"
    test, about, word = plain, ("", ""), ("", "")
    if robust:
        test = f"χ²({df}) = {number(found.chisq)}, *p* {equals(found.p)}"
        about = _scaled(found, plain)
        word = ("robust ", "稳健 ")
    cfi, tli, rmsea, srmr = (
        number(x, "bounded", 3) for x in (found.cfi, found.tli, found.rmsea, found.srmr)
    )
    ends = interval(found.rmsea_ci_lower, found.rmsea_ci_upper, "bounded", 3)
    close = equals(found.p_close)
    return Text(
        en=f"Its fit was {test}{about[0]}, {word[0]}CFI = {cfi}, {word[0]}TLI = {tli}, "
        f"{word[0]}RMSEA = {rmsea}, 90% CI {ends}, *p* of close fit {close}, SRMR = {srmr}.",
        zh=f"模型的拟合为 {wide(test)}{about[1]}，{word[1]}CFI = {cfi}，{word[1]}TLI = {tli}，"
        f"{word[1]}RMSEA = {rmsea}，90% CI {ends}，近似拟合检验 *p* {close}，SRMR = {srmr}。",
    )


def _scaled(found: Solution, plain: str) -> tuple[str, str]:
    """Which test is scaled by what, and the plain one, in both languages."""
    kind = ESTIMATORS[found.estimator][1] or Text(en="scaled", zh="校正")
    factor = number(found.scaling_factor, decimals=3)
    return (
        f" ({kind.en}, factor {factor}; unscaled {plain})",
        f"（{kind.zh}，校正因子 {factor}；未校正 {wide(plain)}）",
    )


def warning(found: Solution, case: Case) -> list[Text]:
    """That a solution is not to be interpreted, and why."""
    if trusted(found) or not found.converged:
        return []
    why = fits.faults(found.problems, case)
    return [
        Text(
            en=f"The solution is not admissible ({why.en}); its estimates are not interpreted.",
            zh=f"所得的解不可接受（{why.zh}），因此不解释其估计值。",
        )
    ]


def between(what: Text, rows: Sequence[Parameter], case: Case) -> list[Text]:
    """From which to which standardized estimate the rows go."""
    known = [row for row in rows if row.std is not None]
    if not known:
        return []
    low, high = min(known, key=lambda r: r.std or 0), max(known, key=lambda r: r.std or 0)
    a, b = (number(row.std, "bounded") for row in (low, high))
    if low is high:
        return [Text(en=f"{what.en} was {a}.", zh=f"{what.zh}为 {a}。")]
    return [
        Text(
            en=f"{what.en} ranged from {a} ({ends(low, case).en}) to {b} ({ends(high, case).en}).",
            zh=f"{what.zh}介于 {a}（{ends(low, case).zh}）与 {b}（{ends(high, case).zh}）之间。",
        )
    ]


def ends(row: Parameter, case: Case) -> Text:
    """The item of a loading, or the two constructs of a covariance."""
    if row.op == "=~":
        return Text(en=escape(row.rhs), zh=escape(row.rhs))
    a, b = case.label(row.lhs), case.label(row.rhs)
    return Text(en=f"{escape(a.en)}–{escape(b.en)}", zh=f"{escape(a.zh)}–{escape(b.zh)}")


def path(
    name: Text, value: float, lower: float | None, upper: float | None, p: float | None
) -> Text:
    """``Image → Loyalty, β = .31, 95% CI [.10, .52], p = .004``."""
    if lower is None or upper is None:
        beta = f"β = {number(value)}"
        return Text(
            en=f"{escape(name.en)} ({beta}, no interval)", zh=f"{escape(name.zh)}（{beta}，无区间）"
        )
    ci = f"β = {number(value)}, 95% CI {interval(lower, upper)}, *p* {equals(p)}"
    return Text(en=f"{escape(name.en)} ({ci})", zh=f"{escape(name.zh)}（{wide(ci)}）")


def clustering(firms: Text, df: Count | None) -> Text:
    """That intervals take so many firms, or other clusters, as the independent units."""
    t = number(df)
    return Text(
        en=f"Standard errors and intervals of the paths allow for the {firms.en} of the "
        f"respondents (cluster-robust, *t* with {t} degrees of freedom).",
        zh=f"路径的标准误与区间考虑了受访者分属 {firms.zh}这一点（聚类稳健，*t* 分布的自由度为 "
        f"{t}）。",
    )
