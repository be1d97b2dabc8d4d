"""How often straight relations are taken for moderations and bends, answered on skewed scales.

    OPENBLAS_NUM_THREADS=1 python benchmarks/straight.py [--replications 1000] [--json FILE]

x and z, which correlate by .3, lead to y in straight lines (.5 and .3); each is measured by three
items on scales whose ends most answers are at. The product of x and z and the square of x are
estimated as the structural notebook does, without what the scales alone make of products. Of each,
by the number of respondents: `found`, the share of the 95 % intervals that exclude zero, which
should be .05, with its standard error, and the `mean` of the estimates, their `sd` and their mean
`se`. Replications without a usable solution are left out.
"""

from __future__ import annotations

import os

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import argparse  # noqa: E402
import json  # noqa: E402
from contextlib import suppress  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

from loyalty.analyses.structural import interactions  # noqa: E402
from loyalty.cases.study import Study  # noqa: E402
from loyalty.ground.reasons import CannotCompute  # noqa: E402

SCALES = {c: [f"{c}{k}" for k in (1, 2, 3)] for c in "xzy"}
#: Of six or four answers; of x and z most are the highest ones.
CUTS = {"x": [-1.5, -1, -0.5, 0, 0.5], "z": [-1, 0, 1], "y": [-1.8, -1.3, -0.8, -0.2, 0.5]}
TERMS = {"moderation": {"moderator": "z"}, "bend": {"quadratic": True}}


def described() -> Study:
    path = {"from": "x", "to": "y", "sign": "+"}
    return Study.model_validate(
        {
            "title": "t",
            "summary": "s",
            "provenance": {"kind": "simulated", "source": "-", "licence": "-", "sampling": "-"},
            "rows": {"file": {"path": "rows.csv", "sha256": "0" * 64}},
            "scale": {"min": 0, "max": 5},
            "constructs": [
                {
                    "id": name,
                    "label": name,
                    "role": "outcome" if name == "y" else "antecedent",
                    "items": [{"id": item, "en": item} for item in items],
                }
                for name, items in SCALES.items()
            ],
            "hypotheses": [
                {"id": "H1", **path},
                {"id": "H2", **path, "from": "z"},
                *({"id": name, **path, **how} for name, how in TERMS.items()),
            ],
        }
    )


def answers(n: int, rng: np.random.Generator) -> pd.DataFrame:
    x, z = rng.multivariate_normal([0, 0], [[1, 0.3], [0.3, 1]], n).T
    y = 0.5 * x + 0.3 * z + np.sqrt(1 - 0.25 - 0.09 - 0.09) * rng.standard_normal(n)
    opinions = {"x": x, "z": z, "y": y}
    return pd.DataFrame(
        {
            item: np.digitize(0.8 * opinions[c] + 0.6 * rng.standard_normal(n), CUTS[c])
            for c, items in SCALES.items()
            for item in items
        }
    ).astype(float)


def measured(n: int, replications: int) -> list[dict[str, Any]]:
    rng, study = np.random.default_rng(n), described()
    kept: dict[str, list[tuple[float, float, float]]] = {name: [] for name in TERMS}
    for _ in range(replications):
        rows = answers(n, rng)
        with suppress(CannotCompute):
            for t in interactions.latent(study, rows, "y", 1).terms:
                kept[t.hypothesis.id].append((t.estimate, t.ci_lower, t.ci_upper))
    records = []
    for name, own in kept.items():
        estimate, lower, upper = np.array(own).T
        wrong = (lower > 0) | (upper < 0)
        records.append(
            {
                "respondents": n,
                "kind": name,
                "replications": len(own),
                "found": round(float(wrong.mean()), 4),
                "found_se": round(float(wrong.std() / np.sqrt(len(own))), 4),
                "mean": round(float(estimate.mean()), 4),
                "sd": round(float(estimate.std(ddof=1)), 4),
                "se": round(float((upper - lower).mean() / 3.92), 4),
            }
        )
    return records


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replications", type=int, default=1000)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    kept = [record for n in (300, 1000) for record in measured(n, options.replications)]
    text = json.dumps(kept, indent=1) + "\n"
    if options.json:
        options.json.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
