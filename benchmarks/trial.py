"""What the intervals of the trial hold, over many draws of its simulated surveys.

    OPENBLAS_NUM_THREADS=1 python benchmarks/trial.py [--replications 40] [--cases …] [--bends]
        [--json FILE]

A case of the trial is drawn once, and what lies outside an interval there may be bad luck. Here
every survey is drawn anew with other seeds, so with other respondents, firms and careless ones,
goes through the trial's own notebooks (structural and drivers), and is judged by the trial's own
count. By case and kind (of shares also those of all respondents, and those within industries): how
many `intervals` a draw has (on average: a solution may be unusable), the `coverage`, the share of
them that hold what is declared, over all redraws, its standard error (draws, not intervals, are
independent), and the `mean` and `sd` over
redraws of how many hold. What moves moderations and bends away from what is declared says
`benchmarks/bends.py`; `--bends` draws these alone, which need no resampling. Tables beside the
surveys are left out. A file that is there keeps its records of other cases and kinds.
"""

from __future__ import annotations

import os

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import argparse  # noqa: E402
import json  # noqa: E402
import time  # noqa: E402
from pathlib import Path  # noqa: E402
from types import SimpleNamespace  # noqa: E402
from typing import Any  # noqa: E402

import pandas as pd  # noqa: E402

from loyalty.analyses.drivers import findings as drivers  # noqa: E402
from loyalty.analyses.structural import findings as structural  # noqa: E402
from loyalty.analyses.trial import read  # noqa: E402
from loyalty.cases import study, survey  # noqa: E402
from loyalty.cases.study import Study  # noqa: E402

FIRST_SEED = 550_000
DRAWS = 400
#: In the order of the records.
KINDS = (
    *("path", "moderation", "bend", "indirect", "contrast"),
    *("share", "share_whole", "share_within"),
)


def reseeded(case: Study, seed: int) -> Study:
    """The case as its survey would be drawn with another seed."""
    rows = case.rows
    assert rows.simulator is not None
    other = rows.simulator.model_copy(update={"seed": seed})
    return case.model_copy(update={"rows_": rows.model_copy(update={"simulator": other})})


def analysed(case: Study, draws: int, seed: int, bends: bool = False) -> dict[str, Any]:
    """The findings that the trial reads, as the notebooks make them; or moderations and bends."""
    answers = survey.load(case)
    data = structural.answers(answers)
    model, firms = structural.model(data), structural.firms(data)
    bent = structural.moderation(structural.bends(data, seed, firms))
    if bends:
        return {"structural": structural.Structural(moderation=bent)}
    boot = structural.bootstrap(data, draws, seed, firms)
    asked = drivers.answers(answers)
    refits = drivers.refits(asked, draws, seed)
    grouped = drivers.grouped(asked, refits, draws, seed)
    return {
        "structural": structural.Structural(
            paths=structural.paths(data, model, firms),
            clusters=structural.clusters(data, model, firms, boot),
            effects=structural.effects(data, model, boot),
            contrasts=structural.contrasts(data, model, boot),
            moderation=bent,
        ),
        "drivers": drivers.Drivers(
            shares=drivers.shared(asked, refits), by_group=drivers.group_shares(asked, grouped)
        ),
    }


def held(case: Study, draws: int, seed: int, bends: bool = False) -> pd.DataFrame:
    """Every interval of one draw: ``kind``, and whether it holds what is declared."""
    found = analysed(case, draws, seed, bends)
    data = SimpleNamespace(cases={case.case: case}, of=lambda _, name, kind: found.get(name))
    rows = []
    for e in read.effects(data, case.case):  # type: ignore[arg-type]
        if e.held is not None:
            rows.append((e.kind, e.id, e.held))
    return pd.DataFrame(rows, columns=["kind", "id", "held"])


def records(
    name: str, replications: int, draws: int = DRAWS, bends: bool = False
) -> list[dict[str, Any]]:
    """Of one case; none where it has no such intervals."""
    case, start = study.load(name), time.process_time()
    parts = [
        held(reseeded(case, seed), draws, seed, bends).assign(seed=seed)
        for seed in range(FIRST_SEED, FIRST_SEED + replications)
    ]
    print(f"{name}: {time.process_time() - start:.0f} s", flush=True)
    return summed(name, pd.concat(parts))


def summed(name: str, every: pd.DataFrame) -> list[dict[str, Any]]:
    """The records of the intervals of all draws of a case, which `seed` tells apart."""
    replications = every["seed"].nunique()
    shares = every[every["kind"] == "share"]
    within = shares["id"].str.count("-") > 2
    kinds = [("share_whole", shares[~within]), ("share_within", shares[within])]
    found = []
    for kind, own in [*every.groupby("kind", sort=False), *kinds]:
        if own.empty:
            continue
        counts = own.groupby("seed")["held"].sum()
        intervals = len(own) / replications
        found.append(
            {
                "case": name,
                "kind": kind,
                "intervals": int(intervals) if intervals.is_integer() else round(intervals, 3),
                "redraws": replications,
                "coverage": round(float(own["held"].mean()), 4),
                "coverage_se": round(float(counts.sem() / intervals), 4),
                "mean": round(float(counts.mean()), 3),
                "sd": round(float(counts.std()), 3),
            }
        )
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replications", type=int, default=40)
    parser.add_argument("--cases", nargs="*", help="default: every simulated survey")
    parser.add_argument("--bends", action="store_true", help="moderations and bends alone")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    simulated = [c for c in study.cases() if study.load(c).simulated and study.load(c).constructs]
    kept: list[dict[str, Any]] = []
    if options.json and options.json.is_file():
        kept = json.loads(options.json.read_text(encoding="utf-8"))
    for name in options.cases or simulated:
        new = records(name, options.replications, bends=options.bends)
        made = {(r["case"], r["kind"]) for r in new}
        kept = [r for r in kept if (r["case"], r["kind"]) not in made] + new
        kept.sort(key=lambda r: (simulated.index(r["case"]), KINDS.index(r["kind"])))
        if options.json:
            options.json.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
