"""How well something said, or done before, tells those who will do a thing from those who will not.

The area under the ROC curve is the chance that of two people, one who does and one who does not,
the first has the higher score (ties count half). Its errors, and those of differences between
scores of the same people, are DeLong's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm

from loyalty.stats._common import CannotCompute, FloatArray, Result, check_level
from loyalty.stats.descriptives import wilson_interval


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
    n: Sequence[float] | FloatArray | None = None,
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
        n: how many people each row is; one where not given.

    Raises:
        CannotCompute: fewer than two people who did it, or who did not.
    """
    check_level(level)
    y = np.asarray(outcome, dtype=float)
    did, people = y == 1, np.ones(len(y)) if n is None else np.asarray(n, dtype=float)
    doers, others = people * did, people * ~did
    m, rest = int(doers.sum()), int(others.sum())
    if min(m, rest) < 2:
        raise CannotCompute("few_did_or_not", n=min(m, rest))
    values = scores.to_numpy(dtype=float)
    v10, v01 = np.empty(values.shape), np.empty(values.shape)
    for k, column in enumerate(values.T):
        codes = np.unique(column, return_inverse=True)[1]
        v10[:, k] = _below(codes, others)[codes] / rest
        v01[:, k] = 1 - _below(codes, doers)[codes] / m
    area = doers @ v10 / m
    cov = _spread(v10, doers) / m + _spread(v01, others) / rest
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
    return Discrimination(areas, pd.DataFrame(rows, columns=columns), m + rest, m, level)


def _below(codes: NDArray[np.intp], people: FloatArray) -> FloatArray:
    """How many of the people have a lower value than each, those with the same counted half."""
    size = np.bincount(codes, people)
    return np.asarray(np.cumsum(size) - size / 2)


def _spread(placements: FloatArray, people: FloatArray) -> FloatArray:
    """(scores, scores) covariances over people."""
    away = placements - people @ placements / people.sum()
    return np.asarray((away * people[:, None]).T @ away / (people.sum() - 1))


@dataclass(frozen=True, eq=False)
class Calibration(Result):
    """Whether as many do it as were predicted to.

    Attributes:
        parts: about equal parts of the people by prediction: ``n``, ``predicted`` (mean),
            ``estimate`` (share that did it), ``ci_lower``, ``ci_upper`` (Wilson).
        slope, ci_lower, ci_upper: of the log-odds of doing it on those predicted (logistic
            regression with an intercept); 1 where predictions are neither too extreme (below 1)
            nor too timid.
        predicted, share: mean prediction, and the share of all that did it.
        n: people. level: of the intervals.
    """

    parts: pd.DataFrame
    slope: float
    ci_lower: float
    ci_upper: float
    predicted: float
    share: float
    n: int
    level: float


def calibration(
    predicted: FloatArray,
    did: FloatArray,
    n: FloatArray,
    *,
    parts: int = 10,
    level: float = 0.95,
) -> Calibration:
    """Predictions against what happened, in parts and as a slope.

    Source: Cox (1958, Biometrika 45:562-565); Steyerberg (2019), Clinical Prediction Models,
    sect. 15.3.

    Args:
        predicted: probability of each row, between 0 and 1. did: of its `n` people, so many did.

    Raises:
        CannotCompute: fewer than two people who did it, or who did not; predictions of one value.
    """
    check_level(level)
    total, done = float(n.sum()), float(did.sum())
    if min(done, total - done) < 2:
        raise CannotCompute("few_did_or_not", n=int(min(done, total - done)))
    if np.ptp(predicted) == 0:
        raise CannotCompute("constant", name="p")
    order = np.argsort(predicted, kind="stable")
    p, k, size = predicted[order], did[order], n[order]
    middle = np.cumsum(size) - size / 2
    part = np.minimum((middle / total * parts).astype(int), parts - 1)
    rows = []
    for of in np.unique(part):
        mine = part == of
        found = wilson_interval(int(k[mine].sum()), int(size[mine].sum()), level=level)
        rows.append(
            {
                "n": int(size[mine].sum()),
                "predicted": float(size[mine] @ p[mine] / size[mine].sum()),
                "estimate": found.share,
                "ci_lower": found.ci_lower,
                "ci_upper": found.ci_upper,
            }
        )
    inside = np.clip(p, 1e-12, 1 - 1e-12)
    beta, information = _logistic(_design(np.log(inside / (1 - inside))), k, size, start=(0.0, 1.0))
    slope, se = float(beta[1]), float(np.sqrt(np.linalg.inv(information)[1, 1]))
    z = norm.ppf(0.5 + level / 2)
    return Calibration(
        parts=pd.DataFrame(rows),
        slope=slope,
        ci_lower=slope - z * se,
        ci_upper=slope + z * se,
        predicted=float(n @ predicted / total),
        share=done / total,
        n=int(total),
        level=level,
    )


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
            beta, _ = _logistic(_design(x[kept]), y[kept])
            predicted[~kept] = _design(x[~kept]) @ beta
        out[name] = predicted
    return pd.DataFrame(out, index=frame.index)


def _design(x: FloatArray) -> FloatArray:
    return np.column_stack([np.ones(len(x)), x])


def _logistic(
    x: FloatArray, did: FloatArray, n: FloatArray | float = 1.0, start: Sequence[float] = ()
) -> tuple[FloatArray, FloatArray]:
    """Coefficients and information by Newton steps, of rows with `did` of `n`."""
    beta = np.array(start) if start else np.zeros(x.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-(x @ beta)))
        information = x.T @ (x * (n * p * (1 - p))[:, None])
        try:
            step = np.linalg.solve(information, x.T @ (did - n * p))
        except np.linalg.LinAlgError:
            raise CannotCompute("collinear_predictors") from None
        beta = beta + step
        if np.abs(step).max() < 1e-10:
            return beta, information
    raise CannotCompute("separated_outcome")


@dataclass(frozen=True, eq=False)
class Odds(Result):
    """A logistic regression: what a step of one predictor multiplies the odds by; or the mean, of a
    Poisson regression.

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
    y, x = _taken(frame, outcome, predictor, held, factors)
    if (fewest := int(min((y == 1).sum(), (y == 0).sum()))) < 2:
        raise CannotCompute("few_did_or_not", n=fewest)
    _logistic(x, y)
    return _of_a_step(sm.Logit(y, x).fit(disp=0, cov_type="HC0"), y, level)


def ratio(
    frame: pd.DataFrame,
    outcome: str,
    predictor: str,
    *,
    held: Sequence[str] = (),
    factors: Sequence[str] = (),
    level: float = 0.95,
) -> Odds:
    """What one step of ``predictor`` multiplies the mean of a count or an amount by, others held.

    Poisson's quasi-likelihood, which needs the mean alone to be right (Gourieroux et al.
    1984), with Huber-White standard errors (statsmodels' GLM, HC0).

    Args:
        frame: a row a person; listwise deletion; ``outcome`` zero or more. `held`, `factors` as in
            :func:`odds`.

    Raises:
        CannotCompute: an outcome of one value, a constant predictor, or collinear predictors.
    """
    import statsmodels.api as sm

    check_level(level)
    y, x = _taken(frame, outcome, predictor, held, factors)
    if np.ptp(y) == 0:
        raise CannotCompute("does_not_vary", name=outcome)
    fit = sm.GLM(y, x, family=sm.families.Poisson()).fit(cov_type="HC0")
    return _of_a_step(fit, y > 0, level)


def _taken(
    frame: pd.DataFrame,
    outcome: str,
    predictor: str,
    held: Sequence[str],
    factors: Sequence[str],
) -> tuple[FloatArray, FloatArray]:
    """The outcome, and the predictor after the constant with what is held."""
    used = frame[[outcome, predictor, *held, *factors]].dropna()
    y = used[outcome].to_numpy(dtype=float)
    if used[predictor].nunique() < 2:
        raise CannotCompute("constant", name=predictor)
    parts = [used[[predictor, *held]].astype(float)]
    parts += [pd.get_dummies(used[f], prefix=f, drop_first=True, dtype=float) for f in factors]
    x = _design(pd.concat(parts, axis=1).to_numpy())
    if np.linalg.matrix_rank(x) < x.shape[1]:
        raise CannotCompute("collinear_predictors")
    return y, x


def _of_a_step(fit: Any, did: FloatArray | NDArray[np.bool_], level: float) -> Odds:
    low, high = np.asarray(fit.conf_int(1 - level))[1]
    return Odds(
        float(np.exp(fit.params[1])),
        float(np.exp(low)),
        float(np.exp(high)),
        float(fit.pvalues[1]),
        len(did),
        int(did.sum()),
    )
