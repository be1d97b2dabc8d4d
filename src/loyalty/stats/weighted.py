"""Respondents who count by a weight, and what that does to errors: linearization (Taylor).

An estimate that changes by ``w u`` with a respondent of weight w and influence u has the variance
``n / (n - 1) sum (e - mean e)^2`` of the ``e = w u`` of all n respondents, who are zero where they
are not in what is estimated; of clusters with the sums of theirs (Binder 1983, International
Statistical Review 51, 279-292; Lumley 2004, Journal of Statistical Software 9(8), 1-19, as R's
``survey``). Student's t has the clusters (or respondents) in what is estimated, less one, as its
degrees of freedom.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from scipy import special

from loyalty.stats._common import CannotCompute, FloatArray, IntArray, check_level, to_matrix


@dataclass(frozen=True, eq=False)
class Design:
    """The weights of a survey's respondents, and what these were sampled in.

    Attributes:
        weights: (n,) above 0, by respondent; their unit does not matter.
        units: cluster of each respondent; one without is a cluster of its own. None: respondents
            were sampled one by one.
    """

    weights: pd.Series
    units: pd.Series | None = None

    @cached_property
    def _codes(self) -> pd.Series:
        """Cluster of each respondent as a number."""
        n = len(self.weights)
        if self.units is None:
            return pd.Series(np.arange(n), self.weights.index)
        codes = pd.factorize(self.units.reindex(self.weights.index))[0]
        alone = codes < 0
        codes[alone] = codes.max(initial=-1) + 1 + np.arange(alone.sum())
        return pd.Series(codes, self.weights.index)

    def of(self, index: pd.Index) -> FloatArray:
        """The weights of some respondents."""
        return self.weights.loc[index].to_numpy(np.float64)

    def clusters(self, index: pd.Index) -> IntArray | None:
        """The clusters of some respondents, numbered from 0 on; None where there are none."""
        if self.units is None:
            return None
        return np.unique(self._codes.loc[index].to_numpy(), return_inverse=True)[1]

    @property
    def count(self) -> int | None:
        """How many clusters respondents were sampled in; None where there are none."""
        return None if self.units is None else self.units.nunique()

    def effective(self, index: pd.Index) -> float:
        """Kish's (1965) effective sample size of some respondents, (sum w)^2 / sum w^2."""
        w = self.of(index)
        return float(w.sum() ** 2 / (w @ w)) if len(w) else 0.0

    def error(self, index: pd.Index, influence: FloatArray) -> float:
        """Standard error of what is estimated from the respondents of `index`, from the influence
        of each.

        Raises:
            CannotCompute: the survey has fewer than two respondents or clusters.
        """
        codes = self._codes
        count = int(codes.max()) + 1 if len(codes) else 0
        if count < 2:
            raise CannotCompute("few_values", n=count)
        sums = np.zeros(count)
        np.add.at(sums, codes.loc[index].to_numpy(), self.of(index) * influence)
        return float(np.sqrt(count / (count - 1) * np.sum((sums - sums.mean()) ** 2)))

    def quantile(self, index: pd.Index, level: float) -> float:
        """Two-sided quantile of Student's t for an estimate from some respondents."""
        df = self._codes.loc[index].nunique() - 1
        if df < 1:
            raise CannotCompute("few_values", n=df + 1)
        return float(special.stdtrit(df, 0.5 + check_level(level) / 2.0))

    def mean(self, values: pd.Series) -> tuple[float, float, float]:
        """Mean, standard deviation (n - 1) and standard error of values without holes."""
        x, w = values.to_numpy(np.float64), self.of(values.index)
        mean = float(w @ x / w.sum())
        if len(x) < 2:
            raise CannotCompute("few_values", n=len(x))
        n = len(x)
        sd = float(np.sqrt(w @ (x - mean) ** 2 / w.sum() * n / (n - 1)))
        return mean, sd, self.error(values.index, (x - mean) / w.sum())

    def size(self, share: float, marked: pd.Series) -> float:
        """So many respondents drawn one by one would know a share as well as these do: p (1 - p)
        over its variance (Franco et al. 2019); Kish's number where the share is 0 or 1."""
        _, _, se = self.mean(marked)
        return share * (1.0 - share) / se**2 if se > 0 else self.effective(marked.index)

    def means(self, items: pd.DataFrame) -> FloatArray:
        """Means of complete rows, (p,)."""
        out: FloatArray = np.average(to_matrix(items), axis=0, weights=self.of(items.index))
        return out

    def covariance(self, items: pd.DataFrame) -> FloatArray:
        """Covariances (n - 1) of complete rows, (p, p)."""
        x, w = to_matrix(items), self.of(items.index)
        d = x - w @ x / w.sum()
        out: FloatArray = (d * w[:, None]).T @ d / w.sum() * len(x) / (len(x) - 1)
        return (out + out.T) / 2.0


def quantiles(values: FloatArray, weights: FloatArray, at: FloatArray) -> FloatArray:
    """Quantiles of weighted values: between the middles of the steps of the distribution function
    (Hazen's, of type 5, where all weigh the same)."""
    order = np.argsort(values, kind="stable")
    x, w = values[order], weights[order]
    middle = (np.cumsum(w) - w / 2.0) / w.sum()
    out: FloatArray = np.interp(at, middle, x)
    return out
