"""Processor time of `semfit` beside lavaan: named jobs, one run, one thread each.

    python benchmarks/bench.py [--only TEXT] [--cap SECONDS] [--json FILE]

One Python and one R process do the same jobs with the same models and data; short jobs are repeated
and their median is taken. A fit is the fit with its parameter table, standardized estimates and all
measures of fit; what follows from a fit is timed without it. Where lavaan needs more processor time
than the cap its process is stopped and another one does the rest.
"""

from __future__ import annotations

import os

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import argparse  # noqa: E402
import json  # noqa: E402
import platform  # noqa: E402
import resource  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
import tempfile  # noqa: E402
import time  # noqa: E402
from collections.abc import Callable  # noqa: E402
from dataclasses import dataclass, field  # noqa: E402
from importlib.metadata import version  # noqa: E402
from pathlib import Path  # noqa: E402
from statistics import geometric_mean, median  # noqa: E402
from threading import Thread  # noqa: E402
from typing import Any  # noqa: E402

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
import semfit  # noqa: E402
from cases import chain_data, chain_model  # noqa: E402

HERE = Path(__file__).parent
#: A job is repeated until it took so many seconds, or so often.
SECONDS, REPEATS = 2.0, 9


def whole(result: Any) -> Any:
    """All that a fit prints."""
    return result.parameters, result.fit, result.warnings


@dataclass(frozen=True)
class Job:
    """A model, data, the options of its fit in both languages, and what is timed.

    Timed is the fit, or what is named after it: without the fit where that is given ``f``.
    """

    name: str
    model: str
    data: pd.DataFrame
    options: dict[str, Any] = field(default_factory=dict)
    r_options: str = ""
    ours: Callable[[Any], Any] = whole
    r: str = ""
    parts: int = 1  # what our time is divided by
    r_parts: int = 1

    def seconds(self) -> float:
        """Processor time of one go."""
        start = time.process_time()
        result = semfit.fit(self.model, self.data, **self.options)
        if self.r:
            start = time.process_time()
        self.ours(result)
        return (time.process_time() - start) / self.parts


def holes(data: pd.DataFrame, patterns: int = 300) -> pd.DataFrame:
    """The data with a tenth of the values missing."""
    gone = np.random.default_rng(2).random((patterns, data.shape[1])) < 0.1
    return data.astype(float).mask(gone[np.arange(len(data)) % patterns])


def jobs() -> list[Job]:
    models = {k: chain_model(k) for k in (12, 30, 60, 120)}
    likert = {k: chain_data(1000, k) for k in models}
    missing = {k: holes(likert[k]) for k in (12, 30, 60)}
    ordinal = {k: chain_data(1000, k, points=5) for k in (12, 30, 60)}
    mlr: dict[str, Any] = {"estimator": "MLR"}
    out = [Job(f"ML, {k} items", models[k], likert[k]) for k in models]
    out += [Job(f"MLR, {k} items", models[k], likert[k], mlr, "estimator='MLR'") for k in models]
    for groups, k in ((2, 30), (4, 30), (10, 30), (50, 12)):
        data = chain_data(300 * groups, k)
        data = data.assign(g=np.arange(len(data)) % groups)
        name, r = f"MLR, {groups} groups, {k} items", "estimator='MLR', group='g'"
        out.append(Job(name, models[k], data, {**mlr, "group": "g"}, r))
    for k, data in missing.items():
        fiml, r = {"missing": "fiml"}, "missing='fiml'"
        out.append(Job(f"FIML, {k} items", models[k], data, fiml, r))
        name, r = f"FIML with MLR, {k} items", "missing='fiml', estimator='MLR'"
        out.append(Job(name, models[k], data, fiml | mlr, r))
    for k, data in ordinal.items():
        out.append(Job(f"WLSMV, {k} items", models[k], data, {"ordered": True}, "ordered=TRUE"))
    m, d = models[30], likert[30]
    clustered = d.assign(c=np.arange(1000) // 10)
    out.append(Job("ML, 100 clusters, 30 items", m, clustered, {"cluster": "c"}, "cluster='c'"))
    three = d.assign(g=np.arange(1000) % 3)

    def ladder(_: Any) -> Any:
        return semfit.invariance(m, three, group="g").table

    name = "invariance ladder, 3 groups, 30 items"
    out.append(Job(name, m, three, {"group": "g"}, "group='g'", ladder, "ladder(model, d)"))
    for k in (12, 30, 60):
        name = f"modification indices, {k} items"
        out.append(Job(name, models[k], likert[k], ours=modindices, r="modindices(f)"))
    for k in (12, 30, 60):
        name = f"factor scores, {k} items"
        out.append(Job(name, models[k], likert[k], ours=factor_scores, r="lavPredict(f)"))
    out.append(
        Job(
            "standardized solution, 30 items",
            m,
            d,
            ours=lambda r: r.standardized(),
            r="standardizedSolution(f)",
        )
    )
    out.append(
        Job(
            "standardized residuals, 30 items",
            m,
            d,
            ours=lambda r: r.standardized_residuals(),
            r="residuals(f, type='standardized')",
        )
    )
    scale = likert[120].iloc[:, :12]
    one = "f =~ " + " + ".join(scale.columns)

    def omega(_: Any) -> Any:
        return semfit.fit(one, scale).reliability()

    r = "suppressMessages(psych::omega(d, nfactors=1, plot=FALSE))"
    out.append(Job("omega of 12 items (psych)", one, scale, ours=omega, r=r))
    out.append(
        Job(
            "bootstrap, one draw, 30 items",
            m,
            d,
            ours=lambda r: r.bootstrap(640, seed=1),
            r="bootstrapLavaan(f, R=20)",
            parts=640,
            r_parts=20,
        )
    )
    return out


def modindices(result: Any) -> Any:
    return result.modindices()


def factor_scores(result: Any) -> Any:
    return result.factor_scores()


def repeated(once: Callable[[], float]) -> float:
    """The median of some goes, without the first one where it was short."""
    times = [once()]
    if times[0] < SECONDS:
        times = [once()]
        while sum(times) < SECONDS and len(times) < REPEATS:
            times.append(once())
    return median(times)


def processor(pid: int) -> float:
    """Processor seconds of a running process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def lavaan(todo: list[Job], cap: float) -> tuple[dict[str, float], dict[str, str]]:
    """Seconds of each job, infinite beyond the cap, and the versions in use."""
    seconds: dict[str, float] = {}
    versions: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as folder:
        for number, job in enumerate(todo):
            job.data.to_csv(Path(folder) / f"{number}.csv", index=False, na_rep="NA")
        while left := [k for k, job in enumerate(todo) if job.name not in seconds]:
            lines = [
                {"file": f"{k}.csv", "model": j.model, "options": j.r_options, "call": j.r}
                for k, j in ((k, todo[k]) for k in left)
            ]
            (Path(folder) / "jobs.json").write_text(json.dumps(lines))
            process = subprocess.Popen(
                ["Rscript", str(HERE / "lavaan_bench.R"), folder, str(SECONDS), str(REPEATS)],
                stdout=subprocess.PIPE,
                text=True,
            )
            assert process.stdout is not None
            begun = [0.0]
            watch = Thread(target=stop_late, args=(process, begun, cap), daemon=True)
            versions = json.loads(process.stdout.readline())
            watch.start()
            for k in left:
                begun[0] = processor(process.pid)
                line = process.stdout.readline()
                seconds[todo[k].name] = float(line or "inf") / todo[k].r_parts
                print(f"lavaan {todo[k].name}: {seconds[todo[k].name]:.3f}", file=sys.stderr)
                if not line:
                    break
            process.wait()
    return seconds, versions


def stop_late(process: subprocess.Popen[str], begun: list[float], cap: float) -> None:
    """Stop a process that works on one job for too long."""
    while process.poll() is None:
        if processor(process.pid) - begun[0] > cap:
            process.kill()
        time.sleep(0.5)


def loading(command: list[str]) -> float:
    """Processor seconds of a new process."""

    def once() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime

    return repeated(once)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="jobs whose names hold this text")
    parser.add_argument("--cap", type=float, default=120.0, help="processor seconds for lavaan")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    todo = [job for job in jobs() if asked.only in job.name]
    ours = {job.name: repeated(job.seconds) for job in todo}
    theirs, versions = lavaan(todo, asked.cap)
    if asked.only in (name := "import"):
        ours[name] = loading([sys.executable, "-c", "from semfit import fit"])
        theirs[name] = loading(["Rscript", "-e", "library(lavaan)"])
    records: list[dict[str, Any]] = []
    print(f"{'':40s} {'semfit, ms':>12s} {'lavaan, ms':>12s} {'ratio':>8s}")
    for name in ours:
        late = theirs[name] == np.inf
        bound = asked.cap if late else theirs[name]
        records.append(
            {
                "task": name,
                "semfit": ours[name] * 1e3,
                "lavaan": None if late else theirs[name] * 1e3,
                "ratio": bound / ours[name],
                "beyond_cap": late,
            }
        )
        mark = ">" if late else " "
        print(
            f"{name:40s} {ours[name] * 1e3:12.2f} {mark}{bound * 1e3:11.1f}"
            f" {mark}{bound / ours[name]:7.1f}"
        )
    mean = geometric_mean(r["ratio"] for r in records)
    print(f"geometric mean {mean:.1f}")
    versions |= {"Python": platform.python_version()}
    versions |= {package: version(package) for package in ("semfit", "numpy", "scipy", "pandas")}
    if asked.json:
        found = {"versions": versions, "cap": asked.cap, "geometric_mean": mean, "jobs": records}
        asked.json.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
