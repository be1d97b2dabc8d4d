"""Two yes-or-no properties of the same people, crossed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from loyalty.stats._common import BoolArray, CannotCompute, Result, check_level, normal_quantile
from loyalty.stats.impact import share


@dataclass(frozen=True, eq=False)
class Crossed(Result):
    """Four cells, the shares of both, their difference, and who has the first without the second.

    Attributes:
        first, second: share with Wilson's interval.
        gap: share of the first less share of the second, with Agresti and Min's interval.
        without: share without the second among those with the first, with Wilson's interval; NaN
            where nobody has the first.
    """

    n: int
    both: int
    first_only: int
    second_only: int
    neither: int
    first: tuple[float, float, float]
    second: tuple[float, float, float]
    gap: tuple[float, float, float]
    without: tuple[float, float, float]


def crossed(first: BoolArray, second: BoolArray, *, level: float = 0.95) -> Crossed:
    """The cross-classification of two properties, (n,) each, without missing values.

    Raises:
        CannotCompute: nobody.

    Source: Agresti & Min (2005), Statistics in Medicine 24, 729-740 (half added to each cell).
    """
    level = check_level(level)
    n = len(first)
    if not n:
        raise CannotCompute("no_complete_row")
    a, b = int((first & second).sum()), int((first & ~second).sum())
    c = int((~first & second).sum())
    gain, loss, size = b + 0.5, c + 0.5, n + 2.0
    middle = (gain - loss) / size
    half = normal_quantile(level) * np.sqrt(gain + loss - (gain - loss) ** 2 / size) / size
    return Crossed(
        n=n,
        both=a,
        first_only=b,
        second_only=c,
        neither=n - a - b - c,
        first=share(a + b, n, level=level),
        second=share(a + c, n, level=level),
        gap=((b - c) / n, float(middle - half), float(middle + half)),
        without=share(b, a + b, level=level),
    )
