r"""Whether what an attitude goes with hangs on the model of how customers leave.

A latent attitude :math:`\eta`, in standard deviations, multiplies the rate of purchases by
:math:`e^{\gamma\eta}` in two models of the same purchases:

- ``bg_nbd`` (Fader, Hardie & Lee 2005): one leaves after a purchase; the mean odds of it are
  multiplied by :math:`e^{\delta\eta}` (a of the beta distribution is);
- ``pareto_nbd`` (Schmittlein, Morrison & Colombo 1987): one leaves at any time; the rate of it is
  multiplied by :math:`e^{\delta\eta}`.

Both are averaged over the attitude given the answers, after measurement, as
:mod:`loyalty.estimates.attitude` does, with errors of both steps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import betaln, gammaln
from scipy.stats import norm, t

from loyalty.estimates.attitude import (
    Effect,
    Floats,
    Measured,
    Step,
    after_measurement,
    effect_of,
)
from loyalty.ground.reasons import CannotCompute
from loyalty.stats import pareto_nbd

Model = Literal["bg_nbd", "pareto_nbd"]
#: The likelihood given the attitude bends no faster than the gamma distribution of rates lets it.
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(9)
_LOG_WEIGHTS = np.log(_WEIGHTS / _WEIGHTS.sum())
_STEP = 1e-5


@dataclass(frozen=True)
class Found:
    """One model: logarithms of what a standard deviation multiplies the rate of purchases by, and
    leaving; everybody's log-likelihood, comparable between the models (NaN without purchases)."""

    rate: Effect
    leaving: Effect
    log_likelihood: Floats


def by_model(
    attitude: Measured,
    values: pd.DataFrame,
    *,
    clusters: NDArray[np.intp] | None = None,
    level: float = 0.95,
) -> Mapping[Model, Found]:
    """Fit both models.

    Parameters
    ----------
    values : DataFrame, people
        ``x``, ``t_x``, ``t`` in weeks, in the order of the attitude's people.
    clusters : array, people
        Of whom answers and purchases may go together.

    Raises
    ------
    CannotCompute
        Too few people, too few who bought again, or no maximum.
    """
    kept = values.notna().all(axis=1).to_numpy()
    if (n := int(kept.sum())) < 50:
        raise CannotCompute("few_people_for_outcome", n=n)
    mean, variance = (part[kept] for part in attitude.given(attitude.theta))
    found: dict[Model, Found] = {}
    for model in ("bg_nbd", "pareto_nbd"):
        step = Purchases(values[kept], model)
        beta, pull = after_measurement(attitude, step, kept)
        rate, leaving = (effect_of(which, None, beta, pull, n, clusters, level) for which in (0, 1))
        each = np.full(len(kept), np.nan)
        each[kept] = step.value(beta, mean, variance)
        found[model] = Found(rate, leaving, each)
    return found


def apart(
    one: Found, other: Found, clusters: NDArray[np.intp] | None = None, level: float = 0.95
) -> tuple[float, float]:
    """By how much the log-likelihood of one model is above the other's, and half its interval.

    Vuong (1989), of models neither of which holds the other; with clusters, of their sums.
    """
    each = one.log_likelihood - other.log_likelihood
    kept = ~np.isnan(each)
    total, n = float(each[kept].sum()), int(kept.sum())
    if clusters is None:
        return total, float(norm.ppf(0.5 + level / 2) * each[kept].std(ddof=1) * np.sqrt(n))
    sums = np.bincount(clusters[kept], weights=each[kept])
    many = len(sums)
    return total, float(t.ppf(0.5 + level / 2, many - 1) * sums.std(ddof=1) * np.sqrt(many))


class Purchases(Step):
    """Parameters: the attitude on the rate, and on leaving; r, alpha, and a, b or s, beta."""

    def __init__(self, values: pd.DataFrame, model: Model) -> None:
        columns = (values[c].to_numpy(dtype=float)[:, None] for c in ("x", "t_x", "t"))
        self.x, self.t_x, self.t = columns
        if (again := int((self.x > 0).sum())) < 10:
            raise CannotCompute("few_repeat_customers", n=again)
        self.model = model
        weeks = self.t.sum() / self.x.sum()
        last = [1.0, 6.0] if model == "bg_nbd" else [1.0, float(self.t.mean())]
        self.start = np.concatenate([[0.0, 0.0], np.log([1.0, weeks, *last])])

    def value(self, beta: Floats, mean: Floats, variance: Floats) -> Floats:
        each = self._each(beta[2:], beta, _points(mean, variance)) + _LOG_WEIGHTS
        out: Floats = np.logaddexp.reduce(each, axis=1)
        return out

    def scores(self, beta: Floats, mean: Floats, variance: Floats) -> Floats:
        return self.both(beta, mean, variance)[1]

    def both(self, beta: Floats, mean: Floats, variance: Floats) -> tuple[Floats, Floats]:
        """At a point of the attitude an effect moves the likelihood as the parameter that it
        multiplies does, so that four derivatives make six."""
        eta, four = _points(mean, variance), beta[2:]
        each = self._each(four, beta, eta) + _LOG_WEIGHTS
        value: Floats = np.logaddexp.reduce(each, axis=1)
        weight = np.exp(each - value[:, None])
        moved = []
        for h in _STEP * np.eye(4):
            change = self._each(four + h, beta, eta) - self._each(four - h, beta, eta)
            moved.append(weight * change / (2 * _STEP))
        rate = -eta * moved[1]
        leaving = eta * moved[2] if self.model == "bg_nbd" else -eta * moved[3]
        return value, np.column_stack([m.sum(axis=1) for m in (rate, leaving, *moved)])

    def _each(self, four: Floats, beta: Floats, eta: Floats) -> Floats:
        """Given the attitude, (people, points); `four` are the logarithms."""
        r, alpha, third, fourth = np.exp(four)
        alpha = alpha * np.exp(-beta[0] * eta)
        if self.model == "bg_nbd":
            return self._bg_nbd(r, alpha, third * np.exp(beta[1] * eta), fourth)
        return pareto_nbd.log_likelihood(
            self.x, self.t_x, self.t, r, alpha, third, fourth * np.exp(-beta[1] * eta)
        )

    def _bg_nbd(self, r: float, alpha: Floats, a: Floats, b: float) -> Floats:
        """The likelihood of Fader, Hardie & Lee (2005), equation 6, but for the factorial."""
        x = self.x
        constant = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
        stays = betaln(a, b + x) - (r + x) * np.log(alpha + self.t)
        left = betaln(a + 1, b + np.maximum(x - 1, 0)) - (r + x) * np.log(alpha + self.t_x)
        whole = np.logaddexp(stays, np.where(x > 0, left, -np.inf))
        return np.asarray(constant + whole - betaln(a, b), dtype=np.float64)


def _points(mean: Floats, variance: Floats) -> Floats:
    """Points of everybody's attitude given the answers, (people, points)."""
    out: Floats = mean[:, None] + np.sqrt(np.maximum(variance, 0.0))[:, None] * _NODES
    return out
