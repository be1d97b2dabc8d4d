"""Recovery of the simulated cases: their declared paths against what the structural notebook's
model estimates from rows drawn anew.

    OPENBLAS_NUM_THREADS=1 python benchmarks/recovery.py [--replications 200] [--json FILE]

Each redraw has a seed of its own, so other respondents, other firm effects, other careless ones.
The model and the estimator (MLR, full information where answers are missing) are the structural
notebook's. Truth is `loyalty.simulate.true_parameters`, pooled: what a linear model of all
respondents together has in the population of respondents and firms. Intervals, all of 95 %:
respondents taken as independent; clusters robust, normal quantile; clusters robust, quantile of t
with one degree of freedom less than there are firms. Beside the bias stands that of the same rows
without the careless respondents, whom no analyst can know: what is left of it is the model's.
"""

from __future__ import annotations

import os

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import argparse  # noqa: E402
import json  # noqa: E402
import time  # noqa: E402
from dataclasses import replace  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
import semfit  # noqa: E402
from scipy.stats import norm, t  # noqa: E402

from loyalty import simulate  # noqa: E402
from loyalty.cases import study  # noqa: E402
from loyalty.cases.study import Study  # noqa: E402
from loyalty.ground import paths  # noqa: E402
from loyalty.simulate import Process, load_process, true_parameters  # noqa: E402

FIRST_SEED = 770_000


def truths(case: Study, process: Process) -> dict[str, float]:
    """Label of the model (path or named effect) to its pooled value."""
    table = true_parameters(process)
    table = table[table["industry"] == "pooled"].set_index(["kind", "name"])["value"]
    found = {f"p_{h.id}": float(table["path", f"{h.from_} -> {h.to}"]) for h in case.paths}
    return found | {e.id: float(table["indirect", " -> ".join(e.through)]) for e in case.effects}


def answers(case: Study, rows: pd.DataFrame) -> pd.DataFrame:
    """The scored items of the structural model, and the firm where there are firms."""
    scored = {}
    for item in (i for c in case.structural for i in c.items):
        scale = case.item_scale(item)
        codes = rows[item.source_column].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
        scored[item.id] = scale.min + scale.max - codes if item.reversed else codes
    frame = pd.DataFrame(scored)
    return frame.assign(firm=rows["firm"].to_numpy()) if "firm" in rows else frame


def redraw(
    case: Study, process: Process, respondents: int, seed: int
) -> tuple[pd.DataFrame | None, str]:
    """Estimates and standard errors by label, or None and why they are not taken at face value.

    ``est_attentive`` is the estimate from the same rows less those of careless respondents.
    """
    rows = simulate.simulate(process, respondents=respondents, seed=seed, with_latents=True)
    data = answers(case, rows)
    holes = bool(data.drop(columns="firm", errors="ignore").isna().any(axis=None))
    options: dict[str, Any] = {"estimator": "MLR", "missing": "fiml" if holes else "listwise"}
    model = case.structural_model()
    fitted = semfit.fit(model, data, cluster="firm" if "firm" in data else None, **options)
    attentive = semfit.fit(model, data[(rows["careless"] == "no").to_numpy()], **options)
    for result in (fitted, attentive):
        if not result.converged:
            return None, "nonconverged"
        if not result.admissible:
            return None, "inadmissible"
    table = fitted.standardized().set_index("label")[["est_std", "se"]]
    table["est_attentive"] = attentive.standardized().set_index("label")["est_std"]
    if "firm" in data:
        # The same minimum, with standard errors that take respondents as independent.
        estimate = fitted.estimate
        alone = replace(estimate, options=replace(estimate.options, cluster=None))
        table["se_cluster"] = table["se"]
        table["se"] = semfit.Result(alone).standardized().set_index("label")["se"]
    return table, ""


def recovery(name: str, replications: int) -> list[dict[str, Any]]:
    case = study.load(name)
    source = case.rows.simulator
    assert source is not None
    process = load_process(paths.inside(case.folder, source.process))
    firms = sum(len(i.firms or {}) for i in process.industries.values())
    truth = truths(case, process)
    found, failed, start = [], {"nonconverged": 0, "inadmissible": 0}, time.perf_counter()
    for r in range(replications):
        table, why = redraw(case, process, source.respondents, FIRST_SEED + r)
        if table is None:
            failed[why] += 1
        else:
            found.append(table.loc[list(truth)])
    print(f"{name}: {failed}, {time.perf_counter() - start:.0f} s", flush=True)
    kinds = {"plain": ("se", norm.ppf(0.975))}
    if firms:
        kinds |= {
            "cluster": ("se_cluster", norm.ppf(0.975)),
            "cluster_t": ("se_cluster", t.ppf(0.975, firms - 1)),
        }
    records = []
    for label, value in truth.items():
        own = pd.DataFrame([table.loc[label] for table in found])
        error = own["est_std"] - value
        spread = float(own["est_std"].std())
        records.append(
            {
                "case": name,
                "label": label,
                "n": source.respondents,
                "firms": firms,
                "replications": replications,
                **failed,
                "truth": value,
                "mean": float(own["est_std"].mean()),
                "bias": float(error.mean()),
                "bias_se": spread / float(np.sqrt(len(own))),
                "bias_attentive": float((own["est_attentive"] - value).mean()),
                "sd": spread,
                **{
                    f"se_{kind}": float(own[column].mean())
                    for kind, (column, _) in kinds.items()
                    if kind != "cluster_t"
                },
                **{
                    f"coverage_{kind}": float((error.abs() <= q * own[column]).mean())
                    for kind, (column, q) in kinds.items()
                },
            }
        )
    return records


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replications", type=int, default=200)
    parser.add_argument("--cases", nargs="*", help="default: every simulated case")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    simulated = [c for c in study.cases() if study.load(c).simulated and study.load(c).constructs]
    names = options.cases or simulated
    records: list[dict[str, Any]] = []
    for name in names:
        records += recovery(name, options.replications)
        if options.json:
            options.json.write_text(json.dumps(records, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
