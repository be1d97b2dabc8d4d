"""Recency, frequency and monetary value: customers scored by fifths and put into segments."""

from __future__ import annotations

import numpy as np
import pandas as pd

from loyalty.stats._common import CannotCompute

#: Segments from the best to the worst: each a rule on the scores of recency and frequency.
SEGMENTS = ("champions", "loyal", "promising", "at_risk", "dormant")


def fifth(values: pd.Series) -> pd.Series:
    """Scores 1 (lowest) to 5 by rank; equal values have equal scores, so fifths may be uneven."""
    share = values.rank(method="average", pct=True)
    return pd.Series(np.ceil(share * 5).clip(1, 5), index=values.index).astype(int)


def score(summary: pd.DataFrame, until: pd.Timestamp) -> pd.DataFrame:
    """Scores and segment of every customer.

    Args:
        summary: ``x``, ``last`` and where known ``spend`` (see :func:`clv.customer_summary`).

    Returns:
        Index customer; ``recency`` (days since the last purchase), ``frequency`` (days with a
        purchase), ``r``, ``f`` and with amounts ``monetary`` and ``m``; ``segment``.

    Raises:
        CannotCompute: fewer than five customers.
    """
    if len(summary) < 5:
        raise CannotCompute("few_customers_for_fifths", n=len(summary))
    table = pd.DataFrame(
        {"recency": (until - summary["last"]).dt.days, "frequency": summary["x"] + 1}
    )
    table["r"] = fifth(-table["recency"])
    # Who bought once is not loyal, however many others bought once too.
    table["f"] = fifth(table["frequency"]).where(table["frequency"] > 1, 1)
    if "spend" in summary.columns:
        table["monetary"] = summary["spend"]
        table["m"] = fifth(table["monetary"])
    r, f = table["r"], table["f"]
    table["segment"] = np.select(
        [(r >= 4) & (f >= 4), (r >= 3) & (f >= 3), (r >= 4), (f >= 3)],
        ["champions", "loyal", "promising", "at_risk"],
        "dormant",
    )
    return table
