"""Pareto/NBD with covariates that do not change: how often is bought, and when customers leave.

Schmittlein, Morrison & Colombo (1987), Counting your customers: who are they and what will they do
next?, Management Science 33; the likelihood as Fader & Hardie (2005) derive it, the covariates as
Fabel & Bachmann's CLVTools has them. Time is in weeks; of a customer `x` is the number of repeat
purchases, `t_x` the time of the last one, `t` the time observed, all since the first purchase.

While a customer, one buys at a rate that is gamma (r, alpha) over customers, times
``exp(trans z)``; one leaves at any time, at a rate that is gamma (s, beta), times ``exp(life z)``.
BG/NBD (:mod:`loyalty.stats.clv`) lets one leave after a purchase alone: what the two agree on does
not hang on how customers leave.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import gammaln, hyp2f1
from scipy.stats import norm

from loyalty.stats._common import CannotCompute, FloatArray, Result, check_level
from loyalty.stats.clv import maximum

_STEP = 1e-5


def log_likelihood(
    x: FloatArray,
    t_x: FloatArray,
    t: FloatArray,
    r: float,
    alpha: FloatArray,
    s: float,
    beta: FloatArray,
) -> FloatArray:
    r"""Logarithm of the density of every customer's purchases, but for what no parameter moves.

    .. math:: \frac{\Gamma(r+x)\alpha^r\beta^s}{\Gamma(r)}\Bigl\{
        \frac{1}{(\alpha+t)^{r+x}(\beta+t)^s} + \frac{s}{r+s+x} (A(t_x) - A(t))\Bigr\}

    with, where :math:`\alpha\ge\beta`, :math:`A(u) = (\alpha+u)^{-(r+s+x)}
    {}_2F_1(r+s+x, s+1; r+s+x+1; (\alpha-\beta)/(\alpha+u))`, and else the same with the two
    exchanged and r + x in place of s + 1 (Fader & Hardie 2005, equations 14 to 16).

    Parameters
    ----------
    x, t_x, t, alpha, beta : array
        Of shapes that broadcast against each other; `r` and `s` are of everybody.
    """
    order = r + s + x
    more = np.maximum(alpha, beta)
    apart = np.abs(alpha - beta)
    second = np.where(alpha >= beta, s + 1, r + x)

    def part(u: FloatArray) -> FloatArray:
        # Euler's transformation: 2F1(a, b; a + 1; z) = (1 - z)^(1 - b) 2F1(1, a + 1 - b; a + 1; z),
        # whose series has terms of one sign and no overflow.
        z = apart / (more + u)
        series = np.log(hyp2f1(1.0, order + 1 - second, order + 1, z))
        return np.asarray((1 - second) * np.log1p(-z) + series - order * np.log(more + u))

    stays = -(r + x) * np.log(alpha + t) - s * np.log(beta + t)
    from_last, to_end = part(t_x), part(t)
    with np.errstate(divide="ignore"):
        left = from_last + np.log(-np.expm1(np.minimum(to_end - from_last, 0.0)))
    gone = np.log(s) - np.log(order) + left
    constant = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta)
    return np.asarray(constant + np.logaddexp(stays, gone))


@dataclass(frozen=True, eq=False)
class Fitted(Result):
    """Maximum-likelihood estimates.

    Attributes
    ----------
    parameters : DataFrame
        Index ``r``, ``alpha``, ``s``, ``beta`` (those of a customer whose covariates are zero) and
        ``life.…``, ``trans.…`` of each covariate; ``estimate``, ``se`` (observed information, the
        delta method), ``ci_lower``, ``ci_upper`` (normal, of the four on the logarithm).
    log_likelihood : float
    n : int
        Customers.
    """

    parameters: pd.DataFrame
    log_likelihood: float
    n: int
    level: float


def pareto_nbd(
    summary: pd.DataFrame, covariates: Sequence[str] = (), *, level: float = 0.95
) -> Fitted:
    """Fit the model by maximum likelihood.

    Parameters
    ----------
    summary : DataFrame
        A row a customer: ``x``, ``t_x``, ``t`` of :func:`loyalty.stats.clv.customer_summary`, and
        the columns `covariates`, each of which moves both the rate of purchases and that of
        leaving.

    Raises
    ------
    CannotCompute
        Impossible values, a covariate that does not vary or is missing, fewer than ten customers
        who bought again, or no maximum inside.
    """
    check_level(level)
    names = list(covariates)
    values = summary[["x", "t_x", "t"]].to_numpy(float)
    x, t_x, t = values.T
    if not np.isfinite(values).all() or (x < 0).any() or (t_x > t + 1e-9).any():
        raise CannotCompute("purchase_outside")
    z = summary[names].to_numpy(float)
    if not np.isfinite(z).all():
        raise CannotCompute("covariate_missing")
    for k, name in enumerate(names):
        if np.ptp(z[:, k]) == 0:
            raise CannotCompute("does_not_vary", name=name)
    if (again := int((x > 0).sum())) < 10:
        raise CannotCompute("few_repeat_customers", n=again)
    n, k = len(x), len(names)
    base = ["r", "alpha", "s", "beta"]
    every = base + [f"{of}.{name}" for of in ("life", "trans") for name in names]

    def each(theta: FloatArray) -> FloatArray:
        r, alpha, s, beta = np.exp(theta[:4])
        life, trans = np.exp(-z @ theta[4 : 4 + k]), np.exp(-z @ theta[4 + k :])
        return log_likelihood(x, t_x, t, r, alpha * trans, s, beta * life)

    def lost(theta: FloatArray) -> tuple[float, FloatArray]:
        with np.errstate(all="ignore"):
            here = float(each(theta).mean())
            steps = _STEP * np.eye(len(theta))
            slope = [(each(theta + h).mean() - each(theta - h).mean()) / (2 * _STEP) for h in steps]
        return -here, -np.array(slope)

    start = np.log([1.0, max(t.sum() / x.sum(), 1e-3), 1.0, float(t.mean())])
    theta, covariance = maximum(lost, np.concatenate([start, np.zeros(2 * k)]), n, every, 1e-3)
    se = np.sqrt(np.diag(covariance))
    half = float(norm.ppf(0.5 + level / 2)) * se
    positive = np.arange(len(theta)) < len(base)

    def natural(values: FloatArray) -> FloatArray:
        return np.where(positive, np.exp(np.where(positive, values, 0.0)), values)

    found = {
        "estimate": natural(theta),
        "se": np.where(positive, natural(theta), 1.0) * se,
        "ci_lower": natural(theta - half),
        "ci_upper": natural(theta + half),
    }
    return Fitted(pd.DataFrame(found, index=every), float(each(theta).sum()), n, level)
