"""Data and models of the benchmarks, made from a seed."""

from __future__ import annotations

import numpy as np
import pandas as pd

FACTORS = 9
CHAIN = [
    (1, 0),
    (2, 0),
    (2, 1),
    (3, 1),
    (3, 2),
    (4, 2),
    (4, 3),
    (5, 3),
    (5, 4),
    (6, 4),
    (6, 5),
    (7, 5),
    (7, 6),
    (8, 6),
    (8, 7),
    (8, 0),
]


def items_of_factors(items: int) -> list[int]:
    """Items of each factor: nine factors, or as many as have three items each."""
    factors = min(FACTORS, items // 3)
    return [items // factors + (k < items % factors) for k in range(factors)]


def chain_model(items: int = 30) -> str:
    """A chain of nine factors (fewer below 27 items) measured by ``items`` items."""
    per = items_of_factors(items)
    lines = []
    for f in range(len(per)):
        lines.append(f"f{f + 1} =~ " + " + ".join(f"i{f + 1}_{k + 1}" for k in range(per[f])))
    for target in range(1, len(per)):
        sources = [s for t, s in CHAIN if t == target]
        lines.append(f"f{target + 1} ~ " + " + ".join(f"f{s + 1}" for s in sources))
    return "\n".join(lines)


def chain_data(rows: int = 3000, items: int = 30, seed: int = 1, points: int = 7) -> pd.DataFrame:
    """Likert answers of the chain; ``points=0`` gives the continuous variables."""
    rng = np.random.default_rng(seed)
    per = items_of_factors(items)
    eta = np.zeros((rows, len(per)))
    for f in range(len(per)):
        sources = [s for t, s in CHAIN if t == f]
        mean = eta[:, sources] @ np.full(len(sources), 0.4 if len(sources) > 1 else 0.55)
        eta[:, f] = mean + np.sqrt(0.6 if f else 1.0) * rng.standard_normal(rows)
    columns = {}
    for f in range(len(per)):
        scale = eta[:, f] / eta[:, f].std()
        for k in range(per[f]):
            loading = 0.65 + 0.06 * (k % 4)
            y = loading * scale + np.sqrt(1 - loading**2) * rng.standard_normal(rows)
            if points:
                cuts = np.linspace(-1.8, 1.3, points - 1) + 0.1 * (k % 3)
                y = np.searchsorted(cuts, y) + 1
            columns[f"i{f + 1}_{k + 1}"] = y
    return pd.DataFrame(columns)
