"""What the result files of all cases say together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loyalty import paths, simulate
from loyalty.results import Result
from loyalty.stats.pooling import random_effects
from loyalty.study import Language, Study

Found = Mapping[tuple[str, str], Result]
Records = list[dict[str, Any]]

#: An interval wider than this, in standard deviations, says too little to be read as a number.
WIDE = 1.0


def glance(cases: Mapping[str, Study], found: Found) -> Records:
    """One record a case: size, missingness, weakest alpha, highest HTMT, fit, supported paths."""
    return [
        {
            "case": case,
            "n": _number(found, case, "audit", "n"),
            "missing": _number(found, case, "audit", "missing-share"),
            "alpha": min(
                (row["value"] for row in _table(found, case, "reliability", "alpha")), default=None
            ),
            "htmt": _number(found, case, "measurement", "htmt-max"),
            "cfi": _number(found, case, "measurement", "cfi"),
            "supported": _of(
                _number(found, case, "structural", "paths-supported"),
                _number(found, case, "structural", "paths"),
            ),
        }
        for case in cases
    ]


def all_paths(cases: Mapping[str, Study], found: Found, language: Language) -> Records:
    """Every estimated path of every case, with the labels of `language`."""
    rows = []
    for case, described in cases.items():
        for row in _table(found, case, "structural", "paths"):
            ends = (described.label(row[k], language) for k in ("from", "to"))
            rows.append({**row, "case": case, "path": " → ".join(ends)})
    return rows


def votes(rows: Records, cases: Mapping[str, Study]) -> Records:
    """How many paths of each case are supported, open, contradicted, and too wide to read."""
    return [
        {
            "case": case,
            **{
                verdict: sum(r["case"] == case and r["verdict"] == verdict for r in rows)
                for verdict in ("supported", "open", "contradicted")
            },
            "wide": sum(r["case"] == case and r["high"] - r["low"] > WIDE for r in rows),
        }
        for case in cases
    ]


def pooled(rows: Records, cases: Mapping[str, Study]) -> Records:
    """Paths that two or more *real* cases share, pooled by random effects.

    Paths are the same when their constructs have the same ids.
    """
    shared: dict[tuple[str, str], Records] = {}
    for row in rows:
        if not cases[row["case"]].simulated:
            shared.setdefault((row["from"], row["to"]), []).append(row)
    records = []
    for same in shared.values():
        if len(same) < 2:
            continue
        effect = random_effects([r["value"] for r in same], [r["se"] for r in same])
        records.append(
            {
                "path": same[0]["path"],
                "k": effect.k,
                "value": effect.estimate,
                "low": effect.ci_lower,
                "high": effect.ci_upper,
                "pi_low": effect.pi_lower,
                "pi_high": effect.pi_upper,
                "i2": effect.i2,
            }
        )
    return records


def recovery(cases: Mapping[str, Study], found: Found, language: Language) -> Records:
    """True and estimated paths of the simulated cases."""
    records = []
    for case, described in cases.items():
        source = described.rows.simulator if described.constructs else None
        if source is None:
            continue
        truth = simulate.true_parameters(paths.inside(described.folder, source.process))
        truth = truth[(truth["kind"] == "path") & (truth["industry"] == "pooled")]
        by_name = dict(zip(truth["name"], truth["value"], strict=True))
        for row in _table(found, case, "structural", "paths"):
            true = by_name.get(f"{row['from']} -> {row['to']}")
            if true is None:
                continue
            ends = (described.label(row[k], language) for k in ("from", "to"))
            records.append(
                {
                    "case": case,
                    "id": row["id"],
                    "path": " → ".join(ends),
                    "truth": float(true),
                    "value": row["value"],
                    "low": row["low"],
                    "high": row["high"],
                }
            )
    return records


def _number(found: Found, case: str, analysis: str, name: str) -> Any:
    result = found.get((case, analysis))
    number = result.numbers.get(name) if result else None
    return number.value if number else None


def _table(found: Found, case: str, analysis: str, name: str) -> Records:
    result = found.get((case, analysis))
    return result.tables.get(name, []) if result else []


def _of(part: Any, whole: Any) -> str | None:
    return None if part is None or whole is None else f"{part} / {whole}"
