"""A skewed variable among ordinal items: coverage and rejection rates of WLSMV.

    PYTHONPATH=packages/semfit/src python benchmarks/mixed.py [replications]

One factor, three items of four categories and a variable ``w`` whose residual is exponential.
Results, benchmarks/results/mixed.json: for each number of rows how often the 95 %
interval of ``f =~ w`` and ``w ~~ w`` covers the value of a sample of a million rows (a polyserial
correlation takes ``w`` for normal, so that it is not quite the drawn one), the mean error over the
spread of the estimates, and how often the scaled test rejects at 5 %. With ``--rows DIR N`` 300 of
the drawn samples are written for another program.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import semfit

MODEL = "f =~ y1 + y2 + y3 + w"
ITEMS = ("y1", "y2", "y3")
RESULTS = Path(__file__).parent / "results" / "mixed.json"


def drawn(n: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    f = rng.standard_normal(n)
    frame = pd.DataFrame()
    for item, loading in zip(ITEMS, (0.75, 0.66, 0.65), strict=True):
        latent = loading * f + np.sqrt(1 - loading**2) * rng.standard_normal(n)
        frame[item] = np.searchsorted([-0.75, 0.12, 0.92], latent)
    return frame.assign(w=0.75 * f + 1.6 * (rng.exponential(size=n) - 1))


def main() -> None:
    replications = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    keys = [("f", "=~", "w"), ("w", "~~", "w")]

    def values(result: semfit.Result) -> pd.DataFrame:
        table = result.parameters.set_index(["lhs", "op", "rhs"])
        return table.loc[keys, ["est", "se", "ci_lower", "ci_upper"]]

    truth = values(semfit.fit(MODEL, drawn(1_000_000, 1), ordered=ITEMS))["est"]
    found = []
    for n in (200, 500, 1000, 2000):
        rows, rejected, lost = [], 0, 0
        for seed in range(replications):
            fit = semfit.fit(MODEL, drawn(n, 100 + seed), ordered=ITEMS)
            if not fit.converged:
                lost += 1
                continue
            rows.append(values(fit))
            rejected += fit.fit["pvalue_scaled"] < 0.05
        every = pd.concat(rows, keys=range(len(rows)))
        record: dict[str, object] = {"n": n, "replications": len(rows), "not_converged": lost}
        record["rejected"] = round(rejected / len(rows), 4)
        for key in keys:
            mine = every.xs(key, level=(1, 2, 3))
            covers = mine["ci_lower"].le(truth[key]) & mine["ci_upper"].ge(truth[key])
            record["".join(key)] = {
                "value": round(float(truth[key]), 4),
                "mean": round(float(mine["est"].mean()), 4),
                "coverage": round(float(covers.mean()), 4),
                "error_over_spread": round(float(mine["se"].mean() / mine["est"].std()), 4),
            }
        found.append(record)
        print(record, flush=True)
    RESULTS.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    if "--rows" in sys.argv:
        folder, n = Path(sys.argv[2]), int(sys.argv[3])
        for seed in range(300):
            drawn(n, 100 + seed).to_csv(folder / f"{seed}.csv", index=False)
    else:
        main()
