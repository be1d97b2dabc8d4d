"""Rows of nobody that have a survey's moments: a synthetic twin of rows that may not be given.

Of the rows only what is published of them goes in: of each item mean, standard deviation and how
many answers are missing, and the correlations. Answers are of maximal entropy with these means and
deviations; a Gaussian copula, whose correlations are moved until those of the answers fit (the
"normal to anything" method: Cario & Nelson 1997, Modeling and generating random vectors with
arbitrary marginal distributions and correlation matrix, Northwestern University), orders them.

That no synthetic row is nearer to a person than strangers are to each other is measured: the median
distance to the nearest real row against that of rows held out of the real ones (distance to closest
record: Platzer & Reutterer 2021, Frontiers in Big Data 4, 679939).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import minimize
from scipy.special import softmax

from loyalty.ground.reasons import CannotCompute
from loyalty.stats.roots import correlation_root

Array = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int_]
#: How far correlations, and means and SDs in units of an item's SD, may be off.
TOLERANCE = 0.02
#: Fewer rows have no twin: a correlation cannot be told that well of rows that are few.
LEAST = 100
#: Missing answers of fewer people than this are none, or this many.
SMALL = 10
_ROUNDS, _STEP, _FOLDS, _ATTEMPTS = 60, 0.7, 10, 10
#: At most so many places are changed, each the best of so many tried.
_SWAPS, _TRIED = 20_000, 1_500


@dataclass(frozen=True)
class Twin:
    """Synthetic rows (n × items; missing: NaN) and how they were judged.

    Attributes
    ----------
    mean, sd, correlation : float
        The largest deviations from the real rows'; of means and SDs in units of the item's SD.
    nearest, held_out : float
        Median distance to the nearest real row, in standard deviations of the items: of synthetic
        rows, and of real rows held out (to the nearest of the others).
    copies : float
        The share of synthetic rows that equal a real one; `held_out_copies`: of rows held out.
    """

    rows: pd.DataFrame
    mean: float
    sd: float
    correlation: float
    nearest: float
    held_out: float
    copies: float
    held_out_copies: float


def twin(real: pd.DataFrame, answers: Mapping[str, npt.ArrayLike], seed: int) -> Twin:
    """A synthetic twin of survey rows.

    Parameters
    ----------
    real : DataFrame
        n × items, floats; missing: NaN.
    answers : mapping
        Item → all answers that its scale has, ascending.
    seed : int
        Of the random numbers.

    Raises
    ------
    CannotCompute
        When there are fewer than :data:`LEAST` rows, an item does not vary, the moments are not met
        within :data:`TOLERANCE`, or synthetic rows are nearer to real ones than held-out rows are.
    """
    real = real[real.notna().any(axis=1)].reset_index(drop=True)
    if len(real) < LEAST:
        raise CannotCompute("twin_of_few_rows", n=len(real), least=LEAST)
    for item in real.columns:
        if real[item].nunique() < 2:
            raise CannotCompute("does_not_vary", name=item)
    target = real.corr().to_numpy()
    if not np.isfinite(target).all():
        raise CannotCompute("correlation_not_finite")
    rng = np.random.default_rng(seed)
    gone = _missing(real, rng)
    sorted_answers = [
        _answers(real[item], np.asarray(answers[item], dtype=float), int((~gone[:, j]).sum()))
        for j, item in enumerate(real.columns)
    ]
    held_out = _held_out(real, rng)
    for _ in range(_ATTEMPTS):  # rows drawn at random may lie nearer by chance
        made = _arranged(sorted_answers, gone, target, rng)
        found = _judged(real, pd.DataFrame(made, columns=real.columns), held_out)
        if found.nearest >= found.held_out:
            return found
    raise CannotCompute(
        "twin_too_near", near=found.nearest, held_out=found.held_out, attempts=_ATTEMPTS
    )


# --- the answers of an item ----------------------------------------------------------------------
def _answers(real: pd.Series, scale: Array, n: int) -> Array:
    """n answers of the scale, sorted, with the item's mean and SD: of maximal entropy."""
    mean, sd = float(real.mean()), float(real.std())
    unit = (scale - mean) / sd
    wanted = np.array([0.0, (n - 1) / n])

    def dual(theta: Array) -> tuple[float, Array]:
        power = np.column_stack([unit, unit**2])
        x = power @ theta
        top = x.max()
        p = softmax(x)
        value = top + np.log(np.exp(x - top).sum()) - theta @ wanted
        return float(value), p @ power - wanted

    found = minimize(dual, np.array([0.0, -0.5]), jac=True, method="BFGS", options={"gtol": 1e-9})
    share = softmax(np.column_stack([unit, unit**2]) @ found.x)
    counts = np.floor(share * n).astype(int)
    rest = np.argsort(counts - share * n, kind="stable")[: n - counts.sum()]
    counts[rest] += 1
    return np.repeat(scale, _mended(counts, scale, mean, sd))


def _mended(counts: Whole, scale: Array, mean: float, sd: float) -> Whole:
    """Whole counts whose mean and SD are as near as moves of one answer bring them."""

    def off(c: Whole) -> Array:
        """Of each row of counts: the larger deviation."""
        n = c.sum(axis=-1)
        m = c @ scale / n
        v = (c @ scale**2 - n * m**2) / (n - 1)
        off_: Array = np.maximum(abs(m - mean), abs(np.sqrt(np.maximum(v, 0)) - sd))
        return off_

    k = len(scale)
    steps = [(a, b) for a in range(k) for b in range(k) if a != b and abs(a - b) <= 2]
    moves = np.zeros((len(steps), k), dtype=int)
    for row, (a, b) in zip(moves, steps, strict=True):
        row[a], row[b] = -1, 1
    best = float(off(counts))
    for _ in range(200):
        tried = counts + moves
        loss = np.where((tried >= 0).all(axis=1), off(tried), np.inf)
        if loss.min() >= best - 1e-12:
            break
        best, counts = float(loss.min()), tried[int(loss.argmin())]
    return counts


def _missing(real: pd.DataFrame, rng: np.random.Generator) -> npt.NDArray[np.bool_]:
    """Who does not answer what: as many an item as really, together as often as really."""
    gone = real.isna().to_numpy()
    n, p = gone.shape
    out = np.zeros((n, p), dtype=bool)
    counts = gone.sum(axis=0)
    varying = counts > 0
    if not varying.any():
        return out
    together = 0.0
    if varying.sum() > 1:
        r = np.corrcoef(gone[:, varying].T.astype(float))
        together = float(np.clip(r[np.tril_indices(len(r), -1)].mean(), 0, 0.95))
    common = rng.normal(size=(n, 1))
    tendency = np.sqrt(together) * common + np.sqrt(1 - together) * rng.normal(size=(n, p))
    for j in np.flatnonzero(varying):
        m = int(counts[j]) if counts[j] >= SMALL else SMALL * int(counts[j] >= SMALL / 2)
        out[np.argsort(tendency[:, j], kind="stable")[:m], j] = True
    whole = out.all(axis=1)
    out[whole, 0] = False
    return out


# --- their order ---------------------------------------------------------------------------------
def _arranged(
    answers: list[Array], gone: npt.NDArray[np.bool_], target: Array, rng: np.random.Generator
) -> Array:
    """Each item's answers in the order that brings the correlations nearest to `target`."""
    n, p = gone.shape
    z = rng.normal(size=(n, p))
    z -= z.mean(axis=0)
    z = np.asarray(np.linalg.solve(np.linalg.cholesky(z.T @ z / n), z.T).T, dtype=np.float64)
    latent, best, kept = target.copy(), np.inf, np.zeros((n, p))
    for _ in range(_ROUNDS):
        normal = z @ correlation_root(latent, least=1e-10).T
        made = np.full((n, p), np.nan)
        for j, values in enumerate(answers):
            here = np.flatnonzero(~gone[:, j])
            made[here[np.argsort(normal[here, j], kind="stable")], j] = values
        difference = target - pd.DataFrame(made).corr().to_numpy()
        worst = float(np.abs(difference).max())
        if worst < best:
            best, kept = worst, made
        if best < TOLERANCE / 2:
            break
        latent = np.clip(latent + _STEP * difference, -0.999, 0.999)
        np.fill_diagonal(latent, 1.0)
    return _polished(kept, target, rng)


def _polished(made: Array, target: Array, rng: np.random.Generator) -> Array:
    """The same answers, some of an item changed places, so that no correlation is off by more than
    half of the tolerance, as far as that goes."""
    made, goal = made.copy(), TOLERANCE / 2
    seen = ~np.isnan(made)
    pairs = np.maximum(seen.T.astype(float) @ seen, 1.0)
    units = np.nan_to_num((made - np.nanmean(made, axis=0)) / np.nanstd(made, axis=0))
    off = target - units.T @ units / pairs
    np.fill_diagonal(off, 0.0)
    stuck: set[int] = set()
    for _ in range(_SWAPS):
        excess = (np.maximum(np.abs(off) - goal, 0.0) ** 2).sum(axis=0)
        excess[list(stuck)] = 0.0
        j = int(excess.argmax())
        if excess[j] == 0.0:
            break
        here = np.flatnonzero(seen[:, j])
        a, b = here[rng.integers(len(here), size=(2, _TRIED))]
        moved = -(units[a, j] - units[b, j])[:, None] * (units[a] - units[b]) / pairs[j]
        moved[:, j] = 0.0
        loss = (np.maximum(np.abs(off[j] - moved) - goal, 0.0) ** 2).sum(axis=1)
        best = int(loss.argmin())
        if loss[best] >= excess[j] - 1e-12:
            stuck.add(j)
            continue
        stuck.clear()
        both, other = [a[best], b[best]], [b[best], a[best]]
        made[both, j], units[both, j] = made[other, j], units[other, j]
        off[j] -= moved[best]
        off[:, j] = off[j]
    return made


# --- judging -------------------------------------------------------------------------------------
def _judged(real: pd.DataFrame, rows: pd.DataFrame, held_out: Array) -> Twin:
    off = (rows.corr() - real.corr()).abs()
    mean = float(((rows.mean() - real.mean()) / real.std()).abs().max())
    sd = float((rows.std() / real.std() - 1).abs().max())
    correlation = float(off.to_numpy().max())
    if mean > TOLERANCE:
        raise CannotCompute("twin_mean_off", off=mean, tolerance=TOLERANCE)
    if sd > TOLERANCE:
        raise CannotCompute("twin_sd_off", off=sd, tolerance=TOLERANCE)
    if correlation > TOLERANCE:
        a, b = np.unravel_index(off.to_numpy().argmax(), off.shape)
        raise CannotCompute(
            "twin_correlation_off",
            off=correlation,
            tolerance=TOLERANCE,
            a=str(off.index[int(a)]),
            b=str(off.index[int(b)]),
        )
    near = _nearest(_places(rows, real), _places(real, real))
    return Twin(
        rows=rows,
        mean=mean,
        sd=sd,
        correlation=correlation,
        nearest=float(np.median(near)),
        held_out=float(np.median(held_out)),
        copies=float((near < 1e-9).mean()),
        held_out_copies=float((held_out < 1e-9).mean()),
    )


def _places(rows: pd.DataFrame, real: pd.DataFrame) -> Array:
    """Rows in standard deviations of the real ones; what is not answered stands at the mean."""
    return ((rows - real.mean()) / real.std()).fillna(0.0).to_numpy()


def _held_out(real: pd.DataFrame, rng: np.random.Generator) -> Array:
    """Distance of each real row, held out with a tenth of them, to the nearest of the others."""
    rows = _places(real, real)
    fold = rng.permutation(len(rows)) % _FOLDS
    parts = [_nearest(rows[fold == k], rows[fold != k]) for k in range(_FOLDS)]
    return np.concatenate(parts)


def _nearest(rows: Array, others: Array) -> Array:
    """Distance of each row to the nearest of the others."""
    from sklearn.neighbors import NearestNeighbors

    found = NearestNeighbors(n_neighbors=1).fit(others).kneighbors(rows)
    distances: Array = found[0][:, 0]
    return distances
