"""Coverage of the planted effect of what customers say on what they do, in the case `retail`.

    OPENBLAS_NUM_THREADS=1 python benchmarks/attitude.py [--replications 1000] [--json FILE]

The process declares a correlation of .5 between the intention to come back and the rank of the rate
of purchases. Each redraw has a seed of its own: other customers, other chains, other answers, other
purchases. The estimate is the notebook's (`loyalty.estimates.attitude`): the intention measured by
its three seven-point items, purchases by BG/NBD, both joined by a normal copula; beside it that of
the mean of the items as it stands. It is of everybody; of those whose answers show fewer than two
signs of carelessness (``screened``, what the notebook does); and of those who do not answer
carelessly (``attentive``), whom no analyst can know. Intervals, all of 95 %: customers taken as
independent.
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

from loyalty import simulate  # noqa: E402
from loyalty.cases import study, survey  # noqa: E402
from loyalty.cases.study import Study  # noqa: E402
from loyalty.estimates import attitude, careless  # noqa: E402
from loyalty.ground import paths  # noqa: E402
from loyalty.ground.reasons import CannotCompute  # noqa: E402
from loyalty.simulate import Process, load_process  # noqa: E402
from loyalty.stats import clv  # noqa: E402

FIRST_SEED = 880_000
CASE, PANEL = "retail-simulated", "purchases"


def redraw(
    case: Study, process: Process, items: list[str], n: int, seed: int
) -> list[dict[str, Any]]:
    """The effect in one redraw, by who is kept; of the screened also the naive one."""
    rows = simulate.simulate(process, respondents=n, seed=seed, with_latents=True)
    bought = simulate.panel(process, PANEL, respondents=n, seed=seed)
    bought["date"] = pd.to_datetime(bought["date"])
    summary = clv.customer_summary(bought, bought["date"].max())
    summary = summary.reindex(sorted(bought["customer"].unique()))[["x", "t_x", "t"]]
    flagged = careless.flags(survey.typed(case, rows, "", case.case, 1)[0]).careless.to_numpy()
    answers = rows[items].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    found = []
    kept_of = {
        "everybody": np.ones(n, dtype=bool),
        "screened": ~flagged,
        "attentive": (rows["careless"] == "no").to_numpy(),
    }
    for who, kept in kept_of.items():
        use = ~np.isnan(answers).all(axis=1) & kept
        frame = pd.DataFrame(answers[use], columns=items)
        values = summary[use]
        kinds = {"corrected": attitude.effect(attitude.measured(frame), "rate", values)}
        if who == "screened":
            kinds["naive"] = attitude.naive(frame.mean(axis=1), "rate", values)
        found += [{"who": who, "kind": kind, **vars(one)} for kind, one in kinds.items()]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replications", type=int, default=1000)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    case = study.load(CASE)
    source = case.rows.simulator
    assert source is not None
    process = load_process(paths.inside(case.folder, source.process))
    truth = next(p.link.value for name, p in process.panels.items() if name == PANEL)
    items = [i.source_column for i in case.named("repurchase").items]
    every: list[dict[str, Any]] = []
    failed = 0
    for r in range(options.replications):
        try:
            every += redraw(case, process, items, source.respondents, FIRST_SEED + r)
        except CannotCompute:
            failed += 1
        if (options.json and (r + 1) % 10 == 0) or r + 1 == options.replications:
            records = summarised(pd.DataFrame(every), truth, r + 1, failed)
            text = json.dumps(records, indent=1) + "\n"
            if options.json:
                options.json.write_text(text, encoding="utf-8")
    print(text)


def summarised(
    every: pd.DataFrame, truth: float, replications: int, failed: int
) -> list[dict[str, Any]]:
    """One record a group of people and kind of estimate."""
    records = []
    for (who, kind), own in every.groupby(["who", "kind"], sort=False):
        inside = (own["ci_lower"] <= truth) & (truth <= own["ci_upper"])
        records.append(
            {
                "case": CASE,
                "outcome": "rate",
                "who": who,
                "kind": kind,
                "truth": truth,
                "replications": replications,
                "failed": failed,
                "n": float(own["n"].mean()),
                "mean": float(own["estimate"].mean()),
                "bias": float(own["estimate"].mean() - truth),
                "sd": float(own["estimate"].std()),
                "se": float(own["se"].mean()),
                "coverage": float(inside.mean()),
                "monte_carlo_se_of_95": float(np.sqrt(0.95 * 0.05 / len(own))),
            }
        )
    return records


if __name__ == "__main__":
    main()
