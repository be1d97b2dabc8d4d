"""Moderation and curvature on scale scores: products and squares in a linear regression.

Scores carry measurement error, which weakens products most of all: what is found here is a lower
bound in size, and a test with little power (Busemeyer & Jones 1983, Psychological Bulletin 93).
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from loyalty.stats._common import CannotCompute, check_varies
from loyalty.stats.regression import ols


def moderated_regression(
    scores: pd.DataFrame,
    outcome: str,
    predictors: Sequence[str],
    products: Sequence[tuple[str, str]] = (),
    squares: Sequence[str] = (),
    cluster: pd.Series | None = None,
) -> pd.DataFrame:
    """Regress a standardized score on standardized scores, their products and squares.

    Every score is standardized over the complete rows before products are formed, so that a
    product's coefficient is the change of one path, in standard deviations, per standard deviation
    of the other score (Aiken & West 1991, Multiple Regression). Standard errors are
    heteroscedasticity-consistent (HC3; Long & Ervin 2000, The American Statistician 54), or
    cluster-robust (CR1) with Student's t and as many degrees of freedom as clusters less one.

    Parameters
    ----------
    scores : DataFrame, respondents × scores
    outcome : str
    predictors : names of scores; those in `products` and `squares` are added where absent
    products : pairs of names
    squares : names
    cluster : Series, of the same index; rows without one are left out

    Returns
    -------
    DataFrame
        One row a term: ``term`` (``a``, ``a:b``, ``a^2``), ``est``, ``se``, ``p``, ``ci_lower``,
        ``ci_upper``, ``n``.

    Raises
    ------
    CannotCompute
        When a score does not vary, or too few complete rows are left.
    """
    names = list(dict.fromkeys([*predictors, *(a for pair in products for a in pair), *squares]))
    if outcome in names:
        raise ValueError(f"{outcome} cannot explain itself")
    frame = scores[[outcome, *names]].astype(float)
    if cluster is not None:
        frame = frame[cluster.reindex(frame.index).notna()]
    check_varies(frame.to_numpy(), list(frame.columns))
    frame = frame.dropna()
    if frame.empty:
        raise CannotCompute("no_complete_row")
    check_varies(frame.to_numpy(), list(frame.columns))
    z = (frame - frame.mean()) / frame.std(ddof=0)
    for a, b in products:
        z[f"{a}:{b}"] = z[a] * z[b]
    for a in squares:
        z[f"{a}^2"] = z[a] ** 2
    terms = [c for c in z.columns if c != outcome]
    if cluster is not None:
        z["(cluster)"] = cluster.reindex(z.index).astype(str)
    fit = ols(z, outcome, terms, cluster=None if cluster is None else "(cluster)")
    table = fit.coefficients.drop(index="intercept").rename(columns={"b": "est"})
    return table.reset_index()[["term", "est", "se", "p", "ci_lower", "ci_upper"]].assign(n=fit.n)
