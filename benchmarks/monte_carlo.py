"""Monte Carlo study of `semfit`: bias, coverage of 95 % intervals, type-I error of tests.

    OPENBLAS_NUM_THREADS=1 python benchmarks/monte_carlo.py [--replications 2000] [--json FILE]

A mediation model of three factors with three items each, at N = 200, 500 and 3,000, under normal
data and seven-point Likert data (whose population values are those of a sample of two million).
Coverage is that of the indirect effect, and of all free parameters (mean and least), by the delta
method, percentile and BCa bootstrap.
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


def free_rows(parameters: pd.DataFrame) -> pd.DataFrame:
    """The free parameters and the indirect effect, in the order of the parameter table."""
    return parameters[(parameters["se"] > 0) | (parameters["op"] == ":=")]


def condition(n: int, likert: bool, replications: int, draws: int) -> dict[str, Any]:
    truth_data = sample(2_000_000, likert, np.random.default_rng(99))
    table = free_rows(semfit.fit(MODEL, truth_data).parameters)
    truth = table["est"].to_numpy()
    indirect = int(np.flatnonzero(table["op"] == ":=")[0])
    rng = np.random.default_rng([n, likert, 7])
    estimates: list[Any] = []
    inside: dict[str, list[Any]] = {k: [] for k in ("delta", "delta_mlr", "percentile", "bca")}
    rejected = {"chisq": 0, "chisq_scaled_mlr": 0, "chisq_scaled_mlm": 0}
    failed = 0
    for r in range(replications):
        data = sample(n, likert, rng)
        plain = semfit.fit(MODEL, data)
        if not plain.admissible:
            failed += 1
            continue
        robust = semfit.fit(MODEL, data, estimator="MLR")
        mean_adjusted = semfit.fit(MODEL, data, estimator="MLM")
        boot = plain.bootstrap(draws, seed=r)
        estimates.append(free_rows(plain.parameters)["est"].to_numpy())
        tables = {"delta": plain.parameters, "delta_mlr": robust.parameters}
        tables |= {kind: boot.parameters(kind) for kind in ("percentile", "bca")}
        for kind, found in tables.items():
            rows = free_rows(found)
            inside[kind].append(
                ((rows["ci_lower"] <= truth) & (truth <= rows["ci_upper"])).to_numpy()
            )
        rejected["chisq"] += plain.fit["pvalue"] < 0.05
        rejected["chisq_scaled_mlr"] += robust.fit["pvalue_scaled"] < 0.05
        rejected["chisq_scaled_mlm"] += mean_adjusted.fit["pvalue_scaled"] < 0.05
    used = len(estimates)
    bias = np.mean(estimates, axis=0) - truth
    coverage = {kind: np.mean(hits, axis=0) for kind, hits in inside.items()}
    worst = int(np.argmax(np.abs(bias / truth)))
    return {
        "n": n,
        "data": "likert" if likert else "normal",
        "replications": used,
        "failed": failed,
        "true_indirect": float(truth[indirect]),
        "bias": float(bias[indirect]),
        "relative_bias": float(bias[indirect] / truth[indirect]),
        "parameters": len(truth),
        "largest_relative_bias": float(np.abs(bias[worst] / truth[worst])),
        **{f"coverage_{k}": float(v[indirect]) for k, v in coverage.items()},
        **{f"mean_coverage_{k}": float(v.mean()) for k, v in coverage.items()},
        **{f"least_coverage_{k}": float(v.min()) for k, v in coverage.items()},
        **{f"type1_{k}": float(v) / used for k, v in rejected.items()},
        "monte_carlo_se_of_95": float(np.sqrt(0.95 * 0.05 / used)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replications", type=int, default=2000)
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
