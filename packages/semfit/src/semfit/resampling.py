"""Resampled moments: multinomial counts times row products.

Draws come in blocks of `BLOCK`, each with its own generator seeded by (seed, block), so a draw is
the same however many there are, whatever the number of threads and the size of the chunks. The
sums of products of integer data (Likert items) are exact even in single precision as long as they
stay below 2^24; other data are centred and summed in double precision.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .data import GroupSample
from .model import Array, Index

BLOCK = 64
MAXIMUM_EXACT = float(2**24)
CHUNK_BYTES = 48 * 2**20


@dataclass(frozen=True)
class Plan:
    """Which rows a draw is made of: cases within groups, or whole clusters within groups."""

    sizes: tuple[int, ...]
    clusters: tuple[tuple[Index, ...] | None, ...]

    @staticmethod
    def of(samples: Sequence[GroupSample]) -> Plan:
        members: list[tuple[Index, ...] | None] = []
        for s in samples:
            if s.clusters is None:
                members.append(None)
                continue
            order = np.argsort(s.clusters, kind="stable")
            codes = s.clusters[order]
            starts = np.flatnonzero(np.r_[True, codes[1:] != codes[:-1]])
            members.append(tuple(np.split(order, starts[1:])))
        return Plan(tuple(s.n for s in samples), tuple(members))

    def counts(self, seed: int, block: int) -> list[NDArray[Any]]:
        """How often each row is in each draw of a block: (BLOCK, n) per group."""
        rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, block])))
        out = []
        for n, members in zip(self.sizes, self.clusters, strict=True):
            units = n if members is None else len(members)
            counts = np.empty((BLOCK, units), dtype=np.uint16)
            step = max(1, min(BLOCK, 2**19 // max(units, 1)))
            for first in range(0, BLOCK, step):
                last = min(BLOCK, first + step)
                small = units < 2**16
                picks = rng.integers(
                    0, units, size=(last - first, units), dtype=np.uint16 if small else np.int64
                ).astype(np.int64)
                picks += np.arange(last - first)[:, None] * units
                flat = np.bincount(picks.ravel(), minlength=(last - first) * units)
                counts[first:last] = flat.reshape(last - first, units)
            if members is not None:
                wide = np.zeros((BLOCK, n), dtype=np.uint16)
                for k, rows in enumerate(members):
                    wide[:, rows] = counts[:, [k]]
                counts = wide
            out.append(counts.astype(np.uint8) if counts.max(initial=0) < 256 else counts)
        return out


class MomentSums:
    """Weighted means and covariances of one group's rows for many weightings at once."""

    def __init__(self, sample: GroupSample) -> None:
        assert sample.raw is not None
        raw = sample.raw
        n, p = raw.shape
        self.n, self.p = n, p
        largest = float(np.abs(raw).max(initial=1.0))
        whole = bool((raw == np.rint(raw)).all()) and largest < 2**20
        self.center = np.rint(sample.mean) if whole else sample.mean
        centred = raw - self.center
        largest = float(np.abs(centred).max(initial=1.0))
        self.single = whole and largest**2 * 64 < MAXIMUM_EXACT
        dtype = np.float32 if self.single else np.float64
        self.rows = centred.astype(dtype)
        # a resampled row seldom counts more than 64 times; sums over a chunk stay exact
        exact = int(MAXIMUM_EXACT / (largest**2 * 8)) if self.single else n
        width = p + p * (p + 1) // 2
        memory = CHUNK_BYTES // (width * self.rows.itemsize)
        self.chunk = max(256, min(n, exact, memory))
        column, row = np.triu_indices(p)
        self.row, self.column = row, column
        self.products: Array | None = None
        if self.chunk >= n:
            self.products = self._products(0, n)

    def _products(self, first: int, last: int) -> Array:
        x = self.rows[first:last]
        out = np.empty((last - first, self.p + len(self.row)), dtype=x.dtype)
        out[:, : self.p] = x
        at = self.p
        for k in range(self.p):
            width = self.p - k
            np.multiply(x[:, k:], x[:, [k]], out=out[:, at : at + width])
            at += width
        return out

    def sums(self, counts: Sequence[NDArray[Any]]) -> tuple[Array, Array, Array]:
        """Row totals, means (draws, p) and covariances as vech (draws, p(p+1)/2) of all blocks."""
        draws = sum(len(block) for block in counts)
        total = np.zeros((draws, self.p + len(self.row)))
        for first in range(0, self.n, self.chunk):
            last = min(self.n, first + self.chunk)
            products = self.products
            if products is None:
                products = self._products(first, last)
            weights = np.concatenate([block[:, first:last] for block in counts])
            weights = weights.astype(self.rows.dtype)
            total += weights @ products
        size = np.concatenate([block.sum(axis=1, dtype=np.int64) for block in counts]) * 1.0
        total /= size[:, None]
        shift = total[:, : self.p]
        vech = total[:, self.p :] - shift[:, self.row] * shift[:, self.column]
        return size, shift + self.center, vech
