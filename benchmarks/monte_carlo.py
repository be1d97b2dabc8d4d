"""Monte Carlo study of `loyalty.sem`: bias, coverage of 95 % intervals, type-I error of tests.

    OPENBLAS_NUM_THREADS=1 python benchmarks/monte_carlo.py [--replications 500] [--json FILE]

A mediation model of three factors with three items each, at N = 200, 500 and 3,000, under normal
data and seven-point Likert data (whose population values are those of a sample of two million).
Coverage is that of the indirect effect by the delta method, percentile and BCa bootstrap.
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

from loyalty import sem  # noqa: E402

MODEL = """
x =~ x1 + x2 + x3
m =~ m1 + m2 + m3
y =~ y1 + y2 + y3
m ~ a*x
y ~ b*m + c*x
ind := a*b
"""


def sample(n: int, likert: bool, rng: np.random.Generator) -> pd.DataFrame:
    x = rng.standard_normal(n)
    m = 0.4 * x + np.sqrt(1 - 0.16) * rng.standard_normal(n)
    y = 0.35 * m + 0.2 * x + 0.88 * rng.standard_normal(n)
    frame = {}
    for name, eta in (("x", x), ("m", m), ("y", y)):
        for k, loading in enumerate((0.8, 0.7, 0.75)):
            v = loading * eta + np.sqrt(1 - loading**2) * rng.standard_normal(n)
            if likert:
                v = np.searchsorted([-2.0, -1.5, -1.0, -0.5, 0.1, 0.8], v) + 1.0
            frame[f"{name}{k + 1}"] = v
    return pd.DataFrame(frame)


def condition(n: int, likert: bool, replications: int, draws: int) -> dict[str, Any]:
    truth_data = sample(2_000_000, likert, np.random.default_rng(99))
    truth = sem.fit(MODEL, truth_data).parameters.set_index("lhs").loc["ind", "est"]
    rng = np.random.default_rng([n, likert, 7])
    estimates: list[float] = []
    hits = {"delta": 0, "delta_mlr": 0, "percentile": 0, "bca": 0}
    rejected = {"chisq": 0, "chisq_scaled_mlr": 0, "chisq_scaled_mlm": 0}
    failed = 0
    for r in range(replications):
        data = sample(n, likert, rng)
        plain = sem.fit(MODEL, data)
        if not plain.admissible:
            failed += 1
            continue
        robust = sem.fit(MODEL, data, estimator="MLR")
        mean_adjusted = sem.fit(MODEL, data, estimator="MLM")
        row = plain.parameters.set_index("lhs").loc["ind"]
        estimates.append(row["est"])
        rows = {"delta": row, "delta_mlr": robust.parameters.set_index("lhs").loc["ind"]}
        boot = plain.bootstrap(draws, seed=r)
        for kind in ("percentile", "bca"):
            rows[kind] = boot.parameters(kind).set_index("lhs").loc["ind"]
        for kind, found in rows.items():
            hits[kind] += bool(found["ci_lower"] <= truth <= found["ci_upper"])
        rejected["chisq"] += plain.fit["pvalue"] < 0.05
        rejected["chisq_scaled_mlr"] += robust.fit["pvalue_scaled"] < 0.05
        rejected["chisq_scaled_mlm"] += mean_adjusted.fit["pvalue_scaled"] < 0.05
    used = len(estimates)
    return {
        "n": n,
        "data": "likert" if likert else "normal",
        "replications": used,
        "failed": failed,
        "true_indirect": truth,
        "bias": float(np.mean(estimates) - truth),
        "relative_bias": float(np.mean(estimates) / truth - 1),
        **{f"coverage_{k}": v / used for k, v in hits.items()},
        **{f"type1_{k}": float(v) / used for k, v in rejected.items()},
        "monte_carlo_se_of_95": float(np.sqrt(0.95 * 0.05 / used)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replications", type=int, default=500)
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    rows = []
    for likert in (False, True):
        for n in (200, 500, 3000):
            rows.append(condition(n, likert, options.replications, options.draws))
            print(rows[-1], flush=True)
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
