"""Tables of what customers wrote and complained about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from loyalty.analyses.voice.findings import (
    Classes,
    Clusters,
    ComingBack,
    ComplaintClusters,
    Half,
    Quotes,
    Reached,
    Texts,
    Themes,
    Times,
)
from loyalty.analyses.voice.words import STEPS, category, glossed, theme
from loyalty.ground.terms import term
from loyalty.ground.text import Text
from loyalty.shown.context import Case
from loyalty.shown.table import Column, Table
from loyalty.shown.words import cut, number, plain


def texts(found: Texts, case: Case) -> Table:
    reasons = [(left.reason.text(), left.n) for left in found.lines.reasons]
    return Table(
        [
            (term("Lines read"), found.lines.read),
            *((Text(en=f"− {why.en}", zh=f"− {why.zh}"), n) for why, n in reasons),
            (term("Lines left"), found.left),
        ],
        [
            Column(lambda r: r[0], "Lines"),
            Column(lambda r: r[1], "Number [of lines]", "count"),
        ],
        Text(en="Which lines are counted.", zh="哪些行予以计入。"),
    )


def themes(found: Themes, case: Case) -> Table:
    least = cut("small_cell", "count")
    return Table(
        found.themes,
        [
            Column(lambda r: theme(r.theme, beside=True), "Theme"),
            Column("n", "Lines [counted]"),
            Column("praise", "Of praise", decimals=2),
            Column("complaint", "Of complaint", decimals=2),
            Column("difference", "Difference, points", decimals=2),
            Column(("difference_ci_lower", "difference_ci_upper"), "95 % interval", decimals=2),
        ],
        Text(en="Themes in praise and in complaint.", zh="好评与差评中的主题。"),
        Text(
            en=f"Shares of the lines of each kind that mention the theme. Newcombe's intervals [@newcombe1998], which hold for all themes together; themes in fewer than {least} lines are not compared.",
            zh=f"所列为好评与差评各行中提及该主题的比例。区间为 Newcombe 区间 [@newcombe1998]，对全部主题联合成立；不足 {least} 行的主题不作比较。",
        ),
    )


def clusters(found: Clusters, case: Case) -> Table:
    def stand_out(words: tuple[str, ...]) -> Text:
        shown = [glossed(word) for word in words]
        return Text(en="; ".join(t.en for t in shown), zh="、".join(t.zh for t in shown))

    return Table(
        found.clusters,
        [
            Column(lambda r: stand_out(r.words), "Words that stand out"),
            Column("share", "Of the lines", decimals=0),
            Column("praise", "Praise", decimals=0),
            Column(("praise_ci_lower", "praise_ci_upper"), "95 % interval", decimals=0),
            Column("jaccard", "Jaccard"),
        ],
        Text(en="Clusters of texts, from the largest on.", zh="文本的聚类，由大到小排列。"),
        Text(
            en="k-means on 50 dimensions of latent semantic analysis; lines without a frequent word are left out. Jaccard: mean likeness with the same cluster in 50 bootstrap samples.",
            zh="对潜在语义分析的 50 个维度作 k-means 聚类，没有常用词的行不计在内。Jaccard 为与 50 个自助样本中同一聚类的平均相似度。",
        ),
    )


def quotes(found: Quotes, case: Case) -> Table:
    def quoted(clause: str | None) -> str:
        return "" if clause is None else f"「{clause}」"

    return Table(
        found.themes,
        [
            Column(lambda r: theme(r.theme, beside=True), "Theme"),
            Column(lambda r: quoted(r.praise), "Praise"),
            Column(lambda r: quoted(r.complaint), "Complaint"),
        ],
        Text(en="What was written of each theme.", zh="各主题的原文例示。"),
    )


def classes(found: Classes, case: Case) -> Table:
    least, hours = cut("small_cell", "count"), cut("first_response_hours", decimals=0)
    return Table(
        found.classes,
        [
            Column(lambda r: category(r.category, case), "Class"),
            Column("n", "Complaints [counted]"),
            Column("share", "Share [of complaints]", decimals=0),
            Column("hours", "Hours (median) [to the response]", decimals=1),
            Column("soon", Text(en=f"Within {hours} h", zh=f"{hours} 小时内"), decimals=0),
            Column("solved", "Solved", decimals=0),
            Column("stayed", "Stayed", decimals=0),
            Column(("stayed_ci_lower", "stayed_ci_upper"), "95 % interval", decimals=0),
        ],
        Text(en="Complaints by class.", zh="各类投诉。"),
        Text(
            en=f"Shares of the complaints for which it is known; Wilson's interval of those who stayed. Classes with fewer than {least} complaints are put together, with the next smallest where that would still tell of one of them.",
            zh=f"各比例以相应结果已知的投诉为基数；客户留下的比例附 Wilson 区间。不足 {least} 条投诉的类别合并列出；若由此仍可推知其中某一类，则与次小的类别一并合并。",
        ),
    )


def coming_back(found: ComingBack, case: Case) -> Table:
    within = number(found.within)
    every = Text(en="All", zh="全部")
    return Table(
        found.rows,
        [
            Column(lambda r: category(r.category, case) if r.category else every, "Class"),
            Column("n", "Complaints [counted]"),
            Column("same", "The same again"),
            Column(("same_ci_lower", "same_ci_upper"), "95 % interval"),
            Column("other", "Another complaint"),
            Column(("other_ci_lower", "other_ci_upper"), "95 % interval"),
        ],
        Text(
            en=f"Complaints that come back within {within} days.",
            zh=f"{within} 天之内再次出现的投诉。",
        ),
        Text(
            en="The chance that the customer's next complaint comes within that time and is of the same class, or of another one: competing risks, by the Aalen–Johansen estimate, which allows for complaints near the end of the record; intervals with customers as clusters.",
            zh="所列为同一客户的下一次投诉在此期限内出现、且属同类或其他类别的概率，按竞争风险的 Aalen–Johansen 估计，已考虑临近记录期末的投诉；区间以客户为聚类单位。",
        ),
    )


@dataclass(frozen=True)
class _Stepped:
    """A step of everybody or of a group: the shares within each of the hours."""

    step: str
    group: str | None
    shares: Sequence[Reached | None]
    half: Half | None

    def __getattr__(self, name: str) -> Reached:
        """``at0``, ``at1`` …: the share within the hours of that place, none where it is hidden."""
        if not name.startswith("at"):
            raise AttributeError(name)
        none: Any = dict.fromkeys(("estimate", "ci_lower", "ci_upper"))
        hidden = Reached.model_construct(**none)
        return self.shares[int(name.removeprefix("at"))] or hidden


def times(found: Times, case: Case) -> Table:
    levels = next((g.levels for g in case.study.groups if g.id == found.grouped), {})
    every = Text(en="All", zh="全部")
    halves = {h.step: h for h in found.halves}
    by = {(r.step, r.group, float(r.hours)): r for r in found.rows}
    marks = {float(r.hours): r.hours for r in found.rows}
    rows = [
        _Stepped(
            step,
            group,
            [by.get((step, group, h)) for h in sorted(marks)],
            halves.get(step) if group is None else None,
        )
        for step, group in dict.fromkeys((r.step, r.group) for r in found.rows)
    ]
    columns = [Column(lambda r: STEPS[r.step], "Step")]
    if levels:
        columns.append(Column(lambda r: levels[r.group] if r.group else every, "Group"))
    for k, mark in enumerate(sorted(marks)):
        hours = number(marks[mark], decimals=0)
        heading = Text(en=f"Within {plain(hours)} h", zh=f"{plain(hours)} 小时内")
        columns.append(Column(f"at{k}.estimate", heading, "percent"))
        columns.append(Column((f"at{k}.ci_lower", f"at{k}.ci_upper"), "95 % interval", "percent"))
    columns.append(
        Column(
            lambda r: None if r.half is None else r.half.hours, "Half within, hours", "number", 0
        )
    )
    return Table(
        rows,
        columns,
        Text(
            en="From the complaint to the answer, the solution and the end.",
            zh="从投诉到回应、解决与结案所需的时间。",
        ),
        Text(
            en="Shares of all complaints, open ones included: one less the Kaplan–Meier estimate [@kaplan1958]; where a complaint may end without a solution or an answer, the Aalen–Johansen estimate of competing risks [@aalen1978]. By whole hours; intervals by log(−log), customers as clusters where they are known.",
            zh="各比例以全部投诉（含未结案者）为基数，为 1 减去 Kaplan–Meier 估计 [@kaplan1958]；若投诉可能未获解决或回应便已结案，则采用竞争风险的 Aalen–Johansen 估计 [@aalen1978]。时间以整小时计；区间为 log(−log) 区间，客户已知时以客户为聚类单位。",
        ),
    )


def complaint_clusters(found: ComplaintClusters, case: Case) -> Table:
    return Table(
        found.clusters,
        [
            Column(lambda r: category(r.category, case), "Mostly"),
            Column("first", "Of the cluster", decimals=0),
            Column("share", "Of all", decimals=0),
            Column("hours", "Hours (median)", decimals=1),
            Column("solved", "Solved", decimals=0),
            Column("stayed", "Stayed", decimals=0),
            Column(("stayed_ci_lower", "stayed_ci_upper"), "95 % interval", decimals=0),
            Column("jaccard", "Jaccard"),
        ],
        Text(en="Clusters of complaints.", zh="投诉的聚类。"),
        Text(
            en="k-means on class, hours to the response (logarithm) and solution; Jaccard: mean likeness with the same cluster in 50 bootstrap samples.",
            zh="按类别、响应小时数（对数）与是否解决作 k-means 聚类；Jaccard 为与 50 个自助样本中同一聚类的平均相似度。",
        ),
    )
