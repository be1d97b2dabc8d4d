"""How well something said, or done before, tells those who will do a thing from those who will not.

The area under the ROC curve is the chance that of two people, one who does and one who does not,
the first has the higher score (ties count half). Its errors, and those of differences between
scores of the same people, are DeLong's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import norm, rankdata

from loyalty.stats._common import CannotCompute, FloatArray, Result, check_level


@dataclass(frozen=True, eq=False)
class Discrimination(Result):
    """Areas under the curve of several scores of the same people.

    Attributes:
        areas: index score; ``auc``, ``se``, ``ci_lower``, ``ci_upper`` (on the logit scale).
        differences: one row a pair asked for; ``score``, ``reference``, ``estimate`` (score less
            reference), ``se``, ``ci_lower``, ``ci_upper``, ``p``.
        n: people. events: those of them who did it.
        level: of the intervals.
    """

    areas: pd.DataFrame
    differences: pd.DataFrame
    n: int
    events: int
    level: float


def discrimination(
    outcome: Sequence[float] | FloatArray,
    scores: pd.DataFrame,
    pairs: Sequence[tuple[str, str]] = (),
    *,
    level: float = 0.95,
) -> Discrimination:
    """Areas under the ROC curve with DeLong's covariances.

    Source: DeLong, DeLong & Clarke-Pearson (1988, Biometrics 44:837-845); the covariance of the
    areas is that of the placements, S10 / m + S01 / n. Intervals of one area on the logit scale
    (Pepe 2003, sect. 5.2), of differences on their own.

    Args:
        outcome: 1 or 0 a person, none missing.
        scores: a column a score, higher for those expected to do it; none missing.
        pairs: (score, reference) whose difference is asked for.

    Raises:
        CannotCompute: fewer than two people who did it, or who did not.
    """
    check_level(level)
    y = np.asarray(outcome, dtype=float)
    did = y == 1
    m, n = int(did.sum()), int((~did).sum())
    if min(m, n) < 2:
        raise CannotCompute("few_did_or_not", n=min(m, n))
    values = scores.to_numpy(dtype=float)
    v10, v01 = np.empty((m, values.shape[1])), np.empty((n, values.shape[1]))
    for k, column in enumerate(values.T):
        every = rankdata(column)
        v10[:, k] = (every[did] - rankdata(column[did])) / n
        v01[:, k] = 1 - (every[~did] - rankdata(column[~did])) / m
    area = v10.mean(axis=0)
    cov = np.atleast_2d(np.cov(v10, rowvar=False) / m + np.cov(v01, rowvar=False) / n)
    z = norm.ppf(0.5 + level / 2)
    se = np.sqrt(np.diag(cov))
    inside = (area > 0) & (area < 1)
    a = np.where(inside, area, 0.5)
    half = z * se / (a * (1 - a))
    limits = [1 / (1 + np.exp(-(np.log(a / (1 - a)) + s * half))) for s in (-1, 1)]
    areas = pd.DataFrame(
        {
            "auc": area,
            "se": se,
            "ci_lower": np.where(inside, limits[0], area),
            "ci_upper": np.where(inside, limits[1], area),
        },
        index=pd.Index(scores.columns, name="score"),
    )
    at = {name: k for k, name in enumerate(scores.columns)}
    rows = []
    for one, other in pairs:
        i, j = at[one], at[other]
        estimate = float(area[i] - area[j])
        error = float(np.sqrt(max(cov[i, i] + cov[j, j] - 2 * cov[i, j], 0.0)))
        p = 2 * norm.sf(abs(estimate) / error) if error > 0 else np.nan
        rows.append(
            {
                "score": one,
                "reference": other,
                "estimate": estimate,
                "se": error,
                "ci_lower": estimate - z * error,
                "ci_upper": estimate + z * error,
                "p": p,
            }
        )
    columns = ["score", "reference", "estimate", "se", "ci_lower", "ci_upper", "p"]
    return Discrimination(areas, pd.DataFrame(rows, columns=columns), m + n, m, level)


def held_out(
    frame: pd.DataFrame,
    outcome: str,
    models: Mapping[str, Sequence[str]],
    *,
    folds: int,
    seed: int,
) -> pd.DataFrame:
    """Predictions for people whom the model that makes them has not seen.

    Logistic regressions; people are dealt into folds, the same for all models, with those who did
    it spread evenly. Each fold's predictions come from the others.

    Args:
        frame: a row a person, none missing; ``outcome`` 1 or 0, predictors numeric.
        models: predictors by the name of the model.

    Returns:
        Log-odds, (people, models), as the frame is indexed.

    Raises:
        CannotCompute: fewer people who did it, or who did not, than folds; predictors without
            variation, or that separate the two.
    """
    y = frame[outcome].to_numpy(dtype=float)
    fewest = int(min((y == 1).sum(), (y == 0).sum()))
    if fewest < folds:
        raise CannotCompute("few_for_folds", n=fewest, folds=folds)
    rng = np.random.default_rng(seed)
    fold = np.empty(len(y), dtype=int)
    for value in (0.0, 1.0):
        at = rng.permutation(np.flatnonzero(y == value))
        fold[at] = np.arange(len(at)) % folds
    out: dict[str, FloatArray] = {}
    for name, predictors in models.items():
        predicted = np.empty(len(y))
        x = frame[list(predictors)].to_numpy(dtype=float)
        for k in range(folds):
            kept = fold != k
            beta = _logistic(_design(x[kept]), y[kept])
            predicted[~kept] = _design(x[~kept]) @ beta
        out[name] = predicted
    return pd.DataFrame(out, index=frame.index)


def _design(x: FloatArray) -> FloatArray:
    return np.column_stack([np.ones(len(x)), x])


def _logistic(x: FloatArray, y: FloatArray) -> FloatArray:
    """Maximum likelihood by Newton steps."""
    beta = np.zeros(x.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-(x @ beta)))
        weight = p * (1 - p)
        try:
            step = np.linalg.solve(x.T @ (x * weight[:, None]), x.T @ (y - p))
        except np.linalg.LinAlgError:
            raise CannotCompute("collinear_predictors") from None
        beta = beta + step
        if np.abs(step).max() < 1e-9:
            return beta
    raise CannotCompute("separated_outcome")


@dataclass(frozen=True, eq=False)
class Odds(Result):
    """A logistic regression: what a step of one predictor multiplies the odds by.

    Attributes:
        odds_ratio, ci_lower, ci_upper: of one step; p: of the test that it is one.
        n: people. events: those of them who did it.
    """

    odds_ratio: float
    ci_lower: float
    ci_upper: float
    p: float
    n: int
    events: int


def odds(
    frame: pd.DataFrame,
    outcome: str,
    predictor: str,
    *,
    held: Sequence[str] = (),
    factors: Sequence[str] = (),
    level: float = 0.95,
) -> Odds:
    """The odds ratio of one step of ``predictor``, others held.

    Maximum likelihood with Huber-White standard errors (statsmodels' Logit, HC0).

    Args:
        frame: a row a person; listwise deletion.
        held: further numeric predictors. factors: columns held as a dummy for each value.

    Raises:
        CannotCompute: an outcome with one value, a constant predictor, collinear predictors, or
            predictors that separate the two.
    """
    import statsmodels.api as sm

    check_level(level)
    used = frame[[outcome, predictor, *held, *factors]].dropna()
    y = used[outcome].to_numpy(dtype=float)
    if (fewest := int(min((y == 1).sum(), (y == 0).sum()))) < 2:
        raise CannotCompute("few_did_or_not", n=fewest)
    if used[predictor].nunique() < 2:
        raise CannotCompute("constant", name=predictor)
    parts = [used[[predictor, *held]].astype(float)]
    parts += [pd.get_dummies(used[f], prefix=f, drop_first=True, dtype=float) for f in factors]
    x = _design(pd.concat(parts, axis=1).to_numpy())
    if np.linalg.matrix_rank(x) < x.shape[1]:
        raise CannotCompute("collinear_predictors")
    _logistic(x, y)
    fit = sm.Logit(y, x).fit(disp=0, cov_type="HC0")
    low, high = np.asarray(fit.conf_int(1 - level))[1]
    return Odds(
        float(np.exp(fit.params[1])),
        float(np.exp(low)),
        float(np.exp(high)),
        float(fit.pvalues[1]),
        len(y),
        int(y.sum()),
    )
