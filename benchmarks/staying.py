"""Coverage of what an attitude multiplies the rate of purchases and leaving by, in two models.

    OPENBLAS_NUM_THREADS=1 python benchmarks/staying.py [--replications 200] [--settings 0 1 2 3]
        [--json FILE]

Purchases of 1,000 customers in two years come from BG/NBD, where one leaves after a purchase, or
from Pareto/NBD, where one leaves at any time; the attitude, measured by three items, multiplies the
rate by exp(.4) a standard deviation and leaving by exp(-.4) or by nothing. Each set is fitted by
both models (`loyalty.estimates.staying`). Where the model is the one that the purchases come from,
its 95 % intervals are promised to hold; where it is not, the share of intervals of leaving that
exclude nothing says how far a conclusion is the model's. Every setting has seeds of its own. A file
that is there keeps its records of other settings.
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

from loyalty.estimates import attitude, staying  # noqa: E402
from loyalty.ground.reasons import CannotCompute  # noqa: E402

FIRST_SEED, PEOPLE, WEEKS, RATE = 910_000, 1_000, 104.0, 0.4
#: Settings with the same seeds would have the same people, and be lucky or not together.
SEEDS_APART = 10_000
SETTINGS: tuple[tuple[staying.Model, float], ...] = (
    ("bg_nbd", -0.4),
    ("bg_nbd", 0.0),
    ("pareto_nbd", -0.4),
    ("pareto_nbd", 0.0),
)


def drawn(model: staying.Model, leaving: float, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Answers and purchases."""
    rng = np.random.default_rng(seed)
    eta = rng.standard_normal(PEOPLE)
    often = rng.gamma(1.0, 1 / 6.0, PEOPLE) * np.exp(RATE * eta)
    chance, end = np.zeros(PEOPLE), np.full(PEOPLE, WEEKS)
    if model == "bg_nbd":
        chance = rng.beta(0.8 * np.exp(leaving * eta), 5.0)
    else:
        gone = rng.exponential(1 / (rng.gamma(1.2, 1 / 60.0, PEOPLE) * np.exp(leaving * eta)))
        end = np.minimum(gone, WEEKS)
    rows = []
    for each, p, until in zip(often, chance, end, strict=True):
        when = np.sort(rng.uniform(0, until, rng.poisson(each * until)))
        when = when[: rng.geometric(max(p, 1e-12)) if p > 0 else len(when)]
        rows.append((len(when), when[-1] if len(when) else 0.0))
    noise = rng.standard_normal((PEOPLE, 3)) * 0.7
    items = pd.DataFrame(4 + eta[:, None] * (1.0, 0.9, 0.8) + noise, columns=["a", "b", "c"])
    return items, pd.DataFrame(rows, columns=["x", "t_x"]).astype(float).assign(t=WEEKS)


def one(of: staying.Model, leaving: float, seed: int) -> list[dict[str, Any]]:
    """Both models of one set of purchases."""
    items, purchases = drawn(of, leaving, seed)
    found = staying.by_model(attitude.measured(items), purchases)
    gap, half = staying.apart(found["bg_nbd"], found["pareto_nbd"])
    right = gap > half if of == "bg_nbd" else gap < -half
    rows = []
    for model, fitted in found.items():
        for conduct, effect in (("rate", fitted.rate), ("leaving", fitted.leaving)):
            rows.append(
                {"of": of, "planted": leaving, "model": model, "conduct": conduct, "chosen": right}
                | vars(effect)
            )
    return rows


def summarised(every: pd.DataFrame, replications: int, failed: int) -> list[dict[str, Any]]:
    """One record a model and conduct of one setting; `clear` are intervals that exclude zero."""
    records = []
    for key, own in every.groupby(["of", "planted", "model", "conduct"], sort=False):
        of, leaving, model, conduct = key
        truth = RATE if conduct == "rate" else leaving
        low, high = own["ci_lower"], own["ci_upper"]
        coverage = float(((low <= truth) & (truth <= high)).mean())
        records.append(
            {
                "purchases_of": of,
                "leaving": leaving,
                "model": model,
                "conduct": conduct,
                "truth": truth,
                "replications": replications,
                "failed": failed,
                "mean": float(own["estimate"].mean()),
                "sd": float(own["estimate"].std()),
                "se": float(own["se"].mean()),
                "coverage": coverage,
                "coverage_se": float(np.sqrt(coverage * (1 - coverage) / len(own))),
                "clear": float(((low > 0) | (high < 0)).mean()),
                "right_model_chosen": float(own["chosen"].mean()),
            }
        )
    return records


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replications", type=int, default=200)
    parser.add_argument("--settings", type=int, nargs="*", default=range(len(SETTINGS)))
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    kept: list[dict[str, Any]] = []
    if options.json and options.json.is_file():
        kept = json.loads(options.json.read_text(encoding="utf-8"))
    for k in options.settings:
        every: list[dict[str, Any]] = []
        failed = 0
        for r in range(options.replications):
            try:
                every += one(*SETTINGS[k], FIRST_SEED + SEEDS_APART * k + r)
            except CannotCompute:
                failed += 1
            if (r + 1) % 10 == 0 or r + 1 == options.replications:
                new = summarised(pd.DataFrame(every), r + 1, failed)
                kept = [x for x in kept if _setting(x) != SETTINGS[k]] + new
                kept.sort(key=lambda x: SETTINGS.index(_setting(x)))
                if options.json:
                    options.json.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(kept, indent=1))


def _setting(record: dict[str, Any]) -> tuple[staying.Model, float]:
    return record["purchases_of"], record["leaving"]


if __name__ == "__main__":
    main()
