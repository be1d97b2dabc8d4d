"""Tables of reliability and exploratory factor analysis."""

from __future__ import annotations

from collections.abc import Sequence

from loyalty.analyses.reliability.models import (
    Adequacy,
    Factors,
    General,
    Items,
    Kept,
    Plan,
    Rule,
    Scales,
    ScaleShare,
    Second,
    Share,
    Solutions,
)
from loyalty.analyses.reliability.words import KINDS, mark, named, reference_name
from loyalty.ground.markdown import escape
from loyalty.ground.numbers import show
from loyalty.ground.terms import term
from loyalty.ground.text import Text
from loyalty.ground.thresholds import Verdict, threshold
from loyalty.shown.context import Case
from loyalty.shown.table import Column, Table
from loyalty.shown.units import samples, units
from loyalty.shown.words import has, number, spaced, text

RULES: dict[Rule, str] = {
    "parallel-factors": "Parallel analysis, factors, 95th percentile",
    "parallel-components": "Parallel analysis, components, 95th percentile",
    "map-squared": "Minimum average partial, squared",
    "map-fourth": "Minimum average partial, fourth power",
    "scree": "Scree: sharpest bend",
    "kaiser": "Eigenvalues above one",
}
#: Whose rule it is.
SOURCES: dict[Rule, str] = {
    "parallel-factors": "horn1965",
    "parallel-components": "horn1965",
    "map-squared": "velicer1976",
    "map-fourth": "velicer2000",
    "scree": "raiche2013",
    "kaiser": "guttman1954",
}


def limit(cut: str) -> Text:
    """A heading like ``≥ .70``."""
    at = f"≥ {show(threshold(cut).value, 'bounded')}"
    return Text(en=at, zh=at)


def _verdict(found: Verdict | None) -> Text | str:
    return term(found) if found else ""


# --- scales --------------------------------------------------------------------------------------
def alpha(found: Scales, case: Case) -> Table:
    bound = [(case.label(r.id), number(r.draws_heywood)) for r in found.rows if r.draws_heywood]
    en = ", ".join(f"{escape(label.en)} {n}" for label, n in bound) or "none"
    times = "、".join(f"{escape(label.zh)} {n} 次" for label, n in bound)
    zh = (
        f"在重抽样中，有题项误差方差处于下限的次数为：{times}"
        if bound
        else "没有重抽样使题项的误差方差处于下限"
    )
    plain = text("Feldt interval", "Feldt 区间")
    drawn = samples(found.draws, found.clusters, case)
    if found.clusters is not None:
        many = units(case).counted(number(found.clusters))
        plain = text(
            f"linearized interval that allows for {many.en}",
            spaced("考虑了", many.zh, "的线性化区间"),
        )
    elif case.study.weights is not None:
        plain = text("linearized interval", "线性化区间")
    return Table(
        found.rows,
        [
            Column(lambda r: case.label(r.id), "Construct"),
            Column("items", "Items [how many]"),
            Column("n", "n"),
            Column("alpha", "α"),
            Column(("alpha_ci_lower", "alpha_ci_upper"), "95 % interval"),
            Column(lambda r: _verdict(r.alpha_verdict), limit("alpha")),
            Column("average_correlation", "Mean r"),
            Column("omega", "ω"),
            Column(("omega_ci_lower", "omega_ci_upper"), "95 % interval"),
            Column(lambda r: _verdict(r.omega_verdict), limit("omega")),
            Column("cr", "CR"),
        ],
        Text(en="Cronbach's alpha and omega.", zh="Cronbach α 与 ω 系数。"),
        Text(
            en=f"Complete rows of the scale. α: {plain.en}; mean r: between the items. ω: omega total of the sum of the answers, CR (composite reliability) of the sum of standardized answers, from a one-factor maximum-likelihood model of the scale alone; percentile interval of {drawn.en}. A verdict is open where the interval holds the cut-off. Draws with an item's error variance at its lower bound: {en}.",
            zh=f"各量表只用完整作答。{spaced('α 附', plain.zh)}；平均 r 为题项间相关的平均值。总 ω 为答案之和的信度，CR（组合信度）为标准化答案之和的信度，二者均取自该量表单独的单因子极大似然模型，百分位区间取自{drawn.zh}。区间包含标准值时，判断为未定。{zh}。",
        ),
    )


def item_total(found: Items, case: Case) -> Table:
    return Table(
        sorted(found.rows, key=lambda r: r.item_total),
        [
            Column(lambda r: case.label(r.scale), "Construct"),
            Column("item", "Item [of a scale]"),
            Column("item_total", "Item–total r"),
            Column("alpha_if_dropped", "α if dropped"),
            Column("loading", "Loading"),
        ],
        Text(
            en="Items within their scales, the lowest item–total correlation first.",
            zh="各量表的题项，题总相关最低者在前。",
        ),
        Text(
            en="Item–total r: correlation of the item with the sum of the others. Loading: standardized, of the one-factor model of the scale alone.",
            zh="题总相关为题项与其余题项之和的相关；载荷为该量表单独的单因子模型的标准化载荷。",
        ),
        first=8,
    )


# --- factors -------------------------------------------------------------------------------------
def kmo(found: Adequacy, case: Case) -> Table:
    items, n = number(found.items), number(found.n)
    return Table(
        found.rows,
        [
            Column(lambda r: term(KINDS[r.kind]), "Correlations"),
            Column("kmo", "KMO"),
            Column("item_kmo", "Lowest item"),
            Column("item", "which [item]"),
            Column("chisq", "Bartlett χ²", decimals=1),
            Column("df", "df [degrees of freedom]"),
            Column("p", "p"),
        ],
        Text(en="Sampling adequacy and sphericity.", zh="抽样适当性与球形检验。"),
        Text(
            en=f"Pairwise correlations of {items} items, {n} rows a pair on average. On polychoric correlations the test's p is nominal.",
            zh=f"{items} 个题项的相关按成对数据计算，平均每对 {n} 行。采用多分格相关时，检验的 p 值仅供参考。",
        ),
    )


def factor_counts(found: Factors, case: Case) -> Table:
    def span(row: Kept) -> str:
        return "" if row.lower == row.upper else f"{number(row.lower)}–{number(row.upper)}"

    return Table(
        found.rules,
        [
            Column(lambda r: term(RULES[r.rule]), "Rule"),
            Column(lambda r: term(KINDS[r.kind]), "Correlations"),
            Column("n", "Number [of factors]"),
            Column(span, "Range", "markdown"),
            Column(lambda r: f"[@{SOURCES[r.rule]}]", "Source [of a rule]", "markdown"),
        ],
        Text(en="Number of factors by rule.", zh="各规则给出的因子数。"),
        Text(
            en="Range: what the error of a percentile of so many random data sets leaves open. Random data are normal for Pearson correlations and permuted answers, with the same distributions, for polychoric ones. Components are not factors: their number is a lower guess. Eigenvalues above one keep too many, and stand here because readers look for them.",
            zh="范围指因随机数据的生成次数有限、百分位存在误差而可能得到的因子数。随机数据在采用 Pearson 相关时为正态数据，采用多分格相关时为置换后的答案（分布不变）。主成分不是因子，据此所得的数目偏低。“特征值大于 1”规则保留的因子过多，仅因读者常会查阅而列出。",
        ),
    )


def solutions(found: Solutions, case: Case) -> Table:
    name, cross = reference_name(), mark("cross_loading")
    return Table(
        found.rows,
        [
            Column(named, "Solution"),
            Column("least", "Least congruence"),
            Column("mean", "Mean [congruence]"),
            Column("phi", "Highest factor r"),
            Column("crossing", "Cross-loading items"),
            Column("rmsr", "RMSR", decimals=3),
            Column(lambda r: ", ".join(r.heywood), "Heywood"),
        ],
        Text(en="Extractions and rotations side by side.", zh="不同提取与旋转方法的比较。"),
        Text(
            en=f"Tucker's congruence of matched factors with the reference ({name.en}). Cross-loading: two loadings of {cross} or more in size. RMSR: root mean square residual correlation, which rotation does not change. Heywood: items left without variance of their own.",
            zh=f"一致性为各因子与参照解（{name.zh}）中对应因子的 Tucker 一致性系数。交叉载荷指题项有两个载荷的绝对值不低于 {cross}。RMSR 为残差相关的均方根，不随旋转改变。Heywood 一栏为独特方差为零或为负的题项。",
        ),
    )


def plan(found: Plan, case: Case) -> Table:
    drawn, sound = samples(found.draws, found.clusters, case), number(found.sound)
    improper, plans = number(found.heywood), number(found.random_plans)
    bound = has(found.heywood, "个")
    return Table(
        found.rows,
        [
            Column(lambda r: case.label(r.id), "Construct"),
            Column("factor", "Factor"),
            Column("congruence", "Congruence"),
            Column(("ci_lower", "ci_upper"), "95 % interval"),
            Column(lambda r: _verdict(r.verdict), limit("congruence")),
            Column("target", "Rotated to plan"),
            Column("chance", "By chance"),
        ],
        Text(en="Factors and planned constructs.", zh="因子与预设构念。"),
        Text(
            en=f"Tucker's congruence with the planned pattern; percentile intervals from {drawn.en}; {sound} converged ({improper} with an item's uniqueness at its lower bound). By chance: 95th percentile of {plans} random assignments of items to constructs, rotated alike.",
            zh=f"一致性为因子与预设模式的 Tucker 一致性系数；百分位区间取自{drawn.zh}；收敛的有 {sound} 个，其中有题项的独特方差处于下限的{bound}。偶然水平为把题项随机分配给构念、作同样旋转 {plans} 次所得的第 95 百分位。",
        ),
    )


def general(found: General, case: Case) -> Table:
    def sum_of(row: Share) -> Text:
        return case.label(row.id) if isinstance(row, ScaleShare) else term("All items")

    rows: Sequence[Share] = [found.whole, *found.scales]
    factors, drawn = number(found.factors), samples(found.draws, found.clusters, case)
    used, improper = number(found.draws_used), number(found.draws_heywood)
    bound = has(found.draws_heywood, "个")
    return Table(
        rows,
        [
            Column(sum_of, "Sum of"),
            Column("total", "ω total"),
            Column("general", "General factor"),
            Column(("general_ci_lower", "general_ci_upper"), "95 % interval"),
            Column("specific", "Specific"),
        ],
        Text(en="The general factor in every score.", zh="各得分中的一般因子。"),
        Text(
            en=f"Shares of the variance of the sum of standardized answers, from {factors} oblimin factors and one above them; the general factor's share of all items is omega hierarchical. Percentile intervals from {drawn.en}; {used} are used, {improper} with an item's uniqueness at its lower bound.",
            zh=f"所列为标准化答案之和的方差份额，由 {factors} 个 oblimin 因子及其上的一个一般因子算得；一般因子在全部题项中的份额即层级 ω。百分位区间取自{drawn.zh}；可用的有 {used} 个，其中有题项的独特方差处于下限的{bound}。",
        ),
    )


def second(found: Second, case: Case) -> Table:
    n = number(found.n)
    return Table(
        sorted(found.rows, key=lambda r: -r.difference),
        [
            Column(lambda r: case.label(r.scale), "Construct"),
            Column("item", "Item [of a scale]"),
            Column("factor", "Factor"),
            Column(lambda r: r.ours[r.factor], "This study", "bounded", 4),
            Column(lambda r: r.other[r.factor], "factor_analyzer", "bounded", 4),
            Column("difference", "Largest difference"),
        ],
        Text(
            en="Largest loadings of the items by two programs, the items that differ most first.",
            zh="两种程序所得各题项的最大载荷，差异最大者在前。",
        ),
        Text(
            en=f"Minres and oblimin on the {n} complete rows, so the loadings need not be those above. Largest difference: over the item's loadings on all factors.",
            zh=f"两种程序均对 {n} 份完整作答作 minres 提取与 oblimin 旋转，因此载荷未必与上文相同。最大差异取自该题项在所有因子上的载荷之差。",
        ),
        first=8,
    )
