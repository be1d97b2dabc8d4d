"""The measurement model of a case and its rivals, fitted and simulated from.

What a :class:`loyalty.cases.study.Study` plans as constructs and items becomes models here; the
formulas of validity are in :mod:`loyalty.stats.validity`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import semfit
from semfit.refit import Batch, Refitter
from semfit.threads import single_threaded

from loyalty.cases.study import Construct, Study
from loyalty.ground.text import Text
from loyalty.ground.thresholds import Threshold, threshold
from loyalty.stats import CannotCompute, validity
from loyalty.stats.validity import CrossLoading

#: Replications that are simulated and refitted side by side.
CHUNK = 100
#: Fit measures by which models are compared.
COMPARED = (
    "chisq_scaled",
    "df",
    "pvalue_scaled",
    "cfi_robust",
    "tli_robust",
    "rmsea_robust",
    "srmr",
    "aic",
    "bic",
)
GENERAL, SECOND, MERGED = "general_factor", "second_order_loyalty", "merged"


def planned_model(constructs: Sequence[Construct]) -> str:
    """The planned model, with composite reliability, AVE and what Fornell and Larcker compare.

    ``CR_<c>`` and ``AVE_<c>`` a construct; ``GAP_<a>__<b>`` (AVE of a less the variance it shares
    with b) for every ordered pair. All are meant for the standardized solution.
    """
    lines, defined = [], []
    for c in constructs:
        items = [i.id for i in c.items]
        lines.append(f"{c.id} =~ " + " + ".join(f"L_{i}*{i}" for i in items))
        lines += [f"{i} ~~ E_{i}*{i}" for i in items]
        total = " + ".join(f"L_{i}" for i in items)
        rest = " + ".join(f"E_{i}" for i in items)
        squares = " + ".join(f"L_{i}^2" for i in items)
        defined.append(f"CR_{c.id} := ({total})^2 / (({total})^2 + {rest})")
        defined.append(f"AVE_{c.id} := ({squares}) / ({squares} + {rest})")
    for a, b in combinations([c.id for c in constructs], 2):
        lines.append(f"{a} ~~ F_{a}__{b}*{b}")
        defined += [f"GAP_{x}__{y} := AVE_{x} - F_{a}__{b}^2" for x, y in ((a, b), (b, a))]
    return "\n".join([*lines, *defined])


def fit_planned(
    constructs: Sequence[Construct], items: pd.DataFrame, missing: str
) -> tuple[semfit.Result | None, str]:
    """The planned model's fit, or none where there is no solution, and why.

    A solution that is not admissible is a solution; it says so itself.
    """
    try:
        result = semfit.fit(
            planned_model(constructs), items, estimator="MLR", missing=missing, std_lv=True
        )
    except semfit.ModelError as reason:
        return None, str(reason)
    return (result, "") if result.converged else (None, result.problems[0])


def coefficients(standardized: pd.DataFrame, constructs: Sequence[Construct]) -> pd.DataFrame:
    """CR and AVE with limits: ``construct, cr, cr_low, cr_high, ave, ave_low, ave_high``.

    `standardized`: the standardized solution of :func:`planned_model`.
    """
    value = standardized[standardized["op"] == ":="].set_index("lhs")
    records = []
    for c in constructs:
        record: dict[str, Any] = {"construct": c.id, "items": len(c.items)}
        for key in ("cr", "ave"):
            row: Any = value.loc[f"{key.upper()}_{c.id}"]
            low, high = validity.proportion_limits(float(row["est_std"]), float(row["se"]))
            record |= {key: float(row["est_std"]), f"{key}_low": low, f"{key}_high": high}
        records.append(record)
    return pd.DataFrame(records)


def shared_variance(standardized: pd.DataFrame, constructs: Sequence[Construct]) -> pd.DataFrame:
    """What Fornell and Larcker compare, with delta-method limits, one row a pair.

    ``a, b, correlation, correlation_low, correlation_high``, the smaller of the two differences
    between an AVE and the shared variance as ``gap, gap_low, gap_high`` with the construct `of`
    whose AVE it is, and ``verdict``: met where both differences are above zero with their whole
    interval, not met where one is below it, else open.
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
                "correlation_low": float(r["ci_lower"]),
                "correlation_high": float(r["ci_upper"]),
                "of": of,
                "gap": float(smaller["est_std"]),
                "gap_low": float(smaller["ci_lower"]),
                "gap_high": float(smaller["ci_upper"]),
                "verdict": "not met"
                if "not met" in verdicts
                else "open"
                if "open" in verdicts
                else "met",
            }
        )
    return pd.DataFrame(records)


# --- competing models ------------------------------------------------------------------------


@dataclass(frozen=True)
class Rival:
    """A model to hold against the planned one; `nested` in it or not."""

    id: str
    label: Text
    model: str
    nested: bool = True
    options: dict[str, Any] = field(default_factory=dict)


def rivals(
    study: Study, constructs: Sequence[Construct], pairs: pd.DataFrame
) -> tuple[list[Rival], dict[str, Text]]:
    """The models to compare, and for those that this case does not allow, why.

    Parameters
    ----------
    pairs : DataFrame
        ``construct_a, construct_b, htmt, ci_lower`` a pair. Merged are: the pair that is most
        surely close (the highest lower limit); all constructs that ratios above the cut-off with
        their whole interval link to one another; and all that ratios above it do.
    """
    out: list[Rival] = []
    refused: dict[str, Text] = {}
    if len(constructs) < 2:
        return out, {"rivals": Text(en="there is only one construct", zh="只有一个构念")}
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
    out.append(
        Rival(
            "one-factor",
            Text(en="One factor for all items", zh="所有题项单一因子"),
            f"{GENERAL} =~ {items}",
        )
    )
    outcomes = [c.id for c in constructs if c.role == "outcome"]
    if len(outcomes) >= 3:
        out.append(
            Rival(
                "second-order",
                Text(en="Second-order factor above the outcomes", zh="结果构念之上的二阶因子"),
                f"{study.measurement_model(constructs)}\n{SECOND} =~ {' + '.join(outcomes)}",
            )
        )
    else:
        n = len(outcomes)
        refused["second-order"] = Text(
            en=f"a second-order factor above the outcomes needs three of them with two or more "
            f"items, here there {'is' if n == 1 else 'are'} {n}",
            zh=f"结果构念之上的二阶因子需要三个各有两个以上题项的结果构念，此处只有 {n} 个",
        )
    # Two items share one covariance: their loadings on their own factor are held equal.
    specific = [
        f"{c.id} =~ "
        + " + ".join((f"S_{c.id}*" if len(c.items) == 2 else "") + i.id for i in c.items)
        for c in constructs
    ]
    out.append(
        Rival(
            "bifactor",
            Text(
                en="Bifactor: one general factor beside the constructs",
                zh="双因子：总因子与各构念并列",
            ),
            "\n".join([f"{GENERAL} =~ {items}", *specific]),
            nested=False,
            options={"std_lv": True, "orthogonal": True},
        )
    )
    return out, refused


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
    lines, en, zh = [], [], []
    for number, group in enumerate(groups, start=1):
        members = [c for c in constructs if c.id in group]
        lines.append(f"{MERGED}_{number} =~ " + " + ".join(i.id for c in members for i in c.items))
        en.append(" + ".join(c.label.en for c in members))
        zh.append(" + ".join(c.label.zh for c in members))
    apart = [c for c in constructs if not any(c.id in g for g in groups)]
    if apart:
        lines.append(study.measurement_model(apart))
    return Rival(
        name,
        Text(en=f"Merged: {'; '.join(en)}", zh=f"合并：{'；'.join(zh)}"),
        "\n".join(lines),
    )


def compare(
    planned: semfit.Result | None,
    reason: str,
    rivals: Sequence[Rival],
    items: pd.DataFrame,
    missing: str,
) -> tuple[pd.DataFrame, dict[str, semfit.Result]]:
    """The planned model and its rivals, one row each, the planned first; and the solutions by id.

    Columns ``id, converged, admissible, problem``, fit measures by the estimator's names, and
    against the planned model ``aic_difference, bic_difference`` and, where nested,
    ``chisq_difference, df_difference, p_difference`` (scaled, Satorra & Bentler 2001). A model
    without a solution has its reason as `problem` and no numbers; `planned` may be such a one.
    """
    fits: list[tuple[str, bool, semfit.Result | None, str]] = [("planned", False, planned, reason)]
    for rival in rivals:
        try:
            result = semfit.fit(
                rival.model, items, estimator="MLR", missing=missing, **rival.options
            )
            fits.append((rival.id, rival.nested, result, ""))
        except semfit.ModelError as error:
            fits.append((rival.id, rival.nested, None, str(error)))
    base: Mapping[str, float] = {} if planned is None else planned.fit
    records = []
    solutions: dict[str, semfit.Result] = {}
    for name, nested, found, problem in fits:
        solved = found is not None and found.converged
        record: dict[str, Any] = {
            "id": name,
            "converged": solved,
            "admissible": solved and found.admissible,  # type: ignore[union-attr]
            "problem": problem or "; ".join(found.problems if found is not None else ()),
        }
        measures: Mapping[str, float] = {}
        test: dict[str, float] = {}
        if found is not None and solved:
            solutions[name] = found
            measures = found.fit
            if nested and planned is not None:
                test = semfit.difference_test(found, planned)
        record |= {k: float(measures.get(k, np.nan)) for k in COMPARED}
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

    ``lhs, op, rhs, mi, pvalue, epc, sepc_all, power, verdict``; changes that matter are in
    thresholds (a standardized loading, a correlation of residuals).
    """
    frame = result.modindices()
    loading = threshold("misspecified_loading").value
    other = threshold("misspecified_correlation").value
    judged = validity.misspecifications(
        frame["mi"].tolist(),
        frame["sepc_all"].tolist(),
        [loading if op == "=~" else other for op in frame["op"]],
        alpha=threshold("significance").value,
        high_power=threshold("misspecification_power").value,
    )
    columns = ["lhs", "op", "rhs", "mi", "pvalue", "epc", "sepc_all"]
    return pd.concat([frame[columns], judged[["power", "verdict"]]], axis=1)


@dataclass(frozen=True)
class Trial:
    """What freeing one parameter would change.

    Attributes
    ----------
    cfi : float
        Robust CFI with it.
    correlation : float
        The largest change of a correlation between two constructs, in size.
    loading : float
        The largest change of a planned standardized loading, in size.
    admissible : bool
        Whether the respecified solution is.
    """

    cfi: float
    correlation: float
    loading: float
    admissible: bool


def try_freeing(
    planned: semfit.Result,
    constructs: Sequence[Construct],
    parameter: tuple[str, str, str],
    items: pd.DataFrame,
    missing: str,
) -> Trial:
    """Fit the planned model with one more free parameter.

    Raises
    ------
    semfit.ModelError
        When that model cannot be fitted.
    CannotCompute
        When it does not converge.
    """
    model = f"{planned_model(constructs)}\n{' '.join(parameter)}"
    free = semfit.fit(model, items, estimator="MLR", missing=missing, std_lv=True)
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
        float(free.fit["cfi_robust"]),
        float(change.loc[links].max()) if links else 0.0,
        float(change.loc[planned_loadings].max()),
        free.admissible,
    )
