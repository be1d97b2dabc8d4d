"""Groups compared: what the questions mean in each, who stands higher, what matters where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import semfit

from loyalty.analyses.groups.models import (
    Aside,
    Clustering,
    Equality,
    Grouping,
    Icc,
    Importance,
    Invariance,
    LatentDifference,
    LatentMeans,
    Level,
    LevelPoint,
    Maps,
    Means,
    Others,
    Pairs,
    PathDifference,
    PathInGroup,
    PathPair,
    Paths,
    Point,
    Released,
    ScoreDifference,
    ScoreTest,
    Size,
    Step,
)
from loyalty.cases.asked import Construct, Group
from loyalty.cases.study import Study
from loyalty.cases.survey import Survey
from loyalty.estimates import groups as estimates
from loyalty.estimates.fit import Missing, missing_answers
from loyalty.estimates.groups import Clusters, Firms, PartialInvariance
from loyalty.ground.findings import Findings, Refused, refusable
from loyalty.ground.reasons import CannotCompute, Reason, reason_of
from loyalty.ground.thresholds import threshold
from loyalty.stats import descriptives, groups

#: Released equalities that a sentence names, and differences that a table shows.
NAMED, LARGEST = 3, 6
#: Without hypotheses the measurement of more items is not compared: one model of all of them.
MOST_ITEMS = 40
#: Pairs of groups up to which a table shows those of every path (six groups).
PAIRS = 15


class Groups(Findings):
    invariance: Invariance | Refused | None = None
    released: Released | Refused | None = None
    latent_means: LatentMeans | Refused | None = None
    paths: Paths | Refused | None = None
    pairs: Pairs | Refused | None = None
    means: Means | Refused | None = None
    others: Others | Refused | None = None
    icc: Icc | Refused | None = None
    importance: Importance | Refused | None = None
    maps: Maps | Refused | None = None


# --- the data ------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Compared:
    """Answers and scale scores, the first group, further ones, and firms that lie within one."""

    study: Study
    answers: pd.DataFrame
    scores: pd.DataFrame
    group: Group | None
    others: Sequence[Group]
    firms: Group | None

    @property
    def constructs(self) -> list[Construct]:
        """Those that a measurement model can be compared of: on a path, or all without paths."""
        return [c for c in self._asked if len(c.items) > 1]

    @property
    def _asked(self) -> list[Construct]:
        return self.study.structural or self.study.main

    @property
    def items(self) -> list[str]:
        return [i.id for c in self.constructs for i in c.items]

    @property
    def used(self) -> list[str]:
        """The items of the structural model, or of the measurement model without paths."""
        return [i.id for c in self._asked for i in c.items]

    @property
    def missing(self) -> Missing:
        return missing_answers(self.answers, self.used)

    @property
    def nested(self) -> Group | None:
        """The firms, where they lie within the first group."""
        firms, group = self.firms, self.group
        return firms if firms and group and firms.within == group.id else None


def compared(survey: Survey) -> Compared:
    study, answers = survey.study, survey.scored
    scales = {c.id: [i.id for i in c.items] for c in study.main}
    comparable = [g for g in study.groups if g.comparable]
    main = [g for g in comparable if g.within is None]
    return Compared(
        study,
        answers,
        descriptives.scale_scores(answers, scales),
        group=main[0] if main else None,
        others=main[1:],
        firms=next((g for g in comparable if g.within is not None), None),
    )


def _grouped(data: Compared) -> Group:
    if data.group is None:
        raise CannotCompute("no_group")
    return data.group


def _clear(p: pd.Series) -> int:
    return int((p < threshold("significance").value).sum())


# --- invariance ----------------------------------------------------------------------------------
@dataclass(frozen=True)
class Ladder:
    """The ladder of invariance, the rows it was fitted to, and the levels that they leave out."""

    group: Group
    rows: pd.DataFrame
    left_out: dict[str, Reason]
    fitted: PartialInvariance


@refusable
def ladder(data: Compared) -> Ladder:
    group = _grouped(data)
    if not data.items:
        if data.study.structural:
            raise CannotCompute("no_construct_of_two_items")
        raise CannotCompute("no_scale")
    if not data.study.structural and len(data.items) > MOST_ITEMS:
        raise CannotCompute("many_items_for_ladder", n=len(data.items), most=MOST_ITEMS)
    rows, left_out = estimates.comparable_rows(data.answers, group, data.items)
    model = data.study.measurement_model(data.constructs)
    fitted = estimates.partial_invariance(model, rows, group=group.id, missing=data.missing)
    return Ladder(group, rows, left_out, fitted)


@refusable
def invariance(found: Ladder) -> Invariance:
    """The ladder, and how far it holds: where a level was fitted again, that model decides."""
    table = found.fitted.table
    cfi, rmsea = threshold("delta_cfi"), threshold("delta_rmsea")
    held: Level = "configural"
    failed, partial = None, False
    for last in table[1:].groupby("level", sort=False).tail(1).to_dict(orient="records"):
        if not (cfi.met(-last["delta_cfi"]) and rmsea.met(last["delta_rmsea"])):
            failed = last["level"]
            break
        held, partial = last["level"], partial or bool(last["partial"])
    warnings = [*found.fitted.metric.warnings, *found.fitted.scalar.warnings]
    return Invariance(
        group=found.group.id,
        sizes=tuple(
            Size(level=level, n=n)
            for level in found.group.levels
            if (n := int((found.rows[found.group.id] == level).sum()))
        ),
        left_out=tuple(Aside(level=k, reason=why) for k, why in found.left_out.items()),
        steps=Step.each(table),
        held=held,
        partial=partial,
        failed=failed,
        messages=tuple(map(reason_of, warnings)),
    )


def released(found: Ladder | Refused) -> Released | None:
    """What had to be released; None without a ladder."""
    if isinstance(found, Refused):
        return None
    rows = found.fitted.released
    return Released(
        group=found.group.id,
        count=len(rows),
        unnamed=max(len(rows) - NAMED, 0),
        equalities=Equality.each(rows),
        held_back=Equality.each(found.fitted.held_back),
    )


# --- latent means and paths ----------------------------------------------------------------------
@dataclass(frozen=True)
class ByFirm:
    """The scalar model with errors by firm, or `why` not, or neither (no firms in the group)."""

    clusters: Clusters | None = None
    means: semfit.Result | None = None
    why: Reason | None = None


@refusable
def by_firm(data: Compared, found: Ladder) -> ByFirm:
    if data.nested is None:
        declared = data.study.cluster is not None
        return ByFirm(why=CannotCompute("clusters_over_groups").reason if declared else None)
    firm = data.nested.id
    try:
        clusters = estimates.clusters_of(found.rows, firm, data.items, found.group.id)
        means = semfit.fit(
            data.study.measurement_model(data.constructs),
            found.rows[found.rows[firm].notna()],
            group=found.group.id,
            group_equal=estimates.EQUAL["scalar"],
            group_partial=found.fitted.partial,
            estimator="MLR",
            missing=data.missing,
            std_lv=True,
            cluster=firm,
        )
    except (CannotCompute, semfit.ModelError) as error:
        return ByFirm(why=reason_of(error))
    return ByFirm(clusters, means)


def latent_means(
    data: Compared, found: Ladder | Refused, firms: ByFirm | Refused
) -> LatentMeans | None:
    """Differences between all pairs of groups; None without a ladder."""
    if isinstance(found, Refused) or isinstance(firms, Refused):
        return None
    constructs = [c.id for c in data.constructs]
    clusters = firms.clusters
    rows = estimates.latent_means(found.fitted.scalar, constructs, firms.means, clusters)
    return LatentMeans(
        group=found.group.id,
        first=rows["group_a"].iloc[0],
        count=len(rows),
        listed=min(len(rows), LARGEST),
        clear=_clear(rows["p_holm"]),
        clear_firms=_clear(rows["p_holm_firms"]) if clusters else None,
        firms=clusters.count if clusters else None,
        groups=clusters.groups if clusters else None,
        df=clusters.df if clusters else None,
        not_by_firm=firms.why,
        differences=LatentDifference.each(rows),
    )


@dataclass(frozen=True)
class PathModel:
    """The structural model of all groups, `robust` with errors by firm."""

    result: semfit.Result
    robust: semfit.Result | None
    clusters: Clusters | None


@refusable
def path_model(data: Compared, found: Ladder, firms: ByFirm) -> PathModel:
    """The structural model by group, loadings equal but for the released ones."""
    model = data.study.structural_model(labels=False)

    def fit(rows: pd.DataFrame, cluster: str | None = None) -> semfit.Result:
        return semfit.fit(
            model,
            rows,
            estimator="MLR",
            missing=data.missing,
            group=found.group.id,
            group_equal=estimates.EQUAL["metric"],
            group_partial=found.fitted.loadings,
            cluster=cluster,
        )

    result, robust = fit(found.rows), None
    if firms.clusters is not None and data.nested is not None:
        firm = data.nested.id
        robust = fit(found.rows[found.rows[firm].notna()], firm)
    return PathModel(result, robust, firms.clusters)


@refusable
def paths(data: Compared, found: PathModel) -> Paths:
    """The paths by group, and whether they differ."""
    by_group, tests = estimates.path_differences(
        found.result, data.study.paths, found.robust, found.clusters
    )
    return Paths(
        group=_grouped(data).id,
        count=len(tests),
        different=_clear(tests["p_holm"]),
        df_firms=found.clusters.df if found.clusters else None,
        by_group=PathInGroup.each(by_group),
        differences=PathDifference.each(tests),
        messages=tuple(map(reason_of, found.result.warnings)),
    )


def pairs(data: Compared, found: PathModel | Refused, tested: Paths | Refused) -> Pairs | None:
    """The paths of every two groups compared; None without paths."""
    if isinstance(found, Refused) or isinstance(tested, Refused):
        return None
    clear = {d.id for d in tested.differences if d.p_holm < threshold("significance").value}
    rows = estimates.path_pairs(found.result, data.study.paths, found.robust, found.clusters)
    rows["differs"] = rows["id"].isin(clear)
    many = len(rows) > PAIRS * tested.count
    return Pairs(
        group=tested.group,
        count=len(rows),
        listed=int(rows["differs"].sum()) if many else len(rows),
        apart=_clear(rows["p"]),
        clear=_clear(rows["p_holm"]),
        clear_firms=_clear(rows["p_holm_firms"]) if found.clusters else None,
        df_firms=tested.df_firms,
        differences=PathPair.each(rows),
    )


# --- scale scores --------------------------------------------------------------------------------
@refusable
def means(data: Compared) -> Means:
    """Welch's test of every score and all pairs of groups, also by the means of firms."""
    group = _grouped(data)
    tests, pairs, messages = [], [], []
    for construct in data.scores.columns.tolist():
        score = data.scores[construct]
        level = estimates.shown_groups(score, data.answers[group.id])
        try:
            row = _welch(score, level)
            gaps = groups.games_howell(score, level).assign(construct=construct)
        except CannotCompute as error:
            messages.append(error.reason)
            continue
        if data.nested is not None:
            try:
                firm = groups.compare_clusters(score, level, data.answers[data.nested.id])
            except CannotCompute as error:
                messages.append(error.reason)
            else:
                row |= {"f_firms": firm.f, "df_firms": firm.df2, "p_firms": firm.p}
                gaps["ci_lower_firms"] = firm.pairs["ci_lower"].to_numpy()
                gaps["ci_upper_firms"] = firm.pairs["ci_upper"].to_numpy()
        tests.append({"construct": construct, **row})
        pairs.append(gaps)
    if not tests:
        raise CannotCompute("no_comparable_score")
    table = estimates.holm(pd.DataFrame(tests))
    return Means(
        group=group.id,
        count=len(table),
        clear=_clear(table["p_holm"]),
        clear_firms=_clear(table["p_holm_firms"]) if "p_firms" in table else None,
        explained=max(table["omega2"].max(), 0.0),
        tests=ScoreTest.each(table),
        pairs=ScoreDifference.each(
            pd.concat(pairs, ignore_index=True),
            g="hedges_g",
            g_ci_lower="g_lower",
            g_ci_upper="g_upper",
        ),
        messages=messages,
    )


def _welch(score: pd.Series, level: pd.Series) -> dict[str, float]:
    test = groups.anova(score, level)
    return {
        "f": test.welch_f,
        "df1": test.welch_df1,
        "df2": test.welch_df2,
        "p": test.welch_p,
        "omega2": test.omega2,
    }


@refusable
def others(data: Compared) -> Others | None:
    """The scores by every further grouping; None where no score can be compared by any."""
    found, messages = [], []
    for group in data.others:
        tests = []
        for construct in data.scores.columns.tolist():
            score = data.scores[construct]
            level = estimates.shown_groups(score, data.answers[group.id])
            try:
                tests.append({"construct": construct, **_welch(score, level)})
            except CannotCompute as error:
                messages.append(error.reason)
        if tests:
            table = estimates.holm(pd.DataFrame(tests))
            top = table.iloc[int(table["omega2"].argmax())]
            found.append(
                Grouping(
                    group=group.id,
                    scores=len(table),
                    different=_clear(table["p_holm"]),
                    p_holm=table["p_holm"].min(),
                    construct=top["construct"],
                    omega2=max(top["omega2"], 0.0),
                )
            )
    return Others(groupings=tuple(found), messages=messages) if found else None


@refusable
def icc(data: Compared) -> Icc:
    """How alike the customers of one firm are."""
    if data.firms is None:
        raise CannotCompute("no_nested_group")
    rows, messages = [], []
    for construct in data.scores.columns.tolist():
        score = data.scores[construct]
        try:
            alike = groups.intraclass_correlation(score, data.answers[data.firms.id])
            mean = groups.cluster_mean(score, data.answers[data.firms.id])
        except CannotCompute as error:
            messages.append(error.reason)
            continue
        rows.append(
            Clustering(
                construct=construct,
                icc=alike.icc1,
                ci_lower=alike.ci_lower,
                ci_upper=alike.ci_upper,
                design_effect=alike.design_effect,
                mean=mean.mean,
                mean_ci_lower=mean.ci_lower,
                mean_ci_upper=mean.ci_upper,
                se=mean.se,
                se_cluster=mean.se_cluster,
                se_ratio=mean.se_cluster / mean.se,
                firms=alike.n_groups,
            )
        )
    if not rows:
        raise CannotCompute("no_comparable_score")
    return Icc(
        largest=max(r.icc for r in rows),
        firms=max(r.firms for r in rows),
        scores=tuple(rows),
        messages=messages,
    )


# --- importance and performance ------------------------------------------------------------------
@dataclass(frozen=True)
class Effects:
    """Total effects of all respondents on the outcome, with each construct's performance."""

    outcome: str
    model: str
    pooled: pd.DataFrame
    points: pd.DataFrame
    problems: tuple[Reason, ...]
    by: Firms | None = None


@refusable
def effects(data: Compared) -> Effects:
    focal = data.study.focal
    if focal is None:
        raise CannotCompute("no_focal_path")
    model = data.study.structural_model(effects=False)
    whole = semfit.fit(model, data.answers, estimator="MLR", missing=data.missing)
    unit = data.study.units.id if data.study.units else None
    by = estimates.firms_if_enough(model, data.answers, unit, data.used, missing=data.missing)
    totals = by.totals(focal.to) if by else estimates.total_effects(whole, focal.to)
    pooled = totals.table
    points = _points(data, pooled, data.scores[list(pooled["construct"])])
    return Effects(focal.to, model, pooled, points, tuple(map(reason_of, whole.problems)), by)


def _points(data: Compared, totals: pd.DataFrame, scores: pd.DataFrame) -> pd.DataFrame:
    """Importance and performance of the constructs with scores."""
    scale, total = data.study.scale, totals.set_index("construct").loc[list(scores)]
    index = 100 * (scores - scale.min) / (scale.max - scale.min)
    design = estimates.sampling(data.study, data.answers.loc[scores.index], data.used)
    bounds = {"apart_lower": "ci_lower", "apart_upper": "ci_upper"}
    found = groups.importance_performance(
        dict(zip(total.index.tolist(), total["estimate"].tolist(), strict=True)),
        groups.performance_index(scores, scale.min, scale.max),
        apart=(
            total[list(bounds)].rename(columns=bounds),
            groups.apart_from_mean(index, design=design),
        ),
    )
    kept = total.drop(columns=["estimate", *bounds])
    return found.table.join(kept).reset_index(names="construct")


@refusable
def importance(found: Effects) -> Importance:
    """No order can be read where a standardized effect exceeds one or the solution has a fault."""
    bounded = bool((found.points["importance"].abs() <= 1).all())
    return Importance(
        outcome=found.outcome,
        firms=found.by.clusters.count if found.by else None,
        ranked=bounded and not found.problems,
        points=Point.each(found.points),
        messages=found.problems,
    )


def maps(data: Compared, found: Effects | Refused) -> Maps | Refused | None:
    """A map for each firm, or each group where there are no firms; None without effects."""
    return None if isinstance(found, Refused) else _maps(data, found)


@refusable
def _maps(data: Compared, found: Effects) -> Maps:
    unit = data.firms or _grouped(data)
    units = data.study.units
    totals, left_out, borrowed = estimates.by_level(
        data.answers,
        unit,
        found.model,
        data.used,
        found.outcome,
        data.missing,
        found.pooled,
        None if units is None else units.id,
    )
    parts = []
    for level, part in totals.groupby("level", sort=False):
        own = data.scores.loc[data.answers[unit.id] == level, list(part["construct"])]
        own = own.loc[:, own.notna().sum() >= threshold("small_cell").value]
        if not own.empty:
            parts.append(_points(data, part, own))
    if not parts:
        raise CannotCompute("small_levels")
    points = pd.concat(parts, ignore_index=True)
    weak = points[points["quadrant"] == "improve"]
    times = weak["construct"].value_counts()
    return Maps(
        group=unit.id,
        outcome=found.outcome,
        count=len(parts),
        constructs=tuple(c for c in data.scores if c in set(totals["construct"])),
        borrowed=tuple(Aside(level=k, reason=why) for k, why in borrowed.items()),
        left_out=tuple(left_out),
        often=tuple(sorted(times.index[times == times.max()])),
        times=times.max() if len(times) else 0,
        weak=len(weak),
        clear=int((weak["ci_lower"] > 0).sum()),
        of=len(points),
        points=LevelPoint.each(points),
    )
