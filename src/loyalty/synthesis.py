"""What the result files of all cases say together."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from loyalty import numbers, paths, simulate
from loyalty.results import Result
from loyalty.stats import CannotCompute
from loyalty.stats.pooling import random_effects
from loyalty.study import Language, Study, Text

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


def concepts(cases: Mapping[str, Study]) -> dict[str, Text]:
    """Concept → its label: that of a construct named like it (real cases first), else of any."""
    labels: dict[str, Text] = {}
    described = [(c.concept, c.id, c.label) for s in cases.values() for c in s.constructs]
    for concept, _, label in sorted(described, key=lambda d: d[0] != d[1]):
        labels.setdefault(concept, label)
    return labels


def shared_paths(rows: Records, cases: Mapping[str, Study]) -> dict[tuple[str, str], Records]:
    """Paths between the same two concepts, one record a case, where two cases or more have them.

    A case with several paths between two concepts (three loyalties, say) counts once: the mean of
    its estimates, with the mean of their standard errors, as if they were perfectly correlated.
    """
    grouped: dict[tuple[str, str], dict[str, Records]] = {}
    for row in rows:
        named = cases[row["case"]].named
        pair = named(row["from"]).concept, named(row["to"]).concept
        grouped.setdefault(pair, {}).setdefault(row["case"], []).append(row)
    shared: dict[tuple[str, str], Records] = {}
    for pair, by_case in grouped.items():
        if len(by_case) < 2:
            continue
        shared[pair] = [
            {
                "case": case,
                "paths": len(same),
                **{k: _mean(r[k] for r in same) for k in ("value", "se", "low", "high")},
            }
            for case, same in by_case.items()
        ]
    return shared


def _mean(values: Iterable[float]) -> float:
    known = list(values)
    return math.fsum(known) / len(known)


def pooled(
    rows: Records, cases: Mapping[str, Study], language: Language, *, simulated: bool
) -> Records:
    """Paths that two or more cases share, pooled by random effects: real ones, or simulated ones.

    Paths are the same when they join the same concepts.
    """
    kind = {name: s for name, s in cases.items() if s.simulated == simulated}
    label = concepts(cases)
    records = []
    for (a, b), same in shared_paths([r for r in rows if r["case"] in kind], kind).items():
        try:
            effect = random_effects([r["value"] for r in same], [r["se"] for r in same])
        except CannotCompute:
            continue
        records.append(
            {
                "path": f"{label[a].in_(language)} → {label[b].in_(language)}",
                "from": a,
                "to": b,
                "cases": [r["case"] for r in same],
                "k": effect.k,
                "value": effect.estimate,
                "low": effect.ci_lower,
                "high": effect.ci_upper,
                "pi_low": effect.pi_lower,
                "pi_high": effect.pi_upper,
                "i2": effect.i2 / 100,
                "tau": math.sqrt(effect.tau2),
                "q_p": effect.q_p,
            }
        )
    return records


def matrix(rows: Records, cases: Mapping[str, Study], language: Language) -> Records:
    """The cross-case matrix: one record a shared path, with each case's estimate under its name."""
    label = concepts(cases)
    return [
        {
            "path": f"{label[a].in_(language)} → {label[b].in_(language)}",
            **{r["case"]: interval_text(r["value"], r["low"], r["high"]) for r in same},
        }
        for (a, b), same in shared_paths(rows, cases).items()
    ]


def interval_text(value: float, low: float, high: float) -> str:
    """An estimate with a mark that says whether its interval is clear of zero."""
    return numbers.show(value, "number") + ("" if low > 0 or high < 0 else " °")


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
