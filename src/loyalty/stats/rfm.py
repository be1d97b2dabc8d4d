"""Recency, frequency and monetary value: customers scored by fifths and put into segments."""

from __future__ import annotations

import numpy as np
import pandas as pd

from loyalty.stats import clv
from loyalty.stats._common import CannotCompute, FloatArray

#: Segments from the best to the worst: each a rule on the scores of recency and frequency.
SEGMENTS = ("champions", "loyal", "promising", "at_risk", "dormant")


def fifth(values: pd.Series, n: FloatArray | None = None) -> pd.Series:
    """Scores 1 (lowest) to 5 by rank; equal values have equal scores, so fifths may be uneven.

    Args:
        n: how many customers each value is of; one each where not given.
    """
    weight = np.ones(len(values)) if n is None else n
    codes, _ = pd.factorize(values, sort=True)
    size = np.bincount(codes, weight)
    rank = np.cumsum(size) - (size - 1) / 2  # the mean of those that are equal
    share = (rank / size.sum())[codes]
    return pd.Series(np.ceil(share * 5).clip(1, 5), index=values.index).astype(int)


def score(summary: pd.DataFrame) -> pd.DataFrame:
    """Scores and segment of every customer, or cell of customers, at the end of the summary.

    Args:
        summary: ``x``, ``t_x``, ``t`` and where known ``spend`` (see :func:`clv.customer_summary`;
            of cells it is no customer's, and ``m`` is left out).

    Returns:
        As indexed; ``recency`` (days since the last purchase), ``frequency`` (days with a
        purchase), ``r``, ``f`` and with amounts ``monetary`` and ``m``; ``segment``.

    Raises:
        CannotCompute: fewer than five customers.
    """
    n = clv.customers(summary)
    if n.sum() < 5:
        raise CannotCompute("few_customers_for_fifths", n=int(n.sum()))
    silent = (clv.DAYS * (summary["t"] - summary["t_x"])).round().astype(int)
    table = pd.DataFrame({"recency": silent, "frequency": summary["x"] + 1})
    table["r"] = fifth(-table["recency"], n)
    # Who bought once is not loyal, however many others bought once too.
    table["f"] = fifth(table["frequency"], n).where(table["frequency"] > 1, 1)
    if "spend" in summary.columns:
        table["monetary"] = summary["spend"]
        if "n" not in summary.columns:
            table["m"] = fifth(table["monetary"])
    r, f = table["r"], table["f"]
    table["segment"] = np.select(
        [(r >= 4) & (f >= 4), (r >= 3) & (f >= 3), (r >= 4), (f >= 3)],
        ["champions", "loyal", "promising", "at_risk"],
        "dormant",
    )
    return table
