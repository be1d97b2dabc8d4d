"""Reliability of the scales, and what factor analysis finds when it is not told the plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mode
from typing import Any, Literal

import numpy as np
import pandas as pd

from loyalty.analyses.reliability.models import (
    Adequacy,
    Adequate,
    Beside,
    Closest,
    Communality,
    Eigenvalue,
    EqualAlphas,
    Factor,
    Factors,
    General,
    GroupAlpha,
    Groups,
    Item,
    Items,
    Kept,
    Kind,
    Loadings,
    Lost,
    NoSolution,
    Plan,
    Planned,
    Scale,
    Scales,
    ScaleShare,
    Scree,
    Second,
    Share,
    Solution,
    Solutions,
    Twice,
    Without,
    WithoutInGroup,
)
from loyalty.analyses.reliability.second import second_opinion
from loyalty.cases.asked import Construct, Group
from loyalty.cases.study import Study
from loyalty.cases.survey import Survey
from loyalty.estimates.groups import sampling
from loyalty.ground.findings import Findings, Refused, refusable
from loyalty.ground.reasons import CannotCompute, Reason
from loyalty.ground.thresholds import threshold
from loyalty.stats import efa, reliability
from loyalty.stats.groups import adjust_p
from loyalty.stats.polychoric import polychoric
from loyalty.stats.weighted import Design

#: The solution that the others are laid beside: correlations, extraction, rotation.
REFERENCE = ("pearson", "minres", "oblimin")
#: Groups of a variable that one figure can tell apart.
MOST_LEVELS = 7
#: Random assignments of items behind the chance level of a rotation to the plan.
RANDOM_PLANS = 200
#: Alpha without an item is called higher from so much on.
GAIN = 0.005


class Reliability(Findings):
    scales: Scales | Refused | None = None
    items: Items | Refused | None = None
    groups: Groups | Refused | None = None
    adequacy: Adequacy | Refused | None = None
    factors: Factors | Refused | None = None
    solution: Solution | Refused | None = None
    solutions: Solutions | Refused | None = None
    plan: Plan | Refused | None = None
    general: General | Refused | None = None
    second: Second | Refused | None = None


# --- scales --------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Measured:
    """What is computed of a construct's scale that has an alpha."""

    construct: Construct
    alpha: reliability.Alpha
    one_factor: reliability.OneFactorReliability | Refused
    ordinal: reliability.OrdinalReliability | Refused


@dataclass(frozen=True)
class Measures:
    scales: Sequence[Measured]
    without: Sequence[Without]
    draws: int
    categories: int
    clusters: int | None = None


def measures(survey: Survey, draws: int, seed: int) -> Measures:
    """Alpha, the one-factor model and the ordinal coefficients of every main construct."""
    found, without = [], []
    survey = survey.weighted
    design = sampling(
        survey.study, survey.scored, survey.main_items.columns.tolist(), survey.weights
    )
    clusters = None if design is None else design.count
    one_factor = refusable(reliability.one_factor_reliability)
    ordinal = refusable(reliability.ordinal_reliability)
    for construct in survey.study.main:
        answers = survey.items(construct.id)
        try:
            alpha = reliability.cronbach_alpha(answers, design=design)
        except CannotCompute as error:
            without.append(Without(id=construct.id, reason=error.reason))
            continue
        model = one_factor(answers, draws=draws, seed=seed, design=design)
        found.append(Measured(construct, alpha, model, ordinal(answers)))
    categories = max(survey.main_items.nunique(), default=0)
    return Measures(found, without, draws, categories, clusters)


def _scale(found: Measured) -> Scale:
    a, w, o = found.alpha, found.one_factor, found.ordinal
    row: dict[str, Any] = {"id": found.construct.id, "items": a.n_items, "n": a.n}
    row |= {"alpha": a.alpha, "alpha_ci_lower": a.ci_lower, "alpha_ci_upper": a.ci_upper}
    row |= {"alpha_verdict": threshold("alpha").verdict(a.ci_lower, a.ci_upper)}
    row |= {"standardized": a.standardized, "average_correlation": a.average_correlation}
    if not isinstance(w, Refused):
        row |= {"omega": w.omega, "omega_ci_lower": w.omega_lower, "omega_ci_upper": w.omega_upper}
        row |= {"omega_verdict": threshold("omega").verdict(w.omega_lower, w.omega_upper)}
        row |= {"cr": w.composite, "cr_ci_lower": w.composite_lower}
        row |= {"cr_ci_upper": w.composite_upper, "heywood": w.heywood}
        row |= {"draws_used": w.draws_used, "draws_heywood": w.draws_heywood}
        row |= {"heywood_share": w.draws_heywood / max(w.draws_used, 1)}
        row |= {"gap": abs(w.omega - a.alpha)}
    if not isinstance(o, Refused):
        row |= {"ordinal_alpha": o.alpha, "ordinal_alpha_ci_lower": o.alpha_lower}
        row |= {"ordinal_alpha_ci_upper": o.alpha_upper, "ordinal_omega": o.omega}
        row |= {"ordinal_omega_ci_lower": o.omega_lower, "ordinal_omega_ci_upper": o.omega_upper}
        row |= {"change": o.alpha - a.alpha}
    return Scale(**row)


@refusable
def scales(found: Measures) -> Scales:
    """Alpha, omega, composite reliability and the ordinal versions."""
    rows = tuple(map(_scale, found.scales))
    if not rows:
        raise CannotCompute("no_two_varying_items")
    changes = [r.change for r in rows if r.change is not None]
    two = Refused(refused=Reason(code="no_two_varying_items"))
    three = Refused(refused=Reason(code="no_three_varying_items"))

    def without(part: Literal["one_factor", "ordinal"]) -> list[Without]:
        each = [(m.construct.id, getattr(m, part)) for m in found.scales]
        return [Without(id=c, reason=r.refused) for c, r in each if isinstance(r, Refused)]

    return Scales(
        rows=rows,
        draws=found.draws,
        categories=found.categories,
        clusters=found.clusters,
        mean_change=sum(changes) / len(changes) if changes else None,
        without_alpha=found.without,
        without_omega=without("one_factor"),
        without_ordinal=without("ordinal"),
        no_omega=None if any(r.omega is not None for r in rows) else three,
        no_ordinal=None if changes else two,
    )


def items(found: Measures) -> Items | None:
    """Every item within its scale."""
    rows = []
    for scale in found.scales:
        model = scale.one_factor
        loadings = {} if isinstance(model, Refused) else model.loadings.to_dict()
        for item, row in scale.alpha.items.iterrows():
            gain = row["alpha_if_dropped"] - scale.alpha.alpha
            rows.append(
                Item(
                    scale=scale.construct.id,
                    item=str(item),
                    item_total=row["item_total"],
                    alpha_if_dropped=row["alpha_if_dropped"],
                    gain=gain,
                    loading=loadings.get(item),
                    weak=not threshold("item_total").met(row["item_total"]),
                    better_without=bool(gain > GAIN),
                )
            )
    return Items(rows=rows, weak=sum(r.weak for r in rows)) if rows else None


# --- groups --------------------------------------------------------------------------------------
def comparison_group(study: Study) -> Group | None:
    """The first group variable with few enough levels for one figure."""
    return next((g for g in study.groups if len(g.levels) <= MOST_LEVELS), None)


@refusable
def groups(survey: Survey) -> Groups:
    """Alpha of every construct in every group, and whether the groups' alphas differ (Holm)."""
    variable = comparison_group(survey.study)
    if variable is None:
        raise CannotCompute("no_group_of_few_levels", levels=MOST_LEVELS)
    rows: list[GroupAlpha] = []
    tests: list[dict[str, Any]] = []
    without: list[WithoutInGroup] = []
    codes = list(variable.levels)
    for construct in survey.study.main:
        if len(construct.items) < 2:
            continue
        named = {"id": construct.id}
        found = reliability.alpha_by_group(
            survey.items(construct.id),
            survey.rows[variable.id],
            smallest=int(threshold("small_cell").value),
        )
        lacking = found["reason"].dropna().items()
        without += [WithoutInGroup(**named, group=str(g), reason=why) for g, why in lacking]
        found = found[found["reason"].isna()]
        rows += [
            GroupAlpha(
                **named,
                group=code,
                n=found.loc[code, "n"],
                estimate=found.loc[code, "alpha"],
                ci_lower=found.loc[code, "low"],
                ci_upper=found.loc[code, "high"],
            )
            for code in codes
            if code in found.index
        ]
        try:
            test = reliability.equal_alphas(found["alpha"], found["n"], len(construct.items))
        except CannotCompute:
            continue
        ordered = found["alpha"].sort_values()
        least, most = float(ordered.iloc[0]), float(ordered.iloc[-1])
        tests.append(
            {**named, "chisq": test.chi2, "df": test.df, "p": test.p, "gap": most - least}
            | {"least": str(ordered.index[0]), "least_alpha": least}
            | {"most": str(ordered.index[-1]), "most_alpha": most}
        )
    if not rows:
        raise CannotCompute("no_two_items_in_group")
    adjusted = adjust_p([t["p"] for t in tests], method="holm") if tests else ()
    return Groups(
        variable=variable.id,
        rows=rows,
        tests=[EqualAlphas(**(t | {"p": p})) for t, p in zip(tests, adjusted, strict=True)],
        without=without,
    )


# --- factors -------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Correlations:
    """Pairwise correlations of all items of the constructs, as far as they can be had.

    `n` is the mean number of rows of a pair.
    """

    items: pd.DataFrame
    constructs: Sequence[Construct]
    matrices: dict[Kind, pd.DataFrame]
    n: int
    lost: Sequence[Lost]
    design: Design | None = None

    @property
    def scales(self) -> dict[str, list[str]]:
        """The items of each construct."""
        return {c.id: [i.id for i in c.items] for c in self.constructs}

    @property
    def owner(self) -> dict[str, str]:
        """The construct of each item."""
        return {item: scale for scale, of in self.scales.items() for item in of}


def correlations(survey: Survey) -> Correlations:
    """Pearson and polychoric correlations of the main constructs' items."""
    answers = survey.main_items
    matrices: dict[Kind, pd.DataFrame] = {}
    lost = []
    makers: tuple[tuple[Kind, Any], ...] = (
        ("pearson", efa.pearson),
        ("polychoric", polychoric),
    )
    for kind, make in makers:
        try:
            matrices[kind] = make(answers, missing="pairwise")
        except CannotCompute as error:
            lost.append(Lost(part="matrix", kind=kind, reason=error.reason))
    there = answers.notna().to_numpy(dtype=float)
    counts = there.T @ there
    pairs = counts[np.triu_indices(len(counts), 1)]
    n = round(float(pairs.mean())) if len(pairs) else 0
    design = sampling(survey.study, survey.scored, answers.columns.tolist())
    return Correlations(answers, survey.study.main, matrices, n, lost, design)


@refusable
def adequacy(corr: Correlations) -> Adequacy:
    """KMO and Bartlett's test on each kind of correlations."""
    rows, lost = [], list(corr.lost)
    for kind, r in corr.matrices.items():
        try:
            kmo, test = efa.kmo(r), efa.bartlett_sphericity(r, corr.n)
        except CannotCompute as error:
            lost.append(Lost(part="adequacy", kind=kind, reason=error.reason))
            continue
        rows.append(
            Adequate(
                kind=kind,
                kmo=kmo.overall,
                item=str(kmo.items.idxmin()),
                item_kmo=kmo.items.min(),
                chisq=test.chi2,
                df=test.df,
                p=test.p,
            )
        )
    if not rows:
        raise _first(lost, CannotCompute("nothing_to_correlate"))
    change = rows[1].kmo - rows[0].kmo if len(rows) > 1 else None
    return Adequacy(items=corr.items.shape[1], n=corr.n, rows=rows, change=change, lost=lost)


def _first(lost: Sequence[Lost], refusal: CannotCompute) -> CannotCompute:
    """The refusal, for the reason of the first of what was lost where anything was."""
    if lost:
        refusal.reason = lost[0].reason
    return refusal


@refusable
def factors(corr: Correlations, draws: int, seed: int) -> Factors:
    """What every rule says of the number of factors."""
    rules: list[Kept] = []
    screes: list[Scree] = []
    lost: list[Lost] = []
    for kind, r in corr.matrices.items():
        try:
            p = efa.parallel_analysis(
                corr.items,
                draws=draws,
                seed=seed,
                data="normal" if kind == "pearson" else "ordinal",
                missing="pairwise",
            )
            m = efa.minimum_average_partial(r)
        except CannotCompute as error:
            lost.append(Lost(part="parallel", kind=kind, reason=error.reason))
            continue
        lower, upper = p.factors_range
        rules.append(
            Kept(rule="parallel-factors", kind=kind, n=p.n_factors, lower=lower, upper=upper)
        )
        lower, upper = p.components_range
        rules.append(
            Kept(rule="parallel-components", kind=kind, n=p.n_components, lower=lower, upper=upper)
        )
        rules.append(Kept(rule="map-squared", kind=kind, n=m.n_squared))
        rules.append(Kept(rule="map-fourth", kind=kind, n=m.n_fourth))
        if kind == "pearson":
            rules.append(Kept(rule="scree", kind=kind, n=efa.acceleration_factor(r)))
            rules.append(Kept(rule="kaiser", kind=kind, n=efa.kaiser_criterion(r)))
        eigenvalues = Eigenvalue.each(p.table.reset_index())
        screes.append(Scree(kind=kind, eigenvalues=eigenvalues, partials=list(m.table["squared"])))
    if not rules:
        raise _first(lost, CannotCompute("no_correlations"))
    chosen, planned = rules[0], len(corr.constructs)
    used = efa.estimable(max(1, chosen.n), corr.items.shape[1])
    return Factors(
        planned=planned,
        kind=chosen.kind,
        n=chosen.n,
        lower=chosen.lower,
        upper=chosen.upper,
        used=used,
        draws=draws,
        rules=rules,
        total=len(rules),
        at_plan=sum(r.n == planned for r in rules),
        least=min(r.n for r in rules),
        most=max(r.n for r in rules),
        screes=screes,
        lost=lost,
    )


@refusable
def reference(corr: Correlations, found: Factors) -> efa.EFA:
    """Minres with oblimin, of as many factors as parallel analysis keeps."""
    if "pearson" not in corr.matrices:
        raise CannotCompute("factors_unknown")
    return efa.efa(corr=corr.matrices["pearson"], n=corr.n, n_factors=found.used)


def _crossing(loadings: pd.DataFrame) -> int:
    """Items with two loadings beyond the cut-off."""
    return int(((loadings.abs() >= threshold("cross_loading").value).sum(axis=1) > 1).sum())


def _by_factor(rows: pd.DataFrame) -> list[dict[str, float]]:
    return rows.to_dict(orient="records")  # type: ignore[return-value]


@refusable
def solution(corr: Correlations, found: efa.EFA) -> Solution:
    """The reference solution: loadings, communalities and how the factors correlate."""
    loadings, phi, h2 = found.loadings, found.phi, found.communalities
    names = [str(i) for i in loadings.index]
    main = dict(zip(names, loadings.abs().idxmax(axis=1).astype(str), strict=True))
    home = {scale: mode([main[i] for i in of]) for scale, of in corr.scales.items()}
    together = [[c for c in home if home[c] == f] for f in dict.fromkeys(home.values())]
    pairs = [(a, b) for k, a in enumerate(phi.index) for b in phi.index[k + 1 :]]
    a, b = max(pairs, key=lambda ab: abs(phi.loc[ab]), default=("", ""))
    low, high = str(h2.idxmin()), str(h2.idxmax())
    return Solution(
        rows=[
            Loadings(scale=corr.owner[i], item=i, loadings=own, structure=all_, communality=h2[i])
            for i, own, all_ in zip(
                names, _by_factor(loadings), _by_factor(found.structure), strict=True
            )
        ],
        factors=[
            Factor(factor=str(f), correlations=row)
            for f, row in zip(phi.index, _by_factor(phi), strict=True)
        ],
        items=len(names),
        crossing=_crossing(loadings),
        shared=[constructs for constructs in together if len(constructs) > 1],
        closest=Closest(first=a, second=b, r=phi.loc[a, b]) if pairs else None,
        explained=found.variance["cumulative"].iloc[-1],
        lowest=Communality(item=low, estimate=h2[low]),
        highest=Communality(item=high, estimate=h2[high]),
        heywood=found.heywood,
        converged=found.converged,
    )


#: Every extraction and rotation, and the reference on polychoric correlations.
NAMED: tuple[tuple[Kind, efa.Method, efa.Rotation], ...] = (
    ("pearson", "minres", "varimax"),
    ("pearson", "minres", "oblimin"),
    ("pearson", "minres", "promax"),
    ("pearson", "ml", "varimax"),
    ("pearson", "ml", "oblimin"),
    ("pearson", "ml", "promax"),
    ("polychoric", "minres", "oblimin"),
)


@refusable
def solutions(corr: Correlations, found: efa.EFA) -> Solutions:
    """All extractions and rotations beside the reference, by the congruence of matched factors."""
    rows, lost = [], []
    k = found.n_factors
    for kind, method, rotation in NAMED:
        if kind not in corr.matrices or (k == 1 and rotation != "oblimin"):
            continue
        named: dict[str, Any] = {"kind": kind, "method": method, "rotation": rotation}
        try:
            other = efa.efa(
                corr=corr.matrices[kind], n=corr.n, n_factors=k, method=method, rotation=rotation
            )
        except CannotCompute as error:
            lost.append(NoSolution(**named, reason=error.reason))
            continue
        match = efa.match_factors(other.loadings, found.loadings)["congruence"].abs()
        off = np.abs(other.phi.to_numpy()[np.triu_indices(k, 1)])
        rows.append(
            Beside(
                **named,
                reference=(kind, method, rotation) == REFERENCE,
                least=match.min(),
                mean=match.mean(),
                phi=off.max() if len(off) and rotation != "varimax" else None,
                crossing=_crossing(other.loadings),
                rmsr=other.rmsr,
                chisq=other.chi2,
                df=other.df,
                rmsea=other.rmsea,
                tli=other.tli,
                heywood=other.heywood,
                converged=other.converged,
            )
        )
    return Solutions(factors=k, rows=rows, lost=lost)


# --- the plan, and one general factor ------------------------------------------------------------
@refusable
def resampled(corr: Correlations, found: efa.EFA, draws: int, seed: int) -> efa.Resampled:
    return efa.resample(corr.items, found, draws=draws, seed=seed, design=corr.design)


@refusable
def plan(corr: Correlations, found: efa.EFA, drawn: efa.Resampled, seed: int) -> Plan:
    """The factors beside the planned constructs, and rotated as near to the plan as can be."""
    target = efa.planned_target(list(found.loadings.index), corr.scales)
    match = efa.congruence_with_plan(found, target, drawn)
    several = [c for c, of in corr.scales.items() if len(of) > 1]
    kept = [i for c in several for i in corr.scales[c]]
    aimed: Any = {"target": {}, "chance": {}}
    no_target = None
    try:
        rotated = efa.target_rotation(
            corr.matrices["pearson"].loc[kept, kept],
            target.loc[kept, several],
            draws=RANDOM_PLANS,
            seed=seed,
        )
        aimed = {"target": rotated.congruence, "chance": rotated.chance}
    except CannotCompute as error:
        no_target = error.reason
    cut = threshold("congruence")
    return Plan(
        rows=[
            Planned(
                id=c,
                factor=row["factor"],
                congruence=row["congruence"],
                ci_lower=row["low"],
                ci_upper=row["high"],
                verdict=cut.verdict(row["low"], row["high"]) if row["factor"] else None,
                target=aimed["target"].get(c),
                chance=aimed["chance"].get(c),
            )
            for c, row in match.to_dict(orient="index").items()
        ],
        left_out=[c for c in corr.scales if c not in several],
        draws=len(drawn.sound),
        sound=int(drawn.sound.sum()),
        heywood=int(drawn.heywood.sum()),
        clusters=drawn.clusters,
        random_plans=RANDOM_PLANS,
        no_target=no_target,
    )


@refusable
def general(corr: Correlations, found: efa.EFA, drawn: efa.Resampled) -> General:
    """What all items share, apart from what only some do."""
    several = {c: of for c, of in corr.scales.items() if len(of) > 1}
    h = reliability.hierarchical_reliability(found, corr.matrices["pearson"], several, drawn)
    lower, upper = h.omega_hierarchical_lower, h.omega_hierarchical_upper
    return General(
        whole=Share(
            total=h.omega_total,
            total_ci_lower=h.omega_total_lower,
            total_ci_upper=h.omega_total_upper,
            general=h.omega_hierarchical,
            general_ci_lower=lower,
            general_ci_upper=upper,
            specific=h.omega_total - h.omega_hierarchical,
        ),
        verdict=threshold("omega_hierarchical").verdict(lower, upper),
        common=h.explained_common_variance,
        scales=ScaleShare.each(
            h.scales.reset_index().assign(
                of_reliable=(h.scales["general"] / h.scales["total"])
                .where(h.scales["total"] > 0, 0.0)
                .to_numpy()
            ),
            id="scale",
            general_ci_lower="general_lower",
            general_ci_upper="general_upper",
        ),
        items=h.n_items,
        factors=h.n_factors,
        negative=h.negative_items,
        draws=h.draws,
        draws_used=h.draws_used,
        draws_heywood=h.draws_heywood,
        clusters=drawn.clusters,
    )


# --- a second opinion ----------------------------------------------------------------------------
@refusable
def second(corr: Correlations, found: Factors) -> Second:
    """The reference solution by factor_analyzer, beside ours of the same complete rows."""
    both = second_opinion(corr.items, found.used)
    gaps = (both.loadings - both.ours).abs().max(axis=1)
    return Second(
        n=both.n,
        rows=[
            Twice(
                scale=corr.owner[str(item)],
                item=str(item),
                factor=str(both.ours.loc[item].abs().idxmax()),
                ours=own,
                other=other,
                difference=gaps[item],
            )
            for item, own, other in zip(
                gaps.index, _by_factor(both.ours), _by_factor(both.loadings), strict=True
            )
        ],
        difference=both.difference,
        kmo=both.kmo,
        other_kmo=both.other_kmo,
        kmo_difference=both.kmo_difference,
        chisq=both.bartlett,
        other_chisq=both.other_bartlett,
        chisq_difference=both.bartlett_difference,
    )
