"""What is found of a case's scales and factors: the findings and their rows."""

from __future__ import annotations

from typing import Annotated, Literal

from loyalty.ground.findings import (
    Answering,
    Bounded,
    Count,
    Finding,
    Modelled,
    P,
    People,
    Percent,
    Real,
    Record,
    Refused,
    Shown,
)
from loyalty.ground.reasons import Reason
from loyalty.ground.thresholds import Verdict
from loyalty.stats import efa

Kind = Literal["pearson", "polychoric"]
#: A difference between two programs.
Tiny = Annotated[float, Shown("significant")]


class Without(Record):
    """A construct that lacks a coefficient."""

    id: str
    reason: Reason


class Scale(Record):
    """Reliability of a construct's scale.

    Alpha with Feldt's interval; ``average_correlation`` between the items. Omega (of the sum of
    the answers) and ``cr`` (composite reliability, of the sum of standardized answers) are from
    the one-factor model of the scale alone, with percentile bootstrap intervals; ``heywood`` are
    items that it leaves no error variance, as it did in ``draws_heywood`` of ``draws_used`` draws;
    ``gap`` is the size of omega less alpha. The ordinal ones are on polychoric correlations;
    ``change`` is ordinal alpha less alpha.
    """

    id: str
    items: Count
    n: Answering
    alpha: Bounded
    alpha_ci_lower: Bounded
    alpha_ci_upper: Bounded
    alpha_verdict: Verdict
    standardized: Bounded
    average_correlation: Bounded
    omega: Bounded | None = None
    omega_ci_lower: Bounded | None = None
    omega_ci_upper: Bounded | None = None
    omega_verdict: Verdict | None = None
    cr: Bounded | None = None
    cr_ci_lower: Bounded | None = None
    cr_ci_upper: Bounded | None = None
    heywood: tuple[str, ...] = ()
    draws_used: Count | None = None
    draws_heywood: Count | None = None
    heywood_share: Percent | None = None
    gap: Bounded | None = None
    ordinal_alpha: Bounded | None = None
    ordinal_alpha_ci_lower: Bounded | None = None
    ordinal_alpha_ci_upper: Bounded | None = None
    ordinal_omega: Bounded | None = None
    ordinal_omega_ci_lower: Bounded | None = None
    ordinal_omega_ci_upper: Bounded | None = None
    change: Bounded | None = None


class Scales(Finding):
    """The main constructs' reliabilities.

    ``categories`` are the most different answers of an item; of so many ``clusters`` respondents
    were sampled in, which the intervals of alpha, omega and CR allow for; ``no_omega`` and
    ``no_ordinal`` stand where no scale has these.
    """

    rows: tuple[Scale, ...]
    draws: Count
    categories: Count
    clusters: Count | None = None
    mean_change: Bounded | None
    without_alpha: tuple[Without, ...]
    without_omega: tuple[Without, ...]
    without_ordinal: tuple[Without, ...]
    no_omega: Refused | None
    no_ordinal: Refused | None


class Item(Record):
    """An item within its scale: correlation with the sum of the others, alpha without it.

    ``gain`` is the latter less alpha; the loading is of the one-factor model of the scale alone.
    """

    scale: str
    item: str
    item_total: Bounded
    alpha_if_dropped: Bounded | None
    gain: Bounded | None
    loading: Bounded | None
    weak: bool
    better_without: bool


class Items(Finding):
    rows: tuple[Item, ...]
    weak: Count


class GroupAlpha(Record):
    id: str
    group: str
    n: People
    estimate: Bounded
    ci_lower: Bounded
    ci_upper: Bounded


class EqualAlphas(Record):
    """Whether a construct's alpha is one in all groups: p by Holm over the constructs."""

    id: str
    chisq: Real
    df: Count
    p: P
    least: str
    least_alpha: Bounded
    most: str
    most_alpha: Bounded
    gap: Bounded


class WithoutInGroup(Record):
    id: str
    group: str
    reason: Reason


class Groups(Finding):
    """Alpha in every group of ``variable``."""

    variable: str
    rows: tuple[GroupAlpha, ...]
    tests: tuple[EqualAlphas, ...]
    without: tuple[WithoutInGroup, ...]


class Lost(Record):
    """What could not be had on one kind of correlations."""

    part: Literal["matrix", "adequacy", "parallel"]
    kind: Kind
    reason: Reason


class Adequate(Record):
    """KMO, that of the least adequate item, and Bartlett's test of sphericity."""

    kind: Kind
    kmo: Bounded
    item: str
    item_kmo: Bounded
    chisq: Real
    df: Count
    p: P


class Adequacy(Finding):
    """Sampling adequacy; ``n`` is the mean number of rows of a pair of items.

    ``change`` is KMO on polychoric correlations less that on Pearson's.
    """

    items: Count
    n: Modelled
    rows: tuple[Adequate, ...]
    change: Bounded | None
    lost: tuple[Lost, ...]


Rule = Literal[
    "parallel-factors", "parallel-components", "map-squared", "map-fourth", "scree", "kaiser"
]


class Kept(Record):
    """How many factors a rule keeps; the range is what the random draws leave open."""

    rule: Rule
    kind: Kind
    n: Count
    lower: Count | None = None
    upper: Count | None = None


class Eigenvalue(Record):
    """Of the reduced (`factor`) and of the full correlation matrix (`component`).

    The quantiles are the 95th percentiles of random data.
    """

    rank: Count
    factor: Real
    factor_quantile: Real
    component: Real
    component_quantile: Real


class Scree(Record):
    """Eigenvalues, and the mean squared partial correlation after 0, 1, … components."""

    kind: Kind
    eigenvalues: tuple[Eigenvalue, ...]
    partials: tuple[Real, ...]


class Factors(Finding):
    """How many factors the rules ask for, ``least`` to ``most``, of which ``at_plan`` as planned.

    ``n`` (in ``lower`` to ``upper``) is what the rule keeps that was set in advance, parallel
    analysis of factors on correlations of ``kind``; ``used`` is the number in the solution: at
    least one, and no more than can be estimated.
    """

    planned: Count
    kind: Kind
    n: Count
    lower: Count
    upper: Count
    used: Count
    draws: Count
    rules: tuple[Kept, ...]
    total: Count
    at_plan: Count
    least: Count
    most: Count
    screes: tuple[Scree, ...]
    lost: tuple[Lost, ...]


class Loadings(Record):
    """An item's pattern and structure coefficients, by factor."""

    scale: str
    item: str
    loadings: dict[str, Bounded]
    structure: dict[str, Bounded]
    communality: Bounded


class Factor(Record):
    factor: str
    correlations: dict[str, Bounded]


class Closest(Record):
    """The two factors that correlate most."""

    first: str
    second: str
    r: Bounded


class Communality(Record):
    item: str
    estimate: Bounded


class Solution(Finding):
    """The reference solution.

    ``shared`` are constructs most items of which load most on one and the same factor,
    ``crossing`` items of two loadings beyond the cut-off, ``heywood`` items without variance of
    their own.
    """

    rows: tuple[Loadings, ...]
    factors: tuple[Factor, ...]
    items: Count
    crossing: Count
    shared: tuple[tuple[str, ...], ...]
    closest: Closest | None
    explained: Percent
    lowest: Communality
    highest: Communality
    heywood: tuple[str, ...]
    converged: bool


class Named(Record):
    """A solution by its correlations, extraction and rotation."""

    kind: Kind
    method: efa.Method
    rotation: efa.Rotation


class Beside(Named):
    """A solution beside the reference: congruence of the matched factors, the highest correlation.

    ``crossing`` as in :class:`Solution`; ``phi`` is None where factors cannot correlate.
    """

    reference: bool
    least: Bounded
    mean: Bounded
    phi: Bounded | None
    crossing: Count
    rmsr: Bounded
    chisq: Real | None
    df: Count
    rmsea: Bounded | None
    tli: Bounded | None
    heywood: tuple[str, ...]
    converged: bool


class NoSolution(Named):
    reason: Reason


class Solutions(Finding):
    factors: Count
    rows: tuple[Beside, ...]
    lost: tuple[NoSolution, ...]


class Planned(Record):
    """A construct beside the factor nearest to it; no factor where there are too few.

    ``target`` is the congruence of factors rotated to the plan, ``chance`` the 95th percentile of
    what that rotation brings to items dealt at random; None for a construct of one item.
    """

    id: str
    factor: str | None
    congruence: Bounded | None
    ci_lower: Bounded | None
    ci_upper: Bounded | None
    verdict: Verdict | None
    target: Bounded | None
    chance: Bounded | None


class Plan(Finding):
    """``sound`` of the draws converged, ``heywood`` with a uniqueness at its bound; so many
    ``clusters`` are drawn whole."""

    rows: tuple[Planned, ...]
    left_out: tuple[str, ...]
    draws: Count
    sound: Count
    heywood: Count
    clusters: Count | None = None
    random_plans: Count
    no_target: Reason | None


class Share(Record):
    """Of a sum's variance: what all factors, the general one, and the others bring."""

    total: Bounded
    total_ci_lower: Bounded | None = None
    total_ci_upper: Bounded | None = None
    general: Bounded
    general_ci_lower: Bounded | None
    general_ci_upper: Bounded | None
    specific: Bounded


class ScaleShare(Share):
    """``of_reliable`` is the general factor's part of the total.

    More than one, and ``specific`` negative, where the general factor alone implies higher
    correlations between the items than there are.
    """

    id: str
    of_reliable: Percent


class General(Finding):
    """A general factor by Schmid and Leiman: omega total and hierarchical of the sum of all items.

    ``common`` is the general factor's share of the common variance; so many ``clusters`` are drawn
    whole.
    """

    whole: Share
    verdict: Verdict
    common: Percent
    scales: tuple[ScaleShare, ...]
    items: Count
    factors: Count
    negative: tuple[str, ...]
    draws: Count
    draws_used: Count
    draws_heywood: Count
    clusters: Count | None = None


class Twice(Record):
    """An item's loadings by this study and by factor_analyzer.

    ``factor`` is that of the largest, ``difference`` the largest over factors.
    """

    scale: str
    item: str
    factor: str
    ours: dict[str, Bounded]
    other: dict[str, Bounded]
    difference: Tiny


class Second(Finding):
    """The reference solution again, of complete rows, by this study and by factor_analyzer."""

    n: Modelled
    rows: tuple[Twice, ...]
    difference: Tiny
    kmo: Bounded
    other_kmo: Bounded
    kmo_difference: Tiny
    chisq: Real
    other_chisq: Real
    chisq_difference: Tiny
