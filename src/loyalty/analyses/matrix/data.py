"""What is known of a survey of which there is a matrix alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import pandas as pd

from loyalty.cases.matrix import Given
from loyalty.cases.study import Study
from loyalty.estimates import moments
from loyalty.estimates.moments import Moments
from loyalty.stats import CannotCompute
from loyalty.stats.validity import fornell_larcker


@dataclass(frozen=True)
class Data:
    """`moments` of the items of the study's models; `nobody` are rows of nobody with the same
    covariances of all items, for statistics that depend on nothing else."""

    study: Study
    given: Given
    moments: Moments
    nobody: pd.DataFrame

    @property
    def unscaled(self) -> bool:
        """Whether correlations are all that is known, with no standard deviations."""
        return self.study.matrix is not None and self.study.matrix.unscaled


def data(study: Study, given: Given) -> Data:
    """The moments of the items of the study's models, and of all items."""
    few = moments.of_items(given, n=len(given.covariances) + 2)
    return Data(study, given, moments.of_matrix(study, given), moments.stand_in(few))


def told_apart(
    loadings: Mapping[str, Sequence[float]], correlations: pd.DataFrame
) -> dict[frozenset[str], bool]:
    """Of each pair whether its correlation is below the square roots of both AVE (Fornell and
    Larcker); of none where a loading is beyond one, or there are no two constructs."""
    try:
        alike = fornell_larcker(loadings, correlations).violations
    except CannotCompute:
        return {}
    pairs = map(frozenset, combinations(loadings, 2))
    return {pair: pair not in set(map(frozenset, alike)) for pair in pairs}
