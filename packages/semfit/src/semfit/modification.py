r"""Modification indices and score tests for equality constraints.

For a fixed parameter with score :math:`s = -\partial F/\partial\phi` and information :math:`I`,
:math:`MI = N s^2 / (I_{\phi\phi} - I_{\phi\theta}I_{\theta\theta}^{-1}I_{\theta\phi})`, the drop in
chi-square expected from freeing it, and :math:`EPC = s / (\ldots)` the change expected in it
(Sörbom 1989). Freed loadings, covariances and regressions are all found from the same index arrays.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from .discrepancy.fiml import FullInformation
from .discrepancy.normal import NormalTheory
from .estimate import Estimate, pseudo_inverse
from .model import DIRECTED, MEAN, SYMMETRIC, Array, Cells, Model
from .table import Row


def candidate_rows(estimate: Estimate) -> list[Row]:
    """Parameters that the model fixes and could free (lavaan's extended table).

    Regressions of fixed predictors are not among them: their moments are given.
    """
    model = estimate.model
    variables = model.variables
    rows = [r for r in model.rows]
    present = {(r.lhs, r.op, r.rhs, r.group) for r in rows}
    present |= {(r.rhs, r.op, r.lhs, r.group) for r in rows if r.op == "~~"}
    measured = {r.rhs for r in rows if r.op == "=~"}
    indicators = [v for v in variables.observed if v in measured]
    regular = list(dict.fromkeys(r.lhs for r in rows if r.op == "=~"))
    dependents = list(dict.fromkeys(r.lhs for r in rows if r.op == "~"))
    predictors = list(dict.fromkeys(r.rhs for r in rows if r.op == "~"))
    structural = [
        v
        for v in (*variables.latent, *variables.observed)
        if v in set(dependents) | set(predictors)
    ]
    keys: list[tuple[str, str, str]] = []
    keys += [(f, "=~", i) for f in regular for i in indicators]
    exogenous, ordinal = set(variables.exogenous_observed), set(variables.ordered)
    keys += [
        (a, "~~", b)
        for a, b in combinations(variables.observed, 2)
        if a not in exogenous and b not in exogenous
    ]
    keys += [(a, "~~", b) for a, b in combinations(variables.latent, 2)]
    directed = {(r.lhs, r.rhs) for r in rows if r.op == "~"}
    directed |= {(r.rhs, r.lhs) for r in rows if r.op == "=~"}
    if dependents:
        keys += [
            (y, "~", x)
            for y in structural
            for x in structural
            if x != y and y not in exogenous and (y, x) not in directed
        ]
    out = [
        Row(lhs, op, rhs, g + 1, value=0.0)
        for g in range(len(model.blocks))
        for lhs, op, rhs in keys
        if (lhs, op, rhs, g + 1) not in present
    ]
    out += [
        replace(r, free=False)
        for r in rows
        if not r.free
        and not r.exogenous
        and r.op in ("=~", "~", "~~", "~1")
        and not (r.lhs in ordinal and r.op == "~~" and r.lhs == r.rhs)
    ]
    return out


def extended(estimate: Estimate, rows: list[Row]) -> tuple[Any, Array]:
    """The discrepancy with ``rows`` freed as additional parameters, and its point ``x``."""
    model = estimate.model
    place = {name: k for k, name in enumerate(model.blocks[0].names)}
    q = model.parameters
    extra: dict[int, list[tuple[int, int, int, int]]] = {}
    values = np.zeros(len(rows))
    for n, r in enumerate(rows):
        if r.op == "=~":
            cell = (DIRECTED, place[r.rhs], place[r.lhs])
        elif r.op == "~":
            cell = (DIRECTED, place[r.lhs], place[r.rhs])
        elif r.op == "~1":
            cell = (MEAN, place[r.lhs], place[r.lhs])
        else:
            i, j = place[r.lhs], place[r.rhs]
            cell = (SYMMETRIC, max(i, j), min(i, j))
        values[n] = r.value or 0.0
        extra.setdefault(r.group - 1, []).append((*cell, q + n))
    blocks = []
    for g, block in enumerate(model.blocks):
        c = block.cells
        more = np.array(extra.get(g, []), dtype=np.intp).reshape(-1, 4).T
        cells = Cells(
            np.concatenate([c.kind, more[0]]),
            np.concatenate([c.row, more[1]]),
            np.concatenate([c.column, more[2]]),
            np.concatenate([c.parameter, more[3]]),
        )
        blocks.append(replace(block, cells=cells))
    total = q + len(rows)
    wide = Model(
        model.rows,
        np.arange(total),
        tuple(blocks),
        np.eye(total),
        np.zeros(total),
        model.meanstructure,
        model.variables,
        model.syntax,
    )
    statistics = estimate.extra.get("statistics")
    if statistics is not None:
        from .categorical import LimitedInformation

        discrepancy: Any = LimitedInformation(wide, statistics, estimate.discrepancy.unweighted)
    elif estimate.fiml:
        discrepancy = FullInformation(wide, estimate.sample.groups)
    else:
        source: NormalTheory = estimate.discrepancy
        discrepancy = NormalTheory(wide, estimate.sample.groups, source.kind, source.unbiased)
    return discrepancy, np.concatenate([estimate.x, values])


def score_statistics(
    gradient: Array, information: Array, known: Array, multiplier: float
) -> tuple[Array, Array]:
    """MI and EPC for every direction after the ``known`` ones (columns spanning the model)."""
    q = known.shape[1]
    theta = information[:q, :q]
    bread, _ = pseudo_inverse(theta)
    cross = information[:q, q:]
    schur = np.diag(information)[q:] - np.einsum("ij,ik,kj->j", cross, bread, cross)
    scale = np.diag(information)[q:]
    score = -gradient[q:]
    with np.errstate(all="ignore"):
        good = schur > 1e-8 * scale
        epc = np.where(good, score / schur, np.nan)
        mi = np.where(good, multiplier * score**2 / schur, np.nan)
    return mi, epc


def modification_indices(estimate: Estimate) -> pd.DataFrame:
    """lhs, op, rhs, group, mi, epc, sepc_lv, sepc_all, pvalue; the largest first."""
    columns = ["lhs", "op", "rhs", "group", "mi", "epc", "sepc_lv", "sepc_all", "pvalue"]
    rows = candidate_rows(estimate) if estimate.minimum.converged else []
    if not rows:
        return pd.DataFrame(columns=columns)
    # every candidate is tested alone: parts of them keep the matrices small
    parts = [_candidates(estimate, rows[k : k + 1000]) for k in range(0, len(rows), 1000)]
    mi, epc = (np.concatenate(values) for values in zip(*parts, strict=True))
    lv, all_ = _standardized_change(estimate, rows, epc)
    frame = pd.DataFrame(
        {
            "lhs": [r.lhs for r in rows],
            "op": [r.op for r in rows],
            "rhs": [r.rhs for r in rows],
            "group": [r.group for r in rows],
            "mi": mi,
            "epc": epc,
            "sepc_lv": lv,
            "sepc_all": all_,
            "pvalue": special.chdtrc(1, np.where(np.isnan(mi), np.nan, np.maximum(mi, 0))),
        }
    )
    frame = pd.DataFrame(frame[np.isfinite(frame["mi"])])
    return frame.sort_values("mi", ascending=False, kind="stable").reset_index(drop=True)


def _candidates(estimate: Estimate, rows: list[Row]) -> tuple[Array, Array]:
    """MI and EPC of some candidates."""
    discrepancy, x = extended(estimate, rows)
    _, gradient = discrepancy.value_and_gradient(x)
    # The expected information, as in lavaan: the observed one need not be positive away from the
    # minimum, where the freed parameters are.
    information = discrepancy.information(x)
    k, m = estimate.model.expand, len(rows)
    spread = np.zeros((len(x), k.shape[1] + m))
    spread[: len(k), : k.shape[1]] = k
    spread[len(k) :, k.shape[1] :] = np.eye(m)
    return score_statistics(
        spread.T @ gradient,
        spread.T @ information @ spread,
        k,
        float(estimate.discrepancy.multiplier),
    )


def _standardized_change(estimate: Estimate, rows: list[Row], epc: Array) -> tuple[Array, Array]:
    block = estimate.model.blocks[0]
    place = {name: k for k, name in enumerate(block.names)}
    latent = np.arange(block.size) >= block.observed
    out = np.zeros((2, len(rows)))
    for n, r in enumerate(rows):
        m = estimate.moments[r.group - 1]
        for kind in (0, 1):
            total = np.sqrt(np.maximum(np.diag(m.covariance), 0.0))
            rest = np.sqrt(np.maximum(np.diag(m.symmetric), 0.0))
            if kind == 0:
                total, rest = np.where(latent, total, 1.0), np.where(latent, rest, 1.0)
            i = place[r.lhs]
            j = place.get(r.rhs, i)
            with np.errstate(all="ignore"):
                if r.op == "=~":
                    factor = total[i] / total[j]
                elif r.op == "~":
                    factor = total[j] / total[i]
                elif r.op == "~1":
                    factor = 1 / total[i]
                elif i == j:
                    factor = 1 / total[i] ** 2
                else:
                    factor = 1 / (rest[i] * rest[j])
            out[kind, n] = epc[n] * factor
    return out[0], out[1]


def release_tests(estimate: Estimate, joint: bool = False) -> pd.DataFrame:
    """Score tests for releasing each equality constraint between labelled parameters.

    One row per equated parameter of groups after the first (or per label within a group):
    lhs, op, rhs, group, label, chisq, df, pvalue, epc; the largest first. With ``joint`` one row
    per label, for releasing all its equalities at once (df of them; group 0, no epc), by p-value.
    """
    model = estimate.model
    first: dict[str, int] = {}
    columns, which = [], []
    for k, number in enumerate(model.free):
        label = model.rows[number].label
        if not label:
            continue
        if label in first:
            direction = np.zeros(model.parameters)
            direction[k] = 1.0
            columns.append(direction)
            which.append(k)
        else:
            first[label] = k
    names = ["lhs", "op", "rhs", "group", "label", "chisq", "df", "pvalue", "epc"]
    if not columns or not estimate.minimum.converged:
        return pd.DataFrame(columns=names)
    _, gradient = estimate.discrepancy.value_and_gradient(estimate.x)
    information = estimate.expected_information  # as lavTestScore; see _candidates
    spread = np.column_stack([model.expand, *columns])
    mi, epc = score_statistics(
        spread.T @ gradient,
        spread.T @ information @ spread,
        model.expand,
        float(estimate.discrepancy.multiplier),
    )
    rows = [model.rows[model.free[k]] for k in which]
    if joint:
        return _joint(
            rows,
            spread.T @ gradient,
            spread.T @ information @ spread,
            model.expand.shape[1],
            float(estimate.discrepancy.multiplier),
        )[names]
    frame = pd.DataFrame(
        {
            "lhs": [r.lhs for r in rows],
            "op": [r.op for r in rows],
            "rhs": [r.rhs for r in rows],
            "group": [r.group for r in rows],
            "label": [r.label for r in rows],
            "chisq": mi,
            "df": 1,
            "pvalue": special.chdtrc(1, np.maximum(mi, 0)),
            "epc": epc,
        }
    )
    return frame.sort_values("chisq", ascending=False, kind="stable").reset_index(drop=True)


def _joint(
    rows: list[Row], gradient: Array, information: Array, q: int, multiplier: float
) -> pd.DataFrame:
    """Score tests of all equalities of each label together."""
    bread, _ = pseudo_inverse(information[:q, :q])
    cross = information[:q, q:]
    schur = information[q:, q:] - cross.T @ bread @ cross
    score = -gradient[q:]
    found = []
    for label in dict.fromkeys(r.label for r in rows):
        at = [n for n, r in enumerate(rows) if r.label == label]
        inverse, _ = pseudo_inverse(schur[np.ix_(at, at)])
        df = int(np.linalg.matrix_rank(inverse))
        chisq = float(multiplier * score[at] @ inverse @ score[at])
        r = rows[at[0]]
        pvalue = float(special.chdtrc(df, max(chisq, 0.0))) if df else np.nan
        found.append(
            {
                "lhs": r.lhs,
                "op": r.op,
                "rhs": r.rhs,
                "group": 0,
                "label": label,
                "chisq": chisq,
                "df": df,
                "pvalue": pvalue,
                "epc": np.nan,
            }
        )
    frame = pd.DataFrame(found)
    order = ["pvalue", "chisq"]
    return frame.sort_values(order, ascending=[True, False], kind="stable").reset_index(drop=True)
