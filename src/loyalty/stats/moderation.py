"""Moderation and curvature on scale scores: products and squares in a linear regression.

Scores carry measurement error, which weakens products most of all: what is found here is a lower
bound in size, and a test with little power (Busemeyer & Jones 1983, Psychological Bulletin 93).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import statsmodels.api as sm

from loyalty.stats._common import CannotCompute


def moderated_regression(
    scores: pd.DataFrame,
    outcome: str,
    predictors: Sequence[str],
    products: Sequence[tuple[str, str]] = (),
    squares: Sequence[str] = (),
) -> pd.DataFrame:
    """Regress a standardized score on standardized scores, their products and squares.

    Every score is standardized over the complete rows before products are formed, so that a
    product's coefficient is the change of one path, in standard deviations, per standard deviation
    of the other score (Aiken & West 1991, Multiple Regression). Standard errors are
    heteroscedasticity-consistent (HC3; Long & Ervin 2000, The American Statistician 54).

    Parameters
    ----------
    scores : DataFrame, respondents × scores
    outcome : str
    predictors : names of scores; those in `products` and `squares` are added where absent
    products : pairs of names
    squares : names

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
        raise CannotCompute(f"{outcome} cannot explain itself")
    frame = scores[[outcome, *names]].dropna().astype(float)
    terms = len(names) + len(products) + len(squares) + 1
    if len(frame) <= terms + 1:
        raise CannotCompute(f"only {len(frame)} complete rows for {terms} coefficients")
    spread = frame.std(ddof=0)
    if (spread == 0).any():
        raise CannotCompute(f"{spread.index[(spread == 0).to_numpy()][0]} does not vary")
    z = (frame - frame.mean()) / spread
    design = z[names].copy()
    for a, b in products:
        design[f"{a}:{b}"] = z[a] * z[b]
    for a in squares:
        design[f"{a}^2"] = z[a] ** 2
    fit = sm.OLS(z[outcome].to_numpy(), sm.add_constant(design.to_numpy())).fit(cov_type="HC3")
    interval = np.asarray(fit.conf_int())
    return pd.DataFrame(
        {
            "term": list(design.columns),
            "est": fit.params[1:],
            "se": fit.bse[1:],
            "p": fit.pvalues[1:],
            "ci_lower": interval[1:, 0],
            "ci_upper": interval[1:, 1],
            "n": len(frame),
        }
    )
