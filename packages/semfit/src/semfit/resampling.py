r"""Resampled moments: multinomial counts times row products.

Draws come in blocks of `BLOCK`, each with its own generator seeded by (seed, block), so a draw is
the same however many there are, whatever the number of threads and the size of the chunks. The
sums of products of integer data (Likert items) are exact even in single precision as long as they
stay below 2^24; other data are centred and summed in double precision.

Rows of large groups are drawn in random groups (Wolter 2007, "Introduction to Variance Estimation",
ch. 2): they are put into `RANDOM_BLOCKS` blocks of equal size at random, whose sums of products are
formed once, and blocks are drawn. The variance is as unbiased as that of rows drawn one by one and
has as many degrees of freedom as there are blocks, less one: a standard error's own error is
:math:`1/\sqrt{2\cdot2^{15}}`, 0.4 %, beside the 1 % that 5,000 draws leave.
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
#: Groups of more rows are drawn in so many blocks.
LARGE_GROUP = 2**17
RANDOM_BLOCKS = 2**15


def in_blocks(sample: GroupSample) -> bool:
    """Whether the rows of a group are drawn in random blocks where their moments are enough."""
    return sample.clusters is None and sample.weights is None and sample.n > LARGE_GROUP


@dataclass(frozen=True)
class Plan:
    """Which rows a draw is made of: cases within groups, or whole clusters within groups.

    ``sizes`` are rows, or random blocks of them.
    """

    sizes: tuple[int, ...]
    clusters: tuple[tuple[Index, ...] | None, ...]

    @staticmethod
    def of(samples: Sequence[GroupSample], moments: bool = False) -> Plan:
        """The plan of these groups; with ``moments`` large ones are drawn in random blocks."""
        members: list[tuple[Index, ...] | None] = []
        for s in samples:
            if s.clusters is None:
                members.append(None)
                continue
            order = np.argsort(s.clusters, kind="stable")
            codes = s.clusters[order]
            starts = np.flatnonzero(np.r_[True, codes[1:] != codes[:-1]])
            members.append(tuple(np.split(order, starts[1:])))
        sizes = (RANDOM_BLOCKS if moments and in_blocks(s) else s.n for s in samples)
        return Plan(tuple(sizes), tuple(members))

    def counts(self, seed: int, block: int) -> list[NDArray[Any]]:
        """How often each row (or random block) is in each draw of a block: (BLOCK, n) a group."""
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
        self.column, self.row = np.triu_indices(p)
        largest = float(np.abs(raw).max(initial=1.0))
        self.weights = sample.weights  # a row that is drawn brings its weight along
        whole = self.weights is None and bool((raw == np.rint(raw)).all()) and largest < 2**20
        self.center = np.rint(sample.mean) if whole else sample.mean
        centred = raw - self.center
        largest = float(np.abs(centred).max(initial=1.0)) ** 2
        single = whole and largest * 64 < MAXIMUM_EXACT
        self.rows = centred.astype(np.float32 if single else np.float64)
        self.products: Array | None = None
        self.sizes: Array | None = None  # rows of each random block
        if in_blocks(sample):
            self.products, self.sizes = self._block_sums()
            self.n = len(self.sizes)
            largest = float(np.abs(self.products).max(initial=1.0))
            single = single and largest * 8 * 256 < MAXIMUM_EXACT
            self.products = self.products.astype(np.float32 if single else np.float64)
        # a resampled row seldom counts more than 64 times; sums over a chunk stay exact
        exact = int(MAXIMUM_EXACT / (largest * 8)) if single else n
        memory = CHUNK_BYTES // (self.rows.itemsize * (p + len(self.row)))
        self.chunk = max(256, min(n, exact, memory))
        if self.products is None and self.chunk >= n:
            self.products = self._products(0, n)

    def _block_sums(self) -> tuple[Array, Array]:
        """Sums of the row products of random blocks, and the rows of each block."""
        n = len(self.rows)
        block = np.random.default_rng(n).permutation(n) % RANDOM_BLOCKS
        sizes = np.bincount(block, minlength=RANDOM_BLOCKS)
        self.rows = self.rows[np.argsort(block, kind="stable")]
        ends = np.cumsum(sizes)
        out = np.empty((RANDOM_BLOCKS, self.p + len(self.row)))
        for first in range(0, RANDOM_BLOCKS, 256):
            starts, last = (ends - sizes)[first : first + 256], ends[first : first + 256][-1]
            products = self._products(int(starts[0]), int(last))
            np.add.reduceat(
                products, starts - starts[0], axis=0, dtype=float, out=out[first : first + 256]
            )
        self.rows = self.rows[:0]
        return out, sizes.astype(float)

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
            if self.products is None:
                products = self._products(first, last)
            else:
                products = self.products[first:last]
            drawn = np.concatenate([block[:, first:last] for block in counts])
            if self.weights is None:
                total += drawn.astype(products.dtype) @ products
            else:
                total += (drawn * self.weights[first:last]) @ products
        if self.weights is not None:
            size = np.concatenate([block @ self.weights for block in counts])
        elif self.sizes is None:
            size = np.concatenate([block.sum(axis=1, dtype=np.int64) for block in counts]) * 1.0
        else:
            size = np.concatenate([block @ self.sizes for block in counts])
        total /= size[:, None]
        shift = total[:, : self.p]
        vech = total[:, self.p :] - shift[:, self.row] * shift[:, self.column]
        return size, shift + self.center, vech
