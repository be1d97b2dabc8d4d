"""The figure of the trial."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure as Drawing

from loyalty.analyses.trial.findings import Cases
from loyalty.analyses.trial.names import KINDS
from loyalty.analyses.trial.read import KINDS as ORDER
from loyalty.ground.terms import term
from loyalty.ground.text import Language, Text
from loyalty.shown import charts
from loyalty.shown.context import Case
from loyalty.shown.figure import Figure


def effects(found: Cases, case: Case) -> Figure | None:
    """All effects of surveys, declared against found; those whose interval misses stand out."""
    shown = [
        e
        for row in found.rows
        for e in row.effects
        if e.kind not in ("share", "table") and e.held is not None and e.estimate is not None
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

    return Figure(
        draw,
        Text(
            en="Declared and found: every effect of the simulated surveys with its 95 % interval. On the line the two are equal; hollow where the interval misses.",
            zh="设定与所得：模拟问卷的全部效应及 95% 区间。线上两者相等；空心者区间未覆盖设定值。",
        ),
        Text(
            en="Scatter plots of found against declared effects, a panel a kind, with intervals and the line of equality.",
            zh="所得对设定的散点图，每类效应一格，附区间与等值线。",
        ),
        simulated=True,
    )
