"""The structural model resampled, with clusters of respondents, and against its rivals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import semfit

from loyalty.cases.asked import Effect, Hypothesis
from loyalty.cases.estimation import FULL
from loyalty.cases.study import Study
from loyalty.estimates.groups import Clusters
from loyalty.ground.reasons import CannotCompute, reason_of
from loyalty.stats._common import normal_quantile
from loyalty.stats.imputation import impute
from loyalty.stats.resampling import expanded


# --- paths --------------------------------------------------------------------------------------
def standardized_paths(result: semfit.Result, hypotheses: Sequence[Hypothesis]) -> pd.DataFrame:
    """The standardized paths labelled ``p_<hypothesis>``, one row a hypothesis.

    Returns
    -------
    DataFrame
        ``id, from_, to, sign, estimate, se, ci_lower, ci_upper, p``, delta-method intervals.
    """
    table = result.standardized().set_index("label").loc[[f"p_{h.id}" for h in hypotheses]]
    return pd.DataFrame(
        {
            "id": [h.id for h in hypotheses],
            "from_": [h.from_ for h in hypotheses],
            "to": [h.to for h in hypotheses],
            "sign": [h.sign for h in hypotheses],
            "estimate": table["est_std"].to_numpy(),
            "se": table["se"].to_numpy(),
            "ci_lower": table["ci_lower"].to_numpy(),
            "ci_upper": table["ci_upper"].to_numpy(),
            "p": table["pvalue"].to_numpy(),
        }
    )


# --- resampling ---------------------------------------------------------------------------------
#: Imputations among which the draws are divided where answers are missing.
IMPUTATIONS = 20


def resampled(
    model: str,
    answers: pd.DataFrame,
    items: Sequence[str],
    *,
    draws: int,
    seed: int,
    cluster: str | None = None,
    imputations: int = IMPUTATIONS,
    how: Mapping[str, Any] | None = None,
) -> semfit.Bootstrap:
    """Refits of `model` to resampled respondents (or clusters), missing answers allowed for.

    Where answers are missing, they are imputed several times (at most `imputations`), each complete
    version is resampled, and the draws are pooled (Schomaker & Heumann 2018, Statistics in Medicine
    37, 2252-2266: *MI Boot*): they vary with both the respondents and what is not known of their
    answers. The estimate in the result is the mean over the versions. With an estimator other than
    maximum likelihood (`how`, see :func:`loyalty.estimates.fit.estimation`) complete rows alone are
    resampled.

    Raises
    ------
    CannotCompute
        When a version has no converged solution to start from, or cannot be imputed.
    semfit.ModelError
        When the model cannot be fitted.
    """
    rows = answers if cluster is None else answers[answers[cluster].notna()]
    options = {**(how or {"estimator": "MLR"}), "missing": "listwise"}
    some = rows[list(items)].notna()
    rows = rows[some.any(axis=1) if options["estimator"] in FULL else some.all(axis=1)]
    holes = bool(rows[list(items)].isna().any(axis=None))
    count = max(1, min(imputations, draws // 2)) if holes else 1
    versions = impute(rows[list(items)], count, seed) if holes else [rows[list(items)]]
    parts: list[semfit.Bootstrap] = []
    for k, version in enumerate(versions):
        complete = version if cluster is None else version.assign(**{cluster: rows[cluster]})
        result = semfit.fit(model, complete, **options, cluster=cluster)
        if not result.converged:
            raise CannotCompute.because(result.problems[0])
        share = draws // count + (k < draws % count)
        parts.append(result.bootstrap(draws=share, seed=seed + k))
    estimate = replace(
        parts[0].estimate, x=np.mean([part.estimate.x for part in parts], axis=0), extra={}
    )
    return semfit.Bootstrap(
        estimate if count > 1 else parts[0].estimate,
        np.concatenate([part.x for part in parts]),
        np.concatenate([part.converged for part in parts]),
        np.concatenate([part.admissible for part in parts]),
        seed,
    )


def confidence(boot: semfit.Bootstrap) -> float:
    """The level of percentiles of draws: of respondents .95, of few clusters :func:`expanded`."""
    codes = boot.estimate.sample.groups[0].clusters
    return expanded(None if codes is None else len(np.unique(codes)))


def indirect_effects(
    result: semfit.Result, boot: semfit.Bootstrap, effects: Sequence[Effect]
) -> pd.DataFrame:
    """Products of standardized paths with delta-method, percentile and BCa intervals.

    Of draws of clusters the limits are those of :func:`confidence`.

    Returns
    -------
    DataFrame
        ``id, legs, estimate, ci_lower, ci_upper, boot_ci_lower, boot_ci_upper, bca_ci_lower,
        bca_ci_upper``; NaN for a BCa interval where all draws lie on one side of the estimate,
        which leaves nothing to correct.
    """
    table, level = result.standardized().set_index("label"), confidence(boot)
    percentile = boot.standardized("percentile", level).set_index("label")
    corrected = boot.standardized("bca", level).set_index("label")
    rows = []
    for e in effects:
        one: Any = table.loc[e.id]
        drawn: Any = percentile.loc[e.id]
        bca: Any = corrected.loc[e.id]
        rows.append(
            {
                "id": e.id,
                "legs": len(e.through) - 1,
                "estimate": float(one["est_std"]),
                "ci_lower": float(one["ci_lower"]),
                "ci_upper": float(one["ci_upper"]),
                "boot_ci_lower": float(drawn["ci_lower"]),
                "boot_ci_upper": float(drawn["ci_upper"]),
                "bca_ci_lower": float(bca["ci_lower"]),
                "bca_ci_upper": float(bca["ci_upper"]),
            }
        )
    return pd.DataFrame(rows)


def total_effects(
    result: semfit.Result, boot: semfit.Bootstrap, hypotheses: Sequence[Hypothesis]
) -> pd.DataFrame:
    """Standardized effects from where nothing leads to where nothing leaves.

    Returns
    -------
    DataFrame
        ``from_, to, direct, indirect, estimate, ci_lower, ci_upper``: the total effect with its
        percentile interval (:func:`confidence`).
    """
    starts = {h.from_ for h in hypotheses} - {h.to for h in hypotheses}
    ends = {h.to for h in hypotheses} - {h.from_ for h in hypotheses}
    known = result.effects().set_index(["from", "to", "effect"])["std_all"].to_dict()
    drawn = boot.effects("percentile", confidence(boot), standardized=True)
    rows = []
    for row in drawn[drawn["effect"] == "total"].to_dict("records"):
        a, b = row["from"], row["to"]
        if a in starts and b in ends:
            rows.append(
                {
                    "from_": a,
                    "to": b,
                    "direct": float(known.get((a, b, "direct"), 0.0)),
                    "indirect": float(known.get((a, b, "indirect"), 0.0)),
                    "estimate": float(known[(a, b, "total")]),
                    "ci_lower": row["ci_lower"],
                    "ci_upper": row["ci_upper"],
                }
            )
    return pd.DataFrame(rows)


# --- clusters ----------------------------------------------------------------------------------
def with_clusters(paths: pd.DataFrame, clusters: Clusters) -> pd.DataFrame:
    """Paths of a model with cluster-robust errors (:func:`standardized_paths`) by Student's t.

    Intervals and p-values have the degrees of freedom of the `clusters`.
    """
    half = paths["se"].map(clusters.half)
    return paths.assign(
        ci_lower=paths["estimate"] - half,
        ci_upper=paths["estimate"] + half,
        p=[clusters.p(*one) for one in zip(paths["estimate"], paths["se"], strict=True)],
    )


def points_with_clusters(points: pd.DataFrame, clusters: Clusters) -> pd.DataFrame:
    """Effects in points (:func:`one_point`) of a cluster-robust model by Student's t."""
    half = (points["ci_upper"] - points["ci_lower"]) / 2 / normal_quantile(0.95)
    half = half.map(clusters.half)
    return points.assign(ci_lower=points["estimate"] - half, ci_upper=points["estimate"] + half)


def clustered_paths(
    robust: semfit.Result,
    clusters: Clusters,
    boot: semfit.Bootstrap,
    hypotheses: Sequence[Hypothesis],
) -> pd.DataFrame:
    """Standardized paths with intervals that take clusters, not respondents, as independent.

    Parameters
    ----------
    robust : Result
        With cluster-robust errors.
    boot : Bootstrap
        Refits of the same model to resampled clusters (:func:`resampled`).

    Returns
    -------
    DataFrame
        ``id, estimate, cluster_se, cluster_ci_lower, cluster_ci_upper`` from cluster-robust
        standard errors and Student's t (:func:`with_clusters`); ``boot_ci_lower, boot_ci_upper``
        are percentiles over the refits (:func:`confidence`).
    """
    found = with_clusters(standardized_paths(robust, hypotheses), clusters)
    drawn = boot.standardized("percentile", confidence(boot)).set_index("label")
    drawn = drawn.loc[[f"p_{h}" for h in found["id"]]]
    return pd.DataFrame(
        {
            "id": found["id"],
            "estimate": found["estimate"],
            "cluster_se": found["se"],
            "cluster_ci_lower": found["ci_lower"],
            "cluster_ci_upper": found["ci_upper"],
            "boot_ci_lower": drawn["ci_lower"].to_numpy(),
            "boot_ci_upper": drawn["ci_upper"].to_numpy(),
        }
    )


# --- competing structures ----------------------------------------------------------------------
@dataclass(frozen=True)
class Structure:
    """A competing structure: the paths added to and taken from the hypothesized ones."""

    id: str
    added: tuple[tuple[str, str], ...] = ()
    removed: tuple[tuple[str, str], ...] = ()

    @property
    def nested(self) -> bool:
        """Whether the hypothesized model is the special case without the added paths."""
        return not self.removed


def structures(study: Study) -> list[Structure]:
    """The hypothesized structure and its rivals, from the graph of its paths.

    *Direct paths added* joins every construct that nothing leads to with every one that leads
    nowhere (partial instead of full mediation); *every earlier to every later* joins all pairs of
    different depth (the longest way from a beginning), which leaves the least to be contradicted;
    *direct paths only* lets nothing but the beginnings lead to the ends (no mediation). Rivals
    that change nothing are left out.
    """
    edges = [(h.from_, h.to) for h in study.paths]
    nodes = [c.id for c in study.main if any(c.id in edge for edge in edges)]
    depth: dict[str, int] = {}

    def depth_of(node: str) -> int:
        if node not in depth:
            depth[node] = 1 + max((depth_of(a) for a, b in edges if b == node), default=-1)
        return depth[node]

    for node in nodes:
        depth_of(node)
    first = [n for n in nodes if all(b != n for _, b in edges)]
    last = [n for n in nodes if all(a != n for a, _ in edges)]
    direct = tuple((a, b) for b in last for a in first if (a, b) not in edges)
    forward = tuple(
        (a, b) for b in nodes for a in nodes if depth[a] < depth[b] and (a, b) not in edges
    )
    mediated = tuple((a, b) for a, b in edges if b in last and a not in first)
    found = [Structure("hypothesized")]
    if direct:
        found.append(
            Structure(
                "partial",
                added=direct,
            )
        )
    if forward and set(forward) != set(direct):
        found.append(
            Structure(
                "forward",
                added=forward,
            )
        )
    if mediated and direct:
        found.append(
            Structure(
                "unmediated",
                added=direct,
                removed=mediated,
            )
        )
    return found


def structure_model(study: Study, structure: Structure) -> str:
    """The structural model of a competing structure; hypothesized paths keep their labels."""
    gone = {
        f"{h.to} ~ p_{h.id}*{h.from_}" for h in study.paths if (h.from_, h.to) in structure.removed
    }
    lines = study.structural_model(effects=False).splitlines()
    return "\n".join(
        [line for line in lines if line not in gone] + [f"{b} ~ {a}" for a, b in structure.added]
    )


def competing(
    study: Study, answers: pd.DataFrame, missing: str, weights: pd.Series | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """All structures fitted to the same answers by robust maximum likelihood.

    Returns
    -------
    models : DataFrame
        ``id, added, removed, chisq, df, cfi, rmsea, srmr, bic, delta_chisq, delta_df, delta_p``
        (scaled, against the hypothesized model where that is nested), ``problems`` (reasons); NaN
        where a model could not be fitted.
    paths : DataFrame
        The added paths of each structure: ``id, from_, to, estimate, ci_lower, ci_upper, p``
        (standardized).
    """
    rows, paths = [], []
    base: semfit.Result | None = None
    rows_or_sample: Any = answers
    for structure in structures(study):
        row: dict[str, Any] = {
            "id": structure.id,
            "added": len(structure.added),
            "removed": len(structure.removed),
        }
        try:
            result = semfit.fit(
                structure_model(study, structure),
                rows_or_sample,
                estimator="MLR",
                missing=missing,
                weights=weights,
            )
        except semfit.ModelError as error:
            rows.append(row | {"problems": [reason_of(error)]})
            continue
        fit = result.fit
        row |= {
            "chisq": fit.get("chisq_scaled", np.nan),
            "df": result.df,
            "cfi": fit.get("cfi_robust", np.nan),
            "rmsea": fit.get("rmsea_robust", np.nan),
            "srmr": fit["srmr"],
            "bic": fit["bic"],
            "problems": list(map(reason_of, result.problems)),
        }
        if base is None:
            base = result
            rows_or_sample = result.estimate.sample  # read once for all
        elif structure.nested and result.converged and base.converged:
            test = semfit.difference_test(base, result)
            row |= {
                "delta_chisq": test.get("delta_chisq_scaled", test["delta_chisq"]),
                "delta_df": test["delta_df"],
                "delta_p": test.get("delta_pvalue_scaled", test["delta_pvalue"]),
            }
        rows.append(row)
        table = result.standardized()
        table = table[table["op"] == "~"].set_index(["rhs", "lhs"])
        for a, b in structure.added:
            one: Any = table.loc[(a, b)]
            paths.append(
                {
                    "id": structure.id,
                    "from_": a,
                    "to": b,
                    "estimate": one["est_std"],
                    "ci_lower": one["ci_lower"],
                    "ci_upper": one["ci_upper"],
                    "p": one["pvalue"],
                }
            )
    columns = ["id", "from_", "to", "estimate", "ci_lower", "ci_upper", "p"]
    return pd.DataFrame(rows), pd.DataFrame(paths, columns=columns)


def one_point(result: semfit.Result) -> pd.DataFrame:
    """Total effects in points: of a rise of one point on the first item of ``from_``.

    Returns
    -------
    DataFrame
        ``from_, to, estimate, ci_lower, ci_upper``: points of the first item of ``to``,
        unstandardized, with delta-method intervals.
    """
    table = result.effects()
    total = table[table["effect"] == "total"].rename(columns={"from": "from_", "est": "estimate"})
    return total[["from_", "to", "estimate", "ci_lower", "ci_upper"]].reset_index(drop=True)
