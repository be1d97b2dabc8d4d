"""Tables of what counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from loyalty.analyses.drivers.models import (
    Bottleneck,
    Channels,
    Cross,
    Demand,
    GroupShares,
    Journey,
    Necessity,
    Place,
    Recommendations,
    Satisfied,
    Shares,
    Thresholds,
    Weights,
)
from loyalty.analyses.drivers.words import (
    ACTIONS,
    BENDS,
    GRADES,
    LOOK,
    STANDS_OUT,
    VERDICTS,
    WATCH,
    advice,
    asked,
    channel,
    cost,
    grouping,
    measure,
    of_effect,
    resampled,
    share_of,
    touchpoint,
    waited,
)
from loyalty.ground.numbers import DASH
from loyalty.ground.terms import term
from loyalty.ground.text import NOTHING, Text
from loyalty.shown.context import Case
from loyalty.shown.doubts import withheld
from loyalty.shown.short import within
from loyalty.shown.table import Cell, Column, Table
from loyalty.shown.units import independent, units
from loyalty.shown.words import cut, escaped, estimate, interval, number, spaced

#: Where the interval of a ratio of two changes comes from.
RATIOS = {
    "refits": Text(en="its interval is of the refits", zh="区间取自对重抽样数据的重新拟合"),
    "fieller": Text(
        en="too few refits are admissible, so its interval is by Fieller's theorem",
        zh="可用的重新拟合过少，区间按 Fieller 定理求得",
    ),
}
#: Rows of a table by group that are shown.
MANY = 12


def shares(found: Shares, case: Case) -> Table:
    columns = [
        Column(lambda r: share_of(case, r), "Share of, in"),
        Column("estimate", "LMG", decimals=0),
        Column(("ci_lower", "ci_upper"), "95 % interval", decimals=0),
        Column("johnson", "Johnson", decimals=0),
        Column("product", "Product [measure]", decimals=0),
        Column(("product_ci_lower", "product_ci_upper"), "95 % interval, product", decimals=0),
    ]
    if any(case.reliance.between(r.from_, r.to) for r in found.rows):
        columns = columns[:-2]  # a product with a path is worth no more than the path
    if any(r.truth is not None for r in found.rows):
        columns += [
            Column("truth", "Declared, LMG", decimals=0),
            Column("truth_product", "Declared, product", decimals=0),
        ]
    drawn, used, whom = number(found.drawn), number(found.used), resampled(found, case)
    few = ("", "")
    if found.clusters is not None:
        few = (
            ", expanded since few of them vary too little from draw to draw [@hesterberg2015]",
            "；单位数目少时，重抽样之间的变异偏小，区间已相应加宽 [@hesterberg2015]",
        )
    return Table(
        found.rows,
        columns,
        Text(en="Shares of what is explained.", zh="解释方差的份额。"),
        Text(
            en=f"Of the variance that all together explain, at the latent level, from the correlations that the structural model implies. LMG averages what a construct adds over all orders of entering [@gromping2007]; Johnson's weights go through orthogonal variables [@johnson2000]; the product of path and correlation [@pratt1987] can be negative. With … between: among what begins the chains, over all ways. Percentile intervals of {used} of {drawn} refits to resampled {whom.en}{few[0]}.",
            zh=f"份额为占全部解释方差的比例，由结构模型隐含的潜变量相关算得。LMG 为构念在各种进入次序下所增解释方差的平均 [@gromping2007]；Johnson 相对权重借助正交变量得出 [@johnson2000]；路径与相关之积 [@pratt1987] 可为负值。中间有“…”者为各链起点之间的份额，包含全部途径。百分位区间取自{spaced('对', whom.zh)}重抽样后的 {drawn} 次重新拟合，其中 {used} 次可用{few[1]}。",
        ),
        withheld=lambda _: withheld(case.reliance.whole),
    )


def _few(df: int | None, case: Case) -> Text:
    """How intervals of groups allow for clusters that are too few to be resampled."""
    if df is None:
        return NOTHING
    many = units(case).many
    return Text(
        en=f" to resampled respondents, widened by the design effect of {many.en}, pooled over the groups, and to Student's t with {number(df)} degrees of freedom [@kish1965], since {many.en} are too few in a group to be resampled",
        zh=f"（以受访者为单位重抽样；各组内{many.zh}过少，无法以之为单位重抽样，因此按各组合并的{many.zh}设计效应及自由度为 {number(df)} 的 t 分布加宽区间）[@kish1965]",
    )


def by_group(found: GroupShares, case: Case) -> Table | None:
    """The shares that lie apart from the mean of the levels."""
    unit = grouping(case, found.group)
    of = escaped(unit.label)

    def clear(row: Any) -> bool:
        low, high = row.deviation_ci_lower, row.deviation_ci_upper
        return low is not None and high is not None and (low > 0 or high < 0)

    rows = [row for row in found.rows if clear(row)]
    if not rows:
        return None
    columns = [
        Column(lambda r: share_of(case, r), "Share of, in"),
        Column(lambda r: unit.levels[r.level], unit.label),
        Column("estimate", "LMG", decimals=0),
        Column(("ci_lower", "ci_upper"), "95 % interval", decimals=0),
        Column("deviation", "Difference from the mean", decimals=0),
        Column(("deviation_ci_lower", "deviation_ci_upper"), "95 % interval", decimals=0),
    ]
    if any(r.truth is not None for r in rows):
        columns.append(Column("truth", "Declared", decimals=0))
    drawn, every = number(found.drawn), number(found.count)
    few = _few(found.df, case)
    return Table(
        sorted(rows, key=lambda r: -abs(r.deviation)),
        columns,
        Text(
            en=f"Shares apart from the mean of all, by {within(of.en)}.",
            zh=f"各{of.zh}中偏离平均值的份额。",
        ),
        Text(
            en=f"A model for each; difference from the mean of all, weighted by respondents, in percentage points. Of {every} shares, those whose interval of the difference excludes zero; intervals are of 95 % each, by {drawn} refits{few.en}.",
            zh=f"各组分别拟合模型；差值为与按受访者加权的平均值之差，以百分点计。在 {every} 个份额中，只列出差值区间不含零者；各区间均为 95% 区间，取自 {drawn} 次重新拟合{few.zh}。",
        ),
        first=MANY,
        withheld=lambda _: withheld(case.reliance.whole),
    )


def weights(found: Weights, case: Case) -> Table:
    unit = grouping(case, found.group)
    of = escaped(unit.label)
    labels = {e.id: e.label for e in case.study.effects}
    means = {a.id: a for a in found.averages}
    columns = [
        Column(lambda r: labels[r.id], "Indirect effect"),
        Column(lambda r: unit.levels[r.level], unit.label),
        Column("estimate", "Effect"),
        Column(("ci_lower", "ci_upper"), "95 % interval"),
        Column(lambda r: means[r.id].estimate, "Mean of all", "number"),
        Column("deviation", "Difference from the mean"),
        Column(("deviation_ci_lower", "deviation_ci_upper"), "95 % interval"),
    ]
    if any(r.truth is not None for r in found.rows):
        columns.append(Column("truth", "Declared"))
    few = _few(found.df, case)
    return Table(
        sorted(found.rows, key=lambda r: -abs(r.deviation)),
        columns,
        Text(en=f"Indirect effects by {within(of.en)}.", zh=f"各{of.zh}的间接效应。"),
        Text(
            en=f"Products of standardized paths, a model for each, the farthest from the mean first; the mean is weighted by respondents. Percentile intervals of {number(found.drawn)} refits each{few.en}.",
            zh=f"间接效应为标准化路径之积，各组分别拟合模型，偏离平均值最远者排在最前；平均值按受访者加权。各百分位区间取自 {number(found.drawn)} 次重新拟合{few.zh}。",
        ),
        first=MANY,
        withheld=lambda r: withheld(of_effect(r.id, case)),
    )


def _turned(case: Case, construct: str, reversed_: bool) -> Text:
    label = case.label(construct)
    return Text(en=f"little {within(label.en)}", zh=f"低{label.zh}") if reversed_ else label


def necessity(found: Necessity, case: Case) -> Table:
    draws, shuffled = number(found.draws), number(found.permutations)
    outcome, least = escaped(case.label(found.outcome)), cut("necessity_effect")
    too_small = NOTHING
    if case.study.units is not None:
        many = units(case).many
        too_small = Text(
            en=f" Both tests take respondents, not {many.en}, as independent: where these differ among each other, p is too small.",
            zh=f"两种检验均以受访者而非{many.zh}为独立单位；{many.zh}之间若有差异，p 值偏小。",
        )
    return Table(
        found.conditions,
        [
            Column(lambda r: _turned(case, r.construct, r.reversed), "Condition"),
            Column("ce_fdh", "CE-FDH"),
            Column("cr_fdh", "CR-FDH"),
            Column("p", "p"),
            Column("p_correlated", "p, same correlation"),
            Column("latent_estimate", "CE-FDH, latent"),
            Column(("latent_ci_lower", "latent_ci_upper"), "95 % of draws"),
            Column(lambda r: term(VERDICTS[r.verdict]), "Necessary?"),
        ],
        Text(en=f"Necessary conditions of {within(outcome.en)}.", zh=f"{outcome.zh}的必要条件。"),
        Text(
            en=f"Effect sizes of two ceilings on scale scores [@dul2016]; p of CE-FDH by {shuffled} permutations [@dul2020]; that of the same correlation by as many draws that keep it, of the corner above the mean of the few highest answers [@aragon2005]. Latent: median and middle 95 % of {draws} plausible values, which carry errors of measurement through but not sampling. Necessary: an effect size of {least} or more, clear of both and of errors of measurement.{too_small.en}",
            zh=f"所列为量表得分上两种上限的效应量 [@dul2016]。CE-FDH 的 p 值取自 {shuffled} 次置换 [@dul2020]；“同等相关”的 p 值取自同样次数的抽样，抽样时保持二者的相关，比较的是最高几个答案的均值之上的空白 [@aragon2005]。“潜变量”一栏为 {draws} 组似真值的中位数与中间 95% 的范围，计入测量误差而不计抽样误差。只有效应量不低于 {least}，且超出两种检验的随机水平与测量误差所能解释的程度，才判为必要条件。{too_small.zh}",
        ),
    )


def combined(found: Necessity, case: Case) -> Table:
    """Importance, performance and necessity in one table."""
    outcome = escaped(case.label(found.outcome))
    basis = independent(case, found.firms, "Intervals of total effects", "总效应的区间")
    return Table(
        found.conditions,
        [
            Column(lambda r: _turned(case, r.construct, r.reversed), "Condition"),
            Column("importance", "Total effect"),
            Column(("ci_lower", "ci_upper"), "95 % interval"),
            Column("share", "LMG", decimals=0),
            Column(("share_ci_lower", "share_ci_upper"), "95 % interval", decimals=0),
            Column("performance", "Performance", decimals=0, kept=True),
            Column(lambda r: term(VERDICTS[r.verdict]), "Necessary?"),
        ],
        Text(
            en=f"Importance, performance and necessity for {within(outcome.en)}.",
            zh=f"对{outcome.zh}的重要性、表现与必要性。",
        ),
        Text(
            en=f"Total effects as in the importance–performance map, without turning; LMG: share of what all conditions together explain; performance: the mean score from 0 to 100, of little of a construct turned [@hauff2024].{basis.en}",
            zh=f"总效应与重要性–表现图相同，未作反向；LMG 为在全部条件共同解释的方差中所占的份额；表现为 0–100 的平均得分，标有“低”的构念已反向计分 [@hauff2024]。{basis.zh}",
        ),
        withheld=lambda r: withheld(case.reliance.between(r.construct, found.outcome)),
    )


def recommendations(found: Recommendations, case: Case) -> Table:
    """What to do, how much may follow, how surely, and for whom."""
    outcome = escaped(case.label(found.outcome))

    def what(row: Any) -> Text:
        return term(ACTIONS[advice(row, found.outcome, case)])

    def nothing(row: Any) -> bool:
        """Whether nothing is advised, so that there is nobody and nothing to do it for."""
        return advice(row, found.outcome, case) in ("open", "undirected")

    def whom(row: Any) -> Text | None:
        if nothing(row):
            return None
        if not row.levels or found.group is None:
            return Text(en="all", zh="全部")
        unit = grouping(case, found.group)
        labels = [unit.levels[level] for level in row.levels]
        return Text(
            en="above all " + ", ".join(label.en for label in labels),
            zh="尤其是" + "、".join(label.zh for label in labels),
        )

    first = measure(found, case)
    basis = independent(case, found.firms, "Intervals of changes", "“变化”的区间")
    costs, en, zh = [], "", ""
    if first is not None and (found.costs or found.clear == 1):
        costs = [Column(lambda r: _cost(r, found, case), "Highest cost", "markdown")]
    if first is not None and found.costs_by is not None:
        than, how = escaped(case.label(first.construct)), RATIOS[found.costs_by]
        en = f" Highest cost: what a point may cost, in multiples of what a point of {within(than.en)} costs, if the same money is to bring as much; {how.en}."
        zh = f"“成本上限”一栏说明，要使同样的花费带来的变化不小于{than.zh}，把该构念提高一分的成本至多可为把{than.zh}提高一分的多少倍；{how.zh}。"
    return Table(
        found.rows,
        [
            Column(lambda r: case.label(r.construct), "Construct"),
            Column(what, "What to do"),
            Column("change", "Change for one point"),
            Column(("ci_lower", "ci_upper"), "95 % interval"),
            Column("performance", "Performance", decimals=0, kept=True),
            *costs,
            Column(whom, "For whom"),
            Column(
                lambda r: None if nothing(r) else _measured(case, r.construct), "What to measure"
            ),
            Column(
                lambda r: term(
                    GRADES[advice(r, found.outcome, case) if nothing(r) else found.grade]
                ),
                "Grade",
            ),
        ],
        Text(
            en=f"What follows for {within(outcome.en)}, and how surely.",
            zh=f"就{outcome.zh}而言可以做什么，以及把握有多大。",
        ),
        Text(
            en=f"Change: of the mean of {within(outcome.en)}, in points of its scale, for one point more of the construct; from the total effect and the standard deviations of the scale means; the interval allows for the errors of both.{basis.en} For whom: groups in which its share is clearly above the mean of all.{en} What a point costs is not known here.",
            zh=f"“变化”一栏为构念高一分时{outcome.zh}均值相应的变化（以量表的分计），由总效应与量表均值的标准差得出，区间兼计二者的误差。{basis.zh}“对象”一栏为该构念的份额明显高于总体平均的组别。{zh}提高一分的实际成本不详。",
        ),
        withheld=lambda r: withheld(case.reliance.between(r.construct, found.outcome)),
    )


def _cost(row: Any, found: Recommendations, case: Case) -> Text:
    """What a point of a construct may cost beside one of the first, or why nothing is said."""
    if advice(row, found.outcome, case) in ("open", "undirected"):
        return Text(en="none: nothing is advised", zh="无，因为未作建议")
    if not found.costs:
        return Text(en="no other to compare it with", zh="没有可供比较的其他构念")
    if (one := cost(row, found, case)) is None:
        return Text(en="the measure of the others", zh="作为其余各行的基准")
    if one.ci_lower is None or one.ci_upper is None:
        return Text(en="no bound can be given", zh="无法给出界限")
    size = f"{number(one.estimate)} {interval(one.ci_lower, one.ci_upper)}"
    return Text(en=f"up to {size} times", zh=f"至多 {size} 倍")


def _measured(case: Case, construct: str) -> Text:
    """The items whose mean shows whether something changed."""
    items = [i.id for i in next(c.items for c in case.study.main if c.id == construct)]
    return Text(en=", ".join(items), zh="、".join(items))


def places(found: Recommendations, case: Case) -> Table | None:
    """Where on the journey to look first."""
    if not found.places or found.table is None:
        return None
    resource = next(r for r in case.study.resources if r.id == found.table)

    def shown(row: Place) -> str:
        ends = (row.estimate, row.ci_lower, row.ci_upper)
        return estimate(*ends, "percent", 0) if row.of == "lost" else estimate(*ends, "number", 1)

    return Table(
        found.places,
        [
            Column(lambda r: resource.levels[r.touchpoint], "Touchpoint"),
            Column(lambda r: term(STANDS_OUT[r.of]), "What stands out"),
            Column(shown, "Estimate, 95 % interval", "markdown"),
            Column(lambda r: term(LOOK[r.of]), "What to do"),
            Column(lambda r: term(WATCH[r.of]), "What to measure"),
            Column(
                lambda r: term(GRADES["simulated" if found.grade == "simulated" else "as_it_came"]),
                "Grade",
            ),
        ],
        Text(en="Where on the journey to look first.", zh="客户旅程中应先查看之处。"),
        Text(
            en="Touchpoints whose interval lies apart from those of all others, for all customers. What was seen as it came does not say that a change there would keep anybody: that is what to measure.",
            zh="所列触点的区间与其他所有触点均不重叠，对象为全部客户。数据只记录了实际发生的情形，并不说明在该处作出改变就能留住客户，而这正是需要测量的。",
        ),
    )


def bottleneck(found: Bottleneck, case: Case) -> Table | None:
    needed = [
        c for c in found.constructs if any(_of(row, c).required is not None for row in found.rows)
    ]
    hidden = any(need.fewest is None for row in found.rows for need in row.needs)
    small = cut("small_cell", "count")
    en = f" A dash: not shown, since it tells of fewer than {small} respondents." if hidden else ""
    zh = f"短横表示所涉受访者少于 {small} 人，不予列出。" if hidden else ""
    if not needed:
        return None

    def of(construct: str) -> Callable[[Demand], Cell]:
        def cell(row: Demand) -> Cell:
            need = _of(row, construct)
            if need.required is None:
                return "NN" if need.fewest is not None else DASH
            return f"{number(need.required, decimals=0)} \\({number(need.below, decimals=0)}\\)"

        return cell

    columns = [Column("level", "Height of the outcome", decimals=0)]
    for name in needed:
        label = _turned(case, name, name in found.reversed)
        columns.append(Column(of(name), label, "markdown"))
    outcome = escaped(case.label(found.outcome))
    return Table(
        found.rows,
        columns,
        Text(
            en=f"Bottleneck table: what {within(outcome.en)} needs.",
            zh=f"瓶颈表：{outcome.zh}所需的条件水平。",
        ),
        Text(
            en=f"In per cent of the range observed, by CE-FDH; in brackets the respondents who have less; NN: not necessary. One respondent can move such a ceiling, so read it with the tests.{en}",
            zh=f"所需水平按 CE-FDH 求得，以观测全距的百分比表示；括号内为低于所需水平的受访者比例；NN 表示并非必要。单个受访者即可使这样的上限移动，因此须结合检验解读。{zh}",
        ),
    )


def _of(row: Demand, construct: str) -> Any:
    return next(n for n in row.needs if n.construct == construct)


def thresholds(found: Thresholds, case: Case) -> Table:
    over = escaped(asked(case, found.question))
    of = " [@innovation]" if case.of_the_study else ""
    return Table(
        found.rows,
        [
            Column(lambda r: case.label(r.to), "Outcome"),
            Column("p", "p of a bend"),
            Column("threshold", "Threshold", decimals=0),
            Column(("ci_lower", "ci_upper"), "95 % interval", decimals=0),
            Column("slope_below", "Slope below"),
            Column(("slope_below_ci_lower", "slope_below_ci_upper"), "95 % interval"),
            Column("slope_above", "Slope above"),
            Column(("slope_above_ci_lower", "slope_above_ci_upper"), "95 % interval"),
            Column("change", "Change at the claimed place"),
            Column(("change_ci_lower", "change_ci_upper"), "95 % interval"),
            Column(lambda r: term(BENDS[r.bend]), "Bend"),
        ],
        Text(
            en=f"Does loyalty bend over {within(over.en)}?",
            zh=f"忠诚随{over.zh}的变化是否有转折？",
        ),
        Text(
            en=f"Two straight lines that meet; satisfaction and loyalty as parts of their scales, 0 % the lowest answer and 100 % the highest. p by Davies' test [@davies2002]; the interval of the threshold is what an F test leaves, a dash where the data do not bound it; no slope where fewer than three different answers lie on that side, and with few its interval is too narrow, since the threshold follows the answers. Claimed place: {number(found.claimed_at, decimals=0)} of the scale{of}.",
            zh=f"模型为两条相接的直线；满意度与忠诚均以量表的比例表示，0% 为最低答案，100% 为最高答案。p 值取自 Davies 检验 [@davies2002]；阈值的区间由 F 检验得出，数据无法界定时以短横表示；某一侧的不同取值少于三个时，不给出斜率；取值很少时，阈值随答案移动，斜率的区间偏窄。所称阈值为量表的 {number(found.claimed_at, decimals=0)}{of}。",
        ),
    )


def satisfied(found: Satisfied, case: Case) -> Table:
    source = " [@strategy]" if case.of_the_study else ""
    rows: list[Cross] = list(found.rows)

    def who(row: Cross) -> Text:
        if row.level is None or found.group is None:
            return term("everybody")
        return grouping(case, found.group).levels[row.level]

    return Table(
        rows,
        [
            Column(lambda r: case.label(r.to), "Loyalty"),
            Column(who, "Group"),
            Column("n", "n"),
            Column("satisfied", "Satisfied", decimals=0),
            Column("loyal", "Loyal", decimals=0),
            Column("gap", "Difference [of shares]", decimals=0),
            Column(("gap_ci_lower", "gap_ci_upper"), "95 % interval", decimals=0),
            Column("not_loyal", "Of the satisfied, not loyal", decimals=0),
            Column(("not_loyal_ci_lower", "not_loyal_ci_upper"), "95 % interval", decimals=0),
        ],
        Text(en="Satisfied, but not loyal.", zh="满意而不忠诚。"),
        Text(
            en=f"Satisfied and loyal: an answer, or a mean of a scale, from {cut('satisfied_part', 'percent')} of the scale on, that is 7 on 1 to 10 or 5 on 1 to 7{source}. Differences in percentage points of the same people [@agresti2005]; Wilson's intervals of shares.",
            zh=f"满意或忠诚指答案或量表均值达到量表的 {cut('satisfied_part', 'percent')} 及以上，即 1–10 分中的 7 分或 1–7 分中的 5 分{source}。差值为同一批受访者的两个比例之差，以百分点计 [@agresti2005]；比例的区间为 Wilson 区间。",
        ),
    )


# --- the journey ---------------------------------------------------------------------------------
def journey(found: Journey, case: Case) -> Table:
    """What is known of each touchpoint, of everybody."""
    return journey_of(found, case, None)


def journey_of(found: Journey, case: Case, level: str | None) -> Table:
    """The same of a level; what the case does not tell has no column."""
    rows = [r for r in found.rows if r.level == level]
    unit = waited(found, case)
    columns = [Column(lambda r: touchpoint(r.touchpoint, found, case), "Touchpoint")]
    columns.append(Column("n", "Visits"))
    several = (
        ("share", "Share of what is explained", 0),
        ("score", "Rating" if found.scored == "rating" else "Score, 0 to 100", 1),
        ("waiting", Text(en=f"Waiting, {unit.en}", zh=f"等待（{unit.zh}）"), 1),
        ("lost", "Go no further", 0),
    )
    for field, heading, decimals in several:
        if any(getattr(r, field) is not None for r in rows):
            ends = (f"{field}_ci_lower", f"{field}_ci_upper")
            columns.append(Column(field, heading, decimals=decimals))
            columns.append(Column(ends, "95 % interval", decimals=decimals))
            if field == "waiting":
                columns.append(Column("median", "Median", decimals=1))
    en = zh = ""
    if found.to is not None:
        to = escaped(case.label(found.to))
        how = "directly" if found.side == "direct" else "through others"
        wie = "直接" if found.side == "direct" else "经其他构念"
        en, zh = (
            f" Shares: LMG, of what all constructs that lead {how} to {to.en.lower()} explain of it, by refits as above [@gromping2007].",
            f"份额为各触点在所有{wie}通往{to.zh}的构念所解释的部分中所占的 LMG 份额，重新拟合的方式同上 [@gromping2007]。",
        )
    return Table(
        rows,
        columns,
        Text(en="The journey, touchpoint by touchpoint.", zh="客户旅程的各个触点。"),
        Text(
            en=f"In the order in which customers come to them. Means with customers as clusters; go no further: Wilson's interval for as many visits as those of one customer are worth [@korn1998].{en}",
            zh=f"各触点按客户到达的先后排列。均值以客户为聚类单位；止步比例附 Wilson 区间，有效样本量按同一客户的多次到访折算 [@korn1998]。{zh}",
        ),
    )


def channels(found: Channels, case: Case) -> Table:
    return Table(
        found.rows,
        [
            Column(lambda r: channel(r.channel, case), "Channel"),
            Column("n", "Ratings"),
            Column("estimate", "Points from the mean", decimals=1),
            Column(("ci_lower", "ci_upper"), "95 % interval", decimals=1),
        ],
        Text(en="How alike channels are.", zh="各渠道的一致程度。"),
        Text(
            en="Ratings less the mean of their touchpoint; customers as clusters. The share of the variance that lies between channels: channels and customers as crossed random effects, touchpoints fixed, by restricted likelihood [@bates2015]; its interval by the F ratio of the channels' effects [@harville1985].",
            zh="评分已减去所在触点的均值，并以客户为聚类单位。渠道之间的方差份额由限制性极大似然法估计，渠道与客户为交叉随机效应，触点为固定效应 [@bates2015]；区间由渠道效应的 F 比求得 [@harville1985]。",
        ),
    )
