"""What counts: the findings and their rows."""

from __future__ import annotations

from typing import Annotated, Literal

from loyalty.cases.tables import RowsUsed
from loyalty.ground.findings import (
    Bounded,
    Cell,
    Count,
    Finding,
    Modelled,
    OfConstruct,
    P,
    People,
    Percent,
    Points,
    Real,
    Record,
    Shown,
)
from loyalty.ground.reasons import Reason
from loyalty.stats.necessity import Verdict

#: ``direct``: of all constructs with a path to it; ``first``: of those that begin its chains.
Side = Literal["direct", "first"]
Bend = Literal["faster", "slower", "open"]
Middle = Annotated[float, Shown("number", 1)]


class Interval(Record):
    """A share with its 95 % interval from refits; None with fewer than two usable ones."""

    estimate: Percent
    ci_lower: Percent | None
    ci_upper: Percent | None


class Target(Record):
    """An outcome, what is explained of it, and the construct with the largest share.

    `clear`: its share exceeds every other's, by intervals of the differences.
    """

    to: str
    side: Side
    r2: Bounded
    r2_ci_lower: Bounded | None
    r2_ci_upper: Bounded | None
    largest: str
    clear: bool


class Share(Interval):
    """A construct's part in what is explained: LMG; beside it Johnson's and the product measure.

    ``truth…`` are those of the declared process of a simulated case.
    """

    to: str
    side: Side
    from_: str
    johnson: Percent
    johnson_ci_lower: Percent | None
    johnson_ci_upper: Percent | None
    product: Percent
    product_ci_lower: Percent | None
    product_ci_upper: Percent | None
    truth: Percent | None
    truth_product: Percent | None


class Passing(Record):
    """All that leads to `to` passes `through` one construct: the shares in both are the same."""

    to: str
    through: str


class Shares(Finding):
    """`drawn` refits, of which `used` converged to an admissible solution.

    Of respondents, or of whole `clusters` of them.
    """

    drawn: Count
    used: Count
    clusters: Count | None = None
    passing: tuple[Passing, ...]
    targets: tuple[Target, ...]
    rows: tuple[Share, ...]


class Aside(Record):
    """A level that has no model of its own, and why."""

    level: str
    reason: Reason


class Level(Record):
    level: str
    n: People
    used: Count


class InGroup(Record):
    """A value in one level, and how far it lies from the mean of all levels."""

    level: str
    estimate: Real
    ci_lower: Real | None
    ci_upper: Real | None
    deviation: Real
    deviation_ci_lower: Real | None
    deviation_ci_upper: Real | None
    truth: Real | None


class GroupShare(InGroup):
    """LMG share by group; as in :class:`Share`."""

    estimate: Percent
    ci_lower: Percent | None
    ci_upper: Percent | None
    deviation: Points
    deviation_ci_lower: Points | None
    deviation_ci_upper: Points | None
    truth: Percent | None
    to: str
    side: Side
    from_: str


class GroupShares(Finding):
    """`count` shares in levels, `clear` of them apart from the mean by their interval.

    Of a simulated case the intervals of `held` hold the `declared` ones. Where firms are too few
    in a level to be resampled, its intervals are widened by their design effect over all levels,
    with `df` degrees of freedom.
    """

    group: str
    drawn: Count
    df: Count | None = None
    levels: tuple[Level, ...]
    left_out: tuple[Aside, ...]
    count: Count
    clear: Count
    declared: Count = 0
    held: Count = 0
    rows: tuple[GroupShare, ...]


class Weight(InGroup):
    """A named indirect effect in one level: the product of its standardized paths."""

    id: str


class Average(Record):
    """The mean of a named indirect effect over the levels, weighted by respondents."""

    id: str
    estimate: Real
    ci_lower: Real | None
    ci_upper: Real | None
    truth: Real | None


class Weights(Finding):
    """`df` as in :class:`GroupShares`."""

    group: str
    drawn: Count
    df: Count | None = None
    averages: tuple[Average, ...]
    rows: tuple[Weight, ...]


class Condition(OfConstruct):
    """A condition of the outcome, with its importance and performance.

    Effect sizes of two ceilings on scale scores; p of CE-FDH against unrelated outcomes and against
    outcomes with the same correlation; ``latent_…``: CE-FDH over plausible values, which carry
    errors of measurement through. `reversed`: little of it is asked for, since that is
    hypothesized, or else since the interval of its total effect lies below zero. `share` is its LMG
    share beside all other conditions, `performance` its mean score from 0 to 100, turned if it is
    `reversed`.
    """

    reversed: bool
    n: Modelled
    ce_fdh: Bounded
    cr_fdh: Bounded
    p: P
    p_correlated: P
    latent_estimate: Bounded
    latent_ci_lower: Bounded
    latent_ci_upper: Bounded
    latent_p: P
    verdict: Verdict
    importance: Real
    ci_lower: Real | None
    ci_upper: Real | None
    share: Percent | None
    share_ci_lower: Percent | None
    share_ci_upper: Percent | None
    performance: Real


class Necessity(Finding):
    """By :func:`loyalty.stats.necessity.verdict` on CE-FDH, which must hold of both.

    `firms`: intervals of importance take so many clusters as the independent units.
    """

    outcome: str
    permutations: Count
    draws: Count
    firms: Count | None = None
    conditions: tuple[Condition, ...]


class Recommendation(OfConstruct):
    """What follows for one construct, and by how much the outcome's mean would move with it.

    `change` is in points of the outcome's scale, for one point more of the construct (its items'
    mean), if what goes together in the model is what moves together. `levels` of the grouping are
    those in which its share of an outcome is clearly above the mean of all.
    """

    action: Literal["secure", "raise", "keep", "counts", "lower", "open"]
    change: Real
    ci_lower: Real | None
    ci_upper: Real | None
    performance: Real
    levels: tuple[str, ...]


class Place(Record):
    """A touchpoint that stands out: `of` it is clearly the most, or the least, of all."""

    touchpoint: str
    of: Literal["lost", "score"]
    estimate: Real
    ci_lower: Real
    ci_upper: Real


class Cost(OfConstruct):
    """How many times what a point of `than` costs a point of the construct may cost at most, if
    raising it (or lowering it, where that is the good direction) is to bring as much for the money:
    the ratio of their changes, in size. Both ends are None where nothing bounds it.
    """

    than: str
    estimate: Real
    ci_lower: Real | None
    ci_upper: Real | None


class Recommendations(Finding):
    """Clear ones first. `grade`: what the data can show; `group`: whose levels are named.

    `places` of the journey in `table` where one stands out by its interval. `costs` are of every
    two clear ones, `than` that with the larger change; their intervals are of refits, or by
    Fieller's theorem where too few refits are admissible. `firms`: intervals take so many clusters
    as the independent units.
    """

    outcome: str
    grade: Literal["cross_section", "simulated"]
    group: str | None
    firms: Count | None = None
    clear: Count
    rows: tuple[Recommendation, ...]
    costs: tuple[Cost, ...] = ()
    costs_by: Literal["refits", "fieller"] | None = None
    table: str | None = None
    places: tuple[Place, ...] = ()


class Needed(OfConstruct):
    """What of a condition is needed, as a part of its range; None where nothing is.

    `below`: how many respondents have less. `fewest` respondents are so high, or have less, or do
    not, or lie between this and the need of a lower height.
    """

    required: Percent | None
    below: Percent | None
    fewest: Annotated[int, Shown("count"), Cell(alone=True, along=("required", "below"))] | None


class Demand(Record):
    """What an outcome of this height, as a part of its range, needs (CE-FDH)."""

    level: Percent
    needs: tuple[Needed, ...]


class Bottleneck(Finding):
    """The bottleneck table; of few people its cells are recorded nowhere."""

    outcome: str
    constructs: tuple[str, ...]
    reversed: tuple[str, ...]
    rows: tuple[Demand, ...]


class Threshold(Record):
    """Loyalty over satisfaction, both as parts of their scales: two lines that meet.

    ``threshold`` with the interval that an F test leaves (None where the data do not bound it),
    p of Davies' test that there is a bend at all; a slope is None where fewer than three different
    answers lie on its side; `change` of slope at the threshold that is
    claimed elsewhere, with its interval, and what that says.
    """

    to: str
    n: Modelled
    p: P
    threshold: Percent
    ci_lower: Percent | None
    ci_upper: Percent | None
    slope_below: Real | None
    slope_below_ci_lower: Real | None
    slope_below_ci_upper: Real | None
    slope_above: Real | None
    slope_above_ci_lower: Real | None
    slope_above_ci_upper: Real | None
    bend: Bend
    change: Real | None
    change_ci_lower: Real | None
    change_ci_upper: Real | None
    claimed: Bend | None


class Thresholds(Finding):
    """`question`: the variable that asked for satisfaction, or the construct."""

    question: str
    claimed_at: Percent
    rows: tuple[Threshold, ...]


class Cross(Record):
    """Satisfied and loyal, in a level (None: everybody): four cells, and what follows."""

    to: str
    level: str | None
    n: People
    both: People
    satisfied_only: People
    loyal_only: People
    neither: People
    satisfied: Percent
    satisfied_ci_lower: Percent
    satisfied_ci_upper: Percent
    loyal: Percent
    loyal_ci_lower: Percent
    loyal_ci_upper: Percent
    gap: Points
    gap_ci_lower: Points
    gap_ci_upper: Points
    not_loyal: Percent | None
    not_loyal_ci_lower: Percent | None
    not_loyal_ci_upper: Percent | None


class Satisfied(Finding):
    """Who is satisfied but not loyal.

    Of `firms` firms, `firms_satisfied` have a mean satisfaction from `cut` of the scale on.
    """

    question: str
    group: str | None
    cut: Percent
    firms: Count | None
    firms_satisfied: Count | None
    rows: tuple[Cross, ...]


class Touch(Record):
    """One touchpoint, of everybody (`level` None) or of a level of the grouping.

    ``share``: the construct's part in what is explained of satisfaction (LMG), None where the
    touchpoint is none of the constructs that lead to it; ``score``: the mean rating there, or of
    the construct from 0 to 100; ``waiting``: the mean, and half waited no longer than the `median`;
    ``lost``: of those who came, the share that went no further.
    """

    touchpoint: str
    level: str | None
    n: People
    share: Percent | None
    share_ci_lower: Percent | None
    share_ci_upper: Percent | None
    score: Middle | None
    score_ci_lower: Middle | None
    score_ci_upper: Middle | None
    waiting: Middle | None
    waiting_ci_lower: Middle | None
    waiting_ci_upper: Middle | None
    median: Middle | None
    lost: Annotated[float, Shown("percent"), Cell("n", alone=True)] | None
    lost_ci_lower: Percent | None
    lost_ci_upper: Percent | None


class Journey(Finding):
    """The touchpoints in the order in which customers come to them.

    `customers` of the table `table`; shares are of `to`, in the equation named by `side`. `silent`
    touchpoints have too few rows to be shown, `several`: customers came more than once.
    """

    table: str
    rows_used: RowsUsed
    customers: Count
    several: bool
    scored: Literal["rating", "survey"] | None
    to: str | None
    side: Side | None
    grouped: str | None
    silent: tuple[str, ...]
    rows: tuple[Touch, ...]


class Channel(Record):
    """How far ratings in a channel lie above the mean of their touchpoint, in points."""

    channel: str
    n: People
    estimate: Middle
    ci_lower: Middle
    ci_upper: Middle


class Channels(Finding):
    """How much of the differences between ratings lies between channels (REML).

    Of ratings less the means of their touchpoints: the variance between `levels` channels, crossed
    with that between customers. `share` of both and the rest together, with an interval by an
    F ratio; `sd` between channels in points; `people`: the customers' share.
    """

    n: Count
    customers: Count
    levels: Count
    share: Percent
    ci_lower: Percent
    ci_upper: Percent
    sd: Middle
    people: Percent
    rows: tuple[Channel, ...]
