"""What customers did: who comes back, what they are worth, which brand they choose again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal

from loyalty.cases.tables import Loaded, RowsUsed, rows_used
from loyalty.ground.findings import (
    Bounded,
    Cell,
    Count,
    Finding,
    Findings,
    OfRows,
    P,
    Part,
    People,
    Percent,
    Points,
    Real,
    Record,
    Refused,
    Shown,
)

#: A number that is shown as whole, as expected purchases are.
Whole = Annotated[float, Shown("count")]
Middle = Annotated[float, Shown("number", 1)]
Segment = Literal["champions", "loyal", "promising", "at_risk", "dormant"]


# --- the findings --------------------------------------------------------------------------------
class TableRows(RowsUsed):
    table: str
    used: Count


class Rows(Finding):
    tables: tuple[TableRows, ...]


class Step(Record):
    """A step of a Kaplan–Meier curve, `time` in days since the first purchase."""

    time: Real
    survival: Percent
    ci_lower: Percent | None
    ci_upper: Percent | None
    at_risk: Count
    events: Count


class BoughtAgain(Record):
    """Share of customers with a second purchase within so many weeks."""

    weeks: Count
    estimate: Percent
    ci_lower: Percent
    ci_upper: Percent


class Survival(Finding):
    """Until the second purchase, and how long customers kept buying.

    A relationship ends with the last purchase before a silence of more than `silence` days, which
    is no shorter than the share `usual` of all gaps between purchases. Only customers of whom such
    a silence could have been seen are `watched`, up to the last day from which it could; of them
    `lapsed` ended. `estimate` is the share that went on buying for more than `at` days. `days` are
    the data's.
    """

    customers: Count
    single: Annotated[int, Shown("count"), Cell("customers")]
    single_share: Percent
    days: Count
    bought_again: tuple[BoughtAgain, ...]
    silence: Count
    usual: Percent
    watched: People
    lapsed: Annotated[float, Shown("percent"), Cell("watched")]
    at: Count
    estimate: Percent
    ci_lower: Percent
    ci_upper: Percent
    again: Annotated[tuple[Step, ...], OfRows()]
    held: Annotated[tuple[Step, ...], OfRows()]


class CameBack(Record):
    """Share of the lapsed who bought again within so many weeks of counting as lapsed."""

    weeks: Count
    estimate: Percent
    ci_lower: Percent
    ci_upper: Percent


class StillAway(Record):
    """Of those still away after `away` weeks, the share that came back within the next `weeks`."""

    away: Count
    weeks: Count
    n: People
    estimate: Percent
    ci_lower: Percent
    ci_upper: Percent


class LapsedGroup(Record):
    """Who came back within so many weeks, by what they bought or spent before they lapsed."""

    by: Literal["purchases", "spent"]
    level: Literal["one", "few", "more", "least", "middle", "most"]
    n: People
    weeks: Count
    estimate: Percent
    ci_lower: Percent
    ci_upper: Percent


class WinBack(Finding):
    """Who comes back of the `lapsed`, and when.

    Customers count as lapsed when their silence has become longer than `silence` days, as in
    :class:`Survival`; each once. They are watched from that day until they buy again or the data
    end, so that nobody's end of watching is taken for staying away. `returned` were seen to.
    """

    silence: Count
    lapsed: People
    returned: Annotated[int, Shown("count"), Cell("lapsed")]
    came_back: tuple[CameBack, ...]
    still_away: tuple[StillAway, ...]
    groups: tuple[LapsedGroup, ...]
    curve: Annotated[tuple[Step, ...], OfRows()]


class SegmentRow(Record):
    """A segment at the end of the data; one of few customers is blank.

    `recency` is the median of days since the last purchase, `frequency` the mean of days with one.
    """

    segment: Segment
    n: People | None = None
    share: Percent | None = None
    recency: Real | None = None
    frequency: Real | None = None
    revenue: Percent | None = None


class Segments(Finding):
    """`valued`: amounts are known."""

    segments: tuple[SegmentRow, ...]
    valued: bool


class Returned(Record):
    """Share of a segment that bought in the time held out, with Wilson's interval."""

    segment: Segment
    n: People
    estimate: Part
    ci_lower: Percent
    ci_upper: Percent


class Returns(Finding):
    """Segments of the day `until`, with which the calibration ends."""

    until: date
    segments: tuple[Returned, ...]


class Parameter(Record):
    model: Literal["bg_nbd", "gamma_gamma"]
    parameter: str
    estimate: Real
    se: Real
    ci_lower: Real
    ci_upper: Real


class Model(Finding):
    """BG/NBD, and gamma–gamma where amounts are known, on the calibration.

    `rate` is the mean weekly rate of repeat purchases, `leaving` the mean probability to leave
    after one; `correlation` (rank) is that of number and value of purchases.
    """

    until: date
    parameters: tuple[Parameter, ...]
    log_likelihood: Real
    rate: Real
    leaving: Percent
    leaving_ci_lower: Percent
    leaving_ci_upper: Percent
    correlation: Bounded | None


class Week(Record):
    """Repeat purchases added up."""

    week: Count
    actual: Count
    expected: Real


class Tracking(Finding):
    """`calibration`: weeks."""

    calibration: Real
    weeks: Annotated[tuple[Week, ...], OfRows()]


class ByCount(Record):
    """Mean purchases in the time held out, by repeat purchases `x` before it.

    The interval is that of the actual mean.
    """

    x: Count
    n: People
    forecast: Real
    actual: Real
    ci_lower: Real
    ci_upper: Real


class Holdout(Finding):
    """All purchases of the `weeks` held out, with the prediction interval.

    `error` is how far the forecast misses, relative to the actual number.
    """

    weeks: Whole
    forecast: Whole
    pi_lower: Whole
    pi_upper: Whole
    actual: Count
    error: Percent | None
    counts: tuple[ByCount, ...]


class Foreseen(Record):
    """A part of the customers by their predicted probability, and the share that came back."""

    n: People
    predicted: Percent
    estimate: Part
    ci_lower: Percent
    ci_upper: Percent


class Area(Record):
    """Area under the ROC curve: 1 tells all who come back from those who do not, 0.5 none."""

    score: Literal["model", "recency"]
    auc: Bounded
    ci_lower: Bounded
    ci_upper: Bounded


class Prediction(Finding):
    """Who buys again in the `weeks` held out, foretold for customers that the model has not seen.

    A random half of the customers of the calibration makes the model, the other half is foretold:
    `customers`, of whom the share `share` came back and `predicted` were expected to. `slope` is
    that of the log-odds on those predicted. `difference` is the area of the model less that of the
    plain rule: whoever bought more recently comes back.
    """

    weeks: Whole
    customers: People
    share: Part
    predicted: Percent
    parts: tuple[Foreseen, ...]
    slope: Real
    slope_ci_lower: Real
    slope_ci_upper: Real
    areas: tuple[Area, ...]
    difference: Bounded
    difference_ci_lower: Bounded
    difference_ci_upper: Bounded


class Value(Record):
    """Mean lifetime value; `share` of the total, `customers` as share of all.

    Without an interval where some draws of the parameters give no value.
    """

    segment: Segment | Literal["all"]
    n: People
    customers: Percent
    estimate: Real
    ci_lower: Real | None
    ci_upper: Real | None
    share: Percent


class Worth(Finding):
    """Discounted revenue expected of a customer, in the unit of `table`; the last row is of all."""

    table: str
    weeks: Count
    discount: Percent
    segments: tuple[Value, ...]


class Total(Record):
    """A week's total; over the weeks not seen the forecast with its prediction interval."""

    date: date
    total: Real
    forecast: Real | None
    pi_lower: Real | None
    pi_upper: Real | None
    naive: Real | None


class ForecastError(Record):
    method: Literal["smoothing", "naive"]
    mape: Percent | None
    mase: Real
    mae: Real


class Demand(Finding):
    """`weeks` were forecast, of which the share `covered` lay in the prediction interval.

    `valued`: totals are amounts in the unit of `table`, else purchases.
    """

    table: str
    valued: bool
    weeks: Count
    covered: Percent
    errors: tuple[ForecastError, ...]
    series: Annotated[tuple[Total, ...], OfRows()]


class Category(Record):
    """Loyalty to brands; `inertia` is `repeat` less `chance`, the rate in random order.

    Both are None where rows are not `in_order` of time.
    """

    category: str
    households: People
    purchases: Count
    in_order: bool
    repeat: Percent | None
    repeat_ci_lower: Percent | None
    repeat_ci_upper: Percent | None
    chance: Percent | None
    chance_ci_lower: Percent | None
    chance_ci_upper: Percent | None
    inertia: Points | None
    inertia_ci_lower: Points | None
    inertia_ci_upper: Points | None
    sole: Annotated[float, Shown("percent"), Cell("households", alone=True)] | None
    sole_ci_lower: Percent | None
    sole_ci_upper: Percent | None


class Choices(Finding):
    categories: tuple[Category, ...]


class Brand(Record):
    """One measure of a brand (see :class:`loyalty.stats.brand_loyalty.BrandLoyalty`)."""

    category: str
    brand: str
    measure: Literal["share", "penetration", "frequency", "repeat", "requirements", "sole"]
    buyers: People
    estimate: Real | None
    ci_lower: Real | None
    ci_upper: Real | None


class Brands(Finding):
    brands: tuple[Brand, ...]


class Pair(Record):
    """Share of a brand's buyers who bought the other, and the other's penetration."""

    category: str
    brand: str
    other: str
    buyers: People
    both: Annotated[int, Shown("count"), Cell("buyers")]
    estimate: Percent
    penetration: Percent


class Duplication(Finding):
    """`hidden` pairs have too few buyers to be shown; `r` needs three of the others."""

    pairs: tuple[Pair, ...]
    n: Count
    hidden: Count
    r: Bounded | None


class Specification(Record):
    """Log repurchase on log response hours; intervals clustered and by the wild bootstrap.

    `change`: relative change of repurchase that goes with a response that takes 10 % less time.
    """

    specification: Literal["pooled", "firm", "both", "resolution", "lagged"]
    n: Count
    units: Count
    times: Count
    estimate: Real
    se: Real
    t: Real
    p: P
    ci_lower: Real
    ci_upper: Real
    wild_p: P
    wild_ci_lower: Real | None
    wild_ci_upper: Real | None
    change: Percent
    change_ci_lower: Percent | None
    change_ci_upper: Percent | None


class Speed(Finding):
    """`zeros`, `twice`: rows left out; `gaps`: months without the one before."""

    repurchase: Percent
    zeros: Count
    twice: Count
    gaps: Count
    specifications: tuple[Specification, ...]


class OfLevel(Record):
    """The firms of a level over the months: means of the firms' own means, firms as units.

    No interval of a single firm.
    """

    level: str
    firms: Count
    months: Count
    hours: Middle
    hours_ci_lower: Middle | None
    hours_ci_upper: Middle | None
    resolution: Percent
    resolution_ci_lower: Percent | None
    resolution_ci_upper: Percent | None
    repurchase: Percent
    repurchase_ci_lower: Percent | None
    repurchase_ci_upper: Percent | None


class Months(Finding):
    """Firms by month, by the levels of the grouping that firms lie in; `strangers` lie in none."""

    table: str
    grouped: str
    strangers: Count
    rows: tuple[OfLevel, ...]


class Interruption(Record):
    """The firms that take a programme up, by months since they began, on average.

    ``alone`` as it is, ``against`` less the firms without it in the same months. All relative:
    `before` the slope before (a month), `level` the change of level when it began, `slope` that of
    the slope. `carry` is the autocorrelation of the errors.
    """

    of: Literal["alone", "against"]
    before_months: Count
    after_months: Count
    carry: Bounded
    before: Percent
    before_ci_lower: Percent
    before_ci_upper: Percent
    level: Percent
    level_ci_lower: Percent
    level_ci_upper: Percent
    slope: Percent
    slope_ci_lower: Percent
    slope_ci_upper: Percent


class Programme(Finding):
    """Repurchase of firms with a programme against their own past and the firms without.

    Of `firms`, `taking` have it in some months and not in others, from `starts` different months
    on. `change` is relative, with effects of firms and months, and None where all firms begin at
    once or are too few; p and its first interval by the wild cluster bootstrap, ``cr2_…`` by
    bias-reduced errors and t with `cr2_df` degrees of freedom. ``ahead…`` is that of the three
    months before it begins, where nothing should be seen yet; None where no firm is seen before.
    `series`: before and after, by an interrupted time series.
    """

    firms: Count
    taking: Count
    starts: Count
    change: Percent | None
    ci_lower: Percent | None
    ci_upper: Percent | None
    p: P | None
    cr2_df: Annotated[float, Shown("number", 1)] | None
    cr2_ci_lower: Percent | None
    cr2_ci_upper: Percent | None
    ahead: Percent | None
    ahead_ci_lower: Percent | None
    ahead_ci_upper: Percent | None
    ahead_cr2_ci_lower: Percent | None
    ahead_cr2_ci_upper: Percent | None
    series: tuple[Interruption, ...]


Changed = Annotated[float, Shown("number", 2)]


class Uptake(Finding):
    """Those who take a programme up, against their own past and the others.

    `change` is, of purchases, what their rate is multiplied by, and of scores points. ``ahead…`` is
    that of the time shortly before it began, where nothing should be seen yet; None where nothing
    is known from before. `series`: purchases before and after, by an interrupted time series.
    """

    table: str
    of: Literal["purchases", "scores"]
    unit: Literal["customers", "firms"]
    start: date
    taking: People
    others: People
    change: Changed | None
    ci_lower: Changed | None
    ci_upper: Changed | None
    ahead: Changed | None
    ahead_ci_lower: Changed | None
    ahead_ci_upper: Changed | None
    series: tuple[Interruption, ...]


class Wave(Record):
    date: date
    n: People
    estimate: Real
    ci_lower: Real
    ci_upper: Real


class Waves(Finding):
    """Net promoter scores; `slope` in points a year, `change` from the first to the last."""

    waves: tuple[Wave, ...]
    n: Count
    slope: Real
    slope_ci_lower: Real
    slope_ci_upper: Real
    slope_p: P | None
    change: Real
    change_ci_lower: Real
    change_ci_upper: Real


class Effect(Record):
    """Of an arm against the reference; `detectable`: found four times in five."""

    arm: str
    method: Literal["difference", "adjusted"]
    estimate: Real
    ci_lower: Real
    ci_upper: Real
    p: P
    detectable: Real


class Arm(Record):
    """`smd`: standardized difference to the reference at baseline."""

    arm: str
    n: People
    mean: Real
    smd: Real | None
    smd_ci_lower: Real | None
    smd_ci_upper: Real | None


class Experiment(Finding):
    table: str
    effects: tuple[Effect, ...]
    arms: tuple[Arm, ...]
    arms_p: P
    strata_p: P | None


class Recovered(Record):
    """A parameter that the simulation of a table declares, and the estimate."""

    table: str
    parameter: str
    declared: Real
    estimate: Real
    ci_lower: Real | None
    ci_upper: Real | None


class Recovery(Finding):
    parameters: tuple[Recovered, ...]
    n: Count
    held: Count


class Behaviour(Findings):
    rows: Rows | Refused | None = None
    survival: Survival | Refused | None = None
    win_back: WinBack | Refused | None = None
    segments: Segments | Refused | None = None
    returns: Returns | Refused | None = None
    model: Model | Refused | None = None
    tracking: Tracking | Refused | None = None
    holdout: Holdout | Refused | None = None
    prediction: Prediction | Refused | None = None
    worth: Worth | Refused | None = None
    demand: Demand | Refused | None = None
    choices: Choices | Refused | None = None
    brands: Brands | Refused | None = None
    duplication: Duplication | Refused | None = None
    speed: Speed | Refused | None = None
    months: Months | Refused | None = None
    programme: Programme | Refused | None = None
    uptake: Uptake | Refused | None = None
    waves: Waves | Refused | None = None
    experiment: Experiment | Refused | None = None
    recovered: Recovery | Refused | None = None


def rows(tables: Sequence[Loaded]) -> Rows:
    return Rows(
        tables=tuple(
            TableRows(table=t.resource.id, used=t.used, **dict(rows_used(t))) for t in tables
        )
    )
