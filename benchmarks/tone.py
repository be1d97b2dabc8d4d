"""Coverage of what the tone of customers' texts goes with, in the case `retail`.

    OPENBLAS_NUM_THREADS=1 python benchmarks/tone.py [--replications 200] [--json FILE]

The process declares a correlation of -.8 between the mood that customers write in and the chance of
leaving after a purchase, none with the rate of purchases, and that seven tenths of the variance of
one text's tone are its writer's. Each redraw has a seed of its own. The estimate is the notebook's
(`loyalty.estimates.tone`); intervals of 95 %.
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
from loyalty.cases import study  # noqa: E402
from loyalty.estimates import tone  # noqa: E402
from loyalty.ground import paths  # noqa: E402
from loyalty.ground.reasons import CannotCompute  # noqa: E402
from loyalty.stats import clv  # noqa: E402

FIRST_SEED, CASE, PEOPLE = 930_000, "retail-simulated", 1_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replications", type=int, default=200)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    case = study.load(CASE)
    source = case.rows.simulator
    assert source is not None
    process = simulate.load_process(paths.inside(case.folder, source.process))
    truth = {
        "leaving": process.panels["purchases"].truth()["tone_leaving"].value,
        "rate": 0.0,
        "customer": process.panels["texts"].truth()["tone_of_customer"].value,
    }
    every: list[dict[str, Any]] = []
    failed = 0
    for r in range(options.replications):
        bought, wrote = (
            simulate.panel(process, name, respondents=PEOPLE, seed=FIRST_SEED + r)
            for name in ("purchases", "texts")
        )
        bought["date"] = pd.to_datetime(bought["date"])
        summary = clv.customer_summary(bought, bought["date"].max())
        good = wrote.assign(praise=wrote["polarity"] == "pos").groupby("customer")["praise"]
        texts = good.agg(praise="sum", texts="count")
        try:
            found = tone.toned(texts, summary.loc[texts.index])
        except CannotCompute:
            failed += 1
            continue
        every += [{"what": what, **vars(getattr(found, what))} for what in truth]
    records = []
    for what, own in pd.DataFrame(every).groupby("what", sort=False):
        value = truth[str(what)]
        inside = (own["ci_lower"] <= value) & (value <= own["ci_upper"])
        records.append(
            {
                "case": CASE,
                "what": what,
                "truth": value,
                "replications": options.replications,
                "failed": failed,
                "n": float(own["n"].mean()),
                "mean": float(own["estimate"].mean()),
                "sd": float(own["estimate"].std()),
                "se": float(own["se"].mean()),
                "coverage": float(inside.mean()),
                "monte_carlo_se_of_95": float(np.sqrt(0.95 * 0.05 / len(own))),
            }
        )
    text = json.dumps(records, indent=1) + "\n"
    if options.json:
        options.json.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
