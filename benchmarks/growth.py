"""How a bootstrap's processor time and memory grow with rows, items, draws and threads.

    python benchmarks/growth.py [--json FILE]

The largest, a million rows, run in processes of their own, so that their memory can be told.
"""

from __future__ import annotations

import os

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import argparse  # noqa: E402
import json  # noqa: E402
import resource  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

import semfit  # noqa: E402
from cases import chain_data, chain_model  # noqa: E402


def measured(kind: str, value: int, draws: int, rows: int = 3000, items: int = 30) -> Any:
    """Milliseconds a draw; of wall-clock time with threads, else of the processor."""
    result = semfit.fit(chain_model(items), chain_data(rows, items))
    threads = value if kind == "threads" else 1
    clock = time.perf_counter if kind == "threads" else time.process_time
    start = clock()
    result.bootstrap(draws, seed=1, threads=threads)
    per_draw = (clock() - start) / draws * 1e3
    print(f"{kind} {value:,}: {per_draw:.3f} ms a draw", flush=True)
    return {kind: value, "ms_a_draw": per_draw}


def large(rows: int, items: int, draws: int) -> dict[str, float]:
    """Processor seconds and peak memory (GiB) of this process for data, fit and bootstrap."""
    data = chain_data(rows, items)
    before = peak()
    result = semfit.fit(chain_model(items), data)
    start = time.process_time()
    boot = result.bootstrap(draws, seed=1)
    return {
        "rows": rows,
        "items": items,
        "resamples": draws,
        "converged": int(boot.converged.sum()),
        "seconds": time.process_time() - start,
        "peak_data_gib": before,
        "peak_gib": peak(),
    }


def peak() -> float:
    """Largest resident memory of this process so far, GiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--large", nargs=3, type=int, metavar=("ROWS", "ITEMS", "DRAWS"))
    asked = parser.parse_args()
    if asked.large:
        print(json.dumps(large(*asked.large)))
        return
    records = [measured("n", n, 2048, n) for n in (3_000, 100_000, 1_000_000)]
    records += [measured("items", k, 512, items=k) for k in (15, 30, 60)]
    records += [measured("draws", d, d) for d in (512, 2048, 8192)]
    records += [measured("threads", t, 8192) for t in (1, 2)]
    for draws in (256, 5000):
        command = [sys.executable, __file__, "--large", "1000000", "24", str(draws)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        records.append(json.loads(done.stdout))
        print(records[-1], flush=True)
    if asked.json:
        asked.json.write_text(json.dumps(records, indent=1) + "\n")


if __name__ == "__main__":
    main()
