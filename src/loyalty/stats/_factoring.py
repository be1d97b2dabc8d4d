"""Extraction and rotation of factors, of many correlation matrices at once for a bootstrap."""

from __future__ import annotations

from typing import Any

import numpy as np

from loyalty.stats._common import BoolArray, FloatArray

#: Least uniqueness in extraction, as in R's psych.
MIN_UNIQUENESS = 0.005


def factorable(corr: FloatArray) -> BoolArray:
    """(b,) which matrices of a stack are complete and positive definite."""
    usable = np.array(np.isfinite(corr).all(axis=(1, 2)), dtype=np.bool_)
    usable[usable] = np.linalg.eigvalsh(corr[usable])[:, 0] > 1e-8
    return usable


def extract(
    r: FloatArray,
    k: int,
    method: str = "minres",
    start: FloatArray | None = None,
    limit: int = 200,
) -> tuple[FloatArray, FloatArray, Any]:
    """Unrotated loadings, uniquenesses and convergence of a stack of correlation matrices.

    With a start given, it is tried beside the usual one and the better solution kept: there may be
    several optima.

    Newton's method on the uniquenesses with the approximate second derivatives
    (sum_m w_im w_jm)^2 over the p - k discarded eigenvectors w, of R - Psi for minres and of
    Psi^-1/2 R Psi^-1/2 for ML (there in ln Psi), within [.005, 1].

    Args:
        r: (b, p, p), positive definite.
        k: factors.
        method: ``"minres"`` or ``"ml"``.
        start: (p,) or (b, p) uniquenesses to start from; else half the inverse's diagonal.

    Returns:
        (b, p, k), (b, p), (b,) bool.

    Source: Jöreskog (1967), Psychometrika 32, 443-482; Harman & Fukuda (1966), 31, 563-571.
    """
    usual = 0.5 / np.diagonal(np.linalg.inv(r), axis1=1, axis2=2)
    load, psi, converged, height = _extract_from(r, k, method, usual, limit)
    if start is not None:
        other = _extract_from(r, k, method, start, limit)
        better = other[2] & (~converged | (other[3] < height))
        load[better], psi[better], converged[better] = (part[better] for part in other[:3])
    return load, psi, converged


def _extract_from(
    r: FloatArray, k: int, method: str, start: FloatArray, limit: int
) -> tuple[FloatArray, FloatArray, Any, FloatArray]:
    """:func:`extract` from one start, with the value of the discrepancy."""
    b, p, _ = r.shape
    psi = np.clip(np.broadcast_to(start, (b, p)), 2 * MIN_UNIQUENESS, 1.0).copy()
    ml = method == "ml"
    x = np.log(psi) if ml else psi
    low, high = (np.log(MIN_UNIQUENESS), 0.0) if ml else (MIN_UNIQUENESS, 1.0)
    index = np.arange(p)

    def decomposed(which: Any, at: FloatArray) -> tuple[FloatArray, FloatArray]:
        if ml:
            scale = np.exp(-0.5 * at)
            return np.linalg.eigh(r[which] * scale[:, :, None] * scale[:, None, :])
        reduced = r[which].copy()
        reduced[:, index, index] -= at
        return np.linalg.eigh(reduced)

    def objective(values: FloatArray) -> FloatArray:
        rest = values[:, : p - k]
        if ml:
            rest = np.maximum(rest, 1e-300)
            return np.asarray((rest - np.log(rest) - 1.0).sum(axis=1))
        return np.asarray(0.5 * (rest**2).sum(axis=1))

    converged = np.zeros(b, dtype=bool)
    values, vectors = decomposed(np.arange(b), x)
    height = objective(values)
    active = np.arange(b)
    step, direction = np.ones(b), np.zeros((b, p))
    fresh = np.ones(b, dtype=bool)  # whose direction is to be found anew
    for _ in range(limit):
        new = active[fresh[active]]
        if len(new):
            w, rest = vectors[new][:, :, : p - k], values[new][:, None, : p - k]
            slope = ((1.0 - rest if ml else -rest) * w**2).sum(axis=2)
            held = ((x[new] <= low) & (slope > 0)) | ((x[new] >= high) & (slope < 0))
            slope = np.where(held, 0.0, slope)
            done = np.abs(slope).max(axis=1) < 1e-7
            bend = (w @ w.transpose(0, 2, 1)) ** 2
            bend[held[:, :, None] | held[:, None, :]] = 0.0
            bend[:, index, index] += np.where(held, 1.0, 1e-9)
            direction[new] = -np.linalg.solve(bend, slope[:, :, None])[:, :, 0]
            step[new] = 1.0
            converged[new[done]] = True
            active = active[~converged[active]]
            if not len(active):
                break
        trial = np.clip(x[active] + step[active, None] * direction[active], low, high)
        trial_values, trial_vectors = decomposed(active, trial)
        found = objective(trial_values)
        better = found <= height[active] + 1e-15
        good = active[better]
        x[good], height[good] = trial[better], found[better]
        values[good], vectors[good] = trial_values[better], trial_vectors[better]
        step[active[~better]] *= 0.5
        fresh[active] = better
        # no step goes down any more: as good as it gets
        stuck = active[step[active] < 1e-6]
        converged[stuck] = True
        active = active[~converged[active]]
        if not len(active):
            break
    psi = np.exp(x) if ml else x
    top = values[:, ::-1][:, :k]
    load = (
        vectors[:, :, ::-1][:, :, :k]
        * np.sqrt(np.maximum(top - 1.0 if ml else top, 0.0))[:, None, :]
    )
    if ml:
        load *= np.sqrt(psi)[:, :, None]
    return load, psi, converged, height


def rotate(
    unrotated: FloatArray,
    start: FloatArray,
    target: FloatArray | None = None,
    limit: int = 3000,
    tolerance: float = 1e-6,
) -> tuple[FloatArray, FloatArray, Any]:
    """Oblique rotation of a stack of loadings: quartimin, or towards a partial target.

    Gradient projection; the criterion is sum_i sum_j<>m l_ij^2 l_im^2 / 4 (oblimin with gamma 0),
    or sum (l_ij - t_ij)^2 over the entries that the target specifies.

    Args:
        unrotated: (b, p, k).
        start: (p, k) or (b, p, k) rotated loadings near which to start.
        target: (p, k) or (b, p, k), NaN where it leaves a loading free.

    Returns:
        (b, p, k) pattern, (b, k, k) factor correlations, (b,) converged.

    Source: Jennrich (2002), Psychometrika 67, 7-19; Browne (2001), Multivariate Behavioral
    Research 36, 111-150.
    """
    b = len(unrotated)
    if target is not None:
        target = np.broadcast_to(target, unrotated.shape)

    def criterion(load: FloatArray, which: Any) -> tuple[FloatArray, FloatArray]:
        if target is None:
            square = load**2
            others = square.sum(axis=2, keepdims=True) - square
            return (square * others).sum(axis=(1, 2)) / 4.0, load * others
        gap = np.where(np.isnan(target[which]), 0.0, load - target[which])
        return (gap**2).sum(axis=(1, 2)), 2.0 * gap

    # the orthogonal rotation that comes nearest (Procrustes): never far from well-conditioned
    left, _, right = np.linalg.svd(unrotated.transpose(0, 2, 1) @ start)
    t = left @ right
    step = np.ones(b)
    inverse = np.linalg.inv(t)
    load = unrotated @ inverse.transpose(0, 2, 1)
    every = np.arange(b)
    height, slope = criterion(load, every)
    converged = np.zeros(b, dtype=bool)
    active = every
    for _ in range(limit):
        g = -(load[active].transpose(0, 2, 1) @ slope[active] @ inverse[active]).transpose(0, 2, 1)
        ta = t[active]
        projected = g - ta * (ta * g).sum(axis=1, keepdims=True)
        size = np.sqrt((projected**2).sum(axis=(1, 2)))
        converged[active[size < tolerance]] = True
        keep = size >= tolerance
        active, projected, size = active[keep], projected[keep], size[keep]
        if not len(active):
            break
        step[active] *= 2.0
        left = np.arange(len(active))
        for _ in range(20):
            which = active[left]
            moved = t[which] - step[which, None, None] * projected[left]
            moved /= np.sqrt((moved**2).sum(axis=1, keepdims=True))
            back = np.linalg.inv(moved)
            turned = unrotated[which] @ back.transpose(0, 2, 1)
            found, bend = criterion(turned, which)
            good = height[which] - found > 0.5 * size[left] ** 2 * step[which]
            at = which[good]
            t[at], inverse[at], load[at] = moved[good], back[good], turned[good]
            height[at], slope[at] = found[good], bend[good]
            left = left[~good]
            if not len(left):
                break
            step[active[left]] *= 0.5
        else:
            # no step goes down any more
            converged[active[left]] = size[left] < 1e2 * tolerance
            active = np.delete(active, left)
            if not len(active):
                break
    phi = t.transpose(0, 2, 1) @ t
    return load, phi, converged


def rotated(unrotated: FloatArray, rotation: str) -> tuple[FloatArray, FloatArray, bool]:
    """One solution rotated by the named criterion, from its unrotated loadings.

    Args:
        unrotated: (p, k).
        rotation: ``"none"``, ``"varimax"`` and ``"promax"`` (power 4), both of Kaiser-normalized
            loadings, or ``"oblimin"`` (gamma 0, not normalized), as R's psych has them. One factor
            is not rotated.

    Returns:
        (p, k) pattern, (k, k) factor correlations, converged.

    Source: Kaiser (1958), Psychometrika 23, 187-200; Hendrickson & White (1964), British Journal of
    Statistical Psychology 17, 65-70; Bernaards & Jennrich (2005), Educational and Psychological
    Measurement 65, 676-696.
    """
    k = unrotated.shape[1]
    if rotation == "none" or k == 1:
        return unrotated.copy(), np.eye(k), True
    if rotation == "oblimin":
        load, phi, converged = rotate(unrotated[None], unrotated[None], tolerance=1e-7)
        return load[0], phi[0], bool(converged[0])
    length = np.sqrt((unrotated**2).sum(axis=1, keepdims=True))
    length[length == 0] = 1.0
    load, done = _varimax(unrotated / length)
    if rotation == "varimax":
        return load * length, np.eye(k), done
    turn = np.linalg.lstsq(load, load * np.abs(load) ** 3, rcond=None)[0]
    inverse = np.linalg.inv(turn)
    scale = np.sqrt((inverse**2).sum(axis=1))
    inverse = inverse / scale[:, None]
    return load @ (turn * scale) * length, inverse @ inverse.T, done


def _varimax(loadings: FloatArray) -> tuple[FloatArray, bool]:
    """Varimax of (p, k) loadings as they are, by the singular value decomposition of R's varimax.

    At the optimum the slope turned into the factors' space is symmetric.
    """
    t = np.eye(loadings.shape[1])
    for _ in range(5000):
        load = loadings @ t
        slope = loadings.T @ (load**3 - load * (load**2).mean(axis=0))
        across = t.T @ slope
        if np.abs(across - across.T).max() < 1e-10:
            return load, True
        left, _, right = np.linalg.svd(slope)
        t = left @ right
    return loadings @ t, False
