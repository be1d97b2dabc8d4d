"""Figures of behaviour."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure as Drawing

from loyalty.analyses.behaviour.findings import (
    Brands,
    Demand,
    Duplication,
    Prediction,
    Returns,
    Survival,
    Tracking,
    Waves,
    WinBack,
)
from loyalty.analyses.behaviour.words import SEGMENTS, level, resource, unit, useful
from loyalty.ground.findings import Record
from loyalty.ground.terms import term
from loyalty.ground.text import Language, Text
from loyalty.shown import charts
from loyalty.shown.context import Case
from loyalty.shown.figure import Figure

#: The measures of a brand that are drawn.
MEASURES = {"repeat": "repeat rate", "requirements": "share of category requirements"}


def _frame(rows: Sequence[Record]) -> pd.DataFrame:
    return pd.DataFrame([dict(row) for row in rows])


def _percent(rows: pd.DataFrame) -> pd.DataFrame:
    """Estimates and intervals in per cent."""
    columns = ["estimate", "ci_lower", "ci_upper"]
    return rows.assign(**{column: 100 * rows[column].astype(float) for column in columns})


def survival(found: Survival, case: Case) -> Figure:
    def draw(language: Language) -> Drawing:
        days = float(found.days)
        curves = {
            "not yet bought again": (found.again, days),
            "still buying": (found.held, days - found.silence),
        }
        return charts.survival(
            {
                term(name).in_(language): (_frame(curve).astype(float), until)
                for name, (curve, until) in curves.items()
            },
            term("Days since the first purchase").in_(language),
            term("Customers").in_(language),
        )

    return Figure(
        draw,
        Text(
            en="Until the second purchase, and how long customers kept buying; Kaplan–Meier with 95 % bands.",
            zh="距第二次购买的时间与持续购买的时长，以 Kaplan–Meier 曲线表示，附 95% 置信带。",
        ),
        Text(
            en="Two falling step curves over the days since the first purchase: the share of customers who have not yet bought again, and the share who are still buying.",
            zh="两条随首次购买后天数下降的阶梯曲线，分别为尚未再次购买的客户比例与仍在购买的客户比例。",
        ),
    )


def win_back(found: WinBack, case: Case) -> Figure:
    def draw(language: Language) -> Drawing:
        curve = _frame(found.curve).astype(float)
        until = max([float(curve["time"].max()), *(7.0 * row.weeks for row in found.came_back)])
        return charts.survival(
            {term("still away").in_(language): (curve, until)},
            term("Days since counted as lapsed").in_(language),
            term("Lapsed customers").in_(language),
        )

    return Figure(
        draw,
        Text(
            en="Lapsed customers until they buy again; Kaplan–Meier with a 95 % band.",
            zh="已流失客户距再次购买的时间，以 Kaplan–Meier 曲线表示，附 95% 置信带。",
        ),
        Text(
            en="A falling step curve over the days since customers counted as lapsed: the share still away.",
            zh="随判定流失后的天数下降的阶梯曲线，为仍未回来的客户比例。",
        ),
    )


def returns(found: Returns, case: Case) -> Figure | None:
    if not found.segments:
        return None

    def draw(language: Language) -> Drawing:
        labels = [term(SEGMENTS[row.segment]).in_(language) for row in found.segments]
        return charts.dots(
            _percent(_frame(found.segments)).assign(label=labels),
            term("Bought again in the time held out, %").in_(language),
            decimals=0,
        )

    until = found.until.isoformat()
    return Figure(
        draw,
        Text(
            en=f"Segments of {until}, and how many bought again afterwards; Wilson's 95 % intervals.",
            zh=f"截至 {until} 的各细分及其此后再次购买的比例，附 Wilson 95% 区间。",
        ),
        Text(
            en="One dot with an interval a segment: the share of its customers who bought again in the time held out.",
            zh="每个细分一个点及其区间，表示该细分的客户在留出期内再次购买的比例。",
        ),
    )


def tracking(found: Tracking, case: Case) -> Figure:
    def draw(language: Language) -> Drawing:
        actual, expected = term("actual").in_(language), term("expected").in_(language)
        return charts.tracking(
            _frame(found.weeks),
            float(found.calibration),
            (actual, expected, term("calibration ends").in_(language)),
            term("Week").in_(language),
            term("Repeat purchases, added up").in_(language),
        )

    return Figure(
        draw,
        Text(
            en="Repeat purchases of the customers of the calibration, actual and expected.",
            zh="校准期客户的累计重复购买，实际与预期对照。",
        ),
        Text(
            en="Two rising curves by week, actual and expected repeat purchases added up; a line marks the end of the calibration.",
            zh="按周上升的两条曲线，分别为累计的实际与预期重复购买；竖线标出校准期结束之处。",
        ),
    )


def prediction(found: Prediction, case: Case) -> Figure | None:
    if not found.parts:
        return None

    def draw(language: Language) -> Drawing:
        return charts.calibration(
            _frame(found.parts),
            term("Expected to buy again").in_(language),
            term("Bought again in the time held out").in_(language),
        )

    return Figure(
        draw,
        Text(
            en="How many were expected to buy again, and how many did: tenths of customers that the model has not seen; Wilson's 95 % intervals.",
            zh="预期与实际的再次购买比例，未用于拟合的客户按预测分为十等份，附 Wilson 95% 区间。",
        ),
        Text(
            en="Points with intervals beside a diagonal: the share that bought again against the share expected, from the tenth of customers least likely to come back to the likeliest.",
            zh="对角线旁的点与区间，以预期比例为横轴、实际再次购买的比例为纵轴，从最不可能回来的客户到最可能回来的客户。",
        ),
    )


def demand(found: Demand, case: Case) -> Figure | None:
    if not useful(found):
        return None

    def draw(language: Language) -> Drawing:
        money = unit(found.table, case)
        total = Text(en=f"A week's {money.en}", zh=f"每周（{money.zh}）")
        series = _frame(found.series)
        numbers = series.drop(columns="date").astype(float)
        return charts.forecast(
            numbers.assign(date=pd.to_datetime(series["date"])),
            (
                term("actual").in_(language),
                term("smoothing, with 95 % prediction interval").in_(language),
                term("last week repeated").in_(language),
            ),
            (total if found.valued else term("Purchases a week")).in_(language),
        )

    return Figure(
        draw,
        Text(
            en="Weekly totals, and a forecast of weeks that it has not seen.",
            zh="每周总额，以及对未用于拟合的各周的预测。",
        ),
        Text(
            en="A line of weekly totals; over the last weeks the forecast with its interval and the last value repeated.",
            zh="每周总额的折线；最后数周另标出预测及其区间，以及重复末值的水平线。",
        ),
    )


def brands(found: Brands, case: Case) -> Figure | None:
    rows = [b for b in found.brands if b.measure in MEASURES and b.estimate is not None]
    if not rows:
        return None

    def draw(language: Language) -> Drawing:
        labels = [
            f"{resource(b.category, case).label.in_(language)} · "
            f"{level(b.category, b.brand, case).in_(language)}"
            for b in rows
        ]
        kinds = [term(MEASURES[b.measure]).in_(language) for b in rows]
        table = _percent(_frame(rows)).assign(label=labels, kind=kinds)
        return charts.dots(table, "%", group="kind", decimals=0)

    return Figure(
        draw,
        Text(
            en="How loyal a brand's buyers are: share of its purchases that it follows again, and its share of all its buyers bought of the category; 95 % intervals.",
            zh="品牌买者的忠诚程度，即购买后再次购买该品牌的比例，以及该品牌在买者的品类购买中所占的份额，附 95% 区间。",
        ),
        Text(
            en="For every brand two dots with intervals: its repeat rate and its share of category requirements.",
            zh="每个品牌两个点及其区间，分别为重复购买率与品类需求份额。",
        ),
    )


def duplication(found: Duplication, case: Case) -> Figure | None:
    if not found.pairs:
        return None

    def draw(language: Language) -> Drawing:
        groups = [resource(p.category, case).label.in_(language) for p in found.pairs]
        return charts.duplication(
            _frame(found.pairs).assign(group=groups),
            term("Households that buy the other brand").in_(language),
            term("Buyers of a brand who buy the other").in_(language),
        )

    return Figure(
        draw,
        Text(
            en="Duplication of purchase against the other brand's penetration, one point a pair of brands; the dotted line is independence.",
            zh="兼买比例与另一品牌的渗透率，每点为一对品牌；虚线表示二者独立。",
        ),
        Text(
            en="Scatter plot: the larger a brand, the more of another brand's buyers buy it too.",
            zh="散点图，横轴为另一品牌的渗透率，纵轴为兼买比例。",
        ),
    )


def waves(found: Waves, case: Case) -> Figure:
    def draw(language: Language) -> Drawing:
        rows = _frame(found.waves)
        dates = pd.to_datetime(rows["date"])
        return charts.waves(rows.assign(date=dates), term("Net promoter score").in_(language))

    return Figure(
        draw,
        Text(
            en="Net promoter score by wave with 95 % intervals.",
            zh="各次调查的净推荐值及 95% 区间。",
        ),
        Text(
            en="One dot with an interval a wave, joined by a line over time.",
            zh="每次调查一个点及其区间，按时间连线。",
        ),
    )
