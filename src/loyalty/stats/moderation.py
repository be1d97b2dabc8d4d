"""Moderation and curvature: products and squares of scale scores in a regression, and of answers.

Scale scores carry measurement error, which weakens products most of all: what is found by them is a
lower bound in size, and a test with little power (Busemeyer & Jones 1983, Psychological Bulletin
93).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from loyalty.stats._common import CannotCompute, FloatArray, check_varies
from loyalty.stats.polychoric import MOST_CATEGORIES, coded, polychoric, thresholds
from loyalty.stats.regression import ols
from loyalty.stats.roots import correlation_root

_BLOCK = 50_000


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


def straightened(
    products: pd.DataFrame, answers: pd.DataFrame, pairs: Sequence[tuple[str, str]], seed: int
) -> pd.DataFrame:
    r"""Products of answers without what the answer scales alone make of them.

    Where most answers lie at one end of a scale, its numbers go with products of other items'
    numbers although the opinions behind them are normal and no relation bends. Of such opinions,
    with the answers' polychoric correlations and cut at their thresholds, the regression of each
    product on all answers, :math:`\Gamma = E(s s')^{-1} E(s p')`, is known; from every product
    :math:`p` it is taken away, :math:`p - \Gamma' s`, with :math:`s` the answers' deviations from
    their means (of a missing answer none). It is the residual centring of Little, Bovaird & Widaman
    (2006, Structural Equation Modeling 13, 497-519) with coefficients of straight relations, not of
    the sample's, in which what is looked for is, too. The expectations are means over at least ten
    times as many draws as rows.

    Parameters
    ----------
    products : DataFrame, respondents × pairs
        Double-mean-centred.
    answers : DataFrame, respondents × items
        The items of all constructs of the model.
    pairs
        Of which items each product is.
    seed
        Of the draws.

    Returns
    -------
    DataFrame
        `products` themselves where an item has more than 20 different answers: so fine a scale
        cuts nothing off.

    Raises
    ------
    CannotCompute
        An item that does not vary, or a pair without a polychoric correlation.
    """
    values = answers.to_numpy(dtype=float)
    if (answers.nunique() > MOST_CATEGORIES).any():
        return products
    codes = coded(values, list(answers.columns))
    root = correlation_root(polychoric(answers, missing="pairwise").to_numpy(), 0.0)
    levels = [np.unique(column[~np.isnan(column)]) for column in values.T]
    cuts, means = [thresholds(c) for c in codes], np.nanmean(values, axis=0)
    place = {name: k for k, name in enumerate(answers.columns)}
    one, other = ([place[pair[side]] for pair in pairs] for side in (0, 1))
    squares, crossed = np.zeros((len(root), len(root))), np.zeros((len(root), len(pairs)))
    rng = np.random.default_rng(seed)
    for _ in range(max(2, -(-10 * len(values) // _BLOCK))):
        z = rng.standard_normal((_BLOCK, len(root))) @ root.T
        s = (
            np.column_stack(
                [
                    own[np.searchsorted(cut, z[:, k])]
                    for k, (own, cut) in enumerate(zip(levels, cuts, strict=True))
                ]
            )
            - means
        )
        squares += s.T @ s
        crossed += s.T @ (s[:, one] * s[:, other])
    gamma = np.linalg.lstsq(squares, crossed)[0]
    taken: FloatArray = np.nan_to_num(values - means) @ gamma
    found: pd.DataFrame = products - taken
    return found
