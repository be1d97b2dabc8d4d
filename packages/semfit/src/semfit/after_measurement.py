r"""Structural after measurement: the factors are measured first, then related (Rosseel & Loh 2024).

Local method: every factor is fitted alone with its items. With the Bartlett mapping of all blocks
:math:`M = (\Lambda'\Theta^{-1}\Lambda)^{-1}\Lambda'\Theta^{-1}` the factors' covariances are

.. math:: \widehat{\mathrm{cov}}(\eta) = M (S - \Theta) M',

to which the structural part is fitted by maximum likelihood. Two-step errors carry the uncertainty
of the measurement parameters :math:`\theta_1` over to the structural ones :math:`\theta_2`: with
the information :math:`I` per row of all parameters together,

.. math::
   \mathrm{cov}(\hat\theta_2) = \tfrac1N I_{22}^{-1}
   + I_{22}^{-1} I_{21}\,\mathrm{cov}(\hat\theta_1)\,I_{12} I_{22}^{-1}.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from .data import GroupSample, Sample
from .discrepancy.normal import inverse_and_logdet
from .errors import ModelError
from .estimate import Estimate, Options, pseudo_inverse, solve
from .fitting import compile_for, read_sample
from .model import Array, Model
from .result import Result
from .syntax import Syntax, parse
from .table import Row, Variables, variables_of
from .threads import single_threaded

Key = tuple[str, str, str]


@dataclass(frozen=True, repr=False)
class Sam:
    """What `semfit.sam` returns.

    Attributes
    ----------
    structural
        The structural part, a `Result` whose "observed" variables are the factors (and what is
        observed beside them), with two-step errors. Its fit measures are those of the structural
        part alone; they take the factors' covariances as if they had been observed.
    measurement
        Of every factor the `Result` of its block.
    reliability
        Of every factor, that of its Bartlett scores: the share of their variance that is the
        factor's.

    Examples
    --------
    >>> import semfit
    >>> data = semfit.example_data("holzinger_swineford")
    >>> model = "visual =~ x1 + x2 + x3; speed =~ x7 + x8 + x9; speed ~ visual"
    >>> semfit.sam(model, data).covariance.loc["visual", "speed"].round(3)
    np.float64(0.188)
    """

    structural: Result
    measurement: Mapping[str, Result]
    reliability: pd.Series[float]

    @property
    def parameters(self) -> pd.DataFrame:
        """The structural part's parameter table (`Result.parameters`)."""
        return self.structural.parameters

    @property
    def covariance(self) -> pd.DataFrame:
        """Covariances of the factors, corrected for measurement error."""
        names = list(self.structural.estimate.sample.names)
        return pd.DataFrame(
            self.structural.estimate.sample.groups[0].cov, index=names, columns=names
        )

    def __repr__(self) -> str:
        return f"structural after measurement (local)\n{self.structural}"


@single_threaded()
def sam(model: str, data: Any, *, missing: str = "listwise") -> Sam:
    """Fit a model by local structural-after-measurement, with two-step errors.

    Errors in one part of the model do not reach the loadings of another, small samples converge
    more often, and a structural part can be changed without measuring anew. Maximum likelihood,
    one group; the first loading of each factor is fixed to one.

    Parameters
    ----------
    model
        A model in lavaan's syntax with at least one factor and one path among factors and observed
        variables that measure none. Every factor is a block of its own.
    data
        A data frame with one row per case.
    missing
        ``"listwise"`` or ``"fiml"``.

    Returns
    -------
    Sam

    Raises
    ------
    ModelError
        As `semfit.fit`; where a block is no factor with items alone, where a block's solution is
        not admissible, or where the corrected covariances are not positive definite.

    References
    ----------
    Rosseel, Y., & Loh, W. W. (2024). A structural after measurement approach to structural
    equation modeling. Psychological Methods, 29(3), 561–588, equations 4 to 7 and appendix B.

    Examples
    --------
    >>> import semfit
    >>> data = semfit.example_data("holzinger_swineford")
    >>> found = semfit.sam('''visual =~ x1 + x2 + x3
    ...                       speed =~ x7 + x8 + x9
    ...                       speed ~ visual''', data)
    >>> found.parameters.loc[0, ["est", "se", "std_all"]].astype(float).round(3).tolist()
    [0.359, 0.092, 0.393]
    >>> found.reliability.round(3).to_dict()
    {'visual': 0.66, 'speed': 0.739}
    """
    syntax = parse(model)
    options = Options(missing=missing)
    variables = variables_of(syntax, fixed_x=False)
    blocks, inner = _parts(syntax, variables)
    sample = read_sample(syntax, variables, data, options)
    joint = compile_for(syntax, variables, sample, options, missing == "fiml")
    measured = {name: _block(part, sample, options) for name, part in blocks.items()}

    known: dict[Key, float] = {}
    for name, result in measured.items():
        values = _values(result.estimate)
        known |= {key: value for key, value in values.items() if key[:2] != (name, "~~")}
    factors = variables_of(inner, fixed_x=False)
    mean, cov = _moments(sample)
    place = {name: k for k, name in enumerate(sample.names)}
    mapping = np.zeros((len(factors.observed), len(place)))
    error = np.zeros((len(place),) * 2)
    for row, name in enumerate(factors.observed):
        if name not in measured:
            mapping[row, place[name]] = 1.0
            continue
        items, part, residual = _bartlett(name, measured[name].estimate)
        at = np.array([place[i] for i in items])
        mapping[row, at] = part
        error[np.ix_(at, at)] = residual
    latent = mapping @ (cov - error) @ mapping.T
    latent = (latent + latent.T) / 2
    if inverse_and_logdet(latent) is None:
        raise ModelError("sam_covariances")
    estimate = _structural(inner, factors, latent, sample)
    if not estimate.minimum.converged:
        raise ModelError("sam_not_converged")

    known |= _values(estimate)
    if missing == "fiml":
        known |= {
            (name, "~1", ""): float(mean[place[name]])
            for name in factors.observed
            if name not in measured
        }
    matrix, regular = _two_step(joint, sample, options, known, measured, estimate)
    structural = Result(replace(estimate, extra={"covariance": (matrix, regular)}))
    whole = np.einsum("ij,jk,ik->i", mapping, cov, mapping)
    share = pd.Series(np.diag(latent) / whole, index=list(factors.observed), name="reliability")
    return Sam(structural, measured, share[list(measured)])


def _parts(syntax: Syntax, variables: Variables) -> tuple[dict[str, Syntax], Syntax]:
    """A block's model of every factor, and that of the factors."""
    owner: dict[str, str] = {}
    latent = set(variables.latent)
    for f in syntax.formulas:
        if f.op == "=~":
            if f.rhs in latent or owner.get(f.rhs, f.lhs) != f.lhs:
                raise ModelError("sam_block", name=f.rhs)
            owner[f.rhs] = f.lhs
    blocks: dict[str, list[Any]] = {name: [] for name in variables.latent}
    inner = []
    for f in syntax.formulas:
        if f.op == "=~":
            blocks[f.lhs].append(f)
            continue
        ends = [v for v in (f.lhs, f.rhs) if v]
        owners = {owner.get(v) for v in ends}
        if owners == {None}:
            inner.append(f)
        elif len(owners) == 1 and f.op in ("~~", "~1"):
            blocks[owner[ends[0]]].append(f)
        else:
            raise ModelError("sam_block", name=next(v for v in ends if v in owner))
    if not blocks or not any(f.op == "~" for f in inner):
        raise ModelError("sam_no_path")
    if syntax.constraints:
        raise ModelError("sam_constraints")
    named = {v for f in inner for v in (f.lhs, f.rhs)}
    for name in variables.latent:
        if name not in named:
            raise ModelError("sam_factor_alone", name=name)
    return (
        {name: Syntax(tuple(part)) for name, part in blocks.items()},
        Syntax(tuple(inner), syntax.defined),
    )


def _block(part: Syntax, sample: Sample, options: Options) -> Result:
    """One factor with its items, on the rows of the whole model."""
    variables = variables_of(part, fixed_x=False)
    frame = pd.DataFrame(sample.groups[0].raw, columns=list(sample.names))
    own = read_sample(part, variables, frame, options)
    name = variables.latent[0]
    try:
        model = compile_for(part, variables, own, options, options.missing == "fiml")
    except ModelError as error:
        raise ModelError("sam_inadmissible", name=name, problem=error.message) from None
    result = Result(solve(model, own, options))
    if not result.admissible:
        raise ModelError("sam_inadmissible", name=name, problem=result.problems[0])
    return result


def _moments(sample: Sample) -> tuple[Array, Array]:
    from .discrepancy.fiml import saturated_of

    group = sample.groups[0]
    if not group.patterns:
        return group.mean, group.cov
    solution = saturated_of(group)
    return solution.mean, solution.cov


def _values(estimate: Estimate) -> dict[Key, float]:
    """Every parameter's value, fixed or estimated, by its name."""
    found = [np.nan if r.value is None else r.value for r in estimate.model.rows]
    for k, value in zip(estimate.model.free, estimate.x, strict=True):
        found[k] = float(value)
    return {_key(r): v for r, v in zip(estimate.model.rows, found, strict=True)}


def _key(row: Row) -> Key:
    """A parameter's name, whichever of a covariance's ends comes first."""
    ends = sorted((row.lhs, row.rhs)) if row.op == "~~" else [row.lhs, row.rhs]
    return ends[0], row.op, ends[1]


def _bartlett(name: str, estimate: Estimate) -> tuple[tuple[str, ...], Array, Array]:
    """A factor's items, its row of the mapping, and the residual covariances of the items."""
    values = _values(estimate)
    items = estimate.model.variables.observed
    loadings = np.array([values[name, "=~", i] for i in items])
    residual = np.zeros((len(items),) * 2)
    for (a, op, b), value in values.items():
        if op == "~~" and a in items and b in items:
            i, j = items.index(a), items.index(b)
            residual[i, j] = residual[j, i] = value
    if len(items) == 1:
        return items, 1 / loadings, residual
    pair = inverse_and_logdet(residual)
    if pair is None:
        raise ModelError("sam_residuals", name=name)
    weighted = pair[0] @ loadings
    return items, weighted / (loadings @ weighted), residual


def _structural(inner: Syntax, factors: Variables, latent: Array, sample: Sample) -> Estimate:
    """The structural part fitted to the factors' covariances."""
    group = GroupSample(sample.n, np.zeros(len(latent)), latent)
    own = Sample(factors.observed, (group,), sample.labels, sample.dropped, means=False)
    own = replace(own, warnings=sample.warnings)
    options = Options()
    return solve(compile_for(inner, factors, own, options, False), own, options)


def _two_step(
    joint: Model,
    sample: Sample,
    options: Options,
    known: Mapping[Key, float],
    measured: Mapping[str, Result],
    structural: Estimate,
) -> tuple[Array, bool]:
    """Covariance of the structural estimates, and whether their information is regular."""
    from .discrepancy.fiml import FullInformation
    from .discrepancy.normal import NormalTheory

    names = [_key(joint.rows[k]) for k in joint.free]
    x = np.array([known[name] for name in names])
    if options.missing == "fiml" and sample.missing in ("fiml", "ml"):
        information = FullInformation(joint, sample.groups).observed_information(x)
    else:
        information = NormalTheory(joint, sample.groups).information(x)
    at = {name: k for k, name in enumerate(names)}
    first: list[int] = []
    parts: list[Array] = []
    for factor, result in measured.items():
        rows = [_key(result.estimate.model.rows[k]) for k in result.estimate.model.free]
        own = [k for k, name in enumerate(rows) if name != (factor, "~~", factor)]
        first += [at[rows[k]] for k in own]
        parts.append(result.vcov.to_numpy()[np.ix_(own, own)])
    spread = np.zeros((len(first),) * 2)
    begin = 0
    for part in parts:
        spread[begin : begin + len(part), begin : begin + len(part)] = part
        begin += len(part)
    second = [k for k in range(len(names)) if k not in set(first)]
    inverse, regular = pseudo_inverse(information[np.ix_(second, second)])
    carried = inverse @ information[np.ix_(second, first)]
    matrix = inverse / sample.n + carried @ spread @ carried.T
    order = [second.index(at[_key(structural.model.rows[k])]) for k in structural.model.free]
    return matrix[np.ix_(order, order)], regular
