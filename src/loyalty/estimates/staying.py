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
    """Parameters: the attitude on the rate, and on leaving; r, alpha, and a, b or s, beta; of each
    of `held`, (people, held), that multiply as the attitude does: on the rate, then on leaving."""

    def __init__(
        self, values: pd.DataFrame, model: Model, held: pd.DataFrame | None = None
    ) -> None:
        columns = (values[c].to_numpy(dtype=float)[:, None] for c in ("x", "t_x", "t"))
        self.x, self.t_x, self.t = columns
        if (again := int((self.x > 0).sum())) < 10:
            raise CannotCompute("few_repeat_customers", n=again)
        self.model = model
        weeks = self.t.sum() / self.x.sum()
        last = [1.0, 6.0] if model == "bg_nbd" else [1.0, float(self.t.mean())]
        self.held = np.empty((len(values), 0)) if held is None else held.to_numpy(dtype=float)
        others = np.zeros(2 * self.held.shape[1])
        self.start = np.concatenate([[0.0, 0.0], np.log([1.0, weeks, *last]), others])

    def value(self, beta: Floats, mean: Floats, variance: Floats) -> Floats:
        eta, weights = _points(mean, variance)
        out: Floats = np.logaddexp.reduce(self._each(beta[2:6], beta, eta) + weights, axis=1)
        return out

    def scores(self, beta: Floats, mean: Floats, variance: Floats) -> Floats:
        return self.both(beta, mean, variance)[1]

    def both(self, beta: Floats, mean: Floats, variance: Floats) -> tuple[Floats, Floats]:
        """At a point of the attitude an effect moves the likelihood as the parameter that it
        multiplies does, so that four derivatives make all."""
        (eta, weights), four = _points(mean, variance), beta[2:6]
        each = self._each(four, beta, eta) + weights
        value: Floats = np.logaddexp.reduce(each, axis=1)
        weight = np.exp(each - value[:, None])
        moved = []
        for h in _STEP * np.eye(4):
            change = self._each(four + h, beta, eta) - self._each(four - h, beta, eta)
            moved.append(weight * change / (2 * _STEP))
        rate, leaving = -moved[1], moved[2] if self.model == "bg_nbd" else -moved[3]
        own = np.column_stack([m.sum(axis=1) for m in (eta * rate, eta * leaving, *moved)])
        others = [m.sum(axis=1)[:, None] * self.held for m in (rate, leaving)]
        return value, np.hstack([own, *others])

    def _each(self, four: Floats, beta: Floats, eta: Floats) -> Floats:
        """Given the attitude, (people, points); `four` are the logarithms."""
        r, alpha, third, fourth = np.exp(four)
        rate, leaving = (
            beta[k] * eta + (self.held @ others)[:, None]
            for k, others in enumerate(np.split(beta[6:], 2))
        )
        alpha = alpha * np.exp(-rate)
        if self.model == "bg_nbd":
            return self._bg_nbd(r, alpha, third * np.exp(leaving), fourth)
        return pareto_nbd.log_likelihood(
            self.x, self.t_x, self.t, r, alpha, third, fourth * np.exp(-leaving)
        )

    def _bg_nbd(self, r: float, alpha: Floats, a: Floats, b: float) -> Floats:
        """The likelihood of Fader, Hardie & Lee (2005), equation 6, but for the factorial."""
        x = self.x
        constant = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
        stays = betaln(a, b + x) - (r + x) * np.log(alpha + self.t)
        left = betaln(a + 1, b + np.maximum(x - 1, 0)) - (r + x) * np.log(alpha + self.t_x)
        whole = np.logaddexp(stays, np.where(x > 0, left, -np.inf))
        return np.asarray(constant + whole - betaln(a, b), dtype=np.float64)


def _points(mean: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """Points of everybody's attitude given the answers, (people, points), and the logarithms of
    their weights; one point where the attitude is known."""
    if not variance.any():
        return mean[:, None], np.zeros(1)
    out: Floats = mean[:, None] + np.sqrt(np.maximum(variance, 0.0))[:, None] * _NODES
    return out, _LOG_WEIGHTS
