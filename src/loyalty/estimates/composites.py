"""Formative constructs: their items' weights and the paths from and to them, by PLS.

The items of a formative construct make it up. It has no common factor, so that neither reliability
nor AVE describes it, and a covariance-based model has a solution for it only where it is free of
error and nothing leads to it. PLS (mode B: regression weights) has one wherever it stands
(Diamantopoulos & Winklhofer 2001, Journal of Marketing Research 38, 269-277; Hair et al. 2022, A
Primer on PLS-SEM, chapter 5).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from loyalty.cases.study import Study
from loyalty.estimates.groups import sampling
from loyalty.stats import CannotCompute, pls
from loyalty.stats.regression import variance_inflation


@dataclass(frozen=True)
class Composites:
    """What PLS estimates of the hypotheses with a formative construct at one end.

    Attributes
    ----------
    paths : DataFrame
        ``id, from_, to, sign, estimate, ci_lower, ci_upper``, one row such a hypothesis.
    weights : DataFrame
        ``construct, item, estimate, ci_lower, ci_upper, loading, vif``: of standardized items.
    n, draws : int
        Respondents; usable bootstrap samples of them.
    clusters : int, optional
        How many whole clusters these samples draw; None where respondents are drawn.
    """

    paths: pd.DataFrame
    weights: pd.DataFrame
    n: int
    draws: int
    clusters: int | None = None


def composites(study: Study, rows: pd.DataFrame, draws: int, seed: int) -> Composites | None:
    """All plain hypotheses as one PLS model, as the description's ``pls`` says.

    Raises
    ------
    CannotCompute
        As :func:`loyalty.stats.pls.pls_path_model`.
    """
    if not study.composed:
        return None
    hypotheses = [h for h in study.hypotheses if h.is_path and h.set_aside is None]
    ends = {end for h in hypotheses for end in (h.from_, h.to)}
    used = [c for c in study.constructs if c.id in ends]
    items = [i.id for c in used for i in c.items]
    found = pls.pls_path_model(
        rows,
        {c.id: [i.id for i in c.items] for c in used},
        [(h.from_, h.to) for h in hypotheses],
        **study.pls.options(used),
        draws=draws,
        seed=seed,
        design=sampling(study, rows, items),
    )
    by = found.paths.set_index(["source", "target"])
    paths = pd.DataFrame(
        [
            {
                "id": h.id,
                "from_": h.from_,
                "to": h.to,
                "sign": h.sign,
                **by.loc[(h.from_, h.to), ["estimate", "ci_lower", "ci_upper"]].to_dict(),
            }
            for h in study.composed
        ]
    )
    formative = [c.id for c in used if c.mode == "formative"]
    outer = found.outer[found.outer["construct"].isin(formative)]
    weights = outer.rename(columns={"weight": "estimate"}).reset_index(drop=True)
    answers = rows[list(found.outer["item"])]
    complete = answers.fillna(answers.mean()) if study.pls.missing == "mean" else answers.dropna()
    vifs = [vif(complete[group["item"]]) for _, group in weights.groupby("construct", sort=False)]
    weights["vif"] = np.concatenate(vifs)
    return Composites(paths, weights, found.n, int(by["draws"].iloc[0]), found.clusters)


def vif(items: pd.DataFrame) -> np.ndarray:
    """Variance inflation of each item by the others.

    Raises
    ------
    CannotCompute
        When the items are collinear.
    """
    try:
        return variance_inflation(items.corr().to_numpy(np.float64))
    except np.linalg.LinAlgError:
        raise CannotCompute("collinear_scores") from None
