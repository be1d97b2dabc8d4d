"""Speed of `semfit` beside lavaan (in R) and semopy, side by side on one thread each.

    OPENBLAS_NUM_THREADS=1 python benchmarks/bench.py [--quick] [--json FILE] [--growth] [--memory]

Prints a table of medians, interquartile ranges and ratios. Where Rscript with lavaan, or semopy, is
not installed it says so and leaves their columns empty.
"""

from __future__ import annotations

import os

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import argparse  # noqa: E402
import json  # noqa: E402
import resource  # noqa: E402
import shutil  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
import tempfile  # noqa: E402
import time  # noqa: E402
import warnings  # noqa: E402
from collections.abc import Callable  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
import semfit  # noqa: E402
from cases import chain_data, chain_model  # noqa: E402
from semfit.resampling import Plan  # noqa: E402

HERE = Path(__file__).parent


def clock(function: Callable[[], Any], repeats: int) -> list[float]:
    """Wall-clock seconds of repeated calls, after one call to warm up."""
    function()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return times


def lavaan(
    task: str,
    model: str,
    data: pd.DataFrame,
    repeats: int,
    *more: str,
    counts: Any = None,
) -> tuple[list[float], pd.DataFrame | None]:
    """Seconds per call as lavaan needs them; empty when R or lavaan is missing."""
    if shutil.which("Rscript") is None:
        return [], None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        (path / "model.txt").write_text(model + "\n")
        data.to_csv(path / "data.csv", index=False, na_rep="NA")
        if counts is not None:
            pd.DataFrame(counts).to_csv(path / "counts.csv", index=False, header=False)
        done = subprocess.run(
            ["Rscript", str(HERE / "lavaan_bench.R"), task, folder, str(repeats), *more],
            capture_output=True,
            text=True,
        )
        if done.returncode:
            print(f"lavaan did not run ({task}): {done.stderr.strip()[-300:]}", file=sys.stderr)
            return [], None
        times = json.loads((path / "times.json").read_text())["times"]
        refits = path / "refits.csv"
        return [float(t) for t in times], pd.read_csv(refits) if refits.exists() else None


def semopy_refits(model: str, data: pd.DataFrame, counts: Any) -> list[float]:
    """Seconds of semopy's plain refits to the same resamples."""
    try:
        import semopy
    except ImportError:
        return []
    times = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for row in counts:
            part = data.iloc[np.repeat(np.arange(len(data)), row)].reset_index(drop=True)
            start = time.perf_counter()
            fitted = semopy.Model(model)
            fitted.fit(part)
            times.append(time.perf_counter() - start)
    return times


def line(name: str, ours: list[float], theirs: dict[str, list[float]], unit: float = 1e3) -> dict:
    """One row of the table: medians, spreads, and ratios with the spread of the quotient."""
    row: dict[str, Any] = {"task": name, "loyalty": float(np.median(ours)) * unit}
    row["loyalty_iqr"] = float(np.subtract(*np.percentile(ours, [75, 25]))) * unit
    text = f"{name:44s} {row['loyalty']:10.3f} ±{row['loyalty_iqr']:7.3f} ms"
    for who, times in theirs.items():
        if not times:
            text += f"   {who}: not installed"
            continue
        median = float(np.median(times))
        ratio = np.median(times) / np.median(ours)
        low = np.percentile(times, 25) / np.percentile(ours, 75)
        high = np.percentile(times, 75) / np.percentile(ours, 25)
        row |= {who: median * unit, f"{who}_ratio": ratio, f"{who}_ratio_range": [low, high]}
        text += f"   {who} {median * unit:10.2f} ms = {ratio:6.1f} x [{low:.1f}, {high:.1f}]"
    print(text, flush=True)
    return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--growth", action="store_true")
    parser.add_argument("--memory", action="store_true", help="a million rows; about ten minutes")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--one", nargs=2, type=int, metavar=("ROWS", "DRAWS"))
    options = parser.parse_args()
    if options.one:
        print(json.dumps(one_bootstrap(*options.one)))
        return
    repeats = 3 if options.quick else 7
    rows = []
    data, model = chain_data(), chain_model()
    result = semfit.fit(model, data)
    print(
        f"nine-factor chain: {data.shape[1]} items, {result.fit['npar']:.0f} parameters,"
        f" N = {len(data)}; one thread each"
    )

    draws = 640 if options.quick else 5000
    ours = [t / draws for t in clock(lambda: result.bootstrap(draws, seed=1), repeats)]
    theirs, _ = lavaan("bootstrap", model, data, 3, "20" if options.quick else "60")
    counts = Plan.of(result.estimate.sample.groups).counts(1, 0)[0][:5]
    exact, refits = lavaan("refits", model, data, 1, counts=counts)
    rows.append(line("bootstrap, one draw (bootstrapLavaan)", ours, {"lavaan": theirs}))
    rows.append(
        line(
            "bootstrap, one draw (plain refits)",
            ours,
            {"lavaan": exact, "semopy": semopy_refits(model, data, counts)},
        )
    )
    if refits is not None:
        boot = result.bootstrap(64, seed=1)
        names = [n for n in result.parameter_names if n in refits]
        mine = boot.x[: len(refits)][:, [result.parameter_names.index(n) for n in names]]
        worst = float(np.abs(mine - refits[names].to_numpy()).max())
        print(f"  largest difference from lavaan on the same {len(refits)} resamples: {worst:.1e}")
        rows.append({"task": "agreement on the same resamples", "largest_difference": worst})

    def cold() -> Any:
        fitted = semfit.fit(model, data)
        return fitted.parameters, fitted.converged, fitted.estimate.minimum

    def measures() -> Any:
        fitted = semfit.fit(model, data)
        return fitted.parameters, fitted.fit, fitted.warnings

    rows.append(
        line(
            "cold ML fit with parameter table",
            clock(cold, 3 * repeats),
            {"lavaan": lavaan("fit", model, data, repeats)[0]},
        )
    )
    rows.append(
        line(
            "the same with all fit measures",
            clock(measures, 3 * repeats),
            {"lavaan": lavaan("measures", model, data, repeats)[0]},
        )
    )
    grouped = data.assign(g=np.arange(len(data)) % 3)

    def ladder() -> Any:
        for equal in (
            (),
            ("loadings",),
            ("loadings", "intercepts"),
            ("loadings", "intercepts", "residuals"),
        ):
            fitted = semfit.fit(model, grouped, group="g", group_equal=equal)
            assert fitted.parameters is not None

    rows.append(
        line(
            "three-group ladder, four fits",
            clock(ladder, repeats),
            {"lavaan": lavaan("ladder", model, grouped, 2 if options.quick else 3)[0]},
        )
    )
    ordinal = chain_data(points=5)
    rows.append(
        line(
            "WLSMV, 30 items of five categories",
            clock(lambda: semfit.fit(model, ordinal, ordered=True).fit, repeats),
            {"lavaan": lavaan("wlsmv", model, ordinal, 2 if options.quick else 3)[0]},
        )
    )
    holes = data.astype(float)
    rng = np.random.default_rng(2)
    patterns = rng.random((800, holes.shape[1])) < 0.12
    holes = holes.mask(patterns[np.arange(len(holes)) % 800])
    rows.append(
        line(
            "FIML, 800 patterns",
            clock(lambda: semfit.fit(model, holes, missing="fiml").parameters, 2),
            {"lavaan": lavaan("fiml", model, holes, 1)[0]},
        )
    )
    rows.append(first_call())
    if options.growth:
        rows += growth()
    if options.memory:
        rows += memory()
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1))


def growth() -> list[dict[str, Any]]:
    """Time against rows, items, draws and threads."""
    rows = []
    for n in (3_000, 100_000, 1_000_000):
        result = semfit.fit(chain_model(), chain_data(n))
        draws = 512 if n < 1_000_000 else 128
        times = [t / draws for t in clock(lambda: result.bootstrap(draws, seed=1), 1)]  # noqa: B023
        rows.append(line(f"growth: N = {n:,}", times, {}) | {"n": n})
    for items in (15, 30, 60):
        result = semfit.fit(chain_model(items), chain_data(items=items))
        times = [t / 512 for t in clock(lambda: result.bootstrap(512, seed=1), 3)]  # noqa: B023
        rows.append(line(f"growth: {items} items", times, {}) | {"items": items})
    result = semfit.fit(chain_model(), chain_data())
    for draws in (512, 2048, 8192):
        times = [t / draws for t in clock(lambda: result.bootstrap(draws, seed=1), 1)]  # noqa: B023
        rows.append(line(f"growth: {draws} draws", times, {}) | {"draws": draws})
    for threads in (1, 2):
        times = [
            t / 8192
            for t in clock(lambda: result.bootstrap(8192, seed=1, threads=threads), 3)  # noqa: B023
        ]
        rows.append(line(f"growth: {threads} threads", times, {}) | {"threads": threads})
    return rows


def first_call() -> dict[str, Any]:
    """What a new process that has pandas pays: the import, and the first fit's extra time."""
    code = (
        "import time, pandas; s = time.perf_counter();"
        "import semfit; i = time.perf_counter();"
        "from cases import chain_data, chain_model; d, m = chain_data(), chain_model();"
        "a = time.perf_counter(); semfit.fit(m, d).parameters; b = time.perf_counter();"
        "semfit.fit(m, d).parameters; c = time.perf_counter();"
        "print(i - s, b - a, c - b)"
    )
    times = []
    for _ in range(5):
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=HERE
        )
        loading, first, second = map(float, done.stdout.split())
        times.append((loading, first - second))
    loading, extra = np.median(times, axis=0)
    print(
        f"new process: import {loading:.2f} s, first fit {extra * 1e3:.0f} ms more than the second"
    )
    return {"task": "first call in a new process", "import_s": loading, "extra_s": extra}


def one_bootstrap(n: int, draws: int) -> dict[str, float]:
    """Seconds and peak memory (GiB) of this process for data, fit and bootstrap of ``n`` rows."""
    data = chain_data(n)
    before = peak()
    start = time.perf_counter()
    boot = semfit.fit(chain_model(), data).bootstrap(draws, seed=1)
    seconds = time.perf_counter() - start
    return {
        "rows": n,
        "resamples": draws,
        "converged": int(boot.converged.sum()),
        "seconds": seconds,
        "peak_data_gib": before,
        "peak_gib": peak(),
    }


def peak() -> float:
    """Largest resident memory of this process so far, GiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def memory() -> list[dict[str, Any]]:
    """Peak memory of a bootstrap of a million rows and 30 items, each in a process of its own."""
    rows = []
    for draws in (256, 5000):
        done = subprocess.run(
            [sys.executable, __file__, "--one", "1000000", str(draws)],
            capture_output=True,
            text=True,
            check=True,
        )
        found = json.loads(done.stdout)
        print(
            f"memory: {found['rows']:,} rows x {draws} draws: peak {found['peak_gib']:.2f} GiB"
            f" ({found['peak_data_gib']:.2f} to make the data), {found['seconds']:.0f} s",
            flush=True,
        )
        rows.append({"task": f"memory: {draws} draws"} | found)
    return rows


if __name__ == "__main__":
    main()
