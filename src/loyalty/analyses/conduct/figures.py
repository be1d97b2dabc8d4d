"""Figures of what people say and what they do."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure as Drawing

from loyalty.analyses.conduct.findings import Effects, Foretold
from loyalty.analyses.conduct.words import OUTCOMES, predictors
from loyalty.ground.terms import term
from loyalty.ground.text import Language, Text
from loyalty.shown import charts
from loyalty.shown.context import Case
from loyalty.shown.figure import Figure


def effects(found: Effects, case: Case) -> Figure:
    def draw(language: Language) -> Drawing:
        rows = []
        for row in found.rows:
            name, outcome = case.label(row.attitude), term(OUTCOMES[row.outcome])
            label = f"{name.in_(language)} → {outcome.in_(language)}"
            for kind, values in (
                ("corrected", (row.estimate, row.ci_lower, row.ci_upper)),
                ("uncorrected", (row.naive, row.naive_ci_lower, row.naive_ci_upper)),
            ):
                rows.append((label, *values, term(kind).in_(language)))
        columns = ["label", "estimate", "ci_lower", "ci_upper", "kind"]
        return charts.dots(
            pd.DataFrame(rows, columns=columns),
            term("Correlation or log rate ratio").in_(language),
            group="kind",
            marks={"": 0.0},
            decimals=0,
        )

    return Figure(
        draw,
        Text(
            en="What a standard deviation of an attitude goes with, corrected for measurement error and not; 95 % intervals.",
            zh="态度每高一个标准差所伴随的行为差异，校正与未校正测量误差的估计并列，附 95% 区间。",
        ),
        Text(
            en="Forest plot: one row an attitude and a conduct, the corrected estimate beside the uncorrected one.",
            zh="森林图，每行为一种态度与一种行为，校正与未校正的估计值并列。",
        ),
    )


def foretold(found: Foretold, case: Case) -> Figure:
    def draw(language: Language) -> Drawing:
        rows = pd.DataFrame(
            {
                "label": [predictors(r.model, case).in_(language) for r in found.areas],
                "estimate": [r.auc for r in found.areas],
                "ci_lower": [r.ci_lower for r in found.areas],
                "ci_upper": [r.ci_upper for r in found.areas],
            }
        )
        chance = term("chance").in_(language)
        return charts.dots(rows, term("Area").in_(language), marks={chance: 0.5}, decimals=1)

    return Figure(
        draw,
        Text(
            en="How well people are told apart by what they say and by what they did; 95 % intervals.",
            zh="所言与过去所为各自能在多大程度上区分客户，附 95% 区间。",
        ),
        Text(
            en="Areas under the ROC curve with intervals, one row a set of predictors, and a line at chance.",
            zh="各组预测变量的 ROC 曲线下面积及其区间，竖线为随机水平。",
        ),
    )


def emotion(found: Foretold, case: Case) -> Figure:
    return foretold(found, case)
