r"""The tone of what customers wrote, and whether it goes with leaving: one likelihood of both.

Behind the texts of a customer, each filed as praise or complaint, stands a mood
:math:`m \sim N(0, 1)`,

.. math:: P(praise | m) = \Phi(\tau + \kappa m),

so that a text tells :math:`\kappa^2 / (1 + \kappa^2)` of the customer's mood and for the rest of
itself: two texts of one customer often disagree. The purchases are BG/NBD's, whose chance of
leaving and whose rate have normal copulas with the mood (:mod:`loyalty.estimates.attitude`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import log_ndtr
from scipy.stats import norm

from loyalty.estimates.attitude import Effect, Floats, Leaving, effect_of, maximised
from loyalty.ground.reasons import CannotCompute


@dataclass(frozen=True)
class Toned:
    """Correlations of the mood with the normal scores of leaving and of the rate of purchases, and
    the share of the variance of one text's tone that is the customer's, each with its interval."""

    leaving: Effect
    rate: Effect
    customer: Effect


def toned(
    texts: pd.DataFrame,
    purchases: pd.DataFrame,
    *,
    clusters: NDArray[np.intp] | None = None,
    level: float = 0.95,
) -> Toned:
    """Fit the model.

    Parameters
    ----------
    texts : DataFrame, people
        ``praise`` and ``texts``: how many of how many, one or more.
    purchases : DataFrame, people
        ``x``, ``t_x``, ``t`` in weeks.
    clusters : array, people
        Of whom texts and purchases may go together.

    Raises
    ------
    CannotCompute
        Fewer than 50 people, texts of one kind alone, fewer than ten people with two texts or who
        bought again, or no maximum.
    """
    if (n := len(texts)) < 50:
        raise CannotCompute("few_people_for_outcome", n=n)
    count = texts["texts"].to_numpy(dtype=float)
    good = texts["praise"].to_numpy(dtype=float)
    if good.sum() == 0 or good.sum() == count.sum():
        raise CannotCompute("one_kind_of_text")
    if (several := int((count > 1).sum())) < 10:
        raise CannotCompute("few_with_two_texts", n=several)
    step = _Both(purchases, good, count)
    mean, variance = np.zeros(n), np.ones(n)
    beta, bread = maximised(step, mean, variance)
    pull = step.scores(beta, mean, variance) @ bread
    leaving, rate = (
        effect_of(which, "leaving", beta, pull, n, clusters, level) for which in (0, 1)
    )
    one = effect_of(7, None, beta, pull, n, clusters, level)
    share, low, high = (
        float(1 / (1 + np.exp(-2 * v))) for v in (one.estimate, one.ci_lower, one.ci_upper)
    )
    return Toned(leaving, rate, Effect(share, 2 * one.se * share * (1 - share), low, high, n))


class _Both(Leaving):
    """Parameters: those of leaving and of the rate, tau, and the logarithm of kappa."""

    def __init__(self, purchases: pd.DataFrame, good: Floats, count: Floats) -> None:
        super().__init__(purchases)
        self.good, self.bad = good[:, None], (count - good)[:, None]
        start = norm.ppf((good.sum() + 1) / (count.sum() + 2)) * np.sqrt(2)
        self.start = np.concatenate([self.start, [start, 0.0]])
        self._prior = -0.5 * self.eta**2
        self._prior = self._prior - np.log(np.exp(self._prior).sum())

    def _wrote(self, beta: Floats) -> Floats:
        """Mood and texts together, (people, points)."""
        at = beta[6] + np.exp(beta[7]) * self.eta
        log = self._prior + self.good * log_ndtr(at) + self.bad * log_ndtr(-at)
        return np.asarray(np.exp(log), dtype=np.float64)

    def value(self, beta: Floats, mean: Floats, variance: Floats) -> Floats:
        return self._together(self._leaves(beta), self._buys(beta), self._wrote(beta))

    def both(self, beta: Floats, mean: Floats, variance: Floats) -> tuple[Floats, Floats]:
        """A parameter moves one of the three parts; the others are computed once."""
        parts = [self._leaves(beta), self._buys(beta), self._wrote(beta)]
        makes = [self._leaves, self._buys, self._wrote]
        part_of = (0, 1, 1, 1, 0, 0, 2, 2)
        h, columns = 1e-4, []
        for k, part in enumerate(part_of):
            ends = []
            for sign in (h, -h):
                moved = beta.copy()
                moved[k] += sign
                now = [make(moved) if j == part else parts[j] for j, make in enumerate(makes)]
                ends.append(self._together(*now))  # type: ignore[arg-type]
            columns.append((ends[0] - ends[1]) / (2 * h))
        return self._together(*parts), np.column_stack(columns)  # type: ignore[arg-type]
