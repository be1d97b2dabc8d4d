"""Symmetric matrices that fall into diagonal blocks, one a group that shares no parameter."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Smaller matrices are quicker in one piece.
SMALLEST = 100


def diagonal_blocks(*matrices: NDArray[Any]) -> list[slice]:
    """Runs of rows and columns outside of which all of these symmetric matrices are zero."""
    size = len(matrices[0])
    if size < SMALLEST:
        return [slice(0, size)] if size else []
    last = np.max([size - 1 - (m[:, ::-1] != 0).argmax(axis=1) for m in matrices], axis=0)
    ends = np.flatnonzero(np.maximum.accumulate(last) == np.arange(size)) + 1
    return [slice(a, b) for a, b in zip([0, *ends[:-1].tolist()], ends.tolist(), strict=True)]


def sandwich(bread: NDArray[Any], middle: NDArray[Any]) -> NDArray[Any]:
    """``bread @ middle @ bread``."""
    out = np.zeros_like(bread)
    for part in diagonal_blocks(bread, middle):
        out[part, part] = bread[part, part] @ middle[part, part] @ bread[part, part]
    return out
