"""The behaviour analysis on many purchases: processor seconds, wall-clock seconds, memory.

Purchases are drawn from the models that are fitted (BG/NBD, gamma–gamma) with CDNOW's parameters
over two years, and written as a folder of parquet files, which is then read as any case's is:

    python benchmarks/purchases.py 5000000 [--form parquet|duckdb|csv] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

DAYS = 730
#: r, alpha (weeks), a, b; p, q, gamma: as of a shop like CDNOW whose customers buy more often.
THETA, VALUE = (0.37, 4.4, 0.7, 2.8), (6.25, 3.74, 15.4)
#: Customers drawn at once; about 4.3 purchases each.
AT_ONCE, EACH = 200_000, 4.3


def drawn(n: int, start: int, rng: np.random.Generator) -> pd.DataFrame:
    """Purchases of `n` customers: ``customer``, ``date``, ``amount``."""
    r, alpha, a, b = THETA
    p, q, gamma = VALUE
    rate = rng.gamma(r, 1 / alpha, n) / 7
    leaves, spend = rng.beta(a, b, n), rng.gamma(q, 1 / gamma, n)
    who, now = np.arange(n), rng.integers(0, DAYS // 4, n).astype(float)
    parts = []
    while len(who):
        value = rng.gamma(p, 1 / spend[who]).round(2)
        parts.append((who + start, now.astype(np.int32), value))
        if len(parts) > 1:
            stay = rng.random(len(who)) >= leaves[who]
            who, now = who[stay], now[stay]
        now = now + rng.exponential(1 / np.maximum(rate[who], 1e-9))
        seen = now < DAYS
        who, now = who[seen], now[seen]
    customer, day, amount = (np.concatenate(c) for c in zip(*parts, strict=True))
    date = np.datetime64("2022-01-01", "D") + day
    return pd.DataFrame({"customer": customer, "date": date.astype("M8[s]"), "amount": amount})


def write(folder: Path, rows: int) -> int:
    """A folder of parquet files with at least so many rows; how many they are."""
    folder.mkdir(parents=True)
    rng, n, part = np.random.default_rng(20261121), 0, 0
    while n < rows:
        frame = drawn(AT_ONCE, part * AT_ONCE, rng)
        frame.to_parquet(folder / f"part-{part:04}.parquet", index=False)
        n, part = n + len(frame), part + 1
    return n


def described(root: Path, form: str) -> None:
    """A case of the parquet folder, or of the same rows in another form."""
    case = root / "data" / "many"
    files, source = case / "rows", {"path": "rows"}
    if form == "duckdb":
        source = {"path": "rows.duckdb", "table": "bought"}
        with duckdb.connect(case / "rows.duckdb") as db:
            db.execute(f"CREATE TABLE bought AS SELECT * FROM read_parquet('{files}/*.parquet')")
    elif form == "csv":
        source = {"path": "rows.csv"}
        query = f"COPY (SELECT * FROM read_parquet('{files}/*.parquet')) TO '{case}/rows.csv'"
        duckdb.sql(query)
    from loyalty.cases import stores

    sha256 = stores.sha256(case / source["path"])
    (case / "study.yml").write_text(
        json.dumps(
            {
                "title": "Many purchases",
                "summary": "Drawn.",
                "provenance": {
                    "kind": "simulated",
                    "source": "numpy",
                    "licence": "MIT",
                    "sampling": "drawn",
                },
                "resources": [
                    {
                        "id": "bought",
                        "kind": "transactions",
                        "label": "Purchases",
                        "rows": {"file": source | {"sha256": sha256}},
                    }
                ],
            }
        )
    )


def analysed(futures: int, seed: int) -> dict[str, float]:
    """Every finding about purchases, and what each step took (processor seconds)."""
    from loyalty.analyses.behaviour import purchases
    from loyalty.cases import study, tables

    took, last = {}, time.process_time()

    def done(step: str) -> None:
        nonlocal last
        took[step], last = round(time.process_time() - last, 2), time.process_time()

    described = study.load("many")
    loaded = [tables.load(described, r) for r in described.resources]
    done("load")
    bought = purchases.load(described, loaded, 0.5)
    done("reduce")
    purchases.win_back(bought, purchases.survival(bought))
    found = purchases.segments(bought)
    purchases.returns(bought, found)
    done("segments")
    model = purchases.model(bought, found, futures=futures, seed=seed)
    done("model")
    purchases.tracking(bought, model)
    purchases.holdout(bought, model, futures=futures, seed=seed)
    done("holdout")
    purchases.worth(bought, model, weeks=52, discount=0.1, futures=futures, seed=seed)
    done("worth")
    purchases.demand(bought)
    done("demand")
    assert bought is not None
    cells = {"cells": len(bought.whole), "customers": int(bought.whole["n"].sum())}
    return cells | {"rows": loaded[0].read} | took


def main() -> None:
    import os

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", type=int)
    parser.add_argument("--form", choices=["parquet", "duckdb", "csv"], default="parquet")
    parser.add_argument("--folder", type=Path, help="where rows are kept, to be used again")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        root = asked.folder or Path(made) / "project"
        if not (root / "data" / "many" / "rows").is_dir():
            write(root / "data" / "many" / "rows", asked.rows)
            (root / "notebooks").mkdir()
            (root / "_quarto.yml").write_text("project:\n  type: book\n")
        os.environ["LOYALTY_ROOT"] = str(root)
        child = os.fork()  # so that what drawing took is not in the peak
        if child == 0:
            described(root, asked.form)
            os._exit(0)
        os.waitpid(child, 0)
        before = time.perf_counter(), time.process_time()
        found = analysed(200, 20261124) | {"form": asked.form}
        found["wall_seconds"] = round(time.perf_counter() - before[0], 1)
        found["processor_seconds"] = round(time.process_time() - before[1], 1)
    found["peak_gib"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2)
    print(json.dumps(found), flush=True)
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
