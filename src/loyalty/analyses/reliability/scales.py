"""A case's scales and factors: what the reliability notebook shows, as records.

Every function goes on where a statistic cannot be computed, and says so in `refused`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from loyalty.cases.study import Construct, Group, Study
from loyalty.cases.survey import Survey
from loyalty.ground.text import Language
from loyalty.stats import CannotCompute, efa, groups, reliability

Records = list[dict[str, Any]]
#: The solution that the others are laid beside: correlations, extraction, rotation.
REFERENCE = ("pearson", "minres", "oblimin")
#: Groups of a variable that one figure can tell apart.
MOST_LEVELS = 7
#: Random assignments of items behind the chance level of a rotation to the plan.
RANDOM_PLANS = 200


@dataclass(frozen=True)
class Scales:
    """Coefficients of every construct (`rows`) and of its items (`items`).

    `refused`: coefficient → (label of the construct, reason).
    """

    rows: Records
    items: Records
    refused: dict[str, list[tuple[str, str]]]


def reliabilities(survey: Survey, language: Language, *, draws: int, seed: int) -> Scales:
    """Alpha, omega, composite reliability and the ordinal versions of the main constructs.

    A construct without alpha has no row; one without omega or ordinal versions lacks their keys.
    """
    rows: Records = []
    items: Records = []
    refused: dict[str, list[tuple[str, str]]] = {"alpha": [], "omega": [], "ordinal": []}
    for c in survey.study.main:
        answers, label = survey.items(c.id), c.label.in_(language)
        row: dict[str, Any] = {"construct": c.id, "label": label, "items": len(c.items)}
        try:
            a = reliability.cronbach_alpha(answers)
        except CannotCompute as reason:
            refused["alpha"].append((label, str(reason)))
            continue
        row |= {"n": a.n, "value": a.alpha, "low": a.ci_lower, "high": a.ci_upper}
        row |= {"r": a.average_correlation, "standardized": a.standardized}
        loading: dict[Any, float] = {}
        try:
            w = reliability.one_factor_reliability(answers, draws=draws, seed=seed)
            row |= {"omega": w.omega, "omega_low": w.omega_lower, "omega_high": w.omega_upper}
            row |= {"cr": w.composite, "cr_low": w.composite_lower, "cr_high": w.composite_upper}
            row |= {"draws_used": w.draws_used, "draws_heywood": w.draws_heywood}
            row |= {"heywood": ", ".join(w.heywood)}
            loading = w.loadings.to_dict()
        except CannotCompute as reason:
            refused["omega"].append((label, str(reason)))
        try:
            o = reliability.ordinal_reliability(answers)
            row |= {"alpha_ordinal": o.alpha, "ao_low": o.alpha_lower, "ao_high": o.alpha_upper}
            row |= {"omega_ordinal": o.omega, "oo_low": o.omega_lower, "oo_high": o.omega_upper}
            row |= {"change": o.alpha - a.alpha}
        except CannotCompute as reason:
            refused["ordinal"].append((label, str(reason)))
        rows.append(row)
        items += [
            {
                "label": label,
                "item": item,
                "item_total": found["item_total"],
                "alpha_if_dropped": found["alpha_if_dropped"],
                "gain": found["alpha_if_dropped"] - a.alpha,
                "loading": loading.get(item),
            }
            for item, found in a.items.iterrows()
        ]
    return Scales(rows, items, refused)


def comparison_group(study: Study) -> Group | None:
    """The first group variable with few enough levels for one figure."""
    return next((g for g in study.groups if len(g.levels) <= MOST_LEVELS), None)


@dataclass(frozen=True)
class GroupAlphas:
    """`shown`: an alpha with its interval a construct and group; `tests`: one a construct.

    `levels`: the groups' labels in order. `refused`: (construct, group, reason).
    """

    shown: Records
    tests: Records
    levels: list[str]
    refused: list[tuple[str, str, str]]


def alphas_by_group(
    survey: Survey, group: Group, language: Language, *, smallest: int
) -> GroupAlphas:
    """Alpha of every construct in every group, and whether the groups' alphas differ (Holm)."""
    shown: Records = []
    tests: Records = []
    refused: list[tuple[str, str, str]] = []
    level = {code: text.in_(language) for code, text in group.levels.items()}
    for c in survey.study.main:
        if len(c.items) < 2:
            continue
        label = c.label.in_(language)
        found = reliability.alpha_by_group(
            survey.items(c.id), survey.rows[group.id], smallest=smallest
        )
        refused += [(label, level[str(g)], why) for g, why in found["reason"].items() if why]
        found = found[found["reason"] == ""]
        shown += [
            {"construct": c.id, "label": label, "group": level[str(g)], "value": r["alpha"]}
            | {"low": r["low"], "high": r["high"], "n": r["n"]}
            for g, r in found.iterrows()
        ]
        try:
            test = reliability.equal_alphas(found["alpha"], found["n"], len(c.items))
        except CannotCompute:
            continue
        ordered = found["alpha"].sort_values()
        least, most = str(ordered.index[0]), str(ordered.index[-1])
        tests.append(
            {"construct": c.id, "label": label, "chi2": test.chi2, "df": test.df, "p": test.p}
            | {"least": level[least], "least_alpha": float(ordered.iloc[0])}
            | {"most": level[most], "most_alpha": float(ordered.iloc[-1])}
            | {level[str(g)]: float(v) for g, v in found["alpha"].items()}
        )
    if tests:
        for test_row, p in zip(
            tests, groups.adjust_p([t["p"] for t in tests], method="holm"), strict=True
        ):
            test_row["p"] = float(p)
    present = {r["group"] for r in shown}
    order = {c.label.in_(language): k for k, c in enumerate(survey.study.main)}
    names = list(level.values())
    shown.sort(key=lambda r: (order[r["label"]], names.index(r["group"])))
    return GroupAlphas(shown, tests, [v for v in names if v in present], refused)


# ----------------------------------------------------------------------------------------- factors


@dataclass(frozen=True)
class Correlations:
    """Pairwise correlations of all items by kind, with the mean number of rows of a pair."""

    matrices: dict[str, pd.DataFrame]
    n: int
    refused: list[tuple[str, str]]


def correlations(items: pd.DataFrame) -> Correlations:
    """Pearson and polychoric, as far as they can be had."""
    matrices: dict[str, pd.DataFrame] = {}
    refused = []
    for kind, make in (("pearson", efa.pearson), ("polychoric", efa.polychoric)):
        try:
            matrices[kind] = make(items, missing="pairwise")
        except CannotCompute as reason:
            refused.append((f"matrix-{kind}", str(reason)))
    there = items.notna().to_numpy(dtype=float)
    counts = there.T @ there
    pairs = counts[np.triu_indices(len(counts), 1)]
    return Correlations(matrices, round(float(pairs.mean())) if len(pairs) else 0, refused)


def adequacy(found: Correlations) -> tuple[Records, list[tuple[str, str]]]:
    """KMO, its least item and Bartlett's test on each kind of correlations."""
    rows, refused = [], []
    for kind, r in found.matrices.items():
        try:
            kmo, test = efa.kmo(r), efa.bartlett_sphericity(r, found.n)
        except CannotCompute as reason:
            refused.append((f"kmo-{kind}", str(reason)))
            continue
        rows.append(
            {"kind": kind, "kmo": kmo.overall, "item": str(kmo.items.idxmin())}
            | {"item_kmo": float(kmo.items.min())}
            | {"chi2": test.chi2, "df": test.df, "p": test.p}
        )
    return rows, refused


@dataclass(frozen=True)
class FactorCount:
    """What every rule says of the number of factors.

    Attributes
    ----------
    parallel, partial : dict
        By kind of correlations.
    rules : list
        ``rule, kind, n, low, high, cite`` (low and high where random draws leave a range).
    used : int or None
        Factors of the solution: what parallel analysis of factors on Pearson correlations keeps
        (polychoric where there are no others), at least one and no more than can be estimated.
    """

    parallel: dict[str, efa.ParallelAnalysis]
    partial: dict[str, efa.MAPTest]
    rules: Records
    used: int | None
    refused: list[tuple[str, str]]

    @property
    def chosen(self) -> efa.ParallelAnalysis:
        return next(iter(self.parallel.values()))


def factor_count(items: pd.DataFrame, found: Correlations, *, draws: int, seed: int) -> FactorCount:
    parallel: dict[str, efa.ParallelAnalysis] = {}
    partial: dict[str, efa.MAPTest] = {}
    rules: Records = []
    refused = []

    def rule(name: str, kind: str, n: int, cite: str, span: tuple[int, int] | None = None) -> None:
        low, high = span or (None, None)
        rules.append({"rule": name, "kind": kind, "n": n, "low": low, "high": high, "cite": cite})

    for kind, data in (("pearson", "normal"), ("polychoric", "ordinal")):
        if kind not in found.matrices:
            continue
        try:
            p = efa.parallel_analysis(
                items,
                draws=draws,
                seed=seed,
                data=data,  # type: ignore[arg-type]
                missing="pairwise",
            )
            m = efa.minimum_average_partial(found.matrices[kind])
        except CannotCompute as reason:
            refused.append((f"parallel-{kind}", str(reason)))
            continue
        parallel[kind], partial[kind] = p, m
        rule("parallel-factors", kind, p.n_factors, "horn1965", p.factors_range)
        rule("parallel-components", kind, p.n_components, "horn1965", p.components_range)
        rule("map-squared", kind, m.n_squared, "velicer1976")
        rule("map-fourth", kind, m.n_fourth, "velicer2000")
        if kind == "pearson":
            r = found.matrices[kind]
            rule("scree", kind, efa.acceleration_factor(r), "raiche2013")
            rule("kaiser", kind, efa.kaiser_criterion(r), "guttman1954")
    used = None
    if parallel:
        p_items = items.shape[1]
        used = max(1, next(iter(parallel.values())).n_factors)
        while (p_items - used) ** 2 < p_items + used:  # negative degrees of freedom
            used -= 1
    return FactorCount(parallel, partial, rules, used or None, refused)


def solutions(
    found: Correlations, reference: efa.EFA, marker: float
) -> tuple[Records, list[tuple[str, str]]]:
    """All extractions and rotations beside the reference, by the congruence of matched factors.

    `marker`: size of a loading from which it counts as crossing.
    """
    rows: Records = []
    refused = []
    wanted = [
        ("pearson", method, rotation)
        for method in ("minres", "ml")
        for rotation in ("varimax", "oblimin", "promax")
    ]
    k = reference.n_factors
    for kind, method, rotation in [*wanted, ("polychoric", "minres", "oblimin")]:
        if kind not in found.matrices or (k == 1 and rotation != "oblimin"):
            continue
        try:
            other = efa.efa(
                corr=found.matrices[kind],
                n=found.n,
                n_factors=k,
                method=method,  # type: ignore[arg-type]
                rotation=rotation,  # type: ignore[arg-type]
            )
        except CannotCompute as reason:
            refused.append((f"solution-{kind}-{method}-{rotation}", str(reason)))
            continue
        match = efa.match_factors(other.loadings, reference.loadings)["congruence"].abs()
        off = np.abs(other.phi.to_numpy()[np.triu_indices(k, 1)])
        crossing = (other.loadings.abs() >= marker).sum(axis=1) > 1
        rows.append(
            {"kind": kind, "method": method, "rotation": rotation}
            | {"is_reference": (kind, method, rotation) == REFERENCE}
            | {"least": float(match.min()), "mean": float(match.mean())}
            | {"phi": float(off.max()) if len(off) and rotation != "varimax" else None}
            | {"crossing": int(crossing.sum()), "rmsr": other.rmsr}
            | {"chi2": other.chi2, "df": other.df, "rmsea": other.rmsea, "tli": other.tli}
            | {"heywood": ", ".join(other.heywood), "converged": other.converged}
        )
    return rows, refused


@dataclass(frozen=True)
class Plan:
    """The factors beside the planned constructs.

    `rows`: ``construct, label, factor, congruence, low, high, target, chance``; the last two of
    factors rotated to the plan, None for the constructs in `left_out` (labels, one item each).
    """

    rows: Records
    left_out: list[str]
    refused: list[tuple[str, str]] = field(default_factory=list)


def plan(
    found: Correlations,
    constructs: Sequence[Construct],
    reference: efa.EFA,
    resampled: efa.Resampled,
    language: Language,
    *,
    seed: int,
) -> Plan:
    scales = scale_items(constructs)
    target = efa.planned_target(list(reference.loadings.index), scales)
    match = efa.congruence_with_plan(reference, target, resampled)
    several = [c for c in scales if len(scales[c]) > 1]
    kept = [i for c in several for i in scales[c]]
    aimed: efa.TargetRotation | None = None
    refused = []
    try:
        aimed = efa.target_rotation(
            found.matrices[REFERENCE[0]].loc[kept, kept],
            target.loc[kept, several],
            draws=RANDOM_PLANS,
            seed=seed,
        )
    except CannotCompute as reason:
        refused.append(("target", str(reason)))
    matched: dict[str, dict[str, Any]] = match.to_dict(orient="index")  # type: ignore[assignment]
    rows: Records = [
        {"construct": c.id, "label": c.label.in_(language), **matched[c.id]}
        | {"target": None, "chance": None}
        | (
            {"target": float(aimed.congruence[c.id]), "chance": float(aimed.chance[c.id])}
            if aimed is not None and c.id in several
            else {}
        )
        for c in constructs
    ]
    left_out = [c.label.in_(language) for c in constructs if c.id not in several]
    return Plan(rows, left_out, refused)


def scale_items(constructs: Sequence[Construct]) -> Mapping[str, list[str]]:
    return {c.id: [i.id for i in c.items] for c in constructs}
