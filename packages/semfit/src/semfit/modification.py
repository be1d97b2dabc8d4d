r"""Modification indices and score tests for equality constraints.

For a fixed parameter with score :math:`s = -\partial F/\partial\phi` and information :math:`I`,
:math:`MI = N s^2 / (I_{\phi\phi} - I_{\phi\theta}I_{\theta\theta}^{-1}I_{\theta\phi})`, the drop in
chi-square expected from freeing it, and :math:`EPC = s / (\ldots)` the change expected in it
(Sörbom 1989). Freed loadings, covariances and regressions are all found from the same index arrays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
from scipy import special

from .discrepancy.fiml import FullInformation
from .discrepancy.normal import NormalTheory
from .errors import ModelError
from .estimate import Estimate, pseudo_inverse
from .frames import pd
from .model import DIRECTED, MEAN, SYMMETRIC, Array, Cells, Index, Model
from .scaled_tests import generalized_tests
from .standard_errors import robust_middle
from .standardized import POWERS, STEP
from .syntax import evaluate, parse
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
        np.zeros((total, 0)),  # evaluated, never minimised
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


def decisions(frame: pd.DataFrame, delta: float, alpha: float, high_power: float) -> pd.DataFrame:
    """Power of each index, and the decision of Saris, Satorra and van der Veld (2009)."""
    for name, value in {"delta": delta, "alpha": alpha, "high_power": high_power}.items():
        if not 0 < value < (np.inf if name == "delta" else 1):
            raise ModelError("power_option", option=name, value=repr(value))
    with np.errstate(all="ignore"):
        ncp = frame["mi"].to_numpy(dtype=float) * (delta / frame["epc"].to_numpy(dtype=float)) ** 2
    known = np.where(np.isfinite(ncp), ncp, 0.0)
    # a chi-square of one degree of freedom is the square of a normal variable
    z, shift = np.sqrt(special.chdtri(1, alpha)), np.sqrt(known)
    power = special.ndtr(shift - z) + special.ndtr(-shift - z)
    significant, high = frame["pvalue"].to_numpy() < alpha, power > high_power
    large = np.abs(frame["epc"].to_numpy()) > delta
    kinds = {
        "inconclusive": ~significant & ~high,
        "misspecified": significant & ~high,
        "not misspecified": ~significant & high,
        "epc: misspecified": significant & high & large,
        "epc: not misspecified": significant & high & ~large,
    }
    decision = np.select(list(kinds.values()), list(kinds), "")
    return frame.assign(ncp=ncp, power=power, decision=decision)


def _candidates(estimate: Estimate, rows: list[Row]) -> tuple[Array, Array]:
    """MI and EPC of some candidates.

    The information is the expected one, as in lavaan: the observed one need not be positive away
    from the minimum, where the freed parameters are.
    """
    discrepancy, x = extended(estimate, rows)
    k, q = estimate.model, estimate.model.parameters
    cross, own = discrepancy.information_of_others(x, q)
    if not k.plain:
        cross = k.expand.T @ cross
    bread, _ = pseudo_inverse(estimate.reduce(estimate.expected_information))
    schur = own - np.einsum("ij,ij->j", cross, bread @ cross)
    score = -discrepancy.value_and_gradient(x)[1][q:]
    with np.errstate(all="ignore"):
        good = schur > 1e-8 * own
        epc = np.where(good, score / schur, np.nan)
    return float(estimate.discrepancy.multiplier) * score * epc, epc


def _standardized_change(estimate: Estimate, rows: list[Row], epc: Array) -> tuple[Array, Array]:
    """Changes with latent variables, then all variables, in units of standard deviations."""
    block = estimate.model.blocks[0]
    place = {name: k for k, name in enumerate(block.names)}
    latent = np.arange(block.size) >= block.observed
    i = np.array([place[r.lhs] for r in rows], dtype=np.intp)
    j = np.array([place.get(r.rhs, place[r.lhs]) for r in rows], dtype=np.intp)
    group = np.array([r.group - 1 for r in rows], dtype=np.intp)
    power = np.array([POWERS[r.op] for r in rows], dtype=float).reshape(-1, 2)
    residual = np.array([r.op == "~~" and r.lhs != r.rhs for r in rows], dtype=bool)
    out = []
    for scaled in (latent, np.ones(block.size, dtype=bool)):
        total, rest = (
            np.array(
                [
                    np.where(scaled, np.sqrt(np.maximum(np.diag(matrix), 0.0)), 1.0)
                    for matrix in matrices
                ]
            )
            for matrices in (
                [m.covariance for m in estimate.moments],
                [m.symmetric for m in estimate.moments],
            )
        )
        left = np.where(residual, rest[group, i], total[group, i])
        right = np.where(residual, rest[group, j], total[group, j])
        with np.errstate(all="ignore"):
            out.append(epc * left ** power[:, 0] * right ** power[:, 1])
    return out[0], out[1]


@dataclass(frozen=True)
class Equality:
    """One equality constraint of a model: two parameters of a label, or a line with ``==``."""

    lhs: str
    op: str
    rhs: str
    group: int
    label: str
    text: str


def equalities(model: Model) -> tuple[list[Equality], Array]:
    """The equality constraints of a model and, for each, a direction (free parameters,
    constraints) along which it alone is broken, by one.

    Where a label is that of several parameters, each after the first is equal to that one. A line
    with ``==`` that follows from the others has the direction zero.
    """
    q = model.parameters
    found, columns = [], []
    holder: dict[str, int] = {}
    alike = np.arange(q)
    labels = model.labels()
    for k, number in enumerate(model.free):
        r = model.rows[number]
        if not r.label:
            continue
        at, fixed = labels[r.label]
        first = holder.setdefault(r.label, k)
        if first == k and at is not None:
            continue
        alike[k] = first
        direction = np.zeros(q)
        direction[k] = 1.0
        other = f"{fixed:g}" if at is None else parameter_name(model, first)
        text = f"{parameter_name(model, k)} == {other}"
        found.append(Equality(r.lhs, r.op, r.rhs, r.group, r.label, text))
        columns.append(direction)
    lines = model.syntax.constraints
    if lines:
        values = model.label_values(1j * STEP * np.eye(q) + model.offset)
        rows = np.array(
            [np.imag(evaluate(a, values) - evaluate(b, values)) / STEP for a, b, _, _ in lines]
        )
        together = np.zeros((q, q))
        together[np.arange(q), alike] = 1.0
        inverse = np.linalg.pinv(rows @ together)
        alone = np.abs(np.diag(rows @ together @ inverse) - 1) < 1e-8
        columns += list((together @ inverse * alone).T)
        for _, _, left, right in lines:
            found.append(Equality(left, "==", right, 0, "", f"{left} == {right}"))
    return found, np.array(columns).reshape(-1, q).T


def parameter_name(model: Model, k: int) -> str:
    """``lhs op rhs`` of a free parameter, with ``.g2`` for group 2."""
    r = model.rows[model.free[k]]
    return f"{r.name}.g{r.group}" if r.group > 1 else r.name


@dataclass(frozen=True)
class Released:
    r"""What releasing ``directions`` would do, one or several at a time.

    With :math:`s = -\partial F/\partial x`, the information :math:`I` and directions :math:`D` out
    of the model's :math:`K`, what follows of the model's parameters included is
    :math:`W = D - K(K'IK)^{-1}K'ID`; the score along them is :math:`D's`, the information left
    :math:`V = W'IW`, and the test of a set of them :math:`N s_D'V^{-1}s_D`
    (Rao 1948; Sörbom 1989).
    """

    move: Array  # W, (parameters, directions)
    score: Array
    information: Array  # V
    held: Array  # directions that the information does not tell from the model's, or that are none
    multiplier: float

    @staticmethod
    def of(estimate: Estimate, directions: Array, gradient: Array, information: Array) -> Released:
        """``directions`` (parameters, r) may reach over more parameters than the model has."""
        k = estimate.model.expand
        bread, _ = pseudo_inverse(estimate.reduce(information[: len(k), : len(k)]))
        through = information @ directions
        move = directions.copy()
        move[: len(k)] -= k @ (bread @ (k.T @ through[: len(k)]))
        left = move.T @ through
        held = ~(np.diag(left) > 1e-8 * np.einsum("ij,ij->j", directions, through))
        multiplier = float(estimate.discrepancy.multiplier)
        return Released(move, -directions.T @ gradient, left, held, multiplier)

    def inverse(self, at: Index) -> tuple[Array, int]:
        """Inverse of the information of a set and its rank, the degrees of freedom."""
        inverse = np.zeros((len(at), len(at)))
        free = np.flatnonzero(~self.held[at])
        if len(free):
            part = self.information[np.ix_(at[free], at[free])]
            inverse[np.ix_(free, free)], _ = pseudo_inverse(part)
        return inverse, int(np.linalg.matrix_rank(inverse))

    def test(self, at: Index) -> tuple[float, int]:
        """Chi-square and degrees of freedom of releasing a set together."""
        inverse, df = self.inverse(at)
        return float(self.multiplier * self.score[at] @ inverse @ self.score[at]), df

    def alone(self) -> tuple[Array, Array]:
        """Chi-squares and expected changes of releasing each alone."""
        with np.errstate(all="ignore"):
            change = np.where(self.held, np.nan, self.score / np.diag(self.information))
        return self.multiplier * self.score * change, change


def release_tests(estimate: Estimate, joint: bool = False) -> pd.DataFrame:
    """Score tests for releasing each equality constraint.

    One row per equated parameter of groups after the first (or per label within a group), and one
    per line with ``==`` (group 0): lhs, op, rhs, group, label, chisq, df, pvalue, epc, the change
    expected in the difference of both sides; the largest first. With ``joint`` one row per label,
    for releasing all its equalities at once (df of them; group 0, no epc), by p-value.
    """
    names = ["lhs", "op", "rhs", "group", "label", "chisq", "df", "pvalue", "epc"]
    found, directions = equalities(estimate.model)
    if not found or not estimate.minimum.converged:
        return pd.DataFrame(columns=names)
    _, gradient = estimate.discrepancy.value_and_gradient(estimate.x)
    # the expected information, as lavTestScore's; see _candidates
    released = Released.of(estimate, directions, gradient, estimate.expected_information)
    frame = pd.DataFrame([(e.lhs, e.op, e.rhs, e.group, e.label) for e in found], columns=names[:5])
    if joint:
        sets = pd.Series([e.label or e.text for e in found])
        frame = frame[~sets.duplicated()].assign(group=0)
        tests = [released.test(np.flatnonzero(sets == s)) for s in sets.unique()]
        frame["chisq"], frame["df"] = map(np.array, zip(*tests, strict=True))
        frame["epc"] = np.nan
    else:
        frame["chisq"], frame["epc"] = released.alone()
        frame["df"] = 1
    frame["pvalue"] = chisq_pvalues(frame["chisq"], frame["df"])
    order = ["pvalue", "chisq"] if joint else ["chisq"]
    frame = frame.sort_values(order, ascending=[n == "pvalue" for n in order], kind="stable")
    return frame[names].reset_index(drop=True)


def chisq_pvalues(chisq: Any, df: Any) -> Array:
    """Upper tails of chi-square; NaN without degrees of freedom."""
    chisq, df = np.asarray(chisq, dtype=float), np.asarray(df, dtype=float)
    out: Array = np.where(
        df > 0, special.chdtrc(np.maximum(df, 1e-9), np.maximum(chisq, 0)), np.nan
    )
    return out


@dataclass(frozen=True)
class ScoreTest:
    """Score tests of parameters added to a model, or of equalities released.

    ``test`` (test, chisq, df, pvalue, scaling_factor) is that of all together, ``univariate`` that
    of each alone (chisq, df, pvalue, epc; chisq_scaled, pvalue_scaled where errors are robust),
    ``cumulative`` of the largest, the two largest, … together, where it was asked for, and
    ``changes`` what is expected of every parameter when all are released: epc, the change; epv,
    the value; sepc_lv and sepc_all, the change in standard deviations.

    Examples
    --------
    >>> import semfit
    >>> data = semfit.example_data("holzinger_swineford")
    >>> r = semfit.fit("visual =~ x1 + a*x2 + a*x3; speed =~ x7 + x8 + x9", data)
    >>> r.score_test(release="a").changes.columns.tolist()[-4:]
    ['epc', 'epv', 'sepc_lv', 'sepc_all']
    """

    test: pd.DataFrame
    univariate: pd.DataFrame
    changes: pd.DataFrame
    cumulative: pd.DataFrame | None = None


def added_rows(model: Model, text: str) -> list[Row]:
    """The parameters that a text adds, a row for every group."""
    syntax = parse(text)
    if syntax.defined or syntax.constraints:
        raise ModelError("add_formulas")
    place = set(model.blocks[0].names)
    latent = set(model.variables.latent)
    known = {(r.lhs, r.op, r.rhs, r.group): r for r in model.rows}
    known |= {(r.rhs, r.op, r.lhs, r.group): r for r in model.rows if r.op == "~~"}
    ordinal = set(model.variables.ordered)
    rows = []
    for g in range(len(model.blocks)):
        for f in syntax.formulas:
            made = Row(f.lhs, f.op, f.rhs, g + 1, value=0.0)
            for name in (f.lhs, f.rhs) if f.rhs else (f.lhs,):
                if f.op != "|" and name not in place:
                    raise ModelError("not_in_model", name=name)
            r = known.get((f.lhs, f.op, f.rhs, g + 1), made)
            given = (f.op == "~1" and not model.meanstructure) or f.op == "|" or r.exogenous
            given |= f.op == "=~" and f.lhs not in latent
            given |= f.op != "=~" and f.lhs in ordinal and f.rhs in ("", f.lhs)
            if given or (f.op == "~" and f.lhs == f.rhs):
                raise ModelError("cannot_add", parameter=made.name)
            if r.free and r is not made:
                raise ModelError("already_free", parameter=made.name)
            rows.append(replace(r, free=False))
    return rows


def score_test(
    estimate: Estimate,
    add: str | None = None,
    release: str | Sequence[str] | None = None,
    cumulative: bool = False,
) -> ScoreTest:
    """Score tests; see `semfit.result.Result.score_test`."""
    model = estimate.model
    if not estimate.minimum.converged:
        raise ModelError("tests_not_converged")
    if add is not None and release is not None:
        raise ModelError("add_or_release")
    rows: list[Row] = []
    at_hand = estimate
    if add is not None:
        rows = added_rows(model, add)
        discrepancy, x = extended(estimate, rows)
        at_hand = replace(estimate, model=discrepancy.model, discrepancy=discrepancy, x=x)
        directions = np.eye(len(x))[:, model.parameters :]
        names = [r.name + (f".g{r.group}" if r.group > 1 else "") for r in rows]
    else:
        found, directions = equalities(model)
        wanted = _asked(found, release)
        directions = directions[:, wanted]
        names = [found[n].text for n in wanted]
    _, gradient = at_hand.discrepancy.value_and_gradient(at_hand.x)
    released = Released.of(estimate, directions, gradient, at_hand.expected_information)
    every = np.arange(len(names))
    inverse, df = released.inverse(every)
    change = inverse @ released.score
    chisq = float(released.multiplier * released.score @ change)
    meat = robust_middle(at_hand)
    middle = None if meat is None else released.move.T @ meat @ released.move
    m2 = None if middle is None else inverse @ middle @ inverse
    test = generalized_tests(chisq, df, inverse, m2, change, released.multiplier)
    alone, epc = released.alone()
    if add is None:
        table = pd.DataFrame({"equality": names})
    else:
        texts = [(r.lhs, r.op, r.rhs, r.group) for r in rows]
        table = pd.DataFrame(texts, columns=["lhs", "op", "rhs", "group"])
    table = table.assign(chisq=alone, df=1, pvalue=chisq_pvalues(alone, np.ones(len(alone))))
    if middle is not None:
        scaled = alone * np.diag(released.information) / np.diag(middle)
        table["chisq_scaled"] = scaled
        table["pvalue_scaled"] = chisq_pvalues(scaled, np.ones(len(alone)))
    table["epc"] = epc
    steps = _cumulative(table, released, middle) if cumulative else None
    return ScoreTest(test, table, _changes(estimate, rows, released.move @ change), steps)


def _cumulative(table: pd.DataFrame, released: Released, middle: Array | None) -> pd.DataFrame:
    """Tests of the largest, the two largest, … of a table of univariate ones together."""
    order = np.argsort(-table["chisq"].to_numpy(), kind="stable")
    steps = table.iloc[order, : table.columns.get_loc("chisq")].reset_index(drop=True)
    sets = [order[: n + 1] for n in range(len(order))]
    chisq, df = map(np.array, zip(*(released.test(at) for at in sets), strict=True))
    steps = steps.assign(chisq=chisq, df=df, pvalue=chisq_pvalues(chisq, df))
    if middle is not None:
        traces = [np.sum(released.inverse(at)[0] * middle[np.ix_(at, at)]) for at in sets]
        steps["chisq_scaled"] = chisq * df / np.array(traces)
        steps["pvalue_scaled"] = chisq_pvalues(steps["chisq_scaled"], df)
    return steps


def _asked(found: list[Equality], release: str | Sequence[str] | None) -> list[int]:
    """Which equalities to release: by label, by parameter (of every group), or by their text."""
    if not found:
        raise ModelError("no_equalities")
    if release is None:
        return list(range(len(found)))
    wanted: set[int] = set()
    for name in [release] if isinstance(release, str) else release:
        short = "".join(str(name).split())
        matching = {
            n
            for n, e in enumerate(found)
            if short in (e.label, e.lhs + e.op + e.rhs, "".join(e.text.split()))
        }
        if not matching:
            raise ModelError("no_such_equality", name=name)
        wanted |= matching
    if not wanted:
        raise ModelError("no_equalities")
    return sorted(wanted)


def _changes(estimate: Estimate, rows: list[Row], change: Array) -> pd.DataFrame:
    """The expected change of every free and every added parameter."""
    model = estimate.model
    every = [*(model.rows[k] for k in model.free), *rows]
    est = np.concatenate([estimate.x, [r.value or 0.0 for r in rows]])
    known = [n for n, r in enumerate(every) if r.op in POWERS and r.op != "|"]
    lv, all_ = np.full((2, len(every)), np.nan)
    lv[known], all_[known] = _standardized_change(
        estimate, [every[n] for n in known], change[known]
    )
    texts = [(r.lhs, r.op, r.rhs, r.group, r.label) for r in every]
    frame = pd.DataFrame(texts, columns=["lhs", "op", "rhs", "group", "label"])
    return frame.assign(est=est, epc=change, epv=est + change, sepc_lv=lv, sepc_all=all_)
