"""What printed counts of people say of those that are not printed: the auditor's question.

People differ by yes-no marks, so that each is of one of 2^k kinds; a count is a sum over kinds. Of
what is printed an integer program tells the least and the most people that a cell may hold
(Hundepool et al. 2012, Statistical Disclosure Control, ch. 4: the audit of suppressed tables).
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp

from loyalty.stats._common import BoolArray, IntArray


@dataclass(frozen=True, eq=False)
class Statement:
    """Counts that stand together, each of the kinds that it adds up.

    Of `few` people a statement says that they are few; otherwise it cannot be made.
    """

    cells: Sequence[BoolArray]
    few: bool = False


class People:
    """How many people are of each kind, and what may be told of them.

    Args:
        marks: bool, people × marks.
        least: people a cell must have to be printed.

    Attributes:
        kinds: frame of all kinds, 2^marks × marks. counts: people of each.
    """

    def __init__(self, marks: pd.DataFrame, least: int) -> None:
        k = marks.shape[1]
        every = np.array(list(itertools.product([False, True], repeat=k)), dtype=bool)
        place = marks.to_numpy(dtype=bool) @ (1 << np.arange(k)[::-1])
        self.kinds = pd.DataFrame(every.reshape(-1, k), columns=marks.columns)
        self.counts: IntArray = np.bincount(place, minlength=2**k)
        self.least = least

    def count(self, cell: BoolArray) -> int:
        return int(self.counts[cell].sum())

    def few(self, cell: BoolArray) -> bool:
        return 0 < self.count(cell) < self.least

    def withheld(self, asked: Sequence[Statement], cells: Sequence[BoolArray]) -> list[int]:
        """Of statements in their order of weight, why each may not be made after those before.

        Args:
            cells: those of which no few people may follow: known to within half of `least`.

        Returns:
            Of each statement the fewest people in a cell that it would give away; 0 where it may
            be made.
        """
        hidden = [0 if s.few else self._fewest(s.cells) for s in asked]
        small = [cell for cell in cells if self.few(cell)]
        printed = [c for s, gone in zip(asked, hidden, strict=True) if not gone for c in s.cells]
        if not self._follow(small, printed):
            return hidden
        printed = []
        for k, statement in enumerate(asked):
            if hidden[k]:
                continue
            told = self._follow(small, [*printed, *statement.cells])
            if told:
                hidden[k] = min(map(self.count, told))
            else:
                printed += statement.cells
        return hidden

    def _fewest(self, cells: Sequence[BoolArray]) -> int:
        return min((self.count(cell) for cell in cells if self.few(cell)), default=0)

    def _follow(self, small: Sequence[BoolArray], printed: Sequence[BoolArray]) -> list[BoolArray]:
        """The cells of which is known how many they hold, or nearly."""
        if not printed or not small:
            return []
        sums = np.array([self.count(cell) for cell in printed], dtype=float)
        few = np.array([self.few(cell) for cell in printed])
        told = LinearConstraint(
            np.array(printed, dtype=float),
            np.where(few, 1, sums),
            np.where(few, self.least - 1, sums),
        )
        return [c for c in small if _end(c, -1, told) - _end(c, 1, told) < self.least // 2]


def _end(cell: BoolArray, sign: int, told: LinearConstraint) -> int:
    """The fewest people that a cell may hold, or with the `sign` −1 the most."""
    costs = sign * cell.astype(float)
    found = milp(costs, constraints=told, integrality=np.ones(len(cell)), bounds=Bounds(0, np.inf))
    return 0 if found.x is None else round(float(cell @ found.x))
