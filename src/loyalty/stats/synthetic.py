"""Rows of nobody that have a survey's moments: a synthetic twin of rows that may not be given.

Of the rows goes in what may be published of them: how often each answer was given (cells of few
people are drawn anew), how many answers are missing, means, standard deviations and correlations.
A Gaussian copula, whose correlations are moved until those of the answers fit (the "normal to
anything" method: Cario & Nelson 1997, Modeling and generating random vectors with arbitrary
marginal distributions and correlation matrix, Northwestern University), orders the answers; then
answers of an item change places, which keeps its frequencies, until every correlation holds.

No row is one that a single person gave, unless most people's rows are another one's, too, since the
items are few. That none is nearer to a person than strangers are to each other is measured: the
median distance to the nearest real row against that of rows held out of the real ones (distance to
closest record: Platzer & Reutterer 2021, Frontiers in Big Data 4, 679939).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.spatial import cKDTree

from loyalty.ground.reasons import CannotCompute
from loyalty.stats.roots import correlation_root

Array = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int_]
Bools = npt.NDArray[np.bool_]
#: How far correlations, and means and SDs in units of an item's SD, may be off.
TOLERANCE = 0.02
#: Fewer rows have no twin: a correlation cannot be told that well of rows that are few.
LEAST = 100
#: Answers of fewer people than this, and missing ones, are not told as they are.
SMALL = 10
_ROUNDS, _STEP, _FOLDS, _ATTEMPTS, _WALK, _AGAIN = 60, 0.7, 10, 3, 200, 8
#: At most so many places are changed, each the best of so many tried.
_SWAPS, _TRIED = 20_000, 1_500
#: To part a row from the real ones: so many changes are tried at a time, so often; all end when so
#: many times in a row were in vain.
_WAYS, _TURNS, _VAIN = 100, 5, 200
#: What is nearer than this is the same place.
_SAME = 1e-9


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
    single : int
        Synthetic rows that equal a real one which one person alone gave.
    """

    rows: pd.DataFrame
    mean: float
    sd: float
    correlation: float
    nearest: float
    held_out: float
    copies: float
    held_out_copies: float
    single: int


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
        within :data:`TOLERANCE`, a row stays that one person gave (unless most people's rows are
        another one's, too), or synthetic rows are nearer to real ones than held-out rows are.
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
    held_out = _held_out(real, rng)
    why = CannotCompute("correlation_not_finite")
    for _ in range(_ATTEMPTS):  # what is drawn may lie unluckily
        gone = _missing(real, rng)
        answered = [
            _answers(
                real[item], np.asarray(answers[item], dtype=float), int((~gone[:, j]).sum()), rng
            )
            for j, item in enumerate(real.columns)
        ]
        made = _Made(_arranged(answered, gone, target, rng), target)
        for _ in range(_AGAIN):
            made.polish(rng)
            made.part(real, float(np.median(held_out)), rng)
            if made.worst() <= TOLERANCE:
                break
        found = _judged(real, pd.DataFrame(made.rows, columns=real.columns), held_out)
        if isinstance(found, Twin):
            return found
        why = found
    raise why


# --- the answers of an item ----------------------------------------------------------------------
def _answers(real: pd.Series, scale: Array, n: int, rng: np.random.Generator) -> Array:
    """n answers, sorted: each as often as really where :data:`SMALL` people or more gave it.

    Of how often the others were given, with the next rarer ones where they would follow from a sum,
    one of the possibilities is drawn that leave mean and SD within half of the tolerance.
    """
    known = real.dropna().to_numpy()
    nearest = np.abs(known[:, None] - scale).argmin(axis=1)  # of a slider's decimals
    really = np.bincount(nearest, minlength=len(scale))
    counts = np.floor(really * n / len(known)).astype(int)
    rest = np.argsort(counts - really * n / len(known), kind="stable")[: n - counts.sum()]
    counts[rest] += 1
    few = really < SMALL
    rarest = np.argsort(really, kind="stable")
    at = 0
    while (
        ((really > 0) & few).any()
        and at < len(scale)
        and (few.sum() < 2 or really[few].sum() < SMALL)
    ):
        few[rarest[at]] = True
        at += 1
    open_ = np.flatnonzero(few)
    mean, sd = float(known.mean()), float(known.std(ddof=1))
    unit = (scale - mean) / sd

    def off(c: Whole) -> float:
        m = c @ unit / n
        return float(max(abs(m), abs(np.sqrt((c @ unit**2 - n * m**2) / (n - 1)) - 1)))

    if len(open_) > 1 and ((really > 0) & few).any():
        now = off(counts)
        for a, b in rng.choice(open_, size=(_WALK + 2 * int(really[few].sum()), 2)):
            if counts[a] == 0 or a == b:
                continue
            moved = counts.copy()
            moved[a] -= 1
            moved[b] += 1
            then = off(moved)
            if then <= max(TOLERANCE / 2, now):
                counts, now = moved, then
    return np.repeat(scale, counts)


def _missing(real: pd.DataFrame, rng: np.random.Generator) -> Bools:
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
def _arranged(answers: list[Array], gone: Bools, target: Array, rng: np.random.Generator) -> Array:
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
    return kept


@dataclass
class _Made:
    """Rows whose answers change places within an item, and how far their correlations are off."""

    rows: Array
    target: Array
    seen: Bools = field(init=False)
    pairs: Array = field(init=False)
    units: Array = field(init=False)
    off: Array = field(init=False)

    def __post_init__(self) -> None:
        self.rows = self.rows.copy()
        self.seen = ~np.isnan(self.rows)
        self.pairs = np.maximum(self.seen.T.astype(float) @ self.seen, 1.0)
        mean, sd = np.nanmean(self.rows, axis=0), np.nanstd(self.rows, axis=0)
        self.units = np.nan_to_num((self.rows - mean) / sd)
        self.worst()

    def worst(self) -> float:
        """The largest deviation of a correlation, all computed anew: where answers are missing a
        change of places moves means and SDs of pairs, too, which :meth:`moved` leaves out."""
        self.off = self.target - pd.DataFrame(self.rows).corr().to_numpy()
        np.fill_diagonal(self.off, 0.0)
        return float(np.abs(self.off).max())

    def moved(self, j: int, a: Whole, b: Whole) -> Array:
        """By how much each correlation of item j falls when rows a and b change their answers."""
        u = self.units
        by = -(u[a, j] - u[b, j])[:, None] * (u[a] - u[b]) / self.pairs[j]
        by[:, j] = 0.0
        return np.asarray(by, dtype=np.float64)

    def change(self, j: int, a: int, b: int, moved: Array) -> None:
        both, other = [a, b], [b, a]
        self.rows[both, j], self.units[both, j] = self.rows[other, j], self.units[other, j]
        self.off[j] -= moved
        self.off[:, j] = self.off[j]

    def polish(self, rng: np.random.Generator) -> None:
        """Change places until no correlation is off by more than half of the tolerance."""
        goal = TOLERANCE / 2
        for _ in range(_AGAIN):
            self._polish(goal, rng)
            if self.worst() <= goal + _SAME:
                break

    def _polish(self, goal: float, rng: np.random.Generator) -> None:
        stuck: set[int] = set()
        for _ in range(_SWAPS):
            excess = (np.maximum(np.abs(self.off) - goal, 0.0) ** 2).sum(axis=0)
            excess[list(stuck)] = 0.0
            j = int(excess.argmax())
            if excess[j] == 0.0:
                break
            here = np.flatnonzero(self.seen[:, j])
            a, b = here[rng.integers(len(here), size=(2, _TRIED))]
            moved = self.moved(j, a, b)
            loss = (np.maximum(np.abs(self.off[j] - moved) - goal, 0.0) ** 2).sum(axis=1)
            best = int(loss.argmin())
            if loss[best] >= excess[j] - 1e-12:
                stuck.add(j)
                continue
            stuck.clear()
            self.change(j, int(a[best]), int(b[best]), moved[best])

    def part(self, real: pd.DataFrame, least: float, rng: np.random.Generator) -> None:
        """Change places until no row is a single person's, and half of the rows lie `least` or more
        from the nearest real one, as long as no correlation leaves the tolerance for that."""
        strangers = _Strangers(real)

        def looked(rows: Array) -> tuple[Array, Bools]:
            return strangers.nearest(rows), strangers.equal_one(rows)

        near, single = looked(self.rows)
        most = np.maximum(np.abs(self.off), 0.9 * TOLERANCE)
        tired, vain = Counter[int](), 0
        while vain < _VAIN:
            far = near >= least - _SAME
            tried = [i for i in np.flatnonzero(single).tolist() if tired[i] < _TURNS]
            if not tried and far.sum() <= len(far) // 2:
                tried = [i for i in np.flatnonzero(~far).tolist() if tired[i] < _TURNS]
                tried.sort(key=lambda i: (tired[i], -near[i]))
            if not tried:
                return
            i = tried[0]
            tired[i], vain = tired[i] + 1, vain + 1
            ways = self._ways(i, most, rng)
            if not ways:
                continue
            rows = np.array([self._with(i, j, b) for j, b, _ in ways]).reshape(
                -1, self.rows.shape[1]
            )
            n_then, s_then = looked(rows)
            n_then, s_then = n_then.reshape(-1, 2), s_then.reshape(-1, 2)
            for (j, b, moved), (n_i, n_b), (s_i, s_b) in zip(ways, n_then, s_then, strict=True):
                worse_b = (s_b and not single[b]) or (far[b] and n_b < least - _SAME)
                better = not s_i if single[i] else n_i >= least - _SAME and not s_i
                if better and not worse_b:
                    self.change(j, i, b, moved)
                    near[[i, b]], single[[i, b]] = (n_i, n_b), (s_i, s_b)
                    vain = 0
                    break

    def _ways(self, i: int, most: Array, rng: np.random.Generator) -> list[tuple[int, int, Array]]:
        """Items and rows with which row i may change an answer without a correlation going off."""
        n, p = self.rows.shape
        found = []
        for j, b in zip(rng.integers(p, size=_WAYS), rng.integers(n, size=_WAYS), strict=True):
            if self.seen[i, j] and self.seen[b, j] and self.rows[i, j] != self.rows[b, j]:
                moved = self.moved(int(j), np.array([i]), np.array([b]))[0]
                if (np.abs(self.off[j] - moved) <= most[j]).all():
                    found.append((int(j), int(b), moved))
        return found

    def _with(self, i: int, j: int, b: int) -> Array:
        """Rows i and b once they have changed item j."""
        two = self.rows[[i, b]]
        two[:, j] = two[::-1, j]
        return two


# --- judging -------------------------------------------------------------------------------------
def _judged(real: pd.DataFrame, rows: pd.DataFrame, held_out: Array) -> Twin | CannotCompute:
    off = (rows.corr() - real.corr()).abs()
    mean = float(((rows.mean() - real.mean()) / real.std()).abs().max())
    sd = float((rows.std() / real.std() - 1).abs().max())
    correlation = float(off.to_numpy().max())
    if mean > TOLERANCE:
        return CannotCompute("twin_mean_off", off=mean, tolerance=TOLERANCE)
    if sd > TOLERANCE:
        return CannotCompute("twin_sd_off", off=sd, tolerance=TOLERANCE)
    if correlation > TOLERANCE:
        a, b = np.unravel_index(off.to_numpy().argmax(), off.shape)
        return CannotCompute(
            "twin_correlation_off",
            off=correlation,
            tolerance=TOLERANCE,
            a=str(off.index[int(a)]),
            b=str(off.index[int(b)]),
        )
    strangers = _Strangers(real)
    single = int(strangers.equal_one(rows.to_numpy()).sum())
    if single and float(np.median(held_out)) > _SAME:
        return CannotCompute("twin_of_single_people", n=single)
    near = strangers.nearest(rows.to_numpy())
    if float(np.median(near)) < float(np.median(held_out)) - _SAME:
        return CannotCompute(
            "twin_too_near",
            near=float(np.median(near)),
            held_out=float(np.median(held_out)),
            attempts=_ATTEMPTS,
        )
    return Twin(
        rows=rows,
        mean=mean,
        sd=sd,
        correlation=correlation,
        nearest=float(np.median(near)),
        held_out=float(np.median(held_out)),
        copies=float((near < _SAME).mean()),
        held_out_copies=float((held_out < _SAME).mean()),
        single=single,
    )


class _Strangers:
    """The real rows, as others are held against them."""

    def __init__(self, real: pd.DataFrame) -> None:
        self.mean, self.sd = real.mean().to_numpy(), real.std().to_numpy()
        rows = real.to_numpy(dtype=float)
        self.tree = cKDTree(self.places(rows))
        times = Counter(map(_key, rows))
        self.alone = {key for key, n in times.items() if n == 1}

    def places(self, rows: Array) -> Array:
        """In standard deviations of the real ones; what is not answered stands at the mean."""
        places: Array = np.nan_to_num((rows - self.mean) / self.sd)
        return places

    def nearest(self, rows: Array) -> Array:
        """Distance of each row to the nearest real one."""
        distances: Array = self.tree.query(self.places(rows))[0]
        return distances

    def equal_one(self, rows: Array) -> Bools:
        """Which rows are the answers of one person and of nobody else."""
        return np.array([_key(row) in self.alone for row in rows])


def _key(row: Array) -> bytes:
    return np.nan_to_num(row, nan=np.inf).tobytes()


def _held_out(real: pd.DataFrame, rng: np.random.Generator) -> Array:
    """Distance of each real row, held out with a tenth of them, to the nearest of the others."""
    rows = _Strangers(real).places(real.to_numpy(dtype=float))
    fold = rng.permutation(len(rows)) % _FOLDS
    parts = [cKDTree(rows[fold != k]).query(rows[fold == k])[0] for k in range(_FOLDS)]
    distances: Array = np.concatenate(parts)
    return distances
