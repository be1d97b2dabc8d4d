"""Figures of what follows a service failure."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure as Drawing

from loyalty.analyses.failure.findings import Coefficient, Determinants, Recoveries
from loyalty.analyses.failure.words import CIRCUMSTANCES
from loyalty.ground.terms import term
from loyalty.ground.text import Language, Text
from loyalty.shown import charts
from loyalty.shown.context import Case
from loyalty.shown.figure import Figure

SEVERITIES = {"all": "all failures", "mild": "mild failure", "severe": "severe failure"}


def determinants(found: Determinants, case: Case) -> Figure:
    def draw(language: Language) -> Drawing:
        def rows(part: tuple[Coefficient, ...], model: str) -> pd.DataFrame:
            return pd.DataFrame(
                {
                    "label": [term(CIRCUMSTANCES[r.term]).in_(language) for r in part],
                    "estimate": [r.estimate for r in part],
                    "ci_lower": [r.ci_lower for r in part],
                    "ci_upper": [r.ci_upper for r in part],
                    "model": term(model).in_(language),
                }
            )

        models = [rows(found.circumstances, "circumstances")]
        if found.with_before:
            models.append(rows(found.with_before, "with loyalty before"))
        return charts.dots(
            pd.concat(models),
            term("Standardized coefficient").in_(language),
            group="model",
            marks={"": 0.0},
            decimals=0,
        )

    return Figure(
        draw,
        Text(
            en="What loyalty after a failure depends on: standardized coefficients with 95 % intervals.",
            zh="失败后的忠诚取决于哪些因素，所列为标准化系数及 95% 区间。",
        ),
        Text(
            en="Forest plot: one row a circumstance, its coefficient with interval, without and with loyalty before the failure.",
            zh="森林图，每行为一个因素的系数及区间，分别取自不含与包含失败前忠诚的模型。",
        ),
        says=1,
    )


def paradox(found: Recoveries, case: Case) -> Figure:
    def draw(language: Language) -> Drawing:
        def shown(english: str) -> str:
            return term(english).in_(language)

        rows = pd.DataFrame(
            {
                "place": [level.quarter for level in found.levels],
                "group": [shown(SEVERITIES[level.severity]) for level in found.levels],
                "estimate": [level.estimate for level in found.levels],
                "ci_lower": [level.ci_lower for level in found.levels],
                "ci_upper": [level.ci_upper for level in found.levels],
            }
        )
        band = (found.never.estimate, found.never.ci_lower, found.never.ci_upper)
        quarters = [shown(q) for q in ("poorest quarter", "second", "third", "best quarter")]
        axes = (shown("Recovery, as rated"), shown("Loyalty after"), shown("no failure"))
        return charts.recovery(rows, band, quarters, axes)

    return Figure(
        draw,
        Text(
            en="Loyalty after the failure by quarters of the recovery's rating, beside customers without a failure; means with 95 % intervals.",
            zh="按补救评分四等分的失败后忠诚，与未遇失败的客户对照，所列为均值及 95% 区间。",
        ),
        Text(
            en="Means with intervals rising from poor to excellent recovery, for mild and severe failures, against the band of customers without a failure.",
            zh="均值与区间图，显示轻微与严重失败之后，忠诚由最差补救到最好补救的变化；色带为未遇失败的客户。",
        ),
    )
