"""The measurement model of a case and its rivals, fitted and simulated from.

What a :class:`loyalty.cases.study.Study` plans as constructs and items becomes models here; the
formulas of validity are in :mod:`loyalty.stats.validity`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import semfit
from semfit.refit import Batch, Refitter
from semfit.threads import single_threaded

from loyalty.cases.asked import Construct
from loyalty.cases.study import Study
from loyalty.ground.findings import Bounded, Record, Refused, refusable
from loyalty.ground.reasons import CannotCompute, reason_of
from loyalty.ground.thresholds import Threshold, threshold
from loyalty.stats import validity
from loyalty.stats.validity import CrossLoading

#: Replications that are simulated and refitted side by side.
CHUNK = 100
#: Fit measures by which models are compared, by the names that the estimator has for them.
COMPARED = {
    "chisq": "chisq_scaled",
    "df": "df",
    "p": "pvalue_scaled",
    "cfi": "cfi_robust",
    "tli": "tli_robust",
    "rmsea": "rmsea_robust",
    "srmr": "srmr",
    "aic": "aic",
    "bic": "bic",
}
#: Outcomes that a second-order factor above them needs.
LEAST_OUTCOMES = 3
GENERAL, SECOND, MERGED = "general_factor", "second_order_loyalty", "merged"


def planned_model(constructs: Sequence[Construct], ordered: bool = False) -> str:
    """The planned model, with composite reliability, AVE and what Fornell and Larcker compare.

    ``CR_<c>`` and ``AVE_<c>`` a construct; ``GAP_<a>__<b>`` (AVE of a less the variance it shares
    with b) for every ordered pair. All are meant for the standardized solution. The residual
    variances of `ordered` items are no parameters, but what their loadings leave of 1.
    """
    lines, defined = [], []
    for c in constructs:
        items = [i.id for i in c.items]
        lines.append(f"{c.id} =~ " + " + ".join(f"L_{i}*{i}" for i in items))
        if not ordered:
            lines += [f"{i} ~~ E_{i}*{i}" for i in items]
        total = " + ".join(f"L_{i}" for i in items)
        rest = " + ".join(f"(1 - L_{i}^2)" if ordered else f"E_{i}" for i in items)
        squares = " + ".join(f"L_{i}^2" for i in items)
        defined.append(f"CR_{c.id} := ({total})^2 / (({total})^2 + {rest})")
        defined.append(f"AVE_{c.id} := ({squares}) / ({squares} + {rest})")
    for a, b in combinations([c.id for c in constructs], 2):
        lines.append(f"{a} ~~ F_{a}__{b}*{b}")
        defined += [f"GAP_{x}__{y} := AVE_{x} - F_{a}__{b}^2" for x, y in ((a, b), (b, a))]
    return "\n".join([*lines, *defined])


@refusable
def fit_planned(
    constructs: Sequence[Construct], items: pd.DataFrame, how: Mapping[str, Any]
) -> semfit.Result | Refused:
    """The planned model's fit; refused where there is no solution.

    `how`: estimator and what goes with it (:func:`loyalty.estimates.fit.estimation`).

    A solution that is not admissible is a solution; it says so itself.
    """
    if not constructs:
        raise CannotCompute("no_scale")
    model = planned_model(constructs, ordered="ordered" in how)
    result = semfit.fit(model, items, **how, std_lv=True)
    return result if result.converged else Refused(refused=reason_of(result.problems[0]))


def coefficients(standardized: pd.DataFrame, constructs: Sequence[Construct]) -> pd.DataFrame:
    """CR and AVE with limits and verdicts by their cut-offs, one row a construct.

    ``id, items, cr, cr_ci_lower, cr_ci_upper, cr_verdict, ave, …``; `standardized`: the
    standardized solution of :func:`planned_model`.
    """
    value = standardized[standardized["op"] == ":="].set_index("lhs")
    cuts = {
        "cr": threshold("composite_reliability"),
        "ave": threshold("average_variance_extracted"),
    }
    records = []
    for c in constructs:
        record: dict[str, Any] = {"id": c.id, "items": len(c.items)}
        for key, cut in cuts.items():
            row: Any = value.loc[f"{key.upper()}_{c.id}"]
            low, high = validity.proportion_limits(float(row["est_std"]), float(row["se"]))
            record |= {
                key: float(row["est_std"]),
                f"{key}_ci_lower": low,
                f"{key}_ci_upper": high,
                f"{key}_verdict": cut.verdict(low, high),
            }
        records.append(record)
    return pd.DataFrame(records)


def shared_variance(standardized: pd.DataFrame, constructs: Sequence[Construct]) -> pd.DataFrame:
    """What Fornell and Larcker compare, with delta-method limits, one row a pair.

    ``a, b, correlation, correlation_ci_lower, correlation_ci_upper``, the smaller of the two
    differences between an AVE and the shared variance as ``gap, gap_ci_lower, gap_ci_upper`` with
    the construct `of` whose AVE it is, and ``verdict``: met where both differences are above zero
    with their whole interval, not met where one is below it, else open.
    """
    value = standardized[standardized["op"] == ":="].set_index("lhs")
    phi = standardized[standardized["op"] == "~~"].set_index(["lhs", "rhs"])
    zero = Threshold("gap", "AVE − φ²", 0.0, "above", "fornell1981")
    records = []
    for a, b in combinations([c.id for c in constructs], 2):
        r: Any = phi.loc[(a, b)]
        gaps: dict[str, Any] = {x: value.loc[f"GAP_{x}__{y}"] for x, y in ((a, b), (b, a))}
        verdicts = {zero.verdict(float(g["ci_lower"]), float(g["ci_upper"])) for g in gaps.values()}
        of = min(gaps, key=lambda c: float(gaps[c]["est_std"]))
        smaller = gaps[of]
        records.append(
            {
                "a": a,
                "b": b,
                "correlation": float(r["est_std"]),
                "correlation_ci_lower": float(r["ci_lower"]),
                "correlation_ci_upper": float(r["ci_upper"]),
                "of": of,
                "gap": float(smaller["est_std"]),
                "gap_ci_lower": float(smaller["ci_lower"]),
                "gap_ci_upper": float(smaller["ci_upper"]),
                "verdict": "not met"
                if "not met" in verdicts
                else "open"
                if "open" in verdicts
                else "met",
            }
        )
    return pd.DataFrame(records)


def latent_correlations(
    study: Study, answers: pd.DataFrame, missing: str, weights: pd.Series | None = None
) -> tuple[semfit.Result, pd.DataFrame]:
    """Correlations of all main constructs; one of one item is taken as free of error.

    ``a, b, correlation, ci_lower, ci_upper`` with delta-method limits, one row a pair.
    """
    model = study.measurement_model()
    result = semfit.fit(model, answers, estimator="MLR", missing=missing, weights=weights)
    if not result.converged:
        raise CannotCompute.because(result.problems[0])
    solution = result.standardized()
    rows = solution[solution["op"] == "~~"].set_index(["lhs", "rhs"])
    pairs = pd.MultiIndex.from_tuples(combinations([c.id for c in study.main], 2), names=["a", "b"])
    table = rows.reindex(pairs)[["est_std", "ci_lower", "ci_upper"]]
    return result, table.rename(columns={"est_std": "correlation"}).reset_index()


# --- competing models ------------------------------------------------------------------------


@dataclass(frozen=True)
class Rival:
    """A model to hold against the planned one; `nested` in it or not.

    `merged`: the constructs that are one factor each time, in a merger.
    """

    id: str
    model: str
    merged: tuple[tuple[str, ...], ...] = ()
    nested: bool = True
    options: dict[str, Any] = field(default_factory=dict)


def outcomes(constructs: Sequence[Construct]) -> list[str]:
    return [c.id for c in constructs if c.role == "outcome"]


def rivals(study: Study, constructs: Sequence[Construct], pairs: pd.DataFrame) -> list[Rival]:
    """The models to compare; none where there is one construct.

    Parameters
    ----------
    pairs : DataFrame
        ``construct_a, construct_b, htmt, ci_lower`` a pair. Merged are: the pair that is most
        surely close (the highest lower limit); all constructs that ratios above the cut-off with
        their whole interval link to one another; and all that ratios above it do.
    """
    out: list[Rival] = []
    if len(constructs) < 2:
        return out
    items = " + ".join(i.id for c in constructs for i in c.items)
    order = [c.id for c in constructs]
    known = pairs[np.isfinite(pairs["htmt"].to_numpy(float))]
    if len(known):
        low = known["ci_lower"].fillna(known["htmt"])
        cut = threshold("htmt").value
        seen: list[set[frozenset[str]]] = []
        for name, chosen in (
            ("merged", known.loc[[low.idxmax()]]),
            ("merged-sure", known[low > cut]),
            ("merged-all", known[known["htmt"] > cut]),
        ):
            links = zip(chosen["construct_a"], chosen["construct_b"], strict=True)
            linked = _linked([{str(a), str(b)} for a, b in links])
            key = {frozenset(group) for group in linked}
            if linked and key not in seen and key != {frozenset(order)}:
                out.append(_merged(name, study, constructs, linked))
                seen.append(key)
    out.append(Rival("one-factor", f"{GENERAL} =~ {items}"))
    above = outcomes(constructs)
    if len(above) >= LEAST_OUTCOMES:
        model = f"{study.measurement_model(constructs)}\n{SECOND} =~ {' + '.join(above)}"
        out.append(Rival("second-order", model))
    # Two items share one covariance: their loadings on their own factor are held equal.
    specific = [
        f"{c.id} =~ "
        + " + ".join((f"S_{c.id}*" if len(c.items) == 2 else "") + i.id for i in c.items)
        for c in constructs
    ]
    out.append(
        Rival(
            "bifactor",
            "\n".join([f"{GENERAL} =~ {items}", *specific]),
            nested=False,
            options={"std_lv": True, "orthogonal": True},
        )
    )
    return out


def _linked(pairs: Sequence[set[str]]) -> list[set[str]]:
    """Sets of constructs that pairs link to one another."""
    groups: list[set[str]] = []
    for pair in pairs:
        touching = [g for g in groups if g & pair]
        groups = [g for g in groups if not g & pair] + [pair.union(*touching)]
    return groups


def _merged(
    name: str, study: Study, constructs: Sequence[Construct], groups: Sequence[set[str]]
) -> Rival:
    lines, merged = [], []
    for number, group in enumerate(groups, start=1):
        members = [c for c in constructs if c.id in group]
        lines.append(f"{MERGED}_{number} =~ " + " + ".join(i.id for c in members for i in c.items))
        merged.append(tuple(c.id for c in members))
    apart = [c for c in constructs if not any(c.id in g for g in groups)]
    if apart:
        lines.append(study.measurement_model(apart))
    return Rival(name, "\n".join(lines), tuple(merged))


class MergedPath(NamedTuple):
    """A path to an outcome from constructs that are one factor, or from one of its own."""

    label: str
    from_: tuple[str, ...]
    to: str
    sign: str


def merged_structure(
    study: Study, groups: Sequence[Sequence[str]]
) -> tuple[str, Sequence[MergedPath]]:
    """Outcomes on what is hypothesized to lead there, with some constructs taken as one.

    All that leads to no outcome correlates freely, so that a chain through merged constructs makes
    no circle. Nothing where no outcome is left apart, or a factor's paths differ in sign.
    """
    constructs = study.structural
    members = {c: tuple(group) for group in groups for c in group}
    name = {c: f"{MERGED}_{k}" for k, group in enumerate(groups, start=1) for c in group}
    lines = []
    for k, group in enumerate(groups, start=1):
        items = [i.id for c in constructs if c.id in group for i in c.items]
        lines.append(f"{MERGED}_{k} =~ {' + '.join(items)}")
    if apart := [c for c in constructs if c.id not in members]:
        lines.append(study.measurement_model(apart))
    ends = set(outcomes(constructs)) - set(members)
    signs: dict[tuple[str, str], set[str]] = {}
    of: dict[tuple[str, str], tuple[str, ...]] = {}
    for h in study.paths:
        if h.to in ends:
            key = name.get(h.from_, h.from_), h.to
            signs.setdefault(key, set()).add(h.sign)
            of[key] = members.get(h.from_, (h.from_,))
    if any(len(both) > 1 for both in signs.values()):
        return "", ()
    paths = [
        MergedPath(f"m_{k}", of[key], key[1], min(both))
        for k, (key, both) in enumerate(signs.items(), start=1)
    ]
    lines += [f"{end} ~ {p.label}*{start}" for p, (start, end) in zip(paths, signs, strict=True)]
    return "\n".join(lines), paths


def compare(
    planned: semfit.Result | Refused,
    rivals: Sequence[Rival],
    items: pd.DataFrame,
    missing: str,
    weights: pd.Series | None = None,
) -> tuple[pd.DataFrame, dict[str, semfit.Result]]:
    """The planned model and its rivals, one row each, the planned first; and the solutions by id.

    Columns ``id, merged, converged, admissible, problems`` (reasons), those of :data:`COMPARED`,
    and against the planned model ``aic_difference, bic_difference`` and, where nested,
    ``chisq_difference, df_difference, p_difference`` (scaled, Satorra & Bentler 2001). A model
    without a solution has its reason among the problems and no numbers; `planned` may be such.
    """
    fits: list[tuple[Rival, semfit.Result | Refused]] = [
        (Rival("planned", "", nested=False), planned)
    ]
    for rival in rivals:
        fit = refusable(semfit.fit)
        options = {"missing": missing, "weights": weights} | rival.options
        result = fit(rival.model, items, estimator="MLR", **options)
        fits.append((rival, result))
    base: Mapping[str, float] = {} if isinstance(planned, Refused) else planned.fit
    records = []
    solutions: dict[str, semfit.Result] = {}
    for model, found in fits:
        solved = not isinstance(found, Refused) and found.converged
        record: dict[str, Any] = {
            "id": model.id,
            "merged": model.merged,
            "converged": solved,
            "admissible": False,
            "problems": (found.refused,)
            if isinstance(found, Refused)
            else tuple(map(reason_of, found.problems)),
        }
        measures: Mapping[str, float] = {}
        test: dict[str, float] = {}
        if not isinstance(found, Refused) and solved:
            solutions[model.id] = found
            record["admissible"] = found.admissible
            measures = found.fit
            if model.nested and not isinstance(planned, Refused):
                test = semfit.difference_test(found, planned)
        record |= {k: float(measures.get(key, np.nan)) for k, key in COMPARED.items()}
        for key in ("aic", "bic"):
            record[f"{key}_difference"] = record[key] - base.get(key, np.nan)
        record |= {
            "chisq_difference": test.get("delta_chisq_scaled", np.nan),
            "df_difference": test.get("delta_df", np.nan),
            "p_difference": test.get("delta_pvalue_scaled", np.nan),
        }
        records.append(record)
    return pd.DataFrame(records), solutions


def general_share(bifactor: semfit.Result) -> float:
    """Share of the common variance that the general factor of a bifactor model takes (ECV).

    Squared standardized loadings on it over those on all factors (Reise, Moore & Haviland 2010,
    Journal of Personality Assessment 92, 544-559).
    """
    table = bifactor.standardized()
    squares = table[table["op"] == "=~"].assign(square=lambda t: t["est_std"] ** 2)
    total = float(squares["square"].sum())
    return float(squares.loc[squares["lhs"] == GENERAL, "square"].sum()) / total


# --- dynamic cut-offs ------------------------------------------------------------------------


@dataclass(frozen=True)
class Simulated:
    """Fit of a model to data from populations with ever more misspecification.

    Attributes
    ----------
    omitted : tuple of CrossLoading
        What population number k has beyond the model: the first k of these.
    draws : list of DataFrame
        ``cfi, rmsea, srmr`` of the replications that converged, one frame a population.
    lost : int
        Replications without a solution, left out.
    replications, n : int
        Replications a population; respondents in each.
    """

    omitted: tuple[CrossLoading, ...]
    draws: list[pd.DataFrame] = field(repr=False)
    lost: int
    replications: int
    n: int


@single_threaded()
def simulate_fit(standardized: pd.DataFrame, n: int, replications: int, seed: int) -> Simulated:
    """Fit a model to data simulated from it, and from it with omitted cross-loadings.

    Normal data without holes, maximum likelihood. Only covariances are drawn: a sample's follow a
    Wishart distribution.

    Parameters
    ----------
    standardized : DataFrame
        The standardized solution of a model whose items load on one construct each: the population.
    n : int
        Respondents in each sample.

    Raises
    ------
    CannotCompute
        When the solution is none that a population could have.
    """
    loadings: dict[str, dict[str, float]] = {}
    for row in standardized[standardized["op"] == "=~"].to_dict("records"):
        loadings.setdefault(row["lhs"], {})[row["rhs"]] = float(row["est_std"])
    names = list(loadings)
    if n <= sum(len(own) for own in loadings.values()):
        raise CannotCompute("few_rows_to_simulate", n=n)
    phi = pd.DataFrame(np.eye(len(names)), index=names, columns=names)
    for row in standardized[standardized["op"] == "~~"].to_dict("records"):
        if row["lhs"] in loadings and row["rhs"] in loadings:
            phi.loc[row["lhs"], row["rhs"]] = phi.loc[row["rhs"], row["lhs"]] = row["est_std"]
    omitted = validity.omitted_loadings(loadings, phi)
    model = "\n".join(f"{c} =~ {' + '.join(own)}" for c, own in loadings.items())
    draws, lost = [], 0
    for level, sigma in enumerate(validity.populations(loadings, phi, omitted)):
        frame = _replications(model, sigma, n, replications, [seed, level])
        lost += replications - len(frame)
        draws.append(frame)
    return Simulated(omitted, draws, lost, replications, n)


def _replications(
    model: str, sigma: pd.DataFrame, n: int, replications: int, seed: list[int]
) -> pd.DataFrame:
    """CFI, RMSEA and SRMR of `model` in samples of `n` from a normal population."""
    # sample_cov is read as divided by n - 1; the fit is that of the population itself.
    start = semfit.fit(
        model, sample_cov=sigma * n / (n - 1), sample_nobs=n, estimator="ML", std_lv=True
    )
    if not start.converged:
        raise CannotCompute("population_not_converged")
    estimate = start.estimate
    order = list(estimate.model.blocks[0].names[: len(sigma)])
    root = np.linalg.cholesky(sigma.loc[order, order].to_numpy(float))
    p, df = len(order), start.df
    base_df = p * (p - 1) / 2
    row, column = np.tril_indices(p)
    below = np.tril_indices(p, -1)
    rng = np.random.default_rng(seed)
    refitter = Refitter(estimate)
    found = []
    for first in range(0, replications, CHUNK):
        count = min(CHUNK, replications - first)
        # Bartlett's decomposition of a Wishart matrix with n - 1 degrees of freedom.
        a = np.zeros((count, p, p))
        a[:, below[0], below[1]] = rng.standard_normal((count, len(below[0])))
        diagonal = np.arange(p)
        a[:, diagonal, diagonal] = np.sqrt(rng.chisquare(n - 1 - diagonal, size=(count, p)))
        half = root @ a
        s = half @ half.transpose(0, 2, 1) / n
        batch = Batch([s], [np.zeros((count, p))], estimate.weights)
        solved = refitter.solve(batch)
        x, fine = solved.x, solved.converged
        if not fine.all():
            left = np.flatnonzero(~fine)
            again = refitter.scoring(batch.take(left))
            x[left], fine[left] = again.x, again.converged
        x, s = x[fine], s[fine]
        implied = estimate.model.moments(x)[0].sigma
        sign, logdet = np.linalg.slogdet(implied)
        x, s, implied, logdet = x[sign > 0], s[sign > 0], implied[sign > 0], logdet[sign > 0]
        own = np.linalg.slogdet(s)[1]
        trace = np.einsum("bij,bji->b", np.linalg.inv(implied), s)
        chisq = n * np.maximum(logdet - own + trace - p, 0.0)
        variance = np.einsum("bii->bi", s)
        base = n * (np.log(variance).sum(axis=1) - own)
        excess = np.maximum(chisq - df, 0.0)
        sd = np.sqrt(variance)
        residual = (s - implied) / (sd[:, :, None] * sd[:, None, :])
        found.append(
            pd.DataFrame(
                {
                    "cfi": 1 - excess / np.maximum(np.maximum(base - base_df, excess), 1e-300),
                    "rmsea": np.sqrt(excess / (n * df)),
                    "srmr": np.sqrt((residual[:, row, column] ** 2).mean(axis=1)),
                }
            )
        )
    return pd.concat(found, ignore_index=True)


# --- local misfit ----------------------------------------------------------------------------


def residual_pairs(result: semfit.Result, constructs: Sequence[Construct]) -> pd.DataFrame:
    """Correlation residuals of all pairs of items, the largest first.

    ``item_a, item_b, construct_a, construct_b, residual`` (observed less implied correlation) and
    ``z`` (the residual covariance over its standard error; NaN where that has none).
    """
    owner = {i.id: c.id for c in constructs for i in c.items}
    plain = result.standardized_residuals("cor")[0]["cov"]
    scaled = result.standardized_residuals("standardized")[0]["cov"]
    records = [
        {
            "item_a": a,
            "item_b": b,
            "construct_a": owner[a],
            "construct_b": owner[b],
            "residual": float(plain.loc[a, b]),
            "z": float(scaled.loc[a, b]),
        }
        for a, b in combinations(list(owner), 2)
    ]
    frame = pd.DataFrame(records)
    order = frame["residual"].abs().sort_values(ascending=False, kind="stable").index
    return frame.loc[order].reset_index(drop=True)


def respecifications(result: semfit.Result) -> pd.DataFrame:
    """Modification indices with what test, power and expected change say of each, largest first.

    ``lhs, op, rhs, mi, p, epc, sepc, power, verdict``; changes that matter are in
    thresholds (a standardized loading, a correlation of residuals).
    """
    frame = result.modindices()
    # A solution at the edge of what its data identify has indices without an expected change.
    known = np.isfinite(frame[["mi", "epc", "sepc_all"]].to_numpy(float)).all(axis=1)
    frame = frame[known].reset_index(drop=True)
    if frame.empty:
        raise CannotCompute("no_expected_change")
    loading = threshold("misspecified_loading").value
    other = threshold("misspecified_correlation").value
    judged = validity.misspecifications(
        frame["mi"].tolist(),
        frame["sepc_all"].tolist(),
        [loading if op == "=~" else other for op in frame["op"]],
        alpha=threshold("significance").value,
        high_power=threshold("misspecification_power").value,
    )
    frame = frame.rename(columns={"pvalue": "p", "sepc_all": "sepc"})
    columns = ["lhs", "op", "rhs", "mi", "p", "epc", "sepc"]
    table: pd.DataFrame = pd.concat([frame[columns], judged[["power", "verdict"]]], axis=1)
    return table


class Trial(Record):
    """What freeing one parameter would change.

    `cfi` is the robust CFI with it; `correlation` and `loading` are the largest changes, in size,
    of a correlation between two constructs and of a planned standardized loading; `admissible`
    says whether the respecified solution is.
    """

    cfi: Bounded | None
    correlation: Bounded
    loading: Bounded
    admissible: bool


@refusable
def try_freeing(
    planned: semfit.Result,
    constructs: Sequence[Construct],
    parameter: tuple[str, str, str],
    items: pd.DataFrame,
    missing: str,
    weights: pd.Series | None = None,
) -> Trial:
    """Fit the planned model with one more free parameter; refused where it has no solution."""
    model = f"{planned_model(constructs)}\n{' '.join(parameter)}"
    free = semfit.fit(model, items, estimator="MLR", missing=missing, std_lv=True, weights=weights)
    if not free.converged:
        raise CannotCompute("respecified_not_converged")
    before = planned.standardized().set_index(["lhs", "op", "rhs"])["est_std"]
    after = free.standardized().set_index(["lhs", "op", "rhs"])["est_std"]
    change = (after.reindex(before.index) - before).abs()
    ids = {c.id for c in constructs}
    keys = list(before.index)
    links = [k for k in keys if k[1] == "~~" and k[0] in ids and k[2] in ids and k[0] != k[2]]
    planned_loadings = [k for k in keys if k[1] == "=~"]
    return Trial(
        cfi=free.fit["cfi_robust"],
        correlation=change.loc[links].max() if links else 0.0,
        loading=change.loc[planned_loadings].max(),
        admissible=free.admissible,
    )
