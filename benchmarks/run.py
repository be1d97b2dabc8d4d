"""Processor time and memory of `make report`, beside an earlier commit in the same hour.

    python benchmarks/run.py [--commit 0bb15ec] [--json FILE] [--folder FOLDER]

Clones this commit and the earlier one into empty folders, sets both up, fetches what the cases
need, and measures: the whole run with all draws, and of this commit a second run, one after an
edit of a sentence, the plan of thirty cases, and the largest process of two cases' notebooks.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
#: One barely identified model of real answers, and the largest table.
NAMED = ("ecsi-mobile", "retail-simulated")
PLANNED = 30
SENTENCE = ("reports/audit.qmd", "Before anything", "Before all")


def measured(folder: Path, *command: str) -> dict[str, float]:
    """Processor and wall seconds, and the largest process in MiB, of a command and its children."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("LOYALTY_", "PYTHON"))}
    with tempfile.TemporaryFile() as said:
        start = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=said, stderr=subprocess.STDOUT
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        said.seek(0)
        if status:
            sys.exit(f"{' '.join(command)}: failed\n{said.read().decode()[-2000:]}")
    return {
        "processor": round(usage.ru_utime + usage.ru_stime, 1),
        "wall": round(wall, 1),
        "peak_mib": round(usage.ru_maxrss / 1024),
    }


def clone(commit: str, folder: Path) -> Path:
    """A clone at `commit`, set up, with all downloads done and compiled modules kept."""
    subprocess.run(["git", "clone", "-q", ROOT, folder], check=True)
    subprocess.run(["git", "checkout", "-q", commit], cwd=folder, check=True)
    for target in ("setup", "check"):
        measured(folder, "make", target)
    return folder


def run(commit: str, work: Path) -> list[dict[str, Any]]:
    """All measurements, each a task with what it took."""
    now = clone("HEAD", work / "now")
    before = clone(commit, work / "before")
    found: list[dict[str, Any]] = []

    def note(task: str, taken: dict[str, float], **more: Any) -> None:
        found.append({"task": task, **taken, **more})
        print(f"{task}: {taken['processor']} processor s, {taken['wall']} s", flush=True)

    whole = ("make", "report")
    old = measured(before, *whole)
    note(f"whole run, commit {commit}", old)
    new = measured(now, *whole)
    shares = {f"{key}_share": round(new[key] / old[key], 3) for key in ("processor", "wall")}
    note("whole run", new, **shares)
    note("nothing changed", measured(now, *whole))
    html = ("make", "report", "ARGS=--to html")
    shutil.rmtree(now / ".cache" / "render", ignore_errors=True)
    full = measured(now, *html)
    note("pages alone, from nothing", full)
    file, one, other = SENTENCE
    text = (now / file).read_text(encoding="utf-8")
    (now / file).write_text(text.replace(one, other, 1), encoding="utf-8")
    edited = measured(now, *html)
    share = round(edited["processor"] / full["processor"], 3)
    note("pages after an edit of one sentence", edited, processor_share=share)
    for folder, name in ((before, f"commit {commit}"), (now, "")):
        for case in NAMED:
            shutil.rmtree(folder / "reports" / "results" / case, ignore_errors=True)
            taken = measured(folder, ".venv/bin/loyalty", "run", case)
            note(" ".join(["notebooks of", case, name]).strip(), taken)
    cases = now / "data"
    described = sorted(p.parent for p in cases.glob("*/study.yml"))
    for k in range(PLANNED - len(described)):
        shutil.copytree(described[k % len(described)], cases / f"more-{k}")
    plan = (
        ".venv/bin/python",
        "-m",
        "snakemake",
        "-n",
        "--cores",
        "1",
        "-q",
        "all",
        "--",
        "report",
    )
    note(f"plan of {PLANNED} cases", measured(now, *plan))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--commit", default="0bb15ec")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--folder", type=Path, help="empty; kept afterwards")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = run(given.commit, given.folder or Path(folder))
    if given.json:
        given.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
