"""What the descriptives find, as frozen values.

Of a survey with weights means, deviations, shares and correlations are weighted; `n` counts people,
and ``<share>_count`` says of how many a share is.
"""

from __future__ import annotations

from typing import Annotated, Literal

from loyalty.ground.findings import (
    Answering,
    Base,
    Bounded,
    Cell,
    Count,
    Finding,
    Modelled,
    OfAnswers,
    OfConstruct,
    Part,
    Percent,
    Real,
    Record,
    Shown,
    Tens,
    Together,
)
from loyalty.ground.thresholds import Verdict

Question = Literal["nps", "csat"]
#: The share of respondents at an end of a scale.
End = Annotated[float, Shown("percent"), Cell("n", alone=True)]


class WeightedScale(OfConstruct):
    """A scale's mean with the weights and without, and the design effect of the weighted one.

    The latter is its variance over that of as many respondents drawn one by one.
    """

    n: Answering
    mean: Real | None
    unweighted: Real | None
    deff: Real | None


class Weights(Finding):
    """What weights do: of `n` respondents with one as many remain as `effective` says (Kish).

    `deff` is n over that. `units`: the clusters of which errors are, where there are any. Largest
    and smallest `shift` a scale's mean, weighted less unweighted, on 0 to 100.
    """

    n: Modelled
    effective: Count
    deff: Real
    units: Count | None
    rows: tuple[WeightedScale, ...]
    shift_lower: Real | None
    shift_upper: Real | None


class ItemAnswers(OfConstruct):
    """Share of each answer to an item, from the lowest to the highest; None without answers."""

    item: str
    n: Answering
    shares: Annotated[tuple[Percent | None, ...], Cell("n", alone=True)]
    shares_count: tuple[int, ...] | None = None


class Answers(Finding):
    """Answers to the items of the common scale, reversed items turned.

    `above`, `lowest` and `highest` are shares of all answers: above the middle of the scale, at
    its ends. `left_out` counts items with a scale of their own.
    """

    minimum: int
    maximum: int
    above: Percent
    lowest: Percent
    highest: Percent
    left_out: Count
    items: tuple[ItemAnswers, ...]


class Item(OfConstruct):
    """An item, turned if reversed; kurtosis in excess of the normal, shares at the scale's ends."""

    item: str
    n: Answering
    n_missing: Annotated[int, Shown("count"), Cell(alone=True), Tens()] | None
    mean: Real
    sd: Annotated[Real, OfAnswers(3)]
    median: Real
    skew: Annotated[Real | None, OfAnswers(7)]
    kurtosis: Annotated[Real | None, OfAnswers(7)]
    floor: End | None
    ceiling: End | None
    floor_count: int | None = None
    ceiling_count: int | None = None


class Items(Finding):
    n_items: Count
    rows: tuple[Item, ...]


class ScaleIndex(OfConstruct):
    """Mean score on 0 to 100, and `quantiles` of the scores at evenly spaced probabilities.

    Each quantile stands for as many respondents as a cell must have to be shown, or more.
    """

    n: Answering
    estimate: Real | None
    ci_lower: Real | None
    ci_upper: Real | None
    quantiles: tuple[Real, ...]


class Index(Finding):
    """`bandwidth`: Scott's for a density of all respondents' scores, in standard deviations."""

    bandwidth: Real
    rows: tuple[ScaleIndex, ...]


class ScaleScores(OfConstruct):
    """Scores in points of the scale; shares at the ends with Wilson intervals.

    The verdicts say whether a share is held to be small enough.
    """

    items: Count
    n: Answering
    mean: Real | None
    ci_lower: Real | None
    ci_upper: Real | None
    sd: Real | None
    se: Real | None
    skew: Real | None
    floor: End | None
    floor_ci_lower: Percent | None
    floor_ci_upper: Percent | None
    floor_verdict: Verdict
    ceiling: End | None
    ceiling_ci_lower: Percent | None
    ceiling_ci_upper: Percent | None
    ceiling_verdict: Verdict
    floor_count: int | None = None
    ceiling_count: int | None = None


class Scales(Finding):
    rows: tuple[ScaleScores, ...]


class Pair(Record):
    construct_a: str
    construct_b: str
    r: Bounded
    ci_lower: Bounded
    ci_upper: Bounded


class Alpha(OfConstruct):
    alpha: Bounded | None


class Correlations(Finding):
    """Of the scale scores, pairwise complete, with Fisher's intervals, and Cronbach's alphas."""

    pairs: tuple[Pair, ...]
    reliabilities: tuple[Alpha, ...]


class Nps(Finding):
    """The net promoter score in points from −100 to 100, with its adjusted Wald interval."""

    variable: str
    n: Answering
    estimate: Real
    ci_lower: Real
    ci_upper: Real
    promoters: Part
    passives: Part
    detractors: Part
    promoters_count: int | None = None
    passives_count: int | None = None
    detractors_count: int | None = None


class Csat(Finding):
    """Share of answers in the two highest boxes.

    `asked` is a variable of its own, or else the first item of the satisfaction scale.
    """

    asked: str
    own: bool
    box_lower: Count
    box_upper: Count
    n: Answering
    estimate: Part
    ci_lower: Percent
    ci_upper: Percent
    estimate_count: int | None = None


class Level(Record):
    """A value of one level of a grouping; `n` is None where it is suppressed."""

    group: str
    level: str
    n: Annotated[int, Shown("count"), Cell(), Base(by=("group", "level"))] | None = None
    estimate: Real | None = None
    ci_lower: Real | None = None
    ci_upper: Real | None = None
    suppressed: bool


class ScaleLevel(Level, OfConstruct):
    """Mean index of a scale in one level."""


class Overall(OfConstruct):
    """Mean index of everybody."""

    estimate: Real | None


class Apart(Record):
    """How many of a grouping's `n` intervals lie wholly above, and below, everybody's value."""

    group: str
    n: Count
    above: Count
    below: Count


class Gap(OfConstruct):
    """The widest gap between two levels of a grouping."""

    group: str
    estimate: Real
    lowest: ScaleLevel
    highest: ScaleLevel


class Groups(Finding):
    """The index of every scale by level.

    `most` is the construct with the most intervals apart from everybody's mean, `chosen` are
    satisfaction and the outcomes, of which `widest` is the widest gap.
    """

    n_levels: Count
    shown: Count
    hidden: Count
    overall: tuple[Overall, ...]
    rows: Annotated[tuple[ScaleLevel, ...], Together()]
    apart: tuple[Apart, ...]
    most: str | None
    chosen: tuple[str, ...]
    widest: Gap | None


class QuestionLevel(Level):
    """A single-question index of one level: in points (nps), or in per cent (csat)."""

    question: Question


class Everybody(Record):
    question: Question
    estimate: Real
    ci_lower: Real
    ci_upper: Real


class Questions(Finding):
    hidden: Count
    everybody: tuple[Everybody, ...]
    rows: Annotated[tuple[QuestionLevel, ...], Together()]
    apart: tuple[Apart, ...]
    most: Question | None


class Boxes(Record):
    """Shares of a level's answers in the two lowest, the middle and the two highest boxes."""

    group: str
    level: str
    lowest: Percent
    middle: Percent
    highest: Percent


class OutcomeBoxes(Finding, OfConstruct):
    """Answers to the outcome's items on `minimum` to `maximum`, by level; `hidden` are left out."""

    minimum: int
    maximum: int
    hidden: Count
    rows: tuple[Boxes, ...]


class Detail(Record):
    """The outcome's scale in one level; r: correlation with the source."""

    group: str
    level: str
    alpha: Bounded | None = None
    alpha_ci_lower: Bounded | None = None
    alpha_ci_upper: Bounded | None = None
    floor: Percent | None = None
    floor_ci_lower: Percent | None = None
    floor_ci_upper: Percent | None = None
    ceiling: Percent | None = None
    ceiling_ci_lower: Percent | None = None
    ceiling_ci_upper: Percent | None = None
    r: Bounded | None = None
    r_ci_lower: Bounded | None = None
    r_ci_upper: Bounded | None = None


class Details(Finding, OfConstruct):
    """The outcome's scale by level, and its correlation with the `source` of the focal path.

    Of `n` alphas so many lie with their whole interval above their cut-off (`met`), hold it
    (`open`), or lie below (`not_met`).
    """

    source: str | None
    n: Count
    met: Count
    open: Count
    not_met: Count
    rows: tuple[Detail, ...]
