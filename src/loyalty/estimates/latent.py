"""The latent variables that a model implies: their correlations and the paths between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from semfit.estimate import Estimate
from semfit.model import block_moments

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Latent:
    """Of one group; leading axes are draws where there are any.

    `correlations` and `paths` (standardized, ``paths[…, to, from]``) are (…, k, k) for the k
    `names`.
    """

    names: tuple[str, ...]
    correlations: FloatArray
    paths: FloatArray

    def among(self, names: list[str]) -> FloatArray:
        """Correlations of these variables, in this order."""
        at = [self.names.index(name) for name in names]
        found: FloatArray = self.correlations[..., at, :][..., at]
        return found

    def first(self, count: int) -> Latent:
        """The first draws."""
        return Latent(self.names, self.correlations[:count], self.paths[:count])

    def totals(self, causes: list[str], outcome: str) -> FloatArray:
        """Standardized total effects on the outcome, (…, causes): ``(I − B)⁻¹ − I``."""
        whole = np.linalg.inv(np.eye(len(self.names)) - self.paths)
        at = [self.names.index(name) for name in causes]
        found: FloatArray = np.asarray(whole, dtype=np.float64)[..., self.names.index(outcome), at]
        return found

    def along(self, chain: list[str]) -> FloatArray:
        """The product of the standardized paths along a chain, (…,)."""
        at = [self.names.index(name) for name in chain]
        found = np.ones(self.paths.shape[:-2])
        for a, b in pairwise(at):
            found = found * self.paths[..., b, a]
        return found


def latent(estimate: Estimate, x: FloatArray) -> Latent:
    """What the parameters `x`, (…, q), imply of the latent variables of the first group."""
    block = estimate.model.blocks[0]
    moments, p = block_moments(block, np.asarray(x, dtype=float)), block.observed
    covariance = moments.covariance[..., p:, p:]
    sd = np.sqrt(np.diagonal(covariance, axis1=-2, axis2=-1))
    outer = sd[..., :, None] * sd[..., None, :]
    paths = moments.directed[..., p:, p:] * sd[..., None, :] / sd[..., :, None]
    return Latent(tuple(block.names[p:]), covariance / outer, paths)


def score_sds(estimate: Estimate, x: Any, scales: Sequence[Sequence[str]]) -> Any:
    """Standard deviations of the means of some items that the parameters imply, (…, scales).

    Args:
        x: (…, q), real or complex. scales: the items of each mean, in the first group.
    """
    block = estimate.model.blocks[0]
    covariance = block_moments(block, x).covariance[..., : block.observed, : block.observed]
    weights = np.zeros((len(scales), block.observed))
    for own, items in zip(weights, scales, strict=True):
        own[[block.names.index(item) for item in items]] = 1 / len(items)
    return np.sqrt(np.einsum("sp,...pq,sq->...s", weights, covariance, weights))
