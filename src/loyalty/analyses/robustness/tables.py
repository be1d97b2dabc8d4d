"""Tables of the robustness checks."""

from __future__ import annotations

from collections.abc import Sequence

from loyalty.analyses.robustness.findings import Curve, Power, Specification
from loyalty.analyses.robustness.words import choice, detail
from loyalty.estimates.verdicts import readable
from loyalty.ground.markdown import escape
from loyalty.ground.numbers import DASH
from loyalty.ground.terms import term
from loyalty.ground.text import Text
from loyalty.shown.context import Case
from loyalty.shown.doubts import DOUBTS, withheld
from loyalty.shown.table import Column, Table
from loyalty.shown.units import units
from loyalty.shown.words import interval, number


def specifications(found: Curve, case: Case) -> Table:
    """The specifications; of those that leave one out, the lowest, the highest and the faulty."""
    rows = listed(found.specifications)
    en = "What does not converge or is inadmissible is listed without its estimate; the reasons are in the result file."
    zh = "未收敛或解不可接受的设定照样列出，但不给出估计值；原因见结果文件。"
    if len(rows) < found.n:
        left = number(found.one_out)
        en += f" Of {left} specifications that leave one out, the lowest and the highest; all are in the figure."
        zh += f"逐一剔除的 {left} 种设定只列出最低与最高者，全部设定见图。"
    odd = any(r.problems or not readable(r) for r in found.specifications)
    fault = [Column(_fault, "Solution")] if odd else []
    return Table(
        rows,
        [
            Column(lambda r: choice(r, case), "Choice"),
            Column(lambda r: detail(r, case), "In detail", "markdown"),
            Column(lambda r: None if r.problems else r.estimate, "β", "number"),
            Column(_interval, "95 % interval", "markdown"),
            *fault,
        ],
        Text(
            en=f"Specifications of {escape(found.hypothesis)}.",
            zh=f"{escape(found.hypothesis)} 的各种设定。",
        ),
        Text(en=en, zh=zh),
    )


def _interval(row: Specification) -> str:
    return DASH if row.problems else interval(row.ci_lower, row.ci_upper)


def listed(rows: Sequence[Specification]) -> list[Specification]:
    """The rows that a table shows."""
    whole = [r for r in rows if r.one_out and readable(r)]
    ordered = sorted(whole, key=lambda r: r.estimate or 0.0)
    ends = {id(r) for r in [*ordered[:1], *ordered[-1:]]}
    left_out = {id(r) for r in whole} - ends
    return [r for r in rows if id(r) not in left_out]


def _fault(row: Specification) -> Text | None:
    if not row.problems:
        return None if readable(row) else DOUBTS["interval"]
    return term("no solution" if row.estimate is None else "not acceptable")


def power(found: Power, case: Case) -> Table:
    en = "Detectable: (z of .975 + z of .80) times the robust standard error; N for .10: respondents like these for a path of .10, the error falling with √N, and a dash where no path of a plausible size could have been found."
    zh = "“可检测”为 0.975 与 0.80 所对应的 z 值之和乘以稳健标准误。“检测 .10 所需 N”为发现大小为 0.10 的路径所需的同类受访者数，按误差随 √N 下降推算；若任何合理大小的路径都无从发现，则以短横表示。"
    clustered = []
    if found.cluster_worst is not None:
        firms = case.study.cluster is None
        heading = "Detectable, firms" if firms else "Detectable, clusters"
        clustered = [Column("cluster_detectable", heading)]
        many = units(case).many
        en += f" {many.en[:1].upper()}{many.en[1:]}: cluster-robust error, Student's t."
        zh += f"以{many.zh}为独立单位时，采用聚类稳健标准误与 t 分布。"
    return Table(
        found.paths,
        [
            Column("id", "H"),
            Column(lambda p: case.path(p.from_, p.to), "Path"),
            Column("se", "SE", decimals=3),
            Column("detectable", "Detectable"),
            Column("plausible", "N for .10"),
            *clustered,
        ],
        Text(en="What could have been found, path by path.", zh="各路径可检测的最小效应。"),
        Text(en=en, zh=zh),
        withheld=lambda _: withheld(case.reliance.whole),
    )
