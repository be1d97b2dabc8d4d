"""The figure of the trial."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure as Drawing

from loyalty.analyses.trial.findings import Cases
from loyalty.analyses.trial.names import KINDS
from loyalty.analyses.trial.read import COUNTED
from loyalty.analyses.trial.read import KINDS as ORDER
from loyalty.ground.terms import term
from loyalty.ground.text import Language, Text
from loyalty.shown import charts
from loyalty.shown.context import Case
from loyalty.shown.figure import Figure
from loyalty.shown.words import number


def effects(found: Cases, case: Case) -> Figure | None:
    """All effects of surveys, declared against found; those whose interval misses stand out."""
    shown = [
        e
        for row in found.rows
        for e in row.effects
        if e.kind not in (*COUNTED, "table") and e.held is not None and e.estimate is not None
    ]
    if not shown:
        return None

    def draw(language: Language) -> Drawing:
        rows = pd.DataFrame(
            {
                "kind": [KINDS[e.kind].in_(language) for e in shown],
                "declared": [e.declared for e in shown],
                "estimate": [e.estimate for e in shown],
                "ci_lower": [e.ci_lower for e in shown],
                "ci_upper": [e.ci_upper for e in shown],
                "held": [e.held for e in shown],
            }
        )
        return charts.declared_found(
            rows,
            [KINDS[k].in_(language) for k in ORDER if any(e.kind == k for e in shown)],
            term("Declared").in_(language),
            term("found, with 95 % interval").in_(language),
            term("interval misses the declared value").in_(language),
        )

    sizes = [t.size for t in found.tallies if t.kind in ("path", "moderation")]
    several = len(sizes) == 2 and None not in sizes
    path, product = (number(s, "percent", 0) for s in sizes) if several else ("", "")
    en = zh = ""
    if several:
        en = f"Paths come out at {path} of their declared size, moderations at {product}. "
        zh = f"估计值合计与设定值合计之比，路径为 {path}，调节效应为 {product}。"
    return Figure(
        draw,
        Text(
            en=f"{en}Every effect of the simulated surveys, declared and found, with its 95 % interval. On the line the two are equal; hollow where the interval misses.",
            zh=f"模拟调查全部效应的设定值、估计值及 95% 区间。{zh}点落在斜线上表示设定值与估计值相等，空心点表示区间没有覆盖设定值。",
        ),
        Text(
            en=f"{en}Scatter plots of found against declared effects, a panel a kind, with intervals and the line of equality.",
            zh=f"估计值对设定值的散点图，每类效应一幅，附有区间与表示两者相等的斜线。{zh}",
        ),
        simulated=True,
    )
