"""How often a necessary condition is found where it is planted, and where it is not.

    OPENBLAS_NUM_THREADS=1 python benchmarks/necessity.py [--replications 500] [--json FILE]

Pairs of latent variables, normal with the correlation `r` before the ceiling; `planted` cuts the
outcome off at ``0.3 + 1.2 x``, so that no high outcome is had with little of the condition. They
are seen exactly, or through scale scores of three seven-point items each (loadings .85), once as
they are and once by plausible values of a factor model of the six items. Mean effect sizes and
rates of p < .05: against unrelated outcomes (the permutation test), against outcomes with the same
correlation, and of both together with an effect size of .1 or more, which is what the analysis
calls necessary.
"""

from __future__ import annotations

import os

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import argparse  # noqa: E402
import json  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
import semfit  # noqa: E402

from loyalty.estimates.plausible import plausible_values  # noqa: E402
from loyalty.stats import necessity  # noqa: E402

FIRST_SEED = 880_000
MODEL = "x =~ x1 + x2 + x3\ny =~ y1 + y2 + y3"
CUTS = (-1.88, -1.34, -0.84, -0.25, 0.36, 1.08)
#: Name, correlation before the ceiling, whether there is one.
POPULATIONS = (
    ("unrelated", 0.0, False),
    ("correlated", 0.5, False),
    ("strongly_correlated", 0.8, False),
    ("planted", 0.2, True),
    ("planted_correlated", 0.5, True),
)


def drawn(n: int, r: float, planted: bool, rng: np.random.Generator) -> np.ndarray:
    """Condition and outcome, (n, 2)."""
    x, noise = rng.standard_normal((2, n))
    y = r * x + np.sqrt(1 - r**2) * noise
    return np.column_stack([x, np.minimum(y, 0.3 + 1.2 * x) if planted else y])


def items(latent: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """Three answers from 1 to 7 to each of the two."""
    latent = (latent - latent.mean(axis=0)) / latent.std(axis=0)
    found = {}
    for name, values in zip("xy", latent.T, strict=True):
        for k in (1, 2, 3):
            response = 0.85 * values + np.sqrt(1 - 0.85**2) * rng.standard_normal(len(values))
            found[f"{name}{k}"] = np.searchsorted(CUTS, response) + 1.0
    return pd.DataFrame(found)


def replicated(
    n: int, r: float, planted: bool, seed: int, permutations: int
) -> dict[tuple[str, str, str], float]:
    """What one redraw shows: by how it is seen, ceiling and kind of result."""
    rng = np.random.default_rng(seed)
    latent = drawn(n, r, planted, rng)
    answers = items(latent, rng)
    scores = [answers[[f"{name}{k}" for k in (1, 2, 3)]].mean(axis=1).to_numpy() for name in "xy"]
    options = {"permutations": permutations, "seed": seed}
    out: dict[tuple[str, str, str], float] = {}
    for seen, (x, y) in (("exact", latent.T), ("scores", scores)):
        found = necessity.tested(x, y, **options)
        for kind in necessity.CEILINGS:
            out[seen, kind, "effect"] = found.effect[kind]
            out[seen, kind, "unrelated"] = found.p[kind] < 0.05
            out[seen, kind, "correlated"] = found.p_correlated < 0.05
            out[seen, kind, "necessary"] = necessity.verdict(found, kind, 0.1, 0.05) == "necessary"
    model = semfit.fit(MODEL, answers, estimator="MLR")
    draws = [(d["x"].to_numpy(), d["y"].to_numpy()) for d in plausible_values(model, 20, seed)]
    free = necessity.carried(draws, **options)
    for kind in necessity.CEILINGS:
        out["plausible", kind, "effect"] = free.effect[kind]
        out["plausible", kind, "unrelated"] = free.p[kind] < 0.05
    return out


def rates(population: str, n: int, replications: int, permutations: int = 500) -> dict[str, Any]:
    """Means over redraws."""
    r, planted = next((r, planted) for name, r, planted in POPULATIONS if name == population)
    rows = [replicated(n, r, planted, FIRST_SEED + k, permutations) for k in range(replications)]
    means = pd.DataFrame(rows).astype(float).mean()
    found: dict[str, Any] = {"population": population, "n": n, "replications": replications}
    for (seen, kind, what), value in means.items():
        found.setdefault(seen, {}).setdefault(kind, {})[what] = round(float(value), 4)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replications", type=int, default=500)
    parser.add_argument("--n", type=int, nargs="*", default=[300])
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    records = []
    for n in options.n:
        for population, *_ in POPULATIONS:
            records.append(rates(population, n, options.replications))
            print(records[-1], flush=True)
            if options.json:
                options.json.write_text(json.dumps(records, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
