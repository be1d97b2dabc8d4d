"""Coverage of intervals of LMG shares where few firms are the independent units.

    OPENBLAS_NUM_THREADS=1 python benchmarks/shares.py [--replications 600] [--json FILE]

Three predictors and an outcome of 40 respondents in each of so many firms, a tenth of the variance
of the predictors and of the outcome's errors between firms. Firms are resampled, and shares taken
of the correlations of each sample. ``percentile``: the middle 95 % of draws; ``expanded``: that of
the analysis (Hesterberg 2015).
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

from loyalty.analyses.drivers.findings import _bounds
from loyalty.stats import shares

BETWEEN = 0.1
CORRELATIONS = np.array([[1, 0.4, 0.3], [0.4, 1, 0.3], [0.3, 0.3, 1]])
SLOPES = np.array([0.4, 0.3, 0.2])


def drawn(firms: int, each: int, rng: np.random.Generator) -> np.ndarray:
    """Outcome and predictors, (firms, each, 4)."""
    none = np.zeros(3)
    between = rng.multivariate_normal(none, BETWEEN * CORRELATIONS, firms)[:, None, :]
    within = rng.multivariate_normal(none, (1 - BETWEEN) * CORRELATIONS, (firms, each))
    x = between + within
    y = (
        x @ SLOPES
        + 0.25 * rng.standard_normal((firms, 1))
        + 0.75 * rng.standard_normal(x.shape[:2])
    )
    return np.concatenate([y[..., None], x], axis=2)


def covered(firms: int, replications: int, draws: int = 399) -> dict[str, Any]:
    """Shares of intervals that hold the true share, by predictor."""
    rng = np.random.default_rng(5)
    many = drawn(4000, 50, rng).reshape(-1, 4)
    truth = shares.shares(np.corrcoef(many, rowvar=False), "lmg")
    held = {"percentile": np.zeros(3), "expanded": np.zeros(3)}
    for _ in range(replications):
        rows = drawn(firms, 40, rng)
        sums, products = rows.sum(axis=1), np.einsum("gij,gik->gjk", rows, rows)
        pick = rng.integers(0, firms, (draws, firms))
        mean = sums[pick].sum(axis=1) / rows[..., 0].size
        covariance = products[pick].sum(axis=1) / rows[..., 0].size
        covariance = covariance - mean[:, :, None] * mean[:, None, :]
        sd = np.sqrt(np.einsum("bii->bi", covariance))
        found = shares.shares(covariance / sd[:, :, None] / sd[:, None, :], "lmg")
        for name, clusters in (("percentile", None), ("expanded", firms)):
            lower, upper = _bounds(found, clusters)
            held[name] += (lower <= truth) & (truth <= upper)
    rates = {name: (h / replications).round(4).tolist() for name, h in held.items()}
    return {"firms": firms, "replications": replications} | rates


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replications", type=int, default=600)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    records = [covered(firms, options.replications) for firms in (6, 8, 10, 20)]
    text = json.dumps(records, indent=1) + "\n"
    print(text)
    if options.json:
        options.json.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
