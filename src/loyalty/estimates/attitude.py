r"""What people do given what they feel: a latent attitude behind one outcome, in two steps.

First the attitude is measured: one factor of its items by maximum likelihood (full information
where answers are missing). Given their answers :math:`y_i` the attitude of a person, in standard
deviations, is normal,

.. math:: \eta_i | y_i \sim N(m_i, v_i), \quad
   v_i = \bigl(1 + \textstyle\sum_j \phi\lambda_j^2/\theta_j\bigr)^{-1}, \quad
   m_i = v_i \sqrt\phi \textstyle\sum_j \lambda_j (y_{ij} - \nu_j)/\theta_j,

over the items j that the person answered. Second the outcome's likelihood is averaged over it, the
measurement held as it is (structural after measurement: Rosseel & Loh 2024; Bakk & Kuha 2018):

- ``spending``: :math:`z = \rho\eta + \sqrt{1-\rho^2}\,e` of the standardized logarithm;
- ``repeat``, ``churn``, ``use``: probit, :math:`P(1) = \Phi\{(\tau+\rho\eta)/\sqrt{1-\rho^2}\}`;
- ``rate``: purchases by BG/NBD (Fader, Hardie & Lee 2005) whose gamma distributed rate and the
  attitude have a normal copula with correlation :math:`\rho`;
- ``leaving``: the same with the beta distributed chance of leaving after a purchase, whose normal
  score has the correlation :math:`\rho`, beside a rate that goes with the attitude, too;
- ``complaints``: Poisson, :math:`\log\mu = \beta_0 + \beta\eta`.

Errors are of a sandwich over both steps (Newey & McFadden 1994, theorem 6.1), so that neither the
measurement's uncertainty nor a wrong distribution makes them too small; with clusters, of their
sums. Beside it stands what one has who takes the mean of the answered items for the attitude
itself: measurement error makes it too small.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
import semfit
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import betaincinv, betaln, digamma, gammaincinv, gammaln, log_ndtr, ndtr
from scipy.stats import norm, t

from loyalty.ground.reasons import CannotCompute

Floats = NDArray[np.float64]
Outcome = Literal["rate", "leaving", "spending", "repeat", "churn", "complaints", "use"]
#: Points of the normal score of the rate: fine enough for one who bought a hundred times.
_GRID = np.linspace(-5.5, 5.5, 133)
_CLOSE = {"ftol": 1e-13, "gtol": 1e-7}
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(25)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()


@dataclass(frozen=True)
class Measured:
    """A measured attitude.

    ``items`` are (people, items); ``theta`` the free parameters, ``influence`` each person's pull
    on them, (people, parameters); ``reliability`` that of the best weighting of the items.
    """

    items: Floats
    theta: Floats
    influence: Floats
    reliability: float

    def given(self, theta: Floats) -> tuple[Floats, Floats]:
        """Mean and variance of every person's attitude, in standard deviations."""
        k = self.items.shape[1]
        loading = np.concatenate([[1.0], theta[: k - 1]])
        residual, variance = theta[k - 1 : 2 * k - 1], theta[2 * k - 1]
        mean = theta[2 * k :]
        seen = ~np.isnan(self.items)
        weight = loading / residual
        precision = 1 + variance * (seen * (loading * weight)).sum(axis=1)
        deviation = np.where(seen, self.items - mean, 0.0)
        return np.sqrt(variance) * (deviation @ weight) / precision, 1 / precision


def measured(items: pd.DataFrame) -> Measured:
    """Measure an attitude by its items, of everybody who answered one of them.

    Raises
    ------
    CannotCompute
        Fewer than three items, people without an answer, or a solution that is not admissible.
    """
    if items.shape[1] < 3:
        raise CannotCompute("few_items_for_attitude", n=items.shape[1])
    if items.isna().all(axis=1).any():
        raise CannotCompute("people_without_answers")
    names = [f"i{k}" for k in range(items.shape[1])]
    frame = pd.DataFrame(items.to_numpy(dtype=float), columns=names)
    fitted = semfit.fit(f"f =~ {' + '.join(names)}", frame, missing="fiml", estimator="MLR")
    if not fitted.admissible:
        raise CannotCompute("attitude_not_measured", why=fitted.problems[0])
    estimate = fitted.estimate
    rows = [estimate.model.rows[k] for k in estimate.model.free]
    at = {(r.lhs, r.op, r.rhs): k for k, r in enumerate(rows)}
    order = [at["f", "=~", n] for n in names[1:]] + [at[n, "~~", n] for n in names]
    order += [at["f", "~~", "f"], *(at[n, "~1", ""] for n in names)]
    bread = np.linalg.inv(estimate.observed_information) / estimate.n
    influence = (estimate.case_scores[0] @ bread)[:, order]
    theta = estimate.x[order]
    k = len(names)
    loading = np.concatenate([[1.0], theta[: k - 1]])
    signal = theta[2 * k - 1] * (loading**2 / theta[k - 1 : 2 * k - 1]).sum()
    return Measured(frame.to_numpy(), theta, influence, float(signal / (1 + signal)))


@dataclass(frozen=True)
class Effect:
    """What one standard deviation of the attitude goes with.

    ``estimate`` is a correlation of the attitude with the outcome's normal score, or for complaints
    the logarithm of a ratio of rates; the interval of a correlation by Fisher's z.
    """

    estimate: float
    se: float
    ci_lower: float
    ci_upper: float
    n: int


def effect(
    attitude: Measured,
    outcome: Outcome,
    values: pd.DataFrame,
    *,
    clusters: NDArray[np.intp] | None = None,
    level: float = 0.95,
) -> Effect:
    """The effect of a latent attitude on an outcome, corrected for measurement error.

    Parameters
    ----------
    attitude : Measured
    values : DataFrame, people
        In the order of the attitude's people: ``x``, ``t_x``, ``t`` in weeks (``rate`` and
        ``leaving``), else ``y``: an amount above zero, 0 or 1, or a count. Missing: not in the
        second step.
    clusters : array, people
        Of whom answers and outcomes may go together.

    Raises
    ------
    CannotCompute
        Too few people, an outcome that does not vary, or no maximum.
    """
    kept = values.notna().all(axis=1).to_numpy()
    beta, whole = after_measurement(attitude, step_of(outcome, values[kept]), kept)
    return effect_of(0, outcome, beta, whole, int(kept.sum()), clusters, level)


def after_measurement(
    attitude: Measured, step: Step, kept: NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    """The second step's parameters, and the pull of everybody on them over both steps."""
    known = attitude.theta
    mean, variance = (part[kept] for part in attitude.given(known))
    beta, bread = maximised(step, mean, variance)
    cross: Floats = np.zeros((len(beta), len(known)))
    moved = derivatives(lambda h: np.column_stack(attitude.given(h))[kept].T.ravel(), known)
    by_mean, by_variance = moved[: len(mean)], moved[len(mean) :]
    h = 1e-4
    for of, change in ((np.array([h, 0]), by_mean), (np.array([0, h]), by_variance)):
        up = step.scores(beta, mean + of[0], variance + of[1])
        down = step.scores(beta, mean - of[0], variance - of[1])
        cross += np.asarray(((up - down) / (2 * h)).T @ change, dtype=np.float64)
    whole = np.zeros((len(kept), len(beta)))
    whole[kept] = step.scores(beta, mean, variance) @ bread
    whole += attitude.influence @ cross.T @ bread
    return beta, whole


def naive(
    scores: pd.Series,
    outcome: Outcome,
    values: pd.DataFrame,
    *,
    clusters: NDArray[np.intp] | None = None,
    level: float = 0.95,
) -> Effect:
    """The same of the standardized mean of the items, as if it had no error."""
    kept = values.notna().all(axis=1).to_numpy() & scores.notna().to_numpy()
    step = step_of(outcome, values[kept])
    mean = ((scores - scores.mean()) / scores.std(ddof=0)).to_numpy(dtype=float)[kept]
    beta, pull = uncorrected(step, mean)
    whole = np.zeros((len(kept), len(beta)))
    whole[kept] = pull
    return effect_of(0, outcome, beta, whole, int(kept.sum()), clusters, level)


def uncorrected(step: Step, scores: Floats) -> tuple[Floats, Floats]:
    """The second step's parameters as if the scores had no error, and everybody's pull on them."""
    nothing = np.zeros(len(scores))
    beta, bread = maximised(step, scores, nothing)
    return beta, step.scores(beta, scores, nothing) @ bread


def _bread(step: Step, beta: Floats, mean: Floats, variance: Floats) -> Floats:
    """The inverse of the second step's information."""
    hessian = derivatives(lambda b: step.scores(b, mean, variance).sum(axis=0), beta)
    return np.asarray(np.linalg.inv(-(hessian + hessian.T) / 2), dtype=np.float64)


def maximised(step: Step, mean: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """The maximum of the second step, and the inverse of its information there (symmetric)."""

    def lost(beta: Floats) -> tuple[float, Floats]:
        with np.errstate(all="ignore"):
            values, scores = step.both(beta, mean, variance)
        value, slope = -float(values.mean()), -scores.mean(axis=0)
        if not (np.isfinite(value) and np.isfinite(slope).all()):
            return 1e10, np.zeros(len(beta))
        return value, slope

    start = step.start
    bounds = [(s - 6.0, s + 6.0) for s in start]
    bounds[0] = (-4.0, 4.0)
    found = minimize(lost, start, jac=True, method="L-BFGS-B", bounds=bounds, options=_CLOSE)
    beta = np.asarray(found.x, dtype=np.float64)
    if np.abs(lost(beta)[1]).max() > 1e-3:
        raise CannotCompute("no_maximum", n=len(mean), parameters="effect")
    bread = _bread(step, beta, mean, variance)
    if not np.isfinite(bread).all() or bread[0, 0] <= 0:
        raise CannotCompute("no_maximum", n=len(mean), parameters="effect")
    return beta, bread


def effect_of(
    which: int,
    outcome: Outcome | None,
    beta: Floats,
    pull: Floats,
    n: int,
    clusters: NDArray[np.intp] | None,
    level: float,
) -> Effect:
    """One of the parameters, with the sandwich's interval; without an `outcome` as it stands."""
    first = pull[:, which]
    if clusters is None:
        se, quantile = float(np.sqrt((first**2).sum())), float(norm.ppf(0.5 + level / 2))
    else:
        sums = np.bincount(clusters, weights=first)
        count = len(sums)
        se = float(np.sqrt((sums**2).sum() * count / (count - 1)))
        quantile = float(t.ppf(0.5 + level / 2, count - 1))
    z, half = float(beta[which]), quantile * se
    if outcome is None or SCALE[outcome] == "log_rate":
        return Effect(z, se, z - half, z + half, n)
    low, high = np.tanh([z - half, z + half])
    return Effect(float(np.tanh(z)), se * float(1 - np.tanh(z) ** 2), float(low), float(high), n)


# --- the outcomes --------------------------------------------------------------------------------
class Step:
    """The second step's likelihood: contributions of people and their derivatives, given the
    parameters (the effect first) and the attitude's mean and variance."""

    start: Floats

    def value(self, beta: Floats, mean: Floats, variance: Floats) -> Floats:
        raise NotImplementedError

    def scores(self, beta: Floats, mean: Floats, variance: Floats) -> Floats:
        return derivatives(lambda b: self.value(b, mean, variance), beta)

    def both(self, beta: Floats, mean: Floats, variance: Floats) -> tuple[Floats, Floats]:
        return self.value(beta, mean, variance), self.scores(beta, mean, variance)


class _Spending(Step):
    def __init__(self, y: Floats) -> None:
        self.y = np.log(y)
        self.start = np.array([0.0, self.y.mean(), np.log(self.y.std())])

    def value(self, beta: Floats, mean: Floats, variance: Floats) -> Floats:
        rho, sd = np.tanh(beta[0]), np.exp(beta[2])
        spread = 1 - rho**2 * (1 - variance)
        z = (self.y - beta[1]) / sd - rho * mean
        out: Floats = -0.5 * (np.log(2 * np.pi * spread) + z**2 / spread) - beta[2]
        return out


class _Probit(Step):
    def __init__(self, y: Floats) -> None:
        self.y = y
        self.start = np.array([0.0, norm.ppf(y.mean())])

    def value(self, beta: Floats, mean: Floats, variance: Floats) -> Floats:
        rho = np.tanh(beta[0])
        z = (beta[1] + rho * mean) / np.sqrt(1 - rho**2 * (1 - variance))
        out: Floats = log_ndtr(np.where(self.y == 1, z, -z))
        return out


class _Complaints(Step):
    def __init__(self, y: Floats) -> None:
        self.y = y
        self.start = np.array([0.0, np.log(y.mean())])

    def value(self, beta: Floats, mean: Floats, variance: Floats) -> Floats:
        eta = mean[:, None] + np.sqrt(np.maximum(variance, 0.0))[:, None] * _NODES
        log_mu = beta[1] + beta[0] * eta
        ll = self.y[:, None] * log_mu - np.exp(log_mu) - gammaln(self.y + 1)[:, None]
        top = ll.max(axis=1, keepdims=True)
        out: Floats = top[:, 0] + np.log(np.exp(ll - top) @ _WEIGHTS)
        return out


class _Rate(Step):
    """BG/NBD given the rate, averaged over the rate's normal score given the attitude."""

    def __init__(self, values: pd.DataFrame) -> None:
        self.x, self.t_x, self.t = (values[c].to_numpy(dtype=float) for c in ("x", "t_x", "t"))
        if (again := int((self.x > 0).sum())) < 10:
            raise CannotCompute("few_repeat_customers", n=again)
        self.start = np.log([1.0, 1.0, self.t.sum() / self.x.sum(), 1.0, 6.0])

    def _given(self, beta: Floats, mean: Floats, variance: Floats) -> tuple[Floats, ...]:
        """Rates, contributions, weights of the grid, and shares of those who are gone by it."""
        rho = np.tanh(beta[0])
        r, alpha, a, b = np.exp(beta[1:])
        rate = np.maximum(gammaincinv(r, ndtr(_GRID)) / alpha, 1e-12)
        x = self.x
        stay = betaln(a, b + x) - betaln(a, b)
        gone = np.where(x > 0, betaln(a + 1, np.maximum(b + x - 1, 1e-9)) - betaln(a, b), -np.inf)
        ll = x[:, None] * np.log(rate) - self.t[:, None] * rate + stay[:, None]
        odds = np.exp((gone - stay)[:, None] + (self.t - self.t_x)[:, None] * rate)
        ll += np.log1p(odds)
        spread = (1 - rho**2 * (1 - variance))[:, None]
        away = _GRID - rho * mean[:, None]
        ll -= 0.5 * (away**2 / spread + np.log(spread))
        top = ll.max(axis=1, keepdims=True)
        np.exp(ll - top, out=ll)
        total = ll.sum(axis=1)
        value = top[:, 0] + np.log(total * (_GRID[1] - _GRID[0]) / np.sqrt(2 * np.pi))
        return rate, value, ll / total[:, None], odds / (1 + odds), away, spread

    def value(self, beta: Floats, mean: Floats, variance: Floats) -> Floats:
        return self._given(beta, mean, variance)[1]

    def scores(self, beta: Floats, mean: Floats, variance: Floats) -> Floats:
        return self.both(beta, mean, variance)[1]

    def both(self, beta: Floats, mean: Floats, variance: Floats) -> tuple[Floats, Floats]:
        rate, value, weight, gone, away, spread = self._given(beta, mean, variance)
        rho = np.tanh(beta[0])
        r, _, a, b = np.exp(beta[1:])
        x, n = self.x, len(self.x)
        turn = -2 * rho * (1 - variance[:, None])
        pull = away * mean[:, None] / spread + 0.5 * turn * (away**2 / spread - 1) / spread
        by_rate = x[:, None] - rate * (self.t[:, None] - gone * (self.t - self.t_x)[:, None])
        h = 1e-5 * r
        grown = np.log(np.maximum(gammaincinv(r + h, ndtr(_GRID)), 1e-300))
        less = np.log(np.maximum(gammaincinv(r - h, ndtr(_GRID)), 1e-300))
        by_r = (by_rate * weight) @ ((grown - less) / (2 * h))
        left = (gone * weight).sum(axis=1)
        common = digamma(a + b) - digamma(a + b + x)
        repeat = np.where(x > 0, np.maximum(b + x - 1, 1e-9), 1.0)
        out = np.empty((n, 5))
        out[:, 0] = (pull * weight).sum(axis=1) * (1 - rho**2)
        out[:, 1] = by_r * r
        out[:, 2] = -(by_rate * weight).sum(axis=1)
        out[:, 3] = a * common + left
        out[:, 4] = b * (common + digamma(b + x) - digamma(b) - np.where(x > 0, left / repeat, 0))
        return value, out


class Leaving(Step):
    """BG/NBD whose chance of leaving and whose rate both have a normal copula with the attitude.

    Given the attitude the two are independent, so that the likelihood of x purchases up to t_x of t
    weeks, ``(1 - p)^x rate^x exp(-rate t) + p (1 - p)^(x - 1) rate^x exp(-rate t_x)``, is a sum of
    products of an expectation over p and one over the rate. Parameters: the correlation with
    leaving, that with the rate, r, alpha, a, b.
    """

    #: Points of the attitude, near enough to each other for one that is known exactly.
    eta = np.linspace(-5.6, 5.6, 57)

    def __init__(self, values: pd.DataFrame) -> None:
        rate = _Rate(values)
        self.t_x, self.t = rate.t_x, rate.t
        self.x, self.at = np.unique(rate.x, return_inverse=True)
        self.start = np.concatenate([[0.0], rate.start])
        self._known: tuple[Floats, Floats, Floats] | None = None

    def _around(self, mean: Floats, variance: Floats) -> Floats:
        """Weights of the points for everybody, (people, points)."""
        if self._known is not None and self._known[0] is mean and self._known[1] is variance:
            return self._known[2]
        away = np.abs(self.eta - np.clip(mean, -5.5, 5.5)[:, None])
        step = self.eta[1] - self.eta[0]
        wide = np.maximum(variance, step**2 / 4)[:, None]
        weight = np.where(
            variance[:, None] > step**2 / 4,
            np.exp(-0.5 * away**2 / wide),
            np.maximum(1 - away / step, 0.0),
        )
        weight = weight / weight.sum(axis=1, keepdims=True)
        found: Floats = weight
        self._known = (mean, variance, found)
        return found

    def _copula(self, rho: float) -> Floats:
        """Weights of the normal score's points at each of the attitude's, (points, points)."""
        density = np.exp(-0.5 * (_GRID[:, None] - rho * self.eta) ** 2 / (1 - rho**2))
        out: Floats = density / density.sum(axis=0)
        return out

    def _leaves(self, beta: Floats) -> tuple[Floats, Floats]:
        """Expected chances to have stayed, and to have left, after x purchases, (x, points)."""
        a, b = np.exp(beta[4:6])
        towards, x = self._copula(np.tanh(beta[0])), self.x[:, None]
        stay = np.log(np.maximum(betaincinv(b, a, ndtr(-_GRID)), 1e-300))
        gone = np.where(x > 0, betaincinv(a, b, ndtr(_GRID)) * np.exp((x - 1) * stay), 0.0)
        return np.exp(x * stay) @ towards, gone @ towards

    def _buys(self, beta: Floats) -> tuple[Floats, Floats, Floats]:
        """Expected densities of the purchases where one stays, and leaves, (people, points), over
        the exponential of the third."""
        r, alpha = np.exp(beta[2:4])
        rate = np.maximum(gammaincinv(r, ndtr(_GRID)) / alpha, 1e-12)
        until = self.x[self.at][:, None] * np.log(rate) - self.t_x[:, None] * rate
        top = until.max(axis=1, keepdims=True)
        until = np.exp(until - top)
        by = self._copula(np.tanh(beta[1]))
        return (until * np.exp((self.t_x - self.t)[:, None] * rate)) @ by, until @ by, top[:, 0]

    def _together(
        self, leaves: tuple[Floats, Floats], buys: tuple[Floats, Floats, Floats], around: Floats
    ) -> Floats:
        both = leaves[0][self.at] * buys[0] + leaves[1][self.at] * buys[1]
        out: Floats = buys[2] + np.log((around * both).sum(axis=1))
        return out

    def value(self, beta: Floats, mean: Floats, variance: Floats) -> Floats:
        return self._together(self._leaves(beta), self._buys(beta), self._around(mean, variance))

    def both(self, beta: Floats, mean: Floats, variance: Floats) -> tuple[Floats, Floats]:
        """A parameter moves one of the two parts; the other is computed once."""
        around, leaves, buys = self._around(mean, variance), self._leaves(beta), self._buys(beta)
        h, columns = 1e-4, []
        for k in range(len(beta)):
            ends = []
            for sign in (h, -h):
                moved = beta.copy()
                moved[k] += sign
                if k in (0, 4, 5):
                    ends.append(self._together(self._leaves(moved), buys, around))
                else:
                    ends.append(self._together(leaves, self._buys(moved), around))
            columns.append((ends[0] - ends[1]) / (2 * h))
        return self._together(leaves, buys, around), np.column_stack(columns)

    def scores(self, beta: Floats, mean: Floats, variance: Floats) -> Floats:
        return self.both(beta, mean, variance)[1]


def step_of(outcome: Outcome, values: pd.DataFrame) -> Step:
    if len(values) < 50:
        raise CannotCompute("few_people_for_outcome", n=len(values))
    if outcome == "rate":
        return _Rate(values)
    if outcome == "leaving":
        return Leaving(values)
    y = values["y"].to_numpy(dtype=float)
    if outcome == "spending":
        if (y <= 0).any():
            raise CannotCompute("spending_not_positive")
        if y.std() == 0:
            raise CannotCompute("does_not_vary", name=outcome)
        return _Spending(y)
    if outcome == "complaints":
        if not y.any():
            raise CannotCompute("does_not_vary", name=outcome)
        return _Complaints(y)
    fewest = int(min(y.sum(), len(y) - y.sum()))
    if fewest < 10:
        raise CannotCompute("few_of_one_kind", n=fewest)
    return _Probit(y)


def derivatives(of: Callable[[Floats], Floats], at: Floats, h: float = 1e-4) -> Floats:
    """Derivatives of a vector by central differences, (its length, parameters)."""
    columns = []
    for k in range(len(at)):
        step = np.zeros(len(at))
        step[k] = h
        columns.append((of(at + step) - of(at - step)) / (2 * h))
    return np.column_stack(columns)


#: What the estimate of each outcome is: a correlation, or the logarithm of a ratio of rates.
SCALE: Mapping[Outcome, Literal["correlation", "log_rate"]] = {
    "rate": "correlation",
    "leaving": "correlation",
    "spending": "correlation",
    "repeat": "correlation",
    "churn": "correlation",
    "complaints": "log_rate",
    "use": "correlation",
}
