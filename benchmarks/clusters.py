"""Coverage of percentile intervals where customers of few firms are asked.

    OPENBLAS_NUM_THREADS=1 python benchmarks/clusters.py [--replications 400] [--json FILE]

Three constructs of three items, 30 respondents in each of so many firms; a fifth of the variance
of constructs lies between firms. HTMT of the first two, their PLS path, and omega hierarchical of
all items: ``rows`` resamples respondents, ``clusters`` whole firms with the interval
expanded (Hesterberg 2015), as the analyses do.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from loyalty.stats import efa, pls, validity
from loyalty.stats.reliability import hierarchical_reliability
from loyalty.stats.weighted import Design

SCALES = {c: [f"{c}{k}" for k in range(3)] for c in "abc"}
ITEMS = [item for of in SCALES.values() for item in of]
PATHS = [("a", "b"), ("b", "c")]
CORRELATIONS = np.array([[1, 0.6, 0.4], [0.6, 1, 0.5], [0.4, 0.5, 1]])
BETWEEN = 0.2
OF = ("htmt", "path", "omega_hierarchical")


def sample(firms: int, rng: np.random.Generator, each: int = 30) -> tuple[pd.DataFrame, pd.Series]:
    """Answers, and the firm of each respondent."""
    none = np.zeros(3)
    between = rng.multivariate_normal(none, BETWEEN * CORRELATIONS, firms)
    firm = np.repeat(np.arange(firms), each)
    latent = between[firm] + rng.multivariate_normal(none, (1 - BETWEEN) * CORRELATIONS, len(firm))
    loud = rng.uniform(0.6, 1.4, firms)[firm, None]  # firms differ in how answers scatter
    answers = 0.75 * np.repeat(latent, 3, axis=1) + 0.6 * loud * rng.standard_normal((len(firm), 9))
    return pd.DataFrame(answers, columns=ITEMS), pd.Series(firm)


def found(rows: pd.DataFrame, draws: int = 0, design: Design | None = None) -> np.ndarray:
    """Estimate and limits of each of ``OF``, (3, 3)."""
    seed = {"draws": draws, "seed": 1, "design": design}
    ratio = validity.htmt(rows, SCALES, **seed).pairs.iloc[0]
    path = pls.pls_path_model(rows, SCALES, PATHS, **seed).paths.iloc[0]
    solution = efa.efa(rows, 3)
    drawn = efa.resample(rows, solution, **seed) if draws else None
    general = hierarchical_reliability(solution, efa.pearson(rows), resampled=drawn)
    return np.array(
        [
            ratio[["htmt", "ci_lower", "ci_upper"]],
            path[["estimate", "ci_lower", "ci_upper"]],
            [getattr(general, f"omega_hierarchical{end}") for end in ("", "_lower", "_upper")],
        ],
        dtype=float,
    )


def covered(firms: int, replications: int, draws: int = 199) -> dict[str, Any]:
    """Shares of intervals that hold the value of a survey of very many firms."""
    rng = np.random.default_rng(firms)
    truth = found(sample(3000, rng)[0])[:, 0]
    held = {"rows": np.zeros(3), "clusters": np.zeros(3)}
    for _ in range(replications):
        rows, firm = sample(firms, rng)
        whole = Design(pd.Series(1.0, rows.index), firm)
        for name, design in (("rows", None), ("clusters", whole)):
            _, lower, upper = found(rows, draws, design).T
            held[name] += (lower <= truth) & (truth <= upper)
    rates = {
        name: dict(zip(OF, (h / replications).round(4), strict=True)) for name, h in held.items()
    }
    return {"firms": firms, "replications": replications, "draws": draws, **rates}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replications", type=int, default=400)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    rows = [covered(firms, options.replications) for firms in (6, 10, 25)]
    text = json.dumps(rows, indent=1) + "\n"
    print(text)
    if options.json:
        options.json.write_text(text)


if __name__ == "__main__":
    main()
