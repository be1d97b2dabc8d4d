"""What a comparison of groups found: the findings and their rows."""

from __future__ import annotations

from typing import Literal

from loyalty.ground.findings import (
    Bounded,
    Count,
    Finding,
    OfConstruct,
    P,
    People,
    Percent,
    Real,
    Record,
)
from loyalty.ground.reasons import Reason

Level = Literal["configural", "metric", "scalar", "strict"]
#: ``open``: an interval leaves open on which side of a mean a construct lies.
Quadrant = Literal["improve", "keep", "low_priority", "possible_overkill", "open"]


class Aside(Record):
    """A level of the group that is treated otherwise than the rest, and why."""

    level: str
    reason: Reason


class Step(Record):
    """A model of the ladder: robust indices, and differences from the last model kept below."""

    level: Level
    partial: bool
    released: Count
    chisq: Real
    df: Count
    p: P | None
    cfi: Bounded | None
    rmsea: Bounded | None
    srmr: Bounded
    delta_chisq: Real | None
    delta_df: Count | None
    delta_p: P | None
    delta_cfi: Bounded | None
    delta_rmsea: Bounded | None
    delta_srmr: Bounded | None


class Size(Record):
    """How many people of a level of the group are compared."""

    level: str
    n: People


class Invariance(Finding):
    """The ladder, and the last level that holds by ΔCFI and ΔRMSEA (`partial`: with releases)."""

    group: str
    sizes: tuple[Size, ...] = ()
    left_out: tuple[Aside, ...]
    steps: tuple[Step, ...]
    held: Level
    partial: bool
    failed: Level | None


class Equality(OfConstruct):
    """An equality that does not hold: the score test, and the standardized change expected."""

    level: Literal["metric", "scalar"]
    item: str
    group: str
    chisq: Real
    p: P
    change: Bounded


class Released(Finding):
    """What was released, in this order; `held_back` would leave a construct too few equal items.

    `unnamed`: how many are beyond those that a sentence names.
    """

    group: str
    count: Count
    unnamed: Count
    equalities: tuple[Equality, ...]
    held_back: tuple[Equality, ...]


class PairOfGroups(Record):
    """A difference a − b of two groups; ``…_firms``: cluster-robust by firm."""

    group_a: str
    group_b: str
    estimate: Real
    se: Real | None
    ci_lower: Real | None
    ci_upper: Real | None
    p: P | None
    p_holm: P | None
    ci_lower_firms: Real | None = None
    ci_upper_firms: Real | None = None
    p_firms: P | None = None
    p_holm_firms: P | None = None


class LatentDifference(PairOfGroups, OfConstruct):
    """a − b of a construct's mean, in standard deviations of the first group."""


class LatentMeans(Finding):
    """Differences of latent means; how many are clear after Holm's correction.

    Of the `firms` in `groups` groups, the degrees of freedom are `df`; `not_by_firm` says why a
    comparison by firms was not possible.
    """

    group: str
    first: str
    count: Count
    listed: Count
    clear: Count
    clear_firms: Count | None
    firms: Count | None
    groups: Count | None
    df: Count | None
    not_by_firm: Reason | None
    differences: tuple[LatentDifference, ...]


class PathInGroup(Record):
    """A standardized path in one group."""

    id: str
    from_: str
    to: str
    group: str
    estimate: Bounded
    ci_lower: Bounded | None
    ci_upper: Bounded | None


class PathDifference(Record):
    """Wald test that an unstandardized path is equal in all groups."""

    id: str
    from_: str
    to: str
    wald: Real
    df: Count
    p: P
    p_holm: P
    f_firms: Real | None = None
    p_firms: P | None = None
    p_holm_firms: P | None = None


class Paths(Finding):
    """The paths by group, and which differ; `df_firms`: of the denominator, by firm."""

    group: str
    count: Count
    different: Count
    df_firms: Count | None
    by_group: tuple[PathInGroup, ...]
    differences: tuple[PathDifference, ...]

    def clear(self, row: PathDifference | PathPair, level: float) -> bool:
        """Whether a path differs after Holm's correction, with firms as the independent units
        where there are any."""
        p = row.p_holm if self.df_firms is None else row.p_holm_firms
        return p is not None and p < level

    def limits(self, row: PathPair) -> tuple[float | None, float | None]:
        """The interval of a difference, with the same as the independent units."""
        if self.df_firms is None:
            return row.ci_lower, row.ci_upper
        return row.ci_lower_firms, row.ci_upper_firms


class PathPair(PairOfGroups):
    """a − b of an unstandardized path; `differs`: the test over all groups is clear.

    By firm, with the one estimate of all respondents.
    """

    id: str
    from_: str
    to: str
    differs: bool


class Pairs(Finding):
    """Paths compared between two groups at a time.

    Of `count` differences `apart` have an interval clear of zero, `clear` are so after Holm's
    correction, `clear_firms` with firms as independent; a table shows `listed`.
    """

    group: str
    count: Count
    listed: Count
    apart: Count
    clear: Count
    clear_firms: Count | None
    df_firms: Count | None
    differences: tuple[PathPair, ...]


class ScoreTest(OfConstruct):
    """Welch's test of a scale score; ``…_firms``: analysis of variance of the firms' means."""

    f: Real | None
    df1: Count | None
    df2: Real | None
    p: P | None
    p_holm: P | None
    omega2: Bounded
    f_firms: Real | None = None
    df_firms: Count | None = None
    p_firms: P | None = None
    p_holm_firms: P | None = None


class ScoreDifference(OfConstruct):
    """a − b in points (simultaneous intervals), and as Hedges' g."""

    group_a: str
    group_b: str
    difference: Real
    se: Real
    df: Real
    ci_lower: Real
    ci_upper: Real
    p: P
    g: Real
    g_ci_lower: Real
    g_ci_upper: Real
    ci_lower_firms: Real | None = None
    ci_upper_firms: Real | None = None


class Means(Finding):
    """Scale scores by group; `explained` is the largest ω², not below zero."""

    group: str
    count: Count
    clear: Count
    clear_firms: Count | None
    explained: Percent
    tests: tuple[ScoreTest, ...]
    pairs: tuple[ScoreDifference, ...]


class Grouping(OfConstruct):
    """A further grouping: how many scores differ, the smallest p, and where ω² is largest."""

    group: str
    scores: Count
    different: Count
    p_holm: P | None
    omega2: Bounded


class Others(Finding):
    groupings: tuple[Grouping, ...]


class Clustering(OfConstruct):
    """How alike a firm's customers are; `se_ratio` is the cluster-robust error over the plain."""

    icc: Bounded
    ci_lower: Bounded
    ci_upper: Bounded
    design_effect: Real
    mean: Real
    mean_ci_lower: Real
    mean_ci_upper: Real
    se: Real
    se_cluster: Real
    se_ratio: Real
    firms: Count


class Icc(Finding):
    largest: Bounded
    firms: Count
    scores: tuple[Clustering, ...]


class Point(OfConstruct):
    """Total effect on the outcome (standardized) and performance from 0 to 100."""

    importance: Real
    ci_lower: Real | None
    ci_upper: Real | None
    performance: Real
    quadrant: Quadrant


class Importance(Finding):
    """`ranked`: whether an order of importance may be read, which needs a sound solution. `firms`:
    intervals take so many clusters as the independent units."""

    outcome: str
    firms: Count | None = None
    ranked: bool
    points: tuple[Point, ...]


class LevelPoint(Point):
    """A point of one level's map; `own`: by a model of its own, not that of all respondents."""

    level: str
    n: People
    own: bool


class Maps(Finding):
    """A map for each firm (or group). In the corner `improve` are `weak` points, `clear` of them
    with an interval clear of zero; the constructs `often` are in it most often, `times` times.
    """

    group: str
    outcome: str
    count: Count
    constructs: tuple[str, ...]
    borrowed: tuple[Aside, ...]
    left_out: tuple[str, ...]
    often: tuple[str, ...]
    times: Count
    weak: Count
    clear: Count
    of: Count
    points: tuple[LevelPoint, ...]
