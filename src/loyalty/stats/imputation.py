"""Multiple imputation under the normal model: what missing answers might have been."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from scipy.stats import t

from loyalty.stats import CannotCompute

#: Rounds of data augmentation before the first and between two imputations.
BURN_IN, BETWEEN = 30, 5


def impute(
    answers: pd.DataFrame, imputations: int, seed: int, *, shift: float = 0.0
) -> list[pd.DataFrame]:
    """Complete versions of `answers`, drawn by data augmentation.

    Rounds alternate between drawing means and covariances given complete answers (inverse Wishart
    and normal, Jeffreys' prior) and missing answers given these (Schafer 1997, Analysis of
    Incomplete Multivariate Data, chapter 5). Rows without any answer are left out. With `shift`
    every imputed answer is moved by that many standard deviations of its item: what if those who
    did not answer differ from like respondents who did (Carpenter & Kenward 2013)?

    Parameters
    ----------
    answers : respondents × items, NaN where missing
    imputations : how many; seed : of the draws

    Raises
    ------
    CannotCompute
        When an item has no two different answers or there are no more rows than items.
    """
    frame = answers[answers.notna().any(axis=1)].astype(float)
    values = frame.to_numpy()
    n, p = values.shape
    flat = [str(c) for c in frame.columns if frame[c].nunique() < 2]
    if flat:
        raise CannotCompute("does_not_vary", name=flat[0])
    if n <= p + 1:
        raise CannotCompute("more_rows_for_items", n=n, items=p)
    holes = np.isnan(values)
    deviation = np.nanstd(values, axis=0)
    x = np.where(holes, np.nanmean(values, axis=0), values)
    rng = np.random.default_rng(seed)
    groups = []
    for k in np.unique(holes.sum(axis=1)):
        if k:
            rows = np.flatnonzero(holes.sum(axis=1) == k)
            columns = np.nonzero(holes[rows])[1].reshape(len(rows), k)
            groups.append((rows, columns))
    mean, precision = x.mean(axis=0), np.linalg.inv(np.cov(x, rowvar=False))
    made = []
    for turn in range(BURN_IN + 1 + (imputations - 1) * BETWEEN):
        for rows, columns in groups:
            _fill(x, rows, columns, mean, precision, rng)
        if turn >= BURN_IN and (turn - BURN_IN) % BETWEEN == 0:
            moved = x + shift * deviation * holes
            made.append(pd.DataFrame(moved, index=frame.index, columns=frame.columns))
        mean, precision = _parameters(x, rng)
    return made


def _fill(
    x: np.ndarray,
    rows: np.ndarray,
    columns: np.ndarray,
    mean: np.ndarray,
    precision: np.ndarray,
    rng: np.random.Generator,
) -> None:
    """Draw the missing answers of rows that miss equally many, given the others and the moments.

    With Ω the precision matrix, missing given observed is normal with covariance ``Ω_mm⁻¹`` and
    mean ``μ_m − Ω_mm⁻¹ Ω_mo (y_o − μ_o)``.
    """
    gap = x[rows] - mean
    np.put_along_axis(gap, columns, 0.0, axis=1)
    pull = np.take_along_axis(gap @ precision, columns, axis=1)
    block = precision[columns[:, :, None], columns[:, None, :]]
    root = np.linalg.cholesky(block)
    noise = np.linalg.solve(np.swapaxes(root, 1, 2), rng.standard_normal((*columns.shape, 1)))
    centre = mean[columns] - np.linalg.solve(block, pull[:, :, None])[..., 0]
    x[rows[:, None], columns] = centre + noise[..., 0]


def _parameters(x: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Mean and precision drawn from their posterior given complete answers (Bartlett's method)."""
    n, p = x.shape
    centre = x.mean(axis=0)
    scatter = np.cov(x, rowvar=False) * (n - 1)
    lower = np.linalg.cholesky(np.linalg.inv(scatter))
    bartlett = np.tril(rng.standard_normal((p, p)), -1)
    bartlett[np.diag_indices(p)] = np.sqrt(rng.chisquare(n - 1 - np.arange(p)))
    root = lower @ bartlett
    precision = root @ root.T  # Wishart with n − 1 degrees of freedom
    noise = np.linalg.solve(root.T, rng.standard_normal(p))
    return centre + noise / np.sqrt(n), precision


def pooled(
    versions: Sequence[pd.DataFrame], estimate: Callable[[pd.DataFrame], tuple[float, float]]
) -> tuple[float, float, float]:
    """Estimate and 95 % interval over imputations by Rubin's rules.

    The variance is ``W + (1 + 1/m) B``, W the mean squared standard error, B the variance between
    the estimates; t has ``(m − 1) (1 + W / ((1 + 1/m) B))²`` degrees of freedom (Rubin 1987).

    Parameters
    ----------
    estimate : complete answers -> (estimate, standard error)
    """
    found = np.array([estimate(version) for version in versions])
    m = len(found)
    centre = float(found[:, 0].mean())
    within = float((found[:, 1] ** 2).mean())
    between = float(found[:, 0].var(ddof=1)) * (1 + 1 / m)
    df = (m - 1) * (1 + within / between) ** 2 if between > 0 else np.inf
    half = float(t.ppf(0.975, df) * np.sqrt(within + between))
    return centre, centre - half, centre + half
