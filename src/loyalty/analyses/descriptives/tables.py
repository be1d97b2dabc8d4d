"""Tables of the descriptives."""

from __future__ import annotations

from loyalty.analyses.descriptives.models import (
    Detail,
    Details,
    Groups,
    Item,
    Items,
    ScaleLevel,
    Scales,
    Weights,
)
from loyalty.analyses.descriptives.words import group_name, label, level_name
from loyalty.ground.text import Text
from loyalty.shown.context import Case
from loyalty.shown.table import Column, Table
from loyalty.shown.words import cut, estimate


def weights(found: Weights, case: Case) -> Table:
    return Table(
        found.rows,
        [
            Column(lambda row: case.label(row.construct), "Scale"),
            Column("n", "n"),
            Column("mean", "Mean, weighted"),
            Column("unweighted", "Mean, unweighted"),
            Column("deff", "Design effect"),
        ],
        Text(en="Scale scores with the weights and without.", zh="加权与未加权的量表得分。"),
        Text(
            en="Design effect: variance of the weighted mean over that of as many respondents drawn one by one.",
            zh="设计效应为加权均值的方差与同样人数的简单随机样本的均值方差之比。",
        ),
    )


def items(found: Items, case: Case) -> Table:
    def end(row: Item) -> float:
        return -max(row.floor or 0.0, row.ceiling or 0.0)

    return Table(
        sorted(found.rows, key=end),
        [
            Column(lambda row: case.label(row.construct), "Construct"),
            Column("item", "Item [of a scale]"),
            Column("n", "n"),
            Column("mean", "Mean"),
            Column("sd", "SD"),
            Column("skew", "Skew"),
            Column("kurtosis", "Kurtosis"),
            Column("floor", "Floor", decimals=0),
            Column("ceiling", "Ceiling", decimals=0),
        ],
        Text(
            en="Items, those with the largest share of answers at one end of their scale first.",
            zh="题项的描述统计，答案集中于量表一端的比例最大者排在最前。",
        ),
        Text(
            en="Reversed items are turned. Kurtosis is in excess of the normal; floor and ceiling are the shares at the ends of the scale.",
            zh="反向题已反向计分。峰度为超额峰度（正态分布下为 0）；地板效应与天花板效应为答案取量表最低点与最高点的比例。",
        ),
        first=8,
    )


def scales(found: Scales, case: Case) -> Table:
    return Table(
        found.rows,
        [
            Column(lambda row: case.label(row.construct), "Scale"),
            Column("items", "Items [how many]"),
            Column("n", "n"),
            Column("mean", "Mean"),
            Column(("ci_lower", "ci_upper"), "95 % interval"),
            Column("sd", "SD"),
            Column("floor", "Floor"),
            Column("ceiling", "Ceiling"),
        ],
        Text(en="Scale scores.", zh="量表得分。"),
        Text(
            en="Scores are means of the answered items, where at least half of them are answered. Floor and ceiling: share of respondents with the lowest and the highest possible score.",
            zh="得分为已答题项的均值，至少须答一半题项。地板效应与天花板效应为得最低分与最高分的受访者比例。",
        ),
    )


def groups(found: Groups, case: Case) -> Table | None:
    if not found.chosen:
        return None
    overall = {one.construct: one.estimate for one in found.overall}
    by: dict[tuple[str, str], dict[str, ScaleLevel]] = {}
    for row in found.rows:
        if row.construct in found.chosen:
            by.setdefault((row.group, row.level), {})[row.construct] = row

    def farthest(cells: dict[str, ScaleLevel]) -> float:
        pairs = [(row.estimate, overall[c]) for c, row in cells.items()]
        return -max((abs(a - b) for a, b in pairs if a is not None and b is not None), default=-1)

    def first(cells: dict[str, ScaleLevel]) -> ScaleLevel:
        return next(iter(cells.values()))

    def column(construct: str) -> Column:
        def shown(cells: dict[str, ScaleLevel]) -> str:
            cell = cells[construct]
            return estimate(cell.estimate, cell.ci_lower, cell.ci_upper, "number", 1)

        return Column(shown, case.label(construct), "markdown")

    least = cut("small_cell", "count")
    return Table(
        sorted(by.values(), key=farthest),
        [
            Column(lambda cells: group_name(case, first(cells).group), "Group"),
            Column(lambda cells: level_name(case, first(cells)), "Level [of a group]"),
            *map(column, found.chosen),
        ],
        Text(
            en="Index (0 to 100) by group, with 95 % intervals in brackets; the groups farthest from everybody's mean first.",
            zh="各组的指数（0–100），方括号内为 95% 区间；离总体均值最远的组排在最前。",
        ),
        Text(
            en=f"Dashes: fewer than {least} answers, or a cell from which such a one could be worked out.",
            zh=f"短横表示答案少于 {least} 个，或一经列出便可推知此类数值。",
        )
        if found.hidden
        else None,
        first=8,
    )


def details(found: Details, case: Case) -> Table:
    def alpha(row: Detail) -> float:
        return float("inf") if row.alpha is None else row.alpha

    alphas = [Column("alpha", "α"), Column(("alpha_ci_lower", "alpha_ci_upper"), "95 % interval")]
    some = any(row.alpha is not None for row in found.rows)
    columns = [
        Column(lambda row: group_name(case, row.group), "Group"),
        Column(lambda row: level_name(case, row), "Level [of a group]"),
        *(alphas if some else []),
        Column("floor", "Floor"),
        Column("ceiling", "Ceiling"),
    ]
    outcome, note = label(case, found.construct), None
    if found.source is not None:
        columns += [Column("r", "r"), Column(("r_ci_lower", "r_ci_upper"), "95 % interval")]
        source, least = label(case, found.source), cut("small_cell", "count")
        note = Text(
            en=f"Floor and ceiling: share with the lowest and the highest possible score, not shown where fewer than {least} respondents make it up or would follow. r: correlation with {source.en}.",
            zh=f"地板效应与天花板效应为得最低分与最高分的比例，所涉不足 {least} 人或可据以推知者不列出。r 为与{source.zh}的相关。",
        )
    return Table(
        sorted(found.rows, key=alpha),
        columns,
        Text(
            en=f"The scale of {outcome.en} by group{', the lowest alpha first' if some else ''}.",
            zh=f"各组的{outcome.zh}量表{'，α 最低的组排在最前' if some else ''}。",
        ),
        note,
        first=8,
    )
