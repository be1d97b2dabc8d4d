"""Time and memory of `loyalty new` and `loyalty check` on a large survey, and of a report.

    python benchmarks/reading.py [--rows 100000] [--before FILE] [--json FILE]

Draws 100,000 respondents × 200 columns (an id, three groups, 196 answers on seven points, two in a
hundred missing), writes them as csv, sav and xlsx, and runs both commands on each, in a process of
its own and an empty project. Of 3,000 respondents × 24 answers the whole report is made: English,
html, pdf and docx, all draws. `--before` is what the same script wrote at an earlier commit (on the
same machine): its figures are set beside.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

PER_CONSTRUCT = 4
CONSTRUCTS = 49
REPORTED = 3_000
SUFFIXES = ("csv", "sav", "xlsx")


def survey(rows: int, seed: int = 20261121) -> pd.DataFrame:
    """Answers from 1 to 7 on correlated constructs of four items each, and who gave them."""
    rng = np.random.default_rng(seed)
    shared = rng.standard_normal((rows, 1))
    columns: dict[str, Any] = {"respondent": [f"R{i:06d}" for i in range(1, rows + 1)]}
    for name, levels in (("region", 4), ("branch", 6), ("wave", 2)):
        columns[name] = rng.choice([f"{name} {i}" for i in range(1, levels + 1)], rows)
    for k in range(1, CONSTRUCTS + 1):
        factor = 0.6 * shared + 0.8 * rng.standard_normal((rows, 1))
        answers = 0.8 * factor + 0.6 * rng.standard_normal((rows, PER_CONSTRUCT))
        points = np.clip(np.rint(4 + 1.4 * answers), 1, 7)
        points[rng.random(points.shape) < 0.02] = np.nan
        for j in range(PER_CONSTRUCT):
            columns[f"c{k:02d}_{j + 1}"] = points[:, j]
    return pd.DataFrame(columns)


def write(frame: pd.DataFrame, file: Path) -> None:
    """The answers in the form that the file's suffix says."""
    if file.suffix == ".sav":
        import pyreadstat

        pyreadstat.write_sav(frame, file, compress=True)
        return
    if file.suffix == ".csv":
        whole = {c: "Int64" for c in frame.columns[4:]}
        frame.astype(whole).to_csv(file, index=False)
        return
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Data")
    sheet.append(list(frame.columns))
    for row in frame.astype(object).where(frame.notna(), None).itertuples(index=False):
        sheet.append([int(v) if isinstance(v, float) else v for v in row])
    book.save(file)


def measured(project: Path, *command: str) -> dict[str, float]:
    """Seconds of wall and processor and the largest memory (MiB) of a command."""
    environment = {**os.environ, "LOYALTY_ROOT": str(project)}
    start = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "loyalty.cli", *command],
            cwd=project,
            env=environment,
            stdout=said,
            stderr=subprocess.STDOUT,
        )
        _, status, usage = os.wait4(process.pid, 0)
        said.seek(0)
        if status:
            sys.exit(f"{' '.join(command)}: failed\n{said.read().decode()[-2000:]}")
    return {
        "wall": round(time.perf_counter() - start, 1),
        "processor": round(usage.ru_utime + usage.ru_stime, 1),
        "peak_mib": round(usage.ru_maxrss / 1024),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--before", type=Path)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    found: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        frame = survey(given.rows)
        project = Path(folder) / "project"
        (project / "data").mkdir(parents=True)
        for suffix in SUFFIXES:
            file = Path(folder) / f"answers.{suffix}"
            write(frame, file)
            for task in (
                ("new", f"large-{suffix}", "--data", str(file)),
                ("check", f"large-{suffix}"),
            ):
                taken = measured(project, *task)
                found.append({"file": suffix, "task": task[0], "rows": given.rows, **taken})
                print(found[-1], flush=True)
        small = Path(folder) / "small.csv"
        write(survey(REPORTED).iloc[:, :28], small)
        measured(project, "new", "small", "--data", str(small))
        taken = measured(project, "report", "small", "--language", "en", "--to", "html,pdf,docx")
        found.append({"file": "csv", "task": "report", "rows": REPORTED, **taken})
        print(found[-1], flush=True)
    if given.before:
        for new, old in zip(found, json.loads(given.before.read_text()), strict=False):
            new |= {f"{key}_before": old[key] for key in ("processor", "peak_mib")}
    if given.json:
        given.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
