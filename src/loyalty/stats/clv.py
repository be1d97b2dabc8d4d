"""Customer-base models: BG/NBD for the number of purchases, gamma–gamma for what they are worth.

Fader, Hardie & Lee (2005a), "Counting your customers" the easy way, Marketing Science 24; (2005b),
RFM and CLV: using iso-value curves, Journal of Marketing Research 42. Written here because the
library of the field (lifetimes) is no longer kept and the Bayesian ones bring a sampler; both
models are a page. Time is in weeks. `x` is the number of repeat purchases, `t_x` the time of the
last one, `t` the time observed, both since the first purchase. A summary has a row a customer, or
(:mod:`loyalty.stats.ledger`) a row a cell of `n` customers with the same of these.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats as _dist
from scipy.optimize import minimize
from scipy.special import digamma, expit, gammaln, hyp2f1

from loyalty.stats._common import CannotCompute, FloatArray, IntArray, Result, check_level

DAYS = 7.0
#: So many customers' luck is drawn where there are more.
LUCK = 100_000


def customer_summary(purchases: pd.DataFrame, until: pd.Timestamp) -> pd.DataFrame:
    """Purchases to one row a customer, up to and with the day `until`.

    All a customer buys on one day is one purchase.

    Args:
        purchases: ``customer``, ``date``, and where known ``amount``.

    Returns:
        Index customer; ``x``, ``t_x``, ``t`` (weeks); ``first`` and ``last`` day; with amounts
        ``spend`` (all) and ``value``: the mean amount of a repeat purchase (NaN without one).

    Raises:
        CannotCompute: no purchase up to `until`.
    """
    until = until.normalize()
    seen = purchases[purchases["date"].dt.normalize() <= until]
    if seen.empty:
        raise CannotCompute("no_purchase_until", date=until.date().isoformat())
    amounts = ["amount"] if "amount" in seen.columns else []
    seen = seen.assign(date=seen["date"].dt.normalize())
    days = seen.groupby(["customer", "date"], sort=True)[amounts].sum().reset_index()
    by = days.groupby("customer", sort=True)
    table = pd.DataFrame({"first": by["date"].min(), "last": by["date"].max()})
    table["x"] = by.size() - 1
    table["t_x"] = (table["last"] - table["first"]).dt.days / DAYS
    table["t"] = (until - table["first"]).dt.days / DAYS
    if amounts:
        table["spend"] = by["amount"].sum()
        repeat = table["spend"] - by["amount"].first()
        table["value"] = repeat / table["x"].where(table["x"] > 0)
    return table


def customers(summary: pd.DataFrame) -> FloatArray:
    """How many customers each row of a summary stands for."""
    if "n" in summary.columns:
        return summary["n"].to_numpy(float)
    return np.ones(len(summary))


# --- maximum likelihood ------------------------------------------------------------------------
@dataclass(frozen=True, eq=False)
class Estimates(Result):
    """Maximum-likelihood estimates of positive parameters.

    Attributes:
        parameters: index parameter; ``estimate``, ``se`` (delta method), ``ci_lower``,
            ``ci_upper`` (normal on the logarithm, so never negative).
        log_covariance: of the logarithms of the estimates, from the observed information.
        log_likelihood: at the maximum. n: customers. level: of the intervals.
    """

    parameters: pd.DataFrame
    log_covariance: pd.DataFrame
    log_likelihood: float
    n: int
    level: float

    @property
    def point(self) -> FloatArray:
        return self.parameters["estimate"].to_numpy(float)

    def draws(self, draws: int, seed: int) -> FloatArray:
        """(draws, parameters) of the estimates' asymptotic distribution."""
        rng = np.random.default_rng(seed)
        root = np.linalg.cholesky(self.log_covariance.to_numpy(float))
        z = rng.standard_normal((draws, len(root)))
        return np.asarray(np.exp(np.log(self.point) + z @ root.T))


_Gradient = Callable[[FloatArray], tuple[float, FloatArray]]


def maximum(
    lost: _Gradient, theta: FloatArray, n: int, names: Sequence[str], h: float = 1e-4
) -> tuple[FloatArray, FloatArray]:
    """Where a mean loss of `n` customers is least, from `theta` on, and the covariance there.

    Args:
        lost: the mean of minus the log-likelihood, and its derivatives.
        h: how far apart derivatives are compared for the observed information.

    Raises:
        CannotCompute: no minimum inside.
    """

    def information(theta: FloatArray) -> FloatArray:
        k = len(theta)
        columns = [
            (lost(theta + h * np.eye(k)[i])[1] - lost(theta - h * np.eye(k)[i])[1]) / (2 * h)
            for i in range(k)
        ]
        matrix = np.array(columns)
        return np.asarray((matrix + matrix.T) / 2)

    bounds = [(-12.0, 12.0)] * len(names)
    theta = minimize(lost, theta, jac=True, method="L-BFGS-B", bounds=bounds).x
    for _ in range(50):  # Newton to the end: L-BFGS stops on a plateau
        here, gradient = lost(theta)
        if np.abs(gradient).max() < 1e-9:
            break
        try:
            step = np.linalg.solve(information(theta), gradient)
        except np.linalg.LinAlgError:
            break
        largest = np.abs(step).max()
        if not np.isfinite(largest) or largest < 1e-10:
            break
        scale = min(1.0, 1.0 / largest)
        rounding = 1e-13 * max(1.0, abs(here))  # so much a sum over customers moves by itself
        while scale > 1e-6 and not lost(theta - scale * step)[0] < here + rounding:
            scale /= 2
        if scale <= 1e-6:
            break
        theta = theta - scale * step
    gradient, matrix = lost(theta)[1], information(theta)
    ok = np.isfinite(matrix).all() and np.abs(gradient).max() < 1e-6
    if not ok or np.abs(theta).max() > 11.0 or np.linalg.eigvalsh(matrix)[0] < 1e-10:
        raise CannotCompute("no_maximum", n=n, parameters=", ".join(names))
    covariance = np.linalg.inv(matrix) / n
    return theta, (covariance + covariance.T) / 2


def _fit(names: list[str], value: _Gradient, n: int, level: float) -> Estimates:
    """Maximise a mean log-likelihood over the logarithms of its parameters."""
    check_level(level)

    def lost(theta: FloatArray) -> tuple[float, FloatArray]:
        natural = np.exp(theta)
        ll, gradient = value(natural)
        return -ll / n, -gradient * natural / n

    theta, covariance = maximum(lost, np.zeros(len(names)), n, names)
    se = np.sqrt(np.diag(covariance))
    z = float(_dist.norm.ppf(0.5 + level / 2))
    point = np.exp(theta)
    return Estimates(
        parameters=pd.DataFrame(
            {
                "estimate": point,
                "se": point * se,
                "ci_lower": np.exp(theta - z * se),
                "ci_upper": np.exp(theta + z * se),
            },
            index=names,
        ),
        log_covariance=pd.DataFrame(covariance, index=names, columns=names),
        log_likelihood=float(value(point)[0]),
        n=n,
        level=level,
    )


# --- BG/NBD ------------------------------------------------------------------------------------
def _alive_odds(
    theta: FloatArray, x: FloatArray, t_x: FloatArray, t: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Logarithms of the terms "still a customer" and "gone after the last purchase"."""
    r, alpha, a, b = theta
    stay = -(r + x) * np.log(alpha + t)
    repeat = np.maximum(b + x - 1, 1e-300)
    gone = np.where(x > 0, np.log(a) - np.log(repeat) - (r + x) * np.log(alpha + t_x), -np.inf)
    return stay, gone, repeat


def bg_nbd(summary: pd.DataFrame, *, level: float = 0.95) -> Estimates:
    """Fit the BG/NBD model (2005a, eq. 6): parameters r, alpha (weeks), a, b.

    While a customer, one buys at a rate that is gamma distributed over customers (r, alpha); after
    each repeat purchase one leaves with a probability that is beta distributed (a, b).

    Args:
        summary: ``x``, ``t_x``, ``t`` of :func:`customer_summary`.

    Raises:
        CannotCompute: impossible values, nobody who bought again, or no maximum inside.
    """
    table = summary[["x", "t_x", "t"]].astype(float)
    x_, tx_, t_ = (table[c].to_numpy() for c in table)
    if not np.isfinite(table.to_numpy()).all() or (x_ < 0).any() or (tx_ > t_ + 1e-9).any():
        raise CannotCompute("purchase_outside")
    table["n"] = customers(summary)
    if (repeat := int(table.loc[x_ > 0, "n"].sum())) < 10:
        raise CannotCompute("few_repeat_customers", n=repeat)
    unique = table.groupby(["x", "t_x", "t"], sort=True)["n"].sum().reset_index()
    x, t_x, t, w = (unique[c].to_numpy(float) for c in ("x", "t_x", "t", "n"))

    def value(theta: FloatArray) -> tuple[float, FloatArray]:
        r, alpha, a, b = theta
        stay, gone, repeat = _alive_odds(theta, x, t_x, t)
        total = np.logaddexp(stay, gone)
        left = np.exp(gone - total)
        ll = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
        ll = ll + gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x) + total
        mixed = (1 - left) * np.log(alpha + t) + left * np.log(alpha + t_x)
        common = digamma(a + b) - digamma(a + b + x)
        gradient = (
            digamma(r + x) - digamma(r) + np.log(alpha) - mixed,
            r / alpha - (r + x) * ((1 - left) / (alpha + t) + left / (alpha + t_x)),
            common + left / a,
            common + digamma(b + x) - digamma(b) - np.where(x > 0, left / repeat, 0.0),
        )
        return float(w @ ll), np.array([w @ g for g in gradient])

    return _fit(["r", "alpha", "a", "b"], value, int(w.sum()), level)


def _apart_from_one(a: float) -> float:
    """`a` where the formulas have a removable gap (a = 1)."""
    return a if abs(a - 1) > 1e-7 else 1 + 1e-7


def expected_purchases(theta: FloatArray, t: FloatArray) -> FloatArray:
    """Mean repeat purchases of a new customer in `t` weeks (2005a, eq. 9)."""
    r, alpha, a, b = theta
    a = _apart_from_one(a)
    t = np.asarray(t, dtype=float)
    z = t / (alpha + t)
    # Euler's transformation of 2F1(r, b; a + b - 1; z): the factor before it cancels all powers
    # but one, and what is left has small parameters.
    series = hyp2f1(a + b - 1 - r, a - 1, a + b - 1, z)
    return np.asarray((a + b - 1) / (a - 1) * (1 - (1 - z) ** (a - 1) * series))


def probability_alive(theta: FloatArray, summary: pd.DataFrame) -> FloatArray:
    """Probability that each customer is still one, given the purchases (2005a, section 4)."""
    x, t_x, t = (summary[c].to_numpy(float) for c in ("x", "t_x", "t"))
    stay, gone, _ = _alive_odds(theta, x, t_x, t)
    return np.asarray(expit(stay - gone))


def conditional_purchases(theta: FloatArray, summary: pd.DataFrame, weeks: float) -> FloatArray:
    """Mean purchases of each customer in the next `weeks`, given the purchases (eq. 10)."""
    return np.asarray(_if_alive(theta, summary, [weeks])[0] * probability_alive(theta, summary))


def probability_again(theta: FloatArray, summary: pd.DataFrame, weeks: float) -> FloatArray:
    """Probability of a purchase in the next `weeks`, given the purchases.

    Whoever is still a customer has a rate that is gamma (r + x, alpha + t), and cannot leave before
    the next purchase (2005a, eq. 3): 1 - ((alpha + t) / (alpha + t + weeks))^(r + x) of them buy.
    """
    r, alpha, _, _ = theta
    x, t = summary["x"].to_numpy(float), summary["t"].to_numpy(float)
    silent = np.exp((r + x) * (np.log(alpha + t) - np.log(alpha + t + weeks)))
    return np.asarray((1 - silent) * probability_alive(theta, summary))


def _if_alive(theta: FloatArray, summary: pd.DataFrame, weeks: Sequence[float]) -> list[FloatArray]:
    """Mean purchases in the next so many weeks of each row, if still a customer.

    It depends on `x` and `t` alone, and is computed once for each pair of them.
    """
    r, alpha, a, b = theta
    a = _apart_from_one(a)
    x, t, of = _pairs(summary)
    found = []
    for ahead in weeks:
        z = ahead / (alpha + t + ahead)
        series = hyp2f1(a + b - 1 - r, a - 1, a + b + x - 1, z)
        found.append(((a + b + x - 1) / (a - 1) * (1 - (1 - z) ** (a - 1) * series))[of])
    return found


def _pairs(summary: pd.DataFrame) -> tuple[FloatArray, FloatArray, IntArray]:
    """`x` and `t` of each run of rows that share them, and of which run each row is.

    Cells are in their order, so that each pair is one run.
    """
    x, t = summary["x"].to_numpy(float), summary["t"].to_numpy(float)
    starts = np.r_[True, (np.diff(x) != 0) | (np.diff(t) != 0)]
    return x[starts], t[starts], np.cumsum(starts) - 1


def simulate_purchases(
    thetas: FloatArray, summary: pd.DataFrame, weeks: float, seed: int
) -> FloatArray:
    """Purchases of all customers together in the next `weeks`, one total a row of `thetas`.

    Given that one is still a customer, the rate is gamma (r + x, alpha + t) and the probability
    of leaving beta (a, b + x), apart from each other; the purchases are then the smaller of a
    Poisson count and the geometric number until one leaves. With draws of the estimates as rows,
    the totals hold the uncertainty of the parameters and the luck of customers. Of more than
    :data:`LUCK` customers the luck is that of so many drawn ones, scaled up by the root of how many
    there are: sums of independent numbers spread like that.
    """
    rng = np.random.default_rng(seed)
    n = customers(summary).astype(np.int64)
    drawn = np.arange(n.sum())
    if len(drawn) > LUCK:
        drawn = np.sort(rng.integers(0, n.sum(), LUCK))
    cells = summary.iloc[np.searchsorted(np.cumsum(n), drawn, side="right")]
    x, t = cells["x"].to_numpy(float), cells["t"].to_numpy(float)
    totals = []
    for theta in thetas:
        r, alpha, a, b = theta
        alive = np.flatnonzero(rng.random(len(x)) < probability_alive(theta, cells))
        rate = rng.gamma(r + x[alive]) / (alpha + t[alive])
        leaves = np.clip(rng.beta(a, b + x[alive]), 1e-12, 1.0)
        total = np.minimum(rng.poisson(rate * weeks), rng.geometric(leaves)).sum()
        if len(drawn) < n.sum():
            luck = total - conditional_purchases(theta, cells, weeks).sum()
            mean = (n * conditional_purchases(theta, summary, weeks)).sum()
            total = mean + np.sqrt(n.sum() / len(drawn)) * luck
        totals.append(total)
    return np.array(totals, dtype=float)


# --- gamma–gamma -------------------------------------------------------------------------------
def gamma_gamma(summary: pd.DataFrame, *, level: float = 0.95) -> Estimates:
    """Fit the gamma–gamma model of the mean value of a purchase (2005b): parameters p, q, gamma.

    It takes the value of purchases as independent of their number.

    Args:
        summary: ``x`` and ``value`` of :func:`customer_summary`; customers without a repeat
            purchase, or with a mean value of zero, tell nothing and are left out.

    Raises:
        CannotCompute: fewer than ten such customers, or no maximum inside.
    """
    known = summary[(summary["x"] > 0) & (summary["value"] > 0)]
    n = customers(known)
    if n.sum() < 10:
        raise CannotCompute("few_repeat_values", n=int(n.sum()))
    x, z = known["x"].to_numpy(float), known["value"].to_numpy(float)
    unit = float(np.median(z))  # the optimum is found where gamma is near one
    z = z / unit
    repeat, of = np.unique(x, return_inverse=True)
    with_x = np.bincount(of, n)
    spent, log_spent = x * z, np.log(x * z)
    constant = float(n @ np.log(z))
    logs = np.bincount(of, n * log_spent)

    def value(theta: FloatArray) -> tuple[float, FloatArray]:
        # per distinct number of purchases what can be, per customer only log(gamma + spent)
        p, q, gamma = theta
        px, both = p * repeat, gamma + spent
        log_both, one_over = np.bincount(of, n * np.log(both)), np.bincount(of, n / both)
        each = gammaln(px + q) - gammaln(px) - gammaln(q) + q * np.log(gamma)
        ll = with_x @ each + px @ logs - constant - (px + q) @ log_both
        more = digamma(px + q)
        gradient = (
            with_x * repeat @ (more - digamma(px)) + repeat @ (logs - log_both),
            with_x @ (more - digamma(q) + np.log(gamma)) - log_both.sum(),
            with_x.sum() * q / gamma - (px + q) @ one_over,
        )
        return float(ll), np.array(gradient)

    fitted = _fit(["p", "q", "gamma"], value, int(n.sum()), level)
    parameters = fitted.parameters.copy()
    parameters.loc["gamma"] *= unit
    return Estimates(
        parameters=parameters,
        log_covariance=fitted.log_covariance,
        log_likelihood=fitted.log_likelihood - fitted.n * float(np.log(unit)),
        n=fitted.n,
        level=level,
    )


def expected_value(theta: FloatArray, summary: pd.DataFrame) -> FloatArray:
    """Mean value of a purchase of each customer, given those seen (2005b, eq. 4).

    Of a cell the sum over its customers, of whom ``total`` is what they spent on repeat purchases.

    Raises:
        CannotCompute: q is not above 1, so that the mean over customers is infinite.
    """
    p, q, gamma = theta
    if q <= 1:
        raise CannotCompute("infinite_purchase_value")
    x = summary["x"].to_numpy(float)
    if "total" in summary.columns:
        total = summary["total"].to_numpy(float)
    else:
        total = np.where(x > 0, x * summary["value"].fillna(0.0).to_numpy(float), 0.0)
    return np.asarray(p * (gamma * customers(summary) + total) / (p * x + q - 1))


def lifetime_value(
    purchases: FloatArray,
    values: FloatArray,
    summary: pd.DataFrame,
    *,
    weeks: float,
    discount: float,
    periods: int = 4,
) -> FloatArray:
    """Discounted revenue expected of each customer (of each cell's together) in the next `weeks`.

    Args:
        purchases, values: parameters of the two models.
        discount: rate a year (52 weeks); each of `periods` parts counts as paid in its middle.
    """
    edges = np.linspace(0.0, weeks, periods + 1)
    so_far = [np.zeros(len(summary)), *_if_alive(purchases, summary, edges[1:].tolist())]
    factors = (1.0 + discount) ** (-(edges[1:] + edges[:-1]) / 2 / 52)
    bought = sum(f * (b - a) for f, a, b in zip(factors, so_far[:-1], so_far[1:], strict=True))
    alive = probability_alive(purchases, summary)
    return np.asarray(bought * alive * expected_value(values, summary))
