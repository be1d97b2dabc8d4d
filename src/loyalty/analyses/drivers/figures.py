"""Figures of what counts."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure as Drawing

from loyalty.analyses.drivers.models import Journey, Satisfied, Shares, Weights
from loyalty.analyses.drivers.words import (
    grouping,
    of_effect,
    share_of,
    touchpoint,
    waited,
)
from loyalty.ground.terms import term
from loyalty.ground.text import Language, Text
from loyalty.shown import charts
from loyalty.shown.context import Case
from loyalty.shown.figure import Figure
from loyalty.shown.short import within
from loyalty.shown.words import escaped, listed


def shares(found: Shares, case: Case) -> Figure | None:
    if case.reliance.whole:
        return None

    def draw(language: Language) -> Drawing:
        rows = [
            {
                "label": share_of(case, r).in_(language),
                "estimate": 100 * r.estimate,
                "ci_lower": None if r.ci_lower is None else 100 * r.ci_lower,
                "ci_upper": None if r.ci_upper is None else 100 * r.ci_upper,
                "which": term("estimated").in_(language),
            }
            for r in found.rows
        ]
        rows += [
            {
                "label": share_of(case, r).in_(language),
                "estimate": 100 * r.truth,
                "ci_lower": 100 * r.truth,
                "ci_upper": 100 * r.truth,
                "which": term("declared").in_(language),
            }
            for r in found.rows
            if r.truth is not None
        ]
        frame = pd.DataFrame(rows).astype({"ci_lower": float, "ci_upper": float})
        several = frame["which"].nunique() > 1
        return charts.dots(
            frame,
            term("Share of what is explained, %").in_(language),
            group="which" if several else None,
        )

    return Figure(
        draw,
        Text(
            en="Shares of what is explained (LMG), with 95 % intervals.",
            zh="解释方差的份额（LMG）及 95% 区间。",
        ),
        Text(
            en="Forest plot: one row a construct and an outcome, its share in what is explained of the outcome, with interval.",
            zh="森林图，每行为一个构念在一个结果的已解释部分中所占的份额及区间。",
        ),
    )


def weights(found: Weights, case: Case) -> Figure | None:
    """The effects that may be relied upon; None where none may."""
    averages = [a for a in found.averages if not of_effect(a.id, case)]
    if not averages:
        return None
    unit = grouping(case, found.group)
    of = escaped(unit.label)
    labels = {e.id: e.label for e in case.study.effects}

    def draw(language: Language) -> Drawing:
        rows = [
            {
                "label": labels[r.id].in_(language),
                "estimate": r.estimate,
                "ci_lower": r.ci_lower,
                "ci_upper": r.ci_upper,
                "level": unit.levels[r.level].in_(language),
            }
            for r in found.rows
            if not of_effect(r.id, case)
        ]
        rows += [
            {
                "label": labels[a.id].in_(language),
                "estimate": a.estimate,
                "ci_lower": a.ci_lower,
                "ci_upper": a.ci_upper,
                "level": term("mean of all").in_(language),
            }
            for a in averages
        ]
        frame = pd.DataFrame(rows).astype({"ci_lower": float, "ci_upper": float})
        return charts.dots(
            frame,
            term("Indirect effect (standardized)").in_(language),
            group="level",
            marks={"": 0.0},
            decimals=0,
        )

    return Figure(
        draw,
        Text(
            en=f"Indirect effects by {within(of.en)}, with 95 % intervals.",
            zh=f"各{of.zh}的间接效应及 95% 区间。",
        ),
        Text(
            en="Forest plot: one row an indirect effect, a colour each level and one their mean, with intervals.",
            zh="森林图，每行为一个间接效应，各水平及其平均值以不同颜色表示，附区间。",
        ),
    )


def satisfied(found: Satisfied, case: Case) -> Figure:
    def draw(language: Language) -> Drawing:
        rows = []
        for r in found.rows:
            where = (
                term("everybody")
                if r.level is None or found.group is None
                else grouping(case, found.group).levels[r.level]
            )
            label = f"{case.label(r.to).in_(language)} · {where.in_(language)}"
            for which, name in (("satisfied", "Satisfied"), ("loyal", "Loyal")):
                parts = (getattr(r, f"{which}{end}") for end in ("", "_ci_lower", "_ci_upper"))
                values = dict(
                    zip(("estimate", "ci_lower", "ci_upper"), (100 * v for v in parts), strict=True)
                )
                rows.append({"label": label, **values, "which": term(name).in_(language)})
        return charts.dots(
            pd.DataFrame(rows), term("Share of respondents, %").in_(language), group="which"
        )

    return Figure(
        draw,
        Text(
            en="How many are satisfied and how many are loyal, with 95 % intervals.",
            zh="满意者与忠诚者的比例及 95% 区间。",
        ),
        Text(
            en="Forest plot: a row each loyalty and group, the share satisfied and the share loyal with intervals.",
            zh="森林图，每行为一种忠诚在一个分组中的情形，附满意者与忠诚者的比例及区间。",
        ),
    )


def _map(found: Journey, case: Case, levels: Sequence[str | None], language: Language) -> Drawing:
    rows = [r for r in found.rows if r.level in levels]
    unit = waited(found, case)
    rated = "Rating" if found.scored == "rating" else "Score, 0 to 100"
    names_ = {
        "score": term(rated),
        "share": Text(en="Share of what\nis explained, %", zh="解释份额\n（%）"),
        "waiting": Text(en=f"Waiting,\n{unit.en}", zh=f"等待\n（{unit.zh}）"),
        "lost": Text(en="Go no\nfurther, %", zh="就此止步\n（%）"),
    }
    panels = {panel: name.in_(language) for panel, name in names_.items()}
    drawn = []
    for r in rows:
        name = touchpoint(r.touchpoint, found, case).in_(language)
        who = grouping(case, found.grouped).levels[r.level] if found.grouped and r.level else None
        for panel in panels:
            times = 100 if panel in ("share", "lost") else 1
            ends = [getattr(r, f"{panel}{end}") for end in ("", "_ci_lower", "_ci_upper")]
            if ends[0] is None:
                continue
            values = [None if e is None else times * e for e in ends]
            drawn.append((name, panel, who.in_(language) if who else "", *values))
    names = ["label", "panel", "level", "estimate", "ci_lower", "ci_upper"]
    frame = pd.DataFrame(drawn, columns=names)
    frame[names[3:]] = frame[names[3:]].astype(float)
    there = {k: v for k, v in panels.items() if (frame["panel"] == k).any()}
    return charts.journey_map(frame, there, group="level" if len(levels) > 1 else None)


def journey(found: Journey, case: Case) -> Figure:
    return journey_of(found, case, None)


def journey_of(found: Journey, case: Case, level: str | None) -> Figure:
    """Of everybody, or of a level."""
    return Figure(
        lambda language: _map(found, case, [level], language),
        Text(
            en="The journey as the data have it: touchpoints from left to right, with 95 % intervals.",
            zh="数据所呈现的客户旅程，触点自左向右排列，附 95% 区间。",
        ),
        _panels(found),
        says=1 if level is None else None,
    )


def _panels(found: Journey) -> Text:
    """What the map shows, of what is known, for who does not see it."""
    shown = {
        "score": Text(en="satisfaction", zh="满意度"),
        "share": Text(en="share of what is explained", zh="解释份额"),
        "waiting": Text(en="waiting", zh="等待"),
        "lost": Text(en="the share of those who come that go no further", zh="到达者中止步的比例"),
    }
    rows = found.rows
    what = listed([t for k, t in shown.items() if any(getattr(r, k) is not None for r in rows)])
    return Text(
        en=f"Panels one above the other, touchpoints in order from left to right: {what.en}.",
        zh=f"自上而下的多个面板，触点自左向右依次排列，显示{what.zh}。",
    )


def journey_by_level(found: Journey, case: Case) -> Figure | None:
    """The same by the levels of the grouping."""
    if found.grouped is None:
        return None
    unit = grouping(case, found.grouped)
    of = escaped(unit.label)
    return Figure(
        lambda language: _map(found, case, list(unit.levels), language),
        Text(
            en=f"The journey by {of.en.lower()}, with 95 % intervals.",
            zh=f"各{of.zh}的客户旅程及 95% 区间。",
        ),
        Text(
            en="The same panels, a colour each level.",
            zh="面板同上，各水平以不同颜色表示。",
        ),
        says=None,
    )
