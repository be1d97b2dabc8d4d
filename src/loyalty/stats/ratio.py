"""The ratio of two effects, with an interval."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from loyalty.stats._common import FloatArray, normal_quantile


class Ratio(NamedTuple):
    """Both ends are None where the data do not bound the ratio."""

    estimate: float
    ci_lower: float | None
    ci_upper: float | None


def of_draws(above: float, below: float, drawn: FloatArray, level: float = 0.95) -> Ratio:
    """The ratio of two effects above zero, with the middle of its draws.

    A draw in which the lower effect is not above zero bounds nothing: its ratio is beyond every
    number. There is no interval where such draws reach into the middle ones.

    Args:
        drawn: (draws, 2), the upper effect and the lower one.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = np.where(drawn[:, 1] > 0, drawn[:, 0] / drawn[:, 1], np.inf)
        if len(ratios) < 2:
            return Ratio(above / below, None, None)
        tail = (1 - level) / 2
        lower, upper = np.quantile(ratios, [tail, 1 - tail])
    if not np.isfinite(upper):
        return Ratio(above / below, None, None)
    return Ratio(above / below, float(lower), float(upper))


def fieller(above: float, below: float, covariance: FloatArray, level: float = 0.95) -> Ratio:
    """Fieller's interval of the ratio of two normal estimates with this (2, 2) covariance.

    The ratios r at which ``above - r below`` is not told from zero (Fieller 1954, Journal of the
    Royal Statistical Society B 16, 175-185): an interval where ``below`` is told from zero.
    """
    z2 = normal_quantile(level) ** 2
    (va, c), (_, vb) = covariance
    a, b, d = below**2 - z2 * vb, above * below - z2 * c, above**2 - z2 * va
    if a <= 0:
        return Ratio(above / below, None, None)
    half = float(np.sqrt(max(b * b - a * d, 0.0)))
    return Ratio(above / below, float((b - half) / a), float((b + half) / a))
