"""The symmetric root of a covariance: the same on every machine, whatever signs its axes get."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def symmetric_root(matrix: NDArray[Any], least: float = 0.0) -> NDArray[np.float64]:
    """R with R R = `matrix`, its eigenvalues below `least` raised to it.

    A root ``V Λ^½`` would turn with the signs of the eigenvectors, which no program fixes, and
    draws made with it would differ from one machine to the next.

    Parameters
    ----------
    matrix : array of shape (…, p, p)
        Symmetric.

    Returns
    -------
    array of shape (…, p, p)
        Symmetric.
    """
    values, vectors = np.linalg.eigh((matrix + np.swapaxes(matrix, -1, -2)) / 2)
    scaled = vectors * np.sqrt(np.maximum(values, least))[..., None, :]
    found: NDArray[np.float64] = scaled @ np.swapaxes(vectors, -1, -2)
    return found


def correlation_root(matrix: NDArray[Any], least: float) -> NDArray[np.float64]:
    """A root, (p, p), with unit rows: that of a correlation matrix near to `matrix`."""
    root = symmetric_root(matrix, least)
    found: NDArray[np.float64] = root / np.linalg.norm(root, axis=1, keepdims=True)
    return found
