"""What the real surveys say together: pooled correlations, moderators, and the sources' claims."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple, get_args

import numpy as np
import pandas as pd

from loyalty.analyses.groups.findings import Groups
from loyalty.analyses.measurement.findings import Measurement
from loyalty.analyses.structural.findings import Structural
from loyalty.analyses.synthesis.estimates import (
    Estimate,
    Everything,
    Interval,
    as_estimates,
    given,
    letters,
    mean,
    people,
    reliance,
    relied_paths,
    shared_paths,
)
from loyalty.cases.claims import Ledger, OnIndustries, Speaking
from loyalty.cases.study import Study
from loyalty.estimates.verdicts import PathVerdict, judge
from loyalty.ground.addresses import look_up
from loyalty.ground.errors import UserError
from loyalty.ground.findings import (
    Bounded,
    Count,
    Finding,
    P,
    Percent,
    Real,
    Record,
    Refused,
    refusable,
)
from loyalty.ground.reasons import CannotCompute, Reason, reason_of
from loyalty.ground.thresholds import threshold
from loyalty.stats import masem
from loyalty.stats._common import normal_quantile
from loyalty.stats.pooling import meta_regression, random_effects

#: The backbone of the customer satisfaction index, its paths, and those that it leaves out.
BACKBONE = ("quality", "value", "satisfaction", "loyalty")
INDEX = [
    ("quality", "value"),
    ("quality", "satisfaction"),
    ("value", "satisfaction"),
    ("satisfaction", "loyalty"),
]
DIRECT = [("quality", "loyalty"), ("value", "loyalty")]
#: Why correlations are not pooled where too few surveys know them.
FEW = ("few_studies", "few_studies_for_pair", "variable_not_pooled")
#: A scale of more points is one whose answers were stretched: how many were offered is not known.
MOST_POINTS = 11
Moderator = Literal["points", "single_item", "year", "commonest_industry", "commonest_country"]


# --- the findings --------------------------------------------------------------------------------
class ModeratorRow(Interval):
    """Change of a pooled path with one unit of a property of the survey; `tau` that it leaves."""

    from_: str
    to: str
    moderator: Moderator
    k: Count
    p: P | None
    tau: Real


class Moderators(Finding):
    """`untried` properties are known of too few surveys with one path, or alike in all of them."""

    rows: tuple[ModeratorRow, ...]
    count: Count
    clear: Count
    untried: tuple[Moderator, ...]


class BackboneStudy(Record):
    """A survey of `n` people that knows correlations between some of the constructs.

    `single`: those measured by one item.
    """

    case: str
    n: Count
    concepts: tuple[str, ...]
    single: tuple[str, ...]


class LeftOut(Record):
    case: str
    why: Reason


class PooledCorrelation(Interval):
    a: str
    b: str
    studies: Count
    n: Count
    tau: Real
    i2: Percent
    q: Real
    q_df: Count
    q_p: P


class BackbonePath(Interval):
    from_: str
    to: str


class WithDoubted(Record):
    """The index's model once more, with the surveys that may not be relied upon."""

    paths: tuple[BackbonePath, ...]
    chisq: Real
    df: Count
    p: P


class Backbone(Finding):
    """Two-stage meta-analytic SEM of the latent correlations of the real surveys.

    All is of `k` surveys of `n` people whose measurement model may be relied upon, `complete` ones
    with all constructs, `single` ones with a construct of one item; `q` is of all correlations
    together. `paths` of the index's model with its fit, `direct` those that are added to it.
    `doubted`: surveys that may not be relied upon; `with_doubted`: the same with these.
    """

    studies: tuple[BackboneStudy, ...]
    left_out: tuple[LeftOut, ...]
    correlations: tuple[PooledCorrelation, ...]
    q: Real
    q_df: Count
    q_p: P
    paths: tuple[BackbonePath, ...]
    direct: tuple[BackbonePath, ...]
    doubted: tuple[str, ...]
    with_doubted: WithDoubted | Refused | None
    explained: Percent
    chisq: Real
    df: Count
    p: P
    cfi: Bounded
    srmr: Bounded
    k: Count
    n: Count
    complete: Count
    single: Count


class EvidenceRow(Record):
    """A hypothesis of the sources and what the real surveys say of it.

    `sources` are the simulated cases that state it, with their `letters`. `road`: by paths (of one
    survey, or pooled over `k` by random effects), by the pooled correlations (:class:`Backbone`),
    or none. `n` people, in `industries`; `unstated` surveys say none.
    """

    from_: str
    to: str
    moderator: str | None
    quadratic: bool
    sign: Literal["+", "-"]
    sources: tuple[str, ...]
    letters: tuple[str, ...]
    road: Literal["paths", "correlations", "none"]
    k: Count
    n: Count
    industries: Count
    unstated: Count
    estimate: Real | None
    ci_lower: Real | None
    ci_upper: Real | None
    verdict: PathVerdict | None


class Evidence(Finding):
    """All hypotheses by verdict, `by_correlations` those that rest on the pooled correlations."""

    rows: tuple[EvidenceRow, ...]
    count: Count
    supported: Count
    open: Count
    contradicted: Count
    none: Count
    by_correlations: Count
    surveys: Count
    n: Count
    industries: Count
    unstated: Count


class Spoken(Interval):
    """What a real case says to a claim; `place` among what the ledger names for it."""

    case: str
    place: int
    verdict: PathVerdict


class SectorRow(Record):
    """A claim about industries, the printed figures, and what real cases say; `silent`: nothing."""

    id: str
    claims: tuple[str, ...]
    printed: tuple[Real, ...]
    spoken: tuple[Spoken, ...]
    silent: bool


class Sectors(Finding):
    rows: tuple[SectorRow, ...]
    count: Count
    silent: Count


# --- moderators of surveys -----------------------------------------------------------------------
@refusable
def moderators(data: Everything) -> Moderators:
    """Whether pooled paths change with properties of the surveys that state them.

    Only where ten surveys or more have a path and a property that varies between them.
    """
    real = {case: s for case, s in data.surveys.items() if not s.simulated}
    own = as_estimates([r for r in relied_paths(data) if r.case in real])
    most, least, rows = 0, int(threshold("moderator_surveys").value), []
    for (a, b), same in shared_paths(own, real).items():
        most = max(most, len(same))
        if len(same) < least:
            continue
        for name, values in _properties([real[e.case] for e in same], a, b).items():
            known = [(e, v) for e, v in zip(same, values, strict=True) if v is not None]
            if len(known) < least or len({v for _, v in known}) < 2:
                continue
            found = meta_regression(
                [e.estimate for e, _ in known], [e.se for e, _ in known], [v for _, v in known]
            )
            rows.append(
                ModeratorRow(
                    from_=a,
                    to=b,
                    moderator=name,
                    k=found.k,
                    estimate=found.estimate,
                    ci_lower=found.ci_lower,
                    ci_upper=found.ci_upper,
                    p=found.p,
                    tau=math.sqrt(found.tau2),
                )
            )
    if not rows:
        raise CannotCompute("few_surveys_for_moderators", n=most, least=least)
    tried = {r.moderator for r in rows}
    return Moderators(
        rows=tuple(rows),
        count=len(rows),
        clear=sum(r.clear for r in rows),
        untried=tuple(name for name in get_args(Moderator) if name not in tried),
    )


def _properties(
    surveys: Sequence[Study], a: str, b: str
) -> Mapping[Moderator, Sequence[float | None]]:
    """Of each survey: points of its scale, a construct of one item, year, the commonest industry
    and country; None where the survey does not say."""
    said = [s.provenance for s in surveys]
    points = [s.scale.max - s.scale.min + 1 for s in surveys]
    return {
        "points": [float(p) if p <= MOST_POINTS else None for p in points],
        "single_item": [
            float(any(len(c.items) == 1 for c in s.main if c.concept in (a, b))) for s in surveys
        ],
        "year": [None if p.year is None else float(p.year) for p in said],
        "commonest_industry": _commonest(
            [p.industries[0] if len(p.industries) == 1 else None for p in said]
        ),
        "commonest_country": _commonest([p.country for p in said]),
    }


def _commonest(names: Sequence[str | None]) -> list[float | None]:
    """Whether each is the commonest name."""
    ranked = Counter(name for name in names if name).most_common(1)
    return [None if name is None else float(name == ranked[0][0]) for name in names]


# --- the backbone --------------------------------------------------------------------------------
class _Latent(NamedTuple):
    """Latent correlations of a survey between concepts of the backbone, and their errors.

    `admissible`: the solution that they are of.
    """

    row: BackboneStudy
    matrix: pd.DataFrame
    errors: pd.DataFrame
    admissible: bool


def _latent(case: str, study: Study, found: Measurement | None) -> _Latent | None:
    """None where a case knows no correlation between two concepts of the backbone.

    From the model of all constructs where some have one item, else from the planned model. Of
    several constructs of one concept the first stands for it.
    """
    known = _correlations(found) if found else None
    if known is None:
        return None
    first = {c.concept: c.id for c in reversed(study.main)}
    concept = {first[name]: name for name in BACKBONE if name in first}
    names = list(concept.values())
    matrix = pd.DataFrame(np.nan, index=names, columns=names)
    errors = matrix.copy()
    for a, b, r, low, high in known.rows:
        if {a, b} <= set(concept) and low is not None and high is not None:
            ends = concept[a], concept[b]
            for i, j in (ends, ends[::-1]):
                matrix.loc[i, j], errors.loc[i, j] = r, (high - low) / (2 * normal_quantile(0.95))
    names = [name for name in names if matrix[name].notna().any()]
    if not names:
        return None
    matrix = matrix.loc[names, names]
    for name in names:
        matrix.loc[name, name] = 1.0
    row = BackboneStudy(
        case=case,
        n=known.n,
        concepts=names,
        single=[name for name in names if first[name] in known.single],
    )
    return _Latent(row, matrix, errors.loc[names, names], known.admissible)


class _Known(NamedTuple):
    """Latent correlations of a survey: both constructs, the correlation, its limits."""

    rows: Sequence[tuple[str, str, float, float | None, float | None]]
    single: Sequence[str]
    n: int
    admissible: bool


def _correlations(found: Measurement) -> _Known | None:
    whole, shared, fit = (
        given(found.single_items),
        given(found.shared_variance),
        given(found.fit),
    )
    if whole is not None:
        every = [(r.a, r.b, r.correlation, r.ci_lower, r.ci_upper) for r in whole.rows]
        return _Known(every, whole.single, whole.n, whole.admissible)
    if shared is None or fit is None:
        return None
    pairs = [
        (r.a, r.b, r.correlation, r.correlation_ci_lower, r.correlation_ci_upper)
        for r in shared.rows
    ]
    return _Known(pairs, (), fit.n, fit.admissible)


def _sound(matrix: pd.DataFrame) -> bool:
    """Whether what is known of a correlation matrix is positive definite (no gap among it)."""
    values = matrix.to_numpy(dtype=np.float64)
    return bool(np.isfinite(values).all() and np.linalg.eigvalsh(values)[0] > 0)


def _pool(studies: Sequence[_Latent]) -> masem.PooledCorrelations:
    if len(studies) < 2:
        raise CannotCompute("few_studies", n=len(studies))
    names = [name for name in BACKBONE if any(name in s.row.concepts for s in studies)]
    if tuple(names) != BACKBONE:
        missing = next(name for name in BACKBONE if name not in names)
        raise CannotCompute("variable_not_pooled", name=missing)
    return masem.pool_correlations(
        [s.matrix.reindex(index=BACKBONE, columns=BACKBONE) for s in studies],
        [s.row.n for s in studies],
        standard_errors=[s.errors.reindex(index=BACKBONE, columns=BACKBONE) for s in studies],
    )


def _rows(model: masem.PathModel) -> tuple[BackbonePath, ...]:
    return BackbonePath.each(model.paths)


@refusable
def backbone(data: Everything) -> Backbone:
    """Quality → value → satisfaction → loyalty from the latent correlations of the real surveys.

    A survey without a construct enters with the others; a construct of one item is taken as free of
    error. A survey whose correlations are not positive definite is left out; one whose measurement
    model may not be relied upon enters only beside. The errors of the correlations are those of the
    measurement model.
    """
    latent, doubted, left_out = [], [], []
    for case, study in data.surveys.items():
        if study.simulated:
            continue
        one = _latent(case, study, data.of(case, "measurement", Measurement))
        if one is None:
            continue
        if not _sound(one.matrix):
            why = CannotCompute("correlations_not_positive_definite")
            left_out.append(LeftOut(case=case, why=reason_of(why)))
        elif one.admissible and "measurement" not in reliance(data, case).whole:
            latent.append(one)
        else:
            doubted.append(one)
    pooled = _pool_relied(latent, doubted)
    index = masem.path_model(pooled, INDEX)
    whole = masem.path_model(pooled, [*INDEX, *DIRECT])
    return Backbone(
        studies=tuple(s.row for s in latent),
        left_out=tuple(left_out),
        correlations=PooledCorrelation.each(pooled.table.assign(tau=np.sqrt(pooled.table["tau2"]))),
        q=pooled.chisq,
        q_df=pooled.df,
        q_p=pooled.p,
        paths=_rows(index),
        direct=_rows(whole)[len(INDEX) :],
        doubted=[s.row.case for s in doubted],
        with_doubted=_with_doubted([*latent, *doubted]) if doubted else None,
        explained=index.r2["loyalty"],
        chisq=index.chisq,
        df=index.df,
        p=index.p,
        cfi=index.cfi,
        srmr=index.srmr,
        k=pooled.k,
        n=pooled.n,
        complete=sum(len(s.row.concepts) == len(BACKBONE) for s in latent),
        single=sum(bool(s.row.single) for s in latent),
    )


def _pool_relied(latent: Sequence[_Latent], doubted: Sequence[_Latent]) -> masem.PooledCorrelations:
    """Where too little may be relied upon to be pooled, and there is more: that as the reason."""
    try:
        return _pool(latent)
    except CannotCompute as error:
        if doubted and error.reason.code in FEW:
            every = len(latent) + len(doubted)
            raise CannotCompute("few_relied_studies", n=len(latent), every=every) from None
        raise


@refusable
def _with_doubted(every: Sequence[_Latent]) -> WithDoubted:
    index = masem.path_model(_pool(every), INDEX)
    return WithDoubted(paths=_rows(index), chisq=index.chisq, df=index.df, p=index.p)


# --- the hypotheses of the sources ---------------------------------------------------------------
class _Key(NamedTuple):
    """What makes two hypotheses one: the same concepts in the same places."""

    from_: str
    to: str
    moderator: str | None
    quadratic: bool


def _key(study: Study, from_: str, to: str, moderator: str | None, quadratic: bool) -> _Key:
    def concept(name: str) -> str:
        return study.named(name).concept

    return _Key(concept(from_), concept(to), moderator and concept(moderator), quadratic)


def _stated(surveys: Mapping[str, Study]) -> dict[tuple[_Key, Literal["+", "-"]], list[str]]:
    """Every hypothesis of the simulated cases with its sign, and the cases that state it."""
    stated: dict[tuple[_Key, Literal["+", "-"]], list[str]] = {}
    for case, study in surveys.items():
        for h in study.hypotheses if study.simulated else ():
            key = _key(study, h.from_, h.to, h.moderator, h.quadratic)
            cases = stated.setdefault((key, h.sign), [])
            if case not in cases:
                cases.append(case)
    return stated


def _real_estimates(data: Everything) -> dict[_Key, list[Estimate]]:
    """Standardized paths and moderations of the real surveys, one estimate a case."""
    real = {case: s for case, s in data.surveys.items() if not s.simulated}
    own = as_estimates([r for r in relied_paths(data) if r.case in real])
    found = {_Key(a, b, None, False): same for (a, b), same in shared_paths(own, real, 1).items()}
    bends: dict[_Key, dict[str, list[Estimate]]] = {}
    for case, study in real.items():
        structural = data.of(case, "structural", Structural)
        moderation = given(structural.moderation) if structural else None
        for row in moderation.rows if moderation else ():
            low, high = row.ci_lower, row.ci_upper
            if low is None or high is None:
                continue
            key = _key(
                study, row.from_, row.to, None if row.quadratic else row.moderator, row.quadratic
            )
            se = (high - low) / (2 * normal_quantile(0.95))
            one = Estimate(case, key.from_, key.to, row.estimate, se, low, high)
            bends.setdefault(key, {}).setdefault(case, []).append(one)
    for key, by_case in bends.items():
        found[key] = [mean(case, key.from_, key.to, same) for case, same in by_case.items()]
    return found


def _together(same: Sequence[Estimate]) -> Interval:
    """One survey's own estimate, or several pooled."""
    if len(same) == 1:
        (one,) = same
        return Interval(estimate=one.estimate, ci_lower=one.ci_lower, ci_upper=one.ci_upper)
    pooled = random_effects([e.estimate for e in same], [e.se for e in same])
    return Interval(estimate=pooled.estimate, ci_lower=pooled.ci_lower, ci_upper=pooled.ci_upper)


def evidence(data: Everything, found: Backbone | Refused) -> Evidence | Refused:
    """The hypotheses of the sources beside what the real surveys say of each.

    A path that no real survey has as a hypothesis is taken from the pooled correlations, where the
    backbone was `found` and has it.
    """
    return _evidence(data, given(found))


@refusable
def _evidence(data: Everything, found: Backbone | None) -> Evidence:
    stated = _stated(data.surveys)
    if not stated:
        raise CannotCompute("no_simulated_case")
    real = _real_estimates(data)
    pooled = {(p.from_, p.to): p for p in (*found.paths, *found.direct)} if found else {}
    rows, spoke, letter = [], set(), letters(data)
    for (key, sign), sources in stated.items():
        same = real.get(key, [])
        size: Interval | None = None
        road: Literal["paths", "correlations", "none"] = "none"
        cases = [e.case for e in same]
        numbers = [people(data, case) for case in cases]
        if same:
            road, size = "paths", _together(same)
        elif found and key[2:] == (None, False) and (key.from_, key.to) in pooled:
            road, size = "correlations", pooled[key.from_, key.to]
            know = [s for s in found.studies if {key.from_, key.to} <= set(s.concepts)]
            cases, numbers = [s.case for s in know], [s.n for s in know]
        spoke.update(cases)
        rows.append(
            EvidenceRow(
                **key._asdict(),
                sign=sign,
                sources=tuple(sources),
                letters=[letter[source] for source in sources],
                road=road,
                k=len(cases),
                n=sum(numbers),
                **_industries(data, cases),
                estimate=size.estimate if size else None,
                ci_lower=size.ci_lower if size else None,
                ci_upper=size.ci_upper if size else None,
                verdict=judge(sign, size.ci_lower, size.ci_upper) if size else None,
            )
        )
    verdicts = Counter(r.verdict for r in rows)
    return Evidence(
        rows=tuple(rows),
        count=len(rows),
        supported=verdicts["supported"],
        open=verdicts["open"],
        contradicted=verdicts["contradicted"],
        none=verdicts[None],
        by_correlations=sum(r.road == "correlations" for r in rows),
        surveys=len(spoke),
        n=sum(people(data, case) for case in spoke),
        **_industries(data, sorted(spoke)),
    )


def _industries(data: Everything, cases: Sequence[str]) -> dict[str, int]:
    """How many different industries the cases name, and how many cases name none."""
    named = [data.cases[case].provenance.industries for case in cases]
    return {
        "industries": len({industry for own in named for industry in own}),
        "unstated": sum(not own for own in named),
    }


# --- the claims about industries -----------------------------------------------------------------
def sectors(data: Everything, known: Ledger) -> Sectors:
    """Claims about industries, each beside what real cases say."""
    rows = tuple(_sector(data, known, claim) for claim in known.industries)
    return Sectors(rows=rows, count=len(rows), silent=sum(r.silent for r in rows))


def _sector(data: Everything, known: Ledger, claim: OnIndustries) -> SectorRow:
    spoken = [
        Spoken(
            case=source.case,
            place=place,
            **size.model_dump(),
            verdict=judge("+", size.ci_lower, size.ci_upper),
        )
        for place, source in enumerate(claim.real)
        if (size := _spoken(data, claim.id, source)) is not None
    ]
    return SectorRow(
        id=claim.id,
        claims=tuple(claim.claims),
        printed=tuple(v for name in claim.claims for v in known.named(name).values),
        spoken=tuple(spoken),
        silent=not spoken,
    )


def _spoken(data: Everything, claim: str, source: Speaking) -> Interval | None:
    """What a real case says, None where its finding is not there, was refused or lacks a level.

    Raises
    ------
    UserError
        When an address leads nowhere, or a path or a level is not one of the case's.
    """
    if source.case not in data.cases or data.cases[source.case].simulated:
        return None
    where = f"data/claims.yml: {claim}: {source.case}"
    if source.path is not None:
        groups = data.of(source.case, "groups", Groups)
        paths = given(groups.paths) if groups else None
        if paths is None:
            return None
        described = next(g for g in data.cases[source.case].groups if g.id == paths.group)
        if odd := {*source.more, *source.less} - set(described.levels):
            raise UserError(
                "{where}: {group} has no level {odd}", where=where, group=paths.group, odd=min(odd)
            )
        own = {
            p.group: Interval(estimate=p.estimate, ci_lower=p.ci_lower, ci_upper=p.ci_upper)
            for p in paths.by_group
            if p.id == source.path and p.ci_lower is not None and p.ci_upper is not None
        }
        if not own:
            raise UserError("{where}: no path {path} in the groups", where=where, path=source.path)
        if not {*source.more, *source.less} <= set(own):
            return None
        return _contrast([own[x] for x in source.more], [own[x] for x in source.less])
    found = data.found.get((source.case, source.analysis or ""))
    top = getattr(found.findings, (source.number or "").split(".")[0], None) if found else None
    if found is None or top is None or isinstance(top, Refused):
        return None
    try:
        row = look_up(found.findings, source.number or "")
        return Interval(estimate=row.estimate, ci_lower=row.ci_lower, ci_upper=row.ci_upper)
    except (LookupError, AttributeError) as error:
        raise UserError("{where}: {error}", where=where, error=error) from None


def _contrast(more: Sequence[Interval], less: Sequence[Interval]) -> Interval:
    """Mean path of some groups less that of others, groups taken as independent samples.

    The loadings that groups have in common tie their paths a little: the error neglects it.
    """
    z = normal_quantile(0.95)
    estimate = variance = 0.0
    for groups, sign in ((more, 1.0), (less, -1.0)):
        for path in groups:
            estimate += sign * path.estimate / len(groups)
            variance += ((path.ci_upper - path.ci_lower) / (2 * z) / len(groups)) ** 2
    half = z * math.sqrt(variance)
    return Interval(estimate=estimate, ci_lower=estimate - half, ci_upper=estimate + half)
