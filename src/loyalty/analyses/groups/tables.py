"""Tables of groups compared."""

from __future__ import annotations

from loyalty.analyses.groups.models import (
    Equality,
    Icc,
    Importance,
    Invariance,
    LatentDifference,
    LatentMeans,
    Level,
    LevelPoint,
    Maps,
    Means,
    Others,
    Pairs,
    PathPair,
    Paths,
    Point,
    Quadrant,
    Released,
    Step,
)
from loyalty.analyses.groups.words import grouping, holds, pair
from loyalty.ground.terms import term
from loyalty.ground.text import Text
from loyalty.shown.context import Case
from loyalty.shown.doubts import withheld
from loyalty.shown.short import within
from loyalty.shown.table import Column, Table
from loyalty.shown.units import independent
from loyalty.shown.words import escaped, number

EQUAL: dict[Level, str] = {
    "configural": "form",
    "metric": "+ loadings",
    "scalar": "+ intercepts",
    "strict": "+ residuals",
}
RELEASED = {"metric": "loading", "scalar": "intercept"}
CORNERS: dict[Quadrant, str] = {
    "improve": "improve",
    "keep": "keep up",
    "low_priority": "low priority",
    "possible_overkill": "possible overkill",
    "open": "open",
}


def _equal(step: Step) -> Text:
    name = term(EQUAL[step.level])
    return Text(en=f"{name.en}, partial", zh=f"{name.zh}（部分）") if step.partial else name


def _with(note: Text, more: Text) -> Text:
    """A note with a further sentence."""
    return Text(en=f"{note.en} {more.en}", zh=f"{note.zh}{more.zh}")


def invariance(found: Invariance, case: Case) -> Table:
    group = escaped(grouping(case, found.group).label)
    return Table(
        found.steps,
        [
            Column(_equal, "Equal"),
            Column("released", "Released [how many]"),
            Column("chisq", "χ²", decimals=1),
            Column("df", "df"),
            Column("cfi", "CFI", decimals=3),
            Column("rmsea", "RMSEA", decimals=3),
            Column("delta_cfi", "ΔCFI", decimals=3),
            Column("delta_rmsea", "ΔRMSEA", decimals=3),
            Column("delta_p", "p (Δχ²)"),
        ],
        Text(
            en=f"Measurement invariance across {within(group.en)}.",
            zh=f"跨{group.zh}的测量不变性。",
        ),
        Text(
            en="Robust indices; scaled difference test of Satorra and Bentler, against the last model kept one level below.",
            zh="各指标为稳健指标；差异检验为 Satorra–Bentler 校正检验，与低一级中最后保留的模型比较。",
        ),
        said=holds(found),
    )


def released(found: Released, case: Case) -> Table | None:
    if not found.equalities:
        return None
    levels = grouping(case, found.group).levels
    wording = {item.id: item.wording for item in case.study.items}

    def what(row: Equality) -> Text:
        return term(RELEASED[row.level])

    return Table(
        found.equalities,
        [
            Column("item", "Item [of a construct]"),
            Column(lambda row: wording[row.item], "Wording [of a question]"),
            Column(what, "Released [what]"),
            Column(lambda row: levels[row.group], "Most in [a group]"),
            Column("change", "Change"),
            Column("chisq", "χ²", decimals=1),
            Column("p", "p"),
        ],
        Text(en="Equalities that were released.", zh="被释放的等值约束。"),
        Text(
            en="Score tests with 1 degree of freedom at the moment of release, p by Bonferroni's correction; the change is standardized: standard deviations of the item (intercepts), or correlation units (loadings).",
            zh="所列为释放时的得分检验（自由度为 1，p 值经 Bonferroni 校正）；变化为标准化值，截距以题项的标准差为单位，载荷以相关系数为单位。",
        ),
    )


def largest_means(found: LatentMeans, case: Case) -> Table:
    largest = sorted(found.differences, key=lambda d: -abs(d.estimate))[: found.listed]
    first = escaped(grouping(case, found.group).levels[found.first])

    def what(row: LatentDifference) -> Text:
        label = case.label(row.construct)
        between = pair(case, found.group, row.group_a, row.group_b)
        return Text(en=f"{label.en}: {between.en}", zh=f"{label.zh}：{between.zh}")

    columns = [
        Column(what, "Construct and groups"),
        Column("estimate", "Difference [of groups]"),
        Column(("ci_lower", "ci_upper"), "95 % interval"),
        Column("p_holm", "p, Holm"),
    ]
    note = Text(
        en=f"Standard deviations of the construct in the first group ({first.en}); scalar model with the releases above.",
        zh=f"差异以首组（{first.zh}）的构念标准差为单位，取自含上述释放的截距等值模型。",
    )
    if found.listed < found.count:
        listed, count = number(found.listed), number(found.count)
        part = Text(
            en=f"The {listed} largest of {count}; all are in the figure and the result file.",
            zh=f"只列出 {count} 个差异中最大的 {listed} 个，其余见图与结果文件。",
        )
        note = _with(part, note)
    if found.firms is not None:
        columns += [
            Column(("ci_lower_firms", "ci_upper_firms"), "95 % interval, firms"),
            Column("p_holm_firms", "p, Holm, firms"),
        ]
        firms, groups, df = number(found.firms), number(found.groups), number(found.df)
        more = Text(
            en=f"Firms: cluster-robust, {firms} firms in {groups} groups, Student's t with {df} degrees of freedom (the clusters of the smallest group less one).",
            zh=f"“企业”一栏采用聚类稳健标准误，{groups} 组共有 {firms} 家企业，t 分布的自由度为 {df}（企业最少的组的企业数减 1）。",
        )
        note = _with(note, more)
    caption = Text(
        en="Differences of latent means, from the largest.", zh="潜均值差异（由大到小）。"
    )
    return Table(largest, columns, caption, note)


def differences(found: Paths, case: Case) -> Table:
    group = escaped(grouping(case, found.group).label)

    columns = [
        Column("id", "H"),
        Column(lambda r: case.path(r.from_, r.to), "Path"),
        Column("wald", "χ²"),
        Column("df", "df"),
        Column("p", "p"),
        Column("p_holm", "p, Holm"),
    ]
    note = Text(
        en="Wald tests of equal unstandardized paths, robust; Holm's correction over all paths.",
        zh="所列为未标准化路径相等的稳健 Wald 检验，并对全部路径作 Holm 校正。",
    )
    if found.df_firms is not None:
        columns.append(Column("p_holm_firms", "p, Holm, firms"))
        df = number(found.df_firms)
        more = Text(
            en=f"Firms: cluster-robust errors, F with {df} denominator degrees of freedom; with so few firms an approximation.",
            zh=f"“企业”一栏采用聚类稳健标准误，F 检验的分母自由度为 {df}；企业很少，结果仅为近似。",
        )
        note = _with(note, more)
    return Table(
        found.differences,
        columns,
        Text(en=f"Do the paths differ by {within(group.en)}?", zh=f"路径是否随{group.zh}而异？"),
        note,
        withheld=lambda r: withheld(case.reliance.along((r.from_, r.to))),
    )


def path_pairs(found: Pairs, case: Case) -> Table | None:
    if not found.listed:
        return None
    rows = found.differences
    group = escaped(grouping(case, found.group).label)

    def what(row: PathPair) -> Text:
        path, between = (
            case.path(row.from_, row.to),
            pair(case, found.group, row.group_a, row.group_b),
        )
        return Text(en=f"{path.en}: {between.en}", zh=f"{path.zh}：{between.zh}")

    columns = [
        Column("id", "H"),
        Column(what, "Path and groups"),
        Column("estimate", "Difference [of groups]"),
        Column(("ci_lower", "ci_upper"), "95 % interval"),
        Column("p_holm", "p, Holm"),
    ]
    count = number(found.count)
    note = Text(
        en=f"Unstandardized paths, in units of the constructs' first items: with equal loadings these are the same in all groups, whereas standardized paths would differ, too, where only a construct's spread does. Delta method from the joint covariance matrix of the estimates, robust; Holm's correction over all {count} differences.",
        zh=f"所列为未标准化路径，以各构念首个题项的单位计：载荷相等时，各组单位相同；标准化路径则不然，只要构念的离散程度不同便会不同。标准误由 delta 法从估计值的稳健联合协方差矩阵得出；对全部 {count} 个差异作 Holm 校正。",
    )
    if found.listed < found.count:
        rows = tuple(row for row in rows if row.differs)
        part = Text(
            en="Pairs of the paths whose test over all groups is clear; all are in the result file.",
            zh="只列出总体检验显著的路径的各组比较，全部结果见结果文件。",
        )
        note = _with(part, note)
    if found.df_firms is not None:
        columns += [
            Column(("ci_lower_firms", "ci_upper_firms"), "95 % interval, firms"),
            Column("p_holm_firms", "p, Holm, firms"),
        ]
        df = number(found.df_firms)
        more = Text(
            en=f"Firms: cluster-robust errors, Student's t with {df} degrees of freedom; with so few firms an approximation.",
            zh=f"“企业”一栏采用聚类稳健标准误，t 分布的自由度为 {df}；企业很少，结果仅为近似。",
        )
        note = _with(note, more)
    caption = Text(
        en=f"Differences of paths by {within(group.en)}, two at a time.",
        zh=f"按{group.zh}两两比较的路径差异。",
    )
    return Table(
        rows,
        columns,
        caption,
        note,
        withheld=lambda r: withheld(case.reliance.along((r.from_, r.to))),
    )


def means(found: Means, case: Case) -> Table:
    group = escaped(grouping(case, found.group).label)
    columns = [
        Column(lambda row: case.label(row.construct), "Score"),
        Column("f", "Welch's F"),
        Column("df1", "df1"),
        Column("df2", "df2", decimals=0),
        Column("p_holm", "p, Holm"),
        Column("omega2", "ω²", decimals=3),
    ]
    note = Text(
        en="Scale scores; ω² is the share of variance between the groups, corrected for chance.",
        zh="所列为量表得分；ω² 为校正偶然之后的组间方差比例。",
    )
    if found.clear_firms is not None:
        columns += [
            Column("f_firms", "F, firms"),
            Column("df_firms", "df2, firms"),
            Column("p_holm_firms", "p, Holm, firms"),
        ]
        more = Text(
            en="Firms: analysis of variance of the firms' means.",
            zh="“企业”一栏为各企业均值的方差分析。",
        )
        note = _with(note, more)
    caption = Text(en=f"Scale scores by {within(group.en)}.", zh=f"按{group.zh}比较量表得分。")
    return Table(found.tests, columns, caption, note)


def others(found: Others, case: Case) -> Table:
    return Table(
        found.groupings,
        [
            Column(lambda row: grouping(case, row.group).label, "Grouping"),
            Column("scores", "Scores [how many]"),
            Column("different", "Different"),
            Column("p_holm", "Smallest p, Holm"),
            Column(lambda row: case.label(row.construct), "Most in [a score]"),
            Column("omega2", "ω²", decimals=3),
        ],
        Text(en="Scale scores by the other groupings.", zh="按其他分组比较量表得分。"),
        Text(
            en="Welch's tests of all scale scores, Holm's correction within each grouping.",
            zh="对全部量表得分作 Welch 检验，并在各分组内作 Holm 校正。",
        ),
    )


def icc(found: Icc, case: Case) -> Table:
    return Table(
        found.scores,
        [
            Column(lambda row: case.label(row.construct), "Score"),
            Column("icc", "ICC(1)", decimals=3),
            Column(("ci_lower", "ci_upper"), "95 % interval", decimals=3),
            Column("design_effect", "Design effect"),
            Column("se", "SE of the mean", decimals=3),
            Column("se_cluster", "SE, firms", decimals=3),
        ],
        Text(en="Clustering by firm.", zh="受访者按企业的聚类程度。"),
        Text(
            en="A design effect of 2 means that intervals which take respondents as independent are too narrow by the factor √2. SE, firms: cluster-robust. Means and their intervals are in the result file.",
            zh="设计效应为 2，表示以受访者为独立单位的区间过窄，应加宽到 √2 倍。“标准误（企业）”为聚类稳健标准误。均值及其区间见结果文件。",
        ),
    )


# --- importance and performance ------------------------------------------------------------------
def _points(case: Case) -> list[Column]:
    return [
        Column(lambda row: case.label(row.construct), "Construct"),
        Column("importance", "Total effect"),
        Column(("ci_lower", "ci_upper"), "95 % interval"),
        Column("performance", "Performance", decimals=1, kept=True),
    ]


def importance(found: Importance, case: Case) -> Table:
    columns = _points(case)
    basis = independent(case, found.firms, "Intervals", "区间")

    def corner(row: Point) -> Text | None:
        known = not case.reliance.between(row.construct, found.outcome)
        return term(CORNERS[row.quadrant]) if known else None

    if found.ranked and not case.study.unwanted(found.outcome):
        columns.append(Column(corner, "Corner"))
    return Table(
        found.points,
        columns,
        Text(en="Importance and performance.", zh="重要性与表现。"),
        Text(
            en=f"Standardized total effects, robust standard errors, delta method; mean score on 0 to 100. A corner is named only where the intervals of both distances from the means exclude zero.{basis.en}",
            zh=f"重要性为标准化总效应，稳健标准误由 delta 法得出；表现为 0–100 的平均得分。只有与两个均值之距离的区间均不含零时，才判定所在象限。{basis.zh}",
        ),
        withheld=lambda r: withheld(case.reliance.between(r.construct, found.outcome)),
    )


def maps_improve(found: Maps, case: Case) -> Table | None:
    if not found.weak:
        return None
    unit = grouping(case, found.group)
    of = escaped(unit.label)

    def level(row: LevelPoint) -> Text:
        label = unit.levels[row.level]
        return label if row.own else Text(en=f"{label.en}*", zh=f"{label.zh}*")

    weak, every = number(found.weak), number(found.of)
    note = Text(
        en=f"{weak} of {every} points; all are in the figure and the result file. One model each; standardized total effects, robust standard errors, delta method. Corners by the means of each.",
        zh=f"只列出 {every} 个点中的 {weak} 个，其余见图与结果文件。每组各估计一个模型；重要性为标准化总效应，稳健标准误由 delta 法得出。象限以各组自身的均值划分。",
    )
    if found.borrowed:
        more = Text(
            en="* No model of its own can be estimated: total effects of all respondents.",
            zh="标 * 者无法单独估计模型，总效应取自全部受访者。",
        )
        note = _with(note, more)
    return Table(
        [point for point in found.points if point.quadrant == "improve"],
        [Column(level, unit.label), *_points(case)],
        Text(
            en=f"What is important and weak, by {within(of.en)}.",
            zh=f"各{of.zh}中“重要而表现弱”的构念。",
        ),
        note,
        withheld=lambda r: withheld(case.reliance.between(r.construct, found.outcome)),
    )
