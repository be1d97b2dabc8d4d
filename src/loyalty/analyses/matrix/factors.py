"""Exploratory factors of a matrix: whether there are any, how many, and which items go together."""

from __future__ import annotations

import numpy as np
import pandas as pd

from loyalty.analyses.matrix.data import Data
from loyalty.ground.findings import (
    Bounded,
    Count,
    Finding,
    OfConstruct,
    P,
    Percent,
    Real,
)
from loyalty.stats import CannotCompute, efa


class Explored(OfConstruct):
    """An item's pattern loadings, by factor, and its communality."""

    item: str
    loadings: dict[str, Bounded]
    communality: Bounded


class Factors(Finding):
    """KMO (and that of the least adequate `item`), Bartlett's test, and how many factors.

    `parallel` factors are kept by parallel analysis (of `draws` random matrices), `map` components
    by the minimum average partial, `kaiser` by eigenvalues above one; `planned` constructs have the
    items. The solution is by minres and oblimin, of `used` factors: as many as parallel analysis
    keeps, at least one, and no more than can be estimated. `closest` is the largest correlation of
    two factors in size.
    """

    kmo: Bounded
    item: str
    item_kmo: Bounded
    chisq: Real
    df: Count
    p: P
    planned: Count
    parallel: Count
    map: Count
    kaiser: Count
    draws: Count
    used: Count
    explained: Percent
    closest: Bounded | None
    heywood: tuple[str, ...]
    rows: tuple[Explored, ...]


def factors(data: Data, draws: int, seed: int) -> Factors:
    """From the correlations of the items of the study's models and n alone.

    Raises
    ------
    CannotCompute
        Fewer than three items, or no solution.
    """
    main = data.study.main
    if not main:
        raise CannotCompute("no_common_factor")
    owner = {item.id: c.id for c in main for item in c.items}
    items, n = list(owner), data.given.n
    cov = data.given.covariances.loc[items, items]
    sd = np.sqrt(np.diag(cov))
    r = pd.DataFrame(cov.to_numpy() / np.outer(sd, sd), index=items, columns=items)
    parallel = efa.parallel_analysis(corr=r, n=n, draws=draws, seed=seed)
    kmo, test = efa.kmo(r), efa.bartlett_sphericity(r, n)
    used = efa.estimable(max(1, parallel.n_factors), len(items))
    found = efa.efa(corr=r, n=n, n_factors=used)
    phi = found.phi.to_numpy()[np.tril_indices(used, -1)]
    loadings = found.loadings.to_dict(orient="index")
    return Factors(
        kmo=kmo.overall,
        item=str(kmo.items.idxmin()),
        item_kmo=kmo.items.min(),
        chisq=test.chi2,
        df=test.df,
        p=test.p,
        planned=len(main),
        parallel=parallel.n_factors,
        map=efa.minimum_average_partial(r).n_squared,
        kaiser=efa.kaiser_criterion(r),
        draws=draws,
        used=used,
        explained=found.variance["cumulative"].iloc[-1],
        closest=max(phi, key=abs) if len(phi) else None,
        heywood=found.heywood,
        rows=tuple(
            Explored(
                construct=owner[item],
                item=item,
                loadings=loadings[item],
                communality=found.communalities[item],
            )
            for item in items
        ),
    )
