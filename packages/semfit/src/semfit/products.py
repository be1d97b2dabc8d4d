r"""Latent interactions and quadratic terms by product indicators.

The product factor of :math:`X` and :math:`Z` is measured by products of matched, mean-centred
items, themselves centred again (double mean centring: Marsh, Wen & Hau 2004; Lin, Wen, Marsh &
Lin 2010); it covaries freely with its components. The slope of the outcome on the focal factor at
:math:`Z = z` is :math:`b_1 + b_3z` with variance :math:`v_{11} + 2zv_{13} + z^2v_{33}`
(Aiken & West 1991); the Johnson-Neyman bounds are where its interval starts to exclude zero. A
factor with itself gives the quadratic term, slope :math:`b_1 + 2b_3x`, with its turning point
:math:`-b_1/(2b_3)`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy import special

from .data import numeric_column
from .errors import ModelError
from .fitting import fit
from .frames import pd
from .intervals import inference
from .model import Array
from .result import Result
from .syntax import parse


def product_indicators(
    data: pd.DataFrame, first: Sequence[str], second: Sequence[str]
) -> pd.DataFrame:
    r"""Double-mean-centred products of matched items, named ``x1.z1`` (missing where either is).

    :math:`(x-\bar x)(z-\bar z)` less its own mean (Lin, Wen, Marsh & Lin 2010). With unequal
    numbers of items the later ones of the longer list are left out.

    Parameters
    ----------
    data
        A row for each case.
    first, second
        Names of items, in the order in which they are matched.

    Returns
    -------
    DataFrame
        One column a pair, with the index of ``data``.

    Raises
    ------
    ModelError
        For an item that is not in the data, has no values, or none together with its match.

    Examples
    --------
    >>> import semfit
    >>> data = semfit.example_data("holzinger_swineford")
    >>> semfit.product_indicators(data, ["x1", "x2"], ["x4", "x5"]).head(2).round(3)
       x1.x4  x2.x5
    0  0.661  2.131
    1 -1.059  0.912
    """
    columns = {}
    for a, b in zip(first, second, strict=False):
        for name in (a, b):
            if name not in data.columns:
                raise ModelError("not_in_data", name=name)
        x, z = numeric_column(data[a], a), numeric_column(data[b], b)
        with np.errstate(all="ignore"):
            if not (np.isfinite(x).any() and np.isfinite(z).any()):
                raise ModelError("no_values", first=a, second=b)
            product = (x - np.nanmean(x)) * (z - np.nanmean(z))
            if np.isnan(product).all():
                raise ModelError("pair_never_together", first=a, second=b)
            columns[f"{a}.{b}"] = product - np.nanmean(product)
    return pd.DataFrame(columns, index=data.index)


@dataclass(frozen=True)
class Interaction:
    """A fitted model with a product factor and what it says about slopes.

    Attributes
    ----------
    result
        The fit.
    focal, moderator, outcome, name
        The factors, and the product's.
    data, model
        With the products, and with the product factor's formulas.

    Examples
    --------
    >>> import semfit
    >>> data = semfit.example_data("holzinger_swineford")
    >>> model = "x =~ x1 + x2 + x3; z =~ x4 + x5 + x6; y =~ x7 + x8 + x9; y ~ x + z"
    >>> i = semfit.interaction(model, data, focal="x", moderator="z", outcome="y")
    >>> i.name, i.quadratic
    ('x_x_z', False)
    """

    result: Result
    focal: str
    moderator: str
    outcome: str
    name: str
    data: pd.DataFrame = field(repr=False)
    model: str = field(repr=False, default="")

    @property
    def quadratic(self) -> bool:
        """Whether a factor is multiplied by itself."""
        return self.focal == self.moderator

    def _positions(self, group: int) -> tuple[int, int]:
        model = self.result.estimate.model
        found = {}
        for k, number in enumerate(model.free):
            r = model.rows[number]
            if r.op == "~" and r.lhs == self.outcome and r.group == group:
                found[r.rhs] = k
        if self.focal not in found or self.name not in found:
            raise ModelError("no_product_paths", outcome=self.outcome)
        return found[self.focal], found[self.name]

    def _coefficients(self, group: int) -> tuple[float, float, Array]:
        i, j = self._positions(group)
        x = self.result.estimate.x
        v = self.result.vcov.to_numpy()[np.ix_([i, j], [i, j])]
        return float(x[i]), float(x[j]), v

    def moderator_sd(self, group: int = 1) -> float:
        """Model-implied standard deviation of the moderator.

        Examples
        --------
        >>> import semfit
        >>> data = semfit.example_data("holzinger_swineford")
        >>> model = "x =~ x1 + x2 + x3; z =~ x4 + x5 + x6; y =~ x7 + x8 + x9; y ~ x + z"
        >>> i = semfit.interaction(model, data, focal="x", moderator="z", outcome="y")
        >>> print(f"{i.moderator_sd():.3f}")
        0.982
        """
        m = self.result.estimate.moments[group - 1]
        k = self.result.estimate.model.blocks[0].names.index(self.moderator)
        return float(np.sqrt(m.covariance[k, k]))

    def simple_slopes(
        self,
        values: Sequence[float] = (-1.0, 0.0, 1.0),
        *,
        in_sd: bool = True,
        group: int = 1,
        level: float = 0.95,
    ) -> pd.DataFrame:
        """Slopes of the outcome on the focal factor at values of the moderator.

        :math:`b_1 + b_3z` with variance :math:`v_{11} + 2zv_{13} + z^2v_{33}` (Aiken & West 1991);
        :math:`b_1 + 2b_3x` of a quadratic model.

        Parameters
        ----------
        values
            Standard deviations of the moderator from its mean of zero, or raw values with
            ``in_sd=False``.
        in_sd, group, level
            The unit of ``values``; the number of the group; the confidence of the limits.

        Returns
        -------
        DataFrame
            sd, value, est, se, z, pvalue, ci_lower, ci_upper.

        Examples
        --------
        >>> import semfit
        >>> data = semfit.example_data("holzinger_swineford")
        >>> model = "x =~ x1 + x2 + x3; z =~ x4 + x5 + x6; y =~ x7 + x8 + x9; y ~ x + z"
        >>> i = semfit.interaction(model, data, focal="x", moderator="z", outcome="y")
        >>> i.simple_slopes()[["sd", "est", "se"]].round(3)
            sd    est     se
        0 -1.0  0.237  0.105
        1  0.0  0.299  0.078
        2  1.0  0.361  0.112
        """
        b1, b3, v = self._coefficients(group)
        scale = self.moderator_sd(group)
        raw = np.asarray(values, dtype=float) * (scale if in_sd else 1.0)
        weight = raw * (2.0 if self.quadratic else 1.0)
        est = b1 + b3 * weight
        se = np.sqrt(v[0, 0] + 2 * weight * v[0, 1] + weight**2 * v[1, 1])
        return pd.DataFrame(
            {"sd": raw / scale, "value": raw, "est": est, "se": se, **inference(est, se, level)}
        )

    def johnson_neyman(self, *, group: int = 1, level: float = 0.95) -> dict[str, Any]:
        r"""Moderator values where the slope's interval begins to exclude zero.

        The roots of :math:`(b_1+b_3z)^2 = z_\alpha^2(v_{11} + 2zv_{13} + z^2v_{33})` (Johnson &
        Neyman 1936; Bauer & Curran 2005).

        Returns
        -------
        dict
            ``bounds`` (ascending, raw), ``bounds_sd``, and ``region``: ``"inside"`` or
            ``"outside"`` where the slope differs from zero, ``"everywhere"`` or ``"nowhere"``.

        Examples
        --------
        >>> import semfit
        >>> data = semfit.example_data("holzinger_swineford")
        >>> model = "x =~ x1 + x2 + x3; z =~ x4 + x5 + x6; y =~ x7 + x8 + x9; y ~ x + z"
        >>> i = semfit.interaction(model, data, focal="x", moderator="z", outcome="y")
        >>> i.johnson_neyman()["region"]
        'inside'
        """
        b1, b3, v = self._coefficients(group)
        z2 = float(special.ndtri(0.5 + level / 2)) ** 2
        a = b3**2 - z2 * v[1, 1]
        b = 2 * (b1 * b3 - z2 * v[0, 1])
        c = b1**2 - z2 * v[0, 0]
        step = 2.0 if self.quadratic else 1.0
        discriminant = b * b - 4 * a * c
        if discriminant < 0 or a == 0:
            return {"bounds": (), "bounds_sd": (), "region": "everywhere" if c > 0 else "nowhere"}
        roots = sorted((-b + s * np.sqrt(discriminant)) / (2 * a) / step for s in (-1.0, 1.0))
        sd = self.moderator_sd(group)
        return {
            "bounds": tuple(float(r) for r in roots),
            "bounds_sd": tuple(float(r / sd) for r in roots),
            "region": "outside" if a > 0 else "inside",
        }

    def turning_point(self, *, group: int = 1, level: float = 0.95) -> dict[str, float]:
        """Where the slope of a quadratic model changes sign, with a delta-method interval.

        :math:`-b_1/(2b_3)`.

        Raises
        ------
        ModelError
            For a model without a quadratic term.

        Examples
        --------
        >>> import semfit
        >>> data = semfit.example_data("holzinger_swineford")
        >>> model = "x =~ x1 + x2 + x3; y =~ x7 + x8 + x9; y ~ x"
        >>> i = semfit.interaction(model, data, focal="x", moderator="x", outcome="y")
        >>> print(f"{i.turning_point()['est']:.2f}")
        0.38
        """
        if not self.quadratic:
            raise ModelError("not_quadratic")
        b1, b3, v = self._coefficients(group)
        est = -b1 / (2 * b3)
        gradient = np.array([-1 / (2 * b3), b1 / (2 * b3**2)])
        se = float(np.sqrt(gradient @ v @ gradient))
        half = float(special.ndtri(0.5 + level / 2)) * se
        return {"est": est, "se": se, "ci_lower": est - half, "ci_upper": est + half}


def interaction(
    model: str,
    data: Any,
    *,
    focal: str,
    moderator: str,
    outcome: str,
    name: str | None = None,
    **options: Any,
) -> Interaction:
    """Fit ``model`` with the product of two factors as a further predictor of ``outcome``.

    Parameters
    ----------
    model
        A model in which both factors predict ``outcome``.
    data
        A row for each case.
    focal, moderator
        Factors of the model, measured by items; the same one for a quadratic term.
    outcome
        A variable of the model.
    name
        The product factor's (``focal_x_moderator``).
    options
        Those of `fit`; with non-normal products ``estimator="MLR"`` is the usual choice.

    Returns
    -------
    Interaction
        With simple slopes, Johnson-Neyman bounds, turning point.

    Raises
    ------
    ModelError
        For factors that are none or do not predict the outcome, and names that are taken.

    Examples
    --------
    >>> import semfit
    >>> data = semfit.example_data("holzinger_swineford")
    >>> model = "x =~ x1 + x2 + x3; z =~ x4 + x5 + x6; y =~ x7 + x8 + x9; y ~ x + z"
    >>> i = semfit.interaction(model, data, focal="x", moderator="z", outcome="y")
    >>> i.result.parameters.query("op == '~'")[["lhs", "op", "rhs", "est"]].round(3)
       lhs op    rhs    est
    9    y  ~      x  0.299
    10   y  ~      z  0.035
    14   y  ~  x_x_z  0.063
    """
    if not isinstance(data, pd.DataFrame):
        raise ModelError("not_a_frame", type=type(data).__name__)
    syntax = parse(model)
    items: dict[str, list[str]] = {}
    for f in syntax.formulas:
        if f.op == "=~":
            items.setdefault(f.lhs, []).append(f.rhs)
    for role, factor in (("focal", focal), ("moderator", moderator)):
        if factor not in items:
            raise ModelError("not_latent", role=role, name=factor)
        if any(i in items for i in items[factor]):
            raise ModelError(
                "focal_of_factors" if role == "focal" else "moderator_of_factors", name=factor
            )
    paths = {(f.lhs, f.rhs) for f in syntax.formulas if f.op == "~"}
    for factor in (focal, moderator):
        if (outcome, factor) not in paths:
            raise ModelError("no_path", outcome=outcome, factor=factor)
    name = name or f"{focal}_x_{moderator}"
    if name in items or name in data.columns:
        raise ModelError("product_name_taken", name=name)
    products = product_indicators(data, items[focal], items[moderator])
    clash = [c for c in products.columns if c in data.columns]
    if clash:
        raise ModelError("product_column_taken", name=clash[0])
    lines = [model, f"{name} =~ " + " + ".join(products.columns), f"{outcome} ~ {name}"]
    dependent = {lhs for lhs, _ in paths}
    lines += [f"{name} ~~ {f}" for f in dict.fromkeys((focal, moderator)) if f in dependent]
    full = "\n".join(lines)
    wide = pd.concat([data, products], axis=1)
    return Interaction(fit(full, wide, **options), focal, moderator, outcome, name, wide, full)
