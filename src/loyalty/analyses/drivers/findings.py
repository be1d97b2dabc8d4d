"""What counts: shares of what is explained, necessary conditions, a threshold, who stays loyal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from typing import Any, Literal

import numpy as np
import pandas as pd
import semfit

from loyalty import simulate
from loyalty.analyses.drivers.models import (
    Aside,
    Average,
    Bend,
    Bottleneck,
    Channels,
    Condition,
    Cost,
    Cross,
    Demand,
    GroupShare,
    GroupShares,
    Journey,
    Level,
    Necessity,
    Needed,
    Passing,
    Place,
    Satisfied,
    Share,
    Shares,
    Side,
    Target,
    Threshold,
    Thresholds,
    Weight,
    Weights,
)
from loyalty.analyses.drivers.models import Recommendation as Recommendation
from loyalty.analyses.drivers.models import Recommendations as Recommendations
from loyalty.cases.asked import Construct, Effect, Group, Scale
from loyalty.cases.study import Study
from loyalty.cases.survey import Survey
from loyalty.estimates import structural
from loyalty.estimates.design_effect import Alike, alike, widened
from loyalty.estimates.fit import Missing, missing_answers
from loyalty.estimates.groups import (
    Firms,
    Totals,
    comparable_rows,
    firms_if_enough,
    sampling,
    total_effects,
)
from loyalty.estimates.latent import Latent, latent, score_sds
from loyalty.estimates.plausible import plausible_values
from loyalty.ground import paths
from loyalty.ground.findings import Findings, Refused, of_data, refusable, resting
from loyalty.ground.reasons import CannotCompute, Reason, reason_of
from loyalty.ground.thresholds import threshold
from loyalty.simulate import Process, load_process
from loyalty.stats import crossed, necessity, ratio, segmented, shares
from loyalty.stats._common import FloatArray
from loyalty.stats.descriptives import mean_interval, scale_scores
from loyalty.stats.groups import performance_index
from loyalty.stats.resampling import expanded

#: Refits of the model of one level.
GROUP_DRAWS = 200
#: Refits that are tried first: no more are made where less than half of them are admissible.
PILOT = 40
#: Versions of the missing answers, among which refits are divided.
IMPUTATIONS = 5
#: Plausible values of a construct.
PLAUSIBLE = 20
#: Heights of the outcome in the bottleneck table, as parts of its range.
HEIGHTS = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
#: At either end of satisfaction, the share of respondents among whom no threshold is looked for.
TRIM = 0.05
#: The ceiling that decides: the one for answers with few levels.
DECIDES: necessity.CeilingId = "ce_fdh"


Action = Literal["secure", "raise", "keep", "counts", "lower", "open"]


class Drivers(Findings):
    shares: Shares | Refused | None = None
    by_group: GroupShares | Refused | None = None
    weights: Weights | Refused | None = None
    necessity: Necessity | Refused | None = None
    bottleneck: Bottleneck | Refused | None = None
    thresholds: Thresholds | Refused | None = None
    satisfied: Satisfied | Refused | None = None
    journey: Journey | Refused | None = None
    channels: Channels | Refused | None = None
    recommendations: Recommendations | Refused | None = None


# --- the data and the model ----------------------------------------------------------------------
@dataclass(frozen=True)
class Answers:
    """Scored answers, scale scores, and of a simulated case what was declared."""

    study: Study
    rows: pd.DataFrame
    scores: pd.DataFrame
    declared: Process | None

    @property
    def items(self) -> list[str]:
        return [i.id for c in self.study.structural for i in c.items]

    @property
    def scales(self) -> dict[str, list[str]]:
        """The items of each structural construct."""
        return {c.id: [i.id for i in c.items] for c in self.study.structural}

    @property
    def missing(self) -> Missing:
        return missing_answers(self.rows, self.items)

    @property
    def group(self) -> Group | None:
        """The first grouping that can be compared."""
        groups = (g for g in self.study.groups if g.comparable and g.within is None)
        return next(groups, None)


@of_data
def answers(survey: Survey) -> Answers:
    study = survey.study
    source = study.rows.simulator
    process = load_process(paths.inside(study.folder, source.process)) if source else None
    scales = {c.id: [i.id for i in c.items] for c in study.main}
    return Answers(study, survey.scored, scale_scores(survey.scored, scales), process)


@dataclass(frozen=True)
class Refits:
    """The structural model fitted, and refitted to resampled respondents, or to the clusters that
    they were sampled in, where these are enough (`by`).

    `spreads`: the standard deviation of the mean of each structural construct's items that a draw
    implies, (used, constructs).
    """

    model: semfit.Result
    point: Latent
    drawn: Latent
    draws: int
    spreads: pd.DataFrame
    by: Firms | None = None

    @property
    def clusters(self) -> int | None:
        return self.by.clusters.count if self.by else None

    @property
    def used(self) -> int:
        return len(self.drawn.correlations)

    def totals(self, outcome: str, scales: Mapping[str, Sequence[str]] | None = None) -> Totals:
        """:func:`total_effects`, with clusters as the independent units where these are enough."""
        if self.by is not None:
            return self.by.totals(outcome, scales)
        return total_effects(self.model, outcome, scales=scales)

    @property
    def usable(self) -> Latent:
        """The draws; none where too few are admissible."""
        return self.drawn if steady(self.used, self.draws) else self.drawn.first(0)

    def among(self, names: list[str]) -> FloatArray:
        """Correlations of these constructs in the usable draws."""
        return self.usable.among(names)


@of_data
@refusable
def refits(data: Answers, draws: int, seed: int) -> Refits:
    """Of all respondents."""
    return _refits(data, data.rows, draws, seed)


def _refits(data: Answers, rows: pd.DataFrame, draws: int, seed: int) -> Refits:
    text = data.study.structural_model(effects=False)
    missing = missing_answers(rows, data.items)
    model = semfit.fit(text, rows, estimator="MLR", missing=missing)
    if model.problems:
        raise CannotCompute.because(model.problems[0])
    unit = data.study.units.id if data.study.units else None
    by = firms_if_enough(text, rows, unit, data.items, missing=missing)

    def boot(count: int) -> semfit.Bootstrap:
        return structural.resampled(
            text,
            rows,
            data.items,
            draws=count,
            seed=seed,
            cluster=by.group if by else None,
            imputations=IMPUTATIONS,
        )

    drawn = boot(min(draws, PILOT))
    if steady(int(drawn.used.sum()), drawn.draws) and draws > PILOT:
        drawn = boot(draws)
    scales = data.scales
    return Refits(
        model,
        latent(model.estimate, model.estimate.x),
        latent(drawn.estimate, drawn.x[drawn.used]),
        drawn.draws,
        pd.DataFrame(
            score_sds(drawn.estimate, drawn.x[drawn.used], list(scales.values())),
            columns=list(scales),
        ),
        by,
    )


def steady(used: int, drawn: int) -> bool:
    """Whether at least half of the refits have an admissible solution; else none are shown."""
    return 2 * used >= drawn


def _bounds(values: FloatArray, clusters: int | None = None) -> tuple[FloatArray, FloatArray]:
    """The middle 95 % of draws, (draws, …), of few clusters :func:`expanded`.

    NaN of fewer than two draws.
    """
    if len(values) < 2:
        nothing = np.full(values.shape[1:], np.nan)
        return nothing, nothing
    tail = (1 - expanded(clusters)) / 2
    lower, upper = np.quantile(values, [tail, 1 - tail], axis=0)
    return lower, upper


# --- shares --------------------------------------------------------------------------------------
def equations(study: Study) -> tuple[list[tuple[str, Side, list[str]]], list[tuple[str, str]]]:
    """Each construct with what leads to it directly, and with what begins the chains to it.

    Only of two or more. What begins the chains is asked of constructs that lead nowhere, where they
    are others than those with a direct path. Where all chains pass through one construct, that one
    is asked in its place, since the shares are the same: the second list has (to, through).
    """
    edges = [(h.from_, h.to) for h in study.paths]
    order = [c.id for c in study.structural]
    before = {b: [a for a in order if (a, b) in edges] for b in order}

    def ancestors(node: str) -> set[str]:
        found = set(before[node])
        for one in before[node]:
            found |= ancestors(one)
        return found

    chosen: list[tuple[str, Side, list[str]]] = []
    passing, asked = list[tuple[str, str]](), set[str]()
    for to in order:
        if before[to] and all(a != to for a, _ in edges):
            through = to
            while len(before[through]) == 1:
                through = before[through][0]
            if through != to and before[through]:
                passing.append((to, through))
            asked.add(through)
    for to in order:
        if len(before[to]) > 1:
            chosen.append((to, "direct", before[to]))
        first = [a for a in order if a in ancestors(to) and not before[a]]
        if to in asked and len(first) > 1 and first != before[to]:
            chosen.append((to, "first", first))
    return chosen, passing


@of_data
@refusable
def shared(data: Answers, found: Refits) -> Shares:
    """What each construct has its part in, of all respondents."""
    chosen, passing = equations(data.study)
    if not chosen:
        raise CannotCompute("one_predictor")
    targets, rows = [], []
    for to, side, predictors in chosen:
        names = [to, *predictors]
        point, drawn = found.point.among(names), found.among(names)
        truth = _truth(data, names, "pooled")
        r2 = _bounds(shares.explained(drawn), found.clusters)
        parts = {m: shares.shares(point, m) for m in shares.MEASURES}
        draws = {m: shares.shares(drawn, m) for m in shares.MEASURES}
        bounds = {m: _bounds(values, found.clusters) for m, values in draws.items()}
        largest = int(parts["lmg"].argmax())
        ahead, _ = _bounds(draws["lmg"][:, [largest]] - draws["lmg"], found.clusters)
        targets.append(
            Target(
                to=to,
                side=side,
                r2=float(shares.explained(point)),
                r2_ci_lower=float(r2[0]),
                r2_ci_upper=float(r2[1]),
                largest=predictors[largest],
                clear=bool((np.delete(ahead, largest) > 0).all()),
            )
        )
        for k, name in enumerate(predictors):
            rows.append(
                Share(
                    to=to,
                    side=side,
                    from_=name,
                    estimate=parts["lmg"][k],
                    ci_lower=bounds["lmg"][0][k],
                    ci_upper=bounds["lmg"][1][k],
                    johnson=parts["johnson"][k],
                    johnson_ci_lower=bounds["johnson"][0][k],
                    johnson_ci_upper=bounds["johnson"][1][k],
                    product=parts["product"][k],
                    product_ci_lower=bounds["product"][0][k],
                    product_ci_upper=bounds["product"][1][k],
                    truth=None if truth is None else shares.shares(truth, "lmg")[k],
                    truth_product=None if truth is None else shares.shares(truth, "product")[k],
                )
            )
    return Shares(
        drawn=found.draws,
        used=found.used,
        clusters=found.clusters,
        targets=targets,
        passing=[Passing(to=to, through=through) for to, through in passing],
        rows=rows,
    )


def _truth(data: Answers, names: Sequence[str], industry: str) -> FloatArray | None:
    """Declared correlations of these constructs."""
    if data.declared is None or not set(names) <= set(data.declared.constructs):
        return None
    if industry != "pooled" and industry not in data.declared.industries:
        return None
    whole = simulate.latent_correlations(data.declared, industry)
    found: FloatArray = whole.loc[list(names), list(names)].to_numpy()
    return found


# --- by group ------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Grouped:
    """A model of its own for each level of a group.

    `few` has the firms of the levels where they are in any level too few to be resampled.
    """

    group: Group
    levels: Mapping[str, Refits]
    sizes: Mapping[str, int]
    left_out: tuple[Aside, ...]
    draws: int
    few: Alike | None = None

    @property
    def df(self) -> int | None:
        """Of the design effect of clusters that are too few to be resampled."""
        return self.few.df if self.few else None

    def wider(self, of: Callable[[Latent], FloatArray]) -> FloatArray | float:
        """By how much the intervals of levels that resample respondents are to be widened."""
        if self.few is None:
            return 1.0
        return self.few.wider({level: own.model for level, own in self.levels.items()}, of)


@resting
def grouped(data: Answers, found: Refits, draws: int, seed: int) -> Grouped | None:
    """None without a group, or with nothing to share and no named effect."""
    group = data.group
    if group is None or not (equations(data.study)[0] or _effects(data)):
        return None
    count = min(draws, GROUP_DRAWS)
    rows, lacking = comparable_rows(data.rows, group, data.items)
    aside = [Aside(level=k, reason=why) for k, why in lacking.items()]
    levels: dict[str, Refits] = {}
    for level in group.levels:
        own = rows[rows[group.id] == level]
        if own.empty:
            continue
        free = found.model.estimate.model.expand.shape[1]
        try:
            if free >= len(own):
                raise CannotCompute("few_respondents_for_parameters", n=len(own), parameters=free)
            levels[level] = _refits(data, own, count, seed)
        except (CannotCompute, semfit.ModelError) as error:
            aside.append(Aside(level=level, reason=reason_of(error)))
    if len(levels) < 2:
        raise CannotCompute("few_levels", group=group.id, n=len(levels))
    sizes = {level: int((rows[group.id] == level).sum()) for level in levels}
    few = _few(data, {level: rows[rows[group.id] == level] for level in levels}, levels)
    return Grouped(group, levels, sizes, tuple(aside), count, few)


def _few(
    data: Answers, rows: Mapping[str, pd.DataFrame], levels: Mapping[str, Refits]
) -> Alike | None:
    """The firms of the levels, where they are in any level too few to be resampled."""
    unit = data.study.units
    if unit is None or all(own.clusters for own in levels.values()):
        return None
    text = data.study.structural_model(effects=False)

    def refit(own: pd.DataFrame) -> semfit.Result:
        missing = missing_answers(own, data.items)
        return semfit.fit(text, own, estimator="MLR", missing=missing, cluster=unit.id)

    return alike(rows, unit.id, refit)


def _apart(
    found: Grouped, of: Callable[[Latent], FloatArray]
) -> tuple[FloatArray, tuple[FloatArray, FloatArray], dict[str, tuple[FloatArray, ...]]]:
    """The levels' mean weighted by respondents, its interval, and each level's values.

    `of` makes (…, k) numbers of the latent variables. The levels' draws are independent.
    """
    point = {level: of(own.point) for level, own in found.levels.items()}
    drawn = {level: of(own.usable) for level, own in found.levels.items()}
    least = min(len(values) for values in drawn.values())
    weight = {level: n / sum(found.sizes.values()) for level, n in found.sizes.items()}
    mean = sum((weight[level] * point[level] for level in weight), np.zeros(1))
    means = sum((weight[level] * drawn[level][:least] for level in weight), np.zeros(1))
    wide = found.wider(of)
    rows: dict[str, tuple[FloatArray, ...]] = {}
    for level in weight:
        clusters = found.levels[level].clusters
        wider, apart = 1.0 if clusters else wide, point[level] - mean
        inside = _bounds(drawn[level], clusters)
        beside = _bounds(drawn[level][:least] - means, clusters)
        rows[level] = (
            point[level],
            *widened(inside, point[level], wider),
            apart,
            *widened(beside, apart, wider),
        )
    return mean, widened(_bounds(means), mean, wide), rows


def _lmg(one: Latent, names: list[str]) -> FloatArray:
    """Shares of all but the first in the first."""
    return shares.shares(one.among(names), "lmg")


def _product(one: Latent, chain: list[str]) -> FloatArray:
    """The product of the paths along a chain, as one number."""
    found: FloatArray = one.along(chain)[..., None]
    return found


_IN_GROUP = (
    "estimate",
    "ci_lower",
    "ci_upper",
    "deviation",
    "deviation_ci_lower",
    "deviation_ci_upper",
)


@refusable
def group_shares(data: Answers, found: Grouped | None) -> GroupShares | None:
    """Shares in each level, and which lie apart from the mean of all levels."""
    if found is None:
        return None
    rows: list[GroupShare] = []
    for to, side, predictors in equations(data.study)[0]:
        names = [to, *predictors]
        _, _, values = _apart(found, partial(_lmg, names=names))
        for k, name in enumerate(predictors):
            for level, (estimate, lower, upper, *apart) in values.items():
                parts = (estimate, np.maximum(lower, 0.0), np.minimum(upper, 1.0), *apart)
                truth = _truth(data, names, level)
                rows.append(
                    GroupShare(
                        to=to,
                        side=side,
                        from_=name,
                        level=level,
                        truth=None if truth is None else shares.shares(truth, "lmg")[k],
                        **dict(zip(_IN_GROUP, (part[k] for part in parts), strict=True)),
                    )
                )
    if not rows:
        return None
    known = [r for r in rows if r.truth is not None]
    return GroupShares(
        group=found.group.id,
        drawn=found.draws,
        df=found.df,
        levels=[Level(level=k, n=found.sizes[k], used=r.used) for k, r in found.levels.items()],
        left_out=found.left_out,
        count=len(rows),
        clear=sum(_clear(r.deviation_ci_lower, r.deviation_ci_upper) for r in rows),
        declared=len(known),
        held=sum(_holds(r.ci_lower, r.truth, r.ci_upper) for r in known),
        rows=rows,
    )


def _clear(lower: float | None, upper: float | None) -> bool:
    return lower is not None and upper is not None and (lower > 0 or upper < 0)


def _holds(lower: float | None, value: float | None, upper: float | None) -> bool:
    known = lower is not None and value is not None and upper is not None
    return known and lower <= value <= upper  # type: ignore[operator]


def _effects(data: Answers) -> list[Effect]:
    """Named indirect effects all of whose paths are estimated."""
    edges = {(h.from_, h.to) for h in data.study.paths}
    return [
        e for e in data.study.effects if set(zip(e.through, e.through[1:], strict=False)) <= edges
    ]


def weights(data: Answers, found: Grouped | Refused | None) -> Weights | None:
    """Named indirect effects in each level; why there are none is said of the shares."""
    if found is None or isinstance(found, Refused) or not (effects := _effects(data)):
        return None
    truth = _true_effects(data)
    averages, rows = [], []
    for effect in effects:
        mean, (lower, upper), values = _apart(found, partial(_product, chain=effect.through))
        name = " -> ".join(effect.through)
        averages.append(
            Average(
                id=effect.id,
                estimate=mean[0],
                ci_lower=lower[0],
                ci_upper=upper[0],
                truth=truth.get((name, "average")),
            )
        )
        rows += [
            Weight(
                id=effect.id,
                level=level,
                truth=truth.get((name, level)),
                **dict(zip(_IN_GROUP, (part[0] for part in parts), strict=True)),
            )
            for level, parts in values.items()
        ]
    return Weights(
        group=found.group.id, drawn=found.draws, df=found.df, averages=averages, rows=rows
    )


def _true_effects(data: Answers) -> dict[tuple[str, str], float]:
    if data.declared is None:
        return {}
    table = simulate.true_parameters(data.declared)
    table = table[table["kind"] == "indirect"]
    return {
        (str(row["name"]), str(row["industry"])): float(row["value"])
        for row in table.to_dict("records")
    }


# --- necessary conditions ------------------------------------------------------------------------
@dataclass(frozen=True)
class Conditions:
    """What has a total effect on the outcome, by scores turned so that more should be better."""

    outcome: str
    totals: pd.DataFrame
    scores: pd.DataFrame
    reversed: tuple[str, ...]
    messages: tuple[Reason, ...]


@resting
def conditions(data: Answers, found: Refits) -> Conditions:
    focal = data.study.focal
    if focal is None:
        raise CannotCompute("no_focal_path")
    totals = found.totals(focal.to).table.set_index("construct")
    scores = data.scores[[focal.to, *totals.index]].copy()
    turned = tuple(c for c in totals.index if _harms(data.study, str(c), focal.to, totals.loc[c]))
    for name in turned:
        scores[name] = scores[name].max() + scores[name].min() - scores[name]
    messages = []
    for name in list(totals.index):
        if scores[name].nunique() < 2:
            messages.append(CannotCompute("constant", name=name).reason)
            totals, scores = totals.drop(index=name), scores.drop(columns=name)
    if totals.empty:
        raise CannotCompute.because(messages[0])
    return Conditions(focal.to, totals, scores, turned, tuple(messages))


def _harms(study: Study, name: str, outcome: str, total: pd.Series) -> bool:
    """Whether less of a construct should be better: as is hypothesized, else as is clear."""
    if len(signs := _hypothesized(study, name, outcome)) == 1:
        return signs == {-1}
    return bool(_sure(total["ci_lower"], total["ci_upper"]) and total["estimate"] < 0)


def _hypothesized(study: Study, name: str, outcome: str, passed: tuple[str, ...] = ()) -> set[int]:
    """The signs of the path to the outcome, or else of the chains of paths that lead there."""
    steps = [(h.to, -1 if h.sign == "-" else 1) for h in study.paths if h.from_ == name]
    if direct := {sign for to, sign in steps if to == outcome}:
        return direct
    return {
        sign * then
        for to, sign in steps
        if to not in passed
        for then in _hypothesized(study, to, outcome, (*passed, name))
    }


@resting
def necessary(
    data: Answers, found: Refits, of: Conditions, permutations: int, seed: int
) -> Necessity:
    """Which conditions are necessary, on scores and without their errors of measurement."""
    least, level = threshold("necessity_effect").value, threshold("significance").value
    drawn = plausible_values(found.model, PLAUSIBLE, seed)
    performance = performance_index(
        data.scores[list(of.totals.index)], *_limits(data.study, list(of.totals.index))
    )
    outcome = of.scores[of.outcome].to_numpy()
    parts = _beside_all(found, [of.outcome, *map(str, of.totals.index)])
    rows = []
    for k, (name, total) in enumerate(of.totals.iterrows()):
        construct, names = str(name), (str(name), of.outcome)
        options: dict[str, Any] = {"permutations": permutations, "seed": seed, "names": names}
        x = of.scores[construct].to_numpy()
        on_scores = necessity.tested(x, outcome, **options)
        sign = -1.0 if construct in of.reversed else 1.0
        free = necessity.carried(
            [(sign * d[construct].to_numpy(), d[of.outcome].to_numpy()) for d in drawn], **options
        )
        rows.append(
            Condition(
                construct=construct,
                reversed=construct in of.reversed,
                n=int((~np.isnan(x) & ~np.isnan(outcome)).sum()),
                ce_fdh=on_scores.effect["ce_fdh"],
                cr_fdh=on_scores.effect["cr_fdh"],
                p=on_scores.p[DECIDES],
                p_correlated=on_scores.p_correlated,
                latent_estimate=free.effect[DECIDES],
                latent_ci_lower=free.lower[DECIDES],
                latent_ci_upper=free.upper[DECIDES],
                latent_p=free.p[DECIDES],
                verdict=_verdict(on_scores, free, least, level),
                importance=total["estimate"],
                ci_lower=total["ci_lower"],
                ci_upper=total["ci_upper"],
                share=parts[0][k],
                share_ci_lower=parts[1][k],
                share_ci_upper=parts[2][k],
                performance=100.0 - performance[construct]
                if construct in of.reversed
                else performance[construct],
            )
        )
    return Necessity(
        outcome=of.outcome,
        permutations=permutations,
        draws=PLAUSIBLE,
        firms=found.clusters,
        conditions=rows,
        messages=of.messages,
    )


def recommended(
    data: Answers,
    found: Necessity | Refused | None,
    refits: Refits | Refused,
    *,
    by_group: GroupShares | Refused | None = None,
    journey: Journey | Refused | None = None,
) -> Recommendations | Refused | None:
    """What follows, what it may cost by the refits, by the grouping and with the places of the
    journey where these are known.
    """
    groups = by_group if isinstance(by_group, GroupShares) else None
    way = journey if isinstance(journey, Journey) else None
    if found is None or isinstance(found, Refused) or isinstance(refits, Refused):
        return None
    return _recommended(data, found, refits, groups, way)


@refusable
def _recommended(
    data: Answers,
    found: Necessity,
    refits: Refits,
    groups: GroupShares | None,
    journey: Journey | None,
) -> Recommendations:
    """What to do about each condition: from its total effect, performance and necessity; and at
    which touchpoints to look first.
    """
    names = [c.construct for c in found.conditions]
    changes = _changes(data, found.outcome, names, refits)
    reach = dict(zip(names, _reach(data, names), strict=True))
    clear = [c for c in found.conditions if _sure(c.ci_lower, c.ci_upper)]
    own = {
        c.construct: 100.0 - c.performance if c.reversed else c.performance
        for c in found.conditions
    }
    middle = float(np.median([own[c.construct] for c in clear])) if clear else 0.0
    rows = []
    for c, (_, change) in zip(found.conditions, changes.table.iterrows(), strict=True):
        rows.append(
            Recommendation(
                construct=c.construct,
                action=_action(c, own[c.construct] - middle, reach[c.construct]),
                change=change["estimate"],
                ci_lower=change["ci_lower"],
                ci_upper=change["ci_upper"],
                performance=own[c.construct],
                levels=_more_in(c.construct, groups),
            )
        )
    rows.sort(key=lambda row: (row.action == "open", -abs(row.change)))
    sure = [row for row in rows if row.action != "open"]
    costs = _costs(data, sure, found.outcome, changes, refits)
    by: Literal["refits", "fieller"] = "refits" if len(refits.usable.paths) else "fieller"
    return Recommendations(
        outcome=found.outcome,
        grade="simulated" if data.study.provenance.kind == "simulated" else "cross_section",
        group=groups.group if groups else None,
        firms=found.firms,
        clear=sum(row.action != "open" for row in rows),
        rows=tuple(rows),
        costs=costs,
        costs_by=by if costs else None,
        table=journey.table if journey else None,
        places=_places(journey) if journey else (),
    )


def _changes(data: Answers, outcome: str, names: list[str], refits: Refits) -> Totals:
    """The change of the outcome's mean, in points of its scale, for one point of each construct.

    The standardized total effect times the standard deviation of the outcome's scores over that of
    the construct's. That these are estimates, too, widens the interval as much as it does where
    the model implies them.
    """
    whole, spread = refits.totals(outcome, data.scales), data.scores.std()
    at = [whole.names.index(name) for name in names]
    sd = _implied(data, refits, [outcome, *names])
    times = spread[outcome] / spread[names].to_numpy() * sd[1:] / sd[0]
    return Totals(
        names,
        whole.value[at] * times,
        whole.covariance[np.ix_(at, at)] * np.outer(times, times),
        whole.quantile,
    )


def _implied(data: Answers, refits: Refits, names: list[str]) -> FloatArray:
    """The standard deviations of the means of the constructs' items that the model implies."""
    estimate = (refits.by.model if refits.by else refits.model).estimate
    found: FloatArray = score_sds(estimate, estimate.x, [data.scales[name] for name in names])
    return found


def _costs(
    data: Answers, rows: list[Recommendation], outcome: str, changes: Totals, refits: Refits
) -> tuple[Cost, ...]:
    """The ratio of every two changes, the smaller over the larger, where both are clear.

    A draw has its own standard deviations of the scores, as much larger or smaller than those of
    all respondents as the model implies. That of the outcome cancels.
    """
    names = [row.construct for row in rows]
    sizes, signs = (of([row.change for row in rows]) for of in (np.abs, np.sign))
    drawn = refits.usable.totals(names, outcome) * signs / data.scores.std()[names].to_numpy()
    drawn *= _implied(data, refits, names) / refits.spreads[names].to_numpy()[: len(drawn)]
    at = [changes.names.index(name) for name in names]
    among = changes.covariance[np.ix_(at, at)] * np.outer(signs, signs)
    exact = refits.by.clusters.as_normal if refits.by else 0.95
    found = list[Cost]()
    for more, less in combinations(range(len(rows)), 2):
        of = [less, more]
        if len(drawn):
            level = expanded(refits.clusters)
            cost = ratio.of_draws(sizes[less], sizes[more], drawn[:, of], level)
        else:
            cost = ratio.fieller(sizes[less], sizes[more], among[np.ix_(of, of)], exact)
        found.append(Cost(construct=names[less], than=names[more], **cost._asdict()))
    return tuple(found)


def _places(journey: Journey) -> tuple[Place, ...]:
    """The touchpoints with the lowest score and the most loss, where intervals lie apart."""
    found = []
    sides: tuple[tuple[Literal["lost", "score"], float], ...] = (("lost", 1.0), ("score", -1.0))
    for of, sign in sides:
        known = []
        for row in journey.rows:
            ends = [getattr(row, f"{of}{end}") for end in ("", "_ci_lower", "_ci_upper")]
            if row.level is None and None not in ends:
                known.append((row.touchpoint, ends))
        if len(known) < 2:
            continue
        known.sort(key=lambda one: -sign * one[1][0])
        (name, (estimate, lower, upper)), *others = known
        apart = (lower > ends[2] if sign > 0 else upper < ends[1] for _, ends in others)
        if all(apart):
            place = Place(touchpoint=name, of=of, estimate=estimate, ci_lower=lower, ci_upper=upper)
            found.append(place)
    return tuple(found)


def _sure(lower: float | None, upper: float | None) -> bool:
    return lower is not None and upper is not None and (lower > 0 or upper < 0)


def _reach(data: Answers, names: list[str]) -> list[float]:
    """Half the 95 % interval of each performance, on its scale from 0 to 100."""
    least, most = _limits(data.study, names)
    design, found = sampling(data.study, data.rows, data.items), []
    for name in names:
        own = mean_interval(data.scores[name], design=design)
        found.append(50 * (own.ci_upper - own.ci_lower) / (most[name] - least[name]))
    return found


def _action(of: Condition, above: float, reach: float) -> Action:
    """Nothing where the effect is open; else by its sign, necessity, and room for more.

    Args:
        above: how far its performance lies above the middle of those whose effect is clear.
        reach: half the interval of that performance.
    """
    if not _sure(of.ci_lower, of.ci_upper):
        return "open"
    if of.importance < 0:
        return "lower"
    if of.verdict == "necessary" and not of.reversed:
        return "secure"
    if abs(above) <= reach:
        return "counts"
    return "raise" if above < 0 else "keep"


def _more_in(construct: str, groups: GroupShares | None) -> tuple[str, ...]:
    """The levels in which the construct's share of something is clearly above the mean."""
    if groups is None:
        return ()
    above = [
        row.level
        for row in groups.rows
        if row.from_ == construct
        and row.side == "direct"
        and row.deviation_ci_lower is not None
        and row.deviation_ci_lower > 0
    ]
    return tuple(dict.fromkeys(above))


def _beside_all(found: Refits, names: list[str]) -> tuple[FloatArray, FloatArray, FloatArray]:
    """LMG shares of all but the first in the first, with intervals; NaN where there are none."""
    nothing = np.full(len(names) - 1, np.nan)
    if len(names) < 3:
        return nothing, nothing, nothing
    try:
        point = shares.shares(found.point.among(names), "lmg")
    except CannotCompute:
        return nothing, nothing, nothing
    try:
        return point, *_bounds(shares.shares(found.among(names), "lmg"), found.clusters)
    except CannotCompute:
        return point, nothing, nothing


def _verdict(
    scores: necessity.Necessity, free: necessity.Carried, least: float, level: float
) -> necessity.Verdict:
    """Of the scores, unless it does not outlast the errors of measurement."""
    found = necessity.verdict(scores, DECIDES, least, level)
    if found in ("necessary", "small") and not free.p[DECIDES] < level:
        return "none"
    if found == "necessary" and free.lower[DECIDES] < least:
        return "small"
    return found


def _limits(study: Study, constructs: Sequence[str]) -> tuple[dict[str, float], dict[str, float]]:
    """Lowest and highest possible score of each construct."""
    scales = {c: study.item_scale(study.named(c).items[0]) for c in constructs}
    return {c: s.min for c, s in scales.items()}, {c: s.max for c, s in scales.items()}


def _fewest(high: int, less: int, told: set[int]) -> int:
    """The fewest of those so `high`, and of those between `less` and a count that is told."""
    between = 0 if less in told else min(abs(less - other) for other in told)
    fewest = min((n for n in (high, between) if n), default=0)
    if fewest >= int(threshold("small_cell").value):
        told.add(less)
    return fewest


@resting
def bottleneck(data: Answers, of: Conditions) -> Bottleneck:
    """How much of each condition an outcome of some height needs, and how many have less."""
    ceilings, outcome = {}, of.scores[of.outcome].to_numpy()
    for name in of.totals.index:
        ceilings[name] = necessity.ceiling(of.scores[name].to_numpy(), outcome)
    rows = []
    told: dict[str, set[int]] = {name: {0, int(of.scores[name].notna().sum())} for name in ceilings}
    for height in HEIGHTS:
        needs = []
        for name, found in ceilings.items():
            level = found.y_min + height * (found.y_max - found.y_min)
            x = found.required(level, DECIDES)
            needed = np.isfinite(x)
            scores = of.scores[name].dropna().to_numpy()
            less = int((scores < x - 1e-9).sum()) if needed else 0
            high = int((of.scores[name].notna() & (outcome >= level - 1e-9)).sum())
            needs.append(
                Needed(
                    construct=name,
                    required=(x - found.x_min) / (found.x_max - found.x_min) if needed else None,
                    below=less / len(scores) if needed else None,
                    fewest=_fewest(high, less, told[name]),
                )
            )
        rows.append(Demand(level=height, needs=needs))
    return Bottleneck(
        outcome=of.outcome,
        constructs=list(ceilings),
        reversed=[c for c in of.reversed if c in ceilings],
        rows=rows,
    )


# --- satisfaction and loyalty --------------------------------------------------------------------
@dataclass(frozen=True)
class Pair:
    """Satisfaction and the loyalties as parts of their scales, from 0 to 1."""

    question: str
    satisfaction: pd.Series
    loyalties: pd.DataFrame


@of_data
def pair(data: Answers) -> Pair | None:
    """By a question of its own, or the scale; None where one of the two was not asked.

    Loyalty is what has that meaning, or an outcome that satisfaction leads to.
    """
    study = data.study
    satisfied = next((c for c in study.main if c.concept == "satisfaction"), None)
    asked = next((v for v in study.variables if v.kind == "csat"), None)
    loyal = [c for c in study.main if c.concept == "loyalty"]
    if not loyal or (satisfied is None and asked is None):
        return None
    if satisfied is not None:
        question, answered = (
            satisfied.id,
            _part(data.scores[satisfied.id], _scale(study, satisfied)),
        )
    else:
        assert asked is not None
        question = asked.id
        answered = _part(data.rows[asked.id].astype(float), asked.scale or study.scale)
    return Pair(
        question,
        answered,
        pd.DataFrame({c.id: _part(data.scores[c.id], _scale(study, c)) for c in loyal}),
    )


def _scale(study: Study, construct: Construct) -> Scale:
    return study.item_scale(construct.items[0])


def _part(scores: pd.Series, scale: Scale) -> pd.Series:
    return (scores - scale.min) / (scale.max - scale.min)


@resting
def thresholds(data: Answers, of: Pair) -> Thresholds:
    """Whether loyalty bends over satisfaction, where, and at the place that is claimed."""
    claimed, level = threshold("claimed_threshold").value, threshold("significance").value
    x = of.satisfaction.to_numpy(float)
    rows, messages = [], []
    for name in of.loyalties:
        y, names = of.loyalties[name].to_numpy(float), (of.question, str(name))
        try:
            found = segmented.segmented(x, y, trim=TRIM, names=names)
        except CannotCompute as error:
            messages.append(error.reason)
            continue
        try:
            change: segmented.Change | None = segmented.change_at(x, y, claimed, names=names)
        except CannotCompute as error:
            messages.append(error.reason)
            change = None
        bend: Bend = "open" if not found.p < level else "faster" if found.faster else "slower"
        rows.append(
            Threshold(
                to=str(name),
                n=found.n,
                p=found.p,
                threshold=found.threshold,
                ci_lower=found.profile_lower,
                ci_upper=found.profile_upper,
                slope_below=found.slope_below,
                slope_below_ci_lower=found.slope_below_ci_lower,
                slope_below_ci_upper=found.slope_below_ci_upper,
                slope_above=found.slope_above,
                slope_above_ci_lower=found.slope_above_ci_lower,
                slope_above_ci_upper=found.slope_above_ci_upper,
                bend=bend,
                change=change and change.estimate,
                change_ci_lower=change and change.ci_lower,
                change_ci_upper=change and change.ci_upper,
                claimed=change and _bend(change),
            )
        )
    if not rows:
        raise CannotCompute.because(messages[0])
    return Thresholds(question=of.question, claimed_at=claimed, rows=rows, messages=messages)


def _bend(change: segmented.Change) -> Bend:
    return "faster" if change.ci_lower > 0 else "slower" if change.ci_upper < 0 else "open"


@resting
def satisfied(data: Answers, of: Pair) -> Satisfied:
    """Satisfied and loyal crossed, of everybody and by group; firms by their mean satisfaction."""
    cut = threshold("satisfied_part").value
    own = next((v for v in data.study.variables if v.kind == "csat"), None)
    question, answered = of.question, of.satisfaction
    if own is not None:
        question = own.id
        answered = _part(data.rows[own.id].astype(float), own.scale or data.study.scale)
    group, rows = data.group, []
    for name in of.loyalties:
        used = pd.DataFrame({"satisfied": answered, "loyal": of.loyalties[name]}).dropna()
        parts: dict[str | None, pd.DataFrame] = {None: used}
        if group is not None:
            level = data.rows.loc[used.index, group.id]
            parts |= {k: used[level == k] for k in group.levels}
        for level_, part in parts.items():
            if len(part) >= (1 if level_ is None else threshold("small_cell").value):
                rows.append(_crossed(str(name), level_, part, cut))
    firms = _firms(data, answered)
    return Satisfied(
        question=question,
        group=group.id if group and any(r.level for r in rows) else None,
        cut=cut,
        firms=None if firms is None else len(firms),
        firms_satisfied=None if firms is None else int((firms >= cut).sum()),
        rows=rows,
    )


def _firms(data: Answers, answered: pd.Series) -> pd.Series | None:
    """The firms' mean satisfaction, of those with enough customers."""
    firms = next((g for g in data.study.groups if g.within is not None and g.comparable), None)
    if firms is None:
        return None
    means = answered.groupby(data.rows[firms.id], observed=True).agg(["mean", "count"])
    found: pd.Series = means.loc[means["count"] >= threshold("small_cell").value, "mean"]
    return found


def _crossed(to: str, level: str | None, part: pd.DataFrame, cut: float) -> Cross:
    found = crossed.crossed(
        (part["satisfied"] >= cut - 1e-9).to_numpy(), (part["loyal"] >= cut - 1e-9).to_numpy()
    )

    def bounded(name: str, values: tuple[float, float, float]) -> dict[str, float]:
        return dict(zip((name, f"{name}_ci_lower", f"{name}_ci_upper"), values, strict=True))

    return Cross(
        to=to,
        level=level,
        n=found.n,
        both=found.both,
        satisfied_only=found.first_only,
        loyal_only=found.second_only,
        neither=found.neither,
        **bounded("satisfied", found.first),
        **bounded("loyal", found.second),
        **bounded("gap", found.gap),
        **bounded("not_loyal", found.without),
    )
