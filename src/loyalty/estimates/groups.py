"""Groups compared: partial invariance, latent means, structural paths, total effects by firm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import semfit
from scipy.stats import chi2, f, norm, t
from semfit.standardized import effect_pairs, effect_values, jacobian

from loyalty.cases.asked import Group, Hypothesis
from loyalty.cases.study import Study
from loyalty.estimates.latent import score_sds
from loyalty.ground.reasons import CannotCompute, Reason, reason_of
from loyalty.ground.thresholds import threshold
from loyalty.stats._common import FloatArray
from loyalty.stats.groups import adjust_p
from loyalty.stats.weighted import Design

EQUAL = {
    "configural": (),
    "metric": ("loadings",),
    "scalar": ("loadings", "intercepts"),
    "strict": ("loadings", "intercepts", "residuals"),
}
#: What a step makes equal, as the operator of its rows in the parameter table.
OPERATOR = {"metric": "=~", "scalar": "~1"}


# --- which groups can be compared --------------------------------------------------------------
def comparable_rows(
    answers: pd.DataFrame, group: Group, items: Sequence[str]
) -> tuple[pd.DataFrame, dict[str, Reason]]:
    """The rows of the levels that a model of `items` can be fitted to, in the levels' order.

    A level needs more respondents than items (its covariance matrix is singular otherwise), at
    least as many as a cell that may be shown, and every item answered differently by two of them.

    Returns
    -------
    rows : DataFrame
        Respondents with an answer to at least one item, of the remaining levels.
    left_out : dict
        Level → why. Levels without any respondent are not compared and not named.

    Raises
    ------
    CannotCompute
        When fewer than two levels remain.
    """
    answered = answers[answers[group.id].notna() & answers[list(items)].notna().any(axis=1)]
    least = max(len(items) + 1, int(threshold("small_cell").value))
    parts, left_out = [], {}
    for level in group.levels:
        part = answered[answered[group.id] == level]
        flat = [i for i in items if part[i].nunique() < 2]
        if not len(part):
            if (answers[group.id] == level).any():
                left_out[level] = Reason(code="no_answer_at_all")
        elif len(part) < least:
            left_out[level] = Reason(
                code="few_respondents_for_items", parameters={"least": least, "items": len(items)}
            )
        elif flat:
            left_out[level] = Reason(code="answers_alike", parameters={"item": flat[0]})
        else:
            parts.append(part)
    if len(parts) < 2:
        raise CannotCompute("few_levels", group=group.id, n=len(parts))
    return pd.concat(parts), left_out


# --- invariance --------------------------------------------------------------------------------
@dataclass(frozen=True)
class PartialInvariance:
    """The ladder of invariance with the equalities that had to be released.

    Attributes
    ----------
    table : DataFrame
        One row a model: ``level``, ``released`` (how many equalities in all), ``partial``,
        ``chisq, df, p, cfi, rmsea, srmr`` (robust where there are), differences from the
        last model that was kept ``delta_chisq, delta_df, delta_p`` (scaled), ``delta_cfi,
        delta_rmsea, delta_srmr``.
    released : DataFrame
        ``level, construct, item, group, chisq, p, change``: in the order of release; the group in
        which the score test is largest, p with Bonferroni's correction over the equalities of the
        step, the standardized change expected there.
    held_back : DataFrame
        The same of those that meet the rule but would leave their construct less than two equal
        items.
    metric, scalar : Result
        The last metric and scalar models, in the metric of the first group: its factors have
        variance 1 and mean 0.
    partial : tuple of str
        The released equalities as `group_partial`.
    """

    table: pd.DataFrame
    released: pd.DataFrame
    held_back: pd.DataFrame
    metric: semfit.Result
    scalar: semfit.Result
    partial: tuple[str, ...]

    @property
    def loadings(self) -> tuple[str, ...]:
        """The released loadings alone."""
        return tuple(name for name in self.partial if "=~" in name)


RELEASED = ["level", "construct", "item", "group", "chisq", "p", "change"]


def partial_invariance(
    model: str, data: pd.DataFrame, *, group: str, missing: str = "listwise"
) -> PartialInvariance:
    """Walk the ladder; release at each step what works differently, then go on from there.

    The rule: as long as an equality's score test is significant after Bonferroni's correction over
    all equalities of the step, and the standardized change expected from its release is at least
    the cut-off ``release_change`` in size, the one with the largest statistic is released in all
    groups, and the model is fitted again. Two items a construct stay equal. Global indices are not
    asked: in a large model one item that works differently hardly moves them.

    Factors have variance 1 and mean 0 in the first group, so no item is a marker that cannot be
    tested. The strict step keeps what was released and releases nothing itself.

    Sources: Byrne, Shavelson & Muthén (1989), Psychological Bulletin 105, 456-466 (partial
    invariance); Yoon & Millsap (2007), Structural Equation Modeling 14, 435-463 (the largest
    first); Whittaker (2012), Journal of Experimental Education 80, 26-44 (size of change).

    Raises
    ------
    semfit.ModelError
        When a model cannot be fitted.
    CannotCompute
        When the model with nothing made equal does not converge: nothing can be compared with it.
    """

    rows_or_sample: Any = data

    def fit(level: str, partial: Sequence[str]) -> semfit.Result:
        return semfit.fit(
            model,
            rows_or_sample,
            group=group,
            group_equal=EQUAL[level],
            group_partial=tuple(partial) if EQUAL[level] else (),
            estimator="MLR",
            missing=missing,
            std_lv=True,
        )

    partial: list[str] = []
    released: list[dict[str, object]] = []
    held_back: list[dict[str, object]] = []
    base = fit("configural", ())
    if not base.converged:
        raise CannotCompute("groups_not_converged", group=group)
    rows_or_sample = base.estimate.sample  # read once, with what is estimated from it once
    rows = [_row("configural", base, None, 0)]
    last = {"configural": base}
    for level in ("metric", "scalar"):
        result = fit(level, partial)
        rows.append(_row(level, result, base, len(partial)))
        before = len(partial)
        choice, waiting = _release(result, level, partial)
        while choice is not None:
            partial.append(_name(choice))
            released.append(choice)
            result = fit(level, partial)
            choice, waiting = _release(result, level, partial)
        held_back += waiting
        if len(partial) > before:
            rows.append(_row(level, result, base, len(partial), partial=True))
        base = last[level] = result
    rows.append(_row("strict", fit("strict", partial), base, len(partial)))
    return PartialInvariance(
        pd.DataFrame(rows),
        pd.DataFrame(released, columns=RELEASED),
        pd.DataFrame(held_back, columns=RELEASED),
        last["metric"],
        last["scalar"],
        tuple(partial),
    )


def _row(
    level: str,
    result: semfit.Result,
    base: semfit.Result | None,
    released: int,
    partial: bool = False,
) -> dict[str, object]:
    fit = result.fit
    keys = ("cfi", "rmsea", "srmr")
    row: dict[str, object] = {
        "level": level,
        "partial": partial,
        "released": released,
        "chisq": fit.get("chisq_scaled", fit["chisq"]),
        "df": fit["df"],
        "p": fit.get("pvalue_scaled", fit["pvalue"]),
        **{k: fit.get(f"{k}_robust", fit[k]) for k in keys},
    }
    if base is not None:
        other = base.fit
        test = semfit.difference_test(result, base)
        row |= {
            "delta_chisq": test.get("delta_chisq_scaled", test["delta_chisq"]),
            "delta_df": test["delta_df"],
            "delta_p": test.get("delta_pvalue_scaled", test["delta_pvalue"]),
        }
        for k in keys:
            now, then = (x.get(f"{k}_robust", x[k]) for x in (fit, other))
            row[f"delta_{k}"] = now - then
    return row


def _release(
    result: semfit.Result, level: str, partial: Sequence[str]
) -> tuple[dict[str, object] | None, list[dict[str, object]]]:
    """The equality to release next, if any, and those that meet the rule but must stay."""
    tests = result.release_tests()
    tests = tests[tests["op"] == OPERATOR[level]]
    model = result.estimate.model
    factor = {r.rhs: r.lhs for r in model.rows if r.op == "=~"}
    size = pd.Series(factor).value_counts()
    place = {name: k for k, name in enumerate(model.blocks[0].names)}
    labels = [str(g) for g in result.group_labels]
    found: list[dict[str, object]] = []
    for row in tests.to_dict("records"):
        g = int(row["group"]) - 1
        spread = np.sqrt(np.diag(result.estimate.moments[g].covariance))
        item = row["rhs"] if level == "metric" else row["lhs"]
        unit = spread[place[factor[item]]] if level == "metric" else 1.0
        change = float(row["epc"]) * unit / spread[place[item]]
        p = min(1.0, float(row["pvalue"]) * len(tests))
        if p < threshold("significance").value and abs(change) >= threshold("release_change").value:
            found.append(
                {
                    "level": level,
                    "construct": factor[item],
                    "item": item,
                    "group": labels[g],
                    "chisq": float(row["chisq"]),
                    "p": p,
                    "change": change,
                }
            )
    mark = "=~" if level == "metric" else "~1"
    gone = [name for name in partial if mark in name.replace(" ", "")]
    waiting: list[dict[str, object]] = []
    for candidate in found:  # the largest statistic first
        construct = candidate["construct"]
        lost = sum(factor[_item(name)] == construct for name in gone)
        if size[str(construct)] - lost > 2:
            return candidate, waiting
        if candidate["item"] not in [w["item"] for w in waiting]:
            waiting.append(candidate)
    return None, waiting


def _name(row: Mapping[str, object]) -> str:
    if row["level"] == "metric":
        return f"{row['construct']} =~ {row['item']}"
    return f"{row['item']} ~ 1"


def _item(name: str) -> str:
    return name.split("=~")[1].strip() if "=~" in name else name.split("~")[0].strip()


# --- few clusters ------------------------------------------------------------------------------
@dataclass(frozen=True)
class Clusters:
    """How many clusters stand behind cluster-robust errors: `count`, in `groups` groups.

    With few clusters the sandwich is too small and a normal reference too short in the tails. The
    usual remedies are the factor G / (G − 1) on the covariance matrix, which :mod:`semfit`
    applies (within each group), and Student's t with G − 1 degrees of freedom (Cameron & Miller
    2015, Journal of Human Resources 50, 317-372, section VI). Between groups that have their own
    clusters each group's variance has as many degrees of freedom as it has clusters, less one;
    the fewest of these, `least` − 1, are the cautious choice, as in Welch's test. That helps, and
    is no proof of coverage.
    """

    count: int
    groups: int = 1
    least: int = 0

    @property
    def df(self) -> int:
        return (self.count if self.groups == 1 else self.least) - 1

    def half(self, se: float, level: float = 0.95) -> float:
        """Half an interval's width, from a standard error of :mod:`semfit`."""
        return float(t.ppf(0.5 + level / 2, self.df) * se)

    @property
    def as_normal(self) -> float:
        """The level at which a normal quantile is that of Student's t for 95 %."""
        return 2 * float(norm.cdf(self.half(1.0))) - 1

    def p(self, value: float, se: float) -> float:
        return float(2 * t.sf(abs(value) / se, self.df))


def clusters_of(
    data: pd.DataFrame, cluster: str, items: Sequence[str], group: str | None = None
) -> Clusters:
    """The clusters with answers to `items`.

    Raises
    ------
    CannotCompute
        When there are fewer than the cut-off ``clusters_least``, or fewer in a group than
        ``clusters_in_group``.
    """
    rows = data[data[cluster].notna() & data[list(items)].notna().any(axis=1)]
    if group is None:
        count, groups, least = rows[cluster].nunique(), 1, rows[cluster].nunique()
    else:
        by = rows.groupby(group)[cluster].nunique()
        count, groups, least = int(by.sum()), len(by), int(by.min())
    need, each = (int(threshold(f"clusters_{k}").value) for k in ("least", "in_group"))
    if group is None and count < need:
        raise CannotCompute("few_clusters_for_errors", n=count, least=need)
    if group is not None and (count < need or least < each):
        raise CannotCompute(
            "few_clusters_in_groups",
            n=count,
            groups=groups,
            smallest=least,
            least=need,
            least_in_group=each,
        )
    return Clusters(count, groups, least)


@dataclass(frozen=True)
class Firms:
    """The firms of the respondents, and the model with these as the independent units."""

    group: str
    clusters: Clusters
    model: semfit.Result

    def totals(self, outcome: str, scales: Mapping[str, Sequence[str]] | None = None) -> Totals:
        """:func:`total_effects` by Student's t."""
        return total_effects(self.model, outcome, self.clusters, scales)


def firms(model: str, rows: pd.DataFrame, cluster: str, items: Sequence[str], **how: Any) -> Firms:
    """The model of the respondents whose cluster is known, by robust maximum likelihood.

    Args:
        how: options of :func:`semfit.fit`: how missing answers are treated, weights.

    Raises
    ------
    CannotCompute
        Too few clusters (:func:`clusters_of`), or no converged solution.
    semfit.ModelError
        When the model cannot be fitted.
    """
    clusters = clusters_of(rows, cluster, items)
    known = rows[rows[cluster].notna()]
    result = semfit.fit(model, known, estimator="MLR", cluster=cluster, **how)
    if not result.converged:
        raise CannotCompute.because(result.problems[0])
    return Firms(cluster, clusters, result)


def firms_if_enough(
    model: str, rows: pd.DataFrame, cluster: str | None, items: Sequence[str], **how: Any
) -> Firms | None:
    """:func:`firms`; None without a `cluster`, with too few of them, or without a solution.

    Raises
    ------
    semfit.ModelError
        When the model cannot be fitted.
    """
    if cluster is not None:
        with suppress(CannotCompute):
            return firms(model, rows, cluster, items, **how)
    return None


def sampling(
    study: Study, rows: pd.DataFrame, items: Sequence[str], weights: pd.Series | None = None
) -> Design | None:
    """How a bootstrap draws respondents with answers to `items`: in whole clusters where the case
    has enough of them (:func:`clusters_of`), else one by one (None where without weights)."""
    units = study.units
    if units is not None:
        try:
            clusters_of(rows, units.id, items)
        except CannotCompute:
            units = None
    if units is None and weights is None:
        return None
    own = pd.Series(1.0, rows.index) if weights is None else weights
    return Design(own, None if units is None else rows[units.id])


# --- latent means ------------------------------------------------------------------------------
def latent_means(
    result: semfit.Result,
    constructs: Sequence[str],
    clustered: semfit.Result | None = None,
    clusters: Clusters | None = None,
) -> pd.DataFrame:
    """Differences of latent means between all pairs of groups, in the first group's SDs.

    `result` is a scalar (or partially scalar) model with variance 1 and mean 0 in the first group.
    Standard errors of a contrast come from the covariance matrix of the estimates; p is Holm's
    over all rows. With `clustered`, the same model with cluster-robust errors,
    ``ci_lower_firms, ci_upper_firms, p_firms, p_holm_firms`` are added, by Student's t with the
    degrees of freedom of :class:`Clusters`.

    Returns
    -------
    DataFrame
        ``construct, group_a, group_b, estimate`` (a − b)``, se, ci_lower, ci_upper, p, p_holm``.
    """
    labels = [str(g) for g in result.group_labels]
    table = result.parameters
    rows = []
    for construct in constructs:
        means = table[(table["op"] == "~1") & (table["lhs"] == construct)].set_index("group")["est"]
        for a, b in combinations(range(1, len(labels) + 1), 2):
            value = float(means[a] - means[b])
            weights = {_key(f"{construct}~1", b): -1.0}
            if a > 1:  # the first group's is fixed
                weights[_key(f"{construct}~1", a)] = 1.0
            rows.append(
                {
                    "construct": construct,
                    "group_a": labels[a - 1],
                    "group_b": labels[b - 1],
                    **_difference(value, weights, result, clustered, clusters),
                }
            )
    return holm(pd.DataFrame(rows))


def holm(tests: pd.DataFrame) -> pd.DataFrame:
    """The tests with ``p_holm``, and with ``p_holm_firms`` where there is ``p_firms``."""
    adjusted = tests.assign(p_holm=adjust_p(tests["p"], "holm"))
    if "p_firms" in tests:
        adjusted["p_holm_firms"] = adjust_p(tests["p_firms"], "holm")
    return adjusted


def _difference(
    value: float,
    weights: Mapping[str, float],
    result: semfit.Result,
    clustered: semfit.Result | None,
    clusters: Clusters | None,
) -> dict[str, float]:
    """A weighted sum of estimates with error, interval and p; by firm with `clustered`."""
    se = _error(result.vcov, weights)
    half = norm.ppf(0.975) * se
    found = {
        "estimate": value,
        "se": se,
        "ci_lower": value - half,
        "ci_upper": value + half,
        "p": float(2 * norm.sf(abs(value) / se)) if se > 0 else np.nan,
    }
    if clustered is not None and clusters is not None:
        wide = _error(clustered.vcov, weights)
        found |= {
            "ci_lower_firms": value - clusters.half(wide),
            "ci_upper_firms": value + clusters.half(wide),
            "p_firms": clusters.p(value, wide) if wide > 0 else np.nan,
        }
    return found


def _error(covariance: pd.DataFrame, weights: Mapping[str, float]) -> float:
    """Standard error of a weighted sum of estimates."""
    w = np.array(list(weights.values()))
    variance = float(w @ covariance.loc[list(weights), list(weights)].to_numpy(float) @ w)
    return float(np.sqrt(variance)) if variance >= 0 else float("nan")


# --- paths -------------------------------------------------------------------------------------
def path_differences(
    result: semfit.Result,
    hypotheses: Sequence[Hypothesis],
    clustered: semfit.Result | None = None,
    clusters: Clusters | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The paths of a multi-group model by group, and whether they differ.

    For one path with estimates b (one a group) and their covariance matrix V, the Wald statistic
    ``(Cb)' (C V C')⁻¹ (Cb)``, C taking differences to the first group, is χ² with groups − 1
    degrees of freedom under equality. With `clustered`, the same model with cluster-robust errors,
    ``f_firms, p_firms, p_holm_firms`` are the statistic over its degrees of freedom, against F
    with those of :class:`Clusters`. Holm's correction is over all paths.

    Returns
    -------
    by_group : DataFrame
        ``id, from_, to, group, estimate, ci_lower, ci_upper`` (standardized), one row a path and
        group.
    differences : DataFrame
        ``id, from_, to, wald, df, p, p_holm`` (unstandardized paths), one row a path.
    """
    standardized = result.standardized()
    paths = standardized[standardized["op"] == "~"]
    raw = result.parameters
    raw = raw[raw["op"] == "~"]
    labels = [str(g) for g in result.group_labels]
    shown, tests = [], []
    for h in hypotheses:
        mine = paths[(paths["lhs"] == h.to) & (paths["rhs"] == h.from_)].sort_values("group")
        for row in mine.to_dict("records"):
            shown.append(
                {
                    "id": h.id,
                    "from_": h.from_,
                    "to": h.to,
                    "group": labels[int(row["group"]) - 1],
                    "estimate": row["est_std"],
                    "ci_lower": row["ci_lower"],
                    "ci_upper": row["ci_upper"],
                }
            )
        estimates = raw[(raw["lhs"] == h.to) & (raw["rhs"] == h.from_)].sort_values("group")
        name = f"{h.to}~{h.from_}"
        keys = [_key(name, g) for g in estimates["group"]]
        b = estimates["est"].to_numpy(float)
        df = len(b) - 1
        wald = _wald(b, result.vcov.loc[keys, keys].to_numpy(float))
        row = {
            "id": h.id,
            "from_": h.from_,
            "to": h.to,
            "wald": wald,
            "df": df,
            "p": float(chi2.sf(wald, df)),
        }
        if clustered is not None and clusters is not None:
            again = _wald(b, clustered.vcov.loc[keys, keys].to_numpy(float))
            ratio = again / df
            row |= {"f_firms": ratio, "p_firms": float(f.sf(ratio, df, clusters.df))}
        tests.append(row)
    return pd.DataFrame(shown), holm(pd.DataFrame(tests))


def path_pairs(
    result: semfit.Result,
    hypotheses: Sequence[Hypothesis],
    clustered: semfit.Result | None = None,
    clusters: Clusters | None = None,
) -> pd.DataFrame:
    """Differences of unstandardized paths between all pairs of groups.

    The variance of a − b is ``V_aa + V_bb − 2 V_ab``, V the joint covariance matrix of the
    estimates of all groups: loadings that are equal make paths of two groups depend on each other.
    Equal loadings give a path one unit in all groups; a standardized path would differ, too, where
    a construct's spread does. p is Holm's over all rows; `clustered` as in :func:`latent_means`.

    Returns
    -------
    DataFrame
        ``id, from_, to, group_a, group_b, estimate`` (a − b)``, se, ci_lower, ci_upper, p,
        p_holm``.
    """
    labels = [str(g) for g in result.group_labels]
    table = result.parameters
    table = table[table["op"] == "~"]
    rows = []
    for h in hypotheses:
        mine = table[(table["lhs"] == h.to) & (table["rhs"] == h.from_)].set_index("group")["est"]
        for a, b in combinations(range(1, len(labels) + 1), 2):
            value = float(mine[a] - mine[b])
            weights = {_key(f"{h.to}~{h.from_}", a): 1.0, _key(f"{h.to}~{h.from_}", b): -1.0}
            rows.append(
                {
                    "id": h.id,
                    "from_": h.from_,
                    "to": h.to,
                    "group_a": labels[a - 1],
                    "group_b": labels[b - 1],
                    **_difference(value, weights, result, clustered, clusters),
                }
            )
    return holm(pd.DataFrame(rows))


def _key(name: str, group: int) -> str:
    """A parameter's name in the covariance matrix of the estimates."""
    return name if group == 1 else f"{name}.g{group}"


def _wald(b: np.ndarray, v: np.ndarray) -> float:
    contrast = np.hstack([-np.ones((len(b) - 1, 1)), np.eye(len(b) - 1)])
    gap = contrast @ b
    return float(gap @ np.linalg.solve(contrast @ v @ contrast.T, gap))


# --- total effects -----------------------------------------------------------------------------
@dataclass(frozen=True)
class Totals:
    """Total effects on an outcome of the constructs with a path that leads there.

    `value` is (k,) for the k `names`, `covariance` (k, k) by the delta method; intervals are so
    many standard errors (`quantile`) to either side.
    """

    names: list[str]
    value: FloatArray
    covariance: FloatArray
    quantile: float

    @property
    def table(self) -> pd.DataFrame:
        """``construct, estimate, se, ci_lower, ci_upper``, and ``apart_lower, apart_upper`` of the
        distance from the mean of all."""
        value, centred = self.value, np.eye(len(self.value)) - 1 / max(len(self.value), 1)

        def errors(covariance: FloatArray) -> Any:
            with np.errstate(invalid="ignore"):
                return np.sqrt(np.diag(covariance))

        se, apart = errors(self.covariance), errors(centred @ self.covariance @ centred.T)
        own, apart = self.quantile * se, self.quantile * apart
        return pd.DataFrame(
            {
                "construct": self.names,
                "estimate": value,
                "se": se,
                "ci_lower": value - own,
                "ci_upper": value + own,
                "apart_lower": value - value.mean() - apart,
                "apart_upper": value - value.mean() + apart,
            }
        )


def total_effects(
    result: semfit.Result,
    outcome: str,
    clusters: Clusters | None = None,
    scales: Mapping[str, Sequence[str]] | None = None,
) -> Totals:
    """Standardized total effects of every construct on `outcome`, of one group.

    Total effects are ``(I − B)⁻¹ − I`` (Bollen 1987, Sociological Methodology 17, 37-69), times
    the model's standard deviation of the cause over that of the outcome.

    Args:
        clusters: behind a `result` with cluster-robust errors: by Student's t.
        scales: items by construct. Effects are then points of the mean of the outcome's items for
            a point of the mean of the construct's: times the standard deviation that the model
            implies of the former over that of the latter, which are estimates, too.
    """
    model, x = result.estimate.model, result.estimate.x
    names = model.blocks[0].names
    pairs = effect_pairs(model, False)
    chosen = [k for k, (_, _, to) in enumerate(pairs) if names[to] == outcome]
    of = [names[pairs[k][1]] for k in chosen]

    def totals(z: np.ndarray) -> np.ndarray:
        values: np.ndarray = effect_values(model, pairs, z)[..., 5, :][..., chosen]
        if scales is None:
            return values
        sd = score_sds(result.estimate, z, [scales[name] for name in (outcome, *of)])
        points: np.ndarray = values * sd[..., :1] / sd[..., 1:]
        return points

    value = np.real(totals(x))
    j = jacobian(totals, x)
    covariance = j @ result.vcov.to_numpy(float) @ j.T
    kept = (value != 0) | (np.diag(covariance) > 0)
    quantile = float(norm.ppf(0.975)) if clusters is None else clusters.half(1.0)
    own = [name for name, keep in zip(of, kept, strict=True) if keep]
    return Totals(own, value[kept], covariance[np.ix_(kept, kept)], quantile)


def shown_groups(values: pd.Series, group: pd.Series) -> pd.Series:
    """The groups of those rows whose group has enough values to be shown; None for the rest."""
    counts = values.notna().groupby(group).sum()
    enough = counts.index[counts >= threshold("small_cell").value]
    return group.where(group.isin(enough), None)


def by_level(
    answers: pd.DataFrame,
    group: Group,
    model: str,
    items: Sequence[str],
    outcome: str,
    missing: str,
    pooled: pd.DataFrame,
    cluster: str | None = None,
) -> tuple[pd.DataFrame, list[str], dict[str, Reason]]:
    """Standardized total effects on `outcome` for each level of a group.

    With a `cluster` of the respondents within a level, intervals allow for it where a level has
    enough clusters (:func:`firms`).

    A level with more respondents than the model has parameters, and an admissible solution, has
    a model of its own; the others borrow `pooled`, the effects of all respondents.

    Returns
    -------
    effects : DataFrame
        ``level, n, own`` (whether the effects are its own) and the columns of
        :class:`Totals`.
    left_out : list
        Levels with fewer respondents than a cell that may be shown. Levels without any row are
        not named.
    borrowed : dict
        Level → why it has no model of its own.
    """
    parts: list[pd.DataFrame] = []
    left_out: list[str] = []
    borrowed: dict[str, Reason] = {}
    for level in group.levels:
        mine = answers[group.id] == level
        rows = answers[mine & answers[list(items)].notna().any(axis=1)]
        if not mine.any():
            continue
        if len(rows) < threshold("small_cell").value:
            left_out.append(level)
            continue
        effects = _own_effects(model, rows, items, outcome, missing, cluster)
        if isinstance(effects, Reason):
            borrowed[level] = effects
            effects = pooled
        parts.append(effects.assign(level=level, n=len(rows), own=level not in borrowed))
    columns = ["level", "n", "own", *pooled.columns]
    frame = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
    return frame[columns], left_out, borrowed


def _own_effects(
    model: str,
    rows: pd.DataFrame,
    items: Sequence[str],
    outcome: str,
    missing: str,
    cluster: str | None,
) -> pd.DataFrame | Reason:
    """The total effects of the model fitted to `rows`, or why there are none."""
    try:
        result = semfit.fit(model, rows, estimator="MLR", missing=missing)
        by = firms_if_enough(model, rows, cluster, items, missing=missing)
    except semfit.ModelError as error:
        return reason_of(error)
    free = result.estimate.model.expand.shape[1]
    if free >= len(rows):
        return CannotCompute("few_respondents_for_parameters", n=len(rows), parameters=free).reason
    if result.problems:
        return reason_of(result.problems[0])
    return by.totals(outcome).table if by else total_effects(result, outcome).table
