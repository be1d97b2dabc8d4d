"""The structural model: paths, firms as clusters, indirect effects, rivals, moderation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import pandas as pd
import semfit

from loyalty.analyses.structural import ways
from loyalty.analyses.structural.bends import Bends, estimated
from loyalty.analyses.structural.crosscheck import semopy_paths
from loyalty.analyses.structural.ways import Contrasts
from loyalty.cases.study import Study
from loyalty.cases.survey import Survey
from loyalty.estimates import groups, structural
from loyalty.estimates.careless import flags
from loyalty.estimates.composites import composites
from loyalty.estimates.fit import FitMeasures, Missing, estimation, fit_measures, missing_answers
from loyalty.estimates.groups import Firms
from loyalty.estimates.solution import Solution
from loyalty.estimates.solution import solution as solution_of
from loyalty.estimates.verdicts import PathVerdict, judge
from loyalty.ground.findings import (
    Answering,
    Bounded,
    Count,
    Few,
    Finding,
    Findings,
    Modelled,
    P,
    Percent,
    Real,
    Record,
    Refused,
    refusable,
)
from loyalty.ground.reasons import CannotCompute, Reason, reason_of
from loyalty.ground.thresholds import threshold
from loyalty.stats.descriptives import scale_scores
from loyalty.stats.groups import adjust_p
from loyalty.stats.regression import ols

Sign = Literal["+", "-"]


# --- the findings --------------------------------------------------------------------------------
class Whole(Finding):
    """The model with the paths put back that the description sets aside (their ids)."""

    set_aside: tuple[str, ...]
    converged: bool
    admissible: bool
    problems: tuple[Reason, ...]


class Fit(FitMeasures, Finding):
    """How well the structural model fits."""


class Interval(Record):
    """An estimate with its 95 % interval; None where there is no standard error."""

    estimate: Real
    ci_lower: Real | None
    ci_upper: Real | None


class Path(Interval):
    """A hypothesized path, standardized; robust standard error by the delta method.

    Where respondents belong to firms, error, interval (Student's t), p and verdict take firms as
    the independent units (:class:`Paths`).
    """

    id: str
    from_: str
    to: str
    sign: Sign
    se: Real | None
    p: P | None
    verdict: PathVerdict


class ComposedPath(Interval):
    """A path from or to a formative construct, by PLS with its percentile interval."""

    id: str
    from_: str
    to: str
    sign: Sign
    verdict: PathVerdict


class Composed(Finding):
    """The paths from and to formative constructs, by verdict; of `n` respondents, `draws` usable
    bootstrap samples of them, or of so many whole `clusters`. `beside`: outcomes of
    theirs that the covariance-based model has, too, without them."""

    rows: tuple[ComposedPath, ...]
    count: Count
    supported: Count
    open: Count
    contradicted: Count
    n: Modelled
    draws: Count
    clusters: Count | None = None
    beside: tuple[str, ...]


class Explained(Record):
    """The share of a construct's variance that the paths to it explain."""

    id: str
    estimate: Bounded


class OnePoint(Interval):
    """The total effect of one point on the first item of `from_`, in points of that of `to`."""

    from_: str
    to: str


class Paths(Finding):
    """All paths; `firms`, with `df` degrees of freedom, where they are the units.

    The verdict is that of the interval; whether it may be relied upon is judged with the
    measurement model beside it (:func:`loyalty.estimates.verdicts.reliance`).
    """

    count: Count
    firms: Count | None = None
    df: Count | None = None
    rows: tuple[Path, ...]
    r2: tuple[Explained, ...]
    one_point: tuple[OnePoint, ...]


class Reported(Solution):
    """The structural model with all of its parameters, and its hypothesized paths as judged."""

    paths: tuple[Path, ...]
    firms: Count | None
    firms_df: Count | None


class Resamples(Record):
    """Refits to resampled respondents or clusters; only converged and admissible ones are used.

    `imputed`: they are divided among imputations of the missing answers; `firms`: whole firms are
    drawn.
    """

    drawn: Count
    used: Count
    nonconverged: Count
    inadmissible: Count
    imputed: bool
    firms: bool = False


class ClusteredPath(Path):
    """With respondents independent, and with firms: cluster-robust error and Student's t, and
    firms resampled.

    `ratio` is the cluster-robust standard error over that of independent respondents.
    """

    cluster_se: Real | None
    cluster_ci_lower: Real | None
    cluster_ci_upper: Real | None
    cluster_verdict: PathVerdict
    boot_ci_lower: Real | None
    boot_ci_upper: Real | None
    boot_verdict: PathVerdict
    ratio: Real | None


class Clustered(Finding):
    count: Count
    df: Count
    ratio_min: Real
    ratio_max: Real
    rows: tuple[ClusteredPath, ...]
    resamples: Resamples


class Effect(Interval):
    """A product of standardized paths: delta-method, percentile and BCa interval.

    There is no BCa interval where (nearly) all draws lie on one side of the estimate, and neither
    of the two with fewer than two usable draws.
    """

    id: str
    legs: Count
    boot_ci_lower: Real | None
    boot_ci_upper: Real | None
    bca_ci_lower: Real | None
    bca_ci_upper: Real | None


class Effects(Finding):
    """`clear`: how many percentile intervals exclude zero."""

    count: Count
    clear: Count
    rows: tuple[Effect, ...]
    resamples: Resamples


class Total(Interval):
    """A standardized total effect with its percentile interval."""

    from_: str
    to: str
    direct: Real
    indirect: Real


class Totals(Finding):
    """From where nothing leads to where nothing leaves; `clear` as in :class:`Effects`."""

    count: Count
    clear: Count
    rows: tuple[Total, ...]
    resamples: Resamples


StructureId = Literal["hypothesized", "partial", "forward", "unmediated"]


class Structure(Record):
    """A structure fitted to the same answers; ``delta_…`` is the scaled difference test.

    `added` and `removed` count paths; `added_clear` those added that differ from zero after Holm's
    correction. Nothing but `problems` where it could not be fitted.
    """

    id: StructureId
    added: Count
    removed: Count
    added_clear: Count
    chisq: Real | None = None
    df: Count | None = None
    cfi: Bounded | None = None
    rmsea: Bounded | None = None
    srmr: Bounded | None = None
    bic: Real | None = None
    delta_chisq: Real | None = None
    delta_df: Count | None = None
    delta_p: P | None = None
    problems: tuple[Reason, ...]


class Added(Interval):
    """A path that a structure adds, standardized."""

    structure: StructureId
    from_: str
    to: str
    p: P | None
    p_holm: P | None


class Competing(Finding):
    structures: tuple[Structure, ...]
    added: tuple[Added, ...]


class Bend(Interval):
    """A moderation, or with `quadratic` a bend, on scale scores and between latent constructs.

    Change of the standardized path per standard deviation of the moderator; of a bend the
    construct is its own moderator.
    """

    id: str
    from_: str
    moderator: str
    to: str
    quadratic: bool
    sign: Sign
    n: Answering
    p: P
    verdict: PathVerdict
    latent_estimate: Real | None = None
    latent_ci_lower: Real | None = None
    latent_ci_upper: Real | None = None
    latent_p: P | None = None
    latent_verdict: PathVerdict | None = None


class Moderation(Finding):
    """`firms`, with `df` degrees of freedom, where they are the independent units; `left_out`
    respondents who show signs of carelessness."""

    count: Count
    left_out: Few | None = None
    firms: Count | None = None
    df: Count | None = None
    rows: tuple[Bend, ...]


class Slope(Interval):
    """The standardized slope where the moderator is `sd` standard deviations from its mean."""

    sd: Real


class LatentTerm(Record):
    """Simple slopes one standard deviation below, at and above the mean, and along `curve`.

    ``jn_…`` are the outermost Johnson–Neyman bounds, in standard deviations of the moderator;
    `region` is where the slope differs from zero. `score_verdict` is that of :class:`Bend`.
    """

    id: str
    from_: str
    moderator: str
    to: str
    quadratic: bool
    verdict: PathVerdict
    score_verdict: PathVerdict | None = None
    below: Slope
    mean: Slope
    above: Slope
    curve: tuple[Slope, ...]
    jn_lower: Real | None
    jn_upper: Real | None
    region: Literal["inside", "outside", "everywhere", "nowhere"]


class Latent(Finding):
    """`firms`, `df`: as in :class:`Moderation`."""

    firms: Count | None = None
    df: Count | None = None
    terms: tuple[LatentTerm, ...]


class Question(Record):
    """A question beside the constructs, of the `n` people who answered it.

    `estimate`: its standardized regression on the score of the focal path's start. `added`: its
    coefficient in the regression of the outcome's score on those of its antecedents and on the
    question; ``r2`` without it, and with it. Intervals: heteroscedasticity-consistent (HC3).
    """

    variable: str
    n: Modelled
    share: Percent
    estimate: Real
    ci_lower: Real
    ci_upper: Real
    added: Real
    added_ci_lower: Real
    added_ci_upper: Real
    r2: Bounded
    r2_with: Bounded


class Questions(Finding):
    """What single questions add about the focal path; intervals of `clear` exclude no addition."""

    from_: str
    to: str
    rows: tuple[Question, ...]
    count: Count
    clear: Count


class SecondPath(Record):
    """An unstandardized path by plain maximum likelihood here and by semopy."""

    from_: str
    to: str
    estimate: Real
    se: Real | None
    semopy_estimate: Real | None
    semopy_se: Real | None
    difference: Real | None


class SecondOpinion(Finding):
    """How far the two lie apart over all paths; standard errors relative to ours.

    `converged`: whether semopy says that it did; if not, its numbers confirm nothing and neither
    distance is given. None where that was not asked.
    """

    converged: bool | None = None
    paths: Count
    largest_difference: Real | None
    largest_relative_difference_se: Real | None
    rows: tuple[SecondPath, ...]


class Structural(Findings):
    whole: Whole | Refused | None = None
    fit: Fit | Refused | None = None
    paths: Paths | Refused | None = None
    solution: Reported | Refused | None = None
    composed: Composed | Refused | None = None
    clusters: Clustered | Refused | None = None
    effects: Effects | Refused | None = None
    contrasts: Contrasts | Refused | None = None
    totals: Totals | Refused | None = None
    competing: Competing | Refused | None = None
    moderation: Moderation | Refused | None = None
    latent: Latent | Refused | None = None
    questions: Questions | Refused | None = None
    semopy: SecondOpinion | Refused | None = None


# --- the data and the model ----------------------------------------------------------------------
@dataclass(frozen=True)
class Answers:
    """Scored answers, with their weights if any; `items` are those of the constructs on a path.

    `careless`: who shows signs of it (bool by row), where products or squares are asked for.
    """

    study: Study
    rows: pd.DataFrame
    items: Sequence[str]
    missing: Missing
    weights: pd.Series | None = None
    careless: pd.Series | None = None

    def fit(self, model: str, rows: pd.DataFrame) -> semfit.Result:
        """A model by robust maximum likelihood, all answers used."""
        return semfit.fit(
            model,
            rows,
            estimator="MLR",
            missing=self.missing,
            weights=self.weights,
        )


def answers(survey: Survey) -> Answers:
    study, rows = survey.study, survey.scored
    items = [i.id for c in study.structural for i in c.items]
    bent = not all(h.is_path for h in study.hypotheses)
    careless = flags(survey).careless if bent else None
    return Answers(study, rows, items, missing_answers(rows, items), survey.weights, careless)


@refusable
def model(data: Answers) -> semfit.Result:
    """The hypothesized model by the estimator of the case."""
    text = data.study.structural_model()
    how = estimation(data.study, data.rows, data.items, data.weights)
    result = semfit.fit(text, data.rows, **how)
    if not result.converged:
        raise CannotCompute.because(result.problems[0])
    return result


@refusable
def whole(data: Answers) -> Whole | None:
    """Whether the model is identified with the paths that the description sets aside."""
    aside = [h.id for h in data.study.hypotheses if h.set_aside is not None]
    if not aside:
        return None
    text = data.study.structural_model(all_paths=True)
    result = data.fit(text, data.rows)
    return Whole(
        set_aside=aside,
        converged=result.converged,
        admissible=result.admissible,
        problems=list(map(reason_of, result.problems)),
        messages=list(map(reason_of, result.warnings)),
    )


@refusable
def fit(model: semfit.Result) -> Fit:
    return Fit(**dict(fit_measures(model)), messages=list(map(reason_of, model.warnings)))


def _judged(rows: pd.DataFrame, before: str = "") -> list[PathVerdict]:
    bounds = rows[["sign", f"{before}ci_lower", f"{before}ci_upper"]]
    return [judge(*one) for one in bounds.itertuples(index=False)]


@refusable
def firms(data: Answers) -> Firms:
    """Where respondents belong to firms, and these are enough for errors that allow for them."""
    nested = data.study.units
    if nested is None:
        raise CannotCompute("no_nested_group")
    how = {"missing": data.missing, "weights": data.weights}
    return groups.firms(data.study.structural_model(), data.rows, nested.id, data.items, **how)


def paths(
    data: Answers, model: semfit.Result | Refused, by: Firms | Refused | None = None
) -> Paths | Refused:
    """The hypothesized paths, what they explain, and total effects in points.

    With firms as the independent units where there are any.
    """
    return _paths(data, model, by if isinstance(by, Firms) else None)


@refusable
def _paths(data: Answers, model: semfit.Result, by: Firms | None) -> Paths:
    rows = structural.standardized_paths(model, data.study.paths)
    points = structural.one_point(by.model if by else model)
    if by:
        robust = structural.standardized_paths(by.model, data.study.paths)
        rows = structural.with_clusters(robust, by.clusters)
        points = structural.points_with_clusters(points, by.clusters)
    if rows["estimate"].isna().any():
        raise CannotCompute("no_standardized_path")
    rows["verdict"] = _judged(rows)
    r2 = model.r2.dropna().set_index("variable")["r2"]
    explained = [c.id for c in data.study.structural if c.id in r2.index]
    return Paths(
        count=len(rows),
        firms=by.clusters.count if by else None,
        df=by.clusters.df if by else None,
        rows=Path.each(rows),
        r2=[Explained(id=c, estimate=r2[c]) for c in explained],
        one_point=OnePoint.each(points),
    )


def solution(
    data: Answers, model: semfit.Result | Refused, by: Firms | Refused, found: Paths | Refused
) -> Reported | Refused:
    """The model in full; where respondents belong to firms, with errors that allow for these."""
    return _reported(data, model, by if isinstance(by, Firms) else None, found)


@refusable
def _reported(data: Answers, model: semfit.Result, by: Firms | None, found: Paths) -> Reported:
    made = solution_of(data.study.structural_model(), model, by.model if by else None)
    return Reported(**dict(made), paths=found.rows, firms=found.firms, firms_df=found.df)


# --- formative constructs ------------------------------------------------------------------------
@refusable
def composed(data: Answers, draws: int, seed: int) -> Composed | None:
    """The paths from and to formative constructs, where any are hypothesized."""
    found = composites(data.study, data.rows, draws, seed)
    if found is None:
        return None
    rows = found.paths
    if rows[["ci_lower", "ci_upper"]].isna().any(axis=None):
        raise CannotCompute("no_usable_draw")
    rows["verdict"] = _judged(rows)
    ends = {h.to for h in data.study.paths}
    return Composed(
        rows=ComposedPath.each(rows),
        count=len(rows),
        **{verdict: (rows["verdict"] == verdict).sum() for verdict in get_args(PathVerdict)},
        n=found.n,
        draws=found.draws,
        clusters=found.clusters,
        beside=tuple(c for c in dict.fromkeys(rows["to"]) if c in ends),
    )


# --- respondents of one firm ---------------------------------------------------------------------
def _resamples(boot: semfit.Bootstrap, data: Answers) -> Resamples:
    return Resamples(
        drawn=boot.draws,
        used=boot.used.sum(),
        nonconverged=boot.nonconverged,
        inadmissible=boot.inadmissible,
        imputed=data.missing == "fiml",
        firms=boot.estimate.options.cluster is not None,
    )


@refusable
def clusters(data: Answers, model: semfit.Result, by: Firms, boot: semfit.Bootstrap) -> Clustered:
    """The paths with respondents, and with firms, taken as independent; `boot` resamples firms."""
    study = data.study
    by_firm = structural.clustered_paths(by.model, by.clusters, boot, study.paths)
    rows = structural.standardized_paths(model, study.paths)
    rows = rows.merge(by_firm.drop(columns="estimate"), on="id")
    for name in ("", "cluster_", "boot_"):
        rows[f"{name}verdict"] = _judged(rows, name)
    rows["ratio"] = rows["cluster_se"] / rows["se"]
    return Clustered(
        count=by.clusters.count,
        df=by.clusters.df,
        ratio_min=rows["ratio"].min(),
        ratio_max=rows["ratio"].max(),
        rows=ClusteredPath.each(rows),
        resamples=_resamples(boot, data),
        messages=list(map(reason_of, boot.warnings)),
    )


# --- effects along chains ------------------------------------------------------------------------
def bootstrap(
    data: Answers, draws: int, seed: int, by: Firms | Refused | None = None
) -> semfit.Bootstrap | Refused:
    """Refits of the model to resampled firms where there are any, else respondents."""
    return _bootstrap(data, draws, seed, by.group if isinstance(by, Firms) else None)


@refusable
def _bootstrap(data: Answers, draws: int, seed: int, group: str | None) -> semfit.Bootstrap:
    text = data.study.structural_model()
    how = estimation(data.study, data.rows, data.items, data.weights)
    return structural.resampled(
        text, data.rows, data.items, draws=draws, seed=seed, cluster=group, how=how
    )


def _clear(rows: pd.DataFrame, lower: str, upper: str) -> int:
    return int(((rows[lower] > 0) | (rows[upper] < 0)).sum())


@refusable
def effects(data: Answers, model: semfit.Result, boot: semfit.Bootstrap) -> Effects:
    """The indirect effects that the case names."""
    labels = set(model.standardized()["label"])
    named = [e for e in data.study.effects if e.id in labels]
    if not named:
        raise CannotCompute("no_indirect_effect")
    rows = structural.indirect_effects(model, boot, named)
    return Effects(
        count=len(rows),
        clear=_clear(rows, "boot_ci_lower", "boot_ci_upper"),
        rows=Effect.each(rows),
        resamples=_resamples(boot, data),
        messages=list(map(reason_of, boot.warnings)),
    )


@refusable
def contrasts(data: Answers, model: semfit.Result, boot: semfit.Bootstrap) -> Contrasts | None:
    """Differences of indirect effects that begin and end at the same constructs."""
    return ways.contrasts(data.study, model, boot)


@refusable
def totals(data: Answers, model: semfit.Result, boot: semfit.Bootstrap) -> Totals | None:
    """Effects over all ways together, from the beginnings to the ends of the chain."""
    rows = structural.total_effects(model, boot, data.study.paths)
    if rows.empty:
        return None
    if rows[["estimate", "direct"]].isna().any(axis=None):
        raise CannotCompute("no_standardized_path")
    return Totals(
        count=len(rows),
        clear=_clear(rows, "ci_lower", "ci_upper"),
        rows=Total.each(rows),
        resamples=_resamples(boot, data),
        messages=list(map(reason_of, boot.warnings)),
    )


# --- competing structures ------------------------------------------------------------------------
@refusable
def competing(data: Answers) -> Competing:
    """The same constructs with other paths."""
    rivals, added = structural.competing(data.study, data.rows, data.missing, data.weights)
    added["p_holm"] = added.groupby("id")["p"].transform(adjust_p) if len(added) else []
    clear = added[added["p_holm"] < threshold("significance").value]["id"].value_counts()
    rivals["added_clear"] = [clear.get(name, 0) for name in rivals["id"]]
    return Competing(structures=Structure.each(rivals), added=Added.each(added, structure="id"))


# --- moderation and bends ------------------------------------------------------------------------
def bends(data: Answers, seed: int, by: Firms | Refused | None = None) -> Bends:
    """With firms as the independent units where there are any."""
    units = (by.group, by.clusters) if isinstance(by, Firms) else None
    return estimated(data.study, data.rows, seed, units, data.careless)


def moderation(found: Bends) -> Moderation | Refused:
    """The hypotheses on moderation and bends, on scale scores and between latent constructs."""
    if found.refused_scores and not found.scores:
        return Refused(refused=found.refused_scores[0])
    rows = [Bend(**row) for row in found.judged()]
    return Moderation(
        count=len(rows),
        left_out=found.left_out if rows else None,
        rows=rows,
        **_units(found),
        messages=found.refused_scores,
    )


def _units(found: Bends) -> dict[str, int | None]:
    clusters = found.clusters
    return {"firms": clusters.count, "df": clusters.df} if clusters else {}


def latent(found: Bends) -> Latent | Refused | None:
    """How strong a path is along its moderator, between latent constructs."""
    if not found.hypotheses:
        return None
    if not found.latent:
        return Refused(refused=found.refused_latent[0])
    terms = [LatentTerm(**row) for row in found.slopes()]
    return Latent(terms=terms, **_units(found), messages=[*found.refused_latent, *found.warnings])


# --- single questions ----------------------------------------------------------------------------
@refusable
def questions(data: Answers) -> Questions | None:
    """What the numbers asked beside the constructs go with, and add about the focal outcome."""
    study, path = data.study, data.study.focal
    asked = [v.id for v in study.variables if v.kind == "number"]
    if path is None or not asked:
        return None
    before = [h.from_ for h in study.paths if h.to == path.to]
    scales = {c: [i.id for i in study.named(c).items] for c in (*before, path.to)}
    scores = scale_scores(data.rows, scales).join(data.rows[asked])
    rows, refused = [], []
    for name in asked:
        used = scores[[*before, path.to, name]].dropna()
        try:
            alone = ols(used, name, [path.from_])
            without, with_it = ols(used, path.to, before), ols(used, path.to, [*before, name])
        except CannotCompute as error:
            refused.append(error.reason)
            continue
        sd = used.std()
        slope = alone.coefficients.loc[path.from_] * sd[path.from_] / sd[name]
        added = with_it.coefficients.loc[name] * sd[name] / sd[path.to]
        rows.append(
            Question(
                variable=name,
                n=len(used),
                share=len(used) / len(scores),
                estimate=slope["b"],
                ci_lower=slope["ci_lower"],
                ci_upper=slope["ci_upper"],
                added=added["b"],
                added_ci_lower=added["ci_lower"],
                added_ci_upper=added["ci_upper"],
                r2=without.r2,
                r2_with=with_it.r2,
            )
        )
    if not rows:
        raise CannotCompute.because(refused[0])
    clear = sum(r.added_ci_lower > 0 or r.added_ci_upper < 0 for r in rows)
    return Questions(
        from_=path.from_, to=path.to, rows=rows, count=len(rows), clear=clear, messages=refused
    )


# --- a second opinion ----------------------------------------------------------------------------
@refusable
def second_opinion(data: Answers) -> SecondOpinion:
    """The same paths by semopy, both by plain maximum likelihood on the complete rows."""
    rows, converged = semopy_paths(data.study.structural_model(labels=False), data.rows)
    rows["difference"] = (rows["est"] - rows["semopy_est"]).abs()
    errors = (rows["semopy_se"] / rows["se"] - 1).abs()
    return SecondOpinion(
        converged=converged,
        paths=len(rows),
        largest_difference=rows["difference"].max() if converged else None,
        largest_relative_difference_se=errors.max() if converged else None,
        rows=SecondPath.each(rows, from_="from", estimate="est", semopy_estimate="semopy_est"),
    )
